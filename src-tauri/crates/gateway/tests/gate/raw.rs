//! A server that answers with whatever bytes a test wants, however wrong.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The other end of one connection.
pub(crate) struct Pipe(TcpStream);

impl Pipe {
    /// Sends bytes as they are; says whether the client still listens.
    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).is_ok() && self.0.flush().is_ok()
    }

    /// Sends a piece of a chunked body (RFC 9112 §7.1).
    pub(crate) fn chunk(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let bytes = bytes.as_ref();
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.say(chunk)
    }

    /// Sends so until the client has hung up.
    pub(crate) fn until_nobody_listens(&mut self, mut say: impl FnMut(&mut Self) -> bool) {
        while say(self) {}
    }

    /// Waits until the client has hung up.
    pub(crate) fn waits(&mut self) {
        while self.0.read(&mut [0; 64]).is_ok_and(|read| read > 0) {}
    }
}

pub(crate) const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// The server.
pub(crate) struct Raw {
    pub(crate) origin: String,
    heads: Arc<Mutex<Vec<String>>>,
    /// Rung whenever an answer is over: the client has hung up, or heard all.
    over: tokio::sync::mpsc::UnboundedReceiver<()>,
}

impl Raw {
    /// Answers each request so, and then hangs up.
    pub(crate) fn start(answer: impl Fn(&mut Pipe) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (rung, over) = tokio::sync::mpsc::unbounded_channel();
        let (kept, answer) = (Arc::clone(&heads), Arc::new(answer));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (heads, answer, rung) = (Arc::clone(&kept), Arc::clone(&answer), rung.clone());
                std::thread::spawn(move || {
                    let mut pipe = Pipe(client);
                    if let Some(head) = head_of(&mut pipe.0) {
                        heads.lock().unwrap().push(head);
                        answer(&mut pipe);
                        drop(pipe);
                        let _ = rung.send(());
                    }
                });
            }
        });
        Self {
            origin,
            heads,
            over,
        }
    }

    /// What it was asked, as it was written.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// Until one more answer is over.
    pub(crate) async fn is_over(&mut self) {
        self.over.recv().await.expect("an answer ends");
    }
}

fn head_of(stream: &mut TcpStream) -> Option<String> {
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
