//! What a policy guarantees: clauses of grant controls, and session controls.
//!
//! A policy guarantees a clause when one of its own clauses implies it control by control, and everything when it
//! blocks: a session that never begins needs no limits. Distinct clauses are few in a tenant, so each comparison of two
//! is made once.

use crate::{
    diff::{
        requirement::{Requirement, clause_implies},
        strictness,
    },
    normal::{Field, Frequency, Item, NormalPolicy, NormalValue, Role},
};
use foldhash::HashMap;
use std::collections::BTreeMap;

/// One thing that must be guaranteed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Demand {
    /// One of these controls.
    Grant(Vec<Item>),
    /// This session control, or a stricter one.
    Session(Field, NormalValue, Option<NormalValue>),
}

/// A demand in the numbers of a catalogue.
pub(crate) enum Asked<'d> {
    Clause(usize),
    Session(&'d Field, &'d NormalValue, Option<&'d NormalValue>),
}

/// What one policy gives.
#[derive(Debug, Clone)]
pub(crate) struct Gives {
    block: bool,
    /// By place in [`Catalogue::clauses`].
    clauses: Vec<usize>,
    session: BTreeMap<Field, NormalValue>,
}

impl Demand {
    /// Whether nothing but blocking will do.
    pub(crate) fn is_block(&self) -> bool {
        matches!(self, Self::Grant(clause) if clause.iter().all(|item| item.is("block")))
    }
}

impl Gives {
    /// Whether the policy blocks.
    pub(crate) fn blocks(&self) -> bool {
        self.block
    }
}

/// The distinct clauses of many policies, and which implies which.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    clauses: Vec<Vec<Item>>,
    at: HashMap<Vec<Item>, usize>,
    implied: HashMap<(usize, usize), bool>,
}

impl Catalogue {
    fn intern(&mut self, clause: Vec<Item>) -> usize {
        *self.at.entry(clause).or_insert_with_key(|clause| {
            self.clauses.push(clause.clone());
            self.clauses.len() - 1
        })
    }

    pub(crate) fn gives(&mut self, policy: &NormalPolicy) -> Gives {
        let requirement = Requirement::of(policy);
        let block = requirement.as_ref().is_some_and(Requirement::is_block);
        let clauses = requirement.as_ref().map(owned).unwrap_or_default();
        let session = policy.fields.iter().filter(|(field, _)| field.role() == Role::Session);
        Gives {
            block,
            clauses: clauses.into_iter().map(|clause| self.intern(clause)).collect(),
            session: session.map(|(field, value)| (field.clone(), value.clone())).collect(),
        }
    }

    /// A demand made ready to be asked of many policies.
    pub(crate) fn asked<'d>(&mut self, demand: &'d Demand) -> Asked<'d> {
        match demand {
            Demand::Grant(clause) => Asked::Clause(self.intern(clause.clone())),
            Demand::Session(field, value, with) => Asked::Session(field, value, with.as_ref()),
        }
    }

    /// Whether a policy guarantees what is asked where it applies.
    pub(crate) fn guarantees(&mut self, gives: &Gives, asked: &Asked<'_>) -> bool {
        if gives.block {
            return true;
        }
        match asked {
            Asked::Clause(wanted) => gives.clauses.iter().any(|ours| self.implies(*ours, *wanted)),
            Asked::Session(field, value, with) => session_guarantees(&gives.session, field, value, *with),
        }
    }

    fn implies(&mut self, ours: usize, theirs: usize) -> bool {
        let clauses = &self.clauses;
        *self.implied.entry((ours, theirs)).or_insert_with(|| {
            let by_reference = |at: usize| clauses[at].iter().collect::<Vec<_>>();
            ours == theirs || clause_implies(&by_reference(ours), &by_reference(theirs))
        })
    }
}

/// What a policy of the baseline demands.
pub(crate) fn demands(policy: &NormalPolicy) -> Vec<Demand> {
    let grants = Requirement::of(policy).as_ref().map(owned).unwrap_or_default();
    let sessions = policy.fields.iter().filter(|(field, value)| {
        field.role() == Role::Session
            && **field != Field::SignInFrequencyAuthentication
            && protects(field, value)
    });
    let sessions = sessions.map(|(field, value)| {
        let with = (*field == Field::SignInFrequency)
            .then(|| policy.fields.get(&Field::SignInFrequencyAuthentication).cloned())
            .flatten();
        Demand::Session(field.clone(), value.clone(), with)
    });
    grants.into_iter().map(Demand::Grant).chain(sessions).collect()
}

/// Whether a session control takes anything from an attacker; some settings only give comfort.
fn protects(field: &Field, value: &NormalValue) -> bool {
    match (field, value) {
        (Field::PersistentBrowser, NormalValue::Word(mode)) => mode != "always",
        (Field::ContinuousAccessEvaluation, NormalValue::Word(mode)) => mode != "disabled",
        (Field::SignInFrequency, NormalValue::Frequency(frequency)) => *frequency != Frequency::Unspecified,
        _ => true,
    }
}

fn session_guarantees(
    session: &BTreeMap<Field, NormalValue>,
    field: &Field,
    value: &NormalValue,
    with: Option<&NormalValue>,
) -> bool {
    let Some(ours) = session.get(field) else { return false };
    if *field == Field::SignInFrequency {
        // What is repeated counts as well: all of the authentication is more than the second factor.
        let authentication = &Field::SignInFrequencyAuthentication;
        let (ours, theirs) =
            (strictness(authentication, session.get(authentication)), strictness(authentication, with));
        if ours < theirs {
            return false;
        }
    }
    match (strictness(field, Some(ours)), strictness(field, Some(value))) {
        (Some(ours), Some(theirs)) => ours >= theirs,
        _ => ours == value,
    }
}

fn owned(requirement: &Requirement<'_>) -> Vec<Vec<Item>> {
    requirement.clauses().iter().map(|clause| clause.iter().map(|item| (*item).clone()).collect()).collect()
}
