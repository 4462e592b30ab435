//! `type: redis`

use tracework_config::{Registry, Reported, Section};
use tracework_redis::RedisStream;

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
    let url = section.need_str("url")?;
    let mut redis = RedisStream::to(&url).map_err(|error| section.mistaken(&error))?;
    if let Some(password) = section.take_secret("password") {
        redis = redis.password(password);
    }
    if let Some(stream) = section.take_str("stream") {
        redis = redis.stream(&stream).map_err(|error| section.mistaken(&error))?;
    }
    if let Some(entries) = section.take_count("max_length") {
        redis = redis.max_length(entries as u64);
    }
    if let Some(timeout) = section.take_timeout("timeout") {
        redis = redis.timeout(timeout);
    }
    Ok(match section.take_timeout("connect_timeout") {
        Some(timeout) => redis.connect_timeout(timeout),
        None => redis,
    })
}
