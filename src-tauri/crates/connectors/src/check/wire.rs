//! A service of which no source says how it is spoken to: its file says nothing of it either.

use super::Fault;
use crate::load::Provenance;
use crate::{Api, Connector, Registration};

fn fault(at: impl Into<String>, reason: impl Into<String>) -> Result<(), Fault> {
    Err((at.into(), reason.into()))
}

/// That nothing of the wire is said, that a person is told what is known, and that the program
/// lists it and no file of the home.
pub(super) fn check(connector: &Connector, provenance: Provenance) -> Result<(), Fault> {
    if provenance == Provenance::Custom {
        return fault(
            "/wire",
            "only built-in connectors may say that the wire is unknown",
        );
    }
    let said = [
        ("oauth", connector.oauth.is_some()),
        ("keys", connector.keys.is_some()),
        ("api", connector.api != Api::default()),
        ("hosts", !connector.hosts.is_empty()),
        ("scopes", !connector.scopes.is_empty()),
        ("presets", !connector.presets.is_empty()),
        ("parameters", !connector.parameters.is_empty()),
        ("whoami", connector.whoami.is_some()),
        ("verify", connector.verify.is_some()),
        ("rate", connector.rate.is_some()),
        ("setup", connector.setup.is_some()),
        ("try_path", connector.try_path.is_some()),
        (
            "registration",
            connector.registration != Registration::NotNeeded,
        ),
    ];
    if let Some((name, _)) = said.into_iter().find(|(_, said)| *said) {
        return fault(
            format!("/{name}"),
            format!("the wire is unknown, and `{name}` says something of it"),
        );
    }
    if connector.verified {
        return fault("/verified", "what is unknown cannot have been tried");
    }
    if connector.notes.is_empty() || connector.sources.is_empty() {
        return fault(
            "/wire",
            "`notes` and `sources` say what is known where the wire is not",
        );
    }
    Ok(())
}
