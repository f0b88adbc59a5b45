//! R1, R7, R8, R16: what is offered here and now, as every screen shows it; and where it is not,
//! that no door leads to it.

use tsunagi_console::views::{ConnectionEdit, NewConnection};
use tsunagi_domain::{Environment, Kind, Mode, Plan};

use crate::deeds::{Play, scopes};
use crate::fixture::practice_draft;
use crate::gate::By;
use crate::world::{Person, Service, manages, reaches};

const SERVICES: [Service; 4] = [
    Service::Practice,
    Service::Filing,
    Service::Cashier,
    Service::Till,
];

impl Play {
    /// What Settings and the gallery show a manager.
    pub(crate) fn offered(&self, viewer: &Person) {
        let (console, session) = (self.console(), self.session());
        let shown = console.availability(session).unwrap();
        assert_eq!(
            shown.plan == Plan::Paid,
            self.model.paid,
            "R1: {}",
            self.doing()
        );
        let place = (shown.data_center.as_str(), shown.country.as_deref());
        let expected = (self.model.data_center, self.model.country);
        assert_eq!(place, expected, "R1: {}", self.doing());
        let may = viewer.role == tsunagi_console::Role::SuperAdmin;
        assert_eq!(shown.may_change, may, "R1: {}", self.doing());
        let gallery = console.gallery(session).unwrap();
        for service in SERVICES {
            let mut entries = gallery.iter();
            let entry = entries
                .find(|entry| entry.service.id == service.id())
                .unwrap();
            let reasons = &self.model.unavailable() | &self.model.not_offered(service);
            let refused = entry.refused.as_ref().map(|failure| failure.code.as_str());
            let agrees = match refused {
                None => reasons.is_empty(),
                Some(code) => reasons.contains(code),
            };
            assert!(
                agrees,
                "R1, R8, R16: {service:?} is shown as {refused:?}, and the rules say {reasons:?}: {}",
                self.doing()
            );
            let personal = entry.kinds.contains(&Kind::LoggedInUser);
            assert_eq!(personal, !service.is_payment(), "R7, R9: {}", self.doing());
        }
    }

    /// R1, R8, R16: what is not to be had is not to be had from any door, for whoever sits there.
    pub(crate) async fn nothing_passes(&self, viewer: &Person) {
        for service in SERVICES {
            let reasons = &self.model.unavailable() | &self.model.not_offered(service);
            if reasons.is_empty() {
                continue;
            }
            let mut clients = self.model.clients.iter();
            let client = clients.find(|client| client.service == service);
            let draft = NewConnection {
                connector: service.id().to_owned(),
                scopes: scopes(service, false),
                registration: client.map(|client| client.id),
                settings: self.settings(service, Some(0)),
                ..practice_draft("Not to be had", Kind::Admin, Mode::Same)
            };
            let made = self.console().create(self.session(), &draft);
            let error = made.err().map(|error| error.code.to_string());
            let error = error.unwrap_or_else(|| panic!("R1, R8: made, {}", self.doing()));
            // Other reasons may be said first.
            let others = [
                "role_not_allowed",
                "registration_needed",
                "payment_connection_exists",
            ];
            assert!(
                reasons.contains(error.as_str()) || others.contains(&error.as_str()),
                "R1, R8: `{error}` for {reasons:?}, {}",
                self.doing()
            );
        }
        let nowhere = !self.model.unavailable().is_empty();
        for link in &self.model.links {
            if !nowhere && self.model.not_offered(link.service).is_empty() {
                continue;
            }
            for reach in reaches(link.mode) {
                let reasons = self.model.authorizing(link, *reach);
                let begun = self
                    .console()
                    .authorize(self.session(), link.id, *reach, None);
                assert!(self.told(begun.await, &reasons).is_none());
            }
            if nowhere {
                let reasons = self.model.trying(link, Environment::Stage);
                let path = link.service.path();
                let tried = self.desk.try_in(link.id, Environment::Stage, path).await;
                assert!(self.told(tried, &reasons).is_none());
            }
            if nowhere && manages(viewer.role) {
                let edit = ConnectionEdit {
                    mode: Mode::PerEnvironment,
                    ..self.edit_of(link)
                };
                let same = edit == self.edit_of(link);
                let edited = self
                    .console()
                    .edit_connection(self.session(), link.id, &edit);
                let reasons = if same {
                    self.model.unmanaging()
                } else {
                    self.model.managing()
                };
                assert_eq!(self.told(edited.await, &reasons).is_some(), same);
            }
        }
    }

    /// R1, R17: and what runs with nobody present does not either.
    pub(crate) async fn nothing_runs(&mut self) {
        if self.model.unavailable().is_empty() {
            return;
        }
        for at in 0..self.model.uses.len() {
            self.run(at, By::Nobody).await;
        }
    }
}
