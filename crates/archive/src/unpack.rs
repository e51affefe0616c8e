//! From archives to files.

use crate::{
    bounded::{came_out, in_time},
    limits::{ArchiveError, Limits},
    path::{checked, stays_inside},
    tape::read_tar_gz,
};
use std::{
    cell::Cell,
    io::{Cursor, Read},
    rc::Rc,
    time::Instant,
};

/// A file that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Which file.
    pub path: String,
    /// Why, continuing its path: "is a link".
    pub reason: String,
}

/// What was in an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// JSON files: path and bytes, in the archive's order.
    pub files: Vec<(String, Vec<u8>)>,
    /// What could have been one and is left out.
    pub skipped: Vec<Skipped>,
    /// How many other files there are, which nobody looks at.
    pub others: usize,
}

/// Whether bytes begin like a zip or gzip.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") || bytes.starts_with(&[0x1f, 0x8b])
}

/// Reads a zip or tar.gz that is at hand as a whole.
///
/// # Errors
/// [`ArchiveError`].
pub fn read_bytes(bytes: &[u8], limits: Limits) -> Result<Unpacked, ArchiveError> {
    match bytes {
        [0x1f, 0x8b, ..] => read_tar_gz(bytes, limits, false, |_| true),
        _ if is_archive(bytes) => read_zip(bytes, limits),
        _ => Err(ArchiveError::NotAnArchive),
    }
}

fn read_zip(bytes: &[u8], limits: Limits) -> Result<Unpacked, ArchiveError> {
    let packed = bytes.len() as u64;
    if packed > limits.packed {
        return Err(ArchiveError::Packed(limits.packed / (1024 * 1024)));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits.entries {
        return Err(ArchiveError::Entries(limits.entries));
    }
    let (began, total) = (Instant::now(), Rc::new(Cell::new(0_u64)));
    let mut unpacker = Unpacker::new(limits, false);
    for at in 0..archive.len() {
        in_time(began, &limits)?;
        let mut entry = archive.by_index(at).map_err(damaged)?;
        if entry.encrypted() {
            return Err(ArchiveError::Encrypted);
        }
        let Some(path) = unpacker.enter(entry.name_raw())? else { continue };
        if entry.is_symlink() {
            let mut target = Vec::new();
            (&mut entry).take(limits.path as u64 + 1).read_to_end(&mut target)?;
            unpacker.link(path, &target)?;
        } else if entry.is_file() {
            let size = entry.size();
            let mut counting =
                Counting { inner: &mut entry, total: Rc::clone(&total), packed, limits, began };
            unpacker.file(path, size, &mut counting)?;
        }
    }
    Ok(unpacker.out)
}

/// Counts what comes out of a zip, all entries together: each has a reader of its own.
struct Counting<R> {
    inner: R,
    total: Rc<Cell<u64>>,
    packed: u64,
    limits: Limits,
    began: Instant,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        in_time(self.began, &self.limits)?;
        let count = self.inner.read(buffer)?;
        let total = self.total.get() + count as u64;
        self.total.set(total);
        came_out(total, self.packed, &self.limits)?;
        Ok(count)
    }
}

fn damaged(error: zip::result::ZipError) -> ArchiveError {
    match error {
        zip::result::ZipError::UnsupportedArchive(text)
            if text == zip::result::ZipError::PASSWORD_REQUIRED =>
        {
            ArchiveError::Encrypted
        }
        zip::result::ZipError::Io(error) => error.into(),
        other => ArchiveError::Damaged(other.to_string()),
    }
}

pub(crate) struct Unpacker {
    limits: Limits,
    strip_first: bool,
    entries: usize,
    kept: u64,
    pub(crate) out: Unpacked,
}

impl Unpacker {
    pub(crate) fn new(limits: Limits, strip_first: bool) -> Self {
        Self { limits, strip_first, entries: 0, kept: 0, out: Unpacked::default() }
    }

    /// Counts an entry and checks its path; `None` for what has no name of its own.
    pub(crate) fn enter(&mut self, raw: &[u8]) -> Result<Option<String>, ArchiveError> {
        self.count()?;
        let path = checked(raw, &self.limits)?;
        if !self.strip_first {
            return Ok(path);
        }
        Ok(path.and_then(|path| path.split_once('/').map(|(_, rest)| rest.to_owned())))
    }

    /// Counts an entry.
    pub(crate) fn count(&mut self) -> Result<(), ArchiveError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(ArchiveError::Entries(self.limits.entries));
        }
        Ok(())
    }

    pub(crate) fn link(&mut self, path: String, target: &[u8]) -> Result<(), ArchiveError> {
        if !stays_inside(&path, target) {
            return Err(ArchiveError::Link(path));
        }
        self.skip(path, "is a link");
        Ok(())
    }

    pub(crate) fn skip(&mut self, path: String, reason: &str) {
        self.out.skipped.push(Skipped { path, reason: reason.to_owned() });
    }

    pub(crate) fn file(
        &mut self,
        path: String,
        size: u64,
        reader: &mut impl Read,
    ) -> Result<(), ArchiveError> {
        let lower = path.to_ascii_lowercase();
        if !lower.ends_with(".json") {
            if [".zip", ".gz", ".tgz"].iter().any(|ending| lower.ends_with(ending)) {
                self.skip(path, "is an archive in the archive");
            } else {
                self.out.others += 1;
            }
            return Ok(());
        }
        let Limits { file, kept, files, .. } = self.limits;
        let too_large = |path: String| ArchiveError::File { path, most: file / (1024 * 1024) };
        if size > file {
            return Err(too_large(path));
        }
        if self.out.files.len() == files {
            return Err(ArchiveError::Files(files));
        }
        let mut bytes = Vec::new();
        // The size that an archive tells is a claim.
        reader.take(file + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > file {
            return Err(too_large(path));
        }
        self.kept += bytes.len() as u64;
        if self.kept > kept {
            return Err(ArchiveError::Kept(kept / (1024 * 1024)));
        }
        self.out.files.push((path, bytes));
        Ok(())
    }
}
