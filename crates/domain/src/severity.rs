//! Severity: one table, in one place, and the arithmetic that each finding tells.
//!
//! Severity = what is lost (the table) − the more of *for whom* and *how much* − how far it is made up for − what it
//! rests on − not licensed, in steps, and never below low for a gap. Only emergency access accounts left out is no gap.
//! The base of each family is the consensus of CISA's baseline, the CIS benchmark, Microsoft's own assessment and
//! its policy templates; a check of the reference catalog brings its own. A base already supposes that everybody whom
//! the family is about is exposed, so nothing is raised above it.

use crate::{
    coverage::Gap,
    diff::requirement::Requirement,
    licence::Need,
    names::NameKind,
    normal::{Field, Item, NormalPolicy},
    wellknown::{AZURE_MANAGEMENT_APP_ID, PHISHING_RESISTANT_STRENGTH_ID},
};
use serde::{Deserialize, Serialize};

/// How bad a finding is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Critical.
    Critical,
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low.
    Low,
    /// For information: no gap.
    Info,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }

    /// So many steps milder, but never milder than low.
    fn lowered(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps).min(Self::Low as usize)]
    }
}

/// One row of the table: what a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The severity when all of it is lost for all whom it is about.
    pub base: Severity,
    /// What is lost without it, as the object of "…is not enforced".
    pub loses: &'static str,
    /// Whether the people whom it covers are part of the family already.
    pub for_whom_told: bool,
    /// Whether the app it covers is part of the family already.
    pub for_what_told: bool,
}

const fn family(base: Severity, loses: &'static str, for_whom_told: bool, for_what_told: bool) -> Family {
    Family { base, loses, for_whom_told, for_what_told }
}

use Severity::{Critical, High, Low, Medium};

const LEGACY: Family = family(Critical, "blocking legacy authentication", false, false);
const MFA_ADMINS: Family = family(Critical, "multifactor authentication for administrators", true, false);
const MFA_ADMINS_STRONG: Family =
    family(Critical, "phishing-resistant authentication for administrators", true, false);
const MFA_ALL: Family = family(Critical, "multifactor authentication", false, false);
const MFA_AZURE: Family = family(High, "multifactor authentication for Azure management", false, true);
const MFA_PORTALS: Family = family(High, "multifactor authentication for admin portals", false, true);
const MFA_GUESTS: Family = family(High, "multifactor authentication for guests", true, false);
const RISK: Family = family(High, "the answer to risky users and sign-ins", false, false);
const DEVICE: Family = family(High, "access from managed devices only", false, false);
const SECURITY_INFO: Family = family(High, "protected registration of security information", false, true);
const DEVICE_JOIN: Family = family(High, "protected registration of devices", false, true);
const DEVICE_CODE: Family = family(High, "blocking device code flow", false, false);
const AUTH_TRANSFER: Family = family(Medium, "blocking authentication transfer", false, false);
const PLATFORM: Family = family(Medium, "blocking device platforms", false, false);
const LOCATION: Family = family(Medium, "blocking locations", false, false);
const SESSION: Family = family(Medium, "limits on sessions", false, false);
const APP_ENFORCED: Family = family(Medium, "limited access from unmanaged devices", false, true);
const APP_PROTECTION: Family = family(Medium, "protected apps on mobile devices", false, true);
const TOKEN: Family = family(Medium, "token protection", false, true);
const STRICT_LOCATION: Family = family(Low, "strictly enforced locations", false, false);
const WORKLOAD: Family = family(Low, "limits on workload identities", true, false);
const AGENTS: Family = family(Medium, "limits on agents", true, false);
const INSIDER: Family = family(Low, "the answer to insider risk", false, false);
const TERMS: Family = family(Low, "consent to terms of use", false, false);
const BLOCK: Family = family(High, "blocked access", false, false);
const OTHER: Family = family(Medium, "an access control", false, false);
const NOTHING: Family = family(Low, "a policy that asks for nothing", false, false);

