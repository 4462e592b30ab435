//! `type: kafka`

use tracework_config::{Registry, Reported, Section};
use tracework_kafka::{Acks, Compression, CreateTopic, Credential, Kafka, SECRETS, check_option};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("kafka", kafka)
}

const KEYS: [(&str, &str, &str); 9] = [
    ("brokers", "Brokers by which the others are found, each a host and port.", "[127.0.0.1:9092]"),
    ("topic", "The topic; parts of the record may stand in it.", "logs.{service}"),
    ("key", "What makes the key of each message; the records of a key keep their order.", "{context.user_id}"),
    ("acks", "Whose word counts for a message to be delivered: all replicas in sync, the leader, nobody.", "all"),
    ("compression", "How messages are compressed, several together.", "lz4"),
    ("timeout", "How long a delivery may take before it is given up and tried again.", "30s"),
    ("headers", "Whether messages have the headers event_id, level and service.", "true"),
    ("create_topic", "Creates a topic that is not there.", ""),
    ("client", "Any other option of librdkafka for producers, by its name there.", ""),
];

fn kafka(section: &mut Section<'_>) -> Result<Kafka, Reported> {
    section.about(&KEYS);
    let (brokers, topic) = (section.need("brokers", Section::take_list), section.need_str("topic"));
    let mut kafka = Kafka::new(brokers.clone().unwrap_or_default(), topic.as_deref().unwrap_or("none"));
    if let Some(key) = section.take_str("key") {
        kafka = kafka.key(&key);
    }
    let acks = [
        ("all", Acks::All),
        ("-1", Acks::All),
        ("leader", Acks::Leader),
        ("1", Acks::Leader),
        ("none", Acks::None),
        ("0", Acks::None),
    ];
    if let Some(acks) = section.take_enum("acks", &acks) {
        kafka = kafka.acks(acks);
    }
    let compressions = [Compression::None, Compression::Snappy, Compression::Lz4, Compression::Zstd];
    if let Some(compression) = section.take_enum("compression", &compressions.map(|one| (one.name(), one))) {
        kafka = kafka.compression(compression);
    }
    if let Some(timeout) = section.take_timeout("timeout") {
        kafka = kafka.timeout(timeout);
    }
    if let Some(headers) = section.take_bool("headers") {
        kafka = kafka.headers(headers);
    }
    if let Some(create) = section.within("create_topic", create_topic) {
        kafka = kafka.create_topic(create);
    }
    if let Some(options) = section.within("client", client) {
        kafka = options.into_iter().fold(kafka, Opt::set);
    }
    brokers?;
    topic?;
    kafka.check().map_err(|mistake| section.mistaken(&mistake))?;
    Ok(kafka)
}

fn create_topic(section: &mut Section<'_>) -> CreateTopic {
    section.about(&[
        ("partitions", "Its partitions; the order of records is kept within one.", "6"),
        ("replication", "On how many brokers each partition is kept; else what the broker usually does.", "3"),
    ]);
    let usual = CreateTopic::default();
    let mut count = |name: &str| {
        let count = section.take_count(name)?;
        let small = u16::try_from(count).ok().filter(|&count| count > 0);
        if small.is_none() {
            section.refuse(name, format!("`{count}` lies outside of 1 to 65535"));
        }
        small
    };
    CreateTopic { partitions: count("partitions").unwrap_or(usual.partitions), replication: count("replication") }
}

/// An option of librdkafka.
struct Opt {
    name: String,
    value: Credential,
    secret: bool,
}

impl Opt {
    fn set(kafka: Kafka, Self { name, value, secret }: Self) -> Kafka {
        if secret { kafka.client_secret(&name, value) } else { kafka.client(&name, value.reveal()) }
    }
}

/// The options that librdkafka takes; each that it does not is told where it stands.
fn client(section: &mut Section<'_>) -> Vec<Opt> {
    let mut options = Vec::new();
    for name in SECRETS {
        let help = format!("The option `{name}` of librdkafka.");
        section.about(&[(name, &help, "")]);
        let Some(value) = section.take_secret(name) else { continue };
        options.push(Opt { name: name.to_owned(), value, secret: true });
    }
    let others = section.take_others().into_iter();
    let others = others.map(|(name, value)| Opt { name, value: value.into(), secret: false });
    options.extend(others);
    let refused =
        |option: &Opt| check_option(&option.name, option.value.reveal()).err().map(|why| (option.name.clone(), why));
    let wrong: Vec<_> = options.iter().filter_map(refused).collect();
    for (name, why) in &wrong {
        section.refuse(name, why);
    }
    options.retain(|option| wrong.iter().all(|(name, _)| *name != option.name));
    options
}
