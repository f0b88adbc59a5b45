//! The Connection screen: details, and what a manager changes about a connection.

use tsunagi_catalog::{Authorization, ListRow, Offer, Slot};
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::freshness::lapse;
use tsunagi_domain::names::ConnectionName;
use tsunagi_domain::reshape::is_set_aside;
use tsunagi_domain::{Account, Connection, ConnectionId, Kind, Member, Reach, access};

use crate::console::{Console, Session};
use crate::editing::parted;
use crate::error::ConsoleError;
use crate::impacts::Whole;
use crate::log::Action;
use crate::rows::account_view;
use crate::views::{
    AccountPlace, AccountRow, ConnectionView, EnvironmentCard, PrimaryActs, ScopeView,
};
use crate::welcome::member_view;

impl Console {
    /// A connection's details.
    ///
    /// # Errors
    /// `connection_unknown`.
    pub async fn connection_view(
        &self,
        session: Session,
        id: ConnectionId,
    ) -> Result<ConnectionView, ConsoleError> {
        let viewer = self.reader(session)?;
        let connection = self.connection(id)?;
        let catalog = &self.inner.catalog;
        let row = ListRow {
            slots: catalog.slots(id)?,
            primaries: catalog.primaries(id)?,
            settings: catalog.slot_settings(id)?,
            uses: catalog.count_uses(id)?,
            last_used: catalog.last_used(id)?,
            connection,
        };
        let connection = &row.connection;
        let first = connection.mode.reaches()[0];
        let resolved = self.inner.gateway.resolve(connection, first).await;
        let library = self.inner.gateway.library();
        let connector = library.get(&connection.connector);
        let retired = connector.and_then(|connector| connector.served(self.now()).err());
        let known = connector
            .map(|connector| self.scopes(connector))
            .unwrap_or_default();
        let scopes = connection
            .scopes
            .iter()
            .map(|name| {
                known
                    .iter()
                    .find(|scope| scope.name == *name)
                    .cloned()
                    .unwrap_or(ScopeView {
                        name: name.clone(),
                        about: String::new(),
                        default: false,
                        source: None,
                    })
            })
            .collect();
        let registrations = self.registrations(Some(&connection.connector))?;
        let created_by = match connection.created_by {
            Some(member) => self.readable_member(member)?.map(|member| member.name),
            None => None,
        };
        let mut environments = Vec::new();
        for reach in connection.mode.reaches() {
            environments.push(self.card(&row, *reach, &viewer)?);
        }
        Ok(ConnectionView {
            scopes,
            registration: connection
                .registration
                .and_then(|id| registrations.iter().find(|known| known.id == id).cloned()),
            registrations,
            parameters: connector
                .map(|connector| self.parameters(connector))
                .unwrap_or_default(),
            settings: self.current_settings(connection, &connection.settings),
            host: resolved
                .as_ref()
                .map(|(_, resolved, _)| crate::flow::host_of(&Self::asked_of(resolved)))
                .unwrap_or_default(),
            hosts: resolved
                .as_ref()
                .map(|(_, resolved, _)| resolved.hosts.iter().cloned().map(String::from).collect())
                .unwrap_or_default(),
            // What only the service can say is not known yet: an example would be no truth.
            api_base: resolved
                .as_ref()
                .ok()
                .filter(|(_, resolved, _)| resolved.unanswered.is_empty())
                .map(|(_, resolved, _)| resolved.api_base.to_string())
                .unwrap_or_default(),
            try_path: connector.and_then(|connector| connector.try_path.clone()),
            created_at: connection.created_at,
            created_by,
            environments,
            accounts: self.accounts(&row, &viewer, Present::Yes)?,
            set_aside: self.accounts(&row, &viewer, Present::No)?,
            needed: self.needed(connection)?,
            may_manage: access::may_manage(&viewer).is_ok(),
            problem: resolved
                .err()
                .map(ConsoleError::from)
                .or(retired.map(ConsoleError::from))
                .map(|error| self.failure(&error)),
            row: self.row(&row, &viewer),
        })
    }

    /// Settings without those that the service's answers took the place of: they say nothing any
    /// more.
    fn current_settings(&self, connection: &Connection, settings: &Settings) -> Settings {
        match self.inner.gateway.library().get(&connection.connector) {
            Some(connector) => parted(connector, settings).1,
            None => settings.clone(),
        }
    }

