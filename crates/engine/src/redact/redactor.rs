//! Masking values and texts.

use super::edit::{self, Find};
use super::keys::Keys;
use super::suspect::{self, Suspicion, suspect, suspect_card};
use super::{Detector, RedactError, RedactSettings, Redacted};
use super::{cards, detect, json, pairs};
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use std::sync::atomic::{AtomicU64, Ordering};
use tracework_core::{ErrorChain, Value};

/// Bytes of one pattern.
const LONGEST_PATTERN: usize = 4 << 10;
/// Bytes of memory that one compiled pattern may take.
const PATTERN_MEMORY: usize = 1 << 20;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Masks secrets. Made once for a plan; any number of threads may use it at once.
///
/// ```
/// use tracework_engine::{RedactSettings, Redacted, Redactor};
/// use tracework_core::Value;
///
/// let redactor = Redactor::new(&RedactSettings::default())?;
/// let masked = |key, value| redactor.redact_value(key, value);
/// assert_eq!(masked("user.password", Value::Str("hunter2")), Some(Redacted::Text("***".into())));
/// assert_eq!(masked("url", Value::Str("db://bob:x9@h/")), Some(Redacted::Text("db://bob:***@h/".into())));
/// assert_eq!(masked("user", Value::Str("bob")), None);
/// # Ok::<(), tracework_engine::RedactError>(())
/// ```
#[derive(Debug)]
pub struct Redactor {
    id: u64,
    keys: Keys,
    patterns: Vec<Regex>,
    any_pattern: Option<RegexSet>,
    detect: Vec<Detector>,
    /// The suspicions that are worth following.
    watch: Suspicion,
    mask: String,
}

impl Redactor {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// Fails if a pattern is no regular expression, is longer than 4 KiB, takes more than 1 MiB of memory or matches
    /// the empty text; if a name has no letter or digit; and if the mask is empty, too long or not plain.
    pub fn new(settings: &RedactSettings) -> Result<Self, RedactError> {
        let unfit = |letter: char| letter.is_control() || "\"'`\\<>&".contains(letter);
        if settings.mask.is_empty() || settings.mask.chars().count() > 64 || settings.mask.contains(unfit) {
            return Err(RedactError::Mask);
        }
        let keys = Keys::new(&settings.keys)?;
        let patterns = settings.patterns.iter().enumerate();
        let patterns = patterns.map(|(number, text)| pattern(number, text)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            watch: watch(&settings.detect) | if keys.is_empty() { 0 } else { suspect::PAIR },
            any_pattern: any_pattern(&settings.patterns)?,
            keys,
            patterns,
            detect: settings.detect.clone(),
            mask: settings.mask.clone(),
        })
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Is nothing looked for?
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.watch == 0 && self.any_pattern.is_none()
    }

    pub(super) fn mask(&self) -> &str {
        &self.mask
    }

    /// Is every value under this name a secret?
    #[must_use]
    pub fn is_secret(&self, key: &str) -> bool {
        self.keys.has(key)
    }

    /// What is to be logged in the place of `value`; `None` for the value itself, which holds no secret.
    ///
    /// Under a secret name, everything is masked but `null`, yes and no, and empty texts.
    #[must_use]
    pub fn redact_value(&self, key: &str, value: Value<'_>) -> Option<Redacted> {
        self.redact(self.is_secret(key), value)
    }

    /// `text` with its secrets masked; `None` if it holds none.
    #[must_use]
    pub fn redact_text(&self, text: &str) -> Option<String> {
        self.text_at(text, 0).map(|(masked, _)| masked)
    }

    #[inline]
    pub(super) fn redact(&self, secret: bool, value: Value<'_>) -> Option<Redacted> {
        match value {
            Value::Null | Value::Bool(_) => None,
            Value::I64(_) | Value::U64(_) | Value::I128(_) | Value::U128(_) | Value::F64(_) if !secret => None,
            Value::Str(text) | Value::Text(text) if !secret => self.redact_text(text).map(Redacted::Text),
            Value::Json(text) if !secret => self
                .text_at(text, 0)
                .map(|(masked, json)| if json { Redacted::Json(masked) } else { Redacted::Text(masked) }),
            Value::Bytes(bytes) if !secret => {
                self.redact_text(&String::from_utf8_lossy(bytes)).map(|text| Redacted::Bytes(text.into_bytes()))
            }
            Value::Error(chain) if !secret => self.redact_chain(chain),
            Value::Str(text) | Value::Text(text) | Value::Json(text) if text.is_empty() || text == self.mask => None,
            _ if secret => Some(Redacted::Text(self.mask.clone())),
            _ => None,
        }
    }

    fn redact_chain(&self, chain: ErrorChain<'_>) -> Option<Redacted> {
        let messages = || std::iter::once(chain.message()).chain(chain.causes());
        messages().any(|message| self.redact_text(message).is_some()).then(|| {
            Redacted::Error(
                messages().map(|message| self.redact_text(message).unwrap_or_else(|| message.to_owned())).collect(),
            )
        })
    }

    /// Can there be no secret in any part of `text`? The operator's patterns look at each part by itself, so with them
    /// nobody can say.
    #[inline]
    pub(super) fn is_clean(&self, text: &str) -> bool {
        self.any_pattern.is_none() && self.suspect(text) == 0
    }

    /// What `text` may hold, of what is looked for.
    #[inline]
    fn suspect(&self, text: &str) -> Suspicion {
        let mut suspicion = suspect(text.as_bytes()) & self.watch;
        if self.watch & suspect::CARD != 0 {
            suspicion |= suspect_card(text.as_bytes());
        }
        if let Some(any) = &self.any_pattern
            && any.is_match(text)
        {
            suspicion |= suspect::PATTERN;
        }
        suspicion
    }

    /// `text`, inside so many others, with its secrets masked, and whether that is JSON.
    #[inline]
    pub(super) fn text_at(&self, text: &str, depth: u8) -> Option<(String, bool)> {
        match self.suspect(text) {
            0 => None,
            suspicion => self.confirm(text, suspicion, depth),
        }
    }

    #[inline(never)]
    fn confirm(&self, text: &str, suspicion: Suspicion, depth: u8) -> Option<(String, bool)> {
        if text.trim_start().starts_with(['{', '['])
            && let Ok(masked) = json::mask(self, text, depth)
        {
            // A pattern may match across the strings of JSON, and then comes first.
            let again = self.by_pattern(masked.as_deref().unwrap_or(text));
            return again.map(|masked| (masked, false)).or(masked.map(|masked| (masked, true)));
        }
        let mut finds = Vec::new();
        if suspicion & suspect::PAIR != 0 {
            pairs::find(text, &self.keys, &mut finds);
        }
        self.detect.iter().filter(|&&detector| shape(detector) & suspicion != 0).for_each(|detector| match detector {
            Detector::CreditCard => cards::find(text, &mut finds),
            Detector::Jwt => detect::jwt(text, &mut finds),
            Detector::Email => detect::email(text, &mut finds),
            Detector::AwsKey => detect::aws(text, &mut finds),
            Detector::PrivateKey => detect::private_key(text, &mut finds),
            Detector::BearerToken => detect::bearer(text, &mut finds),
            Detector::UrlPassword => detect::url_password(text, &mut finds),
        });
        if suspicion & suspect::PATTERN != 0 {
            self.match_patterns(text, &mut finds);
        }
        edit::mask(text, finds, &self.mask).map(|masked| (masked, false))
    }

    fn match_patterns(&self, text: &str, finds: &mut Vec<Find>) {
        let found = self.patterns.iter().flat_map(|pattern| pattern.find_iter(text));
        finds.extend(found.map(|found| Find::bare(found.range())));
    }

    fn by_pattern(&self, text: &str) -> Option<String> {
        let mut finds = Vec::new();
        self.match_patterns(text, &mut finds);
        edit::mask(text, finds, &self.mask)
    }
}

