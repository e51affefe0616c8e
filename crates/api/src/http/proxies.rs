//! Whom the server believes about where a request came from. Anybody can send `X-Forwarded-For`.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr};

/// The proxies in front of the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxies {
    /// None: the peer is the caller.
    #[default]
    None,
    /// One, whatever its address: the last entry of the header is what it saw. Only where nothing else reaches the server.
    Any,
    /// Those of these networks; entries that they added themselves are passed over.
    Networks(Vec<IpNet>),
}

impl Proxies {
    /// Networks such as `10.0.0.0/8`, or single addresses, separated by commas or spaces.
    ///
    /// # Errors
    /// The first part that is neither.
    pub fn networks(text: &str) -> Result<Vec<IpNet>, String> {
        text.split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(|part| {
                let alone = || part.parse::<IpAddr>().map(IpNet::from);
                part.parse::<IpNet>().or_else(|_| alone()).map_err(|_| format!("{part} is no network"))
            })
            .collect()
    }

    /// Where a request came from: `peer` holds the connection, `entries` are those of all `X-Forwarded-For` lines in order.
    /// Read from the end, the first that no proxy of ours is; what stands before it was written by strangers.
    pub fn caller<'a>(&self, peer: IpAddr, entries: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let peer = plain(peer);
        let mut told = entries.rev().map(|entry| address(entry.trim()));
        match self {
            Self::None => peer,
            Self::Any => told.next().flatten().unwrap_or(peer),
            Self::Networks(networks) => {
                let ours = |address: &IpAddr| networks.iter().any(|network| network.contains(address));
                let mut caller = peer;
                while ours(&caller) {
                    // An entry that is no address can't be passed over either.
                    let Some(Some(before)) = told.next() else { break };
                    caller = before;
                }
                caller
            }
        }
    }
}

/// An entry, with or without a port.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(entry);
    let found = bare.parse().ok().or_else(|| entry.parse::<std::net::SocketAddr>().ok().map(|a| a.ip()));
    found.map(plain)
}

/// IPv4 as such also where a socket of both families wraps it.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => Ipv6Addr::to_ipv4_mapped(&v6).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(proxies: &Proxies, peer: &str, header: &str) -> String {
        proxies.caller(peer.parse().unwrap(), header.split(',').filter(|e| !e.is_empty())).to_string()
    }

    #[test]
    fn without_proxies_the_header_is_what_anybody_says() {
        assert_eq!(caller(&Proxies::None, "192.0.2.7", "203.0.113.1"), "192.0.2.7");
    }

    #[test]
    fn any_proxy_is_believed_about_the_last_entry() {
        assert_eq!(caller(&Proxies::Any, "10.0.0.1", "1.1.1.1, 203.0.113.1"), "203.0.113.1");
        assert_eq!(caller(&Proxies::Any, "10.0.0.1", ""), "10.0.0.1");
        assert_eq!(caller(&Proxies::Any, "10.0.0.1", "203.0.113.1, unknown"), "10.0.0.1");
    }

    #[test]
    fn networks_are_passed_over_from_the_end_and_nobody_else_is_believed() {
        let networks = Proxies::Networks(Proxies::networks("10.0.0.0/8, 127.0.0.1 fd00::/8").unwrap());
        for (peer, header, expected) in [
            // A stranger that sends the header himself.
            ("192.0.2.7", "203.0.113.1", "192.0.2.7"),
            ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
            ("::ffff:10.0.0.1", "203.0.113.1", "203.0.113.1"),
            ("127.0.0.1", "203.0.113.1, 10.0.0.2, fd00::1", "203.0.113.1"),
            // What a stranger put in front of the proxy's own entry.
            ("10.0.0.1", "10.0.0.9, 203.0.113.1", "203.0.113.1"),
            ("10.0.0.1", "6.6.6.6, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.1, nonsense", "10.0.0.1"),
            ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
            ("10.0.0.1", "203.0.113.1:4711", "203.0.113.1"),
            ("10.0.0.1", "[2001:db8::5]:4711", "2001:db8::5"),
            ("10.0.0.1", "::ffff:203.0.113.1", "203.0.113.1"),
        ] {
            assert_eq!(caller(&networks, peer, header), expected, "{peer} {header}");
        }
    }

    #[test]
    fn what_is_no_network_is_told() {
        assert_eq!(Proxies::networks(" ").unwrap(), []);
        assert!(Proxies::networks("10.0.0.0/33").is_err());
        assert!(Proxies::networks("proxy.example").is_err());
    }
}