    fn card(
        &self,
        row: &ListRow,
        reach: Reach,
        viewer: &Member,
    ) -> Result<EnvironmentCard, ConsoleError> {
        let connection = &row.connection;
        let station = self.station(connection, reach, &row.slots, &row.primaries, viewer);
        let primary = row.primaries.iter().find(|primary| primary.reach == reach);
        let here = || row.slots.iter().filter(|slot| slot.key.reach == reach);
        let shown = match connection.kind {
            Kind::LoggedInUser => here()
                .find(|slot| {
                    station.primary && slot.key.member == primary.map(|primary| primary.member)
                })
                .or_else(|| here().find(|slot| slot.key.member == Some(viewer.id))),
            Kind::System | Kind::Admin => here().next(),
        };
        let authorization = shown.map(|slot| &slot.authorization);
        let authorized_by = match authorization {
            Some(authorization) => self
                .readable_member(authorization.authorized_by)?
                .map(|member| member.name),
            None => None,
        };
        let own = self
            .inner
            .catalog
            .slot_settings(connection.id)?
            .into_iter()
            .find(|settings| settings.reach == reach);
        Ok(EnvironmentCard {
            station,
            member: shown.and_then(|slot| slot.key.member),
            authorized_at: authorization.map(|authorization| authorization.authorized_at),
            authorized_by,
            primary_since: primary.map(|primary| primary.since),
            renews: authorization.is_some_and(|authorization| authorization.renewable),
            expires_at: authorization.and_then(|authorization| authorization.expires_at),
            last_renewed: authorization.and_then(|authorization| authorization.last_renewed),
            verified_at: match authorization {
                Some(authorization) => self.inner.catalog.verified_at(authorization.id)?,
                None => None,
            },
            asked: connection.scopes.clone(),
            granted: authorization.and_then(|authorization| authorization.granted.clone()),
            settings: own
                .as_ref()
                .map(|own| self.current_settings(connection, &own.settings))
                .unwrap_or_default(),
            registration: own.and_then(|own| own.registration),
            shared_with: match shown {
                Some(slot) => self.shared_with(slot, connection.id)?,
                None => Vec::new(),
            },
            unattended: self.unattended(connection.id, |environment| reach.covers(environment))?,
        })
    }

    /// Who has authorized, in the reaches of the environment mode or only for the one that was left:
    /// managers see all, other members themselves.
    fn accounts(
        &self,
        row: &ListRow,
        viewer: &Member,
        present: Present,
    ) -> Result<Vec<AccountRow>, ConsoleError> {
        let connection = &row.connection;
        let whole = self.whole(connection.id)?;
        let offers = self.inner.catalog.offers(connection.id)?;
        let manages = access::may_manage(viewer).is_ok();
        let service = self.mark_of(&connection.connector).name;
        let mut accounts: Vec<(&Slot, AccountRow)> = Vec::new();
        for slot in &row.slots {
            let own = slot.key.member.is_none_or(|member| member == viewer.id);
            if !present.has(&whole, slot) || !(own || manages) {
                continue;
            }
            let place = self.account_place(&whole, &offers, slot, viewer)?;
            let account = account_view(
                &service,
                slot.authorization.label.as_deref(),
                &slot.authorization.account,
            );
            // Two accounts may be called the same.
            let same = |(other, row): &&mut (&Slot, AccountRow)| {
                let who = |slot: &Slot| {
                    let Account { id, at, .. } = &slot.authorization.account;
                    (slot.key.member, id.clone(), at.clone())
                };
                who(other) == who(slot) && row.account.label == account.label
            };
            if let Some((_, entry)) = accounts.iter_mut().find(same) {
                entry.places.push(place);
                // The same account, and perhaps another authorization: what runs unattended in one
                // environment does not open what is locked in another.
                if self.is_locked(slot)? {
                    let ends = [entry.lapses_at, lapses_at(slot)];
                    entry.lapses_at = ends.into_iter().flatten().min();
                    entry.locked = true;
                }
                continue;
            }
            let mut entry = self.account_row(slot, account, place)?;
            entry.kept = self.kept_for(viewer, &connection.connector, slot)?;
            let Authorization {
                account,
                registration,
                ..
            } = &slot.authorization;
            entry.crowded = self.crowded(&connection.connector, account, *registration)?;
            accounts.push((slot, entry));
        }
        Ok(accounts.into_iter().map(|(_, row)| row).collect())
    }

