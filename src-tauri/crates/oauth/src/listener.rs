//! A system browser's callback, on loopback: RFC 8252 §7.3.

use std::convert::Infallible;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Mutex;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::{OAuthError, Result, Verdict};

/// Connections served at a time; browsers open a few ahead of need.
const CONNECTIONS_MAX: usize = 32;
/// How long a connection may take to say what it wants, and to take the page.
const CONNECTION_TIME: Duration = Duration::from_secs(10);

/// The pages the browser is shown, as HTML without scripts.
#[derive(Debug, Clone)]
pub struct Pages {
    /// The callback has come: back to the program.
    pub success: String,
    /// The provider answered with an error.
    pub denied: String,
    /// The address belongs to another attempt.
    pub wrong: String,
}

/// Listens on `127.0.0.1` for one callback.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    /// Where the name may lead to as well.
    second: Option<TcpListener>,
    port: u16,
    host: &'static str,
}

impl Listener {
    /// Opens the listener: on `port`, or on any free one.
    ///
    /// # Errors
    /// [`OAuthError::PortTaken`] or [`OAuthError::ListenerFailed`].
    pub async fn bind(port: Option<u16>) -> Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0)))
            .await
            .map_err(|error| match (error.kind(), port) {
                (std::io::ErrorKind::AddrInUse, Some(port)) => OAuthError::PortTaken { port },
                _ => OAuthError::ListenerFailed,
            })?;
        let port = socket
            .local_addr()
            .map_err(|_| OAuthError::ListenerFailed)?
            .port();
        Ok(Self {
            socket,
            second: None,
            port,
            host: "127.0.0.1",
        })
    }

    /// Answers to the name `localhost` in place of the address: for providers that take no other
    /// redirect (RFC 8252 §8.3 advises against it). The name is this computer's as well
    /// (RFC 6761 §6.3), so that no other site's can be mistaken for it. It may mean either family
    /// of addresses: both are listened on, so that nobody else on this computer gets the code.
    ///
    /// # Errors
    /// [`OAuthError::PortTaken`] where another program has the port on `::1`. A computer without
    /// IPv6 is no error.
    pub async fn by_name(mut self) -> Result<Self> {
        self.host = "localhost";
        self.second = match TcpListener::bind((Ipv6Addr::LOCALHOST, self.port)).await {
            Ok(socket) => Some(socket),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                return Err(OAuthError::PortTaken { port: self.port });
            }
            Err(_) => None,
        };
        Ok(self)
    }

    /// Host and port of the redirect address.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The port, for the redirect address.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the callback at `path`, answers it with a page, closes, and returns its
    /// address. Every other request is answered and waited past: `path` without this flow's
    /// state gets the `wrong` page (any page in the browser can ask for it, so it must not end
    /// the flow; the judge sees it as [`Verdict::Mismatch`]), anything else 404. Requests whose
    /// `Host` is not this listener's are refused, so that no other site's name can be pointed
    /// here. There is no time-out: drop the future to stop.
    pub async fn wait(
        self,
        path: &str,
        judge: impl Fn(&Url) -> Verdict + Send + Sync,
        pages: Pages,
    ) -> Url {
        let desk = Desk {
            own: self.authority(),
            path,
            judge,
            pages,
            found: Mutex::new(None),
        };
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = accept(&self.socket, self.second.as_ref()), if open.len() < CONNECTIONS_MAX => {
                    match accepted {
                        Ok((stream, _)) => open.push(desk.serve(stream)),
                        // Out of file descriptors, most likely: not a reason to spin.
                        Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                    }
                }
                Some(()) = open.next(), if !open.is_empty() => {
                    if let Some(url) = desk.found() {
                        return url;
                    }
                }
            }
        }
    }
}

async fn accept(
    first: &TcpListener,
    second: Option<&TcpListener>,
) -> std::io::Result<(TcpStream, std::net::SocketAddr)> {
    match second {
        None => first.accept().await,
        Some(second) => tokio::select! {
            accepted = first.accept() => accepted,
            accepted = second.accept() => accepted,
        },
    }
}

struct Desk<'a, J> {
    own: String,
    path: &'a str,
    judge: J,
    pages: Pages,
    found: Mutex<Option<Url>>,
}

impl<J: Fn(&Url) -> Verdict> Desk<'_, J> {
    fn found(&self) -> Option<Url> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Url>> {
        self.found
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn serve(&self, stream: TcpStream) {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(CONNECTION_TIME)
            .keep_alive(false)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(|request| async move { Ok::<_, Infallible>(self.answer(&request)) }),
            );
        // A browser that goes away has still delivered its callback, so errors do not matter.
        let _ = tokio::time::timeout(CONNECTION_TIME, connection).await;
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let own = self.own.as_str();
        let mut hosts = request.headers().get_all(HOST).iter();
        let named = hosts
            .next()
            .is_some_and(|host| host.as_bytes() == own.as_bytes());
        if !named || hosts.next().is_some() || request.uri().authority().is_some() {
            return page(StatusCode::FORBIDDEN, "");
        }
        if request.method() != Method::GET {
            return page(StatusCode::METHOD_NOT_ALLOWED, "");
        }
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let url = Url::parse(&format!("http://{own}{target}"));
        let Some(url) = url.ok().filter(|url| url.path() == self.path) else {
            return page(StatusCode::NOT_FOUND, "");
        };
        match (self.judge)(&url) {
            Verdict::Callback => {
                let mut found = self.lock();
                // The state is good for one request.
                if found.is_some() {
                    return page(StatusCode::BAD_REQUEST, &self.pages.wrong);
                }
                let denied = url.query_pairs().any(|(name, _)| name == "error");
                *found = Some(url);
                page(
                    StatusCode::OK,
                    if denied {
                        &self.pages.denied
                    } else {
                        &self.pages.success
                    },
                )
            }
            Verdict::Mismatch => page(StatusCode::BAD_REQUEST, &self.pages.wrong),
            Verdict::Pass | Verdict::Refuse { .. } => page(StatusCode::NOT_FOUND, ""),
        }
    }
}

fn page(status: StatusCode, html: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(html.to_owned())));
    *response.status_mut() = status;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        // The address has the code in it.
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, http::HeaderValue::from_static(value));
    }
    response
}
