//! Rows of a table with a name that stands there already: kept in the draft, and never published.

use tsunagi_connectors::{Doubled, Param, Security, Sketch, drafts};

use super::signed_in;

fn doubled() -> Sketch {
    let mut sketch = signed_in();
    let Security::Oauth(oauth) = &mut sketch.security else {
        panic!("it is OAuth");
    };
    let text = |value: &str| Param::Text(value.to_owned());
    oauth.authorize_params = [("a/b", "1"), ("prompt", "consent")]
        .map(|(name, value)| (name.to_owned(), text(value)))
        .into();
    let at = "/oauth/authorize_params".to_owned();
    sketch.doubled = [("prompt", "login"), ("prompt", "none"), ("a/b", "2")]
        .map(|(name, value)| Doubled {
            at: at.clone(),
            name: name.to_owned(),
            value: value.to_owned(),
        })
        .into();
    sketch
}

#[test]
fn a_name_that_stands_twice_is_kept_and_told_at_its_row() {
    let sketch = doubled();
    let again = Sketch::reopen("paper_mill.toml", &sketch.to_toml()).unwrap();
    assert_eq!(again, sketch, "every row of it");
    assert_eq!(again.to_toml(), sketch.to_toml());
    let found: Vec<_> = again
        .check()
        .into_iter()
        .map(|one| (one.at, one.why.code))
        .collect();
    let at = |row: &str| (format!("/oauth/authorize_params/{row}"), "name_twice");
    assert_eq!(found, [at("prompt"), at("prompt"), at("a~1b")]);
}

#[test]
fn what_has_a_name_twice_is_no_connector_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = doubled().to_toml();
    std::fs::write(folder.path().join("paper_mill.toml"), &text).unwrap();
    let problem = drafts(folder.path()).remove(0).outcome.unwrap_err();
    assert_eq!(problem.why.code, "name_twice", "{problem}");
    let line = text.lines().position(|line| line == "name = \"prompt\"");
    assert_eq!(problem.line, line.map(|line| line + 1), "{text}");
    assert!(Sketch::from_toml("paper_mill.toml", &text).is_err());
}

#[test]
fn a_row_is_doubled_no_more_once_the_first_one_is_gone() {
    let mut sketch = doubled();
    let Security::Oauth(oauth) = &mut sketch.security else {
        panic!("it is OAuth");
    };
    oauth.authorize_params.remove("prompt");
    let found = sketch.check();
    let left: Vec<&str> = found.iter().map(|one| one.at.as_str()).collect();
    assert_eq!(left, ["/oauth/authorize_params/a~1b"]);
    oauth_gone(sketch);
}

/// A table that is not there any more has no rows to mend.
fn oauth_gone(mut sketch: Sketch) {
    sketch.security = Security::of(tsunagi_connectors::Way::Bearer);
    assert!(
        sketch
            .check()
            .iter()
            .all(|one| one.why.code != "name_twice"),
        "nobody could mend it"
    );
    assert!(!sketch.to_toml().contains("doubled"));
}
