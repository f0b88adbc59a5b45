use std::ops::ControlFlow;

use serde_json::{Value, json};
use tsunagi_areas::data_source::{PullError, Pulled, Source, pull};
use tsunagi_areas::task::TaskError;
use tsunagi_domain::Environment;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::LinkName;
use tsunagi_gateway::Door;

use crate::home::{Home, LINK_NAME, Plans, START};
use crate::server::{self, Server};
use crate::shelf::{Full, Memory};

/// Rows in pages of two, led on by a word, and changes since a moment.
pub(crate) const OPERATIONS: &str = r#"
[[operations]]
id = "rows"
label = { en = "Rows", ja = "行" }
target = "/rows/{module}"
areas = ["data_source"]
role = "rows"
repeat = "safe"
query = { cursor = "{cursor}", since = "{since}" }
answer = { rows = "/data", message = ["/error"] }
paging = { by = "token", input = "cursor", at = "/next" }
since = { input = "since" }

[[operations.inputs]]
name = "module"
label = { en = "Module", ja = "モジュール" }
kind = "name"
required = true

[[operations.inputs]]
name = "cursor"
label = { en = "Cursor", ja = "カーソル" }

[[operations.inputs]]
name = "since"
label = { en = "Since", ja = "以降" }
kind = "time"
"#;

/// The door of a data source.
pub(crate) fn door() -> Door {
    Door {
        link_name: LinkName::new(LINK_NAME).unwrap(),
        caller: Caller::Unattended,
        application: None,
        environment: Environment::Production,
        area: "data_source".to_owned(),
    }
}

pub(crate) fn source(changes: bool) -> Source {
    Source {
        operation: "rows".to_owned(),
        given: [("module".to_owned(), json!("leads"))].into(),
        key: None,
        changes,
        fields: Vec::new(),
    }
}

struct Desk {
    server: Server,
    home: Home,
    shelf: Memory,
}

impl Desk {
    async fn new() -> Self {
        let server = Server::start().await;
        let plans = Plans {
            api: OPERATIONS.to_owned(),
            ..Plans::default()
        };
        let home = Home::with(&server, plans).await;
        Self {
            server,
            home,
            shelf: Memory::default(),
        }
    }

    fn says(&self, path: &str, status: u16, body: &Value) {
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("date", "Tue, 14 Nov 2023 22:13:25 GMT".to_owned()),
        ];
        let mut provider = self.server.it();
        let reply = (status, headers, body.to_string());
        provider.answers.insert(path.to_owned(), reply);
    }

    /// Three pages.
    fn has_rows(&self) {
        self.says(
            "/api/rows/leads",
            200,
            &json!({"data": [{"id": "a"}, {"id": "b"}], "next": "2"}),
        );
        self.says(
            "/api/rows/leads?cursor=2",
            200,
            &json!({"data": [{"id": 3, "n": 1.50}], "next": "3"}),
        );
        self.says(
            "/api/rows/leads?cursor=3",
            200,
            &json!({"data": [{"id": "d"}]}),
        );
    }

    async fn pulls(&self, changes: bool) -> Result<Pulled, PullError<Full>> {
        self.pulls_until(changes, u64::MAX).await
    }

    async fn pulls_until(&self, changes: bool, rows: u64) -> Result<Pulled, PullError<Full>> {
        let (door, source) = (door(), source(changes));
        let seen = |came| match came >= rows {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        pull(&self.home.gateway, &door, &source, &self.shelf, START, seen).await
    }

    /// What the API was asked for, since the last time.
    fn asked(&self) -> Vec<String> {
        let mut provider = self.server.it();
        let seen = std::mem::take(&mut provider.api).into_iter();
        seen.map(|seen| seen.path.replace("/api/rows/leads", ""))
            .collect()
    }
}

