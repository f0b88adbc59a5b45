//! Starting programs: announced, with their output shown, and read where totals are wanted.

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::error::Error;

/// A command line as a person would type it, for messages. Variables are left out: they may hold secrets.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    // Cargo's own path says nothing to a person; that of a built program does.
    let program = if program.file_stem().is_some_and(|stem| stem == "cargo") {
        "cargo".into()
    } else {
        program.to_string_lossy()
    };
    let arguments = command.get_args().map(|part| part.to_string_lossy());
    std::iter::once(program)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A program of this toolchain: Windows starts npm and npx through their `.cmd` files only.
pub fn program(name: &str) -> Command {
    if cfg!(windows) && matches!(name, "npm" | "npx") {
        return Command::new(format!("{name}.cmd"));
    }
    if name == "cargo" {
        // Cargo tells its children which cargo they run under; a rustup proxy could choose another.
        return Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    }
    Command::new(name)
}

fn announce(command: &Command) {
    eprintln!("\n$ {}", line(command));
}

fn verdict(command: &Command, status: ExitStatus) -> Result<(), Error> {
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        line: line(command),
        status: status.to_string(),
    })
}

/// Starts a program without waiting for it.
///
/// # Errors
/// [`Error::Start`].
pub fn spawn(command: &mut Command) -> Result<Child, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .spawn()
        .map_err(|source| Error::Start { program, source })
}

/// Announces and runs a program with the terminal's own streams.
///
/// # Errors
/// [`Error::Start`], or [`Error::Failed`] where it exits with anything but 0.
pub fn show(command: &mut Command) -> Result<(), Error> {
    announce(command);
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .map_err(|source| Error::Start { program, source })?;
    verdict(command, status)
}

/// Runs a program silently and returns its standard output; `None` where it is missing or fails.
pub fn ask(name: &str, arguments: &[&str]) -> Option<String> {
    let output = program(name)
        .args(arguments)
        .stderr(Stdio::null())
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// What a watched program did.
pub struct Watched {
    /// Its standard output, without colors.
    pub output: String,
    /// Whether it exited with 0.
    pub success: bool,
    /// Whether it ran out of time.
    pub timed_out: bool,
}

/// Announces and runs a program, shows its standard output as it comes and keeps it.
///
/// `limit` is how long it may take; `end` is then called to end it and all it started.
///
/// # Errors
/// [`Error::Start`]. A failure of the program is told in [`Watched`].
pub fn watch(
    command: &mut Command,
    limit: Option<Duration>,
    end: impl Fn(),
) -> Result<Watched, Error> {
    announce(command);
    let mut child = spawn(command.stdout(Stdio::piped()).stdin(Stdio::null()))?;
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || stdout.map(pass_on).unwrap_or_default());
    let started = Instant::now();
    let mut timed_out = false;
    let success = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) if limit.is_some_and(|limit| started.elapsed() > limit) => {
                timed_out = true;
                end();
                // Whatever `end` could not name: the child itself is known.
                let _ = child.kill();
                let _ = child.wait();
                break false;
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(50)),
            Err(_) => break false,
        }
    };
    // Something left running would hold the pipe open, and the reader with it, for ever.
    end();
    let output = reader.join().unwrap_or_default();
    Ok(Watched {
        output,
        success,
        timed_out,
    })
}

/// Shows lines as they come, and returns them all without colors.
fn pass_on(from: impl std::io::Read) -> String {
    let mut kept = String::new();
    let mut reader = BufReader::new(from);
    let mut raw = Vec::new();
    while reader
        .read_until(b'\n', &mut raw)
        .is_ok_and(|read| read > 0)
    {
        let mut out = std::io::stdout().lock();
        // A closed terminal must not stop the tests.
        let _ = out.write_all(&raw).and_then(|()| out.flush());
        kept.push_str(&plain(&String::from_utf8_lossy(&raw)));
        raw.clear();
    }
    kept
}

/// Text without terminal color sequences (ECMA-48 "CSI … final byte").
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        if chars.next() == Some('[') {
            // Parameters are 0x30..=0x3F, intermediates 0x20..=0x2F; the first other one ends the sequence.
            for c in chars.by_ref() {
                if !matches!(c, ' '..='?') {
                    break;
                }
            }
        }
    }
    out
}

/// Asks a yes-or-no question; anything but yes is no. Where nobody can answer, it does not ask, and it is no.
pub fn confirm(question: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// The full path of a program, searched as a shell would.
pub fn which(name: &str) -> Option<std::path::PathBuf> {
    let extensions: &[&str] = if cfg!(windows) {
        &[".exe", ".cmd"]
    } else {
        &[""]
    };
    std::env::split_paths(&std::env::var_os("PATH")?)
        .flat_map(|folder| {
            extensions
                .iter()
                .map(move |end| folder.join(format!("{name}{end}")))
        })
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_taken_out_and_text_is_kept() {
        assert_eq!(
            plain("\u{1b}[1;32mok\u{1b}[0m done\n"),
            "ok done\n",
            "totals are read from plain text"
        );
        assert_eq!(
            plain("環境 \u{1b}[39m12"),
            "環境 12",
            "text beyond ASCII survives"
        );
        assert_eq!(plain("\u{1b}["), "", "a cut sequence does not panic");
    }

    #[test]
    fn a_missing_program_is_an_answer_and_no_panic() {
        assert_eq!(
            ask("no-such-program-here", &[]),
            None,
            "doctor prints missing programs"
        );
    }
}
