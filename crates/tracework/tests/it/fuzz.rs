//! Any text at all is read or refused, quickly, with a place, and without a control character in what is told. The
//! number of cases is `PROPTEST_CASES`; at length:
//!
//! ```text
//! PROPTEST_CASES=5000000 nice -n 19 cargo test --release -p tracework --test it -- --nocapture --test-threads=1 fuzz
//! ```

use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use tracework::config::{ConfigSource, Environment, Registry};
use tracework::registry::standard;

/// Good configs, to be spoilt: small ones more often than large ones.
const GOOD: [&str; 10] = [
    "level: INFO\ndestinations: { console: { type: console } }\n",
    "service: a\nmetadata: { region: \"${REGION:-eu}\", b: 'it''s' }\ntargets: \"info,hyper=warn\"\n",
    "redact: { keys: [pin], patterns: ['sk_[a-z]+'], detect: [email], mask: '#' }\nlimits: { message: 1KiB }\n",
    "destinations:\n  app: { type: file, path: a.log, rotate: { size: 1MiB, every: day }, keep: { files: 3, age: 30d } }\n",
    "destinations:\n  a: &a\n    type: memory\n    retry: { first: 1s, max: 2m, give_up: 5 attempts }\n  b: *a\ndefault: [a]\n",
    "destinations: { a: { type: memory, failover: b }, b: { type: memory, levels: [ERROR, AUDIT] } }\nroutes:\n  \
     - { name: x, when: \"level >= ERROR and tag in (A, B)\", to: [a, b] }\n",
    "destinations:\n  c:\n    type: console\n    format: { type: pattern, pattern: '[{time:%H:%M}] {level:<8} {message}' }\n    \
     filter: field.x > 5 or not message contains 'y'\n",
    "profile: mine\nprofiles:\n  mine: { inherit: production, level: DEBUG }\nconsole_enabled: true\nfile_enabled: true\n",
    "# a comment\nbuffer: { memory: 1MiB, when_full: { block: 1h30m } }\nnames: { tags: labels }\ntags: { any: [A] }\n",
    include_str!("../../../../config/logging_framework.yml"),
];

/// What spoils: pieces of YAML, of rules, of units, and what moves cursors.
const ODD: [&str; 64] = [
    ":",
    ": ",
    "\n",
    "  ",
    "\t",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "<<: *a",
    "!x ",
    "? ",
    "---\n",
    "...\n",
    "|\n",
    ">\n",
    "'",
    "\"",
    "#",
    "${",
    "}",
    "${X:-1}",
    "$${",
    "%YAML 1.2\n",
    "\\",
    "\u{1b}[31m",
    "\0",
    "\r",
    "\u{feff}",
    "\u{2028}",
    "ü",
    "表",
    "🦀",
    "\u{202e}",
    "null",
    "~",
    "true",
    "off",
    "0x10",
    "-1",
    "1e9",
    ".inf",
    "18446744073709551616",
    "9999999999TiB",
    "1d1d",
    "((((",
    "not not",
    "level >= EROR",
    "tag in (",
    "{time:%Q}",
    "(?P<a",
    "type: file",
    "type: fiel",
    "format: csv",
    "when_full",
    "routes:",
    "failover: a",
    "include: [a.yml]",
    "path: ''",
    "destinations:",
];

/// `good`, spoilt at some places; each number says how and where.
fn spoil(good: &str, how: &[(u8, u32, u16)]) -> String {
    let mut text: Vec<char> = good.chars().collect();
    for &(what, place, piece) in how {
        let at = place as usize % (text.len() + 1);
        let odd = || ODD[usize::from(piece) % ODD.len()].chars();
        let end = (at + 1 + usize::from(piece) % 20).min(text.len());
        match what % 8 {
            0 | 1 => drop(text.splice(at..at, odd())),
            2 => drop(text.splice(at..end, odd())),
            3 => drop(text.drain(at..end)),
            4 => {
                let copied = text[at..end].to_vec();
                drop(text.splice(at..at, copied));
            }
            5 => text.truncate(at.max(text.len() / 2)),
            6 => {
                // A line goes somewhere else, or deeper.
                let start = text[..at].iter().rposition(|&letter| letter == '\n').map_or(0, |at| at + 1);
                drop(text.splice(start..start, std::iter::repeat_n(' ', usize::from(piece) % 5)));
            }
            _ => text.insert(at, char::from_u32(u32::from(piece)).unwrap_or('\u{fffd}')),
        }
    }
    text.into_iter().collect()
}

