//! What there is, as the model knows it: plain data. Members, connections and authorizations
//! are meant by their place in these lists.

use std::collections::{BTreeMap, BTreeSet};

use tsunagi_console::{
    ApplicationId, ConnectionId, Edition, Environment, MemberId, Reach, RegistrationId, Role,
};
use tsunagi_domain::{Kind, Mode, UseId};

use crate::actions::What;

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: MemberId,
    pub(crate) role: Role,
    pub(crate) active: bool,
    pub(crate) passphrase: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) id: ApplicationId,
    pub(crate) edition: Edition,
    pub(crate) shared: BTreeSet<MemberId>,
    pub(crate) may_use: BTreeSet<ConnectionId>,
}

/// Where something sits: an environment or all, and whose of a logged-in-user connection.
pub(crate) type Place = (Reach, Option<MemberId>);

/// What one can connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Practice,
    /// Two sites, a parameter that says which, and a client to bring.
    Filing,
    /// A payment service, offered in the US alone.
    Cashier,
    /// A payment service that ends, and that the cashier follows.
    Till,
}

impl Service {
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Filing => "filing",
            Self::Cashier => "cashier",
            Self::Till => "till",
        }
    }

    /// What is tried of it.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Practice => "/contacts",
            _ => "/files",
        }
    }

    /// R7.
    pub(crate) fn is_payment(self) -> bool {
        matches!(self, Self::Cashier | Self::Till)
    }

    pub(crate) fn needs_client(self) -> bool {
        self != Self::Practice
    }
}

/// A client registration.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: RegistrationId,
    pub(crate) service: Service,
    pub(crate) client: String,
}

/// What a place comes to, or an authorization was obtained with: which site, which client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) site: u8,
    pub(crate) client: Option<RegistrationId>,
}

/// What a reach has of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Own {
    pub(crate) site: Option<u8>,
    pub(crate) client: Option<RegistrationId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) id: ConnectionId,
    pub(crate) name: String,
    /// R19: never changes.
    pub(crate) link_name: String,
    pub(crate) service: Service,
    /// Where it leads and with which client, unless a reach has its own.
    pub(crate) way: Way,
    pub(crate) own: BTreeMap<Reach, Own>,
    pub(crate) kind: Kind,
    pub(crate) mode: Mode,
    pub(crate) enabled: bool,
    /// Asks to write contacts, not only to read them.
    pub(crate) write: bool,
    pub(crate) owner: Option<MemberId>,
    /// What sits where, in the other environment mode too: it comes back with the mode.
    pub(crate) seats: BTreeMap<Place, usize>,
    pub(crate) primaries: BTreeMap<Reach, MemberId>,
    /// Where there is a primary account, or has been one.
    pub(crate) led: BTreeSet<Reach>,
    /// `true` where it is offered, `false` where it is accepted beforehand.
    pub(crate) offers: BTreeMap<(Reach, MemberId), bool>,
    /// Who offered it.
    pub(crate) offered_by: BTreeMap<(Reach, MemberId), MemberId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) by: MemberId,
    pub(crate) other_account: bool,
    pub(crate) label: Option<String>,
    pub(crate) write: bool,
    pub(crate) revoked: bool,
    pub(crate) service: Service,
    pub(crate) way: Way,
    /// Its client has another client ID since.
    pub(crate) refused: bool,
    /// When its tokens were issued, in ticks.
    pub(crate) issued: u32,
    /// The provider renews it no more.
    pub(crate) expired: bool,
    /// It can be opened with nobody present: so long as it is sealed for that, which only its
    /// member's own key may end.
    pub(crate) unattended: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) id: UseId,
    pub(crate) connection: ConnectionId,
    pub(crate) application: ApplicationId,
    pub(crate) environment: Environment,
    pub(crate) what: What,
    pub(crate) name: String,
}

/// Everything.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// How much time has passed, in ticks.
    pub(crate) now: u32,
    pub(crate) paid: bool,
    pub(crate) data_center: &'static str,
    pub(crate) country: Option<&'static str>,
    /// R16: whether the till has ended.
    pub(crate) retired: bool,
    pub(crate) clients: Vec<Client>,
    pub(crate) people: Vec<Person>,
    /// Who sits at the keyboard.
    pub(crate) seat: Option<usize>,
    pub(crate) applications: Vec<Application>,
    pub(crate) links: Vec<Link>,
    pub(crate) authorizations: Vec<Authorization>,
    pub(crate) uses: Vec<Used>,
}

