#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;

/// What would break out of its quotes, if anything does.
const NASTY: &str = "it's \"#quoted\"##, $(touch x) `id` \\ ${HOME} %0a\n山🌸 </script>";

fn specimen() -> Specimen {
    Specimen {
        method: http::Method::POST,
        url: "https://h.example/a?x='%22&y=[1-3]{a,b}".parse().unwrap(),
        headers: vec![
            ("x-note".to_owned(), "it's \"this\" $HOME".to_owned()),
            (
                "authorization".to_owned(),
                "Bearer YOUR_ACCESS_TOKEN".to_owned(),
            ),
        ],
        basic: None,
        body: NASTY.as_bytes().to_vec(),
    }
}

/// Runs a program on a script, where the program is there.
fn run(program: &str, arguments: &[&str], script: &str) -> Option<String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}: {script}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_shell_reads_the_command_as_it_was_meant() {
    let script = format!(
        "curl() {{ for one in \"$@\"; do printf '%s\\0' \"$one\"; done; }}\n{}",
        code(&specimen(), Language::Curl)
    );
    let told = run("sh", &[], &script).expect("a POSIX shell");
    let told: Vec<&str> = told.trim_end_matches('\0').split('\0').collect();
    assert_eq!(
        told,
        [
            "--globoff",
            "-X",
            "POST",
            "https://h.example/a?x=%27%22&y=[1-3]{a,b}",
            "-H",
            "x-note: it's \"this\" $HOME",
            "-H",
            "authorization: Bearer YOUR_ACCESS_TOKEN",
            "--data-raw",
            NASTY,
        ]
    );
}

#[test]
fn python_reads_what_was_meant() {
    let script = code(&specimen(), Language::Python).replace(
        "import requests\n",
        "import sys\nclass requests:\n  def request(*a, headers, data, timeout):\n    sys.stdout.buffer.write(data)\n    sys.exit(0)\n",
    );
    assert_eq!(run("python3", &["-"], &script).expect("python3"), NASTY);
}

#[test]
fn javascript_reads_what_was_meant() {
    let script = format!(
        "const fetch = (_, sent) => {{ process.stdout.write(sent.body); process.exit(0); }};\n{}",
        code(&specimen(), Language::JavaScript)
    );
    let told = run("node", &["--input-type=module", "-"], &script).expect("node");
    assert_eq!(told, NASTY);
}

#[test]
fn rust_reads_what_was_meant() {
    for text in [NASTY, "plain", "a\rb\"", "\"##\"#", "r#\"x\"#"] {
        let literal = raw(text);
        let read = match literal.strip_prefix('r') {
            Some(rest) => {
                let hashes = rest.len() - rest.trim_start_matches('#').len();
                let inner = &rest[hashes + 1..rest.len() - hashes - 1];
                assert!(!inner.contains(&format!("\"{}", "#".repeat(hashes))));
                inner.to_owned()
            }
            // What `{:?}` writes is a literal of the same text (`str::escape_debug`).
            None => {
                assert_eq!(literal, format!("{text:?}"));
                text.to_owned()
            }
        };
        assert_eq!(read, text);
    }
}

#[test]
fn basic_is_left_to_each_programs_own_way() {
    let basic = Specimen {
        basic: Some(("YOUR_ACCOUNT_SID".to_owned(), "YOUR_AUTH_TOKEN".to_owned())),
        body: Vec::new(),
        headers: Vec::new(),
        method: http::Method::HEAD,
        ..specimen()
    };
    for (language, said) in [
        (Language::Curl, "-u 'YOUR_ACCOUNT_SID:YOUR_AUTH_TOKEN'"),
        (
            Language::Rust,
            ".basic_auth(\"YOUR_ACCOUNT_SID\", Some(\"YOUR_AUTH_TOKEN\"))",
        ),
        (
            Language::Python,
            "auth=(\"YOUR_ACCOUNT_SID\", \"YOUR_AUTH_TOKEN\")",
        ),
        (
            Language::JavaScript,
            "\"Basic \" + btoa(\"YOUR_ACCOUNT_SID:YOUR_AUTH_TOKEN\")",
        ),
    ] {
        let text = code(&basic, language);
        assert!(text.contains(said), "{text}");
    }
    assert!(code(&basic, Language::Curl).starts_with("curl --globoff --head '"));
}
