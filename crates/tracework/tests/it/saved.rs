//! The running plan, written down and read again, is the same plan.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tracework::config::{ConfigSource, Environment, SaveConfig as _, Saved};
use tracework::core::{Attach as _, Batch, Destination, Failure, GiveUp, Record};
use tracework::destinations::{Console, File, Memory};
use tracework::engine::{Control, Query};
use tracework::format::{Csv, Json, Shape, Text, Zone};
use tracework::registry::standard;
use tracework::{Severity, SeveritySet};

/// The pipeline of a config, with no file opened.
fn control(yaml: &str) -> Control {
    let config =
        ConfigSource::text("app.yml", yaml).folder("/srv/app").environment(Environment::none()).read(&standard());
    let config = config.unwrap_or_else(|error| panic!("{yaml}\n{error}"));
    config.rehearsal().into_control().expect("threads start")
}

/// Writes the plan down, and reads it again: nothing changes but what was left out.
fn there_and_back(before: &Control) -> (Control, Saved) {
    let saved = before.config();
    let after = control(&saved.yaml);
    let again = after.config();
    assert_eq!(again.left_out, [""; 0], "{}", saved.yaml);
    let expected = if saved.left_out.is_empty() { saved.yaml.clone() } else { control(&again.yaml).config().yaml };
    assert_eq!(again.yaml, expected);
    (after, saved)
}

const TOPS: [&str; 20] = [
    "service: payments",
    "metadata: { region: eu-1, \"odd key\": \"it's: [odd]\", empty: '' }",
    "metadata: { \"a\\nb\": \"$${HOME} and \\u2028 \\x1b\" }",
    "level: ERROR",
    "level: off",
    "targets: { hyper: WARNING, \"noisy::*\": off, app: TRACE }",
    "targets: info,hyper=warn",
    "spans: DEBUG",
    "tags: { any: [A, B], none: [C] }",
    "redact: false",
    "redact: { keys: [pin], patterns: ['sk_live_[A-Za-z0-9]+', \"isn't\"], detect: [email], mask: '#' }",
    "redact: { defaults: false, keys: [pin] }",
    "limits: { message: 1KiB, fields: 8, value: 1000 }",
    "buffer: { memory: 1MiB, when_full: { block: 1h30m } }",
    "buffer: { when_full: drop_newest }",
    "names: { tags: labels, level: verbosity }",
    "filters: [{ type: rate, limit: 5, per: 1500ms, by: ['field.\"odd name\"', callsite], except: kind = audit }, { type: sample, one_in: 3 }]",
    "filters: { few: { type: burst, first: 0, then_one_in: 9, keys: 7 }, part: { type: sample, probability: 0.1, by: context.id } }",
    "recorder: { when: tag = ALARM, span: request, records: 7, age: 90s }",
    "callsites: { \"src/db.rs:42\": off, \"target app::db message ~ it's: slow.*\": DEBUG }",
];

