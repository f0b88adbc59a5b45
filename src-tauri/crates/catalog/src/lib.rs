//! The catalog: what the workspace remembers, in two SQLite files.
//!
//! This room keeps workspace, members, client registrations, accepted connectors, connections,
//! slots, authorizations with their sealed credentials, renewal leases, flows, which sign-ins are
//! kept, the items of the areas, and the event log in `catalog.sqlite`, runs and executions in
//! `data.sqlite`. It is the only crate that speaks SQL, and its
//! public API speaks the domain's words: no SQL type leaves it. It may touch those two files, their
//! lock files and their backups, all in the home it is given, and nothing else. It never opens a
//! sealed byte, never decides a rule, never waits for the network inside a transaction, and never
//! recreates a file it does not understand.
//!
//! Every call is synchronous and durable when it returns. Two processes may use one home at
//! once: what reads and then writes does so in one immediate transaction.

mod applications;
mod authorizations;
mod backups;
mod belongings;
mod connections;
mod connectors;
mod crowding;
mod damage;
mod definitions;
mod error;
mod events;
mod executions;
mod facets;
mod fillings;
mod flows;
mod history;
mod inventory;
mod items;
mod kept_sign_ins;
mod keys;
mod lapsing;
mod leases;
mod list;
mod members;
mod needing;
mod offers;
mod places;
mod primaries;
mod pulled;
mod quarantine;
mod ranks;
mod records;
mod registrations;
mod remains;
mod resealing;
mod reshaping;
mod restorations;
mod rewrapping;
mod row;
mod runs;
mod schedules;
mod schema;
mod search;
mod slots;
mod stamps;
mod standing;
mod store;
mod texts;
mod uses;
mod verifications;
mod workspace;

use std::path::Path;
use std::sync::Arc;

pub use applications::ApplicationSummary;
pub use authorizations::{Authorization, Unreachable};
pub use backups::FILES;
pub use belongings::Belongings;
pub use connections::SlotSettings;
pub use connectors::AcceptedConnector;
pub use crowding::Crowd;
pub use damage::set_aside_files;
pub use definitions::{Definition, DefinitionPage, NewDefinitions};
pub use error::CatalogError;
pub use events::{By, Entry, Event, EventQuery, Fault, NewEvent, Tag, Verification};
pub use executions::Execution;
pub use fillings::Filling;
pub use flows::{Flow, Step};
pub use history::{History, PastExecution, PastMark};
pub use inventory::{InventoryPage, InventoryRow};
pub use items::{Item, Part};
pub use kept_sign_ins::KeptSignIn;
pub use lapsing::Lapse;
pub use leases::{Budget, Lease, Renewal, Sending};
pub use list::{Cursor, ListQuery, ListRow, Page, Sort};
pub use members::Proof;
pub use offers::Offer;
pub use primaries::Primary;
pub use pulled::{Found, NewRow, Pull, PulledRow, Running as RunningPull};
pub use quarantine::{QUARANTINE, Quarantined};
pub use records::Record;
pub use registrations::{Redirect, Registration, SealedSecret};
pub use remains::Remains;
pub use reshaping::Reshaping;
pub use rewrapping::{KeyLock, StoredWrap, WrapOf};
pub use runs::Run;
pub use schedules::Progress;
pub use search::fold;
pub use slots::{Sealed, Slot, Wrap};
pub use stamps::Stamp;
pub use uses::{Moved, Use};

use ranks::Ranking;
use stamps::{Index, Watcher};
use store::Store;
use texts::Texts;

/// Result of every call of this crate.
pub type Result<T, E = CatalogError> = std::result::Result<T, E>;

/// An open catalog. Clones share the same files and connections.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    catalog: Store,
    data: Store,
    ranking: Ranking,
    texts: Texts,
    watcher: Watcher,
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalog")
            .field("file", &self.inner.catalog.path())
            .finish_non_exhaustive()
    }
}

impl Catalog {
    /// Opens `catalog.sqlite` and `data.sqlite` in `home`, an existing folder, creating the files
    /// where they are missing. An older file is copied to `<file>.before-<version>` and then
    /// migrated.
    ///
    /// # Errors
    /// [`CatalogError::TooNew`] for a file of a later version, which is left untouched;
    /// [`CatalogError::Damaged`] for one that is no catalog; [`CatalogError::DiskFull`],
    /// [`CatalogError::Io`] or [`CatalogError::Busy`] where the files cannot be used.
    pub fn open(home: &Path) -> Result<Self> {
        // Two processes that start at once would both find an empty file and both fill it.
        let _only_one = store::opening(home)?;
        let path = home.join("catalog.sqlite");
        // Before there are locks on it: another catalog of this process may just be ending.
        let before = Index::of(&path);
        let catalog = Store::open(&path, &schema::CATALOG)?;
        let index = Index::of(&path);
        drop(before);
        let opened = Self {
            inner: Arc::new(Inner {
                catalog,
                data: Store::open(&home.join("data.sqlite"), &schema::DATA)?,
                ranking: Ranking::default(),
                texts: Texts::default(),
                watcher: Watcher::new(index),
            }),
        };
        if opened.catalog().read(standing::is_unfounded)? {
            opened.catalog().write(standing::found)?;
        }
        if let Err(error) = opened.learn_to_give_back() {
            tracing::warn!(%error, "what becomes free in the file stays in it");
        }
        Ok(opened)
    }

