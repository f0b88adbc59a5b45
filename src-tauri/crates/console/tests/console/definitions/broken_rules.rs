//! What a file says by hand is held against every rule, item by item.

use tsunagi_console::views::{ImportState, RedirectForm};
use tsunagi_domain::{Kind, Mode, RegistrationId};

use super::{connection, everything, good, import, preview};
use crate::fixture::Desk;
use crate::provider::{accept, connector, draft, register};

/// What is broken, the lines that break it, and the code of the refusal.
type Broken<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_broken_by_hand_is_refused_item_by_item_and_changes_nothing_of_it() {
    let desk = Desk::empty();
    let payment = |id: &str, more: &str| {
        connector(id, "Shop pay", "https://a.example").replace(
            "kinds = [\"admin\", \"logged_in_user\"]",
            &format!("kinds = [\"admin\"]\npayment = true\n{more}"),
        )
    };
    let admin_only = connector("boards", "Boards", "https://a.example")
        .replace("[\"admin\", \"logged_in_user\"]", "[\"admin\"]");
    accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    accept(&desk, "boards", &admin_only).unwrap();
    accept(&desk, "paying", &payment("paying", "")).unwrap();
    accept(
        &desk,
        "abroad",
        &payment("abroad", "offered_in = { countries = [\"IN\"] }"),
    )
    .unwrap();
    let paying = register(&desk, "paying", RedirectForm::LoopbackAnyPort);
    let filing = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let mut first = draft("Paid here", Kind::Admin, Mode::Same, Some(paying));
    first.connector = "paying".to_owned();
    desk.console.create(desk.session(), &first).unwrap();
    desk.create_practice("Taken", Kind::Admin, Mode::Same);
    let paying = format!("\"{paying}\"");
    let filing = format!("\"{filing}\"");
    let stranger = format!("\"{}\"", RegistrationId::new());
    let endless = format!("\"{}\"", "x".repeat(10_000));
    let old = "\n[[application]]\nname = \"Old\"\nedition = \"c5\"\n";
    let files = "[\"files.read\"]";
    let cases: Vec<Broken<'_>> = vec![
        ("R5", vec![("kind", "\"system\"")], "kind_not_offered"),
        (
            "R7, a second one",
            vec![
                ("service", "\"paying\""),
                ("registration", &paying),
                ("scopes", files),
            ],
            "payment_connection_exists",
        ),
        (
            "R7, each their own",
            vec![
                ("service", "\"paying\""),
                ("kind", "\"logged_in_user\""),
                ("registration", &paying),
            ],
            "kind_not_offered",
        ),
        ("R8", vec![("service", "\"abroad\"")], "country_needed"),
        (
            "R9",
            vec![("service", "\"boards\""), ("kind", "\"logged_in_user\"")],
            "kind_not_offered",
        ),
        (
            "R10",
            vec![
                ("kind", "\"logged_in_user\""),
                ("applications", "[\"Old\"]"),
            ],
            "edition_too_old",
        ),
        (
            "R19, emoji",
            vec![("name", "\"Party 🎉\"")],
            "name_character",
        ),
        (
            "R19, right to left",
            vec![("name", "\"\\u202Eevil\"")],
            "name_character",
        ),
        (
            "R19, NUL",
            vec![("name", "\"a\\u0000b\"")],
            "name_character",
        ),
        ("R19, endless", vec![("name", &endless)], "name_too_long"),
        ("R19, empty", vec![("name", "\" \"")], "name_empty"),
        (
            "R19, link name",
            vec![("link_name", "\"Wrong Name\"")],
            "link_name_invalid",
        ),
        (
            "R19, endless link name",
            vec![("link_name", &endless)],
            "link_name_invalid",
        ),
        (
            "R19, taken",
            vec![("link_name", "\"taken\"")],
            "link_name_taken",
        ),
        (
            "R19, twice",
            vec![("link_name", "\"right\"")],
            "link_name_taken",
        ),
        (
            "no such service",
            vec![("service", "\"nowhere\"")],
            "connector_missing",
        ),
        (
            "no such scope",
            vec![("scopes", "[\"everything\"]")],
            "scope_unknown",
        ),
        (
            "two scopes in one",
            vec![("scopes", "[\"email openid\"]")],
            "scope_unknown",
        ),
        (
            "no registration",
            vec![("service", "\"filing\""), ("scopes", files)],
            "registration_needed",
        ),
        (
            "another service's",
            vec![
                ("service", "\"boards\""),
                ("scopes", files),
                ("registration", &filing),
            ],
            "registration_needed",
        ),
        (
            "nobody's",
            vec![
                ("service", "\"filing\""),
                ("scopes", files),
                ("registration", &stranger),
            ],
            "registration_needed",
        ),
        (
            "the program's own setting",
            vec![("settings", "{ port = \"80\" }")],
            "setting_invalid",
        ),
        (
            "no such setting",
            vec![("settings", "{ host = \"evil\" }")],
            "setting_invalid",
        ),
        (
            "no such application",
            vec![("applications", "[\"Nowhere\"]")],
            "import_application_unknown",
        ),
        (
            "one environment twice",
            vec![
                ("service", "\"filing\""),
                ("scopes", files),
                ("registration", &filing),
                ("environments", "\"per_environment\""),
                (
                    "environment",
                    "[{ environment = \"stage\" }, { environment = \"stage\" }]",
                ),
            ],
            "import_twice",
        ),
        (
            "R12, one environment of the same for all",
            vec![("environment", "[{ environment = \"stage\" }]")],
            "reach_not_in_mode",
        ),
        (
            "R12, all of one per environment",
            vec![
                ("environments", "\"per_environment\""),
                ("environment", "[{ environment = \"all\" }]"),
            ],
            "reach_not_in_mode",
        ),
    ];
    let before = everything(&desk);
    for (what, lines, code) in &cases {
        let text = format!("version = 1\n{old}{}{}", good(), connection(lines));
        let seen = preview(&desk, &text).unwrap();
        let bad = seen.items.iter().find(|item| item.failure.is_some());
        let bad = bad.expect(what);
        let failure = bad.failure.as_ref().unwrap();
        assert_eq!(&failure.code, code, "{what}");
        assert!(
            !failure.message.is_empty() && !failure.help.is_empty(),
            "{what}"
        );
        let mut line = text.lines().skip(usize::try_from(bad.line).unwrap() - 1);
        let line = line.next().unwrap();
        assert!(
            line.starts_with("link_name ="),
            "{what}: line {} is `{line}`",
            bad.line
        );
        assert!(
            bad.name.chars().count() <= 81,
            "{what}: nothing endless is shown"
        );
        assert!(
            !bad.name.contains(['\0', '\u{202e}']),
            "{what}: nothing invisible either"
        );
        let rest = seen.items.iter().any(|item| {
            item.link_name.as_deref() == Some("right") && item.state == ImportState::Add
        });
        assert!(rest, "{what}: the rest is fine");
        assert_eq!(
            everything(&desk),
            before,
            "{what}: and a look changes nothing"
        );
    }
    // All of them at once: what is right comes in, and nothing else.
    let wrong: String = cases
        .iter()
        .map(|(_, lines, _)| connection(lines))
        .collect();
    let seen = preview(&desk, format!("version = 1\n{old}{}{wrong}", good())).unwrap();
    assert_eq!(seen.adds, 2, "the application and the one connection");
    import(&desk, &seen).unwrap();
    let catalog = desk.world.catalog();
    assert_eq!(catalog.connection_count().unwrap(), before.1 + 1);
    assert!(catalog.link_name_taken("right").unwrap());
    assert!(
        !catalog.link_name_taken("wrong").unwrap(),
        "nothing of what is wrong"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registrations_and_applications_that_cannot_be_are_refused_too() {
    let desk = Desk::empty();
    accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    let id = RegistrationId::new();
    let registration = |name: &str, service: &str, client: &str, redirect: &str| {
        format!(
            "\n[[registration]]\nid = \"{id}\"\nname = \"{name}\"\nservice = \"{service}\"\n\
             client_id = \"{client}\"\nredirect = {redirect}\nhas_secret = true\n"
        )
    };
    let any = "\"loopback_any_port\"";
    let endless = "x".repeat(10_000);
    let application =
        |name: &str| format!("\n[[application]]\nname = \"{name}\"\nedition = \"c6\"\n");
    for (what, items, code) in [
        (
            "no name",
            registration(" ", "filing", "c", any),
            "name_empty",
        ),
        (
            "turned",
            registration("\\u202Ea", "filing", "c", any),
            "name_character",
        ),
        (
            "endless",
            registration(&endless, "filing", "c", any),
            "person_name_too_long",
        ),
        (
            "no client",
            registration("a", "filing", " ", any),
            "client_id_empty",
        ),
        (
            "endless client",
            registration("a", "filing", &endless, any),
            "client_id_invalid",
        ),
        (
            "NUL in a client",
            registration("a", "filing", "c\\u0000", any),
            "client_id_invalid",
        ),
        (
            "no service",
            registration("a", "nowhere", "c", any),
            "connector_missing",
        ),
        (
            "not needed",
            registration("a", "practice", "c", any),
            "registration_not_needed",
        ),
        (
            "a system's port",
            registration("a", "filing", "c", "{ loopback_port = 80 }"),
            "redirect_invalid",
        ),
        (
            "no https",
            registration("a", "filing", "c", "{ intercepted = \"http://a.example\" }"),
            "redirect_invalid",
        ),
        (
            "twice",
            registration("a", "filing", "c", any).repeat(2),
            "import_twice",
        ),
        ("no name", application(""), "name_empty"),
        ("NUL", application("a\\u0000"), "name_character"),
        ("endless", application(&endless), "person_name_too_long"),
        (
            "twice but for width",
            application("Ａ") + &application("a"),
            "import_twice",
        ),
    ] {
        let seen = preview(&desk, format!("version = 1\n{items}")).unwrap();
        let codes: Vec<_> = seen
            .items
            .iter()
            .filter_map(|item| item.failure.as_ref())
            .collect();
        assert_eq!(codes.len(), 1, "{what}");
        assert_eq!(codes[0].code, code, "{what}");
    }
}
