//! `type: amqp`

use tracework_amqp::{Amqp, Exchange, QueueType};
use tracework_config::{Registry, Reported, Section};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("amqp", amqp)
}

const KEYS: [(&str, &str, &str); 7] = [
    ("url", "The broker; `%2f` is the virtual host `/`.", "amqp://app@mq.example.com:5672/%2f"),
    ("password", "The password of the user in `url`.", ""),
    ("exchange", "The exchange that records are published to; without it, `routing_key` names a queue.", "logs"),
    ("routing_key", "The routing key, with places for parts of the record.", "{service}.{level}"),
    ("headers", "Headers of each message, each a name and a pattern.", ""),
    ("mandatory", "Whether a message that no queue is there for comes back; else the broker forgets it.", "true"),
    ("persistent", "Whether durable queues keep messages on disk.", "true"),
];

/// What is declared each time it connects, and how long things may take.
const MORE: [(&str, &str, &str); 7] = [
    ("declare_exchange", "Declares the exchange, durable and of this kind.", "topic"),
    (
        "declare_queue",
        "Declares a durable queue of this name, and binds it to the exchange if there is one.",
        "all-logs",
    ),
    ("queue_type", "The type of the queue that is declared; default is the virtual host's.", "quorum"),
    ("bind", "The key that the declared queue is bound by.", "#"),
    ("connection_name", "What the broker lists the connection as.", "payments"),
    ("timeout", "How long the confirmations of a batch are waited for.", "30s"),
    ("connect_timeout", "How long connecting may take, declarations included.", "10s"),
];

fn amqp(section: &mut Section<'_>) -> Result<Amqp, Reported> {
    section.about(&KEYS);
    section.about(&MORE);
    let (url, encrypted) = (section.need_str("url"), tls(section));
    let mut amqp = Amqp::to(&url?).map_err(|error| section.mistaken(&error))?;
    if let Some(password) = section.take_secret("password") {
        amqp = amqp.password(password);
    }
    if let Some(exchange) = section.take_str("exchange") {
        amqp = amqp.exchange(&exchange).map_err(|error| section.mistaken(&error))?;
    }
    if let Some(key) = section.take_str("routing_key") {
        amqp = amqp.routing_key(&key).map_err(|error| section.mistaken(&error))?;
    }
    for (name, pattern) in section.take_texts("headers").unwrap_or_default() {
        amqp = amqp.header(&name, &pattern).map_err(|error| section.mistaken(&error))?;
    }
    if let Some(mandatory) = section.take_bool("mandatory") {
        amqp = amqp.mandatory(mandatory);
    }
    if let Some(persistent) = section.take_bool("persistent") {
        amqp = amqp.persistent(persistent);
    }
    amqp = topology(section, amqp)?;
    if let Some(name) = section.take_str("connection_name") {
        amqp = amqp.connection_name(&name);
    }
    if let Some(timeout) = section.take_timeout("timeout") {
        amqp = amqp.timeout(timeout);
    }
    if let Some(timeout) = section.take_timeout("connect_timeout") {
        amqp = amqp.connect_timeout(timeout);
    }
    let amqp = encrypted(amqp);
    amqp.check().map_err(|error| section.mistaken(&error))?;
    Ok(amqp)
}

fn topology(section: &mut Section<'_>, mut amqp: Amqp) -> Result<Amqp, Reported> {
    let kinds =
        [Exchange::Direct, Exchange::Fanout, Exchange::Topic, Exchange::Headers].map(|kind| (kind.name(), kind));
    if let Some(kind) = section.take_enum("declare_exchange", &kinds) {
        amqp = amqp.declare_exchange(kind);
    }
    if let Some(queue) = section.take_str("declare_queue") {
        amqp = amqp.declare_queue(&queue).map_err(|error| section.mistaken(&error))?;
    }
    let types = [QueueType::Default, QueueType::Classic, QueueType::Quorum, QueueType::Stream];
    if let Some(queue_type) = section.take_enum("queue_type", &types.map(|one| (one.name(), one))) {
        amqp = amqp.queue_type(queue_type);
    }
    match section.take_str("bind") {
        Some(key) => amqp.bind(&key).map_err(|error| section.mistaken(&error)),
        None => Ok(amqp),
    }
}

/// What the files of TLS change.
#[cfg(feature = "amqp-tls")]
fn tls(section: &mut Section<'_>) -> impl FnOnce(Amqp) -> Amqp + use<> {
    let tracework_config::TlsFiles { ca, cert, key, .. } = section.take_tls();
    move |amqp| amqp.tls(tracework_amqp::Tls { ca, cert, key })
}

#[cfg(not(feature = "amqp-tls"))]
fn tls(_: &mut Section<'_>) -> impl FnOnce(Amqp) -> Amqp + use<> {
    |amqp| amqp
}
