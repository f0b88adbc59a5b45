//! Invoke URL: calls that are kept and sent by hand, and what they are copied as.

use tsunagi_areas::call::{Body, Call, Language, Method, Pair};
use tsunagi_console::views::{CallDraft, ListQuery, WorkKind};
use tsunagi_console::{ApplicationId, ConnectionId, ConsoleError, Environment, Reach};
use tsunagi_domain::{Edition, Kind, Member, Mode, Role};
use tsunagi_practice::Faults;

use crate::fixture::{Desk, until};

const LIVE: Environment = Environment::Production;

/// A workspace with an application that may use the practice connection.
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

fn draft(application: ApplicationId, connection: ConnectionId, call: Call) -> CallDraft {
    CallDraft {
        id: None,
        version: None,
        application,
        environment: LIVE,
        name: "Ask for contacts".to_owned(),
        connection: Some(connection),
        call,
    }
}

fn code<T>(outcome: Result<T, ConsoleError>) -> String {
    outcome.map_or_else(|error| error.code, |_| "allowed".to_owned())
}

/// A name that tells what was used twice.
fn post(name: &str) -> Call {
    Call {
        method: Method::Post,
        body: Body::Json {
            text: format!("{{\"name\":\"{name}\"}}"),
        },
        ..Call::get("/contacts")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_sent_shown_and_recorded() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let mut call = Call::get("/contacts");
    call.query.push(Pair::on("limit", "1"));
    let sent = draft(application, id, call);
    let answer = desk.console.send_call(desk.session(), &sent).await.unwrap();
    assert_eq!((answer.status, answer.ok), (200, true));
    assert_eq!(answer.account, "aiko@practice.example");
    assert!(answer.address.ends_with("/api/contacts"));

    let bad = draft(application, id, Call::get("/nothing-there"));
    let answer = desk.console.send_call(desk.session(), &bad).await.unwrap();
    assert_eq!(answer.status, 404, "an answer with an error is an answer");

    let console = &desk.console;
    let history = console
        .call_history(desk.session(), id, LIVE)
        .await
        .unwrap();
    let told: Vec<_> = history
        .iter()
        .map(|run| {
            (
                run.method.as_str(),
                run.path.as_str(),
                run.status,
                &*run.who,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("GET", "/api/nothing-there", Some(404), "Ines"),
            ("GET", "/api/contacts", Some(200), "Ines"),
        ],
        "the latest first, and no query: it may hold secrets"
    );
    let elsewhere = console
        .call_history(desk.session(), id, Environment::Stage)
        .await;
    assert!(elsewhere.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_a_refused_call_sends_nothing_and_is_recorded_with_its_code() {
    let (desk, application, id) = orders();
    let console = &desk.console;
    let call = draft(application, id, Call::get("/contacts"));
    let never = console.send_call(desk.session(), &call).await;
    assert_eq!(code(never), "member_not_authorized");
    desk.authorize(id, Reach::All).await;
    let with = |name: &str, value: &str| {
        let mut call = Call::get("/contacts");
        call.headers.push(Pair::on(name, value));
        draft(application, id, call)
    };
    for name in ["Authorization", "cookie", "Host", "Proxy-Authorization"] {
        let own = console.send_call(desk.session(), &with(name, "mine")).await;
        assert_eq!(code(own), "header_reserved", "R23: {name}");
    }
    let away = draft(application, id, Call::get("https://elsewhere.example/a"));
    let away = console.send_call(desk.session(), &away).await;
    assert_eq!(code(away), "host_not_listed", "R23");
    console
        .grant_application(desk.session(), application, id, false)
        .unwrap();
    let gone = console.send_call(desk.session(), &call).await;
    assert_eq!(code(gone), "application_no_access");

    let history = console
        .call_history(desk.session(), id, LIVE)
        .await
        .unwrap();
    let codes: Vec<String> = history
        .iter()
        .map(|run| {
            run.refused
                .as_ref()
                .map_or("", |failure| &failure.code)
                .to_owned()
        })
        .collect();
    assert_eq!(
        codes,
        [
            "application_no_access",
            "host_not_listed",
            "header_reserved",
            "header_reserved",
            "header_reserved",
            "header_reserved",
            "member_not_authorized",
        ]
    );
    assert!(history.iter().all(|run| run.status.is_none()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_is_refused_before_the_gate() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let console = &desk.console;
    let broken = Call {
        method: Method::Post,
        body: Body::Json {
            text: "{\n\"name\": }".to_owned(),
        },
        ..Call::get("/contacts")
    };
    let refused = console
        .send_call(desk.session(), &draft(application, id, broken))
        .await
        .unwrap_err();
    assert_eq!(refused.code, "call_json");
    assert!(
        console.failure(&refused).message.contains("line 2"),
        "the place is told"
    );
    let nothing = CallDraft {
        connection: None,
        ..draft(application, id, Call::get("/contacts"))
    };
    let refused = console.send_call(desk.session(), &nothing).await;
    assert_eq!(code(refused), "call_connection_needed");
    let history = console
        .call_history(desk.session(), id, LIVE)
        .await
        .unwrap();
    assert!(history.is_empty(), "nothing reached the gate");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_a_kept_call_is_a_use_and_goes_where_its_connection_goes() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let (console, session) = (&desk.console, desk.session());
    let kept = console
        .keep_call(session, draft(application, id, post("Ben")))
        .unwrap();
    let uses = console.used_in(session, id).unwrap().uses;
    assert_eq!(
        (uses[0].area.as_str(), uses[0].name.as_str()),
        ("invoke_url", "Ask for contacts")
    );
    assert_eq!(uses[0].item, kept.id, "where one finds it");
    assert!(uses[0].stopped.is_none(), "it can be sent");
    assert_eq!(
        code(console.delete_connection(session, id).await),
        "still_used"
    );

    let other = desk.create_practice("Other CRM", Kind::Admin, Mode::Same);
    console
        .grant_application(session, application, other, true)
        .unwrap();
    let moved = CallDraft {
        connection: Some(other),
        name: "Add Ben".to_owned(),
        ..kept.clone()
    };
    let moved = console.keep_call(session, moved).unwrap();
    assert_eq!(console.used_in(session, id).unwrap().uses.len(), 0);
    let view = console.calls(session, application, LIVE).await.unwrap();
    assert_eq!(view.calls.len(), 1);
    assert_eq!(view.calls[0].name, "Add Ben");
    assert_eq!(
        view.calls[0].stopped.as_ref().map(|failure| &*failure.code),
        Some("not_connected"),
        "the list says why it cannot be sent"
    );
    assert_eq!(
        view.connections.len(),
        2,
        "what it may go through, and no more"
    );

    let late = console.keep_call(session, kept);
    assert_eq!(code(late), "stale", "another window has stored it since");
    console.delete_call(session, moved.id.unwrap()).unwrap();
    assert_eq!(console.used_in(session, other).unwrap().uses.len(), 0);
    assert_eq!(code(console.call(session, moved.id.unwrap())), "missing");
    let subject = format!("item/{}", moved.id.unwrap());
    let events = desk.world.catalog().events(Some(&subject), None, 9);
    let told: Vec<String> = events
        .unwrap()
        .into_iter()
        .map(|entry| entry.event.action)
        .collect();
    assert_eq!(told, ["call.deleted", "call.kept", "call.kept"]);
}

#[test]
fn r23_a_header_that_no_caller_may_set_is_not_kept_either() {
    let (desk, application, id) = orders();
    let (console, session) = (&desk.console, desk.session());
    for name in [
        "Authorization",
        "authorization ",
        "Cookie",
        "HOST",
        "Proxy-Authorization",
        "proxy-connection",
    ] {
        for on in [true, false] {
            let mut draft = draft(application, id, post("Ben"));
            draft.call.headers.push(Pair {
                on,
                ..Pair::on(name, "Bearer typed-in-by-hand")
            });
            let refused = console.keep_call(session, draft);
            assert_eq!(code(refused), "header_reserved", "{name:?}, sent: {on}");
        }
    }
    let kept = desk.world.catalog().items(application, LIVE, "invoke_url");
    assert_eq!(kept.unwrap(), [], "and nothing of it is stored");
    let mut fine = draft(application, id, post("Ben"));
    fine.call.headers.push(Pair::on("X-Trace", "7"));
    console.keep_call(session, fine).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_a_call_is_not_kept_through_what_its_application_may_not_use() {
    let (desk, application, id) = orders();
    let (console, session) = (&desk.console, desk.session());
    let other = desk.create_practice("Other CRM", Kind::Admin, Mode::Same);
    let refused = console.keep_call(session, draft(application, other, post("Ben")));
    assert_eq!(code(refused), "application_no_access");
    for name in ["", "  ", "a\nb", &"a".repeat(10_000)] {
        let named = CallDraft {
            name: name.to_owned(),
            ..draft(application, id, post("Ben"))
        };
        assert_ne!(
            code(console.keep_call(session, named)),
            "allowed",
            "{name:.9}"
        );
    }
    let view = console.calls(session, application, LIVE).await.unwrap();
    assert!(view.calls.is_empty(), "nothing was half-written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_calls_are_the_managers() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let kept = desk
        .console
        .keep_call(desk.session(), draft(application, id, post("Ben")))
        .unwrap();
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
        (
            "list",
            code(console.calls(session, application, LIVE).await),
        ),
        ("open", code(console.call(session, item))),
        ("keep", code(console.keep_call(session, kept.clone()))),
        ("delete", code(console.delete_call(session, item))),
        ("send", code(console.send_call(session, &kept).await)),
        (
            "copy",
            code(console.call_code(session, &kept, Language::Curl).await),
        ),
        (
            "history",
            code(console.call_history(session, id, LIVE).await),
        ),
    ] {
        assert_eq!(refused, "role_not_allowed", "{door}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_waits_can_be_stopped_and_says_what_nobody_knows() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    desk.world.practice.set(Faults {
        slow_millis: Some(600_000),
        ..Faults::default()
    });
    let (console, session) = (desk.console.clone(), desk.session());
    let sent = draft(application, id, post("Ben"));
    let waiting = tokio::spawn({
        let console = console.clone();
        async move { console.send_call(session, &sent).await }
    });
    until("the call waits", || {
        console.work(session, WorkKind::Call).unwrap().is_some()
    })
    .await;
    console.stop_work(session, WorkKind::Call).unwrap();
    assert_eq!(code(waiting.await.unwrap()), "call_stopped");
    assert!(console.work(session, WorkKind::Call).unwrap().is_none());
    let history = console.call_history(session, id, LIVE).await.unwrap();
    let refused = history[0].refused.as_ref().expect("it is recorded");
    assert_eq!(refused.code, "call_stopped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_copied_holds_a_placeholder_and_no_credential() {
    let (desk, application, id) = orders();
    let (console, session) = (&desk.console, desk.session());
    let call = draft(application, id, post("it's"));
    let never = console.call_code(session, &call, Language::Curl).await;
    assert_eq!(code(never), "member_not_authorized");
    desk.authorize(id, Reach::All).await;
    let text = console
        .call_code(session, &call, Language::Curl)
        .await
        .unwrap();
    assert!(
        text.starts_with("curl --globoff -X POST 'http://127.0.0.1:"),
        "{text}"
    );
    assert!(text.contains("-H 'authorization: Bearer YOUR_ACCESS_TOKEN'"));
    assert!(text.contains(r#"--data-raw '{"name":"it'\''s"}'"#));
    let tokens = desk.world.practice.token_requests();
    for language in [Language::Rust, Language::Python, Language::JavaScript] {
        let text = console.call_code(session, &call, language).await.unwrap();
        assert!(text.contains("Bearer YOUR_ACCESS_TOKEN"), "{text}");
    }
    assert_eq!(
        desk.world.practice.token_requests(),
        tokens,
        "nothing was sent for it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_call_is_told_and_stops_no_other() {
    let (desk, application, id) = orders();
    let (console, session) = (&desk.console, desk.session());
    let good = console
        .keep_call(session, draft(application, id, post("Ben")))
        .unwrap();
    let named = CallDraft {
        name: "Bad".to_owned(),
        ..draft(application, id, post("Bad"))
    };
    let bad = console.keep_call(session, named).unwrap();
    desk.world
        .catalog()
        .spoil("UPDATE item SET definition = '{\"method\":7}' WHERE name = 'Bad'")
        .unwrap();
    let view = console.calls(session, application, LIVE).await.unwrap();
    let told: Vec<_> = view
        .calls
        .iter()
        .map(|call| (call.name.as_str(), call.method))
        .collect();
    assert_eq!(
        told,
        [("Ask for contacts", Some(Method::Post)), ("Bad", None)]
    );
    let refused = console.call(session, bad.id.unwrap()).unwrap_err();
    assert_eq!(refused.code, "item_unreadable");
    assert!(console.call(session, good.id.unwrap()).is_ok());
    console.delete_call(session, bad.id.unwrap()).unwrap();
    let page = console.connections(session, &ListQuery::default()).unwrap();
    assert_eq!(page.rows[0].uses, 1, "what it used is free again");
}
