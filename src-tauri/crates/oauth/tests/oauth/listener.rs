use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tsunagi_oauth::{Listener, OAuthError, Pages, Verdict};
use url::Url;

const PATH: &str = "/callback/0198";

fn pages() -> Pages {
    Pages {
        success: "SUCCESS".to_owned(),
        denied: "DENIED".to_owned(),
        wrong: "WRONG".to_owned(),
    }
}

fn judge(url: &Url) -> Verdict {
    if url
        .query_pairs()
        .any(|(name, value)| name == "state" && value == "own")
    {
        Verdict::Callback
    } else {
        Verdict::Mismatch
    }
}

async fn say(port: u16, text: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn get(port: u16, target: &str) -> String {
    say(
        port,
        &format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"),
    )
    .await
}

async fn listening() -> (u16, tokio::task::JoinHandle<Url>) {
    let listener = Listener::bind(None).await.unwrap();
    (
        listener.port(),
        tokio::spawn(listener.wait(PATH, judge, pages())),
    )
}

#[tokio::test]
async fn the_callback_gets_its_page_and_closes_the_listener() {
    let (port, waiting) = listening().await;
    let answer = get(port, &format!("{PATH}?code=c&state=own")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("SUCCESS"), "{answer}");
    let lower = answer.to_lowercase();
    for header in [
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "default-src 'none'",
    ] {
        assert!(
            lower.contains(header),
            "{header}: the address has the code in it"
        );
    }
    let url = waiting.await.unwrap();
    assert_eq!(
        url.as_str(),
        format!("http://127.0.0.1:{port}{PATH}?code=c&state=own"),
        "whole"
    );
    assert!(
        TcpStream::connect(("127.0.0.1", port)).await.is_err(),
        "a second request is refused"
    );
}

#[tokio::test]
async fn an_error_of_the_provider_has_a_page_of_its_own() {
    let (port, waiting) = listening().await;
    let answer = get(port, &format!("{PATH}?error=access_denied&state=own")).await;
    assert!(answer.ends_with("DENIED"), "{answer}");
    assert!(
        waiting
            .await
            .unwrap()
            .query()
            .unwrap()
            .contains("access_denied"),
        "and is read"
    );
}

#[tokio::test]
async fn requests_that_are_not_the_callback_are_answered_and_waited_past() {
    let (port, waiting) = listening().await;
    let own = format!("{PATH}?code=c&state=own");
    let host = format!("127.0.0.1:{port}");
    let with_host = |host: &str| format!("GET {own} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let cases = [
        (
            with_host("evil.example.org"),
            "403",
            "another name pointed here",
        ),
        (
            with_host(&format!("localhost:{port}")),
            "403",
            "not the literal address",
        ),
        (with_host("127.0.0.1"), "403", "without the port"),
        (
            with_host(&format!("{host}\r\nHost: evil.example.org")),
            "403",
            "two hosts",
        ),
        (format!("GET {own} HTTP/1.0\r\n\r\n"), "403", "no host"),
        (
            format!("GET http://evil.example.org{own} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "403",
            "proxy form",
        ),
        (
            format!("POST {own} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"),
            "405",
            "POST",
        ),
        (
            format!("OPTIONS {own} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "405",
            "preflight",
        ),
        (
            format!("GET /favicon.ico HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "404",
            "elsewhere",
        ),
        (
            format!("GET {PATH}/x?state=own HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "404",
            "below it",
        ),
        (
            format!("GET {PATH}?code=c&state=x HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "400",
            "wrong state",
        ),
        ("nonsense\r\n\r\n".to_owned(), "400", "no HTTP"),
    ];
    for (request, status, why) in cases {
        let answer = say(port, &request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}"))
                || answer.starts_with(&format!("HTTP/1.0 {status}")),
            "{why}: {answer}"
        );
        assert!(!answer.contains("SUCCESS"), "{why}");
        assert_eq!(
            answer.contains("WRONG"),
            why == "wrong state",
            "{why}: {answer}"
        );
        assert!(
            !answer.to_lowercase().contains("access-control"),
            "no other site may read: {why}"
        );
    }
    // A browser opens connections ahead of need and leaves them idle.
    let _idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    assert!(
        get(port, &own).await.ends_with("SUCCESS"),
        "the callback still gets through"
    );
    assert!(waiting.await.unwrap().path() == PATH, "and ends the wait");
}

#[tokio::test]
async fn a_fixed_port_that_is_taken_is_named() {
    let first = Listener::bind(None).await.unwrap();
    let port = first.port();
    let error = Listener::bind(Some(port)).await.unwrap_err();
    assert_eq!(
        error,
        OAuthError::PortTaken { port },
        "so that the person can free it"
    );
    drop(first);
    assert_eq!(
        Listener::bind(Some(port)).await.unwrap().port(),
        port,
        "free again"
    );
}

#[tokio::test]
async fn only_this_computer_can_reach_it() {
    let (port, waiting) = listening().await;
    assert!(
        TcpStream::connect(("::1", port)).await.is_err(),
        "127.0.0.1 and nothing else"
    );
    waiting.abort();
}

#[tokio::test]
async fn rfc6761_a_listener_by_name_answers_to_localhost_only() {
    let listener = Listener::bind(None).await.unwrap();
    let listener = listener.by_name().await.unwrap();
    let port = listener.port();
    assert_eq!(listener.authority(), format!("localhost:{port}"));
    let waiting = tokio::spawn(listener.wait(PATH, judge, pages()));
    let own = format!("{PATH}?code=c&state=own");
    for (host, status) in [
        ("127.0.0.1", "403"),
        ("evil.example.org", "403"),
        ("localhost", "200"),
    ] {
        let answer = say(
            port,
            &format!("GET {own} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"),
        )
        .await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{host}: {answer}"
        );
    }
    let url = waiting.await.unwrap();
    assert_eq!(
        url.host_str(),
        Some("localhost"),
        "the address that was registered"
    );
}

#[tokio::test]
async fn a_listener_by_name_leaves_the_other_family_to_nobody() {
    let listener = Listener::bind(None).await.unwrap();
    let port = listener.port();
    let Ok(shadow) = tokio::net::TcpListener::bind(("::1", port)).await else {
        // A computer without IPv6 has no other family.
        return;
    };
    assert!(
        matches!(listener.by_name().await, Err(OAuthError::PortTaken { port: taken }) if taken == port),
        "another program would get the code"
    );
    drop(shadow);
    let listener = Listener::bind(None).await.unwrap().by_name().await.unwrap();
    let port = listener.port();
    let waiting = tokio::spawn(listener.wait(PATH, judge, pages()));
    let mut stream = TcpStream::connect(("::1", port)).await.unwrap();
    let request = format!("GET {PATH}?code=c&state=own HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(
        waiting.await.unwrap().host_str(),
        Some("localhost"),
        "a browser that tries IPv6 first comes home"
    );
}
