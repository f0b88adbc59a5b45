//! Client registrations: what a connector's OAuth uses at a provider.

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::{ConnectionId, RegistrationId, Timestamp};

use crate::row::{self, Key};
use crate::slots::Wrap;
use crate::store::Transaction;
use crate::workspace::found_one;
use crate::{Catalog, CatalogError, Result, rewrapping};

/// A client registration at a provider, reusable by many connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Identifier; part of the redirect address.
    pub id: RegistrationId,
    /// Id of the connector it belongs to.
    pub connector: String,
    /// What people call it.
    pub name: String,
    /// RFC 6749 §2.2.
    pub client_id: String,
    /// The client secret; `None` for a public client (RFC 6749 §2.1).
    pub secret: Option<SealedSecret>,
    /// Where the provider sends the person back to.
    pub redirect: Redirect,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A client secret as the vault sealed it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Sealed bytes.
    pub sealed: Vec<u8>,
    /// The data key, wrapped once per reader.
    pub wraps: Vec<Wrap>,
    /// Version the bytes are sealed under.
    pub version: u64,
}

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedSecret")
            .field("version", &self.version)
            .field("wraps", &self.wraps)
            .finish_non_exhaustive()
    }
}

/// A registration's redirect address (RFC 8252 §7), without its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirect {
    /// `http://127.0.0.1` with whatever port is free (RFC 8252 §7.3).
    LoopbackAnyPort,
    /// `http://127.0.0.1` with this port, for providers that compare ports.
    LoopbackPort(u16),
    /// `http://localhost` with this port, for providers that take the name and not the address
    /// (RFC 8252 §8.3 advises against it).
    LocalhostPort(u16),
    /// An https origin whose navigation is intercepted in the webview and never loaded, such as
    /// `https://connect.example.com`.
    Intercepted(String),
}

impl Catalog {
    /// The registrations of one connector, or all of them, oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn registrations(&self, connector: Option<&str>) -> Result<Vec<Registration>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM registration WHERE ?1 IS NULL OR connector = ?1
                 ORDER BY created_at, id",
            )?;
            let mut found = row::collect(
                "registration",
                statement.query_map([connector], registration)?,
            )?;
            for registration in &mut found {
                add_wraps(db, registration)?;
            }
            Ok(found)
        })
    }

    /// One registration.
    ///
    /// # Errors
    /// As every read.
    pub fn registration(&self, id: RegistrationId) -> Result<Option<Registration>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM registration WHERE id = ?1")?;
            let mut found = statement.query_row([id.bytes()], registration).optional()?;
            if let Some(registration) = &mut found {
                add_wraps(db, registration)?;
            }
            Ok(found)
        })
    }

    /// Adds a registration.
    ///
    /// # Errors
    /// As every write.
    pub fn add_registration(&self, registration: &Registration) -> Result<()> {
        self.catalog().write(|db| insert(db, registration))
    }

    /// Whether a registration came without the client secret it had where it came from.
    ///
    /// # Errors
    /// As every read.
    pub fn secret_due(&self, id: RegistrationId) -> Result<bool> {
        self.catalog().read(|db| {
            Ok(db
                .prepare_cached("SELECT 1 FROM registration_secret_due WHERE registration = ?1")?
                .exists([id.bytes()])?)
        })
    }

    /// Removes a registration's secret, which is to be entered again.
    ///
    /// # Errors
    /// [`CatalogError::Missing`]; else as every write.
    pub fn remove_secret(&self, id: RegistrationId) -> Result<()> {
        self.catalog().write(|db| {
            let changed = db.execute(
                "UPDATE registration SET secret = NULL, secret_version = NULL WHERE id = ?1",
                [id.bytes()],
            )?;
            found_one(changed, "registration")?;
            db.execute(
                "DELETE FROM registration_wrap WHERE registration = ?1",
                [id.bytes()],
            )?;
            mark_due(db, id)
        })?;
        self.catalog().scrub();
        Ok(())
    }

    /// A registration's secret is no longer waited for: its client is a public one.
    ///
    /// # Errors
    /// As every write.
    pub fn settle_secret(&self, id: RegistrationId) -> Result<()> {
        self.catalog().write(|db| no_longer_due(db, id))
    }

    /// Changes name, client id, secret and form of the redirect address. The connector never
    /// changes, nor does the identifier in the address.
    ///
    /// # Errors
    /// [`CatalogError::Missing`]; else as every write.
    pub fn update_registration(&self, registration: &Registration) -> Result<()> {
        let (redirect, port, address) = columns(&registration.redirect);
        self.catalog().write(|db| {
            let changed = db.execute(
                "UPDATE registration SET name = ?2, client_id = ?3, secret = ?4,
                     secret_version = ?5, redirect = ?6, redirect_port = ?7,
                     redirect_address = ?8 WHERE id = ?1",
                params![
                    registration.id.bytes(),
                    registration.name,
                    registration.client_id,
                    registration
                        .secret
                        .as_ref()
                        .map(|secret| secret.sealed.as_slice()),
                    registration
                        .secret
                        .as_ref()
                        .map(|secret| row::integer(secret.version)),
                    redirect,
                    port,
                    address,
                ],
            )?;
            found_one(changed, "registration")?;
            db.execute(
                "DELETE FROM registration_wrap WHERE registration = ?1",
                [registration.id.bytes()],
            )?;
            if registration.secret.is_some() {
                no_longer_due(db, registration.id)?;
            }
            put_wraps(db, registration)
        })?;
        self.catalog().scrub();
        Ok(())
    }

    /// Deletes a registration and its secret.
    ///
    /// # Errors
    /// [`CatalogError::StillUsed`] while a connection uses it, [`CatalogError::Missing`]; else as
    /// every write.
    pub fn delete_registration(&self, id: RegistrationId) -> Result<()> {
        self.catalog().write(|db| {
            if !connections_of(db, id)?.is_empty() {
                return Err(CatalogError::StillUsed);
            }
            found_one(
                db.execute("DELETE FROM registration WHERE id = ?1", [id.bytes()])?,
                "registration",
            )
        })?;
        self.catalog().scrub();
        Ok(())
    }

    /// The connections that use a registration, in one environment or in all.
    ///
    /// # Errors
    /// As every read.
    pub fn connections_of_registration(&self, id: RegistrationId) -> Result<Vec<ConnectionId>> {
        self.catalog().read(|db| connections_of(db, id))
    }
}

