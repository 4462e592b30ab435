//! What a config says of a file.

use super::settings::{Compression, Period, Settings, Sharing, Sync};
use tracework_core::{Description, Setting};

/// What a config says to make a file of these settings once more.
pub(super) fn describe(settings: &Settings) -> Description {
    let every = settings.every.map(|every| match every {
        Period::Minute => "minute",
        Period::Hour => "hour",
        Period::Day => "day",
    });
    let rotate = Description::new("rotate")
        .with_some("size", settings.max_size.map(Setting::Size))
        .with_some("every", every)
        .unless_usual("at_start", settings.rotate_at_start, false);
    let keep = Description::new("keep")
        .with_some("files", settings.keep.files)
        .with_some("age", settings.keep.age)
        .with_some("total", settings.keep.total.map(Setting::Size));
    let compress = match settings.compression {
        Compression::None => "none",
        Compression::Gzip => "gzip",
        Compression::Zstd => "zstd",
    };
    let sharing = match settings.opening.sharing {
        Sharing::Append => "append",
        Sharing::Exclusive => "exclusive",
    };
    let sync = match settings.sync {
        Sync::Never => "never",
        Sync::Flush => "flush",
        Sync::EveryBatch => "every_batch",
    };
    let mode = |mode: u32| Setting::Mode(mode);
    let description = Description::new("file")
        .with("path", settings.path.display().to_string())
        .section("rotate", rotate)
        .section("keep", keep)
        .unless_usual("compress", compress, "none")
        .unless_usual("zone", settings.zone_name.as_str(), "UTC")
        .unless_usual("mode", mode(settings.opening.mode), mode(0o640))
        .unless_usual("dir_mode", mode(settings.opening.dir_mode), mode(0o750))
        .unless_usual("sharing", sharing, "append")
        .unless_usual("sync", sync, "never");
    if settings.own_header { description.leaving_out("header") } else { description }
}
