//! What is a matter of the slot and not of the credential: whether scopes are missing, and whether
//! the connector has changed. An authorization that several connections share may fare well in one
//! and not in the other, and everything that is kept by filter says so (R22).

use tsunagi_catalog::{
    Filling, ListQuery, Redirect, Registration, Renewal, Reshaping, SlotSettings,
};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    AuthorizationId, Connection, ConnectionId, Health, Kind, Mode, NotConnected, Reach,
    RegistrationId, Seen,
};

use crate::fixture::{Home, NOW, authorization, connection, filling, query, shared_slot, slot};
use crate::leases::{renewal, taken};

/// Two connections that share one authorization.
struct Pair {
    home: Home,
    one: Connection,
    other: Connection,
    id: AuthorizationId,
}

fn pair() -> Pair {
    let home = Home::new();
    let one = home.add("One", Kind::Admin, Mode::Same);
    let other = home.add("Other", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(one.id, Reach::All));
    home.catalog
        .share(shared_slot(other.id, Reach::All), id)
        .unwrap();
    Pair {
        home,
        one,
        other,
        id,
    }
}

fn registration(name: &str) -> Registration {
    Registration {
        id: RegistrationId::new(),
        connector: "practice".to_owned(),
        name: name.to_owned(),
        client_id: format!("client-of-{name}"),
        secret: None,
        redirect: Redirect::LoopbackAnyPort,
        created_at: NOW,
    }
}

impl Pair {
    fn seen(&self, state: Seen) -> Vec<ConnectionId> {
        let query = ListQuery {
            seen: vec![state],
            ..query(self.home.member)
        };
        let page = self.home.catalog.list(&query).unwrap();
        assert_eq!(page.total, page.rows.len() as u64, "counted as listed");
        page.rows.iter().map(|row| row.connection.id).collect()
    }

    /// `short` needs a person because of `state`, and the others do not: from every side.
    fn says(&self, state: Seen, short: &[ConnectionId], why: &str) {
        let catalog = &self.home.catalog;
        let viewer = self.home.member;
        let both = [self.one.id, self.other.id];
        let connected: Vec<_> = both.into_iter().filter(|id| !short.contains(id)).collect();
        assert_eq!(self.seen(state), short, "by health: {why}");
        assert_eq!(self.seen(Seen::Connected), connected, "Connected: {why}");
        let count = catalog.needing_count(viewer).unwrap();
        assert_eq!(count, short.len() as u64, "the count of the tray: {why}");
        let needing = catalog.needing(viewer, 10).unwrap();
        let needing: Vec<_> = needing
            .iter()
            .map(|(connection, _)| connection.id)
            .collect();
        assert_eq!(needing, short, "Home: {why}");
        let query = ListQuery {
            needs_person: Some(true),
            ..query(viewer)
        };
        let page = catalog.list(&query).unwrap();
        assert_eq!(page.needing, short.len() as u64, "the list's count: {why}");
        assert_eq!(page.total, page.needing, "and its group: {why}");
        let stored = catalog.authorization(self.id).unwrap().unwrap();
        assert_eq!(stored.health, Health::Connected, "the credential works");
    }

    fn key(&self) -> SlotKey {
        shared_slot(self.other.id, Reach::All)
    }

    /// Authorizes again through the second connection.
    fn authorize(&self, scopes: &[String], version: u64) {
        let mut again = authorization(self.home.member);
        again.id = self.id;
        again.version = version;
        again.asked = scopes.to_vec();
        again.granted = Some(scopes.to_vec());
        let mut sealed = filling(self.key(), self.home.member).sealed;
        sealed.version = version;
        self.home
            .catalog
            .fill(&Filling {
                authorization: again,
                sealed,
                ..filling(self.key(), self.home.member)
            })
            .unwrap();
    }
}

#[test]
fn r22_a_shared_authorization_is_short_only_in_the_connection_that_asks_for_more() {
    let mut pair = pair();
    pair.says(Seen::ScopesMissing, &[], "both have what they ask for");
    pair.other.scopes.push("contacts.write".to_owned());
    pair.home.catalog.update_connection(&pair.other).unwrap();
    let short = [pair.other.id];
    pair.says(Seen::ScopesMissing, &short, "one asks for more");
    pair.authorize(&pair.other.scopes, 2);
    pair.says(Seen::ScopesMissing, &[], "mended by authorizing");
    pair.one.scopes.push("mail.read".to_owned());
    pair.home.catalog.update_connection(&pair.one).unwrap();
    pair.says(Seen::ScopesMissing, &[pair.one.id], "now the first");
    pair.home.catalog.delete_connection(pair.other.id).unwrap();
    let needing = pair.home.catalog.needing_count(pair.home.member).unwrap();
    assert_eq!(needing, 1, "the other going changes nothing about it");
    pair.one.scopes.pop();
    pair.home.catalog.update_connection(&pair.one).unwrap();
    let needing = pair.home.catalog.needing_count(pair.home.member).unwrap();
    assert_eq!(needing, 0, "it asks for no more than it has");
}

