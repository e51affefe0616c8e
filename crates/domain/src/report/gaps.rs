//! Findings of the comparison: a policy of the baseline, and the sign-ins that it would protect and nothing does.

use super::{
    BaselineSource, Finding, FindingKind, FindingSource, PolicyRef,
    compare::{finding_id, policy_ref},
    goals::Goal,
    near::Near,
};
use crate::{
    coverage::{Gap, Region},
    describe::describe,
    diff::FieldDiff,
    licence::Need,
    names::Names,
    policy_set::SetPolicy,
    severity::{Circumstances, assess, classify, covers_all_apps},
};

/// A policy of the baseline with all that is known of it.
pub(super) struct Open<'a> {
    pub(super) baseline: &'a SetPolicy,
    pub(super) names: &'a Names,
    pub(super) goal: &'a Goal,
    pub(super) gap: &'a Gap,
    pub(super) near: Near,
    /// The live policy that means the most similar thing.
    pub(super) counterpart: Option<&'a SetPolicy>,
    pub(super) diff: &'a [FieldDiff],
    pub(super) needs: &'a [Need],
    /// What makes up for the gap, in words.
    pub(super) compensated: Option<String>,
    pub(super) source: &'a BaselineSource,
}

/// From this share on nothing of a policy is left: all but for rounding.
const ALL: f64 = 1.0 - 1e-9;

pub(super) fn gap(open: Open<'_>) -> Finding {
    let Open { baseline, gap, near, .. } = &open;
    let mut family = classify(&baseline.normal);
    if let Some(severity) = baseline.notes.severity {
        family.base = severity;
    }
    let nothing = gap.share >= ALL && !near.weaker;
    let kind = match (&gap.not_decided, gap.regions.is_empty()) {
        (Some(_), true) => FindingKind::NotDecided,
        _ if nothing => FindingKind::Missing,
        _ => FindingKind::Gap,
    };
    let assessment = assess(
        &family,
        gap,
        &Circumstances {
            all_apps: covers_all_apps(&baseline.normal),
            weaker: near.weaker,
            report_only: near.report_only,
            compensated: open.compensated.as_deref(),
            unlicensed: open.needs,
        },
    );
    let name = &baseline.normal.display_name;
    let title = match kind {
        FindingKind::Missing if open.compensated.is_none() => {
            format!("Missing: {} (\"{name}\")", family.loses)
        }
        FindingKind::NotDecided => format!("Not decided: {} (\"{name}\")", family.loses),
        _ if gap.exposure.only_emergency => {
            format!("Only emergency access is left out: {} (\"{name}\")", family.loses)
        }
        _ if open.compensated.is_some() => format!("Made up for: {} (\"{name}\")", family.loses),
        _ if near.weaker => format!("Weaker: {} (\"{name}\")", family.loses),
        _ => format!("Open in part: {} (\"{name}\")", family.loses),
    };
    let mut live_policies: Vec<PolicyRef> = near.misses.iter().map(|miss| miss.policy.clone()).collect();
    if let Some(counterpart) = open.counterpart.map(policy_ref)
        && !live_policies.contains(&counterpart)
    {
        live_policies.push(counterpart);
    }
    let conditions: Vec<String> = gap.conditions.iter().chain(&open.goal.conditions).cloned().collect();
    let mut licences: Vec<String> = open.needs.iter().map(|need| need.licence.name().to_owned()).collect();
    licences.dedup();
    Finding {
        id: finding_id(&FindingSource::ComparisonBaseline, Some(baseline), None),
        severity: assessment.severity,
        severity_reason: assessment.reason,
        kind,
        title,
        baseline_policy: Some(policy_ref(baseline)),
        live_policies,
        share: gap.not_decided.is_none().then_some(gap.share),
        regions: gap.regions.iter().map(region_text).collect(),
        witness: gap.witness.as_ref().and_then(|witness| serde_json::to_value(&witness.sign_in).ok()),
        witness_text: gap.witness.as_ref().map(|witness| witness.sentence.clone()),
        people_exposed: gap.exposure.people.filter(|people| *people > 0),
        conditions,
        frameworks: baseline.notes.frameworks.clone(),
        cause: cause(&open),
        near_misses: near.misses.clone(),
        remedy: remedy(&open, kind),
        not_licensed: licences,
        diff: open.diff.to_vec(),
        ..Finding::of(FindingSource::ComparisonBaseline)
    }
}

