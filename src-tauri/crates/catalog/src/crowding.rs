//! How many refresh tokens a provider holds for an account and a client: what it keeps only so many
//! of.
//!
//! A client is its identifier at the provider, whichever client registrations have it: each
//! connector of a provider has one of its own. An account is its e-mail address, where the service
//! tells one, since the services of one provider call the same person by identifiers of their own;
//! else its identifier at that service. One authorization is one token, in however many places it
//! is used (R21); one that was revoked or has run out is none the provider still has.

use rusqlite::{Connection, OptionalExtension, params};
use tsunagi_domain::{Account, AuthorizationId, ConnectionId, RegistrationId, Timestamp};

use crate::row::{self, Key};
use crate::{Catalog, Result};

/// An account that has many refresh tokens of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// How many.
    pub held: u32,
    /// The authorization that came first: the one its provider forgets first.
    pub oldest: AuthorizationId,
    /// When that was.
    pub since: Timestamp,
    /// The connector it was obtained for.
    pub connector: String,
    /// Its account.
    pub account: Account,
    /// A connection it sits in; `None` where it sits in none any more.
    pub connection: Option<ConnectionId>,
}

/// What is held, of the connectors in `?1`: what is known to be gone at the provider left out.
macro_rules! held {
    () => {
        "held AS (
             SELECT a.id, a.authorized_at, a.account_at AS place, r.client_id AS client,
                 coalesce('@' || lower(a.account_email), r.connector || '/' || a.account_id) AS who
             FROM registration r JOIN authorization a ON a.registration = r.id
             WHERE r.connector IN (SELECT value FROM json_each(?1))
                 AND a.renewable = 1 AND a.health NOT IN ('revoked', 'expired')
                 AND EXISTS (SELECT 1 FROM credential c WHERE c.authorization = a.id))"
    };
}

impl Catalog {
    /// How many authorizations of one account hold a refresh token of one client. `connectors` are
    /// those whose services one provider signs in to, `connector` the one that told the account.
    ///
    /// # Errors
    /// As every read.
    pub fn tokens_held(
        &self,
        connectors: &[&str],
        connector: &str,
        account: &Account,
        client: RegistrationId,
    ) -> Result<u32> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(concat!(
                "WITH ",
                held!(),
                "SELECT count(*) FROM held
                 WHERE client = (SELECT client_id FROM registration WHERE id = ?2)
                     AND place IS ?3
                     AND who = coalesce('@' || lower(?4), ?5 || '/' || ?6)"
            ))?;
            let bound = params![
                row::to_json(connectors)?,
                client.bytes(),
                account.at,
                account.email,
                connector,
                account.id
            ];
            Ok(statement.query_row(bound, |row| row.get(0))?)
        })
    }

    /// The accounts that hold at least so many refresh tokens of one client, those with the most
    /// first. `connectors` are those whose services one provider signs in to.
    ///
    /// # Errors
    /// As every read.
    pub fn crowds(&self, connectors: &[&str], at_least: u32, limit: u32) -> Result<Vec<Crowd>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(concat!(
                "WITH ",
                held!(),
                "SELECT client, place, who, count(*) AS held FROM held WHERE who IS NOT NULL
                 GROUP BY client, place, who HAVING count(*) >= ?2
                 ORDER BY held DESC, who, place, client LIMIT ?3"
            ))?;
            let json = row::to_json(connectors)?;
            let rows = statement.query_map(params![json, at_least, limit], |row| {
                Ok((
                    row.get::<_, String>("client")?,
                    row.get::<_, Option<String>>("place")?,
                    row.get::<_, String>("who")?,
                    row.get::<_, u32>("held")?,
                ))
            })?;
            let mut crowds = Vec::new();
            for (client, place, who, held) in row::collect("authorization", rows)? {
                crowds.extend(oldest(db, &json, (&client, place.as_deref(), &who), held)?);
            }
            Ok(crowds)
        })
    }
}

/// The one that goes first of an account and a client.
fn oldest(
    db: &Connection,
    connectors: &str,
    (client, place, who): (&str, Option<&str>, &str),
    held: u32,
) -> Result<Option<Crowd>> {
    let mut statement = db.prepare_cached(concat!(
        "WITH ",
        held!(),
        "SELECT a.*, r.connector,
             (SELECT s.connection FROM slot s WHERE s.authorization = a.id ORDER BY s.key LIMIT 1)
                 AS connection
         FROM held h JOIN authorization a ON a.id = h.id JOIN registration r ON r.id = a.registration
         WHERE h.client = ?2 AND h.place IS ?3 AND h.who = ?4
         ORDER BY h.authorized_at, h.id LIMIT 1"
    ))?;
    let found = statement.query_row(params![connectors, client, place, who], |row| {
        Ok(Crowd {
            held,
            oldest: row::id(row, "id")?,
            since: row::time(row, "authorized_at")?,
            connector: row.get("connector")?,
            account: Account {
                id: row.get("account_id")?,
                name: row.get("account_name")?,
                email: row.get("account_email")?,
                at: row.get("account_at")?,
            },
            connection: row::id_opt(row, "connection")?,
        })
    });
    Ok(found.optional()?)
}
