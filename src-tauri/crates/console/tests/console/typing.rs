//! Keys that are typed in, and clients that authorize themselves: tried before they are stored,
//! settled as a sign-in is, and never shown again.

use std::collections::BTreeMap;

use serde_json::json;
use tsunagi_console::views::{
    AgentKind, AvailabilityChange, FlowView, NewConnection, RedirectForm, Stage, TypedKeys,
};
use tsunagi_console::{AccountAnswer, ConnectionId, FlowId, Reach};
use tsunagi_domain::{Environment, Kind, Member, Mode, Plan, Role};

use crate::fixture::{Desk, Person, files, until};
use crate::provider::{Provider, Says, accept, account, draft, register};

const SECRET: &str = "canary-key/\"quoted\"/4+7=";
const BASIC: &str = "Basic d29ya3M6Y2FuYXJ5LWtleS8icXVvdGVkIi80Kzc9";

/// The provider's connector with a form in the place of its OAuth.
pub(crate) fn keyed(provider: &Provider) -> String {
    keyed_from(&provider.toml("filing"))
}

/// As [`keyed`], of a connector file with OAuth.
pub(crate) fn keyed_from(toml: &str) -> String {
    let (before, rest) = toml.split_once("[oauth]").unwrap();
    let (_, api) = rest.split_once("[api]").unwrap();
    let (api, _) = api.split_once("[[scopes]]").unwrap();
    let before = before.replace("registration = \"needs_client\"\n", "");
    let whoami = api.replace("[whoami]", "[verify]");
    format!(
        r#"{before}
[[keys.fields]]
name = "account"
label = {{ en = "Account", ja = "アカウント" }}
secret = false
pattern = "[a-z]+"

[[keys.fields]]
name = "secret"
label = {{ en = "Secret", ja = "シークレット" }}
help = {{ en = "On the last page", ja = "最後のページにあります" }}

[[keys.attach]]
in = "basic"
user = "{{key.account}}"
password = "{{key.secret}}"

[api]{whoami}"#
    )
}

/// The provider's connector with a client that authorizes itself.
pub(crate) fn for_clients(provider: &Provider) -> String {
    let authorize = format!("authorize = \"{}/authorize\"", provider.origin);
    provider
        .toml("filing")
        .replace(&authorize, "grant = \"client_credentials\"")
        .replace(", \"logged_in_user\"", "")
}

pub(crate) fn typed(account: &str, secret: &str) -> TypedKeys {
    TypedKeys {
        fields: BTreeMap::from([
            ("account".to_owned(), account.to_owned()),
            ("secret".to_owned(), secret.to_owned()),
        ]),
    }
}

fn connect(desk: &Desk, provider: &Provider, kind: Kind) -> ConnectionId {
    connect_by(desk, &keyed(provider), kind)
}

/// A connection by a connector file with a form.
pub(crate) fn connect_by(desk: &Desk, keyed: &str, kind: Kind) -> ConnectionId {
    // Nobody presses anything on a page: there is none.
    desk.world.agent.person(Person::Waits);
    accept(desk, "filing", keyed).unwrap();
    let drafted = NewConnection {
        scopes: Vec::new(),
        ..draft("Filing", kind, Mode::Same, None)
    };
    desk.console.create(desk.session(), &drafted).unwrap()
}

/// A connection by a client that authorizes itself.
pub(crate) fn connect_client(desk: &Desk, provider: &Provider) -> ConnectionId {
    desk.world.agent.person(Person::Waits);
    accept(desk, "filing", &for_clients(provider)).unwrap();
    let registration = register(desk, "filing", RedirectForm::LoopbackAnyPort);
    let drafted = draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    desk.console.create(desk.session(), &drafted).unwrap()
}

/// Types, and waits until that was tried.
pub(crate) async fn types(desk: &Desk, flow: FlowId, keys: TypedKeys) -> FlowView {
    desk.console
        .type_into_flow(desk.session(), flow, keys)
        .unwrap();
    until("what was typed is tried", || {
        desk.console.flow(flow).unwrap().stage != Stage::Checking
    })
    .await;
    desk.console.flow(flow).unwrap()
}

fn problem(view: &FlowView) -> (&str, Option<&str>) {
    let form = view.form.as_ref().unwrap();
    let problem = form.problem.as_ref().unwrap();
    (&problem.failure.code, problem.field.as_deref())
}

