//! For whom credentials are sealed, and opening what is sealed for somebody.
//!
//! `domain::readers` decides who may open a credential; this module carries it out. Whoever gains
//! access gets the data key wrapped once more. Whoever loses it must not be able to open what is
//! stored from then on, also not with a data key they have seen: the credential is sealed under
//! another one, inside the same lock and lease as a renewal, whose answer would else be stored
//! under a key that nobody has any more.

use tokio::time::Instant;
use tsunagi_catalog::{Catalog, CatalogError, Lease, Sealed, Wrap};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::readers::{Readers, readers};
use tsunagi_domain::{AuthorizationId, Kind, MemberId, Mode};
use tsunagi_vault::{DataKey, Reader};

use crate::credential::Credential;
use crate::fresh::{LEASE_MS, LOOK_AGAIN};
use crate::{GateError, Gateway, Keys};

/// How often settling starts anew where somebody else was faster.
const TRIES: u32 = 5;

/// For what a credential is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// For a request of a caller.
    For(Caller),
    /// To renew it, to hand it back to its provider, or to seal it for other readers.
    Upkeep,
}

/// For whom a credential is to be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct For {
    readers: Readers,
    /// Whose slot it sits in.
    member: Option<MemberId>,
}

impl For {
    /// For everybody who has the workspace open.
    const fn nobody() -> Self {
        Self {
            readers: Readers {
                workspace: false,
                member: false,
                unattended: false,
            },
            member: None,
        }
    }

    /// As a credential of an admin connection is sealed.
    #[cfg(test)]
    pub(crate) const fn everybody() -> Self {
        Self {
            readers: readers(tsunagi_domain::Kind::Admin, false, false),
            member: None,
        }
    }

    /// The readers, as the vault names them.
    fn names(self) -> Vec<Reader> {
        let mut names = Vec::new();
        if self.readers.workspace {
            names.push(Reader::Workspace);
        }
        if let Some(member) = self.member.filter(|_| self.readers.member) {
            names.push(Reader::Member(member.to_string()));
        }
        if self.readers.unattended {
            names.push(Reader::Unattended);
        }
        names
    }

    /// The readers a stored credential has; `None` where it has one that is none of these, such
    /// as another member.
    fn stored(self, sealed: &Sealed) -> Option<Readers> {
        let member = self.member.map(|member| Reader::Member(member.to_string()));
        let mut readers = Self::nobody().readers;
        for wrap in &sealed.wraps {
            match wrap.reader.parse() {
                Ok(Reader::Workspace) => readers.workspace = true,
                Ok(Reader::Unattended) => readers.unattended = true,
                Ok(reader) if Some(&reader) == member.as_ref() => readers.member = true,
                _ => return None,
            }
        }
        Some(readers)
    }

    /// Wraps a data key for these readers.
    ///
    /// # Errors
    /// [`GateError::Locked`] where the member's own key is needed and not open.
    pub(crate) fn wrap(
        self,
        keys: &Keys,
        key: &DataKey,
        id: AuthorizationId,
    ) -> Result<Vec<Wrap>, GateError> {
        self.names()
            .into_iter()
            .map(|reader| self.wrap_one(keys, key, id, &reader))
            .collect()
    }

    fn wrap_one(
        self,
        keys: &Keys,
        key: &DataKey,
        id: AuthorizationId,
        reader: &Reader,
    ) -> Result<Wrap, GateError> {
        let subject = id.to_string();
        let wrapped = match reader {
            Reader::Member(_) => self
                .member
                .and_then(|member| keys.of_member(member))
                .ok_or(GateError::Locked)?
                .wrap(key, &subject)?,
            Reader::Workspace | Reader::Unattended => keys.vault()?.wrap(key, &subject, reader)?,
        };
        Ok(Wrap {
            reader: reader.to_string(),
            wrapped,
        })
    }
}

fn is_wrapped_for(sealed: &Sealed, reader: &Reader) -> bool {
    let name = reader.to_string();
    sealed.wraps.iter().any(|wrap| wrap.reader == name)
}

/// The data key of a credential, for whoever opens it: by the workspace's wrap, else by the open
/// key of the member it is sealed for, else, with nobody present, by the unattended one. A
/// request of one member never opens what is sealed for another.
///
/// # Errors
/// [`GateError::Locked`], or where the vault fails.
pub(crate) fn data_key(
    keys: &Keys,
    opening: Opening,
    id: AuthorizationId,
    sealed: &Sealed,
) -> Result<DataKey, GateError> {
    let subject = id.to_string();
    // Without the workspace's key nothing is opened, a signed-in member's own included.
    let vault = keys.vault()?;
    let of = |reader: &Reader| {
        let name = reader.to_string();
        sealed.wraps.iter().find(|wrap| wrap.reader == name)
    };
    if let Some(wrap) = of(&Reader::Workspace) {
        return Ok(vault.unwrap(&wrap.wrapped, &subject, &Reader::Workspace)?);
    }
    for (member, own) in keys.of_members() {
        if matches!(opening, Opening::For(Caller::Member(caller)) if caller != member) {
            continue;
        }
        if let Some(wrap) = of(&Reader::Member(member.to_string())) {
            return Ok(own.unwrap(&wrap.wrapped, &subject)?);
        }
    }
    match (opening, of(&Reader::Unattended)) {
        (Opening::Upkeep | Opening::For(Caller::Unattended), Some(wrap)) => {
            Ok(vault.unwrap(&wrap.wrapped, &subject, &Reader::Unattended)?)
        }
        _ => Err(GateError::Locked),
    }
}

