//! A service's own page.

use tsunagi_connectors::{
    Attach, ClientAuth, Connector, OAuth, OfferedIn, Parameter, Pkce, Registration as Needs,
    SetupRedirect,
};
use tsunagi_domain::{DataCenter, Workspace, access};
use url::Url;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::is_secure;
use crate::rows::mark;
use crate::views::{
    Attached, AttachedPlace, AuthKind, DataCenterView, OfferedKnown, OfferedView, PkceView,
    PresetView, RedirectKind, RetiredView, ServiceKey, ServiceKeys, ServiceView, SetupView,
    SignInView,
};

impl Console {
    /// Everything of a service that a person needs to know before, and while, it is used.
    ///
    /// # Errors
    /// `no_workspace`, `connector_missing`.
    pub fn service_page(&self, session: Session, id: &str) -> Result<ServiceView, ConsoleError> {
        self.reader(session)?;
        let workspace = self.workspace()?;
        let connector = self.connector(id)?;
        let refused = access::available(&workspace)
            .and_then(|()| self.offered(&connector, &workspace))
            .err();
        Ok(ServiceView {
            service: mark(&connector),
            about: self.pick(&connector.description),
            also: connector.also.clone(),
            category: connector.category.clone(),
            way: way(&connector),
            kinds: connector.kinds.clone(),
            areas: connector
                .areas()
                .iter()
                .map(|area| area.as_str().to_owned())
                .collect(),
            verified: connector.verified,
            custom: connector.custom,
            payment: connector.payment,
            refused: refused.map(|refusal| self.failure(&refusal.into())),
            offered: offered(&connector, workspace),
            retired: self.retired_view(&connector),
            sign_in: self.sign_in_view(&connector),
            keys: self.keys_asked(&connector),
            parameters: self.parameters(&connector),
            scopes: self.scopes(&connector),
            presets: self.presets(&connector),
            api: shown(&connector, &connector.api.base),
            hosts: connector
                .hosts
                .iter()
                .map(|host| shown(&connector, host))
                .collect(),
            setup: self.setup_view(&connector),
            notes: connector.notes.iter().map(|note| self.pick(note)).collect(),
            sources: connector
                .documents()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        })
    }

    /// The address of a document the connector was written from, by its place in the list, to
    /// open in the system browser.
    ///
    /// # Errors
    /// `connector_missing`; `source_missing` where the connector names no such one.
    pub fn source(&self, session: Session, id: &str, at: u32) -> Result<Url, ConsoleError> {
        self.reader(session)?;
        let connector = self.connector(id)?;
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let address = connector.documents().get(at).copied();
        address
            .and_then(|address| Url::parse(address).ok())
            .filter(|url| url.scheme() == "https" && is_secure(url))
            .ok_or_else(|| ConsoleError::new("source_missing").with("service", connector.name))
    }

    pub(crate) fn presets(&self, connector: &Connector) -> Vec<PresetView> {
        let view = |preset: &tsunagi_connectors::Preset| PresetView {
            id: preset.id.clone(),
            name: self.pick(&preset.name),
            scopes: preset.scopes.clone(),
        };
        connector.presets.iter().map(view).collect()
    }

    pub(crate) fn setup_view(&self, connector: &Connector) -> Option<SetupView> {
        connector.setup.as_ref().map(|setup| SetupView {
            url: setup.url.clone(),
            steps: setup.steps.iter().map(|step| self.pick(step)).collect(),
            redirect: setup.redirect.map(redirect),
        })
    }

    fn retired_view(&self, connector: &Connector) -> Option<RetiredView> {
        let library = self.inner.gateway.library();
        let retired = connector.retired.as_ref()?;
        let successor = connector.successor.as_deref();
        Some(RetiredView {
            date: retired.date.clone(),
            over: self.now() >= retired.since,
            successor: successor.and_then(|id| library.get(id)).map(mark),
        })
    }

    fn sign_in_view(&self, connector: &Connector) -> Option<SignInView> {
        let oauth = connector.oauth.as_ref()?;
        let setup = connector.setup.as_ref();
        // Lifetimes are far below what a double can count.
        #[allow(clippy::cast_precision_loss)]
        let seconds = |seconds: Option<u64>| seconds.map(|seconds| seconds as f64);
        Some(SignInView {
            authorize: oauth.authorize.as_deref().map(|at| shown(connector, at)),
            token: shown(connector, &oauth.token),
            needs_registration: connector.registration == Needs::NeedsClient,
            secret: oauth.client_auth != ClientAuth::None,
            pkce: pkce(oauth),
            redirect: setup.and_then(|setup| setup.redirect).map(redirect),
            browser_because: self.browser_because(connector),
            device: oauth.device.is_some(),
            token_seconds: seconds(oauth.token_lifetime_seconds),
            refresh_seconds: seconds(oauth.refresh_lifetime_seconds),
            rotates: oauth.rotates,
            grace_seconds: oauth.grace_seconds,
            revocable: oauth.revoke.is_some(),
            rate_refreshes: connector.rate.map(|rate| rate.refreshes),
            rate_seconds: connector.rate.map(|rate| rate.seconds),
        })
    }

