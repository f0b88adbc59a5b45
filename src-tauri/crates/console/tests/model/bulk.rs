//! One thing done to many connections: what is said of each before is what is then done.

use std::collections::BTreeSet;

use tsunagi_console::ConnectionId;
use tsunagi_console::views::{BulkAction, BulkPart};

use crate::deeds::{Play, pick};
use crate::impacts::{became, said};
use crate::world::{Link, Model};

impl Play {
    pub(crate) async fn bulk(&mut self, action: BulkAction, connections: &[u8]) {
        let links = &self.model.links;
        let mut chosen: Vec<ConnectionId> = Vec::new();
        for at in connections.iter().filter_map(|one| pick(links.len(), *one)) {
            if !chosen.contains(&links[at].id) {
                chosen.push(links[at].id);
            }
        }
        // R1: whoever falls back to a free plan can tidy up, of many as of one.
        let reasons = self.model.unmanaging();
        let before = self.model.clone();
        let parts = self.console().bulk_impact(self.session(), action, &chosen);
        let parts = self.told(parts, &reasons);
        let done = self.console().bulk_run(self.session(), action, &chosen);
        let Some(done) = self.told(done.await, &reasons) else {
            return;
        };
        let parts = parts.unwrap();
        let of: Vec<_> = parts.iter().map(|part| part.connection).collect();
        assert_eq!(of, chosen, "each is told of, {}", self.doing());
        let of: Vec<_> = done.iter().map(|one| one.connection).collect();
        assert_eq!(of, chosen, "each is tried, {}", self.doing());
        for (id, result) in chosen.iter().zip(&done) {
            let link = self.model.link(*id).unwrap();
            let refused = self.refuses(action, link);
            let failure = result.failure.as_ref().map(|failure| failure.code.as_str());
            assert_eq!(failure, refused, "R18: {}", self.doing());
            let changes = refused.is_none() && changes(&self.model, action, link);
            assert_eq!(result.changed, changes, "{id}: {}", self.doing());
            if refused.is_none() {
                self.apply(action, *id);
            }
        }
        for part in &parts {
            self.as_said(&before, action, part, &chosen);
        }
    }

    /// R18: deleted is what nothing uses.
    fn refuses(&self, action: BulkAction, link: &Link) -> Option<&'static str> {
        let used = self
            .model
            .uses
            .iter()
            .any(|used| used.connection == link.id);
        (action == BulkAction::Delete && used).then_some("still_used")
    }

    fn apply(&mut self, action: BulkAction, id: ConnectionId) {
        let at = self
            .model
            .links
            .iter()
            .position(|link| link.id == id)
            .unwrap();
        match action {
            BulkAction::Disable => self.model.links[at].enabled = false,
            BulkAction::Enable => self.model.links[at].enabled = true,
            BulkAction::Revoke => {
                let seats: BTreeSet<usize> = self.model.links[at].seats.values().copied().collect();
                for authorization in seats {
                    self.model.revoke(authorization);
                }
            }
            BulkAction::Delete => self.removed(at),
        }
    }

    /// What was said of one connection, in a world where nothing had been done yet.
    fn as_said(
        &self,
        before: &Model,
        action: BulkAction,
        part: &BulkPart,
        chosen: &[ConnectionId],
    ) {
        let link = before.link(part.connection).unwrap();
        let used = before.uses.iter().any(|used| used.connection == link.id);
        let refused = action == BulkAction::Delete && used;
        assert_eq!(part.refused.is_some(), refused, "R18: {}", self.doing());
        let nothing = !changes(before, action, link);
        assert_eq!(part.nothing, nothing, "{}: {}", link.name, self.doing());
        let seats: BTreeSet<usize> = link.seats.values().copied().collect();
        let taken: Vec<usize> = match action {
            BulkAction::Disable | BulkAction::Enable => Vec::new(),
            BulkAction::Revoke => {
                let living = |one: &usize| !before.authorizations[*one].revoked;
                seats.into_iter().filter(living).collect()
            }
            BulkAction::Delete => seats.into_iter().collect(),
        };
        assert_eq!(
            part.authorizations as usize,
            taken.len(),
            "R18: {}",
            self.doing()
        );
        if refused {
            return;
        }
        let mut lose = BTreeSet::new();
        if action == BulkAction::Revoke {
            for one in taken {
                let sitting = before.sitting(one);
                lose.extend(sitting.iter().map(|(link, _)| link.id));
            }
            lose.remove(&link.id);
        }
        let named: BTreeSet<ConnectionId> =
            part.also_lost.iter().map(|one| one.connection).collect();
        assert_eq!(named, lose, "R21: who loses it too, {}", self.doing());
        assert_eq!(
            said(&part.uses),
            became(before, &self.model, &[link.id]),
            "R18: {}",
            self.doing()
        );
        // Of those that are chosen themselves their own part tells.
        for other in &part.also_lost {
            if !chosen.contains(&other.connection) {
                assert_eq!(
                    said(&other.uses),
                    became(before, &self.model, &[other.connection]),
                    "R18, R21: {}",
                    self.doing()
                );
            }
        }
    }
}

fn changes(model: &Model, action: BulkAction, link: &Link) -> bool {
    let living = |sits: &usize| !model.authorizations[*sits].revoked;
    match action {
        BulkAction::Disable => link.enabled,
        BulkAction::Enable => !link.enabled,
        BulkAction::Revoke => link.seats.values().any(living),
        BulkAction::Delete => true,
    }
}
