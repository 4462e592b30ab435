//! Opening a log file: what is refused, what is created, and how.

use super::Sharing;
use super::system;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::Path;

/// How a file is opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub(crate) mode: u32,
    pub(crate) dir_mode: u32,
    pub(crate) sharing: Sharing,
    /// Must a new file's name outlast a power cut?
    pub(crate) sync: bool,
}

/// Others may move the file between any two steps; after so many times it is no accident.
const ATTEMPTS: usize = 8;

impl Opening {
    /// Opens the file at `path` to append, creating it and its folders where they are missing.
    pub(crate) fn open(&self, path: &Path) -> io::Result<(File, Metadata)> {
        for _ in 0..ATTEMPTS {
            match fs::symlink_metadata(path) {
                Ok(metadata) => refuse(&metadata, path)?,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(told("cannot open", path, &error)),
            }
            if let Some(file) = self.open_or_create(path)?
                && let Some(metadata) = self.admit(&file, path)?
            {
                return Ok((file, metadata));
            }
        }
        Err(io::Error::other(format!("cannot open {}: it is moved away again and again", path.display())))
    }

    /// `None`: things changed in between, begin again.
    fn open_or_create(&self, path: &Path) -> io::Result<Option<File>> {
        match system::append(path, self.sharing) {
            Ok(file) => return Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if system::is_symlink_error(&error) => return Err(refused(path, "a symbolic link")),
            Err(error) => return Err(told("cannot open", path, &error)),
        }
        match system::create(path, self.mode, self.sharing) {
            Ok(file) => {
                if self.sync {
                    system::sync_folder(folder_of(path))
                        .map_err(|error| told("cannot sync the folder of", path, &error))?;
                }
                Ok(Some(file))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => self.create_folders(folder_of(path)).map(|()| None),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(told("cannot create", path, &error)),
        }
    }

    /// Looks at what was opened, locks it, and makes sure that it is still what `path` names.
    fn admit(&self, file: &File, path: &Path) -> io::Result<Option<Metadata>> {
        let metadata = file.metadata().map_err(|error| told("cannot open", path, &error))?;
        refuse(&metadata, path)?;
        if !system::lock(file, self.sharing).map_err(|error| told("cannot lock", path, &error))? {
            return Err(io::Error::new(
                ErrorKind::ResourceBusy,
                format!(
                    "{} is in use: another writer has it locked; Sharing::Append lets several write to it",
                    path.display()
                ),
            ));
        }
        let named = fs::symlink_metadata(path);
        let same = named.is_ok_and(|named| system::identity(&named) == system::identity(&metadata));
        Ok(same.then_some(metadata))
    }

    /// Creates a folder, and those around it that are missing.
    fn create_folders(&self, folder: &Path) -> io::Result<()> {
        match system::create_folder(folder, self.dir_mode) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let around = folder.parent().ok_or(error)?;
                self.create_folders(around)?;
                system::create_folder(folder, self.dir_mode)
            }
            result => result,
        }
        .map_err(|error| told("cannot create the folder", folder, &error))?;
        if self.sync { system::sync_folder(folder_of(folder)) } else { Ok(()) }
    }
}

/// Refuses what is no ordinary file, and a file that has a second name: whoever may write into the folder could make
/// the program write into somebody else's file by it.
fn refuse(metadata: &Metadata, path: &Path) -> io::Result<()> {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        Err(refused(path, "a symbolic link"))
    } else if kind.is_dir() {
        Err(refused(path, "a folder"))
    } else if !kind.is_file() {
        Err(refused(path, "a FIFO, a socket or a device"))
    } else if system::names(metadata) > 1 {
        Err(refused(path, "a file with more than one name (a hard link)"))
    } else {
        Ok(())
    }
}

fn refused(path: &Path, what: &str) -> io::Error {
    let text = format!("{} is {what}; a log is written to an ordinary file only", path.display());
    io::Error::new(ErrorKind::InvalidInput, text)
}

/// An error that names the file.
pub(crate) fn told(what: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what} {}: {error}", path.display()))
}

/// The folder that holds `path`.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
