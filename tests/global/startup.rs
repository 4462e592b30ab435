//! What is logged before the config is read.

use crate::child::run;

#[test]
fn it_is_routed_by_the_config_in_order_with_its_own_times_and_spans() {
    let ended = run("startup");
    ended.printed("held=true");
    ended.printed("order=1 2 3 4");
    ended.printed("span=boot");
    ended.printed("service=payments");
    ended.printed("times=true");
    ended.printed("lost=0");
    assert_eq!(ended.err, "", "nothing goes to standard error");
}

#[test]
fn a_config_that_is_wrong_leaves_it_held_for_the_next() {
    let ended = run("startup with a second config");
    ended.printed("refused=true");
    ended.printed("order=1 2 3");
    assert_eq!(ended.err, "");
}

#[test]
fn without_a_config_it_is_written_to_standard_error() {
    for case in ["startup without a config", "startup with a wrong config"] {
        let ended = run(case);
        assert!(ended.success, "{ended:#?}");
        let lines: Vec<_> = ended.err.lines().collect();
        assert_eq!(lines.len(), 3, "{ended:#?}");
        assert!(lines[0].contains("DEBUG") && lines[0].contains("the first"), "{lines:#?}");
        assert!(lines[2].contains("number=7"), "{lines:#?}");
    }
}

#[test]
fn a_panic_writes_it_to_standard_error() {
    let ended = run("startup and a panic");
    assert!(!ended.success);
    assert!(ended.err.contains("the first") && ended.err.contains("the last straw"), "{ended:#?}");
}

#[test]
fn what_has_no_room_is_counted_and_told() {
    let ended = run("startup with little memory");
    let (kept, lost) = (ended.number("kept"), ended.number("lost"));
    assert!(kept > 100 && lost > 100, "{ended:#?}");
    assert_eq!(kept + lost, 20_000);
    ended.printed(&format!("told={lost} records lost: buffer full"));
    ended.printed("limit=1048576");
}
