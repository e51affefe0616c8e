//! From bytes to text: what editors, PowerShell and the portal write.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Decodes a file. The second part is a remark where the encoding had to be guessed.
///
/// A byte order mark decides; without one, zero bytes in every second place mean UTF-16 (no JSON text holds U+0000),
/// and what is not UTF-8 is read as Windows-1252, in which nothing is malformed.
pub(crate) fn decode(bytes: &[u8]) -> (String, Option<&'static str>) {
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF])
        || bytes.starts_with(&[0xFF, 0xFE])
        || bytes.starts_with(&[0xFE, 0xFF])
    {
        return (UTF_8.decode(bytes).0.into_owned(), None);
    }
    match bytes {
        [first, 0, ..] if *first != 0 => {
            (UTF_16LE.decode(bytes).0.into_owned(), Some("read as UTF-16 without a byte order mark"))
        }
        [0, second, ..] if *second != 0 => {
            (UTF_16BE.decode(bytes).0.into_owned(), Some("read as UTF-16 without a byte order mark"))
        }
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), None),
            Err(_) => (
                WINDOWS_1252.decode(bytes).0.into_owned(),
                Some("is not UTF-8; read as Windows-1252, so letters outside ASCII may be wrong"),
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_an_export_gives_the_same_text() {
        let text = "{\"displayName\": \"Zürich\"}";
        let utf16 = |big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let with_mark = |mark: &[u8], body: Vec<u8>| [mark, &body].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            with_mark(&[0xEF, 0xBB, 0xBF], text.as_bytes().to_vec()),
            with_mark(&[0xFF, 0xFE], utf16(false)),
            with_mark(&[0xFE, 0xFF], utf16(true)),
            utf16(false),
            utf16(true),
            WINDOWS_1252.encode(text).0.into_owned(),
        ] {
            assert_eq!(decode(&bytes).0, text);
        }
        assert_eq!(decode(&[]).0, "");
    }
}
