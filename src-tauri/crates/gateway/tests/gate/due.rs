//! What is renewed before it is asked for, and how often.

use std::collections::BTreeMap;

use http::StatusCode;
use tsunagi_catalog::{Redirect, Registration, SlotSettings};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    Clock, Environment, Health, Kind, Member, MemberId, Mode, Reach, RegistrationId, Role,
};
use tsunagi_gateway::{Call, Grant};
use tsunagi_oauth::{Secret, Tokens};

use super::home::{Home, Plans, later};
use super::server::{Say, Server};

#[tokio::test]
async fn what_is_due_is_renewed_and_nothing_else() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.gateway.renew_due().await;
    assert_eq!(server.token_requests(), 0, "an hour is left");
    home.clock.forward(2600);
    home.gateway.renew_due().await;
    assert_eq!(
        server.token_requests(),
        0,
        "a fifth of an hour is left, jitter included: not due"
    );
    home.clock.forward(940);
    home.gateway.renew_due().await;
    assert_eq!(server.token_requests(), 1, "a minute is left");
    assert_eq!(home.stored().version, 2);
    home.gateway.renew_due().await;
    assert_eq!(server.token_requests(), 1, "the new one is fresh");
    assert_eq!(server.api_requests(), 0, "no service is asked for that");
}

#[tokio::test]
async fn what_cannot_be_renewed_or_has_no_end_is_left_alone() {
    let server = Server::start().await;
    let home = Home::with(
        &server,
        Plans {
            kind: Kind::LoggedInUser,
            ..Plans::default()
        },
    )
    .await;
    home.catalog.empty(home.id).unwrap();
    for (end, renewable) in [(Some(60), false), (None, true), (None, false)] {
        let member = Member {
            id: MemberId::new(),
            name: "Ren".to_owned(),
            role: Role::User,
            active: true,
        };
        home.catalog.set_member(&member).unwrap();
        home.authorize(Reach::All, Some(member.id), end, renewable)
            .await;
    }
    home.clock.forward(59);
    home.gateway.renew_due().await;
    assert!(
        server.was_left_alone(),
        "there is nothing to renew, or no reason to"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn due_renewals_go_one_after_the_other_and_in_one_round() {
    let server = Server::start().await;
    let home = Home::with(
        &server,
        Plans {
            kind: Kind::LoggedInUser,
            ..Plans::default()
        },
    )
    .await;
    for _ in 0..2 {
        let id = MemberId::new();
        let member = Member {
            id,
            name: "Ren".to_owned(),
            role: Role::User,
            active: true,
        };
        home.catalog.set_member(&member).unwrap();
        home.authorize(Reach::All, Some(id), Some(3600), true).await;
    }
    home.make_due();
    // Whatever the answer, only the order of the requests counts here.
    for _ in 0..3 {
        server.say(Say::Wait);
    }
    let gateway = home.gateway.clone();
    let round = tokio::spawn(async move { gateway.renew_due().await });
    for sent in 1..=3 {
        server.token_request_arrives().await;
        home.gateway.renew_due().await;
        assert_eq!(
            server.token_requests(),
            sent,
            "a second round does not start, nor a storm"
        );
        server.open_gate();
    }
    round.await.unwrap();
    assert_eq!(server.token_requests(), 3, "all three were tried");
}

#[tokio::test]
async fn one_that_fails_does_not_keep_the_others_from_being_renewed() {
    let server = Server::start().await;
    let home = Home::with(
        &server,
        Plans {
            kind: Kind::LoggedInUser,
            ..Plans::default()
        },
    )
    .await;
    let id = MemberId::new();
    let member = Member {
        id,
        name: "Ren".to_owned(),
        role: Role::User,
        active: true,
    };
    home.catalog.set_member(&member).unwrap();
    home.clock.forward(1);
    let second = home.authorize(Reach::All, Some(id), Some(3600), true).await;
    home.make_due();
    server.say(Say::Just(503, Vec::new(), String::new()));
    home.gateway.renew_due().await;
    assert_eq!(home.stored().version, 1, "the first one failed");
    let second = home.catalog.authorization(second).unwrap().unwrap();
    assert_eq!(
        (second.version, second.health),
        (2, Health::Connected),
        "the second one did not"
    );
}

#[tokio::test]
async fn renewals_stay_within_the_providers_budget() {
    let server = Server::start().await;
    let top = "rate = { refreshes = 2, seconds = 600 }".to_owned();
    let home = Home::with(
        &server,
        Plans {
            top,
            ..Plans::default()
        },
    )
    .await;
    server.it().expires_in = 10;
    home.expire();
    for _ in 0..2 {
        assert_eq!(home.get("/files").await.unwrap().status, 200);
        home.clock.forward(11);
    }
    assert_eq!(home.refused(home.call("/files")).await, "budget_used_up");
    assert_eq!(server.token_requests(), 2, "two in ten minutes, no third");
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "our own limit changes no health"
    );
    home.clock.forward(600);
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "and then it goes on"
    );
}

