//! Who is let in: host, origin, size; and what every answer carries.

use std::io;
use std::sync::{Arc, Mutex};

use reqwest::StatusCode;
use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::visit::{ALL, VERIFIER, Visit, tokens};

const PATHS: [&str; 13] = [
    "/",
    "/checkoutnow",
    "/v2/checkout/orders/0000",
    "/2010-04-01/Accounts/AC00000000000000000000000000000001.json",
    "/authorize",
    "/device",
    "/device_authorization",
    "/token",
    "/jwks",
    "/userinfo",
    "/api/contacts",
    "/.well-known/openid-configuration",
    "/no-such-path",
];

#[tokio::test]
async fn another_host_name_is_refused_everywhere() {
    let visit = Visit::start().await;
    let port = visit.practice.port();
    let hosts = [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{}", port ^ 1),
        format!("127.0.0.1:{port}."),
    ];
    for host in &hosts {
        for path in PATHS {
            let request = visit.client.get(visit.url(path)).header(HOST, host);
            assert_eq!(
                request.send().await.unwrap().status(),
                StatusCode::MISDIRECTED_REQUEST,
                "{host}{path}: a name that was made to point here"
            );
        }
    }
    visit.practice.stop().await;
}

/// Sends bytes as they are; returns the status line.
async fn raw(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn no_host_two_hosts_or_a_whole_foreign_address_are_refused() {
    let visit = Visit::start().await;
    let port = visit.practice.port();
    let good = format!("127.0.0.1:{port}");
    let end = "Connection: close\r\n\r\n";
    let refused = [
        format!("GET / HTTP/1.0\r\n{end}"),
        format!("GET / HTTP/1.1\r\nHost: {good}\r\nHost: evil.example\r\n{end}"),
        format!("GET http://evil.example/ HTTP/1.1\r\nHost: {good}\r\n{end}"),
    ];
    for request in &refused {
        let status = raw(port, request).await;
        assert!(
            status.contains(" 421 ") || status.contains(" 400 "),
            "{request:?} gave {status}"
        );
    }
    let fine = format!("GET / HTTP/1.1\r\nHost: {good}\r\n{end}");
    let status = raw(port, &fine).await;
    assert!(status.contains(" 200 "), "the right host: {status}");
    visit.practice.stop().await;
}

#[tokio::test]
async fn no_answer_lets_another_origin_read_it() {
    let visit = Visit::start().await;
    let access = visit.authorized(ALL).await.access;
    for path in PATHS {
        for method in [reqwest::Method::GET, reqwest::Method::OPTIONS] {
            let answer = visit
                .client
                .request(method.clone(), visit.url(path))
                .bearer_auth(&access)
                .header(ORIGIN, "https://evil.example")
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", "authorization")
                .send()
                .await
                .unwrap();
            let cors: Vec<_> = answer
                .headers()
                .keys()
                .filter(|name| name.as_str().starts_with("access-control-"))
                .collect();
            assert!(cors.is_empty(), "{method} {path} sent {cors:?}");
        }
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn no_answer_is_stored_or_framed_and_no_cookie_is_set() {
    let visit = Visit::start().await;
    for path in PATHS {
        let answer = visit.get(path).await;
        let header = |name| answer.headers()[name].to_str().unwrap();
        assert_eq!(header(CACHE_CONTROL), "no-store", "{path}");
        assert!(
            header(CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!answer.headers().contains_key("set-cookie"), "{path}");
    }
    let page = visit.client.get(visit.authorize_url("openid")).send().await;
    let page = page.unwrap();
    let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:4711;"),
        "browsers hold the redirect after a form to form-action: {policy}"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let visit = Visit::start().await;
    let large = "x".repeat(100 * 1024);
    let paths = [
        "/token",
        "/revoke",
        "/authorize",
        "/authorize/consent",
        "/device",
        "/device_authorization",
    ];
    for path in paths {
        let answer = visit.post(path, &[("ticket", &*large)]).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_hint_cannot_put_markup_on_a_page() {
    let visit = Visit::start().await;
    let mut url = visit.authorize_url("openid");
    let markup = "\"><b id=planted>";
    url.query_pairs_mut()
        .append_pair("login_hint", markup)
        .append_pair("ui_locales", markup);
    let page = visit.client.get(url).send().await.unwrap();
    assert!(
        !page.text().await.unwrap().contains("planted"),
        "nothing of a request is shown"
    );
    visit.practice.stop().await;
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_tells_method_path_and_status_and_no_secret() {
    let log = Log::default();
    let writer = log.clone();
    // For the whole process: requests are answered on other tasks than this one's.
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let visit = Visit::start().await;
    let back = visit.allow("practice-1", ALL).await;
    let first = tokens(visit.exchange(&back["code"]).await).await;
    let second = tokens(visit.renew(&first.refresh).await).await;
    visit.opens(&second.access).await;
    visit.renew(&first.refresh).await;
    visit.revoke(&second.refresh).await;
    let form = [("client_id", tsunagi_practice::CLIENT_ID), ("scope", ALL)];
    let device = visit.post("/device_authorization", &form).await;
    let device: serde_json::Value = device.json().await.unwrap();
    let device = |name: &str| device[name].as_str().unwrap().to_owned();
    visit
        .client
        .get(device("verification_uri_complete"))
        .send()
        .await
        .unwrap();
    visit
        .post("/device", &[("user_code", &*device("user_code"))])
        .await;
    let id_token = first.all["id_token"].as_str().unwrap().to_owned();
    visit.practice.stop().await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours: String = text
        .lines()
        .filter(|line| line.contains("tsunagi_practice"))
        .collect();
    assert!(
        ours.contains("method=POST path=\"/token\" status=400"),
        "{ours}"
    );
    let secrets = [
        &back["code"],
        &first.access,
        &first.refresh,
        &second.access,
        &second.refresh,
        &device("device_code"),
        &device("user_code"),
        &id_token,
        VERIFIER,
        "the-state",
        "practice_ticket_",
    ];
    for secret in secrets {
        assert!(!ours.contains(secret), "a secret is in the log");
    }
}
