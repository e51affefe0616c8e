//! Where a sign-in comes from: in which named locations an address or a position is at once, and whether that is trusted.
//!
//! Addresses: which combinations of IP ranges an address can be in is worked out from the ranges. Countries: any address
//! may be in any country, since who holds it is Microsoft's to say. A location whose content is not known can be
//! anywhere, and is taken alone and together with each other one. MFA trusted IPs can't be read: any address may be one
//! of them, which makes it trusted.

use super::cell::Atoms;
use crate::{
    json::member,
    names::{NameKind, Names},
    normal::{Field, Item, NormalPolicy},
    wellknown::{COMPLIANT_NETWORK_LOCATION_ID, MFA_TRUSTED_IPS_LOCATION_ID},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most atoms.
const MOST: usize = 1_024;
/// Most steps of the sweep over addresses, counted in locations that are open at each.
const MOST_STEPS: usize = 1_000_000;

/// A place that no policy divides: the named locations it is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Whether one of them is trusted.
    pub(crate) trusted: bool,
    /// By place in [`Places::locations`], sorted.
    pub(crate) locations: Vec<usize>,
}

/// The location dimension.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Ids of the named locations that policies or trust tell apart.
    pub(crate) locations: Vec<String>,
    pub(crate) atoms: Vec<Place>,
    /// Whether every combination of locations is an atom.
    pub(crate) exact: bool,
}

/// What is known of one location.
enum Content {
    Addresses(Vec<(bool, u128, u128)>),
    Countries { codes: BTreeSet<String>, unknown: bool, by_gps: bool },
    CompliantNetwork,
    Unknown,
}

struct Known {
    id: String,
    trusted: bool,
    content: Content,
}

impl Places {
    pub(crate) fn of<'p>(policies: impl Iterator<Item = &'p NormalPolicy>, names: &Names) -> Self {
        let mut used: BTreeSet<String> = BTreeSet::new();
        let mut trust = false;
        for policy in policies {
            for field in [Field::IncludeLocations, Field::ExcludeLocations] {
                for item in policy.set(&field) {
                    match item {
                        Item::Object(object) => drop(used.insert(object.id.clone())),
                        Item::Word(word) => trust |= word == "AllTrusted",
                    }
                }
            }
        }
        let mfa_named = used.contains(MFA_TRUSTED_IPS_LOCATION_ID);
        if trust {
            // What is trusted matters wherever trust is asked for, named or not.
            let trusted = names.entries().filter(|(kind, _, entry)| {
                *kind == NameKind::NamedLocation && entry.body.as_ref().is_some_and(is_trusted)
            });
            used.extend(trusted.map(|(_, id, _)| id.to_owned()));
            used.insert(MFA_TRUSTED_IPS_LOCATION_ID.to_owned());
        }
        let known: Vec<Known> = used.into_iter().map(|id| read(id, names)).collect();
        let trusted = |locations: &[usize]| locations.iter().any(|at| known[*at].trusted);
        let combinations = combinations(&known, mfa_named);
        let exact = !combinations.cut;
        let atoms: BTreeSet<Place> = combinations
            .all
            .into_iter()
            .map(|locations| Place { trusted: trusted(&locations), locations })
            .collect();
        Self {
            locations: known.into_iter().map(|one| one.id).collect(),
            atoms: atoms.into_iter().collect(),
            exact,
        }
    }

    /// The places that a list of ids and words names.
    fn listed(&self, policy: &NormalPolicy, field: &Field) -> Atoms {
        let items = policy.set(field);
        let in_list = |place: &Place| {
            items.iter().any(|item| match item {
                Item::Word(word) => word == "All" || (word == "AllTrusted" && place.trusted),
                Item::Object(object) => place.locations.iter().any(|at| self.locations[*at] == object.id),
            })
        };
        let listed = self.atoms.iter().enumerate().filter(|(_, place)| in_list(place)).map(|(at, _)| at);
        Atoms::of(self.atoms.len(), listed)
    }

    /// The places that a policy covers.
    pub(crate) fn covered(&self, policy: &NormalPolicy) -> Atoms {
        if !policy.fields.contains_key(&Field::IncludeLocations) {
            return Atoms::all(self.atoms.len());
        }
        let mut covered = self.listed(policy, &Field::IncludeLocations);
        covered.remove(&self.listed(policy, &Field::ExcludeLocations));
        covered
    }
}

