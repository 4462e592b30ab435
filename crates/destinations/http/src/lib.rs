//! The HTTP destination: [`Http`] posts records to a server as a JSON array, as lines of JSON, or as a [`Body`] of one's
//! own; the forms that Slack, Discord, Teams, Loki, Elasticsearch, Splunk, Datadog and Seq take are ready.
//!
//! | room | does |
//! |---|---|
//! | `builder`, `settings`, `describe` | what is set, whether it can be, and how a config says it |
//! | `body` | records to bodies, a module for each form, and what its server answers |
//! | `request` | headers, compression, the idempotency key, the signature |
//! | `client` | connections: TLS, proxy, redirects, and the guard of addresses |
//! | `answer` | what a status means for the records |
//! | `destination` | all of it together |
//! | `webhook` | the same as an action, for a trigger |

mod answer;
mod auth;
mod body;
mod builder;
mod client;
mod describe;
mod destination;
mod request;
mod settings;
mod webhook;

pub use auth::Auth;
pub use body::Body;
pub use builder::Http;
pub use request::Compression;
pub use settings::Method;
pub use tracework_core::{Credential, Mistake};
#[cfg(feature = "tls")]
pub use tracework_net::Tls;
pub use webhook::Webhook;
