use tsunagi_catalog::{
    AcceptedConnector, Catalog, CatalogError, Redirect, Registration, SealedSecret, SlotSettings,
    Wrap,
};
use tsunagi_domain::{
    DataCenter, Kind, Member, MemberId, Mode, Plan, Reach, RegistrationId, Role, Workspace,
    WorkspaceId,
};

use crate::fixture::{Home, NOW, connection};

fn workspace() -> Workspace {
    Workspace {
        id: WorkspaceId::new(),
        name: "Sato & Co".to_owned(),
        plan: Plan::Paid,
        data_center: DataCenter("us".to_owned()),
        country: None,
        created_at: NOW,
    }
}

fn founder() -> Member {
    let name = "Aiko".to_owned();
    Member {
        id: MemberId::new(),
        name,
        role: Role::SuperAdmin,
        active: true,
    }
}

#[test]
fn a_workspace_is_founded_once() {
    let home = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(home.path()).unwrap();
    assert_eq!(
        catalog.workspace().unwrap(),
        None,
        "a new catalog has no workspace yet"
    );
    let (first, founder_of_first) = (workspace(), founder());
    catalog
        .found(&first, &founder_of_first, "{\"check\":1}")
        .unwrap();
    let again = Catalog::open(home.path())
        .unwrap()
        .found(&workspace(), &founder(), "{}");
    assert_eq!(
        again,
        Err(CatalogError::Founded),
        "a second start must not found a second one"
    );
    assert_eq!(
        catalog.workspace().unwrap(),
        Some(first),
        "the first one stands"
    );
    assert_eq!(
        catalog.members().unwrap(),
        [founder_of_first],
        "with its founder alone"
    );
    let record = catalog.key_record().unwrap();
    assert_eq!(
        record.as_deref(),
        Some("{\"check\":1}"),
        "and the record of its own key"
    );
}

#[test]
fn plan_data_center_and_country_can_change() {
    let home = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(home.path()).unwrap();
    let mut changed = workspace();
    catalog.found(&changed, &founder(), "{}").unwrap();
    changed.plan = Plan::Free;
    changed.data_center = DataCenter("eu".to_owned());
    changed.country = Some("JP".to_owned());
    catalog.set_workspace(&changed).unwrap();
    catalog.set_key_record("rotated").unwrap();
    let catalog = Catalog::open(home.path()).unwrap();
    assert_eq!(
        catalog.workspace().unwrap(),
        Some(changed),
        "R1 lets a super admin change these"
    );
    assert_eq!(
        catalog.key_record().unwrap().as_deref(),
        Some("rotated"),
        "so does a rotation"
    );
}

#[test]
fn members_and_settings_are_kept() {
    let home = Home::new();
    let mut member = home.catalog.member(home.member).unwrap().unwrap();
    for role in [
        Role::SuperAdmin,
        Role::Developer,
        Role::User,
        Role::PortalUser,
        Role::Admin,
    ] {
        member.role = role;
        member.active = !member.active;
        home.catalog.set_member(&member).unwrap();
        let kept = home.catalog.member(home.member).unwrap();
        assert_eq!(
            kept.as_ref(),
            Some(&member),
            "every role must be read as it was written"
        );
    }
    assert_eq!(
        home.catalog.setting("theme").unwrap(),
        None,
        "unset is not empty"
    );
    home.catalog.set_setting("theme", "dark").unwrap();
    home.catalog.set_setting("theme", "light").unwrap();
    assert_eq!(
        home.catalog.setting("theme").unwrap().as_deref(),
        Some("light"),
        "the last stands"
    );
}

fn registration(connector: &str, redirect: Redirect) -> Registration {
    let wraps = vec![
        Wrap {
            reader: "unattended".to_owned(),
            wrapped: vec![1; 48],
        },
        Wrap {
            reader: "workspace".to_owned(),
            wrapped: vec![2; 48],
        },
    ];
    Registration {
        id: RegistrationId::new(),
        connector: connector.to_owned(),
        name: "Ours".to_owned(),
        client_id: "client".to_owned(),
        secret: Some(SealedSecret {
            sealed: vec![3; 80],
            wraps,
            version: 4,
        }),
        redirect,
        created_at: NOW,
    }
}

