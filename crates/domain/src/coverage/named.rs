//! Sets of atoms said with few names: by what a set is, by what it leaves out of a larger one, or by what it leaves out
//! and takes in again, whichever is shortest.
//!
//! Invariant: what is said of a set within a base is true of every atom of it and of no other atom of the base. Of what
//! the base itself leaves out nothing is said, as long as its plainest member is in the base.

use super::cell::{Atoms, atoms, has, is_zero, within};
use std::{cmp::Reverse, collections::BinaryHeap};

/// Most parts that are listed before "and … more".
const MOST_PARTS: usize = 4;
/// A combination that has no name of its own costs a reader as much as several names.
const UNNAMED: usize = 3;
/// Of more names than these nobody reads which are left out of which.
const MOST_CARVED: usize = 200;
/// What costs no more is said as it is, without looking for a shorter way.
const CHEAP: usize = 2;

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

/// How sets are said in one dimension.
pub(super) struct Voice<'v> {
    pub(super) predicates: &'v Predicates,
    /// What a base is called that holds all that there is.
    pub(super) everything: &'v str,
    /// Whether members of a base can be told by what else they are: "guests who are also members of Sales".
    pub(super) also: bool,
}

/// A set within a base.
pub(super) fn say(set: &[u64], base: &[u64], voice: &Voice<'_>, label: impl Fn(usize) -> String) -> String {
    let predicates = voice.predicates;
    let whole = || {
        if within(&universe(base.len(), predicates, set, base), base) {
            Parts { words: vec![voice.everything.to_owned()], also: Vec::new(), cost: 1, rest: 0 }
        } else {
            parts(base, base, predicates, Reach::Plain, &label)
        }
    };
    if set == base {
        return whole().listed("");
    }
    let of = parts(set, base, predicates, if voice.also { Reach::Also } else { Reach::Plain }, &label);
    // Nothing is shorter than one name.
    if of.cost <= 1 {
        return of.listed("");
    }
    let whole = whole();
    let name = whole.listed("");
    if whole.words.len() > 1 && !voice.also {
        return of.listed(&name);
    }
    let rest: Vec<u64> = base.iter().zip(set).map(|(base, set)| base & !set).collect();
    let but = parts(&rest, base, predicates, Reach::Beyond, &label);
    let cheapest = of.cost.min(but.cost);
    if cheapest > CHEAP && voice.also {
        let except = carved(&rest, base, predicates, Reach::Beyond);
        let only = carved(set, base, predicates, Reach::Also);
        let cost = |carved: &Option<Carved>| carved.as_ref().map_or(usize::MAX, |carved| carved.cost);
        if cost(&only) < cheapest.min(cost(&except)) {
            return only.map(|only| only.listed(&name, " and ")).unwrap_or_default();
        }
        if let Some(except) = except.filter(|except| except.cost < cheapest) {
            return format!("{name} except {}", except.listed("", ", and except "));
        }
    }
    if but.cost < of.cost { format!("{name} except {}", but.listed("")) } else { of.listed(&name) }
}

/// How far a name may reach beyond a base.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Its plainest member must be in the base.
    Plain,
    /// As `Plain`; what reaches further is told as what members of the base are besides.
    Also,
    /// As far as it likes: it is taken out of the base.
    Beyond,
}

/// Names for a set.
struct Parts {
    words: Vec<String>,
    /// What members of the base are besides.
    also: Vec<String>,
    cost: usize,
    /// How many combinations without a name are not listed.
    rest: usize,
}

impl Parts {
    /// All of it; `whole` is what the base is called.
    fn listed(&self, whole: &str) -> String {
        let mut words = self.words.clone();
        if !self.also.is_empty() {
            words.push(format!("{} also {}", who_are(whole), listed(&self.also, "or")));
        }
        if self.rest == 0 {
            return listed(&words, "and");
        }
        let shown: Vec<String> = words.iter().take(MOST_PARTS - 1).cloned().collect();
        let more = words.len() - shown.len() + self.rest;
        format!("{} and {more} more combinations", gathered(&shown, MOST_PARTS).join(", "))
    }
}

