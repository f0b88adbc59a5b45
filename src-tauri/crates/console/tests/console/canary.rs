//! Marked secrets go through every path, and nothing that is shown or written holds one.

use std::fmt::Debug;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::json;
use tsunagi_console::views::{InventoryForm, RedirectForm, Stage, TryRequest};
use tsunagi_console::{AccountAnswer, Reach};
use tsunagi_domain::{Environment, Kind, Mode};

use crate::fixture::{Desk, Person, files};
use crate::provider::{Provider, Says, account};

/// What would be looked for by somebody who looks.
const CODE: &str = "canary code/4+7=";
const ACCESS: &str = "canary-access/\"quoted\"/4+7=";
const REFRESH: &str = "canary-refresh/\"quoted\"/4+7=";
const CLIENT: &str = "client-secret-of-ours";

/// Everything that was shown, as text.
#[derive(Default)]
struct Seen(Vec<(String, Vec<u8>)>);

impl Seen {
    fn view<T: Serialize>(&mut self, what: &str, value: &T) {
        self.0
            .push((what.to_owned(), serde_json::to_vec(value).unwrap()));
    }

    fn debug<T: Debug>(&mut self, what: &str, value: &T) {
        self.0
            .push((what.to_owned(), format!("{value:?}").into_bytes()));
    }

    fn holds_none(&self) {
        for secret in [CODE, ACCESS, REFRESH, CLIENT] {
            for form in forms(secret) {
                for (what, bytes) in &self.0 {
                    let found = bytes
                        .windows(form.len())
                        .any(|window| window == form.as_bytes());
                    assert!(!found, "{what} holds {form}");
                }
            }
        }
    }
}

pub(crate) fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    // Base64 of a longer text holds that of the secret at one of three offsets.
    let mut forms = vec![
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        url.replace('+', "%20"),
        url,
    ];
    for offset in 0..3 {
        let padded = [vec![b'x'; offset], secret.as_bytes().to_vec()].concat();
        for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
            let text = engine.encode(&padded);
            let whole = text.trim_end_matches('=');
            forms.push(whole[offset + 1..whole.len() - 2].to_owned());
        }
    }
    forms
}

