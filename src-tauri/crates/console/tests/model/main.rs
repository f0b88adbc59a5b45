//! The rules R1 to R23 as a model of their own: plain data, written from the plan's text, that
//! asks none of `domain`'s decisions. Random members do random things through the console, and
//! after every step what is allowed, refused and shown has to be what the model says.
//!
//! `PROPTEST_CASES=2000 cargo test -p tsunagi-console --test model` looks longer. A sequence
//! that failed once is kept in `regressions.txt`, and by name in `found.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod accounts;
mod actions;
mod applications;
mod availability;
mod bulk;
mod clients;
mod connections;
mod consent;
mod deeds;
mod expected;
mod found;
mod gate;
mod impacts;
mod looks;
mod names;
mod people;
mod places;
mod primaries;
mod resets;
mod scenes;
mod seals;
mod site;
mod time;
mod world;

#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
#[path = "../console/fixture.rs"]
mod fixture;

#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
#[path = "../console/provider.rs"]
mod provider;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::actions::Action;
use crate::deeds::Play;
use crate::scenes::{scene, settled};

/// Does these things one after the other, looking after each.
pub(crate) fn play(actions: &[Action]) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut play = Play::begin();
        play.services();
        for (step, action) in actions.iter().enumerate() {
            play.does(step, action).await;
        }
        play.console().close().await;
    });
}

/// As many sequences as are asked for, else few enough for every run of the tests.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(28)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        max_shrink_iters: 600,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/model/regressions.txt",
        ))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn r1_to_r23_hold_after_every_step(scenes in prop::collection::vec(scene(), 1..30)) {
        play(&[settled(), scenes.concat()].concat());
    }
}
