//! `$filter`: comparisons, `and`/`or`/`not`, `in`, `startswith`, `endswith`, `contains`, `isof` and `any`.

use serde_json::Value;

/// A parsed filter.
#[derive(Debug)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare(String, Operator, Literal),
    In(String, Vec<Literal>),
    Function(Function, String, String),
    IsOf(String),
    Any(String, String, Box<Filter>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Bool(bool),
    Null,
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0 };
        let filter = parser.or()?;
        if parser.at < parser.tokens.len() {
            return Err(format!("unexpected '{}'", parser.tokens[parser.at].text()));
        }
        Ok(filter)
    }

    /// Operators that only the eventually consistent index answers.
    pub(super) fn is_advanced(&self) -> bool {
        match self {
            Self::And(a, b) | Self::Or(a, b) => a.is_advanced() || b.is_advanced(),
            Self::Not(_) | Self::Compare(_, Operator::Ne, _) | Self::Function(Function::EndsWith, ..) => true,
            _ => false,
        }
    }

    pub(super) fn matches(&self, item: &Value) -> bool {
        match self {
            Self::And(a, b) => a.matches(item) && b.matches(item),
            Self::Or(a, b) => a.matches(item) || b.matches(item),
            Self::Not(inner) => !inner.matches(item),
            Self::Compare(path, operator, literal) => compare(get(item, path), *operator, literal),
            Self::In(path, literals) => {
                literals.iter().any(|literal| compare(get(item, path), Operator::Eq, literal))
            }
            Self::Function(function, path, text) => {
                let Some(value) = get(item, path).as_str().map(str::to_lowercase) else { return false };
                let text = text.to_lowercase();
                match function {
                    Function::StartsWith => value.starts_with(&text),
                    Function::EndsWith => value.ends_with(&text),
                    Function::Contains => value.contains(&text),
                }
            }
            Self::IsOf(name) => {
                item["@odata.type"].as_str().is_some_and(|kind| kind.trim_start_matches('#') == name)
            }
            Self::Any(path, variable, inner) => get(item, path).as_array().is_some_and(|elements| {
                elements.iter().any(|element| {
                    let mut scope = serde_json::Map::new();
                    scope.insert(variable.clone(), element.clone());
                    inner.matches(&Value::Object(scope))
                })
            }),
        }
    }
}

fn get<'a>(item: &'a Value, path: &str) -> &'a Value {
    path.split('/').fold(item, |value, name| &value[name])
}

