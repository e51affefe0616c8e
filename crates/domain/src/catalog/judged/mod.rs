//! Checks that are no region of sign-ins: how policies are made, kept, and fit what the tenant has.

mod break_glass;
mod licences;
mod locations;
mod objects;
mod reach;
mod upkeep;

pub use upkeep::STALE_AFTER_DAYS;

use super::{
    check::{Check, Level, check},
    verdict::Subject,
};
use crate::{
    licence::Licence::{EntraIdP1, EntraIdP2},
    normal::{Field, NormalPolicy},
    policy::PolicyState,
    policy_set::SetPolicy,
    severity::Severity::{Critical, High, Info, Low, Medium},
};

/// The policies that sign-ins are held to.
fn enforced<'a>(subject: &Subject<'a>) -> impl Iterator<Item = &'a SetPolicy> + use<'a> {
    subject.live.policies.iter().filter(|policy| policy.normal.enforced)
}

/// The policies that are enforced or in report-only.
fn in_use<'a>(subject: &Subject<'a>) -> impl Iterator<Item = &'a SetPolicy> + use<'a> {
    subject
        .live
        .policies
        .iter()
        .filter(|policy| policy.normal.enforced || policy.normal.state() == PolicyState::ReportOnly)
}

/// Keys of the policies that fit, in the order of the set.
fn keys<'a>(
    policies: impl Iterator<Item = &'a SetPolicy>,
    mut fits: impl FnMut(&'a SetPolicy) -> bool,
) -> Vec<String> {
    policies.filter(|policy| fits(policy)).map(|policy| policy.key.clone()).collect()
}

fn for_all_users(policy: &NormalPolicy) -> bool {
    policy.has_word(&Field::IncludeUsers, "All")
}

fn for_all_apps(policy: &NormalPolicy) -> bool {
    policy.has_word(&Field::IncludeApplications, "All")
}

fn blocks(policy: &NormalPolicy) -> bool {
    policy.has_word(&Field::GrantControls, "block")
}

/// `1 policy`, `2 policies`.
fn count(policies: &[String]) -> String {
    match policies.len() {
        1 => "1 policy".to_owned(),
        many => format!("{many} policies"),
    }
}

pub(super) fn checks() -> Vec<Check> {
    let mut checks = emergency_checks();
    checks.extend(reach_checks());
    checks.extend(location_checks());
    checks.extend(upkeep_checks());
    checks.extend(licence_checks());
    checks
}

fn emergency_checks() -> Vec<Check> {
    let emergency = |id, title| {
        check(id, "BREAK-GLASS", title)
            .why("When a policy, a provider of second factors or a lost device locks every administrator out, only such an account gets back in.")
            .zero_trust("21835")
    };
    vec![
        emergency("emergency-access-exists", "There is emergency access")
            .asks("At least one account or group is left out of nearly all enforced policies, or a person has confirmed it as emergency access.")
            .weight(Critical, Level::Low, Level::Low)
            .maester("MT.1005")
            .steps([
                "Create two cloud-only accounts in the onmicrosoft.com domain, each with a passkey or certificate that is kept in a safe, and assign Global Administrator permanently.",
                "Put them into a group of their own, and restrict who can change its members.",
                "In every policy, under Users > Exclude, choose that group.",
                "Alert on every sign-in of these accounts.",
            ])
            .judged(break_glass::exists),
        emergency("emergency-access-not-blocked", "Emergency access is left out of every blocking policy")
            .asks("No enforced policy that blocks reaches an emergency access account.")
            .weight(Critical, Level::Low, Level::Low)
            .maester("MT.1005")
            .steps([
                "Open each policy that this finding names.",
                "Under Users > Exclude, choose the group of emergency access accounts, and save.",
            ])
            .judged(break_glass::not_blocked),
        emergency("emergency-access-not-too-many", "Emergency access is for a handful of accounts")
            .asks("No more than four accounts are emergency access.")
            .weight(Medium, Level::Low, Level::Low)
            .steps([
                "Open the group and take out who is no emergency access account.",
                "Give who needs an exception a policy of their own instead.",
            ])
            .judged(break_glass::not_too_many),
        emergency("emergency-access-two-accounts", "There are two emergency access accounts")
            .asks("At least two accounts are emergency access, so that one lost key is no disaster.")
            .weight(Low, Level::Low, Level::Low)
            .steps([
                "Create a second account with a key of its own, kept at another place.",
                "Put it into the group that the policies leave out.",
            ])
            .judged(break_glass::two_accounts),
    ]
}