    fn keys_asked(&self, connector: &Connector) -> Option<ServiceKeys> {
        let keys = connector.keys.as_ref()?;
        let mut attached: Vec<Attached> = Vec::new();
        for one in &keys.attach {
            let (place, name) = match one {
                Attach::Header { name, .. } => (AttachedPlace::Header, Some(name)),
                Attach::Query { name, .. } => (AttachedPlace::Query, Some(name)),
                Attach::Form { name, .. } | Attach::FormJson { name, .. } => {
                    (AttachedPlace::Form, Some(name))
                }
                Attach::Basic { .. } => (AttachedPlace::Basic, None),
            };
            let one = Attached {
                place,
                name: name.cloned(),
            };
            // Several values may go into one field.
            if !attached.contains(&one) {
                attached.push(one);
            }
        }
        Some(ServiceKeys {
            fields: keys
                .fields
                .iter()
                .map(|field| ServiceKey {
                    label: self.pick(&field.label),
                    help: field.help.as_ref().map(|help| self.pick(help)),
                    secret: field.secret,
                })
                .collect(),
            attached,
        })
    }
}

/// In one word, how a service is authorized.
pub(crate) fn way(connector: &Connector) -> AuthKind {
    match connector.way() {
        tsunagi_connectors::AuthKind::SignIn => AuthKind::SignIn,
        tsunagi_connectors::AuthKind::Client => AuthKind::Client,
        tsunagi_connectors::AuthKind::Key => AuthKind::Key,
        tsunagi_connectors::AuthKind::Unknown => AuthKind::Unknown,
    }
}

const fn redirect(redirect: SetupRedirect) -> RedirectKind {
    match redirect {
        SetupRedirect::Loopback => RedirectKind::Loopback,
        SetupRedirect::Localhost => RedirectKind::Localhost,
        SetupRedirect::Https => RedirectKind::Https,
    }
}

fn pkce(oauth: &OAuth) -> Option<PkceView> {
    oauth.authorize.as_ref()?;
    Some(match oauth.pkce {
        Some(Pkce::Supported) => PkceView::Supported,
        Some(Pkce::Refused) => PkceView::Refused,
        Some(Pkce::Undocumented) => PkceView::Undocumented,
        None => PkceView::Unsaid,
    })
}

fn offered(connector: &Connector, workspace: Workspace) -> OfferedView {
    let listed = connector.offered_in.as_ref().and_then(OfferedIn::places);
    let known = match &connector.offered_in {
        Some(_) if listed.is_some_and(|places| !places.countries.is_empty()) => {
            OfferedKnown::Listed
        }
        None if connector.payment => OfferedKnown::Unstated,
        Some(_) | None => OfferedKnown::Everywhere,
    };
    let places = listed.cloned().unwrap_or_default();
    let here = |id: &&str| {
        places.data_centers.is_empty() || places.data_centers.iter().any(|one| one == id)
    };
    OfferedView {
        plan: workspace.plan,
        data_center: workspace.data_center.0,
        data_centers: DataCenter::KNOWN
            .iter()
            .map(|id| DataCenterView {
                id: (*id).to_owned(),
                served: DataCenter((*id).to_owned()).is_served() && here(id),
            })
            .collect(),
        known,
        countries: places.countries,
        country: workspace.country,
    }
}

/// A template as a person reads it: what the service answers, and what has a default, put in. What
/// a person fills in stays in its braces.
fn shown(connector: &Connector, template: &str) -> String {
    let parameter = |name: &str| -> Option<&Parameter> {
        connector.parameters.iter().find(|one| one.name == name)
    };
    tsunagi_connectors::fill(template, |name| {
        let answered = name
            .strip_prefix("answer.")
            .and_then(|name| connector.oauth().unsaid(name).map(str::to_owned));
        let set = || parameter(name)?.default.clone();
        Some(
            answered
                .or_else(set)
                .unwrap_or_else(|| format!("{{{name}}}")),
        )
    })
    .unwrap_or_else(|| template.to_owned())
}
