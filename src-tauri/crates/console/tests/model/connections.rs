//! Connections come into being, are edited, take another's place and go.

use tsunagi_console::views::NewConnection;
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Kind, Mode};

use crate::deeds::{Play, pick, scopes};
use crate::expected::{Reasons, when};
use crate::fixture::practice_draft;
use crate::world::{Fares, Link, Model, Service, Used, Way};

impl Play {
    pub(crate) fn create(&mut self, kind: Kind, mode: Mode, from: Option<u8>) {
        let from = from.and_then(|from| pick(self.model.applications.len(), from));
        let name = self.name("Connection");
        let draft = practice_draft(&name, kind, mode);
        let mut reasons = self.model.managing();
        reasons.extend(when(kind == Kind::System, "kind_not_offered"));
        let application = from.map(|from| &self.model.applications[from]);
        if let Some(application) = application {
            reasons.extend(Model::too_old(application, kind));
        }
        let id = application.map(|application| application.id);
        let made = self.console().create_from(self.session(), &draft, id);
        if let Some(id) = self.told(made, &reasons) {
            let way = Way {
                site: 0,
                client: None,
            };
            self.made(id, name, (Service::Practice, way), (kind, mode), false);
            if let Some(from) = from {
                self.model.applications[from].may_use.insert(id);
            }
        }
    }

    pub(crate) fn made(
        &mut self,
        id: ConnectionId,
        name: String,
        (service, way): (Service, Way),
        (kind, mode): (Kind, Mode),
        write: bool,
    ) {
        let owner = self.model.seated().map(|person| person.id);
        self.model.links.push(Link {
            id,
            link_name: self
                .catalog
                .connection(id)
                .unwrap()
                .unwrap()
                .link_name
                .to_string(),
            name,
            service,
            way,
            own: [].into(),
            kind,
            mode,
            enabled: true,
            write,
            owner: owner.filter(|_| kind != Kind::System),
            seats: [].into(),
            primaries: [].into(),
            led: [].into(),
            offers: [].into(),
            offered_by: [].into(),
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
        let name = self.name("Connection");
        let way = other.way(Reach::All);
        let mut draft = NewConnection {
            connector: other.service.id().to_owned(),
            scopes: scopes(other.service, other.write),
            registration: way.client,
            reuse: Some(other.id),
            ..practice_draft(&name, kind, Mode::Same)
        };
        draft.settings = self.settings(other.service, Some(way.site));
        let mut reasons = self.model.managing();
        let offers = self.console().reuse_offers(self.session(), &draft);
        let offers = self.told(offers, &reasons);
        let place = |link: &Link| {
            let actor = self.model.seated().map(|person| person.id);
            (Reach::All, actor.filter(|_| link.personal()))
        };
        let fits = |link: &Link| {
            link.mode == Mode::Same
                && Model::alike(link, &other, Reach::All)
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
        reasons.extend(self.model.not_offered(other.service));
        reasons.extend(when(
            other.service.is_payment(),
            "payment_connection_exists",
        ));
        let sits = other.seats.get(&place(&other)).copied();
        let made = self.console().create(self.session(), &draft);
        if let Some(id) = self.told(made, &reasons) {
            let service = (other.service, way);
            self.made(id, name, service, (kind, Mode::Same), other.write);
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
                let way = Way {
                    site: 0,
                    client: None,
                };
                let name = self.catalog.connection(id).unwrap().unwrap().name;
                let kind = (Kind::System, Mode::Same);
                self.made(id, name.to_string(), (Service::Practice, way), kind, true);
            }
            self.model.applications[at].may_use.insert(id);
        }
    }

    /// Edits a connection; `more` is what there is against it beside what is against any edit.
    pub(crate) async fn edit(&mut self, at: usize, after: Link, more: &Reasons) {
        let edit = self.edit_of(&after);
        // R1: what changes nothing is no edit.
        let changes = edit != self.edit_of(&self.model.links[at]);
        let managing = if changes {
            self.model.managing()
        } else {
            self.model.unmanaging()
        };
        let reasons = &managing | more;
        let (session, id) = (self.session(), after.id);
        let said = self.console().edit_impact(session, id, &edit);
        let said = self.told(said, &reasons);
        let done = self.console().edit_connection(session, id, &edit).await;
        if self.told(done, &reasons).is_none() {
            return;
        }
        let before = self.model.clone();
        self.model.edit(at, after);
        self.edited(&said.unwrap(), &before, &self.model, at);
    }

    pub(crate) async fn change_mode(&mut self, at: usize, mode: Mode) {
        let mut after = self.model.links[at].clone();
        after.mode = mode;
        self.edit(at, after, &Reasons::new()).await;
    }

    pub(crate) fn replace(&mut self, from: u8, to: u8) {
        let count = self.model.links.len();
        let (Some(from), Some(to)) = (pick(count, from), pick(count, to)) else {
            return;
        };
        let (old, next) = (&self.model.links[from], &self.model.links[to]);
        let mut reasons = self.model.managing();
        reasons.extend(when(from == to, "replace_same"));
        let follows = (old.service, next.service) == (Service::Till, Service::Cashier);
        let follows = follows && self.model.retired;
        reasons.extend(when(
            old.service != next.service && !follows,
            "replace_other_service",
        ));
        let usable = next.enabled && !self.model.is_retired(next.service);
        reasons.extend(when(!usable, "replace_unusable"));
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
        if let Some(outcome) = self.told(done, &reasons) {
            let moved = outcome.moved as usize;
            assert_eq!(moved, applications.len(), "R18: {}", self.doing());
            // Every other time it is taken back, and all is as it was.
            if let Some(replaced) = outcome.undo.filter(|_| moved.is_multiple_of(2)) {
                let session = self.session();
                let back = self.console().undo_replace(session, old, next, &replaced);
                assert_eq!(back.unwrap() as usize, moved, "R18: {}", self.doing());
                let uses = &self.model.uses;
                for application in &mut self.model.applications {
                    let elsewhere = uses
                        .iter()
                        .any(|used| used.connection == next && used.application == application.id);
                    if elsewhere && applications.contains(&application.id) {
                        application.may_use.insert(next);
                    }
                }
                return;
            }
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
        let mut reasons = self.model.unmanaging();
        let used = self.model.uses.iter().any(|used| used.connection == id);
        reasons.extend(when(used, "still_used"));
        let done = self.console().delete_connection(self.session(), id).await;
        if self.told(done, &reasons).is_some() {
            self.removed(at);
        }
    }

    pub(crate) fn removed(&mut self, at: usize) {
        let link = self.model.links.remove(at);
        for application in &mut self.model.applications {
            application.may_use.remove(&link.id);
        }
    }
}
