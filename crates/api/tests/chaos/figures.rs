//! What is counted and printed, and what is chosen.

use crate::harness::Dice;
use std::{collections::BTreeMap, fmt::Write as _, sync::Mutex};

/// One of these, by dice.
pub(crate) fn pick<'a, T>(dice: &mut Dice, of: &'a [T]) -> &'a T {
    &of[dice.below(of.len() as u64) as usize]
}

/// Counts by heading and row.
#[derive(Default)]
pub(crate) struct Figures(Mutex<BTreeMap<(&'static str, String), u64>>);

pub(crate) const FAULTS: &str = "1 faults injected";
pub(crate) const REQUESTS: &str = "2 requests";
pub(crate) const IMPORTS: &str = "3 imports";
pub(crate) const BOOKS: &str = "4 books";
pub(crate) const WRONG: &str = "5 must be none";
pub(crate) const MEMORY: &str = "6 memory in MiB";

impl Figures {
    pub(crate) fn count(&self, heading: &'static str, row: impl Into<String>) {
        self.add(heading, row, 1);
    }

    pub(crate) fn add(&self, heading: &'static str, row: impl Into<String>, number: u64) {
        *self.0.lock().unwrap().entry((heading, row.into())).or_default() += number;
    }

    pub(crate) fn table(&self) -> String {
        let (mut text, mut last) = (String::new(), "");
        for ((heading, row), count) in &*self.0.lock().unwrap() {
            if *heading != last {
                let _ = writeln!(text, "\n{}", &heading[2..]);
                last = heading;
            }
            let _ = writeln!(text, "  {row:<66} {count:>7}");
        }
        text
    }
}
