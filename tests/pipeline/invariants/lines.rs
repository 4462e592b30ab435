//! One record is one line, whatever it contains, and no byte that commands a terminal reaches a file.

use tracework::core::Attach as _;
use tracework::destinations::File;
use tracework::format::{Csv, Ecs, Gelf, Json, Logfmt, Pattern, Text, Xml};
use tracework::prelude::*;
use tracework_testkit::hostile_strings;

fn is_harmful(letter: char) -> bool {
    let code = u32::from(letter);
    (code < 0x20 && letter != '\n')
        || (0x7f..=0x9f).contains(&code)
        || matches!(code, 0x2028 | 0x2029 | 0x200e | 0x200f | 0x61c | 0x202a..=0x202e | 0x2066..=0x2069)
}

/// Attaches a file, gives where it is.
fn attach<T: tracework::core::Format>(
    bench: &crate::support::Bench,
    folder: &std::path::Path,
    name: &str,
    format: T,
) -> std::path::PathBuf {
    let path = folder.join(name);
    bench.control.attach(name, File::append(&path).format(format)).expect("it attaches");
    path
}

#[test]
fn every_format_writes_one_harmless_line_for_each_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = crate::support::Bench::new();
    let paths = [
        (attach(&bench, folder.path(), "text", Text::new()), 0),
        (attach(&bench, folder.path(), "json", Json::new()), 0),
        (attach(&bench, folder.path(), "logfmt", Logfmt::new()), 0),
        (attach(&bench, folder.path(), "csv", Csv::new()), 1),
        (attach(&bench, folder.path(), "xml", Xml::new()), 0),
        (attach(&bench, folder.path(), "gelf", Gelf::new()), 0),
        (attach(&bench, folder.path(), "ecs", Ecs::new()), 0),
        (attach(&bench, folder.path(), "pattern", Pattern::new("{level} {message} {fields}").expect("a pattern")), 0),
    ];
    let hostile = hostile_strings();
    bench.run(|| {
        for text in &hostile {
            tracing::info_span!("around", value = text.text, shown = %text.text).in_scope(|| {
                info!(value = text.text, shown = %text.text, tags = text.text, category = text.text, "{}", text.text);
            });
        }
    });
    for (path, header) in paths {
        let bytes = std::fs::read(&path).expect("it is there");
        let text = String::from_utf8(bytes).expect("it is UTF-8");
        assert_eq!(text.lines().count(), hostile.len() + header, "{}", path.display());
        let harmful = text.char_indices().find(|&(_, letter)| is_harmful(letter));
        assert_eq!(harmful, None, "{}", path.display());
    }
}
