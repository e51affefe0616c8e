//! Goals against the enforced policies of a tenant.
//!
//! Invariants: only enforced policies whose meaning is known protect; a goal that says something unknown is met only by
//! policies that say the same unknown thing; every witness is a sign-in of the goal's region that no policy guarantees;
//! the work is bounded over all goals together, and what is not decided says so.

use super::{
    Gap,
    cell::{Cell, Layout},
    control::{Catalogue, Demand, Gives, demands},
    found::{Found, Look, Open, tell},
    space::{Kind, Space},
    split::subtract_by_class,
    subtract::{Budget, Exhausted, relevant, subtract},
    tell::{Phrases, Teller},
};
use crate::{
    canonical::canonical_bytes,
    facts::Facts,
    names::{NameKind, Names},
    normal::{NARROWING, NormalPolicy},
};
use std::{cell::OnceCell, collections::BTreeSet};

/// Comparisons of two boxes for all goals of one engine: under a second of one core.
const WORK: u64 = 20_000_000;
/// Words of a box of ordinary size.
const ORDINARY: u64 = 24;
/// Of these at most so many for one goal.
const WORK_PER_GOAL: u64 = 4_000_000;

/// A policy as boxes.
struct Boxed {
    /// By kind of space.
    cells: [Option<Cell>; 3],
    /// Whether its region there is not known.
    blurred: [bool; 3],
    gives: Gives,
    /// By which conditions it narrows itself, one bit each.
    narrowed: u16,
    /// What of it this version can't understand; empty where it understands all.
    opaque: Vec<u8>,
}

