//! Staying signed in: a folder of its own in which a service's page keeps its cookies, for one
//! account, as long as the person likes.
//!
//! A page is opened in a *profile*: the folder `sign-ins/<id>` of the home. A profile becomes a
//! *kept sign-in* when a flow in it ends well, and is the account's that signed in then; one that
//! never gets as far is deleted. A row goes before its folder, so that what is left after a crash
//! is a folder that nobody knows: the next start deletes it. One that cannot be deleted is named
//! where members are managed, and tried again every minute.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tsunagi_catalog::{Catalog, Entry, KeptSignIn, NewEvent, Slot};
use tsunagi_domain::{Account, KeptSignInId, Member, MemberId};

use crate::agent::Profile;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::{Errand, Running};
use crate::log::Action;
use crate::views::{KeptSignInView, Stay};

mod profiles;

use profiles::{Claim, private_folder};
pub(crate) use profiles::{Leftovers, Profiles, tidy};

/// Where the folders are, in the home.
const FOLDER: &str = "sign-ins";
/// A page that was just closed may still write what it had in hand: a folder that comes back
/// within this time is deleted again.
const COMES_BACK: Duration = Duration::from_secs(2);

/// What a flow does about staying signed in.
#[derive(Debug, Default)]
pub(crate) struct Staying {
    /// The kept sign-in of the account that sat in the slot.
    kept: Option<KeptSignIn>,
    /// The profile that was made for this flow.
    made: Option<KeptSignInId>,
    /// The profile that the page is in.
    open: Option<Claim>,
    /// The person said no to the one that was kept.
    declined: bool,
}

impl Staying {
    /// Where the page is to be opened.
    pub(crate) fn profile(&self, home: &Path) -> Option<Profile> {
        self.open.as_ref().map(|claim| Profile {
            id: claim.id,
            folder: home.join(FOLDER).join(claim.id.to_string()),
        })
    }

    pub(crate) fn as_view(&self) -> Stay {
        if self.open.is_some() {
            Stay::On
        } else {
            Stay::Off
        }
    }

    /// The sign-in goes on elsewhere.
    pub(crate) fn leave(&mut self) {
        self.open = None;
    }
}

impl Console {
    /// What a flow begins with: the kept sign-in of the account that sits in its slot, unless
    /// another flow is in it.
    pub(crate) fn staying(
        &self,
        member: &Member,
        connector: &str,
        before: Option<&Account>,
    ) -> Result<Staying, ConsoleError> {
        let mut stay = Staying::default();
        let Some(account) = before.and_then(|account| account.id.as_deref()) else {
            return Ok(stay);
        };
        let find = || {
            self.inner
                .catalog
                .kept_sign_in_of(member.id, connector, account)
        };
        let Some(kept) = find()? else {
            return Ok(stay);
        };
        // Looked up again once it is claimed: it may have been cleared in between.
        stay.open = self.inner.profiles.claim(kept.id);
        if stay.open.is_some() && find()?.is_some_and(|still| still.id == kept.id) {
            stay.kept = Some(kept);
        } else {
            stay.open = None;
        }
        Ok(stay)
    }

    /// The person wants to stay signed in, or not: what the page is to be opened in changes. Says
    /// whether it does.
    pub(crate) fn change_stay(&self, stay: &mut Staying, wanted: bool) -> bool {
        if wanted == stay.open.is_some() {
            return false;
        }
        if !wanted {
            stay.declined = stay.kept.is_some();
            stay.open = None;
            return true;
        }
        stay.declined = false;
        if let Some(kept) = &stay.kept {
            stay.open = self.inner.profiles.claim(kept.id);
            let still = self.inner.catalog.kept_sign_in_ids();
            if stay.open.is_some() && still.is_ok_and(|ids| ids.contains(&kept.id)) {
                return true;
            }
            // Cleared, or taken by another flow meanwhile: this one keeps its own.
            stay.kept = None;
        }
        let id = *stay.made.get_or_insert_with(KeptSignInId::new);
        stay.open = self.inner.profiles.claim(id);
        true
    }

    /// Makes the folder of a profile, its owner's alone.
    pub(crate) fn make_profile(&self, profile: &Profile) -> Result<(), ConsoleError> {
        let made = private_folder(&self.home().join(FOLDER))
            .and_then(|()| private_folder(&profile.folder));
        made.map_err(|error| {
            ConsoleError::new("home_unwritable")
                .with("path", profile.folder.display().to_string())
                .with("detail", error.to_string())
        })
    }

