//! Rules over numbered attributes and tests, for evaluating many devices.

use super::{
    attribute::Attribute,
    expr::{Comparison, Expr, Test},
};

/// The attributes that some rules name, and what they ask of each.
pub(super) struct Vocabulary {
    pub(super) attributes: Vec<(Attribute, Vec<Test>)>,
}

/// A rule with numbers in place of attributes and tests.
pub(super) enum Node {
    Compare { attribute: usize, test: usize, negated: bool },
    And(Vec<Node>),
    Or(Vec<Node>),
}

impl Vocabulary {
    pub(super) fn of(rules: &[&Expr]) -> Self {
        let mut attributes: Vec<(Attribute, Vec<Test>)> = Vec::new();
        for comparison in rules.iter().flat_map(|rule| rule.comparisons()) {
            match attributes.iter_mut().find(|(attribute, _)| *attribute == comparison.attribute) {
                Some((_, tests)) if tests.contains(&comparison.test) => {}
                Some((_, tests)) => tests.push(comparison.test.clone()),
                None => attributes.push((comparison.attribute.clone(), vec![comparison.test.clone()])),
            }
        }
        attributes.sort();
        attributes.iter_mut().for_each(|(_, tests)| tests.sort());
        Self { attributes }
    }

    pub(super) fn compile(&self, rule: &Expr) -> Node {
        match rule {
            Expr::Compare(comparison) => self.place(comparison),
            Expr::And(parts) => Node::And(parts.iter().map(|part| self.compile(part)).collect()),
            Expr::Or(parts) => Node::Or(parts.iter().map(|part| self.compile(part)).collect()),
        }
    }

    fn place(&self, comparison: &Comparison) -> Node {
        // Both are found: the vocabulary was made of the same rules.
        let attribute = self.attributes.iter().position(|(one, _)| *one == comparison.attribute).unwrap_or(0);
        let test = self.attributes[attribute].1.iter().position(|one| *one == comparison.test).unwrap_or(0);
        Node::Compare { attribute, test, negated: comparison.negated }
    }
}

impl Node {
    /// Evaluates with `passes(attribute, test)`.
    pub(super) fn holds(&self, passes: &impl Fn(usize, usize) -> bool) -> bool {
        match self {
            Self::Compare { attribute, test, negated } => passes(*attribute, *test) != *negated,
            Self::And(parts) => parts.iter().all(|part| part.holds(passes)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(passes)),
        }
    }
}
