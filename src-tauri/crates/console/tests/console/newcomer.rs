//! The newcomer's journey, from an empty home to Connected, over a restart and back.

use tsunagi_console::Reach;
use tsunagi_console::views::{Locale, Mend, SettingsChange, Stage, VaultView};
use tsunagi_domain::{Environment, Health, NotConnected};
use tsunagi_practice::Faults;

use crate::fixture::{AIKO, Desk, Person, World, founding};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_an_empty_home_to_connected_refreshed_revoked_and_back() {
    let (mut desk, id) = Desk::practice();
    let row = desk.view(id).await.row;
    assert_eq!(
        row.stations[0].health,
        Health::NotConnected(NotConnected::NeverAuthorized),
        "nobody has signed in yet"
    );
    assert_eq!(
        row.stations[0].mend,
        Some(Mend::Authorize),
        "and that is said"
    );
    let refused = desk.try_it(id).await.unwrap_err();
    assert_eq!(
        refused.code, "member_not_authorized",
        "R4, R9: nothing passes"
    );

    let end = desk.authorize(id, Reach::All).await;
    assert_eq!(end.stage, Stage::Done, "{:?}", end.failure);
    assert!(
        end.primary,
        "R11: the first super admin to authorize is primary"
    );
    let station = desk.view(id).await.row.stations[0].clone();
    assert_eq!(station.reach, Reach::All, "one station serves all three");
    assert_eq!(station.health, Health::Connected, "signed in");
    assert!(station.primary, "and it shows who is primary");
    assert_eq!(station.account.unwrap().label, "aiko@practice.example");
    for environment in Environment::ALL {
        let answer = desk.try_in(id, environment, "/contacts").await.unwrap();
        assert!(answer.ok, "connected in {environment:?}");
        assert!(answer.body.contains("contacts"), "the contacts are shown");
        assert_eq!(answer.account, "aiko@practice.example", "as whom is said");
    }

    // The program ends and starts again.
    desk.console.close().await;
    desk.console = desk.world.open();
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(
        start.vault,
        VaultView::Open { keyring: true },
        "the keyring still has the key"
    );
    assert_eq!(start.needing, 0, "nothing needs a person");
    desk.console.start_practice_if_used();
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "still connected after a restart"
    );
    assert!(
        desk.view(id).await.row.last_used.is_some(),
        "a run that was recorded shows as last used"
    );

    // An hour and more passes: the access token has ended.
    let before = desk.world.practice.token_requests();
    desk.world.clock.pass(4000);
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "renewed without a person"
    );
    assert_eq!(
        desk.world.practice.token_requests(),
        before + 1,
        "by one renewal"
    );
    let card = desk.view(id).await.environments[0].clone();
    assert!(card.last_renewed.is_some(), "and it says when");

    // The person takes the consent back at the provider.
    let revoked = desk.console.revoke_practice(desk.session());
    revoked.unwrap();
    let told = desk.try_it(id).await.unwrap();
    assert_eq!(told.status, 401, "the service's no is shown as it is");
    let refused = desk.try_it(id).await.unwrap_err();
    assert_eq!(
        refused.code, "not_connected",
        "and from then on the gate refuses"
    );
    let station = desk.view(id).await.row.stations[0].clone();
    assert!(
        matches!(station.health, Health::NotConnected(_)),
        "the list says so too"
    );
    assert_eq!(station.mend, Some(Mend::Authorize), "and what to do");

    // ID tokens tell the provider's time, and that has not passed.
    desk.world.clock.pass(-4000);
    let again = desk.authorize(id, Reach::All).await;
    assert_eq!(again.stage, Stage::Done, "{:?}", again.failure);
    assert!(desk.try_it(id).await.unwrap().ok, "connected again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn short_lifetimes_are_renewed_and_rotated_time_after_time() {
    let (desk, id) = Desk::practice();
    desk.world.practice.set(Faults {
        access_lifetime_seconds: Some(30),
        ..Faults::default()
    });
    desk.authorize(id, Reach::All).await;
    for round in 1..=4 {
        desk.world.clock.pass(31);
        desk.console.renew_due().await;
        assert!(desk.try_it(id).await.unwrap().ok, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_after_a_revocation_nobody_is_promoted_silently() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let impact = desk.console.impact(desk.session(), id, Reach::All);
    let impact = impact.await.unwrap();
    assert!(impact.own && impact.primary, "what goes is said first");
    assert!(impact.at_provider, "the practice service can be told");
    assert_eq!(impact.environments, Environment::ALL, "all three lose it");

    let outcome = desk.console.revoke(desk.session(), id, Reach::All);
    let outcome = outcome.await.unwrap();
    assert!(outcome.at_provider, "RFC 7009: {:?}", outcome.failure);
    let refused = desk.try_it(id).await.unwrap_err();
    assert_eq!(refused.code, "not_connected");
    assert_eq!(refused.args["reason"], "revoked", "with its reason");
    let station = desk.view(id).await.row.stations[0].clone();
    assert!(station.no_primary, "the primary went with it");
    let twice = desk.console.revoke(desk.session(), id, Reach::All);
    assert_eq!(
        twice.await.unwrap_err().code,
        "not_connected",
        "there is nothing left to revoke"
    );

    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    let view = desk.console.flow(flow).unwrap();
    assert!(view.may_become_primary, "the person is asked");
    assert!(!view.primary_wanted, "and not promoted silently");
    desk.console.cancel_flow(flow).unwrap();
    desk.ended(flow).await;
    desk.world.agent.person(Person::Allows(AIKO));
    let end = desk.authorize(id, Reach::All).await;
    assert_eq!(end.stage, Stage::Done);
    assert!(!end.primary, "nobody asked for it");
    let station = desk.view(id).await.row.stations[0].clone();
    assert_eq!(
        station.mend,
        Some(Mend::ChoosePrimary),
        "so the screen asks for a choice"
    );

    let view = desk.console.choose_primary(desk.session(), id, Reach::All);
    let station = view.await.unwrap().row.stations[0].clone();
    assert!(station.primary && !station.no_primary, "chosen");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_whoever_says_so_in_the_flow_becomes_primary_again() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let revoked = desk.console.revoke(desk.session(), id, Reach::All).await;
    revoked.unwrap();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    let view = desk.console.flow_primary(flow, true).unwrap();
    assert!(view.primary_wanted, "the answer is kept");
    let visit = desk.world.agent.visit(flow);
    let url = crate::fixture::press(&visit.url, AIKO, "allow").await;
    crate::fixture::arrive(&visit, url).await;
    assert!(desk.ended(flow).await.primary, "R11: asked, and answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_is_one_and_refuses_what_is_wrong_before_it_makes_anything() {
    let world = World::new();
    let console = world.open();
    let start = console.start(console.session()).unwrap();
    assert!(
        start.workspace.is_none() && start.member.name == "Ines",
        "as the desktop calls them"
    );
    assert_eq!(start.vault, VaultView::None, "no workspace, no key");
    for name in ["", "  ", "a\0b", "\u{202e}evil"] {
        let mut wrong = founding(false);
        wrong.member = name.to_owned();
        let refused = console.found(&wrong).unwrap_err();
        assert!(
            ["name_empty", "name_character"].contains(&refused.code.as_str()),
            "`{}` was refused with {}",
            name.escape_debug(),
            refused.code
        );
    }
    assert!(
        console
            .start(console.session())
            .unwrap()
            .workspace
            .is_none(),
        "nothing was made"
    );
    // Two windows at once: one founds, and the other takes nothing back.
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let found = || console.found(&founding(false)).map(|_| ());
        let both = [scope.spawn(found), scope.spawn(found)];
        both.map(|one| one.join().unwrap()).into()
    });
    assert_eq!(
        outcomes.iter().filter(|one| one.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    let start = console.start(console.session()).unwrap();
    assert_eq!(
        start.vault,
        VaultView::Open { keyring: true },
        "the vault stays open"
    );
    let again = console.found(&founding(false)).unwrap_err();
    assert_eq!(again.code, "already_founded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_practice_service_that_does_not_start_leaves_a_workspace_that_says_so() {
    let world = World::new();
    *world.practice.broken.lock().unwrap() = true;
    let console = world.open();
    let founded = console.found(&founding(true)).unwrap();
    assert!(
        founded.connection.is_none(),
        "no connection without its service"
    );
    assert!(
        founded.start.workspace.is_some(),
        "but the workspace is there"
    );
    assert_eq!(
        founded.start.problems[0].code, "practice_failed",
        "and why is told"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_change_what_is_given_and_survive_a_restart() {
    let mut desk = Desk::empty();
    let change = SettingsChange {
        locale: Some(Locale::Ja),
        member: Some("いねす".to_owned()),
        ..SettingsChange::default()
    };
    desk.console
        .change_settings(desk.session(), &change)
        .unwrap();
    desk.console = desk.world.open();
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(start.locale, Locale::Ja, "the language stays");
    assert_eq!(start.member.name, "いねす", "the name stays");
    assert_eq!(
        start.workspace.unwrap().name,
        "Home",
        "what was not given stays as it was"
    );
    let wrong = SettingsChange {
        workspace: Some("New".to_owned()),
        member: Some(String::new()),
        ..SettingsChange::default()
    };
    let refused = desk
        .console
        .change_settings(desk.session(), &wrong)
        .unwrap_err();
    assert_eq!(refused.code, "name_empty");
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(
        start.workspace.unwrap().name,
        "Home",
        "all of it or nothing"
    );
}