fn compare(value: &Value, operator: Operator, literal: &Literal) -> bool {
    let ordering = match (value, literal) {
        (Value::String(value), Literal::Text(text)) => Some(value.to_lowercase().cmp(&text.to_lowercase())),
        (Value::Number(value), Literal::Text(text)) => {
            text.parse::<f64>().ok().and_then(|text| value.as_f64()?.partial_cmp(&text))
        }
        (Value::Bool(value), Literal::Bool(flag)) => Some(value.cmp(flag)),
        (Value::Null, Literal::Null) => Some(std::cmp::Ordering::Equal),
        _ => None,
    };
    match (ordering, operator) {
        (Some(ordering), Operator::Eq) => ordering.is_eq(),
        (Some(ordering), Operator::Ne) => ordering.is_ne(),
        (Some(ordering), Operator::Gt) => ordering.is_gt(),
        (Some(ordering), Operator::Ge) => ordering.is_ge(),
        (Some(ordering), Operator::Lt) => ordering.is_lt(),
        (Some(ordering), Operator::Le) => ordering.is_le(),
        (None, operator) => operator == Operator::Ne,
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

impl Token {
    fn text(&self) -> String {
        match self {
            Self::Word(text) | Self::Text(text) => text.clone(),
            Self::Sign(sign) => sign.to_string(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&next) = chars.peek() {
        match next {
            ' ' => {
                chars.next();
            }
            '(' | ')' | ',' => {
                chars.next();
                found.push(Token::Sign(next));
            }
            '\'' => {
                chars.next();
                found.push(Token::Text(quoted(&mut chars)?));
            }
            _ => {
                let mut word = String::new();
                while let Some(&c) = chars.peek() {
                    if matches!(c, ' ' | '(' | ')' | ',' | '\'') {
                        break;
                    }
                    word.push(c);
                    chars.next();
                }
                found.push(Token::Word(word));
            }
        }
    }
    Ok(found)
}

/// A quote inside is written twice.
fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    let mut text = String::new();
    loop {
        match chars.next() {
            Some('\'') if chars.peek() == Some(&'\'') => {
                chars.next();
                text.push('\'');
            }
            Some('\'') => return Ok(text),
            Some(c) => text.push(c),
            None => return Err("unterminated string literal".to_owned()),
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek_word(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(text)) if text.eq_ignore_ascii_case(word))
    }

    fn take(&mut self) -> Result<Token, String> {
        let token = self.tokens.get(self.at).cloned().ok_or("the expression ends too early")?;
        self.at += 1;
        Ok(token)
    }

    fn sign(&mut self, sign: char) -> Result<(), String> {
        match self.take()? {
            Token::Sign(found) if found == sign => Ok(()),
            other => Err(format!("'{sign}' expected, '{}' found", other.text())),
        }
    }

    fn or(&mut self) -> Result<Filter, String> {
        let mut left = self.and()?;
        while self.peek_word("or") {
            self.at += 1;
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, String> {
        let mut left = self.unary()?;
        while self.peek_word("and") {
            self.at += 1;
            left = Filter::And(Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Filter, String> {
        if self.peek_word("not") {
            self.at += 1;
            return Ok(Filter::Not(Box::new(self.unary()?)));
        }
        if self.tokens.get(self.at) == Some(&Token::Sign('(')) {
            self.at += 1;
            let inner = self.or()?;
            self.sign(')')?;
            return Ok(inner);
        }
        let Token::Word(word) = self.take()? else { return Err("a property was expected".to_owned()) };
        if self.tokens.get(self.at) == Some(&Token::Sign('(')) {
            self.at += 1;
            return self.call(&word);
        }
        self.comparison(word)
    }

    fn call(&mut self, name: &str) -> Result<Filter, String> {
        if let Some(path) = name.strip_suffix("/any") {
            let Token::Word(head) = self.take()? else { return Err("a lambda was expected".to_owned()) };
            let (variable, rest) = head.split_once(':').ok_or("a lambda was expected")?;
            if !rest.is_empty() {
                self.at -= 1;
                self.tokens[self.at] = Token::Word(rest.to_owned());
            }
            let inner = self.or()?;
            self.sign(')')?;
            return Ok(Filter::Any(path.to_owned(), variable.to_owned(), Box::new(inner)));
        }
        let first = self.take()?.text();
        if name.eq_ignore_ascii_case("isof") {
            self.sign(')')?;
            return Ok(Filter::IsOf(first));
        }
        let function = match name.to_ascii_lowercase().as_str() {
            "startswith" => Function::StartsWith,
            "endswith" => Function::EndsWith,
            "contains" => Function::Contains,
            _ => return Err(format!("an unknown function with name '{name}' was found")),
        };
        self.sign(',')?;
        let text = self.take()?.text();
        self.sign(')')?;
        Ok(Filter::Function(function, first, text))
    }

    fn comparison(&mut self, path: String) -> Result<Filter, String> {
        let Token::Word(word) = self.take()? else { return Err("an operator was expected".to_owned()) };
        let operator = match word.to_ascii_lowercase().as_str() {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            "in" => {
                self.sign('(')?;
                let mut literals = vec![self.literal()?];
                while self.tokens.get(self.at) == Some(&Token::Sign(',')) {
                    self.at += 1;
                    literals.push(self.literal()?);
                }
                self.sign(')')?;
                return Ok(Filter::In(path, literals));
            }
            _ => return Err(format!("'{word}' is no operator")),
        };
        Ok(Filter::Compare(path, operator, self.literal()?))
    }

    fn literal(&mut self) -> Result<Literal, String> {
        Ok(match self.take()? {
            Token::Word(word) if word == "true" => Literal::Bool(true),
            Token::Word(word) if word == "false" => Literal::Bool(false),
            Token::Word(word) if word == "null" => Literal::Null,
            Token::Word(text) | Token::Text(text) => Literal::Text(text),
            Token::Sign(sign) => return Err(format!("a value was expected, '{sign}' found")),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(filter: &str, item: &Value) -> bool {
        Filter::parse(filter).unwrap().matches(item)
    }

    #[test]
    fn the_forms_in_use_are_understood() {
        let item = json!({
            "state": "enabled", "displayName": "O'Neill", "accountEnabled": true,
            "@odata.type": "#microsoft.graph.countryNamedLocation",
            "targetResources": [{ "id": "7" }], "initiatedBy": { "user": { "id": "9" } },
        });
        assert!(holds("state eq 'enabled'", &item));
        assert!(holds("displayName eq 'O''Neill' and accountEnabled eq true", &item));
        assert!(holds("state in ('disabled', 'enabled')", &item));
        assert!(holds("startswith(displayName,'o''n') or state eq 'x'", &item));
        assert!(holds("isof('microsoft.graph.countryNamedLocation')", &item));
        assert!(holds("targetResources/any(t: t/id eq '7')", &item));
        assert!(holds("targetResources/any(t:t/id eq '7')", &item));
        assert!(holds("initiatedBy/user/id eq '9' and not (state eq 'disabled')", &item));
        assert!(!holds("state ne 'enabled'", &item));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "state", "state eq", "state like 'x'", "(state eq 'x'", "state eq 'x", "f(x,'y')"] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }
}
