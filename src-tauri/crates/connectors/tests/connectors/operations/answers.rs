//! What an answer means, and where the next page is.

use proptest::prelude::*;
use serde_json::{Value, json};
use tsunagi_connectors::{Asked, Astray, Fared, Given, Library, PaymentState, Verdict};

use super::{Service, given, text};

/// The `list` with another paging and further lines.
fn listing(paging: &str) -> Service {
    Service::of(&text().replace(
        r#"paging = { by = "page", input = "page", size = "size" }"#,
        paging,
    ))
}

fn next(service: &Service, values: Value, answer: &Value) -> Option<Asked> {
    leads(service, values, answer).unwrap()
}

fn leads(service: &Service, values: Value, answer: &Value) -> Result<Option<Asked>, Astray> {
    let list = service.operation("list");
    let asked = list.request(&given(values), service.site()).unwrap();
    list.next_page(&asked, service.site(), |_| None, answer)
}

#[test]
fn pages_are_counted_until_one_is_not_full() {
    let service = listing(r#"paging = { by = "page", input = "page", size = "size" }"#);
    let full = json!({ "rows": [1, 2] });
    let second = next(&service, json!({}), &full).unwrap();
    assert!(second.target.contains("page=2&"), "{}", second.target);
    assert_eq!(second.page(), 1);
    let tenth = next(&service, json!({ "page": 9 }), &full).unwrap();
    assert!(tenth.target.contains("page=10&"), "{}", tenth.target);
    for end in [
        json!({ "rows": [1] }),
        json!({ "rows": [] }),
        json!({}),
        json!(null),
    ] {
        assert_eq!(next(&service, json!({}), &end), None, "{end}");
    }
}

#[test]
fn what_says_whether_there_are_more_is_believed() {
    let service =
        listing(r#"paging = { by = "offset", input = "page", first = 1, more = "/more" }"#);
    let more = json!({ "rows": [1, 2, 3], "more": true });
    let second = next(&service, json!({}), &more).unwrap();
    assert!(second.target.contains("page=4&"), "{}", second.target);
    let end = json!({ "rows": [1], "more": false });
    assert_eq!(next(&service, json!({}), &end), None);
    let stands = json!({ "rows": [], "more": true });
    assert_eq!(
        leads(&service, json!({}), &stands),
        Err(Astray::Same),
        "more that never come are no end"
    );
}

#[test]
fn a_word_of_the_answers_leads_on_while_it_is_another() {
    let service =
        listing(r#"paging = { by = "token", input = "page", at = "/next", more = "/more" }"#);
    let token = json!({ "rows": [1], "next": "12", "more": true });
    let second = next(&service, json!({}), &token).unwrap();
    assert!(second.target.contains("page=12&"), "{}", second.target);
    assert_eq!(
        leads(&service, json!({ "page": 12 }), &token),
        Err(Astray::Same),
        "the same page again is not the last one"
    );
    let end = json!({ "next": "12", "more": false });
    assert_eq!(next(&service, json!({}), &end), None);
    for stuck in [
        json!({ "next": null, "more": true }),
        json!({ "next": "", "more": true }),
        json!({ "more": true }),
        json!({ "next": ["12"], "more": true }),
        json!({ "next": "twelve", "more": true }),
    ] {
        let led = leads(&service, json!({}), &stuck);
        assert_eq!(led, Err(Astray::Unusable), "{stuck}");
    }
    let silent = listing(r#"paging = { by = "token", input = "page", at = "/next" }"#);
    for end in [json!({}), json!({ "next": null }), json!({ "next": "" })] {
        assert_eq!(next(&silent, json!({}), &end), None, "{end}");
    }
}

#[test]
fn a_header_of_the_answers_leads_on() {
    let service = listing(r#"paging = { by = "header", input = "page", name = "record_cursor" }"#);
    let list = service.operation("list");
    let asked = list.request(&Given::new(), service.site()).unwrap();
    let header = |name: &str| (name == "record_cursor").then_some("12");
    let next = list.next_page(&asked, service.site(), header, &Value::Null);
    let next = next.unwrap().unwrap();
    assert!(next.target.contains("page=12&"), "{}", next.target);
    let same = list.next_page(&next, service.site(), header, &Value::Null);
    assert_eq!(same, Err(Astray::Same), "the same page again");
    for end in [None, Some("")] {
        assert_eq!(
            list.next_page(&asked, service.site(), |_| end, &Value::Null),
            Ok(None)
        );
    }
}

#[test]
fn an_answer_may_be_the_list_itself() {
    let service = Service::of(&text().replace(
        r#"answer = { rows = "/rows" }"#,
        r#"answer = { rows = "" }"#,
    ));
    let list = service.operation("list");
    assert_eq!(list.rows(&json!([1, 2])).map(<[Value]>::len), Some(2));
    assert_eq!(list.rows(&json!({ "rows": [1] })), None);
    assert_eq!(list.outcome(200, b"[]").verdict, Verdict::Done);
    assert_eq!(
        list.outcome(200, b"{}").verdict,
        Verdict::Unclear,
        "an object is no list"
    );
}

#[test]
fn an_address_leads_on_at_the_services_hosts_only() {
    let service = listing(r#"paging = { by = "next", at = "/next" }"#);
    for (address, target) in [
        (
            "https://us.api.example.com/v2/list?at=2",
            Ok(Some("https://us.api.example.com/v2/list?at=2")),
        ),
        (
            "/v2/list?at=2",
            Ok(Some("https://eu.example.com/v2/list?at=2")),
        ),
        ("?at=2", Ok(Some("https://eu.example.com/v2/list?at=2"))),
        ("https://evil.example/v2/list?at=2", Err("evil.example")),
        ("//evil.example/", Err("evil.example")),
        ("http://eu.example.com/v2/list?at=2", Err("eu.example.com")),
        ("https://eu.example.com@evil.example/", Err("evil.example")),
    ] {
        let answer = json!({ "rows": [1], "next": address });
        let led = leads(&service, json!({}), &answer);
        let led = led.map(|asked| asked.map(|asked| asked.target));
        let expected = target.map(|target| target.map(str::to_owned));
        let expected = expected.map_err(|host: &str| Astray::Elsewhere {
            host: host.to_owned(),
        });
        assert_eq!(led, expected, "{address}");
    }
    for unusable in [json!("https://"), json!({ "at": 2 }), json!(2)] {
        let answer = json!({ "rows": [1], "next": unusable });
        let led = leads(&service, json!({}), &answer);
        assert_eq!(led, Err(Astray::Unusable), "{unusable}");
    }
    for end in [json!(null), json!(""), json!(false)] {
        let answer = json!({ "rows": [1], "next": end });
        assert_eq!(next(&service, json!({}), &answer), None, "{end}");
    }
}

#[test]
fn a_link_header_leads_on() {
    let service = listing(r#"paging = { by = "link" }"#);
    let list = service.operation("list");
    let asked = list.request(&Given::new(), service.site()).unwrap();
    for (header, leads) in [
        (
            r#"<https://eu.example.com/a?p=1>; rel="prev", <https://eu.example.com/a?p=3>; rel="next""#,
            Ok(true),
        ),
        (r#"</a?p=3>;title="x";rel="last next""#, Ok(true)),
        (r#"<https://eu.example.com/a?p=1>; rel="prev""#, Ok(false)),
        (
            r#"<https://evil.example/a?p=3>; rel="next""#,
            Err(Astray::Elsewhere {
                host: "evil.example".to_owned(),
            }),
        ),
        (
            r#"<https://eu.example.com/a; rel="next""#,
            Err(Astray::Unusable),
        ),
        ("", Ok(false)),
    ] {
        let next = list.next_page(&asked, service.site(), |_| Some(header), &Value::Null);
        let target = next.map(|asked| asked.map(|asked| asked.target));
        let expected = leads.map(|leads| leads.then(|| "https://eu.example.com/a?p=3".to_owned()));
        assert_eq!(target, expected, "{header}");
    }
}

#[test]
fn each_record_counts_whatever_the_status_says() {
    let add = Service::of(&text()).operation("add");
    let good = json!({ "status": "success", "details": { "id": "7" }, "message": "record added" });
    let bad = json!({ "status": "error", "details": {}, "message": "required field not found" });
    let said = Some("required field not found".to_owned());
    for (status, records, verdict, id, message) in [
        (201, json!([good]), Verdict::Done, Some("7"), None),
        (
            207,
            json!([bad, good]),
            Verdict::Partly,
            Some("7"),
            said.clone(),
        ),
        (200, json!([bad]), Verdict::Refused, None, said.clone()),
        (200, json!([]), Verdict::Unclear, None, None),
        (500, json!([good]), Verdict::Unclear, Some("7"), None),
        (401, json!([]), Verdict::Refused, None, None),
        (408, json!([]), Verdict::Unclear, None, None),
    ] {
        let body = json!({ "data": records }).to_string();
        let outcome = add.outcome(status, body.as_bytes());
        let told = (outcome.verdict, outcome.id.as_deref(), outcome.message);
        assert_eq!(told, (verdict, id, message), "{status} {body}");
    }
    let outcome = add.outcome(207, json!({ "data": [bad] }).to_string().as_bytes());
    let expected = Fared {
        good: false,
        id: None,
        message: said,
    };
    assert_eq!(outcome.records, [expected]);
}

#[test]
fn an_answer_that_is_not_what_was_promised_is_no_success() {
    let service = Service::of(&text());
    let (add, list) = (service.operation("add"), service.operation("list"));
    for body in ["", "<html>", "{}", "[1]"] {
        assert_eq!(
            add.outcome(200, body.as_bytes()).verdict,
            Verdict::Unclear,
            "{body}"
        );
        assert_eq!(
            list.outcome(200, body.as_bytes()).verdict,
            Verdict::Unclear,
            "{body}"
        );
    }
    let outcome = add.outcome(400, b" bad key ");
    assert_eq!(
        outcome.message.as_deref(),
        Some("bad key"),
        "a plain answer is what it says"
    );
    let away = list.outcome(503, b"");
    assert_eq!(
        away.verdict,
        Verdict::Refused,
        "nothing was changed by looking"
    );
}

#[test]
fn payments_stand_as_the_service_says_in_words_that_are_known() {
    let told = r#"answer = { rows = "/rows", states = { at = "/state", paid = ["DONE"], waiting = ["NEW"], failed = ["VOID"] }, link = { href = "/href", among = { list = "/links", at = "/rel", is = ["approve", "pay"] } } }"#;
    let service = Service::of(&text().replace(r#"answer = { rows = "/rows" }"#, told));
    let list = service.operation("list");
    for (word, state) in [
        ("DONE", Some(PaymentState::Paid)),
        ("NEW", Some(PaymentState::Waiting)),
        ("VOID", Some(PaymentState::Failed)),
        ("ELSE", None),
    ] {
        let body = json!({ "rows": [], "state": word, "links": [{ "rel": "self", "href": "a" }, { "rel": "pay", "href": "b" }] });
        let outcome = list.outcome(200, body.to_string().as_bytes());
        assert_eq!(
            (outcome.payment, outcome.link.as_deref()),
            (state, Some("b")),
            "{word}"
        );
    }
}

/// <https://developer.paypal.com/api/orders/v2/definitions/order_status>,
/// <https://developer.paypal.com/sdk/orders/v2/definitions/capture_status>
#[test]
fn an_order_that_is_completed_is_paid_only_when_its_capture_is() {
    for id in ["paypal", "practice_paypal"] {
        let library = Library::built_in();
        let operations = library.get(id).unwrap().operations();
        for name in ["create_payment", "get_payment", "capture_payment"] {
            let operation = operations.iter().find(|one| one.id == name).unwrap();
            let stands = |capture: serde_json::Value| {
                let unit = json!({ "payments": { "captures": [{ "status": capture }] } });
                let body = json!({ "id": "1", "status": "COMPLETED", "purchase_units": [unit] });
                operation.outcome(201, body.to_string().as_bytes()).payment
            };
            for (word, state) in [
                ("COMPLETED", Some(PaymentState::Paid)),
                ("PENDING", Some(PaymentState::Waiting)),
                ("DECLINED", Some(PaymentState::Failed)),
                ("FAILED", Some(PaymentState::Failed)),
                ("REFUNDED", None),
                ("PARTIALLY_REFUNDED", None),
                ("ELSE", None),
            ] {
                assert_eq!(stands(json!(word)), state, "{id} {name}: {word}");
            }
            assert_eq!(stands(json!(null)), None, "it is there, and says nothing");
            let early = json!({ "id": "1", "status": "APPROVED", "purchase_units": [{}] });
            let outcome = operation.outcome(200, early.to_string().as_bytes());
            assert_eq!(outcome.payment, Some(PaymentState::Waiting), "no capture");
        }
    }
}

#[test]
fn fields_are_described_from_a_list_or_an_object() {
    let told = r#"answer = { rows = "/rows", described = { name = "/code", label = "/label", kind = "/type", required = "/must", creatable = "/new" } }"#;
    let service = Service::of(&text().replace(r#"answer = { rows = "/rows" }"#, told));
    let list = service.operation("list");
    let entry =
        json!({ "code": "Email", "label": "E-mail", "type": "text", "must": true, "new": false });
    for rows in [
        json!([entry, { "label": "no name" }]),
        json!({ "Email": entry }),
    ] {
        let fields = list.described(&json!({ "rows": rows }));
        assert_eq!(fields.len(), 1);
        let field = &fields[0];
        assert_eq!(
            (field.name.as_str(), field.label.as_str()),
            ("Email", "E-mail")
        );
        assert_eq!(field.kind.as_deref(), Some("text"));
        assert!(field.required && field.read_only, "{field:?}");
    }
}

#[test]
fn what_was_done_before_with_the_same_key_is_done() {
    let again = text().replace(
        "message = [\"/message\"] }",
        "message = [\"/message\"], again = 409 }",
    );
    let body = br#"{"message":"The retry key is already accepted"}"#;
    for (text, verdict) in [(again, Verdict::Done), (text(), Verdict::Refused)] {
        let add = Service::of(&text).operation("add");
        assert_eq!(add.outcome(409, body).verdict, verdict);
    }
}

/// Any JSON, with the names that services use among its names.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z:/?]{0,12}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        "[a-z]{1,3}",
        "(data|status|info|records|rows|next|id|links|ok|messages|error)"
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_upsets_an_operation_that_comes_with_the_program(
        status in 100_u16..600,
        body in any_json(),
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let library = tsunagi_connectors::Library::built_in();
        for connector in library.all() {
            for operation in connector.operations().iter() {
                let of_json = operation.outcome(status, body.to_string().as_bytes());
                let of_bytes = operation.outcome(status, &bytes);
                for outcome in [of_json, of_bytes] {
                    // An error is a success to nobody, but where the service says so.
                    let good = matches!(outcome.verdict, Verdict::Done | Verdict::Partly);
                    let told = status < 400 || operation.answer.again == Some(status);
                    prop_assert!(told || !good, "{} {}", connector.id, operation.id);
                }
                let list = operation.answer.rows.as_deref().and_then(|at| body.pointer(at));
                if list.is_none() {
                    prop_assert!(operation.described(&body).is_empty(), "no list, no fields");
                }
            }
        }
    }

    #[test]
    fn pages_that_lead_on_for_ever_come_to_an_end(answer in any_json()) {
        for paging in [
            r#"paging = { by = "page", input = "page", size = "size" }"#,
            r#"paging = { by = "offset", input = "page", more = "/info" }"#,
            r#"paging = { by = "token", input = "page", at = "/next" }"#,
            r#"paging = { by = "next", at = "/next" }"#,
        ] {
            let service = listing(paging);
            let list = service.operation("list");
            let mut asked = list.request(&Given::new(), service.site()).unwrap();
            for _ in 0..5 {
                let next = list.next_page(&asked, service.site(), |_| None, &answer);
                let Ok(Some(next)) = next else {
                    break;
                };
                prop_assert!(next.page() == asked.page() + 1, "each is counted");
                prop_assert!(next.target != asked.target);
                asked = next;
            }
        }
    }
}
