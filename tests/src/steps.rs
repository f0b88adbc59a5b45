//! Steps that several journeys take, in the words the screens use. Where a screen changes its
//! words, this is the one place to follow.

use std::path::Path;

use fantoccini::Locator;
use serde_json::{Map, Value};

use crate::desk::{Desk, Window};
use crate::page::{Page, Role};
use crate::wait::{PATIENCE, until};

/// The environments, as the screens name them.
pub const ENVIRONMENTS: [&str; 3] = ["Development", "Stage", "Production"];

/// Title of the main window.
pub const MAIN: &str = "Tsunagi";

/// The connection that the welcome makes.
pub const PRACTICE: &str = "Practice CRM";

/// Pages of a sign-in at the practice service: the account, then the consent.
const PAGES: u32 = 2;

/// The welcome: a workspace and nothing else.
pub async fn start_empty(page: &Page) {
    page.button("Start empty").await;
    page.wait_gone(Role::Button, "Start empty").await;
}

/// The welcome: a workspace and a practice connection, whose sign-in window opens at once.
pub async fn start_with_practice(page: &Page) {
    page.button("Try it with the practice service").await;
}

/// Whether a window shows a provider's page. It has the title of the flow window beside it, and
/// is the taller of the two.
#[must_use]
pub fn is_provider(window: &Window) -> bool {
    window.title != MAIN && window.height > 400
}

/// Waits for the provider's window.
pub async fn provider_window(desk: &Desk, pid: u32) -> Window {
    until("the provider's window", async || {
        desk.windows_of(pid).into_iter().find(is_provider)
    })
    .await
}

/// Waits until no window shows a provider's page; the flow window may stay.
pub async fn provider_is_gone(desk: &Desk, pid: u32) {
    until("the provider's window to close", async || {
        let here = desk.windows_of(pid);
        (!here.iter().any(is_provider)).then_some(())
    })
    .await;
}

/// Waits until only the main window is left, or none.
pub async fn flow_is_over(desk: &Desk, pid: u32) {
    until("the windows of the sign-in to close", async || {
        let here = desk.windows_of(pid);
        here.iter().all(|window| window.title == MAIN).then_some(())
    })
    .await;
}

/// Signs in at the practice service by keyboard alone: the first account has the focus, then
/// Allow has it. Who is expected already (authorizing again) is asked for consent only.
///
/// Gives how many pages were answered.
pub async fn sign_in_at_practice(desk: &Desk, pid: u32) -> u32 {
    sign_in_at_practice_as(desk, pid, 0).await
}

/// As [`sign_in_at_practice`], with the account that stands `down` places below the first one.
pub async fn sign_in_at_practice_as(desk: &Desk, pid: u32, down: usize) -> u32 {
    let window = provider_window(desk, pid).await;
    // First of all: the focus ring is drawn where the keyboard is, and a page that gets its ring
    // after it was looked at would be taken for the next one.
    desk.focus(&window);
    let mut pages = 0;
    let mut look = None;
    // Once more than there are pages: a page that was seen half drawn is answered twice, which
    // the service takes, where the second page unanswered would end the journey.
    while pages < PAGES + 1
        && let Some(mut drawn) = desk.drawn(&window, look).await
    {
        if pages == 0 && down > 0 {
            // The focus ring moves, which is another look of the same page. Seen before Enter is
            // pressed, or it would be taken for the next page.
            desk.keys(&window, &vec!["Tab"; down]);
            let Some(moved) = desk.drawn(&window, Some(drawn)).await else {
                break;
            };
            drawn = moved;
        }
        desk.keys(&window, &["Return"]);
        look = Some(drawn);
        pages += 1;
    }
    flow_is_over(desk, pid).await;
    pages.min(PAGES)
}

/// Goes to the list of connections.
pub async fn connections(page: &Page) {
    page.link("Connections*").await;
}

