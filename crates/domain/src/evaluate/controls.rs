//! Grant and session controls of several policies together.

use super::{
    decision::{Outcome, Requirement, Session},
    policy::Compiled,
};
use crate::{
    diff::{
        requirement::{self, clause_implies},
        strictness,
    },
    names::{NameKind, Names},
    normal::{Field, Frequency, Item, NormalPolicy, NormalValue, Reference},
    wellknown::MFA_STRENGTH_ID,
};
use serde_json::{Value, json};

/// Beyond so many different clauses they are not held against each other; all are told then, implied ones too.
const MAX_COMPARED: usize = 256;

/// In which order controls are asked for; what is not listed comes last.
const ORDER: [&str; 10] = [
    "block",
    "mfa",
    "authenticationStrength:",
    "compliantDevice",
    "domainJoinedDevice",
    "approvedApplication",
    "compliantApplication",
    "passwordChange",
    "riskRemediation",
    "termsOfUse:",
];

/// Session controls by their names in an answer.
const SESSION: [(&str, Field); 10] = [
    ("sign_in_frequency", Field::SignInFrequency),
    ("sign_in_frequency_secondary", Field::SignInFrequency),
    ("persistent_browser", Field::PersistentBrowser),
    ("application_enforced_restrictions", Field::AppEnforcedRestrictions),
    ("cloud_app_security", Field::CloudAppSecurity),
    ("secure_sign_in_session", Field::TokenProtection),
    ("continuous_access_evaluation", Field::ContinuousAccessEvaluation),
    ("disable_resilience_defaults", Field::DisableResilienceDefaults),
    ("global_secure_access_filtering_profile", Field::FilteringProfile),
    ("block_sensitive_actions", Field::BlockSensitiveActions),
];
const GENERAL: usize = 0;
const SECONDARY: usize = 1;

#[derive(Debug)]
struct Clause {
    items: Vec<Item>,
    words: Vec<String>,
    is_block: bool,
    /// Its place among all clauses in an answer.
    place: usize,
    /// Clauses that say nothing beside it.
    implied: Vec<usize>,
}

#[derive(Debug)]
struct SessionValue {
    value: NormalValue,
    shown: Value,
    /// Higher is stricter; `None` where it has no place in the order.
    rank: Option<i64>,
}

/// Every clause and every session control of a set of policies, once.
#[derive(Debug, Default)]
pub(super) struct Controls {
    clauses: Vec<Clause>,
    session: [Vec<SessionValue>; SESSION.len()],
}

impl Controls {
    /// Numbers of a policy's clauses; none where it isn't known how its controls are joined.
    pub(super) fn clauses_of(&mut self, policy: &NormalPolicy, names: &Names) -> Vec<usize> {
        let Some(requirement) = requirement::Requirement::of(policy) else { return Vec::new() };
        requirement.clauses().iter().map(|clause| self.clause(clause, names)).collect()
    }

    fn clause(&mut self, items: &[&Item], names: &Names) -> usize {
        let mut words: Vec<String> = items.iter().map(|item| control(item, names)).collect();
        words.sort_by_cached_key(|word| (order(word), word.clone()));
        let known = self.clauses.iter().position(|clause| clause.items.iter().eq(items.iter().copied()));
        if let Some(at) = known {
            // Strengths that allow the same are one, whatever they are called: the same name is shown whoever comes first.
            let shown = &mut self.clauses[at].words;
            if (nameless(&words), &words) < (nameless(shown), shown) {
                *shown = words;
            }
            return at;
        }
        self.clauses.push(Clause {
            items: items.iter().map(|item| (*item).clone()).collect(),
            words,
            is_block: items.iter().all(|item| item.is("block")),
            place: 0,
            implied: Vec::new(),
        });
        self.clauses.len() - 1
    }

    /// A policy's session controls as numbers.
    pub(super) fn session_of(&mut self, policy: &NormalPolicy, names: &Names) -> Vec<(usize, usize)> {
        let is_secondary = policy.fields.contains_key(&Field::SignInFrequencyAuthentication);
        let mut out = Vec::new();
        for (at, (_, field)) in SESSION.iter().enumerate() {
            let Some(value) = policy.fields.get(field) else { continue };
            if (at == GENERAL && is_secondary) || (at == SECONDARY && !is_secondary) {
                continue;
            }
            let values = &mut self.session[at];
            let number = values.iter().position(|known| known.value == *value).unwrap_or_else(|| {
                let rank = strictness(field, Some(value));
                values.push(SessionValue { value: value.clone(), shown: session_value(value, names), rank });
                values.len() - 1
            });
            out.push((at, number));
        }
        out
    }

