//! Goals against the enforced policies of a tenant.
//!
//! Invariants: only enforced policies whose meaning is known protect; a goal that says something unknown is met only by
//! policies that say the same unknown thing; every witness is a sign-in of the goal's region that no policy guarantees;
//! the work is bounded over all goals together, and what is not decided says so.

use super::{
    Exposure, Gap, Region, Witness,
    cell::{Cell, Dim, atoms, meets},
    control::{Catalogue, Demand, Gives, demands},
    grow::grow,
    people::{Heads, Key},
    space::{Kind, Space, Who},
    split::subtract_by_class,
    subtract::{Budget, Exhausted, relevant, subtract},
    tell::Teller,
};
use crate::{
    canonical::canonical_bytes,
    facts::Facts,
    names::{NameKind, Names},
    normal::NormalPolicy,
    words::{display_frequency, display_item, display_word},
};
use std::collections::BTreeSet;

/// Comparisons of two boxes for all goals of one engine: under a second of one core.
const WORK: u64 = 20_000_000;
/// Of these at most so many for one goal.
const WORK_PER_GOAL: u64 = 4_000_000;
/// Most regions that are told.
const MOST_REGIONS: usize = 6;

/// A policy as boxes.
struct Boxed {
    /// By kind of space.
    cells: [Option<Cell>; 3],
    gives: Gives,
    /// What of it this version can't understand; empty where it understands all.
    opaque: Vec<u8>,
}

/// The enforced policies of a tenant and some goals in one space each for people, workload identities and agents.
pub struct Engine<'e> {
    names: &'e Names,
    facts: &'e Facts,
    spaces: [Option<Space>; 3],
    live: Vec<Boxed>,
    goals: Vec<(Boxed, Vec<Demand>, Vec<String>)>,
    catalogue: Catalogue,
    budget: Budget,
}

impl<'e> Engine<'e> {
    /// Lays out the space that tells the live policies and the goals apart. Goals are in terms of the live tenant, and
    /// are taken as enforced whatever their state. `emergency` are accounts and groups for emergency access.
    pub fn new(
        live: impl IntoIterator<Item = &'e NormalPolicy>,
        goals: &[&NormalPolicy],
        names: &'e Names,
        facts: &'e Facts,
        emergency: &BTreeSet<(NameKind, String)>,
    ) -> Self {
        let live: Vec<&NormalPolicy> = live.into_iter().filter(|policy| policy.enforced).collect();
        let all: Vec<&NormalPolicy> = live.iter().copied().chain(goals.iter().copied()).collect();
        let spaces = Kind::ALL.map(|kind| {
            goals
                .iter()
                .any(|goal| kind.concerns(goal))
                .then(|| Space::of(kind, &all, names, facts, emergency))
        });
        let mut catalogue = Catalogue::default();
        let mut boxed = |policy: &NormalPolicy| Boxed {
            cells: Kind::ALL.map(|kind| spaces[kind as usize].as_ref().and_then(|space| space.cell(policy))),
            gives: catalogue.gives(policy),
            opaque: opaque(policy),
        };
        let live = live.into_iter().map(&mut boxed).collect();
        let goals =
            goals.iter().map(|goal| (boxed(goal), demands(goal), goal.uncertainties.clone())).collect();
        Self { names, facts, spaces, live, goals, catalogue, budget: Budget { left: WORK } }
    }

    /// What of a goal is left open, by its place in the list.
    pub fn gap(&mut self, goal: usize) -> Gap {
        let mut finding = Finding::default();
        for kind in Kind::ALL {
            self.gap_in(goal, kind, &mut finding);
        }
        let (_, _, uncertain) = &self.goals[goal];
        let mut conditions = finding.conditions;
        if !uncertain.is_empty() {
            conditions.insert(format!(
                "The policy uses {}, which this version does not know.",
                uncertain.join(", ")
            ));
        }
        Gap {
            share: if finding.total > 0.0 { (finding.open / finding.total).clamp(0.0, 1.0) } else { 0.0 },
            regions: finding.regions,
            witness: finding.witness,
            exposure: finding.exposure.unwrap_or_default(),
            conditions: conditions.into_iter().collect(),
            not_decided: finding.not_decided,
        }
    }

