//! Who is believed: callbacks (RFC 9207) and ID tokens (OpenID Connect Core §3.1.3.7) of the
//! service's own issuer, and of no other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData as _, SigningKey as _};
use serde_json::json;
use tsunagi_oauth::{Attempt, Metadata, OAuthError, Wire, check_metadata, exchange, read_callback};

use super::Journey;
use super::elsewhere::replaced;
use super::shapes::{field, theirs};
use crate::transcript::{Answered, Step};

/// Connector, issuer and address of its keys, line by line.
const LIST: &str = include_str!("../issuers.txt");

/// Issuer and address of the keys, by connector.
pub(crate) fn listed() -> impl Iterator<Item = [&'static str; 3]> {
    LIST.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let parts: Vec<&str> = line.split(' ').collect();
            parts.try_into().unwrap()
        })
}

impl Journey<'_> {
    pub(super) async fn issuers(&mut self) {
        let own = listed().find(|[id, ..]| *id == self.connector.id);
        let Some([_, issuer, keys]) = own else {
            if self.resolved.issuer.is_some() && self.connector.id != "practice" {
                self.faults.push("an issuer that is not listed".to_owned());
            }
            return;
        };
        let granted = |step: &&Step| step.what == "exchange" && step.expected("error").is_none();
        let Some(step) = self.transcript.steps.iter().find(granted) else {
            return;
        };
        let slash = match issuer.strip_suffix('/') {
            Some(bare) => bare.to_owned(),
            None => format!("{issuer}/"),
        };
        let others = [
            "https://evil.example".to_owned(),
            format!("{}.evil.example", issuer.trim_end_matches('/')),
            format!("{issuer}x"),
            // The same to the letter (OpenID Connect Core §3.1.3.7, RFC 9207 §2.4).
            slash,
        ];
        self.says(step, issuer, issuer, keys).await;
        for other in &others {
            self.says(step, issuer, other, keys).await;
        }
    }

    /// What the service says about itself is what the connector has (RFC 8414 §3.3, OpenID Connect
    /// Discovery §4.3).
    pub(super) fn described(&mut self, step: &Step) {
        let issuer = self.resolved.issuer.as_deref().unwrap_or_default();
        let at = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        if step.sent().url.as_str() != at {
            self.faults
                .push(format!("the document is not that of {issuer}"));
        }
        let said: Metadata = serde_json::from_str(&step.answered().body).unwrap();
        if let Err(error) = check_metadata(&said, self.connector, &self.resolved) {
            self.faults.push(format!("{error:?}"));
        }
    }

    /// A callback and an ID token that say `iss`.
    async fn says(&mut self, step: &Step, issuer: &str, iss: &str, keys: &str) {
        let good = iss == issuer;
        let attempt = self.attempt(&["openid".to_owned()]);
        let callback = self.transcript.steps("callback").next().unwrap();
        let plain = theirs(&attempt, &callback.sent().url, None);
        let expected = self.resolved.issuer.as_deref();
        match read_callback(&attempt, &replaced(&plain, "iss", iss), expected) {
            Ok(_) if good => {}
            Err(OAuthError::IssuerMismatch { .. }) if !good => {}
            other => self
                .faults
                .push(format!("{other:?} for a callback of {iss}")),
        }
        let code = match read_callback(&attempt, &plain, expected) {
            Ok(code) => code,
            Err(error) => {
                self.faults.push(format!("{error:?} without an issuer"));
                return;
            }
        };
        let (token, jwks) = id_token(&attempt, iss, &self.client.id);
        let mut answered = step.answered();
        let mut body: serde_json::Value = serde_json::from_str(&answered.body).unwrap();
        body["id_token"] = token.into();
        answered.body = body.to_string();
        self.lay_all([answered, jwks]);
        let outcome = exchange(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client(step),
            attempt,
            code,
            &mut Wire::default(),
        )
        .await;
        let arrived = self.desk.orders.arrived();
        if arrived.get(1).map(|one| one.url.as_str()) != Some(keys) {
            self.faults.push(format!("keys are not those of {keys}"));
        }
        match outcome {
            Ok(tokens) if good => {
                let own = tokens.identity.map(|identity| identity.issuer);
                if own.as_deref() != Some(issuer) {
                    self.faults.push(format!("{own:?} instead of {issuer}"));
                }
            }
            Err(OAuthError::IdTokenInvalid { reason: "issuer" }) if !good => {}
            other => self
                .faults
                .push(format!("{other:?} for an ID token of {iss}")),
        }
    }

    fn lay_all(&self, answers: [Answered; 2]) {
        for answered in answers {
            self.desk.orders.lay(&answered);
        }
    }
}

/// A token that is right but for whose it is, and the keys it is signed with.
fn id_token(attempt: &Attempt, iss: &str, client: &str) -> (String, Answered) {
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let head = json!({ "alg": "EdDSA", "kid": "1", "typ": "JWT" });
    let claims = json!({
        "iss": iss,
        "sub": "example-subject",
        "aud": client,
        "iat": now,
        "exp": now + 600,
        "nonce": field("", attempt.url(), "nonce").unwrap(),
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&head), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).unwrap());
    let x = URL_SAFE_NO_PAD.encode(key.der_bytes());
    let keys = json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "1", "x": x },
    ] });
    let answered = Answered {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: keys.to_string(),
    };
    (format!("{signed}.{signature}"), answered)
}
