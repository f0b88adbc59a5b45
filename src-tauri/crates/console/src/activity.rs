//! The Activity screen: who did what and when, whether the log is whole, and a copy of it.

use std::collections::{BTreeMap, HashMap};

use tsunagi_catalog::{By, Event, EventQuery, Fault, Verification};
use tsunagi_domain::{ConnectionId, MemberId};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::exporting::{self, Sheet};
use crate::log::Action;
use crate::messages;
use crate::views::{
    ActivityEntry, ActivityPage, ActivityQuery, ActorView, VerificationView, WorkKind, WrittenFile,
};

/// Entries of one page.
const PAGE: u32 = 100;
/// Entries read at a time for a copy.
const BATCH: u32 = 5_000;

/// How many of the last entries about a connection that is gone are asked for its name: the last
/// tells that it was deleted, and how it was called.
const LAST: u32 = 8;

impl Console {
    /// A page of the log.
    ///
    /// # Errors
    /// R2: managers read it.
    pub fn activity(
        &self,
        session: Session,
        query: &ActivityQuery,
    ) -> Result<ActivityPage, ConsoleError> {
        self.reader(session)?;
        let found = self
            .inner
            .catalog
            .find_events(&event_query(query, PAGE + 1))?;
        let more = found.len() > PAGE as usize;
        let mut names = Names::of(self)?;
        let entries: Vec<ActivityEntry> = found
            .iter()
            .take(PAGE as usize)
            .map(|event| self.entry(event, &mut names))
            .collect();
        Ok(ActivityPage {
            next: entries.last().filter(|_| more).map(|last| last.seq),
            entries,
            actors: names
                .members
                .iter()
                .map(|(id, name)| ActorView {
                    id: *id,
                    name: name.clone(),
                })
                .collect(),
            groups: Action::groups(),
        })
    }

    /// Goes through the whole log and says whether it is as it was written.
    ///
    /// # Errors
    /// R2; a locked vault, which holds the key of the chain.
    pub fn verify_activity(&self, session: Session) -> Result<VerificationView, ConsoleError> {
        self.reader(session)?;
        let vault = self.inner.keys.vault()?;
        let workspace = self.workspace()?.id.to_string();
        let founding = (Action::WorkspaceFounded.as_str(), workspace.as_str());
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        let catalog = &self.inner.catalog;
        let verification = catalog.verify_events(Some(founding), &tag)?;
        Ok(match verification {
            Verification::Whole { count } => VerificationView {
                whole: count,
                failure: None,
            },
            Verification::Broken { at, why } => {
                let error = ConsoleError::new("log_broken")
                    .with("entry", at.to_string())
                    .with("reason", fault_word(why));
                VerificationView {
                    whole: at.saturating_sub(1),
                    failure: Some(self.failure(&error)),
                }
            }
        })
    }

    /// Writes the entries that match into a file, the latest first.
    ///
    /// # Errors
    /// R2; a folder that cannot be written.
    pub fn export_activity(
        &self,
        session: Session,
        query: &ActivityQuery,
    ) -> Result<WrittenFile, ConsoleError> {
        self.reader(session)?;
        let mut names = Names::of(self)?;
        let mut sheet = Sheet::new(&["number", "time_utc", "who", "action", "what"]);
        let mut wanted = event_query(query, BATCH);
        let work = self.begin_work(WorkKind::Activity);
        // How many the filters find is not known before they are found.
        let mut written = 0;
        loop {
            let found = self.inner.catalog.find_events(&wanted)?;
            for event in &found {
                work.step(written, 0)?;
                written += 1;
                let entry = self.entry(event, &mut names);
                sheet.row(&[
                    &entry.seq.to_string(),
                    &exporting::utc(entry.at),
                    entry.actor.as_deref().unwrap_or("Tsunagi"),
                    &entry.action,
                    &entry.text,
                ]);
            }
            wanted.before = found.last().map(|event| event.seq);
            if found.len() < BATCH as usize {
                break;
            }
        }
        let file = self.write_export("activity", sheet)?;
        self.note_export(session, Action::WorkspaceLogExported, &file);
        Ok(file)
    }

    fn entry(&self, event: &Event, names: &mut Names) -> ActivityEntry {
        let logged = &event.event;
        let mut args: BTreeMap<String, String> = logged.args.clone();
        let about = logged
            .subject
            .strip_prefix("connection/")
            .and_then(|id| id.parse::<ConnectionId>().ok());
        if let Some((_, id)) = logged.subject.split_once('/') {
            args.insert("subject".to_owned(), id.to_owned());
        }
        let mut connection = None;
        if let Some(id) = about {
            let named = names.connection(self, id);
            connection = named.there.then_some(id);
            args.insert("connection".to_owned(), named.name);
        }
        if let Some(service) = args.get_mut("service") {
            *service = self.mark_of(service).name;
        }
        if let Some(reach) = logged.args.get("reach") {
            args.insert("environment".to_owned(), reach.clone());
        }
        ActivityEntry {
            seq: event.seq,
            at: logged.at,
            actor: logged.actor.map(|id| names.member(id)),
            text: messages::text(self.locale(), &format!("event.{}", logged.action), &args),
            action: logged.action.clone(),
            connection,
        }
    }
}

/// What identifiers are called now.
struct Names {
    members: Vec<(MemberId, String)>,
    connections: HashMap<ConnectionId, Named>,
}

/// What a connection is called.
#[derive(Clone)]
struct Named {
    name: String,
    /// Whether it is still there.
    there: bool,
}

impl Named {
    fn of(console: &Console, id: ConnectionId) -> Self {
        let catalog = &console.inner.catalog;
        if let Some(connection) = catalog.connection(id).ok().flatten() {
            return Self {
                name: connection.name.to_string(),
                there: true,
            };
        }
        // One that is gone is called what it was called when it went, in all the log tells of it.
        let last = EventQuery {
            subject: Some(format!("connection/{id}")),
            limit: LAST,
            ..EventQuery::default()
        };
        let told = catalog.find_events(&last).unwrap_or_default();
        let name = told.iter().find_map(|event| {
            let args = &event.event.args;
            args.get("name").or_else(|| args.get("link_name")).cloned()
        });
        Self {
            name: name.unwrap_or_else(|| id.to_string()),
            there: false,
        }
    }
}

impl Names {
    fn of(console: &Console) -> Result<Self, ConsoleError> {
        let members = console.inner.catalog.members()?;
        Ok(Self {
            members: members
                .into_iter()
                .map(|member| (member.id, member.name))
                .collect(),
            connections: HashMap::new(),
        })
    }

    fn member(&self, id: MemberId) -> String {
        let known = self.members.iter().find(|(known, _)| *known == id);
        known.map_or_else(|| id.to_string(), |(_, name)| name.clone())
    }

    fn connection(&mut self, console: &Console, id: ConnectionId) -> Named {
        let named = self.connections.entry(id);
        named.or_insert_with(|| Named::of(console, id)).clone()
    }
}

fn event_query(query: &ActivityQuery, limit: u32) -> EventQuery {
    EventQuery {
        actor: match (query.actor, query.by_program) {
            (Some(member), _) => Some(By::Member(member)),
            (None, true) => Some(By::Program),
            (None, false) => None,
        },
        subject: query.connection.map(|id| format!("connection/{id}")),
        groups: query.groups.clone(),
        since: query.since,
        until: query.until,
        before: query.before,
        limit,
    }
}

const fn fault_word(fault: Fault) -> &'static str {
    match fault {
        Fault::Gap => "gap",
        Fault::Altered => "altered",
        Fault::Truncated => "truncated",
        Fault::Head => "head",
    }
}
