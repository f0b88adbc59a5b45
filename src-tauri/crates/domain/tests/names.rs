//! R19: names and link names.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use tsunagi_domain::RefusalCode;
use tsunagi_domain::names::{
    ConnectionName, LINK_NAME_MAX, LinkName, NAME_EXTRAS, NAME_MAX, suggest_link_name,
};

fn code(name: &str) -> Option<RefusalCode> {
    ConnectionName::new(name).err().map(|refusal| refusal.code)
}

fn suggest(name: &str, service: &str) -> String {
    suggest_link_name(name, service, |_| false)
        .as_str()
        .to_owned()
}

#[test]
fn names_show_as_they_were_typed() {
    assert_eq!(ConnectionName::new("Books").unwrap().to_string(), "Books");
    assert_eq!(LinkName::new("books").unwrap().to_string(), "books");
}

#[test]
fn r19_names_people_write_are_kept_as_they_are() {
    for name in [
        "Practice CRM",
        "A",
        "7",
        "顧客管理",
        "売上データ（東京・大阪）",
        "々〆ヶー",
        "Ünïcödé café",
        "Продажи 2",
        "مبيعات",
        "מכירות 3",
        "การขาย",
        "हिन्दी",
        "판매",
        "a&b@c!d:e-f_g\\h|i/j~k*l",
        "٣٤",
    ] {
        let kept = ConnectionName::new(name).unwrap();
        assert_eq!(
            kept.as_str(),
            name,
            "`{name}` is a name of letters, marks, digits and extras"
        );
    }
    for extra in NAME_EXTRAS.chars() {
        assert_eq!(
            code(&format!("a{extra}b")),
            None,
            "`{extra}` is one of the listed extras"
        );
    }
}

#[test]
fn r19_an_ideographic_space_is_a_space() {
    let name = ConnectionName::new("\u{3000}営業\u{3000}東京\u{3000}").unwrap();
    assert_eq!(
        name.as_str(),
        "営業 東京",
        "a Japanese keyboard types U+3000 where others type a plain space"
    );
    assert_eq!(
        code("\u{3000}\u{3000}"),
        Some(RefusalCode::NameEmpty),
        "and spaces alone are no name"
    );
}

#[test]
fn r19_characters_that_names_may_not_hold_are_named() {
    for (what, bad) in [
        ("emoji", '🎉'),
        ("NUL", '\0'),
        ("line feed", '\n'),
        ("tab", '\t'),
        ("escape", '\u{1b}'),
        ("right-to-left override", '\u{202e}'),
        ("left-to-right mark", '\u{200e}'),
        ("isolate", '\u{2066}'),
        ("zero-width joiner", '\u{200d}'),
        ("zero-width space", '\u{200b}'),
        ("byte order mark", '\u{feff}'),
        ("no-break space", '\u{a0}'),
        ("Hangul filler", '\u{3164}'),
        ("half-width Hangul filler", '\u{ffa0}'),
        ("private use", '\u{e000}'),
        ("noncharacter", '\u{ffff}'),
        ("less-than", '<'),
        ("quote", '"'),
        ("apostrophe", '\''),
        ("semicolon", ';'),
        ("percent", '%'),
        ("brace", '{'),
        ("ASCII parenthesis", '('),
    ] {
        let refusal = ConnectionName::new(&format!("a{bad}b")).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::NameCharacter, "{what}");
        let named = &refusal.args["character"];
        let shown = if bad.is_ascii_graphic() {
            bad.to_string()
        } else {
            bad.escape_debug().to_string()
        };
        assert_eq!(*named, shown, "{what}: the sentence shows which");
        assert!(
            !named.chars().any(char::is_control),
            "{what}: and shows it without doing what it does"
        );
    }
    assert_eq!(
        code("👨‍👩‍👧"),
        Some(RefusalCode::NameCharacter),
        "a family of emoji and joiners"
    );
}

#[test]
fn r19_a_name_that_shows_nothing_is_empty() {
    for (what, name) in [
        ("nothing", ""),
        ("spaces", "   "),
        ("white space", "\t\r\n \u{3000}"),
        ("a lone accent", "\u{301}"),
        ("a lone variation selector", "\u{fe0f}"),
        ("a dakuten with nothing under it", " \u{3099}"),
    ] {
        assert_eq!(
            code(name),
            Some(RefusalCode::NameEmpty),
            "{what} cannot be seen in a list"
        );
    }
}

