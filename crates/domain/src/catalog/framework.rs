//! What a check answers in the frameworks of others: ids with a version, never their texts.
//!
//! Sources: the Entra ID baseline of CISA's SCuBA project with its control map; the CIS Microsoft 365 benchmark as the
//! CIPP project numbers it; Microsoft's Zero Trust Assessment; Maester; Microsoft's policy templates (August 2026).

use serde::Serialize;
use std::fmt;

/// A framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Framework {
    /// CISA's Secure Cloud Business Applications, baseline for Microsoft Entra ID.
    CisaScuba,
    /// CIS Microsoft 365 Foundations Benchmark.
    CisMicrosoft365,
    /// Microsoft's Conditional Access templates, by their title.
    MicrosoftTemplate,
    /// NIST Special Publication 800-53.
    Nist80053,
    /// MITRE ATT&CK techniques that it mitigates.
    MitreAttack,
    /// The tests of the Maester project.
    Maester,
    /// Microsoft's Zero Trust Assessment.
    ZeroTrustAssessment,
}

impl Framework {
    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CisaScuba => "CISA SCuBA",
            Self::CisMicrosoft365 => "CIS Microsoft 365",
            Self::MicrosoftTemplate => "Microsoft template",
            Self::Nist80053 => "NIST SP 800-53",
            Self::MitreAttack => "MITRE ATT&CK",
            Self::Maester => "Maester",
            Self::ZeroTrustAssessment => "Microsoft Zero Trust Assessment",
        }
    }
}

/// One place in one framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mapping {
    /// The framework.
    pub framework: Framework,
    /// Its version. Ids are issued anew from version to version.
    pub version: &'static str,
    /// The id there.
    pub id: &'static str,
    /// What to know; empty where there is nothing.
    pub note: &'static str,
    /// Whether CISA's Binding Operational Directive 25-01 demands it of federal agencies.
    pub bod_25_01: bool,
}

/// Name, version and id of it.
impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.framework.name())?;
        if !self.version.is_empty() {
            write!(f, " {}", self.version)?;
        }
        write!(f, " {}", self.id)?;
        if self.bod_25_01 { f.write_str(" (BOD 25-01)") } else { Ok(()) }
    }
}

const fn mapping(framework: Framework, version: &'static str, id: &'static str) -> Mapping {
    Mapping { framework, version, id, note: "", bod_25_01: false }
}

/// One row of the SCuBA baseline: the policy's id and version, whether the directive demands it, and the control map.
struct Scuba {
    id: &'static str,
    version: &'static str,
    bod: bool,
    obligation: &'static str,
    nist: &'static [&'static str],
    attack: &'static [&'static str],
}

const BRUTE_FORCE: &[&str] = &["T1110.001", "T1110.002", "T1110.003"];
const SHALL: &str = "SHALL";
const SHOULD: &str = "SHOULD";

const fn scuba(
    id: &'static str,
    version: &'static str,
    bod: bool,
    obligation: &'static str,
    nist: &'static [&'static str],
    attack: &'static [&'static str],
) -> Scuba {
    Scuba { id, version, bod, obligation, nist, attack }
}

const RISK_CONTROLS: &[&str] = &["AC-2(12)", "AC-2(13)"];
const DEVICE_CONTROLS: &[&str] = &["AC-20b", "IA-3"];

const SCUBA: [Scuba; 9] = [
    scuba(
        "MS.AAD.1.1v1",
        "v1",
        true,
        SHALL,
        &["CM-7"],
        &["T1110.001", "T1110.002", "T1110.003", "T1078.004"],
    ),
    scuba("MS.AAD.2.1v1", "v1", true, SHALL, RISK_CONTROLS, &["T1078.004"]),
    scuba("MS.AAD.2.3v1", "v1", true, SHALL, RISK_CONTROLS, &["T1078.004"]),
    scuba(
        "MS.AAD.3.1v1",
        "v1",
        true,
        SHALL,
        &["IA-2(1)", "IA-2(2)", "IA-5c", "IA-5g", "IA-2(8)"],
        &["T1566.001", "T1566.002"],
    ),
    scuba("MS.AAD.3.2v2", "v2", true, SHALL, &["IA-2(1)", "IA-2(2)"], BRUTE_FORCE),
    scuba(
        "MS.AAD.3.6v1",
        "v1",
        true,
        SHALL,
        &["IA-2(1)", "IA-5c", "IA-5g", "IA-2(8)"],
        &["T1566.001", "T1566.002", "T1078.004"],
    ),
    scuba("MS.AAD.3.7v1", "v1", false, SHOULD, DEVICE_CONTROLS, &["T1078.004"]),
    scuba("MS.AAD.3.8v1", "v1", false, SHOULD, DEVICE_CONTROLS, &["T1078.004", "T1098.005"]),
    scuba("MS.AAD.3.9v1", "v1", false, SHOULD, &["CM-7"], &["T1528", "T1078.004"]),
];

/// A policy of the SCuBA baseline with the controls and techniques that CISA maps it to.
pub(super) fn cisa(id: &str) -> Vec<Mapping> {
    let Some(row) = SCUBA.iter().find(|row| row.id == id) else { return Vec::new() };
    let policy = mapping(Framework::CisaScuba, row.version, row.id);
    let nist = row.nist.iter().map(|id| mapping(Framework::Nist80053, "r5", id));
    let attack = row.attack.iter().map(|id| mapping(Framework::MitreAttack, "as mapped by SCuBA", id));
    std::iter::once(Mapping { note: row.obligation, bod_25_01: row.bod, ..policy })
        .chain(nist)
        .chain(attack)
        .collect()
}

pub(super) const fn cis(id: &'static str) -> Mapping {
    mapping(Framework::CisMicrosoft365, "7.0.0", id)
}

pub(super) const fn template(title: &'static str) -> Mapping {
    mapping(Framework::MicrosoftTemplate, "August 2026", title)
}

pub(super) const fn maester(id: &'static str) -> Mapping {
    mapping(Framework::Maester, "2", id)
}

pub(super) const fn zero_trust(id: &'static str) -> Mapping {
    mapping(Framework::ZeroTrustAssessment, "2026", id)
}
