//! What takes keys away or replaces them: a passphrase that was forgotten, a seat that is left
//! locked, another key of the workspace; and what can be opened afterwards.

use tsunagi_console::{Role, RotationStep};

use crate::deeds::{Play, pick};
use crate::expected::when;
use crate::seals::{PASSPHRASE, UNATTENDED, WORKSPACE};
use crate::world::Model;

impl Model {
    /// What can be opened with nobody present, once everything is sealed as it can be: what no
    /// longer need be so stays open for that until its member's own key is there.
    pub(crate) fn notice(&mut self) {
        let seated = self.seated().map(|person| person.id);
        for one in 0..self.authorizations.len() {
            let needs = self.readers(one).contains(UNATTENDED);
            let away = self
                .sitting(one)
                .iter()
                .any(|(_, place)| self.has_passphrase(*place) && place.1 != seated);
            let known = &mut self.authorizations[one];
            known.unattended = needs || (away && known.unattended);
        }
    }
}

impl Play {
    /// A super admin takes away the passphrase of somebody who forgot it.
    pub(crate) async fn reset_passphrase(&mut self, who: u8) {
        let at = pick(self.model.people.len(), who).unwrap();
        let person = self.model.people[at].clone();
        let reasons = match self.model.seated() {
            None => when(true, "signed_out"),
            Some(actor) if actor.role != Role::SuperAdmin => when(true, "super_admin_needed"),
            Some(actor) => when(actor.id == person.id, "role_not_allowed"),
        };
        let (session, asked) = (self.session(), self.model.seated());
        if asked.is_some_and(|actor| actor.passphrase) && reasons.is_empty() {
            let without = self.console().reset_passphrase(session, person.id, None);
            self.told(without.await, &when(true, "passphrase_required"));
        }
        let own = Some(PASSPHRASE.to_owned());
        let done = self.console().reset_passphrase(session, person.id, own);
        if self.told(done.await, &reasons).is_none() {
            return;
        }
        for one in 0..self.model.authorizations.len() {
            let own = self
                .model
                .readers(one)
                .contains(&format!("member:{}", person.id));
            let known = &self.model.authorizations[one];
            if own && !known.revoked && !known.unattended {
                // Only they could open it.
                self.emptied(one);
            }
        }
        self.model.people[at].passphrase = false;
    }

    /// It sits nowhere any more.
    fn emptied(&mut self, authorization: usize) {
        // R11: where it was the primary account, there is none.
        self.model.revoke(authorization);
        for link in &mut self.model.links {
            link.seats.retain(|_, sits| *sits != authorization);
        }
    }

    /// Whoever sits there leaves, and locks the seat.
    pub(crate) async fn lock(&mut self) {
        self.console().lock(self.session()).await.unwrap();
        // Nobody sits down by themself.
        self.model.seat = None;
    }

    /// Another key of the workspace: nothing is opened by anybody else for it.
    pub(crate) async fn replace_key(&mut self) {
        let reasons = match self.model.seated() {
            None => when(true, "signed_out"),
            Some(actor) => when(actor.role != Role::SuperAdmin, "super_admin_needed"),
        };
        let own = Some(PASSPHRASE.to_owned());
        let begun = self.console().begin_rotation(self.session(), own).await;
        if self.told(begun, &reasons).is_some() {
            while self.console().rotation_step().unwrap() == RotationStep::Rewrapped {}
        }
    }

    /// R6, R11, R13, R18: what is shown as locked is what only a member who is away can open.
    pub(crate) fn locked(&self, authorization: usize) -> bool {
        let sealed = self.model.readers(authorization);
        let known = &self.model.authorizations[authorization];
        let seated = self.model.seated().map(|person| person.id);
        let own = seated.is_some_and(|member| sealed.contains(&format!("member:{member}")));
        !own && !known.revoked && !known.unattended && !sealed.contains(WORKSPACE)
    }
}
