//! Session controls in normal form: what is switched on, and how.

use super::{Field, Frequency, NormalValue, Reference, build::Builder};
use crate::{
    names::NameKind,
    policy::{
        Evolvable, FrequencyAuthentication, FrequencyInterval, FrequencyUnit, SessionControls,
        SignInFrequency,
    },
};

pub(super) fn build_session(builder: &mut Builder<'_>, session: &SessionControls) {
    let word = |text: &str| NormalValue::Word(text.to_owned());
    if let Some(control) = &session.application_enforced_restrictions
        && is_on(control.is_enabled, false)
    {
        builder.put(Field::AppEnforcedRestrictions, word("enabled"));
    }
    if let Some(control) = &session.cloud_app_security
        && is_on(control.is_enabled, control.cloud_app_security_type.is_some())
    {
        let kind = control.cloud_app_security_type.as_ref().map_or("enabled", Evolvable::as_str);
        builder.put(Field::CloudAppSecurity, word(kind));
    }
    if let Some(control) = &session.persistent_browser
        && is_on(control.is_enabled, control.mode.is_some())
    {
        let mode = control.mode.as_ref().map_or("enabled", Evolvable::as_str);
        builder.put(Field::PersistentBrowser, word(mode));
    }
    if let Some(control) = &session.sign_in_frequency {
        sign_in_frequency(builder, control);
    }
    if let Some(control) = &session.secure_sign_in_session
        && is_on(control.is_enabled, control.secure_app_session_mode.is_some())
    {
        builder.put(
            Field::TokenProtection,
            word(control.secure_app_session_mode.as_deref().unwrap_or("enabled")),
        );
    }
    if session.disable_resilience_defaults == Some(true) {
        builder.put(Field::DisableResilienceDefaults, word("true"));
    }
    // `disabled` is a setting of its own here: it switches evaluation off.
    if let Some(mode) =
        session.continuous_access_evaluation.as_ref().and_then(|control| control.mode.as_ref())
    {
        builder.put(Field::ContinuousAccessEvaluation, word(mode.as_str()));
    }
    filtering_profile(builder, session);
    if let Some(value) = &session.block_sensitive_actions {
        builder.put(Field::BlockSensitiveActions, NormalValue::json(value));
    }
}

/// Switched off is the same as absent. Where a body leaves `isEnabled` out, a setting beside it switches it on.
fn is_on(is_enabled: Option<bool>, has_setting: bool) -> bool {
    is_enabled.unwrap_or(has_setting)
}

fn sign_in_frequency(builder: &mut Builder<'_>, control: &SignInFrequency) {
    let every_time = control.frequency_interval == Some(FrequencyInterval::EveryTime);
    if !is_on(control.is_enabled, every_time || control.value.is_some()) {
        return;
    }
    let frequency = match (every_time, control.value) {
        (true, _) => Frequency::EveryTime,
        (false, Some(value)) => {
            let hours =
                if control.unit == Some(FrequencyUnit::Days) { value.saturating_mul(24) } else { value };
            Frequency::Hours(hours)
        }
        (false, None) => Frequency::Unspecified,
    };
    builder.put(Field::SignInFrequency, NormalValue::Frequency(frequency));
    // A word of unknown meaning is no default.
    let unknown = [
        (
            "frequencyInterval",
            control.frequency_interval.as_ref().filter(|i| i.is_unknown()).map(Evolvable::as_str),
        ),
        ("type", control.unit.as_ref().filter(|unit| unit.is_unknown()).map(Evolvable::as_str)),
    ];
    for (name, word) in unknown {
        if let Some(word) = word {
            let path = format!("{}.{name}", Field::SignInFrequency.path());
            builder.put(Field::Unmodelled(path), NormalValue::json(&word.into()));
        }
    }
    // Repeating all of the authentication is the default.
    match &control.authentication_type {
        None | Some(FrequencyAuthentication::PrimaryAndSecondary) => {}
        Some(other) => {
            builder.put(Field::SignInFrequencyAuthentication, NormalValue::Word(other.as_str().to_owned()));
        }
    }
}

fn filtering_profile(builder: &mut Builder<'_>, session: &SessionControls) {
    let new = session.global_secure_access_filtering_profile.as_ref().map(|c| (c.is_enabled, &c.profile_id));
    let old = session.network_access_security.as_ref().map(|c| (c.is_enabled, &c.policy_id));
    let on = [new, old].into_iter().flatten().find(|(enabled, id)| is_on(*enabled, id.is_some()));
    if let Some((_, id)) = on {
        let id = id.as_deref().unwrap_or_default();
        let reference = Reference::new(NameKind::FilteringProfile, id, builder.names);
        builder.put(Field::FilteringProfile, NormalValue::Object(reference));
    }
}
