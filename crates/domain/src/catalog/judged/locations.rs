//! Named locations and countries.

use super::{
    super::verdict::{Subject, Verdict},
    blocks, enforced, for_all_apps, for_all_users, keys,
};
use crate::{
    json::text,
    names::NameKind,
    normal::{Field, Item, NormalPolicy, Reference},
};

const BOTH: [Field; 2] = [Field::IncludeLocations, Field::ExcludeLocations];

fn named(policy: &NormalPolicy) -> impl Iterator<Item = &Reference> {
    BOTH.iter().flat_map(|field| policy.set(field)).filter_map(|item| match item {
        Item::Object(object) => Some(object),
        Item::Word(_) => None,
    })
}

pub(super) fn used(subject: &Subject<'_>) -> Verdict {
    let gone = |one: &Reference| subject.live.names.is_deleted(NameKind::NamedLocation, &one.id);
    let using = keys(enforced(subject), |policy| named(&policy.normal).any(|one| !gone(one)));
    if !using.is_empty() {
        return Verdict::met(format!("Named by {}.", super::count(&using)));
    }
    let trusted = keys(enforced(subject), |policy| {
        BOTH.iter().any(|field| policy.normal.has_word(field, "AllTrusted"))
    });
    let cause = if trusted.is_empty() {
        "No enforced policy has a location."
    } else {
        "Enforced policies only tell trusted locations from others; none names a location."
    };
    Verdict::not_met(cause, trusted)
}

pub(super) fn countries_blocked(subject: &Subject<'_>) -> Verdict {
    let by_place: Vec<_> = enforced(subject)
        .filter(|policy| {
            let policy = &policy.normal;
            blocks(policy) && for_all_users(policy) && for_all_apps(policy) && named(policy).next().is_some()
        })
        .collect();
    let body = |one: &Reference| {
        subject.live.names.entry(NameKind::NamedLocation, &one.id).and_then(|entry| entry.body.as_ref())
    };
    let is_country = |one: &Reference| {
        body(one).is_some_and(|body| {
            text(body, "@odata.type").is_some_and(|kind| kind.ends_with("countryNamedLocation"))
                || body.get("countriesAndRegions").is_some()
        })
    };
    if let Some(policy) = by_place.iter().find(|policy| named(&policy.normal).any(is_country)) {
        return Verdict::met(format!("Blocked by \"{}\".", policy.policy.name()));
    }
    if by_place.iter().any(|policy| named(&policy.normal).any(|one| body(one).is_none())) {
        return Verdict::unknown("What the named locations of a blocking policy hold was not read.");
    }
    if by_place.is_empty() {
        return Verdict::not_met("No enforced policy for all users and apps blocks by country.", Vec::new());
    }
    let found = by_place.iter().map(|policy| policy.key.clone()).collect();
    Verdict::not_met("Policies that block by location name addresses, not countries.", found)
}
