//! Coverage and What If answer alike: at every sign-in of a goal's region, what the engine leaves open is what the
//! enforced policies together do not promise, and a policy's region is where What If has it apply.

use super::{
    super::{
        cell::{Cell, Dim},
        engine::Engine,
        space::Space,
    },
    promise::Promise,
    tenants::{Dice, Scope, Tenant},
};
use crate::{
    evaluate::{Decision, Evaluator, Reason},
    normal::NormalPolicy,
    policy_set::PolicySet,
    sign_in::SignIn,
};
use std::collections::BTreeSet;

/// Which policies of a set have all their conditions met; `None` where What If does not say.
fn met(decision: &Decision<'_>, at: usize) -> Option<bool> {
    if decision.applied.iter().chain(&decision.report_only).any(|one| one.index == at) {
        return Some(true);
    }
    let missed = decision.not_applied.iter().find(|one| one.index == at)?;
    match missed.reason {
        Reason::EmptyPolicy => Some(true),
        Reason::InvalidPolicy | Reason::NotEnoughInformation | Reason::PolicyNotEnabled => None,
        _ => Some(false),
    }
}

pub(super) fn holds(cell: Option<&Cell>, space: &Space, at: &[usize; Dim::COUNT]) -> bool {
    cell.is_some_and(|cell| Dim::ALL.iter().all(|dim| cell.has(&space.layout, *dim, at[*dim as usize])))
}

/// One tenant, both ways.
pub(super) struct Both<'t> {
    pub(super) tenant: &'t Tenant,
    pub(super) engine: Engine<'t>,
    live: Evaluator,
    goals: Evaluator,
    enforced: Vec<usize>,
    promises: Vec<Promise>,
    /// By goal and kind: the open pieces of all demands.
    pieces: Vec<[Vec<Cell>; 3]>,
    certain: Vec<bool>,
    asked: u64,
    pub(super) compared: u64,
    pub(super) open: u64,
}

/// What a tenant is compared by; it must outlive what compares.
pub(super) struct Sets {
    pub(super) live: PolicySet,
    pub(super) goals: PolicySet,
}

impl Sets {
    pub(super) fn of(tenant: &Tenant) -> Self {
        Self { live: tenant.live_set(), goals: tenant.goal_set() }
    }
}

impl<'t> Both<'t> {
    pub(super) fn of(tenant: &'t Tenant, sets: &'t Sets) -> Self {
        let goals: Vec<&NormalPolicy> = sets.goals.policies.iter().map(|policy| &policy.normal).collect();
        let live = sets.live.policies.iter().map(|policy| &policy.normal);
        let emergency: BTreeSet<_> = tenant.facts.emergency.confirmed.clone();
        let mut engine = Engine::new(live, &goals, &tenant.names, &tenant.facts, &emergency);
        let pieces = (0..goals.len()).map(|goal| [0, 1, 2].map(|kind| engine.pieces(goal, kind))).collect();
        let enforced = sets.live.policies.iter().enumerate().filter(|(_, policy)| policy.normal.enforced);
        Self {
            tenant,
            engine,
            live: Evaluator::new(&sets.live),
            goals: Evaluator::new(&sets.goals),
            enforced: enforced.map(|(at, _)| at).collect(),
            promises: tenant.goals.iter().map(Promise::of).collect(),
            pieces,
            certain: goals.iter().map(|goal| goal.uncertainties.is_empty()).collect(),
            asked: 0,
            compared: 0,
            open: 0,
        }
    }

    /// Holds one sign-in against both; what it stands for in the engine is at these atoms.
    pub(super) fn compare(&mut self, kind: usize, at: &[usize; Dim::COUNT], sign_in: &SignIn, told: &str) {
        let space = self.engine.space(kind).expect("a space");
        let decision = self.live.evaluate(sign_in);
        for (place, policy) in self.enforced.iter().enumerate() {
            let Some(met) = met(&decision, *policy) else { continue };
            let region = holds(self.engine.live_cell(place, kind), space, at);
            assert_eq!(region, met, "{told}: region of {} at {sign_in:?}", self.tenant.live[*policy]);
        }
        self.asked += 1;
        // Regions of goals are made as those of live policies are; now and then is enough.
        let asked = self.asked.is_multiple_of(8).then(|| self.goals.evaluate(sign_in));
        for goal in 0..self.promises.len() {
            let region = holds(self.engine.goal_cell(goal, kind), space, at);
            if let Some(met) = asked.as_ref().and_then(|asked| met(asked, goal)) {
                assert_eq!(region, met, "{told}: region of {} at {sign_in:?}", self.tenant.goals[goal]);
            }
            if !region || !self.certain[goal] || self.promises[goal].is_nothing() {
                continue;
            }
            let open = self.pieces[goal][kind].iter().any(|piece| holds(Some(piece), space, at));
            let kept = self.promises[goal].is_kept_by(&decision);
            assert_eq!(
                open,
                !kept,
                "{told}: {} is {} by coverage; What If asks {:?} {:?} at {sign_in:?}",
                self.tenant.goals[goal],
                if open { "open" } else { "closed" },
                decision.requirements,
                decision.session,
            );
            self.compared += 1;
            self.open += u64::from(open);
        }
    }