#[tokio::test]
async fn every_page_comes_once_and_in_order() {
    let desk = Desk::new().await;
    desk.has_rows();
    let pulled = desk.pulls(false).await.unwrap();
    assert_eq!((pulled.came, pulled.stopped), (4, false));
    assert_eq!(desk.shelf.ids(), ["3", "a", "b", "d"]);
    assert_eq!(desk.asked(), ["", "?cursor=2", "?cursor=3"]);
    let kept = desk.shelf.0.lock().unwrap();
    assert_eq!(kept.rows["3"], r#"{"id":3,"n":1.5}"#);
    assert!(kept.running.is_none());
}

#[tokio::test]
async fn what_was_interrupted_goes_on_with_the_page_that_did_not_come() {
    let desk = Desk::new().await;
    desk.has_rows();
    desk.says(
        "/api/rows/leads?cursor=2",
        500,
        &json!({"error": "out of order"}),
    );
    let failed = desk.pulls(false).await.unwrap_err();
    assert!(
        matches!(&failed, PullError::Refused { status: 500, message: Some(said) } if said == "out of order"),
        "{failed:?}"
    );
    assert_eq!(desk.shelf.ids(), ["a", "b"], "the page that came is kept");
    desk.asked();
    desk.has_rows();
    assert_eq!(desk.pulls(false).await.unwrap().came, 4);
    assert_eq!(desk.asked(), ["?cursor=2", "?cursor=3"]);
}

#[tokio::test]
async fn a_pull_is_stopped_between_two_pages_and_goes_on_later() {
    let desk = Desk::new().await;
    desk.has_rows();
    let pulled = desk.pulls_until(false, 2).await.unwrap();
    assert_eq!((pulled.came, pulled.stopped), (2, true));
    assert_eq!(desk.shelf.ids(), ["a", "b"]);
    desk.asked();
    assert_eq!(desk.pulls(false).await.unwrap().came, 4);
    assert_eq!(desk.asked(), ["?cursor=2", "?cursor=3"]);
}

#[tokio::test]
async fn what_leads_on_and_is_not_known_any_more_begins_anew_once() {
    let desk = Desk::new().await;
    desk.has_rows();
    desk.pulls_until(false, 2).await.unwrap();
    desk.says(
        "/api/rows/leads?cursor=2",
        400,
        &json!({"error": "cursor expired"}),
    );
    desk.asked();
    let failed = desk.pulls(false).await.unwrap_err();
    assert!(matches!(failed, PullError::Refused { status: 400, .. }));
    assert_eq!(
        desk.asked(),
        ["?cursor=2", "", "?cursor=2"],
        "from the first page, and not round and round"
    );
}

#[tokio::test]
async fn changes_are_asked_for_by_the_services_clock() {
    let desk = Desk::new().await;
    desk.has_rows();
    desk.pulls(true).await.unwrap();
    assert_eq!(
        desk.shelf.0.lock().unwrap().since.as_deref(),
        Some("2023-11-14T22:12:25Z"),
        "a minute before the first page was answered"
    );
    desk.asked();
    let since = "/api/rows/leads?since=2023-11-14T22%3A12%3A25%2B00%3A00";
    desk.says(since, 200, &json!({"data": []}));
    assert_eq!(
        desk.pulls(true).await.unwrap().came,
        0,
        "nothing has changed"
    );
    let asked = desk.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("?since=2023-11-14T22"), "{asked:?}");
    desk.says(since, 304, &Value::Null);
    assert_eq!(desk.pulls(true).await.unwrap().came, 0, "RFC 9110 §15.4.5");
}

