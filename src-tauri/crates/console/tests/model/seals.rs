//! Who can open what: for whom each credential is sealed, by the kinds of the connections it sits
//! in, its member's passphrase, and what runs unattended on it (R6, R11, R13).

use std::collections::{BTreeMap, BTreeSet};

use tsunagi_domain::AuthorizationId;

use crate::deeds::Play;
use crate::expected::when;
use crate::fixture::until;
use crate::world::{Link, Model, Place};

/// What every member's passphrase is.
pub(crate) const PASSPHRASE: &str = "correct horse battery";

pub(crate) const WORKSPACE: &str = "workspace";
pub(crate) const UNATTENDED: &str = "unattended";

impl Model {
    /// Whether a place's account runs with nobody present, or may at once.
    fn is_unattended(link: &Link, (reach, member): Place) -> bool {
        let Some(member) = member else {
            return true;
        };
        let beforehand = link.offers.get(&(reach, member)) == Some(&false);
        link.has(reach) && (link.primaries.get(&reach) == Some(&member) || beforehand)
    }

    pub(crate) fn has_passphrase(&self, (_, member): Place) -> bool {
        member.is_some_and(|member| self.person(member).passphrase)
    }

    pub(crate) fn readers(&self, authorization: usize) -> BTreeSet<String> {
        let mut readers = BTreeSet::new();
        for (link, place) in self.sitting(authorization) {
            let own = place.1.filter(|_| self.has_passphrase(place));
            match own {
                None => readers.extend([WORKSPACE.to_owned(), UNATTENDED.to_owned()]),
                Some(member) => {
                    readers.insert(format!("member:{member}"));
                    let runs = Self::is_unattended(link, place);
                    readers.extend(runs.then(|| UNATTENDED.to_owned()));
                }
            }
        }
        readers
    }
}

impl Play {
    /// The stored authorizations, by those of the model. R21: what is shared is one.
    pub(crate) fn stored(&self) -> BTreeMap<usize, AuthorizationId> {
        let mut stored = BTreeMap::new();
        for link in &self.model.links {
            for slot in self.catalog.slots(link.id).unwrap() {
                let place = (slot.key.reach, slot.key.member);
                let sits = link.seats.get(&place).copied();
                let sits = sits.unwrap_or_else(|| panic!("{place:?}: {}", self.doing()));
                let id = slot.authorization.id;
                let known = stored.insert(sits, id);
                assert!(
                    known.is_none_or(|known| known == id),
                    "R21: one authorization, {}",
                    self.doing()
                );
            }
        }
        let apart: BTreeSet<_> = stored.values().collect();
        assert_eq!(apart.len(), stored.len(), "R21: {}", self.doing());
        stored
    }

    /// What is sealed for others than it should be; `away` is whether that of members who are
    /// not there is looked at too.
    fn sealed_wrong(&self, away: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        let seated = self.model.seated().map(|person| person.id);
        for (authorization, id) in self.stored() {
            if self.model.authorizations[authorization].revoked {
                continue;
            }
            let mut expected = self.model.readers(authorization);
            let sealed = self.catalog.sealed(id).unwrap();
            let wraps = sealed.map(|sealed| sealed.wraps).unwrap_or_default();
            let readers: BTreeSet<String> = wraps.into_iter().map(|wrap| wrap.reader).collect();
            let sitting = self.model.sitting(authorization);
            let gone = sitting
                .iter()
                .any(|(_, place)| self.model.has_passphrase(*place) && place.1 != seated);
            if gone && !away {
                continue;
            }
            if gone && self.model.authorizations[authorization].unattended {
                // What no longer runs unattended is sealed anew by its member's own key, when
                // they sign in.
                expected.insert(UNATTENDED.to_owned());
            }
            if readers != expected {
                wrong.push(format!("for {readers:?} rather than {expected:?}"));
            }
        }
        wrong
    }

    pub(crate) fn seals(&self) {
        let wrong = self.sealed_wrong(true);
        assert!(wrong.is_empty(), "sealed {wrong:?}, {}", self.doing());
    }

    /// What was left for when a member sits there is done soon after.
    pub(crate) async fn settled(&self) {
        until("what waited for its member is sealed anew", || {
            self.sealed_wrong(false).is_empty()
        })
        .await;
    }

    /// The acting member sets a passphrase of their own, or removes it.
    pub(crate) async fn passphrase(&mut self, has: bool) {
        let reasons = when(self.model.seat.is_none(), "signed_out");
        let had = self.model.seated().is_some_and(|person| person.passphrase);
        let phrase = |there: bool| there.then(|| PASSPHRASE.to_owned());
        let done = self
            .console()
            .set_passphrase(self.session(), phrase(had), phrase(has));
        if self.told(done.await, &reasons).is_some() {
            let at = self.model.seat.unwrap();
            self.model.people[at].passphrase = has;
        }
    }
}
