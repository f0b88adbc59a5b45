//! What follows a callback: the exchange, who signed in, and the one transaction that stores
//! everything. Tokens that are not kept are handed back to the provider.

use std::time::{Duration, Instant};

use tsunagi_catalog::{Authorization, CatalogError, Entry, Filling, Slot};
use tsunagi_connectors::Connector;
use tsunagi_domain::account::{Arrival, numbered};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::health::scopes_granted;
use tsunagi_domain::resolution::Resolution;
use tsunagi_domain::{
    Account, AuthorizationId, Health, Kind, Member, MemberId, NotConnected, Role, primary,
    resolution,
};
use tsunagi_gateway::{Arrived, Grant};
use tsunagi_oauth::{Wire, read_callback};
use url::Url;

use crate::console::Console;
use crate::error::ConsoleError;
use crate::flow::{Ears, End, Errand, Running};
use crate::guard::Decided;
use crate::log::Action;
use crate::rows::account_view;
use crate::views::Stage;

/// How long a provider may take to hear that tokens are not kept.
pub(crate) const HAND_BACK: Duration = Duration::from_secs(4);
/// How often storing is tried where a renewal of the same credential is faster.
const TRIES: u32 = 3;

/// Who authorizes what: all that has to be looked at once more when it is stored.
#[derive(Clone)]
struct Asker {
    member: MemberId,
    /// The service tells nothing of the account.
    nameless: bool,
    key: SlotKey,
    kind: Kind,
    connector: Connector,
    /// What the credential was obtained with.
    here: Resolution,
}

impl Asker {
    fn of(errand: &Errand, account: &Account) -> Self {
        Self {
            nameless: account.label().is_none(),
            member: errand.member.id,
            key: errand.key,
            kind: errand.connection.kind,
            connector: errand.connector.clone(),
            here: Resolution {
                registration: errand.registration,
                origins: Some(errand.resolved.origins.clone()),
            },
        }
    }
}

/// What storing means for the slot and for whatever shares its authorization, by what holds at one
/// moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Settled {
    /// The authorization that sits there, as often as it was renewed.
    sits: Option<(AuthorizationId, u64)>,
    /// Whether it is that one that goes on, wherever it sits; else the slot gets one of its own.
    goes_on: bool,
    /// The name it was given.
    label: Option<String>,
    /// Whether the member is, or becomes, primary there.
    primary: bool,
}

impl Settled {
    /// The authorization that is stored, and which renewal of it.
    fn stored_as(&self) -> (AuthorizationId, u64) {
        match self.sits {
            Some((id, version)) if self.goes_on => (id, version + 1),
            _ => (AuthorizationId::new(), 1),
        }
    }
}

impl Console {
    pub(crate) async fn settle(
        &self,
        errand: &Errand,
        running: &Running,
        ears: &mut Ears,
        callback: &Url,
    ) -> Result<End, ConsoleError> {
        let arrived = {
            let work = self.exchange(errand, running, callback);
            tokio::pin!(work);
            tokio::select! {
                done = &mut work => done?,
                () = ears.ended() => {
                    let end = self.cancelled(errand, running).await;
                    // The request is on its way: what it still brings is handed back.
                    if let Ok(Ok(arrived)) = tokio::time::timeout(HAND_BACK, work).await {
                        self.hand_back(errand, arrived.grant).await;
                    }
                    return Ok(end);
                }
            }
        };
        self.settle_arrived(errand, running, ears, arrived).await
    }

    /// What follows once there are tokens, however they came.
    pub(crate) async fn settle_arrived(
        &self,
        errand: &Errand,
        running: &Running,
        ears: &mut Ears,
        arrived: Arrived,
    ) -> Result<End, ConsoleError> {
        let asked = tokio::select! {
            asked = self.ask_who(errand, &arrived) => asked,
            () = ears.ended() => {
                let end = self.cancelled(errand, running).await;
                self.hand_back(errand, arrived.grant).await;
                return Ok(end);
            }
        };
        let account = match asked {
            Ok(account) => account,
            Err(error) => {
                self.hand_back(errand, arrived.grant).await;
                return Err(error);
            }
        };
        self.welcome(errand, running, ears, arrived, account).await
    }

    /// Nothing has been stored yet; whoever looks sees at once that it is over.
    pub(crate) async fn cancelled(&self, errand: &Errand, running: &Running) -> End {
        let error = ConsoleError::new("cancelled");
        self.show(running, |view| {
            view.stage = Stage::Failed;
            view.failure = Some(self.failure(&error));
        });
        self.inner.agent.close_flow(errand.id);
        self.note_end(errand.id, &error).await;
        End::Failed(error)
    }

