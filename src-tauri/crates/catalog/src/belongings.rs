//! What belongs to members: connections they answer for, authorizations they made, primary
//! accounts they are.

use std::collections::HashMap;

use tsunagi_domain::{AuthorizationId, ConnectionId, MemberId, Reach};

use crate::row::{self, Key};
use crate::{Catalog, Result};

/// How much belongs to a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Belongings {
    /// Connections they answer for.
    pub connections: u64,
    /// Authorizations they made.
    pub authorizations: u64,
    /// Reaches of the present environment modes where their account is primary.
    pub primaries: u64,
}

impl Catalog {
    /// How much belongs to each member; who is missing has nothing.
    ///
    /// # Errors
    /// As every read.
    pub fn belongings(&self) -> Result<HashMap<MemberId, Belongings>> {
        self.catalog().read(|db| {
            let mut all: HashMap<MemberId, Belongings> = HashMap::new();
            for (sql, put) in COUNTS {
                let mut statement = db.prepare_cached(sql)?;
                let rows = statement
                    .query_map([], |row| Ok((row::id(row, "id")?, row::count(row, "n")?)))?;
                for (member, count) in row::collect("member", rows)? {
                    put(all.entry(member).or_default(), count);
                }
            }
            Ok(all)
        })
    }

    /// The authorizations a member made, for themself or for everybody, that are not revoked,
    /// oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn authorizations_by(&self, member: MemberId) -> Result<Vec<AuthorizationId>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id FROM authorization WHERE authorized_by = ?1 AND health <> 'revoked'
                 UNION SELECT authorization FROM slot WHERE member = ?1 ORDER BY 1",
            )?;
            let rows = statement.query_map([member.bytes()], |row| row::id(row, "id"))?;
            row::collect("slot", rows)
        })
    }

    /// Where a member's account is primary: in reaches of the connection's environment mode.
    ///
    /// # Errors
    /// As every read.
    pub fn primaries_of(&self, member: MemberId) -> Result<Vec<(ConnectionId, Reach)>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT p.connection, p.reach
                 FROM primary_account p JOIN connection c ON c.id = p.connection
                 WHERE p.member = ?1 AND (p.reach = 'all') = (c.mode = 'same')
                 ORDER BY p.connection, p.reach",
            )?;
            let rows = statement.query_map([member.bytes()], |row| {
                Ok((row::id(row, "connection")?, row::word(row, "reach")?))
            })?;
            row::collect("primary_account", rows)
        })
    }
}

/// Adds one count to what belongs to a member.
type Put = fn(&mut Belongings, u64);

const COUNTS: [(&str, Put); 3] = [
    (
        "SELECT owner AS id, count(*) AS n FROM connection WHERE owner IS NOT NULL GROUP BY owner",
        |all, n| all.connections = n,
    ),
    (
        "SELECT authorized_by AS id, count(*) AS n FROM authorization WHERE health <> 'revoked'
         GROUP BY authorized_by",
        |all, n| all.authorizations = n,
    ),
    (
        "SELECT p.member AS id, count(*) AS n
         FROM primary_account p JOIN connection c ON c.id = p.connection
         WHERE p.member IS NOT NULL AND (p.reach = 'all') = (c.mode = 'same')
         GROUP BY p.member",
        |all, n| all.primaries = n,
    ),
];
