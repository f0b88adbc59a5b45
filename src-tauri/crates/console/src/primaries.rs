//! The Primary accounts screen: who is primary where, and what runs on it (R11, R12).

mod handover;

use std::collections::BTreeSet;

use tsunagi_catalog::{Offer, Slot};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::primary::{self, Acceptance, Offering};
use tsunagi_domain::{
    AuthorizationId, Connection, ConnectionId, Kind, Member, MemberId, Reach, Refusal, RefusalCode,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::impacts::Whole;
use crate::rows::account_view;
use crate::views::{OfferView, OfferedToYou, PrimaryActs, PrimaryHolder, PrimaryPage, PrimaryRow};
use crate::welcome::member_view;

/// Connections of one page of the screen.
const PAGE: u32 = 200;

impl Console {
    /// The logged-in-user connections by place: who is primary, what runs there, what is offered.
    /// They come page by page; `after` is where the page before ended.
    ///
    /// # Errors
    /// R2, R15: managers only, since it tells of every application.
    pub fn primaries_view(
        &self,
        session: Session,
        after: Option<String>,
    ) -> Result<PrimaryPage, ConsoleError> {
        let viewer = self.reader(session)?;
        let catalog = &self.inner.catalog;
        let found = catalog.list(&tsunagi_catalog::ListQuery {
            search: String::new(),
            kinds: vec![Kind::LoggedInUser],
            connectors: Vec::new(),
            applications: Vec::new(),
            seen: Vec::new(),
            needs_person: None,
            viewer: viewer.id,
            sort: tsunagi_catalog::Sort::Name,
            after: after.map(tsunagi_catalog::Cursor),
            limit: PAGE,
        })?;
        let mut rows = Vec::new();
        let mut connections = 0;
        for row in found.rows {
            let whole = self.whole(row.connection.id)?;
            let offers = catalog.offers(row.connection.id)?;
            connections += 1;
            for reach in whole.connection.mode.reaches() {
                rows.push(self.primary_row(&whole, &offers, *reach, &viewer)?);
            }
        }
        Ok(PrimaryPage {
            rows,
            connections,
            all: u32::try_from(found.total).unwrap_or(u32::MAX),
            next: found.next.map(|cursor| cursor.0),
        })
    }

    fn primary_row(
        &self,
        whole: &Whole,
        offers: &[Offer],
        reach: Reach,
        viewer: &Member,
    ) -> Result<PrimaryRow, ConsoleError> {
        let connection = &whole.connection;
        let here: Vec<&Slot> = whole
            .slots
            .iter()
            .filter(|slot| slot.key.reach == reach)
            .collect();
        let current = current(whole, reach);
        let primary = match current {
            Some((member, since)) => {
                let slot = here
                    .iter()
                    .find(|slot| slot.key.member == Some(member))
                    .copied();
                self.readable_member(member)?.map(|member| PrimaryHolder {
                    own: member.id == viewer.id,
                    member: member_view(&member),
                    account: slot.map(|slot| self.account_of(connection, slot)),
                    health: self.slot_health(connection, reach, slot),
                    since,
                })
            }
            None => None,
        };
        let unattended = self.unattended(connection.id, |environment| reach.covers(environment))?;
        let acts = self.primary_acts(whole, offers, reach, viewer, viewer);
        Ok(PrimaryRow {
            connection: connection.id,
            name: connection.name.to_string(),
            service: self.mark_of(&connection.connector),
            reach,
            primary,
            accounts: u32::try_from(here.len()).unwrap_or(u32::MAX),
            unattended,
            offers: self.offer_views(offers, reach, viewer)?,
            may_take: acts.take,
        })
    }

    /// Offers and acceptances of a place, as the viewer may see them.
    pub(crate) fn offer_views(
        &self,
        offers: &[Offer],
        reach: Reach,
        viewer: &Member,
    ) -> Result<Vec<OfferView>, ConsoleError> {
        let mut views = Vec::new();
        for offer in offers.iter().filter(|offer| offer.reach == reach) {
            let Some(member) = self.readable_member(offer.member)? else {
                continue;
            };
            let by = match offer.offered {
                Some((by, _)) => self.readable_member(by)?.map(|member| member.name),
                None => None,
            };
            views.push(OfferView {
                mine: offer.offered.is_some() && member.id == viewer.id,
                may_withdraw: offer.offered.is_some()
                    && primary::may_hand_over(viewer).is_ok()
                    && member.id != viewer.id,
                member: member_view(&member),
                offered_by: by,
                offered_at: offer.offered.map(|(_, at)| at),
                accepted_at: offer.accepted_at,
            });
        }
        Ok(views)
    }

    /// What the acting member can do about the primary account of a place, as to one member's
    /// account there.
    pub(crate) fn primary_acts(
        &self,
        whole: &Whole,
        offers: &[Offer],
        reach: Reach,
        actor: &Member,
        to: &Member,
    ) -> PrimaryActs {
        let offering = self.offering(whole, reach, to);
        let known = offers
            .iter()
            .find(|offer| offer.reach == reach && offer.member == to.id);
        let offered = known.is_some_and(|offer| offer.offered.is_some());
        let accepted = known.is_some_and(|offer| offer.accepted_at.is_some());
        let own = actor.id == to.id;
        let may = primary::offer(actor, offering, accepted);
        let accepts = primary::accept(offering, offered, accepted).ok();
        PrimaryActs {
            take: own && may.is_ok(),
            offer: !own && !offered && may.is_ok(),
            accept: own && accepts == Some(Acceptance::Moves),
            accept_beforehand: own && accepts == Some(Acceptance::Waits),
            decline: own && known.is_some(),
            withdraw: !own && offered && primary::may_hand_over(actor).is_ok(),
        }
    }

    fn offering<'a>(&self, whole: &'a Whole, reach: Reach, to: &'a Member) -> Offering<'a> {
        let slot = whole
            .slots
            .iter()
            .find(|slot| slot.key.reach == reach && slot.key.member == Some(to.id));
        Offering {
            connection: whole.connection.link_name.as_str(),
            kind: whole.connection.kind,
            current: current(whole, reach).map(|(member, _)| member),
            to,
            health: slot.map(|slot| self.slot_health(&whole.connection, reach, Some(slot))),
        }
    }

    /// What is offered to the acting member and waits for them.
    pub(crate) fn offered_to(&self, viewer: &Member) -> Result<Vec<OfferedToYou>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let mut offers = Vec::new();
        for offer in catalog.offers_to(viewer.id)? {
            let (Some((by, at)), Some(connection)) =
                (offer.offered, self.readable_connection(offer.connection)?)
            else {
                continue;
            };
            // What the other environment mode left behind is nowhere to be accepted.
            if !connection.mode.reaches().contains(&offer.reach) {
                continue;
            }
            // Nor is what would be refused: they are no longer connected there.
            let whole = self.whole(connection.id)?;
            let offering = self.offering(&whole, offer.reach, viewer);
            if primary::accept(offering, true, false).is_err() {
                continue;
            }
            offers.push(OfferedToYou {
                connection: connection.id,
                name: connection.name.to_string(),
                service: self.mark_of(&connection.connector),
                reach: offer.reach,
                from: self
                    .readable_member(by)?
                    .map_or_else(String::new, |member| member.name),
                at,
            });
        }
        Ok(offers)
    }

    /// How many things need a member: reaches to authorize, and answers to offers.
    pub(crate) fn needing_count(&self, viewer: MemberId) -> Result<u64, ConsoleError> {
        let offers = match self.inner.catalog.member(viewer)? {
            Some(viewer) => self.offered_to(&viewer)?.len(),
            None => 0,
        };
        Ok(self.inner.catalog.needing_count(viewer)? + offers as u64)
    }

    pub(crate) fn known_member(&self, id: MemberId) -> Result<Member, ConsoleError> {
        let member = self.inner.catalog.member(id)?;
        member.ok_or_else(|| Refusal::new(RefusalCode::MemberInactive).into())
    }

    /// Who has accepted a primary account beforehand, and where: until that lapses, what they have
    /// there is sealed for unattended runs.
    pub(crate) fn accepted(
        &self,
        id: ConnectionId,
    ) -> Result<Vec<(Reach, MemberId)>, ConsoleError> {
        let offers = self.inner.catalog.offers(id)?;
        Ok(offers
            .iter()
            .filter(|offer| offer.accepted_at.is_some())
            .map(|offer| (offer.reach, offer.member))
            .collect())
    }

    /// A primary account is also sealed for unattended runs, and one that no longer is, is not:
    /// brings what these members have in a place in line.
    pub(crate) async fn readers_changed(&self, whole: &Whole, reach: Reach, members: &[MemberId]) {
        for member in members {
            let key = SlotKey {
                connection: whole.connection.id,
                reach,
                member: Some(*member),
            };
            let slot = whole.slots.iter().find(|slot| slot.key == key);
            let Some(slot) = slot else { continue };
            let settled = self
                .inner
                .gateway
                .settle_readers(slot.authorization.id)
                .await;
            if let Err(error) = settled {
                // Taken up again when its member signs in.
                tracing::warn!(code = error.code(), "readers of a credential not settled");
            }
        }
    }

    /// What ran unattended in a place that these authorizations have left need not where they still
    /// sit: seals them for the readers they have now.
    pub(crate) async fn readers_left(&self, left: &BTreeSet<AuthorizationId>) {
        for id in left {
            if let Err(error) = self.inner.gateway.settle_readers(*id).await {
                // Taken up again when its member signs in.
                tracing::warn!(code = error.code(), "readers of a credential not settled");
            }
        }
    }

    pub(crate) fn account_of(
        &self,
        connection: &Connection,
        slot: &Slot,
    ) -> crate::views::AccountView {
        account_view(
            &self.mark_of(&connection.connector).name,
            slot.authorization.label.as_deref(),
            &slot.authorization.account,
        )
    }

    /// Whether a member's account in a place is the primary one.
    pub(crate) fn is_primary(whole: &Whole, slot: &Slot) -> bool {
        let current = current(whole, slot.key.reach);
        current.is_some_and(|(member, _)| slot.key.member == Some(member))
    }
}

/// Who is primary in a reach, and since when.
fn current(whole: &Whole, reach: Reach) -> Option<(MemberId, tsunagi_domain::Timestamp)> {
    let primary = whole
        .primaries
        .iter()
        .find(|primary| primary.reach == reach)?;
    Some((primary.member, primary.since))
}
