//! What can still be told of a row that cannot be read: what it is called, and, where that much is
//! whole, what leads to its provider. For taking leave of it and for naming it; nothing else is
//! done with what is in quarantine.

use rusqlite::{OptionalExtension, Row};
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Account, AuthorizationId, Connection, ConnectionId, Health, Kind, MemberId, Mode, NotConnected,
    Timestamp,
};

use crate::row::{self, Key};
use crate::{Authorization, Catalog, CatalogError, Result};

/// A connection as far as it can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains {
    /// Which.
    pub id: ConnectionId,
    /// What a person knows it by: its name, else its link name, else its identifier.
    pub name: String,
    /// Its link name; empty where that cannot be told.
    pub link_name: String,
    /// Its environment mode, where that can be read.
    pub mode: Option<Mode>,
    /// Connector and settings, where both can be read: what says where its provider is. All else
    /// in it stands for nothing, and it is disabled.
    pub leads: Option<Connection>,
}

impl Catalog {
    /// What can be told of a connection whose row cannot be read; `None` where there is none.
    ///
    /// # Errors
    /// As every read, but for what cannot be read.
    pub fn remains(&self, id: ConnectionId) -> Result<Option<Remains>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM connection WHERE id = ?1")?;
            let read = |row: &Row<'_>| Ok(of(row, id));
            Ok(statement.query_row([id.bytes()], read).optional()?)
        })
    }

    /// The connections a member answers for, by name, and what they are called: those that cannot
    /// be read too, since somebody has to answer for them until they are mended.
    ///
    /// # Errors
    /// As every read.
    pub fn owned_by(&self, member: MemberId) -> Result<Vec<(ConnectionId, String)>> {
        self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT * FROM connection WHERE owner = ?1 ORDER BY folded, id")?;
            let rows = statement.query_map([member.bytes()], |row| {
                let id = row::id(row, "id")?;
                Ok((id, of(row, id).name))
            })?;
            row::collect("connection", rows)
        })
    }

    /// The connections an authorization sits in, also where its place in one cannot be read.
    ///
    /// # Errors
    /// As every read.
    pub fn connections_of_authorization(&self, id: AuthorizationId) -> Result<Vec<ConnectionId>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT connection FROM slot WHERE authorization = ?1 ORDER BY 1",
            )?;
            let rows = statement.query_map([id.bytes()], |row| row::id(row, "connection"))?;
            row::collect("slot", rows)
        })
    }

    /// The authorizations that sit in a connection, also where neither they nor their places in it
    /// can be read.
    ///
    /// # Errors
    /// As every read.
    pub fn authorizations_in(&self, id: ConnectionId) -> Result<Vec<AuthorizationId>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT authorization FROM slot WHERE connection = ?1 ORDER BY 1",
            )?;
            let rows = statement.query_map([id.bytes()], |row| row::id(row, "authorization"))?;
            row::collect("slot", rows)
        })
    }

    /// As [`Self::authorization`], where its row may not be readable: what it was obtained with
    /// and for is as it is stored, or it is not given at all; whatever else cannot be read stands
    /// for nothing, and it is not connected then.
    ///
    /// # Errors
    /// [`CatalogError::Unreadable`] where that cannot be read; else as every read.
    pub fn authorization_to_revoke(&self, id: AuthorizationId) -> Result<Option<Authorization>> {
        match self.authorization(id) {
            Err(CatalogError::Unreadable(_)) => {}
            found => return found,
        }
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM authorization WHERE id = ?1")?;
            Ok(statement
                .query_row([id.bytes()], authorization)
                .optional()?)
        })
    }
}

fn of(row: &Row<'_>, id: ConnectionId) -> Remains {
    let (name, link_name) = (row::text(row, "name"), row::text(row, "link_name"));
    let known = [name, link_name.clone(), id.to_string()];
    let known = known.into_iter().find(|known| !known.trim().is_empty());
    Remains {
        id,
        name: known.unwrap_or_default(),
        mode: row::word(row, "mode").ok(),
        leads: leads(row, id).ok(),
        link_name,
    }
}

fn leads(row: &Row<'_>, id: ConnectionId) -> std::result::Result<Connection, rusqlite::Error> {
    // Nobody reads these two: they only have to be names.
    let name = ConnectionName::new(&id.to_string());
    let link_name = LinkName::new("unreadable");
    Ok(Connection {
        id,
        name: name.map_err(|refusal| row::unreadable("name", refusal))?,
        link_name: link_name.map_err(|refusal| row::unreadable("link_name", refusal))?,
        connector: row.get("connector")?,
        kind: row::word(row, "kind").unwrap_or(Kind::Admin),
        mode: row::word(row, "mode").unwrap_or(Mode::Same),
        scopes: Vec::new(),
        registration: row::id_opt(row, "registration").unwrap_or_default(),
        settings: row::json(row, "settings")?,
        enabled: false,
        created_by: None,
        created_at: Timestamp(0),
    })
}

fn authorization(row: &Row<'_>) -> rusqlite::Result<Authorization> {
    let some = |column: &str| Some(row::text(row, column)).filter(|text| !text.is_empty());
    Ok(Authorization {
        id: row::id(row, "id")?,
        account: Account {
            id: some("account_id"),
            name: some("account_name"),
            email: some("account_email"),
            at: some("account_at"),
        },
        label: some("label"),
        asked: Vec::new(),
        granted: None,
        health: Health::NotConnected(NotConnected::NeverAuthorized),
        issued_at: Timestamp(0),
        expires_at: None,
        refresh_expires_at: None,
        renewable: false,
        unreachable: None,
        unproven: false,
        registration: row::id_opt(row, "registration")?,
        origins: row::json(row, "origins")?,
        extras: row::json(row, "extras")?,
        authorized_by: row::id(row, "authorized_by")?,
        authorized_at: Timestamp(0),
        last_used: None,
        last_renewed: None,
        version: row::count(row, "version").unwrap_or_default(),
    })
}