    /// Whether a goal asks for anything of anybody: else there is nothing to protect.
    pub fn asks(&self, goal: usize) -> bool {
        let (boxed, demands, _) = &self.goals[goal];
        !demands.is_empty() && boxed.cells.iter().any(Option::is_some)
    }

    fn gap_in(&mut self, goal: usize, kind: Kind, finding: &mut Finding) {
        let (Some(space), (boxed, demands, _)) = (&self.spaces[kind as usize], &self.goals[goal]) else {
            return;
        };
        let Some(region) = &boxed.cells[kind as usize] else { return };
        let layout = &space.layout;
        finding.total += space.weight(region);
        let mut budget = Budget { left: self.budget.left.min(WORK_PER_GOAL) };
        let before = budget.left;
        let mut seen: Vec<Open> = Vec::new();
        for demand in demands {
            let covers: Vec<&Cell> = self
                .live
                .iter()
                .filter(|policy| policy.opaque.is_empty() || policy.opaque == boxed.opaque)
                .filter_map(|policy| policy.cells[kind as usize].as_ref().map(|cell| (policy, cell)))
                .filter(|(policy, _)| self.catalogue.guarantees(&policy.gives, demand))
                .map(|(_, cell)| cell)
                .collect();
            let cut = relevant(layout, region, &covers);
            if let Some(known) = seen.iter_mut().find(|known| known.cut == cut) {
                known.missing.push(demand);
                continue;
            }
            let pieces = subtract(layout, region, &covers, &mut budget)
                .or_else(|Exhausted| subtract_by_class(layout, region, &cut, &mut budget));
            match pieces {
                Ok(pieces) => seen.push(Open { cut, pieces, missing: vec![demand] }),
                Err(Exhausted) => {
                    let enforced = cut.len();
                    finding.not_decided = Some(format!(
                        "Not decided: {enforced} enforced policies meet here in more ways than could be worked through.",
                    ));
                }
            }
        }
        seen.retain(|open| !open.pieces.is_empty());
        if !seen.is_empty() {
            let teller = Teller::new(space, self.names);
            tell(space, &teller, region, &seen, self.facts, &mut budget, finding);
        }
        self.budget.left -= (before - budget.left).min(self.budget.left);
    }
}

/// What is open of one or several demands alike.
struct Open<'d> {
    cut: Vec<Cell>,
    pieces: Vec<Cell>,
    missing: Vec<&'d Demand>,
}

#[derive(Default)]
struct Finding {
    total: f64,
    open: f64,
    regions: Vec<Region>,
    witness: Option<Witness>,
    exposure: Option<Exposure>,
    conditions: BTreeSet<String>,
    not_decided: Option<String>,
}

