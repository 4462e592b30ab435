//! A way to a server, and the runtime that it runs on.

use super::{grpc, http};
use crate::answer::Answer;
use crate::judge;
use crate::settings::{Protocol, Settings, Target, shown};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracework_core::Failure;
use tracework_net::Runtime;

/// A way to a server, and the runtime that it runs on.
#[derive(Debug)]
pub(crate) struct Line {
    sender: Sender,
    pub(crate) runtime: Runtime,
}

/// What sends requests, from any task.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    way: Way,
    /// The server, as it may be shown.
    to: Arc<str>,
    timeout: Duration,
    broken: Arc<AtomicBool>,
}

#[derive(Clone, Debug)]
enum Way {
    Grpc(grpc::Client),
    Http(http::Client),
}

/// Why a request was not taken.
pub(super) enum Trouble {
    /// There was no answer.
    Lost(Failure),
    /// The answer was this.
    Refused(Failure),
}

impl Line {
    /// A way as the settings want it. It connects with the first request.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        let target: Target = settings.target().map_err(Failure::permanent)?;
        let runtime = Runtime::new()?;
        let to = shown(&target.url).into();
        let way = match settings.protocol {
            // What it spawns belongs to the runtime.
            Protocol::Grpc => Way::Grpc(runtime.wait(async { grpc::Client::new(settings, &target) })?),
            Protocol::Http => Way::Http(http::Client::new(settings, target)?),
        };
        let sender = Sender { way, to, timeout: settings.timeout, broken: Arc::default() };
        Ok(Self { sender, runtime })
    }

    pub(crate) fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// Did a request get no answer? Then it is better to begin anew, with certificates as they are now.
    pub(crate) fn is_broken(&self) -> bool {
        self.sender.broken.load(Ordering::Relaxed)
    }
}

impl Sender {
    /// The server, as it may be shown.
    pub(crate) fn to(&self) -> &str {
        &self.to
    }

    /// Sends a request. It ends within the time that is set.
    pub(crate) async fn send(&self, request: Vec<u8>) -> Result<Answer, Failure> {
        let request = Bytes::from(request);
        let sent = async {
            match &self.way {
                Way::Grpc(client) => client.send(&self.to, request).await,
                Way::Http(client) => client.send(&self.to, request).await,
            }
        };
        let late = |_| {
            let text = format!("{}: the answer took longer than {} ms", self.to, self.timeout.as_millis());
            Err(Trouble::Lost(Failure::temporary(text)))
        };
        match tokio::time::timeout(self.timeout, sent).await.unwrap_or_else(late) {
            Ok(answer) => Ok(answer),
            Err(Trouble::Refused(failure)) => Err(failure),
            Err(Trouble::Lost(failure)) => {
                self.broken.store(true, Ordering::Relaxed);
                Err(failure)
            }
        }
    }
}

/// What a library says, from the outermost to the cause.
pub(super) fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    judge::chain(causes.map(ToString::to_string))
}
