//! A small part of SOQL, the query language of Salesforce:
//! `SELECT field, … FROM object [WHERE field = 'text' [AND …]] [LIMIT n]`
//! (<https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm>),
//! and of times what was changed since: `LastModifiedDate > 2026-01-31T09:00:00Z`
//! (<https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm>).
//! Anything else is a malformed query here.

use jiff::Timestamp;

use super::customers::{CHANGED, Object};

/// A query that can be answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) object: &'static str,
    /// As the service writes them, each once.
    pub(crate) fields: Vec<&'static str>,
    pub(crate) conditions: Vec<(&'static str, Holds)>,
    pub(crate) limit: Option<usize>,
}

/// What has to hold for a field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Text(String),
    Null,
    /// A time after this one, in seconds since 1970.
    After(i64),
}

/// Why a query cannot be answered: `errorCode` and message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) &'static str, pub(crate) String);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Time(i64),
    Comma,
    Equals,
    After,
}

fn unexpected(what: &str) -> Refused {
    Refused("MALFORMED_QUERY", format!("unexpected token: {what}"))
}

/// The words, texts and signs of a query.
fn tokens(text: &str) -> Result<Vec<Token>, Refused> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            letter if letter.is_whitespace() => {}
            ',' => tokens.push(Token::Comma),
            '=' => tokens.push(Token::Equals),
            '>' => tokens.push(Token::After),
            '\'' => tokens.push(Token::Text(quoted(&mut rest)?)),
            letter if letter.is_alphanumeric() || letter == '_' => {
                let mut word = String::from(letter);
                let timely = letter.is_ascii_digit();
                let goes_on = |more: &char| {
                    more.is_alphanumeric() || *more == '_' || timely && "-:+.".contains(*more)
                };
                while let Some(more) = rest.next_if(goes_on) {
                    word.push(more);
                }
                // A time stands without marks; a number alone is a word.
                tokens.push(match word.parse::<Timestamp>() {
                    Ok(time) => Token::Time(time.as_second()),
                    Err(_) => Token::Word(word),
                });
            }
            other => return Err(unexpected(&format!("'{other}'"))),
        }
    }
    Ok(tokens)
}

/// The rest of a text in quotation marks. A backslash stands before a mark or a backslash in it.
fn quoted(rest: &mut impl Iterator<Item = char>) -> Result<String, Refused> {
    let mut text = String::new();
    loop {
        match rest.next() {
            Some('\'') => return Ok(text),
            Some('\\') => match rest.next() {
                Some(letter @ ('\'' | '"' | '\\')) => text.push(letter),
                Some('n') => text.push('\n'),
                _ => return Err(unexpected("'\\'")),
            },
            Some(letter) => text.push(letter),
            None => return Err(unexpected("<EOF>")),
        }
    }
}

struct Reader(std::iter::Peekable<std::vec::IntoIter<Token>>);

impl Reader {
    fn is_next(&mut self, keyword: &str) -> bool {
        let is = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        self.0.next_if(is).is_some()
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), Refused> {
        if self.is_next(keyword) {
            return Ok(());
        }
        Err(self.surprise())
    }

    fn word(&mut self) -> Result<String, Refused> {
        match self.0.next() {
            Some(Token::Word(word)) => Ok(word),
            other => Err(unexpected(&said(other.as_ref()))),
        }
    }

    fn surprise(&mut self) -> Refused {
        unexpected(&said(self.0.peek()))
    }
}

fn said(token: Option<&Token>) -> String {
    match token {
        None => "<EOF>".to_owned(),
        Some(Token::Word(word)) => format!("'{word}'"),
        Some(Token::Text(_)) => "a text".to_owned(),
        Some(Token::Comma) => "','".to_owned(),
        Some(Token::Equals) => "'='".to_owned(),
        Some(Token::After) => "'>'".to_owned(),
        Some(Token::Time(_)) => "a time".to_owned(),
    }
}

impl Query {
    /// Reads a query.
    pub(crate) fn read(text: &str) -> Result<Self, Refused> {
        let mut reader = Reader(tokens(text)?.into_iter().peekable());
        reader.keyword("SELECT")?;
        let mut names = vec![reader.word()?];
        while reader.0.next_if_eq(&Token::Comma).is_some() {
            names.push(reader.word()?);
        }
        reader.keyword("FROM")?;
        let name = reader.word()?;
        let object = Object::named(&name).ok_or_else(|| {
            let why = format!("sObject type '{name}' is not supported.");
            Refused("INVALID_TYPE", why)
        })?;
        let field = |name: &str| {
            object.field(name).ok_or_else(|| {
                let why = format!("No such column '{name}' on entity '{}'.", object.name);
                Refused("INVALID_FIELD", why)
            })
        };
        let mut fields = Vec::new();
        for name in &names {
            let known = field(name)?;
            if fields.contains(&known) {
                return Err(Refused(
                    "MALFORMED_QUERY",
                    format!("duplicate field selected: {known}"),
                ));
            }
            fields.push(known);
        }
        let mut conditions = Vec::new();
        if reader.is_next("WHERE") {
            loop {
                let name = reader.word()?;
                let known = field(&name)?;
                let sign = reader.0.next();
                let value = reader.0.next();
                let holds = match (&sign, value) {
                    (Some(Token::Equals), Some(Token::Text(text))) => Holds::Text(text),
                    (Some(Token::Equals), Some(Token::Word(word)))
                        if word.eq_ignore_ascii_case("null") =>
                    {
                        Holds::Null
                    }
                    (Some(Token::After), Some(Token::Time(time))) if known == CHANGED => {
                        Holds::After(time)
                    }
                    (Some(Token::Equals | Token::After), other) => {
                        return Err(unexpected(&said(other.as_ref())));
                    }
                    _ => return Err(unexpected(&said(sign.as_ref()))),
                };
                conditions.push((known, holds));
                if !reader.is_next("AND") {
                    break;
                }
            }
        }
        let mut limit = None;
        if reader.is_next("LIMIT") {
            let word = reader.word()?;
            limit = Some(word.parse().map_err(|_| unexpected(&format!("'{word}'")))?);
        }
        match reader.0.peek() {
            None => Ok(Self {
                object: object.name,
                fields,
                conditions,
                limit,
            }),
            Some(_) => Err(reader.surprise()),
        }
    }
}

#[cfg(test)]
mod tests;
