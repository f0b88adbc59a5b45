//! What came of an operation.

use serde_json::Value;

use crate::connector::PaymentState;
use crate::{Each, Operation, Repeat};

/// Whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All of it.
    Done,
    /// Some records, and others not.
    Partly,
    /// Nothing of it.
    Refused,
    /// Nobody knows: the service broke down over it, or its answer is not what it promised. It may
    /// have been done, and has to be looked at there.
    Unclear,
}

/// How one record fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fared {
    /// Whether all went well.
    pub good: bool,
    /// Its id.
    pub id: Option<String>,
    /// What the service says of it.
    pub message: Option<String>,
}

/// What came of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it was done.
    pub verdict: Verdict,
    /// The id of what was made, or of the first record that was.
    pub id: Option<String>,
    /// What the service says of what went wrong, in its words.
    pub message: Option<String>,
    /// How each record fared, where the service tells.
    pub records: Vec<Fared>,
    /// How a payment stands, in words that are known.
    pub payment: Option<PaymentState>,
    /// Where a person goes on.
    pub link: Option<String>,
}

/// A field of a module, or a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name, as requests have it.
    pub name: String,
    /// What people call it; its name where the service says no other.
    pub label: String,
    /// Its type, in the service's words.
    pub kind: Option<String>,
    /// Whether a new record needs it.
    pub required: bool,
    /// Whether it cannot be set.
    pub read_only: bool,
}

