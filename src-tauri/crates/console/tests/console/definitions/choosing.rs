//! What comes in is what was shown, less what a person leaves out; what is here stays as it is.

use tsunagi_console::Role;
use tsunagi_console::views::{ImportState, RedirectForm};
use tsunagi_domain::{Kind, Mode};

use super::{connection, everything, exported, good, import, item, preview};
use crate::fixture::{Desk, practice_draft};
use crate::provider::{accept, connector, draft, register};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_here_stays_as_it_is_and_differences_are_told() {
    let desk = Desk::empty();
    accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    let id = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let made = draft("Papers", Kind::Admin, Mode::Same, Some(id));
    let papers = desk.console.create(desk.session(), &made).unwrap();
    desk.software("Orders", &[papers]);
    let text = exported(&desk);
    assert_eq!(
        preview(&desk, &text).unwrap().same,
        4,
        "one of each, as it is"
    );
    for (what, change, code) in [
        (
            "scopes",
            ("\"files.read\"", "\"files.write\""),
            "link_name_taken",
        ),
        ("name", ("\"Papers\"", "\"Other\""), "link_name_taken"),
        (
            "enabled",
            ("enabled = true", "enabled = false"),
            "link_name_taken",
        ),
        ("edition", ("\"c6\"", "\"c5\""), "import_differs"),
        (
            "client",
            ("client-of-ours", "client-of-theirs"),
            "import_differs",
        ),
        (
            "secret",
            ("has_secret = true", "has_secret = false"),
            "import_differs",
        ),
        (
            "connector",
            ("sha256 = \"", "sha256 = \"0"),
            "import_connector_differs",
        ),
        (
            "width",
            ("name = \"Orders\"", "name = \"Ｏrders\""),
            "name_taken",
        ),
    ] {
        let edited = text.replace(change.0, change.1);
        assert_ne!(edited, text, "{what} is in the file");
        let seen = preview(&desk, &edited).unwrap();
        let clash = seen
            .items
            .iter()
            .find(|item| item.state == ImportState::Clash);
        assert_eq!(
            clash.expect(what).failure.as_ref().unwrap().code,
            code,
            "{what}"
        );
        assert_eq!(seen.adds, 0, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_shown_comes_in_and_only_by_who_saw_it() {
    let desk = Desk::empty();
    let text = format!("version = 1\n{}", good());
    let seen = preview(&desk, &text).unwrap();
    // Another window makes a connection of that link name in between.
    let mut other = practice_draft("Other", Kind::Admin, Mode::Same);
    other.link_name = Some("right".to_owned());
    let other = desk.console.create(desk.session(), &other).unwrap();
    let before = everything(&desk);
    assert_eq!(import(&desk, &seen).unwrap_err().code, "import_changed");
    assert_eq!(everything(&desk), before, "nothing came in");
    assert_eq!(
        import(&desk, &seen).unwrap_err().code,
        "import_gone",
        "it is looked at anew"
    );
    desk.console
        .delete_connection(desk.session(), other)
        .await
        .unwrap();

    let seen = preview(&desk, &text).unwrap();
    let dora = desk.joins("Dora", Role::Developer);
    desk.seats(dora).await;
    assert_eq!(
        import(&desk, &seen).unwrap_err().code,
        "import_gone",
        "Dora did not see it"
    );
    let own = preview(&desk, &text).unwrap();
    import(&desk, &own).unwrap();

    let user = desk.joins("Uma", Role::User);
    desk.seats(user).await;
    let refused = preview(&desk, &text).unwrap_err();
    assert_eq!(refused.code, "role_not_allowed", "R2");
    assert_eq!(
        desk.console.may_import(desk.session()).unwrap_err().code,
        "role_not_allowed"
    );
    let refused = desk.console.export_definitions(desk.session()).unwrap_err();
    assert_eq!(refused.code, "role_not_allowed", "R2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_leaves_out_stays_out_and_so_does_what_needs_it() {
    let desk = Desk::empty();
    let needing = connection(&[
        ("link_name", "\"needing\""),
        ("applications", "[\"Front desk\"]"),
    ]);
    let application = "\n[[application]]\nname = \"Front desk\"\nedition = \"c6\"\n";
    let text = format!("version = 1\n{application}{}{needing}", good());
    let first = preview(&desk, &text).unwrap();
    assert_eq!(first.adds, 3, "{:?}", first.items);
    let application = first.items.iter().find(|item| item.name == "Front desk");
    let place = application.unwrap().place;
    let (console, session) = (&desk.console, desk.session());
    let without = |places: &[u32]| {
        let places = places.iter().copied().collect();
        console.leave_out_of_import(session, &first.hash, places)
    };

    let seen = without(&[place]).unwrap();
    let left = seen.items.iter().find(|item| item.place == place);
    assert_eq!(left.unwrap().state, ImportState::Unwanted);
    let needing = item(&seen, "needing");
    assert_eq!(needing.state, ImportState::Refused);
    let told = needing.failure.as_ref().unwrap();
    assert_eq!(told.code, "import_needs_left_out");
    assert!(told.message.contains("Front desk"), "{told:?}");
    assert!(needing.line > 1, "its line is still known");
    assert_eq!(seen.adds, 1);

    // Taken in again, everything is as it was; then only what is wanted comes in.
    assert_eq!(without(&[]).unwrap().adds, 3);
    let seen = without(&[place]).unwrap();
    import(&desk, &seen).unwrap();
    let now = exported(&desk);
    assert!(now.contains("\"right\""), "{now}");
    assert!(!now.contains("Front desk"), "it was left out: {now}");
    assert!(!now.contains("needing"), "and what needs it: {now}");
    assert_eq!(
        without(&[]).unwrap_err().code,
        "import_gone",
        "what was imported is no longer in hand"
    );

    // Where what is needed is here already, leaving out changes nothing.
    let again = preview(&desk, &text).unwrap();
    assert_eq!((again.adds, again.same), (2, 1));
    let none: Vec<u32> = again.items.iter().map(|item| item.place).collect();
    let seen = without(&none).unwrap();
    assert_eq!((seen.adds, seen.same), (0, 1), "{:?}", seen.items);
    assert_eq!(import(&desk, &seen).unwrap_err().code, "import_empty");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_before_names_zohos_data_center_and_comes_in_without_it() {
    let desk = Desk::empty();
    let client = register(&desk, "zoho_analytics", RedirectForm::LoopbackAnyPort);
    let of_before = connection(&[
        ("service", "\"zoho_analytics\""),
        ("registration", &format!("\"{client}\"")),
        ("scopes", "[\"ZohoAnalytics.data.read\"]"),
        ("settings", "{ domain = \"zoho.eu\" }"),
    ]);
    let seen = preview(&desk, format!("version = 1\n{of_before}")).unwrap();
    assert_eq!((seen.adds, seen.refused), (1, 0), "{:?}", seen.items);
    import(&desk, &seen).unwrap();
    let catalog = desk.world.catalog();
    let known = catalog.connection_by_link_name("wrong").unwrap().unwrap();
    assert!(
        known.settings.is_empty(),
        "the callback says where the account is, and nobody else: {:?}",
        known.settings
    );
    let again = preview(&desk, format!("version = 1\n{of_before}")).unwrap();
    assert_eq!(
        (again.adds, again.clashes),
        (0, 0),
        "the same file is known by now"
    );
}