    /// Tells the provider to forget tokens that are not kept. Best effort: nothing of them was
    /// stored, so nothing is left behind here.
    pub(crate) async fn hand_back(&self, errand: &Errand, grant: Grant) -> Vec<String> {
        let mut wire = Wire::default();
        let told = self.inner.gateway.discard(
            &errand.connector,
            &errand.resolved,
            errand.registration,
            grant,
            &mut wire,
        );
        match tokio::time::timeout(HAND_BACK, told).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(code = error.code(), "tokens not handed back"),
            Err(_) => tracing::warn!("tokens not handed back in time"),
        }
        wire.lines.iter().map(ToString::to_string).collect()
    }

    /// Reads the callback and exchanges its code.
    async fn exchange(
        &self,
        errand: &Errand,
        running: &Running,
        callback: &Url,
    ) -> Result<Arrived, ConsoleError> {
        let id = errand.id;
        let attempt = running
            .attempt
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
            .ok_or_else(|| ConsoleError::new("cancelled"))?;
        // One-time state: whoever comes second with the same one gets nothing.
        let state = attempt.state_hash();
        let claimed = self.db(move |catalog| catalog.claim_flow(&state)).await?;
        let line = vec![format!("GET {}", tsunagi_oauth::redacted(callback))];
        let code = match claimed {
            Some(flow) if flow.id == id => {
                read_callback(&attempt, callback, errand.resolved.issuer.as_deref())
                    .map_err(ConsoleError::from)
            }
            _ => Err(ConsoleError::new("state_mismatch")),
        };
        self.step(id, "answer", code.as_ref().map(|_| ()), line, None)
            .await?;
        let code = code?;

        let started = Instant::now();
        let mut wire = Wire::default();
        let arrived = self
            .inner
            .gateway
            .exchange(
                &errand.connector,
                &errand.resolved,
                errand.registration,
                attempt,
                code,
                &mut wire,
            )
            .await
            .map_err(ConsoleError::from);
        let lines = wire.lines.iter().map(ToString::to_string).collect();
        let told = arrived.as_ref().map(|_| ());
        let noted = self.step(id, "exchanged", told, lines, Some(started)).await;
        match (arrived, noted) {
            (Ok(arrived), Err(error)) => {
                self.hand_back(errand, arrived.grant).await;
                Err(error)
            }
            (arrived, _) => arrived,
        }
    }

    pub(crate) async fn ask_who(
        &self,
        errand: &Errand,
        arrived: &Arrived,
    ) -> Result<Account, ConsoleError> {
        let started = Instant::now();
        let account = self
            .inner
            .gateway
            .who_am_i(
                &errand.connector,
                &errand.resolved,
                &arrived.grant,
                arrived.account.clone(),
            )
            .await
            .map_err(ConsoleError::from);
        let asked = errand.connector.answered(&errand.resolved, &arrived.extras);
        let lines = asked
            .iter()
            .filter_map(|resolved| resolved.question.as_ref())
            .map(|whoami| {
                let url = tsunagi_oauth::redacted(&whoami.url);
                format!("{} {url}", whoami.method.as_str())
            })
            .collect();
        let account = account.map(|account| match &arrived.client {
            Some(client) if account == Account::default() => Account {
                id: Some(client.clone()),
                ..account
            },
            _ => account,
        });
        let account = account.map(|account| Account {
            at: Some(errand.resolved.server()),
            ..account
        });
        let told = account.as_ref().map(|_| ());
        let noted = if errand.connector.keys.is_some() {
            self.step(errand.id, "tried", told, lines, Some(started))
                .await
        } else {
            self.step(errand.id, "who", told, lines, Some(started))
                .await
        };
        noted?;
        account
    }

    pub(crate) async fn sitting(
        &self,
        errand: &Errand,
    ) -> Result<Option<Authorization>, ConsoleError> {
        let key = errand.key;
        let slot = self.db(move |catalog| catalog.slot(key)).await?;
        Ok(slot.map(|Slot { authorization, .. }| authorization))
    }

    /// Seals and stores, in one transaction.
    pub(crate) async fn store(
        &self,
        errand: &Errand,
        running: &Running,
        arrived: &Arrived,
        account: &Account,
        decided: Decided,
    ) -> Result<End, ConsoleError> {
        let mut tries = 0;
        let settled = loop {
            tries += 1;
            match self.fill(errand, running, arrived, account, decided).await {
                // A renewal of the credential that is replaced was stored meanwhile.
                Err(error) if error.code == CatalogError::Stale.code() && tries < TRIES => {
                    continue;
                }
                Err(error) => {
                    let noted = self.step(errand.id, "stored", Err(&error), Vec::new(), None);
                    if let Err(unnoted) = noted.await {
                        tracing::error!(code = %unnoted.code, "timeline not written");
                    }
                    return Err(error);
                }
                Ok(settled) => break settled,
            }
        };
        // It is stored: from here on nothing makes the flow a failed one.
        let noted = self.step(errand.id, "stored", Ok(()), Vec::new(), None);
        if let Err(unnoted) = noted.await {
            tracing::error!(code = %unnoted.code, "timeline not written");
        }
        self.tell_crowded(errand, account).await;
        let service = &errand.connector.name;
        self.show(running, |view| {
            view.account = Some(account_view(service, settled.label.as_deref(), account));
            view.primary = settled.primary;
        });
        if is_whole(errand, arrived) {
            return Ok(End::Connected);
        }
        let reason = NotConnected::ScopesMissing.as_str();
        Ok(End::Short(
            ConsoleError::new(reason).with("service", service.clone()),
        ))
    }

    /// Says what it came to.
    async fn fill(
        &self,
        errand: &Errand,
        running: &Running,
        arrived: &Arrived,
        account: &Account,
        decided: Decided,
    ) -> Result<Settled, ConsoleError> {
        let key = errand.key;
        let sitting = self.sitting(errand).await?;
        let asked = decided.about.is_some() && decided.about == sitting.as_ref().map(|old| old.id);
        if !asked
            && self
                .arrives(errand, sitting.as_ref(), arrived, account)
                .await?
                != Arrival::Welcome
        {
            // Somebody else filled the slot meanwhile, and nobody was asked about that account.
            return Err(ConsoleError::new("flow_overtaken"));
        }
        let replaces = asked && decided.replaces;
        // A form may have been open for half an hour.
        let wanted = running.lock().primary_wanted;
        let asker = Asker::of(errand, account);
        let at = asker.clone();
        let seat = self
            .off_thread(move |console| console.settled(&at, replaces, wanted))
            .await?;
        if seat.sits != sitting.map(|old| (old.id, old.version)) {
            return Err(CatalogError::Stale.into());
        }
        let (id, version) = seat.stored_as();
        let authorization = Authorization {
            id,
            account: account.clone(),
            label: seat.label.clone(),
            asked: errand.connection.scopes.clone(),
            granted: arrived.granted.clone(),
            health: Health::Connected,
            issued_at: arrived.issued_at,
            expires_at: arrived.expires_at,
            refresh_expires_at: arrived.refresh_expires_at,
            renewable: arrived.renewable,
            unreachable: None,
            unproven: false,
            registration: errand.registration,
            origins: errand.resolved.origins.clone(),
            extras: arrived.extras.clone(),
            authorized_by: errand.member.id,
            authorized_at: self.now(),
            last_used: None,
            last_renewed: None,
            version,
        };
        let action = if replaces {
            Action::AuthorizationReplaced
        } else {
            Action::AuthorizationStored
        };
        let event = self.event(
            errand.session,
            action,
            &format!("connection/{}", errand.connection.id),
            &[
                ("reach", key.reach.as_str()),
                (
                    "account",
                    account
                        .label()
                        .or(seat.label.as_deref())
                        .unwrap_or_default(),
                ),
            ],
        );
        let vault = self.inner.keys.vault()?;
        let (flow, session) = (errand.id, errand.session);
        let outcome = if is_whole(errand, arrived) {
            "connected".to_owned()
        } else {
            NotConnected::ScopesMissing.as_str().to_owned()
        };
        let mut tries = 0;
        loop {
            let sealing = &self.inner.gateway;
            let sealed = sealing.seal(&arrived.grant, id, version, key, seat.primary);
            let sealed = sealed.await?;
            let (vault, authorization) = (vault.clone(), authorization.clone());
            let (event, outcome) = (event.clone(), outcome.clone());
            let (asker, seat) = (asker.clone(), seat.clone());
            let stored = self.write(move |console| {
                // As it is now, while nobody else writes: what the credential was sealed for, what
                // else it serves, and who was allowed to store it, may have become another since.
                if console.settled(&asker, replaces, wanted)? != seat {
                    return Err(CatalogError::Stale.into());
                }
                let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
                let filling = Filling {
                    key,
                    authorization,
                    sealed,
                    primary: seat.primary,
                    event: Some(Entry { event, tag: &tag }),
                    flow: Some((flow, outcome)),
                };
                let here = [key.connection];
                console.primaries_by(session, &here, Action::PrimaryTaken, || {
                    Ok(console.inner.catalog.fill(&filling)?)
                })
            });
            match stored.await {
                // The workspace's key was replaced between the two: the code that was exchanged
                // for these tokens cannot be exchanged again.
                Err(error) if error.code == "key_replaced" && tries < 3 => tries += 1,
                other => break other?,
            }
        }
        if let Some((left, _)) = seat.sits.filter(|(left, _)| *left != id)
            && let Err(error) = self.inner.gateway.settle_readers(left).await
        {
            // What ran unattended here need not where it still sits. Taken up again when its
            // member signs in.
            tracing::warn!(code = error.code(), "readers of a credential not settled");
        }
        Ok(seat)
    }

    /// What storing means, by what holds now: R11, R21, and all that [`Self::still_allowed`] asks.
    /// Within a write it holds until that is stored.
    fn settled(
        &self,
        asker: &Asker,
        replaces: bool,
        wanted: bool,
    ) -> Result<Settled, ConsoleError> {
        let member = self.allowed_now(asker)?;
        let slot = self.inner.catalog.slot(asker.key)?;
        let sitting = slot.map(|slot| slot.authorization);
        let goes_on = match &sitting {
            Some(old) if !replaces => self.goes_on(asker, old.id)?,
            _ => false,
        };
        let primary = self.becomes_primary(asker, wanted, member.role)?;
        let label = match sitting.as_ref().filter(|_| !replaces) {
            Some(old) => old.label.clone(),
            None => None,
        };
        let label = match label {
            None if asker.nameless => {
                let service = &asker.connector.name;
                let like = self.inner.catalog.labels_beginning(service)?;
                Some(numbered(service, &like))
            }
            known => known,
        };
        Ok(Settled {
            sits: sitting.as_ref().map(|old| (old.id, old.version)),
            goes_on,
            label,
            primary,
        })
    }

    /// R21, R23: whether the same account again keeps its place in every slot that shares it: where
    /// they all come to the same. Else this slot gets an authorization of its own, and the others
    /// keep theirs.
    fn goes_on(&self, asker: &Asker, id: AuthorizationId) -> Result<bool, ConsoleError> {
        let others = self.elsewhere(id, asker.key)?;
        Ok(resolution::goes_on(&asker.here, &others))
    }

    /// R1, R2, R3, R8, R16: that whoever authorizes may still do so, by what holds now: between the
    /// press and the answer a plan, a place, a role or a connection may have become another. Gives
    /// the member as they are now.
    ///
    /// # Errors
    /// Those of [`Console::authorize`].
    pub(crate) async fn still_allowed(&self, errand: &Errand) -> Result<Member, ConsoleError> {
        let asker = Asker::of(errand, &Account::default());
        self.off_thread(move |console| console.allowed_now(&asker))
            .await
    }

    /// As [`Self::still_allowed`], on a thread that may block; within a write, what it says holds
    /// until that is stored.
    fn allowed_now(&self, asker: &Asker) -> Result<Member, ConsoleError> {
        let catalog = &self.inner.catalog;
        let gone = || ConsoleError::new("flow_overtaken");
        let shared = catalog.is_shared_with(asker.key.connection, asker.member)?;
        let member = catalog.member(asker.member)?.ok_or_else(gone)?;
        let connection = catalog.connection(asker.key.connection)?.ok_or_else(gone)?;
        let workspace = catalog.workspace()?.ok_or_else(gone)?;
        self.may_authorize(&member, &connection, shared, &asker.connector, &workspace)?;
        Ok(member)
    }

    /// R11: whether the account becomes, or stays, the primary one of its place.
    fn becomes_primary(
        &self,
        asker: &Asker,
        wanted: bool,
        role: Role,
    ) -> Result<bool, ConsoleError> {
        let primaries = self.inner.catalog.primaries(asker.key.connection)?;
        let current: Option<MemberId> = primaries
            .iter()
            .find(|primary| primary.reach == asker.key.reach)
            .map(|primary| primary.member);
        let mine = current == Some(asker.member);
        let takes = primary::may_take(asker.kind, role, current);
        Ok(mine || (wanted && takes))
    }
}

/// Whether the provider granted all that was asked for.
fn is_whole(errand: &Errand, arrived: &Arrived) -> bool {
    let asked = &errand.connection.scopes;
    scopes_granted(asked, asked, arrived.granted.as_deref())
}
