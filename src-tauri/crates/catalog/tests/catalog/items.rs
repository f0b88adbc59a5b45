use tsunagi_catalog::{CatalogError, Execution, Item, Part};
use tsunagi_domain::{
    ApplicationId, ConnectionId, Environment, ExecutionId, ItemId, Kind, Mode, Timestamp,
};

use crate::fixture::{Home, NOW};

pub(crate) fn item(application: ApplicationId, name: &str) -> Item {
    Item {
        id: ItemId::new(),
        application,
        environment: Environment::Stage,
        area: "invoke_url".to_owned(),
        name: name.to_owned(),
        definition: r#"{"method":"GET"}"#.to_owned(),
        paused: false,
        version: 1,
        created_at: NOW,
        changed_at: NOW,
        created_by: None,
    }
}

fn through(connection: ConnectionId, part: &str) -> Part {
    Part {
        part: part.to_owned(),
        connection,
        scopes: vec!["contacts.read".to_owned()],
        unattended: false,
        next_run: None,
    }
}

#[test]
fn an_item_is_a_use_of_each_connection_it_goes_through() {
    let home = Home::new();
    let catalog = &home.catalog;
    let crm = home.add("CRM", Kind::Admin, Mode::Same);
    let sms = home.add("SMS", Kind::Admin, Mode::Same);
    let shop = home.application("Shop");
    let call = item(shop, "Ask");
    let parts = [through(crm.id, "first"), through(sms.id, "second")];
    catalog.put_item(&call, &parts, None).unwrap();
    assert_eq!(catalog.item(call.id).unwrap(), Some(call.clone()));
    assert_eq!(catalog.parts(call.id).unwrap(), parts);
    let used = catalog.uses(crm.id).unwrap();
    assert_eq!(used.len(), 1, "R18: what it goes through says so");
    assert_eq!(used[0].item, Some(call.id));
    assert_eq!(used[0].name, "Ask");

    let later = Item {
        name: "Ask twice".to_owned(),
        ..call.clone()
    };
    catalog
        .put_item(&later, &[through(crm.id, "first")], Some(1))
        .unwrap();
    assert_eq!(catalog.uses(sms.id).unwrap(), [], "a part that went");
    let now = catalog.uses(crm.id).unwrap();
    assert_eq!(
        (now[0].id, now[0].name.as_str()),
        (used[0].id, "Ask twice"),
        "a part that stays is the same use"
    );
    assert_eq!(catalog.item(call.id).unwrap().unwrap().version, 2);

    assert_eq!(
        catalog.delete_application(shop),
        Err(CatalogError::StillUsed)
    );
    assert!(catalog.delete_item(call.id).unwrap());
    assert!(!catalog.delete_item(call.id).unwrap());
    assert_eq!(catalog.uses(crm.id).unwrap(), []);
    catalog.delete_application(shop).unwrap();
}

#[test]
fn an_application_that_keeps_an_item_without_a_connection_is_not_deleted() {
    let home = Home::new();
    let shop = home.application("Shop");
    home.catalog
        .put_item(&item(shop, "Ask"), &[], None)
        .unwrap();
    assert_eq!(
        home.catalog.delete_application(shop),
        Err(CatalogError::StillUsed)
    );
}

#[test]
fn replacing_a_connection_moves_what_items_go_through() {
    let home = Home::new();
    let catalog = &home.catalog;
    let old = home.add("Old", Kind::Admin, Mode::Same);
    let new = home.add("New", Kind::Admin, Mode::Same);
    let call = item(home.application("Shop"), "Ask");
    catalog
        .put_item(&call, &[through(old.id, "")], None)
        .unwrap();
    catalog.replace_in_uses(old.id, new.id, None).unwrap();
    assert_eq!(
        catalog.parts(call.id).unwrap()[0].connection,
        new.id,
        "R16, R18: in one step, and nothing in the item names the old one"
    );
}

