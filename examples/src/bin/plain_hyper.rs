//! hyper without a framework: a span and a record for each request, and what is logged inside has the request's context.
//!
//! `cargo run --bin plain_hyper` serves on loopback, asks itself three times, and shows what was logged.
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::server::conn::http1::Builder;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::error::Error;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer as _, service_fn};
use tracework::prelude::*;
use tracework_tower::{RequestBody, RequestLayer};

/// What the layer hands on: hyper's request, with a body that counts what is read of it.
type Asked = Request<RequestBody<Incoming>>;

/// The whole service. It gives back the size of what was sent to it.
async fn answer(request: Asked) -> Result<Response<Full<Bytes>>, hyper::Error> {
    if request.uri().path() != "/measure" {
        warn!("nobody knows this path");
        let mut answer = Response::new(Full::default());
        *answer.status_mut() = StatusCode::NOT_FOUND;
        return Ok(answer);
    }
    let body = request.into_body().collect().await?.to_bytes();
    info!(bytes = body.len(), "measured");
    Ok(Response::new(format!("{} bytes\n", body.len()).into()))
}

/// Serves each connection in a task of its own.
async fn serve(listener: TcpListener, layer: RequestLayer) {
    while let Ok((stream, peer)) = listener.accept().await {
        // hyper's requests do not say who sent them: the layer is told for each connection.
        let service = layer.clone().peer(move |_| Some(peer)).layer(service_fn(answer));
        let connection = Builder::new().serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        tokio::spawn(connection);
    }
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Box<dyn Error>> {
    let (sender, connection) = handshake(TokioIo::new(TcpStream::connect(address).await?)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// Asks for a path with a body, and reads the answer to its end.
async fn ask(sender: &mut SendRequest<Full<Bytes>>, path: &str, body: &'static str) -> Result<(), Box<dyn Error>> {
    sender.ready().await?;
    let request = Request::post(path).header("host", "localhost").header("x-request-id", "req_1");
    let answer = sender.send_request(request.body(body.into())?).await?;
    println!("POST {path}: {}", answer.status());
    answer.into_body().collect().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let control = Control::new();
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).try_init()?;
    control.attach("console", Console::stdout().format(Text::new()))?;

    let layer = RequestLayer::new().client_errors(Severity::INFO);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener, layer.clone()));

    let mut sender = connect(address).await?;
    ask(&mut sender, "/measure", "a body of 21 bytes ..").await?;
    ask(&mut sender, "/measure", "").await?;
    ask(&mut sender, "/nowhere", "").await?;

    control.shutdown(Duration::from_secs(5)).into_result()?;
    let counts = layer.counts();
    println!("{} requests, {} records of them", counts.requests, counts.logged);
    Ok(())
}
