//! What the acting member has authorized, wherever it sits: theirs to rename and to revoke (R2),
//! also where the application they did it in is not shared with them any more. To authorize it
//! again needs that sharing (R3), and so has its place in live mode.

use tsunagi_catalog::CatalogError;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{ConnectionId, Health, NotConnected, Reach};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::rows::account_view;
use crate::views::{OwnAccount, OwnAccounts, Whose};

/// How many are shown: managers find the rest where they find connections.
const SHOWN: usize = 100;

impl Console {
    /// The accounts the acting member has authorized and not revoked, the newest first.
    ///
    /// # Errors
    /// `signed_out`.
    pub fn own_accounts(&self, session: Session) -> Result<OwnAccounts, ConsoleError> {
        let member = self.member(session)?;
        let catalog = &self.inner.catalog;
        let mut ids = catalog.authorizations_by(member.id)?;
        // Identifiers grow with time.
        ids.sort_by(|one, other| other.cmp(one));
        let (mut accounts, mut more) = (Vec::new(), 0);
        for id in ids {
            if accounts.len() == SHOWN {
                more += 1;
                continue;
            }
            let authorization = match catalog.authorization(id) {
                // Home tells of it.
                Err(CatalogError::Unreadable(_)) => continue,
                found => found?,
            };
            let Some(authorization) = authorization else {
                continue;
            };
            if authorization.health == Health::NotConnected(NotConnected::Revoked) {
                continue;
            }
            let keys = catalog.slots_of_authorization(id)?;
            let Some(first) = keys.first() else {
                continue;
            };
            let Some(connection) = self.readable_connection(first.connection)? else {
                continue;
            };
            let here: Vec<_> = keys
                .into_iter()
                .filter(|key| key.connection == connection.id)
                .collect();
            let present = |key: &&SlotKey| connection.mode.reaches().contains(&key.reach);
            // Where it is used, before where it is only kept.
            let mut reaches: Vec<Reach> =
                here.iter().filter(present).map(|key| key.reach).collect();
            if reaches.is_empty() {
                reaches = here.iter().map(|key| key.reach).collect();
            }
            let Some(key) = here
                .iter()
                .find(|key| reaches.contains(&key.reach))
                .copied()
            else {
                continue;
            };
            let slot = catalog.slot(key)?;
            let service = self.mark_of(&connection.connector);
            accounts.push(OwnAccount {
                connection: connection.id,
                name: connection.name.to_string(),
                reaches,
                whose: key.member,
                account: account_view(
                    &service.name,
                    authorization.label.as_deref(),
                    &authorization.account,
                ),
                service,
                health: self.slot_health(&connection, key.reach, slot.as_ref()),
                authorized_at: authorization.authorized_at,
            });
        }
        Ok(OwnAccounts { accounts, more })
    }

    /// Gives an account that the acting member has authorized another name (R19). R2: that it is
    /// theirs is all that is asked.
    ///
    /// # Errors
    /// R2; nothing sits there; a name that is empty or too long; the vault is locked.
    pub fn rename_own_account(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        whose: Whose,
        label: &str,
    ) -> Result<OwnAccounts, ConsoleError> {
        self.rename(session, connection, reach, whose, label)?;
        self.own_accounts(session)
    }
}
