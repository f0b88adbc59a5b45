//! A console in a home of its own, with a person who can be told what to do at a sign-in page.

use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tsunagi_catalog::Catalog;
use tsunagi_console::agent::{Bell, Practice, Sighting, UserAgent, Visit};
use tsunagi_console::views::{
    AgentKind, ConnectionView, FlowView, Founding, Locale, NewConnection, PracticeFaults, Stage,
    TryAnswer, TryRequest,
};
use tsunagi_console::{
    Clock, Console, ConsoleError, FlowId, KeyHolder, KeyringError, MemoryKeyHolder, OpenKeyring,
    Reach, Session, Surroundings, SystemClock, Verdict,
};
use tsunagi_domain::{ConnectionId, Environment, Kind, Mode, Timestamp};
use tsunagi_practice::{Config, Faults};
use url::Url;

/// The computer's time, and as much later as a test says.
#[derive(Default)]
pub(crate) struct Later {
    ahead: AtomicI64,
    meanwhile: Mutex<Option<Box<dyn FnMut() -> bool + Send>>>,
}

impl Later {
    pub(crate) fn pass(&self, seconds: i64) {
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
}

/// One key for all tests: making one takes a second.
static KEY: LazyLock<Value> = LazyLock::new(|| {
    std::thread::spawn(|| {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("practice.json");
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let server = tsunagi_practice::Practice::start(Config::new(&file)).await;
            server.unwrap().stop().await;
        });
        let state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        state["signing_key"].clone()
    })
    .join()
    .unwrap()
});

/// The practice service on a runtime of its own, as the shell runs it.
pub(crate) struct Server {
    folder: TempDir,
    running: Mutex<Option<(Runtime, tsunagi_practice::Practice)>>,
    pub(crate) broken: Mutex<bool>,
    /// Whose time it has; else the computer's.
    pub(crate) clock: Mutex<Option<Arc<Later>>>,
}

impl Server {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = json!({"signing_key": *KEY});
        std::fs::write(folder.path().join("practice.json"), state.to_string()).unwrap();
        Self {
            folder,
            running: Mutex::default(),
            broken: Mutex::default(),
            clock: Mutex::default(),
        }
    }

    pub(crate) fn set(&self, faults: Faults) {
        self.with(|server| server.set_faults(faults));
    }

    pub(crate) fn token_requests(&self) -> u64 {
        self.with(tsunagi_practice::Practice::token_requests)
    }

    fn with<T>(&self, call: impl FnOnce(&tsunagi_practice::Practice) -> T) -> T {
        let running = self.running.lock().unwrap();
        call(&running.as_ref().expect("the practice service runs").1)
    }
}

impl Practice for Server {
    fn start(&self) -> Result<u16, (&'static str, String)> {
        if *self.broken.lock().unwrap() {
            return Err(("practice_failed", "its port is taken".to_owned()));
        }
        let mut running = self.running.lock().unwrap();
        if let Some((_, server)) = &*running {
            return Ok(server.port());
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let mut config = Config::new(self.folder.path().join("practice.json"));
        let clock = self.clock.lock().unwrap().clone();
        config.clock = clock.map(|clock| -> tsunagi_practice::Clock {
            Arc::new(move || {
                let millis = u64::try_from(clock.now().0).unwrap();
                SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
            })
        });
        let (sender, receiver) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let _ = sender.send(tsunagi_practice::Practice::start(config).await);
        });
        let server = receiver.recv().unwrap().unwrap();
        let port = server.port();
        *running = Some((runtime, server));
        Ok(port)
    }

    fn stop(&self) {
        if let Some((runtime, _)) = self.running.lock().unwrap().take() {
            runtime.shutdown_background();
        }
    }

    fn port(&self) -> Option<u16> {
        let running = self.running.lock().unwrap();
        running.as_ref().map(|(_, server)| server.port())
    }

    fn faults(&self) -> PracticeFaults {
        PracticeFaults::default()
    }

    fn set_faults(&self, faults: PracticeFaults) {
        self.set(Faults {
            access_lifetime_seconds: faults.access_seconds,
            ..Faults::default()
        });
    }

    fn revoke_all(&self) {
        let running = self.running.lock().unwrap();
        if let Some((runtime, server)) = &*running {
            std::thread::scope(|scope| {
                scope.spawn(|| runtime.block_on(server.revoke_all()).unwrap());
            });
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What the person does at a sign-in page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person {
    /// Nothing, until the test acts for them.
    Waits,
    /// Signs in as this account of the practice service and allows everything.
    Allows(&'static str),
    /// Signs in as this account and presses Deny.
    Denies(&'static str),
}

pub(crate) const AIKO: &str = "practice-1";
pub(crate) const BEN: &str = "practice-2";

/// A user agent without windows.
pub(crate) struct Agent {
    pub(crate) person: Mutex<Person>,
    pub(crate) visits: Mutex<Vec<Visit>>,
    pub(crate) browsed: Mutex<Vec<Url>>,
    pub(crate) pages_closed: Mutex<Vec<FlowId>>,
    pub(crate) flows_closed: Mutex<Vec<FlowId>>,
    pub(crate) shown: Mutex<Vec<FlowId>>,
    pub(crate) refuses: Mutex<Option<&'static str>>,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            person: Mutex::new(Person::Allows(AIKO)),
            visits: Mutex::default(),
            browsed: Mutex::default(),
            pages_closed: Mutex::default(),
            flows_closed: Mutex::default(),
            shown: Mutex::default(),
            refuses: Mutex::default(),
        }
    }
}

impl Agent {
    pub(crate) fn person(&self, person: Person) {
        *self.person.lock().unwrap() = person;
    }

    /// The addresses that were opened beside any visit.
    pub(crate) fn browsed(&self) -> Vec<Url> {
        self.browsed.lock().unwrap().clone()
    }

    /// The latest visit of a flow.
    pub(crate) fn visit(&self, flow: FlowId) -> Visit {
        let visits = self.visits.lock().unwrap();
        let found = visits.iter().rev().find(|visit| visit.flow == flow);
        found.expect("the page was opened").clone()
    }

    pub(crate) fn sees(&self, flow: FlowId, sighting: Sighting) {
        let _ = self.visit(flow).sightings.send(sighting);
    }
}

impl UserAgent for Agent {
    fn browse(&self, address: &Url) -> Result<(), &'static str> {
        self.browsed.lock().unwrap().push(address.clone());
        Ok(())
    }

    fn open(&self, visit: Visit) -> Result<(), &'static str> {
        if let Some(code) = *self.refuses.lock().unwrap() {
            return Err(code);
        }
        self.visits.lock().unwrap().push(visit.clone());
        let (account, decision) = match *self.person.lock().unwrap() {
            Person::Waits => return Ok(()),
            Person::Allows(account) => (account, "allow"),
            Person::Denies(account) => (account, "deny"),
        };
        tokio::spawn(async move {
            let url = press(&visit.url, account, decision).await;
            arrive(&visit, url).await;
        });
        Ok(())
    }

    fn show(&self, flow: FlowId) {
        self.shown.lock().unwrap().push(flow);
    }

    fn close_page(&self, flow: FlowId) {
        self.pages_closed.lock().unwrap().push(flow);
        // As a window does.
        let visits = self.visits.lock().unwrap();
        for visit in visits.iter().filter(|visit| visit.flow == flow) {
            let _ = visit.sightings.send(Sighting::Closed);
        }
    }

    fn close_flow(&self, flow: FlowId) {
        self.flows_closed.lock().unwrap().push(flow);
    }
}

