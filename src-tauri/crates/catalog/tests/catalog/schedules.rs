//! Schedules: how far one has come is stored with what follows from it, or not at all.

use tsunagi_catalog::{CatalogError, Execution, Progress};
use tsunagi_domain::{ExecutionId, ItemId, Timestamp};

use crate::fixture::Home;

fn progress(considered: i64, waiting: &[i64]) -> Progress {
    Progress {
        considered: Timestamp(considered),
        waiting: waiting.iter().copied().map(Timestamp).collect(),
    }
}

fn begun(item: ItemId, due: i64) -> Execution {
    Execution {
        id: ExecutionId::new(),
        item,
        caller: "unattended".to_owned(),
        due: Some(Timestamp(due)),
        began_at: Timestamp(due + 5),
        ended: None,
        detail: "{}".to_owned(),
    }
}

#[test]
fn a_time_starts_once_however_many_decide_at_the_same_moment() {
    let home = Home::new();
    let catalog = &home.catalog;
    let item = ItemId::new();
    assert_eq!(catalog.progress(item).unwrap(), None);
    let first = progress(1_000, &[]);
    catalog.advance(item, None, &first, &[]).unwrap();
    assert_eq!(
        catalog.advance(item, None, &first, &[]),
        Err(CatalogError::Stale),
        "somebody else has begun it"
    );
    let second = progress(61_000, &[60_000]);
    let execution = begun(item, 59_000);
    catalog
        .advance(
            item,
            Some(&first),
            &second,
            std::slice::from_ref(&execution),
        )
        .unwrap();
    let late = catalog.advance(item, Some(&first), &second, &[begun(item, 59_000)]);
    assert_eq!(late, Err(CatalogError::Stale));
    assert_eq!(catalog.executions(item, None, 9).unwrap(), [execution]);
    assert_eq!(catalog.progress(item).unwrap(), Some(second));
}

#[test]
fn what_cannot_be_told_has_not_begun() {
    let home = Home::new();
    let catalog = &home.catalog;
    let item = ItemId::new();
    let first = progress(1_000, &[]);
    catalog.advance(item, None, &first, &[]).unwrap();
    let mut spoiled = begun(item, 2_000);
    spoiled.detail = "no JSON".to_owned();
    let failed = catalog.advance(item, Some(&first), &progress(9_000, &[]), &[spoiled]);
    assert!(failed.is_err());
    assert_eq!(
        catalog.progress(item).unwrap(),
        Some(first),
        "the time is looked at again"
    );
}

#[test]
fn a_schedule_that_begins_anew_waits_for_nothing() {
    let home = Home::new();
    let catalog = &home.catalog;
    let item = ItemId::new();
    catalog
        .advance(item, None, &progress(1_000, &[900]), &[])
        .unwrap();
    catalog.begin_at(item, Timestamp(5_000)).unwrap();
    assert_eq!(catalog.progress(item).unwrap(), Some(progress(5_000, &[])));
    let other = ItemId::new();
    catalog.begin_at(other, Timestamp(7_000)).unwrap();
    assert_eq!(catalog.progress(other).unwrap(), Some(progress(7_000, &[])));
}