fn reach_checks() -> Vec<Check> {
    vec![
        check("directory-sync-left-out", "SYNC-ACCT", "Directory synchronisation is left out")
            .asks("Policies for all users leave out the accounts of directory synchronisation, by their role or by name.")
            .why("Microsoft Entra Connect signs in without a person: it can answer no prompt, and synchronisation stops.")
            .weight(High, Level::Low, Level::Low)
            .maester("MT.1020")
            .steps([
                "Open each policy that this finding names.",
                "Under Users > Exclude, choose Directory roles and select Directory Synchronization Accounts.",
                "Block these accounts outside of the server's network by a policy of their own.",
            ])
            .judged(reach::directory_sync),
        check("exclusions-have-fallback", "EXCL-GAP", "Who is excluded is caught by another policy")
            .asks("Each user, group or role that an enforced policy excludes is reached by another enforced policy with some control for the same apps and conditions; emergency access and directory synchronisation aside.")
            .why("Exceptions are made in a hurry and stay; whoever is in one is protected by nothing.")
            .weight(Medium, Level::Medium, Level::Medium)
            .maester("MT.1036")
            .steps([
                "For each exclusion that is still needed, make a policy for that group with the next best control, for instance multifactor authentication from trusted locations only.",
                "Take out exclusions that are no longer needed.",
            ])
            .judged(reach::fallback),
        check("all-apps-without-exclusions", "ALL-APPS", "Policies for all apps exclude none")
            .asks("No enforced policy for all users and all apps excludes an app; Intune's enrolment and Rights Management aside.")
            .why("With an exclusion, sign-ins that ask for nothing but basic permissions of the directory may be left out as well.")
            .weight(Low, Level::Low, Level::Medium)
            .steps([
                "Ask why the app was excluded; often the reason is gone.",
                "Where it is not, exclude a group of users instead, or make a policy of its own for the app.",
            ])
            .judged(reach::all_apps_exclusions),
        check("rights-management-guests", "RMS", "Guests can open protected documents")
            .asks("Policies for all apps that ask guests for a control leave out Microsoft Rights Management Services.")
            .why("A partner who was sent an encrypted document is asked for a factor or device of this tenant and can't open it.")
            .weight(Info, Level::Low, Level::Low)
            .zero_trust("35001")
            .steps([
                "If protected documents are sent to partners: open each policy that this finding names.",
                "Under Target resources > Exclude, select Microsoft Rights Management Services, or exclude guests there and ask them by a policy of their own.",
            ])
            .judged(reach::rights_management),
        check("agents-covered", "AGENTS", "Policies reach agents")
            .asks("At least one enforced policy is for agent identities and one for agent users. Policies for all users reach neither.")
            .why("Agents sign in with rights of their own; what holds for people does not hold for them.")
            .weight(Low, Level::Low, Level::Low)
            .licence(EntraIdP1)
            .zero_trust("61009")
            .steps([
                "Look in the Entra admin center, under Agent identities, whether there are any.",
                "Make a policy for all agent identities and one for all agent users that block what no agent should reach.",
            ])
            .judged(reach::agents),
    ]
}

fn location_checks() -> Vec<Check> {
    vec![
        check("named-locations-used", "LOCATION", "Named locations are used")
            .asks("At least one enforced policy names a named location.")
            .why("Without them, a sign-in from the office and one from anywhere are the same to every policy.")
            .weight(Low, Level::Low, Level::Low)
            .cis("5.2.2.14")
            .zero_trust("21865")
            .steps([
                "Under Conditional Access > Named locations, add the public addresses of the offices and mark them as trusted, and add the countries that people work in.",
                "Name them in policies, under Network.",
            ])
            .judged(locations::used),
        check("countries-blocked", "LOCATION", "Sign-ins from unwanted countries are blocked")
            .asks("An enforced policy for all users and apps blocks by country: the listed ones, or all but the listed ones.")
            .why("Much password spraying comes from countries that nobody of the tenant is in. Whoever wants in can choose another address, so this is one layer of several.")
            .weight(Medium, Level::Medium, Level::Medium)
            .licence(EntraIdP1)
            .cis("5.2.2.15")
            .steps([
                "Under Conditional Access > Named locations, add a location of the countries that people work in.",
                "Make a policy for All users and All resources; under Network, include Any location and exclude that location; under Grant, select Block access.",
                "Exclude the emergency access accounts, and a group for travellers.",
                "Create it as Report-only, read its results in the sign-in logs for a week, then set it to On.",
            ])
            .judged(locations::countries_blocked),
    ]
}

