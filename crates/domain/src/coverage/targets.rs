//! What is signed in to: apps that policies name, the rest of each bundle, every other app; user actions;
//! authentication contexts; traffic of Global Secure Access.
//!
//! Microsoft does not publish all members of its bundles. A named app counts as a member where its documentation lists
//! it; "another app of the bundle" is an atom of its own, so that a bundle is never taken for its known members.

use super::cell::{Atoms, has, insert};
use crate::{
    normal::{Field, Item, NormalPolicy, NormalValue},
    policy::FilterMode,
    wellknown::{ADMIN_PORTALS, AGENT_RESOURCES, OFFICE_365, bundle_of},
};
use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

/// One target that no policy divides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Target {
    /// Any app that no policy names and that is in no bundle.
    AnyOtherApp,
    /// An app by client id, in lower case.
    App(String),
    /// Another app of a bundle (`Office365`, `MicrosoftAdminPortals`).
    Bundle(&'static str),
    /// The resources of agents.
    AgentResources,
    /// A user action.
    UserAction(String),
    /// An authentication context.
    Context(String),
    /// A traffic profile of Global Secure Access.
    Traffic(String),
}

impl Target {
    fn is_app(&self) -> bool {
        matches!(self, Self::AnyOtherApp | Self::App(_) | Self::Bundle(_) | Self::AgentResources)
    }

    /// Whether the word `All` takes it in: every resource, traffic among them, but no action and no context.
    fn is_resource(&self) -> bool {
        self.is_app() || matches!(self, Self::Traffic(_))
    }

    fn in_bundle(&self, bundle: &str) -> bool {
        match self {
            Self::App(id) => bundle_of(id) == Some(bundle),
            Self::Bundle(own) => *own == bundle,
            _ => false,
        }
    }
}

/// One atom: a target, and which rules over custom attributes of apps hold for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TargetAtom {
    pub(crate) target: Target,
    /// By place in [`Targets::filters`].
    pub(crate) matches: Vec<bool>,
}

/// The target dimension.
#[derive(Debug, Clone)]
pub(crate) struct Targets {
    pub(crate) atoms: Vec<TargetAtom>,
    /// Distinct rules over custom security attributes of apps; their truth is free, since attributes are not read.
    pub(crate) filters: Vec<String>,
    /// Where the atoms of each named app are.
    of_app: HashMap<String, Range<usize>>,
}

/// More rules than this are not told apart by combination; the rest are taken as never relied on.
const MOST_FILTERS: usize = 3;

impl Targets {
    pub(crate) fn of<'p>(policies: impl Iterator<Item = &'p NormalPolicy>) -> Self {
        let mut targets = BTreeSet::from([
            Target::AnyOtherApp,
            Target::Bundle(OFFICE_365),
            Target::Bundle(ADMIN_PORTALS),
            Target::UserAction("urn:user:registersecurityinfo".to_owned()),
            Target::UserAction("urn:user:registerdevice".to_owned()),
        ]);
        let mut filters = BTreeSet::new();
        for policy in policies {
            for field in [Field::IncludeApplications, Field::ExcludeApplications] {
                for item in policy.set(&field) {
                    match item {
                        Item::Object(app) => drop(targets.insert(Target::App(app.id.clone()))),
                        Item::Word(word) if word == "AllAgentIdResources" => {
                            targets.insert(Target::AgentResources);
                        }
                        Item::Word(_) => {}
                    }
                }
            }
            let words = |field: Field| policy.set(&field).iter().map(|item| item.id().to_owned());
            targets.extend(words(Field::IncludeUserActions).map(Target::UserAction));
            targets.extend(words(Field::IncludeAuthenticationContexts).map(Target::Context));
            targets.extend(words(Field::IncludeTraffic).map(Target::Traffic));
            if let Some(NormalValue::Rule(_, rule)) = policy.fields.get(&Field::ApplicationFilter) {
                filters.insert(rule.clone());
            }
        }
        let filters: Vec<String> = filters.into_iter().take(MOST_FILTERS).collect();
        let (mut atoms, mut of_app) = (Vec::new(), HashMap::new());
        for target in targets {
            let free = if target.is_app() { filters.len() } else { 0 };
            if let Target::App(id) = &target {
                of_app.insert(id.clone(), atoms.len()..atoms.len() + (1 << free));
            }
            for combination in 0..1usize << free {
                let matches = (0..filters.len()).map(|at| at < free && combination >> at & 1 == 1).collect();
                atoms.push(TargetAtom { target: target.clone(), matches });
            }
        }
        Self { atoms, filters, of_app }
    }

    /// What a policy covers.
    pub(crate) fn covered(&self, policy: &NormalPolicy) -> Atoms {
        let filter = match policy.fields.get(&Field::ApplicationFilter) {
            Some(NormalValue::Rule(mode, rule)) => {
                Some((mode, self.filters.iter().position(|known| known == rule)))
            }
            _ => None,
        };
        let include = self.listed(policy, &Field::IncludeApplications);
        let exclude = self.listed(policy, &Field::ExcludeApplications);
        let covered = self.atoms.iter().enumerate().filter(|(at, atom)| {
            let matches = filter.map(|(mode, at)| (mode, at.map(|at| atom.matches[at])));
            covers(policy, &atom.target, has(&include.0, *at), has(&exclude.0, *at), matches)
        });
        Atoms::of(self.atoms.len(), covered.map(|(at, _)| at))
    }

    /// What a list of apps and words holds.
    fn listed(&self, policy: &NormalPolicy, field: &Field) -> Atoms {
        let words: Vec<&str> = policy
            .set(field)
            .iter()
            .filter_map(|item| if let Item::Word(word) = item { Some(word.as_str()) } else { None })
            .collect();
        let by_word = self
            .atoms
            .iter()
            .enumerate()
            .filter(|(_, atom)| words.iter().any(|word| in_word(&atom.target, word)))
            .map(|(at, _)| at);
        let mut listed = Atoms::of(self.atoms.len(), by_word);
        let apps = policy.set(field).iter().filter_map(|item| self.of_app.get(item.id()));
        apps.flat_map(Clone::clone).for_each(|at| insert(&mut listed.0, at));
        listed
    }
}

/// Whether a target is what a word of a list stands for.
fn in_word(target: &Target, word: &str) -> bool {
    match target {
        _ if word == "All" => target.is_resource(),
        Target::AgentResources => word == AGENT_RESOURCES,
        _ => target.in_bundle(word),
    }
}

/// Whether a policy covers a target. A rule whose truth is not told apart covers nothing that can be relied on.
fn covers(
    policy: &NormalPolicy,
    target: &Target,
    include: bool,
    exclude: bool,
    filter: Option<(&FilterMode, Option<bool>)>,
) -> bool {
    let word = |field: &Field, text: &str| policy.set(field).iter().any(|item| item.id() == text);
    match target {
        Target::UserAction(action) => word(&Field::IncludeUserActions, action),
        Target::Context(id) => word(&Field::IncludeAuthenticationContexts, id),
        _ => {
            let traffic = |profile: &str| word(&Field::IncludeTraffic, profile);
            let included = include || matches!(target, Target::Traffic(profile) if traffic(profile));
            let included = match filter {
                None => included,
                // Apps that match are in besides those that are listed, or are left out of them.
                Some((FilterMode::Exclude, matches)) => included && matches == Some(false),
                Some((_, matches)) => included || matches == Some(true),
            };
            included && !exclude
        }
    }
}
