//! Replacing the workspace's key: while the program is used, killed between any two steps, and
//! with another process on the same home.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tsunagi_console::views::{Stage, VaultView};
use tsunagi_console::{
    Console, KeyHolder, KeyringError, MemoryKeyHolder, OpenKeyring, Reach, RotationStep,
};
use tsunagi_domain::{Kind, Mode};
use tsunagi_vault::{KeyRecord, MasterKey, Reader, Vault, VaultError};

use crate::fixture::{Desk, Person, World, until};
use crate::provider::{Provider, Says, tokens};
use crate::recovery::{vault, without_keyring};

/// The first bytes of every wrap of the workspace's: which key it is under.
fn marks(world: &World) -> Vec<Vec<u8>> {
    let catalog = world.catalog();
    let mut marks = Vec::new();
    for id in catalog.sealed_authorizations(None, 1000).unwrap() {
        let sealed = catalog.sealed(id).unwrap().unwrap();
        let shared = |reader: &str| !reader.starts_with("member:");
        let wraps = sealed.wraps.iter().filter(|wrap| shared(&wrap.reader));
        marks.extend(wraps.map(|wrap| wrap.wrapped[..22].to_vec()));
    }
    for registration in catalog.registrations(None).unwrap() {
        let wraps = registration
            .secret
            .into_iter()
            .flat_map(|secret| secret.wraps);
        marks.extend(wraps.map(|wrap| wrap.wrapped[..22].to_vec()));
    }
    marks.sort();
    marks.dedup();
    marks
}

fn record(world: &World) -> KeyRecord {
    let text = world.catalog().key_record().unwrap().unwrap();
    serde_json::from_str(&text).unwrap()
}

fn workspace(world: &World) -> String {
    world.catalog().workspace().unwrap().unwrap().id.to_string()
}

