//! Classes of devices: which combinations of rules some device can match.
//!
//! Invariants: each class is real, that is, its example has exactly its truth values; the unregistered device is the
//! first; the same rules give the same classes with the same examples. When `exact`, no combination is missing:
//! attributes are taken as independent of each other, and unknown ones as texts.

use super::{
    candidates::{Candidate, candidates},
    compiled::{Node, Vocabulary},
    expr::Expr,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// How many devices are tried at most.
const MAX_DEVICES: usize = 50_000;

/// How many comparisons are made at most, over all devices and rules; where rules are many, fewer devices are tried.
const MAX_COMPARISONS: usize = 4_000_000;

/// How many classes there are at most.
pub(crate) const MAX_CLASSES: usize = 256;

/// Devices that match the same rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// For each rule, whether these devices match it.
    pub holds: Vec<bool>,
    /// The attributes of one such device, as few as can be; none for the unregistered device. A rule that can't be
    /// parsed is true by decree where `holds` says so.
    pub properties: BTreeMap<String, Value>,
}

/// What a list of rules makes of all devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// The unregistered device first, then devices with few attributes before others.
    pub classes: Vec<Class>,
    /// Whether no class is missing.
    pub exact: bool,
}

impl Classes {
    /// The classes of some rules; `None` stands for a rule that can't be parsed, which may or may not hold for any
    /// device.
    pub fn of(rules: &[Option<&Expr>]) -> Self {
        let parsed: Vec<&Expr> = rules.iter().copied().flatten().collect();
        let mut search = Search::new(&parsed);
        search.run();
        let mut found: Vec<(Cost, Vec<bool>)> =
            search.found.into_iter().map(|(holds, cost)| (cost, holds)).collect();
        found.sort();
        let (free, all_free) = assignments(rules.len() - parsed.len());
        let exact = search.exact && all_free && found.len().saturating_mul(free.len()) <= MAX_CLASSES;
        let mut classes = Vec::new();
        for assignment in &free {
            for (cost, holds) in found.iter().take(MAX_CLASSES - classes.len()) {
                let (mut holds, mut assigned) = (holds.iter(), assignment.iter());
                let pick = |rule: &Option<&Expr>| match rule {
                    Some(_) => holds.next(),
                    None => assigned.next(),
                };
                let holds = rules.iter().filter_map(pick).copied().collect();
                classes.push(Class { holds, properties: search.axes.properties(&cost.choice) });
            }
        }
        Self { classes, exact }
    }
}

/// How much there is to an example: attributes, characters, and at last its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    attributes: usize,
    characters: usize,
    choice: Vec<usize>,
}

/// The attributes, and the values that each can have.
struct Axes {
    names: Vec<String>,
    values: Vec<Vec<Candidate>>,
}

impl Axes {
    fn chosen<'a>(&'a self, choice: &'a [usize]) -> impl Iterator<Item = (&'a String, &'a Candidate)> {
        let values = self.values.iter().zip(choice).map(|(values, at)| &values[*at]);
        self.names.iter().zip(values).filter(|(_, candidate)| !candidate.value.is_null())
    }

    fn properties(&self, choice: &[usize]) -> BTreeMap<String, Value> {
        self.chosen(choice).map(|(name, candidate)| (name.clone(), candidate.value.clone())).collect()
    }

    fn cost(&self, choice: &[usize]) -> Cost {
        let attributes = self.chosen(choice).count();
        let characters = self.chosen(choice).map(|(_, candidate)| candidate.characters).sum();
        Cost { attributes, characters, choice: choice.to_vec() }
    }
}

struct Search {
    axes: Axes,
    rules: Vec<Node>,
    found: BTreeMap<Vec<bool>, Cost>,
    exact: bool,
    tried: usize,
    /// How many devices may be tried.
    most: usize,
}

impl Search {
    fn new(rules: &[&Expr]) -> Self {
        let vocabulary = Vocabulary::of(rules);
        let mut axes = Axes { names: Vec::new(), values: Vec::new() };
        let mut exact = true;
        for (attribute, tests) in &vocabulary.attributes {
            let candidates = candidates(attribute, tests);
            exact &= candidates.complete;
            axes.names.push(attribute.name().to_owned());
            axes.values.push(candidates.list);
        }
        let comparisons: usize = rules.iter().map(|rule| rule.comparisons().len()).sum();
        let most = MAX_DEVICES.min(MAX_COMPARISONS / comparisons.max(1)).max(MAX_CLASSES);
        let rules = rules.iter().map(|rule| vocabulary.compile(rule)).collect();
        Self { axes, rules, found: BTreeMap::new(), exact, tried: 0, most }
    }

    fn run(&mut self) {
        let sizes: Vec<usize> = self.axes.values.iter().map(Vec::len).collect();
        let product = sizes.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
        let mut choice = vec![0; sizes.len()];
        if product.is_some_and(|product| product <= self.most) {
            loop {
                self.try_device(&choice);
                // Counts up, the first attribute fastest.
                let Some(at) = (0..sizes.len()).find(|at| choice[*at] + 1 < sizes[*at]) else { return };
                choice[at] += 1;
                choice[..at].fill(0);
            }
        }
        self.exact = false;
        self.try_device(&choice);
        for at in 0..sizes.len() {
            self.vary(&mut choice, &sizes, at, |search, choice| search.try_device(choice));
        }
        for first in 0..sizes.len() {
            for second in first + 1..sizes.len() {
                self.vary(&mut choice, &sizes, first, |search, choice| {
                    search.vary(choice, &sizes, second, |search, choice| search.try_device(choice));
                });
            }
        }
    }

    fn vary(
        &mut self,
        choice: &mut Vec<usize>,
        sizes: &[usize],
        at: usize,
        mut then: impl FnMut(&mut Self, &mut Vec<usize>),
    ) {
        for value in 1..sizes[at] {
            if self.tried >= self.most {
                break;
            }
            choice[at] = value;
            then(self, choice);
        }
        choice[at] = 0;
    }

    fn try_device(&mut self, choice: &[usize]) {
        self.tried += 1;
        let passes =
            |attribute: usize, test: usize| self.axes.values[attribute][choice[attribute]].passes[test];
        let holds: Vec<bool> = self.rules.iter().map(|rule| rule.holds(&passes)).collect();
        let cost = self.axes.cost(choice);
        match self.found.get_mut(&holds) {
            Some(least) if *least <= cost => {}
            Some(least) => *least = cost,
            None => drop(self.found.insert(holds, cost)),
        }
    }
}

/// Ways to decree the truth of rules that can't be parsed, few true ones first, and whether these are all ways.
fn assignments(count: usize) -> (Vec<Vec<bool>>, bool) {
    if count <= MAX_CLASSES.ilog2() as usize {
        let mut all: Vec<Vec<bool>> =
            (0..1_usize << count).map(|bits| (0..count).map(|at| bits >> at & 1 == 1).collect()).collect();
        all.sort_by_key(|one| one.iter().filter(|held| **held).count());
        return (all, true);
    }
    let none = vec![false; count];
    let single = (0..count).map(|at| (0..count).map(|other| other == at).collect());
    (std::iter::once(none.clone()).chain([vec![true; count]]).chain(single).collect(), false)
}
