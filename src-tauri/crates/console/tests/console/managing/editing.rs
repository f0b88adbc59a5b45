//! Editing a connection: R20.

use std::collections::BTreeMap;

use tsunagi_console::Reach;
use tsunagi_console::views::{ConnectionEdit, Fate};
use tsunagi_domain::{Health, Mode, NotConnected, Role};

use super::{admin, as_it_is, health};
use crate::fixture::Desk;

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
