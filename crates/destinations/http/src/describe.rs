//! What a config says to make a destination once more.

use crate::auth::Auth;
use crate::body::{Body, DATADOG_SOURCE, SPLUNK_SOURCE_TYPE};
use crate::settings::Settings;
use crate::{Compression, Method};
use tracework_core::{Description, Secret, Setting};
use tracework_net::Reach;

/// As a destination or an action of the type `kind`.
pub(crate) fn describe(kind: &str, settings: &Settings) -> Description {
    let mut said = url(Description::new(kind), settings);
    said = said.unless_usual("method", settings.method.name(), Method::Post.name());
    said = body(said, &settings.body);
    if !settings.headers.is_empty() {
        let headers = Description::new("headers");
        let headers =
            { settings.headers.iter() }.fold(headers, |said, (name, value)| said.with(name, value.under(name)));
        said = said.section("headers", headers);
    }
    if let Some(given) = &settings.auth {
        said = said.section("auth", auth(given));
    }
    if let Some(secret) = &settings.sign {
        said = said.section("sign", Description::new("sign").with("secret", secret.said("secret")));
    }
    said = said.unless_usual("compress", settings.compression.name(), Compression::None.name());
    said = said.unless_usual("allow_private", settings.guard.reach == Reach::Anywhere, false);
    if !settings.guard.allowed.is_empty() {
        let addresses = settings.guard.allowed.iter().map(ToString::to_string);
        said = said.with("allow_addresses", addresses.collect::<Vec<_>>());
    }
    said = said.unless_usual("redirects", settings.redirects, 0);
    if let Some(proxy) = &settings.proxy {
        let plain = *proxy.source() == Secret::Program && !proxy.reveal().contains('@');
        let proxy = if plain { Setting::from(proxy.reveal()) } else { Setting::from(proxy.said("proxy")) };
        said = said.with("proxy", proxy);
    }
    said = tls(said, settings);
    said = said.unless_usual("timeout", settings.timeout, Settings::TIMEOUT);
    said = said.unless_usual("connect_timeout", settings.connect_timeout, Settings::CONNECT_TIMEOUT);
    said.with_some("concurrency", settings.concurrency)
}

/// A URL that a chat gave out is itself the secret, and so may be what a query holds.
fn url(said: Description, settings: &Settings) -> Description {
    let url = &settings.url;
    if *url.source() != Secret::Program || settings.body.is_chat() || url.reveal().contains('?') {
        return said.with("url", url.said("url"));
    }
    said.with("url", url.reveal())
}

fn auth(auth: &Auth) -> Description {
    let said = Description::new("auth");
    match auth {
        Auth::Bearer(token) => said.with("bearer", token.said("bearer")),
        Auth::Basic { user, password } => said.with("user", user.as_str()).with("password", password.said("password")),
        Auth::Key(key) => said.with("key", key.said("key")),
    }
}

fn body(said: Description, body: &Body) -> Description {
    let inner = Description::new("body").with("type", body.name());
    let inner = match body {
        Body::Template(pattern) => Description::new("body").with("template", pattern.as_str()),
        Body::Loki { labels } => {
            let labels =
                labels.iter().fold(Description::new("labels"), |all, (name, value)| all.with(name, value.as_str()));
            inner.section("labels", labels)
        }
        Body::Elasticsearch { index } => inner.with_some("index", index.as_deref()),
        Body::Splunk { index, source_type } => inner.with_some("index", index.as_deref()).unless_usual(
            "source_type",
            source_type.as_str(),
            SPLUNK_SOURCE_TYPE,
        ),
        Body::Datadog { source, tags } => {
            let inner = inner.unless_usual("source", source.as_str(), DATADOG_SOURCE);
            if tags.is_empty() { inner } else { inner.with("tags", tags.clone()) }
        }
        plain => return said.unless_usual("body", plain.name(), Body::Json.name()),
    };
    said.section("body", inner)
}

#[cfg(feature = "tls")]
fn tls(said: Description, settings: &Settings) -> Description {
    settings.tls.describe(said)
}

#[cfg(not(feature = "tls"))]
fn tls(said: Description, _: &Settings) -> Description {
    said
}
