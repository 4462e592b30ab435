//! Callsites that are switched on or off by themselves, below all thresholds.

use super::{Plan, PlanError};
use regex::Regex;
use std::fmt;
use std::str::FromStr;
use tracework_core::{Callsite, SeveritySet, Timestamp};
use tracework_rules::TargetPattern;

/// Bytes of a pattern.
const LONGEST: usize = 1 << 10;

/// Which callsites are meant: all parts of the pattern must fit.
///
/// | written | means |
/// |---|---|
/// | `src/db.rs:42` | the callsites at this line; the path may be the end of the whole one |
/// | `#17` | the callsite of this number |
/// | `file src/db/*.rs` | those of these files; `*` stays within a folder, `**` does not |
/// | `line 42` | those at this line |
/// | `target app::db::*` | those of these targets |
/// | `name request` | spans and events of this name |
/// | `message ~ slow.*query` | records whose message fits the regular expression; it is the rest of the pattern |
///
/// ```
/// use tracework_engine::CallsitePattern;
///
/// let pattern: CallsitePattern = "target app::db message ~ slow".parse()?;
/// assert_eq!(pattern.to_string(), "target app::db message ~ slow");
/// # Ok::<(), tracework_engine::PlanError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallsitePattern {
    text: Box<str>,
    number: Option<u32>,
    file: Option<Box<str>>,
    line: Option<u32>,
    target: Option<TargetPattern>,
    name: Option<Box<str>>,
    message: Option<Regex>,
}

impl PartialEq for CallsitePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for CallsitePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for CallsitePattern {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let text = text.trim();
        let refused = |why: String| PlanError::BadPattern { pattern: text.chars().take(80).collect(), why };
        if text.is_empty() || text.len() > LONGEST {
            return Err(refused(format!("a pattern has 1 to {LONGEST} bytes")));
        }
        let mut pattern =
            Self { text: text.into(), number: None, file: None, line: None, target: None, name: None, message: None };
        let number = |text: &str| text.parse::<u32>().map_err(|_| refused(format!("`{text}` is no number")));
        if let Some(id) = text.strip_prefix('#') {
            pattern.number = Some(number(id)?);
            return Ok(pattern);
        }
        if !text.contains(char::is_whitespace)
            && let Some((file, line)) = text.rsplit_once(':')
        {
            (pattern.file, pattern.line) = (Some(file.into()), Some(number(line)?));
            return Ok(pattern);
        }
        let mut rest = text;
        while let Some((key, after)) = rest.split_once(char::is_whitespace) {
            let after = after.trim_start();
            if key == "message" {
                let regex = after.strip_prefix('~').unwrap_or(after).trim_start();
                pattern.message = Some(Regex::new(regex).map_err(|error| refused(error.to_string()))?);
                return Ok(pattern);
            }
            let (value, further) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
            match key {
                "file" => pattern.file = Some(value.into()),
                "line" => pattern.line = Some(number(value)?),
                "target" => pattern.target = Some(value.parse().map_err(PlanError::Rule)?),
                "name" => pattern.name = Some(value.into()),
                _ => return Err(refused(format!("`{key}` is none of file, line, target, name and message"))),
            }
            rest = further.trim_start();
        }
        if rest.is_empty() { Ok(pattern) } else { Err(refused(format!("`{rest}` needs a value"))) }
    }
}

/// What patterns look at: the facts of a callsite, or what is said of one that nobody has reached.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Site<'a> {
    pub(super) number: Option<u32>,
    pub(super) file: Option<&'a str>,
    pub(super) line: Option<u32>,
    pub(super) target: &'a str,
    pub(super) name: &'a str,
}

impl<'a> From<&'a Callsite> for Site<'a> {
    fn from(callsite: &'a Callsite) -> Self {
        Self {
            number: Some(callsite.id().number()),
            file: callsite.file,
            line: callsite.line,
            target: callsite.target,
            name: callsite.name,
        }
    }
}

impl CallsitePattern {
    /// Is the callsite meant, as far as it can be told without a message?
    #[must_use]
    pub fn matches(&self, callsite: &Callsite) -> bool {
        self.means(&Site::from(callsite))
    }

    fn means(&self, site: &Site<'_>) -> bool {
        self.number.is_none_or(|number| site.number == Some(number))
            && self.line.is_none_or(|line| site.line == Some(line))
            && self.target.as_ref().is_none_or(|target| target.matches(site.target))
            && self.name.as_deref().is_none_or(|name| name == site.name)
            && self.file.as_deref().is_none_or(|file| site.file.is_some_and(|path| fits(file, path)))
    }

    /// The file and the line of a pattern that says both and nothing else.
    pub(super) fn place(&self) -> Option<(&str, u32)> {
        let alone = self.target.is_none() && self.name.is_none() && self.message.is_none();
        self.file.as_deref().zip(self.line).filter(|_| alone)
    }

