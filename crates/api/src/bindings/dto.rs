//! Bindings on the wire. The DTOs name the domain's members, so that one is read from the other.

use crate::{enums::NameKindSchema, imports::dto::ComparisonBaselineBody};
use policytab_domain::{binding::BindingChoice, names::NameKind, problem::Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

/// The references of the comparison baseline that need a binding.
#[derive(Debug, Serialize, ToSchema)]
pub struct BindingList {
    /// What the customer is compared with.
    pub comparison_baseline: ComparisonBaselineBody,
    /// By kind, then by name; none for the imported snapshot, whose ids mean themselves.
    pub items: Vec<BindingOut>,
}

/// One reference of a baseline and what it means in the customer's tenant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Binding)]
pub struct BindingOut {
    /// What it is.
    #[schema(value_type = NameKindSchema)]
    pub kind: NameKind,
    /// The id or the placeholder by which the baseline names it.
    pub reference: String,
    /// Its name in the baseline, where one is known.
    pub name: Option<String>,
    /// The policies that name it.
    pub used_by: Vec<UsedByOut>,
    /// Its standing.
    pub state: BindingStateName,
    /// What it means here; empty where it is unbound or refused.
    pub live: Vec<LiveObjectOut>,
    /// What a suggestion that takes effect rests on.
    pub basis: Option<BindingBasisName>,
    /// Whether it takes effect as an assumption that a person should look at.
    pub assumption: bool,
    /// Why it means that, or why it means nothing.
    pub reason: String,
    /// What else it may mean, the best first.
    pub alternatives: Vec<SuggestionOut>,
}

/// Standing of a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BindingState)]
pub enum BindingStateName {
    /// A person said what it means.
    Confirmed,
    /// Nobody said so, and it takes effect.
    Suggested,
    /// Nothing is sure enough to be taken for it.
    Unbound,
    /// A person said that it means nothing here.
    Refused,
}

/// What a suggestion rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BindingBasis)]
pub enum BindingBasisName {
    /// The tenant knows the id.
    Id,
    /// Kind and name are the same.
    Name,
    /// It holds the same, whatever it is called.
    Content,
    /// It plays the same role: emergency access.
    EmergencyAccess,
    /// The name is similar.
    SimilarName,
}

/// How far a suggestion can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BindingConfidence)]
pub enum BindingConfidenceName {
    /// It takes effect.
    High,
    /// It takes effect, and the report lists it as an assumption.
    Assumed,
    /// It is only proposed.
    Low,
}

/// What a policy names an object for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BindingUse)]
pub enum BindingUseName {
    /// It is covered.
    Include,
    /// It is left out.
    Exclude,
    /// It is asked for, or holds for the session.
    Control,
}

/// A policy of the baseline that names an object.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = BindingUsedBy)]
pub struct UsedByOut {
    /// The policy's key in the baseline.
    pub policy: String,
    /// The policy's name.
    pub display_name: String,
    /// What for.
    #[serde(rename = "use")]
    pub used_for: BindingUseName,
}

/// An object of the customer's tenant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = LiveObject)]
pub struct LiveObjectOut {
    /// What it is. A group of a baseline may be bound to users.
    #[schema(value_type = NameKindSchema)]
    pub kind: NameKind,
    /// Its id.
    pub id: String,
    /// Its name, where one is known.
    pub name: Option<String>,
}

/// A proposal for what a reference means.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = BindingSuggestion)]
pub struct SuggestionOut {
    /// The objects, one as a rule.
    pub live: Vec<LiveObjectOut>,
    /// What it rests on.
    pub basis: BindingBasisName,
    /// How far it can be trusted.
    pub confidence: BindingConfidenceName,
    /// The same in words.
    pub reason: String,
}

/// What people say of references, in place of what was said before. A reference that is left out has its suggestion.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BindingChoices)]
pub struct BindingsBody {
    /// One entry for a reference at the most.
    #[validate(length(max = 1000, message = "at most 1000"), nested)]
    #[schema(max_items = 1000)]
    pub bindings: Vec<BindingBody>,
}

/// What one reference means.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BindingChoice)]
pub struct BindingBody {
    /// What it is.
    #[schema(value_type = NameKindSchema)]
    pub kind: NameKind,
    /// The id, the placeholder or the name by which the baseline knows it.
    #[validate(custom(function = "id"))]
    #[schema(min_length = 1, max_length = 256)]
    pub reference: String,
    /// Ids of the objects that it means, one as a rule; empty: it means nothing here, on purpose.
    #[validate(length(max = 50, message = "at most 50"), custom(function = "ids"))]
    #[schema(max_items = 50)]
    pub live: Vec<String>,
}

fn id(text: &str) -> Result<(), ValidationError> {
    crate::http::text::prose(text, 256)
}

fn ids(list: &[String]) -> Result<(), ValidationError> {
    list.iter().try_for_each(|text| id(text))
}

impl BindingsBody {
    /// The choices, one for a reference.
    pub fn choices(self) -> Result<Vec<BindingChoice>, Problem> {
        let mut seen = BTreeSet::new();
        self.bindings
            .into_iter()
            .map(|BindingBody { kind, reference, live }| {
                let reference = reference.trim().to_owned();
                if !seen.insert((kind, reference.to_lowercase())) {
                    return Err(Problem::invalid("bindings", format!("\"{reference}\" is there twice")));
                }
                let live = live.iter().map(|id| id.trim().to_owned()).collect();
                Ok(BindingChoice { kind, reference, live })
            })
            .collect()
    }
}
