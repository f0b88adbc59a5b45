//! The system packages: one table, what is missing of it, and its installation on Debian and its kin.

use std::collections::BTreeMap;

use crate::Consent;
use crate::command;
use crate::error::Error;

/// What a package is needed for. Later ones include the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Compiling and linking the app, and starting it on a desktop.
    Build,
    /// Starting it where there is no desktop.
    Headless,
    /// The tests and benches.
    Test,
}

/// How a system that is not Debian's kin is asked whether it has the thing.
enum Probe {
    /// A library's pkg-config name.
    Library(&'static str),
    /// A program on `PATH`.
    Program(&'static str),
    /// Cannot be asked; it is only listed.
    None,
}

/// One line of the table.
pub struct Package {
    /// Debian's name.
    pub name: &'static str,
    /// What needs it.
    pub purpose: Purpose,
    /// What it is for, for the person who is asked.
    pub why: &'static str,
    probe: Probe,
}

const fn package(name: &'static str, purpose: Purpose, why: &'static str, probe: Probe) -> Package {
    Package {
        name,
        purpose,
        why,
        probe,
    }
}

/// Everything, in the order in which it is told. The names are Debian 12's.
#[rustfmt::skip]
pub const TABLE: &[Package] = &[
    package("pkg-config", Purpose::Build, "finds libraries", Probe::Program("pkg-config")),
    package("libwebkit2gtk-4.1-dev", Purpose::Build, "the web view that shows the screens", Probe::Library("webkit2gtk-4.1")),
    package("libgtk-3-dev", Purpose::Build, "windows", Probe::Library("gtk+-3.0")),
    package("libdbus-1-dev", Purpose::Build, "the desktop's message bus", Probe::Library("dbus-1")),
    package("librsvg2-dev", Purpose::Build, "icons", Probe::Library("librsvg-2.0")),
    package("libayatana-appindicator3-dev", Purpose::Build, "the tray", Probe::Library("ayatana-appindicator3-0.1")),
    package("ca-certificates", Purpose::Build, "whom to trust on the network", Probe::None),
    package("fonts-dejavu-core", Purpose::Build, "letters", Probe::None),
    package("xvfb", Purpose::Headless, "a display in memory", Probe::Program("Xvfb")),
    package("xauth", Purpose::Headless, "the key of that display", Probe::Program("xauth")),
    package("dbus", Purpose::Headless, "a message bus of one's own", Probe::Program("dbus-run-session")),
    package("gnome-keyring", Purpose::Headless, "a keyring of one's own", Probe::Program("gnome-keyring-daemon")),
    package("imagemagick", Purpose::Headless, "the screenshot", Probe::Program("import")),
    package("fonts-noto-cjk", Purpose::Headless, "Japanese letters", Probe::None),
    package("webkit2gtk-driver", Purpose::Test, "drives the app's window", Probe::Program("WebKitWebDriver")),
    package("xdotool", Purpose::Test, "types into windows the driver cannot see", Probe::Program("xdotool")),
    package("chromium", Purpose::Test, "tests of the screens", Probe::Program("chromium")),
    package("libsecret-tools", Purpose::Test, "looks into the test's keyring", Probe::Program("secret-tool")),
];

/// What of the table a purpose needs.
pub fn needed(purpose: Purpose) -> impl Iterator<Item = &'static Package> {
    TABLE
        .iter()
        .filter(move |package| package.purpose <= purpose)
}

/// The kind of system, as far as packages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Debian, Ubuntu and others with apt.
    Apt,
    /// Any other Linux.
    OtherLinux,
    /// macOS and Windows bring all that the app needs.
    Complete,
}

/// Which kind this machine is.
pub fn system() -> System {
    if !cfg!(target_os = "linux") {
        return System::Complete;
    }
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    if is_apt(&release) && command::which("apt-get").is_some() {
        System::Apt
    } else {
        System::OtherLinux
    }
}

/// Whether `/etc/os-release` names Debian or a relative of it.
fn is_apt(release: &str) -> bool {
    release
        .lines()
        .filter_map(|line| {
            line.strip_prefix("ID=")
                .or_else(|| line.strip_prefix("ID_LIKE="))
        })
        .flat_map(|value| value.trim_matches('"').split_whitespace())
        .any(|id| matches!(id, "debian" | "ubuntu"))
}

/// Versions of the installed packages of the table, by name.
pub fn installed() -> BTreeMap<String, String> {
    let mut query = command::program("dpkg-query");
    query.args([
        "--show",
        "--showformat",
        "${Package}\t${db:Status-Status}\t${Version}\n",
    ]);
    query
        .args(TABLE.iter().map(|package| package.name))
        .stderr(std::process::Stdio::null());
    // It fails where any name is unknown to it, and still answers for the others.
    let Ok(output) = query.output() else {
        return BTreeMap::new();
    };
    read_installed(&String::from_utf8_lossy(&output.stdout))
}

fn read_installed(answer: &str) -> BTreeMap<String, String> {
    answer
        .lines()
        .filter_map(|line| {
            let mut parts = line.split('\t');
            let (name, status, version) = (parts.next()?, parts.next()?, parts.next()?);
            (status == "installed").then(|| (name.to_owned(), version.to_owned()))
        })
        .collect()
}

