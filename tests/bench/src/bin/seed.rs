//! `seed HOME COUNT`: adds connections to the catalog of a home that a first start has founded.
//!
//! A program of its own, so that the app has no door for it.

use std::path::PathBuf;
use std::process::ExitCode;

use tsunagi_bench::Error;
use tsunagi_catalog::Catalog;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{Clock, Connection, ConnectionId, Kind, Mode, SystemClock};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let home = arguments.next().map(PathBuf::from);
    let count = arguments
        .next()
        .and_then(|count| count.to_str()?.parse::<u32>().ok());
    let (Some(home), Some(count)) = (home, count) else {
        eprintln!("usage: seed HOME COUNT");
        return ExitCode::FAILURE;
    };
    match seed(&home, count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Adds `count` connections of the practice service: both kinds and both environment modes, in turn.
fn seed(home: &std::path::Path, count: u32) -> Result<(), Error> {
    let catalog = Catalog::open(home)?;
    let founder = catalog.members()?.first().map(|member| member.id);
    for number in 1..=count {
        let name = ConnectionName::new(&format!("Practice CRM {number}"))
            .map_err(|refusal| Error::Name(format!("{refusal:?}")))?;
        let link_name = LinkName::new(&format!("practice_{number}"))
            .map_err(|refusal| Error::Name(format!("{refusal:?}")))?;
        catalog.add_connection(&Connection {
            id: ConnectionId::new(),
            name,
            link_name,
            connector: "practice".to_owned(),
            kind: if number.is_multiple_of(2) {
                Kind::Admin
            } else {
                Kind::LoggedInUser
            },
            mode: if number.is_multiple_of(3) {
                Mode::Same
            } else {
                Mode::PerEnvironment
            },
            scopes: vec!["contacts.read".to_owned()],
            registration: None,
            settings: Settings::new(),
            enabled: true,
            created_by: founder,
            created_at: SystemClock.now(),
        })?;
    }
    Ok(())
}
