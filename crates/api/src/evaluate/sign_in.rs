//! One sign-in on the wire. It names the domain's members, so that one is read from the other: a finding's witness is
//! such a sign-in as it stands.

use policytab_domain::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One sign-in. Whatever is left out is unknown or none: no named location, an unknown platform, no risk, an unregistered
/// device. A client app that is left out meets only policies that do not ask for one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SignIn)]
pub struct SignInBody {
    /// The person who signs in. One of this, `service_principal` and `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<SignInUserBody>,
    /// The workload identity that signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principal: Option<SignInPrincipalBody>,
    /// The agent identity that signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<SignInPrincipalBody>,
    /// The resource that is signed in to, by client id. One of this, `user_action` and `authentication_context`.
    #[schema(example = "00000002-0000-0ff1-ce00-000000000000")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// `urn:user:registersecurityinfo` or `urn:user:registerdevice`.
    #[schema(example = "urn:user:registersecurityinfo")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_action: Option<String>,
    /// `c1` to `c99`.
    #[schema(example = "c1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_context: Option<String>,
    /// With which kind of client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_app: Option<ClientAppName>,
    /// On which platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformName>,
    /// From where.
    pub location: SignInLocationBody,
    /// Risk of the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_risk: Option<RiskName>,
    /// Risk of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_risk: Option<RiskName>,
    /// Insider risk of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insider_risk: Option<InsiderRiskName>,
    /// Risk of the workload identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principal_risk: Option<RiskName>,
    /// Risk of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_risk: Option<RiskName>,
    /// With which device.
    pub device: SignInDeviceBody,
    /// By which flow, where it is a special one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_flow: Option<FlowName>,
    /// Rules over custom security attributes, as the policies have them, that the app or the principal matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matching_filters: Vec<String>,
}

/// A person.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SignInUser)]
pub struct SignInUserBody {
    /// The object id. Groups and roles in which the snapshot knows this user to be are added.
    #[schema(example = "6a1f0f0e-3c1b-4a53-9d51-0a0f6b1f2c3d")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What kind of person; `member` when left out.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub user_type: Option<UserTypeName>,
    /// Of guests: the tenant they come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_tenant_id: Option<String>,
    /// Object ids of the groups, nested ones included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Template ids of the directory roles.
    #[schema(example = json!(["62e90394-69f5-4237-9190-012177145e10"]))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// A service principal or an agent.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SignInPrincipal)]
pub struct SignInPrincipalBody {
    /// The object id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Of agents: whether it is an agent's user account instead of its identity.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub agent_user: bool,
}

/// From where a sign-in comes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SignInLocation)]
pub struct SignInLocationBody {
    /// Ids of the named locations that the address or the position is in.
    pub named_locations: Vec<String>,
    /// Whether one of them, or an MFA trusted IP, is trusted.
    pub trusted: bool,
}

/// With which device a sign-in comes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SignInDevice)]
pub struct SignInDeviceBody {
    /// Marked as compliant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliant: Option<bool>,
    /// How it is joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined: Option<JoinedBody>,
    /// Attributes that filters for devices read, by their name without `device.`.
    #[schema(example = json!({"model": "Surface Pro", "extensionAttribute1": "kiosk"}))]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Value>,
}

/// How a device is joined: `true` for Microsoft Entra hybrid joined, or the trust type.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = DeviceJoined)]
pub enum JoinedBody {
    /// Whether it is hybrid joined.
    Hybrid(bool),
    /// Its trust type.
    Trust(TrustTypeName),
}

/// Trust types of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DeviceTrustType)]
pub enum TrustTypeName {
    /// Joined to Microsoft Entra.
    AzureAD,
    /// Hybrid joined.
    ServerAD,
    /// Registered.
    Workplace,
}

/// Kinds of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignInUserType)]
pub enum UserTypeName {
    /// A user of the tenant who is no guest.
    Member,
    /// A guest with an account of the tenant's own.
    InternalGuest,
    /// A guest by B2B collaboration.
    B2bCollaborationGuest,
    /// A member by B2B collaboration.
    B2bCollaborationMember,
    /// A user by B2B direct connect.
    B2bDirectConnectUser,
    /// Any other external user.
    OtherExternalUser,
    /// A user of a cloud service provider.
    ServiceProvider,
}

/// Kinds of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignInClientApp)]
pub enum ClientAppName {
    /// A browser.
    Browser,
    /// Apps with modern authentication.
    MobileAppsAndDesktopClients,
    /// Exchange ActiveSync.
    ExchangeActiveSync,
    /// Legacy authentication.
    Other,
}

/// Platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignInPlatform)]
pub enum PlatformName {
    /// Android
    Android,
    /// iOS and iPadOS
    #[serde(rename = "iOS")]
    Ios,
    /// Windows
    Windows,
    /// Windows Phone
    WindowsPhone,
    /// macOS
    #[serde(rename = "macOS")]
    MacOs,
    /// Linux
    Linux,
}

/// Levels of risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RiskLevel)]
pub enum RiskName {
    /// None
    None,
    /// Low
    Low,
    /// Medium
    Medium,
    /// High
    High,
}

/// Levels of insider risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InsiderRiskLevel)]
pub enum InsiderRiskName {
    /// Minor
    Minor,
    /// Moderate
    Moderate,
    /// Elevated
    Elevated,
}

/// Authentication flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuthenticationFlow)]
pub enum FlowName {
    /// Device code flow.
    DeviceCodeFlow,
    /// Authentication transfer.
    AuthenticationTransfer,
}

impl SignInBody {
    /// Exactly one signs in, and to exactly one thing.
    pub fn check(&self) -> Result<(), Problem> {
        let who = [self.user.is_some(), self.service_principal.is_some(), self.agent.is_some()];
        let what =
            [self.application.is_some(), self.user_action.is_some(), self.authentication_context.is_some()];
        let one = |given: [bool; 3]| given.into_iter().filter(|given| *given).count() == 1;
        if !one(who) {
            return Err(Problem::invalid("sign_in.user", "give one of user, service_principal and agent"));
        }
        if !one(what) {
            let text = "give one of application, user_action and authentication_context";
            return Err(Problem::invalid("sign_in.application", text));
        }
        Ok(())
    }
}
