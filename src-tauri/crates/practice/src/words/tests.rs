use super::*;

#[test]
fn the_language_is_the_weightiest_there_is() {
    let table = [
        (None, None, Language::English),
        (None, Some("ja"), Language::Japanese),
        (None, Some("ja-JP,ja;q=0.9,en;q=0.8"), Language::Japanese),
        (None, Some("en-US,en;q=0.9,ja;q=0.8"), Language::English),
        (None, Some("ja;q=0.3, en;q=0.7"), Language::English),
        (None, Some("fr, ja;q=0.5"), Language::Japanese),
        (None, Some("ja;q=0"), Language::English),
        (None, Some("de, *"), Language::English),
        (None, Some(";;,q=,ja;q=x"), Language::English),
        (Some("ja"), Some("en"), Language::Japanese),
        (Some("fr en"), Some("ja"), Language::English),
        (Some("fr"), Some("ja"), Language::Japanese),
    ];
    for (ui_locales, accept, expected) in table {
        assert_eq!(
            Language::choose(ui_locales, accept),
            expected,
            "ui_locales {ui_locales:?}, Accept-Language {accept:?}"
        );
    }
}

#[test]
fn every_scope_has_words_of_its_own_in_both_languages() {
    for scope in crate::SCOPES {
        let english = ENGLISH.scope(scope);
        let japanese = JAPANESE.scope(scope);
        assert!(english.is_some(), "{scope} in English");
        assert!(japanese.is_some(), "{scope} in Japanese");
        assert_ne!(english, japanese, "{scope} is translated");
    }
}
