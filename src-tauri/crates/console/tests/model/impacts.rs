//! R18: what was said before a change, against what the rules say that it did.

use tsunagi_console::ConnectionId;
use tsunagi_console::views::{AffectedUse, Fate};

use crate::deeds::Play;
use crate::world::Model;

/// Uses by name, and whether each runs before and after.
pub(crate) type Fates = Vec<(String, (bool, bool))>;

pub(crate) fn said(uses: &[AffectedUse]) -> Fates {
    let fate = |one: &AffectedUse| match one.fate {
        Fate::Stops => (true, false),
        Fate::GoesOn => (true, true),
        Fate::Starts => (false, true),
        Fate::StaysStopped => (false, false),
    };
    let mut said: Fates = uses
        .iter()
        .map(|one| (one.used.name.clone(), fate(one)))
        .collect();
    said.sort();
    said
}

/// What became of the uses of these connections. What is not there any more runs nothing.
pub(crate) fn became(before: &Model, after: &Model, of: &[ConnectionId]) -> Fates {
    let runs = |model: &Model, one: &crate::world::Used| {
        let used = model.uses.iter().find(|used| used.id == one.id);
        let link = used.and_then(|used| Some((used, model.link(used.connection)?)));
        link.is_some_and(|(used, link)| model.stopping(used, link).is_empty())
    };
    let uses = before.uses.iter();
    let mut became: Fates = uses
        .filter(|used| of.contains(&used.connection))
        .map(|used| (used.name.clone(), (runs(before, used), runs(after, used))))
        .collect();
    became.sort();
    became
}

impl Play {
    /// What was said of the uses of a connection is what became of them since `before`.
    pub(crate) fn foretold(&self, uses: &[AffectedUse], before: &Model, of: ConnectionId) {
        self.foreseen(uses, before, &self.model, of);
    }

    /// What was said of the uses of a connection is what becomes of them.
    pub(crate) fn foreseen(
        &self,
        uses: &[AffectedUse],
        before: &Model,
        after: &Model,
        of: ConnectionId,
    ) {
        assert_eq!(
            said(uses),
            became(before, after, &[of]),
            "R18: what was said before, {}",
            self.doing()
        );
    }
}
