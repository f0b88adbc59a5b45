//! A backup of everything, restored on another computer, which sends nothing before it has taken
//! the workspace over.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use tsunagi_console::tray::{TrayIcon, TrayLine};
use tsunagi_console::views::{ActivityQuery, ListQuery, NewBackup, Restoring, Start, VaultView};
use tsunagi_console::{Console, ConsoleError, KeyHolder, KeyringError, Reach};
use tsunagi_domain::{ConnectionId, Health, Kind, Mode, NotConnected, Role};
use tsunagi_practice::Faults;
use tsunagi_vault::{MasterKey, SealingStream};

use crate::fixture::{Desk, World, files, founding};

const PASSPHRASE: &str = "a ladder in the orchard";

fn wish() -> NewBackup {
    NewBackup {
        passphrase: PASSPHRASE.to_owned(),
        proof: None,
    }
}

async fn back_up(desk: &Desk) -> PathBuf {
    let made = desk.console.back_up(desk.session(), wish()).await.unwrap();
    PathBuf::from(made.path)
}

/// Another computer: a home and a keyring of its own, and the same services around it.
fn elsewhere(desk: &Desk) -> World {
    World {
        practice: Arc::clone(&desk.world.practice),
        ..World::new()
    }
}

fn restore_with(console: &Console, file: &Path, pass: &str) -> Result<Start, ConsoleError> {
    console.restore(&Restoring {
        path: file.display().to_string(),
        passphrase: pass.to_owned(),
        own_passphrase: None,
    })
}

fn restore(console: &Console, file: &Path) -> Result<Start, ConsoleError> {
    restore_with(console, file, PASSPHRASE)
}

/// A workspace with the practice connection, connected, and its backup.
async fn backed_up() -> (Desk, ConnectionId, PathBuf) {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let file = back_up(&desk).await;
    (desk, id, file)
}

/// A copy of that workspace on another computer; the first one is still there.
async fn restored() -> (Desk, Desk, ConnectionId) {
    let (desk, id, file) = backed_up().await;
    let world = elsewhere(&desk);
    let console = world.open();
    restore(&console, &file).unwrap();
    (desk, Desk { world, console }, id)
}

