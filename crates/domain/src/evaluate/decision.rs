//! The answer of What If.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

/// Whether access is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Some policy blocks.
    Block,
    /// Access is granted once the requirements are met.
    Grant,
}

/// Why a policy does not apply: the names of Graph's `whatIfAnalysisReasons` (v1.0 and beta metadata).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// It is off or report-only.
    PolicyNotEnabled,
    /// Its meaning is not known to this version.
    InvalidPolicy,
    /// Other users.
    Users,
    /// Other workload identities, or another risk of theirs.
    WorkloadIdentities,
    /// Other agents.
    AgentIdentities,
    /// Other resources.
    Application,
    /// User actions.
    UserActions,
    /// Authentication contexts.
    AuthenticationContext,
    /// Client apps.
    ClientApps,
    /// Device platforms.
    DevicePlatform,
    /// Locations.
    Location,
    /// Devices.
    Devices,
    /// User risk.
    UserRisk,
    /// Sign-in risk.
    SignInRisk,
    /// Risk of agents.
    AgentIdRisk,
    /// Insider risk.
    InsiderRisk,
    /// Authentication flows.
    AuthenticationFlow,
    /// The sign-in does not say what the policy asks.
    NotEnoughInformation,
    /// The policy has neither grant controls nor session controls.
    EmptyPolicy,
}

/// Which policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PolicyRef<'e> {
    /// Its object id, where it has one.
    pub id: Option<&'e str>,
    /// Its name.
    pub display_name: &'e str,
    /// Its state as Graph spells it; empty where it has none.
    pub state: &'e str,
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement<'e> {
    /// One of these is enough. Graph's words; `authenticationStrength:`, `termsOfUse:` and
    /// `customAuthenticationFactor:` with the name of the object, or its id where the name is not known.
    pub any_of: &'e [String],
}

/// What holds for the session: of each control the strictest value, or several where none is the strictest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Session<'e> {
    pub(super) controls: Vec<(&'static str, Vec<&'e Value>)>,
}

impl<'e> Session<'e> {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.controls.is_empty()
    }

    /// The values of a control by its name in snake case; none where it is not set.
    pub fn values(&self, control: &str) -> &[&'e Value] {
        self.controls.iter().find(|(name, _)| *name == control).map_or(&[], |(_, values)| values)
    }
}

impl Serialize for Session<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.controls.len()))?;
        for (name, values) in &self.controls {
            match values.as_slice() {
                [one] => map.serialize_entry(name, one)?,
                several => map.serialize_entry(name, several)?,
            }
        }
        map.end()
    }
}

/// A policy that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Applied<'e> {
    /// Which.
    pub policy: PolicyRef<'e>,
    /// Its place in the set.
    #[serde(skip)]
    pub index: usize,
}

/// A policy that does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NotApplied<'e> {
    /// Which.
    pub policy: PolicyRef<'e>,
    /// The first condition that the sign-in does not meet.
    pub reason: Reason,
    /// The same for people, as a phrase with the policy as its subject: `excludes group Emergency access`.
    pub detail: &'e str,
    /// Its place in the set.
    #[serde(skip)]
    pub index: usize,
}

/// What happens to one sign-in, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision<'e> {
    /// Block or grant.
    pub decision: Outcome,
    /// What is asked for, all of it; nothing when access is blocked. What a stronger one implies is left out.
    pub requirements: Vec<Requirement<'e>>,
    /// What holds for the session; nothing when access is blocked.
    pub session: Session<'e>,
    /// The enforced policies that apply, in their order.
    pub applied: Vec<Applied<'e>>,
    /// All other policies, in their order.
    pub not_applied: Vec<NotApplied<'e>>,
    /// Report-only policies that would apply; they stand in `not_applied` as well.
    pub report_only: Vec<Applied<'e>>,
}
