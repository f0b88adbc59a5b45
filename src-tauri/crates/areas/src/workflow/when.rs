//! Whether a condition holds.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{Condition, Is, Test, Values, text_of};

/// Whether a rule's condition holds for these values. `before` is what they were before an edit;
/// `None` where the record is new. Where nothing is edited, it is `values` again.
#[must_use]
pub fn holds(condition: Option<&Condition>, values: &Values, before: Option<&Values>) -> bool {
    let Some(condition) = condition else {
        return true;
    };
    let one = |test: &Test| meets(test, values, before);
    if condition.tests.is_empty() {
        true
    } else if condition.any {
        condition.tests.iter().any(one)
    } else {
        condition.tests.iter().all(one)
    }
}

fn meets(test: &Test, values: &Values, before: Option<&Values>) -> bool {
    let value = values.get(&test.field).unwrap_or(&Value::Null);
    let text = || text_of(value).to_lowercase();
    let wanted = || text_of(&test.value).to_lowercase();
    match test.is {
        Is::Is => same(value, &test.value),
        Is::IsNot => !same(value, &test.value),
        Is::Contains => !is_empty(value) && text().contains(&wanted()),
        Is::StartsWith => !is_empty(value) && text().starts_with(&wanted()),
        Is::Greater => order(value, &test.value) == Some(Ordering::Greater),
        Is::Less => order(value, &test.value) == Some(Ordering::Less),
        Is::Empty => is_empty(value),
        Is::NotEmpty => !is_empty(value),
        Is::Changed => {
            let was = before.and_then(|before| before.get(&test.field));
            let was = was.unwrap_or(&Value::Null);
            !(is_empty(was) && is_empty(value)) && was != value
        }
    }
}

/// Whether nothing is there. An unchecked box is something: it says no.
#[must_use]
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn same(one: &Value, other: &Value) -> bool {
    if is_empty(one) || is_empty(other) {
        return is_empty(one) && is_empty(other);
    }
    if one == other || order(one, other) == Some(Ordering::Equal) {
        return true;
    }
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    plain(one) && plain(other) && text_of(one).to_lowercase() == text_of(other).to_lowercase()
}

/// Which is more, or later; `None` where the two cannot be compared so.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    if let (Some(one), Some(other)) = (amount(one), amount(other)) {
        // What another currency is worth nobody here knows.
        return (one.1 == other.1).then(|| one.0.cmp(&other.0));
    }
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return compared(&one, &other);
    }
    let (one, other) = (one.as_str()?.trim(), other.as_str()?.trim());
    if let (Ok(one), Ok(other)) = (one.parse(), other.parse::<jiff::Timestamp>()) {
        return Some(jiff::Timestamp::cmp(&one, &other));
    }
    let date = |text: &str| text.parse::<jiff::civil::Date>().ok();
    Some(date(one)?.cmp(&date(other)?))
}

fn amount(value: &Value) -> Option<(u64, &str)> {
    Some((
        value.get("minor")?.as_u64()?,
        value.get("currency")?.as_str()?,
    ))
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whole numbers without a detour by floating point, which takes neighbors for the same.
fn compared(one: &Number, other: &Number) -> Option<Ordering> {
    if let (Some(one), Some(other)) = (one.as_i128(), other.as_i128()) {
        return Some(one.cmp(&other));
    }
    one.as_f64()?.partial_cmp(&other.as_f64()?)
}
