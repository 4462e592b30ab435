//! `type: nats`

use tracework_config::{Registry, Reported, Section, TlsFiles};
use tracework_nats::{JetStream, Tls};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("nats", nats)
}

const KEYS: [(&str, &str, &str); 7] = [
    ("url", "The server: nats:// or tls:// with a host and port.", "nats://127.0.0.1:4222"),
    ("password", "The password of the user in `url`.", ""),
    ("token", "A token, in the place of a user and a password.", ""),
    (
        "subject",
        "The subject that records are published to, with places for parts of the record.",
        "logs.{service}.{level}",
    ),
    ("declare_stream", "Creates a stream of this name unless there is one.", "LOGS"),
    ("timeout", "How long the acknowledgements of a batch are waited for.", "30s"),
    ("connect_timeout", "How long connecting may take, creating the stream included.", "10s"),
];

fn nats(section: &mut Section<'_>) -> Result<JetStream, Reported> {
    section.about(&KEYS);
    let (url, files) = (section.need_str("url"), section.take_tls());
    let mut nats = JetStream::to(&url?).map_err(|error| section.mistaken(&error))?;
    if let Some(password) = section.take_secret("password") {
        nats = nats.password(password);
    }
    if let Some(token) = section.take_secret("token") {
        nats = nats.token(token);
    }
    if let Some(subject) = section.take_str("subject") {
        nats = nats.subject(&subject).map_err(|error| section.mistaken(&error))?;
    }
    if let Some(stream) = section.take_str("declare_stream") {
        nats = nats.declare_stream(&stream).map_err(|error| section.mistaken(&error))?;
    }
    if let Some(timeout) = section.take_timeout("timeout") {
        nats = nats.timeout(timeout);
    }
    if let Some(timeout) = section.take_timeout("connect_timeout") {
        nats = nats.connect_timeout(timeout);
    }
    let TlsFiles { ca, cert, key, .. } = files;
    nats.check().map_err(|error| section.mistaken(&error))?;
    Ok(nats.tls(Tls { ca, cert, key }))
}
