//! Every built-in connector taken through the builder: as a draft, as what the form shows, and as
//! a file again. What it says then is what it said.

use std::path::Path;

use proptest::prelude::*;
use tsunagi_connectors::{Connector, Registration, Sketch, Wire};

use super::places;

/// Each file that came with the program: its name, its text, and what it says.
fn built_in() -> Vec<(String, String, Connector)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("connectors");
    let paths = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = paths
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let connector = toml::from_str(&text).unwrap();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            (file, text, connector)
        })
        .collect();
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files
}

/// What a custom connector cannot be: a client registration of the program is not for it, and
/// where nobody knows the wire there is nothing to go on with. Importing such a copy is refused,
/// and says why.
fn refused(connector: &Connector) -> Option<&'static str> {
    if connector.wire == Wire::Unknown {
        return Some("wire_built_in");
    }
    if connector.practice {
        return Some("only_practice");
    }
    match connector.registration {
        Registration::BuiltIn { .. } => Some("only_own_client"),
        _ => None,
    }
}

/// Somebody's copy of a built-in file: another id, and not claimed to have been tried.
fn copy(file: &str, text: &str) -> (String, String) {
    let id = file.trim_end_matches(".toml");
    let own = format!("{}_of_ours", id.replace('-', "_"));
    let text = text
        .replacen(&format!("id = \"{id}\""), &format!("id = \"{own}\""), 1)
        .replacen("\nverified = true\n", "\n", 1);
    (format!("{own}.toml"), text)
}

#[test]
fn a_copy_of_every_built_in_connector_says_the_same_after_the_builder() {
    let (mut kept, mut named) = (0, 0);
    for (file, text, original) in built_in() {
        let (file, text) = copy(&file, &text);
        let sketch = match (Sketch::from_toml(&file, &text), refused(&original)) {
            (Ok(sketch), None) => sketch,
            (Err(problem), Some(code)) => {
                assert_eq!(problem.why.code, code, "{file}: {problem}");
                named += 1;
                continue;
            }
            (read, expected) => panic!("{file}: {:?}, not {expected:?}", read.err()),
        };
        let whole: Connector = toml::from_str(&text).unwrap();
        // What the form shows is what it gives back, however often.
        let form = serde_json::to_value(&sketch).unwrap();
        let typed: Sketch = serde_json::from_value(form).unwrap();
        assert_eq!(typed, sketch, "{file}: through the form");
        let written = typed.to_toml();
        let again: Connector =
            toml::from_str(&written).unwrap_or_else(|error| panic!("{file}: {error}\n{written}"));
        assert_eq!(again, whole, "{file}: every field of it\n{written}");
        assert_eq!(
            Sketch::from_toml(&file, &written).as_ref(),
            Ok(&sketch),
            "{file}: and it can be imported again"
        );
        assert_eq!(places(&sketch), [""; 0], "{file}: ready to be published");
        kept += 1;
    }
    assert!(kept > 50, "{kept} files");
    assert!(named > 0, "the others are refused by name");
}

#[test]
fn what_the_builder_has_no_form_for_is_in_the_draft_to_be_named() {
    let shown = [
        "general",
        "security",
        "api",
        "scopes",
        "presets",
        "whoami",
        "verify",
        "parameters",
        "hosts",
        "doubled",
        "rest",
    ];
    for (file, text, _) in built_in() {
        let Ok(sketch) = Sketch::reopen(&file, &text) else {
            continue;
        };
        let said: toml::Table = toml::from_str(&text).unwrap();
        let form = serde_json::to_value(&sketch).unwrap();
        let parts: Vec<&String> = form.as_object().unwrap().keys().collect();
        assert!(
            parts.iter().all(|part| shown.contains(&part.as_str())),
            "{file}: {parts:?}"
        );
        for name in said.keys() {
            let top = form.get(name).or(form["general"].get(name));
            let kept = top
                .or(form["security"].get(name))
                .or(form["rest"].get(name));
            // The hosts may follow from the addresses; a registration follows from the way.
            let follows = ["hosts", "registration"].contains(&name.as_str());
            assert!(kept.is_some() || follows, "{file}: {name}");
        }
    }
}

/// What may be typed as a name or a value: whatever a keyboard has.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,12}", "\\PC{0,24}", Just(String::new())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// A draft is what was typed, right or wrong, through file and form.
    #[test]
    fn whatever_is_typed_into_the_rows_is_in_the_draft(
        rows in prop::collection::btree_map(typed(), typed(), 0..5),
        numbers in prop::collection::btree_map(typed(), 0..=i64::MAX as u64, 0..3),
        words in prop::collection::btree_map(typed(), typed(), 0..4),
        body in prop::option::of(typed()),
        pattern in typed(),
        id in prop::option::of(typed()),
    ) {
        let mut form = serde_json::to_value(super::signed_in()).unwrap();
        let oauth = &mut form["security"]["oauth"];
        let mut params = serde_json::Map::new();
        params.extend(rows.iter().map(|(name, value)| (name.clone(), value.clone().into())));
        params.extend(numbers.iter().map(|(name, value)| (name.clone(), (*value).into())));
        oauth["authorize_params"] = params.clone().into();
        oauth["token_params"] = params.into();
        oauth["error_words"] = serde_json::to_value(&words).unwrap();
        oauth["error_at"] = serde_json::to_value(words.keys().collect::<Vec<_>>()).unwrap();
        oauth["answers"] = rows
            .iter()
            .map(|(name, value)| serde_json::json!({
                "name": name, "at": value, "host": value.len() > 3, "default": null,
                "example": body,
            }))
            .collect();
        form["verify"] = serde_json::json!({
            "method": "POST", "url": "https://api.mill.example/me", "headers": rows,
            "json": body, "form": words, "id": id,
        });
        form["presets"] = rows
            .iter()
            .map(|(name, value)| serde_json::json!({
                "id": name, "name": {"en": value, "ja": name}, "scopes": [value],
            }))
            .collect();
        form["parameters"] = serde_json::json!([{
            "name": "region", "label": {"en": "Region", "ja": "地域"}, "pattern": pattern,
        }]);
        let sketch: Sketch = serde_json::from_value(form).unwrap();
        let written = sketch.to_toml();
        let again = Sketch::reopen("paper_mill.toml", &written);
        prop_assert_eq!(again.as_ref(), Ok(&sketch), "{}", written);
        // Whatever is wrong with it, it can be told.
        let _ = sketch.check();
    }
}
