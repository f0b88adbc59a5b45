//! A request that arrived beside the documented one.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::internet::Arrived;
use super::transcript::Sent;

/// What RFC 6749 and RFC 7009 ask for and vendors' pages leave out at times: sent all the same.
const STANDARD: [&str; 4] = [
    "response_type",
    "grant_type",
    "redirect_uri",
    "token_type_hint",
];

/// Names of fields that differ from the documents on purpose, with what they are about.
pub(crate) type Ignored<'a> = &'a [&'a str];

/// What differs, in words; nothing where it is the same.
pub(crate) fn request(arrived: &Arrived, wanted: &Sent, ignored: Ignored<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if arrived.method != wanted.method {
        faults.push(format!("{} instead of {}", arrived.method, wanted.method));
    }
    let url = Url::parse(&arrived.url).unwrap();
    faults.extend(address(&url, &wanted.url, ignored));
    let got: BTreeMap<&str, &str> = arrived
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    for (name, value) in &wanted.headers {
        if name == "content-type" || ignored.contains(&name.as_str()) {
            continue;
        }
        if got.get(name.as_str()) != Some(&value.as_str()) {
            faults.push(format!(
                "header {name}: {:?} instead of {value:?}",
                got.get(name.as_str())
            ));
        }
    }
    let proof = "authorization";
    if !wanted.headers.contains_key(proof) && got.contains_key(proof) && !ignored.contains(&proof) {
        faults.push("an Authorization header that the documents do not show".to_owned());
    }
    let json = wanted
        .headers
        .get("content-type")
        .is_some_and(|kind| kind.contains("json"));
    if json {
        let kind = got.get("content-type").unwrap_or(&"");
        // Some vendors have a type of their own for each version of an API.
        let own = wanted
            .headers
            .get("content-type")
            .is_some_and(|own| own == kind);
        if !kind.starts_with("application/json") && !own {
            faults.push(format!("Content-Type {kind} instead of JSON"));
        }
        faults.extend(documents(&arrived.body, &wanted.body, ignored));
    } else {
        let got = pairs(url::form_urlencoded::parse(arrived.body.as_bytes()));
        let want = pairs(url::form_urlencoded::parse(wanted.body.as_bytes()));
        faults.extend(fields("field", got, want, ignored));
    }
    faults
}

/// Addresses: host and path to the letter, the query in any order.
pub(crate) fn address(got: &Url, want: &Url, ignored: Ignored<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let bare = |url: &Url| {
        let mut url = url.clone();
        url.set_query(None);
        percent_encoding::percent_decode_str(url.as_str())
            .decode_utf8_lossy()
            .into_owned()
    };
    if bare(got) != bare(want) && !ignored.contains(&"address") {
        faults.push(format!("address {} instead of {}", bare(got), bare(want)));
    }
    let (got, want) = (pairs(got.query_pairs()), pairs(want.query_pairs()));
    faults.extend(fields("parameter", got, want, ignored));
    faults
}

fn pairs<'a>(
    pairs: impl Iterator<Item = (std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>)>,
) -> Vec<(String, String)> {
    pairs
        .map(|(name, value)| (name.into_owned(), plain(&value)))
        .collect()
}

/// The order of the fields of a JSON object says nothing, in a field of a form either.
fn plain(value: &str) -> String {
    match serde_json::from_str::<Value>(value) {
        Ok(object @ Value::Object(_)) => object.to_string(),
        _ => value.to_owned(),
    }
}

fn fields(
    what: &str,
    mut got: Vec<(String, String)>,
    want: Vec<(String, String)>,
    ignored: Ignored<'_>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for pair in want {
        match got.iter().position(|own| *own == pair) {
            Some(at) => {
                got.remove(at);
            }
            None if ignored.contains(&pair.0.as_str()) => {}
            None => faults.push(format!("no {what} {}={}", pair.0, pair.1)),
        }
    }
    for (name, value) in got {
        if !STANDARD.contains(&name.as_str()) && !ignored.contains(&name.as_str()) {
            faults.push(format!(
                "{what} {name}={value} that the documents do not show"
            ));
        }
    }
    faults
}

fn documents(got: &str, want: &str, ignored: Ignored<'_>) -> Vec<String> {
    let want: Value = serde_json::from_str(want).unwrap();
    let Ok(mut got) = serde_json::from_str::<Value>(got) else {
        return vec![format!("a body that is no JSON: {got}")];
    };
    let (Some(own), Some(wanted)) = (got.as_object_mut(), want.as_object()) else {
        if got == want {
            return Vec::new();
        }
        return vec![format!("body {got} instead of {want}")];
    };
    let mut faults = Vec::new();
    for (name, value) in wanted {
        let found = own.remove(name);
        if found.as_ref() != Some(value) && !ignored.contains(&name.as_str()) {
            faults.push(format!("field {name}: {found:?} instead of {value}"));
        }
    }
    for name in own.keys() {
        if !STANDARD.contains(&name.as_str()) && !ignored.contains(&name.as_str()) {
            faults.push(format!("field {name} that the documents do not show"));
        }
    }
    faults
}
