//! The log: a file a day in the home, seven kept, nothing secret in it.
//!
//! Redaction sits at the sink: whatever is logged, by whichever crate, passes [`redact`] on its
//! way to the file.

use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// What a secret is replaced by.
const MASK: &str = "••••";

static SECRETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // Authorization headers.
        r"(?i)\b(bearer|basic|zoho-oauthtoken)\s+[A-Za-z0-9._~+/=-]{4,}",
        // JSON Web Tokens.
        r"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(\.[A-Za-z0-9_-]*)?",
        // Fields of forms, queries and JSON.
        r#"(?i)\b(access_token|refresh_token|id_token|client_secret|code_verifier|code|state|nonce|token|password|passphrase)\b["']?\s*[=:]\s*["']?[^\s"'&,;})]{6,}"#,
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// Replaces what looks like a secret.
pub(crate) fn redact(line: &str) -> String {
    let mut line = line.to_owned();
    for pattern in SECRETS.iter() {
        line = pattern
            .replace_all(&line, |found: &regex::Captures<'_>| {
                let name = found.get(1).map(|name| name.as_str()).filter(|name| {
                    name.chars()
                        .all(|c| c.is_ascii_alphabetic() || c == '_' || c == '-')
                });
                name.map_or_else(|| MASK.to_owned(), |name| format!("{name} {MASK}"))
            })
            .into_owned();
    }
    line
}

/// Begins logging to `<home>/logs`. What is returned must be kept: dropping it writes the rest.
pub(crate) fn begin(home: &Path) -> Option<tracing_appender::non_blocking::WorkerGuard> {
    let files = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("tsunagi")
        .filename_suffix("log")
        .max_log_files(7)
        .build(home.join("logs"))
        .ok()?;
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
mod tests {
    use super::redact;

    #[test]
    fn secrets_in_any_form_are_masked_at_the_sink() {
        for (line, secret) in [
            ("Authorization: Bearer abcDEF123456", "abcDEF123456"),
            (
                "POST /token code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj",
                "SplxlOBeZQQYbYS6WxSbIA",
            ),
            (
                "POST /token code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj",
                "af0ifjsldkj",
            ),
            (
                r#"{"access_token":"mF_9.B5f-4.1JqM","token_type":"Bearer"}"#,
                "mF_9.B5f-4.1JqM",
            ),
            ("jwt eyJhbGciOi.eyJzdWIiOi.c2lnbmF0 end", "eyJzdWIiOi"),
            (
                "Zoho-oauthtoken 1000.8cb99dxxxxxxxxxxxxx9be93",
                "1000.8cb99d",
            ),
            ("refresh_token = 'rt-0123456789'", "rt-0123456789"),
        ] {
            let masked = redact(line);
            assert!(
                !masked.contains(secret),
                "{line} became {masked}, which shows the secret"
            );
        }
    }

    #[test]
    fn ordinary_lines_stay_readable() {
        let line = "flow ended flow=019a outcome=\"connected\" status=200";
        assert_eq!(redact(line), line, "nothing in it is a secret");
    }
}
