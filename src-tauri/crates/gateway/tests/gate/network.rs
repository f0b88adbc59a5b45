//! The network's corners: names that are not found, a company's own certificates, a proxy. What
//! the environment says is read once per process, so each case is a process of its own.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tsunagi_domain::Health;

use super::home::{Home, Plans};
use super::server::{MARK, Server};

/// A name that no network has (RFC 2606): what reaches it went through a proxy.
const NOWHERE: &str = "service.invalid";
const USER: &str = "kana";
/// As people choose them: with a sign that addresses write otherwise.
const PASSWORD: &str = "pr0xy/pass";
const ORDER: &str = "TSUNAGI_NETWORK_TEST";

/// The two ways out: a request of the API, and one for tokens.
const WAYS: [&str; 2] = ["api", "token"];

/// A company: what it signs with, in a file as systems keep it.
struct Company {
    folder: tempfile::TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Company {
    fn new() -> Self {
        let mut about = CertificateParams::new(Vec::new()).unwrap();
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = CertifiedIssuer::self_signed(about, key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("company.pem"), authority.pem()).unwrap();
        // A folder is read by the names that `openssl rehash` gives.
        std::fs::create_dir(folder.path().join("certs")).unwrap();
        std::fs::write(folder.path().join("certs/0123abcd.0"), authority.pem()).unwrap();
        Self { folder, authority }
    }

    fn file(&self) -> String {
        path(&self.folder.path().join("company.pem"))
    }

    fn certs(&self) -> String {
        path(&self.folder.path().join("certs"))
    }
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A service with a certificate of a company: gives tokens at `/token`, answers everything else.
struct Service {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn of(company: &Company) -> Self {
        let names = vec![NOWHERE.to_owned(), "127.0.0.1".to_owned()];
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &company.authority)
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
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&heads);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (config, heads) = (Arc::clone(&config), Arc::clone(&kept));
                std::thread::spawn(move || serve(client, config, &heads));
            }
        });
        Self { port, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Answers one request. A client that does not trust us hangs up.
fn serve(client: TcpStream, config: Arc<rustls::ServerConfig>, heads: &Mutex<Vec<String>>) {
    let Ok(connection) = rustls::ServerConnection::new(config) else {
        return;
    };
    let mut stream = rustls::StreamOwned::new(connection, client);
    let Some(head) = head_of(&mut stream) else {
        return;
    };
    let body = if head.starts_with("POST /token") {
        json!({
            "access_token": format!("access-2/{MARK}"), "refresh_token": format!("refresh-2/{MARK}"),
            "token_type": "Bearer", "expires_in": 3600,
        })
    } else {
        json!({ "files": [] })
    };
    heads.lock().unwrap().push(head);
    let body = body.to_string();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

/// Reads to the empty line; bodies of these tests are small and come with it or are not missed.
fn head_of(stream: &mut impl std::io::Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// A proxy that opens tunnels (RFC 9110 §9.3.6): to the service, whatever name it is asked for.
struct Proxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// With a password, others are refused.
    fn to(service: &Service, password: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, service) = (Arc::clone(&heads), service.port);
        let wanted = format!("basic {}", basic()).to_lowercase();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (heads, wanted) = (Arc::clone(&kept), wanted.clone());
                std::thread::spawn(move || {
                    let mut client = client;
                    let Some(head) = head_of(&mut client) else {
                        return;
                    };
                    let let_in = !password || head.to_lowercase().contains(&wanted);
                    heads.lock().unwrap().push(head);
                    if let_in {
                        tunnel(client, service);
                    } else {
                        let _ = client.write_all(
                            b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"p\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                        );
                    }
                });
            }
        });
        Self { port, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn tunnel(mut client: TcpStream, service: u16) {
    let Ok(mut service) = TcpStream::connect(("127.0.0.1", service)) else {
        return;
    };
    let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
    let (mut up, mut there) = (client.try_clone().unwrap(), service.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut up, &mut there);
        let _ = there.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut service, &mut client);
    let _ = client.shutdown(Shutdown::Write);
}

fn basic() -> String {
    STANDARD.encode(format!("{USER}:{PASSWORD}"))
}

/// The proxy's address with user and password, as settings hold it.
fn with_password(proxy: &Proxy, password: &str) -> String {
    let password = password.replace('/', "%2F");
    format!("http://{USER}:{password}@127.0.0.1:{}", proxy.port)
}

/// What came of one request in a process with this environment.
#[derive(Debug)]
struct Came {
    status: Option<u64>,
    code: String,
    kind: String,
    /// Whether the connection is still connected.
    connected: bool,
    /// Everything it printed: the outcome in all its forms, and its log to the last detail.
    said: String,
}

async fn ask(way: &str, origin: &str, environment: &[(&str, &str)]) -> Came {
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "network::in_a_process_of_its_own", "--nocapture"])
        .stdin(Stdio::null())
        .env(ORDER, format!("{way}|{origin}"));
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUEST_METHOD"] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output();
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    let line = said.lines().find_map(|line| line.split("OUTCOME ").nth(1));
    let outcome: Value = serde_json::from_str(line.expect("an outcome")).unwrap();
    let text = |name: &str| outcome[name].as_str().unwrap_or_default().to_owned();
    Came {
        status: outcome["status"].as_u64(),
        code: text("code"),
        kind: text("kind"),
        connected: outcome["connected"] == true,
        said,
    }
}