fn holds_none(what: &str, text: &str) {
    for form in ["canary-key", "Y2FuYXJ5LWtleS"] {
        assert!(!text.contains(form), "{what} holds {form}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_tried_stored_and_used_and_never_shown_again() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect(&desk, &provider, Kind::Admin);
    let flow = desk.begin(id, Reach::All).await;
    let view = desk.console.flow(flow).unwrap();
    assert_eq!((view.agent, view.stage), (AgentKind::Form, Stage::Waiting));
    let form = view.form.unwrap();
    let names: Vec<(&str, bool)> = form
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.secret))
        .collect();
    assert_eq!(names, [("account", false), ("secret", true)]);
    assert!(
        provider.got("/api/me").is_empty(),
        "nothing is asked before"
    );
    // Copied with the end of its line.
    let end = types(&desk, flow, typed("works", &format!("{SECRET}\n"))).await;
    assert_eq!(end.stage, Stage::Done, "{:?}", end.failure);
    assert_eq!(end.account.as_ref().unwrap().label, "one@provider.example");
    let asked = provider.got("/api/me");
    assert_eq!(asked.len(), 1, "asked once");
    assert_eq!(asked[0].authorization.as_deref(), Some(BASIC));
    let tried = desk
        .try_in(id, Environment::Development, "/files")
        .await
        .unwrap();
    assert_eq!(tried.status, 200, "the connection works");
    assert_eq!(
        provider.got("/api/files")[0].authorization.as_deref(),
        Some(BASIC),
        "the gate attaches it as the connector says"
    );
    let shown = [
        serde_json::to_string(&end).unwrap(),
        serde_json::to_string(&desk.view(id).await).unwrap(),
        serde_json::to_string(&tried).unwrap(),
    ];
    for text in shown {
        holds_none("what is shown", &text);
    }
    for (path, bytes) in files(desk.world.home.path()) {
        holds_none(&path, &String::from_utf8_lossy(&bytes));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_key_stores_nothing_and_may_be_typed_again() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect(&desk, &provider, Kind::Admin);
    let flow = desk.begin(id, Reach::All).await;
    // Some services repeat what they were sent.
    let said = json!({"error": format!("wrong key {SECRET}"), "name": SECRET});
    provider.who(Says::json(401, &said));
    let view = types(&desk, flow, typed("works", SECRET)).await;
    assert_eq!(view.stage, Stage::Waiting, "it may be typed again");
    assert_eq!(problem(&view), ("key_refused", None));
    holds_none("the form", &serde_json::to_string(&view).unwrap());
    provider.who(Says::json(503, &said));
    let view = types(&desk, flow, typed("works", SECRET)).await;
    assert_eq!(
        problem(&view),
        ("service_unreachable", None),
        "a fault of the service is no fault of the key"
    );
    let asked = provider.got("/api/me").len();
    let view = types(&desk, flow, typed("WORKS", SECRET)).await;
    assert_eq!(problem(&view), ("key_malformed", Some("account")));
    let view = types(&desk, flow, typed("works", "")).await;
    assert_eq!(problem(&view), ("key_malformed", Some("secret")));
    assert_eq!(
        provider.got("/api/me").len(),
        asked,
        "what cannot be a key is not sent"
    );
    let stored = desk.view(id).await;
    assert!(stored.accounts.is_empty(), "nothing was stored");
    holds_none("the timeline", &serde_json::to_string(&stored).unwrap());
    provider.who(Says::json(200, &account("one")));
    let view = types(&desk, flow, typed("works", SECRET)).await;
    assert_eq!(view.stage, Stage::Done);
    for (path, bytes) in files(desk.world.home.path()) {
        holds_none(&path, &String::from_utf8_lossy(&bytes));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_key_of_another_account_is_asked_about() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect(&desk, &provider, Kind::Admin);
    let flow = desk.begin(id, Reach::All).await;
    types(&desk, flow, typed("works", "first")).await;
    provider.who(Says::json(200, &account("two")));
    let flow = desk.begin(id, Reach::All).await;
    let view = types(&desk, flow, typed("works", "second")).await;
    assert_eq!(view.stage, Stage::AskReplace);
    desk.console.answer_flow(flow, AccountAnswer::Keep).unwrap();
    assert_eq!(desk.ended(flow).await.failure.unwrap().code, "kept");
    desk.try_in(id, Environment::Development, "/files")
        .await
        .unwrap();
    let used = provider.got("/api/files").pop().unwrap().authorization;
    assert_eq!(
        used.as_deref(),
        Some("Basic d29ya3M6Zmlyc3Q="),
        "the first stays"
    );
    let flow = desk.begin(id, Reach::All).await;
    types(&desk, flow, typed("works", "second")).await;
    desk.console
        .answer_flow(flow, AccountAnswer::Replace)
        .unwrap();
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    let accounts = desk.view(id).await.accounts;
    assert_eq!(accounts.len(), 1, "one authorization per slot (R6)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_the_first_to_type_a_key_becomes_primary_unless_they_do_not_want_to() {
    for wanted in [true, false] {
        let (desk, provider) = (Desk::empty(), Provider::start().await);
        let id = connect(&desk, &provider, Kind::LoggedInUser);
        let flow = desk.begin(id, Reach::All).await;
        assert!(desk.console.flow(flow).unwrap().may_become_primary, "asked");
        desk.console.flow_primary(flow, wanted).unwrap();
        let view = types(&desk, flow, typed("works", SECRET)).await;
        assert_eq!(view.primary, wanted);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_form_takes_nothing_more() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect(&desk, &provider, Kind::Admin);
    let flow = desk.begin(id, Reach::All).await;
    desk.console.cancel_flow(flow).unwrap();
    assert_eq!(desk.ended(flow).await.failure.unwrap().code, "cancelled");
    let late = desk
        .console
        .type_into_flow(desk.session(), flow, typed("works", SECRET));
    assert_eq!(late.unwrap_err().code, "flow_over");
    assert!(provider.got("/api/me").is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_authorizes_itself_and_asks_again_when_its_token_is_over() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect_client(&desk, &provider);
    let issued = |token: &str, seconds: u32| {
        let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds,
            "refresh_token": "not kept"});
        Says::json(200, &answer)
    };
    provider.token(issued("access-one", 3600));
    let end = desk.authorize(id, Reach::All).await;
    assert_eq!((end.agent, end.stage), (AgentKind::Client, Stage::Done));
    let asked = provider.got("/token");
    assert_eq!(
        asked[0].form["grant_type"], "client_credentials",
        "RFC 6749 §4.4.2"
    );
    assert_eq!(asked[0].form["scope"], "files.read");
    provider.token(issued("access-two", 3600));
    *provider.inner.api.lock().unwrap() = Says::raw(401, "text/plain", "");
    let _ = desk.try_in(id, Environment::Development, "/files").await;
    let again = provider.got("/token");
    assert_eq!(
        again.len(),
        2,
        "the service says that the first token is over"
    );
    assert_eq!(
        again[1].form["grant_type"], "client_credentials",
        "the client asks again: no refresh token is used (RFC 6749 §4.4.3)"
    );
    let used = provider.got("/api/files").pop().unwrap().authorization;
    assert_eq!(used.as_deref(), Some("Bearer access-two"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_refused_stores_nothing() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect_client(&desk, &provider);
    provider.token(Says::json(401, &json!({"error": "invalid_client"})));
    let end = desk.authorize(id, Reach::All).await;
    assert_eq!(end.stage, Stage::Failed);
    assert_eq!(end.failure.unwrap().code, "client_refused");
    assert!(
        desk.view(id).await.accounts.is_empty(),
        "nothing was stored"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_r3_what_may_no_longer_be_done_is_not_tried_with_a_form_that_was_open() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect(&desk, &provider, Kind::Admin);
    let flow = desk.begin(id, Reach::All).await;
    let change = AvailabilityChange {
        plan: Plan::Free,
        data_center: "us".to_owned(),
        country: None,
    };
    desk.console
        .change_availability(desk.session(), &change)
        .unwrap();
    let end = types(&desk, flow, typed("works", SECRET)).await;
    assert_eq!(end.stage, Stage::Failed);
    assert_eq!(end.failure.unwrap().code, "plan_free");
    assert!(
        provider.got("/api/me").is_empty(),
        "the service is not asked"
    );
    assert!(
        desk.world.catalog().slots(id).unwrap().is_empty(),
        "and nothing is stored"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_who_was_demoted_meanwhile_authorizes_nothing_and_leads_nothing() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect(&desk, &provider, Kind::Admin);
    let rei = desk.joins("Rei", Role::SuperAdmin);
    let founder = desk.founder();
    let flow = desk.begin(id, Reach::All).await;
    let demoted = Member {
        id: founder,
        name: "Ines".to_owned(),
        role: Role::User,
        active: true,
    };
    desk.world.catalog().set_member(&demoted).unwrap();
    let end = types(&desk, flow, typed("works", SECRET)).await;
    assert_eq!(end.failure.unwrap().code, "role_not_allowed");
    assert!(desk.world.catalog().slots(id).unwrap().is_empty(), "{rei}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_more_minutes_are_two_more_minutes_for_a_form_too() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = connect(&desk, &provider, Kind::Admin);
    let flow = desk.begin(id, Reach::All).await;
    let before = desk.console.flow(flow).unwrap();
    desk.console.extend_flow(flow).unwrap();
    until("it has more time", || {
        desk.console.flow(flow).unwrap().deadline > before.deadline
    })
    .await;
    let after = desk.console.flow(flow).unwrap();
    assert_eq!(after.deadline, before.deadline.plus_seconds(120));
    assert_eq!(after.stage, Stage::Waiting, "and waits");
}
