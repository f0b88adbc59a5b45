//! Revoking and renaming accounts: what a member does with what is authorized.

use std::collections::BTreeSet;

use tsunagi_catalog::{Authorization, Slot};
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    AuthorizationId, Connection, ConnectionId, Environment, FlowId, Health, Kind, Member,
    NotConnected, Reach, Refusal, RefusalCode, access,
};
use tsunagi_oauth::{Revoked, Wire};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::host_of;
use crate::log::{Action, Going};
use crate::managing::lose;
use crate::rows::account_view;
use crate::views::{ConnectionView, Fate, Impact, RevokeOutcome, UseView, Whose};

impl Console {
    /// A slot of a reach: that of `whose`, else the acting member's own, or the connection's only
    /// one.
    pub(crate) fn slot_of(
        &self,
        member: &Member,
        connection: &Connection,
        reach: Reach,
        whose: Whose,
    ) -> Result<Slot, ConsoleError> {
        let owner = whose.unwrap_or(member.id);
        let key = SlotKey {
            connection: connection.id,
            reach,
            member: (connection.kind == Kind::LoggedInUser).then_some(owner),
        };
        if let Some(slot) = self.inner.catalog.slot(key)? {
            return Ok(slot);
        }
        // R2: whether anybody has authorized is told to who could revoke it.
        access::may_revoke(member, key.member == Some(member.id))?;
        Err(not_connected(connection, reach, NotConnected::NeverAuthorized).into())
    }

