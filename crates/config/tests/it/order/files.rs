//! Files as they are found in the world.

use super::Place;

#[test]
fn a_file_of_a_mebibyte_is_read_and_one_byte_more_is_not() {
    let head = "level: INFO\n";
    let place = Place::with(&[]);
    let of = |bytes: usize| format!("{head}{}", "#".repeat(bytes - head.len()));
    place.write("app.yml", &of(1 << 20));
    assert!(place.read(&[]).is_ok());
    place.write("app.yml", &of((1 << 20) + 1));
    assert!(place.refused(&[]).contains("the config is larger than 1 MiB"), "{}", place.refused(&[]));
    place.write("app.yml", &of(3 << 20));
    assert!(place.refused(&[]).contains("the config is larger than 1 MiB"), "{}", place.refused(&[]));
}

#[test]
fn what_cannot_be_read_is_told_and_can_be_waited_for() {
    let place = Place::with(&[]);
    let error = place.read(&[]).expect_err("there is no file");
    assert!(error.to_string().contains("app.yml: cannot be read: No such file"), "{error}");
    assert_eq!(error.files(), [place.path().join("app.yml")]);
    std::fs::create_dir(place.path().join("app.yml")).expect("it can be made");
    assert!(place.refused(&[]).starts_with("app.yml: cannot be read: "), "{}", place.refused(&[]));
}

#[test]
fn an_empty_file_is_an_error() {
    for text in ["", "# nothing\n", "~", "---\n"] {
        let place = Place::with(&[("app.yml", text)]);
        assert!(place.refused(&[("TRACEWORK_LEVEL", "INFO")]).starts_with("app.yml: the config is empty"), "{text:?}");
    }
}

#[test]
fn a_mark_of_the_byte_order_and_foreign_line_ends_do_no_harm() {
    let place = Place::with(&[("app.yml", "\u{feff}level: ERROR\r\nservice: x\r\n")]);
    assert_eq!(place.good(&[]).spec().metadata[0].1, "x");
}

#[cfg(unix)]
#[test]
fn the_config_may_be_a_link() {
    let place = Place::with(&[("real.yml", "service: real\n")]);
    std::os::unix::fs::symlink("real.yml", place.path().join("app.yml")).expect("links work here");
    assert_eq!(place.good(&[]).spec().metadata[0].1, "real");
    assert_eq!(place.good(&[]).files(), [place.path().join("app.yml")]);
}
