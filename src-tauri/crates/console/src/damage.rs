//! Files and rows that came to harm: a person learns what, where and since when, and what they can
//! do. Nothing damaged is deleted but by a person.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tsunagi_catalog::{Catalog, CatalogError, Quarantined};
use tsunagi_domain::{Connection, ConnectionId, Member, MemberId, Timestamp};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::exporting::stamp;
use crate::impacts::Whole;
use crate::log::Action;
use crate::views::{Restoring, Start, Unreadable};

/// The setting that holds the files a person was told about.
const SEEN: &str = "set_aside_seen";
/// The setting that holds the files that are in the log.
const LOGGED: &str = "set_aside_logged";
/// The setting that holds since when rows cannot be read.
const SINCE: &str = "unreadable_since";

/// Rows that cannot be read, and whether they were looked for since the catalog was opened.
#[derive(Default)]
pub(crate) struct UnreadableRows {
    looked: AtomicBool,
    looking: AtomicBool,
    found: RwLock<Vec<Unreadable>>,
}

impl UnreadableRows {
    /// The catalog has become another: they are looked for anew.
    pub(crate) fn forget(&self) {
        if let Ok(mut found) = self.found.write() {
            found.clear();
        }
        self.looked.store(false, Ordering::Relaxed);
    }
}

/// What a person is told of a damaged catalog, by its code.
pub const DAMAGED: &str = "catalog_damaged";

/// Sets the damaged catalog of a home aside, which no program has open: the next
/// [`Console::open`] finds an empty home.
///
/// # Errors
/// A home that cannot be written.
pub fn set_aside(home: &Path, now: Timestamp) -> Result<(), ConsoleError> {
    Ok(Catalog::set_aside(home, &stamp(now))?)
}

/// Whether a backup is one, opens, and is whole: asked before a damaged catalog makes room for it.
///
/// # Errors
/// As [`Console::restore`], but for what the keyring says.
pub fn check_backup(home: &Path, wish: &Restoring, now: Timestamp) -> Result<(), ConsoleError> {
    crate::restoring::unpacked_copy(home, wish, now).map(drop)
}

impl Console {
    /// The files that were set aside, each told of by itself.
    fn told_aside(&self) -> Result<Vec<String>, ConsoleError> {
        let all = tsunagi_catalog::set_aside_files(self.home())?;
        let [runs, catalog] = tsunagi_catalog::FILES;
        // Sound runs go with the catalog they belong to: that one alone is told of.
        let beside = |file: &String| {
            let with = file.strip_prefix(runs);
            with.is_some_and(|stamp| all.contains(&format!("{catalog}{stamp}")))
        };
        Ok(all.iter().filter(|file| !beside(file)).cloned().collect())
    }

    /// The files that were set aside and nobody has taken note of yet.
    pub(crate) fn set_aside_files(&self) -> Result<Vec<String>, ConsoleError> {
        let mut files = self.told_aside()?;
        if !files.is_empty() {
            let seen = self.files_in(SEEN)?;
            files.retain(|file| !seen.contains(file));
        }
        Ok(files)
    }

    /// Puts files that were set aside into the log, each once: whoever reads it sees where the log
    /// before it went. It waits there where the vault is locked.
    pub(crate) fn log_set_aside(&self) {
        if let Err(error) = self.try_log_set_aside() {
            tracing::error!(code = %error.code, "files set aside are not in the log");
        }
    }

    fn try_log_set_aside(&self) -> Result<(), ConsoleError> {
        let files = self.told_aside()?;
        let logged = self.files_in(LOGGED)?;
        if files == logged {
            return Ok(());
        }
        let nobody = Session { member: None };
        for file in files.iter().filter(|file| !logged.contains(file)) {
            let args = [("file", file.as_str())];
            self.note(nobody, Action::WorkspaceFileSetAside, "workspace", &args);
        }
        self.set_files_in(LOGGED, &files)
    }

    fn files_in(&self, setting: &str) -> Result<Vec<String>, ConsoleError> {
        let files = self.readable_setting(setting)?;
        Ok(files
            .and_then(|files| serde_json::from_str(&files).ok())
            .unwrap_or_default())
    }

    fn set_files_in(&self, setting: &str, files: &[String]) -> Result<(), ConsoleError> {
        let files = serde_json::to_string(files).map_err(|_| ConsoleError::new("internal"))?;
        Ok(self.inner.catalog.set_setting(setting, &files)?)
    }

