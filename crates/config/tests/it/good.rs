//! What a config says is what the plan gets.

use super::support::good;
use std::path::Path;
use std::time::Duration;
use tracework_core::{
    BreakerSettings, Concurrency, Delivery, Fsync, GiveUp, Kind, KindSet, LimitSettings, Overflow, Rate, Severity,
    SeveritySet, TagFilter,
};
use tracework_engine::{BufferFull, Detector, Resource};

#[test]
fn the_top_fills_the_plan() {
    let config = good(
        "service: payments\nlevel: warn\nspans: INFO\ntargets: { hyper: error, 'noisy::*': off }\n\
         metadata: { region: \"${REGION}\", version: \"${APP:-dev}\", empty: \"${EMPTY:-x}\" }\n\
         tags: { any: [A], none: B }\nlimits: { message: 1KiB, fields: 8 }\nbuffer: { memory: 1MiB, when_full: { block: 2s } }\n\
         redact: { keys: [pin], patterns: ['x+'], detect: [email, jwt], mask: '#' }\nnames: { tags: labels }",
    );
    let spec = config.spec();
    assert_eq!(spec.level, SeveritySet::at_least(Severity::WARNING));
    assert_eq!(spec.targets.get("noisy::loop"), Some(SeveritySet::NONE));
    let pairs: Vec<_> = spec.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("service", "payments"), ("region", "eu-1"), ("version", "dev"), ("empty", "x")]);
    assert_eq!(spec.tags, TagFilter { any: vec!["A".into()], all: Vec::new(), none: vec!["B".into()] });
    assert_eq!((spec.limits.message, spec.limits.fields, spec.limits.key), (1024, 8, 256));
    assert!(spec.redact.keys.contains(&"pin".to_owned()) && spec.redact.keys.contains(&"password".to_owned()));
    assert!(spec.redact.detect.contains(&Detector::Email) && spec.redact.detect.contains(&Detector::AwsKey));
    assert_eq!(config.buffer().when_full, BufferFull::Block { limit: Some(Duration::from_secs(2)) });
    assert_eq!(config.names().tags, "labels");
}

#[test]
fn what_the_surroundings_tell_is_asked_for_by_name() {
    let of = |yaml: &str| good(yaml).spec().enrich.clone();
    assert_eq!(of("enrich: [kubernetes, systemd, kubernetes]"), [Resource::Kubernetes, Resource::Systemd]);
    assert_eq!(of("enrich: host"), [Resource::Host]);
    assert!(of("level: INFO").is_empty());
}

#[test]
fn redaction_can_be_exact_or_off() {
    assert!(good("redact: false").spec().redact.keys.is_empty());
    let exact = good("redact: { defaults: false, keys: [pin] }");
    assert_eq!(exact.spec().redact.keys, ["pin"]);
    assert!(exact.spec().redact.detect.is_empty());
}

#[test]
fn a_destination_takes_its_settings() {
    let config = good(
        "destinations:\n  app:\n    type: memory\n    enabled: false\n    level: ERROR\n    kinds: [log, AUDIT]\n    \
         filter: tag = A\n    tags: [A, B]\n    format: { type: json, shape: flat }\n    \
         batch: { records: 10, bytes: 1KiB, every: 2s }\n    retry: { first: 1s, max: 2s, give_up: 5 attempts }\n    \
         buffer: { memory: 64KiB, when_full: drop_lowest }\n    failover: other\n    \
         dead_letters: { records: 5, bytes: 1KiB, file: dead.jsonl }\n  other: { type: memory }",
    );
    let settings = config.destinations()[0].settings();
    assert_eq!(settings.levels, Some(SeveritySet::at_least(Severity::ERROR)));
    assert!(!settings.enabled && !settings.exact_levels);
    assert_eq!(settings.kinds, [Kind::Log, Kind::Audit].into_iter().collect());
    assert_eq!(settings.filters[0].describe(), "tag = A");
    assert_eq!(settings.tags.any, ["A", "B"]);
    assert_eq!((settings.batch.records, settings.batch.bytes, settings.batch.every.as_secs()), (10, 1024, 2));
    assert_eq!(settings.retry.give_up, GiveUp::Attempts(5));
    assert_eq!((settings.buffer.memory, settings.buffer.when_full), (64 << 10, Overflow::DropLowest));
    assert_eq!(settings.failover.as_deref(), Some("other"));
    assert_eq!(settings.dead_letters.file.as_deref(), Some(Path::new("/srv/app/dead.jsonl")));
    assert_eq!(config.destinations()[0].format(), Some("json"));
}

fn settings(line: &str) -> tracework_core::DestinationSettings {
    good(&format!("destinations: {{ app: {{ type: memory, {line} }} }}")).destinations()[0].settings().clone()
}

#[test]
fn kinds_may_stand_where_a_level_does() {
    let audit = settings("level: AUDIT");
    assert_eq!((audit.levels, audit.kinds), (Some(SeveritySet::ALL), KindSet::only(Kind::Audit)));
    let exact = settings("levels: [ERROR, CRITICAL]");
    assert!(exact.exact_levels && exact.levels == Some(SeveritySet::at_least(Severity::ERROR)));
    let both = settings("levels: [ERROR, JOB_STATUS]");
    assert_eq!(both.filters[0].describe(), "level = ERROR or kind = job");
    assert_eq!(both.kinds, KindSet::ALL);
}

