//! Who sits at the keyboard: signing in, switching, locking.
//!
//! The seat lives here, in memory, and nowhere else: no door names the member it acts for. A
//! member without a passphrase sits down by themself when the program starts, since there is
//! nothing they could prove; one with a passphrase has to sign in, and their own key is open only
//! while they sit. The workspace's vault stays open for unattended runs and renewals.

use tsunagi_catalog::{CatalogError, Proof};
use tsunagi_domain::idle::{DEFAULT_MINUTES, MINUTES, active_at, locks};
use tsunagi_domain::passphrase::{FREE_TRIES, refused_until};
use tsunagi_domain::{Member, MemberId, Refusal, RefusalCode, Timestamp};
use tsunagi_vault::{KeyRecord, MemberVault, VaultError};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{SeatView, SessionMark, SessionView, Start};

/// The setting that remembers who sat last.
const LAST_SEATED: &str = "last_seated";
/// Settings that remember a member's choices, each followed by the member's identifier.
const AUTO_LOCK: &str = "auto_lock";
const ASKED: &str = "passphrase_asked";

/// The seat at the keyboard.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seat {
    /// Who sits there.
    member: Option<MemberId>,
    /// Somebody left it locked: nobody sits down by themself.
    left: bool,
    /// When whoever sits there last moved.
    active_at: Timestamp,
}

/// What a look at the seat found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// It was locked just now.
    Locked,
    /// It stays as it is.
    Kept,
    /// Somebody is proving who they are: the next look says.
    Later,
}

impl Console {
    /// Who acts: the member who sits at this keyboard. Where nobody sits, whoever sat last sits
    /// down by themself, else the only active member, where they have no passphrase and nobody
    /// locked the seat.
    #[must_use]
    pub fn session(&self) -> Session {
        let seat = self.seat();
        let member = match seat.member {
            Some(member) => Some(member).filter(|member| self.is_active(*member)),
            None if seat.left => None,
            None => self.sits_by_themself(),
        };
        Session { member }
    }

    fn seat(&self) -> Seat {
        self.inner.seat.read().map(|seat| *seat).unwrap_or_default()
    }

    fn is_active(&self, member: MemberId) -> bool {
        let found = self.inner.catalog.member(member);
        found.is_ok_and(|member| member.is_some_and(|member| member.active))
    }

    fn sits_by_themself(&self) -> Option<MemberId> {
        let members = self.inner.catalog.members().ok()?;
        let mut active = members.iter().filter(|member| member.active);
        let last = self.inner.catalog.setting(LAST_SEATED).ok().flatten();
        let last = last.and_then(|id| {
            let mut active = active.clone();
            active.find(|member| member.id.to_string() == id)
        });
        let member = match last {
            Some(member) => member,
            None => {
                let only = active.next()?;
                if active.next().is_some() {
                    return None;
                }
                only
            }
        };
        if self.has_passphrase(member.id).ok()? {
            return None;
        }
        self.sit(member.id);
        Some(member.id)
    }

    /// Seats a member.
    fn sit(&self, member: MemberId) {
        let active_at = self.now();
        if let Ok(mut seat) = self.inner.seat.write() {
            *seat = Seat {
                member: Some(member),
                left: false,
                active_at,
            };
        }
        let id = member.to_string();
        let known = self.inner.catalog.setting(LAST_SEATED).ok().flatten();
        if known.as_deref() != Some(id.as_str())
            && let Err(error) = self.inner.catalog.set_setting(LAST_SEATED, &id)
        {
            // They sit all the same; the next start may ask who it is.
            tracing::warn!(code = error.code(), "who sat last is not remembered");
        }
    }

    pub(crate) fn has_passphrase(&self, member: MemberId) -> Result<bool, ConsoleError> {
        let proof = self.inner.catalog.proof(member)?;
        Ok(proof.is_some_and(|proof| proof.record.is_some()))
    }

