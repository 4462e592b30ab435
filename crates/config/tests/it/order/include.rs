//! Files that include files.

use super::{Place, value};

#[test]
fn included_files_are_read_under_the_one_that_includes_them() {
    let place = Place::with(&[
        ("app.yml", "include: [sub/a.yml, conf.d/*.yml]\nmetadata: { app: app }\nlevel: INFO\n"),
        ("sub/a.yml", "include: b.yml\nmetadata: { app: a, a: a, b: a, c: a }\nlevel: ERROR\n"),
        ("sub/b.yml", "metadata: { a: b, b: b, deep: b }\n"),
        ("conf.d/10.yml", "metadata: { c: '10', d: '10' }\n"),
        ("conf.d/20.yml", "# nothing yet\n"),
        ("conf.d/30.yml", "metadata: { d: '30' }\n"),
        ("conf.d/.hidden.yml", "levl: x\n"),
        ("conf.d/30.yml~", "levl: x\n"),
    ]);
    let config = place.good(&[]);
    let said = |name: &str| value(&config, &format!("metadata.{name}")).map(|(value, _)| value);
    assert_eq!((said("app"), said("a"), said("b")), (Some("app"), Some("a"), Some("a")));
    assert_eq!((said("c"), said("d"), said("deep")), (Some("10"), Some("30"), Some("b")));
    let by = value(&config, "metadata.d").map(|(_, by)| by.to_owned()).expect("it is there");
    assert_eq!(by, format!("{}/conf.d/30.yml:1:16", place.path().display()));
    let files: Vec<_> =
        config.files().iter().filter_map(|path| path.strip_prefix(place.path()).ok()?.to_str()).collect();
    assert_eq!(files, ["app.yml", "sub/a.yml", "sub/b.yml", "conf.d/10.yml", "conf.d/20.yml", "conf.d/30.yml"]);
    assert_eq!(config.folders(), [place.path().join("conf.d")]);
}

#[test]
fn a_config_is_read_again_with_what_changed() {
    let place = Place::with(&[("app.yml", "include: conf.d/*.yml\nlevel: INFO\n"), ("conf.d/a.yml", "service: a\n")]);
    let config = place.good(&[("TRACEWORK__SPANS", "INFO")]);
    place.write("conf.d/b.yml", "service: b\n");
    let again = config.source().read(&crate::support::registry()).expect("it is right");
    assert_eq!(value(&again, "service").map(|(value, _)| value), Some("b"));
    assert_eq!(value(&again, "spans").map(|(value, _)| value), Some("INFO"), "the same options");
}

#[test]
fn what_is_wrong_in_an_included_file_is_told_there() {
    let place = Place::with(&[
        ("app.yml", "include: [a.yml, b.yml]\nlevl: INFO\n"),
        ("a.yml", "level: LOUD\n"),
        ("b.yml", "destinations:\n  x: { type: memry }\n"),
    ]);
    let told = place.refused(&[]);
    let lines: Vec<_> = told.lines().filter(|line| line.contains(".yml:")).collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].starts_with("app.yml:2:1: nothing is called `levl`"), "{told}");
    assert!(lines[1].starts_with("a.yml:1:8: `LOUD` is no level"), "{told}");
    assert!(lines[2].starts_with("b.yml:2:14: `memry` is no type"), "{told}");
    let error = place.read(&[]).expect_err("it is refused");
    assert_eq!(error.files().len(), 3, "a watcher looks at all of them");
}

#[test]
fn what_cannot_be_included_is_told_where_it_is_included() {
    let told = |include: &str| Place::with(&[("app.yml", &format!("include: {include}\nlevel: INFO\n"))]).refused(&[]);
    assert!(
        told("none.yml").starts_with("app.yml:1:10: `none.yml` cannot be read: No such file"),
        "{}",
        told("none.yml")
    );
    assert!(told("none.d/*.yml").contains("the folder `none.d` cannot be read"), "{}", told("none.d/*.yml"));
    assert!(told("'*/a.yml'").contains("only the name of a file may have `*` and `?`"));
    assert!(told("{ a: b }").contains("what is included must be a path; this is a map"));
    assert!(told("['']").contains("`` is no path"));
    let place =
        Place::with(&[("app.yml", "include: [a.yml, b.yml, .]\nlevel: INFO"), ("a.yml", "a: [\n"), ("b.yml", "5")]);
    let all = place.refused(&[]);
    assert!(all.contains("a.yml:2:1: this is no YAML") && all.contains("b.yml:1:1: a config is a map"), "{all}");
    assert!(all.contains("is no file"), "{all}");
}