/// Health, as far as the model has it. An outcome is never unknown here: no renewal is interrupted.
/// R16: a reason of its own for what has ended belongs here, and into [`Model::fares`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fares {
    Connected,
    Disabled,
    Retired,
    Never,
    Revoked,
    Expired,
    ClientRefused,
    ConnectorChanged,
    ScopesMissing,
}

impl Fares {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disabled => "disabled",
            Self::Retired => "retired",
            Self::Never => "never_authorized",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::ClientRefused => "client_refused",
            Self::ConnectorChanged => "connector_changed",
            Self::ScopesMissing => "scopes_missing",
        }
    }
}

pub(crate) fn manages(role: Role) -> bool {
    matches!(role, Role::SuperAdmin | Role::Admin | Role::Developer)
}

/// Super admins and admins.
pub(crate) fn leads(role: Role) -> bool {
    matches!(role, Role::SuperAdmin | Role::Admin)
}

pub(crate) fn reaches(mode: Mode) -> &'static [Reach] {
    match mode {
        Mode::Same => &[Reach::All],
        Mode::PerEnvironment => &[Reach::Development, Reach::Stage, Reach::Production],
    }
}

pub(crate) fn reach_of(mode: Mode, environment: Environment) -> Reach {
    match (mode, environment) {
        (Mode::Same, _) => Reach::All,
        (_, Environment::Development) => Reach::Development,
        (_, Environment::Stage) => Reach::Stage,
        (_, Environment::Production) => Reach::Production,
    }
}

impl Link {
    pub(crate) fn personal(&self) -> bool {
        self.kind == Kind::LoggedInUser
    }

    pub(crate) fn place(&self, reach: Reach, member: MemberId) -> Place {
        (reach, self.personal().then_some(member))
    }

    pub(crate) fn has(&self, reach: Reach) -> bool {
        reaches(self.mode).contains(&reach)
    }

    /// Whether a client serves it, or would in the other environment mode.
    pub(crate) fn has_client(&self, id: RegistrationId) -> bool {
        let own = self.own.values().map(|own| own.client);
        own.chain([self.way.client])
            .any(|client| client == Some(id))
    }

    /// What a reach comes to: its own, else the connection's.
    pub(crate) fn way(&self, reach: Reach) -> Way {
        let own = self.own.get(&reach).copied().unwrap_or_default();
        Way {
            site: own.site.unwrap_or(self.way.site),
            client: own.client.or(self.way.client),
        }
    }
}

impl Model {
    pub(crate) fn person(&self, id: MemberId) -> &Person {
        self.people.iter().find(|person| person.id == id).unwrap()
    }

    pub(crate) fn seated(&self) -> Option<&Person> {
        self.seat.map(|seat| &self.people[seat])
    }

    pub(crate) fn application(&self, id: ApplicationId) -> &Application {
        self.applications.iter().find(|one| one.id == id).unwrap()
    }

    pub(crate) fn fares(&self, link: &Link, place: Place) -> Fares {
        let sits = link.seats.get(&place);
        let sits = sits.map(|sits| &self.authorizations[*sits]);
        match sits {
            _ if !link.enabled => Fares::Disabled,
            // R16: whatever sits there.
            _ if self.is_retired(link.service) => Fares::Retired,
            None => Fares::Never,
            Some(sits) if sits.revoked => Fares::Revoked,
            Some(sits) if sits.expired => Fares::Expired,
            Some(sits) if sits.refused => Fares::ClientRefused,
            // R23: it goes where it was obtained for, and nowhere else.
            Some(sits) if sits.way.site != link.way(place.0).site => Fares::ConnectorChanged,
            Some(sits) if sits.way != link.way(place.0) => Fares::ClientRefused,
            Some(sits) if link.write && !sits.write => Fares::ScopesMissing,
            Some(_) => Fares::Connected,
        }
    }

    pub(crate) fn link(&self, id: ConnectionId) -> Option<&Link> {
        self.links.iter().find(|link| link.id == id)
    }

    /// R16.
    pub(crate) fn is_retired(&self, service: Service) -> bool {
        service == Service::Till && self.retired
    }

