//! Taking an edit back. It is an edit like any other: worked out from what is there by then, with
//! the same checks and an entry of its own. The log says whether anything has happened to the
//! connection since.

use tsunagi_domain::access::Act;
use tsunagi_domain::{ConnectionId, RegistrationId};

use super::{Edited, as_edit};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{ConnectionEdit, ConnectionView, EditUndo, OwnSettings};

/// Entries that are looked at: nobody does more to a connection while a message is on the screen.
const LOOKED_AT: u32 = 20;

impl Console {
    /// What takes back the edit that was stored just now, within the same write.
    pub(super) fn undo_of(
        &self,
        edited: &Edited,
        own: Option<OwnSettings>,
    ) -> Result<Option<EditUndo>, ConsoleError> {
        let before = &edited.before.connection;
        let subject = format!("connection/{}", before.id);
        let latest = self.inner.catalog.events(Some(&subject), None, 1)?;
        Ok(latest.first().map(|event| EditUndo {
            before: as_edit(before),
            own,
            entry: event.seq,
        }))
    }

    /// Puts back what an edit of a connection, or of one of its environments, has changed. Whatever
    /// was authorized for it as it was before is connected again where it still is what it was:
    /// nothing of it went with the edit.
    ///
    /// # Errors
    /// Those of the edit it is; `undo_overtaken` where anything was done to the connection since,
    /// but for signing in, and where somebody who signed in since would have to do so again or
    /// would serve nothing. Nothing is changed then.
    pub async fn undo_edit(
        &self,
        session: Session,
        id: ConnectionId,
        undo: &EditUndo,
    ) -> Result<ConnectionView, ConsoleError> {
        let act = if undo.own.is_some() {
            Act::Edit
        } else {
            Act::Rename
        };
        self.manager_for(session, act)?;
        self.inner.keys.vault()?;
        let (edited, accepted) = self.at_once(|| {
            let edited = match &undo.own {
                Some(own) => self.set_apart(id, own.stored())?,
                None => self.edited_back(id, &undo.before)?,
            };
            self.allows(edited.act())?;
            self.still_undoes(id, undo, &edited)?;
            let accepted = self.accepted(id)?;
            match &undo.own {
                Some(own) => self.store_environment(session, &edited, &own.stored())?,
                None if edited.before.connection != edited.after.connection => {
                    self.store_edited(session, &edited)?;
                }
                None => {}
            }
            Ok((edited, accepted))
        })?;
        self.follows_edit(&edited, &accepted).await;
        self.connection_view(session, id).await
    }

    /// As [`Self::edited`], of an environment mode that is taken back: what sat in its slots sits
    /// there still, and they are not filled from those of the mode that is left.
    fn edited_back(
        &self,
        id: ConnectionId,
        before: &ConnectionEdit,
    ) -> Result<Edited, ConsoleError> {
        let here = ConnectionEdit {
            mode: self.connection(id)?.mode,
            ..before.clone()
        };
        let mut edited = self.edited(id, &here)?;
        edited.after.connection.mode = before.mode;
        edited.after.look_at_clients();
        Ok(edited)
    }

    /// That nothing has come between an edit and taking it back.
    fn still_undoes(
        &self,
        id: ConnectionId,
        undo: &EditUndo,
        edited: &Edited,
    ) -> Result<(), ConsoleError> {
        let overtaken = || {
            ConsoleError::new("undo_overtaken")
                .with("connection", edited.before.connection.name.to_string())
        };
        let subject = format!("connection/{id}");
        let mut latest = self.inner.catalog.events(Some(&subject), None, LOOKED_AT)?;
        // A test changes nothing.
        latest.retain(|event| event.event.action != Action::ConnectionTested.as_str());
        let edits = [Action::ConnectionEdited, Action::ConnectionEnvironmentSet];
        let is_one = |action: &str, of: &[Action]| of.iter().any(|known| known.as_str() == action);
        let edit = latest.iter().find(|event| event.seq == undo.entry);
        if edit.is_none_or(|edit| !is_one(&edit.event.action, &edits)) {
            return Err(overtaken());
        }
        let signed_in = [
            Action::AuthorizationStored,
            Action::AuthorizationReplaced,
            Action::PrimaryTaken,
        ];
        let mut since = latest.iter().filter(|event| event.seq > undo.entry);
        if !since.all(|event| is_one(&event.event.action, &signed_in)) {
            return Err(overtaken());
        }
        if latest.iter().any(|event| event.seq > undo.entry) {
            // What was consented to for the edit is not thrown away unseen.
            let told = self.told(edited)?;
            if !told.asks_again.is_empty() || !told.set_aside.is_empty() {
                return Err(overtaken());
            }
        }
        Ok(())
    }
}

impl OwnSettings {
    fn stored(&self) -> tsunagi_catalog::SlotSettings {
        tsunagi_catalog::SlotSettings {
            reach: self.reach,
            settings: self.settings.clone(),
            registration: self.registration,
        }
    }

    /// What a reach has of its own, which may be nothing.
    pub(super) fn of(edited: &Edited, reach: tsunagi_domain::Reach) -> Self {
        let mut own = edited.before.overrides.iter();
        let own = own.find(|own| own.reach == reach);
        let registration: Option<RegistrationId> = own.and_then(|own| own.registration);
        Self {
            reach,
            settings: own.map(|own| own.settings.clone()).unwrap_or_default(),
            registration,
        }
    }
}
