use super::*;
use proptest::prelude::*;

/// A rule in the documented grammar, over few attributes and short literals so that tests overlap.
fn rules() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["a", "ab", "ba", "b", "aB-", "", "ServerAD", "True", "é\"", "`x"]);
    let quoted = word.prop_map(|text| format!("\"{}\"", text.replace('`', "``").replace('"', "`\"")));
    let attribute = prop::sample::select(vec![
        "model",
        "Model",
        "trustType",
        "isCompliant",
        "systemLabels",
        "extensionAttribute3",
        "unknownOne",
    ]);
    let single = prop::sample::select(vec![
        "-eq",
        "-ne",
        "-startsWith",
        "-notStartsWith",
        "-endsWith",
        "-notEndsWith",
        "-CONTAINS",
        "-notContains",
    ]);
    let list = (prop::sample::select(vec!["-in", "-notIn"]), prop::collection::vec(quoted.clone(), 1..4))
        .prop_map(|(operator, items)| format!("{operator} [{}]", items.join(", ")));
    let test = prop_oneof![
        4 => (single, quoted).prop_map(|(operator, value)| format!("{operator} {value}")),
        1 => list,
        1 => Just("-eq null".to_owned()),
    ];
    let leaf = (attribute, test).prop_map(|(attribute, test)| format!("device.{attribute} {test}"));
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("-not ({one})")),
            inner.clone().prop_map(|one| format!("({one})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} -and {b}")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} -or {b})")),
        ]
    })
}

fn devices() -> impl Strategy<Value = Value> {
    let text =
        prop::sample::select(vec!["a", "ab", "ba", "aba", "aB-", "b-a", "ServerAD", "true", "", "é\""]);
    let value = prop_oneof![
        Just(Value::Null),
        text.clone().prop_map(|text| json!(text)),
        any::<bool>().prop_map(|flag| json!(flag)),
        prop::collection::vec(text, 1..3).prop_map(|list| json!(list)),
    ];
    let names = ["model", "trustType", "isCompliant", "systemLabels", "extensionAttribute3"];
    prop::collection::vec(value, names.len()).prop_map(move |values| {
        names.iter().map(|name| (*name).to_owned()).zip(values).collect::<serde_json::Map<_, _>>().into()
    })
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn any_bytes_are_parsed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = parse(&text) {
            prop_assert!(error.position <= text.chars().count());
        }
    }

    #[test]
    fn a_damaged_rule_is_parsed_or_refused(text in rules(), cut in any::<prop::sample::Index>(), sign in any::<char>()) {
        let mut chars: Vec<char> = text.chars().collect();
        let at = cut.index(chars.len());
        chars[at] = sign;
        let _ = parse(&chars.iter().collect::<String>());
        let _ = parse(&chars[..at].iter().collect::<String>());
    }

    #[test]
    fn canonical_text_is_the_same_rule(text in rules()) {
        let expr = rule(&text);
        prop_assert_eq!(&rule(&expr.canonical()), &expr);
        prop_assert_eq!(&rule(&expr.to_string()), &expr);
        prop_assert_eq!(rule(&expr.canonical()).canonical(), expr.canonical());
    }

    #[test]
    fn not_is_the_opposite_for_every_device(text in rules(), one in devices()) {
        let device = device(one);
        let opposite = rule(&format!("-not ({text})"));
        prop_assert_ne!(rule(&text).matches(&device), opposite.matches(&device));
    }

    #[test]
    fn every_class_is_real_and_comes_once(texts in prop::collection::vec(rules(), 0..5)) {
        let exprs: Vec<Expr> = texts.iter().map(|text| rule(text)).collect();
        let classes = Classes::of(&exprs.iter().map(Some).collect::<Vec<_>>());
        prop_assert!(classes.classes[0].properties.is_empty());
        let mut seen = std::collections::BTreeSet::new();
        for class in &classes.classes {
            let stated = SignInDevice { properties: class.properties.clone(), ..Default::default() };
            let device = DeviceProperties::of(&stated);
            let holds: Vec<bool> = exprs.iter().map(|expr| expr.matches(&device)).collect();
            prop_assert_eq!(&holds, &class.holds);
            prop_assert!(seen.insert(holds));
        }
        prop_assert_eq!(&Classes::of(&exprs.iter().map(Some).collect::<Vec<_>>()), &classes);
    }

    #[test]
    fn every_device_of_fitting_types_is_in_a_class(texts in prop::collection::vec(rules(), 1..4), one in devices()) {
        let exprs: Vec<Expr> = texts.iter().map(|text| rule(text)).collect();
        let classes = Classes::of(&exprs.iter().map(Some).collect::<Vec<_>>());
        let fits = |(name, value): (&String, &Value)| match name.as_str() {
            "isCompliant" => value.is_null() || value.is_boolean(),
            "trustType" => value.is_null() || value == "ServerAD",
            "systemLabels" => value.is_null() || value.is_array(),
            _ => !value.is_array(),
        };
        prop_assume!(classes.exact);
        let object = one.as_object().expect("an object");
        let device: DeviceProperties = object.iter().filter(|pair| fits(*pair)).collect();
        let holds: Vec<bool> = exprs.iter().map(|expr| expr.matches(&device)).collect();
        prop_assert!(classes.classes.iter().any(|class| class.holds == holds));
    }
}
