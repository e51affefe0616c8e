//! The rule language of Entra's *filter for devices*: parsed, evaluated, and taken apart into classes of devices.
//!
//! Invariants: parsing ends with an expression or with an error at a position, whatever it is given, in time and stack
//! that the length and depth limits bound; two rules that say the same in another spelling, order or with `-not`
//! pushed to another place are equal; a negative operator is exactly the negation of its positive one, also where an
//! attribute is null.
//!
//! Sources: Microsoft Entra documentation, *Conditional Access: Filter for devices* (attributes, operators, values, the
//! length limit, and that all attributes of an unregistered device are null) and *Manage rules for dynamic membership
//! groups* (the syntax it refers to: precedence, quoting, `null`, the optional hyphen of operators). That extension
//! attributes have a value only on devices that are managed, compliant or hybrid joined is left to whoever states the
//! attributes: one that is stated is taken as available.

mod attribute;
mod candidates;
mod classes;
mod compiled;
mod expr;
mod lexer;
mod parser;
mod properties;
mod text;

pub use attribute::Attribute;
pub use classes::{Class, Classes};
pub use expr::{Comparison, Expr, Test};
pub use parser::parse;
pub use properties::DeviceProperties;
pub use text::Text;

/// How many characters a rule may have; Entra's own limit.
pub const MAX_RULE_CHARS: usize = 3072;

/// How deep parentheses and `-not` may nest.
pub const MAX_DEPTH: usize = 64;

/// Why a rule could not be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {message}")]
pub struct FilterError {
    /// Which character of the rule, from 0.
    pub position: usize,
    /// One phrase.
    pub message: String,
}

#[cfg(test)]
mod tests;
