//! Values of one attribute that tell all its tests apart.
//!
//! Invariant: for each way in which a value can pass some tests and fail the others there is one candidate, the
//! simplest first; unless the list says that it is not complete.
//!
//! Why that holds for texts: take a value that equals no literal, the longest start and the longest end that are asked
//! for and that it has, and the parts that are asked for and that it has. These pieces with a sign between them that
//! no literal has pass exactly the same tests.

use super::{
    attribute::{Attribute, Kind},
    expr::Test,
    text::fold,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many candidates one attribute may have.
const MAX_CANDIDATES: usize = 4096;

/// One value and which tests it passes.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// `Null` where the attribute has no value.
    pub(super) value: Value,
    /// How long the value is, written as JSON.
    pub(super) characters: usize,
    /// For each test, whether the value passes.
    pub(super) passes: Vec<bool>,
}

/// The candidates of one attribute.
pub(super) struct Candidates {
    /// No value first.
    pub(super) list: Vec<Candidate>,
    /// Whether nothing was left out.
    pub(super) complete: bool,
}

pub(super) fn candidates(attribute: &Attribute, tests: &[Test]) -> Candidates {
    let null = tests.iter().map(|test| *test == Test::Null).collect();
    let mut out = Collector::new(tests, attribute.kind() == Kind::Collection);
    out.push(Value::Null, null);
    match attribute.kind() {
        Kind::Flag => {
            [true, false].into_iter().for_each(|flag| out.push_value(Value::Bool(flag), &flag.to_string()))
        }
        Kind::Words(words) => words.iter().for_each(|word| out.push_text(word)),
        Kind::Text => out.push_texts(),
        Kind::Collection => out.push_lists(),
    }
    Candidates { list: out.list, complete: out.complete }
}

struct Collector<'t> {
    tests: &'t [Test],
    whole: bool,
    list: Vec<Candidate>,
    seen: BTreeSet<Vec<bool>>,
    complete: bool,
}

impl<'t> Collector<'t> {
    fn new(tests: &'t [Test], whole: bool) -> Self {
        Self { tests, whole, list: Vec::new(), seen: BTreeSet::new(), complete: true }
    }

    fn push(&mut self, value: Value, passes: Vec<bool>) {
        if self.seen.contains(&passes) {
            return;
        }
        if self.list.len() == MAX_CANDIDATES {
            self.complete = false;
            return;
        }
        self.seen.insert(passes.clone());
        let characters = value.to_string().len();
        self.list.push(Candidate { value, characters, passes });
    }

    fn push_value(&mut self, value: Value, text: &str) {
        let folded = fold(text);
        let passes = self.tests.iter().map(|test| test.holds_for(&folded, self.whole)).collect();
        self.push(value, passes);
    }

    fn push_text(&mut self, text: &str) {
        self.push_value(Value::String(text.to_owned()), text);
    }

    fn push_texts(&mut self) {
        let tests = self.tests;
        // A text that passes nothing, mostly; then each literal alone.
        self.push_text("other");
        tests.iter().flat_map(Test::texts).for_each(|text| self.push_text(text.as_str()));
        let pieces = |pick: fn(&Test) -> bool| -> Vec<&str> {
            let mut pieces: BTreeMap<&str, &str> = BTreeMap::new();
            for text in tests.iter().filter(|test| pick(test)).flat_map(Test::texts) {
                pieces.entry(text.folded()).or_insert(text.as_str());
            }
            pieces.into_values().collect()
        };
        let starts = pieces(|test| matches!(test, Test::StartsWith(_)));
        let ends = pieces(|test| matches!(test, Test::EndsWith(_)));
        let parts = if self.whole { Vec::new() } else { pieces(|test| matches!(test, Test::Contains(_))) };
        let separator = separator(tests);
        let ways = u32::try_from(parts.len()).ok().and_then(|bits| 1_usize.checked_shl(bits));
        let total = ways.and_then(|ways| ways.checked_mul((starts.len() + 1) * (ends.len() + 1)));
        let subsets = if total.is_some_and(|total| total <= MAX_CANDIDATES) {
            subsets(&parts)
        } else {
            self.complete = false;
            let single = parts.iter().map(|part| vec![*part]);
            std::iter::once(Vec::new()).chain(single).collect()
        };
        for inner in &subsets {
            for start in std::iter::once("").chain(starts.iter().copied()) {
                for end in std::iter::once("").chain(ends.iter().copied()) {
                    let mut text = format!("{start}{separator}");
                    for part in inner {
                        text.push_str(part);
                        text.push(separator);
                    }
                    text.push_str(end);
                    self.push_text(&text);
                }
            }
        }
    }

    /// Lists pass a test when one of their members does: every union of what members can pass.
    fn push_lists(&mut self) {
        let mut members = Collector::new(self.tests, true);
        members.push_texts();
        self.complete &= members.complete;
        let mut next = 0;
        for member in &members.list {
            self.push(Value::Array(vec![member.value.clone()]), member.passes.clone());
        }
        while next < self.list.len() && self.complete {
            let base = self.list[next].clone();
            next += 1;
            let Value::Array(items) = base.value else { continue };
            for member in &members.list {
                let passes = base.passes.iter().zip(&member.passes).map(|(a, b)| *a || *b).collect();
                let mut items = items.clone();
                items.push(member.value.clone());
                self.push(Value::Array(items), passes);
            }
        }
    }
}

fn subsets<'a>(parts: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut out: Vec<Vec<&str>> = vec![Vec::new()];
    for part in parts {
        let with: Vec<Vec<&str>> = out.iter().map(|one| [one.as_slice(), &[*part]].concat()).collect();
        out.extend(with);
    }
    out.sort_by_key(Vec::len);
    out
}

/// A sign that stands in no literal.
fn separator(tests: &[Test]) -> char {
    let used: BTreeSet<char> =
        tests.iter().flat_map(Test::texts).flat_map(|text| text.folded().chars()).collect();
    let signs = "-_.~+=*#|/".chars().chain('\u{E000}'..='\u{F8FF}');
    // There are more signs to choose from than a set of rules can use up before it is too long to be parsed at all.
    signs.into_iter().find(|sign| !used.contains(sign)).unwrap_or('\u{F8FF}')
}
