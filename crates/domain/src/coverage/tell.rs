//! Cells in words: whom, what, from where, with what; only what narrows the goal's own region is told, except whom and
//! what, which every region tells.

use super::{
    cell::{Atoms, Cell, Dim, atoms, is_zero},
    named::{Predicate, Predicates, Voice, named, say},
    people::{Class, Home, People, guest_types},
    principals::{Principal, Principals},
    scales::Scale,
    space::{Kind, Space, Who},
    targets::Target,
    wording::{self, risk_noun},
};
use crate::{
    names::{NameKind, Names},
    normal::Field,
    policy::Evolvable,
    wellknown::{ADMIN_PORTALS, OFFICE_365},
    words::display_word,
};
use foldhash::HashMap;
use std::cell::RefCell;

/// What words are asked for: a dimension, a set in it, and the base within which it is said.
type Asked = (Dim, Vec<u64>, Vec<u64>);

/// The named sets of each large dimension of a space; made once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Phrases {
    who: Predicates,
    targets: Predicates,
    places: Predicates,
    devices: Predicates,
    /// What was said before: goals are much alike in whom and what they are about.
    said: RefCell<HashMap<Asked, String>>,
}

impl Phrases {
    pub(crate) fn of(space: &Space, names: &Names) -> Self {
        let teller = Teller { space, names, phrases: &Self::default() };
        Self {
            who: match &space.who {
                Who::People(people) => teller.people_predicates(people),
                Who::Principals(principals) => teller.principal_predicates(principals),
            },
            targets: teller.target_predicates(),
            places: teller.place_predicates(),
            devices: teller.device_predicates(),
            said: RefCell::default(),
        }
    }
}

/// A teller of one space.
#[derive(Clone, Copy)]
pub(crate) struct Teller<'s> {
    pub(super) space: &'s Space,
    names: &'s Names,
    phrases: &'s Phrases,
}

impl<'s> Teller<'s> {
    pub(crate) fn new(space: &'s Space, names: &'s Names, phrases: &'s Phrases) -> Self {
        Self { space, names, phrases }
    }

    fn device_predicates(&self) -> Predicates {
        let space = self.space;
        let rules = space.devices.rules.iter().enumerate();
        rules
            .map(|(at, rule)| {
                let classes = space.devices.classes.classes.iter().enumerate();
                let matching = classes.filter(|(_, class)| class.holds[at]).map(|(at, _)| at);
                let matching = Atoms::of(space.devices.len(), matching);
                named(matching, format!("devices that match {}", rule.text))
            })
            .collect()
    }

    pub(crate) fn names(&self) -> &Names {
        self.names
    }

    /// A region in words; `base` is the region of the goal.
    pub(crate) fn region(&self, cell: &Cell, base: &Cell) -> String {
        let layout = &self.space.layout;
        let mut said = Vec::new();
        for dim in Dim::ALL {
            let (set, base) = (cell.dim(layout, dim), base.dim(layout, dim));
            let told = matches!(dim, Dim::Who | Dim::Target);
            if told || set != base {
                said.push(self.said(dim, set, base));
            }
        }
        said.join(" · ")
    }

    fn said(&self, dim: Dim, set: &[u64], base: &[u64]) -> String {
        let key = (dim, set.to_vec(), base.to_vec());
        if let Some(said) = self.phrases.said.borrow().get(&key) {
            return said.clone();
        }
        let said = self.dimension(dim, set, base);
        self.phrases.said.borrow_mut().insert(key, said.clone());
        said
    }

    fn dimension(&self, dim: Dim, set: &[u64], base: &[u64]) -> String {
        let words =
            |scale: &'s Scale| -> Vec<&'s str> { atoms(set).map(|at| scale.words[at].as_str()).collect() };
        let space = self.space;
        let plainly = |predicates: &'s Predicates, everything| Voice { predicates, everything, also: false };
        match dim {
            Dim::Who => {
                let everyone = match space.kind {
                    Kind::Users => "everyone",
                    Kind::Workloads => "all service principals",
                    Kind::Agents => "all agents",
                };
                let voice = Voice { predicates: &self.phrases.who, everything: everyone, also: true };
                say(set, base, &voice, |at| self.who_label(at))
            }
            Dim::Target => {
                say(set, base, &plainly(&self.phrases.targets, "everything"), |at| self.target_label(at))
            }
            Dim::Location => {
                format!(
                    "from {}",
                    say(set, base, &plainly(&self.phrases.places, "anywhere"), |at| self.place_label(at))
                )
            }
            Dim::Device => {
                format!(
                    "on {}",
                    say(set, base, &plainly(&self.phrases.devices, "any device"), |at| self.device_label(at))
                )
            }
            Dim::Client => wording::clients(&words(&space.clients)),
            Dim::Platform => wording::platforms(&words(&space.platforms), &space.platforms.words),
            Dim::SignInRisk | Dim::UserRisk | Dim::InsiderRisk => {
                let scale = match dim {
                    Dim::SignInRisk => &space.sign_in_risk,
                    Dim::UserRisk => &space.user_risk,
                    _ => &space.insider_risk,
                };
                wording::risks(&words(scale), &scale.words, risk_noun(space.kind, dim))
            }
            Dim::Flow => wording::flows(&words(&space.flows), &space.flows.words),
        }
    }

