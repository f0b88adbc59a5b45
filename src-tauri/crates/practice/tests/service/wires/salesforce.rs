//! Customers of Salesforce.

use reqwest::Method;
use serde_json::{Value, json};
use tsunagi_practice::{CLIENT_ID, Fault, Faults};
use url::form_urlencoded::byte_serialize;

use super::SALESFORCE;
use crate::visit::{REDIRECT, VERIFIER, Visit, tokens};

const SCOPE: &str = "api refresh_token openid";
const DATA: &str = "/services/data/v60.0";

async fn signed_in(visit: &Visit) -> String {
    let tokens = visit.entered(&SALESFORCE, "practice-1", SCOPE).await;
    format!("Bearer {}", tokens.access)
}

async fn query(visit: &Visit, header: &str, text: &str) -> (u16, Value) {
    let text: String = byte_serialize(text.as_bytes()).collect();
    let path = format!("{DATA}/query?q={text}");
    visit.ask(Method::GET, &path, header, None).await
}

/// <https://developer.salesforce.com/docs/atlas.ja-jp.224.0.api_rest.meta/api_rest/intro_understanding_web_server_oauth_flow.htm>
#[tokio::test]
async fn the_answer_says_where_the_api_is_and_not_how_long() {
    let visit = Visit::start().await;
    let back = visit.enter(&SALESFORCE, "practice-2", SCOPE).await;
    assert_eq!(back.len(), 2, "code and state, no other");
    let first = tokens(visit.exchange_at(&SALESFORCE, &back["code"]).await).await;
    assert!(first.all.get("expires_in").is_none(), "never");
    assert_eq!(first.all["instance_url"], visit.practice.issuer());
    assert_eq!(first.all["scope"], SCOPE);
    assert!(first.all["issued_at"].is_string(), "milliseconds as text");
    assert!(first.all["id_token"].is_string(), "openid was asked for");
    let id = first.all["id"].as_str().unwrap();
    let path = id.strip_prefix(&visit.practice.issuer()).unwrap();
    let header = format!("Bearer {}", first.access);
    let (status, body) = visit.ask(Method::GET, path, &header, None).await;
    assert_eq!(status, 200, "who that is");
    assert_eq!(body["display_name"], "Ben Practice");
    assert_eq!(body["email"], "ben@practice.example");
    let (status, body) = visit
        .ask(Method::GET, "/services/oauth2/userinfo", &header, None)
        .await;
    assert_eq!(status, 200);
    assert_eq!(body["user_id"], path.rsplit('/').next().unwrap());

    let next = tokens(visit.renew_at(&SALESFORCE, &first.refresh).await).await;
    assert!(
        next.all.get("refresh_token").is_none(),
        "the first one stays"
    );
    assert_eq!(next.all["id"], id);
}

/// <https://github.com/restforce/restforce/issues/81>, and the page above for the code
#[tokio::test]
async fn what_cannot_be_exchanged_says_why() {
    let visit = Visit::start().await;
    let refused = visit.renew_at(&SALESFORCE, "5Aep.x").await;
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(
        body,
        json!({"error": "invalid_grant", "error_description": "expired access/refresh token"})
    );
    let back = visit.enter(&SALESFORCE, "practice-1", SCOPE).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("code", back["code"].as_str()),
        ("code_verifier", VERIFIER),
        ("client_secret", "x"),
    ];
    let refused = visit.post("/services/oauth2/token", &form).await;
    assert_eq!(refused.status(), 400, "there is no secret");
    let online = visit.entered(&SALESFORCE, "practice-1", "api").await;
    assert!(online.all.get("refresh_token").is_none(), "not asked for");
}

