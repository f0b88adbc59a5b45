//! Files of the folder: which are taken, and how those that are not are told.

use std::path::Path;

use tsunagi_connectors::{DiffKind, Library, diff, drafts, hash};

use crate::{GOOD, draft_of};

#[test]
fn a_bad_file_is_reported_by_name_and_line() {
    // What is changed in the good file, the line that is named, and a word of the reason.
    let cases = [
        ("kinds = [\"admin\"]", "kinds = [\"admin\"", 5, ""),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"everyone\"]",
            4,
            "everyone",
        ),
        (
            "category = \"crm\"",
            "category = \"crm\"\ncolour = 1",
            4,
            "colour",
        ),
        ("hue = 10", "hue = 400", 14, "359"),
        ("hue = 10", "hue = 10\nhue = 11", 15, "duplicate"),
        ("ja = \"例です。\"", "", 8, "ja"),
        (
            "token = \"https://{region}.example.com/token\"",
            "",
            16,
            "token",
        ),
        (
            "https://{region}.example.com/token",
            "https://evil.example.org/token",
            18,
            "evil.example.org",
        ),
        (
            "https://{region}.example.com/v1/",
            "https://{region}.example.com:8443/v1",
            21,
            "R23",
        ),
        (
            "https://{region}.example.com/v1/",
            "http://eu.example.com/v1",
            21,
            "https",
        ),
        (
            "https://accounts.example.net",
            "http://accounts.example.net",
            17,
            "https",
        ),
        (
            "https://accounts.example.net",
            "https://{tenant}.example.net",
            17,
            "tenant",
        ),
        (
            "https://accounts.example.net",
            "https://{accounts.example.net",
            17,
            "brace",
        ),
        ("pattern = \"eu|us\"", "pattern = \"(eu|us\"", 26, "regex"),
        (
            "default = true",
            "default = true\nsource = \"http://example.com/scopes\"",
            33,
            "https",
        ),
        (
            "default = \"eu\"",
            "default = \"eu.evil\"",
            27,
            "not a value",
        ),
        ("default = \"eu\"", "", 23, "example"),
        ("scopes = [\"read\"]", "scopes = [\"write\"]", 37, "write"),
        (
            "[[presets]]",
            "[[scopes]]\nname = \"openid\"\nabout = { en = \"x\", ja = \"x\" }\n[[presets]]",
            16,
            "issuer",
        ),
        (
            "[[presets]]",
            "[[scopes]]\nname = \"read\"\nabout = { en = \"x\", ja = \"x\" }\n[[presets]]",
            35,
            "twice",
        ),
        (
            "registration = \"needs_client\"",
            "registration = { built_in = { client_id = \"tsunagi-practice\" } }",
            6,
            "client registration",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\npractice = true",
            5,
            "practice",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\nverified = true",
            5,
            "verified",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\", \"logged_in_user\"]\npayment = true",
            4,
            "R7",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\nretired = \"2024-13-01\"",
            5,
            "",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\noffered_in = { countries = [\"IN\"] }",
            5,
            "R8",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\npayment = true\noffered_in = { countries = [\"XX\"] }",
            6,
            "ISO 3166",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\npayment = true\noffered_in = { data_centers = [\"zz\"] }",
            6,
            "data center",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\npayment = true\noffered_in = \"here and there\"",
            6,
            "everywhere",
        ),
        ("[api]", "pkce = \"maybe\"\n[api]", 20, "undocumented"),
        ("https://*.api.example.com", "https://*.com", 5, "https"),
        (
            "[api]",
            "device = \"https://evil.example.org/device\"\n[api]",
            20,
            "R23",
        ),
        (
            "[api]",
            "device = \"https://{tenant}.example.com/device\"\n[api]",
            20,
            "tenant",
        ),
        (
            "[api]",
            "metadata = \"https://eu.example.com/about\"\n[api]",
            20,
            "issuer",
        ),
        (
            "[api]",
            "issuer = \"https://eu.example.com\"\nmetadata = \"https://evil.example.org/about\"\n[api]",
            21,
            "R23",
        ),
        (
            "[api]",
            "error_words = { waiting = \"patience\" }\n[api]",
            20,
            "patience",
        ),
        (
            "[api]",
            "authorize_params = { state = \"x\" }\n[api]",
            20,
            "state",
        ),
    ];
    for (from, to, line, word) in cases {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "`{from}` is in the good file");
        let problem = draft_of("example.toml", text.as_bytes())
            .outcome
            .expect_err(&format!("`{to}` instead of `{from}` is not accepted"));
        assert_eq!(problem.file, "example.toml", "the file is named");
        assert_eq!(problem.line, Some(line), "`{to}`: {problem}");
        assert!(
            problem
                .why
                .to_string()
                .to_lowercase()
                .contains(&word.to_lowercase()),
            "`{to}`: {problem}"
        );
    }
}

#[test]
fn one_bad_file_does_not_keep_the_others_out() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.toml"), "id = ").unwrap();
    std::fs::write(dir.path().join("example.toml"), GOOD).unwrap();
    std::fs::write(
        dir.path().join("latin.toml"),
        b"id = \"a\"\nname = \"\xe9\"",
    )
    .unwrap();
    std::fs::write(dir.path().join("huge.toml"), vec![b'#'; 300 * 1024]).unwrap();
    std::fs::write(dir.path().join("notes.txt"), "not a connector").unwrap();
    std::fs::create_dir(dir.path().join("folder.toml")).unwrap();
    let found = drafts(dir.path());
    let state: Vec<(&str, Option<usize>)> = found
        .iter()
        .map(|draft| {
            (
                draft.file.as_str(),
                draft.outcome.as_ref().err().and_then(|p| p.line),
            )
        })
        .collect();
    assert_eq!(
        state,
        [
            ("bad.toml", Some(1)),
            ("example.toml", None),
            ("folder.toml", None),
            ("huge.toml", None),
            ("latin.toml", Some(2)),
        ],
        "by name, each with its line"
    );
    let good: Vec<&str> = found
        .iter()
        .filter(|draft| draft.outcome.is_ok())
        .map(|draft| draft.file.as_str())
        .collect();
    assert_eq!(good, ["example.toml"], "only the good one loads");
}

#[test]
fn a_folder_that_is_not_there_has_no_drafts() {
    assert_eq!(
        drafts(Path::new("/nonexistent/connectors")),
        [],
        "first start"
    );
}

#[test]
fn a_file_never_shadows_a_built_in_connector() {
    let text = GOOD.replacen("id = \"example\"", "id = \"practice\"", 1);
    let problem = draft_of("practice.toml", text.as_bytes())
        .outcome
        .unwrap_err();
    assert!(problem.why.to_string().contains("built-in"), "{problem}");
    let (library, problems) =
        Library::built_in().with_accepted(&[(text.clone(), hash(text.as_bytes()))]);
    assert_eq!(problems.len(), 1, "accepted or not");
    assert!(
        !library.get("practice").unwrap().custom,
        "the built-in one stays"
    );
}

#[test]
fn a_file_is_named_after_its_id() {
    let problem = draft_of("other.toml", GOOD.as_bytes()).outcome.unwrap_err();
    assert_eq!(
        (
            problem.line,
            problem.why.to_string().contains("example.toml")
        ),
        (Some(1), true),
        "{problem}"
    );
}

#[test]
fn only_the_accepted_text_loads() {
    let accepted = hash(GOOD.as_bytes());
    assert_eq!(
        draft_of("example.toml", GOOD.as_bytes()).hash,
        accepted,
        "what is accepted"
    );
    let edited = GOOD.replacen("accounts.example.net", "evil.example.net", 1);
    let (library, problems) = Library::built_in().with_accepted(&[(edited, accepted.clone())]);
    assert!(
        library.get("example").is_none(),
        "an edited file is a draft again"
    );
    assert_eq!(problems.len(), 1, "and it is said");
    let (library, problems) = Library::built_in().with_accepted(&[
        (GOOD.to_owned(), accepted.clone()),
        (GOOD.to_owned(), accepted),
    ]);
    assert!(library.get("example").is_some(), "the accepted text loads");
    assert_eq!(problems.len(), 1, "once");
}

#[test]
fn a_diff_says_which_lines_changed() {
    let lines = diff("a\nb\nc\n", "a\nB\nc\n");
    let told: Vec<(DiffKind, &str)> = lines
        .iter()
        .map(|line| (line.kind, line.text.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (DiffKind::Same, "a"),
            (DiffKind::Removed, "b"),
            (DiffKind::Added, "B"),
            (DiffKind::Same, "c"),
        ],
        "line by line"
    );
}
