//! A connection to the broker.

use crate::kit::{Connected, Kit, connected};
use crate::settings::Settings;
use crate::topology::declare;
use crate::trouble::said;
use futures_util::Stream;
use lapin::options::ConfirmSelectOptions;
use lapin::{AsyncTcpStream, Channel, Connection, ConnectionProperties, Event};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::net::TcpStream;
use tracework_core::{Failure, OwnThread};
use tracework_net::Runtime;

/// How long a connection is given to say goodbye.
const CLOSE: Duration = Duration::from_secs(5);

/// A connection, and the runtime that drives it. Dropped, it takes with it whatever lapin had begun, its thread included.
pub(crate) struct Link {
    pub(crate) line: Line,
    /// The last, so that what lapin has left to say is said before.
    pub(crate) runtime: Runtime,
}

/// A connection with its channel.
pub(crate) struct Line {
    pub(crate) channel: Channel,
    connection: Connection,
    events: Pin<Box<dyn Stream<Item = Event> + Send>>,
    /// Why the broker takes nothing for now.
    blocked: Option<String>,
    /// Why it ended, as far as lapin said.
    ended: Option<String>,
    /// Messages without an answer are still under way on the channel.
    pub(crate) stale: bool,
}

impl Link {
    /// Connects, opens a channel with confirms, and declares what is asked for.
    pub(crate) fn open(settings: &Settings, own: Option<OwnThread>) -> Result<Self, Failure> {
        let runtime = Runtime::new()?;
        let what = format!("connecting to {}", settings.broker);
        let line = runtime.within(settings.connect_timeout, &what, async {
            let wrong = |why: String| Failure::temporary(format!("connecting to {}: {why}", settings.broker));
            let socket = socket(settings).await.map_err(wrong)?;
            let connection = handshake(settings, own, socket).await.map_err(|error| wrong(said(&error)))?;
            let channel = new_channel(&connection).await.map_err(|error| wrong(said(&error)))?;
            declare(settings, &channel).await?;
            let events = Box::pin(connection.events_listener());
            Ok(Line { channel, connection, events, blocked: None, ended: None, stale: false })
        })?;
        Ok(Self { line, runtime })
    }

    /// Lets lapin go on for a moment; says why if the connection is over.
    pub(crate) fn breathe(&mut self) -> Result<(), String> {
        self.runtime.breathe();
        self.line.listen(&mut Context::from_waker(Waker::noop()));
        match self.line.is_open() {
            true => Ok(()),
            false => Err(self.line.ended.take().unwrap_or_else(|| "it was closed".to_owned())),
        }
    }

    /// Another channel, if messages of a delivery that was given up are still under way on this one.
    pub(crate) fn renew(&mut self, settings: &Settings) -> Result<(), Failure> {
        if !self.line.stale {
            return Ok(());
        }
        let what = format!("opening a channel of {}", settings.broker);
        let connection = &self.line.connection;
        self.line.channel = self.runtime.within(settings.connect_timeout, &what, async {
            let opened = new_channel(connection).await;
            opened.map_err(|error| Failure::temporary(format!("{what}: {}", said(&error))))
        })?;
        self.line.stale = false;
        Ok(())
    }

    /// Says goodbye. What was confirmed is safe, whatever comes of it.
    pub(crate) fn close(self) {
        let Line { connection, .. } = &self.line;
        if connection.status().connected() && self.line.blocked().is_none() {
            // The broker would also notice by itself.
            let _ = self.runtime.within(CLOSE, "closing", async {
                let closed = connection.close(200, "OK".into()).await;
                closed.map_err(|error| Failure::temporary(said(&error)))
            });
        }
    }
}

impl Line {
    /// Takes note of what happened meanwhile.
    pub(crate) fn listen(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some(event)) = self.events.as_mut().poll_next(context) {
            match event {
                Event::ConnectionBlocked(reason) => self.blocked = Some(reason),
                Event::ConnectionUnblocked => self.blocked = None,
                Event::Error(error) => self.ended = Some(said(&error)),
                _ => {}
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// Why the broker takes nothing for now, if it does not.
    pub(crate) fn blocked(&self) -> Option<&str> {
        self.connection.status().blocked().then(|| self.blocked.as_deref().unwrap_or("it gives no reason"))
    }
}

async fn new_channel(connection: &Connection) -> lapin::Result<Channel> {
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok(channel)
}

async fn handshake(settings: &Settings, own: Option<OwnThread>, socket: Connected) -> lapin::Result<Connection> {
    let properties = ConnectionProperties::default()
        .with_connection_name(settings.connection_name.as_str().into())
        .with_client_property("product".into(), "tracework".into());
    let socket = Mutex::new(Some(socket));
    // lapin connects once: no retries are set, the engine has its own.
    let connect = async move |_, _| {
        let socket = socket.lock().unwrap_or_else(PoisonError::into_inner).take();
        let gone = || std::io::Error::from(std::io::ErrorKind::NotConnected).into();
        socket.map(AsyncTcpStream::Plain).ok_or_else(gone)
    };
    let kit = async_rs::Runtime::new(Kit::current(own));
    Connection::connector(settings.broker.uri().clone(), kit, connect, properties).await
}

/// A connection without AMQP, and with TLS if the URL says so.
async fn socket(settings: &Settings) -> Result<Connected, String> {
    let (host, port) = (settings.broker.host(), settings.broker.port());
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    #[cfg(feature = "tls")]
    if settings.broker.is_tls() {
        return secure(settings, stream).await;
    }
    Ok(connected(stream))
}

#[cfg(feature = "tls")]
async fn secure(settings: &Settings, stream: TcpStream) -> Result<Connected, String> {
    use tokio_rustls::rustls::pki_types::ServerName;

    let config = settings.tls.client_config().map_err(|error| error.to_string())?;
    let host = settings.broker.host().to_owned();
    let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
    let shaken = tokio_rustls::TlsConnector::from(config).connect(name, stream).await;
    shaken.map(connected).map_err(|error| format!("TLS: {error}"))
}
