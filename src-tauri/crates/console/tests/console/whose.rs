//! R20 and R21 where a service does not tell whose account was authorized: the very key that sits
//! there goes on without a word, and of anything else a person is asked whose it is.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tsunagi_console::views::{
    ConnectionEdit, FlowView, NewConnection, NewRegistration, RedirectForm, Stage,
};
use tsunagi_console::{AccountAnswer, ConnectionId, FlowId, Reach};
use tsunagi_domain::{AuthorizationId, Environment, Kind, Mode};

use crate::fixture::Desk;
use crate::provider::{Provider, Says, accept, draft, register, tokens};
use crate::typing::{connect_by, connect_client, keyed_from, typed, types};

/// The provider's connector, of a service whose answers tell nothing about an account.
fn silent(provider: &Provider) -> String {
    let told = [
        "id = \"/id\"\n",
        "name = \"/name\"\n",
        "email = \"/email\"\n",
    ];
    told.iter().fold(provider.toml("filing"), |toml, line| {
        assert!(toml.contains(line), "{line} is told");
        toml.replace(line, "")
    })
}

/// A connection of a service that tells nothing, with this key.
async fn with_key(desk: &Desk, provider: &Provider, secret: &str) -> ConnectionId {
    let id = connect_by(desk, &keyed_from(&silent(provider)), Kind::Admin);
    let flow = desk.begin(id, Reach::All).await;
    let end = types(desk, flow, typed("works", secret)).await;
    assert_eq!(end.stage, Stage::Done, "an empty slot: {:?}", end.failure);
    id
}

async fn type_again(desk: &Desk, id: ConnectionId, secret: &str) -> (FlowId, FlowView) {
    let flow = desk.begin(id, Reach::All).await;
    let view = types(desk, flow, typed("works", secret)).await;
    (flow, view)
}

/// The key that a request through the gate carries.
async fn carried(desk: &Desk, provider: &Provider, id: ConnectionId) -> String {
    desk.try_in(id, Environment::Development, "/files")
        .await
        .unwrap();
    let sent = provider.got("/api/files").pop().unwrap();
    sent.authorization.unwrap()
}

fn basic(secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("works:{secret}")))
}

fn sitting(desk: &Desk, id: ConnectionId) -> AuthorizationId {
    desk.world.catalog().slots(id).unwrap()[0].authorization.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_same_key_once_more_is_nobody_else() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = with_key(&desk, &provider, "first").await;
    let before = sitting(&desk, id);
    let (_, view) = type_again(&desk, id, "first").await;
    assert_eq!(view.stage, Stage::Done, "nobody is asked");
    assert_eq!(sitting(&desk, id), before, "the same authorization goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_another_key_is_asked_about_and_keeping_changes_nothing() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = with_key(&desk, &provider, "first").await;
    let (flow, view) = type_again(&desk, id, "second").await;
    assert_eq!(view.stage, Stage::AskWhose, "nothing tells whose it is");
    desk.console.answer_flow(flow, AccountAnswer::Keep).unwrap();
    assert_eq!(desk.ended(flow).await.failure.unwrap().code, "kept");
    assert_eq!(carried(&desk, &provider, id).await, basic("first"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_new_key_of_the_same_account_goes_on_wherever_that_is_used() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = with_key(&desk, &provider, "first").await;
    let second = shared(&desk, id);
    desk.console
        .rename_account(desk.session(), id, Reach::All, "The shop")
        .await
        .unwrap();
    let (flow, view) = type_again(&desk, id, "second").await;
    assert_eq!(view.previous.unwrap().label, "The shop", "as it is called");
    desk.console.answer_flow(flow, AccountAnswer::Same).unwrap();
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    assert_eq!(sitting(&desk, id), sitting(&desk, second), "still shared");
    for id in [id, second] {
        assert_eq!(carried(&desk, &provider, id).await, basic("second"));
    }
    let station = desk.view(id).await.row.stations[0].clone();
    assert_eq!(
        station.account.unwrap().label,
        "The shop",
        "and keeps its name"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_key_of_another_account_takes_one_place_only() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = with_key(&desk, &provider, "first").await;
    let second = shared(&desk, id);
    let (flow, _) = type_again(&desk, id, "second").await;
    desk.console
        .answer_flow(flow, AccountAnswer::Replace)
        .unwrap();
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    assert_eq!(carried(&desk, &provider, id).await, basic("second"));
    assert_eq!(
        carried(&desk, &provider, second).await,
        basic("first"),
        "whoever shared the first keeps it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_sign_in_that_nobody_tells_about_is_asked_about() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let toml = provider.toml("filing");
    let (before, rest) = toml.split_once("[whoami]").unwrap();
    let (_, scopes) = rest.split_once("[[scopes]]").unwrap();
    let silent = format!("{before}[[scopes]]{scopes}");
    accept(&desk, "filing", &silent).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let drafted = draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    let id = desk.console.create(desk.session(), &drafted).unwrap();
    provider.token(Says::json(200, &tokens()));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(
        desk.ended(flow).await.stage,
        Stage::Done,
        "nobody was there"
    );
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "another-code")]).await;
    assert_eq!(desk.asks(flow).await.stage, Stage::AskWhose);
    desk.console.answer_flow(flow, AccountAnswer::Same).unwrap();
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_client_that_authorizes_itself_is_the_account() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    provider.who(Says::json(200, &json!({})));
    let id = connect_client(&desk, &provider);
    let end = desk.authorize(id, Reach::All).await;
    assert_eq!(
        end.account.unwrap().label,
        "client-of-ours",
        "nobody signs in: it is the client (RFC 9068 §2.2)"
    );
    let end = desk.authorize(id, Reach::All).await;
    assert_eq!(end.stage, Stage::Done, "the same client again");

    let drafted = desk
        .console
        .registration_draft(desk.session(), &RedirectForm::LoopbackAnyPort)
        .unwrap();
    let other = NewRegistration {
        id: drafted.id,
        connector: "filing".to_owned(),
        name: "Theirs".to_owned(),
        client_id: "client-of-theirs".to_owned(),
        client_secret: Some("client-secret-of-theirs".to_owned()),
        redirect: RedirectForm::LoopbackAnyPort,
    };
    let other = desk.console.add_registration(desk.session(), &other);
    let edit = ConnectionEdit {
        name: "Filing".to_owned(),
        scopes: vec!["files.read".to_owned()],
        mode: Mode::Same,
        registration: Some(other.unwrap().id),
        settings: BTreeMap::new(),
    };
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    let flow = desk.begin(id, Reach::All).await;
    assert_eq!(
        desk.asks(flow).await.stage,
        Stage::AskReplace,
        "another client is another account"
    );
    desk.console.answer_flow(flow, AccountAnswer::Same).unwrap();
    desk.console.answer_flow(flow, AccountAnswer::Keep).unwrap();
    assert_eq!(
        desk.ended(flow).await.failure.unwrap().code,
        "kept",
        "they are known to differ: that they are the same is no answer"
    );
}

/// A second connection that uses the authorization of the first (R21).
fn shared(desk: &Desk, first: ConnectionId) -> ConnectionId {
    let drafted = NewConnection {
        scopes: Vec::new(),
        reuse: Some(first),
        ..draft("Second", Kind::Admin, Mode::Same, None)
    };
    desk.console.create(desk.session(), &drafted).unwrap()
}
