//! The coverage map: for whom and what each control is enforced, cell by cell.
//!
//! Every cell is decided exactly, by the same engine as gaps are: a goal for each control over the cell's region.
//! Invariant: a cell says that a control is enforced only where no sign-in of it but those of emergency access is without;
//! what is blocked meets every control.

use crate::{
    catalog::goal as region,
    coverage::{Engine, Gap},
    emergency::EmergencyAccess,
    facts::Facts,
    normal::{NormalPolicy, normalise},
    policy_set::PolicySet,
    report::PolicyRef,
    wellknown::{AZURE_MANAGEMENT_APP_ID, DIRECTORY_SYNC_ROLE_ID, TEMPLATE_ADMIN_ROLES},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// By what the columns of a group tell sign-ins apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnGroup {
    /// What is signed in to.
    Apps,
    /// With which client.
    Clients,
    /// On which platform.
    Platforms,
    /// From where.
    Locations,
    /// At which risk, by which flow.
    Signals,
}

/// A row: some people, or workload identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    /// Stays the same from version to version.
    pub key: String,
    /// For people.
    pub label: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// By what it tells sign-ins apart.
    pub group: ColumnGroup,
    /// Stays the same from version to version.
    pub key: String,
    /// For people.
    pub label: String,
}

/// The strongest control that holds in all of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enforced {
    /// Nobody gets in.
    Blocked,
    /// Phishing-resistant multifactor authentication.
    PhishingResistant,
    /// Multifactor authentication and a managed device.
    MfaAndDevice,
    /// Multifactor authentication.
    Mfa,
    /// A managed device: compliant, or hybrid joined.
    Device,
    /// Nothing in all of it, but something in a part.
    Part,
    /// Nothing.
    Nothing,
    /// It could not be worked out within bounds.
    NotDecided,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapCell {
    /// The strongest control that holds everywhere in it.
    pub enforced: Enforced,
    /// The share that is blocked, from 0 to 1; as of each control, 1 only where it is exactly all, 0 where not decided.
    pub blocked: f64,
    /// The share in which phishing-resistant multifactor authentication is enforced, or more.
    pub phishing_resistant: f64,
    /// The share in which multifactor authentication is enforced, or more.
    pub mfa: f64,
    /// The share in which a managed device is asked for, or access is blocked.
    pub device: f64,
    /// One sign-in without multifactor authentication, as a sentence; of workload identities, one that is not blocked.
    pub open: Option<String>,
    /// The same as What If takes it.
    pub witness: Option<Value>,
    /// The enforced policies that apply to some sign-in of the cell, by place in [`CoverageMap::policies`].
    pub policies: Vec<usize>,
}

/// The map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageMap {
    /// The rows.
    pub personas: Vec<Persona>,
    /// The columns.
    pub columns: Vec<Column>,
    /// Row by row; `None` where a column says nothing of a row.
    pub cells: Vec<Vec<Option<MapCell>>>,
    /// The tenant's policies.
    pub policies: Vec<PolicyRef>,
}

/// A control that is asked about.
const CONTROLS: [fn() -> Value; 4] = [region::blocked, region::phishing_resistant, mfa, managed];

/// What holds in less than this share of a cell is told by its numbers alone.
const SLIVER: f64 = 0.01;

fn mfa() -> Value {
    region::one_of(&["mfa"])
}

fn managed() -> Value {
    region::one_of(region::MANAGED)
}

/// Holders of the roles that Microsoft's template for administrators names, accounts of directory synchronisation aside.
fn administrators() -> Value {
    json!({"includeRoles": TEMPLATE_ADMIN_ROLES, "excludeRoles": [DIRECTORY_SYNC_ROLE_ID]})
}

fn all_guests() -> Value {
    region::guests(&format!("{},{}", region::GUESTS, region::SERVICE_PROVIDERS))
}

fn unknown_platform() -> Value {
    let known = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"];
    json!({"platforms": {"includePlatforms": ["all"], "excludePlatforms": known}})
}

