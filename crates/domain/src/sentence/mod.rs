//! A policy as one sentence for people who don't administer Conditional Access: "Everyone except members of Emergency
//! access must use multifactor authentication to sign in to any app."
//!
//! Invariants: what is in the policy is in its sentence, by name; long lists of objects end in how many more there are,
//! but Graph's words, and so everything that this version does not know, are never cut. Only an enforced policy is told
//! as a fact; report-only is "would", and one that is off or in an unknown state is told as what it would do.

mod asks;
mod scope;
mod subject;

use crate::{
    names::Names,
    normal::{Field, Item, NormalPolicy, NormalValue},
    policy::{Evolvable as _, FilterMode, PolicyState},
    words::{display_reference, display_word},
};

/// How many objects of one list are named before the rest is counted.
const NAMED: usize = 4;

/// The policy as a sentence, with what has to be known besides in short sentences after it.
pub fn sentence(policy: &NormalPolicy, names: &Names) -> String {
    let teller = Teller { policy, names };
    let (lead, real) = match policy.state() {
        PolicyState::Enabled => (String::new(), true),
        PolicyState::ReportOnly => ("Report-only, so nothing is enforced. If it were on: ".to_owned(), false),
        PolicyState::Disabled => ("Off. If it were on: ".to_owned(), false),
        PolicyState::Unknown(word) if word.is_empty() => {
            ("It has no state. If it were on: ".to_owned(), false)
        }
        PolicyState::Unknown(word) => {
            (format!("Its state \"{word}\" is not known to this version. If it were on: "), false)
        }
    };
    let mut text = lead;
    let told = teller.told(real);
    text.push_str(&if real { capitalised(&told) } else { told });
    text.push('.');
    let odd: Vec<&str> = policy.uncertainties.iter().map(String::as_str).collect();
    if !odd.is_empty() {
        text.push_str(&format!(" Not understood by this version: {}.", odd.join(", ")));
    }
    text
}

struct Teller<'p> {
    policy: &'p NormalPolicy,
    names: &'p Names,
}

impl Teller<'_> {
    /// The sentence without its state and its end.
    fn told(&self, real: bool) -> String {
        let whom = self.subject();
        let mut conditions = self.conditions();
        let Some(subject) = whom else {
            let action = self.action();
            conditions.splice(..0, action);
            return format!("it applies to nobody{}", self.leftover(&self.except(), &conditions));
        };
        let Some(action) = self.action() else {
            let except = self.excluded_apps();
            let rest = self.leftover(&except, &conditions);
            return format!("it applies to {}, but covers nothing they could do{rest}", subject.text);
        };
        conditions.insert(0, action.clone());
        let scope = conditions.join(" ");
        let session = self.session();
        let holds = listed(&session, "and");
        if self.is_block() {
            let modal = if real { "may not" } else { "would not be allowed to" };
            let mut text = format!("{} {modal} {scope}", subject.text);
            let others = self.asked(false);
            if !others.is_empty() {
                text.push_str(&format!(" (beside the block it names: {})", others.join(", ")));
            }
            if !session.is_empty() {
                text.push_str(&format!(" (beside the block it says: {holds})"));
            }
            return text;
        }
        let asked = self.asked(true);
        match (asked.is_empty(), session.is_empty()) {
            (true, true) => format!("{} may {scope}: nothing is asked for", subject.text),
            (true, false) => {
                let verb = if subject.one { "wants" } else { "want" };
                format!("when {} {verb} to {scope}, {holds}", subject.text)
            }
            (false, none) => {
                let modal = if real { "must" } else { "would have to" };
                let joined = listed(&asked, self.joined_by());
                let mut text = format!("{} {modal} {joined} to {scope}", subject.text);
                if !none {
                    text.push_str(&format!("; {holds}"));
                }
                text
            }
        }
    }

    /// Where the sentence can't hold the rest of the policy, it still has to be said.
    fn leftover(&self, except: &[String], conditions: &[String]) -> String {
        let mut rest = Vec::new();
        if !except.is_empty() {
            rest.push(format!("leave out {}", listed(except, "and")));
        }
        if !conditions.is_empty() {
            rest.push(format!("look for: {}", conditions.join(" ")));
        }
        if self.is_block() {
            rest.push("block access".to_owned());
        }
        rest.extend(self.asked(true));
        rest.extend(self.session().into_iter().map(|clause| format!("see that {clause}")));
        if rest.is_empty() { String::new() } else { format!(" (it says to {})", rest.join("; to ")) }
    }

    /// The names of a field's objects and Graph's words in people's words, as phrases; objects beyond the first few
    /// are counted.
    fn items(&self, field: &Field, many: &str, mut word: impl FnMut(&str) -> String) -> Vec<String> {
        let (mut words, mut objects) = (Vec::new(), Vec::new());
        for item in self.policy.set(field) {
            match item {
                Item::Word(text) => words.push(word(text)),
                Item::Object(reference) => objects.push(display_reference(reference, self.names)),
            }
        }
        objects.sort_by_cached_key(|text| (text.to_lowercase(), text.clone()));
        let rest = objects.len().saturating_sub(NAMED);
        if rest > 1 {
            objects.truncate(NAMED);
            objects.push(format!("{rest} more {many}"));
        }
        words.extend(objects);
        words
    }

    /// The same, where Graph's words are told as in the rest of the product.
    fn names_of(&self, field: &Field, many: &str) -> Vec<String> {
        self.items(field, many, |word| display_word(field, word))
    }

    /// A filter as "for which …"; the rule stands as it is, since it is a language of its own.
    fn rule(&self, field: &Field, noun: &str) -> Option<String> {
        match self.policy.fields.get(field)? {
            NormalValue::Rule(FilterMode::Include, rule) => Some(format!("{noun} for which {rule}")),
            NormalValue::Rule(FilterMode::Exclude, rule) => {
                Some(format!("{noun} other than those for which {rule}"))
            }
            NormalValue::Rule(mode, rule) => {
                Some(format!("{noun} by a filter of the unknown mode \"{}\": {rule}", mode.as_str()))
            }
            _ => None,
        }
    }
}

/// "a", "a or b", "a, b or c".
fn listed(phrases: &[String], joint: &str) -> String {
    match phrases {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {joint} {last}", first.join(", ")),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
