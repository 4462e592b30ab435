//! What a config says to make a destination once more.

use crate::Otlp;
use crate::settings::{Compression, Protocol, Settings};
use tracework_core::Description;

pub(crate) fn describe(otlp: &Otlp) -> Description {
    let settings = &otlp.settings;
    let mut said = Description::new("otlp").with("endpoint", settings.endpoint.as_str());
    said = said.unless_usual("protocol", settings.protocol.name(), Protocol::Grpc.name());
    let headers = Description::new("headers");
    let headers = { settings.headers.iter() }.fold(headers, |said, (name, value)| said.with(name, value.under(name)));
    said = said.section("headers", headers);
    let resource =
        otlp.encoder.set().fold(Description::new("resource"), |resource, (name, value)| resource.with(name, value));
    said = said.section("resource", resource);
    said = said.unless_usual("compress", settings.compression.name(), Compression::None.name());
    said = tls(said, settings);
    said = said.unless_usual("timeout", settings.timeout, Settings::TIMEOUT);
    said = said.unless_usual("connect_timeout", settings.connect_timeout, Settings::CONNECT_TIMEOUT);
    said = said.unless_usual("concurrency", settings.concurrency, Settings::CONCURRENCY);
    let size = |bytes: usize| tracework_core::Setting::Size(bytes as u64);
    said = said.unless_usual("max_request", size(settings.most), size(Settings::MOST));
    otlp.encoder.say(said)
}

#[cfg(feature = "tls")]
fn tls(said: Description, settings: &Settings) -> Description {
    settings.tls.describe(said)
}

#[cfg(not(feature = "tls"))]
fn tls(said: Description, _: &Settings) -> Description {
    said
}
