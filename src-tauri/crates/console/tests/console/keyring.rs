//! The keyring: locked, missing, silent, late; never a hung call, always a visible state.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tsunagi_console::views::{Founding, Start, VaultView};
use tsunagi_console::{Console, KeyHolder, KeyringError, OpenKeyring, Reach};

use crate::fixture::{Desk, World, founding, until};

/// A keyring behind a prompt that nobody answers until the test does.
struct Prompt {
    world: World,
    answers: Mutex<Vec<Sender<()>>>,
}

impl Prompt {
    fn open(self: &Arc<Self>) -> Console {
        let prompt = self.clone();
        let keyring: Arc<OpenKeyring> = Arc::new(move || {
            let (answer, answered) = channel();
            prompt.answers.lock().unwrap().push(answer);
            let _ = answered.recv();
            Ok(Box::new(prompt.world.ring.clone()) as Box<dyn KeyHolder>)
        });
        Console::open(self.world.surroundings(keyring)).unwrap()
    }

    fn answer(&self) {
        self.answers.lock().unwrap().clear();
    }
}

/// A founded home whose keyring is silent from now on.
fn silent() -> Arc<Prompt> {
    let Desk { world, console } = Desk::empty();
    drop(console);
    Arc::new(Prompt {
        world,
        answers: Mutex::default(),
    })
}

fn start(console: &Console) -> Start {
    console.start(console.session()).unwrap()
}