/// Everything that a person or the clock can set going.
async fn everything_is_tried(copy: &Desk, id: ConnectionId) {
    let (console, session) = (&copy.console, copy.session());
    let refused = |error: ConsoleError, what: &str| {
        assert_eq!(error.code, "not_taken_over", "{what} is refused by name");
    };
    refused(copy.try_it(id).await.unwrap_err(), "a use");
    let begun = console.authorize(session, id, Reach::All, None).await;
    refused(begun.unwrap_err(), "a sign-in");
    let revoked = console.revoke(session, id, Reach::All).await;
    refused(revoked.unwrap_err(), "a revocation");
    let deleted = console.delete_connection(session, id).await;
    refused(deleted.unwrap_err(), "deleting, which revokes");
    let _ = console.test_connection(session, id).await;
    console.renew_due().await;
    // Past every lifetime, when a renewal would be due for anybody.
    copy.world.clock.pass(50 * 60);
    console.renew_due().await;
    copy.world.clock.pass(24 * 3600);
    console.renew_due().await;
    refused(copy.try_it(id).await.unwrap_err(), "a use of what is due");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_sends_no_token_request_whatever_is_called() {
    let (desk, copy, id) = restored().await;
    let before = desk.world.practice.token_requests();
    everything_is_tried(&copy, id).await;
    // Nor after a restart.
    let Desk { world, console } = copy;
    console.close().await;
    drop(console);
    let copy = Desk {
        console: world.open(),
        world,
    };
    everything_is_tried(&copy, id).await;
    assert_eq!(
        desk.world.practice.token_requests(),
        before,
        "one old refresh token would end the family of the computer that has the workspace"
    );
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "which has noticed nothing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taken_over_it_is_unproven_until_it_has_worked() {
    let (desk, copy, id) = restored().await;
    let shown = copy.console.start(copy.session()).unwrap();
    let said = shown.restored.unwrap();
    assert!(!said.taken_over && said.may_take_over, "{said:?}");
    assert_eq!(said.unproven, 1, "the one authorization");
    let page = copy
        .console
        .connections(copy.session(), &ListQuery::default())
        .unwrap();
    let station = &page.rows[0].stations[0];
    assert_eq!(
        station.health,
        Health::Connected,
        "unproven stands beside the health, never instead of it"
    );
    assert!(station.unproven, "the list says so");
    let menu = copy.console.tray(copy.session());
    assert_eq!(menu.icon, TrayIcon::Needs);
    assert!(
        menu.lines.iter().any(|line| matches!(line,
            TrayLine::Entry { text, .. } if text.contains("another computer"))),
        "the tray says so: {menu:?}"
    );

    let start = copy.console.take_over(copy.session()).unwrap();
    let said = start.restored.unwrap();
    assert!(said.taken_over, "this computer has it now");
    assert_eq!(said.unproven, 1, "and still nobody knows");
    let again = copy.console.take_over(copy.session()).unwrap_err();
    assert_eq!(again.code, "nothing_to_take_over");

    copy.world.clock.pass(50 * 60);
    let before = desk.world.practice.token_requests();
    assert!(copy.try_it(id).await.unwrap().ok, "it is used");
    assert!(
        desk.world.practice.token_requests() > before,
        "and renewed here from now on"
    );
    let said = copy.console.start(copy.session()).unwrap().restored;
    assert_eq!(said.unwrap().unproven, 0, "a use that worked proves it");
    let view = copy.view(id).await;
    let text = serde_json::to_string(&view).unwrap();
    assert!(!text.contains("\"unproven\":true"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_use_without_a_renewal_proves_it_too_and_a_failing_service_does_not() {
    let (desk, copy, id) = restored().await;
    copy.console.take_over(copy.session()).unwrap();
    let unproven = || {
        let start = copy.console.start(copy.session()).unwrap();
        start.restored.unwrap().unproven
    };
    desk.world.practice.set(Faults {
        api: Some(tsunagi_practice::Fault::ServerError),
        ..Faults::default()
    });
    let _ = copy.try_it(id).await;
    assert_eq!(unproven(), 1, "a service's own trouble proves nothing");
    desk.world.practice.set(Faults::default());
    assert!(copy.try_it(id).await.unwrap().ok);
    assert_eq!(unproven(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_replaced_since_the_backup_is_not_connected_after_the_first_renewal() {
    let (desk, copy, id) = restored().await;
    // The computer that has the workspace goes on, and the provider rotates.
    desk.world.clock.pass(50 * 60);
    assert!(desk.try_it(id).await.unwrap().ok);
    copy.console.take_over(copy.session()).unwrap();
    copy.world.clock.pass(50 * 60);
    let refused = copy.try_it(id).await.unwrap_err();
    assert_eq!(refused.code, "not_connected", "{refused:?}");
    let view = copy.view(id).await;
    assert_eq!(
        view.row.stations[0].health,
        Health::NotConnected(NotConnected::Expired),
        "invalid_grant about the stored token is final"
    );
    // The provider's own clock has not moved, and an ID token of the past is refused.
    copy.world.clock.pass(-50 * 60);
    let flow = copy.authorize(id, Reach::All).await;
    assert_eq!(flow.failure.map(|failure| failure.code), None);
    assert!(copy.try_it(id).await.unwrap().ok, "authorized anew");
    let said = copy.console.start(copy.session()).unwrap().restored;
    assert_eq!(said.unwrap().unproven, 0, "what is new was never unproven");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_comes_back_and_opens_without_the_first_computer() {
    let (desk, id, file) = backed_up().await;
    let ben = desk.joins("Ben", Role::Developer);
    let before = files(file.parent().unwrap());
    let second = back_up(&desk).await;
    assert_ne!(file, second, "a backup never takes another's place");
    assert!(files(file.parent().unwrap()).len() > before.len());

    let world = elsewhere(&desk);
    let console = world.open();
    let start = restore(&console, &second).unwrap();
    assert_eq!(start.vault, VaultView::Open { keyring: true });
    assert_eq!(start.workspace.unwrap().name, "Home");
    let members = world.catalog().members().unwrap();
    assert!(members.iter().any(|member| member.id == ben), "members too");
    drop(console);

    // The next start needs nothing but this computer's keyring.
    let copy = Desk {
        console: world.open(),
        world,
    };
    let session = copy.session();
    assert_eq!(copy.view(id).await.row.name, "Practice CRM");
    let verified = copy.console.verify_activity(session).unwrap();
    assert!(verified.failure.is_none(), "the log's chain holds");
    let log = copy.console.activity(session, &ActivityQuery::default());
    let log = serde_json::to_string(&log.unwrap()).unwrap();
    for action in ["backup.made", "backup.restored"] {
        assert!(log.contains(action), "{action} is in the log: {log}");
    }
    let left = std::fs::read_dir(copy.world.home.path()).unwrap();
    let left: Vec<String> = left
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".half-"))
        .collect();
    assert!(left.is_empty(), "nothing half lies about: {left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_comes_back_on_the_computer_it_was_made_on() {
    let (desk, id, file) = backed_up().await;
    let kept = tempfile::tempdir().unwrap();
    let file = {
        let safe = kept.path().join("mine.age");
        std::fs::copy(file, &safe).unwrap();
        safe
    };
    let (ring, practice) = (desk.world.ring.clone(), Arc::clone(&desk.world.practice));
    drop(desk);
    let world = World {
        ring,
        practice,
        ..World::new()
    };
    let console = world.open();
    restore(&console, &file).unwrap();
    let copy = Desk { world, console };
    copy.console.take_over(copy.session()).unwrap();
    assert!(
        copy.try_it(id).await.unwrap().ok,
        "the same key, found again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_until_it_is_taken_over_no_screen_has_to_offer_what_would_be_refused() {
    let (_desk, copy, id) = restored().await;
    let (console, session) = (&copy.console, copy.session());
    let told = console.start(session).unwrap().unusable;
    let told = told.expect("screens say why instead of offering to authorize");
    let pressed = console.authorize(session, id, Reach::All, None).await;
    let refused = console.failure(&pressed.unwrap_err());
    assert_eq!(told, refused, "the very answer that a press would get");

    let start = console.take_over(session).unwrap();
    assert_eq!(start.unusable, None, "from now on it is offered");
    let flow = copy.authorize(id, Reach::All).await;
    assert_eq!(flow.failure.map(|failure| failure.code), None, "and works");
}

/// Tries a file on an empty home, which must stay one.
fn refused(file: &Path, passphrase: &str) -> ConsoleError {
    let world = World::new();
    let console = world.open();
    let bytes = std::fs::read(file).ok();
    let error = restore_with(&console, file, passphrase).unwrap_err();
    assert!(
        world.catalog().workspace().unwrap().is_none(),
        "nothing was put into place"
    );
    assert_eq!(std::fs::read(file).ok(), bytes, "the file stays as it is");
    let name = file.display().to_string();
    let told = console.failure(&error);
    assert!(told.message.contains(&name), "it is named: {told:?}");
    assert!(!told.help.is_empty(), "and what to do is said: {told:?}");
    let half = std::fs::read_dir(world.home.path()).unwrap().any(|entry| {
        let name = entry.unwrap().file_name();
        name.to_string_lossy().starts_with(".half-")
    });
    assert!(!half, "no half of it stays");
    console.found(&founding(false)).unwrap();
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_file_is_named_and_changes_nothing() {
    let (_desk, _, file) = backed_up().await;
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let whole = std::fs::read(&file).unwrap();
    let code = |path: &Path, passphrase: &str| refused(path, passphrase).code;

    assert_eq!(code(&file, "not the passphrase"), "backup_passphrase_wrong");
    let cut = put("cut.age", &whole[..whole.len() - 1000]);
    assert_eq!(code(&cut, PASSPHRASE), "backup_damaged");
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let flipped = put("flipped.age", &flipped);
    assert_eq!(code(&flipped, PASSPHRASE), "backup_damaged");
    let mut version = whole.clone();
    version[20] ^= 1;
    let version = put("version.age", &version);
    let told = code(&version, PASSPHRASE);
    assert_eq!(told, "backup_damaged", "its first line is damaged");
    let empty = put("empty.age", b"");
    assert_eq!(code(&empty, PASSPHRASE), "not_a_backup");
    let letter = put("letter.txt", b"Dear Aiko, the backup is in the drawer.");
    assert_eq!(code(&letter, PASSPHRASE), "not_a_backup");
    let gone = folder.path().join("gone.age");
    assert_eq!(code(&gone, PASSPHRASE), "backup_unreadable");
}

/// An age file of ours around any inside.
fn sealed(path: &Path, parts: &[(&str, &[u8])]) {
    let file = std::fs::File::create(path).unwrap();
    let mut archive = tar::Builder::new(SealingStream::begin(file, PASSPHRASE).unwrap());
    for (name, bytes) in parts {
        let mut head = tar::Header::new_gnu();
        head.set_size(bytes.len() as u64);
        head.set_mode(0o600);
        archive.append_data(&mut head, name, *bytes).unwrap();
    }
    let mut stream = archive.into_inner().unwrap();
    stream.flush().unwrap();
    stream.finish().unwrap();
}

#[test]
fn what_is_inside_is_not_trusted_either() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forged.age");
    let newer = br#"{"format": "tsunagi-backup", "version": 2, "program": "9.0.0"}"#;
    sealed(&file, &[("manifest.json", newer)]);
    let error = refused(&file, PASSPHRASE);
    assert_eq!(error.code, "backup_too_new");
    assert_eq!(error.args["version"], "9.0.0", "which version it takes");
    sealed(&file, &[("letter.txt", b"hello")]);
    assert_eq!(refused(&file, PASSPHRASE).code, "not_a_backup");
    let short = br#"{"format": "tsunagi-backup", "version": 1}"#;
    sealed(&file, &[("manifest.json", short)]);
    assert_eq!(refused(&file, PASSPHRASE).code, "backup_damaged");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let parts: Vec<String> = ["key.json", "data.sqlite", "catalog.sqlite"]
        .map(|name| format!(r#"{{"name": "{name}", "bytes": 0, "sha256": "{empty}"}}"#))
        .to_vec();
    let manifest = format!(
        r#"{{"format": "tsunagi-backup", "version": 1, "workspace": "x", "made_at": 1,
            "program": "0.1.0", "catalog_version": 1, "data_version": 1, "parts": [{}]}}"#,
        parts.join(",")
    );
    // Parts under other names, such as one that would lie outside the folder.
    sealed(
        &file,
        &[("manifest.json", manifest.as_bytes()), ("elsewhere", b"")],
    );
    assert_eq!(refused(&file, PASSPHRASE).code, "backup_damaged");
    sealed(
        &file,
        &[
            ("manifest.json", manifest.as_bytes()),
            ("key.json", b""),
            ("data.sqlite", b""),
            ("catalog.sqlite", b""),
        ],
    );
    assert_eq!(
        refused(&file, PASSPHRASE).code,
        "backup_damaged",
        "hashes that fit make no catalog of nothing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_empty_home_takes_a_backup() {
    let (desk, _, file) = backed_up().await;
    let error = restore(&desk.console, &file).unwrap_err();
    assert_eq!(error.code, "restore_home_not_empty");
    assert!(
        desk.console
            .start(desk.session())
            .unwrap()
            .restored
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strange_key_in_the_keyring_is_never_replaced() {
    let (desk, _, file) = backed_up().await;
    let workspace = desk.world.catalog().workspace().unwrap().unwrap();
    let world = elsewhere(&desk);
    let id = workspace.id.to_string();
    world.ring.set(&id, &MasterKey::generate()).unwrap();
    let console = world.open();
    assert_eq!(
        restore(&console, &file).unwrap_err().code,
        "restore_other_key"
    );
    assert!(world.catalog().workspace().unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_keyring_this_computer_s_own_passphrase_guards_it() {
    let (desk, id, file) = backed_up().await;
    let world = elsewhere(&desk);
    let none = || -> Arc<tsunagi_console::OpenKeyring> {
        Arc::new(|| -> Result<Box<dyn KeyHolder>, KeyringError> { Err(KeyringError::Missing) })
    };
    let console = Console::open(world.surroundings(none())).unwrap();
    assert_eq!(
        restore(&console, &file).unwrap_err().code,
        "keyring_missing",
        "the key is not left behind the backup's passphrase"
    );
    let start = console
        .restore(&Restoring {
            path: file.display().to_string(),
            passphrase: PASSPHRASE.to_owned(),
            own_passphrase: Some("here only".to_owned()),
        })
        .unwrap();
    assert_eq!(start.vault, VaultView::Open { keyring: false });
    drop(console);
    let console = Console::open(world.surroundings(none())).unwrap();
    console.unlock(Some("here only")).unwrap();
    let copy = Desk { world, console };
    copy.console.take_over(copy.session()).unwrap();
    assert!(copy.try_it(id).await.unwrap().ok);

    // And a backup of a workspace behind a passphrase asks for that one, too.
    let refused = copy
        .console
        .back_up(copy.session(), wish())
        .await
        .unwrap_err();
    assert_eq!(refused.code, "passphrase_required");
    let wrong = NewBackup {
        proof: Some("not this one".to_owned()),
        ..wish()
    };
    let refused = copy.console.back_up(copy.session(), wrong).await;
    assert_eq!(refused.unwrap_err().code, "wrong_passphrase");
    let wish = NewBackup {
        proof: Some("here only".to_owned()),
        ..wish()
    };
    let again = copy.console.back_up(copy.session(), wish).await.unwrap();
    let third = elsewhere(&desk);
    let console = third.open();
    let start = restore(&console, Path::new(&again.path)).unwrap();
    assert_eq!(start.vault, VaultView::Open { keyring: true });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_super_admin_makes_one_with_a_long_passphrase() {
    let desk = Desk::empty();
    let short = NewBackup {
        passphrase: "eleven char".to_owned(),
        ..wish()
    };
    let refused = desk
        .console
        .back_up(desk.session(), short)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "backup_passphrase_short");
    let ben = desk.joins("Ben", Role::Admin);
    desk.seats(ben).await;
    let refused = desk
        .console
        .back_up(desk.session(), wish())
        .await
        .unwrap_err();
    assert_eq!(refused.code, "super_admin_needed");
    let refused = desk.console.take_over(desk.session()).unwrap_err();
    assert_eq!(refused.code, "super_admin_needed");
    assert!(
        !desk.world.home.path().join("exports").exists(),
        "nothing was written"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_made_only_by_who_proves_who_they_are() {
    const OWN: &str = "a passphrase of their own";
    let desk = Desk::empty();
    let session = desk.session();
    let set = desk
        .console
        .set_passphrase(session, None, Some(OWN.to_owned()));
    set.await.unwrap();
    let wishing = |proof: Option<&str>| NewBackup {
        proof: proof.map(str::to_owned),
        ..wish()
    };
    for (proof, code) in [
        (None, "passphrase_required"),
        (Some("not this one"), "member_passphrase_wrong"),
    ] {
        let refused = desk.console.back_up(session, wishing(proof)).await;
        assert_eq!(refused.unwrap_err().code, code);
        assert!(
            !desk.world.home.path().join("exports").exists(),
            "a seat that was left open gives nothing away"
        );
    }
    let made = desk.console.back_up(session, wishing(Some(OWN))).await;
    assert!(Path::new(&made.unwrap().path).exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_written_gets_no_half_backup() {
    let desk = Desk::empty();
    std::fs::write(desk.world.home.path().join("exports"), b"in the way").unwrap();
    let failed = desk
        .console
        .back_up(desk.session(), wish())
        .await
        .unwrap_err();
    assert_eq!(failed.code, "backup_unwritable");
    let log = desk
        .console
        .activity(desk.session(), &ActivityQuery::default());
    let log = serde_json::to_string(&log.unwrap()).unwrap();
    assert!(!log.contains("backup.made"), "none was made: {log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_is_full_takes_nothing_of_it() {
    let desk = Desk::empty();
    // More than the pages of an empty catalog hold.
    for n in 0..60 {
        desk.create_practice(&format!("Practice {n}"), Kind::Admin, Mode::Same);
    }
    let file = back_up(&desk).await;
    let world = elsewhere(&desk);
    let console = world.open();
    console.limit_pages(1).unwrap();
    let failed = restore(&console, &file).unwrap_err();
    assert_eq!(failed.code, "disk_full");
    assert!(world.catalog().workspace().unwrap().is_none());
    drop(console);
    let console = world.open();
    restore(&console, &file).expect("with room, it goes on: the keyring has the key already");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_holds_no_token_in_clear() {
    use crate::provider::{Provider, Says};
    const ACCESS: &str = "canary-access/\"quoted\"/4+7=";
    const REFRESH: &str = "canary-refresh/\"quoted\"/4+7=";
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(crate::fixture::Person::Waits);
    provider.token(Says::json(
        200,
        &serde_json::json!({
            "access_token": ACCESS, "refresh_token": REFRESH,
            "token_type": "Bearer", "expires_in": 3600,
        }),
    ));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    desk.ended(flow).await;
    let file = back_up(&desk).await;

    // Opened, too: whoever has the passphrase still finds sealed credentials, each on its own.
    let opened = tempfile::tempdir().unwrap();
    let stream =
        tsunagi_vault::OpeningStream::begin(std::fs::File::open(&file).unwrap(), PASSPHRASE);
    tar::Archive::new(stream.unwrap())
        .unpack(opened.path())
        .unwrap();
    let mut looked_at = files(desk.world.home.path());
    looked_at.extend(files(opened.path()));
    assert!(
        looked_at.iter().any(|(name, _)| name.ends_with("key.json")),
        "the inside is looked at"
    );
    for secret in [ACCESS, REFRESH, PASSPHRASE] {
        let json = serde_json::to_string(secret).unwrap();
        let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let mut forms = vec![
            secret.to_owned(),
            json[1..json.len() - 1].to_owned(),
            url.replace('+', "%20"),
            url,
        ];
        for offset in 0..3 {
            let padded = [vec![b'x'; offset], secret.as_bytes().to_vec()].concat();
            for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
                let text = engine.encode(&padded);
                let whole = text.trim_end_matches('=');
                forms.push(whole[offset + 1..whole.len() - 2].to_owned());
            }
        }
        for form in forms {
            for (name, bytes) in &looked_at {
                let found = bytes.windows(form.len()).any(|it| it == form.as_bytes());
                assert!(!found, "{name} holds {form}");
            }
        }
    }
}

#[test]
fn what_a_killed_program_left_half_is_swept_at_the_next_start() {
    let world = World::new();
    let exports = world.home.path().join("exports");
    std::fs::create_dir_all(world.home.path().join(".half-one/inner")).unwrap();
    std::fs::create_dir_all(&exports).unwrap();
    std::fs::write(exports.join(".half-two"), b"x").unwrap();
    std::fs::write(exports.join("backup-kept.age"), b"x").unwrap();
    drop(world.open());
    assert!(!world.home.path().join(".half-one").exists());
    assert!(!exports.join(".half-two").exists());
    assert!(
        exports.join("backup-kept.age").exists(),
        "what is whole stays"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_it_is_taken_over_revoking_and_deleting_say_why_not() {
    use tsunagi_console::views::BulkAction;
    let (desk, id, file) = backed_up().await;
    let world = elsewhere(&desk);
    let console = world.open();
    restore(&console, &file).unwrap();
    let session = console.session();
    let told = console.impact(session, id, Reach::All).await.unwrap();
    let why = told
        .refused
        .expect("the dialog says so before it is pressed");
    assert_eq!(why.code, "not_taken_over");
    for action in [BulkAction::Revoke, BulkAction::Delete] {
        let told = console.bulk_impact(session, action, &[id]).unwrap();
        let why = told[0].refused.clone().expect("and of many, for each");
        assert_eq!(why.code, "not_taken_over", "{action:?}");
        let done = console.bulk_run(session, action, &[id]).await.unwrap();
        let why = done[0].failure.clone().unwrap();
        assert_eq!(why.code, "not_taken_over", "{action:?}: the same answer");
    }
    let refused = console.revoke(session, id, Reach::All).await.unwrap_err();
    assert_eq!(refused.code, "not_taken_over");
    let disabled = console
        .bulk_impact(session, BulkAction::Disable, &[id])
        .unwrap();
    assert!(disabled[0].refused.is_none(), "disabling opens nothing");
    console.take_over(session).unwrap();
    let told = console.impact(session, id, Reach::All).await.unwrap();
    assert!(told.refused.is_none(), "from then on it can");
}
