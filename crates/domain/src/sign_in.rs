//! One sign-in, as What If is asked about it and as a gap is shown by it.
//!
//! Values are spelt as Graph spells them. Whatever is left out is unknown or none: no named location, an unknown
//! platform, no risk, an unregistered device, no special flow; a client app that is left out meets only policies
//! that do not ask for one.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One sign-in of a user, of a service principal, or of an agent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignIn {
    /// The person who signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<SignInUser>,
    /// The workload identity that signs in, instead of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principal: Option<SignInPrincipal>,
    /// The agent identity that signs in, instead of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<SignInPrincipal>,
    /// The resource that is signed in to, by client id. One of this, `user_action` and `authentication_context`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// `urn:user:registersecurityinfo` or `urn:user:registerdevice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_action: Option<String>,
    /// `c1` to `c99`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_context: Option<String>,
    /// `browser`, `mobileAppsAndDesktopClients`, `exchangeActiveSync`, `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_app: Option<String>,
    /// `android`, `iOS`, `windows`, `windowsPhone`, `macOS`, `linux`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// From where.
    #[serde(skip_serializing_if = "SignInLocation::is_nowhere")]
    pub location: SignInLocation,
    /// `none`, `low`, `medium`, `high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_risk: Option<String>,
    /// `none`, `low`, `medium`, `high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_risk: Option<String>,
    /// `minor`, `moderate`, `elevated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insider_risk: Option<String>,
    /// `none`, `low`, `medium`, `high`; of a workload identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principal_risk: Option<String>,
    /// `none`, `low`, `medium`, `high`; of an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_risk: Option<String>,
    /// With which device.
    #[serde(skip_serializing_if = "SignInDevice::is_unregistered")]
    pub device: SignInDevice,
    /// `deviceCodeFlow` or `authenticationTransfer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_flow: Option<String>,
    /// Rules over custom security attributes, as the policies have them, that the app or the principal matches. Their
    /// attributes are no part of a sign-in and can't be read by the product.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matching_filters: Vec<String>,
}

/// A person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInUser {
    /// The object id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `member` (also when left out), or one of Graph's guest types (`b2bCollaborationGuest`, …).
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
    /// Of guests: the tenant they come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_tenant_id: Option<String>,
    /// Object ids of the groups, nested ones included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Template ids of the directory roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// A service principal or an agent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInPrincipal {
    /// The object id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Of agents: whether it is an agent's user account instead of its identity.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub agent_user: bool,
}

/// From where a sign-in comes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInLocation {
    /// Ids of the named locations that the address or the position is in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named_locations: Vec<String>,
    /// Whether one of them, or an MFA trusted IP, is trusted.
    pub trusted: bool,
}

impl SignInLocation {
    fn is_nowhere(&self) -> bool {
        self.named_locations.is_empty() && !self.trusted
    }
}

/// With which device a sign-in comes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInDevice {
    /// Marked as compliant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliant: Option<bool>,
    /// `true` for hybrid joined; or the trust type (`AzureAD`, `ServerAD`, `Workplace`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined: Option<Value>,
    /// Attributes that filters for devices read, by their name without `device.`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Value>,
}

impl SignInDevice {
    fn is_unregistered(&self) -> bool {
        *self == Self::default()
    }
}
