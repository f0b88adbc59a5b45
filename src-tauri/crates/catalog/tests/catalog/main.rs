//! The catalog on real files.
#![allow(clippy::unwrap_used)]

mod applications;
mod connections;
mod crowding;
mod damage;
mod definitions;
mod events;
mod fixture;
mod flows;
mod history;
mod items;
mod kept_sign_ins;
mod lapsing;
mod leases;
mod list;
mod members;
mod needing;
mod offers;
mod opening;
mod processes;
mod pulled;
mod quarantine;
mod recent;
mod resealing;
mod revoking;
mod rewrapping;
mod runs;
mod schedules;
mod searching;
mod slots;
mod stamps;
mod surroundings;
mod uses;
mod workspace;
