//! The builder: drafts of custom connectors.

mod beginning;
mod kept;
mod publishing;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tsunagi_connectors::Question;
use tsunagi_console::views::{
    ActivityQuery, BuilderState, BuilderView, ConnectorStart, FileState, Locale,
};
use tsunagi_console::{ConsoleError, Sketch, Way};
use tsunagi_domain::Role;

use crate::fixture::Desk;

const MILL: &str = "openapi: 3.0.3
info: { title: Paper Mill, version: '1' }
servers: [{ url: 'https://api.mill.example/v1' }]
components:
  securitySchemes:
    signin:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: https://login.mill.example/authorize
          tokenUrl: https://login.mill.example/token
          scopes: { read: Read paper }
    cookie: { type: apiKey, in: cookie, name: sid }
";

/// Two by two pixels.
const PNG: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0,
    0, 0, 253, 212, 154, 115, 0, 0, 0, 16, 73, 68, 65, 84, 120, 156, 99, 80, 112, 104, 0, 34, 6, 8,
    5, 0, 23, 14, 3, 129, 161, 183, 117, 1, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

/// The doors run it on any thread.
const fn sent<T: Send>(waiting: T) -> T {
    waiting
}

async fn begin(desk: &Desk, start: ConnectorStart) -> Result<BuilderView, ConsoleError> {
    sent(desk.console.begin_connector(desk.session(), &start)).await
}

async fn mill(desk: &Desk) -> BuilderView {
    let (file, text) = ("mill.yaml".to_owned(), MILL.to_owned());
    let start = ConnectorStart::Openapi {
        file,
        text,
        choice: 0,
    };
    begin(desk, start).await.unwrap()
}

async fn scratch(desk: &Desk, name: &str, way: Way) -> BuilderView {
    let name = name.to_owned();
    begin(desk, ConnectorStart::Scratch { name, way })
        .await
        .unwrap()
}

fn save(desk: &Desk, view: &BuilderView, sketch: &Sketch) -> Result<BuilderView, ConsoleError> {
    desk.console
        .save_connector(desk.session(), &view.file, sketch, &view.hash, true)
}

/// While the link name is still typed.
fn save_unsettled(desk: &Desk, view: &BuilderView, sketch: &Sketch) -> BuilderView {
    desk.console
        .save_connector(desk.session(), &view.file, sketch, &view.hash, false)
        .unwrap()
}

fn publish(desk: &Desk, view: &BuilderView) -> Result<BuilderView, ConsoleError> {
    desk.console
        .publish_connector(desk.session(), &view.file, &view.hash)
}

fn opened(desk: &Desk, file: &str) -> BuilderView {
    desk.console.connector_draft(desk.session(), file).unwrap()
}

/// What the log says was done with connectors and registrations, oldest first.
fn done(desk: &Desk) -> Vec<String> {
    let query = ActivityQuery::default();
    let page = desk.console.activity(desk.session(), &query).unwrap();
    let all = page.entries.into_iter().map(|entry| entry.action);
    let mut all: Vec<String> = all
        .filter(|action| action.starts_with("connector.") || action.ends_with("secret_removed"))
        .collect();
    all.reverse();
    all
}

fn hash_of(desk: &Desk, file: &str) -> String {
    let view = desk.console.connectors(desk.session()).unwrap();
    let found = view.files.into_iter().find(|known| known.file == file);
    found.unwrap().hash
}

