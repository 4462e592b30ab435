//! A request when a trigger's condition holds.

use crate::{Credential, Http};
use tracework_core::{Action, Batch, Description, Destination as _, Failure, Format, Record};

/// Sends the record that made a trigger's condition hold, as a request of its own.
///
/// ```
/// use tracework_http::{Body, Http, Webhook};
///
/// let plain = Webhook::post("https://alerts.example.com/hook");
/// let chat = Webhook::from(Http::post("https://hooks.slack.com/services/T0/B0/secret").body(Body::Slack));
/// # let _ = (plain, chat);
/// ```
pub struct Webhook {
    http: Http,
    format: Box<dyn Format>,
    /// Was the format set?
    own: bool,
    bytes: Vec<u8>,
}

impl Webhook {
    /// Posts the record as a JSON array of one.
    pub fn post(url: impl Into<Credential>) -> Self {
        Http::post(url).into()
    }

    /// Sets the format that stands for the record.
    #[must_use]
    pub fn format(self, format: Box<dyn Format>) -> Self {
        Self { own: true, format, ..self }
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("http", &self.http).finish_non_exhaustive()
    }
}

impl From<Http> for Webhook {
    fn from(http: Http) -> Self {
        let format = http.settings.body.usual_format();
        Self { http, format, own: false, bytes: Vec::new() }
    }
}

impl Action for Webhook {
    fn run(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        let Self { http, format, bytes, .. } = self;
        http.takes(format.as_ref());
        bytes.clear();
        format.encode(record, bytes);
        http.deliver(&Batch::encoded(&[*record], bytes, &[bytes.len()]))
    }

    fn as_config(&self) -> Option<Description> {
        let said = crate::describe::describe("webhook", &self.http.settings);
        if !self.own {
            return Some(said);
        }
        let Some(format) = self.format.as_config() else { return Some(said.leaving_out("format")) };
        let kind = Description::new("format").with("type", format.kind());
        let set = format.settings().iter().filter(|set| !set.usual);
        Some(said.section("format", set.fold(kind, |all, set| all.with(&set.name, set.value.clone()))))
    }
}
