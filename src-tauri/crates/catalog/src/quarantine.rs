//! Rows that cannot be read: they are shown, and never stop the program.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row};

use crate::{
    Catalog, CatalogError, Result, applications, authorizations, connections, connectors, flows,
    items, kept_sign_ins, offers, primaries, registrations, row, slots, uses, workspace,
};

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// What it should be: one of [`QUARANTINE`].
    pub what: &'static str,
    /// Its identifier as far as it can be told, else its number in the table. No two of a kind
    /// have the same.
    pub id: String,
    /// What a person knows it by, as far as that can be told: its own name, else that of what it
    /// belongs to (several connections where an authorization is shared).
    pub name: String,
    /// What is wrong with it; no stored value but unknown words.
    pub why: String,
}

/// Every table whose rows a person would miss, by its name. The others are derived from these, or
/// are read by themselves where they are needed and say there what is wrong with them: sealed
/// secrets, leases; of the log *verify* tells.
pub const QUARANTINE: &[&str] = &names();

struct Check {
    what: &'static str,
    /// The rows.
    rows: &'static str,
    /// The columns that identify one.
    id: &'static [&'static str],
    /// The name of the one whose first column of `id` is ?1.
    named: &'static str,
    parse: fn(&Row<'_>) -> rusqlite::Result<()>,
}

const CHECKS: [Check; 18] = [
    Check {
        what: "workspace",
        rows: "SELECT * FROM workspace",
        id: &["id"],
        named: "SELECT name FROM workspace WHERE id = ?1",
        parse: workspace::whole_workspace,
    },
    Check {
        what: "setting",
        rows: "SELECT * FROM setting",
        id: &["name"],
        named: "SELECT name FROM setting WHERE name = ?1",
        parse: |row| row.get::<_, String>("value").map(drop),
    },
    Check {
        what: "connection",
        rows: "SELECT * FROM connection",
        id: &["id"],
        named: "SELECT name FROM connection WHERE id = ?1",
        parse: |row| connections::connection(row).map(drop),
    },
    Check {
        what: "authorization",
        rows: "SELECT * FROM authorization",
        id: &["id"],
        // No comma is in a connection's name (R19).
        named: "SELECT replace(group_concat(DISTINCT c.name), ',', ', ')
                FROM slot s JOIN connection c ON c.id = s.connection WHERE s.authorization = ?1",
        parse: |row| authorizations::authorization(row).map(drop),
    },
    Check {
        what: "slot",
        rows: "SELECT * FROM slot",
        id: &["connection", "reach", "member"],
        named: OF_CONNECTION,
        parse: |row| slots::key(row).map(drop),
    },
    Check {
        what: "slot_settings",
        rows: "SELECT * FROM slot_settings",
        id: &["connection", "reach"],
        named: OF_CONNECTION,
        parse: |row| connections::slot_settings(row).map(drop),
    },
    Check {
        what: "registration",
        rows: "SELECT * FROM registration",
        id: &["id"],
        named: "SELECT name FROM registration WHERE id = ?1",
        parse: |row| registrations::registration(row).map(drop),
    },
    Check {
        what: "member",
        rows: "SELECT * FROM member",
        id: &["id"],
        named: "SELECT name FROM member WHERE id = ?1",
        parse: |row| {
            let proof = row.get::<_, Option<String>>("key_record");
            workspace::member(row).and(proof).map(drop)
        },
    },
    Check {
        what: "application",
        rows: "SELECT * FROM application",
        id: &["id"],
        named: "SELECT name FROM application WHERE id = ?1",
        parse: |row| applications::application(row).map(drop),
    },
    Check {
        what: "application_member",
        rows: "SELECT * FROM application_member",
        id: &["application", "member"],
        named: OF_APPLICATION,
        parse: |row| row::id::<tsunagi_domain::MemberId>(row, "member").map(drop),
    },
    Check {
        what: "application_connection",
        rows: "SELECT * FROM application_connection",
        id: &["application", "connection"],
        named: OF_APPLICATION,
        parse: |row| row::id::<tsunagi_domain::ConnectionId>(row, "connection").map(drop),
    },
    Check {
        what: "use",
        rows: "SELECT * FROM use",
        id: &["id"],
        named: "SELECT u.name || coalesce(' (' || c.name || ')', '')
                FROM use u LEFT JOIN connection c ON c.id = u.connection WHERE u.id = ?1",
        parse: |row| uses::used(row).map(drop),
    },
    Check {
        what: "item",
        rows: "SELECT * FROM item",
        id: &["id"],
        named: "SELECT name FROM item WHERE id = ?1",
        parse: |row| items::item(row).map(drop),
    },
    Check {
        what: "primary_account",
        rows: "SELECT * FROM primary_account",
        id: &["connection", "reach"],
        named: OF_CONNECTION,
        parse: |row| primaries::place(row).and(row::time(row, "since")).map(drop),
    },
    Check {
        what: "primary_offer",
        rows: "SELECT * FROM primary_offer",
        id: &["connection", "reach", "member"],
        named: OF_CONNECTION,
        parse: |row| offers::offer(row).map(drop),
    },
    Check {
        what: "connector",
        rows: "SELECT * FROM connector",
        id: &["id"],
        named: "SELECT id FROM connector WHERE id = ?1",
        parse: |row| connectors::accepted(row).map(drop),
    },
    Check {
        what: "kept_sign_in",
        rows: "SELECT * FROM kept_sign_in",
        id: &["id"],
        named: "SELECT label FROM kept_sign_in WHERE id = ?1",
        parse: |row| kept_sign_ins::kept(row).map(drop),
    },
    Check {
        what: "flow",
        rows: "SELECT * FROM flow",
        id: &["id"],
        named: "SELECT c.name FROM flow f JOIN connection c ON c.id = f.connection WHERE f.id = ?1",
        parse: |row| flows::flow(row).map(drop),
    },
];

