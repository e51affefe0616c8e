//! What the references of a baseline may mean: the rules, in their order.

use super::{
    Basis, Bindings, Bound, Confidence, Entry, Key, LiveObject, Suggestion,
    emergency::{Candidates, candidates},
    location::Held,
    similar::{LEAST, Words, fold_name, is_emergency, unmark},
    view::uses,
};
use crate::{
    facts::Facts,
    json::is_guid,
    names::{NameKind, Names},
    normal::Reference,
    policy_set::PolicySet,
};
use std::collections::BTreeMap;

/// So many other proposals are kept.
const ALTERNATIVES: usize = 3;

pub(super) fn suggest(baseline: &PolicySet, live: &PolicySet, facts: &Facts) -> Bindings {
    let mut entries: BTreeMap<Key, Entry> = BTreeMap::new();
    let mut references: Vec<&Reference> = Vec::new();
    for policy in &baseline.policies {
        for (reference, used_by) in uses(policy) {
            // What is the same everywhere means itself, and so does a strength whose content is known.
            if reference.is_global() || reference.content.is_some() {
                continue;
            }
            let entry = entries.entry((reference.kind, reference.id.clone())).or_insert_with(|| {
                references.push(reference);
                Entry { name: reference.name.clone(), ..Entry::default() }
            });
            if !entry.used_by.contains(&used_by) {
                entry.used_by.push(used_by);
            }
        }
    }
    let here = objects(live);
    let matcher = Matcher::new(&baseline.names, live, &here, facts);
    for reference in references {
        let (bound, mut alternatives) = matcher.find(reference);
        alternatives.truncate(ALTERNATIVES);
        if let Some(entry) = entries.get_mut(&(reference.kind, reference.id.clone())) {
            entry.bound = Some(bound);
            entry.alternatives = alternatives;
        }
    }
    Bindings { entries, here }
}

/// The live tenant's objects: those that its policies name, and those whose names are known.
fn objects(live: &PolicySet) -> BTreeMap<Key, Reference> {
    let mut here = BTreeMap::new();
    for reference in live.policies.iter().flat_map(|policy| policy.normal.references()) {
        here.entry((reference.kind, reference.id.clone())).or_insert_with(|| reference.clone());
    }
    for (kind, id, _) in live.names.entries() {
        here.entry((kind, id.to_owned())).or_insert_with(|| Reference::live(kind, id, &live.names));
    }
    here
}

