//! What the broker's answers mean for the records of a batch.

use crate::message::Message;
use crate::publish::{Answer, Cut};
use crate::settings::Settings;
use crate::trouble::{complaint, said};
use lapin::Error;
use std::time::Duration;
use tracework_core::{Failure, FailureClass, Refusal};

/// The codes of AMQP 0-9-1 (section 1.1) by which a broker closes a channel over one message.
const CONTENT_TOO_LARGE: u16 = 311;
const ACCESS_REFUSED: u16 = 403;
const NOT_FOUND: u16 = 404;
const PRECONDITION_FAILED: u16 = 406;

/// What comes of a batch.
pub(crate) struct Verdict<'a> {
    settings: &'a Settings,
    messages: &'a [Message<'a>],
    answers: &'a [Answer],
    cut: Option<&'a Cut>,
}

impl<'a> Verdict<'a> {
    pub(crate) fn of(
        settings: &'a Settings,
        messages: &'a [Message<'a>],
        answers: &'a [Answer],
        cut: Option<&'a Cut>,
    ) -> Self {
        Self { settings, messages, answers, cut }
    }

    /// What was refused, beside what made no message (`refused`); `records` are in the batch.
    pub(crate) fn result(&self, mut refused: Vec<Refusal>, records: usize) -> Result<(), Failure> {
        let trouble = self.trouble();
        let broker = &self.settings.broker;
        let mut temporary = 0;
        for (message, answer) in self.messages.iter().zip(self.answers) {
            let (class, why) = match answer {
                Answer::Taken => continue,
                Answer::Returned(words) => self.returned(message, words),
                Answer::Refused => {
                    (FailureClass::Temporary, "the broker could not take it: a queue is full, or a node down".into())
                }
                Answer::Failed(_) | Answer::None => trouble.class_of(message),
            };
            temporary += usize::from(class == FailureClass::Temporary);
            refused.push(Refusal { at: message.at, class, reason: format!("{broker}: {why}") });
        }
        refused.sort_by_key(|refusal| refusal.at);
        match refused.first() {
            None => Ok(()),
            // Nothing was taken, and nothing is wrong with the records.
            Some(first) if temporary == records => Err(Failure::temporary(first.reason.clone())),
            Some(first) if trouble.is_anybody() && refused.len() == records => {
                Err(Failure::permanent(first.reason.clone()))
            }
            Some(_) => Err(Failure::partial(refused)),
        }
    }

    /// A message that no queue was there for. Where every record takes the same way, the way is missing, and somebody
    /// makes it; where records make their own, one that leads nowhere must not hold up the others.
    fn returned(&self, message: &Message<'_>, words: &str) -> (FailureClass, String) {
        let (exchange, key) = (&message.exchange, &message.key);
        let to = match exchange.as_str() {
            "" => format!("there is no queue `{key}`"),
            _ => format!("no queue is bound to the exchange `{exchange}` for the key `{key}`"),
        };
        match self.settings.is_constant() {
            true => (FailureClass::Temporary, format!("{to}: {words}; declare it, or set `declare_queue`")),
            false => (FailureClass::Permanent, format!("{to}: {words}")),
        }
    }

    /// Why there is no answer.
    fn trouble(&self) -> Trouble<'_> {
        let errors = self.answers.iter().filter_map(|answer| match answer {
            Answer::Failed(error) => Some(error),
            _ => None,
        });
        let first = errors.clone().find(|error| complaint(error).is_some()).or_else(|| errors.clone().next());
        match (self.cut, first) {
            (Some(Cut::Blocked(reason)), _) => Trouble::Blocked(reason),
            (Some(Cut::Late), None) => Trouble::Late(self.settings.timeout),
            (_, Some(error)) => self.blame(error),
            (None, None) => Trouble::Late(self.settings.timeout),
        }
    }

    /// Which messages an error is about.
    fn blame<'e>(&'e self, error: &'e Error) -> Trouble<'e> {
        let Some((code, words)) = complaint(error) else { return Trouble::Ended(error) };
        let quoted = |name: &str| words.contains(&format!("'{name}'"));
        let blamed = |is: &dyn Fn(&Message<'_>) -> bool| {
            let unanswered = |answer: &Answer| matches!(answer, Answer::Failed(_) | Answer::None);
            let both = self.messages.iter().zip(self.answers);
            both.filter(|(message, answer)| unanswered(answer) && is(message)).map(|(message, _)| message.at).collect()
        };
        let made = |template: &Option<tracework_format::Template>| {
            template.as_ref().is_some_and(|template| template.constant().is_none())
        };
        let about: Vec<usize> = match code {
            ACCESS_REFUSED if words.contains("topic '") && made(&self.settings.routing_key) => {
                blamed(&|message| quoted(&message.key.to_string()))
            }
            NOT_FOUND | ACCESS_REFUSED if made(&self.settings.exchange) => {
                blamed(&|message| quoted(&message.exchange.to_string()))
            }
            PRECONDITION_FAILED | CONTENT_TOO_LARGE => match first_number(words) {
                Some(size) => blamed(&|message| message.body.len() == size),
                None => Vec::new(),
            },
            _ => return Trouble::Ended(error),
        };
        match (code, about.is_empty()) {
            (_, false) => Trouble::Blamed { error, about },
            (PRECONDITION_FAILED | CONTENT_TOO_LARGE, true) => Trouble::Anybody(error),
            (_, true) => Trouble::Ended(error),
        }
    }
}

/// Why messages have no answer.
enum Trouble<'e> {
    Late(Duration),
    Blocked(&'e str),
    /// The channel or the connection ended.
    Ended(&'e Error),
    /// The channel was closed over these records.
    Blamed {
        error: &'e Error,
        about: Vec<usize>,
    },
    /// The channel was closed over one of them, and nobody knows which.
    Anybody(&'e Error),
}

impl Trouble<'_> {
    fn is_anybody(&self) -> bool {
        matches!(self, Self::Anybody(_))
    }

    fn class_of(&self, message: &Message<'_>) -> (FailureClass, String) {
        use FailureClass::{Permanent, Temporary};
        match self {
            Self::Late(limit) => (Temporary, format!("no confirmation came within {limit:?}")),
            Self::Blocked(reason) => (Temporary, format!("the broker takes nothing for now: {reason}")),
            Self::Ended(error) => (Temporary, format!("the connection ended before the confirmation: {}", said(error))),
            Self::Blamed { error, about } if about.contains(&message.at) => (Permanent, said(error)),
            Self::Blamed { error, .. } => {
                (Temporary, format!("the channel was closed over another record: {}", said(error)))
            }
            Self::Anybody(error) => (Permanent, said(error)),
        }
    }
}

/// The first number in a text.
fn first_number(words: &str) -> Option<usize> {
    let digits = words.trim_start_matches(|character: char| !character.is_ascii_digit());
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_words() {
        let words = "PRECONDITION_FAILED - message size 17000000 is larger than configured max size 16777216";
        assert_eq!(first_number(words), Some(17_000_000));
        assert_eq!(first_number("none"), None);
    }
}
