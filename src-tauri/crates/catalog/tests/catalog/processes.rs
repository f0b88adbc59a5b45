//! Two processes on one catalog. The other one is `examples/contender.rs`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tsunagi_catalog::{Lease, Renewal};
use tsunagi_domain::{AuthorizationId, Kind, Mode, Reach};

use crate::fixture::{Home, NOW, shared_slot};
use crate::leases::renewal;

fn contender(home: &Path, id: AuthorizationId, what: &str) -> Child {
    let deps = std::env::current_exe().unwrap();
    let target = deps
        .parent()
        .and_then(Path::parent)
        .map(PathBuf::from)
        .unwrap();
    let program = target
        .join("examples")
        .join(format!("contender{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "cargo test builds the examples; {} is missing",
        program.display()
    );
    Command::new(program)
        .arg(home)
        .arg(id.to_string())
        .arg(what)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
}

fn home_with_one() -> (Home, AuthorizationId) {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    (home, id)
}

#[test]
fn two_processes_renew_in_turns_and_lose_nothing() {
    const EACH: u64 = 40;
    let (home, id) = home_with_one();
    let what = format!("renew:{EACH}");
    let mut children = [
        contender(home.path(), id, &what),
        contender(home.path(), id, &what),
    ];
    let mut renewed = Vec::new();
    for child in &mut children {
        renewed.extend(lines(child));
        assert!(
            child.wait().unwrap().success(),
            "no call may fail because another process writes"
        );
    }
    // Each line names the version that was replaced.
    let mut versions: Vec<u64> = renewed.iter().map(|line| line.parse().unwrap()).collect();
    versions.sort_unstable();
    let expected: Vec<u64> = (1..=2 * EACH).collect();
    assert_eq!(
        versions, expected,
        "every version is replaced once, by one of them"
    );
    assert_eq!(
        home.catalog.sealed(id).unwrap().unwrap().version,
        2 * EACH + 1,
        "none is lost"
    );
}

#[test]
fn a_process_killed_while_sending_leaves_its_mark() {
    let (home, id) = home_with_one();
    let mut child = contender(home.path(), id, "send");
    let sent = lines(&mut child).next();
    assert_eq!(
        sent.as_deref(),
        Some("sending"),
        "it marks, and then it would send"
    );
    let ttl = 30_000;
    let held = home.catalog.take_lease(id, "us", NOW, ttl).unwrap();
    assert_eq!(
        held,
        Lease::Held {
            until: NOW.plus_millis(ttl)
        },
        "while it lives it has the lease"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let lease = home
        .catalog
        .take_lease(id, "us", NOW.plus_millis(ttl), ttl)
        .unwrap();
    let Lease::Taken {
        generation,
        version: 1,
        interrupted: true,
        retried: false,
    } = lease
    else {
        panic!("whoever comes next must know that an answer may be lost: {lease:?}");
    };
    let ours = Renewal {
        owner: "us".to_owned(),
        ..renewal(id, generation, 1)
    };
    assert!(
        home.catalog.store_renewal(&ours).unwrap(),
        "and goes on from there"
    );
}

#[test]
fn two_processes_open_a_new_home_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let spawn = || contender(folder.path(), AuthorizationId::new(), "open");
    let children: Vec<Child> = (0..4).map(|_| spawn()).collect();
    for mut child in children {
        assert!(
            child.wait().unwrap().success(),
            "each must find or make the tables"
        );
    }
}

#[test]
fn what_another_process_writes_shows_in_the_stamp() {
    let (home, id) = home_with_one();
    let before = home.catalog.stamp().unwrap();
    let opened = contender(home.path(), id, "open").wait().unwrap();
    assert!(opened.success());
    assert_eq!(
        home.catalog.stamp().unwrap(),
        before,
        "it looked and wrote nothing"
    );
    let renewed = contender(home.path(), id, "renew:1").wait().unwrap();
    assert!(renewed.success());
    assert_ne!(
        home.catalog.stamp().unwrap(),
        before,
        "it stored a newer credential"
    );
}
