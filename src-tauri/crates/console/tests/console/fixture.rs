//! A console in a home of its own, with a person who can be told what to do at a sign-in page.

// By path: the model's tests take this file in, too.
#[path = "fixture/people.rs"]
pub(crate) mod people;
#[path = "fixture/server.rs"]
mod server;

use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tsunagi_catalog::Catalog;
use tsunagi_console::agent::Bell;
use tsunagi_console::views::{
    ConnectionView, FlowView, Founding, Locale, NewConnection, Stage, TryAnswer, TryRequest,
};
use tsunagi_console::{
    Clock, Console, ConsoleError, FlowId, KeyHolder, KeyringError, MemoryKeyHolder, OpenKeyring,
    Reach, Session, Surroundings, SystemClock,
};
use tsunagi_domain::{ConnectionId, Environment, Kind, Mode, Timestamp};

pub(crate) use people::{AIKO, Agent, BEN, Person, arrive, press, redirect};
pub(crate) use server::Server;

/// The computer's time, and as much later as a test says.
#[derive(Default)]
pub(crate) struct Later {
    ahead: AtomicI64,
    counted: AtomicI64,
    meanwhile: Mutex<Option<Box<dyn FnMut() -> bool + Send>>>,
}

impl Later {
    pub(crate) fn pass(&self, seconds: i64) {
        self.counted.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.jump(seconds);
    }

    /// The clock is set, and no time passes.
    pub(crate) fn jump(&self, seconds: i64) {
        self.ahead.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// What happens while somebody looks at the clock next.
    pub(crate) fn meanwhile(&self, happens: impl FnOnce() + Send + 'static) {
        let mut happens = Some(happens);
        self.until_done(move || {
            if let Some(happens) = happens.take() {
                happens();
            }
            true
        });
    }

    /// What happens each time somebody looks at the clock, until it says that it is done.
    pub(crate) fn until_done(&self, happens: impl FnMut() -> bool + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::new(happens));
    }
}

impl Clock for Later {
    fn now(&self) -> Timestamp {
        let happens = self.meanwhile.lock().unwrap().take();
        if let Some(mut happens) = happens
            && !happens()
        {
            *self.meanwhile.lock().unwrap() = Some(happens);
        }
        let ahead = self.ahead.load(Ordering::SeqCst);
        SystemClock.now().plus_millis(ahead)
    }

    fn counted(&self) -> Duration {
        let passed = self.counted.load(Ordering::SeqCst);
        SystemClock.counted() + Duration::from_millis(passed.unsigned_abs())
    }
}

/// Counts rings, and keeps every flow view it was told.
#[derive(Default)]
pub(crate) struct Rings {
    pub(crate) changed: AtomicUsize,
    pub(crate) flows: Mutex<Vec<FlowView>>,
}

impl Bell for Rings {
    fn changed(&self) {
        self.changed.fetch_add(1, Ordering::SeqCst);
    }

    fn flow(&self, view: &FlowView) {
        self.flows.lock().unwrap().push(view.clone());
    }
}

/// Everything around a console, and its home: what stays when the program ends.
pub(crate) struct World {
    pub(crate) home: TempDir,
    pub(crate) clock: Arc<Later>,
    pub(crate) ring: MemoryKeyHolder,
    pub(crate) agent: Arc<Agent>,
    pub(crate) bell: Arc<Rings>,
    pub(crate) practice: Arc<Server>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            clock: Arc::default(),
            ring: MemoryKeyHolder::new(),
            agent: Arc::default(),
            bell: Arc::default(),
            practice: Arc::new(Server::new()),
        }
    }

    pub(crate) fn surroundings(&self, keyring: Arc<OpenKeyring>) -> Surroundings {
        Surroundings {
            home: self.home.path().to_owned(),
            clock: self.clock.clone(),
            keyring,
            agent: self.agent.clone(),
            bell: self.bell.clone(),
            practice: self.practice.clone(),
            person: "Ines".to_owned(),
            locale: Locale::En,
        }
    }

    pub(crate) fn keyring(&self) -> Arc<OpenKeyring> {
        let ring = self.ring.clone();
        Arc::new(move || -> Result<Box<dyn KeyHolder>, KeyringError> { Ok(Box::new(ring.clone())) })
    }

    /// Starts the program in this home.
    pub(crate) fn open(&self) -> Console {
        let console = Console::open(self.surroundings(self.keyring())).unwrap();
        console.unlock_at_start();
        // Waits for the keyring, as a person would.
        while console.start(console.session()).unwrap().vault
            == tsunagi_console::views::VaultView::Waiting
        {
            std::thread::sleep(Duration::from_millis(5));
        }
        console
    }

    /// A second look at what is stored.
    pub(crate) fn catalog(&self) -> Catalog {
        Catalog::open(self.home.path()).unwrap()
    }

    pub(crate) fn put(&self, file: &str, text: &str) {
        let folder = self.home.path().join("connectors");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), text).unwrap();
    }
}

