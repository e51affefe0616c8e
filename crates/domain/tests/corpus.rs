//! Real, published policies: every file is read with its meaning intact.

use policytab_domain::{
    binding::Bindings,
    describe::describe,
    device_filter,
    facts::Facts,
    names::{NameKind, Names},
    normal::{Field, NormalValue, normal_digest, normalise},
    policy::Policy,
    policy_set::PolicySet,
    reader::{Reading, read_many},
    report::{BaselineSource, ComparisonInput, FindingKind, Report, compare, to_csv},
    sentence::sentence,
    severity::Severity,
};
use policytab_test_support::shared;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

fn json_files(folder: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            json_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            out.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
}

fn read_folder(folder: &Path) -> Reading {
    let mut files = Vec::new();
    json_files(folder, &mut files);
    read_many(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))
}

#[test]
fn every_policy_is_read_and_every_other_file_is_told_apart() {
    let Some(corpus) = shared("corpus") else { return };
    let reading = read_folder(&corpus);
    let mut with_policies: Vec<_> = reading.policies.iter().map(|read| read.path.as_str()).collect();
    with_policies.dedup();
    assert_eq!((reading.policies.len(), with_policies.len()), (350, 333));
    let mut others: Vec<&str> = reading.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    for objects in [&reading.groups, &reading.named_locations, &reading.authentication_strengths] {
        others.extend(objects.iter().map(|object| object.path.as_str()));
    }
    others.sort_unstable();
    others.dedup();
    assert_eq!(others.len(), 101);
    assert_eq!((reading.groups.len(), reading.authentication_strengths.len()), (72, 2));
    for skipped in &reading.skipped {
        assert!(!skipped.reason.contains("JSON"), "{}: {}", skipped.path, skipped.reason);
    }
}

#[test]
fn round_trips_lose_nothing_and_normal_forms_are_stable() {
    let Some(corpus) = shared("corpus") else { return };
    let reading = read_folder(&corpus);
    let names = Names::of_reading(&reading);
    for read in &reading.policies {
        let again = Policy::read(&read.policy.to_graph()).0;
        assert_eq!(again, read.policy, "{}", read.path);
        let once = normalise(&read.policy, &names);
        let twice = normalise(&Policy::read(&once.to_graph()).0, &names);
        assert_eq!(once.fields, twice.fields, "{}", read.path);
        assert_eq!(once.digest(), twice.digest(), "{}", read.path);
        assert_eq!(normal_digest(&read.policy), normal_digest(&Policy::read(&read.raw).0), "{}", read.path);
    }
}

#[test]
fn every_policy_has_a_sentence_that_names_what_is_in_it() {
    let Some(corpus) = shared("corpus") else { return };
    let reading = read_folder(&corpus);
    let names = Names::of_reading(&reading);
    for read in &reading.policies {
        let normal = normalise(&read.policy, &names);
        let text = sentence(&normal, &names);
        let told = format!("{}: {text}", read.path);
        assert!(text.ends_with('.') && !text.contains("  ") && !text.contains("null"), "{told}");
        assert!(text.starts_with(|first: char| first.is_uppercase() || first == '<'), "{told}");
        assert_eq!(normal.enforced, !text.contains("If it were on: "), "{told}");
        for path in &normal.uncertainties {
            assert!(text.contains(path.as_str()), "{path} is dropped: {told}");
        }
        let card = describe(&normal, &names);
        let counted = text.contains(" more ");
        for reference in normal.references() {
            let name = reference.name.clone().unwrap_or_else(|| reference.id.clone());
            let strength = reference.kind == NameKind::AuthenticationStrength && text.contains("multifactor");
            assert!(counted || strength || text.contains(&name), "{name} is dropped: {told} {card:?}");
        }
        let blocks = normal.has_word(&Field::GrantControls, "block");
        assert_eq!(
            blocks,
            text.contains(" may not ")
                || text.contains(" would not be allowed to ")
                || text.contains("block access"),
            "{told}"
        );
        let rules = normal.fields.values().filter_map(|value| match value {
            NormalValue::Rule(_, rule) => Some(rule),
            _ => None,
        });
        for rule in rules {
            assert!(text.contains(rule.as_str()), "{rule} is dropped: {told}");
        }
        println!("{told}");
    }
}