/// Opens a connection from the list.
pub async fn open(page: &Page, name: &str) {
    connections(page).await;
    page.wait(Role::Row, &format!("{name}, *")).await;
    // By its name: in the middle of the row may stand what authorizes a slot.
    until("the row to take a click", async || {
        let row = page.find(Role::Row, &format!("{name}, *")).await;
        let cell = row.first()?.find(Locator::Css(".conn-name b")).await.ok()?;
        cell.click().await.ok()
    })
    .await;
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
        // The refusal stands where the answer would, below whatever else is announced.
        let shown = page.find(Role::Alert, "*").await;
        shown.last()?.text().await.ok().map(Tried::Refused)
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

/// Accepts a connector file that was changed since it was accepted: what that does is shown first.
pub async fn accept_changed_connector(page: &Page, file: &str) {
    page.link("Connectors").await;
    page.button("Read again").await;
    page.button(&format!("Accept {file}")).await;
    page.button("Publish").await;
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
        let shown = page.client().find(shown).await.ok()?;
        // Not its visible text: the field may be scrolled out of sight.
        let address = shown.prop("textContent").await.ok()??;
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

/// Revokes the authorization of the open connection, through the dialog that tells what stops.
pub async fn revoke(page: &Page) {
    page.tab("Environments").await;
    page.button("Revoke…*").await;
    page.wait(Role::Button, "Keep it").await;
    page.button("Revoke").await;
    page.wait_gone(Role::Button, "Keep it").await;
}

/// Whether the open connection says that its access was renewed (in the tip of *Access*).
pub async fn was_renewed(page: &Page) -> bool {
    page.tab("Environments").await;
    page.wait(Role::Region, "*").await;
    let tip = Locator::Css("[title^='Last renewed']");
    page.client().find(tip).await.is_ok()
}

/// From an accepted connector to a connection, at a provider that signs in by itself.
pub async fn connect(
    page: &Page,
    desk: &Desk,
    pid: u32,
    connection: (&str, &str),
    client: (&str, Option<&str>),
) {
    let (service, name) = connection;
    set_up(page, service, name).await;
    register(page, client.0, client.1).await;
    page.button("Create and authorize").await;
    page.wait(Role::Tab, "Environments").await;
    page.says("Connected").await;
    flow_is_over(desk, pid).await;
}

/// Makes the acting member's account of a connection the primary one.
pub async fn make_primary(page: &Page, name: &str) {
    open(page, name).await;
    page.tab("Accounts*").await;
    page.button("Make primary*").await;
    page.wait_gone(Role::Button, "Make primary*").await;
}

/// What the first member is called: the person's name on this computer.
pub async fn founder(page: &Page) -> String {
    until("who acts to be named", async || {
        let names = page.names(Role::Button).await;
        let name = names
            .iter()
            .find_map(|name| name.strip_suffix(" Super admin"));
        name.map(|name| name.trim().to_owned())
    })
    .await
}

/// Begins a new connection to the practice service, in one of the gallery's words for who
/// authorizes and where, and creates it without authorizing.
pub async fn create_practice(page: &Page, name: &str, who: &str, environments: &str) {
    connections(page).await;
    page.button("New connection").await;
    page.button("Practice service*").await;
    page.fill("Name", name).await;
    page.press(Role::Radio, &format!("{who}*")).await;
    page.press(Role::Radio, &format!("{environments}*")).await;
    page.button("Create only").await;
    page.wait(Role::Tab, "Environments").await;
}

/// Invites a member.
pub async fn invite(page: &Page, name: &str, role: &str) {
    page.link("Members").await;
    page.button("Invite").await;
    page.wait(Role::Heading, "Invite a member").await;
    page.fill("Name", name).await;
    page.press(Role::Radio, &format!("{role} *")).await;
    page.button("Invite").await;
    page.wait(Role::Row, &format!("{name} *")).await;
}

/// Somebody else sits down, with a passphrase where they have one.
pub async fn switch_member(page: &Page, from: &str, to: &str, passphrase: Option<&str>) {
    page.button(&format!("{from} *")).await;
    page.press(Role::Menuitem, "Switch member…").await;
    page.wait(Role::Heading, "Switch member").await;
    page.press(Role::Radio, &format!("{to} *")).await;
    if let Some(passphrase) = passphrase {
        page.fill("Passphrase", passphrase).await;
    }
    page.button("Sign in").await;
    page.wait(Role::Button, &format!("{to} *")).await;
}

/// The acting member sets a passphrase of their own, in Settings.
pub async fn set_passphrase(page: &Page, passphrase: &str) {
    page.link("Settings").await;
    page.button("Set passphrase…").await;
    page.fill("New passphrase", passphrase).await;
    page.fill("New passphrase again", passphrase).await;
    page.button("Set passphrase").await;
    page.wait_gone(Role::Heading, "Set a passphrase").await;
}

/// The acting member authorizes one environment of the open connection for themself, with the
/// account that stands `down` places below the first one.
pub async fn authorize_in(page: &Page, desk: &Desk, pid: u32, environment: &str, down: usize) {
    page.tab("Environments").await;
    page.button_in(environment, "Authorize").await;
    sign_in_at_practice_as(desk, pid, down).await;
}

/// Presses *Authorize* or *Authorize again* on the open connection.
pub async fn authorize(page: &Page) {
    page.tab("Environments").await;
    page.button("Authorize*").await;
}

/// Authorizes the open connection at a provider that signs in by itself.
pub async fn authorize_by_itself(page: &Page, desk: &Desk, pid: u32) {
    let known = desk.windows_of(pid);
    authorize(page).await;
    desk.new_window_of(pid, &known).await;
    flow_is_over(desk, pid).await;
}

/// Authorizes the open connection at a provider that signs in by itself, knowing that it will
/// fail. Gives what the flow window says, which stays until it is closed.
pub async fn authorize_in_vain(page: &Page, desk: &Desk, pid: u32) -> String {
    authorize(page).await;
    let said = until("the flow window to say why not", async || {
        let said = page.other_windows().await;
        said.into_iter()
            .find(|text| text.contains("Sign in again") || text.contains("Try again"))
    })
    .await;
    for window in desk.windows_of(pid) {
        if window.title != MAIN {
            desk.close(window);
        }
    }
    flow_is_over(desk, pid).await;
    said
}

/// The box of the flow window that keeps a sign-in.
pub const STAY: &str = "Stay signed in on this computer.*";

/// Ticks or unticks *Stay signed in* in the flow window. The provider's page is opened anew; gives
/// its window.
pub async fn toggle_stay(page: &Page, desk: &Desk, pid: u32) -> Window {
    let before = provider_window(desk, pid).await;
    page.in_flow_window(async |flow| flow.press(Role::Checkbox, STAY).await)
        .await;
    until("the provider's page to be opened anew", async || {
        let here = desk.windows_of(pid);
        (!here.iter().any(|window| window.id == before.id)).then_some(())
    })
    .await;
    provider_window(desk, pid).await
}

/// A new application, with access to connections by name. It is C6.
pub async fn create_application(page: &Page, name: &str, connections: &[&str]) {
    page.link("Applications").await;
    page.button("New application").await;
    page.wait(Role::Heading, "New application").await;
    page.fill("Name", name).await;
    page.button("Create").await;
    page.wait(Role::Heading, name).await;
    page.button("Grant access…").await;
    for connection in connections {
        page.button(&format!("Grant {connection}")).await;
    }
    page.button("Done").await;
    page.wait_gone(Role::Heading, &format!("Connections for {name}"))
        .await;
}

/// Answers the desktop's own dialog for choosing a file, by keyboard: what begins with a slash is
/// taken for a path there.
pub async fn choose_file(desk: &Desk, pid: u32, file: &Path) {
    let dialog = until("the dialog for files", async || {
        let here = desk.windows_of(pid);
        here.into_iter().find(|window| window.title != MAIN)
    })
    .await;
    let files = desk.drawn(&dialog, None).await;
    // The slash opens a field for the path; what is typed before it is there gets lost.
    desk.keys(&dialog, &["slash"]);
    until("the field for the path", async || {
        (desk.look_of(&dialog) != files).then_some(())
    })
    .await;
    let path = file.display().to_string();
    desk.text_into(&dialog, path.trim_start_matches('/'));
    desk.keys(&dialog, &["Return"]);
    flow_is_over(desk, pid).await;
}

/// How many consents the practice service of a home has in force, by its own books.
///
/// # Panics
/// Where it keeps none.
#[must_use]
pub fn practice_consents(home: &Path) -> usize {
    let books = std::fs::read(home.join("practice.json")).expect("the practice service's books");
    let books: Value = serde_json::from_slice(&books).expect("its books are JSON");
    books["families"].as_object().map_or(0, Map::len)
}

/// This time tomorrow, in milliseconds since 1970.
///
/// # Panics
/// Where the clock is before 1970.
#[must_use]
pub fn tomorrow() -> u64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("the clock is past 1970");
    u64::try_from(now.as_millis()).expect("for some time to come") + 24 * 3600 * 1000
}
