//! Each action is done through the console and in the model; what the console says has to be what
//! the rules expect.

use tsunagi_catalog::Catalog;
use tsunagi_console::{Console, ConsoleError, Session};
use tsunagi_domain::{Kind, Mode};

use crate::actions::Action;
use crate::expected::Reasons;
use crate::fixture::{Desk, practice_draft};
use crate::gate::By;
use crate::site::Site;
use crate::world::{Application, Model, Person, Service, reach_of};

/// The program and the model, side by side.
pub(crate) struct Play {
    pub(crate) desk: Desk,
    pub(crate) catalog: Catalog,
    pub(crate) model: Model,
    /// Where filing connections lead.
    pub(crate) sites: [Site; 2],
    /// Numbers for names.
    made: usize,
    /// What is being done, for whoever reads of a failure.
    doing: String,
}

pub(crate) fn pick(len: usize, number: u8) -> Option<usize> {
    usize::from(number).checked_rem(len)
}

pub(crate) fn scopes(service: Service, write: bool) -> Vec<String> {
    let (mut scopes, more) = match service {
        Service::Practice => (
            practice_draft("", Kind::Admin, Mode::Same).scopes,
            "contacts.write",
        ),
        _ => (vec!["files.read".to_owned()], "files.write"),
    };
    scopes.extend(write.then(|| more.to_owned()));
    scopes
}

impl Play {
    pub(crate) fn begin() -> Self {
        let desk = Desk::empty();
        let founder = Person {
            id: desk.world.catalog().members().unwrap()[0].id,
            role: tsunagi_console::Role::SuperAdmin,
            active: true,
            passphrase: false,
        };
        // Each provider has the time that the program has.
        *desk.world.practice.clock.lock().unwrap() = Some(desk.world.clock.clone());
        Self {
            catalog: desk.world.catalog(),
            sites: [0, 1].map(|number| Site::start(number, desk.world.clock.clone())),
            desk,
            model: Model {
                now: 0,
                paid: true,
                data_center: "us",
                country: None,
                retired: false,
                clients: Vec::new(),
                people: vec![founder],
                seat: Some(0),
                applications: Vec::new(),
                links: Vec::new(),
                authorizations: Vec::new(),
                uses: Vec::new(),
            },
            made: 0,
            doing: String::new(),
        }
    }

    pub(crate) fn console(&self) -> &Console {
        &self.desk.console
    }

    pub(crate) fn session(&self) -> Session {
        self.desk.session()
    }

    pub(crate) fn doing(&self) -> &str {
        &self.doing
    }

