//! What was decided is used again only while nothing changed: the very next request after a change
//! is refused (R4), whoever made it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tsunagi_catalog::Catalog;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{
    Application, ApplicationId, Clock, Edition, Health, Kind, Member, MemberId, NotConnected, Plan,
    Role, Timestamp,
};
use tsunagi_gateway::Call;

use super::home::{Home, Plans};
use super::server::Server;

/// With an application that is shared with a user, who has just sent through it.
struct Warm {
    server: Server,
    home: Home,
    user: MemberId,
    shop: ApplicationId,
}

impl Warm {
    async fn new() -> Self {
        let server = Server::start().await;
        let home = Home::with(&server, Plans::default()).await;
        let user = Member {
            id: MemberId::new(),
            name: "Ren".to_owned(),
            role: Role::User,
            active: true,
        };
        home.catalog.set_member(&user).unwrap();
        let shop = Application {
            id: ApplicationId::new(),
            name: "Shop".to_owned(),
            edition: Edition::C6,
            created_at: Timestamp(0),
        };
        home.catalog.set_application(&shop).unwrap();
        let (user, shop) = (user.id, shop.id);
        let id = home.connection.id;
        home.catalog.grant_application(shop, id, true).unwrap();
        home.catalog.share_application(shop, user, true).unwrap();
        let warm = Self {
            server,
            home,
            user,
            shop,
        };
        // The first use of an authorization is written down: what follows it is what is kept.
        for _ in 0..2 {
            let answer = warm.home.gateway.send(warm.call()).await.unwrap();
            assert_eq!(answer.status, 200);
            warm.home.gateway.flush().await;
        }
        warm.home.gateway.send(warm.call()).await.unwrap();
        warm.server.it().api.clear();
        warm
    }

    fn call(&self) -> Call {
        Call {
            caller: Caller::Member(self.user),
            application: Some(self.shop),
            ..self.home.call("/files")
        }
    }

    async fn is_refused(&self, code: &str, what: &str) {
        assert_eq!(self.home.refused(self.call()).await, code, "{what}");
        assert!(
            self.server.was_left_alone(),
            "R4: {what}, and nothing was sent"
        );
    }

    /// As another process has it: nothing is shared but the files.
    fn elsewhere(&self) -> Catalog {
        Catalog::open(self.home.dir.path()).unwrap()
    }
}

/// How often the keys were asked for, which each reading of a credential does.
fn count_openings(home: &Home) -> Arc<AtomicUsize> {
    let asked: Arc<AtomicUsize> = Arc::default();
    let count = Arc::clone(&asked);
    home.keys.follow(
        move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            true
        },
        || None,
    );
    asked
}

#[tokio::test]
async fn while_nothing_changes_nothing_is_opened_again() {
    let warm = Warm::new().await;
    let opened = count_openings(&warm.home);
    for _ in 0..20 {
        warm.home.gateway.send(warm.call()).await.unwrap();
    }
    assert_eq!(
        opened.load(Ordering::SeqCst),
        0,
        "each was as the one before"
    );
    assert_eq!(warm.server.api_requests(), 20, "and each was sent");
    warm.home.clock.forward(1);
    warm.home.gateway.send(warm.call()).await.unwrap();
    assert_eq!(opened.load(Ordering::SeqCst), 0, "a second later too");
    let runs = warm.home.runs().await;
    assert_eq!(runs.len(), 24, "and recorded");
    warm.home.gateway.send(warm.call()).await.unwrap();
    assert_eq!(
        opened.load(Ordering::SeqCst),
        1,
        "the record notes the use: all is read again"
    );
    let other = Call {
        application: None,
        ..warm.home.call("/files")
    };
    warm.home.gateway.send(other).await.unwrap();
    assert_eq!(
        opened.load(Ordering::SeqCst),
        2,
        "another caller's is another decision"
    );
}

