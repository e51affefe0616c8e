//! Which directory objects a policy names.
//!
//! Invariant: what [`collect`] returns can be asked of the directory as it is. Sentinels (`All`, `None`,
//! `GuestsOrExternalUsers`, `Office365`, …) are words, not objects; placeholders of published baselines
//! (`<EmergencyAccessAccountsGroup>`) are no ids, and one of them in a `getByIds` would make Graph refuse the whole
//! request, so they have a function of their own.

use crate::{
    json::{at, is_guid, strings},
    snapshot::ReferenceKind,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Where policies name objects, and of which kind those are.
const PLACES: [(&[&str], ReferenceKind); 15] = [
    (&["conditions", "users", "includeUsers"], ReferenceKind::User),
    (&["conditions", "users", "excludeUsers"], ReferenceKind::User),
    (&["conditions", "users", "includeGroups"], ReferenceKind::Group),
    (&["conditions", "users", "excludeGroups"], ReferenceKind::Group),
    (&["conditions", "users", "includeRoles"], ReferenceKind::Role),
    (&["conditions", "users", "excludeRoles"], ReferenceKind::Role),
    (&["conditions", "agents", "includeAgentUsers"], ReferenceKind::User),
    (&["conditions", "agents", "excludeAgentUsers"], ReferenceKind::User),
    (&["conditions", "applications", "includeApplications"], ReferenceKind::Application),
    (&["conditions", "applications", "excludeApplications"], ReferenceKind::Application),
    (&["conditions", "clientApplications", "includeServicePrincipals"], ReferenceKind::ServicePrincipal),
    (&["conditions", "clientApplications", "excludeServicePrincipals"], ReferenceKind::ServicePrincipal),
    (
        &["conditions", "clientApplications", "includeAgentIdServicePrincipals"],
        ReferenceKind::ServicePrincipal,
    ),
    (
        &["conditions", "clientApplications", "excludeAgentIdServicePrincipals"],
        ReferenceKind::ServicePrincipal,
    ),
    (&["grantControls", "termsOfUse"], ReferenceKind::TermsOfUse),
];

/// The nil GUID: a placeholder wherever a directory object is meant.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// Every object id that one policy names, GUIDs in lower case. Ids of roles are template ids, of applications client
/// ids, of service principals object ids.
pub fn collect(policy: &Value) -> BTreeSet<(ReferenceKind, String)> {
    named(policy)
        .filter(|(_, id)| is_guid(id) && *id != NIL)
        .map(|(kind, id)| (kind, id.to_ascii_lowercase()))
        .collect()
}

/// What stands in a policy where an id is expected and is neither an id nor one of Graph's own words: a placeholder
/// of a published baseline, a name written by hand, the nil GUID.
pub fn placeholders(policy: &Value) -> BTreeSet<(ReferenceKind, String)> {
    named(policy)
        .filter(|(kind, id)| (!is_guid(id) || *id == NIL) && !is_sentinel(*kind, id))
        .map(|(kind, id)| (kind, id.to_owned()))
        .collect()
}

fn named(policy: &Value) -> impl Iterator<Item = (ReferenceKind, &str)> {
    PLACES.iter().flat_map(move |(path, kind)| strings(at(policy, path)).map(move |id| (*kind, id)))
}

/// Whether a text is one of Graph's words for a set of objects of this kind, without regard to case (Microsoft Graph
/// resource reference of `conditionalAccessUsers`, `…Applications`, `…ClientApplications`).
pub fn is_sentinel(kind: ReferenceKind, text: &str) -> bool {
    let words: &[&str] = match kind {
        ReferenceKind::User => &["All", "None", "GuestsOrExternalUsers"],
        ReferenceKind::Group | ReferenceKind::Role => &["All", "None"],
        ReferenceKind::Application => {
            &["All", "None", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"]
        }
        ReferenceKind::ServicePrincipal => &["All", "None", "ServicePrincipalsInMyTenant"],
        ReferenceKind::TermsOfUse => &[],
    };
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const A: &str = "5f0c0d4e-0000-4000-8000-00000000000a";
    const B: &str = "5f0c0d4e-0000-4000-8000-00000000000b";

    #[test]
    fn ids_are_found_wherever_a_policy_may_name_them() {
        let policy = json!({
            "conditions": {
                "users": {"includeUsers": ["All"], "excludeGroups": [A.to_uppercase()], "includeRoles": [B]},
                "applications": {"includeApplications": ["Office365", A]},
                "clientApplications": {"includeServicePrincipals": ["ServicePrincipalsInMyTenant", B]},
            },
            "grantControls": {"termsOfUse": [A]},
        });
        let expected = BTreeSet::from([
            (ReferenceKind::Group, A.to_owned()),
            (ReferenceKind::Role, B.to_owned()),
            (ReferenceKind::Application, A.to_owned()),
            (ReferenceKind::ServicePrincipal, B.to_owned()),
            (ReferenceKind::TermsOfUse, A.to_owned()),
        ]);
        assert_eq!(collect(&policy), expected);
        assert!(placeholders(&policy).is_empty());
    }

    #[test]
    fn placeholders_are_told_apart_from_ids_and_words() {
        let policy = json!({"conditions": {"users": {
            "includeUsers": ["none", "guestsOrExternalUsers"],
            "excludeGroups": ["<Emergency>", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", NIL],
        }}});
        assert!(collect(&policy).is_empty());
        assert_eq!(placeholders(&policy).len(), 3);
    }

    #[test]
    fn exports_with_capital_member_names_and_odd_shapes_are_read_too() {
        let policy =
            json!({"Conditions": {"Users": {"IncludeGroups": A, "ExcludeGroups": null, "IncludeRoles": 7}}});
        assert_eq!(collect(&policy), BTreeSet::from([(ReferenceKind::Group, A.to_owned())]));
        assert!(collect(&json!("nothing")).is_empty());
    }
}
