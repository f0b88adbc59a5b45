//! The Applications screen: what they are, with whom they are shared, which connections they may
//! use.

use tsunagi_catalog::{ListQuery, NewEvent};
use tsunagi_domain::access::Act;
use tsunagi_domain::{
    Application, ApplicationId, Connection, ConnectionId, Edition, Environment, Kind, MemberId,
    Refusal, RefusalCode, application,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::uses::{application_mark, subject_of};
use crate::views::{ApplicationRow, ApplicationView, Grantable, GrantedConnection, Sharing};
use crate::welcome::{member_view, person_name};

/// How many connections are proposed at a time.
const PROPOSED: u32 = 40;

/// R1: what giving is, and taking back.
const fn given(granted: bool) -> Act {
    if granted { Act::Grant } else { Act::TakeAway }
}

impl Console {
    pub(crate) fn application(&self, id: ApplicationId) -> Result<Application, ConsoleError> {
        let known = self.inner.catalog.application(id)?;
        known.ok_or_else(|| Refusal::new(RefusalCode::ApplicationUnknown).into())
    }

    /// Every application, by name.
    ///
    /// # Errors
    /// R2: managers look at them; everybody else has live mode.
    pub fn applications(&self, session: Session) -> Result<Vec<ApplicationRow>, ConsoleError> {
        self.reader(session)?;
        let found = self.inner.catalog.application_summaries()?;
        Ok(found
            .iter()
            .map(|summary| ApplicationRow {
                application: application_mark(&summary.application),
                members: summary.members,
                connections: summary.connections,
                uses: summary.uses,
            })
            .collect())
    }

    /// An application's details.
    ///
    /// # Errors
    /// R2; `application_unknown`.
    pub fn application_view(
        &self,
        session: Session,
        id: ApplicationId,
    ) -> Result<ApplicationView, ConsoleError> {
        let viewer = self.reader(session)?;
        let application = self.application(id)?;
        let catalog = &self.inner.catalog;
        let shared = catalog.members_of_application(id)?;
        let granted = catalog.connections_of_application(id)?;
        let mut uses = Vec::new();
        for environment in Environment::ALL {
            uses.extend(catalog.uses_of_application(id, environment)?);
        }
        let mut places = Vec::with_capacity(uses.len());
        let mut used: Vec<ConnectionId> = uses.iter().map(|used| used.connection).collect();
        used.sort_unstable();
        used.dedup();
        for connection in used {
            // What uses one that cannot be read does not run, and Home tells of it.
            let Some(connection) = self.readable_connection(connection)? else {
                continue;
            };
            let own: Vec<_> = uses
                .iter()
                .filter(|used| used.connection == connection.id)
                .cloned()
                .collect();
            places.extend(self.use_places(&connection, &own)?);
        }
        places.sort_by(|a, b| {
            (a.environment, &a.area, &a.name, a.id).cmp(&(b.environment, &b.area, &b.name, b.id))
        });
        Ok(ApplicationView {
            created_at: application.created_at,
            kinds: [Kind::System, Kind::Admin, Kind::LoggedInUser]
                .into_iter()
                .filter(|kind| {
                    application::may_use_kind(&application.name, application.edition, *kind).is_ok()
                })
                .collect(),
            members: catalog
                .members()?
                .iter()
                .map(|member| Sharing {
                    member: member_view(member),
                    active: member.active,
                    manager: member.role.is_manager(),
                    shared: shared.contains(&member.id),
                })
                .collect(),
            connections: granted
                .iter()
                .map(|connection| {
                    let own = uses.iter().filter(|used| used.connection == connection.id);
                    GrantedConnection {
                        connection: self.connection_mark(connection),
                        uses: u32::try_from(own.count()).unwrap_or(u32::MAX),
                    }
                })
                .collect(),
            uses: places,
            may_manage: self.manages(&viewer, Act::TakeAway),
            may_grant: self.manages(&viewer, Act::Grant),
            application: application_mark(&application),
        })
    }

    /// Makes an application, shared with whoever makes it.
    ///
    /// # Errors
    /// R1, R2; a name that is empty, too long or taken.
    pub fn create_application(
        &self,
        session: Session,
        name: &str,
        edition: Edition,
    ) -> Result<ApplicationId, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        self.inner.keys.vault()?;
        let application = Application {
            id: ApplicationId::new(),
            name: person_name(name)?,
            edition,
            created_at: self.now(),
        };
        self.at_once(|| {
            self.store_application(&application)?;
            let catalog = &self.inner.catalog;
            catalog.share_application(application.id, member.id, true)?;
            self.log_application(session, Action::ApplicationCreated, &application)
        })?;
        self.inner.bell.changed();
        Ok(application.id)
    }

    /// Changes an application's name and edition.
    ///
    /// # Errors
    /// R1, R2, R10; a name that is empty, too long or taken.
    pub fn change_application(
        &self,
        session: Session,
        id: ApplicationId,
        name: &str,
        edition: Edition,
    ) -> Result<ApplicationView, ConsoleError> {
        self.manager_for(session, Act::Rename)?;
        self.inner.keys.vault()?;
        let name = person_name(name)?;
        self.at_once(|| {
            let before = self.application(id)?;
            if edition != before.edition {
                self.allows(Act::Edit)?;
            }
            let granted = self.inner.catalog.connections_of_application(id)?;
            let kinds = granted.iter().map(|connection| connection.kind);
            application::may_become(&before.name, edition, kinds)?;
            let after = Application {
                name,
                edition,
                ..before.clone()
            };
            if after != before {
                self.store_application(&after)?;
            }
            if after.name != before.name {
                self.log_application(session, Action::ApplicationRenamed, &after)?;
            }
            if after.edition != before.edition {
                self.log_application(session, Action::ApplicationEditionChanged, &after)?;
            }
            Ok(())
        })?;
        self.inner.bell.changed();
        self.application_view(session, id)
    }

    fn store_application(&self, application: &Application) -> Result<(), ConsoleError> {
        let stored = self.inner.catalog.set_application(application);
        stored.map_err(|error| ConsoleError::from(error).with("name", application.name.clone()))
    }

    /// Deletes an application that uses nothing (R18).
    ///
    /// # Errors
    /// R1, R2, R18.
    pub fn delete_application(
        &self,
        session: Session,
        id: ApplicationId,
    ) -> Result<(), ConsoleError> {
        self.manager_for(session, Act::Delete)?;
        self.inner.keys.vault()?;
        self.at_once(|| {
            let application = self.application(id)?;
            let mut uses = 0;
            for environment in Environment::ALL {
                let here = self.inner.catalog.uses_of_application(id, environment)?;
                uses += u32::try_from(here.len()).unwrap_or(u32::MAX);
            }
            application::may_delete(&application.name, uses)?;
            self.inner.catalog.delete_application(id)?;
            self.log_application(session, Action::ApplicationDeleted, &application)
        })?;
        self.inner.bell.changed();
        Ok(())
    }

    /// Shares an application with a member, or no longer.
    ///
    /// # Errors
    /// R1, R2; no such application or member.
    pub fn share_application(
        &self,
        session: Session,
        id: ApplicationId,
        member: MemberId,
        shared: bool,
    ) -> Result<ApplicationView, ConsoleError> {
        self.manager_for(session, given(shared))?;
        self.inner.keys.vault()?;
        let application = self.application(id)?;
        let known = self.inner.catalog.member(member)?;
        let known = known.ok_or_else(|| ConsoleError::new("missing"))?;
        let action = if shared {
            Action::ApplicationShared
        } else {
            Action::ApplicationUnshared
        };
        let args = [
            ("application", application.name.as_str()),
            ("member", &known.name),
        ];
        self.at_once(|| {
            self.inner.catalog.share_application(id, member, shared)?;
            self.log(session, action, &subject_of(id), &args)
        })?;
        self.inner.bell.changed();
        self.application_view(session, id)
    }

    /// Lets an application use a connection, or no longer (R4).
    ///
    /// # Errors
    /// R1, R2, R10; no such application or connection.
    pub fn grant_application(
        &self,
        session: Session,
        application: ApplicationId,
        connection: ConnectionId,
        granted: bool,
    ) -> Result<(), ConsoleError> {
        self.manager_for(session, given(granted))?;
        self.inner.keys.vault()?;
        self.at_once(|| self.grant(session, application, connection, granted))?;
        self.inner.bell.changed();
        Ok(())
    }

    /// Grants or takes away, within the write it is a part of: an edition that changes meanwhile
    /// would break R10.
    pub(crate) fn grant(
        &self,
        session: Session,
        application: ApplicationId,
        connection: ConnectionId,
        granted: bool,
    ) -> Result<(), ConsoleError> {
        let application = self.application(application)?;
        let connection = self.connection(connection)?;
        if granted {
            application::may_use_kind(&application.name, application.edition, connection.kind)?;
        }
        self.inner
            .catalog
            .grant_application(application.id, connection.id, granted)?;
        let event = self.access_event(session, &application.name, &connection, granted);
        self.log_event(&event)
    }

    /// Does what may let applications use a connection, or no longer let them, and logs each.
    /// Within the write it is a part of.
    pub(crate) fn access_by<T>(
        &self,
        session: Session,
        connection: &Connection,
        work: impl FnOnce() -> Result<T, ConsoleError>,
    ) -> Result<T, ConsoleError> {
        let catalog = &self.inner.catalog;
        let before = catalog.applications_of_connection(connection.id)?;
        let done = work()?;
        let after = catalog.applications_of_connection(connection.id)?;
        let not_in = |others: &[Application], one: &Application| {
            !others.iter().any(|other| other.id == one.id)
        };
        for (from, others, granted) in [(&after, &before, true), (&before, &after, false)] {
            for one in from.iter().filter(|one| not_in(others, one)) {
                self.log_event(&self.access_event(session, &one.name, connection, granted))?;
            }
        }
        Ok(done)
    }

    /// That an application may use a connection, or no longer may.
    pub(crate) fn access_event(
        &self,
        session: Session,
        application: &str,
        connection: &Connection,
        granted: bool,
    ) -> NewEvent {
        let action = if granted {
            Action::ApplicationGranted
        } else {
            Action::ApplicationAccessRemoved
        };
        let args = [
            ("application", application),
            ("link_name", connection.link_name.as_str()),
        ];
        self.event(
            session,
            action,
            &format!("connection/{}", connection.id),
            &args,
        )
    }

    /// Connections an application could be given access to, by name, with why not (R10).
    ///
    /// # Errors
    /// R2; `application_unknown`.
    pub fn grantable(
        &self,
        session: Session,
        id: ApplicationId,
        search: &str,
    ) -> Result<Vec<Grantable>, ConsoleError> {
        let viewer = self.reader(session)?;
        let application = self.application(id)?;
        let granted = self.inner.catalog.connections_of_application(id)?;
        let asked = u32::try_from(granted.len()).unwrap_or(u32::MAX);
        let page = self.inner.catalog.list(&ListQuery {
            search: search.to_owned(),
            kinds: Vec::new(),
            connectors: Vec::new(),
            applications: Vec::new(),
            seen: Vec::new(),
            needs_person: None,
            viewer: viewer.id,
            sort: tsunagi_catalog::Sort::Name,
            after: None,
            // However many of the first ones it has already, some are left.
            limit: asked.saturating_add(PROPOSED),
        })?;
        let others = page.rows.iter().map(|row| &row.connection);
        Ok(others
            .filter(|other| granted.iter().all(|known| known.id != other.id))
            .take(PROPOSED as usize)
            .map(|connection| Grantable {
                connection: self.connection_mark(connection),
                refused: application::may_use_kind(
                    &application.name,
                    application.edition,
                    connection.kind,
                )
                .err()
                .map(|refusal| self.failure(&refusal.into())),
            })
            .collect())
    }

    fn log_application(
        &self,
        session: Session,
        action: Action,
        application: &Application,
    ) -> Result<(), ConsoleError> {
        let args = [
            ("application", application.name.as_str()),
            ("edition", application.edition.as_str()),
        ];
        self.log(session, action, &subject_of(application.id), &args)
    }
}
