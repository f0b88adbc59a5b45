//! The console: one workspace, opened.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use tsunagi_catalog::{Catalog, NewEvent};
use tsunagi_connectors::{Library, Problem};
use tsunagi_domain::{Clock, FlowId, Member, MemberId, Refusal, RefusalCode, Timestamp, Workspace};
use tsunagi_gateway::{Gateway, Keys};
use tsunagi_vault::{KeyHolder, KeyRecord, KeyringError, Vault};

use crate::agent::{Bell, Practice, UserAgent};
use crate::error::ConsoleError;
use crate::flow::Running;
use crate::views::{Failure, Locale, Theme, VaultView};

/// How the keyring is reached. Called on a thread of its own, since it may wait for a prompt.
pub type OpenKeyring = dyn Fn() -> Result<Box<dyn KeyHolder>, KeyringError> + Send + Sync;

/// How long the keyring may take before the program says that it waits: a prompt may be open.
const KEYRING_PATIENCE: Duration = Duration::from_secs(3);
/// How long a first start or an unlock waits for the keyring.
const KEYRING_LIMIT: Duration = Duration::from_secs(90);

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
    keyring: Arc<OpenKeyring>,
    /// `None` while nothing is known, then whether a keyring answers.
    keyring_there: RwLock<Option<bool>>,
    vault: RwLock<VaultState>,
    locale: RwLock<Locale>,
    problems: RwLock<Vec<Problem>>,
}