    /// What the screens know about the seat; `None` for who cannot act.
    pub(crate) fn session_mark(&self, session: Session) -> Result<SessionMark, ConsoleError> {
        let members = self.inner.catalog.members()?;
        let active = members.iter().filter(|member| member.active).count();
        let Some(id) = session.member else {
            return Ok(SessionMark {
                signed_in: false,
                passphrase: false,
                ask_passphrase: false,
                alone: active < 2,
                auto_lock: 0,
            });
        };
        let passphrase = self.has_passphrase(id)?;
        let asked = self.readable_setting(&format!("{ASKED}.{id}"))?;
        Ok(SessionMark {
            signed_in: true,
            passphrase,
            ask_passphrase: active > 1 && !passphrase && asked.is_none(),
            alone: active < 2,
            auto_lock: self.auto_lock(id)?,
        })
    }

    fn auto_lock(&self, member: MemberId) -> Result<u32, ConsoleError> {
        let chosen = match self.inner.catalog.setting(&format!("{AUTO_LOCK}.{member}")) {
            // What was chosen cannot be told: it locks as soon as anybody can have wanted.
            Err(CatalogError::Unreadable(_)) => {
                let shortest = MINUTES.iter().filter(|minutes| **minutes > 0).min();
                return Ok(shortest.copied().unwrap_or(DEFAULT_MINUTES));
            }
            found => found?,
        };
        Ok(chosen
            .and_then(|minutes| minutes.parse().ok())
            .unwrap_or(DEFAULT_MINUTES))
    }

    /// Who may sign in.
    ///
    /// # Errors
    /// `no_workspace`; where the catalog cannot be read.
    pub fn session_view(&self) -> Result<SessionView, ConsoleError> {
        self.workspace()?;
        let last = self.readable_setting(LAST_SEATED)?;
        let now = self.now();
        let mut members = Vec::new();
        let mut last_seated = None;
        for member in self.inner.catalog.members()? {
            if !member.active {
                continue;
            }
            let proof = self.proof(member.id)?;
            if last.as_deref() == Some(member.id.to_string().as_str()) {
                last_seated = Some(member.id);
            }
            members.push(SeatView {
                id: member.id,
                name: member.name,
                role: member.role,
                passphrase: proof.record.is_some(),
                refused_until: proof
                    .record
                    .and_then(|_| refused_until(proof.wrong, proof.wrong_at, now)),
            });
        }
        Ok(SessionView {
            members,
            last: last_seated,
            now,
            auto_lock_choices: MINUTES.to_vec(),
        })
    }

    /// Seats a member: with their passphrase, or without where they have none. Whoever sat there
    /// leaves; their key is locked and their sign-ins at providers end.
    ///
    /// # Errors
    /// `member_inactive`; `passphrase_wait`; `member_passphrase_wrong`.
    pub async fn sign_in(
        &self,
        member: MemberId,
        passphrase: Option<String>,
    ) -> Result<Start, ConsoleError> {
        let _one_at_a_time = self.inner.signing_in.lock().await;
        self.workspace()?;
        let found = self.inner.catalog.member(member)?;
        let Some(known) = found.filter(|member| member.active) else {
            return Err(Refusal::new(RefusalCode::MemberInactive).into());
        };
        let own = self.prove(&known, passphrase).await?;
        let before = self.seat().member;
        if let Some(before) = before.filter(|before| *before != member) {
            self.leaves(before);
        }
        if let Some(own) = own {
            self.inner.keys.open_member(member, own);
        }
        self.sit(member);
        let session = Session {
            member: Some(member),
        };
        self.note_member(session, Action::SessionSignedIn, member);
        self.inner.bell.changed();
        self.settle_own_soon(member);
        self.start(session)
    }

    /// Leaves the seat: whoever wants to sit down signs in. The workspace's vault stays open for
    /// what runs with nobody present.
    ///
    /// # Errors
    /// `no_workspace`.
    pub async fn lock(&self, session: Session) -> Result<Start, ConsoleError> {
        let _one_at_a_time = self.inner.signing_in.lock().await;
        self.workspace()?;
        self.leave(session);
        self.start(self.session())
    }

    fn leave(&self, session: Session) {
        let member = {
            let Ok(mut seat) = self.inner.seat.write() else {
                return;
            };
            seat.left = true;
            seat.member.take()
        };
        if let Some(member) = member {
            self.left(session, member);
        }
        self.inner.bell.changed();
    }

    fn left(&self, session: Session, member: MemberId) {
        self.leaves(member);
        self.note_member(session, Action::SessionLocked, member);
    }

