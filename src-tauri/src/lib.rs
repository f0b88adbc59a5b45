//! The desktop shell: windows, tray, commands.
//!
//! This room knows Tauri, and no other does. It opens the console over the home, gives it
//! windows to take people to providers with, and turns what screens and tray ask into calls of
//! the console. A command is three lines: take the session, call the console, map the error. It
//! decides nothing about connections, and sees no secret but on its way in.

mod agent;
#[cfg(target_os = "linux")]
mod bus;
mod clock;
mod commands;
mod home;
mod lifecycle;
mod logs;
mod opening;
mod page;
mod place;
mod practice;
mod profile;
#[cfg(target_os = "linux")]
mod proxy;
mod tray;
mod windows;

pub use commands::{Desk, NAMES};
pub use lifecycle::{builder, main};