/// <https://developer.salesforce.com/docs/platform/api-rest/guide/resources-query.md>
#[tokio::test]
async fn a_customer_is_found_by_email() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let text = "SELECT Id, Name, Title, AccountId FROM Contact WHERE Email = 'grace@oneill.example.com' LIMIT 1";
    let (status, body) = query(&visit, &header, text).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&body["totalSize"], &body["done"]),
        (&json!(1), &json!(true))
    );
    let found = &body["records"][0];
    assert_eq!(found["Name"], "Grace O'Neill");
    assert_eq!(found["attributes"]["type"], "Contact");
    let url = found["attributes"]["url"].as_str().unwrap();
    let (status, record) = visit.ask(Method::GET, url, &header, None).await;
    assert_eq!(status, 200, "where the answer says it is");
    assert_eq!(record["Email"], "grace@oneill.example.com");
    let account = found["AccountId"].as_str().unwrap();
    let path = format!("{DATA}/sobjects/Account/{account}?fields=Name");
    let (_, record) = visit.ask(Method::GET, &path, &header, None).await;
    assert_eq!(record["Name"], "O'Neill & Daughters");
    assert!(record.get("Phone").is_none(), "the asked fields only");
    let none = "SELECT Id FROM Contact WHERE Email = 'nobody@example.com'";
    let (status, body) = query(&visit, &header, none).await;
    assert_eq!(status, 200);
    assert_eq!(body, json!({"totalSize": 0, "done": true, "records": []}));
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_describeGlobal.htm>,
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_describe.htm>
#[tokio::test]
async fn objects_and_their_fields_are_described() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let path = format!("{DATA}/sobjects/");
    let (status, body) = visit.ask(Method::GET, &path, &header, None).await;
    assert_eq!(status, 200, "{body}");
    let objects = body["sobjects"].as_array().unwrap();
    let labels: Vec<_> = objects.iter().map(|it| &it["labelPlural"]).collect();
    assert_eq!(labels, ["Accounts", "Contacts"]);
    let path = objects[1]["urls"]["describe"].as_str().unwrap();
    let (status, body) = visit.ask(Method::GET, path, &header, None).await;
    assert_eq!(status, 200, "{body}");
    let fields = body["fields"].as_array().unwrap();
    let of = |name: &str| fields.iter().find(|it| it["name"] == name).unwrap();
    assert_eq!(of("Id")["label"], "Contact ID");
    assert_eq!(of("Id")["createable"], false, "the service makes it");
    assert_eq!(of("FirstName")["label"], "First Name");
    assert_eq!(of("Email")["type"], "email");
    let names: Vec<_> = fields
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    let all = format!("SELECT {} FROM Contact LIMIT 1", names.join(", "));
    let (status, body) = query(&visit, &header, &all).await;
    assert_eq!(status, 200, "what is described can be asked for: {body}");
    let path = format!("{DATA}/sobjects/Lead/describe");
    let (status, body) = visit.ask(Method::GET, &path, &header, None).await;
    assert_eq!((status, &body[0]["errorCode"]), (404, &json!("NOT_FOUND")));
    let path = format!("{DATA}/sobjects");
    let (status, body) = visit.ask(Method::GET, &path, "Bearer x", None).await;
    assert_eq!(status, 401, "{body}");
}

