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
            if let Some(locale) = change.locale {
                let (before, after) = (language(self.locale()), language(locale));
                catalog.set_setting("locale", after)?;
                if before != after {
                    let args = [("language", after)];
                    self.tell_later(session, Action::MemberLanguageChanged, &args)?;
                }
            }
            if let Some(theme) = change.theme {
                let (before, after) = (appearance(self.theme()), appearance(theme));
                catalog.set_setting("theme", after)?;
                if before != after {
                    self.tell_later(session, Action::MemberThemeChanged, &[("theme", after)])?;
                }
            }
            Ok(())
        })?;
        if let Some(locale) = change.locale {
            self.set_locale(locale);
        }
        self.log_what_waits();
        self.inner.bell.changed();
        self.start(session)
    }

    /// How the screen looks can be changed while the vault is locked, so it is not refused for want
    /// of the log's key: the entry waits for it, stored in the same write. Before there is a
    /// workspace there is no log.
    fn tell_later(
        &self,
        session: Session,
        action: Action,
        args: &[(&str, &str)],
    ) -> Result<(), ConsoleError> {
        let Some(member) = session.member else {
            return Ok(());
        };
        let event = self.event(session, action, &format!("member/{member}"), args);
        Ok(self.inner.catalog.let_wait(&event)?)
    }
}

const fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "en",
        Locale::Ja => "ja",
    }
}

const fn appearance(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}