    /// Orders the clauses and holds them against each other, once all are known.
    pub(super) fn finish(&mut self) {
        let mut order_of: Vec<usize> = (0..self.clauses.len()).collect();
        order_of.sort_by_cached_key(|at| {
            let clause = &self.clauses[*at];
            let first = clause.words.first().map_or(0, |word| order(word));
            (first, nameless(&clause.words), clause.words.clone(), clause.items.clone())
        });
        order_of.iter().enumerate().for_each(|(place, at)| self.clauses[*at].place = place);
        if self.clauses.len() > MAX_COMPARED {
            return;
        }
        let items: Vec<Vec<&Item>> =
            self.clauses.iter().map(|clause| clause.items.iter().collect()).collect();
        let implied: Vec<Vec<usize>> = (0..items.len())
            .map(|ours| {
                let says_nothing = |theirs: &usize| {
                    *theirs != ours
                        && clause_implies(&items[ours], &items[*theirs])
                        && (self.clauses[ours].place < self.clauses[*theirs].place
                            || !clause_implies(&items[*theirs], &items[ours]))
                };
                (0..items.len()).filter(says_nothing).collect()
            })
            .collect();
        self.clauses.iter_mut().zip(implied).for_each(|(clause, implied)| clause.implied = implied);
    }

    /// What several policies ask for together.
    pub(super) fn of<'e>(
        &'e self,
        applied: impl Iterator<Item = &'e Compiled> + Clone,
    ) -> (Outcome, Vec<Requirement<'e>>, Session<'e>) {
        let mut asked = vec![false; self.clauses.len()];
        for clause in applied.clone().flat_map(|policy| &policy.clauses) {
            asked[*clause] = true;
        }
        let mut clauses: Vec<usize> = (0..asked.len()).filter(|at| asked[*at]).collect();
        if clauses.iter().any(|at| self.clauses[*at].is_block) {
            return (Outcome::Block, Vec::new(), Session::default());
        }
        for at in &clauses {
            self.clauses[*at].implied.iter().for_each(|implied| asked[*implied] = false);
        }
        clauses.retain(|at| asked[*at]);
        clauses.sort_unstable_by_key(|at| self.clauses[*at].place);
        let requirements =
            clauses.iter().map(|at| Requirement { any_of: &self.clauses[*at].words }).collect();
        (Outcome::Grant, requirements, self.session(applied))
    }

    fn session<'e>(&'e self, applied: impl Iterator<Item = &'e Compiled>) -> Session<'e> {
        let mut strictest: [Option<&SessionValue>; SESSION.len()] = [None; SESSION.len()];
        let mut unordered: Vec<(usize, &SessionValue)> = Vec::new();
        for (at, number) in applied.flat_map(|policy| &policy.session) {
            let (at, value) = (*at, &self.session[*at][*number]);
            if value.rank.is_none() {
                if !unordered.iter().any(|(_, known)| std::ptr::eq(*known, value)) {
                    unordered.push((at, value));
                }
            } else if strictest[at].is_none_or(|known| known.rank < value.rank) {
                strictest[at] = Some(value);
            }
        }
        if let (Some(general), Some(secondary)) = (strictest[GENERAL], strictest[SECONDARY])
            && general.rank >= secondary.rank
        {
            strictest[SECONDARY] = None;
        }
        let mut controls = Vec::new();
        for (at, (name, _)) in SESSION.iter().enumerate() {
            let others = unordered.iter().filter(|(control, _)| *control == at).map(|(_, value)| *value);
            let mut values: Vec<&Value> = strictest[at].into_iter().chain(others).map(|v| &v.shown).collect();
            if values.len() > 1 {
                values.sort_by_cached_key(|value| value.to_string());
            }
            if !values.is_empty() {
                controls.push((*name, values));
            }
        }
        Session { controls }
    }
}

/// How many of these controls name nothing.
fn nameless(words: &[String]) -> usize {
    words.iter().filter(|word| word.ends_with(':')).count()
}

fn order(word: &str) -> usize {
    let found =
        ORDER.iter().position(|known| word == *known || (known.ends_with(':') && word.starts_with(known)));
    found.unwrap_or(ORDER.len())
}

/// A control as Graph spells it.
fn control(item: &Item, names: &Names) -> String {
    match item {
        Item::Word(word) => word.clone(),
        Item::Object(strength)
            if strength.kind == NameKind::AuthenticationStrength && strength.id == MFA_STRENGTH_ID =>
        {
            "mfa".to_owned()
        }
        Item::Object(reference) => {
            let kind = match reference.kind {
                NameKind::AuthenticationStrength => "authenticationStrength",
                NameKind::TermsOfUse => "termsOfUse",
                _ => "customAuthenticationFactor",
            };
            format!("{kind}:{}", name(reference, names))
        }
    }
}

fn name<'a>(reference: &'a Reference, names: &'a Names) -> &'a str {
    reference.name.as_deref().or_else(|| names.name(reference.kind, &reference.id)).unwrap_or(&reference.id)
}

fn session_value(value: &NormalValue, names: &Names) -> Value {
    match value {
        NormalValue::Word(word) if matches!(word.as_str(), "enabled" | "true") => json!(true),
        NormalValue::Word(word) | NormalValue::Rule(_, word) => json!(word),
        NormalValue::Frequency(Frequency::EveryTime) => json!("everyTime"),
        NormalValue::Frequency(Frequency::Hours(hours)) => json!({"hours": hours}),
        NormalValue::Frequency(Frequency::Unspecified) => json!(true),
        NormalValue::Object(reference) => json!(name(reference, names)),
        NormalValue::Json(value) => value.clone(),
        NormalValue::Set(items) => items.iter().map(Item::id).collect(),
    }
}