fn is_trusted(body: &Value) -> bool {
    member(body, "isTrusted").and_then(Value::as_bool).unwrap_or(false)
}

fn read(id: String, names: &Names) -> Known {
    if id == MFA_TRUSTED_IPS_LOCATION_ID {
        return Known { id, trusted: true, content: Content::Unknown };
    }
    if id == COMPLIANT_NETWORK_LOCATION_ID {
        return Known { id, trusted: false, content: Content::CompliantNetwork };
    }
    let body = names.entry(NameKind::NamedLocation, &id).and_then(|entry| entry.body.as_ref());
    let Some(body) = body else { return Known { id, trusted: false, content: Content::Unknown } };
    let text = |value: &Value, name: &str| member(value, name).and_then(Value::as_str).map(str::to_owned);
    let content = if let Some(Value::Array(ranges)) = member(body, "ipRanges") {
        Content::Addresses(ranges.iter().filter_map(|range| interval(&text(range, "cidrAddress")?)).collect())
    } else if let Some(Value::Array(codes)) = member(body, "countriesAndRegions") {
        Content::Countries {
            codes: codes.iter().filter_map(Value::as_str).map(str::to_ascii_uppercase).collect(),
            unknown: member(body, "includeUnknownCountriesAndRegions").and_then(Value::as_bool) == Some(true),
            by_gps: text(body, "countryLookupMethod")
                .is_some_and(|m| m.eq_ignore_ascii_case("authenticatorAppGps")),
        }
    } else if text(body, "@odata.type").is_some_and(|kind| kind.ends_with("compliantNetworkNamedLocation")) {
        Content::CompliantNetwork
    } else {
        Content::Unknown
    };
    Known { trusted: is_trusted(body), id, content }
}

/// First and last address of a range, and whether it is one of IPv6. Host bits may be set.
fn interval(cidr: &str) -> Option<(bool, u128, u128)> {
    let (address, prefix) = cidr.trim().split_once('/').map_or((cidr.trim(), None), |(a, p)| (a, Some(p)));
    let (six, bits, value) = match address.parse::<std::net::IpAddr>().ok()? {
        std::net::IpAddr::V4(v4) => (false, 32, u128::from(v4.to_bits())),
        std::net::IpAddr::V6(v6) => (true, 128, v6.to_bits()),
    };
    let prefix: u32 = prefix.map_or(Ok(bits), str::parse).ok().filter(|prefix| *prefix <= bits)?;
    let mask = if prefix == bits { 0 } else { u128::MAX >> (128 - (bits - prefix)) };
    Some((six, value & !mask, value | mask))
}

/// Combinations of locations, up to a bound.
#[derive(Default)]
struct Combinations {
    all: BTreeSet<Vec<usize>>,
    /// Whether some are missing.
    cut: bool,
}

impl Combinations {
    fn add(&mut self, locations: impl IntoIterator<Item = usize>) {
        if self.all.len() >= MOST {
            self.cut = true;
            return;
        }
        let locations: BTreeSet<usize> = locations.into_iter().collect();
        self.all.insert(locations.into_iter().collect());
    }
}

