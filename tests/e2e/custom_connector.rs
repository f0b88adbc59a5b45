//! A connector of one's own for a server no one here wrote: filled from the address of its issuer,
//! published, and connected in three ways: in a window of the program, in the system's browser, and
//! with a code on another device.

use serde_json::json;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::provider::{Count, DEVICE};
use tsunagi_tests::steps::{self, Tried};
use tsunagi_tests::{App, Browser, Page, Provider, Role, SystemBrowser, Trial, until};
use url::Url;

const SERVICE: &str = "Paper mill";
const NAME: &str = "Mill orders";
const MINA: &str = "mina@provider.example";
const CLIENT: &str = "tsunagi-desk";
const SECRET: &str = "MILL/8sQd2+client-secret";
/// What the connection asks for, of what the server offers; *openid* and *offline_access* are chosen
/// from the start.
const SCOPES: [&str; 2] = ["profile", "email"];
/// The fields of the builder that the server's own description fills in.
const FILLED: [(&str, &str); 8] = [
    ("Issuer", ""),
    ("Authorize address", "/auth"),
    ("Token address", "/token"),
    ("Device address", "/device/auth"),
    ("Pushed requests address", "/request"),
    ("Revoke address", "/token/revocation"),
    ("User info address", "/me"),
    ("Public keys address", "/jwks"),
];

/// From the list of connectors to a draft that an issuer filled in.
async fn fill_from_issuer(trial: &Trial, page: &Page, issuer: &str) {
    page.link("Connectors").await;
    page.button("New connector").await;
    page.press(Role::Radio, "Issuer URL*").await;
    page.fill("Issuer URL", issuer).await;
    page.fill("Name", SERVICE).await;
    page.button("Create draft").await;
    page.wait(Role::Heading, &format!("{SERVICE}*")).await;
    page.tab("Security*").await;
    for (field, path) in FILLED {
        assert_eq!(
            page.value(field).await,
            format!("{issuer}{path}"),
            "{field}: as the server describes itself"
        );
    }
    for (field, value) in [("name 1", "prompt"), ("value 1", "consent")] {
        assert_eq!(
            page.value(&format!("Authorize parameters, {field}")).await,
            value,
            "OpenID Connect Core section 11: without it there is no refresh token"
        );
    }
    trial.picture("1-filled");
}

/// What no description says, and then for everybody.
async fn complete_and_publish(trial: &Trial, page: &Page, issuer: &str) {
    page.tab("Requests*").await;
    page.fill("API address", issuer).await;
    for (field, value) in [
        ("Who-am-I address", format!("{issuer}/me")),
        ("Account ID at", "/sub".to_owned()),
        ("Account name at", "/name".to_owned()),
        ("E-mail at", "/email".to_owned()),
    ] {
        assert_eq!(
            page.value(field).await,
            value,
            "{field}: OpenID Connect Core section 5.3.2 says what is answered there"
        );
    }
    page.says("Nothing is missing. It can be published.").await;
    trial.picture("2-complete");
    page.button("Publish…").await;
    page.wait(Role::Button, "Keep editing").await;
    trial.picture("3-publish");
    page.button("Publish").await;
    page.wait_gone(Role::Button, "Keep editing").await;
    page.says("Published as it is here").await;
}

/// A connection with an authorization of its own in each environment, and a client that the server
/// knows.
async fn create(trial: &Trial, page: &Page, provider: &Provider) {
    steps::set_up(page, SERVICE, NAME).await;
    page.press(Role::Radio, "One per environment*").await;
    for scope in SCOPES {
        page.press(Role::Checkbox, &format!("{scope} *")).await;
    }
    let redirect = steps::redirect_address(page).await;
    let metadata = json!({
        "client_id": CLIENT,
        "client_secret": SECRET,
        "application_type": "native",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token", DEVICE],
        "response_types": ["code"],
        "redirect_uris": [redirect],
    });
    provider.register_as(&metadata).await;
    steps::register(page, CLIENT, Some(SECRET)).await;
    trial.picture("4-set-up");
    page.button("Create only").await;
    page.wait(Role::Tab, "Environments").await;
}

/// Begins to authorize one environment of the open connection.
async fn authorize(page: &Page, environment: &str) {
    page.tab("Environments").await;
    page.button_in(environment, "Authorize").await;
}

/// Waits until the flow window names the account, which it does for two seconds.
async fn connected(page: &Page) {
    page.in_flow_window(async |flow| flow.says(&format!("Connected as {MINA}")).await)
        .await;
}

async fn in_a_window(desk: &Desk, app: &App, provider: &Provider) {
    let known = desk.windows_of(app.pid());
    authorize(app.page(), "Development").await;
    desk.new_window_of(app.pid(), &known).await;
    until("the sign-in", async || {
        (provider.count("authorization_code").await.ok == 1).then_some(())
    })
    .await;
    steps::flow_is_over(desk, app.pid()).await;
}