/// Everything that a body says, as path and text without regard to case. Annotations say nothing; one text of several
/// words is as many.
fn said(value: &Value, path: &str, out: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if !name.contains("@odata.") && !name.starts_with("#microsoft.graph.") {
                    said(inner, &format!("{path}.{name}").to_lowercase(), out);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| said(item, path, out)),
        Value::Null => {}
        Value::String(text) if is_flags(path) => {
            out.extend(text.split(',').map(|word| (path.to_owned(), word.trim().to_lowercase())));
        }
        Value::String(text) => {
            out.insert((path.to_owned(), text.to_lowercase()));
        }
        other => {
            out.insert((path.to_owned(), other.to_string()));
        }
    }
}

fn is_flags(path: &str) -> bool {
    ["transfermethods", "risklevels", "usertypes", "trafficprofiles"].iter().any(|end| path.ends_with(end))
}

#[test]
fn everything_that_a_file_says_is_in_what_is_written() {
    let Some(corpus) = shared("corpus") else { return };
    let mut texts = 0;
    for read in &read_folder(&corpus).policies {
        let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
        said(&read.raw, "", &mut before);
        said(&read.policy.to_graph(), "", &mut after);
        texts += before.len();
        let lost: Vec<_> = before.symmetric_difference(&after).collect();
        assert!(lost.is_empty(), "{}: {lost:?}", read.path);
    }
    assert!(texts > 5_000, "{texts}");
}

/// Whatever is taken out of a list of a real policy shows, save where the rest of the list says it all.
#[test]
fn what_is_taken_out_of_a_real_policy_shows() {
    let Some(corpus) = shared("corpus") else { return };
    let mut unseen: BTreeSet<String> = BTreeSet::new();
    for read in read_folder(&corpus).distinct_policies() {
        let before = normal_digest(&read.policy);
        let mut body = read.policy.to_graph();
        for part in ["conditions", "grantControls"] {
            let groups: Vec<String> =
                body[part].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
            for group in groups {
                // A built-in strength is its id.
                if body[part][&group]["id"].as_str().is_some_and(|id| id.starts_with("00000000-0000-")) {
                    continue;
                }
                let lists: Vec<(String, usize)> = match &body[part][&group] {
                    Value::Object(map) => map
                        .iter()
                        .map(|(name, list)| (name.clone(), list.as_array().map_or(0, Vec::len)))
                        .collect(),
                    _ => continue,
                };
                for (name, length) in lists {
                    for at in 0..length {
                        let whole = body[part][&group][&name].clone();
                        if let Some(list) = body[part][&group][&name].as_array_mut() {
                            list.remove(at);
                        }
                        if normal_digest(&Policy::read(&body).0) == before {
                            unseen.insert(format!("{part}.{group}.{name}: {}", whole[at]));
                        }
                        body[part][&group][&name] = whole;
                    }
                }
            }
        }
    }
    insta::assert_json_snapshot!(unseen);
}

#[test]
fn copies_in_the_corpus_are_pointed_out() {
    let Some(corpus) = shared("corpus/AlexFilipin__ConditionalAccess") else { return };
    let reading = read_folder(&corpus);
    assert_eq!(reading.policies.len(), 214);
    assert!(reading.duplicates.len() > 100, "{} copies", reading.duplicates.len());
}

/// Every folder of the corpus that is a set of its own.
fn sets() -> Option<Vec<(String, PolicySet)>> {
    let corpus = shared("corpus")?;
    let folders = [
        "j0eyv__ConditionalAccessBaseline",
        "AlexFilipin__ConditionalAccess/PolicyRepository",
        "AlexFilipin__ConditionalAccess/PolicySets",
        "Cloudshield-io__Conditional-Access-Framework",
        "Clutch2View__nis2-conditional-access-policies",
        "Azure-Samples__azure-ad-conditional-access-apis",
        "jsa2__caOptics",
        "nathanmcnulty__nathanmcnulty",
    ];
    Some(
        folders
            .into_iter()
            .map(|folder| (folder.to_owned(), PolicySet::of_reading(&read_folder(&corpus.join(folder)))))
            .collect(),
    )
}