/// Every combination of locations that a sign-in can be in at once; those that matter most first, should there be too
/// many. `mfa_named` is whether a policy names the MFA trusted IPs themselves, and not only what is trusted.
fn combinations(known: &[Known], mfa_named: bool) -> Combinations {
    let (addresses, all_addresses) = addresses(known);
    let (by_address, by_gps) = (countries(known, false), countries(known, true));
    let networks = places(known, |content| matches!(content, Content::CompliantNetwork));
    let networks: BTreeSet<Vec<usize>> =
        networks.into_iter().map(|at| vec![at]).chain([Vec::new()]).collect();
    let is_mfa = |at: usize| known[at].id == MFA_TRUSTED_IPS_LOCATION_ID;
    let unknown: Vec<usize> = places(known, |content| matches!(content, Content::Unknown));
    let mut out = Combinations { cut: !all_addresses, ..Combinations::default() };
    let factors = [&addresses, &by_address, &by_gps, &networks];
    factors.iter().for_each(|factor| factor.iter().for_each(|one| out.add(one.iter().copied())));
    unknown.iter().for_each(|at| out.add([*at]));
    'all: for address in &addresses {
        for country in &by_address {
            for position in &by_gps {
                for network in &networks {
                    let parts = [address, country, position, network];
                    out.add(parts.into_iter().flatten().copied());
                    if out.cut {
                        break 'all;
                    }
                }
            }
        }
    }
    let read: Vec<Vec<usize>> = out.all.iter().cloned().collect();
    // What is of unknown content may be anywhere: alone, and together with each other place.
    for at in unknown.iter().copied().filter(|at| !is_mfa(*at)) {
        for other in (0..known.len()).filter(|other| *other != at && !is_mfa(*other)) {
            out.add([at, other]);
        }
    }
    // Any address may be an MFA trusted IP; where it is trusted anyway, only a policy that names them can tell.
    if let Some(mfa) = unknown.iter().copied().find(|at| is_mfa(*at)) {
        for place in read.iter().filter(|place| mfa_named || !place.iter().any(|at| known[*at].trusted)) {
            out.add(place.iter().copied().chain([mfa]));
        }
    }
    out
}

fn places(known: &[Known], wanted: impl Fn(&Content) -> bool) -> Vec<usize> {
    known.iter().enumerate().filter(|(_, one)| wanted(&one.content)).map(|(at, _)| at).collect()
}

/// The combinations of IP ranges that one address can be in, swept from the lowest to the highest, and whether these are
/// all.
fn addresses(known: &[Known]) -> (BTreeSet<Vec<usize>>, bool) {
    let mut out = BTreeSet::from([Vec::new()]);
    let mut steps = 0;
    for six in [false, true] {
        // At each address: which locations begin (+1) or have ended (-1).
        let mut edges: BTreeMap<u128, Vec<(usize, i32)>> = BTreeMap::new();
        for (at, one) in known.iter().enumerate() {
            let Content::Addresses(ranges) = &one.content else { continue };
            for (_, first, last) in ranges.iter().filter(|range| range.0 == six) {
                edges.entry(*first).or_default().push((at, 1));
                if let Some(after) = last.checked_add(1) {
                    edges.entry(after).or_default().push((at, -1));
                }
            }
        }
        let mut open: BTreeMap<usize, i32> = BTreeMap::new();
        for changes in edges.into_values() {
            for (at, change) in changes {
                *open.entry(at).or_default() += change;
            }
            open.retain(|_, count| *count != 0);
            steps += open.len() + 1;
            if steps > MOST_STEPS || out.len() > MOST {
                return (out, false);
            }
            out.insert(open.keys().copied().collect());
        }
    }
    (out, true)
}

