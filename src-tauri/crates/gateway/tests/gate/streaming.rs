//! Answers that are read piece by piece: the same rules, the same record, and bounds.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use http::Method;
use tsunagi_gateway::{Bounds, GateError, Limits, Streamed};

use super::home::{Home, Plans};
use super::raw::{CHUNKED, Pipe, Raw};
use super::server::{Recorder, Server};

const MIB: usize = 1024 * 1024;
const BOUNDS: Bounds = Bounds {
    bytes: 64 * MIB as u64,
    whole: Duration::from_secs(60),
};

/// A connection to a service that answers so.
async fn answering(answer: impl Fn(&mut Pipe) + Send + Sync + 'static) -> (Raw, Home) {
    with_limits(Limits::default(), answer).await
}

async fn with_limits(
    limits: Limits,
    answer: impl Fn(&mut Pipe) + Send + Sync + 'static,
) -> (Raw, Home) {
    let raw = Raw::start(answer);
    let server = Server::start().await;
    let hosts = vec![server.origin.clone(), raw.origin.clone()];
    let plans = Plans {
        hosts,
        limits,
        ..Plans::default()
    };
    let home = Home::with_base(&raw.origin, &server, plans).await;
    (raw, home)
}

async fn stream(home: &Home, bounds: Bounds) -> Result<Streamed, GateError> {
    home.gateway.stream(home.call("/export"), bounds).await
}

/// What was handed on, and what ended it.
async fn all(streamed: Streamed) -> (Vec<u8>, Option<GateError>) {
    let pieces: Vec<_> = streamed.into_stream().collect().await;
    let mut handed = Vec::new();
    for piece in pieces {
        match piece {
            Ok(piece) => handed.extend_from_slice(&piece),
            Err(error) => return (handed, Some(error)),
        }
    }
    (handed, None)
}

fn code(error: Option<&GateError>) -> &'static str {
    error.map_or("no error", GateError::code)
}

#[tokio::test]
async fn what_is_larger_than_an_answer_may_be_comes_piece_by_piece() {
    let (_raw, home) = answering(|pipe| {
        pipe.say(CHUNKED);
        for n in 0..20_u8 {
            pipe.chunk(vec![n; MIB]);
        }
        pipe.chunk(b"");
    })
    .await;
    let whole = home.get("/export").await.unwrap();
    assert_eq!(
        (whole.body.len(), whole.truncated),
        (8 * MIB, true),
        "send keeps its limit"
    );
    home.clock.forward(1);
    let mut streamed = stream(&home, BOUNDS).await.unwrap();
    assert_eq!(
        (streamed.status, streamed.refused),
        (http::StatusCode::OK, false)
    );
    let (mut count, mut largest, mut good) = (0, 0, true);
    while let Some(piece) = streamed.next_chunk().await.unwrap() {
        good &= piece
            .iter()
            .enumerate()
            .all(|(at, byte)| (count + at) / MIB == usize::from(*byte));
        count += piece.len();
        largest = largest.max(piece.len());
    }
    assert!(good && count == 20 * MIB, "all of it, in order: {count}");
    assert!(largest < 4 * MIB, "never much at a time: {largest}");
    drop(streamed);
    let run = home.runs().await.remove(0);
    let expected = (20 * MIB as u64, Some(200), None, 1);
    assert_eq!(
        (run.bytes, run.status, run.refusal, run.tries),
        expected,
        "and is recorded"
    );
}

#[tokio::test]
async fn an_endless_answer_ends_at_its_bounds() {
    let (mut raw, home) = answering(|pipe| {
        pipe.say(CHUNKED);
        pipe.until_nobody_listens(|pipe| pipe.chunk([b'x'; 16 * 1024]));
    })
    .await;
    let bounds = Bounds {
        bytes: MIB as u64,
        ..BOUNDS
    };
    let (handed, error) = all(stream(&home, bounds).await.unwrap()).await;
    assert_eq!(code(error.as_ref()), "body_too_large");
    assert!(
        handed.len() <= MIB,
        "no more than was allowed: {}",
        handed.len()
    );
    raw.is_over().await;
    let run = home.runs().await.remove(0);
    assert_eq!(
        (run.status, run.refusal.as_deref()),
        (Some(200), Some("body_too_large"))
    );
    let truncated = home.get("/export").await.unwrap();
    assert_eq!((truncated.body.len(), truncated.truncated), (8 * MIB, true));
    raw.is_over().await;
}

