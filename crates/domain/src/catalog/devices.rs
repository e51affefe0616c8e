//! Devices and their apps, and what registers them.

use super::{
    check::{Check, Level, RoleSet, check},
    goal::*,
};
use crate::{
    licence::Licence::{EntraIdP1, Intune},
    policy::Policy,
    severity::Severity::{High, Medium},
};
use serde_json::{Value, json};

const REGISTER_SECURITY_INFO: &str = "urn:user:registersecurityinfo";
const REGISTER_DEVICE: &str = "urn:user:registerdevice";

const UNMANAGED_DEVICE: &str = "On a device that nobody manages, a stolen session or a copied file goes unnoticed; a phishing site has no managed device to show.";

fn platforms(names: &[&str]) -> Value {
    json!({"platforms": {"includePlatforms": names}})
}

pub(super) fn checks() -> Vec<Check> {
    let mut checks = device_checks();
    checks.extend(registration_checks());
    checks
}

fn device_checks() -> Vec<Check> {
    vec![
        check("device-all-users", "DEVICE", "Managed devices for all users")
            .asks("Every user of this tenant needs a compliant or hybrid joined device for every app. External users are not counted: their devices are managed elsewhere.")
            .why(UNMANAGED_DEVICE)
            .weight(High, Level::High, Level::High)
            .licence(Intune)
            .cisa("MS.AAD.3.7v1")
            .cis("5.2.2.9")
            .maester("MT.1001")
            .zero_trust("21892")
            .zero_trust("24824")
            .policy([
                "Enrol the devices and give them a compliance policy in Intune first; read there how many are compliant.",
                "Under Users, include All users and exclude external users; under Target resources, All resources.",
                "Under Grant, select Require device to be marked as compliant and Require Microsoft Entra hybrid joined device, and Require one of the selected controls.",
            ])
            .covered([goal(own_people(), all_apps(), always(), one_of(MANAGED))]),
        check("device-desktop", "DEVICE", "Managed devices on Windows and macOS")
            .asks("On Windows and macOS, every user of this tenant needs a compliant or hybrid joined device for every app.")
            .why(UNMANAGED_DEVICE)
            .weight(Medium, Level::Medium, Level::High)
            .licence(Intune)
            .policy([
                "Enrol the computers and give them a compliance policy in Intune first.",
                "Under Users, include All users and exclude external users; under Target resources, All resources.",
                "Under Conditions > Device platforms, include Windows and macOS.",
                "Under Grant, select Require device to be marked as compliant and Require Microsoft Entra hybrid joined device, and Require one of the selected controls.",
            ])
            .covered([goal(own_people(), all_apps(), platforms(&["windows", "macOS"]), one_of(MANAGED))]),
        check("device-or-mfa-all-users", "DEVICE", "A managed device or multifactor authentication for all users")
            .asks("Every user needs a managed device or multifactor authentication for every app. Weaker than either alone, and what Microsoft's template asks.")
            .why("A password alone opens nothing.")
            .weight(High, Level::Medium, Level::Medium)
            .licence(EntraIdP1)
            .template("Require compliant or Microsoft Entra hybrid joined device or multifactor authentication for all users")
            .policy([
                "Under Users, include All users; under Target resources, All resources.",
                "Under Grant, select Require multifactor authentication, Require device to be marked as compliant and Require Microsoft Entra hybrid joined device, and Require one of the selected controls.",
            ])
            .covered([goal(
                everyone(),
                all_apps(),
                always(),
                one_of(&["mfa", "compliantDevice", "domainJoinedDevice"]),
            )]),
        check("device-admins", "DEVICE-ADMIN", "Managed devices for administrators (Microsoft's template)")
            .asks("Holders of the fourteen roles of Microsoft's template need a compliant or hybrid joined device for every app. Whether it is a workstation kept for administration is not told by the policies.")
            .why("Malware on a private computer rides on the administrator's session.")
            .weight(High, Level::Medium, Level::High)
            .licence(Intune)
            .role_set(RoleSet::Template)
            .template("Require compliant or Microsoft Entra hybrid joined device for administrators")
            .maester("MT.1014")
            .zero_trust("21830")
            .policy([
                "Give every administrator a managed device, best one kept for administration.",
                "Under Users, include Directory roles and select the roles that this check names.",
                "Under Target resources, include All resources.",
                "Under Grant, select Require device to be marked as compliant and Require Microsoft Entra hybrid joined device, and Require one of the selected controls.",
            ])
            .covered([goal(roles(&RoleSet::Template.roles()), all_apps(), always(), one_of(MANAGED))]),
        check("app-protection-mobile", "APP-PROTECT", "Protected apps or managed devices on mobile")
            .asks("On Android and iOS, Office 365 opens only in an app with an app protection policy or on a managed device; external users aside.")
            .why("On a private phone, company data stays in apps that the company can wipe.")
            .weight(Medium, Level::Medium, Level::Medium)
            .licence(Intune)
            .template("Require approved client apps or app protection policies")
            .zero_trust("24827")
            .policy([
                "In Intune, make an app protection policy for Android and one for iOS.",
                "Under Users, include All users and exclude external users; under Target resources, Office 365.",
                "Under Conditions > Device platforms, include Android and iOS.",
                "Under Grant, select Require app protection policy and Require device to be marked as compliant, and Require one of the selected controls.",
            ])
            .covered([goal(
                own_people(),
                apps(&["Office365"]),
                platforms(&["android", "iOS"]),
                // Hybrid joined phones don't exist; the control is here because policies for all platforms name it.
                one_of(&["compliantApplication", "compliantDevice", "domainJoinedDevice"]),
            )]),
        check("app-enforced-restrictions", "APP-ENFORCED", "Limited web access from unmanaged devices")
            .asks("In a browser on an unmanaged device, Exchange Online and SharePoint Online are held to their own restrictions, or a managed device is required.")
            .why("Files and mails can be read in the browser, but not downloaded to a computer that nobody manages.")
            .weight(Medium, Level::Medium, Level::Medium)
            .licence(EntraIdP1)
            .template("Use application enforced restrictions for O365 apps")
            .maester("MT.1019")
            .policy([
                "In the SharePoint admin center, under Access control > Unmanaged devices, allow limited, web-only access; in Exchange Online, set ConditionalAccessPolicy of the OWA mailbox policy to ReadOnly.",
                "Under Users, include All users; under Target resources, Office 365.",
                "Under Conditions > Client apps, select Browser.",
                "Under Session, select Use app enforced restrictions.",
            ])
            .covered_either(unmanaged_browser(session(
                json!({"applicationEnforcedRestrictions": {"isEnabled": true}}),
            ))),
    ]
}

