//! OpenTelemetry's protobuf messages of logs, written straight from records.
//!
//! | room | does |
//! |---|---|
//! | `wire` | protobuf's encoding: keys, variable-length numbers, messages in messages |
//! | `value` | a value as an `AnyValue`, JSON as lists of keys and values |
//! | `record` | a record as a `LogRecord` |
//! | `resource` | what the program says of itself as a `Resource` |
//! | `encoder` | many records as a request |

mod encoder;
mod json;
mod record;
mod resource;
mod value;
mod wire;

pub use encoder::OtlpEncoder;