async fn is_replaced(world: &World) {
    until("the key is replaced", || !record(world).is_rotating()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_key_opens_everything_and_the_former_one_nothing() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    // A client secret and two credentials are under the workspace's key.
    let filing = provider.connect(&desk, Kind::Admin, Mode::Same);
    let id = desk.create_practice("Practice CRM", Kind::LoggedInUser, Mode::Same);
    desk.authorize(id, Reach::All).await;
    let code = desk.recovery_code().await;
    let (former, ring) = (record(&desk.world), &desk.world.ring);
    let name = workspace(&desk.world);
    let old = MemoryKeyHolder::new();
    old.set(&name, &ring.get(&name).unwrap().unwrap()).unwrap();
    let before = marks(&desk.world);
    assert_eq!(before.len(), 1, "all under one key");

    let view = desk.console.replace_key(desk.session(), None).await;
    assert!(!view.unwrap().recovery_code, "the code went with the key");
    assert!(desk.try_it(id).await.unwrap().ok, "in use meanwhile");
    let other = desk.create_practice("Another", Kind::Admin, Mode::Same);
    desk.authorize(other, Reach::All).await;
    is_replaced(&desk.world).await;
    let after = marks(&desk.world);
    assert_eq!(after.len(), 1, "everything is under one key again");
    assert_ne!(after, before, "which is the new one");
    assert!(desk.try_it(id).await.unwrap().ok);
    assert!(desk.try_it(other).await.unwrap().ok);
    let next = ring.get(&format!("{name}/next")).unwrap();
    assert!(next.is_none(), "nothing is left beside the new key");

    // Somebody who kept the former key, and the record it opened.
    let opened = Vault::open_from_keyring(&name, &record(&desk.world), &old);
    assert_eq!(opened.unwrap_err(), VaultError::WrongKey);
    let opened = Vault::open_from_keyring(&name, &former, &old).unwrap();
    let catalog = desk.world.catalog();
    for id in catalog.sealed_authorizations(None, 10).unwrap() {
        for wrap in catalog.sealed(id).unwrap().unwrap().wraps {
            let reader: Reader = wrap.reader.parse().unwrap();
            let unwrapped = opened.unwrap(&wrap.wrapped, &id.to_string(), &reader);
            assert_eq!(
                unwrapped.unwrap_err(),
                VaultError::WrongKey,
                "it opens nothing"
            );
        }
    }
    let secret = catalog.registrations(None).unwrap().remove(0);
    let wrap = &secret.secret.unwrap().wraps[0];
    let reader: Reader = wrap.reader.parse().unwrap();
    let unwrapped = opened.unwrap(&wrap.wrapped, &secret.id.to_string(), &reader);
    assert_eq!(
        unwrapped.unwrap_err(),
        VaultError::WrongKey,
        "no client secret either"
    );
    desk.world.agent.person(Person::Waits);
    provider.token(Says::json(200, &tokens()));
    let flow = desk.begin(filing, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(
        desk.ended(flow).await.stage,
        Stage::Done,
        "the client secret opens here"
    );

    let outdated = desk.console.use_recovery_code(desk.session(), code, None);
    assert_eq!(
        outdated.await.unwrap_err().code,
        "recovery_not_set_up",
        "the former code opened the former key"
    );
    desk.recovery_code().await;
    let log = desk.console.verify_activity(desk.session()).unwrap();
    assert!(log.failure.is_none(), "the log's chain outlives the key");
    let said = |action: &str| {
        let events = catalog.events(Some("key"), None, 50).unwrap();
        events.iter().any(|event| event.event.action == action)
    };
    assert!(
        said("key.replacing") && said("key.replaced"),
        "beginning and end"
    );
}

/// A keyring whose program is killed at a given question to it.
#[derive(Clone)]
struct Dies {
    ring: MemoryKeyHolder,
    left: Arc<AtomicUsize>,
}

impl Dies {
    fn asked(&self) -> Result<(), KeyringError> {
        let left = self.left.load(Ordering::SeqCst);
        if left == 0 {
            return Err(KeyringError::Other("killed".to_owned()));
        }
        self.left.store(left - 1, Ordering::SeqCst);
        Ok(())
    }
}

impl KeyHolder for Dies {
    fn get(&self, entry: &str) -> Result<Option<MasterKey>, KeyringError> {
        self.asked()?;
        self.ring.get(entry)
    }

    fn set(&self, entry: &str, key: &MasterKey) -> Result<(), KeyringError> {
        self.asked()?;
        self.ring.set(entry, key)
    }

    fn remove(&self, entry: &str) -> Result<(), KeyringError> {
        self.asked()?;
        self.ring.remove(entry)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_any_two_steps_everything_opens_and_it_goes_on_by_itself() {
    let (mut desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let mut kills = 0;
    for questions in 0.. {
        let Desk { world, console } = desk;
        drop(console);
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let dies = Dies {
            ring: world.ring.clone(),
            left: left.clone(),
        };
        let keyring: Arc<OpenKeyring> =
            Arc::new(move || Ok(Box::new(dies.clone()) as Box<dyn KeyHolder>));
        let console = Console::open(world.surroundings(keyring)).unwrap();
        console.unlock_at_start();
        until("it opens", || {
            vault(&console) == VaultView::Open { keyring: true }
        })
        .await;
        left.store(questions, Ordering::SeqCst);
        let begun = console.begin_rotation(console.session(), None).await;
        let mut step = begun.map(|()| RotationStep::Rewrapped);
        while step == Ok(RotationStep::Rewrapped) {
            let taking = console.clone();
            let taken = tokio::task::spawn_blocking(move || taking.rotation_step());
            step = taken.await.unwrap();
        }
        let died = step.is_err();
        drop(console);

        let console = world.open();
        assert_eq!(
            vault(&console),
            VaultView::Open { keyring: true },
            "killed at question {questions} to the keyring"
        );
        desk = Desk { world, console };
        assert!(desk.try_it(id).await.unwrap().ok, "at question {questions}");
        is_replaced(&desk.world).await;
        assert_eq!(marks(&desk.world).len(), 1, "at question {questions}");
        assert!(desk.try_it(id).await.unwrap().ok, "at question {questions}");
        if !died && left.load(Ordering::SeqCst) > 0 {
            break;
        }
        kills += 1;
        assert!(kills < 60, "it comes to an end");
    }
    assert!(kills > 6, "it asks the keyring that often: {kills}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_wraps_are_taken_up_the_rest_is_taken_up_at_the_next_start() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    desk.console
        .begin_rotation(desk.session(), None)
        .await
        .unwrap();
    let other = desk.create_practice("Another", Kind::Admin, Mode::Same);
    desk.authorize(other, Reach::All).await;
    assert_eq!(marks(&desk.world).len(), 2, "some under each key");
    let Desk { world, console } = desk;
    drop(console);
    let desk = Desk {
        console: world.open(),
        world,
    };
    is_replaced(&desk.world).await;
    assert_eq!(marks(&desk.world).len(), 1);
    for id in [id, other] {
        assert!(desk.try_it(id).await.unwrap().ok);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_can_be_paused_and_gone_on_with() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let (console, session) = (&desk.console, desk.session());
    console.pause_rotation(session, true).unwrap();
    let view = console.replace_key(session, None).await.unwrap();
    let rotation = view.rotation.expect("it is under way");
    assert!(rotation.paused && rotation.done == 0, "{rotation:?}");
    assert!(rotation.total > 0, "and says how much there is to do");
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "nobody has to wait for it"
    );
    console.pause_rotation(session, false).unwrap();
    is_replaced(&desk.world).await;
    assert!(console.keys_view(session).unwrap().rotation.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_on_the_same_home_takes_the_new_key_up_before_it_wraps() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let second = desk.world.open();
    desk.console
        .replace_key(desk.session(), None)
        .await
        .unwrap();
    is_replaced(&desk.world).await;

    let Desk { world, console } = desk;
    let desk = Desk {
        world,
        console: second,
    };
    assert!(desk.try_it(id).await.unwrap().ok, "what is there opens");
    let other = desk.create_practice("Another", Kind::Admin, Mode::Same);
    desk.authorize(other, Reach::All).await;
    assert_eq!(marks(&desk.world).len(), 1, "it wraps under the new key");
    let first = Desk {
        world: desk.world,
        console,
    };
    assert!(first.try_it(other).await.unwrap().ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_that_cannot_have_the_new_key_asks_for_the_passphrase() {
    let (world, missing, console) = without_keyring();
    let session = console.session();
    let second = Console::open(world.surroundings(missing)).unwrap();
    second.unlock(Some("correct horse battery")).unwrap();
    let refused = console.replace_key(session, Some("wrong".to_owned())).await;
    assert_eq!(refused.unwrap_err().code, "wrong_passphrase");
    let passphrase = Some("correct horse battery".to_owned());
    console.replace_key(session, passphrase).await.unwrap();
    is_replaced(&world).await;
    assert_eq!(
        vault(&console),
        VaultView::Open { keyring: false },
        "it has it"
    );
    let refused = second.verify_activity(second.session());
    assert_eq!(
        refused.unwrap_err().code,
        "locked",
        "it wraps nothing any more"
    );
    until("the passphrase is asked for", || {
        vault(&second) == VaultView::NeedsPassphrase
    })
    .await;
    second.unlock(Some("correct horse battery")).unwrap();
    assert_eq!(vault(&second), VaultView::Open { keyring: false });
}