    /// Settles what becomes of a flow's profiles, once its page is closed. Gives what is to be
    /// deleted, and whose folders are therefore still claimed.
    pub(crate) async fn settle_stay(
        &self,
        errand: &Errand,
        running: &Running,
        stay: &mut Staying,
        well: bool,
    ) -> Vec<Claim> {
        let signed_in = running.signed_in();
        let mut gone = Vec::new();
        if well {
            match self
                .keep(errand, stay, &signed_in.unwrap_or_default())
                .await
            {
                Ok((now, older)) => {
                    running.lock().stay = now;
                    gone.extend(older);
                }
                Err(error) => {
                    tracing::error!(code = %error.code, "the sign-in is not kept");
                    running.lock().stay = Stay::Off;
                    gone.extend(self.drop_open(errand, stay).await);
                }
            }
        } else if let (Some(kept), Some(account)) = (&stay.kept, &signed_in)
            && stay.open.is_some()
            && account.id.as_deref() != Some(kept.account.as_str())
        {
            // Somebody else is signed in there now, and the first account was kept.
            gone.extend(self.drop_open(errand, stay).await);
        }
        let open = stay.open.take();
        let mine = stay.made.into_iter();
        let mine = mine.chain(stay.kept.as_ref().map(|kept| kept.id));
        // Where nobody can say what is kept, nothing is deleted: the next start can.
        let Ok(known) = self.db(Catalog::kept_sign_in_ids).await else {
            return gone;
        };
        let mut unknown: HashSet<_> = mine.filter(|id| !known.contains(id)).collect();
        gone.extend(open.filter(|claim| unknown.remove(&claim.id)));
        let rest = unknown.into_iter();
        gone.extend(rest.filter_map(|id| self.inner.profiles.claim(id)));
        gone
    }

    /// The flow ended well: binds its profile to the account, or says why it cannot.
    async fn keep(
        &self,
        errand: &Errand,
        stay: &mut Staying,
        account: &Account,
    ) -> Result<(Stay, Vec<Claim>), ConsoleError> {
        let Some(open) = stay.open.as_ref().map(|claim| claim.id) else {
            let own = stay.kept.as_ref().filter(|kept| {
                stay.declined && account.id.as_deref() == Some(kept.account.as_str())
            });
            if let Some(id) = own.map(|kept| kept.id) {
                // The box was unticked, and the same account signed in: it is to stay no more.
                // Nobody clears what another flow has open.
                if let Some(claim) = self.inner.profiles.claim(id) {
                    self.forget(errand.session, &[id]).await?;
                    return Ok((Stay::Off, vec![claim]));
                }
            }
            return Ok((Stay::Off, Vec::new()));
        };
        let Some(id) = account.id.clone() else {
            let gone = self.drop_open(errand, stay).await;
            return Ok((Stay::NoAccount, gone.into_iter().collect()));
        };
        let label = account.label().unwrap_or(&id).to_owned();
        let before = stay.kept.as_ref().filter(|kept| kept.id == open);
        let news = before.is_none_or(|kept| kept.account != id);
        let now = self.now();
        let sign_in = KeptSignIn {
            id: open,
            member: errand.member.id,
            connector: errand.connector.id.clone(),
            account: id,
            label,
            created_at: now,
            last_used: now,
        };
        let vault = self.inner.keys.vault()?;
        let event = news.then(|| self.sign_in_event(errand.session, Action::SignInKept, &sign_in));
        let older = self
            .db(move |catalog| {
                let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
                let entry = event.map(|event| Entry { event, tag: &tag });
                catalog.keep_sign_in(&sign_in, entry.as_ref())
            })
            .await?;
        // What another flow has open it deletes itself, when it finds that nobody knows it.
        let claims = older.into_iter();
        let claims = claims.filter_map(|id| self.inner.profiles.claim(id));
        Ok((Stay::On, claims.collect()))
    }

    /// Forgets the profile that is open, if it was kept at all.
    async fn drop_open(&self, errand: &Errand, stay: &mut Staying) -> Option<Claim> {
        let claim = stay.open.take()?;
        if let Err(error) = self.forget(errand.session, &[claim.id]).await {
            tracing::error!(code = %error.code, "a kept sign-in is not forgotten");
        }
        stay.made = stay.made.filter(|made| *made != claim.id);
        stay.kept = stay.kept.take().filter(|kept| kept.id != claim.id);
        Some(claim)
    }

    async fn forget(&self, session: Session, ids: &[KeptSignInId]) -> Result<(), ConsoleError> {
        let (console, ids) = (self.clone(), ids.to_vec());
        let work = tokio::task::spawn_blocking(move || console.forget_now(session, &ids));
        match work.await {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// Takes rows out, with entries in the log where there is a key to chain them with: that the
    /// vault is locked must keep nobody's cookies.
    fn forget_now(&self, session: Session, ids: &[KeptSignInId]) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        let Ok(vault) = self.inner.keys.vault() else {
            catalog.forget_sign_ins(ids, None)?;
            return Ok(());
        };
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        let entry = |kept: &KeptSignIn| Entry {
            event: self.sign_in_event(session, Action::SignInCleared, kept),
            tag: &tag,
        };
        catalog.forget_sign_ins(ids, Some(&entry))?;
        Ok(())
    }

    fn sign_in_event(&self, session: Session, action: Action, kept: &KeptSignIn) -> NewEvent {
        self.event(
            session,
            action,
            &format!("sign_in/{}", kept.id),
            &[("service", &kept.connector), ("account", &kept.label)],
        )
    }

    /// Deletes folders whose rows are gone.
    pub(crate) fn delete_profiles(&self, claims: Vec<Claim>) {
        for claim in claims {
            self.inner.agent.forget(claim.id);
            let folder = self.folder_of(claim.id);
            self.inner.leftovers.delete(&folder);
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                let console = self.clone();
                runtime.spawn(async move {
                    tokio::time::sleep(COMES_BACK).await;
                    console.inner.leftovers.delete(&folder);
                    drop(claim);
                });
            }
        }
    }

