//! Layers of ours, switched on and off while the program runs.

use crate::support::Bench;
use tracework::core::TagFilter;
use tracework::prelude::*;

fn listed(control: &Control) -> Vec<(String, usize, bool)> {
    control.layers().into_iter().map(|layer| (layer.name, layer.count, layer.enabled)).collect()
}

#[test]
fn our_layers_are_listed_and_switched() {
    let bench = Bench::new();
    let control = &bench.control;
    let stack = tracing_subscriber::registry()
        .with(MetadataLayer::new(control).service("shop"))
        .with(TagFilterLayer::new(control))
        .with(DestinationLayer::new(control));
    control.set_tags(TagFilter { any: vec!["KEEP".into()], ..TagFilter::default() }).expect("it is set");
    let all = [("DestinationLayer", 1, true), ("TagFilterLayer", 1, true), ("MetadataLayer", 1, true)];
    assert_eq!(listed(control), all.map(|(name, count, enabled)| (name.to_owned(), count, enabled)));
    bench.run_in(stack, || {
        info!("no tag");
        control.flush(Duration::from_secs(10));
        control.disable_layer("TagFilterLayer").expect("it is there");
        info!("any tag will do");
        control.flush(Duration::from_secs(10));
        control.disable_layer("MetadataLayer").expect("it is there");
        info!("bare");
        control.flush(Duration::from_secs(10));
        control.disable_layer("DestinationLayer").expect("it is there");
        assert_eq!(listed(control)[0], ("DestinationLayer".into(), 1, false));
        info!("nowhere");
        control.flush(Duration::from_secs(10));
        for name in ["DestinationLayer", "MetadataLayer", "TagFilterLayer"] {
            control.enable_layer(name).expect("it is there");
        }
        info!(tags = "KEEP", "all is as it was");
    });
    let records = bench.memory.records();
    let told = records.iter().map(|record| {
        let record = record.view();
        (record.message().to_owned(), record.metadata("service").is_some())
    });
    let expected = [("any tag will do", true), ("bare", false), ("all is as it was", true)];
    assert_eq!(told.collect::<Vec<_>>(), expected.map(|(message, metadata)| (message.to_owned(), metadata)));
    assert!(control.layers().is_empty(), "the stack is gone");
}

#[test]
fn a_layer_that_is_not_ours_is_not_found() {
    let error = Bench::new().control.disable_layer("EnvFilter").expect_err("it is unknown");
    assert_eq!(error.to_string(), "there is no layer `EnvFilter`");
}
