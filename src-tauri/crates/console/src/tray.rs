//! The tray's menu, as data: the shell only draws it.

use std::collections::BTreeMap;

use tsunagi_domain::application::sees_in_live_mode;
use tsunagi_domain::custody::{custody, usable};
use tsunagi_domain::{Connection, ConnectionId, Member, Reach, RefusalCode};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::messages;
use crate::views::{Locale, Mend, VaultView};

/// Entries shown before "More…".
pub const ENTRIES_MAX: usize = 10;

/// What choosing an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayAction {
    /// Nothing: the line only says something.
    None,
    /// Begins a flow.
    Authorize(ConnectionId, Reach),
    /// Opens the main window at a connection.
    Show(ConnectionId),
    /// Opens the main window.
    Open,
    /// Asks the keyring again, or for the passphrase in the main window.
    Unlock,
    /// Ends the program.
    Quit,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayLine {
    /// An entry.
    Entry {
        /// Its text.
        text: String,
        /// What it does.
        action: TrayAction,
    },
    /// A line between groups.
    Separator,
}

/// Which icon the tray shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrayIcon {
    /// Everything is connected.
    Fine,
    /// Something needs a person.
    Needs,
}

/// The menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayMenu {
    /// Icon.
    pub icon: TrayIcon,
    /// Lines from top to bottom.
    pub lines: Vec<TrayLine>,
}

/// A slot that needs the acting member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayNeed {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Where.
    pub reach: Reach,
    /// What mends it.
    pub mend: Mend,
}

/// What the menu is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayState {
    /// No workspace yet.
    Empty,
    /// The vault is locked: nothing can be authorized or used.
    Locked,
    /// Restored from a backup, and another computer has the workspace: nothing is used here.
    Elsewhere,
    /// R1: nothing can be authorized or used; why.
    Unavailable(RefusalCode),
    /// Slots that need the acting member: the first ones, and how many there are.
    Open {
        /// The first ones, at least as many as are shown where there are so many.
        needs: Vec<TrayNeed>,
        /// All of them.
        count: usize,
        /// Connections there are.
        connections: usize,
    },
}

/// The tray's menu. Pure: the same state gives the same menu.
#[must_use]
pub fn tray_model(locale: Locale, state: &TrayState) -> TrayMenu {
    let say = |key: &str, args: &[(&str, String)]| {
        let args: BTreeMap<String, String> = args
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        messages::text(locale, key, &args)
    };
    let entry = |text: String, action: TrayAction| TrayLine::Entry { text, action };
    let mut lines = Vec::new();
    let mut icon = TrayIcon::Fine;
    match state {
        TrayState::Empty => lines.push(entry(say("tray.empty", &[]), TrayAction::None)),
        TrayState::Locked => {
            icon = TrayIcon::Needs;
            lines.push(entry(say("tray.locked", &[]), TrayAction::None));
            lines.push(TrayLine::Separator);
            // Who is locked out sees nothing of what is in there.
            lines.push(entry(say("tray.unlock", &[]), TrayAction::Unlock));
            lines.push(entry(say("tray.quit", &[]), TrayAction::Quit));
            return TrayMenu { icon, lines };
        }
        TrayState::Elsewhere => {
            icon = TrayIcon::Needs;
            lines.push(entry(say("tray.elsewhere", &[]), TrayAction::None));
        }
        TrayState::Unavailable(why) => {
            let key = match why {
                RefusalCode::PlanFree => "tray.plan_free",
                _ => "tray.not_served",
            };
            lines.push(entry(say(key, &[]), TrayAction::None));
        }
        TrayState::Open {
            count: 0,
            connections: 0,
            ..
        } => {
            lines.push(entry(say("tray.none", &[]), TrayAction::None));
        }
        TrayState::Open { count: 0, .. } => {
            lines.push(entry(say("tray.all_connected", &[]), TrayAction::None));
        }
        TrayState::Open { needs, count, .. } => {
            icon = TrayIcon::Needs;
            // Choosing a primary account is no authorizing.
            let authorizing = needs.iter().all(|need| need.mend == Mend::Authorize);
            let key = match (authorizing, *count) {
                (true, 1) => "tray.needs.one",
                (true, _) => "tray.needs.other",
                (false, 1) => "tray.needs_person.one",
                (false, _) => "tray.needs_person.other",
            };
            lines.push(entry(
                say(key, &[("count", count.to_string())]),
                TrayAction::None,
            ));
            lines.push(TrayLine::Separator);
            for need in needs.iter().take(ENTRIES_MAX) {
                lines.push(need_entry(need, &say));
            }
            if *count > ENTRIES_MAX {
                lines.push(entry(say("tray.more", &[]), TrayAction::Open));
            }
        }
    }
    lines.push(TrayLine::Separator);
    lines.push(entry(say("tray.open", &[]), TrayAction::Open));
    lines.push(entry(say("tray.quit", &[]), TrayAction::Quit));
    TrayMenu { icon, lines }
}

/// A message by its key and arguments.
type Say<'a> = dyn Fn(&str, &[(&str, String)]) -> String + 'a;

