//! Rows that came to harm, table by table: each is named, and everything beside it is read as
//! before.

mod of_no_part;
mod replaced;

use std::collections::BTreeMap;

use tsunagi_catalog::{
    AcceptedConnector, KeptSignIn, Offer, QUARANTINE, Redirect, Registration, SlotSettings,
};
use tsunagi_domain::{
    ApplicationId, Connection, Environment, KeptSignInId, Kind, MemberId, Mode, Reach,
    RegistrationId,
};

use crate::fixture::{Home, NOW, add_member, flow, query, slot, used};
use crate::items::item;

/// Per table: what befalls a row of the part named `Bad`, the name it is told by, and its words
/// for what is wrong.
const HARMS: [(&str, &str, &str, &str); 16] = [
    (
        "connection",
        "UPDATE connection SET scopes = 'x' WHERE name = 'Bad'",
        "Bad",
        "scopes: JSON",
    ),
    (
        "authorization",
        "UPDATE authorization SET health = 'splendid' WHERE id IN (SELECT s.authorization
         FROM slot s JOIN connection c ON c.id = s.connection WHERE c.name = 'Bad')",
        "Bad",
        "health: `splendid` is not a health",
    ),
    (
        "slot",
        "UPDATE slot SET reach = 'moon' WHERE connection IN
         (SELECT id FROM connection WHERE name = 'Bad')",
        "Bad",
        "reach: unknown word `moon`",
    ),
    (
        "slot_settings",
        "UPDATE slot_settings SET settings = 'x' WHERE connection IN
         (SELECT id FROM connection WHERE name = 'Bad')",
        "Bad",
        "settings: JSON",
    ),
    (
        "registration",
        "UPDATE registration SET redirect = 'moon' WHERE name = 'Bad'",
        "Bad",
        "redirect: unknown word `moon`",
    ),
    (
        "member",
        "UPDATE member SET role = 'pirate' WHERE name = 'Bad'",
        "Bad",
        "role: unknown word `pirate`",
    ),
    (
        "application",
        "UPDATE application SET edition = 'c9' WHERE name = 'Bad'",
        "Bad",
        "edition: unknown word `c9`",
    ),
    (
        "application_member",
        "UPDATE application_member SET member = x'00' WHERE application IN
         (SELECT id FROM application WHERE name = 'Bad')",
        "Bad",
        "",
    ),
    (
        "application_connection",
        "UPDATE application_connection SET connection = x'00' WHERE application IN
         (SELECT id FROM application WHERE name = 'Bad')",
        "Bad",
        "",
    ),
    (
        "use",
        "UPDATE use SET scopes = 'x' WHERE name = 'Bad'",
        "Bad (Bad)",
        "scopes: JSON",
    ),
    (
        "item",
        "UPDATE item SET environment = 'moon' WHERE name = 'Bad'",
        "Bad",
        "environment: unknown word `moon`",
    ),
    (
        "primary_account",
        "UPDATE primary_account SET reach = 'moon' WHERE connection IN
         (SELECT id FROM connection WHERE name = 'Bad')",
        "Bad",
        "reach: unknown word `moon`",
    ),
    (
        "primary_offer",
        "UPDATE primary_offer SET reach = 'moon' WHERE connection IN
         (SELECT id FROM connection WHERE name = 'Bad')",
        "Bad",
        "reach: unknown word `moon`",
    ),
    (
        "connector",
        "UPDATE connector SET accepted_by = x'00' WHERE id = 'Bad'",
        "Bad",
        "",
    ),
    (
        "kept_sign_in",
        "UPDATE kept_sign_in SET member = x'00' WHERE label = 'Bad'",
        "Bad",
        "",
    ),
    (
        "flow",
        "UPDATE flow SET reach = 'moon' WHERE connection IN
         (SELECT id FROM connection WHERE name = 'Bad')",
        "Bad",
        "reach: unknown word `moon`",
    ),
];

/// Tables whose rows are of no part, each put to a test of its own.
const OF_NO_PART: [&str; 2] = ["workspace", "setting"];