    /// Everywhere an authorization sits, in the other environment mode too.
    pub(crate) fn sitting(&self, authorization: usize) -> Vec<(&Link, Place)> {
        let links = self.links.iter();
        links
            .flat_map(|link| {
                link.seats
                    .iter()
                    .map(move |(place, sits)| (link, *place, sits))
            })
            .filter(|(_, _, sits)| **sits == authorization)
            .map(|(link, place, _)| (link, place))
            .collect()
    }

    /// R3: an application that may use it is shared with the member.
    pub(crate) fn is_shared(&self, link: &Link, member: MemberId) -> bool {
        self.applications
            .iter()
            .any(|one| one.may_use.contains(&link.id) && one.shared.contains(&member))
    }

    /// R11: an authorization ends, and with it the primary accounts that it was.
    pub(crate) fn revoke(&mut self, authorization: usize) {
        self.authorizations[authorization].revoked = true;
        for link in &mut self.links {
            for ((reach, member), sits) in &link.seats {
                if *sits == authorization && link.primaries.get(reach).copied() == *member {
                    link.primaries.remove(reach);
                }
            }
        }
    }

    /// Somebody who may no longer be primary is so nowhere, and nothing is offered to them or by
    /// them.
    pub(crate) fn demote(&mut self, member: MemberId) {
        for link in &mut self.links {
            link.primaries.retain(|_, primary| *primary != member);
            let by = &link.offered_by;
            link.offers
                .retain(|at, waits| at.1 != member && !(*waits && by.get(at) == Some(&member)));
        }
    }

    /// A connection becomes another.
    pub(crate) fn edit(&mut self, at: usize, after: Link) {
        let mode = after.mode;
        let before = self.links[at].mode;
        self.links[at] = Link {
            mode: before,
            ..after
        };
        if before != mode {
            self.reshape(at, mode);
        }
    }

    /// R12: what sits where when the environment mode changes, as the impact says before: one for
    /// all is Production's, else Stage's, else Development's, else what it was; Production goes
    /// on with what was for all, Development and Stage get back what they had, else that too. R11:
    /// whose account is primary goes with the accounts.
    pub(crate) fn reshape(&mut self, at: usize, mode: Mode) {
        let revoked: Vec<bool> = self.authorizations.iter().map(|one| one.revoked).collect();
        let obtained: Vec<Way> = self.authorizations.iter().map(|one| one.way).collect();
        let link = &mut self.links[at];
        let primaries = link.primaries.clone();
        let (mut came, mut led_after) = (BTreeMap::new(), Vec::new());
        let members: BTreeSet<Option<MemberId>> =
            link.seats.keys().map(|(_, member)| *member).collect();
        let before = link.seats.clone();
        for reach in reaches(mode) {
            let order: &[Reach] = match reach {
                Reach::All => &[
                    Reach::Production,
                    Reach::Stage,
                    Reach::Development,
                    Reach::All,
                ],
                Reach::Production => &[Reach::All, Reach::Production],
                Reach::Stage => &[Reach::Stage, Reach::All],
                Reach::Development => &[Reach::Development, Reach::All],
            };
            for member in &members {
                // R23: what does not serve here, with the client and the site of here, stays behind.
                let from = order.iter().find(|from| {
                    let sits = before.get(&(**from, *member));
                    sits.is_some_and(|sits| *from == reach || obtained[*sits] == link.way(*reach))
                });
                if let Some(from) = from {
                    let sits = before[&(*from, *member)];
                    link.seats.insert((*reach, *member), sits);
                    came.insert((*reach, *member), *from);
                }
            }
            // R11: for all runs what Production ran on, or what ran for all before: never what was
            // made primary of Stage or Development alone.
            let leaders = if *reach == Reach::All {
                &[Reach::Production, Reach::All]
            } else {
                order
            };
            let led = leaders.iter().find(|from| link.led.contains(from));
            let member = led.and_then(|from| {
                let member = *primaries.get(from)?;
                let place = (*reach, Some(member));
                let living = link.seats.get(&place).is_some_and(|sits| !revoked[*sits]);
                (living && came.get(&place) == Some(from)).then_some(member)
            });
            match member {
                Some(member) => link.primaries.insert(*reach, member),
                None => link.primaries.remove(reach),
            };
            if order.iter().any(|from| link.led.contains(from)) {
                led_after.push(*reach);
            }
        }
        link.led.extend(led_after);
        link.mode = mode;
        link.offers.clear();
    }
}
