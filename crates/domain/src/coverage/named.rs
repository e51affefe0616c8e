//! Sets of atoms said with few names: by what a set is, by what it leaves out of a larger one, or by what it leaves out
//! and takes in again, whichever is shortest.
//!
//! Invariant: what is said of a set within a base is true of every atom of it and of no other atom of the base. Of what
//! the base itself leaves out nothing is said, as long as its plainest member is in the base.

use super::cell::{Atoms, atoms, has, is_zero, within};
use std::cmp::Reverse;

/// Most parts that are listed before "and … more".
const MOST_PARTS: usize = 4;
/// A combination that has no name of its own costs a reader as much as several names.
const UNNAMED: usize = 3;

/// A set of atoms with a name.
#[derive(Debug, Clone)]
pub(crate) struct Predicate {
    pub(super) set: Atoms,
    /// Its plainest atom: where that is not in a region, the name would say too much of it.
    pub(super) plain: usize,
    pub(super) text: String,
}

/// Sets of atoms with a name, to say a set with few words.
pub(crate) type Predicates = Vec<Predicate>;

/// A named set whose plainest atom is its first.
pub(super) fn named(set: Atoms, text: String) -> Predicate {
    let plain = atoms(&set.0).next().unwrap_or_default();
    Predicate { set, plain, text }
}

/// A set within a base; `everything` is what the base is called where it holds all that there is.
pub(super) fn say(
    set: &[u64],
    base: &[u64],
    predicates: &Predicates,
    everything: &str,
    label: impl Fn(usize) -> String,
) -> String {
    let whole = if within(&universe(base.len(), predicates, set, base), base) {
        Parts { words: vec![everything.to_owned()], cost: 1, rest: 0 }
    } else {
        parts(base, base, predicates, &label)
    };
    if set == base {
        return whole.listed();
    }
    let rest: Vec<u64> = base.iter().zip(set).map(|(base, set)| base & !set).collect();
    let of = parts(set, base, predicates, &label);
    if whole.cost > 1 {
        return of.listed();
    }
    let but = parts(&rest, base, predicates, &label);
    let again = out_and_in_again(&rest, base, predicates);
    let whole = whole.words.concat();
    match again {
        Some((out, inside)) if out.cost + inside.cost < of.cost.min(but.cost) => {
            format!("{whole} except {}; and {}", out.listed(), inside.listed())
        }
        _ if but.cost < of.cost => format!("{whole} except {}", but.listed()),
        _ => of.listed(),
    }
}

/// Names for a set.
struct Parts {
    words: Vec<String>,
    cost: usize,
    /// How many combinations without a name are not listed.
    rest: usize,
}

impl Parts {
    fn listed(&self) -> String {
        if self.rest == 0 {
            return listed(&self.words, "and");
        }
        let shown: Vec<String> = self.words.iter().take(MOST_PARTS - 1).cloned().collect();
        let more = self.words.len() - shown.len() + self.rest;
        format!("{} and {more} more combinations", gathered(&shown, MOST_PARTS).join(", "))
    }
}