#[test]
fn r22_a_renewal_that_grants_less_is_told_at_once_of_each_connection_that_lacks_it() {
    let mut pair = pair();
    pair.other.scopes.push("contacts.write".to_owned());
    pair.home.catalog.update_connection(&pair.other).unwrap();
    pair.authorize(&pair.other.scopes, 2);
    let catalog = &pair.home.catalog;
    let generation = taken(catalog, pair.id);
    let renew = |version, granted: &[&str]| {
        let renewed = Renewal {
            granted: Some(granted.iter().map(|scope| (*scope).to_owned()).collect()),
            ..renewal(pair.id, generation, version)
        };
        assert!(catalog.store_renewal(&renewed).unwrap());
    };
    renew(2, &["contacts.read"]);
    let short = [pair.other.id];
    pair.says(Seen::ScopesMissing, &short, "enough for the first alone");
    renew(3, &["mail.read"]);
    let both = [pair.one.id, pair.other.id];
    pair.says(Seen::ScopesMissing, &both, "too little for either");
    renew(4, &["contacts.read", "contacts.write"]);
    pair.says(Seen::ScopesMissing, &[], "everything again");
}

#[test]
fn r22_r23_a_connector_changed_in_one_connection_leaves_the_other_connected() {
    let pair = pair();
    let catalog = &pair.home.catalog;
    let (state, changed) = (Seen::ConnectorChanged, [pair.other.id]);
    let own = SlotSettings {
        reach: Reach::All,
        settings: [("region".to_owned(), "us".to_owned())].into(),
        registration: None,
    };
    let key = pair.key();
    catalog
        .set_slot_settings(pair.other.id, &own, &[key])
        .unwrap();
    pair.says(state, &changed, "a setting of its own leads elsewhere");
    // A name for another connection's slot is none of this one's business.
    catalog.set_connector_changed(pair.one.id, &[key]).unwrap();
    pair.says(state, &changed, "the first is as it was");
    catalog.set_connector_changed(pair.other.id, &[]).unwrap();
    pair.says(state, &[], "changed back");
    let mut edited = Reshaping {
        connection: &pair.other,
        seats: &[],
        emptied: &[],
        connector_changed: &[key],
        primaries: None,
        now: NOW,
        event: None,
    };
    catalog.reshape(&edited).unwrap();
    pair.says(state, &changed, "edited");
    pair.authorize(&pair.other.scopes, 2);
    pair.says(
        state,
        &[],
        "authorized again, for where the connectors lead by now",
    );
    edited.connector_changed = &[];
    catalog.reshape(&edited).unwrap();
    pair.says(state, &[], "and both stay connected");
}

#[test]
fn r22_of_a_members_own_accounts_each_slot_is_told_by_itself() {
    let home = Home::new();
    let mut own = home.add("Own", Kind::LoggedInUser, Mode::PerEnvironment);
    let (stage, production) = (
        slot(own.id, Reach::Stage, home.member),
        slot(own.id, Reach::Production, home.member),
    );
    let id = home.fill(stage);
    home.catalog.share(production, id).unwrap();
    for reach in [Reach::Stage, Reach::Production] {
        home.catalog
            .set_primary(own.id, reach, Some(home.member), NOW)
            .unwrap();
    }
    let needing = || {
        let needing = home.catalog.needing(home.member, 10).unwrap();
        needing.iter().map(|(_, reach)| *reach).collect::<Vec<_>>()
    };
    assert_eq!(needing(), [Reach::Development], "never authorized");
    home.catalog
        .set_connector_changed(own.id, &[production])
        .unwrap();
    assert_eq!(needing(), [Reach::Development, Reach::Production], "R23");
    own.mode = Mode::Same;
    home.catalog.update_connection(&own).unwrap();
    assert_eq!(needing(), [Reach::All], "nothing sits there");
    own.mode = Mode::PerEnvironment;
    home.catalog.update_connection(&own).unwrap();
    assert_eq!(
        needing(),
        [Reach::Development, Reach::Production],
        "what was noted comes back with the mode"
    );
    let expired = Health::NotConnected(NotConnected::Expired);
    home.catalog.set_health(id, expired).unwrap();
    assert_eq!(
        home.catalog.needing_count(home.member).unwrap(),
        3,
        "what is wrong with the credential is so wherever it sits"
    );
}

