//! From a bare machine to one where cargo can build: tools, packages, npm's packages, built screens.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Consent;
use crate::command;
use crate::error::Error;
use crate::metadata::House;
use crate::packages::{self, Purpose};
use crate::toolchain;

/// Checks the tools and installs what is missing.
///
/// # Errors
/// Where the machine still lacks something, saying what.
pub fn machine(house: &House, purpose: Purpose, consent: Consent) -> Result<(), Error> {
    toolchain::check(house)?;
    packages::provide(purpose, consent)
}

/// Installs the screens' npm packages and builds the screens into `ui/dist`, which the app's build reads.
///
/// # Errors
/// Where npm or the build fails.
pub fn screens(house: &House) -> Result<(), Error> {
    npm_ci(&house.ui())?;
    command::show(&mut house.npm(&["run", "build"]))
}

/// `npm ci` in a folder, unless what is installed comes from this very `package-lock.json`.
///
/// # Errors
/// Where there is no lock file, or npm fails.
pub fn npm_ci(folder: &Path) -> Result<(), Error> {
    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(Error::file(&lock))?;
    // npm's own copy there leaves out what the platform does not need; ours can be compared byte for byte.
    let mark = folder.join("node_modules").join(".installed-from");
    if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    command::show(
        command::program("npm")
            .args(["ci", "--no-audit", "--no-fund", "--prefer-offline"])
            .current_dir(folder),
    )?;
    // A folder without any dependency gets no node_modules.
    if let Some(parent) = mark.parent().filter(|parent| parent.is_dir()) {
        fs::write(parent.join(".installed-from"), wanted).map_err(Error::file(&mark))?;
    }
    Ok(())
}

/// The command that builds the app so that it serves its screens itself.
pub fn app(house: &House, release: bool) -> Command {
    let mut cargo = house.cargo(&["build", "-p", "tsunagi", "--features", "custom-protocol"]);
    if release {
        cargo.arg("--release");
    }
    cargo
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn npm_is_left_alone_where_the_lock_file_is_the_installed_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("package-lock.json"), "{ not even json }").unwrap();
        fs::create_dir(folder.path().join("node_modules")).unwrap();
        fs::write(
            folder.path().join("node_modules/.installed-from"),
            "{ not even json }",
        )
        .unwrap();
        assert!(
            npm_ci(folder.path()).is_ok(),
            "npm would have refused this file, so it was not started"
        );
    }

    #[test]
    fn a_folder_without_a_lock_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = npm_ci(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("package-lock.json"),
            "the person must know which file is missing: {error}"
        );
    }
}