fn tell(
    space: &Space,
    teller: &Teller<'_>,
    region: &Cell,
    seen: &[Open<'_>],
    facts: &Facts,
    budget: &mut Budget,
    finding: &mut Finding,
) {
    let layout = &space.layout;
    let whole = space.weight(region).max(f64::MIN_POSITIVE);
    // What several demands leave open is counted once.
    let mut distinct: Vec<Cell> = Vec::new();
    for open in seen {
        let earlier: Vec<&Cell> = distinct.iter().collect();
        let mut fresh = Vec::new();
        for piece in &open.pieces {
            match subtract(layout, piece, &earlier, budget) {
                Ok(parts) => fresh.extend(parts),
                Err(Exhausted) => fresh.push(piece.clone()),
            }
        }
        distinct.extend(fresh);
    }
    finding.open += distinct.iter().map(|piece| space.weight(piece)).sum::<f64>();
    let mut told: Vec<(Region, Cell)> = Vec::new();
    for open in seen {
        let missing: Vec<String> = open.missing.iter().map(|demand| demand_words(demand, teller)).collect();
        let weight = |cell: &Cell| space.weight(cell);
        let boxes = match grow(layout, region, &open.cut, &open.pieces, weight, budget) {
            Ok(grown) => grown.boxes,
            Err(Exhausted) => {
                let mut pieces = open.pieces.clone();
                pieces.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.cmp(b)));
                pieces.truncate(MOST_REGIONS);
                pieces
            }
        };
        told.extend(boxes.into_iter().map(|cell| {
            let share = (space.weight(&cell) / whole).clamp(0.0, 1.0);
            (Region { text: teller.region(&cell, region), share, missing: missing.clone() }, cell)
        }));
    }
    told.sort_by(|a, b| b.0.share.total_cmp(&a.0.share).then_with(|| a.0.text.cmp(&b.0.text)));
    note_conditions(space, &distinct, finding);
    finding.exposure = Some(exposure(space, &distinct, finding.exposure));
    if finding.witness.is_none()
        && let Some((region, cell)) = told.first()
    {
        let picked = space.pick(cell);
        finding.witness = Some(Witness {
            sign_in: space.sign_in(&picked, facts),
            sentence: teller.sentence(&picked, &region.missing),
        });
    }
    finding.regions.extend(told.into_iter().take(MOST_REGIONS).map(|(region, _)| region));
}

/// Who is exposed, together with those of an earlier space.
fn exposure(space: &Space, open: &[Cell], before: Option<Exposure>) -> Exposure {
    let first = before.is_none();
    let mut exposure =
        before.unwrap_or(Exposure { only_emergency: true, people: Some(0), ..Exposure::default() });
    let Who::People(people) = &space.who else {
        return Exposure {
            only_emergency: false,
            people: if first { None } else { exposure.people },
            ..exposure
        };
    };
    let mut exposed = super::cell::Atoms::none(people.classes.len());
    for piece in open {
        exposed.0.iter_mut().zip(piece.dim(&space.layout, Dim::Who)).for_each(|(all, some)| *all |= some);
    }
    for at in atoms(&exposed.0) {
        let class = &people.classes[at];
        exposure.only_emergency &= class.emergency;
        exposure.guests |= class.guest.is_some();
        exposure.administrators |= class.keys.iter().any(|key| people.keys[*key].0 == NameKind::Role);
        exposure.everyone |= matches!(class.heads, Heads::Rest(_));
        exposure.people = match (exposure.people, class.heads) {
            (Some(sum), Heads::Known(count) | Heads::Rest(Some(count))) => Some(sum + count),
            _ => None,
        };
    }
    exposure
}

/// Why the answer holds only under conditions: what of it rests on something that could not be read.
fn note_conditions(space: &Space, open: &[Cell], finding: &mut Finding) {
    if let Who::People(people) = &space.who {
        let hypothetical = people
            .classes
            .iter()
            .enumerate()
            .filter(|(_, class)| class.heads == Heads::Hypothetical && !class.keys.is_empty())
            .map(|(at, _)| at);
        let hypothetical = super::cell::Atoms::of(people.classes.len(), hypothetical);
        let certain = |piece: &Cell| {
            let who = piece.dim(&space.layout, Dim::Who);
            !super::cell::within(who, &hypothetical.0)
        };
        if open.iter().any(|piece| meets(piece.dim(&space.layout, Dim::Who), &hypothetical.0)) {
            let only = !open.iter().any(certain);
            finding.conditions.insert(if only {
                "It holds only if somebody has the memberships named; they could not be read.".to_owned()
            } else {
                "Some of the memberships named could not be read; whether anybody has them is not known."
                    .to_owned()
            });
        }
    }
    if !space.devices.classes.exact {
        finding.conditions.insert(
            "The filters for devices are too many to be combined exactly; each is taken by itself."
                .to_owned(),
        );
    }
}