#[test]
fn the_policies_of_a_full_queue_have_names() {
    let policy = |text: &str| settings(&format!("buffer: {{ when_full: {text} }}")).buffer.when_full;
    assert_eq!(policy("block"), Overflow::Block { limit: None });
    assert_eq!(policy("{ block: 2s }"), Overflow::Block { limit: Some(Duration::from_secs(2)) });
    assert_eq!(policy("drop_newest"), Overflow::DropNewest);
    assert_eq!(policy("drop_oldest"), Overflow::DropOldest);
    assert_eq!(settings("retry: { give_up: never }").retry.give_up, GiveUp::Never);
    assert_eq!(settings("retry: { give_up: 10m }").retry.give_up, GiveUp::After(Duration::from_secs(600)));
}

#[test]
fn a_disk_buffer_alone_means_at_least_once() {
    let read = settings("buffer: { disk: 1GiB, path: q/app, fsync: 5ms, keep: { age: 7d, records: 1000 } }");
    let disk = read.disk.expect("it is read");
    assert_eq!((disk.bytes, disk.fsync), (1 << 30, Fsync::Every(Duration::from_millis(5))));
    assert!(disk.path.is_some_and(|path| path.ends_with("q/app")));
    assert_eq!((disk.keep_age, disk.keep_records), (Some(Duration::from_secs(7 * 86_400)), Some(1000)));
    assert_eq!((read.delivery, read.buffer.when_full), (Delivery::AtLeastOnce, Overflow::Block { limit: None }));
    let usual = settings("delivery: at_least_once");
    let disk = usual.disk.expect("it has one");
    assert!(disk.bytes == 256 << 20 && disk.path.is_some_and(|path| path.ends_with("spool/app")));
    let spill = settings("delivery: best_effort, buffer: { disk: 1MiB, fsync: never, when_full: drop_oldest }");
    assert_eq!((spill.delivery, spill.buffer.when_full), (Delivery::BestEffort, Overflow::DropOldest));
    assert_eq!(settings("buffer: { memory: 1MiB }").disk, None);
}

#[test]
fn when_it_is_down_how_fast_and_how_many_at_once_is_read() {
    let read = settings("breaker: { after: 5, probe_every: 30s }, limit: 1000/s, concurrency: 4");
    assert_eq!(read.breaker, BreakerSettings { after: 5, probe_every: Some(Duration::from_secs(30)) });
    assert_eq!(read.limit, LimitSettings { records: Some(Rate::per_second(1000)), bytes: None });
    assert_eq!(read.concurrency, Concurrency::Fixed(4));
    let both = settings("limit: { records: 50 / 10m, bytes: 1MiB/s }, concurrency: auto");
    let slow = Rate { count: 50, per: Duration::from_secs(600) };
    assert_eq!(both.limit, LimitSettings { records: Some(slow), bytes: Some(Rate::per_second(1 << 20)) });
    assert_eq!((both.concurrency, both.breaker), (Concurrency::Auto, BreakerSettings::default()));
}

#[test]
fn routes_and_the_default_name_destinations() {
    let yaml = "destinations: { a: { type: memory }, b: { type: memory } }\n";
    assert_eq!(good(yaml).spec().default, ["a", "b"], "without a default, all get what no route matches");
    let config = good(&format!("{yaml}default: [b]\nroutes:\n  - {{ name: x, when: level >= ERROR, to: [a, b] }}\n"));
    assert_eq!(config.spec().default, ["b"]);
    let route = &config.spec().routes[0];
    assert_eq!((route.name.as_deref(), route.when.as_str(), route.to.len()), (Some("x"), "level >= ERROR", 2));
}

#[test]
fn targets_may_be_the_directives_of_rust_log() {
    let spec = good("targets: 'info,hyper=warn'").spec().clone();
    assert_eq!(spec.targets.get("hyper"), Some(SeveritySet::at_least(Severity::WARNING)));
    assert_eq!(spec.targets.get("app"), Some(SeveritySet::at_least(Severity::INFO)));
}

#[test]
fn what_a_variable_holds_cannot_become_yaml() {
    let config = good("service: ${YAML}\nmetadata: { dollar: '$${REGION}' }");
    assert_eq!(config.spec().metadata[0].1, "} level: [");
    assert_eq!(config.spec().metadata[1].1, "${REGION}");
}

#[test]
fn sections_of_later_versions_may_be_empty() {
    good("triggers: []\naudit:\njobs: {}\nstore: ~\nmetrics: {}\nsecurity: false\nserver: ''\nprofile:\nprofiles: {}");
}

#[test]
fn anchors_and_aliases_repeat_a_section() {
    let config = good("destinations:\n  a: &one { type: memory, records: 5 }\n  b: *one\n");
    assert_eq!(config.destinations().len(), 2);
}

#[test]
fn a_type_of_the_programs_own_reads_its_section() {
    let config = good("destinations: { me: { type: pager, number: 555, patience: 2m, level: CRITICAL } }");
    assert_eq!(config.destinations()[0].kind(), "pager");
    assert_eq!(config.destinations()[0].settings().levels, Some(SeveritySet::only(Severity::CRITICAL)));
}

#[test]
fn relative_paths_start_at_the_directory() {
    let path = |head: &str| {
        let config = good(&format!("{head}\ndestinations: {{ a: {{ type: file, path: x/a.log }} }}"));
        config.destinations()[0].paths().next().map(|(_, path)| path.display().to_string())
    };
    assert_eq!(path("level: INFO").as_deref(), Some("/srv/app/x/a.log"));
    assert_eq!(path("directory: logs").as_deref(), Some("/srv/app/logs/x/a.log"));
    assert_eq!(path("directory: /var/log").as_deref(), Some("/var/log/x/a.log"));
}
