//! The builder of custom connectors: from a service's name, its issuer's address or somebody
//! else's file to a draft in the home's folder, and from there to a published connector.
//!
//! A draft is a file like any other of the folder: nothing uses it until a manager publishes
//! exactly what they saw. What a published connector becomes is shown before (R18).

mod beginning;
mod ending;
mod publishing;
mod secrets;
mod unsaved;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tsunagi_connectors::{Draft, Finding, Problem, Sketch, Why, hash, logo};
use tsunagi_domain::access::Act;
use tsunagi_domain::{MemberId, access};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::messages;
use crate::views::{BuilderState, BuilderView, FindingView, WrittenFile};

/// Who is at work on which draft: a sitting has one entry in the log, however often it saves.
#[derive(Debug, Default)]
pub(crate) struct Sittings(Mutex<BTreeSet<(MemberId, String)>>);

impl Sittings {
    /// Whether this is the first save of a sitting.
    fn begins(&self, member: MemberId, file: &str) -> bool {
        let sitting = (member, file.to_owned());
        self.0.lock().is_ok_and(|mut known| known.insert(sitting))
    }

    /// What was done with a draft ends every sitting at it.
    pub(crate) fn over(&self, file: &str) {
        if let Ok(mut known) = self.0.lock() {
            known.retain(|(_, own)| own != file);
        }
    }
}

impl Console {
    /// A connector of the folder in the builder, finished or not; where its file is gone, the
    /// published one of its name.
    ///
    /// # Errors
    /// R2; `draft_changed` where there is neither; `connector_bad`.
    pub fn connector_draft(
        &self,
        session: Session,
        file: &str,
    ) -> Result<BuilderView, ConsoleError> {
        let member = self.reader(session)?;
        let mut view = self.in_builder(file)?;
        view.may_manage = access::may_manage(&member).is_ok();
        view.unsaved = self.unsaved(member.id, &view)?;
        Ok(view)
    }

    fn in_builder(&self, file: &str) -> Result<BuilderView, ConsoleError> {
        let published = self.published(file.trim_end_matches(".toml"))?;
        let (toml, hash) = match (self.draft_called(file), &published) {
            (Some(draft), _) => (draft.toml, draft.hash),
            (None, Some(known)) => (known.toml.clone(), known.hash.clone()),
            (None, None) => return Err(ConsoleError::new("draft_changed").with("file", file)),
        };
        let sketch = Sketch::reopen(file, &toml).map_err(|bad| told("connector_bad", &bad))?;
        let state = match &published {
            None => BuilderState::Draft,
            Some(known) if known.hash == hash => BuilderState::Published,
            Some(_) => BuilderState::Changed,
        };
        let id = file.trim_end_matches(".toml");
        let catalog = &self.inner.catalog;
        let count = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
        Ok(BuilderView {
            file: file.to_owned(),
            hash,
            state,
            hosts: sketch.hosts(),
            findings: self.findings(file, &sketch)?,
            toml,
            sketch,
            connections: count(catalog.connections_of_connector(id)?.len()),
            registrations: count(catalog.registrations(Some(id))?.len()),
            may_manage: true,
            unsaved: None,
        })
    }

    /// Everything that keeps a draft from being published, by field.
    fn findings(&self, file: &str, sketch: &Sketch) -> Result<Vec<FindingView>, ConsoleError> {
        let mut found = sketch.check();
        let at_id = |why| Finding {
            at: "/id".to_owned(),
            why,
        };
        if let Ok(own) = sketch.file_name()
            && own != file
        {
            // It keeps the name of its file where it cannot have the one of its id; where it can,
            // the file follows once the id is typed to its end.
            let id = &sketch.general.id;
            let kept = file.trim_end_matches(".toml");
            if self.published(kept)?.is_some() {
                found.push(at_id(Why::id_published(kept)));
            } else if !self.is_free(&own)? {
                found.push(at_id(Why::id_taken(id)));
            }
        }
        Ok(found.iter().map(|finding| self.finding(finding)).collect())
    }

    fn finding(&self, finding: &Finding) -> FindingView {
        FindingView {
            at: finding.at.clone(),
            code: finding.why.code.to_owned(),
            message: self.words_of(&finding.why),
        }
    }

    /// Why something is no connector, in the acting member's language.
    pub(crate) fn words_of(&self, why: &Why) -> String {
        messages::why(self.locale(), why.code, &args_of(why))
    }

