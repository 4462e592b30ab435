//! `type: console`, `file` and `memory`.

use std::path::Path;
use tracework_config::{Registry, Reported, Section};
use tracework_std::{Color, Compression, Console, File, Memory, Period, Sharing, Sync};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("console", console).destination("file", file).destination("memory", memory)
}

fn console(section: &mut Section<'_>) -> Result<Console, Reported> {
    section.about(&[
        ("stream", "Which of the program's streams it writes to.", "stderr"),
        ("color", "Whether its format has colours; auto asks the terminal, NO_COLOR and CLICOLOR_FORCE.", "auto"),
    ]);
    let out = section.take_enum("stream", &[("stdout", true), ("stderr", false)]).unwrap_or(false);
    let words = [
        ("auto", Color::Auto),
        ("always", Color::Always),
        ("true", Color::Always),
        ("never", Color::Never),
        ("false", Color::Never),
    ];
    let color = section.take_enum("color", &words).unwrap_or_default();
    let console = if out { Console::stdout() } else { Console::stderr() }.color(color);
    section.set_colored(console.is_colored());
    Ok(console)
}

fn memory(section: &mut Section<'_>) -> Result<Memory, Reported> {
    section.about(&[
        ("records", "How many records are kept; the oldest make room.", "1000"),
        ("bytes", "Bytes of memory that they may hold.", "8MiB"),
    ]);
    let records = section.take_count("records").unwrap_or(Memory::RECORDS);
    let memory = Memory::new(records);
    Ok(match section.take_memory("bytes") {
        Some(bytes) => memory.bytes(bytes),
        None => memory,
    })
}

const FILE: [(&str, &str, &str); 9] = [
    ("path", "The file that is written to; relative to `directory`.", "logs/app.jsonl"),
    ("rotate", "When a new file is begun.", ""),
    ("keep", "Which rotated files stay; one goes as soon as one of these says so.", ""),
    ("mode", "The mode of new files.", "0640"),
    ("dir_mode", "The mode of new folders.", "0750"),
    ("sharing", "Whether other processes may append to it too.", "append"),
    ("sync", "When what is written is brought to the disk.", "flush"),
    (
        "compress",
        "How rotated files are compressed; auto is gzip, else zstd, else none: what the program was built with.",
        "gzip",
    ),
    ("zone", "Whose midnight a day ends at.", "Europe/Berlin"),
];

fn file(section: &mut Section<'_>) -> Result<File, Reported> {
    section.about(&FILE);
    let path = section.need_path("path");
    let mut file = File::append(path.as_deref().unwrap_or(Path::new("app.jsonl")));
    if let Some(change) = section.within("rotate", rotate) {
        file = change(file);
    }
    if let Some(change) = section.within("keep", keep) {
        file = change(file);
    }
    file = system(section, file);
    let words = [
        ("none", Compression::None),
        ("auto", Compression::best()),
        ("gzip", Compression::Gzip),
        ("zstd", Compression::Zstd),
    ];
    if let Some(compression) = section.take_enum("compress", &words) {
        file = compress(section, file, compression);
    }
    if let Some(zone) = section.take_str("zone") {
        file = file.zone(&zone);
    }
    // Of a path that is missing that was said already.
    let mistake = file.check().err().filter(|mistake| path.is_ok() || mistake.setting != "path");
    mistake.map_or(Ok(()), |mistake| Err(section.mistaken(&mistake)))?;
    path.map(|_| file)
}

/// What else is set for a file, as a change of it.
type Change = Box<dyn FnOnce(File) -> File>;

fn rotate(rotate: &mut Section<'_>) -> Change {
    rotate.about(&[
        ("size", "Before it would become larger than this.", "64MiB"),
        ("every", "With every full minute or hour, or at midnight.", "day"),
        ("at_start", "When the program starts.", "false"),
    ]);
    let size = rotate.take_bytes("size");
    if size == Some(0) {
        rotate.refuse("size", "a file of 0 bytes holds nothing");
    }
    let every = rotate.take_enum("every", &[("minute", Period::Minute), ("hour", Period::Hour), ("day", Period::Day)]);
    let at_start = rotate.take_bool("at_start").unwrap_or(false);
    Box::new(move |mut file| {
        file = file.rotate_at_start(at_start);
        if let Some(size) = size.filter(|&size| size > 0) {
            file = file.max_size(size);
        }
        match every {
            Some(every) => file.every(every),
            None => file,
        }
    })
}

fn keep(keep: &mut Section<'_>) -> Change {
    keep.about(&[
        ("files", "How many, the newest.", "10"),
        ("age", "How long.", "30d"),
        ("total", "Their bytes together.", "2GiB"),
    ]);
    let (files, age, total) = (keep.take_count("files"), keep.take_duration("age"), keep.take_bytes("total"));
    if files == Some(0) {
        keep.refuse("files", "0 files would stay: a file would be gone as soon as it is rotated");
    }
    Box::new(move |mut file| {
        if let Some(files) = files {
            file = file.keep(files);
        }
        if let Some(age) = age {
            file = file.keep_age(age);
        }
        match total {
            Some(total) => file.keep_total(total),
            None => file,
        }
    })
}

fn compress(section: &mut Section<'_>, file: File, compression: Compression) -> File {
    if !compression.is_available() {
        let feature = if compression == Compression::Zstd { "zstd" } else { "gzip" };
        let why = format!("this program was built without the feature `{feature}`");
        let help = "write `compress: auto` for what it was built with, or build it with the feature";
        section.refuse("compress", format!("{why}; {help}"));
        return file;
    }
    file.compress(compression)
}

/// What concerns the system: modes, other writers, the disk.
fn system(section: &mut Section<'_>, mut file: File) -> File {
    if let Some(mode) = section.take_mode("mode") {
        file = file.mode(mode);
    }
    if let Some(mode) = section.take_mode("dir_mode") {
        file = file.dir_mode(mode);
    }
    if let Some(sharing) =
        section.take_enum("sharing", &[("append", Sharing::Append), ("exclusive", Sharing::Exclusive)])
    {
        file = file.sharing(sharing);
    }
    let words = [("never", Sync::Never), ("flush", Sync::Flush), ("every_batch", Sync::EveryBatch)];
    if let Some(sync) = section.take_enum("sync", &words) {
        file = file.sync(sync);
    }
    file
}
