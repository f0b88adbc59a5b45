//! What a parser stopped at, by kind and place: what a person is told in their own language.

use std::collections::BTreeSet;

use tsunagi_connectors::{FAULTS, Problem, Question, Sketch, openapi};

use crate::GOOD;

/// A text, and the kind and the place that its problem names.
fn told(text: &str, problem: &Problem) -> [String; 4] {
    let named = |name: &str| problem.why.args.get(name).cloned().unwrap_or_default();
    [
        text.to_owned(),
        named("fault"),
        named("line"),
        named("column"),
    ]
}

#[test]
fn a_connector_file_that_is_no_toml_is_told_by_kind_line_and_column() {
    let cases = [
        ("id = \"x\"\nname \"y\"", "equals", "2", "6"),
        ("id = \"x\"\nname =\n", "value", "2", "7"),
        ("id = \"例\" x", "extra", "1", "10"),
        ("id = x\n", "quotes", "1", "6"),
        ("id = \"x\"\nid = \"y\"", "twice", "2", "1"),
        ("kinds = [\"a\" \"b\"]", "comma", "1", "14"),
        ("kinds = [\"a\"", "brackets", "1", "13"),
        ("[oauth\nx = 1", "brackets", "1", "7"),
    ];
    let found = cases.map(|(text, ..)| {
        let problem = Sketch::reopen("mill.toml", text).unwrap_err();
        assert_eq!(problem.why.code, "not_toml", "{text}");
        told(text, &problem)
    });
    assert_eq!(
        found,
        cases.map(|(text, fault, line, column)| [text, fault, line, column].map(str::to_owned))
    );
    let color = GOOD.replace("hue = 10", "color = 10");
    let problem = Sketch::reopen("mill.toml", &color).unwrap_err();
    assert_eq!(problem.why.args["which"], ": color", "by name: {problem}");
    let red = GOOD.replace("hue = 10", "hue = \"red\"");
    let problem = Sketch::reopen("mill.toml", &red).unwrap_err();
    assert_eq!(told("", &problem)[1..3], ["type", "14"]);
    for (text, fault) in [("id = \"\\q\"", "escape"), ("hue = 1__0", "number")] {
        let problem = Sketch::reopen("mill.toml", text).unwrap_err();
        assert_eq!(told("", &problem)[1..3], [fault, "1"], "{text}: {problem}");
    }
}

#[test]
fn a_document_that_is_no_json_is_told_by_kind_line_and_column() {
    let cases = [
        ("{\n  \"openapi\": \"3.0.0\"", "ends", "2", "20"),
        ("{\"a\" 1}", "colon", "1", "6"),
        ("{\"a\": 1 \"b\": 2}", "comma", "1", "9"),
        ("{\"名前\": 1,}", "extra", "1", "10"),
        ("{a: 1}", "quotes", "1", "2"),
        ("{\"a\": nope}", "value", "1", "8"),
        ("{\"a\": \"\\q\"}", "escape", "1", "9"),
        ("{\"a\": 01}", "number", "1", "8"),
        ("{\"a\": 1} x", "trailing", "1", "10"),
        // Read as text, and no character: inside of the document, not of the part.
        ("{\n \"a\": \"\\ud800\"}", "escape", "2", "14"),
    ];
    let found = cases.map(|(text, ..)| {
        let problem = openapi("mill.json", text).unwrap_err();
        assert_eq!(problem.why.code, "not_json", "{text}");
        told(text, &problem)
    });
    assert_eq!(
        found,
        cases.map(|(text, fault, line, column)| [text, fault, line, column].map(str::to_owned))
    );
}

#[test]
fn a_document_that_is_no_yaml_is_told_by_kind_line_and_column() {
    let cases = [
        ("openapi: [1, 2", "brackets", "1", "10"),
        ("a: *nothing", "anchor", "1", "4"),
    ];
    let found = cases.map(|(text, ..)| {
        let problem = openapi("mill.yaml", text).unwrap_err();
        assert_eq!(problem.why.code, "not_yaml", "{text}");
        told(text, &problem)
    });
    assert_eq!(
        found,
        cases.map(|(text, fault, line, column)| [text, fault, line, column].map(str::to_owned))
    );
    for (text, fault, line) in [
        ("openapi: 3.0.0\n\tinfo: x", "tab", "2"),
        ("a: b: c", "indent", "1"),
        ("a: \"\\q\"", "escape", "1"),
    ] {
        let problem = openapi("mill.yaml", text).unwrap_err();
        assert_eq!(told("", &problem)[1..3], [fault, line], "{text}: {problem}");
    }
}

#[test]
fn a_body_of_a_draft_that_is_no_json_is_told_at_its_field() {
    let mut sketch = Sketch::from_toml("example.toml", GOOD).unwrap();
    let mut verify = Question::at("https://eu.example.com/me".to_owned());
    verify.json = Some("{\n  \"query\": \"{ me }\"\n  \"a\": 1\n}".to_owned());
    sketch.verify = Some(verify);
    let found = sketch.check();
    let body = found.iter().find(|one| one.at == "/verify/json");
    let body = body.unwrap_or_else(|| panic!("{found:?}"));
    let named = |name: &str| body.why.args[name].as_str();
    assert_eq!(
        (
            body.why.code,
            named("fault"),
            named("line"),
            named("column")
        ),
        ("not_json", "comma", "3", "3")
    );
}

#[test]
fn the_kinds_are_in_order_and_each_there_once() {
    let all: BTreeSet<&str> = FAULTS.iter().copied().collect();
    assert_eq!(all.into_iter().collect::<Vec<_>>(), FAULTS);
}