#[tokio::test]
async fn the_next_request_after_any_change_here_is_refused() {
    type Change = fn(&Warm, &Catalog);
    let changes: [(&str, &str, Change); 9] = [
        ("disabled", "the connection is disabled", |warm, catalog| {
            let mut connection = warm.home.connection.clone();
            connection.enabled = false;
            catalog.update_connection(&connection).unwrap();
        }),
        ("not_connected", "it is revoked", |warm, catalog| {
            catalog
                .set_revoked(warm.home.id, warm.home.clock.now())
                .unwrap();
        }),
        ("not_connected", "the slot is emptied", |warm, catalog| {
            catalog.empty(warm.home.id).unwrap();
        }),
        (
            "not_connected",
            "the provider refused the client",
            |warm, catalog| {
                let health = Health::NotConnected(NotConnected::ClientRefused);
                catalog.set_health(warm.home.id, health).unwrap();
            },
        ),
        (
            "not_connected",
            "it asks for another scope",
            |warm, catalog| {
                let mut connection = warm.home.connection.clone();
                connection.scopes.push("files.write".to_owned());
                catalog.update_connection(&connection).unwrap();
            },
        ),
        (
            "application_no_access",
            "access is withdrawn",
            |warm, catalog| {
                let id = warm.home.connection.id;
                catalog.grant_application(warm.shop, id, false).unwrap();
            },
        ),
        (
            "application_not_shared",
            "it is shared no more",
            |warm, catalog| {
                catalog
                    .share_application(warm.shop, warm.user, false)
                    .unwrap();
            },
        ),
        ("plan_free", "the plan is free now", |_, catalog| {
            let mut workspace = catalog.workspace().unwrap().unwrap();
            workspace.plan = Plan::Free;
            catalog.set_workspace(&workspace).unwrap();
        }),
        ("not_taken_over", "it is a copy now", |warm, catalog| {
            let now = warm.home.clock.now();
            catalog.mark_restored(now, now).unwrap();
        }),
    ];
    for (code, what, change) in changes {
        let warm = Warm::new().await;
        change(&warm, &warm.home.catalog);
        warm.is_refused(code, what).await;
        let warm = Warm::new().await;
        change(&warm, &warm.elsewhere());
        warm.is_refused(code, &format!("{what}, by another process"))
            .await;
    }
}

#[tokio::test]
async fn a_member_who_leaves_sends_nothing_more() {
    let warm = Warm::new().await;
    let mut member = warm.home.catalog.member(warm.user).unwrap().unwrap();
    member.active = false;
    warm.elsewhere().set_member(&member).unwrap();
    warm.is_refused("member_inactive", "they left").await;
}

#[tokio::test]
async fn a_deleted_connection_is_unknown_at_once() {
    let warm = Warm::new().await;
    let id = warm.home.connection.id;
    warm.elsewhere().delete_connection(id).unwrap();
    warm.is_refused("connection_unknown", "it is deleted").await;
}

#[tokio::test]
async fn once_locked_nothing_that_was_open_is_used() {
    let warm = Warm::new().await;
    warm.home.keys.lock();
    warm.is_refused("locked", "the keys are locked").await;
}

#[tokio::test]
async fn r23_a_connector_that_changes_is_asked_anew() {
    let warm = Warm::new().await;
    let elsewhere = super::connector::connector(
        "http://127.0.0.1:9",
        "http://127.0.0.1:9/api",
        &[],
        ["", "", ""],
    );
    warm.home.gateway.set_library(elsewhere);
    warm.is_refused("not_connected", "its origins are others")
        .await;
}

#[tokio::test]
async fn what_time_decides_is_asked_each_time() {
    let server = Server::start().await;
    let top = "retired = \"2023-11-15\"".to_owned();
    let home = Home::with(
        &server,
        Plans {
            top,
            ..Plans::default()
        },
    )
    .await;
    for _ in 0..3 {
        home.get("/files").await.unwrap();
    }
    server.it().api.clear();
    // The clock of the tests stands at 22:13:20 of the day before.
    home.clock.forward(2 * 3600);
    assert_eq!(home.refused(home.call("/files")).await, "connector_retired");
    assert!(
        server.was_left_alone(),
        "R16: nothing is sent after the day"
    );
}

#[tokio::test]
async fn an_expired_token_is_renewed_although_it_was_ready() {
    let server = Server::start().await;
    let home = Home::with(
        &server,
        Plans {
            kind: Kind::Admin,
            ..Plans::default()
        },
    )
    .await;
    for _ in 0..3 {
        home.get("/files").await.unwrap();
    }
    home.expire();
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    assert_eq!(server.token_requests(), 1, "renewed");
    let sent = server.it().api.last().cloned().unwrap();
    assert_eq!(
        sent.authorization(),
        Some("Bearer at-2-s3cret/mark"),
        "with the new one"
    );
}

#[tokio::test]
async fn another_processs_renewal_is_used_by_the_next_request() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let other = home.restarted();
    for _ in 0..3 {
        home.get("/files").await.unwrap();
    }
    home.expire();
    other.send(home.call("/files")).await.unwrap();
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    assert_eq!(server.token_requests(), 1, "one renewal for both");
}
