//! A backup of everything, restored on another computer, which sends nothing before it has taken
//! the workspace over.

mod bad_files;
mod making;
mod taking_over;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tsunagi_console::views::{ActivityQuery, NewBackup, Restoring, Start, VaultView};
use tsunagi_console::{Console, ConsoleError, KeyHolder, KeyringError, Reach};
use tsunagi_domain::{ConnectionId, Kind, Mode, Role};
use tsunagi_vault::MasterKey;

use crate::fixture::{Desk, World, files};

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