#[test]
fn r19_spaces_around_a_name_go_and_those_inside_stay() {
    assert_eq!(
        ConnectionName::new("\u{3000} Practice  CRM \n")
            .unwrap()
            .as_str(),
        "Practice  CRM",
        "what a paste brings along is no part of the name"
    );
}

#[test]
fn r19_dakuten_and_accents_are_one_name_however_they_are_typed() {
    for (apart, together) in [
        ("カ\u{3099}ス会社", "ガス会社"),
        ("ハ\u{309A}ン", "パン"),
        ("cafe\u{301}", "café"),
        ("한", "한"),
    ] {
        let apart = ConnectionName::new(apart).unwrap();
        let together = ConnectionName::new(together).unwrap();
        assert_eq!(apart, together, "NFC makes them one");
    }
    // A dakuten that no composed letter holds stays a mark of its own.
    assert_eq!(
        ConnectionName::new("ま\u{3099}").unwrap().as_str(),
        "ま\u{3099}",
        "a mark is kept"
    );
}

#[test]
fn r19_fifty_characters_fit_counted_after_nfc() {
    for letter in ["a", "繋", "か\u{3099}", "e\u{301}", "𠮷"] {
        assert_eq!(code(&letter.repeat(NAME_MAX)), None, "fifty of `{letter}`");
        assert_eq!(
            code(&letter.repeat(NAME_MAX + 1)),
            Some(RefusalCode::NameTooLong),
            "fifty-one of `{letter}`"
        );
    }
    assert_eq!(
        code(&format!("  {}  ", "a".repeat(NAME_MAX))),
        None,
        "spaces around it are not counted"
    );
}

#[test]
fn r19_ten_thousand_characters_are_too_long_whatever_they_are() {
    for letter in ["a", "繋", "🎉", "\0", "\u{301}", "か\u{3099}"] {
        assert_eq!(
            code(&letter.repeat(10_000)),
            Some(RefusalCode::NameTooLong),
            "ten thousand of {letter:?}"
        );
    }
}

#[test]
fn r19_names_are_checked_when_they_are_read_too() {
    let name: ConnectionName = serde_json::from_str("\"顧客管理\"").unwrap();
    assert_eq!(
        serde_json::to_string(&name).unwrap(),
        "\"顧客管理\"",
        "it is written as text"
    );
    assert!(
        serde_json::from_str::<ConnectionName>("\"a\\u0000b\"").is_err(),
        "NUL, by JSON"
    );
    assert!(
        serde_json::from_str::<LinkName>("\"Upper\"").is_err(),
        "a link name, by JSON"
    );
}

#[test]
fn r19_link_names_are_lower_case_latin_from_a_letter_on() {
    for good in [
        "a",
        "practice_crm",
        "a1",
        "a_",
        "a__b",
        "z9_9",
        &"a".repeat(LINK_NAME_MAX),
    ] {
        assert_eq!(LinkName::new(good).unwrap().as_str(), good, "`{good}`");
    }
    for bad in [
        "",
        "_a",
        "1a",
        "A",
        "aB",
        "a-b",
        "a b",
        " a",
        "a ",
        "a\n",
        "a\0",
        "é",
        "ａ",
        "а", // Cyrillic
        "a.b",
        "顧客",
        &"a".repeat(LINK_NAME_MAX + 1),
        &"a".repeat(10_000),
    ] {
        assert_eq!(
            LinkName::new(bad).unwrap_err().code,
            RefusalCode::LinkNameInvalid,
            "{bad:?} does not match [a-z][a-z0-9_]*"
        );
    }
}

