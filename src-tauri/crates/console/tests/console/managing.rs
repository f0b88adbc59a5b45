//! R18, R20, R21: editing, switching, replacing, and what is done to many connections at once.

use std::collections::BTreeMap;

use tsunagi_console::views::{
    ActivityQuery, BulkAction, ConnectionEdit, ConnectionView, DriftKind, Fate, ListQuery,
    RedirectForm, RegistrationChange,
};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Environment, Health, Kind, Mode, NotConnected, Role};

use crate::fixture::{BEN, Desk, Person, practice_draft};
use crate::provider::{Provider, register};

pub(crate) fn as_it_is(view: &ConnectionView) -> ConnectionEdit {
    ConnectionEdit {
        name: view.row.name.clone(),
        scopes: view.scopes.iter().map(|scope| scope.name.clone()).collect(),
        mode: view.row.mode,
        registration: view.registration.as_ref().map(|known| known.id),
        settings: view.settings.clone(),
    }
}

async fn admin(desk: &Desk, name: &str, mode: Mode) -> ConnectionId {
    let id = desk.create_practice(name, Kind::Admin, mode);
    for reach in mode.reaches() {
        desk.authorize(id, *reach).await;
    }
    id
}

fn health(view: &ConnectionView) -> Vec<Health> {
    let stations = view.row.stations.iter();
    stations.map(|station| station.health).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_scope_more_asks_for_consent_again_and_says_so_first() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    let shop = desk.software("Shop", &[id]);
    desk.used_in(id, shop, "schedules", "Nightly", true);
    let mut edit = as_it_is(&desk.view(id).await);
    edit.scopes.push("contacts.write".to_owned());
    let impact = desk.console.edit_impact(desk.session(), id, &edit).unwrap();
    assert_eq!(impact.scopes_added, ["contacts.write"]);
    assert_eq!(impact.asks_again.len(), 1, "one account signs in again");
    assert_eq!(impact.uses[0].fate, Fate::Stops, "until then it stops");
    assert_eq!(
        health(&desk.view(id).await),
        [Health::Connected],
        "nothing has changed so far"
    );
    let view = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await
        .unwrap();
    let short = Health::NotConnected(NotConnected::ScopesMissing);
    assert_eq!(health(&view), [short]);
    assert_eq!(
        desk.try_it(id).await.unwrap_err().code,
        "not_connected",
        "R4"
    );
    desk.authorize(id, Reach::All).await;
    assert_eq!(health(&desk.view(id).await), [Health::Connected]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_rename_asks_for_nothing() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    let mut edit = as_it_is(&desk.view(id).await);
    let same = desk.console.edit_impact(desk.session(), id, &edit).unwrap();
    assert!(!same.changes, "nothing is changed by what is so already");
    edit.name = "Theirs".to_owned();
    let impact = desk.console.edit_impact(desk.session(), id, &edit).unwrap();
    assert!(impact.changes && impact.asks_again.is_empty());
    let view = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await
        .unwrap();
    assert_eq!(view.row.name, "Theirs");
    assert_eq!(health(&view), [Health::Connected]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_edits_are_refused_and_change_nothing() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    let before = as_it_is(&desk.view(id).await);
    let bad: [(&str, ConnectionEdit); 4] = [
        (
            "name_empty",
            ConnectionEdit {
                name: " ".to_owned(),
                ..before.clone()
            },
        ),
        (
            "name_character",
            ConnectionEdit {
                name: "a\u{0}b".to_owned(),
                ..before.clone()
            },
        ),
        (
            "scope_unknown",
            ConnectionEdit {
                scopes: vec!["everything".to_owned()],
                ..before.clone()
            },
        ),
        (
            "setting_invalid",
            ConnectionEdit {
                settings: BTreeMap::from([("port".to_owned(), "1".to_owned())]),
                ..before.clone()
            },
        ),
    ];
    for (code, edit) in bad {
        let told = desk.console.edit_impact(desk.session(), id, &edit);
        assert_eq!(told.unwrap_err().code, code);
        let made = desk
            .console
            .edit_connection(desk.session(), id, &edit)
            .await;
        assert_eq!(made.unwrap_err().code, code);
    }
    assert_eq!(as_it_is(&desk.view(id).await), before);
    let user = desk.joins("Uma", Role::User);
    desk.seats(user).await;
    let made = desk
        .console
        .edit_connection(desk.session(), id, &before)
        .await;
    assert_eq!(made.unwrap_err().code, "role_not_allowed", "R2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_window_changed_meanwhile_is_not_put_back_unseen() {
    let (desk, id) = Desk::practice();
    let seen = as_it_is(&desk.view(id).await);
    let renamed = ConnectionEdit {
        name: "Theirs".to_owned(),
        ..seen.clone()
    };
    let more = ConnectionEdit {
        scopes: vec!["contacts.read".to_owned(), "contacts.write".to_owned()],
        ..seen.clone()
    };
    let save = |edit: ConnectionEdit| {
        let seen = seen.clone();
        let (console, session) = (desk.console.clone(), desk.session());
        async move {
            let saved = console.edit_connection_as_seen(session, id, &edit, Some(&seen));
            saved.await
        }
    };
    save(renamed).await.unwrap();
    let late = save(more).await.unwrap_err();
    assert_eq!(late.code, "changed_meanwhile");
    assert_eq!(late.args["connection"], "Theirs", "as it is called by now");
    assert_eq!(desk.view(id).await.row.name, "Theirs", "it stays renamed");
}

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
    desk.console.answer_flow(flow, true).unwrap();
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
    desk.console.answer_flow(flow, true).unwrap();
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
async fn r18_r21_an_authorization_is_switched_and_switched_back() {
    let desk = Desk::practice().0;
    let first = admin(&desk, "First", Mode::Same).await;
    desk.world.agent.person(Person::Allows(BEN));
    let second = admin(&desk, "Second", Mode::Same).await;
    // First's sits in a third connection too, so that one can go back.
    let mut draft = practice_draft("Third", Kind::Admin, Mode::Same);
    draft.reuse = Some(first);
    let third = desk.console.create(desk.session(), &draft).unwrap();
    let offers = desk
        .console
        .switch_offers(desk.session(), first, Reach::All)
        .unwrap();
    let from: Vec<_> = offers.iter().map(|offer| offer.from).collect();
    assert_eq!(from, [second], "its own is not offered again");
    let impact = desk
        .console
        .switch_impact(desk.session(), first, Reach::All, second)
        .unwrap();
    assert_eq!(impact.now.unwrap().label, "aiko@practice.example");
    assert_eq!(impact.next.label, "ben@practice.example");
    assert_eq!(impact.undo, Some(third), "it can be undone");
    let label = |view: &ConnectionView| view.row.stations[0].account.clone().unwrap().label;
    let switched = desk
        .console
        .switch_authorization(desk.session(), first, Reach::All, second)
        .await
        .unwrap();
    assert_eq!(label(&switched), "ben@practice.example");
    assert_eq!(desk.try_it(first).await.unwrap().account, label(&switched));
    let back = desk
        .console
        .switch_authorization(desk.session(), first, Reach::All, third)
        .await
        .unwrap();
    assert_eq!(label(&back), "aiko@practice.example");
    for id in [first, second, third] {
        assert!(desk.try_it(id).await.unwrap().ok, "all work");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_what_would_not_do_is_not_switched_to() {
    let desk = Desk::practice().0;
    let first = admin(&desk, "First", Mode::Same).await;
    let mut draft = practice_draft("Narrow", Kind::Admin, Mode::Same);
    draft.scopes.pop();
    let narrow = desk.console.create(desk.session(), &draft).unwrap();
    desk.authorize(narrow, Reach::All).await;
    let apart = admin(&desk, "Apart", Mode::PerEnvironment).await;
    let empty = desk.create_practice("Empty", Kind::Admin, Mode::Same);
    let own = desk.create_practice("Own", Kind::LoggedInUser, Mode::Same);
    desk.authorize(own, Reach::All).await;
    let offers = desk
        .console
        .switch_offers(desk.session(), first, Reach::All)
        .unwrap();
    assert!(offers.is_empty(), "{offers:?}");
    for other in [narrow, apart, empty, own, first] {
        let made = desk
            .console
            .switch_authorization(desk.session(), first, Reach::All, other)
            .await;
        assert_eq!(made.unwrap_err().code, "switch_unfit");
    }
    assert!(desk.try_it(first).await.unwrap().ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_what_cannot_be_done_to_one_keeps_it_from_no_other() {
    let desk = Desk::practice().0;
    let (used, free) = (
        admin(&desk, "Used", Mode::Same).await,
        admin(&desk, "Free", Mode::Same).await,
    );
    let shop = desk.software("Shop", &[used]);
    desk.used_in(used, shop, "schedules", "Nightly", true);
    let gone = ConnectionId::new();
    let chosen = [used, free, gone];
    let parts = desk
        .console
        .bulk_impact(desk.session(), BulkAction::Delete, &chosen)
        .unwrap();
    assert_eq!(parts.len(), 2, "what is gone needs nothing done");
    let refused = parts[0].refused.clone().unwrap();
    assert_eq!(refused.code, "still_used", "R18");
    assert_eq!(
        parts[0].uses[0].used.name, "Nightly",
        "the places are listed"
    );
    assert!(parts[1].refused.is_none());
    let results = desk
        .console
        .bulk_run(desk.session(), BulkAction::Delete, &chosen)
        .await
        .unwrap();
    assert_eq!(results[0].failure.clone().unwrap().code, "still_used");
    assert!(results[1].changed && results[1].failure.is_none());
    assert!(desk.try_it(used).await.unwrap().ok, "nothing half done");
    let page = desk
        .console
        .connection_ids(desk.session(), &ListQuery::default())
        .unwrap();
    assert!(page.contains(&used) && !page.contains(&free));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_disabled_enabled_and_revoked_each_with_its_impact() {
    let desk = Desk::practice().0;
    let first = admin(&desk, "First", Mode::Same).await;
    let mut draft = practice_draft("Second", Kind::Admin, Mode::Same);
    draft.reuse = Some(first);
    let second = desk.console.create(desk.session(), &draft).unwrap();
    let shop = desk.software("Shop", &[first, second]);
    desk.used_in(second, shop, "schedules", "Nightly", true);
    let impact = |action, ids: &[ConnectionId]| {
        let parts = desk.console.bulk_impact(desk.session(), action, ids);
        parts.unwrap()
    };
    let run = async |action, ids: &[ConnectionId]| {
        let results = desk.console.bulk_run(desk.session(), action, ids).await;
        results.unwrap()
    };
    let both = [first, second];
    let parts = impact(BulkAction::Disable, &both);
    assert_eq!(parts[1].uses[0].fate, Fate::Stops);
    assert!(
        run(BulkAction::Disable, &both)
            .await
            .iter()
            .all(|one| one.changed)
    );
    assert!(
        impact(BulkAction::Disable, &both)
            .iter()
            .all(|one| one.nothing),
        "it is so already"
    );
    assert!(
        run(BulkAction::Disable, &both)
            .await
            .iter()
            .all(|one| !one.changed)
    );
    let parts = impact(BulkAction::Enable, &both);
    assert_eq!(parts[1].uses[0].fate, Fate::Starts);
    run(BulkAction::Enable, &both).await;
    assert!(desk.try_it(second).await.unwrap().ok);
    let parts = impact(BulkAction::Revoke, &[first]);
    let lost = &parts[0].also_lost;
    assert_eq!((lost.len(), lost[0].connection), (1, second), "R21");
    assert_eq!(lost[0].name, "Second");
    assert_eq!(lost[0].uses[0].used.name, "Nightly", "and what stops there");
    assert_eq!(
        impact(BulkAction::Revoke, &both)[0].also_lost.len(),
        1,
        "also where it is chosen: which slice it is asked in changes no answer"
    );
    assert_eq!(parts[0].authorizations, 1);
    run(BulkAction::Revoke, &[first]).await;
    assert_eq!(desk.try_it(second).await.unwrap_err().code, "not_connected");
    let log = desk.world.catalog().events(None, None, 50).unwrap();
    let revoked = log
        .iter()
        .filter(|event| event.event.action == "authorization.revoked");
    assert_eq!(revoked.count(), 1, "one credential is revoked once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_names_a_connection_that_is_gone_in_all_it_tells_of_it() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    desk.authorize(id, Reach::All).await;
    let gone = desk.console.delete_connection(desk.session(), id).await;
    gone.expect("nothing uses it");
    let query = ActivityQuery {
        connection: Some(id),
        ..ActivityQuery::default()
    };
    let log = desk.console.activity(desk.session(), &query).unwrap();
    let told: Vec<&str> = log
        .entries
        .iter()
        .map(|entry| entry.text.as_str())
        .collect();
    assert!(
        told.len() >= 3 && told.iter().all(|text| text.contains("Ours")),
        "created, authorized and deleted under the name it had: {told:?}"
    );
    assert!(
        log.entries.iter().all(|entry| entry.connection.is_none()),
        "and nothing leads to where it was"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_asks_the_service_and_tells_of_each_slot() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Ours", Kind::Admin, Mode::PerEnvironment);
    desk.authorize(id, Reach::Development).await;
    let results = desk
        .console
        .test_connection(desk.session(), id)
        .await
        .unwrap();
    assert_eq!(results.len(), 3);
    assert!(results[0].ok && results[0].millis.is_some(), "{results:?}");
    assert_eq!(results[0].account.as_deref(), Some("aiko@practice.example"));
    assert_eq!(
        results[1].failure.clone().unwrap().code,
        "not_connected",
        "R4: what is not connected is not asked"
    );
    use tsunagi_console::agent::Practice as _;
    desk.world.practice.revoke_all();
    let results = desk
        .console
        .test_connection(desk.session(), id)
        .await
        .unwrap();
    assert!(!results[0].ok, "the service no longer knows it");
    assert_ne!(
        desk.view(id).await.row.stations[0].health,
        Health::Connected,
        "and the list says so from now on"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_a_connection_takes_anothers_place_only_where_its_uses_could_be_made() {
    let (desk, old) = Desk::practice();
    desk.authorize(old, Reach::All).await;
    let apart = admin(&desk, "Apart", Mode::PerEnvironment).await;
    let next = admin(&desk, "Next", Mode::Same).await;
    let shop = desk.software("Shop", &[old]);
    desk.used_in(old, shop, "data_source", "Contacts", true);
    desk.used_in(old, shop, "form_workflow", "On submit", false);
    let found = desk
        .console
        .replacements(desk.session(), old)
        .unwrap()
        .candidates;
    let of = |id| found.iter().find(|one| one.connection == id).unwrap();
    let refused = of(apart).refused.clone().unwrap();
    assert_eq!(refused.code, "same_authorization_needed", "R14");
    assert!(of(next).refused.is_none());
    assert!(of(next).uses.iter().all(|one| one.fate == Fate::GoesOn));
    let made = desk.console.replace_connection(desk.session(), old, apart);
    assert_eq!(made.unwrap_err().code, "same_authorization_needed");
    assert_eq!(
        desk.world.catalog().count_uses(old).unwrap(),
        2,
        "unchanged"
    );
    let moved = desk.console.replace_connection(desk.session(), old, next);
    assert_eq!(moved.unwrap(), 2);
    let catalog = desk.world.catalog();
    assert_eq!(catalog.count_uses(next).unwrap(), 2);
    assert!(catalog.has_access(shop, next).unwrap(), "R4: it may use it");
    let same = desk.console.replace_connection(desk.session(), old, old);
    assert_eq!(same.unwrap_err().code, "replace_same");
    desk.console
        .delete_connection(desk.session(), old)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changing_a_registration_lists_every_connection_it_touches_first() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a")]).await;
    desk.ended(flow).await;
    let registration = desk.view(id).await.registration.unwrap();
    let spare = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let touched = desk
        .console
        .registration_touches(desk.session(), registration.id)
        .unwrap();
    assert_eq!(touched.len(), 1);
    assert_eq!(touched[0].connection, id);
    assert_eq!(touched[0].authorizations, 1);
    let deleted = desk
        .console
        .delete_registration(desk.session(), registration.id);
    assert_eq!(deleted.unwrap_err().code, "registration_used");
    desk.console
        .delete_registration(desk.session(), spare)
        .unwrap();

    let mut change = RegistrationChange {
        id: registration.id,
        name: "Renamed".to_owned(),
        client_id: registration.client_id.clone(),
        client_secret: None,
        redirect: Some(RedirectForm::LoopbackPort { port: 41_999 }),
    };
    let view = desk
        .console
        .change_registration(desk.session(), &change)
        .unwrap();
    assert_eq!(view.name, "Renamed");
    assert_eq!(view.has_secret, registration.has_secret, "it is kept");
    assert!(view.redirect_address.contains(":41999/callback/"));
    assert_eq!(
        health(&desk.view(id).await),
        [Health::Connected],
        "tokens of the same client go on"
    );
    change.client_id = "another".to_owned();
    change.client_secret = Some("s3cret".to_owned());
    change.redirect = None;
    let view = desk
        .console
        .change_registration(desk.session(), &change)
        .unwrap();
    assert!(view.has_secret);
    let refused = Health::NotConnected(NotConnected::ClientRefused);
    assert_eq!(
        health(&desk.view(id).await),
        [refused],
        "tokens belong to the client they were issued to (RFC 6749 §6)"
    );
    change.client_id = " ".to_owned();
    let empty = desk.console.change_registration(desk.session(), &change);
    assert_eq!(empty.unwrap_err().code, "client_id_empty");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_registration_asks_to_sign_in_again_and_leaves_what_is_shared() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a")]).await;
    desk.ended(flow).await;
    let other = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let mut edit = as_it_is(&desk.view(id).await);
    edit.registration = Some(other);
    let impact = desk.console.edit_impact(desk.session(), id, &edit).unwrap();
    assert_eq!(impact.asks_again.len(), 1);
    let view = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await
        .unwrap();
    let refused = Health::NotConnected(NotConnected::ClientRefused);
    assert_eq!(health(&view), [refused]);
    edit.registration = None;
    let none = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await;
    assert_eq!(none.unwrap_err().code, "registration_needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_uses_need_and_is_not_asked_for_is_shown() {
    let desk = Desk::practice().0;
    let mut draft = practice_draft("Narrow", Kind::Admin, Mode::Same);
    draft.scopes.retain(|scope| scope != "contacts.read");
    let id = desk.console.create(desk.session(), &draft).unwrap();
    let shop = desk.software("Shop", &[id]);
    desk.used_in(id, shop, "schedules", "Nightly", true);
    let needed = desk.view(id).await.needed;
    assert_eq!(needed.len(), 1);
    assert!(!needed[0].asked, "nobody asks for it yet");
    assert_eq!(needed[0].uses, ["Nightly"]);
}
