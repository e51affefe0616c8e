//! The report: parts and whole, at the sizes of docs/performance.md, and how it grows with policies and people.

#[expect(dead_code, reason = "other benches measure with the rest of it")]
mod support;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use policytab_domain::{
    binding::Bindings,
    coverage::Engine,
    facts::Facts,
    names::Names,
    normal::NormalPolicy,
    pairing::pair,
    policy::PolicyState,
    policy_set::PolicySet,
    reader::read_many,
    report::{BaselineSource, ComparisonInput, Report, check, compare},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
};
use support::{Breadth, Shape, Tenant};
use zeroizing_alloc::ZeroAlloc;

/// As in the program.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<mimalloc::MiMalloc> = ZeroAlloc(mimalloc::MiMalloc);

/// A tenant, and a baseline in terms of it.
struct Sides {
    tenant: Tenant,
    facts: Facts,
    live: PolicySet,
    baseline: PolicySet,
    live_bodies: Vec<Value>,
    baseline_bodies: Vec<Value>,
}

fn sides(live: usize, baseline: usize, classes: usize, breadth: Breadth) -> Sides {
    let tenant = Tenant::new(Shape { policies: live + baseline, classes, locations: 10, breadth, seed: 7 });
    let mut facts = tenant.facts();
    let guests = tenant.classes.iter().filter(|class| class.guest_type.is_some());
    facts.guests = Some(guests.flat_map(|class| class.members.iter().copied()).collect());
    let mut baseline_bodies = tenant.policies[live..].to_vec();
    for body in &mut baseline_bodies {
        body["state"] = json!("enabled");
        body.as_object_mut().into_iter().for_each(|map| drop(map.remove("id")));
    }
    let live_bodies = tenant.policies[..live].to_vec();
    Sides {
        live: PolicySet::of_bodies(&live_bodies, tenant.names.clone()),
        baseline: PolicySet::of_bodies(&baseline_bodies, tenant.names.clone()),
        tenant,
        facts,
        live_bodies,
        baseline_bodies,
    }
}

impl Sides {
    fn compare(&self, with_checks: bool) -> Report {
        let bindings = Bindings::suggest(&self.baseline, &self.live, &self.facts);
        compare(&ComparisonInput {
            live: &self.live,
            facts: &self.facts,
            baseline: &self.baseline,
            baseline_source: BaselineSource::Workspace { name: "House".to_owned(), baseline_id: None },
            bindings: &bindings,
            with_checks,
        })
    }
}

fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("report");
    group.sample_size(20);
    for breadth in [Breadth::Mixed, Breadth::Narrow] {
        let sides = sides(200, 50, 500, breadth);
        group.bench_function(BenchmarkId::new("comparison", format!("{breadth:?}")), |bench| {
            bench.iter(|| black_box(sides.compare(false)));
        });
        group.bench_function(BenchmarkId::new("with_checks", format!("{breadth:?}")), |bench| {
            bench.iter(|| black_box(sides.compare(true)));
        });
        group.bench_function(BenchmarkId::new("checks", format!("{breadth:?}")), |bench| {
            bench.iter(|| black_box(check(&sides.live, &sides.facts)));
        });
    }
    group.finish();
}

