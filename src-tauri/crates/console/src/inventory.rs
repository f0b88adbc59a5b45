//! The inventory: who authorized what, where, with which account and scopes, and how it fares.
//!
//! It is read page by page and written as it is read: a workspace may have a hundred thousand
//! connections. What is sealed is not read at all.

mod page;

use std::collections::HashMap;
use std::io::Write;

use tsunagi_catalog::{InventoryRow, Slot};
use tsunagi_domain::{Health, MemberId, Reach};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::exporting::{Draft, Sheet, minute, utc};
use crate::log::Action;
use crate::rows::{account_view, held};
use crate::views::{InventoryForm, WorkKind, WrittenFile};

/// Connections read at a time.
const BATCH: u32 = 500;

/// The columns of the sheet. Scripts read them, so that they are the same in every language.
const COLUMNS: [&str; 20] = [
    "connection",
    "link_name",
    "service",
    "kind",
    "environments",
    "enabled",
    "applications",
    "environment",
    "in_use",
    "account",
    "account_name",
    "account_email",
    "authorized_by",
    "authorized_at_utc",
    "scopes",
    "health",
    "reason",
    "unreachable_since_utc",
    "primary",
    "last_used_utc",
];

/// A connection of the inventory.
struct Held {
    name: String,
    link_name: String,
    service: String,
    kind: &'static str,
    mode: &'static str,
    enabled: bool,
    applications: Vec<String>,
    places: Vec<Place>,
}

/// A slot of it, filled or not.
struct Place {
    reach: Reach,
    /// Whether the environment mode has this slot: what was authorized under the other mode stays
    /// until it is removed.
    in_use: bool,
    health: Health,
    filled: Option<Filled>,
}

/// What fills a slot.
struct Filled {
    account: String,
    name: String,
    email: String,
    by: String,
    at: tsunagi_domain::Timestamp,
    scopes: Vec<String>,
    unreachable: Option<tsunagi_domain::Timestamp>,
    primary: bool,
    last_used: Option<tsunagi_domain::Timestamp>,
}

impl Console {
    /// Writes the inventory of the whole workspace into the exports folder: as a sheet, or as one
    /// page to read and print in the acting member's language.
    ///
    /// # Errors
    /// R2: managers; a folder that cannot be written; `work_stopped`. Nothing is written then.
    pub fn write_inventory(
        &self,
        session: Session,
        form: InventoryForm,
    ) -> Result<WrittenFile, ConsoleError> {
        self.reader(session)?;
        let file = match form {
            InventoryForm::Csv => {
                let draft = self.draft_export("inventory", "csv")?;
                self.write_sheet(draft)?
            }
            InventoryForm::Html => {
                let draft = self.draft_export("inventory", "html")?;
                self.write_page(draft)?
            }
        };
        self.note_export(session, Action::WorkspaceInventoryExported, &file);
        Ok(file)
    }

    fn write_sheet(&self, draft: Draft) -> Result<WrittenFile, ConsoleError> {
        let mut sheet = Sheet::onto(draft, &COLUMNS).map_err(|error| self.no_room(&error))?;
        let left_out = self.each_held(|held| {
            for place in &held.places {
                let cells = cells(&held, place);
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                sheet.add(&cells).map_err(|error| self.no_room(&error))?;
            }
            Ok(())
        })?;
        if left_out > 0 {
            // Whoever gets the sheet alone learns that it is not whole, too.
            let mut cells = [""; COLUMNS.len()];
            let words = page::left_out_words(self.locale(), left_out);
            cells[0] = &words;
            sheet.note(&cells).map_err(|error| self.no_room(&error))?;
        }
        let (draft, entries) = sheet.end().map_err(|error| self.no_room(&error))?;
        let path = draft.finish()?;
        Ok(WrittenFile {
            path,
            entries,
            left_out,
        })
    }

    fn write_page(&self, mut draft: Draft) -> Result<WrittenFile, ConsoleError> {
        let locale = self.locale();
        let workspace = self.workspace()?.name;
        let (before, after) = page::frame(locale, &workspace, &minute(self.now()));
        let mut entries = 0;
        let mut write = |text: &str| {
            let written = draft.write_all(text.as_bytes());
            written.map_err(|error| self.no_room(&error))
        };
        write(&before)?;
        let left_out = self.each_held(|held| {
            entries += u64::try_from(held.places.len()).unwrap_or_default();
            write(&page::connection(locale, &held))
        })?;
        write(&page::left_out(locale, left_out))?;
        write(&after)?;
        let path = draft.finish()?;
        Ok(WrittenFile {
            path,
            entries,
            left_out,
        })
    }

