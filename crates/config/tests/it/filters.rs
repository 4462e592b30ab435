//! Filters that remember, and the flight recorder.

use super::support::{good, read};
use std::time::Duration;
use tracework_core::{NamedFilter, Severity};
use tracework_engine::{RecorderKey, RecorderSpec};

fn told(filters: &[NamedFilter]) -> Vec<(&str, &str)> {
    filters.iter().map(|filter| (filter.name(), filter.describe())).collect()
}

#[test]
fn each_kind_at_each_place() {
    let config = good(
        "filters:
  - { type: rate, limit: 100, by: [callsite, context.user_id], except: level >= ERROR }
  - { type: sample, one_in: 10, by: context.request_id }
destinations:
  app:
    type: memory
    filters: [{ type: dedup, window: 10s, keys: 1 }, { type: rate, name: slow, limit: 5, per: 1m, burst: 2 }]
routes:
  - { when: tag = A, to: app, filters: [{ type: burst, first: 3, per: 2s, then_one_in: 100, by: target }] }
  - { when: tag = B, to: app, filters: [{ type: sample, probability: 0.25 }] }
",
    );
    let spec = config.spec();
    let whole = [
        (
            "rate",
            "{ type: rate, limit: 100, per: 1s, burst: 100, by: [callsite, context.user_id], keys: 4096, except: \"level >= ERROR\" }",
        ),
        ("sample", "{ type: sample, one_in: 10, by: [context.request_id] }"),
    ];
    assert_eq!(told(&spec.stateful), whole);
    let own = [
        ("dedup", "{ type: dedup, window: 10s, by: [callsite, message, fields], keys: 1 }"),
        ("slow", "{ type: rate, limit: 5, per: 60s, burst: 2, by: [callsite], keys: 4096 }"),
    ];
    assert_eq!(told(&config.destinations()[0].settings().stateful), own);
    let first = ("burst", "{ type: burst, first: 3, per: 2s, then_one_in: 100, by: [target], keys: 4096 }");
    assert_eq!(told(&spec.routes[0].filters), [first]);
    assert_eq!(told(&spec.routes[1].filters), [("sample", "{ type: sample, probability: 0.25 }")]);
}

#[test]
fn what_a_filter_says_of_itself_is_a_config_that_makes_it_again() {
    for written in [
        "{ type: rate, limit: 5, per: 1500ms, burst: 2, by: [field.\"odd name\", callsite], keys: 7, except: \"kind = audit\" }",
        "{ type: dedup, window: 10s, by: [callsite, message, fields], keys: 4096 }",
        "{ type: burst, first: 3, per: 1s, then_one_in: 2, by: [callsite], keys: 4096 }",
        "{ type: sample, probability: 0.1, by: [context.request_id] }",
    ] {
        let config = good(&format!("filters: [{}]", written.replace("field.\"odd name\"", "'field.\"odd name\"'")));
        assert_eq!(config.spec().stateful[0].describe(), written);
    }
}

#[test]
fn the_recorder() {
    assert_eq!(good("recorder: {}").spec().recorder, Some(RecorderSpec::default()));
    assert_eq!(good("level: INFO").spec().recorder, None);
    let config = good(
        "destinations: { app: { type: memory }, dump: { type: memory } }
recorder: { level: trace, when: tag = ALARM, to: dump, span: request, records: 50, memory: 1MiB, keys: 10, age: 30s }",
    );
    let wanted = RecorderSpec {
        by: RecorderKey::Span("request".into()),
        level: Severity::TRACE,
        when: "tag = ALARM".parse().expect("a rule"),
        to: vec!["dump".into()],
        records: 50,
        memory: 1 << 20,
        keys: 10,
        age: Duration::from_secs(30),
    };
    assert_eq!(config.spec().recorder, Some(wanted));
    let by = good("recorder: { by: [context.request_id] }").spec().recorder.clone().expect("there is one").by;
    assert_eq!(by, RecorderKey::Value("context.request_id".parse().expect("a key")));
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let mut others = Vec::new();
    for (yaml, message) in [
        ("filters: { type: rate }", "1:18: `filters.type` must be a map; this is a single value"),
        ("filters: [rate]", "1:11: `filters[0]` must be a map; this is a single value"),
        ("filters: [{ limit: 5 }]", "1:11: `filters[0]` needs `type`"),
        ("filters: [{ type: ratte }]", "1:19: `ratte` is no type of filter"),
        ("filters: [{ type: rate }]", "1:11: `filters[0]` needs `limit`"),
        ("filters: [{ type: rate, limit: 0 }]", "1:32: `filters[0].limit` must be at least 1"),
        ("filters: [{ type: rate, limit: 5, per: 0s }]", "1:40: `filters[0].per` must be longer than nothing"),
        ("filters: [{ type: rate, limit: 5, per: 1 apple }]", "1:40: `1 apple` is no time"),
        ("filters: [{ type: rate, limit: 5, by: [targt] }]", "1:40: `targt` is no subject"),
        ("filters: [{ type: rate, limit: 5, keys: 9999999 }]", "1:41: 1048576 keys are the most"),
        ("filters: [{ type: dedup }]", "1:11: `filters[0]` needs `window`"),
        ("filters: [{ type: burst, per: 1s }]", "1:11: `filters[0]` needs `first`"),
        ("filters: [{ type: sample }]", "1:11: a sample needs `probability` or `one_in`"),
        ("filters: [{ type: sample, probability: 1.5 }]", "1:40: `1.5` is no probability: a number from 0 to 1"),
        (
            "filters: [{ type: sample, probability: 1, one_in: 2 }]",
            "1:51: `probability` and `one_in` exclude each other",
        ),
        ("filters: [{ type: sample, one_in: 2, except: 'level >' }]", "1:54: "),
        ("filters: [{ type: sample, one_in: 2, limit: 1 }]", "1:38: nothing is called `limit` in `filters[0]`"),
        (
            "filters: [{ type: sample, one_in: 2 }, { type: sample, one_in: 3 }]",
            "1:48: another filter here is called `sample` already",
        ),
        ("recorder: { span: a, by: target }", "1:26: `span` and `by` exclude each other"),
        ("recorder: { to: nowhere }", "1:17: no destination is called `nowhere`"),
        ("recorder: { records: 0 }", "1:22: `recorder.records` must be at least 1"),
        ("recorder: { levle: DEBUG }", "1:13: nothing is called `levle` in `recorder`"),
        ("recorder: { level: off }", "1:20: a recorder that keeps nothing is none: leave it out"),
    ] {
        let told = read(yaml).expect_err(yaml).to_string();
        if !told.starts_with(&format!("app.yml:{message}")) || told.matches("app.yml:").count() != 1 {
            others.push(format!("{yaml}\n{told}\ninstead of {message}"));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n\n"));
}
