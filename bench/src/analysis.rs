//! The analysis, as criterion measured it in the same run (`crates/domain/benches`).
//!
//! A demand is held against the 95th percentile of the samples, growth is only shown.

use crate::{AnyError, table::Row};
use serde::Deserialize;
use std::{fs, path::Path};

/// What is measured, where criterion keeps it, and the most microseconds it may take.
const ROWS: [(&str, &str, Option<f64>, &str); 26] = [
    ("report, 200 live x 50 baseline policies, 500 classes", "report/comparison/Mixed", Some(50_000.0), ""),
    ("the same, policies for single groups", "report/comparison/Narrow", Some(50_000.0), ""),
    ("report with the reference catalog beside it", "report/with_checks/Mixed", None, ""),
    ("reference catalog alone, 200 policies", "report/checks/Mixed", None, ""),
    (
        "one goal, 200 policies, 500 classes, space included",
        "part/one_goal/Mixed",
        Some(25_000.0),
        "set algebra alone 1.1 ms",
    ),
    (
        "the same, policies for single groups",
        "part/one_goal/Narrow",
        Some(25_000.0),
        "set algebra alone 1.1 ms",
    ),
    ("pairing 50 with 200", "part/pairing", Some(3_000.0), "assignment alone 1.8 ms"),
    ("what if, 200 policies, with reasons", "what_if/Mixed/200", Some(20.0), "about 1 us possible"),
    ("published set: j0eyv", "corpus/j0eyv", Some(5_000.0), ""),
    ("published set: AlexFilipin", "corpus/alexfilipin", Some(5_000.0), ""),
    ("published set: nis2", "corpus/nis2", Some(5_000.0), ""),
    ("published set: caOptics", "corpus/caoptics", Some(5_000.0), ""),
    ("growth: report with 25 live policies", "growth/policies/25", None, ""),
    ("growth: 50", "growth/policies/50", None, ""),
    ("growth: 100", "growth/policies/100", None, ""),
    ("growth: 200", "growth/policies/200", None, ""),
    ("growth: 2,000 people classes", "growth/classes/2000", None, ""),
    ("growth: 10,000 people classes", "growth/classes/10000", None, ""),
    ("hostile, 1,000 x 50: conditions of words", "hostile/words", Some(2_000_000.0), ""),
    ("hostile, 1,000 x 50: 2,000 groups", "hostile/groups", Some(2_000_000.0), ""),
    ("hostile, 1,000 x 50: groups and words", "hostile/groups_and_words", Some(2_000_000.0), ""),
    ("hostile, 1,000 x 50: 2,000 apps and words", "hostile/apps_and_words", Some(2_000_000.0), ""),
    ("hostile, 1,000 x 50: 500 places and words", "hostile/places_and_words", Some(2_000_000.0), ""),
    ("hostile, 1,000 x 50: device filters", "hostile/filters", Some(2_000_000.0), ""),
    ("hostile, 1,000 x 50: filters and words", "hostile/filters_and_words", Some(2_000_000.0), ""),
    ("hostile, 1,000 x 50: all of it", "hostile/all", Some(2_000_000.0), ""),
];

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// The rows of what criterion left in a folder; what is not there is said to be so.
pub(crate) fn rows(criterion: &Path) -> Result<Vec<Row>, AnyError> {
    ROWS.iter()
        .map(|(subject, place, most, ceiling)| row(criterion, subject, place, *most, ceiling))
        .collect()
}

fn row(
    criterion: &Path,
    subject: &str,
    place: &str,
    most: Option<f64>,
    ceiling: &str,
) -> Result<Row, AnyError> {
    let demand = most.map(|most| format!("<= {}", time(most))).unwrap_or_default();
    let ceiling = ceiling.to_owned();
    let path = criterion.join(place).join("new/sample.json");
    let Ok(text) = fs::read(&path) else {
        return Ok(Row {
            subject: subject.to_owned(),
            measured: "not measured".to_owned(),
            ceiling,
            demand,
            met: None,
        });
    };
    let sample: Sample = serde_json::from_slice(&text)?;
    let mut each: Vec<f64> = sample
        .times
        .iter()
        .zip(&sample.iters)
        .map(|(nanos, iterations)| nanos / iterations / 1_000.0)
        .collect();
    each.sort_by(f64::total_cmp);
    let at = |share: f64| {
        each.get(((each.len() - 1) as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
    };
    let (median, worst) = (at(0.5), at(0.95));
    Ok(Row {
        subject: subject.to_owned(),
        measured: format!("{}, p95 {}", time(median), time(worst)),
        ceiling,
        demand,
        met: most.map(|most| worst <= most),
    })
}

fn time(micros: f64) -> String {
    if micros < 1_000.0 { format!("{micros:.1} us") } else { format!("{:.1} ms", micros / 1_000.0) }
}
