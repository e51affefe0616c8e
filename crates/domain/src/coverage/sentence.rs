//! One concrete sign-in in words.

use super::{
    cell::Dim,
    named::listed,
    people::{Class, Heads, Home, People},
    scales::{NONE, Scale, UNKNOWN_PLATFORM},
    space::{Kind, Who},
    targets::Target,
    tell::{Teller, lower},
    wording::{self, risk_noun},
};
use crate::{
    names::NameKind,
    normal::Field,
    policy::Evolvable,
    wellknown::{MFA_TRUSTED_IPS_LOCATION_ID, OFFICE_365},
    words::display_word,
};

impl Teller<'_> {
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
                known => format!("on {}", display_word(&Field::IncludePlatforms, known)),
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
        for (scale, dim) in [
            (&self.space.sign_in_risk, Dim::SignInRisk),
            (&self.space.user_risk, Dim::UserRisk),
            (&self.space.insider_risk, Dim::InsiderRisk),
        ] {
            let word = &scale.words[at(dim)];
            if word != NONE {
                risks.push(format!("{word} {}", risk_noun(self.space.kind, dim)));
            }
        }
        if !risks.is_empty() {
            said.push(format!("with {}", risks.join(" and ")));
        }
        let flow = &self.space.flows.words[at(Dim::Flow)];
        if flow != NONE {
            said.push(wording::flows(&[flow.as_str()], &self.space.flows.words));
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
