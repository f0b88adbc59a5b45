//! No secret is written anywhere: a server whose every secret carries a mark, every path that
//! handles one, and then a search of everything the program wrote, in every writing.

use std::path::{Path, PathBuf};

use serde_json::json;
use tsunagi_tests::app::Options;
use tsunagi_tests::canary::{Search, search};
use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::issuer::{Issuer, MARK};
use tsunagi_tests::steps::{self, Tried};
use tsunagi_tests::{App, Trial, until};

const SERVICE: &str = "Marked server";
const NAME: &str = "Marked files";

/// Everything the app can have written to: its home and captured output, the person's home, the
/// run-time folder.
fn written(trial: &Trial) -> Vec<PathBuf> {
    let mut folders = vec![trial.folder().to_owned()];
    for name in ["HOME", "XDG_RUNTIME_DIR"] {
        folders.push(PathBuf::from(
            std::env::var_os(name).unwrap_or_else(|| panic!("{name} is set by the session")),
        ));
    }
    folders
}

fn look(trial: &Trial) -> Search {
    let folders = written(trial);
    let folders: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
    search(&folders, MARK)
}

fn clean(trial: &Trial, after: &str) {
    let found = look(trial);
    assert!(
        found.leaks.is_empty(),
        "after {after}, a secret lies open: {:?}",
        found.leaks
    );
    assert!(
        found.files > 3,
        "the search saw the app's files, or it proves nothing: {} files",
        found.files
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_lies_open_anywhere() {
    let trial = Trial::begin("canary").await;
    let desk = Desk::open();
    let issuer = Issuer::start().await;
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    ConnectorFile::for_issuer("marked", SERVICE, &issuer.origin()).drop_into(&trial.home());

    let secret = format!("{MARK}client-secret");
    steps::accept_connector(page, "marked.toml").await;
    let client = ("marked-client", Some(secret.as_str()));
    steps::connect(page, &desk, app.pid(), (SERVICE, NAME), client).await;
    steps::connections(page).await;
    steps::connected_everywhere(page, "kana@canary.example").await;
    clean(&trial, "authorizing");

    steps::open(page, NAME).await;
    let tried = steps::try_it(page, "Production", "/files").await;
    assert!(matches!(tried, Tried::Answer(_)), "it is used: {tried:?}");
    clean(&trial, "a use");

    // A service that repeats the credential in its answer, as debug pages do.
    issuer.conduct(|it| it.api_fault = Some((500, json!({ "sent": "{sent}" }).to_string())));
    let _ = steps::try_it(page, "Stage", "/echo").await;
    trial.picture("1-repeated");
    let shown = page.text().await;
    assert!(
        !shown.contains(MARK),
        "no screen shows a credential: {shown}"
    );
    issuer.conduct(|it| it.api_fault = None);
    clean(&trial, "an answer that repeats the credential");

    // A renewal, and renewals that fail with everything that was sent in the answer.
    issuer.conduct(|it| it.access_seconds = 1);
    steps::authorize_by_itself(page, &desk, app.pid()).await;
    until("a renewal", async || {
        let tried = steps::try_it(page, "Development", "/files").await;
        assert!(
            matches!(tried, Tried::Answer(_)),
            "it is renewed: {tried:?}"
        );
        (issuer.renewals() > 0).then_some(())
    })
    .await;
    clean(&trial, "a renewal");
    let described = json!({ "error": "invalid_request", "error_description": "{sent}" });
    for (status, body) in [
        (500, "<html>trace: {sent}</html>".to_owned()),
        (200, json!({ "error": "{sent}" }).to_string()),
        (400, described.to_string()),
        (400, "{sent}".to_owned()),
    ] {
        // A new sign-in each time: after a failed renewal the next waits half a minute.
        steps::authorize_by_itself(page, &desk, app.pid()).await;
        let (before, fault) = (issuer.faults(), body.clone());
        issuer.conduct(|it| it.token_fault = Some((status, body)));
        until("a renewal to fail", async || {
            let _ = steps::try_it(page, "Development", "/files").await;
            (issuer.faults() > before).then_some(())
        })
        .await;
        clean(&trial, &format!("a renewal answered with {status} {fault}"));
        issuer.conduct(|it| it.token_fault = None);
    }

    // An authorization that fails at the token endpoint, and one that is denied.
    issuer.conduct(|it| it.token_fault = Some((400, described.to_string())));
    let told = steps::authorize_in_vain(page, &desk, app.pid()).await;
    assert!(!told.contains(MARK), "the failure shows no secret: {told}");
    issuer.conduct(|it| {
        it.token_fault = None;
        it.deny = true;
    });
    let told = steps::authorize_in_vain(page, &desk, app.pid()).await;
    assert!(
        told.contains("access denied"),
        "the failure says why: {told}"
    );
    clean(&trial, "failed authorizations");

    issuer.conduct(|it| {
        it.deny = false;
        it.access_seconds = 3600;
    });
    steps::authorize_by_itself(page, &desk, app.pid()).await;
    steps::revoke(page).await;
    until("the revocation", async || {
        (issuer.revocations() > 0).then_some(())
    })
    .await;
    clean(&trial, "a revocation");

    let shown = page.text().await;
    assert!(!shown.contains(MARK), "nor does a screen show one: {shown}");
    app.close(&desk).await;
    clean(&trial, "the end");
}
