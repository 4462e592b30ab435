//! Who set each value.

use super::{Place, good, value};

#[test]
fn switches_say_who_set_them() {
    let config = good("profile: testing\nfile_enabled: true\n", &[("TRACEWORK_LEVEL", "ERROR")]);
    assert_eq!(value(&config, "destinations.file.path"), Some(("app.jsonl", "app.yml:2:1")));
    assert_eq!(value(&config, "file_enabled"), None);
    assert_eq!(value(&config, "level"), Some(("ERROR", "environment variable TRACEWORK_LEVEL")));
}

#[test]
fn switches_hold_over_what_is_under_them_and_only_contradict_their_own_file() {
    let enabled = |place: &Place, variables: &[(&str, &str)]| {
        place.good(variables).destinations().iter().map(|one| one.settings().enabled).collect::<Vec<_>>()
    };
    let place = Place::with(&[
        ("app.yml", "include: more.yml\nfile_enabled: true\n"),
        (
            "more.yml",
            "destinations: { a: { type: file, path: a.log, enabled: false }, b: { type: file, path: b.log } }\n",
        ),
    ]);
    // There is none called `file`, so all of the type are meant.
    assert_eq!(enabled(&place, &[]), [true, true]);
    assert_eq!(enabled(&place, &[("TRACEWORK_FILE_ENABLED", "false")]), [false, false]);
    // A switch under a value does not count.
    place.write("app.yml", "include: more.yml\ndestinations: { a: { enabled: true } }\n");
    place.write("more.yml", "file_enabled: false\ndestinations: { a: { type: file, path: a.log } }\n");
    assert_eq!(enabled(&place, &[]), [true]);
    place.write("app.yml", "file_enabled: false\ndestinations: { a: { type: file, path: a.log, enabled: true } }\n");
    assert!(place.refused(&[]).contains("`file_enabled` and `destinations.a.enabled` say the same thing twice"));
    // One in a profile holds under both.
    place.write("app.yml", "profile: p\nprofiles: { p: { file_enabled: true, structured_enabled: true } }\n");
    assert_eq!(enabled(&place, &[]), [true]);
    assert_eq!(enabled(&place, &[("TRACEWORK_FILE_ENABLED", "false")]), [false]);
}

#[test]
fn values_are_one_line_and_harmless() {
    let config =
        good("metadata: { a: \"x\\ny\\e\", b: '', c: '[x]', d: \"\\u202e\" }\ntags: { any: [A, B], none: [] }", &[]);
    for value in config.explain_values() {
        assert!(value.value().chars().all(|letter| !letter.is_control()), "{value:?}");
    }
    assert_eq!(value(&config, "metadata.b").map(|(value, _)| value), Some("\"\""));
    assert_eq!(value(&config, "metadata.c").map(|(value, _)| value), Some("\"[x]\""));
    assert_eq!(value(&config, "tags.any").map(|(value, _)| value), Some("[A, B]"));
}