    fn people_predicates(&self, people: &People) -> Predicates {
        let size = people.classes.len();
        let of = |wanted: &dyn Fn(&Class) -> bool| {
            let found =
                people.classes.iter().enumerate().filter(|(_, class)| wanted(class)).map(|(at, _)| at);
            Atoms::of(size, found)
        };
        // The plainest are those with the fewest memberships, members of the directory first.
        let named = |set: Atoms, text: String| {
            let rank =
                |at: &usize| (people.classes[*at].keys.len(), people.classes[*at].guest.is_some(), *at);
            let plain = atoms(&set.0).min_by_key(rank).unwrap_or_default();
            Predicate { set, plain, text }
        };
        let mut out: Predicates = vec![
            named(of(&|_| true), "everyone".to_owned()),
            named(of(&|class| class.guest.is_none()), "all members of the directory".to_owned()),
            named(of(&|class| class.guest.is_some()), "guests and external users".to_owned()),
            named(of(&|class| class.emergency), "emergency access accounts".to_owned()),
        ];
        for kind in guest_types() {
            let label = plural(&display_word(&Field::IncludeGuests, kind.as_str()));
            out.push(named(of(&|class| class.guest.as_ref().is_some_and(|(own, _)| *own == kind)), label));
        }
        for (key, of_key) in people.keys.iter().zip(&people.of_key) {
            out.push(named(of_key.clone(), self.key_label(key)));
        }
        out.retain(|predicate| !is_zero(&predicate.set.0));
        out
    }

    fn principal_predicates(&self, principals: &Principals) -> Predicates {
        let size = principals.atoms.len();
        let of = |wanted: &dyn Fn(&Principal) -> bool, text: &str| {
            let found =
                principals.atoms.iter().enumerate().filter(|(_, atom)| wanted(atom)).map(|(at, _)| at);
            named(Atoms::of(size, found), text.to_owned())
        };
        let mut out: Predicates = if self.space.kind == Kind::Agents {
            vec![
                of(&|_| true, "all agents"),
                of(&|atom| !atom.agent_user, "all agent identities"),
                of(&|atom| atom.agent_user, "all agent users"),
            ]
        } else {
            vec![of(&|_| true, "all service principals")]
        };
        for (at, rule) in principals.filters.iter().enumerate() {
            out.push(of(&|atom| atom.matches[at], &format!("those that match {rule}")));
        }
        out
    }

    fn key_label(&self, (kind, id): &(NameKind, String)) -> String {
        let name = self.name(*kind, id);
        match kind {
            NameKind::Group => format!("members of {name}"),
            NameKind::Role => format!("holders of {name}"),
            _ => name,
        }
    }

    /// A name, or what there is instead of one.
    pub(crate) fn name(&self, kind: NameKind, id: &str) -> String {
        self.names.name(kind, id).map_or_else(|| format!("{} {id}", kind.noun()), str::to_owned)
    }

    /// One class of people or one principal.
    pub(crate) fn who_label(&self, at: usize) -> String {
        let people = match &self.space.who {
            Who::People(people) => people,
            Who::Principals(principals) => {
                let atom = &principals.atoms[at];
                let noun = match (self.space.kind, atom.agent_user) {
                    (Kind::Agents, true) => "agent user",
                    (Kind::Agents, false) => "agent identity",
                    _ => "service principal",
                };
                return match &atom.id {
                    Some(id) => self
                        .names
                        .name(NameKind::ServicePrincipal, id)
                        .map_or_else(|| format!("{noun} {id}"), |name| format!("{noun} {name}")),
                    None if principals
                        .atoms
                        .iter()
                        .any(|other| other.agent_user == atom.agent_user && other.id.is_some()) =>
                    {
                        format!("any other {noun}")
                    }
                    None => format!("{} {noun}", if noun.starts_with('a') { "an" } else { "a" }),
                };
            }
        };
        let class = &people.classes[at];
        let mut said: Vec<String> = Vec::new();
        if let Some((kind, home)) = &class.guest {
            let mut guest = plural(&display_word(&Field::IncludeGuests, kind.as_str()));
            if let Home::Tenant(tenant) = home {
                guest.push_str(&format!(" of tenant {tenant}"));
            }
            said.push(guest);
        }
        said.extend(class.keys.iter().map(|key| self.key_label(&people.keys[*key])));
        if said.is_empty() {
            return "everyone who is in none of the named groups and roles".to_owned();
        }
        let one = class.guest.is_none()
            && class.keys.first().is_some_and(|key| people.keys[*key].0 == NameKind::User);
        let said = said.join(if one { " who is also one of the " } else { " who are also " });
        let guests_too = class.guest.is_none()
            && people.classes.iter().any(|other| other.guest.is_some() && other.keys == class.keys);
        if guests_too { format!("{said} (no guests)") } else { said }
    }

