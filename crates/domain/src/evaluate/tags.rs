//! Numbers for whatever policies name, so that a sign-in is one set of bits.

use crate::json::fold_id;
use foldhash::HashMap;
use std::borrow::Cow;

/// What a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
    Role,
    GuestType,
    Tenant,
    Principal,
    AgentIdentity,
    AgentUser,
    App,
    Action,
    Context,
    ClientApp,
    Platform,
    Location,
    UserRisk,
    SignInRisk,
    InsiderRisk,
    PrincipalRisk,
    AgentRisk,
    Flow,
    Rule,
}

const KINDS: usize = Kind::Rule as usize + 1;

/// Numbers by kind and text.
#[derive(Debug, Default)]
pub(super) struct Tags {
    numbers: [HashMap<String, u32>; KINDS],
    count: u32,
}

impl Tags {
    /// The number of something that a policy names.
    pub(super) fn intern(&mut self, kind: Kind, text: &str) -> u32 {
        let numbers = &mut self.numbers[kind as usize];
        *numbers.entry(folded(kind, text).into_owned()).or_insert_with(|| {
            self.count += 1;
            self.count - 1
        })
    }

    /// The number of something that a sign-in has, where some policy names it.
    pub(super) fn find(&self, kind: Kind, text: &str) -> Option<u32> {
        let numbers = &self.numbers[kind as usize];
        if numbers.is_empty() {
            return None;
        }
        numbers.get(folded(kind, text).as_ref()).copied()
    }

    /// An empty set over all numbers.
    pub(super) fn nothing(&self) -> Bits {
        Bits(vec![0; (self.count as usize).div_ceil(64)])
    }
}

/// Graph's words and apps without regard to case; ids with GUIDs in lower case; rules as they are.
fn folded(kind: Kind, text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    match kind {
        Kind::User
        | Kind::Group
        | Kind::Role
        | Kind::Tenant
        | Kind::Principal
        | Kind::AgentIdentity
        | Kind::AgentUser
        | Kind::Location => Cow::Owned(fold_id(text)),
        Kind::Rule => Cow::Borrowed(text),
        _ => Cow::Owned(text.to_ascii_lowercase()),
    }
}

/// A set of numbers.
#[derive(Debug, Clone)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn insert(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    pub(super) fn has(&self, number: u32) -> bool {
        self.0[number as usize / 64] >> (number % 64) & 1 == 1
    }

    pub(super) fn has_any(&self, numbers: &[u32]) -> bool {
        numbers.iter().any(|number| self.has(*number))
    }
}
