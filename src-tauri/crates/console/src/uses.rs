//! Places that use a connection: how they are shown, whether they run, and who may use what.

use tsunagi_catalog::Use;
use tsunagi_domain::access::Act;
use tsunagi_domain::application;
use tsunagi_domain::gate::Access;
use tsunagi_domain::impact::runs;
use tsunagi_domain::{Application, ApplicationId, Connection, ConnectionId, Kind, Member, access};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::impacts::place;
use crate::views::{
    AccessImpact, ApplicationAccess, ApplicationMark, ConnectionMark, GrantableApplication,
    ScopeNeed, UsePlace, UsedIn,
};

pub(crate) fn application_mark(application: &Application) -> ApplicationMark {
    ApplicationMark {
        id: application.id,
        name: application.name.clone(),
        edition: application.edition,
    }
}

/// The subject an application has in the log.
pub(crate) fn subject_of(application: ApplicationId) -> String {
    format!("application/{application}")
}

impl Console {
    pub(crate) fn connection_mark(&self, connection: &Connection) -> ConnectionMark {
        ConnectionMark {
            id: connection.id,
            name: connection.name.to_string(),
            link_name: connection.link_name.to_string(),
            service: self.mark_of(&connection.connector),
            kind: connection.kind,
            enabled: connection.enabled,
        }
    }

    /// Uses of one connection as they are shown, in their order.
    pub(crate) fn use_places(
        &self,
        connection: &Connection,
        uses: &[Use],
    ) -> Result<Vec<UsePlace>, ConsoleError> {
        if uses.is_empty() {
            return Ok(Vec::new());
        }
        let shape = self.shape_of(&self.whole(connection.id)?);
        let granted = self
            .inner
            .catalog
            .applications_of_connection(connection.id)?;
        let all = self.inner.catalog.applications()?;
        let mark = self.connection_mark(connection);
        let mut places = Vec::with_capacity(uses.len());
        for used in uses {
            let Some(application) = all.iter().find(|known| known.id == used.application) else {
                continue;
            };
            let access = if granted.iter().any(|known| known.id == application.id) {
                Access::Granted
            } else {
                Access::Missing(&application.name)
            };
            let scopes = used.scopes.iter().map(|name| ScopeNeed {
                name: name.clone(),
                asked: connection.scopes.contains(name),
            });
            places.push(UsePlace {
                id: used.id,
                connection: mark.clone(),
                application: application_mark(application),
                environment: used.environment,
                area: used.area.clone(),
                item: used.item,
                name: used.name.clone(),
                scopes: scopes.collect(),
                unattended: used.unattended,
                next_run: used.next_run,
                stopped: runs(&shape, place(used, access))
                    .err()
                    .map(|refusal| self.failure(&refusal.into())),
            });
        }
        Ok(places)
    }

    /// Where a connection is used, and which applications may use it.
    ///
    /// # Errors
    /// R2: managers look at it.
    pub fn used_in(&self, session: Session, id: ConnectionId) -> Result<UsedIn, ConsoleError> {
        let viewer = self.reader(session)?;
        let connection = self.connection(id)?;
        let catalog = &self.inner.catalog;
        let uses = catalog.uses(id)?;
        let granted = catalog.applications_of_connection(id)?;
        let count = |application: &Application| {
            let of = uses
                .iter()
                .filter(|used| used.application == application.id);
            u32::try_from(of.count()).unwrap_or(u32::MAX)
        };
        let others = catalog.applications()?;
        let others = others
            .iter()
            .filter(|other| granted.iter().all(|known| known.id != other.id));
        Ok(UsedIn {
            applications: granted
                .iter()
                .map(|application| ApplicationAccess {
                    application: application_mark(application),
                    uses: count(application),
                })
                .collect(),
            others: others
                .map(|other| GrantableApplication {
                    application: application_mark(other),
                    refused: application::may_use_kind(&other.name, other.edition, connection.kind)
                        .err()
                        .map(|refusal| self.failure(&refusal.into())),
                })
                .collect(),
            uses: self.use_places(&connection, &uses)?,
            may_manage: self.manages(&viewer, Act::TakeAway),
            may_grant: self.manages(&viewer, Act::Grant),
        })
    }

    /// R1 and R2: whether a member manages connections, in a workspace that allows the act.
    pub(crate) fn manages(&self, member: &Member, act: Act) -> bool {
        self.allows(act).is_ok() && access::may_manage(member).is_ok()
    }

    /// R18: what stops when an application may no longer use a connection.
    ///
    /// # Errors
    /// R1, R2; no such application or connection.
    pub fn access_impact(
        &self,
        session: Session,
        application: ApplicationId,
        connection: ConnectionId,
    ) -> Result<AccessImpact, ConsoleError> {
        self.manager_for(session, Act::TakeAway)?;
        let application = self.application(application)?;
        let connection = self.connection(connection)?;
        let uses: Vec<Use> = self
            .inner
            .catalog
            .uses(connection.id)?
            .into_iter()
            .filter(|used| used.application == application.id)
            .collect();
        let (stops, stopped): (Vec<UsePlace>, Vec<UsePlace>) = self
            .use_places(&connection, &uses)?
            .into_iter()
            .partition(|place| place.stopped.is_none());
        Ok(AccessImpact {
            members: self.authorize_only_through(&application, &connection)?,
            application: application_mark(&application),
            connection: self.connection_mark(&connection),
            stops,
            stopped: u32::try_from(stopped.len()).unwrap_or(u32::MAX),
        })
    }

    /// R3: members who may authorize a connection for no other reason than this application.
    fn authorize_only_through(
        &self,
        application: &Application,
        connection: &Connection,
    ) -> Result<Vec<String>, ConsoleError> {
        if connection.kind != Kind::LoggedInUser {
            return Ok(Vec::new());
        }
        let catalog = &self.inner.catalog;
        let mut elsewhere = Vec::new();
        for other in catalog.applications_of_connection(connection.id)? {
            if other.id != application.id {
                elsewhere.extend(catalog.members_of_application(other.id)?);
            }
        }
        let mut names = Vec::new();
        for id in catalog.members_of_application(application.id)? {
            let Some(member) = self.readable_member(id)? else {
                continue;
            };
            let may = |shared| access::may_authorize(&member, connection.kind, shared).is_ok();
            if may(true) && !may(elsewhere.contains(&id)) {
                names.push(member.name);
            }
        }
        Ok(names)
    }
}