#[test]
fn two_windows_do_not_overwrite_each_other() {
    let home = Home::new();
    let catalog = &home.catalog;
    let call = item(home.application("Shop"), "Ask");
    catalog.put_item(&call, &[], None).unwrap();
    assert_eq!(
        catalog.put_item(&call, &[], None),
        Err(CatalogError::Stale),
        "it is there already"
    );
    catalog.put_item(&call, &[], Some(1)).unwrap();
    let late = Item {
        name: "Overwritten".to_owned(),
        ..call.clone()
    };
    assert_eq!(
        catalog.put_item(&late, &[], Some(1)),
        Err(CatalogError::Stale)
    );
    assert_eq!(catalog.item(call.id).unwrap().unwrap().name, "Ask");
    catalog.delete_item(call.id).unwrap();
    assert_eq!(
        catalog.put_item(&late, &[], Some(2)),
        Err(CatalogError::Stale),
        "what was deleted does not come back by saving it"
    );
}

#[test]
fn a_name_is_one_items_in_its_place() {
    let home = Home::new();
    let catalog = &home.catalog;
    let shop = home.application("Shop");
    catalog.put_item(&item(shop, "Ask"), &[], None).unwrap();
    assert_eq!(
        catalog.put_item(&item(shop, "ＡＳＫ"), &[], None),
        Err(CatalogError::NameTaken)
    );
    let elsewhere = Item {
        environment: Environment::Production,
        ..item(shop, "Ask")
    };
    catalog.put_item(&elsewhere, &[], None).unwrap();
    assert_eq!(
        catalog
            .items(shop, Environment::Production, "invoke_url")
            .unwrap(),
        [elsewhere]
    );
}

#[test]
fn an_item_refers_to_what_is_there_or_nothing_is_stored() {
    let home = Home::new();
    let catalog = &home.catalog;
    let call = item(home.application("Shop"), "Ask");
    let nowhere = through(ConnectionId::new(), "");
    assert!(matches!(
        catalog.put_item(&call, &[nowhere], None),
        Err(CatalogError::Missing(_))
    ));
    assert_eq!(catalog.item(call.id).unwrap(), None, "not half of it");
}

#[test]
fn executions_are_listed_the_latest_first_and_page_by_page() {
    let home = Home::new();
    let catalog = &home.catalog;
    let of = ItemId::new();
    let one = |n: i64, ended: Option<&str>| Execution {
        id: ExecutionId::new(),
        item: of,
        caller: "unattended".to_owned(),
        due: Some(Timestamp(n)),
        began_at: Timestamp(n),
        ended: ended.map(|word| (Timestamp(n + 5), word.to_owned())),
        detail: "{}".to_owned(),
    };
    let mut all: Vec<Execution> = (1..=5).map(|n| one(n, Some("done"))).collect();
    // Two of one moment: neither is lost between two pages.
    all.push(one(5, None));
    for execution in &all {
        catalog.put_execution(execution).unwrap();
    }
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = catalog.executions(of, before, 2).unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        seen.extend(page);
    }
    all.reverse();
    assert_eq!(seen, all);
    assert_eq!(catalog.executions_under_way().unwrap(), [all[0].clone()]);
    let over = Execution {
        ended: Some((Timestamp(9), "unknown".to_owned())),
        ..all[0].clone()
    };
    catalog.put_execution(&over).unwrap();
    assert_eq!(catalog.executions_under_way().unwrap(), []);
    assert_eq!(catalog.executions(of, None, 1).unwrap(), [over]);

    let other = Execution {
        item: ItemId::new(),
        ..one(1, Some("done"))
    };
    catalog.put_execution(&other).unwrap();
    catalog.forget_executions(of).unwrap();
    assert_eq!(
        catalog.executions(of, None, 9).unwrap(),
        [],
        "nothing of it is left"
    );
    assert_eq!(
        catalog.executions(other.item, None, 9).unwrap().len(),
        1,
        "what another item did stays"
    );
}
