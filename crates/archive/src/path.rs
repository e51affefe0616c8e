//! Paths in archives: relative, with slashes, and inside.

use crate::limits::{ArchiveError, Limits};

/// A path as it may be used; `None` for the archive's own root.
pub(crate) fn checked(raw: &[u8], limits: &Limits) -> Result<Option<String>, ArchiveError> {
    // Before anything is made of it: a path may be as long as all that an archive holds.
    if let Some(start) = raw.get(..limits.path).filter(|_| raw.len() > limits.path) {
        return Err(ArchiveError::Deep(shortened(&String::from_utf8_lossy(start))));
    }
    let text = String::from_utf8_lossy(raw).into_owned();
    let leads_out = || ArchiveError::Traversal(shortened(&text));
    if text.starts_with('/') || text.contains(['\\', '\0']) || text.as_bytes().get(1) == Some(&b':') {
        return Err(leads_out());
    }
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(leads_out());
    }
    if parts.len() > limits.depth || text.len() > limits.path {
        return Err(ArchiveError::Deep(shortened(&text)));
    }
    Ok((!parts.is_empty()).then(|| parts.join("/")))
}

/// Whether a link of an entry stays inside of the archive.
pub(crate) fn stays_inside(entry: &str, target: &[u8]) -> bool {
    let target = String::from_utf8_lossy(target);
    if target.starts_with(['/', '\\']) || target.as_bytes().get(1) == Some(&b':') {
        return false;
    }
    let mut depth = entry.split('/').count().saturating_sub(1);
    for part in target.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return false,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    true
}

/// A hostile path may be long, and is told to people.
fn shortened(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    match clean.char_indices().nth(120) {
        None => clean,
        Some((at, _)) => format!("{}…", &clean[..at]),
    }
}