struct Matcher<'a> {
    theirs: &'a Names,
    live: &'a PolicySet,
    here: &'a BTreeMap<Key, Reference>,
    by_name: BTreeMap<(NameKind, String), Vec<&'a Reference>>,
    words: Vec<(&'a Reference, Words)>,
    held: Vec<(&'a Reference, Held)>,
    emergency: Candidates,
}

impl<'a> Matcher<'a> {
    fn new(
        theirs: &'a Names,
        live: &'a PolicySet,
        here: &'a BTreeMap<Key, Reference>,
        facts: &Facts,
    ) -> Self {
        let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut words = Vec::new();
        let mut held = Vec::new();
        for reference in here.values().filter(|reference| !reference.is_global()) {
            if let Some(name) = &reference.name {
                by_name.entry((reference.kind, fold_name(name))).or_default().push(reference);
                words.push((reference, Words::of(name)));
            }
            if reference.kind == NameKind::NamedLocation
                && let Some(body) =
                    live.names.entry(reference.kind, &reference.id).and_then(|entry| entry.body.as_ref())
            {
                held.push((reference, Held::of(body)));
            }
        }
        Self { theirs, live, here, by_name, words, held, emergency: candidates(live, facts) }
    }

    /// What takes effect, or why nothing does, and what else it may be.
    fn find(&self, reference: &Reference) -> (Bound, Vec<Suggestion>) {
        let high = |object: &Reference, basis: Basis, reason: String| {
            let live = vec![LiveObject::of(object)];
            Bound::Suggested(Suggestion { live, basis, confidence: Confidence::High, reason })
        };
        // Ids of authentication contexts are counted up in every tenant, and mean something else in each.
        if reference.kind != NameKind::AuthenticationContext
            && let Some(same) = self.here.get(&(reference.kind, reference.id.clone()))
        {
            return (high(same, Basis::Id, "this tenant knows the id".to_owned()), Vec::new());
        }
        let noun = reference.kind.noun();
        let theirs = self.held_by(reference);
        let mut alternatives = Vec::new();
        let mut why_not = why_unknown(reference);
        if let Some(label) = label(reference) {
            let same = self.by_name.get(&(reference.kind, fold_name(label))).map(Vec::as_slice);
            match same.unwrap_or_default() {
                [] if reference.name.is_some() => why_not = format!("no {noun} here is called \"{label}\""),
                [] => {}
                [one] if theirs.as_ref().zip(self.held_here(one)).is_some_and(|(a, b)| a != b) => {
                    why_not = format!("{noun} \"{label}\" holds something else here than in the baseline");
                    alternatives.push(low(one, Basis::Name, "it has the same name".to_owned()));
                }
                [one] => {
                    let reason = format!("the only {noun} here that is called \"{label}\"");
                    return (high(one, Basis::Name, reason), self.similar(reference));
                }
                several => {
                    why_not = format!("{} objects here are a {noun} called \"{label}\"", several.len());
                    let same_name =
                        |one: &&Reference| low(one, Basis::Name, "it has the same name".to_owned());
                    alternatives.extend(several.iter().map(same_name));
                }
            }
        }
        if let Some(theirs) = theirs.filter(Held::is_telling) {
            let same: Vec<&Reference> =
                self.held.iter().filter(|(_, held)| *held == theirs).map(|(one, _)| *one).collect();
            match same.as_slice() {
                [one] => return (high(one, Basis::Content, "it holds the same".to_owned()), alternatives),
                several => alternatives.extend(
                    several.iter().map(|one| low(one, Basis::Content, "it holds the same".to_owned())),
                ),
            }
        }
        if let Some(found) = self.emergency(reference) {
            if self.emergency.plain && alternatives.is_empty() {
                return (Bound::Suggested(found), self.similar(reference));
            }
            alternatives.push(Suggestion { confidence: Confidence::Low, ..found });
        }
        for one in self.similar(reference) {
            if alternatives.iter().all(|other| other.live != one.live) {
                alternatives.push(one);
            }
        }
        (Bound::Not(why_not), alternatives)
    }

    fn held_by(&self, reference: &Reference) -> Option<Held> {
        if reference.kind != NameKind::NamedLocation {
            return None;
        }
        self.theirs.entry(reference.kind, &reference.id)?.body.as_ref().map(Held::of)
    }

    fn held_here(&self, reference: &Reference) -> Option<&Held> {
        self.held.iter().find(|(one, _)| one.id == reference.id).map(|(_, held)| held)
    }

    fn emergency(&self, reference: &Reference) -> Option<Suggestion> {
        let people = matches!(reference.kind, NameKind::Group | NameKind::User);
        if !people || !label(reference).is_some_and(is_emergency) || self.emergency.objects.is_empty() {
            return None;
        }
        let object = |key: &Key| {
            let known = self.here.get(key).map(LiveObject::of);
            known.unwrap_or_else(|| LiveObject {
                kind: key.0,
                id: key.1.clone(),
                name: self.live.names.name(key.0, &key.1).map(str::to_owned),
            })
        };
        Some(Suggestion {
            live: self.emergency.objects.iter().map(object).collect(),
            basis: Basis::EmergencyAccess,
            confidence: Confidence::Assumed,
            reason: self.emergency.reason.clone(),
        })
    }

    /// Objects of the same kind with similar names, the most alike first.
    fn similar(&self, reference: &Reference) -> Vec<Suggestion> {
        let Some(label) = label(reference) else { return Vec::new() };
        let words = Words::of(label);
        let mut found: Vec<(f64, &Reference)> = self
            .words
            .iter()
            .filter(|(one, _)| one.kind == reference.kind)
            .filter(|(one, _)| one.name.as_deref().map(fold_name) != Some(fold_name(label)))
            .map(|(one, others)| (words.likeness(others), *one))
            .filter(|(likeness, _)| *likeness >= LEAST)
            .collect();
        found.sort_by(|(a, one), (b, other)| {
            b.total_cmp(a).then_with(|| one.name.cmp(&other.name)).then_with(|| one.id.cmp(&other.id))
        });
        let reason = "the names are similar".to_owned();
        found.iter().take(ALTERNATIVES).map(|(_, one)| low(one, Basis::SimilarName, reason.clone())).collect()
    }
}

fn low(object: &Reference, basis: Basis, reason: String) -> Suggestion {
    Suggestion { live: vec![LiveObject::of(object)], basis, confidence: Confidence::Low, reason }
}

/// What a reference is called: its name, else the placeholder that stands in its place.
fn label(reference: &Reference) -> Option<&str> {
    match &reference.name {
        Some(name) => Some(name),
        None if is_guid(&reference.id) || reference.kind == NameKind::AuthenticationContext => None,
        None => Some(unmark(&reference.id)).filter(|text| !text.is_empty()),
    }
}

fn why_unknown(reference: &Reference) -> String {
    let noun = reference.kind.noun();
    if reference.kind == NameKind::AuthenticationContext || is_guid(&reference.id) {
        format!("{noun} {} is of another tenant, and its name is not known", reference.id)
    } else {
        format!("{noun} \"{}\" is a placeholder", reference.id)
    }
}