/// What is missing of a base as named sets that may reach into the set, and the named sets that are in it all the same:
/// the holders of a role, and the group that its policy excludes.
fn out_and_in_again(rest: &[u64], base: &[u64], predicates: &Predicates) -> Option<(Parts, Parts)> {
    let meets = |words: &Atoms, other: &[u64]| words.0.iter().zip(other).any(|(a, b)| a & b != 0);
    let in_base = |predicate: &&Predicate| has(base, predicate.plain);
    let inside: Vec<&Predicate> =
        predicates.iter().filter(in_base).filter(|one| !meets(&one.set, rest)).collect();
    let mut all_inside = vec![0; base.len()];
    for one in &inside {
        all_inside.iter_mut().zip(&one.set.0).for_each(|(all, word)| *all |= word);
    }
    // Out is whatever is missing but for what is in again.
    let fits = |one: &&Predicate| {
        has(rest, one.plain)
            && one
                .set
                .0
                .iter()
                .zip(base)
                .zip(rest)
                .zip(&all_inside)
                .all(|(((a, base), rest), again)| a & base & !rest & !again == 0)
    };
    let outside: Vec<&Predicate> = predicates.iter().filter(fits).collect();
    let (out, left) = greedy(rest, &outside, |_| 0);
    if !is_zero(&left) {
        return None;
    }
    // In again is what the chosen ones say too much.
    let mut too_much = vec![0; base.len()];
    for at in &out {
        too_much.iter_mut().zip(&outside[*at].set.0).for_each(|(all, word)| *all |= word);
    }
    too_much.iter_mut().zip(base.iter().zip(rest)).for_each(|(all, (base, rest))| *all &= base & !rest);
    let (again, left) = greedy(&too_much, &inside, |_| 0);
    if !is_zero(&left) || again.is_empty() {
        return None;
    }
    let words = |list: &[&Predicate], chosen: &[usize]| Parts {
        words: chosen.iter().map(|at| list[*at].text.clone()).collect(),
        cost: chosen.len(),
        rest: 0,
    };
    Some((words(&outside, &out), words(&inside, &again)))
}

/// All atoms that any predicate knows of, so that a base that holds them all is everything.
fn universe(len: usize, predicates: &Predicates, set: &[u64], base: &[u64]) -> Vec<u64> {
    let mut all = vec![0; len];
    for predicate in predicates {
        all.iter_mut().zip(&predicate.set.0).for_each(|(all, word)| *all |= word);
    }
    all.iter_mut().zip(set.iter().zip(base)).for_each(|(all, (set, base))| *all |= set | base);
    all
}

/// The fewest named sets, greedily, by their places, and what no name covers. Of those that say as much the one that says
/// least beyond is taken.
fn greedy(set: &[u64], predicates: &[&Predicate], beyond: impl Fn(&Atoms) -> u32) -> (Vec<usize>, Vec<u64>) {
    let mut open: Vec<u64> = set.to_vec();
    let mut chosen = Vec::new();
    while !is_zero(&open) {
        let gain = |words: &Atoms| words.0.iter().zip(&open).map(|(a, b)| (a & b).count_ones()).sum::<u32>();
        let best = predicates
            .iter()
            .enumerate()
            .map(|(at, one)| (gain(&one.set), at))
            .filter(|(gained, _)| *gained > 0)
            .max_by_key(|(gained, at)| (*gained, Reverse(beyond(&predicates[*at].set)), Reverse(*at)));
        let Some((_, at)) = best else { break };
        chosen.push(at);
        open.iter_mut().zip(&predicates[at].set.0).for_each(|(open, named)| *open &= !named);
    }
    (chosen, open)
}

/// The fewest names, greedily, that together are exactly the set within the base.
fn parts(set: &[u64], base: &[u64], predicates: &Predicates, label: &impl Fn(usize) -> String) -> Parts {
    let fits = |predicate: &&Predicate| {
        let mut any = 0;
        for ((word, base), set) in predicate.set.0.iter().zip(base).zip(set) {
            if word & base & !set != 0 {
                return false;
            }
            any |= word & base;
        }
        any != 0 && has(base, predicate.plain)
    };
    let cut: Vec<&Predicate> = predicates.iter().filter(fits).collect();
    let beyond = |words: &Atoms| words.0.iter().zip(base).map(|(a, b)| (a & !b).count_ones()).sum::<u32>();
    let (chosen, open) = greedy(set, &cut, beyond);
    let mut words: Vec<String> = chosen.iter().map(|at| cut[*at].text.clone()).collect();
    let left: Vec<usize> = atoms(&open).collect();
    words.extend(left.iter().take(MOST_PARTS).map(|at| label(*at)));
    let rest = left.len().saturating_sub(MOST_PARTS);
    Parts { words, cost: chosen.len() + UNNAMED * left.len(), rest }
}

