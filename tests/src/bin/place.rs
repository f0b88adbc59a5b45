//! A place that uses a connection, put into a home from outside: it stands in for the areas (data
//! sources, workflows, schedules, …), which are not built yet.
//!
//! `tsunagi-place HOME PLACE`, where `PLACE` is JSON: `{"connection": "link_name",
//! "application": "Orders", "environment": "production", "area": "schedule", "name": "Nightly",
//! "scopes": [], "next_run": null}`. A place that says when it runs next runs unattended.

use std::error::Error;
use std::path::Path;

use serde::Deserialize;
use tsunagi_catalog::{Catalog, Use};
use tsunagi_domain::{Timestamp, UseId};

#[derive(Deserialize)]
struct Place {
    connection: String,
    application: String,
    environment: String,
    area: String,
    name: String,
    scopes: Vec<String>,
    next_run: Option<i64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [home, place] = arguments.as_slice() else {
        return Err("usage: tsunagi-place HOME PLACE".into());
    };
    let place: Place = serde_json::from_str(place)?;
    let catalog = Catalog::open(Path::new(home))?;
    let connection = catalog.connection_by_link_name(&place.connection)?;
    let applications = catalog.applications()?;
    let application = applications
        .iter()
        .find(|application| application.name == place.application);
    catalog.set_use(&Use {
        id: UseId::new(),
        connection: connection.ok_or("no such connection in this home")?.id,
        application: application.ok_or("no such application in this home")?.id,
        environment: place.environment.parse()?,
        area: place.area,
        name: place.name,
        scopes: place.scopes,
        unattended: place.next_run.is_some(),
        next_run: place.next_run.map(Timestamp),
        item: None,
    })?;
    Ok(())
}
