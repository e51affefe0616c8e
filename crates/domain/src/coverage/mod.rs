//! The exact gap: which sign-ins a goal asks to protect and the enforced policies leave open.
//!
//! A goal is a policy: its conditions are the region, its controls are what must be guaranteed there.

mod cell;
mod control;
mod demand_words;
mod devices;
mod effects;
mod engine;
mod found;
mod grow;
mod named;
mod people;
mod places;
mod principals;
mod scales;
mod sentence;
mod space;
mod split;
mod subtract;
mod targets;
mod tell;
mod witness;
mod wording;

pub use engine::Engine;

use crate::sign_in::SignIn;
use serde::{Deserialize, Serialize};

/// What of a goal's region is left open.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The share of the goal's region that is open, from 0 to 1; people weighted by head count.
    pub share: f64,
    /// The open sign-ins as few readable regions, the largest first; empty when nothing is open.
    pub regions: Vec<Region>,
    /// One open sign-in, which What If confirms.
    pub witness: Option<Witness>,
    /// Who is exposed.
    pub exposure: Exposure,
    /// Whether the plainest sign-in of the goal is open to somebody: no risk, no special flow, an ordinary client and
    /// place, as far as the goal is about them.
    pub ordinary: bool,
    /// Whether emergency access accounts are open as well. They are left out on purpose: where anybody else is open, no
    /// share, region, witness or exposure counts them.
    pub emergency_too: bool,
    /// Why the answer holds only under conditions, one sentence each; empty when it is exact.
    pub conditions: Vec<String>,
    /// Whether all of it rests on somebody having memberships that could not be read.
    pub only_hypothetical: bool,
    /// Set when the work would have grown beyond bounds: what is known, in a sentence.
    pub not_decided: Option<String>,
}

impl Gap {
    /// Whether nothing is open, and that is certain.
    pub fn is_closed(&self) -> bool {
        self.regions.is_empty() && self.witness.is_none() && self.not_decided.is_none()
    }
}

/// Sign-ins in words, and what is not guaranteed for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// For instance `guests · all apps · from untrusted locations`.
    pub text: String,
    /// Its share of the goal's region, from 0 to 1.
    pub share: f64,
    /// The controls that are not guaranteed here, in words.
    pub missing: Vec<String>,
}

/// One concrete sign-in that is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// The sign-in.
    pub sign_in: SignIn,
    /// The same as a sentence.
    pub sentence: String,
}

/// Who is exposed by a gap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// People who are in none of the named groups and roles.
    pub everyone: bool,
    /// Holders of a directory role.
    pub administrators: bool,
    /// Guests or external users.
    pub guests: bool,
    /// People of the directory who are no guests.
    pub members: bool,
    /// Nobody but emergency access accounts.
    pub only_emergency: bool,
    /// Nobody but accounts of directory synchronisation.
    pub only_sync: bool,
    /// How many people, where every exposed class has a head count.
    pub people: Option<u64>,
}

#[cfg(test)]
mod tests;