async fn in_the_browser(trial: &Trial, desk: &Desk, app: &App, system: &mut SystemBrowser) {
    let page = app.page();
    authorize(page, "Stage").await;
    let window = steps::provider_window(desk, app.pid()).await;
    desk.drawn(&window, None).await;
    page.in_flow_window(async |flow| {
        flow.button("Open in browser instead").await;
        flow.says("The sign-in page is open in your browser.").await;
    })
    .await;
    steps::provider_is_gone(desk, app.pid()).await;
    let address = system.opened().await;
    trial.picture("5-browser");
    refers_to_a_pushed_request(&address);
    let mut browser = Browser::default();
    browser.open(&address).await;
    tokio::join!(browser.press("Sign in"), connected(page));
    let at = browser.address();
    assert!(
        at.host_str() == Some("127.0.0.1") && at.path().starts_with("/callback/"),
        "it came home on loopback (RFC 8252): {at}"
    );
    assert!(
        browser.text().contains("You can go back to Tsunagi"),
        "and is told so: {}",
        browser.text()
    );
    steps::flow_is_over(desk, app.pid()).await;
}

/// Nothing of what was asked for can be read in the browser's address, or be changed there.
fn refers_to_a_pushed_request(address: &Url) {
    let names: Vec<_> = address.query_pairs().map(|(name, _)| name).collect();
    assert_eq!(names, ["client_id", "request_uri"], "RFC 9126: {address}");
}

async fn with_a_code(trial: &Trial, desk: &Desk, app: &App, system: &mut SystemBrowser) {
    let page = app.page();
    authorize(page, "Production").await;
    let window = steps::provider_window(desk, app.pid()).await;
    desk.drawn(&window, None).await;
    let code = page
        .in_flow_window(async |flow| {
            flow.button("Enter a code elsewhere").await;
            let shown = flow.wait(Role::Status, "Code").await;
            let code = shown.text().await.expect("the code can be read");
            flow.button("Open the address").await;
            code
        })
        .await;
    steps::provider_is_gone(desk, app.pid()).await;
    let address = system.opened().await;
    trial.picture("6-code");
    let mut device = Browser::default();
    device.open(&address).await;
    device.fill("Code", &code);
    device.press("Continue").await;
    assert!(
        device.text().contains(&code),
        "the code is compared (RFC 8628 section 5.4): {}",
        device.text()
    );
    device.press("Allow").await;
    tokio::join!(device.press("Sign in"), connected(page));
    assert!(
        device.text().contains("The device is signed in"),
        "{}",
        device.text()
    );
    steps::flow_is_over(desk, app.pid()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filled_from_an_issuer_published_and_connected_in_three_ways() {
    let trial = Trial::begin("custom-connector").await;
    let desk = Desk::open();
    // The first token is over long before the device of the third has been told to wait.
    let provider = Provider::start(4).await;
    let mut system = SystemBrowser::install(&trial);
    let app = App::start(&trial, system.options()).await;
    let page = app.page();
    steps::start_empty(page).await;
    fill_from_issuer(&trial, page, provider.issuer()).await;
    complete_and_publish(&trial, page, provider.issuer()).await;
    create(&trial, page, &provider).await;

    in_a_window(&desk, &app, &provider).await;
    provider.lifetime(3600).await;
    assert_eq!(system.count(), 0, "no browser is opened unasked");
    // From here on somebody has to press a button, so that there is time to choose another way.
    provider.by_hand(true).await;
    in_the_browser(&trial, &desk, &app, &mut system).await;
    with_a_code(&trial, &desk, &app, &mut system).await;

    steps::connections(page).await;
    steps::connected_everywhere(page, MINA).await;
    trial.picture("7-connected");
    steps::open(page, NAME).await;
    for environment in steps::ENVIRONMENTS {
        let tried = steps::try_it(page, environment, "/me").await;
        assert!(
            matches!(&tried, Tried::Answer(shown) if shown.contains(MINA)),
            "{environment} works: {tried:?}"
        );
    }

    let renewed = provider.count("refresh_token").await;
    assert!(
        renewed.ok > 0 && renewed.failed == 0,
        "what an issuer fills in is asked for a refresh token, and renewed by it: {renewed:?}"
    );

    let ok = |ok| Count { ok, failed: 0 };
    assert_eq!(provider.count("authorization_code").await, ok(2));
    assert_eq!(provider.count(DEVICE).await.ok, 1, "one device");
    assert_eq!(provider.grants().await, 3, "three consents are in force");
    let log = provider.log().await;
    let pushed = log.iter().filter(|(path, _)| path == "/request");
    let statuses: Vec<u16> = pushed.map(|(_, status)| *status).collect();
    assert_eq!(
        statuses, [201; 4],
        "each page that was opened had a request of its own: three windows and one browser"
    );
    app.close(&desk).await;
}
