//! The recovery code: shown once, confirmed by typing it back, good where the keyring lost the key
//! or the passphrase is forgotten, and in no file or event.

use std::sync::Arc;

use tsunagi_console::views::{Founding, KeyProof, RecoveryCodeView, VaultView};
use tsunagi_console::{Console, KeyHolder as _, KeyringError, OpenKeyring, Reach, Role};

use crate::fixture::{Desk, World, files, founding, until};

const PASSPHRASE: &str = "correct horse battery";

impl Desk {
    /// Makes a recovery code and confirms it, as a person does.
    pub(crate) async fn recovery_code(&self) -> String {
        let shown = self.shown_code(None).await;
        let last = shown.groups.last().unwrap();
        let view = self.console.confirm_recovery_code(self.session(), last);
        assert!(view.unwrap().recovery_code, "it counts from now on");
        shown.groups.join("-")
    }

    async fn shown_code(&self, passphrase: Option<&str>) -> RecoveryCodeView {
        let passphrase = passphrase.map(str::to_owned);
        let shown = self.console.make_recovery_code(self.session(), passphrase);
        shown.await.unwrap()
    }
}

pub(crate) fn vault(console: &Console) -> VaultView {
    console.start(console.session()).unwrap().vault
}

/// A home whose key is behind a passphrase, since there is no keyring.
pub(crate) fn without_keyring() -> (World, Arc<OpenKeyring>, Console) {
    let world = World::new();
    let missing: Arc<OpenKeyring> = Arc::new(|| Err(KeyringError::Missing));
    let console = Console::open(world.surroundings(missing.clone())).unwrap();
    let asked = Founding {
        passphrase: Some(PASSPHRASE.to_owned()),
        ..founding(false)
    };
    console.found(&asked).unwrap();
    (world, missing, console)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_code_opens_what_a_lost_keyring_does_not_and_puts_the_key_back() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let code = desk.recovery_code().await;
    let Desk { world, console } = desk;
    console.close().await;
    drop(console);
    let workspace = world.catalog().workspace().unwrap().unwrap().id.to_string();
    world.ring.forget(&workspace);

    let console = world.open();
    until("the keyring shows nothing", || {
        matches!(vault(&console), VaultView::Locked { .. })
    })
    .await;
    let session = console.session();
    for (typed, answer) in [
        ("", "recovery_code_mistyped"),
        ("not a code", "recovery_code_mistyped"),
        (&code[..code.len() - 1], "recovery_code_mistyped"),
        // Well formed, and of nobody: all zeros, whose check is zero.
        ("00000-00000-00000-00000-00000-00000", "recovery_code_wrong"),
    ] {
        let refused = console.use_recovery_code(session, typed.to_owned(), None);
        assert_eq!(refused.await.unwrap_err().code, answer, "{typed:?}");
        assert!(
            world.ring.get(&workspace).unwrap().is_none(),
            "a code that is none puts no key anywhere"
        );
    }
    // As somebody types who reads from paper.
    let typed = code.to_lowercase().replace('-', " ");
    let start = console
        .use_recovery_code(session, typed, None)
        .await
        .unwrap();
    assert_eq!(start.vault, VaultView::Open { keyring: true });
    let desk = Desk { world, console };
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "the credentials are there"
    );
    desk.console.close().await;
    let Desk { world, console } = desk;
    drop(console);
    let console = world.open();
    assert_eq!(
        vault(&console),
        VaultView::Open { keyring: true },
        "from now on the keyring opens it again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_code_gives_a_forgotten_passphrase_s_workspace_a_new_one() {
    let (world, missing, console) = without_keyring();
    let session = console.session();
    assert_eq!(
        console.keys_view(session).unwrap().asks,
        KeyProof::Workspace,
        "whoever makes a code knows the passphrase"
    );
    let make = |passphrase: Option<&str>| {
        let passphrase = passphrase.map(str::to_owned);
        console.make_recovery_code(session, passphrase)
    };
    assert_eq!(make(None).await.unwrap_err().code, "passphrase_required");
    assert_eq!(
        make(Some("wrong horse")).await.unwrap_err().code,
        "wrong_passphrase"
    );
    let shown = make(Some(PASSPHRASE)).await.unwrap();
    let code = shown.groups.join("-");
    console.confirm_recovery_code(session, &code).unwrap();
    drop(console);

    let console = Console::open(world.surroundings(missing.clone())).unwrap();
    console.unlock_at_start();
    until("the passphrase is asked for", || {
        vault(&console) == VaultView::NeedsPassphrase
    })
    .await;
    let use_code = |passphrase: Option<&str>| {
        let passphrase = passphrase.map(str::to_owned);
        console.use_recovery_code(console.session(), code.clone(), passphrase)
    };
    assert_eq!(use_code(None).await.unwrap_err().code, "keyring_missing");
    assert_eq!(
        use_code(Some("")).await.unwrap_err().code,
        "passphrase_short"
    );
    assert_eq!(
        use_code(Some("short")).await.unwrap_err().code,
        "passphrase_short"
    );
    assert_eq!(vault(&console), VaultView::NeedsPassphrase, "as before");
    use_code(Some("another horse")).await.unwrap();
    assert_eq!(vault(&console), VaultView::Open { keyring: false });
    drop(console);

    let console = Console::open(world.surroundings(missing)).unwrap();
    console.unlock_at_start();
    until("the passphrase is asked for", || {
        vault(&console) == VaultView::NeedsPassphrase
    })
    .await;
    assert_eq!(
        console.unlock(Some(PASSPHRASE)).unwrap_err().code,
        "wrong_passphrase",
        "the forgotten one is gone"
    );
    console.unlock(Some("another horse")).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_counts_once_it_is_typed_back_and_only_then_takes_the_former_one_s_place() {
    let desk = Desk::empty();
    let (console, session) = (&desk.console, desk.session());
    let first = desk.recovery_code().await;
    let shown = desk.shown_code(None).await;
    assert!(shown.replaces, "it is said that there is one");
    assert_eq!(shown.groups.len(), 6);
    for typed in ["", "AAAAA", &first, shown.groups[0].as_str()] {
        let refused = console.confirm_recovery_code(session, typed).unwrap_err();
        assert_eq!(refused.code, "recovery_code_unconfirmed", "{typed:?}");
    }
    console.drop_recovery_code();
    let refused = console.confirm_recovery_code(session, &shown.groups[5]);
    assert_eq!(refused.unwrap_err().code, "recovery_code_gone");

    let Desk { world, console } = desk;
    let workspace = world.catalog().workspace().unwrap().unwrap().id.to_string();
    drop(console);
    let lost = |console: Console| {
        drop(console);
        world.ring.forget(&workspace);
        world.open()
    };
    let console = lost(world.open());
    let again = console.use_recovery_code(console.session(), first.clone(), None);
    again
        .await
        .expect("a code that was not confirmed takes nothing away");

    let desk = Desk { world, console };
    let second = desk.recovery_code().await;
    let Desk { world, console } = desk;
    drop(console);
    world.ring.forget(&workspace);
    let console = world.open();
    let outdated = console.use_recovery_code(console.session(), first, None);
    assert_eq!(outdated.await.unwrap_err().code, "recovery_code_wrong");
    let latest = console.use_recovery_code(console.session(), second, None);
    latest.await.expect("the confirmed one opens it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_code_there_is_nothing_to_recover_with() {
    let Desk { world, console } = Desk::empty();
    let workspace = world.catalog().workspace().unwrap().unwrap().id.to_string();
    drop(console);
    world.ring.forget(&workspace);
    let console = world.open();
    let code = "00000-00000-00000-00000-00000-00000".to_owned();
    let refused = console.use_recovery_code(console.session(), code, None);
    assert_eq!(refused.await.unwrap_err().code, "recovery_not_set_up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_super_admin_touches_the_key_and_proves_who_they_are() {
    let desk = Desk::empty();
    let founder = desk.founder();
    let own = Some("my own passphrase".to_owned());
    let session = desk.session();
    desk.console
        .set_passphrase(session, None, own.clone())
        .await
        .unwrap();
    assert_eq!(desk.console.keys_view(session).unwrap().asks, KeyProof::Own);
    let refused = desk.console.make_recovery_code(session, None).await;
    assert_eq!(refused.unwrap_err().code, "passphrase_required");
    let refused = desk
        .console
        .replace_key(session, Some("wrong one".to_owned()));
    assert_eq!(refused.await.unwrap_err().code, "member_passphrase_wrong");
    let shown = desk.console.make_recovery_code(session, own.clone());
    let shown = shown.await.unwrap();
    for role in [Role::Admin, Role::Developer, Role::User, Role::PortalUser] {
        let member = desk.joins("Ben", role);
        desk.seats(member).await;
        let (console, session) = (&desk.console, desk.session());
        let codes = [
            console.keys_view(session).map(|_| ()),
            console.make_recovery_code(session, None).await.map(|_| ()),
            console
                .confirm_recovery_code(session, &shown.groups[5])
                .map(|_| ()),
            console.replace_key(session, None).await.map(|_| ()),
            console.pause_rotation(session, true).map(|_| ()),
        ];
        for refused in codes {
            assert_eq!(refused.unwrap_err().code, "super_admin_needed", "{role:?}");
        }
    }
    desk.console.sign_in(founder, own).await.unwrap();
    let gone = desk
        .console
        .confirm_recovery_code(desk.session(), &shown.groups[5]);
    assert_eq!(
        gone.unwrap_err().code,
        "recovery_code_gone",
        "a code is not left behind for whoever sits down next"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_is_written_nowhere_and_the_log_says_that_there_is_one() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let first = desk.recovery_code().await;
    let second = desk.recovery_code().await;
    desk.console.close().await;
    let written = files(desk.world.home.path());
    let events = format!(
        "{:?}",
        desk.world.catalog().events(None, None, 100).unwrap()
    );
    for code in [&first, &second] {
        let joined = code.replace('-', "");
        let group = code.rsplit('-').next().unwrap();
        for form in [code.as_str(), &joined, &code.to_lowercase()] {
            for (file, bytes) in &written {
                let found = bytes
                    .windows(form.len())
                    .any(|window| window == form.as_bytes());
                assert!(!found, "{file} holds the code");
            }
            assert!(!events.contains(form), "an event holds the code");
        }
        assert!(!events.contains(group), "nor a part of it");
        assert!(
            !format!("{:?}", desk.console).contains(group),
            "nor does the console say it"
        );
    }
    for action in ["key.recovery_code_made", "key.recovery_code_replaced"] {
        assert!(events.contains(action), "{action} is in the log");
    }
    let whole = desk.console.verify_activity(desk.session()).unwrap();
    assert!(whole.failure.is_none(), "and the log is whole");
}
