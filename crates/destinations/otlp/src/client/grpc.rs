//! gRPC.

use super::line::{Trouble, told};
use crate::answer::Answer;
use crate::judge;
use crate::settings::{AGENT, Compression, Settings, Target};
use bytes::{BufMut as _, Bytes};
use http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use std::error::Error as _;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Request, Status};
use tracework_core::Failure;

/// The method that takes logs.
const METHOD: PathAndQuery = PathAndQuery::from_static("/opentelemetry.proto.collector.logs.v1.LogsService/Export");

/// A connection, or the intent to make one.
#[derive(Clone, Debug)]
pub(super) struct Client {
    grpc: tonic::client::Grpc<Channel>,
    metadata: MetadataMap,
}

/// A connection, in clear or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Client {
    /// To be called inside the runtime.
    pub(super) fn new(settings: &Settings, target: &Target) -> Result<Self, Failure> {
        let wrong = |error: &dyn std::error::Error| Failure::permanent(format!("setting up gRPC: {}", told(error)));
        let host = target.url.host_str().unwrap_or_default().to_owned();
        let port = target.url.port_or_known_default().unwrap_or(4317);
        let uri = |scheme: &str| format!("{scheme}://{host}:{port}").parse::<Uri>();
        // The connector does what TLS there is, so the endpoint itself is one in clear.
        let endpoint = Endpoint::from(uri("http").map_err(|error| wrong(&error))?)
            .origin(uri(target.url.scheme()).map_err(|error| wrong(&error))?)
            .user_agent(AGENT)
            .map_err(|error| wrong(&error))?;
        let connector = Connector::new(settings, target, &host, port)?;
        let limit = settings.connect_timeout;
        let channel = endpoint.connect_with_connector_lazy(tower::service_fn(move |_: Uri| {
            let connector = connector.clone();
            async move {
                let connected = tokio::time::timeout(limit, connector.connect()).await;
                let late = |_| Err(io::Error::new(io::ErrorKind::TimedOut, "connecting took too long"));
                connected.unwrap_or_else(late).map(TokioIo::new)
            }
        }));
        let grpc = compressed(tonic::client::Grpc::new(channel), settings.compression);
        Ok(Self { grpc, metadata: MetadataMap::from_headers(target.headers.clone()) })
    }

    pub(super) async fn send(&self, to: &str, request: Bytes) -> Result<Answer, Trouble> {
        let mut grpc = self.grpc.clone();
        let lost = |error: &dyn std::error::Error| Trouble::Lost(Failure::temporary(format!("{to}: {}", told(error))));
        grpc.ready().await.map_err(|error| lost(&error))?;
        let mut request = Request::new(request);
        *request.metadata_mut() = self.metadata.clone();
        match grpc.unary(request, METHOD, Raw).await {
            Ok(answer) => Ok(answer.into_inner()),
            Err(status) => {
                let failure = judge::by_grpc(to, &status);
                Err(if status.source().is_some() { Trouble::Lost(failure) } else { Trouble::Refused(failure) })
            }
        }
    }
}

#[cfg(feature = "gzip")]
fn compressed(grpc: tonic::client::Grpc<Channel>, compression: Compression) -> tonic::client::Grpc<Channel> {
    use tonic::codec::CompressionEncoding::Gzip;
    let grpc = grpc.accept_compressed(Gzip);
    if compression == Compression::Gzip { grpc.send_compressed(Gzip) } else { grpc }
}

#[cfg(not(feature = "gzip"))]
fn compressed(grpc: tonic::client::Grpc<Channel>, _: Compression) -> tonic::client::Grpc<Channel> {
    grpc
}

/// Makes connections.
#[derive(Clone)]
struct Connector {
    host: String,
    port: u16,
    #[cfg(feature = "tls")]
    tls: Option<(tokio_rustls::TlsConnector, rustls::pki_types::ServerName<'static>)>,
}

impl Connector {
    #[cfg(feature = "tls")]
    fn new(settings: &Settings, target: &Target, host: &str, port: u16) -> Result<Self, Failure> {
        let host = host.trim_matches(['[', ']']).to_owned();
        if target.url.scheme() != "https" {
            return Ok(Self { host, port, tls: None });
        }
        let config = settings.tls.client_config();
        let config = config.map_err(|error| Failure::temporary(format!("TLS: {error}")))?;
        let mut config = std::sync::Arc::unwrap_or_clone(config);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let name = rustls::pki_types::ServerName::try_from(host.clone());
        let name = name.map_err(|error| Failure::permanent(format!("TLS: `{host}`: {error}")))?;
        Ok(Self { host, port, tls: Some((std::sync::Arc::new(config).into(), name)) })
    }

    #[cfg(not(feature = "tls"))]
    fn new(_: &Settings, _: &Target, host: &str, port: u16) -> Result<Self, Failure> {
        Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port })
    }

    async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        #[cfg(feature = "tls")]
        if let Some((connector, name)) = &self.tls {
            return Ok(Box::new(connector.connect(name.clone(), stream).await?));
        }
        Ok(Box::new(stream))
    }
}

/// Requests that are bytes already.
#[derive(Clone, Copy, Debug)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Answer;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.reserve(item.len());
        into.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Answer;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Answer>, Status> {
        let read = prost::Message::decode(from);
        read.map(Some).map_err(|error: prost::DecodeError| Status::from_error(Box::new(error)))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(1 << 10, 1 << 10)
    }
}
