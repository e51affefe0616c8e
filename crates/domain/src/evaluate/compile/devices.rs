//! Which devices a policy is about, by its filter and by the lists that came before it.

use super::Compiler;
use crate::{
    device_filter::parse,
    evaluate::{
        condition::{DeviceRules, DeviceTest},
        tags::Kind,
        texts::{excludes, only},
    },
    normal::{Field, NormalPolicy, NormalValue},
    policy::FilterMode,
};

impl Compiler<'_> {
    pub(super) fn devices(
        &mut self,
        policy: &NormalPolicy,
        uncertain: &mut Vec<String>,
    ) -> Option<DeviceRules> {
        let mut rules = DeviceRules::default();
        if let Some(NormalValue::Rule(mode, rule)) = policy.fields.get(&Field::DeviceFilter) {
            let test = self.device_test(rule);
            let text = format!("devices that match {rule}");
            if *mode == FilterMode::Exclude {
                rules.exclude.push((test, excludes(&text)));
            } else {
                rules.include.push((vec![test], format!("only {text}")));
            }
        }
        for (include, exclude) in [
            (Field::IncludeDevices, Field::ExcludeDevices),
            (Field::IncludeDeviceStates, Field::ExcludeDeviceStates),
        ] {
            let (tests, all) = self.device_words(policy, &include, uncertain);
            if !all && !policy.set(&include).is_empty() {
                let words: Vec<String> = tests.iter().map(|(_, text)| text.clone()).collect();
                rules
                    .include
                    .push((tests.into_iter().map(|(test, _)| test).collect(), only(&words, "no device")));
            }
            let (tests, all) = self.device_words(policy, &exclude, uncertain);
            rules.exclude.extend(tests.into_iter().map(|(test, text)| (test, excludes(&text))));
            if all {
                rules.exclude_all = Some(excludes("all devices"));
            }
        }
        let says = !rules.include.is_empty() || !rules.exclude.is_empty() || rules.exclude_all.is_some();
        says.then_some(rules)
    }

    /// The older words for devices as what they mean, and whether all devices are meant.
    fn device_words(
        &mut self,
        policy: &NormalPolicy,
        field: &Field,
        uncertain: &mut Vec<String>,
    ) -> (Vec<(DeviceTest, String)>, bool) {
        let (mut tests, mut all) = (Vec::new(), false);
        for one in policy.set(field) {
            let word = one.id();
            if word.eq_ignore_ascii_case("All") {
                all = true;
            } else if word.eq_ignore_ascii_case("Compliant") {
                tests.push((self.device_test("device.isCompliant -eq True"), "compliant devices".to_owned()));
            } else if word.eq_ignore_ascii_case("DomainJoined") {
                let text = "Microsoft Entra hybrid joined devices".to_owned();
                tests.push((self.device_test("device.trustType -eq \"ServerAD\""), text));
            } else {
                uncertain.push(field.path().to_owned());
            }
        }
        (tests, all)
    }

    fn device_test(&mut self, rule: &str) -> DeviceTest {
        let Ok(expr) = parse(rule) else { return DeviceTest::Stated(self.tags.intern(Kind::Rule, rule)) };
        let known = self.filters.iter().position(|known| *known == expr);
        DeviceTest::Filter(known.unwrap_or_else(|| {
            self.filters.push(expr);
            self.filters.len() - 1
        }))
    }
}
