//! Authorizing, revoking, naming and switching accounts.

use tsunagi_console::views::Stage;
use tsunagi_console::{AccountAnswer, MemberId, Reach};

use crate::deeds::{Play, pick};
use crate::expected::{Reasons, when};
use crate::fixture::{AIKO, BEN, Person as Signs, arrive, press, until};
use crate::world::{Authorization, Link, Model, Place, Service, Used, leads, manages};

impl Play {
    pub(crate) async fn authorize(
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
        assert_eq!(view.may_become_primary, free, "R11: {}", self.doing());
        assert_eq!(
            view.primary_wanted,
            free && !link.led.contains(&reach),
            "R11: only the first is proposed, {}",
            self.doing()
        );
        if let Some(wanted) = primary {
            self.console().flow_primary(flow, wanted).unwrap();
        }
        let becomes = free && primary.unwrap_or(!link.led.contains(&reach));
        if link.service == Service::Practice {
            let visit = self.desk.world.agent.visit(flow);
            let account = if other_account { BEN } else { AIKO };
            let url = press(&visit.url, account, "allow").await;
            arrive(&visit, url).await;
        } else {
            let site = &self.sites[usize::from(link.way(reach).site)];
            site.person(if other_account { "two" } else { "one" });
            self.desk.answers(flow, &[("code", "a-code")]).await;
        }
        let place = link.place(reach, actor.id);
        let sits = link.seats.get(&place).copied();
        // Whoever has an identifier at another server is somebody else.
        let known = sits.map(|sits| {
            let known = &self.model.authorizations[sits];
            (known.other_account, known.way.site)
        });
        let arriving = (other_account, link.way(reach).site);
        until("the sign-in ends or asks", || {
            let stage = self.console().flow(flow).unwrap().stage;
            matches!(stage, Stage::Done | Stage::Failed | Stage::AskReplace)
        })
        .await;
        let asks = self.console().flow(flow).unwrap().stage == Stage::AskReplace;
        let another = known.is_some_and(|known| known != arriving);
        assert_eq!(
            asks,
            another,
            "R20: asks before it replaces, {}",
            self.doing()
        );
        if asks {
            let answer = if replace {
                AccountAnswer::Replace
            } else {
                AccountAnswer::Keep
            };
            self.console().answer_flow(flow, answer).unwrap();
        }
        let end = self.desk.ended(flow).await;
        let done = !asks || replace;
        assert_eq!(
            end.stage == Stage::Done,
            done,
            "{:?}: {}",
            end.failure,
            self.doing()
        );
        if done {
            self.authorized(at, place, sits.filter(|_| !asks), other_account, becomes);
        }
    }

    pub(crate) fn authorized(
        &mut self,
        at: usize,
        place: Place,
        again: Option<usize>,
        other_account: bool,
        becomes: bool,
    ) {
        let by = self.model.seated().unwrap().id;
        let (reach, link) = (place.0, self.model.links[at].clone());
        let way = link.way(reach);
        let new = Authorization {
            service: link.service,
            way,
            refused: false,
            by,
            other_account,
            label: again.and_then(|again| self.model.authorizations[again].label.clone()),
            write: link.write,
            revoked: false,
            issued: self.model.now,
            expired: false,
            unattended: false,
        };
        // R21: it stays in every slot that shares it, where they all come to the same; else each
        // has its own from now on.
        let shares = |again: &usize| {
            let mut sitting = self.model.sitting(*again).into_iter();
            sitting.all(|(link, (reach, _))| link.way(reach) == way)
        };
        let again = again.filter(shares);
        let link = &mut self.model.links[at];
        if let Some(again) = again {
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

    pub(crate) fn whose(&self, whose: Option<u8>) -> Option<MemberId> {
        whose.map(|whose| self.model.people[pick(self.model.people.len(), whose).unwrap()].id)
    }

    /// What sits at somebody's place, and why the acting member may not have it.
    pub(crate) fn own(
        &self,
        link: &Link,
        reach: Reach,
        whose: Option<MemberId>,
    ) -> (Option<usize>, Reasons) {
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

    pub(crate) async fn revoke(&mut self, connection: u8, reach: Reach, whose: Option<u8>) {
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
                self.doing()
            );
        }
    }

    /// How many uses run.
    pub(crate) fn running(&self) -> usize {
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

    pub(crate) async fn rename_account(&mut self, connection: u8, reach: Reach, whose: Option<u8>) {
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
            // What is shown as one is one: the same account of the same member there, by the same
            // name.
            let renamed = self.model.authorizations[sits.unwrap()].clone();
            let holder = link.personal().then_some(renamed.by);
            for ((_, member), other) in &link.seats {
                let known = &mut self.model.authorizations[*other];
                let same = known.other_account == renamed.other_account
                    && known.way.site == renamed.way.site
                    && known.label == renamed.label;
                if *member == holder && same {
                    known.label = Some(label.clone());
                }
            }
        }
    }

    pub(crate) async fn switch(&mut self, connection: u8, reach: Reach, from: u8) {
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
        let fits = at != from && other.has(reach) && Model::alike(link, other, reach) && living;
        reasons.extend(when(!fits, "switch_unfit"));
        let (to, from) = (link.id, other.id);
        let said = self
            .console()
            .switch_impact(self.session(), to, reach, from);
        let said = self.told(said, &reasons);
        let done = self
            .console()
            .switch_authorization(self.session(), to, reach, from);
        if self.told(done.await, &reasons).is_some() {
            let before = self.model.clone();
            self.model.links[at].seats.insert(place, sits.unwrap());
            self.foretold(&said.unwrap().uses, &before, to);
        }
    }
}