fn need_entry(need: &TrayNeed, say: &Say<'_>) -> TrayLine {
    let args = [
        ("connection", need.name.clone()),
        ("environment", need.reach.as_str().to_owned()),
    ];
    let key = match (need.mend, need.reach) {
        (Mend::AcceptPrimary, Reach::All) => "tray.accept_primary_all",
        (Mend::AcceptPrimary, _) => "tray.accept_primary",
        (Mend::ChoosePrimary, Reach::All) => "tray.choose_primary_all",
        (Mend::ChoosePrimary, _) => "tray.choose_primary",
        (Mend::Migrate, _) => "tray.migrate",
        (_, Reach::All) => "tray.authorize_all",
        _ => "tray.authorize",
    };
    let action = match need.mend {
        Mend::Authorize => TrayAction::Authorize(need.connection, need.reach),
        Mend::ChoosePrimary | Mend::Enable | Mend::Migrate | Mend::AcceptPrimary => {
            TrayAction::Show(need.connection)
        }
    };
    TrayLine::Entry {
        text: say(key, &args),
        action,
    }
}

impl Console {
    /// The tray's menu for the acting member.
    #[must_use]
    pub fn tray(&self, session: Session) -> TrayMenu {
        tray_model(self.locale(), &self.tray_state(session))
    }

    /// R15: users and portal users hear of the logged-in-user connections that are shared with
    /// them, and of nothing else.
    fn own_tray(&self, viewer: &Member) -> TrayState {
        let shared = self.shared_with_member(viewer).unwrap_or_default();
        let needs = self.own_needs(viewer, &shared).unwrap_or_default();
        TrayState::Open {
            count: needs.len(),
            connections: shared.len(),
            needs: needs
                .into_iter()
                .map(|(connection, reach)| TrayNeed {
                    connection: connection.id,
                    name: connection.name.to_string(),
                    reach,
                    mend: Mend::Authorize,
                })
                .collect(),
        }
    }

    /// The enabled logged-in-user connections of the applications shared with a member.
    fn shared_with_member(&self, viewer: &Member) -> Result<Vec<Connection>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let mut found: Vec<Connection> = Vec::new();
        for application in catalog.applications_shared_with(viewer.id)? {
            for connection in catalog.connections_of_application(application.id)? {
                let seen = sees_in_live_mode(viewer, connection.kind, true);
                let known = found.iter().any(|known| known.id == connection.id);
                if seen && connection.enabled && !known {
                    found.push(connection);
                }
            }
        }
        Ok(found)
    }

    fn own_needs(
        &self,
        viewer: &Member,
        shared: &[Connection],
    ) -> Result<Vec<(Connection, Reach)>, ConsoleError> {
        let mut needs = Vec::new();
        for connection in shared {
            let slots = self.inner.catalog.slots(connection.id)?;
            let primaries = self.inner.catalog.primaries(connection.id)?;
            for reach in connection.mode.reaches() {
                let station = self.station(connection, *reach, &slots, &primaries, viewer);
                if station.mend == Some(Mend::Authorize) {
                    needs.push((connection.clone(), *reach));
                }
            }
        }
        Ok(needs)
    }

    /// How many slots need a member who manages nothing.
    pub(crate) fn own_needing_count(&self, viewer: &Member) -> Result<u64, ConsoleError> {
        let shared = self.shared_with_member(viewer)?;
        Ok(self.own_needs(viewer, &shared)?.len() as u64)
    }

    fn tray_state(&self, session: Session) -> TrayState {
        let Some(id) = session.member else {
            // Before the first start there is nobody to sign in.
            return match self.workspace() {
                Ok(_) => TrayState::Locked,
                Err(_) => TrayState::Empty,
            };
        };
        match self.vault_view() {
            VaultView::Open { .. } | VaultView::Waiting => {}
            VaultView::None => return TrayState::Empty,
            VaultView::Locked { .. } | VaultView::NeedsPassphrase => return TrayState::Locked,
        }
        let catalog = &self.inner.catalog;
        let restoration = catalog.restoration().unwrap_or_default();
        let Ok(workspace) = self.workspace() else {
            return TrayState::Empty;
        };
        // What would be refused is not offered.
        if let Err(why) = usable(&workspace, custody(restoration)) {
            return match why.code {
                RefusalCode::NotTakenOver => TrayState::Elsewhere,
                code => TrayState::Unavailable(code),
            };
        }
        let shown = u32::try_from(ENTRIES_MAX).unwrap_or(10);
        let (Ok(Some(viewer)), Ok(needing), Ok(count)) = (
            catalog.member(id),
            catalog.needing(id, shown),
            self.needing_count(id),
        ) else {
            return TrayState::Empty;
        };
        if !viewer.role.is_manager() {
            return self.own_tray(&viewer);
        }
        let offers = self.offered_to(&viewer).unwrap_or_default();
        let mut needs: Vec<TrayNeed> = offers
            .into_iter()
            .map(|offer| TrayNeed {
                connection: offer.connection,
                name: offer.name,
                reach: offer.reach,
                mend: Mend::AcceptPrimary,
            })
            .collect();
        for (connection, reach) in needing {
            let (Ok(slots), Ok(primaries)) = (
                catalog.slots(connection.id),
                catalog.primaries(connection.id),
            ) else {
                continue;
            };
            let station = self.station(&connection, reach, &slots, &primaries, &viewer);
            needs.push(TrayNeed {
                connection: connection.id,
                name: connection.name.to_string(),
                reach,
                mend: station.mend.unwrap_or(Mend::Authorize),
            });
        }
        let connections = catalog.connection_count().unwrap_or_default();
        TrayState::Open {
            needs,
            count: usize::try_from(count).unwrap_or(usize::MAX),
            connections: usize::try_from(connections).unwrap_or(usize::MAX),
        }
    }
}
