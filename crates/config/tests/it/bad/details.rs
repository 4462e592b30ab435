//! Settings that make no sense, and switches.

use super::refused;

#[test]
fn a_bad_name() {
    refused(
        r#"destinations: { a b: { type: memory } }
"#,
        r#"app.yml:1:17: `a b` is no name of a destination
  |
1 | destinations: { a b: { type: memory } }
  |                 ^^^
  help: a name is one to 64 letters, digits, `_`, `-` and `.`, without a `-` at the start"#,
    );
}

#[test]
fn no_regular_expression() {
    refused(
        r#"redact: { patterns: ["a(b"] }
"#,
        r#"app.yml:1:22: this is no regular expression: error: unclosed group
  |
1 | redact: { patterns: ["a(b"] }
  |                      ^^^^^"#,
    );
}

#[test]
fn an_unknown_detector() {
    refused(
        r#"redact: { detect: [credit_crad] }
"#,
        r#"app.yml:1:20: `credit_crad` is nothing that can be detected
  |
1 | redact: { detect: [credit_crad] }
  |                    ^^^^^^^^^^^
  help: did you mean `credit_card`?"#,
    );
}

#[test]
fn a_mask_that_breaks_things() {
    refused(
        r#"redact: { mask: '"' }
"#,
        r#"app.yml:1:17: a mask has 1 to 64 characters, and no quote, backslash, `<`, `>`, `&` or control character
  |
1 | redact: { mask: '"' }
  |                 ^^^^"#,
    );
}

#[test]
fn level_and_levels() {
    refused(
        r#"destinations: { app: { type: memory, level: INFO, levels: [ERROR] } }"#,
        r#"app.yml:1:59: `level` and `levels` exclude each other
  |
1 | ...p: { type: memory, level: INFO, levels: [ERROR] } }
  |                                            ^
  help: keep one: `level` is this one and above, `levels` are exactly these"#,
    );
}

#[test]
fn an_unknown_policy() {
    refused(
        r#"destinations: { app: { type: memory, buffer: { when_full: drop_all } } }"#,
        r#"app.yml:1:59: `drop_all` is nothing that `destinations.app.buffer.when_full` can be
  |
1 | ...p: { type: memory, buffer: { when_full: drop_all } } }
  |                                            ^^^^^^^^
  help: there are block, drop_newest, drop_oldest and drop_lowest"#,
    );
}

#[test]
fn a_policy_without_its_time() {
    refused(
        r#"destinations: { app: { type: memory, buffer: { when_full: { blok: 2s } } } }"#,
        r#"app.yml:1:48: `destinations.app.buffer.when_full` needs `block`
  |
1 | ...tions: { app: { type: memory, buffer: { when_full: { blok: 2s } } } ...
  |                                            ^^^^^^^^^

app.yml:1:61: nothing is called `blok` in `destinations.app.buffer.when_full`
  |
1 | ... { type: memory, buffer: { when_full: { blok: 2s } } } }
  |                                            ^^^^
  help: did you mean `block`?"#,
    );
}

#[test]
fn a_first_wait_above_the_longest() {
    refused(
        r#"destinations: { app: { type: memory, retry: { first: 5m } } }"#,
        r#"app.yml:1:54: the first wait is longer than the longest: `first` must not exceed `max`
  |
1 | destinations: { app: { type: memory, retry: { first: 5m } } }
  |                                                      ^^"#,
    );
}

#[test]
fn no_end_of_trying() {
    refused(
        r#"destinations: { app: { type: memory, retry: { give_up: sometimes } } }"#,
        r#"app.yml:1:56: `sometimes` says no end of trying
  |
1 | ... app: { type: memory, retry: { give_up: sometimes } } }
  |                                            ^^^^^^^^^
  help: write `never`, `5 attempts`, or a time such as 10m"#,
    );
}

#[test]
fn an_empty_batch() {
    refused(
        r#"destinations: { app: { type: memory, batch: { records: 0 } } }"#,
        r#"app.yml:1:56: a batch has one record at least
  |
1 | destinations: { app: { type: memory, batch: { records: 0 } } }
  |                                                        ^"#,
    );
}

#[test]
fn a_target_without_a_level() {
    refused(
        r#"targets: { hyper: loud, "a*b": INFO }
"#,
        r#"app.yml:1:19: `loud` is no level
  |
1 | targets: { hyper: loud, "a*b": INFO }
  |                   ^^^^
  help: there are TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL and off

app.yml:1:25: a `*` stands only at the end of a target pattern
  |
1 | targets: { hyper: loud, "a*b": INFO }
  |                         ^^^^^
  help: in a rule, `target ~ '^app::.*::db'` can say more"#,
    );
}

