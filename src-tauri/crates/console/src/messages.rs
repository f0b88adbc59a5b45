//! Sentences, in English and Japanese, from the same files the screens read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::views::{Failure, Locale};

type Table = BTreeMap<String, String>;

/// Stands between several values of one argument.
pub(crate) const SEVERAL: &str = ", ";

fn read(text: &str) -> Table {
    // The files are compiled in, and a test reads them: an unreadable one cannot be shipped.
    serde_json::from_str(text).unwrap_or_default()
}

static EN: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../../../ui/messages/en.json")));
static JA: LazyLock<Table> =
    LazyLock::new(|| read(include_str!("../../../../ui/messages/ja.json")));

/// The message under `key`, if there is one.
#[must_use]
pub fn find(locale: Locale, key: &str) -> Option<&'static str> {
    let table = match locale {
        Locale::En => &*EN,
        Locale::Ja => &*JA,
    };
    table.get(key).map(String::as_str)
}

/// The message under `key` with `{name}` replaced by what `args` holds. An argument whose value
/// has a word of its own (`word.environment.production`) is replaced by that word. `{count:places}`
/// is the number `count` with the noun it counts, as `word.places.one` or `.other` puts it. A missing
/// message shows as its key, so that a mistake is seen and not guessed.
#[must_use]
pub fn text(locale: Locale, key: &str, args: &BTreeMap<String, String>) -> String {
    let Some(template) = find(locale, key) else {
        return key.to_owned();
    };
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        let value = |name| args.get(name).map(String::as_str).unwrap_or_default();
        match name.split_once(':') {
            Some((name, noun)) => text.push_str(&counted(locale, noun, value(name))),
            None => text.push_str(&worded(locale, name, value(name))),
        }
        rest = tail;
    }
    text.push_str(rest);
    text
}

/// A number with what it counts: English has another form for one.
fn counted(locale: Locale, noun: &str, number: &str) -> String {
    let form = match (locale, number) {
        (Locale::En, "1") => "one",
        (Locale::En | Locale::Ja, _) => "other",
    };
    let key = format!("word.{noun}.{form}");
    find(locale, &key).map_or(key, |words| words.replace("{n}", number))
}

/// A value with a word of its own is replaced by it, and so is each of several.
fn worded(locale: Locale, name: &str, value: &str) -> String {
    let word = |value| find(locale, &format!("word.{name}.{value}"));
    let words: Option<Vec<&str>> = value.split(SEVERAL).map(word).collect();
    match (words, locale) {
        (Some(words), Locale::En) => words.join(SEVERAL),
        (Some(words), Locale::Ja) => words.join("、"),
        (None, _) => value.to_owned(),
    }
}

/// Why a file or a field of a draft is no connector: `why.<code>`, with the part of a document it
/// is about before it.
#[must_use]
pub fn why(locale: Locale, code: &str, args: &BTreeMap<String, String>) -> String {
    let sentence = text(locale, &format!("why.{code}"), args);
    match args.get(tsunagi_connectors::Why::SCHEME) {
        None => sentence,
        Some(scheme) => {
            let args = [("scheme", scheme.clone()), ("sentence", sentence)];
            let args = args.map(|(name, value)| (name.to_owned(), value)).into();
            text(locale, "word.of_scheme", &args)
        }
    }
}

/// A failure's sentence and help, from `error.<code>` and `error.<code>.help`; where the failure
/// has a reason with a sentence of its own, from `error.<code>.<reason>`.
#[must_use]
pub fn failure(locale: Locale, code: &str, args: &BTreeMap<String, String>) -> Failure {
    let mut args = args.clone();
    if let Some(word) = args.get("why") {
        let sentence = why(locale, word, &args);
        let place = args.get("where").map_or("", String::as_str);
        let detail = format!("{place}: {sentence}");
        args.insert("detail".to_owned(), detail);
    }
    let args = &args;
    let key = args
        .get("reason")
        .or_else(|| args.get("kind"))
        .map(|reason| format!("error.{code}.{reason}"))
        .filter(|key| find(locale, key).is_some())
        .unwrap_or_else(|| format!("error.{code}"));
    let own_help = format!("{key}.help");
    let mut help = if find(locale, &own_help).is_some() {
        text(locale, &own_help, args)
    } else {
        text(locale, &format!("error.{code}.help"), args)
    };
    // What a parser says is English in every language: beside the sentence, for whoever mends it.
    if args.contains_key("fault") && args.get("said").is_some_and(|said| !said.is_empty()) {
        help.push(' ');
        help.push_str(&text(locale, "word.parser_said", args));
    }
    Failure {
        code: code.to_owned(),
        message: text(locale, &key, args),
        help,
    }
}
