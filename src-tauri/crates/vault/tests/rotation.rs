//! A new key takes the old one's place, whatever happens on the way, and nothing is lost.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tsunagi_vault::{
    Aad, DataKey, Home, KeyHolder, KeyRecord, KeyringError, MasterKey, MemoryKeyHolder, Reader,
    Vault, VaultError,
};

const CATALOG: &str = "0198c0de-0000-7000-8000-00000000000a";
const NEXT: &str = "0198c0de-0000-7000-8000-00000000000a/next";
const READERS: [Reader; 2] = [Reader::Workspace, Reader::Unattended];

fn edited(record: &KeyRecord, edit: impl FnOnce(&mut serde_json::Value)) -> KeyRecord {
    let mut json = serde_json::to_value(record).unwrap();
    edit(&mut json);
    serde_json::from_value(json).unwrap()
}

fn tag(vault: &Vault) -> [u8; 32] {
    vault.event_tag(&[0; 32], b"entry")
}

/// Whether both seal alike: they are the same key.
fn same(a: &DataKey, b: &DataKey) -> bool {
    let aad = Aad::credential("credential", "access_token", 1);
    b.open(&aad, &a.seal(&aad, b"hunter2").unwrap()).is_ok()
}

/// The id of the key in an entry of the keyring; `None` where there is none.
fn id_in(holder: &MemoryKeyHolder, entry: &str) -> Option<String> {
    let copy = MemoryKeyHolder::new();
    copy.set(CATALOG, &holder.get(entry).unwrap()?).unwrap();
    let (vault, _) = Vault::adopt_from_keyring(CATALOG, &copy).unwrap();
    Some(vault.key_id().to_owned())
}

/// What a catalog stores: the key record, and wraps with what they hold.
struct Stored {
    record: KeyRecord,
    wraps: Vec<Wrap>,
    tag: [u8; 32],
}

struct Wrap {
    key: DataKey,
    subject: String,
    reader: Reader,
    wrapped: Vec<u8>,
}

impl Stored {
    fn new(holder: &MemoryKeyHolder) -> Self {
        let (vault, record) = Vault::create_in_keyring(CATALOG, holder).unwrap();
        let mut stored = Self {
            record,
            wraps: Vec::new(),
            tag: tag(&vault),
        };
        for reader in READERS {
            stored.wrap(&vault, reader);
        }
        stored
    }

    fn wrap(&mut self, vault: &Vault, reader: Reader) {
        let (key, subject) = (vault.new_data_key(), self.wraps.len().to_string());
        let wrapped = vault.wrap(&key, &subject, &reader).unwrap();
        self.wraps.push(Wrap {
            key,
            subject,
            reader,
            wrapped,
        });
    }

    fn open(&self, holder: &dyn KeyHolder) -> Result<Vault, VaultError> {
        Vault::open_from_keyring(CATALOG, &self.record, holder)
    }

    /// Whether the vault opens everything that is stored, and continues the log.
    fn is_whole(&self, vault: &Vault) -> bool {
        let opens = |wrap: &Wrap| {
            vault
                .unwrap(&wrap.wrapped, &wrap.subject, &wrap.reader)
                .is_ok_and(|key| same(&wrap.key, &key))
        };
        self.wraps.iter().all(opens) && tag(vault) == self.tag
    }
}

fn begin(stored: &Stored, holder: &dyn KeyHolder) -> Result<(Vault, KeyRecord), VaultError> {
    Vault::begin_rotation(CATALOG, &stored.record, Home::Keyring(holder))
}

fn rewrap(vault: &Vault, wrap: &mut Wrap) {
    wrap.wrapped = vault
        .rewrap(&wrap.wrapped, &wrap.subject, &wrap.reader)
        .unwrap();
}

/// Everything, from beginning to end.
fn rotate(stored: &mut Stored, holder: &MemoryKeyHolder) -> Vault {
    let (vault, record) = begin(stored, holder).unwrap();
    stored.record = record;
    for wrap in &mut stored.wraps {
        rewrap(&vault, wrap);
    }
    let (vault, record) = vault
        .finish_rotation(CATALOG, &stored.record, Some(holder))
        .unwrap();
    stored.record = record;
    vault
}

