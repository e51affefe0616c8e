//! Archives that mean harm, each refused with its own error.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use flate2::{Compression, write::GzEncoder};
use policytab_archive::{ArchiveError, Limits, Unpacked, read_bytes, read_tar_gz};
use std::{
    io::{self, Cursor, Read, Write},
    time::Duration,
};
use tar::{Builder, EntryType, Header};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A tar.gz made by hand.
fn tar_gz(build: impl FnOnce(&mut Builder<GzEncoder<Vec<u8>>>)) -> Vec<u8> {
    packed(Compression::none(), build)
}

fn packed(level: Compression, build: impl FnOnce(&mut Builder<GzEncoder<Vec<u8>>>)) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), level));
    build(&mut builder);
    builder.into_inner().unwrap().finish().unwrap()
}

/// An entry with whatever path, which the crate itself would refuse to write.
fn entry(builder: &mut Builder<impl Write>, path: &str, kind: EntryType, link: &str, content: &[u8]) {
    let mut header = Header::new_gnu();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.as_mut_bytes()[157..157 + link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, content).unwrap();
}

fn file(builder: &mut Builder<impl Write>, path: &str, content: &[u8]) {
    entry(builder, path, EntryType::Regular, "", content);
}

fn read(bytes: &[u8]) -> Result<Unpacked, ArchiveError> {
    read_bytes(bytes, Limits::default())
}

#[test]
fn paths_that_lead_out_are_refused() {
    for path in ["../evil.json", "a/../../evil.json", "/etc/evil.json", "C:/evil.json", "a\\..\\evil.json"] {
        let packed = tar_gz(|tar| file(tar, path, b"{}"));
        assert!(matches!(read(&packed), Err(ArchiveError::Traversal(_))), "{path}");
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(b"{}").unwrap();
        let packed = zip.finish().unwrap().into_inner();
        // The crate that writes the zip takes the slash off the front, and so it is inside.
        match read(&packed) {
            Err(ArchiveError::Traversal(_)) => {}
            Ok(unpacked) => {
                assert!(path.starts_with('/') && unpacked.files[0].0 == "etc/evil.json", "{path}")
            }
            Err(other) => panic!("{path}: {other}"),
        }
    }
}

#[test]
fn links_are_never_followed_and_those_that_lead_out_are_refused() {
    let harmless = tar_gz(|tar| {
        entry(tar, "a/link.json", EntryType::Symlink, "../b.json", b"");
        file(tar, "b.json", b"{}");
    });
    let unpacked = read(&harmless).unwrap();
    assert_eq!((unpacked.files.len(), unpacked.skipped[0].reason.as_str()), (1, "is a link"));
    for (kind, target) in [
        (EntryType::Symlink, "/etc/passwd"),
        (EntryType::Symlink, "../../etc/passwd"),
        (EntryType::Link, "/etc/passwd"),
    ] {
        let packed = tar_gz(|tar| entry(tar, "a/link.json", kind, target, b""));
        assert_eq!(read(&packed), Err(ArchiveError::Link("a/link.json".to_owned())), "{target}");
    }
    let device = tar_gz(|tar| entry(tar, "null.json", EntryType::Char, "", b""));
    assert_eq!(read(&device).unwrap().skipped[0].reason, "is no ordinary file");
}

#[test]
fn a_hundred_thousand_files_are_too_many() {
    let packed = tar_gz(|tar| (0..20_001).for_each(|at| file(tar, &format!("{at}.txt"), b"")));
    assert_eq!(read(&packed), Err(ArchiveError::Entries(20_000)));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..20_001 {
        zip.start_file(format!("{at}"), SimpleFileOptions::default()).unwrap();
    }
    assert_eq!(read(&zip.finish().unwrap().into_inner()), Err(ArchiveError::Entries(20_000)));
    let packed = tar_gz(|tar| (0..2_001).for_each(|at| file(tar, &format!("{at}.json"), b"{}")));
    assert_eq!(read(&packed), Err(ArchiveError::Files(2_000)));
}

#[test]
fn bombs_are_told_by_what_comes_out_of_them() {
    let zeros = vec![0_u8; 9 * 1024 * 1024];
    let bomb = |path: &str| packed(Compression::best(), |tar| file(tar, path, &zeros));
    assert_eq!(read(&bomb("bomb.json")), Err(ArchiveError::Ratio(100)));
    // Skipped files count as well: going past them costs the same.
    assert_eq!(read(&bomb("bomb.bin")), Err(ArchiveError::Ratio(100)));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bomb.json", SimpleFileOptions::default()).unwrap();
    zip.write_all(&zeros).unwrap();
    assert_eq!(read(&zip.finish().unwrap().into_inner()), Err(ArchiveError::Ratio(100)));
}

/// Bytes that nothing packs well.
struct Noise(u64);

impl Read for Noise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            *byte = self.0 as u8;
        }
        Ok(buffer.len())
    }
}

fn header(path: &str, size: u64) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_path(path).unwrap();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header.as_bytes().to_vec()
}

