//! A client, and the runtime that it runs on.

use super::guard::Resolver;
use super::redirects::Redirects;
use crate::answer::Answer;
use crate::settings::{Settings, proxy_of};
use reqwest::{Client, Request};
use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracework_core::Failure;
use tracework_net::{ForbiddenAddress, Runtime};

/// How long an idle connection is kept: less than servers and those between them commonly do, so that a request seldom
/// meets one that was just closed.
const IDLE: Duration = Duration::from_secs(50);

/// A client, and the runtime that it runs on.
#[derive(Debug)]
pub(crate) struct Connection {
    outgoing: Outgoing,
    pub(crate) runtime: Runtime,
}

impl Connection {
    /// A client as the settings want it. It connects with the first request.
    pub(crate) fn new(settings: &Settings, https: bool) -> Result<Self, Failure> {
        let redirects =
            Redirects { most: settings.redirects, guard: settings.guard.clone(), secrets: settings.has_secrets() };
        let mut resolver = Resolver { guard: settings.guard.clone(), proxy: None };
        let mut builder = Client::builder()
            .no_proxy()
            .referer(false)
            .redirect(redirects.policy())
            .timeout(settings.timeout)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(settings.concurrency());
        if let Some(proxy) = &settings.proxy {
            let (proxy, url) = proxy_of(proxy).map_err(Failure::permanent)?;
            resolver.proxy = url.host_str().map(str::to_owned);
            builder = builder.proxy(proxy);
        }
        builder = encrypted(builder.dns_resolver(resolver), settings, https)?;
        let client =
            builder.build().map_err(|error| Failure::temporary(format!("setting up HTTP: {}", told(&error))))?;
        let outgoing = Outgoing { client, broken: Arc::default() };
        Ok(Self { outgoing, runtime: Runtime::new()? })
    }

    /// What sends requests, from any task.
    pub(crate) fn outgoing(&self) -> Outgoing {
        self.outgoing.clone()
    }

    /// Did a request get no answer? Then it is better to begin anew, with certificates as they are now.
    pub(crate) fn is_broken(&self) -> bool {
        self.outgoing.broken.load(Ordering::Relaxed)
    }
}

/// Sets up TLS. Its files are looked at even where nothing is encrypted, so that a wrong one is told.
#[cfg(feature = "tls")]
fn encrypted(
    builder: reqwest::ClientBuilder,
    settings: &Settings,
    https: bool,
) -> Result<reqwest::ClientBuilder, Failure> {
    let by_proxy = settings.proxy.as_ref().is_some_and(|proxy| proxy.reveal().starts_with("https"));
    let config = if https || by_proxy || settings.redirects > 0 || settings.tls != tracework_net::Tls::default() {
        let config = settings.tls.client_config();
        Arc::unwrap_or_clone(config.map_err(|error| Failure::temporary(format!("TLS: {error}")))?)
    } else {
        // Nothing will be encrypted: the certificates of the system need not be read.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = versions.map_err(|error| Failure::temporary(format!("TLS: {error}")))?;
        builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
    };
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(not(feature = "tls"))]
fn encrypted(builder: reqwest::ClientBuilder, _: &Settings, _: bool) -> Result<reqwest::ClientBuilder, Failure> {
    Ok(builder)
}

/// What sends requests.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    client: Client,
    broken: Arc<AtomicBool>,
}

impl Outgoing {
    /// Sends a request and reads its answer, `most` bytes of it at the most. The failure is that of the connection.
    pub(crate) async fn send(&self, request: Request, most: usize) -> Result<Answer, Failure> {
        let to = crate::settings::shown(request.url());
        let failed = |error: reqwest::Error| {
            self.broken.store(true, Ordering::Relaxed);
            Failure::temporary(format!("{to}: {}", told(&error)))
        };
        let mut response = self.client.execute(request).await.map_err(failed)?;
        let mut answer = Answer::new(to.clone(), response.status(), response.headers());
        while answer.body.len() < most
            && let Some(chunk) = response.chunk().await.map_err(failed)?
        {
            let room = most - answer.body.len();
            answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(answer)
    }
}

/// What went wrong, from the outermost to the cause, without the URL.
fn told(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return if error.is_connect() { "connecting took too long".into() } else { "the answer took too long".into() };
    }
    let mut said: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(forbidden) = cause.downcast_ref::<ForbiddenAddress>() {
            return forbidden.to_string();
        }
        let text = cause.to_string();
        // Libraries repeat what their causes say.
        said.retain(|before| !text.contains(before.as_str()));
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = cause.source();
    }
    said.retain(|text| !text.starts_with("client error") && !text.starts_with("error trying to connect"));
    if said.is_empty() { "the request failed".into() } else { said.join(": ") }
}