#[test]
fn during_a_rotation_both_keys_open_and_only_the_new_one_wraps() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let before = stored.open(&holder).unwrap();
    let (vault, record) = begin(&stored, &holder).unwrap();
    stored.record = record;

    assert!(stored.record.is_rotating(), "the screen can tell");
    assert_ne!(before.key_id(), vault.key_id(), "it is a new key");
    assert_eq!(
        stored.record.key_id(),
        vault.key_id(),
        "which the record names"
    );
    assert!(stored.is_whole(&vault), "the old key's wraps still open");
    for wrap in &stored.wraps {
        assert!(before.is_current(&wrap.wrapped), "they were current once");
        assert!(!vault.is_current(&wrap.wrapped), "and have to be taken up");
    }

    stored.wrap(&vault, Reader::Workspace);
    let new = stored.wraps.last().unwrap();
    assert!(vault.is_current(&new.wrapped), "new wraps need nothing");
    assert_eq!(
        before.unwrap(&new.wrapped, &new.subject, &new.reader).err(),
        Some(VaultError::WrongKey),
        "the old key, known to somebody else perhaps, opens none of them"
    );
    assert!(stored.is_whole(&vault), "both kinds open side by side");
    assert!(
        stored.is_whole(&stored.open(&holder).unwrap()),
        "and after a restart"
    );
}

#[test]
fn a_finished_rotation_leaves_nothing_of_the_old_key() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let old = stored.wraps[0].wrapped.clone();
    let old_id = id_in(&holder, CATALOG).unwrap();
    let vault = rotate(&mut stored, &holder);

    assert!(!stored.record.is_rotating(), "it is over");
    assert!(stored.is_whole(&vault), "everything opens");
    let again = stored.open(&holder).unwrap();
    assert!(stored.is_whole(&again), "after a restart too");
    for vault in [&vault, &again] {
        assert_eq!(
            vault.unwrap(&old, "0", &Reader::Workspace).err(),
            Some(VaultError::WrongKey),
            "what was left under the old key is gone"
        );
    }
    assert_eq!(
        id_in(&holder, CATALOG).as_deref(),
        Some(vault.key_id()),
        "the keyring has the new key in the old one's place"
    );
    assert_eq!(id_in(&holder, NEXT), None, "and no second entry");
    assert!(
        !serde_json::to_string(&stored.record)
            .unwrap()
            .contains(&old_id),
        "nor does the record know it"
    );
}

#[test]
fn wrapping_again_changes_only_what_has_to_change() {
    let holder = MemoryKeyHolder::new();
    let stored = Stored::new(&holder);
    let (vault, _) = begin(&stored, &holder).unwrap();
    for wrap in &stored.wraps {
        let rewrap = |wrapped: &[u8]| vault.rewrap(wrapped, &wrap.subject, &wrap.reader).unwrap();
        let once = rewrap(&wrap.wrapped);
        assert!(vault.is_current(&once), "it is under the new key");
        assert_eq!(rewrap(&once), once, "twice is once");
        let key = vault.unwrap(&once, &wrap.subject, &wrap.reader).unwrap();
        assert!(same(&wrap.key, &key), "the data key is the same");
    }

    let wrapped = &stored.wraps[0].wrapped;
    let current = vault.rewrap(wrapped, "0", &Reader::Workspace).unwrap();
    let member = Reader::Member("0198c0de-0000-7000-8000-000000000001".to_owned());
    for (wrapped, which) in [(wrapped, "old"), (&current, "current")] {
        for (subject, reader, error) in [
            ("1", &Reader::Workspace, VaultError::SealedDamaged),
            ("0", &Reader::Unattended, VaultError::SealedDamaged),
            ("0", &member, VaultError::ReaderUnavailable),
        ] {
            assert_eq!(
                vault.rewrap(wrapped, subject, reader).err(),
                Some(error),
                "an {which} wrap that was moved to {subject} or {reader} is not made good"
            );
        }
        assert_eq!(
            vault
                .rewrap(&wrapped[..wrapped.len() - 1], "0", &Reader::Workspace)
                .err(),
            Some(VaultError::SealedDamaged),
            "an {which} wrap that was cut is told"
        );
    }
    for nothing in [&[][..], b"TSNG", &[0; 94]] {
        assert!(
            !vault.is_current(nothing),
            "bytes from anywhere are no wrap"
        );
    }
}

