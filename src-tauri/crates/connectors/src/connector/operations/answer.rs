//! How the answer of an operation is read.

use serde::{Deserialize, Serialize};

use crate::connector::Good;

/// Where things stand in an answer: JSON pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The list of rows, or of what is described; an object stands for its values. Empty where the
    /// answer itself is the list.
    #[serde(default)]
    pub rows: Option<String>,
    /// The id of what was made.
    #[serde(default)]
    pub id: Option<String>,
    /// What a plain answer has before the id of what was made; without it, nothing was.
    #[serde(default)]
    pub id_after: Option<String>,
    /// What the service says of what went wrong: the first that is there.
    #[serde(default)]
    pub message: Vec<String>,
    /// What a good answer says, where a status of success is not enough.
    #[serde(default)]
    pub good: Option<Good>,
    /// How each record of several fared.
    #[serde(default)]
    pub each: Option<Each>,
    /// Whether an answer without a list of rows, or without a body (RFC 9110 §15.3.5), says that
    /// there are none.
    #[serde(default)]
    pub empty: bool,
    /// How the fields of a module, or the modules, are described.
    #[serde(default)]
    pub described: Option<Described>,
    /// The status that says that a request with the same `idempotency_key` was done before.
    #[serde(default)]
    pub again: Option<u16>,
    /// How a payment stands.
    #[serde(default)]
    pub states: Option<States>,
    /// Where a person goes on.
    #[serde(default)]
    pub link: Option<Link>,
}

/// How each record of several fared: Zoho answers 200, 202 or 207 and says it in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// The list.
    pub list: String,
    /// In an entry: the word.
    pub at: String,
    /// What it is where all went well; a number or a boolean is compared as it is written.
    pub is: String,
    /// In an entry: the id of what was made.
    #[serde(default)]
    pub id: Option<String>,
    /// In an entry: what the service says.
    #[serde(default)]
    pub message: Option<String>,
}

/// In each entry of `rows`, what describes a field or a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// Its name, as requests have it.
    pub name: String,
    /// What people call it.
    #[serde(default)]
    pub label: Option<String>,
    /// Its type, in the service's words.
    #[serde(default)]
    pub kind: Option<String>,
    /// Whether a new record needs it.
    #[serde(default)]
    pub required: Option<String>,
    /// Whether it cannot be set.
    #[serde(default)]
    pub read_only: Option<String>,
    /// Whether a new record may have it.
    #[serde(default)]
    pub creatable: Option<String>,
}

/// Where a word of an answer stands: at one JSON pointer, or at the first of several that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Pointers {
    /// One.
    One(String),
    /// Several. The first that is there counts, though its word be none that is known: what is
    /// said nearer to the money is never overruled by what is said of the whole.
    Several(Vec<String>),
}

impl Pointers {
    /// The pointers, in their order.
    #[must_use]
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(pointer) => std::slice::from_ref(pointer),
            Self::Several(pointers) => pointers,
        }
    }
}

/// Words of a service for how a payment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct States {
    /// The word.
    pub at: Pointers,
    /// The money is taken, or will be without anybody's doing.
    #[serde(default)]
    pub paid: Vec<String>,
    /// Somebody has to go on, or the service is at it.
    #[serde(default)]
    pub waiting: Vec<String>,
    /// It came to nothing.
    #[serde(default)]
    pub failed: Vec<String>,
}

/// How a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The money is taken, or will be without anybody's doing.
    Paid,
    /// Somebody has to go on, or the service is at it.
    Waiting,
    /// It came to nothing.
    Failed,
}

/// An address of an answer, by itself or one among several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The address; where there is a list, in an entry of it.
    pub href: String,
    /// The list that it is one of.
    #[serde(default)]
    pub among: Option<Among>,
}

/// Which of several addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Among {
    /// The list.
    pub list: String,
    /// In an entry: the word.
    pub at: String,
    /// Which words are meant.
    pub is: Vec<String>,
}

impl Told {
    /// Its JSON pointers, with where each stands.
    pub(crate) fn pointers<'a>(&'a self) -> Vec<(String, &'a str)> {
        let mut found: Vec<(String, &str)> = Vec::new();
        let mut put = |at: &str, pointer: Option<&'a String>| {
            found.extend(pointer.map(|pointer| (at.to_owned(), pointer.as_str())));
        };
        put("/rows", self.rows.as_ref());
        put("/id", self.id.as_ref());
        for (index, pointer) in self.message.iter().enumerate() {
            put(&format!("/message/{index}"), Some(pointer));
        }
        if let Some(Good::At { at, .. }) = &self.good {
            put("/good/at", Some(at));
        }
        if let Some(each) = &self.each {
            put("/each/list", Some(&each.list));
            put("/each/at", Some(&each.at));
            put("/each/id", each.id.as_ref());
            put("/each/message", each.message.as_ref());
        }
        if let Some(described) = &self.described {
            put("/described/name", Some(&described.name));
            put("/described/label", described.label.as_ref());
            put("/described/kind", described.kind.as_ref());
            put("/described/required", described.required.as_ref());
            put("/described/read_only", described.read_only.as_ref());
            put("/described/creatable", described.creatable.as_ref());
        }
        if let Some(states) = &self.states {
            match &states.at {
                Pointers::One(pointer) => put("/states/at", Some(pointer)),
                Pointers::Several(pointers) => {
                    for (index, pointer) in pointers.iter().enumerate() {
                        put(&format!("/states/at/{index}"), Some(pointer));
                    }
                }
            }
        }
        if let Some(link) = &self.link {
            put("/link/href", Some(&link.href));
            put("/link/among/list", link.among.as_ref().map(|own| &own.list));
            put("/link/among/at", link.among.as_ref().map(|own| &own.at));
        }
        found
    }
}