    /// R18: what revoking the acting member's own authorization, or the connection's only one,
    /// would stop.
    ///
    /// # Errors
    /// R2; nothing sits there.
    pub async fn impact(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<Impact, ConsoleError> {
        self.impact_of(session, connection, reach, None).await
    }

    /// R18: what revoking a member's authorization would stop. Who is no manager hears of the
    /// applications shared with them, and of no other connection (R15).
    ///
    /// # Errors
    /// R2; nothing sits there.
    pub async fn impact_of(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        whose: Whose,
    ) -> Result<Impact, ConsoleError> {
        let member = self.member(session)?;
        let connection = self.connection(connection)?;
        let slot = self.slot_of(&member, &connection, reach, whose)?;
        let authorization = &slot.authorization;
        access::may_revoke(&member, authorization.authorized_by == member.id)?;
        // A connector that is not there any more keeps nobody from revoking.
        let revoke = match self.inner.gateway.resolve(&connection, reach).await {
            Ok((_, resolved, _)) => resolved.revoke,
            Err(_) => None,
        };
        // R21: it may sit in more than one environment, and goes from each.
        let whole = self.whole(connection.id)?;
        let lost = || {
            let present = whole.present();
            present.filter(|one| one.authorization.id == authorization.id)
        };
        let primary = lost().any(|one| Self::is_primary(&whole, one));
        let environments: Vec<Environment> = Environment::ALL
            .into_iter()
            .filter(|environment| lost().any(|one| one.key.reach.covers(*environment)))
            .collect();
        let (mut stops, mut goes_on) = self.stops(&BTreeSet::from([authorization.id]))?;
        let mut shared_with = self.shared_with(&slot, connection.id)?;
        if !member.role.is_manager() {
            let shared = self.inner.catalog.applications_shared_with(member.id)?;
            let is_theirs = |used: &UseView| shared.iter().any(|one| one.name == used.application);
            stops.retain(is_theirs);
            goes_on.retain(is_theirs);
            shared_with.clear();
        }
        Ok(Impact {
            refused: self
                .usable_for(Act::Revoke)
                .err()
                .map(|error| self.failure(&error)),
            account: account_view(
                &self.mark_of(&connection.connector).name,
                authorization.label.as_deref(),
                &authorization.account,
            ),
            own: authorization.authorized_by == member.id,
            environments,
            stops,
            goes_on,
            shared_with,
            primary,
            at_provider: revoke.is_some(),
            host: revoke.as_ref().map(host_of).unwrap_or_default(),
        })
    }

    /// Uses that stop and uses that go on once these authorizations are gone, of every connection
    /// they sit in (R21).
    pub(crate) fn stops(
        &self,
        gone: &BTreeSet<AuthorizationId>,
    ) -> Result<(Vec<UseView>, Vec<UseView>), ConsoleError> {
        let mut keys = Vec::new();
        for id in gone {
            keys.extend(self.inner.catalog.slots_of_authorization(*id)?);
        }
        let connections: BTreeSet<ConnectionId> = keys.iter().map(|key| key.connection).collect();
        let (mut stops, mut goes_on) = (Vec::new(), Vec::new());
        for id in connections {
            let Some(whole) = self.readable_whole(id)? else {
                continue;
            };
            let before = self.shape_of(&whole);
            let mut after = before.clone();
            for slot in &whole.slots {
                if gone.contains(&slot.authorization.id) {
                    lose(&mut after, slot);
                }
            }
            let here = |environment| {
                let mut reaches = keys.iter().filter(|key| key.connection == id);
                reaches.any(|key| key.reach.covers(environment))
            };
            for affected in self.affected(id, &before, &after)? {
                match affected.fate {
                    Fate::Stops => stops.push(affected.used),
                    Fate::GoesOn if here(affected.used.environment) => goes_on.push(affected.used),
                    Fate::GoesOn | Fate::Starts | Fate::StaysStopped => {}
                }
            }
        }
        Ok((stops, goes_on))
    }

    pub(crate) fn shared_with(
        &self,
        slot: &Slot,
        own: ConnectionId,
    ) -> Result<Vec<String>, ConsoleError> {
        let mut names = Vec::new();
        for key in self
            .inner
            .catalog
            .slots_of_authorization(slot.authorization.id)?
        {
            if key.connection != own
                && let Some(other) = self.readable_connection(key.connection)?
            {
                names.push(other.name.to_string());
            }
        }
        names.dedup();
        Ok(names)
    }

    /// Revokes: at the provider where it can be told, and here in any case. What the provider
    /// says never keeps a credential here.
    ///
    /// # Errors
    /// R2; nothing sits there; the vault is locked.
    pub async fn revoke(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<RevokeOutcome, ConsoleError> {
        self.revoke_of(session, connection, reach, None).await
    }

    /// As [`Self::revoke`], of any member: managers revoke everybody's.
    ///
    /// # Errors
    /// Those of [`Self::revoke`].
    pub async fn revoke_of(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        whose: Whose,
    ) -> Result<RevokeOutcome, ConsoleError> {
        let member = self.member(session)?;
        let connection = self.connection(connection)?;
        let slot = self.slot_of(&member, &connection, reach, whose)?;
        access::may_revoke(&member, slot.authorization.authorized_by == member.id)?;
        let outcome = self.revoke_slot(session, &connection, &slot).await?;
        self.inner.bell.changed();
        Ok(outcome)
    }

    /// Revokes what sits in a slot, by a member who may.
    pub(crate) async fn revoke_slot(
        &self,
        session: Session,
        connection: &Connection,
        slot: &Slot,
    ) -> Result<RevokeOutcome, ConsoleError> {
        let id = slot.authorization.id;
        let reach = slot.key.reach;
        if slot.authorization.health == Health::NotConnected(NotConnected::Revoked) {
            return Err(not_connected(connection, reach, NotConnected::Revoked).into());
        }
        self.inner.keys.vault()?;
        // What is revoked for a copy would be revoked for the computer that has the workspace.
        self.usable_for(Act::Revoke)?;
        let started = std::time::Instant::now();
        let mut wire = Wire::default();
        let told = self.inner.gateway.revoke_at_provider(id, &mut wire).await;
        let now = self.now();
        let account = self.account_of(connection, slot).label;
        self.write(move |console| {
            console.goes_by(session, id, &account, &Going::Revoked, || {
                Ok(console.inner.catalog.set_revoked(id, now)?)
            })
        })
        .await?;
        let outcome = match told {
            Ok(Revoked::Done) => RevokeOutcome {
                at_provider: true,
                failure: None,
            },
            Ok(Revoked::NotOffered | Revoked::Unsupported) => {
                let error = ConsoleError::new("revoke_not_offered");
                RevokeOutcome {
                    at_provider: false,
                    failure: Some(self.failure(&error)),
                }
            }
            Err(error) => {
                let error = ConsoleError::from(error);
                RevokeOutcome {
                    at_provider: false,
                    failure: Some(self.failure(&error)),
                }
            }
        };
        self.note_revocation(slot, &wire, &outcome, started).await?;
        Ok(outcome)
    }

    /// Tells the timeline of a revocation, as a flow of one step.
    async fn note_revocation(
        &self,
        slot: &Slot,
        wire: &Wire,
        outcome: &RevokeOutcome,
        started: std::time::Instant,
    ) -> Result<(), ConsoleError> {
        let now = self.now();
        let id = FlowId::new();
        let mut state_hash = [0; 32];
        // Nobody comes back with the state of a revocation: the hash only has to be unique.
        state_hash[..16].copy_from_slice(id.uuid().as_bytes());
        let flow = tsunagi_catalog::Flow {
            id,
            key: slot.key,
            registration: None,
            state_hash,
            agent: "revocation".to_owned(),
            started_at: now,
            deadline: now,
            outcome: None,
            ended_at: None,
        };
        let step = tsunagi_catalog::Step {
            at: now,
            code: if outcome.at_provider {
                "revoked_there"
            } else {
                "revoked_here"
            }
            .to_owned(),
            ok: true,
            args: std::collections::BTreeMap::new(),
            wire: wire.lines.iter().map(ToString::to_string).collect(),
            millis: Some(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)),
        };
        self.db(move |catalog| {
            catalog.begin_flow(&flow)?;
            catalog.add_step(id, &step)?;
            catalog.finish_flow(id, "revoked", now)?;
            Ok(())
        })
        .await
    }

    /// Gives the account of a slot a name (R19).
    ///
    /// # Errors
    /// R2; nothing sits there; an empty name or one that is too long.
    pub async fn rename_account(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        label: &str,
    ) -> Result<ConnectionView, ConsoleError> {
        self.rename_account_of(session, connection, reach, None, label)
            .await
    }

    /// As [`Self::rename_account`], of any member.
    ///
    /// # Errors
    /// Those of [`Self::rename_account`].
    pub async fn rename_account_of(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        whose: Whose,
        label: &str,
    ) -> Result<ConnectionView, ConsoleError> {
        self.reader(session)?;
        self.rename(session, connection, reach, whose, label)?;
        self.connection_view(session, connection).await
    }

    /// Names the account of a slot. R2: one's own, or as a manager.
    ///
    /// # Errors
    /// R2; nothing sits there; those of [`Self::give_label`].
    pub(crate) fn rename(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        whose: Whose,
        label: &str,
    ) -> Result<(), ConsoleError> {
        let member = self.member(session)?;
        let known = self.connection(connection)?;
        let slot = self.slot_of(&member, &known, reach, whose)?;
        access::may_revoke(&member, slot.authorization.authorized_by == member.id)?;
        self.give_label(session, &slot, label)
    }

    /// Names the account of a slot, by a member who may (R19): wherever the same account of the same
    /// member sits in the connection, since it is shown as one.
    pub(crate) fn give_label(
        &self,
        session: Session,
        slot: &Slot,
        label: &str,
    ) -> Result<(), ConsoleError> {
        let label = crate::welcome::person_name(label)?;
        self.inner.keys.vault()?;
        let known = &slot.authorization;
        let shown_as_one = |other: &Slot| {
            let Authorization { account, label, .. } = &other.authorization;
            let told = account.id.is_some() && account.id == known.account.id;
            let same = told && account.at == known.account.at && *label == known.label;
            other.key.member == slot.key.member && same
        };
        self.at_once(|| {
            let catalog = &self.inner.catalog;
            let slots = catalog.slots(slot.key.connection)?;
            let others = slots.iter().filter(|other| shown_as_one(other));
            let mut ids: BTreeSet<AuthorizationId> =
                others.map(|other| other.authorization.id).collect();
            ids.insert(known.id);
            for id in ids {
                catalog.rename_account(id, &label)?;
            }
            let subject = format!("connection/{}", slot.key.connection);
            let args = [("reach", slot.key.reach.as_str()), ("account", &label)];
            self.log(session, Action::AuthorizationRenamed, &subject, &args)
        })?;
        self.inner.bell.changed();
        Ok(())
    }
}

fn not_connected(connection: &Connection, reach: Reach, reason: NotConnected) -> Refusal {
    Refusal::new(RefusalCode::NotConnected)
        .with("connection", connection.link_name.as_str())
        .with("environment", reach.as_str())
        .with("reason", reason.as_str())
}
