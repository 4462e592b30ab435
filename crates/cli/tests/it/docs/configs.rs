//! YAML blocks.

use super::blocks::{Block, pages};
use crate::support::{Place, Run};

/// What a fragment may name.
const DESTINATIONS: &str = "
destinations:
  console: { type: console }
  app: { type: file, path: logs/app.jsonl }
  alerts: { type: memory }
  audit: { type: memory }
";

/// The config that a block is, or is a part of.
fn whole(block: &Block) -> String {
    let has = |key: &str| block.text.lines().any(|line| line.starts_with(key));
    if block.is("destination") {
        let kind = if has("type:") { "" } else { "    type: file\n    path: logs/app.jsonl\n" };
        let lines: String = block.text.lines().map(|line| format!("    {line}\n")).collect();
        let others = "  console: { type: console }\n  alerts: { type: memory }\n";
        return format!("destinations:\n{others}  app:\n{kind}{lines}");
    }
    let others = if block.is("fragment") && !has("destinations:") { DESTINATIONS } else { "" };
    format!("{}{others}", block.text)
}

/// `tracework check` of a block.
fn check(place: &Place, block: &Block) -> Run {
    let name = block.file().unwrap_or("block.yml");
    let path = place.path(name);
    std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
    std::fs::write(path, whole(block)).expect("it can be written");
    let output =
        place.command(&["check", name]).env_clear().envs(block.variables()).output().expect("the program was built");
    Run::of(&output)
}

/// Writes the file that a block is.
pub(super) fn keep(place: &Place, block: &Block) {
    if let Some(name) = block.file() {
        let path = place.path(name);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        let text = if block.language == "yaml" { whole(block) } else { block.text.clone() };
        std::fs::write(path, text).expect("it can be written");
    }
}

#[test]
fn every_config_in_the_documentation_loads() {
    let mut wrong = Vec::new();
    for blocks in pages().into_values() {
        // One folder for a page: its configs may include each other.
        let place = Place::empty();
        for block in blocks {
            match block.language.as_str() {
                "yaml" => {
                    let run = check(&place, &block);
                    let expected = if block.is("wrong") { 2 } else { 0 };
                    if run.code != Some(expected) {
                        wrong.push(format!("{}: exit {:?}\n{}{}", block.place(), run.code, run.out, run.err));
                    }
                }
                _ => keep(&place, &block),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fragment_becomes_a_whole_config() {
    let place = Place::empty();
    let fits = |info: &str, text: &str| {
        let found = super::blocks::blocks("page", &format!("```{info}\n{text}```\n"));
        check(&place, &found[0]).code == Some(0)
    };
    assert!(fits("yaml,fragment", "default: [alerts]\n") && !fits("yaml", "default: [alerts]\n"));
    assert!(fits("yaml,fragment,destination", "rotate: { size: 64MiB }\nfailover: console\n"));
    assert!(!fits("yaml,fragment", "default: [nobody]\n"));
}