    fn account_place(
        &self,
        whole: &Whole,
        offers: &[Offer],
        slot: &Slot,
        viewer: &Member,
    ) -> Result<AccountPlace, ConsoleError> {
        let reach = slot.key.reach;
        let owner = match slot.key.member {
            Some(member) => self.readable_member(member)?,
            None => None,
        };
        let primary = whole
            .primaries
            .iter()
            .find(|primary| primary.reach == reach && Some(primary.member) == slot.key.member);
        let views = self.offer_views(offers, reach, viewer)?;
        let by = slot.authorization.authorized_by;
        Ok(AccountPlace {
            reach,
            health: self.slot_health(&whole.connection, reach, Some(slot)),
            primary: primary.is_some(),
            primary_since: primary.map(|primary| primary.since),
            offer: views
                .into_iter()
                .find(|offer| offer.member.id == slot.key.member),
            acts: owner.map_or_else(PrimaryActs::default, |owner| {
                self.primary_acts(whole, offers, reach, viewer, &owner)
            }),
            may_revoke: access::may_revoke(viewer, by == viewer.id).is_ok(),
        })
    }

    fn account_row(
        &self,
        slot: &Slot,
        account: crate::views::AccountView,
        place: AccountPlace,
    ) -> Result<AccountRow, ConsoleError> {
        let member = match slot.key.member {
            Some(member) => self.readable_member(member)?,
            None => None,
        };
        let locked = self.is_locked(slot)?;
        Ok(AccountRow {
            member: member.as_ref().map(member_view),
            account,
            places: vec![place],
            authorized_at: slot.authorization.authorized_at,
            last_used: slot.authorization.last_used,
            kept: None,
            locked,
            lapses_at: lapses_at(slot).filter(|_| locked),
            crowded: None,
        })
    }

    /// Gives a connection another name; its link name stays (R19).
    ///
    /// # Errors
    /// R1, R2, R19.
    pub async fn rename_connection(
        &self,
        session: Session,
        id: ConnectionId,
        name: &str,
    ) -> Result<ConnectionView, ConsoleError> {
        self.manager_for(session, Act::Rename)?;
        self.inner.keys.vault()?;
        let name = ConnectionName::new(name)?;
        self.at_once(|| {
            let mut connection = self.connection(id)?;
            let before = std::mem::replace(&mut connection.name, name);
            self.inner.catalog.update_connection(&connection)?;
            let args = [
                ("before", before.as_str()),
                ("after", connection.name.as_str()),
            ];
            let subject = format!("connection/{id}");
            self.log(session, Action::ConnectionRenamed, &subject, &args)
        })?;
        self.inner.bell.changed();
        self.connection_view(session, id).await
    }

    /// Disables or enables a connection.
    ///
    /// # Errors
    /// R1, R2.
    pub async fn set_enabled(
        &self,
        session: Session,
        id: ConnectionId,
        enabled: bool,
    ) -> Result<ConnectionView, ConsoleError> {
        self.manager_for(session, if enabled { Act::Enable } else { Act::Disable })?;
        self.inner.keys.vault()?;
        if self.enable(session, id, enabled)?.0 {
            self.inner.bell.changed();
        }
        self.connection_view(session, id).await
    }
}

/// When what sits in a slot ends for good, where that is known.
fn lapses_at(slot: &Slot) -> Option<tsunagi_domain::Timestamp> {
    let known = &slot.authorization;
    lapse(known.renewable, known.expires_at, known.refresh_expires_at)
}

/// Which accounts are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Present {
    /// Those of the environment mode the connection is in.
    Yes,
    /// Those that are kept for the mode it was in before, and serve nothing until it is again.
    No,
}

impl Present {
    fn has(self, whole: &Whole, slot: &Slot) -> bool {
        let in_mode = whole.connection.mode.reaches().contains(&slot.key.reach);
        let id = slot.authorization.id;
        match self {
            Self::Yes => in_mode,
            Self::No => {
                let serves = whole.present().any(|one| one.authorization.id == id);
                is_set_aside(in_mode, serves, slot.authorization.health)
            }
        }
    }
}
