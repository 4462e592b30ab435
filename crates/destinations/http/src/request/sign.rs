//! Signatures.
//!
//! [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md),
//! version 1: HMAC-SHA-256 over the id, the time and the body, with dots between.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;

/// The least bytes of a secret.
const LEAST: usize = 16;

/// Signs requests.
pub(crate) struct Signer(Hmac<Sha256>);

impl Signer {
    /// Signs by this secret: `whsec_` and base64, or a text.
    pub(crate) fn new(secret: &str) -> Result<Self, String> {
        let key = match secret.strip_prefix("whsec_") {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| "what follows `whsec_` is no base64".to_owned())?,
            None => secret.as_bytes().to_vec(),
        };
        if key.len() < LEAST {
            return Err(format!("the secret has {} bytes; {LEAST} are the least, and 32 are good", key.len()));
        }
        Hmac::new_from_slice(&key).map(Self).map_err(|error| error.to_string())
    }

    /// The value of `webhook-signature`.
    pub(crate) fn sign(&self, id: &str, seconds: u64, body: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

#[cfg(test)]
mod tests {
    use super::Signer;

    /// The example of the specification's own libraries.
    #[test]
    fn the_specification_s_example_comes_out() {
        let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signature = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_that_is_none_is_refused_without_being_shown() {
        let error = |secret: &str| Signer::new(secret).expect_err("it is none");
        assert_eq!(error("hunter2"), "the secret has 7 bytes; 16 are the least, and 32 are good");
        assert_eq!(error("whsec_***"), "what follows `whsec_` is no base64");
    }
}
