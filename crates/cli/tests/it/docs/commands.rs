//! Console blocks.

use super::blocks::{Block, pages};
use super::compare::fits;
use super::configs::keep;
use crate::support::Place;
use std::path::Path;
use std::process::Command;

/// A command, and what it prints.
struct Step {
    command: String,
    told: String,
}

/// The commands of a block.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut continued = false;
    for line in text.lines() {
        let command = line.strip_prefix("$ ");
        match (command, steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command: command.to_owned(), told: String::new() }),
            (None, Some(step)) if continued => {
                step.command.push('\n');
                step.command.push_str(line);
            }
            (None, Some(step)) => {
                step.told.push_str(line);
                step.told.push('\n');
            }
            (None, None) => {}
        }
        continued = (command.is_some() || continued) && line.ends_with('\\');
    }
    steps
}

/// Between the outputs of two commands.
const MARK: char = '\u{1}';

/// What each step prints, on both streams.
fn run(place: &Place, block: &Block, steps: &[Step]) -> Vec<String> {
    let mut script = String::from("exec 2>&1\n");
    for step in steps {
        // The mark must not hide how the command ended from the next one.
        script.push_str(&format!("{}\nended=$?; printf '\\001'; (exit $ended)\n", step.command));
    }
    let program = Path::new(env!("CARGO_BIN_EXE_tracework"));
    let folder = program.parent().expect("it is in a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(place.path("")).env_clear().env("PATH", path);
    let output = shell.envs(block.variables()).output().expect("there is a shell");
    String::from_utf8_lossy(&output.stdout).split(MARK).map(str::to_owned).collect()
}

/// Everything in which the commands of a page do not print what it says.
fn differences(blocks: &[Block]) -> Vec<String> {
    let place = Place::empty();
    let mut found = Vec::new();
    for block in blocks {
        if block.language != "console" {
            keep(&place, block);
        } else if block.reason().is_none() {
            let steps = steps(&block.text);
            let printed = run(&place, block, &steps);
            for (step, printed) in steps.iter().zip(&printed) {
                if !fits(&step.told, printed) {
                    found.push(format!("{}: $ {}\n{printed}", block.place(), step.command));
                }
            }
        }
    }
    found
}

#[test]
fn every_command_in_the_documentation_prints_what_stands_below_it() {
    let found: Vec<_> = pages().into_values().flat_map(|blocks| differences(&blocks)).collect();
    assert!(found.is_empty(), "these print something else:\n{}", found.join("\n"));
}

#[test]
fn a_command_that_prints_something_else_is_found() {
    let page = |printed: &str| {
        format!(
            "<!-- file: app.yml -->\n```yaml\ndestinations: {{ app: {{ type: memory }} }}\n```\n```console\n$ tracework check \\\n    \
             app.yml | head -1\n{printed}\n$ echo $?\n0\n```\n"
        )
    };
    let of = |text: &str| differences(&super::blocks::blocks("page", text));
    assert!(of(&page("app.yml is right: ...")).is_empty());
    let found = of(&page("app.yml is wrong"));
    assert!(found.len() == 1 && found[0].starts_with("page:5: $ tracework check"), "{found:?}");
}
