//! Files that are no definitions.

use super::{connection, everything, good, preview};
use crate::fixture::Desk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_definitions_is_named_stays_where_it_is_and_stops_nothing() {
    let desk = Desk::empty();
    let before = everything(&desk);
    let canary = "client_secret = \"canary-of-a-file\"";
    for (what, bytes, code) in [
        ("no TOML", b"{\"version\": 1}".to_vec(), "definitions_bad"),
        ("nothing", Vec::new(), "definitions_foreign"),
        (
            "another file",
            b"[package]\nname = \"x\"".to_vec(),
            "definitions_foreign",
        ),
        ("version 0", b"version = 0".to_vec(), "definitions_foreign"),
        (
            "a later one",
            b"version = 2\n[[dream]]\n".to_vec(),
            "definitions_newer",
        ),
        (
            "no number",
            b"version = \"one\"".to_vec(),
            "definitions_bad",
        ),
        (
            "not UTF-8",
            b"version = 1\n# \xff\xfe".to_vec(),
            "definitions_not_utf8",
        ),
        (
            "UTF-16",
            b"\xff\xfev\0e\0r\0".to_vec(),
            "definitions_not_utf8",
        ),
        (
            "an unknown field",
            format!("version = 1\n{}{canary}\n", good()).into_bytes(),
            "definitions_bad",
        ),
        (
            "an unknown table",
            b"version = 1\n[[member]]\n".to_vec(),
            "definitions_bad",
        ),
        (
            "an unknown kind",
            connection(&[("kind", "\"root\"")])
                .replacen('\n', "version = 1\n", 1)
                .into_bytes(),
            "definitions_bad",
        ),
        (
            "a value twice",
            b"version = 1\nversion = 1".to_vec(),
            "definitions_bad",
        ),
        (
            "deeply nested",
            format!("version = 1\nx = {}", "[".repeat(50_000)).into_bytes(),
            "definitions_bad",
        ),
    ] {
        let refused = preview(&desk, &bytes).unwrap_err();
        assert_eq!(refused.code, code, "{what}");
        assert_eq!(
            refused.args["file"], "from elsewhere.toml",
            "{what}: it is named"
        );
        let told = desk.console.failure(&refused);
        assert!(
            !told.message.contains("canary-of-a-file"),
            "{what}: {}",
            told.message
        );
        assert!(
            told.message.chars().count() < 400,
            "{what}: and not repeated"
        );
        let path = desk.world.home.path().join("from elsewhere.toml");
        assert_eq!(
            std::fs::read(path).unwrap(),
            bytes,
            "{what}: it stays as it is"
        );
    }
    let line = preview(&desk, "version = 1\n\n[[connection]]\nlink = 1\n").unwrap_err();
    assert!(
        ["3", "4"].contains(&line.args["line"].as_str()),
        "and where: {:?}",
        line.args
    );
    let home = desk.world.home.path();
    let huge = home.join("huge.toml");
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(65 << 20)
        .unwrap();
    for (path, code) in [
        (huge, "definitions_too_large"),
        (home.join("gone.toml"), "definitions_unreadable"),
        (home.to_owned(), "definitions_unreadable"),
    ] {
        let refused = desk
            .console
            .preview_definitions(desk.session(), &path)
            .unwrap_err();
        assert_eq!(refused.code, code, "{}", path.display());
    }
    let nothing = desk
        .console
        .import_definitions(desk.session(), "")
        .unwrap_err();
    assert_eq!(nothing.code, "import_gone", "nothing was taken in hand");
    assert_eq!(everything(&desk), before, "nothing was changed");
    let marked = preview(&desk, format!("\u{feff}version = 1\r\n{}", good())).unwrap();
    assert_eq!(
        marked.adds, 1,
        "what editors of one system put there is no fault"
    );
}
