//! What there is in Salesforce: objects, fields, and what was changed since.

use reqwest::Method;
use serde_json::{Value, json};

use super::salesforce::{query, signed_in};
use crate::visit::Visit;

const DATA: &str = "/services/data/v63.0";

/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_describeGlobal.htm>
#[tokio::test]
async fn the_objects_are_listed() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    for slash in ["", "/"] {
        let path = format!("{DATA}/sobjects{slash}");
        let (status, body) = visit.ask(Method::GET, &path, &header, None).await;
        assert_eq!(status, 200);
        assert_eq!(
            (&body["encoding"], &body["maxBatchSize"]),
            (&json!("UTF-8"), &json!(200))
        );
        let objects: Vec<_> = body["sobjects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (&one["name"], &one["labelPlural"], &one["keyPrefix"]))
            .collect();
        assert_eq!(
            objects,
            [
                (&json!("Account"), &json!("Accounts"), &json!("001")),
                (&json!("Contact"), &json!("Contacts"), &json!("003")),
            ]
        );
        let address = body["sobjects"][0]["urls"]["describe"].as_str().unwrap();
        let (status, _) = visit.ask(Method::GET, address, &header, None).await;
        assert_eq!(status, 200, "where the answer says");
    }
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_describe.htm>
#[tokio::test]
async fn every_field_that_is_described_can_be_asked_for() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    for object in ["Account", "Contact"] {
        let path = format!("{DATA}/sobjects/{object}/describe/");
        let (status, body) = visit.ask(Method::GET, &path, &header, None).await;
        assert_eq!((status, &body["name"]), (200, &json!(object)));
        let fields = body["fields"].as_array().unwrap();
        let field = |name: &str| fields.iter().find(|one| one["name"] == name).unwrap();
        assert_eq!(
            (&field("Id")["type"], &field("Id")["createable"]),
            (&json!("id"), &json!(false))
        );
        assert_eq!(field("LastModifiedDate")["type"], "datetime");
        assert_eq!(field("Phone")["type"], "phone");
        assert!(fields.iter().all(|one| one["label"].is_string()));
        let names: Vec<&str> = fields
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        let text = format!("SELECT {} FROM {object}", names.join(","));
        let (status, rows) = query(&visit, &header, &text).await;
        assert_eq!((status, &rows["totalSize"]), (200, &json!(12)));
        let row = rows["records"][0].as_object().unwrap();
        assert!(names.iter().all(|name| row.contains_key(*name)));
        // What is said to be settable is, and the rest is not.
        for one in fields {
            let name = one["name"].as_str().unwrap();
            let change = json!({name: "x"});
            let path = format!("{DATA}/sobjects/{object}/{}", row["Id"].as_str().unwrap());
            let (status, _) = visit
                .ask(Method::PATCH, &path, &header, Some(&change))
                .await;
            assert_eq!(status == 204, one["updateable"] == true, "{object}.{name}");
        }
    }
    let path = format!("{DATA}/sobjects/Lead/describe");
    let (status, body) = visit.ask(Method::GET, &path, &header, None).await;
    assert_eq!((status, &body[0]["errorCode"]), (404, &json!("NOT_FOUND")));
    for path in ["sobjects", "sobjects/Account/describe"] {
        let path = format!("{DATA}/{path}");
        let (status, _) = visit.ask(Method::GET, &path, "Bearer 00Dx", None).await;
        assert_eq!(status, 401, "{path}");
        let path = path.replace("v63.0", "v63");
        let (status, _) = visit.ask(Method::GET, &path, &header, None).await;
        assert_eq!(status, 404, "{path} is no version");
    }
}

/// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm>
#[tokio::test]
async fn what_was_changed_since_is_all_that_comes() {
    let visit = Visit::start().await;
    let header = signed_in(&visit).await;
    let all = "SELECT Id, LastModifiedDate FROM Account";
    let (_, body) = query(&visit, &header, all).await;
    let first = body["records"][0].clone();
    assert_eq!(first["LastModifiedDate"], "2026-01-01T00:00:00.000+0000");
    let path = format!("{DATA}/sobjects/Account/{}", first["Id"].as_str().unwrap());
    let change = json!({"Phone": "+44 20 7946 0199"});
    visit
        .ask(Method::PATCH, &path, &header, Some(&change))
        .await;
    let since = format!("{all} WHERE LastModifiedDate > 2026-01-01T00:00:00Z");
    let (status, body) = query(&visit, &header, &since).await;
    assert_eq!(status, 200, "{body}");
    let changed: Vec<&Value> = body["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["Id"])
        .collect();
    assert_eq!(changed, [&first["Id"]], "the one that was changed");
    let stamp = body["records"][0]["LastModifiedDate"].as_str().unwrap();
    let later = stamp.replace("+0000", "Z");
    let later = format!("{all} WHERE LastModifiedDate > {later}");
    let (_, body) = query(&visit, &header, &later).await;
    assert_eq!(body["totalSize"], 0, "nothing twice");
}