    /// Does it say a number?
    pub(super) fn is_number(&self) -> bool {
        self.number.is_some()
    }
}

/// Does the pattern fit the path, or its end from a folder's name on? Windows' `\` counts as `/`.
fn fits(pattern: &str, path: &str) -> bool {
    let path = path.replace('\\', "/");
    let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
    starts.into_iter().any(|start| glob(pattern.as_bytes(), &path.as_bytes()[start..]))
}

/// `*` is anything but `/`, `**` anything.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    // The places in the text that the pattern so far may reach.
    let mut reach = vec![false; text.len() + 1];
    reach[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        if pattern[at] == b'*' {
            let all = pattern.get(at + 1) == Some(&b'*');
            at += 1 + usize::from(all);
            for place in 0..text.len() {
                reach[place + 1] |= reach[place] && (all || text[place] != b'/');
            }
        } else {
            for place in (0..text.len()).rev() {
                reach[place + 1] = reach[place] && text[place] == pattern[at];
            }
            reach[0] = false;
            at += 1;
        }
    }
    reach[text.len()]
}

/// Callsites that are switched by themselves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallsiteSwitch {
    /// Which.
    pub pattern: CallsitePattern,
    /// The severities that they may have: all of them switches on, none switches off.
    pub severities: SeveritySet,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
}

impl CallsiteSwitch {
    /// A switch of the callsites that `pattern` means.
    #[must_use]
    pub fn new(pattern: CallsitePattern, severities: SeveritySet, until: Option<Timestamp>) -> Self {
        Self { pattern, severities, until }
    }
}

/// What the switches say of a callsite before there is a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switched {
    /// Nothing.
    No,
    /// These severities.
    To(SeveritySet),
    /// It depends on the message; at the most these severities.
    PerhapsTo(SeveritySet),
}

impl Plan {
    /// What the switches say of a callsite; the one that was set last comes first.
    pub(super) fn switched_site(&self, callsite: Option<&Callsite>) -> Switched {
        let Some(callsite) = callsite.filter(|_| !self.spec.switches.is_empty()) else { return Switched::No };
        let mut perhaps = SeveritySet::NONE;
        for switch in self.spec.switches.iter().rev().filter(|switch| switch.pattern.matches(callsite)) {
            match (&switch.pattern.message, perhaps == SeveritySet::NONE) {
                (None, true) => return Switched::To(switch.severities),
                (None, false) => return Switched::PerhapsTo(perhaps.union(switch.severities)),
                (Some(_), _) => perhaps = perhaps.union(switch.severities),
            }
        }
        let depends = self
            .spec
            .switches
            .iter()
            .any(|switch| switch.pattern.message.is_some() && switch.pattern.matches(callsite));
        if depends { Switched::PerhapsTo(perhaps) } else { Switched::No }
    }

    /// The severities that a switch lets a record have.
    pub(super) fn switched(&self, callsite: Option<&Callsite>, message: &str) -> Option<SeveritySet> {
        let callsite = callsite.filter(|_| !self.spec.switches.is_empty())?;
        self.switched_at(&callsite.into(), message)
    }

    /// The same, by what is known of the callsite.
    pub(super) fn switched_at(&self, site: &Site<'_>, message: &str) -> Option<SeveritySet> {
        let fits = |switch: &&CallsiteSwitch| {
            switch.pattern.means(site) && switch.pattern.message.as_ref().is_none_or(|regex| regex.is_match(message))
        };
        self.spec.switches.iter().rev().find(fits).map(|switch| switch.severities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_from_a_folder_on() {
        for (pattern, path, fit) in [
            ("src/db/*.rs", "crates/app/src/db/pool.rs", true),
            ("src/db/*.rs", "crates/app/src/db/deep/pool.rs", false),
            ("src/**.rs", "crates/app/src/db/deep/pool.rs", true),
            ("pool.rs", "src/db/pool.rs", true),
            ("ool.rs", "src/db/pool.rs", false),
            ("src/db/pool.rs", "C:\\app\\src\\db\\pool.rs", true),
            ("*", "pool.rs", true),
        ] {
            assert_eq!(fits(pattern, path), fit, "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_are_read_and_refused() {
        for good in
            ["src/a.rs:7", "#3", "file a.rs line 3", "target app::*", "name x target y", "message ~ a b", "message a"]
        {
            assert_eq!(good.parse::<CallsitePattern>().expect(good).to_string(), good);
        }
        for bad in ["", "src/a.rs:x", "#x", "file", "colour red", "line x y", "message ~ (", &"x".repeat(2_000)] {
            assert!(bad.parse::<CallsitePattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_long_pattern_of_stars_ends() {
        assert!(!glob("*a".repeat(300).as_bytes(), "b".repeat(1_000).as_bytes()));
    }
}
