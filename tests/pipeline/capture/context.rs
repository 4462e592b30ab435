//! Context: who an event is for, from spans and from scopes.

use crate::support::Bench;
use tracework::context::{self, Context};
use tracework::core::Value;
use tracework::prelude::*;

#[test]
fn a_scope_gives_its_fields_to_every_record_inside() {
    let bench = Bench::new();
    bench.run(|| {
        context::scope(&bench.control, &[("user_id", "42"), ("request_id", "r-1")], || info!("inside"));
        info!("outside");
    });
    let records = bench.memory.records();
    assert_eq!(records[0].view().context("user_id"), Some(Value::Str("42")));
    assert_eq!(records[0].view().context("request_id"), Some(Value::Str("r-1")));
    assert_eq!(records[1].view().context("user_id"), None);
}

#[test]
fn scopes_nest_among_spans_and_the_innermost_wins() {
    let bench = Bench::new();
    bench.run(|| {
        context::scope(&bench.control, &[("user_id", "outer"), ("session_id", "s")], || {
            tracing::info_span!("request", user_id = "span").in_scope(|| {
                info!("span");
                context::scope(&bench.control, &[("user_id", "inner")], || info!("inner"));
            });
        });
    });
    let records = bench.memory.records();
    assert_eq!(records[0].view().context("user_id"), Some(Value::Str("span")));
    assert_eq!(records[1].view().context("user_id"), Some(Value::Str("inner")));
    assert_eq!(records[1].view().context("session_id"), Some(Value::Str("s")));
}

#[test]
fn a_wrapped_future_carries_its_context_over_every_await() {
    let bench = Bench::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let task = |user: &'static str| {
        Context::new(&bench.control, [("user_id", user)]).wrap(async move {
            for _ in 0..5 {
                info!(user, "working");
                tokio::task::yield_now().await;
            }
        })
    };
    bench.run(|| runtime.block_on(async { tokio::join!(task("ann"), task("bob")) }));
    let records = bench.memory.records();
    assert_eq!(records.len(), 10);
    for record in records {
        assert_eq!(record.view().field("user"), record.view().context("user_id"));
    }
}

#[test]
fn a_scope_belongs_to_its_own_pipeline() {
    let (bench, other) = (Bench::new(), Bench::new());
    bench.run(|| context::scope(&other.control, &[("user_id", "42")], || info!("not for this one")));
    assert_eq!(bench.only().view().context("user_id"), None);
}
