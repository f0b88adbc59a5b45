//! Time goes by: access tokens end and are renewed before, each refresh token is good once, and
//! one that nobody could use in time is the end. Time passes in ticks, so that what is due is so
//! however long the test itself takes.

use tsunagi_domain::{Health, NotConnected};

use crate::deeds::{Play, pick};
use crate::gate::By;
use crate::site::REFRESH_SECONDS;
use crate::world::{Model, Service};

/// A tick, in seconds: 25 minutes. Of an hour that an access token lives, 35 minutes are left
/// after one, and ten after two; the last twelve are when it is renewed ahead.
pub(crate) const TICK: i64 = 25 * 60;
const HOUR: i64 = 3600;
const DUE: u32 = 2;
/// How much later than the model's the real time may be, in seconds.
const MEANWHILE: i64 = 600;

impl Service {
    /// How long a refresh token is good, in seconds.
    fn refresh_seconds(self) -> i64 {
        match self {
            Self::Practice => 30 * 24 * HOUR,
            _ => REFRESH_SECONDS,
        }
    }
}

impl Model {
    fn age(&self, authorization: usize) -> u32 {
        self.now - self.authorizations[authorization].issued
    }

    /// What serves something is renewed with nobody asking: what sits in the present environment
    /// mode of an enabled connection, and was obtained for where that leads.
    fn is_kept_up(&self, authorization: usize) -> bool {
        let known = &self.authorizations[authorization];
        let mut sitting = self.sitting(authorization).into_iter();
        let serves = sitting.any(|(link, (reach, _))| {
            link.enabled && link.has(reach) && link.way(reach) == known.way
        });
        serves && !known.revoked && !known.expired && !known.refused
    }

    /// Its refresh token is exchanged for new ones, unless it has run out.
    fn renew(&mut self, authorization: usize) {
        let age = i64::from(self.age(authorization)) * TICK;
        let (now, known) = (self.now, &mut self.authorizations[authorization]);
        if age < known.service.refresh_seconds() {
            known.issued = now;
        } else {
            known.expired = true;
        }
    }

    /// What the program does by itself every minute. R1 is no reason not to: a plan that lapses
    /// ends no sign-in.
    pub(crate) fn round(&mut self) {
        for one in 0..self.authorizations.len() {
            let due = self.age(one) >= DUE && self.is_kept_up(one);
            if due && self.opens(one, By::Nobody) {
                self.renew(one);
            }
        }
    }

    /// A request that may pass: renews first where that is due. Gives why it does not pass after
    /// all.
    pub(crate) fn freshen(&mut self, authorization: usize, by: By) -> Option<&'static str> {
        if self.age(authorization) >= DUE && self.opens(authorization, By::Nobody) {
            self.renew(authorization);
        }
        if self.authorizations[authorization].expired {
            return Some("not_connected");
        }
        (!self.opens(authorization, by)).then_some("locked")
    }
}

impl Play {
    pub(crate) fn pass(&mut self, ticks: u32) {
        self.desk.world.clock.pass(i64::from(ticks) * TICK);
        self.model.now += ticks;
    }

    /// The computer slept, and what wakes it is a request: nothing was renewed before.
    pub(crate) async fn woken(&mut self, ticks: u32, used: u8) {
        self.pass(ticks);
        if let Some(at) = pick(self.model.uses.len(), used) {
            let by = self.model.usual(&self.model.uses[at]);
            self.run(at, by).await;
        }
    }

    /// What the program does by itself, until nothing is left to do. Whoever has signed in just
    /// now may have begun it.
    pub(crate) async fn rounds(&mut self) {
        self.model.notice();
        self.model.round();
        for _ in 0..200 {
            self.console().renew_due().await;
            if self.aged_wrong().is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{:?}: {}", self.aged_wrong(), self.doing());
    }

    /// What has not the tokens it should have, or lives on without them.
    fn aged_wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let now = tsunagi_console::Clock::now(&*self.desk.world.clock);
        for (one, id) in self.stored() {
            let known = &self.model.authorizations[one];
            if known.revoked {
                continue;
            }
            let stored = self.catalog.authorization(id).unwrap().unwrap();
            let over = stored.health == Health::NotConnected(NotConnected::Expired);
            if over != known.expired {
                wrong.push(format!("{one} is {:?}, for {known:?}", stored.health));
            }
            let left = stored.expires_at.unwrap().millis_since(now) / 1000;
            let expected = HOUR - i64::from(self.model.age(one)) * TICK;
            if left > expected + 2 || left < expected - MEANWHILE {
                wrong.push(format!("{one} has {left} s rather than {expected} s left"));
            }
        }
        wrong
    }
}
