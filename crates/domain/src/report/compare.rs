//! The comparison of two sets of policies.

use super::{
    BaselineSource, Finding, FindingKind, PairView, PolicyRef, Report, Summary,
    acceptance::fingerprint,
    findings::{Changed, changed, extra, missing},
};
use crate::{
    binding::Bindings,
    diff::{compare_policies, unresolved_names},
    licence::{Licences, unlicensed},
    normal::{Field, NormalPolicy, NormalValue},
    pairing::pair,
    policy_set::{PolicySet, SetPolicy},
};
use std::cmp::Ordering;

/// What is compared.
#[derive(Debug, Clone)]
pub struct ComparisonInput<'a> {
    /// The policies as they are.
    pub live: &'a PolicySet,
    /// What they are compared with.
    pub baseline: &'a PolicySet,
    /// Where the baseline comes from; ids mean the same objects on both sides only for the imported snapshot.
    pub baseline_source: BaselineSource,
    /// What the tenant is licensed for; `None` where it is not known.
    pub licences: Option<&'a Licences>,
}

/// Compares the live policies with a baseline.
pub fn compare(input: &ComparisonInput<'_>) -> Report {
    let same_tenant = input.baseline_source == BaselineSource::ImportedSnapshot;
    let bindings =
        if same_tenant { Bindings::same_tenant() } else { Bindings::by_name(input.baseline, input.live) };
    compare_with(input, &bindings)
}

/// The same with what the baseline's references mean given.
pub fn compare_with(input: &ComparisonInput<'_>, bindings: &Bindings) -> Report {
    let (baseline, live) = (input.baseline, input.live);
    let mut findings: Vec<Finding> = Vec::new();
    let mut pairs: Vec<PairView> = Vec::new();
    let mut paired = vec![false; live.policies.len()];
    for found in pair(baseline, live, bindings) {
        let ours = &baseline.policies[found.baseline];
        let needs = input.licences.map(|licences| unlicensed(&ours.normal, licences)).unwrap_or_default();
        let Some(at) = found.live else {
            if ours.normal.enforced {
                let nearest = found.nearest.map(|at| &live.policies[at]);
                findings.push(missing(ours, nearest, baseline, &input.baseline_source, &needs));
            }
            pairs.push(PairView {
                baseline_policy: policy_ref(ours),
                live_policy: None,
                similarity: 0,
                diff: vec![],
            });
            continue;
        };
        paired[at] = true;
        let theirs = &live.policies[at];
        let diff = compare_policies(&ours.normal, &theirs.normal, bindings, &baseline.names, &live.names);
        if !diff.is_empty() {
            let change = Changed { baseline: ours, live: theirs, diff: &diff, needs: &needs };
            findings.extend(changed(&change, &input.baseline_source));
        }
        pairs.push(PairView {
            baseline_policy: policy_ref(ours),
            live_policy: Some(policy_ref(theirs)),
            similarity: u8::try_from(found.similarity / 10).unwrap_or(100),
            diff,
        });
    }
    for (policy, paired) in live.policies.iter().zip(&paired) {
        if !paired {
            findings.push(extra(policy, live, &input.baseline_source));
        }
    }
    for finding in &mut findings {
        finding.fingerprint = fingerprint(finding);
    }
    findings.sort_by(order);
    Report {
        compared_with: input.baseline_source.clone(),
        summary: Summary::of(&findings),
        notice: notice(input, bindings, &findings),
        findings,
        pairs,
    }
}

/// Severity, then the share that is lost, then kind, name and id: total, and the same in every run.
fn order(a: &Finding, b: &Finding) -> Ordering {
    let share = |finding: &Finding| finding.share.unwrap_or_default();
    let name = |finding: &Finding| {
        let policy = finding.baseline_policy.as_ref().or_else(|| finding.live_policies.first());
        policy.map(|policy| policy.display_name.to_lowercase()).unwrap_or_default()
    };
    a.severity
        .cmp(&b.severity)
        .then_with(|| share(b).total_cmp(&share(a)))
        .then_with(|| a.kind.cmp(&b.kind))
        .then_with(|| name(a).cmp(&name(b)))
        .then_with(|| a.id.cmp(&b.id))
}

impl PolicyRef {
    /// A policy of a set.
    pub fn of(policy: &SetPolicy) -> Self {
        Self {
            id: policy.normal.id.clone(),
            display_name: policy.normal.display_name.clone(),
            state: state_word(&policy.normal),
        }
    }
}

pub(super) fn policy_ref(policy: &SetPolicy) -> PolicyRef {
    PolicyRef::of(policy)
}

fn state_word(policy: &NormalPolicy) -> String {
    match policy.fields.get(&Field::State) {
        Some(NormalValue::Word(word)) => word.clone(),
        _ => String::new(),
    }
}

fn notice(input: &ComparisonInput<'_>, bindings: &Bindings, findings: &[Finding]) -> Option<String> {
    let source = input.baseline_source.describe();
    let (all, enforced) = (input.baseline.policies.len(), input.baseline.enforced());
    let mut said: Vec<String> = Vec::new();
    if all == 0 {
        said.push(format!("There are no policies in {source}, so there is nothing to compare with."));
    } else if enforced == 0 {
        said.push(format!(
            "None of the {all} policies in {source} is on. Report-only and disabled policies ask for nothing, so \
             nothing can be missing."
        ));
    } else if enforced < all {
        said.push(format!(
            "{} of the {all} policies in {source} are report-only or off; they ask for nothing.",
            all - enforced
        ));
    }
    let mut unresolved: Vec<String> = input
        .baseline
        .policies
        .iter()
        .flat_map(|policy| unresolved_names(&policy.normal, bindings, &input.baseline.names))
        .collect();
    unresolved.sort();
    unresolved.dedup();
    if !unresolved.is_empty() {
        let shown = unresolved.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more =
            if unresolved.len() > 5 { format!(" and {} more", unresolved.len() - 5) } else { String::new() };
        said.push(format!(
            "What these references of {source} mean in this tenant can't be told: {shown}{more}. Fields that name \
             them are shown as different."
        ));
    }
    let assumptions = bindings.assumptions();
    if !assumptions.is_empty() {
        said.push(format!("Taken for granted, and to be confirmed: {}", assumptions.join(" ")));
    }
    if all > 0 && findings.is_empty() {
        said.push(match input.baseline_source {
            BaselineSource::ImportedSnapshot => {
                "The live policies mean the same as the imported snapshot: there is no gap.".to_owned()
            }
            BaselineSource::Workspace { .. } => format!("The live policies do all that {source} asks for."),
        });
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// A finding's id: what it is and which policies it is about.
pub(super) fn finding_id(
    kind: FindingKind,
    baseline: Option<&SetPolicy>,
    live: Option<&SetPolicy>,
) -> String {
    let key =
        |policy: Option<&SetPolicy>| policy.map(|policy| policy.key.as_str()).unwrap_or_default().to_owned();
    let text = format!("{kind:?}\n{}\n{}", key(baseline), key(live));
    hex::encode(&crate::canonical::digest(text.as_bytes())[..12])
}
