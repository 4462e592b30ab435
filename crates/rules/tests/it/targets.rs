//! Patterns and tables of targets, and the directives of `RUST_LOG`.

use crate::records::{Sample, check};
use tracework_core::{Severity, SeveritySet};
use tracework_rules::{Directives, TargetLevels, TargetPattern};

fn at_least(severity: Severity) -> SeveritySet {
    SeveritySet::at_least(severity)
}

fn pattern(text: &str) -> TargetPattern {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn levels(entries: &[(&str, SeveritySet)]) -> TargetLevels {
    let mut levels = TargetLevels::default();
    for (text, severities) in entries {
        levels.set(pattern(text), *severities).expect("there is room");
    }
    levels
}

#[test]
fn a_pattern_fits_a_path_and_what_is_below_it() {
    for text in ["hyper", "hyper::*"] {
        assert!(pattern(text).matches("hyper") && pattern(text).matches("hyper::client::pool"));
        assert!(!pattern(text).matches("hyper_util") && !pattern(text).matches("hype") && !pattern(text).matches(""));
        assert_eq!(pattern(text).to_string(), text);
    }
    assert!(pattern("hyper*").matches("hyper_util") && pattern("*").matches("") && pattern("*").matches("x y"));
    assert!(pattern("my target").matches("my target"));
}

#[test]
fn a_bad_pattern_is_refused() {
    for text in ["", "::*", "a*b", "*::db", "**", "a::*::*", &"a".repeat(513)] {
        assert!(text.parse::<TargetPattern>().is_err(), "{text}");
    }
}

#[test]
fn rules_use_the_same_patterns() {
    let sample = Sample { target: "noisy::worker", ..Sample::default() };
    check(
        &sample,
        &["target under noisy", "target under 'noisy::*'", "target under nois*", "target under *"],
        &["target under worker", "target under nois", "target not under noisy"],
    );
}

#[test]
fn the_longest_pattern_holds_whatever_the_order() {
    let mut entries = [
        ("*", at_least(Severity::CRITICAL)),
        ("app", at_least(Severity::INFO)),
        ("app::db", at_least(Severity::DEBUG)),
        ("app::db::pool", SeveritySet::NONE),
        ("ap*", at_least(Severity::ERROR)),
    ];
    for _ in 0..entries.len() {
        entries.rotate_left(1);
        let levels = levels(&entries);
        let found = ["app", "app::db::x", "app::db::pool::y", "app_core", "other"].map(|target| levels.get(target));
        let expected = [
            at_least(Severity::INFO),
            at_least(Severity::DEBUG),
            SeveritySet::NONE,
            at_least(Severity::ERROR),
            at_least(Severity::CRITICAL),
        ];
        assert_eq!(found, expected.map(Some));
    }
    assert_eq!(levels(&entries[1..]).iter().count(), 4);
}

#[test]
fn of_one_path_the_plain_pattern_holds_for_itself_and_the_starred_one_below() {
    let info = at_least(Severity::INFO);
    for entries in
        [[("noisy", info), ("noisy::*", SeveritySet::NONE)], [("noisy::*", SeveritySet::NONE), ("noisy", info)]]
    {
        let levels = levels(&entries);
        assert_eq!((levels.get("noisy"), levels.get("noisy::x")), (Some(info), Some(SeveritySet::NONE)));
    }
    let starred = levels(&[("noisy::*", SeveritySet::NONE)]);
    assert_eq!((starred.get("noisy"), starred.get("noisy_too")), (Some(SeveritySet::NONE), None));
    let prefix = levels(&[("noisy*", info), ("noisy", SeveritySet::NONE)]);
    assert_eq!((prefix.get("noisy::x"), prefix.get("noisy_too")), (Some(SeveritySet::NONE), Some(info)));
}

#[test]
fn the_later_of_two_equal_patterns_holds_and_a_table_is_bounded() {
    let mut table = levels(&[("app", SeveritySet::NONE), ("app", SeveritySet::ALL)]);
    assert_eq!((table.len(), table.get("app")), (1, Some(SeveritySet::ALL)));
    for number in 1..TargetLevels::MAX {
        table.set(pattern(&format!("t{number}")), SeveritySet::NONE).expect("there is room");
    }
    assert!(table.set(pattern("one_more"), SeveritySet::NONE).is_err());
    assert!(table.set(pattern("app"), SeveritySet::NONE).is_ok());
}

#[test]
fn directives_are_read_as_env_filter_reads_them() {
    let read = |text: &str| text.parse::<Directives>().unwrap_or_else(|error| panic!("{error}"));
    let directives = read(" info , hyper=warn,app::db=DEBUG,, noisy=off ,all_of_it,empty=, four=4,");
    assert_eq!(directives.default, Some(at_least(Severity::INFO)));
    let found = ["hyper_util", "app::db::pool", "noisy", "all_of_it", "empty", "four", "rest"];
    assert_eq!(
        found.map(|target| directives.targets.get(target)),
        [
            Some(at_least(Severity::WARNING)),
            Some(at_least(Severity::DEBUG)),
            Some(SeveritySet::NONE),
            Some(SeveritySet::ALL),
            Some(SeveritySet::ALL),
            Some(at_least(Severity::DEBUG)),
            None,
        ]
    );
    assert_eq!(read("off").default, Some(SeveritySet::NONE));
    assert_eq!(read("0,error").default, Some(at_least(Severity::ERROR)));
    assert_eq!(read("noisy::*=off").targets.get("noisy"), Some(SeveritySet::NONE));
    assert_eq!(read(""), Directives::default());
}

#[test]
fn what_directives_cannot_say_is_refused_by_name() {
    let refused = |text: &str| text.parse::<Directives>().expect_err("it is refused").to_string();
    assert_eq!(
        refused("info,app[request{user=7,x=1}]=debug"),
        "line 1, column 9: `[request{user=7,x=1}]` is a span or field directive, and those are not read here\n  |\n\
         1 | info,app[request{user=7,x=1}]=debug\n  |         ^^^^^^^^^^^^^^^^^^^^^\n  \
         help: ask in a route or a filter of the config: `span = request and context.user = 7`"
    );
    assert!(refused("[{x}]=info").contains("`[{x}]`"));
    assert!(refused("app=loud").contains("`loud` is no level"));
    assert!(refused("info,=warn").contains("`=warn` is no directive"));
    assert!(refused("info/foo").contains("`info/foo` is no directive"));
    assert!(refused(&"a,".repeat(9000)).contains("are the most"));
}
