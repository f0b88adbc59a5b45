//! The other ways to authorize, for where a window of the program will not do: the system's
//! browser, an address that is pasted, a code that is entered elsewhere.

use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, PRACTICE, Tried};
use tsunagi_tests::{App, Browser, Page, Provider, Role, SystemBrowser, Trial, until};
use url::Url;

const AIKO: &str = "aiko@practice.example";
const MINA: &str = "mina@provider.example";
/// The field of the flow window that takes an address.
const PASTE: &str = "Not coming back? Paste the address it ended on";
/// What the flow window says of an answer with another sign-in's state.
const NOT_THIS: &str = "An answer came back that does not belong to this sign-in";
/// What it says where the person pressed Deny at the service.
const REFUSED: &str = "Not authorized: the sign-in page said “access denied”.";
/// What it says of an address that is no redirect address.
const NOT_HERE: &str = "That is not the redirect address of this sign-in.";

/// A parameter of an address.
fn parameter(address: &Url, name: &str) -> String {
    let found = address.query_pairs().find(|pair| pair.0 == name);
    found.map_or_else(
        || panic!("no {name} in {address}"),
        |pair| pair.1.into_owned(),
    )
}

/// Where the provider at `address` is to send people back to.
fn redirect_of(address: &Url) -> Url {
    let redirect = Url::parse(&parameter(address, "redirect_uri")).expect("an address");
    assert!(
        redirect.scheme() == "http"
            && redirect.host_str() == Some("127.0.0.1")
            && redirect.port().is_some()
            && redirect.path().starts_with("/callback/"),
        "a port of this computer (RFC 8252 section 7.3): {redirect}"
    );
    redirect
}

/// An answer that somebody made up, or that belongs to another sign-in.
fn of_another(redirect: &Url) -> Url {
    let mut address = redirect.clone();
    address.set_query(Some("code=stolen&state=not-ours"));
    address
}

/// From an empty home to the flow window that waits for the browser it has opened at the practice
/// service. Gives the address that was opened.
async fn in_browser_instead(
    trial: &Trial,
    desk: &Desk,
    app: &App,
    system: &mut SystemBrowser,
) -> Url {
    let page = app.page();
    steps::start_with_practice(page).await;
    let provider = steps::provider_window(desk, app.pid()).await;
    desk.drawn(&provider, None).await;
    page.in_flow_window(async |flow| flow.wait(Role::Button, "Open in browser instead").await)
        .await;
    trial.picture("1-window");
    page.in_flow_window(async |flow| {
        flow.button("Open in browser instead").await;
        flow.says("The sign-in page is open in your browser.").await;
    })
    .await;
    steps::provider_is_gone(desk, app.pid()).await;
    trial.picture("2-browser");
    system.opened().await
}

/// Waits until the flow window names the account, which it does for two seconds.
async fn connected_as(page: &Page, trial: &Trial, account: &str) {
    page.in_flow_window(async |flow| flow.says(&format!("Connected as {account}")).await)
        .await;
    trial.picture("8-connected");
}

/// What the person sees in the end: the list, and a request that is answered.
async fn works(page: &Page, name: &str, account: &str, target: &str, answer: &str) {
    steps::connections(page).await;
    steps::connected_everywhere(page, account).await;
    steps::open(page, name).await;
    let tried = steps::try_it(page, "Production", target).await;
    assert!(
        matches!(&tried, Tried::Answer(shown) if shown.contains(answer)),
        "the connection works: {tried:?}"
    );
}

/// The page at the end, in the system's browser.
fn came_home(browser: &Browser, redirect: &Url) {
    let at = browser.address();
    assert_eq!(
        (at.origin(), at.path()),
        (redirect.origin(), redirect.path()),
        "the provider sent the browser to the redirect address"
    );
    assert_eq!(
        (browser.status(), browser.text().as_str()),
        (
            200,
            "You can go back to Tsunagi The answer has arrived. This page can be closed."
        ),
        "the browser is told that it is over"
    );
    for secret in ["code", "state"] {
        assert!(
            !browser.html().contains(&parameter(at, secret)),
            "the page repeats no {secret}: {}",
            browser.html()
        );
    }
}

