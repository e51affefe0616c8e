//! Cells in words: whom, what, from where, with what; only what narrows the goal's own region is told, except whom and
//! what, which every region tells.

use super::{
    cell::{Atoms, Cell, Dim, atoms, is_zero, within},
    people::{Class, Heads, Home, People, guest_types},
    scales::{NONE, Scale, UNKNOWN_PLATFORM},
    space::{Kind, Space, Who},
    targets::Target,
};
use std::cmp::Reverse;

use crate::{
    names::{NameKind, Names},
    normal::Field,
    policy::Evolvable,
    wellknown::{ADMIN_PORTALS, MFA_TRUSTED_IPS_LOCATION_ID, OFFICE_365},
    words::display_word,
};

/// Most parts that are listed before "and … more".
const MOST_PARTS: usize = 4;

/// Sets of atoms with a name, to say a set with few words.
pub(crate) type Predicates = Vec<(Atoms, String)>;

/// The named sets of each large dimension of a space; made once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Phrases {
    who: Predicates,
    targets: Predicates,
    places: Predicates,
    devices: Predicates,
}

impl Phrases {
    pub(crate) fn of(space: &Space, names: &Names) -> Self {
        let teller = Teller { space, names, phrases: &Self::default() };
        Self {
            who: match &space.who {
                Who::People(people) => teller.people_predicates(people),
                Who::Principals(_) => Vec::new(),
            },
            targets: teller.target_predicates(),
            places: teller.place_predicates(),
            devices: teller.device_predicates(),
        }
    }
}

