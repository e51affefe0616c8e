//! The bundles of apps that a policy can name by one word.
//!
//! Members: Microsoft's page on the apps included in the Conditional Access Office 365 app suite, and its page on
//! targeting resources (Microsoft Admin Portals), 2026, by the client ids of its own services. Microsoft does not
//! publish a full list of ids, so an app that is not listed here may be a member; "another app of the bundle" is
//! therefore always told apart from the listed ones.

/// The word for the Office 365 suite.
pub const OFFICE_365: &str = "Office365";
/// The word for the admin portals.
pub const ADMIN_PORTALS: &str = "MicrosoftAdminPortals";

/// Client id and bundle, sorted by client id.
const MEMBERS: [(&str, &str); 21] = [
    ("00000002-0000-0ff1-ce00-000000000000", OFFICE_365),
    ("00000003-0000-0ff1-ce00-000000000000", OFFICE_365),
    ("00000004-0000-0ff1-ce00-000000000000", OFFICE_365),
    ("00000005-0000-0ff1-ce00-000000000000", OFFICE_365),
    ("09abbdfd-ed23-44ee-a2d9-a627aa1c90f3", OFFICE_365),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", OFFICE_365),
    ("2634dd23-5e5a-431c-81ca-11710d9079f4", OFFICE_365),
    ("4345a7b9-9a63-4910-a426-35363201d503", OFFICE_365),
    ("475226c6-020e-4fb2-8a90-7a972cbfc1d4", OFFICE_365),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", OFFICE_365),
    ("5e3ce6c0-2b1f-4285-8d4b-75ee78787346", OFFICE_365),
    ("74658136-14ec-4630-ad9b-26e160ff0fc6", ADMIN_PORTALS),
    ("7df0a125-d3be-4c96-aa54-591f83ff541c", OFFICE_365),
    ("80ccca67-54bd-44ab-8625-4b79c4dc7775", ADMIN_PORTALS),
    ("94c63fef-13a3-47bc-8074-75af8c65887a", OFFICE_365),
    ("95de633a-083e-42f5-b444-a4295d8e9314", OFFICE_365),
    ("c1c74fed-04c9-4704-80dc-9f79a2e515cb", OFFICE_365),
    ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", ADMIN_PORTALS),
    ("c9a559d2-7aab-4f13-a6ed-e7e9c52aec87", OFFICE_365),
    ("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", OFFICE_365),
    ("cf53fce8-def6-4aeb-8d30-b158e7b1cf83", OFFICE_365),
];

/// The bundle that an app is documented to be in, by client id in lower case.
pub fn bundle_of(client_id: &str) -> Option<&'static str> {
    MEMBERS.binary_search_by_key(&client_id, |member| member.0).ok().map(|at| MEMBERS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_apps_with_a_name() {
        assert!(MEMBERS.is_sorted());
        for (id, bundle) in MEMBERS {
            assert_eq!(bundle_of(id), Some(bundle));
            assert!(super::super::first_party_app(id).is_some(), "{id}");
        }
        assert_eq!(bundle_of("00000003-0000-0000-c000-000000000000"), None);
    }
}