impl Operation {
    /// The rows of an answer; `None` where it has no list of them.
    #[must_use]
    pub fn rows<'a>(&self, body: &'a Value) -> Option<&'a [Value]> {
        let rows = body.pointer(self.answer.rows.as_deref()?)?;
        rows.as_array().map(Vec::as_slice)
    }

    /// When a row was last changed, as the service writes it: what the next pull starts from.
    #[must_use]
    pub fn changed<'a>(&self, row: &'a Value) -> Option<&'a str> {
        row.pointer(self.since.as_ref()?.at.as_deref()?)?.as_str()
    }

    /// The fields or modules that an answer describes. What has no name is left out.
    #[must_use]
    pub fn described(&self, body: &Value) -> Vec<Field> {
        let Some(described) = &self.answer.described else {
            return Vec::new();
        };
        let list = self.answer.rows.as_deref().and_then(|at| body.pointer(at));
        let entries: Vec<&Value> = match list {
            Some(Value::Array(items)) => items.iter().collect(),
            Some(Value::Object(fields)) => fields.values().collect(),
            _ => Vec::new(),
        };
        let is =
            |entry: &Value, at: Option<&String>| at.and_then(|at| entry.pointer(at)?.as_bool());
        entries
            .into_iter()
            .filter_map(|entry| {
                let name = word(entry, &described.name)?;
                let label = described.label.as_ref().and_then(|at| word(entry, at));
                let closed = is(entry, described.read_only.as_ref()) == Some(true)
                    || is(entry, described.creatable.as_ref()) == Some(false);
                Some(Field {
                    label: label.unwrap_or_else(|| name.clone()),
                    kind: described.kind.as_ref().and_then(|at| word(entry, at)),
                    required: is(entry, described.required.as_ref()) == Some(true),
                    read_only: closed,
                    name,
                })
            })
            .collect()
    }

    /// What an answer says came of it.
    #[must_use]
    pub fn outcome(&self, status: u16, body: &[u8]) -> Outcome {
        let told = &self.answer;
        let json = serde_json::from_slice::<Value>(body).ok();
        let read = json.as_ref().unwrap_or(&Value::Null);
        let records = told.each.as_ref().map(|each| fared(each, read));
        let first_good = records.iter().flatten().find(|record| record.good);
        let verdict = self.verdict(status, body, read, records.as_deref());
        let done = matches!(verdict, Verdict::Done | Verdict::Partly);
        let mut id = first_good.and_then(|record| record.id.clone());
        if id.is_none() && done {
            id = told.id.as_ref().and_then(|at| word(read, at));
        }
        if let Some(before) = told.id_after.as_deref().filter(|_| id.is_none() && done) {
            id = after(body, before);
        }
        let mut message = told.message.iter().find_map(|at| word(read, at));
        let worst = records.iter().flatten().find(|record| !record.good);
        if let Some(own) = worst.and_then(|record| record.message.clone()) {
            message = Some(own);
        }
        // A plain answer is its own message.
        if !done && message.is_none() && json.is_none() {
            message = Some(String::from_utf8_lossy(body).trim().to_owned())
                .filter(|text| !text.is_empty());
        }
        let payment = told.states.as_ref().and_then(|states| {
            let mut places = states.at.all().iter();
            let own = word(read, places.find(|at| read.pointer(at).is_some())?)?;
            let known = [
                (&states.paid, PaymentState::Paid),
                (&states.waiting, PaymentState::Waiting),
                (&states.failed, PaymentState::Failed),
            ];
            let mut known = known.into_iter();
            known.find_map(|(words, state)| words.contains(&own).then_some(state))
        });
        let link = told.link.as_ref().and_then(|link| {
            let Some(among) = &link.among else {
                return word(read, &link.href);
            };
            let mut entries = read.pointer(&among.list)?.as_array()?.iter();
            let meant = entries
                .find(|entry| word(entry, &among.at).is_some_and(|own| among.is.contains(&own)))?;
            word(meant, &link.href)
        });
        Outcome {
            verdict,
            id,
            message: message.filter(|_| verdict != Verdict::Done),
            records: records.unwrap_or_default(),
            payment,
            link,
        }
    }

    fn verdict(
        &self,
        status: u16,
        body: &[u8],
        read: &Value,
        records: Option<&[Fared]>,
    ) -> Verdict {
        let told = &self.answer;
        match status {
            200..=299 => {}
            _ if told.again == Some(status) => return Verdict::Done,
            // Nothing changed since (RFC 9110 §15.4.5).
            304 if self.since.is_some() => return Verdict::Done,
            400..=499 if status != 408 => return Verdict::Refused,
            // What was only looked up has not changed, whatever became of the service.
            _ if self.repeat == Repeat::Safe => return Verdict::Refused,
            _ => return Verdict::Unclear,
        }
        if let Some(before) = &told.id_after {
            let named = after(body, before).is_some();
            return if named {
                Verdict::Done
            } else if body.trim_ascii().is_empty() {
                Verdict::Unclear
            } else {
                Verdict::Refused
            };
        }
        if told.empty && (body.trim_ascii().is_empty() || read.is_object()) {
            // Some services answer an error with a status of success.
            let listed = told
                .rows
                .as_ref()
                .is_some_and(|at| read.pointer(at).is_some());
            let complains = !listed && told.message.iter().any(|at| word(read, at).is_some());
            return if complains {
                Verdict::Refused
            } else {
                Verdict::Done
            };
        }
        if let Some(good) = &told.good
            && !good.is_said(body)
        {
            // It says something else, or it is no such answer at all.
            let promised = match good {
                crate::Good::At { at, .. } => read.pointer(at).is_some(),
                crate::Good::Field { .. } | crate::Good::Starts { .. } => {
                    !body.trim_ascii().is_empty()
                }
            };
            return if promised {
                Verdict::Refused
            } else {
                Verdict::Unclear
            };
        }
        if let Some(records) = records {
            let good = records.iter().filter(|record| record.good).count();
            return match (good, records.len()) {
                (_, 0) => Verdict::Unclear,
                (good, all) if good == all => Verdict::Done,
                (0, _) => Verdict::Refused,
                _ => Verdict::Partly,
            };
        }
        let rows = told.rows.as_ref().map(|at| read.pointer(at));
        let listed =
            |value: &Value| value.is_array() || (told.described.is_some() && value.is_object());
        if rows.is_some_and(|rows| !rows.is_some_and(listed)) {
            return Verdict::Unclear;
        }
        if told.id.as_ref().is_some_and(|at| word(read, at).is_none()) {
            return Verdict::Unclear;
        }
        Verdict::Done
    }
}

fn fared(each: &Each, body: &Value) -> Vec<Fared> {
    let list = body.pointer(&each.list).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|entry| Fared {
            good: word(entry, &each.at).is_some_and(|own| own == each.is),
            id: each.id.as_ref().and_then(|at| word(entry, at)),
            message: each.message.as_ref().and_then(|at| word(entry, at)),
        })
        .collect()
}

/// What a pointer leads to, as text; a number or a boolean as it is written.
fn word(value: &Value, at: &str) -> Option<String> {
    match value.pointer(at)? {
        Value::String(text) => Some(text.clone()),
        other @ (Value::Number(_) | Value::Bool(_)) => Some(other.to_string()),
        _ => None,
    }
}

/// The word of a plain answer behind another text.
fn after(body: &[u8], before: &str) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once(before)?;
    rest.split_ascii_whitespace().next().map(str::to_owned)
}
