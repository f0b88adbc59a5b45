//! Connections come into being, are edited, take another's place and go.

use tsunagi_console::views::{ConnectionEdit, NewConnection};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Kind, Mode};

use crate::deeds::{Play, pick, scopes};
use crate::expected::when;
use crate::fixture::practice_draft;
use crate::world::{Fares, Link, Model, Used};

impl Play {
    pub(crate) fn create(&mut self, kind: Kind, mode: Mode, from: Option<u8>) {
        let from = from.and_then(|from| pick(self.model.applications.len(), from));
        let draft = practice_draft(&self.name("Connection"), kind, mode);
        let mut reasons = self.model.managing();
        reasons.extend(when(kind == Kind::System, "kind_not_offered"));
        let application = from.map(|from| &self.model.applications[from]);
        if let Some(application) = application {
            reasons.extend(Model::too_old(application, kind));
        }
        let id = application.map(|application| application.id);
        let made = self.console().create_from(self.session(), &draft, id);
        if let Some(id) = self.told(made, &reasons) {
            self.made(id, kind, mode, false);
            if let Some(from) = from {
                self.model.applications[from].may_use.insert(id);
            }
        }
    }

    pub(crate) fn made(&mut self, id: ConnectionId, kind: Kind, mode: Mode, write: bool) {
        let owner = self.model.seated().map(|person| person.id);
        self.model.links.push(Link {
            id,
            kind,
            mode,
            enabled: true,
            write,
            owner: owner.filter(|_| kind != Kind::System),
            seats: [].into(),
            primaries: [].into(),
            led: [].into(),
            offers: [].into(),
        });
    }

