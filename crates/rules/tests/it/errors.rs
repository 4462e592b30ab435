//! What people read when a rule is wrong.

use tracework_rules::Rule;

/// Checks the whole text of the error.
#[track_caller]
fn says(rule: &str, expected: &str) {
    let error = Rule::parse(rule).expect_err("the rule is wrong");
    assert_eq!(error.to_string(), expected.trim_matches('\n'), "\nthe error of `{rule}` is\n{error}\n");
}

#[test]
fn a_wrong_name_is_met_with_the_nearest_right_one() {
    says(
        "level >= EROR and tag = PAYMENT",
        r#"
line 1, column 10: `EROR` is no severity
  |
1 | level >= EROR and tag = PAYMENT
  |          ^^^^
  help: did you mean `ERROR`?
"#,
    );
    says(
        "sevrity = ERROR",
        r#"
line 1, column 1: `sevrity` is no subject
  |
1 | sevrity = ERROR
  | ^^^^^^^
  help: did you mean `severity`?
"#,
    );
    says(
        "tags = PAYMENT",
        r#"
line 1, column 1: `tags` is no subject
  |
1 | tags = PAYMENT
  | ^^^^
  help: did you mean `tag`?
"#,
    );
    says(
        "fields.amount > 100",
        r#"
line 1, column 1: `fields.amount` is no subject
  |
1 | fields.amount > 100
  | ^^^^^^^^^^^^^
  help: did you mean `field.amount`?
"#,
    );
}

#[test]
fn a_wrong_word_is_met_with_the_nearest_right_one_on_whatever_line() {
    says(
        "message contians timeout",
        r#"
line 1, column 9: `contians` is no operator
  |
1 | message contians timeout
  |         ^^^^^^^^
  help: did you mean `contains`?
"#,
    );
    says(
        "kind = audt",
        r#"
line 1, column 8: `audt` is no kind
  |
1 | kind = audt
  |        ^^^^
  help: did you mean `audit`?
"#,
    );
    says(
        "level >= ERROR\nand\n  tga = PAYMENT",
        r#"
line 3, column 3: `tga` is no subject
  |
3 |   tga = PAYMENT
  |   ^^^
  help: did you mean `tag`?
"#,
    );
}

#[test]
fn habits_of_other_languages_are_told_what_is_written_here() {
    says(
        "amount > 100",
        r#"
line 1, column 1: `amount` is no subject
  |
1 | amount > 100
  | ^^^^^^
  help: a field of the event is `field.amount`, one of a span around it `context.amount`
"#,
    );
    says(
        "field.x is 3",
        r#"
line 1, column 9: `is` is no operator
  |
1 | field.x is 3
  |         ^^
  help: write `=`
"#,
    );
    says(
        "field.status between 200 and 300",
        r#"
line 1, column 14: `between` is no operator
  |
1 | field.status between 200 and 300
  |              ^^^^^^^
  help: write `>=` and `<=`, joined by `and`
"#,
    );
    says(
        "level >= ERROR &&  tag = PAYMENT",
        r#"
line 1, column 16: `&&` is no operator
  |
1 | level >= ERROR &&  tag = PAYMENT
  |                ^^
  help: write `and`
"#,
    );
}

#[test]
fn what_is_missing_is_named() {
    says(
        "field = 3",
        r#"
line 1, column 1: `field` is no subject
  |
1 | field = 3
  | ^^^^^
  help: write `field.` and the name, as in `field.user_id`
"#,
    );
    says(
        "field. > 3",
        r#"
line 1, column 1: `field.` needs a name
  |
1 | field. > 3
  | ^^^^^^
  help: write `field.user_id`, or `field."odd name"`
"#,
    );
    says(
        "field.x",
        r#"
line 1, column 1: an operator is missing behind `field.x`
  |
1 | field.x
  | ^^^^^^^
  help: `field.x exists` asks whether it is there, `field.x = ..` for a value
"#,
    );
}

#[test]
fn a_missing_operator_test_or_value_is_named() {
    says(
        "tag PAYMENT",
        r#"
line 1, column 5: `PAYMENT` is no operator
  |
1 | tag PAYMENT
  |     ^^^^^^^
  help: there are = != < <= > >= ~ !~, in, contains, starts with, ends with, under and exists
"#,
    );
    says(
        "message starts timeout",
        r#"
line 1, column 16: `timeout` stands where `with` is expected
  |
1 | message starts timeout
  |                ^^^^^^^
  help: the operator is `starts with`
"#,
    );
    says(
        "tag = PAYMENT and",
        r#"
line 1, column 18: the rule ends where a test is expected
  |
1 | tag = PAYMENT and
  |                  ^
  help: a test is a subject, an operator and a value: `tag = PAYMENT`
"#,
    );
    says(
        "tag in ()",
        r#"
line 1, column 9: `)` stands where a value for `in` is expected
  |
1 | tag in ()
  |         ^
"#,
    );
}

#[test]
fn what_stands_in_the_wrong_place_is_shown() {
    says(
        "level >= ERROR tag = PAYMENT",
        r#"
line 1, column 16: `tag` stands where `and`, `or` or the end is expected
  |
1 | level >= ERROR tag = PAYMENT
  |                ^^^
  help: tests are joined by `and` and `or`; a text of several words needs quotes
"#,
    );
    says(
        "tag in PAYMENT",
        r#"
line 1, column 8: `PAYMENT` stands where `(` is expected
  |
1 | tag in PAYMENT
  |        ^^^^^^^
  help: a list is written `in (PAYMENT, BILLING)`
"#,
    );
    says(
        "tag = not",
        r#"
line 1, column 7: `not` stands where a value for `=` is expected
  |
1 | tag = not
  |       ^^^
  help: `not` is a word of the language; in quotes it is a value
"#,
    );
}