#[tokio::test]
async fn each_page_names_the_next_one() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let (_, mut body) = query(&visit, &header, "SELECT Id FROM Account").await;
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        pages += 1;
        assert_eq!(body["totalSize"], 12, "of all pages");
        seen.extend(body["records"].as_array().unwrap().iter().cloned());
        let Some(next) = body["nextRecordsUrl"].as_str() else {
            break;
        };
        assert_eq!(body["done"], false);
        (_, body) = visit.ask(Method::GET, next, &header, None).await;
    }
    assert_eq!(body["done"], true);
    assert_eq!((pages, seen.len()), (3, 12));
    seen.sort_by_key(|record| record["Id"].as_str().unwrap().to_owned());
    seen.dedup();
    assert_eq!(seen.len(), 12, "each once");
    let (status, body) = visit
        .ask(Method::GET, &format!("{DATA}/query/01gx-5"), &header, None)
        .await;
    assert_eq!(
        (status, &body[0]["errorCode"]),
        (400, &json!("INVALID_QUERY_LOCATOR"))
    );
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>, and
/// the words of <https://github.com/restforce/restforce/issues/512>
#[tokio::test]
async fn errors_come_in_an_array() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let (status, body) = query(&visit, "Bearer 00Dx", "SELECT Id FROM Account").await;
    assert_eq!(status, 401);
    assert_eq!(
        body,
        json!([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
    );
    let (status, body) = query(&visit, &header, "SELECT everything").await;
    assert_eq!(
        (status, &body[0]["errorCode"]),
        (400, &json!("MALFORMED_QUERY"))
    );
    let (status, body) = visit
        .ask(
            Method::GET,
            &format!("{DATA}/sobjects/Account/001x"),
            &header,
            None,
        )
        .await;
    assert_eq!(status, 404);
    assert_eq!(
        body,
        json!([{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}])
    );
    let path = format!("{DATA}/sobjects/Contact");
    let nameless = json!({"Email": "x@example.com"});
    let (status, body) = visit
        .ask(Method::POST, &path, &header, Some(&nameless))
        .await;
    assert_eq!(status, 400);
    assert_eq!(
        body,
        json!([{
            "message": "Required fields are missing: [LastName]",
            "errorCode": "REQUIRED_FIELD_MISSING",
            "fields": ["LastName"],
        }])
    );
    let unknown = json!({"LastName": "X", "Shoe": "42"});
    let (status, body) = visit
        .ask(Method::POST, &path, &header, Some(&unknown))
        .await;
    assert_eq!(
        (status, &body[0]["errorCode"]),
        (400, &json!("INVALID_FIELD"))
    );
    let other = visit
        .entered(&SALESFORCE, "practice-1", "openid refresh_token")
        .await;
    let other = format!("Bearer {}", other.access);
    let (status, _) = query(&visit, &other, "SELECT Id FROM Account").await;
    assert_eq!(status, 403, "the session may not use the API");
}

/// <https://developer.salesforce.com/docs/platform/mobile-sdk/guide/oauth-using-identity-urls.html>
#[tokio::test]
async fn the_identity_address_refuses_in_one_word() {
    let visit = Visit::start().await;
    let tokens = visit.entered(&SALESFORCE, "practice-1", SCOPE).await;
    let id = tokens.all["id"].as_str().unwrap();
    let path = id.strip_prefix(&visit.practice.issuer()).unwrap();
    let (status, body) = visit.ask(Method::GET, path, "Bearer x", None).await;
    assert_eq!((status, body), (403, json!("Bad_OAuth_Token")));
    let (status, body) = visit.ask(Method::GET, path, "", None).await;
    assert_eq!((status, body), (403, json!("Missing_OAuth_Token")));
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_create.htm>,
/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_update_fields.htm>
#[tokio::test]
async fn records_are_created_changed_and_kept() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let path = format!("{DATA}/sobjects/Contact");
    let new = json!({"FirstName": "Lin", "LastName": "Wei", "Email": "lin@example.com"});
    let (status, body) = visit.ask(Method::POST, &path, &header, Some(&new)).await;
    assert_eq!(status, 201);
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!(body, json!({"id": id, "success": true, "errors": []}));
    let change = json!({"Title": "Buyer"});
    for one in [&*id, "003Pr0000000001AAA"] {
        let path = format!("{path}/{one}");
        let (status, body) = visit
            .ask(Method::PATCH, &path, &header, Some(&change))
            .await;
        assert_eq!(
            (status, body),
            (204, json!("")),
            "one added, and one made up"
        );
    }
    let (status, _) = visit
        .ask(
            Method::PATCH,
            &format!("{path}/003x"),
            &header,
            Some(&change),
        )
        .await;
    assert_eq!(status, 404);
    let visit = visit.restart().await;
    let (_, record) = visit
        .ask(Method::GET, &format!("{path}/{id}"), &header, None)
        .await;
    assert_eq!(record["Name"], "Lin Wei", "which the service makes");
    assert_eq!(record["Title"], "Buyer");
    let (_, body) = query(
        &visit,
        &header,
        "SELECT Id FROM Contact WHERE Title = 'buyer'",
    )
    .await;
    assert_eq!(body["totalSize"], 3, "one of them was a buyer before");
}

#[tokio::test]
async fn a_session_that_ended_is_renewed_and_faults_strike_here_too() {
    let visit = Visit::start().await;
    let first = visit.entered(&SALESFORCE, "practice-1", SCOPE).await;
    visit.practice.expire_access_tokens().await.unwrap();
    let header = format!("Bearer {}", first.access);
    let (status, _) = query(&visit, &header, "SELECT Id FROM Account").await;
    assert_eq!(status, 401);
    let next = tokens(visit.renew_at(&SALESFORCE, &first.refresh).await).await;
    let header = format!("Bearer {}", next.access);
    let (status, _) = query(&visit, &header, "SELECT Id FROM Account").await;
    assert_eq!(status, 200);
    visit.practice.set_faults(Faults {
        api: Some(Fault::ServerError),
        ..Faults::default()
    });
    let (status, _) = query(&visit, &header, "SELECT Id FROM Account").await;
    assert_eq!(status, 500);
    visit.practice.set_faults(Faults::default());
    let form = [("token", first.refresh.as_str())];
    assert_eq!(
        visit.post("/services/oauth2/revoke", &form).await.status(),
        200
    );
    let (status, _) = query(&visit, &header, "SELECT Id FROM Account").await;
    assert_eq!(status, 401, "revoked with its refresh token");
}
