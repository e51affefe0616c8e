//! Emergency access on the wire.

use crate::reports::dto::PolicyRefOut;
use policytab_domain::{facts::EmergencyChoices, names::NameKind, problem::Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Emergency access of a customer, as its newest snapshot shows it and as people said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmergencyAccess)]
pub struct EmergencyOut {
    /// The snapshot that shows it.
    pub snapshot_id: Uuid,
    /// Users and groups, the surest first; those that people refused last.
    pub objects: Vec<EmergencyObjectOut>,
    /// How many accounts the confirmed and recognised ones are together; null where the members of a group were not read.
    pub accounts: Option<u64>,
}

/// How sure it is that something is emergency access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EmergencyStanding)]
pub enum EmergencyStandingName {
    /// A person said so.
    Confirmed,
    /// Nearly all policies leave it out.
    Recognised,
    /// It looks like it; it counts only once a person confirms it.
    Candidate,
    /// A person said that it is none.
    Refused,
}

/// What emergency access can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EmergencyKind)]
pub enum EmergencyKindName {
    /// One account.
    User,
    /// A group of accounts.
    Group,
}

/// A user or a group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmergencyObject)]
pub struct EmergencyObjectOut {
    /// User or group.
    pub kind: EmergencyKindName,
    /// Its object id.
    pub id: String,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// How sure it is.
    pub standing: EmergencyStandingName,
    /// Whether its name says it.
    pub telling_name: bool,
    /// How many accounts it is; null where the group's members were not read.
    pub members: Option<u64>,
    /// Ids of these accounts; of many the first 20.
    pub member_ids: Vec<Uuid>,
    /// How many of the enforced policies for all users leave it out.
    pub excluded_from: usize,
    /// How many enforced policies there are for all users.
    pub of: usize,
    /// Enforced policies that don't leave it out and would block it.
    pub blocked_by: Vec<PolicyRefOut>,
    /// Enforced policies that don't leave it out and ask for multifactor authentication.
    pub asked_by: Vec<PolicyRefOut>,
}

/// What people say of emergency access, in place of what was said before.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmergencyChoices)]
pub struct EmergencyBody {
    /// These are emergency access.
    #[validate(length(max = 100, message = "at most 100"))]
    #[schema(max_items = 100)]
    pub confirmed: Vec<EmergencyChoiceBody>,
    /// These are not, whatever they look like.
    #[validate(length(max = 100, message = "at most 100"))]
    #[schema(max_items = 100)]
    pub refused: Vec<EmergencyChoiceBody>,
}

/// A user or a group.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmergencyChoice)]
pub struct EmergencyChoiceBody {
    /// User or group.
    pub kind: EmergencyKindName,
    /// Its object id.
    pub id: Uuid,
}

impl EmergencyBody {
    /// The choices, once each.
    pub fn choices(&self) -> Result<EmergencyChoices, Problem> {
        let confirmed = set(&self.confirmed);
        let refused = set(&self.refused);
        match confirmed.intersection(&refused).next() {
            Some((_, id)) => Err(Problem::invalid("refused", format!("{id} is confirmed as well"))),
            None => Ok(EmergencyChoices { confirmed, refused }),
        }
    }
}

fn set(list: &[EmergencyChoiceBody]) -> BTreeSet<(NameKind, String)> {
    let kind = |kind| match kind {
        EmergencyKindName::User => NameKind::User,
        EmergencyKindName::Group => NameKind::Group,
    };
    list.iter().map(|choice| (kind(choice.kind), choice.id.to_string())).collect()
}