/// The enforced policies of a tenant and some goals in one space each for people, workload identities and agents.
pub struct Engine<'e> {
    names: &'e Names,
    facts: &'e Facts,
    spaces: [Option<Space>; 3],
    /// Words for each space, made when something has to be told.
    phrases: [OnceCell<Phrases>; 3],
    live: Vec<Boxed>,
    /// The places of these among the policies that were given.
    enforced: Vec<usize>,
    /// What each policy that was given gives, enforced or not.
    given: Vec<Gives>,
    goals: Vec<(Boxed, Vec<Demand>, Vec<String>)>,
    catalogue: Catalogue,
    budget: u64,
    /// For each goal, which of its demands the last look found open at the witness.
    open: Vec<Vec<usize>>,
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
        let given: Vec<&NormalPolicy> = live.into_iter().collect();
        let enforced = (0..given.len()).filter(|at| given[*at].enforced).collect();
        let live: Vec<&NormalPolicy> = given.iter().copied().filter(|policy| policy.enforced).collect();
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
            blurred: Kind::ALL
                .map(|kind| spaces[kind as usize].as_ref().is_some_and(|space| space.blurs(policy))),
            gives: catalogue.gives(policy),
            narrowed: narrowed(policy),
            opaque: opaque(policy),
        };
        let live = live.into_iter().map(&mut boxed).collect();
        let goals: Vec<_> =
            goals.iter().map(|goal| (boxed(goal), demands(goal), goal.uncertainties.clone())).collect();
        let given = given.into_iter().map(|policy| catalogue.gives(policy)).collect();
        let open = vec![Vec::new(); goals.len()];
        Self {
            names,
            facts,
            spaces,
            phrases: Default::default(),
            live,
            enforced,
            given,
            goals,
            catalogue,
            budget: WORK,
            open,
        }
    }

    /// The same engine with so much work and no more; for several engines that share what one may do.
    #[must_use]
    pub(crate) fn with_work(self, work: u64) -> Self {
        Self { budget: work.min(self.budget), ..self }
    }

    /// How much work is left.
    pub(crate) fn work_left(&self) -> u64 {
        self.budget
    }

    /// What of a goal is left open, by its place in the list.
    pub fn gap(&mut self, goal: usize) -> Gap {
        let mut finding = Found::default();
        self.open[goal].clear();
        for kind in Kind::ALL {
            self.gap_in(goal, kind, &mut finding);
        }
        let (_, _, uncertain) = &self.goals[goal];
        let mut conditions = finding.conditions;
        if !uncertain.is_empty() {
            conditions.insert(format!(
                "The policy says something in {} that this version does not know.",
                uncertain.join(", ")
            ));
        }
        Gap {
            share: if finding.total > 0.0 { (finding.open / finding.total).clamp(0.0, 1.0) } else { 0.0 },
            regions: finding.regions,
            witness: finding.witness,
            exposure: finding.exposure.unwrap_or_default(),
            ordinary: finding.ordinary,
            emergency_too: finding.emergency_too,
            conditions: conditions.into_iter().collect(),
            only_hypothetical: finding.only_hypothetical == Some(true),
            not_decided: finding.not_decided,
        }
    }

    /// Whether a live policy, by its place among those that were given, gives wherever it applies any of what the last
    /// look at a goal found open.
    pub fn gives_any(&mut self, goal: usize, live: usize) -> bool {
        let (Some(gives), (_, demands, _)) = (self.given.get(live), &self.goals[goal]) else { return false };
        self.open[goal].iter().any(|at| {
            let asked = self.catalogue.asked(&demands[*at]);
            self.catalogue.guarantees(gives, &asked)
        })
    }

    /// The enforced policies that apply to some sign-in of a goal's region, by their places among those that were given.
    pub(crate) fn meeting(&self, goal: usize) -> Vec<usize> {
        let region = &self.goals[goal].0.cells;
        let meets = |policy: &Boxed| {
            Kind::ALL.into_iter().any(|kind| {
                let at = kind as usize;
                match (&self.spaces[at], &region[at], &policy.cells[at]) {
                    (Some(space), Some(region), Some(cell)) => cell.meets(&space.layout, region),
                    _ => false,
                }
            })
        };
        let enforced = self.enforced.iter().zip(&self.live);
        enforced.filter(|(_, policy)| meets(policy)).map(|(at, _)| *at).collect()
    }

    /// Whether a goal asks for anything of anybody: else there is nothing to protect.
    pub fn asks(&self, goal: usize) -> bool {
        let (boxed, demands, _) = &self.goals[goal];
        !demands.is_empty() && (boxed.cells.iter().any(Option::is_some) || boxed.blurred.contains(&true))
    }

    fn gap_in(&mut self, goal: usize, kind: Kind, finding: &mut Found) {
        let (Some(space), (boxed, demands, _)) = (&self.spaces[kind as usize], &self.goals[goal]) else {
            return;
        };
        if boxed.blurred[kind as usize] {
            finding.not_decided = Some(
                "Not decided: the policy is about apps or identities by their attributes, and there are more such rules than can be told apart."
                    .to_owned(),
            );
            return;
        }
        let Some(region) = &boxed.cells[kind as usize] else { return };
        let layout = &space.layout;
        finding.total += space.weight(region);
        let width = (layout.words() as u64).div_ceil(ORDINARY);
        let mut budget = Budget { left: self.budget.min(WORK_PER_GOAL), width };
        let before = budget.left;
        let inexact = space.inexact();
        let mut seen: Vec<Open> = Vec::new();
        for (at, demand) in demands.iter().enumerate() {
            let covers = covers(&self.live, &mut self.catalogue, &boxed.opaque, kind, demand);
            let enforced = covers.len();
            let Ok(cut) = relevant(layout, region, &covers, &mut budget) else {
                finding.not_decided = Some(too_many(enforced));
                continue;
            };
            if let Some(known) = seen.iter_mut().find(|known| known.cut == cut) {
                known.missing.push(at);
                continue;
            }
            let pieces = open_of(layout, region, &cut, &mut budget);
            // Where atoms are missing, only what closes the goal whatever they are closes it for certain.
            if pieces.as_ref().is_ok_and(Vec::is_empty) && !inexact.is_empty() {
                let whole = |cover: &&Cell| inexact.iter().all(|dim| cover.is_whole(layout, *dim));
                let sure: Vec<Cell> = covers.iter().copied().filter(whole).cloned().collect();
                if !open_of(layout, region, &sure, &mut budget).is_ok_and(|open| open.is_empty()) {
                    finding.not_decided = Some(
                        "Not decided: nothing was found open, but there are more combinations of memberships, places or devices than can be looked at."
                            .to_owned(),
                    );
                }
            }
            let told_cut = match pieces {
                Ok(ref pieces) if !pieces.is_empty() => {
                    let to_the_point = to_the_point(&self.live, &mut self.catalogue, boxed, kind, demand);
                    relevant(layout, region, &to_the_point, &mut budget).ok().filter(|told| *told != cut)
                }
                _ => None,
            };
            match pieces {
                Ok(pieces) => seen.push(Open { cut, told_cut, pieces, missing: vec![at] }),
                Err(Exhausted) => finding.not_decided = Some(too_many(cut.len())),
            }
        }
        seen.retain(|open| !open.pieces.is_empty());
        if !seen.is_empty() {
            let phrases = self.phrases[kind as usize].get_or_init(|| Phrases::of(space, self.names));
            let teller = Teller::new(space, self.names, phrases);
            let look = Look { space, teller, region, demands, facts: self.facts };
            let missing = tell(&look, &seen, &mut budget, finding);
            self.open[goal].extend(missing);
        }
        self.budget -= (before - budget.left).min(self.budget);
    }
}

