use std::collections::BTreeMap;

use tsunagi_catalog::{CatalogError, Entry, Unreachable, Verification};
use tsunagi_domain::{
    Account, AuthorizationId, Connection, Health, Kind, Mode, NotConnected, Reach, Timestamp,
};

use crate::fixture::{
    Home, NOW, add_member, authorization, event, filling, flow, sealed, shared_slot, slot, tag,
};

#[test]
fn what_fills_a_slot_comes_back_as_it_was() {
    let home = Home::new();
    let made = home.add("Practice", Kind::LoggedInUser, Mode::PerEnvironment);
    let key = slot(made.id, Reach::Stage, home.member);
    let mut full = filling(key, home.member);
    full.authorization.label = Some("Work".to_owned());
    full.authorization.unreachable = Some(Unreachable {
        since: NOW,
        code: "timeout".to_owned(),
        failures: 3,
    });
    full.authorization.refresh_expires_at = Some(NOW.plus_seconds(86_400));
    full.sealed.previous = Some((0, b"before".to_vec()));
    home.catalog.fill(&full).unwrap();
    let id = full.authorization.id;
    assert_eq!(
        home.catalog.authorization(id).unwrap(),
        Some(full.authorization.clone()),
        "whole"
    );
    assert_eq!(
        home.catalog.sealed(id).unwrap(),
        Some(full.sealed),
        "with its credential"
    );
    assert_eq!(
        home.catalog.slots_of_authorization(id).unwrap(),
        [key],
        "in its slot"
    );

    let bare_key = slot(made.id, Reach::Production, home.member);
    let mut bare = filling(bare_key, home.member);
    bare.authorization.account = Account::default();
    bare.authorization.granted = None;
    bare.authorization.expires_at = None;
    bare.authorization.renewable = false;
    bare.authorization.origins.clear();
    bare.authorization.extras = BTreeMap::new();
    home.catalog.fill(&bare).unwrap();
    let kept = home.catalog.slot(bare_key).unwrap().unwrap();
    assert_eq!(
        kept.authorization, bare.authorization,
        "a key has no scopes and no end"
    );
    assert_eq!(
        home.catalog.slots(made.id).unwrap().len(),
        2,
        "each environment has its own"
    );
}

#[test]
fn every_health_is_kept() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    let reasons = NotConnected::ALL.into_iter().map(Health::NotConnected);
    for health in reasons.chain([Health::Connected]) {
        home.catalog.set_health(id, health).unwrap();
        let kept = home.catalog.authorization(id).unwrap().unwrap().health;
        assert_eq!(kept, health, "health must be read as it was written");
    }
    let unknown = home
        .catalog
        .set_health(AuthorizationId::new(), Health::Connected);
    assert!(
        matches!(unknown, Err(CatalogError::Missing(_))),
        "nobody else's: {unknown:?}"
    );
}

#[test]
fn an_answer_about_an_older_token_changes_no_health() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    let expired = Health::NotConnected(NotConnected::Expired);
    assert!(
        !home.catalog.set_health_of_version(id, 0, expired).unwrap(),
        "an older version"
    );
    let kept = home.catalog.authorization(id).unwrap().unwrap().health;
    assert_eq!(
        kept,
        Health::Connected,
        "invalid_grant is final only for the stored token"
    );
    assert!(
        home.catalog.set_health_of_version(id, 1, expired).unwrap(),
        "the stored version"
    );
    assert_eq!(
        home.catalog.authorization(id).unwrap().unwrap().health,
        expired,
        "is final"
    );
}

#[test]
fn filling_a_slot_again_drops_what_sat_there() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let key = shared_slot(made.id, Reach::All);
    let first = home.fill(key);
    let second = home.fill(key);
    assert_eq!(
        home.catalog.authorization(first).unwrap(),
        None,
        "R6: at most one per slot"
    );
    assert_eq!(
        home.catalog.sealed(first).unwrap(),
        None,
        "and no credential nobody can revoke"
    );
    let sitting = home.catalog.slot(key).unwrap().unwrap().authorization.id;
    assert_eq!(sitting, second, "the new one sits there");
}

