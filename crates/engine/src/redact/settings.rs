//! What is to be masked.

use std::fmt;
use std::str::FromStr;

/// A sort of secret that is known by its shape, under whatever name it is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detector {
    /// A payment card's number: 13 to 19 digits that begin with 2 to 6 and whose check digit is right, in one run or in
    /// groups divided by single blanks or hyphens. One in ten ordinary numbers of that length passes the check, so
    /// this is not on by default. Numbers that were logged as numbers are not looked at.
    CreditCard,
    /// A JSON web token, signed or encrypted.
    Jwt,
    /// A mail address. Not on by default: it is personal, but seldom a secret.
    Email,
    /// The id of an AWS access key, lasting (`AKIA`) or temporary (`ASIA`).
    AwsKey,
    /// A private key in a PEM block, with whatever of it was logged.
    PrivateKey,
    /// `Bearer` and what follows it, if that looks like a token.
    BearerToken,
    /// The password in `scheme://user:password@host`. The user and the host stay.
    UrlPassword,
}

impl Detector {
    /// Every detector.
    pub const ALL: [Self; 7] = [
        Self::CreditCard,
        Self::Jwt,
        Self::Email,
        Self::AwsKey,
        Self::PrivateKey,
        Self::BearerToken,
        Self::UrlPassword,
    ];

    /// The name, as a config spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreditCard => "credit_card",
            Self::Jwt => "jwt",
            Self::Email => "email",
            Self::AwsKey => "aws_key",
            Self::PrivateKey => "private_key",
            Self::BearerToken => "bearer_token",
            Self::UrlPassword => "url_password",
        }
    }
}

impl fmt::Display for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no detector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDetector(pub String);

impl fmt::Display for UnknownDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Detector::ALL.iter().map(|detector| detector.name()).collect();
        write!(f, "`{}` is no detector; there are {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownDetector {}

impl FromStr for Detector {
    type Err = UnknownDetector;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim();
        Self::ALL
            .into_iter()
            .find(|detector| detector.name().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| UnknownDetector(wanted.to_owned()))
    }
}

/// What is to be masked, and how.
///
/// ```
/// use tracework_engine::{Detector, RedactSettings};
///
/// let mut settings = RedactSettings::default();
/// settings.keys.push("national_id".into());
/// settings.patterns.push("sk_live_[A-Za-z0-9]+".into());
/// settings.detect.push(Detector::CreditCard);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedactSettings {
    /// Names whose values are secret. Letter case, `_`, `-` and `.` make no difference, and neither does a number at
    /// the end. A name matches whole, or as the last words of a longer one: `password` is also `user.password`,
    /// `db_password`, `newPassword` and `password2`, but not `password_policy`. A name of eight letters or more also
    /// matches where no new word begins, as `password` does in `PGPASSWORD`.
    pub keys: Vec<String>,
    /// Regular expressions; what they match is masked wherever it stands in a text.
    pub patterns: Vec<String>,
    /// Secrets known by their shape.
    pub detect: Vec<Detector>,
    /// What is written in place of a secret.
    pub mask: String,
}

impl RedactSettings {
    /// The names that are secret by default. `session_id` is not one of them: it is what sessions are followed by.
    pub const KEYS: [&str; 26] = [
        "password",
        "passwords",
        "passwd",
        "pwd",
        "passphrase",
        "passcode",
        "secret",
        "secrets",
        "secret_key",
        "token",
        "authorization",
        "api_key",
        "access_key",
        "account_key",
        "private_key",
        "signing_key",
        "encryption_key",
        "session_key",
        "credential",
        "credentials",
        "cookie",
        "amz_signature",
        "card_number",
        "cvv",
        "cvc",
        "ssn",
    ];

    /// The detectors that are on by default: those that ordinary text does not set off.
    pub const DETECT: [Detector; 5] =
        [Detector::Jwt, Detector::AwsKey, Detector::PrivateKey, Detector::BearerToken, Detector::UrlPassword];

    /// Masks nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { keys: Vec::new(), patterns: Vec::new(), detect: Vec::new(), mask: "***".to_owned() }
    }
}

impl Default for RedactSettings {
    /// The names of [`RedactSettings::KEYS`], the detectors of [`RedactSettings::DETECT`], no patterns, `***`.
    fn default() -> Self {
        Self {
            keys: Self::KEYS.iter().map(|&key| key.to_owned()).collect(),
            detect: Self::DETECT.to_vec(),
            ..Self::none()
        }
    }
}
