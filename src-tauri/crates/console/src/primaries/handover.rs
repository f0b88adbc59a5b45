//! Handing a primary account over (R11): each answer is judged and stored in one write, so that
//! neither another window nor a role that changes meanwhile comes between.

use tsunagi_catalog::{CatalogError, Entry, Offer};
use tsunagi_domain::access::Act;
use tsunagi_domain::primary::{self, Acceptance, Handover};
use tsunagi_domain::{ConnectionId, Member, MemberId, Reach, Refusal, RefusalCode};

use super::current;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::impacts::Whole;
use crate::log::Action;
use crate::views::ConnectionView;

impl Console {
    /// R11: offers the primary account of a place to a member who has authorized there. It moves
    /// at once where that member has accepted beforehand.
    ///
    /// # Errors
    /// R1, R11; the connection has no such reach; the vault is locked.
    pub async fn offer_primary(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        to: MemberId,
    ) -> Result<ConnectionView, ConsoleError> {
        let offers = move |console: &Self, actor: &Member, whole: &Whole| {
            let to = console.known_member(to)?;
            let known = console.offer_to(connection, reach, to.id)?;
            let accepted = known.as_ref().is_some_and(|it| it.accepted_at.is_some());
            match primary::offer(actor, console.offering(whole, reach, &to), accepted)? {
                Handover::Moves => console.move_primary(session, whole, reach, &to, known.as_ref()),
                Handover::Waits => {
                    let offer = Offer {
                        connection,
                        reach,
                        member: to.id,
                        offered: Some((actor.id, console.now())),
                        accepted_at: None,
                    };
                    console.note_offer(session, &offer, Action::PrimaryOffered, &to)?;
                    Ok(Vec::new())
                }
            }
        };
        self.hand(session, connection, reach, Act::Prime, offers)
            .await
    }

