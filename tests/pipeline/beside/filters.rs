//! fmt, EnvFilter and per-layer filters.

use crate::support::{Bench, SharedText};
use tracework::prelude::*;
use tracing_subscriber::filter::{FilterFn, LevelFilter, Targets};
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

fn emit() {
    for _ in 0..10 {
        tracing::debug_span!("detail", id = 1).in_scope(|| {
            debug!("debug");
            info!("info");
            error!("error");
        });
    }
}

#[test]
fn fmt_gets_its_debug_whatever_we_want() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::ERROR).expect("it is attached");
    let text = bench.beside_fmt(emit);
    assert_eq!((text.lines().count(), bench.memory.len()), (30, 10));
    assert_eq!(text.matches("detail{id=1}").count(), 30, "every line has its span");
}

#[test]
fn a_filter_of_another_layer_is_none_of_our_business() {
    for order in [false, true] {
        let bench = Bench::new();
        let text = SharedText::default();
        let theirs = fmt::layer().with_ansi(false).with_writer(text.clone()).with_filter(LevelFilter::ERROR);
        let ours = DestinationLayer::new(&bench.control);
        if order {
            bench.run_in(registry().with(theirs).with(ours), emit);
        } else {
            let theirs = fmt::layer().with_ansi(false).with_writer(text.clone()).with_filter(LevelFilter::ERROR);
            bench.run_in(registry().with(DestinationLayer::new(&bench.control)).with(theirs), emit);
        }
        assert_eq!((text.get().lines().count(), bench.memory.len()), (10, 30));
    }
}

#[test]
fn an_env_filter_on_another_layer_keeps_its_dynamic_rules() {
    let bench = Bench::new();
    let text = SharedText::default();
    let filter = EnvFilter::new("error,[detail{id=1}]=debug");
    let theirs = fmt::layer().with_ansi(false).with_writer(text.clone()).with_filter(filter);
    bench.run_in(registry().with(theirs).with(DestinationLayer::new(&bench.control)), || {
        emit();
        info!("outside of the span");
    });
    assert_eq!((text.get().lines().count(), bench.memory.len()), (30, 31));
}

#[test]
fn an_env_filter_for_the_whole_stack_is_heard_by_all() {
    let bench = Bench::new();
    let text = SharedText::default();
    let theirs = fmt::layer().with_ansi(false).with_writer(text.clone());
    let stack = registry().with(EnvFilter::new("info")).with(theirs).with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, emit);
    assert_eq!((text.get().lines().count(), bench.memory.len()), (20, 20));
}

#[test]
fn many_filtered_layers_stand_beside_ours() {
    let bench = Bench::new();
    let texts: Vec<_> = (0..8).map(|_| SharedText::default()).collect();
    let layers: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let level = if number % 2 == 0 { LevelFilter::ERROR } else { LevelFilter::DEBUG };
            let filter = Targets::new().with_default(level);
            fmt::layer().with_ansi(false).with_writer(text.clone()).with_filter(filter).boxed()
        })
        .collect();
    bench.run_in(registry().with(layers).with(DestinationLayer::new(&bench.control)), emit);
    for (number, text) in texts.iter().enumerate() {
        assert_eq!(text.get().lines().count(), if number % 2 == 0 { 10 } else { 30 });
    }
    assert_eq!(bench.memory.len(), 30);
}

#[test]
fn a_filter_around_a_tree_with_ours_inside_holds_for_ours() {
    let bench = Bench::new();
    let errors = FilterFn::new(|metadata| *metadata.level() == tracing::Level::ERROR || metadata.is_span());
    let tree =
        DestinationLayer::new(&bench.control).and_then(fmt::layer().with_writer(std::io::sink)).with_filter(errors);
    bench.run_in(registry().with(tree), emit);
    assert_eq!(bench.messages(), ["error"; 10]);
}
