//! Primary accounts that are offered, and those accepted beforehand (R11).

use rusqlite::{Connection as Db, OptionalExtension, Row, params};
use tsunagi_domain::{ConnectionId, MemberId, Reach, Timestamp};

use crate::events::{self, Entry};
use crate::row::{self, Key, Word};
use crate::{Catalog, CatalogError, Result, primaries, standing};

/// A reach's primary account and a member who may get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Connection.
    pub connection: ConnectionId,
    /// Where.
    pub reach: Reach,
    /// Who may get it.
    pub member: MemberId,
    /// Who offered it, and when; `None` where nobody has so far.
    pub offered: Option<(MemberId, Timestamp)>,
    /// When they accepted beforehand; `None` where they have not.
    pub accepted_at: Option<Timestamp>,
}

impl Catalog {
    /// Offers and acceptances of a connection, by reach and member.
    ///
    /// # Errors
    /// As every read.
    pub fn offers(&self, connection: ConnectionId) -> Result<Vec<Offer>> {
        self.catalog().read(|db| {
            select(
                db,
                "SELECT * FROM primary_offer WHERE connection = ?1 ORDER BY reach, member",
                connection.bytes(),
            )
        })
    }

    /// What is offered to a member and waits for their answer.
    ///
    /// # Errors
    /// As every read.
    pub fn offers_to(&self, member: MemberId) -> Result<Vec<Offer>> {
        self.catalog().read(|db| {
            select(
                db,
                "SELECT * FROM primary_offer WHERE member = ?1 AND offered_by IS NOT NULL
                 ORDER BY offered_at, connection, reach",
                member.bytes(),
            )
        })
    }

    /// Notes an offer or an acceptance; what an earlier one says and this does not stays.
    ///
    /// # Errors
    /// [`crate::CatalogError::Missing`]; else as every write.
    pub fn set_offer(&self, offer: &Offer, event: Option<&Entry<'_>>) -> Result<()> {
        self.catalog().write(|db| {
            db.prepare_cached(&format!(
                "DELETE FROM primary_offer WHERE connection = ?1 AND {}",
                row::UNKNOWN_REACH
            ))?
            .execute([offer.connection.bytes()])?;
            db.prepare_cached(
                "INSERT INTO primary_offer
                     (connection, reach, member, offered_by, offered_at, accepted_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (connection, reach, member) DO UPDATE SET
                     offered_by = coalesce(excluded.offered_by, offered_by),
                     offered_at = coalesce(excluded.offered_at, offered_at),
                     accepted_at = coalesce(excluded.accepted_at, accepted_at)",
            )?
            .execute(params![
                offer.connection.bytes(),
                offer.reach.word(),
                offer.member.bytes(),
                row::bytes_opt(offer.offered.map(|(by, _)| by)),
                row::millis(offer.offered.map(|(_, at)| at)),
                row::millis(offer.accepted_at),
            ])?;
            if let Some(entry) = event {
                events::append(db, &entry.event, entry.tag)?;
            }
            Ok(())
        })
    }

    /// Takes an offer or an acceptance back. Says whether there was one.
    ///
    /// # Errors
    /// As every write.
    pub fn withdraw_offer(
        &self,
        connection: ConnectionId,
        reach: Reach,
        member: MemberId,
        event: Option<&Entry<'_>>,
    ) -> Result<bool> {
        self.catalog().write(|db| {
            let gone = db.execute(
                "DELETE FROM primary_offer WHERE connection = ?1 AND reach = ?2 AND member = ?3",
                params![connection.bytes(), reach.word(), member.bytes()],
            )?;
            if gone > 0
                && let Some(entry) = event
            {
                events::append(db, &entry.event, entry.tag)?;
            }
            Ok(gone > 0)
        })
    }

    /// Makes a member's account primary in a reach, where it is still `before`'s and `offer`, if
    /// it is by one, still stands, and the member still has a credential there; every offer there
    /// lapses.
    ///
    /// # Errors
    /// [`crate::CatalogError::Stale`] where somebody was faster; [`crate::CatalogError::Missing`];
    /// else as every write.
    pub fn move_primary(
        &self,
        (connection, reach): (ConnectionId, Reach),
        to: MemberId,
        before: Option<MemberId>,
        by: Option<&Offer>,
        now: Timestamp,
        event: Option<&Entry<'_>>,
    ) -> Result<()> {
        self.catalog().write(|db| {
            let holder: Option<[u8; 16]> = db
                .prepare_cached(
                    "SELECT member FROM primary_account WHERE connection = ?1 AND reach = ?2",
                )?
                .query_row(params![connection.bytes(), reach.word()], |row| row.get(0))
                .optional()?
                .flatten();
            let offers = select(
                db,
                "SELECT * FROM primary_offer WHERE connection = ?1",
                connection.bytes(),
            )?;
            let has = db
                .prepare_cached(
                    "SELECT 1 FROM slot s JOIN credential k ON k.authorization = s.authorization
                     WHERE s.connection = ?1 AND s.reach = ?2 AND s.member = ?3",
                )?
                .exists(params![connection.bytes(), reach.word(), to.bytes()])?;
            let stands = by.is_none_or(|by| offers.contains(by));
            if !has || !stands || holder != before.map(Key::bytes) {
                return Err(CatalogError::Stale);
            }
            primaries::put(db, connection, reach, Some(to), now)?;
            lapse(db, connection, reach)?;
            if let Some(entry) = event {
                events::append(db, &entry.event, entry.tag)?;
            }
            standing::refresh(db, connection.bytes())
        })
    }
}

/// Every offer of a reach's primary account goes: somebody has it now.
pub(crate) fn lapse(db: &Db, connection: ConnectionId, reach: Reach) -> Result<()> {
    db.execute(
        "DELETE FROM primary_offer WHERE connection = ?1 AND reach = ?2",
        params![connection.bytes(), reach.word()],
    )?;
    Ok(())
}

fn select(db: &Db, sql: &str, bound: [u8; 16]) -> Result<Vec<Offer>> {
    let mut statement = db.prepare_cached(sql)?;
    row::collect("primary_offer", statement.query_map([bound], offer)?)
}

pub(crate) fn offer(row: &Row<'_>) -> rusqlite::Result<Offer> {
    let by = row::id_opt(row, "offered_by")?;
    Ok(Offer {
        connection: row::id(row, "connection")?,
        reach: row::word(row, "reach")?,
        member: row::id(row, "member")?,
        offered: by.zip(row::time_opt(row, "offered_at")?),
        accepted_at: row::time_opt(row, "accepted_at")?,
    })
}