async fn look_at_everything(desk: &Desk, id: tsunagi_console::ConnectionId, seen: &mut Seen) {
    let (console, session) = (&desk.console, desk.session());
    seen.view("start", &console.start(session).unwrap());
    seen.view("home", &console.home_view(session).unwrap());
    seen.view(
        "list",
        &console.connections(session, &Default::default()).unwrap(),
    );
    seen.view(
        "details",
        &console.connection_view(session, id).await.unwrap(),
    );
    seen.view("timeline", &console.timeline(session, id).unwrap());
    seen.view("gallery", &console.gallery(session).unwrap());
    seen.view("service", &console.service(session, "filing").unwrap());
    seen.view(
        "service's page",
        &console.service_page(session, "filing").unwrap(),
    );
    seen.view("connectors", &console.connectors(session).unwrap());
    for form in [InventoryForm::Csv, InventoryForm::Html] {
        // The files are looked through below.
        seen.view(
            "inventory",
            &console.write_inventory(session, form).unwrap(),
        );
    }
    seen.view("definitions", &console.export_definitions(session).unwrap());
    seen.debug("tray", &console.tray(session));
    seen.debug("console", console);
    for view in desk.world.bell.flows.lock().unwrap().iter() {
        seen.view("flow", view);
        seen.debug("flow", view);
    }
    for visit in desk.world.agent.visits.lock().unwrap().iter() {
        seen.debug("visit", visit);
    }
    console.close().await;
    seen.0.extend(files(desk.world.home.path()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_view_error_debug_or_file_holds_a_secret() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::LoggedInUser, Mode::Same);
    let mut seen = Seen::default();
    let says = |lifetime: u32| {
        let body = json!({
            "access_token": ACCESS, "refresh_token": REFRESH,
            "token_type": "Bearer", "expires_in": lifetime,
        });
        Says::json(200, &body)
    };
    desk.world.agent.person(Person::Waits);
    // A failure that repeats what it was sent.
    let echo = format!("bad code {CODE} of {CLIENT}");
    let error = json!({"error": "invalid_grant", "error_description": echo});
    provider.token(Says::json(400, &error));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", CODE)]).await;
    let end = desk.ended(flow).await;
    assert_eq!(end.stage, Stage::Failed, "the provider said no");
    seen.view("failed flow", &end);

    provider.token(says(3600));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", CODE)]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    look_at_everything(&desk, id, &mut seen).await;

    // Used, answered with the credential itself, and renewed.
    let api = |says: Says| *provider.inner.api.lock().unwrap() = says;
    api(Says::json(
        200,
        &json!({"files": [], "refresh_token": "something else"}),
    ));
    let answer = desk.try_it_at(id, "/files").await.unwrap();
    assert!(
        !answer.body.contains("something else"),
        "fields named like secrets are masked"
    );
    seen.view("answer", &answer);
    api(Says::raw(
        200,
        "text/plain",
        format!("you sent Bearer {ACCESS}"),
    ));
    let answer = desk.try_it_at(id, "/files").await.unwrap();
    assert!(
        answer.ok && !answer.body.contains("Bearer"),
        "an echo is not shown"
    );
    seen.view("echo", &answer);
    desk.world.clock.pass(4000);
    seen.view("renewed", &desk.try_it_at(id, "/files").await.unwrap());
    let used = provider.got("/api/files");
    assert!(
        used.iter()
            .all(|got| got.authorization.as_deref() == Some(&format!("Bearer {ACCESS}"))),
        "the service itself got the credential"
    );
    assert!(
        provider
            .got("/token")
            .iter()
            .any(|got| got.form.get("refresh_token").map(String::as_str) == Some(REFRESH))
    );

    // Renewals that fail, repeating what they were sent.
    desk.world.clock.pass(4000);
    // The code is used up by now: nobody knows it any more, here or there.
    let echo = format!("bad token {REFRESH} of {CLIENT}");
    let error = json!({"error": "invalid_request", "error_description": echo});
    provider.token(Says::json(400, &error));
    let failed = desk.try_it_at(id, "/files").await.unwrap_err();
    seen.debug("failed renewal", &failed);
    seen.view("failed renewal", &desk.console.failure(&failed));
    provider.token(says(3600));
    desk.world.clock.pass(60);
    assert!(desk.try_it_at(id, "/files").await.unwrap().ok, "it passed");

    // Another account comes and is sent away; then it is revoked, with a fault.
    provider.who(Says::json(200, &account("two")));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", CODE)]).await;
    seen.view("question", &desk.asks(flow).await);
    desk.console.answer_flow(flow, AccountAnswer::Keep).unwrap();
    desk.ended(flow).await;
    *provider.inner.revoke.lock().unwrap() = Says::json(400, &error);
    let outcome = desk.console.revoke(desk.session(), id, Reach::All).await;
    seen.view("revoked", &outcome.unwrap());
    let refused = desk.try_it_at(id, "/files").await.unwrap_err();
    seen.debug("refused", &refused);
    look_at_everything(&desk, id, &mut seen).await;
    let form = RedirectForm::LoopbackAnyPort;
    seen.view(
        "draft",
        &desk
            .console
            .registration_draft(desk.session(), &form)
            .unwrap(),
    );
    let request = TryRequest {
        connection: id,
        environment: Environment::Stage,
        path: "/files?q=1".to_owned(),
    };
    seen.debug("request", &request);
    seen.holds_none();
}

#[test]
fn the_forms_looked_for_are_those_a_secret_is_written_in() {
    let header = STANDARD.encode(format!("client:{CLIENT}"));
    assert!(
        forms(CLIENT)
            .iter()
            .any(|form| header.contains(form.as_str())),
        "base64 of a header is found: {header}"
    );
    let body: String = url::form_urlencoded::byte_serialize(REFRESH.as_bytes()).collect();
    assert!(forms(REFRESH).contains(&body), "a form's body is found");
}