/// A set within a base as named sets, each without the named sets in it that are no part of it: the holders of a role
/// who are not in the group that its policy excludes. What it costs a reader, and the words.
fn carved(rest: &[u64], base: &[u64], predicates: &Predicates, reach: Reach) -> Option<Carved> {
    let meets = |words: &[u64], other: &[u64]| words.iter().zip(other).any(|(a, b)| a & b != 0);
    let mut open: Vec<u64> = rest.to_vec();
    let mut candidates: Vec<&Predicate> = predicates
        .iter()
        .filter(|one| meets(&one.set.0, rest) && (reach != Reach::Plain || has(base, one.plain)))
        // What holds the whole base tells nothing apart: "except everyone who is not …" is for nobody to read.
        .filter(|one| !within(base, &one.set.0))
        .collect();
    let mut out: Vec<Cut> = Vec::new();
    let mut cost = 0;
    if candidates.len() > MOST_CARVED {
        return None;
    }
    while !is_zero(&open) {
        let gain =
            |one: &Predicate| one.set.0.iter().zip(&open).map(|(a, b)| (a & b).count_ones()).sum::<u32>();
        fn too_much<'w>(
            one: &'w Predicate,
            base: &'w [u64],
            rest: &'w [u64],
        ) -> impl Iterator<Item = u64> + 'w {
            one.set.0.iter().zip(base.iter().zip(rest)).map(|(a, (base, rest))| a & base & !rest)
        }
        let size = |one: &Predicate| too_much(one, base, rest).map(u64::count_ones).sum::<u32>();
        let (at, _) = candidates
            .iter()
            .enumerate()
            .map(|(at, one)| (at, gain(one)))
            .filter(|(_, gained)| *gained > 0)
            // More of what is missing, less of what is not.
            .max_by_key(|(at, gained)| {
                (i64::from(*gained) - i64::from(size(candidates[*at])), Reverse(*at))
            })?;
        let one = candidates.swap_remove(at);
        let stays: Vec<u64> = too_much(one, base, rest).collect();
        let missing: Vec<u64> = one.set.0.iter().zip(rest).map(|(a, rest)| a & rest).collect();
        let inside: Vec<&Predicate> = if is_zero(&stays) {
            Vec::new()
        } else {
            let fits = |other: &&Predicate| meets(&other.set.0, &stays) && !meets(&other.set.0, &missing);
            predicates.iter().filter(fits).collect()
        };
        let (chosen, left) = greedy(&stays, &inside, |_| 0);
        if !is_zero(&left) {
            continue;
        }
        open.iter_mut().zip(&missing).for_each(|(open, missing)| *open &= !missing);
        let mut unless: Vec<String> = chosen.iter().map(|at| inside[*at].text.clone()).collect();
        unless.sort();
        cost += 1;
        let also = reach == Reach::Also && !has(base, one.plain);
        match out.iter_mut().find(|cut| cut.unless == unless && cut.also == also) {
            Some(cut) => cut.words.push(one.text.clone()),
            None => {
                cost += unless.len() + usize::from(also);
                out.push(Cut { words: vec![one.text.clone()], unless, also });
            }
        }
    }
    Some(Carved { cost, cuts: out })
}

/// A set of people, as what something is said of.
fn who_are(whole: &str) -> String {
    let verb = if whole == "everyone" { "is" } else { "are" };
    format!("{whole} who {verb}")
}

/// Named sets without others.
struct Cut {
    words: Vec<String>,
    /// What of them is no part of it.
    unless: Vec<String>,
    /// Whether the names reach beyond the base.
    also: bool,
}

/// Several of them, and what they cost a reader.
struct Carved {
    cost: usize,
    cuts: Vec<Cut>,
}

impl Carved {
    fn listed(&self, whole: &str, and: &str) -> String {
        let said: Vec<String> = self
            .cuts
            .iter()
            .map(|cut| {
                let but = match cut.unless.as_slice() {
                    [] => String::new(),
                    unless => format!(" who are not {}", listed(unless, "or")),
                };
                if cut.also {
                    format!("{} also {}{but}", who_are(whole), listed(&cut.words, "or"))
                } else {
                    format!("{}{but}", listed(&cut.words, "and"))
                }
            })
            .collect();
        said.join(and)
    }
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
    let gain =
        |words: &Atoms, open: &[u64]| words.0.iter().zip(open).map(|(a, b)| (a & b).count_ones()).sum();
    // What a name adds only shrinks as others are chosen, so one that still adds what it was last seen to add is best.
    let mut heap: BinaryHeap<(u32, Reverse<u32>, Reverse<usize>)> = predicates
        .iter()
        .enumerate()
        .map(|(at, one)| (gain(&one.set, &open), Reverse(beyond(&one.set)), Reverse(at)))
        .filter(|(gained, ..)| *gained > 0)
        .collect();
    while let Some((seen, further, Reverse(at))) = heap.pop() {
        let words = &predicates[at].set;
        match gain(words, &open) {
            0 => {}
            gained if gained < seen => heap.push((gained, further, Reverse(at))),
            _ => {
                chosen.push(at);
                open.iter_mut().zip(&words.0).for_each(|(open, named)| *open &= !named);
            }
        }
    }
    (chosen, open)
}

