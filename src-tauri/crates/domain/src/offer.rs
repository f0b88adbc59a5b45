//! R5, R7, R8, R9, R16, R18, R21: which connections a service may get, which authorization a new one
//! may share, and when one may go.

use crate::connection::Settings;
use crate::{
    DataCenter, Kind, Mode, Reach, Refusal, RefusalCode, RegistrationId, Timestamp, Workspace,
};

/// R16: whether a service is still served. `retired` is since when it is not, and the date as
/// its connector writes it.
///
/// # Errors
/// [`RefusalCode::ConnectorRetired`].
pub fn served(
    service: &str,
    retired: Option<(Timestamp, &str)>,
    now: Timestamp,
) -> Result<(), Refusal> {
    match retired {
        Some((since, date)) if now >= since => Err(Refusal::new(RefusalCode::ConnectorRetired)
            .with("service", service)
            .with("date", date)),
        _ => Ok(()),
    }
}

/// Where a payment service is offered (R8). An empty list leaves no place out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places<'a> {
    /// Data centers, such as `us`.
    pub data_centers: &'a [String],
    /// Countries (ISO 3166-1 alpha-2), such as `US`.
    pub countries: &'a [String],
}

/// R8: whether a service is offered where the workspace is. `places` is `None` where nothing keeps
/// it from any place: services other than payment services, those that are offered everywhere,
/// and those whose pages do not say where, since nobody could say that this place has it not.
///
/// # Errors
/// [`RefusalCode::ServiceNotInDataCenter`], [`RefusalCode::ServiceNotInCountry`] or
/// [`RefusalCode::CountryNeeded`].
pub fn offered_here(
    service: &str,
    places: Option<Places<'_>>,
    workspace: &Workspace,
) -> Result<(), Refusal> {
    let Some(places) = places else {
        return Ok(());
    };
    let DataCenter(data_center) = &workspace.data_center;
    if !places.data_centers.is_empty() && !places.data_centers.contains(data_center) {
        return Err(Refusal::new(RefusalCode::ServiceNotInDataCenter)
            .with("service", service)
            .with("data_center", data_center.to_uppercase()));
    }
    match &workspace.country {
        _ if places.countries.is_empty() => Ok(()),
        Some(country) if places.countries.contains(country) => Ok(()),
        Some(country) => Err(Refusal::new(RefusalCode::ServiceNotInCountry)
            .with("service", service)
            .with("country", country)),
        None => Err(Refusal::new(RefusalCode::CountryNeeded).with("service", service)),
    }
}

/// R5, R9: whether a person may make a connection of this kind: one the connector offers, and
/// never a system connection, which comes into being by itself.
///
/// # Errors
/// [`RefusalCode::KindNotOffered`].
pub fn kind_offered(service: &str, kind: Kind, offered: &[Kind]) -> Result<(), Refusal> {
    if kind != Kind::System && offered.contains(&kind) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::KindNotOffered)
        .with("service", service)
        .with("kind", kind.as_str()))
}

/// R7: whether a service takes another connection; `existing` names one it has. A payment
/// service takes one, others any number.
///
/// # Errors
/// [`RefusalCode::PaymentConnectionExists`].
pub fn takes_another(service: &str, payment: bool, existing: Option<&str>) -> Result<(), Refusal> {
    match existing {
        Some(existing) if payment => Err(Refusal::new(RefusalCode::PaymentConnectionExists)
            .with("service", service)
            .with("connection", existing)),
        _ => Ok(()),
    }
}

/// R18: whether a connection may be deleted: only when nothing uses it.
///
/// # Errors
/// [`RefusalCode::StillUsed`].
pub fn may_delete(uses: u32) -> Result<(), Refusal> {
    if uses == 0 {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::StillUsed).with("count", uses.to_string()))
}

/// What two connections of one service are compared by before one shares the other's
/// authorization (R21).
#[derive(Debug, Clone, Copy)]
pub struct Likeness<'a> {
    /// Kind.
    pub kind: Kind,
    /// Environment mode.
    pub mode: Mode,
    /// Client registration.
    pub registration: Option<RegistrationId>,
    /// Scopes; their order says nothing.
    pub scopes: &'a [String],
    /// Parameter values, those the program fills in left out.
    pub settings: &'a Settings,
}

/// R21: whether the authorization of one connection would do for the other: same registration,
/// scopes and parameters, both for all environments, and both or neither each member's own.
#[must_use]
pub fn may_share(one: Likeness<'_>, other: Likeness<'_>) -> bool {
    one.mode == Mode::Same && other.mode == Mode::Same && is_alike(one, other)
}

/// R18, R21: whether the authorization that sits in one reach may sit in another's place: both
/// for all environments or both for the same one, and otherwise as [`may_share`] says. Settings
/// and registration are those of the reach.
///
/// # Errors
/// [`RefusalCode::SwitchUnfit`], of the connection named `connection`.
pub fn may_switch(
    connection: &str,
    (here, reach): (Likeness<'_>, Reach),
    (other, sits): (Likeness<'_>, Reach),
) -> Result<(), Refusal> {
    if reach == sits && is_alike(here, other) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::SwitchUnfit).with("connection", connection))
}

fn is_alike(one: Likeness<'_>, other: Likeness<'_>) -> bool {
    let holds = |all: &[String], some: &[String]| some.iter().all(|scope| all.contains(scope));
    one.registration == other.registration
        && one.settings == other.settings
        && holds(one.scopes, other.scopes)
        && holds(other.scopes, one.scopes)
        && (one.kind == Kind::LoggedInUser) == (other.kind == Kind::LoggedInUser)
}