#[test]
fn what_needs_quotes_or_a_list_is_told_so() {
    says(
        "tag = (A, B)",
        r#"
line 1, column 7: `(` stands where a value for `=` is expected
  |
1 | tag = (A, B)
  |       ^
  help: a list is asked for by `in`
"#,
    );
    says(
        "message = é; drop",
        r#"
line 1, column 12: `;` has no place outside quotes
  |
1 | message = é; drop
  |            ^
  help: put the whole text into quotes
"#,
    );
    says(
        "message = \"\u{1b}[31mred\" tag",
        r#"
line 1, column 22: `tag` stands where `and`, `or` or the end is expected
  |
1 | message = "�[31mred" tag
  |                      ^^^
  help: tests are joined by `and` and `or`; a text of several words needs quotes
"#,
    );
}

#[test]
fn what_is_open_or_closed_alone_is_shown_where_it_begins() {
    says(
        "(level = ERROR or (tag = A)",
        r#"
line 1, column 1: this parenthesis is never closed
  |
1 | (level = ERROR or (tag = A)
  | ^
"#,
    );
    says(
        "tag = A)",
        r#"
line 1, column 8: this parenthesis closes nothing
  |
1 | tag = A)
  |        ^
"#,
    );
    says(
        "tag in (PAYMENT, BILLING",
        r#"
line 1, column 8: this list is never closed
  |
1 | tag in (PAYMENT, BILLING
  |        ^
"#,
    );
    says(
        r#"message = "never closed"#,
        r#"
line 1, column 11: this quote is never closed
  |
1 | message = "never closed
  |           ^
"#,
    );
}

#[test]
fn a_subject_says_what_it_can_be_asked() {
    says(
        "level contains ERR",
        r#"
line 1, column 7: `contains` cannot be asked of `level`
  |
1 | level contains ERR
  |       ^^^^^^^^
  help: `level` knows = != < <= > >= in and not in
"#,
    );
    says(
        "message under app",
        r#"
line 1, column 9: `under` cannot be asked of `message`
  |
1 | message under app
  |         ^^^^^
  help: `under` is asked of `target` and `module`; others know `starts with`
"#,
    );
    says(
        "target > app",
        r#"
line 1, column 8: `>` cannot be asked of `target`
  |
1 | target > app
  |        ^
  help: `target` knows no order; only `level` and numbers have one
"#,
    );
    says(
        "level >= AUDIT",
        r#"
line 1, column 10: `AUDIT` is a kind, and kinds have no order
  |
1 | level >= AUDIT
  |          ^^^^^
  help: write `kind = audit`
"#,
    );
}

#[test]
fn a_value_that_could_never_be_met_is_refused() {
    says(
        r#"target = "noisy::*""#,
        r#"
line 1, column 10: `=` compares exactly, and no target holds a `*`
  |
1 | target = "noisy::*"
  |          ^^^^^^^^^^
  help: write `target under "noisy::*"`
"#,
    );
    says(
        r#"tag = "A,B""#,
        r#"
line 1, column 7: a tag has no comma
  |
1 | tag = "A,B"
  |       ^^^^^
  help: several tags are asked for by `tag in (A, B)`
"#,
    );
    says(
        "field.size > 10MiB",
        r#"
line 1, column 14: `10MiB` is no number
  |
1 | field.size > 10MiB
  |              ^^^^^
  help: durations and sizes are not read: write the number as the field holds it
"#,
    );
    says(
        r#"field.version > "1.2""#,
        r#"
line 1, column 17: `1.2` is no number
  |
1 | field.version > "1.2"
  |                 ^^^^^
  help: without the quotes it is one
"#,
    );
    says(
        "field.x = 1e999",
        r#"
line 1, column 11: this number is too large
  |
1 | field.x = 1e999
  |           ^^^^^
"#,
    );
}

#[test]
fn an_escape_or_a_pattern_that_cannot_be_read_is_shown() {
    says(
        r#"message = "C:\dir""#,
        r#"
line 1, column 14: `\d` is no escape
  |
1 | message = "C:\dir"
  |              ^^
  help: a backslash is written `\\`; in single quotes it is plain
"#,
    );
    says(
        "message ~ '(a'",
        r#"
line 1, column 11: the pattern cannot be read: unclosed group
  |
1 | message ~ '(a'
  |           ^^^^
"#,
    );
}

#[test]
fn a_long_line_is_shown_in_part_and_columns_are_characters() {
    let rule = format!("message = '{}' and tga = A and message = '{}'", "ü".repeat(500), "x".repeat(500));
    let error = Rule::parse(&rule).expect_err("the rule is wrong");
    assert_eq!((error.line(), error.column()), (1, 518));
    assert_eq!(&rule[error.span()], "tga");
    assert_eq!((error.message(), error.hint()), ("`tga` is no subject", Some("did you mean `tag`?")));
    let shown = error.to_string();
    assert!(shown.lines().all(|line| line.chars().count() < 140), "{shown}");
    assert!(shown.contains("...üüü") && shown.contains("xxx..."), "{shown}");
}

#[test]
fn an_empty_rule_is_an_error() {
    for rule in ["", "  \n\t"] {
        assert_eq!(Rule::parse(rule).expect_err("it is empty").message(), "the rule is empty");
    }
}
