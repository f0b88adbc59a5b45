//! Numbers made of rows: whole numbers exactly, others by decimal digits.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::Value;

use super::Figure;
use super::cell::field;

/// Digits behind the point of an average.
const AVERAGE: u32 = 6;

/// A value as a number: a number, or a text that is nothing but one. Many services write amounts as
/// text.
pub(super) fn number(value: &Value) -> Option<Decimal> {
    let plain = |text: &str| {
        let digits = text
            .chars()
            .all(|one| one.is_ascii_digit() || "+-.".contains(one));
        digits.then(|| Decimal::from_str_exact(text).ok()).flatten()
    };
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            // JSON has exponents (RFC 8259 §6).
            plain(&text).or_else(|| Decimal::from_scientific(&text).ok())
        }
        Value::String(text) => plain(text.trim()),
        _ => None,
    }
}

/// What rows add up to, one after another.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    figure: Figure,
    /// How many rows there were.
    rows: u64,
    /// How many of them had a number.
    counted: u64,
    /// The sum of whole numbers; `None` where it is too large.
    whole: Option<i128>,
    /// The sum of the others.
    broken: Option<Decimal>,
    best: Option<Decimal>,
}

impl Tally {
    pub(super) fn new(figure: &Figure) -> Self {
        Self {
            figure: figure.clone(),
            rows: 0,
            counted: 0,
            whole: Some(0),
            broken: Some(Decimal::ZERO),
            best: None,
        }
    }

    pub(super) fn add(&mut self, row: &Value) {
        self.rows += 1;
        let Some(name) = self.figure.field() else {
            self.counted += 1;
            return;
        };
        let Some(value) = field(row, name).and_then(number) else {
            return;
        };
        self.counted += 1;
        match self.figure {
            Figure::Min { .. } => self.best = Some(self.best.map_or(value, |best| best.min(value))),
            Figure::Max { .. } => self.best = Some(self.best.map_or(value, |best| best.max(value))),
            _ if value.fract().is_zero() => {
                let whole = i128::from_str(&value.trunc().to_string()).ok();
                self.whole = self
                    .whole
                    .zip(whole)
                    .and_then(|(sum, one)| sum.checked_add(one));
            }
            _ => self.broken = self.broken.and_then(|sum| exactly(sum, value)),
        }
    }

    /// How many rows have no number there.
    pub(super) const fn without(&self) -> u64 {
        self.rows - self.counted
    }

    /// The number, in decimal digits; `None` where no row has one, or it has more digits than can
    /// be kept: a wrong one is not shown.
    pub(super) fn value(&self) -> Option<String> {
        if matches!(self.figure, Figure::Count) {
            return Some(self.rows.to_string());
        }
        if self.counted == 0 {
            return None;
        }
        match self.figure {
            Figure::Min { .. } | Figure::Max { .. } => self.best.map(written),
            Figure::Average { .. } => {
                let sum = exactly(whole_decimal(self.whole?)?, self.broken?)?;
                let average = sum.checked_div(Decimal::from(self.counted))?;
                Some(written(average.round_dp(AVERAGE)))
            }
            _ => match (self.whole?, self.broken?) {
                (whole, broken) if broken.is_zero() => Some(whole.to_string()),
                (whole, broken) => exactly(whole_decimal(whole)?, broken).map(written),
            },
        }
    }
}

/// `None` where it is too large; `Decimal::from` would panic there.
fn whole_decimal(whole: i128) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(whole, 0).ok()
}

/// A sum that lost no digit.
fn exactly(one: Decimal, other: Decimal) -> Option<Decimal> {
    let sum = one.checked_add(other)?;
    (sum.scale() >= one.scale().max(other.scale())).then_some(sum)
}

fn written(number: Decimal) -> String {
    let number = number.normalize();
    // There is no negative nothing.
    if number.is_zero() {
        "0".to_owned()
    } else {
        number.to_string()
    }
}