#[test]
fn the_log_is_the_same_chain_after_any_number_of_rotations() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    for n in 1..=3 {
        let (vault, _) = begin(&stored, &holder).unwrap();
        assert_eq!(tag(&vault), stored.tag, "rotation {n}: under way");
        let vault = rotate(&mut stored, &holder);
        assert_eq!(tag(&vault), stored.tag, "rotation {n}: finished");
        let vault = stored.open(&holder).unwrap();
        assert_eq!(tag(&vault), stored.tag, "rotation {n}: after a restart");
    }
}

#[test]
fn a_rotation_under_way_goes_on_and_is_not_begun_twice() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let (vault, record) = begin(&stored, &holder).unwrap();
    stored.record = record;
    stored.wrap(&vault, Reader::Workspace);

    let (again, record) = begin(&stored, &holder).unwrap();
    assert_eq!(record, stored.record, "it is the one that is under way");
    assert!(
        stored.is_whole(&again),
        "a second new key would lose what the first wrapped"
    );
}

#[test]
fn finishing_twice_is_finishing_once() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let vault = rotate(&mut stored, &holder);
    let (again, record) = vault
        .finish_rotation(CATALOG, &stored.record, Some(&holder))
        .unwrap();
    assert_eq!(record, stored.record, "there was nothing to do");
    assert!(stored.is_whole(&again), "and nothing was lost");
}

#[test]
fn finishing_asks_for_what_it_needs_and_takes_no_other_record() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let before = stored.open(&holder).unwrap();
    let (vault, record) = begin(&stored, &holder).unwrap();
    let old = std::mem::replace(&mut stored.record, record);

    for (what, vault, record, keyring, error) in [
        (
            "no keyring",
            &vault,
            &stored.record,
            None,
            VaultError::KeyringNeeded,
        ),
        (
            "the old record",
            &vault,
            &old,
            Some(&holder),
            VaultError::WrongKey,
        ),
        (
            "the old vault",
            &before,
            &stored.record,
            Some(&holder),
            VaultError::WrongKey,
        ),
    ] {
        let keyring = keyring.map(|holder| holder as &dyn KeyHolder);
        assert_eq!(
            vault.finish_rotation(CATALOG, record, keyring).err(),
            Some(error),
            "{what}"
        );
        assert!(
            stored.is_whole(&stored.open(&holder).unwrap()),
            "{what}: the old key was not given up"
        );
    }
    assert_eq!(
        vault
            .finish_rotation("another", &stored.record, Some(&holder))
            .err(),
        Some(VaultError::KeyringLockedOrEmpty),
        "another catalog's entries are not touched"
    );
}

#[test]
fn a_beginning_that_was_never_stored_is_begun_anew_with_a_new_key() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    begin(&stored, &holder).unwrap();
    let lost = id_in(&holder, NEXT).unwrap();

    let vault = rotate(&mut stored, &holder);
    assert_ne!(
        vault.key_id(),
        lost,
        "a key that lay in the keyring meanwhile may be known"
    );
    assert!(stored.is_whole(&vault), "nothing was wrapped under it");
}

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

#[test]
fn a_rotation_ends_the_recovery_code_and_takes_a_new_one() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let code = |record: &KeyRecord, holder| {
        Vault::new_recovery_code(CATALOG, record, Home::Keyring(holder)).unwrap()
    };
    let (older, record) = code(&stored.record, &holder);
    stored.record = record;
    stored.record = begin(&stored, &holder).unwrap().1;
    assert!(
        !stored.record.has_recovery_code(),
        "the screen has to ask for a new one"
    );
    let recover = |record: &KeyRecord, code: &str, holder| {
        Vault::recover(CATALOG, record, code, Home::Keyring(holder))
    };
    assert_eq!(
        recover(&stored.record, older.expose(), &holder).err(),
        Some(VaultError::RecoveryNotSetUp),
        "the old code opened the old key"
    );

    let (newer, record) = code(&stored.record, &holder);
    stored.record = record;
    let lost = MemoryKeyHolder::new();
    let (vault, record) = recover(&stored.record, newer.expose(), &lost).unwrap();
    assert!(stored.is_whole(&vault), "it opens what either key wrapped");
    stored.record = record;
    for wrap in &mut stored.wraps {
        rewrap(&vault, wrap);
    }
    let (_, record) = vault
        .finish_rotation(CATALOG, &stored.record, Some(&lost))
        .unwrap();
    stored.record = record;
    let found = MemoryKeyHolder::new();
    let (vault, _) = recover(&stored.record, newer.expose(), &found).unwrap();
    assert!(stored.is_whole(&vault), "and stays good to the end");
}