#[test]
fn authorizing_again_keeps_the_identifier_and_needs_a_greater_version() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let key = shared_slot(made.id, Reach::All);
    let mut full = filling(key, home.member);
    home.catalog.fill(&full).unwrap();
    let again = home.catalog.fill(&full);
    assert_eq!(again, Err(CatalogError::Stale), "a version is sealed once");
    full.authorization.version = 2;
    full.authorization.account.email = Some("other@example.com".to_owned());
    full.sealed = sealed(2, b"sealed twice");
    home.catalog.fill(&full).unwrap();
    let id = full.authorization.id;
    assert_eq!(
        home.catalog.sealed(id).unwrap().unwrap().sealed,
        b"sealed twice",
        "the new bytes"
    );
    assert_eq!(
        home.catalog.authorization(id).unwrap(),
        Some(full.authorization),
        "the new account"
    );
}

#[test]
fn a_connection_has_only_the_slots_of_its_kind_and_mode() {
    let home = Home::new();
    let same = home.add("Same", Kind::Admin, Mode::Same);
    let own = home.add("Own", Kind::LoggedInUser, Mode::PerEnvironment);
    let wrong = [
        shared_slot(same.id, Reach::Stage),
        slot(same.id, Reach::All, home.member),
        shared_slot(own.id, Reach::Stage),
        slot(own.id, Reach::All, home.member),
    ];
    for key in wrong {
        let refused = home.catalog.fill(&filling(key, home.member));
        assert_eq!(
            refused,
            Err(CatalogError::NoSuchSlot),
            "it would never be seen: {key:?}"
        );
    }
    let id = home.fill(shared_slot(same.id, Reach::All));
    let refused = home.catalog.share(wrong[0], id);
    assert_eq!(
        refused,
        Err(CatalogError::NoSuchSlot),
        "the same holds when sharing"
    );
}

#[test]
fn filling_is_all_or_nothing() {
    let home = Home::new();
    let made = home.add("Practice", Kind::LoggedInUser, Mode::Same);
    let key = slot(made.id, Reach::All, home.member);
    let before = home.fill(key);
    let begun = flow(key, [1; 32]);
    home.catalog.begin_flow(&begun).unwrap();
    let mut full = filling(key, home.member);
    full.primary = true;
    full.event = Some(Entry {
        event: event("authorization.stored"),
        tag: &tag,
    });
    full.flow = Some((begun.id, "connected".to_owned()));
    // The event is written last: everything else has been by then.
    home.raw()
        .execute_batch(
            "CREATE TRIGGER fault BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'fault'); END",
        )
        .unwrap();
    let failed = home.catalog.fill(&full);
    assert!(
        matches!(failed, Err(CatalogError::Internal(_))),
        "the fault is told: {failed:?}"
    );
    let id = full.authorization.id;
    assert_eq!(
        home.catalog.authorization(id).unwrap(),
        None,
        "no authorization"
    );
    assert_eq!(home.catalog.sealed(id).unwrap(), None, "no credential");
    assert_eq!(
        home.catalog.primaries(made.id).unwrap(),
        [],
        "no primary account"
    );
    assert_eq!(
        home.catalog.flow(begun.id).unwrap(),
        Some(begun),
        "the flow still runs"
    );
    assert_eq!(
        home.catalog.slot(key).unwrap().unwrap().authorization.id,
        before,
        "the old one sits"
    );
    assert!(
        home.catalog.sealed(before).unwrap().is_some(),
        "and can still be used"
    );

    home.raw().execute_batch("DROP TRIGGER fault").unwrap();
    home.catalog.fill(&full).unwrap();
    assert_eq!(
        home.catalog.slot(key).unwrap().unwrap().authorization,
        full.authorization,
        "all"
    );
    assert_eq!(
        home.catalog.primaries(made.id).unwrap()[0].member,
        home.member,
        "of it"
    );
    let verified = home.catalog.verify_events(None, &tag).unwrap();
    assert_eq!(verified, Verification::Whole { count: 1 }, "logged once");
}

