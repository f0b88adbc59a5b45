//! The text a connection is found by.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use unicode_normalization::UnicodeNormalization;

use crate::Result;

/// Text as it is compared: compatibility forms (NFKC, so full-width and half-width are one) in
/// lower case, without control characters.
#[must_use]
pub fn fold(text: &str) -> String {
    let lower = text.nfkc().collect::<String>().to_lowercase();
    lower.nfkc().filter(|c| !c.is_control()).collect()
}

/// Words of a search beyond these, and characters of a word beyond these, are not looked at: a
/// page pasted into the search field must not become a statement of its size.
const TERMS_MAX: usize = 16;
const TERM_MAX: usize = 100;

/// The parts of a search, each of which must be found; folded.
pub(crate) fn terms(search: &str) -> Vec<String> {
    // Parted before folding, which drops control characters, tabs and line breaks among them.
    let words = search.split_whitespace();
    let folded = words.map(|word| fold(&word.chars().take(TERM_MAX).collect::<String>()));
    folded
        .filter(|term| !term.is_empty())
        .take(TERMS_MAX)
        .collect()
}

/// Writes a connection's text again from what the catalog holds.
pub(crate) fn index(db: &Transaction<'_>, connection: [u8; 16]) -> Result<()> {
    let mut statement = db.prepare_cached(
        "SELECT c.key, c.name, c.link_name, c.connector, w.words
         FROM connection c LEFT JOIN connector_words w ON w.id = c.connector WHERE c.id = ?1",
    )?;
    let found = statement
        .query_row([connection], |row| {
            let parts: [Option<String>; 4] = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
            Ok((row.get::<_, i64>(0)?, parts))
        })
        .optional()?;
    let Some((key, parts)) = found else {
        return Ok(());
    };
    let mut text: Vec<String> = parts.iter().flatten().map(|part| fold(part)).collect();
    text.extend(labels(db, connection)?);
    // A line per part: a term holds no line break, so it never matches across two parts.
    let text = text.join("\n");
    db.prepare_cached(
        "INSERT INTO connection_text (key, text) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET text = excluded.text WHERE text <> excluded.text",
    )?
    .execute(params![key, text])?;
    Ok(())
}

fn labels(db: &Connection, connection: [u8; 16]) -> Result<Vec<String>> {
    let mut statement = db.prepare_cached(
        "SELECT a.label, a.account_email, a.account_name, a.account_id
         FROM slot s JOIN authorization a ON a.id = s.authorization
         WHERE s.connection = ?1 ORDER BY s.key",
    )?;
    let rows = statement.query_map([connection], |row| {
        let parts: [Option<String>; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
        Ok(parts)
    })?;
    let mut labels = Vec::new();
    for parts in rows {
        for label in parts?.iter().flatten().map(|part| fold(part)) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }
    Ok(labels)
}

/// Writes the text of every connection of a connector again.
pub(crate) fn index_connector(db: &Transaction<'_>, connector: &str) -> Result<()> {
    let connections: Vec<[u8; 16]> = db
        .prepare_cached("SELECT id FROM connection WHERE connector = ?1")?
        .query_map([connector], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    connections
        .into_iter()
        .try_for_each(|connection| index(db, connection))
}