fn upkeep_checks() -> Vec<Check> {
    vec![
        check("risk-kinds-apart", "RISK-SPLIT", "User risk and sign-in risk are in policies of their own")
            .asks("No enforced policy has conditions for both user risk and sign-in risk.")
            .why("Both conditions must be fulfilled at once, so that a policy with both reaches almost nobody.")
            .weight(Medium, Level::Low, Level::Low)
            .licence(EntraIdP2)
            .maester("MT.1049")
            .steps([
                "Copy the policy; take the user risk out of one and the sign-in risk out of the other.",
                "At user risk ask for risk remediation or a password change, at sign-in risk for multifactor authentication.",
            ])
            .judged(upkeep::risk_kinds_apart),
        check("policy-without-target", "EMPTY", "Every policy has a target")
            .asks("Each policy that is on or in report-only is for somebody and for something.")
            .why("It looks like protection in the list, and does nothing.")
            .weight(Low, Level::Low, Level::Low)
            .maester("MT.1184")
            .steps(["Open each policy that this finding names; give it users and target resources, or delete it."])
            .judged(objects::without_target),
        check("policy-without-control", "EMPTY", "Every policy asks for something")
            .asks("Each policy that is on or in report-only has a grant or a session control.")
            .why("It looks like protection in the list, and asks for nothing.")
            .weight(Low, Level::Low, Level::Low)
            .steps(["Open each policy that this finding names; select a control under Grant or Session, or delete it."])
            .judged(objects::without_control),
        check("deleted-references", "DELETED-REF", "No policy names deleted objects")
            .asks("No policy that is on or in report-only names a user, group, role or app that was deleted.")
            .why("A policy that includes a deleted group reaches fewer people than it seems to.")
            .weight(Medium, Level::Low, Level::Low)
            .maester("MT.1038")
            .maester("MT.1066")
            .steps([
                "Open each policy that this finding names; choose what took the place of the deleted object, or remove it.",
                "If it was deleted by mistake, restore it within 30 days.",
            ])
            .judged(objects::deleted),
        check("approved-app-retired", "APP-PROTECT", "The retired approved-app control is not relied on")
            .asks("No policy that is on or in report-only asks for an approved client app.")
            .why("Microsoft ends this control in 2026; a policy that has nothing else then no longer protects.")
            .weight(Medium, Level::Medium, Level::Low)
            .maester("MT.1072")
            .steps([
                "Open each policy that this finding names.",
                "Under Grant, select Require app protection policy beside Require approved client app, and Require one of the selected controls.",
                "When the protected apps work, take Require approved client app out.",
            ])
            .judged(upkeep::approved_app),
        check("continuous-access-not-disabled", "CAE", "Continuous access evaluation is not switched off")
            .asks("No enforced policy disables continuous access evaluation.")
            .why("A user who was disabled keeps working for up to an hour.")
            .weight(Low, Level::Low, Level::Low)
            .steps(["Open each policy that this finding names; under Session, clear Customize continuous access evaluation, or let it enforce locations strictly."])
            .judged(upkeep::continuous_access),
        check("stale-report-only", "STALE-RO", "Report-only is a stage, not a state")
            .asks("No policy has been in report-only for more than 90 days without a change.")
            .why("It was made to protect, and protects nobody.")
            .weight(Low, Level::Low, Level::Low)
            .steps([
                "Read the policy's results in the sign-in logs, under Report-only.",
                "Set it to On, or delete it.",
            ])
            .judged(upkeep::stale_report_only),
    ]
}

fn licence_checks() -> Vec<Check> {
    vec![
        check("features-licensed", "LICENCE", "Policies use only what is licensed")
            .asks("Each policy that is on or in report-only uses features that the tenant is licensed for.")
            .why("Such a policy can't be changed, and its condition may never be fulfilled.")
            .weight(Info, Level::Low, Level::Low)
            .maester("MT.1022")
            .maester("MT.1023")
            .steps(["Buy the licence, or take the feature out of the policies that this finding names."])
            .judged(licences::features),
        check("licences-for-everyone", "LICENCE", "There are licences for everyone in scope")
            .asks("Where a policy is for all users, there are as many units of Microsoft Entra ID P1 as users.")
            .why("Each user whom a policy protects needs a licence. Nothing stops working without; it is a question of compliance.")
            .weight(Info, Level::Low, Level::Medium)
            .maester("MT.1022")
            .steps(["Buy the missing units, or narrow the policies to who has a licence. Guests and shared mailboxes may need none."])
            .judged(licences::seats),
        check("security-defaults-without-p1", "SEC-DEFAULTS", "Without Conditional Access, security defaults are on")
            .asks("A tenant that is not licensed for Conditional Access, or enforces no policy, has security defaults on.")
            .why("They are the only thing that asks for multifactor authentication and blocks legacy authentication there.")
            .weight(High, Level::Medium, Level::Low)
            .maester("MT.1021")
            .steps([
                "In the Entra admin center, open Overview > Properties > Manage security defaults, and select Enabled.",
                "They must be off before a policy can be enforced; switch over in one go.",
            ])
            .judged(licences::security_defaults),
    ]
}
