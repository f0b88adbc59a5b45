//! Keys that are strange, forged or not kept: nothing is replaced by them or for them.

use tsunagi_vault::{KeyHolder, KeyringError, MasterKey, MemoryKeyHolder, Vault, VaultError};

use crate::stored::{CATALOG, NEXT, Stored, begin, edited, id_in};

#[test]
fn which_keys_the_keyring_shows_decides_what_is_said() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let old = holder.get(CATALOG).unwrap();
    stored.record = begin(&stored, &holder).unwrap().1;
    let new = holder.get(NEXT).unwrap();
    let strange = Some(MasterKey::generate());

    let empty = VaultError::KeyringLockedOrEmpty;
    for (what, first, second, error) in [
        ("as it was left", &old, &new, None),
        ("only the new key", &None, &new, None),
        ("the new key in the old one's place", &new, &None, None),
        ("the new key twice", &new, &new, None),
        ("both, the other way round", &new, &old, None),
        ("a strange key and the new one", &strange, &new, None),
        ("nothing", &None, &None, Some(empty.clone())),
        ("only the old key", &old, &None, Some(empty)),
        ("a strange key", &strange, &None, Some(VaultError::WrongKey)),
        (
            "the old and a strange key",
            &old,
            &strange,
            Some(VaultError::WrongKey),
        ),
    ] {
        let shown = MemoryKeyHolder::new();
        for (entry, key) in [(CATALOG, first), (NEXT, second)] {
            if let Some(key) = key {
                shown.set(entry, key).unwrap();
            }
        }
        let opened = stored.open(&shown);
        if let Ok(vault) = &opened {
            assert!(stored.is_whole(vault), "{what}: the new key has both");
        }
        assert_eq!(opened.err(), error, "{what}");
    }
}

#[test]
fn a_strange_key_in_the_keyring_is_never_replaced() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let own = holder.get(CATALOG).unwrap().unwrap();
    holder.set(NEXT, &own).unwrap();
    holder.set(CATALOG, &MasterKey::generate()).unwrap();
    let strange = id_in(&holder, CATALOG);
    assert_eq!(
        begin(&stored, &holder).err(),
        Some(VaultError::KeyringEntryExists),
        "beginning needs the first entry for the workspace's own key"
    );
    assert_eq!(id_in(&holder, CATALOG), strange, "it is still there");

    holder.set(CATALOG, &own).unwrap();
    let (vault, record) = begin(&stored, &holder).unwrap();
    stored.record = record;
    holder.set(CATALOG, &MasterKey::generate()).unwrap();
    let strange = id_in(&holder, CATALOG);
    assert_eq!(
        vault
            .finish_rotation(CATALOG, &stored.record, Some(&holder))
            .err(),
        Some(VaultError::KeyringEntryExists),
        "and so does finishing"
    );
    assert_eq!(id_in(&holder, CATALOG), strange, "it is still there");
    assert!(
        stored.is_whole(&stored.open(&holder).unwrap()),
        "and nothing else was lost"
    );
}

#[test]
fn a_forged_rotation_opens_nothing() {
    let holder = MemoryKeyHolder::new();
    let stored = Stored::new(&holder);
    let record = begin(&stored, &holder).unwrap().1;
    let other = {
        let holder = MemoryKeyHolder::new();
        let stored = Stored::new(&holder);
        let record = begin(&stored, &holder).unwrap().1;
        serde_json::to_value(record).unwrap()
    };
    type Edit<'a> = &'a dyn Fn(&mut serde_json::Value);
    let forgeries: [(&str, Edit<'_>); 6] = [
        ("no old key", &|json| {
            json.as_object_mut().unwrap().remove("old");
        }),
        ("another old key", &|json| {
            json["old"] = other["old"].clone()
        }),
        ("another old id", &|json| {
            json["old"]["key_id"] = "00".into();
        }),
        ("a cut old key", &|json| {
            json["old"]["sealed_key"] = "AAAA".into();
        }),
        ("no log key", &|json| {
            json.as_object_mut().unwrap().remove("events");
        }),
        ("another log key", &|json| {
            json["events"] = other["events"].clone();
        }),
    ];
    for (what, edit) in forgeries {
        assert_eq!(
            Vault::open_from_keyring(CATALOG, &edited(&record, edit), &holder).err(),
            Some(VaultError::RecordDamaged),
            "{what}: the check covers the rotation"
        );
    }
    let grafted = edited(&stored.record, |json| json["old"] = other["old"].clone());
    assert_eq!(
        Vault::open_from_keyring(CATALOG, &grafted, &holder).err(),
        Some(VaultError::RecordDamaged),
        "nor can a record be made to say that a rotation is under way"
    );
}

/// Does nothing when it is told to keep a rotation's new key.
struct ForgetsNext(MemoryKeyHolder);

impl KeyHolder for ForgetsNext {
    fn get(&self, entry: &str) -> Result<Option<MasterKey>, KeyringError> {
        self.0.get(entry)
    }

    fn set(&self, entry: &str, key: &MasterKey) -> Result<(), KeyringError> {
        if entry == NEXT {
            return Ok(());
        }
        self.0.set(entry, key)
    }

    fn remove(&self, entry: &str) -> Result<(), KeyringError> {
        self.0.remove(entry)
    }
}

#[test]
fn a_keyring_that_does_not_keep_the_new_key_begins_no_rotation() {
    let holder = MemoryKeyHolder::new();
    let stored = Stored::new(&holder);
    assert_eq!(
        begin(&stored, &ForgetsNext(holder.clone())).err(),
        Some(VaultError::KeyringNotKept),
        "what it wrapped would be lost with the process"
    );
    assert!(
        stored.is_whole(&stored.open(&holder).unwrap()),
        "everything is as before"
    );
}
