//! What whoever sits there sees after every step, against the model.

use std::collections::BTreeSet;

use tsunagi_console::tray::{TrayAction, TrayLine};
use tsunagi_console::views::{ConnectionView, ListQuery};
use tsunagi_console::{ConnectionId, ConsoleError, Environment, MemberId, Reach};
use tsunagi_domain::{Health, Kind};

use crate::deeds::Play;
use crate::world::{Fares, Link, Person, leads, manages, reach_of, reaches};

pub(crate) fn word(health: Health) -> &'static str {
    match health {
        Health::Connected => "connected",
        Health::NotConnected(reason) => reason.as_str(),
    }
}

fn code<T>(answer: Result<T, ConsoleError>) -> Option<String> {
    answer.err().map(|error| error.code.to_string())
}

impl Play {
    pub(crate) async fn looks(&self) {
        self.stands();
        self.seals();
        for site in &self.sites {
            let wrong = site.wrong();
            assert!(
                wrong.is_empty(),
                "R23: {wrong:?} was sent, {}",
                self.doing()
            );
        }
        let Some(viewer) = self.model.seated().cloned() else {
            let list = self
                .console()
                .connections(self.session(), &ListQuery::default());
            assert_eq!(
                code(list).as_deref(),
                Some("signed_out"),
                "{}",
                self.doing()
            );
            return;
        };
        self.nothing_passes(&viewer).await;
        if manages(viewer.role) {
            self.offered(&viewer);
            self.managers_see(&viewer);
            for link in &self.model.links {
                let view = self.desk.view(link.id).await;
                self.details(link, &view);
                self.aside(link, &view);
                self.foresees(link);
                self.used(link);
            }
        } else {
            self.others_see(&viewer).await;
        }
        self.live_mode(&viewer);
    }

    /// R6, R11, R12: what is true whatever was done.
    fn stands(&self) {
        for link in &self.model.links {
            let stored = self.catalog.primaries(link.id).unwrap();
            let stored: BTreeSet<(Reach, MemberId)> = stored
                .iter()
                .filter(|one| link.has(one.reach))
                .map(|one| (one.reach, one.member))
                .collect();
            let here = link.primaries.iter().filter(|(reach, _)| link.has(**reach));
            let expected: BTreeSet<_> = here.map(|(reach, member)| (*reach, *member)).collect();
            assert_eq!(stored, expected, "R11: who is primary, {}", self.doing());
            for (reach, member) in stored {
                let person = self.model.person(member);
                assert!(link.personal(), "R11: {}", self.doing());
                assert!(person.active && leads(person.role), "R11: {}", self.doing());
                let sits = link.seats.get(&(reach, Some(member)));
                assert!(
                    sits.is_some_and(|sits| !self.model.authorizations[*sits].revoked),
                    "R11: primary without an account at {reach:?}, {}",
                    self.doing()
                );
            }
        }
    }