#[tokio::test]
async fn an_answer_that_is_not_as_promised_ends_nothing_and_loses_nothing() {
    for (body, why) in [
        (json!({"rows": []}), "another field"),
        (json!({"data": {"a": 1}}), "no list"),
        (json!("<html>"), "no object"),
    ] {
        let desk = Desk::new().await;
        desk.has_rows();
        desk.pulls(false).await.unwrap();
        desk.says("/api/rows/leads", 200, &body);
        let failed = desk.pulls(false).await.unwrap_err();
        assert!(
            matches!(failed, PullError::NotAsPromised),
            "{why}: {failed:?}"
        );
        assert_eq!(desk.shelf.ids().len(), 4, "{why}: what was pulled stays");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_kept_is_asked_for_again() {
    let desk = Desk::new().await;
    desk.has_rows();
    desk.shelf.0.lock().unwrap().pages_left = Some(1);
    let failed = desk.pulls(false).await.unwrap_err();
    assert!(matches!(failed, PullError::Shelf(Full)));
    desk.shelf.0.lock().unwrap().pages_left = None;
    desk.asked();
    assert_eq!(desk.pulls(false).await.unwrap().came, 4);
    assert_eq!(desk.asked()[0], "?cursor=2");
}

#[tokio::test]
async fn r4_a_pull_that_the_gate_refuses_sends_nothing() {
    let desk = Desk::new().await;
    desk.has_rows();
    let mut disabled = desk.home.connection.clone();
    disabled.enabled = false;
    desk.home.catalog.update_connection(&disabled).unwrap();
    let failed = desk.pulls(false).await.unwrap_err();
    match failed {
        PullError::Task(TaskError::Gate(error)) => assert_eq!(error.code(), "disabled"),
        other => panic!("{other:?}"),
    }
    assert!(desk.asked().is_empty());
    assert_eq!(desk.shelf.0.lock().unwrap().begun_anew, 0);
}

#[tokio::test]
async fn rows_that_repeat_the_credential_are_not_kept() {
    let desk = Desk::new().await;
    desk.has_rows();
    let echo = json!({"data": [{"id": "a", "sent": server::access(1)}]});
    desk.says("/api/rows/leads", 200, &echo);
    let failed = desk.pulls(false).await.unwrap_err();
    assert!(matches!(failed, PullError::EchoesCredential));
    assert!(desk.shelf.ids().is_empty());
}

#[tokio::test]
async fn a_next_page_that_there_is_no_way_to_is_not_the_end() {
    for (next, why) in [
        (json!({"page": 2}), "no word"),
        (json!("2"), "the page that is led from"),
        (json!("1"), "a page that was there before"),
    ] {
        let desk = Desk::new().await;
        desk.has_rows();
        desk.pulls(false).await.unwrap();
        let first = json!({"data": [{"id": "a"}], "next": "1"});
        desk.says("/api/rows/leads", 200, &first);
        let second = json!({"data": [{"id": "new"}], "next": "2"});
        desk.says("/api/rows/leads?cursor=1", 200, &second);
        let third = json!({"data": [{"id": "newer"}], "next": next});
        desk.says("/api/rows/leads?cursor=2", 200, &third);
        let failed = desk.pulls(false).await.unwrap_err();
        assert!(matches!(failed, PullError::Astray(_)), "{why}: {failed:?}");
        assert_eq!(
            desk.shelf.ids(),
            ["3", "a", "b", "d", "new", "newer"],
            "{why}: what has come is kept"
        );
        let ended = desk.shelf.0.lock().unwrap().ended;
        assert_eq!(ended, 1, "{why}: nothing counts as gone");
        desk.has_rows();
        assert_eq!(desk.pulls(false).await.unwrap().came, 4, "{why}: anew");
    }
}

#[tokio::test]
async fn changed_rows_that_nothing_identifies_stand_in_for_no_others() {
    let desk = Desk::new().await;
    desk.has_rows();
    desk.pulls(true).await.unwrap();
    let since = "/api/rows/leads?since=2023-11-14T22%3A12%3A25%2B00%3A00";
    desk.says(since, 200, &json!({"data": [{"n": 1}]}));
    let failed = desk.pulls(true).await.unwrap_err();
    assert!(matches!(failed, PullError::Unidentified), "{failed:?}");
    assert_eq!(desk.shelf.ids(), ["3", "a", "b", "d"]);
    desk.asked();
    desk.pulls(true).await.unwrap();
    assert_eq!(desk.asked()[0], "", "everything is asked for again");
}

#[tokio::test]
async fn where_rows_are_numbered_everything_is_asked_for_each_time() {
    let desk = Desk::new().await;
    let rows = json!({"data": [{"n": 1}, {"id": "#0"}, {"n": 3}]});
    desk.says("/api/rows/leads", 200, &rows);
    for _ in 0..2 {
        assert_eq!(desk.pulls(true).await.unwrap().came, 3);
        assert_eq!(desk.asked(), [""], "which of them changed nobody can tell");
        assert_eq!(
            desk.shelf.ids(),
            ["##0", "#0", "#2"],
            "and a record is not taken for a number"
        );
    }
}

#[tokio::test]
async fn a_pull_whose_pages_have_all_come_is_only_ended() {
    let desk = Desk::new().await;
    desk.has_rows();
    desk.shelf.0.lock().unwrap().dies_at_the_end = true;
    desk.pulls(false).await.unwrap_err();
    desk.asked();
    let pulled = desk.pulls(false).await.unwrap();
    assert_eq!((pulled.came, desk.asked().len()), (4, 0));
}
