//! The places that use connections, as areas write them down.

use tsunagi_catalog::Use;
use tsunagi_domain::UseId;

use crate::actions::What;
use crate::deeds::{Play, pick};
use crate::world::Used;

impl Play {
    pub(crate) fn uses(
        &mut self,
        connection: u8,
        application: u8,
        environment: tsunagi_console::Environment,
        what: What,
    ) {
        let Some(link) = pick(self.model.links.len(), connection) else {
            return;
        };
        let Some(application) = pick(self.model.applications.len(), application) else {
            return;
        };
        let name = self.name("Place");
        let used = Used {
            name: name.clone(),
            id: UseId::new(),
            connection: self.model.links[link].id,
            application: self.model.applications[application].id,
            environment,
            what,
        };
        let area = match what {
            What::Form => "form_workflow",
            What::Schedule => "schedule",
            What::DataSource => "data_source",
        };
        self.catalog
            .set_use(&Use {
                id: used.id,
                connection: used.connection,
                application: used.application,
                environment,
                area: area.to_owned(),
                name,
                scopes: Vec::new(),
                unattended: what != What::Form,
                next_run: None,
                item: None,
            })
            .unwrap();
        self.model.uses.push(used);
    }
}
