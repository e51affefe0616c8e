//! What was found of a goal: from open pieces to regions in words, shares, a witness and who is exposed.

use super::{
    Exposure, Region, Witness,
    cell::{Atoms, Cell, Dim, atoms, meets, within},
    control::Demand,
    demand_words::demand_words,
    grow::grow,
    people::{Class, Heads},
    space::{Space, Who},
    subtract::{Budget, Exhausted, subtract},
    tell::Teller,
};
use crate::{facts::Facts, names::NameKind};
use std::collections::BTreeSet;

/// Most regions that are told.
const MOST_REGIONS: usize = 6;
/// What adds less than this share to what is told already is not listed.
const SLIVER: f64 = 0.01;

/// What is open of one or several demands alike.
pub(super) struct Open {
    pub(super) cut: Vec<Cell>,
    /// The same without those that block, where that makes a difference: regions are told as if nothing blocked, and
    /// say so, since whoever reads of a missing control does not ask where access is blocked for other reasons.
    pub(super) told_cut: Option<Vec<Cell>>,
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
    pub(super) emergency_too: bool,
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

/// Tells what is open: regions, share, witness, who is exposed. Which demands are open at the witness, where it is found
/// here.
pub(super) fn tell(look: &Look<'_>, seen: &[Open], budget: &mut Budget, finding: &mut Found) -> Vec<usize> {
    let without = without_emergency(look.space, look.region, seen);
    let Some((region, open)) = &without else { return tell_all(look, seen, budget, finding) };
    finding.emergency_too = true;
    finding.total -= look.space.weight(look.region) - look.space.weight(region);
    let look = Look { region, teller: look.teller, ..*look };
    tell_all(&look, open, budget, finding)
}

/// The goal's region and what is open of it without emergency access accounts, which are left out on purpose; nothing
/// where none of them is open, or nobody else is.
fn without_emergency(space: &Space, region: &Cell, seen: &[Open]) -> Option<(Cell, Vec<Open>)> {
    let Who::People(people) = &space.who else { return None };
    let emergency = people.classes.iter().enumerate().filter(|(_, class)| class.emergency);
    let emergency = Atoms::of(people.classes.len(), emergency.map(|(at, _)| at));
    let reached = |piece: &Cell| meets(piece.dim(&space.layout, Dim::Who), &emergency.0);
    if !seen.iter().any(|open| open.pieces.iter().any(reached)) {
        return None;
    }
    let rest = |cell: &Cell| {
        let mut rest = cell.clone();
        rest.dim_mut(&space.layout, Dim::Who)
            .iter_mut()
            .zip(&emergency.0)
            .for_each(|(all, some)| *all &= !some);
        rest
    };
    let open: Vec<Open> = seen
        .iter()
        .map(|open| Open {
            cut: open.cut.clone(),
            told_cut: open.told_cut.clone(),
            pieces: open.pieces.iter().map(rest).filter(|piece| !piece.is_empty(&space.layout)).collect(),
            missing: open.missing.clone(),
        })
        .filter(|open| !open.pieces.is_empty())
        .collect();
    (!open.is_empty()).then(|| (rest(region), open))
}

fn tell_all(look: &Look<'_>, seen: &[Open], budget: &mut Budget, finding: &mut Found) -> Vec<usize> {
    let Look { space, teller, region, demands, facts } = look;
    let layout = &space.layout;
    let whole = space.weight(region).max(f64::MIN_POSITIVE);
    let plain = space.pick(region);
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
        let cut = open.told_cut.as_ref().unwrap_or(&open.cut);
        let grown = match grow(layout, region, cut, &open.pieces, weight, budget) {
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
        boxes.extend(grown.into_iter().map(|cell| {
            let weight = match &open.told_cut {
                None => space.weight(&cell),
                Some(_) => open.pieces.iter().map(|piece| space.weight(&piece.and(&cell))).sum(),
            };
            (weight, cell, open)
        }));
    }
    boxes.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let left_out = drop_small(space, &mut boxes);
    if left_out > 0 {
        finding.conditions.insert(format!("Smaller regions are open as well and not listed: {left_out}."));
    }
    // Words are made for what is shown only.
    let told = boxes.iter().map(|(weight, cell, open)| {
        let blocks = open.told_cut.is_some() && open.cut.iter().any(|cut| cut.meets(layout, cell));
        let but = if blocks { " · unless another policy blocks it" } else { "" };
        Region {
            text: format!("{}{but}", teller.region(cell, region)),
            share: (weight / whole).clamp(0.0, 1.0),
            missing: open.missing.iter().map(|at| demand_words(&demands[*at], teller)).collect(),
        }
    });
    let told: Vec<Region> = told.collect();
    note_conditions(space, &distinct, finding);
    finding.ordinary |= distinct.iter().any(|piece| {
        Dim::ALL.iter().all(|dim| *dim == Dim::Who || piece.has(layout, *dim, plain[*dim as usize]))
    });
    finding.exposure = Some(exposure(space, &distinct, finding.exposure));
    let mut missing = Vec::new();
    if finding.witness.is_none()
        && let (Some(region), Some((_, cell, open))) = (told.first(), boxes.first())
    {
        let picked = open_sign_in(space, cell, open, &plain);
        missing.clone_from(&open.missing);
        finding.witness = Some(Witness {
            sign_in: space.sign_in(&picked, facts),
            sentence: teller.sentence(&picked, &region.missing),
        });
    }
    finding.regions.extend(told);
    missing
}

/// Keeps the regions that tell something new: few, and each with a part of its own that is not a sliver of all. How many
/// are dropped.
fn drop_small(space: &Space, boxes: &mut Vec<(f64, Cell, &Open)>) -> usize {
    let before = boxes.len();
    let mut told: Vec<(*const Open, Vec<bool>, f64)> = Vec::new();
    let mut kept = 0;
    boxes.retain(|(_, cell, open)| {
        let at = told.iter().position(|(known, ..)| std::ptr::eq(*known, *open)).unwrap_or_else(|| {
            let all = open.pieces.iter().map(|piece| space.weight(piece)).sum();
            told.push((*open, vec![false; open.pieces.len()], all));
            told.len() - 1
        });
        let (_, held, all) = &mut told[at];
        let fresh: Vec<usize> =
            (0..held.len()).filter(|piece| !held[*piece] && cell.holds(&open.pieces[*piece])).collect();
        let own: f64 = fresh.iter().map(|piece| space.weight(&open.pieces[*piece])).sum();
        let first = !held.contains(&true);
        let keep = kept < MOST_REGIONS && (first || own >= SLIVER * *all);
        if keep {
            fresh.into_iter().for_each(|piece| held[piece] = true);
            kept += 1;
        }
        keep
    });
    before - boxes.len()
}

/// The plainest sign-in of a region that is open.
fn open_sign_in(
    space: &Space,
    region: &Cell,
    open: &Open,
    plain: &[usize; Dim::COUNT],
) -> [usize; Dim::COUNT] {
    let layout = &space.layout;
    let rare = |cell: &Cell| {
        let others = Dim::ALL.iter().filter(|dim| **dim != Dim::Who);
        others.filter(|dim| !cell.has(layout, **dim, plain[**dim as usize])).count()
    };
    let found = open
        .pieces
        .iter()
        .filter(|piece| piece.meets(layout, region))
        .map(|piece| piece.and(region))
        .min_by_key(|cell| {
            let plainest = atoms(cell.dim(layout, Dim::Who)).map(|at| space.who_rank(at)).min();
            (plainest.unwrap_or_default(), rare(cell))
        });
    space.pick(&found.unwrap_or_else(|| region.clone()))
}

/// Who is exposed, together with those of an earlier space.
fn exposure(space: &Space, open: &[Cell], before: Option<Exposure>) -> Exposure {
    let first = before.is_none();
    let mut exposure = before.unwrap_or(Exposure {
        only_emergency: true,
        only_sync: true,
        people: Some(0),
        ..Exposure::default()
    });
    let Who::People(people) = &space.who else {
        return Exposure {
            only_emergency: false,
            only_sync: false,
            people: if first { None } else { exposure.people },
            ..exposure
        };
    };
    let mut exposed = Atoms::none(people.classes.len());
    for piece in open {
        exposed.0.iter_mut().zip(piece.dim(&space.layout, Dim::Who)).for_each(|(all, some)| *all |= some);
    }
    let is_sync = |key: &usize| {
        people.keys[*key].0 == NameKind::Role
            && people.keys[*key].1 == crate::wellknown::DIRECTORY_SYNC_ROLE_ID
    };
    exposure.only_sync &= atoms(&exposed.0).any(|at| people.classes[at].keys.iter().any(is_sync));
    for at in atoms(&exposed.0) {
        let class = &people.classes[at];
        exposure.only_emergency &= class.emergency;
        exposure.guests |= class.guest.is_some();
        exposure.members |= class.guest.is_none();
        let is_role = |key: &usize| people.keys[*key].0 == NameKind::Role;
        exposure.administrators |= class.keys.iter().any(is_role);
        // Whom nobody may be is no reason to call it more than it is.
        let unsure = class.heads == Heads::Hypothetical
            && !class.keys.is_empty()
            && !matches!(class.keys.as_slice(), [one] if is_role(one));
        exposure.only_sync &= unsure || class.keys.iter().any(is_sync);
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
        let classes = |wanted: &dyn Fn(&Class) -> bool| {
            let found = people.classes.iter().enumerate().filter(|(_, class)| wanted(class));
            Atoms::of(people.classes.len(), found.map(|(at, _)| at))
        };
        let unread = classes(&|class| class.heads == Heads::Hypothetical && !class.keys.is_empty());
        // A role that a policy names is held by somebody, in any tenant worth a look.
        let role_only =
            |class: &Class| matches!(class.keys.as_slice(), [key] if people.keys[*key].0 == NameKind::Role);
        let unsure = classes(&|class| {
            class.heads == Heads::Hypothetical && !class.keys.is_empty() && !role_only(class)
        });
        let meets = |set: &Atoms| open.iter().any(|piece| meets(piece.dim(&space.layout, Dim::Who), &set.0));
        only_hypothetical = open.iter().all(|piece| within(piece.dim(&space.layout, Dim::Who), &unsure.0));
        let condition = match () {
            () if only_hypothetical => {
                Some("It holds only if somebody has the memberships named; they could not be read.")
            }
            () if meets(&unsure) => Some(
                "Some of the memberships named could not be read; whether anybody has them is not known.",
            ),
            () if meets(&unread) => {
                Some("Who holds the roles could not be read; that somebody does is taken for granted.")
            }
            () => None,
        };
        finding.conditions.extend(condition.map(str::to_owned));
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
