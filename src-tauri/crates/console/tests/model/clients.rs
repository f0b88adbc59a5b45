//! Services that need a client: registrations, where a connection leads, and the end of a service.

use std::collections::{BTreeMap, BTreeSet};

use tsunagi_console::Reach;
use tsunagi_console::views::{
    ConnectionEdit, NewConnection, NewRegistration, RedirectForm, RegistrationChange,
};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::{Kind, Mode};

use crate::deeds::{Play, pick, scopes};
use crate::expected::{Reasons, when};
use crate::provider::{accept, connector};
use crate::world::{Client, Own, Service, Way};

/// The connector file of a service, whose first site is at this port.
fn file(service: Service, port: u16, ended: bool) -> String {
    let origin = format!("http://127.0.0.1:{port}");
    let payment = |more: &str| {
        connector(service.id(), service.id(), &origin).replace(
            r#"kinds = ["admin", "logged_in_user"]"#,
            &format!("kinds = [\"admin\"]\npayment = true\n{more}"),
        )
    };
    match service {
        Service::Filing => {
            connector("filing", "filing", "http://127.0.0.1:{site}")
                + r#"
[[parameters]]
name = "site"
label = { en = "Site", ja = "サイト" }
pattern = "[0-9]{2,5}"
example = "8080"
"#
        }
        Service::Cashier => {
            payment("offered_in = { data_centers = [\"us\"], countries = [\"US\"] }")
        }
        Service::Till if ended => payment("retired = \"2024-09-26\"\nsuccessor = \"cashier\""),
        Service::Till | Service::Practice => payment(""),
    }
}

impl Play {
    pub(crate) fn services(&self) {
        for service in [Service::Filing, Service::Cashier, Service::Till] {
            let file = file(service, self.sites[0].port, false);
            accept(&self.desk, service.id(), &file).unwrap();
        }
    }

    /// The parameter values that lead to a site.
    pub(crate) fn settings(&self, service: Service, site: Option<u8>) -> Settings {
        let site = site.filter(|_| service == Service::Filing);
        let value = |site: u8| {
            let port = self.sites[usize::from(site)].port;
            ("site".to_owned(), port.to_string())
        };
        site.map(value).into_iter().collect()
    }

    /// R16: the till ends, and the cashier follows it.
    pub(crate) fn retire(&mut self) {
        let reasons = self.model.managing();
        if self.model.retired {
            return;
        }
        let name = "till.toml";
        let port = self.sites[0].port;
        self.desk.world.put(name, &file(Service::Till, port, true));
        let seen = self.console().connectors(self.session());
        let Some(seen) = self.told(seen, &self.model.unmanaging()) else {
            return;
        };
        let seen = seen.files.iter().find(|known| known.file == name).unwrap();
        let done = self
            .console()
            .accept_connector(self.session(), name, &seen.hash);
        if self.told(done, &reasons).is_some() {
            self.model.retired = true;
        }
    }

    fn client(&self, number: u8) -> Option<Client> {
        let at = pick(self.model.clients.len(), number)?;
        Some(self.model.clients[at].clone())
    }

    pub(crate) fn register(&mut self, service: Service) {
        let reasons = self.model.managing();
        let redirect = RedirectForm::LoopbackAnyPort;
        let drafted = self.console().registration_draft(self.session(), &redirect);
        let Some(drafted) = self.told(drafted, &reasons) else {
            return;
        };
        let client = self.name("client").replace(' ', "");
        let new = NewRegistration {
            id: drafted.id,
            connector: service.id().to_owned(),
            name: self.name("Client"),
            client_id: client.clone(),
            client_secret: Some("secret-of-ours".to_owned()),
            redirect,
        };
        let mut empty = new.clone();
        empty.client_id = " ".to_owned();
        let refused = self.console().add_registration(self.session(), &empty);
        self.told(refused.map(|_| ()), &when(true, "client_id_empty"));
        let done = self.console().add_registration(self.session(), &new);
        if let Some(view) = self.told(done, &reasons) {
            assert_eq!(view.connections, 0, "{}", self.doing());
            self.model.clients.push(Client {
                id: new.id,
                service,
                client,
            });
        }
    }

    pub(crate) fn change_client(&mut self, one: u8, anew: bool) {
        let Some(at) = pick(self.model.clients.len(), one) else {
            return;
        };
        let mut client = self.model.clients[at].clone();
        let reasons = self.model.managing();
        // R1: a free plan shows everything.
        let touched = self
            .console()
            .registration_touches(self.session(), client.id);
        if let Some(touched) = self.told(touched, &self.model.unmanaging()) {
            let mut said = BTreeMap::new();
            for one in touched {
                let reaches: BTreeSet<Reach> = one.reaches.into_iter().collect();
                said.insert(one.connection, (reaches, one.authorizations, one.uses));
            }
            let mut expected = BTreeMap::new();
            for link in self
                .model
                .links
                .iter()
                .filter(|link| link.has_client(client.id))
            {
                let reaches = crate::world::reaches(link.mode).iter().copied();
                let reaches = reaches.filter(|reach| link.way(*reach).client == Some(client.id));
                let made: BTreeSet<_> = link
                    .seats
                    .values()
                    .filter(|sits| self.model.authorizations[**sits].way.client == Some(client.id))
                    .collect();
                let uses = self
                    .model
                    .uses
                    .iter()
                    .filter(|used| used.connection == link.id);
                let count = u32::try_from(made.len()).unwrap();
                let uses = u32::try_from(uses.count()).unwrap();
                expected.insert(link.id, (reaches.collect(), count, uses));
            }
            assert_eq!(said, expected, "R18: what it touches, {}", self.doing());
        }
        if anew {
            client.client = self.name("client").replace(' ', "");
        }
        let change = RegistrationChange {
            id: client.id,
            name: self.name("Client"),
            client_id: client.client.clone(),
            client_secret: Some("another-secret".to_owned()),
            redirect: None,
        };
        let done = self.console().change_registration(self.session(), &change);
        if self.told(done, &reasons).is_none() {
            return;
        }
        self.model.clients[at] = client.clone();
        let made = self.model.authorizations.iter_mut();
        for one in made.filter(|one| anew && one.way.client == Some(client.id)) {
            one.refused = true;
        }
    }

