//! Which service plan grants what.
//!
//! Plan ids: Microsoft's list of product names and service plan identifiers for licensing; Internet and Private
//! Access as observed in tenants with the Entra Suite, which that list leaves out.

use super::Licence;
use uuid::Uuid;

/// A service plan and what it grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Its id: the key.
    pub id: Uuid,
    /// Its name.
    pub name: &'static str,
    /// What it grants.
    pub grants: Licence,
}

const fn plan(id: u128, name: &'static str, grants: Licence) -> Plan {
    Plan { id: Uuid::from_u128(id), name, grants }
}

/// Plans that grant something Conditional Access needs.
pub const PLANS: [Plan; 17] = [
    plan(0x41781fb2_bc02_4b7c_bd55_b576c07bb09d, "AAD_PREMIUM", Licence::EntraIdP1),
    plan(0xeec0eb4f_6444_4f95_aba0_50c24d67f998, "AAD_PREMIUM_P2", Licence::EntraIdP2),
    plan(0x84c289f0_efcb_486f_8581_07f44fc9efad, "AAD_WRKLDID_P1", Licence::WorkloadIdentities),
    plan(0x7dc0e92d_bf15_401d_907e_0884efe7c760, "AAD_WRKLDID_P2", Licence::WorkloadIdentities),
    plan(0xc1ec4a95_1f05_45b3_a911_aa3fa01094f5, "INTUNE_A", Licence::Intune),
    plan(0x3e170737_c728_4eae_bbb9_3f3360f7184c, "INTUNE_A_VL", Licence::Intune),
    plan(0x8e9ff0ff_aa7a_4b20_83c1_2f636b600ac2, "INTUNE_SMBIZ", Licence::Intune),
    plan(0xda24caf9_af8e_485c_b7c8_e73336da2693, "INTUNE_EDU", Licence::Intune),
    plan(0xd216f254_796f_4dab_bbfa_710686e646b9, "INTUNE_A_GOV", Licence::Intune),
    plan(0x2e2ddb96_6af9_4b1d_a3f0_d6ecfd22edb2, "ADALLOM_S_STANDALONE", Licence::CloudApps),
    plan(0x6ebdddb7_8e55_4af2_952b_69e77262f96c, "ADALLOM_S_STANDALONE_DOD", Licence::CloudApps),
    plan(0xd587c7a3_bda9_4f99_8776_9bcf59c84f75, "INSIDER_RISK", Licence::InsiderRisk),
    plan(0x9d0c4ee5_e4a1_4625_ab39_d82b619b1a34, "INSIDER_RISK_MANAGEMENT", Licence::InsiderRisk),
    plan(0x8d23cb83_ab07_418f_8517_d7aca77307dc, "Entra_Premium_Internet_Access", Licence::InternetAccess),
    plan(0xf057aab1_b184_49b2_85c0_881b02a405c5, "Entra_Premium_Private_Access", Licence::PrivateAccess),
    plan(0xe866a266_3cff_43a3_acca_0c90a7e00c8b, "Entra_Identity_Governance", Licence::Governance),
    // A plan of P2 is one of P1 too; `detect` adds that, since some products hold P2 without the plan of P1.
    plan(0xeec0eb4f_6444_4f95_aba0_50c24d67f998, "AAD_PREMIUM_P2", Licence::EntraIdP1),
];

/// A plan whose name suggests more than it grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookAlike {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: &'static str,
    /// What it might be taken for.
    pub taken_for: Licence,
    /// What it is, in one sentence.
    pub note: &'static str,
}

/// Plans that are taken for others.
pub const LOOK_ALIKES: [LookAlike; 4] = [
    LookAlike {
        id: Uuid::from_u128(0xde377cbc_0019_4ec2_b77c_3f223947e102),
        name: "AAD_SMB",
        taken_for: Licence::EntraIdP1,
        note: "AAD_SMB is a plan for small businesses without Conditional Access.",
    },
    LookAlike {
        id: Uuid::from_u128(0x882e1d05_acd1_4ccb_8708_6ee03664b117),
        name: "INTUNE_O365",
        taken_for: Licence::Intune,
        note: "INTUNE_O365 is Basic Mobility and Security; it does not mark devices as compliant for Intune.",
    },
    LookAlike {
        id: Uuid::from_u128(0x932ad362_64a8_4783_9106_97849a1a30b9),
        name: "ADALLOM_S_DISCOVERY",
        taken_for: Licence::CloudApps,
        note: "ADALLOM_S_DISCOVERY only discovers cloud apps; it has no session control.",
    },
    LookAlike {
        id: Uuid::from_u128(0x8c098270_9dd4_4350_9b30_ba4703f3b36b),
        name: "ADALLOM_S_O365",
        taken_for: Licence::CloudApps,
        note: "ADALLOM_S_O365 is the Office 365 edition; its session control is limited to Office 365.",
    },
];