/// A teller of one space.
pub(crate) struct Teller<'s> {
    space: &'s Space,
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
                (matching, format!("devices that match {}", rule.text))
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
                said.push(self.dimension(dim, set, base));
            }
        }
        said.join(" · ")
    }

    fn dimension(&self, dim: Dim, set: &[u64], base: &[u64]) -> String {
        let scale = |scale: &Scale, field: Field, lead: &str| {
            let words: Vec<String> = atoms(set).map(|at| scale_word(&field, &scale.words[at])).collect();
            format!("{lead}{}", listed(&words, "or"))
        };
        match dim {
            Dim::Who => self.say(set, base, &self.phrases.who, "everyone", |at| self.who_label(at)),
            Dim::Target => {
                self.say(set, base, &self.phrases.targets, "everything", |at| self.target_label(at))
            }
            Dim::Location => {
                format!(
                    "from {}",
                    self.say(set, base, &self.phrases.places, "anywhere", |at| self.place_label(at))
                )
            }
            Dim::Device => {
                format!(
                    "on {}",
                    self.say(set, base, &self.phrases.devices, "any device", |at| self.device_label(at))
                )
            }
            Dim::Client => scale(&self.space.clients, Field::ClientAppTypes, "with "),
            Dim::Platform => scale(&self.space.platforms, Field::IncludePlatforms, "on "),
            Dim::SignInRisk => match self.space.kind {
                Kind::Users => scale(&self.space.sign_in_risk, Field::SignInRiskLevels, "sign-in risk "),
                Kind::Workloads => scale(&self.space.sign_in_risk, Field::SignInRiskLevels, "risk "),
                Kind::Agents => scale(&self.space.sign_in_risk, Field::SignInRiskLevels, "agent risk "),
            },
            Dim::UserRisk => scale(&self.space.user_risk, Field::UserRiskLevels, "user risk "),
            Dim::InsiderRisk => scale(&self.space.insider_risk, Field::InsiderRiskLevels, "insider risk "),
            Dim::Flow => {
                if atoms(set).all(|at| self.space.flows.words[at] == NONE) {
                    "without a special flow".to_owned()
                } else {
                    scale(&self.space.flows, Field::TransferMethods, "by ")
                }
            }
        }
    }

    /// A set within a base: by what it is, or by what it leaves out, whichever is shorter.
    fn say(
        &self,
        set: &[u64],
        base: &[u64],
        predicates: &Predicates,
        everything: &str,
        label: impl Fn(usize) -> String,
    ) -> String {
        let universe = predicates_universe(base.len(), predicates, set, base);
        if set == base {
            return if within(&universe, base) {
                everything.to_owned()
            } else {
                parts(base, base, predicates, &label).join(", ")
            };
        }
        let rest: Vec<u64> = base.iter().zip(set).map(|(base, set)| base & !set).collect();
        let of = parts(set, base, predicates, &label);
        let but = parts(&rest, base, predicates, &label);
        if of.len() <= but.len() {
            listed(&of, "and")
        } else {
            format!("{everything} except {}", listed(&but, "and"))
        }
    }

    fn people_predicates(&self, people: &People) -> Predicates {
        let size = people.classes.len();
        let of = |wanted: &dyn Fn(&Class) -> bool| {
            let found =
                people.classes.iter().enumerate().filter(|(_, class)| wanted(class)).map(|(at, _)| at);
            Atoms::of(size, found)
        };
        let mut out: Predicates = vec![
            (of(&|_| true), "everyone".to_owned()),
            (of(&|class| class.guest.is_none()), "all members of the directory".to_owned()),
            (of(&|class| class.guest.is_some()), "guests and external users".to_owned()),
            (of(&|class| class.emergency), "emergency access accounts".to_owned()),
        ];
        for kind in guest_types() {
            let label = plural(&display_word(&Field::IncludeGuests, kind.as_str()));
            out.push((of(&|class| class.guest.as_ref().is_some_and(|(own, _)| *own == kind)), label));
        }
        for (key, of_key) in people.keys.iter().zip(&people.of_key) {
            out.push((of_key.clone(), self.key_label(key)));
        }
        out.retain(|(set, _)| !is_zero(&set.0));
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
                    None => format!("any other {noun}"),
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
        let said = said.join(" who are also ");
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
        let bundle = |name: &'static str| {
            move |target: &Target| match target {
                Target::App(id) => crate::wellknown::bundle_of(id) == Some(name),
                Target::Bundle(own) => *own == name,
                _ => false,
            }
        };
        let mut out: Predicates = vec![
            (
                of(&|target| {
                    !matches!(target, Target::UserAction(_) | Target::Context(_) | Target::Traffic(_))
                }),
                "all apps".to_owned(),
            ),
            (of(&bundle(OFFICE_365)), "Office 365".to_owned()),
            (of(&bundle(ADMIN_PORTALS)), "Microsoft admin portals".to_owned()),
        ];
        let mut last: Option<&Target> = None;
        for (at, atom) in targets.atoms.iter().enumerate() {
            if last != Some(&atom.target) {
                out.push((of(&|target| *target == atom.target), self.target_name(at)));
                last = Some(&atom.target);
            }
        }
        for (at, rule) in targets.filters.iter().enumerate() {
            let matching =
                targets.atoms.iter().enumerate().filter(|(_, atom)| atom.matches[at]).map(|(at, _)| at);
            out.push((Atoms::of(size, matching), format!("apps that match {rule}")));
        }
        out
    }

    fn target_name(&self, at: usize) -> String {
        match &self.space.targets.atoms[at].target {
            Target::App(id) => self.name(NameKind::Application, id),
            Target::Bundle(name) if *name == OFFICE_365 => "other apps of Office 365".to_owned(),
            Target::Bundle(_) => "other Microsoft admin portals".to_owned(),
            Target::AnyOtherApp => "all other apps".to_owned(),
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
            out.push((of(&|at| places.atoms[at].trusted), "trusted locations".to_owned()));
            out.push((of(&|at| !places.atoms[at].trusted), "untrusted locations".to_owned()));
        }
        for (at, id) in places.locations.iter().enumerate() {
            let label = self.name(NameKind::NamedLocation, id);
            out.push((of(&|place| places.atoms[place].locations.contains(&at)), label));
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

    /// A concrete sign-in as a sentence; `missing` is what it is let in without, in words.
    pub(crate) fn sentence(&self, picked: &[usize; Dim::COUNT], missing: &[String]) -> String {
        let at = |dim: Dim| picked[dim as usize];
        let mut said = vec![match &self.space.who {
            Who::People(people) => self.person(&people.classes[at(Dim::Who)], people),
            Who::Principals(_) => capitalised(&self.who_label(at(Dim::Who))),
        }];
        if self.space.kind == Kind::Users {
            let word = |scale: &Scale, dim: Dim| scale.words[at(dim)].clone();
            said.push(match word(&self.space.clients, Dim::Client).as_str() {
                "browser" => "in a browser".to_owned(),
                "mobileAppsAndDesktopClients" => "with a mobile app or desktop client".to_owned(),
                "exchangeActiveSync" => "with Exchange ActiveSync".to_owned(),
                "other" => "with a legacy client".to_owned(),
                other => format!("with {other}"),
            });
            let platform = word(&self.space.platforms, Dim::Platform);
            said.push(match platform.as_str() {
                UNKNOWN_PLATFORM => "on an unknown platform".to_owned(),
                known => format!("on {}", scale_word(&Field::IncludePlatforms, known)),
            });
        }
        let place = &self.space.places.atoms[at(Dim::Location)];
        said.push(match place.locations.as_slice() {
            [] if self.space.places.atoms.iter().any(|place| place.trusted) => {
                "from an untrusted location".to_owned()
            }
            [] => String::new(),
            [only] if self.space.places.locations[*only] == MFA_TRUSTED_IPS_LOCATION_ID => {
                "from an MFA trusted IP".to_owned()
            }
            _ => format!("from {}", self.place_label(at(Dim::Location))),
        });
        if self.space.kind == Kind::Users && self.space.devices.len() > 1 {
            said.push(format!("on {}", singular_device(&self.device_label(at(Dim::Device)))));
        }
        let mut risks = Vec::new();
        for (scale, dim, noun) in [
            (&self.space.sign_in_risk, Dim::SignInRisk, "sign-in risk"),
            (&self.space.user_risk, Dim::UserRisk, "user risk"),
            (&self.space.insider_risk, Dim::InsiderRisk, "insider risk"),
        ] {
            let word = &scale.words[at(dim)];
            if word != NONE {
                risks.push(format!("{word} {noun}"));
            }
        }
        if !risks.is_empty() {
            said.push(format!("with {}", risks.join(" and ")));
        }
        let flow = &self.space.flows.words[at(Dim::Flow)];
        if flow != NONE {
            said.push(format!("by {}", lower(&scale_word(&Field::TransferMethods, flow))));
        }
        let target = match &self.space.targets.atoms[at(Dim::Target)].target {
            Target::UserAction(_) => format!("does \"{}\"", self.target_name(at(Dim::Target))),
            Target::Bundle(name) if *name == OFFICE_365 => "signs in to Exchange Online".to_owned(),
            Target::Bundle(_) => "signs in to an admin portal".to_owned(),
            Target::AnyOtherApp => "signs in to an app that no policy names".to_owned(),
            Target::Context(_) => {
                format!("meets the authentication context {}", self.target_name(at(Dim::Target)))
            }
            _ => format!("signs in to {}", self.target_label(at(Dim::Target))),
        };
        said.push(target);
        let without =
            if missing.is_empty() { String::new() } else { format!(" without {}", listed(missing, "and")) };
        said.retain(|part| !part.is_empty());
        format!("{}{without}.", said.join(" "))
    }

    fn person(&self, class: &Class, people: &People) -> String {
        let mut said = match &class.guest {
            None => "A person".to_owned(),
            Some((kind, home)) => {
                let word = display_word(&Field::IncludeGuests, kind.as_str());
                let word = word.trim_end_matches('s');
                let from = match home {
                    Home::Tenant(tenant) => format!(" of tenant {tenant}"),
                    Home::Elsewhere => String::new(),
                };
                format!("{} {}{from}", article(word), lower(word))
            }
        };
        let keys: Vec<String> = class
            .keys
            .iter()
            .map(|key| {
                let (kind, id) = &people.keys[*key];
                let name = self.name(*kind, id);
                match kind {
                    NameKind::Group => format!("is a member of {name}"),
                    NameKind::Role => format!("holds {name}"),
                    _ => format!("is {name}"),
                }
            })
            .collect();
        match (keys.as_slice(), class.heads, &class.guest) {
            ([], Heads::Rest(_), _) => said.push_str(" in none of the named groups and roles"),
            ([], ..) => {}
            (keys, ..) => said.push_str(&format!(" who {}", listed(keys, "and"))),
        }
        said
    }
}

/// All atoms that any predicate knows of, so that a base that holds them all is everything.
fn predicates_universe(len: usize, predicates: &Predicates, set: &[u64], base: &[u64]) -> Vec<u64> {
    let mut all = vec![0; len];
    for (words, _) in predicates {
        all.iter_mut().zip(&words.0).for_each(|(all, word)| *all |= word);
    }
    all.iter_mut().zip(set.iter().zip(base)).for_each(|(all, (set, base))| *all |= set | base);
    all
}

/// The fewest names, greedily, that together are exactly the set within the base. Of names that say as much the one
/// that says least beyond the base is taken.
fn parts(
    set: &[u64],
    base: &[u64],
    predicates: &Predicates,
    label: &impl Fn(usize) -> String,
) -> Vec<String> {
    let mut open: Vec<u64> = set.to_vec();
    let mut out = Vec::new();
    let fits = |words: &Atoms| {
        let mut any = 0;
        for ((word, base), set) in words.0.iter().zip(base).zip(set) {
            if word & base & !set != 0 {
                return false;
            }
            any |= word & base;
        }
        any != 0
    };
    let cut: Vec<(&Atoms, &str)> = predicates
        .iter()
        .filter(|(words, _)| fits(words))
        .map(|(words, name)| (words, name.as_str()))
        .collect();
    while !is_zero(&open) && out.len() <= MOST_PARTS + 8 {
        let gain = |words: &Atoms| words.0.iter().zip(&open).map(|(a, b)| (a & b).count_ones()).sum::<u32>();
        let beyond =
            |words: &Atoms| words.0.iter().zip(base).map(|(a, b)| (a & !b).count_ones()).sum::<u32>();
        let best = cut
            .iter()
            .enumerate()
            .map(|(at, (words, _))| (gain(words), at))
            .filter(|(gained, _)| *gained > 0)
            .max_by_key(|(gained, at)| (*gained, Reverse(beyond(cut[*at].0)), Reverse(*at)));
        let Some((_, at)) = best else {
            let left: Vec<usize> = atoms(&open).collect();
            out.extend(left.iter().take(MOST_PARTS).map(|at| label(*at)));
            if left.len() > MOST_PARTS {
                out.push(format!("{} more combinations", left.len() - MOST_PARTS));
            }
            break;
        };
        out.push(cut[at].1.to_owned());
        open.iter_mut().zip(&cut[at].0.0).for_each(|(open, named)| *open &= !named);
    }
    out
}

/// Words joined for people, with the rest counted where there are many.
pub(crate) fn listed(words: &[String], and: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [few @ .., last] if words.len() <= MOST_PARTS => format!("{} {and} {last}", few.join(", ")),
        many => format!("{} and {} more", many[..MOST_PARTS - 1].join(", "), many.len() - (MOST_PARTS - 1)),
    }
}

fn scale_word(field: &Field, word: &str) -> String {
    match word {
        UNKNOWN_PLATFORM => "an unknown platform".to_owned(),
        NONE => "none".to_owned(),
        word => display_word(field, word),
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
fn lower(word: &str) -> String {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            format!("{}{}", first.to_lowercase(), &word[first.len_utf8()..])
        }
        _ => word.to_owned(),
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}

fn article(word: &str) -> &'static str {
    if word.to_lowercase().starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" }
}

fn singular_device(label: &str) -> String {
    match label {
        "unregistered devices" => "an unregistered device".to_owned(),
        "registered devices" => "a registered device".to_owned(),
        other => other.replacen("devices with", "a device with", 1),
    }
}
