//! A desktop of one's own, in memory: display, message bus, keyring and home, gone when it is dropped.
//!
//! Linux only. Everything started in it carries the variable [`MARK`] with the session's own value, and so do their
//! children; at the end exactly those processes are ended, daemons that detached themselves included.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::command;
use crate::error::Error;

/// The variable by which a session's processes are known.
const MARK: &str = "TSUNAGI_SESSION";

/// Opens the keyring with the password on its standard input, then becomes the program.
///
/// Inside the bus, as the daemon must find it. The daemon detaches once the keyring is open.
const OPEN_KEYRING: &str = r#"printf '%s' "$TSUNAGI_KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 125
unset TSUNAGI_KEYRING_PASSWORD
exec "$@"
"#;

/// The running session.
pub struct Session {
    mark: String,
    display: String,
    home: PathBuf,
    scratch: tempfile::TempDir,
    server: Option<Child>,
}

impl Session {
    /// Starts a display of the size all screenshots have. `home` is kept between sessions where given, else fresh.
    ///
    /// # Errors
    /// Where the display server is missing or does not start.
    pub fn start(home: Option<&Path>) -> Result<Self, Error> {
        let scratch = tempfile::Builder::new()
            .prefix("tsunagi-")
            .tempdir()
            .map_err(Error::file(std::env::temp_dir()))?;
        let runtime = scratch.path().join("run");
        let home = home.map_or_else(|| scratch.path().join("home"), Path::to_path_buf);
        // The bus and the keyring refuse a runtime folder that others can enter.
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&runtime)
            .map_err(Error::file(&runtime))?;
        fs::create_dir_all(&home).map_err(Error::file(&home))?;
        fs::set_permissions(&home, fs::Permissions::from_mode(0o700))
            .map_err(Error::file(&home))?;
        let mark = scratch
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut session = Self {
            mark,
            display: String::new(),
            home,
            scratch,
            server: None,
        };
        let opener = session.opener();
        fs::write(&opener, OPEN_KEYRING).map_err(Error::file(&opener))?;
        session.open_display()?;
        Ok(session)
    }

    /// The display's name, such as `:99`.
    pub fn display(&self) -> &str {
        &self.display
    }

    fn authority(&self) -> PathBuf {
        self.scratch.path().join("xauthority")
    }

    fn opener(&self) -> PathBuf {
        self.scratch.path().join("with-keyring")
    }

    /// Starts the X server on a number that it finds free itself, with a cookie, so that no other user gets in.
    fn open_display(&mut self) -> Result<(), Error> {
        let cookie = cookie()?;
        // The server takes any cookie of the file; the number is known only once it runs.
        self.allow(":0", &cookie)?;
        let mut xvfb = command::program("Xvfb");
        xvfb.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x900x24",
            "-nolisten",
            "tcp",
            "-noreset",
            "-auth",
        ])
        .arg(self.authority())
        .env(MARK, &self.mark)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
        let mut server = command::spawn(&mut xvfb)?;
        let stdout = server.stdout.take();
        self.server = Some(server);
        let mut number = String::new();
        if let Some(stdout) = stdout {
            // A server that cannot start closes the pipe, which ends the wait.
            let _ = BufReader::new(stdout).read_line(&mut number);
        }
        let number = number.trim();
        if number.is_empty() {
            return Err(Error::Need(
                "Xvfb found no free display; is /tmp/.X11-unix writable?".to_owned(),
            ));
        }
        self.display = format!(":{number}");
        self.allow(&self.display.clone(), &cookie)
    }

    fn allow(&self, display: &str, cookie: &str) -> Result<(), Error> {
        let mut xauth = command::program("xauth");
        xauth
            .arg("-q")
            .arg("-f")
            .arg(self.authority())
            .args(["add", display, ".", cookie]);
        let status = xauth
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|source| Error::Start {
                program: "xauth".to_owned(),
                source,
            })?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::Need(
                "xauth could not write the display's key".to_owned(),
            ))
        }
    }

    /// A command that sees this display, home and runtime folder, but no bus.
    pub fn tool(&self, program: &str) -> Command {
        let mut command = command::program(program);
        self.surround(&mut command);
        command
    }

    /// A command in this desktop: on its own bus, with the keyring open.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = command::program("dbus-run-session");
        command.args(["--", "sh"]).arg(self.opener()).arg(program);
        self.surround(&mut command);
        command.env("TSUNAGI_KEYRING_PASSWORD", "only for this session");
        command
    }

    fn surround(&self, command: &mut Command) {
        for name in [
            "DBUS_SESSION_BUS_ADDRESS",
            "WAYLAND_DISPLAY",
            "GNOME_KEYRING_CONTROL",
            "SSH_AUTH_SOCK",
            "SESSION_MANAGER",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "LC_ALL",
            "LANGUAGE",
        ] {
            command.env_remove(name);
        }
        command
            .env(MARK, &self.mark)
            .env("DISPLAY", &self.display)
            .env("XAUTHORITY", self.authority())
            .env("HOME", &self.home)
            .env("XDG_RUNTIME_DIR", self.scratch.path().join("run"))
            .env("XDG_SESSION_TYPE", "x11")
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .env("LANG", "C.UTF-8");
    }

    /// Ends every process of this session but the display: first kindly, after three seconds for good.
    pub fn end_programs(&self) {
        let server = self.server.as_ref().map(Child::id);
        for signal in [Signal::TERM, Signal::KILL] {
            let patience = Instant::now() + Duration::from_secs(3);
            loop {
                let left: Vec<u32> = marked(&self.mark)
                    .into_iter()
                    .filter(|id| Some(*id) != server)
                    .collect();
                if left.is_empty() {
                    return;
                }
                for id in left {
                    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
                        // It may have ended meanwhile, which is what was wanted.
                        let _ = kill_process(pid, signal);
                    }
                }
                if Instant::now() > patience {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end_programs();
        if let Some(mut server) = self.server.take() {
            if let Some(pid) = i32::try_from(server.id()).ok().and_then(Pid::from_raw) {
                // Asked kindly, it removes its lock file and socket.
                let _ = kill_process(pid, Signal::TERM);
            }
            let _ = server.wait();
        }
    }
}

/// 128 random bits in hex, the form MIT-MAGIC-COOKIE-1 has.
fn cookie() -> Result<String, Error> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 16];
    fs::File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Error::file(source))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Ids of the running processes that carry this mark. Zombies have no environment left and do not count.
