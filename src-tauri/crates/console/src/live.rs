//! Live mode and edit mode of an application (R15): what a member sees and authorizes there.

use std::collections::BTreeMap;

use tsunagi_catalog::{Slot, Use};
use tsunagi_domain::application::{self, Component};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    Application, ApplicationId, Connection, ConnectionId, Environment, Health, Kind, Member,
    NotConnected, Refusal, RefusalCode, access,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::rows::account_view;
use crate::uses::application_mark;
use crate::views::{
    ApplicationMark, ComponentRow, EditRow, EditView, Impact, LiveRow, LiveView, RevokeOutcome,
};

/// Who looks at what in live mode.
pub(crate) struct Look {
    pub(crate) member: Member,
    pub(crate) application: Application,
    pub(crate) shared: bool,
}

impl Console {
    /// Applications whose live mode the acting member may open.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn live_applications(
        &self,
        session: Session,
    ) -> Result<Vec<ApplicationMark>, ConsoleError> {
        let member = self.member(session)?;
        let shared = self.inner.catalog.applications_shared_with(member.id)?;
        let all = self.inner.catalog.applications()?;
        Ok(all
            .iter()
            .filter(|one| {
                let shared = shared.iter().any(|known| known.id == one.id);
                application::may_open_live_mode(&member, &one.name, shared).is_ok()
            })
            .map(application_mark)
            .collect())
    }

    pub(crate) fn look(&self, session: Session, id: ApplicationId) -> Result<Look, ConsoleError> {
        let member = self.member(session)?;
        let members = self.inner.catalog.members_of_application(id)?;
        let shared = members.contains(&member.id);
        let application = self.application(id);
        // Whether there is such an application is nobody's business with whom it is not shared.
        let name = application.as_ref().map_or("", |known| known.name.as_str());
        let name = if shared { name } else { "" };
        application::may_open_live_mode(&member, name, shared)?;
        Ok(Look {
            member,
            application: application?,
            shared,
        })
    }

    /// An application in live mode, in one environment.
    ///
    /// # Errors
    /// R15: not for whom it is not shared with.
    pub fn live(
        &self,
        session: Session,
        id: ApplicationId,
        environment: Environment,
    ) -> Result<LiveView, ConsoleError> {
        let look = self.look(session, id)?;
        let mut rows = Vec::new();
        for connection in self.inner.catalog.connections_of_application(id)? {
            if application::sees_in_live_mode(&look.member, connection.kind, look.shared) {
                rows.push(self.live_row(&look, &connection, environment)?);
            }
        }
        Ok(LiveView {
            application: application_mark(&look.application),
            environment,
            rows,
            may_edit: application::may_open_edit_mode(&look.member).is_ok(),
        })
    }

    /// What the acting member has in a connection, in one environment.
    pub(crate) fn live_row(
        &self,
        look: &Look,
        connection: &Connection,
        environment: Environment,
    ) -> Result<LiveRow, ConsoleError> {
        let catalog = &self.inner.catalog;
        let reach = connection.mode.reach(environment);
        let slot = self.live_slot(&look.member, connection, environment)?;
        let authorization = slot.as_ref().map(|slot| &slot.authorization);
        let health = self.slot_health(connection, reach, slot.as_ref());
        let primaries = catalog.primaries(connection.id)?;
        let member = &look.member;
        let own = authorization.is_some_and(|found| found.authorized_by == member.id);
        let may_authorize = access::may_authorize_now(member, connection, look.shared).is_ok();
        let revoked = authorization
            .is_some_and(|found| found.health == Health::NotConnected(NotConnected::Revoked));
        let service = self.mark_of(&connection.connector).name;
        Ok(LiveRow {
            connection: self.connection_mark(connection),
            reach,
            health,
            unreachable: authorization
                .and_then(|found| found.unreachable.as_ref())
                .map(|unreachable| self.unreachable_view(unreachable)),
            unproven: authorization.is_some_and(|found| found.unproven),
            account: authorization
                .map(|found| account_view(&service, found.label.as_deref(), &found.account)),
            lapses_at: authorization.and_then(|found| self.lapses(found)),
            primary: connection.kind == Kind::LoggedInUser
                && slot.is_some()
                && primaries
                    .iter()
                    .any(|primary| primary.reach == reach && primary.member == member.id),
            may_authorize: may_authorize && self.is_served(connection),
            may_revoke: authorization.is_some()
                && !revoked
                && access::may_revoke(member, own).is_ok(),
        })
    }

    /// What sits where the acting member's requests in this environment would look.
    fn live_slot(
        &self,
        member: &Member,
        connection: &Connection,
        environment: Environment,
    ) -> Result<Option<Slot>, ConsoleError> {
        Ok(self.inner.catalog.slot(SlotKey {
            connection: connection.id,
            reach: connection.mode.reach(environment),
            member: (connection.kind == Kind::LoggedInUser).then_some(member.id),
        })?)
    }

    /// A connection the acting member sees in an application's live mode.
    fn live_connection(
        &self,
        look: &Look,
        connection: ConnectionId,
    ) -> Result<Connection, ConsoleError> {
        let unknown =
            || Refusal::new(RefusalCode::ConnectionUnknown).with("connection", String::new());
        let catalog = &self.inner.catalog;
        if !catalog.has_access(look.application.id, connection)? {
            return Err(unknown().into());
        }
        let found = self.connection(connection)?;
        if !application::sees_in_live_mode(&look.member, found.kind, look.shared) {
            return Err(unknown().into());
        }
        Ok(found)
    }

    /// R18, R22: what revoking the acting member's authorization stops, the same as from every
    /// other door: who is no manager hears of every application shared with them (R15).
    ///
    /// # Errors
    /// R2, R15; nothing sits there.
    pub async fn live_impact(
        &self,
        session: Session,
        id: ApplicationId,
        environment: Environment,
        connection: ConnectionId,
    ) -> Result<Impact, ConsoleError> {
        let look = self.look(session, id)?;
        let connection = self.live_connection(&look, connection)?;
        let reach = connection.mode.reach(environment);
        self.impact(session, connection.id, reach).await
    }

    /// Revokes the acting member's own authorization, or a manager an admin connection's.
    ///
    /// # Errors
    /// R2, R15; nothing sits there; the vault is locked.
    pub async fn live_revoke(
        &self,
        session: Session,
        id: ApplicationId,
        environment: Environment,
        connection: ConnectionId,
    ) -> Result<RevokeOutcome, ConsoleError> {
        let look = self.look(session, id)?;
        let connection = self.live_connection(&look, connection)?;
        let reach = connection.mode.reach(environment);
        self.revoke(session, connection.id, reach).await
    }

    /// Gives the account a row shows another name (R19).
    ///
    /// # Errors
    /// R2, R15; nothing sits there; a name that is empty or too long.
    pub fn live_rename(
        &self,
        session: Session,
        id: ApplicationId,
        environment: Environment,
        connection: ConnectionId,
        label: &str,
    ) -> Result<LiveView, ConsoleError> {
        let look = self.look(session, id)?;
        let connection = self.live_connection(&look, connection)?;
        let slot = self
            .live_slot(&look.member, &connection, environment)?
            .ok_or_else(|| {
                Refusal::new(RefusalCode::NotConnected)
                    .with("connection", connection.link_name.as_str())
                    .with("environment", environment.as_str())
                    .with("reason", NotConnected::NeverAuthorized.as_str())
            })?;
        let own = slot.authorization.authorized_by == look.member.id;
        access::may_revoke(&look.member, own)?;
        self.give_label(session, &slot, label)?;
        self.live(session, id, environment)
    }

    /// An application in edit mode: what one component of it uses (R15). Without a component, the
    /// first one there is.
    ///
    /// # Errors
    /// R15: managers only; `application_unknown`.
    pub fn edit(
        &self,
        session: Session,
        id: ApplicationId,
        environment: Environment,
        component: Option<Component>,
    ) -> Result<EditView, ConsoleError> {
        application::may_open_edit_mode(&self.member(session)?)?;
        let look = self.look(session, id)?;
        let uses = self.inner.catalog.uses_of_application(id, environment)?;
        let mut components: BTreeMap<Component, Vec<ConnectionId>> = BTreeMap::new();
        for used in &uses {
            let component = Component {
                area: used.area.clone(),
                name: used.name.clone(),
            };
            let connections = components.entry(component).or_default();
            if !connections.contains(&used.connection) {
                connections.push(used.connection);
            }
        }
        let component = component
            .filter(|wanted| components.contains_key(wanted))
            .or_else(|| components.keys().next().cloned());
        let mut rows = Vec::new();
        if let Some(component) = &component {
            let places: Vec<Use> = uses
                .into_iter()
                .filter(|used| component.includes(&used.area, &used.name))
                .collect();
            for connection in components.get(component).into_iter().flatten() {
                let Some(connection) = self.readable_connection(*connection)? else {
                    continue;
                };
                let own: Vec<Use> = places
                    .iter()
                    .filter(|used| used.connection == connection.id)
                    .cloned()
                    .collect();
                rows.push(EditRow {
                    row: self.live_row(&look, &connection, environment)?,
                    uses: self.use_places(&connection, &own)?,
                });
            }
        }
        Ok(EditView {
            application: application_mark(&look.application),
            environment,
            components: components
                .into_iter()
                .map(|(component, connections)| ComponentRow {
                    component,
                    connections: u32::try_from(connections.len()).unwrap_or(u32::MAX),
                })
                .collect(),
            component,
            rows,
        })
    }
}
