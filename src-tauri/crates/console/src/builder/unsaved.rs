//! What a member typed and could not store: somebody else had written the draft meanwhile, its
//! folder could not be written, or the vault was locked. It stays in a file of their own until it
//! is stored or given up, so that quitting the program does not lose it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tsunagi_connectors::Sketch;
use tsunagi_domain::MemberId;

use super::put;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{BuilderView, UnsavedView};

/// Where it is, in the home: not the drafts' folder, which may be what cannot be written.
const FOLDER: &str = "unsaved";

#[derive(Serialize, Deserialize)]
struct Typed {
    seen: String,
    sketch: Sketch,
}

impl Console {
    /// Gives up what the acting member typed into a draft and could not store, and opens the draft
    /// as its file is.
    ///
    /// # Errors
    /// As [`Console::connector_draft`].
    pub fn discard_unsaved(
        &self,
        session: Session,
        file: &str,
    ) -> Result<BuilderView, ConsoleError> {
        let member = self.reader(session)?;
        self.forget_unsaved(member.id, file);
        self.connector_draft(session, file)
    }

    /// Where a member's is. The name comes from a screen: one that leads elsewhere has no place.
    fn unsaved_at(&self, member: MemberId, file: &str) -> Option<PathBuf> {
        let plain = Path::new(file).file_name().is_some_and(|name| name == file);
        let folder = self.home().join(FOLDER).join(member.to_string());
        plain.then(|| folder.join(format!("{file}.json")))
    }

    /// Keeps it, where that can be: what was refused is told already, and so is why.
    pub(super) fn keep_unsaved(&self, member: MemberId, file: &str, sketch: &Sketch, seen: &str) {
        let Some(path) = self.unsaved_at(member, file) else {
            return;
        };
        let typed = Typed {
            seen: seen.to_owned(),
            sketch: sketch.clone(),
        };
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return;
        };
        let kept = serde_json::to_vec(&typed)
            .map_err(std::io::Error::from)
            .and_then(|bytes| put(folder, &name.to_string_lossy(), &bytes, true));
        if let Err(error) = kept {
            tracing::warn!(%error, "what was typed into a draft could not be kept");
        }
    }

    /// What a member could not store of a draft, where it is not what is stored by now.
    pub(super) fn unsaved(
        &self,
        member: MemberId,
        view: &BuilderView,
    ) -> Result<Option<UnsavedView>, ConsoleError> {
        let path = self.unsaved_at(member, &view.file);
        let bytes = path.and_then(|path| std::fs::read(path).ok());
        let typed: Option<Typed> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(Typed { seen, sketch }) = typed.filter(|typed| typed.sketch != view.sketch) else {
            return Ok(None);
        };
        Ok(Some(UnsavedView {
            findings: self.findings(&view.file, &sketch)?,
            seen,
            sketch,
        }))
    }

    /// It is stored, or nobody wants it.
    pub(super) fn forget_unsaved(&self, member: MemberId, file: &str) {
        if let Some(path) = self.unsaved_at(member, file) {
            // One that is not there is what is wanted.
            let _ = std::fs::remove_file(path);
        }
    }
}
