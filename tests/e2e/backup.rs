//! Everything as an encrypted backup, restored into an empty home: shown as unproven, nothing sent
//! before the copy was taken over, then used and renewed there.

use std::path::{Path, PathBuf};

use tsunagi_tests::app::Options;
use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, Tried};
use tsunagi_tests::{App, Page, Provider, Role, Trial, until};

const SERVICE: &str = "Loopback OIDC";
const NAME: &str = "Foreign server";
const MINA: &str = "mina@provider.example";
const PASSPHRASE: &str = "a ladder in the orchard";

/// From an empty home to a connection to `provider`, which rotates its refresh tokens and ends the
/// family of one that comes back.
async fn connect(trial: &Trial, desk: &Desk, app: &App, provider: &Provider) {
    let page = app.page();
    steps::start_empty(page).await;
    ConnectorFile::for_provider("loopback_oidc", SERVICE, provider.issuer())
        .drop_into(&trial.home());
    steps::accept_connector(page, "loopback_oidc.toml").await;
    steps::set_up(page, SERVICE, NAME).await;
    let redirect = steps::redirect_address(page).await;
    provider.register("tsunagi-desk", &redirect).await;
    steps::register(page, "tsunagi-desk", None).await;
    page.button("Create and authorize").await;
    page.says("Connected").await;
    steps::flow_is_over(desk, app.pid()).await;
    steps::connections(page).await;
    steps::connected_everywhere(page, MINA).await;
}

/// Makes a backup in Settings, and takes it to where another computer would find it.
async fn back_up(trial: &Trial, page: &Page) -> PathBuf {
    page.link("Settings").await;
    page.button("Back up…").await;
    page.fill("Passphrase of the backup", PASSPHRASE).await;
    page.fill("Passphrase of the backup again", PASSPHRASE)
        .await;
    trial.picture("1-passphrase");
    page.button("Back up").await;
    page.says("Backup written").await;
    trial.picture("2-written");
    let folder = std::fs::read_dir(trial.home().join("exports")).expect("the folder of exports");
    let written: Vec<PathBuf> = folder
        .map(|entry| entry.expect("an entry of it").path())
        .collect();
    let [file] = written.as_slice() else {
        panic!("one backup and nothing half: {written:?}")
    };
    let head = std::fs::read(file).expect("the backup can be read");
    assert!(
        head.starts_with(b"age-encryption.org/v1\n-> scrypt "),
        "an age file behind a passphrase"
    );
    let taken = trial.outside().join("taken-along.age");
    std::fs::copy(file, &taken).expect("it can be taken along");
    taken
}

async fn restore(page: &Page, file: &Path, passphrase: &str) {
    page.fill("Backup file", &file.display().to_string()).await;
    page.fill("Passphrase of the backup", passphrase).await;
    page.button("Restore").await;
}

/// Whether the list says that nobody knows yet whether the connection works.
async fn is_unproven(page: &Page) -> bool {
    let cells = page.names(Role::Gridcell).await;
    cells
        .iter()
        .any(|cell| cell.contains(&format!("Connected, {MINA}")) && cell.contains("unproven"))
}

/// Every request to the provider so far.
async fn told(provider: &Provider) -> usize {
    provider.log().await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn restored_elsewhere_it_sends_nothing_before_it_was_taken_over() {
    let trial = Trial::begin("backup").await;
    let desk = Desk::open();
    let provider = Provider::start(4).await;
    let app = App::start(&trial, Options::default()).await;
    connect(&trial, &desk, &app, &provider).await;
    let file = back_up(&trial, app.page()).await;
    app.close(&desk).await;

    // Another computer: a home with nothing in it.
    let home = Options {
        home: Some(trial.other_home("elsewhere")),
        ..Options::default()
    };
    let app = App::start(&trial, home.clone()).await;
    let page = app.page();
    page.button("Restore a backup…").await;
    restore(page, &file, "another passphrase").await;
    page.says("does not open").await;
    trial.picture("3-wrong-passphrase");
    restore(page, &file, PASSPHRASE).await;
    page.wait_gone(Role::Button, "Restore").await;
    steps::connections(page).await;
    until("the list to say that it is unproven", async || {
        is_unproven(page).await.then_some(())
    })
    .await;
    page.says("not taken over").await;
    trial.picture("4-restored");

    // Whatever a person presses, and however old the token is, the provider hears nothing.
    provider.expired().await;
    let before = told(&provider).await;
    steps::open(page, NAME).await;
    let tried = steps::try_it(page, "Production", "/me").await;
    assert!(
        matches!(&tried, Tried::Refused(why) if why.contains("restored from a backup")),
        "it is refused, and says why: {tried:?}"
    );
    trial.picture("5-refused");
    page.tab("Environments").await;
    page.says("Not taken over").await;
    let offered = page.names(Role::Button).await;
    assert!(
        !offered.iter().any(|name| name.starts_with("Authorize")),
        "what would be refused is not offered: {offered:?}"
    );
    trial.picture("5-not-offered");
    app.close(&desk).await;
    // Nor does the start of the program, which looks for what is due.
    let app = App::start(&trial, home).await;
    let page = app.page();
    steps::connections(page).await;
    until("the list to say so after a restart", async || {
        is_unproven(page).await.then_some(())
    })
    .await;
    assert_eq!(
        told(&provider).await,
        before,
        "one old token would end the family of the computer that has the workspace"
    );

    page.button("Take over…").await;
    page.wait(Role::Button, "Not yet").await;
    trial.picture("6-take-over");
    page.button("Take over on this computer").await;
    page.wait_gone(Role::Button, "Take over…").await;
    // The dialog closes by itself; the list is read anew, and stays as it was.
    page.wait_gone(Role::Button, "Not yet").await;
    assert!(
        is_unproven(page).await,
        "nobody knows yet whether it still works"
    );
    let before = provider.count("refresh_token").await;
    steps::open(page, NAME).await;
    let tried = steps::try_it(page, "Production", "/me").await;
    assert!(
        matches!(&tried, Tried::Answer(shown) if shown.contains(MINA)),
        "it is used here from now on: {tried:?}"
    );
    let after = provider.count("refresh_token").await;
    assert!(after.ok > before.ok, "and renewed here: {after:?}");
    assert_eq!(after.failed, 0, "no refresh token was ever refused");
    steps::connections(page).await;
    steps::connected_everywhere(page, MINA).await;
    until("the list to say that it works", async || {
        (!is_unproven(page).await).then_some(())
    })
    .await;
    trial.picture("7-works");
    app.close(&desk).await;
}