#[test]
fn behind_a_passphrase_the_new_key_is_behind_the_same_one() {
    const PASSPHRASE: &str = "correct horse";
    let (before, record) = Vault::create_with_passphrase(CATALOG, PASSPHRASE).unwrap();
    let mut stored = Stored {
        record,
        wraps: Vec::new(),
        tag: tag(&before),
    };
    stored.wrap(&before, Reader::Workspace);
    let begin = |home| Vault::begin_rotation(CATALOG, &stored.record, home);
    assert_eq!(
        begin(Home::Passphrase("wrong horse")).err(),
        Some(VaultError::WrongPassphrase),
        "nobody else gives the workspace a new key"
    );
    let keyring = MemoryKeyHolder::new();
    assert_eq!(
        begin(Home::Keyring(&keyring)).err(),
        Some(VaultError::PassphraseNeeded),
        "and the key does not leave its home"
    );

    let (vault, record) = begin(Home::Passphrase(PASSPHRASE)).unwrap();
    stored.record = record;
    assert!(stored.is_whole(&vault), "both keys open");
    stored.wrap(&vault, Reader::Unattended);
    let open =
        |record: &KeyRecord| Vault::open_with_passphrase(CATALOG, record, PASSPHRASE).unwrap();
    let again = open(&stored.record);
    assert!(stored.is_whole(&again), "after a restart too");
    for wrap in &mut stored.wraps {
        rewrap(&again, wrap);
    }
    let (_, record) = again
        .finish_rotation(CATALOG, &stored.record, None)
        .unwrap();
    stored.record = record;
    assert!(!stored.record.is_rotating(), "it is over");
    let vault = open(&stored.record);
    assert!(
        stored.is_whole(&vault),
        "the same passphrase opens the new key"
    );
    assert_eq!(
        before
            .unwrap(&stored.wraps[0].wrapped, "0", &Reader::Workspace)
            .err(),
        Some(VaultError::WrongKey),
        "which is another"
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

/// A program that is killed after so many steps: calls of the keyring, and writes of the catalog.
struct Killed {
    kept: MemoryKeyHolder,
    steps: AtomicUsize,
    limit: usize,
    /// Whether the last step still takes effect, without the program hearing of it.
    unheard: bool,
}

impl Killed {
    fn step<T>(&self, act: impl FnOnce() -> T) -> Result<T, KeyringError> {
        let step = self.steps.fetch_add(1, Ordering::Relaxed);
        if step < self.limit {
            return Ok(act());
        }
        if step == self.limit && self.unheard {
            act();
        }
        Err(KeyringError::Other("killed".to_owned()))
    }
}

impl KeyHolder for Killed {
    fn get(&self, entry: &str) -> Result<Option<MasterKey>, KeyringError> {
        self.step(|| self.kept.get(entry))?
    }

    fn set(&self, entry: &str, key: &MasterKey) -> Result<(), KeyringError> {
        self.step(|| self.kept.set(entry, key))?
    }

    fn remove(&self, entry: &str) -> Result<(), KeyringError> {
        self.step(|| self.kept.remove(entry))?
    }
}

/// What the program does from its start until the rotation is over, each write a step.
fn run(stored: &mut Stored, killed: &Killed) -> Result<(), VaultError> {
    stored.open(killed)?;
    let (vault, record) = begin(stored, killed)?;
    killed.step(|| stored.record = record)?;
    killed.step(|| stored.wrap(&vault, Reader::Workspace))?;
    for wrap in &mut stored.wraps {
        killed.step(|| rewrap(&vault, wrap))?;
    }
    let (vault, record) = vault.finish_rotation(CATALOG, &stored.record, Some(killed))?;
    killed.step(|| stored.record = record)?;
    assert!(stored.is_whole(&vault), "the vault at the end opens all");
    Ok(())
}

#[test]
fn a_rotation_killed_at_any_step_leaves_the_catalog_open_and_goes_on() {
    for unheard in [false, true] {
        let (mut rotating, mut both) = (0, 0);
        for limit in 0.. {
            let holder = MemoryKeyHolder::new();
            let mut stored = Stored::new(&holder);
            let killed = |limit| Killed {
                kept: holder.clone(),
                steps: AtomicUsize::new(0),
                limit,
                unheard,
            };
            let ended = run(&mut stored, &killed(limit));
            let what = format!("killed at step {limit}, unheard: {unheard}");

            let vault = stored
                .open(&holder)
                .unwrap_or_else(|e| panic!("{what}: {e}"));
            assert!(stored.is_whole(&vault), "{what}: everything opens");
            rotating += usize::from(stored.record.is_rotating());
            both += usize::from(stored.record.is_rotating() && id_in(&holder, NEXT).is_some());

            run(&mut stored, &killed(usize::MAX)).unwrap_or_else(|e| panic!("{what}: {e}"));
            let vault = stored.open(&holder).unwrap();
            assert!(
                stored.is_whole(&vault),
                "{what}: nothing is lost at the end"
            );
            assert!(!stored.record.is_rotating(), "{what}: and it is the end");
            for wrap in &stored.wraps {
                assert!(vault.is_current(&wrap.wrapped), "{what}: all under one key");
            }
            assert_eq!(id_in(&holder, NEXT), None, "{what}: the keyring is tidy");
            if ended.is_ok() {
                assert!(limit > 15, "every step was stopped at");
                break;
            }
        }
        assert!(
            rotating > both && both > 5,
            "stopped in the middle, and after the keyring was tidied"
        );
    }
}

#[derive(Debug, Clone)]
enum Step {
    Begin,
    Wrap(bool),
    Rewrap(prop::sample::Index),
    RewrapAll,
    Finish,
    NewCode,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Begin),
        any::<bool>().prop_map(Step::Wrap),
        any::<prop::sample::Index>().prop_map(Step::Rewrap),
        Just(Step::RewrapAll),
        Just(Step::Finish),
        Just(Step::NewCode),
        Just(Step::Restart),
    ]
}

