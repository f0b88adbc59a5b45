use tsunagi_catalog::{
    CatalogError, Redirect, Registration, SealedSecret, StoredWrap, Wrap, WrapOf,
};
use tsunagi_domain::{
    AuthorizationId, DataCenter, Kind, Mode, Plan, Reach, RegistrationId, Workspace, WorkspaceId,
};

use crate::fixture::{Home, NOW, filling, sealed, shared_slot, slot};
use crate::revoking::written;

/// What the fake wraps of these tests begin with, in place of the vault's header.
const OLD: &[u8] = b"former key/";
const NEW: &[u8] = b"new key/";

fn under(mark: &[u8], reader: &str) -> Wrap {
    Wrap {
        reader: reader.to_owned(),
        wrapped: [mark, reader.as_bytes(), &[7; 40]].concat(),
    }
}

/// A credential of a member's own, which runs unattended too.
fn fill(home: &Home, mark: &[u8]) -> Result<AuthorizationId, CatalogError> {
    let made = home.add("Practice", Kind::LoggedInUser, Mode::Same);
    let mut full = filling(slot(made.id, Reach::All, home.member), home.member);
    full.sealed.wraps = vec![
        under(b"their own/", &format!("member:{}", home.member)),
        under(mark, "unattended"),
    ];
    home.catalog.fill(&full)?;
    Ok(full.authorization.id)
}

fn registration(mark: &[u8]) -> Registration {
    Registration {
        id: RegistrationId::new(),
        connector: "filing".to_owned(),
        name: "Filing".to_owned(),
        client_id: "7".to_owned(),
        secret: Some(SealedSecret {
            sealed: vec![3; 60],
            wraps: vec![under(mark, "unattended"), under(mark, "workspace")],
            version: 1,
        }),
        redirect: Redirect::LoopbackAnyPort,
        created_at: NOW,
    }
}

fn founded() -> (Home, String) {
    let home = Home::new();
    let workspace = Workspace {
        id: WorkspaceId::new(),
        name: "Home".to_owned(),
        plan: Plan::Paid,
        data_center: DataCenter("us".to_owned()),
        country: None,
        created_at: NOW,
    };
    let founder = home.catalog.member(home.member).unwrap().unwrap();
    home.catalog.found(&workspace, &founder, "first").unwrap();
    (home, "first".to_owned())
}

#[test]
fn everything_the_workspaces_key_wraps_is_found_piece_by_piece_and_wrapped_anew() {
    let (home, record) = founded();
    let first = fill(&home, OLD).unwrap();
    let second = fill(&home, OLD).unwrap();
    let client = registration(OLD);
    home.catalog.add_registration(&client).unwrap();
    home.catalog
        .replace_key_record(&record, "new, with old", Some(NEW), None)
        .unwrap();
    assert_eq!(home.catalog.count_wraps_without(NEW).unwrap(), 4);

    let mut seen = Vec::new();
    let mut after: Option<(WrapOf, String)> = None;
    loop {
        let from = after.as_ref().map(|(of, reader)| (*of, reader.as_str()));
        let some = home.catalog.wraps_without(NEW, from, 1).unwrap();
        let Some(last) = some.last() else { break };
        assert_eq!(some.len(), 1, "as many at a time as one likes");
        after = Some((last.of, last.wrap.reader.clone()));
        seen.extend(some);
    }
    let of: Vec<_> = seen.iter().map(|found| found.of).collect();
    assert_eq!(
        of,
        [
            WrapOf::Credential(first),
            WrapOf::Credential(second),
            WrapOf::ClientSecret(client.id),
            WrapOf::ClientSecret(client.id),
        ],
        "credentials and client secrets, each once; a member's own wraps are not among them"
    );
    let anew: Vec<_> = seen
        .into_iter()
        .map(|found| {
            let wrapped = under(NEW, &found.wrap.reader).wrapped;
            (found, wrapped)
        })
        .collect();
    assert_eq!(home.catalog.rewrap(&anew).unwrap(), 4);
    assert_eq!(home.catalog.rewrap(&anew).unwrap(), 0, "done is done");
    assert_eq!(home.catalog.count_wraps_without(NEW).unwrap(), 0);
    let kept = home.catalog.sealed(first).unwrap().unwrap();
    let own = under(b"their own/", &format!("member:{}", home.member));
    assert!(
        kept.wraps.contains(&own),
        "the member's key is not the workspace's"
    );
    assert_eq!(kept.wraps.len(), 2, "nobody was added or removed");
    home.catalog.scrub_wraps();
    assert_eq!(
        written(home.path(), OLD),
        [""; 0],
        "what the former key wrapped is in no file, nor in its log"
    );
}

