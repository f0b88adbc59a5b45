//! What happens between a decision and its request, and after the answer: a renewal that takes its
//! time, a catalog that cannot be written, a service that acts on a GET.

use std::time::Duration;

use tsunagi_domain::ApplicationId;

use super::home::{Home, Plans, later};
use super::server::{Say, Server, access};

/// Disables the connection, as another window would.
fn disable(home: &Home) {
    let mut disabled = home.connection.clone();
    disabled.enabled = false;
    home.catalog.update_connection(&disabled).unwrap();
}

#[tokio::test]
async fn r4_what_is_disabled_while_its_token_is_renewed_is_not_sent() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.it().script.push_back(Say::Wait);
    let call = later(&home.gateway, home.call("/files"));
    server.token_request_arrives().await;
    disable(&home);
    server.open_gate();
    let refused = call.await.unwrap().unwrap_err();
    assert_eq!(refused.code(), "disabled");
    assert!(server.it().api.is_empty(), "nothing reached the service");
    assert_eq!(server.it().token_requests.len(), 1, "it was renewed once");
}

#[tokio::test]
async fn r4_what_is_disabled_while_a_refused_token_is_renewed_is_not_sent_again() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    // The service knows better than our clock.
    server.it().generation = 2;
    server.it().script.push_back(Say::Wait);
    // What it renews with is the one of before.
    server.it().forgives = true;
    let call = later(&home.gateway, home.call("/files"));
    server.token_request_arrives().await;
    disable(&home);
    server.open_gate();
    let refused = call.await.unwrap().unwrap_err();
    assert_eq!(refused.code(), "disabled");
    assert_eq!(server.it().api.len(), 1, "the first, and no second");
    assert_eq!(home.runs().await[0].tries, 1);
}

#[tokio::test]
async fn a_renewal_that_takes_longer_than_the_call_leaves_it_the_answer_it_has() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    server.it().generation = 2;
    server.it().script.push_back(Say::Wait);
    let mut call = home.call("/files");
    call.request.timeout = Some(Duration::from_millis(400));
    let answer = home.gateway.send(call).await.unwrap();
    assert_eq!(answer.status, 401, "handed over in time");
    server.open_gate();
}

#[tokio::test]
async fn an_answer_is_worth_more_than_the_note_of_it() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.catalog.limit_pages(1).unwrap();
    let answer = home.get("/files").await;
    home.catalog.limit_pages(1_000_000).unwrap();
    assert_eq!(
        answer.expect("the service has answered").status,
        200,
        "whoever heard of a failure would send it again"
    );
}

/// A GET that sends a message, as its page says.
const SENDS: &str = r#"
[[operations]]
id = "send"
label = { en = "Send", ja = "送信" }
target = "/send.aspx"
areas = ["invoke_url"]
role = "message"
repeat = "never"
query = { Content = "{text}" }

[[operations.inputs]]
name = "text"
label = { en = "Text", ja = "本文" }
required = true
"#;

#[tokio::test]
async fn a_get_that_does_something_is_never_sent_again_whoever_writes_it() {
    let server = Server::start().await;
    let plans = Plans {
        api: SENDS.to_owned(),
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    home.waits_at_once();
    for path in ["/api/send.aspx?Content=hi", "/api/files"] {
        let away = (503, Vec::new(), String::new());
        server.it().answers.insert(path.to_owned(), away);
    }
    for (target, times) in [("/send.aspx?Content=hi", 1), ("/files", 3)] {
        server.it().api.clear();
        let answer = home.get(target).await.unwrap();
        assert_eq!(answer.status, 503);
        assert_eq!(server.it().api.len(), times, "{target}");
    }
}

#[tokio::test]
async fn who_only_asks_where_a_door_leads_is_recorded_when_refused() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let call = home.call("/files");
    let door = tsunagi_gateway::Door {
        link_name: call.link_name,
        caller: call.caller,
        application: Some(ApplicationId::new()),
        environment: call.environment,
        area: "integration_task".to_owned(),
    };
    let site = home
        .gateway
        .site(&tsunagi_gateway::Door {
            application: None,
            ..door.clone()
        })
        .await
        .unwrap();
    assert!(
        !format!("{site:?}").contains(&access(1)),
        "it holds no secret"
    );
    assert!(
        home.runs().await.is_empty(),
        "nothing was asked of a service"
    );
    disable(&home);
    let refused = home.gateway.site(&door).await.unwrap_err();
    let runs = home.runs().await;
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].refusal.as_deref(), Some(refused.code()));
    assert_eq!(
        (runs[0].tries, runs[0].area.as_str()),
        (0, "integration_task")
    );
}
