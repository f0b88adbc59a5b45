//! What a person typed into a draft outlives the program, whether or not it could be stored.

use tsunagi_connectors::{Doubled, Param, Security};
use tsunagi_console::views::{BuilderView, ConnectorStart, Locale};
use tsunagi_console::{Sketch, Way};

use super::{begin, mill, opened, publish, save, scratch};
use crate::fixture::Desk;

async fn restart(desk: &mut Desk) {
    desk.console.close().await;
    desk.console = desk.world.open();
}

fn with_prompts(view: &BuilderView) -> Sketch {
    let mut sketch = view.sketch.clone();
    let Security::Oauth(oauth) = &mut sketch.security else {
        panic!("it is OAuth");
    };
    let consent = Param::Text("consent".to_owned());
    oauth.authorize_params.insert("prompt".to_owned(), consent);
    sketch.doubled.push(Doubled {
        at: "/oauth/authorize_params".to_owned(),
        name: "prompt".to_owned(),
        value: "login".to_owned(),
    });
    sketch
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_stands_twice_is_there_after_a_restart_with_the_reason_at_its_row() {
    let mut desk = Desk::empty();
    let draft = mill(&desk).await;
    let sketch = with_prompts(&draft);
    let saved = save(&desk, &draft, &sketch).unwrap();
    restart(&mut desk).await;
    let again = opened(&desk, &saved.file);
    assert_eq!(again.sketch, sketch, "both rows, as they were typed");
    assert!(again.unsaved.is_none(), "it was stored");
    let found = again.findings.iter().map(|one| (&*one.at, &*one.code));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [("/oauth/authorize_params/prompt", "name_twice")]
    );
    let refused = publish(&desk, &again).unwrap_err();
    assert_eq!(refused.code, "connector_bad", "one of them has to go");
    let mut mended = again.sketch.clone();
    mended.doubled.clear();
    let mended = save(&desk, &again, &mended).unwrap();
    assert_eq!(mended.findings, []);
    assert!(!mended.toml.contains("doubled"), "{}", mended.toml);
    publish(&desk, &mended).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_stored_is_there_after_a_restart_until_it_is_given_up() {
    let mut desk = Desk::empty();
    let first = mill(&desk).await;
    let mut theirs = first.sketch.clone();
    theirs.general.name = "Their mill".to_owned();
    let second = save(&desk, &first, &theirs).unwrap();
    let mut mine = first.sketch.clone();
    mine.general.name = "My mill".to_owned();
    mine.api.base = String::new();
    assert_eq!(
        save(&desk, &first, &mine).unwrap_err().code,
        "draft_changed"
    );
    restart(&mut desk).await;
    let again = opened(&desk, &first.file);
    assert_eq!(again.sketch, theirs, "what is stored stays");
    let kept = again.unsaved.unwrap();
    assert_eq!((&kept.sketch, &kept.seen), (&mine, &first.hash));
    let found = kept.findings.iter().map(|one| (&*one.at, &*one.code));
    assert!(
        found.clone().any(|one| one == ("/api/base", "field_empty")),
        "with what is wrong with it: {:?}",
        found.collect::<Vec<_>>()
    );
    let console = &desk.console;
    let taken = console
        .discard_unsaved(desk.session(), &first.file)
        .unwrap();
    assert!(taken.unsaved.is_none());
    assert_eq!((taken.hash, taken.sketch), (second.hash, theirs));
    assert!(opened(&desk, &first.file).unsaved.is_none(), "given up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_kept_is_gone_once_it_is_stored_or_its_draft_deleted() {
    let desk = Desk::empty();
    let first = mill(&desk).await;
    let mut typed = first.sketch.clone();
    typed.general.name = "Mill".to_owned();
    let late = BuilderView {
        hash: "another".to_owned(),
        ..first.clone()
    };
    save(&desk, &late, &typed).unwrap_err();
    assert!(opened(&desk, &first.file).unsaved.is_some());
    let saved = save(&desk, &first, &typed).unwrap();
    let mut other = typed.clone();
    other.general.name = "Another".to_owned();
    save(&desk, &saved, &other).unwrap();
    assert!(
        opened(&desk, &first.file).unsaved.is_none(),
        "it was stored"
    );
    save(&desk, &late, &typed).unwrap_err();
    let console = &desk.console;
    console
        .delete_connector(desk.session(), "paper_mill")
        .unwrap();
    let (file, text) = (first.file.clone(), other.to_toml());
    let begun = begin(&desk, ConnectorStart::Toml { file, text }).await;
    let begun = opened(&desk, &begun.unwrap().file);
    assert!(begun.unsaved.is_none(), "the deleted one's is not its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_name_that_leads_elsewhere_keeps_nothing() {
    let desk = Desk::empty();
    let first = scratch(&desk, "Press", Way::Bearer).await;
    for file in ["../../press.toml", "/press.toml", "a/press.toml", ".."] {
        let elsewhere = BuilderView {
            file: file.to_owned(),
            ..first.clone()
        };
        let refused = save(&desk, &elsewhere, &first.sketch).unwrap_err();
        assert_eq!(refused.code, "draft_changed", "{file}");
    }
    let home = desk.world.home.path();
    assert!(!home.join("unsaved").exists(), "nothing was written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parser_s_english_is_in_no_sentence_but_the_one_that_quotes_it() {
    let desk = Desk::empty();
    for (file, text) in [
        (
            "mill.json",
            "{\n  \"openapi\": \"3.0.0\"\n  \"info\": {}\n}",
        ),
        ("mill.yaml", "openapi: 3.0.0\n\tinfo: x\n"),
    ] {
        let refused = desk.console.read_openapi(desk.session(), file, text);
        quoted(&refused.unwrap_err(), file);
    }
    let (file, text) = ("mill.toml".to_owned(), "id = \"mill\"\nname \"x\"\n");
    let text = text.to_owned();
    let refused = begin(&desk, ConnectorStart::Toml { file, text }).await;
    quoted(&refused.unwrap_err(), "mill.toml");
}

/// It says the file, the line and the column in words of the language, and quotes the parser.
fn quoted(refused: &tsunagi_console::ConsoleError, file: &str) {
    let said = &refused.args["said"];
    let [english, japanese] = [Locale::En, Locale::Ja].map(|locale| refused.failure(locale));
    for told in [&english, &japanese] {
        assert!(told.message.contains(file), "{}", told.message);
        assert!(!told.message.contains(said), "{}", told.message);
        assert!(told.help.contains(said), "{}", told.help);
    }
    let line = &refused.args["line"];
    let column = &refused.args["column"];
    let place = format!("line {line}, column {column}: ");
    assert!(english.message.contains(&place), "{}", english.message);
    let place = format!("{line}行目の{column}文字目: ");
    let (_, why) = japanese.message.split_once(&place).unwrap();
    let latin = why.chars().filter(char::is_ascii_alphabetic).count();
    assert_eq!(latin, 0, "Japanese words only: {why}");
}
