//! What a named location holds, so that two of different names can be told to be the same.

use crate::{
    canonical::canonical_bytes,
    json::{meaning_of, member, strings, text},
};
use serde_json::Value;
use std::{collections::BTreeSet, net::IpAddr};

/// What a named location holds. What a file leaves out is what Graph takes it for: not trusted, unknown countries left
/// out, countries looked up by address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    Addresses {
        trusted: bool,
        ranges: BTreeSet<String>,
    },
    Countries {
        unknown: bool,
        lookup: String,
        codes: BTreeSet<String>,
    },
    /// Of another kind: its canonical bytes without ids, names and dates.
    Other(Vec<u8>),
}

impl Held {
    pub(super) fn of(location: &Value) -> Self {
        let flag = |name: &str| member(location, name).and_then(Value::as_bool).unwrap_or(false);
        if let Some(Value::Array(ranges)) = member(location, "ipRanges") {
            let ranges = ranges.iter().filter_map(|range| text(range, "cidrAddress").or(range.as_str()));
            return Self::Addresses { trusted: flag("isTrusted"), ranges: ranges.map(network).collect() };
        }
        if member(location, "countriesAndRegions").is_some() {
            let lookup = text(location, "countryLookupMethod").unwrap_or("clientIpAddress");
            return Self::Countries {
                unknown: flag("includeUnknownCountriesAndRegions"),
                lookup: lookup.to_ascii_lowercase(),
                codes: strings(member(location, "countriesAndRegions"))
                    .map(|code| code.trim().to_ascii_uppercase())
                    .collect(),
            };
        }
        let mut meaning = meaning_of(location);
        if let Some(map) = meaning.as_object_mut() {
            for volatile in ["id", "displayName", "createdDateTime", "modifiedDateTime", "deletedDateTime"] {
                map.remove(volatile);
            }
        }
        Self::Other(canonical_bytes(&meaning))
    }

    /// Whether it says enough to tell it by. An empty list would be equal to every other empty one.
    pub(super) fn is_telling(&self) -> bool {
        match self {
            Self::Addresses { ranges, .. } => !ranges.is_empty(),
            Self::Countries { codes, .. } => !codes.is_empty(),
            Self::Other(_) => false,
        }
    }
}

/// A range with its host bits cleared; what is no range stays as it is.
fn network(range: &str) -> String {
    let cleared = || -> Option<String> {
        let (address, length) = range.trim().split_once('/')?;
        let length: u32 = length.parse().ok()?;
        match address.parse().ok()? {
            IpAddr::V4(address) if length <= 32 => {
                let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
                Some(format!("{}/{length}", std::net::Ipv4Addr::from(u32::from(address) & mask)))
            }
            IpAddr::V6(address) if length <= 128 => {
                let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
                Some(format!("{}/{length}", std::net::Ipv6Addr::from(u128::from(address) & mask)))
            }
            _ => None,
        }
    };
    cleared().unwrap_or_else(|| range.trim().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_host_bits_and_defaults_are_no_content() {
        let a = json!({"ipRanges": [{"cidrAddress": "192.0.2.77/24"}, {"cidrAddress": "2001:DB8::1/32"}]});
        let b = json!({"displayName": "X", "isTrusted": false, "ipRanges": [
            {"@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8::/32"},
            {"cidrAddress": "192.0.2.0/24"},
        ]});
        assert_eq!(Held::of(&a), Held::of(&b));
        let trusted = json!({"isTrusted": true, "ipRanges": b["ipRanges"]});
        assert_ne!(Held::of(&a), Held::of(&trusted));
        let countries = json!({"countriesAndRegions": ["nl", "BE"]});
        let spelt = json!({"countriesAndRegions": ["BE", "NL"], "countryLookupMethod": "clientIpAddress"});
        assert_eq!(Held::of(&countries), Held::of(&spelt));
        let gps = json!({"countriesAndRegions": ["BE", "NL"], "countryLookupMethod": "authenticatorAppGps"});
        assert_ne!(Held::of(&countries), Held::of(&gps));
        assert!(!Held::of(&json!({"ipRanges": []})).is_telling());
        assert_eq!((network("0.0.0.1/0"), network("x")), ("0.0.0.0/0".to_owned(), "x".to_owned()));
    }

    proptest::proptest! {
        /// Whatever stands in a named location: it is told, twice alike, and a range that was cleared stays as it is.
        #[test]
        fn hostile_ranges_are_read_alike(
            range in proptest::prop_oneof![
                "\\PC{0,30}",
                "[0-9a-fA-F:.]{0,20}/[0-9+-]{0,5}",
                "[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}/[0-9]{1,3}",
            ],
        ) {
            let once = network(&range);
            proptest::prop_assert_eq!(network(&once), once.clone());
            let location = json!({"ipRanges": [{"cidrAddress": range}]});
            proptest::prop_assert_eq!(Held::of(&location), Held::of(&location));
        }
    }
}