/// The row that a policy belongs to: the first that fits.
pub fn classify(policy: &NormalPolicy) -> Family {
    let control = |word: &str| policy.has_word(&Field::GrantControls, word);
    let has = |field: &Field| policy.fields.contains_key(field);
    let block = Requirement::of(policy).is_some_and(|requirement| requirement.is_block());
    let strength = policy.set(&Field::GrantControls).iter().find_map(|item| match item {
        Item::Object(object) if object.kind == NameKind::AuthenticationStrength => Some(object.id.as_str()),
        _ => None,
    });
    let clients = policy.set(&Field::ClientAppTypes);
    let legacy = !clients.is_empty() && clients.iter().all(|c| c.is("exchangeActiveSync") || c.is("other"));
    let only_roles = has(&Field::IncludeRoles) && !has(&Field::IncludeGroups) && !has(&Field::IncludeUsers);
    let only_guests = has(&Field::IncludeGuests) && !has(&Field::IncludeGroups) && !has(&Field::IncludeUsers);
    let apps = policy.set(&Field::IncludeApplications);

    if has(&Field::IncludeServicePrincipals) {
        return WORKLOAD;
    }
    if has(&Field::IncludeAgentIdentities) || has(&Field::IncludeAgentUsers) || has(&Field::AgentIdRiskLevels)
    {
        return AGENTS;
    }
    if has(&Field::InsiderRiskLevels) {
        return INSIDER;
    }
    if has(&Field::UserRiskLevels) || has(&Field::SignInRiskLevels) {
        return RISK;
    }
    if policy.has_word(&Field::IncludeUserActions, "urn:user:registersecurityinfo") {
        return SECURITY_INFO;
    }
    if policy.has_word(&Field::IncludeUserActions, "urn:user:registerdevice") {
        return DEVICE_JOIN;
    }
    if block {
        return match () {
            () if legacy => LEGACY,
            () if policy.has_word(&Field::TransferMethods, "deviceCodeFlow") => DEVICE_CODE,
            () if has(&Field::TransferMethods) => AUTH_TRANSFER,
            () if has(&Field::IncludePlatforms) => PLATFORM,
            () if has(&Field::IncludeLocations) => LOCATION,
            () => BLOCK,
        };
    }
    if strength.is_some() {
        return match () {
            () if only_roles && strength == Some(PHISHING_RESISTANT_STRENGTH_ID) => MFA_ADMINS_STRONG,
            () if only_roles => MFA_ADMINS,
            () if only_guests => MFA_GUESTS,
            () if !apps.is_empty() && apps.iter().all(|app| app.id() == AZURE_MANAGEMENT_APP_ID) => MFA_AZURE,
            () if !apps.is_empty()
                && apps
                    .iter()
                    .all(|app| app.is("MicrosoftAdminPortals") || app.id() == AZURE_MANAGEMENT_APP_ID) =>
            {
                MFA_PORTALS
            }
            () => MFA_ALL,
        };
    }
    if control("compliantDevice") || control("domainJoinedDevice") {
        return DEVICE;
    }
    if control("compliantApplication") || control("approvedApplication") {
        return APP_PROTECTION;
    }
    if policy
        .set(&Field::GrantControls)
        .iter()
        .any(|c| matches!(c, Item::Object(o) if o.kind == NameKind::TermsOfUse))
    {
        return TERMS;
    }
    if has(&Field::GrantControls) {
        return OTHER;
    }
    if has(&Field::TokenProtection) {
        return TOKEN;
    }
    if has(&Field::AppEnforcedRestrictions) || has(&Field::CloudAppSecurity) {
        return APP_ENFORCED;
    }
    if has(&Field::SignInFrequency) || has(&Field::PersistentBrowser) {
        return SESSION;
    }
    if has(&Field::ContinuousAccessEvaluation) || has(&Field::DisableResilienceDefaults) {
        return STRICT_LOCATION;
    }
    if has(&Field::FilteringProfile) { OTHER } else { NOTHING }
}

/// What the facts behind a gap are, as far as they bear on how bad it is.
#[derive(Debug, Clone, Default)]
pub struct Circumstances<'a> {
    /// Whether the policy covers all resources, or a suite of them.
    pub all_apps: bool,
    /// A lesser control of the same sort is enforced where it is open.
    pub weaker: bool,
    /// A report-only policy would close it.
    pub report_only: bool,
    /// An enforced policy that makes up for it, in words.
    pub compensated: Option<&'a str>,
    /// What it needs and the tenant lacks.
    pub unlicensed: &'a [Need],
}