    fn target_predicates(&self) -> Predicates {
        let targets = &self.space.targets;
        let size = targets.atoms.len();
        let of = |wanted: &dyn Fn(&Target) -> bool| {
            let found =
                targets.atoms.iter().enumerate().filter(|(_, atom)| wanted(&atom.target)).map(|(at, _)| at);
            Atoms::of(size, found)
        };
        // The plainest of a suite are its apps that no policy names, which come last: two named apps are no suite.
        let suite = |set: Atoms, text: &str| {
            let plain = atoms(&set.0).last().unwrap_or_default();
            Predicate { set, plain, text: text.to_owned() }
        };
        let bundle = |name: &'static str| {
            move |target: &Target| match target {
                Target::App(id) => crate::wellknown::bundle_of(id) == Some(name),
                Target::Bundle(own) => *own == name,
                _ => false,
            }
        };
        let mut out: Predicates = vec![
            named(
                of(&|target| {
                    !matches!(target, Target::UserAction(_) | Target::Context(_) | Target::Traffic(_))
                }),
                "all apps".to_owned(),
            ),
            // The word All of a policy takes in the traffic of Global Secure Access too.
            named(
                of(&|target| !matches!(target, Target::UserAction(_) | Target::Context(_))),
                "all apps and traffic".to_owned(),
            ),
            suite(of(&bundle(OFFICE_365)), "Office 365"),
            suite(of(&bundle(ADMIN_PORTALS)), "Microsoft admin portals"),
        ];
        let mut last: Option<&Target> = None;
        for (at, atom) in targets.atoms.iter().enumerate() {
            if last != Some(&atom.target) {
                out.push(named(of(&|target| *target == atom.target), self.target_name(at)));
                last = Some(&atom.target);
            }
        }
        for (at, rule) in targets.filters.iter().enumerate() {
            let matching =
                targets.atoms.iter().enumerate().filter(|(_, atom)| atom.matches[at]).map(|(at, _)| at);
            out.push(named(Atoms::of(size, matching), format!("apps that match {rule}")));
        }
        out
    }

    pub(super) fn target_name(&self, at: usize) -> String {
        match &self.space.targets.atoms[at].target {
            Target::App(id) => self.name(NameKind::Application, id),
            Target::Bundle(name) if *name == OFFICE_365 => "other apps of Office 365".to_owned(),
            Target::Bundle(_) => "other Microsoft admin portals".to_owned(),
            Target::AnyOtherApp => "apps that no policy names".to_owned(),
            Target::AgentResources => "the resources of agents".to_owned(),
            Target::UserAction(action) => display_word(&Field::IncludeUserActions, action),
            Target::Context(id) => self.name(NameKind::AuthenticationContext, id),
            Target::Traffic(profile) => display_word(&Field::IncludeTraffic, profile),
        }
    }

    /// One target.
    pub(crate) fn target_label(&self, at: usize) -> String {
        let atom = &self.space.targets.atoms[at];
        let rules: Vec<&str> = self
            .space
            .targets
            .filters
            .iter()
            .zip(&atom.matches)
            .filter(|(_, holds)| **holds)
            .map(|(rule, _)| rule.as_str())
            .collect();
        let name = self.target_name(at);
        if rules.is_empty() { name } else { format!("{name} (matching {})", rules.join("; ")) }
    }

    fn place_predicates(&self) -> Predicates {
        let places = &self.space.places;
        let size = places.atoms.len();
        let of = |wanted: &dyn Fn(usize) -> bool| Atoms::of(size, (0..size).filter(|at| wanted(*at)));
        let mut out: Predicates = Vec::new();
        if places.atoms.iter().any(|place| place.trusted) {
            out.push(named(of(&|at| places.atoms[at].trusted), "trusted locations".to_owned()));
            out.push(named(of(&|at| !places.atoms[at].trusted), "untrusted locations".to_owned()));
        }
        for (at, id) in places.locations.iter().enumerate() {
            let label = self.name(NameKind::NamedLocation, id);
            out.push(named(of(&|place| places.atoms[place].locations.contains(&at)), label));
        }
        out
    }

    /// One place.
    pub(crate) fn place_label(&self, at: usize) -> String {
        let place = &self.space.places.atoms[at];
        if place.locations.is_empty() {
            return "places in no named location".to_owned();
        }
        let names: Vec<String> = place
            .locations
            .iter()
            .map(|at| self.name(NameKind::NamedLocation, &self.space.places.locations[*at]))
            .collect();
        names.join(" and at once ")
    }

    /// One class of devices.
    pub(crate) fn device_label(&self, at: usize) -> String {
        let class = &self.space.devices.classes.classes[at];
        if class.properties.is_empty() && at == 0 {
            return "unregistered devices".to_owned();
        }
        let said: Vec<String> =
            class.properties.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect();
        if said.is_empty() {
            "registered devices".to_owned()
        } else {
            format!("devices with {}", said.join(", "))
        }
    }
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn plural(word: &str) -> String {
    let word = lower(word);
    if word.ends_with('s') { word } else { format!("{word}s") }
}

/// The first letter small, unless the word is an abbreviation or a name.
pub(super) fn lower(word: &str) -> String {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            format!("{}{}", first.to_lowercase(), &word[first.len_utf8()..])
        }
        _ => word.to_owned(),
    }
}
