//! What holds for every rule. `PROPTEST_CASES=1000000` makes a long run of it.

use crate::strategies::{rule_text, sample};
use proptest::prelude::*;
use tracework_rules::{Directives, Rule, TargetPattern, quote};

/// Pieces of rules, so that a random run of them comes far into the parser.
const PIECES: [&str; 44] = [
    "level",
    "kind",
    "tag",
    "target",
    "message",
    "field.",
    "field.a",
    "context.x",
    "(",
    ")",
    "(",
    ",",
    "=",
    "!=",
    "<",
    ">=",
    "~",
    "!~",
    "in",
    "not",
    "and",
    "or",
    "contains",
    "starts",
    "with",
    "ends with",
    "under",
    "exists",
    "ERROR",
    "audit",
    "200",
    "-1.5e3",
    "'",
    "\"",
    "\"a\\",
    "'x''y'",
    "\"\\u{41}\"",
    "app::*",
    "[a-z]+(",
    "\\d",
    "\u{202e}",
    "\0",
    "ü",
    " ",
];

proptest! {
    #[test]
    fn a_rule_prints_a_text_that_parses_to_an_equal_rule(text in rule_text()) {
        if let Ok(rule) = Rule::parse(&text) {
            let again = Rule::parse(rule.as_str()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(&again, &rule);
            prop_assert_eq!(again.as_str(), rule.as_str());
        }
    }

    #[test]
    fn the_printed_rule_matches_the_same_records(text in rule_text(), sample in sample()) {
        if let Ok(rule) = Rule::parse(&text) {
            let again = Rule::parse(rule.as_str()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let record = sample.record();
            prop_assert_eq!(again.matches(&record.view()), rule.matches(&record.view()));
        }
    }

    #[test]
    fn joints_mean_what_logic_says(a in rule_text(), b in rule_text(), sample in sample()) {
        let record = sample.record();
        let holds = |text: String| Rule::parse(&text).ok().map(|rule| rule.matches(&record.view()));
        if let (Some(left), Some(right)) = (holds(a.clone()), holds(b.clone())) {
            prop_assert_eq!(holds(format!("not ({a})")), Some(!left));
            prop_assert_eq!(holds(format!("({a}) and ({b})")), Some(left && right));
            prop_assert_eq!(holds(format!("({a}) or ({b})")), Some(left || right));
            prop_assert_eq!(holds(format!("not (not ({a}) or not ({b}))")), Some(left && right));
        }
    }

    #[test]
    fn nearly_every_drawn_rule_is_a_good_one(texts in prop::collection::vec(rule_text(), 40)) {
        let good = texts.iter().filter(|text| Rule::parse(text).is_ok()).count();
        prop_assert!(good >= 25, "only {} of 40", good);
    }

    #[test]
    fn no_bytes_make_the_parsers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        try_all(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_run_of_pieces_makes_the_parsers_panic(pieces in prop::collection::vec(0..PIECES.len(), 0..40), blanks in any::<u64>()) {
        let mut text = String::new();
        for (at, piece) in pieces.into_iter().enumerate() {
            text.push_str(PIECES[piece]);
            if blanks >> (at % 64) & 1 == 1 {
                text.push(' ');
            }
        }
        try_all(&text);
    }

    #[test]
    fn no_cut_or_change_of_a_good_rule_makes_the_parser_panic(text in rule_text(), at in any::<prop::sample::Index>(), new in any::<char>()) {
        let mut characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        characters[at] = new;
        try_all(&characters.iter().collect::<String>());
        try_all(&characters[..at].iter().collect::<String>());
    }

    #[test]
    fn a_quoted_text_is_one_value_whatever_it_holds(text in any::<String>()) {
        let rule = Rule::parse(&format!("message = {}", quote(&text)));
        let rule = rule.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(rule.subjects().count(), 1);
        prop_assert_eq!(rule.as_str().to_owned(), format!("message = {}", quote(&text)));
    }
}

/// Reads `text` by everything that reads; an error must be printable and point into the text.
fn try_all(text: &str) {
    let results = [Rule::parse(text).err(), text.parse::<Directives>().err(), text.parse::<TargetPattern>().err()];
    for error in results.into_iter().flatten() {
        let span = error.span();
        assert!(text.get(span.clone()).is_some(), "{span:?} is no part of {text:?}");
        let shown = error.to_string();
        assert!(!shown.chars().any(|character| character.is_control() && character != '\n'), "{shown:?}");
        assert!(shown.lines().all(|line| line.chars().count() < 400), "{shown}");
    }
}
