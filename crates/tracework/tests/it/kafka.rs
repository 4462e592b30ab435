//! `type: kafka` in a whole pipeline, on a real broker.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracework::Severity;
use tracework::config::{ConfigSource, Environment};
use tracework::core::Attach as _;
use tracework::destinations::Memory;
use tracework::engine::Control;
use tracework::kafka::{CreateTopic, Kafka};
use tracework::registry::standard;
use tracing_subscriber::layer::SubscriberExt as _;

fn broker() -> Option<String> {
    Some(tracework_testkit::service("kafka", "127.0.0.1:9092")?.to_string())
}

fn unique(what: &str) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos();
    format!("{what}-{}-{since}", std::process::id())
}

fn kafka(broker: &str, what: &str) -> Kafka {
    Kafka::new([broker], &unique(what)).create_topic(CreateTopic::default()).timeout(Duration::from_secs(10))
}

/// Beside a destination that takes everything: what librdkafka and its binding log while they connect, create a topic,
/// deliver, fail and are dropped is in none of it.
#[test]
fn nothing_that_librdkafka_logs_comes_back() {
    let Some(broker) = broker() else { return };
    let _ = tracing_log::LogTracer::init();
    let everything = Memory::new(10_000);
    let seen = everything.handle();
    let control = Control::new();
    control.attach("everything", everything.level(Severity::TRACE)).expect("attached");
    // The topic is there already: what creates topics logs on a thread of its own (adr/0037).
    let topic = unique("quiet");
    tracework::core::Destination::open(&mut Kafka::new([&broker[..]], &topic).create_topic(CreateTopic::default()))
        .expect("created");
    let writes = Kafka::new([&broker[..]], &topic).client("debug", "all").level(Severity::TRACE);
    control.attach("kafka", writes).expect("attached");
    let nobody = Kafka::new(["127.0.0.1:1"], "nobody").timeout(Duration::from_secs(1)).level(Severity::TRACE);
    control.attach("down", nobody).expect("attached");
    let stack = tracing_subscriber::registry().with(tracework::DestinationLayer::new(&control));
    tracing::subscriber::with_default(stack, || {
        for number in 0..100 {
            tracing::trace!(number, "mine");
        }
        let flushed = control.flush(Duration::from_secs(2));
        assert!(flushed.delivered >= 200, "{flushed:?}");
        control.detach("kafka").expect("detached");
        control.detach("down").expect("detached");
    });
    let _ = control.shutdown(Duration::from_secs(5));
    let others: Vec<_> = seen.lines(tracework::format::Json::new());
    let others: Vec<_> = others.iter().filter(|line| !line.contains("\"message\":\"mine\"")).collect();
    let foreign: Vec<_> =
        others.iter().filter(|line| line.contains("rdkafka::") || line.contains("librdkafka\"")).collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
}

#[test]
fn it_delivers_inside_a_runtime_of_one_thread_and_after_it_is_gone() {
    let Some(broker) = broker() else { return };
    let control = Control::new();
    control.attach("kafka", kafka(&broker, "runtime").level(Severity::INFO)).expect("attached");
    let stack = tracing_subscriber::registry().with(tracework::DestinationLayer::new(&control));
    tracing::subscriber::with_default(stack, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            tracing::info!("inside");
            let flushed = control.flush_async(Duration::from_secs(10)).await;
            assert_eq!((flushed.delivered, flushed.pending), (1, 0), "{flushed:?}");
        });
        drop(runtime);
        tracing::info!("after");
        let flushed = control.flush(Duration::from_secs(10));
        assert_eq!(flushed.pending, 0, "{flushed:?}");
    });
    let report = control.shutdown(Duration::from_secs(10));
    assert_eq!(report.total.lost, 0, "{report:?}");
}

#[test]
fn a_config_makes_it_with_secrets_that_are_shown_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("kafka.password"), "hunter2\n").expect("written");
    let yaml = "destinations: { kafka: { type: kafka, brokers: [127.0.0.1:1], topic: logs, client: { \
                security.protocol: sasl_plaintext, sasl.mechanism: PLAIN, sasl.username: ann, \
                sasl.password_file: kafka.password } } }\ndefault: [kafka]";
    let source = ConfigSource::text("app.yml", yaml).folder(folder.path()).environment(Environment::none());
    let config = source.read(&standard()).unwrap_or_else(|error| panic!("{error}"));
    assert!(!format!("{config:?}").contains("hunter2"));
    let control = config.rehearsal().into_control().expect("threads start");
    let saved = tracework::config::SaveConfig::config(&control);
    assert!(saved.yaml.contains("sasl.password_file") && !saved.yaml.contains("hunter2"), "{}", saved.yaml);
}
