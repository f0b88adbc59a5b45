//! Members' passphrases: set, change, remove one's own; reset another's who forgot it.
//!
//! What is sealed follows: each change of a passphrase goes through all credentials in the
//! member's own slots. Broken off halfway, it is taken up at the next sign-in, because what is
//! stored about the passphrase says at every moment how they are to be sealed, and the key that
//! opens them is given up last.

use std::collections::BTreeSet;

use tsunagi_catalog::Slot;
use tsunagi_domain::{AuthorizationId, Member, MemberId, roles};
use tsunagi_gateway::GateError;
use tsunagi_vault::{MemberVault, VaultError};
use zeroize::Zeroizing;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::{Action, Going};
use crate::session::key_record;
use crate::views::{MembersView, Start};

impl Console {
    /// Sets, changes or removes (`next` is `None`) the acting member's own passphrase. What
    /// others could open until now, they could copy until now: it protects from here on.
    ///
    /// # Errors
    /// `signed_out`; `passphrase_short`; those of signing in for the present one; a credential
    /// that cannot be sealed anew, where a passphrase is removed: it stays then.
    pub async fn set_passphrase(
        &self,
        session: Session,
        current: Option<String>,
        next: Option<String>,
    ) -> Result<Start, ConsoleError> {
        let _one_at_a_time = self.inner.signing_in.lock().await;
        let member = self.member(session)?;
        self.inner.keys.vault()?;
        let protected = self.has_passphrase(member.id)?;
        let next = next.filter(|next| !next.is_empty());
        let action = match (protected, next) {
            (false, None) => return self.start(session),
            (false, Some(next)) => {
                self.protect(&member, next).await?;
                Action::MemberPassphraseSet
            }
            (true, Some(next)) => {
                self.change(&member, current, next).await?;
                Action::MemberPassphraseChanged
            }
            (true, None) => {
                self.prove(&member, current).await?;
                self.unprotect(member.id).await?;
                Action::MemberPassphraseRemoved
            }
        };
        self.log_member(session, action, &member, &[])?;
        self.inner.bell.changed();
        self.start(session)
    }

    async fn protect(&self, member: &Member, next: String) -> Result<(), ConsoleError> {
        let (catalog, id) = (self.workspace()?.id.to_string(), member.id);
        let made = tokio::task::spawn_blocking(move || {
            MemberVault::create(&catalog, &id.to_string(), &Zeroizing::new(next))
        });
        let (own, record) = made.await.map_err(|_| ConsoleError::new("internal"))??;
        let record = written(&record)?;
        // Durable before anything is sealed for it alone.
        self.inner.catalog.set_member_key(id, Some(&record))?;
        self.inner.keys.open_member(id, own);
        // The passphrase is set; a credential another process keeps busy follows at sign-in.
        if let Err(error) = self.settle_own(id).await {
            tracing::warn!(code = %error.code, "not every credential is sealed for its member yet");
        }
        Ok(())
    }

    async fn change(
        &self,
        member: &Member,
        current: Option<String>,
        next: String,
    ) -> Result<(), ConsoleError> {
        let Some(own) = self.prove(member, current.clone()).await? else {
            return Ok(());
        };
        let proof = self.inner.catalog.proof(member.id)?.unwrap_or_default();
        let record = key_record(&proof.record.unwrap_or_default())?;
        let (catalog, id) = (self.workspace()?.id.to_string(), member.id);
        let changed = tokio::task::spawn_blocking(move || {
            let current = Zeroizing::new(current.unwrap_or_default());
            let next = Zeroizing::new(next);
            MemberVault::change_passphrase(&catalog, &id.to_string(), &record, &current, &next)
        });
        let record = changed.await.map_err(|_| ConsoleError::new("internal"))??;
        self.inner
            .catalog
            .set_member_key(id, Some(&written(&record)?))?;
        self.inner.keys.open_member(id, own);
        Ok(())
    }

    /// Every credential is sealed for everybody before the key that opens it is given up.
    async fn unprotect(&self, member: MemberId) -> Result<(), ConsoleError> {
        for id in self.own_authorizations(member).await? {
            let settled = self.inner.gateway.settle_readers_as(id, Some(false));
            settled.await?;
        }
        self.inner.catalog.set_member_key(member, None)?;
        // What was authorized meanwhile was still sealed for the key.
        self.settle_own(member).await?;
        self.inner.keys.lock_member(member);
        Ok(())
    }

    async fn own_authorizations(
        &self,
        member: MemberId,
    ) -> Result<Vec<AuthorizationId>, ConsoleError> {
        self.db(move |catalog| catalog.authorizations_of_member(member))
            .await
    }

    /// A member's own authorizations that go with their passphrase: nobody else can open them.
    pub(crate) async fn lost_without_key(
        &self,
        member: MemberId,
    ) -> Result<BTreeSet<AuthorizationId>, ConsoleError> {
        self.off_thread(move |console| console.sealed_for_alone(member))
            .await
    }