/// Adds a registration.
pub(crate) fn insert(db: &Transaction<'_>, registration: &Registration) -> Result<()> {
    let (redirect, port, address) = columns(&registration.redirect);
    db.execute(
        "INSERT INTO registration (id, connector, name, client_id, redirect, redirect_port,
             redirect_address, secret, secret_version, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            registration.id.bytes(),
            registration.connector,
            registration.name,
            registration.client_id,
            redirect,
            port,
            address,
            registration
                .secret
                .as_ref()
                .map(|secret| secret.sealed.as_slice()),
            registration
                .secret
                .as_ref()
                .map(|secret| row::integer(secret.version)),
            registration.created_at.0,
        ],
    )?;
    put_wraps(db, registration)
}

/// Notes that a registration came without its secret.
pub(crate) fn mark_due(db: &Transaction<'_>, id: RegistrationId) -> Result<()> {
    db.execute(
        "INSERT OR IGNORE INTO registration_secret_due (registration) VALUES (?1)",
        [id.bytes()],
    )?;
    Ok(())
}

fn no_longer_due(db: &Transaction<'_>, id: RegistrationId) -> Result<()> {
    db.execute(
        "DELETE FROM registration_secret_due WHERE registration = ?1",
        [id.bytes()],
    )?;
    Ok(())
}

fn connections_of(db: &Connection, id: RegistrationId) -> Result<Vec<ConnectionId>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM connection WHERE registration = ?1
         UNION SELECT connection FROM slot_settings WHERE registration = ?1 ORDER BY 1",
    )?;
    row::collect(
        "connection",
        statement.query_map([id.bytes()], |row| row::id(row, "id"))?,
    )
}

const fn columns(redirect: &Redirect) -> (&'static str, Option<u16>, Option<&String>) {
    match redirect {
        Redirect::LoopbackAnyPort => ("loopback_any_port", None, None),
        Redirect::LoopbackPort(port) => ("loopback_port", Some(*port), None),
        Redirect::LocalhostPort(port) => ("localhost_port", Some(*port), None),
        Redirect::Intercepted(address) => ("intercepted", None, Some(address)),
    }
}

pub(crate) fn registration(row: &Row<'_>) -> rusqlite::Result<Registration> {
    let redirect = match row.get_ref("redirect")?.as_str()? {
        "loopback_any_port" => Redirect::LoopbackAnyPort,
        "loopback_port" => Redirect::LoopbackPort(row.get("redirect_port")?),
        "localhost_port" => Redirect::LocalhostPort(row.get("redirect_port")?),
        "intercepted" => Redirect::Intercepted(row.get("redirect_address")?),
        other => {
            let why = format_args!("unknown word `{other}`");
            return Err(row::unreadable("redirect", why));
        }
    };
    let secret = match row.get::<_, Option<Vec<u8>>>("secret")? {
        Some(sealed) => Some(SealedSecret {
            sealed,
            wraps: Vec::new(),
            version: row::count(row, "secret_version")?,
        }),
        None => None,
    };
    Ok(Registration {
        id: row::id(row, "id")?,
        connector: row.get("connector")?,
        name: row.get("name")?,
        client_id: row.get("client_id")?,
        secret,
        redirect,
        created_at: row::time(row, "created_at")?,
    })
}

fn add_wraps(db: &Connection, registration: &mut Registration) -> Result<()> {
    let Some(secret) = &mut registration.secret else {
        return Ok(());
    };
    let mut statement = db.prepare_cached(
        "SELECT reader, wrapped FROM registration_wrap WHERE registration = ?1 ORDER BY reader",
    )?;
    secret.wraps = statement
        .query_map([registration.id.bytes()], crate::slots::wrap)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(())
}

fn put_wraps(db: &Transaction<'_>, registration: &Registration) -> Result<()> {
    if let Some(secret) = &registration.secret {
        rewrapping::fits(db, &secret.wraps)?;
    }
    let wraps = registration.secret.iter().flat_map(|secret| &secret.wraps);
    let mut statement = db.prepare_cached(
        "INSERT INTO registration_wrap (registration, reader, wrapped) VALUES (?1, ?2, ?3)",
    )?;
    for wrap in wraps {
        statement.execute(params![registration.id.bytes(), wrap.reader, wrap.wrapped])?;
    }
    Ok(())
}
