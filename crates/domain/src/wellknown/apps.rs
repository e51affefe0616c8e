//! First-party applications by client id; the ids are the same in every tenant.
//!
//! Ids and names: the list of first-party applications that Microsoft publishes with the Entra documentation and its
//! Graph service principals, as collected in the public repository merill/microsoft-info (MIT), 2026. A selection:
//! what Conditional Access policies are seen to name. Any other client id is resolved by its service principal.

/// Looks an application's name up by its client id, in lower case.
pub fn first_party_app(client_id: &str) -> Option<&'static str> {
    FIRST_PARTY_APPS.binary_search_by_key(&client_id, |app| app.0).ok().map(|at| FIRST_PARTY_APPS[at].1)
}

/// The API behind Azure's management (`Azure portal, CLI, PowerShell`), as Conditional Access names it.
pub const AZURE_MANAGEMENT_APP_ID: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

/// Client id and name, sorted by client id.
#[rustfmt::skip]
pub const FIRST_PARTY_APPS: [(&str, &str); 74] = [
    ("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory"),
    ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"),
    ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"),
    ("00000004-0000-0ff1-ce00-000000000000", "Skype for Business Online"),
    ("00000005-0000-0ff1-ce00-000000000000", "Viva Engage"),
    ("00000006-0000-0ff1-ce00-000000000000", "Microsoft Office 365 Portal"),
    ("00000007-0000-0000-c000-000000000000", "Dataverse"),
    ("00000009-0000-0000-c000-000000000000", "Power BI Service"),
    ("0000000a-0000-0000-c000-000000000000", "Microsoft Intune"),
    ("00000012-0000-0000-c000-000000000000", "Microsoft Rights Management Services"),
    ("00000015-0000-0000-c000-000000000000", "Microsoft Dynamics ERP"),
    ("00b41c95-dab0-4487-9791-b9d2c32c80f2", "Office 365 Management"),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI"),
    ("05a65629-4c1b-48c1-a78b-804c4abdd4af", "Microsoft Cloud App Security"),
    ("09abbdfd-ed23-44ee-a2d9-a627aa1c90f3", "ProjectWorkManagement"),
    ("0af06dc6-e4b5-4f28-818e-e78e62d137a5", "Windows365AppId"),
    ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools"),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell"),
    ("19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins"),
    ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell"),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"),
    ("257601fd-462f-4a21-b623-7f719f0f90f4", "Centralized Deployment"),
    ("2634dd23-5e5a-431c-81ca-11710d9079f4", "Microsoft Stream Service"),
    ("26abc9a8-24f0-4b11-8234-e86ede698878", "SubstrateDirectoryEventProcessor"),
    ("270efc09-cd0d-444b-a71f-39af4910ec45", "Windows Cloud Login"),
    ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"),
    ("2793995e-0a7d-40d7-bd35-6968ba142197", "My Apps"),
    ("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker"),
    ("2f3f02c9-5679-4a5c-a605-0de55b07d135", "Office 365 Information Protection"),
    ("3090ab82-f1c1-4cdf-af2c-5d7a6f3e2cc7", "Microsoft Defender for Cloud Apps_1"),
    ("37182072-3c9c-4f6a-a4b3-b3f91cacffce", "AzureSupportCenter"),
    ("38aa3b87-a06d-4817-b275-7a316988d93b", "Windows Hello for Business"),
    ("4345a7b9-9a63-4910-a426-35363201d503", "O365 Suite UX"),
    ("475226c6-020e-4fb2-8a90-7a972cbfc1d4", "PowerApps Service"),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"),
    ("499b84ac-1321-427f-aa17-267ca6975798", "Azure DevOps"),
    ("5a807f24-c9de-44ee-a3a7-329e88a00ffc", "Messaging Bot API Application"),
    ("5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "Microsoft Teams Web Client"),
    ("60ca1954-583c-4d1f-86de-39d835f3e452", "Microsoft Defender for Identity"),
    ("6f7e0f60-9401-4f5b-98e2-cf15bd5fd5e3", "Microsoft Application Command Service"),
    ("74658136-14ec-4630-ad9b-26e160ff0fc6", "ADIbizaUX"),
    ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API"),
    ("7b7531ad-5926-4f2d-8a1d-38495ad33e17", "Azure Advanced Threat Protection"),
    ("7df0a125-d3be-4c96-aa54-591f83ff541c", "Microsoft Flow Service"),
    ("80ccca67-54bd-44ab-8625-4b79c4dc7775", "Microsoft 365 Security and Compliance Center"),
    ("89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", "Office365 Shell WCSS-Client"),
    ("93d53678-613d-4013-afc1-62e9e444a0a5", "Office Online Add-in SSO"),
    ("94c63fef-13a3-47bc-8074-75af8c65887a", "Office Delve"),
    ("95de633a-083e-42f5-b444-a4295d8e9314", "Microsoft Whiteboard Services"),
    ("98db8bd6-0cc0-4e67-9de5-f187f1cd1b41", "Microsoft Substrate Management"),
    ("9bc3ab49-b65d-410a-85ad-de819febfddc", "Microsoft SharePoint Online Management Shell"),
    ("9cdead84-a844-4324-93f2-b2e6bb768d07", "Azure Virtual Desktop"),
    ("a0c73c16-a7e3-4564-9a95-2bdf47383716", "Legacy Exchange Online"),
    ("a4a365df-50f1-4397-bc59-1a1564b8bb9c", "Microsoft Remote Desktop"),
    ("a85cf173-4192-42f8-81fa-777a763e6e2c", "Azure Virtual Desktop Client"),
    ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine"),
    ("b669c6ea-1adf-453f-b8bc-6d526592b419", "Focused Inbox"),
    ("be1918be-3fe3-4be9-b32b-b542fc27f02e", "M365 Compliance Drive Client"),
    ("c0ab8ce9-e9a0-42e7-b064-33d422df41f1", "M365 Chat Client"),
    ("c1c74fed-04c9-4704-80dc-9f79a2e515cb", "Yammer Web"),
    ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal"),
    ("c58637bb-e2e1-4312-8a00-04b5ffcd3403", "SharePoint Online Client Extensibility"),
    ("c98e5057-edde-4666-b301-186a01b4dc58", "MicrosoftEndpointDLP"),
    ("c9a559d2-7aab-4f13-a6ed-e7e9c52aec87", "Microsoft Forms"),
    ("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams Services"),
    ("cf53fce8-def6-4aeb-8d30-b158e7b1cf83", "Microsoft Stream Portal"),
    ("d2a0a418-0aac-4541-82b2-b3142c89da77", "Microsoft Operations Management Suite"),
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office"),
    ("d4ebce55-015a-49b5-a083-c84d1797ae8c", "Microsoft Intune Enrollment"),
    ("e8be65d6-d430-4289-a665-51bf2a194bda", "Microsoft 365 App Catalog Services"),
    ("f53895d3-095d-408f-8e93-8f94b391404e", "Portfolios"),
    ("fc780465-2017-40d4-a0c5-307022471b92", "WindowsDefenderATP"),
    ("fdf9885b-dd37-42bf-82e5-c3129ef5a302", "Microsoft Support"),
];
