//! *Copy as*: a call as another program would send it, with placeholders for the credential.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use tsunagi_gateway::Specimen;

/// What a call is copied as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "CodeLanguage"))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// A command line for a POSIX shell.
    Curl,
    /// Rust, with `reqwest`.
    Rust,
    /// Python, with `requests`.
    Python,
    /// JavaScript, with `fetch`.
    #[serde(rename = "javascript")]
    JavaScript,
}

/// A call as a program of this language would send it. Whatever was typed into the call is data
/// there: nothing of it is read as the language.
#[must_use]
pub fn code(specimen: &Specimen, language: Language) -> String {
    let body = String::from_utf8_lossy(&specimen.body);
    let body = (!body.is_empty()).then_some(&*body);
    match language {
        Language::Curl => curl(specimen, body),
        Language::Rust => rust(specimen, body),
        Language::Python => python(specimen, body),
        Language::JavaScript => javascript(specimen, body),
    }
}

/// Between single quotes nothing is special to a POSIX shell but the quote (POSIX.1-2017, Shell
/// Command Language, 2.2.2).
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `--globoff`: without it curl takes `[1-3]` and `{a,b}` in an address for several addresses.
fn curl(specimen: &Specimen, body: Option<&str>) -> String {
    let mut text = match specimen.method.as_str() {
        // `-X HEAD` would wait for a body.
        "HEAD" => "curl --globoff --head".to_owned(),
        method => format!("curl --globoff -X {method}"),
    };
    let _ = write!(text, " {}", shell(specimen.url.as_str()));
    for (name, value) in &specimen.headers {
        let line = match value.as_str() {
            // curl leaves out a header without a value, unless it ends so.
            "" => format!("{name};"),
            value => format!("{name}: {value}"),
        };
        let _ = write!(text, " \\\n  -H {}", shell(&line));
    }
    if let Some((user, password)) = &specimen.basic {
        let _ = write!(text, " \\\n  -u {}", shell(&format!("{user}:{password}")));
    }
    if let Some(body) = body {
        // As it is: `--data` would take a leading `@` for a file, and drop line ends from one.
        let _ = write!(text, " \\\n  --data-raw {}", shell(body));
    }
    text.push('\n');
    text
}

/// A string literal of JSON, which is one of JavaScript too (ECMA-262, JSON superset), and of
/// Python: its escapes are `\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t` and `\uXXXX`.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A raw string literal of Rust, with as many `#` as it takes.
fn raw(text: &str) -> String {
    // A bare CR is in no raw string literal (Rust Reference, *Raw string literals*).
    if !text.contains(['"', '\\']) || text.contains('\r') {
        return format!("{text:?}");
    }
    let mut hashes = String::from("#");
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

fn rust(specimen: &Specimen, body: Option<&str>) -> String {
    let mut text = format!(
        "let response = reqwest::Client::new()\n    .request(reqwest::Method::{}, {})\n",
        specimen.method,
        raw(specimen.url.as_str())
    );
    for (name, value) in &specimen.headers {
        let _ = writeln!(text, "    .header({}, {})", raw(name), raw(value));
    }
    if let Some((user, password)) = &specimen.basic {
        let (user, password) = (raw(user), raw(password));
        let _ = writeln!(text, "    .basic_auth({user}, Some({password}))");
    }
    if let Some(body) = body {
        let _ = writeln!(text, "    .body({})", raw(body));
    }
    text.push_str("    .send()\n    .await?;\n");
    text.push_str("println!(\"{}\\n{}\", response.status(), response.text().await?);\n");
    text
}

fn python(specimen: &Specimen, body: Option<&str>) -> String {
    let mut text = format!(
        "import requests\n\nresponse = requests.request(\n    \"{}\",\n    {},\n",
        specimen.method,
        quoted(specimen.url.as_str())
    );
    text.push_str("    headers={\n");
    headers(&mut text, "        ", specimen);
    text.push_str("    },\n");
    if let Some((user, password)) = &specimen.basic {
        let _ = writeln!(text, "    auth=({}, {}),", quoted(user), quoted(password));
    }
    if let Some(body) = body {
        let _ = writeln!(text, "    data={}.encode(),", quoted(body));
    }
    text.push_str("    timeout=40,\n)\nprint(response.status_code, response.text)\n");
    text
}

fn javascript(specimen: &Specimen, body: Option<&str>) -> String {
    let mut text = format!(
        "const response = await fetch({}, {{\n  method: \"{}\",\n",
        quoted(specimen.url.as_str()),
        specimen.method
    );
    text.push_str("  headers: {\n");
    headers(&mut text, "    ", specimen);
    if let Some((user, password)) = &specimen.basic {
        let pair = quoted(&format!("{user}:{password}"));
        let _ = writeln!(text, "    Authorization: \"Basic \" + btoa({pair}),");
    }
    text.push_str("  },\n");
    if let Some(body) = body {
        let _ = writeln!(text, "  body: {},", quoted(body));
    }
    text.push_str("});\nconsole.log(response.status, await response.text());\n");
    text
}

/// The headers as lines of an object, or of a dictionary.
fn headers(text: &mut String, margin: &str, specimen: &Specimen) {
    for (name, value) in &specimen.headers {
        let _ = writeln!(text, "{margin}{}: {},", quoted(name), quoted(value));
    }
}

#[cfg(test)]
mod tests;
