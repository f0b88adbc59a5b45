//! System connections come into being by themselves: R5.

use tsunagi_console::views::ServiceTry;
use tsunagi_console::{ApplicationId, Cause, ConnectionId, Reach};
use tsunagi_domain::{Edition, Environment, Health, Kind, NotConnected, Role};

use super::{code, connections, founds};
use crate::fixture::Desk;
use crate::provider::{Provider, accept};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_a_system_connection_comes_into_being_once_per_service() {
    let (desk, _) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C5);
    let desk_app = founds(&desk, "Desk", Edition::C6);
    let make =
        |application, cause| console.system_connection(session, application, "practice", cause);
    let refused = [
        Cause::Elsewhere,
        Cause::IntegrationTask { optional: false },
        Cause::FormWorkflow { zoho: false },
    ];
    for cause in refused {
        assert_eq!(
            code(make(orders, cause)),
            "connection_needed",
            "{cause:?}: one has to be chosen"
        );
    }
    assert_eq!(connections(console, &desk), 1, "and none was made");

    let first = make(orders, Cause::PagePanel).unwrap();
    let again = make(orders, Cause::IntegrationTask { optional: true }).unwrap();
    let other = make(desk_app, Cause::FormWorkflow { zoho: true }).unwrap();
    assert_eq!(first, again, "the same service yields the same one");
    assert_eq!(first, other, "for every application");
    let view = desk.view(first).await;
    assert_eq!(view.row.kind, Kind::System);
    assert_eq!(view.row.name, "Practice service", "named after the service");
    assert!(view.created_by.is_none(), "nobody made it");
    let asked = view.scopes.len();
    let all = console.service(session, "practice").unwrap().scopes.len();
    assert_eq!(asked, all, "it carries the connector's full scopes");
    assert_eq!(
        view.row.stations[0].health,
        Health::NotConnected(NotConnected::NeverAuthorized),
        "and starts Not connected"
    );
    let catalog = desk.world.catalog();
    for application in [orders, desk_app] {
        assert!(catalog.has_access(application, first).unwrap());
    }
    let subject = format!("connection/{first}");
    let logged: Vec<(String, bool)> = catalog
        .events(None, None, 1000)
        .unwrap()
        .into_iter()
        .filter(|entry| entry.event.subject == subject)
        .map(|entry| (entry.event.action, entry.event.actor.is_none()))
        .collect();
    let count = |action: &str| {
        let found = logged.iter().filter(|(known, _)| known == action);
        found.count()
    };
    assert_eq!(count("connection.created"), 1);
    assert_eq!(count("application.granted"), 2, "once per application");
    assert!(
        logged.iter().all(|(_, by_system)| *by_system),
        "the actor in the log is the system: {logged:?}"
    );
    desk.authorize(first, Reach::All).await;
    assert!(
        desk.try_it(first).await.unwrap().ok,
        "R3: a manager authorizes it, and then it works"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_never_for_payments_nor_for_what_is_not_there() {
    let desk = Desk::empty();
    let provider = Provider::start().await;
    let toml = provider
        .toml("shop_pay")
        .replace("\nkinds = ", "\npayment = true\nkinds = ");
    let toml = toml.replace(
        r#"kinds = ["admin", "logged_in_user"]"#,
        r#"kinds = ["admin"]"#,
    );
    accept(&desk, "shop_pay", &toml).unwrap();
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C6);
    for cause in [
        Cause::PagePanel,
        Cause::FormWorkflow { zoho: true },
        Cause::IntegrationTask { optional: true },
    ] {
        let made = console.system_connection(session, orders, "shop_pay", cause);
        assert_eq!(code(made), "connection_needed", "{cause:?}");
    }
    let unknown = console.system_connection(session, orders, "nowhere", Cause::PagePanel);
    assert_eq!(code(unknown), "connector_missing");
    let nobody =
        console.system_connection(session, ApplicationId::new(), "practice", Cause::PagePanel);
    assert_eq!(code(nobody), "application_unknown");
    assert_eq!(connections(console, &desk), 0, "nothing was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_two_places_at_once_get_the_same_system_connection() {
    let (desk, _) = Desk::practice();
    let orders = founds(&desk, "Orders", Edition::C6);
    let session = desk.session();
    let mut made: Vec<ConnectionId> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                let console = &desk.console;
                scope.spawn(move || {
                    console
                        .system_connection(session, orders, "practice", Cause::PagePanel)
                        .unwrap()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    made.dedup();
    assert_eq!(made.len(), 1, "one connection for all of them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_trying_a_service_without_a_connection_makes_its_system_connection() {
    let desk = Desk::empty();
    let provider = Provider::start().await;
    let toml = provider
        .toml("shop_pay")
        .replace("\nkinds = ", "\npayment = true\nkinds = ")
        .replace(
            r#"kinds = ["admin", "logged_in_user"]"#,
            r#"kinds = ["admin"]"#,
        );
    accept(&desk, "shop_pay", &toml).unwrap();
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C5);
    let listed = console.services_to_try(session, orders).unwrap();
    let of = |service: &str| listed.iter().find(|one| one.service.id == service);
    assert!(of("shop_pay").is_none(), "never for payments");
    assert!(
        of("practice").unwrap().connection.is_none(),
        "looking makes nothing"
    );
    assert_eq!(connections(console, &desk), 0, "looking makes nothing");

    let request = |service: &str| ServiceTry {
        application: orders,
        service: service.to_owned(),
        environment: Environment::Stage,
        path: "/contacts".to_owned(),
    };
    let paid = console.try_service(session, &request("shop_pay")).await;
    assert_eq!(code(paid), "connection_needed", "never for payments");
    let uma = desk.joins("Uma", Role::User);
    desk.seats(uma).await;
    let refused = console
        .try_service(desk.session(), &request("practice"))
        .await;
    assert_eq!(code(refused), "role_not_allowed", "R2: managers only");
    desk.seats(desk.founder()).await;
    assert_eq!(connections(console, &desk), 0, "a refusal makes nothing");

    let tried = console.try_service(session, &request("practice")).await;
    let tried = tried.unwrap();
    assert!(tried.made, "it says that one came into being");
    assert_eq!(tried.connection.kind, Kind::System);
    assert_eq!(
        tried.refused.unwrap().code,
        "not_connected",
        "R4: it starts Not connected, and nothing was sent"
    );
    desk.authorize(tried.connection.id, Reach::All).await;
    let again = console.try_service(session, &request("practice")).await;
    let again = again.unwrap();
    assert!(!again.made, "the same service yields the same one again");
    assert_eq!(again.connection.id, tried.connection.id);
    assert!(
        again.answer.unwrap().ok,
        "authorized as every other, it works"
    );
    assert_eq!(connections(console, &desk), 1);

    // R4: asked for an application, so its access counts as for every other task of it.
    let listed = console.services_to_try(session, orders).unwrap();
    let known = listed
        .into_iter()
        .find(|one| one.service.id == "practice")
        .and_then(|one| one.connection);
    assert_eq!(known.map(|one| one.id), Some(tried.connection.id));
}