fn state(desk: &Desk, file: &str) -> FileState {
    let view = desk.console.connectors(desk.session()).unwrap();
    let found = view.files.into_iter().find(|known| known.file == file);
    found.unwrap().state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_kept_unfinished_and_taken_up_again_after_a_restart() {
    let mut desk = Desk::empty();
    let begun = scratch(&desk, "Paper Mill", Way::Bearer).await;
    assert!(!begun.findings.is_empty(), "much is missing");
    let missing = begun.findings.iter().find(|one| one.at == "/api/base");
    assert_eq!(missing.unwrap().code, "field_empty", "said at its field");
    assert_eq!(state(&desk, &begun.file), FileState::Bad);
    let view = desk.console.connectors(desk.session()).unwrap();
    assert!(
        view.files[0].unfinished,
        "and the builder can go on with it"
    );
    let refused = publish(&desk, &begun).unwrap_err();
    assert_eq!(refused.code, "connector_bad", "it is not finished");
    desk.console.close().await;
    desk.console = desk.world.open();
    let again = opened(&desk, &begun.file);
    assert_eq!((again.sketch, again.hash), (begun.sketch, begun.hash));
    let second = scratch(&desk, "Paper Mill", Way::Basic).await;
    assert_eq!(
        second.file, "paper_mill_2.toml",
        "each has a name of its own"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sitting_at_a_draft_has_one_entry_in_the_log() {
    let desk = Desk::empty();
    let mut view = scratch(&desk, "Paper Mill", Way::Bearer).await;
    for base in ["https://a", "https://api.mill", "https://api.mill.example"] {
        let mut sketch = view.sketch.clone();
        sketch.api.base = base.to_owned();
        view = save(&desk, &view, &sketch).unwrap();
    }
    assert_eq!(done(&desk), ["connector.draft_begun"], "as it was typed");
    let mut sketch = view.sketch.clone();
    sketch.verify = Some(Question::at("https://api.mill.example/me"));
    view = save(&desk, &view, &sketch).unwrap();
    assert_eq!(view.findings, []);
    publish(&desk, &view).unwrap();
    sketch.general.name = "Mill of paper".to_owned();
    view = opened(&desk, &view.file);
    save(&desk, &view, &sketch).unwrap();
    assert_eq!(
        done(&desk),
        [
            "connector.draft_begun",
            "connector.accepted",
            "connector.draft_saved"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_follows_its_link_name_until_it_is_published() {
    let desk = Desk::empty();
    let draft = mill(&desk).await;
    scratch(&desk, "Press", Way::Bearer).await;
    let mut sketch = draft.sketch.clone();
    sketch.general.id = "mill".to_owned();
    let moved = save(&desk, &draft, &sketch).unwrap();
    assert_eq!(
        (moved.file.as_str(), moved.findings.len()),
        ("mill.toml", 0)
    );
    let gone = desk.console.connector_draft(desk.session(), &draft.file);
    assert_eq!(gone.unwrap_err().code, "draft_changed", "no copy stays");
    for (id, code) in [
        ("press", "id_taken"),
        ("Mill", "field_word"),
        ("../mill", "field_word"),
        ("salesforce", "id_built_in"),
        ("zoho-crm", "id_built_in"),
    ] {
        let seen = opened(&desk, "mill.toml");
        sketch.general.id = id.to_owned();
        let kept = save(&desk, &seen, &sketch).unwrap();
        assert_eq!(kept.file, "mill.toml", "{id}: what was typed is not lost");
        let found = kept.findings.iter().find(|one| one.at == "/id").unwrap();
        assert_eq!(found.code, code, "{id}");
        assert_eq!(publish(&desk, &kept).unwrap_err().code, "connector_bad");
    }
    sketch.general.id = "mill".to_owned();
    let draft = save(&desk, &opened(&desk, "mill.toml"), &sketch).unwrap();
    let published = publish(&desk, &draft).unwrap();
    sketch.general.id = "other".to_owned();
    let kept = save(&desk, &published, &sketch).unwrap();
    assert_eq!(kept.findings[0].code, "id_published");
    assert_eq!(kept.file, "mill.toml");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_keeps_its_file_while_its_link_name_is_typed() {
    let desk = Desk::empty();
    let draft = mill(&desk).await;
    let mut view = draft.clone();
    for typed in ["paper_mil", "paper_mi", "m", "mi"] {
        let mut sketch = view.sketch.clone();
        sketch.general.id = typed.to_owned();
        view = save_unsettled(&desk, &view, &sketch);
        assert_eq!(
            view.file, draft.file,
            "{typed}: nobody asked for this file name"
        );
        assert_eq!(view.findings, [], "{typed}: nothing is wrong with it");
    }
    assert_eq!(
        opened(&desk, &draft.file).sketch.general.id,
        "mi",
        "and what was typed is kept"
    );
    let settled = save(&desk, &view, &view.sketch).unwrap();
    assert_eq!(settled.file, "mi.toml", "once the field is left");
    assert_eq!(
        publish(&desk, &settled).unwrap().state,
        BuilderState::Published
    );
    let folder = desk.world.home.path().join("connectors");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "one file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_regular_expression_yet_is_kept_as_it_was_typed() {
    let desk = Desk::empty();
    let draft = mill(&desk).await;
    let mut typed = serde_json::to_value(&draft.sketch).unwrap();
    typed["parameters"] = serde_json::json!([{
        "name": "region", "label": {"en": "Region", "ja": "地域"}, "pattern": "[a-z",
        "default": "eu", "example": null, "automatic": false,
    }]);
    // As the door reads it.
    let sketch: Sketch = serde_json::from_value(typed).unwrap();
    let saved = save(&desk, &draft, &sketch).unwrap();
    let found: Vec<_> = saved
        .findings
        .iter()
        .map(|one| (&*one.at, &*one.code))
        .collect();
    assert_eq!(found, [("/parameters/0/pattern", "pattern_bad")]);
    assert_eq!(opened(&desk, &saved.file).sketch, sketch, "as it was typed");
    assert_eq!(publish(&desk, &saved).unwrap_err().code, "connector_bad");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_save_overwrites_what_somebody_else_wrote() {
    let desk = Desk::empty();
    let first = mill(&desk).await;
    let mut sketch = first.sketch.clone();
    sketch.general.description.en = "Paper of all kinds.".to_owned();
    let second = save(&desk, &first, &sketch).unwrap();
    let late = save(&desk, &first, &first.sketch).unwrap_err();
    assert_eq!(late.code, "draft_changed", "from another window");
    assert_eq!(hash_of(&desk, &second.file), second.hash, "it stays");
    publish(&desk, &second).unwrap();
    let folder = desk.world.home.path().join("connectors");
    std::fs::remove_file(folder.join(&second.file)).unwrap();
    let file = "paper_mill.toml".to_owned();
    let text = sketch.to_toml();
    let refused = begin(&desk, ConnectorStart::Toml { file, text }).await;
    assert_eq!(
        refused.unwrap_err().code,
        "draft_exists",
        "the id of a published connector is taken, file or not"
    );
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        0,
        "no half file is left over"
    );
    let opened = opened(&desk, &second.file);
    assert_eq!(
        opened.sketch, sketch,
        "what is published can be gone on with"
    );
    save(&desk, &opened, &sketch).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_who_manages_nothing_makes_no_connector() {
    let desk = Desk::empty();
    let draft = mill(&desk).await;
    let user = desk.joins("Mika", Role::User);
    desk.seats(user).await;
    let console = &desk.console;
    let refused = [
        console.connector_draft(desk.session(), &draft.file).err(),
        console.export_connector(desk.session(), "paper_mill").err(),
        save(&desk, &draft, &draft.sketch).err(),
        publish(&desk, &draft).err(),
        console
            .withdraw_connector(desk.session(), "paper_mill")
            .err(),
        console.delete_connector(desk.session(), "paper_mill").err(),
        console.connector_logo(desk.session(), "a.png", "").err(),
        console.read_openapi(desk.session(), "a", MILL).err(),
        begin(
            &desk,
            ConnectorStart::Scratch {
                name: "X".to_owned(),
                way: Way::Code,
            },
        )
        .await
        .err(),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap().code, "role_not_allowed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_logo_is_refused_by_name_and_reason_and_a_good_one_is_shown() {
    let desk = Desk::empty();
    let console = &desk.console;
    let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
    let svg = base64(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>");
    let refused = console.connector_logo(desk.session(), "mill.svg", &svg);
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.code.as_str(), &*refused.args["why"]),
        ("logo_bad", "logo_svg")
    );
    let words = refused.failure(Locale::En).message;
    assert!(words.contains("mill.svg: "), "{words}");
    let good = STANDARD.encode(PNG);
    let taken = console.connector_logo(desk.session(), "mill.png", &good);
    assert_eq!(taken.unwrap(), good);
    let cut = base64(&PNG[..PNG.len() - 20]);
    let refused = console.connector_logo(desk.session(), "cut.png", &cut);
    assert_eq!(refused.unwrap_err().args["why"], "logo_not_png");
    let large = base64(&[0; 40_000]);
    let refused = console.connector_logo(desk.session(), "large.png", &large);
    assert_eq!(refused.unwrap_err().args["why"], "logo_large");
    let draft = mill(&desk).await;
    let mut sketch = draft.sketch.clone();
    sketch.general.logo = Some(svg);
    let saved = save(&desk, &draft, &sketch).unwrap();
    assert_eq!(
        (&*saved.findings[0].at, &*saved.findings[0].code),
        ("/logo", "logo_svg"),
        "nor does a file bring one in"
    );
    sketch.general.logo = Some(good.clone());
    let saved = save(&desk, &saved, &sketch).unwrap();
    publish(&desk, &saved).unwrap();
    let logos = console.connector_logos(desk.session()).unwrap();
    assert_eq!(logos["paper_mill"], good);
}
