//! Every code that can reach a screen has its sentence and its help, in both languages, and no
//! message of Rust's is written for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tsunagi_connectors::Why;
use tsunagi_console::log::Action;
use tsunagi_console::messages;
use tsunagi_console::views::Locale;
use tsunagi_domain::retention::Retention;
use tsunagi_domain::{NotConnected, Reach, RefusalCode};

/// What Rust owns in the message files; everything else is the screens'.
const OWNED: [&str; 9] = [
    "error.", "step.", "outcome.", "tray.", "window.", "word.", "report.", "event.", "why.",
];

fn table(locale: &str) -> BTreeMap<String, String> {
    let path = root().join(format!("../ui/messages/{locale}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The folder of the Rust sources.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    text
}

/// The words right behind `before`.
fn literals(text: &str, before: &str) -> BTreeSet<String> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"'))
        .filter_map(|rest| rest.split_once('"'))
        .map(|(word, _)| word.to_owned())
        .filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect()
}

/// Without white space, so that it does not matter how a line was broken.
fn squeezed(folder: &str) -> String {
    let mut text = sources(&root().join(folder));
    text.retain(|c| !c.is_whitespace());
    text
}

fn console() -> String {
    squeezed("crates/console/src")
}

fn shell() -> String {
    squeezed("src")
}

/// What is counted in messages: `places` of `{count:places}`.
fn counted(messages: &BTreeMap<String, String>) -> BTreeSet<String> {
    messages
        .values()
        .flat_map(|message| message.split('{').skip(1))
        .filter_map(|rest| rest.split_once('}')?.0.split_once(':'))
        .map(|(_, noun)| noun.to_owned())
        .collect()
}

/// Whether a word stands in quotes anywhere in the console or the shell.
fn is_said(word: &str) -> bool {
    let quoted = format!("\"{word}\"");
    console().contains(&quoted) || shell().contains(&quoted)
}

/// Every code whose sentence is `error.<code>`.
fn codes() -> BTreeSet<String> {
    let mut codes: BTreeSet<String> = BTreeSet::new();
    codes.extend(RefusalCode::ALL.iter().map(|code| code.as_str().to_owned()));
    let rooms = [
        tsunagi_oauth::OAuthError::CODES,
        tsunagi_vault::VaultError::CODES,
        tsunagi_catalog::CatalogError::CODES,
    ];
    codes.extend(rooms.concat().iter().map(|code| (*code).to_owned()));
    // The gate's own words, beside those it passes on.
    let gate = std::fs::read_to_string(root().join("crates/gateway/src/error.rs")).unwrap();
    codes.extend(literals(&gate, "=>"));
    let console = console();
    codes.extend(literals(&console, "ConsoleError::new("));
    let shell = shell();
    codes.extend(literals(&shell, "ConsoleError::new("));
    codes.extend(literals(&shell, "Sighting::Failed("));
    codes.extend(literals(&shell, ".map_err(|_|"));
    codes.extend(literals(&shell, "failed=|detail:String|("));
    // What the areas say of what was written.
    for (file, prefix) in [
        ("call", "call_"),
        ("panel", "panel_"),
        ("schedule", "schedule_"),
        ("workflow/check", "workflow_"),
        ("workflow/fields", "record_"),
    ] {
        let area = root().join(format!("crates/areas/src/{file}.rs"));
        let said = literals(&std::fs::read_to_string(area).unwrap(), "=>");
        codes.extend(said.into_iter().filter(|word| word.starts_with(prefix)));
    }
    // A flow's outcome that is stored without an error of that name.
    codes.insert("interrupted".to_owned());
    codes.insert(NotConnected::ScopesMissing.as_str().to_owned());
    codes
}

/// Every key that Rust asks for.
fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for code in codes() {
        keys.insert(format!("error.{code}.help"));
        keys.insert(format!("error.{code}"));
    }
    let console = console();
    let steps = literals(&console, "self.step(errand.id,")
        .into_iter()
        .chain(literals(&console, "self.step(id,"))
        .chain(["revoked_there".to_owned(), "revoked_here".to_owned()]);
    keys.extend(steps.map(|step| format!("step.{step}")));
    for outcome in ["connected", "kept", "revoked", "running", "interrupted"] {
        keys.insert(format!("outcome.{outcome}"));
    }
    for prefix in ["tray.", "window.", "report."] {
        for rest in console.split(&format!("\"{prefix}")).skip(1) {
            let (key, _) = rest.split_once('"').unwrap();
            keys.insert(format!("{prefix}{key}"));
        }
    }
    keys.remove("window.{key}.{part}");
    for page in ["success", "denied", "wrong"] {
        for part in ["title", "text"] {
            keys.insert(format!("window.{page}.{part}"));
        }
    }
    for reach in [
        Reach::All,
        Reach::Development,
        Reach::Stage,
        Reach::Production,
    ] {
        keys.insert(format!("word.environment.{}", reach.as_str()));
    }
    for role in ["super_admin", "admin", "developer", "user", "portal_user"] {
        keys.insert(format!("word.role.{role}"));
    }
    for action in Action::ALL {
        keys.insert(format!("event.{}", action.as_str()));
    }
    for what in ["name", "scopes", "mode", "registration", "settings"] {
        keys.insert(format!("word.changed.{what}"));
    }
    for language in ["en", "ja"] {
        keys.insert(format!("word.language.{language}"));
    }
    for theme in ["system", "light", "dark"] {
        keys.insert(format!("word.theme.{theme}"));
    }
    // No fault at all.
    keys.insert("word.faults.-".to_owned());
    for plan in ["free", "paid"] {
        keys.insert(format!("word.plan.{plan}"));
    }
    let all = || std::iter::once("all".to_owned());
    for days in Retention::DAYS
        .map(|days| days.to_string())
        .into_iter()
        .chain(all())
    {
        keys.insert(format!("word.age.{days}"));
    }
    for size in Retention::MEGABYTES
        .map(|size| size.to_string())
        .into_iter()
        .chain(all())
    {
        keys.insert(format!("word.size.{size}"));
    }
    for (code, _) in Why::CODES {
        keys.insert(format!("why.{code}"));
    }
    keys.insert("word.of_scheme".to_owned());
    keys.insert("word.parser_said".to_owned());
    for fault in tsunagi_connectors::FAULTS {
        keys.insert(format!("word.fault.{fault}"));
    }
    for noun in counted(&table("en")) {
        for form in ["one", "other"] {
            keys.insert(format!("word.{noun}.{form}"));
        }
    }
    for reason in NotConnected::ALL {
        keys.insert(format!("word.reason.{}", reason.as_str()));
    }
    keys
}

