//! tracework itself: the same service in the ways that the goals ask about.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use tracework::core::{Attach, Attachment, Batch, Destination, Failure, Overflow, Wants};
use tracework::destinations::{File, Memory};
use tracework::engine::{PlanSpec, RedactSettings};
use tracework::format::{Json, Shape, Text};
use tracework::{Control, DestinationLayer};
use tracing::subscriber::set_global_default;
use tracing_subscriber::{prelude::*, registry};

use super::{Left, System, Traced};
use crate::{
    figures::Figures,
    measure::{Job, drive},
};

/// How long the end may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is wired.
pub const SYSTEMS: &[System] = &[
    System { name: "tracework", about: "one JSON file, shape fmt, redaction on", scale: 3, run: one },
    System { name: "tracework-default", about: "one JSON file, the default shape", scale: 3, run: default_shape },
    System { name: "tracework-plain", about: "one JSON file, shape fmt, redaction off", scale: 3, run: plain },
    System { name: "tracework-three", about: "JSON file, text file, JSON file", scale: 1, run: three },
    System { name: "tracework-five", about: "as tracework, and four further destinations", scale: 1, run: five },
    System {
        name: "tracework-stalled-beside",
        about: "a destination under block that never answers, full, and a live one for these events",
        scale: 1,
        run: stalled_beside,
    },
    System {
        name: "tracework-stalled-drop",
        about: "one destination that never answers, drop_newest",
        scale: 1,
        run: stalled,
    },
];

/// A pipeline whose queues wait for ever, as the rivals' do.
fn control(redact: bool) -> Result<Control> {
    let mut spec = PlanSpec::default();
    if !redact {
        spec.redact = RedactSettings::none();
    }
    Ok(Control::builder().plan(spec).build()?)
}

/// A file that takes everything, and never drops.
fn file(job: &Job, name: &str) -> (File, PathBuf) {
    let path = job.dir.join(name);
    (File::append(&path), path)
}

/// Never drops.
fn lossless(attachment: Attachment) -> Attachment {
    attachment.when_full(Overflow::Block { limit: None })
}

/// The content of the rivals' JSON.
fn fmt_shape() -> Json {
    Json::new().shape(Shape::Fmt)
}

/// Installs, drives and closes.
fn install(job: &Job, control: Control, left: Left) -> Result<Figures> {
    set_global_default(registry().with(DestinationLayer::new(&control)))?;
    let close = move || {
        let _report = control.shutdown(PATIENCE).into_result()?;
        Ok(left)
    };
    drive(job, Traced { workload: job.workload, close })
}

/// One JSON file.
fn json_file(job: &Job, format: Json, redact: bool) -> Result<Figures> {
    let control = control(redact)?;
    let (file, path) = file(job, "a.jsonl");
    control.attach("file", lossless(file.format(format)))?;
    install(job, control, Left::Files(vec![path]))
}

/// The usual file, of a pipeline that is changed before.
pub(super) fn json_file_with(job: &Job, change: impl FnOnce(&mut PlanSpec)) -> Result<Figures> {
    json_file_after(job, |control| {
        control.change(|spec| {
            change(spec);
            Ok(())
        })?;
        Ok(())
    })
}

/// The usual file, of a pipeline that something was done to before.
pub(super) fn json_file_after(job: &Job, act: impl FnOnce(&Control) -> Result<()>) -> Result<Figures> {
    let control = control(true)?;
    let (file, path) = file(job, "a.jsonl");
    control.attach("file", lossless(file.format(fmt_shape())))?;
    act(&control)?;
    install(job, control, Left::Files(vec![path]))
}

/// The usual file, installed; what shuts it down, and where it is.
pub(super) fn install_json(job: &Job) -> Result<(impl FnOnce() -> Result<()> + Sync, PathBuf)> {
    let control = control(true)?;
    let (file, path) = file(job, "a.jsonl");
    control.attach("file", lossless(file.format(fmt_shape())))?;
    set_global_default(registry().with(DestinationLayer::new(&control)))?;
    let shutdown = move || {
        let _report = control.shutdown(PATIENCE).into_result()?;
        Ok(())
    };
    Ok((shutdown, path))
}

fn one(job: &Job) -> Result<Figures> {
    json_file(job, fmt_shape(), true)
}

fn default_shape(job: &Job) -> Result<Figures> {
    json_file(job, Json::new(), true)
}

fn plain(job: &Job) -> Result<Figures> {
    json_file(job, fmt_shape(), false)
}

fn three(job: &Job) -> Result<Figures> {
    let control = control(true)?;
    let (first, a) = file(job, "a.jsonl");
    let (second, b) = file(job, "b.log");
    let (third, c) = file(job, "c.jsonl");
    control.attach("a", lossless(first.format(fmt_shape())))?;
    control.attach("b", lossless(second.format(Text::new())))?;
    control.attach("c", lossless(third.format(fmt_shape())))?;
    install(job, control, Left::Files(vec![a, b, c]))
}

fn five(job: &Job) -> Result<Figures> {
    let control = control(true)?;
    let (first, path) = file(job, "a.jsonl");
    control.attach("file", lossless(first.format(fmt_shape())))?;
    for name in ["b", "c", "d", "e"] {
        control.attach(name, lossless(Memory::new(1_000).into()))?;
    }
    install(job, control, Left::Files(vec![path]))
}

/// A destination that never answers, until the process ends.
struct Stalled(Arc<AtomicBool>);

impl Destination for Stalled {
    fn name(&self) -> &'static str {
        "stalled"
    }
    fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
        while !self.0.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
    fn wants(&self) -> Wants {
        Wants::Records
    }
}

fn stalled(job: &Job) -> Result<Figures> {
    let control = control(true)?;
    let release = Arc::new(AtomicBool::new(false));
    control.attach("stalled", Stalled(Arc::clone(&release)).when_full(Overflow::DropNewest))?;
    set_global_default(registry().with(DestinationLayer::new(&control)))?;
    let close = move || {
        release.store(true, Ordering::Relaxed);
        let _report = control.shutdown(PATIENCE);
        Ok(Left::Nothing)
    };
    drive(job, Traced { workload: job.workload, close })
}

/// A destination that other records go to is full and blocks their callers; these go to a live one.
fn stalled_beside(job: &Job) -> Result<Figures> {
    let control = control(true)?;
    let release = Arc::new(AtomicBool::new(false));
    let stalled = Stalled(Arc::clone(&release)).when_full(Overflow::Block { limit: None }).memory(64 << 10);
    control.create("stalled", stalled)?;
    control.attach("live", lossless(Memory::new(1_000).into()))?;
    set_global_default(registry().with(DestinationLayer::new(&control)))?;
    // Threads that log to the stalled one wait from here on.
    thread::spawn(|| {
        loop {
            tracing::info!(destinations = "stalled", "for the one that does not answer");
        }
    });
    thread::sleep(Duration::from_millis(200));
    let close = move || {
        release.store(true, Ordering::Relaxed);
        let _report = control.shutdown(PATIENCE);
        Ok(Left::Nothing)
    };
    drive(job, Traced { workload: job.workload, close })
}
