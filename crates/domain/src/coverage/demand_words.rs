//! What a policy demands, in words.

use super::{control::Demand, named::listed, tell::Teller};
use crate::{
    names::NameKind,
    normal::{Field, Frequency, Item, NormalValue},
    words::{display_frequency, display_item, display_word},
};

/// A demand in words, as the object of "without".
pub(super) fn demand_words(demand: &Demand, teller: &Teller<'_>) -> String {
    match demand {
        Demand::Grant(clause) => {
            let words: Vec<String> = clause
                .iter()
                .map(|item| match item {
                    Item::Word(word) => control_noun(word),
                    Item::Object(object) if object.id == crate::wellknown::MFA_STRENGTH_ID => {
                        "multifactor authentication".to_owned()
                    }
                    Item::Object(object) if object.kind == NameKind::AuthenticationStrength => {
                        let name = display_item(&Field::GrantControls, item, teller.names());
                        if name.to_lowercase().contains("mfa") {
                            name
                        } else {
                            format!("the strength {name}")
                        }
                    }
                    Item::Object(_) => display_item(&Field::GrantControls, item, teller.names()),
                })
                .collect();
            listed(&words, "or")
        }
        Demand::Session(field, value, _) => match value {
            NormalValue::Frequency(Frequency::EveryTime) => "signing in every time".to_owned(),
            NormalValue::Frequency(frequency) => {
                format!("a sign-in frequency of {}", display_frequency(*frequency).to_lowercase())
            }
            NormalValue::Word(word) => match (field, word.as_str()) {
                (Field::PersistentBrowser, _) => "a browser session that ends".to_owned(),
                (Field::TokenProtection, _) => "token protection".to_owned(),
                (Field::AppEnforcedRestrictions, _) => "app enforced restrictions".to_owned(),
                (Field::ContinuousAccessEvaluation, "strictLocation") => {
                    "strictly enforced locations".to_owned()
                }
                (Field::DisableResilienceDefaults, _) => "resilience defaults being off".to_owned(),
                (field, word) => format!("{} ({})", field.label(), display_word(field, word)),
            },
            _ => field.label().to_owned(),
        },
    }
}

/// A built-in control as a noun.
fn control_noun(word: &str) -> String {
    match word {
        "block" => "being blocked",
        "compliantDevice" => "a compliant device",
        "domainJoinedDevice" => "a hybrid joined device",
        "approvedApplication" => "an approved client app",
        "compliantApplication" => "an app protection policy",
        "passwordChange" => "a password change",
        "riskRemediation" => "risk remediation",
        other => return format!("the control {other}"),
    }
    .to_owned()
}
