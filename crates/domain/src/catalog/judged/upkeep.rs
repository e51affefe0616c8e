//! How policies are made and kept.

use super::{
    super::verdict::{Subject, Verdict},
    count, enforced, in_use, keys,
};
use crate::{
    normal::{Field, NormalValue},
    policy::{Policy, PolicyState},
};
use chrono::{DateTime, TimeDelta, Utc};

/// A policy that was in report-only for longer without a change is forgotten.
pub const STALE_AFTER_DAYS: i64 = 90;

pub(super) fn risk_kinds_apart(subject: &Subject<'_>) -> Verdict {
    let found = keys(enforced(subject), |policy| {
        [Field::UserRiskLevels, Field::SignInRiskLevels]
            .iter()
            .all(|field| policy.normal.fields.contains_key(field))
    });
    if found.is_empty() {
        return Verdict::met("No enforced policy has both.");
    }
    Verdict::not_met(format!("{} with both kinds of risk.", count(&found)), found)
}

pub(super) fn approved_app(subject: &Subject<'_>) -> Verdict {
    let asks = |word: &'static str| {
        keys(in_use(subject), move |policy| policy.normal.has_word(&Field::GrantControls, word))
    };
    let found = asks("approvedApplication");
    if found.is_empty() {
        return Verdict::met("No policy asks for an approved client app.");
    }
    Verdict::not_met(format!("{} with Require approved client app.", count(&found)), found)
}

pub(super) fn continuous_access(subject: &Subject<'_>) -> Verdict {
    let found = keys(enforced(subject), |policy| {
        matches!(
            policy.normal.fields.get(&Field::ContinuousAccessEvaluation),
            Some(NormalValue::Word(mode)) if mode == "disabled"
        )
    });
    if found.is_empty() {
        return Verdict::met("No enforced policy disables it.");
    }
    Verdict::not_met(format!("Disabled by {}.", count(&found)), found)
}

pub(super) fn stale_report_only(subject: &Subject<'_>) -> Verdict {
    let report_only: Vec<_> =
        in_use(subject).filter(|policy| policy.normal.state() == PolicyState::ReportOnly).collect();
    if report_only.is_empty() {
        return Verdict::met("No policy is in report-only.");
    }
    let Some(now) = subject.facts.taken_at else {
        return Verdict::unknown("When the policies were read is not known.");
    };
    let limit = TimeDelta::days(STALE_AFTER_DAYS);
    let stale = keys(report_only.iter().copied(), |policy| {
        changed(&policy.policy).is_some_and(|changed| now.signed_duration_since(changed) > limit)
    });
    let undated = report_only.iter().filter(|policy| changed(&policy.policy).is_none()).count();
    if !stale.is_empty() {
        let cause = format!(
            "{} in report-only without a change for more than {STALE_AFTER_DAYS} days.",
            count(&stale)
        );
        return Verdict::not_met(cause, stale);
    }
    if undated > 0 {
        return Verdict::unknown("When a policy in report-only was last changed is not known.");
    }
    Verdict::met(format!("Every policy in report-only was changed within {STALE_AFTER_DAYS} days."))
}

/// When a policy was last changed: the date of the change, else of its making, since Graph leaves the first unset until
/// there is one.
fn changed(policy: &Policy) -> Option<DateTime<Utc>> {
    [&policy.modified_date_time, &policy.created_date_time]
        .into_iter()
        .flatten()
        .find_map(|text| DateTime::parse_from_rfc3339(text).ok())
        .map(|time| time.to_utc())
}