#[test]
fn a_file_that_is_no_utf8_is_told() {
    let place = Place::with(&[("app.yml", "include: a.yml\nlevel: INFO\n")]);
    std::fs::write(place.path().join("a.yml"), b"a: b\nc: \xff\n").expect("it can be written");
    assert!(place.refused(&[]).contains("`a.yml` line 2 is not UTF-8"), "{}", place.refused(&[]));
}

#[test]
fn circles_are_refused() {
    let place = Place::with(&[
        ("app.yml", "include: a.yml\nlevel: INFO\n"),
        ("a.yml", "include: b.yml\n"),
        ("b.yml", "include: a.yml\n"),
    ]);
    let told = place.refused(&[]);
    assert!(told.starts_with("b.yml:1:10: includes go in a circle: a.yml -> b.yml -> a.yml"), "{told}");
    let own = Place::with(&[("app.yml", "include: ./app.yml\nlevel: INFO\n")]);
    assert!(own.refused(&[]).contains("in a circle: app.yml -> app.yml"), "{}", own.refused(&[]));
}

#[test]
fn the_same_file_may_come_twice() {
    let place = Place::with(&[
        ("app.yml", "include: [a.yml, b.yml]\nlevel: INFO\n"),
        ("a.yml", "include: common.yml\n"),
        ("b.yml", "include: common.yml\n"),
        ("common.yml", "service: common\n"),
    ]);
    assert_eq!(value(&place.good(&[]), "service").map(|(value, _)| value), Some("common"));
}

#[test]
fn depth_and_count_are_bounded() {
    let place = Place::with(&[("app.yml", "include: 0.yml\nlevel: INFO\n")]);
    for number in 0..20 {
        place.write(&format!("{number}.yml"), &format!("include: {}.yml\n", number + 1));
    }
    assert!(place.refused(&[]).contains("includes nest too deeply: 8 levels are the most"), "{}", place.refused(&[]));
    let place = Place::with(&[("app.yml", "include: many/*.yml\nlevel: INFO\n")]);
    for number in 0..80 {
        place.write(&format!("many/{number:02}.yml"), "level: INFO\n");
    }
    assert!(place.refused(&[]).contains("a config includes 64 files at the most"), "{}", place.refused(&[]));
}

#[test]
fn all_files_together_are_bounded() {
    let place = Place::with(&[("app.yml", "include: '*.inc'\nlevel: INFO\n")]);
    for number in 0..5 {
        place.write(&format!("{number}.inc"), &"# nothing\n".repeat(100_000));
    }
    assert!(place.refused(&[]).contains("larger than 4 MiB"), "{}", place.refused(&[]));
    place.write("large.inc", &"# nothing\n".repeat(110_000));
    let one = Place::with(&[("app.yml", "include: large.inc\nlevel: INFO\n")]);
    one.write("large.inc", &"# nothing\n".repeat(110_000));
    assert!(one.refused(&[]).contains("`large.inc` is larger than 1 MiB"), "{}", one.refused(&[]));
}

#[cfg(unix)]
#[test]
fn links_are_followed_as_kubernetes_lays_them() {
    use std::os::unix::fs::symlink;
    let place = Place::with(&[
        ("app.yml", "include: conf.d/*.yml\nlevel: INFO\n"),
        ("conf.d/..2026_01/more.yml", "service: first\n"),
        ("conf.d/..2026_02/more.yml", "service: second\n"),
    ]);
    let conf = place.path().join("conf.d");
    symlink("..2026_01", conf.join("..data")).expect("links work here");
    symlink("..data/more.yml", conf.join("more.yml")).expect("links work here");
    let config = place.good(&[]);
    assert_eq!(value(&config, "service").map(|(value, _)| value), Some("first"));
    symlink("..2026_02", conf.join("..new")).expect("links work here");
    std::fs::rename(conf.join("..new"), conf.join("..data")).expect("links can be swapped");
    let again = config.source().read(&crate::support::registry()).expect("it is right");
    assert_eq!(value(&again, "service").map(|(value, _)| value), Some("second"));
    symlink("app.yml", place.path().join("circle.yml")).expect("links work here");
    place.write("app.yml", "include: circle.yml\nlevel: INFO\n");
    assert!(place.refused(&[]).contains("includes go in a circle"), "{}", place.refused(&[]));
}
