//! What a catalog stores of keys, as the tests keep it.

use tsunagi_vault::{
    Aad, DataKey, Home, KeyHolder, KeyRecord, MemoryKeyHolder, Reader, Vault, VaultError,
};

pub(crate) const CATALOG: &str = "0198c0de-0000-7000-8000-00000000000a";
pub(crate) const NEXT: &str = "0198c0de-0000-7000-8000-00000000000a/next";
pub(crate) const READERS: [Reader; 2] = [Reader::Workspace, Reader::Unattended];

pub(crate) fn edited(record: &KeyRecord, edit: impl FnOnce(&mut serde_json::Value)) -> KeyRecord {
    let mut json = serde_json::to_value(record).unwrap();
    edit(&mut json);
    serde_json::from_value(json).unwrap()
}

pub(crate) fn tag(vault: &Vault) -> [u8; 32] {
    vault.event_tag(&[0; 32], b"entry")
}

/// Whether both seal alike: they are the same key.
pub(crate) fn same(a: &DataKey, b: &DataKey) -> bool {
    let aad = Aad::credential("credential", "access_token", 1);
    b.open(&aad, &a.seal(&aad, b"hunter2").unwrap()).is_ok()
}

/// The id of the key in an entry of the keyring; `None` where there is none.
pub(crate) fn id_in(holder: &MemoryKeyHolder, entry: &str) -> Option<String> {
    let copy = MemoryKeyHolder::new();
    copy.set(CATALOG, &holder.get(entry).unwrap()?).unwrap();
    let (vault, _) = Vault::adopt_from_keyring(CATALOG, &copy).unwrap();
    Some(vault.key_id().to_owned())
}

/// What a catalog stores: the key record, and wraps with what they hold.
pub(crate) struct Stored {
    pub(crate) record: KeyRecord,
    pub(crate) wraps: Vec<Wrap>,
    pub(crate) tag: [u8; 32],
}

pub(crate) struct Wrap {
    pub(crate) key: DataKey,
    pub(crate) subject: String,
    pub(crate) reader: Reader,
    pub(crate) wrapped: Vec<u8>,
}

impl Stored {
    pub(crate) fn new(holder: &MemoryKeyHolder) -> Self {
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

    pub(crate) fn wrap(&mut self, vault: &Vault, reader: Reader) {
        let (key, subject) = (vault.new_data_key(), self.wraps.len().to_string());
        let wrapped = vault.wrap(&key, &subject, &reader).unwrap();
        self.wraps.push(Wrap {
            key,
            subject,
            reader,
            wrapped,
        });
    }

    pub(crate) fn open(&self, holder: &dyn KeyHolder) -> Result<Vault, VaultError> {
        Vault::open_from_keyring(CATALOG, &self.record, holder)
    }

    /// Whether the vault opens everything that is stored, and continues the log.
    pub(crate) fn is_whole(&self, vault: &Vault) -> bool {
        let opens = |wrap: &Wrap| {
            vault
                .unwrap(&wrap.wrapped, &wrap.subject, &wrap.reader)
                .is_ok_and(|key| same(&wrap.key, &key))
        };
        self.wraps.iter().all(opens) && tag(vault) == self.tag
    }
}

pub(crate) fn begin(
    stored: &Stored,
    holder: &dyn KeyHolder,
) -> Result<(Vault, KeyRecord), VaultError> {
    Vault::begin_rotation(CATALOG, &stored.record, Home::Keyring(holder))
}

pub(crate) fn rewrap(vault: &Vault, wrap: &mut Wrap) {
    wrap.wrapped = vault
        .rewrap(&wrap.wrapped, &wrap.subject, &wrap.reader)
        .unwrap();
}

/// Everything, from beginning to end.
pub(crate) fn rotate(stored: &mut Stored, holder: &MemoryKeyHolder) -> Vault {
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