    pub(crate) fn name(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what} {}", self.made)
    }

    /// What was answered is what the rules expect; gives the answer where it was done.
    pub(crate) fn told<T>(&self, answer: Result<T, ConsoleError>, reasons: &Reasons) -> Option<T> {
        match answer {
            Ok(done) => {
                assert!(
                    reasons.is_empty(),
                    "done, though there is reason to refuse it: {reasons:?}: {}",
                    self.doing
                );
                Some(done)
            }
            Err(error) => {
                assert!(
                    reasons.contains(error.code.as_str()),
                    "refused with `{}` {:?}, and the rules say {reasons:?}: {}",
                    error.code,
                    error.args,
                    self.doing
                );
                None
            }
        }
    }

    pub(crate) async fn does(&mut self, step: usize, action: &Action) {
        self.doing = format!("step {step}: {action:?}, by {:?}", self.model.seated());
        Box::pin(self.act(action)).await;
        self.rounds().await;
        Box::pin(self.nothing_runs()).await;
        Box::pin(self.looks()).await;
    }

    async fn act(&mut self, action: &Action) {
        match *action {
            Action::Sit(who) => self.sit(who).await,
            Action::Lock => self.lock().await,
            Action::ResetPassphrase(who) => self.reset_passphrase(who).await,
            Action::ReplaceKey => self.replace_key().await,
            Action::Pass(ticks) => self.pass(ticks),
            Action::Woken { ticks, used } => self.woken(ticks, used).await,
            Action::Run { used, by } => self.run_one(used, by).await,
            Action::Passphrase(has) => self.passphrase(has).await,
            Action::Invite(role) => self.invite(role).await,
            Action::ChangeRole(who, role) => self.change_role(who, role).await,
            Action::Leave { who, heir } => self.leave(who, heir).await,
            Action::Return(who) => self.comes_back(who).await,
            Action::Plan {
                paid,
                data_center,
                country,
            } => self.plan(paid, data_center, country),
            Action::Retire => self.retire(),
            Action::Register(service) => self.register(service),
            Action::ChangeClient { one, anew } => self.change_client(one, anew),
            Action::Unregister(one) => self.unregister(one),
            Action::NewApplication(edition) => {
                let name = self.name("Application");
                let reasons = self.model.managing();
                let made = self
                    .console()
                    .create_application(self.session(), &name, edition);
                if let Some(id) = self.told(made, &reasons) {
                    let maker = self.model.seated().unwrap().id;
                    self.model.applications.push(Application {
                        id,
                        edition,
                        shared: [maker].into(),
                        may_use: [].into(),
                    });
                }
            }
            Action::ChangeEdition(one, edition) => self.change_edition(one, edition),
            Action::DeleteApplication(one) => self.delete_application(one),
            Action::Share {
                application,
                member,
                shared,
            } => self.share(application, member, shared),
            Action::Grant {
                application,
                connection,
                granted,
            } => self.grant(application, connection, granted),
            Action::Create { kind, mode, from } => self.create(kind, mode, from),
            Action::CreateAt {
                service,
                kind,
                mode,
                site,
                client,
            } => self.create_at(service, (kind, mode), site, client),
            Action::Lead {
                connection,
                site,
                client,
            } => self.lead(connection, site, client).await,
            Action::LeadApart {
                connection,
                reach,
                site,
                client,
            } => self.lead_apart(connection, reach, (site, client)).await,
            Action::Bulk {
                action,
                ref connections,
            } => self.bulk(action, connections).await,
            Action::Reuse(connection) => self.reuse(connection),
            Action::SystemConnection { application, cause } => self.system(application, cause),
            Action::Authorize {
                connection,
                reach,
                other_account,
                primary,
                replace,
            } => {
                if let Some(at) = pick(self.model.links.len(), connection) {
                    self.authorize(at, reach, other_account, primary, replace)
                        .await;
                }
            }
            Action::Revoke {
                connection,
                reach,
                whose,
            } => self.revoke(connection, reach, whose).await,
            Action::Enable {
                connection,
                enabled,
            } => {
                if let Some(at) = pick(self.model.links.len(), connection) {
                    let id = self.model.links[at].id;
                    let reasons = self.model.unmanaging();
                    let done = self.console().set_enabled(self.session(), id, enabled);
                    if self.told(done.await, &reasons).is_some() {
                        self.model.links[at].enabled = enabled;
                    }
                }
            }
            Action::Rename(connection) => {
                if let Some(at) = pick(self.model.links.len(), connection) {
                    let (id, name) = (self.model.links[at].id, self.name("Renamed"));
                    let reasons = self.model.unmanaging();
                    let before = self.catalog.connection(id).unwrap().unwrap().link_name;
                    let done = self.console().rename_connection(self.session(), id, &name);
                    if let Some(view) = self.told(done.await, &reasons) {
                        assert_eq!(view.row.name, name, "R19");
                        assert_eq!(view.row.link_name, before.as_str(), "R19: never changes");
                        self.model.links[at].name = name;
                    }
                }
            }
            Action::NameNew(name, link) => self.name_new(name, link),
            Action::NameAnew(one, name) => self.name_anew(one, name).await,
            Action::NameNoAccount(one, reach) => self.name_no_account(one, reach).await,
            Action::RenameAccount {
                connection,
                reach,
                whose,
            } => self.rename_account(connection, reach, whose).await,
            Action::Scopes { connection, write } => {
                if let Some(at) = pick(self.model.links.len(), connection) {
                    let mut after = self.model.links[at].clone();
                    after.write = write;
                    self.edit(at, after, &Reasons::new()).await;
                }
            }
            Action::ChangeMode(connection, mode) => {
                if let Some(at) = pick(self.model.links.len(), connection) {
                    self.change_mode(at, mode).await;
                }
            }
            Action::Switch {
                connection,
                reach,
                from,
            } => self.switch(connection, reach, from).await,
            Action::Replace { from, to } => self.replace(from, to),
            Action::Delete(connection) => self.delete(connection).await,
            Action::Offer {
                connection,
                reach,
                to,
            } => self.offer(connection, reach, to).await,
            Action::Accept(connection, reach) => self.accept(connection, reach).await,
            Action::Decline(connection, reach) => self.decline(connection, reach).await,
            Action::Withdraw {
                connection,
                reach,
                to,
            } => self.withdraw(connection, reach, to).await,
            Action::Use {
                connection,
                application,
                environment,
                what,
            } => self.uses(connection, application, environment, what),
            Action::Unuse(one) => {
                if let Some(at) = pick(self.model.uses.len(), one) {
                    let used = self.model.uses.remove(at);
                    assert!(self.catalog.remove_use(used.id).unwrap());
                }
            }
            Action::Try(connection, environment) => {
                if let Some(at) = pick(self.model.links.len(), connection) {
                    let link = self.model.links[at].clone();
                    let mut reasons = self.model.trying(&link, environment);
                    if reasons.is_empty() {
                        let actor = self.model.seated().unwrap().id;
                        let place = link.place(reach_of(link.mode, environment), actor);
                        let over = self.model.freshen(link.seats[&place], By::Member(actor));
                        reasons.extend(over);
                    }
                    let tried = self.desk.try_in(link.id, environment, link.service.path());
                    let tried = tried.await;
                    if let Some(answer) = self.told(tried, &reasons) {
                        let actor = self.model.seated().unwrap().id;
                        let place = link.place(reach_of(link.mode, environment), actor);
                        assert!(answer.ok, "it passes: {answer:?}: {}", self.doing);
                        let own = self.label(link.seats[&place]);
                        assert_eq!(answer.account, own, "R6, R9: whose, {}", self.doing);
                    }
                }
            }
        }
    }

    /// What a person recognizes an account by.
    pub(crate) fn label(&self, authorization: usize) -> String {
        let known = &self.model.authorizations[authorization];
        let email = match (known.service, known.other_account) {
            (Service::Practice, false) => "aiko@practice.example",
            (Service::Practice, true) => "ben@practice.example",
            (_, false) => "one@provider.example",
            (_, true) => "two@provider.example",
        };
        known.label.clone().unwrap_or_else(|| email.to_owned())
    }
}
