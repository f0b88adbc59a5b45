//! What is configured, without what was authorized: read for a copy, and added from one.

use rusqlite::{Connection as Db, params};
use tsunagi_domain::{Application, ApplicationId, Connection};

use crate::connections::{SlotSettings, put_settings, settings_of};
use crate::events::{self, Entry};
use crate::registrations::{Registration, mark_due};
use crate::row::Key;
use crate::{Catalog, CatalogError, Result, applications, connections, facets, registrations};

/// A connection as it was configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The connection.
    pub connection: Connection,
    /// What its reaches have of their own.
    pub overrides: Vec<SlotSettings>,
    /// Applications that may use it, by name.
    pub applications: Vec<Application>,
}

/// A page of definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionPage {
    /// Those that can be read.
    pub rows: Vec<Definition>,
    /// How many of this page cannot.
    pub unreadable: u32,
    /// After which link name the next page begins; `None` where this one is past the last.
    pub next: Option<String>,
}

/// What is to be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewDefinitions {
    /// Client registrations, and whether each had a secret where it came from.
    pub registrations: Vec<(Registration, bool)>,
    /// Applications.
    pub applications: Vec<Application>,
    /// Connections with what their reaches have of their own, and the applications that may use
    /// them.
    pub connections: Vec<(Connection, Vec<SlotSettings>, Vec<ApplicationId>)>,
}

impl Catalog {
    /// A page of all definitions, by link name: those after `after`.
    ///
    /// # Errors
    /// As every read.
    pub fn definitions(&self, after: Option<&str>, limit: u32) -> Result<DefinitionPage> {
        self.catalog().read(|db| {
            let found: Vec<Option<String>> = db
                .prepare_cached(
                    "SELECT link_name FROM connection WHERE link_name > ?1
                     ORDER BY link_name LIMIT ?2",
                )?
                .query_map(params![after.unwrap_or_default(), limit], |row| {
                    Ok(row.get(0).ok())
                })?
                .collect::<rusqlite::Result<_>>()?;
            // Pages begin after a name; what has none that can be read counts for the page on which
            // a name follows it, or else none does any more.
            let known = found.iter().rposition(Option::is_some);
            let here = &found[..known.map_or(found.len(), |last| last + 1)];
            let names: Vec<&String> = here.iter().flatten().collect();
            let mut page = DefinitionPage {
                rows: Vec::with_capacity(names.len()),
                unreadable: u32::try_from(here.len() - names.len()).unwrap_or(u32::MAX),
                next: names.last().map(|name| (*name).clone()),
            };
            for name in names {
                match by_link_name(db, name) {
                    Ok(found) => page.rows.extend(found),
                    Err(CatalogError::Unreadable(why)) => {
                        tracing::warn!(why, "a connection was left out that cannot be read");
                        page.unreadable += 1;
                    }
                    Err(other) => return Err(other),
                }
            }
            Ok(page)
        })
    }

    /// The definition of the connection scripts call `link_name`.
    ///
    /// # Errors
    /// As every read.
    pub fn definition_by_link_name(&self, link_name: &str) -> Result<Option<Definition>> {
        self.catalog().read(|db| by_link_name(db, link_name))
    }

    /// Adds all of it and logs it, or nothing. `goes_on` hears of each connection how many are
    /// written, and says whether to go on.
    ///
    /// # Errors
    /// [`CatalogError::LinkNameTaken`] (R19), [`CatalogError::NameTaken`] of an application;
    /// [`CatalogError::Stopped`] where it does not go on; else as every write.
    pub fn add_definitions(
        &self,
        new: &NewDefinitions,
        log: &[Entry<'_>],
        goes_on: impl Fn(usize) -> bool,
    ) -> Result<()> {
        self.catalog().write(|db| {
            for (registration, secret_due) in &new.registrations {
                registrations::insert(db, registration)?;
                if *secret_due {
                    mark_due(db, registration.id)?;
                }
            }
            for application in &new.applications {
                applications::put(db, application)?;
            }
            let mut grant = db.prepare_cached(
                "INSERT INTO application_connection (application, connection) VALUES (?1, ?2)
                 ON CONFLICT DO NOTHING",
            )?;
            for (written, (connection, overrides, may_use)) in new.connections.iter().enumerate() {
                if !goes_on(written) {
                    return Err(CatalogError::Stopped);
                }
                connections::insert(db, connection)?;
                for own in overrides {
                    put_settings(db, connection.id, own)?;
                }
                for application in may_use {
                    grant.execute([application.bytes(), connection.id.bytes()])?;
                    facets::grant(db, *application, connection.id.bytes())?;
                }
            }
            for entry in log {
                if !goes_on(new.connections.len()) {
                    return Err(CatalogError::Stopped);
                }
                events::append(db, &entry.event, entry.tag)?;
            }
            Ok(())
        })
    }
}

fn by_link_name(db: &Db, link_name: &str) -> Result<Option<Definition>> {
    let Some(connection) = connections::by_link_name(db, link_name)? else {
        return Ok(None);
    };
    let id = connection.id.bytes();
    Ok(Some(Definition {
        overrides: settings_of(db, id)?,
        applications: applications::of_connection(db, id)?,
        connection,
    }))
}