/// Tables of which nothing is told on Home, and why.
const ELSEWHERE: [&str; 18] = [
    // One row of numbers.
    "restoration",
    "event_head",
    "name_order",
    // Sealed bytes, leases and notes of one authorization or registration: its use says so.
    "registration_wrap",
    "credential",
    "credential_wrap",
    "lease",
    "renewal_sent",
    "verification",
    "registration_secret_due",
    // *Verify* tells of it.
    "event",
    "event_waiting",
    // A step of an attempt; the attempt is told.
    "flow_step",
    // Derived, or said again at each start.
    "standing",
    "facet",
    "connector_words",
    "retired_connector",
    "connection_pack",
];

struct Part {
    connection: Connection,
    application: ApplicationId,
    registration: RegistrationId,
    member: MemberId,
}

/// One of everything, each called by `name`.
fn part(home: &Home, name: &str, number: u8) -> Part {
    let catalog = &home.catalog;
    let member = add_member(catalog, name);
    let connection = home.add(name, Kind::LoggedInUser, Mode::Same);
    let application = home.application(name);
    let registration = Registration {
        id: RegistrationId::new(),
        connector: "practice".to_owned(),
        name: name.to_owned(),
        client_id: "client".to_owned(),
        secret: None,
        redirect: Redirect::LoopbackAnyPort,
        created_at: NOW,
    };
    catalog.add_registration(&registration).unwrap();
    let key = slot(connection.id, Reach::All, home.member);
    home.fill(key);
    let settings = SlotSettings {
        reach: Reach::All,
        settings: BTreeMap::from([("region".to_owned(), "us".to_owned())]),
        registration: None,
    };
    catalog
        .set_slot_settings(connection.id, &settings, &[])
        .unwrap();
    catalog
        .share_application(application, home.member, true)
        .unwrap();
    catalog
        .grant_application(application, connection.id, true)
        .unwrap();
    let mut place = used(connection.id, application, Environment::Production);
    place.name = name.to_owned();
    catalog.set_use(&place).unwrap();
    let mut kept = item(application, name);
    kept.environment = Environment::Production;
    catalog.put_item(&kept, &[], None).unwrap();
    catalog
        .set_primary(connection.id, Reach::All, Some(home.member), NOW)
        .unwrap();
    let offer = Offer {
        connection: connection.id,
        reach: Reach::All,
        member: home.member,
        offered: Some((home.member, NOW)),
        accepted_at: None,
    };
    catalog.set_offer(&offer, None).unwrap();
    catalog
        .accept_connector(&AcceptedConnector {
            id: name.to_owned(),
            hash: "hash".to_owned(),
            toml: "toml".to_owned(),
            accepted_by: home.member,
            accepted_at: NOW,
        })
        .unwrap();
    let kept = KeptSignIn {
        id: KeptSignInId::new(),
        member: home.member,
        connector: "practice".to_owned(),
        account: name.to_owned(),
        label: name.to_owned(),
        created_at: NOW,
        last_used: NOW,
    };
    catalog.keep_sign_in(&kept, None).unwrap();
    catalog.begin_flow(&flow(key, [number; 32])).unwrap();
    Part {
        connection,
        application,
        registration: registration.id,
        member,
    }
}