    fn no_room(&self, error: &std::io::Error) -> ConsoleError {
        crate::exporting::unwritable(&self.home().join("exports"), error)
    }

    /// Goes through everything there is; gives how many connections cannot be read.
    fn each_held(
        &self,
        mut take: impl FnMut(Held) -> Result<(), ConsoleError>,
    ) -> Result<u32, ConsoleError> {
        let catalog = &self.inner.catalog;
        let work = self.begin_work(WorkKind::Inventory);
        let all = catalog.connection_count()?;
        let mut seen = 0;
        work.step(seen, all)?;
        let members: HashMap<MemberId, String> = catalog
            .members()?
            .into_iter()
            .map(|member| (member.id, member.name))
            .collect();
        let mut unreadable = 0;
        let mut after = None;
        loop {
            let page = catalog.inventory(after.as_ref(), BATCH)?;
            for row in &page.rows {
                take(self.held(row, &members))?;
                seen += 1;
                work.step(seen, all)?;
            }
            unreadable += page.unreadable;
            after = page.next;
            if after.is_none() {
                return Ok(unreadable);
            }
        }
    }

    fn held(&self, row: &InventoryRow, members: &HashMap<MemberId, String>) -> Held {
        let connection = &row.row.connection;
        let service = self.mark_of(&connection.connector).name;
        let reaches = connection.mode.reaches();
        let mut places = Vec::new();
        let known = [
            Reach::All,
            Reach::Development,
            Reach::Stage,
            Reach::Production,
        ];
        for reach in known {
            let in_use = reaches.contains(&reach);
            let mut here: Vec<&Slot> = row
                .row
                .slots
                .iter()
                .filter(|slot| slot.key.reach == reach)
                .collect();
            here.sort_by_key(|slot| (slot.authorization.authorized_at, slot.authorization.id));
            for slot in &here {
                let authorization = &slot.authorization;
                let account = account_view(
                    &service,
                    authorization.label.as_deref(),
                    &authorization.account,
                );
                let primary = row.row.primaries.iter().any(|primary| {
                    primary.reach == reach && Some(primary.member) == slot.key.member
                });
                places.push(Place {
                    reach,
                    in_use,
                    health: self.slot_health(connection, reach, Some(slot)),
                    filled: Some(Filled {
                        account: account.label,
                        name: account.name.unwrap_or_default(),
                        email: account.email.unwrap_or_default(),
                        by: members
                            .get(&authorization.authorized_by)
                            .cloned()
                            .unwrap_or_default(),
                        at: authorization.authorized_at,
                        scopes: held(authorization).to_vec(),
                        unreachable: authorization.unreachable.as_ref().map(|un| un.since),
                        primary,
                        last_used: authorization.last_used,
                    }),
                });
            }
            if here.is_empty() && in_use {
                places.push(Place {
                    reach,
                    in_use,
                    health: self.slot_health(connection, reach, None),
                    filled: None,
                });
            }
        }
        Held {
            name: connection.name.to_string(),
            link_name: connection.link_name.to_string(),
            service,
            kind: connection.kind.as_str(),
            mode: connection.mode.as_str(),
            enabled: connection.enabled,
            applications: row
                .applications
                .iter()
                .map(|application| application.name.clone())
                .collect(),
            places,
        }
    }
}

fn cells(held: &Held, place: &Place) -> [String; 20] {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let filled = place.filled.as_ref();
    let of = |take: fn(&Filled) -> String| filled.map(take).unwrap_or_default();
    let (health, reason) = match place.health {
        Health::Connected => ("connected", ""),
        Health::NotConnected(reason) => ("not_connected", reason.as_str()),
    };
    [
        held.name.clone(),
        held.link_name.clone(),
        held.service.clone(),
        held.kind.to_owned(),
        held.mode.to_owned(),
        yes(held.enabled),
        held.applications.join(", "),
        place.reach.as_str().to_owned(),
        yes(place.in_use),
        of(|filled| filled.account.clone()),
        of(|filled| filled.name.clone()),
        of(|filled| filled.email.clone()),
        of(|filled| filled.by.clone()),
        of(|filled| utc(filled.at)),
        of(|filled| filled.scopes.join(" ")),
        health.to_owned(),
        reason.to_owned(),
        of(|filled| filled.unreachable.map(utc).unwrap_or_default()),
        filled.map(|filled| yes(filled.primary)).unwrap_or_default(),
        of(|filled| filled.last_used.map(utc).unwrap_or_default()),
    ]
}
