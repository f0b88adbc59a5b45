#![allow(clippy::unwrap_used)]
use std::io::{Read as _, Write as _};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::time::Duration;

use super::{answers, has_greeted, parsed, unescaped};

/// Short, since every test that shows silence waits as long.
const SHORT: Duration = Duration::from_millis(300);
/// Long enough for any machine; no test waits for it.
const LONG: Duration = Duration::from_secs(30);

/// A bus that takes one connection and, once it was greeted, says `words` and nothing more.
fn bus(words: &'static [u8]) -> (tempfile::TempDir, SocketAddr) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bus");
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let _ = client.read(&mut [0; 512]);
        let _ = client.write_all(words);
        // Held open until whoever asks has enough.
        let _ = client.read_to_end(&mut Vec::new());
    });
    (folder, SocketAddr::from_pathname(path).unwrap())
}

#[test]
fn a_bus_that_never_answers_is_silent() {
    let (_folder, silent) = bus(b"");
    assert!(
        !answers(silent, SHORT),
        "it takes connections and says nothing"
    );
    let (_folder, half) = bus(b"DATA\r\nOK 1234\r\n");
    assert!(
        !answers(half, SHORT),
        "nor does it do to let people in and answer none of their calls"
    );
}

#[test]
fn a_bus_that_takes_no_more_connections_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bus");
    // Listens, and nobody ever accepts: as a bus that was stopped does.
    let _listener = UnixListener::bind(&path).unwrap();
    let stopped = SocketAddr::from_pathname(&path).unwrap();
    assert!(!answers(stopped, SHORT), "connected to, and that is all");
}

#[test]
fn a_bus_that_says_anything_is_left_to_those_who_use_it() {
    for words in [
        &b"DATA\r\nOK 1234\r\nl\x02\x01\x01"[..],
        b"OK 1234\r\nl\x02",
        b"REJECTED EXTERNAL\r\n",
        b"ERROR\r\n",
    ] {
        let (_folder, there) = bus(words);
        assert!(
            answers(there, LONG),
            "it answers with {:?}",
            String::from_utf8_lossy(words)
        );
    }
    let gone = SocketAddr::from_pathname("/nowhere/at/all").unwrap();
    assert!(answers(gone, LONG), "no bus at all is found out at once");
}

#[test]
fn an_answer_may_come_in_pieces() {
    let whole = b"DATA\r\nOK 1234deadbeef\r\nl";
    for end in 0..whole.len() {
        assert!(
            !has_greeted(&whole[..end]),
            "not yet: {:?}",
            String::from_utf8_lossy(&whole[..end])
        );
    }
    assert!(has_greeted(whole), "the first byte of a message is enough");
}

#[test]
fn addresses_are_read_as_they_are_written() {
    let path = |addresses: &str| {
        let socket = parsed(addresses)?;
        Some(socket.as_pathname()?.to_str()?.to_owned())
    };
    assert_eq!(
        path("unix:path=/run/user/1000/bus,guid=12").as_deref(),
        Some("/run/user/1000/bus")
    );
    assert_eq!(
        path("tcp:host=localhost,port=1;unix:guid=12,path=/tmp/a%20b%2c").as_deref(),
        Some("/tmp/a b,"),
        "the first that is a socket here, with its escapes"
    );
    assert!(
        parsed("unix:abstract=/tmp/dbus-1").is_some_and(|socket| socket.as_pathname().is_none()),
        "one without a file"
    );
    for other in [
        "disabled:",
        "autolaunch:",
        "tcp:host=a,port=1",
        "unix:tmpdir=/tmp",
        "x",
    ] {
        assert!(parsed(other).is_none(), "{other} is not asked");
    }
    assert_eq!(unescaped("100%"), "100%", "what is no escape stays");
}
