//! Each action is done through the console and in the model; what the console says has to be what
//! the rules expect.

use tsunagi_catalog::{Catalog, Use};
use tsunagi_console::views::{ConnectionEdit, Invitation, MemberChange, NewConnection, Stage};
use tsunagi_console::{ConnectionId, Console, ConsoleError, MemberId, Reach, Session};
use tsunagi_domain::{Kind, Mode, Plan, UseId};

use crate::actions::{Action, What};
use crate::expected::{Reasons, when};
use crate::fixture::{AIKO, BEN, Desk, Person as Signs, arrive, practice_draft, press, until};
use crate::world::{
    Application, Authorization, Fares, Link, Model, Person, Place, Used, leads, manages, reach_of,
};

/// The program and the model, side by side.
pub(crate) struct Play {
    pub(crate) desk: Desk,
    pub(crate) catalog: Catalog,
    pub(crate) model: Model,
    /// Numbers for names.
    made: usize,
    /// What is being done, for whoever reads of a failure.
    doing: String,
}

fn pick(len: usize, number: u8) -> Option<usize> {
    usize::from(number).checked_rem(len)
}

fn scopes(write: bool) -> Vec<String> {
    let mut scopes = practice_draft("", Kind::Admin, Mode::Same).scopes;
    scopes.extend(write.then(|| "contacts.write".to_owned()));
    scopes
}

