//! Sizes and times as people write them.

use std::time::Duration;
use tracework_std::units::{bytes, duration};

#[test]
fn sizes_are_read_in_every_usual_spelling() {
    for (text, expected) in [
        ("0", 0),
        ("512", 512),
        ("512B", 512),
        ("64MiB", 64 << 20),
        ("64 mib", 64 << 20),
        ("64M", 64 << 20),
        ("1.5GiB", 3 << 29),
        ("2GB", 2_000_000_000),
        ("10kB", 10_000),
        ("1_000_000", 1_000_000),
        (" 1 TiB ", 1 << 40),
    ] {
        assert_eq!(bytes(text), Ok(expected), "{text}");
    }
}

#[test]
fn times_are_read_in_every_usual_spelling() {
    for (text, millis) in [
        ("0", 0),
        ("500ms", 500),
        ("30s", 30_000),
        ("1.5s", 1_500),
        ("10m", 600_000),
        ("10 min", 600_000),
        ("1h30m", 5_400_000),
        ("1h 30m", 5_400_000),
        ("30d", 2_592_000_000),
        ("2w", 1_209_600_000),
    ] {
        assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
    }
    assert_eq!(duration("5us"), Ok(Duration::from_micros(5)));
}

#[test]
fn what_is_wrong_is_said_with_what_is_right() {
    let size = |text| bytes(text).expect_err("no size").to_string();
    assert!(size("").starts_with("`` is no size: it is empty;"));
    assert!(size("MiB").contains("it does not begin with a number"));
    assert!(size("-1MiB").contains("it does not begin with a number"));
    assert!(size("1.2.3MiB").contains("`1.2.3` is no number"));
    assert!(size("1MiB 2").contains("`2` follows the unit"));
    assert!(size("99999999999TiB").contains("it is too large"));
    assert!(size("64 parsecs").ends_with("such as 512KiB, 64MiB or 2GB"));
    let time = |text| duration(text).expect_err("no time").to_string();
    assert!(time("30").contains("it has no unit"));
    assert!(time("30 fortnights").contains("`fortnights` is no unit"));
    assert!(time("1000000w").contains("it is too long"));
    assert!(time("30").ends_with("such as 500ms, 30s, 10m, 1h30m or 30d"));
}
