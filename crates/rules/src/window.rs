//! How many there were in how much time.

use std::collections::VecDeque;
use std::time::Duration;
use tracework_core::Timestamp;

/// Counts what happens within a sliding window of time. It has no clock: each call says what time it is.
///
/// It remembers the times of the last `most` things, no more, so its memory is bounded and each call is quick; a count
/// of `most` means that many *or more*. To learn of the fifth thing within a minute, ask for `most` = 5.
///
/// The times are a clock's, and clocks are set. A time before the latest one, by no more than the window's length, is that
/// of a thing told of late: it is counted as if it happened at the latest time. One further back means that the clock was
/// set back: the window goes on from there, and what it holds keeps its age. So a thing may be counted for too long by the
/// length of the window at the most, however far the clock jumps.
///
/// ```
/// use std::time::Duration;
/// use tracework_core::Timestamp;
/// use tracework_rules::Window;
///
/// let second = |second: i64| Timestamp(second * 1_000_000_000);
/// let mut declines = Window::new(Duration::from_secs(60), 3);
/// assert_eq!(declines.add(second(0)), 1);
/// assert_eq!(declines.add(second(30)), 2);
/// assert_eq!(declines.add(second(59)), 3);
/// assert_eq!(declines.add(second(61)), 3); // the first has left the window
/// assert_eq!(declines.count(second(95)), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Window {
    length: u64,
    most: usize,
    /// Nanoseconds on a clock of our own, which never goes back; the oldest first.
    times: VecDeque<u64>,
    now: u64,
    latest: Option<Timestamp>,
}

impl Window {
    /// The largest number that a window can count to: 64 Ki, which takes 512 KiB.
    pub const MAX: usize = 64 << 10;

    /// An empty window of this length, which counts up to `most`. `most` is brought into 1 to [`Window::MAX`]. A thing leaves
    /// the window when its age reaches the length; one of no length at all is counted in no later nanosecond.
    #[must_use]
    pub fn new(length: Duration, most: usize) -> Self {
        Self {
            length: u64::try_from(length.as_nanos()).unwrap_or(u64::MAX).max(1),
            most: most.clamp(1, Self::MAX),
            times: VecDeque::new(),
            now: 0,
            latest: None,
        }
    }

    /// Something happened at `time`. Tells how many there are in the window now, this one included.
    pub fn add(&mut self, time: Timestamp) -> usize {
        self.pass(time);
        if self.times.len() == self.most {
            self.times.pop_front();
        }
        self.times.push_back(self.now);
        self.times.len()
    }

    /// How many there are in the window that ends at `time`.
    pub fn count(&mut self, time: Timestamp) -> usize {
        self.pass(time);
        self.times.len()
    }

    /// Forgets all that happened: the count begins anew, as it may after a trigger has fired.
    pub fn clear(&mut self) {
        self.times.clear();
    }

    /// The number that it counts to.
    #[must_use]
    pub fn most(&self) -> usize {
        self.most
    }

    /// Its length.
    #[must_use]
    pub fn length(&self) -> Duration {
        Duration::from_nanos(self.length)
    }

    /// Moves our own clock on to `time`, and lets go of what has left the window.
    fn pass(&mut self, time: Timestamp) {
        let latest = self.latest.unwrap_or(time);
        if time >= latest {
            self.now = self.now.saturating_add(time.0.abs_diff(latest.0));
        }
        let late = time < latest && latest.0.abs_diff(time.0) <= self.length;
        if !late {
            self.latest = Some(time);
        }
        while self.times.front().is_some_and(|&oldest| self.now - oldest >= self.length) {
            self.times.pop_front();
        }
    }
}
