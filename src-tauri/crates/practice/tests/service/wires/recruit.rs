//! Candidates of Zoho Recruit.

use reqwest::Method;
use serde_json::{Value, json};

use super::ZOHO;
use crate::visit::Visit;

const SCOPE: &str = "ZohoRecruit.users.READ,ZohoRecruit.modules.candidate.READ,ZohoRecruit.modules.candidate.CREATE,ZohoRecruit.search.READ";
const PATH: &str = "/recruit/v2/Candidates";

async fn signed_in(visit: &Visit) -> String {
    let tokens = visit.entered(&ZOHO, "practice-1", SCOPE).await;
    format!("Zoho-oauthtoken {}", tokens.access)
}

async fn add(visit: &Visit, header: &str, record: Value) -> (u16, Value) {
    let body = json!({"data": [record]});
    visit.ask(Method::POST, PATH, header, Some(&body)).await
}

/// <https://www.zoho.com/recruit/developer-guide/apiv2/insert-records.html>
#[tokio::test]
async fn a_candidate_is_added_found_and_kept() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let record = json!({"First_Name": "Ada", "Last_Name": "Byron", "Email": "ada@example.com"});
    let (status, body) = add(&visit, &header, record).await;
    assert_eq!(status, 201);
    let item = &body["data"][0];
    assert_eq!(item["code"], "SUCCESS");
    assert_eq!(item["message"], "record added");
    assert_eq!(item["status"], "success");
    let details = item["details"].as_object().unwrap();
    for name in [
        "Modified_Time",
        "Modified_By",
        "Created_Time",
        "id",
        "Created_By",
    ] {
        assert!(details.contains_key(name), "{name}");
    }
    assert_eq!(
        details["Created_By"]["name"], "Aiko Practice",
        "who authorized"
    );
    let id = details["id"].as_str().unwrap();

    let visit = visit.restart().await;
    let (status, body) = visit
        .ask(Method::GET, &format!("{PATH}/{id}"), &header, None)
        .await;
    assert_eq!(status, 200, "kept over a restart");
    assert_eq!(body["data"][0]["Full_Name"], "Ada Byron");
    for query in [
        "email=ADA@example.com",
        "word=byr",
        "criteria=(Last_Name:equals:Byron)",
    ] {
        let path = format!("{PATH}/search?{query}");
        let (status, body) = visit.ask(Method::GET, &path, &header, None).await;
        assert_eq!(status, 200, "{query}");
        assert_eq!(body["data"][0]["id"], id, "{query}");
        assert_eq!(body["info"]["count"], 1, "{query}");
    }
    let path = format!("{PATH}/search?email=nobody@example.com");
    let (status, body) = visit.ask(Method::GET, &path, &header, None).await;
    assert_eq!(
        (status, body),
        (204, json!("")),
        "nothing is found: no content"
    );
    let (status, _) = visit
        .ask(Method::GET, &format!("{PATH}/1"), &header, None)
        .await;
    assert_eq!(status, 204, "nor is there a record of that id");
    let page = visit.get("/").await.text().await.unwrap();
    assert!(page.contains("Ada Byron"), "a newcomer sees it arrive");
}

/// The envelope of <https://www.zoho.com/crm/developer/docs/api/v2/insert-records.html>: a record
/// that is refused comes with a status of success.
#[tokio::test]
async fn a_refused_record_comes_with_a_status_of_success() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let (status, body) = add(&visit, &header, json!({"Email": "x@example.com"})).await;
    assert_eq!(status, 202);
    assert_eq!(
        body,
        json!({"data": [{
            "code": "MANDATORY_NOT_FOUND",
            "details": {"api_name": "Last_Name"},
            "message": "required field not found",
            "status": "error",
        }]})
    );
    let (status, body) = add(
        &visit,
        &header,
        json!({"Last_Name": "X", "Email": "no address"}),
    )
    .await;
    assert_eq!(status, 202);
    assert_eq!(
        body["data"][0],
        json!({
            "code": "INVALID_DATA",
            "details": {"expected_data_type": "email", "api_name": "Email"},
            "message": "invalid data",
            "status": "error",
        })
    );
    let twin = json!({"Last_Name": "Rossi", "Email": "Mateo.Rossi@example.com"});
    let (status, body) = add(&visit, &header, twin).await;
    assert_eq!(status, 202);
    assert_eq!(body["data"][0]["code"], "DUPLICATE_DATA");
    assert_eq!(body["data"][0]["message"], "duplicate data");
    assert_eq!(body["data"][0]["details"]["api_name"], "Email");
    let body = json!({"data": [{"Last_Name": "New"}, {}]});
    let (status, body) = visit.ask(Method::POST, PATH, &header, Some(&body)).await;
    assert_eq!(status, 201);
    assert_eq!(
        body["data"][0]["status"], "success",
        "each stands for itself"
    );
    assert_eq!(body["data"][1]["status"], "error");
}