    /// Has `data.sqlite` of a program of before give room back. Once in each version of the program:
    /// where it fails, no start after that waits for it again.
    fn learn_to_give_back(&self) -> Result<()> {
        const TRIED: &str = "room_tried";
        let version = env!("CARGO_PKG_VERSION");
        if !self.data().may_learn()? || self.setting(TRIED)?.as_deref() == Some(version) {
            return Ok(());
        }
        // Before it is begun: a program that is ended meanwhile has tried, too.
        self.set_setting(TRIED, version)?;
        self.data().learn()
    }

    /// Makes one write of all that `work` writes into `catalog.sqlite` through this catalog or
    /// its clones: all of it is stored, durably, or none. What it reads is what it has written
    /// so far. Other writers wait meanwhile.
    ///
    /// # Errors
    /// Those of `work`; else as every write.
    pub fn at_once<T, E: From<CatalogError>>(
        &self,
        work: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.catalog().write_or(|_| work())
    }

    /// Stops `catalog.sqlite` and `data.sqlite` from growing beyond `pages` pages of 4 KiB, so
    /// that a test meets [`CatalogError::DiskFull`] without filling a disk.
    ///
    /// # Errors
    /// As every write.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<()> {
        self.catalog().limit_pages(pages)?;
        self.data().limit_pages(pages)
    }

    /// Refuses every new entry of the log, so that a test sees what becomes of a deed that cannot
    /// be logged.
    ///
    /// # Errors
    /// As every write.
    #[doc(hidden)]
    pub fn fail_events(&self, fail: bool) -> Result<()> {
        let sql = if fail {
            "CREATE TRIGGER event_fails BEFORE INSERT ON event BEGIN
                 SELECT RAISE(ABORT, 'no entry');
             END"
        } else {
            "DROP TRIGGER event_fails"
        };
        self.catalog().write(|db| Ok(db.execute_batch(sql)?))
    }

    /// Makes a connection's row unreadable, as a disk or another program might.
    ///
    /// # Errors
    /// As every write.
    #[doc(hidden)]
    pub fn spoil_connection(&self, id: tsunagi_domain::ConnectionId) -> Result<()> {
        let sql = "UPDATE connection SET scopes = 'no list' WHERE id = ?1";
        self.catalog().write(|db| {
            db.execute(sql, [id.uuid().into_bytes()])?;
            Ok(())
        })
    }

    /// As [`Self::spoil_connection`], of a member.
    ///
    /// # Errors
    /// As every write.
    #[doc(hidden)]
    pub fn spoil_member(&self, id: tsunagi_domain::MemberId) -> Result<()> {
        let sql = "UPDATE member SET role = 'no role' WHERE id = ?1";
        self.catalog().write(|db| {
            db.execute(sql, [id.uuid().into_bytes()])?;
            Ok(())
        })
    }

    /// As [`Self::spoil_connection`], of what environments of a connection have of their own.
    ///
    /// # Errors
    /// As every write.
    #[doc(hidden)]
    pub fn spoil_settings(&self, id: tsunagi_domain::ConnectionId) -> Result<()> {
        let sql = "UPDATE slot_settings SET settings = 'no settings' WHERE connection = ?1";
        self.catalog().write(|db| {
            db.execute(sql, [id.uuid().into_bytes()])?;
            Ok(())
        })
    }

    /// As [`Self::spoil_connection`], of any row: `sql` says what befalls it. Gives how many it
    /// befell.
    ///
    /// # Errors
    /// As every write.
    #[doc(hidden)]
    pub fn spoil(&self, sql: &str) -> Result<usize> {
        self.catalog().spoil(sql)
    }

    /// Derives everything the list is filtered and searched by again, for tests and measurements
    /// that filled the file without this program.
    ///
    /// # Errors
    /// As every write.
    #[doc(hidden)]
    pub fn derive_again(&self) -> Result<()> {
        self.catalog().write(standing::found)
    }

    fn catalog(&self) -> &Store {
        &self.inner.catalog
    }

    fn data(&self) -> &Store {
        &self.inner.data
    }
}
