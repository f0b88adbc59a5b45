//! Definitions: what is configured, without a secret and without an authorization, as one TOML
//! file that looks well in a diff; and back from such a file, after a look at what it would add.
//!
//! System connections are in no such file: they come into being by themselves (R5).

mod around;
mod document;
mod plan;
mod preview;
mod reading;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use serde_spanned::Spanned;
use tsunagi_catalog::{Definition, Entry, NewDefinitions, Redirect, Registration};
use tsunagi_connectors::Connector;
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::{Kind, Member, MemberId};
use tsunagi_vault::Vault;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::exporting::Draft;
use crate::log::Action;
use crate::views::{ImportOutcome, ImportPreview, WorkKind, WrittenFile};
use document::{
    ApplicationDefinition, ConnectionDefinition, ConnectorReference, Document,
    EnvironmentDefinition, RedirectDefinition, RegistrationDefinition, VERSION,
};
use plan::Plan;
use preview::Lines;

/// Connections read at a time.
const BATCH: u32 = 500;
/// What the file begins with. It is the same in every language: two exports of one workspace are
/// one file.
const HEAD: &str = "# Definitions of connections, written by Tsunagi. No secret and no authorization is in here.\n\
                    # System connections are left out: they come into being by themselves.\n\n";

/// A file that was read and shown, and may be imported by who looked at it.
pub(crate) struct Pending {
    member: MemberId,
    hash: String,
    file: String,
    document: Document,
    lines: Lines,
    /// What the person leaves out, by place in the preview.
    without: BTreeSet<u32>,
    /// What it would have added when it was shown.
    adds: Vec<String>,
}

impl Console {
    /// Writes every definition into the exports folder.
    ///
    /// # Errors
    /// R2: managers; a folder that cannot be written.
    pub fn export_definitions(&self, session: Session) -> Result<WrittenFile, ConsoleError> {
        self.reader(session)?;
        let work = self.begin_work(WorkKind::Definitions);
        let all = self.inner.catalog.connection_count()?;
        let mut seen = 0;
        let mut draft = self.draft_export("definitions", "toml")?;
        let mut entries = 0;
        write(&mut draft, HEAD)?;
        let first = Document {
            version: VERSION,
            connector: self.connector_references()?,
            registration: self.registration_definitions()?,
            application: self.application_definitions()?,
            connection: Vec::new(),
        };
        write(&mut draft, &document::text(&first)?)?;
        let mut unreadable = 0;
        let mut after: Option<String> = None;
        loop {
            let page = self.inner.catalog.definitions(after.as_deref(), BATCH)?;
            for one in &page.rows {
                seen += 1;
                work.step(seen, all)?;
                if one.connection.kind == Kind::System {
                    continue;
                }
                entries += 1;
                write(&mut draft, "\n")?;
                write(&mut draft, &document::connection_text(&self.defined(one))?)?;
            }
            unreadable += page.unreadable;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if unreadable > 0 {
            let left_out = format!("\n# Left out, since they cannot be read: {unreadable}\n");
            write(&mut draft, &left_out)?;
        }
        let path = draft.finish()?;
        let file = WrittenFile {
            path,
            entries,
            left_out: unreadable,
        };
        self.note_export(session, Action::WorkspaceDefinitionsExported, &file);
        Ok(file)
    }

    fn connector_references(&self) -> Result<Vec<ConnectorReference>, ConsoleError> {
        let accepted = self.inner.catalog.accepted_connectors()?;
        Ok(accepted
            .into_iter()
            .map(|connector| ConnectorReference {
                id: unplaced(connector.id),
                sha256: connector.hash,
            })
            .collect())
    }

    fn registration_definitions(&self) -> Result<Vec<RegistrationDefinition>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let mut all = catalog.registrations(None)?;
        all.sort_by(|a, b| (&a.connector, &a.name, a.id).cmp(&(&b.connector, &b.name, b.id)));
        all.iter()
            .map(|registration| self.registration_definition(registration))
            .collect()
    }