fn every_workload() -> Value {
    json!({"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]})
}

struct Row {
    key: &'static str,
    label: &'static str,
    users: fn() -> Value,
    workloads: bool,
}

const ROWS: [Row; 4] = [
    Row { key: "members", label: "Members", users: region::own_people, workloads: false },
    Row { key: "administrators", label: "Administrators", users: administrators, workloads: false },
    Row { key: "guests", label: "Guests and external users", users: all_guests, workloads: false },
    Row { key: "workloads", label: "Workload identities", users: region::nobody, workloads: true },
];

struct Cut {
    group: ColumnGroup,
    key: &'static str,
    label: &'static str,
    apps: fn() -> Value,
    narrowed: fn() -> Value,
    /// Whether it says something of workload identities.
    workloads: bool,
}

const fn cut(
    group: ColumnGroup,
    key: &'static str,
    label: &'static str,
    apps: fn() -> Value,
    narrowed: fn() -> Value,
    workloads: bool,
) -> Cut {
    Cut { group, key, label, apps, narrowed, workloads }
}

#[rustfmt::skip]
fn cuts() -> Vec<Cut> {
    use ColumnGroup::{Apps, Clients, Locations, Platforms, Signals};
    use region::{all_apps, always};
    macro_rules! client { ($name:literal) => { || json!({"clientAppTypes": [$name]}) }; }
    macro_rules! platform { ($name:literal) => { || json!({"platforms": {"includePlatforms": [$name]}}) }; }
    vec![
        cut(Apps, "all_apps", "All apps", all_apps, always, true),
        cut(Apps, "office_365", "Office 365", || region::apps(&["Office365"]), always, false),
        cut(Apps, "admin_portals", "Microsoft admin portals", || region::apps(&["MicrosoftAdminPortals"]), always, false),
        cut(Apps, "azure_management", "Azure management", || region::apps(&[AZURE_MANAGEMENT_APP_ID]), always, false),
        cut(Apps, "register_security_info", "Register security information", || region::action("urn:user:registersecurityinfo"), always, false),
        cut(Apps, "register_device", "Register or join devices", || region::action("urn:user:registerdevice"), always, false),
        cut(Clients, "browser", "Browser", all_apps, client!("browser"), false),
        cut(Clients, "modern_clients", "Mobile apps and desktop clients", all_apps, client!("mobileAppsAndDesktopClients"), false),
        cut(Clients, "exchange_active_sync", "Exchange ActiveSync", all_apps, client!("exchangeActiveSync"), false),
        cut(Clients, "other_clients", "Other legacy clients", all_apps, client!("other"), false),
        cut(Platforms, "windows", "Windows", all_apps, platform!("windows"), false),
        cut(Platforms, "macos", "macOS", all_apps, platform!("macOS"), false),
        cut(Platforms, "ios", "iOS", all_apps, platform!("iOS"), false),
        cut(Platforms, "android", "Android", all_apps, platform!("android"), false),
        cut(Platforms, "linux", "Linux", all_apps, platform!("linux"), false),
        cut(Platforms, "unknown_platform", "Unknown platform", all_apps, unknown_platform, false),
        cut(Locations, "trusted", "Trusted locations", all_apps, || json!({"locations": {"includeLocations": ["AllTrusted"]}}), true),
        cut(Locations, "untrusted", "Anywhere else", all_apps, region::untrusted, true),
        cut(Signals, "high_sign_in_risk", "High sign-in risk", all_apps, || json!({"signInRiskLevels": ["high"]}), false),
        cut(Signals, "high_user_risk", "High user risk", all_apps, || json!({"userRiskLevels": ["high"]}), false),
        cut(Signals, "device_code", "Device code flow", all_apps, || json!({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}), false),
    ]
}

/// Makes the map of a tenant.
pub fn coverage_map(live: &PolicySet, facts: &Facts) -> CoverageMap {
    let emergency = EmergencyAccess::recognise(live, facts).object_ids();
    let cuts = cuts();
    let mut goals: Vec<NormalPolicy> = Vec::new();
    // Where the goals of each cell begin.
    let mut places: Vec<Vec<Option<usize>>> = Vec::new();
    for row in &ROWS {
        let mut of_row = Vec::new();
        for cut in &cuts {
            of_row.push((!row.workloads || cut.workloads).then_some(goals.len()));
            if row.workloads && !cut.workloads {
                continue;
            }
            for control in &CONTROLS {
                let mut narrowed = (cut.narrowed)();
                if row.workloads {
                    narrowed["clientApplications"] = every_workload();
                }
                let goal = region::goal((row.users)(), (cut.apps)(), narrowed, control());
                goals.push(normalise(&goal, &live.names));
            }
        }
        places.push(of_row);
    }
    let asked: Vec<&NormalPolicy> = goals.iter().collect();
    let policies = live.policies.iter().map(|policy| &policy.normal);
    let mut engine = Engine::new(policies, &asked, &live.names, facts, &emergency);
    let cells = ROWS
        .iter()
        .zip(&places)
        .map(|(row, places)| {
            places.iter().map(|place| place.map(|place| cell(&mut engine, place, row.workloads))).collect()
        })
        .collect();
    CoverageMap {
        personas: ROWS
            .iter()
            .map(|row| Persona { key: row.key.to_owned(), label: row.label.to_owned() })
            .collect(),
        columns: cuts
            .iter()
            .map(|cut| Column { group: cut.group, key: cut.key.to_owned(), label: cut.label.to_owned() })
            .collect(),
        cells,
        policies: live.policies.iter().map(PolicyRef::of).collect(),
    }
}

/// Whether a control holds in all of a goal's region, emergency access aside. Never told by the share: what is open may
/// be too small a part for a number, and of what was not decided nothing may have been found open.
fn holds(gap: &Gap) -> bool {
    gap.is_closed() || (gap.not_decided.is_none() && gap.witness.is_some() && gap.exposure.only_emergency)
}

/// The share in which a control holds for certain: all of it only where [`holds`] says so.
fn share_held(gap: &Gap) -> f64 {
    if holds(gap) {
        1.0
    } else if gap.not_decided.is_some() {
        0.0
    } else {
        (1.0 - gap.share).min(1.0 - f64::EPSILON)
    }
}

fn cell(engine: &mut Engine<'_>, place: usize, workloads: bool) -> MapCell {
    let gaps: [_; CONTROLS.len()] = std::array::from_fn(|at| engine.gap(place + at));
    let undecided = gaps.iter().any(|gap| gap.not_decided.is_some());
    let [all_blocked, all_resistant, all_mfa, all_device] = gaps.each_ref().map(holds);
    let [blocked, phishing_resistant, mfa, device] = gaps.each_ref().map(share_held);
    let enforced = match () {
        () if all_blocked => Enforced::Blocked,
        () if undecided => Enforced::NotDecided,
        () if all_resistant => Enforced::PhishingResistant,
        () if all_mfa && all_device => Enforced::MfaAndDevice,
        () if all_mfa => Enforced::Mfa,
        () if all_device => Enforced::Device,
        () if [blocked, mfa, device].iter().any(|share| *share >= SLIVER) => Enforced::Part,
        () => Enforced::Nothing,
    };
    let [of_block, _, of_mfa, _] = gaps;
    let open = if workloads { of_block } else { of_mfa };
    let witness = open.witness.filter(|_| !open.exposure.only_emergency);
    MapCell {
        enforced,
        blocked,
        phishing_resistant,
        mfa,
        device,
        open: witness.as_ref().map(|witness| witness.sentence.clone()),
        witness: witness.and_then(|witness| serde_json::to_value(&witness.sign_in).ok()),
        policies: engine.meeting(place),
    }
}

#[cfg(test)]
mod tests;
