//! Where in a TOML text something stands.

use toml::de::{DeTable, DeValue};

/// The line (from 1) that byte `offset` is on.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// The line of what the JSON pointer `at` leads to, or of the nearest thing above it that the
/// text has; of its entry `key` where one is named.
pub(crate) fn line_of(text: &str, at: &str, key: Option<&str>) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut offset = None;
    let mut table = Some(document.get_ref());
    let mut array = None;
    for step in at.split('/').skip(1).chain(key) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let value = if let Some(entries) = table {
            let Some((name, value)) = entries.iter().find(|(name, _)| *name.get_ref() == step)
            else {
                break;
            };
            offset = Some(name.span().start);
            value
        } else if let Some(value) =
            array.and_then(|items: &toml::de::DeArray<'_>| items.get(step.parse::<usize>().ok()?))
        {
            offset = Some(value.span().start);
            value
        } else {
            break;
        };
        (table, array) = match value.get_ref() {
            DeValue::Table(inner) => (Some(inner), None),
            DeValue::Array(items) => (None, Some(items)),
            _ => (None, None),
        };
    }
    offset.map(|offset| line_at(text, offset))
}
