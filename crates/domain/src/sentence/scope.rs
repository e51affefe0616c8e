//! What a policy covers, as what somebody does ("sign in to any app"), and when.

use super::{Teller, listed, subject::lower_first};
use crate::{
    normal::{Field, NormalValue},
    words::display_word,
};

impl Teller<'_> {
    /// What somebody does for the policy to apply; nothing where it covers nothing.
    pub(super) fn action(&self) -> Option<String> {
        let mut apps = self.items(&Field::IncludeApplications, "apps", |word| match word {
            "All" => "any app".to_owned(),
            "AllAgentIdResources" => "all agent resources".to_owned(),
            other => display_word(&Field::IncludeApplications, other),
        });
        apps.extend(self.rule(&Field::ApplicationFilter, "apps"));
        let mut out = Vec::new();
        if !apps.is_empty() {
            out.push(format!("sign in to {}", listed(&apps, "or")));
        }
        out.extend(self.items(&Field::IncludeUserActions, "actions", |word| match word {
            "urn:user:registersecurityinfo" => "register security information".to_owned(),
            "urn:user:registerdevice" => "register or join devices".to_owned(),
            other => format!("perform the user action \"{other}\""),
        }));
        let contexts = self.names_of(&Field::IncludeAuthenticationContexts, "contexts");
        if !contexts.is_empty() {
            let noun = if contexts.len() == 1 { "context" } else { "contexts" };
            out.push(format!("reach what the authentication {noun} {} protects", listed(&contexts, "or")));
        }
        let traffic = self.items(&Field::IncludeTraffic, "profiles", |word| {
            let text = display_word(&Field::IncludeTraffic, word);
            if word == "m365" { text } else { lower_first(&text) }
        });
        if !traffic.is_empty() {
            out.push(format!("use {} of Global Secure Access", listed(&traffic, "or")));
        }
        if out.is_empty() {
            return None;
        }
        let mut text = listed(&out, "or");
        let except = self.excluded_apps();
        if !except.is_empty() {
            text.push_str(&format!(" except {}", listed(&except, "and")));
        }
        Some(text)
    }

    /// The apps that are left out.
    pub(super) fn excluded_apps(&self) -> Vec<String> {
        self.names_of(&Field::ExcludeApplications, "apps")
    }

    /// Further conditions, each to be put behind what somebody does.
    pub(super) fn conditions(&self) -> Vec<String> {
        let mut out = Vec::new();
        out.extend(self.client_apps());
        out.extend(self.pair("on", &Field::IncludePlatforms, &Field::ExcludePlatforms, "platforms"));
        out.extend(self.pair("from", &Field::IncludeLocations, &Field::ExcludeLocations, "locations"));
        for (field, what) in [
            (Field::UserRiskLevels, "user risk"),
            (Field::SignInRiskLevels, "sign-in risk"),
            (Field::ServicePrincipalRiskLevels, "service principal risk"),
            (Field::InsiderRiskLevels, "insider risk"),
            (Field::AgentIdRiskLevels, "agent risk"),
        ] {
            // From the highest down, as one says it; Graph's order of words is by alphabet.
            const LEVELS: [&str; 7] = ["high", "medium", "low", "elevated", "moderate", "minor", "none"];
            let rank = |word: &str| LEVELS.iter().position(|level| *level == word);
            let mut levels: Vec<&str> = self.policy.set(&field).iter().map(|item| item.id()).collect();
            levels.sort_by_key(|word| (rank(word).unwrap_or(LEVELS.len()), *word));
            let levels: Vec<String> = levels
                .into_iter()
                .map(|word| if rank(word).is_some() { word.to_owned() } else { format!("\"{word}\"") })
                .collect();
            if !levels.is_empty() {
                out.push(format!("when the {what} is {}", listed(&levels, "or")));
            }
        }
        let flows = self.items(&Field::TransferMethods, "flows", |word| match word {
            "deviceCodeFlow" => "device code flow".to_owned(),
            "authenticationTransfer" => "authentication transfer".to_owned(),
            other => format!("the flow \"{other}\""),
        });
        if !flows.is_empty() {
            out.push(format!("by {}", listed(&flows, "or")));
        }
        out.extend(self.rule(&Field::DeviceFilter, "on devices"));
        out.extend(self.pair("on", &Field::IncludeDevices, &Field::ExcludeDevices, "devices"));
        let states = (&Field::IncludeDeviceStates, &Field::ExcludeDeviceStates);
        out.extend(self.pair("with", states.0, states.1, "device states"));
        out.extend(self.pair(
            "in",
            &Field::IncludeAgentContexts,
            &Field::ExcludeAgentContexts,
            "agent contexts",
        ));
        for (field, value) in &self.policy.fields {
            let odd = matches!(field, Field::Times | Field::Clients | Field::Unmodelled(_));
            if odd
                && field.path().starts_with("conditions")
                && let NormalValue::Json(value) = value
            {
                out.push(format!("under the condition {} {value}", field.path()));
            }
        }
        out
    }

    fn client_apps(&self) -> Option<String> {
        let field = Field::ClientAppTypes;
        let mut ways = Vec::new();
        let legacy = ["exchangeActiveSync", "other"];
        if legacy.iter().all(|word| self.policy.has_word(&field, word)) {
            ways.push("with a legacy client, which can't do modern authentication".to_owned());
        } else if self.policy.has_word(&field, "exchangeActiveSync") {
            ways.push("with Exchange ActiveSync".to_owned());
        } else if self.policy.has_word(&field, "other") {
            ways.push("with another legacy client".to_owned());
        }
        for item in self.policy.set(&field) {
            match item.id() {
                "browser" => ways.push("in a browser".to_owned()),
                "mobileAppsAndDesktopClients" => ways.push("with a mobile or desktop app".to_owned()),
                word if legacy.contains(&word) => {}
                word => ways.push(format!("with the client app type \"{word}\"")),
            }
        }
        ways.sort();
        (!ways.is_empty()).then(|| listed(&ways, "or"))
    }

    /// "on any platform except Windows", "from Head office or Branch".
    fn pair(&self, lead: &str, include: &Field, exclude: &Field, many: &str) -> Option<String> {
        let one = many.trim_end_matches('s');
        let names = |field: &Field| {
            self.items(field, many, |word| match word {
                "All" | "all" => format!("any {one}"),
                "AllTrusted" => "a trusted location".to_owned(),
                other => display_word(field, other),
            })
        };
        let (to, from) = (names(include), names(exclude));
        if to.is_empty() && from.is_empty() {
            return None;
        }
        let to = if to.is_empty() { vec![format!("any {one}")] } else { to };
        let mut text = format!("{lead} {}", listed(&to, "or"));
        if !from.is_empty() {
            text.push_str(&format!(" except {}", listed(&from, "and")));
        }
        Some(text)
    }
}