#[test]
fn every_code_has_a_sentence_and_a_help_in_both_languages() {
    for key in keys() {
        for locale in [Locale::En, Locale::Ja] {
            let message = messages::find(locale, &key);
            assert!(
                message.is_some_and(|message| !message.trim().is_empty()),
                "{key} is missing in {locale:?}"
            );
        }
    }
}

#[test]
fn one_thing_is_not_told_as_many() {
    let said = |code: &str, args: &[(&str, &str)]| {
        let args = args
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let args = args.collect();
        [Locale::En, Locale::Ja].map(|locale| messages::failure(locale, code, &args).message)
    };
    assert_eq!(
        said("still_used", &[("count", "1")]),
        [
            "It is still used in 1 place.",
            "まだ1か所で使われています。"
        ]
    );
    assert_eq!(
        said("still_used", &[("count", "11")])[0],
        "It is still used in 11 places."
    );
    let both = [
        ("service", "Kura"),
        ("connections", "1"),
        ("registrations", "2"),
    ];
    assert_eq!(
        said("connector_used", &both),
        [
            "Kura is in use: 1 connection and 2 client registrations.",
            "「Kura」は使われています (外部連携1件、クライアント登録2件)。"
        ],
        "each number has its own form"
    );
}

#[test]
fn everything_that_can_be_unreadable_has_its_name_and_what_to_do_in_both_languages() {
    for what in tsunagi_catalog::QUARANTINE {
        for locale in [Locale::En, Locale::Ja] {
            for key in ["what", "do"].map(|part| format!("ui.unreadable.{part}_{what}")) {
                assert!(
                    messages::find(locale, &key).is_some(),
                    "{key} in {locale:?}"
                );
            }
        }
    }
}

#[test]
fn the_scan_sees_the_codes_it_is_for() {
    let codes = codes();
    for code in [
        "plan_free",
        "cooling_down",
        "keyring_no_answer",
        "flow_over",
        "window_failed",
        "browser_missing",
        "practice_failed",
        "disk_full",
        "home_unwritable",
        "call_json",
        "schedule_zone",
    ] {
        assert!(codes.contains(code), "{code} can reach a screen");
    }
}

#[test]
fn no_message_of_rust_s_is_written_for_nothing() {
    let keys = keys();
    // A failure with a reason or kind may have a sentence for that reason.
    let reasons = [
        "connect",
        "dns",
        "tls",
        "timeout",
        "refused",
        "broken",
        "busy",
        "gap",
        "altered",
        "truncated",
        "head",
        "system",
        // What an input of an operation takes.
        "amount",
        "boolean",
        "name",
        "names",
        "number",
        "phone",
        "record",
        "time",
    ];
    let known = |key: &str| {
        let code = key
            .strip_prefix("error.")
            .map(|code| code.trim_end_matches(".help"));
        keys.contains(key)
            || code.is_some_and(is_said)
            || key
                .trim_end_matches(".help")
                .rsplit_once('.')
                .is_some_and(|(base, reason)| reasons.contains(&reason) && keys.contains(base))
    };
    for locale in ["en", "ja"] {
        for key in table(locale).keys() {
            let owned = OWNED.iter().any(|prefix| key.starts_with(prefix));
            assert!(!owned || known(key), "{key} in {locale} is never shown");
        }
    }
}

fn placeholders(text: &str) -> BTreeSet<String> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn both_languages_name_the_same_things() {
    let (english, japanese) = (table("en"), table("ja"));
    for (key, text) in &english {
        if OWNED.iter().any(|prefix| key.starts_with(prefix)) {
            let other = japanese.get(key).map(|text| placeholders(text));
            assert_eq!(Some(placeholders(text)), other, "{key}");
        }
    }
}

#[test]
fn a_reason_names_no_more_than_it_knows() {
    for (locale, table) in ["en", "ja"].map(|locale| (locale, table(locale))) {
        for (code, args) in Why::CODES {
            for name in placeholders(&table[&format!("why.{code}")]) {
                assert!(args.contains(&&*name), "{code} has no {name} in {locale}");
            }
        }
    }
}

#[test]
fn a_sentence_is_filled_in_with_words_of_its_language() {
    let args = BTreeMap::from([
        ("connection".to_owned(), "practice_crm".to_owned()),
        ("environment".to_owned(), "production".to_owned()),
        ("reason".to_owned(), "revoked".to_owned()),
    ]);
    let english = messages::failure(Locale::En, "not_connected", &args).message;
    assert!(
        english.contains("Production") && english.contains("revoked"),
        "{english}"
    );
    let japanese = messages::failure(Locale::Ja, "not_connected", &args).message;
    assert!(japanese.contains("本番"), "{japanese}");
    let missing = messages::text(Locale::En, "error.no_such_key", &args);
    assert_eq!(
        missing, "error.no_such_key",
        "a mistake is seen and not guessed"
    );
}
