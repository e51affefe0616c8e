//! The reference catalog: what the field's authorities ask of Conditional Access, each as a check of our own.
//!
//! Invariants: a check that can be written as a region and a requirement is decided by coverage and never by the shape
//! of a policy; only enforced policies count; what can't be known is *not assessable*, which is no pass; every family
//! of the sources either has a check or stands in [`UNDECIDED`] with the reason.
//!
//! Sources: CISA's SCuBA baseline for Entra ID, the CIS Microsoft 365 benchmark, Microsoft's templates and Zero Trust
//! Assessment, Maester; ids only, every text is our own.

mod blocks;
mod check;
mod decided;
mod devices;
mod framework;
pub(crate) mod goal;
mod judged;
mod mfa;
mod outcome;
mod risk;
mod sessions;
mod verdict;
mod workloads;

pub use check::{Check, Decide, Level, RoleSet};
pub use framework::{Framework, Mapping};
pub use judged::STALE_AFTER_DAYS;
pub use outcome::{Decided, Outcome, decide, decide_with};
pub use verdict::{Missing, Subject, Verdict};

use std::sync::LazyLock;

/// Families that a snapshot can't decide, and why.
pub const UNDECIDED: &[(&str, &str)] = &[
    (
        "RMAU",
        "Whether a group is in a restricted management administrative unit is not part of a snapshot: it needs a permission that the product does not ask for.",
    ),
    (
        "PROTECTED-ACTION",
        "Which permissions are protected actions is a setting of roles, not of policies, and not part of a snapshot.",
    ),
    (
        "DISABLED-FIX",
        "A disabled policy that would close a gap is named on the gap itself, as its nearest miss.",
    ),
];

/// Every check, in the order in which people read them.
pub fn checks() -> &'static [Check] {
    static CHECKS: LazyLock<Vec<Check>> = LazyLock::new(|| {
        [
            mfa::checks(),
            blocks::checks(),
            risk::checks(),
            devices::checks(),
            sessions::checks(),
            judged::checks(),
            workloads::checks(),
        ]
        .concat()
    });
    &CHECKS
}

/// A check by its id.
pub fn find(id: &str) -> Option<&'static Check> {
    checks().iter().find(|check| check.id == id)
}

#[cfg(test)]
mod tests;
