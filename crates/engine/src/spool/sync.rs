//! Making records durable, and what happens when the disk fails to.

use super::SpoolError;
use super::active::Active;
use super::index::Doomed;
use super::layout::segment as name_of;
use super::settings::SyncPolicy;
use super::writer::SpoolWriter;
use std::io::ErrorKind;
use std::time::Instant;
use tracework_disk::Open;

impl SpoolWriter {
    /// Makes everything that was appended durable, whatever the policy. After a sync that failed, what was not durable
    /// is written again, to another file; this succeeds when that did.
    ///
    /// # Errors
    ///
    /// Fails as the disk says. Nothing more is durable then than before, and nothing is accepted until a later call
    /// succeeds.
    pub fn sync(&mut self) -> Result<(), SpoolError> {
        self.synced = Instant::now();
        self.sync_active()?;
        self.shared.sync_state(false)
    }

    /// Syncs if the policy's interval is over.
    ///
    /// # Errors
    ///
    /// As [`SpoolWriter::sync`].
    pub fn sync_if_due(&mut self) -> Result<(), SpoolError> {
        match self.sync_due() {
            Some(due) if due <= Instant::now() => self.sync(),
            _ => Ok(()),
        }
    }

    pub(super) fn sync_active(&mut self) -> Result<(), SpoolError> {
        if self.failing {
            return self.repair();
        }
        if self.shared.settings.sync == SyncPolicy::Never {
            return self.sync_all();
        }
        let Some(active) = &mut self.active else {
            self.tell_durable();
            return Ok(());
        };
        if active.durable == self.next {
            return Ok(());
        }
        match active.file.sync() {
            Ok(()) => {
                (active.durable, active.durable_at) = (self.next, active.at);
                self.now_durable();
                Ok(())
            }
            Err(error) => {
                let error = SpoolError::disk("sync", &active.path)(error);
                self.poison(&error);
                self.repair().map_err(|_| error)
            }
        }
    }

    /// Syncs every segment, where none is synced otherwise. Nothing is kept in memory then to be written again, so that
    /// records whose sync failed never become durable.
    fn sync_all(&mut self) -> Result<(), SpoolError> {
        if self.active.as_ref().is_some_and(|active| self.next > active.first) {
            self.seal_unsynced();
        }
        while let Some(first) = self.unsynced_segments.pop() {
            let path = self.shared.path(&name_of(first));
            let synced = self.shared.disk.open(&path, Open::Write).and_then(|file| file.sync());
            if let Err(error) = synced
                && error.kind() != ErrorKind::NotFound
            {
                self.hopeless.push(first);
                self.shared.note(SpoolError::disk("sync", path)(error));
            }
        }
        {
            let index = self.shared.index();
            self.hopeless.retain(|first| {
                index.segments.iter().any(|segment| segment.first == *first && segment.pending(index.cursor) > 0)
            });
        }
        match self.hopeless.first() {
            Some(&first) => {
                let error = std::io::Error::other("an earlier sync of it failed");
                Err(SpoolError::disk("sync", self.shared.path(&name_of(first)))(error))
            }
            None => {
                self.tell_durable();
                Ok(())
            }
        }
    }

    /// Everything up to the next sequence is durable.
    fn now_durable(&mut self) {
        let last = self.unsynced.from(0).last().map(|(_, time, _)| time);
        self.unsynced.clear();
        if let Some(time) = last {
            self.show(time);
        }
        self.tell_durable();
    }

    fn tell_durable(&self) {
        let mut index = self.shared.index();
        index.durable = self.next;
        index.durable_in = self.active.as_ref().map_or(index.durable_in, |active| (active.first, self.next));
    }

    /// Ends a segment whose sync failed, behind what is durable. The records behind that are shown no more until they
    /// are written again.
    fn poison(&mut self, error: &SpoolError) {
        let Some(active) = self.active.take() else { return };
        self.failing = true;
        let mut index = self.shared.index();
        index.counts.sync_failures += 1;
        index.counts.failing = true;
        index.note(error);
        if active.durable > active.first {
            if let Some(segment) = index.get_mut(active.number) {
                (segment.end, segment.data_end, segment.sealed) = (active.durable, active.durable_at, true);
                segment.bytes = segment.bytes.max(active.at);
            }
        } else {
            // Nothing in it is durable. It takes its bytes until the new file is there, which may have its name.
            let at = index.segments.iter().position(|segment| segment.number == active.number);
            let gone = at.and_then(|at| index.segments.remove(at));
            index.others += gone.map_or(0, |gone| gone.bytes.max(active.at));
            self.orphan = Some((active.first, active.at));
        }
    }

    /// Writes what is not durable to a new file.
    pub(super) fn repair(&mut self) -> Result<(), SpoolError> {
        let cursor = self.shared.index().cursor;
        let first = self.unsynced.from(cursor).next().map(|(sequence, time, _)| (sequence, time));
        if let Some((first, time)) = first {
            let active = Active::make(&self.shared, first, time, &self.unsynced, self.next)?;
            let last_time = self.unsynced.from(first).last().map_or(time, |(_, time, _)| time);
            self.active = Some(active);
            self.show(last_time);
        }
        self.unsynced.clear();
        self.tell_durable();
        self.end_failing();
        Ok(())
    }

    /// Nothing waits to be written again.
    pub(super) fn end_failing(&mut self) {
        self.failing = false;
        let mut index = self.shared.index();
        index.counts.failing = false;
        if let Some((first, bytes)) = self.orphan.take() {
            index.others = index.others.saturating_sub(bytes);
            let name = name_of(first);
            // A new segment of its name has taken its place.
            if !index.segments.iter().any(|segment| segment.first == first) {
                index.doomed.push(Doomed { name, bytes });
            }
        }
    }

    /// Ends the open segment: nothing is appended to it any more. If it is empty, whoever calls must see to it that the
    /// next segment does not get its name.
    pub(super) fn seal(&mut self) -> Result<(), SpoolError> {
        if self.shared.settings.sync != SyncPolicy::Never || self.failing {
            self.sync_active()?;
        }
        self.seal_unsynced();
        Ok(())
    }

    /// Ends the open segment as it is.
    fn seal_unsynced(&mut self) {
        let Some(active) = self.active.take() else { return };
        let mut index = self.shared.index();
        if let Some(segment) = index.get_mut(active.number) {
            segment.sealed = true;
        }
        if active.durable < self.next {
            self.unsynced_segments.push(active.first);
            self.unsynced_segments.retain(|first| index.segments.iter().any(|segment| segment.first == *first));
        }
    }
}
