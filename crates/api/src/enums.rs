//! Schemas of the domain's closed sets, made from their own lists so that the two can't drift apart.

use policytab_domain::{
    cloud::Cloud,
    customer::{CustomerStatus, NextStep},
    import::{ImportState, ImportStep, StepState, ZeroPolicies},
    names::NameKind,
    problem::ProblemCode,
    role::Role,
    snapshot::{DocumentKind, ReferenceKind, ReferenceState},
};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, schema::Schema, schema::Type},
};

/// Defines a type that stands for an enum of the domain in the API description, under the enum's own name.
macro_rules! schema_of {
    ($($(#[$doc:meta])+ $schema:ident = $name:literal, $text:literal, [$($value:expr),+ $(,)?];)+) => {$(
        $(#[$doc])+
        #[derive(Debug)]
        pub struct $schema;

        impl PartialSchema for $schema {
            fn schema() -> RefOr<Schema> {
                let values: Vec<Value> = [$($value),+].concat();
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($text))
                    .enum_values(Some(values))
                    .into()
            }
        }

        impl ToSchema for $schema {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    )+};
}

/// The names that serde writes for these values.
fn names<T: serde::Serialize>(values: &[T]) -> Vec<Value> {
    values.iter().filter_map(|v| serde_json::to_value(v).ok()).collect()
}

schema_of! {
    /// [`Cloud`]
    CloudSchema = "Cloud", "Which Microsoft cloud the tenant lives in.", [names(&Cloud::ALL)];
    /// [`CustomerStatus`]
    CustomerStatusSchema = "CustomerStatus", "Where a customer stands.", [names(&CustomerStatus::ALL)];
    /// [`NextStep`]
    NextStepSchema = "NextStep", "What to do next with a customer.",
        [names(&[NextStep::Connect, NextStep::Import, NextStep::Summary])];
    /// [`ImportState`]
    ImportStateSchema = "ImportState", "State of an import.", [names(&ImportState::ALL)];
    /// [`ImportStep`]
    ImportStepSchema = "ImportStep", "One step of an import.", [names(&ImportStep::ALL)];
    /// [`StepState`]
    StepStateSchema = "StepState", "State of one step.", [names(&StepState::ALL)];
    /// [`ZeroPolicies`]
    ZeroPoliciesSchema = "ZeroPolicies", "Why an import found no policies.",
        [names(&[ZeroPolicies::NoneExist, ZeroPolicies::SecurityDefaultsOn, ZeroPolicies::NotLicensed])];
    /// [`ProblemCode`]
    ProblemCodeSchema = "ProblemCode", "A stable, machine-readable error code.", [names(ProblemCode::ALL)];
    /// [`Role`]
    RoleSchema = "Role", "What a person or an API token may do; each role may what the ones before it may.",
        [names(&Role::ALL)];
    /// [`ReferenceKind`]
    ReferenceKindSchema = "ReferenceKind", "Kinds of directory objects that policies refer to.",
        [names(&[
            ReferenceKind::Group, ReferenceKind::User, ReferenceKind::Role, ReferenceKind::Application,
            ReferenceKind::ServicePrincipal, ReferenceKind::TermsOfUse,
        ])];
    /// [`NameKind`]
    NameKindSchema = "NameKind", "Kinds of objects that a policy names.", [names(&NameKind::ALL)];
    /// [`DocumentKind`]
    DocumentKindSchema = "DocumentKind", "Kinds of objects that a snapshot holds in full.", [names(&DocumentKind::ALL)];
    /// [`ReferenceState`]
    ReferenceStateSchema = "ReferenceState", "What became of looking a reference up.",
        [names(&[ReferenceState::Resolved, ReferenceState::Deleted, ReferenceState::Unreadable])];
}
