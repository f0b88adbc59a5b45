//! Rows of a table that no map can hold. The builder has names and values one on each row, and two
//! rows may have the same name while a person is typing: the first is in the map, as a connector
//! file has it, and the others stand beside it in the draft, so that nothing typed is lost.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Finding;
use crate::Why;

/// What a draft calls them. No connector file has it.
pub(crate) const FIELD: &str = "doubled";

/// A row whose name stands before it already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Doubled {
    /// JSON pointer of the table, as the connector file has it.
    pub at: String,
    /// The name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Doubled {
    /// JSON pointer of the row (RFC 6901 section 3).
    fn row(&self) -> String {
        let name = self.name.replace('~', "~0").replace('/', "~1");
        format!("{}/{name}", self.at)
    }

    /// That it cannot stay.
    pub(super) fn finding(&self) -> Finding {
        Finding {
            at: self.row(),
            why: Why::name_twice(&self.name),
        }
    }
}

/// Takes them out of the fields of a draft: the rest can be a connector.
pub(super) fn taken_out(fields: &mut Map<String, Value>) -> Vec<Doubled> {
    let doubled = fields.remove(FIELD).unwrap_or_default();
    serde_json::from_value(doubled).unwrap_or_default()
}

/// Puts them into the fields of a draft, but for those whose name stands in no table any more.
pub(super) fn put(doubled: &[Doubled], fields: &mut Map<String, Value>) {
    let whole = Value::Object(std::mem::take(fields));
    let twice: Vec<&Doubled> = doubled
        .iter()
        .filter(|one| whole.pointer(&one.row()).is_some())
        .collect();
    let twice = (!twice.is_empty()).then(|| json!(twice));
    if let Value::Object(whole) = whole {
        *fields = whole;
    }
    if let Some(twice) = twice {
        fields.insert(FIELD.to_owned(), twice);
    }
}
