//! A connection to the server.

use crate::JetStream;
use async_nats::connection::State;
use async_nats::jetstream::context::{Context, ContextBuilder};
use async_nats::jetstream::stream::Config;
use async_nats::{Client, ConnectOptions, Event};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracework_core::Failure;
use tracework_net::Runtime;

/// Messages that may wait for their acknowledgement; a batch has fewer.
const IN_FLIGHT: usize = 1 << 20;

/// What happened to a connection within so short a time shows when it is used.
const LOOKED: Duration = Duration::from_millis(20);

/// A connection, and the runtime that drives it: dropped together, they take with them whatever the client had begun.
pub(crate) struct Link {
    pub(crate) context: Context,
    pub(crate) state: LinkState,
    pub(crate) runtime: Runtime,
    /// When the runtime last had a moment.
    looked: Instant,
}

/// Whether it is still the connection that it was.
#[derive(Clone)]
pub(crate) struct LinkState {
    client: Client,
    /// It was lost once. The client connects again by itself, and then what was under way is never answered.
    lost: Arc<AtomicBool>,
}

impl LinkState {
    pub(crate) fn is_open(&self) -> bool {
        self.client.connection_state() == State::Connected && !self.lost.load(Ordering::Relaxed)
    }
}

impl Link {
    /// Lets the client notice what happened while nobody looked, unless that was just now.
    pub(crate) fn look(&mut self) {
        if self.looked.elapsed() > LOOKED {
            self.runtime.breathe();
            self.looked();
        }
    }

    /// The runtime had a moment.
    pub(crate) fn looked(&mut self) {
        self.looked = Instant::now();
    }

    pub(crate) fn open(nats: &JetStream) -> Result<Self, Failure> {
        let runtime = Runtime::new()?;
        let what = format!("connecting to {}", nats.address);
        let (state, context) = runtime.within(nats.connect_timeout, &what, async {
            let wrong = |error: &dyn std::fmt::Display| Failure::temporary(format!("{what}: {error}"));
            let lost = Arc::new(AtomicBool::new(false));
            let telling = Arc::clone(&lost);
            let options = options(nats).map_err(|error| wrong(&error))?.event_callback(move |event| {
                if matches!(event, Event::Disconnected | Event::Closed) {
                    telling.store(true, Ordering::Relaxed);
                }
                std::future::ready(())
            });
            let client = options.connect(nats.address.as_str()).await.map_err(|error| wrong(&error))?;
            // Longer than whoever waits: the destination says itself when it is too late.
            let limit = nats.timeout.saturating_mul(2);
            let context = ContextBuilder::new().max_ack_inflight(IN_FLIGHT).timeout(limit).build(client.clone());
            declare(nats, &context).await?;
            Ok((LinkState { client, lost }, context))
        })?;
        Ok(Self { context, state, runtime, looked: Instant::now() })
    }
}

fn options(nats: &JetStream) -> Result<ConnectOptions, tracework_net::TlsError> {
    let mut options = ConnectOptions::new().name("tracework").connection_timeout(nats.connect_timeout);
    if let Some(token) = &nats.token {
        options = options.token(token.reveal().to_owned());
    }
    if let Some(user) = &nats.user {
        let password = nats.password.as_ref().map(|password| password.reveal().to_owned());
        options = options.user_and_password(user.clone(), password.unwrap_or_default());
    }
    if nats.address.starts_with("tls://") {
        let config = nats.tls.client_config()?;
        options = options.require_tls(true).tls_client_config((*config).clone());
    }
    Ok(options)
}

/// Creates the stream if it is asked for and not there.
async fn declare(nats: &JetStream, context: &Context) -> Result<(), Failure> {
    let Some(name) = &nats.declare_stream else { return Ok(()) };
    let subjects = nats.subjects().into_iter().collect();
    let config = Config { name: name.clone(), subjects, ..Config::default() };
    let declared = context.get_or_create_stream(config).await;
    let wrong = |error| Failure::temporary(format!("{}: creating the stream `{name}`: {error}", nats.address));
    declared.map(|_| ()).map_err(wrong)
}
