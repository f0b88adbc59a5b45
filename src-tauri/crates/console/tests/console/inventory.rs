//! The inventory: who authorized what, where, as a sheet and as a page.

use tsunagi_catalog::NewDefinitions;
use tsunagi_console::Reach;
use tsunagi_console::views::{InventoryForm, Locale, SettingsChange};
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{Connection, ConnectionId, Kind, Mode, Role, Timestamp};

use crate::fixture::{AIKO, BEN, Desk, Person};

/// Writes it and reads it back; gives how many slots were counted, too.
fn written(desk: &Desk, form: InventoryForm) -> (String, u64) {
    let file = desk.console.write_inventory(desk.session(), form).unwrap();
    (std::fs::read_to_string(&file.path).unwrap(), file.entries)
}

/// The sheet's rows by column.
fn rows(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = text.strip_prefix('\u{feff}').expect("marked as UTF-8");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_who_authorized_what_where_with_which_account() {
    let desk = Desk::empty();
    let id = desk.create_practice("Lead intake", Kind::LoggedInUser, Mode::PerEnvironment);
    let quiet = desk.create_practice("Quiet", Kind::Admin, Mode::Same);
    desk.software("Orders", &[id]);
    desk.software("Library", &[id]);
    desk.authorize(id, Reach::Production).await;
    let ben = desk.joins("Ben", Role::Developer);
    desk.world.agent.person(Person::Allows(BEN));
    desk.authorized_by(ben, id, Reach::Production).await;
    desk.world.agent.person(Person::Allows(AIKO));
    desk.console
        .set_enabled(desk.session(), quiet, false)
        .await
        .unwrap();
    let (text, entries) = written(&desk, InventoryForm::Csv);
    let rows = rows(&text);
    let of = |row: usize, column: &str| rows[row][column].as_str();
    assert_eq!(
        rows.len(),
        5,
        "two empty slots, two filled ones, and a quiet one"
    );
    assert_eq!(entries, 5, "as the person is told");
    let places: Vec<_> = (0..5)
        .map(|row| {
            (
                of(row, "connection"),
                of(row, "environment"),
                of(row, "health"),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            ("Lead intake", "development", "not_connected"),
            ("Lead intake", "stage", "not_connected"),
            ("Lead intake", "production", "connected"),
            ("Lead intake", "production", "connected"),
            ("Quiet", "all", "not_connected"),
        ]
    );
    assert_eq!(of(0, "reason"), "never_authorized");
    assert_eq!(of(4, "reason"), "disabled");
    assert_eq!(of(4, "enabled"), "no");
    assert_eq!(of(0, "account"), "", "nobody authorized there");
    assert_eq!(
        (of(2, "authorized_by"), of(3, "authorized_by")),
        ("Ines", "Ben"),
        "the earlier first"
    );
    assert_eq!(
        (of(2, "primary"), of(3, "primary")),
        ("yes", "no"),
        "R11: the first admin, and no developer"
    );
    assert_eq!(of(2, "applications"), "Library, Orders");
    assert!(
        of(2, "scopes").contains("contacts.read"),
        "what was granted"
    );
    assert!(of(2, "account_email").contains('@'));
    assert!(of(2, "authorized_at_utc").ends_with('Z'));

    let (page, entries) = written(&desk, InventoryForm::Html);
    assert_eq!(entries, 5);
    for shown in [
        "Lead intake",
        "lead_intake",
        "Used by Library, Orders",
        "Never authorized",
        "Primary",
        "Ben",
        of(2, "account_email"),
    ] {
        assert!(page.contains(shown), "the page says {shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_authorized_under_the_other_environment_mode_is_not_forgotten() {
    let desk = Desk::empty();
    let id = desk.create_practice("Mirror", Kind::Admin, Mode::Same);
    desk.authorize(id, Reach::All).await;
    let catalog = desk.world.catalog();
    let mut connection = catalog.connection(id).unwrap().unwrap();
    connection.mode = Mode::PerEnvironment;
    catalog.update_connection(&connection).unwrap();
    let rows = rows(&written(&desk, InventoryForm::Csv).0);
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (rows[0]["environment"].as_str(), rows[0]["in_use"].as_str()),
        ("all", "no"),
        "its credential is still there, and the report says so"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_becomes_a_formula_or_markup() {
    let desk = Desk::empty();
    let evil = "=HYPERLINK(\"https://evil.example\")<script>alert('x')</script>&\u{202e}";
    let id = desk.create_practice("* - Totals", Kind::Admin, Mode::Same);
    desk.software(evil, &[id]);
    desk.authorize(id, Reach::All).await;
    let catalog = desk.world.catalog();
    let slot = catalog.slots(id).unwrap().remove(0);
    catalog
        .rename_account(slot.authorization.id, "+<img src=x onerror=alert(1)>")
        .unwrap();
    let (sheet, _) = written(&desk, InventoryForm::Csv);
    let row = rows(&sheet).remove(0);
    assert!(row["applications"].starts_with("'="), "text, not a formula");
    assert!(row["account"].starts_with("'+"), "text, not a formula");
    let (page, _) = written(&desk, InventoryForm::Html);
    assert!(!page.contains("<script"), "no script, ours or theirs");
    assert!(!page.contains("<img"), "nothing is fetched");
    assert!(page.contains("&lt;script&gt;") && page.contains("&lt;img"));
    assert!(
        page.contains("default-src 'none'"),
        "and the page itself forbids both"
    );
    assert!(
        !page.contains("http://")
            && !page
                .replace("https://evil.example", "")
                .contains("https://"),
        "it is whole without the network"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_written_in_the_readers_language_for_managers_only() {
    let desk = Desk::empty();
    desk.create_practice("Papers", Kind::Admin, Mode::Same);
    let change = SettingsChange {
        locale: Some(Locale::Ja),
        ..SettingsChange::default()
    };
    desk.console
        .change_settings(desk.session(), &change)
        .unwrap();
    let (page, _) = written(&desk, InventoryForm::Html);
    assert!(page.contains("<html lang=\"ja\">") && page.contains("誰が何を認証したか"));
    let (sheet, _) = written(&desk, InventoryForm::Csv);
    assert_eq!(
        rows(&sheet)[0]["health"],
        "not_connected",
        "for scripts, in no language"
    );
    let user = desk.joins("Uma", Role::User);
    desk.seats(user).await;
    for form in [InventoryForm::Csv, InventoryForm::Html] {
        let refused = desk.console.write_inventory(desk.session(), form);
        assert_eq!(
            refused.unwrap_err().code,
            "role_not_allowed",
            "R2: {form:?}"
        );
    }
}

/// Plain connections of the practice service, added at once.
pub(crate) fn many(count: usize) -> NewDefinitions {
    let connections = (0..count).map(|n| {
        let connection = Connection {
            id: ConnectionId::new(),
            name: ConnectionName::new(&format!("Mirror {:05}", count - n)).unwrap(),
            link_name: LinkName::new(&format!("mirror_{n}")).unwrap(),
            connector: "practice".to_owned(),
            kind: Kind::Admin,
            mode: Mode::PerEnvironment,
            scopes: vec!["contacts.read".to_owned()],
            registration: None,
            settings: Default::default(),
            enabled: true,
            created_by: None,
            created_at: Timestamp(0),
        };
        (connection, Vec::new(), Vec::new())
    });
    NewDefinitions {
        connections: connections.collect(),
        ..NewDefinitions::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_is_in_it_once_over_many_pages() {
    let desk = Desk::empty();
    desk.world
        .catalog()
        .add_definitions(&many(1_201), &[], |_| true)
        .unwrap();
    let (sheet, entries) = written(&desk, InventoryForm::Csv);
    assert_eq!(entries, 3 * 1_201);
    let rows = rows(&sheet);
    let names: Vec<_> = rows
        .iter()
        .step_by(3)
        .map(|row| &row["connection"])
        .collect();
    assert_eq!(names.len(), 1_201);
    assert!(names.is_sorted_by(|a, b| a < b), "by name, each once");
    let (page, entries) = written(&desk, InventoryForm::Html);
    assert_eq!(entries, 3 * 1_201);
    assert_eq!(page.matches("<tbody>").count(), 1_201);
}
