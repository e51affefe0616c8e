//! Risk: of users, of sign-ins, of insiders.

use super::{
    check::{Check, Level, check},
    goal::*,
};
use crate::{
    licence::Licence::{EntraIdP2, InsiderRisk},
    severity::Severity::{High, Low, Medium},
};
use serde_json::{Value, json};

fn user_risk(levels: &[&str]) -> Value {
    json!({"userRiskLevels": levels})
}

fn sign_in_risk(levels: &[&str]) -> Value {
    json!({"signInRiskLevels": levels})
}

const LEAKED: &str =
    "Microsoft has found the user's password leaked or their account behaving as if taken over.";
const ODD_SIGN_IN: &str = "Microsoft takes the sign-in for one of somebody else: an unusual place, an anonymous address, a known attack.";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check("user-risk-high-answered", "USER-RISK", "High-risk users must change their password or are blocked")
            .asks("A user at high risk must change the password or remediate the risk, or is blocked, for every app.")
            .why(LEAKED)
            .weight(High, Level::Medium, Level::Medium)
            .licence(EntraIdP2)
            .cis("5.2.2.6")
            .template("Require password change for high-risk users")
            .maester("MT.1013")
            .zero_trust("21797")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > User risk, select High.",
                "Under Grant, select Require risk remediation, or Require password change together with multifactor authentication.",
                "Under Session, set Sign-in frequency to Every time.",
            ])
            .covered([goal(
                everyone(),
                all_apps(),
                user_risk(&["high"]),
                one_of(&["passwordChange", "riskRemediation"]),
            )]),
        check("user-risk-high-blocked", "USER-RISK", "High-risk users are blocked")
            .asks("A user at high risk is blocked for every app until an administrator has looked. Stricter than a password change.")
            .why(LEAKED)
            .weight(Medium, Level::High, Level::Low)
            .licence(EntraIdP2)
            .cisa("MS.AAD.2.1v1")
            .policy([
                "Decide who dismisses or confirms the risk, and how a user reaches them.",
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > User risk, select High.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(everyone(), all_apps(), user_risk(&["high"]), blocked())]),
        check("sign-in-risk-answered", "SIGNIN-RISK", "Risky sign-ins need multifactor authentication")
            .asks("A sign-in at medium or high risk needs multifactor authentication or is blocked, for every user and app.")
            .why(ODD_SIGN_IN)
            .weight(High, Level::Medium, Level::Medium)
            .licence(EntraIdP2)
            .cis("5.2.2.7")
            .template("Require multifactor authentication for risky sign-ins")
            .maester("MT.1012")
            .zero_trust("21799")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Sign-in risk, select High and Medium.",
                "Under Grant, select Require authentication strength: Multifactor authentication.",
                "Under Session, set Sign-in frequency to Every time.",
            ])
            .covered([goal(everyone(), all_apps(), sign_in_risk(&["medium", "high"]), one_of(&["mfa"]))]),
        check("sign-in-risk-every-time", "SIGNIN-RISK", "Risky sign-ins authenticate anew")
            .asks("A sign-in at medium or high risk is asked to authenticate every time, so that an earlier session does not answer for it.")
            .why("Without it, a stolen session that has multifactor authentication in it passes unasked, and the risk is not remediated.")
            .weight(Medium, Level::Medium, Level::Low)
            .licence(EntraIdP2)
            .template("Require multifactor authentication for risky sign-ins")
            .policy([
                "Open the policy that asks for multifactor authentication at sign-in risk, or make it.",
                "Under Session, set Sign-in frequency to Every time.",
            ])
            .covered([goal(everyone(), all_apps(), sign_in_risk(&["medium", "high"]), every_time())]),
        check("sign-in-risk-high-blocked", "SIGNIN-RISK", "High-risk sign-ins are blocked")
            .asks("A sign-in at high risk is blocked, for every user and app.")
            .why(ODD_SIGN_IN)
            .weight(Medium, Level::Medium, Level::Low)
            .licence(EntraIdP2)
            .cisa("MS.AAD.2.3v1")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Sign-in risk, select High.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(everyone(), all_apps(), sign_in_risk(&["high"]), blocked())]),
        check("sign-in-risk-medium-blocked", "SIGNIN-RISK", "Sign-ins at medium and high risk are blocked")
            .asks("A sign-in at medium or high risk is blocked, for every user and app.")
            .why(ODD_SIGN_IN)
            .weight(Low, Level::High, Level::Medium)
            .licence(EntraIdP2)
            .cis("5.2.2.8")
            .policy([
                "Read in ID Protection how many sign-ins of the last month were at medium risk, and how many were harmless.",
                "Under Users, include All users; under Target resources, All resources.",
                "Under Conditions > Sign-in risk, select High and Medium.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(everyone(), all_apps(), sign_in_risk(&["medium", "high"]), blocked())]),
        check("insider-risk-blocked", "INSIDER", "Users at elevated insider risk are blocked")
            .asks("A user whom Microsoft Purview puts at elevated insider risk is blocked for every app; external users aside.")
            .why("Purview saw the user take data out in a way that fits somebody who is about to leave.")
            .weight(Low, Level::Medium, Level::High)
            .licence(InsiderRisk)
            .template("Block access for users with insider risk")
            .policy([
                "In Microsoft Purview, switch on Adaptive Protection.",
                "Under Users, include All users and exclude external users; under Target resources, All resources.",
                "Under Conditions > Insider risk, select Elevated.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(own_people(), all_apps(), json!({"insiderRiskLevels": "elevated"}), blocked())]),
    ]
}