#[test]
fn from_a_replacement_on_nothing_is_stored_that_the_former_key_wraps() {
    let (home, record) = founded();
    let id = fill(&home, OLD).unwrap();
    let client = registration(OLD);
    home.catalog.add_registration(&client).unwrap();
    home.catalog
        .replace_key_record(&record, "new, with old", Some(NEW), None)
        .unwrap();
    let refused = Err(CatalogError::KeyReplaced);
    assert_eq!(fill(&home, OLD).map(|_| ()), refused, "a sign-in");
    let late = [under(OLD, "unattended")];
    assert_eq!(home.catalog.add_wraps(id, 1, &late), refused, "a reader");
    assert_eq!(
        home.catalog.add_registration(&registration(OLD)),
        refused,
        "a client secret"
    );
    assert_eq!(
        home.catalog.update_registration(&client),
        refused,
        "one that was read before"
    );
    let stored = StoredWrap {
        of: WrapOf::Credential(id),
        wrap: under(OLD, "unattended"),
    };
    let other = under(b"a third key/", "unattended").wrapped;
    assert_eq!(
        home.catalog.rewrap(&[(stored, other)]).map(|_| ()),
        refused,
        "nor anything else"
    );
    assert!(fill(&home, NEW).is_ok(), "what the new key wraps is");
}

#[test]
fn a_wrap_that_changed_meanwhile_is_left_alone() {
    let (home, record) = founded();
    let made = home.add("Shared", Kind::Admin, Mode::Same);
    let mut full = filling(shared_slot(made.id, Reach::All), home.member);
    full.sealed.wraps = vec![under(OLD, "workspace")];
    home.catalog.fill(&full).unwrap();
    let id = full.authorization.id;
    home.catalog
        .replace_key_record(&record, "new, with old", Some(NEW), None)
        .unwrap();
    let found = home.catalog.wraps_without(NEW, None, 10).unwrap();
    // Somebody seals it anew, under another data key, between reading and writing.
    let mut anew = sealed(1, b"under another data key");
    anew.wraps = vec![under(NEW, "workspace")];
    anew.wraps[0].wrapped.push(1);
    let generation = match home.catalog.take_lease(id, "us", NOW, 60_000).unwrap() {
        tsunagi_catalog::Lease::Taken { generation, .. } => generation,
        tsunagi_catalog::Lease::Held { .. } => panic!("nobody else has it"),
    };
    home.catalog.reseal(id, "us", generation, &anew).unwrap();
    let late = (found[0].clone(), under(NEW, "workspace").wrapped);
    assert_eq!(
        home.catalog.rewrap(&[late]).unwrap(),
        0,
        "it was another data key's"
    );
    assert_eq!(
        home.catalog.sealed(id).unwrap(),
        Some(anew),
        "which opens nothing there now"
    );
}

#[test]
fn a_record_replaces_the_one_it_was_made_of_and_one_process_at_a_time_makes_it() {
    let (home, record) = founded();
    let replace =
        |former: &str, next: &str| home.catalog.replace_key_record(former, next, None, None);
    replace(&record, "second").unwrap();
    assert_eq!(
        replace(&record, "also second").unwrap_err(),
        CatalogError::KeyReplaced,
        "an older record must not come back"
    );
    assert_eq!(
        home.catalog.key_record().unwrap().as_deref(),
        Some("second")
    );
    assert_eq!(
        home.catalog.wrap_mark().unwrap(),
        None,
        "the key is the same"
    );
    let held = home.catalog.lock_key().unwrap();
    let other = tsunagi_catalog::Catalog::open(home.path()).unwrap();
    assert_eq!(other.lock_key().unwrap_err(), CatalogError::Busy);
    drop(held);
    assert!(other.lock_key().is_ok(), "given back");
}
