//! The Members screen: who there is, inviting, roles, and what goes when somebody leaves.

mod leaving;

use std::collections::HashMap;

use tsunagi_catalog::{Belongings, CatalogError, Entry, fold};
use tsunagi_domain::roles::{self, Standing};
use tsunagi_domain::{ConnectionId, Member, MemberId, Reach, Refusal, RefusalCode, Role, primary};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{
    Invitation, MemberChange, MemberImpact, MemberRow, MembersView, OwnedConnection, PrimaryLoss,
};
use crate::welcome::{member_view, person_name};

impl Console {
    /// What the screen shows.
    ///
    /// # Errors
    /// R2: managers see it; `signed_out`.
    pub fn members(&self, session: Session) -> Result<MembersView, ConsoleError> {
        let actor = self.reader(session)?;
        let catalog = &self.inner.catalog;
        let mut members = catalog.members()?;
        members.sort_by_key(|member| (!member.active, member.name.to_lowercase()));
        let super_admins = super_admins(&members);
        let belongings = catalog.belongings()?;
        let rows = members
            .iter()
            .map(|member| self.member_row(&actor, member, super_admins, &belongings))
            .collect::<Result<_, _>>()?;
        Ok(MembersView {
            members: rows,
            invitable: Role::ALL
                .into_iter()
                .filter(|role| roles::may_invite(&actor, *role).is_ok())
                .collect(),
            leftover: self.inner.leftovers.folders(),
        })
    }

    fn member_row(
        &self,
        actor: &Member,
        member: &Member,
        super_admins: usize,
        belongings: &HashMap<MemberId, Belongings>,
    ) -> Result<MemberRow, ConsoleError> {
        let has = belongings.get(&member.id).copied().unwrap_or_default();
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let may = |next: Standing| roles::may_change(actor, member, next, super_admins).is_ok();
        let standing = |active| Standing {
            role: member.role,
            active,
        };
        let shared = self.inner.catalog.applications_shared_with(member.id)?;
        let passphrase = self.has_passphrase(member.id)?;
        Ok(MemberRow {
            id: member.id,
            name: member.name.clone(),
            role: member.role,
            active: member.active,
            you: actor.id == member.id,
            passphrase,
            owned: small(has.connections),
            authorized: small(has.authorizations),
            primaries: small(has.primaries),
            applications: shared
                .into_iter()
                .map(|application| application.name)
                .collect(),
            roles: Role::ALL
                .into_iter()
                .filter(|role| {
                    may(Standing {
                        role: *role,
                        active: member.active,
                    })
                })
                .collect(),
            may_deactivate: member.active && may(standing(false)),
            may_reactivate: !member.active && may(standing(true)),
            may_reset: passphrase && roles::may_reset_passphrase(actor, member).is_ok(),
        })
    }

    /// Adds a member. They sign in on this computer; where they want to be sure that nobody else
    /// does so for them, they set a passphrase.
    ///
    /// # Errors
    /// R2; a name that cannot be; the acting member's passphrase, where the role manages.
    pub async fn invite(
        &self,
        session: Session,
        invitation: Invitation,
    ) -> Result<MembersView, ConsoleError> {
        let actor = self.member(session)?;
        roles::may_invite(&actor, invitation.role)?;
        let member = Member {
            id: MemberId::new(),
            name: person_name(&invitation.name)?,
            role: invitation.role,
            active: true,
        };
        self.free_name(&member)?;
        // Who could only invite would else raise a role without being asked.
        if roles::raises(Role::User, member.role) {
            self.confirm(&actor, invitation.passphrase).await?;
        }
        let args = [("role", member.role.as_str())];
        self.write_member(session, &member, Action::MemberInvited, &args)?;
        self.inner.bell.changed();
        self.members(session)
    }