fn parts(c: &mut Criterion) {
    let mut group = c.benchmark_group("part");
    group.sample_size(30);
    let sides = sides(200, 50, 500, Breadth::Narrow);
    group.bench_function("read_250", |bench| {
        bench.iter(|| {
            let names = || sides.tenant.names.clone();
            black_box((
                PolicySet::of_bodies(&sides.live_bodies, names()),
                PolicySet::of_bodies(&sides.baseline_bodies, names()),
            ))
        });
    });
    group.bench_function("bindings", |bench| {
        bench.iter(|| black_box(Bindings::suggest(&sides.baseline, &sides.live, &sides.facts)));
    });
    let bindings = Bindings::suggest(&sides.baseline, &sides.live, &sides.facts);
    group.bench_function("pairing", |bench| {
        bench.iter(|| black_box(pair(&sides.baseline, &sides.live, &bindings)));
    });
    let goals: Vec<&NormalPolicy> = sides.baseline.policies.iter().map(|policy| &policy.normal).collect();
    let live = || sides.live.policies.iter().map(|policy| &policy.normal);
    group.bench_function("space", |bench| {
        bench.iter(|| {
            black_box(Engine::new(live(), &goals, &sides.live.names, &sides.facts, &BTreeSet::new())).asks(0)
        });
    });
    for breadth in [Breadth::Mixed, Breadth::Narrow] {
        let sides = self::sides(200, 1, 500, breadth);
        let goal = [&sides.baseline.policies[0].normal];
        group.bench_function(BenchmarkId::new("one_goal", format!("{breadth:?}")), |bench| {
            bench.iter(|| {
                let live = sides.live.policies.iter().map(|policy| &policy.normal);
                let none = BTreeSet::new();
                black_box(Engine::new(live, &goal, &sides.live.names, &sides.facts, &none).gap(0))
            });
        });
    }
    group.finish();
}

fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("growth");
    group.sample_size(10);
    for policies in [25, 50, 100, 200] {
        let sides = sides(policies, 50, 500, Breadth::Mixed);
        group.bench_function(BenchmarkId::new("policies", policies), |bench| {
            bench.iter(|| black_box(sides.compare(false)));
        });
    }
    for classes in [500, 2_000, 10_000] {
        let sides = sides(200, 50, classes, Breadth::Mixed);
        group.bench_function(BenchmarkId::new("classes", classes), |bench| {
            bench.iter(|| black_box(sides.compare(false)));
        });
    }
    group.finish();
}

/// Published sets as tenants in which everything is on, compared with the largest published baseline.
fn corpus(c: &mut Criterion) {
    let root = std::env::var_os("POLICYTAB_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let corpus = root.join("corpus");
    let baseline_folder = "Cloudshield-io__Conditional-Access-Framework";
    if !corpus.join(baseline_folder).is_dir() {
        eprintln!("SKIPPED: the published policies of the shared test data are not there");
        return;
    }
    let baseline = read(&corpus.join(baseline_folder), false);
    let mut group = c.benchmark_group("corpus");
    group.sample_size(10);
    for (name, folder) in [
        ("j0eyv", "j0eyv__ConditionalAccessBaseline"),
        ("alexfilipin", "AlexFilipin__ConditionalAccess/PolicyRepository"),
        ("nis2", "Clutch2View__nis2-conditional-access-policies"),
        ("caoptics", "jsa2__caOptics"),
    ] {
        let live = read(&corpus.join(folder), true);
        let facts = Facts::default();
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let bindings = Bindings::suggest(&baseline, &live, &facts);
                black_box(compare(&ComparisonInput {
                    live: &live,
                    facts: &facts,
                    baseline: &baseline,
                    baseline_source: BaselineSource::Workspace {
                        name: "Published".to_owned(),
                        baseline_id: None,
                    },
                    bindings: &bindings,
                    with_checks: false,
                }))
            });
        });
    }
    group.finish();
}

fn read(folder: &Path, on: bool) -> PolicySet {
    let mut files = Vec::new();
    json_files(folder, &mut files);
    let reading = read_many(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
    let policies = reading.distinct_policies().map(|read| {
        let mut policy = read.policy.clone();
        if on {
            policy.state = Some(PolicyState::Enabled);
        }
        policy
    });
    PolicySet::new(policies, Names::of_reading(&reading))
}

fn json_files(folder: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            json_files(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "json")
            && let Ok(bytes) = fs::read(&path)
        {
            out.push((path.display().to_string(), bytes));
        }
    }
}

criterion_group!(benches, whole, parts, growth, corpus);
criterion_main!(benches);