#[test]
fn a_bad_directive() {
    refused(
        r#"targets: "info,hyper=loud"
"#,
        r#"app.yml:1:16: `loud` is no level
  |
1 | targets: "info,hyper=loud"
  |                ^^^^^^^^^^
  help: there are off, trace, debug, info, warn, error and critical"#,
    );
}

#[test]
fn limits_of_nothing() {
    refused(
        r#"limits: { fields: 0 }
"#,
        r#"app.yml:1:19: `limits.fields` must be between 1 and 4096
  |
1 | limits: { fields: 0 }
  |                   ^"#,
    );
}

#[test]
fn a_tiny_buffer() {
    refused(
        r#"buffer: { memory: 1KiB }
"#,
        r#"app.yml:1:19: the shared buffer needs 64KiB at least
  |
1 | buffer: { memory: 1KiB }
  |                   ^^^^"#,
    );
}

#[test]
fn two_reserved_names_alike() {
    refused(
        r#"names: { tags: x, kind: x }
"#,
        r#"app.yml:1:1: two reserved fields cannot both be called `x`
  |
1 | names: { tags: x, kind: x }
  | ^^^^^"#,
    );
}

#[test]
fn a_route_without_an_aim() {
    refused(
        r#"destinations: { app: { type: memory } }
routes: [{ when: tag = A }]
"#,
        r#"app.yml:2:10: `routes[0]` needs `to`
  |
2 | routes: [{ when: tag = A }]
  |          ^"#,
    );
}

#[test]
fn a_single_route() {
    refused(
        r#"routes: { when: tag = A, to: app }
"#,
        r#"app.yml:1:9: `routes` must be a list; this is a map
  |
1 | routes: { when: tag = A, to: app }
  |         ^
  help: write `- { when: "tag = PAYMENT", to: [app] }`, a line for each route"#,
    );
}

#[test]
fn two_routes_of_one_name() {
    refused(
        r#"destinations: { a: { type: memory } }
routes:
  - { name: x, when: tag = A, to: a }
  - { name: x, when: tag = B, to: a }
"#,
        r#"app.yml:4:13: another route is called `x` already
  |
4 |   - { name: x, when: tag = B, to: a }
  |             ^"#,
    );
}

#[test]
fn a_switch_that_says_neither() {
    refused(
        r#"file_enabled: maybe
"#,
        r#"app.yml:1:15: `file_enabled` must be a truth value
  |
1 | file_enabled: maybe
  |               ^^^^^
  help: write true or false"#,
    );
}

#[test]
fn a_switch_of_what_is_not_there() {
    refused(
        r#"console_colors: true
"#,
        r#"app.yml:1:1: `console_colors` is about a destination `console`, which is not there
  |
1 | console_colors: true
  | ^^^^^^^^^^^^^^"#,
    );
}

#[test]
fn a_switch_that_says_it_twice() {
    refused(
        r#"file_enabled: true
destinations: { file: { type: file, path: x, enabled: true } }
"#,
        r#"app.yml:1:1: `file_enabled` and `destinations.file.enabled` say the same thing twice
  |
1 | file_enabled: true
  | ^^^^^^^^^^^^
  help: leave one of them out"#,
    );
}

#[test]
fn a_place_far_right_in_a_long_line() {
    refused(
        r#"metadata: { a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, b: "${NOPE}", c: ccccccccccccccccccccccccccccccccccccccccccccc }
"#,
        r#"app.yml:1:83: the environment variable `NOPE` is not set
  |
1 | ...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, b: "${NOPE}", c: cccccccccccccc...
  |                                            ^^^^^^^^^
  help: set it, or write `${NOPE:-default}`"#,
    );
}

#[test]
fn several_at_once_in_the_order_of_the_file() {
    refused(
        r#"levl: INFO
destinations:
  app:
    type: file
    path: a.log
    rotate: { size: 10 parsecs, evry: day }
    failover: ap
"#,
        r#"app.yml:1:1: nothing is called `levl` here
  |
1 | levl: INFO
  | ^^^^
  help: did you mean `level`?

app.yml:6:21: `10 parsecs` is no size
  |
6 |     rotate: { size: 10 parsecs, evry: day }
  |                     ^^^^^^^^^^
  help: a size is a number and a unit, such as 512KiB, 64MiB or 2GB

app.yml:6:33: nothing is called `evry` in `destinations.app.rotate`
  |
6 |     rotate: { size: 10 parsecs, evry: day }
  |                                 ^^^^
  help: did you mean `every`?

app.yml:7:15: no destination is called `ap`
  |
7 |     failover: ap
  |               ^^
  help: did you mean `app`?"#,
    );
}
