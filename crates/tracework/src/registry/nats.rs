//! `type: nats`

use tracework_config::{Registry, Reported, Section};
use tracework_nats::{JetStream, JetStreamError, Tls};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("nats", nats)
}

const KEYS: [(&str, &str, &str); 10] = [
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
    ("ca", "A file of certificates that are trusted instead of the system's.", "ca.pem"),
    ("cert", "The program's own certificate.", "cert.pem"),
    ("key", "Its private key.", "key.pem"),
];

fn nats(section: &mut Section<'_>) -> Result<JetStream, Reported> {
    section.about(&KEYS);
    let refuse = |section: &mut Section<'_>, error: JetStreamError| section.refuse(error.setting, error.why);
    let url = section.need_str("url")?;
    let mut nats = JetStream::to(&url).map_err(|error| refuse(section, error))?;
    if let Some(password) = section.take_secret("password") {
        nats = nats.password(password.reveal()).password_source(password.source().clone());
    }
    if let Some(token) = section.take_secret("token") {
        nats = nats.token(token.reveal()).token_source(token.source().clone());
    }
    if let Some(subject) = section.take_str("subject") {
        nats = nats.subject(&subject).map_err(|error| refuse(section, error))?;
    }
    if let Some(stream) = section.take_str("declare_stream") {
        nats = nats.declare_stream(&stream).map_err(|error| refuse(section, error))?;
    }
    if let Some(timeout) = section.take_duration("timeout") {
        nats = nats.timeout(timeout);
    }
    if let Some(timeout) = section.take_duration("connect_timeout") {
        nats = nats.connect_timeout(timeout);
    }
    let [ca, cert, key] = ["ca", "cert", "key"].map(|name| section.take_path(name));
    if cert.is_some() != key.is_some() {
        return Err(section.refuse(if cert.is_some() { "cert" } else { "key" }, "`cert` and `key` belong together"));
    }
    nats.check().map_err(|error| refuse(section, error))?;
    Ok(nats.tls(Tls { ca, cert, key }))
}
