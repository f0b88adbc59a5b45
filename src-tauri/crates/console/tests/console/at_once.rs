//! Two windows that do the same at once: one wins, the other is told so, and nothing is half done.

use std::future::Future;
use std::sync::mpsc::channel;
use std::time::Duration;

use tsunagi_console::views::{
    AvailabilityChange, ConnectionEdit, Invitation, MemberChange, NewConnection, RedirectForm,
    RegistrationChange, SettingsChange,
};
use tsunagi_console::{ConsoleError, Edition, Reach, Role, Session};
use tsunagi_domain::{Kind, Mode, Plan, RegistrationId};

use crate::definitions;
use crate::fixture::{Desk, practice_draft, until};
use crate::provider::{accept, connector, draft, register};

/// How often each pair meets: what comes first is up to the threads.
const ROUNDS: usize = 8;

/// Both, begun together on threads of their own.
async fn both<A, B>(
    one: impl Future<Output = A> + Send + 'static,
    other: impl Future<Output = B> + Send + 'static,
) -> (A, B)
where
    A: Send + 'static,
    B: Send + 'static,
{
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    let first = barrier.clone();
    let one = tokio::spawn(async move {
        first.wait().await;
        one.await
    });
    let other = tokio::spawn(async move {
        barrier.wait().await;
        other.await
    });
    (one.await.unwrap(), other.await.unwrap())
}

