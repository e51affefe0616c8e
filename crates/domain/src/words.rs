//! Graph's words in people's words. Names of objects come from the policy's references.

use crate::{
    names::{NameKind, Names},
    normal::{Field, Frequency, Item, NormalValue, Reference},
    policy::FilterMode,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// A field's value for people: texts for sets and single values, `null` where nothing is said.
pub(crate) fn display_value(field: &Field, value: Option<&NormalValue>, names: &Names) -> Value {
    match value {
        None => Value::Null,
        Some(NormalValue::Set(items)) => Value::from(display_set(field, items, names)),
        Some(NormalValue::Word(text)) => Value::from(display_word(field, text)),
        Some(NormalValue::Rule(mode, rule)) => Value::from(display_rule(mode, rule)),
        Some(NormalValue::Frequency(frequency)) => Value::from(display_frequency(*frequency)),
        Some(NormalValue::Object(reference)) => Value::from(display_reference(reference, names)),
        Some(NormalValue::Json(value)) => value.clone(),
    }
}

/// The elements of a field's set for people, in alphabetical order.
pub(crate) fn display_set(field: &Field, items: &BTreeSet<Item>, names: &Names) -> Vec<String> {
    let mut shown: Vec<String> = items.iter().map(|item| display_item(field, item, names)).collect();
    shown.sort_by_cached_key(|text| (text.to_lowercase(), text.clone()));
    shown
}

pub(crate) fn display_item(field: &Field, item: &Item, names: &Names) -> String {
    match item {
        Item::Word(text) => display_word(field, text),
        Item::Object(reference) => display_reference(reference, names),
    }
}

pub(crate) fn display_reference(reference: &Reference, names: &Names) -> String {
    if let Some(name) = reference.name.as_deref().or_else(|| names.name(reference.kind, &reference.id)) {
        return name.to_owned();
    }
    let noun = reference.kind.noun();
    if names.is_deleted(reference.kind, &reference.id) {
        return format!("deleted {noun} {}", reference.id);
    }
    match reference.kind {
        // Placeholders of published baselines speak for themselves.
        _ if !crate::json::is_guid(&reference.id) && reference.kind != NameKind::AuthenticationContext => {
            reference.id.clone()
        }
        _ => format!("{noun} {}", reference.id),
    }
}

pub(crate) fn display_rule(mode: &FilterMode, rule: &str) -> String {
    match mode {
        FilterMode::Exclude => format!("Exclude: {rule}"),
        _ => format!("Include: {rule}"),
    }
}

pub(crate) fn display_frequency(frequency: Frequency) -> String {
    match frequency {
        Frequency::EveryTime => "Every time".to_owned(),
        Frequency::Hours(1) => "1 hour".to_owned(),
        Frequency::Hours(hours) if hours > 24 && hours % 24 == 0 => format!("{} days", hours / 24),
        Frequency::Hours(hours) => format!("{hours} hours"),
        Frequency::Unspecified => "Enabled".to_owned(),
    }
}

/// Graph's words as the Entra admin center writes them; what is not in the table stays as it is.
pub(crate) fn display_word(field: &Field, word: &str) -> String {
    let text = match (field, word) {
        (Field::GrantControls, "mfa") => "Multifactor authentication",
        (Field::State, "enabled") => "On",
        (Field::State, "disabled") => "Off",
        (Field::State, "enabledForReportingButNotEnforced") => "Report-only",
        (Field::IncludeUsers | Field::ExcludeUsers, "All") => "All users",
        (Field::IncludeAgentUsers | Field::ExcludeAgentUsers, "All") => "All agent users",
        (Field::IncludeAgentIdentities | Field::ExcludeAgentIdentities, "All") => "All agent identities",
        (Field::IncludeApplications | Field::ExcludeApplications, "All") => "All resources",
        (Field::IncludeLocations | Field::ExcludeLocations, "All") => "Any location",
        (Field::IncludeLocations | Field::ExcludeLocations, "AllTrusted") => "All trusted locations",
        (Field::IncludePlatforms | Field::ExcludePlatforms, "all") => "Any platform",
        (Field::PersistentBrowser, "always") => "Always persistent",
        (Field::PersistentBrowser, "never") => "Never persistent",
        (Field::ContinuousAccessEvaluation, "disabled") => "Disabled",
        (Field::ContinuousAccessEvaluation, "strictLocation") => "Strictly enforce locations",
        (Field::ContinuousAccessEvaluation, "strictEnforcement") => "Strict enforcement",
        (Field::DisableResilienceDefaults, "true") => "Yes",
        (Field::GrantOperator, "AND") => "Require all the selected controls",
        (Field::GrantOperator, "OR") => "Require one of the selected controls",
        (_, "Office365") => "Office 365",
        (_, "MicrosoftAdminPortals") => "Microsoft Admin Portals",
        (_, "AllAgentIdResources") => "All agent resources",
        (_, "ServicePrincipalsInMyTenant") => "All owned service principals",
        (_, "urn:user:registersecurityinfo") => "Register security information",
        (_, "urn:user:registerdevice") => "Register or join devices",
        (_, "browser") => "Browser",
        (_, "mobileAppsAndDesktopClients") => "Mobile apps and desktop clients",
        (_, "exchangeActiveSync") => "Exchange ActiveSync clients",
        (_, "other") => "Other clients",
        (_, "android") => "Android",
        (_, "windows") => "Windows",
        (_, "windowsPhone") => "Windows Phone",
        (_, "linux") => "Linux",
        (_, "low") => "Low",
        (_, "medium") => "Medium",
        (_, "high") => "High",
        (_, "none") => "None",
        (_, "minor") => "Minor",
        (_, "moderate") => "Moderate",
        (_, "elevated") => "Elevated",
        (_, "deviceCodeFlow") => "Device code flow",
        (_, "authenticationTransfer") => "Authentication transfer",
        (_, "internalGuest") => "Local guest users",
        (_, "b2bCollaborationGuest") => "B2B collaboration guest users",
        (_, "b2bCollaborationMember") => "B2B collaboration member users",
        (_, "b2bDirectConnectUser") => "B2B direct connect users",
        (_, "otherExternalUser") => "Other external users",
        (_, "serviceProvider") => "Service provider users",
        (_, "block") => "Block access",
        (_, "compliantDevice") => "Require device to be marked as compliant",
        (_, "domainJoinedDevice") => "Require Microsoft Entra hybrid joined device",
        (_, "approvedApplication") => "Require approved client app",
        (_, "compliantApplication") => "Require app protection policy",
        (_, "passwordChange") => "Require password change",
        (_, "riskRemediation") => "Require risk remediation",
        (_, "mcasConfigured") => "Use custom policy",
        (_, "monitorOnly") => "Monitor only",
        (_, "blockDownloads") => "Block downloads",
        (_, "primaryAndSecondaryAuthentication") => "Primary and secondary authentication",
        (_, "secondaryAuthentication") => "Secondary authentication only",
        (_, "m365") => "Microsoft traffic",
        (_, "internet") => "Internet traffic",
        (_, "private") => "Private access traffic",
        (_, "enabled") => "Enabled",
        (_, other) => other,
    };
    text.to_owned()
}
