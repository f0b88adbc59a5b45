//! Operations: from values to a request, and from an answer to what came of it.

mod answers;
mod files;
mod refused;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use tsunagi_connectors::{Asked, Connector, Given, Misfit, Operation, Repeat, Resolved, Site};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::hosts::may_receive;
use url::Url;

use super::{GOOD, load};

/// A service with one operation that has a value in every place.
const OPERATIONS: &str = r#"
[[operations]]
id = "add"
label = { en = "Add a record", ja = "レコードの追加" }
method = "POST"
target = "/{module}/records"
areas = ["integration_task"]
role = "add"
scopes = [["all", "write.{module}", "read"]]
repeat = "key"
query = { note = "{note}", region = "{region}", sum = "{sum.decimal} {sum.currency}" }
headers = { X-Once = "{idempotency_key}", X-Note = "{short}" }
json = { data = ["{record}"], tags = ["{note}"], sum = "{sum.minor}", phone = "{phone.digits}", fields = "{fields}", at = "since {since}", fixed = { on = true } }
answer = { each = { list = "/data", at = "/status", is = "success", id = "/details/id", message = "/message" }, message = ["/message"] }

[[operations.inputs]]
name = "module"
label = { en = "Module", ja = "モジュール" }
required = true
example = "Leads"

[[operations.inputs]]
name = "record"
label = { en = "Record", ja = "レコード" }
kind = "record"
required = true

[[operations.inputs]]
name = "idempotency_key"
label = { en = "Key", ja = "キー" }
required = true

[[operations.inputs]]
name = "note"
label = { en = "Note", ja = "メモ" }
most = 20

[[operations.inputs]]
name = "short"
label = { en = "Short", ja = "短いメモ" }
choices = ["a", "b"]

[[operations.inputs]]
name = "sum"
label = { en = "Sum", ja = "金額" }
kind = "amount"
choices = ["USD", "JPY", "KWD", "HUF"]
whole = ["HUF"]

[[operations.inputs]]
name = "phone"
label = { en = "Phone", ja = "電話番号" }
kind = "phone"

[[operations.inputs]]
name = "fields"
label = { en = "Fields", ja = "項目" }
kind = "names"

[[operations.inputs]]
name = "since"
label = { en = "Since", ja = "以降" }
kind = "time"

[[operations]]
id = "list"
label = { en = "List records", ja = "レコードの一覧" }
target = "https://{region}.example.com/v2/list"
areas = ["data_source"]
role = "rows"
repeat = "safe"
query = { page = "{page}", size = "{size}", q = { first = ["new since {since}", "all"] } }
answer = { rows = "/rows" }
paging = { by = "page", input = "page", size = "size" }
since = { input = "since" }

[[operations.inputs]]
name = "page"
label = { en = "Page", ja = "ページ" }
kind = "number"

[[operations.inputs]]
name = "size"
label = { en = "Rows", ja = "行数" }
kind = "number"
default = 2
most = 100

[[operations.inputs]]
name = "since"
label = { en = "Since", ja = "以降" }
kind = "time"
"#;

pub(super) fn text() -> String {
    format!("{GOOD}{OPERATIONS}")
}

pub(super) struct Service {
    pub(super) connector: Connector,
    pub(super) resolved: Resolved,
}

impl Service {
    pub(super) fn of(text: &str) -> Self {
        let connector = load(text);
        let resolved = connector.resolve(&Settings::new()).unwrap();
        Self {
            connector,
            resolved,
        }
    }

    pub(super) fn site(&self) -> Site<'_> {
        Site {
            connector: &self.connector,
            resolved: &self.resolved,
            account: None,
        }
    }

    pub(super) fn operation(&self, id: &str) -> Operation {
        self.connector.operation(id).unwrap()
    }
}

pub(super) fn given(value: Value) -> Given {
    serde_json::from_value(value).unwrap()
}

fn least() -> Value {
    json!({ "module": "Leads", "record": { "Last_Name": "Burns" }, "idempotency_key": "k1" })
}

fn ask(more: Value) -> Result<Asked, Misfit> {
    let service = Service::of(&text());
    let mut values = given(least());
    values.extend(given(more));
    service.operation("add").request(&values, service.site())
}

