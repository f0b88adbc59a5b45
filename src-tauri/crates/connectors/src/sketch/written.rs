//! A sketch as the text of a connector file: the same sketch is always the same text, and what
//! goes without saying is left out.

use serde::de::DeserializeOwned;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::{Security, Sketch};
use crate::{Api, OAuth, Question};

/// What the builder has fields of its own for.
pub(super) const SHOWN: [&str; 18] = [
    "id",
    "name",
    "category",
    "description",
    "monogram",
    "logo",
    "kinds",
    "oauth",
    "keys",
    "api",
    "scopes",
    "presets",
    "whoami",
    "verify",
    "parameters",
    "hosts",
    super::doubled::FIELD,
    // Follows from what a credential is.
    "registration",
];

/// The order of a file: what has one line first, since in TOML nothing follows a table.
const ORDER: [&str; 31] = [
    "id",
    "name",
    "category",
    "kinds",
    "payment",
    "retired",
    "successor",
    "hosts",
    "registration",
    "try_path",
    "sources",
    "scope_source",
    "webview",
    "logo",
    "description",
    "monogram",
    "offered_in",
    "oauth",
    "keys",
    "api",
    "whoami",
    "verify",
    "rate",
    "pace",
    "setup",
    "parameters",
    "scopes",
    "presets",
    "notes",
    OPERATIONS,
    super::doubled::FIELD,
];

/// What the builder has no fields for and keeps as it is, to the letter: in it, `false` says
/// something.
const OPERATIONS: &str = "operations";

impl Sketch {
    /// The fields of the connector file.
    #[must_use]
    pub fn fields(&self) -> Map<String, Value> {
        let mut fields = self.rest.clone();
        for name in SHOWN {
            fields.remove(name);
        }
        let mut put = |name: &str, value: Value| {
            fields.insert(name.to_owned(), value);
        };
        let general = &self.general;
        put("id", json!(general.id));
        put("name", json!(general.name));
        put("category", json!(general.category));
        put("description", json!(general.description));
        put("monogram", json!(general.monogram));
        if let Some(logo) = &general.logo {
            put("logo", json!(logo));
        }
        put("kinds", json!(general.kinds));
        match &self.security {
            Security::Oauth(oauth) => {
                let mut value = pruned::<OAuth>(json!(oauth), json!({"token": ""}));
                shorten_revoke(&mut value);
                put("oauth", value);
                put("registration", json!("needs_client"));
            }
            Security::Keys(keys) => put("keys", without_nothing(json!(keys))),
        }
        put("api", pruned::<Api>(json!(self.api), json!({"base": ""})));
        for (name, question) in [("whoami", &self.whoami), ("verify", &self.verify)] {
            if let Some(question) = question {
                put(
                    name,
                    pruned::<Question>(json!(question), json!({"url": ""})),
                );
            }
        }
        for (name, list) in [
            ("scopes", json!(self.scopes)),
            ("presets", json!(self.presets)),
            ("parameters", json!(self.parameters)),
        ] {
            if list.as_array().is_some_and(|list| !list.is_empty()) {
                put(name, without_nothing(list));
            }
        }
        put("hosts", json!(self.hosts()));
        super::doubled::put(&self.doubled, &mut fields);
        fields
    }

    /// The text of the connector file: always the same for the same sketch, without comments.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut fields = self.fields();
        let operations = fields.remove(OPERATIONS);
        let fields = without_nothing(Value::Object(fields));
        let Value::Object(mut fields) = fields else {
            return String::new();
        };
        if let Some(operations) = operations {
            fields.insert(OPERATIONS.to_owned(), operations);
        }
        // Every value of JSON but `null` is one of TOML.
        toml::to_string_pretty(&Ordered(&fields)).unwrap_or_default()
    }
}

/// A value without what it would be if it were left out: `bare` is the least a file may say.
fn pruned<T: DeserializeOwned + Serialize>(mut value: Value, bare: Value) -> Value {
    let usual = serde_json::from_value::<T>(bare.clone())
        .and_then(|usual| serde_json::to_value(&usual))
        .unwrap_or_default();
    if let (Value::Object(fields), Some(usual)) = (&mut value, usual.as_object()) {
        fields.retain(|name, value| {
            bare.get(name).is_some() || usual.get(name).is_none_or(|usual| usual != value)
        });
    }
    without_nothing(value)
}

/// A value without what is `null`, or `false` where that goes without saying, all the way down.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(name, value)| {
                    let usual = matches!(
                        (name.as_str(), value),
                        ("default" | "automatic" | "host", Value::Bool(false))
                            | ("secret", Value::Bool(true))
                    );
                    !value.is_null() && !usual
                })
                .map(|(name, value)| (name, without_nothing(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nothing).collect()),
        other => other,
    }
}

/// A revocation as RFC 7009 has it is its address.
fn shorten_revoke(oauth: &mut Value) {
    let Some(revoke) = oauth.get_mut("revoke") else {
        return;
    };
    let Some(url) = revoke.get("url").cloned() else {
        return;
    };
    let whole = |value: &Value| serde_json::from_value::<crate::Revoke>(value.clone()).ok();
    if whole(&url).is_some() && whole(&url) == whole(revoke) {
        *revoke = url;
    }
}

struct Ordered<'a>(&'a Map<String, Value>);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = ORDER.iter().filter_map(|name| self.0.get_key_value(*name));
        let mut others: Vec<_> = self
            .0
            .iter()
            .filter(|(name, _)| !ORDER.contains(&name.as_str()))
            .collect();
        others.sort_by_key(|(name, _)| *name);
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in known.chain(others) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
