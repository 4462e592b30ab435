//! Times and zones.

use crate::strict::parse;
use crate::work::Work;
use tracework_format::{Json, Text, Zone};

fn stamp(zone: &str, time: i64) -> String {
    let mut json = Json::new().zone(Zone::named(zone).expect("there is such a zone"));
    let object = parse(&Work { time, ..Work::default() }.line(&mut json));
    object["timestamp"].as_str().expect("it is a string").to_owned()
}

#[test]
fn summer_time_is_right_on_both_sides_of_a_change() {
    const SPRING: i64 = 1_711_846_800_000_000_000; // 2024-03-31T01:00:00Z
    assert_eq!(stamp("Europe/Berlin", SPRING - 1), "2024-03-31T01:59:59.999999+01:00");
    assert_eq!(stamp("Europe/Berlin", SPRING), "2024-03-31T03:00:00.000000+02:00");
    assert_eq!(stamp("America/New_York", SPRING), "2024-03-30T21:00:00.000000-04:00");
    assert_eq!(stamp("Asia/Kolkata", SPRING), "2024-03-31T06:30:00.000000+05:30");
    assert_eq!(stamp("UTC", SPRING), "2024-03-31T01:00:00.000000Z");
}

#[test]
fn the_first_and_the_last_time_are_told() {
    assert_eq!(stamp("UTC", i64::MIN), "1677-09-21T00:12:43.145224Z");
    assert_eq!(stamp("UTC", i64::MAX), "2262-04-11T23:47:16.854775Z");
    assert_eq!(stamp("UTC", -1), "1969-12-31T23:59:59.999999Z");
    // A distance of 53 minutes and 28 seconds in those days.
    assert_eq!(stamp("Europe/Berlin", i64::MIN), "1677-09-21T01:05:43.145224+00:53");
}

#[test]
fn an_unknown_zone_is_an_error() {
    let error = Zone::named("Europe/Berlni").expect_err("there is none");
    assert!(error.to_string().starts_with("`Europe/Berlni` is no time zone"), "{error}");
    assert_eq!(Zone::named("local"), Ok(Zone::local()));
}

#[test]
fn text_tells_the_time_of_its_zone() {
    let mut text = Text::new().zone(Zone::named("Asia/Tokyo").expect("there is such a zone"));
    assert!(Work::default().line(&mut text).starts_with("[2024-01-15 19:30:45] "));
}