/// Brings a redirect home as a window would, or as a browser would.
pub(crate) async fn arrive(visit: &Visit, url: Url) {
    if visit.kind == AgentKind::Browser {
        client().get(url).send().await.unwrap();
        return;
    }
    let sighting = match (visit.judge)(&url) {
        Verdict::Callback => Sighting::Callback(url),
        Verdict::Mismatch => Sighting::Mismatch,
        Verdict::Pass | Verdict::Refuse { .. } => return,
    };
    let _ = visit.sightings.send(sighting);
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

/// Goes through the pages of the practice service; returns where they redirect to.
pub(crate) async fn press(start: &Url, account: &str, decision: &str) -> Url {
    let client = client();
    let page = client.get(start.clone()).send().await.unwrap();
    let ticket = ticket_of(&page.text().await.unwrap());
    let form = [("ticket", ticket.as_str()), ("account", account)];
    let sign_in = start.join("/authorize/sign-in").unwrap();
    let page = client.post(sign_in).form(&form).send().await.unwrap();
    let ticket = ticket_of(&page.text().await.unwrap());
    let form = [("ticket", ticket.as_str()), ("decision", decision)];
    let consent = start.join("/authorize/consent").unwrap();
    let answer = client.post(consent).form(&form).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    Url::parse(location).unwrap()
}

/// Enters a code on the practice service's page and answers, on whichever device.
pub(crate) async fn approve_code(address: &Url, code: &str, account: &str, decision: &str) {
    let client = client();
    let form = [("user_code", code)];
    let page = client.post(address.clone()).form(&form).send().await;
    let ticket = ticket_of(&page.unwrap().text().await.unwrap());
    let form = [("ticket", ticket.as_str()), ("account", account)];
    let sign_in = address.join("/authorize/sign-in").unwrap();
    let page = client.post(sign_in).form(&form).send().await.unwrap();
    let ticket = ticket_of(&page.text().await.unwrap());
    let form = [("ticket", ticket.as_str()), ("decision", decision)];
    let consent = address.join("/authorize/consent").unwrap();
    client.post(consent).form(&form).send().await.unwrap();
}

fn ticket_of(page: &str) -> String {
    let (_, rest) = page.split_once(r#"name="ticket" value=""#).expect(page);
    rest.split_once('"').unwrap().0.to_owned()
}

/// The redirect a provider would send for this visit, with these fields in place of its own.
pub(crate) fn redirect(visit: &Visit, fields: &[(&str, &str)]) -> Url {
    let asked = |name: &str| {
        let found = visit.url.query_pairs().find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned()).unwrap()
    };
    let mut url = Url::parse(&asked("redirect_uri")).unwrap();
    let mut all = vec![("state".to_owned(), asked("state"))];
    for (name, value) in fields {
        all.retain(|(known, _)| known != name);
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    url.query_pairs_mut().extend_pairs(all);
    url
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
