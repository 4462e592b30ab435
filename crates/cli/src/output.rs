//! What the program prints. A reader that has gone is no error: there is nobody to tell.

use std::io::{IsTerminal as _, Write as _};
use tracework::config::Problem;

/// Prints to standard output.
pub(crate) fn out(text: &str) {
    _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints to standard error.
pub(crate) fn err(text: &str) {
    _ = writeln!(std::io::stderr(), "{text}");
}

/// How wide a line may be.
pub(crate) const WIDTH: usize = 80;

/// What is wrong with a config, in lines that fit a terminal.
pub(crate) fn config_error(error: &tracework::config::Error) -> String {
    let problems = error.problems();
    let paint = Paint::of_stderr();
    let mut text = String::new();
    for problem in problems {
        text.push_str(&described(problem, "", paint));
        text.push('\n');
    }
    text.push_str(&match problems.len() {
        1 => "1 problem; nothing was changed".to_owned(),
        count => format!("{count} problems; nothing was changed"),
    });
    text
}

/// Prints what is not wrong with a config but should be known, to standard error.
pub(crate) fn warnings(config: &tracework::config::Config) {
    let paint = Paint::of_stderr();
    for warning in config.warnings() {
        err(&described(warning, "warning: ", paint));
    }
}

fn described(problem: &Problem, head: &str, paint: Paint) -> String {
    let mut text = String::new();
    for (number, line) in problem.to_string().lines().enumerate() {
        let line = match (number, is_excerpt(line)) {
            (0, _) => paint.first(head, &wrap(&format!("{head}{line}"))),
            (_, true) => paint.excerpt(line),
            (_, false) => paint.help(&wrap(line)),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Colours, where they are seen.
#[derive(Clone, Copy)]
struct Paint {
    on: bool,
}

impl Paint {
    /// `NO_COLOR` and `CLICOLOR_FORCE` decide, else whether standard error is a terminal that knows colours.
    fn of_stderr() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != *"0");
        let no = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let able = std::env::var_os("TERM").is_none_or(|term| term != *"dumb");
        Self { on: !no && (set("CLICOLOR_FORCE") || (able && std::io::stderr().is_terminal())) }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// The line that says what is wrong: bold.
    fn first(self, head: &str, text: &str) -> String {
        match text.strip_prefix(head) {
            Some(rest) if !head.is_empty() => format!("{}{}", self.paint("1;33", head), self.paint("1", rest)),
            _ => self.paint("1", text),
        }
    }

    /// A line of the config, with its number apart; or the mark under one.
    fn excerpt(self, line: &str) -> String {
        let Some((margin, rest)) = line.split_once(" |") else { return line.to_owned() };
        let is_mark =
            !rest.trim().is_empty() && rest.trim().bytes().all(|byte| byte == b'^') && margin.trim().is_empty();
        let rest = if is_mark { self.paint("1;31", rest) } else { rest.to_owned() };
        format!("{}{rest}", self.paint("34", &format!("{margin} |")))
    }

    fn help(self, text: &str) -> String {
        match text.split_once("help:") {
            Some((margin, rest)) if margin.trim().is_empty() => format!("{margin}{}{rest}", self.paint("36", "help:")),
            _ => text.to_owned(),
        }
    }
}

/// Is it a line of the config, or the mark under one? `12 | ..`, `   | ..`.
fn is_excerpt(line: &str) -> bool {
    line.split_once(" |").is_some_and(|(margin, _)| margin.bytes().all(|byte| byte == b' ' || byte.is_ascii_digit()))
}

/// Breaks a line between words where it is too wide; what follows is set in a little further.
pub(crate) fn wrap(line: &str) -> String {
    let margin = line.len() - line.trim_start().len();
    let mut text = " ".repeat(margin);
    let mut width = margin;
    for (number, word) in line.trim_start().split(' ').enumerate() {
        let length = word.chars().count();
        if number > 0 && width + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(margin + 4));
            width = margin + 4;
        } else if number > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn a_wide_line_is_broken_between_words() {
        let wrapped = wrap(&"word ".repeat(40));
        assert!(wrapped.lines().count() > 2 && wrapped.lines().all(|line| line.len() <= 80), "{wrapped}");
        assert_eq!(wrap("short enough"), "short enough");
        assert_eq!(wrap("  help:  it"), "  help:  it");
    }
}
