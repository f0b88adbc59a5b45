//! Definitions out and in again: nothing secret, nothing lost, and no rule broken on the way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tsunagi_catalog::{NewDefinitions, Redirect, Registration, SlotSettings, fold};
use tsunagi_console::views::{
    AvailabilityChange, ImportItem, ImportPreview, ImportState, ImportWhat, RedirectForm,
    RegistrationChange,
};
use tsunagi_console::{ConsoleError, Reach, Role};
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Application, ApplicationId, Connection, ConnectionId, Edition, Kind, Mode, Plan,
    RegistrationId, Timestamp,
};

use crate::fixture::{Desk, practice_draft};
use crate::provider::{accept, connector, draft, register};

fn exported(desk: &Desk) -> String {
    let file = desk.console.export_definitions(desk.session()).unwrap();
    std::fs::read_to_string(file.path).unwrap()
}

fn put(desk: &Desk, text: impl AsRef<[u8]>) -> PathBuf {
    let path = desk.world.home.path().join("from elsewhere.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn preview(desk: &Desk, text: impl AsRef<[u8]>) -> Result<ImportPreview, ConsoleError> {
    let path = put(desk, text);
    desk.console.preview_definitions(desk.session(), &path)
}

fn import(desk: &Desk, seen: &ImportPreview) -> Result<(), ConsoleError> {
    let done = desk.console.import_definitions(desk.session(), &seen.hash);
    done.map(|_| ())
}

fn item<'a>(seen: &'a ImportPreview, link_name: &str) -> &'a ImportItem {
    let mut items = seen.items.iter();
    let found = items.find(|item| item.link_name.as_deref() == Some(link_name));
    found.expect(link_name)
}

/// What the workspace is made of, to be compared.
fn everything(desk: &Desk) -> (String, u64, usize) {
    let catalog = desk.world.catalog();
    let events = catalog.events(None, None, 10_000).unwrap();
    // Looking at it this way is logged itself.
    let events = events
        .iter()
        .filter(|entry| entry.event.action != "workspace.definitions_exported")
        .count();
    (exported(desk), catalog.connection_count().unwrap(), events)
}

/// A connection of a file, with these lines in place of its own.
fn connection(lines: &[(&str, &str)]) -> String {
    let mut all = BTreeMap::from([
        ("link_name", "\"wrong\""),
        ("name", "\"Wrong\""),
        ("service", "\"practice\""),
        ("kind", "\"admin\""),
        ("environments", "\"same\""),
        ("scopes", "[\"contacts.read\"]"),
        ("applications", "[]"),
    ]);
    all.extend(lines.iter().copied());
    let lines = all
        .iter()
        .map(|(name, value)| format!("{name} = {value}\n"));
    format!("\n[[connection]]\n{}", lines.collect::<String>())
}

/// What is broken, the lines that break it, and the code of the refusal.
type Broken<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str);