#[test]
fn registrations_of_every_redirect_address_are_kept() {
    let home = Home::new();
    let redirects = [
        Redirect::LoopbackAnyPort,
        Redirect::LoopbackPort(47_113),
        Redirect::LocalhostPort(47_114),
        Redirect::Intercepted("https://connect.example.com".to_owned()),
    ];
    let mut all = Vec::new();
    for redirect in redirects {
        let mut registration = registration("practice", redirect);
        home.catalog.add_registration(&registration).unwrap();
        let kept = home.catalog.registration(registration.id).unwrap();
        assert_eq!(
            kept.as_ref(),
            Some(&registration),
            "it must come back as it was registered"
        );
        registration.secret = None;
        registration.name = "Public".to_owned();
        home.catalog.update_registration(&registration).unwrap();
        all.push(registration);
    }
    assert_eq!(
        home.catalog.registrations(Some("practice")).unwrap(),
        all,
        "changes are kept"
    );
    assert_eq!(
        home.catalog.registrations(Some("other")).unwrap(),
        [],
        "by connector"
    );
    assert_eq!(
        home.catalog.registrations(None).unwrap(),
        all,
        "or all of them"
    );
}

#[test]
fn a_secret_that_is_removed_is_waited_for_until_it_is_entered() {
    let home = Home::new();
    let ours = registration("practice", Redirect::LoopbackAnyPort);
    home.catalog.add_registration(&ours).unwrap();
    for _ in 0..2 {
        home.catalog.remove_secret(ours.id).unwrap();
        let kept = home.catalog.registration(ours.id).unwrap().unwrap();
        assert_eq!(kept.secret, None, "and removing it once more is the same");
        assert!(home.catalog.secret_due(ours.id).unwrap());
    }
    home.catalog.update_registration(&ours).unwrap();
    assert!(!home.catalog.secret_due(ours.id).unwrap(), "entered");
    assert_eq!(
        home.catalog.registration(ours.id).unwrap(),
        Some(ours),
        "with what opens it"
    );
    let unknown = home.catalog.remove_secret(RegistrationId::new());
    assert!(matches!(unknown, Err(CatalogError::Missing(_))));
}

#[test]
fn a_registration_in_use_is_listed_and_not_deleted() {
    let home = Home::new();
    let ours = registration("practice", Redirect::LoopbackAnyPort);
    home.catalog.add_registration(&ours).unwrap();
    let mut own = connection("Own", Kind::Admin, Mode::Same);
    own.registration = Some(ours.id);
    home.catalog.add_connection(&own).unwrap();
    let overridden = home.add("Overridden", Kind::Admin, Mode::PerEnvironment);
    let settings = SlotSettings {
        reach: Reach::Stage,
        settings: [("sandbox".to_owned(), "yes".to_owned())].into(),
        registration: Some(ours.id),
    };
    home.catalog
        .set_slot_settings(overridden.id, &settings, &[])
        .unwrap();
    assert_eq!(
        home.catalog.connections_of_registration(ours.id).unwrap(),
        [own.id, overridden.id],
        "a use in one environment is a use"
    );
    let refused = home.catalog.delete_registration(ours.id);
    assert_eq!(
        refused,
        Err(CatalogError::StillUsed),
        "R18: only when nothing uses it"
    );
    home.catalog.delete_connection(own.id).unwrap();
    home.catalog.delete_connection(overridden.id).unwrap();
    home.catalog.delete_registration(ours.id).unwrap();
    assert_eq!(
        home.catalog.registration(ours.id).unwrap(),
        None,
        "then it goes"
    );
}

#[test]
fn an_accepted_connector_is_replaced_by_a_later_acceptance() {
    let home = Home::new();
    let mut connector = AcceptedConnector {
        id: "mine".to_owned(),
        hash: "aa".to_owned(),
        toml: "id = 'mine'".to_owned(),
        accepted_by: home.member,
        accepted_at: NOW,
    };
    home.catalog.accept_connector(&connector).unwrap();
    connector.hash = "bb".to_owned();
    connector.accepted_at = NOW.plus_seconds(9);
    home.catalog.accept_connector(&connector).unwrap();
    assert_eq!(
        home.catalog.accepted_connectors().unwrap(),
        [connector],
        "one file, one hash"
    );
    assert!(
        home.catalog.withdraw_connector("mine").unwrap(),
        "it was there"
    );
    assert!(
        !home.catalog.withdraw_connector("mine").unwrap(),
        "and is there no more"
    );
    assert_eq!(
        home.catalog.accepted_connectors().unwrap(),
        [],
        "its file is a draft again"
    );
}
