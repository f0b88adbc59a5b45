//! R20, R12: whom a change asks to sign in again, what serves no environment after it, and what
//! the screens show of that; for changes that are made, and for those that might be.

use std::collections::BTreeSet;

use tsunagi_console::views::{ConnectionView, EditImpact, PlacedAccount};
use tsunagi_console::{MemberId, Reach};
use tsunagi_domain::Mode;

use crate::deeds::{Play, scopes};
use crate::expected::Reasons;
use crate::looks::word;
use crate::world::{Fares, Link, Model, Place, reaches};

/// An account at a place: where, whose, which, how it fares, and whether it is primary.
type Placed = (Reach, Option<String>, String, &'static str, bool);

fn placed(seats: &[PlacedAccount]) -> Vec<Placed> {
    let mut placed: Vec<Placed> = seats
        .iter()
        .map(|seat| {
            (
                seat.reach,
                seat.member.clone(),
                seat.account.label.clone(),
                word(seat.health),
                seat.primary,
            )
        })
        .collect();
    placed.sort();
    placed
}

impl Link {
    /// What sits in the present environment mode.
    fn present(&self) -> impl Iterator<Item = (Place, usize)> {
        let seats = self.seats.iter().filter(|((reach, _), _)| self.has(*reach));
        seats.map(|(place, sits)| (*place, *sits))
    }
}

impl Model {
    /// Whether an account works anywhere in a connection.
    fn works(&self, link: &Link, authorization: usize) -> bool {
        link.seats.iter().any(|(place, sits)| {
            *sits == authorization && self.fares(link, *place) == Fares::Connected
        })
    }

    /// What the other environment mode has and this one has no use for: kept, unless it is over.
    fn aside(&self, link: &Link, still: &BTreeSet<usize>) -> Vec<(Place, usize)> {
        let seats = link.seats.iter().map(|(place, sits)| (*place, *sits));
        seats
            .filter(|(_, sits)| !still.contains(sits) && !self.authorizations[*sits].revoked)
            .collect()
    }

    /// Who had something that would have gone on at a place, and has nothing there now.
    fn left(&self, after: &Link) -> Vec<(Place, usize)> {
        let mut left = Vec::new();
        let members: BTreeSet<Option<MemberId>> = self
            .link(after.id)
            .unwrap()
            .seats
            .keys()
            .map(|(_, member)| *member)
            .collect();
        for reach in reaches(after.mode) {
            let order: &[Reach] = match reach {
                Reach::All => &[Reach::Production, Reach::Stage, Reach::Development],
                _ => &[Reach::All],
            };
            for member in &members {
                if after.seats.contains_key(&(*reach, *member)) {
                    continue;
                }
                let before = &self.link(after.id).unwrap().seats;
                let from = order.iter().find_map(|from| before.get(&(*from, *member)));
                left.extend(from.map(|sits| ((*reach, *member), *sits)));
            }
        }
        left
    }
}

impl Play {
    fn placed(&self, model: &Model, link: &Link, (place, sits): (Place, usize)) -> Placed {
        let member = place
            .1
            .map(|id| self.catalog.member(id).unwrap().unwrap().name);
        let primary = place.1.is_some() && link.primaries.get(&place.0).copied() == place.1;
        let fares = model.fares(link, place).word();
        (place.0, member, self.label(sits), fares, primary)
    }

    /// R18, R20: what is said of an edit before is what it does.
    pub(crate) fn edited(&self, said: &EditImpact, before: &Model, after: &Model, at: usize) {
        let (old, new) = (&before.links[at], &after.links[at]);
        self.foreseen(&said.uses, before, after, new.id);
        let sorted = |mut placed: Vec<Placed>| {
            placed.sort();
            placed
        };
        let seats = new.present().map(|seat| self.placed(after, new, seat));
        assert_eq!(
            placed(&said.seats),
            sorted(seats.collect()),
            "R18: what sits where, {}",
            self.doing()
        );
        // R20: whoever works now and does not afterwards signs in again, and nobody else. What is
        // shared by environments may work in one and not in another.
        let worked = |(place, sits): &(Place, usize)| {
            if old.mode == new.mode {
                before.fares(old, *place) == Fares::Connected
            } else {
                before.works(old, *sits)
            }
        };
        let stops = new.present();
        let stops =
            stops.filter(|seat| worked(seat) && after.fares(new, seat.0) != Fares::Connected);
        let mut asked: Vec<Placed> = stops.map(|seat| self.placed(after, new, seat)).collect();
        if old.mode != new.mode {
            let left = before.left(new).into_iter().filter(worked);
            asked.extend(left.map(|(place, sits)| {
                let (reach, member, label, ..) = self.placed(before, old, (place, sits));
                (reach, member, label, Fares::Never.word(), false)
            }));
        }
        assert_eq!(
            placed(&said.asks_again),
            sorted(asked),
            "R20: who is asked again, {}",
            self.doing()
        );
        let still: BTreeSet<usize> = new.present().map(|(_, sits)| sits).collect();
        let aside = before.aside(old, &still).into_iter();
        let aside = aside.filter(|((reach, _), _)| old.has(*reach));
        let aside = aside.map(|seat| self.placed(before, old, seat));
        assert_eq!(
            placed(&said.set_aside),
            sorted(aside.collect()),
            "R12: what is set aside, {}",
            self.doing()
        );
        let (fewer, more) = (scopes(new.service, false), scopes(new.service, true));
        let write: Vec<String> = more
            .into_iter()
            .filter(|one| !fewer.contains(one))
            .collect();
        let expected = |there: bool| if there { write.clone() } else { Vec::new() };
        let (added, removed) = (new.write && !old.write, old.write && !new.write);
        assert_eq!(said.scopes_added, expected(added), "R20: {}", self.doing());
        assert_eq!(
            said.scopes_removed,
            expected(removed),
            "R20: {}",
            self.doing()
        );
        assert_eq!(said.mode_changes, old.mode != new.mode, "{}", self.doing());
    }

    /// What the details show as set aside is what serves no environment of the present mode.
    pub(crate) fn aside(&self, link: &Link, view: &ConnectionView) {
        let mut shown = BTreeSet::new();
        for row in &view.set_aside {
            let member = row.member.as_ref().and_then(|member| member.id);
            for place in &row.places {
                let account = row.account.label.clone();
                shown.insert((place.reach, member, account, word(place.health)));
            }
        }
        let still: BTreeSet<usize> = link.present().map(|(_, sits)| sits).collect();
        let aside = self.model.aside(link, &still).into_iter();
        let expected: BTreeSet<_> = aside
            .map(|(place, sits)| {
                let fares = self.model.fares(link, place).word();
                (place.0, place.1, self.label(sits), fares)
            })
            .collect();
        assert_eq!(shown, expected, "R12: kept for later, {}", self.doing());
    }

    /// What would be said of edits that nobody makes: another name, other scopes, the other
    /// environment mode, both.
    pub(crate) fn foresees(&self, link: &Link) {
        let at = self
            .model
            .links
            .iter()
            .position(|one| one.id == link.id)
            .unwrap();
        let other = match link.mode {
            Mode::Same => Mode::PerEnvironment,
            Mode::PerEnvironment => Mode::Same,
        };
        let mut renamed = link.clone();
        renamed.name = "Another name".to_owned();
        let with = |write: bool, mode: Mode| Link {
            write,
            mode,
            ..link.clone()
        };
        let edits = [
            renamed,
            with(!link.write, link.mode),
            with(link.write, other),
            with(!link.write, other),
        ];
        for (number, edit) in edits.into_iter().enumerate() {
            // R1: a name is no edit.
            let reasons = if number == 0 {
                Reasons::new()
            } else {
                self.model.managing()
            };
            let wanted = self.edit_of(&edit);
            let said = self.console().edit_impact(self.session(), link.id, &wanted);
            let Some(said) = self.told(said, &reasons) else {
                continue;
            };
            let mut after = self.model.clone();
            after.edit(at, edit);
            self.edited(&said, &self.model, &after, at);
            if number == 0 {
                assert!(said.asks_again.is_empty(), "R20: {}", self.doing());
            }
        }
    }
}
