//! The Connectors screen: built-in services, connector files of this workspace, client
//! registrations.

use std::path::PathBuf;

use tsunagi_catalog::AcceptedConnector;
use tsunagi_connectors::{DiffKind, Draft, Sketch, diff, drafts};
use tsunagi_domain::access::Act;
use tsunagi_domain::{Refusal, access};

use crate::console::{Console, Session, words};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::rows::mark;
use crate::views::{ConnectorFile, ConnectorsView, DiffRow, FileState};

impl Console {
    /// The folder whose files are read as drafts.
    #[must_use]
    pub fn connectors_folder(&self) -> PathBuf {
        self.home().join("connectors")
    }

    /// What the screen shows. Reads the folder anew.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn connectors(&self, session: Session) -> Result<ConnectorsView, ConsoleError> {
        let member = self.reader(session)?;
        let folder = self.connectors_folder();
        let accepted = self.inner.catalog.accepted_connectors()?;
        let mut files = Vec::new();
        let mut seen = Vec::new();
        for draft in drafts(&folder) {
            let id = draft.file.trim_end_matches(".toml").to_owned();
            let before = accepted.iter().find(|known| known.id == id);
            files.push(self.file(&draft, before)?);
            seen.push(id);
        }
        for gone in accepted.iter().filter(|known| !seen.contains(&known.id)) {
            files.push(self.gone(gone)?);
        }
        Ok(ConnectorsView {
            folder: folder.display().to_string(),
            files,
            built_in: self
                .gallery(session)?
                .into_iter()
                .filter(|entry| !entry.custom)
                .collect(),
            registrations: self.registrations(None)?,
            may_manage: access::may_manage(&member).is_ok(),
        })
    }

    fn file(
        &self,
        draft: &Draft,
        before: Option<&AcceptedConnector>,
    ) -> Result<ConnectorFile, ConsoleError> {
        let id = draft.file.trim_end_matches(".toml");
        let connections = self.inner.catalog.connections_of_connector(id)?.len();
        let state = match (&draft.outcome, before) {
            (Err(_), _) => FileState::Bad,
            (Ok(_), None) => FileState::Draft,
            (Ok(_), Some(before)) if before.hash == draft.hash => FileState::Accepted,
            (Ok(_), Some(_)) => FileState::Changed,
        };
        let changed = before.filter(|_| state == FileState::Changed);
        let problem = draft.outcome.as_ref().err();
        Ok(ConnectorFile {
            file: draft.file.clone(),
            hash: draft.hash.clone(),
            state,
            service: draft.outcome.as_ref().ok().map(mark),
            hosts: draft
                .outcome
                .as_ref()
                .map(|connector| connector.hosts.clone())
                .unwrap_or_default(),
            // A sentence that says its line itself has no second one before it.
            line: problem
                .filter(|problem| !problem.why.args.contains_key("line"))
                .and_then(|problem| problem.line)
                .map(|line| u32::try_from(line).unwrap_or(u32::MAX)),
            problem: problem.map(|problem| self.words_of(&problem.why)),
            unfinished: problem.is_some() && Sketch::reopen(&draft.file, &draft.toml).is_ok(),
            diff: changed
                .map(|before| {
                    diff(&before.toml, &draft.toml)
                        .into_iter()
                        .map(|line| DiffRow {
                            change: match line.kind {
                                DiffKind::Same => "same",
                                DiffKind::Added => "added",
                                DiffKind::Removed => "removed",
                            }
                            .to_owned(),
                            text: line.text,
                        })
                        .collect()
                })
                .unwrap_or_default(),
            connections: u32::try_from(connections).unwrap_or(u32::MAX),
        })
    }

    fn gone(&self, accepted: &AcceptedConnector) -> Result<ConnectorFile, ConsoleError> {
        let connections = self
            .inner
            .catalog
            .connections_of_connector(&accepted.id)?
            .len();
        let library = self.inner.gateway.library();
        let connector = library.get(&accepted.id);
        Ok(ConnectorFile {
            file: format!("{}.toml", accepted.id),
            hash: accepted.hash.clone(),
            state: FileState::Gone,
            service: connector.map(mark),
            hosts: connector
                .map(|connector| connector.hosts.clone())
                .unwrap_or_default(),
            line: None,
            problem: None,
            unfinished: false,
            diff: Vec::new(),
            connections: u32::try_from(connections).unwrap_or(u32::MAX),
        })
    }

    /// Accepts a file exactly as it was shown: by the hash the member saw.
    ///
    /// # Errors
    /// R1, R2; `draft_changed` where the file is another one by now; `connector_bad`;
    /// `connector_way_changed`, `connector_kind_gone`, `connector_one_only` where connections could
    /// not go on with it.
    pub fn accept_connector(
        &self,
        session: Session,
        file: &str,
        hash: &str,
    ) -> Result<ConnectorsView, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        self.inner.keys.vault()?;
        let (draft, connector) = self.draft_as_seen(file, hash)?;
        let library = self.inner.gateway.library();
        let before = library.get(&connector.id);
        let accepted = AcceptedConnector {
            id: connector.id.clone(),
            hash: draft.hash,
            toml: draft.toml,
            accepted_by: member.id,
            accepted_at: self.now(),
        };
        self.at_once(|| {
            let catalog = &self.inner.catalog;
            // Another window may be making a connection of it.
            self.may_replace(before, &connector)?;
            catalog.accept_connector(&accepted)?;
            self.remove_moved_secrets(session, before, &connector)?;
            catalog.set_connector_words(&connector.id, &words(&connector))?;
            let subject = format!("connector/{}", connector.id);
            self.log(
                session,
                Action::ConnectorAccepted,
                &subject,
                &[("hash", hash)],
            )
        })?;
        self.inner.sittings.over(file);
        self.reload_library()?;
        self.note_retired()?;
        self.restate_connector(&connector.id)?;
        self.inner.bell.changed();
        self.connectors(session)
    }

    /// R2 for opening the folder: anybody who sees the screen may look.
    ///
    /// # Errors
    /// `member_inactive`.
    pub fn may_open_folder(&self, session: Session) -> Result<PathBuf, ConsoleError> {
        let member = self.reader(session)?;
        if member.active {
            Ok(self.connectors_folder())
        } else {
            Err(Refusal::new(tsunagi_domain::RefusalCode::MemberInactive).into())
        }
    }
}