fn codes<A, B>(both: (Result<A, ConsoleError>, Result<B, ConsoleError>)) -> Vec<String> {
    let code = |outcome: Result<(), ConsoleError>| match outcome {
        Ok(()) => "done".to_owned(),
        Err(error) => error.code,
    };
    let mut codes = vec![code(both.0.map(|_| ())), code(both.1.map(|_| ()))];
    codes.sort();
    codes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_two_makes_a_thing_of_a_name_and_the_other_is_told_it_is_taken() {
    let desk = Desk::empty();
    let session = desk.session();
    for round in 0..ROUNDS {
        let create = || {
            let console = desk.console.clone();
            let draft = NewConnection {
                link_name: Some(format!("same_{round}")),
                ..practice_draft("Same", Kind::Admin, Mode::Same)
            };
            async move { console.create(session, &draft) }
        };
        let made = codes(both(create(), create()).await);
        assert_eq!(
            made,
            ["done", "link_name_taken"],
            "R19: a link name is one's"
        );

        let application = || {
            let (console, name) = (desk.console.clone(), format!("Orders {round}"));
            async move { console.create_application(session, &name, Edition::C6) }
        };
        let made = codes(both(application(), application()).await);
        assert_eq!(made, ["done", "name_taken"]);

        let invite = || {
            let console = desk.console.clone();
            let invitation = Invitation {
                name: format!("Ben {round}"),
                role: Role::User,
                passphrase: None,
            };
            async move { console.invite(session, invitation).await }
        };
        let made = codes(both(invite(), invite()).await);
        assert_eq!(made, ["done", "member_name_taken"]);
    }
    let catalog = desk.world.catalog();
    assert_eq!(catalog.connection_count().unwrap(), ROUNDS as u64);
    assert_eq!(catalog.members().unwrap().len(), ROUNDS + 1);
}

/// A payment service that nothing is connected to yet, and a client of it.
fn with_a_payment_service() -> (Desk, RegistrationId) {
    let desk = Desk::empty();
    let paying = connector("paying", "Shop pay", "https://a.example").replace(
        "kinds = [\"admin\", \"logged_in_user\"]",
        "kinds = [\"admin\"]\npayment = true",
    );
    accept(&desk, "paying", &paying).unwrap();
    let registration = register(&desk, "paying", RedirectForm::LoopbackAnyPort);
    (desk, registration)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r7_one_of_two_makes_the_connection_of_a_payment_service() {
    for _ in 0..ROUNDS {
        let (desk, registration) = with_a_payment_service();
        let session = desk.session();
        let create = |name: &str| {
            let console = desk.console.clone();
            let draft = NewConnection {
                connector: "paying".to_owned(),
                ..draft(name, Kind::Admin, Mode::Same, Some(registration))
            };
            async move { console.create(session, &draft) }
        };
        let made = codes(both(create("Paid here"), create("Paid there")).await);
        assert_eq!(made, ["done", "payment_connection_exists"]);
        assert_eq!(desk.world.catalog().connection_count().unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r7_a_file_that_comes_in_while_the_payment_connection_is_made_brings_no_second_one() {
    for _ in 0..ROUNDS {
        let (desk, registration) = with_a_payment_service();
        let session = desk.session();
        let text = definitions::exported(&desk)
            + &definitions::connection(&[
                ("service", "\"paying\""),
                ("registration", &format!("\"{registration}\"")),
                ("scopes", "[\"files.read\"]"),
            ]);
        let seen = definitions::preview(&desk, text).unwrap();
        assert_eq!(seen.adds, 1);
        let import = {
            let console = desk.console.clone();
            async move { console.import_definitions(session, &seen.hash) }
        };
        let create = {
            let console = desk.console.clone();
            let draft = NewConnection {
                connector: "paying".to_owned(),
                ..draft("Paid", Kind::Admin, Mode::Same, Some(registration))
            };
            async move { console.create(session, &draft) }
        };
        let told = codes(both(import, create).await);
        assert!(
            told == ["done", "payment_connection_exists"] || told == ["done", "import_changed"],
            "{told:?}"
        );
        assert_eq!(desk.world.catalog().connection_count().unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r10_an_old_edition_and_a_logged_in_user_connection_never_meet() {
    let desk = Desk::empty();
    let session = desk.session();
    let connection = desk.create_practice("Theirs", Kind::LoggedInUser, Mode::Same);
    for round in 0..ROUNDS {
        let name = format!("Orders {round}");
        let application = desk.software(&name, &[]);
        let grant = {
            let console = desk.console.clone();
            async move { console.grant_application(session, application, connection, true) }
        };
        let ages = {
            let console = desk.console.clone();
            async move { console.change_application(session, application, &name, Edition::C5) }
        };
        let told = codes(both(grant, ages).await);
        assert_eq!(told, ["done", "edition_too_old"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_deleted_in_one_window_is_not_there_for_an_edit_in_the_other() {
    let desk = Desk::empty();
    let session = desk.session();
    // While one is there, the practice service stays up.
    desk.create_practice("Stays", Kind::Admin, Mode::Same);
    for round in 0..ROUNDS {
        let id = desk.create_practice(&format!("Number {round}"), Kind::Admin, Mode::Same);
        let delete = || {
            let console = desk.console.clone();
            async move { console.delete_connection(session, id).await }
        };
        let stored = desk.world.catalog().connection(id).unwrap().unwrap();
        let console = desk.console.clone();
        let edit = async move {
            let edit = ConnectionEdit {
                name: "Edited".to_owned(),
                scopes: vec!["openid".to_owned()],
                mode: Mode::PerEnvironment,
                registration: None,
                settings: stored.settings,
            };
            console.edit_connection(session, id, &edit).await
        };
        let (deleted, edited) = both(delete(), edit).await;
        deleted.expect("what is there can be deleted, edited or not");
        if let Err(error) = edited {
            let told = desk.console.failure(&error);
            assert!(
                ["missing", "connection_unknown"].contains(&error.code.as_str()),
                "it says that it is gone: {told:?}"
            );
        }
        assert!(desk.world.catalog().connection(id).unwrap().is_none());

        let id = desk.create_practice("Twice", Kind::Admin, Mode::Same);
        let delete = || {
            let console = desk.console.clone();
            async move { console.delete_connection(session, id).await }
        };
        let gone = codes(both(delete(), delete()).await);
        assert!(
            ["missing", "connection_unknown"].contains(&gone[0].as_str())
                || ["missing", "connection_unknown"].contains(&gone[1].as_str()),
            "deleted once: {gone:?}"
        );
        assert!(gone.contains(&"done".to_owned()), "{gone:?}");
    }
    let log = desk.console.verify_activity(session).unwrap();
    assert!(log.failure.is_none(), "and the log is whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_renamed_in_one_window_keeps_its_name_where_the_other_disables_it() {
    let (desk, id) = Desk::practice();
    let session = desk.session();
    let (console, handle) = (desk.console.clone(), tokio::runtime::Handle::current());
    let (told, heard) = channel();
    let (renamed, waited) = channel();
    desk.world.clock.meanwhile(move || {
        std::thread::spawn(move || {
            let done = handle.block_on(console.rename_connection(session, id, "Renamed"));
            let _ = told.send(());
            renamed.send(done.map(drop)).unwrap();
        });
        // Where the first holds on to what it writes, the second has to wait for it.
        let _ = heard.recv_timeout(Duration::from_millis(300));
    });
    let disabled = desk.console.set_enabled(session, id, false);
    disabled.await.unwrap();
    waited.recv().unwrap().unwrap();
    let now = desk.world.catalog().connection(id).unwrap().unwrap();
    assert_eq!(
        (now.name.as_str(), now.enabled),
        ("Renamed", false),
        "what both have done, whoever came first"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r11_an_offer_that_is_withdrawn_while_it_is_accepted_does_one_of_the_two() {
    let (desk, id) = Desk::practice();
    let ines = desk.founder();
    desk.authorize(id, Reach::All).await;
    let ben = desk.joins("Ben", Role::Admin);
    desk.authorized_by(ben, id, Reach::All).await;
    let bens = desk.session();
    desk.seats(ines).await;
    let session = desk.session();
    let primary = || {
        let primaries = desk.world.catalog().primaries(id).unwrap();
        primaries.first().map(|primary| primary.member)
    };
    for round in 0..ROUNDS {
        // Back where it began: Ines is primary, and nobody has accepted anything.
        for offer in desk.world.catalog().offers(id).unwrap() {
            let (reach, member) = (offer.reach, offer.member);
            desk.world
                .catalog()
                .withdraw_offer(id, reach, member, None)
                .unwrap();
        }
        if primary() != Some(ines) {
            let offered = desk.console.offer_primary(bens, id, Reach::All, ines);
            offered.await.unwrap();
            let accepted = desk.console.accept_primary(session, id, Reach::All);
            accepted.await.unwrap();
        }
        let offered = desk.console.offer_primary(session, id, Reach::All, ben);
        offered.await.unwrap();
        let (accepting, withdrawing) = (desk.console.clone(), desk.console.clone());
        let accept = async move { accepting.accept_primary(bens, id, Reach::All).await };
        let withdraw = async move {
            withdrawing
                .withdraw_primary(session, id, Reach::All, ben)
                .await
        };
        let (accepted, withdrawn) = both(accept, withdraw).await;
        match withdrawn {
            Ok(_) => {
                assert_eq!(primary(), Some(ines), "round {round}: it was withdrawn");
                if let Err(error) = accepted {
                    assert_eq!(error.code, "offer_gone");
                }
            }
            Err(error) => {
                assert_eq!(error.code, "offer_gone", "round {round}");
                accepted.expect("then it was accepted");
                assert_eq!(primary(), Some(ben));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_super_admins_who_demote_each_other_leave_one() {
    let desk = Desk::empty();
    let ines = desk.founder();
    let ben = desk.joins("Ben", Role::SuperAdmin);
    let first = desk.session();
    desk.seats(ben).await;
    let second = desk.session();
    let demote = |session: Session, member, name: &str| {
        let console = desk.console.clone();
        let change = MemberChange {
            name: name.to_owned(),
            role: Role::Admin,
            passphrase: None,
        };
        async move { console.change_member(session, member, change).await }
    };
    let changed = both(demote(first, ben, "Ben"), demote(second, ines, "Ines")).await;
    let codes = codes((changed.0.map(|_| ()), changed.1.map(|_| ())));
    let members = desk.world.catalog().members().unwrap();
    let left = members.iter().filter(|one| one.role == Role::SuperAdmin);
    assert_eq!(
        left.count(),
        1,
        "somebody can still make another: {codes:?}"
    );
    assert_eq!(codes[0], "done");
    assert!(
        ["last_super_admin", "super_admin_needed"].contains(&codes[1].as_str()),
        "{codes:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slot_that_is_revoked_while_it_is_authorized_again_is_whole_either_way() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let session = desk.session();
    for round in 0..4 {
        let (revoking, authorizing) = (desk.console.clone(), desk.console.clone());
        let revoke = async move { revoking.revoke(session, id, Reach::All).await };
        let authorize = async move { authorizing.authorize(session, id, Reach::All, None).await };
        let (revoked, begun) = both(revoke, authorize).await;
        revoked.expect("what sits there can be revoked");
        let flow = begun.expect("and authorized");
        until("the flow ends", || {
            let view = desk.console.flow(flow).unwrap();
            use tsunagi_console::views::Stage;
            matches!(view.stage, Stage::Done | Stage::Failed)
        })
        .await;
        let slot = desk.world.catalog().slots(id).unwrap().remove(0);
        let sealed = desk.world.catalog().sealed(slot.authorization.id).unwrap();
        let connected = slot.authorization.health == tsunagi_domain::Health::Connected;
        assert_eq!(
            connected,
            sealed.is_some(),
            "round {round}: Connected is what has a credential, and nothing else"
        );
        if !connected {
            desk.authorize(id, Reach::All).await;
        }
        assert!(desk.try_it(id).await.is_ok(), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_changes_of_a_registration_none_takes_the_other_back() {
    for _ in 0..ROUNDS {
        let desk = Desk::empty();
        let session = desk.session();
        let toml = connector("filing", "Filing", "https://a.example");
        accept(&desk, "filing", &toml).unwrap();
        let id = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
        let change = |redirect: Option<RedirectForm>, secret: Option<&str>| {
            let console = desk.console.clone();
            let change = RegistrationChange {
                id,
                name: "Ours".to_owned(),
                client_id: "client-of-ours".to_owned(),
                client_secret: secret.map(str::to_owned),
                redirect,
            };
            async move { console.change_registration(session, &change).map(drop) }
        };
        let moved = change(Some(RedirectForm::LoopbackPort { port: 8123 }), None);
        let opened = change(None, Some(""));
        assert_eq!(codes(both(moved, opened).await), ["done", "done"]);
        let stored = desk.world.catalog().registration(id).unwrap().unwrap();
        assert!(stored.secret.is_none(), "the one took its secret away");
        assert_eq!(
            stored.redirect,
            tsunagi_catalog::Redirect::LoopbackPort(8123),
            "the other gave it another address"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r1_a_changed_plan_does_not_take_a_new_name_back() {
    let desk = Desk::empty();
    let session = desk.session();
    for round in 0..ROUNDS {
        let name = format!("Orchard {round}");
        let rename = {
            let (console, workspace) = (desk.console.clone(), Some(name.clone()));
            let change = SettingsChange {
                member: None,
                workspace,
                locale: None,
                theme: None,
            };
            async move { console.change_settings(session, &change).map(drop) }
        };
        let country = if round % 2 == 0 { "US" } else { "JP" };
        let moves = {
            let console = desk.console.clone();
            let change = AvailabilityChange {
                plan: Plan::Paid,
                data_center: "us".to_owned(),
                country: Some(country.to_owned()),
            };
            async move { console.change_availability(session, &change).map(drop) }
        };
        assert_eq!(codes(both(rename, moves).await), ["done", "done"]);
        let stored = desk.world.catalog().workspace().unwrap().unwrap();
        assert_eq!(
            (stored.name, stored.country.as_deref()),
            (name, Some(country)),
            "both are done"
        );
    }
}
