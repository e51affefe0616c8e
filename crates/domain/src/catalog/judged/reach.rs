//! Whom and what policies for everyone should leave out, and whom they must not.

use super::{
    super::{
        goal::{INTUNE_ENROLLMENT, RIGHTS_MANAGEMENT},
        verdict::{Subject, Verdict},
    },
    blocks, count, enforced, for_all_apps, for_all_users, keys,
};
use crate::{
    names::NameKind,
    normal::{Dimension, Field, Item, NormalPolicy, Role},
    policy_set::SetPolicy,
    wellknown::DIRECTORY_SYNC_ROLE_ID,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Conditions that a sign-in of directory synchronisation never fulfils: it uses a desktop client's protocol from a
/// Windows server, no special flow, no user action.
fn spares_services(policy: &NormalPolicy) -> bool {
    let clients = policy.set(&Field::ClientAppTypes);
    let platforms = policy.set(&Field::IncludePlatforms);
    let no_client = !clients.is_empty() && !clients.iter().any(|one| one.is("mobileAppsAndDesktopClients"));
    let no_platform = !platforms.is_empty()
        && !platforms.iter().any(|one| one.is("windows") || one.is("all"))
        || policy.has_word(&Field::ExcludePlatforms, "windows");
    no_client
        || no_platform
        || [Field::TransferMethods, Field::UserRiskLevels, Field::SignInRiskLevels, Field::InsiderRiskLevels]
            .iter()
            .any(|field| policy.fields.contains_key(field))
}

pub(super) fn directory_sync(subject: &Subject<'_>) -> Verdict {
    let known = subject.facts.members(NameKind::Role, DIRECTORY_SYNC_ROLE_ID);
    let reaching = keys(enforced(subject), |policy| {
        let normal = &policy.normal;
        let reached = for_all_users(normal)
            || normal.set(&Field::IncludeRoles).iter().any(|role| role.id() == DIRECTORY_SYNC_ROLE_ID);
        reached
            && for_all_apps(normal)
            && normal.fields.contains_key(&Field::GrantControls)
            && !spares_services(normal)
            && !leaves_out_sync(normal, subject)
    });
    match (known, reaching.is_empty()) {
        (Some(members), _) if members.head_count == 0 => {
            Verdict::met("The tenant has no account of directory synchronisation.")
        }
        (_, true) => Verdict::met("No enforced policy reaches them."),
        (Some(_), false) => {
            Verdict::not_met(format!("{} can stop directory synchronisation.", count(&reaching)), reaching)
        }
        (None, false) => Verdict::unknown(
            "Whether the tenant has accounts of directory synchronisation was not read; if it has, policies for all users reach them.",
        ),
    }
}

fn leaves_out_sync(policy: &NormalPolicy, subject: &Subject<'_>) -> bool {
    if policy.set(&Field::ExcludeRoles).iter().any(|role| role.id() == DIRECTORY_SYNC_ROLE_ID) {
        return true;
    }
    let Some(accounts) = subject.facts.members(NameKind::Role, DIRECTORY_SYNC_ROLE_ID) else { return false };
    let mut people: BTreeSet<Uuid> = BTreeSet::new();
    for item in policy.set(&Field::ExcludeUsers).iter().chain(policy.set(&Field::ExcludeGroups)) {
        let Item::Object(object) = item else { continue };
        match subject.facts.members(object.kind, &object.id) {
            Some(members) => people.extend(&members.ids),
            None => people.extend(Uuid::try_parse(&object.id)),
        }
    }
    accounts.complete && accounts.ids.iter().all(|one| people.contains(one))
}

pub(super) fn fallback(subject: &Subject<'_>) -> Verdict {
    let sync = |object: &crate::normal::Reference| object.id == DIRECTORY_SYNC_ROLE_ID;
    let mut found: Vec<String> = Vec::new();
    let mut left: BTreeSet<String> = BTreeSet::new();
    for policy in enforced(subject).filter(|policy| policy.normal.fields.contains_key(&Field::GrantControls))
    {
        let mut open = false;
        // Few policies are for all that another one is for, so whom they reach is asked of those only.
        let candidates: Vec<&NormalPolicy> = enforced(subject)
            .filter(|other| other.key != policy.key && for_as_much(&other.normal, &policy.normal))
            .map(|other| &other.normal)
            .collect();
        for field in [Field::ExcludeUsers, Field::ExcludeGroups, Field::ExcludeRoles] {
            for item in policy.normal.set(&field) {
                let Item::Object(object) = item else { continue };
                let done = subject.emergency.covers(object.kind, &object.id, subject.facts)
                    || sync(object)
                    || subject.live.names.is_deleted(object.kind, &object.id)
                    || candidates.iter().any(|other| reaches(other, item));
                if !done {
                    open = true;
                    left.insert(
                        object
                            .name
                            .clone()
                            .unwrap_or_else(|| format!("{} {}", object.kind.noun(), object.id)),
                    );
                }
            }
        }
        if open {
            found.push(policy.key.clone());
        }
    }
    if found.is_empty() {
        return Verdict::met("Another enforced policy reaches each of them.");
    }
    let named: Vec<&str> = left.iter().take(5).map(String::as_str).collect();
    let more = left.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Verdict::not_met(format!("No other policy catches {}{more}.", named.join(", ")), found)
}

/// Whether a policy asks for some grant control for all that another one is for, people aside.
fn for_as_much(candidate: &NormalPolicy, policy: &NormalPolicy) -> bool {
    candidate.fields.contains_key(&Field::GrantControls)
        && candidate.uncertainties.is_empty()
        && candidate.fields.iter().all(|(field, value)| match field.role() {
            Role::State | Role::Grant | Role::Session => true,
            Role::Include(Dimension::People) | Role::Exclude(Dimension::People) => true,
            Role::Include(Dimension::Targets) if for_all_apps(candidate) => true,
            // Whatever else it says narrows it, which is no matter where the other policy says the same.
            _ => policy.fields.get(field) == Some(value),
        })
}

/// Whether a policy reaches an object.
fn reaches(candidate: &NormalPolicy, object: &Item) -> bool {
    let lists = |fields: [Field; 3]| fields.iter().any(|field| candidate.set(field).contains(object));
    (for_all_users(candidate) || lists([Field::IncludeUsers, Field::IncludeGroups, Field::IncludeRoles]))
        && !lists([Field::ExcludeUsers, Field::ExcludeGroups, Field::ExcludeRoles])
}

/// Apps whose exclusion is Microsoft's own advice: Rights Management for partners, enrolment for devices that are not
/// managed yet.
const MAY_BE_EXCLUDED: [&str; 3] =
    [RIGHTS_MANAGEMENT, INTUNE_ENROLLMENT, "0000000a-0000-0000-c000-000000000000"];

pub(super) fn all_apps_exclusions(subject: &Subject<'_>) -> Verdict {
    let found = keys(enforced(subject), |policy| {
        let policy = &policy.normal;
        for_all_users(policy)
            && for_all_apps(policy)
            && policy.set(&Field::ExcludeApplications).iter().any(|app| !MAY_BE_EXCLUDED.contains(&app.id()))
    });
    if found.is_empty() {
        return Verdict::met("No enforced policy for all users and apps excludes an app.");
    }
    Verdict::not_met(format!("{} for all apps with excluded apps.", count(&found)), found)
}

pub(super) fn rights_management(subject: &Subject<'_>) -> Verdict {
    let asks_guests = |policy: &&SetPolicy| {
        let policy = &policy.normal;
        let guests = (for_all_users(policy)
            || policy.has_word(&Field::IncludeGuests, "b2bCollaborationGuest"))
            && !policy.has_word(&Field::ExcludeGuests, "b2bCollaborationGuest");
        guests
            && !blocks(policy)
            && for_all_apps(policy)
            && policy.fields.contains_key(&Field::GrantControls)
            && !spares_services(policy)
            && !policy.set(&Field::ExcludeApplications).iter().any(|app| app.id() == RIGHTS_MANAGEMENT)
    };
    let found = keys(enforced(subject), |policy| asks_guests(&policy));
    if found.is_empty() {
        return Verdict::met("No enforced policy for all apps asks guests for a control there.");
    }
    Verdict::not_met(format!("{} would ask a guest who opens a protected document.", count(&found)), found)
}

pub(super) fn agents(subject: &Subject<'_>) -> Verdict {
    let any = |field: Field| enforced(subject).any(|policy| policy.normal.fields.contains_key(&field));
    let cause = match (any(Field::IncludeAgentIdentities), any(Field::IncludeAgentUsers)) {
        (true, true) => {
            return Verdict::met("Enforced policies are for agent identities and for agent users.");
        }
        (true, false) => "No enforced policy is for agent users.",
        (false, true) => "No enforced policy is for agent identities.",
        (false, false) => "No enforced policy is for agents.",
    };
    Verdict::not_met(cause, Vec::new())
}
