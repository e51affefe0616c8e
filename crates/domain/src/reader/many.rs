//! Many files as one set: what each held, which policies are the same, which only share a name.

use super::{FileReading, ReadName, ReadObject, ReadPolicy, STATELESS, Skipped, read_bytes, read_noted};
use crate::{normal::normal_digest, policy::Policy, policy_notes::PolicyNotes};
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
    /// What is said of policies, by key in the set.
    pub notes: BTreeMap<String, PolicyNotes>,
    /// Whether a migration table of an export was among the files.
    pub migration_table: bool,
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
        let (mut states, mut stateless) = (Vec::new(), Vec::new());
        for mut file in files {
            if let (Some(state), Some(skipped)) = (file.manifest_state.take(), file.skipped.first()) {
                states.push((folder(&skipped.path).to_owned(), state));
            }
            let before = reading.policies.len();
            stateless.extend(file.stateless.drain(..).map(|at| before + at));
            reading.add(file);
        }
        for at in stateless {
            reading.policies[at].take_state(&states);
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
        self.notes.extend(file.notes);
        self.migration_table |= file.migration_table;
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

/// The folder of a path, with the slash behind it; empty for the outermost one.
fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

impl ReadPolicy {
    /// Takes the state that the nearest manifest above gives; `states` by folder.
    fn take_state(&mut self, states: &[(String, String)]) {
        let nearest = states
            .iter()
            .filter(|(folder, _)| self.path.starts_with(folder.as_str()))
            .max_by_key(|(folder, _)| folder.len());
        let Some((_, state)) = nearest else { return };
        self.raw["state"] = state.as_str().into();
        let notes: Vec<String> = self
            .warnings
            .iter()
            .filter(|warning| warning.path.is_empty() && warning.message != STATELESS)
            .map(|warning| warning.message.clone())
            .collect();
        let said = "is an intent; its state is the one that the manifest gives";
        let (policy, mut warnings) = read_noted(&self.raw, std::iter::once(said));
        for message in notes {
            if !warnings.iter().any(|warning| warning.message == message) {
                warnings.insert(0, crate::policy::Warning { path: String::new(), message });
            }
        }
        (self.policy, self.warnings) = (policy, warnings);
    }

    /// Where it stood.
    pub fn place(&self) -> Place {
        Place { path: self.path.clone(), index: self.index }
    }
}