fn locked_with(console: &Console) -> String {
    match start(console).vault {
        VaultView::Locked { failure } => failure.code,
        other => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_keyring_is_waited_for_visibly_given_up_on_and_heard_when_late() {
    let prompt = silent();
    let console = prompt.open();
    assert_eq!(
        start(&console).vault,
        VaultView::Waiting,
        "before it was even asked"
    );
    console.unlock_at_start();
    assert_eq!(
        start(&console).vault,
        VaultView::Waiting,
        "a prompt may be open: it is said"
    );
    let begun = Instant::now();
    for _ in 0..20 {
        start(&console);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "no screen waits for the keyring again"
    );
    console.unlock(None).unwrap();
    assert_eq!(
        start(&console).vault,
        VaultView::Waiting,
        "asking again hangs nothing either"
    );

    prompt.world.clock.pass(91);
    until("it is given up on", || {
        locked_with(&console) == "keyring_no_answer"
    })
    .await;
    prompt.answer();
    until("the late answer is taken", || {
        start(&console).vault == VaultView::Open { keyring: true }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_needs_a_key_hangs_while_the_keyring_is_silent() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let Desk { world, console } = desk;
    drop(console);
    let prompt = Arc::new(Prompt {
        world,
        answers: Mutex::default(),
    });
    let console = prompt.open();
    console.unlock_at_start();
    let session = console.session();
    let refused = console.authorize(session, id, Reach::All, None).await;
    assert_eq!(refused.unwrap_err().code, "locked");
    let refused = console.revoke(session, id, Reach::All).await;
    assert_eq!(refused.unwrap_err().code, "locked");
    let refused = console.rename_connection(session, id, "Other").await;
    assert_eq!(refused.unwrap_err().code, "locked");
    let view = console.connection_view(session, id).await.unwrap();
    assert_eq!(view.row.name, "Practice CRM", "what needs no key is shown");
    prompt.answer();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_gives_up_on_a_silent_keyring_and_can_be_tried_again() {
    let prompt = Arc::new(Prompt {
        world: World::new(),
        answers: Mutex::default(),
    });
    let console = prompt.open();
    console.unlock_at_start();
    let founder = {
        let console = console.clone();
        std::thread::spawn(move || console.found(&founding(false)).map(|_| ()))
    };
    until("it is asked for a key", || {
        prompt.answers.lock().unwrap().len() == 2
    })
    .await;
    prompt.world.clock.pass(91);
    let refused = tokio::task::spawn_blocking(|| founder.join().unwrap()).await;
    assert_eq!(refused.unwrap().unwrap_err().code, "keyring_no_answer");
    assert!(start(&console).workspace.is_none(), "nothing was founded");
    let passphrase = Founding {
        passphrase: Some("correct horse battery".to_owned()),
        ..founding(false)
    };
    console.found(&passphrase).unwrap();
    // The answer to the first question comes now, and takes nothing back.
    prompt.answer();
    let rings = prompt.world.bell.changed.load(Ordering::SeqCst);
    until("the late answer was heard", || {
        prompt.world.bell.changed.load(Ordering::SeqCst) > rings || start(&console).keyring
    })
    .await;
    assert_eq!(
        start(&console).vault,
        VaultView::Open { keyring: false },
        "still open"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_keyring_says_so_and_opens_when_it_is_unlocked() {
    let Desk { world, console } = Desk::empty();
    drop(console);
    world.ring.fail_with(Some(KeyringError::Locked));
    let console = world.open();
    until("it is told", || locked_with(&console) == "keyring_locked").await;
    let refused = console.unlock(None).unwrap_err();
    assert_eq!(refused.code, "keyring_locked", "asked once more");
    world.ring.fail_with(None);
    console.unlock(None).unwrap();
    assert_eq!(start(&console).vault, VaultView::Open { keyring: true });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keyring_that_lost_the_key_is_never_given_a_new_one() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let Desk { world, console } = desk;
    drop(console);
    let workspace = world.catalog().workspace().unwrap().unwrap().id.to_string();
    world.ring.forget(&workspace);
    let console = world.open();
    until("it is told", || {
        locked_with(&console) == "keyring_locked_or_empty"
    })
    .await;
    assert_eq!(
        console.unlock(None).unwrap_err().code,
        "keyring_locked_or_empty"
    );
    assert!(
        world.ring.get(&workspace).unwrap().is_none(),
        "no new key over existing data"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_keyring_a_passphrase_is_asked_for() {
    let world = World::new();
    let missing: Arc<OpenKeyring> = Arc::new(|| Err(KeyringError::Missing));
    let open = || {
        let console = Console::open(world.surroundings(missing.clone())).unwrap();
        console.unlock_at_start();
        console
    };
    let console = open();
    assert!(
        !start(&console).keyring,
        "the welcome asks for a passphrase"
    );
    assert_eq!(
        console.found(&founding(false)).unwrap_err().code,
        "keyring_missing"
    );
    assert!(start(&console).workspace.is_none(), "nothing was founded");
    let with = |passphrase: &str| Founding {
        passphrase: Some(passphrase.to_owned()),
        ..founding(false)
    };
    assert_eq!(
        console.found(&with("short")).unwrap_err().code,
        "passphrase_short"
    );
    console.found(&with("correct horse battery")).unwrap();
    drop(console);
    let console = open();
    until("the passphrase is asked for", || {
        start(&console).vault == VaultView::NeedsPassphrase
    })
    .await;
    assert_eq!(
        console.unlock(Some("wrong horse")).unwrap_err().code,
        "wrong_passphrase"
    );
    assert_eq!(
        start(&console).vault,
        VaultView::NeedsPassphrase,
        "as before"
    );
    console.unlock(Some("correct horse battery")).unwrap();
    assert_eq!(start(&console).vault, VaultView::Open { keyring: false });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keyring_that_fails_at_a_first_start_founds_nothing() {
    let world = World::new();
    let console = world.open();
    world
        .ring
        .fail_with(Some(KeyringError::Other("out of order".to_owned())));
    let refused = console.found(&founding(true)).unwrap_err();
    assert_eq!(refused.code, "keyring_failed");
    assert!(
        world.catalog().workspace().unwrap().is_none(),
        "nothing was founded"
    );
    world.ring.fail_with(None);
    console.found(&founding(true)).unwrap();
    assert!(
        world.catalog().workspace().unwrap().is_some(),
        "and then it was"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_catalog_of_a_newer_version_is_refused_and_left_alone() {
    let world = World::new();
    drop(world.catalog());
    let path = world.home.path().join("catalog.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    // `user_version`, at byte 60 of an SQLite file, big endian.
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    std::fs::write(&path, &bytes).unwrap();
    let refused = Console::open(world.surroundings(world.keyring())).unwrap_err();
    assert_eq!(refused.code, "catalog_too_new");
    assert_eq!(
        std::fs::read(&path).unwrap(),
        bytes,
        "not a byte was written"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_cannot_be_written_is_named() {
    let world = World::new();
    let mut surroundings = world.surroundings(world.keyring());
    let file = world.home.path().join("a-file");
    std::fs::write(&file, "in the way").unwrap();
    surroundings.home = file.clone();
    let refused = Console::open(surroundings).unwrap_err();
    assert_eq!(refused.code, "home_unwritable");
    assert_eq!(refused.args["path"], file.display().to_string());
}
