//! Asking for a device code (RFC 8628 §3.1, §3.2).

use std::cell::RefCell;
use std::time::Duration;

use serde_json::{Value, json};
use tsunagi_domain::Timestamp;
use tsunagi_oauth::{OAuthError, Wire};

use crate::device::{Desk, codes, said};
use crate::identity::NOW;
use crate::support::{CLIENT_ID, Provider, canned, json};

#[tokio::test]
async fn rfc8628_the_request_names_client_and_scopes_and_the_answer_is_read() {
    let mut desk = Desk::open("").await;
    let device = desk.begin(&["read", "write"]).await.unwrap();
    let [seen] = &desk.provider.seen()[..] else {
        panic!("one request")
    };
    let form = seen.form();
    assert_eq!(seen.target, "/device", "the device authorization endpoint");
    assert_eq!(form["client_id"], CLIENT_ID, "RFC 8628 §3.1");
    assert_eq!(
        form["client_secret"], "client secret/+",
        "as at the token endpoint"
    );
    assert_eq!(form["scope"], "read write", "RFC 8628 §3.1");
    assert_eq!(form.len(), 3, "and nothing else");
    assert_eq!(device.user_code, "WDJB-MJHT", "to be typed");
    assert_eq!(
        device.verification_uri.as_str(),
        "https://example.com/device",
        "where"
    );
    assert!(
        device
            .verification_uri_complete
            .as_ref()
            .is_some_and(|url| url.as_str().ends_with("?user_code=WDJB-MJHT")),
        "for a QR code"
    );
    assert_eq!(device.device_code.expose(), "device-canary/+1", "kept");
    assert_eq!(device.expires_in, Duration::from_secs(60), "seconds");
    assert_eq!(device.interval, Duration::from_secs(5), "seconds");
    assert_eq!(device.begun(), Timestamp(NOW * 1000), "to count down from");
}

#[tokio::test]
async fn what_a_device_answer_lacks_is_filled_in_or_refused() {
    let mut desk = Desk::open("").await;
    let mut begin = async |change: &dyn Fn(&mut Value)| {
        let mut answer = codes();
        change(&mut answer);
        desk.provider.answers("/device", json(200, &answer));
        desk.begin(&["read"]).await
    };
    let remove = |name: &'static str| {
        move |answer: &mut Value| {
            answer.as_object_mut().unwrap().remove(name);
        }
    };
    let device = begin(&remove("interval")).await.unwrap();
    assert_eq!(device.interval.as_secs(), 5, "RFC 8628 §3.2");
    let device = begin(&|answer| answer["interval"] = json!(0)).await;
    assert_eq!(device.unwrap().interval.as_secs(), 5, "nobody means that");
    let device = begin(&|answer| answer["expires_in"] = json!("900")).await;
    assert_eq!(device.unwrap().expires_in.as_secs(), 900, "as text");
    let device = begin(&|answer| answer["expires_in"] = json!(1e12)).await;
    assert_eq!(device.unwrap().expires_in.as_secs(), 86_400, "a day");
    let device = begin(&remove("verification_uri_complete")).await.unwrap();
    assert_eq!(device.verification_uri_complete, None, "optional");
    let device = begin(&|answer| {
        answer["verification_uri_complete"] = json!("javascript:alert(1)");
    });
    assert_eq!(
        device.await.unwrap().verification_uri_complete,
        None,
        "no link"
    );
    let device = begin(&|answer| {
        let uri = answer["verification_uri"].take();
        answer["verification_url"] = uri;
    });
    assert!(device.await.is_ok(), "the name of a draft, which some kept");
    for name in ["device_code", "user_code", "expires_in"] {
        assert_eq!(
            begin(&remove(name)).await.unwrap_err(),
            OAuthError::Malformed,
            "{name} is required"
        );
    }
    for uri in [
        json!(null),
        json!(""),
        json!("http://example.com/device"),
        json!("javascript:alert(1)"),
        json!("file:///etc/passwd"),
        json!("https://user@example.com/device"),
        json!("example.com/device"),
    ] {
        assert_eq!(
            begin(&|answer| answer["verification_uri"] = uri.clone())
                .await
                .unwrap_err(),
            OAuthError::VerificationUriInvalid,
            "{uri}"
        );
    }
    let loopback = begin(&|answer| answer["verification_uri"] = json!("http://127.0.0.1:1/d"));
    assert!(loopback.await.is_ok(), "on this computer");
}

#[tokio::test]
async fn a_user_code_is_fit_for_a_screen() {
    let mut desk = Desk::open("").await;
    let mut code = async |text: &str| {
        let mut answer = codes();
        answer["user_code"] = json!(text);
        desk.provider.answers("/device", json(200, &answer));
        desk.begin(&["read"]).await.map(|device| device.user_code)
    };
    assert_eq!(
        code("WD\u{202e}JB\n-MJHT\u{7}").await,
        Ok("WDJB -MJHT".to_owned()),
        "no character that changes how others look"
    );
    assert_eq!(code("0123-4567").await, Ok("0123-4567".to_owned()), "kept");
    for text in ["\u{200b}", " ", &"A".repeat(61)] {
        assert_eq!(
            code(text).await,
            Err(OAuthError::Malformed),
            "nobody can type {text:?}"
        );
    }
}

#[tokio::test]
async fn a_form_and_an_error_with_status_200_are_read_from_the_device_endpoint_too() {
    let mut desk = Desk::open("").await;
    // GitHub, unless JSON is asked for.
    let form = "device_code=d&user_code=WDJB-MJHT&verification_uri=https%3A%2F%2Fexample.com%2Fd&expires_in=900&interval=5";
    let answer = canned(200, "application/x-www-form-urlencoded", form);
    desk.provider.answers("/device", answer);
    assert!(desk.begin(&["read"]).await.is_ok(), "a form");
    let table = [
        (
            json(200, &json!({"error": "device_flow_disabled"})),
            OAuthError::TokenError {
                error: "device_flow_disabled".to_owned(),
                description: None,
            },
        ),
        (
            said("unauthorized_client"),
            OAuthError::ClientRefused { description: None },
        ),
        (
            canned(200, "text/html", "<html>"),
            OAuthError::Html { status: 200 },
        ),
        (
            canned(404, "text/plain", "no"),
            OAuthError::Status {
                status: 404,
                retry_after: None,
            },
        ),
    ];
    for (answer, expected) in table {
        desk.provider.answers("/device", answer);
        assert_eq!(desk.begin(&["read"]).await.unwrap_err(), expected, "told");
    }
}

#[tokio::test]
async fn without_an_endpoint_nothing_is_sent() {
    let provider = Provider::start().await;
    let mut desk = Desk {
        service: provider.service(""),
        provider,
        wire: Wire::default(),
        waits: RefCell::default(),
    };
    assert_eq!(
        desk.begin(&["read"]).await.unwrap_err(),
        OAuthError::DeviceNotOffered,
        "the connector names none"
    );
    assert_eq!(desk.provider.seen().len(), 0, "and nobody is asked");
}
