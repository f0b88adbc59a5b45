//! The services one used last.

use tsunagi_domain::{Kind, Mode, Reach};

use crate::fixture::{Home, NOW, connection, filling, shared_slot};

#[test]
fn connectors_come_by_when_they_were_last_made_or_authorized() {
    let home = Home::new();
    assert!(home.catalog.recent_connectors(6).unwrap().is_empty());
    let mut made = Vec::new();
    for (after, connector, kind) in [
        (0, "first", Kind::Admin),
        (60, "second", Kind::Admin),
        (120, "by_itself", Kind::System),
        (180, "third", Kind::LoggedInUser),
    ] {
        let mut one = connection(connector, kind, Mode::Same);
        connector.clone_into(&mut one.connector);
        one.created_at = NOW.plus_seconds(after);
        home.catalog.add_connection(&one).unwrap();
        made.push(one.id);
    }
    let recent = |limit| home.catalog.recent_connectors(limit).unwrap();
    assert_eq!(
        recent(6),
        ["third", "second", "first"],
        "R5: nobody used what came into being by itself"
    );
    let mut filled = filling(shared_slot(made[0], Reach::All), home.member);
    filled.authorization.authorized_at = NOW.plus_seconds(240);
    home.catalog.fill(&filled).unwrap();
    let mut filled = filling(shared_slot(made[2], Reach::All), home.member);
    filled.authorization.authorized_at = NOW.plus_seconds(300);
    home.catalog.fill(&filled).unwrap();
    assert_eq!(
        recent(6),
        ["by_itself", "first", "third", "second"],
        "an authorization counts like a connection, each service once"
    );
    assert_eq!(recent(2), ["by_itself", "first"], "no more than asked for");
}
