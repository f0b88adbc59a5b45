//! Primary accounts: offered, accepted, declined, withdrawn.

use tsunagi_console::{MemberId, Reach};

use crate::deeds::{Play, pick};
use crate::expected::when;
use crate::world::leads;

impl Play {
    pub(crate) async fn offer(&mut self, connection: u8, reach: Reach, to: u8) {
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

    pub(crate) fn moves(&mut self, at: usize, reach: Reach, to: MemberId) {
        let link = &mut self.model.links[at];
        link.primaries.insert(reach, to);
        link.led.insert(reach);
        link.offers.retain(|(at, _), _| *at != reach);
    }

    pub(crate) async fn accept(&mut self, connection: u8, reach: Reach) {
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

    pub(crate) async fn decline(&mut self, connection: u8, reach: Reach) {
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

    pub(crate) async fn withdraw(&mut self, connection: u8, reach: Reach, to: u8) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let to = self.model.people[pick(self.model.people.len(), to).unwrap()].id;
        let link = &self.model.links[at];
        let mut reasons = when(!link.has(reach), "reach_not_in_mode");
        let Some(actor) = self.model.seated() else {
            return;
        };
        reasons.extend(when(!leads(actor.role), "admin_needed"));
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
}
