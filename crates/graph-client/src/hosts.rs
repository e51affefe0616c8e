//! The closed table of hosts.
//!
//! Invariant: a host that a secret or a token is sent to is a literal of this file, or the emulator's origin from the
//! deployment's configuration. Nothing that a person typed and nothing that a server answered ends up in one.

use crate::{GraphError, config::GraphConfig};
use policytab_domain::cloud::Cloud;
use url::Url;

/// Where one cloud's services are.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    /// Origin of the sign-in service.
    pub(crate) login: Url,
    /// Origin of Microsoft Graph.
    pub(crate) graph: Url,
    /// The scope that asks for everything granted on Microsoft Graph.
    pub(crate) scope: &'static str,
    /// `cloud_instance_name` of the cloud's OpenID configuration; `None` for the emulator.
    pub(crate) instance: Option<&'static str>,
}

/// Sign-in host, Graph host, scope, instance name: Microsoft's pages on national cloud deployments of Graph and on
/// Entra authentication in national clouds (2026). GCC without "High" lives in the worldwide service.
const fn table(cloud: Cloud) -> Option<(&'static str, &'static str, &'static str, &'static str)> {
    match cloud {
        Cloud::Global => Some((
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com",
            "https://graph.microsoft.com/.default",
            "microsoftonline.com",
        )),
        Cloud::Usgov => Some((
            "https://login.microsoftonline.us",
            "https://graph.microsoft.us",
            "https://graph.microsoft.us/.default",
            "microsoftonline.us",
        )),
        Cloud::UsgovDod => Some((
            "https://login.microsoftonline.us",
            "https://dod-graph.microsoft.us",
            "https://dod-graph.microsoft.us/.default",
            "microsoftonline.us",
        )),
        Cloud::China => Some((
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://microsoftgraph.chinacloudapi.cn/.default",
            "partner.microsoftonline.cn",
        )),
        Cloud::Emulator => None,
    }
}

impl Hosts {
    /// The hosts of a cloud. Fails for the emulator where the deployment doesn't enable it.
    pub(crate) fn of(cloud: Cloud, config: &GraphConfig) -> Result<Self, GraphError> {
        let disabled = || GraphError::CloudDisabled { cloud };
        let Some((login, graph, scope, instance)) = table(cloud) else {
            let origin = config.emulator.clone().ok_or_else(disabled)?;
            let scope = "https://graph.microsoft.com/.default";
            return Ok(Self { login: origin.clone(), graph: origin, scope, instance: None });
        };
        let parse = |text| Url::parse(text).map_err(|_| disabled());
        Ok(Self { login: parse(login)?, graph: parse(graph)?, scope, instance: Some(instance) })
    }

    /// Whether an OpenID configuration names another cloud of the table. Unknown names tell nothing.
    pub(crate) fn is_other_instance(&self, named: &str) -> bool {
        let known = Cloud::ALL.into_iter().filter_map(table).any(|(_, _, _, instance)| instance == named);
        self.instance.is_some_and(|own| known && own != named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_but_the_emulator_has_https_hosts_without_configuration() {
        let config = GraphConfig::default();
        for cloud in Cloud::ALL {
            match Hosts::of(cloud, &config) {
                Ok(hosts) => {
                    assert_eq!(hosts.login.scheme(), "https");
                    assert_eq!(hosts.graph.scheme(), "https");
                    let scope = format!("{}.default", hosts.graph);
                    assert_eq!(hosts.scope, scope, "the scope belongs to the cloud's own Graph");
                }
                Err(error) => {
                    assert_eq!(cloud, Cloud::Emulator);
                    assert!(matches!(error, GraphError::CloudDisabled { .. }));
                }
            }
        }
    }

    #[test]
    fn a_tenant_of_another_cloud_is_recognised_by_its_instance_name() {
        let hosts = Hosts::of(Cloud::Global, &GraphConfig::default()).unwrap();
        assert!(hosts.is_other_instance("microsoftonline.us"));
        assert!(!hosts.is_other_instance("microsoftonline.com"));
        assert!(!hosts.is_other_instance("something.new"));
    }
}