    /// Changes a member's name and role.
    ///
    /// # Errors
    /// R2; `last_super_admin`; a name that cannot be; where a role is raised, the acting
    /// member's passphrase; `member_changed` where another window was faster.
    pub async fn change_member(
        &self,
        session: Session,
        id: MemberId,
        change: MemberChange,
    ) -> Result<Option<MembersView>, ConsoleError> {
        let actor = self.member(session)?;
        let before = self.known_member(id)?;
        let after = Member {
            name: person_name(&change.name)?,
            role: change.role,
            ..before.clone()
        };
        self.may_change(&actor, &before, &after)?;
        self.free_name(&after)?;
        if roles::gives_more(Standing::of(&before), Standing::of(&after)) {
            self.confirm(&actor, change.passphrase).await?;
        }
        self.at_once(|| {
            self.still_may_change(&actor, &before, &after)?;
            if before.name != after.name {
                let renamed = Member {
                    role: before.role,
                    ..after.clone()
                };
                self.rename_member(session, &before, &renamed)?;
            }
            if before.role != after.role {
                let args = [("role", after.role.as_str())];
                self.write_member(session, &after, Action::MemberRoleChanged, &args)?;
            }
            Ok(())
        })?;
        if !primary::is_kept(after.role, after.active) {
            self.settle_lost(id).await;
        }
        self.inner.bell.changed();
        // They may have taken the screen from themself: that is no refusal of what was done.
        if actor.id == id && !after.role.is_manager() {
            return Ok(None);
        }
        self.members(session).map(Some)
    }

    /// Gives a member another name, within the write it is a part of.
    ///
    /// # Errors
    /// `member_name_taken`.
    pub(crate) fn rename_member(
        &self,
        session: Session,
        before: &Member,
        renamed: &Member,
    ) -> Result<(), ConsoleError> {
        self.free_name(renamed)?;
        let args = [("before", before.name.as_str())];
        self.write_member(session, renamed, Action::MemberRenamed, &args)
    }

    /// Lets a member sign in again. What was removed when they left stays removed.
    ///
    /// # Errors
    /// R2; the acting member's passphrase; `member_changed` where another window was faster.
    pub async fn reactivate_member(
        &self,
        session: Session,
        id: MemberId,
        passphrase: Option<String>,
    ) -> Result<MembersView, ConsoleError> {
        let actor = self.member(session)?;
        let before = self.known_member(id)?;
        let after = Member {
            active: true,
            ..before.clone()
        };
        self.may_change(&actor, &before, &after)?;
        if roles::gives_more(Standing::of(&before), Standing::of(&after)) {
            self.confirm(&actor, passphrase).await?;
        }
        self.at_once(|| {
            self.still_may_change(&actor, &before, &after)?;
            self.write_member(session, &after, Action::MemberReactivated, &[])
        })?;
        self.inner.bell.changed();
        self.members(session)
    }

    fn may_change(
        &self,
        actor: &Member,
        before: &Member,
        after: &Member,
    ) -> Result<(), ConsoleError> {
        let count = super_admins(&self.inner.catalog.members()?);
        Ok(roles::may_change(
            actor,
            before,
            Standing::of(after),
            count,
        )?)
    }

    /// What was asked for and confirmed is about who they were when it was asked for: a passphrase
    /// takes a while, and another window may have made something else of them, or of whoever acts.
    ///
    /// # Errors
    /// `member_changed`; those of [`Self::may_change`].
    fn still_may_change(
        &self,
        actor: &Member,
        before: &Member,
        after: &Member,
    ) -> Result<(), ConsoleError> {
        if self.known_member(before.id)? != *before {
            return Err(ConsoleError::new("member_changed").with("member", before.name.clone()));
        }
        self.may_change(&self.known_member(actor.id)?, before, after)
    }

    /// Two members of one name could not be told apart where they sign in.
    fn free_name(&self, member: &Member) -> Result<(), ConsoleError> {
        let taken = self
            .inner
            .catalog
            .members()?
            .iter()
            .any(|other| other.id != member.id && fold(&other.name) == fold(&member.name));
        if taken {
            return Err(ConsoleError::new("member_name_taken").with("member", member.name.clone()));
        }
        Ok(())
    }

    /// Writes a member down and logs it, with the primary accounts they lost by it.
    fn write_member(
        &self,
        session: Session,
        member: &Member,
        action: Action,
        args: &[(&str, &str)],
    ) -> Result<(), ConsoleError> {
        let vault = self.inner.keys.vault()?;
        let mut all = vec![("member", member.name.as_str())];
        all.extend_from_slice(args);
        let event = self.event(session, action, &format!("member/{}", member.id), &all);
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        self.at_once(|| {
            let changed = self.inner.catalog.change_member(
                member,
                primary::is_kept(member.role, member.active),
                self.now(),
                Some(&Entry { event, tag: &tag }),
            );
            let lost = match changed {
                // Another window was faster.
                Err(CatalogError::NameTaken) => {
                    let taken = ConsoleError::new("member_name_taken");
                    return Err(taken.with("member", member.name.clone()));
                }
                Err(CatalogError::Stale) => {
                    return Err(Refusal::new(RefusalCode::LastSuperAdmin).into());
                }
                other => other?,
            };
            self.log_lost(session, member, &lost)
        })
    }

