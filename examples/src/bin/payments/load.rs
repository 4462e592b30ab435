//! The load: customers who pay and ask.

use crate::service::Payment;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// Customers at a time.
const CUSTOMERS: u32 = 8;

/// What became of the requests.
#[derive(Default)]
pub(crate) struct Load {
    /// Requests answered.
    pub(crate) answered: AtomicU64,
    /// Of these, those that were declined or failed at the provider, which is part of the business.
    pub(crate) refused: AtomicU64,
    /// Requests that got no answer.
    pub(crate) unanswered: AtomicU64,
}

/// Has customers make `rate` requests a second together, until it is stopped.
pub(crate) fn start(
    load: &Arc<Load>,
    address: SocketAddr,
    rate: u32,
    stopped: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    if rate == 0 {
        return Vec::new();
    }
    let customers = CUSTOMERS.min(rate);
    let pause = Duration::from_secs(1) * customers / rate;
    let customer = |number| {
        let (load, stopped) = (Arc::clone(load), stopped.clone());
        tokio::spawn(async move { shop(&load, address, number, pause, stopped).await })
    };
    (0..customers).map(customer).collect()
}

/// One customer, who connects again when the connection breaks, and leaves between two requests when it is over.
async fn shop(load: &Load, address: SocketAddr, number: u32, pause: Duration, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(pause);
    // A slow answer is made up for, unless all are.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut turn = u64::from(number) * 1_000_003;
    let mut connection = None;
    loop {
        tokio::select! {
            // It fails only if the sender is gone, and then it is over too.
            _ = stopped.wait_for(|stopped| *stopped) => return,
            _ = ticks.tick() => turn += 1,
        }
        if visit(load, &mut connection, address, turn).await.is_err() {
            load.unanswered.fetch_add(1, Ordering::Relaxed);
            connection = None;
        }
    }
}

type Connection = SendRequest<Full<Bytes>>;
type Broken = Box<dyn Error + Send + Sync>;

/// One request, by the connection if it still stands.
async fn visit(load: &Load, open: &mut Option<Connection>, address: SocketAddr, turn: u64) -> Result<(), Broken> {
    let connection = match open {
        Some(connection) => connection,
        None => open.insert(connect(address).await?),
    };
    ask(load, connection, turn).await
}

async fn connect(address: SocketAddr) -> Result<Connection, Broken> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        // When it breaks, the next request fails.
        let _ = connection.await;
    });
    Ok(sender)
}

/// One request: four of five are payments.
async fn ask(load: &Load, connection: &mut Connection, turn: u64) -> Result<(), Broken> {
    let customer = format!("user_{}", turn % 977);
    let request = if turn.is_multiple_of(5) {
        Request::get(format!("/balance/{customer}")).header(header::HOST, "payments").body(Full::default())?
    } else {
        let payment = Payment { customer, cents: 100 + turn * 7_919 % 20_000, card: "4111 1111 1111 1111".to_owned() };
        Request::builder()
            .method(Method::POST)
            .uri("/pay")
            .header(header::HOST, "payments")
            .header(header::CONTENT_TYPE, "application/json")
            .body(serde_json::to_vec(&payment)?.into())?
    };
    connection.ready().await?;
    let answer = connection.send_request(request).await?;
    if !answer.status().is_success() {
        load.refused.fetch_add(1, Ordering::Relaxed);
    }
    answer.into_body().collect().await?;
    load.answered.fetch_add(1, Ordering::Relaxed);
    Ok(())
}
