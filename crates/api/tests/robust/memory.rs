//! An image of the memory of a process, as a core dump would have it, and more: whatever it can write to, whether or not
//! a dump would leave it out. Linux lets a parent read it; no debugger is needed.

use crate::harness::Process;
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    os::unix::fs::FileExt as _,
    path::Path,
};

const PIECE: u64 = 1 << 20;

/// Writes it to a file while the process stands still; gives its size in bytes. Pieces of zeros alone are left out.
///
/// # Errors
/// Where the machine does not allow it.
pub(crate) fn image(process: &Process, into: &Path) -> io::Result<u64> {
    process.pause();
    let size = written(process.id(), into);
    process.resume();
    size
}

fn written(id: u32, into: &Path) -> io::Result<u64> {
    let memory = File::open(format!("/proc/{id}/mem"))?;
    let mut out = BufWriter::new(File::create(into)?);
    let (mut size, mut piece) = (0, vec![0; PIECE as usize]);
    // proc_pid_maps(5): the addresses, then rights such as "rw-p".
    for mapping in fs::read_to_string(format!("/proc/{id}/maps"))?.lines() {
        let mut words = mapping.split_whitespace();
        let (Some((from, to)), Some(rights)) =
            (words.next().and_then(|range| range.split_once('-')), words.next())
        else {
            continue;
        };
        if !rights.starts_with("rw") {
            continue;
        }
        let number = |text| u64::from_str_radix(text, 16).map_err(io::Error::other);
        let (mut at, end) = (number(from)?, number(to)?);
        while at < end {
            let part = &mut piece[..PIECE.min(end - at) as usize];
            memory.read_exact_at(part, at)?;
            if part.iter().any(|byte| *byte != 0) {
                out.write_all(part)?;
                size += part.len() as u64;
            }
            at += part.len() as u64;
        }
        // What ends one mapping does not go on in the next.
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(size)
}
