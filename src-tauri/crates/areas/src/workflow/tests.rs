#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::call::{Body, Call, Pair};

fn values(json: Value) -> Values {
    serde_json::from_value(json).unwrap()
}

fn met(value: Value, is: Is, with: Value) -> bool {
    let condition = Condition {
        any: false,
        tests: vec![Test {
            field: "x".to_owned(),
            is,
            value: with,
        }],
    };
    let record = values(json!({ "x": value }));
    holds(Some(&condition), &record, Some(&record))
}

#[test]
fn a_comparison_goes_by_what_the_values_are() {
    let usd = |minor: u64| json!({ "minor": minor, "currency": "USD" });
    let jpy = json!({ "minor": 5, "currency": "JPY" });
    for (value, is, with, expected) in [
        (json!("Ada"), Is::Is, json!("ada"), true),
        (json!("Ada"), Is::IsNot, json!("ada"), false),
        (json!(10), Is::Is, json!("10"), true),
        (json!("10"), Is::Greater, json!(9), true),
        (
            json!(9_007_199_254_740_993_u64),
            Is::Greater,
            json!(9_007_199_254_740_992_u64),
            true,
        ),
        (json!("2026-02-01"), Is::Greater, json!("2026-01-31"), true),
        (
            json!("2026-01-31T09:00:00+09:00"),
            Is::Is,
            json!("2026-01-31T00:00:00Z"),
            true,
        ),
        (usd(1050), Is::Greater, usd(1049), true),
        (usd(1050), Is::Greater, jpy.clone(), false),
        (usd(1050), Is::Less, jpy, false),
        (json!("Ada"), Is::Greater, json!("Abe"), false),
        (json!("Ada Okafor"), Is::Contains, json!("OKA"), true),
        (json!("Ada Okafor"), Is::StartsWith, json!("oka"), false),
        (json!(null), Is::Contains, json!("a"), false),
        (json!("  "), Is::Empty, json!(null), true),
        (json!(false), Is::Empty, json!(null), false),
        (json!(false), Is::Is, json!(false), true),
        (json!(true), Is::Is, json!("true"), true),
        (json!(0), Is::NotEmpty, json!(null), true),
        (json!(null), Is::Is, json!("a"), false),
        (json!(null), Is::IsNot, json!("a"), true),
    ] {
        assert_eq!(
            met(value.clone(), is, with.clone()),
            expected,
            "{value} {is:?} {with}"
        );
    }
}

#[test]
fn changed_is_another_value_than_before_and_any_of_a_new_record() {
    let condition = Condition {
        any: false,
        tests: vec![Test {
            field: "x".to_owned(),
            is: Is::Changed,
            value: Value::Null,
        }],
    };
    let now = values(json!({ "x": "b" }));
    for (before, expected) in [
        (None, true),
        (Some(json!({ "x": "a" })), true),
        (Some(json!({})), true),
        (Some(json!({ "x": "b" })), false),
    ] {
        let before = before.map(values);
        assert_eq!(holds(Some(&condition), &now, before.as_ref()), expected);
    }
    let nothing = values(json!({ "x": "" }));
    assert!(
        !holds(Some(&condition), &nothing, None),
        "nothing became nothing"
    );
}

#[test]
fn all_or_any_of_the_comparisons() {
    let test = |field: &str| Test {
        field: field.to_owned(),
        is: Is::NotEmpty,
        value: Value::Null,
    };
    let record = values(json!({ "a": 1 }));
    for (any, fields, expected) in [
        (false, vec!["a", "b"], false),
        (true, vec!["a", "b"], true),
        (true, vec!["b"], false),
        (true, vec![], true),
    ] {
        let condition = Condition {
            any,
            tests: fields.into_iter().map(test).collect(),
        };
        assert_eq!(holds(Some(&condition), &record, None), expected);
    }
    assert!(holds(None, &record, None));
}

fn add_contact() -> tsunagi_connectors::Operation {
    let library = tsunagi_connectors::Library::built_in();
    library
        .get("practice")
        .unwrap()
        .operation("add_contact")
        .unwrap()
}