    fn draw(&mut self, dice: &mut Dice, sign_ins: usize, told: &str) {
        for kind in 0..3 {
            let Some(space) = self.engine.space(kind) else { continue };
            let layout = space.layout.clone();
            let regions: Vec<Cell> = (0..self.promises.len())
                .filter_map(|goal| self.engine.goal_cell(goal, kind).cloned())
                .collect();
            for _ in 0..sign_ins {
                // Most within a goal, so that something is asked of them.
                let mut within = layout.full();
                if dice.percent(95) && !regions.is_empty() {
                    within = dice.one(&regions).clone();
                    for _ in 0..4 {
                        let other = dice.one(&regions);
                        if within.meets(&layout, other) {
                            within = within.and(other);
                        }
                    }
                }
                let at = Dim::ALL.map(|dim| {
                    let atoms: Vec<usize> = super::super::cell::atoms(within.dim(&layout, dim)).collect();
                    *dice.one(&atoms)
                });
                let sign_in = self.engine.space(kind).expect("a space").sign_in(&at, &self.tenant.facts);
                self.compare(kind, &at, &sign_in, told);
            }
        }
    }
}

/// A quarter of the tenants, so that the quarters run side by side.
fn agree(quarter: u64) {
    let (mut compared, mut open) = (0, 0);
    let mut seed = quarter;
    while compared < PAIRS / 4 {
        let tenant = Tenant::draw(seed, Scope::WIDE);
        let sets = Sets::of(&tenant);
        let mut both = Both::of(&tenant, &sets);
        both.draw(&mut Dice(seed ^ 0x5eed), SIGN_INS, &format!("seed {seed}"));
        compared += both.compared;
        open += both.open;
        seed += 4;
    }
    eprintln!(
        "compared {compared} pairs of a goal and a sign-in ({open} open), seeds {quarter}, {}, … {}",
        quarter + 4,
        seed - 4
    );
}

const PAIRS: u64 = 1_000_000;
const SIGN_INS: usize = 300;

#[test]
fn coverage_and_what_if_agree_on_the_first_quarter_of_random_tenants() {
    agree(0);
}

#[test]
fn coverage_and_what_if_agree_on_the_second_quarter_of_random_tenants() {
    agree(1);
}

#[test]
fn coverage_and_what_if_agree_on_the_third_quarter_of_random_tenants() {
    agree(2);
}

#[test]
fn coverage_and_what_if_agree_on_the_last_quarter_of_random_tenants() {
    agree(3);
}

/// Every sign-in of a goal that leaves at most so many.
fn exhaust(both: &mut Both<'_>, most: u128, told: &str) {
    for kind in 0..3 {
        let Some(space) = both.engine.space(kind) else { continue };
        let layout = space.layout.clone();
        for goal in 0..both.promises.len() {
            let Some(region) = both.engine.goal_cell(goal, kind).cloned() else { continue };
            if region.count(&layout) > most {
                continue;
            }
            let atoms =
                Dim::ALL.map(|dim| super::super::cell::atoms(region.dim(&layout, dim)).collect::<Vec<_>>());
            let mut wheel = [0; Dim::COUNT];
            loop {
                let at = Dim::ALL.map(|dim| atoms[dim as usize][wheel[dim as usize]]);
                let sign_in = both.engine.space(kind).expect("a space").sign_in(&at, &both.tenant.facts);
                both.compare(kind, &at, &sign_in, told);
                let Some(turn) = (0..Dim::COUNT).find(|turn| wheel[*turn] + 1 < atoms[*turn].len()) else {
                    break;
                };
                wheel[turn] += 1;
                wheel[..turn].fill(0);
            }
        }
    }
}

#[test]
fn coverage_and_what_if_agree_on_every_sign_in_of_small_spaces() {
    let (mut compared, mut open) = (0, 0);
    for seed in 0..SMALL {
        let mut tenant = Tenant::draw(
            seed,
            Scope {
                groups: 2,
                apps: 3,
                places: 2,
                rules: 1,
                all_read: seed.is_multiple_of(2),
                density: 45,
                policies: 6,
                goals: 2,
            },
        );
        // Two platforms, one client, and no risk, so that nothing has to be left to chance.
        for goal in &mut tenant.goals {
            let conditions = &mut goal["conditions"];
            if conditions.get("users").is_some() {
                conditions["platforms"] = serde_json::json!({"includePlatforms": ["windows", "iOS"]});
                for (name, words) in [
                    ("clientAppTypes", ["browser"]),
                    ("signInRiskLevels", ["none"]),
                    ("userRiskLevels", ["high"]),
                ] {
                    conditions[name] = serde_json::json!(words);
                }
                conditions["insiderRiskLevels"] = serde_json::json!("minor");
            }
        }
        let sets = Sets::of(&tenant);
        let mut both = Both::of(&tenant, &sets);
        exhaust(&mut both, 20_000, &format!("seed {seed}"));
        compared += both.compared;
        open += both.open;
    }
    eprintln!("compared {compared} pairs of a goal and a sign-in over {SMALL} small tenants; {open} open");
    assert!(compared >= 100_000, "only {compared}");
}

const SMALL: u64 = 150;