    /// R22: list, Home and tray say the same, and what the rules say.
    fn managers_see(&self, viewer: &Person) {
        let (console, session) = (self.console(), self.session());
        let mut expected: BTreeSet<(ConnectionId, Reach)> = BTreeSet::new();
        for link in &self.model.links {
            let needs = reaches(link.mode).iter().copied();
            let needs = needs.filter(|reach| self.model.need(link, *reach));
            expected.extend(needs.map(|reach| (link.id, reach)));
        }
        let list = console.connections(session, &ListQuery::default()).unwrap();
        assert_eq!(
            list.all as usize,
            self.model.links.len(),
            "{}",
            self.doing()
        );
        let connections: BTreeSet<_> = expected.iter().map(|(id, _)| *id).collect();
        for row in &list.rows {
            assert_eq!(
                row.needs_person,
                connections.contains(&row.id),
                "the row of {}: {}",
                row.name,
                self.doing()
            );
        }
        assert_eq!(
            list.needing as usize,
            connections.len(),
            "the count of the list: {}",
            self.doing()
        );
        let home = console.home_view(session).unwrap();
        let shown: BTreeSet<_> = home
            .needs
            .iter()
            .map(|need| (need.connection, need.station.reach))
            .collect();
        assert_eq!(shown, expected, "Home: {}", self.doing());
        let offered: BTreeSet<_> = home
            .offers
            .iter()
            .map(|offer| (offer.connection, offer.reach))
            .collect();
        let mut offers = BTreeSet::new();
        for link in &self.model.links {
            let mine = link.offers.iter();
            let mine = mine.filter(|((reach, to), waits)| {
                let connected = self.model.fares(link, (*reach, Some(*to))) == Fares::Connected;
                **waits && *to == viewer.id && link.has(*reach) && connected
            });
            offers.extend(mine.map(|((reach, _), _)| (link.id, *reach)));
        }
        assert_eq!(offered, offers, "R11: Home's offers, {}", self.doing());
        let entries = self.entries();
        // R1: what would be refused is not offered.
        let offered = if self.model.unavailable().is_empty() {
            expected.len() + offers.len()
        } else {
            0
        };
        let count = offered.min(10);
        assert_eq!(entries, count, "the tray: {}", self.doing());
    }

    /// How many connections the tray names.
    fn entries(&self) -> usize {
        let lines = self.console().tray(self.session()).lines;
        let names = |line: &&TrayLine| {
            matches!(
                line,
                TrayLine::Entry {
                    action: TrayAction::Authorize(..) | TrayAction::Show(_),
                    ..
                }
            )
        };
        lines.iter().filter(names).count()
    }

    /// R6, R9, R12: who has authorized what where.
    fn details(&self, link: &Link, view: &ConnectionView) {
        assert_eq!(view.row.kind, link.kind, "{}", self.doing());
        assert_eq!(view.row.mode, link.mode, "{}", self.doing());
        assert_eq!(view.row.enabled, link.enabled, "{}", self.doing());
        let mut shown = BTreeSet::new();
        for row in &view.accounts {
            let member = row.member.as_ref().and_then(|member| member.id);
            let sits = |reach| link.seats.get(&(reach, member));
            let mut places = row.places.iter().filter_map(|place| sits(place.reach));
            let locked = places.any(|sits| self.locked(*sits));
            assert_eq!(row.locked, locked, "who can open it, {}", self.doing());
            for place in &row.places {
                let new = shown.insert((
                    place.reach,
                    member,
                    row.account.label.clone(),
                    word(place.health),
                    place.primary,
                ));
                assert!(new, "R6: one of each, {}", self.doing());
            }
        }
        let here = link.seats.iter().filter(|((reach, _), _)| link.has(*reach));
        let expected: BTreeSet<_> = here
            .map(|((reach, member), sits)| {
                (
                    *reach,
                    *member,
                    self.label(*sits),
                    self.model.fares(link, (*reach, *member)).word(),
                    member.is_some() && link.primaries.get(reach).copied() == *member,
                )
            })
            .collect();
        assert_eq!(shown, expected, "R6, R9, R12: {}", self.doing());
    }

    /// R4, R11, R13, R14, R17: which uses run, and why the others stop.
    fn used(&self, link: &Link) {
        let view = self.console().used_in(self.session(), link.id).unwrap();
        let used = self
            .model
            .uses
            .iter()
            .filter(|used| used.connection == link.id);
        assert_eq!(view.uses.len(), used.clone().count(), "{}", self.doing());
        for used in used {
            let place = view.uses.iter().find(|place| place.id == used.id).unwrap();
            let stopped = place.stopped.as_ref().map(|failure| failure.code.clone());
            let reasons = self.model.stopping(used, link);
            let agrees = match &stopped {
                None => reasons.is_empty(),
                Some(code) => reasons.contains(code.as_str()),
            };
            assert!(
                agrees,
                "R13, R14: {used:?} is stopped by {stopped:?}, and the rules say {reasons:?}: {}",
                self.doing()
            );
        }
    }