#[test]
fn a_file_of_a_gigabyte_and_a_policy_of_fifty_megabytes_are_refused_unread() {
    let gigabyte = 1024 * 1024 * 1024;
    let tar = Cursor::new(header("large.bin", gigabyte)).chain(Noise(7).take(gigabyte));
    let packed = flate2::read::GzEncoder::new(tar, Compression::none());
    assert_eq!(read_tar_gz(packed, Limits::default(), false, |_| true), Err(ArchiveError::Packed(50)));
    let tar = Cursor::new(header("policy.json", 50 * 1024 * 1024)).chain(Noise(7));
    let packed = flate2::read::GzEncoder::new(tar, Compression::none());
    let refused = read_tar_gz(packed, Limits::default(), false, |_| true);
    assert_eq!(refused, Err(ArchiveError::File { path: "policy.json".to_owned(), most: 10 }));
}

#[test]
fn an_archive_that_never_ends_is_left() {
    let endless = flate2::read::GzEncoder::new(Noise(3), Compression::none());
    let limits = Limits { time: Duration::from_millis(50), ..Limits::default() };
    let slow = Slow(Cursor::new(header("a.txt", u64::MAX / 2)).chain(endless));
    let packed = flate2::read::GzEncoder::new(slow, Compression::none());
    assert_eq!(read_tar_gz(packed, limits, false, |_| true), Err(ArchiveError::Time(0)));
}

/// A byte at a time, and a while between.
struct Slow<R>(R);

impl<R: Read> Read for Slow<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        std::thread::sleep(Duration::from_millis(2));
        let most = buffer.len().min(64);
        self.0.read(&mut buffer[..most])
    }
}

#[test]
fn what_is_cut_short_or_no_archive_is_told() {
    let whole = tar_gz(|tar| file(tar, "a.json", &[b' '; 5000]));
    assert!(matches!(read(&whole[..whole.len() / 2]), Err(ArchiveError::Damaged(_))));
    assert_eq!(read(b"{}"), Err(ArchiveError::NotAnArchive));
    assert!(matches!(read(b"PK\x03\x04nonsense"), Err(ArchiveError::Damaged(_))));
}

#[test]
fn names_beside_their_entries_have_an_end() {
    let long = "x/".repeat(40 * 1024);
    for kind in [EntryType::GNULongName, EntryType::XHeader] {
        let packed = tar_gz(|tar| {
            entry(tar, "long", kind, "", long.as_bytes());
            file(tar, "a.json", b"{}");
        });
        assert!(matches!(read(&packed), Err(ArchiveError::Deep(_))), "{kind:?}");
    }
    // Such as an honest archive has are read, and held to the same rules.
    let path = format!("{}/a.json", "folder".repeat(25));
    let honest = tar_gz(|tar| {
        let mut header = Header::new_gnu();
        header.set_size(2);
        header.set_mode(0o644);
        tar.append_data(&mut header, &path, &b"{}"[..]).unwrap();
    });
    assert_eq!(read(&honest).unwrap().files[0].0, path);
    let pax = |path: &str| {
        let record = format!(" path={path}\n");
        let length = record.len() + 2;
        let record = format!("{length}{record}");
        tar_gz(|tar| {
            entry(tar, "pax", EntryType::XHeader, "", record.as_bytes());
            file(tar, "short.json", b"{}");
        })
    };
    assert_eq!(read(&pax("told/beside.json")).unwrap().files[0].0, "told/beside.json");
    assert!(matches!(read(&pax("../../evil.json")), Err(ArchiveError::Traversal(_))));
}

#[test]
fn what_is_not_wanted_is_not_told() {
    let packed = tar_gz(|tar| {
        entry(tar, "other/link.json", EntryType::Symlink, "/etc/passwd", b"");
        file(tar, "ca/a.json", b"{}");
    });
    let unpacked =
        read_tar_gz(&packed[..], Limits::default(), false, |path| path.starts_with("ca/")).unwrap();
    assert_eq!((unpacked.files.len(), unpacked.skipped.len()), (1, 0));
}

#[test]
fn archives_in_archives_stay_closed() {
    let packed = tar_gz(|tar| file(tar, "inner.zip", b"PK\x03\x04"));
    assert_eq!(read(&packed).unwrap().skipped[0].reason, "is an archive in the archive");
}

#[test]
fn folders_in_folders_have_an_end() {
    let packed = tar_gz(|tar| file(tar, &format!("{}a.json", "x/".repeat(30)), b"{}"));
    assert!(matches!(read(&packed), Err(ArchiveError::Deep(_))));
}

#[test]
fn what_needs_a_password_is_told() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.json", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"{}").unwrap();
    let mut packed = zip.finish().unwrap().into_inner();
    // Bit 0 of the flags: after the signature and the version of the local header, and two more in the directory's.
    for (signature, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let start = packed.windows(4).position(|four| four == signature).unwrap();
        packed[start + at] |= 1;
    }
    assert_eq!(read(&packed).err(), Some(ArchiveError::Encrypted));
}

#[test]
fn a_path_with_a_zero_byte_leads_nowhere() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("aX.json", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"{}").unwrap();
    let mut packed = zip.finish().unwrap().into_inner();
    while let Some(at) = packed.windows(7).position(|name| name == b"aX.json") {
        packed[at + 1] = 0;
    }
    assert!(matches!(read(&packed), Err(ArchiveError::Traversal(_))), "{:?}", read(&packed));
}