    fn leaves(&self, member: MemberId) {
        self.inner.keys.lock_member(member);
        self.drop_recovery_code();
        self.inner.looking.let_go();
        self.cancel_all_flows();
    }

    /// Ends the session of a member who may no longer act.
    pub(crate) fn end_session_of(&self, session: Session, member: MemberId) {
        if self.seat().member == Some(member) {
            self.leave(session);
        }
    }

    /// Whoever sits at the keyboard has moved. Too late where the seat was to be locked before:
    /// a computer that wakes up must not stay open for whoever wakes it.
    pub fn touch(&self) {
        if self.look_at_seat() != Look::Kept {
            return;
        }
        let now = self.now();
        if let Ok(mut seat) = self.inner.seat.write() {
            seat.active_at = now;
        }
    }

    /// Somebody was busy with a sign-in until now, or until its time was over.
    pub(crate) fn was_busy(&self, member: MemberId, until: Option<Timestamp>) {
        let now = self.now();
        if let Ok(mut seat) = self.inner.seat.write()
            && seat.member == Some(member)
        {
            seat.active_at = active_at(seat.active_at, until, now);
        }
    }

    /// Locks the seat where nobody has moved for as long as its member chose; says whether. The
    /// shell asks every minute. A sign-in at a service's page is never cut off by it: its windows
    /// tell of no moves, so as long as it has time its member is busy.
    pub fn lock_if_idle(&self) -> bool {
        self.look_at_seat() == Look::Locked
    }

    fn look_at_seat(&self) -> Look {
        // Held to the end: else who sits down between the look and the lock is locked out, or
        // sits there with a key that was locked behind them.
        let Ok(_one_at_a_time) = self.inner.signing_in.try_lock() else {
            return Look::Later;
        };
        let Some(member) = self.seat().member else {
            return Look::Kept;
        };
        let now = self.now();
        let minutes = self.auto_lock(member).unwrap_or(DEFAULT_MINUTES);
        let has_passphrase = self.has_passphrase(member).unwrap_or(false);
        let busy_until = self.busy_until(member);
        {
            let Ok(mut seat) = self.inner.seat.write() else {
                return Look::Kept;
            };
            if seat.member != Some(member) {
                return Look::Kept;
            }
            if now < seat.active_at {
                // The clock was set back: idleness is counted from here on.
                seat.active_at = now;
                return Look::Kept;
            }
            seat.active_at = active_at(seat.active_at, busy_until, now);
            if !locks(minutes, has_passphrase, seat.active_at, now) {
                return Look::Kept;
            }
            seat.left = true;
            seat.member = None;
        }
        self.left(Session { member: None }, member);
        self.inner.bell.changed();
        Look::Locked
    }

    /// Sets after how many idle minutes the acting member's seat is locked; 0 is never.
    ///
    /// # Errors
    /// `signed_out`; `auto_lock_invalid`.
    pub fn set_auto_lock(&self, session: Session, minutes: u32) -> Result<Start, ConsoleError> {
        let member = self.member(session)?;
        if !MINUTES.contains(&minutes) {
            return Err(ConsoleError::new("auto_lock_invalid"));
        }
        let name = format!("{AUTO_LOCK}.{}", member.id);
        let catalog = &self.inner.catalog;
        catalog.set_setting(&name, &minutes.to_string())?;
        let args = [("minutes", minutes.to_string())];
        let args = args.each_ref().map(|(key, value)| (*key, value.as_str()));
        let subject = format!("member/{}", member.id);
        self.note(session, Action::MemberAutoLockChanged, &subject, &args);
        self.inner.bell.changed();
        self.start(session)
    }

    /// The acting member was asked for a passphrase of their own, and does not want one now.
    ///
    /// # Errors
    /// `signed_out`.
    pub fn passphrase_not_now(&self, session: Session) -> Result<Start, ConsoleError> {
        let member = self.member(session)?;
        let name = format!("{ASKED}.{}", member.id);
        self.inner.catalog.set_setting(&name, "not_now")?;
        self.inner.bell.changed();
        self.start(session)
    }

    /// How a member proves who they are. Where the clock was set back behind their last wrong
    /// try, the delay after it begins now: else it would last until the clock is there again.
    fn proof(&self, member: MemberId) -> Result<Proof, ConsoleError> {
        let mut proof = self.inner.catalog.proof(member)?.unwrap_or_default();
        let now = self.now();
        if proof.wrong > 0 && now < proof.wrong_at {
            self.inner.catalog.date_wrong_passphrase(member, now)?;
            proof.wrong_at = now;
        }
        Ok(proof)
    }

