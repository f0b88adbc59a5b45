//! Every way a sign-in can go wrong: its own code, a sentence and a help in both languages,
//! nothing stored, and a console that works on.

use serde_json::json;
use tsunagi_console::agent::Sighting;
use tsunagi_console::views::{Locale, RedirectForm, Stage};
use tsunagi_console::{ConnectionId, FlowId, Reach, messages};
use tsunagi_domain::{Health, Kind, Mode, NotConnected};
use tsunagi_practice::{Fault, Faults};

use crate::fixture::{AIKO, Desk, Person};
use crate::provider::{Provider, Says, register, tokens};

/// The flow ended with this code and stored nothing; then a sound sign-in works.
async fn ended_with(desk: &Desk, id: ConnectionId, flow: FlowId, code: &str) {
    let view = desk.ended(flow).await;
    assert_eq!(view.stage, Stage::Failed, "{code}: the flow failed");
    let failure = view.failure.expect(code);
    assert_eq!(failure.code, code, "its own code: {}", failure.message);
    for locale in [Locale::En, Locale::Ja] {
        let key = format!("error.{code}");
        assert!(
            messages::find(locale, &key).is_some(),
            "{key} in {locale:?}"
        );
        assert!(
            messages::find(locale, &format!("{key}.help")).is_some(),
            "{key}.help in {locale:?}"
        );
    }
    assert!(
        !failure.message.contains('{') && !failure.message.contains("error."),
        "a whole sentence: {}",
        failure.message
    );
    assert!(!failure.help.is_empty(), "{code}: what to do");
    let catalog = desk.world.catalog();
    assert!(
        catalog.slots(id).unwrap().is_empty(),
        "{code}: no slot is filled"
    );
    assert!(
        catalog.sealed_authorizations(None, 10).unwrap().is_empty(),
        "{code}: no credential is stored"
    );
    let timeline = desk.console.timeline(desk.session(), id).unwrap();
    let told = timeline.iter().find(|record| record.id == flow).unwrap();
    assert_eq!(told.outcome.as_deref(), Some(code), "the timeline says it");
    assert!(!told.ok, "{code}: as a failure");
    assert!(
        told.steps
            .iter()
            .any(|step| !step.ok && step.help.is_some()),
        "{code}: the step that failed says what to do"
    );
    let health = desk.view(id).await.row.stations[0].health;
    assert_eq!(
        health,
        Health::NotConnected(NotConnected::NeverAuthorized),
        "{code}: as before"
    );
}