fn marked(mark: &str) -> Vec<u32> {
    let wanted = format!("{MARK}={mark}").into_bytes();
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|id| {
            fs::read(format!("/proc/{id}/environ")).is_ok_and(|environment| {
                environment
                    .split(|byte| *byte == 0)
                    .any(|variable| variable == wanted)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_processes_with_the_mark_are_found_and_daemons_are() {
        let mark = format!("test-{}", std::process::id());
        let mut ours = Command::new("sh")
            // The second sleep loses its parent, as a daemon does.
            .args(["-c", "(sleep 60 & ) ; exec sleep 60"])
            .env(MARK, &mark)
            .spawn()
            .unwrap();
        let mut other = Command::new("sleep")
            .arg("60")
            .env(MARK, "another")
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut found = marked(&mark);
        while found.len() < 2 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
            found = marked(&mark);
        }
        assert!(
            found.contains(&ours.id()),
            "the process itself carries the mark"
        );
        assert!(
            found.len() >= 2,
            "so does a child whose parent is gone: {found:?}"
        );
        assert!(
            !found.contains(&other.id()),
            "another session's process is not ours to end"
        );
        for id in found {
            let _ = kill_process(
                Pid::from_raw(i32::try_from(id).unwrap()).unwrap(),
                Signal::KILL,
            );
        }
        ours.wait().unwrap();
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn cookies_have_the_length_the_display_wants_and_differ() {
        let (one, two) = (cookie().unwrap(), cookie().unwrap());
        assert_eq!(one.len(), 32, "128 bits in hex");
        assert_ne!(one, two, "each session has its own key");
    }
}
