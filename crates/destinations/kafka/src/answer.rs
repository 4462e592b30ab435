//! What a delivery answers.

use rdkafka::error::RDKafkaErrorCode;
use std::time::Duration;
use tracework_core::{Failure, FailureClass, Refusal};

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Delivered,
    /// It will never be taken.
    Refused(String),
    /// It may be taken later.
    Later(String),
}

/// What a broker's or librdkafka's answer to a message means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A message of those that were sent together will never be taken; which of them, is not said.
    OneOfThem,
    /// There is no such topic any more.
    NoTopic,
    /// It was not acknowledged in time.
    Late,
    /// librdkafka gave up all that it held: the producer ended.
    Ended,
    /// It may be taken later.
    Later,
}

/// What `code` means for a message of which it was reported.
pub(crate) fn verdict(code: RDKafkaErrorCode) -> Verdict {
    use RDKafkaErrorCode as Code;
    match code {
        Code::MessageSizeTooLarge
        | Code::MessageBatchTooLarge
        | Code::InvalidMessageSize
        | Code::InvalidTimestamp
        | Code::InvalidRecord
        | Code::InvalidDifferentRecord
        | Code::UnsupportedForMessageFormat
        | Code::PolicyViolation => Verdict::OneOfThem,
        Code::UnknownTopic | Code::UnknownPartition | Code::UnknownTopicOrPartition => Verdict::NoTopic,
        Code::MessageTimedOut => Verdict::Late,
        Code::PurgeQueue | Code::PurgeInflight | Code::Fatal => Verdict::Ended,
        _ => Verdict::Later,
    }
}

/// What to tell of a code, in the words of an operator. Codes that say little are said anew.
pub(crate) fn said(code: RDKafkaErrorCode, topic: &str, timeout: Duration) -> String {
    use RDKafkaErrorCode as Code;
    let waited = timeout.as_secs_f32();
    match code {
        Code::MessageTimedOut => format!("no broker acknowledged a message for `{topic}` within {waited} s"),
        Code::PurgeQueue | Code::PurgeInflight => {
            format!("a message for `{topic}` was taken back, after {waited} s or a fatal error")
        }
        Code::QueueFull => format!("librdkafka had no room for a message for `{topic}` for {waited} s"),
        Code::Fatal => format!("a message for `{topic}` was not sent: the producer ended, and is made anew"),
        Code::TopicAuthorizationFailed => {
            format!("the broker does not let this client write to `{topic}`; grant it WRITE")
        }
        Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend => {
            format!("`{topic}` has too few replicas in sync; see its `min.insync.replicas`")
        }
        _ => format!("`{topic}`: {code}"),
    }
}

/// The answers to batches of these lengths, of whose records one after the other this became.
pub(crate) fn answers(lengths: impl Iterator<Item = usize>, outcomes: &[Outcome]) -> Vec<Result<(), Failure>> {
    let mut rest = outcomes;
    let answers = lengths.map(|length| {
        let (own, later) = rest.split_at(length.min(rest.len()));
        rest = later;
        answer(own)
    });
    answers.collect()
}

fn answer(outcomes: &[Outcome]) -> Result<(), Failure> {
    let delivered = outcomes.iter().take_while(|outcome| **outcome == Outcome::Delivered).count();
    if delivered == outcomes.len() {
        return Ok(());
    }
    let mut rest = outcomes[delivered..].iter();
    if let Some(Outcome::Later(why)) = outcomes.get(delivered)
        && rest.all(|outcome| matches!(outcome, Outcome::Later(_)))
    {
        return Err(Failure::temporary(why.clone()).after(delivered));
    }
    let refusals = outcomes.iter().enumerate().filter_map(|(at, outcome)| {
        let (class, reason) = match outcome {
            Outcome::Delivered => return None,
            Outcome::Refused(why) => (FailureClass::Permanent, why.clone()),
            Outcome::Later(why) => (FailureClass::Temporary, why.clone()),
        };
        Some(Refusal { at, class, reason })
    });
    Err(Failure::partial(refusals.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later() -> Outcome {
        Outcome::Later("later".into())
    }

    fn never() -> Outcome {
        Outcome::Refused("never".into())
    }

    #[test]
    fn what_was_delivered_from_the_start_is_counted() {
        let failure = answer(&[Outcome::Delivered, Outcome::Delivered, later(), later()]).unwrap_err();
        assert_eq!((failure.delivered(), failure.class()), (2, FailureClass::Temporary));
        assert!(failure.refusals().is_empty());
    }

    #[test]
    fn what_was_delivered_between_is_told_record_by_record() {
        let failure = answer(&[later(), Outcome::Delivered, never()]).unwrap_err();
        let told: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
        assert_eq!(told, [(0, FailureClass::Temporary), (2, FailureClass::Permanent)]);
    }

    #[test]
    fn each_batch_has_its_own_answer() {
        let outcomes = [Outcome::Delivered, never(), Outcome::Delivered];
        let answers = answers([1, 0, 1, 1].into_iter(), &outcomes);
        let fine: Vec<_> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(fine, [true, true, false, true]);
    }
}
