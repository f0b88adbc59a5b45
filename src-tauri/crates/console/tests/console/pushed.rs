//! RFC 9126 as a person meets it: the request is handed to the provider before any page is open,
//! and anew for each page.

use std::collections::BTreeMap;

use serde_json::json;
use tsunagi_console::views::{AgentKind, RedirectForm, Stage};
use tsunagi_console::{ConnectionId, FlowId, Reach};
use tsunagi_domain::{Environment, Kind, Mode};
use url::Url;

use crate::fixture::{Desk, Person, arrive, until};
use crate::provider::{Provider, REFERENCE, Says, accept, draft, reference, register};

/// A connection at a provider that requests are pushed to, and a person who waits.
async fn connected(desk: &Desk) -> (Provider, ConnectionId) {
    let provider = Provider::start().await;
    let token = format!("token = \"{}/token\"", provider.origin);
    let par = format!("par = \"{}/par\"\n{token}", provider.origin);
    let toml = provider.toml("filing").replace(&token, &par);
    accept(desk, "filing", &toml).unwrap();
    let registration = register(desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft = draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    let id = desk.console.create(desk.session(), &draft).unwrap();
    desk.world.agent.person(Person::Waits);
    (provider, id)
}

fn query(url: &Url) -> BTreeMap<String, String> {
    url.query_pairs().into_owned().collect()
}

/// An address that refers to a pushed request, and says nothing of it.
fn refers(provider: &Provider, url: &Url) {
    assert!(
        url.as_str()
            .starts_with(&format!("{}/authorize?", provider.origin))
    );
    let expected = [("client_id", "client-of-ours"), ("request_uri", REFERENCE)];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(query(url), expected.into());
}

/// Brings home what the provider answers to the last request that was pushed.
async fn answers(desk: &Desk, provider: &Provider, flow: FlowId) {
    let pushed = provider.got("/par").pop().unwrap().form;
    let mut url = Url::parse(&pushed["redirect_uri"]).unwrap();
    url.query_pairs_mut()
        .append_pair("code", "a-code")
        .append_pair("state", &pushed["state"]);
    arrive(&desk.world.agent.visit(flow), url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc9126_the_request_is_pushed_and_the_page_is_opened_by_reference() {
    let desk = Desk::empty();
    let (provider, id) = connected(&desk).await;
    let flow = desk.begin(id, Reach::All).await;
    refers(&provider, &desk.world.agent.visit(flow).url);
    let pushed = provider.got("/par");
    assert_eq!(pushed.len(), 1, "once for one page");
    let form = &pushed[0].form;
    assert_eq!(form["client_secret"], "client-secret-of-ours");
    assert_eq!(form["scope"], "files.read");
    assert_eq!(form["code_challenge_method"], "S256");

    answers(&desk, &provider, flow).await;
    let end = desk.ended(flow).await;
    assert_eq!(end.stage, Stage::Done, "{:?}", end.failure);
    let tried = desk.try_in(id, Environment::Production, "/files").await;
    assert!(tried.unwrap().ok, "and it works");

    let timeline = desk.console.timeline(desk.session(), id).unwrap();
    let told: Vec<_> = timeline[0].steps.iter().map(|step| &*step.text).collect();
    assert!(
        told[0].contains("handed to the service") && told[1].contains("page was opened"),
        "in the order of things: {told:?}"
    );
    let wire: String = timeline[0]
        .steps
        .iter()
        .flat_map(|step| step.wire.clone())
        .collect();
    assert!(
        wire.contains("/par") && wire.contains("scope=files.read"),
        "{wire}"
    );
    let secrets = ["state", "code_challenge", "client_secret"].map(|name| form[name].as_str());
    for secret in secrets.into_iter().chain([REFERENCE]) {
        assert!(!wire.contains(secret), "{secret}: {wire}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_has_a_reference_of_its_own() {
    let desk = Desk::empty();
    let (provider, id) = connected(&desk).await;
    let agent = &desk.world.agent;
    let flow = desk.begin(id, Reach::All).await;
    let mut second = reference();
    second["request_uri"] = json!("urn:ietf:params:oauth:request_uri:two");
    provider.par(Says::json(201, &second));
    desk.console.flow_in_browser(flow).unwrap();
    until("the browser is opened", || {
        agent.visit(flow).kind == AgentKind::Browser
    })
    .await;
    assert_eq!(
        query(&agent.visit(flow).url)["request_uri"],
        "urn:ietf:params:oauth:request_uri:two",
        "the first is used up"
    );
    // The tab was closed: once more.
    until("the flow is in the browser", || {
        desk.console.flow(flow).unwrap().agent == AgentKind::Browser
    })
    .await;
    provider.par(Says::json(201, &reference()));
    desk.console.flow_in_browser(flow).unwrap();
    until("it is opened once more", || !agent.browsed().is_empty()).await;
    refers(&provider, &agent.browsed()[0]);

    let pushed = provider.got("/par");
    assert_eq!(pushed.len(), 3);
    assert!(
        pushed.iter().all(|got| got.form == pushed[0].form),
        "the same request each time: whichever page is answered, it is this attempt's"
    );
    answers(&desk, &provider, flow).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_taken_anywhere_with_a_request_that_is_refused() {
    let desk = Desk::empty();
    let (provider, id) = connected(&desk).await;
    let refusal = json!({"error": "invalid_scope", "error_description": "No such papers"});
    provider.par(Says::json(400, &refusal));
    let session = desk.session();
    let begun = desk.console.authorize(session, id, Reach::All, None).await;
    assert_eq!(begun.unwrap_err().code, "token_error");
    assert!(desk.world.agent.visits.lock().unwrap().is_empty());
    let timeline = desk.console.timeline(session, id).unwrap();
    assert_eq!(timeline[0].outcome.as_deref(), Some("token_error"));
    assert!(
        !timeline[0].ok && timeline[0].summary.contains("No such papers"),
        "in the provider's words: {}",
        timeline[0].summary
    );

    // Nothing is left of it that would be in the way.
    provider.par(Says::json(201, &reference()));
    let flow = desk.begin(id, Reach::All).await;
    answers(&desk, &provider, flow).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
}
