//! The mission page's three use cases, through the gate, against the practice connectors that speak
//! the services' wire.

use serde_json::json;
use tsunagi_areas::call::{Body, Call, Method};
use tsunagi_areas::data_source::Source;
use tsunagi_console::agent::Practice as _;
use tsunagi_console::views::{
    CallDraft, NewConnection, SourceDoor, SourceDraft, Stage, TaskVerdict, TryAnswer,
};
use tsunagi_console::{ApplicationId, Cause, ConnectionId, Environment, Reach};
use tsunagi_domain::{Edition, Health, Kind, Mode};
use tsunagi_practice::{Fault, Faults};

use crate::fixture::people::page;
use crate::fixture::{BEN, Desk, Person};

const LIVE: Environment = Environment::Production;

/// A workspace with an application.
fn shop() -> (Desk, ApplicationId) {
    let desk = Desk::empty();
    let application = desk
        .console
        .create_application(desk.session(), "Shop", Edition::C6)
        .unwrap();
    (desk, application)
}

/// A connection with the scopes that are suggested, which the application may use.
fn connect(desk: &Desk, application: ApplicationId, connector: &str, kind: Kind) -> ConnectionId {
    let service = desk.console.service(desk.session(), connector).unwrap();
    let scopes = service.scopes.iter().filter(|scope| scope.default);
    let draft = NewConnection {
        name: service.service.name.clone(),
        link_name: None,
        connector: connector.to_owned(),
        kind,
        mode: Mode::Same,
        scopes: scopes.map(|scope| scope.name.clone()).collect(),
        registration: None,
        settings: std::collections::BTreeMap::new(),
        reuse: None,
    };
    let id = desk.console.create(desk.session(), &draft).unwrap();
    let granted = desk
        .console
        .grant_application(desk.session(), application, id, true);
    granted.unwrap();
    id
}

async fn signs_in(desk: &Desk, id: ConnectionId) {
    let flow = desk.authorize(id, Reach::All).await;
    assert_eq!(flow.stage, Stage::Done, "{:?}", flow.failure);
}

async fn send(desk: &Desk, application: ApplicationId, id: ConnectionId, call: Call) -> TryAnswer {
    let draft = CallDraft {
        id: None,
        version: None,
        application,
        environment: LIVE,
        name: "Ask".to_owned(),
        connection: Some(id),
        call,
    };
    desk.console
        .send_call(desk.session(), &draft)
        .await
        .unwrap()
}

fn post(path: &str, json: &str) -> Call {
    Call {
        method: Method::Post,
        body: Body::Json {
            text: json.to_owned(),
        },
        ..Call::get(path)
    }
}

/// Candidates go to Recruit through a system connection (R5).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn candidates_go_to_recruit_through_a_system_connection() {
    let (desk, application) = shop();
    let id = desk
        .console
        .system_connection(
            desk.session(),
            application,
            "practice_recruit",
            Cause::FormWorkflow { zoho: true },
        )
        .unwrap();
    signs_in(&desk, id).await;
    let view = desk.view(id).await;
    assert_eq!(view.row.kind, Kind::System);
    assert_eq!(view.row.name, "Practice Recruit");
    assert!(view.row.service.practice, "marked as a practice connection");
    assert_eq!(view.row.stations[0].health, Health::Connected);

    let candidate = r#"{"data":[{"Last_Name":"Byron","Email":"ada@example.com"}]}"#;
    let answer = send(&desk, application, id, post("/Candidates", candidate)).await;
    assert_eq!((answer.status, answer.ok), (201, true));
    assert_eq!(answer.account, "aiko@practice.example");
    assert!(answer.body.contains("\"SUCCESS\""), "{}", answer.body);
    // The same again: a status of success, and an error in the body.
    let answer = send(&desk, application, id, post("/Candidates", candidate)).await;
    assert_eq!((answer.status, answer.ok), (202, true));
    assert!(
        answer.body.contains("\"DUPLICATE_DATA\""),
        "{}",
        answer.body
    );
    let found = send(
        &desk,
        application,
        id,
        Call::get("/Candidates/search?email=ada@example.com"),
    )
    .await;
    assert!(found.body.contains("\"Byron\""), "{}", found.body);

    // Recruit says 401 to a token that ended: one refresh, which answers without a refresh token.
    let before = desk.world.practice.token_requests();
    desk.world.practice.expire();
    let answer = send(&desk, application, id, Call::get("/Candidates")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(desk.world.practice.token_requests(), before + 1);
    desk.world.practice.expire();
    let answer = send(&desk, application, id, Call::get("/Candidates")).await;
    assert_eq!(answer.status, 200, "the first refresh token is kept");
}

