//! How much of an archive is read, and why one is refused.

use std::time::Duration;

/// Bounds of one archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the archive itself.
    pub packed: u64,
    /// Bytes that come out of it, of all entries.
    pub unpacked: u64,
    /// How many times more may come out than went in, once `RATIO_FROM` bytes have come out.
    pub ratio: u64,
    /// Entries of any kind.
    pub entries: usize,
    /// Files that are kept.
    pub files: usize,
    /// Bytes of one file that is kept.
    pub file: u64,
    /// Bytes of all files that are kept.
    pub kept: u64,
    /// Folders in folders.
    pub depth: usize,
    /// Bytes of a path.
    pub path: usize,
    /// From the first byte to the last.
    pub time: Duration,
}

/// Small archives of much the same text are packed well without being bombs.
pub(crate) const RATIO_FROM: u64 = 1024 * 1024;

const MIB: u64 = 1024 * 1024;

impl Default for Limits {
    /// Twenty times the largest published set of policies.
    fn default() -> Self {
        Self {
            packed: 50 * MIB,
            unpacked: 200 * MIB,
            ratio: 100,
            entries: 20_000,
            files: 2_000,
            file: 10 * MIB,
            kept: 20 * MIB,
            depth: 20,
            path: 400,
            time: Duration::from_secs(60),
        }
    }
}

/// Why an archive is refused; for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Neither zip nor gzip.
    #[error("this is neither a zip nor a tar.gz archive")]
    NotAnArchive,
    /// It ends in the middle, or holds what no archive holds.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// A zip with a password.
    #[error("the archive is encrypted")]
    Encrypted,
    /// More bytes than are read.
    #[error("the archive is larger than {0} MiB")]
    Packed(u64),
    /// More comes out than is read.
    #[error("more than {0} MiB come out of the archive")]
    Unpacked(u64),
    /// Far more comes out than went in, as in a bomb.
    #[error("more than {0} times its size comes out of the archive")]
    Ratio(u64),
    /// More entries than are read.
    #[error("the archive has more than {0} entries")]
    Entries(usize),
    /// More files than are kept.
    #[error("the archive has more than {0} JSON files: choose a folder")]
    Files(usize),
    /// One file is too large.
    #[error("{path} is larger than {most} MiB")]
    File {
        /// Which file.
        path: String,
        /// MiB.
        most: u64,
    },
    /// All files together are too large.
    #[error("the JSON files of the archive are larger than {0} MiB together")]
    Kept(u64),
    /// A path that leads out of the archive.
    #[error("{0} leads out of the archive")]
    Traversal(String),
    /// A link that leads out of the archive.
    #[error("{0} is a link that leads out of the archive")]
    Link(String),
    /// Folders in folders in folders.
    #[error("{0} is deeper in folders, or longer, than any policy is")]
    Deep(String),
    /// It did not end in time.
    #[error("the archive did not end within {0} seconds")]
    Time(u64),
}

impl From<ArchiveError> for std::io::Error {
    fn from(error: ArchiveError) -> Self {
        Self::other(error)
    }
}

impl From<std::io::Error> for ArchiveError {
    /// What our own readers refused comes out as it went in.
    fn from(error: std::io::Error) -> Self {
        let text = error.to_string();
        error
            .into_inner()
            .and_then(|inner| inner.downcast::<Self>().ok())
            .map_or(Self::Damaged(text), |refused| *refused)
    }
}