#[test]
fn a_mapping_gives_each_input_what_it_takes() {
    let put = |input: &str, field: Option<&str>, value: From| Put {
        input: input.to_owned(),
        field: field.map(str::to_owned),
        value,
    };
    let field = |name: &str| From::Field {
        field: name.to_owned(),
    };
    let template = |text: &str| From::Template {
        text: text.to_owned(),
    };
    let puts = [
        put("record", Some("name"), template("{first} {{{last}}}")),
        put("record", Some("company"), field("company")),
        put("record", Some("total"), field("total")),
        put(
            "record",
            Some("source"),
            From::Constant {
                value: json!("form"),
            },
        ),
    ];
    let record = values(json!({
        "first": "Ada", "last": "Okafor", "company": " ",
        "total": { "minor": 1050, "currency": "USD" },
    }));
    let operation = add_contact();
    assert_eq!(
        json!(given(&puts, &record, &operation).unwrap()),
        json!({ "record": { "name": "Ada {Okafor}", "total": 10.50, "source": "form" } }),
        "what is empty is not given"
    );
    let gone = [put("contact", None, field("first"))];
    assert_eq!(
        given(&gone, &record, &operation),
        Err(Unmapped::Input("contact".to_owned()))
    );
}

#[test]
fn a_value_in_an_address_stays_one_step_of_it() {
    let call = Call {
        query: vec![Pair::on("q", "{name}")],
        body: Body::Json {
            text: r#"{"n": "{n}", "t": "n={n}"}"#.to_owned(),
        },
        ..Call::get("/contacts/{name}/x")
    };
    let filled = call_filled(&call, &values(json!({ "name": "a/b ?ü", "n": 3 }))).unwrap();
    assert_eq!(filled.target, "/contacts/a%2Fb%20%3F%C3%BC/x");
    assert_eq!(filled.query[0].value, "a/b ?ü");
    let text = r#"{"n":3,"t":"n=3"}"#.to_owned();
    assert_eq!(filled.body, Body::Json { text });
    for step in ["", ".", ".."] {
        let refused = call_filled(&call, &values(json!({ "name": step })));
        assert_eq!(refused, Err(Unmapped::Step("name".to_owned())), "{step:?}");
    }
}

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        label: name.to_owned(),
        kind,
        required: false,
        choices: Vec::new(),
        currency: None,
        shows: None,
    }
}

#[test]
fn a_form_takes_what_its_fields_are() {
    let amount = Field {
        currency: Some("USD".to_owned()),
        ..field("x", FieldKind::Amount)
    };
    let choice = Field {
        choices: vec!["a".to_owned()],
        ..field("x", FieldKind::Choice)
    };
    for (field, value, taken) in [
        (field("x", FieldKind::Text), json!("Ada"), true),
        (field("x", FieldKind::Text), json!("a\nb"), false),
        (field("x", FieldKind::Multiline), json!("a\nb"), true),
        (field("x", FieldKind::Number), json!("1"), false),
        (field("x", FieldKind::Date), json!("2026-02-29"), false),
        (field("x", FieldKind::Date), json!("2028-02-29"), true),
        (
            field("x", FieldKind::DateTime),
            json!("2026-01-31T09:00:00Z"),
            true,
        ),
        (field("x", FieldKind::Email), json!("ada@example.com"), true),
        (field("x", FieldKind::Email), json!("ada"), false),
        (field("x", FieldKind::Phone), json!("+15005550006"), true),
        (field("x", FieldKind::Phone), json!("0500"), false),
        (choice.clone(), json!("a"), true),
        (choice, json!("b"), false),
        (
            amount.clone(),
            json!({ "minor": 5, "currency": "USD" }),
            true,
        ),
        (
            amount.clone(),
            json!({ "minor": 5, "currency": "JPY" }),
            false,
        ),
        (amount, json!({ "minor": 0.5, "currency": "USD" }), false),
    ] {
        let record = values(json!({ "x": value }));
        let told = accepted(std::slice::from_ref(&field), &record, true);
        assert_eq!(told.is_ok(), taken, "{:?} {value}", field.kind);
    }
    let needed = Field {
        required: true,
        ..field("x", FieldKind::Text)
    };
    let missing = accepted(&[needed], &Values::new(), true).unwrap_err();
    assert_eq!(missing.code(), "record_field_missing");
    let unknown = accepted(&[], &values(json!({ "y": 1 })), true).unwrap_err();
    assert_eq!(unknown.code(), "record_field_unknown");
    let large = values(json!({ "x": "a".repeat(RECORD_MAX) }));
    let large = accepted(&[field("x", FieldKind::Multiline)], &large, true).unwrap_err();
    assert_eq!(large.code(), "record_too_large");
}

