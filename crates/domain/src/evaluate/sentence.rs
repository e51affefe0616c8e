//! The answer of What If in words.

use super::decision::{Decision, Outcome, Requirement};
use crate::{normal::Field, words::display_word};

impl Decision<'_> {
    /// What happens, in one or two sentences.
    pub fn sentence(&self) -> String {
        let names = self.applied.iter().map(|one| format!("\"{}\"", one.policy.display_name));
        let by = joined(&names.collect::<Vec<_>>(), "and");
        let asked: Vec<String> = self.requirements.iter().map(Requirement::words).collect();
        match self.decision {
            Outcome::Block => format!("Access is blocked. What applies: {by}."),
            Outcome::Grant if self.applied.is_empty() => {
                "Access is granted, and nothing is asked for: no enforced policy applies.".to_owned()
            }
            Outcome::Grant if asked.is_empty() && self.session.is_empty() => {
                format!("Access is granted, and nothing is asked for. What applies: {by}.")
            }
            Outcome::Grant if asked.is_empty() => {
                format!("Access is granted, and only the session is limited. What applies: {by}.")
            }
            Outcome::Grant => format!("Access is granted with: {}. What applies: {by}.", asked.join("; ")),
        }
    }
}

impl Requirement<'_> {
    /// For people: its controls, of which one is enough.
    pub fn words(&self) -> String {
        joined(&self.any_of.iter().map(|word| control(word)).collect::<Vec<_>>(), "or")
    }
}

/// `authenticationStrength:Phishing-resistant MFA` by its name, all else as the controls of a policy are shown.
fn control(word: &str) -> String {
    match word.split_once(':') {
        Some((_, name)) => format!("\"{name}\""),
        None => display_word(&Field::GrantControls, word),
    }
}

fn joined(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        evaluate::Evaluator,
        names::Names,
        policy_set::PolicySet,
        sign_in::{SignIn, SignInUser},
    };
    use serde_json::{Value, json};

    fn said(policies: &[Value]) -> String {
        let set = PolicySet::of_bodies(policies, Names::new());
        let evaluator = Evaluator::new(&set);
        let sign_in = SignIn {
            user: Some(SignInUser::default()),
            application: Some("00000002-0000-0ff1-ce00-000000000000".to_owned()),
            ..SignIn::default()
        };
        evaluator.evaluate(&sign_in).sentence()
    }

    fn policy(name: &str, controls: &[&str]) -> Value {
        json!({
            "displayName": name, "state": "enabled",
            "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
            "grantControls": {"operator": "OR", "builtInControls": controls},
        })
    }

    #[test]
    fn a_decision_reads_as_a_sentence() {
        assert_eq!(said(&[]), "Access is granted, and nothing is asked for: no enforced policy applies.");
        let (mfa, device, block) = (
            policy("MFA", &["mfa"]),
            policy("Device", &["compliantDevice", "domainJoinedDevice"]),
            policy("No", &["block"]),
        );
        let granted = said(&[mfa.clone(), device]);
        assert!(
            granted.starts_with("Access is granted with: Multifactor authentication; ")
                && granted.contains(" or "),
            "{granted}"
        );
        assert!(granted.ends_with("What applies: \"MFA\" and \"Device\"."), "{granted}");
        assert_eq!(said(&[mfa, block]), "Access is blocked. What applies: \"MFA\" and \"No\".");
    }
}