/// What can be read of a part, and where lists say what they hold.
fn seen(home: &Home, part: &Part, name: &str) -> Vec<String> {
    let catalog = &home.catalog;
    let id = part.connection.id;
    let listed = catalog.list(&query(home.member)).unwrap();
    let rows = listed.rows.iter();
    let in_list = rows.filter(|row| row.connection.id == id).count();
    let members = catalog.members().unwrap();
    let applications = catalog.applications().unwrap();
    let summaries = catalog.application_summaries().unwrap();
    let registrations = catalog.registrations(None).unwrap();
    let connectors = catalog.accepted_connectors().unwrap();
    let kept = catalog.kept_sign_ins(home.member).unwrap();
    let shared = catalog.applications_shared_with(home.member).unwrap();
    vec![
        format!("in the list: {in_list}"),
        format!("slots: {}", catalog.slots(id).unwrap().len()),
        format!("settings: {}", catalog.slot_settings(id).unwrap().len()),
        format!("uses: {}", catalog.uses(id).unwrap().len()),
        format!(
            "items: {}",
            catalog
                .items_of_area("invoke_url")
                .unwrap()
                .iter()
                .filter(|one| one.name == name)
                .count()
        ),
        format!("primaries: {:?}", catalog.primaries(id).unwrap()),
        format!("offers: {}", catalog.offers(id).unwrap().len()),
        format!("flows: {}", catalog.flows(id, 9).unwrap().len()),
        format!(
            "member: {}",
            members.iter().any(|one| one.id == part.member)
        ),
        format!(
            "application: {} {}",
            applications.iter().any(|one| one.id == part.application),
            summaries
                .iter()
                .any(|one| one.application.id == part.application),
        ),
        format!(
            "shared: {}",
            shared.iter().any(|one| one.id == part.application)
        ),
        format!(
            "granted: {}",
            catalog
                .connections_of_application(part.application)
                .unwrap()
                .len()
        ),
        format!(
            "registration: {}",
            registrations.iter().any(|one| one.id == part.registration)
        ),
        format!("connector: {}", connectors.iter().any(|one| one.id == name)),
        format!("kept: {}", kept.iter().any(|one| one.label == name)),
    ]
}

fn harm(home: &Home, sql: &str) -> usize {
    let raw = home.raw();
    raw.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")
        .unwrap();
    raw.execute(sql, []).unwrap()
}

#[test]
fn a_row_of_any_table_that_cannot_be_read_is_named_and_stops_nothing_else() {
    for (table, sql, name, why) in HARMS {
        let home = Home::new();
        let good = part(&home, "Good", 1);
        let bad = part(&home, "Bad", 2);
        assert_eq!(home.catalog.quarantined().unwrap(), [], "all is well first");
        let before = (seen(&home, &good, "Good"), seen(&home, &bad, "Bad"));
        assert_eq!(harm(&home, sql), 1, "{table}: one row is harmed");
        let found = home.catalog.quarantined().unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|row| (row.what, row.name.as_str()))
            .collect();
        assert_eq!(told, [(table, name)], "{table}: a person learns of it");
        assert!(found[0].why.starts_with(why), "{table}: {}", found[0].why);
        assert_eq!(
            seen(&home, &good, "Good"),
            before.0,
            "{table}: the others are read as before"
        );
        assert_ne!(
            seen(&home, &bad, "Bad"),
            before.1,
            "{table}: it was missed, or nobody would have to be told"
        );
    }
}

#[test]
fn two_unreadable_rows_of_one_connection_are_told_apart() {
    let home = Home::new();
    let part = part(&home, "Bad", 1);
    let ben = add_member(&home.catalog, "Ben");
    home.fill(slot(part.connection.id, Reach::All, ben));
    assert_eq!(harm(&home, "UPDATE slot SET reach = 'moon'"), 2);
    let found = home.catalog.quarantined().unwrap();
    assert_eq!(found.len(), 2);
    assert_ne!(
        found[0].id, found[1].id,
        "whoever lists them by id sees both"
    );
}

#[test]
fn every_table_is_looked_through_or_known_to_be_told_elsewhere() {
    let home = Home::new();
    let raw = home.raw();
    let mut statement = raw
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let tables = statement.query_map([], |row| row.get::<_, String>(0));
    for table in tables.unwrap().map(Result::unwrap) {
        // The search's own tables are derived.
        let search = table.starts_with("connection_search") || table == "connection_text";
        let known = QUARANTINE.contains(&table.as_str()) || ELSEWHERE.contains(&table.as_str());
        assert!(known || search, "{table}: a lost row of it would be missed");
    }
    for table in QUARANTINE {
        assert!(
            HARMS.iter().any(|harm| harm.0 == *table) || OF_NO_PART.contains(table),
            "{table} is put to the test"
        );
    }
}
