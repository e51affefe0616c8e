//! What was found of a goal: from open pieces to regions in words, shares, a witness and who is exposed.

use super::{
    Exposure, Region, Witness,
    cell::{Atoms, Cell, Dim, atoms, meets, within},
    control::Demand,
    demand_words::demand_words,
    grow::grow,
    people::Heads,
    space::{Space, Who},
    subtract::{Budget, Exhausted, subtract},
    tell::Teller,
};
use crate::{facts::Facts, names::NameKind};
use std::collections::BTreeSet;

/// Most regions that are told.
const MOST_REGIONS: usize = 6;

/// What is open of one or several demands alike.
pub(super) struct Open {
    pub(super) cut: Vec<Cell>,
    pub(super) pieces: Vec<Cell>,
    /// By place among the goal's demands.
    pub(super) missing: Vec<usize>,
}

/// What was found of one goal, over all spaces.
#[derive(Default)]
pub(super) struct Found {
    pub(super) total: f64,
    pub(super) open: f64,
    pub(super) regions: Vec<Region>,
    pub(super) witness: Option<Witness>,
    pub(super) exposure: Option<Exposure>,
    pub(super) ordinary: bool,
    pub(super) conditions: BTreeSet<String>,
    pub(super) only_hypothetical: Option<bool>,
    pub(super) not_decided: Option<String>,
}

/// A look at one goal in one space.
pub(super) struct Look<'l> {
    pub(super) space: &'l Space,
    pub(super) teller: Teller<'l>,
    pub(super) region: &'l Cell,
    pub(super) demands: &'l [Demand],
    pub(super) facts: &'l Facts,
}

/// Tells what is open: regions, share, witness, who is exposed.
pub(super) fn tell(look: &Look<'_>, seen: &[Open], budget: &mut Budget, finding: &mut Found) {
    let Look { space, teller, region, demands, facts } = look;
    let layout = &space.layout;
    let whole = space.weight(region).max(f64::MIN_POSITIVE);
    // What several demands leave open is counted once. Fewer covers leave no less open.
    let mut distinct: Vec<Cell> = Vec::new();
    for (at, open) in seen.iter().enumerate() {
        let fewer =
            |other: &Open| other.cut.len() < open.cut.len() && other.cut.iter().all(|c| open.cut.contains(c));
        if seen.iter().enumerate().any(|(other, larger)| other != at && fewer(larger)) {
            continue;
        }
        let mut fresh = Vec::new();
        for piece in &open.pieces {
            let parts = budget.spend(distinct.len() as u64).and_then(|()| {
                let earlier: Vec<&Cell> =
                    distinct.iter().filter(|earlier| earlier.meets(layout, piece)).collect();
                subtract(layout, piece, &earlier, budget)
            });
            match parts {
                Ok(parts) => fresh.extend(parts),
                Err(Exhausted) => {
                    finding.conditions.insert(
                        "What is open was too much to be counted exactly; the share is at most the one given."
                            .to_owned(),
                    );
                    fresh.push(piece.clone());
                }
            }
        }
        distinct.extend(fresh);
    }
    finding.open += distinct.iter().map(|piece| space.weight(piece)).sum::<f64>();
    let mut boxes: Vec<(f64, Cell, &Open)> = Vec::new();
    for open in seen {
        let weight = |cell: &Cell| space.weight(cell);
        let grown = match grow(layout, region, &open.cut, &open.pieces, weight, budget) {
            Ok(grown) => {
                if grown.left_out > 0 {
                    let more = format!(
                        "The open sign-ins fall into {} more small parts that are not listed.",
                        grown.left_out
                    );
                    finding.conditions.insert(more);
                }
                grown.boxes
            }
            Err(Exhausted) => {
                finding.conditions.insert(
                    "The open sign-ins fall into too many parts; only the largest are listed.".to_owned(),
                );
                let mut pieces = open.pieces.clone();
                pieces.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.cmp(b)));
                pieces.truncate(MOST_REGIONS);
                pieces
            }
        };
        boxes.extend(grown.into_iter().map(|cell| (space.weight(&cell), cell, open)));
    }
    boxes.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    // Words are made for what is shown only.
    let told = boxes.iter().take(MOST_REGIONS).map(|(weight, cell, open)| Region {
        text: teller.region(cell, region),
        share: (weight / whole).clamp(0.0, 1.0),
        missing: open.missing.iter().map(|at| demand_words(&demands[*at], teller)).collect(),
    });
    let told: Vec<Region> = told.collect();
    note_conditions(space, &distinct, finding);
    let plain = space.pick(region);
    finding.ordinary |= distinct.iter().any(|piece| {
        Dim::ALL.iter().all(|dim| *dim == Dim::Who || piece.has(layout, *dim, plain[*dim as usize]))
    });
    finding.exposure = Some(exposure(space, &distinct, finding.exposure));
    if finding.witness.is_none()
        && let (Some(region), Some((_, cell, _))) = (told.first(), boxes.first())
    {
        let picked = space.pick(cell);
        finding.witness = Some(Witness {
            sign_in: space.sign_in(&picked, facts),
            sentence: teller.sentence(&picked, &region.missing),
        });
    }
    finding.regions.extend(told);
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
    let mut exposed = Atoms::none(people.classes.len());
    for piece in open {
        exposed.0.iter_mut().zip(piece.dim(&space.layout, Dim::Who)).for_each(|(all, some)| *all |= some);
    }
    for at in atoms(&exposed.0) {
        let class = &people.classes[at];
        exposure.only_emergency &= class.emergency;
        exposure.guests |= class.guest.is_some();
        exposure.members |= class.guest.is_none();
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
fn note_conditions(space: &Space, open: &[Cell], finding: &mut Found) {
    let mut only_hypothetical = false;
    if let Who::People(people) = &space.who {
        let hypothetical = people
            .classes
            .iter()
            .enumerate()
            .filter(|(_, class)| class.heads == Heads::Hypothetical && !class.keys.is_empty())
            .map(|(at, _)| at);
        let hypothetical = Atoms::of(people.classes.len(), hypothetical);
        let certain = |piece: &Cell| {
            let who = piece.dim(&space.layout, Dim::Who);
            !within(who, &hypothetical.0)
        };
        if open.iter().any(|piece| meets(piece.dim(&space.layout, Dim::Who), &hypothetical.0)) {
            let only = !open.iter().any(certain);
            only_hypothetical = only;
            finding.conditions.insert(if only {
                "It holds only if somebody has the memberships named; they could not be read.".to_owned()
            } else {
                "Some of the memberships named could not be read; whether anybody has them is not known."
                    .to_owned()
            });
        }
    }
    finding.only_hypothetical = Some(finding.only_hypothetical.unwrap_or(true) && only_hypothetical);
    if !space.places.exact {
        finding.conditions.insert(
            "The named locations overlap in more ways than can be looked at; some are left out.".to_owned(),
        );
    }
    if matches!(&space.who, Who::People(people) if !people.exact) {
        finding.conditions.insert(
            "More memberships could not be read than can be combined; some combinations are left out."
                .to_owned(),
        );
    }
    if !space.devices.classes.exact {
        finding.conditions.insert(
            "The filters for devices are too many to be combined exactly; each is taken by itself."
                .to_owned(),
        );
    }
}
