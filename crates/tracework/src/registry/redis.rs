//! `type: redis`

use tracework_config::{Registry, Reported, Section};
use tracework_redis::{RedisStream, RedisStreamError};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("redis", redis)
}

fn redis(section: &mut Section<'_>) -> Result<RedisStream, Reported> {
    section.about(&[
        (
            "url",
            "The server: redis:// with a host, port and database, or redis+unix:// with a path.",
            "redis://127.0.0.1:6379/0",
        ),
        ("password", "The password of the user in `url`.", ""),
        ("stream", "The stream that entries are added to, with places for parts of the record.", "logs:{service}"),
        ("max_length", "How many entries a stream keeps, about.", "1000000"),
        ("timeout", "How long the answers to a batch are waited for.", "30s"),
        ("connect_timeout", "How long connecting may take.", "10s"),
    ]);
    let refuse = |section: &mut Section<'_>, error: RedisStreamError| section.refuse(error.setting, error.why);
    let url = section.need_str("url")?;
    let mut redis = RedisStream::to(&url).map_err(|error| refuse(section, error))?;
    if let Some(password) = section.take_secret("password") {
        redis = redis.password(password.reveal()).password_source(password.source().clone());
    }
    if let Some(stream) = section.take_str("stream") {
        redis = redis.stream(&stream).map_err(|error| refuse(section, error))?;
    }
    if let Some(entries) = section.take_count("max_length") {
        redis = redis.max_length(entries as u64);
    }
    if let Some(timeout) = section.take_duration("timeout") {
        redis = redis.timeout(timeout);
    }
    Ok(match section.take_duration("connect_timeout") {
        Some(timeout) => redis.connect_timeout(timeout),
        None => redis,
    })
}
