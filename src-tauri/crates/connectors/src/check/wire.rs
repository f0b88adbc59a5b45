//! A service of which no source says how it is spoken to: its file says nothing of it either.

use super::Faults;
use crate::load::Provenance;
use crate::{Api, Connector, Registration, Why};

/// That nothing of the wire is said, that a person is told what is known, and that the program
/// lists it and no file of the home.
pub(super) fn check(connector: &Connector, provenance: Provenance, found: &mut Faults) {
    if provenance == Provenance::Custom {
        found.add("/wire", Why::wire_built_in());
    }
    let said = [
        ("oauth", connector.oauth.is_some()),
        ("keys", connector.keys.is_some()),
        ("api", connector.api != Api::default()),
        ("hosts", !connector.hosts.is_empty()),
        ("scopes", !connector.scopes.is_empty()),
        ("scope_source", connector.scope_source.is_some()),
        ("presets", !connector.presets.is_empty()),
        ("parameters", !connector.parameters.is_empty()),
        ("whoami", connector.whoami.is_some()),
        ("verify", connector.verify.is_some()),
        ("rate", connector.rate.is_some()),
        ("pace", connector.pace.is_some()),
        ("setup", connector.setup.is_some()),
        ("try_path", connector.try_path.is_some()),
        (
            "registration",
            connector.registration != Registration::NotNeeded,
        ),
    ];
    for (name, _) in said.into_iter().filter(|(_, said)| *said) {
        found.add(format!("/{name}"), Why::wire_said(name));
    }
    if connector.verified {
        found.add("/verified", Why::wire_verified());
    }
    if connector.notes.is_empty() || connector.sources.is_empty() {
        found.add("/wire", Why::wire_sources());
    }
}
