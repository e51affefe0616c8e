//! Policies made up after the kinds that published baselines are made of.

use super::{Breadth, GUESTS, PLATFORMS, ROLES, Shape, draw::Draw};
use serde_json::{Value, json};

struct Maker<'t> {
    shape: Shape,
    groups: &'t [String],
    locations: &'t [(String, bool)],
    apps: &'t [String],
}

pub fn policies(
    draw: &mut Draw,
    shape: Shape,
    groups: &[String],
    locations: &[(String, bool)],
    apps: &[String],
) -> Vec<Value> {
    let maker = Maker { shape, groups, locations, apps };
    (0..shape.policies).map(|at| maker.policy(draw, at)).collect()
}

impl Maker<'_> {
    fn policy(&self, draw: &mut Draw, at: usize) -> Value {
        let id = draw.id();
        let state = match draw.below(100) {
            0..80 => "enabled",
            80..92 => "enabledForReportingButNotEnforced",
            _ => "disabled",
        };
        let (mut users, mut apps) = (self.everyone(draw), json!({"includeApplications": ["All"]}));
        let mut conditions = json!({});
        let (mut grant, mut session) = (controls("OR", &["mfa"]), Value::Null);
        // Every kind occurs; apps of groups are as frequent as in large tenants.
        match at % 14 {
            0 => self.all_apps_but(draw, &mut apps),
            1 => {
                conditions["clientAppTypes"] = json!(["exchangeActiveSync", "other"]);
                grant = controls("OR", &["block"]);
            }
            2 => {
                users = json!({"includeRoles": draw.some(&ROLES.map(str::to_owned), 6), "excludeGroups": [self.groups[0]]});
                grant = json!({"operator": "OR", "builtInControls": [], "authenticationStrength":
                    {"id": draw.one(&["00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000004"])}});
            }
            3 => {
                let types = draw.some(&GUESTS.map(str::to_owned), 3).join(",");
                users = json!({"includeUsers": [], "includeGuestsOrExternalUsers": {
                    "guestOrExternalUserTypes": types, "externalTenants": {"membershipKind": "all"}}});
            }
            4..=6 => {
                users = self.members(draw);
                apps = json!({"includeApplications": draw.some(self.apps, 3)});
                let choices: [&[&str]; 4] =
                    [&["mfa"], &["compliantDevice"], &["mfa", "compliantDevice"], &["block"]];
                grant = controls("OR", draw.one::<&[&str]>(&choices));
            }
            7 => {
                conditions["platforms"] =
                    json!({"includePlatforms": draw.some(&PLATFORMS.map(str::to_owned), 3)});
                grant = controls("OR", &["compliantDevice", "domainJoinedDevice"]);
            }
            8 => {
                conditions["platforms"] = json!({"includePlatforms": ["all"], "excludePlatforms": PLATFORMS});
                grant = controls("OR", &["block"]);
            }
            9 => self.location(draw, &mut conditions, &mut grant),
            10 => {
                let (levels, need): (&str, &[&str]) = if draw.chance(0.5) {
                    ("signInRiskLevels", &["mfa"])
                } else {
                    ("userRiskLevels", &["mfa", "passwordChange"])
                };
                conditions[levels] = json!(["high", "medium"][..1 + draw.below(2)]);
                grant = controls("AND", need);
            }
            11 => {
                let rules = [
                    "device.isCompliant -eq True -or device.trustType -eq \"ServerAD\"",
                    "device.extensionAttribute1 -eq \"SAW\"",
                    "device.trustType -ne \"Workplace\"",
                ];
                let mode = draw.one(&["include", "exclude"]);
                conditions["devices"] = json!({"deviceFilter": {"mode": mode, "rule": draw.one(&rules)}});
                apps = json!({"includeApplications": draw.some(self.apps, 2)});
            }
            12 => {
                conditions["clientAppTypes"] = json!(["browser"]);
                grant = Value::Null;
                session = json!({"signInFrequency": {"isEnabled": true, "value": draw.one(&[1, 9, 12]), "type": "hours",
                    "frequencyInterval": "timeBased"}, "persistentBrowser": {"isEnabled": true, "mode": "never"}});
            }
            _ => self.special(draw, &mut apps, &mut conditions, &mut grant),
        }
        conditions["users"] = users;
        conditions["applications"] = apps;
        json!({"id": id, "displayName": format!("CA{at:03}"), "state": state, "conditions": conditions,
            "grantControls": grant, "sessionControls": session})
    }

    fn everyone(&self, draw: &mut Draw) -> Value {
        match self.shape.breadth {
            Breadth::Narrow => self.members(draw),
            Breadth::Mixed => {
                json!({"includeUsers": ["All"], "excludeGroups": [self.groups[0], draw.one(self.groups)]})
            }
        }
    }

    fn members(&self, draw: &mut Draw) -> Value {
        let count = 1 + draw.below(3);
        json!({"includeUsers": [], "includeGroups": draw.some(&self.groups[1..], count),
            "excludeGroups": [self.groups[0], draw.one(self.groups)]})
    }

    fn all_apps_but(&self, draw: &mut Draw, apps: &mut Value) {
        if draw.chance(0.4) {
            apps["excludeApplications"] = json!(draw.some(self.apps, 2));
        }
    }

    fn location(&self, draw: &mut Draw, conditions: &mut Value, grant: &mut Value) {
        let ids: Vec<String> = self.locations.iter().map(|place| place.0.clone()).collect();
        let exclude = if draw.chance(0.5) || ids.is_empty() {
            vec!["AllTrusted".to_owned()]
        } else {
            draw.some(&ids, 3)
        };
        conditions["locations"] = json!({"includeLocations": ["All"], "excludeLocations": exclude});
        *grant = controls("OR", draw.one::<&[&str]>(&[&["block"], &["mfa"]]));
    }

    fn special(&self, draw: &mut Draw, apps: &mut Value, conditions: &mut Value, grant: &mut Value) {
        match draw.below(4) {
            0 => *apps = json!({"includeUserActions": ["urn:user:registersecurityinfo"]}),
            1 => {
                let context = draw.one(&["c1", "c2", "c3"]);
                *apps = json!({"includeAuthenticationContextClassReferences": [context]});
            }
            2 => {
                conditions["authenticationFlows"] = json!({"transferMethods": "deviceCodeFlow"});
                *grant = controls("OR", &["block"]);
            }
            _ => {
                conditions["insiderRiskLevels"] = json!("moderate,elevated");
                *grant = controls("OR", &["block"]);
            }
        }
    }
}

fn controls(operator: &str, words: &[&str]) -> Value {
    json!({"operator": operator, "builtInControls": words})
}
