//! From files to a zip.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// Writes files, by path, into a zip; the same files give the same bytes. Of two files with one path the last counts.
///
/// # Errors
/// When the archive would be larger than a zip without extensions can be.
pub fn write_zip(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Vec<u8>, std::io::Error> {
    let files: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (path, bytes) in files {
        zip.start_file(path, options)?;
        zip.write_all(&bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
