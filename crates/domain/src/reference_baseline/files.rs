//! The files, as they are in `reference-baseline/`.

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../reference-baseline/policies/", $name)))
    };
}

/// What is said of the policies.
pub(super) const MANIFEST: &str = include_str!("../../reference-baseline/manifest.json");

/// Name and text of each policy.
pub(super) const POLICIES: [(&str, &str); 34] = [
    file!("PT-101-require-multifactor-authentication-for-all-users.json"),
    file!("PT-102-require-phishing-resistant-authentication-for-administrators.json"),
    file!("PT-103-require-multifactor-authentication-for-guests.json"),
    file!("PT-104-require-multifactor-authentication-for-azure-management.json"),
    file!("PT-105-require-multifactor-authentication-for-microsoft-admin-portals.json"),
    file!("PT-106-require-multifactor-authentication-to-register-or-join-devices.json"),
    file!("PT-107-require-multifactor-authentication-to-register-security-information.json"),
    file!("PT-201-block-legacy-authentication.json"),
    file!("PT-202-block-device-code-flow.json"),
    file!("PT-203-block-authentication-transfer.json"),
    file!("PT-204-block-unknown-platforms.json"),
    file!("PT-205-block-countries-that-are-not-allowed.json"),
    file!("PT-206-block-guests-from-microsoft-admin-portals.json"),
    file!("PT-207-block-directory-synchronisation-from-unknown-networks.json"),
    file!("PT-208-block-service-accounts-from-unknown-networks.json"),
    file!("PT-301-require-multifactor-authentication-at-each-risky-sign-in.json"),
    file!("PT-302-block-sign-ins-at-high-risk.json"),
    file!("PT-303-require-a-password-change-of-users-at-high-risk.json"),
    file!("PT-304-block-administrators-at-medium-or-high-user-risk.json"),
    file!("PT-305-block-users-at-elevated-insider-risk.json"),
    file!("PT-401-require-a-managed-device-on-windows-and-macos.json"),
    file!("PT-402-require-protected-apps-on-mobile-devices.json"),
    file!("PT-403-require-a-managed-device-for-administrators.json"),
    file!("PT-404-bind-tokens-to-the-device-on-windows.json"),
    file!("PT-501-administrators-sign-in-every-four-hours.json"),
    file!("PT-502-no-persistent-browser-for-administrators.json"),
    file!("PT-503-short-sessions-on-unmanaged-devices.json"),
    file!("PT-504-guests-sign-in-every-day.json"),
    file!("PT-505-limit-office-365-in-the-browser-of-unmanaged-devices.json"),
    file!("PT-506-everyone-signs-in-every-week.json"),
    file!("PT-507-enrolment-in-intune-authenticates-anew.json"),
    file!("PT-601-block-workload-identities-from-unknown-networks.json"),
    file!("PT-602-block-risky-workload-identities.json"),
    file!("PT-603-block-risky-agents.json"),
];
