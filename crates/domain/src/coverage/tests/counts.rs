//! Open sign-ins counted a second time, by a decision diagram that shares nothing with box subtraction; and through the
//! slow way, which must find the same.

use super::{
    super::{
        cell::{Cell, Dim, Layout, atoms},
        engine::Engine,
        split::subtract_by_class,
        subtract::{Budget, relevant, subtract},
    },
    agreement::Sets,
    tenants::{Scope, Tenant},
};
use crate::normal::NormalPolicy;
use oxidd::{
    BooleanFunction, Manager, ManagerRef,
    bdd::{BDDFunction, BDDManagerRef, new_manager},
    util::SatCountCache,
};
use std::collections::hash_map::RandomState;

/// Regions of more sign-ins are counted in two ways only: the slow way looks at each of them.
const MOST_ONE_BY_ONE: u128 = 200_000;

/// A diagram over the atoms of a layout, each dimension by as many bits as its atoms need.
struct Diagram {
    bits: Vec<Vec<BDDFunction>>,
    nothing: BDDFunction,
    all: BDDFunction,
    count: u32,
}

impl Diagram {
    fn of(manager: &BDDManagerRef, layout: &Layout) -> Self {
        let sizes = Dim::ALL.map(|dim| usize::BITS - layout.size(dim).saturating_sub(1).leading_zeros());
        let count: u32 = sizes.iter().sum();
        manager.with_manager_exclusive(|manager| {
            let mut free = manager.add_vars(count);
            let variable = |at| BDDFunction::var(manager, at).expect("room");
            let bits = sizes.iter().map(|size| free.by_ref().take(*size as usize).map(variable).collect());
            let bits = bits.collect();
            Self { bits, nothing: BDDFunction::f(manager), all: BDDFunction::t(manager), count }
        })
    }

    fn atom(&self, dim: Dim, atom: usize) -> BDDFunction {
        self.bits[dim as usize].iter().enumerate().fold(self.all.clone(), |all, (at, bit)| {
            let bit = if atom >> at & 1 == 1 { bit.clone() } else { bit.not().expect("room") };
            all.and(&bit).expect("room")
        })
    }

    fn cell(&self, layout: &Layout, cell: &Cell) -> BDDFunction {
        Dim::ALL.iter().fold(self.all.clone(), |all, dim| {
            let some = atoms(cell.dim(layout, *dim))
                .fold(self.nothing.clone(), |some, atom| some.or(&self.atom(*dim, atom)).expect("room"));
            all.and(&some).expect("room")
        })
    }

    /// How many sign-ins of a region are in none of the covers.
    fn open(&self, layout: &Layout, region: &Cell, covers: &[Cell]) -> u128 {
        let closed = covers
            .iter()
            .fold(self.nothing.clone(), |closed, cover| closed.or(&self.cell(layout, cover)).expect("room"));
        let open = self.cell(layout, region).and(&closed.not().expect("room")).expect("room");
        open.sat_count::<u128, RandomState>(self.count, &mut SatCountCache::default())
    }
}

#[test]
fn three_ways_to_count_what_is_open_agree() {
    let (mut counted, mut open) = (0, 0);
    let mut slowly = 0;
    let scope = Scope { groups: 3, apps: 5, places: 4, rules: 2, policies: 8, goals: 4, ..Scope::WIDE };
    for seed in 0..40 {
        let tenant = Tenant::draw(seed, Scope { all_read: seed % 2 == 0, ..scope });
        let sets = Sets::of(&tenant);
        let goals: Vec<&NormalPolicy> = sets.goals.policies.iter().map(|policy| &policy.normal).collect();
        let live = sets.live.policies.iter().map(|policy| &policy.normal);
        let emergency = tenant.facts.emergency.confirmed.clone();
        let mut engine = Engine::new(live, &goals, &tenant.names, &tenant.facts, &emergency);
        for kind in 0..3 {
            let Some(layout) = engine.space(kind).map(|space| space.layout.clone()) else { continue };
            let manager = new_manager(1 << 18, 1 << 16, 1);
            let diagram = Diagram::of(&manager, &layout);
            for goal in 0..goals.len() {
                for (region, covers) in engine.cuts(goal, kind) {
                    let mut budget = Budget { left: u64::MAX, width: 1 };
                    let all: Vec<&Cell> = covers.iter().collect();
                    let pieces = subtract(&layout, &region, &all, &mut budget).expect("pieces");
                    let boxes: u128 = pieces.iter().map(|piece| piece.count(&layout)).sum();
                    let diagram = diagram.open(&layout, &region, &covers);
                    assert_eq!(boxes, diagram, "seed {seed}, goal {goal}");
                    counted += 1;
                    open += u32::from(boxes > 0);
                    if region.count(&layout) > MOST_ONE_BY_ONE {
                        continue;
                    }
                    let cut = relevant(&layout, &region, &all, &mut budget).expect("covers");
                    let slow = subtract_by_class(&layout, &region, &cut, &mut budget).expect("pieces");
                    let by_class: u128 = slow.iter().map(|piece| piece.count(&layout)).sum();
                    assert_eq!(by_class, diagram, "seed {seed}, goal {goal}");
                    // No sign-in twice, and none that is closed.
                    for (at, piece) in slow.iter().enumerate() {
                        assert!(region.holds(piece) && !cut.iter().any(|cover| cover.meets(&layout, piece)));
                        assert!(
                            !slow[..at].iter().any(|earlier| earlier.meets(&layout, piece)),
                            "seed {seed}"
                        );
                    }
                    slowly += 1;
                }
            }
        }
    }
    eprintln!("counted {counted} regions in two ways and {slowly} in three, {open} open in part");
    assert!(slowly > 30, "only {slowly}");
}
