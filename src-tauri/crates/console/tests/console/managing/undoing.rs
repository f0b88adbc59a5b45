//! R18: an edit taken back.

use tsunagi_catalog::Event;
use tsunagi_console::views::{AvailabilityChange, ConnectionEdit, EditUndo};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Environment, Health, Kind, Mode, NotConnected, Plan, Role};

use super::{admin, as_it_is, health};
use crate::fixture::{BEN, Desk, Person};

impl Desk {
    /// Edits a connection, and gives what takes it back.
    async fn edits(&self, id: ConnectionId, change: impl FnOnce(&mut ConnectionEdit)) -> EditUndo {
        let seen = as_it_is(&self.view(id).await);
        let mut edit = seen.clone();
        change(&mut edit);
        let console = &self.console;
        let edited = console.edit_connection_as_seen(self.session(), id, &edit, Some(&seen));
        edited.await.unwrap().undo.expect("it changed something")
    }

    fn last_of(&self, id: ConnectionId) -> Event {
        let subject = format!("connection/{id}");
        let events = self.world.catalog().events(Some(&subject), None, 1);
        events.unwrap().remove(0)
    }
}

fn more(edit: &mut ConnectionEdit) {
    edit.scopes.push("contacts.write".to_owned());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_an_edit_taken_back_leaves_everything_as_it_was() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    let shop = desk.software("Shop", &[id]);
    desk.used_in(id, shop, "schedules", "Nightly", true);
    let before = as_it_is(&desk.view(id).await);
    let undo = desk
        .edits(id, |edit| {
            more(edit);
            edit.name = "Theirs".to_owned();
        })
        .await;
    let short = Health::NotConnected(NotConnected::ScopesMissing);
    assert_eq!(health(&desk.view(id).await), [short], "R20: it asks again");
    let back = desk.console.undo_edit(desk.session(), id, &undo).await;
    let back = back.unwrap();
    assert_eq!(as_it_is(&back), before, "name and scopes are back");
    assert_eq!(health(&back), [Health::Connected], "and nobody signs in");
    assert!(desk.try_it(id).await.unwrap().ok);
    let last = desk.last_of(id).event;
    assert_eq!(last.action, "connection.edited", "Activity tells of it");
    assert_eq!(last.actor, Some(desk.founder()));
    let twice = desk.console.undo_edit(desk.session(), id, &undo).await;
    assert_eq!(twice.unwrap_err().code, "undo_overtaken", "once");
    assert_eq!(as_it_is(&desk.view(id).await), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_changes_nothing_has_nothing_to_take_back() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    let same = as_it_is(&desk.view(id).await);
    let edited = desk
        .console
        .edit_connection_as_seen(desk.session(), id, &same, Some(&same));
    assert_eq!(edited.await.unwrap().undo, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_window_did_since_is_not_taken_back() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    // The other window is a program of its own on the same home.
    let other = desk.world.open();
    other.sign_in(desk.founder(), None).await.unwrap();
    let there = other.session();
    let undo = desk.edits(id, |edit| edit.name = "Theirs".to_owned()).await;
    let mut edit = as_it_is(&desk.view(id).await);
    edit.name = "Hers".to_owned();
    other.edit_connection(there, id, &edit).await.unwrap();
    let late = desk.console.undo_edit(desk.session(), id, &undo).await;
    let late = late.unwrap_err();
    assert_eq!(late.code, "undo_overtaken");
    assert_eq!(late.args["connection"], "Hers", "as it is called by now");
    assert_eq!(desk.view(id).await.row.name, "Hers", "nothing was changed");

    // Put back to what it was after the edit, it was changed all the same.
    edit.name = "Ours".to_owned();
    let undo = desk.edits(id, |edit| edit.name = "Theirs".to_owned()).await;
    other.edit_connection(there, id, &edit).await.unwrap();
    edit.name = "Theirs".to_owned();
    other.edit_connection(there, id, &edit).await.unwrap();
    let late = desk.console.undo_edit(desk.session(), id, &undo).await;
    assert_eq!(late.unwrap_err().code, "undo_overtaken");
    // Nor is what was disabled since touched behind their back.
    let undo = desk.edits(id, |edit| edit.name = "Ours".to_owned()).await;
    other.set_enabled(there, id, false).await.unwrap();
    let late = desk.console.undo_edit(desk.session(), id, &undo).await;
    assert_eq!(late.unwrap_err().code, "undo_overtaken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_consent_given_since_is_kept_where_it_holds_what_was_asked_before() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    let before = as_it_is(&desk.view(id).await);
    let undo = desk.edits(id, more).await;
    desk.authorize(id, Reach::All).await;
    let back = desk.console.undo_edit(desk.session(), id, &undo).await;
    let back = back.unwrap();
    assert_eq!(as_it_is(&back), before);
    assert_eq!(
        health(&back),
        [Health::Connected],
        "it holds more, not less"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consent_given_since_is_not_thrown_away_unseen() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    let undo = desk
        .edits(id, |edit| {
            edit.scopes.retain(|scope| scope != "contacts.read")
        })
        .await;
    // Who signs in now is asked for less.
    desk.world.agent.person(Person::Allows(BEN));
    let flow = desk.begin(id, Reach::All).await;
    desk.asks(flow).await;
    let answer = tsunagi_console::AccountAnswer::Replace;
    desk.console.answer_flow(flow, answer).unwrap();
    desk.ended(flow).await;
    assert_eq!(health(&desk.view(id).await), [Health::Connected]);
    let late = desk.console.undo_edit(desk.session(), id, &undo).await;
    assert_eq!(late.unwrap_err().code, "undo_overtaken");
    assert_eq!(
        health(&desk.view(id).await),
        [Health::Connected],
        "it works on"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_an_environment_mode_taken_back_has_its_accounts_and_its_primary_again() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let before = desk.view(id).await;
    let undo = desk
        .edits(id, |edit| edit.mode = Mode::PerEnvironment)
        .await;
    assert_eq!(health(&desk.view(id).await), [Health::Connected; 3]);
    let back = desk.console.undo_edit(desk.session(), id, &undo).await;
    let back = back.unwrap();
    assert_eq!(back.row.mode, Mode::Same);
    assert_eq!(health(&back), [Health::Connected]);
    assert!(
        back.row.stations[0].primary,
        "R11: and still runs unattended"
    );
    assert_eq!(
        back.row.stations[0].account.as_ref().unwrap().label,
        before.row.stations[0].account.as_ref().unwrap().label
    );
    assert!(desk.try_it(id).await.unwrap().ok);

    // Three accounts made one are three again, each its own.
    let apart = desk.create_practice("Apart", Kind::Admin, Mode::PerEnvironment);
    desk.authorize(apart, Reach::Development).await;
    desk.world.agent.person(Person::Allows(BEN));
    desk.authorize(apart, Reach::Production).await;
    let labels = |view: &tsunagi_console::views::ConnectionView| -> Vec<Option<String>> {
        let stations = view.row.stations.iter();
        stations
            .map(|station| station.account.clone().map(|account| account.label))
            .collect()
    };
    let sat = labels(&desk.view(apart).await);
    let undo = desk.edits(apart, |edit| edit.mode = Mode::Same).await;
    let back = desk.console.undo_edit(desk.session(), apart, &undo).await;
    assert_eq!(labels(&back.unwrap()), sat);
    for environment in [Environment::Development, Environment::Production] {
        let tried = desk.try_in(apart, environment, "/contacts").await;
        assert!(tried.unwrap().ok, "{environment:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_rules_no_longer_allow_is_not_taken_back() {
    let desk = Desk::practice().0;
    let id = admin(&desk, "Ours", Mode::Same).await;
    let undo = desk.edits(id, more).await;
    let after = as_it_is(&desk.view(id).await);
    let free = AvailabilityChange {
        plan: Plan::Free,
        data_center: "us".to_owned(),
        country: None,
    };
    desk.console
        .change_availability(desk.session(), &free)
        .unwrap();
    let refused = desk.console.undo_edit(desk.session(), id, &undo).await;
    assert_eq!(refused.unwrap_err().code, "plan_free", "R1");
    let paid = AvailabilityChange {
        plan: Plan::Paid,
        ..free
    };
    desk.console
        .change_availability(desk.session(), &paid)
        .unwrap();
    let (ines, uma) = (desk.founder(), desk.joins("Uma", Role::User));
    desk.seats(uma).await;
    let refused = desk.console.undo_edit(desk.session(), id, &undo).await;
    assert_eq!(refused.unwrap_err().code, "role_not_allowed", "R2");
    desk.seats(ines).await;
    // What comes from a window is worked out as any edit is.
    let made_up = EditUndo {
        before: ConnectionEdit {
            scopes: vec!["everything".to_owned()],
            ..undo.before.clone()
        },
        ..undo.clone()
    };
    let refused = desk.console.undo_edit(desk.session(), id, &made_up).await;
    assert_eq!(refused.unwrap_err().code, "scope_unknown");
    let made_up = EditUndo {
        entry: u64::MAX,
        ..undo.clone()
    };
    let refused = desk.console.undo_edit(desk.session(), id, &made_up).await;
    assert_eq!(refused.unwrap_err().code, "undo_overtaken");
    assert_eq!(as_it_is(&desk.view(id).await), after, "nothing was changed");
    desk.console
        .undo_edit(desk.session(), id, &undo)
        .await
        .unwrap();
}
