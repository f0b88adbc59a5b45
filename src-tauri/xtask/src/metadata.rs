//! The house as cargo sees it: packages, who depends on whom, where builds go.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command;
use crate::error::Error;

/// The workspace.
pub struct House {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Where builds go: `target/`, or what `CARGO_TARGET_DIR` or cargo's configuration says.
    pub target: PathBuf,
    /// The least Rust that builds it.
    pub rust: String,
    /// Its packages.
    pub packages: Vec<Package>,
}

/// One package of the workspace.
pub struct Package {
    /// As `cargo` knows it.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What it depends on, tests' needs included.
    pub needs: Vec<Need>,
    /// What it builds: (kind, name), kind being `lib`, `bin`, `test`, …
    pub targets: Vec<(String, String)>,
}

/// One dependency.
pub struct Need {
    /// The package's name, also where it is renamed.
    pub name: String,
    /// True for `[dev-dependencies]`.
    pub dev: bool,
}

impl House {
    /// Asks `cargo metadata`; reads no dependency, so it needs no network.
    ///
    /// # Errors
    /// Where cargo fails or answers something unexpected.
    pub fn read() -> Result<Self, Error> {
        let output = command::program("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .map_err(|source| Error::Start {
                program: "cargo".to_owned(),
                source,
            })?;
        if !output.status.success() {
            return Err(Error::Metadata(
                String::from_utf8_lossy(&output.stderr).into_owned(),
            ));
        }
        let value = serde_json::from_slice(&output.stdout)
            .map_err(|error| Error::Metadata(error.to_string()))?;
        Self::from_json(&value)
    }

    /// Reads the JSON of `cargo metadata`.
    ///
    /// # Errors
    /// [`Error::Metadata`] naming the missing field.
    pub fn from_json(value: &Value) -> Result<Self, Error> {
        let text = |value: &Value, key: &str| {
            value[key]
                .as_str()
                .map(ToOwned::to_owned)
                .ok_or_else(|| Error::Metadata(format!("no `{key}`")))
        };
        let mut packages = Vec::new();
        let mut rust = "1.95".to_owned();
        for package in list(&value["packages"]) {
            let manifest = PathBuf::from(text(package, "manifest_path")?);
            let mut needs = Vec::new();
            for need in list(&package["dependencies"]) {
                needs.push(Need {
                    name: text(need, "name")?,
                    dev: need["kind"].as_str() == Some("dev"),
                });
            }
            let mut targets = Vec::new();
            for target in list(&package["targets"]) {
                let kind = target["kind"][0].as_str().unwrap_or_default().to_owned();
                targets.push((kind, text(target, "name")?));
            }
            if let Some(least) = package["rust_version"].as_str() {
                least.clone_into(&mut rust);
            }
            let folder = manifest.parent().map(Path::to_path_buf).unwrap_or_default();
            packages.push(Package {
                name: text(package, "name")?,
                folder,
                needs,
                targets,
            });
        }
        Ok(Self {
            root: PathBuf::from(text(value, "workspace_root")?),
            target: PathBuf::from(text(value, "target_directory")?),
            rust,
            packages,
        })
    }

    /// A package by name.
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// The screens' folder.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A built program of profile `debug` or `release`.
    pub fn binary(&self, profile: &str, name: &str) -> PathBuf {
        self.target
            .join(profile)
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A cargo command in the root.
    pub fn cargo(&self, arguments: &[&str]) -> std::process::Command {
        let mut cargo = command::program("cargo");
        cargo.args(arguments).current_dir(&self.root);
        cargo
    }

    /// An npm command in the screens' folder.
    pub fn npm(&self, arguments: &[&str]) -> std::process::Command {
        let mut npm = command::program("npm");
        npm.args(arguments).current_dir(self.ui());
        npm
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
