//! What holds for every policy: drawn at random from every member that the model knows, and from some it does not.

use super::*;
use crate::arbitrary::any_policy;
use proptest::prelude::*;

/// The same policy written in another way: members and elements turned round, words in another case, null for
/// absent, annotations.
fn rewrite(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut out = serde_json::Map::new();
            out.insert("@odata.type".to_owned(), json!("#microsoft.graph.something"));
            for (name, value) in map.iter().rev() {
                let empty = value.as_array().is_some_and(Vec::is_empty);
                out.insert(name.clone(), if empty { Value::Null } else { rewrite(value) });
                out.insert(format!("{name}@odata.type"), json!("#Collection(String)"));
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().rev().map(rewrite).collect(),
        Value::String(text) if is_known_word(text) => json!(text.to_ascii_uppercase()),
        other => other.clone(),
    }
}

fn is_known_word(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "All",
        "None",
        "GuestsOrExternalUsers",
        "Office365",
        "AllTrusted",
        "enabled",
        "disabled",
        "browser",
        "block",
        "compliantDevice",
        "iOS",
        "high",
        "AND",
        "everyTime",
        "never",
        "deviceCodeFlow",
    ];
    WORDS.contains(&text) || crate::json::is_guid(text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(policytab_test_support::cases(400)))]

    #[test]
    fn normal_twice_is_normal_once(body in any_policy()) {
        let once = normal(&body);
        let twice = normal(&once.to_graph());
        prop_assert_eq!(&once.fields, &twice.fields, "written as {}", once.to_graph());
        prop_assert_eq!(once.digest(), twice.digest());
    }

    #[test]
    fn how_it_is_written_does_not_show(body in any_policy()) {
        prop_assert_eq!(normal(&body).fields, normal(&rewrite(&body)).fields);
    }

    #[test]
    fn reading_what_was_written_loses_nothing(body in any_policy()) {
        let (policy, _) = Policy::read(&body);
        prop_assert_eq!(Policy::read(&policy.to_graph()).0, policy);
    }

    #[test]
    fn equal_digests_mean_equal_fields(a in any_policy(), b in any_policy()) {
        let (a, b) = (normal(&a), normal(&b));
        prop_assert_eq!(a.digest() == b.digest(), a.means_same(&b));
    }

    #[test]
    fn another_group_left_out_always_shows(body in any_policy()) {
        let mut changed = body.clone();
        if !changed["conditions"]["users"].is_object() {
            changed["conditions"]["users"] = json!({});
        }
        let groups = &mut changed["conditions"]["users"]["excludeGroups"];
        let mut list = groups.as_array().cloned().unwrap_or_default();
        list.push(json!("7b1f4c9e-0000-4000-8000-0000000000ff"));
        *groups = Value::from(list);
        prop_assert_ne!(normal(&body).fields, normal(&changed).fields);
    }
}
