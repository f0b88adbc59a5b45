//! The catalog on real files.
#![allow(clippy::unwrap_used)]

mod connections;
mod events;
mod fixture;
mod flows;
mod kept_sign_ins;
mod lapsing;
mod leases;
mod list;
mod needing;
mod opening;
mod processes;
mod revoking;
mod runs;
mod slots;
mod workspace;
