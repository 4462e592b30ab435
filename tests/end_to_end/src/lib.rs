//! A pipeline with one destination, from a program's events to the far end, for the tests of destinations.

use std::time::Duration;
use tracework_core::Attachment;
use tracework_engine::Control;
use tracework_layer::DestinationLayer;
use tracing_subscriber::layer::SubscriberExt;

/// The name of the destination.
const NAME: &str = "far";

/// How long everything may take to be delivered or dead.
const PATIENCE: Duration = Duration::from_secs(30);

/// A pipeline with one destination.
///
/// ```
/// use tracework_end_to_end::Pipeline;
/// use tracework_testkit::Recording;
///
/// let far = Recording::new();
/// let pipeline = Pipeline::to(far.clone());
/// pipeline.say(|| tracing::info!("hello"));
/// assert_eq!((pipeline.delivered(), pipeline.dead().len()), (1, 0));
/// assert_eq!(far.messages(), ["hello"]);
/// pipeline.end();
/// ```
#[derive(Debug)]
pub struct Pipeline {
    control: Control,
}

impl Pipeline {
    /// One to this destination.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be attached.
    #[must_use]
    pub fn to(destination: impl Into<Attachment>) -> Self {
        let control = Control::new();
        control.attach(NAME, destination).expect("it attaches");
        Self { control }
    }

    /// Has it all said into the pipeline, and waits until each record is delivered or dead.
    ///
    /// # Panics
    ///
    /// As [`Pipeline::settle`].
    pub fn say(&self, what: impl FnOnce()) {
        let subscriber = tracing_subscriber::registry().with(DestinationLayer::new(&self.control));
        tracing::subscriber::with_default(subscriber, what);
        self.settle();
    }

    /// Waits until each record is delivered or dead.
    ///
    /// # Panics
    ///
    /// Panics if that takes longer than half a minute.
    pub fn settle(&self) {
        assert!(self.control.flush(PATIENCE).is_complete(), "{:?}", self.control.health());
    }

    /// The messages of the dead letters, with why.
    ///
    /// # Panics
    ///
    /// Panics only if the destination is gone.
    #[must_use]
    pub fn dead(&self) -> Vec<(String, String)> {
        let letters = self.control.dead_letters(NAME).expect("it is there").into_iter();
        letters.map(|letter| (letter.record.view().message().to_owned(), letter.reason)).collect()
    }

    /// How many were delivered.
    ///
    /// # Panics
    ///
    /// Panics if the ledger does not add up.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        let ledger = &self.control.health().destinations[NAME].ledger;
        assert!(ledger.balances(), "{ledger:?}");
        ledger.delivered
    }

    /// Sends the dead letters again, waits until each is delivered or dead, and says how many there were.
    ///
    /// # Panics
    ///
    /// As [`Pipeline::settle`].
    #[must_use]
    pub fn replay(&self) -> usize {
        let replayed = self.control.replay_dead_letters(NAME).expect("it is there");
        self.settle();
        replayed
    }

    /// Ends it.
    ///
    /// # Panics
    ///
    /// Panics if anything was lost.
    pub fn end(self) {
        assert_eq!(self.control.shutdown(Duration::from_secs(5)).total.lost, 0);
    }
}
