//! The built-in authentication strengths; their ids are the same in every tenant.
//!
//! Ids and names: Microsoft's page on authentication strengths. Combinations: exports of 2025 and 2026.

/// One built-in authentication strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltInStrength {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its allowed combinations, as Graph writes them.
    pub allowed_combinations: &'static [&'static str],
}

/// The id of *Multifactor authentication*, which the grant control `mfa` means as well.
pub const MFA_STRENGTH_ID: &str = "00000000-0000-0000-0000-000000000002";
/// The id of *Passwordless MFA*.
pub const PASSWORDLESS_STRENGTH_ID: &str = "00000000-0000-0000-0000-000000000003";
/// The id of *Phishing-resistant MFA*.
pub const PHISHING_RESISTANT_STRENGTH_ID: &str = "00000000-0000-0000-0000-000000000004";

/// The built-in strengths, weakest first: each allows all that the next allows, and more.
pub const BUILT_IN_STRENGTHS: [BuiltInStrength; 3] = [
    BuiltInStrength {
        id: MFA_STRENGTH_ID,
        name: "Multifactor authentication",
        allowed_combinations: &[
            "windowsHelloForBusiness",
            "fido2",
            "x509CertificateMultiFactor",
            "deviceBasedPush",
            "temporaryAccessPassOneTime",
            "temporaryAccessPassMultiUse",
            "password,microsoftAuthenticatorPush",
            "password,softwareOath",
            "password,hardwareOath",
            "password,sms",
            "password,voice",
            "password,x509CertificateSingleFactor",
            "password,x509CertificateMultiFactor",
            "federatedMultiFactor",
            "microsoftAuthenticatorPush,federatedSingleFactor",
            "softwareOath,federatedSingleFactor",
            "hardwareOath,federatedSingleFactor",
            "sms,federatedSingleFactor",
            "voice,federatedSingleFactor",
        ],
    },
    BuiltInStrength {
        id: PASSWORDLESS_STRENGTH_ID,
        name: "Passwordless MFA",
        allowed_combinations: &[
            "windowsHelloForBusiness",
            "fido2",
            "x509CertificateMultiFactor",
            "deviceBasedPush",
        ],
    },
    BuiltInStrength {
        id: PHISHING_RESISTANT_STRENGTH_ID,
        name: "Phishing-resistant MFA",
        allowed_combinations: &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"],
    },
];

/// Looks a built-in strength up by its id.
pub fn built_in_strength(id: &str) -> Option<&'static BuiltInStrength> {
    BUILT_IN_STRENGTHS.iter().find(|strength| strength.id == id)
}
