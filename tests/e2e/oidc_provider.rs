//! A server no one here wrote: added as a connector file, authorized in the real window, renewed
//! with rotation, renewed once for fifty requests of two processes, revoked.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tsunagi_tests::app::Options;
use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::provider::Count;
use tsunagi_tests::steps::{self, Tried};
use tsunagi_tests::{App, Provider, Trial, until};

const SERVICE: &str = "Loopback OIDC";
const NAME: &str = "Foreign server";
const LINK_NAME: &str = "foreign_server";
const MINA: &str = "mina@provider.example";
/// Requests of each process.
const EACH: usize = 25;

/// From an empty home to a connection to `provider`.
async fn connect(trial: &Trial, desk: &Desk, app: &App, provider: &Provider) {
    let page = app.page();
    steps::start_empty(page).await;
    ConnectorFile::for_provider("loopback_oidc", SERVICE, provider.issuer())
        .drop_into(&trial.home());
    steps::accept_connector(page, "loopback_oidc.toml").await;
    trial.picture("1-accepted");
    steps::set_up(page, SERVICE, NAME).await;
    let redirect = steps::redirect_address(page).await;
    assert!(
        redirect.starts_with("http://127.0.0.1/callback/"),
        "a loopback address without a port, as RFC 8252 section 7.3 has it: {redirect}"
    );
    provider.register("tsunagi-desk", &redirect).await;
    steps::register(page, "tsunagi-desk", None).await;
    trial.picture("2-set-up");
    page.button("Create and authorize").await;
    until("the authorization", async || {
        (provider.count("authorization_code").await.ok == 1).then_some(())
    })
    .await;
    page.says("Connected").await;
    steps::flow_is_over(desk, app.pid()).await;
    steps::connections(page).await;
    steps::connected_everywhere(page, MINA).await;
    trial.picture("3-connected");
}

/// Another process on the home, ready to send.
struct Second {
    process: Child,
}

impl Second {
    async fn start(trial: &Trial) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tsunagi-use"))
            .arg(trial.home())
            .args([LINK_NAME, "/me", &EACH.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the second process starts");
        let out = process.stdout.as_mut().expect("its output is piped");
        let mut first = String::new();
        BufReader::with_capacity(1, out)
            .read_line(&mut first)
            .await
            .expect("its output can be read");
        assert_eq!(first.trim(), "ready", "it opens the home and waits");
        Self { process }
    }

    async fn fire(&mut self) {
        let input = self.process.stdin.as_mut().expect("its input is piped");
        input.write_all(b"go\n").await.expect("it listens");
    }

    async fn outcomes(mut self) -> Vec<Value> {
        let mut text = String::new();
        let out = self.process.stdout.as_mut().expect("its output is piped");
        out.read_to_string(&mut text)
            .await
            .expect("its output can be read");
        let status = self.process.wait().await.expect("it ends");
        assert!(status.success(), "the second process ends well: {text}");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn added_by_file_authorized_renewed_and_revoked() {
    let trial = Trial::begin("oidc-provider").await;
    let desk = Desk::open();
    let provider = Provider::start(4).await;
    let app = App::start(&trial, Options::default()).await;
    connect(&trial, &desk, &app, &provider).await;
    let page = app.page();

    steps::open(page, NAME).await;
    provider.expired().await;
    let before = provider.count("refresh_token").await;
    let tried = steps::try_it(page, "Production", "/me").await;
    let Tried::Answer(shown) = tried else {
        panic!("an expired token is renewed before it is used: {tried:?}")
    };
    assert!(shown.contains(MINA), "the API answers: {shown}");
    let after = provider.count("refresh_token").await;
    assert!(after.ok > before.ok, "the token was renewed: {after:?}");
    assert_eq!(after.failed, 0, "no renewal was refused: {after:?}");
    trial.picture("4-renewed");

    // Fifty at once, in two processes, on one expired token. The next token outlives the test,
    // so that a second renewal could only be a mistake.
    app.close(&desk).await;
    provider.lifetime(3600).await;
    provider.expired().await;
    let before = provider.count("refresh_token").await;
    let (mut one, mut other) = tokio::join!(Second::start(&trial), Second::start(&trial));
    tokio::join!(one.fire(), other.fire());
    let (one, other) = tokio::join!(one.outcomes(), other.outcomes());
    let outcomes = [one, other].concat();
    assert_eq!(outcomes.len(), 2 * EACH, "every request has an outcome");
    let failed: Vec<&Value> = outcomes
        .iter()
        .filter(|outcome| outcome["status"] != 200)
        .collect();
    assert!(failed.is_empty(), "every request succeeds: {failed:?}");
    let after = provider.count("refresh_token").await;
    assert_eq!(
        (after.ok - before.ok, after.failed),
        (1, 0),
        "fifty requests renew once; a second renewal would have ended the family"
    );

    // Still connected in a new start, and revoked at the provider from there.
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::connections(page).await;
    steps::connected_everywhere(page, MINA).await;
    steps::open(page, NAME).await;
    assert_eq!(provider.grants().await, 1, "the consent is in force");
    steps::revoke(page).await;
    until("the provider to be told", async || {
        let log = provider.log().await;
        log.contains(&("/token/revocation".to_owned(), 200))
            .then_some(())
    })
    .await;
    let tried = steps::try_it(page, "Production", "/me").await;
    assert!(
        matches!(&tried, Tried::Refused(why) if why.contains("revoked")),
        "nothing is sent after the revocation: {tried:?}"
    );
    trial.picture("5-revoked");
    assert_eq!(
        provider.count("refresh_token").await,
        Count {
            failed: 0,
            ..provider.count("refresh_token").await
        },
        "no refresh token was ever refused"
    );
    app.close(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_at_the_provider_shows_as_not_connected() {
    let trial = Trial::begin("oidc-provider-revoked").await;
    let desk = Desk::open();
    let provider = Provider::start(3).await;
    let app = App::start(&trial, Options::default()).await;
    connect(&trial, &desk, &app, &provider).await;
    let page = app.page();
    provider.revoke_all().await;
    steps::open(page, NAME).await;
    let tried = steps::try_it(page, "Development", "/me").await;
    assert!(
        matches!(tried, Tried::Refused(_)),
        "a consent that was taken back ends the connection: {tried:?}"
    );
    steps::connections(page).await;
    // RFC 6749 has one word for expired and revoked refresh tokens (`invalid_grant`, 5.2), and so
    // has the list.
    steps::list_shows(page, "Expired").await;
    trial.picture("shown");
    app.close(&desk).await;
}
