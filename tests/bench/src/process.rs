//! Process trees and their memory, from `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A process and all that descend from it, in no order.
#[must_use]
pub fn tree(root: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if let Some(parent) = fs::read_to_string(format!("/proc/{id}/stat"))
            .ok()
            .as_deref()
            .and_then(parent)
        {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(id) = found.get(next) {
        found.extend(children.remove(id).unwrap_or_default());
        next += 1;
    }
    found
}

/// The parent's id from a line of `/proc/<id>/stat`; the name in parentheses may hold anything, parentheses included.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

/// Proportional set size of a process tree in MiB: shared pages count in part, so that the sum is what the tree costs.
#[must_use]
pub fn pss(root: u32) -> f64 {
    let kib: u64 = tree(root)
        .into_iter()
        .filter_map(|id| fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok())
        .filter_map(|rollup| rollup_pss(&rollup))
        .sum();
    // Far below the 2^52 KiB up to which this is exact.
    #[allow(clippy::cast_precision_loss)]
    let kib = kib as f64;
    kib / 1024.0
}

fn rollup_pss(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Ends a process tree that this program started: kindly, and after five seconds for good. Returns once it is gone.
pub fn end(root: u32) {
    let ids = tree(root);
    for signal in [Signal::TERM, Signal::KILL] {
        let patience = Instant::now() + Duration::from_secs(5);
        while Instant::now() < patience {
            let left: Vec<u32> = ids.iter().copied().filter(|id| alive(*id)).collect();
            if left.is_empty() {
                return;
            }
            for pid in left
                .into_iter()
                .filter_map(|id| Pid::from_raw(id.cast_signed()))
            {
                // It may have ended meanwhile, which is what was wanted.
                let _ = kill_process(pid, signal);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Whether a process runs; one that only waits to be collected does not.
fn alive(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Command;

    use super::*;

    #[test]
    fn the_parent_is_found_behind_any_name() {
        assert_eq!(parent("42 (sh) S 7 42 42 0"), Some(7), "the usual form");
        assert_eq!(
            parent("42 (a) b (c) S 9 42"),
            Some(9),
            "a name with parentheses and spaces"
        );
        assert_eq!(parent(""), None, "a process that ended while it was read");
    }

    #[test]
    fn memory_is_the_pss_line_and_not_its_parts() {
        let rollup = "00-ff ---p 0 0 [rollup]\nRss:  900 kB\nPss:  512 kB\nPss_Dirty:  100 kB\n";
        assert_eq!(
            rollup_pss(rollup),
            Some(512),
            "Pss alone, without Pss_Dirty"
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_tree_holds_grandchildren_and_ends_with_its_root() {
        let mut root = Command::new("sh")
            .args(["-c", "sh -c 'sleep 60; :' ; :"])
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while tree(root.id()).len() < 3 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
        let ids = tree(root.id());
        assert_eq!(ids.len(), 3, "shell, shell and sleep: {ids:?}");
        assert!(pss(root.id()) > 0.0, "running processes cost memory");
        let waiter = thread::spawn(move || root.wait());
        end(ids[0]);
        waiter.join().unwrap().unwrap();
        assert!(ids.iter().all(|id| !alive(*id)), "nothing is left behind");
    }
}
