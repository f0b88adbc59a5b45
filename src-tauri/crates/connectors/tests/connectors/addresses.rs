//! Where settings and answers lead: nowhere but to listed hosts (R23).

use proptest::prelude::*;
use tsunagi_connectors::{Draft, Pattern};
use tsunagi_domain::RefusalCode;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::hosts::may_receive;

use crate::{GOOD, draft_of, load, settings};

#[test]
fn r23_settings_lead_nowhere_else() {
    let mut connector = load(GOOD);
    assert_eq!(
        connector
            .resolve(&settings(&[("region", "us")]))
            .unwrap()
            .token
            .unwrap()
            .as_str(),
        "https://us.example.com/token",
        "a setting that fits"
    );
    assert_eq!(
        connector
            .resolve(&Settings::new())
            .unwrap()
            .token
            .unwrap()
            .as_str(),
        "https://eu.example.com/token",
        "the default"
    );
    for value in ["", "eu.", "euu", " eu", "eu\n", "EU"] {
        let refusal = connector
            .resolve(&settings(&[("region", value)]))
            .unwrap_err();
        assert_eq!(
            refusal.code,
            RefusalCode::SettingInvalid,
            "{value:?} does not match"
        );
        assert_eq!(refusal.args["parameter"], "region", "it is named");
    }
    // However careless the pattern is.
    connector.parameters[0].pattern = Pattern::try_from("(?s).*".to_owned()).unwrap();
    for value in [
        "evil.org/",
        "evil.org#",
        "evil.org?",
        "a@evil.org",
        "*",
        "evil.org\\",
        "x y",
    ] {
        connector
            .resolve(&settings(&[("region", value)]))
            .expect_err(&format!("{value:?} would change the host"));
    }
}

proptest! {
    /// R23: whatever a setting is, every receiver of a credential is one of the hosts.
    #[test]
    fn r23_every_receiver_is_a_listed_host(value in "\\PC{0,30}") {
        let mut connector = load(GOOD);
        connector.parameters[0].pattern = Pattern::try_from("(?s).*".to_owned()).unwrap();
        if let Ok(resolved) = connector.resolve(&settings(&[("region", &value)])) {
            for url in [resolved.token.as_ref().unwrap(), &resolved.api_base] {
                prop_assert!(may_receive(url, &resolved.hosts).is_ok(), "{url}");
                let host = url.host_str().unwrap();
                prop_assert!(host.ends_with(".example.com"), "{url}");
            }
        }
    }

    /// A file of anything is a problem, never a panic.
    #[test]
    fn any_text_is_loaded_or_reported(text in "\\PC{0,200}") {
        let draft = draft_of("example.toml", text.as_bytes());
        prop_assert!(draft.outcome.is_err(), "random text is no connector");
    }
}

/// The good file with further lines in `[oauth]` and another API address.
pub(crate) fn answering(oauth: &str, base: &str) -> Draft {
    let text = GOOD
        .replace(
            "token = \"https://{region}.example.com/token\"",
            &format!("token = \"https://{{region}}.example.com/token\"\n{oauth}"),
        )
        .replace("https://{region}.example.com/v1/", base);
    draft_of("example.toml", text.as_bytes())
}

#[test]
fn r23_what_a_service_answers_completes_its_addresses_within_its_hosts() {
    let oauth =
        "answers = [{ name = \"site\", host = true, example = \"https://a.api.example.com\" }]";
    let connector = answering(oauth, "{answer.site}/v1").outcome.unwrap();
    let resolved = connector.resolve(&Settings::new()).unwrap();
    assert_eq!(
        resolved.complete().unwrap_err().code,
        RefusalCode::AnswerMissing,
        "an example is nothing to send to"
    );
    let said = |site: &str| [("site".to_owned(), site.to_owned())].into();
    for site in ["https://b.api.example.com", "https://b.api.example.com/"] {
        let bound = connector.answered(&resolved, &said(site)).unwrap();
        bound.complete().unwrap();
        assert_eq!(
            bound.api_url("/files").unwrap().as_str(),
            "https://b.api.example.com/v1/files",
            "{site}"
        );
        assert_eq!(
            bound.origins, resolved.origins,
            "what is sealed is the connector's own"
        );
    }
    for site in [
        "https://evil.example.org",
        "https://b.api.example.com/deeper",
        "https://b.api.example.com@evil.example.org",
        "http://b.api.example.com",
        "evil.example.org/",
    ] {
        let bound = connector.answered(&resolved, &said(site));
        let usable = bound.and_then(|bound| bound.complete());
        assert!(usable.is_err(), "{site} is no place for a token");
    }
}

#[test]
fn an_answer_stands_only_where_it_is_known_in_time() {
    let table = [
        ("", "{answer.site}/v1", "answers"),
        (
            "answers = [{ name = \"site\" }]",
            "{answer.site}/v1",
            "example",
        ),
        (
            "refresh = \"{answer.site}/r\"\nheaders = { Host = \"x\" }\nanswers = [{ name = \"site\", default = \"https://eu.example.com\" }]",
            "https://eu.example.com/v1",
            "R23",
        ),
        (
            "device = \"{answer.site}/d\"\nanswers = [{ name = \"site\", example = \"https://eu.example.com\" }]",
            "https://eu.example.com/v1",
            "needs a `default`",
        ),
        (
            "issuer = \"https://{answer.site}\"\nanswers = [{ name = \"site\", default = \"eu.example.com\" }]",
            "https://eu.example.com/v1",
            "cannot stand here",
        ),
        (
            "authorize_params = { a = \"{nobody}\" }",
            "https://eu.example.com/v1",
            "nobody",
        ),
    ];
    for (oauth, base, said) in table {
        let problem = answering(oauth, base).outcome.unwrap_err();
        assert!(problem.why.to_string().contains(said), "{oauth}: {problem}");
        assert!(problem.line.is_some(), "{oauth}: {problem}");
    }
}

#[test]
fn a_setting_may_be_any_text_where_it_is_a_field_and_no_address() {
    let text = GOOD
        .replace("pattern = \"eu|us\"", "pattern = \"[a-z/: ]+\"")
        .replace("https://{region}.example.com", "https://eu.example.com")
        .replace(
            "[api]",
            "authorize_params = { audience = \"{region}\" }\n[api]",
        );
    let connector = load(&text);
    let resolved = connector
        .resolve(&settings(&[("region", "https://api/ of ours")]))
        .unwrap();
    assert_eq!(
        resolved.authorize_params["audience"],
        "https://api/ of ours"
    );
}
