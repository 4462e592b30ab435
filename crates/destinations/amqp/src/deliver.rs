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
            // One is bad, nobody knows which, so the engine halves the batch, also if a part of it was taken: told record
            // by record, the good ones would be refused with the bad one.
            Some(_) if let Trouble::Anybody(error) = trouble => {
                Err(Failure::permanent(format!("{broker}: {}", said(error))))
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
        let blamed = |is: &dyn Fn(&Message<'_>) -> bool| {
            let unanswered = |answer: &Answer| matches!(answer, Answer::Failed(_) | Answer::None);
            let both = self.messages.iter().zip(self.answers);
            both.filter(|(message, answer)| unanswered(answer) && is(message)).map(|(message, _)| message.at).collect()
        };
        let made = |template: &Option<tracework_format::Template>| {
            template.as_ref().is_some_and(|template| template.constant().is_none())
        };
        let exchange = |message: &Message<'_>| named(words, "exchange") == Some(message.exchange.as_str());
        let about: Vec<usize> = match code {
            ACCESS_REFUSED if words.contains("topic '") && made(&self.settings.routing_key) => {
                blamed(&|message| named(words, "topic") == Some(message.key.as_str()) && exchange(message))
            }
            NOT_FOUND | ACCESS_REFUSED if made(&self.settings.exchange) => blamed(&exchange),
            PRECONDITION_FAILED | CONTENT_TOO_LARGE => match first_number(words) {
                Some(size) => blamed(&|message| message.body.len() == size),
                None => Vec::new(),
            },
            _ => return Trouble::Ended(error),
        };
        if about.is_empty() { Trouble::Anybody(error) } else { Trouble::Blamed { error, about } }
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

/// The name that stands in quotes behind `noun`. RabbitMQ quotes the virtual host and the user too, which may be called as
/// an exchange or a key is.
fn named<'w>(words: &'w str, noun: &str) -> Option<&'w str> {
    let (_, name) = words.split_once(&format!("{noun} '"))?;
    name.split_once('\'').map(|(name, _)| name)
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
    use crate::url::Broker;
    use lapin::ErrorKind;
    use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPSoftError};
    use tracework_format::Template;

    /// What comes of messages to these exchanges with these keys, each made of its record, of which the first `taken` were
    /// confirmed before the broker closed the channel with these words.
    fn closed(
        code: AMQPSoftError,
        words: &str,
        ways: &[(&'static str, &'static str)],
        taken: usize,
    ) -> Result<(), Failure> {
        let mut settings = Settings::new(Broker::new("amqp://app@localhost/prod").expect("a URL"));
        let template = |text| Some(Template::new(text, crate::settings::NAMES).expect("a template"));
        (settings.exchange, settings.routing_key) = (template("{field.exchange}"), template("{field.key}"));
        let message = |(at, &(exchange, key)): (usize, &(&'static str, &'static str))| {
            let (exchange, key, properties) = (exchange.into(), key.into(), lapin::BasicProperties::default());
            Message { at, exchange, key, properties, body: b"body" }
        };
        let messages: Vec<_> = ways.iter().enumerate().map(message).collect();
        let error = AMQPError::new(AMQPErrorKind::Soft(code), words.into());
        let failed = || Answer::Failed(Error::from(ErrorKind::ProtocolError(error.clone())));
        let answers: Vec<_> = (0..ways.len()).map(|at| if at < taken { Answer::Taken } else { failed() }).collect();
        Verdict::of(&settings, &messages, &answers, None).result(Vec::new(), ways.len())
    }

    fn told(answer: &Result<(), Failure>) -> Vec<(usize, FailureClass)> {
        let refusals = answer.as_ref().expect_err("it fails").refusals();
        refusals.iter().map(|refusal| (refusal.at, refusal.class)).collect()
    }

    #[test]
    fn a_virtual_host_or_a_user_is_not_taken_for_an_exchange_or_a_key() {
        use FailureClass::{Permanent, Temporary};
        let others =
            |bad: usize| (0..3).map(|at| (at, if at == bad { Permanent } else { Temporary })).collect::<Vec<_>>();
        let words = "ACCESS_REFUSED - write access to exchange 'x' in vhost 'prod' refused for user 'app'";
        let answer = closed(AMQPSoftError::ACCESSREFUSED, words, &[("app", "k"), ("x", "k"), ("prod", "k")], 0);
        assert_eq!(told(&answer), others(1));
        let answer = closed(
            AMQPSoftError::NOTFOUND,
            "NOT_FOUND - no exchange 'x' in vhost 'prod'",
            &[("prod", "k"), ("app", "k"), ("x", "k")],
            0,
        );
        assert_eq!(told(&answer), others(2));
        let words = "ACCESS_REFUSED - write access to topic 'k' in exchange exchange 'x' in vhost 'prod' refused for user 'app'";
        let answer = closed(AMQPSoftError::ACCESSREFUSED, words, &[("x", "k"), ("x", "app"), ("y", "k")], 0);
        assert_eq!(told(&answer), others(0));
    }

    /// Then the engine halves it. Told record by record, the good ones would be dead letters with the bad one.
    #[test]
    fn a_channel_closed_over_nobody_knows_which_message_refuses_the_batch_as_a_whole() {
        let ways = [("x", "k"); 4];
        let cut_off = format!("NOT_FOUND - no exchange '{}...", "x".repeat(200));
        for (code, words) in [
            (AMQPSoftError::PRECONDITIONFAILED, "PRECONDITION_FAILED - invalid message"),
            (AMQPSoftError::CONTENTTOOLARGE, "CONTENT_TOO_LARGE - 5"),
            (AMQPSoftError::NOTFOUND, cut_off.as_str()),
        ] {
            for taken in [0, 1, 3] {
                let failure = closed(code.clone(), words, &ways, taken).expect_err("it fails");
                assert_eq!((failure.class(), failure.delivered()), (FailureClass::Permanent, 0), "{failure}");
                assert!(failure.refusals().is_empty() && failure.to_string().contains(words), "{failure}");
            }
        }
    }

    #[test]
    fn a_number_is_found_in_words() {
        let words = "PRECONDITION_FAILED - message size 17000000 is larger than configured max size 16777216";
        assert_eq!(first_number(words), Some(17_000_000));
        assert_eq!(first_number("none"), None);
    }
}
