//! What is written is read back, and no bytes make the reader panic.

use flate2::{Compression, write::GzEncoder};
use policytab_archive::{Limits, read_bytes, read_tar_gz, write_zip};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn files() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
    let name = "[a-z]{1,8}(/[a-zA-Z0-9 _-]{1,12}){0,3}\\.json";
    proptest::collection::btree_map(name, proptest::collection::vec(any::<u8>(), 0..400), 0..12)
}

proptest! {
    #[test]
    fn a_zip_is_read_back(files in files()) {
        let packed = write_zip(files.clone()).unwrap();
        prop_assert_eq!(&packed, &write_zip(files.clone()).unwrap());
        let unpacked = read_bytes(&packed, Limits::default()).unwrap();
        prop_assert_eq!(unpacked.files.into_iter().collect::<BTreeMap<_, _>>(), files);
        prop_assert!(unpacked.skipped.is_empty());
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), gzip in any::<bool>()) {
        let head: &[u8] = if gzip { &[0x1f, 0x8b, 8, 0] } else { b"PK\x03\x04" };
        let _ = read_bytes(&[head, &bytes].concat(), Limits::default());
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        std::io::Write::write_all(&mut packed, &bytes).unwrap();
        let _ = read_bytes(&packed.finish().unwrap(), Limits::default());
    }
}

#[test]
fn the_outer_folder_is_left_out_and_only_what_is_wanted_is_kept() {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for path in ["o-n-1234567/README.md", "o-n-1234567/ca/a.json", "o-n-1234567/other/b.json"] {
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, &b"{}"[..]).unwrap();
    }
    let packed = tar.into_inner().unwrap().finish().unwrap();
    let unpacked = read_tar_gz(&packed[..], Limits::default(), true, |path| path.starts_with("ca/")).unwrap();
    assert_eq!(unpacked.files, [("ca/a.json".to_owned(), b"{}".to_vec())]);
}