/// An error with status 200 at the token endpoint is an error, and says what kind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zoho_s_error_with_status_200_keeps_nothing() {
    let (desk, application) = shop();
    let id = connect(&desk, application, "practice_recruit", Kind::Admin);
    desk.world.practice.start().unwrap();
    desk.world.practice.set(Faults {
        token: Some(Fault::OkWithError),
        ..Faults::default()
    });
    let flow = desk.authorize(id, Reach::All).await;
    assert_eq!(flow.stage, Stage::Failed);
    assert_ne!(
        desk.view(id).await.row.stations[0].health,
        Health::Connected,
        "no token was in the answer"
    );
    desk.world.practice.set(Faults::default());
    signs_in(&desk, id).await;
    // A consent that was taken back: Zoho's `invalid_code`, with status 200.
    desk.world.practice.revoke_all();
    let draft = CallDraft {
        id: None,
        version: None,
        application,
        environment: LIVE,
        name: "Ask".to_owned(),
        connection: Some(id),
        call: Call::get("/Candidates"),
    };
    let sent = desk.console.send_call(desk.session(), &draft).await;
    assert!(
        sent.is_err() || sent.is_ok_and(|answer| answer.status == 401),
        "nothing is answered"
    );
    assert_ne!(
        desk.view(id).await.row.stations[0].health,
        Health::Connected,
        "it has to be authorized again"
    );
}

/// R23: an accounts server elsewhere is not believed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_an_accounts_server_elsewhere_is_refused() {
    let (desk, application) = shop();
    let id = connect(&desk, application, "practice_cliq", Kind::Admin);
    desk.world.practice.set(Faults {
        authorize: Some(Fault::WrongIssuer),
        ..Faults::default()
    });
    let before = desk.world.practice.token_requests();
    let flow = desk.authorize(id, Reach::All).await;
    assert_eq!(flow.stage, Stage::Failed);
    assert_eq!(
        desk.world.practice.token_requests(),
        before,
        "no code was sent"
    );
}

/// A customer is looked up in Salesforce through an admin connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_looked_up_in_salesforce_through_an_admin_connection() {
    let (desk, application) = shop();
    let id = connect(&desk, application, "practice_salesforce", Kind::Admin);
    signs_in(&desk, id).await;
    let ask = || {
        Call::get(
            "/services/data/v60.0/query?q=SELECT+Id,Name,Phone+FROM+Contact+WHERE+Email='grace@oneill.example.com'",
        )
    };
    let answer = send(&desk, application, id, ask()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("Grace O'Neill"), "{}", answer.body);

    // Nothing says when a session ends: the service does, and one refresh makes it work again.
    let before = desk.world.practice.token_requests();
    desk.world.practice.expire();
    let answer = send(&desk, application, id, ask()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        desk.world.practice.token_requests(),
        before + 1,
        "one refresh"
    );

    let answer = send(
        &desk,
        application,
        id,
        Call::get("/services/data/v60.0/query?q=SELECT"),
    )
    .await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("MALFORMED_QUERY"), "{}", answer.body);
}

