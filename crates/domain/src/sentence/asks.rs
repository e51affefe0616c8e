//! What a policy asks for, as what somebody has to do, and what holds afterwards.

use super::Teller;
use crate::{
    names::NameKind,
    normal::{Field, Frequency, Item, NormalValue, Reference, Role},
    wellknown::{MFA_STRENGTH_ID, PASSWORDLESS_STRENGTH_ID, PHISHING_RESISTANT_STRENGTH_ID},
    words::{display_reference, display_word},
};

impl Teller<'_> {
    pub(super) fn is_block(&self) -> bool {
        self.policy.has_word(&Field::GrantControls, "block")
    }

    /// "and", "or", or the operator that this version does not know.
    pub(super) fn joined_by(&self) -> &str {
        match self.policy.fields.get(&Field::GrantOperator) {
            Some(NormalValue::Word(word)) if word == "OR" => "or",
            Some(NormalValue::Word(word)) if word != "AND" => word,
            _ => "and",
        }
    }

    /// The access controls but for the block, each as an infinitive, or as they are called.
    pub(super) fn asked(&self, infinitive: bool) -> Vec<String> {
        let mut out = Vec::new();
        for item in self.policy.set(&Field::GrantControls) {
            match item {
                Item::Word(word) if word == "block" => {}
                Item::Word(word) if infinitive => out.push(control(word)),
                Item::Word(word) => out.push(display_word(&Field::GrantControls, word)),
                Item::Object(reference) => out.push(self.object(reference)),
            }
        }
        for (field, value) in &self.policy.fields {
            if let (Field::Unmodelled(path), NormalValue::Json(value)) = (field, value)
                && path.starts_with("grantControls")
            {
                out.push(format!("satisfy {path} {value}"));
            }
        }
        // Multifactor authentication first, as everybody says it.
        out.sort_by_key(|text| !text.contains("multifactor authentication"));
        out
    }

    fn object(&self, reference: &Reference) -> String {
        let name = display_reference(reference, self.names);
        match (reference.kind, reference.id.as_str()) {
            (NameKind::AuthenticationStrength, MFA_STRENGTH_ID) => {
                "use multifactor authentication".to_owned()
            }
            (NameKind::AuthenticationStrength, PASSWORDLESS_STRENGTH_ID) => {
                "use passwordless multifactor authentication".to_owned()
            }
            (NameKind::AuthenticationStrength, PHISHING_RESISTANT_STRENGTH_ID) => {
                "use phishing-resistant multifactor authentication".to_owned()
            }
            (NameKind::AuthenticationStrength, _) => format!("authenticate as the strength {name} asks"),
            (NameKind::TermsOfUse, _) => format!("accept the terms of use {name}"),
            (NameKind::CustomFactor, _) => format!("satisfy the custom control {name}"),
            (kind, _) => format!("satisfy the {} {name}", kind.noun()),
        }
    }

    /// What holds for the session, each as a clause of its own.
    pub(super) fn session(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (field, value) in &self.policy.fields {
            if let (Field::Unmodelled(path), NormalValue::Json(value)) = (field, value)
                && path.starts_with("sessionControls")
            {
                out.push(format!("{path} is {value}"));
            }
            if field.role() == Role::Session && *field != Field::SignInFrequencyAuthentication {
                out.push(self.clause(field, value));
            }
        }
        out
    }

    fn clause(&self, field: &Field, value: &NormalValue) -> String {
        let word = match value {
            NormalValue::Word(word) => word.as_str(),
            _ => "",
        };
        match (field, value) {
            (Field::SignInFrequency, NormalValue::Frequency(frequency)) => {
                let again = match frequency {
                    Frequency::EveryTime => "every time".to_owned(),
                    Frequency::Hours(1) => "every hour".to_owned(),
                    Frequency::Hours(24) => "every day".to_owned(),
                    Frequency::Hours(hours) if hours % 24 == 0 => format!("every {} days", hours / 24),
                    Frequency::Hours(hours) => format!("every {hours} hours"),
                    Frequency::Unspecified => "after a time that is not given".to_owned(),
                };
                match self.policy.fields.get(&Field::SignInFrequencyAuthentication) {
                    None => format!("they have to sign in again {again}"),
                    Some(NormalValue::Word(kind)) if kind == "secondaryAuthentication" => {
                        format!("they have to give the second factor again {again}")
                    }
                    Some(kind) => {
                        let kind = if let NormalValue::Word(kind) = kind { kind.as_str() } else { "" };
                        format!("they have to sign in again {again} (\"{kind}\")")
                    }
                }
            }
            (Field::PersistentBrowser, _) if word == "never" => {
                "the browser does not stay signed in".to_owned()
            }
            (Field::PersistentBrowser, _) if word == "always" => "the browser stays signed in".to_owned(),
            (Field::AppEnforcedRestrictions, _) => "the app may limit what can be done".to_owned(),
            (Field::CloudAppSecurity, _) if word == "blockDownloads" => "downloads are blocked".to_owned(),
            (Field::CloudAppSecurity, _) if word == "monitorOnly" => "the session is monitored".to_owned(),
            (Field::CloudAppSecurity, _) if word == "mcasConfigured" => {
                "rules of Conditional Access App Control apply".to_owned()
            }
            (Field::TokenProtection, _) if word == "enabled" => {
                "the session only works on the device it began on".to_owned()
            }
            (Field::DisableResilienceDefaults, _) => {
                "sessions are not extended while Entra has an outage".to_owned()
            }
            (Field::ContinuousAccessEvaluation, _) if word == "disabled" => {
                "changes take effect only with the next token".to_owned()
            }
            (Field::ContinuousAccessEvaluation, _) if word == "strictLocation" => {
                "access ends at once where the location is not allowed".to_owned()
            }
            (Field::FilteringProfile, NormalValue::Object(reference)) => {
                let name = display_reference(reference, self.names);
                format!("the security profile {name} filters their internet traffic")
            }
            (_, NormalValue::Json(value)) => format!("{} is {value}", field.label()),
            _ => format!("{} is \"{word}\"", field.label()),
        }
    }
}

/// An access control as what somebody has to do.
fn control(word: &str) -> String {
    match word {
        "mfa" => "use multifactor authentication",
        "compliantDevice" => "use a device that is marked as compliant",
        "domainJoinedDevice" => "use a Microsoft Entra hybrid joined device",
        "approvedApplication" => "use an approved client app",
        "compliantApplication" => "use an app with an app protection policy",
        "passwordChange" => "change their password",
        "riskRemediation" => "get rid of the risk",
        other => return format!("satisfy the control \"{other}\""),
    }
    .to_owned()
}
