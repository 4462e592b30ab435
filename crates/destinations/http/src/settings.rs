//! What is set for a destination, and whether it can be.

use crate::body::{Body, Judge, Packer};
use crate::client::Guard;
use crate::request::{Compression, Signer};
use crate::{Auth, Credential, Mistake};
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use std::time::Duration;

/// How a request is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// `POST`
    #[default]
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
}

impl Method {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

/// All that is set.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) url: Credential,
    pub(crate) method: Method,
    pub(crate) body: Body,
    pub(crate) headers: Vec<(String, Credential)>,
    pub(crate) auth: Option<Auth>,
    pub(crate) sign: Option<Credential>,
    pub(crate) compression: Compression,
    pub(crate) guard: Guard,
    pub(crate) redirects: usize,
    pub(crate) proxy: Option<Credential>,
    #[cfg(feature = "tls")]
    pub(crate) tls: tracework_net::Tls,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) concurrency: Option<usize>,
}

impl Settings {
    pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
    pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// Requests in flight for servers that order records by their time.
    pub(crate) const CONCURRENCY: usize = 4;

    pub(crate) fn new(url: Credential) -> Self {
        Self {
            url,
            method: Method::default(),
            body: Body::Json,
            headers: Vec::new(),
            auth: None,
            sign: None,
            compression: Compression::None,
            guard: Guard::default(),
            redirects: 0,
            proxy: None,
            #[cfg(feature = "tls")]
            tls: tracework_net::Tls::default(),
            timeout: Self::TIMEOUT,
            connect_timeout: Self::CONNECT_TIMEOUT,
            concurrency: None,
        }
    }

    /// How many requests may be in flight.
    pub(crate) fn concurrency(&self) -> usize {
        match self.concurrency {
            _ if self.body.is_one_by_one() => 1,
            Some(concurrency) => concurrency.max(1),
            None if self.body.sorts_by_time() => Self::CONCURRENCY,
            None => 1,
        }
    }

    /// Does anything secret go to the server beside the records?
    pub(crate) fn has_secrets(&self) -> bool {
        self.auth.is_some() || self.sign.is_some() || !self.headers.is_empty()
    }

    /// What requests are made of.
    pub(crate) fn prepare(&self) -> Result<Prepared, Mistake> {
        let url = self.url()?;
        self.compression.check().map_err(|why| Mistake::new("compress", why))?;
        let signer = match &self.sign {
            Some(secret) => Some(Signer::new(secret.reveal()).map_err(|why| Mistake::new("sign", why))?),
            None => None,
        };
        let packer = self.body.packer(url.path())?;
        if let Some(proxy) = &self.proxy {
            proxy_of(proxy)?;
        }
        Ok(Prepared { headers: self.headers()?, url, signer, packer, judge: self.body.judge() })
    }

    fn url(&self) -> Result<Url, Mistake> {
        let wrong = |why: String| Mistake::new("url", why);
        let mut url = server_url(self.url.reveal(), "https://example.com/logs").map_err(wrong)?;
        match url.scheme() {
            "https" if cfg!(feature = "tls") => {}
            "https" => return Err(wrong("this program was built without the feature `tls` of tracework-http".into())),
            _ => {}
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "the URL holds a user or a password; write them as `auth: { user: .., password: .. }`".into(),
            ));
        }
        self.guard.literal(&url).map_err(|error| wrong(error.to_string()))?;
        url.set_fragment(None);
        if let Some(path) = self.body.usual_path()
            && url.path() == "/"
        {
            url.set_path(path);
        }
        if let Some((name, value)) = self.body.query()
            && !url.query_pairs().any(|(given, _)| given == name)
        {
            url.query_pairs_mut().append_pair(name, value);
        }
        Ok(url)
    }

    /// The headers that are the same for every request.
    fn headers(&self) -> Result<HeaderMap, Mistake> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("tracework/", env!("CARGO_PKG_VERSION"))));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.body.content_type()));
        for (name, value) in &self.headers {
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
                Mistake::new(
                    "headers",
                    format!("`{}` is no name of a header; letters, digits and `-_` are allowed", name.escape_debug()),
                )
            })?;
            if OURS.contains(&header.as_str()) {
                return Err(Mistake::new("headers", format!("`{name}` is made for each request; leave it out")));
            }
            headers.insert(header, typed("headers", name, value.reveal())?);
        }
        if let Some(auth) = &self.auth {
            let (name, value) = auth.header(self.body.key_header()).map_err(|why| Mistake::new("auth", why))?;
            headers.insert(name, typed("auth", name, &value)?);
        }
        Ok(headers)
    }
}

/// The headers that each request gets from us.
const OURS: [&str; 10] = [
    "connection",
    "content-encoding",
    "content-length",
    "host",
    "idempotency-key",
    "te",
    "transfer-encoding",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// A value of a header, which no line end can leave.
fn typed(key: &'static str, name: &str, value: &str) -> Result<HeaderValue, Mistake> {
    let typed = HeaderValue::from_str(value);
    let mut typed = typed.map_err(|_| {
        Mistake::new(key, format!("the value of `{name}` holds what no header may, such as a line end; leave that out"))
    })?;
    typed.set_sensitive(true);
    Ok(typed)
}

/// The URL of a server; if it is none, says what one is. The text is not in that, since it may hold a secret.
fn server_url(text: &str, such_as: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Err(error) if text.starts_with("http") && text.contains("://") => {
            Err(format!("this is no URL of a server: {error}; write one such as {such_as}"))
        }
        _ => Err(format!("this is no URL of a server; it begins with http:// or https://, as {such_as} does")),
    }
}

/// The proxy at this URL.
pub(crate) fn proxy_of(proxy: &Credential) -> Result<(reqwest::Proxy, Url), Mistake> {
    let wrong = |why: String| Mistake::new("proxy", why);
    let url = server_url(proxy.reveal(), "http://proxy.example.com:3128").map_err(wrong)?;
    let made = reqwest::Proxy::all(url.as_str());
    let made = made.map_err(|error| wrong(format!("this is no URL of a server: {}", error.without_url())))?;
    Ok((made, url))
}

/// What of a URL may be shown: paths and queries of webhooks are secrets.
pub(crate) fn shown(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

/// What requests are made of.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) signer: Option<Signer>,
    pub(crate) packer: Packer,
    pub(crate) judge: Judge,
}