    fn registration_definition(
        &self,
        registration: &Registration,
    ) -> Result<RegistrationDefinition, ConsoleError> {
        let due = self.inner.catalog.secret_due(registration.id)?;
        Ok(RegistrationDefinition {
            id: registration.id,
            name: unplaced(registration.name.clone()),
            service: registration.connector.clone(),
            client_id: registration.client_id.clone(),
            redirect: match &registration.redirect {
                Redirect::LoopbackAnyPort => RedirectDefinition::LoopbackAnyPort,
                Redirect::LoopbackPort(port) => RedirectDefinition::LoopbackPort(*port),
                Redirect::LocalhostPort(port) => RedirectDefinition::LocalhostPort(*port),
                Redirect::Intercepted(base) => RedirectDefinition::Intercepted(base.clone()),
            },
            has_secret: registration.secret.is_some() || due,
        })
    }

    fn application_definitions(&self) -> Result<Vec<ApplicationDefinition>, ConsoleError> {
        let applications = self.inner.catalog.applications()?;
        Ok(applications
            .into_iter()
            .map(|application| ApplicationDefinition {
                name: unplaced(application.name),
                edition: application.edition,
            })
            .collect())
    }

    /// A connection as the file has it.
    fn defined(&self, one: &Definition) -> ConnectionDefinition {
        let connection = &one.connection;
        let library = self.inner.gateway.library();
        let connector = library.get(&connection.connector);
        let mut scopes = connection.scopes.clone();
        scopes.sort();
        scopes.dedup();
        ConnectionDefinition {
            link_name: unplaced(connection.link_name.to_string()),
            name: connection.name.to_string(),
            service: connection.connector.clone(),
            kind: connection.kind,
            environments: connection.mode,
            enabled: connection.enabled,
            scopes,
            registration: connection.registration,
            applications: one
                .applications
                .iter()
                .map(|application| application.name.clone())
                .collect(),
            settings: own_settings(connector, &connection.settings),
            environment: one
                .overrides
                .iter()
                // What the other environment mode had of its own says nothing in this one.
                .filter(|own| connection.mode.reaches().contains(&own.reach))
                .map(|own| EnvironmentDefinition {
                    environment: own.reach,
                    registration: own.registration,
                    settings: own_settings(connector, &own.settings),
                })
                .filter(|own| own.registration.is_some() || !own.settings.is_empty())
                .collect(),
        }
    }

    /// R1, R2: whether the acting member may import at all.
    ///
    /// # Errors
    /// R1, R2.
    pub fn may_import(&self, session: Session) -> Result<(), ConsoleError> {
        self.manager_for(session, Act::Create).map(|_| ())
    }

