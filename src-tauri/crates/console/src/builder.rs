//! The builder of custom connectors: from a service's name, its issuer's address or somebody
//! else's file to a draft in the home's folder, and from there to a published connector.
//!
//! A draft is a file like any other of the folder: nothing uses it until a manager publishes
//! exactly what they saw. What a published connector becomes is shown before (R18).

mod publishing;

use std::io::Write as _;
use std::path::Path;

use tsunagi_connectors::{Finding, OpenApi, Security, Sketch, Way, hash};
use tsunagi_domain::access::Act;
use tsunagi_oauth::Wire;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{SavedDraft, WrittenFile};

impl Console {
    /// A draft with nothing in it but a name and a way to get in. Nothing is stored.
    ///
    /// # Errors
    /// R1, R2.
    pub fn begin_connector(
        &self,
        session: Session,
        name: &str,
        way: Way,
    ) -> Result<Sketch, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        Ok(Sketch::new(name, Security::of(way)))
    }

    /// Fills a draft with what an issuer says about itself (RFC 8414, OpenID Connect Discovery).
    /// `issuer` may also be the address of the document, as OpenAPI documents have it.
    ///
    /// # Errors
    /// R1, R2; those of [`tsunagi_oauth::discover`]. The draft is as it was then.
    pub async fn fill_connector(
        &self,
        session: Session,
        sketch: &Sketch,
        issuer: &str,
    ) -> Result<Sketch, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        let http = self.inner.gateway.http();
        let found = tsunagi_oauth::discover(http, issuer, &mut Wire::default()).await?;
        let mut sketch = sketch.clone();
        sketch.fill(found.oauth, &found.scopes);
        Ok(sketch)
    }

    /// Reads a connector file as a draft to go on with. Nothing is stored.
    ///
    /// # Errors
    /// R1, R2; `import_bad` with name, line and reason.
    pub fn import_connector(
        &self,
        session: Session,
        file: &str,
        text: &str,
    ) -> Result<Sketch, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        Sketch::from_toml(file, text).map_err(import_bad)
    }

    /// Reads an OpenAPI document: a draft for each of its security schemes that can be used.
    /// Nothing is stored, and nothing is fetched.
    ///
    /// # Errors
    /// R1, R2; `import_bad` with name, line and reason.
    pub fn import_openapi(
        &self,
        session: Session,
        file: &str,
        text: &str,
    ) -> Result<OpenApi, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        tsunagi_connectors::openapi(file, text).map_err(import_bad)
    }

    /// Everything that keeps a draft from being published, by field.
    ///
    /// # Errors
    /// R2.
    pub fn check_connector(
        &self,
        session: Session,
        sketch: &Sketch,
    ) -> Result<Vec<Finding>, ConsoleError> {
        self.reader(session)?;
        Ok(sketch.check())
    }

    /// Opens a file of the folder to go on with, finished or not; where it is gone, the published
    /// connector of its name.
    ///
    /// # Errors
    /// R2; `draft_changed` where there is neither; `connector_bad`.
    pub fn open_draft(&self, session: Session, file: &str) -> Result<Sketch, ConsoleError> {
        self.reader(session)?;
        let toml = match self.draft_called(file) {
            Some(draft) => draft.toml,
            None => {
                let published = self.published(file.trim_end_matches(".toml"))?;
                let gone = || ConsoleError::new("draft_changed").with("file", file);
                published.ok_or_else(gone)?.toml
            }
        };
        Sketch::reopen(file, &toml).map_err(|problem| {
            ConsoleError::new("connector_bad").with("detail", problem.to_string())
        })
    }

    /// Writes a draft into the home's folder, finished or not. `seen` is the hash of the file that
    /// it replaces, `None` where it is new: what somebody else wrote meanwhile stays.
    ///
    /// # Errors
    /// R1, R2; `connector_id_bad`; `draft_exists` where there is such a file already;
    /// `draft_changed` where it is another one by now; `draft_unwritable`.
    pub fn save_connector(
        &self,
        session: Session,
        sketch: &Sketch,
        seen: Option<&str>,
    ) -> Result<SavedDraft, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        let file = sketch.file_name().map_err(|finding| {
            ConsoleError::new("connector_id_bad").with("detail", finding.reason)
        })?;
        let there = self.draft_called(&file);
        // The id of a published connector whose file is gone is not free either.
        let standing = match &there {
            Some(draft) => Some(draft.hash.clone()),
            None => self.published(&sketch.general.id)?.map(|known| known.hash),
        };
        match (standing, seen) {
            (None, None) => {}
            (Some(hash), Some(seen)) if hash == seen => {}
            (Some(_), None) => return Err(ConsoleError::new("draft_exists").with("file", file)),
            _ => return Err(ConsoleError::new("draft_changed").with("file", file)),
        }
        let toml = sketch.to_toml();
        let folder = self.connectors_folder();
        put(&folder, &file, toml.as_bytes(), there.is_some()).map_err(|error| {
            if error.kind() == std::io::ErrorKind::AlreadyExists {
                return ConsoleError::new("draft_exists").with("file", &file);
            }
            ConsoleError::new("draft_unwritable")
                .with("path", folder.join(&file).display().to_string())
                .with("detail", error.to_string())
        })?;
        self.inner.bell.changed();
        Ok(SavedDraft {
            hash: hash(toml.as_bytes()),
            findings: u32::try_from(sketch.check().len()).unwrap_or(u32::MAX),
            file,
        })
    }

    /// Writes a published connector, or else the draft of that id, into the home's `exports`
    /// folder.
    ///
    /// # Errors
    /// R2; `connector_missing`; `export_unwritable`.
    pub fn export_connector(
        &self,
        session: Session,
        id: &str,
    ) -> Result<WrittenFile, ConsoleError> {
        self.reader(session)?;
        let name = format!("{id}.toml");
        let toml = match self.published(id)? {
            Some(published) => published.toml,
            None => {
                let draft = self.draft_called(&name);
                let missing = || ConsoleError::new("connector_missing").with("service", id);
                draft.ok_or_else(missing)?.toml
            }
        };
        Ok(WrittenFile {
            path: self.write_file(&name, toml.as_bytes())?,
            entries: 1,
            left_out: 0,
        })
    }
}

fn import_bad(problem: tsunagi_connectors::Problem) -> ConsoleError {
    ConsoleError::new("import_bad").with("detail", problem.to_string())
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
