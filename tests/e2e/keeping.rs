//! What is kept, and kept safe: papers without secrets, definitions taken to another home, the
//! key lost and recovered, replaced in place, the seat that locks itself, and a log of it all.

use std::path::{Path, PathBuf};

use fantoccini::Locator;
use tsunagi_tests::app::Options;
use tsunagi_tests::canary::search;
use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::issuer::{Issuer, MARK};
use tsunagi_tests::steps::{self, Tried};
use tsunagi_tests::{App, Page, Role, Trial, keyring};

const SERVICE: &str = "Marked server";
/// A spreadsheet takes what begins like this for a formula.
const NAME: &str = "@Marked files";
/// And this, and a browser takes a part of it for markup.
const LABEL: &str = "=1+1<b>";
const PASSPHRASE: &str = "seven maple leaves";

async fn works(page: &Page, when: &str) {
    steps::open(page, NAME).await;
    let tried = steps::try_it(page, "Production", "/files").await;
    assert!(
        matches!(tried, Tried::Answer(_)),
        "{when}, the service answers: {tried:?}"
    );
}

/// Has one paper written, and reads it.
async fn paper(trial: &Trial, page: &Page, entry: &str, says: &str, ending: &str) -> String {
    page.button("Export and import").await;
    page.press(Role::Menuitem, entry).await;
    page.says(says).await;
    let folder = std::fs::read_dir(trial.home().join("exports")).expect("the folder of exports");
    let file = folder
        .map(|entry| entry.expect("an entry of it").path())
        .find(|path| path.extension().is_some_and(|it| it == ending))
        .unwrap_or_else(|| panic!("a file that ends in {ending}"));
    std::fs::read_to_string(file).expect("it is text")
}

/// The papers of the workspace: what they say, what a spreadsheet or a browser would make of it,
/// and that no secret stands in them. Gives where the definitions lie.
async fn papers(trial: &Trial, page: &Page) -> PathBuf {
    steps::connections(page).await;
    let sheet = paper(
        trial,
        page,
        "Inventory as a sheet (CSV)",
        "1 place written to",
        "csv",
    )
    .await;
    for cell in ["'@Marked files", "'=1+1<b>", "files.read"] {
        assert!(sheet.contains(&format!("\"{cell}\"")), "{cell}: {sheet}");
    }
    let formula = sheet
        .split(['"', ',', '\r', '\n'])
        .find(|cell| cell.starts_with(['=', '+', '-', '@']));
    assert_eq!(formula, None, "a spreadsheet computes nothing: {sheet}");
    let shown = paper(
        trial,
        page,
        "Inventory to read and print (HTML)",
        "1 place written to",
        "html",
    )
    .await;
    assert!(
        shown.contains("=1+1&lt;b&gt;") && !shown.contains("<b>"),
        "a browser shows the account's name as it is: {shown}"
    );
    let definitions = paper(
        trial,
        page,
        "Export definitions (TOML)",
        "1 connection written to",
        "toml",
    )
    .await;
    assert!(
        definitions.contains("marked-client") && !definitions.contains("kana@"),
        "definitions name no account: {definitions}"
    );
    trial.shown(page, "1-papers").await;
    let exports = trial.home().join("exports");
    let found = search(&[&exports], MARK);
    assert!(
        found.leaks.is_empty() && found.files == 3,
        "no secret is in the three papers: {:?}",
        found.leaks
    );
    let definitions = std::fs::read_dir(&exports)
        .expect("the folder of exports")
        .map(|entry| entry.expect("an entry of it").path())
        .find(|path| path.extension().is_some_and(|it| it == "toml"))
        .expect("the definitions");
    let taken = trial.outside().join("definitions.toml");
    std::fs::copy(definitions, &taken).expect("they can be taken along");
    taken
}

/// Makes a recovery code, and gives what a person would have written down.
async fn recovery_code(page: &Page) -> String {
    page.link("Settings").await;
    page.button("Make a recovery code…").await;
    page.button("Make and show it").await;
    page.wait(Role::Heading, "Write this code down").await;
    let shown = Locator::Css("[data-recovery-code] li");
    let mut groups = Vec::new();
    for group in page.client().find_all(shown).await.expect("the code") {
        groups.push(group.text().await.expect("a group of it"));
    }
    let last = groups.last().expect("it has groups").clone();
    page.fill("Its last group, from what you wrote down", &last)
        .await;
    page.button("I have written it down").await;
    page.says("Recovery code made").await;
    groups.join(" ").to_lowercase()
}