const TYPES: [&str; 22] = [
    "type: sql, url: 'sqlite:logs/a.db', keep: { age: 30d, rows: 7, bytes: 10GiB }, timeout: 5s",
    "type: sql, url: 'postgres://ann@db/logs?sslmode=require', table: s.t, columns: { id: event_id, a: field.b }, create: false",
    "type: console, stream: stdout",
    "type: console, color: never",
    "type: memory, records: 5, bytes: 1MiB",
    "type: memory",
    "type: file, path: logs/a.log, rotate: { size: 1000, every: hour, at_start: true }, keep: { files: 3, age: 30d }",
    "type: file, path: '/tmp/with space.log', mode: 0600, sharing: exclusive, sync: flush, compress: gzip, zone: local",
    "type: http, url: 'https://example.com/hook', method: PUT, compress: gzip, redirects: 2, timeout: 1m, connect_timeout: 1500ms, concurrency: 7",
    "type: http, url: 'http://10.0.0.7:3100', allow_addresses: [10.0.0.7, 'fd00::7'], body: { type: loki, labels: { app: '{service}', env: prod } }",
    "type: http, url: 'http://127.0.0.1/', allow_private: true, body: { template: '{{\"text\": \"it''s {message}\"}}' }, headers: { X-Team: it's }, proxy: 'http://p:3128'",
    "type: http, url: 'https://example.com/', body: { type: splunk, index: main, source_type: app }, ca: ca.pem, cert: c.pem, key: k.pem",
    "type: otlp, endpoint: 'https://example.com:4317', headers: { x-team: a }, resource: { service.namespace: shop }, compress: gzip, ca: ca.pem",
    "type: otlp, endpoint: 'http://localhost:4318', protocol: http, timeout: 3s, connect_timeout: 1500ms, concurrency: 1, max_request: 1MiB",
    "type: kafka, brokers: [127.0.0.1:9092], topic: logs",
    "type: kafka, brokers: [a:9092, b:9092], topic: 'logs.{service}', key: '{field.x}', acks: 1, compression: zstd, timeout: 9s, headers: false, create_topic: { partitions: 6, replication: 3 }, client: { linger.ms: 5, client.id: \"it's\" }",
    "type: http, url: 'https://example.com/', body: { type: datadog, source: go, tags: ['a:b'] }",
    "type: amqp, url: 'amqp://mq:5672/%2f'",
    "type: amqp, url: 'amqps://ann@mq:5671/shop?heartbeat=10', exchange: logs, routing_key: '{service}.{level}', declare_exchange: topic, declare_queue: all, queue_type: quorum, bind: '#', headers: { team: it's }, mandatory: false, persistent: false, connection_name: x, timeout: 9s, connect_timeout: 1500ms, ca: ca.pem, cert: c.pem, key: k.pem",
    "type: nats, url: 'tls://ann@nats:4222', subject: 'logs.{level}', declare_stream: LOGS, timeout: 9s, connect_timeout: 1500ms, ca: ca.pem",
    "type: redis, url: 'redis://ann@cache:6379/3', stream: 'logs:{service}', max_length: 1000, timeout: 9s, connect_timeout: 1500ms",
    "type: syslog, address: 'tls://logs:6514', rfc: 3164, facility: local3, facilities: { auth: kind = security }, app_name: a, framing: newline, longest: 2KiB, timeout: 9s, zone: Europe/Berlin, ca: ca.pem, cert: c.pem, key: k.pem",
];

const SETTINGS: [&str; 25] = [
    "enabled: false",
    "level: WARNING",
    "levels: [ERROR, INFO]",
    "levels: []",
    "level: AUDIT",
    "levels: [ERROR, AUDIT]",
    "kinds: [log, audit]",
    "filter: \"field.a = 'x y' and not tag in (A, B)\"",
    "filters: [{ type: dedup, window: 1h30m, by: [message] }, { type: rate, limit: 1 }]",
    "tags: [A]",
    "tags: { all: [A, B], none: C }",
    "batch: { records: 7, bytes: 1KiB, every: 90s }",
    "retry: { first: 1ms, max: 1h, give_up: 3 attempts }",
    "retry: { give_up: 1h30m }",
    "breaker: { after: 5, probe_every: 30s }",
    "limit: { records: 1000/s, bytes: 1MiB/10s }",
    "limit: 50/m",
    "buffer: { memory: 12345, when_full: drop_lowest }",
    "buffer: { when_full: { block: 250ms } }",
    "dead_letters: { records: 0, bytes: 1KiB, file: dead.jsonl }",
    "format: pretty",
    "format: { type: json, shape: flat, zone: Europe/Berlin, context: [user_id] }",
    "format: { type: csv, columns: [level, message, field.x] }",
    "format: { type: pattern, pattern: '[{time:%H:%M}] {level:<8} {message}' }",
    "format: { type: text, color: always, spans: false, metadata: true }",
];

const ROUTES: [&str; 3] = [
    "{ name: odd 'name', when: \"tag = A or message contains 'it''s'\", to: [d0] }",
    "{ when: level >= ERROR, to: [d0, d1] }",
    "{ when: 'field.x > 5', to: [] }",
];

/// Some of `lines`, at most one of each name.
fn some(lines: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(lines, 0..lines.len()).prop_shuffle().prop_map(|lines| {
        let mut names: Vec<&str> = Vec::new();
        let name = |line: &'static str| line.split([':', 's']).next().unwrap_or_default();
        lines
            .into_iter()
            .filter(|line| {
                !names.contains(&name(line)) && {
                    names.push(name(line));
                    true
                }
            })
            .collect()
    })
}

