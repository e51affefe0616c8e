//! Tenants made up for measuring: the same shape gives the same tenant, byte for byte.

mod draw;
mod policies;

use draw::Draw;
use policytab_domain::{
    facts::{Facts, Members},
    names::{NameKind, Names},
    policy_set::PolicySet,
    sign_in::{SignIn, SignInDevice, SignInLocation, SignInUser},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How policies choose people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// Many policies for all users, as published baselines have them.
    Mixed,
    /// Every policy for a few groups: many gaps.
    Narrow,
}

/// What a tenant is like.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// How many policies.
    pub policies: usize,
    /// How many classes of people with the same memberships.
    pub classes: usize,
    /// How many named locations.
    pub locations: usize,
    /// How policies choose people.
    pub breadth: Breadth,
    /// Another number gives another tenant of this shape.
    pub seed: u64,
}

/// People with the same memberships.
#[derive(Debug, Clone)]
pub struct Class {
    /// One of them each.
    pub members: Vec<Uuid>,
    /// Groups by id.
    pub groups: Vec<String>,
    /// Roles by template id.
    pub roles: Vec<String>,
    /// The kind of guest, where they are guests.
    pub guest_type: Option<&'static str>,
}

/// A tenant.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Policies as Graph gives them.
    pub policies: Vec<Value>,
    /// Names of groups and locations.
    pub names: Names,
    /// Its people.
    pub classes: Vec<Class>,
    /// Ids of named locations, with whether each is trusted.
    pub locations: Vec<(String, bool)>,
    /// Client ids and words that policies target.
    pub apps: Vec<String>,
}

pub const ROLES: [&str; 8] = [
    "62e90394-69f5-4237-9190-012177145e10",
    "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
    "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f",
];
pub const GUESTS: [&str; 4] =
    ["internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember", "serviceProvider"];
pub const PLATFORMS: [&str; 5] = ["android", "iOS", "windows", "macOS", "linux"];
const CLIENTS: [&str; 4] = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];
const KNOWN_APPS: [&str; 6] = [
    "Office365",
    "MicrosoftAdminPortals",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "00000002-0000-0ff1-ce00-000000000000",
    "00000003-0000-0ff1-ce00-000000000000",
    "0000000a-0000-0000-c000-000000000000",
];

impl Tenant {
    /// Makes a tenant up.
    pub fn new(shape: Shape) -> Self {
        let mut draw = Draw::new(shape.seed);
        let mut names = Names::new();
        let groups: Vec<String> = (0..(shape.policies / 3).clamp(8, 100)).map(|_| draw.id()).collect();
        for (at, id) in groups.iter().enumerate() {
            let name = if at == 0 { "Emergency access".to_owned() } else { format!("Group {at}") };
            names.insert(NameKind::Group, id, &name, None);
        }
        let locations: Vec<(String, bool)> =
            (0..shape.locations).map(|at| (draw.id(), at % 2 == 1)).collect();
        for (at, (id, trusted)) in locations.iter().enumerate() {
            let name = format!("Location {at}");
            let body = json!({"id": id, "displayName": name, "isTrusted": trusted,
                "ipRanges": [{"cidrAddress": format!("198.51.100.{at}/32")}]});
            names.insert(NameKind::NamedLocation, id, &name, Some(body));
        }
        let own_apps = (0..(shape.policies / 8).clamp(2, 30)).map(|_| draw.id());
        let apps: Vec<String> = KNOWN_APPS.iter().map(|app| (*app).to_owned()).chain(own_apps).collect();
        let policies = policies::policies(&mut draw, shape, &groups, &locations, &apps);
        let classes = (0..shape.classes.max(2)).map(|at| class(&mut draw, at, &groups)).collect();
        Self { policies, names, classes, locations, apps }
    }

    /// Its policies, read.
    pub fn policy_set(&self) -> PolicySet {
        PolicySet::of_bodies(&self.policies, self.names.clone())
    }

    /// Who is in which group and role.
    pub fn facts(&self) -> Facts {
        let mut memberships: BTreeMap<(NameKind, String), Members> = BTreeMap::new();
        for class in &self.classes {
            let groups = class.groups.iter().map(|id| (NameKind::Group, id.clone()));
            for key in groups.chain(class.roles.iter().map(|id| (NameKind::Role, id.clone()))) {
                memberships.entry(key).or_default().ids.extend(&class.members);
            }
        }
        for members in memberships.values_mut() {
            members.ids.sort_unstable();
            members.head_count = u64::try_from(members.ids.len()).unwrap_or(u64::MAX);
            members.complete = true;
        }
        let people = self.classes.iter().map(|class| class.members.len()).sum::<usize>();
        Facts { memberships, people: u64::try_from(people).ok(), ..Facts::default() }
    }

    /// Sign-ins of its people.
    pub fn sign_ins(&self, count: usize, seed: u64) -> Vec<SignIn> {
        let mut draw = Draw::new(seed);
        (0..count).map(|_| self.sign_in(&mut draw)).collect()
    }

    fn sign_in(&self, draw: &mut Draw) -> SignIn {
        let class = draw.one(&self.classes);
        let places: Vec<&(String, bool)> = (0..draw.below(3)).map(|_| draw.one(&self.locations)).collect();
        let mut word = |words: &[&str]| Some((*draw.one(words)).to_owned());
        let mut sign_in = SignIn {
            client_app: word(&CLIENTS),
            platform: word(&PLATFORMS),
            sign_in_risk: word(&["none", "none", "none", "low", "medium", "high"]),
            user_risk: word(&["none", "none", "none", "low", "medium", "high"]),
            location: SignInLocation {
                trusted: places.iter().any(|place| place.1),
                named_locations: places.into_iter().map(|place| place.0.clone()).collect(),
            },
            user: Some(SignInUser {
                id: class.members.first().map(Uuid::to_string),
                user_type: class.guest_type.map(str::to_owned),
                groups: class.groups.clone(),
                roles: class.roles.clone(),
                ..SignInUser::default()
            }),
            ..SignIn::default()
        };
        sign_in.application = Some(draw.one(&self.apps).clone());
        if draw.chance(0.5) {
            sign_in.device = SignInDevice { compliant: Some(draw.chance(0.7)), ..SignInDevice::default() };
        }
        sign_in
    }
}

fn class(draw: &mut Draw, at: usize, groups: &[String]) -> Class {
    let members = (0..1 + draw.below(4)).map(|_| draw.uuid()).collect();
    // The first class is the emergency access accounts.
    if at == 0 {
        let (groups, roles) = (vec![groups[0].clone()], vec![ROLES[0].to_owned()]);
        return Class { members, groups, roles, guest_type: None };
    }
    let guest_type = draw.chance(0.1).then(|| *draw.one(&GUESTS));
    let count = draw.below(6);
    let groups = draw.some(&groups[1..], count);
    let roles = if guest_type.is_none() && draw.chance(0.1) {
        draw.some(&ROLES.map(str::to_owned), 2)
    } else {
        Vec::new()
    };
    Class { members, groups, roles, guest_type }
}