#[tokio::test]
async fn in_a_process_of_its_own() {
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .init();
    let (way, origin) = order.split_once('|').unwrap();
    let mut server = Server::start().await;
    origin.clone_into(&mut server.origin);
    let home = Home::with(&server, Plans::default()).await;
    if way == "token" {
        home.expire();
    }
    let outcome = home.get("/files").await;
    let connected = home.stored().health == Health::Connected;
    let told = match &outcome {
        Ok(answer) => json!({ "status": answer.status.as_u16(), "connected": connected }),
        Err(error) => {
            let args: BTreeMap<String, String> = error.args();
            let kind = args.get("reason").or_else(|| args.get("kind"));
            writeln!(std::io::stdout(), "{error} {error:?} {args:?}").unwrap();
            json!({ "code": error.code(), "kind": kind, "connected": connected })
        }
    };
    writeln!(std::io::stdout(), "OUTCOME {told}").unwrap();
}

fn code(way: &str) -> &'static str {
    if way == "token" {
        "unreachable"
    } else {
        "service_unreachable"
    }
}

#[tokio::test]
async fn a_name_that_is_not_found_is_told_as_that_and_changes_no_health() {
    for way in WAYS {
        let came = ask(way, &format!("https://{NOWHERE}"), &[]).await;
        assert_eq!(
            (came.code.as_str(), came.kind.as_str()),
            (code(way), "dns"),
            "{way}: {}",
            came.said
        );
        assert!(
            came.connected,
            "{way}: it says nothing about the credential"
        );
    }
}

#[tokio::test]
async fn a_companys_own_certificates_are_trusted_and_no_others() {
    let (ours, theirs) = (Company::new(), Company::new());
    let service = Service::of(&ours);
    let origin = format!("https://127.0.0.1:{}", service.port);
    for way in WAYS {
        for trusted in [
            ("SSL_CERT_FILE", ours.file()),
            ("SSL_CERT_DIR", ours.certs()),
        ] {
            let came = ask(way, &origin, &[(trusted.0, trusted.1.as_str())]).await;
            assert_eq!(came.status, Some(200), "{way}, {trusted:?}: {}", came.said);
        }
        let before = service.heads().len();
        let came = ask(way, &origin, &[("SSL_CERT_FILE", &theirs.file())]).await;
        assert_eq!(
            (came.code.as_str(), came.kind.as_str()),
            (code(way), "tls"),
            "{way}: {}",
            came.said
        );
        assert!(
            came.connected,
            "{way}: it says nothing about the credential"
        );
        assert_eq!(service.heads().len(), before, "{way}: and nothing was sent");
    }
}

#[tokio::test]
async fn a_proxy_opens_a_tunnel_and_sees_nothing_of_what_goes_through() {
    let company = Company::new();
    let service = Service::of(&company);
    let file = company.file();
    for (way, variable) in [
        ("api", "HTTPS_PROXY"),
        ("token", "HTTPS_PROXY"),
        ("api", "https_proxy"),
        ("api", "ALL_PROXY"),
    ] {
        let proxy = Proxy::to(&service, false);
        let address = format!("http://127.0.0.1:{}", proxy.port);
        let environment = [(variable, address.as_str()), ("SSL_CERT_FILE", &file)];
        let came = ask(way, &format!("https://{NOWHERE}"), &environment).await;
        assert_eq!(came.status, Some(200), "{way}, {variable}: {}", came.said);
        let heads = proxy.heads();
        assert!(!heads.is_empty(), "{way}, {variable}: it was asked");
        for head in heads {
            assert!(
                head.starts_with(&format!("CONNECT {NOWHERE}:443 ")),
                "the name is the proxy's to look up: {head}"
            );
            let lower = head.to_lowercase();
            assert!(
                !lower.contains("authorization") && !head.contains(MARK),
                "{way}: no credential of ours is for the proxy: {head}"
            );
        }
    }
}

