//! The disk as it is used.

use super::faults::{DiskCall, DiskFault};
use super::inode::Inode;
use super::names::Entry;
use super::world::{Fate, World, stopped};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracework_disk::{Disk, DiskFile, Listed, Open};

/// A disk in memory that knows what was synced. A power failure loses the rest: writes that were not synced reach it in
/// part and in any order, torn between sectors of 512 bytes, and names reach it only with their folder. A sync
/// of a file that fails leaves writes behind that no later sync brings to the disk. It does the same again for the same seed.
///
/// Its root is `/`. Clones are the same disk.
///
/// ```
/// use std::path::Path;
/// use tracework_disk::{Disk, Open, write_all_at};
/// use tracework_testkit::CrashDisk;
///
/// # fn main() -> std::io::Result<()> {
/// let disk = CrashDisk::new(1);
/// let file = disk.open(Path::new("/log"), Open::New)?;
/// write_all_at(&*file, b"one", 0)?;
/// file.sync()?;
/// disk.sync_folder(Path::new("/"))?;
/// write_all_at(&*file, b"two", 3)?;
/// disk.crash();
/// assert!(disk.bytes("/log").is_some_and(|bytes| bytes.starts_with(b"one")));
/// assert!(file.sync().is_err(), "it was opened before");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CrashDisk(Arc<Mutex<World>>);

/// An open file.
#[derive(Debug)]
struct CrashFile {
    disk: CrashDisk,
    path: PathBuf,
    inode: u64,
    opening: u64,
    epoch: u64,
    writable: bool,
}

impl CrashDisk {
    /// An empty disk whose accidents are those of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(World::new(seed))))
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The power fails: what was not synced is lost, or not. Everything that was open is dead, faults are forgotten.
    pub fn crash(&self) {
        self.world().crash();
    }

    /// The process ends: what it wrote is there, synced or not. Everything that was open is dead, faults are forgotten.
    pub fn kill(&self) {
        self.world().kill();
    }

    /// Adds a fault.
    pub fn fail(&self, fault: DiskFault) {
        self.world().faults.push(fault);
    }

    /// Forgets every fault, and the call to stop at.
    pub fn heal(&self) {
        let mut world = self.world();
        world.faults.clear();
        (world.stop, world.short) = (None, 0);
    }

    /// The machine stops in the middle of the call after so many more; each one after that fails, until
    /// [`CrashDisk::crash`] or [`CrashDisk::kill`].
    pub fn stop_after(&self, calls: u64) {
        let mut world = self.world();
        world.stop = Some(world.calls + calls + 1);
    }

    /// Of a hundred reads and writes, so many are interrupted, and as many writes are short.
    pub fn interrupt(&self, percent: u64) {
        self.world().short = percent;
    }

    /// How many bytes all files may have together; `None` bounds nothing.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.world().capacity = bytes;
    }

    /// How many calls were made.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.world().calls
    }

    /// The files that there are.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let world = self.world();
        let files = world.tree.now.iter().filter(|(_, entry)| matches!(entry, Entry::File(_)));
        files.map(|(path, _)| path.clone()).collect()
    }

    /// How many bytes all files have together.
    #[must_use]
    pub fn taken(&self) -> u64 {
        let world = self.world();
        let files = world.tree.now.values().filter_map(|entry| match entry {
            Entry::File(inode) => world.inodes.get(inode),
            Entry::Folder => None,
        });
        files.map(|inode| inode.now.len() as u64).sum()
    }

    /// What a file holds.
    #[must_use]
    pub fn bytes(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        let world = self.world();
        let inode = world.file(path.as_ref()).ok()?;
        world.inodes.get(&inode).map(|inode| inode.now.clone())
    }

    /// Puts a file there, or other bytes into one, as if they had always been there.
    pub fn plant(&self, path: impl AsRef<Path>, bytes: Vec<u8>) {
        let mut world = self.world();
        let path = path.as_ref();
        let inode = world.file(path).unwrap_or_else(|_| world.number());
        world.inodes.insert(inode, Inode::of(bytes));
        world.tree.plant(path, Entry::File(inode));
        for above in path.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
            world.tree.plant(above, Entry::Folder);
        }
    }

    /// Makes a call: `done` is what it does.
    fn call<T>(&self, call: DiskCall, path: &Path, done: impl FnOnce(&mut World) -> io::Result<T>) -> io::Result<T> {
        let mut world = self.world();
        match world.fate(call, path) {
            Fate::Well => done(&mut world),
            Fate::Fails(error) => Err(error),
            Fate::Stops => {
                // It was made or not. Either way nobody hears of it.
                if world.chance.percent(50) {
                    _ = done(&mut world);
                }
                Err(stopped())
            }
        }
    }
}

