//! What If on the wire.

use super::sign_in::SignInBody;
use crate::reports::dto::PolicyRefOut;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A question: what happens to this sign-in?
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvaluationQuestion)]
pub struct EvaluateBody {
    /// The sign-in; the witness of a finding is one as it stands.
    pub sign_in: SignInBody,
    /// Of which snapshot; the newest when left out.
    #[serde(default)]
    pub snapshot_id: Option<Uuid>,
    /// Whose policies decide.
    #[serde(default)]
    pub policies: WhoseName,
}

/// Whose policies decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EvaluatedPolicies)]
pub enum WhoseName {
    /// The snapshot's own.
    #[default]
    Live,
    /// Those of what the customer is compared with, with their references bound to this tenant.
    ComparisonBaseline,
}

/// What happens to a sign-in, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evaluation)]
pub struct EvaluationOut {
    /// The snapshot that it rests on.
    pub snapshot_id: Uuid,
    /// Whose policies decided.
    pub policies: WhoseName,
    /// The sign-in as it was decided: with the memberships that the snapshot knows of.
    pub sign_in: SignInBody,
    /// The decision in words.
    pub sentence: String,
    /// What was decided.
    #[serde(flatten)]
    pub decision: DecisionOut,
}

/// A decision.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationDecision)]
pub struct DecisionOut {
    /// Block or grant.
    pub decision: OutcomeName,
    /// What is asked for, all of it; nothing when access is blocked. What a stronger one implies is left out.
    pub requirements: Vec<RequirementOut>,
    /// Session controls by name, each with its strictest value; nothing when access is blocked.
    #[schema(value_type = Object)]
    pub session: Value,
    /// The enforced policies that apply, in their order.
    pub applied: Vec<AppliedOut>,
    /// All other policies, in their order.
    pub not_applied: Vec<NotAppliedOut>,
    /// Report-only policies that would apply; they stand in `not_applied` as well.
    pub report_only: Vec<AppliedOut>,
}

/// Whether access is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EvaluationOutcome)]
pub enum OutcomeName {
    /// Some policy blocks.
    Block,
    /// Access is granted once the requirements are met.
    Grant,
}

/// One thing that is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationRequirement)]
pub struct RequirementOut {
    /// One of these is enough. Graph's words; `authenticationStrength:`, `termsOfUse:` and `customAuthenticationFactor:`
    /// with the name of the object, or its id where the name is not known.
    #[schema(example = json!(["mfa", "compliantDevice"]))]
    pub any_of: Vec<String>,
}

/// A policy that applies.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationApplied)]
pub struct AppliedOut {
    /// Which.
    pub policy: PolicyRefOut,
}

/// A policy that does not apply.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationNotApplied)]
pub struct NotAppliedOut {
    /// Which.
    pub policy: PolicyRefOut,
    /// The first condition that the sign-in does not meet.
    pub reason: ReasonName,
    /// The same for people, as a phrase with the policy as its subject.
    #[schema(example = "excludes group Emergency access")]
    pub detail: String,
}

/// Why a policy does not apply, in the words of Graph's `whatIfAnalysisReasons`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EvaluationReason)]
pub enum ReasonName {
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