    fn folder_of(&self, id: KeptSignInId) -> PathBuf {
        self.home().join(FOLDER).join(id.to_string())
    }

    /// Forgets all that a member kept, within the write that takes their seat or their
    /// passphrase: whoever sits down as them later is signed in nowhere. Gives what is to be
    /// deleted once that is stored.
    pub(crate) fn forget_sign_ins_of(
        &self,
        session: Session,
        member: MemberId,
    ) -> Result<Vec<KeptSignInId>, ConsoleError> {
        let kept = self.inner.catalog.kept_sign_ins(member)?;
        let ids: Vec<_> = kept.into_iter().map(|kept| kept.id).collect();
        self.forget_now(session, &ids)?;
        Ok(ids)
    }

    /// Deletes the folders of sign-ins that were forgotten. What a page is open in, its flow
    /// deletes, when it ends and finds that nobody knows it.
    pub(crate) fn delete_forgotten(&self, forgotten: Vec<KeptSignInId>) {
        let claims = forgotten.into_iter();
        let claims = claims.filter_map(|id| self.inner.profiles.claim(id));
        self.delete_profiles(claims.collect());
    }

    /// Tries again to delete what could not be deleted.
    pub(crate) async fn delete_leftovers(&self) {
        let console = self.clone();
        let retried = tokio::task::spawn_blocking(move || console.inner.leftovers.retry());
        if let Err(error) = retried.await {
            tracing::error!(%error, "folders of sign-ins are not tried again");
        }
    }

    /// The viewer's kept sign-in for the account in a slot. Whose slot it is is of no concern,
    /// unless it is another member's.
    pub(crate) fn kept_for(
        &self,
        viewer: &Member,
        connector: &str,
        slot: &Slot,
    ) -> Result<Option<KeptSignInId>, ConsoleError> {
        let others = slot.key.member.is_some_and(|member| member != viewer.id);
        let account = slot.authorization.account.id.as_deref();
        let Some(account) = account.filter(|_| !others) else {
            return Ok(None);
        };
        let catalog = &self.inner.catalog;
        let kept = catalog.kept_sign_in_of(viewer.id, connector, account)?;
        Ok(kept.map(|kept| kept.id))
    }

    /// The acting member's kept sign-ins, the one used last first.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn kept_sign_ins(&self, session: Session) -> Result<Vec<KeptSignInView>, ConsoleError> {
        let member = self.member(session)?;
        let kept = self.inner.catalog.kept_sign_ins(member.id)?;
        let views = kept.into_iter().map(|kept| KeptSignInView {
            id: kept.id,
            service: self.mark_of(&kept.connector),
            account: kept.label,
            kept_since: kept.created_at,
            last_used: kept.last_used,
        });
        Ok(views.collect())
    }

    /// Clears one of the acting member's kept sign-ins, or all: rows first, then folders. Gives
    /// those that are left.
    ///
    /// # Errors
    /// `sign_in_open` where a page is open in one of them; then none is cleared. `missing` where
    /// it is not there, or somebody else's. `sign_in_folder_stays` where it is forgotten, and its
    /// folder cannot be deleted yet.
    pub fn clear_sign_ins(
        &self,
        session: Session,
        only: Option<KeptSignInId>,
    ) -> Result<Vec<KeptSignInView>, ConsoleError> {
        let member = self.member(session)?;
        let mut cleared = self.inner.catalog.kept_sign_ins(member.id)?;
        cleared.retain(|kept| only.is_none_or(|only| kept.id == only));
        if only.is_some() && cleared.is_empty() {
            return Err(ConsoleError::new("missing"));
        }
        let mut claims = Vec::new();
        for kept in &cleared {
            let claim = self.inner.profiles.claim(kept.id).ok_or_else(|| {
                let service = self.mark_of(&kept.connector).name;
                ConsoleError::new("sign_in_open")
                    .with("service", service)
                    .with("account", &kept.label)
            })?;
            claims.push(claim);
        }
        let ids: Vec<_> = claims.iter().map(|claim| claim.id).collect();
        self.forget_now(session, &ids)?;
        self.delete_profiles(claims);
        self.inner.bell.changed();
        for folder in ids.into_iter().map(|id| self.folder_of(id)) {
            if let Some(detail) = self.inner.leftovers.why(&folder) {
                return Err(ConsoleError::new("sign_in_folder_stays")
                    .with("path", folder.display().to_string())
                    .with("detail", detail));
            }
        }
        self.kept_sign_ins(session)
    }
}
