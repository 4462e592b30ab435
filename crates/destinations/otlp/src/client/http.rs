//! Protobuf by HTTP.

use super::line::{Trouble, told};
use crate::answer::Answer;
use crate::judge;
use crate::settings::{AGENT, Compression, Settings, Target};
use bytes::Bytes;
use prost::Message as _;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use std::time::Duration;
use tracework_core::Failure;

/// Bytes of an answer that are read.
const ANSWER: usize = 64 << 10;

/// How long an idle connection is kept: less than servers and those between them commonly do.
const IDLE: Duration = Duration::from_secs(50);

#[derive(Clone, Debug)]
pub(super) struct Client {
    client: reqwest::Client,
    target: Target,
    compression: Compression,
}

impl Client {
    pub(super) fn new(settings: &Settings, target: Target) -> Result<Self, Failure> {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .referer(false)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(settings.concurrency);
        let client = encrypted(builder, settings, &target)?.build();
        let client = client.map_err(|error| Failure::temporary(format!("setting up HTTP: {}", told(&error))))?;
        Ok(Self { client, target, compression: settings.compression })
    }

    pub(super) async fn send(&self, to: &str, request: Bytes) -> Result<Answer, Trouble> {
        let lost = |error: reqwest::Error| {
            let error = error.without_url();
            let said = std::error::Error::source(&error).map_or_else(|| error.to_string(), told);
            Trouble::Lost(Failure::temporary(format!("{to}: {said}")))
        };
        let mut builder = self.client.post(self.target.url.clone()).headers(self.target.headers.clone());
        builder = builder.header(USER_AGENT, AGENT).header(CONTENT_TYPE, "application/x-protobuf");
        let body = match self.compression {
            Compression::None => request,
            Compression::Gzip => {
                builder = builder.header(CONTENT_ENCODING, Compression::Gzip.name());
                gzip(&request).map_err(|error| Trouble::Refused(error.into()))?
            }
        };
        let mut response = builder.body(body).send().await.map_err(lost)?;
        let mut body = Vec::new();
        while body.len() < ANSWER
            && let Some(chunk) = response.chunk().await.map_err(lost)?
        {
            body.extend_from_slice(&chunk[..chunk.len().min(ANSWER - body.len())]);
        }
        read(to, &response, &body).map_err(Trouble::Refused)
    }
}

/// What an answer says.
fn read(to: &str, response: &Response, body: &[u8]) -> Result<Answer, Failure> {
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let status = response.status();
    if !status.is_success() {
        return Err(judge::by_http(to, status, text(RETRY_AFTER).and_then(judge::retry_after), body));
    }
    if text(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html")) {
        return Err(judge::a_page(to));
    }
    // Some servers answer with nothing, or in JSON though they were asked in protobuf: then they took all.
    Ok(Answer::decode(body).unwrap_or_default())
}

#[cfg(feature = "gzip")]
fn gzip(bytes: &[u8]) -> std::io::Result<Bytes> {
    use std::io::Write as _;
    // Quick rather than small: a worker has more to do.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(4));
    encoder.write_all(bytes)?;
    encoder.finish().map(Bytes::from)
}

#[cfg(not(feature = "gzip"))]
fn gzip(bytes: &[u8]) -> std::io::Result<Bytes> {
    // The settings do not let it come to this.
    Ok(Bytes::copy_from_slice(bytes))
}

/// Sets up TLS.
#[cfg(feature = "tls")]
fn encrypted(
    builder: reqwest::ClientBuilder,
    settings: &Settings,
    target: &Target,
) -> Result<reqwest::ClientBuilder, Failure> {
    use std::sync::Arc;
    let wrong = |error: &dyn std::fmt::Display| Failure::temporary(format!("TLS: {error}"));
    let config = if target.url.scheme() == "https" {
        Arc::unwrap_or_clone(settings.tls.client_config().map_err(|error| wrong(&error))?)
    } else {
        // Nothing will be encrypted: the certificates of the system need not be read.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = versions.map_err(|error| wrong(&error))?;
        builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
    };
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(not(feature = "tls"))]
fn encrypted(builder: reqwest::ClientBuilder, _: &Settings, _: &Target) -> Result<reqwest::ClientBuilder, Failure> {
    Ok(builder)
}