impl Play {
    pub(crate) fn begin() -> Self {
        let desk = Desk::empty();
        let founder = Person {
            id: desk.world.catalog().members().unwrap()[0].id,
            role: tsunagi_console::Role::SuperAdmin,
            active: true,
        };
        Self {
            catalog: desk.world.catalog(),
            desk,
            model: Model {
                paid: true,
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

    fn name(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what} {}", self.made)
    }

    /// What was answered is what the rules expect; gives the answer where it was done.
    fn told<T>(&self, answer: Result<T, ConsoleError>, reasons: &Reasons) -> Option<T> {
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
                    "refused with `{}`, and the rules say {reasons:?}: {}",
                    error.code,
                    self.doing
                );
                None
            }
        }
    }

    pub(crate) async fn does(&mut self, step: usize, action: &Action) {
        self.doing = format!("step {step}: {action:?}, by {:?}", self.model.seated());
        self.act(action).await;
        self.looks().await;
    }

    async fn act(&mut self, action: &Action) {
        match *action {
            Action::Sit(who) => self.sit(who).await,
            Action::Invite(role) => self.invite(role).await,
            Action::ChangeRole(who, role) => self.change_role(who, role).await,
            Action::Leave { who, heir } => self.leave(who, heir).await,
            Action::Return(who) => self.comes_back(who).await,
            Action::Plan { paid } => self.plan(paid),
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
                    }
                }
            }
            Action::RenameAccount {
                connection,
                reach,
                whose,
            } => self.rename_account(connection, reach, whose).await,
            Action::Scopes { connection, write } => {
                if let Some(at) = pick(self.model.links.len(), connection) {
                    let mode = self.model.links[at].mode;
                    if self.edit(at, write, mode).await {
                        self.model.links[at].write = write;
                    }
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
                    let link = &self.model.links[at];
                    let reasons = self.model.trying(link, environment);
                    let tried = self.desk.try_in(link.id, environment, "/contacts").await;
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
        let email = if known.other_account {
            "ben@practice.example"
        } else {
            "aiko@practice.example"
        };
        known.label.clone().unwrap_or_else(|| email.to_owned())
    }

    async fn sit(&mut self, who: u8) {
        let at = pick(self.model.people.len(), who).unwrap();
        let person = &self.model.people[at];
        let reasons = when(!person.active, "member_inactive");
        let sits = self.console().sign_in(person.id, None).await;
        if self.told(sits, &reasons).is_some() {
            self.model.seat = Some(at);
        }
    }

    async fn invite(&mut self, role: tsunagi_console::Role) {
        let name = self.name("Person");
        let reasons = self.model.changing_members(&[role]);
        let invitation = Invitation {
            name: name.clone(),
            role,
            passphrase: None,
        };
        let done = self.console().invite(self.session(), invitation).await;
        if let Some(view) = self.told(done, &reasons) {
            let new = view.members.iter().find(|member| member.name == name);
            self.model.people.push(Person {
                id: new.expect("R2: they are there").id,
                role,
                active: true,
            });
        }
    }

    async fn change_role(&mut self, who: u8, role: tsunagi_console::Role) {
        let at = pick(self.model.people.len(), who).unwrap();
        let person = self.model.people[at].clone();
        let stays = role == tsunagi_console::Role::SuperAdmin;
        let reasons = &self.model.changing_members(&[person.role, role])
            | &self.model.is_last(&person, stays);
        let name = self.catalog.member(person.id).unwrap().unwrap().name;
        let change = MemberChange {
            name,
            role,
            passphrase: None,
        };
        let done = self
            .console()
            .change_member(self.session(), person.id, change)
            .await;
        if self.told(done, &reasons).is_none() {
            return;
        }
        self.model.people[at].role = role;
        if !leads(role) {
            self.model.demote(person.id);
        }
    }

    async fn leave(&mut self, who: u8, heir: u8) {
        let at = pick(self.model.people.len(), who).unwrap();
        let heir = self.model.people[pick(self.model.people.len(), heir).unwrap()].clone();
        let person = self.model.people[at].clone();
        if !person.active {
            return;
        }
        let mut reasons = self.model.changing_members(&[person.role]);
        reasons.extend(self.model.is_last(&person, false));
        let owns = self
            .model
            .links
            .iter()
            .any(|link| link.owner == Some(person.id));
        let fit = heir.active && manages(heir.role) && heir.id != person.id;
        reasons.extend(when(owns && !fit, "heir_needed"));
        let done = self
            .console()
            .deactivate_member(self.session(), person.id, Some(heir.id));
        if self.told(done.await, &reasons).is_none() {
            return;
        }
        for link in &mut self.model.links {
            if link.owner == Some(person.id) {
                link.owner = Some(heir.id);
            }
        }
        for authorization in 0..self.model.authorizations.len() {
            if self.model.authorizations[authorization].by != person.id {
                continue;
            }
            let sits = |link: &&Link| link.seats.values().any(|sits| *sits == authorization);
            let everybodys = self
                .model
                .links
                .iter()
                .filter(sits)
                .any(|link| !link.personal());
            self.model.revoke(authorization);
            if !everybodys {
                // Their own goes with them; what everybody used asks for another.
                for link in &mut self.model.links {
                    link.seats.retain(|_, sits| *sits != authorization);
                }
            }
        }
        self.model.people[at].active = false;
        self.model.demote(person.id);
        if self.model.seat == Some(at) {
            self.model.seat = None;
        }
    }

    async fn comes_back(&mut self, who: u8) {
        let at = pick(self.model.people.len(), who).unwrap();
        let person = self.model.people[at].clone();
        if person.active {
            return;
        }
        let reasons = self.model.changing_members(&[person.role]);
        let done = self
            .console()
            .reactivate_member(self.session(), person.id, None);
        if self.told(done.await, &reasons).is_some() {
            self.model.people[at].active = true;
        }
    }

    fn plan(&mut self, paid: bool) {
        let mut workspace = self.catalog.workspace().unwrap().unwrap();
        workspace.plan = if paid { Plan::Paid } else { Plan::Free };
        self.catalog.set_workspace(&workspace).unwrap();
        self.model.paid = paid;
    }

    fn change_edition(&mut self, one: u8, edition: tsunagi_console::Edition) {
        let Some(at) = pick(self.model.applications.len(), one) else {
            return;
        };
        let application = &self.model.applications[at];
        let mut reasons = if edition == application.edition {
            self.model.unmanaging()
        } else {
            self.model.managing()
        };
        let after = Application {
            edition,
            ..application.clone()
        };
        for link in &self.model.links {
            if application.may_use.contains(&link.id) {
                reasons.extend(Model::too_old(&after, link.kind));
            }
        }
        let name = self
            .catalog
            .application(application.id)
            .unwrap()
            .unwrap()
            .name;
        let done =
            self.console()
                .change_application(self.session(), application.id, &name, edition);
        if self.told(done, &reasons).is_some() {
            self.model.applications[at] = after;
        }
    }

    fn delete_application(&mut self, one: u8) {
        let Some(at) = pick(self.model.applications.len(), one) else {
            return;
        };
        let id = self.model.applications[at].id;
        let mut reasons = self.model.unmanaging();
        let used = self.model.uses.iter().any(|used| used.application == id);
        reasons.extend(when(used, "application_in_use"));
        let done = self.console().delete_application(self.session(), id);
        if self.told(done, &reasons).is_some() {
            self.model.applications.remove(at);
        }
    }

    fn share(&mut self, application: u8, member: u8, shared: bool) {
        let Some(at) = pick(self.model.applications.len(), application) else {
            return;
        };
        let member = self.model.people[pick(self.model.people.len(), member).unwrap()].id;
        let reasons = self.model.giving(shared);
        let id = self.model.applications[at].id;
        let done = self
            .console()
            .share_application(self.session(), id, member, shared);
        if self.told(done, &reasons).is_some() {
            let with = &mut self.model.applications[at].shared;
            if shared {
                with.insert(member);
            } else {
                with.remove(&member);
            }
        }
    }

    fn grant(&mut self, application: u8, connection: u8, granted: bool) {
        let Some(at) = pick(self.model.applications.len(), application) else {
            return;
        };
        let Some(link) = pick(self.model.links.len(), connection) else {
            return;
        };
        let (application, link) = (&self.model.applications[at], &self.model.links[link]);
        let mut reasons = self.model.giving(granted);
        if granted {
            reasons.extend(Model::too_old(application, link.kind));
        }
        let (session, id) = (self.session(), link.id);
        let done = self
            .console()
            .grant_application(session, application.id, id, granted);
        if self.told(done, &reasons).is_some() {
            let may_use = &mut self.model.applications[at].may_use;
            if granted {
                may_use.insert(id);
            } else {
                may_use.remove(&id);
            }
        }
    }

    fn create(&mut self, kind: Kind, mode: Mode, from: Option<u8>) {
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

    fn made(&mut self, id: ConnectionId, kind: Kind, mode: Mode, write: bool) {
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
            offered_by: [].into(),
        });
    }

    /// R21: a connection like another is offered what that one has.
    fn reuse(&mut self, connection: u8) {
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
            assert_eq!(offered, expected, "R21: what fits, {}", self.doing);
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

    fn system(&mut self, application: u8, cause: tsunagi_console::Cause) {
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
                assert_eq!(known.id, id, "R5: the same one again, {}", self.doing);
            } else {
                self.made(id, Kind::System, Mode::Same, true);
            }
            self.model.applications[at].may_use.insert(id);
        }
    }

    async fn authorize(
        &mut self,
        at: usize,
        reach: Reach,
        other_account: bool,
        primary: Option<bool>,
        replace: bool,
    ) {
        let link = self.model.links[at].clone();
        let reasons = self.model.authorizing(&link, reach);
        self.desk.world.agent.person(Signs::Waits);
        let begun = self
            .console()
            .authorize(self.session(), link.id, reach, None)
            .await;
        let Some(flow) = self.told(begun, &reasons) else {
            return;
        };
        let actor = self.model.seated().unwrap().clone();
        self.desk.opened(flow).await;
        let view = self.console().flow(flow).unwrap();
        let free = link.personal() && leads(actor.role) && !link.primaries.contains_key(&reach);
        assert_eq!(view.may_become_primary, free, "R11: {}", self.doing);
        assert_eq!(
            view.primary_wanted,
            free && !link.led.contains(&reach),
            "R11: only the first is proposed, {}",
            self.doing
        );
        if let Some(wanted) = primary {
            self.console().flow_primary(flow, wanted).unwrap();
        }
        let becomes = free && primary.unwrap_or(!link.led.contains(&reach));
        let visit = self.desk.world.agent.visit(flow);
        let account = if other_account { BEN } else { AIKO };
        let url = press(&visit.url, account, "allow").await;
        arrive(&visit, url).await;
        let place = link.place(reach, actor.id);
        let sits = link.seats.get(&place).copied();
        let known = sits.map(|sits| self.model.authorizations[sits].other_account);
        until("the sign-in ends or asks", || {
            let stage = self.console().flow(flow).unwrap().stage;
            matches!(stage, Stage::Done | Stage::Failed | Stage::AskReplace)
        })
        .await;
        let asks = self.console().flow(flow).unwrap().stage == Stage::AskReplace;
        let another = known.is_some_and(|known| known != other_account);
        assert_eq!(
            asks, another,
            "R20: asks before it replaces, {}",
            self.doing
        );
        if asks {
            self.console().answer_flow(flow, replace).unwrap();
        }
        let end = self.desk.ended(flow).await;
        let done = !asks || replace;
        assert_eq!(
            end.stage == Stage::Done,
            done,
            "{:?}: {}",
            end.failure,
            self.doing
        );
        if done {
            self.authorized(at, place, sits.filter(|_| !asks), other_account, becomes);
        }
    }

    fn authorized(
        &mut self,
        at: usize,
        place: Place,
        again: Option<usize>,
        other_account: bool,
        becomes: bool,
    ) {
        let by = self.model.seated().unwrap().id;
        let (reach, link) = (place.0, &mut self.model.links[at]);
        let new = Authorization {
            by,
            other_account,
            label: again.and_then(|again| self.model.authorizations[again].label.clone()),
            write: link.write,
            revoked: false,
        };
        if let Some(again) = again {
            // R21: it stays in every slot that shares it.
            self.model.authorizations[again] = new;
        } else {
            link.seats.insert(place, self.model.authorizations.len());
            self.model.authorizations.push(new);
        }
        if becomes {
            link.primaries.insert(reach, by);
            link.led.insert(reach);
            // Who is offered what somebody else has taken meanwhile would take it from them.
            link.offers.retain(|(at, _), _| *at != reach);
        }
    }

    fn whose(&self, whose: Option<u8>) -> Option<MemberId> {
        whose.map(|whose| self.model.people[pick(self.model.people.len(), whose).unwrap()].id)
    }

    /// What sits at somebody's place, and why the acting member may not have it.
    fn own(&self, link: &Link, reach: Reach, whose: Option<MemberId>) -> (Option<usize>, Reasons) {
        let Some(actor) = self.model.seated() else {
            return (None, when(true, "signed_out"));
        };
        let place = link.place(reach, whose.unwrap_or(actor.id));
        let Some(sits) = link.seats.get(&place).copied() else {
            // Whether anybody has authorized is told to who could revoke it.
            let may = manages(actor.role) || place.1 == Some(actor.id);
            let reason = if may {
                "not_connected"
            } else {
                "role_not_allowed"
            };
            return (None, when(true, reason));
        };
        let known = &self.model.authorizations[sits];
        let may = known.by == actor.id || manages(actor.role);
        (Some(sits), when(!may, "role_not_allowed"))
    }

    async fn revoke(&mut self, connection: u8, reach: Reach, whose: Option<u8>) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let link = self.model.links[at].clone();
        let whose = self.whose(whose);
        let (sits, mut reasons) = self.own(&link, reach, whose);
        let impact = self
            .console()
            .impact_of(self.session(), link.id, reach, whose)
            .await;
        let impact = self.told(impact, &reasons);
        let gone = sits.is_some_and(|sits| self.model.authorizations[sits].revoked);
        reasons.extend(when(gone, "not_connected"));
        let before = self.running();
        let done = self
            .console()
            .revoke_of(self.session(), link.id, reach, whose);
        if self.told(done.await, &reasons).is_some() {
            self.model.revoke(sits.unwrap());
            let stopped = before - self.running();
            assert_eq!(
                impact.unwrap().stops.len(),
                stopped,
                "R18: what stops was said before, {}",
                self.doing
            );
        }
    }

    /// How many uses run.
    fn running(&self) -> usize {
        let runs = |used: &&Used| {
            let link = self.model.links.iter();
            let link = link
                .clone()
                .find(|link| link.id == used.connection)
                .unwrap();
            self.model.stopping(used, link).is_empty()
        };
        self.model.uses.iter().filter(runs).count()
    }

    async fn rename_account(&mut self, connection: u8, reach: Reach, whose: Option<u8>) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let label = self.name("Account");
        let link = self.model.links[at].clone();
        let whose = self.whose(whose);
        let (sits, mut reasons) = self.own(&link, reach, whose);
        // Others rename theirs in live mode.
        reasons.extend(self.model.unmanaging());
        let done = self
            .console()
            .rename_account_of(self.session(), link.id, reach, whose, &label);
        if self.told(done.await, &reasons).is_some() {
            self.model.authorizations[sits.unwrap()].label = Some(label);
        }
    }

    /// Edits a connection; says whether it was done.
    async fn edit(&self, at: usize, write: bool, mode: Mode) -> bool {
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

    async fn change_mode(&mut self, at: usize, mode: Mode) {
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
        assert_eq!(stored, expected, "R11: nobody is promoted, {}", self.doing);
    }

    async fn switch(&mut self, connection: u8, reach: Reach, from: u8) {
        let count = self.model.links.len();
        let (Some(at), Some(from)) = (pick(count, connection), pick(count, from)) else {
            return;
        };
        let (link, other) = (&self.model.links[at], &self.model.links[from]);
        let mut reasons = self.model.managing();
        reasons.extend(when(!link.has(reach), "reach_not_in_mode"));
        let actor = self.model.seated().map(|person| person.id);
        let place = (reach, actor.filter(|_| link.personal()));
        let sits = other.seats.get(&place).copied();
        // What is revoked is nothing to go on with.
        let living = sits.is_some_and(|sits| !self.model.authorizations[sits].revoked);
        let fits = at != from && other.has(reach) && Model::alike(link, other) && living;
        reasons.extend(when(!fits, "switch_unfit"));
        let (to, from) = (link.id, other.id);
        let said = self
            .console()
            .switch_impact(self.session(), to, reach, from);
        self.told(said, &reasons);
        let done = self
            .console()
            .switch_authorization(self.session(), to, reach, from);
        if self.told(done.await, &reasons).is_some() {
            self.model.links[at].seats.insert(place, sits.unwrap());
        }
    }

    fn replace(&mut self, from: u8, to: u8) {
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
            assert_eq!(moved as usize, applications.len(), "R18: {}", self.doing);
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

    async fn delete(&mut self, connection: u8) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let id = self.model.links[at].id;
        let mut reasons = self.model.unmanaging();
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

    async fn offer(&mut self, connection: u8, reach: Reach, to: u8) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let to = self.model.people[pick(self.model.people.len(), to).unwrap()].clone();
        let link = &self.model.links[at];
        let reasons = self.model.offering(link, reach, &to);
        let done = self
            .console()
            .offer_primary(self.session(), link.id, reach, to.id);
        if self.told(done.await, &reasons).is_some() {
            let own = self.model.seated().unwrap().id == to.id;
            let accepted = link.offers.get(&(reach, to.id)) == Some(&false);
            if own || accepted {
                self.moves(at, reach, to.id);
            } else {
                let by = self.model.seated().unwrap().id;
                self.model.links[at].offers.insert((reach, to.id), true);
                self.model.links[at].offered_by.insert((reach, to.id), by);
            }
        }
    }

    fn moves(&mut self, at: usize, reach: Reach, to: MemberId) {
        let link = &mut self.model.links[at];
        link.primaries.insert(reach, to);
        link.led.insert(reach);
        link.offers.retain(|(at, _), _| *at != reach);
    }

    async fn accept(&mut self, connection: u8, reach: Reach) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let link = &self.model.links[at];
        let reasons = match self.model.seated() {
            None => when(true, "signed_out"),
            Some(actor) => {
                let known = link.offers.contains_key(&(reach, actor.id));
                let nobody = !link.primaries.contains_key(&reach);
                let mut reasons = self.model.receiving(link, reach, actor);
                reasons.extend(when(nobody && !known, "no_primary"));
                reasons
            }
        };
        let done = self
            .console()
            .accept_primary(self.session(), link.id, reach);
        if self.told(done.await, &reasons).is_some() {
            let actor = self.model.seated().unwrap().id;
            if link.offers.get(&(reach, actor)) == Some(&true) {
                self.moves(at, reach, actor);
            } else {
                self.model.links[at].offers.insert((reach, actor), false);
            }
        }
    }

    async fn decline(&mut self, connection: u8, reach: Reach) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let link = &self.model.links[at];
        let mut reasons = when(!link.has(reach), "reach_not_in_mode");
        let Some(actor) = self.model.seated().map(|person| person.id) else {
            return;
        };
        let there = link.offers.contains_key(&(reach, actor));
        reasons.extend(when(!there, "offer_gone"));
        let done = self
            .console()
            .decline_primary(self.session(), link.id, reach);
        if self.told(done.await, &reasons).is_some() {
            self.model.links[at].offers.remove(&(reach, actor));
        }
    }

    async fn withdraw(&mut self, connection: u8, reach: Reach, to: u8) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let to = self.model.people[pick(self.model.people.len(), to).unwrap()].id;
        let link = &self.model.links[at];
        let mut reasons = when(!link.has(reach), "reach_not_in_mode");
        let Some(actor) = self.model.seated() else {
            return;
        };
        reasons.extend(when(!leads(actor.role), "role_not_allowed"));
        // What another accepted beforehand is theirs to take back.
        let offered = link.offers.get(&(reach, to)) == Some(&true);
        reasons.extend(when(!offered, "offer_gone"));
        let done = self
            .console()
            .withdraw_primary(self.session(), link.id, reach, to);
        if self.told(done.await, &reasons).is_some() {
            self.model.links[at].offers.remove(&(reach, to));
        }
    }

    fn uses(
        &mut self,
        connection: u8,
        application: u8,
        environment: tsunagi_console::Environment,
        what: What,
    ) {
        let Some(link) = pick(self.model.links.len(), connection) else {
            return;
        };
        let Some(application) = pick(self.model.applications.len(), application) else {
            return;
        };
        let used = Used {
            id: UseId::new(),
            connection: self.model.links[link].id,
            application: self.model.applications[application].id,
            environment,
            what,
        };
        let area = match what {
            What::Form => "form_workflow",
            What::Schedule => "schedule",
            What::DataSource => "data_source",
        };
        let name = self.name("Place");
        self.catalog
            .set_use(&Use {
                id: used.id,
                connection: used.connection,
                application: used.application,
                environment,
                area: area.to_owned(),
                name,
                scopes: Vec::new(),
                unattended: what != What::Form,
                next_run: None,
            })
            .unwrap();
        self.model.uses.push(used);
    }
}