/// A data source finds out what there is, pulls it page by page, and asks for what changed since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_source_discovers_pulls_and_adds_to_salesforce() {
    let (desk, application) = shop();
    let id = connect(&desk, application, "practice_salesforce", Kind::Admin);
    signs_in(&desk, id).await;
    let (console, session) = (&desk.console, desk.session());
    let through = SourceDoor {
        application,
        environment: LIVE,
        connection: id,
    };
    let modules = console.source_modules(session, through).await;
    let names: Vec<_> = modules
        .unwrap()
        .into_iter()
        .map(|one| (one.name, one.label, one.read_only))
        .collect();
    assert_eq!(
        names,
        [("Account", "Accounts"), ("Contact", "Contacts")].map(|(name, label)| (
            name.to_owned(),
            label.to_owned(),
            false
        ))
    );
    let fields = console.source_fields(session, through, Some("Account".to_owned()));
    let fields = fields.await.unwrap();
    let told = |name: &str| fields.iter().find(|one| one.name == name).unwrap();
    assert_eq!(told("Phone").kind.as_deref(), Some("phone"));
    assert!(told("Id").read_only && !told("Name").read_only);

    let names: Vec<&str> = fields.iter().map(|one| one.name.as_str()).collect();
    let given = json!({"module": "Account", "fields": names});
    let source = Source {
        operation: "get_records".to_owned(),
        given: serde_json::from_value(given).unwrap(),
        key: Some("Id".to_owned()),
        changes: true,
        ..Source::default()
    };
    let draft = SourceDraft {
        id: None,
        version: None,
        application,
        environment: LIVE,
        name: "Accounts".to_owned(),
        connection: Some(id),
        source,
    };
    let kept = console.keep_source(session, draft).unwrap();
    let item = kept.draft.id.unwrap();
    let view = console.pull_source(session, item, false).await.unwrap();
    assert_eq!(view.row.rows, 12, "over three pages");
    assert_eq!(view.row.last.unwrap().came, 12);

    let new = json!({"Name": "Ada Lovelace & Co", "Phone": "+44 20 7946 0198"});
    let new = new.as_object().cloned().unwrap();
    let added = console.add_record(session, item, new).await.unwrap();
    assert_eq!(added.verdict, Some(TaskVerdict::Done), "{added:?}");
    let view = console.pull_source(session, item, false).await.unwrap();
    assert_eq!(view.row.rows, 13);
    assert_eq!(
        view.row.last.unwrap().came,
        1,
        "only what was changed since has come"
    );
}

/// A message goes to Cliq through a logged-in-user connection: whoever sends it posts it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_goes_to_cliq_as_whoever_sends_it() {
    let (desk, application) = shop();
    let id = connect(&desk, application, "practice_cliq", Kind::LoggedInUser);
    desk.world.agent.person(Person::Allows(BEN));
    signs_in(&desk, id).await;
    let call = post(
        "/channelsbyname/taskupdates/message",
        r#"{"text":"The report is done"}"#,
    );
    let answer = send(&desk, application, id, call).await;
    assert_eq!((answer.status, answer.ok), (204, true), "{}", answer.body);
    assert_eq!(answer.account, "ben@practice.example");
    let port = desk.world.practice.port().unwrap();
    let page = page(&format!("http://127.0.0.1:{port}/")).await;
    assert!(
        page.contains("<b>Ben Practice</b> → #taskupdates<br>The report is done"),
        "a newcomer sees it arrive: {page}"
    );
}

/// Whichever practice connection there is, the service runs for it, and stops after the last one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_practice_service_runs_while_any_practice_connection_is_there() {
    let (desk, application) = shop();
    let cliq = connect(&desk, application, "practice_cliq", Kind::Admin);
    let customers = connect(&desk, application, "practice_salesforce", Kind::Admin);
    desk.world.practice.stop();
    desk.console.start_practice_if_used();
    assert!(desk.world.practice.port().is_some(), "as after a restart");
    signs_in(&desk, customers).await;
    desk.world.practice.stop();
    let tested = desk
        .console
        .test_connection(desk.session(), customers)
        .await;
    assert_eq!(tested.unwrap().len(), 1);
    assert!(desk.world.practice.port().is_some(), "before it is asked");
    desk.console
        .delete_connection(desk.session(), cliq)
        .await
        .unwrap();
    assert!(desk.world.practice.port().is_some(), "another one is left");
    desk.console
        .delete_connection(desk.session(), customers)
        .await
        .unwrap();
    assert!(desk.world.practice.port().is_none(), "none is left");
}
