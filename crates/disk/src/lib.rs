//! The few calls to the file system that durable files need: [`Disk`] and [`DiskFile`], and [`OsDisk`], the real one.
//!
//! What must outlive a crash is written through these, so that a test can put a disk in their place that fails, fills
//! up, or loses whatever was not synced (`CrashDisk` of `tracework-testkit`).
//!
//! ```
//! use tracework_disk::{Disk, Open, OsDisk, write_all_at};
//!
//! # fn main() -> std::io::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let file = OsDisk.open(&folder.join("state.new"), Open::New)?;
//! write_all_at(&*file, b"one", 0)?;
//! file.sync()?;
//! OsDisk.rename(&folder.join("state.new"), &folder.join("state"))?;
//! OsDisk.sync_folder(folder)?; // only now is it there after a power failure
//! # Ok(())
//! # }
//! ```

mod disk;
mod os;
mod whole;

pub use disk::{Disk, DiskFile, FILE_MODE, FOLDER_MODE, Listed, Open};
pub use os::OsDisk;
pub use whole::{create_folders, read_full_at, sync_above, write_all_at};
