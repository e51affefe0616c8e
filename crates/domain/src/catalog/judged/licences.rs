//! Licences and security defaults.

use super::{
    super::verdict::{Subject, Verdict},
    count, enforced, for_all_users, in_use, keys,
};
use crate::licence;
use std::collections::BTreeSet;

fn not_read() -> Verdict {
    Verdict::unknown("The licences were not read.")
}

pub(super) fn features(subject: &Subject<'_>) -> Verdict {
    let Some(licences) = &subject.facts.licences else { return not_read() };
    let mut missing: BTreeSet<&str> = BTreeSet::new();
    let found = keys(in_use(subject), |policy| {
        let needs = licence::unlicensed(&policy.normal, licences);
        missing.extend(needs.iter().map(|need| need.licence.name()));
        !needs.is_empty()
    });
    if found.is_empty() {
        return Verdict::met("Every feature in use is licensed.");
    }
    let missing: Vec<&str> = missing.into_iter().collect();
    Verdict::not_met(format!("{} without {}.", count(&found), missing.join(", ")), found)
}

pub(super) fn seats(subject: &Subject<'_>) -> Verdict {
    let Some(licences) = &subject.facts.licences else { return not_read() };
    let for_everyone = keys(enforced(subject), |policy| for_all_users(&policy.normal));
    if for_everyone.is_empty() {
        return Verdict::met("No enforced policy is for all users.");
    }
    let Some(people) = subject.facts.people else {
        return Verdict::unknown("How many users there are was not read.");
    };
    let units = licences.p1.enabled_units;
    if i64::try_from(people).is_ok_and(|people| people <= units) {
        return Verdict::met(format!("{units} units for {people} users."));
    }
    Verdict::not_met(format!("{units} units of Microsoft Entra ID P1 for {people} users."), for_everyone)
}

pub(super) fn security_defaults(subject: &Subject<'_>) -> Verdict {
    let licensed = subject.facts.licences.as_ref().map(|licences| licences.p1.licensed);
    if subject.live.enforced() > 0 {
        return Verdict::met("Policies are enforced, and take the place of security defaults.");
    }
    let without = match licensed {
        Some(false) => "The tenant is not licensed for Conditional Access",
        _ => "No policy is enforced",
    };
    match subject.facts.security_defaults {
        Some(true) => Verdict::met("Security defaults are on."),
        Some(false) => Verdict::not_met(
            format!("{without}, and security defaults are off: nothing protects the sign-in."),
            Vec::new(),
        ),
        None => Verdict::unknown(format!("{without}; whether security defaults are on was not read.")),
    }
}
