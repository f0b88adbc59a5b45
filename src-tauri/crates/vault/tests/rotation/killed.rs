//! A program that is killed on the way, at any step, and goes on.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tsunagi_vault::{
    Home, KeyHolder, KeyringError, MasterKey, MemoryKeyHolder, Reader, Vault, VaultError,
};

use crate::stored::{CATALOG, NEXT, READERS, Stored, begin, id_in, rewrap};

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