fn report(baseline: &PolicySet, live: &PolicySet, baseline_source: BaselineSource) -> Report {
    let facts = Facts::default();
    let bindings = Bindings::suggest(baseline, live, &facts);
    compare(&ComparisonInput {
        live,
        facts: &facts,
        baseline,
        baseline_source,
        bindings: &bindings,
        with_checks: false,
    })
}

fn workspace(name: &str) -> BaselineSource {
    BaselineSource::Workspace { name: name.to_owned(), baseline_id: None }
}

#[test]
fn a_set_compared_with_itself_has_no_finding() {
    let Some(sets) = sets() else { return };
    for (name, set) in &sets {
        for source in [BaselineSource::ImportedSnapshot, workspace(name)] {
            let report = report(set, set, source);
            assert_eq!(report.findings, [], "{name}");
            assert!(
                report.pairs.iter().all(|pair| pair.live_policy.is_some() && pair.diff.is_empty()),
                "{name}"
            );
            assert!(report.notice.is_some(), "an empty report says so");
        }
    }
}

#[test]
fn comparisons_of_different_sets_are_consistent() {
    let Some(sets) = sets() else { return };
    for (baseline_name, baseline) in &sets {
        for (live_name, live) in &sets {
            let first = report(baseline, live, workspace(baseline_name));
            assert_eq!(first, report(baseline, live, workspace(baseline_name)), "the same every time");
            let label = format!("{baseline_name} against {live_name}");
            let mut ids: Vec<_> = first.findings.iter().map(|finding| &finding.id).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), first.findings.len(), "{label}: every finding has an id of its own");
            assert!(first.findings.is_sorted_by_key(|finding| finding.severity), "{label}");
            assert_eq!(first.pairs.len(), baseline.policies.len(), "{label}");
            let gaps = first.findings.iter().filter(|finding| finding.severity != Severity::Info).count();
            assert!(gaps <= baseline.policies.len(), "{label}: no more gaps than policies");
            for finding in first.findings.iter().filter(|finding| finding.severity != Severity::Info) {
                assert!(
                    !finding.regions.is_empty() && finding.witness.is_some(),
                    "{label}: {}",
                    finding.title
                );
            }
            assert!(to_csv(&first).lines().count() > first.findings.len(), "{label}");
        }
    }
}

#[test]
fn nothing_live_means_that_all_that_is_asked_for_is_missing() {
    let Some(sets) = sets() else { return };
    let nothing = PolicySet::default();
    for (name, set) in &sets {
        let report = report(set, &nothing, workspace(name));
        let unenforced = set.enforced() * 5 < set.policies.len();
        for policy in set.policies.iter().filter(|policy| policy.normal.enforced || unenforced) {
            // Some published policies name no app or nobody, and so ask for nothing.
            let (users, apps) = (&Field::IncludeUsers, &Field::IncludeApplications);
            if policy.normal.has_word(users, "All") && policy.normal.has_word(apps, "All") {
                let found = report.findings.iter().filter_map(|finding| finding.baseline_policy.as_ref());
                assert!(
                    found.into_iter().any(|found| found.display_name == policy.normal.display_name),
                    "{name}: {}",
                    policy.normal.display_name
                );
            }
        }
        assert!(report.findings.iter().all(|finding| finding.kind == FindingKind::Missing), "{name}");
    }
}

#[test]
fn every_filter_for_devices_is_understood() {
    let Some(corpus) = shared("corpus") else { return };
    let mut rules = 0;
    for read in read_folder(&corpus).policies {
        let filter = read.policy.conditions.and_then(|c| c.devices).and_then(|devices| devices.device_filter);
        let Some(rule) = filter.and_then(|filter| filter.rule).filter(|rule| !rule.is_empty()) else {
            continue;
        };
        rules += 1;
        let parsed =
            device_filter::parse(&rule).unwrap_or_else(|error| panic!("{}: {rule}: {error}", read.path));
        assert!(parsed.comparisons().iter().all(|comparison| comparison.attribute.is_known()), "{rule}");
        let classes = device_filter::Classes::of(&[Some(&parsed)]);
        assert!(
            classes.exact && classes.classes.len() == 2,
            "{rule} holds for some devices and not for others"
        );
    }
    assert_eq!(rules, 24);
}