    /// Reads a file of definitions and says what it would add. Nothing is changed, here or there.
    ///
    /// # Errors
    /// R1, R2; a file that cannot be read, is too large, is not UTF-8, is no such file or of a
    /// later version: each names it.
    pub fn preview_definitions(
        &self,
        session: Session,
        path: &Path,
    ) -> Result<ImportPreview, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        let file = path.display().to_string();
        let bytes = reading::bytes(path)?;
        let hash = tsunagi_connectors::hash(&bytes);
        let text = reading::text(path, &bytes)?;
        let document = reading::document(path, text)?;
        let (lines, without) = (Lines::of(text), BTreeSet::new());
        let work = self.begin_work(WorkKind::Import);
        let plan = Plan::of(self, &document, &lines, &without, &work)?;
        let preview = plan.preview(self, file.clone(), hash.clone());
        let pending = Pending {
            member: member.id,
            hash,
            file,
            adds: plan.adds(),
            document,
            lines,
            without,
        };
        if let Ok(mut slot) = self.inner.pending_import.lock() {
            *slot = Some(pending);
        }
        Ok(preview)
    }

    /// What the file of this hash would add without some of its items, each named by its place in
    /// the preview. What needs one of them, and does not find it here, is refused.
    ///
    /// # Errors
    /// R1, R2; `import_gone` where it was not shown to the acting member last.
    pub fn leave_out_of_import(
        &self,
        session: Session,
        hash: &str,
        without: BTreeSet<u32>,
    ) -> Result<ImportPreview, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        let gone = || ConsoleError::new("import_gone");
        let mut slot = self.inner.pending_import.lock().map_err(|_| gone())?;
        let shown = slot
            .as_mut()
            .filter(|shown| shown.member == member.id && shown.hash == hash)
            .ok_or_else(gone)?;
        let work = self.begin_work(WorkKind::Import);
        let plan = Plan::of(self, &shown.document, &shown.lines, &without, &work)?;
        shown.adds = plan.adds();
        shown.without = without;
        Ok(plan.preview(self, shown.file.clone(), shown.hash.clone()))
    }

    /// Adds what the file of this hash was shown to add: all of it, or nothing. Connections begin
    /// Not connected, and client registrations wait for their secrets. Stopped, it can be gone on
    /// with.
    ///
    /// # Errors
    /// R1, R2; `import_gone` where it was not shown to the acting member last; `import_changed`
    /// where it would add something else by now; the vault is locked.
    pub fn import_definitions(
        &self,
        session: Session,
        hash: &str,
    ) -> Result<ImportOutcome, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        let vault = self.inner.keys.vault()?;
        let gone = || ConsoleError::new("import_gone");
        let shown = {
            let mut slot = self.inner.pending_import.lock().map_err(|_| gone())?;
            let fits = |shown: &Pending| shown.member == member.id && shown.hash == hash;
            if !slot.as_ref().is_some_and(fits) {
                return Err(gone());
            }
            slot.take().ok_or_else(gone)?
        };
        let added = self.add_pending(session, &member, &vault, &shown);
        if added
            .as_ref()
            .is_err_and(|error| error.code == "work_stopped")
            && let Ok(mut slot) = self.inner.pending_import.lock()
        {
            // It is still what the person looked at.
            slot.get_or_insert(shown);
        }
        let new = added?;
        self.inner.bell.changed();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(ImportOutcome {
            connections: count(new.connections.len()),
            applications: count(new.applications.len()),
            registrations: count(new.registrations.len()),
            secrets_due: count(new.registrations.iter().filter(|(_, due)| *due).count()),
        })
    }

    fn add_pending(
        &self,
        session: Session,
        member: &Member,
        vault: &Vault,
        shown: &Pending,
    ) -> Result<NewDefinitions, ConsoleError> {
        let work = self.begin_work(WorkKind::Import);
        // Judged in the write that stores: another window may make the same connection, or the one
        // that a payment service takes, while this is read (R7, R10), and a role may be gone.
        self.at_once(|| {
            self.manager_for(session, Act::Create)?;
            let plan = Plan::of(self, &shown.document, &shown.lines, &shown.without, &work)?;
            if plan.adds() != shown.adds {
                return Err(ConsoleError::new("import_changed").with("file", shown.file.clone()));
            }
            if plan.is_empty() {
                return Err(ConsoleError::new("import_empty").with("file", shown.file.clone()));
            }
            let new = plan.definitions(self, member)?;
            let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
            let log: Vec<Entry<'_>> = plan::events(self, session, &new, &shown.file)?
                .into_iter()
                .map(|event| Entry { event, tag: &tag })
                .collect();
            let all = new.connections.len() as u64;
            let goes_on = |written: usize| work.step(written as u64, all).is_ok();
            self.inner.catalog.add_definitions(&new, &log, goes_on)?;
            Ok(new)
        })
    }
}

/// Parameter values a person chose. What the program fills in itself, and what the connector no
/// longer knows, says nothing elsewhere.
fn own_settings(connector: Option<&Connector>, settings: &Settings) -> Settings {
    let Some(connector) = connector else {
        return settings.clone();
    };
    let chosen = |name: &str| {
        let mut parameters = connector.parameters.iter();
        parameters.any(|parameter| !parameter.automatic && parameter.name == name)
    };
    let own = settings.iter().filter(|(name, _)| chosen(name));
    own.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// A value that has no place in a file yet.
fn unplaced(text: String) -> Spanned<String> {
    Spanned::new(0..0, text)
}

fn write(draft: &mut Draft, text: &str) -> Result<(), ConsoleError> {
    draft
        .write_all(text.as_bytes())
        .map_err(|error| draft.unwritable(&error))
}
