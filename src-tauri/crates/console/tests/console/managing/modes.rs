//! The environment mode, changed and changed back: R11, R12.

use tsunagi_console::views::{ConnectionView, DriftKind};
use tsunagi_console::{AccountAnswer, Reach};
use tsunagi_domain::{Environment, Health, Kind, Mode, NotConnected, Role};

use super::{admin, as_it_is, health};
use crate::fixture::{BEN, Desk, Person};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_apart_and_joined_again_nobody_signs_in() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::PerEnvironment;
    let impact = desk.console.edit_impact(desk.session(), id, &edit).unwrap();
    assert!(impact.mode_changes);
    assert_eq!(impact.seats.len(), 3, "it is said what sits where");
    assert!(impact.seats.iter().all(|seat| seat.primary));
    assert!(impact.asks_again.is_empty());
    let view = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await
        .unwrap();
    assert_eq!(health(&view), [Health::Connected; 3]);
    assert!(view.row.stations.iter().all(|station| station.primary));
    let stored = desk.world.catalog();
    assert_eq!(
        stored.sealed_authorizations(None, 10).unwrap().len(),
        1,
        "one credential in three slots"
    );
    // Stage gets an account of its own; joined again, Production's serves all.
    desk.world.agent.person(Person::Allows(BEN));
    let flow = desk.begin(id, Reach::Stage).await;
    desk.asks(flow).await;
    desk.console
        .answer_flow(flow, AccountAnswer::Replace)
        .unwrap();
    desk.ended(flow).await;
    edit.mode = Mode::Same;
    let view = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await
        .unwrap();
    let account = view.row.stations[0].account.clone().unwrap();
    assert_eq!(account.label, "aiko@practice.example");
    // And apart once more, Stage has back what it had.
    edit.mode = Mode::PerEnvironment;
    let view = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await
        .unwrap();
    let accounts: Vec<String> = view
        .row
        .stations
        .iter()
        .map(|station| station.account.clone().unwrap().label)
        .collect();
    assert_eq!(
        accounts,
        [
            "aiko@practice.example",
            "ben@practice.example",
            "aiko@practice.example"
        ]
    );
    for environment in Environment::ALL {
        let tried = desk.try_in(id, environment, "/contacts").await;
        assert!(tried.unwrap().ok, "{environment:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_r12_a_mode_change_promotes_nobody_and_says_what_is_set_aside() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Shared", Kind::LoggedInUser, Mode::PerEnvironment);
    let (ines, ben) = (desk.founder(), desk.joins("Ben", Role::Admin));
    desk.authorized_by(ines, id, Reach::Production).await;
    desk.world.agent.person(Person::Allows(BEN));
    desk.authorized_by(ben, id, Reach::Stage).await;
    desk.seats(ines).await;
    let revoked = desk.console.revoke(desk.session(), id, Reach::Production);
    revoked.await.unwrap();
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::Same;
    let told = desk.console.edit_impact(desk.session(), id, &edit).unwrap();
    assert!(
        told.seats.iter().all(|seat| !seat.primary),
        "Ben is primary in Stage, and was never offered Production: {:?}",
        told.seats
    );
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    let view = edited.await.unwrap();
    assert!(view.row.stations[0].no_primary, "R11: it is remembered");
    let catalog = desk.world.catalog();
    let of_all = |one: &tsunagi_catalog::Primary| one.reach == Reach::All;
    assert!(!catalog.primaries(id).unwrap().iter().any(of_all));
    edit.mode = Mode::PerEnvironment;
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    let primaries = catalog.primaries(id).unwrap();
    assert!(
        primaries.iter().all(|one| one.reach != Reach::Production),
        "nor by going back: {primaries:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_mode_change_sets_aside_is_shown_and_can_be_revoked() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::PerEnvironment).await;
    desk.world.agent.person(Person::Allows(BEN));
    let flow = desk.begin(id, Reach::Stage).await;
    desk.asks(flow).await;
    desk.console
        .answer_flow(flow, AccountAnswer::Replace)
        .unwrap();
    desk.ended(flow).await;
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::Same;
    let told = desk.console.edit_impact(desk.session(), id, &edit).unwrap();
    let named: Vec<(Reach, &str)> = told
        .set_aside
        .iter()
        .map(|seat| (seat.reach, seat.account.label.as_str()))
        .collect();
    let (aiko, ben) = ("aiko@practice.example", "ben@practice.example");
    assert_eq!(named, [(Reach::Development, aiko), (Reach::Stage, ben)]);
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    let view = edited.await.unwrap();
    let kept = |view: &ConnectionView| -> Vec<String> {
        let rows = view.set_aside.iter();
        rows.map(|row| row.account.label.clone()).collect()
    };
    assert_eq!(kept(&view), [aiko, ben], "not out of sight");
    let impact = desk.console.impact(desk.session(), id, Reach::Stage);
    let impact = impact.await.unwrap();
    assert_eq!(impact.account.label, ben);
    assert!(impact.environments.is_empty(), "nothing runs with it");
    let revoked = desk.console.revoke(desk.session(), id, Reach::Stage);
    assert!(revoked.await.unwrap().at_provider, "the service is told");
    assert_eq!(kept(&desk.view(id).await), [aiko]);
    assert!(desk.try_it(id).await.unwrap().ok, "Production's goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_r21_revoking_names_every_environment_that_loses_the_account() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::PerEnvironment;
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    let impact = desk.console.impact(desk.session(), id, Reach::Stage);
    let impact = impact.await.unwrap();
    assert_eq!(impact.environments, Environment::ALL, "one sign-in, three");
    assert!(impact.primary, "of Production, too");
    let revoked = desk.console.revoke(desk.session(), id, Reach::Stage);
    revoked.await.unwrap();
    let gone = Health::NotConnected(NotConnected::Revoked);
    assert_eq!(health(&desk.view(id).await), [gone; 3], "as it was said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drift_is_told_with_its_environment() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::PerEnvironment;
    let view = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await
        .unwrap();
    let kinds: Vec<_> = view
        .row
        .drift
        .iter()
        .map(|drift| (drift.kind, drift.environment))
        .collect();
    assert_eq!(
        kinds,
        [
            (DriftKind::SameAccount, Environment::Development),
            (DriftKind::SameAccount, Environment::Stage)
        ],
        "Production's account is used elsewhere too"
    );
    desk.console
        .set_enabled(desk.session(), id, false)
        .await
        .unwrap();
    assert!(
        desk.view(id).await.row.drift.is_empty(),
        "what is disabled needs no mending"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_runs_as_nobody_and_drifts_from_nothing() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Apart", Kind::Admin, Mode::PerEnvironment);
    for reach in [Reach::Development, Reach::Stage, Reach::Production] {
        desk.authorize(id, reach).await;
    }
    let revoked = desk.console.revoke(desk.session(), id, Reach::Development);
    revoked.await.unwrap();
    let drift = desk.view(id).await.row.drift;
    let same = drift
        .iter()
        .filter(|one| one.kind == DriftKind::SameAccount);
    assert_eq!(
        same.map(|one| one.environment).collect::<Vec<_>>(),
        [Environment::Stage],
        "Development has no account any more: {drift:?}"
    );
}