/// What is needed and not installed.
fn missing(purpose: Purpose, installed: &BTreeMap<String, String>) -> Vec<&'static Package> {
    needed(purpose)
        .filter(|package| !installed.contains_key(package.name))
        .collect()
}

fn found_by_probe(package: &Package) -> bool {
    match package.probe {
        Probe::Library(name) => command::ask("pkg-config", &["--exists", name]).is_some(),
        Probe::Program(name) => command::which(name).is_some(),
        Probe::None => true,
    }
}

/// What of the table is not there, by the means of this system.
pub fn lacking(purpose: Purpose) -> Vec<&'static Package> {
    match system() {
        System::Apt => missing(purpose, &installed()),
        System::OtherLinux => needed(purpose)
            .filter(|package| !found_by_probe(package))
            .collect(),
        System::Complete => Vec::new(),
    }
}

/// Installs what is missing, after saying what and asking.
///
/// # Errors
/// [`Error::Need`] where the person says no or the system has no apt; [`Error::Failed`] where apt fails.
pub fn provide(purpose: Purpose, consent: Consent) -> Result<(), Error> {
    let lacking = lacking(purpose);
    if lacking.is_empty() {
        return Ok(());
    }
    println!("Missing system packages:");
    for package in &lacking {
        println!("  {:<30} {}", package.name, package.why);
    }
    if system() != System::Apt {
        return Err(Error::Need(
            "this Linux has no apt-get. Install what your distribution calls these, then start again".to_owned(),
        ));
    }
    let names: Vec<&str> = lacking.iter().map(|package| package.name).collect();
    if !consent.given() && !command::confirm("Install them with apt-get?") {
        return Err(Error::Need(format!(
            "nothing was installed. --yes installs them without asking; by hand: apt-get install {}",
            names.join(" ")
        )));
    }
    // A fresh machine has no package lists, an old one has stale addresses in them. Without the lists the
    // installation itself says what is wrong, so a failure here does not stop.
    if let Err(error) = command::show(
        as_root(&["apt-get", "update", "--quiet"])?.stdin(std::process::Stdio::null()),
    ) {
        eprintln!("{error}; trying with the package lists at hand");
    }
    let mut install = vec!["apt-get", "install", "--yes", "--no-install-recommends"];
    install.extend(names);
    command::show(as_root(&install)?.stdin(std::process::Stdio::null()))?;
    let still = missing(purpose, &installed());
    if still.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = still.iter().map(|package| package.name).collect();
    Err(Error::Need(format!(
        "apt-get ended well, but these are still missing: {}",
        names.join(" ")
    )))
}

/// A command that runs with root's rights.
fn as_root(arguments: &[&str]) -> Result<std::process::Command, Error> {
    // Told on the line, as sudo drops variables.
    let mut line = vec!["env", "DEBIAN_FRONTEND=noninteractive"];
    line.extend(arguments);
    if !is_root() {
        if command::which("sudo").is_none() {
            return Err(Error::Need(format!(
                "there is no sudo here; as root: {}",
                arguments.join(" ")
            )));
        }
        line.insert(0, "sudo");
    }
    let mut command = command::program(line[0]);
    command.args(&line[1..]);
    Ok(command)
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_installed_packages_count() {
        let answer =
            "xvfb\tinstalled\t2:21.1.7\nxauth\tnot-installed\t\ndbus\tconfig-files\t1.14\n";
        let installed = read_installed(answer);
        assert_eq!(
            installed.get("xvfb").map(String::as_str),
            Some("2:21.1.7"),
            "installed, with its version"
        );
        assert!(
            !installed.contains_key("xauth"),
            "known to dpkg, but not there"
        );
        assert!(
            !installed.contains_key("dbus"),
            "removed, with its settings left behind"
        );
    }

    #[test]
    fn the_difference_keeps_to_the_purpose() {
        let installed = read_installed("libgtk-3-dev\tinstalled\t3.24\n");
        let names: Vec<_> = missing(Purpose::Build, &installed)
            .iter()
            .map(|package| package.name)
            .collect();
        assert!(
            names.contains(&"libwebkit2gtk-4.1-dev"),
            "needed and not there"
        );
        assert!(!names.contains(&"libgtk-3-dev"), "there already");
        assert!(
            !names.contains(&"chromium"),
            "starting the app needs no test packages"
        );
        assert_eq!(
            missing(Purpose::Test, &BTreeMap::new()).len(),
            TABLE.len(),
            "the tests need everything"
        );
    }

    #[test]
    fn debian_and_its_kin_are_known_by_their_release_file() {
        assert!(is_apt("NAME=x\nID=debian\n"), "Debian itself");
        assert!(
            is_apt("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"),
            "a relative"
        );
        assert!(!is_apt("ID=fedora\n"), "not a relative");
        assert!(!is_apt("VERSION_ID=debian\n"), "another field is no answer");
    }

    #[test]
    fn the_table_names_each_package_once() {
        let mut names: Vec<_> = TABLE.iter().map(|package| package.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "a package has one purpose");
    }
}
