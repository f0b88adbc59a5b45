//! The session bus, before anybody relies on it.
//!
//! The toolkit talks to it twice before there is a window, both times without an end: for the bus
//! of assistive tools inside `gtk_init`, and inside `g_application_register`. The search for
//! another instance, the tray and the keyring follow. A bus that takes connections and never
//! answers would keep the program away for good, so it is asked once, with patience, before any of
//! them. One that stays silent is hidden, and all of them do what they do on a desktop without a
//! bus.

use std::io::{Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// How long a bus may take: one that is just starting answers within a second.
const PATIENCE: Duration = Duration::from_secs(5);
const VARIABLE: &str = "DBUS_SESSION_BUS_ADDRESS";
/// No transport has this name: whoever reads it gives up at once.
const NONE: &str = "disabled:";

static SILENT: AtomicBool = AtomicBool::new(false);

/// Whether a bus is there, but was hidden because it does not answer.
pub(crate) fn is_silent() -> bool {
    SILENT.load(Ordering::Relaxed)
}

/// Asks the bus, and hides it where it does not answer. To be called before anything else runs:
/// it changes the environment.
pub(crate) fn hide_if_silent() {
    let Some(socket) = socket() else { return };
    if answers(socket, PATIENCE) {
        return;
    }
    SILENT.store(true, Ordering::Relaxed);
    // SAFETY: nothing else runs yet but the thread that asked, and that one only waits for its
    // socket: no other thread can be reading the environment.
    #[allow(unsafe_code)]
    unsafe {
        std::env::set_var(VARIABLE, NONE);
    }
}

/// Where the bus listens, where that is a socket of this computer: the first that is named, else
/// the one that every session has. Others are left to those who use them.
fn socket() -> Option<SocketAddr> {
    match std::env::var_os(VARIABLE) {
        Some(named) if !named.is_empty() => parsed(named.to_str()?),
        _ => {
            let folder = std::env::var_os("XDG_RUNTIME_DIR")?;
            SocketAddr::from_pathname(Path::new(&folder).join("bus")).ok()
        }
    }
}

/// Addresses as the D-Bus specification writes them: `unix:path=/run/user/1000/bus,guid=…;…`.
fn parsed(addresses: &str) -> Option<SocketAddr> {
    addresses.split(';').find_map(|address| {
        let pairs = address.strip_prefix("unix:")?.split(',');
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(name, value)| match name {
                "path" => SocketAddr::from_pathname(Path::new(&unescaped(value))).ok(),
                "abstract" => SocketAddr::from_abstract_name(unescaped(value).as_bytes()).ok(),
                _ => None,
            })
    })
}

fn unescaped(value: &str) -> std::ffi::OsString {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    std::ffi::OsString::from_vec(bytes)
}

/// Whether a bus says anything at all. One that refuses has answered: whoever uses it hears the
/// same.
fn answers(socket: SocketAddr, patience: Duration) -> bool {
    let (sender, receiver) = channel();
    // Even connecting waits without an end where the bus takes no more connections.
    std::thread::spawn(move || {
        let _ = sender.send(greeted(&socket, patience));
    });
    receiver.recv_timeout(patience).unwrap_or(false)
}

/// Signs in and says hello as every program does. `false` only where there is no answer.
fn greeted(socket: &SocketAddr, patience: Duration) -> bool {
    let Ok(mut bus) = UnixStream::connect_addr(socket) else {
        return true;
    };
    let Some(hello) = hello() else { return true };
    let mut said = b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".to_vec();
    said.extend(hello);
    let until = Instant::now() + patience;
    if bus.write_all(&said).is_err() {
        return true;
    }
    let mut heard = Vec::new();
    let mut piece = [0; 512];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || bus.set_read_timeout(Some(left)).is_err() {
            return false;
        }
        match bus.read(&mut piece) {
            Ok(0) => return true,
            Ok(length) => heard.extend_from_slice(&piece[..length]),
            Err(error) => {
                return !matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
            }
        }
        if has_greeted(&heard) {
            return true;
        }
    }
}

/// The first message of every connection.
fn hello() -> Option<Vec<u8>> {
    let message = zbus::Message::method_call("/org/freedesktop/DBus", "Hello")
        .and_then(|message| message.destination("org.freedesktop.DBus"))
        .and_then(|message| message.interface("org.freedesktop.DBus"))
        .and_then(|message| message.build(&()));
    Some(message.ok()?.data().to_vec())
}

/// Signing in was refused, or accepted and followed by a message: lines first, then binary.
fn has_greeted(heard: &[u8]) -> bool {
    let mut rest = heard;
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let (line, after) = (&rest[..end], &rest[end + 2..]);
        if line.starts_with(b"OK") {
            return !after.is_empty();
        }
        if line.starts_with(b"REJECTED") || line.starts_with(b"ERROR") {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests;