    /// Takes note of a file that was set aside: it is not told again.
    ///
    /// # Errors
    /// R2: managers.
    pub fn note_set_aside(&self, session: Session, file: &str) -> Result<Start, ConsoleError> {
        self.reader(session)?;
        let known = tsunagi_catalog::set_aside_files(self.home())?;
        let mut seen = self.files_in(SEEN)?;
        seen.push(file.to_owned());
        // What is not there any more needs no memory.
        seen.retain(|seen| known.contains(seen));
        self.set_files_in(SEEN, &seen)?;
        self.inner.bell.changed();
        self.start(session)
    }

    /// A member of whom no more is wanted than what they are called: one who cannot be read is told
    /// on Home, and keeps nothing from being shown that names them.
    pub(crate) fn readable_member(&self, id: MemberId) -> Result<Option<Member>, ConsoleError> {
        match self.inner.catalog.member(id) {
            Err(CatalogError::Unreadable(_)) => Ok(None),
            found => Ok(found?),
        }
    }

    /// As [`Self::readable_member`], a connection that is one of several in a list.
    pub(crate) fn readable_connection(
        &self,
        id: ConnectionId,
    ) -> Result<Option<Connection>, ConsoleError> {
        match self.inner.catalog.connection(id) {
            Err(CatalogError::Unreadable(_)) => Ok(None),
            found => Ok(found?),
        }
    }

    /// What a connection is called, also where no more of it can be read.
    pub(crate) fn name_at_least(&self, id: ConnectionId) -> Result<String, ConsoleError> {
        if let Some(connection) = self.readable_connection(id)? {
            return Ok(connection.name.to_string());
        }
        let remains = self.inner.catalog.remains(id)?;
        Ok(remains.map_or_else(|| id.to_string(), |remains| remains.name))
    }

    /// As [`Self::whole`], of a connection that something else reaches: one that cannot be read
    /// sends nothing, so nothing that runs on it can stop.
    pub(crate) fn readable_whole(&self, id: ConnectionId) -> Result<Option<Whole>, ConsoleError> {
        match self.readable_connection(id)? {
            Some(_) => self.whole(id).map(Some),
            None => Ok(None),
        }
    }

    /// As the catalog's setting of this name; one that cannot be read is as though it had never
    /// been set. Where that is not the strictest, whoever asks looks for itself.
    pub(crate) fn readable_setting(&self, name: &str) -> Result<Option<String>, ConsoleError> {
        match self.inner.catalog.setting(name) {
            Err(CatalogError::Unreadable(_)) => Ok(None),
            found => Ok(found?),
        }
    }

    /// The rows that cannot be read, as far as they are known. The first who asks has them looked
    /// for, beside the work since every row is read for it; where there are any, so has everybody
    /// after them, since they may be mended. The bell tells what is new.
    pub(crate) fn unreadable(&self) -> Vec<Unreadable> {
        let rows = &self.inner.unreadable;
        let found = rows.found.read();
        let found = found.map(|found| found.clone()).unwrap_or_default();
        let due = !rows.looked.load(Ordering::Relaxed) || !found.is_empty();
        if due && !rows.looking.swap(true, Ordering::Relaxed) {
            let console = self.clone();
            std::thread::spawn(move || console.look_for_unreadable());
        }
        found
    }

    fn look_for_unreadable(&self) {
        let rows = &self.inner.unreadable;
        rows.looked.store(true, Ordering::Relaxed);
        match self.unreadable_now() {
            Ok(now) => {
                let mut told = false;
                if let Ok(mut found) = rows.found.write() {
                    told = *found != now;
                    *found = now;
                }
                if told {
                    self.inner.bell.changed();
                }
            }
            Err(error) => tracing::error!(code = %error.code, "rows not looked through"),
        }
        rows.looking.store(false, Ordering::Relaxed);
    }

    fn unreadable_now(&self) -> Result<Vec<Unreadable>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let found = catalog.quarantined()?;
        let before = self.readable_setting(SINCE)?;
        if found.is_empty() && before.is_none() {
            return Ok(Vec::new());
        }
        let before: BTreeMap<String, i64> = before
            .and_then(|before| serde_json::from_str(&before).ok())
            .unwrap_or_default();
        let mut since = BTreeMap::new();
        let mut rows = Vec::new();
        for row in found {
            let Quarantined {
                what,
                id,
                name,
                why,
            } = row;
            let key = format!("{what}/{id}");
            let at = before.get(&key).copied().unwrap_or(self.now().0);
            since.insert(key, at);
            rows.push(Unreadable {
                what: what.to_owned(),
                id,
                name,
                why,
                since: Timestamp(at),
            });
        }
        if since != before {
            let since = serde_json::to_string(&since).map_err(|_| ConsoleError::new("internal"))?;
            catalog.set_setting(SINCE, &since)?;
        }
        Ok(rows)
    }
}