fn configs() -> impl Strategy<Value = String> {
    let destination = || (select(&TYPES[..]), some(&SETTINGS)).prop_map(|(kind, rest)| [vec![kind], rest].concat());
    let two = (destination(), destination(), any::<bool>());
    (some(&TOPS), two, some(&ROUTES), prop::option::of(select(vec!["d0", "[d1, d0]", "[]"]))).prop_map(
        |(tops, (first, mut second, over), routes, default)| {
            let mut yaml: String = tops.iter().map(|line| format!("{line}\n")).collect();
            if over {
                second.push("failover: d0");
            }
            yaml.push_str(&format!(
                "destinations:\n  d0: {{ {} }}\n  d1: {{ {} }}\n",
                first.join(", "),
                // Two destinations must not write to one file.
                second.join(", ").replace(".log", ".two")
            ));
            if !routes.is_empty() {
                yaml.push_str("routes:\n");
                routes.iter().for_each(|route| yaml.push_str(&format!("  - {route}\n")));
            }
            default.iter().for_each(|default| yaml.push_str(&format!("default: {default}\n")));
            yaml
        },
    )
}

fn queries() -> Vec<Query> {
    let severities = Severity::ALL.into_iter();
    let tags = [None, Some("A"), Some("B,C")];
    let targets = ["app::db", "hyper", "noisy::x"];
    severities
        .flat_map(|severity| targets.map(|target| tags.map(|tags| (severity, target, tags))))
        .flatten()
        .map(|(severity, target, tags)| Query {
            severity,
            target: target.to_owned(),
            tags: tags.map(str::to_owned),
            fields: vec![("x".to_owned(), "7".to_owned())],
            message: "it's odd".to_owned(),
            ..Query::default()
        })
        .collect()
}

/// How many cases: `PROPTEST_CASES`, or so many.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(48), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_that_is_written_down_and_read_again_is_the_same(yaml in configs()) {
        let before = control(&yaml);
        let (after, saved) = there_and_back(&before);
        prop_assert!(saved.left_out.is_empty(), "{:?}\n{yaml}", saved.left_out);
        for query in queries() {
            prop_assert_eq!(before.explain(&query).destinations, after.explain(&query).destinations, "{}", saved.yaml);
        }
    }
}

#[test]
fn what_was_changed_while_it_ran_is_written_down() {
    let control = control("destinations: { app: { type: memory } }\nroutes: [{ when: tag = A, to: app }]");
    control.set_level("app", Severity::ERROR).expect("it is there");
    control.set_format("app", Json::new().shape(Shape::Fmt)).expect("it is there");
    control.set("app", |settings| settings.retry.give_up = GiveUp::Attempts(4)).expect("it is there");
    control.attach("mine", Memory::new(7).levels([Severity::INFO])).expect("it is free");
    control.create("out", Console::stdout().format(Text::pretty())).expect("it is free");
    control.set_metadata("region", "eu-1").expect("it can be set");
    let (_, saved) = there_and_back(&control);
    assert!(saved.left_out.is_empty(), "{:?}", saved.left_out);
    let expected = "metadata: { region: eu-1 }\nlevel: INFO\ndestinations:\n  app:\n    type: memory\n    \
                    format: { type: json, shape: fmt }\n    level: ERROR\n    retry: { give_up: 4 attempts }\n  mine:\n    \
                    type: memory\n    records: 7\n    levels: [INFO]\n  out:\n    type: console\n    stream: stdout\n    \
                    format: pretty\nroutes: [{ when: 'tag = A', to: [app] }]\ndefault: [app, mine]\n";
    assert_eq!(saved.yaml, expected);
}

#[test]
fn a_batch_that_its_type_makes_larger_is_written_down_where_it_was_asked_for() {
    let before =
        |nats: &str| format!("destinations: {{ a: {{ type: nats, url: 'nats://h:4222', subject: logs{nats} }} }}");
    let batch = |control: &Control| control.plan().spec().settings("a").map(|settings| settings.batch.bytes);
    for (said, written) in [("", false), (", batch: { bytes: 1MiB }", false), (", batch: { bytes: 256KiB }", true)] {
        for buffer in ["", ", buffer: { memory: 512KiB }"] {
            if buffer.is_empty() || !said.contains("1MiB") {
                let control = control(&before(&format!("{said}{buffer}")));
                let (after, saved) = there_and_back(&control);
                assert_eq!(saved.yaml.contains("batch"), written, "{}", saved.yaml);
                assert_eq!(batch(&after), batch(&control));
            }
        }
    }
}