/// <https://github.com/w6w-io/w6w-apps/blob/main/apps/zoho-recruit/lib/client.ts>, read off the
/// service.
#[tokio::test]
async fn a_request_without_the_right_token_is_refused_as_a_whole() {
    let visit = Visit::start().await;
    let tokens = visit
        .entered(&ZOHO, "practice-1", "ZohoRecruit.modules.candidate.READ")
        .await;
    let good = format!("Zoho-oauthtoken {}", tokens.access);
    let bearer = format!("Bearer {}", tokens.access);
    for (header, code, message) in [
        ("", "AUTHENTICATION_FAILURE", "Authentication failed"),
        (
            "Zoho-oauthtoken 1000.x",
            "INVALID_TOKEN",
            "invalid oauth token",
        ),
        (&*bearer, "INVALID_TOKEN", "invalid oauth token"),
    ] {
        let (status, body) = visit.ask(Method::GET, PATH, header, None).await;
        assert_eq!(status, 401, "{header}");
        assert_eq!(
            (&body["code"], &body["message"], &body["status"]),
            (&json!(code), &json!(message), &json!("error"))
        );
    }
    let (status, body) = add(&visit, &good, json!({"Last_Name": "X"})).await;
    assert_eq!(
        (status, &body["code"]),
        (401, &json!("OAUTH_SCOPE_MISMATCH"))
    );
    let search = format!("{PATH}/search?word=a");
    let (status, body) = visit.ask(Method::GET, &search, &good, None).await;
    assert_eq!(
        (status, &body["code"]),
        (401, &json!("OAUTH_SCOPE_MISMATCH")),
        "a scope of its own"
    );
    let (status, body) = visit
        .ask(Method::GET, "/recruit/v2/Leads", &good, None)
        .await;
    assert_eq!((status, &body["code"]), (400, &json!("INVALID_MODULE")));
    visit.pass(3601);
    let (status, body) = visit.ask(Method::GET, PATH, &good, None).await;
    assert_eq!(
        (status, &body["code"]),
        (401, &json!("INVALID_TOKEN")),
        "an hour later"
    );
}

/// <https://www.zoho.com/recruit/developer-guide/apiv2/get-records.html>
#[tokio::test]
async fn candidates_come_by_the_page() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let path = format!("{PATH}?page=1&per_page=2&fields=Last_Name");
    let (status, body) = visit.ask(Method::GET, &path, &header, None).await;
    assert_eq!(status, 200);
    assert_eq!(
        body["info"],
        json!({"per_page": 2, "count": 2, "page": 1, "more_records": true})
    );
    let first = body["data"][0].as_object().unwrap();
    assert_eq!(first.len(), 2, "the asked field and the id");
    let path = format!("{PATH}?page=2&per_page=2");
    let (_, body) = visit.ask(Method::GET, &path, &header, None).await;
    assert_eq!(body["info"]["more_records"], false);
    assert_eq!(body["info"]["count"], 1);
    let path = format!("{PATH}?page=3&per_page=2");
    let (status, _) = visit.ask(Method::GET, &path, &header, None).await;
    assert_eq!(status, 204, "no content beyond the last");
}

/// <https://www.zoho.com/recruit/developer-guide/apiv2/get-users.html>
#[tokio::test]
async fn it_tells_who_has_signed_in() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let path = "/recruit/v2/users?type=CurrentUser";
    let (status, body) = visit.ask(Method::GET, path, &header, None).await;
    assert_eq!(status, 200);
    assert_eq!(body["users"][0]["id"], "10000001");
    assert_eq!(body["users"][0]["full_name"], "Aiko Practice");
    assert_eq!(body["users"][0]["email"], "aiko@practice.example");
}

#[tokio::test]
async fn a_body_that_is_no_record_is_refused() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    for (body, code) in [
        (json!([]), "INVALID_DATA"),
        (json!({}), "MANDATORY_NOT_FOUND"),
        (json!({"data": []}), "INVALID_DATA"),
        (json!({"data": {}}), "INVALID_DATA"),
    ] {
        let (status, answer) = visit.ask(Method::POST, PATH, &header, Some(&body)).await;
        assert_eq!((status, &answer["code"]), (400, &json!(code)), "{body}");
    }
    let (status, answer) = add(&visit, &header, json!("text")).await;
    assert_eq!(
        (status, &answer["data"][0]["code"]),
        (202, &json!("INVALID_DATA"))
    );
    let long = json!({"Last_Name": "x".repeat(256)});
    let (_, answer) = add(&visit, &header, long).await;
    assert_eq!(answer["data"][0]["details"]["maximum_length"], 255);
}
