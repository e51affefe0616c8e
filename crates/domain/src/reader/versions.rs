//! Several policies of one name side by side, by what they mean.

use super::{Place, Reading};
use crate::{
    binding::Bindings,
    diff::{FieldDiff, compare_policies},
    names::Names,
    normal::normalise,
};
use serde::Serialize;

/// Policies that share a name and mean different things.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Versions {
    /// The shared name.
    pub display_name: String,
    /// One for each meaning, in order of reading.
    pub versions: Vec<Version>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// Where it stood.
    pub place: Place,
    /// How it differs from the first of its name: `baseline` is what the first says, `live` what this one does. None for
    /// the first itself.
    pub diff: Vec<FieldDiff>,
}

impl Reading {
    /// Every name with more than one meaning, with what the versions differ in.
    pub fn versions(&self) -> Vec<Versions> {
        let (names, bindings) = (Names::of_reading(self), Bindings::same_tenant());
        let meaning = |place: &Place| {
            let found =
                self.policies.iter().find(|read| read.path == place.path && read.index == place.index);
            found.map(|read| normalise(&read.policy, &names))
        };
        self.same_names
            .iter()
            .map(|same| {
                let first = same.places.first().and_then(meaning);
                let versions = same.places.iter().enumerate().map(|(at, place)| {
                    let diff = match (at, &first, meaning(place)) {
                        (1.., Some(first), Some(own)) => {
                            compare_policies(first, &own, &bindings, &names, &names)
                        }
                        _ => Vec::new(),
                    };
                    Version { place: place.clone(), diff }
                });
                Versions { display_name: same.display_name.clone(), versions: versions.collect() }
            })
            .collect()
    }
}
