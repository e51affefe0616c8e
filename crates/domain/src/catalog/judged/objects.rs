//! Policies without a target or a control, and objects that are gone.

use super::{
    super::verdict::{Subject, Verdict},
    count, in_use, keys,
};
use crate::{
    json::is_guid,
    names::NameKind,
    normal::{Field, Item, NormalPolicy, Reference},
};

const SUBJECTS: [Field; 9] = [
    Field::IncludeUsers,
    Field::IncludeGroups,
    Field::IncludeRoles,
    Field::IncludeGuests,
    Field::IncludeServicePrincipals,
    Field::IncludeAgentIdentities,
    Field::IncludeAgentUsers,
    Field::ServicePrincipalFilter,
    Field::AgentIdentityFilter,
];
const TARGETS: [Field; 5] = [
    Field::IncludeApplications,
    Field::IncludeUserActions,
    Field::IncludeAuthenticationContexts,
    Field::IncludeTraffic,
    Field::ApplicationFilter,
];
const CONTROLS: [Field; 11] = [
    Field::GrantControls,
    Field::AppEnforcedRestrictions,
    Field::CloudAppSecurity,
    Field::SignInFrequency,
    Field::PersistentBrowser,
    Field::TokenProtection,
    Field::DisableResilienceDefaults,
    Field::ContinuousAccessEvaluation,
    Field::FilteringProfile,
    Field::BlockSensitiveActions,
    Field::SignInFrequencyAuthentication,
];

fn says_any(policy: &NormalPolicy, fields: &[Field]) -> bool {
    fields.iter().any(|field| policy.fields.contains_key(field))
}

pub(super) fn without_target(subject: &Subject<'_>) -> Verdict {
    let found = keys(in_use(subject), |policy| {
        let policy = &policy.normal;
        !says_any(policy, &SUBJECTS) || !says_any(policy, &TARGETS) || reaches_nobody(policy, subject)
    });
    if found.is_empty() {
        return Verdict::met("Every policy is for somebody and for something.");
    }
    Verdict::not_met(format!("{} without users, or without an app or action.", count(&found)), found)
}

/// Whether all that a policy includes is deleted or known to be without members.
fn reaches_nobody(policy: &NormalPolicy, subject: &Subject<'_>) -> bool {
    let includes: Vec<&Item> = SUBJECTS.iter().flat_map(|field| policy.set(field)).collect();
    !includes.is_empty()
        && includes.iter().all(|item| {
            let Item::Object(object) = item else { return false };
            let gone = subject.live.names.is_deleted(object.kind, &object.id);
            let members = subject.facts.members(object.kind, &object.id);
            gone || object.kind == NameKind::Group
                && members.is_some_and(|members| members.complete && members.head_count == 0)
        })
}

pub(super) fn without_control(subject: &Subject<'_>) -> Verdict {
    let found = keys(in_use(subject), |policy| {
        // What is not understood may be a control.
        policy.normal.uncertainties.is_empty() && !says_any(&policy.normal, &CONTROLS)
    });
    if found.is_empty() {
        return Verdict::met("Every policy has a control.");
    }
    Verdict::not_met(format!("{} without any control.", count(&found)), found)
}

pub(super) fn deleted(subject: &Subject<'_>) -> Verdict {
    let names = &subject.live.names;
    let looked_up = |reference: &Reference| {
        is_guid(&reference.id)
            && matches!(
                reference.kind,
                NameKind::User | NameKind::Group | NameKind::ServicePrincipal | NameKind::Application
            )
            && !reference.is_global()
    };
    let known = |reference: &Reference| names.entry(reference.kind, &reference.id).is_some();
    let all: Vec<&Reference> =
        in_use(subject).flat_map(|policy| policy.normal.references()).filter(|one| looked_up(one)).collect();
    if !all.is_empty() && !all.iter().any(|one| known(one)) {
        return Verdict::unknown("Which objects still exist was not read.");
    }
    let is_deleted =
        |item: &Item| matches!(item, Item::Object(object) if names.is_deleted(object.kind, &object.id));
    let found = keys(in_use(subject), |policy| {
        policy.normal.references().any(|one| names.is_deleted(one.kind, &one.id))
    });
    if found.is_empty() {
        return Verdict::met("Every object that a policy names still exists.");
    }
    let includes = in_use(subject).any(|policy| {
        SUBJECTS.iter().chain(&TARGETS).any(|field| policy.normal.set(field).iter().any(is_deleted))
    });
    let consequence = if includes {
        "An included one means that the policy reaches less than it seems to."
    } else {
        "Only exclusions are concerned, so nothing is left open by it."
    };
    Verdict::not_met(format!("{} with deleted objects. {consequence}", count(&found)), found)
}