/// A region with what is missing there.
pub(super) fn region_text(region: &Region) -> String {
    let missing = &region.missing;
    if missing.is_empty() {
        return region.text.clone();
    }
    format!("{} — without {}", region.text, missing.join(" and without "))
}

/// A share as the subject of "are open". Nothing is rounded to all or none that is not.
fn percent(share: f64) -> String {
    match share * 100.0 {
        _ if share >= ALL => "all".to_owned(),
        exact if exact > 99.0 => "more than 99 %".to_owned(),
        exact if exact < 1.0 => "less than 1 %".to_owned(),
        exact => format!("{exact:.0} %"),
    }
}

fn cause(open: &Open<'_>) -> String {
    let mut said: Vec<String> = Vec::new();
    let (gap, name) = (open.gap, &open.baseline.normal.display_name);
    match &gap.not_decided {
        Some(why) => said.push(why.clone()),
        None => said.push(format!(
            "Of the kinds of sign-in that \"{name}\" of {} covers, {} are open.",
            open.source.describe(),
            percent(gap.share),
        )),
    }
    said.extend(near_sentences(&open.near));
    if let Some(by) = &open.compensated {
        said.push(format!("{}.", capitalised(by)));
    }
    if gap.exposure.only_emergency && !gap.regions.is_empty() {
        said.push("Nobody but emergency access accounts is left out.".to_owned());
    }
    said.extend(emergency_too(gap));
    let note = open.baseline.notes.note.trim();
    if !note.is_empty() {
        said.push(format!("The baseline says of it: {note}"));
    }
    said.join(" ")
}

/// The near misses in sentences, or that there is none.
pub(super) fn near_sentences(near: &Near) -> Vec<String> {
    if near.misses.is_empty() {
        return vec!["No live policy comes near.".to_owned()];
    }
    near.misses.iter().map(|miss| format!("\"{}\" {}.", miss.policy.display_name, miss.lacks)).collect()
}

/// That emergency access accounts are not among what is told, where some policy covers the others.
pub(super) fn emergency_too(gap: &Gap) -> Option<String> {
    (gap.emergency_too && gap.share < ALL)
        .then(|| "Emergency access accounts are left out as well, and not counted here.".to_owned())
}

pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}

fn remedy(open: &Open<'_>, kind: FindingKind) -> String {
    if open.gap.exposure.only_emergency && !open.gap.regions.is_empty() {
        return "Nothing has to be done. Keep these accounts few, watched and tried out.".to_owned();
    }
    if open.near.only_off
        && let Some(first) = open.near.misses.first()
    {
        return format!(
            "Set \"{}\" to report-only, look through its results in the sign-in logs, then turn it on.",
            first.policy.display_name
        );
    }
    if open.near.report_only
        && let Some(first) = open.near.misses.first()
    {
        return format!(
            "Look through the report-only results of \"{}\" in the sign-in logs, then turn it on.",
            first.policy.display_name
        );
    }
    match (kind, open.near.misses.first()) {
        (FindingKind::NotDecided, _) => {
            "Look at the policies of the tenant by hand, or ask What If about the sign-ins that matter."
                .to_owned()
        }
        (FindingKind::Gap, Some(miss)) => {
            let region = open.gap.regions.first().map_or("", |region| region.text.as_str());
            let others =
                if open.gap.regions.len() > 1 { "; and for the other sign-ins that are listed" } else { "" };
            let how = if open.near.same_purpose {
                format!("Extend \"{}\", or add a policy", miss.policy.display_name)
            } else {
                "Add a policy".to_owned()
            };
            format!(
                "{how} for: {region}{others}. Try it in report-only first. If they are left out on purpose, accept the \
                 finding with the reason."
            )
        }
        _ => {
            let card = describe(&open.baseline.normal, open.names);
            let when = if card.when.is_empty() {
                String::new()
            } else {
                format!(" When: {}.", card.when.join("; "))
            };
            format!(
                "Create a policy that does the same, in report-only first. Who: {}. What: {}.{when} Then: {}.",
                card.who.join("; "),
                card.what.join("; "),
                card.then.join("; "),
            )
        }
    }
}
