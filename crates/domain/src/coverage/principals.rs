//! Workload identities and agents as atoms: those that policies name, and every other one.

use super::cell::Atoms;
use crate::{
    normal::{Field, NormalPolicy, NormalValue},
    policy::FilterMode,
};
use std::collections::BTreeSet;

/// Rules beyond this many are not told apart.
const MOST_FILTERS: usize = 3;

/// One kind of principals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Principal {
    /// Whether it is an agent's user account.
    pub(crate) agent_user: bool,
    /// The object id; `None` for every one that no policy names.
    pub(crate) id: Option<String>,
    /// Which rules over custom attributes hold, by place in [`Principals::filters`].
    pub(crate) matches: Vec<bool>,
}

/// The fields in which a policy names one sort of principals.
struct Sort {
    agent_user: bool,
    include: Field,
    exclude: Field,
    filter: Field,
}

/// The dimension of principals that are no people.
#[derive(Debug, Clone)]
pub(crate) struct Principals {
    pub(crate) atoms: Vec<Principal>,
    pub(crate) filters: Vec<String>,
    agents: bool,
}

fn sorts(agents: bool) -> Vec<Sort> {
    if agents {
        vec![
            Sort {
                agent_user: false,
                include: Field::IncludeAgentIdentities,
                exclude: Field::ExcludeAgentIdentities,
                filter: Field::AgentIdentityFilter,
            },
            Sort {
                agent_user: true,
                include: Field::IncludeAgentUsers,
                exclude: Field::ExcludeAgentUsers,
                filter: Field::AgentFilter,
            },
        ]
    } else {
        vec![Sort {
            agent_user: false,
            include: Field::IncludeServicePrincipals,
            exclude: Field::ExcludeServicePrincipals,
            filter: Field::ServicePrincipalFilter,
        }]
    }
}

impl Principals {
    pub(crate) fn of<'p>(policies: impl Iterator<Item = &'p NormalPolicy> + Clone, agents: bool) -> Self {
        let sorts = sorts(agents);
        let mut filters = BTreeSet::new();
        for policy in policies.clone() {
            for sort in &sorts {
                if let Some(NormalValue::Rule(_, rule)) = policy.fields.get(&sort.filter) {
                    filters.insert(rule.clone());
                }
            }
        }
        let filters: Vec<String> = filters.into_iter().take(MOST_FILTERS).collect();
        let mut atoms = Vec::new();
        for sort in &sorts {
            let mut ids: BTreeSet<Option<String>> = BTreeSet::from([None]);
            for policy in policies.clone() {
                for field in [&sort.include, &sort.exclude] {
                    let objects = policy
                        .set(field)
                        .iter()
                        .filter(|item| matches!(item, crate::normal::Item::Object(_)));
                    ids.extend(objects.map(|item| Some(item.id().to_owned())));
                }
            }
            for id in ids {
                for combination in 0..1usize << filters.len() {
                    let matches = (0..filters.len()).map(|at| combination >> at & 1 == 1).collect();
                    atoms.push(Principal { agent_user: sort.agent_user, id: id.clone(), matches });
                }
            }
        }
        Self { atoms, filters, agents }
    }

    /// Whom a policy covers.
    pub(crate) fn covered(&self, policy: &NormalPolicy) -> Atoms {
        let sorts = sorts(self.agents);
        let covers = |atom: &Principal| {
            sorts.iter().filter(|sort| sort.agent_user == atom.agent_user).any(|sort| {
                let listed = |field: &Field| {
                    policy.set(field).iter().any(|item| {
                        item.is("All")
                            || item.is("ServicePrincipalsInMyTenant")
                            || Some(item.id()) == atom.id.as_deref()
                    })
                };
                let filtered = match policy.fields.get(&sort.filter) {
                    Some(NormalValue::Rule(mode, rule)) => {
                        let holds =
                            self.filters.iter().position(|known| known == rule).map(|at| atom.matches[at]);
                        match mode {
                            FilterMode::Exclude => holds == Some(false),
                            _ => holds == Some(true),
                        }
                    }
                    _ => true,
                };
                listed(&sort.include) && filtered && !listed(&sort.exclude)
            })
        };
        let covered = self.atoms.iter().enumerate().filter(|(_, atom)| covers(atom)).map(|(at, _)| at);
        Atoms::of(self.atoms.len(), covered)
    }
}