/// Nobody listens at the redirect address any more.
async fn closed(redirect: &Url) {
    let port = redirect.port().expect("a port");
    until("the loopback listener to close", async || {
        let connected = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
        connected.is_err().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_goes_on_in_the_systems_browser_and_comes_home_on_loopback() {
    let trial = Trial::begin("ways-browser").await;
    let desk = Desk::open();
    let mut system = SystemBrowser::install(&trial);
    let app = App::start(&trial, system.options()).await;
    let page = app.page();
    let address = in_browser_instead(&trial, &desk, &app, &mut system).await;
    let redirect = redirect_of(&address);

    // Any page in the browser can ask for the address; without the state it changes nothing.
    let mut stranger = Browser::default();
    stranger.open(&of_another(&redirect)).await;
    assert_eq!(
        (stranger.status(), stranger.text().as_str()),
        (
            400,
            "This answer belongs to another sign-in It was not used. Go back to Tsunagi and \
             begin again."
        ),
        "another sign-in's answer is told apart"
    );
    page.in_flow_window(async |flow| {
        flow.wait(Role::Textbox, PASTE).await;
        assert!(
            !flow.has(Role::Alert, "*").await,
            "and the flow goes on as if nothing had come: {}",
            flow.text().await
        );
    })
    .await;

    let mut browser = Browser::default();
    browser.open(&address).await;
    browser.press(AIKO).await;
    // The flow window closes two seconds after the answer, so it is watched meanwhile.
    tokio::join!(browser.press("Allow"), connected_as(page, &trial, AIKO));
    came_home(&browser, &redirect);
    closed(&redirect).await;
    steps::flow_is_over(&desk, app.pid()).await;
    works(page, PRACTICE, AIKO, "/contacts", "\"email\"").await;
    assert_eq!(system.count(), 1, "one page was opened in the browser");
    app.close(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refuses_in_the_systems_browser_is_told_so_in_both_places() {
    let trial = Trial::begin("ways-refused").await;
    let desk = Desk::open();
    let mut system = SystemBrowser::install(&trial);
    let app = App::start(&trial, system.options()).await;
    let page = app.page();
    let address = in_browser_instead(&trial, &desk, &app, &mut system).await;
    let redirect = redirect_of(&address);

    let mut browser = Browser::default();
    browser.open(&address).await;
    browser.press(AIKO).await;
    browser.press("Deny").await;
    assert_eq!(
        (browser.status(), browser.text().as_str()),
        (
            200,
            "The service said no Tsunagi shows why. This page can be closed."
        ),
        "the page does not speak of success"
    );
    let state = parameter(browser.address(), "state");
    assert!(
        !browser.html().contains(&state),
        "the page repeats no state: {}",
        browser.html()
    );
    page.in_flow_window(async |flow| flow.says(REFUSED).await)
        .await;
    trial.picture("8-refused");
    closed(&redirect).await;
    // What failed stays until it was read.
    for window in desk.windows_of(app.pid()) {
        if window.title != steps::MAIN {
            desk.close(window);
        }
    }
    steps::flow_is_over(&desk, app.pid()).await;
    app.close(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_refuses_windows_is_opened_in_the_browser_at_once() {
    const SERVICE: &str = "Window refuser";
    const NAME: &str = "Browser only";
    const WHY: &str = "This service shows its sign-in page in browsers only.";
    let trial = Trial::begin("ways-blocked").await;
    let desk = Desk::open();
    let provider = Provider::start(3600).await;
    let mut system = SystemBrowser::install(&trial);
    let app = App::start(&trial, system.options()).await;
    let page = app.page();
    steps::start_empty(page).await;
    let mut file = ConnectorFile::for_provider("window_refuser", SERVICE, provider.issuer());
    file.blocked = Some(WHY);
    file.drop_into(&trial.home());
    steps::accept_connector(page, &file.file()).await;
    steps::set_up(page, SERVICE, NAME).await;
    let shown = steps::redirect_address(page).await;
    provider.register("tsunagi-desk", &shown).await;
    steps::register(page, "tsunagi-desk", None).await;
    page.button("Create and authorize").await;

    let address = system.opened().await;
    let redirect = redirect_of(&address);
    page.in_flow_window(async |flow| flow.says(WHY).await).await;
    trial.picture("1-why");
    let here = desk.windows_of(app.pid());
    assert!(
        !here.iter().any(steps::is_provider),
        "no page was opened in a window of ours: {here:?}"
    );

    let mut browser = Browser::default();
    tokio::join!(browser.open(&address), connected_as(page, &trial, MINA));
    came_home(&browser, &redirect);
    closed(&redirect).await;
    steps::flow_is_over(&desk, app.pid()).await;
    works(page, NAME, MINA, "/me", MINA).await;
    assert_eq!(system.count(), 1, "one page was opened in the browser");
    app.close(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_did_not_come_home_is_pasted() {
    let trial = Trial::begin("ways-paste").await;
    let desk = Desk::open();
    let mut system = SystemBrowser::install(&trial);
    let app = App::start(&trial, system.options()).await;
    let page = app.page();
    let address = in_browser_instead(&trial, &desk, &app, &mut system).await;
    let redirect = redirect_of(&address);

    // As behind a remote desktop: loopback is another computer there.
    let mut browser = Browser::out_of_reach_of(&redirect);
    browser.open(&address).await;
    browser.press(AIKO).await;
    browser.press("Allow").await;
    let ended_on = browser.address().clone();
    assert_eq!(
        (ended_on.origin(), ended_on.path(), browser.status()),
        (redirect.origin(), redirect.path(), 0),
        "the browser stands at the redirect address, with no page"
    );

    page.in_flow_window(async |flow| {
        for (wrong, why, picture) in [
            (of_another(&redirect), NOT_THIS, "3-another"),
            (address, NOT_HERE, "4-elsewhere"),
        ] {
            flow.fill(PASTE, wrong.as_str()).await;
            flow.button("Use this address").await;
            flow.says(why).await;
            trial.picture(picture);
            assert!(
                flow.has(Role::Button, "Use this address").await
                    && flow.has(Role::Button, "Cancel").await,
                "and another can be pasted: {}",
                flow.text().await
            );
        }
        flow.fill(PASTE, ended_on.as_str()).await;
        flow.button("Use this address").await;
        flow.says(&format!("Connected as {AIKO}")).await;
    })
    .await;
    trial.picture("8-connected");
    steps::flow_is_over(&desk, app.pid()).await;
    closed(&redirect).await;
    works(page, PRACTICE, AIKO, "/contacts", "\"email\"").await;
    app.close(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_entered_on_another_device() {
    let trial = Trial::begin("ways-code").await;
    let desk = Desk::open();
    let mut system = SystemBrowser::install(&trial);
    let app = App::start(&trial, system.options()).await;
    let page = app.page();
    steps::start_with_practice(page).await;
    steps::provider_window(&desk, app.pid()).await;
    let code = page
        .in_flow_window(async |flow| {
            flow.button("Enter a code elsewhere").await;
            let shown = flow.wait(Role::Status, "Code").await;
            shown.text().await.expect("the code can be read")
        })
        .await;
    steps::provider_is_gone(&desk, app.pid()).await;
    trial.picture("1-code");
    assert_eq!(system.count(), 0, "nothing is opened unasked");
    let said = page
        .in_flow_window(async |flow| {
            flow.button("Open the address").await;
            flow.text().await
        })
        .await;
    let address = system.opened().await;
    assert!(
        said.contains(address.as_str()),
        "the address that opens is the one that is shown: {address}, {said}"
    );
    assert_eq!(address.query(), None, "short enough to be typed");

    let mut browser = Browser::default();
    browser.open(&address).await;
    browser.fill("Code", "BCDF-GHJK");
    browser.press("Continue").await;
    assert!(
        browser.status() == 400 && browser.text().contains("This code is not known"),
        "a wrong code gets nobody any further: {}",
        browser.text()
    );
    browser.fill("Code", &code.to_lowercase().replace('-', " "));
    browser.press("Continue").await;
    browser.press(AIKO).await;
    assert!(
        browser.text().contains(&code),
        "the code is shown to be compared (RFC 8628 section 5.4): {}",
        browser.text()
    );
    tokio::join!(browser.press("Allow"), connected_as(page, &trial, AIKO));
    assert!(
        browser.status() == 200 && browser.text().contains("Allowed"),
        "the other device is told that it is over: {}",
        browser.text()
    );
    steps::flow_is_over(&desk, app.pid()).await;
    works(page, PRACTICE, AIKO, "/contacts", "\"email\"").await;
    app.close(&desk).await;
}
