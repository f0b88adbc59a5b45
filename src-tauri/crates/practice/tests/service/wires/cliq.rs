//! Messages of Zoho Cliq.

use reqwest::Method;
use serde_json::json;

use super::ZOHO;
use crate::visit::Visit;

const SCOPE: &str = "AaaServer.profile.READ,ZohoCliq.Channels.READ,ZohoCliq.Webhooks.CREATE";
const PATH: &str = "/api/v2/channelsbyname/taskupdates/message";

/// <https://www.zoho.com/cliq/help/restapi/v2/messages/>, with the answer without content of
/// <https://www.zoho.com/cliq/help/restapi/v2/errors/>
#[tokio::test]
async fn a_message_arrives_from_whoever_authorized() {
    let visit = Visit::start().await;
    for (account, to) in [
        ("practice-1", PATH),
        (
            "practice-2",
            "/api/v2/buddies/chidi@practice.example/message",
        ),
        ("practice-2", "/api/v2/buddies/10000001/message"),
    ] {
        let tokens = visit.entered(&ZOHO, account, SCOPE).await;
        let header = format!("Zoho-oauthtoken {}", tokens.access);
        let body = json!({"text": format!("From {account} <b>")});
        let (status, answer) = visit.ask(Method::POST, to, &header, Some(&body)).await;
        assert_eq!((status, answer), (204, json!("")), "{to}");
    }
    let visit = visit.restart().await;
    let page = visit.get("/").await.text().await.unwrap();
    assert!(
        page.contains("<b>Aiko Practice</b> → #taskupdates<br>From practice-1 &lt;b&gt;"),
        "kept, and shown as text: {page}"
    );
    assert!(page.contains("<b>Ben Practice</b> → chidi@practice.example<br>"));
    assert!(page.contains("<b>Ben Practice</b> → aiko@practice.example<br>"));
}

/// The scope: <https://github.com/sprintberlin/openclaw-cliq/issues/27>. A channel that is not
/// there: <https://www.zoho.com/cliq/help/restapi/v3/messages/>.
#[tokio::test]
async fn a_message_that_cannot_arrive_is_refused() {
    let visit = Visit::start().await;
    let tokens = visit.entered(&ZOHO, "practice-1", SCOPE).await;
    let good = format!("Zoho-oauthtoken {}", tokens.access);
    let reader = visit
        .entered(&ZOHO, "practice-1", "ZohoCliq.Channels.READ")
        .await;
    let reader = format!("Zoho-oauthtoken {}", reader.access);
    let text = json!({"text": "Hello"});
    let nowhere = "/api/v2/channelsbyname/nowhere/message";
    for (path, header, body, status, code) in [
        (PATH, "", &text, 401, "oauthtoken_invalid"),
        (
            PATH,
            "Zoho-oauthtoken 1000.x",
            &text,
            401,
            "oauthtoken_invalid",
        ),
        (PATH, &reader, &text, 401, "oauthtoken_scope_invalid"),
        (nowhere, &good, &text, 404, "chat_not_found"),
        (
            PATH,
            &good,
            &json!({"text": " "}),
            400,
            "invalid_parameters",
        ),
        (PATH, &good, &json!(["text"]), 400, "invalid_parameters"),
    ] {
        let (had, answer) = visit.ask(Method::POST, path, header, Some(body)).await;
        assert_eq!((had, &answer["code"]), (status, &json!(code)), "{body}");
        assert!(answer["message"].is_string(), "and says why");
    }
    let page = visit.get("/").await.text().await.unwrap();
    assert!(!page.contains("Hello"), "nothing arrived");
}

/// <https://www.zoho.com/cliq/help/restapi/v2/channels/>
#[tokio::test]
async fn channels_are_listed_and_either_word_stands_before_the_token() {
    let visit = Visit::start().await;
    let tokens = visit.entered(&ZOHO, "practice-1", SCOPE).await;
    for word in ["Zoho-oauthtoken", "Bearer"] {
        let header = format!("{word} {}", tokens.access);
        let (status, body) = visit
            .ask(Method::GET, "/api/v2/channels?limit=1", &header, None)
            .await;
        assert_eq!(status, 200, "{word}");
        assert_eq!(body["channels"].as_array().unwrap().len(), 1);
        assert_eq!(body["channels"][0]["unique_name"], "taskupdates");
    }
}
