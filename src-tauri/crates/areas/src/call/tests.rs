#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn with(target: &str, query: &[(&str, &str)]) -> Call {
    Call {
        query: query.iter().map(|pair| Pair::on(pair.0, pair.1)).collect(),
        ..Call::get(target)
    }
}

#[test]
fn parameters_go_behind_those_that_the_target_has() {
    for (target, query, sent) in [
        ("/a", &[][..], "/a"),
        ("/a", &[("x", "1")], "/a?x=1"),
        ("/a?y=2", &[("x", "1")], "/a?y=2&x=1"),
        ("/a?", &[("x", "1")], "/a?x=1"),
        ("/a#part", &[("x", "1")], "/a?x=1"),
        ("  /a ", &[("x", "a b&c=山")], "/a?x=a+b%26c%3D%E5%B1%B1"),
        (
            "https://h.example/a",
            &[("", "gone")],
            "https://h.example/a",
        ),
    ] {
        assert_eq!(with(target, query).request().unwrap().target, sent);
    }
}

#[test]
fn what_is_switched_off_is_not_sent() {
    let off = Pair {
        on: false,
        ..Pair::on("x", "1")
    };
    let call = Call {
        query: vec![off.clone()],
        headers: vec![off.clone()],
        method: Method::Post,
        body: Body::Form {
            fields: vec![off, Pair::on("y", "2")],
        },
        ..Call::get("/a")
    };
    let request = call.request().unwrap();
    assert_eq!(request.target, "/a");
    assert!(!request.headers.contains_key("x"));
    assert_eq!(request.body, b"y=2");
}

#[test]
fn what_is_no_request_is_told_by_name_and_place() {
    let text = |text: &str| Body::Json {
        text: text.to_owned(),
    };
    let header = |name: &str, value: &str| Call {
        headers: vec![Pair::on(name, value)],
        ..Call::get("/a")
    };
    let body = |method, body| Call {
        method,
        body,
        ..Call::get("/a")
    };
    let plain = |media_type: &str| Body::Text {
        media_type: media_type.to_owned(),
        text: String::new(),
    };
    for (call, misfit) in [
        (Call::get(" "), Misfit::TargetMissing),
        (Call::get("#a"), Misfit::TargetMissing),
        (Call::get("a/b"), Misfit::TargetUnfit),
        (Call::get("//evil.example/a"), Misfit::TargetUnfit),
        (Call::get("/a\r\nHost: evil"), Misfit::TargetUnfit),
        (Call::get("/\\evil.example"), Misfit::TargetUnfit),
        (Call::get("file:///etc/passwd"), Misfit::TargetUnfit),
        (
            Call::get(format!("/{}", "a".repeat(TARGET_MAX))),
            Misfit::TargetTooLong,
        ),
        (header("a b", "1"), Misfit::HeaderName("a b".to_owned())),
        (
            header("x", "1\r\ny: 2"),
            Misfit::HeaderValue("x".to_owned()),
        ),
        (
            body(Method::Post, text("{\n  \"a\": }")),
            Misfit::Json { line: 2, column: 8 },
        ),
        (
            body(Method::Post, plain("text")),
            Misfit::MediaType("text".to_owned()),
        ),
        (body(Method::Get, text("{}")), Misfit::BodyUnfit("GET")),
        (
            body(Method::Post, text(&format!("\"{}\"", "a".repeat(BODY_MAX)))),
            Misfit::BodyTooLong,
        ),
        (with("/a", &[("x", "1"); PAIRS_MAX + 1]), Misfit::TooMany),
    ] {
        assert_eq!(call.request().unwrap_err(), misfit, "{call:?}");
    }
}

#[test]
fn a_body_says_what_it_is_unless_the_caller_does() {
    let json = Call {
        method: Method::Post,
        body: Body::Json {
            text: "{ \"a\": 1 }".to_owned(),
        },
        ..Call::get("/a")
    };
    let request = json.request().unwrap();
    assert_eq!(request.headers[CONTENT_TYPE], "application/json");
    assert_eq!(request.body, b"{ \"a\": 1 }", "as it was written");
    let own = Call {
        headers: vec![Pair::on("Content-Type", "application/vnd.api+json")],
        ..json
    };
    let request = own.request().unwrap();
    let kinds: Vec<_> = request.headers.get_all(CONTENT_TYPE).iter().collect();
    assert_eq!(kinds, ["application/vnd.api+json"]);
}

#[test]
fn a_call_is_stored_and_read_back() {
    let call = Call {
        method: Method::Patch,
        headers: vec![Pair::on("x", "山")],
        body: Body::Text {
            media_type: "text/csv".to_owned(),
            text: "a;b".to_owned(),
        },
        ..with("/a", &[("x", "1")])
    };
    let stored = serde_json::to_string(&call).unwrap();
    assert_eq!(serde_json::from_str::<Call>(&stored).unwrap(), call);
    let old = r#"{"method":"GET","target":"/a"}"#;
    assert_eq!(serde_json::from_str::<Call>(old).unwrap(), Call::get("/a"));
}

proptest! {
    #[test]
    fn a_parameter_is_one_parameter_whatever_is_in_it(name in "[^\\s][^\\p{Cc}]{0,20}", value in "\\PC{0,40}") {
        prop_assume!(!name.trim().is_empty());
        let request = with("/a?own=1", &[(&name, &value)]).request().unwrap();
        let url = url::Url::parse(&format!("https://h.example{}", request.target)).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(pairs, [("own".to_owned(), "1".to_owned()), (name.trim().to_owned(), value)]);
        prop_assert_eq!(url.host_str(), Some("h.example"));
        prop_assert_eq!(url.path(), "/a");
    }

    #[test]
    fn no_target_reaches_another_host_by_its_form(tail in "\\PC{0,30}") {
        let call = Call::get(format!("/{tail}"));
        if let Ok(request) = call.request() {
            let url = url::Url::parse(&format!("https://h.example{}", request.target)).unwrap();
            prop_assert_eq!(url.host_str(), Some("h.example"));
        }
    }
}
