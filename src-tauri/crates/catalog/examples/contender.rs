//! A second process for the tests: opens a home and contends for the lease on one credential.
//!
//! `contender HOME AUTHORIZATION open`: opens the home and ends.
//! `contender HOME AUTHORIZATION renew:N`: renews N times, printing the version it replaced.
//! `contender HOME AUTHORIZATION send`: takes the lease, marks that it sends, prints `sending`,
//! and waits to be killed.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::path::PathBuf;

use tsunagi_catalog::{Catalog, Lease, Renewal};
use tsunagi_domain::{AuthorizationId, Timestamp};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const TTL: i64 = 30_000;

fn main() {
    let mut args = std::env::args().skip(1);
    let home = PathBuf::from(args.next().unwrap());
    let id: AuthorizationId = args.next().unwrap().parse().unwrap();
    let what = args.next().unwrap();
    let catalog = Catalog::open(&home).unwrap();
    let mut out = std::io::stdout();
    let owner = std::process::id().to_string();
    match what.split_once(':') {
        Some(("renew", times)) => {
            for _ in 0..times.parse::<u32>().unwrap() {
                let version = renew(&catalog, id, &owner);
                writeln!(out, "{version}").unwrap();
            }
        }
        _ if what == "send" => {
            let (generation, version) = take(&catalog, id, &owner);
            assert!(
                catalog
                    .mark_sending(id, &owner, generation, version)
                    .unwrap()
            );
            writeln!(out, "sending").unwrap();
            // Until killed, or until whoever started this is gone.
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        }
        _ => {}
    }
}

fn take(catalog: &Catalog, id: AuthorizationId, owner: &str) -> (u64, u64) {
    loop {
        match catalog.take_lease(id, owner, NOW, TTL).unwrap() {
            Lease::Taken {
                generation,
                version,
                ..
            } => return (generation, version),
            Lease::Held { .. } => std::thread::yield_now(),
        }
    }
}

fn renew(catalog: &Catalog, id: AuthorizationId, owner: &str) -> u64 {
    let (generation, version) = take(catalog, id, owner);
    assert!(
        catalog
            .mark_sending(id, owner, generation, version)
            .unwrap()
    );
    let stored = catalog
        .store_renewal(&Renewal {
            id,
            owner: owner.to_owned(),
            generation,
            expected_version: version,
            sealed: version.to_be_bytes().to_vec(),
            keep_previous: true,
            expires_at: None,
            refresh_expires_at: None,
            granted: None,
            extras: None,
            renewable: true,
            issued_at: NOW,
            now: NOW,
        })
        .unwrap();
    assert!(stored, "the lease was held all along");
    assert!(catalog.release_lease(id, owner, generation).unwrap());
    version
}
