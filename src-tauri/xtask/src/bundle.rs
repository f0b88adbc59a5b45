//! `bundle`: the installers that this machine can make.

use std::process::ExitCode;

use crate::Consent;
use crate::command;
use crate::error::Error;
use crate::metadata::House;
use crate::packages::Purpose;
use crate::prepare;

/// What each system can make without fetching tools from elsewhere.
const FORMATS: &str = if cfg!(target_os = "macos") {
    "app,dmg"
} else if cfg!(windows) {
    "nsis"
} else {
    "deb,rpm"
};

/// Builds for release and packs.
///
/// # Errors
/// Where the build or the packer fails.
pub fn run(house: &House, consent: Consent) -> Result<ExitCode, Error> {
    prepare::machine(house, Purpose::Build, consent)?;
    prepare::screens(house)?;
    command::show(&mut prepare::app(house, true))?;
    let packer = house.ui().join("node_modules/.bin").join(if cfg!(windows) {
        "tauri.cmd"
    } else {
        "tauri"
    });
    let mut pack = command::program(&packer.to_string_lossy());
    // It looks for the program beside the workspace unless told of another build folder.
    pack.args(["bundle", "--bundles", FORMATS])
        .current_dir(house.root.join("src-tauri"));
    pack.env("CARGO_TARGET_DIR", &house.target);
    command::show(&mut pack)?;
    println!(
        "Installers: {}",
        house.target.join("release/bundle").display()
    );
    Ok(ExitCode::SUCCESS)
}
