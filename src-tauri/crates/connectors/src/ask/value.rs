//! Values of inputs: whether they are what the input takes, and how they are written.

use jiff::Timestamp;
use serde_json::Value;

use super::Misfit;
use crate::currency::minor_digits;
use crate::{Input, InputKind};

/// A value that its input took.
pub(super) enum Taken {
    /// As it was given.
    Plain(Value),
    Names(Vec<String>),
    Time(Timestamp),
    Amount {
        minor: u64,
        currency: String,
        /// Digits behind the point, as the service writes them.
        digits: u32,
        /// The amount in units of that many digits.
        scaled: u64,
    },
}

/// The largest number that JSON readers agree on (RFC 8259 §6).
const NUMBER_MAX: u64 = (1 << 53) - 1;

impl Taken {
    pub(super) fn of(input: &Input, value: &Value) -> Result<Self, Misfit> {
        let name = || input.name.clone();
        let kind = || Misfit::Kind {
            input: name(),
            kind: input.kind.as_str(),
        };
        let taken = match (input.kind, value) {
            (InputKind::Text, Value::String(_))
            | (InputKind::Number, Value::Number(_))
            | (InputKind::Boolean, Value::Bool(_))
            | (InputKind::Json, _)
            | (InputKind::Record, Value::Object(_)) => Self::Plain(value.clone()),
            (InputKind::Phone, Value::String(text)) if is_phone(text) => Self::Plain(value.clone()),
            (InputKind::Name, Value::String(text)) if is_name(text) => Self::Plain(value.clone()),
            (InputKind::Names, Value::Array(items)) if !items.is_empty() => {
                let names = items.iter().map(|item| {
                    let name = item.as_str().filter(|text| is_name(text));
                    name.map(str::to_owned)
                });
                Self::Names(names.collect::<Option<_>>().ok_or_else(kind)?)
            }
            (InputKind::Time, Value::String(text)) => Self::Time(text.parse().map_err(|_| kind())?),
            (InputKind::Amount, Value::Object(fields)) if fields.len() == 2 => {
                let minor = fields.get("minor").and_then(Value::as_u64);
                let minor = minor.filter(|minor| (1..=NUMBER_MAX).contains(minor));
                let currency = fields.get("currency").and_then(Value::as_str);
                let (minor, currency) = minor.zip(currency).ok_or_else(kind)?;
                let digits = minor_digits(currency).ok_or_else(kind)?;
                let (mut scaled, mut shown) = (minor, digits);
                if input.whole.iter().any(|own| own == currency) {
                    let unit = 10_u64.pow(digits);
                    if minor % unit != 0 {
                        return Err(Misfit::Whole { input: name() });
                    }
                    (scaled, shown) = (minor / unit, 0);
                }
                Self::Amount {
                    minor,
                    currency: currency.to_owned(),
                    digits: shown,
                    scaled,
                }
            }
            _ => return Err(kind()),
        };
        taken.fits(input)?;
        Ok(taken)
    }

    fn fits(&self, input: &Input) -> Result<(), Misfit> {
        if !input.choices.is_empty() {
            let own = match self {
                Self::Amount { currency, .. } => currency.clone(),
                _ => self.text(""),
            };
            if !input.choices.contains(&own) {
                return Err(Misfit::Choice {
                    input: input.name.clone(),
                });
            }
        }
        let Some(most) = input.most else {
            return Ok(());
        };
        let over = match self {
            Self::Plain(Value::String(text)) => text.chars().count() as u64 > most,
            #[allow(clippy::cast_precision_loss)]
            Self::Plain(Value::Number(number)) => {
                number.as_f64().is_none_or(|number| number > most as f64)
            }
            Self::Plain(Value::Object(fields)) => fields.len() as u64 > most,
            Self::Plain(Value::Array(items)) => items.len() as u64 > most,
            Self::Names(names) => names.len() as u64 > most,
            Self::Amount { minor, .. } => *minor > most,
            Self::Plain(_) | Self::Time(_) => false,
        };
        if over {
            return Err(Misfit::Most {
                input: input.name.clone(),
                most,
            });
        }
        Ok(())
    }

    /// As it stands in a text.
    pub(super) fn text(&self, part: &str) -> String {
        match self {
            Self::Plain(Value::String(text)) if part == "digits" => {
                text.trim_start_matches('+').to_owned()
            }
            Self::Plain(Value::String(text)) if part == "soql" => soql(text),
            Self::Plain(Value::String(text)) => text.clone(),
            Self::Plain(other) => other.to_string(),
            Self::Names(names) => names.join(","),
            // With an offset: of the two forms of RFC 3339, the one that more services show.
            Self::Time(time) => time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
            Self::Amount {
                minor,
                currency,
                digits,
                scaled,
            } => match part {
                "minor" => minor.to_string(),
                "currency" => currency.clone(),
                _ => decimal(*scaled, *digits),
            },
        }
    }

    /// As it is in JSON.
    pub(super) fn json(&self, part: &str) -> Value {
        match self {
            Self::Plain(_) if matches!(part, "digits" | "soql") => Value::String(self.text(part)),
            Self::Plain(value) => value.clone(),
            Self::Names(names) => Value::from(names.clone()),
            Self::Amount { minor, .. } if part == "minor" => Value::from(*minor),
            Self::Time(_) | Self::Amount { .. } => Value::String(self.text(part)),
        }
    }
}

/// What stands between the quotation marks of a SOQL query: nothing in it ends them
/// (<https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm>).
fn soql(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '\'' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted
}

/// An integer of minor units as a decimal: never through a floating point number.
fn decimal(scaled: u64, digits: u32) -> String {
    if digits == 0 {
        return scaled.to_string();
    }
    let unit = 10_u64.pow(digits);
    let width = digits as usize;
    format!("{}.{:0width$}", scaled / unit, scaled % unit)
}

/// ITU-T E.164: a plus sign and at most fifteen digits, the first of them not zero.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The longest name, in bytes.
const NAME_MAX: usize = 200;

fn is_name(text: &str) -> bool {
    text.len() <= NAME_MAX
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte))
}

/// Whether this can be a value of the input.
pub(crate) fn takes(input: &Input, value: &Value) -> bool {
    Taken::of(input, value).is_ok()
}
