//! How much of a head has come, and whether all of it.

/// The head of a request on its way: everything up to the first empty line.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// How many requests had begun on the connection before.
    at: u64,
    seen: usize,
    beyond: u64,
    /// Whether it has begun: empty lines before a request are skipped.
    written: bool,
    /// Whether nothing has come of the present line.
    blank: bool,
    complete: bool,
}

impl Head {
    /// The head after so many requests, of which this many bytes have come already.
    pub(super) fn next(at: u64, come: u64) -> Self {
        Self { at, seen: usize::try_from(come).unwrap_or(usize::MAX), ..Self::default() }
    }

    pub(super) fn take(&mut self, bytes: &[u8]) {
        for (place, byte) in bytes.iter().enumerate() {
            if self.complete {
                self.beyond += (bytes.len() - place) as u64;
                return;
            }
            self.seen = self.seen.saturating_add(1);
            match byte {
                b'\n' => {
                    self.complete = self.written && self.blank;
                    self.blank = true;
                }
                b'\r' => {}
                _ => (self.written, self.blank) = (true, false),
            }
        }
    }

    /// How many requests had begun before it.
    pub(super) fn begun_at(&self) -> u64 {
        self.at
    }

    /// Bytes of it that have come.
    pub(super) fn seen(&self) -> usize {
        self.seen
    }

    /// Bytes that came after it.
    pub(super) fn beyond(&self) -> u64 {
        self.beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[&str]) -> (bool, usize, u64) {
        let mut head = Head::default();
        for part in parts {
            head.take(part.as_bytes());
        }
        (head.complete, head.seen(), head.beyond())
    }

    #[test]
    fn a_head_ends_with_its_first_empty_line_however_it_is_cut() {
        let text = "GET / HTTP/1.1\r\nHost: x\r\n\r\nbody";
        let whole = (true, text.len() - 4, 4);
        assert_eq!(of(&[text]), whole);
        for cut in 0..text.len() {
            assert_eq!(of(&[&text[..cut], &text[cut..]]), whole, "{cut}");
        }
        let single: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(of(&single.iter().map(String::as_str).collect::<Vec<_>>()), whole);
        assert_eq!(of(&["GET / HTTP/1.1\nHost: x\n\n"]), (true, 24, 0), "bare line feeds");
    }

    #[test]
    fn empty_lines_before_it_are_no_end() {
        assert_eq!(of(&["\r\n\r\n\r\nGET / HTTP/1.1\r\n"]), (false, 22, 0));
        assert_eq!(of(&["\r\n\r\n\r\nG", "ET / HTTP/1.1\r\n\r\n"]), (true, 24, 0));
    }
}
