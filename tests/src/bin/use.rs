//! A second process on one home: opens the catalog and its key as the app does, waits for a line
//! on standard input, and sends requests through the gate all at once.
//!
//! `tsunagi-use HOME LINK_NAME TARGET COUNT` writes `ready`, then, for each request, a line of
//! JSON: `{"status": 200}` or `{"failed": "code"}`. It stands in for doors that come later
//! (scripts, the command line), and goes through the same gate as they will.

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tsunagi_catalog::Catalog;
use tsunagi_connectors::Library;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::LinkName;
use tsunagi_domain::{Environment, MemberId, SystemClock};
use tsunagi_gateway::{Call, Gateway, Keys, Request};
use tsunagi_vault::{KeyRecord, Vault, platform_keyring};

type Failure = Box<dyn Error + Send + Sync>;

/// The vault that the stored record describes, with the key in the keyring.
fn vault(catalog: &Catalog) -> Result<Vault, Failure> {
    let workspace = catalog.workspace()?.ok_or("no workspace in this home")?;
    let record = catalog.key_record()?.ok_or("no key in this home")?;
    let record: KeyRecord = serde_json::from_str(&record)?;
    let holder = platform_keyring()?;
    let name = workspace.id.to_string();
    Ok(Vault::open_from_keyring(&name, &record, holder.as_ref())?)
}

fn open(home: &Path) -> Result<(Gateway, MemberId), Failure> {
    let catalog = Catalog::open(home)?;
    let member = catalog.members()?.first().map(|member| member.id);
    let member = member.ok_or("no member in this home")?;
    let keys = Keys::locked();
    keys.open(vault(&catalog)?);
    // The app may replace the key while this process has it open.
    let (stored, opened) = (catalog.clone(), catalog.clone());
    keys.follow(
        move |vault| {
            let mark = stored.wrap_mark();
            mark.map_or(true, |mark| {
                mark.is_none_or(|mark| mark == vault.wrap_mark())
            })
        },
        move || {
            // The keyring's library wants no runtime around it.
            std::thread::scope(|scope| scope.spawn(|| vault(&opened).ok()).join().ok().flatten())
        },
    );
    let accepted: Vec<(String, String)> = catalog
        .accepted_connectors()?
        .into_iter()
        .map(|connector| (connector.toml, connector.hash))
        .collect();
    let (library, problems) = Library::built_in().with_accepted(&accepted);
    if let Some(problem) = problems.first() {
        return Err(format!("a connector was refused: {problem:?}").into());
    }
    let gateway = Gateway::new(catalog, keys, library, Arc::new(SystemClock), || {})?;
    Ok((gateway, member))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [home, link_name, target, count] = arguments.as_slice() else {
        return Err("usage: tsunagi-use HOME LINK_NAME TARGET COUNT".into());
    };
    let (home, count) = (home.clone(), count.parse::<usize>()?);
    let link_name: LinkName = link_name.clone().try_into()?;
    // The keyring blocks, and its library wants no runtime around it.
    let opening = tokio::task::spawn_blocking(move || open(Path::new(&home)));
    let (gateway, member) = opening.await??;

    let mut out = std::io::stdout();
    writeln!(out, "ready")?;
    out.flush()?;
    std::io::stdin().lock().read_line(&mut String::new())?;

    let sends = (0..count).map(|_| {
        gateway.send(Call {
            link_name: link_name.clone(),
            caller: Caller::Member(member),
            application: None,
            environment: Environment::Development,
            area: "test".to_owned(),
            request: Request {
                method: "GET".parse().unwrap_or_default(),
                target: target.clone(),
                headers: Default::default(),
                body: Vec::new(),
                ..Request::default()
            },
        })
    });
    for outcome in futures::future::join_all(sends).await {
        let line = match outcome {
            Ok(answer) => json!({ "status": answer.status.as_u16() }),
            Err(error) => json!({ "failed": error.code(), "why": error.to_string() }),
        };
        writeln!(out, "{line}")?;
    }
    gateway.flush().await;
    Ok(())
}
