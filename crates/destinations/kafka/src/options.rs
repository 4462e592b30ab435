//! The options of librdkafka that `client` may set.

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaConfRes;
use tracework_core::nearest;

/// Options whose values are secrets; a config may name a file for each of them.
pub const SECRETS: [&str; 8] = [
    "sasl.password",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.password",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.client.credentials.client.secret",
    "sasl.oauthbearer.assertion.private.key.passphrase",
    "sasl.oauthbearer.assertion.private.key.pem",
];

/// Options that `client` may not set, and why.
const REFUSED: [(&str, &str); 17] = [
    ("bootstrap.servers", "is what `brokers` sets; write it there"),
    ("metadata.broker.list", "is what `brokers` sets; write it there"),
    ("acks", "is set beside `client`; write `acks: all`"),
    ("request.required.acks", "is set beside `client`; write `acks: all`"),
    ("compression.codec", "is set beside `client`; write `compression: lz4`"),
    ("compression.type", "is set beside `client`; write `compression: lz4`"),
    ("message.timeout.ms", "is what `timeout` sets; write `timeout: 30s`"),
    ("delivery.timeout.ms", "is what `timeout` sets; write `timeout: 30s`"),
    ("transactional.id", "begins transactions, which would never be committed; leave it out"),
    ("delivery.report.only.error", "would leave deliveries unnoticed; leave it out"),
    ("log.queue", "is needed to keep what librdkafka logs off standard error; leave it out"),
    ("statistics.interval.ms", "makes statistics that nobody reads; leave it out"),
    ("plugin.library.paths", "loads programs; a config may not"),
    ("sasl.kerberos.kinit.cmd", "runs programs; a config may not"),
    ("internal.termination.signal", "sends signals to threads; leave it out"),
    ("enabled_events", "is for programs alone; leave it out"),
    ("interceptors", "is for programs alone; leave it out"),
];

/// What librdkafka 2.12 lets a producer set (its CONFIGURATION.md), for the nearest name to a wrong one. What it knows
/// beside these can be set all the same.
const KNOWN: &str = "\
    allow.auto.create.topics api.version.fallback.ms api.version.request api.version.request.timeout.ms batch.num.messages \
    batch.size broker.address.family broker.address.ttl broker.version.fallback client.dns.lookup client.id client.rack \
    compression.level connections.max.idle.ms debug enable.gapless.guarantee enable.idempotence enable.metrics.push \
    enable.random.seed enable.ssl.certificate.verification linger.ms log.connection.close max.in.flight \
    max.in.flight.requests.per.connection message.copy.max.bytes message.max.bytes message.send.max.retries \
    metadata.max.age.ms metadata.recovery.rebootstrap.trigger.ms metadata.recovery.strategy partitioner \
    queue.buffering.backpressure.threshold queue.buffering.max.kbytes queue.buffering.max.messages queue.buffering.max.ms \
    queuing.strategy receive.message.max.bytes reconnect.backoff.max.ms reconnect.backoff.ms request.timeout.ms retries \
    retry.backoff.max.ms retry.backoff.ms sasl.mechanism sasl.mechanisms sasl.oauthbearer.client.id \
    sasl.oauthbearer.client.secret sasl.oauthbearer.config sasl.oauthbearer.method sasl.oauthbearer.scope \
    sasl.oauthbearer.token.endpoint.url sasl.password sasl.username security.protocol \
    socket.connection.setup.timeout.ms socket.keepalive.enable socket.max.fails socket.nagle.disable \
    socket.receive.buffer.bytes socket.send.buffer.bytes socket.timeout.ms ssl.ca.location ssl.ca.pem \
    ssl.certificate.location ssl.certificate.pem ssl.cipher.suites ssl.crl.location ssl.curves.list \
    ssl.endpoint.identification.algorithm ssl.engine.location ssl.key.location ssl.key.password ssl.key.pem \
    ssl.keystore.location ssl.keystore.password ssl.providers ssl.sigalgs.list sticky.partitioning.linger.ms \
    topic.blacklist topic.metadata.propagation.max.ms topic.metadata.refresh.fast.interval.ms \
    topic.metadata.refresh.interval.ms topic.metadata.refresh.sparse";

/// Two names of one option: if a config says the first, what we would say by the second is left out.
pub(crate) const ALIASES: [(&str, &str); 1] = [("queue.buffering.max.ms", "linger.ms")];

/// Asks librdkafka whether it knows an option, and takes this value for it.
///
/// ```
/// use tracework_kafka::check_option;
///
/// assert_eq!(check_option("linger.ms", "5"), Ok(()));
/// let unknown = check_option("lingr.ms", "5").unwrap_err();
/// assert_eq!(unknown, "librdkafka has no option `lingr.ms`; did you mean `linger.ms`?");
/// assert!(check_option("acks", "all").is_err());
/// ```
///
/// # Errors
///
/// It does not, or the option is set elsewhere; the text says so, and behind a semicolon what to do.
pub fn check_option(name: &str, value: &str) -> Result<(), String> {
    if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        return Err(format!("`{name}` {why}"));
    }
    if name.ends_with("_cb") {
        return Err(format!("`{name}` is for programs alone; leave it out"));
    }
    let mut config = ClientConfig::new();
    match config.set(name, value).create_native_config() {
        Ok(_) => Ok(()),
        Err(KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, ..)) => Err(unknown(name)),
        Err(_) if SECRETS.contains(&name) => Err(format!("librdkafka does not take this value of `{name}`")),
        Err(KafkaError::ClientConfig(_, why, ..)) => Err(why.replace("; ", ", ")),
        Err(_) => Err(format!("`{name}` holds a zero byte; leave it out")),
    }
}

fn unknown(name: &str) -> String {
    let shown = name.chars().take(80).collect::<String>();
    let shown = shown.escape_debug();
    match nearest(name, KNOWN.split_whitespace()) {
        Some(near) => format!("librdkafka has no option `{shown}`; did you mean `{near}`?"),
        None => format!("librdkafka has no option `{shown}`; its CONFIGURATION.md lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_to_be_known_is_known() {
        // librdkafka asks for a value that it can read; that it knows the name is enough.
        for name in KNOWN.split_whitespace() {
            let refused = check_option(name, "0").err().unwrap_or_default();
            assert!(!refused.contains("has no option"), "{name}: {refused}");
        }
    }

    #[test]
    fn secrets_are_never_in_what_is_said() {
        for name in SECRETS {
            let said = check_option(name, "hunter2\0").err().unwrap_or_default();
            assert!(!said.contains("hunter2"), "{name}: {said}");
        }
    }
}