#[tokio::test]
async fn an_answer_that_says_it_is_too_large_is_not_begun() {
    let (mut raw, home) = answering(|pipe| {
        pipe.say("HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n");
        pipe.waits();
    })
    .await;
    let bounds = Bounds {
        bytes: MIB as u64,
        ..BOUNDS
    };
    let error = stream(&home, bounds).await.unwrap_err();
    assert_eq!(error.code(), "body_too_large");
    raw.is_over().await;
    let run = home.runs().await.remove(0);
    assert_eq!(
        (run.bytes, run.refusal.as_deref()),
        (0, Some("body_too_large"))
    );
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_not_waited_for() {
    let idle = Duration::from_millis(200);
    let limits = Limits {
        idle,
        ..Limits::default()
    };
    let (mut raw, home) = with_limits(limits, |pipe| {
        pipe.say(CHUNKED);
        pipe.chunk([b'x'; 1000]);
        pipe.waits();
    })
    .await;
    let (_, error) = all(stream(&home, BOUNDS).await.unwrap()).await;
    assert_eq!(code(error.as_ref()), "service_unreachable");
    assert_eq!(error.unwrap().args()["reason"], "timeout");
    raw.is_over().await;
    let run = home.runs().await.remove(0);
    assert_eq!(
        (run.bytes, run.refusal.as_deref()),
        (1000, Some("service_unreachable"))
    );
}

#[tokio::test]
async fn one_that_drips_on_for_ever_ends_with_its_time() {
    let (mut raw, home) = answering(|pipe| {
        pipe.say(CHUNKED);
        pipe.until_nobody_listens(|pipe| {
            std::thread::park_timeout(Duration::from_millis(10));
            pipe.chunk(b"x")
        });
    })
    .await;
    let whole = Duration::from_millis(300);
    let (_, error) = all(stream(&home, Bounds { whole, ..BOUNDS }).await.unwrap()).await;
    assert_eq!(
        code(error.as_ref()),
        "service_unreachable",
        "no piece was late, all of it was"
    );
    raw.is_over().await;
}

#[tokio::test]
async fn a_credential_in_pieces_is_met_before_any_of_it_is_handed_on() {
    let secret = "at-1-s3cret/mark";
    for cut in 0..secret.len() {
        let (_raw, home) = answering(move |pipe| {
            pipe.say(CHUNKED);
            pipe.chunk([b'x'; 5000]);
            let (first, second) = secret.split_at(cut);
            if cut > 0 {
                pipe.chunk(first);
            }
            pipe.chunk(second);
            pipe.chunk([b'y'; 5000]);
            pipe.chunk(b"");
        })
        .await;
        let (handed, error) = all(stream(&home, BOUNDS).await.unwrap()).await;
        assert_eq!(code(error.as_ref()), "credential_echoed", "cut at {cut}");
        assert!(
            handed.iter().all(|byte| *byte == b'x'),
            "nothing of it: cut at {cut}"
        );
        let run = home.runs().await.remove(0);
        assert_eq!(run.refusal.as_deref(), Some("credential_echoed"));
    }
    let server = Server::start().await;
    let home = Home::new(&server).await;
    server.answer("/api/export", 200, &[("x-debug", secret)], "fine");
    let error = stream(&home, BOUNDS).await.unwrap_err();
    assert_eq!(
        error.code(),
        "credential_echoed",
        "nor where a header has it"
    );
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_recorded_with_what_came() {
    let (mut raw, home) = answering(|pipe| {
        pipe.say(CHUNKED);
        pipe.until_nobody_listens(|pipe| pipe.chunk([b'x'; 16 * 1024]));
    })
    .await;
    let mut streamed = stream(&home, BOUNDS).await.unwrap();
    let piece = streamed.next_chunk().await.unwrap();
    assert!(piece.is_some_and(|piece: Bytes| !piece.is_empty()));
    drop(streamed);
    raw.is_over().await;
    let run = home.runs().await.remove(0);
    assert_eq!(
        (run.status, run.refusal.as_deref()),
        (Some(200), Some("cancelled"))
    );
    assert!(run.bytes > 0, "so much had come");
}

#[tokio::test]
async fn a_stream_is_renewed_for_and_sent_again_as_any_request() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let waits = home.waits_at_once();
    server.answer_once("/api/export", 503, &[]);
    server.answer_once("/api/export", 401, &[]);
    let (handed, error) = all(stream(&home, BOUNDS).await.unwrap()).await;
    assert_eq!(
        (handed.as_slice(), code(error.as_ref())),
        (&b"fine"[..], "no error")
    );
    assert_eq!(waits.lock().unwrap().len(), 1, "after the 503");
    assert_eq!(server.token_requests(), 1, "after the 401");
    let run = home.runs().await.remove(0);
    assert_eq!((run.tries, run.status, run.bytes), (3, Some(200), 4));
}

#[tokio::test]
async fn r4_what_is_refused_streams_nothing() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let mut connection = home.connection.clone();
    connection.enabled = false;
    home.catalog.update_connection(&connection).unwrap();
    assert_eq!(stream(&home, BOUNDS).await.unwrap_err().code(), "disabled");
    assert!(server.was_left_alone());
    let run = home.runs().await.remove(0);
    assert_eq!((run.tries, run.refusal.as_deref()), (0, Some("disabled")));
}

