//! A name that no resolver knows, for every destination in the network at once: each says so in its health, drops nothing,
//! and holds up nobody.

use std::time::{Duration, Instant};
use tracework::config::{ConfigSource, Environment};
use tracework::engine::{Control, State};
use tracework::registry::standard;
use tracing_subscriber::layer::SubscriberExt as _;

const DESTINATIONS: [(&str, &str); 9] = [
    ("http", "type: http, url: 'https://HOST/'"),
    ("otlp", "type: otlp, endpoint: 'http://HOST:4317'"),
    ("otlp_http", "type: otlp, endpoint: 'http://HOST:4318', protocol: http"),
    ("sql", "type: sql, url: 'postgres://ann@HOST/logs'"),
    ("amqp", "type: amqp, url: 'amqp://ann@HOST'"),
    ("kafka", "type: kafka, brokers: ['HOST:9092'], topic: logs"),
    ("redis", "type: redis, url: 'redis://HOST'"),
    ("nats", "type: nats, url: 'nats://HOST:4222'"),
    ("syslog", "type: syslog, address: 'tcp://HOST:514'"),
];

const HOST: &str = "no-such-host.invalid";

fn control() -> Control {
    let said = DESTINATIONS.map(|(name, said)| format!("  {name}: {{ {} }}\n", said.replace("HOST", HOST)));
    let names = DESTINATIONS.map(|(name, _)| name).join(", ");
    let yaml = format!("destinations:\n  seen: {{ type: memory }}\n{}default: [seen, {names}]\n", said.concat());
    let read = ConfigSource::text("app.yml", &yaml).environment(Environment::none()).read(&standard());
    read.unwrap_or_else(|error| panic!("{error}")).into_control().expect("threads start")
}

#[test]
fn a_name_that_leads_nowhere_is_told_by_the_health_of_each_and_loses_nothing() {
    let control = control();
    let stack = tracing_subscriber::registry().with(tracework::DestinationLayer::new(&control));
    tracing::subscriber::with_default(stack, || tracing::error!("declined"));
    // librdkafka looks for brokers a few seconds before it says anything.
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let health = control.health();
        let failed = |(name, _): &(&str, &str)| health.destinations[*name].breaker.failures > 0;
        if DESTINATIONS.iter().all(failed) {
            break;
        }
        let missing: Vec<_> = DESTINATIONS.iter().filter(|named| !failed(named)).collect();
        assert!(Instant::now() < until, "{missing:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let health = control.health();
    assert!(!health.is_well());
    assert_eq!((health.destinations["seen"].state, health.destinations["seen"].ledger.delivered), (State::Healthy, 1));
    for (name, _) in DESTINATIONS {
        let told = &health.destinations[name];
        let error = told.last_error.as_ref().unwrap_or_else(|| panic!("{name} tells nothing"));
        assert!(error.message.contains(HOST), "{name}: {}", error.message);
        assert_eq!((told.ledger.pending, told.ledger.lost()), (1, 0), "{name}: {:?}", told.ledger);
    }
    let _ = control.shutdown(Duration::ZERO);
}