/// A workspace that is founded, and whoever sits there.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) console: Console,
}

impl Desk {
    /// A workspace without connections.
    pub(crate) fn empty() -> Self {
        let world = World::new();
        let console = world.open();
        console.found(&founding(false)).unwrap();
        Self { world, console }
    }

    /// A workspace with the practice connection, not authorized yet.
    pub(crate) fn practice() -> (Self, ConnectionId) {
        let world = World::new();
        let console = world.open();
        let founded = console.found(&founding(true)).unwrap();
        (Self { world, console }, founded.connection.unwrap())
    }

    pub(crate) fn session(&self) -> Session {
        self.console.session()
    }

    /// Signs in, to the end of the flow.
    pub(crate) async fn authorize(&self, id: ConnectionId, reach: Reach) -> FlowView {
        let flow = self.begin(id, reach).await;
        self.ended(flow).await
    }

    pub(crate) async fn begin(&self, id: ConnectionId, reach: Reach) -> FlowId {
        let begun = self.console.authorize(self.session(), id, reach, None);
        let flow = begun.await.unwrap();
        self.opened(flow).await;
        flow
    }

    /// Until the agent was asked to open the page.
    pub(crate) async fn opened(&self, flow: FlowId) {
        let agent = &self.world.agent;
        until("the page is opened", || {
            let visits = agent.visits.lock().unwrap();
            visits.iter().any(|visit| visit.flow == flow) || agent.refuses.lock().unwrap().is_some()
        })
        .await;
    }

    pub(crate) async fn ended(&self, flow: FlowId) -> FlowView {
        until("the flow ends", || {
            let view = self.console.flow(flow).unwrap();
            matches!(view.stage, Stage::Done | Stage::Failed)
        })
        .await;
        self.console.flow(flow).unwrap()
    }

    pub(crate) async fn asks(&self, flow: FlowId) -> FlowView {
        until("the flow asks about the other account", || {
            let stage = self.console.flow(flow).unwrap().stage;
            matches!(stage, Stage::AskReplace | Stage::AskWhose)
        })
        .await;
        self.console.flow(flow).unwrap()
    }

    /// Says that the other account shall take the place of the first, to the end of the flow.
    pub(crate) async fn replaces(&self, flow: FlowId) -> FlowView {
        let asked = self.asks(flow).await;
        let answer = tsunagi_console::AccountAnswer::Replace;
        self.console.answer_flow(flow, answer).unwrap();
        assert_eq!(self.ended(flow).await.stage, Stage::Done);
        asked
    }

    /// Brings a redirect with these fields home.
    pub(crate) async fn answers(&self, flow: FlowId, fields: &[(&str, &str)]) {
        let visit = self.world.agent.visit(flow);
        arrive(&visit, redirect(&visit, fields)).await;
    }

    pub(crate) async fn view(&self, id: ConnectionId) -> ConnectionView {
        let view = self.console.connection_view(self.session(), id);
        view.await.unwrap()
    }

    pub(crate) async fn try_in(
        &self,
        id: ConnectionId,
        environment: Environment,
        path: &str,
    ) -> Result<TryAnswer, ConsoleError> {
        let request = TryRequest {
            connection: id,
            environment,
            path: path.to_owned(),
        };
        self.console.try_it(self.session(), &request).await
    }

    pub(crate) async fn try_it(&self, id: ConnectionId) -> Result<TryAnswer, ConsoleError> {
        self.try_in(id, Environment::Development, "/contacts").await
    }

    pub(crate) async fn try_it_at(
        &self,
        id: ConnectionId,
        path: &str,
    ) -> Result<TryAnswer, ConsoleError> {
        self.try_in(id, Environment::Production, path).await
    }

    /// A practice connection of any shape.
    pub(crate) fn create_practice(&self, name: &str, kind: Kind, mode: Mode) -> ConnectionId {
        let draft = practice_draft(name, kind, mode);
        self.console.create(self.session(), &draft).unwrap()
    }
}

pub(crate) fn founding(practice: bool) -> Founding {
    Founding {
        workspace: "Home".to_owned(),
        member: "Ines".to_owned(),
        practice,
        passphrase: None,
    }
}

pub(crate) fn practice_draft(name: &str, kind: Kind, mode: Mode) -> NewConnection {
    let scopes = [
        "openid",
        "profile",
        "email",
        "offline_access",
        "contacts.read",
    ];
    NewConnection {
        name: name.to_owned(),
        link_name: None,
        connector: "practice".to_owned(),
        kind,
        mode,
        scopes: scopes.map(str::to_owned).to_vec(),
        registration: None,
        settings: std::collections::BTreeMap::new(),
        reuse: None,
    }
}

/// Waits for something another task does. The bound is only for a test that would hang.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + Duration::from_secs(40);
    while !holds() {
        assert!(std::time::Instant::now() < end, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Every file of a folder, as bytes.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}
