//! The console: one workspace, opened.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Instant;

use tsunagi_catalog::{Catalog, CatalogError};
use tsunagi_connectors::{Connector, Library, Problem};
use tsunagi_domain::access::{self, Act};
use tsunagi_domain::{Clock, FlowId, Member, MemberId, Refusal, RefusalCode, Timestamp, Workspace};
use tsunagi_gateway::{Gateway, Keys};
use tsunagi_vault::{KeyHolder, KeyringError};

use crate::agent::{Bell, Practice, UserAgent};
use crate::builder::Sittings;
use crate::damage::UnreadableRows;
use crate::data_sources::Pulling;
use crate::definitions::Pending;
use crate::error::ConsoleError;
use crate::flow::Running;
use crate::kept_sign_ins::{Leftovers, Profiles};
use crate::keys::KeyDesk;
use crate::panels::Looking;
use crate::retention::Forgetting;
use crate::schedules::Underway;
use crate::session::Seat;
use crate::unlock::VaultState;
use crate::views::{Failure, Locale, Theme};
use crate::work::Works;
use crate::workflows::Working;

/// How the keyring is reached. Called on a thread of its own, since it may wait for a prompt.
pub type OpenKeyring = dyn Fn() -> Result<Box<dyn KeyHolder>, KeyringError> + Send + Sync;

/// What the outside world lends the console.
pub struct Surroundings {
    /// Folder of the data.
    pub home: PathBuf,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The OS keyring.
    pub keyring: Arc<OpenKeyring>,
    /// Windows and browser.
    pub agent: Arc<dyn UserAgent>,
    /// Doors that want to hear of changes.
    pub bell: Arc<dyn Bell>,
    /// The practice service.
    pub practice: Arc<dyn Practice>,
    /// Name proposed for the first member.
    pub person: String,
    /// Language of the desktop.
    pub locale: Locale,
}

/// Who acts. Made by the console when somebody sits down, never from an argument of a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub(crate) member: Option<MemberId>,
}

/// One workspace, opened. Cloning shares it.
#[derive(Clone)]
pub struct Console {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Console")
    }
}

pub(crate) struct Inner {
    pub(crate) home: PathBuf,
    pub(crate) catalog: Catalog,
    pub(crate) keys: Keys,
    pub(crate) gateway: Gateway,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) agent: Arc<dyn UserAgent>,
    pub(crate) bell: Arc<dyn Bell>,
    pub(crate) practice: Arc<dyn Practice>,
    pub(crate) person: String,
    pub(crate) flows: Mutex<HashMap<FlowId, Running>>,
    pub(crate) practice_failure: Mutex<Option<ConsoleError>>,
    /// The profiles that provider's pages are open in.
    pub(crate) profiles: Profiles,
    /// Their folders that could not be deleted.
    pub(crate) leftovers: Leftovers,
    /// Held while a flow begins, so that two clicks on one slot begin one flow.
    pub(crate) beginning: tokio::sync::Mutex<()>,
    /// Who sits at the keyboard.
    pub(crate) seat: RwLock<Seat>,
    /// Held while somebody proves who they are: one try at a time.
    pub(crate) signing_in: tokio::sync::Mutex<()>,
    /// What happened while the vault was locked, to be logged when it opens.
    /// Held while a workspace is founded, so that there is one.
    pub(crate) founding: Mutex<()>,
    /// A file of definitions that was shown last, to be imported.
    pub(crate) pending_import: Mutex<Option<Pending>>,
    pub(crate) opened_at: Instant,
    pub(crate) keyring: Arc<OpenKeyring>,
    /// `None` while nothing is known, then whether a keyring answers.
    pub(crate) keyring_there: RwLock<Option<bool>>,
    pub(crate) vault: RwLock<VaultState>,
    pub(crate) key_desk: KeyDesk,
    locale: RwLock<Locale>,
    problems: RwLock<Vec<Problem>>,
    /// What takes long and can be stopped.
    pub(crate) works: Works,
    /// Rows that cannot be read, once they were looked for.
    pub(crate) unreadable: UnreadableRows,
    /// Who is at work on which draft of a connector.
    pub(crate) sittings: Sittings,
    /// Data sources that are being pulled.
    pub(crate) pulling: Pulling,
    /// Panels whose data is being asked for.
    pub(crate) looking: Looking,
    /// Runs of schedules.
    pub(crate) underway: Underway,
    pub(crate) working: Working,
    /// When what is too old was looked for.
    pub(crate) forgetting: Forgetting,
}