    fn log_lost(
        &self,
        session: Session,
        member: &Member,
        lost: &[(ConnectionId, Reach)],
    ) -> Result<(), ConsoleError> {
        for (connection, reach) in lost {
            let subject = format!("connection/{connection}");
            let args = [("reach", reach.as_str()), ("member", member.name.as_str())];
            self.log(session, Action::PrimaryLost, &subject, &args)?;
        }
        Ok(())
    }

    /// What ran unattended on a primary account, or would have on one accepted beforehand, no
    /// longer does.
    async fn settle_lost(&self, member: MemberId) {
        if let Err(error) = self.settle_own(member).await {
            tracing::info!(code = %error.code, "sealed for its member alone when they sign in");
        }
    }

    /// What a change of role or standing would do, before anything is done.
    ///
    /// # Errors
    /// R2; `last_super_admin`.
    pub async fn member_impact(
        &self,
        session: Session,
        id: MemberId,
        role: Role,
        active: bool,
    ) -> Result<MemberImpact, ConsoleError> {
        let actor = self.member(session)?;
        let before = self.known_member(id)?;
        let after = Member {
            role,
            active,
            ..before.clone()
        };
        self.may_change(&actor, &before, &after)?;
        let leaves = before.active && !active;
        let (mut lost_by_reset, mut stops_by_reset) = (Vec::new(), Vec::new());
        if roles::may_reset_passphrase(&actor, &before).is_ok() {
            let lost = self.lost_without_key(id).await?;
            (stops_by_reset, _) = self.stops(&lost)?;
            for id in lost {
                if let Some(parting) = self.parting(id)? {
                    lost_by_reset.push(self.farewell(&parting).await?);
                }
            }
        }
        let mut authorizations = Vec::new();
        let mut connections = Vec::new();
        let mut heirs = Vec::new();
        let mut stops = Vec::new();
        if leaves {
            let partings = self.partings(id)?;
            let gone = partings.iter().map(|parting| parting.id).collect();
            (stops, _) = self.stops(&gone)?;
            for parting in &partings {
                authorizations.push(self.farewell(parting).await?);
            }
            let owned = self.inner.catalog.owned_by(id)?.into_iter();
            connections.extend(owned.map(|(id, name)| OwnedConnection { id, name }));
            let members = self.inner.catalog.members()?;
            let fit = members
                .iter()
                .filter(|member| roles::may_inherit(member, &before));
            heirs = fit.map(member_view).collect();
            // Whoever does it is the likeliest heir.
            heirs.sort_by_key(|heir| heir.id != Some(actor.id));
        }
        Ok(MemberImpact {
            member: member_view(&before),
            asks_passphrase: roles::gives_more(Standing::of(&before), Standing::of(&after))
                && self.has_passphrase(actor.id)?,
            primaries: if primary::is_kept(role, active) {
                Vec::new()
            } else {
                self.primary_losses(id)?
            },
            connections,
            authorizations,
            stops,
            heirs,
            lost_by_reset,
            stops_by_reset,
            sign_ins: small(self.inner.catalog.kept_sign_ins(id)?.len()),
        })
    }

    fn primary_losses(&self, member: MemberId) -> Result<Vec<PrimaryLoss>, ConsoleError> {
        let mut losses = Vec::new();
        for (id, reach) in self.inner.catalog.primaries_of(member)? {
            losses.push(PrimaryLoss {
                connection: id,
                name: self.name_at_least(id)?,
                reach,
                stops: self.unattended(id, |environment| reach.covers(environment))?,
            });
        }
        Ok(losses)
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn super_admins(members: &[Member]) -> usize {
    members
        .iter()
        .filter(|member| member.active && member.role == Role::SuperAdmin)
        .count()
}
