//! Emergency access accounts: there, left out, few.

use super::super::verdict::{Subject, Verdict};
use crate::emergency::{EmergencyObject, FEWEST_ACCOUNTS, MOST_ACCOUNTS};
use std::collections::BTreeSet;

fn labels<'a>(objects: impl Iterator<Item = &'a EmergencyObject>) -> String {
    objects.map(EmergencyObject::label).collect::<Vec<_>>().join(", ")
}

fn none() -> Verdict {
    Verdict::unknown("No emergency access is known; see the check that there is some.")
}

pub(super) fn exists(subject: &Subject<'_>) -> Verdict {
    let emergency = subject.emergency;
    if emergency.counted().next().is_some() {
        return Verdict::met(format!("Emergency access: {}.", labels(emergency.counted())));
    }
    if subject.live.enforced() == 0 {
        return Verdict::unknown(
            "No policy is enforced, so there is nothing that an account could be left out of.",
        );
    }
    if emergency.objects.is_empty() {
        return Verdict::not_met(
            "No account or group is left out of nearly all enforced policies.",
            Vec::new(),
        );
    }
    let cause = format!(
        "Nothing is known for certain to be emergency access. Confirm it if one of these is: {}.",
        labels(emergency.objects.iter())
    );
    Verdict::not_met(cause, Vec::new())
}

pub(super) fn not_blocked(subject: &Subject<'_>) -> Verdict {
    if subject.emergency.counted().next().is_none() {
        return none();
    }
    let blocked: Vec<&EmergencyObject> =
        subject.emergency.counted().filter(|object| !object.held.blocked_by.is_empty()).collect();
    let asked = subject.emergency.counted().any(|object| !object.held.asked_by.is_empty());
    if blocked.is_empty() {
        return Verdict::met(if asked {
            "No blocking policy reaches them. Some policies ask them for multifactor authentication: make sure that they have a method which works without a phone."
        } else {
            "No blocking policy reaches them."
        });
    }
    let by: BTreeSet<&str> =
        blocked.iter().flat_map(|object| &object.held.blocked_by).map(String::as_str).collect();
    let policies = subject.live.policies.iter().map(|policy| &policy.key);
    let policies: Vec<String> = policies.filter(|key| by.contains(key.as_str())).cloned().collect();
    let cause = format!("{} can be blocked by {}.", labels(blocked.iter().copied()), super::count(&policies));
    Verdict::not_met(cause, policies)
}

pub(super) fn not_too_many(subject: &Subject<'_>) -> Verdict {
    if subject.emergency.counted().next().is_none() {
        return none();
    }
    match subject.emergency.accounts(subject.facts) {
        None => members_unknown(),
        Some(accounts) if accounts > MOST_ACCOUNTS => Verdict::not_met(
            format!("{accounts} accounts count as emergency access; {MOST_ACCOUNTS} are enough."),
            Vec::new(),
        ),
        Some(accounts) => Verdict::met(format!("Emergency access accounts: {accounts}.")),
    }
}

pub(super) fn two_accounts(subject: &Subject<'_>) -> Verdict {
    if subject.emergency.counted().next().is_none() {
        return none();
    }
    match subject.emergency.accounts(subject.facts) {
        None => members_unknown(),
        Some(accounts) if accounts < FEWEST_ACCOUNTS => Verdict::not_met(
            format!("Emergency access accounts: {accounts}; there should be {FEWEST_ACCOUNTS} at least."),
            Vec::new(),
        ),
        Some(accounts) => Verdict::met(format!("Emergency access accounts: {accounts}.")),
    }
}

fn members_unknown() -> Verdict {
    Verdict::unknown("The members of a group for emergency access were not read.")
}
