//! The Settings screen.

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{Locale, SettingsChange, Start, Theme};
use crate::welcome::person_name;

impl Console {
    /// Changes what is given and nothing else. Works before the first start too, where only
    /// language and theme can change.
    ///
    /// # Errors
    /// A name that is empty, too long or holds control characters; R2 for the workspace's name.
    pub fn change_settings(
        &self,
        session: Session,
        change: &SettingsChange,
    ) -> Result<Start, ConsoleError> {
        let catalog = &self.inner.catalog;
        // Everything is checked before anything is written.
        let member = match &change.member {
            Some(name) => Some((self.member(session)?, person_name(name)?)),
            None => None,
        };
        let workspace = match &change.workspace {
            Some(name) => {
                self.manager(session)?;
                Some((self.workspace()?, person_name(name)?))
            }
            None => None,
        };
        if let Some((mut member, name)) = member {
            member.name = name;
            catalog.set_member(&member)?;
        }
        if let Some((mut workspace, name)) = workspace {
            workspace.name = name;
            catalog.set_workspace(&workspace)?;
        }
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