#[tokio::test]
async fn a_proxys_password_goes_to_the_proxy_and_nowhere_else() {
    let company = Company::new();
    let service = Service::of(&company);
    let proxy = Proxy::to(&service, true);
    let address = with_password(&proxy, PASSWORD);
    let environment = [
        ("HTTPS_PROXY", address.as_str()),
        ("SSL_CERT_FILE", &company.file()),
    ];
    for way in WAYS {
        let came = ask(way, &format!("https://{NOWHERE}"), &environment).await;
        assert_eq!(came.status, Some(200), "{way}: {}", came.said);
        for word in [PASSWORD, "pr0xy%2Fpass", &basic()] {
            assert!(
                !came.said.contains(word),
                "{way}: no line of the log has {word}: {}",
                came.said
            );
        }
    }
    for head in proxy.heads() {
        let wanted = format!("proxy-authorization: basic {}", basic()).to_lowercase();
        assert!(
            head.to_lowercase().contains(&wanted),
            "it is let in: {head}"
        );
        assert!(!head.contains(MARK), "and told nothing else: {head}");
    }
    let heads = service.heads();
    assert!(heads.len() >= 3, "both ways led there: {heads:?}");
    for head in heads {
        assert!(
            !head.to_lowercase().contains("proxy-authorization") && !head.contains(&basic()),
            "the service never sees it: {head}"
        );
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_us_is_told_without_its_password() {
    let company = Company::new();
    let service = Service::of(&company);
    let proxy = Proxy::to(&service, true);
    let wrong = "wr0ng/word";
    let address = with_password(&proxy, wrong);
    let environment = [
        ("HTTPS_PROXY", address.as_str()),
        ("SSL_CERT_FILE", &company.file()),
    ];
    for way in WAYS {
        let came = ask(way, &format!("https://{NOWHERE}"), &environment).await;
        assert_eq!(
            (came.code.as_str(), came.kind.as_str()),
            (code(way), "connect"),
            "{way}: {}",
            came.said
        );
        assert!(
            came.connected,
            "{way}: it says nothing about the credential"
        );
        let sent = STANDARD.encode(format!("{USER}:{wrong}"));
        for word in [wrong, "wr0ng%2Fword", &sent] {
            assert!(!came.said.contains(word), "{way}: {word} in {}", came.said);
        }
    }
    assert_eq!(
        service.heads(),
        Vec::<String>::new(),
        "nothing went through"
    );
}

#[tokio::test]
async fn what_is_excepted_from_the_proxy_goes_past_it() {
    let company = Company::new();
    let service = Service::of(&company);
    let proxy = Proxy::to(&service, false);
    let address = format!("http://127.0.0.1:{}", proxy.port);
    for excepted in [NOWHERE, ".invalid", "other.example, service.invalid", "*"] {
        let environment = [("HTTPS_PROXY", address.as_str()), ("NO_PROXY", excepted)];
        let came = ask("api", &format!("https://{NOWHERE}"), &environment).await;
        assert_eq!(came.kind, "dns", "asked for directly: {}", came.said);
    }
    let environment = [("HTTPS_PROXY", address.as_str()), ("NO_PROXY", NOWHERE)];
    let came = ask("token", &format!("https://{NOWHERE}"), &environment).await;
    assert_eq!(came.kind, "dns", "asked for directly: {}", came.said);
    assert_eq!(proxy.heads(), Vec::<String>::new(), "the proxy never heard");
}

#[tokio::test]
async fn this_computer_is_never_asked_for_through_a_proxy() {
    let company = Company::new();
    let service = Service::of(&company);
    let proxy = Proxy::to(&service, false);
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let file = company.file();
    let environment = [
        ("HTTPS_PROXY", address.as_str()),
        ("HTTP_PROXY", &address),
        ("ALL_PROXY", &address),
        ("SSL_CERT_FILE", &file),
    ];
    for way in WAYS {
        let origin = format!("https://127.0.0.1:{}", service.port);
        let came = ask(way, &origin, &environment).await;
        assert_eq!(came.status, Some(200), "{way}: {}", came.said);
        // Another name of this computer, which the certificate does not have.
        let origin = format!("https://localhost:{}", service.port);
        let came = ask(way, &origin, &environment).await;
        assert_eq!(came.kind, "tls", "{way}: {}", came.said);
    }
    assert_eq!(proxy.heads(), Vec::<String>::new(), "the proxy never heard");
}