fn rule(on: Trigger, action: Deed) -> Rule {
    Rule {
        id: "r".to_owned(),
        name: "Rule".to_owned(),
        on,
        when: None,
        actions: vec![Action {
            id: "a".to_owned(),
            name: String::new(),
            go_on: false,
            does: action,
        }],
    }
}

fn told(workflow: &Workflow) -> String {
    let fields = workflow.fields().to_vec();
    check(workflow, Some(&fields))
        .map_or_else(|unfit| unfit.code().to_owned(), |()| "fits".to_owned())
}

#[test]
fn what_is_not_whole_is_not_kept() {
    let push = |text: &str| Deed::Push {
        operation: "add_contact".to_owned(),
        inputs: vec![Put {
            input: "record".to_owned(),
            field: Some("name".to_owned()),
            value: From::Template {
                text: text.to_owned(),
            },
        }],
    };
    let form = |fields: Vec<Field>, rules: Vec<Rule>| Workflow {
        subject: Subject::Form { fields },
        rules,
    };
    let name = || vec![field("name", FieldKind::Text)];
    let condition = |field: &str, is: Is| Rule {
        when: Some(Condition {
            any: false,
            tests: vec![Test {
                field: field.to_owned(),
                is,
                value: Value::Null,
            }],
        }),
        ..rule(Trigger::Add, push("x"))
    };
    let input = |field: &str| Trigger::FieldInput {
        field: field.to_owned(),
    };
    let button = Trigger::RowAction {
        label: "Send".to_owned(),
    };
    for (workflow, expected) in [
        (
            form(name(), vec![rule(Trigger::Add, push("{name}"))]),
            "fits",
        ),
        (form(vec![], vec![]), "workflow_no_fields"),
        (
            form(name(), vec![rule(Trigger::Add, push("{gone}"))]),
            "workflow_field_missing",
        ),
        (
            form(name(), vec![rule(Trigger::Add, push("{name"))]),
            "workflow_value_unfit",
        ),
        (
            form(name(), vec![rule(input("gone"), push("x"))]),
            "workflow_field_missing",
        ),
        (
            form(name(), vec![rule(button, push("x"))]),
            "workflow_rule_unfit",
        ),
        (
            form(name(), vec![condition("gone", Is::Empty)]),
            "workflow_field_missing",
        ),
        (
            form(name(), vec![condition("name", Is::Is)]),
            "workflow_value_unfit",
        ),
        (form([name(), name()].concat(), vec![]), "workflow_twice"),
        (
            form(vec![field("1", FieldKind::Text)], vec![]),
            "workflow_field_name",
        ),
        (
            form(vec![field("a", FieldKind::Amount)], vec![]),
            "workflow_currency",
        ),
        (
            form(vec![field("a", FieldKind::Choice)], vec![]),
            "workflow_choices",
        ),
        (
            form(
                name(),
                vec![
                    rule(Trigger::Add, push("x")),
                    rule(Trigger::Edit, push("x")),
                ],
            ),
            "workflow_twice",
        ),
        (
            form(name(), vec![rule(Trigger::Add, push("x")); RULES_MAX + 1]),
            "workflow_too_many",
        ),
    ] {
        assert_eq!(told(&workflow), expected, "{workflow:?}");
    }
}

proptest! {
    #[test]
    fn a_text_without_braces_is_itself(text in "[^{}]{0,40}") {
        let call = Call { body: Body::Text { media_type: "text/plain".to_owned(), text: text.clone() }, ..Call::get("/") };
        let filled = call_filled(&call, &Values::new()).unwrap();
        prop_assert_eq!(filled.body, call.body);
    }

    #[test]
    fn no_value_leaves_its_step_of_a_path(text in "\\PC{1,40}") {
        let filled = call_filled(&Call::get("/a/{x}"), &values(json!({ "x": text })));
        if let Ok(filled) = filled {
            let step = filled.target.strip_prefix("/a/").unwrap();
            prop_assert!(!step.contains(['/', '?', '#', '\\', ' ', '+']), "{step}");
        }
    }

    #[test]
    fn is_and_is_not_never_agree(one in "[a-c0-2 ]{0,3}", other in "[a-c0-2 ]{1,3}") {
        prop_assert_ne!(
            met(json!(one), Is::Is, json!(other)),
            met(json!(one), Is::IsNot, json!(other))
        );
    }
}
