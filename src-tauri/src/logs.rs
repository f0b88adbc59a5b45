//! The log: a file a day in the home, seven kept, nothing secret in it.
//!
//! Redaction sits at the sink: whatever is logged, by whichever crate, passes [`redact`] on its
//! way to the file.

use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What a secret is replaced by.
const MASK: &str = "••••";

/// Credentials that are known by their form, wherever they stand.
static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[
        // Private keys.
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
        // Authorization headers, plain and in URLs.
        r"(?i)\b(?P<name>bearer|basic|zoho-oauthtoken)(?:\s|%20|\+)+[A-Za-z0-9._~+/=%-]{4,}",
        // JSON Web Tokens.
        r"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?",
        // Tokens with a maker's mark.
        r"\b(?:1000\.[0-9a-f]{16,}\.[0-9a-f]{16,}|ya29\.[\w-]{10,}|gh[oprsu]_\w{20,}|xox[a-z]-[\w-]{10,}|[rs]k_(?:live|test)_\w{8,})",
        // User and password in an address.
        r"(?P<name>[a-z]+)://[^\s/@:]*:[^\s/@]+@",
    ])
});

/// Headers whose whole value is the secret.
static HEADERS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[
        r#"(?i)\b(?P<name>(?:proxy-)?authorization|(?:set-)?cookie)(?:(?:\\*["'])?\s*[:=,]\s*(?:\\+"[^"]*"?|"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?)|\s*:\s*[^\r\n"']+)"#,
    ])
});

/// Fields of forms, queries, JSON and debug output: a name, what stands between, a value.
static FIELDS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[concat!(
        r"(?i)(?P<name>(?:\b|%26|%3f|%23)(?:code|state|nonce)|[a-z0-9_-]*(?:token|secret|password|passphrase|passwd|verifier|assertion|api[_-]?key))",
        r#"(?P<between>(?:\\*["']\s*[:=,]|\s*(?:=>|[=:])|(?:%22)?%3[ad])\s*(?:[a-z]+\()*)"#,
        r#"(?P<value>\\+"[^"]*"?|"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?|[^\s"'&,;})\]]+)"#,
    )])
});

fn patterns(patterns: &[&str]) -> Vec<Regex> {
    // All of them compile: `every_pattern_compiles` sees to it.
    patterns
        .iter()
        .filter_map(|pattern| Regex::new(pattern).ok())
        .collect()
}

/// Replaces what looks like a secret.
pub(crate) fn redact(line: &str) -> String {
    let mut line = line.to_owned();
    for pattern in FORMS.iter().chain(HEADERS.iter()) {
        line = pattern
            .replace_all(&line, |found: &Captures<'_>| {
                found.name("name").map_or_else(
                    || MASK.to_owned(),
                    |name| format!("{} {MASK}", name.as_str()),
                )
            })
            .into_owned();
    }
    for pattern in FIELDS.iter() {
        let masked = pattern.replace_all(&line, |found: &Captures<'_>| {
            if says_something(&line, found) {
                found[0].to_owned()
            } else {
                format!("{}{}{MASK}", &found["name"], &found["between"])
            }
        });
        line = masked.into_owned();
    }
    line
}

/// `code` and `state` are also the names of words of this program, such as `code=window_closed`.
/// Those stay readable: a value of plain words, no parameter of an address. Authorization codes
/// and states are long and random, and do not look so.
fn says_something(line: &str, found: &Captures<'_>) -> bool {
    let (Some(whole), Some(value)) = (found.get(0), found.name("value")) else {
        return false;
    };
    let of_address = line[..whole.start()].ends_with(['?', '&', '#']);
    let value = value.as_str().trim_matches(['"', '\'', '\\']);
    let words = value.len() <= 40
        && value.split('_').all(|word| {
            (1..=14).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase())
        });
    matches!(&found["name"], "code" | "state") && words && !of_address
}

/// Begins logging to `<home>/logs`. What is returned must be kept: dropping it writes the rest.
pub(crate) fn begin(home: &Path) -> Option<tracing_appender::non_blocking::WorkerGuard> {
    let folder = home.join("logs");
    // It counts old files before it makes the folder, and complains on the terminal.
    let _ = std::fs::create_dir_all(&folder);
    let files = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("tsunagi")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder);
    let Ok(files) = files else {
        let _ = writeln!(std::io::stderr(), "The log cannot be written.");
        return None;
    };
    let (writer, guard) = tracing_appender::non_blocking(files);
    let filter = EnvFilter::try_from_env("TSUNAGI_LOG").unwrap_or_else(|_| {
        EnvFilter::new("warn,tsunagi=info,tsunagi_shell=info,tsunagi_console=info,tsunagi_gateway=info,tsunagi_oauth=info,tsunagi_catalog=info,tsunagi_vault=info,tsunagi_practice=info")
    });
    let logging = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_env_filter(filter)
        .with_writer(Redacting(writer))
        .try_init();
    if logging.is_err() {
        // Somebody else logs already, as tests do.
        return None;
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let said = panic
            .payload()
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.payload().downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let line = redact(&format!("panic at {place}: {said}"));
        tracing::error!("{line}");
        let _ = writeln!(std::io::stderr(), "{line}");
    }));
    Some(guard)
}

#[derive(Clone)]
struct Redacting(tracing_appender::non_blocking::NonBlocking);

struct Line {
    text: Vec<u8>,
    writer: tracing_appender::non_blocking::NonBlocking,
}

impl<'a> MakeWriter<'a> for Redacting {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line {
            text: Vec::new(),
            writer: self.0.clone(),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // A secret may come in pieces: the line is looked at as a whole, when it is complete.
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let line = redact(&String::from_utf8_lossy(&self.text));
        let _ = self.writer.write_all(line.as_bytes());
    }
}

#[cfg(test)]
mod tests;