fn spoilt() -> impl Strategy<Value = String> {
    let how = prop::collection::vec(any::<(u8, u32, u16)>(), 1..6);
    // The last one is long: one in fifty is enough of it.
    let which = prop_oneof![49 => 0..GOOD.len() - 1, 1 => Just(GOOD.len() - 1)];
    (which, how).prop_map(|(which, how)| spoil(GOOD[which], &how))
}

/// Bytes, as a file might hold them that is something else, and pieces of YAML in any order.
fn raw() -> impl Strategy<Value = String> {
    let bytes =
        prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let pieces = prop::collection::vec(0..ODD.len(), 0..40);
    prop_oneof![bytes, pieces.prop_map(|pieces| pieces.into_iter().map(|piece| ODD[piece]).collect())]
}

/// A text without a file, so that none is opened.
fn source(text: &str, environment: Environment) -> ConfigSource {
    ConfigSource::text("app.yml", text).folder(Path::new("/nonexistent/folder")).environment(environment)
}

/// Reads a text, and asks of what is told what must hold for it.
fn check(text: &str, registry: &Registry) -> TestCaseResult {
    let environment = Environment::from_iter([("REGION", "eu-1")]);
    let Err(error) = source(text, environment).read(registry) else {
        return Ok(());
    };
    prop_assert!(!error.problems().is_empty() && error.problems().len() <= 100);
    let told = error.to_string();
    prop_assert!(told.chars().all(|letter| letter == '\n' || !letter.is_control()), "{told:?}");
    for problem in error.problems() {
        prop_assert!(problem.message().chars().count() < 400, "{told}");
    }
    Ok(())
}

/// Runs `strategy` through [`check`], and tells what it took.
fn run(name: &str, strategy: &impl Strategy<Value = String>) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let registry = standard();
    let slowest: RefCell<Vec<(Duration, String)>> = RefCell::default();
    let started = Instant::now();
    let done = Cell::new(0_u32);
    let outcome = TestRunner::new(config).run(strategy, |text| {
        let began = Instant::now();
        let checked = check(&text, &registry);
        let took = began.elapsed();
        done.set(done.get() + 1);
        if done.get().is_multiple_of(500_000) {
            tell(&format!("{name}: {} so far, in {:?}, {}\n", done.get(), started.elapsed(), peak()));
        }
        let mut slowest = slowest.borrow_mut();
        if slowest.len() < 20 || slowest.last().is_some_and(|(least, _)| took > *least) {
            slowest.push((took, text));
            slowest.sort_by_key(|slow| std::cmp::Reverse(slow.0));
            slowest.truncate(20);
        }
        checked
    });
    let wall = started.elapsed();
    // Other work on the machine counts for the first time; the best of several tells the input's own.
    let again = slowest.into_inner().into_iter().map(|(_, text)| {
        let times = (0..5).map(|_| {
            let began = Instant::now();
            let _ = check(&text, &registry);
            began.elapsed()
        });
        (times.min().unwrap_or_default(), text.len())
    });
    let (longest, bytes) = again.max().unwrap_or_default();
    let done = done.get();
    tell(&format!("{name}: {done} inputs in {wall:?}, the slowest {longest:?} ({bytes} bytes), {}\n", peak()));
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(longest < Duration::from_secs(2), "one input took {longest:?}");
}

fn tell(text: &str) {
    // A reader that has gone is no failure of the test.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// The most memory that the process had.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown").to_owned()
}

#[test]
fn a_config_that_was_spoilt_is_read_or_refused() {
    run("spoilt configs", &spoilt());
}

#[test]
fn bytes_of_any_kind_are_read_or_refused() {
    run("raw bytes", &raw());
}