/// The suspicion that a detector follows.
fn shape(detector: Detector) -> Suspicion {
    match detector {
        Detector::CreditCard => suspect::CARD,
        Detector::Jwt => suspect::JWT,
        Detector::Email | Detector::UrlPassword => suspect::AT,
        Detector::AwsKey => suspect::AWS,
        Detector::PrivateKey => suspect::PEM,
        Detector::BearerToken => suspect::BEARER,
    }
}

fn watch(detectors: &[Detector]) -> Suspicion {
    detectors.iter().fold(0, |watch, &detector| watch | shape(detector))
}

fn pattern(number: usize, text: &str) -> Result<Regex, RedactError> {
    let shown = &text[..text.floor_char_boundary(80)];
    let refused = |reason: String| RedactError::Pattern { number, pattern: shown.to_owned(), reason };
    if text.len() > LONGEST_PATTERN {
        return Err(refused(format!("it has {} bytes, more than {LONGEST_PATTERN}", text.len())));
    }
    let regex = RegexBuilder::new(text)
        .size_limit(PATTERN_MEMORY)
        .dfa_size_limit(PATTERN_MEMORY)
        .nest_limit(64)
        .build()
        .map_err(|error| refused(error.to_string()))?;
    if regex.is_match("") {
        return Err(refused("it matches the empty text".to_owned()));
    }
    Ok(regex)
}

/// All patterns in one, so that a text is read once.
fn any_pattern(patterns: &[String]) -> Result<Option<RegexSet>, RedactError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let memory = PATTERN_MEMORY * patterns.len().min(16);
    let set = RegexSetBuilder::new(patterns).size_limit(memory).dfa_size_limit(memory).nest_limit(64).build();
    set.map(Some).map_err(|error| RedactError::Pattern {
        number: patterns.len() - 1,
        pattern: "all of them together".to_owned(),
        reason: error.to_string(),
    })
}
