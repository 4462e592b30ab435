//! What the program says of itself as a `Resource`.

use super::value::{int, pair, pair_of};
use tracework_core::{Metadata, Value};

/// Our names of metadata, and those of the
/// [semantic conventions](https://opentelemetry.io/docs/specs/semconv/registry/attributes/).
const NAMES: &[(&str, &str)] = &[
    ("service", "service.name"),
    ("version", "service.version"),
    ("namespace", "service.namespace"),
    ("instance", "service.instance.id"),
    ("environment", "deployment.environment.name"),
    ("host", "host.name"),
    ("region", "cloud.region"),
    ("zone", "cloud.availability_zone"),
    ("pid", "process.pid"),
];

/// A resource always says what wrote it ([SDK](https://opentelemetry.io/docs/specs/otel/resource/sdk/)).
const SDK: [(&str, &str); 3] = [
    ("telemetry.sdk.name", "tracework"),
    ("telemetry.sdk.language", "rust"),
    ("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
];

/// `Resource.attributes`.
const ATTRIBUTES: u32 = 1;

/// The name that the conventions have for metadata of ours, else the same name.
pub(super) fn convention(name: &str) -> &str {
    NAMES.iter().find(|(ours, _)| *ours == name).map_or(name, |(_, theirs)| theirs)
}

/// The fields of a `Resource`: what is `set` holds before the metadata.
pub(super) fn resource(metadata: Option<&Metadata>, set: &[(String, String)]) -> Vec<u8> {
    let mut attributes: Vec<(&str, &str)> = SDK.to_vec();
    let said = metadata.into_iter().flat_map(Metadata::iter).filter(|(name, _)| *name != "thread");
    for (name, value) in said.chain(set.iter().map(|(name, value)| (name.as_str(), value.as_str()))) {
        let name = convention(name);
        match attributes.iter_mut().find(|(known, _)| *known == name) {
            Some(attribute) => attribute.1 = value,
            None => attributes.push((name, value)),
        }
    }
    let mut out = Vec::new();
    if !attributes.iter().any(|(name, _)| *name == "service.name") {
        pair(&mut out, ATTRIBUTES, "service.name", Value::Str(&unknown_service()));
    }
    for (name, value) in attributes {
        match value.parse() {
            Ok(pid) if name == "process.pid" => pair_of(&mut out, ATTRIBUTES, "", name, |out| int(out, pid)),
            _ => pair(&mut out, ATTRIBUTES, name, Value::Str(value)),
        }
    }
    out
}

/// What a service is called that has no name, as the conventions want it: `unknown_service:` and the program's file.
fn unknown_service() -> String {
    let program = std::env::args_os().next().map(std::path::PathBuf::from);
    match program.as_deref().and_then(std::path::Path::file_name) {
        Some(name) => format!("unknown_service:{}", name.to_string_lossy()),
        None => "unknown_service".to_owned(),
    }
}
