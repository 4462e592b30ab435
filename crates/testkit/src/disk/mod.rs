//! A disk in memory that crashes, fails and fills up.

mod chance;
mod crash;
mod faults;
mod inode;
mod names;
mod world;

pub use crash::CrashDisk;
pub use faults::{DiskCall, DiskFault};
