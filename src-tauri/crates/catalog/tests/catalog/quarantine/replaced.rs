//! What was set again in the place of a row that cannot be read.

use std::collections::BTreeMap;

use tsunagi_catalog::{Offer, SlotSettings};
use tsunagi_domain::Reach;

use super::{harm, part};
use crate::fixture::{Home, NOW, flow, slot};

/// What Home tells people to do about each row whose reach is no known one.
#[test]
fn a_row_of_an_unknown_reach_is_gone_once_it_was_replaced() {
    for table in [
        "slot",
        "slot_settings",
        "primary_account",
        "primary_offer",
        "flow",
    ] {
        let home = Home::new();
        let bad = part(&home, "Bad", 1);
        let good = part(&home, "Good", 2);
        let id = bad.connection.id;
        let sql = format!(
            "UPDATE {table} SET reach = 'moon'
             WHERE connection IN (SELECT id FROM connection WHERE name = 'Bad')"
        );
        assert_eq!(harm(&home, &sql), 1);
        let told = || home.catalog.quarantined().unwrap().len();
        // What is set for another connection replaces nothing of this one.
        home.fill(slot(good.connection.id, Reach::All, good.member));
        assert_eq!(told(), 1, "{table}");
        let key = slot(id, Reach::All, home.member);
        let again = SlotSettings {
            reach: Reach::All,
            settings: BTreeMap::from([("region".to_owned(), "eu".to_owned())]),
            registration: None,
        };
        match table {
            "slot" => drop(home.fill(key)),
            "slot_settings" => home.catalog.set_slot_settings(id, &again, &[]).unwrap(),
            "primary_account" => {
                let here = Some(home.member);
                home.catalog.set_primary(id, Reach::All, here, NOW).unwrap();
            }
            "primary_offer" => {
                let offer = Offer {
                    connection: id,
                    reach: Reach::All,
                    member: home.member,
                    offered: Some((home.member, NOW)),
                    accepted_at: None,
                };
                home.catalog.set_offer(&offer, None).unwrap();
            }
            _ => home.catalog.begin_flow(&flow(key, [9; 32])).unwrap(),
        }
        assert_eq!(home.catalog.quarantined().unwrap(), [], "{table}");
        let orphans: i64 = home
            .raw()
            .query_row(
                "SELECT count(*) FROM authorization
                 WHERE id NOT IN (SELECT authorization FROM slot)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(orphans, 0, "{table}: no credential is left behind");
    }
}