/// For whom an authorization is to be sealed, as its slots stand; `also` is a slot it is about to
/// fill, and whether it becomes the primary account there. `has_passphrase` overrides what is
/// stored about its member.
fn wanted(
    catalog: &Catalog,
    id: AuthorizationId,
    also: Option<(SlotKey, bool)>,
    has_passphrase: Option<bool>,
) -> Result<For, CatalogError> {
    let mut places: Vec<(SlotKey, bool)> = catalog
        .slots_of_authorization(id)?
        .into_iter()
        .map(|key| (key, false))
        .collect();
    places.extend(also);
    let mut wanted = For::nobody();
    for (key, becomes) in places {
        let Some((kind, mode)) = shape_of(catalog, key)? else {
            continue;
        };
        let protected = match (has_passphrase, key.member) {
            (Some(known), _) => known,
            (None, Some(member)) => catalog
                .proof(member)?
                .is_some_and(|proof| proof.record.is_some()),
            (None, None) => false,
        };
        let unattended = becomes || runs_unattended(catalog, mode, key)?;
        let here = readers(kind, protected, unattended);
        wanted = For {
            readers: wanted.readers.and(here),
            member: wanted.member.or(key.member),
        };
    }
    Ok(wanted)
}

/// Kind and environment mode of the connection a slot is of; `None` where there is no such
/// connection. Of one that cannot be read the slot itself says whether it is a member's own: its
/// credential is sealed for as few and as many as before, so that no key it needs is given up.
fn shape_of(catalog: &Catalog, key: SlotKey) -> Result<Option<(Kind, Option<Mode>)>, CatalogError> {
    match catalog.connection(key.connection) {
        Err(CatalogError::Unreadable(_)) => {
            let kind = if key.member.is_some() {
                Kind::LoggedInUser
            } else {
                Kind::Admin
            };
            let remains = catalog.remains(key.connection)?;
            Ok(remains.map(|remains| (kind, remains.mode)))
        }
        found => Ok(found?.map(|connection| (connection.kind, Some(connection.mode)))),
    }
}

/// R11, R13: whether a slot's account is primary, or was accepted as such beforehand. What sits in
/// a reach of the environment mode that was left runs nothing, whoever was primary there.
fn runs_unattended(
    catalog: &Catalog,
    mode: Option<Mode>,
    key: SlotKey,
) -> Result<bool, CatalogError> {
    let Some(member) = key.member else {
        return Ok(true);
    };
    if mode.is_some_and(|mode| !mode.reaches().contains(&key.reach)) {
        return Ok(false);
    }
    let primary = catalog
        .primaries(key.connection)?
        .iter()
        .any(|primary| primary.reach == key.reach && primary.member == member);
    Ok(primary
        || catalog.offers(key.connection)?.iter().any(|offer| {
            offer.reach == key.reach && offer.member == member && offer.accepted_at.is_some()
        }))
}

impl Gateway {
    /// For whom a sign-in's tokens are sealed that are about to fill a slot.
    pub(crate) async fn for_slot(
        &self,
        id: AuthorizationId,
        key: SlotKey,
        becomes_primary: bool,
    ) -> Result<For, GateError> {
        self.db(move |catalog| wanted(catalog, id, Some((key, becomes_primary)), None))
            .await
    }

    /// Whether a credential can be opened for upkeep now.
    ///
    /// # Errors
    /// Where the catalog cannot be read.
    pub async fn can_open(&self, id: AuthorizationId) -> Result<bool, GateError> {
        let sealed = self.db(move |catalog| catalog.sealed(id)).await?;
        Ok(sealed
            .is_some_and(|sealed| data_key(&self.inner.keys, Opening::Upkeep, id, &sealed).is_ok()))
    }

    /// Brings the readers of a stored credential in line with what `domain::readers` says now:
    /// after its member set or removed a passphrase, after a primary account moved, and at
    /// sign-in, where an earlier attempt was broken off.
    ///
    /// # Errors
    /// [`GateError::Locked`] where the member's own key is needed and not open: it is done when
    /// they sign in. [`GateError::RenewalBusy`] where another process keeps the credential.
    pub async fn settle_readers(&self, id: AuthorizationId) -> Result<(), GateError> {
        self.settle_readers_as(id, None).await
    }

