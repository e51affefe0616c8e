//! tar.gz, as it comes in.
//!
//! Entries are read raw: the crate itself would take names that come in entries of their own into memory at whatever
//! length they say.

use crate::{
    bounded::{Packed, Unpacked as Counted},
    limits::{ArchiveError, Limits},
    unpack::{Unpacked, Unpacker},
};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use tar::{EntryType, PaxExtensions};

/// Most bytes of an extended header; a path and a time stamp need some hundred.
const MOST_EXTENDED: u64 = 64 * 1024;

/// Reads a tar.gz as it comes in. `strip_first` leaves the outermost folder out of paths, which GitHub adds; only what is
/// `wanted` after that is kept, or told as skipped.
///
/// # Errors
/// [`ArchiveError`].
pub fn read_tar_gz(
    reader: impl Read,
    limits: Limits,
    strip_first: bool,
    wanted: impl Fn(&str) -> bool,
) -> Result<Unpacked, ArchiveError> {
    let (packed, seen) = Packed::new(reader, limits);
    let counted = Counted::new(MultiGzDecoder::new(packed), seen, limits);
    let mut archive = tar::Archive::new(counted);
    let mut unpacker = Unpacker::new(limits, strip_first);
    let mut said = Said::default();
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        if said.takes(kind, &mut entry)? {
            unpacker.count()?;
            continue;
        }
        let Said { path, link } = std::mem::take(&mut said);
        let path = path.unwrap_or_else(|| entry.path_bytes().into_owned());
        let link = link.or_else(|| entry.link_name_bytes().map(std::borrow::Cow::into_owned));
        let Some(path) = unpacker.enter(&path)? else { continue };
        let size = entry.header().size()?;
        if !wanted(&path) {
            continue;
        }
        if kind.is_symlink() || kind.is_hard_link() {
            unpacker.link(path, &link.unwrap_or_default())?;
        } else if kind.is_file() || kind.is_contiguous() {
            unpacker.file(path, size, &mut entry)?;
        } else if !kind.is_dir() {
            unpacker.skip(path, "is no ordinary file");
        }
    }
    Ok(unpacker.out)
}

/// What entries before one say of it.
#[derive(Default)]
struct Said {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

impl Said {
    /// Takes an entry that is about the next one; `false` for any other.
    fn takes(&mut self, kind: EntryType, entry: &mut impl Read) -> Result<bool, ArchiveError> {
        let about = kind.is_gnu_longname()
            || kind.is_gnu_longlink()
            || kind.is_pax_local_extensions()
            || kind.is_pax_global_extensions();
        if !about {
            return Ok(false);
        }
        let mut bytes = Vec::new();
        entry.take(MOST_EXTENDED + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_EXTENDED {
            return Err(ArchiveError::Deep("a path that is told beside its entry".to_owned()));
        }
        if kind.is_gnu_longname() || kind.is_gnu_longlink() {
            while bytes.last() == Some(&0) {
                bytes.pop();
            }
            *(if kind.is_gnu_longname() { &mut self.path } else { &mut self.link }) = Some(bytes);
        } else if kind.is_pax_local_extensions() {
            for extension in PaxExtensions::new(&bytes) {
                let extension = extension?;
                match extension.key_bytes() {
                    b"path" => self.path = Some(extension.value_bytes().to_vec()),
                    b"linkpath" => self.link = Some(extension.value_bytes().to_vec()),
                    _ => {}
                }
            }
        }
        Ok(true)
    }
}
