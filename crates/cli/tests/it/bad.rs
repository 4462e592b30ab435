//! How bad configs read in a terminal: every one of the cases of `tracework`.

use super::support::{Place, Run};
use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tracework/tests/it/bad/cases");
    let entries =
        std::fs::read_dir(folder).expect("it is checked in").map(|entry| entry.expect("it can be read").path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "yml")).collect()
}

/// Checks a config; with colours if they are forced.
fn check(place: &Place, forced: &str) -> Run {
    let mut command = place.command(&["check", "app.yml"]);
    command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", forced);
    Run::of(&command.output().expect("the program was built"))
}

/// How many columns a terminal gives to a line, as far as the cases go.
fn width(line: &str) -> usize {
    let wide = |letter: char| ('\u{2e80}'..='\u{a4cf}').contains(&letter) || letter > '\u{1f000}';
    line.chars().map(|letter| if wide(letter) { 2 } else { 1 }).sum()
}

fn without_colors(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[test]
fn every_error_fits_80_columns_with_colours_and_without() {
    let place = Place::empty();
    for case in cases() {
        std::fs::copy(&case, place.path("app.yml")).expect("it can be copied");
        let plain = check(&place, "0");
        let name = case.display();
        assert_eq!(plain.code, Some(2), "{name}: {}", plain.err);
        assert!(plain.err.lines().all(|line| width(line) <= 80), "{name}:\n{}", plain.err);
        assert!(!plain.err.contains('\x1b'), "{name}: {:?}", plain.err);
        let colored = check(&place, "1");
        assert!(colored.err.contains("\x1b["), "{name}: {:?}", colored.err);
        assert_eq!(without_colors(&colored.err), plain.err, "{name}");
    }
}