/// And then it works.
async fn works_on(desk: &Desk, id: ConnectionId) {
    let end = desk.authorize(id, Reach::All).await;
    assert_eq!(
        end.stage,
        Stage::Done,
        "usable afterwards: {:?}",
        end.failure
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_says_no_closes_the_window_or_takes_too_long() {
    let (desk, id) = Desk::practice();
    let agent = &desk.world.agent;
    agent.person(Person::Denies(AIKO));
    let flow = desk.begin(id, Reach::All).await;
    ended_with(&desk, id, flow, "consent_denied").await;

    agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    agent.sees(flow, Sighting::Closed);
    ended_with(&desk, id, flow, "window_closed").await;

    let flow = desk.begin(id, Reach::All).await;
    agent.sees(flow, Sighting::Dismissed);
    ended_with(&desk, id, flow, "cancelled").await;

    let flow = desk.begin(id, Reach::All).await;
    desk.console.cancel_flow(flow).unwrap();
    ended_with(&desk, id, flow, "cancelled").await;

    let flow = desk.begin(id, Reach::All).await;
    desk.world.clock.pass(181);
    ended_with(&desk, id, flow, "timed_out").await;
    assert!(
        agent.pages_closed.lock().unwrap().contains(&flow),
        "the provider's page does not stay open"
    );

    for code in ["page_unreachable", "window_failed"] {
        let flow = desk.begin(id, Reach::All).await;
        agent.sees(flow, Sighting::Failed(code));
        ended_with(&desk, id, flow, code).await;
    }
    agent.person(Person::Allows(AIKO));
    works_on(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_cannot_open_a_page_ends_the_flow() {
    let (desk, id) = Desk::practice();
    *desk.world.agent.refuses.lock().unwrap() = Some("browser_missing");
    let begun = desk.console.authorize(desk.session(), id, Reach::All, None);
    let flow = begun.await.unwrap();
    let view = desk.ended(flow).await;
    assert_eq!(view.failure.unwrap().code, "browser_missing");
    *desk.world.agent.refuses.lock().unwrap() = None;
    works_on(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_do_not_belong_to_the_sign_in() {
    let (desk, id) = Desk::practice();
    let practice = &desk.world.practice;
    let cases = [
        (Fault::WrongState, "state_mismatch", true),
        (Fault::WrongIssuer, "issuer_mismatch", true),
        (Fault::WrongNonce, "nonce_mismatch", false),
        (Fault::WrongIssuer, "id_token_invalid", false),
        (Fault::ServerError, "callback_error", true),
    ];
    for (fault, code, at_authorize) in cases {
        let mut faults = Faults::default();
        if at_authorize {
            faults.authorize = Some(fault);
        } else {
            faults.token = Some(fault);
        }
        practice.set(faults);
        let flow = desk.begin(id, Reach::All).await;
        ended_with(&desk, id, flow, code).await;
    }
    practice.set(Faults::default());
    works_on(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_played_by_hand() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    // RFC 9207: an issuer that should be there and is not.
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    ended_with(&desk, id, flow, "issuer_mismatch").await;

    // Whatever an agent reports, the address is read again.
    let flow = desk.begin(id, Reach::All).await;
    let visit = desk.world.agent.visit(flow);
    let mut elsewhere = crate::fixture::redirect(&visit, &[("code", "a-code")]);
    elsewhere.set_path("/callback/elsewhere");
    desk.world.agent.sees(flow, Sighting::Callback(elsewhere));
    ended_with(&desk, id, flow, "redirect_mismatch").await;

    let issuer = format!("http://{}", desk.view(id).await.host);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("iss", &issuer)]).await;
    ended_with(&desk, id, flow, "callback_invalid").await;

    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("iss", &issuer), ("code", "made-up")])
        .await;
    ended_with(&desk, id, flow, "invalid_grant").await;

    let flow = desk.begin(id, Reach::All).await;
    let fields = [("iss", issuer.as_str()), ("error", "invalid_scope")];
    desk.answers(flow, &fields).await;
    ended_with(&desk, id, flow, "callback_error").await;

    // A callback that comes after the time is over is too late, however fast it is read.
    let flow = desk.begin(id, Reach::All).await;
    desk.world.clock.pass(200);
    desk.answers(flow, &[("iss", &issuer), ("code", "a-code")])
        .await;
    ended_with(&desk, id, flow, "timed_out").await;
    desk.world.agent.person(Person::Allows(AIKO));
    works_on(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_endpoints_that_answer_nonsense() {
    let (desk, id) = Desk::practice();
    let practice = &desk.world.practice;
    let cases = [
        (Fault::Html, "html_answer"),
        (Fault::OkWithError, "token_error"),
        (Fault::Empty, "empty_answer"),
        (Fault::Malformed, "malformed_answer"),
        (Fault::Huge, "answer_too_large"),
        (Fault::ServerError, "provider_status"),
        (
            Fault::TooMany {
                retry_after: Some(3),
            },
            "provider_status",
        ),
        (Fault::ClientRefused, "client_refused"),
        (Fault::CutOff, "unreachable"),
    ];
    for (fault, code) in cases {
        practice.set(Faults {
            token: Some(fault),
            ..Faults::default()
        });
        let flow = desk.begin(id, Reach::All).await;
        ended_with(&desk, id, flow, code).await;
    }
    practice.set(Faults {
        token: Some(Fault::NoExpiresIn),
        ..Faults::default()
    });
    works_on(&desk, id).await;
    let card = desk.view(id).await.environments[0].clone();
    assert_eq!(card.expires_at, None, "nobody said when it ends");
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "a token without expires_in works"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_does_not_say_who_signed_in_gets_its_tokens_back() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    for (says, code) in [
        (Says::json(403, &json!({})), "service_unreachable"),
        (
            Says::raw(200, "text/html", "<p>hello"),
            "service_unreachable",
        ),
    ] {
        provider.who(says);
        let flow = desk.begin(id, Reach::All).await;
        desk.answers(flow, &[("code", "a-code")]).await;
        ended_with(&desk, id, flow, code).await;
        let handed_back = provider.got("/revoke");
        assert!(
            handed_back
                .iter()
                .any(|got| got.form["token"] == "refresh-one"),
            "tokens that are not kept are revoked at the provider"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_address_that_is_not_there() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let closed = {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.local_addr().unwrap()
    };
    let token = format!("token = \"{}/token\"", provider.origin);
    let toml = provider
        .toml("filing")
        .replace(&token, &format!("token = \"http://{closed}/token\""))
        .replace("hosts = [", &format!("hosts = [\"http://{closed}\", "));
    crate::provider::accept(&desk, "filing", &toml).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft = crate::provider::draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    let id = desk.console.create(desk.session(), &draft).unwrap();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    ended_with(&desk, id, flow, "unreachable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_the_provider_does_not_know() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let error = json!({"error": "invalid_client", "error_description": "No such client"});
    provider.token(Says::json(401, &error));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    ended_with(&desk, id, flow, "client_refused").await;
    let view = desk.console.flow(flow).unwrap();
    let said = view.failure.unwrap().message;
    assert!(
        said.contains("No such client"),
        "in the provider's words: {said}"
    );

    // R23: a host the answer names must be one of the connector's.
    let mut answered = tokens();
    answered["api_domain"] = json!("https://elsewhere.example");
    provider.token(Says::json(200, &answered));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    ended_with(&desk, id, flow, "host_not_listed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stores_nothing_and_says_so() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    // The answer is far larger than what is left.
    let mut large = tokens();
    large["access_token"] = json!("a".repeat(400_000));
    provider.token(Says::json(200, &large));
    let flow = desk.begin(id, Reach::All).await;
    let catalog = desk.world.catalog();
    desk.console.limit_pages(1).unwrap();
    desk.answers(flow, &[("code", "a-code")]).await;
    let view = desk.ended(flow).await;
    assert_eq!(view.failure.unwrap().code, "disk_full", "its own code");
    assert!(
        catalog.slots(id).unwrap().is_empty(),
        "nothing is half stored"
    );
    assert!(
        provider
            .got("/revoke")
            .iter()
            .any(|got| got.form["token"] == "refresh-one"),
        "and the tokens were handed back"
    );
    let registration = desk.view(id).await.row.id;
    assert_eq!(registration, id, "what was there can still be read");
    let registration = catalog.connection(id).unwrap().unwrap().registration;
    let mut made = 1;
    let refused = loop {
        let name = format!("Other {made}");
        let draft = crate::provider::draft(&name, Kind::Admin, Mode::Same, registration);
        match desk.console.create(desk.session(), &draft) {
            Ok(_) => made += 1,
            Err(error) => break error,
        }
        assert!(made < 2000, "the disk is full at last");
    };
    assert_eq!(refused.code, "disk_full");
    let there = catalog.connections_of_connector("filing").unwrap().len();
    assert_eq!(there, made, "and nothing was half made");
    desk.console.limit_pages(1_000_000).unwrap();
    provider.token(Says::json(200, &tokens()));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(
        desk.ended(flow).await.stage,
        Stage::Done,
        "once there is room it works"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fewer_scopes_than_asked_for_are_stored_and_not_connected() {
    let (desk, id) = Desk::practice();
    desk.world.practice.set(Faults {
        withhold_scopes: vec!["contacts.read".to_owned()],
        ..Faults::default()
    });
    let end = desk.authorize(id, Reach::All).await;
    assert_eq!(end.stage, Stage::Done, "it is stored: {:?}", end.failure);
    assert_eq!(
        end.failure.unwrap().code,
        "scopes_missing",
        "and it is said"
    );
    let station = desk.view(id).await.row.stations[0].clone();
    let missing = Health::NotConnected(NotConnected::ScopesMissing);
    assert_eq!(station.health, missing);
    assert_eq!(station.missing_scopes, 1, "how many");
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(start.needing, 1, "tray and Home say what the list says");
    desk.world.practice.set(Faults::default());
    works_on(&desk, id).await;
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(start.needing, 0, "granted at last");
}