#[test]
fn a_batch_larger_than_its_buffer_is_written_down_as_what_it_can_be() {
    let control = control("destinations: { app: { type: memory, buffer: { memory: 12345 } } }");
    control.set("app", |settings| settings.batch.bytes = 1 << 20).expect("it is there");
    let (after, saved) = there_and_back(&control);
    assert!(saved.yaml.contains("bytes: 12345"), "{}", saved.yaml);
    assert_eq!(after.plan().spec().settings("app").map(|settings| settings.batch.bytes), Some(12345));
}

#[test]
fn a_disk_buffer_is_written_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("spool").display().to_string();
    let disk = format!("disk: 1MiB, path: '{folder}', fsync: always, keep: {{ age: 7d, records: 5 }}");
    let control = control(&format!("destinations: {{ app: {{ type: memory, buffer: {{ {disk} }} }} }}"));
    let saved = control.config().yaml;
    assert!(saved.contains("disk: 1MiB") && saved.contains(&folder) && saved.contains("fsync: always"), "{saved}");
    assert!(saved.contains("age: 7d") && !saved.contains("delivery"), "the disk says what is promised: {saved}");
}

/// A destination that says nothing of itself.
struct Pager;

impl Destination for Pager {
    fn name(&self) -> &'static str {
        "pager"
    }

    fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

#[test]
fn what_cannot_be_said_is_left_out_and_told() {
    let control = control("destinations: { app: { type: memory } }\nroutes: [{ when: tag = A, to: app }]");
    control.attach("pager", Pager.failover("app")).expect("it is free");
    control.attach("second", Memory::new(1).filter(|_: &Record<'_>| true).failover("pager")).expect("it is free");
    control.set_metadata("password", "hunter2").expect("it can be set");
    let header = File::append("/tmp/x.log").header("once\n").format(Csv::new().zone(Zone::utc()));
    control.create("file", header).expect("it is free");
    let (after, saved) = there_and_back(&control);
    assert_eq!(after.plan().spec().destinations().collect::<Vec<_>>(), ["app", "second", "file"]);
    assert_eq!(
        saved.left_out,
        [
            "metadata.password is left out: it is secret",
            "destinations.pager is left out: the type `pager` does not say what a config would say of it",
            "destinations.second.filter is left out: a filter of the program's",
            "destinations.second.failover is left out: it is left out itself",
            "destinations.file.header is left out: the program set it, and no config can say it",
        ]
    );
    assert!(saved.left_out.iter().all(|told| saved.yaml.contains(&format!("# {told}"))), "{}", saved.yaml);
    assert!(!saved.yaml.contains("hunter2"));
}

#[test]
fn a_level_for_a_time_is_left_out() {
    let control = control("level: INFO");
    let until = std::time::Duration::from_secs(60);
    control.set_level_for("app", Severity::TRACE, until).expect("it can be set");
    let (_, saved) = there_and_back(&control);
    assert_eq!(saved.left_out, ["TRACE for the target `app` is left out: it ends by itself"]);
    assert_eq!(control.plan().spec().level, SeveritySet::at_least(Severity::INFO));
}

#[test]
fn a_saved_file_is_replaced_whole_and_keeps_its_mode() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("app.yml");
    let control = control("destinations: { app: { type: memory } }");
    let saved = control.save(&path).expect("it can be written");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), saved.yaml);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o604)).expect("it is ours");
        let link = folder.path().join("link.yml");
        std::os::unix::fs::symlink(&path, &link).expect("it is free");
        control.save(&link).expect("it can be written");
        assert!(link.is_symlink(), "a link stays one");
        assert_eq!(std::fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o604);
    }
    let names: Vec<_> = std::fs::read_dir(folder.path()).expect("it is there").collect();
    assert!(names.len() <= 2, "{names:?}");
    assert!(control.save(folder.path().join("missing/app.yml")).is_err());
}
