//! What the system tells of changes, where it does: only a reason to look at once, never relied upon.

#[cfg(feature = "notify")]
pub(super) use told::Events;
#[cfg(not(feature = "notify"))]
pub(super) use untold::Events;

#[cfg(feature = "notify")]
mod told {
    use super::super::wake::Wake;
    use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    /// Told of changes in the folders of files: a file that is replaced is another one, its folder stays.
    pub(in super::super) struct Events {
        watcher: Option<RecommendedWatcher>,
        folders: BTreeSet<PathBuf>,
    }

    impl Events {
        pub(in super::super) fn new(wake: &Arc<Wake>) -> Self {
            let wake = Arc::clone(wake);
            let told = move |event: notify::Result<notify::Event>| {
                // Whatever that thread says through `log` concerns nobody.
                tracework_engine::own::mark_own_thread();
                if event.is_ok_and(|event| !event.kind.is_access()) {
                    wake.tell();
                }
            };
            // Where the system does not tell, the files are looked at all the same.
            Self { watcher: notify::recommended_watcher(told).ok(), folders: BTreeSet::new() }
        }

        pub(in super::super) fn none() -> Self {
            Self { watcher: None, folders: BTreeSet::new() }
        }

        /// Watches the folders of these files, and those that symbolic links lead to, and no others.
        pub(in super::super) fn follow(&mut self, files: &[PathBuf]) {
            let Some(watcher) = &mut self.watcher else { return };
            let folder = |path: &Path| {
                if path.is_dir() {
                    return path.to_owned();
                }
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                parent.unwrap_or(Path::new(".")).to_owned()
            };
            let targets = files.iter().filter_map(|file| file.canonicalize().ok());
            let wanted: BTreeSet<_> = files.iter().cloned().chain(targets).map(|file| folder(&file)).collect();
            for left in self.folders.difference(&wanted) {
                let _ = watcher.unwatch(left);
            }
            // One that cannot be watched now is tried again the next time.
            let is_watched = |folder: &PathBuf| watcher.watch(folder, RecursiveMode::NonRecursive).is_ok();
            self.folders = wanted.into_iter().filter(is_watched).collect();
        }
    }
}

#[cfg(not(feature = "notify"))]
mod untold {
    use super::super::wake::Wake;
    use std::path::PathBuf;
    use std::sync::Arc;

    /// Nothing is told.
    pub(in super::super) struct Events;

    impl Events {
        pub(in super::super) fn new(_: &Arc<Wake>) -> Self {
            Self
        }

        pub(in super::super) fn none() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "it is called alike with events")]
        pub(in super::super) fn follow(&mut self, _: &[PathBuf]) {}
    }
}
