//! Leaving: what is said of each authorization before it goes, what goes, and what is handed over.

use std::collections::HashSet;

use tsunagi_catalog::{Authorization, CatalogError, Entry, Remains};
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    AuthorizationId, Connection, ConnectionId, KeptSignInId, Member, MemberId, Reach, roles,
};
use tsunagi_gateway::GateError;
use tsunagi_oauth::{Revoked, Wire};

use super::small;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::host_of;
use crate::log::{Action, Going};
use crate::rows::account_view;
use crate::views::{Farewell, LeaveOutcome, WorkKind};

/// One authorization of somebody who leaves, as the catalog knows it. What cannot be read of it, or
/// of the connection it sits in, keeps nobody from leaving.
pub(super) struct Parting {
    pub(super) id: AuthorizationId,
    key: SlotKey,
    sits_in: SitsIn,
    /// `None` where nothing can be told of it.
    authorization: Option<Authorization>,
    /// It sits in their own slots and nowhere else.
    own: bool,
}

/// The connection that an authorization is told by.
enum SitsIn {
    Whole(Connection),
    /// It cannot be read.
    Torn(Remains),
}

impl SitsIn {
    /// What says where its provider is, where that is known.
    fn leads(&self) -> Option<&Connection> {
        match self {
            Self::Whole(connection) => Some(connection),
            Self::Torn(remains) => remains.leads.as_ref(),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Whole(connection) => connection.name.to_string(),
            Self::Torn(remains) => remains.name.clone(),
        }
    }
}

impl Console {
    /// The authorizations of a member, where they sit first.
    pub(super) fn partings(&self, member: MemberId) -> Result<Vec<Parting>, ConsoleError> {
        let mut partings = Vec::new();
        for id in self.inner.catalog.authorizations_by(member)? {
            partings.extend(self.parting(id)?);
        }
        Ok(partings)
    }

    /// The account of an authorization by name, as far as it can be read.
    pub(crate) fn account_at_least(&self, id: AuthorizationId) -> Result<String, ConsoleError> {
        let parting = self.parting(id)?;
        Ok(parting
            .and_then(|one| self.account_parting(&one))
            .unwrap_or_default())
    }

    fn account_parting(&self, parting: &Parting) -> Option<String> {
        let service = match parting.sits_in.leads() {
            Some(connection) => self.mark_of(&connection.connector).name,
            None => String::new(),
        };
        let authorization = parting.authorization.as_ref()?;
        let view = account_view(
            &service,
            authorization.label.as_deref(),
            &authorization.account,
        );
        Some(view.label)
    }

