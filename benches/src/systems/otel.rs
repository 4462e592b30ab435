//! opentelemetry-appender-tracing with a batch processor whose exporter does nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use opentelemetry_appender_tracing::layer::{OpenTelemetryTracingBridge, TracingSpanAttributes};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    logs::{BatchConfigBuilder, BatchLogProcessor, LogBatch, LogExporter, SdkLoggerProvider},
};
use tracing::subscriber::set_global_default;
use tracing_subscriber::{prelude::*, registry};

use super::{Left, System, Traced};
use crate::{
    figures::Figures,
    measure::{Job, drive},
    workload::Workload,
};

/// The bridge alone.
pub const SYSTEMS: &[System] = &[System {
    name: "otel",
    about: "opentelemetry-appender-tracing, batch, exporter does nothing (no file)",
    scale: 3,
    run,
}];

/// An exporter that counts.
#[derive(Debug)]
struct Nowhere(Arc<AtomicU64>);

impl LogExporter for Nowhere {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        self.0.fetch_add(batch.iter().count() as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// A queue as long as the run, for this processor drops when it is full; span fields where there are spans.
fn run(job: &Job) -> Result<Figures> {
    let arrived = Arc::new(AtomicU64::new(0));
    let config = BatchConfigBuilder::default().with_max_queue_size(usize::try_from(job.events)? + 1).build();
    let processor = BatchLogProcessor::builder(Nowhere(Arc::clone(&arrived))).with_batch_config(config).build();
    let provider = SdkLoggerProvider::builder().with_log_processor(processor).build();
    let mut bridge = OpenTelemetryTracingBridge::builder(&provider);
    if job.workload == Workload::F4S2 {
        bridge = bridge.with_tracing_span_attributes(TracingSpanAttributes::all());
    }
    set_global_default(registry().with(bridge.build()))?;
    let close = move || {
        provider.shutdown_with_timeout(Duration::from_secs(60))?;
        Ok(Left::Count(arrived.load(Ordering::Relaxed)))
    };
    drive(job, Traced { workload: job.workload, close })
}
