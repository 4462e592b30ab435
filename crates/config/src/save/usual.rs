//! What holds where nothing is said, as a config would say it.

use super::plan::{Says, Writer};
use super::yaml::{Line, Yaml};
use tracework_core::{Attachment, Description, DestinationSettings};
use tracework_engine::{PlanSpec, RecorderSpec};

/// How numbers are written that stand for no bound: nobody would write them.
const ENDLESS: [&str; 2] = ["18446744073709551615", "4294967295"];

/// A value that holds without a word: the names on the way to it, and the value as a config would say it.
pub(crate) type Usual = (Vec<String>, String);

/// What holds for a destination. `settings` are set for it, `usual` are those that its type sets.
pub(crate) fn of_destination(
    attachment: &Attachment,
    settings: &DestinationSettings,
    usual: &DestinationSettings,
) -> Vec<Usual> {
    with_writer(|writer| {
        let mut lines = Vec::new();
        if let Some(description) = attachment.destination.as_config() {
            writer.said(&mut lines, &description, "");
        }
        writer.settings(&mut lines, settings, usual, "");
        lines
    })
}

/// What holds for what describes itself so.
pub(crate) fn of_description(description: &Description) -> Vec<Usual> {
    with_writer(|writer| {
        let mut lines = Vec::new();
        writer.said(&mut lines, description, "");
        lines
    })
}

/// What holds for the flight recorder.
pub(crate) fn of_recorder() -> Vec<Usual> {
    with_writer(|writer| writer.recorder(&RecorderSpec::default()))
}

fn with_writer(write: impl FnOnce(&mut Writer<'_>) -> Vec<Line>) -> Vec<Usual> {
    let spec = PlanSpec::default();
    let mut writer = Writer::new(&spec);
    writer.said = Says::Usual;
    let lines = write(&mut writer);
    let mut all = Vec::new();
    flatten(&[], &lines, &mut all);
    all
}

fn flatten(path: &[String], lines: &[Line], all: &mut Vec<Usual>) {
    for line in lines {
        let Line::Entry(name, value) = line else { continue };
        let path: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
        match value {
            Yaml::Map(inner) => flatten(&path, inner, all),
            value => {
                let mut text = String::new();
                if value.in_line(&mut text) && !ENDLESS.contains(&text.as_str()) {
                    all.push((path, text));
                }
            }
        }
    }
}