#[tokio::test]
async fn r23_a_stream_leaves_the_credential_behind_on_its_way_to_another_host() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    let to = format!("{}/elsewhere", other.origin);
    server.answer("/api/export", 302, &[("location", &to)], "");
    let streamed = stream(&home, BOUNDS).await.unwrap();
    assert_eq!(streamed.url.as_str(), to);
    let (handed, _) = all(streamed).await;
    assert_eq!(handed, b"recorded");
    assert_eq!(other.seen().len(), 1);
    other.knows_nothing("a redirect of a stream");
}

#[tokio::test]
async fn a_service_that_says_no_in_its_own_words_is_understood() {
    let server = Server::start().await;
    let api = "errors = [{ status = 200, at = \"/code\", is = \"NO\", means = \"other\" }]";
    let plans = Plans {
        api: api.to_owned(),
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    server.answer("/api/export", 200, &[], "{\"code\":\"NO\"}");
    let streamed = stream(&home, BOUNDS).await.unwrap();
    assert!(streamed.refused, "whatever the status says");
    let (handed, _) = all(streamed).await;
    assert_eq!(handed, b"{\"code\":\"NO\"}", "its words are handed on");
    let long = format!("{{\"rows\":\"{}\"}}", "x".repeat(300_000));
    server.answer("/api/export", 200, &[], &long);
    let streamed = stream(&home, BOUNDS).await.unwrap();
    assert!(!streamed.refused);
    assert_eq!(
        all(streamed).await.0,
        long.as_bytes(),
        "nothing is lost of a long one"
    );
}

#[tokio::test]
async fn what_a_connector_takes_out_is_taken_out_of_a_stream_too() {
    let server = Server::start().await;
    let api = "drop = [\"auth_token\"]".to_owned();
    let limits = Limits {
        body: 1000,
        ..Plans::default().limits
    };
    let home = Home::with(
        &server,
        Plans {
            api,
            limits,
            ..Plans::default()
        },
    )
    .await;
    server.answer(
        "/api/export",
        200,
        &[],
        "{\"sid\":\"A\",\"auth_token\":\"t\"}",
    );
    let (handed, _) = all(stream(&home, BOUNDS).await.unwrap()).await;
    assert_eq!(handed, b"{\"sid\":\"A\"}");
    let long = format!("{{\"auth_token\":\"{}\"}}", "x".repeat(5_000));
    server.answer("/api/export", 200, &[], &long);
    let error = stream(&home, BOUNDS).await.unwrap_err();
    assert_eq!(
        error.code(),
        "body_too_large",
        "what cannot be looked through is not shown"
    );
}

#[tokio::test]
async fn a_body_is_streamed_of_any_method() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let mut call = home.call("/export");
    call.request.method = Method::POST;
    call.request.body = b"query".to_vec();
    let streamed = home.gateway.stream(call, BOUNDS).await.unwrap();
    assert_eq!(all(streamed).await.0, b"fine");
    assert_eq!(server.it().api.last().unwrap().body, "query");
}
