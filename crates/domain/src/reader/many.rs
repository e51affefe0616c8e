//! Many files as one set: what each held, which policies are the same, which only share a name.

use super::{FileReading, ReadName, ReadObject, ReadPolicy, Skipped, read_bytes};
use crate::{normal::normal_digest, policy::Policy};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Where a policy stood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file's path as it was given.
    pub path: String,
    /// Which one of the file's policies, from 0.
    pub index: usize,
}

/// A policy that means the same as an earlier one, name, ids and dates aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    /// The file's path as it was given.
    pub path: String,
    /// Which one of the file's policies, from 0.
    pub index: usize,
    /// The path of the first policy that means this.
    pub same_as: String,
    /// Which one of that file's policies, from 0.
    pub same_as_index: usize,
}

/// Policies that share a name and mean different things: several versions of one policy, mostly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SameName {
    /// The shared name.
    pub display_name: String,
    /// One place for each meaning, in order of reading.
    pub places: Vec<Place>,
}

/// What many files held.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Policies in order of reading.
    pub policies: Vec<ReadPolicy>,
    /// Named locations.
    pub named_locations: Vec<ReadObject>,
    /// Groups.
    pub groups: Vec<ReadObject>,
    /// Authentication strengths.
    pub authentication_strengths: Vec<ReadObject>,
    /// Names of other objects.
    pub names: Vec<ReadName>,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
    /// Policies that mean the same as an earlier one.
    pub duplicates: Vec<Duplicate>,
    /// Names with more than one meaning.
    pub same_names: Vec<SameName>,
}

/// Reads many files, each given as path and bytes, in the order given.
pub fn read_many<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Reading {
    Reading::of_files(files.into_iter().map(|(path, bytes)| read_bytes(path, bytes)))
}

impl Reading {
    /// Puts what single files held together, in the order given.
    pub fn of_files(files: impl IntoIterator<Item = FileReading>) -> Self {
        let mut reading = Self::default();
        for file in files {
            reading.add(file);
        }
        reading.compare_policies();
        reading
    }

    /// The policies without those that mean the same as an earlier one.
    pub fn distinct_policies(&self) -> impl Iterator<Item = &ReadPolicy> {
        let doubled: BTreeSet<(&str, usize)> =
            self.duplicates.iter().map(|double| (double.path.as_str(), double.index)).collect();
        self.policies.iter().filter(move |read| !doubled.contains(&(read.path.as_str(), read.index)))
    }

    fn add(&mut self, file: FileReading) {
        self.policies.extend(file.policies);
        self.named_locations.extend(file.named_locations);
        self.groups.extend(file.groups);
        self.authentication_strengths.extend(file.authentication_strengths);
        self.names.extend(file.names);
        self.skipped.extend(file.skipped);
    }

    fn compare_policies(&mut self) {
        let mut first_of: BTreeMap<[u8; 32], usize> = BTreeMap::new();
        let mut meanings: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, read) in self.policies.iter().enumerate() {
            let digest = normal_digest(&read.policy);
            if let Some(first) = first_of.get(&digest) {
                let same = &self.policies[*first];
                self.duplicates.push(Duplicate {
                    path: read.path.clone(),
                    index: read.index,
                    same_as: same.path.clone(),
                    same_as_index: same.index,
                });
                if same.policy.name() == read.policy.name() {
                    continue;
                }
            } else {
                first_of.insert(digest, at);
            }
            if !read.policy.name().is_empty() {
                meanings.entry(Policy::name(&read.policy)).or_default().push(at);
            }
        }
        self.same_names = meanings
            .into_iter()
            .filter(|(_, places)| places.len() > 1)
            .map(|(name, places)| SameName {
                display_name: name.to_owned(),
                places: places.into_iter().map(|at| self.policies[at].place()).collect(),
            })
            .collect();
    }
}

impl ReadPolicy {
    /// Where it stood.
    pub fn place(&self) -> Place {
        Place { path: self.path.clone(), index: self.index }
    }
}
