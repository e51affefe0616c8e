//! Words of Conditional Access that stand for many applications.
//!
//! Members of `Office365`: Microsoft's page *Apps included in Conditional Access Office 365 app suite*, which lists
//! names without ids; here are those whose id is known by the same name. Members of `MicrosoftAdminPortals`: Microsoft's
//! page on target resources, which names portals; here are those that are one application of their own. Neither page
//! claims to be complete, so an application that is missing here may belong to a bundle all the same.

/// The word for the Office 365 suite.
pub const OFFICE_365: &str = "Office365";
/// The word for Microsoft's admin portals.
pub const ADMIN_PORTALS: &str = "MicrosoftAdminPortals";
/// The word for the resources of agents.
pub const AGENT_RESOURCES: &str = "AllAgentIdResources";

/// Client ids of `Office365`, sorted.
pub const OFFICE_365_APPS: [&str; 22] = [
    "00000002-0000-0ff1-ce00-000000000000",
    "00000003-0000-0ff1-ce00-000000000000",
    "00000004-0000-0ff1-ce00-000000000000",
    "00000005-0000-0ff1-ce00-000000000000",
    "00000006-0000-0ff1-ce00-000000000000",
    "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
    "2634dd23-5e5a-431c-81ca-11710d9079f4",
    "4345a7b9-9a63-4910-a426-35363201d503",
    "475226c6-020e-4fb2-8a90-7a972cbfc1d4",
    "4765445b-32c6-49b0-83e6-1d93765276ca",
    "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",
    "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7",
    "93d53678-613d-4013-afc1-62e9e444a0a5",
    "94c63fef-13a3-47bc-8074-75af8c65887a",
    "95de633a-083e-42f5-b444-a4295d8e9314",
    "ab9b8c07-8f02-4f72-87fa-80105867a763",
    "c0ab8ce9-e9a0-42e7-b064-33d422df41f1",
    "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    "cf53fce8-def6-4aeb-8d30-b158e7b1cf83",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",
];

/// Client ids of `MicrosoftAdminPortals`, sorted: the Azure portal and the Microsoft Defender portal.
pub const ADMIN_PORTAL_APPS: [&str; 2] =
    ["80ccca67-54bd-44ab-8625-4b79c4dc7775", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"];

/// The word for the bundle that an application belongs to, by its client id in lower case.
pub fn bundle_of(client_id: &str) -> Option<&'static str> {
    if OFFICE_365_APPS.binary_search(&client_id).is_ok() {
        Some(OFFICE_365)
    } else if ADMIN_PORTAL_APPS.contains(&client_id) {
        Some(ADMIN_PORTALS)
    } else {
        None
    }
}