    /// Writes a draft into its file, finished or not. `seen` is the hash of what it replaces: what
    /// somebody else wrote meanwhile stays. A draft that was never published follows its id to a
    /// file of that name, where that is free, once it is `settled`: not while the id is being typed.
    ///
    /// What a manager typed and is refused stays for them, beside the drafts.
    ///
    /// # Errors
    /// R1, R2; `draft_changed`; `draft_unwritable`; the vault is locked.
    pub fn save_connector(
        &self,
        session: Session,
        file: &str,
        sketch: &Sketch,
        seen: &str,
        settled: bool,
    ) -> Result<BuilderView, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        let saved = self.save_by(session, member.id, file, sketch, seen, settled);
        match &saved {
            Ok(_) => self.forget_unsaved(member.id, file),
            Err(_) => self.keep_unsaved(member.id, file, sketch, seen),
        }
        saved
    }

    fn save_by(
        &self,
        session: Session,
        member: MemberId,
        file: &str,
        sketch: &Sketch,
        seen: &str,
        settled: bool,
    ) -> Result<BuilderView, ConsoleError> {
        self.inner.keys.vault()?;
        let there = self.draft_called(file);
        let published = self.published(file.trim_end_matches(".toml"))?;
        let standing = there
            .as_ref()
            .map(|draft| &draft.hash)
            .or(published.as_ref().map(|known| &known.hash));
        if standing.is_none_or(|standing| standing != seen) {
            return Err(ConsoleError::new("draft_changed").with("file", file));
        }
        let wanted = sketch.file_name().unwrap_or_else(|_| file.to_owned());
        let moves = settled && wanted != file && published.is_none() && self.is_free(&wanted)?;
        let target = if moves { wanted } else { file.to_owned() };
        let replaces = there.is_some() && !moves;
        self.put_draft(&target, &sketch.to_toml(), replaces)?;
        if moves {
            self.remove_draft(file)?;
            self.inner.sittings.over(file);
        }
        if self.inner.sittings.begins(member, &target) {
            self.log_draft(session, Action::ConnectorDraftSaved, &target)?;
        }
        self.inner.bell.changed();
        self.in_builder(&target)
    }

    /// Writes a published connector, or else the draft of that id, into the home's `exports`
    /// folder.
    ///
    /// # Errors
    /// R2; `connector_missing`; `export_unwritable`; the vault is locked.
    pub fn export_connector(
        &self,
        session: Session,
        id: &str,
    ) -> Result<WrittenFile, ConsoleError> {
        self.reader(session)?;
        self.inner.keys.vault()?;
        let name = format!("{id}.toml");
        let toml = match (self.draft_called(&name), self.published(id)?) {
            (Some(draft), _) => draft.toml,
            (None, Some(published)) => published.toml,
            (None, None) => {
                return Err(ConsoleError::new("connector_missing").with("service", id));
            }
        };
        let path = self.write_file(&name, toml.as_bytes())?;
        self.log_draft(session, Action::ConnectorExported, &name)?;
        Ok(WrittenFile {
            path,
            entries: 1,
            left_out: 0,
        })
    }

    /// Looks a picture through that is to stand for a service, and gives it as a draft holds it.
    /// `data` is its bytes in base64.
    ///
    /// # Errors
    /// R1, R2; `logo_bad` with the file's name and the reason.
    pub fn connector_logo(
        &self,
        session: Session,
        file: &str,
        data: &str,
    ) -> Result<String, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        // What is no base64 is no picture either.
        let bytes = STANDARD.decode(data).unwrap_or_default();
        logo(&bytes).map_err(|why| {
            told(
                "logo_bad",
                &Problem {
                    file: file.to_owned(),
                    line: None,
                    why,
                },
            )
        })
    }

    /// The logos of published connectors, by id: PNG pictures in base64. Every member sees them.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn connector_logos(
        &self,
        session: Session,
    ) -> Result<std::collections::BTreeMap<String, String>, ConsoleError> {
        self.member(session)?;
        let library = self.inner.gateway.library();
        let logos = library.all().filter_map(|connector| {
            let logo = connector.logo.clone()?;
            Some((connector.id.clone(), logo))
        });
        Ok(logos.collect())
    }

    /// A file of the folder.
    fn draft_called(&self, file: &str) -> Option<Draft> {
        let all = tsunagi_connectors::drafts(&self.connectors_folder());
        all.into_iter().find(|draft| draft.file == file)
    }

    /// Whether nothing has this name: the id of a published connector is taken, file or not.
    fn is_free(&self, file: &str) -> Result<bool, ConsoleError> {
        let id = file.trim_end_matches(".toml");
        Ok(self.draft_called(file).is_none() && self.published(id)?.is_none())
    }

    fn put_draft(&self, file: &str, toml: &str, replaces: bool) -> Result<String, ConsoleError> {
        let folder = self.connectors_folder();
        put(&folder, file, toml.as_bytes(), replaces).map_err(|error| {
            if error.kind() == std::io::ErrorKind::AlreadyExists {
                return ConsoleError::new("draft_exists").with("file", file);
            }
            unwritable(&folder.join(file), &error)
        })?;
        Ok(hash(toml.as_bytes()))
    }

    /// Deletes a file of the folder. The name is one that was read there.
    fn remove_draft(&self, file: &str) -> Result<(), ConsoleError> {
        let path = self.connectors_folder().join(file);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(unwritable(&path, &error))
            }
            _ => Ok(()),
        }
    }

    fn log_draft(&self, session: Session, action: Action, file: &str) -> Result<(), ConsoleError> {
        let id = file.trim_end_matches(".toml");
        self.log(session, action, &format!("connector/{id}"), &[])
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> ConsoleError {
    ConsoleError::new("draft_unwritable")
        .with("path", path.display().to_string())
        .with("detail", error.to_string())
}

fn args_of(why: &Why) -> std::collections::BTreeMap<String, String> {
    let args = why.args.iter();
    args.map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// A file that is refused, by name, line and reason.
pub(crate) fn told(code: &str, problem: &Problem) -> ConsoleError {
    // A sentence that says its line itself has no second one before it.
    let own = problem.why.args.contains_key("line");
    let place = match problem.line {
        Some(line) if !own => format!("{}:{line}", problem.file),
        _ => problem.file.clone(),
    };
    let mut error = ConsoleError::new(code)
        .with("detail", problem.to_string())
        .with("where", place)
        .with("why", problem.why.code);
    error.args.extend(args_of(&problem.why));
    error
}

/// Writes a file as a whole or not at all.
fn put(folder: &Path, name: &str, bytes: &[u8], replaces: bool) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    // Not `.toml` until it is whole: half a file would be listed as a bad one.
    let mut file = tempfile::Builder::new()
        .prefix(".draft-")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let path = folder.join(name);
    let outcome = if replaces {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    outcome.map(|_| ()).map_err(|error| error.error)
}
