//! Objects that are the same in every tenant, so that they need no lookup and compare by their id.

mod apps;
mod bundles;
mod roles;
mod strengths;

pub use apps::*;
pub use bundles::*;
pub use roles::*;
pub use strengths::*;

/// The place that stands for the MFA trusted IPs; it can be named in a policy, and can't be listed.
pub const MFA_TRUSTED_IPS_LOCATION_ID: &str = "00000000-0000-0000-0000-000000000000";
/// The place that stands for every compliant network of Global Secure Access.
pub const COMPLIANT_NETWORK_LOCATION_ID: &str = "3d46dbda-8382-466a-856d-eb00cbc6b910";

/// The name of a location that is the same in every tenant (Microsoft's page on the network condition).
pub fn built_in_location(id: &str) -> Option<&'static str> {
    match id {
        MFA_TRUSTED_IPS_LOCATION_ID => Some("MFA trusted IPs"),
        COMPLIANT_NETWORK_LOCATION_ID => Some("All Compliant Network locations"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_every_row_is_found() {
        for role in BUILT_IN_ROLES {
            assert_eq!(built_in_role(role.template_id).map(|r| r.name), Some(role.name));
        }
        for (client_id, name) in FIRST_PARTY_APPS {
            assert_eq!(first_party_app(client_id), Some(name));
        }
        for (apps, bundle) in [(&OFFICE_365_APPS[..], OFFICE_365), (&ADMIN_PORTAL_APPS, ADMIN_PORTALS)] {
            assert!(apps.is_sorted());
            for client_id in apps {
                assert!(first_party_app(client_id).is_some(), "{client_id} has a name");
                assert_eq!(bundle_of(client_id), Some(bundle));
            }
        }
        for id in HIGHLY_PRIVILEGED_ROLES.into_iter().chain(TEMPLATE_ADMIN_ROLES) {
            assert!(built_in_role(id).is_some());
        }
        assert_eq!(built_in_role("nothing"), None);
    }

    #[test]
    fn each_strength_allows_no_more_than_the_weaker_one_before_it() {
        for pair in BUILT_IN_STRENGTHS.windows(2) {
            let weaker = pair[0].allowed_combinations;
            assert!(pair[1].allowed_combinations.iter().all(|one| weaker.contains(one)));
            assert!(pair[1].allowed_combinations.len() < weaker.len());
        }
    }
}