#[test]
fn a_flow_that_was_cancelled_fills_nothing() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let key = shared_slot(made.id, Reach::All);
    let begun = flow(key, [1; 32]);
    home.catalog.begin_flow(&begun).unwrap();
    home.catalog
        .finish_flow(begun.id, "cancelled", NOW)
        .unwrap();
    let mut full = filling(key, home.member);
    full.flow = Some((begun.id, "connected".to_owned()));
    assert_eq!(
        home.catalog.fill(&full),
        Err(CatalogError::FlowEnded),
        "the person said no"
    );
    assert_eq!(
        home.catalog.slot(key).unwrap(),
        None,
        "so nothing sits there"
    );
}

#[test]
fn r21_a_shared_authorization_is_one_credential_in_several_slots() {
    let home = Home::new();
    let first = home.add("First", Kind::Admin, Mode::Same);
    let second = home.add("Second", Kind::Admin, Mode::Same);
    let (one, two) = (
        shared_slot(first.id, Reach::All),
        shared_slot(second.id, Reach::All),
    );
    let id = home.fill(one);
    let replaced = home.fill(two);
    home.catalog.share(two, id).unwrap();
    home.catalog.share(two, id).unwrap();
    assert_eq!(
        home.catalog.slots_of_authorization(id).unwrap(),
        [one, two],
        "both use it"
    );
    assert_eq!(
        home.catalog.authorization(replaced).unwrap(),
        None,
        "what sat there is gone"
    );
    assert!(home.catalog.vacate(two).unwrap(), "one of them gives it up");
    assert!(
        home.catalog.sealed(id).unwrap().is_some(),
        "the other keeps it"
    );
    home.catalog.share(two, id).unwrap();
    assert_eq!(
        home.catalog.empty(id).unwrap(),
        [one, two],
        "revoking says all that used it"
    );
    assert_eq!(
        home.catalog.slots(first.id).unwrap(),
        [],
        "and empties each"
    );
    assert_eq!(home.catalog.slots(second.id).unwrap(), [], "of them");
    assert_eq!(home.catalog.authorization(id).unwrap(), None, "it is gone");
    let unknown = home.catalog.share(one, id);
    assert!(
        matches!(unknown, Err(CatalogError::Missing(_))),
        "gone is gone: {unknown:?}"
    );
}

#[test]
fn r11_a_lost_primary_is_remembered_so_that_nobody_is_promoted_silently() {
    let home = Home::new();
    let made = home.add("Practice", Kind::LoggedInUser, Mode::PerEnvironment);
    let other = add_member(&home.catalog, "Ben");
    let ever = |reach| home.catalog.ever_had_primary(made.id, reach).unwrap();
    assert!(!ever(Reach::Stage), "nobody has authorized yet");
    let mut full = filling(slot(made.id, Reach::Stage, home.member), home.member);
    full.primary = true;
    home.catalog.fill(&full).unwrap();
    let primary = home.catalog.primaries(made.id).unwrap()[0];
    assert_eq!(
        (primary.reach, primary.member),
        (Reach::Stage, home.member),
        "R12: there only"
    );
    assert!(
        !ever(Reach::Production),
        "R12: each environment has its own"
    );

    let others = home.fill(slot(made.id, Reach::Stage, other));
    home.catalog.empty(others).unwrap();
    assert_eq!(
        home.catalog.primaries(made.id).unwrap(),
        [primary],
        "another member's is no loss"
    );
    home.catalog
        .set_revoked(full.authorization.id, NOW.plus_seconds(9))
        .unwrap();
    assert_eq!(
        home.catalog.primaries(made.id).unwrap(),
        [],
        "lost with the authorization"
    );
    assert!(ever(Reach::Stage), "and remembered");

    home.catalog
        .set_primary(made.id, Reach::Stage, Some(other), NOW)
        .unwrap();
    assert_eq!(
        home.catalog.primaries(made.id).unwrap()[0].member,
        other,
        "a choice is a choice"
    );
    home.catalog
        .set_primary(made.id, Reach::Stage, None, NOW)
        .unwrap();
    home.catalog
        .set_primary(made.id, Reach::Production, None, NOW)
        .unwrap();
    assert_eq!(
        home.catalog.primaries(made.id).unwrap(),
        [],
        "none is a choice too"
    );
    assert!(ever(Reach::Stage), "that leaves the memory");
    assert!(!ever(Reach::Production), "and makes none");
}

