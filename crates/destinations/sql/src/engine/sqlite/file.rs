//! The file of a database.

use std::path::Path;

/// The mode of a new file, which those of its journal have too, and of new folders.
#[cfg(unix)]
const MODES: (u32, u32) = (0o640, 0o750);

/// What tells a file from another of the same name.
pub(super) type Identity = (u64, u64);

/// Makes the file and the folders above it if they are not there.
#[cfg(unix)]
pub(super) fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(MODES.1).create(folder)?;
    }
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(MODES.0).open(path) {
        // Whatever the process masks.
        Ok(file) => file.set_permissions(std::fs::Permissions::from_mode(MODES.0)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the folders above the file.
#[cfg(not(unix))]
pub(super) fn make(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::OpenOptions::new().append(true).create(true).open(path).map(|_| ())
}

/// Which file stands there; `None` if there is none.
#[cfg(unix)]
pub(super) fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|data| (data.dev(), data.ino()))
}

/// Other systems do not let an open file be deleted.
#[cfg(not(unix))]
pub(super) fn identity(_: &Path) -> Option<Identity> {
    Some((0, 0))
}