async fn replace_key(trial: &Trial, page: &Page) {
    page.link("Settings").await;
    page.button("Replace the key…").await;
    page.wait(Role::Heading, "Replace the workspace’s key?")
        .await;
    trial.shown(page, "4-replace").await;
    page.button("Replace the key").await;
    page.wait(Role::Heading, "The new key is in place").await;
    page.button("Later").await;
    // The button is there again once all is wrapped anew.
    page.wait(Role::Button, "Replace the key…").await;
    page.wait(Role::Button, "Make a recovery code…").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_keys_and_the_seat() {
    let trial = Trial::begin("keeping").await;
    let desk = Desk::open();
    let issuer = Issuer::start().await;
    let connector = ConnectorFile::for_issuer("marked", SERVICE, &issuer.origin());
    let ahead = trial.outside().join("clock");
    let options = Options {
        envs: vec![("TSUNAGI_CLOCK".to_owned(), ahead.display().to_string())],
        ..Options::default()
    };
    let app = App::start(&trial, options.clone()).await;
    let page = app.page();
    steps::start_empty(page).await;
    connector.drop_into(&trial.home());
    steps::accept_connector(page, &connector.file()).await;
    let secret = format!("{MARK}client-secret");
    let client = ("marked-client", Some(secret.as_str()));
    steps::connect(page, &desk, app.pid(), (SERVICE, NAME), client).await;
    page.tab("Accounts*").await;
    page.button("Actions for kana@canary.example").await;
    page.press(Role::Menuitem, "Rename…").await;
    page.fill("Account name", LABEL).await;
    page.button("Save").await;
    page.wait(Role::Button, &format!("Actions for {LABEL}"))
        .await;
    steps::create_application(page, "Orders", &[NAME]).await;
    let definitions = papers(&trial, page).await;
    let code = recovery_code(page).await;
    app.close(&desk).await;

    // The keyring has lost the key: no new one is made, and the code opens what there is.
    assert!(keyring::empty().await > 0, "the key was in the keyring");
    let app = App::start(&trial, options.clone()).await;
    let page = app.page();
    page.says("The keyring does not give this workspace’s key.")
        .await;
    trial.shown(page, "2-key-lost").await;
    page.button("Use a recovery code…").await;
    page.fill("Recovery code", &code).await;
    trial.shown(page, "3-recovery").await;
    page.button("Open the workspace").await;
    page.says("The workspace is open.").await;
    works(page, "with the recovery code").await;
    replace_key(&trial, page).await;
    app.close(&desk).await;

    let app = App::start(&trial, options).await;
    let page = app.page();
    works(page, "with the new key after a restart").await;
    locks_itself(&trial, page, &ahead).await;
    activity(&trial, page).await;
    app.close(&desk).await;
    taken_elsewhere(&trial, &desk, &connector, &definitions).await;
}

/// The member's passphrase, and a minute in which nobody moves.
async fn locks_itself(trial: &Trial, page: &Page, ahead: &Path) {
    steps::set_passphrase(page, PASSPHRASE).await;
    page.choose("Lock after", "1").await;
    page.says("Saved").await;
    std::fs::write(ahead, "61").expect("a minute can pass");
    page.wait(Role::Heading, "Sign in").await;
    trial.shown(page, "5-locked").await;
    let shown = page.text().await;
    assert!(
        !shown.contains(NAME),
        "who comes by sees nothing of what is in there: {shown}"
    );
    page.fill("Passphrase", PASSPHRASE).await;
    page.button("Sign in").await;
    page.wait_gone(Role::Heading, "Sign in").await;
}

async fn activity(trial: &Trial, page: &Page) {
    page.link("Activity").await;
    page.button("Verify").await;
    page.says("The log is whole").await;
    let log = page.text().await;
    for told in [
        "Made a recovery code",
        "Opened the workspace with the recovery code and gave its key a new home",
        "The workspace’s key is replaced; the former one opens nothing",
        "left the keyboard, locked",
        "Orders may use @Marked files",
    ] {
        assert!(log.contains(told), "the log tells {told:?}: {log}");
    }
    assert!(!log.contains("event."), "all of it in words: {log}");
    trial.shown(page, "6-activity").await;
}

/// Another home: the file is chosen in the desktop's dialog, shown first, and then added.
async fn taken_elsewhere(trial: &Trial, desk: &Desk, connector: &ConnectorFile, file: &Path) {
    let home = trial.other_home("elsewhere");
    let options = Options {
        home: Some(home.clone()),
        ..Options::default()
    };
    let app = App::start(trial, options).await;
    let page = app.page();
    steps::start_empty(page).await;
    import(page, desk, app.pid(), file).await;
    page.wait(Role::Heading, "Import definitions").await;
    trial.shown(page, "7-without-connector").await;
    page.button("Cancel").await;
    connector.drop_into(&home);
    steps::accept_connector(page, &connector.file()).await;
    import(page, desk, app.pid(), file).await;
    page.wait(Role::Heading, "Import definitions").await;
    trial.shown(page, "8-import").await;
    page.button("Import 3 items").await;
    page.says("1 client registration waits for its secret: enter it in Connectors.")
        .await;
    page.button("Close").await;
    page.wait(Role::Row, &format!("{NAME}, *")).await;
    steps::list_shows(page, "Never authorized").await;
    page.link("Applications").await;
    page.says("Orders").await;
    app.close(desk).await;
}

async fn import(page: &Page, desk: &Desk, pid: u32, file: &Path) {
    steps::connections(page).await;
    page.button("Export and import").await;
    page.press(Role::Menuitem, "Import definitions…").await;
    steps::choose_file(desk, pid, file).await;
}