#[tokio::test]
async fn the_budget_is_the_providers_whichever_process_renews_and_after_a_restart() {
    let server = Server::start().await;
    let top = "rate = { refreshes = 2, seconds = 600 }".to_owned();
    let home = Home::with(
        &server,
        Plans {
            top,
            ..Plans::default()
        },
    )
    .await;
    server.it().expires_in = 10;
    home.expire();
    let other = home.restarted();
    for gateway in [&home.gateway, &other] {
        let answer = gateway.send(home.call("/files")).await;
        assert_eq!(answer.unwrap().status, 200, "one renewal each");
        home.clock.forward(11);
    }
    for gateway in [&home.gateway, &other, &home.restarted()] {
        let refused = gateway.send(home.call("/files")).await;
        let code = refused.map(|answer| answer.status).unwrap_err().code();
        assert_eq!(code, "budget_used_up", "two in ten minutes, all in all");
    }
    assert_eq!(server.token_requests(), 2, "no third was sent");
    home.clock.forward(600);
    let answer = other.send(home.call("/files")).await;
    assert_eq!(answer.unwrap().status, 200, "and then it goes on");
}

#[tokio::test]
async fn a_token_that_lives_for_minutes_is_not_renewed_all_the_time() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    server.it().expires_in = 300;
    home.expire();
    for _ in 0..30 {
        assert_eq!(home.get("/files").await.unwrap().status, 200);
        home.clock.forward(10);
    }
    let renewals = server.token_requests();
    assert!(
        (1..=2).contains(&renewals),
        "20 % of five minutes is one minute: {renewals}"
    );
}

#[tokio::test]
async fn debug_output_shows_no_secret() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let (_, resolved, _) = home
        .gateway
        .resolve(&home.connection, Reach::All)
        .await
        .unwrap();
    let tokens = Tokens {
        access: Secret::new("at-s3cret"),
        refresh: Some(Secret::new("rt-s3cret")),
        expires_in: None,
        refresh_expires_in: None,
        scopes: None,
        identity: None,
        extras: BTreeMap::new(),
    };
    let grant = Grant::new(&tokens, &resolved);
    let slot = tsunagi_domain::connection::SlotKey {
        connection: home.connection.id,
        reach: tsunagi_domain::Reach::All,
        member: None,
    };
    let sealed = home.gateway.seal(&grant, home.id, 9, slot, false);
    let sealed = sealed.await.unwrap();
    let arrived = tsunagi_gateway::Arrived {
        grant,
        account: tsunagi_domain::Account::default(),
        client: None,
        granted: None,
        expires_at: None,
        refresh_expires_at: None,
        renewable: true,
        issued_at: home.clock.now(),
        extras: BTreeMap::new(),
    };
    let error = home
        .get("https://elsewhere.example/x")
        .await
        .map(|answer| answer.status);
    for shown in [
        format!("{:?}", arrived.grant),
        format!("{arrived:?}"),
        format!("{arrived:#?}"),
        format!("{sealed:?}"),
        format!("{:?} {:?} {error:?}", home.gateway, home.keys),
    ] {
        assert!(!shown.contains("s3cret"), "no secret in {shown}");
    }
    let run = later(&home.gateway, home.call("/files"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(run.status, StatusCode::OK);
    assert!(
        !format!("{run:?}").contains("s3cret"),
        "an answer holds what the service said"
    );
}

#[tokio::test]
async fn a_token_is_renewed_with_the_client_it_was_issued_to_whatever_its_slots_have_by_now() {
    let server = Server::start().await;
    let plans = Plans {
        mode: Mode::PerEnvironment,
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    let of = |reach| SlotKey {
        connection: home.connection.id,
        reach,
        member: None,
    };
    home.catalog.share(of(Reach::Development), home.id).unwrap();
    let other = Registration {
        id: RegistrationId::new(),
        connector: "marked".to_owned(),
        name: "Development".to_owned(),
        client_id: "client-of-development".to_owned(),
        secret: None,
        redirect: Redirect::LoopbackAnyPort,
        created_at: home.clock.now(),
    };
    home.catalog.add_registration(&other).unwrap();
    let own = SlotSettings {
        reach: Reach::Development,
        settings: BTreeMap::new(),
        registration: Some(other.id),
    };
    let id = home.connection.id;
    home.catalog.set_slot_settings(id, &own, &[]).unwrap();
    home.clock.forward(3540);
    home.gateway.renew_due().await;
    let sent = server.it().token_requests.clone();
    let clients: Vec<&str> = sent.iter().map(|form| form["client_id"].as_str()).collect();
    assert_eq!(clients, ["client"], "RFC 6749 §6");
    assert_eq!(home.stored().health, Health::Connected, "for Production");
    let development = Call {
        environment: Environment::Development,
        ..home.call("/files")
    };
    assert_eq!(home.refused(development).await, "not_connected");
}
