//! Whatever may happen to a workspace.

use proptest::prelude::*;
use tsunagi_catalog::Unreachable;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    Connection, Environment, Health, Kind, Member, MemberId, Mode, NotConnected, Role,
};

use crate::fixture::{Home, NOW, connection, filling, used};
use crate::leases::{renewal, taken};

#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Add(usize),
    Fill(usize),
    Share(usize, usize),
    Empty(usize),
    Vacate(usize),
    Revoke(usize),
    Expire(usize),
    Silence(usize),
    Grant(usize),
    Renew(usize),
    Narrow(usize),
    Scopes(usize),
    Connector(usize),
    Switch(usize),
    Toggle(usize),
    Lead(usize),
    Unlead(usize),
    Role(usize),
    Retire(usize),
    Use(usize),
    Unuse(usize),
    Replace(usize, usize),
    Delete(usize),
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    let n = 0..24_usize;
    prop_oneof![
        3 => n.clone().prop_map(Change::Add),
        6 => n.clone().prop_map(Change::Fill),
        3 => (n.clone(), n.clone()).prop_map(|(from, to)| Change::Share(from, to)),
        1 => n.clone().prop_map(Change::Empty),
        1 => n.clone().prop_map(Change::Vacate),
        1 => n.clone().prop_map(Change::Revoke),
        2 => n.clone().prop_map(Change::Expire),
        2 => n.clone().prop_map(Change::Silence),
        2 => n.clone().prop_map(Change::Grant),
        2 => n.clone().prop_map(Change::Renew),
        2 => n.clone().prop_map(Change::Narrow),
        3 => n.clone().prop_map(Change::Scopes),
        2 => n.clone().prop_map(Change::Connector),
        2 => n.clone().prop_map(Change::Switch),
        2 => n.clone().prop_map(Change::Toggle),
        6 => n.clone().prop_map(Change::Lead),
        2 => n.clone().prop_map(Change::Unlead),
        3 => n.clone().prop_map(Change::Role),
        1 => n.clone().prop_map(Change::Retire),
        3 => n.clone().prop_map(Change::Use),
        1 => n.clone().prop_map(Change::Unuse),
        1 => (n.clone(), n.clone()).prop_map(|(from, to)| Change::Replace(from, to)),
        1 => n.prop_map(Change::Delete),
    ]
}

/// A slot the connection has, of one of the members.
fn key(connection: &Connection, n: usize, members: &[MemberId]) -> SlotKey {
    let reaches = connection.mode.reaches();
    let member = (connection.kind == Kind::LoggedInUser).then(|| members[n % members.len()]);
    SlotKey {
        connection: connection.id,
        reach: reaches[n % reaches.len()],
        member,
    }
}