    pub(crate) fn unregister(&mut self, one: u8) {
        let Some(at) = pick(self.model.clients.len(), one) else {
            return;
        };
        let id = self.model.clients[at].id;
        let mut reasons = self.model.unmanaging();
        let used = self.model.links.iter().any(|link| link.has_client(id));
        reasons.extend(when(used, "registration_used"));
        let done = self.console().delete_registration(self.session(), id);
        if self.told(done, &reasons).is_some() {
            self.model.clients.remove(at);
        }
    }

    /// Why a service may not have this client.
    fn foreign(service: Service, client: Option<&Client>) -> Reasons {
        let own = client.is_some_and(|client| client.service == service);
        when(service.needs_client() && !own, "registration_needed")
    }

    pub(crate) fn create_at(
        &mut self,
        service: Service,
        (kind, mode): (Kind, Mode),
        site: u8,
        client: u8,
    ) {
        let client = self.client(client);
        let name = self.name("Connection");
        let draft = NewConnection {
            name: name.clone(),
            link_name: None,
            connector: service.id().to_owned(),
            kind,
            mode,
            scopes: scopes(service, false),
            registration: client.as_ref().map(|client| client.id),
            settings: self.settings(service, Some(site)),
            reuse: None,
        };
        let mut reasons = self.model.managing();
        reasons.extend(self.model.not_offered(service));
        reasons.extend(Self::foreign(service, client.as_ref()));
        let offered =
            kind == Kind::Admin || (kind, service) == (Kind::LoggedInUser, Service::Filing);
        reasons.extend(when(!offered, "kind_not_offered"));
        let one = self.model.links.iter().any(|link| link.service == service);
        reasons.extend(when(
            service.is_payment() && one,
            "payment_connection_exists",
        ));
        let made = self.console().create(self.session(), &draft);
        if let Some(id) = self.told(made, &reasons) {
            let way = Way {
                site: if service == Service::Filing { site } else { 0 },
                client: client.map(|client| client.id),
            };
            self.made(id, name, (service, way), (kind, mode), false);
        }
    }

    /// Another site or client for all that has none of its own.
    pub(crate) async fn lead(&mut self, connection: u8, site: u8, client: u8) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let mut after = self.model.links[at].clone();
        let Some(client) = self.client(client).filter(|_| after.service.needs_client()) else {
            return;
        };
        if after.service == Service::Filing {
            after.way.site = site;
        }
        let another = after.way.client != Some(client.id);
        after.way.client = Some(client.id);
        let more = if another {
            Self::foreign(after.service, Some(&client))
        } else {
            Reasons::new()
        };
        self.edit(at, after, &more).await;
    }

    pub(crate) fn edit_of(&self, link: &crate::world::Link) -> ConnectionEdit {
        let known = self.catalog.connection(link.id).unwrap().unwrap();
        ConnectionEdit {
            name: link.name.clone(),
            scopes: if self.model.link(link.id).unwrap().write == link.write {
                known.scopes
            } else {
                scopes(link.service, link.write)
            },
            mode: link.mode,
            registration: link.way.client,
            settings: if link.service == Service::Practice {
                known.settings
            } else {
                self.settings(link.service, Some(link.way.site))
            },
        }
    }

    /// R23: another site or client in one environment alone.
    pub(crate) async fn lead_apart(
        &mut self,
        connection: u8,
        reach: Reach,
        (site, client): (Option<u8>, Option<u8>),
    ) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let link = self.model.links[at].clone();
        let client = client.and_then(|client| self.client(client));
        let site = site.filter(|_| link.service == Service::Filing);
        let mut reasons = self.model.managing();
        reasons.extend(when(!link.has(reach), "reach_not_in_mode"));
        let own = client
            .as_ref()
            .is_none_or(|one| one.service == link.service);
        reasons.extend(when(!own, "registration_needed"));
        let settings = self.settings(link.service, site);
        let own = Own {
            site,
            client: client.map(|client| client.id),
        };
        let (session, id) = (self.session(), link.id);
        let said =
            self.console()
                .environment_impact(session, id, reach, settings.clone(), own.client);
        let said = self.told(said, &reasons);
        let done = self
            .console()
            .set_environment(session, id, reach, settings, own.client)
            .await;
        if self.told(done, &reasons).is_none() {
            return;
        }
        let before = self.model.clone();
        self.model.links[at].own.insert(reach, own);
        self.edited(&said.unwrap(), &before, &self.model, at);
    }
}
