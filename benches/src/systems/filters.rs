//! tracework with filters that remember, and with the flight recorder: each keeps every event here, so that the rows beside
//! `tracework` show what asking costs.

use std::time::Duration;

use anyhow::Result;
use tracework::core::{NamedFilter, StatefulFilter};
use tracework::engine::{Burst, Dedup, FilterKey, RateLimit, RecorderSpec, Sample};

use super::{
    System,
    tracework::{json_file_after, json_file_with},
};
use crate::{figures::Figures, measure::Job};

/// What is wired.
pub const SYSTEMS: &[System] = &[
    System { name: "tracework-rate", about: "as tracework, and a rate limit by callsite", scale: 3, run: rate },
    System { name: "tracework-rate-key", about: "as tracework, and a rate limit by a field", scale: 3, run: rate_key },
    System { name: "tracework-dedup", about: "as tracework, and dedup of what never repeats", scale: 3, run: dedup },
    System { name: "tracework-burst", about: "as tracework, and a burst filter by callsite", scale: 3, run: burst },
    System { name: "tracework-sample", about: "as tracework, and a sample by a field", scale: 3, run: sample },
    System {
        name: "tracework-off",
        about: "as tracework, after all of these were there and taken away",
        scale: 3,
        run: off,
    },
    System { name: "tracework-recorder", about: "as tracework, and the flight recorder", scale: 3, run: recorder },
];

const HOUR: Duration = Duration::from_secs(3600);
const ALL: u64 = 1 << 40;

fn user() -> Result<FilterKey> {
    Ok(FilterKey::parse(["field.user_id"])?)
}

fn filtered(job: &Job, filter: impl StatefulFilter) -> Result<Figures> {
    json_file_with(job, |spec| spec.stateful.push(NamedFilter::new("filter", filter)))
}

fn rate(job: &Job) -> Result<Figures> {
    filtered(job, RateLimit::new(ALL, HOUR))
}

fn rate_key(job: &Job) -> Result<Figures> {
    filtered(job, RateLimit::new(ALL, HOUR).by(user()?))
}

fn dedup(job: &Job) -> Result<Figures> {
    filtered(job, Dedup::within(Duration::from_secs(10)))
}

fn burst(job: &Job) -> Result<Figures> {
    filtered(job, Burst::first(ALL, HOUR))
}

fn sample(job: &Job) -> Result<Figures> {
    filtered(job, Sample::probability(1.0).by(user()?))
}

/// Every one of them was there, and none is.
fn off(job: &Job) -> Result<Figures> {
    let user = user()?;
    json_file_after(job, |control| {
        control.add_stateful_filter("rate", RateLimit::new(ALL, HOUR).by(user.clone()))?;
        control.add_stateful_filter("dedup", Dedup::within(Duration::from_secs(10)))?;
        control.add_stateful_filter("burst", Burst::first(ALL, HOUR))?;
        control.add_stateful_filter("sample", Sample::probability(1.0).by(user))?;
        control.set_recorder(Some(RecorderSpec::default()))?;
        for name in ["rate", "dedup", "burst", "sample"] {
            control.remove_filter(name)?;
        }
        Ok(control.set_recorder(None)?)
    })
}

fn recorder(job: &Job) -> Result<Figures> {
    json_file_with(job, |spec| spec.recorder = Some(RecorderSpec::default()))
}
