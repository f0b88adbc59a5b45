//! The Settings screen.

use tsunagi_domain::access::Act;
use tsunagi_domain::{Member, Workspace};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{Locale, SettingsChange, Start, Theme};
use crate::welcome::person_name;

impl Console {
    /// Changes what is given and nothing else. Works before the first start too, where only
    /// language and theme can change.
    ///
    /// # Errors
    /// A name that is empty, too long, holds control characters or is another member's; R2 for the workspace's name.
    pub fn change_settings(
        &self,
        session: Session,
        change: &SettingsChange,
    ) -> Result<Start, ConsoleError> {
        let catalog = &self.inner.catalog;
        // Everything is checked before anything is written.
        let member = match &change.member {
            Some(name) => Some((self.member(session)?.id, person_name(name)?)),
            None => None,
        };
        let workspace = match &change.workspace {
            Some(name) => {
                self.manager_for(session, Act::Rename)?;
                Some(person_name(name)?)
            }
            None => None,
        };
        self.at_once(|| {
            // As they are now: another window may have changed a role or a plan since.
            if let Some((id, name)) = &member {
                let before = self.known_member(*id)?;
                if before.name != *name {
                    let name = name.clone();
                    let renamed = Member {
                        name,
                        ..before.clone()
                    };
                    self.rename_member(session, &before, &renamed)?;
                }
            }
            if let Some(name) = &workspace {
                let before = self.workspace()?;
                if before.name != *name {
                    let after = Workspace {
                        name: name.clone(),
                        ..before.clone()
                    };
                    catalog.set_workspace(&after)?;
                    let args = [("before", before.name.as_str()), ("workspace", name)];
                    let subject = before.id.to_string();
                    self.log(session, Action::WorkspaceRenamed, &subject, &args)?;
                }
            }
            Ok(())
        })?;
        if let Some(locale) = change.locale {
            catalog.set_setting(
                "locale",
                match locale {
                    Locale::En => "en",
                    Locale::Ja => "ja",
                },
            )?;
            self.set_locale(locale);
        }
        if let Some(theme) = change.theme {
            catalog.set_setting(
                "theme",
                match theme {
                    Theme::System => "system",
                    Theme::Light => "light",
                    Theme::Dark => "dark",
                },
            )?;
        }
        self.inner.bell.changed();
        self.start(session)
    }
}
