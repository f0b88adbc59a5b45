//! What a member can do, through the console alone: every door calls nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod fixture;
mod provider;

mod accounts;
mod applications;
mod at_once;
mod availability;
mod backups;
mod bad_names;
mod builder;
mod calls;
mod canary;
mod clock;
mod codes;
mod connectors;
mod crowding;
mod damage;
mod definitions;
mod failures;
mod flows;
mod gallery;
mod harmed;
mod inventory;
mod invoking;
mod kept_sign_ins;
mod keyring;
mod kinds;
mod log;
mod managing;
mod members;
mod needs;
mod newcomer;
mod one_answer;
mod own_accounts;
mod paneling;
mod practiced;
mod primaries;
mod pushed;
mod recovery;
mod registrations;
mod retention;
mod retired;
mod rotation;
mod rules;
mod schedules;
mod sending;
mod sharing;
mod sourcing;
mod standing;
mod tasking;
mod team;
mod templates;
mod told;
mod tray;
mod typing;
mod whose;
mod wires;
mod words;
mod work;
mod workflows;