/// A severity and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The severity.
    pub severity: Severity,
    /// The arithmetic in one sentence.
    pub reason: String,
}

/// Least share of a goal's sign-ins that counts as a good part of them.
const GOOD_PART: f64 = 0.5;
/// Below this share it is a corner of them.
const CORNER: f64 = 0.02;
/// So few people are single users.
const FEW: u64 = 5;

/// Assesses a gap in what a family asks for.
pub fn assess(family: &Family, gap: &Gap, circumstances: &Circumstances<'_>) -> Assessment {
    if gap.exposure.only_emergency && !gap.regions.is_empty() {
        return Assessment {
            severity: Severity::Info,
            reason: "info: only emergency access accounts are left out, which is good practice".to_owned(),
        };
    }
    let mut steps: Vec<(usize, String)> = Vec::new();
    let (whom, for_whom) = for_whom(gap);
    let for_whom = if family.for_whom_told && for_whom == 1 { 0 } else { for_whom };
    let (part, how_much) = how_much(gap);
    // That few people are exposed and that the share is small is the same fact told twice.
    if for_whom > 0 && for_whom >= how_much {
        steps.push((for_whom, format!("for {whom}")));
    } else if how_much > 0 {
        steps.push((how_much, part.to_owned()));
    }
    if !family.for_what_told && !circumstances.all_apps {
        steps.push((1, "for some resources only".to_owned()));
    }
    if circumstances.weaker {
        steps.push((1, "a weaker control is enforced".to_owned()));
    } else if circumstances.report_only {
        steps.push((1, "a report-only policy would close it".to_owned()));
    }
    if let Some(by) = circumstances.compensated {
        steps.push((2, by.to_owned()));
    }
    if gap.only_hypothetical {
        steps.push((1, "only if somebody has memberships that could not be read".to_owned()));
    }
    if !circumstances.unlicensed.is_empty() {
        let mut names: Vec<&str> = circumstances.unlicensed.iter().map(|need| need.licence.name()).collect();
        names.dedup();
        steps.push((1, format!("not licensed: {}", names.join(", "))));
    }
    total(family, &steps)
}

fn total(family: &Family, steps: &[(usize, String)]) -> Assessment {
    let mut severity = family.base;
    let mut reason = format!("{}: {}", family.base.as_str(), family.loses);
    for (count, why) in steps {
        let lowered = severity.lowered(*count);
        let taken = lowered as usize - severity as usize;
        // Nothing is lower than low; what would be is told without a number.
        reason.push_str(&if taken > 0 { format!("; {taken} lower: {why}") } else { format!("; {why}") });
        severity = lowered;
    }
    if severity != family.base {
        reason.push_str(&format!("; makes {}", severity.as_str()));
    }
    Assessment { severity, reason }
}

fn for_whom(gap: &Gap) -> (&'static str, usize) {
    let exposure = &gap.exposure;
    if exposure.only_sync {
        ("accounts of directory synchronisation", 2)
    } else if exposure.everyone {
        ("everyone", 0)
    } else if exposure.people.is_some_and(|people| people <= FEW) {
        ("a few people", 2)
    } else if exposure.administrators {
        ("administrators", 0)
    } else if exposure.guests && !exposure.members {
        ("guests", 1)
    } else {
        ("some groups or users", 1)
    }
}

/// The plainest sign-in counts for more than any number of rare ones.
fn how_much(gap: &Gap) -> (&'static str, usize) {
    if gap.ordinary || gap.share >= GOOD_PART {
        ("", 0)
    } else if gap.share >= CORNER {
        ("in a part of the sign-ins", 1)
    } else {
        ("in a corner of the sign-ins", 2)
    }
}

/// Whether a policy is about all resources, or a suite of them.
pub fn covers_all_apps(policy: &NormalPolicy) -> bool {
    policy.has_word(&Field::IncludeApplications, "All")
        || policy.has_word(&Field::IncludeApplications, "Office365")
}
