//! R23, connector by connector: the origins that may receive a credential are those of a list
//! (`hosts.txt`) that is kept beside the connectors, and what only looks like one of them is not.

use std::collections::BTreeMap;

use tsunagi_connectors::{Connector, Library};
use tsunagi_domain::hosts::{HostPattern, may_receive};
use tsunagi_oauth::hosts_answered;
use url::Url;

/// Service and origin, or service and `answers` with the name of the answer, line by line.
const LIST: &str = include_str!("hosts.txt");

/// What is expected of one service.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Its origins, as they are written.
    pub(crate) hosts: Vec<&'static str>,
    /// Answers that name a host to go to from then on.
    pub(crate) answers: Vec<&'static str>,
}

/// What is expected, by service.
pub(crate) fn expected() -> BTreeMap<&'static str, Expected> {
    let mut all: BTreeMap<&str, Expected> = BTreeMap::new();
    for line in LIST.lines().filter(|line| !line.starts_with('#')) {
        let (service, rest) = line.split_once(' ').unwrap();
        let own = all.entry(service).or_default();
        match rest.strip_prefix("answers ") {
            Some(name) => own.answers.push(name),
            None => own.hosts.push(rest),
        }
    }
    all
}

/// The names of hosts that nothing may ever go to: a server there would notice.
pub(crate) fn evil_hosts() -> Vec<String> {
    let all = expected();
    let evil = all.values().filter(|own| !own.answers.is_empty());
    evil.flat_map(Expected::evil)
        .map(|address| address.trim_start_matches("https://").to_owned())
        .collect()
}

impl Expected {
    /// An address at each of the origins.
    pub(crate) fn good(&self) -> Vec<String> {
        self.hosts
            .iter()
            .map(|host| host.replace("://*.", "://example."))
            .collect()
    }

    /// Addresses that are none of them, and look like it.
    pub(crate) fn alike(&self) -> Vec<String> {
        let mut alike = vec!["https://evil.example".to_owned()];
        for host in &self.hosts {
            let (scheme, name) = host.split_once("://").unwrap();
            let sample = name.replacen("*.", "example.", 1);
            alike.push(format!("{scheme}://user@{sample}"));
            if scheme == "https" {
                alike.push(format!("https://{sample}.evil.example"));
                alike.push(format!("http://{sample}"));
                alike.push(format!("https://{sample}:8443"));
                // A star is one label, and ends at a dot.
                if let Some(base) = name.strip_prefix("*.") {
                    alike.push(format!("https://example.evil-{base}"));
                    alike.push(format!("https://one.two.three.{base}"));
                }
                let name = name.trim_start_matches("*.");
                if !self.has_star_above(name) {
                    alike.push(format!("https://evil-{name}"));
                }
            }
        }
        alike
    }

    /// The few of them that a real server is tried with.
    pub(crate) fn evil(&self) -> Vec<String> {
        let like = self
            .good()
            .first()
            .map(|host| format!("{host}.evil.example"));
        // A bare name is what some services answer.
        let bare = ["https://evil.example", "evil.example"].map(str::to_owned);
        bare.into_iter().chain(like).collect()
    }

    /// Whether any name beside this one is listed.
    fn has_star_above(&self, name: &str) -> bool {
        let parent = name.split_once('.').map(|(_, parent)| parent);
        self.hosts
            .iter()
            .filter_map(|host| host.strip_prefix("https://*."))
            .any(|base| parent == Some(base))
    }
}

/// What a connector says otherwise than the list does.
pub(crate) fn faults(connector: &Connector) -> Vec<String> {
    let id = connector.id.as_str();
    let sources = "compare with the pages named in its `sources`, then with golden/hosts.txt";
    let all = expected();
    if connector.hosts.is_empty() && !all.contains_key(id) {
        return Vec::new();
    }
    let Some(expected) = all.get(id) else {
        return vec![format!("{id} has no host in the list: {sources}")];
    };
    let samples: BTreeMap<String, String> = connector
        .parameters
        .iter()
        .filter_map(|parameter| {
            let sample = parameter.default.clone().or(parameter.example.clone())?;
            Some((parameter.name.clone(), sample))
        })
        .collect();
    let resolved = match connector.resolve(&samples) {
        Ok(resolved) => resolved,
        Err(refusal) => return vec![format!("{id}: {refusal:?}")],
    };
    let mut faults = Vec::new();
    let mut own: Vec<String> = resolved.hosts.iter().cloned().map(String::from).collect();
    let mut listed: Vec<String> = expected
        .hosts
        .iter()
        .map(|host| HostPattern::try_from((*host).to_owned()).unwrap().into())
        .collect();
    own.sort();
    listed.sort();
    if own != listed {
        faults.push(format!("{id}: {own:?} instead of {listed:?}: {sources}"));
    }
    let answers: Vec<&str> = connector
        .oauth
        .iter()
        .flat_map(|oauth| &oauth.answers)
        .filter(|answer| answer.host)
        .map(|answer| answer.name.as_str())
        .collect();
    if answers != expected.answers {
        let wanted = &expected.answers;
        faults.push(format!(
            "{id}: {answers:?} name hosts instead of {wanted:?}"
        ));
    }
    let receives = |address: &str| {
        let url = Url::parse(address).unwrap();
        may_receive(&url, &resolved.hosts).is_ok()
    };
    for address in expected.good() {
        if !receives(&address) {
            faults.push(format!("{id}: nothing goes to {address}: {sources}"));
        }
    }
    let alike = expected.alike();
    for (name, address) in expected
        .answers
        .iter()
        .flat_map(|name| alike.iter().map(move |address| (*name, address)))
    {
        let said = BTreeMap::from([(name.to_owned(), address.clone())]);
        if hosts_answered(connector, &resolved, &said).is_ok() {
            faults.push(format!("{id}: the answer {name} may lead to {address}"));
        }
    }
    for address in &alike {
        if receives(address) {
            faults.push(format!("{id}: a credential goes to {address}: {sources}"));
        }
    }
    faults
}

#[test]
fn r23_a_credential_goes_to_the_listed_origins_and_to_nothing_like_them() {
    let library = Library::built_in();
    let faults: Vec<String> = library.all().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let gone: Vec<&str> = expected()
        .into_keys()
        .filter(|service| library.get(service).is_none())
        .collect();
    assert!(gone.is_empty(), "listed, and no connector: {gone:?}");
}
