//! How long is waited between polls, and when it ends.

use std::cell::RefCell;
use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;
use tsunagi_domain::{Clock, Timestamp};
use tsunagi_oauth::{Http, Limits, OAuthError, Unreachable, Wire, poll_device};

use super::{Desk, good, said};
use crate::identity::{NOW, Stopped};
use crate::support::{Service, canned, client, json, quick};

#[tokio::test]
async fn rfc8628_pending_goes_on_at_the_interval() {
    let pending = || said("authorization_pending");
    let (outcome, waits) = Desk::answered([pending(), pending(), pending(), good()]).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(
        waits,
        [5, 5, 5, 5],
        "before every poll, the first included, never less"
    );
}

#[tokio::test]
async fn rfc8628_slow_down_adds_five_seconds_for_good_and_goes_on() {
    let turns = [
        said("slow_down"),
        said("authorization_pending"),
        said("slow_down"),
        said("authorization_pending"),
        good(),
    ];
    let (outcome, waits) = Desk::answered(turns).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(waits, [5, 10, 10, 15, 15], "and stays so");
}

#[tokio::test]
async fn rfc8628_time_outs_double_the_wait_each_time() {
    let mut desk = Desk::open("").await;
    let device = desk.begin(&["read"]).await.unwrap();
    desk.service.http = Http::with(quick(), Arc::new(Stopped)).unwrap();
    desk.provider
        .answers("/token", canned(0, "application/json", ""));
    assert_eq!(
        desk.poll(&device).await.unwrap_err(),
        OAuthError::Unreachable {
            kind: Unreachable::Timeout
        },
        "nothing else ever came"
    );
    assert_eq!(desk.waits.into_inner(), [5, 10, 20, 25], "RFC 8628 §3.5");
}

#[tokio::test]
async fn a_broken_connection_doubles_the_wait_until_there_is_an_answer() {
    let broken = || canned(1, "application/json", "");
    let turns = [
        broken(),
        broken(),
        said("authorization_pending"),
        said("slow_down"),
        good(),
    ];
    let (outcome, waits) = Desk::answered(turns).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(waits, [5, 10, 20, 5, 10], "then the interval holds again");
}

#[tokio::test]
async fn passing_faults_back_off_too_and_retry_after_is_kept() {
    let mut busy = json(429, &json!({"error": "temporarily_unavailable"}));
    busy.headers.push(("retry-after", "17".to_owned()));
    let turns = [busy, canned(503, "text/html", "<html>"), good()];
    let (outcome, waits) = Desk::answered(turns).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(waits, [5, 17, 34], "as long as asked, then twice that");
}

#[tokio::test]
async fn polling_stops_when_the_code_ends() {
    let (outcome, waits) = Desk::answered([said("authorization_pending")]).await;
    assert_eq!(
        outcome.unwrap_err(),
        OAuthError::DeviceExpired,
        "nobody answered"
    );
    assert_eq!(
        waits.iter().sum::<u64>(),
        60,
        "to the second, as the person was told: {waits:?}"
    );
    assert_eq!(waits.len(), 12, "eleven polls and a last wait");
}

#[tokio::test]
async fn where_no_poll_was_ever_answered_the_fault_is_told() {
    let mut desk = Desk::open("").await;
    let device = desk.begin(&["read"]).await.unwrap();
    // Free a moment ago, so nobody answers there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    desk.service.endpoints.token = Some(format!("http://127.0.0.1:{port}/token").parse().unwrap());
    // R23: the other port must be listed to be asked at all.
    let listed = format!("http://127.0.0.1:{port}").try_into().unwrap();
    desk.service.endpoints.hosts.push(listed);
    let error = desk.poll(&device).await.unwrap_err();
    assert_eq!(
        error,
        OAuthError::Unreachable {
            kind: Unreachable::Connect
        },
        "not that somebody was too slow"
    );
    assert_eq!(
        desk.waits.into_inner(),
        [5, 10, 20, 25],
        "backing off, and no longer than the code is good"
    );
}

struct Clocked(AtomicI64);

impl Clock for Clocked {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn a_suspended_computers_time_counts_and_a_clock_set_back_does_not_prolong() {
    for (jump, polls) in [(50_000, 2), (-3_600_000, 11)] {
        let mut desk = Desk::open("").await;
        let clock = Arc::new(Clocked(AtomicI64::new(NOW * 1000)));
        desk.service.http = Http::with(Limits::default(), clock.clone()).unwrap();
        let device = desk.begin(&["read"]).await.unwrap();
        desk.provider
            .answers("/token", said("authorization_pending"));
        desk.provider.seen();
        let Service {
            http,
            connector,
            endpoints,
        } = &desk.service;
        let sleep = |wait: Duration| {
            let slept = i64::try_from(wait.as_millis()).unwrap();
            clock.0.fetch_add(slept, Ordering::Relaxed);
            // The lid was closed during the second wait.
            if desk.waits.borrow().len() == 1 {
                clock.0.fetch_add(jump, Ordering::Relaxed);
            }
            desk.waits.borrow_mut().push(wait.as_secs());
            ready(())
        };
        let outcome = poll_device(
            http,
            connector,
            endpoints,
            &client(),
            &device,
            sleep,
            &mut Wire::default(),
        )
        .await;
        assert_eq!(outcome.unwrap_err(), OAuthError::DeviceExpired, "{jump} ms");
        assert_eq!(desk.provider.seen().len(), polls, "{jump} ms");
    }
}

#[tokio::test]
async fn dropping_ends_the_polling() {
    let mut desk = Desk::open("").await;
    let device = desk.begin(&["read"]).await.unwrap();
    desk.provider
        .answers("/token", said("authorization_pending"));
    desk.provider.seen();
    let reached = tokio::sync::Notify::new();
    let waits = RefCell::new(0);
    let sleep = |_| {
        *waits.borrow_mut() += 1;
        let again = *waits.borrow() > 1;
        let reached = &reached;
        async move {
            if again {
                reached.notify_one();
                pending::<()>().await;
            }
        }
    };
    let mut wire = Wire::default();
    let Service {
        http,
        connector,
        endpoints,
    } = &desk.service;
    let client = client();
    let polling = poll_device(
        http, connector, endpoints, &client, &device, sleep, &mut wire,
    );
    tokio::select! {
        outcome = polling => panic!("nothing ends it but dropping: {outcome:?}"),
        () = reached.notified() => {}
    }
    assert_eq!(desk.provider.seen().len(), 1, "one poll, and no more");
    assert_eq!(wire.lines.len(), 1, "what was sent is told all the same");
}

#[tokio::test]
async fn the_wait_can_move_between_threads() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut desk = Desk::open("").await;
    let device = desk.begin(&["read"]).await.unwrap();
    let Service {
        http,
        connector,
        endpoints,
    } = &desk.service;
    let client = client();
    drop(is_send(poll_device(
        http,
        connector,
        endpoints,
        &client,
        &device,
        tokio::time::sleep,
        &mut desk.wire,
    )));
    assert!(
        desk.provider.seen().len() == 1,
        "nothing is sent before the first wait"
    );
}
