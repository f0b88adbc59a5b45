//! The candidates of the practice Recruit: those that are there from the start, and those that were
//! added, judged as Zoho judges them. See [`super::recruit`] for the pages.

use serde_json::{Map, Value, json};

use super::numbered;
use crate::state::{Candidate, State};
use crate::{ACCOUNTS, Account};

/// How many candidates there can be.
const MOST: usize = 1000;
/// The longest text of a field, in characters.
const LONGEST: usize = 255;
const FIRST_ID: u64 = 490_000_000_000_100_001;

/// Those that are there from the start, under the reserved name `example.com` (RFC 2606): first
/// name, last name, e-mail address, current job.
const MADE_UP: [[&str; 4]; 3] = [
    ["花子", "佐藤", "hanako.sato@example.com", "経理"],
    ["Mateo", "Rossi", "mateo.rossi@example.com", "Data engineer"],
    [
        "Amara",
        "Okafor",
        "amara.okafor@example.com",
        "Support lead",
    ],
];

fn made_up() -> impl Iterator<Item = Candidate> {
    MADE_UP
        .iter()
        .enumerate()
        .map(|(at, [first, last, email, job])| {
            let fields = [
                ("First_Name", first),
                ("Last_Name", last),
                ("Email", email),
                ("Current_Job_Title", job),
            ];
            Candidate {
                id: numbered(FIRST_ID, at),
                by: ACCOUNTS.first().map_or("", |account| account.id).to_owned(),
                at: 1_767_225_600,
                fields: fields
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), json!(value)))
                    .collect(),
            }
        })
}

/// Every candidate, the newest first.
pub(crate) fn candidates(state: &State) -> Vec<Candidate> {
    let mut all: Vec<Candidate> = made_up().chain(state.candidates.iter().cloned()).collect();
    all.reverse();
    all
}

/// What a field says, as text.
pub(crate) fn text<'a>(candidate: &'a Candidate, field: &str) -> &'a str {
    let value = candidate.fields.get(field);
    value.and_then(Value::as_str).unwrap_or_default()
}

/// First and last name.
pub(crate) fn full_name(candidate: &Candidate) -> String {
    let (first, last) = (text(candidate, "First_Name"), text(candidate, "Last_Name"));
    format!("{first} {last}").trim().to_owned()
}

/// What a record came to: added, or why not.
pub(super) type Outcome = Result<Candidate, Value>;

/// Adds a candidate.
pub(super) fn insert(state: &mut State, account: &Account, record: Value, now: i64) -> Outcome {
    let not = |code: &str, details: Value, message: &str| {
        Err(json!({
            "code": code,
            "details": details,
            "message": message,
            "status": "error",
        }))
    };
    let Value::Object(mut fields) = record else {
        let details = json!({"expected_data_type": "jsonobject"});
        return not("INVALID_DATA", details, "invalid data");
    };
    // What the service itself says.
    for own in [
        "id",
        "Full_Name",
        "Created_By",
        "Modified_By",
        "Created_Time",
        "Modified_Time",
    ] {
        fields.remove(own);
    }
    let lacks_name = fields
        .get("Last_Name")
        .and_then(Value::as_str)
        .is_none_or(|name| name.trim().is_empty());
    if lacks_name {
        let details = json!({"api_name": "Last_Name"});
        return not("MANDATORY_NOT_FOUND", details, "required field not found");
    }
    if let Some(name) = too_long(&fields) {
        let details = json!({"api_name": name, "maximum_length": LONGEST});
        return not("INVALID_DATA", details, "invalid data");
    }
    if let Some(email) = fields.get("Email").filter(|email| !email.is_null()) {
        let sound = email.as_str().filter(|email| is_email(email));
        let Some(email) = sound else {
            let details = json!({"expected_data_type": "email", "api_name": "Email"});
            return not("INVALID_DATA", details, "invalid data");
        };
        let twin = candidates(state)
            .into_iter()
            .find(|known| text(known, "Email").eq_ignore_ascii_case(email));
        if let Some(twin) = twin {
            let details = json!({"api_name": "Email", "id": twin.id});
            return not("DUPLICATE_DATA", details, "duplicate data");
        }
    }
    if state.candidates.len() >= MOST {
        return not("LIMIT_EXCEEDED", json!({}), "No more candidates fit");
    }
    let candidate = Candidate {
        // Candidates are never removed, so the next number is free.
        id: numbered(FIRST_ID, MADE_UP.len() + state.candidates.len()),
        by: account.id.to_owned(),
        at: now,
        fields,
    };
    state.candidates.push(candidate.clone());
    Ok(candidate)
}

fn too_long(fields: &Map<String, Value>) -> Option<&String> {
    let long = |value: &Value| match value {
        Value::String(text) => text.chars().count() > LONGEST,
        other => other.to_string().len() > LONGEST,
    };
    let mut fields = fields.iter();
    fields.find(|(_, value)| long(value)).map(|(name, _)| name)
}

/// Something before and after one `@`, without spaces.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
        && !text.contains(char::is_whitespace)
}