    /// R21: a connection like another is offered what that one has.
    pub(crate) fn reuse(&mut self, connection: u8) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let other = self.model.links[at].clone();
        let kind = if other.personal() {
            Kind::LoggedInUser
        } else {
            Kind::Admin
        };
        let draft = NewConnection {
            scopes: scopes(other.write),
            reuse: Some(other.id),
            ..practice_draft(&self.name("Connection"), kind, Mode::Same)
        };
        let mut reasons = self.model.managing();
        let offers = self.console().reuse_offers(self.session(), &draft);
        let offers = self.told(offers, &reasons);
        let place = |link: &Link| {
            let actor = self.model.seated().map(|person| person.id);
            (Reach::All, actor.filter(|_| link.personal()))
        };
        let fits = |link: &Link| {
            link.mode == Mode::Same
                && Model::alike(link, &other)
                && self.model.fares(link, place(link)) == Fares::Connected
        };
        if let Some(offers) = offers {
            let mut offered: Vec<_> = offers.iter().map(|offer| offer.connection).collect();
            let links = self.model.links.iter().filter(|link| fits(link));
            let mut expected: Vec<_> = links.map(|link| link.id).collect();
            offered.sort_unstable();
            expected.sort_unstable();
            assert_eq!(offered, expected, "R21: what fits, {}", self.doing());
        }
        reasons.extend(when(!fits(&other), "reuse_gone"));
        let sits = other.seats.get(&place(&other)).copied();
        let made = self.console().create(self.session(), &draft);
        if let Some(id) = self.told(made, &reasons) {
            self.made(id, kind, Mode::Same, other.write);
            let link = self.model.links.last_mut().unwrap();
            let actor = link.owner;
            let place = (Reach::All, actor.filter(|_| kind == Kind::LoggedInUser));
            link.seats.insert(place, sits.unwrap());
        }
    }

    pub(crate) fn system(&mut self, application: u8, cause: tsunagi_console::Cause) {
        use tsunagi_console::Cause;
        let Some(at) = pick(self.model.applications.len(), application) else {
            return;
        };
        let by_itself = match cause {
            Cause::FormWorkflow { zoho } => zoho,
            Cause::PagePanel => true,
            Cause::IntegrationTask { optional } => optional,
            Cause::Elsewhere => false,
        };
        let mut reasons = self.model.managing();
        reasons.extend(when(!by_itself, "connection_needed"));
        let application = self.model.applications[at].id;
        let made = self
            .console()
            .system_connection(self.session(), application, "practice", cause);
        if let Some(id) = self.told(made, &reasons) {
            let known = self
                .model
                .links
                .iter()
                .find(|link| link.kind == Kind::System);
            if let Some(known) = known {
                assert_eq!(known.id, id, "R5: the same one again, {}", self.doing());
            } else {
                self.made(id, Kind::System, Mode::Same, true);
            }
            self.model.applications[at].may_use.insert(id);
        }
    }

    /// Edits a connection; says whether it was done.
    pub(crate) async fn edit(&self, at: usize, write: bool, mode: Mode) -> bool {
        let link = &self.model.links[at];
        let known = self.catalog.connection(link.id).unwrap().unwrap();
        let edit = ConnectionEdit {
            name: known.name.to_string(),
            scopes: if write == link.write {
                known.scopes
            } else {
                scopes(write)
            },
            mode,
            registration: None,
            settings: known.settings,
        };
        let reasons = self.model.managing();
        let session = self.session();
        let said = self.console().edit_impact(session, link.id, &edit);
        self.told(said, &reasons);
        let done = self
            .console()
            .edit_connection(session, link.id, &edit)
            .await;
        self.told(done, &reasons).is_some()
    }

    pub(crate) async fn change_mode(&mut self, at: usize, mode: Mode) {
        let before = self.model.links[at].clone();
        if !self.edit(at, before.write, mode).await || before.mode == mode {
            return;
        }
        self.model.reshape(at, mode);
        let stored = self.catalog.primaries(before.id).unwrap();
        let stored = stored.iter();
        let stored: Vec<_> = stored.map(|one| (one.reach, one.member)).collect();
        let primaries = self.model.links[at].primaries.iter();
        let expected: Vec<_> = primaries.map(|(reach, member)| (*reach, *member)).collect();
        assert_eq!(
            stored,
            expected,
            "R11: nobody is promoted, {}",
            self.doing()
        );
    }

    pub(crate) fn replace(&mut self, from: u8, to: u8) {
        let count = self.model.links.len();
        let (Some(from), Some(to)) = (pick(count, from), pick(count, to)) else {
            return;
        };
        let (old, next) = (&self.model.links[from], &self.model.links[to]);
        let mut reasons = self.model.managing();
        reasons.extend(when(from == to, "replace_same"));
        reasons.extend(when(!next.enabled, "replace_unusable"));
        let moves = |used: &&Used| used.connection == old.id;
        let mut applications = Vec::new();
        for used in self.model.uses.iter().filter(moves) {
            let application = self.model.application(used.application);
            reasons.extend(Model::too_old(application, next.kind));
            reasons.extend(Model::making(used, next));
            applications.push(application.id);
        }
        let (old, next) = (old.id, next.id);
        let done = self.console().replace_connection(self.session(), old, next);
        if let Some(moved) = self.told(done, &reasons) {
            assert_eq!(moved as usize, applications.len(), "R18: {}", self.doing());
            for used in &mut self.model.uses {
                if used.connection == old {
                    used.connection = next;
                }
            }
            for application in &mut self.model.applications {
                if applications.contains(&application.id) {
                    application.may_use.insert(next);
                }
            }
        }
    }

    pub(crate) async fn delete(&mut self, connection: u8) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let id = self.model.links[at].id;
        let mut reasons = self.model.managing();
        let used = self.model.uses.iter().any(|used| used.connection == id);
        reasons.extend(when(used, "still_used"));
        let done = self.console().delete_connection(self.session(), id).await;
        if self.told(done, &reasons).is_some() {
            self.model.links.remove(at);
            for application in &mut self.model.applications {
                application.may_use.remove(&id);
            }
        }
    }
}
