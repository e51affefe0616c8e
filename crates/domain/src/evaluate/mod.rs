//! What If: one sign-in held against a set of policies, one policy after the other.
//!
//! Invariants: a policy applies when every condition is met, and an exclusion wins over an inclusion; the order of
//! policies changes nothing; every policy is either applied or has the first condition that the sign-in does not
//! meet. This is the straight reading of the documentation, and the yardstick for the coverage analysis, with which it
//! shares no code beyond what a requirement is.
//!
//! Semantics: Microsoft's pages on Conditional Access policies, conditions, users, target resources, grant and
//! session controls. Where they are silent: include lists of one condition are joined by or, filters among them;
//! `All` resources takes in the traffic of Global Secure Access and the resources of agents; a user whose type is not
//! known is external; a location whose definition says so is trusted.

mod compile;
mod condition;
mod controls;
mod decision;
mod policy;
mod sentence;
mod subject;
mod tags;
mod texts;

pub use decision::{Applied, Decision, NotApplied, Outcome, PolicyRef, Reason, Requirement, Session};

use crate::{device_filter::Expr, policy_set::PolicySet, sign_in::SignIn};
use controls::Controls;
use policy::{Compiled, Gate};
use subject::Subject;
use tags::Tags;

/// A set of policies, made ready for many sign-ins.
#[derive(Debug)]
pub struct Evaluator {
    policies: Vec<Compiled>,
    /// Whatever the policies name, numbered.
    tags: Tags,
    /// Each filter for devices once.
    filters: Vec<Expr>,
    /// Places that are trusted by their definition, by tag.
    trusted_locations: Vec<u32>,
    controls: Controls,
}

impl Evaluator {
    /// Makes a set of policies ready.
    pub fn new(set: &PolicySet) -> Self {
        compile::compile(set, false)
    }

    /// Makes a set of policies ready as if all of them were on, so that one that is off tells what else it lacks.
    pub fn as_if_enabled(set: &PolicySet) -> Self {
        compile::compile(set, true)
    }

    /// Decides one sign-in.
    pub fn evaluate(&self, sign_in: &SignIn) -> Decision<'_> {
        let subject = Subject::of(sign_in, self);
        let mut applied = Vec::new();
        let mut not_applied = Vec::with_capacity(self.policies.len());
        let mut report_only = Vec::new();
        for (index, policy) in self.policies.iter().enumerate() {
            let reference = policy.reference();
            match policy.miss(&subject) {
                None if policy.gate == Gate::Enforced => applied.push(Applied { policy: reference, index }),
                None => {
                    report_only.push(Applied { policy: reference, index });
                    let (reason, detail) = (Reason::PolicyNotEnabled, "is report-only");
                    not_applied.push(NotApplied { policy: reference, reason, detail, index });
                }
                Some((reason, detail)) => {
                    not_applied.push(NotApplied { policy: reference, reason, detail, index });
                }
            }
        }
        let (decision, requirements, session) =
            self.controls.of(applied.iter().map(|one| &self.policies[one.index]));
        Decision { decision, requirements, session, applied, not_applied, report_only }
    }
}

#[cfg(test)]
mod tests;
