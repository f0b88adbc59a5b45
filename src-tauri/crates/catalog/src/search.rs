//! The text a connection is found by, and finding it.
//!
//! A trigram index finds what is rare at once. It cannot find words of two characters, which most
//! Japanese words are, and takes long over what is frequent; both are found by reading the texts,
//! which are kept a second time for that, many to a row ([`crate::texts`]).

use rusqlite::{Connection, OptionalExtension, params};
use unicode_normalization::UnicodeNormalization;

use crate::keys::Keys;
use crate::store::Transaction;
use crate::texts::{BETWEEN, PACK, Texts};
use crate::{Result, row};

/// The fewest characters the trigram index can find.
const TRIGRAM: usize = 3;
/// Finds of the index beyond which reading all texts is the faster way.
const RARE: u32 = 500;

/// Text as it is compared: compatibility forms (NFKC, so full-width and half-width are one) in
/// lower case, without control characters and without what nobody sees.
#[must_use]
pub fn fold(text: &str) -> String {
    let lower = text.nfkc().collect::<String>().to_lowercase();
    let seen = |c: &char| !c.is_control() && !is_ignorable(*c);
    lower.nfkc().filter(seen).collect()
}

/// `Default_Ignorable_Code_Point` of Unicode's `DerivedCoreProperties.txt`: characters that show
/// as nothing.
const fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
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
            let columns = ["name", "link_name", "connector", "words"];
            let parts = columns.map(|column| row::text(row, column));
            Ok((row.get::<_, i64>(0)?, parts))
        })
        .optional()?;
    let Some((key, parts)) = found else {
        return Ok(());
    };
    let parts = parts.iter().filter(|part| !part.is_empty());
    let mut text: Vec<String> = parts.map(|part| fold(part)).collect();
    text.extend(labels(db, connection)?);
    // A line per part: a term holds no line break, so it never matches across two parts.
    let text = text.join("\n");
    db.prepare_cached(
        "INSERT INTO connection_text (key, text) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET text = excluded.text WHERE text <> excluded.text",
    )?
    .execute(params![key, text])?;
    pack(db, key, &text)
}

/// Takes a connection's text out.
pub(crate) fn forget(db: &Transaction<'_>, key: i64) -> Result<()> {
    pack(db, key, "")
}

fn pack(db: &Transaction<'_>, key: i64, text: &str) -> Result<()> {
    let (pack, place) = (key.div_euclid(PACK), key.rem_euclid(PACK));
    let stored: Option<Vec<u8>> = db
        .prepare_cached("SELECT texts FROM connection_pack WHERE pack = ?1")?
        .query_row([pack], |row| row.get(0))
        .optional()?;
    let stored = stored.unwrap_or_default();
    let mut texts: Vec<&[u8]> = stored.split(|byte| *byte == BETWEEN).collect();
    texts.resize(usize::try_from(PACK).unwrap_or_default(), b"");
    let place = usize::try_from(place).unwrap_or_default();
    if texts[place] == text.as_bytes() {
        return Ok(());
    }
    texts[place] = text.as_bytes();
    db.prepare_cached(
        "INSERT INTO connection_pack (pack, texts, mark) VALUES (?1, ?2, random())
         ON CONFLICT (pack) DO UPDATE SET texts = excluded.texts, mark = excluded.mark",
    )?
    .execute(params![pack, texts.join(&BETWEEN)])?;
    Ok(())
}

/// The connections whose text holds all of these terms; `None` without terms: all of them.
pub(crate) fn find(db: &Connection, texts: &Texts, search: &str) -> Result<Option<Keys>> {
    let terms = terms(search);
    if terms.is_empty() {
        return Ok(None);
    }
    // Once they are in memory, reading them all is quicker than the index whatever is looked for.
    if !texts.are_read()
        && let Some(rare) = rare(db, &terms)?
    {
        return narrowed(db, rare, &terms).map(Some);
    }
    texts.with(db, &terms).map(Some)
}

/// What the index finds of those terms that it can find, unless that is much.
fn rare(db: &Connection, terms: &[String]) -> Result<Option<Vec<i64>>> {
    let phrases: Vec<String> = terms
        .iter()
        .filter(|term| term.chars().count() >= TRIGRAM)
        .map(|term| format!("\"{}\"", term.replace('"', "\"\"")))
        .collect();
    if phrases.is_empty() {
        return Ok(None);
    }
    let found: Vec<i64> = db
        .prepare_cached(
            "SELECT rowid FROM connection_search WHERE connection_search MATCH ?1 LIMIT ?2",
        )?
        .query_map(params![phrases.join(" AND "), RARE + 1], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let many = found.len() > usize::try_from(RARE).unwrap_or(usize::MAX);
    Ok((!many).then_some(found))
}

/// Those of a few connections whose text holds all of these terms: the index knows no short ones,
/// and takes some letters for the same that are not.
fn narrowed(db: &Connection, keys: Vec<i64>, terms: &[String]) -> Result<Keys> {
    let mut statement = db.prepare_cached("SELECT text FROM connection_text WHERE key = ?1")?;
    let mut found = Keys::default();
    for key in keys {
        let text: Option<String> = statement.query_row([key], |row| row.get(0)).optional()?;
        if text.is_some_and(|text| terms.iter().all(|term| text.contains(term.as_str()))) {
            found.insert(key);
        }
    }
    Ok(found)
}

fn labels(db: &Connection, connection: [u8; 16]) -> Result<Vec<String>> {
    let mut statement = db.prepare_cached(
        "SELECT a.label, a.account_email, a.account_name, a.account_id
         FROM slot s JOIN authorization a ON a.id = s.authorization
         WHERE s.connection = ?1 ORDER BY s.key",
    )?;
    let rows = statement.query_map([connection], |row| {
        let columns = ["label", "account_email", "account_name", "account_id"];
        Ok(columns.map(|column| Some(row::text(row, column)).filter(|text| !text.is_empty())))
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
