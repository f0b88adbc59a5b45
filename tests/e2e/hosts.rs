//! R23: a second host on loopback that records what it is sent sees no credential, whatever a
//! request, a redirect, a changed connector file or a token answer says.

use serde_json::json;
use tsunagi_tests::app::Options;
use tsunagi_tests::canary::writings;
use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::issuer::{Issuer, MARK};
use tsunagi_tests::recorder::Answer;
use tsunagi_tests::steps::{self, Tried};
use tsunagi_tests::{App, Recorder, Role, Trial};

const SERVICE: &str = "Marked server";
const NAME: &str = "Marked files";

/// Fails where anything the recorder was sent holds a credential of the issuer, in any writing.
fn sees_no_credential(recorder: &Recorder, after: &str) {
    for request in recorder.seen() {
        let whole = request.whole();
        assert!(
            !whole.to_ascii_lowercase().contains("authorization:"),
            "after {after}, no Authorization header reaches another host: {whole}"
        );
        for (writing, bytes) in writings(MARK) {
            let leaks = whole
                .as_bytes()
                .windows(bytes.len())
                .any(|part| part == bytes);
            assert!(
                !leaks,
                "after {after}, a credential arrived ({writing}): {whole}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_never_sees_the_credential() {
    let trial = Trial::begin("hosts").await;
    let desk = Desk::open();
    let issuer = Issuer::start().await;
    let recorder = Recorder::start().await;
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    let file = ConnectorFile::for_issuer("marked", SERVICE, &issuer.origin());
    file.drop_into(&trial.home());
    steps::accept_connector(page, "marked.toml").await;
    let client = ("marked-client", Some("a-secret"));
    steps::connect(page, &desk, app.pid(), (SERVICE, NAME), client).await;
    steps::connections(page).await;
    steps::connected_everywhere(page, "kana@canary.example").await;
    steps::open(page, NAME).await;

    // The credential does travel, to the host that is listed.
    let tried = steps::try_it(page, "Production", "/files").await;
    assert!(
        matches!(tried, Tried::Answer(_)),
        "the listed host is used: {tried:?}"
    );
    assert!(
        issuer.api_requests().contains(&"/api/files".to_owned()),
        "with the credential: the issuer's API answers to nothing else"
    );

    // 1. Whole addresses, and paths that read like one.
    let (other, own) = (recorder.port(), issuer.port());
    for target in [
        format!("http://127.0.0.1:{other}/steal"),
        format!("//127.0.0.1:{other}/steal"),
        format!("http://127.0.0.1:{own}@127.0.0.1:{other}/steal"),
        format!("/\\127.0.0.1:{other}/steal"),
        format!("http://localhost:{other}/steal"),
        format!("@127.0.0.1:{other}/steal"),
        format!("http:\\\\127.0.0.1:{other}\\steal"),
    ] {
        // Whether it is refused or taken as an odd path of the listed host does not matter here.
        let _ = steps::try_it(page, "Production", &target).await;
        sees_no_credential(&recorder, &target);
        assert_eq!(recorder.seen(), [], "{target} reaches no other host at all");
    }
    let tried = steps::try_it(page, "Production", &recorder.origin()).await;
    assert!(
        matches!(&tried, Tried::Refused(why) if why.contains("127.0.0.1")),
        "the refusal names the host: {tried:?}"
    );
    trial.picture("1-refused");

    // 2. A redirect from the listed host.
    for status in [302, 307, 308] {
        issuer.conduct(|it| it.away = Some(format!("{}/landed/{status}", recorder.origin())));
        let _ = steps::try_it(page, "Production", "/away").await;
        sees_no_credential(&recorder, "a redirect");
    }
    issuer.conduct(|it| it.away = None);

    // 3. The connector file is edited behind the app's back: api and token origin elsewhere.
    let mut edited = file.clone();
    edited.api = format!("{}/api", recorder.origin());
    edited.oauth = edited.oauth.replace(
        &format!("token = \"{}/token\"", issuer.origin()),
        &format!("token = \"{}/token\"", recorder.origin()),
    );
    edited.whoami.0 = format!("{}/api/me", recorder.origin());
    edited.hosts = vec![issuer.origin(), recorder.origin()];
    edited.drop_into(&trial.home());
    let before = issuer.api_requests().len();
    let tried = steps::try_it(page, "Production", "/files").await;
    assert!(
        matches!(tried, Tried::Answer(_)) && issuer.api_requests().len() > before,
        "a changed file is a draft: the accepted one goes on: {tried:?}"
    );
    sees_no_credential(&recorder, "an edited file");

    // 4. A manager is talked into accepting it.
    steps::accept_changed_connector(page, "marked.toml").await;
    steps::connections(page).await;
    steps::list_shows(page, "Connector changed").await;
    trial.picture("2-connector-changed");
    steps::open(page, NAME).await;
    let tried = steps::try_it(page, "Production", "/files").await;
    assert!(
        matches!(tried, Tried::Refused(_)),
        "the credential was sealed for other origins: {tried:?}"
    );
    sees_no_credential(&recorder, "an accepted change");

    // 5. Back to the first file; now a token answer names another host.
    file.drop_into(&trial.home());
    steps::accept_changed_connector(page, "marked.toml").await;
    // The client secret went with the hosts it was entered for: it is entered again.
    page.button(&format!("Actions for {SERVICE}")).await;
    page.press(Role::Menuitem, "Edit…").await;
    page.fill("Client secret", "a-secret").await;
    page.button("Change for 1 connection").await;
    page.wait_gone(Role::Button, "Change for 1 connection")
        .await;
    issuer.conduct(|it| {
        for field in ["api_domain", "instance_url", "accounts-server"] {
            it.beside_tokens
                .insert(field.to_owned(), json!(recorder.origin()));
        }
    });
    recorder.answer(Answer {
        body: json!({ "id": "x", "name": "Elsewhere", "email": "else@where.example" }).to_string(),
        ..Answer::default()
    });
    steps::open(page, NAME).await;
    let told = steps::authorize_in_vain(page, &desk, app.pid()).await;
    assert!(
        told.contains("is not one of the hosts"),
        "an answered host that is not listed fails the sign-in: {told}"
    );
    let _ = steps::try_it(page, "Production", "/files").await;
    sees_no_credential(&recorder, "an answered host");
    trial.picture("3-answered-host");
    app.close(&desk).await;
}