fn good() -> String {
    connection(&[("link_name", "\"right\""), ("name", "\"Right\"")])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_is_exported_and_imported_elsewhere_exports_the_same_bytes() {
    let config = Config {
        cases: 12,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&workspaces(), |made| {
            let (here, there) = (Desk::empty(), Desk::empty());
            for desk in [&here, &there] {
                let toml = connector("filing", "Filing", "https://a.example");
                accept(desk, "filing", &toml).unwrap();
            }
            here.world
                .catalog()
                .add_definitions(&made, &[], |_| true)
                .unwrap();
            let first = exported(&here);
            let seen = preview(&there, &first).unwrap();
            prop_assert_eq!((seen.clashes, seen.refused), (0, 0), "{}", first);
            if seen.adds > 0 {
                import(&there, &seen).unwrap();
            }
            prop_assert_eq!(&exported(&there), &first);
            let again = preview(&there, &first).unwrap();
            prop_assert_eq!(again.adds, 0, "all of it is there now");
            prop_assert_eq!(again.clashes + again.refused, 0);
            let nothing = import(&there, &again).unwrap_err();
            prop_assert_eq!(nothing.code, "import_empty");
            Ok(())
        })
        .unwrap();
}

/// Workspaces of a few registrations, applications and connections, with names of every kind.
fn workspaces() -> impl Strategy<Value = NewDefinitions> {
    let name = "[a-zA-Z0-9あ-ん接続&@!:_|/~*・（） \\\\-]{1,40}"
        .prop_filter_map("R19", |name| ConnectionName::new(&name).ok());
    // Whatever TOML has to escape, and what looks like its own.
    let title = "[a-zA-Z0-9'\"#=\\[\\]\\\\{}あ🙂 ]{1,20}"
        .prop_map(|name| name.trim().to_owned())
        .prop_filter("a name", |name| !name.is_empty());
    let registrations = prop::collection::vec((title.clone(), 0..3_u8, any::<bool>()), 0..4);
    let applications = prop::collection::vec((title, any::<bool>()), 0..4);
    let connections = prop::collection::vec(
        (name, any::<[bool; 5]>(), any::<[prop::sample::Index; 3]>()),
        0..6,
    );
    (registrations, applications, connections).prop_map(
        |(registrations, applications, connections)| {
            let mut made = NewDefinitions::default();
            for (name, form, has_secret) in registrations {
                let redirect = match form {
                    0 => Redirect::LoopbackAnyPort,
                    1 => Redirect::LoopbackPort(41_990),
                    _ => Redirect::Intercepted("https://connect.example.com/back".to_owned()),
                };
                let registration = Registration {
                    id: RegistrationId::new(),
                    connector: "filing".to_owned(),
                    client_id: format!("client of {name}"),
                    name,
                    secret: None,
                    redirect,
                    created_at: Timestamp(0),
                };
                made.registrations.push((registration, has_secret));
            }
            for (name, old) in applications {
                if made
                    .applications
                    .iter()
                    .any(|known| fold(&known.name) == fold(&name))
                {
                    continue;
                }
                made.applications.push(Application {
                    id: ApplicationId::new(),
                    name,
                    edition: if old { Edition::C5 } else { Edition::C6 },
                    created_at: Timestamp(0),
                });
            }
            for (n, (name, is, chosen)) in connections.into_iter().enumerate() {
                let filing = is[0] && !made.registrations.is_empty();
                let registration = filing.then(|| chosen[0].get(&made.registrations).0.id);
                let kind = if is[1] {
                    Kind::Admin
                } else {
                    Kind::LoggedInUser
                };
                let scopes: &[&str] = match (filing, is[2]) {
                    (true, true) => &["files.write", "files.read"],
                    (true, false) => &["files.read"],
                    (false, true) => &["openid", "contacts.read", "email"],
                    (false, false) => &[],
                };
                let may_use = made.applications.iter();
                let may_use = may_use
                    .filter(|app| is[3] && (kind == Kind::Admin || app.edition == Edition::C6))
                    .map(|app| app.id);
                let mut overrides = Vec::new();
                let mode = if is[4] {
                    Mode::Same
                } else {
                    Mode::PerEnvironment
                };
                if filing {
                    overrides.push(SlotSettings {
                        reach: *chosen[1].get(mode.reaches()),
                        settings: BTreeMap::new(),
                        registration: Some(chosen[2].get(&made.registrations).0.id),
                    });
                }
                let connection = Connection {
                    id: ConnectionId::new(),
                    name,
                    link_name: LinkName::new(&format!("c{}_{n}", 9 - n)).unwrap(),
                    connector: if filing { "filing" } else { "practice" }.to_owned(),
                    kind,
                    mode,
                    scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
                    registration,
                    settings: BTreeMap::new(),
                    enabled: is[2],
                    created_by: None,
                    created_at: Timestamp(0),
                };
                made.connections
                    .push((connection, overrides, may_use.collect()));
            }
            made
        },
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_is_not_connected_and_in_the_log() {
    let (here, id) = Desk::practice();
    here.authorize(id, Reach::All).await;
    here.software("Orders", &[id]);
    let text = exported(&here);
    for word in ["authorization", "practice-1", "@practice", "port", "Ines"] {
        let head = text.lines().skip(2).collect::<String>();
        assert!(
            !head.contains(word),
            "nothing of who authorized: {word}\n{text}"
        );
    }
    let there = Desk::empty();
    let seen = preview(&there, &text).unwrap();
    assert_eq!(
        (seen.adds, seen.same),
        (2, 0),
        "an application and a connection"
    );
    assert_eq!(
        there.world.catalog().connection_count().unwrap(),
        0,
        "a look changes nothing"
    );
    import(&there, &seen).unwrap();
    let catalog = there.world.catalog();
    let came = catalog
        .connection_by_link_name("practice_crm")
        .unwrap()
        .unwrap();
    let row = there.view(came.id).await.row;
    assert!(
        row.stations.iter().all(|at| at.account.is_none()),
        "Not connected"
    );
    assert_eq!(
        catalog.applications_of_connection(came.id).unwrap()[0].name,
        "Orders"
    );
    assert_eq!(
        came.created_by,
        Some(there.founder()),
        "by whoever imported it"
    );
    let log = catalog.events(None, None, 3).unwrap();
    let actions: Vec<_> = log
        .iter()
        .map(|entry| entry.event.action.as_str())
        .collect();
    assert_eq!(
        actions,
        [
            "workspace.definitions_imported",
            "connection.created",
            "application.created"
        ]
    );
    assert!(
        there
            .console
            .verify_activity(there.session())
            .unwrap()
            .failure
            .is_none()
    );
    there.authorize(came.id, Reach::All).await;
    assert!(
        there.try_it(came.id).await.unwrap().ok,
        "and it can be authorized"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_system_connections_are_not_exported() {
    let desk = Desk::empty();
    let orders = desk.software("Orders", &[]);
    let cause = tsunagi_console::Cause::PagePanel;
    desk.console
        .system_connection(desk.session(), orders, "practice", cause)
        .unwrap();
    assert!(
        !exported(&desk).contains("[[connection]]"),
        "they come into being by themselves"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_broken_by_hand_is_refused_item_by_item_and_changes_nothing_of_it() {
    let desk = Desk::empty();
    let payment = |id: &str, more: &str| {
        connector(id, "Shop pay", "https://a.example").replace(
            "kinds = [\"admin\", \"logged_in_user\"]",
            &format!("kinds = [\"admin\"]\npayment = true\n{more}"),
        )
    };
    let admin_only = connector("boards", "Boards", "https://a.example")
        .replace("[\"admin\", \"logged_in_user\"]", "[\"admin\"]");
    accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    accept(&desk, "boards", &admin_only).unwrap();
    accept(&desk, "paying", &payment("paying", "")).unwrap();
    accept(
        &desk,
        "abroad",
        &payment("abroad", "offered_in = { countries = [\"IN\"] }"),
    )
    .unwrap();
    let paying = register(&desk, "paying", RedirectForm::LoopbackAnyPort);
    let filing = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let mut first = draft("Paid here", Kind::Admin, Mode::Same, Some(paying));
    first.connector = "paying".to_owned();
    desk.console.create(desk.session(), &first).unwrap();
    desk.create_practice("Taken", Kind::Admin, Mode::Same);
    let paying = format!("\"{paying}\"");
    let filing = format!("\"{filing}\"");
    let stranger = format!("\"{}\"", RegistrationId::new());
    let endless = format!("\"{}\"", "x".repeat(10_000));
    let old = "\n[[application]]\nname = \"Old\"\nedition = \"c5\"\n";
    let files = "[\"files.read\"]";
    let cases: Vec<Broken<'_>> = vec![
        ("R5", vec![("kind", "\"system\"")], "kind_not_offered"),
        (
            "R7, a second one",
            vec![
                ("service", "\"paying\""),
                ("registration", &paying),
                ("scopes", files),
            ],
            "payment_connection_exists",
        ),
        (
            "R7, each their own",
            vec![
                ("service", "\"paying\""),
                ("kind", "\"logged_in_user\""),
                ("registration", &paying),
            ],
            "kind_not_offered",
        ),
        ("R8", vec![("service", "\"abroad\"")], "country_needed"),
        (
            "R9",
            vec![("service", "\"boards\""), ("kind", "\"logged_in_user\"")],
            "kind_not_offered",
        ),
        (
            "R10",
            vec![
                ("kind", "\"logged_in_user\""),
                ("applications", "[\"Old\"]"),
            ],
            "edition_too_old",
        ),
        (
            "R19, emoji",
            vec![("name", "\"Party 🎉\"")],
            "name_character",
        ),
        (
            "R19, right to left",
            vec![("name", "\"\\u202Eevil\"")],
            "name_character",
        ),
        (
            "R19, NUL",
            vec![("name", "\"a\\u0000b\"")],
            "name_character",
        ),
        ("R19, endless", vec![("name", &endless)], "name_too_long"),
        ("R19, empty", vec![("name", "\" \"")], "name_empty"),
        (
            "R19, link name",
            vec![("link_name", "\"Wrong Name\"")],
            "link_name_invalid",
        ),
        (
            "R19, endless link name",
            vec![("link_name", &endless)],
            "link_name_invalid",
        ),
        (
            "R19, taken",
            vec![("link_name", "\"taken\"")],
            "link_name_taken",
        ),
        (
            "R19, twice",
            vec![("link_name", "\"right\"")],
            "link_name_taken",
        ),
        (
            "no such service",
            vec![("service", "\"nowhere\"")],
            "connector_missing",
        ),
        (
            "no such scope",
            vec![("scopes", "[\"everything\"]")],
            "scope_unknown",
        ),
        (
            "two scopes in one",
            vec![("scopes", "[\"email openid\"]")],
            "scope_unknown",
        ),
        (
            "no registration",
            vec![("service", "\"filing\""), ("scopes", files)],
            "registration_needed",
        ),
        (
            "another service's",
            vec![
                ("service", "\"boards\""),
                ("scopes", files),
                ("registration", &filing),
            ],
            "registration_needed",
        ),
        (
            "nobody's",
            vec![
                ("service", "\"filing\""),
                ("scopes", files),
                ("registration", &stranger),
            ],
            "registration_needed",
        ),
        (
            "the program's own setting",
            vec![("settings", "{ port = \"80\" }")],
            "setting_invalid",
        ),
        (
            "no such setting",
            vec![("settings", "{ host = \"evil\" }")],
            "setting_invalid",
        ),
        (
            "no such application",
            vec![("applications", "[\"Nowhere\"]")],
            "import_application_unknown",
        ),
        (
            "one environment twice",
            vec![
                ("service", "\"filing\""),
                ("scopes", files),
                ("registration", &filing),
                ("environments", "\"per_environment\""),
                (
                    "environment",
                    "[{ environment = \"stage\" }, { environment = \"stage\" }]",
                ),
            ],
            "import_twice",
        ),
        (
            "R12, one environment of the same for all",
            vec![("environment", "[{ environment = \"stage\" }]")],
            "reach_not_in_mode",
        ),
        (
            "R12, all of one per environment",
            vec![
                ("environments", "\"per_environment\""),
                ("environment", "[{ environment = \"all\" }]"),
            ],
            "reach_not_in_mode",
        ),
    ];
    let before = everything(&desk);
    for (what, lines, code) in &cases {
        let text = format!("version = 1\n{old}{}{}", good(), connection(lines));
        let seen = preview(&desk, &text).unwrap();
        let bad = seen.items.iter().find(|item| item.failure.is_some());
        let bad = bad.expect(what);
        let failure = bad.failure.as_ref().unwrap();
        assert_eq!(&failure.code, code, "{what}");
        assert!(
            !failure.message.is_empty() && !failure.help.is_empty(),
            "{what}"
        );
        let mut line = text.lines().skip(usize::try_from(bad.line).unwrap() - 1);
        let line = line.next().unwrap();
        assert!(
            line.starts_with("link_name ="),
            "{what}: line {} is `{line}`",
            bad.line
        );
        assert!(
            bad.name.chars().count() <= 81,
            "{what}: nothing endless is shown"
        );
        assert!(
            !bad.name.contains(['\0', '\u{202e}']),
            "{what}: nothing invisible either"
        );
        let rest = seen.items.iter().any(|item| {
            item.link_name.as_deref() == Some("right") && item.state == ImportState::Add
        });
        assert!(rest, "{what}: the rest is fine");
        assert_eq!(
            everything(&desk),
            before,
            "{what}: and a look changes nothing"
        );
    }
    // All of them at once: what is right comes in, and nothing else.
    let wrong: String = cases
        .iter()
        .map(|(_, lines, _)| connection(lines))
        .collect();
    let seen = preview(&desk, format!("version = 1\n{old}{}{wrong}", good())).unwrap();
    assert_eq!(seen.adds, 2, "the application and the one connection");
    import(&desk, &seen).unwrap();
    let catalog = desk.world.catalog();
    assert_eq!(catalog.connection_count().unwrap(), before.1 + 1);
    assert!(catalog.link_name_taken("right").unwrap());
    assert!(
        !catalog.link_name_taken("wrong").unwrap(),
        "nothing of what is wrong"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registrations_and_applications_that_cannot_be_are_refused_too() {
    let desk = Desk::empty();
    accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    let id = RegistrationId::new();
    let registration = |name: &str, service: &str, client: &str, redirect: &str| {
        format!(
            "\n[[registration]]\nid = \"{id}\"\nname = \"{name}\"\nservice = \"{service}\"\n\
             client_id = \"{client}\"\nredirect = {redirect}\nhas_secret = true\n"
        )
    };
    let any = "\"loopback_any_port\"";
    let endless = "x".repeat(10_000);
    let application =
        |name: &str| format!("\n[[application]]\nname = \"{name}\"\nedition = \"c6\"\n");
    for (what, items, code) in [
        (
            "no name",
            registration(" ", "filing", "c", any),
            "name_empty",
        ),
        (
            "turned",
            registration("\\u202Ea", "filing", "c", any),
            "name_character",
        ),
        (
            "endless",
            registration(&endless, "filing", "c", any),
            "person_name_too_long",
        ),
        (
            "no client",
            registration("a", "filing", " ", any),
            "client_id_empty",
        ),
        (
            "endless client",
            registration("a", "filing", &endless, any),
            "client_id_invalid",
        ),
        (
            "NUL in a client",
            registration("a", "filing", "c\\u0000", any),
            "client_id_invalid",
        ),
        (
            "no service",
            registration("a", "nowhere", "c", any),
            "connector_missing",
        ),
        (
            "not needed",
            registration("a", "practice", "c", any),
            "registration_not_needed",
        ),
        (
            "a system's port",
            registration("a", "filing", "c", "{ loopback_port = 80 }"),
            "redirect_invalid",
        ),
        (
            "no https",
            registration("a", "filing", "c", "{ intercepted = \"http://a.example\" }"),
            "redirect_invalid",
        ),
        (
            "twice",
            registration("a", "filing", "c", any).repeat(2),
            "import_twice",
        ),
        ("no name", application(""), "name_empty"),
        ("NUL", application("a\\u0000"), "name_character"),
        ("endless", application(&endless), "person_name_too_long"),
        (
            "twice but for width",
            application("Ａ") + &application("a"),
            "import_twice",
        ),
    ] {
        let seen = preview(&desk, format!("version = 1\n{items}")).unwrap();
        let codes: Vec<_> = seen
            .items
            .iter()
            .filter_map(|item| item.failure.as_ref())
            .collect();
        assert_eq!(codes.len(), 1, "{what}");
        assert_eq!(codes[0].code, code, "{what}");
    }
}

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_what_is_retired_arrives_by_import_stays_visible_and_does_nothing() {
    let desk = Desk::empty();
    let ended = connector("filing", "Filing", "https://a.example")
        .replace("category =", "retired = \"2024-09-26\"\ncategory =");
    accept(&desk, "filing", &ended).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let registration = format!("\"{registration}\"");
    let lines = [
        ("service", "\"filing\""),
        ("registration", registration.as_str()),
        ("scopes", "[\"files.read\"]"),
    ];
    let seen = preview(&desk, format!("version = 1\n{}", connection(&lines))).unwrap();
    let came = item(&seen, "wrong");
    assert_eq!(came.state, ImportState::Add);
    assert_eq!(
        came.note.as_ref().unwrap().code,
        "connector_retired",
        "it is said before"
    );
    import(&desk, &seen).unwrap();
    let catalog = desk.world.catalog();
    let id = catalog
        .connection_by_link_name("wrong")
        .unwrap()
        .unwrap()
        .id;
    assert_eq!(desk.view(id).await.row.name, "Wrong", "it is visible");
    let begun = desk
        .console
        .authorize(desk.session(), id, Reach::All, None)
        .await;
    assert_eq!(begun.unwrap_err().code, "connector_retired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_comes_without_its_secret_and_says_so_until_it_is_entered() {
    let (here, there) = (Desk::empty(), Desk::empty());
    for desk in [&here, &there] {
        accept(
            desk,
            "filing",
            &connector("filing", "Filing", "https://a.example"),
        )
        .unwrap();
    }
    let id = register(&here, "filing", RedirectForm::LoopbackAnyPort);
    let made = draft("Papers", Kind::Admin, Mode::Same, Some(id));
    here.console.create(here.session(), &made).unwrap();
    let text = exported(&here);
    assert!(!text.contains("client-secret-of-ours"), "never the secret");
    let seen = preview(&there, &text).unwrap();
    let what = |what| {
        seen.items
            .iter()
            .find(move |item| item.what == what)
            .unwrap()
    };
    assert_eq!(what(ImportWhat::Connector).state, ImportState::Same);
    let note = what(ImportWhat::Registration).note.as_ref().unwrap();
    assert_eq!(note.code, "registration_secret_due", "it is said before");
    let done = there
        .console
        .import_definitions(there.session(), &seen.hash)
        .unwrap();
    assert_eq!((done.registrations, done.secrets_due), (1, 1));
    let shown = |desk: &Desk| {
        let view = desk.console.connectors(desk.session()).unwrap();
        view.registrations[0].clone()
    };
    assert!(shown(&there).secret_due && !shown(&there).has_secret);
    assert_eq!(
        shown(&there).redirect_address,
        shown(&here).redirect_address,
        "what is registered at the provider goes on"
    );
    let catalog = there.world.catalog();
    let papers = catalog
        .connection_by_link_name("papers")
        .unwrap()
        .unwrap()
        .id;
    let begun = there
        .console
        .authorize(there.session(), papers, Reach::All, None)
        .await;
    assert_eq!(begun.unwrap_err().code, "registration_secret_due");
    let change = |secret: &str| RegistrationChange {
        id,
        name: "Ours".to_owned(),
        client_id: "client-of-ours".to_owned(),
        client_secret: Some(secret.to_owned()),
        redirect: None,
    };
    let entered = there
        .console
        .change_registration(there.session(), &change("entered"));
    assert!(!entered.unwrap().secret_due, "entered");
    let again = there
        .console
        .change_registration(there.session(), &change(""));
    assert!(!again.unwrap().secret_due, "or told that there is none");
    assert!(
        there
            .console
            .authorize(there.session(), papers, Reach::All, None)
            .await
            .is_ok(),
        "then it can be authorized"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_here_stays_as_it_is_and_differences_are_told() {
    let desk = Desk::empty();
    accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    let id = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let made = draft("Papers", Kind::Admin, Mode::Same, Some(id));
    let papers = desk.console.create(desk.session(), &made).unwrap();
    desk.software("Orders", &[papers]);
    let text = exported(&desk);
    assert_eq!(
        preview(&desk, &text).unwrap().same,
        4,
        "one of each, as it is"
    );
    for (what, change, code) in [
        (
            "scopes",
            ("\"files.read\"", "\"files.write\""),
            "link_name_taken",
        ),
        ("name", ("\"Papers\"", "\"Other\""), "link_name_taken"),
        (
            "enabled",
            ("enabled = true", "enabled = false"),
            "link_name_taken",
        ),
        ("edition", ("\"c6\"", "\"c5\""), "import_differs"),
        (
            "client",
            ("client-of-ours", "client-of-theirs"),
            "import_differs",
        ),
        (
            "secret",
            ("has_secret = true", "has_secret = false"),
            "import_differs",
        ),
        (
            "connector",
            ("sha256 = \"", "sha256 = \"0"),
            "import_connector_differs",
        ),
        (
            "width",
            ("name = \"Orders\"", "name = \"Ｏrders\""),
            "name_taken",
        ),
    ] {
        let edited = text.replace(change.0, change.1);
        assert_ne!(edited, text, "{what} is in the file");
        let seen = preview(&desk, &edited).unwrap();
        let clash = seen
            .items
            .iter()
            .find(|item| item.state == ImportState::Clash);
        assert_eq!(
            clash.expect(what).failure.as_ref().unwrap().code,
            code,
            "{what}"
        );
        assert_eq!(seen.adds, 0, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_of_a_registration_that_is_here_with_another_client_stay_out() {
    let desk = Desk::empty();
    let toml = connector("filing", "Filing", "https://a.example");
    accept(&desk, "filing", &toml).unwrap();
    let id = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let made = draft("Papers", Kind::Admin, Mode::Same, Some(id));
    let papers = desk.console.create(desk.session(), &made).unwrap();
    let text = exported(&desk);
    let gone = desk.console.delete_connection(desk.session(), papers);
    gone.await.unwrap();
    assert_eq!(
        preview(&desk, &text).unwrap().adds,
        1,
        "of the same client it comes in"
    );
    let named = text.replace("name = \"Ours\"", "name = \"Ours, Osaka\"");
    assert_ne!(named, text, "the name is in the file");
    let seen = preview(&desk, &named).unwrap();
    assert_eq!(
        (seen.clashes, seen.adds),
        (1, 1),
        "another name is another name only: {:?}",
        seen.items
    );
    let other = text.replace("client-of-ours", "client-of-theirs");
    let seen = preview(&desk, &other).unwrap();
    assert_eq!(
        seen.adds, 0,
        "tokens belong to the client they were issued to"
    );
    let refused = item(&seen, "papers");
    assert_eq!(refused.state, ImportState::Refused);
    let failure = refused.failure.as_ref().unwrap();
    assert_eq!(failure.code, "import_registration_differs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_shown_comes_in_and_only_by_who_saw_it() {
    let desk = Desk::empty();
    let text = format!("version = 1\n{}", good());
    let seen = preview(&desk, &text).unwrap();
    // Another window makes a connection of that link name in between.
    let mut other = practice_draft("Other", Kind::Admin, Mode::Same);
    other.link_name = Some("right".to_owned());
    let other = desk.console.create(desk.session(), &other).unwrap();
    let before = everything(&desk);
    assert_eq!(import(&desk, &seen).unwrap_err().code, "import_changed");
    assert_eq!(everything(&desk), before, "nothing came in");
    assert_eq!(
        import(&desk, &seen).unwrap_err().code,
        "import_gone",
        "it is looked at anew"
    );
    desk.console
        .delete_connection(desk.session(), other)
        .await
        .unwrap();

    let seen = preview(&desk, &text).unwrap();
    let dora = desk.joins("Dora", Role::Developer);
    desk.seats(dora).await;
    assert_eq!(
        import(&desk, &seen).unwrap_err().code,
        "import_gone",
        "Dora did not see it"
    );
    let own = preview(&desk, &text).unwrap();
    import(&desk, &own).unwrap();

    let user = desk.joins("Uma", Role::User);
    desk.seats(user).await;
    let refused = preview(&desk, &text).unwrap_err();
    assert_eq!(refused.code, "role_not_allowed", "R2");
    assert_eq!(
        desk.console.may_import(desk.session()).unwrap_err().code,
        "role_not_allowed"
    );
    let refused = desk.console.export_definitions(desk.session()).unwrap_err();
    assert_eq!(refused.code, "role_not_allowed", "R2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_leaves_out_stays_out_and_so_does_what_needs_it() {
    let desk = Desk::empty();
    let needing = connection(&[
        ("link_name", "\"needing\""),
        ("applications", "[\"Front desk\"]"),
    ]);
    let application = "\n[[application]]\nname = \"Front desk\"\nedition = \"c6\"\n";
    let text = format!("version = 1\n{application}{}{needing}", good());
    let first = preview(&desk, &text).unwrap();
    assert_eq!(first.adds, 3, "{:?}", first.items);
    let application = first.items.iter().find(|item| item.name == "Front desk");
    let place = application.unwrap().place;
    let (console, session) = (&desk.console, desk.session());
    let without = |places: &[u32]| {
        let places = places.iter().copied().collect();
        console.leave_out_of_import(session, &first.hash, places)
    };

    let seen = without(&[place]).unwrap();
    let left = seen.items.iter().find(|item| item.place == place);
    assert_eq!(left.unwrap().state, ImportState::Unwanted);
    let needing = item(&seen, "needing");
    assert_eq!(needing.state, ImportState::Refused);
    let told = needing.failure.as_ref().unwrap();
    assert_eq!(told.code, "import_needs_left_out");
    assert!(told.message.contains("Front desk"), "{told:?}");
    assert!(needing.line > 1, "its line is still known");
    assert_eq!(seen.adds, 1);

    // Taken in again, everything is as it was; then only what is wanted comes in.
    assert_eq!(without(&[]).unwrap().adds, 3);
    let seen = without(&[place]).unwrap();
    import(&desk, &seen).unwrap();
    let now = exported(&desk);
    assert!(now.contains("\"right\""), "{now}");
    assert!(!now.contains("Front desk"), "it was left out: {now}");
    assert!(!now.contains("needing"), "and what needs it: {now}");
    assert_eq!(
        without(&[]).unwrap_err().code,
        "import_gone",
        "what was imported is no longer in hand"
    );

    // Where what is needed is here already, leaving out changes nothing.
    let again = preview(&desk, &text).unwrap();
    assert_eq!((again.adds, again.same), (2, 1));
    let none: Vec<u32> = again.items.iter().map(|item| item.place).collect();
    let seen = without(&none).unwrap();
    assert_eq!((seen.adds, seen.same), (0, 1), "{:?}", seen.items);
    assert_eq!(import(&desk, &seen).unwrap_err().code, "import_empty");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_free_plan_exports_and_imports_nothing() {
    let desk = Desk::empty();
    let seen = preview(&desk, format!("version = 1\n{}", good())).unwrap();
    let free = AvailabilityChange {
        plan: Plan::Free,
        data_center: "us".to_owned(),
        country: None,
    };
    desk.console
        .change_availability(desk.session(), &free)
        .unwrap();
    assert_eq!(import(&desk, &seen).unwrap_err().code, "plan_free");
    assert_eq!(preview(&desk, "version = 1").unwrap_err().code, "plan_free");
    assert!(
        exported(&desk).contains("version = 1"),
        "what is there can be taken along"
    );
}
