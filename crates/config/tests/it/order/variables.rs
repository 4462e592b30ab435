//! `${VAR}` in values.

use super::{Place, good, refused};

fn service(yaml: &str, variables: &[(&str, &str)]) -> String {
    let config = good(&format!("service: \"{yaml}\"\nlevel: INFO"), variables);
    config.spec().metadata.iter().find(|(key, _)| key == "service").map(|(_, value)| value.clone()).unwrap_or_default()
}

#[test]
fn variables_defaults_and_escapes() {
    let set = [("A", "one"), ("EMPTY", "")];
    for (yaml, told) in [
        ("${A}", "one"),
        ("x${A}y${A}", "xoneyone"),
        ("${B:-two}", "two"),
        ("${EMPTY:-two}", "two"),
        ("${EMPTY}.", "."),
        ("${B:-${C:-${A}}}", "one"),
        ("${B:-a ${C:-b} c}!", "a b c!"),
        ("${A:-${NOT_SET}}", "one"),
        ("$${A}", "${A}"),
        ("$${A} ${A}", "${A} one"),
        ("${B:-$${A}}", "${A}"),
        ("$A $ {A} $", "$A $ {A} $"),
        ("${B:-}.", "."),
    ] {
        assert_eq!(service(yaml, &set), told, "{yaml}");
    }
}

#[test]
fn what_is_wrong_with_a_variable_is_told() {
    assert_eq!(
        refused("service: ${NOT_SET}", &[]),
        "app.yml:1:10: the environment variable `NOT_SET` is not set\n  |\n1 | service: ${NOT_SET}\n  |          ^^^^^^^^^^\n  \
         help: set it, or write `${NOT_SET:-default}`"
    );
    assert!(refused("service: ${A:-${B}}", &[]).contains("`B` is not set"));
    assert!(refused("service: '${A'", &[]).contains("`${` has no `}`"));
    assert!(refused("service: '${A:-${B}'", &[]).contains("`${` has no `}`"));
    assert!(refused("service: '${a b}'", &[]).contains("`a b` is no name of a variable"));
    assert!(refused("service: '${}'", &[]).contains("is no name of a variable"));
    let deep = format!("service: '{}x{}'", "${A:-".repeat(20), "}".repeat(20));
    assert!(refused(&deep, &[]).contains("nest too deeply"));
}

#[test]
fn an_included_file_has_variables_too() {
    let place = Place::with(&[("app.yml", "include: '${MORE}.yml'"), ("more.yml", "level: INFO\nservice: ${X}\n")]);
    let told = place.refused(&[("MORE", "more")]);
    assert!(told.starts_with("more.yml:2:10: the environment variable `X` is not set"), "{told}");
    assert!(place.refused(&[]).starts_with("app.yml:1:10: the environment variable `MORE` is not set"));
    assert!(place.read(&[("MORE", "more"), ("X", "y")]).is_ok());
}

#[test]
fn a_value_that_something_is_read_over_needs_no_variable() {
    assert!(super::text("service: ${X}", &[("TRACEWORK__SERVICE", "payments")]).is_ok());
}

#[test]
fn large_variables_are_bounded() {
    let large = "x".repeat(1 << 20);
    let yaml: String = (0..8).map(|number| format!("  m{number}: ${{LARGE}}\n")).collect();
    assert!(refused(&format!("metadata:\n{yaml}"), &[("LARGE", &large)]).contains("hold more than 4 MiB"));
}
