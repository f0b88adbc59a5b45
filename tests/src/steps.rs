//! Steps that several journeys take, in the words the screens use. Where a screen changes its
//! words, this is the one place to follow.

use fantoccini::Locator;

use crate::desk::{Desk, Window};
use crate::page::{Page, Role};
use crate::wait::{PATIENCE, until};

/// The environments, as the screens name them.
pub const ENVIRONMENTS: [&str; 3] = ["Development", "Stage", "Production"];

/// Title of the main window.
pub const MAIN: &str = "Tsunagi";

/// The connection that the welcome makes.
pub const PRACTICE: &str = "Practice CRM";

/// The welcome: a workspace and nothing else.
pub async fn start_empty(page: &Page) {
    page.button("Start empty").await;
    page.wait_gone(Role::Button, "Start empty").await;
}

/// The welcome: a workspace and a practice connection, whose sign-in window opens at once.
pub async fn start_with_practice(page: &Page) {
    page.button("Try it with the practice service").await;
}

/// Waits for the provider's window: the one whose title names a host.
pub async fn provider_window(desk: &Desk, pid: u32) -> Window {
    desk.window_of(pid, "127.0.0.1").await
}

/// Signs in at the practice service by keyboard alone: the first account has the focus, then
/// Allow has it.
pub async fn sign_in_at_practice(desk: &Desk, pid: u32) {
    let window = provider_window(desk, pid).await;
    let accounts = desk.drawn(&window, None).await;
    desk.keys(&window, &["Return"]);
    let consent = desk.drawn(&window, accounts).await;
    assert!(
        consent.is_some(),
        "consent is asked for before the window closes"
    );
    desk.keys(&window, &["Return"]);
    until("the provider's window to close", async || {
        let here = desk.windows_of(pid);
        (!here.iter().any(|other| other.id == window.id)).then_some(())
    })
    .await;
}

/// Goes to the list of connections.
pub async fn connections(page: &Page) {
    page.link("Connections*").await;
}

/// Opens a connection from the list.
pub async fn open(page: &Page, name: &str) {
    connections(page).await;
    page.press(Role::Row, &format!("{name}, *")).await;
    page.wait(Role::Heading, &format!("{name}*")).await;
}

/// Waits until the list shows a connection in `state` in Development, Stage and Production: by
/// one cell for all of them, or by one each. `state` is what a screen reader would say, such as
/// `Connected, aiko@practice.example` or `Revoked`.
///
/// # Panics
/// Where it does not come to that; says what the list shows instead.
pub async fn list_shows(page: &Page, state: &str) {
    let mut cells = Vec::new();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < deadline {
        cells = page.names(Role::Gridcell).await;
        let shown = |place: &str| {
            let start = format!("{place}: {state}");
            cells.iter().any(|cell| cell.starts_with(&start))
        };
        if shown("All environments") || ENVIRONMENTS.into_iter().all(shown) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    panic!("the list never shows {state:?} everywhere; it shows {cells:?}");
}

/// Waits until the list shows a connection connected as `account` everywhere.
pub async fn connected_everywhere(page: &Page, account: &str) {
    list_shows(page, &format!("Connected, {account}")).await;
}

/// What *Try it* came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// The service answered; what the page shows of it.
    Answer(String),
    /// No answer; why.
    Refused(String),
}

/// Sends a GET through the open connection.
pub async fn try_it(page: &Page, environment: &str, target: &str) -> Tried {
    page.tab("Try it").await;
    page.press(Role::Radio, environment).await;
    page.fill("Path", target).await;
    page.button("Send").await;
    until("an answer or a refusal", async || {
        if let Some(shown) = page.find(Role::Region, "Answer").await.first() {
            return shown.text().await.ok().map(Tried::Answer);
        }
        let shown = page.find(Role::Alert, "*").await;
        shown.first()?.text().await.ok().map(Tried::Refused)
    })
    .await
}

/// Accepts a connector file that lies in the home.
pub async fn accept_connector(page: &Page, file: &str) {
    page.link("Connectors").await;
    page.button("Read again").await;
    page.button(&format!("Accept {file}")).await;
    page.wait_gone(Role::Button, &format!("Accept {file}"))
        .await;
}

/// Begins a new connection to a custom service: gallery, then set-up.
pub async fn set_up(page: &Page, service: &str, name: &str) {
    connections(page).await;
    page.button("New connection").await;
    page.press(Role::Radio, "Custom*").await;
    page.button(&format!("{service}*")).await;
    page.fill("Name", name).await;
}

/// The redirect address that the set-up shows for a new client registration.
pub async fn redirect_address(page: &Page) -> String {
    until("the redirect address", async || {
        let shown = Locator::Css("[data-redirect-address]");
        let address = page.client().find(shown).await.ok()?.text().await.ok()?;
        address.starts_with("http").then_some(address)
    })
    .await
}

/// Fills in what the provider gave for the new client registration.
pub async fn register(page: &Page, client: &str, secret: Option<&str>) {
    page.fill("Client ID", client).await;
    if let Some(secret) = secret {
        page.fill("Client secret", secret).await;
    }
}

/// Revokes the only authorization of the open connection.
pub async fn revoke(page: &Page) {
    page.button("Revoke").await;
}

/// From an accepted connector to a connection: registers a client, creates the connection, and
/// leaves the sign-in to a provider that needs no person.
pub async fn connect(page: &Page, service: &str, name: &str, client: &str, secret: Option<&str>) {
    set_up(page, service, name).await;
    register(page, client, secret).await;
    page.button("Create and authorize").await;
    connections(page).await;
}

/// Authorizes the open connection at a provider that signs in by itself, and waits until the
/// flow is over, well or not.
pub async fn authorize_by_itself(page: &Page, desk: &Desk, pid: u32) {
    page.button("Authorize*").await;
    until("the flow to end", async || {
        let here = desk.windows_of(pid);
        (here.iter().all(|window| window.title == MAIN)).then_some(())
    })
    .await;
}
