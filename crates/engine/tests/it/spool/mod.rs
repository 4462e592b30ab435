//! The spool: on disks that crash and fail, on bytes that are wrong, and on the disk of this machine.

mod corruption;
mod every_call;
mod golden;
mod kill;
mod limits;
mod model;
mod opening;
pub(crate) mod payload;
pub(crate) mod records;
mod speed;
mod support;
mod world;