/// The combinations of country locations that one country is in, the unknown country among them.
fn countries(known: &[Known], gps: bool) -> BTreeSet<Vec<usize>> {
    let mut all: BTreeSet<&str> = BTreeSet::new();
    for one in known {
        if let Content::Countries { codes, by_gps, .. } = &one.content
            && *by_gps == gps
        {
            all.extend(codes.iter().map(String::as_str));
        }
    }
    let within = |inside: &dyn Fn(&BTreeSet<String>, bool) -> bool| -> Vec<usize> {
        places(known, |content| match content {
            Content::Countries { codes, unknown, by_gps } => *by_gps == gps && inside(codes, *unknown),
            _ => false,
        })
    };
    let mut out = BTreeSet::from([Vec::new(), within(&|_, unknown| unknown)]);
    out.extend(all.into_iter().map(|code| within(&|codes, _| codes.contains(code))));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{normal::normalise, policy::Policy};
    use serde_json::json;

    fn places(bodies: &[(&str, Value)], include: Value, exclude: Value) -> (Places, Atoms) {
        let mut names = Names::new();
        for (id, body) in bodies {
            names.insert(NameKind::NamedLocation, id, id, Some(body.clone()));
        }
        let body =
            json!({"conditions": {"locations": {"includeLocations": include, "excludeLocations": exclude}}});
        let policy = normalise(&Policy::read(&body).0, &names);
        let places = Places::of([&policy].into_iter(), &names);
        let covered = places.covered(&policy);
        (places, covered)
    }

    fn ip(trusted: bool, ranges: &[&str]) -> Value {
        let ranges: Vec<Value> = ranges.iter().map(|range| json!({"cidrAddress": range})).collect();
        json!({"isTrusted": trusted, "ipRanges": ranges})
    }

    #[test]
    fn ranges_that_overlap_give_their_overlap_and_no_more() {
        let bodies = [
            ("a", ip(false, &["10.0.0.0/8"])),
            ("b", ip(true, &["10.1.2.3/16", "2001:db8::/32"])),
            ("c", ip(false, &["192.0.2.0/24"])),
        ];
        let (places, covered) = places(&bodies, json!(["a", "b", "c"]), json!(["b"]));
        // nowhere, a, a+b (inside a), b (the IPv6 one), c.
        assert_eq!(places.atoms.len(), 5);
        assert_eq!(super::super::cell::ones(&covered.0), 2);
        assert!(places.atoms.iter().all(|place| place.trusted == place.locations.contains(&1)));
    }

    #[test]
    fn countries_meet_every_address_and_unknown_is_a_country() {
        let bodies = [
            ("a", ip(true, &["198.51.100.0/24"])),
            ("n", json!({"countriesAndRegions": ["NL", "be"], "includeUnknownCountriesAndRegions": false})),
            ("u", json!({"countriesAndRegions": ["NL"], "includeUnknownCountriesAndRegions": true})),
        ];
        let (places, _) = places(&bodies, json!(["n", "u"]), json!(["AllTrusted"]));
        // (nowhere, a, MFA trusted IPs) x (other, NL = n+u, BE = n, unknown = u); who is in a is trusted anyway.
        assert_eq!(places.atoms.len(), 12);
    }

    #[test]
    fn a_broken_range_is_no_range_and_the_whole_space_is_one() {
        assert_eq!(interval("not an address"), None);
        assert_eq!(interval("10.0.0.0/33"), None);
        assert_eq!(interval("0.0.0.0/0"), Some((false, 0, u128::from(u32::MAX))));
        assert_eq!(interval("::/0"), Some((true, 0, u128::MAX)));
        assert_eq!(interval("10.0.0.7"), Some((false, 0x0a00_0007, 0x0a00_0007)));
    }

    proptest::proptest! {
        /// Whatever stands in a range: it is none, or one that begins before it ends.
        #[test]
        fn hostile_ranges_have_a_beginning_and_an_end(
            range in proptest::prop_oneof![
                "\\PC{0,30}",
                "[0-9a-fA-F:.]{0,20}/[0-9+-]{0,5}",
                "[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}/[0-9]{1,3}",
                "[0-9a-f]{1,4}::[0-9a-f]{1,4}/[0-9]{1,3}",
            ],
        ) {
            if let Some((_, first, last)) = interval(&range) {
                proptest::prop_assert!(first <= last);
            }
        }
    }
}