    /// Checks a member's passphrase and gives their key; nothing where they have no passphrase.
    /// One try at a time: the caller holds `signing_in`.
    ///
    /// # Errors
    /// `passphrase_wait`, `member_passphrase_wrong`, or why the key cannot be made.
    pub(crate) async fn prove(
        &self,
        member: &Member,
        passphrase: Option<String>,
    ) -> Result<Option<MemberVault>, ConsoleError> {
        let id = member.id;
        let proof = self.proof(id)?;
        let Some(record) = proof.record else {
            return Ok(None);
        };
        if let Some(until) = refused_until(proof.wrong, proof.wrong_at, self.now()) {
            return Err(self.must_wait(until, member));
        }
        let record = key_record(&record)?;
        let catalog = self.workspace()?.id.to_string();
        let opened = tokio::task::spawn_blocking(move || {
            let passphrase = zeroize::Zeroizing::new(passphrase.unwrap_or_default());
            MemberVault::open(&catalog, &id.to_string(), &record, &passphrase)
        })
        .await
        .map_err(|_| ConsoleError::new("internal"))?;
        match opened {
            Ok(own) => {
                self.inner.catalog.forget_wrong_passphrases(id)?;
                Ok(Some(own))
            }
            Err(VaultError::WrongPassphrase) => Err(self.wrong(member)?),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes a wrong passphrase, and only then says so: who ends the program gains no try.
    pub(crate) fn wrong(&self, member: &Member) -> Result<ConsoleError, ConsoleError> {
        let now = self.now();
        let wrong = self.inner.catalog.note_wrong_passphrase(member.id, now)?;
        tracing::warn!(member = %member.id, wrong, "wrong passphrase");
        self.note_member(Session { member: None }, Action::SessionRefused, member.id);
        Ok(match refused_until(wrong, now, now) {
            Some(until) => self.must_wait(until, member),
            None => {
                let left = FREE_TRIES.saturating_sub(wrong);
                ConsoleError::new("member_passphrase_wrong")
                    .with("member", member.name.clone())
                    .with("tries", left.to_string())
            }
        })
    }

    fn must_wait(&self, until: Timestamp, member: &Member) -> ConsoleError {
        // Rounded up: told to wait 0 seconds, a person would try in vain.
        let seconds = (until.millis_since(self.now()) + 999) / 1000;
        ConsoleError::new("passphrase_wait")
            .with("member", member.name.clone())
            .with("seconds", seconds.max(1).to_string())
    }

    /// Notes something about a member, whether or not the vault is open.
    fn note_member(&self, session: Session, action: Action, member: MemberId) {
        let name = self.inner.catalog.member(member).ok().flatten();
        let name = name.map(|member| member.name).unwrap_or_default();
        let subject = format!("member/{member}");
        self.note(session, action, &subject, &[("member", &name)]);
    }

    /// Takes up what was broken off: credentials of a member that are sealed for others than they
    /// should be, and renewals that waited for their key.
    fn settle_own_soon(&self, member: MemberId) {
        let console = self.clone();
        tokio::spawn(async move {
            if let Err(error) = console.settle_own(member).await {
                tracing::warn!(code = %error.code, "credentials not sealed for their readers yet");
            }
            console.renew_due().await;
        });
    }

    /// Brings every credential in a member's own slots in line with who may open it. Goes on
    /// after one that cannot be; gives the first reason.
    pub(crate) async fn settle_own(&self, member: MemberId) -> Result<(), ConsoleError> {
        let mut first = Ok(());
        let all = self
            .db(move |catalog| catalog.authorizations_of_member(member))
            .await?;
        for id in all {
            let settled = self.inner.gateway.settle_readers(id).await;
            if let Err(error) = settled
                && first.is_ok()
            {
                first = Err(error.into());
            }
        }
        first
    }
}

pub(crate) fn key_record(text: &str) -> Result<KeyRecord, ConsoleError> {
    serde_json::from_str(text).map_err(|_| ConsoleError::new("record_damaged"))
}
