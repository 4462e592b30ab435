//! Names that nothing has, rules, variables, versions.

use super::refused;

#[test]
fn a_failover_that_is_not_there() {
    refused(
        r#"destinations: { app: { type: memory, failover: consle }, console: { type: memory } }
"#,
        r#"app.yml:1:48: no destination is called `consle`
  |
1 | ...tions: { app: { type: memory, failover: consle }, console: { type: m...
  |                                            ^^^^^^
  help: did you mean `console`?"#,
    );
}

#[test]
fn a_route_to_nowhere() {
    refused(
        r#"destinations: { app: { type: memory } }
routes:
  - { when: tag = A, to: [ap] }
"#,
        r#"app.yml:3:27: no destination is called `ap`
  |
3 |   - { when: tag = A, to: [ap] }
  |                           ^^
  help: did you mean `app`?"#,
    );
}

#[test]
fn a_default_that_is_not_there() {
    refused(
        r#"destinations: { app: { type: memory } }
default: [app, nothing]
"#,
        r#"app.yml:2:16: no destination is called `nothing`
  |
2 | default: [app, nothing]
  |                ^^^^^^^
  help: there is only `app`"#,
    );
}

#[test]
fn a_bad_rule_in_quotes() {
    refused(
        r#"destinations: { app: { type: memory, filter: "level >= EROR and tag = A" } }"#,
        r#"app.yml:1:56: `EROR` is no severity
  |
1 | ... app: { type: memory, filter: "level >= EROR and tag = A" } }
  |                                            ^^^^
  help: did you mean `ERROR`?"#,
    );
}

#[test]
fn a_bad_rule_without_quotes() {
    refused(
        r#"destinations:
  app:
    type: memory
    filter: tag in (PAYMENT
"#,
        r#"app.yml:4:20: this list is never closed
  |
4 |     filter: tag in (PAYMENT
  |                    ^"#,
    );
}

#[test]
fn failovers_in_a_circle() {
    refused(
        r#"destinations:
  a: { type: memory, failover: b }
  b: { type: memory, failover: c }
  c: { type: memory, failover: b }
"#,
        r#"app.yml:4:32: failovers go in a circle: b -> c -> b
  |
4 |   c: { type: memory, failover: b }
  |                                ^
  help: one of them must have no failover"#,
    );
}

#[test]
fn a_failover_to_itself() {
    refused(
        r#"destinations: { app: { type: memory, failover: app } }"#,
        r#"app.yml:1:48: failovers go in a circle: app -> app
  |
1 | destinations: { app: { type: memory, failover: app } }
  |                                                ^^^
  help: one of them must have no failover"#,
    );
}

#[test]
fn a_variable_that_is_not_set() {
    refused(
        r#"service: ${NOPE}
"#,
        r#"app.yml:1:10: the environment variable `NOPE` is not set
  |
1 | service: ${NOPE}
  |          ^^^^^^^
  help: set it, or write `${NOPE:-default}`"#,
    );
}

#[test]
fn a_variable_without_an_end() {
    refused(
        r#"service: ${NOPE
"#,
        r#"app.yml:1:10: `${` has no `}`
  |
1 | service: ${NOPE
  |          ^^^^^^
  help: a variable is `${NAME}` or `${NAME:-default}`; write `$${` for the text itself"#,
    );
}

#[test]
fn no_name_of_a_variable() {
    refused(
        r#"service: ${no-pe}
"#,
        r#"app.yml:1:10: `no-pe` is no name of a variable
  |
1 | service: ${no-pe}
  |          ^^^^^^^^
  help: a variable is `${NAME}` or `${NAME:-default}`; write `$${` for the text itself"#,
    );
}

#[test]
fn a_name_that_comes_twice() {
    refused(
        r#"level: INFO
service: a
level: DEBUG
"#,
        r#"app.yml:3:1: `level` stands here a second time
  |
3 | level: DEBUG
  | ^^^^^
  help: the first one is in line 1; which of the two is meant?"#,
    );
}

#[test]
fn two_documents() {
    refused(
        r#"level: INFO
---
level: DEBUG
"#,
        r#"app.yml:2:1: a config is one document; here begins a second one
  |
2 | ---
  | ^^^"#,
    );
}

#[test]
fn a_yaml_tag() {
    refused(
        r#"level: !!str INFO
"#,
        r#"app.yml:1:8: a YAML tag (`!..`) says nothing here
  |
1 | level: !!str INFO
  |        ^^^^^^^^^^
  help: leave it out"#,
    );
}

#[test]
fn a_name_that_is_a_list() {
    refused(
        r#"[a, b]: c
"#,
        r#"app.yml:1:1: a name must be a single value
  |
1 | [a, b]: c
  | ^"#,
    );
}

#[test]
fn a_section_of_a_later_version() {
    refused(
        r#"server: { listen: "127.0.0.1:7100" }
"#,
        r#"app.yml:1:1: `server` is not in this version yet
  |
1 | server: { listen: "127.0.0.1:7100" }
  | ^^^^^^
  help: leave it out or empty for now"#,
    );
}

#[test]
fn a_type_of_a_later_version() {
    refused(
        r#"destinations: { hook: { type: otlp, url: x } }
"#,
        r#"app.yml:1:31: destinations of the type `otlp` are left out of this program
  |
1 | destinations: { hook: { type: otlp, url: x } }
  |                               ^^^^
  help: build it with the feature `otlp` of tracework"#,
    );
}

#[test]
fn an_unknown_type_and_what_is_wrong_beside_it() {
    refused(
        r#"destinations: { app: { type: fiel, level: LOUD } }
"#,
        r#"app.yml:1:30: `fiel` is no type of destination
  |
1 | destinations: { app: { type: fiel, level: LOUD } }
  |                              ^^^^
  help: did you mean `file`?

app.yml:1:43: `LOUD` is no level
  |
1 | destinations: { app: { type: fiel, level: LOUD } }
  |                                           ^^^^
  help: there are TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL, off, AUDIT, SECURITY and JOB_STATUS"#,
    );
}

#[test]
fn no_type() {
    refused(
        r#"destinations: { app: { path: x } }
"#,
        r#"app.yml:1:17: `destinations.app` needs `type`
  |
1 | destinations: { app: { path: x } }
  |                 ^^^
  help: there are file, memory and pager"#,
    );
}

#[test]
fn a_missing_path() {
    refused(
        r#"destinations: { app: { type: file } }
"#,
        r#"app.yml:1:17: `destinations.app` needs `path`
  |
1 | destinations: { app: { type: file } }
  |                 ^^^"#,
    );
}

#[test]
fn an_unknown_format() {
    refused(
        r#"destinations: { app: { type: memory, format: jsno } }"#,
        r#"app.yml:1:46: `jsno` is no format
  |
1 | destinations: { app: { type: memory, format: jsno } }
  |                                              ^^^^
  help: did you mean `json`?"#,
    );
}

#[test]
fn an_unknown_name_in_a_format() {
    refused(
        r#"destinations: { app: { type: memory, format: { type: json, shap: flat } } }"#,
        r#"app.yml:1:60: nothing is called `shap` in `destinations.app.format`
  |
1 | ...: { type: memory, format: { type: json, shap: flat } } }
  |                                            ^^^^
  help: did you mean `shape`?"#,
    );
}

#[test]
fn an_unknown_word() {
    refused(
        r#"destinations: { app: { type: memory, format: { type: json, shape: falt } } }"#,
        r#"app.yml:1:67: `falt` is nothing that `destinations.app.format.shape` can be
  |
1 | ...e: memory, format: { type: json, shape: falt } } }
  |                                            ^^^^
  help: did you mean `flat`?"#,
    );
}

#[test]
fn an_unknown_resource() {
    refused(
        r#"enrich: [os, kubernets]"#,
        r#"app.yml:1:14: `kubernets` tells nothing of the process
  |
1 | enrich: [os, kubernets]
  |              ^^^^^^^^^
  help: did you mean `kubernetes`?"#,
    );
}
