//! Data sources: rows pulled with the primary account, looked at, written, and added to.

use serde_json::{Map, Value, json};
use tsunagi_areas::data_source::{Source, SourceField};
use tsunagi_console::views::{RowsForm, SourceDraft, SourceView, TaskVerdict};
use tsunagi_console::{
    ApplicationId, Clock, ConnectionId, ConsoleError, Environment, ItemId, Reach,
};
use tsunagi_domain::{Edition, Kind, Member, MemberId, Mode, Role};
use tsunagi_practice::{Fault, Faults};

use crate::fixture::{Desk, until};

const LIVE: Environment = Environment::Production;

/// An application that may use the practice connection, authorized by its founder.
async fn orders() -> (Desk, ApplicationId, ConnectionId) {
    let (desk, id) = Desk::practice();
    let application = desk
        .console
        .create_application(desk.session(), "Orders", Edition::C6)
        .unwrap();
    desk.console
        .grant_application(desk.session(), application, id, true)
        .unwrap();
    desk.authorize(id, Reach::All).await;
    (desk, application, id)
}

fn draft(application: ApplicationId, connection: ConnectionId) -> SourceDraft {
    SourceDraft {
        id: None,
        version: None,
        application,
        environment: LIVE,
        name: "All contacts".to_owned(),
        connection: Some(connection),
        source: Source {
            operation: "list_contacts".to_owned(),
            ..Source::default()
        },
    }
}

fn kept(desk: &Desk, application: ApplicationId, connection: ConnectionId) -> ItemId {
    let kept = desk
        .console
        .keep_source(desk.session(), draft(application, connection));
    kept.unwrap().draft.id.unwrap()
}

async fn pulls(desk: &Desk, id: ItemId) -> Result<SourceView, ConsoleError> {
    desk.console.pull_source(desk.session(), id, false).await
}

fn code<T>(outcome: Result<T, ConsoleError>) -> String {
    outcome.map_or_else(|error| error.code, |_| "allowed".to_owned())
}

