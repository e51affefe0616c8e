//! What If: one sign-in over 25 to 200 policies, and making 200 policies ready.

#[expect(dead_code, reason = "other benches measure with the rest of it")]
mod support;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use policytab_domain::evaluate::Evaluator;
use std::hint::black_box;
use support::{Breadth, Shape, Tenant};
use zeroizing_alloc::ZeroAlloc;

/// As in the program.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<mimalloc::MiMalloc> = ZeroAlloc(mimalloc::MiMalloc);

fn shape(policies: usize, breadth: Breadth) -> Shape {
    Shape { policies, classes: 500, locations: 10, breadth, seed: 7 }
}

fn what_if(c: &mut Criterion) {
    let mut group = c.benchmark_group("what_if");
    for breadth in [Breadth::Mixed, Breadth::Narrow] {
        for policies in [25, 50, 100, 200] {
            let tenant = Tenant::new(shape(policies, breadth));
            let set = tenant.policy_set();
            let evaluator = Evaluator::new(&set);
            let sign_ins = tenant.sign_ins(256, 11);
            let mut next = sign_ins.iter().cycle();
            group.bench_function(BenchmarkId::new(format!("{breadth:?}"), policies), |bench| {
                bench.iter(|| {
                    next.next().map(|sign_in| black_box(evaluator.evaluate(black_box(sign_in))).applied.len())
                });
            });
        }
    }
    let tenant = Tenant::new(shape(200, Breadth::Mixed));
    let set = tenant.policy_set();
    group.bench_function("compile/200", |bench| bench.iter(|| black_box(Evaluator::new(black_box(&set)))));
    let evaluator = Evaluator::new(&set);
    let sign_ins = tenant.sign_ins(256, 11);
    let mut next = sign_ins.iter().cycle();
    group.bench_function("to_json/200", |bench| {
        bench.iter(|| {
            next.next().and_then(|sign_in| serde_json::to_string(&evaluator.evaluate(sign_in)).ok())
        });
    });
    group.finish();
}

criterion_group!(benches, what_if);
criterion_main!(benches);
