//! `conditionalAccessGrantControls` and `conditionalAccessSessionControls`, v1.0 and beta.

use super::{
    enums::{
        BuiltInControl, CloudAppSecurityType, ContinuousAccessEvaluationMode, FrequencyAuthentication,
        FrequencyInterval, FrequencyUnit, Operator, PersistentBrowserMode,
    },
    fields::{Fields, Unmodelled, join},
    member::{Member, Resource, put_unmodelled, resource},
};
use serde_json::{Map, Value};

/// What is asked for before access is granted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GrantControls {
    /// How the controls are joined.
    pub operator: Option<Operator>,
    /// Built-in controls.
    pub built_in_controls: Vec<BuiltInControl>,
    /// Ids of custom controls.
    pub custom_authentication_factors: Vec<String>,
    /// Ids of agreements.
    pub terms_of_use: Vec<String>,
    /// The authentication strength, expanded in answers of Graph, only its id in bodies to be created.
    pub authentication_strength: Option<AuthenticationStrength>,
    /// Members that the model does not know, as they were.
    pub unmodelled: Unmodelled,
}

// By hand, because a create body may name the strength by `authenticationStrength@odata.bind`.
impl Resource for GrantControls {
    fn read(mut fields: Fields<'_, '_>) -> Self {
        let operator = Member::take(&mut fields, "operator");
        let built_in_controls = Member::take(&mut fields, "builtInControls");
        let custom_authentication_factors = Member::take(&mut fields, "customAuthenticationFactors");
        let terms_of_use = Member::take(&mut fields, "termsOfUse");
        let mut authentication_strength: Option<AuthenticationStrength> =
            Member::take(&mut fields, "authenticationStrength");
        if let (None, Some(id)) = (&authentication_strength, fields.take_bound("authenticationStrength")) {
            authentication_strength = Some(AuthenticationStrength { id: Some(id), ..Default::default() });
        }
        Self {
            operator,
            built_in_controls,
            custom_authentication_factors,
            terms_of_use,
            authentication_strength,
            unmodelled: fields.rest(),
        }
    }

    fn write(&self) -> Map<String, Value> {
        let mut map = Map::new();
        self.operator.put("operator", &mut map);
        self.built_in_controls.put("builtInControls", &mut map);
        self.custom_authentication_factors.put("customAuthenticationFactors", &mut map);
        self.terms_of_use.put("termsOfUse", &mut map);
        self.authentication_strength.put("authenticationStrength", &mut map);
        put_unmodelled(&self.unmodelled, &mut map);
        map
    }

    fn unmodelled_members<'a>(&'a self, path: &str, out: &mut Vec<(String, &'a Value)>) {
        self.authentication_strength.unmodelled(&join(path, "authenticationStrength"), out);
        out.extend(self.unmodelled.iter().map(|(name, value)| (join(path, name), value)));
    }
}

resource! {
    /// `authenticationStrengthPolicy`.
    AuthenticationStrength {
        /// Its id: the same in every tenant for built-in ones.
        id: Option<String> = "id",
        /// Its name.
        display_name: Option<String> = "displayName",
        /// Its description.
        description: Option<String> = "description",
        /// `builtIn` or `custom`.
        policy_type: Option<String> = "policyType",
        /// `mfa`.
        requirements_satisfied: Option<String> = "requirementsSatisfied",
        /// Each is one combination, its methods joined by a comma.
        allowed_combinations: Vec<String> = "allowedCombinations",
        /// Narrower demands on a combination, such as allowed models of security keys.
        combination_configurations: Vec<Value> = "combinationConfigurations",
        /// When it was made.
        created_date_time: Option<String> = "createdDateTime",
        /// When it was last changed.
        modified_date_time: Option<String> = "modifiedDateTime",
    }
}

resource! {
    /// What holds for the session once access is granted.
    SessionControls {
        /// Limited experience in apps that support it.
        application_enforced_restrictions: Option<Toggle> = "applicationEnforcedRestrictions",
        /// The session proxy of Defender for Cloud Apps.
        cloud_app_security: Option<CloudAppSecurity> = "cloudAppSecurity",
        /// Persistent browser sessions.
        persistent_browser: Option<PersistentBrowser> = "persistentBrowser",
        /// How often a sign-in is asked for.
        sign_in_frequency: Option<SignInFrequency> = "signInFrequency",
        /// Token protection.
        secure_sign_in_session: Option<SecureSignInSession> = "secureSignInSession",
        /// True switches the resilience defaults off.
        disable_resilience_defaults: Option<bool> = "disableResilienceDefaults",
        /// Continuous access evaluation (beta).
        continuous_access_evaluation: Option<ContinuousAccessEvaluation> = "continuousAccessEvaluation",
        /// The security profile of Global Secure Access (beta).
        global_secure_access_filtering_profile: Option<FilteringProfile> = "globalSecureAccessFilteringProfile",
        /// The same under an earlier name (seen in exports).
        network_access_security: Option<NetworkAccessSecurity> = "networkAccessSecurity",
        /// Seen in exports, always null; of unknown shape.
        block_sensitive_actions: Option<Value> = "blockSensitiveActions",
    }
}

resource! {
    /// A session control that is either on or off.
    Toggle {
        /// Whether it is on.
        is_enabled: Option<bool> = "isEnabled",
    }
}

resource! {
    /// `cloudAppSecuritySessionControl`.
    CloudAppSecurity {
        /// Whether it is on.
        is_enabled: Option<bool> = "isEnabled",
        /// What it does.
        cloud_app_security_type: Option<CloudAppSecurityType> = "cloudAppSecurityType",
    }
}

resource! {
    /// `persistentBrowserSessionControl`.
    PersistentBrowser {
        /// Whether it is on.
        is_enabled: Option<bool> = "isEnabled",
        /// Always or never.
        mode: Option<PersistentBrowserMode> = "mode",
    }
}

resource! {
    /// `signInFrequencySessionControl`.
    SignInFrequency {
        /// Whether it is on.
        is_enabled: Option<bool> = "isEnabled",
        /// How many units; unset for every time.
        value: Option<i64> = "value",
        /// Days or hours; unset for every time.
        unit: Option<FrequencyUnit> = "type",
        /// What is repeated.
        authentication_type: Option<FrequencyAuthentication> = "authenticationType",
        /// After a time, or every time.
        frequency_interval: Option<FrequencyInterval> = "frequencyInterval",
    }
}

resource! {
    /// `secureSignInSessionControl`.
    SecureSignInSession {
        /// Whether it is on.
        is_enabled: Option<bool> = "isEnabled",
        /// Seen in exports.
        secure_app_session_mode: Option<String> = "secureAppSessionMode",
    }
}

resource! {
    /// `continuousAccessEvaluationSessionControl`.
    ContinuousAccessEvaluation {
        /// Its mode; `disabled` switches continuous access evaluation off, which is not the same as unset.
        mode: Option<ContinuousAccessEvaluationMode> = "mode",
    }
}

resource! {
    /// `globalSecureAccessFilteringProfileSessionControl`.
    FilteringProfile {
        /// Whether it is on.
        is_enabled: Option<bool> = "isEnabled",
        /// The profile, an object of the tenant.
        profile_id: Option<String> = "profileId",
    }
}

resource! {
    /// The earlier form of [`FilteringProfile`].
    NetworkAccessSecurity {
        /// Whether it is on.
        is_enabled: Option<bool> = "isEnabled",
        /// The profile, an object of the tenant.
        policy_id: Option<String> = "policyId",
    }
}
