#![allow(clippy::unwrap_used)]

use super::{FIELDS, FORMS, HEADERS, redact};

#[test]
fn every_pattern_compiles() {
    assert_eq!(
        (FORMS.len(), HEADERS.len(), FIELDS.len()),
        (5, 1, 1),
        "a pattern that does not compile would be left out, and with it what it masks"
    );
}

fn masked(line: &str, secrets: &[&str]) {
    let shown = redact(line);
    for secret in secrets {
        assert!(
            line.contains(secret),
            "the case itself is wrong: no {secret} in {line}"
        );
        assert!(
            !shown.contains(secret),
            "{line}\nbecame\n{shown}\nwhich shows {secret}"
        );
    }
}

#[test]
fn headers_are_masked() {
    masked("Authorization: Bearer abcDEF123456", &["abcDEF123456"]);
    masked("authorization=Basic dXNlcjpwYXNz", &["dXNlcjpwYXNz"]);
    masked("Authorization: Signature Zm9v, YmFy", &["Zm9v", "YmFy"]);
    masked(
        "sent Basic Y2xpZW50OnNlY3JldC93aXRoK3NpZ25z==",
        &["Y2xpZW50", "=="],
    );
    masked("Bearer%20abcDEF123456", &["abcDEF123456"]);
    masked(
        "Zoho-oauthtoken 1000.8cb99dxxxxxxxxxxxxx9be93",
        &["1000.8cb99d"],
    );
    masked(
        "Set-Cookie: sid=31d4d96e407aad42; Path=/; HttpOnly",
        &["31d4d96e407aad42"],
    );
    masked(
        r#"{"authorization": "Signature keyId=1 sig=Zm9vYmFy"}"#,
        &["Zm9vYmFy"],
    );
}

#[test]
fn fields_are_masked_in_every_writing() {
    masked(
        "POST /token code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj",
        &["SplxlOBeZQQYbYS6WxSbIA", "af0ifjsldkj"],
    );
    masked(
        "http://127.0.0.1:1/callback/x?code=abcdef&state=open",
        &["abcdef", "=open"],
    );
    masked(
        "redirect=http%3A%2F%2F127.0.0.1%2Fcb%3Fcode%3DSplxlOBe%26state%3Daf0if",
        &["SplxlOBe", "af0if"],
    );
    masked(
        r#"{"access_token":"mF_9.B5f-4.1JqM","token_type":"Bearer"}"#,
        &["mF_9.B5f-4.1JqM"],
    );
    masked(
        r#"{"password":"it's \"quoted\" here","n":1}"#,
        &["it's", "quoted", "here"],
    );
    // JSON inside a debug string.
    masked(
        r#"body="{\"access_token\":\"mF_9.B5f\",\"refresh_token\":\"tGzv3JO\"}""#,
        &["mF_9.B5f", "tGzv3JO"],
    );
    masked(
        r#"Grant { access_token: "mF_9.B5f", refresh_token: Some("tGzv3JO"), id_token: Some(Secret("eyX")) }"#,
        &["mF_9.B5f", "tGzv3JO", "eyX"],
    );
    masked(
        r#"[("client_id", "me"), ("client_secret", "s3cr3t!")]"#,
        &["s3cr3t!"],
    );
    masked("refresh_token = 'rt-0123456789'", &["rt-0123456789"]);
    masked("x_oauth_token=ab password: pw1", &["=ab", "pw1"]);
    masked("%22access_token%22%3A%22mF_9%22", &["mF_9"]);
    masked(
        "{\n  \"client_secret\":\n    \"over\nlines\"\n}",
        &["over", "lines"],
    );
}

#[test]
fn credentials_are_known_by_their_form() {
    masked("jwt eyJhbGciOi.eyJzdWIiOi.c2lnbmF0 end", &["eyJzdWIiOi"]);
    masked(
        "got 1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef",
        &["0123456789abcdef"],
    );
    masked("pushed by ghp_abcdefghijklmnopqrstuvwx", &["ghp_abc"]);
    masked("https://kana:pa55@host.example/", &["pa55"]);
    masked(
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0B\n-----END PRIVATE KEY-----",
        &["MIIEvQIBADANBg", "kqhkiG9w0B"],
    );
}

#[test]
fn ordinary_lines_stay_readable() {
    for line in [
        r#"flow ended flow=019a outcome="connected" status=200"#,
        "not begun from the tray code=role_not_allowed",
        "renewed authorization=019a8c1e-0000-7000-8000-000000000000 status=200",
        r#"ConsoleError { code: "window_closed" }"#,
        "the practice service runs port=41234",
        "panic at src/flow.rs:10:5: index out of bounds",
        "navigation refused reason=\"scheme\" scheme=\"file\"",
        "GET https://host.example/status_code/7 took 12 ms",
    ] {
        assert_eq!(redact(line), line, "nothing in it is a secret");
    }
}

#[test]
fn a_line_that_comes_in_pieces_is_looked_at_as_a_whole() {
    use std::io::Write as _;
    use tracing_subscriber::fmt::MakeWriter as _;

    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("log")).unwrap();
    let (writer, guard) = tracing_appender::non_blocking(file);
    let sink = super::Redacting(writer);
    let mut line = sink.make_writer();
    for piece in ["access_tok", "en=mF_9", ".B5f\n"] {
        line.write_all(piece.as_bytes()).unwrap();
        line.flush().unwrap();
    }
    drop(line);
    drop((sink, guard));
    let written = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(
        written.contains("access_token") && !written.contains("mF_9"),
        "written whole and masked: {written}"
    );
}
