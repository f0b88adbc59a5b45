//! The workspace's own row, and settings.

use tsunagi_catalog::{Catalog, CatalogError};
use tsunagi_domain::{DataCenter, Member, MemberId, Plan, Role, Workspace, WorkspaceId};

use super::harm;
use crate::fixture::{Home, NOW};

/// A home whose workspace was founded, and may do everything.
fn founded() -> Home {
    let home = Home::new();
    let workspace = Workspace {
        id: WorkspaceId::new(),
        name: "Home".to_owned(),
        plan: Plan::Paid,
        data_center: DataCenter("us".to_owned()),
        country: Some("US".to_owned()),
        created_at: NOW,
    };
    let founder = Member {
        id: MemberId::new(),
        name: "Ines".to_owned(),
        role: Role::SuperAdmin,
        active: true,
    };
    home.catalog.found(&workspace, &founder, "record").unwrap();
    home
}

#[test]
fn a_workspace_that_cannot_be_read_is_the_strictest_and_mended_by_choosing_again() {
    for (sql, why) in [
        ("UPDATE workspace SET plan = 'moon'", "plan: unknown word"),
        ("UPDATE workspace SET data_center = cast(x'ff' AS TEXT)", ""),
        ("UPDATE workspace SET country = cast(x'ff' AS TEXT)", ""),
        ("UPDATE workspace SET name = cast(x'486fff' AS TEXT)", ""),
    ] {
        let home = founded();
        let before = home.catalog.workspace().unwrap().unwrap();
        assert_eq!(harm(&home, sql), 1);
        let found = home.catalog.quarantined().unwrap();
        let told: Vec<_> = found.iter().map(|row| row.what).collect();
        assert_eq!(told, ["workspace"], "{sql}: a person learns of it");
        assert!(found[0].why.starts_with(why), "{}", found[0].why);
        let here = home.catalog.workspace().unwrap().expect("it is there");
        assert_eq!(here.id, before.id, "{sql}: and is the same");
        assert!(
            here.plan == Plan::Free
                || !here.data_center.is_served()
                || sql.contains("name")
                || here.country.is_none(),
            "{sql}: nothing more is allowed than before"
        );
        // A new name is no choice of a plan.
        let renamed = Workspace {
            name: "Another".to_owned(),
            ..here.clone()
        };
        home.catalog.set_workspace(&renamed).unwrap();
        let left = home.catalog.quarantined().unwrap().len();
        assert_eq!(
            left,
            usize::from(!sql.contains("name")),
            "{sql}: not hidden"
        );
        let chosen = Workspace {
            plan: Plan::Free,
            data_center: before.data_center.clone(),
            country: before.country.clone(),
            ..renamed
        };
        home.catalog.change_workspace(&chosen, &[]).unwrap();
        assert_eq!(home.catalog.quarantined().unwrap(), [], "{sql}: mended");
        assert_eq!(home.catalog.workspace().unwrap(), Some(chosen));
    }
}

#[test]
fn a_workspace_that_does_not_say_whose_it_is_is_a_damaged_file() {
    let home = founded();
    assert_eq!(harm(&home, "UPDATE workspace SET id = x'00'"), 1);
    let Err(CatalogError::Damaged { file, .. }) = Catalog::open_unharmed(home.path(), "stamp")
    else {
        panic!("it cannot be opened");
    };
    assert_eq!(file, "catalog.sqlite", "which is named");
}

#[test]
fn a_setting_that_cannot_be_read_is_named() {
    let home = Home::new();
    home.catalog.set_setting("locale", "ja").unwrap();
    home.catalog.set_setting("theme", "dark").unwrap();
    let sql = "UPDATE setting SET value = cast(x'ff' AS TEXT) WHERE name = 'locale'";
    assert_eq!(harm(&home, sql), 1);
    let found = home.catalog.quarantined().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].what, found[0].name.as_str()),
        ("setting", "locale")
    );
    assert_eq!(
        home.catalog.setting("theme").unwrap().as_deref(),
        Some("dark")
    );
    home.catalog.set_setting("locale", "en").unwrap();
    assert_eq!(
        home.catalog.quarantined().unwrap(),
        [],
        "set again, it is mended"
    );
}
