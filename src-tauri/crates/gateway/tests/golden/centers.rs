//! Zoho's data centers: for every service and every data center, where a person signs in, where
//! tokens are exchanged, where the API is and where tokens are revoked are those of a list
//! (`centers.txt`) that is written from the vendor's pages.

use std::collections::BTreeMap;

use tsunagi_connectors::{Connector, Library};
use tsunagi_domain::RefusalCode;
use tsunagi_domain::connection::Settings;
use url::Url;

/// Service, data center and hosts, line by line.
const LIST: &str = include_str!("centers.txt");

/// How many data centers there are.
const CENTERS: usize = 9;

/// What is expected of one service in one data center.
struct Row {
    service: &'static str,
    center: &'static str,
    authorize: &'static str,
    token: &'static str,
    /// `None`: nobody says.
    api: Option<&'static str>,
    revoke: &'static str,
}

fn rows() -> Vec<Row> {
    LIST.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let [service, center, authorize, token, api, revoke] = words[..] else {
                panic!("six words: {line}");
            };
            Row {
                service,
                center,
                authorize,
                token,
                api: (api != "-").then_some(api),
                revoke,
            }
        })
        .collect()
}

impl Row {
    /// Whether the service's API is at the `api_domain` of the token answer.
    fn is_shared(&self) -> bool {
        self.api.is_none_or(|api| api.starts_with("www.zohoapis."))
    }

    /// What the callback and the token answer say there.
    fn answers(&self) -> BTreeMap<String, String> {
        let mut answers = BTreeMap::new();
        let server = format!("https://{}", self.token);
        answers.insert("accounts-server".to_owned(), server);
        if let Some(api) = self.api.filter(|_| self.is_shared()) {
            answers.insert("api_domain".to_owned(), format!("https://{api}"));
        }
        answers
    }

    /// Settings of a connection: samples, and the host where that is for a person to say.
    fn settings(&self, connector: &Connector) -> Settings {
        let sample = |name: &str| match (name, self.api) {
            ("host", Some(api)) => Some(api.to_owned()),
            _ => None,
        };
        let parameters = connector.parameters.iter();
        parameters
            .filter_map(|one| {
                let own = sample(&one.name).or_else(|| one.default.clone());
                Some((one.name.clone(), own.or_else(|| one.example.clone())?))
            })
            .collect()
    }

    fn faults(&self, connector: &Connector) -> Vec<String> {
        let at = format!("{} in {}", self.service, self.center);
        let settings = self.settings(connector);
        let resolved = match connector.resolve(&settings) {
            Ok(resolved) => resolved,
            Err(refusal) => return vec![format!("{at}: {refusal:?}")],
        };
        let bound = connector.answered(&resolved, &self.answers());
        let Some(api) = self.api else {
            return match bound {
                Err(refusal) if refusal.code == RefusalCode::AnswerUnknown => Vec::new(),
                other => vec![format!("{at}: {other:?} instead of a refusal")],
            };
        };
        let bound = match bound {
            Ok(bound) => bound,
            Err(refusal) => return vec![format!("{at}: {refusal:?}")],
        };
        let mut faults = Vec::new();
        let host = |url: Option<&Url>| url.and_then(Url::host_str).map(str::to_owned);
        let own = [
            ("authorize", host(bound.authorize.as_ref()), self.authorize),
            ("token", host(bound.token.as_ref()), self.token),
            ("api", host(Some(&bound.api_base)), api),
            ("revoke", host(bound.revoke.as_ref()), self.revoke),
        ];
        for (what, own, wanted) in own {
            if own.as_deref() != Some(wanted) {
                faults.push(format!("{at}: {what} at {own:?} instead of {wanted}"));
            }
        }
        let asked = bound
            .question
            .and_then(|question| host(Some(&question.url)));
        if !asked
            .as_deref()
            .is_some_and(|asked| [self.token, api].contains(&asked))
        {
            faults.push(format!("{at}: asks {asked:?} whose account it is"));
        }
        faults.extend(self.elsewhere(connector));
        if !self.is_shared() {
            faults.extend(self.upgrade(connector, &settings, api));
        }
        faults
    }

    /// Where a person names the host, that of another data center is refused at the sign-in.
    fn elsewhere(&self, connector: &Connector) -> Vec<String> {
        let named = connector.parameters.iter().any(|one| one.name == "host");
        let all = if named { rows() } else { Vec::new() };
        let others = all
            .iter()
            .filter(|row| row.service == self.service && row.center != self.center);
        others
            .filter_map(|other| {
                let resolved = connector.resolve(&other.settings(connector)).ok()?;
                let bound = connector.answered(&resolved, &self.answers());
                let code = bound.map_err(|refusal| refusal.code);
                let refused = matches!(code, Err(RefusalCode::SettingElsewhere));
                (!refused).then(|| format!("{} is called in {}", other.center, self.center))
            })
            .collect()
    }

    /// A connection from when a person had to say the data center: its credential was sealed with
    /// the host of that, and still goes with it (R23).
    fn upgrade(&self, connector: &Connector, settings: &Settings, api: &str) -> Option<String> {
        let (_, domain) = api.split_once('.')?;
        let mut settings = settings.clone();
        settings.insert("domain".to_owned(), domain.to_owned());
        let sealed: Vec<String> = ["accounts.zoho.com", api]
            .iter()
            .map(|host| format!("https://{host}:443"))
            .collect();
        let resolved = connector.resolve(&settings);
        let own = resolved.map(|resolved| {
            let origins = resolved.origins.iter();
            origins.map(ToString::to_string).collect::<Vec<_>>()
        });
        (own.as_ref() != Ok(&sealed)).then(|| format!("{domain} was sealed as {own:?}"))
    }
}

/// What a connector says otherwise than the list does.
pub(crate) fn faults(connector: &Connector) -> Vec<String> {
    let rows = rows();
    let own = rows.iter().filter(|row| row.service == connector.id);
    own.flat_map(|row| row.faults(connector)).collect()
}

#[test]
fn r23_every_data_center_of_every_zoho_service_is_reached_at_its_own_hosts() {
    let library = Library::built_in();
    let faults: Vec<String> = library.all().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_zoho_service_is_listed_in_every_data_center() {
    let library = Library::built_in();
    for connector in library.all().filter(|own| own.id.starts_with("zoho_")) {
        let rows = rows();
        let own: std::collections::BTreeSet<&str> = rows
            .iter()
            .filter(|row| row.service == connector.id)
            .map(|row| row.center)
            .collect();
        assert_eq!(own.len(), CENTERS, "{}: {own:?}", connector.id);
    }
}

#[test]
fn where_no_accounts_server_is_named_everything_is_in_the_data_center_that_was_signed_in_at() {
    let library = Library::built_in();
    for row in rows().iter().filter(|row| row.center == "us") {
        let connector = library.get(row.service).unwrap();
        let resolved = connector.resolve(&row.settings(connector)).unwrap();
        let said = BTreeMap::from([("location".to_owned(), "eu".to_owned())]);
        for bound in [&resolved, &connector.answered(&resolved, &said).unwrap()] {
            assert_eq!(
                bound.token.as_ref().unwrap().host_str(),
                Some(row.authorize)
            );
            assert_eq!(bound.api_base.host_str(), row.api, "{}", row.service);
            bound.complete().unwrap();
        }
    }
}
