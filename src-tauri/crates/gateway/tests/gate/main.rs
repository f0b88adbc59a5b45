//! The gate against servers on loopback: a strict provider, its API, and a recorder that must
//! never see a credential.

#![allow(clippy::unwrap_used)]

mod afterwards;
mod clock;
mod connector;
mod doors;
mod doubt;
mod due;
mod failures;
mod flight;
mod home;
mod hosts;
mod keys;
mod killed;
mod ladder;
mod lease;
mod narrowed;
mod network;
mod outsize;
mod pacing;
mod raw;
mod readers;
mod refusals;
mod refused;
mod repeating;
mod sending;
mod server;
mod streaming;
mod told;
mod unchanged;
mod verify;