#[test]
fn r19_a_link_name_is_suggested_from_the_name_or_else_the_service() {
    for (name, service, suggested) in [
        ("Practice CRM", "practice", "practice_crm"),
        ("  Zoho -- CRM (EU)  ", "zoho_crm", "zoho_crm_eu"),
        ("Café Münster", "x", "cafe_munster"),
        ("ＣＲＭ１", "x", "crm1"),
        ("2024 Sales", "x", "sales"),
        ("顧客管理", "zoho_crm", "zoho_crm_1"),
        ("2024", "twilio", "twilio_1"),
        ("***", "twilio", "twilio_1"),
        ("", "twilio", "twilio_1"),
        ("顧客", "顧客", "connection_1"),
        ("顧客 CRM", "x", "crm"),
        ("🎉", "", "connection_1"),
    ] {
        assert_eq!(
            suggest(name, service),
            suggested,
            "for `{name}` on `{service}`"
        );
    }
}

#[test]
fn r19_a_taken_suggestion_gets_the_next_free_number() {
    let taken = ["crm", "crm_2", "twilio_1"];
    let suggest = |name| suggest_link_name(name, "twilio", |n| taken.contains(&n));
    assert_eq!(suggest("CRM").as_str(), "crm_3", "crm and crm_2 are taken");
    assert_eq!(suggest("電話").as_str(), "twilio_2", "twilio_1 is taken");
}

#[test]
fn r19_long_names_leave_room_for_the_number() {
    let name = "a".repeat(10_000);
    let first = suggest_link_name(&name, "x", |_| false);
    let second = suggest_link_name(&name, "x", |n| n == first.as_str());
    assert_eq!(first.as_str().len(), LINK_NAME_MAX, "cut to what fits");
    assert_eq!(
        second.as_str().len(),
        LINK_NAME_MAX,
        "cut further for the number"
    );
    assert!(second.as_str().ends_with("_2"), "which is there");
}

proptest! {
    #[test]
    fn r19_a_name_that_passed_passes_again_unchanged(text in "\\PC{0,60}") {
        if let Ok(name) = ConnectionName::new(&text) {
            prop_assert!(name.as_str().chars().count() <= NAME_MAX, "longer than fifty");
            prop_assert_eq!(name.as_str().trim(), name.as_str(), "spaces around it");
            prop_assert_eq!(ConnectionName::new(name.as_str()).unwrap(), name, "not settled");
        }
    }

    #[test]
    fn r19_any_text_at_all_is_answered(text in any::<String>()) {
        let _ = ConnectionName::new(&text);
        let _ = LinkName::new(&text);
    }

    #[test]
    fn r19_every_suggestion_is_a_link_name(name in any::<String>(), service in any::<String>()) {
        let suggested = suggest(&name, &service);
        prop_assert!(LinkName::new(&suggested).is_ok(), "`{}` is none", suggested);
    }

    #[test]
    fn r19_suggestions_are_unique_however_many_share_a_name(
        names in proptest::collection::vec("[a-b ]{0,3}|[あ-う]{1,2}|a{58,64}", 1..40),
    ) {
        let mut taken = BTreeSet::new();
        for name in &names {
            let suggested = suggest_link_name(name, "svc", |n| taken.contains(n));
            prop_assert!(LinkName::new(suggested.as_str()).is_ok(), "`{}`", suggested);
            prop_assert!(taken.insert(suggested.as_str().to_owned()), "`{}` twice", suggested);
        }
    }
}

#[test]
fn a_link_name_is_written_as_it_is_and_read_back() {
    let link = LinkName::new("practice_crm").unwrap();
    assert_eq!(String::from(link.clone()), "practice_crm");
    let written = serde_json::to_string(&link).unwrap();
    assert_eq!(written, r#""practice_crm""#, "what an export holds");
    let read: LinkName = serde_json::from_str(&written).unwrap();
    assert_eq!(read, link);
}

#[test]
fn r19_a_refused_character_is_shown_as_it_was_typed_and_one_that_is_not_seen_by_its_code() {
    for (typed, shown) in [
        ("Bob's", "'"),
        ("say \"hi\"", "\""),
        ("a\0b", "\\0"),
        ("a\u{202e}b", "\\u{202e}"),
        ("a#b", "#"),
    ] {
        let refusal = ConnectionName::new(typed).unwrap_err();
        assert_eq!(
            refusal.args.get("character").map(String::as_str),
            Some(shown),
            "{typed:?}"
        );
    }
}