#[test]
fn r11_emptying_takes_the_primary_account_with_it() {
    let home = Home::new();
    let made = home.add("Practice", Kind::LoggedInUser, Mode::Same);
    let key = slot(made.id, Reach::All, home.member);
    let mut full = filling(key, home.member);
    full.primary = true;
    home.catalog.fill(&full).unwrap();
    home.catalog.empty(full.authorization.id).unwrap();
    assert_eq!(
        home.catalog.primaries(made.id).unwrap(),
        [],
        "nobody is primary with nothing"
    );
    assert!(
        home.catalog.ever_had_primary(made.id, Reach::All).unwrap(),
        "it is remembered"
    );
    let mut shared = filling(shared_slot(made.id, Reach::All), home.member);
    shared.primary = true;
    let refused = home.catalog.fill(&shared);
    assert_eq!(
        refused,
        Err(CatalogError::NoSuchSlot),
        "a primary account is a member's"
    );
}

#[test]
fn what_is_noted_about_an_authorization_is_kept() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    let unreachable = Unreachable {
        since: NOW,
        code: "dns".to_owned(),
        failures: 0,
    };
    home.catalog
        .set_unreachable(id, Some(&unreachable))
        .unwrap();
    home.catalog.rename_account(id, "Twilio Account 2").unwrap();
    home.catalog.touch_used(id, NOW.plus_seconds(10)).unwrap();
    home.catalog.touch_used(id, NOW).unwrap();
    let kept = home.catalog.authorization(id).unwrap().unwrap();
    assert_eq!(kept.unreachable, Some(unreachable), "beside the health");
    assert_eq!(kept.health, Health::Connected, "never instead of it");
    assert_eq!(kept.label.as_deref(), Some("Twilio Account 2"), "R19");
    assert_eq!(
        kept.last_used,
        Some(NOW.plus_seconds(10)),
        "an older run changes nothing"
    );
    home.catalog.set_unreachable(id, None).unwrap();
    let kept = home.catalog.authorization(id).unwrap().unwrap();
    assert_eq!(kept.unreachable, None, "until it can be reached again");
}

#[test]
fn due_are_connected_renewable_credentials_of_enabled_connections() {
    let home = Home::new();
    let add = |name: &str, end: Option<Timestamp>, renewable: bool| {
        let made = home.add(name, Kind::Admin, Mode::Same);
        let mut full = filling(shared_slot(made.id, Reach::All), home.member);
        full.authorization = tsunagi_catalog::Authorization {
            expires_at: end,
            renewable,
            ..authorization(home.member)
        };
        home.catalog.fill(&full).unwrap();
        (made, full.authorization.id)
    };
    let (_, later) = add("Later", Some(NOW.plus_seconds(20)), true);
    let (_, sooner) = add("Sooner", Some(NOW.plus_seconds(10)), true);
    add("Far", Some(NOW.plus_seconds(9_000)), true);
    add("Endless", None, true);
    add("Fixed", Some(NOW.plus_seconds(10)), false);
    let (off, _) = add("Off", Some(NOW.plus_seconds(10)), true);
    home.catalog
        .update_connection(&Connection {
            enabled: false,
            ..off
        })
        .unwrap();
    let (_, broken) = add("Broken", Some(NOW.plus_seconds(10)), true);
    home.catalog
        .set_health(broken, Health::NotConnected(NotConnected::Expired))
        .unwrap();
    let due = home.catalog.due(NOW.plus_seconds(60), 10).unwrap();
    assert_eq!(
        due,
        [sooner, later],
        "the most urgent first, and nothing that cannot be renewed"
    );
    assert_eq!(
        home.catalog.due(NOW.plus_seconds(60), 1).unwrap(),
        [sooner],
        "as many as asked"
    );
}
