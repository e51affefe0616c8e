//! Tables for spreadsheets (CSV).
//!
//! Invariant: no cell can be taken for a formula by a spreadsheet, whatever it holds.

use std::borrow::Cow;

/// A table with its headings, as CSV with the line ends of RFC 4180.
pub fn table<const N: usize>(headings: [String; N], rows: impl Iterator<Item = [String; N]>) -> String {
    text(std::iter::once(headings).chain(rows))
}

/// One more row of such a table, for one that is written in parts.
pub fn row<const N: usize>(cells: [String; N]) -> String {
    text(std::iter::once(cells))
}

fn text<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing into memory can't fail; a row of another length could, and every row has the length of the headings.
        let written = writer.write_record(row.iter().map(|cell| harmless(cell).into_owned()));
        debug_assert!(written.is_ok());
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection).
fn harmless(cell: &str) -> Cow<'_, str> {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => Cow::Borrowed(cell),
    }
}
