//! Answers that follow from other answers: a data center from the server that answered.

use std::collections::BTreeMap;

use tsunagi_connectors::{Connector, Sketch};
use tsunagi_domain::RefusalCode;
use tsunagi_domain::connection::Settings;

use crate::addresses::answering;
use crate::draft_of;

/// A service in two places, told by the server that answered.
const TOLD: &str = r#"[[oauth.answers]]
name = "server"
host = true
default = "https://us.api.example.com"

[[oauth.answers]]
name = "place"
[oauth.answers.told_by]
answer = "server"
setting = "center"
[oauth.answers.told_by.values]
"https://us.api.example.com" = "one.api.example.com"
"https://eu.api.example.com" = "eu.example.com"
"#;

const BASE: &str = "https://{answer.place}/v1";

fn told() -> Connector {
    answering(TOLD, BASE).outcome.unwrap()
}

fn said(server: &str) -> BTreeMap<String, String> {
    [("server".to_owned(), server.to_owned())].into()
}

#[test]
fn an_answer_that_follows_from_another_needs_nobody_to_say_it() {
    let connector = told();
    let resolved = connector.resolve(&Settings::new()).unwrap();
    let table = [
        (BTreeMap::new(), "one.api.example.com"),
        (said("https://us.api.example.com"), "one.api.example.com"),
        (said("https://eu.api.example.com"), "eu.example.com"),
        (said("https://EU.api.example.com/"), "eu.example.com"),
        // A field that happens to have its name is not the answer.
        (
            [("place".to_owned(), "evil.example.org".to_owned())].into(),
            "one.api.example.com",
        ),
    ];
    for (answers, host) in table {
        let bound = connector.answered(&resolved, &answers).unwrap();
        bound.complete().unwrap();
        assert_eq!(bound.api_base.host_str(), Some(host), "{answers:?}");
        assert_eq!(
            bound.origins, resolved.origins,
            "what is sealed is the connector's own"
        );
    }
}

#[test]
fn an_answer_that_nobody_knows_the_place_of_is_refused_by_its_value() {
    let connector = told();
    let resolved = connector.resolve(&Settings::new()).unwrap();
    let refusal = connector
        .answered(&resolved, &said("https://jp.api.example.com"))
        .unwrap_err();
    assert_eq!(refusal.code, RefusalCode::AnswerUnknown);
    assert_eq!(refusal.args["service"], "Example");
    assert_eq!(refusal.args["value"], "https://jp.api.example.com");
}

#[test]
fn r23_a_credential_that_was_sealed_with_a_former_setting_is_still_that_credential() {
    let connector = told();
    assert_eq!(
        connector.former_parameters().collect::<Vec<_>>(),
        ["center"]
    );
    let with = |value: &str| {
        let settings = Settings::from([("center".to_owned(), value.to_owned())]);
        connector.resolve(&settings).unwrap()
    };
    let sealed = |value: &str| -> Vec<String> {
        let origins = with(value).origins;
        origins.iter().map(ToString::to_string).collect()
    };
    assert_eq!(sealed("eu.example.com"), ["https://eu.example.com:443"]);
    let plain = connector.resolve(&Settings::new()).unwrap().origins;
    for own in ["one.api.example.com", "never.example.org", ""] {
        assert_eq!(with(own).origins, plain, "{own}");
    }
    // Where requests go is what the service says, whatever was set.
    let bound = connector
        .answered(&with("eu.example.com"), &said("https://us.api.example.com"))
        .unwrap();
    assert_eq!(bound.api_base.host_str(), Some("one.api.example.com"));
    assert_eq!(bound.origins, with("eu.example.com").origins);
}

#[test]
fn a_setting_of_another_place_than_the_service_told_is_refused() {
    let ends = TOLD
        .replace("setting = \"center\"", "ends = \"region\"")
        .replace("= \"one.api.example.com\"", "= \"us\"")
        .replace("= \"eu.example.com\"", "= \"eu\"");
    let text = answering(&ends, "https://{region}.example.com/v1").toml;
    let text = text
        .replace("pattern = \"eu|us\"", "pattern = \"x\\\\.(eu|us)\"")
        .replace("default = \"eu\"", "default = \"x.us\"");
    let connector = draft_of("example.toml", text.as_bytes()).outcome.unwrap();
    let settings = Settings::from([("region".to_owned(), "x.eu".to_owned())]);
    // As long as the service has said nothing, nothing is wrong.
    let resolved = connector.resolve(&settings).unwrap();
    let eu = said("https://eu.api.example.com");
    assert!(connector.answered(&resolved, &eu).is_ok());
    let us = said("https://us.api.example.com");
    let refusal = connector.answered(&resolved, &us).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::SettingElsewhere);
    assert_eq!(refusal.args["setting"], "x.eu");
    assert_eq!(refusal.args["value"], "https://us.api.example.com");
}

#[test]
fn what_an_answer_follows_from_is_looked_at_in_the_file() {
    let at = |from: &str, to: &str| {
        assert!(TOLD.contains(from), "{from}");
        TOLD.replace(from, to)
    };
    let table = [
        (
            at("answer = \"server\"", "answer = \"nobody\""),
            "answer_unlisted",
        ),
        (
            at("answer = \"server\"", "answer = \"place\""),
            "answer_unlisted",
        ),
        (
            at("setting = \"center\"", "setting = \"region\""),
            "answer_told_setting",
        ),
        (
            at(
                "name = \"place\"",
                "name = \"place\"\ndefault = \"eu.example.com\"",
            ),
            "answer_told_said",
        ),
        (
            at("setting = \"center\"", "ends = \"center\""),
            "parameter_unknown",
        ),
        (
            at("name = \"place\"", "name = \"place\"\nhost = true"),
            "answer_told_said",
        ),
        (
            at("default = \"https://us.api.example.com\"\n", ""),
            "answer_sample",
        ),
        (
            at("default = \"https://us.", "default = \"https://jp."),
            "answer_told_none",
        ),
        (
            at(
                "\"https://eu.api.example.com\" =",
                "\"https://eu.api.example.com/\" =",
            ),
            "answer_told_value",
        ),
        (
            at("= \"eu.example.com\"", "= \"eu.example.com/x\""),
            "answer_told_value",
        ),
        // R23: also where it does not lead at first.
        (
            at("= \"eu.example.com\"", "= \"evil.example.org\""),
            "host_unlisted",
        ),
    ];
    for (oauth, code) in table {
        let problem = answering(&oauth, BASE).outcome.unwrap_err();
        assert_eq!(problem.why.code, code, "{problem}\n{oauth}");
        assert!(problem.line.is_some(), "{problem}\n{oauth}");
    }
}

#[test]
fn a_draft_keeps_what_an_answer_follows_from() {
    let draft = answering(TOLD, BASE);
    let sketch = Sketch::from_toml("example.toml", &draft.toml).unwrap();
    let again = Sketch::from_toml("example.toml", &sketch.to_toml()).unwrap();
    assert_eq!(again, sketch);
    assert!(
        sketch
            .to_toml()
            .contains("\"https://eu.api.example.com\" = \"eu.example.com\"")
    );
}
