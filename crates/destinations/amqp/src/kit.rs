//! What lapin runs on: the runtime of the destination, and a stream that is connected already.
//!
//! lapin starts a thread of its own for each connection, which waits for the socket and logs what it does. It asks its
//! kit to connect on that thread, before it logs anything, and there the thread is marked as tracework's own
//! (`docs/adr/0038`). Everything else runs as tasks of the destination's runtime, on the worker's thread.

use async_rs::traits::{Executor, Reactor, RuntimeKit};
use async_rs::util::{Task, TaskImpl};
use futures_util::{Stream, TryFutureExt, io as futures_io};
use std::fmt;
use std::future::Future;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use tracework_core::OwnThread;

/// A connection to a broker, with TLS or without.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Socket for S {}

/// A socket as lapin wants it.
pub(crate) type Connected = Compat<Box<dyn Socket>>;

pub(crate) fn connected(socket: impl Socket) -> Connected {
    let boxed: Box<dyn Socket> = Box::new(socket);
    boxed.compat()
}

/// The runtime as lapin wants it.
#[derive(Clone)]
pub(crate) struct Kit {
    runtime: Handle,
    own: Option<OwnThread>,
}

impl Kit {
    /// The runtime that the caller is in. Threads of lapin are marked by `own`.
    pub(crate) fn current(own: Option<OwnThread>) -> Self {
        Self { runtime: Handle::current(), own }
    }
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kit")
    }
}

impl RuntimeKit for Kit {}

impl Executor for Kit {
    type Task<T: Send + 'static> = Spawned<T>;

    /// Called on lapin's own thread alone.
    fn block_on<T, F: Future<Output = T>>(&self, work: F) -> T {
        if let Some(own) = self.own {
            own.mark();
        }
        self.runtime.block_on(work)
    }

    fn spawn<T: Send + 'static, F: Future<Output = T> + Send + 'static>(&self, work: F) -> Task<Spawned<T>> {
        Spawned(self.runtime.spawn(work)).into()
    }

    fn spawn_blocking<T: Send + 'static, F: FnOnce() -> T + Send + 'static>(&self, work: F) -> Task<Spawned<T>> {
        let own = self.own;
        let marked = move || {
            if let Some(own) = own {
                own.mark();
            }
            work()
        };
        Spawned(self.runtime.spawn_blocking(marked)).into()
    }
}

/// A task of the runtime. Once the runtime is gone, it never ends.
#[derive(Debug)]
pub(crate) struct Spawned<T>(JoinHandle<T>);

impl<T: Send + 'static> TaskImpl for Spawned<T> {}

impl<T: Send + 'static> Future for Spawned<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match Pin::new(&mut self.0).poll(context) {
            Poll::Ready(Ok(done)) => Poll::Ready(done),
            // It panicked, or the runtime is shut down; whoever waits is dropped with it.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Reactor for Kit {
    type TcpStream = Connected;
    type Sleep = tokio::time::Sleep;

    fn register<H>(&self, _: H) -> Result<impl futures_io::AsyncRead + futures_io::AsyncWrite + Send + Unpin + 'static>
    where
        H: std::io::Read + std::io::Write + Send + 'static,
    {
        Err::<Connected, _>(Error::from(ErrorKind::Unsupported))
    }

    fn sleep(&self, time: Duration) -> Self::Sleep {
        let _inside = self.runtime.enter();
        tokio::time::sleep(time)
    }

    fn interval(&self, time: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        let _inside = self.runtime.enter();
        Ticks(tokio::time::interval(time))
    }

    fn tcp_connect_addr(&self, address: SocketAddr) -> impl Future<Output = Result<Connected>> + Send + 'static {
        TcpStream::connect(address).map_ok(connected)
    }
}

struct Ticks(tokio::time::Interval);

impl Stream for Ticks {
    type Item = Instant;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Instant>> {
        self.0.poll_tick(context).map(|at| Some(at.into_std()))
    }
}