/// Disjoint boxes that are left of a region; box by box, or class by class where the boxes are too many.
fn open_of(
    layout: &Layout,
    region: &Cell,
    covers: &[Cell],
    budget: &mut Budget,
) -> Result<Vec<Cell>, Exhausted> {
    let all: Vec<&Cell> = covers.iter().collect();
    // Half of the work is kept for the other way.
    let mut first = Budget { left: budget.left / 2, ..*budget };
    let given = first.left;
    let pieces = subtract(layout, region, &all, &mut first);
    budget.left -= given - first.left;
    pieces.or_else(|Exhausted| subtract_by_class(layout, region, covers, budget))
}

fn too_many(enforced: usize) -> String {
    format!("Not decided: {enforced} enforced policies meet here in more ways than could be worked through.")
}

/// The regions of the policies that give what a goal demands; what the goal says that is not known, they must say too.
fn covers<'l>(
    live: &'l [Boxed],
    catalogue: &mut Catalogue,
    opaque: &[u8],
    kind: Kind,
    demand: &Demand,
) -> Vec<&'l Cell> {
    let asked = catalogue.asked(demand);
    live.iter()
        .filter(|policy| policy.opaque.is_empty() || policy.opaque == opaque)
        .filter_map(|policy| policy.cells[kind as usize].as_ref().map(|cell| (policy, cell)))
        .filter(|(policy, _)| catalogue.guarantees(&policy.gives, &asked))
        .map(|(_, cell)| cell)
        .collect()
}

/// The same, but for those that close the goal by the way: that block, and for another purpose.
fn to_the_point<'l>(
    live: &'l [Boxed],
    catalogue: &mut Catalogue,
    goal: &Boxed,
    kind: Kind,
    demand: &Demand,
) -> Vec<&'l Cell> {
    let asked = catalogue.asked(demand);
    let by_the_way =
        |policy: &Boxed| policy.gives.blocks() && !(demand.is_block() && policy.narrowed == goal.narrowed);
    live.iter()
        .filter(|policy| !by_the_way(policy) && (policy.opaque.is_empty() || policy.opaque == goal.opaque))
        .filter(|policy| catalogue.guarantees(&policy.gives, &asked))
        .filter_map(|policy| policy.cells[kind as usize].as_ref())
        .collect()
}

/// The conditions beside whom and what by which a policy narrows itself: two policies that block by the same conditions
/// are for the same purpose.
fn narrowed(policy: &NormalPolicy) -> u16 {
    NARROWING
        .iter()
        .enumerate()
        .filter(|(_, field)| policy.fields.contains_key(field))
        .map(|(at, _)| 1 << at)
        .sum()
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
        pub(in crate::coverage) fn live_cell(&self, live: usize, kind: usize) -> Option<&Cell> {
            self.live[live].cells[kind].as_ref()
        }
        /// The open pieces of all demands of a goal, in one space.
        pub(in crate::coverage) fn pieces(&mut self, goal: usize, kind: usize) -> Vec<Cell> {
            self.cuts(goal, kind)
                .into_iter()
                .flat_map(|(region, covers)| {
                    let layout = &self.spaces[kind].as_ref().expect("a space").layout;
                    let covers: Vec<&Cell> = covers.iter().collect();
                    subtract(layout, &region, &covers, &mut Budget { left: u64::MAX, width: 1 })
                        .expect("a budget")
                })
                .collect()
        }
        /// By demand: the goal's region, and what covers it.
        pub(in crate::coverage) fn cuts(&mut self, goal: usize, kind: usize) -> Vec<(Cell, Vec<Cell>)> {
            let (boxed, demands, _) = &self.goals[goal];
            let Some(region) = boxed.cells[kind].clone() else { return Vec::new() };
            let mut cuts = Vec::new();
            for demand in demands {
                let covers = covers(&self.live, &mut self.catalogue, &boxed.opaque, Kind::ALL[kind], demand);
                cuts.push((region.clone(), covers.into_iter().cloned().collect()));
            }
            cuts
        }
    }
}
