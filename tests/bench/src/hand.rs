//! What the list answers, asked for by SQL written by hand: the same rows with everything a row is made of, and the same
//! counts. `catalog/*.sql` beside this package hold the statements and `plans.txt` how SQLite goes about them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection as Db, OpenFlags, ToSql};

use crate::Error;

/// What stands in every answer, whatever is asked for.
const COUNTS: &str = include_str!("../catalog/counts.sql");
/// What the rows of a page are made of.
const PARTS: &str = include_str!("../catalog/parts.sql");

/// One thing to ask for.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// What it is called.
    pub name: &'static str,
    /// A statement for the identifiers of a page, and one for how many match.
    pub sql: &'static str,
}

macro_rules! questions {
    ($($name:literal),* $(,)?) => {
        /// Everything that is asked for, by name.
        pub const QUESTIONS: &[Question] = &[$(Question {
            name: $name,
            sql: include_str!(concat!("../catalog/", $name, ".sql")),
        }),*];
    };
}
questions![
    "first",
    "next",
    "last-used",
    "needing",
    "others",
    "kind",
    "service",
    "application",
    "health",
    "kind-and-health",
    "search-few",
    "search-many",
    "search-two-few",
    "search-two-many",
];

/// The statement of that name among those of a file, each under a line `-- name`.
fn statement<'a>(sql: &'a str, name: &str) -> Option<&'a str> {
    let heading = format!("-- {name}\n");
    let (_, rest) = sql.split_once(&heading)?;
    Some(rest.split("\n-- ").next().unwrap_or(rest).trim())
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The rows' link names, in their order.
    pub links: Vec<String>,
    /// How many match.
    pub total: u64,
    /// How many there are.
    pub all: u64,
    /// How many need the viewer.
    pub needing: u64,
}

/// What is asked with: values by the names the statements have for them.
pub type Bound = BTreeMap<&'static str, Value>;

/// A connection of its own to the file, set up as the program sets up its own.
pub struct Hand {
    db: Db,
}

impl Hand {
    /// Opens the catalog of a home for reading.
    ///
    /// # Errors
    /// Where there is none.
    pub fn open(home: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Db::open_with_flags(home.join("catalog.sqlite"), flags)?;
        db.pragma_update(None, "query_only", "ON")?;
        db.pragma_update(None, "cache_size", -32_768)?;
        db.set_prepared_statement_cache_capacity(96);
        Ok(Self { db })
    }

    /// Every row of a statement, every column read.
    fn rows(&self, sql: &str, bound: &Bound) -> Result<Vec<Vec<Value>>, Error> {
        let mut statement = self.db.prepare_cached(sql)?;
        let names: Vec<(&str, &dyn ToSql)> = bound
            .iter()
            .filter(|(name, _)| matches!(statement.parameter_index(name), Ok(Some(_))))
            .map(|(name, value)| (*name, value as &dyn ToSql))
            .collect();
        let columns = statement.column_count();
        let rows = statement.query_map(names.as_slice(), |row| {
            (0..columns).map(|at| row.get(at)).collect()
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn count(&self, sql: &str, bound: &Bound) -> Result<u64, Error> {
        match self.rows(sql, bound)?.first().and_then(|row| row.first()) {
            Some(Value::Integer(count)) => Ok(u64::try_from(*count).unwrap_or_default()),
            other => Err(Error::Differs(format!("a count, and not {other:?}"))),
        }
    }

    /// Asks, in one snapshot.
    ///
    /// # Errors
    /// A statement that is missing or wrong.
    pub fn ask(&self, question: &Question, bound: &Bound) -> Result<Answer, Error> {
        let snapshot = self.db.unchecked_transaction()?;
        let of = |sql: &'static str, name: &str| {
            statement(sql, name).ok_or_else(|| Error::Differs(format!("no statement `{name}`")))
        };
        let total = self.count(of(question.sql, "total")?, bound)?;
        let all = self.count(of(COUNTS, "all")?, bound)?;
        let needing = self.count(of(COUNTS, "needing")?, bound)?;
        let page = self.rows(of(question.sql, "page")?, bound)?;
        let keys: Vec<i64> = page
            .iter()
            .filter_map(|row| match row.first() {
                Some(Value::Integer(key)) => Some(*key),
                _ => None,
            })
            .collect();
        let mut bound = bound.clone();
        let keys_text = format!("{keys:?}");
        bound.insert(":keys", Value::Text(keys_text));
        let mut links = BTreeMap::new();
        for row in self.rows(of(PARTS, "connections")?, &bound)? {
            if let (Some(Value::Integer(key)), Some(Value::Text(link))) = (row.first(), row.get(4))
            {
                links.insert(*key, link.clone());
            }
        }
        for part in ["slots", "primaries", "settings", "uses"] {
            std::hint::black_box(self.rows(of(PARTS, part)?, &bound)?);
        }
        drop(snapshot);
        Ok(Answer {
            links: keys.iter().filter_map(|key| links.remove(key)).collect(),
            total,
            all,
            needing,
        })
    }

    /// How SQLite goes about every statement.
    ///
    /// # Errors
    /// A statement that is wrong.
    pub fn plans(&self) -> Result<String, Error> {
        let mut text = String::new();
        let files = [("counts", COUNTS), ("parts", PARTS)].into_iter();
        let files = files.chain(QUESTIONS.iter().map(|one| (one.name, one.sql)));
        for (file, sql) in files {
            for name in [
                "all",
                "needing",
                "page",
                "total",
                "connections",
                "slots",
                "primaries",
                "settings",
                "uses",
            ] {
                let Some(sql) = statement(sql, name) else {
                    continue;
                };
                let _ = writeln!(text, "{file}: {name}");
                let mut statement = self.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    let _ = writeln!(text, "    {}", row.get::<_, String>(3)?);
                }
            }
        }
        Ok(text)
    }

    /// Counts from the slots themselves what the viewer sees, by state: what is derived from them must say the same.
    ///
    /// # Errors
    /// As [`Hand::ask`].
    pub fn recount(&self, bound: &Bound) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.rows(include_str!("../catalog/recount.sql"), bound)?;
        rows.into_iter()
            .map(|row| match row.as_slice() {
                [Value::Text(state), Value::Integer(count)] => {
                    Ok((state.clone(), u64::try_from(*count).unwrap_or_default()))
                }
                other => Err(Error::Differs(format!(
                    "a state and a count, and not {other:?}"
                ))),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_both_statements() {
        for question in QUESTIONS {
            for name in ["page", "total"] {
                let found = statement(question.sql, name);
                assert!(
                    found.is_some_and(|sql| sql.starts_with("SELECT")),
                    "{}: {name}",
                    question.name
                );
            }
        }
    }
}
