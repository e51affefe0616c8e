//! What a goal asks for, and whether an answer of What If promises it: read straight from the policies as Graph gives
//! them, without anything of the engine's.
//!
//! A promise is checked in the most permissive world in which the goal is not met: everything that is possible without
//! meeting it is done there. The answer promises the goal when one of its requirements is not met in that world.

use super::tenants::{STRENGTHS, strength_id, strength_name};
use crate::{
    evaluate::{Decision, Outcome},
    wellknown::BUILT_IN_STRENGTHS,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// One control: a set of method combinations of which one must be used, or something by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Control {
    Block,
    Methods(BTreeSet<String>),
    Named(String),
}

/// What a goal asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Promise {
    clauses: Vec<Vec<Control>>,
    sessions: Vec<Session>,
}

#[derive(Debug, Clone)]
enum Session {
    /// At most so many hours, 0 for every time; and whether the second factor alone is enough.
    Frequency(i64, bool),
    /// One of these values.
    OneOf(&'static str, Vec<Value>),
}

fn methods_of(id: &str) -> BTreeSet<String> {
    if let Some(built_in) = BUILT_IN_STRENGTHS.iter().find(|strength| strength.id == id) {
        // Whatever allows a method allows it of every make.
        return every_make(built_in.allowed_combinations);
    }
    let at = (0..STRENGTHS.len()).find(|at| strength_id(*at) == id).expect("a strength of the tenant");
    if at == 3 { BTreeSet::from(["fido2 of one make".to_owned()]) } else { every_make(STRENGTHS[at]) }
}

fn every_make(combinations: &[&str]) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = combinations.iter().map(|one| (*one).to_owned()).collect();
    if all.contains("fido2") {
        all.insert("fido2 of one make".to_owned());
    }
    all
}

fn control(word: &str) -> Control {
    match word {
        "block" => Control::Block,
        "mfa" => Control::Methods(methods_of(BUILT_IN_STRENGTHS[0].id)),
        other => Control::Named(other.to_owned()),
    }
}

/// A control as What If words it.
fn answered(word: &str) -> Control {
    let Some(name) = word.strip_prefix("authenticationStrength:") else { return control(word) };
    let custom = (0..STRENGTHS.len()).find(|at| strength_name(*at) == name).map(strength_id);
    let built_in = BUILT_IN_STRENGTHS.iter().find(|strength| strength.name == name || strength.id == name);
    let id = custom.or_else(|| built_in.map(|strength| strength.id.to_owned()));
    Control::Methods(methods_of(&id.unwrap_or_else(|| panic!("no strength is called {name}"))))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

impl Promise {
    /// What a policy asks for.
    pub(super) fn of(policy: &Value) -> Self {
        let grant = &policy["grantControls"];
        let mut controls: Vec<Control> = texts(&grant["builtInControls"]).into_iter().map(control).collect();
        let terms = texts(&grant["termsOfUse"]);
        controls.extend(terms.into_iter().map(|id| Control::Named(format!("termsOfUse:{id}"))));
        if let Some(id) = grant["authenticationStrength"]["id"].as_str() {
            controls.push(Control::Methods(methods_of(id)));
        }
        let all = grant["operator"] == "AND";
        let clauses = match (controls.is_empty(), all) {
            (true, _) => Vec::new(),
            (_, true) => controls.into_iter().map(|control| vec![control]).collect(),
            (_, false) => vec![controls],
        };
        Self { clauses, sessions: sessions(&policy["sessionControls"]) }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.clauses.is_empty() && self.sessions.is_empty()
    }

    /// Whether an answer promises all of it.
    pub(super) fn is_kept_by(&self, answer: &Decision<'_>) -> bool {
        if answer.decision == Outcome::Block {
            return true;
        }
        let asked: Vec<Vec<Control>> = answer
            .requirements
            .iter()
            .map(|one| one.any_of.iter().map(|word| answered(word)).collect())
            .collect();
        self.clauses.iter().all(|wanted| is_implied(wanted, &asked))
            && self.sessions.iter().all(|session| session.is_kept_by(answer))
    }
}

/// Whether some asked clause can't be met without meeting the wanted one.
fn is_implied(wanted: &[Control], asked: &[Vec<Control>]) -> bool {
    // Without meeting the wanted clause everything can be done but what meets it.
    let possible = |control: &Control| match control {
        Control::Block => false,
        Control::Named(_) => !wanted.contains(control),
        Control::Methods(methods) => methods.iter().any(|method| {
            !wanted.iter().any(|one| matches!(one, Control::Methods(allowed) if allowed.contains(method)))
        }),
    };
    asked.iter().any(|clause| !clause.iter().any(possible))
}

fn sessions(session: &Value) -> Vec<Session> {
    let is_on = |name: &str| session[name]["isEnabled"] == true;
    let text = |value: &str| Value::from(value);
    let mut out = Vec::new();
    if is_on("signInFrequency") {
        let frequency = &session["signInFrequency"];
        let hours = if frequency["frequencyInterval"] == "everyTime" {
            0
        } else {
            frequency["value"].as_i64().expect("a number") * if frequency["type"] == "days" { 24 } else { 1 }
        };
        out.push(Session::Frequency(hours, frequency["authenticationType"] == "secondaryAuthentication"));
    }
    if is_on("persistentBrowser") && session["persistentBrowser"]["mode"] == "never" {
        out.push(Session::OneOf("persistent_browser", vec![text("never")]));
    }
    if is_on("cloudAppSecurity") {
        let kind = session["cloudAppSecurity"]["cloudAppSecurityType"].as_str().expect("a kind");
        let enough = if kind == "monitorOnly" { vec![kind, "blockDownloads"] } else { vec![kind] };
        out.push(Session::OneOf("cloud_app_security", enough.into_iter().map(text).collect()));
    }
    if is_on("applicationEnforcedRestrictions") {
        out.push(Session::OneOf("application_enforced_restrictions", vec![Value::from(true)]));
    }
    if is_on("secureSignInSession") {
        out.push(Session::OneOf("secure_sign_in_session", vec![Value::from(true)]));
    }
    if session["continuousAccessEvaluation"]["mode"].as_str().is_some_and(|mode| mode != "disabled") {
        let strict = ["strictLocation", "strictEnforcement"].map(text).to_vec();
        out.push(Session::OneOf("continuous_access_evaluation", strict));
    }
    if session["disableResilienceDefaults"] == true {
        out.push(Session::OneOf("disable_resilience_defaults", vec![Value::from(true)]));
    }
    if is_on("globalSecureAccessFilteringProfile") {
        let id = session["globalSecureAccessFilteringProfile"]["profileId"].clone();
        out.push(Session::OneOf("global_secure_access_filtering_profile", vec![id]));
    }
    out
}

impl Session {
    fn is_kept_by(&self, answer: &Decision<'_>) -> bool {
        match self {
            Self::OneOf(control, enough) => {
                answer.session.values(control).iter().any(|value| enough.contains(value))
            }
            Self::Frequency(hours, secondary) => {
                let holds = |control: &str| {
                    answer.session.values(control).iter().any(|value| {
                        **value == "everyTime" || value["hours"].as_i64().is_some_and(|set| set <= *hours)
                    })
                };
                holds("sign_in_frequency") || (*secondary && holds("sign_in_frequency_secondary"))
            }
        }
    }
}
