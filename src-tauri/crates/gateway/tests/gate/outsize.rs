//! What a service must not be able to do to this computer: fill its memory, or keep it waiting.

use std::sync::Arc;

use tsunagi_gateway::GateError;

use super::home::{Home, Plans};
use super::raw::{Pipe, Raw};
use super::server::Server;

async fn answering(answer: impl Fn(&mut Pipe) + Send + Sync + 'static) -> (Raw, Home) {
    let raw = Raw::start(answer);
    let server = Server::start().await;
    let hosts = vec![server.origin.clone(), raw.origin.clone()];
    let plans = Plans {
        hosts,
        ..Plans::default()
    };
    let home = Home::with_base(&raw.origin, &server, plans).await;
    (raw, home)
}

/// So many zeros, packed (RFC 1951 §3.2.6: fixed codes): 13 bits for 258 of them.
fn bomb(zeros: usize) -> Vec<u8> {
    // RFC 1952 §2.3: magic, method, no flags, no time, no system.
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut count) = (0_u32, 0);
    let mut push = |value: u32, length: u32, packed: &mut Vec<u8>| {
        bits |= value << count;
        count += length;
        while count >= 8 {
            packed.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            count -= 8;
        }
    };
    // Codes begin with their highest bit, numbers with their lowest.
    let reversed = |code: u32, length: u32| code.reverse_bits() >> (32 - length);
    push(0b011, 3, &mut packed);
    push(reversed(0x30, 8), 8, &mut packed);
    for _ in 0..zeros / 258 {
        // Length 258, and distance 1 in five bits that are all 0.
        push(reversed(0b1100_0101, 8), 13, &mut packed);
    }
    push(0, 7, &mut packed);
    push(0, 7, &mut packed);
    packed
}

#[tokio::test]
async fn what_is_packed_is_not_unpacked() {
    let packed = Arc::new(bomb(1024 * 1024 * 1024));
    assert!(
        packed.len() < 8 * 1024 * 1024,
        "a gibibyte in {} bytes",
        packed.len()
    );
    let sent = Arc::clone(&packed);
    let (raw, home) = answering(move |pipe| {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length";
        pipe.say(format!("{head}: {}\r\n\r\n", sent.len()));
        pipe.say(&*sent);
    })
    .await;
    let answer = home.get("/bomb").await.unwrap();
    assert_eq!(
        answer.headers["content-encoding"], "gzip",
        "the caller is told"
    );
    assert!(answer.body == *packed, "and has it as it came");
    let head = raw.heads().remove(0).to_lowercase();
    assert!(
        !head.contains("accept-encoding"),
        "nobody asked for it: {head}"
    );
}

async fn is_broken(answer: impl Fn(&mut Pipe) + Send + Sync + 'static, what: &str) {
    let (raw, home) = answering(answer).await;
    let error = home.get("/odd").await.map(|answer| answer.status);
    let error: GateError = error.expect_err(what);
    let kind = error.args()["reason"].clone();
    assert_eq!(
        (error.code(), kind.as_str()),
        ("service_unreachable", "broken"),
        "{what}"
    );
    assert_eq!(
        raw.heads().len(),
        1,
        "{what}: it had arrived, so it is not sent again"
    );
    let run = home.runs().await.remove(0);
    assert_eq!((run.status, run.tries), (None, 1), "{what}");
}

#[tokio::test]
async fn what_is_no_answer_is_told() {
    is_broken(
        |pipe| {
            pipe.say("HTTP/1.1 200 OK\r\n");
            pipe.until_nobody_listens(|pipe| pipe.say("x-more: and more\r\n"));
        },
        "headers without end",
    )
    .await;
    is_broken(
        |pipe| {
            pipe.say("HTTP/1.1 200 OK\r\nx-long: ");
            pipe.until_nobody_listens(|pipe| pipe.say([b'x'; 4096]));
        },
        "a header without end",
    )
    .await;
    is_broken(
        |pipe| {
            pipe.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nno more");
        },
        "less than was promised",
    )
    .await;
    is_broken(
        |pipe| {
            pipe.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
        },
        "a piece of no length",
    )
    .await;
    is_broken(
        |pipe| {
            pipe.say("220 mail.example.com ESMTP\r\n");
        },
        "another protocol",
    )
    .await;
}
