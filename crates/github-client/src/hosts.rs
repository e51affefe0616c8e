//! The hosts that are called, and the networks that are not.
//!
//! Hosts come from a closed table: github.com, and GitHub Enterprise hosts that the deployment lists. What a name resolves
//! to is looked at when connecting, so that no name of a table leads into a private network.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
};
use url::Url;

/// Where requests of one repository go, and where they may be redirected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    /// The API's root, with a slash at its end.
    pub(crate) api: Url,
    /// Hosts of redirects.
    pub(crate) redirects: Vec<String>,
}

impl Host {
    /// github.com, or a listed GitHub Enterprise host. `None` for an address that can't be made of it.
    pub(crate) fn of(enterprise: Option<&str>) -> Option<Self> {
        let (api, redirects) = match enterprise {
            None => (
                "https://api.github.com/".to_owned(),
                vec!["api.github.com".to_owned(), "codeload.github.com".to_owned()],
            ),
            // An address would not be resolved, and so not be looked at.
            Some(host) if !matches!(url::Host::parse(host), Ok(url::Host::Domain(_))) => return None,
            Some(host) => {
                (format!("https://{host}/api/v3/"), vec![host.to_owned(), format!("codeload.{host}")])
            }
        };
        Some(Self { api: Url::parse(&api).ok()?, redirects })
    }

    /// The emulator, which is all of GitHub on one origin.
    pub(crate) fn emulator(origin: &Url) -> Option<Self> {
        Some(Self { api: origin.join("/github/").ok()?, redirects: vec![origin.host_str()?.to_owned()] })
    }
}

/// A name that leads where nothing is called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} leads into a network that is not called")]
pub(crate) struct ForbiddenNetwork(pub(crate) String);

type Found = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

/// Resolves names, and leaves out addresses that are not public.
pub(crate) struct PublicOnly {
    lookup: Arc<dyn Fn(String) -> Found + Send + Sync>,
}

impl PublicOnly {
    /// By the system's resolver.
    pub(crate) fn system() -> Self {
        Self::by(|name| {
            Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
        })
    }

    pub(crate) fn by(lookup: impl Fn(String) -> Found + Send + Sync + 'static) -> Self {
        Self { lookup: Arc::new(lookup) }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let found = (self.lookup)(name.clone());
        Box::pin(async move {
            let public: Vec<SocketAddr> =
                found.await?.into_iter().filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(ForbiddenNetwork(name).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is of the public internet: IANA's special-purpose registries, as of 2026, name the others.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || address.is_broadcast()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is given out; of that, 6to4, Teredo, documentation and benchmarking lead elsewhere or nowhere.
    (first & 0xe000) == 0x2000
        && first != 0x2002
        && !(first == 0x2001 && (second == 0 || second == 2 || second == 0x0db8))
        && !(first == 0x3fff && second < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enterprise_hosts_are_names() {
        assert!(Host::of(Some("git.fabrikam.example")).is_some());
        for address in
            ["10.0.0.1", "[::1]", "0x7f.1", "2130706433", "017700000001", "0x7f000001", "127.1", "a b"]
        {
            assert_eq!(Host::of(Some(address)), None, "{address}");
        }
    }

    #[test]
    fn only_the_public_internet_is_called() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "fe80::1",
            "fc00::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "fd00:ec2::254",
            "ff02::1",
            "::",
            "192.0.0.192",
            "240.0.0.1",
            "2002:a00:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(private.parse().expect(private)), "{private}");
        }
        for public in ["140.82.121.6", "20.201.28.148", "2606:50c0:8000::153"] {
            assert!(is_public(public.parse().expect(public)), "{public}");
        }
    }
}