impl Console {
    /// Opens the workspace of a home, or makes ready for a first start. Does not wait for the
    /// keyring: see [`Self::unlock_at_start`].
    ///
    /// # Errors
    /// A catalog that is newer than this program, damaged or not writable; no thread, no TLS.
    pub fn open(surroundings: Surroundings) -> Result<Self, ConsoleError> {
        let Surroundings {
            home,
            clock,
            keyring,
            agent,
            bell,
            practice,
            person,
            locale,
        } = surroundings;
        std::fs::create_dir_all(home.join("connectors")).map_err(|error| {
            ConsoleError::new("home_unwritable")
                .with("path", home.display().to_string())
                .with("detail", error.to_string())
        })?;
        crate::backups::sweep(&home);
        let catalog = Catalog::open_unharmed(&home, &crate::exporting::stamp(clock.now()))?;
        catalog.abandon_flows(clock.now())?;
        let leftovers = crate::kept_sign_ins::tidy(&home, &catalog, &*agent)?;
        let (library, problems) = load_library(&catalog)?;
        for connector in library.all() {
            catalog.set_connector_words(&connector.id, &words(connector))?;
        }
        let keys = Keys::locked();
        let ring = Arc::clone(&bell);
        let gateway = Gateway::new(
            catalog.clone(),
            keys.clone(),
            library,
            Arc::clone(&clock),
            move || ring.changed(),
        )
        .map_err(|error| ConsoleError::new("start_failed").with("detail", error.to_string()))?;
        let locale = locale_in(&catalog)?.unwrap_or(locale);
        let founded = catalog.workspace()?.is_some();
        let console = Self {
            inner: Arc::new(Inner {
                home,
                catalog,
                keys,
                gateway,
                clock,
                agent,
                bell,
                practice,
                person,
                flows: Mutex::default(),
                profiles: Profiles::default(),
                leftovers,
                practice_failure: Mutex::default(),
                beginning: tokio::sync::Mutex::default(),
                seat: RwLock::default(),
                signing_in: tokio::sync::Mutex::default(),
                founding: Mutex::default(),
                pending_import: Mutex::default(),
                opened_at: Instant::now(),
                keyring,
                keyring_there: RwLock::new(None),
                vault: RwLock::new(if founded {
                    VaultState::Waiting
                } else {
                    VaultState::None
                }),
                key_desk: KeyDesk::default(),
                locale: RwLock::new(locale),
                problems: RwLock::new(problems),
                works: Works::default(),
                unreadable: UnreadableRows::default(),
                sittings: Sittings::default(),
                pulling: Pulling::default(),
                looking: Looking::default(),
                underway: Underway::default(),
                working: Working::default(),
                forgetting: Forgetting::default(),
            }),
        };
        console.note_retired()?;
        console.log_set_aside();
        console.follow_key();
        if let Err(error) = console.end_cut_off_workflows() {
            // Their list ends them when it is looked at.
            tracing::warn!(code = %error.code, "runs that were cut off are not ended");
        }
        Ok(console)
    }

