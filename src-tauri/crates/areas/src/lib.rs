//! What connections are used for: one module per area.
//!
//! An area says what is to be asked of a service and what is made of the answer; it keeps its
//! definitions as JSON that names no connection and holds no credential. It may call the gateway,
//! and nothing else reaches a service (R17). It never opens a catalog or a sealed credential,
//! never decides who may do what, and knows no screen.

pub mod call;
pub mod data_source;
pub mod schedule;
pub mod task;
pub mod workflow;
