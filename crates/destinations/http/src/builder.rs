//! What can be set for a destination.

use crate::body::Body;
use crate::client::Connection;
use crate::settings::{Prepared, Settings};
use crate::{Auth, Compression, Credential, Method, Mistake};
use std::net::IpAddr;
use std::time::Duration;
use tracework_net::Reach;

/// Sends records to a server by HTTP.
///
/// - **What is sent**: by default a JSON array of all records of a batch; a [`Body`] makes it another.
/// - **Twice is harmless**: each request has an `Idempotency-Key` made of the ids of its events, the same over retries.
/// - **What is answered**: 2xx is delivered. 408, 425, 429 and 5xx are tried again, not before `Retry-After`. 400, 413
///   and 422 are the records' fault: the batch is split until the bad one is alone. What an operator can mend (401, 403,
///   404, redirects, a wrong certificate) is tried again too, and told by the health. Servers that answer record by
///   record are understood.
/// - **Where it may go**: to public addresses alone, unless [`Http::allow_private`] says otherwise; asked for each
///   address, after names were resolved. Redirects are not followed unless [`Http::redirects`] allows some.
/// - **How long**: [`Http::timeout`] for a whole request, 30 s; [`Http::connect_timeout`], 10 s.
///
/// ```
/// use tracework_core::{Attach, Severity};
/// use tracework_http::{Auth, Http};
///
/// let webhook = Http::post("https://alerts.example.com/hook")
///     .auth(Auth::bearer("hunter2"))
///     .sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
///     .level(Severity::ERROR);
/// # let _ = webhook;
/// ```
#[derive(Debug)]
pub struct Http {
    pub(crate) settings: Settings,
    /// Do the bytes that are handed over hold JSON?
    pub(crate) json: bool,
    pub(crate) prepared: Option<Prepared>,
    pub(crate) connection: Option<Connection>,
}

impl Http {
    /// Posts to this URL. A body for a vendor knows its path: `http://loki:3100` is enough for [`Body::loki`].
    pub fn post(url: impl Into<Credential>) -> Self {
        Self { settings: Settings::new(url.into()), json: true, prepared: None, connection: None }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Sets the method.
    #[must_use]
    pub fn method(self, method: Method) -> Self {
        self.with(|settings| settings.method = method)
    }

    /// Sets what is sent.
    #[must_use]
    pub fn body(self, body: Body) -> Self {
        self.with(|settings| settings.body = body)
    }

    /// Adds a header to every request.
    #[must_use]
    pub fn header(self, name: impl Into<String>, value: impl Into<Credential>) -> Self {
        self.with(|settings| settings.headers.push((name.into(), value.into())))
    }

    /// Sets who it says it is.
    #[must_use]
    pub fn auth(self, auth: Auth) -> Self {
        self.with(|settings| settings.auth = Some(auth))
    }

    /// Signs each request as [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)
    /// says: `webhook-id`, `webhook-timestamp`, and in `webhook-signature` the HMAC-SHA-256 over
    /// `id.timestamp.body`. The body is that on the wire, so a receiver can check it before it unpacks anything. The
    /// secret is `whsec_` and base64, or a text of at least 16 bytes.
    #[must_use]
    pub fn sign(self, secret: impl Into<Credential>) -> Self {
        self.with(|settings| settings.sign = Some(secret.into()))
    }

    /// Sets how bodies are compressed.
    #[must_use]
    pub fn compress(self, compression: Compression) -> Self {
        self.with(|settings| settings.compression = compression)
    }

    /// Lets it connect to any address, not only to public ones.
    #[must_use]
    pub fn allow_private(self, allow: bool) -> Self {
        self.with(|settings| settings.guard.reach = if allow { Reach::Anywhere } else { Reach::Public })
    }

    /// Lets it connect to this address too, though it is not public, and to no other of its network.
    #[must_use]
    pub fn allow_address(self, address: IpAddr) -> Self {
        self.with(|settings| settings.guard.allowed.push(address))
    }

    /// Follows so many redirects at the most; none by default. Only 307 and 308 are followed, which keep the body; never
    /// from `https` to `http`; to another host only if no header of ours, which may be a secret, would go along.
    #[must_use]
    pub fn redirects(self, most: usize) -> Self {
        self.with(|settings| settings.redirects = most)
    }

    /// Goes through a proxy, `http://user:password@proxy:3128`. The environment's `HTTPS_PROXY` and the like are not read.
    /// The proxy may be at a private address; names are then resolved by the proxy, so that what they lead to is not
    /// checked here.
    #[must_use]
    pub fn proxy(self, url: impl Into<Credential>) -> Self {
        self.with(|settings| settings.proxy = Some(url.into()))
    }

    /// Sets whom it trusts, and the certificate that it shows. Files are read anew when it connects after a failure.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(self, tls: tracework_net::Tls) -> Self {
        self.with(|settings| settings.tls = tls)
    }

    /// Sets how long a request may take, with its answer; 30 s by default.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.timeout = timeout)
    }

    /// Sets how long connecting may take, 10 s by default.
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.connect_timeout = timeout)
    }

    /// Sets how many requests may be in flight at once. By default 4 for servers that sort records by their time (Loki,
    /// Elasticsearch, Splunk, Datadog, Seq), and 1, which keeps the order, for all others. Chats and templates, which
    /// take a message after the other, always have 1.
    #[must_use]
    pub fn in_flight(self, requests: usize) -> Self {
        self.with(|settings| settings.concurrency = Some(requests))
    }

    /// Can all of this be?
    ///
    /// # Errors
    ///
    /// Says what cannot, and why. A destination that is used all the same says it with each delivery.
    ///
    /// ```
    /// use tracework_http::Http;
    ///
    /// let mistake = Http::post("http://169.254.169.254/latest/meta-data").check().unwrap_err();
    /// assert_eq!(mistake.setting, "url");
    /// assert!(Http::post("https://example.com").header("x-team", "a\r\nb").check().is_err());
    /// ```
    pub fn check(&self) -> Result<(), Mistake> {
        self.settings.prepare().map(drop)
    }
}