/// The fewest names, greedily, that together are exactly the set within the base.
fn parts(
    set: &[u64],
    base: &[u64],
    predicates: &Predicates,
    reach: Reach,
    label: &impl Fn(usize) -> String,
) -> Parts {
    let fits = |predicate: &&Predicate| {
        let mut any = 0;
        for ((word, base), set) in predicate.set.0.iter().zip(base).zip(set) {
            if word & base & !set != 0 {
                return false;
            }
            any |= word & base;
        }
        any != 0
    };
    let beyond = |words: &Atoms| words.0.iter().zip(base).map(|(a, b)| (a & !b).count_ones()).sum::<u32>();
    let fitting = predicates.iter().filter(fits);
    let (cut, further): (Vec<&Predicate>, Vec<&Predicate>) =
        fitting.partition(|predicate| reach == Reach::Beyond || has(base, predicate.plain));
    let (chosen, mut open) = greedy(set, &cut, beyond);
    let mut words: Vec<String> = chosen.iter().map(|at| cut[*at].text.clone()).collect();
    let mut also = Vec::new();
    if reach == Reach::Also {
        let (chosen, left) = greedy(&open, &further, beyond);
        also.extend(chosen.iter().map(|at| further[*at].text.clone()));
        open = left;
    }
    let left: Vec<usize> = atoms(&open).collect();
    words.extend(left.iter().take(MOST_PARTS).map(|at| label(*at)));
    let rest = left.len().saturating_sub(MOST_PARTS);
    let cost = chosen.len() + also.len() + usize::from(!also.is_empty()) + UNNAMED * left.len();
    Parts { words, also, cost, rest }
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
        many => format!("{} {and} {} more", many[..MOST_PARTS - 1].join(", "), many.len() - (MOST_PARTS - 1)),
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
        let predicates = predicates();
        let voice = Voice { predicates: &predicates, everything: "everyone", also: true };
        say(&of(set).0, &of(base).0, &voice, |at| format!("class {at}"))
    }

    #[test]
    fn a_set_is_said_in_the_fewest_names() {
        let all = [0, 1, 2, 3, 4, 5, 6];
        assert_eq!(told(&all, &all), "everyone");
        assert_eq!(told(&[3, 4, 5], &all), "members of X");
        assert_eq!(told(&[1, 2, 4, 5], &all), "holders of A or B");
        assert_eq!(told(&[0, 1, 2, 6], &all), "everyone except members of X");
        assert_eq!(
            told(&[0, 3, 4, 5, 6], &all),
            "everyone except holders of A or B who are not members of X"
        );
    }

    #[test]
    fn a_name_is_not_used_where_its_plainest_member_is_no_part_of_it() {
        assert_eq!(told(&[1, 4], &[1, 4]), "holders of A");
        // Of X only those who hold A: "members of X" would say too much.
        assert_eq!(told(&[4], &[1, 4]), "holders of A who are also members of X");
        assert_eq!(told(&[4, 5], &[1, 2, 4, 5]), "holders of A or B who are also members of X");
        assert_eq!(told(&[1, 2], &[1, 2, 4, 5]), "holders of A or B except members of X");
        // Everyone but the excluded: the base's own exclusion is understood.
        assert_eq!(told(&[0, 1, 2, 6], &[0, 1, 2, 6]), "everyone");
        assert_eq!(told(&[1], &[0, 1, 2, 6]), "holders of A");
        // A base without its plainest member is never called everyone.
        assert_eq!(told(&[1, 2], &[1, 2]), "holders of A or B");
    }

    #[test]
    fn nothing_is_told_by_leaving_everyone_out() {
        for base in 1_usize..1 << 7 {
            for set in (1..=base).filter(|set| set & !base == 0) {
                let of = |bits: usize| (0..7).filter(|at| bits >> at & 1 == 1).collect::<Vec<_>>();
                let said = told(&of(set), &of(base));
                assert!(!said.contains("except everyone") && !said.contains("everyone who are"), "{said}");
            }
        }
    }

    #[test]
    fn long_lists_are_counted() {
        let words: Vec<String> = (1..=6).map(|at| format!("holders of R{at}")).collect();
        assert_eq!(listed(&words, "and"), "holders of R1, R2, R3 and 3 more roles");
        let words = ["holders of R1", "members of G", "guests"].map(str::to_owned);
        assert_eq!(listed(&words, "and"), "members of G, holders of R1 and guests");
    }
}
