//! `doctor`: what was found on this machine, for a person or a bug report. It changes nothing.

use std::env;
use std::process::ExitCode;

use crate::command;
use crate::error::Error;
use crate::metadata::House;
use crate::packages::{self, Purpose, System};
use crate::run;
use crate::toolchain;

/// Prints everything; fails where `cargo xtask run` could not build.
///
/// # Errors
/// None of its own; the signature is that of all verbs.
pub fn run(house: &House) -> Result<ExitCode, Error> {
    println!("{:<32}{} {}", "System", system_name(), env::consts::ARCH);
    let mut fit = true;
    for tool in toolchain::look(house) {
        let found = match tool.found {
            Some(version) if version.major == 0 && cfg!(windows) => {
                "looked up by the build".to_owned()
            }
            Some(version) => version.to_string(),
            None => "missing".to_owned(),
        };
        let note = if tool.fits() {
            String::new()
        } else {
            format!("  <- {}", tool.help)
        };
        let least = tool
            .least
            .map(|least| format!(" ({least} or newer)"))
            .unwrap_or_default();
        println!("{:<32}{found}{least}{note}", tool.name);
        fit &= tool.fits();
    }
    println!("{:<32}{}", "Build folder", house.target.display());
    let system = packages::system();
    if system != System::Complete {
        let installed = packages::installed();
        let lacking = packages::lacking(Purpose::Test);
        for (purpose, title) in [
            (Purpose::Build, "to build and run"),
            (Purpose::Headless, "to run without a display"),
            (Purpose::Test, "to test"),
        ] {
            println!("\nPackages {title}:");
            for package in packages::TABLE
                .iter()
                .filter(|package| package.purpose == purpose)
            {
                let missing = lacking.iter().any(|lacking| lacking.name == package.name);
                let version = installed
                    .get(package.name)
                    .map_or("present", String::as_str);
                println!(
                    "  {:<30}{}",
                    package.name,
                    if missing { "missing" } else { version }
                );
                fit &= !(missing && purpose == Purpose::Build);
            }
        }
        println!("\nDesktop:");
        println!("  {:<30}{}", "display", display());
        println!(
            "  {:<30}{}",
            "session bus",
            if bus() {
                "yes"
            } else {
                "none: one instance per home is not enforced, no tray"
            }
        );
        println!(
            "  {:<30}{}",
            "keyring",
            service(
                "org.freedesktop.secrets",
                "none: a passphrase will be asked for"
            )
        );
        println!(
            "  {:<30}{}",
            "tray host",
            service(
                "org.kde.StatusNotifierWatcher",
                "none: closing the window quits"
            )
        );
    }
    if !fit {
        println!(
            "\n`cargo xtask run` installs missing packages after asking; the tools above come first."
        );
    }
    Ok(if fit {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn system_name() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or_else(
            || env::consts::OS.to_owned(),
            |name| name.trim_matches('"').to_owned(),
        )
}

fn display() -> String {
    if !run::has_display() {
        return "none: `cargo xtask run --headless`".to_owned();
    }
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .find_map(|name| env::var(name).ok().map(|value| format!("{name}={value}")))
        .unwrap_or_default()
}

fn bus() -> bool {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
    env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || runtime.is_some_and(|runtime| runtime.join("bus").exists())
}

/// Whether somebody owns, or could be started to own, a name on the session bus.
fn service(name: &str, absent: &str) -> String {
    if !bus() {
        return absent.to_owned();
    }
    let call = |method: &str| {
        let method = format!("org.freedesktop.DBus.{method}");
        command::ask(
            "dbus-send",
            &[
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                &method,
            ],
        )
    };
    match (call("ListNames"), call("ListActivatableNames")) {
        (Some(owned), _) if owned.contains(name) => "yes".to_owned(),
        (_, Some(startable)) if startable.contains(name) => "starts when asked".to_owned(),
        (None, _) => "unknown: dbus-send is missing or the bus does not answer".to_owned(),
        _ => absent.to_owned(),
    }
}
