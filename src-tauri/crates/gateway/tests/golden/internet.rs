//! Every vendor's host at once: a proxy that opens tunnels to one TLS server, which writes each
//! request down and gives the answers that were laid out for it. Orders come by plain requests to
//! the same port, from the process that is driven.

use std::collections::{BTreeSet, VecDeque};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};

use super::transcript::Answered;

/// A request as it arrived.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// An answer as it is laid out.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Laid {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Default)]
struct State {
    answers: VecDeque<Laid>,
    arrived: Vec<Arrived>,
}

/// The proxy, the server behind it, and what both trust.
pub(crate) struct Internet {
    port: u16,
    folder: tempfile::TempDir,
}

impl Internet {
    pub(crate) fn of(hosts: impl Iterator<Item = String>) -> Self {
        let hosts: BTreeSet<String> = hosts.collect();
        let mut about = CertificateParams::new(Vec::new()).unwrap();
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(about, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(hosts.into_iter().collect::<Vec<_>>())
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state: Arc<Mutex<State>> = Arc::default();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (config, state) = (Arc::clone(&config), Arc::clone(&state));
                std::thread::spawn(move || serve(client, config, &state));
            }
        });
        Self { port, folder }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn proxy(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn certificates(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }
}

fn serve(mut client: TcpStream, config: Arc<rustls::ServerConfig>, state: &Mutex<State>) {
    let Some((head, body)) = read(&mut client) else {
        return;
    };
    if head.starts_with("CONNECT ") {
        let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
        let Ok(connection) = rustls::ServerConnection::new(config) else {
            return;
        };
        let mut stream = rustls::StreamOwned::new(connection, client);
        if let Some((head, body)) = read(&mut stream) {
            let laid = take(state, &head, body);
            answer(&mut stream, &laid);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        return;
    }
    // An order of the test's own.
    let told = {
        let mut state = state.lock().unwrap();
        if head.starts_with("POST ") {
            state
                .answers
                .push_back(serde_json::from_str(&body).unwrap());
            String::new()
        } else {
            state.answers.clear();
            serde_json::to_string(&std::mem::take(&mut state.arrived)).unwrap()
        }
    };
    let laid = Laid {
        status: 200,
        headers: Vec::new(),
        body: told,
    };
    answer(&mut client, &laid);
    let _ = client.shutdown(Shutdown::Both);
}

fn take(state: &Mutex<State>, head: &str, body: String) -> Laid {
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let (method, path) = (first.next().unwrap(), first.next().unwrap());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let host = headers.iter().find(|(name, _)| name == "host");
    let host = host.map(|(_, value)| value.as_str()).unwrap_or_default();
    let mut state = state.lock().unwrap();
    state.arrived.push(Arrived {
        method: method.to_owned(),
        url: format!("https://{host}{path}"),
        headers,
        body,
    });
    state.answers.pop_front().unwrap_or(Laid {
        status: 599,
        headers: Vec::new(),
        body: "nothing was laid out for this request".to_owned(),
    })
}

fn answer(stream: &mut impl Write, laid: &Laid) {
    let mut head = format!("HTTP/1.1 {} Documented\r\n", laid.status);
    for (name, value) in &laid.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    // An answer without a body is one that ends.
    head.push_str(&format!(
        "content-length: {}\r\nconnection: close\r\n\r\n",
        laid.body.len()
    ));
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(laid.body.as_bytes());
}

/// A request's head and body.
fn read(stream: &mut impl Read) -> Option<(String, String)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    let head = String::from_utf8(head).ok()?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).ok()?))
}

/// The way to the server's orders.
pub(crate) struct Orders {
    port: u16,
}

impl Orders {
    pub(crate) const fn at(port: u16) -> Self {
        Self { port }
    }

    /// Lays an answer out for the next request.
    pub(crate) fn lay(&self, answered: &Answered) {
        let laid = Laid {
            status: answered.status,
            headers: answered.headers.clone(),
            body: answered.body.clone(),
        };
        self.ask("POST", &serde_json::to_string(&laid).unwrap());
    }

    /// What arrived since; what was laid out and not asked for is cleared away.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        serde_json::from_str(&self.ask("GET", "")).unwrap()
    }

    fn ask(&self, method: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!(
            "{method} / HTTP/1.1\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}