/// What of a policy this version can't understand, as bytes that are equal when two policies say the same.
fn opaque(policy: &NormalPolicy) -> Vec<u8> {
    let agent_contexts =
        [crate::normal::Field::IncludeAgentContexts, crate::normal::Field::ExcludeAgentContexts];
    let mut said = serde_json::Map::new();
    for (field, value) in &policy.fields {
        let path = field.path();
        let uncertain =
            policy.uncertainties.iter().any(|one| path.starts_with(one.as_str()) || one.starts_with(path));
        // Graph does not say which contexts there are, or when one applies.
        if uncertain || agent_contexts.contains(field) {
            said.insert(path.to_owned(), value.to_digestible());
        }
    }
    if said.is_empty() && policy.uncertainties.is_empty() {
        return Vec::new();
    }
    canonical_bytes(&serde_json::Value::Object(said))
}

/// A demand in words, as the object of "without".
fn demand_words(demand: &Demand, teller: &Teller<'_>) -> String {
    use crate::normal::{Field, Item, NormalValue};
    match demand {
        Demand::Grant(clause) => {
            let words: Vec<String> = clause
                .iter()
                .map(|item| match item {
                    Item::Word(word) => control_noun(word),
                    Item::Object(object) if object.id == crate::wellknown::MFA_STRENGTH_ID => {
                        "multifactor authentication".to_owned()
                    }
                    Item::Object(object) if object.kind == NameKind::AuthenticationStrength => {
                        let name = display_item(&Field::GrantControls, item, teller.names());
                        if name.to_lowercase().contains("mfa") {
                            name
                        } else {
                            format!("the strength {name}")
                        }
                    }
                    Item::Object(_) => display_item(&Field::GrantControls, item, teller.names()),
                })
                .collect();
            super::tell::listed(&words, "or")
        }
        Demand::Session(field, value, _) => match value {
            NormalValue::Frequency(frequency) => {
                format!("a sign-in frequency of {}", display_frequency(*frequency).to_lowercase())
            }
            NormalValue::Word(word) => match (field, word.as_str()) {
                (Field::PersistentBrowser, _) => "a browser session that ends".to_owned(),
                (Field::TokenProtection, _) => "token protection".to_owned(),
                (Field::AppEnforcedRestrictions, _) => "app enforced restrictions".to_owned(),
                (field, word) => format!("{} ({})", field.label(), display_word(field, word)),
            },
            _ => field.label().to_owned(),
        },
    }
}

/// A built-in control as a noun.
fn control_noun(word: &str) -> String {
    match word {
        "block" => "being blocked",
        "compliantDevice" => "a compliant device",
        "domainJoinedDevice" => "a hybrid joined device",
        "approvedApplication" => "an approved client app",
        "compliantApplication" => "an app protection policy",
        "passwordChange" => "a password change",
        "riskRemediation" => "risk remediation",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
pub(super) mod inside {
    //! What tests look at.
    use super::*;

    impl Engine<'_> {
        pub(in crate::coverage) fn space(&self, kind: usize) -> Option<&Space> {
            self.spaces[kind].as_ref()
        }
        pub(in crate::coverage) fn goal_cell(&self, goal: usize, kind: usize) -> Option<&Cell> {
            self.goals[goal].0.cells[kind].as_ref()
        }
        pub(in crate::coverage) fn goal_demands(&self, goal: usize) -> &[Demand] {
            &self.goals[goal].1
        }
        pub(in crate::coverage) fn live_cell(&self, live: usize, kind: usize) -> Option<&Cell> {
            self.live[live].cells[kind].as_ref()
        }
        pub(in crate::coverage) fn guarantees(&mut self, live: usize, demand: &Demand) -> bool {
            self.catalogue.guarantees(&self.live[live].gives, demand)
        }
    }
}
