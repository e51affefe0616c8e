//! Bytes to text: UTF-8 with or without a mark, UTF-16 with one or recognisable without.

/// The text of a file; `None` when no encoding fits.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(bytes) {
        return decoded(encoding, &bytes[length..]);
    }
    // JSON begins with an ASCII character, so a zero among the first two bytes tells UTF-16 and its order.
    match bytes {
        [0, second, ..] if *second != 0 => decoded(encoding_rs::UTF_16BE, bytes),
        [first, 0, ..] if *first != 0 => decoded(encoding_rs::UTF_16LE, bytes),
        _ => decoded(encoding_rs::UTF_8, bytes),
    }
}

fn decoded(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn every_encoding_gives_the_same_text() {
        let plain = "{\"a\":\"Größe\"}";
        let little: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let with = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [
            plain.as_bytes().to_vec(),
            with(&[0xef, 0xbb, 0xbf], plain.as_bytes()),
            little.clone(),
            with(&[0xff, 0xfe], &little),
            big.clone(),
            with(&[0xfe, 0xff], &big),
        ] {
            assert_eq!(text(&bytes).as_deref(), Some(plain));
        }
        assert_eq!(text(&[0xc3, 0x28, 0x41]), None);
    }
}