    /// Reads anew what was read from the catalog when it was opened: it has become another.
    pub(crate) fn follow_catalog(&self) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        if let Some(locale) = locale_in(catalog)? {
            self.set_locale(locale);
        }
        catalog.abandon_flows(self.now())?;
        self.reload_library()?;
        for connector in self.inner.gateway.library().all() {
            catalog.set_connector_words(&connector.id, &words(connector))?;
        }
        self.note_retired()?;
        self.log_set_aside();
        self.restate_after_update();
        self.inner.unreadable.forget();
        Ok(())
    }

    /// The acting member's language.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.inner
            .locale
            .read()
            .map_or(Locale::En, |locale| *locale)
    }

    pub(crate) fn set_locale(&self, locale: Locale) {
        if let Ok(mut slot) = self.inner.locale.write() {
            *slot = locale;
        }
    }

    pub(crate) fn theme(&self) -> Theme {
        match self
            .inner
            .catalog
            .setting("theme")
            .ok()
            .flatten()
            .as_deref()
        {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// An error in the acting member's language.
    #[must_use]
    pub fn failure(&self, error: &ConsoleError) -> Failure {
        error.failure(self.locale())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(crate) fn home(&self) -> &Path {
        &self.inner.home
    }

    pub(crate) fn workspace(&self) -> Result<Workspace, ConsoleError> {
        self.inner
            .catalog
            .workspace()?
            .ok_or_else(|| ConsoleError::new("no_workspace"))
    }

    /// The acting member.
    pub(crate) fn member(&self, session: Session) -> Result<Member, ConsoleError> {
        let Some(id) = session.member else {
            self.workspace()?;
            return Err(ConsoleError::new("signed_out"));
        };
        let member = self.inner.catalog.member(id)?;
        member.ok_or_else(|| Refusal::new(RefusalCode::MemberInactive).into())
    }

    /// R1 and R2: the acting member manages connections, in a workspace that has them.
    pub(crate) fn manager(&self, session: Session) -> Result<Member, ConsoleError> {
        self.manager_for(session, Act::Edit)
    }

    /// R1 and R2: the acting member manages connections, and the workspace allows the act.
    pub(crate) fn manager_for(&self, session: Session, act: Act) -> Result<Member, ConsoleError> {
        let member = self.member(session)?;
        self.allows(act)?;
        access::may_manage(&member)?;
        Ok(member)
    }

    /// R1: whether the workspace allows an act.
    pub(crate) fn allows(&self, act: Act) -> Result<(), ConsoleError> {
        Ok(access::allows(&self.workspace()?, act)?)
    }

    /// R2: the acting member looks at what managers look at. Says nothing about R1: a free plan
    /// shows everything.
    pub(crate) fn reader(&self, session: Session) -> Result<Member, ConsoleError> {
        let member = self.member(session)?;
        access::may_manage(&member)?;
        Ok(member)
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.inner
            .problems
            .read()
            .map(|problems| problems.clone())
            .unwrap_or_default()
    }

    /// Reads the accepted connectors anew.
    pub(crate) fn reload_library(&self) -> Result<(), ConsoleError> {
        let (library, problems) = load_library(&self.inner.catalog)?;
        self.inner.gateway.set_library(library);
        if let Ok(mut slot) = self.inner.problems.write() {
            *slot = problems;
        }
        Ok(())
    }

    /// The one gate: what is no screen, such as an area, sends through it (R17).
    #[doc(hidden)]
    #[must_use]
    pub fn gateway(&self) -> &Gateway {
        &self.inner.gateway
    }

    /// Renews what is due, verifies what is never renewed, and notes which services have ended. The
    /// shell calls this every minute.
    pub async fn renew_due(&self) {
        self.delete_leftovers().await;
        if let Err(error) = self.note_retired() {
            tracing::error!(code = %error.code, "retired services not noted");
        }
        if self.inner.keys.is_open() {
            self.inner.gateway.renew_due().await;
            self.inner.gateway.verify_due().await;
        }
    }

    /// Starts the practice service where a connection needs it.
    pub fn start_practice_if_used(&self) {
        if self.uses_practice().is_ok_and(|used| used) {
            let _ = self.start_practice();
        }
    }

    /// Whether a connection needs the practice service, by whichever of its connectors.
    pub(crate) fn uses_practice(&self) -> Result<bool, ConsoleError> {
        let library = self.inner.gateway.library();
        for connector in library.all().filter(|connector| connector.practice) {
            let first = self.inner.catalog.first_of_connector(&connector.id)?;
            if first.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Starts the practice service where a connection of this connector needs it: its address is
    /// this computer's, and nobody else can have answered for it.
    pub(crate) fn start_practice_for(&self, connector: &str) -> Result<(), ConsoleError> {
        let library = self.inner.gateway.library();
        if library.get(connector).is_some_and(|one| one.practice) {
            self.start_practice()?;
        }
        Ok(())
    }

    pub(crate) fn start_practice(&self) -> Result<u16, ConsoleError> {
        let started = self
            .inner
            .practice
            .start()
            .map_err(|(code, detail)| ConsoleError::new(code).with("detail", detail));
        if let Ok(mut failure) = self.inner.practice_failure.lock() {
            *failure = started.as_ref().err().cloned();
        }
        started
    }

    /// Stops the catalog from growing, so that a test meets a full disk without filling one.
    ///
    /// # Errors
    /// As every write.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<(), ConsoleError> {
        Ok(self.inner.catalog.limit_pages(pages)?)
    }

    /// Writes what is still in memory. Call before the program ends.
    pub async fn close(&self) {
        self.inner.gateway.flush().await;
    }
}

fn load_library(catalog: &Catalog) -> Result<(Library, Vec<Problem>), ConsoleError> {
    let accepted: Vec<(String, String)> = catalog
        .accepted_connectors()?
        .into_iter()
        .map(|connector| (connector.toml, connector.hash))
        .collect();
    Ok(Library::built_in().with_accepted(&accepted))
}

/// The language that was chosen, where one was.
fn locale_in(catalog: &Catalog) -> Result<Option<Locale>, ConsoleError> {
    let word = match catalog.setting("locale") {
        // Home tells of it; the desktop's language is not to be refused a start for.
        Err(CatalogError::Unreadable(_)) => None,
        found => found?,
    };
    Ok(word.and_then(|word| match word.as_str() {
        "en" => Some(Locale::En),
        "ja" => Some(Locale::Ja),
        _ => None,
    }))
}

/// What people call a connector, in every language, for the search.
pub(crate) fn words(connector: &Connector) -> String {
    let Connector {
        name,
        also,
        category,
        description,
        ..
    } = connector;
    let also = also.join(" ");
    let description = format!("{} {}", description.en, description.ja);
    format!("{name} {also} {category} {description}")
}
