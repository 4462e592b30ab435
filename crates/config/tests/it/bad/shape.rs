//! Names, types and values that are wrong in themselves.

use super::refused;

#[test]
fn an_empty_file() {
    refused(
        r#""#,
        r#"app.yml: the config is empty
  help: the shortest config that does something: `destinations: { console: { type: console } }`"#,
    );
}

#[test]
fn a_file_of_comments() {
    refused(
        r#"# nothing
"#,
        r#"app.yml: the config is empty
  help: the shortest config that does something: `destinations: { console: { type: console } }`"#,
    );
}

#[test]
fn a_list_at_the_top() {
    refused(
        r#"- a
- b
"#,
        r#"app.yml:1:1: a config is a map of names and values; this is a list
  |
1 | - a
  | ^
  help: write `level: INFO` and the like"#,
    );
}

#[test]
fn no_yaml() {
    refused(
        r#"level: [INFO
service: x
"#,
        r#"app.yml:2:8: this is no YAML: illegal placement of ':' indicator
  |
2 | service: x
  |        ^
  help: is a `[` or a `{` not closed in a line before?"#,
    );
}

#[test]
fn an_unknown_name_at_the_top() {
    refused(
        r#"levl: INFO
"#,
        r#"app.yml:1:1: nothing is called `levl` here
  |
1 | levl: INFO
  | ^^^^
  help: did you mean `level`?"#,
    );
}

#[test]
fn an_unknown_name_in_a_destination() {
    refused(
        r#"destinations: { app: { type: memory, recrods: 5 } }"#,
        r#"app.yml:1:38: nothing is called `recrods` in `destinations.app`
  |
1 | destinations: { app: { type: memory, recrods: 5 } }
  |                                      ^^^^^^^
  help: did you mean `records`?"#,
    );
}

#[test]
fn an_unknown_name_further_in() {
    refused(
        r#"destinations: { app: { type: memory, batch: { record: 5 } } }"#,
        r#"app.yml:1:47: nothing is called `record` in `destinations.app.batch`
  |
1 | destinations: { app: { type: memory, batch: { record: 5 } } }
  |                                               ^^^^^^
  help: did you mean `records`?"#,
    );
}

#[test]
fn a_name_like_nothing() {
    refused(
        r#"destinations: {}
wibble: 1
"#,
        r#"app.yml:2:1: nothing is called `wibble` here
  |
2 | wibble: 1
  | ^^^^^^
  help: `tracework schema --markdown` lists all names with what they mean"#,
    );
}

#[test]
fn a_list_where_a_value_belongs() {
    refused(
        r#"level: [INFO]
"#,
        r#"app.yml:1:8: `level` must be a single value; this is a list
  |
1 | level: [INFO]
  |        ^"#,
    );
}

#[test]
fn a_value_where_a_map_belongs() {
    refused(
        r#"destinations: { app: { type: memory, batch: 5 } }"#,
        r#"app.yml:1:45: `destinations.app.batch` must be a map; this is a single value
  |
1 | destinations: { app: { type: memory, batch: 5 } }
  |                                             ^
  help: write `{ name: value }`, or indented lines"#,
    );
}

#[test]
fn a_map_where_a_list_belongs() {
    refused(
        r#"default: { a: b }
"#,
        r#"app.yml:1:10: `default` must be a list; this is a map
  |
1 | default: { a: b }
  |          ^
  help: write `[one, two]`"#,
    );
}

#[test]
fn a_list_of_destinations() {
    refused(
        r#"destinations: [a, b]
"#,
        r#"app.yml:1:15: `destinations` must be a map; this is a list
  |
1 | destinations: [a, b]
  |               ^
  help: write `NAME: { type: file, .. }`, a line for each"#,
    );
}

#[test]
fn no_truth_value() {
    refused(
        r#"destinations: { app: { type: memory, enabled: yes } }"#,
        r#"app.yml:1:47: `yes` is no truth value
  |
1 | destinations: { app: { type: memory, enabled: yes } }
  |                                               ^^^
  help: write true or false"#,
    );
}

#[test]
fn no_size() {
    refused(
        r#"limits: { message: 10 parsecs }
"#,
        r#"app.yml:1:20: `10 parsecs` is no size
  |
1 | limits: { message: 10 parsecs }
  |                    ^^^^^^^^^^
  help: a size is a number and a unit, such as 512KiB, 64MiB or 2GB"#,
    );
}

#[test]
fn no_time() {
    refused(
        r#"destinations: { app: { type: memory, batch: { every: soon } } }"#,
        r#"app.yml:1:54: `soon` is no time
  |
1 | destinations: { app: { type: memory, batch: { every: soon } } }
  |                                                      ^^^^
  help: a time is a number and a unit, such as 500ms, 30s, 10m, 1h30m or 30d"#,
    );
}

#[test]
fn no_count() {
    refused(
        r#"destinations: { app: { type: memory, records: -1 } }"#,
        r#"app.yml:1:47: `-1` is no count
  |
1 | destinations: { app: { type: memory, records: -1 } }
  |                                               ^^
  help: a count is a whole number, such as 100"#,
    );
}

#[test]
fn no_level() {
    refused(
        r#"destinations: { app: { type: memory, level: WARNNG } }"#,
        r#"app.yml:1:45: `WARNNG` is no level
  |
1 | destinations: { app: { type: memory, level: WARNNG } }
  |                                             ^^^^^^
  help: did you mean `WARNING`?"#,
    );
}

#[test]
fn no_level_among_levels() {
    refused(
        r#"destinations: { app: { type: memory, levels: [ERROR, AUDI] } }"#,
        r#"app.yml:1:54: `AUDI` is no level
  |
1 | destinations: { app: { type: memory, levels: [ERROR, AUDI] } }
  |                                                      ^^^^
  help: did you mean `AUDIT`?"#,
    );
}

#[test]
fn no_kind() {
    refused(
        r#"destinations: { app: { type: memory, kinds: [log, adit] } }"#,
        r#"app.yml:1:51: `adit` is no kind of record
  |
1 | destinations: { app: { type: memory, kinds: [log, adit] } }
  |                                                   ^^^^
  help: did you mean `audit`?"#,
    );
}