    fn sealed_for_alone(
        &self,
        member: MemberId,
    ) -> Result<BTreeSet<AuthorizationId>, ConsoleError> {
        if !self.has_passphrase(member)? {
            return Ok(BTreeSet::new());
        }
        let name = format!("member:{member}");
        let mut lost = BTreeSet::new();
        for id in self.inner.catalog.authorizations_of_member(member)? {
            let sealed = self.inner.catalog.sealed(id)?;
            if sealed.is_some_and(|sealed| sealed.wraps.iter().all(|wrap| wrap.reader == name)) {
                lost.insert(id);
            }
        }
        Ok(lost)
    }

    /// Whether only a member who is away can open what sits in a slot.
    pub(crate) fn is_locked(&self, slot: &Slot) -> Result<bool, ConsoleError> {
        let Some(member) = slot.key.member else {
            return Ok(false);
        };
        if self.inner.keys.is_member_open(member) || !self.has_passphrase(member)? {
            return Ok(false);
        }
        let name = format!("member:{member}");
        let sealed = self.inner.catalog.sealed(slot.authorization.id)?;
        Ok(sealed.is_some_and(|sealed| sealed.wraps.iter().all(|wrap| wrap.reader == name)))
    }

    /// Takes away the passphrase of a member who forgot it. What only they could open is gone
    /// with it and has to be authorized again, and where they stayed signed in is cleared; what
    /// runs unattended goes on.
    ///
    /// # Errors
    /// `super_admin_needed`; `role_not_allowed` for their own; the acting member's
    /// passphrase; those of the catalog.
    pub async fn reset_passphrase(
        &self,
        session: Session,
        member: MemberId,
        passphrase: Option<String>,
    ) -> Result<MembersView, ConsoleError> {
        let actor = self.member(session)?;
        let target = self.known_member(member)?;
        roles::may_reset_passphrase(&actor, &target)?;
        // Else whoever finds the seat open could sit down as anybody.
        self.confirm(&actor, passphrase).await?;
        let _one_at_a_time = self.inner.signing_in.lock().await;
        self.inner.keys.vault()?;
        let mut lost = self.lost_without_key(member).await?;
        // What can fail comes first: until all of the others are sealed for everybody, nothing is
        // gone.
        for id in self.own_authorizations(member).await? {
            if lost.contains(&id) {
                continue;
            }
            match self.inner.gateway.settle_readers_as(id, Some(false)).await {
                // Nobody can open it: it is lost like the others.
                Err(GateError::Locked | GateError::Vault(VaultError::SealedDamaged)) => {
                    lost.insert(id);
                }
                other => other?,
            }
        }
        let going = Going::Reset {
            member: target.name.clone(),
        };
        // Whoever sits down as them needs no passphrase from here on.
        let forgotten = self.at_once(|| {
            // What was authorized meanwhile was still sealed for the key alone.
            lost.extend(self.sealed_for_alone(member)?);
            for id in &lost {
                let account = self.account_at_least(*id)?;
                self.goes_by(session, *id, &account, &going, || {
                    Ok(self.inner.catalog.empty(*id)?)
                })?;
            }
            let count = lost.len().to_string();
            self.inner.catalog.set_member_key(member, None)?;
            let args = [("lost", count.as_str())];
            self.log_member(session, Action::MemberPassphraseReset, &target, &args)?;
            self.forget_sign_ins_of(session, member)
        })?;
        self.delete_forgotten(forgotten);
        self.inner.bell.changed();
        self.members(session)
    }

    /// Asks for the acting member's passphrase where they have one, as before somebody is given
    /// more than they had.
    ///
    /// # Errors
    /// `passphrase_required` where none is given; those of signing in.
    pub(crate) async fn confirm(
        &self,
        actor: &Member,
        passphrase: Option<String>,
    ) -> Result<(), ConsoleError> {
        if !self.has_passphrase(actor.id)? {
            return Ok(());
        }
        if passphrase.as_deref().unwrap_or_default().is_empty() {
            return Err(ConsoleError::new("passphrase_required"));
        }
        let _one_at_a_time = self.inner.signing_in.lock().await;
        self.prove(actor, passphrase).await?;
        Ok(())
    }

    /// Logs something about a member, by name: they may be called otherwise later.
    pub(crate) fn log_member(
        &self,
        session: Session,
        action: Action,
        member: &Member,
        args: &[(&str, &str)],
    ) -> Result<(), ConsoleError> {
        let mut all = vec![("member", member.name.as_str())];
        all.extend_from_slice(args);
        self.log(session, action, &format!("member/{}", member.id), &all)
    }
}

fn written(record: &tsunagi_vault::KeyRecord) -> Result<String, ConsoleError> {
    serde_json::to_string(record).map_err(|_| ConsoleError::new("record_damaged"))
}