pub(super) fn apply(home: &Home, members: &[MemberId], change: Change) {
    let catalog = &home.catalog;
    if let Change::Retire(n) = change {
        let ended: &[&str] = if n % 2 == 0 {
            &["practice", "other"]
        } else {
            &[]
        };
        catalog.set_retired_connectors(ended).unwrap();
        return;
    }
    let all = catalog.connections_of_connector("practice").unwrap();
    if let Change::Add(n) = change {
        let kind = [Kind::Admin, Kind::LoggedInUser, Kind::System][n % 3];
        let mode = [Mode::Same, Mode::PerEnvironment][n % 2];
        catalog
            .add_connection(&connection("Practice", kind, mode))
            .unwrap();
        return;
    }
    if all.is_empty() {
        return;
    }
    let pick = |n: usize| all[n % all.len()].clone();
    let sitting = |n: usize| {
        let slots = catalog.slots(pick(n).id).unwrap();
        (!slots.is_empty()).then(|| slots[n % slots.len()].clone())
    };
    match change {
        Change::Add(_) | Change::Retire(_) => {}
        Change::Fill(n) => {
            let key = key(&pick(n), n, members);
            let mut filling = filling(key, members[n % members.len()]);
            filling.primary = key.member.is_some() && n % 4 == 0;
            catalog.fill(&filling).unwrap();
        }
        Change::Share(from, to) => {
            if let Some(slot) = sitting(from) {
                catalog
                    .share(key(&pick(to), to, members), slot.authorization.id)
                    .unwrap();
            }
        }
        Change::Empty(n) => {
            if let Some(slot) = sitting(n) {
                catalog.empty(slot.authorization.id).unwrap();
            }
        }
        Change::Vacate(n) => {
            catalog.vacate(key(&pick(n), n, members)).unwrap();
        }
        Change::Revoke(n) => {
            if let Some(slot) = sitting(n) {
                catalog.set_revoked(slot.authorization.id, NOW).unwrap();
            }
        }
        Change::Expire(n) => {
            if let Some(slot) = sitting(n) {
                let expired = Health::NotConnected(NotConnected::Expired);
                catalog.set_health(slot.authorization.id, expired).unwrap();
            }
        }
        Change::Silence(n) => {
            if let Some(slot) = sitting(n) {
                let silent = Unreachable {
                    since: NOW,
                    code: "timeout".to_owned(),
                    failures: 3,
                };
                let silent = (n % 3 != 0).then_some(&silent);
                let id = slot.authorization.id;
                catalog.set_unreachable(id, silent).unwrap();
            }
        }
        Change::Grant(n) => {
            let applications = catalog.applications().unwrap();
            let application = applications[n % applications.len()].id;
            catalog
                .grant_application(application, pick(n).id, n % 4 != 0)
                .unwrap();
        }
        Change::Scopes(n) => {
            let mut connection = pick(n);
            connection.scopes = vec!["contacts.read".to_owned()];
            if n % 3 == 0 {
                connection.scopes.push("contacts.write".to_owned());
            }
            catalog.update_connection(&connection).unwrap();
        }
        Change::Connector(n) => {
            let connection = pick(n);
            let slots = catalog.slots(connection.id).unwrap();
            let changed = slots.iter().map(|slot| slot.key).skip(n % 2).step_by(2);
            let changed: Vec<_> = changed.collect();
            catalog
                .set_connector_changed(connection.id, &changed)
                .unwrap();
        }
        Change::Renew(n) | Change::Narrow(n) => {
            if let Some(slot) = sitting(n) {
                let id = slot.authorization.id;
                if catalog.sealed(id).unwrap().is_some() {
                    let generation = taken(catalog, id);
                    let version = slot.authorization.version;
                    let mut renewed = renewal(id, generation, version);
                    if matches!(change, Change::Narrow(_)) {
                        let granted = ["contacts.read", "contacts.write"].iter().skip(n % 3);
                        renewed.granted = Some(granted.map(|one| (*one).to_owned()).collect());
                    }
                    assert!(catalog.store_renewal(&renewed).unwrap(), "ours");
                    catalog.release_lease(id, "a", generation).unwrap();
                }
            }
        }
        Change::Switch(n) => {
            let mut connection = pick(n);
            connection.mode = match connection.mode {
                Mode::Same => Mode::PerEnvironment,
                Mode::PerEnvironment => Mode::Same,
            };
            catalog.update_connection(&connection).unwrap();
        }
        Change::Toggle(n) => {
            let mut connection = pick(n);
            connection.enabled = !connection.enabled;
            catalog.update_connection(&connection).unwrap();
        }
        Change::Lead(n) | Change::Unlead(n) => {
            let connection = pick(n);
            if connection.kind == Kind::LoggedInUser {
                let key = key(&connection, n, members);
                let member = matches!(change, Change::Lead(_)).then_some(members[n % 3]);
                catalog
                    .set_primary(connection.id, key.reach, member, NOW)
                    .unwrap();
            }
        }
        Change::Role(n) => {
            let member = Member {
                id: members[n % members.len()],
                name: "Somebody".to_owned(),
                role: Role::ALL[n % 5],
                active: n % 7 != 0,
            };
            catalog.set_member(&member).unwrap();
        }
        Change::Use(n) => {
            let applications = catalog.applications().unwrap();
            let application = applications[n % applications.len()].id;
            let made = used(pick(n).id, application, Environment::Production);
            catalog.set_use(&made).unwrap();
        }
        Change::Unuse(n) => {
            if let Some(used) = catalog.uses(pick(n).id).unwrap().first() {
                assert!(catalog.remove_use(used.id).unwrap(), "it was there");
            }
        }
        Change::Replace(from, to) => {
            let (from, to) = (pick(from).id, pick(to).id);
            if from != to {
                catalog.replace_in_uses(from, to, None).unwrap();
            }
        }
        Change::Delete(n) => {
            let id = pick(n).id;
            for used in catalog.uses(id).unwrap() {
                catalog.remove_use(used.id).unwrap();
            }
            catalog.delete_connection(id).unwrap();
        }
    }
}
