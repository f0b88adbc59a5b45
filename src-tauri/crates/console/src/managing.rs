//! What is done to one connection or to many: disable, enable, revoke, delete, test. Each shows
//! its impact first (R18), and what cannot be done to one keeps it from no other.

use std::collections::BTreeSet;

use tsunagi_catalog::{CatalogError, Entry, Slot};
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::impact::Shape;
use tsunagi_domain::{
    Application, AuthorizationId, Connection, ConnectionId, Environment, Health, Kind, Member,
    NotConnected, Reach, Refusal, access, offer,
};
use tsunagi_gateway::{Call, Request};

use crate::connections::asked;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::impacts::Whole;
use crate::log::Action;
use crate::views::{AlsoLost, BulkAction, BulkPart, BulkResult, Failure, ListQuery, TestResult};

/// The most connections that are chosen at once.
const CHOSEN_MAX: u32 = 100_000;

impl Console {
    /// Every connection that the filters of the list find, in its order: what *Select all* means.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn connection_ids(
        &self,
        session: Session,
        query: &ListQuery,
    ) -> Result<Vec<ConnectionId>, ConsoleError> {
        let viewer = self.reader(session)?;
        // All of them, wherever the page they were shown on began.
        let query = tsunagi_catalog::ListQuery {
            after: None,
            ..asked(query, &viewer)
        };
        Ok(self.inner.catalog.list_ids(&query, CHOSEN_MAX)?)
    }

    /// R18: what an action would do to each of these connections. Nothing is changed. Of very
    /// many it is asked slice by slice, so that whoever waits sees how far it is.
    ///
    /// # Errors
    /// R1, R2; the catalog cannot be read.
    pub fn bulk_impact(
        &self,
        session: Session,
        action: BulkAction,
        connections: &[ConnectionId],
    ) -> Result<Vec<BulkPart>, ConsoleError> {
        let actor = self.manager_for(session, act_of(action))?;
        let applications = self.inner.catalog.applications()?;
        let mut parts = Vec::new();
        for id in connections {
            match self.inner.catalog.connection(*id) {
                Ok(Some(_)) => parts.push(self.part(&actor, action, *id, &applications)?),
                // One that somebody else has deleted meanwhile needs nothing done.
                Ok(None) => {}
                // All that can be done to one that cannot be read.
                Err(CatalogError::Unreadable(_)) if action == BulkAction::Delete => {
                    parts.push(self.delete_torn(*id)?);
                }
                // Nothing else can be done to it, and it keeps nothing from the others.
                Err(error @ CatalogError::Unreadable(_)) => parts.push(BulkPart {
                    connection: *id,
                    name: self.name_at_least(*id)?,
                    service: self.mark_of(""),
                    refused: Some(self.failure(&error.into())),
                    nothing: false,
                    uses: Vec::new(),
                    authorizations: 0,
                    also_lost: Vec::new(),
                }),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(parts)
    }

    fn part(
        &self,
        actor: &Member,
        action: BulkAction,
        id: ConnectionId,
        applications: &[Application],
    ) -> Result<BulkPart, ConsoleError> {
        let whole = self.whole(id)?;
        let before = self.shape_of(&whole);
        let mut after = before.clone();
        let mut taken = Vec::new();
        let mut refused: Option<Refusal> = None;
        let mut nothing = false;
        match action {
            BulkAction::Disable => {
                nothing = !whole.connection.enabled;
                after.enabled = false;
            }
            BulkAction::Enable => {
                nothing = whole.connection.enabled;
                let mut enabled = whole.clone();
                enabled.connection.enabled = true;
                after = self.shape_of(&enabled);
            }
            BulkAction::Revoke => {
                taken = revocable(actor, &whole);
                nothing = taken.is_empty();
                for slot in &taken {
                    lose(&mut after, slot);
                }
            }
            BulkAction::Delete => {
                taken = whole.slots.iter().collect();
                refused = offer::may_delete(self.inner.catalog.count_uses(id)?).err();
                after.enabled = false;
            }
        }
        // Where another computer has the workspace, the credentials are its.
        let held = self.usable_for(act_of(action)).err();
        let uses = self.affected_among(applications, id, &before, &after)?;
        let authorizations: BTreeSet<AuthorizationId> =
            taken.iter().map(|slot| slot.authorization.id).collect();
        let also_lost = if action == BulkAction::Revoke {
            self.also_lost(id, &authorizations, applications)?
        } else {
            Vec::new()
        };
        Ok(BulkPart {
            connection: id,
            name: whole.connection.name.to_string(),
            service: self.mark_of(&whole.connection.connector),
            refused: held
                .or_else(|| refused.map(ConsoleError::from))
                .map(|error| self.failure(&error)),
            nothing,
            uses,
            authorizations: u32::try_from(authorizations.len()).unwrap_or(u32::MAX),
            also_lost,
        })
    }

    /// R21: the other connections that lose these authorizations too, and what stops there.
    fn also_lost(
        &self,
        id: ConnectionId,
        authorizations: &BTreeSet<AuthorizationId>,
        applications: &[Application],
    ) -> Result<Vec<AlsoLost>, ConsoleError> {
        let mut others = BTreeSet::new();
        for authorization in authorizations {
            let keys = self.inner.catalog.slots_of_authorization(*authorization)?;
            others.extend(keys.iter().map(|key| key.connection));
        }
        others.remove(&id);
        let mut lost = Vec::new();
        for other in others {
            let Some(whole) = self.readable_whole(other)? else {
                // It loses them all the same, and nothing ran on it.
                lost.push(AlsoLost {
                    connection: other,
                    name: self.name_at_least(other)?,
                    uses: Vec::new(),
                });
                continue;
            };
            let before = self.shape_of(&whole);
            let mut after = before.clone();
            let gone = |slot: &&Slot| authorizations.contains(&slot.authorization.id);
            for slot in whole.slots.iter().filter(gone) {
                lose(&mut after, slot);
            }
            lost.push(AlsoLost {
                connection: other,
                name: whole.connection.name.to_string(),
                uses: self.affected_among(applications, other, &before, &after)?,
            });
        }
        Ok(lost)
    }

    /// Does it, one connection after the other. Each is done whole or not at all, and what
    /// cannot be done to one keeps it from no other.
    ///
    /// # Errors
    /// R1, R2; the vault is locked. What fails for one connection is told in its result.
    pub async fn bulk_run(
        &self,
        session: Session,
        action: BulkAction,
        connections: &[ConnectionId],
    ) -> Result<Vec<BulkResult>, ConsoleError> {
        self.manager_for(session, act_of(action))?;
        self.inner.keys.vault()?;
        let mut results = Vec::new();
        for id in connections {
            let (name, done) = match self.inner.catalog.connection(*id) {
                Ok(Some(connection)) => {
                    let done = self.do_to_one(session, action, *id).await;
                    (connection.name.to_string(), done)
                }
                Ok(None) => continue,
                Err(CatalogError::Unreadable(_)) if action == BulkAction::Delete => {
                    let name = self.name_at_least(*id)?;
                    (name, self.do_to_one(session, action, *id).await)
                }
                Err(error) => (
                    self.name_at_least(*id).unwrap_or_else(|_| id.to_string()),
                    Err(error.into()),
                ),
            };
            results.push(match done {
                Ok((changed, note)) => BulkResult {
                    connection: *id,
                    name,
                    changed,
                    failure: None,
                    note,
                },
                Err(error) => BulkResult {
                    connection: *id,
                    name,
                    changed: false,
                    failure: Some(self.failure(&error)),
                    note: None,
                },
            });
        }
        self.inner.bell.changed();
        Ok(results)
    }

    /// Providers take their time: whether the member may still do it is asked for each connection.
    async fn do_to_one(
        &self,
        session: Session,
        action: BulkAction,
        id: ConnectionId,
    ) -> Result<(bool, Option<Failure>), ConsoleError> {
        let actor = self.manager_for(session, act_of(action))?;
        match action {
            BulkAction::Disable => self.enable(session, id, false),
            BulkAction::Enable => self.enable(session, id, true),
            BulkAction::Revoke => self.revoke_all_of(session, &actor, id).await,
            BulkAction::Delete => self
                .delete_and_tell(session, id)
                .await
                .map(|untold| (true, untold)),
        }
    }

    /// Enables or disables, and logs it in the same transaction; says whether it was otherwise.
    pub(crate) fn enable(
        &self,
        session: Session,
        id: ConnectionId,
        enabled: bool,
    ) -> Result<(bool, Option<Failure>), ConsoleError> {
        let action = if enabled {
            Action::ConnectionEnabled
        } else {
            Action::ConnectionDisabled
        };
        let changed = self.at_once(|| {
            // As it is now: another window may have edited it since.
            let mut connection = self.connection(id)?;
            if connection.enabled == enabled {
                return Ok(false);
            }
            connection.enabled = enabled;
            self.store_changed(session, &connection, action, &[])?;
            Ok(true)
        })?;
        Ok((changed, None))
    }

    /// Writes a connection and what the log says about it, both or neither.
    pub(crate) fn store_changed(
        &self,
        session: Session,
        connection: &Connection,
        action: Action,
        args: &[(&str, &str)],
    ) -> Result<(), ConsoleError> {
        let subject = format!("connection/{}", connection.id);
        let event = self.event(session, action, &subject, args);
        let vault = self.inner.keys.vault()?;
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        let entry = Entry { event, tag: &tag };
        Ok(self.inner.catalog.change_connection(connection, &entry)?)
    }

    async fn revoke_all_of(
        &self,
        session: Session,
        actor: &Member,
        id: ConnectionId,
    ) -> Result<(bool, Option<Failure>), ConsoleError> {
        let whole = self.whole(id)?;
        let mut done: BTreeSet<AuthorizationId> = BTreeSet::new();
        let mut note = None;
        for slot in revocable(actor, &whole) {
            // One credential in several slots is revoked once.
            if done.insert(slot.authorization.id) {
                let outcome = self.revoke_slot(session, &whole.connection, slot).await?;
                note = note.or(outcome.failure);
            }
        }
        Ok((!done.is_empty(), note))
    }

    /// Asks the service, through the gate, who the account of each slot is: the acting member's
    /// own, or of a logged-in-user connection that they have not authorized, the primary one.
    ///
    /// # Errors
    /// R1; the connection is not there. What fails for one slot is told in its result.
    pub async fn test_connection(
        &self,
        session: Session,
        id: ConnectionId,
    ) -> Result<Vec<TestResult>, ConsoleError> {
        let member = self.reader(session)?;
        self.allows(Act::Use)?;
        self.wait_for_vault().await;
        let whole = self.whole(id)?;
        self.start_practice_for(&whole.connection.connector)?;
        // Who pressed: a primary account is asked for by the run as though nobody were there.
        let subject = format!("connection/{id}");
        if self.inner.keys.vault().is_ok() {
            self.log(session, Action::ConnectionTested, &subject, &[])?;
        } else {
            self.note(session, Action::ConnectionTested, &subject, &[]);
        }
        let mut results = Vec::new();
        for reach in whole.connection.mode.reaches() {
            results.push(self.test_slot(&whole, *reach, &member).await);
        }
        self.inner.bell.changed();
        Ok(results)
    }

    async fn test_slot(&self, whole: &Whole, reach: Reach, member: &Member) -> TestResult {
        match self.ask_who_it_is(whole, reach, member).await {
            Ok((status, refused, millis, account)) => {
                let failure = (!status.is_success() || refused).then(|| {
                    let error = if status.is_success() {
                        ConsoleError::new("service_refused")
                    } else {
                        ConsoleError::new("provider_status")
                            .with("status", status.as_u16().to_string())
                    };
                    self.failure(&error)
                });
                TestResult {
                    reach,
                    ok: failure.is_none(),
                    account,
                    millis: Some(u32::try_from(millis).unwrap_or(u32::MAX)),
                    failure,
                }
            }
            Err(error) => TestResult {
                reach,
                ok: false,
                account: None,
                millis: None,
                failure: Some(self.failure(&error)),
            },
        }
    }

    async fn ask_who_it_is(
        &self,
        whole: &Whole,
        reach: Reach,
        member: &Member,
    ) -> Result<(http::StatusCode, bool, u64, Option<String>), ConsoleError> {
        let connection = &whole.connection;
        let (connector, resolved, _) = self.inner.gateway.resolve(connection, reach).await?;
        // Where the service can be asked whose account it is, that is what is asked.
        let target = match (&resolved.question, &connector.try_path) {
            (_, Some(path)) => path.clone(),
            (Some(_), None) => "/".to_owned(),
            (None, None) => return Err(ConsoleError::new("test_not_offered")),
        };
        let own = whole
            .slots
            .iter()
            .any(|slot| slot.key.reach == reach && slot.key.member == Some(member.id));
        let others = whole.primaries.iter().any(|primary| primary.reach == reach);
        let caller = if connection.kind == Kind::LoggedInUser && !own && others {
            Caller::Unattended
        } else {
            Caller::Member(member.id)
        };
        let mut headers = http::HeaderMap::new();
        headers.insert(
            http::header::ACCEPT,
            http::HeaderValue::from_static("application/json"),
        );
        let answer = self
            .inner
            .gateway
            .send_who_am_i(Call {
                link_name: connection.link_name.clone(),
                caller,
                application: None,
                environment: reach.environment().unwrap_or(Environment::Production),
                area: "test".to_owned(),
                request: Request {
                    method: http::Method::GET,
                    target,
                    headers,
                    body: Vec::new(),
                    ..Request::default()
                },
            })
            .await?;
        let slot = whole
            .slots
            .iter()
            .find(|slot| slot.authorization.id == answer.authorization);
        let account = slot.map(|slot| self.account_of(connection, slot).label);
        Ok((answer.status, answer.refused, answer.millis, account))
    }
}

/// R1: what an action is, to one connection or to many.
const fn act_of(action: BulkAction) -> Act {
    match action {
        BulkAction::Disable => Act::Disable,
        BulkAction::Enable => Act::Enable,
        BulkAction::Revoke => Act::Revoke,
        BulkAction::Delete => Act::Delete,
    }
}

/// The slots whose authorization the member may revoke, and that are not revoked already.
fn revocable<'a>(actor: &Member, whole: &'a Whole) -> Vec<&'a Slot> {
    let revoked = Health::NotConnected(NotConnected::Revoked);
    whole
        .slots
        .iter()
        .filter(|slot| {
            let own = slot.authorization.authorized_by == actor.id;
            slot.authorization.health != revoked && access::may_revoke(actor, own).is_ok()
        })
        .collect()
}

/// R11: a slot's authorization goes, and with it the primary account that it was.
pub(crate) fn lose(shape: &mut Shape, slot: &Slot) {
    for seat in &mut shape.seats {
        if seat.reach == slot.key.reach && seat.member == slot.key.member {
            seat.health = Health::NotConnected(NotConnected::Revoked);
        }
    }
    shape
        .primaries
        .retain(|(reach, member)| *reach != slot.key.reach || Some(*member) != slot.key.member);
}
