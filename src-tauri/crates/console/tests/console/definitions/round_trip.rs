//! Whatever a workspace is made of, what comes in elsewhere goes out as the same bytes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tsunagi_catalog::{NewDefinitions, Redirect, Registration, SlotSettings, fold};
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Application, ApplicationId, Connection, ConnectionId, Edition, Kind, Mode, RegistrationId,
    Timestamp,
};

use super::{exported, import, preview};
use crate::fixture::Desk;
use crate::provider::{accept, connector};

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
