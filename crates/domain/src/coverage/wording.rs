//! The small dimensions in words: client apps, platforms, risks, flows.

use super::{
    cell::Dim,
    scales::{NONE, UNKNOWN_PLATFORM},
    space::Kind,
};
use crate::{normal::Field, words::display_word};

/// Words joined for people, all of them.
fn joined(words: &[String], and: &str) -> String {
    match words {
        [few @ .., last] if !few.is_empty() => format!("{} {and} {last}", few.join(", ")),
        words => words.concat(),
    }
}

/// Client apps, with their preposition.
pub(super) fn clients(words: &[&str]) -> String {
    let legacy = ["exchangeActiveSync", "other"];
    let all_legacy = legacy.iter().all(|one| words.contains(one));
    let mut said: Vec<String> = Vec::new();
    for word in words {
        said.push(match *word {
            "browser" => "browsers".to_owned(),
            "mobileAppsAndDesktopClients" => "mobile apps and desktop clients".to_owned(),
            word if all_legacy && word == legacy[0] => "legacy clients".to_owned(),
            word if all_legacy && word == legacy[1] => continue,
            "exchangeActiveSync" => "Exchange ActiveSync".to_owned(),
            "other" => "other legacy clients".to_owned(),
            other => display_word(&Field::ClientAppTypes, other),
        });
    }
    let lead = if words.first() == Some(&"browser") { "in" } else { "with" };
    format!("{lead} {}", joined(&said, "or"))
}

/// Platforms, by what they leave out where that is shorter; `all` are those of the space.
pub(super) fn platforms(words: &[&str], all: &[String]) -> String {
    let name = |word: &str| match word {
        UNKNOWN_PLATFORM => "an unknown platform".to_owned(),
        word => display_word(&Field::IncludePlatforms, word),
    };
    let rest: Vec<String> =
        all.iter().filter(|word| !words.contains(&word.as_str())).map(|word| name(word)).collect();
    if words.contains(&UNKNOWN_PLATFORM) && rest.len() < words.len() {
        return format!("on any platform except {}", joined(&rest, "and"));
    }
    let words: Vec<String> = words.iter().map(|word| name(word)).collect();
    format!("on {}", joined(&words, "or"))
}

/// What a risk is called: workload identities and agents have their own.
pub(super) fn risk_noun(kind: Kind, dim: Dim) -> &'static str {
    match (kind, dim) {
        (Kind::Workloads, _) => "service principal risk",
        (Kind::Agents, _) => "agent risk",
        (_, Dim::UserRisk) => "user risk",
        (_, Dim::InsiderRisk) => "insider risk",
        _ => "sign-in risk",
    }
}

/// Levels of a risk, called `noun`; `all` are the levels of the space, the lowest first.
pub(super) fn risks(words: &[&str], all: &[String], noun: &str) -> String {
    let upto = all.iter().zip(words).take_while(|(level, word)| level == word).count();
    match words {
        [NONE] => format!("with no {noun}"),
        [.., last] if words[0] == NONE && upto == words.len() => format!("with at most {last} {noun}"),
        words => {
            let said: Vec<String> = words
                .iter()
                .map(|word| if *word == NONE { "no".to_owned() } else { (*word).to_owned() })
                .collect();
            format!("with {} {noun}", joined(&said, "or"))
        }
    }
}

/// Authentication flows.
pub(super) fn flows(words: &[&str], all: &[String]) -> String {
    let name = |word: &str| match word {
        "deviceCodeFlow" => "device code flow".to_owned(),
        "authenticationTransfer" => "authentication transfer".to_owned(),
        other => display_word(&Field::TransferMethods, other),
    };
    if words == [NONE] {
        return "in an ordinary sign-in".to_owned();
    }
    if words.contains(&NONE) {
        let rest: Vec<String> =
            all.iter().filter(|word| !words.contains(&word.as_str())).map(|word| name(word)).collect();
        return format!("not by {}", joined(&rest, "or"));
    }
    let words: Vec<String> = words.iter().map(|word| name(word)).collect();
    format!("by {}", joined(&words, "or"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn clients_read_like_a_sentence() {
        let all = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];
        assert_eq!(clients(&all[..2]), "in browsers or mobile apps and desktop clients");
        assert_eq!(clients(&all[2..]), "with legacy clients");
        assert_eq!(clients(&all[1..]), "with mobile apps and desktop clients or legacy clients");
        assert_eq!(clients(&all[3..]), "with other legacy clients");
    }

    #[test]
    fn platforms_are_told_by_what_is_left_out_where_that_is_shorter() {
        let all = owned(&["windows", "macOS", "iOS", "android", "linux", "windowsPhone", UNKNOWN_PLATFORM]);
        let words: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(platforms(&words[..2], &all), "on Windows or macOS");
        assert_eq!(platforms(&words[2..], &all), "on any platform except Windows and macOS");
        assert_eq!(platforms(&words[6..], &all), "on an unknown platform");
        assert_eq!(platforms(&words[4..], &all), "on Linux, Windows Phone or an unknown platform");
    }

    #[test]
    fn risks_are_told_as_bounds_or_as_levels() {
        let all = owned(&[NONE, "low", "medium", "high"]);
        let say = |words: &[&str]| risks(words, &all, "sign-in risk");
        assert_eq!(say(&[NONE]), "with no sign-in risk");
        assert_eq!(say(&[NONE, "low", "medium"]), "with at most medium sign-in risk");
        assert_eq!(say(&["medium", "high"]), "with medium or high sign-in risk");
        assert_eq!(say(&[NONE, "low", "high"]), "with no, low or high sign-in risk");
    }

    #[test]
    fn flows_are_told_by_name_or_by_what_they_are_not() {
        let all = owned(&[NONE, "deviceCodeFlow", "authenticationTransfer"]);
        assert_eq!(flows(&[NONE], &all), "in an ordinary sign-in");
        assert_eq!(flows(&[NONE, "authenticationTransfer"], &all), "not by device code flow");
        assert_eq!(
            flows(&["deviceCodeFlow", "authenticationTransfer"], &all),
            "by device code flow or authentication transfer"
        );
    }
}