    /// As [`Self::settle_readers`], as though its member had a passphrase, or none.
    ///
    /// # Errors
    /// Those of [`Self::settle_readers`].
    pub async fn settle_readers_as(
        &self,
        id: AuthorizationId,
        has_passphrase: Option<bool>,
    ) -> Result<(), GateError> {
        for _ in 0..TRIES {
            let (wanted, sealed) = self
                .db(move |catalog| {
                    Ok((
                        wanted(catalog, id, None, has_passphrase)?,
                        catalog.sealed(id)?,
                    ))
                })
                .await?;
            let Some(sealed) = sealed else { return Ok(()) };
            let names = wanted.names();
            if names.is_empty() {
                // It sits nowhere any more.
                return Ok(());
            }
            let stored = wanted.stored(&sealed);
            let only_grows = stored.is_some_and(|stored| stored.only_grows_to(wanted.readers));
            let missing: Vec<Reader> = names
                .into_iter()
                .filter(|name| !is_wrapped_for(&sealed, name))
                .collect();
            let done = match (only_grows, missing.is_empty()) {
                (true, true) => return Ok(()),
                (true, false) => self.add_readers(id, wanted, &sealed, &missing).await,
                (false, _) => self.reseal(id, wanted).await,
            };
            match done {
                // Somebody stored another version meanwhile, or replaced the key.
                Err(GateError::Catalog(CatalogError::Stale | CatalogError::KeyReplaced)) => {}
                other => return other,
            }
        }
        Err(GateError::RenewalBusy)
    }

    async fn add_readers(
        &self,
        id: AuthorizationId,
        wanted: For,
        sealed: &Sealed,
        missing: &[Reader],
    ) -> Result<(), GateError> {
        let keys = &self.inner.keys;
        let key = data_key(keys, Opening::Upkeep, id, sealed)?;
        let wraps = missing
            .iter()
            .map(|reader| wanted.wrap_one(keys, &key, id, reader))
            .collect::<Result<Vec<_>, _>>()?;
        let version = sealed.version;
        self.db(move |catalog| catalog.add_wraps(id, version, &wraps))
            .await
    }

    /// Seals a credential, and the one before it, under another data key. Waits for a renewal
    /// that is under way here or in another process.
    async fn reseal(&self, id: AuthorizationId, wanted: For) -> Result<(), GateError> {
        let _only_one = self.inner.flights.lock_of(id).lock_owned().await;
        let started = Instant::now();
        let generation = loop {
            let (owner, now) = (self.inner.owner.clone(), self.now());
            let lease = self
                .db(move |catalog| catalog.take_lease(id, &owner, now, LEASE_MS))
                .await?;
            match lease {
                Lease::Taken {
                    generation,
                    version,
                    ..
                } => {
                    // A renewal whose answer could not be stored is sealed under the key that is
                    // about to go.
                    if let Some(mut kept) = self.inner.flights.kept(id, version) {
                        kept.generation = generation;
                        let stored = self.store(kept).await;
                        if let Err(error) = stored {
                            self.give_back(id, generation).await;
                            return Err(error);
                        }
                    }
                    break generation;
                }
                Lease::Held { .. } if started.elapsed() < self.inner.limits.wait => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Lease::Held { .. } => return Err(GateError::RenewalBusy),
            }
        };
        let resealed = self.reseal_leased(id, wanted, generation).await;
        self.give_back(id, generation).await;
        resealed
    }

    async fn reseal_leased(
        &self,
        id: AuthorizationId,
        wanted: For,
        generation: u64,
    ) -> Result<(), GateError> {
        let keys = &self.inner.keys;
        let Some(sealed) = self.db(move |catalog| catalog.sealed(id)).await? else {
            return Ok(());
        };
        let old = data_key(keys, Opening::Upkeep, id, &sealed)?;
        let new = keys.vault()?.new_data_key();
        let again = |version: u64, bytes: &[u8]| {
            Credential::opened(&old, id, version, bytes)?.sealed(&new, id, version)
        };
        let resealed = Sealed {
            version: sealed.version,
            sealed: again(sealed.version, &sealed.sealed)?,
            previous: match &sealed.previous {
                Some((version, bytes)) => Some((*version, again(*version, bytes)?)),
                None => None,
            },
            wraps: wanted.wrap(keys, &new, id)?,
        };
        let owner = self.inner.owner.clone();
        self.db(move |catalog| catalog.reseal(id, &owner, generation, &resealed))
            .await
    }

    async fn give_back(&self, id: AuthorizationId, generation: u64) {
        let owner = self.inner.owner.clone();
        let released = self
            .db(move |catalog| catalog.release_lease(id, &owner, generation))
            .await;
        if let Err(error) = released {
            // The lease ends by itself.
            tracing::warn!(authorization = %id, code = error.code(), "lease not given back");
        }
    }
}
