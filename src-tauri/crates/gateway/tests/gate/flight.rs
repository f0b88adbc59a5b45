//! One renewal per credential: in this process, across processes, and whoever stops waiting.

use std::process::Stdio;
use std::time::Duration;

use futures::future::join_all;
use tokio::io::AsyncWriteExt;
use tsunagi_domain::{Health, NotConnected, Timestamp};

use super::connector::connector;
use super::home::{Home, Plans, later, open, plain_call};
use super::server::{Say, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_callers_and_an_expired_token_are_one_token_request() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    let answers = join_all((0..50).map(|_| home.get("/files"))).await;
    for answer in answers {
        assert_eq!(
            answer.unwrap().status,
            200,
            "every caller gets the answer of the service"
        );
    }
    assert_eq!(
        server.token_requests(),
        1,
        "a second one would have revoked the family"
    );
    assert!(!server.it().revoked, "the provider saw no token twice");
    assert_eq!(home.stored().version, 2, "one renewal is one version");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_do_not_wait_for_a_renewal_while_the_token_still_works() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    server.say(Say::Wait);
    let first = later(&home.gateway, home.call("/files"));
    server.token_request_arrives().await;
    // The renewal does not go on before this one is answered.
    let second = home.get("/files").await.unwrap();
    assert_eq!(
        second.status, 200,
        "the old token is used while the new one is fetched"
    );
    server.open_gate();
    assert_eq!(
        first.await.unwrap().unwrap().status,
        200,
        "and then the new one"
    );
    assert_eq!(server.token_requests(), 1, "one renewal");
}

/// What the second and third process of the next test do; does nothing otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_process() {
    let Ok(order) = std::env::var("TSUNAGI_GATE_TEST") else {
        return;
    };
    let (home, rest) = order.split_once('|').unwrap();
    let (origin, now) = rest.split_once('|').unwrap();
    let library = connector(origin, &format!("{origin}/api"), &[], [""; 3]);
    let (gateway, member) = open(home.as_ref(), &library, Timestamp(now.parse().unwrap()));
    // Both are ready before either starts.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let call = |_| gateway.send(plain_call("/files", member));
    for answer in join_all((0..25).map(call)).await {
        assert_eq!(
            answer.unwrap().status,
            200,
            "every caller of every process gets an answer"
        );
    }
    gateway.flush().await;
}

/// Starts a process that opens the home, waits for a line, and sends 25 requests.
fn start(home: &Home, server: &Server) -> tokio::process::Child {
    let now = tsunagi_domain::Clock::now(&*home.clock).0;
    let order = format!("{}|{}|{now}", home.dir.path().display(), server.origin);
    tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "flight::another_process", "--nocapture"])
        .env("TSUNAGI_GATE_TEST", &order)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_killed_while_it_waits_for_tokens_leaves_the_outcome_unknown() {
    for grace in [false, true] {
        let server = Server::start().await;
        let oauth = if grace { "grace_seconds = 30" } else { "" };
        let plans = Plans {
            passphrase: true,
            oauth: oauth.to_owned(),
            ..Plans::default()
        };
        let home = Home::with(&server, plans).await;
        server.it().forgives = grace;
        home.expire();
        server.say(Say::Swallow);
        let mut child = start(&home, &server);
        child
            .stdin
            .take()
            .unwrap()
            .write_all(b"go\n")
            .await
            .unwrap();
        server.token_request_arrives().await;
        child.kill().await.unwrap();
        home.clock.forward(61);
        let outcome = home
            .get("/files")
            .await
            .map(|answer| answer.status.as_u16());
        let health = home.stored().health;
        if grace {
            assert_eq!(outcome.unwrap(), 200, "the provider forgives one repeat");
            assert_eq!(health, Health::Connected, "so nothing was lost");
            assert_eq!(server.token_requests(), 2, "one retry");
        } else {
            assert_eq!(outcome.unwrap_err().code(), "not_connected");
            let unknown = Health::NotConnected(NotConnected::OutcomeUnknown);
            assert_eq!(
                health, unknown,
                "the mark was durable before the request left"
            );
            assert_eq!(
                server.token_requests(),
                1,
                "sent again, it would revoke the family"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_and_an_expired_token_are_one_token_request() {
    let server = Server::start().await;
    let plans = Plans {
        passphrase: true,
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    home.expire();
    let (mut one, mut two) = (start(&home, &server), start(&home, &server));
    // Both have opened the home when they read; what is written before waits in the pipe.
    for child in [&mut one, &mut two] {
        child
            .stdin
            .take()
            .unwrap()
            .write_all(b"go\n")
            .await
            .unwrap();
    }
    for child in [one, two] {
        let output = child.wait_with_output().await.unwrap();
        assert!(
            output.status.success(),
            "both processes succeed: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(
        server.api_requests(),
        50,
        "25 requests from each of two processes arrived"
    );
    assert_eq!(server.token_requests(), 1, "one renewal for both processes");
    assert!(!server.it().revoked, "the provider saw no token twice");
    let runs = home.catalog.runs(home.connection.id, 100).unwrap();
    assert_eq!(runs.len(), 50, "each is recorded once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caller_that_stops_waiting_does_not_end_the_renewal() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.say(Say::Wait);
    let caller = later(&home.gateway, home.call("/files"));
    server.token_request_arrives().await;
    caller.abort();
    let _ = caller.await;
    server.open_gate();
    // Waits for the renewal under way; were it lost, the outcome would not be known.
    let answer = home.get("/files").await.unwrap();
    assert_eq!(
        answer.status, 200,
        "the answer was stored although nobody waited for it"
    );
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "nothing is in doubt"
    );
    assert_eq!(server.token_requests(), 1, "and nothing was sent twice");
    home.gateway.flush().await;
    let runs = home.catalog.runs(home.connection.id, 10).unwrap();
    assert_eq!(runs.len(), 2, "the run whose caller went is recorded too");
    let gone = runs.iter().find(|run| run.status.is_none()).unwrap();
    assert_eq!(gone.refusal.as_deref(), Some("cancelled"), "as what it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_due_at_once_is_renewed_once_and_used() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    // Between any two looks at the clock the new token's whole lifetime goes by.
    server.it().expires_in = 1;
    home.clock.runs_by(2);
    let answer = tokio::time::timeout(Duration::from_secs(20), home.get("/files")).await;
    let answer = answer.expect("it ends").unwrap();
    assert_eq!(
        answer.status, 200,
        "the service decides about a token that was just issued"
    );
    assert_eq!(server.token_requests(), 1, "renewing again would never end");
}
