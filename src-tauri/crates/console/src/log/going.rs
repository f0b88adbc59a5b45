//! What the log says where an authorization goes, or primary accounts change with a deed: it is
//! told of every connection concerned, so that the Activity tab of each shows it.

use std::collections::BTreeMap;

use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::primary::{self, Holder};
use tsunagi_domain::{AuthorizationId, ConnectionId, Mode, Reach};

use super::Action;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::messages::SEVERAL;

/// Why an authorization goes.
#[derive(Debug, Clone)]
pub(crate) enum Going {
    /// Somebody revokes it.
    Revoked,
    /// Its member leaves; `told` says whether the provider was told to forget it.
    Left { member: String, told: bool },
    /// Only a passphrase opened it that is taken away.
    Reset { member: String },
}

impl Going {
    fn action(&self, owner: Option<&str>) -> Action {
        match self {
            Self::Revoked if owner.is_some() => Action::AuthorizationMemberRevoked,
            Self::Revoked => Action::AuthorizationRevoked,
            Self::Left { told: true, .. } => Action::AuthorizationLeftRevoked,
            Self::Left { told: false, .. } => Action::AuthorizationLeftRemoved,
            Self::Reset { .. } => Action::AuthorizationResetRemoved,
        }
    }
}

/// Where an authorization sits in one connection.
struct Place {
    connection: ConnectionId,
    reaches: Vec<Reach>,
    /// The member whose own it is there, by name.
    owner: Option<String>,
}

impl Console {
    /// Lets an authorization go by `work`, and logs it of each connection it sits in (R21), with
    /// the primary accounts that are lost by it (R11). Within the write it is a part of.
    ///
    /// # Errors
    /// Those of `work`; the vault is locked.
    pub(crate) fn goes_by<T>(
        &self,
        session: Session,
        id: AuthorizationId,
        account: &str,
        why: &Going,
        work: impl FnOnce() -> Result<T, ConsoleError>,
    ) -> Result<T, ConsoleError> {
        let places = self.places_of(id)?;
        let connections: Vec<ConnectionId> = places.iter().map(|place| place.connection).collect();
        self.primaries_by(session, &connections, Action::PrimaryMoved, || {
            let done = work()?;
            for place in &places {
                self.log_gone(session, place, account, why)?;
            }
            Ok(done)
        })
    }

    fn log_gone(
        &self,
        session: Session,
        place: &Place,
        account: &str,
        why: &Going,
    ) -> Result<(), ConsoleError> {
        let reaches: Vec<&str> = place.reaches.iter().map(|reach| reach.as_str()).collect();
        let reaches = reaches.join(SEVERAL);
        let mut args = vec![("reach", reaches.as_str()), ("account", account)];
        let owner = place.owner.as_deref();
        let member = match why {
            Going::Revoked => owner,
            Going::Left { member, .. } | Going::Reset { member } => Some(member.as_str()),
        };
        args.extend(member.map(|member| ("member", member)));
        let subject = format!("connection/{}", place.connection);
        self.log(session, why.action(owner), &subject, &args)
    }

    /// Where an authorization sits, by connection: in the reaches that the connection's environment
    /// mode has, else in those of the other mode, where it was set aside.
    fn places_of(&self, id: AuthorizationId) -> Result<Vec<Place>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let mut keys: BTreeMap<ConnectionId, Vec<SlotKey>> = BTreeMap::new();
        // A place that cannot be read still says which connection it is of.
        for connection in catalog.connections_of_authorization(id)? {
            keys.insert(connection, Vec::new());
        }
        for key in catalog.slots_of_authorization(id)? {
            keys.entry(key.connection).or_default().push(key);
        }
        let mut places = Vec::new();
        for (connection, keys) in keys {
            let mode = self.mode_at_least(connection)?;
            let mut reaches: Vec<Reach> = keys.iter().map(|key| key.reach).collect();
            reaches.sort_unstable();
            if reaches.iter().any(|reach| has(mode, *reach)) {
                reaches.retain(|reach| has(mode, *reach));
            }
            if reaches.is_empty() {
                reaches.push(Reach::All);
            }
            let owner = keys.iter().find_map(|key| key.member);
            places.push(Place {
                connection,
                reaches,
                owner: owner.map(|member| self.member_at_least(member)),
            });
        }
        Ok(places)
    }

    /// Does what may change whose accounts are primary in these connections, and logs who no longer
    /// is and who became so, the latter as `gained` (R11, R12). Within the write it is a part of.
    ///
    /// # Errors
    /// Those of `work`; the vault is locked.
    pub(crate) fn primaries_by<T>(
        &self,
        session: Session,
        connections: &[ConnectionId],
        gained: Action,
        work: impl FnOnce() -> Result<T, ConsoleError>,
    ) -> Result<T, ConsoleError> {
        let mut before = Vec::new();
        for id in connections {
            before.push((*id, self.holders(*id)?));
        }
        let done = work()?;
        for (id, before) in before {
            let turnover = primary::turnover(&before, &self.holders(id)?);
            let lost = turnover.lost.iter().map(|one| (one, Action::PrimaryLost));
            for ((reach, member), action) in
                lost.chain(turnover.gained.iter().map(|one| (one, gained)))
            {
                let name = self.member_at_least(*member);
                let args = [("reach", reach.as_str()), ("member", name.as_str())];
                self.log(session, action, &format!("connection/{id}"), &args)?;
            }
        }
        Ok(done)
    }

    /// Whose accounts are primary in a connection, in the reaches its environment mode has.
    fn holders(&self, id: ConnectionId) -> Result<Vec<Holder>, ConsoleError> {
        let mode = self.mode_at_least(id)?;
        let primaries = self.inner.catalog.primaries(id)?.into_iter();
        let holders = primaries.map(|one| (one.reach, one.member));
        Ok(holders.filter(|(reach, _)| has(mode, *reach)).collect())
    }

    fn mode_at_least(&self, id: ConnectionId) -> Result<Option<Mode>, ConsoleError> {
        Ok(self.readable_connection(id)?.map(|known| known.mode))
    }

    /// What a member is called, also where no more of them can be read.
    fn member_at_least(&self, id: tsunagi_domain::MemberId) -> String {
        let known = self.inner.catalog.member(id).ok().flatten();
        known.map_or_else(|| id.to_string(), |member| member.name)
    }
}

/// Whether a mode has a reach; of a connection that cannot be read any may be one.
fn has(mode: Option<Mode>, reach: Reach) -> bool {
    mode.is_none_or(|mode| mode.reaches().contains(&reach))
}
