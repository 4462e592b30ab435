//! `type: otlp`

use tracework_config::{Registry, Reported, Section, TlsFiles};
use tracework_otlp::{Compression, Otlp, Protocol, Tls};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("otlp", otlp)
}

const TEXTS: [(&str, &str, &str); 9] = [
    ("endpoint", "Where logs are sent: an URL, by HTTP without `/v1/logs`.", "http://localhost:4317"),
    ("protocol", "How they are sent: by gRPC, or as protobuf by HTTP.", "grpc"),
    ("headers", "Headers of every request, or metadata as gRPC calls them.", ""),
    ("resource", "Attributes of the resource, which hold before metadata of the same name.", ""),
    ("compress", "How requests are compressed.", "gzip"),
    ("timeout", "How long a request may take, with its answer.", "10s"),
    ("connect_timeout", "How long connecting may take.", "10s"),
    ("concurrency", "How many batches may be on their way at once; 1 keeps the order.", "4"),
    ("max_request", "Bytes of a request before it is compressed; a larger batch is several.", "2MiB"),
];

fn otlp(section: &mut Section<'_>) -> Result<Otlp, Reported> {
    section.about(&TEXTS);
    let words = [Protocol::Grpc, Protocol::Http].map(|protocol| (protocol.name(), protocol));
    let protocol = section.take_enum("protocol", &words).unwrap_or_default();
    let endpoint = section.take_str("endpoint").unwrap_or_else(|| protocol.usual_endpoint().to_owned());
    let mut otlp = Otlp::new(protocol, endpoint);
    for (name, value) in section.take_secrets("headers").unwrap_or_default() {
        otlp = otlp.header(name, value);
    }
    for (name, value) in section.take_texts("resource").unwrap_or_default() {
        otlp = otlp.resource(name, value);
    }
    let words = [Compression::None, Compression::Gzip].map(|one| (one.name(), one));
    if let Some(compression) = section.take_enum("compress", &words) {
        otlp = otlp.compress(compression);
    }
    let TlsFiles { ca, cert, key, .. } = section.take_tls();
    otlp = otlp.tls(Tls { ca, cert, key });
    otlp = limits(section, otlp);
    otlp.check().map_err(|mistake| section.mistaken(&mistake))?;
    Ok(otlp)
}

fn limits(section: &mut Section<'_>, mut otlp: Otlp) -> Otlp {
    if let Some(timeout) = section.take_timeout("timeout") {
        otlp = otlp.timeout(timeout);
    }
    if let Some(timeout) = section.take_timeout("connect_timeout") {
        otlp = otlp.connect_timeout(timeout);
    }
    match section.take_count("concurrency") {
        Some(0) => drop(section.refuse("concurrency", "0 at once deliver nothing; write 1 or more")),
        Some(batches) => otlp = otlp.in_flight(batches),
        None => {}
    }
    match section.take_memory("max_request") {
        Some(bytes) => otlp.max_request(bytes),
        None => otlp,
    }
}