fn body(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap()
}

#[test]
fn what_is_given_goes_where_its_placeholder_stands_and_keeps_its_type() {
    let asked = ask(json!({
        "note": "a & b", "short": "a", "sum": { "minor": 1050, "currency": "USD" },
        "phone": "+15005550006", "fields": ["Name", "Owner.Email"], "since": "2026-01-31T18:00:00+09:00",
    }))
    .unwrap();
    assert_eq!(asked.method.as_str(), "POST");
    assert_eq!(
        asked.target,
        "/Leads/records?note=a+%26+b&region=eu&sum=10.50+USD"
    );
    assert_eq!(
        asked.headers,
        BTreeMap::from(
            [
                ("content-type", "application/json"),
                ("x-once", "k1"),
                ("x-note", "a"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        )
    );
    assert_eq!(
        body(&asked),
        json!({
            "data": [{ "Last_Name": "Burns" }], "tags": ["a & b"], "sum": 1050, "phone": "15005550006",
            "fields": ["Name", "Owner.Email"], "at": "since 2026-01-31T09:00:00+00:00", "fixed": { "on": true },
        })
    );
    assert_eq!(asked.repeat, Repeat::Key);
}

#[test]
fn what_is_not_given_takes_its_leaf_along_and_nothing_else() {
    for more in [json!({}), json!({ "note": null, "sum": null })] {
        let asked = ask(more).unwrap();
        assert_eq!(asked.target, "/Leads/records?region=eu");
        assert!(!asked.headers.contains_key("x-note"));
        assert_eq!(
            body(&asked),
            json!({ "data": [{ "Last_Name": "Burns" }], "fixed": { "on": true } }),
            "a list of which nothing is left goes too"
        );
    }
}

#[test]
fn a_value_that_does_not_fit_is_told_by_the_name_of_its_input() {
    let name = |input: &str| input.to_owned();
    let kind = |input: &str, kind| Misfit::Kind {
        input: name(input),
        kind,
    };
    let place = |input: &str, place| Misfit::Place {
        input: name(input),
        place,
    };
    for (more, misfit) in [
        (
            json!({ "record": null }),
            Misfit::Missing {
                input: name("record"),
            },
        ),
        (
            json!({ "colour": 1 }),
            Misfit::Unknown {
                input: name("colour"),
            },
        ),
        (json!({ "record": [] }), kind("record", "record")),
        (json!({ "note": 7 }), kind("note", "text")),
        (json!({ "phone": "0312345678" }), kind("phone", "phone")),
        (json!({ "phone": "+81 3 1234" }), kind("phone", "phone")),
        (json!({ "fields": ["a b"] }), kind("fields", "names")),
        (json!({ "fields": ["a,b"] }), kind("fields", "names")),
        (json!({ "fields": [] }), kind("fields", "names")),
        (json!({ "since": "yesterday" }), kind("since", "time")),
        (json!({ "sum": 10.5 }), kind("sum", "amount")),
        (
            json!({ "sum": { "minor": 10.5, "currency": "USD" } }),
            kind("sum", "amount"),
        ),
        (
            json!({ "sum": { "minor": -1, "currency": "USD" } }),
            kind("sum", "amount"),
        ),
        (
            json!({ "sum": { "minor": 0, "currency": "USD" } }),
            kind("sum", "amount"),
        ),
        (
            json!({ "sum": { "minor": 1, "currency": "usd" } }),
            kind("sum", "amount"),
        ),
        (
            json!({ "sum": { "minor": 1, "currency": "EUR" } }),
            Misfit::Choice { input: name("sum") },
        ),
        (
            json!({ "sum": { "minor": 150, "currency": "HUF" } }),
            Misfit::Whole { input: name("sum") },
        ),
        (
            json!({ "short": "c" }),
            Misfit::Choice {
                input: name("short"),
            },
        ),
        (
            json!({ "note": "123456789012345678901" }),
            Misfit::Most {
                input: name("note"),
                most: 20,
            },
        ),
        (json!({ "module": "" }), place("module", "path")),
        (json!({ "module": ".." }), place("module", "path")),
        (
            json!({ "idempotency_key": "k\r\nHost: evil" }),
            place("idempotency_key", "header"),
        ),
        (
            json!({ "idempotency_key": "鍵" }),
            place("idempotency_key", "header"),
        ),
    ] {
        assert_eq!(ask(more.clone()), Err(misfit), "{more}");
    }
}

#[test]
fn amounts_are_written_by_their_currency_and_never_rounded() {
    for (minor, currency, decimal) in [
        (1, "USD", "0.01"),
        (100, "USD", "1.00"),
        (1050, "JPY", "1050"),
        (1050, "KWD", "1.050"),
        (1200, "HUF", "12"),
        (9_007_199_254_740_991_u64, "USD", "90071992547409.91"),
    ] {
        let asked = ask(json!({ "sum": { "minor": minor, "currency": currency } })).unwrap();
        let written = format!("sum={decimal}+{currency}");
        assert!(
            asked.target.ends_with(&written),
            "{} {written}",
            asked.target
        );
        assert_eq!(body(&asked)["sum"], json!(minor));
    }
}

#[test]
fn the_first_text_that_can_be_completed_is_sent() {
    let service = Service::of(&text());
    let list = service.operation("list");
    for (values, query) in [
        (json!({}), "q=all&size=2"),
        (
            json!({ "since": "2026-01-31T00:00:00Z", "page": 3 }),
            "page=3&q=new+since+2026-01-31T00%3A00%3A00%2B00%3A00&size=2",
        ),
    ] {
        let asked = list.request(&given(values), service.site()).unwrap();
        let target = format!("https://eu.example.com/v2/list?{query}");
        assert_eq!(asked.target, target);
    }
    let over = list.request(&given(json!({ "size": 101 })), service.site());
    assert!(
        matches!(over, Err(Misfit::Most { most: 100, .. })),
        "{over:?}"
    );
}

#[test]
fn scopes_are_needed_one_of_each_entry() {
    let service = Service::of(&text());
    let add = service.operation("add");
    let granted = |scopes: &[&str]| {
        scopes
            .iter()
            .map(|own| (*own).to_owned())
            .collect::<Vec<_>>()
    };
    let leads = given(json!({ "module": "Leads" }));
    assert!(
        add.scopes_missing(&service.connector, &granted(&["write.leads"]), &leads)
            .is_empty()
    );
    assert!(
        add.scopes_missing(&service.connector, &granted(&["all"]), &Given::new())
            .is_empty()
    );
    assert_eq!(
        add.scopes_missing(&service.connector, &granted(&["write.contacts"]), &leads),
        [["all", "write.Leads", "read"]],
        "and what would do is told"
    );
    let library = tsunagi_connectors::Library::built_in();
    let key = library.get("clickatell").unwrap();
    assert!(
        add.scopes_missing(key, &[], &leads).is_empty(),
        "a key has no scopes to ask for"
    );
}

#[test]
fn of_what_was_typed_in_only_the_account_is_known() {
    let library = tsunagi_connectors::Library::built_in();
    let connector = library.get("twilio").unwrap();
    let resolved = connector.resolve(&Settings::new()).unwrap();
    let values = given(json!({ "to": "+15005550006", "from": "+15005550001", "text": "Hello" }));
    let sid = "AC00000000000000000000000000000001";
    let mut site = Site {
        connector,
        resolved: &resolved,
        account: Some(sid),
    };
    let send = connector.operation("send_sms").unwrap();
    let asked = send.request(&values, site).unwrap();
    assert_eq!(asked.target, format!("/Accounts/{sid}/Messages.json"));
    site.account = None;
    let unknown = Misfit::NotKnown {
        name: "key.account_sid".to_owned(),
    };
    assert_eq!(send.request(&values, site), Err(unknown));
}

proptest! {
    #[test]
    fn no_value_changes_host_path_or_parameters(
        module in ".{1,20}",
        note in ".{0,20}",
        key in ".{1,20}",
        field in ".{0,10}",
    ) {
        let service = Service::of(&text());
        let mut values = given(json!({ "record": { field: note.clone() }, "note": note, "module": module }));
        values.insert("idempotency_key".to_owned(), json!(key));
        let Ok(asked) = service.operation("add").request(&values, service.site()) else {
            return Ok(());
        };
        let url = service.resolved.api_url(&asked.target).unwrap();
        prop_assert_eq!(url.host_str(), Some("eu.example.com"));
        let steps: Vec<&str> = url.path_segments().unwrap().collect();
        prop_assert_eq!(steps.len(), 3, "{}", url);
        prop_assert_eq!((steps[0], steps[2]), ("v1", "records"));
        let decoded = percent_encoding::percent_decode_str(steps[1]).decode_utf8().unwrap();
        prop_assert_eq!(decoded.as_ref(), module.as_str());
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let expected = vec![("note".to_owned(), note), ("region".to_owned(), "eu".to_owned())];
        prop_assert_eq!(pairs, expected);
        prop_assert!(url.fragment().is_none());
        for value in asked.headers.values() {
            prop_assert!(value.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
        }
    }

    #[test]
    fn no_answer_leads_to_a_host_that_is_not_listed(address in "(https?:)?//?[a-z.@:/%]{1,30}") {
        let service = Service::of(&text().replace(
            r#"paging = { by = "page", input = "page", size = "size" }"#,
            r#"paging = { by = "next", at = "/next" }"#,
        ));
        let list = service.operation("list");
        let asked = list.request(&Given::new(), service.site()).unwrap();
        let answer = json!({ "rows": [1], "next": address });
        if let Ok(Some(next)) = list.next_page(&asked, service.site(), |_| None, &answer) {
            let url = Url::parse(&next.target).unwrap();
            prop_assert!(may_receive(&url, &service.resolved.hosts).is_ok(), "{}", url);
        }
    }
}

#[test]
fn what_acts_each_time_is_known_by_its_address_whatever_its_method() {
    let library = tsunagi_connectors::Library::built_in();
    let clockwork = library.get("clockwork").expect("it is built in");
    for (method, target, once) in [
        ("GET", "/http/send.aspx?to=1", true),
        (
            "GET",
            "https://api.clockworksms.com/http/SEND.aspx?to=1",
            true,
        ),
        ("GET", "/http/balance", false),
        ("POST", "/http/send.aspx", false),
        ("GET", "", false),
        ("GET", "/", false),
    ] {
        assert_eq!(
            clockwork.does_once(method, target),
            once,
            "{method} {target}"
        );
    }
}

#[test]
fn records_go_where_the_rows_come_from_and_only_with_what_is_known() {
    let library = tsunagi_connectors::Library::built_in();
    let crm = given(json!({ "module": "Leads", "fields": ["Last_Name"] }));
    for (service, rows, values, add) in [
        (
            "zoho_crm",
            "get_records",
            crm.clone(),
            Some("create_record"),
        ),
        (
            "quickbooks",
            "get_customers",
            Given::new(),
            Some("create_customer"),
        ),
        (
            "quickbooks",
            "get_invoices",
            Given::new(),
            Some("create_invoice"),
        ),
        (
            "practice",
            "list_contacts",
            Given::new(),
            Some("add_contact"),
        ),
        // Rows come of a report, and records go into a form: which one nobody has said.
        (
            "zoho_creator",
            "get_records",
            given(json!({ "owner": "a", "app": "b", "report": "c" })),
            None,
        ),
        (
            "zoho_projects",
            "list_tasks",
            given(json!({ "portal": "1", "project": "2" })),
            None,
        ),
    ] {
        let connector = library.get(service).expect("it is built in");
        let operations = connector.operations();
        let found = operations
            .iter()
            .find(|own| own.adds_to_rows_of(rows, &values));
        assert_eq!(found.map(|own| own.id.as_str()), add, "{service} {rows}");
    }
    let connector = library.get("zoho_crm").expect("it is built in");
    let operations = connector.operations();
    let bare = operations
        .iter()
        .any(|own| own.adds_to_rows_of("get_records", &Given::new()));
    assert!(!bare, "into which module nobody has said");
}