const OF_CONNECTION: &str = "SELECT name FROM connection WHERE id = ?1";
const OF_APPLICATION: &str = "SELECT name FROM application WHERE id = ?1";

const fn names() -> [&'static str; CHECKS.len()] {
    let mut names = [""; CHECKS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = CHECKS[at].what;
        at += 1;
    }
    names
}

impl Catalog {
    /// Every row of [`QUARANTINE`]'s tables that cannot be read. Lists leave them out, so a slot
    /// with such an authorization looks empty and nothing is sent with it.
    ///
    /// # Errors
    /// As every read.
    pub fn quarantined(&self) -> Result<Vec<Quarantined>> {
        self.catalog().read(|db| {
            let mut found = Vec::new();
            for table in &CHECKS {
                check(db, table, &mut found)?;
            }
            Ok(found)
        })
    }
}

fn check(db: &Connection, table: &Check, found: &mut Vec<Quarantined>) -> Result<()> {
    let mut statement = db.prepare(table.rows)?;
    let mut rows = statement.query([])?;
    let mut number = 0_i64;
    while let Some(row) = rows.next()? {
        number += 1;
        match (table.parse)(row).map_err(CatalogError::from) {
            Ok(()) => {}
            Err(CatalogError::Unreadable(why)) => {
                let parts: Option<Vec<String>> =
                    table.id.iter().map(|column| id_part(row, column)).collect();
                let id = match parts {
                    Some(parts) => parts.join("/"),
                    // The number it is kept under stays its own; else which of all it is.
                    None => row.get("key").unwrap_or(number).to_string(),
                };
                // The name may be what cannot be read.
                let by = ToSqlOutput::Borrowed(row.get_ref(table.id[0])?);
                let name = db.query_row(table.named, [by], |row| row.get::<_, Option<String>>(0));
                found.push(Quarantined {
                    what: table.what,
                    id,
                    name: name.ok().flatten().unwrap_or_default(),
                    why,
                });
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// A column of an identifier: a UUID, a short word, or nothing.
fn id_part(row: &Row<'_>, column: &str) -> Option<String> {
    match row.get_ref(column).ok()? {
        ValueRef::Null => Some("-".to_owned()),
        ValueRef::Blob(bytes) => Some(uuid::Uuid::from_slice(bytes).ok()?.to_string()),
        ValueRef::Text(word) => {
            let word = std::str::from_utf8(word).ok()?;
            let plain = word.chars().all(|c| c.is_ascii_graphic());
            (plain && word.len() <= 40).then(|| word.to_owned())
        }
        ValueRef::Integer(_) | ValueRef::Real(_) => None,
    }
}
