//! gRPC by tonic, with a codec by hand: what became of a call stands in the trailers.

use crate::support::told;
use bytes::{Buf as _, BufMut as _};
use http::uri::PathAndQuery;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{NamedService, ServerStreamingService, UnaryService};
use tonic::transport::Channel;
use tonic::transport::server::{Server, TcpConnectInfo, TcpIncoming};
use tonic::{Code, Request, Response, Status};
use tower_service::Service;
use tracework::prelude::*;
use tracework::test::capture;
use tracework_tower::RequestLayer;

const SOON: Duration = Duration::from_secs(10);

/// Messages that are plain texts.
#[derive(Clone, Copy, Default)]
struct Plain;

impl Codec for Plain {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Plain {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = bytes.copy_to_bytes(bytes.remaining());
        String::from_utf8(bytes.into()).map(Some).map_err(|_| Status::invalid_argument("no text"))
    }
}

/// Greets whoever it is told, once or without an end, or fails by the code that it is told.
#[derive(Clone)]
struct Greeter;

type Answer<T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send>>;

impl UnaryService<String> for Greeter {
    type Response = String;
    type Future = Answer<String>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        Box::pin(async move {
            info!("greeting");
            match request.into_inner().parse::<i32>() {
                Ok(code) => Err(Status::new(Code::from_i32(code), "as you say")),
                Err(_) => Ok(Response::new("hello".to_owned())),
            }
        })
    }
}

/// Greets again and again.
struct Greetings(tokio::time::Interval, u32);

impl tokio_stream::Stream for Greetings {
    type Item = Result<String, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.1 == 0 {
            return Poll::Ready(Some(Err(Status::resource_exhausted("no more"))));
        }
        self.0.poll_tick(context).map(|_| {
            self.1 -= 1;
            Some(Ok("hello".to_owned()))
        })
    }
}

impl ServerStreamingService<String> for Greeter {
    type Response = String;
    type ResponseStream = Greetings;
    type Future = Answer<Greetings>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        Box::pin(async move {
            let times = request.into_inner().parse().unwrap_or(u32::MAX);
            Ok(Response::new(Greetings(tokio::time::interval(Duration::from_millis(2)), times)))
        })
    }
}

impl NamedService for Greeter {
    const NAME: &'static str = "test.Greeter";
}

impl Service<http::Request<Body>> for Greeter {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(Plain);
            Ok(match request.uri().path() {
                "/test.Greeter/Greet" => grpc.unary(Self, request).await,
                "/test.Greeter/Stream" => grpc.server_streaming(Self, request).await,
                _ => Status::unimplemented("no such call").into_http(),
            })
        })
    }
}

async fn serve(layer: RequestLayer) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let layer = layer.peer(|parts| parts.extensions.get::<TcpConnectInfo>()?.remote_addr());
    let server = Server::builder().layer(layer).add_service(Greeter);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

async fn client(address: SocketAddr) -> tonic::client::Grpc<Channel> {
    let channel = Channel::from_shared(format!("http://{address}")).expect("an address");
    tonic::client::Grpc::new(channel.connect().await.expect("it listens"))
}

fn call(name: &str) -> PathAndQuery {
    format!("/test.Greeter/{name}").parse().expect("a path")
}

#[tokio::test]
async fn what_became_of_a_call_is_told_by_its_status() {
    let captured = capture();
    let layer = RequestLayer::new();
    let mut client = client(serve(layer.clone()).await).await;
    for (said, level, status) in
        [("ann", "INFO", 0), ("5", "WARNING", 5), ("16", "WARNING", 16), ("13", "ERROR", 13), ("14", "ERROR", 14)]
    {
        let mut request = Request::new(said.to_owned());
        request.metadata_mut().insert("x-request-id", format!("call-{status}").parse().expect("a value"));
        client.ready().await.expect("it is ready");
        let answer = client.unary::<String, String, _>(request, call("Greet"), Plain).await;
        assert_eq!(answer.map_or_else(|status| status.code() as i32, |_| 0), status);
        let rule =
            format!("field.grpc_status = {status} and level = {level} and context.request_id = \"call-{status}\"");
        let done = captured.wait_for_async(&rule, SOON).await;
        let told = |name| told(&done, name).unwrap_or_default();
        assert_eq!((told("endpoint"), told("status")), ("/test.Greeter/Greet".to_owned(), "200".to_owned()));
        assert_eq!((told("ip_address"), told("outcome")), ("127.0.0.1".to_owned(), "done".to_owned()));
    }
    captured.assert_count("message = greeting and span = request", 5);
    assert_eq!(layer.counts().aborted, 0);
}

#[tokio::test]
async fn a_stream_ends_with_its_trailers_or_with_its_client() {
    let captured = capture();
    let address = serve(RequestLayer::new()).await;
    let mut client = client(address).await;
    let request = Request::new("3".to_owned());
    client.ready().await.expect("it is ready");
    let answer = client.server_streaming::<String, String, _>(request, call("Stream"), Plain).await;
    let mut stream = answer.expect("it streams").into_inner();
    let mut received = 0;
    let end = loop {
        match stream.message().await {
            Ok(Some(_)) => received += 1,
            Ok(None) => panic!("it fails in the end"),
            Err(status) => break status.code(),
        }
    };
    assert_eq!((received, end), (3, Code::ResourceExhausted));
    captured.wait_for_async("field.grpc_status = 8 and level = WARNING and field.outcome = done", SOON).await;

    let request = Request::new("without an end".to_owned());
    client.ready().await.expect("it is ready");
    let answer = client.server_streaming::<String, String, _>(request, call("Stream"), Plain).await;
    let mut stream = answer.expect("it streams").into_inner();
    assert!(stream.message().await.is_ok());
    drop(stream);
    captured.wait_for_async("field.outcome = aborted and field.path = \"/test.Greeter/Stream\"", SOON).await;
}
