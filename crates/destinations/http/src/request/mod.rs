//! Requests: headers, compression, the idempotency key, the signature.

mod compress;
mod key;
mod sign;

pub use compress::Compression;
pub(crate) use key::key_of;
pub(crate) use sign::Signer;