    pub(super) fn parting(&self, id: AuthorizationId) -> Result<Option<Parting>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let keys = catalog.slots_of_authorization(id)?;
        let key = match keys.first() {
            Some(key) => Some(*key),
            // A slot that cannot be read still says which connection it is of.
            None => {
                let mut connections = catalog.connections_of_authorization(id)?.into_iter();
                connections.next().map(|connection| SlotKey {
                    connection,
                    reach: Reach::All,
                    member: None,
                })
            }
        };
        let authorization = match catalog.authorization_to_revoke(id) {
            Err(CatalogError::Unreadable(_)) => None,
            Ok(None) => return Ok(None),
            found => found?,
        };
        let Some(key) = key else { return Ok(None) };
        let Some(sits_in) = self.sits_in(key.connection)? else {
            return Ok(None);
        };
        Ok(Some(Parting {
            id,
            key,
            sits_in,
            authorization,
            own: keys.iter().all(|key| key.member.is_some()),
        }))
    }

    fn sits_in(&self, id: ConnectionId) -> Result<Option<SitsIn>, ConsoleError> {
        let catalog = &self.inner.catalog;
        Ok(match catalog.connection(id) {
            Err(CatalogError::Unreadable(_)) => catalog.remains(id)?.map(SitsIn::Torn),
            found => found?.map(SitsIn::Whole),
        })
    }

    pub(super) async fn farewell(&self, parting: &Parting) -> Result<Farewell, ConsoleError> {
        let (mut offers, mut host) = (false, String::new());
        let mut unreadable = matches!(parting.sits_in, SitsIn::Torn(_));
        if let Some(connection) = parting.sits_in.leads() {
            let reach = parting.key.reach;
            match self.inner.gateway.resolve(connection, reach).await {
                Ok((_, resolved, _)) => {
                    offers = resolved.revoke.is_some();
                    host = host_of(&Self::asked_of(&resolved));
                }
                // What its environment has of its own is of it.
                Err(GateError::Catalog(CatalogError::Unreadable(_))) => unreadable = true,
                // A connector that is gone keeps nobody from leaving.
                Err(_) => {}
            }
        }
        // What it was obtained with cannot be told: nor can its provider be.
        offers &= parting.authorization.is_some();
        let kept = self.inner.catalog.sealed(parting.id)?.is_some();
        let opens = self.inner.gateway.can_open(parting.id).await?;
        Ok(Farewell {
            connection: parting.key.connection,
            name: parting.sits_in.name(),
            unreadable,
            reach: parting.key.reach,
            account: self.account_parting(parting).unwrap_or_default(),
            own: parting.own,
            at_provider: offers && opens,
            locked: kept && !opens,
            host,
            failure: None,
        })
    }

    /// A member leaves: their authorizations are revoked at the providers where that can be done
    /// and removed here in any case, what everybody used of theirs has to be authorized anew,
    /// their connections are handed over, what they stayed signed in to at services' pages is
    /// cleared, and they can no longer sign in. Broken off halfway,
    /// they are still active, and it can be done again.
    ///
    /// # Errors
    /// R2; `last_super_admin`; `leave_stopped` where a person stopped it between two
    /// authorizations; `heir_needed` where they answer for connections and nobody who
    /// could take them over is named; the vault is locked.
    pub async fn deactivate_member(
        &self,
        session: Session,
        id: MemberId,
        heir: Option<MemberId>,
    ) -> Result<LeaveOutcome, ConsoleError> {
        let actor = self.member(session)?;
        let leaver = self.known_member(id)?;
        let after = Member {
            active: false,
            ..leaver.clone()
        };
        self.may_change(&actor, &leaver, &after)?;
        self.inner.keys.vault()?;
        let owned = self.inner.catalog.owned_by(id)?.len();
        let heir = match heir {
            Some(heir) => Some(self.known_member(heir)?),
            None => None,
        };
        let fits = |heir: &Member| roles::may_inherit(heir, &leaver);
        let heir = heir.filter(fits);
        if owned > 0 && heir.is_none() {
            return Err(ConsoleError::new("heir_needed").with("member", leaver.name.clone()));
        }
        let mut outcome = LeaveOutcome {
            authorizations: Vec::new(),
            handed_over: 0,
            heir: None,
            primaries: 0,
            sign_ins: 0,
            members: None,
        };
        let mut said = HashSet::new();
        let mut lost = 0;
        // Once more where something of theirs was stored meanwhile: a sign-in that was under way.
        let forgotten = loop {
            let primaries = self.inner.catalog.primaries_of(id)?;
            let mut partings = self.partings(id)?;
            partings.retain(|parting| said.insert(parting.id));
            if !partings.is_empty() {
                self.usable_for(Act::Revoke)?;
            }
            let work = self.begin_work(WorkKind::Leaving);
            let all = partings.len();
            for (done, parting) in partings.into_iter().enumerate() {
                if work.step(done as u64, all as u64).is_err() {
                    self.inner.bell.changed();
                    return Err(ConsoleError::new("leave_stopped")
                        .with("member", leaver.name)
                        .with("done", done.to_string())
                        .with("all", all.to_string()));
                }
                let done = self.takes_leave(session, &parting, &leaver).await?;
                outcome.authorizations.push(done);
            }
            // Those whose authorization is gone went with it; the others go when they are inactive.
            let kept = self.inner.catalog.primaries_of(id)?;
            lost += primaries
                .iter()
                .filter(|place| !kept.contains(place))
                .count();
            let over = self.at_once(|| {
                let left = self.partings(id)?;
                if left.iter().any(|parting| !said.contains(&parting.id)) {
                    return Ok(None);
                }
                lost += self.inner.catalog.primaries_of(id)?.len();
                let forgotten = self.goes(session, actor.id, id, heir.as_ref(), &mut outcome)?;
                Ok(Some(forgotten))
            })?;
            if let Some(forgotten) = over {
                break forgotten;
            }
        };
        outcome.primaries = small(lost);
        outcome.sign_ins = small(forgotten.len());
        self.inner.keys.lock_member(id);
        self.end_session_of(session, id);
        self.delete_forgotten(forgotten);
        self.inner.bell.changed();
        if actor.id != id {
            outcome.members = Some(self.members(session)?);
        }
        Ok(outcome)
    }

    /// The last of it, within one write: their connections are handed over and they are inactive.
    /// Gives the sign-ins that are forgotten.
    fn goes(
        &self,
        session: Session,
        actor: MemberId,
        id: MemberId,
        heir: Option<&Member>,
        outcome: &mut LeaveOutcome,
    ) -> Result<Vec<KeptSignInId>, ConsoleError> {
        // Providers take their time: who leaves, who sends them and who takes over are looked
        // at once more, and what another window made of the leaver meanwhile stays.
        let leaver = self.known_member(id)?;
        let after = Member {
            active: false,
            ..leaver.clone()
        };
        self.may_change(&self.known_member(actor)?, &leaver, &after)?;
        if !self.inner.catalog.owned_by(id)?.is_empty() {
            let heir = match heir {
                Some(heir) => Some(self.known_member(heir.id)?),
                None => None,
            };
            let heir = heir
                .filter(|heir| roles::may_inherit(heir, &leaver))
                .ok_or_else(|| {
                    ConsoleError::new("heir_needed").with("member", leaver.name.clone())
                })?;
            outcome.handed_over = self.hand_over(session, &leaver, &heir)?;
            outcome.heir = Some(heir.name);
        }
        self.write_member(session, &after, Action::MemberDeactivated, &[])?;
        self.forget_sign_ins_of(session, id)
    }

    /// Removes one authorization of a leaver; what its provider says keeps nothing here.
    async fn takes_leave(
        &self,
        session: Session,
        parting: &Parting,
        leaver: &Member,
    ) -> Result<Farewell, ConsoleError> {
        let mut farewell = self.farewell(parting).await?;
        if farewell.at_provider {
            let mut wire = Wire::default();
            let gateway = &self.inner.gateway;
            match gateway.revoke_at_provider(parting.id, &mut wire).await {
                Ok(Revoked::Done) => {}
                Ok(Revoked::NotOffered | Revoked::Unsupported) => farewell.at_provider = false,
                Err(error) => {
                    farewell.at_provider = false;
                    farewell.failure = Some(self.failure(&error.into()));
                }
            }
        }
        let (id, own, now) = (parting.id, parting.own, self.now());
        let account = farewell.account.clone();
        let going = Going::Left {
            member: leaver.name.clone(),
            told: farewell.at_provider,
        };
        self.write(move |console| {
            console.goes_by(session, id, &account, &going, || {
                let catalog = &console.inner.catalog;
                if own {
                    catalog.empty(id)?;
                } else {
                    // What everybody used stays visible, and asks to be authorized anew.
                    catalog.set_revoked(id, now)?;
                }
                Ok(())
            })
        })
        .await?;
        Ok(farewell)
    }

    fn hand_over(
        &self,
        session: Session,
        leaver: &Member,
        heir: &Member,
    ) -> Result<u32, ConsoleError> {
        let vault = self.inner.keys.vault()?;
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        let event = self.event(
            session,
            Action::MemberConnectionsHandedOver,
            &format!("member/{}", leaver.id),
            &[("member", &leaver.name), ("heir", &heir.name)],
        );
        let entry = Entry { event, tag: &tag };
        let catalog = &self.inner.catalog;
        let moved = catalog.hand_over_connections(leaver.id, heir.id, Some(&entry))?;
        Ok(u32::try_from(moved).unwrap_or(u32::MAX))
    }
}