/// Words that begin alike ("members of A", "members of B") as one ("members of A and B"), with the rest counted where
/// there are more than `most`.
fn gathered(words: &[String], most: usize) -> Vec<String> {
    let leads = [("members of ", "groups"), ("holders of ", "roles")];
    let one_name = |word: &str| !word.contains(" who are also ");
    let mut out: Vec<String> = Vec::new();
    for (lead, noun) in leads {
        let alike: Vec<&str> =
            words.iter().filter(|word| one_name(word)).filter_map(|word| word.strip_prefix(lead)).collect();
        match alike.as_slice() {
            [] => {}
            many if many.len() > most => {
                let shown = many[..most - 1].join(", ");
                out.push(format!("{lead}{shown} and {} more {noun}", many.len() - (most - 1)));
            }
            [one] => out.push(format!("{lead}{one}")),
            [few @ .., last] => out.push(format!("{lead}{} or {last}", few.join(", "))),
        }
    }
    let others =
        words.iter().filter(|word| !one_name(word) || !leads.iter().any(|(lead, _)| word.starts_with(lead)));
    out.extend(others.cloned());
    out
}

/// Words joined for people, with the rest counted where there are many.
pub(crate) fn listed(words: &[String], and: &str) -> String {
    match gathered(words, MOST_PARTS).as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [few @ .., last] if few.len() < MOST_PARTS => format!("{} {and} {last}", few.join(", ")),
        many => format!("{} and {} more", many[..MOST_PARTS - 1].join(", "), many.len() - (MOST_PARTS - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(members: &[usize]) -> Atoms {
        Atoms::of(8, members.iter().copied())
    }

    fn predicates() -> Predicates {
        // 0 the rest, 1 role A, 2 role B, 3 excluded X, 4 A in X, 5 B in X, 6 guests.
        let group = |plain: usize, set: &[usize], text: &str| Predicate {
            set: of(set),
            plain,
            text: text.to_owned(),
        };
        vec![
            group(0, &[0, 1, 2, 3, 4, 5, 6], "everyone"),
            group(6, &[6], "guests and external users"),
            group(1, &[1, 4], "holders of A"),
            group(2, &[2, 5], "holders of B"),
            group(3, &[3, 4, 5], "members of X"),
        ]
    }

    fn told(set: &[usize], base: &[usize]) -> String {
        say(&of(set).0, &of(base).0, &predicates(), "everyone", |at| format!("class {at}"))
    }

    #[test]
    fn a_set_is_said_in_the_fewest_names() {
        let all = [0, 1, 2, 3, 4, 5, 6];
        assert_eq!(told(&all, &all), "everyone");
        assert_eq!(told(&[3, 4, 5], &all), "members of X");
        assert_eq!(told(&[1, 2, 4, 5], &all), "holders of A or B");
        assert_eq!(told(&[0, 1, 2, 6], &all), "everyone except members of X");
        assert_eq!(told(&[0, 3, 4, 5, 6], &all), "everyone except holders of A or B; and members of X");
    }

    #[test]
    fn a_name_is_not_used_where_its_plainest_member_is_no_part_of_it() {
        assert_eq!(told(&[1, 4], &[1, 4]), "holders of A");
        // Of X only those who hold A: "members of X" would say too much.
        assert_eq!(told(&[4], &[1, 4]), "class 4");
        // Everyone but the excluded: the base's own exclusion is understood.
        assert_eq!(told(&[0, 1, 2, 6], &[0, 1, 2, 6]), "everyone");
        assert_eq!(told(&[1], &[0, 1, 2, 6]), "holders of A");
        // A base without its plainest member is never called everyone.
        assert_eq!(told(&[1, 2], &[1, 2]), "holders of A or B");
    }

    #[test]
    fn long_lists_are_counted() {
        let words: Vec<String> = (1..=6).map(|at| format!("holders of R{at}")).collect();
        assert_eq!(listed(&words, "and"), "holders of R1, R2, R3 and 3 more roles");
        let words = ["holders of R1", "members of G", "guests"].map(str::to_owned);
        assert_eq!(listed(&words, "and"), "members of G, holders of R1 and guests");
    }
}
