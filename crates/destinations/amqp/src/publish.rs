//! Publishing messages, and waiting for what the broker says of each.

use crate::link::Line;
use crate::message::Message;
use lapin::message::BasicReturnMessage;
use lapin::options::BasicPublishOptions;
use lapin::{Channel, Confirmation, Error, PublisherConfirm, Result};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// What the broker says of a message.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It is responsible for it now.
    Taken,
    /// No queue was there for it; the broker's words.
    Returned(String),
    /// It could not take it (`basic.nack`).
    Refused,
    /// The channel or the connection ended before.
    Failed(Error),
    /// Nothing, in the time there was.
    None,
}

/// Why the answers are not complete.
#[derive(Debug)]
pub(crate) enum Cut {
    /// The time was over.
    Late,
    /// The broker takes nothing for now.
    Blocked(String),
}

/// A message on its way.
struct Sent<'a>(Stage<'a>);

enum Stage<'a> {
    Writing(Pin<Box<dyn Future<Output = Result<PublisherConfirm>> + 'a>>),
    Waiting(PublisherConfirm),
    Failed(Error),
}

impl Sent<'_> {
    /// Hands it to lapin.
    fn begin(&mut self, context: &mut Context<'_>) {
        let Stage::Writing(writing) = &mut self.0 else { return };
        match writing.as_mut().poll(context) {
            Poll::Ready(Ok(confirm)) => self.0 = Stage::Waiting(confirm),
            Poll::Ready(Err(error)) => self.0 = Stage::Failed(error),
            Poll::Pending => {}
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Confirmation>> {
        self.begin(context);
        match &mut self.0 {
            Stage::Writing(_) => Poll::Pending,
            Stage::Waiting(confirm) => Pin::new(confirm).poll(context),
            Stage::Failed(error) => Poll::Ready(Err(error.clone())),
        }
    }
}

/// Publishes all messages, then waits until each has an answer, for `limit` at the most. An answer for each, in order.
pub(crate) async fn publish(
    line: &mut Line,
    messages: &[Message<'_>],
    mandatory: bool,
    limit: Duration,
) -> (Vec<Answer>, Option<Cut>) {
    let channel = line.channel.clone();
    let mut late = pin!(tokio::time::sleep(limit));
    let mut round = Round::of(&channel, messages, mandatory);
    let cut = poll_fn(|context| {
        if round.poll(context) {
            return Poll::Ready(None);
        }
        line.listen(context);
        if let Some(reason) = line.blocked() {
            return Poll::Ready(Some(Cut::Blocked(reason.to_owned())));
        }
        late.as_mut().poll(context).map(|()| Some(Cut::Late))
    });
    let cut = cut.await;
    (round.answers(messages), cut)
}

/// The messages that are on their way together.
struct Round<'a> {
    sent: Vec<Sent<'a>>,
    /// How many were begun.
    begun: usize,
    /// Of the first messages.
    results: Vec<Result<Confirmation>>,
}

impl<'a> Round<'a> {
    fn of(channel: &'a Channel, messages: &'a [Message<'a>], mandatory: bool) -> Self {
        let options = BasicPublishOptions { mandatory, immediate: false };
        let sent = messages.iter().map(|message| {
            let (exchange, key) = (message.exchange.clone(), message.key.clone());
            let writing = channel.basic_publish(exchange, key, options, message.body, message.properties.clone());
            Sent(Stage::Writing(Box::pin(writing)))
        });
        Self { sent: sent.collect(), begun: 0, results: Vec::with_capacity(messages.len()) }
    }

    /// Goes on as far as it gets; are all answers there?
    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        // lapin queues a message when it is first polled: in the order of the batch, none waiting for another.
        while let Some(sent) = self.sent.get_mut(self.begun) {
            sent.begin(context);
            self.begun += 1;
        }
        while let Some(sent) = self.sent.get_mut(self.results.len()) {
            match sent.poll(context) {
                Poll::Ready(result) => self.results.push(result),
                Poll::Pending => return false,
            }
        }
        true
    }

    /// An answer for each message; of those that are waited for in vain, what they have to say by now.
    fn answers(mut self, messages: &[Message<'_>]) -> Vec<Answer> {
        let mut context = Context::from_waker(Waker::noop());
        let mut returned = Vec::new();
        let mut answers: Vec<_> =
            self.results.drain(..).map(|result| Answer::of(Some(result), &mut returned)).collect();
        for sent in &mut self.sent[answers.len()..] {
            let result = match sent.poll(&mut context) {
                Poll::Ready(result) => Some(result),
                Poll::Pending => None,
            };
            answers.push(Answer::of(result, &mut returned));
        }
        return_to(messages, &mut answers, &returned);
        answers
    }
}

impl Answer {
    /// A returned message comes with the confirmation of any message: lapin hands them out as they come.
    fn of(result: Option<Result<Confirmation>>, returned: &mut Vec<BasicReturnMessage>) -> Self {
        let (answer, message) = match result {
            Some(Ok(Confirmation::Ack(message))) => (Self::Taken, message),
            Some(Ok(Confirmation::Nack(message))) => (Self::Refused, message),
            Some(Ok(Confirmation::NotRequested)) | None => (Self::None, None),
            Some(Err(error)) => (Self::Failed(error), None),
        };
        returned.extend(message);
        answer
    }
}

/// Finds the messages that were returned: the broker returns them in the order in which they were published.
fn return_to(messages: &[Message<'_>], answers: &mut [Answer], returned: &[BasicReturnMessage]) {
    for returned in returned {
        let is = |message: &Message<'_>| {
            message.id() == returned.properties.message_id().as_ref()
                && (&message.exchange, &message.key) == (&returned.exchange, &returned.routing_key)
        };
        let mut candidates = messages.iter().zip(answers.iter_mut());
        let found = candidates.find(|(message, answer)| !matches!(answer, Answer::Returned(_)) && is(message));
        if let Some((_, answer)) = found {
            *answer = Answer::Returned(format!("{} (code {})", returned.reply_text, returned.reply_code));
        }
    }
}
