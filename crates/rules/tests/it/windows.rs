//! Windows over time.

use proptest::prelude::*;
use std::time::Duration;
use tracework_core::Timestamp;
use tracework_rules::Window;

fn second(second: i64) -> Timestamp {
    Timestamp(second * 1_000_000_000)
}

fn minute(most: usize) -> Window {
    Window::new(Duration::from_secs(60), most)
}

#[test]
fn what_is_as_old_as_the_window_is_long_has_left_it() {
    let mut window = minute(10);
    window.add(second(0));
    assert_eq!(window.count(second(59)), 1);
    assert_eq!(window.count(second(60)), 0);
}

#[test]
fn the_window_slides_and_knows_no_clock_boundaries() {
    let mut window = minute(5);
    for at in [58, 59, 60, 61] {
        window.add(second(at));
    }
    assert_eq!(window.add(second(62)), 5);
    assert_eq!(window.add(second(119)), 4);
}

#[test]
fn it_counts_no_further_than_it_was_told_to() {
    let mut window = minute(3);
    let counts: Vec<_> = (0..5).map(|at| window.add(second(at))).collect();
    assert_eq!(counts, [1, 2, 3, 3, 3]);
    assert_eq!(window.count(second(62)), 2);
    assert_eq!(Window::new(Duration::from_secs(1), usize::MAX).most(), Window::MAX);
    assert_eq!(minute(0).most(), 1);
}

#[test]
fn after_it_is_cleared_it_counts_anew() {
    let mut window = minute(3);
    (0..3).for_each(|at| _ = window.add(second(at)));
    window.clear();
    assert_eq!(window.add(second(4)), 1);
}

#[test]
fn what_is_told_of_late_counts_as_happening_now() {
    let mut window = minute(10);
    window.add(second(100));
    assert_eq!(window.add(second(90)), 2);
    assert_eq!(window.count(second(159)), 2);
    assert_eq!(window.count(second(160)), 0);
}

#[test]
fn a_clock_set_back_by_an_hour_neither_holds_on_to_what_was_nor_forgets_it() {
    let mut window = minute(10);
    window.add(second(7200));
    window.add(second(7210));
    assert_eq!(window.add(second(3600)), 3);
    assert_eq!(window.count(second(3640)), 3);
    assert_eq!(window.count(second(3650)), 2);
    assert_eq!(window.count(second(3660)), 0);
}

#[test]
fn a_clock_that_leaps_ahead_and_back_does_not_stop_the_count() {
    let mut window = minute(10);
    window.add(second(0));
    assert_eq!(window.add(second(86_400)), 1);
    assert_eq!(window.add(second(10)), 2);
    assert_eq!(window.count(second(70)), 0);
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    let mut window = Window::new(Duration::MAX, 4);
    for at in [i64::MIN, i64::MAX, i64::MIN, 0, i64::MAX, i64::MIN] {
        window.add(Timestamp(at));
    }
    let mut none = Window::new(Duration::ZERO, 4);
    assert_eq!((none.add(second(1)), none.add(second(1)), none.add(second(2))), (1, 2, 1));
}

proptest! {
    #[test]
    fn in_order_it_counts_what_a_list_of_all_times_would(
        steps in prop::collection::vec(0_u64..30, 1..200), length in 1_u64..90, most in 1_usize..20,
    ) {
        let mut window = Window::new(Duration::from_nanos(length), most);
        let (mut now, mut all) = (0, Vec::new());
        for step in steps {
            now += step;
            all.push(now);
            let inside = all.iter().filter(|&&at| now - at < length).count();
            let time = Timestamp(i64::try_from(now).expect("small"));
            prop_assert_eq!(window.add(time), inside.min(most));
        }
    }

    #[test]
    fn whatever_the_clock_does_it_holds_no_more_than_it_may(
        times in prop::collection::vec(any::<i64>(), 1..100), length in any::<u64>(), most in 1_usize..9,
    ) {
        let mut window = Window::new(Duration::from_nanos(length), most);
        for time in times {
            let count = window.add(Timestamp(time));
            prop_assert!((1..=most).contains(&count));
        }
    }
}