fn record(name: &str) -> Map<String, Value> {
    Map::from_iter([("name".to_owned(), json!(name))])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_come_are_listed_and_their_pull_is_noted() {
    let (desk, application, id) = orders().await;
    let item = kept(&desk, application, id);
    let (console, session) = (&desk.console, desk.session());
    let uses = console.used_in(session, id).unwrap().uses;
    assert!(uses[0].unattended, "R13, R18: {:?}", uses[0]);
    let view = pulls(&desk, item).await.unwrap();
    assert_eq!((view.row.rows, view.row.came), (12, None));
    let last = view.row.last.expect("what came is noted");
    assert_eq!(
        (last.came, last.gone, last.stopped, last.who.as_str()),
        (12, 0, false, "Ines")
    );
    assert!(last.failure.is_none());
    let first = console.source_rows(session, item, None, 0, 5, "").unwrap();
    let second = console
        .source_rows(session, item, first.next, 0, 500, "")
        .unwrap();
    assert_eq!((first.rows.len(), second.rows.len()), (5, 7));
    assert_eq!(second.next, None);
    assert_eq!(first.rows[0].id, "c1");
    assert_eq!(first.rows[0].fields["name"], "佐藤 花子");
    let again = pulls(&desk, item).await.unwrap();
    assert_eq!(again.row.rows, 12, "nothing is there twice");
    assert_eq!(again.history.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_a_data_source_needs_one_authorization_and_a_primary_account() {
    let (desk, id) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let application = console
        .create_application(session, "Orders", Edition::C6)
        .unwrap();
    let apart = desk.create_practice("Apart", Kind::Admin, Mode::PerEnvironment);
    for one in [id, apart] {
        console
            .grant_application(session, application, one, true)
            .unwrap();
    }
    for (connection, refused) in [(id, "no_primary"), (apart, "same_authorization_needed")] {
        let made = console.keep_source(session, draft(application, connection));
        assert_eq!(code(made), refused);
    }
    let view = console.data_sources(session, application, LIVE).unwrap();
    assert!(
        view.connections.iter().all(|entry| entry.refused.is_some()),
        "the screen says so beforehand"
    );
    assert!(view.sources.is_empty());
    desk.authorize(id, Reach::All).await;
    let item = kept(&desk, application, id);
    pulls(&desk, item).await.unwrap();
    console.revoke(session, id, Reach::All).await.unwrap();
    let refused = pulls(&desk, item).await.unwrap_err();
    assert_eq!(
        refused.code, "no_primary",
        "R11: it stays, and stops at the gate"
    );
    let view = console.data_source(session, item).unwrap();
    assert!(view.row.stopped.is_some(), "and says so");
    assert_eq!(view.row.rows, 12, "what was pulled stays");
    let last = view.row.last.unwrap().failure.unwrap();
    assert_eq!(last.code, "no_primary");
    assert!(last.message.contains("practice_crm"), "{}", last.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_rows_come_with_the_primary_account_and_records_go_with_ones_own() {
    let (desk, id) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let application = console
        .create_application(session, "Orders", Edition::C6)
        .unwrap();
    console
        .grant_application(session, application, id, true)
        .unwrap();
    desk.authorize(id, Reach::All).await;
    let item = kept(&desk, application, id);
    let uma = Member {
        id: MemberId::new(),
        name: "Uma".to_owned(),
        role: Role::User,
        active: true,
    };
    desk.world.catalog().set_member(&uma).unwrap();
    let operations = console.source_operations(session, id).unwrap();
    assert!(
        operations.iter().all(|one| !one.can_ask_for_changes),
        "the practice service has no changes to ask for"
    );
    console
        .share_application(session, application, uma.id, true)
        .unwrap();
    let own = console.add_record(session, item, record("Ben")).await;
    let own = own.unwrap();
    assert_eq!(own.answer.unwrap().account, "aiko@practice.example");
    assert_eq!(
        own.verdict,
        Some(TaskVerdict::Refused),
        "the practice connection may read only"
    );
    let view = console.data_source(session, item).unwrap();
    assert!(view.can_add, "the form goes where the rows come from");

    console.sign_in(uma.id, None).await.unwrap();
    let forms = console
        .source_forms(desk.session(), application, LIVE)
        .unwrap();
    assert_eq!((forms.len(), forms[0].id), (1, item));
    assert!(
        forms[0].seat.account.is_none() && forms[0].seat.may_authorize,
        "R15: the form is there, and says whose account it needs"
    );
    let theirs = console
        .add_record(desk.session(), item, record("Ben"))
        .await;
    assert_eq!(
        theirs.unwrap().refused.unwrap().code,
        "member_not_authorized",
        "nobody writes with another's account"
    );
    assert_eq!(code(pulls(&desk, item).await), "role_not_allowed", "R2");
    let rows = console.source_rows(desk.session(), item, None, 0, 9, "");
    assert_eq!(code(rows), "role_not_allowed", "R15");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_that_waits_is_stopped_and_none_runs_twice() {
    let (desk, application, id) = orders().await;
    let item = kept(&desk, application, id);
    desk.world.practice.set(Faults {
        slow_millis: Some(600_000),
        ..Faults::default()
    });
    let (console, session) = (desk.console.clone(), desk.session());
    let waiting = tokio::spawn({
        let console = console.clone();
        async move { console.pull_source(session, item, false).await }
    });
    until("the pull waits", || {
        console.data_source(session, item).unwrap().row.pulling
    })
    .await;
    assert_eq!(code(pulls(&desk, item).await), "source_busy");
    assert_eq!(code(console.delete_source(session, item)), "source_busy");
    console.stop_pull(session, item).unwrap();
    let view = waiting.await.unwrap().unwrap();
    assert!(view.row.last.unwrap().stopped);
    assert!(!view.row.pulling);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_service_refuses_is_told_and_what_had_come_is_kept() {
    let (desk, application, id) = orders().await;
    let item = kept(&desk, application, id);
    pulls(&desk, item).await.unwrap();
    for (fault, told) in [
        (Fault::ServerError, "source_refused_silently"),
        (Fault::Html, "source_not_as_promised"),
    ] {
        desk.world.practice.set(Faults {
            api: Some(fault.clone()),
            ..Faults::default()
        });
        let refused = pulls(&desk, item).await.unwrap_err();
        assert_eq!(refused.code, told, "{fault:?}");
        let view = desk.console.data_source(desk.session(), item).unwrap();
        assert_eq!(view.row.rows, 12);
        assert_eq!(view.history[0].failure.as_ref().unwrap().code, told);
    }
    desk.world.practice.set(Faults::default());
    let view = pulls(&desk, item).await.unwrap();
    assert!(view.row.last.unwrap().failure.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_written_as_a_sheet_that_is_safe_to_open_and_as_json() {
    let (desk, application, id) = orders().await;
    let (console, session) = (&desk.console, desk.session());
    let field = |name: &str, label: &str, shown| SourceField {
        name: name.to_owned(),
        label: label.to_owned(),
        kind: None,
        required: false,
        read_only: false,
        shown,
    };
    let mut made = draft(application, id);
    made.source.fields = vec![
        field("name", "Name", true),
        field("email", "Mail", false),
        field("phone", "Phone", true),
    ];
    let item = console
        .keep_source(session, made)
        .unwrap()
        .draft
        .id
        .unwrap();
    pulls(&desk, item).await.unwrap();
    let sheet = console.export_rows(session, item, RowsForm::Csv).unwrap();
    assert_eq!(sheet.entries, 12);
    let text = std::fs::read_to_string(&sheet.path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("\u{feff}\"Name\",\"Phone\""));
    assert_eq!(
        lines.next(),
        Some("\"佐藤 花子\",\"'+81 3-0000-0101\""),
        "a plus begins a formula in a spreadsheet"
    );
    let whole = console.export_rows(session, item, RowsForm::Json).unwrap();
    let text = std::fs::read_to_string(&whole.path).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.len(), 12);
    assert_eq!(rows[0]["phone"], "+81 3-0000-0101");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_source_goes_with_its_rows_and_another_pull_begins_anew() {
    let (desk, application, id) = orders().await;
    let (console, session) = (&desk.console, desk.session());
    let item = kept(&desk, application, id);
    desk.world
        .catalog()
        .begin_pull(item, true, "practice", console_now(&desk))
        .unwrap();
    let view = console.data_source(session, item).unwrap();
    assert_eq!(view.row.came, Some(0), "one was interrupted");
    let mut shown = view.draft.clone();
    shown.name = "Contacts".to_owned();
    let view = console.keep_source(session, shown).unwrap();
    assert_eq!(view.row.came, Some(0), "a new name is the same pull");
    let mut other = view.draft.clone();
    other.source.key = Some("email".to_owned());
    let view = console.keep_source(session, other).unwrap();
    assert_eq!(view.row.came, None, "another key is another pull");
    pulls(&desk, item).await.unwrap();
    let page = console.source_rows(session, item, None, 0, 1, "").unwrap();
    assert_eq!(page.rows[0].id, "hanako.sato@sakura.example");
    console.delete_source(session, item).unwrap();
    assert_eq!(desk.world.catalog().count_pulled(item).unwrap(), 0);
    assert!(console.used_in(session, id).unwrap().uses.is_empty());
}

fn console_now(desk: &Desk) -> tsunagi_console::Timestamp {
    desk.world.clock.now()
}