/// Where a managed device is required there is no session on an unmanaged one.
fn unmanaged_browser(controls: Value) -> Vec<Vec<Policy>> {
    let region = || {
        let mut region = unmanaged();
        region["clientAppTypes"] = json!(["browser"]);
        region
    };
    let office = || apps(&[EXCHANGE, SHAREPOINT]);
    vec![
        vec![goal(everyone(), office(), region(), controls)],
        vec![goal(everyone(), office(), region(), one_of(MANAGED))],
    ]
}

fn registration_checks() -> Vec<Check> {
    vec![
        check("security-info-registration", "SEC-INFO", "Registration of security information is protected")
            .asks("From outside of trusted locations, security information is registered only with multifactor authentication (a temporary access pass is one) or from a managed device.")
            .why("Whoever has the password of a new or forgotten account would register their own phone and hold the account for good.")
            .weight(High, Level::Medium, Level::Medium)
            .licence(EntraIdP1)
            .template("Securing security info registration")
            .maester("MT.1011")
            .zero_trust("21806")
            .action_policy([
                "Under Authentication methods, switch on Temporary Access Pass, so that new users can register.",
                "Under Users, include All users.",
                "Under Target resources, choose User actions and select Register security information.",
                "Under Network, include Any location and exclude All trusted locations.",
                "Under Grant, select Require multifactor authentication.",
            ])
            .covered([goal(
                everyone(),
                action(REGISTER_SECURITY_INFO),
                untrusted(),
                one_of(&["mfa", "compliantDevice", "domainJoinedDevice"]),
            )]),
        check("security-info-managed-device", "SEC-INFO", "Security information is registered from managed devices")
            .asks("Users of this tenant register security information only from a compliant or hybrid joined device.")
            .why("A phishing site can relay a code into the registration page; it has no managed device to show.")
            .weight(Medium, Level::Medium, Level::High)
            .licence(Intune)
            .cisa("MS.AAD.3.8v1")
            .cis("5.2.2.10")
            .action_policy([
                "Under Users, include All users and exclude external users.",
                "Under Target resources, choose User actions and select Register security information.",
                "Under Grant, select Require device to be marked as compliant and Require Microsoft Entra hybrid joined device, and Require one of the selected controls.",
            ])
            .covered([goal(own_people(), action(REGISTER_SECURITY_INFO), always(), one_of(MANAGED))]),
        check("device-registration-mfa", "DEVICE-JOIN", "Multifactor authentication to register or join a device")
            .asks("Every user needs multifactor authentication to register a device or to join it.")
            .why("A device that an attacker registers holds on to the account after the password is changed, and may become a managed one.")
            .weight(High, Level::Low, Level::Low)
            .licence(EntraIdP1)
            .maester("MT.1061")
            .zero_trust("21872")
            .action_policy([
                "Under Users, include All users.",
                "Under Target resources, choose User actions and select Register or join devices.",
                "Under Grant, select Require multifactor authentication.",
                "Under Devices > Device settings, set Require multifactor authentication to register or join devices to No, or it gets in the way of the policy.",
            ])
            .covered([goal(everyone(), action(REGISTER_DEVICE), always(), one_of(&["mfa"]))]),
        check("intune-enrolment-every-time", "DEVICE-JOIN", "Enrolment in Intune authenticates anew")
            .asks("Enrolling a device in Intune needs multifactor authentication, and authentication every time.")
            .why("A stolen session must not be enough to make an attacker's device a managed one.")
            .weight(Medium, Level::Low, Level::Low)
            .licence(Intune)
            .cis("5.2.2.11")
            .policy([
                "Under Users, include All users.",
                "Under Target resources, select Microsoft Intune Enrollment.",
                "Under Grant, select Require multifactor authentication.",
                "Under Session, set Sign-in frequency to Every time.",
            ])
            .covered([
                goal(everyone(), apps(&[INTUNE_ENROLLMENT]), always(), one_of(&["mfa"])),
                goal(everyone(), apps(&[INTUNE_ENROLLMENT]), always(), every_time()),
            ]),
    ]
}