    /// R15: who manages nothing sees nothing of it, from no door.
    async fn others_see(&self, viewer: &Person) {
        let (console, session) = (self.console(), self.session());
        let refused = Some("role_not_allowed");
        let list = code(console.connections(session, &ListQuery::default()));
        assert_eq!(list.as_deref(), refused, "R15: the list, {}", self.doing());
        let home = code(console.home_view(session));
        assert_eq!(home.as_deref(), refused, "R15: Home, {}", self.doing());
        assert_eq!(code(console.members(session)).as_deref(), refused);
        assert_eq!(code(console.applications(session)).as_deref(), refused);
        for link in &self.model.links {
            let view = code(console.connection_view(session, link.id).await);
            assert_eq!(view.as_deref(), refused, "R15: details, {}", self.doing());
            assert_eq!(code(console.used_in(session, link.id)).as_deref(), refused);
        }
        let mut needs = 0;
        for link in &self.model.links {
            // R1: what would be refused is not offered.
            let offers = self.model.unavailable().is_empty();
            if offers && link.personal() && self.model.is_shared(link, viewer.id) {
                let reaches = reaches(link.mode).iter();
                needs += reaches
                    .filter(|reach| self.model.need(link, **reach))
                    .count();
            }
        }
        assert_eq!(
            self.entries(),
            needs.min(10),
            "R15: the tray, {}",
            self.doing()
        );
    }

    /// R3, R15: live mode.
    fn live_mode(&self, viewer: &Person) {
        let (console, session) = (self.console(), self.session());
        for application in &self.model.applications {
            let shared = application.shared.contains(&viewer.id);
            for environment in [Environment::Stage, Environment::Production] {
                let live = console.live(session, application.id, environment);
                if !shared && !manages(viewer.role) {
                    let refused = code(live);
                    let expected = Some("application_not_shared");
                    assert_eq!(refused.as_deref(), expected, "R15: {}", self.doing());
                    continue;
                }
                let live = live.unwrap();
                assert_eq!(live.may_edit, manages(viewer.role), "R15: {}", self.doing());
                let sees = |link: &&Link| {
                    let kinds = manages(viewer.role) || link.kind == Kind::LoggedInUser;
                    application.may_use.contains(&link.id) && kinds
                };
                let expected: BTreeSet<_> = self
                    .model
                    .links
                    .iter()
                    .filter(sees)
                    .map(|link| link.id)
                    .collect();
                let shown: BTreeSet<_> = live.rows.iter().map(|row| row.connection.id).collect();
                assert_eq!(shown, expected, "R15: {}", self.doing());
                for row in &live.rows {
                    let link = self.model.links.iter();
                    let link = link
                        .clone()
                        .find(|link| link.id == row.connection.id)
                        .unwrap();
                    let reach = reach_of(link.mode, environment);
                    let place = link.place(reach, viewer.id);
                    let fares = self.model.fares(link, place).word();
                    assert_eq!(word(row.health), fares, "R15: own health, {}", self.doing());
                    let sits = link.seats.get(&place).map(|sits| self.label(*sits));
                    let account = row.account.as_ref().map(|account| account.label.clone());
                    assert_eq!(account, sits, "R15: own account, {}", self.doing());
                    let mut reasons = self.model.authorizing(link, reach);
                    // R1 and R8 are said when it is pressed.
                    for there in [
                        "plan_free",
                        "data_center_not_served",
                        "service_not_in_data_center",
                        "service_not_in_country",
                        "country_needed",
                    ] {
                        reasons.remove(there);
                    }
                    assert_eq!(
                        row.may_authorize,
                        reasons.is_empty(),
                        "R3: offered where it may be done, {}",
                        self.doing()
                    );
                }
            }
            let edit = console.edit(session, application.id, Environment::Production, None);
            let refused = (!manages(viewer.role)).then_some("role_not_allowed");
            assert_eq!(
                code(edit).as_deref(),
                refused,
                "R15: edit mode, {}",
                self.doing()
            );
        }
    }
}
