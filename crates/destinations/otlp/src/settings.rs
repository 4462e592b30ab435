//! What is set for a destination, and whether it can be.

use crate::{Credential, Mistake};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;

/// How records go to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// gRPC, commonly at port 4317.
    #[default]
    Grpc,
    /// Protobuf by HTTP, commonly at port 4318.
    Http,
}

impl Protocol {
    /// Its name in a config.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http",
        }
    }

    /// Where a collector on the same machine listens.
    #[must_use]
    pub const fn usual_endpoint(self) -> &'static str {
        match self {
            Self::Grpc => "http://localhost:4317",
            Self::Http => "http://localhost:4318",
        }
    }
}

/// How requests are compressed.
///
/// ```
/// use tracework_otlp::Compression;
///
/// assert!(Compression::Gzip.is_available());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// By gzip, with the feature `gzip`.
    Gzip,
}

impl Compression {
    /// Its name in a config.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
        }
    }

    /// Was this program built with it?
    #[must_use]
    pub const fn is_available(self) -> bool {
        match self {
            Self::None => true,
            Self::Gzip => cfg!(feature = "gzip"),
        }
    }
}

/// All that is set, but for the resource, which the encoder knows.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) endpoint: String,
    pub(crate) protocol: Protocol,
    pub(crate) headers: Vec<(String, Credential)>,
    pub(crate) compression: Compression,
    #[cfg(feature = "tls")]
    pub(crate) tls: tracework_net::Tls,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) concurrency: usize,
    pub(crate) most: usize,
}

/// Where records go, and what goes along.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
}

impl Settings {
    pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);
    pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    pub(crate) const CONCURRENCY: usize = 4;
    /// Servers of gRPC take messages of 4 MiB unless they are told otherwise.
    pub(crate) const MOST: usize = 2 << 20;

    pub(crate) fn new(endpoint: String, protocol: Protocol) -> Self {
        Self {
            endpoint,
            protocol,
            headers: Vec::new(),
            compression: Compression::None,
            #[cfg(feature = "tls")]
            tls: tracework_net::Tls::default(),
            timeout: Self::TIMEOUT,
            connect_timeout: Self::CONNECT_TIMEOUT,
            concurrency: Self::CONCURRENCY,
            most: Self::MOST,
        }
    }

    /// Where records go, if all that is set can be.
    pub(crate) fn target(&self) -> Result<Target, Mistake> {
        if !self.compression.is_available() {
            return Err(Mistake::new(
                "compress",
                "this program was built without the feature `gzip` of tracework-otlp",
            ));
        }
        if self.most < 1024 {
            return Err(Mistake::new(
                "max_request",
                "a request of less than 1 KiB holds too little; write at least 1KiB",
            ));
        }
        Ok(Target { url: self.url()?, headers: self.headers()? })
    }

    fn url(&self) -> Result<Url, Mistake> {
        let wrong = |why: String| Mistake::new("endpoint", why);
        let (text, usual) = (self.endpoint.as_str(), self.protocol.usual_endpoint());
        let mut url = match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => url,
            Err(error) if text.starts_with("http") && text.contains("://") => {
                return Err(wrong(format!("this is no URL of a server: {error}; write one such as {usual}")));
            }
            _ => {
                let why = format!("this is no URL of a server; it begins with http:// or https://, as {usual} does");
                return Err(wrong(why));
            }
        };
        match url.scheme() {
            "https" if cfg!(feature = "tls") => {}
            "https" => return Err(wrong("this program was built without the feature `tls` of tracework-otlp".into())),
            _ => {}
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("the URL holds a user or a password; write what lets it in as `headers`".into()));
        }
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        match self.protocol {
            Protocol::Grpc if !path.is_empty() || url.query().is_some() => {
                return Err(wrong("gRPC knows no path; leave it out, or say `protocol: http`".into()));
            }
            Protocol::Grpc => {}
            Protocol::Http if path.ends_with("/v1/logs") => {}
            Protocol::Http => url.set_path(&format!("{path}/v1/logs")),
        }
        Ok(url)
    }

    fn headers(&self) -> Result<HeaderMap, Mistake> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
                Mistake::new(
                    "headers",
                    format!("`{}` is no name of a header; letters, digits and `-_` are allowed", name.escape_debug()),
                )
            })?;
            if OURS.contains(&header.as_str()) || header.as_str().starts_with("grpc-") {
                return Err(Mistake::new("headers", format!("`{name}` is made for each request; leave it out")));
            }
            let value = HeaderValue::from_str(value.reveal());
            let mut value = value.map_err(|_| {
                let why = format!("the value of `{name}` holds what no header may, such as a line end; leave that out");
                Mistake::new("headers", why)
            })?;
            value.set_sensitive(true);
            headers.insert(header, value);
        }
        Ok(headers)
    }
}

/// The headers that each request gets from us.
const OURS: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "user-agent",
];

/// What it says it is.
pub(crate) const AGENT: &str = concat!("tracework/", env!("CARGO_PKG_VERSION"));

/// What of a URL may be shown: a path or a query may hold a secret.
pub(crate) fn shown(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}