impl Disk for CrashDisk {
    fn open(&self, path: &Path, how: Open) -> io::Result<Box<dyn DiskFile>> {
        let (inode, opening, epoch) = self.call(DiskCall::Open, path, |world| {
            let inode = match (world.file(path), how) {
                (Err(error), Open::Create | Open::New) if error.kind() == ErrorKind::NotFound => {
                    world.folder(path.parent().unwrap_or(Path::new("/")))?;
                    let inode = world.number();
                    world.inodes.insert(inode, Inode::default());
                    world.tree.add(path, Entry::File(inode));
                    inode
                }
                (found, _) => found?,
            };
            if let (Open::New, Some(inode)) = (how, world.inodes.get_mut(&inode)) {
                inode.set_length(0);
            }
            Ok((inode, world.number(), world.epoch))
        })?;
        let (disk, path, writable) = (self.clone(), path.to_owned(), how != Open::Read);
        Ok(Box::new(CrashFile { disk, path, inode, opening, epoch, writable }))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.call(DiskCall::MakeFolder, path, |world| {
            world.folder(path.parent().unwrap_or(Path::new("/")))?;
            if world.tree.now.contains_key(path) {
                return Err(ErrorKind::AlreadyExists.into());
            }
            world.tree.add(path, Entry::Folder);
            Ok(())
        })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        self.call(DiskCall::List, folder, |world| {
            world.folder(folder)?;
            let inside = world.tree.now.iter().filter(|(path, _)| path.parent() == Some(folder));
            let listed = inside.map(|(path, entry)| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                match entry {
                    Entry::Folder => Listed { name, bytes: 0, is_file: false },
                    Entry::File(inode) => {
                        let bytes = world.inodes.get(inode).map_or(0, |inode| inode.now.len() as u64);
                        Listed { name, bytes, is_file: true }
                    }
                }
            });
            Ok(listed.collect())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(DiskCall::Rename, from, |world| {
            let inode = world.file(from)?;
            world.folder(to.parent().unwrap_or(Path::new("/")))?;
            world.tree.rename(from, to, Entry::File(inode));
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call(DiskCall::Remove, path, |world| {
            let inode = world.file(path)?;
            world.tree.remove(path, Entry::File(inode));
            Ok(())
        })
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let synced = self.call(DiskCall::SyncFolder, folder, |world| {
            world.folder(folder)?;
            world.tree.sync(folder);
            Ok(())
        });
        if synced.is_err() {
            let world = &mut *self.world();
            world.tree.fail_sync(folder, &mut world.chance, 50);
        }
        synced
    }
}

impl CrashFile {
    fn call<T>(&self, call: DiskCall, done: impl FnOnce(&mut World) -> io::Result<T>) -> io::Result<T> {
        self.disk.call(call, &self.path, |world| if world.epoch == self.epoch { done(world) } else { Err(stopped()) })
    }

    fn with<T>(&self, world: &mut World, done: impl FnOnce(&mut Inode) -> T) -> io::Result<T> {
        world.inodes.get_mut(&self.inode).map(done).ok_or_else(stopped)
    }

    fn may_write(&self) -> io::Result<()> {
        if self.writable { Ok(()) } else { Err(ErrorKind::PermissionDenied.into()) }
    }
}

fn place(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

impl DiskFile for CrashFile {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.call(DiskCall::Read, |world| {
            self.with(world, |inode| {
                let rest = inode.now.get(place(at)..).unwrap_or_default();
                let read = rest.len().min(buffer.len());
                buffer[..read].copy_from_slice(&rest[..read]);
                read
            })
        })
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        self.may_write()?;
        self.call(DiskCall::Write, |world| {
            let mut most = world.room(self.inode, at, bytes.len());
            if most == 0 && !bytes.is_empty() {
                return Err(ErrorKind::StorageFull.into());
            }
            if world.short > 0 && world.chance.percent(world.short) {
                most = 1 + place(world.chance.below(most as u64));
            }
            let most = most.min(bytes.len());
            self.with(world, |inode| inode.write(place(at), &bytes[..most]))?;
            Ok(most)
        })
    }

    fn length(&self) -> io::Result<u64> {
        self.call(DiskCall::Length, |world| self.with(world, |inode| inode.now.len() as u64))
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.may_write()?;
        self.call(DiskCall::SetLength, |world| self.with(world, |inode| inode.set_length(place(length))))
    }

    fn sync(&self) -> io::Result<()> {
        let synced = self.call(DiskCall::Sync, |world| self.with(world, Inode::sync));
        let world = &mut *self.disk.world();
        if synced.is_err()
            && world.epoch == self.epoch
            && let Some(inode) = world.inodes.get_mut(&self.inode)
        {
            inode.settle(&mut world.chance, 50);
        }
        synced
    }

    fn try_lock(&self) -> io::Result<bool> {
        self.call(DiskCall::Lock, |world| {
            let holder = *world.locks.entry(self.inode).or_insert(self.opening);
            Ok(holder == self.opening)
        })
    }
}

impl Drop for CrashFile {
    fn drop(&mut self) {
        let mut world = self.disk.world();
        if world.epoch == self.epoch && world.locks.get(&self.inode) == Some(&self.opening) {
            world.locks.remove(&self.inode);
        }
    }
}