    /// R11: makes the acting member's own account primary where nobody is.
    ///
    /// # Errors
    /// Those of [`Self::offer_primary`].
    pub async fn choose_primary(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<ConnectionView, ConsoleError> {
        let own = self.member(session)?.id;
        self.offer_primary(session, connection, reach, own).await
    }

    /// R11: accepts the primary account that was offered to the acting member, or accepts it
    /// beforehand where nobody has offered it yet.
    ///
    /// # Errors
    /// R1, R11; the connection has no such reach; the vault is locked.
    pub async fn accept_primary(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<ConnectionView, ConsoleError> {
        let accepts = move |console: &Self, actor: &Member, whole: &Whole| {
            let known = console.offer_to(connection, reach, actor.id)?;
            let offered = known.as_ref().is_some_and(|it| it.offered.is_some());
            let accepted = known.as_ref().is_some_and(|it| it.accepted_at.is_some());
            let offering = console.offering(whole, reach, actor);
            let accepts = primary::accept(offering, offered, accepted)
                .map_err(|refusal| refusal.with("environment", reach.as_str()))?;
            match accepts {
                Acceptance::Moves => {
                    console.move_primary(session, whole, reach, actor, known.as_ref())
                }
                Acceptance::Waits => {
                    let offer = Offer {
                        connection,
                        reach,
                        member: actor.id,
                        offered: None,
                        accepted_at: Some(console.now()),
                    };
                    let beforehand = Action::PrimaryAcceptedBeforehand;
                    console.note_offer(session, &offer, beforehand, actor)?;
                    Ok(vec![actor.id])
                }
                Acceptance::Known => Ok(Vec::new()),
            }
        };
        self.hand(session, connection, reach, Act::Prime, accepts)
            .await
    }

    /// Declines what was offered to the acting member, or takes their acceptance back.
    ///
    /// # Errors
    /// `offer_gone`; the vault is locked.
    pub async fn decline_primary(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<ConnectionView, ConsoleError> {
        let declines = move |console: &Self, actor: &Member, _: &Whole| {
            console.drop_offer(session, connection, reach, actor, Action::PrimaryDeclined)
        };
        self.hand(session, connection, reach, Act::Decline, declines)
            .await
    }

    /// Takes an offer to another member back: who may offer may withdraw.
    ///
    /// # Errors
    /// R11; `offer_gone`; the vault is locked.
    pub async fn withdraw_primary(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        to: MemberId,
    ) -> Result<ConnectionView, ConsoleError> {
        let withdraws = move |console: &Self, actor: &Member, _: &Whole| {
            primary::may_hand_over(actor)?;
            let to = console.known_member(to)?;
            // What another accepted beforehand is theirs to take back.
            let known = console.offer_to(connection, reach, to.id)?;
            if known.is_none_or(|offer| offer.offered.is_none()) {
                return Err(ConsoleError::new("offer_gone"));
            }
            console.drop_offer(session, connection, reach, &to, Action::PrimaryWithdrawn)
        };
        self.hand(session, connection, reach, Act::Decline, withdraws)
            .await
    }

    /// One answer about a primary account, judged and stored in one write. It gives the members
    /// whose credentials in that place are sealed anew for whoever may read them by now.
    async fn hand(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        act: Act,
        answer: impl FnOnce(&Self, &Member, &Whole) -> Result<Vec<MemberId>, ConsoleError>
        + Send
        + 'static,
    ) -> Result<ConnectionView, ConsoleError> {
        let judged = self.write(move |console| {
            let (actor, whole) = console.at(session, connection, reach, act)?;
            let concerned = answer(console, &actor, &whole)?;
            Ok((whole, concerned))
        });
        let (whole, concerned) = judged.await?;
        self.readers_changed(&whole, reach, &concerned).await;
        self.inner.bell.changed();
        self.connection_view(session, connection).await
    }

    /// R1: the acting member, and the connection that has this reach.
    fn at(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        act: Act,
    ) -> Result<(Member, Whole), ConsoleError> {
        let actor = self.member(session)?;
        self.allows(act)?;
        if !actor.active {
            return Err(Refusal::new(RefusalCode::MemberInactive).into());
        }
        let whole = self.whole(connection)?;
        if !whole.connection.mode.reaches().contains(&reach) {
            return Err(ConsoleError::new("reach_not_in_mode"));
        }
        self.inner.keys.vault()?;
        Ok((actor, whole))
    }

    fn offer_to(
        &self,
        connection: ConnectionId,
        reach: Reach,
        member: MemberId,
    ) -> Result<Option<Offer>, ConsoleError> {
        let offers = self.inner.catalog.offers(connection)?;
        Ok(offers
            .into_iter()
            .find(|offer| offer.reach == reach && offer.member == member))
    }

    fn move_primary(
        &self,
        session: Session,
        whole: &Whole,
        reach: Reach,
        to: &Member,
        by: Option<&Offer>,
    ) -> Result<Vec<MemberId>, ConsoleError> {
        let before = current(whole, reach).map(|(member, _)| member);
        let id = whole.connection.id;
        let accepted = self.accepted(id)?;
        let event = self.primary_event(session, id, reach, Action::PrimaryMoved, to);
        let vault = self.inner.keys.vault()?;
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        let entry = Entry { event, tag: &tag };
        let moved = self.inner.catalog.move_primary(
            (id, reach),
            to.id,
            before,
            by,
            self.now(),
            Some(&entry),
        );
        if moved == Err(CatalogError::Stale) {
            // Another window was faster: it was withdrawn, or somebody else is primary.
            return Err(ConsoleError::new("offer_gone"));
        }
        moved?;
        let mut concerned = vec![to.id];
        concerned.extend(before);
        let lapsed = accepted.iter().filter(|(place, _)| *place == reach);
        concerned.extend(lapsed.map(|(_, member)| *member));
        Ok(concerned)
    }

    fn note_offer(
        &self,
        session: Session,
        offer: &Offer,
        action: Action,
        to: &Member,
    ) -> Result<(), ConsoleError> {
        let event = self.primary_event(session, offer.connection, offer.reach, action, to);
        let vault = self.inner.keys.vault()?;
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        let entry = Entry { event, tag: &tag };
        Ok(self.inner.catalog.set_offer(offer, Some(&entry))?)
    }

    fn drop_offer(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        member: &Member,
        action: Action,
    ) -> Result<Vec<MemberId>, ConsoleError> {
        let event = self.primary_event(session, connection, reach, action, member);
        let vault = self.inner.keys.vault()?;
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        let entry = Entry { event, tag: &tag };
        let gone = self
            .inner
            .catalog
            .withdraw_offer(connection, reach, member.id, Some(&entry))?;
        if gone {
            Ok(vec![member.id])
        } else {
            Err(ConsoleError::new("offer_gone"))
        }
    }

    fn primary_event(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        action: Action,
        member: &Member,
    ) -> tsunagi_catalog::NewEvent {
        let subject = format!("connection/{connection}");
        let args = [("reach", reach.as_str()), ("member", member.name.as_str())];
        self.event(session, action, &subject, &args)
    }
}
