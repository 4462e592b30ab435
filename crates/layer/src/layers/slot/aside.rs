//! Asking a foreign layer about a callsite without its answer reaching anyone else's.
//!
//! While a callsite is registered, `tracing` sums up the answers of all per-layer filters in a place of the thread. A
//! foreign layer that holds others may empty that place, or add to it. So what stands there is put aside, and put back
//! after. The only way to that place is a registry that has filters, which is why there is one here.

use crate::companion::Nothing;
use std::sync::OnceLock;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_core::callsite::Callsite;
use tracing_core::{Kind, Level};
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::{Layer, Registry};

/// A filter that always gives one answer.
struct Says(fn() -> Interest);

impl<S> Filter<S> for Says {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        false
    }

    fn callsite_enabled(&self, _: &'static Metadata<'static>) -> Interest {
        self.0()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }
}

type Saying = Filtered<Nothing, Says, Registry>;

/// A way to the place where the thread's answers are summed up.
struct Sum {
    registry: Registry,
    never: Saying,
    sometimes: Saying,
    always: Saying,
}

impl Sum {
    fn get() -> &'static Self {
        static SUM: OnceLock<Sum> = OnceLock::new();
        SUM.get_or_init(|| {
            let mut registry = Registry::default();
            let mut saying = |answer| {
                let mut saying = Nothing.with_filter(Says(answer));
                saying.on_layer(&mut registry);
                saying
            };
            let [never, sometimes, always] = [Interest::never, Interest::sometimes, Interest::always].map(&mut saying);
            Self { registry, never, sometimes, always }
        })
    }

    /// Takes what stands there; `always` if nothing does.
    fn take(&self) -> Interest {
        self.registry.register_callsite(&PROBE)
    }
}

fn say(saying: &Saying) {
    _ = Layer::<Registry>::register_callsite(saying, &PROBE);
}

/// Runs `work`, and whatever it does to the sum of answers is undone.
///
/// A sum of nothing comes back as `never`, and one of `always` as `sometimes`: a slot adds `never` or `sometimes` next,
/// which makes the same of them.
pub(super) fn apart<T>(work: impl FnOnce() -> T) -> T {
    let sum = Sum::get();
    say(&sum.never);
    let before = sum.take();
    let done = work();
    _ = sum.take();
    say(if before.is_never() { &sum.never } else { &sum.sometimes });
    done
}

/// Is there a per-layer filter in a layer, at any depth? `register` registers a callsite with it, twice. A filter adds
/// its answer to the sum, so that the sum is no longer what was said beside it.
///
/// It may be called while a callsite is registered, too. A sum of `always` cannot be told from none then, and is lost:
/// callsites must be asked anew.
pub(super) fn has_filter(mut register: impl FnMut(&'static Metadata<'static>)) -> bool {
    let sum = Sum::get();
    let before = sum.take();
    let mut with = |saying| {
        register(&PROBE);
        say(saying);
        sum.take()
    };
    let found = !with(&sum.never).is_never() || !with(&sum.always).is_always();
    if !before.is_always() {
        say(if before.is_never() { &sum.never } else { &sum.sometimes });
    }
    found
}

/// The callsite that layers are tried with. Nothing is ever emitted at it.
struct Probe;

static PROBE: Metadata<'static> = tracing_core::metadata! {
    name: "slot",
    target: "tracework::slot",
    level: Level::ERROR,
    fields: &["message"],
    callsite: &Probe,
    kind: Kind::EVENT,
};

impl Callsite for Probe {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &PROBE
    }
}
