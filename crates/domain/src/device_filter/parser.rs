//! From tokens to an expression: `-not` binds closest, then `-and`, then `-or`.

use super::{
    FilterError, MAX_DEPTH,
    attribute::Attribute,
    expr::{Comparison, Expr, Test},
    lexer::{Placed, Token, tokens},
    text::Text,
};

/// Parses a rule.
pub fn parse(rule: &str) -> Result<Expr, FilterError> {
    let tokens = tokens(rule)?;
    let end = tokens.last().map_or(0, |_| rule.chars().count());
    let mut parser = Parser { tokens, next: 0, end, depth: 0 };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(expr),
        Some(Token::Close) => Err(parser.error("this parenthesis was never opened")),
        Some(_) => Err(parser.error("expected -and, -or or the end of the rule")),
    }
}

struct Parser {
    tokens: Vec<Placed>,
    next: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        // Past the end as well, so that an error of what was taken is placed there.
        self.next += 1;
        token
    }

    /// An error at the next token.
    fn error(&self, message: &str) -> FilterError {
        let position = self.tokens.get(self.next).map_or(self.end, |(position, _)| *position);
        FilterError { position, message: message.to_owned() }
    }

    /// An error at the token that was just taken.
    fn error_before(&self, message: &str) -> FilterError {
        let position =
            self.tokens.get(self.next.saturating_sub(1)).map_or(self.end, |(position, _)| *position);
        FilterError { position, message: message.to_owned() }
    }

    /// Takes the next token if it is this operator, with or without its hyphen.
    fn take_operator(&mut self, name: &str) -> bool {
        let is =
            matches!(self.peek(), Some(Token::Word(word)) if without_hyphen(word).eq_ignore_ascii_case(name));
        self.next += usize::from(is);
        is
    }

    fn any(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.all()?];
        while self.take_operator("or") {
            parts.push(self.all()?);
        }
        Ok(Expr::any(parts))
    }

    fn all(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.unary()?];
        while self.take_operator("and") {
            parts.push(self.unary()?);
        }
        Ok(Expr::all(parts))
    }

    fn unary(&mut self) -> Result<Expr, FilterError> {
        let mut negated = false;
        while self.take_operator("not") {
            negated = !negated;
        }
        let expr = if self.peek() == Some(&Token::Open) {
            if self.depth == MAX_DEPTH {
                return Err(self.error("parentheses are nested too deep"));
            }
            self.depth += 1;
            self.next += 1;
            let inner = self.any()?;
            if self.peek() != Some(&Token::Close) {
                return Err(self.error("expected -and, -or or a closing parenthesis"));
            }
            self.next += 1;
            self.depth -= 1;
            inner
        } else {
            Expr::Compare(self.comparison()?)
        };
        Ok(if negated { expr.negate() } else { expr })
    }

    fn comparison(&mut self) -> Result<Comparison, FilterError> {
        let attribute = match self.take() {
            Some(Token::Word(word)) => attribute(&word),
            _ => None,
        };
        let Some(attribute) = attribute else {
            return Err(self.error_before("expected an attribute such as device.displayName"));
        };
        let (operator, negated) = match self.take() {
            Some(Token::Word(word)) => Operator::read(&word),
            _ => None,
        }
        .ok_or_else(|| self.error_before("expected an operator such as -eq, -notIn or -startsWith"))?;
        let test = if operator == Operator::In { self.list()? } else { self.value(operator)? };
        Ok(Comparison { attribute, test, negated })
    }

    fn list(&mut self) -> Result<Test, FilterError> {
        if self.take() != Some(Token::OpenList) {
            return Err(self.error_before("expected a list such as [\"A\", \"B\"]"));
        }
        let mut texts = Vec::new();
        loop {
            match self.literal() {
                Some(Some(text)) => texts.push(text),
                _ => return Err(self.error_before("expected a value in quotes")),
            }
            match self.take() {
                Some(Token::Comma) => {}
                Some(Token::CloseList) => break,
                _ => return Err(self.error_before("expected a comma or the end of the list")),
            }
        }
        texts.sort();
        texts.dedup();
        Ok(Test::In(texts))
    }

    fn value(&mut self, operator: Operator) -> Result<Test, FilterError> {
        match (self.literal(), operator) {
            (Some(Some(text)), Operator::StartsWith) => Ok(Test::StartsWith(text)),
            (Some(Some(text)), Operator::EndsWith) => Ok(Test::EndsWith(text)),
            (Some(Some(text)), Operator::Contains) => Ok(Test::Contains(text)),
            (Some(Some(text)), Operator::Eq | Operator::In) => Ok(Test::In(vec![text])),
            (Some(None), Operator::Eq) => Ok(Test::Null),
            _ => Err(self.error_before("expected a value in quotes, or True or False")),
        }
    }

    /// A text or a flag; `Some(None)` is null.
    fn literal(&mut self) -> Option<Option<Text>> {
        match self.take()? {
            Token::Quoted(text) => Some(Some(Text::new(&text))),
            Token::Word(word) if word.eq_ignore_ascii_case("true") => Some(Some(Text::new("True"))),
            Token::Word(word) if word.eq_ignore_ascii_case("false") => Some(Some(Text::new("False"))),
            Token::Word(word) if ["null", "$null"].iter().any(|null| word.eq_ignore_ascii_case(null)) => {
                Some(None)
            }
            _ => None,
        }
    }
}

fn without_hyphen(word: &str) -> &str {
    word.strip_prefix('-').unwrap_or(word)
}

fn attribute(word: &str) -> Option<Attribute> {
    let (prefix, name) = word.split_once('.')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let fits = prefix.eq_ignore_ascii_case("device") && !name.is_empty() && name.chars().all(is_name);
    fits.then(|| Attribute::new(name))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Eq,
    In,
    StartsWith,
    EndsWith,
    Contains,
}

impl Operator {
    /// The positive operator, and whether its negative was meant.
    fn read(word: &str) -> Option<(Self, bool)> {
        let name = without_hyphen(word).to_ascii_lowercase();
        Some(match name.as_str() {
            "eq" => (Self::Eq, false),
            "ne" => (Self::Eq, true),
            "in" => (Self::In, false),
            "notin" => (Self::In, true),
            "startswith" => (Self::StartsWith, false),
            "notstartswith" => (Self::StartsWith, true),
            "endswith" => (Self::EndsWith, false),
            "notendswith" => (Self::EndsWith, true),
            "contains" => (Self::Contains, false),
            "notcontains" => (Self::Contains, true),
            _ => return None,
        })
    }
}
