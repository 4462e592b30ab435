//! Why a spool cannot do what it was asked to.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a spool cannot do what it was asked to.
#[derive(Debug)]
#[non_exhaustive]
pub enum SpoolError {
    /// The settings contradict themselves or are out of range; nothing was touched.
    Settings(String),
    /// The folder holds files and is no spool; nothing was touched.
    NoSpool {
        /// The folder.
        folder: PathBuf,
        /// One of the files in it.
        file: String,
    },
    /// Another process (or this one, through another opening) uses the spool.
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The process, if its number could be read.
        pid: Option<u32>,
    },
    /// The spool is another destination's; nothing was touched.
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The destination that it is of.
        found: String,
        /// The destination that it was opened for.
        wanted: String,
    },
    /// The spool was written by a later version of tracework; nothing was touched.
    Newer {
        /// The file that says so.
        file: PathBuf,
        /// The version it needs.
        version: u16,
    },
    /// The spool was written on a machine of the other byte order; nothing was touched.
    ByteOrder {
        /// The file that says so.
        file: PathBuf,
    },
    /// All the bytes that the spool may take are taken. Nothing of the batch was accepted.
    Full {
        /// The bytes that are taken.
        taken: u64,
        /// The bytes that may be.
        max: u64,
    },
    /// The first entry of the batch can never be accepted: its payload is too long.
    TooLarge {
        /// Its length in bytes.
        bytes: usize,
        /// The longest that fits.
        max: usize,
    },
    /// Every sequence was given out. Move the folder away; a new spool begins anew.
    Exhausted {
        /// The folder.
        folder: PathBuf,
    },
    /// The disk failed. Nothing of the batch was accepted, or nothing more was made durable.
    Disk {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl SpoolError {
    /// Makes the error of a call on `path`.
    pub(super) fn disk(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Disk { doing, path, error }
    }

    /// Is it that the bytes are taken: by the spool's own bound, or because the disk is full?
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::Disk { error, .. } => {
                matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }
}

impl fmt::Display for SpoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(why) => write!(f, "the spool's settings: {why}"),
            Self::NoSpool { folder, file } => {
                write!(f, "{} holds `{file}` and is no spool: name an empty folder", folder.display())
            }
            Self::InUse { folder, pid } => {
                write!(f, "the spool in {} is in use", folder.display())?;
                match pid {
                    Some(pid) if *pid == std::process::id() => f.write_str(" by this process already")?,
                    Some(pid) => write!(f, " by process {pid}")?,
                    None => f.write_str(" by another process")?,
                }
                f.write_str(": give each its own folder (`buffer.path`)")
            }
            Self::Foreign { folder, found, wanted } => write!(
                f,
                "the spool in {} is of the destination `{found}`, not of `{wanted}`: name another folder (`buffer.path`), \
                 or the destination as it was",
                folder.display()
            ),
            Self::Newer { file, version } => write!(
                f,
                "{} needs version {version} of the spool format, and this program knows {}: use a newer tracework",
                file.display(),
                super::layout::VERSION
            ),
            Self::ByteOrder { file } => {
                write!(f, "{} was written on a machine of the other byte order: drain it there", file.display())
            }
            Self::Full { taken, max } => write!(f, "the spool is full: {taken} of {max} bytes are taken"),
            Self::TooLarge { bytes, max } => {
                write!(f, "the record takes {bytes} bytes in the spool, and {max} is the most")
            }
            Self::Exhausted { folder } => {
                write!(f, "the spool in {} has given out every sequence: move the folder away", folder.display())
            }
            Self::Disk { doing, path, error } => write!(f, "{doing} {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for SpoolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Disk { error, .. } => Some(error),
            _ => None,
        }
    }
}
