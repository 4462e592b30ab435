//! What is set, checked, and written down again.

use crate::support::unique;
use std::time::Duration;
use tracework_core::{Credential, Destination, Secret, Setting};
use tracework_kafka::{Acks, Compression, CreateTopic, Kafka};

fn wrong(kafka: &Kafka) -> String {
    kafka.check().expect_err("it will not do").to_string()
}

#[test]
fn what_will_not_do_is_told_before_anything_is_connected() {
    let kafka = || Kafka::new(["127.0.0.1:9092"], "logs");
    assert_eq!(kafka().check(), Ok(()));
    assert_eq!(Kafka::new(["[::1]:9092", "kafka"], "logs.{service}.{field.tenant}").check(), Ok(()));
    let none: [&str; 0] = [];
    assert_eq!(wrong(&Kafka::new(none, "logs")), "brokers: there is none; write `[HOST:PORT]`");
    assert_eq!(wrong(&Kafka::new(["kafka:port"], "logs")), "brokers: `kafka:port` has no port; write HOST:PORT");
    assert!(!wrong(&Kafka::new(["ann:hunter2@kafka:9092"], "logs")).contains("hunter2"));
    assert!(wrong(&Kafka::new(["127.0.0.1:9092"], "logs of mine")).starts_with("topic: `logs of mine` holds ` `"));
    assert!(wrong(&Kafka::new(["127.0.0.1:9092"], "logs.{servce}")).starts_with("topic: `servce`"));
    assert!(wrong(&kafka().key("{field.}")).starts_with("key: "));
    assert!(wrong(&kafka().timeout(Duration::from_millis(10))).starts_with("timeout: "));
    assert!(
        wrong(&kafka().create_topic(CreateTopic { partitions: 0, replication: None })).starts_with("create_topic: ")
    );
}

#[test]
fn options_are_those_of_librdkafka() {
    let kafka = || Kafka::new(["127.0.0.1:9092"], "logs");
    let set = |name: &str, value: &str| kafka().client(name, value);
    assert_eq!(set("linger.ms", "5").client("queue.buffering.max.ms", "5").check(), Ok(()));
    assert_eq!(
        wrong(&set("linger.ns", "5")),
        "client.linger.ns: librdkafka has no option `linger.ns`; did you mean `linger.ms`?"
    );
    assert!(
        wrong(&set("linger.ms", "soon")).starts_with("client.linger.ms: Invalid value"),
        "{}",
        wrong(&set("linger.ms", "soon"))
    );
    let tls = wrong(&set("security.protocol", "ssl"));
    assert!(tls.contains("OpenSSL not available at build time"), "{tls}");
    assert!(wrong(&set("acks", "0")).contains("is set beside `client`"));
    assert!(wrong(&set("plugin.library.paths", "evil.so")).contains("loads programs"));
    assert!(wrong(&set("dr_msg_cb", "0")).contains("programs alone"));
    let both = set("enable.idempotence", "true").acks(Acks::None);
    assert_eq!(
        wrong(&both),
        "client.enable.idempotence: `enable.idempotence` needs `acks: all`; leave one of them out"
    );
}

#[test]
fn a_secret_is_shown_nowhere() {
    let from = Secret::File { name: "sasl.password_file".into(), path: "kafka.password".into() };
    let kafka = Kafka::new(["127.0.0.1:9092"], "logs")
        .client_secret("sasl.password", Credential::new("hunter2").from(from.clone()));
    assert!(!format!("{kafka:?}").contains("hunter2"));
    let description = kafka.as_config().expect("a description");
    assert!(!format!("{description:?}").contains("hunter2"));
    let Some(Setting::Section(client)) = description.get("client") else { panic!("a section") };
    assert_eq!((client[0].name.as_str(), &client[0].value), ("sasl.password", &Setting::Secret(from)));
}

#[test]
fn it_says_what_a_config_would_say_of_it() {
    let kafka = Kafka::new(["a:9092", "b:9092"], "logs.{service}")
        .key("{context.user_id}")
        .acks(Acks::Leader)
        .compression(Compression::Zstd)
        .create_topic(CreateTopic { partitions: 6, replication: Some(3) })
        .client("linger.ms", "5");
    let said = kafka.as_config().expect("a description");
    let names: Vec<_> = said.settings().iter().filter(|said| !said.usual).map(|said| said.name.as_str()).collect();
    assert_eq!(names, ["brokers", "topic", "key", "acks", "compression", "create_topic", "client"]);
    let usual = Kafka::new(["a:9092"], &unique("t")).as_config().expect("a description");
    let names: Vec<_> = usual.settings().iter().filter(|said| !said.usual).map(|said| said.name.as_str()).collect();
    assert_eq!(names, ["brokers", "topic"]);
}
