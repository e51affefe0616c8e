//! How long the whole report takes over 1,000 policies that are built to explode, against 50, with the reference catalog.

use criterion::{Criterion, criterion_group, criterion_main};
use policytab_domain::{
    binding::Bindings,
    facts::Facts,
    names::{NameKind, Names},
    policy_set::PolicySet,
    report::{BaselineSource, ComparisonInput, compare},
};
use serde_json::{Value, json};
use std::hint::black_box;
use zeroizing_alloc::ZeroAlloc;

/// As in the program.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<mimalloc::MiMalloc> = ZeroAlloc(mimalloc::MiMalloc);

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn half(&mut self, of: &[&str]) -> Vec<String> {
        let some: Vec<String> =
            of.iter().filter(|_| self.next().is_multiple_of(2)).map(|word| (*word).to_owned()).collect();
        if some.is_empty() { vec![of[0].to_owned()] } else { some }
    }
    fn id(&mut self, kind: u32, of: u64) -> String {
        id(kind, self.next() % of)
    }
}

fn id(kind: u32, at: u64) -> String {
    format!("{kind:08x}-0000-4000-8000-{at:012x}")
}

/// What explodes.
#[derive(Clone, Copy)]
struct Shape {
    groups: u64,
    apps: u64,
    places: u64,
    rules: u64,
    words: bool,
}

fn policy(dice: &mut Dice, at: usize, shape: Shape) -> Value {
    let mut conditions = json!({
        "users": {"includeUsers": ["All"]},
        "applications": {"includeApplications": ["All"]},
    });
    if shape.groups > 0 {
        let groups = |dice: &mut Dice| -> Vec<String> { (0..3).map(|_| dice.id(1, shape.groups)).collect() };
        conditions["users"] = json!({"includeGroups": groups(dice), "excludeGroups": groups(dice)});
    }
    if shape.apps > 0 {
        let apps: Vec<String> = (0..20).map(|_| dice.id(2, shape.apps)).collect();
        conditions["applications"] = json!({"includeApplications": ["All"], "excludeApplications": apps});
    }
    if shape.places > 0 {
        let places: Vec<String> = (0..5).map(|_| dice.id(3, shape.places)).collect();
        conditions["locations"] = json!({"includeLocations": ["All"], "excludeLocations": places});
    }
    if shape.rules > 0 {
        let tests: Vec<String> = (0..8)
            .map(|_| {
                let number = dice.next() % 15 + 1;
                format!("device.extensionAttribute{number} -startsWith \"v{}\"", dice.next() % shape.rules)
            })
            .collect();
        conditions["devices"] = json!({"deviceFilter": {"mode": "exclude", "rule": tests.join(" -or ")}});
    }
    if shape.words {
        conditions["clientAppTypes"] =
            json!(dice.half(&["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]));
        let platforms = dice.half(&["android", "iOS", "windows", "macOS", "linux", "windowsPhone"]);
        conditions["platforms"] = json!({"includePlatforms": platforms});
        for risk in ["signInRiskLevels", "userRiskLevels"] {
            conditions[risk] = json!(dice.half(&["none", "low", "medium", "high"]));
        }
        conditions["insiderRiskLevels"] = json!(dice.half(&["minor", "moderate", "elevated"]).join(","));
    }
    json!({
        "id": id(9, at as u64), "displayName": format!("Policy {at}"), "state": "enabled", "conditions": conditions,
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        "sessionControls": {"signInFrequency": {"isEnabled": true, "value": 1 + dice.next() % 9, "type": "hours", "frequencyInterval": "timeBased"}},
    })
}

fn names(dice: &mut Dice, shape: Shape) -> Names {
    let mut names = Names::new();
    for at in 0..shape.places {
        let ranges: Vec<Value> = (0..20)
            .map(|_| {
                let (a, b, bits) = (dice.next() % 4, dice.next() % 256, 9 + dice.next() % 15);
                json!({"cidrAddress": format!("10.{a}.{b}.0/{bits}")})
            })
            .collect();
        let body = json!({"isTrusted": at % 3 == 0, "ipRanges": ranges});
        names.insert(NameKind::NamedLocation, &id(3, at), &format!("Place {at}"), Some(body));
    }
    names
}

fn hostile(c: &mut Criterion) {
    let none = Shape { groups: 0, apps: 0, places: 0, rules: 0, words: false };
    let shapes = [
        ("words", Shape { words: true, ..none }),
        ("groups", Shape { groups: 2_000, ..none }),
        ("groups_and_words", Shape { groups: 2_000, words: true, ..none }),
        ("apps_and_words", Shape { apps: 2_000, words: true, ..none }),
        ("places_and_words", Shape { places: 500, words: true, ..none }),
        ("filters", Shape { rules: 40, ..none }),
        ("filters_and_words", Shape { rules: 5, words: true, ..none }),
        ("all", Shape { groups: 2_000, apps: 2_000, places: 500, rules: 5, words: true }),
    ];
    let mut group = c.benchmark_group("hostile");
    group.sample_size(10);
    for (name, shape) in shapes {
        let dice = &mut Dice(7);
        let names = names(dice, shape);
        let mut set = |count: usize| {
            let bodies: Vec<Value> = (0..count).map(|at| policy(dice, at, shape)).collect();
            PolicySet::of_bodies(&bodies, names.clone())
        };
        let (live, baseline) = (set(1_000), set(50));
        group.bench_function(name, |bench| {
            bench.iter(|| {
                black_box(compare(&ComparisonInput {
                    live: &live,
                    facts: &Facts::default(),
                    baseline: &baseline,
                    baseline_source: BaselineSource::ImportedSnapshot,
                    bindings: &Bindings::same_tenant(),
                    with_checks: true,
                }))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, hostile);
criterion_main!(benches);
