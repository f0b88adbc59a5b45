//! Where there is no Linux there is no session in memory: WebKitWebDriver and Xvfb exist on Linux only.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use crate::error::Error;

/// A session that cannot be had.
pub enum Session {}

impl Session {
    /// Always refuses, with the reason.
    pub fn start(_home: Option<&Path>) -> Result<Self, Error> {
        Err(Error::Need(
            "this needs Linux: it runs the app on a display in memory".to_owned(),
        ))
    }

    /// The display's name.
    pub fn display(&self) -> &str {
        match *self {}
    }

    /// A command on the display.
    pub fn tool(&self, _program: &str) -> Command {
        match *self {}
    }

    /// A command in the whole session.
    pub fn command(&self, _program: impl AsRef<OsStr>) -> Command {
        match *self {}
    }

    /// Ends its processes.
    pub fn end_programs(&self) {
        match *self {}
    }
}
