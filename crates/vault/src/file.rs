//! The key file: readable by its owner only, and never half-written.

use crate::VaultError;
use secrecy::{ExposeSecret as _, SecretString};
use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};
use uuid::Uuid;

pub(crate) fn read(path: &Path) -> Result<SecretString, VaultError> {
    fs::read_to_string(path).map(SecretString::from).map_err(|source| VaultError::File {
        path: path.to_owned(),
        doing: "read",
        source,
    })
}

/// Makes the file unless somebody else has: then theirs stays.
pub(crate) fn create(path: &Path, content: &SecretString) -> Result<(), VaultError> {
    write(path, content).map_err(|source| VaultError::File { path: path.to_owned(), doing: "made", source })
}

fn write(path: &Path, content: &SecretString) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    make_private_folder(folder)?;
    // Written aside and linked into place: a link fails where the name exists, so the first one wins, complete.
    let aside = folder.join(format!(".{}.new", Uuid::new_v4().simple()));
    let linked = write_private(&aside, content).and_then(|()| match fs::hard_link(&aside, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    let removed = fs::remove_file(&aside);
    linked.and(removed)
}

fn write_private(path: &Path, content: &SecretString) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content.expose_secret().as_bytes())?;
    file.sync_all()
}

/// Existing folders stay as they are.
fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
