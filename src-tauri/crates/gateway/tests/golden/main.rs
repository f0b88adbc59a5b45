//! Every built-in connector against what its vendor's documentation shows: golden transcripts of
//! requests and answers (`wire/*.toml`), written from that documentation and not from the
//! connector. The requests that the connector makes go through the real protocol and the real
//! gate, over TLS, to a server that writes them down and gives the documented answers.

#![allow(clippy::unwrap_used)]

use std::io::Write as _;

mod centers;
mod compare;
mod differences;
mod drive;
mod internet;
mod leaves;
mod operations;
mod places;
mod transcript;

use internet::Internet;
use transcript::Transcript;

/// What reads its surroundings once per process runs in one of its own.
const ORDER: &str = "TSUNAGI_GOLDEN_TEST";

#[tokio::test]
async fn every_connector_speaks_as_its_vendor_documents() {
    let transcripts = transcript::all();
    let keys = drive::issuers::listed().filter_map(|[.., keys]| {
        let url = url::Url::parse(keys).unwrap();
        Some(url.host_str()?.to_owned())
    });
    let documented = transcripts.iter().flat_map(Transcript::hosts);
    let internet = Internet::of(documented.chain(keys).chain(places::evil_hosts()));
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "in_a_process_of_its_own", "--nocapture"])
        .env(ORDER, internet.port().to_string())
        .env("HTTPS_PROXY", internet.proxy())
        .env("SSL_CERT_FILE", internet.certificates())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let faults: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("FAULT "))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(output.status.success(), "{said}");
    let survivors: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("SURVIVOR "))
        .collect();
    leaves::are_known(&survivors);
    assert!(
        said.contains(&format!("DRIVEN {}", transcripts.len())),
        "all of them were driven: {said}"
    );
}

#[tokio::test]
async fn in_a_process_of_its_own() {
    let Ok(port) = std::env::var(ORDER) else {
        return;
    };
    let desk = drive::Desk::new(port.parse().unwrap());
    let transcripts = transcript::all();
    for transcript in &transcripts {
        for fault in desk.drive(transcript).await {
            writeln!(std::io::stdout(), "FAULT {}: {fault}", transcript.file).unwrap();
        }
    }
    writeln!(std::io::stdout(), "DRIVEN {}", transcripts.len()).unwrap();
    for survivor in leaves::survivors(&desk, &transcripts).await {
        writeln!(std::io::stdout(), "SURVIVOR {survivor}").unwrap();
    }
}