#[derive(Debug, Clone)]
enum VaultState {
    None,
    Waiting,
    Open { keyring: bool },
    Locked(ConsoleError),
    NeedsPassphrase,
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
        let catalog = Catalog::open(&home)?;
        catalog.abandon_flows(clock.now())?;
        let (library, problems) = load_library(&catalog)?;
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
        let locale = catalog
            .setting("locale")?
            .and_then(|word| match word.as_str() {
                "en" => Some(Locale::En),
                "ja" => Some(Locale::Ja),
                _ => None,
            })
            .unwrap_or(locale);
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
                practice_failure: Mutex::default(),
                keyring,
                keyring_there: RwLock::new(None),
                vault: RwLock::new(if founded {
                    VaultState::Waiting
                } else {
                    VaultState::None
                }),
                locale: RwLock::new(locale),
                problems: RwLock::new(problems),
            }),
        };
        Ok(console)
    }

    /// Who acts: the one member who sits at this keyboard.
    #[must_use]
    pub fn session(&self) -> Session {
        let member = self
            .inner
            .catalog
            .members()
            .ok()
            .and_then(|members| members.into_iter().find(|member| member.active));
        Session {
            member: member.map(|member| member.id),
        }
    }

    /// Asks the keyring for the workspace's key and opens the vault; returns at once. The answer
    /// is told by the bell. Where a workspace is not there yet, asks only whether there is a
    /// keyring.
    pub fn unlock_at_start(&self) {
        let console = self.clone();
        std::thread::spawn(move || {
            let state = console.try_keyring();
            if let Err(error) = &state {
                tracing::warn!(code = %error.code, "vault not opened");
            }
            console.settle(state);
        });
    }

    /// Waits until the keyring has answered, but only so long that a person does not notice.
    pub(crate) fn wait_for_keyring(&self) {
        let until = std::time::Instant::now() + KEYRING_PATIENCE;
        while self.keyring_there().is_none() && std::time::Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn keyring_there(&self) -> Option<bool> {
        self.inner
            .keyring_there
            .read()
            .ok()
            .and_then(|there| *there)
    }

    fn keyring(&self) -> Result<Box<dyn KeyHolder>, ConsoleError> {
        let opened = (self.inner.keyring)();
        if let Ok(mut there) = self.inner.keyring_there.write() {
            *there = Some(opened.is_ok());
        }
        Ok(opened?)
    }

    fn try_keyring(&self) -> Result<VaultState, ConsoleError> {
        let Some(workspace) = self.inner.catalog.workspace()? else {
            let _ = self.keyring();
            return Ok(VaultState::None);
        };
        let record = self.key_record()?;
        if record.needs_passphrase() {
            let _ = self.keyring();
            return Ok(VaultState::NeedsPassphrase);
        }
        let holder = self.keyring()?;
        let vault = Vault::open_from_keyring(&workspace.id.to_string(), &record, &*holder)?;
        self.inner.keys.open(vault);
        Ok(VaultState::Open { keyring: true })
    }

    fn settle(&self, state: Result<VaultState, ConsoleError>) {
        if let Ok(mut slot) = self.inner.vault.write() {
            *slot = state.unwrap_or_else(VaultState::Locked);
        }
        self.inner.bell.changed();
    }

    fn key_record(&self) -> Result<KeyRecord, ConsoleError> {
        let text = self
            .inner
            .catalog
            .key_record()?
            .ok_or_else(|| ConsoleError::new("record_damaged"))?;
        serde_json::from_str(&text).map_err(|_| ConsoleError::new("record_damaged"))
    }

    /// Opens the vault: with a passphrase, or by asking the keyring once more. Blocks.
    ///
    /// # Errors
    /// Why it stays locked.
    pub fn unlock(&self, passphrase: Option<&str>) -> Result<(), ConsoleError> {
        let Some(passphrase) = passphrase else {
            let state = within(KEYRING_LIMIT, {
                let console = self.clone();
                move || console.try_keyring()
            });
            let failed = state.as_ref().err().cloned();
            self.settle(state);
            return failed.map_or(Ok(()), Err);
        };
        let workspace = self.workspace()?;
        let record = self.key_record()?;
        let vault = Vault::open_with_passphrase(&workspace.id.to_string(), &record, passphrase)?;
        self.inner.keys.open(vault);
        self.settle(Ok(VaultState::Open { keyring: false }));
        Ok(())
    }

    /// Makes a key for a new workspace, in the keyring or behind a passphrase, and keeps the
    /// vault open. Blocks.
    pub(crate) fn make_key(
        &self,
        workspace: &Workspace,
        passphrase: Option<&str>,
    ) -> Result<KeyRecord, ConsoleError> {
        let catalog = workspace.id.to_string();
        let (vault, record) = match passphrase {
            Some(passphrase) => Vault::create_with_passphrase(&catalog, passphrase)?,
            None => within(KEYRING_LIMIT, {
                let console = self.clone();
                move || {
                    let holder = console.keyring()?;
                    Ok(Vault::create_in_keyring(&catalog, &*holder)?)
                }
            })?,
        };
        self.inner.keys.open(vault);
        if let Ok(mut slot) = self.inner.vault.write() {
            *slot = VaultState::Open {
                keyring: passphrase.is_none(),
            };
        }
        Ok(record)
    }

    /// The founding failed: the key made for it opens nothing.
    pub(crate) fn forget_key(&self) {
        self.inner.keys.lock();
        if let Ok(mut slot) = self.inner.vault.write() {
            *slot = VaultState::None;
        }
    }

    pub(crate) fn vault_view(&self) -> VaultView {
        let state = self.inner.vault.read().map(|state| state.clone());
        match state.unwrap_or(VaultState::None) {
            VaultState::None => VaultView::None,
            VaultState::Waiting => VaultView::Waiting,
            VaultState::Open { keyring } => VaultView::Open { keyring },
            VaultState::Locked(error) => VaultView::Locked {
                failure: self.failure(&error),
            },
            VaultState::NeedsPassphrase => VaultView::NeedsPassphrase,
        }
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
        let id = session
            .member
            .ok_or_else(|| ConsoleError::new("no_workspace"))?;
        let member = self.inner.catalog.member(id)?;
        member.ok_or_else(|| Refusal::new(RefusalCode::MemberInactive).into())
    }

    /// R1 and R2: the acting member manages connections, in a workspace that has them.
    pub(crate) fn manager(&self, session: Session) -> Result<Member, ConsoleError> {
        let member = self.member(session)?;
        tsunagi_domain::access::available(&self.workspace()?)?;
        tsunagi_domain::access::may_manage(&member)?;
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

    /// Adds an entry to the audit log. A locked vault has no key to chain it with, so actions
    /// that are logged need an open one.
    pub(crate) fn log(
        &self,
        session: Session,
        action: &str,
        subject: &str,
        args: &[(&str, &str)],
    ) -> Result<(), ConsoleError> {
        let vault = self.inner.keys.vault()?;
        let event = self.event(session, action, subject, args);
        self.inner
            .catalog
            .append_event(&event, &|previous, entry| vault.event_tag(previous, entry))?;
        Ok(())
    }

    pub(crate) fn event(
        &self,
        session: Session,
        action: &str,
        subject: &str,
        args: &[(&str, &str)],
    ) -> NewEvent {
        NewEvent {
            at: self.now(),
            actor: session.member,
            action: action.to_owned(),
            subject: subject.to_owned(),
            args: args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    /// Renews what is due. The shell calls this every minute.
    pub async fn renew_due(&self) {
        if self.inner.keys.is_open() {
            self.inner.gateway.renew_due().await;
        }
    }

    /// Starts the practice service where a connection needs it.
    pub fn start_practice_if_used(&self) {
        let used = self.inner.catalog.connections_of_connector("practice");
        if used.is_ok_and(|connections| !connections.is_empty()) {
            let _ = self.start_practice();
        }
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

/// Runs a call that may wait for a prompt on a thread of its own, and gives up after `limit`.
fn within<T: Send + 'static>(
    limit: Duration,
    call: impl FnOnce() -> Result<T, ConsoleError> + Send + 'static,
) -> Result<T, ConsoleError> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _ = sender.send(call());
    });
    receiver
        .recv_timeout(limit)
        .unwrap_or_else(|_| Err(ConsoleError::new("keyring_no_answer")))
}
