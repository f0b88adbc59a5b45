//! Integration tasks: what a service can do, done by hand and kept.

use serde_json::json;
use tsunagi_areas::task::Task;
use tsunagi_console::views::{NewConnection, RedirectForm, TaskDraft, TaskVerdict};
use tsunagi_console::{ApplicationId, ConnectionId, ConsoleError, Environment, Reach};
use tsunagi_domain::{Edition, Kind, Member, Mode, Role};
use tsunagi_practice::{Fault, Faults};

use crate::fixture::{Desk, practice_draft};
use crate::provider::register;

const LIVE: Environment = Environment::Production;

fn orders() -> (Desk, ApplicationId, ConnectionId) {
    let (desk, id) = Desk::practice();
    let application = desk
        .console
        .create_application(desk.session(), "Orders", Edition::C6)
        .unwrap();
    desk.console
        .grant_application(desk.session(), application, id, true)
        .unwrap();
    (desk, application, id)
}

fn draft(
    application: ApplicationId,
    connection: ConnectionId,
    operation: &str,
    given: serde_json::Value,
) -> TaskDraft {
    TaskDraft {
        id: None,
        version: None,
        application,
        environment: LIVE,
        name: "Contacts".to_owned(),
        connection: Some(connection),
        service: None,
        task: Task {
            operation: operation.to_owned(),
            given: serde_json::from_value(given).unwrap(),
        },
    }
}

