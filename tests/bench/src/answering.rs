//! What answers on loopback: the practice service, signed in at, or a socket that says the same few bytes to everybody.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tsunagi_practice::{CLIENT_ID, Config, Practice};

use crate::Error;
use crate::gate::{ACCESS, Service};

const SCOPES: &str = "contacts.read";

/// A service that is asked, and with what.
#[derive(Debug, Clone)]
pub struct Answering {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// A token that it takes.
    pub token: String,
    /// What is asked for, below `/api`.
    pub path: &'static str,
}

impl Answering {
    /// The practice service, in a thread of its own for as long as the program runs, its contacts asked for: a list of
    /// records as services answer it, by a server that looks at the token.
    ///
    /// # Errors
    /// Where it cannot be started, or no token is to be had.
    pub async fn practice(folder: &Path) -> Result<Self, Error> {
        let mut config = Config::new(folder.join("practice.json"));
        config.approve = Some("practice-1".to_owned());
        let (told, started) = tokio::sync::oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io("runtime"))?;
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let practice = Practice::start(config).await;
                let port = practice.as_ref().map(Practice::port);
                let _ = told.send(port.map_err(ToString::to_string));
                // Dropping it would stop it.
                std::future::pending::<()>().await;
                drop(practice);
            });
        });
        let port = started.await.map_err(said)?.map_err(said)?;
        let token = sign_in(port).await?;
        Ok(Self {
            port,
            token,
            path: "/contacts",
        })
    }

    /// A socket: as small as a server can be, so that what is measured is the way there and nothing else.
    #[must_use]
    pub fn socket(service: &Service) -> Self {
        Self {
            port: service.port,
            token: ACCESS.to_owned(),
            path: "/files/4711",
        }
    }
}

fn said(error: impl std::fmt::Display) -> Error {
    Error::Differs(format!("practice service: {error}"))
}

/// A token by a device code, which this practice service allows by itself.
async fn sign_in(port: u16) -> Result<String, Error> {
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.map_err(said)?;
    let ask = async |path: &str, form: &[(&str, &str)]| -> Result<Value, Error> {
        let sent = client.post(format!("http://127.0.0.1:{port}{path}"));
        sent.form(form)
            .send()
            .await
            .map_err(said)?
            .json()
            .await
            .map_err(said)
    };
    let form = [("client_id", CLIENT_ID), ("scope", SCOPES)];
    let codes = ask("/device_authorization", &form).await?;
    let device = codes["device_code"].as_str().unwrap_or_default();
    // It refuses to be asked sooner than it said.
    let wait = codes["interval"].as_u64().unwrap_or(5);
    tokio::time::sleep(Duration::from_secs(wait)).await;
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", CLIENT_ID),
        ("device_code", device),
    ];
    let tokens = ask("/token", &form).await?;
    let token = tokens["access_token"].as_str();
    token
        .map(str::to_owned)
        .ok_or_else(|| said(&tokens["error"]))
}
