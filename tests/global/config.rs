//! A config is taken whole or not at all.

use crate::child::run;

#[test]
fn a_half_wrong_config_changes_nothing_and_names_the_line() {
    let ended = run("half wrong config");
    assert!(!ended.out.contains("accepted"), "{ended:#?}");
    assert_eq!(ended.out.matches("refused:").count(), 2, "{ended:#?}");
    assert!(ended.out.contains(":7:") || ended.out.contains("line 7"), "the line is named: {ended:#?}");
    assert!(ended.out.contains("LOUD") && ended.out.contains("levle"), "the line is shown: {ended:#?}");
    ended.printed("made=false");
    ended.printed("lines=1");
}

#[cfg(unix)]
#[test]
fn a_hangup_reloads_and_opens_files_again_even_if_the_config_is_wrong() {
    let ended = run("hangup");
    ended.printed("state=refused");
    ended.printed("delivered=3 lost=0");
    ended.printed("app.log.1: first");
    // What is said of the refusal may come before the file is opened again, or after.
    let said = |file: &str, word: &str| ended.out.lines().any(|line| line.starts_with(file) && line.contains(word));
    assert!(said("app.log.2:", "second") && said("app.log:", "third"), "{ended:#?}");
}
