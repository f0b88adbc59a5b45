#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::{Unfit, append, insert};

fn appended(body: &str) -> String {
    let mut body = body.as_bytes().to_vec();
    append(&mut body, "PWD", "p&ss wörd");
    String::from_utf8(body).unwrap()
}

fn inserted(body: &str, at: &str) -> Result<String, Unfit> {
    let mut body = body.as_bytes().to_vec();
    insert(&mut body, "job", at, "a\"b")?;
    Ok(String::from_utf8(body).unwrap())
}

/// Whether one JSON value has all that another has.
fn holds(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Object(own), Value::Object(other)) => other
            .iter()
            .all(|(name, other)| own.get(name).is_some_and(|own| holds(own, other))),
        _ => value == other,
    }
}

#[test]
fn a_callers_form_stays_as_it_was_written() {
    const OWN: &str = "PWD=p%26ss+w%C3%B6rd";
    for body in [
        "b=1&a=2",
        "a=1&a=2&a=1",
        "a=x%20y&b=x+y",
        "a=%c3%a9&b=%C3%A9",
        "flag&a=",
        "a=%zz",
        "a=caf%E9",
        "a[0]=1&a[1]=2",
        "&&a=1",
    ] {
        assert_eq!(appended(body), format!("{body}&{OWN}"), "{body}");
    }
    assert_eq!(appended(""), OWN);
    assert_eq!(appended("a=1&"), format!("a=1&{OWN}"), "one is enough");
    let mut latin = b"a=caf\xe9".to_vec();
    append(&mut latin, "k", "v");
    assert_eq!(latin, b"a=caf\xe9&k=v", "whatever its bytes mean");
}

#[test]
fn a_callers_json_stays_as_it_was_written() {
    const OWN: &str = "%22key%22%3A%22a%5C%22b%22";
    for (body, changed) in [
        (r#"job={}"#, format!("job={{{OWN}}}")),
        (
            r#"job={"z":1,"a":2}"#,
            format!(r#"job={{{OWN}%2C"z":1,"a":2}}"#),
        ),
        (
            r#"x=1&job={"n":1.00000000000000000010,"e":1E400,"n":2}&x=2"#,
            format!(r#"x=1&job={{{OWN}%2C"n":1.00000000000000000010,"e":1E400,"n":2}}&x=2"#),
        ),
        (
            "job=+%7B+%22a%22%20:%22%5Cu00e9+%7D%22%7d",
            format!("job=+%7B{OWN}%2C+%22a%22%20:%22%5Cu00e9+%7D%22%7d"),
        ),
        (
            r#"j%6Fb={"é":"}"}"#,
            format!(r#"j%6Fb={{{OWN}%2C"é":"}}"}}"#),
        ),
    ] {
        assert_eq!(inserted(body, "/key").unwrap(), changed, "{body}");
    }
}

#[test]
fn what_is_added_inside_a_json_text_is_where_the_pointer_leads() {
    for (json, at) in [
        ("{}", "/a/b/c"),
        (r#"{"a":{}}"#, "/a/b"),
        (r#"{"x":[{"a":"}"}],"a":{"y":"\\\"","z":null}}"#, "/a/b"),
        (r#"{ "a" : { "b" : { } } }"#, "/a/b/c"),
        (r#"{"a/b":{"~":1}}"#, "/a~1b/c"),
    ] {
        let body = inserted(&format!("job={json}"), at).unwrap();
        let (_, text) = url::form_urlencoded::parse(body.as_bytes()).next().unwrap();
        let mut told: Value = serde_json::from_str(&text).unwrap();
        let there = told.pointer_mut(at).unwrap();
        assert_eq!(there.take(), Value::from("a\"b"), "{json}");
        let before: Value = serde_json::from_str(json).unwrap();
        assert!(holds(&told, &before), "{json}: {told}");
    }
}

#[test]
fn what_cannot_be_kept_is_refused() {
    for body in [
        "",
        "other={}",
        "job",
        "job=no",
        "job=[]",
        "job={",
        r#"job={"a":}"#,
        "job=%FF",
        "job={}&job={}",
        r#"job={"a":null}"#,
        r#"job={"a":"text"}"#,
        r#"job={"a":{},"a":{}}"#,
    ] {
        assert_eq!(inserted(body, "/a/b"), Err(Unfit::NoPlace), "{body}");
    }
    for body in [
        r#"job={"a":{"b":1}}"#,
        r#"job={"a":{"b":1,"b":2}}"#,
        r#"job={"a":{"\u0062":1}}"#,
    ] {
        assert_eq!(inserted(body, "/a/b"), Err(Unfit::Taken), "R23: {body}");
    }
}