#[test]
fn r22_another_client_in_one_environment_is_told_of_there_alone_and_taken_back() {
    let home = Home::new();
    let catalog = &home.catalog;
    let (ours, own) = (registration("Ours"), registration("Stage"));
    for one in [&ours, &own] {
        catalog.add_registration(one).unwrap();
    }
    let mut made = connection("Own", Kind::Admin, Mode::PerEnvironment);
    made.registration = Some(ours.id);
    catalog.add_connection(&made).unwrap();
    let (stage, production) = (
        shared_slot(made.id, Reach::Stage),
        shared_slot(made.id, Reach::Production),
    );
    let mut filled = filling(stage, home.member);
    filled.authorization.registration = Some(ours.id);
    let id = filled.authorization.id;
    catalog.fill(&filled).unwrap();
    catalog.share(production, id).unwrap();
    catalog
        .share(shared_slot(made.id, Reach::Development), id)
        .unwrap();
    let set = |registration| {
        let settings = SlotSettings {
            reach: Reach::Stage,
            settings: std::collections::BTreeMap::new(),
            registration,
        };
        catalog.set_slot_settings(made.id, &settings, &[]).unwrap();
    };
    let says = |needing: &[Reach], seen: Seen, why: &str| {
        let found = catalog.needing(home.member, 10).unwrap();
        let found: Vec<_> = found.iter().map(|(_, reach)| *reach).collect();
        assert_eq!(found, needing, "Home: {why}");
        let mut by_health = query(home.member);
        by_health.seen = vec![seen];
        assert_eq!(catalog.list(&by_health).unwrap().total, 1, "filter: {why}");
        let slots = catalog.slots(made.id).unwrap();
        let other = slots.iter().filter(|slot| slot.other_client);
        let other: Vec<_> = other.map(|slot| slot.key.reach).collect();
        assert_eq!(other, needing, "the row: {why}");
    };
    let due = || catalog.due(NOW.plus_seconds(7200), 10).unwrap();
    says(&[], Seen::Connected, "every environment has its client");
    set(Some(own.id));
    says(
        &[Reach::Stage],
        Seen::ClientRefused,
        "Stage has another (RFC 6749 §6)",
    );
    assert_eq!(due(), [id], "it goes on where it serves");
    for reach in [Reach::Production, Reach::Development] {
        catalog.vacate(shared_slot(made.id, reach)).unwrap();
    }
    assert_eq!(due(), [], "it serves nowhere");
    set(None);
    assert_eq!(due(), [id], "taken back");
}

#[test]
fn a_client_that_is_refused_takes_with_it_what_was_obtained_with_it_and_nothing_else() {
    let home = Home::new();
    let catalog = &home.catalog;
    let (ours, theirs) = (registration("Ours"), registration("Theirs"));
    for one in [&ours, &theirs] {
        catalog.add_registration(one).unwrap();
    }
    let made = |name: &str, client: &Registration| {
        let mut made = connection(name, Kind::Admin, Mode::Same);
        made.registration = Some(client.id);
        catalog.add_connection(&made).unwrap();
        let mut filled = filling(shared_slot(made.id, Reach::All), home.member);
        filled.authorization.registration = Some(client.id);
        catalog.fill(&filled).unwrap();
        filled.authorization.id
    };
    let (one, other, revoked) = (
        made("One", &ours),
        made("Other", &theirs),
        made("Revoked", &ours),
    );
    catalog.set_revoked(revoked, NOW).unwrap();
    catalog.refuse_client(ours.id).unwrap();
    let stored = |id| catalog.authorization(id).unwrap().unwrap().health;
    let refused = Health::NotConnected(NotConnected::ClientRefused);
    assert_eq!(stored(one), refused);
    assert_eq!(stored(other), Health::Connected, "another client's");
    let revoked = stored(revoked);
    assert_eq!(revoked, Health::NotConnected(NotConnected::Revoked));
    let needing = catalog.needing_count(home.member).unwrap();
    assert_eq!(needing, 2, "counted with the same transaction");
}