proptest! {
    // Sixty are enough for every pair of steps, and take a second or two.
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_order_of_steps_loses_nothing(steps in prop::collection::vec(step(), 0..24)) {
        let holder = MemoryKeyHolder::new();
        let mut stored = Stored::new(&holder);
        let mut vault = stored.open(&holder).unwrap();
        for step in steps {
            match &step {
                Step::Begin => (vault, stored.record) = begin(&stored, &holder).unwrap(),
                Step::Wrap(alone) => {
                    stored.wrap(&vault, READERS[usize::from(*alone)].clone());
                }
                Step::Rewrap(at) => {
                    let at = at.index(stored.wraps.len());
                    rewrap(&vault, &mut stored.wraps[at]);
                }
                Step::RewrapAll => {
                    for wrap in &mut stored.wraps {
                        rewrap(&vault, wrap);
                    }
                }
                Step::Finish => {
                    if stored.wraps.iter().all(|wrap| vault.is_current(&wrap.wrapped)) {
                        (vault, stored.record) = vault
                            .finish_rotation(CATALOG, &stored.record, Some(&holder))
                            .unwrap();
                    }
                }
                Step::NewCode => {
                    let (code, record) =
                        Vault::new_recovery_code(CATALOG, &stored.record, Home::Keyring(&holder))
                            .unwrap();
                    stored.record = record;
                    let elsewhere = MemoryKeyHolder::new();
                    let home = Home::Keyring(&elsewhere);
                    let recovered =
                        Vault::recover(CATALOG, &stored.record, code.expose(), home).unwrap().0;
                    prop_assert!(stored.is_whole(&recovered), "the code opens all");
                }
                Step::Restart => {
                    let json = serde_json::to_string(&stored.record).unwrap();
                    stored.record = serde_json::from_str(&json).unwrap();
                    vault = stored.open(&holder).unwrap();
                }
            }
            prop_assert_eq!(stored.record.key_id(), vault.key_id(), "after {:?}", &step);
            prop_assert!(stored.is_whole(&vault), "after {:?}", &step);
        }
    }
}

#[test]
fn a_mark_tells_what_the_present_key_wraps_from_what_the_former_one_did() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let old = stored.open(&holder).unwrap();
    let is_under = |vault: &Vault, stored: &Stored| -> Vec<bool> {
        let mark = vault.wrap_mark();
        let wraps = stored.wraps.iter();
        wraps.map(|wrap| wrap.wrapped.starts_with(&mark)).collect()
    };
    assert!(is_under(&old, &stored).iter().all(|under| *under));
    let new = rotate(&mut stored, &holder);
    assert_ne!(old.wrap_mark(), new.wrap_mark());
    assert!(is_under(&new, &stored).iter().all(|under| *under));
    assert!(!is_under(&old, &stored).iter().any(|under| *under));
}