fn code<T>(outcome: Result<T, ConsoleError>) -> String {
    outcome.map_or_else(|error| error.code, |_| "allowed".to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_is_run_and_tells_what_came_of_it() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let console = &desk.console;
    let list = draft(application, id, "list_contacts", json!({}));
    let done = console.run_task(desk.session(), &list).await.unwrap();
    assert_eq!(done.verdict, Some(TaskVerdict::Done));
    assert_eq!((done.rows, done.more), (12, false));
    assert_eq!(done.answer.unwrap().account, "aiko@practice.example");

    let none = draft(application, id, "get_contact", json!({"id": "c99"}));
    let done = console.run_task(desk.session(), &none).await.unwrap();
    assert_eq!(done.verdict, Some(TaskVerdict::Refused));
    assert_eq!(
        done.message.as_deref(),
        Some("There is no such thing"),
        "in the service's words"
    );
    let view = console.task_operations(desk.session(), "practice", Some(id));
    let view = view.unwrap();
    let add = view.iter().find(|one| one.id == "add_contact").unwrap();
    assert_eq!(
        add.scopes_missing,
        [["contacts.write"]],
        "what the connection does not ask for is told beforehand"
    );
    let add = draft(
        application,
        id,
        "add_contact",
        json!({"record": {"name": "Ben"}}),
    );
    let done = console.run_task(desk.session(), &add).await.unwrap();
    assert_eq!(done.verdict, Some(TaskVerdict::Refused));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_service_broke_down_over_is_unclear_and_not_failed() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    desk.world.practice.set(Faults {
        api: Some(Fault::ServerError),
        ..Faults::default()
    });
    let console = &desk.console;
    let add = draft(
        application,
        id,
        "add_contact",
        json!({"record": {"name": "Ben"}}),
    );
    let done = console.run_task(desk.session(), &add).await.unwrap();
    assert_eq!(
        done.verdict,
        Some(TaskVerdict::Unclear),
        "it may have been added"
    );
    let list = draft(application, id, "list_contacts", json!({}));
    let done = console.run_task(desk.session(), &list).await.unwrap();
    assert_eq!(
        done.verdict,
        Some(TaskVerdict::Refused),
        "nothing to look for"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_do_not_fit_are_told_by_label_and_nothing_is_sent() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let console = &desk.console;
    for (operation, given, told) in [
        ("get_contact", json!({}), "task_input_missing"),
        (
            "get_contact",
            json!({"id": "c1", "x": 1}),
            "task_input_unknown",
        ),
        ("get_contact", json!({"id": ".."}), "task_input_place"),
        ("add_contact", json!({"record": "Ben"}), "task_input_kind"),
        ("send_money", json!({}), "task_operation_unknown"),
    ] {
        let task = draft(application, id, operation, given);
        let refused = console.run_task(desk.session(), &task).await.unwrap_err();
        assert_eq!(refused.code, told);
    }
    let missing = draft(application, id, "get_contact", json!({}));
    let refused = console
        .run_task(desk.session(), &missing)
        .await
        .unwrap_err();
    assert!(
        console.failure(&refused).message.contains("Contact ID"),
        "as the person sees it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_a_task_without_a_connection_makes_the_system_connection_once() {
    let (desk, application, _) = orders();
    let (console, session) = (&desk.console, desk.session());
    let services = console.tasks(session, application, LIVE).unwrap().services;
    let offered = services
        .iter()
        .find(|entry| entry.service.id == "zoho_recruit")
        .expect("a Zoho service is offered without a connection");
    assert!(offered.connection.is_none());
    assert!(
        services.iter().all(|entry| entry.service.id != "paypal"),
        "R5: never for payments"
    );
    let left_out = TaskDraft {
        connection: None,
        service: Some("zoho_recruit".to_owned()),
        ..draft(
            application,
            ConnectionId::new(),
            "get_candidates",
            json!({}),
        )
    };
    let kept = console.keep_task(session, left_out.clone()).unwrap();
    let made = kept
        .connection
        .expect("it goes through what came into being");
    let view = desk.view(made).await;
    assert_eq!(
        (view.row.name.as_str(), view.row.kind),
        ("Zoho Recruit", Kind::System)
    );
    let uses = console.used_in(session, made).unwrap().uses;
    assert_eq!(uses[0].area, "integration_task");
    let needed: Vec<(&str, bool)> = uses[0]
        .scopes
        .iter()
        .map(|scope| (scope.name.as_str(), scope.asked))
        .collect();
    assert_eq!(
        needed,
        [("ZohoRecruit.modules.ALL", true)],
        "of alternatives the one that the connection asks for"
    );

    let again = TaskDraft {
        name: "Another".to_owned(),
        ..left_out.clone()
    };
    let again = console.keep_task(session, again).unwrap();
    assert_eq!(
        again.connection,
        Some(made),
        "the same service, the same one"
    );
    let done = console.run_task(session, &left_out).await.unwrap();
    assert_eq!((done.made, done.verdict), (false, None));
    assert_eq!(
        done.refused.map(|failure| failure.code).as_deref(),
        Some("not_connected"),
        "it can be mended from here"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_a_kept_task_is_a_use_with_the_scopes_it_needs() {
    let (desk, application, id) = orders();
    let (console, session) = (&desk.console, desk.session());
    let add = draft(
        application,
        id,
        "add_contact",
        json!({"record": {"name": "Ben"}}),
    );
    let kept = console.keep_task(session, add).unwrap();
    let uses = console.used_in(session, id).unwrap().uses;
    let needed = &uses[0].scopes[0];
    assert_eq!(
        (needed.name.as_str(), needed.asked),
        ("contacts.write", false)
    );
    let row = &console.tasks(session, application, LIVE).unwrap().tasks[0];
    assert_eq!(row.operation, "Add a contact");
    assert!(row.stopped.is_some(), "nobody has authorized it yet");
    let elsewhere = TaskDraft {
        environment: Environment::Stage,
        ..kept.clone()
    };
    assert_eq!(
        code(console.keep_task(session, elsewhere)),
        "missing",
        "it stays where it was made"
    );
    let other = desk.create_practice("Other CRM", Kind::Admin, Mode::Same);
    let away = TaskDraft {
        connection: Some(other),
        ..kept.clone()
    };
    assert_eq!(
        code(console.keep_task(session, away)),
        "application_no_access"
    );
    console.delete_task(session, kept.id.unwrap()).unwrap();
    assert!(console.used_in(session, id).unwrap().uses.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_tasks_are_the_managers() {
    let (desk, application, id) = orders();
    let list = draft(application, id, "list_contacts", json!({}));
    let kept = desk.console.keep_task(desk.session(), list).unwrap();
    let catalog = desk.world.catalog();
    let ines = catalog.members().unwrap().remove(0);
    let user = Member {
        role: Role::User,
        ..ines
    };
    catalog.set_member(&user).unwrap();
    let (console, session) = (&desk.console, desk.session());
    let item = kept.id.unwrap();
    for (door, refused) in [
        ("list", code(console.tasks(session, application, LIVE))),
        ("open", code(console.task(session, item))),
        (
            "operations",
            code(console.task_operations(session, "practice", None)),
        ),
        ("keep", code(console.keep_task(session, kept.clone()))),
        ("delete", code(console.delete_task(session, item))),
        ("run", code(console.run_task(session, &kept).await)),
    ] {
        assert_eq!(refused, "role_not_allowed", "{door}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_told_as_lost_where_something_may_have_been_done() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    desk.world.practice.set(Faults {
        api: Some(Fault::CutOff),
        ..Faults::default()
    });
    let console = &desk.console;
    for (operation, given, told) in [
        (
            "add_contact",
            json!({"record": {"name": "Ben"}}),
            "answer_lost",
        ),
        ("list_contacts", json!({}), "service_unreachable"),
    ] {
        let task = draft(application, id, operation, given);
        let done = console.run_task(desk.session(), &task).await.unwrap();
        let refused = done.refused.expect("there is no answer");
        assert_eq!(refused.code, told, "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_what_a_task_is_refused_is_recorded() {
    let (desk, application, id) = orders();
    let list = draft(application, id, "list_contacts", json!({}));
    let done = desk.console.run_task(desk.session(), &list).await.unwrap();
    assert_eq!(done.refused.unwrap().code, "member_not_authorized");
    desk.console.close().await;
    let runs = desk.world.catalog().runs(id, 9).unwrap();
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run.area.as_str(), run.refusal.as_deref(), run.tries))
        .collect();
    assert_eq!(
        told,
        [("integration_task", Some("member_not_authorized"), 0)]
    );
    assert_eq!(runs[0].application, Some(application));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_tells_repetitions_apart_is_no_persons_to_choose() {
    let (desk, ..) = orders();
    let view = desk
        .console
        .task_operations(desk.session(), "quickbooks", None)
        .unwrap();
    let keyed = view
        .iter()
        .filter(|operation| operation.repeat == tsunagi_connectors::Repeat::Key);
    let inputs: Vec<&str> = keyed
        .flat_map(|operation| operation.inputs.iter().map(|input| input.name.as_str()))
        .collect();
    assert!(!inputs.is_empty(), "QuickBooks has such operations");
    assert!(!inputs.contains(&"idempotency_key"), "{inputs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_a_narrow_scope_that_does_is_not_told_as_missing() {
    let (desk, application, _) = orders();
    let (console, session) = (&desk.console, desk.session());
    let client = register(&desk, "zoho_recruit", RedirectForm::LoopbackAnyPort);
    let reads = NewConnection {
        connector: "zoho_recruit".to_owned(),
        scopes: vec!["ZohoRecruit.modules.candidate.READ".to_owned()],
        registration: Some(client),
        ..practice_draft("Reads candidates", Kind::Admin, Mode::Same)
    };
    let reads = console.create(session, &reads).unwrap();
    console
        .grant_application(session, application, reads, true)
        .unwrap();
    for (operation, needed) in [
        (
            "get_candidates",
            ("ZohoRecruit.modules.candidate.READ", true),
        ),
        (
            "add_candidate",
            ("ZohoRecruit.modules.candidate.CREATE", false),
        ),
    ] {
        let task = TaskDraft {
            name: operation.to_owned(),
            ..draft(application, reads, operation, json!({}))
        };
        console.keep_task(session, task).unwrap();
        let uses = console.used_in(session, reads).unwrap().uses;
        let own = uses.iter().find(|used| used.name == operation).unwrap();
        let told: Vec<(&str, bool)> = own
            .scopes
            .iter()
            .map(|scope| (scope.name.as_str(), scope.asked))
            .collect();
        assert_eq!(told, [needed], "{operation}");
    }
}
