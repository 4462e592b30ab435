//! Nothing that is read over something else can hurt.

use super::{Place, refused};
use crate::support::registry;
use proptest::prelude::*;
use tracework_config::{ConfigSource, Environment};

#[test]
fn an_alias_bomb_in_an_included_file_is_refused() {
    let mut bomb = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let place = Place::with(&[("app.yml", "include: bomb.yml\nlevel: INFO\n"), ("bomb.yml", &bomb)]);
    assert!(place.refused(&[]).contains("too many nodes"), "{}", place.refused(&[]));
    // All files share one limit.
    let large = format!("metadata:\n{}", (0..9_000).map(|number| format!("  m{number}: x\n")).collect::<String>());
    let place = Place::with(&[("app.yml", "include: '*.inc'\nlevel: INFO\n")]);
    for number in 0..4 {
        place.write(&format!("{number}.inc"), &large);
    }
    assert!(place.refused(&[]).contains("too many nodes"), "{}", place.refused(&[]));
}

#[test]
fn variables_are_bounded() {
    let many: Vec<(String, String)> = (0..300).map(|at| (format!("TRACEWORK__METADATA__M{at}"), "x".into())).collect();
    let environment: Environment = many.into_iter().collect();
    let error = ConfigSource::text("app.yml", "level: INFO").environment(environment).read(&registry());
    let told = error.expect_err("it is refused").to_string();
    assert!(told.contains("256 variables are the most"), "{told}");
    assert!(refused("level: INFO", &[("TRACEWORK__SERVICE", &"x".repeat(70_000))]).contains("longer than 64 KiB"));
    let deep = format!("TRACEWORK{}", "__A".repeat(200));
    assert!(refused("level: INFO", &[(&deep, "x")]).contains("nothing is called `a` here"));
}

/// Some YAML that is likely to say something of a config.
fn yaml() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "x",
        "INFO",
        "5",
        "true",
        "~",
        "''",
        "[a, b]",
        "[]",
        "{}",
        "testing",
        "mine",
        "memory",
        "file",
        "${A}",
        "$${A}",
        "${B:-c}",
        "{ a: b }",
        "{ type: memory }",
        "[{ when: tag = A, to: [] }]",
    ]);
    let name = prop::sample::select(vec![
        "level",
        "targets",
        "profile",
        "profiles",
        "include",
        "destinations",
        "default",
        "routes",
        "metadata",
        "console_enabled",
        "file_enabled",
        "structured_enabled",
        "inherit",
        "directory",
        "redact",
        "wibble",
        "names",
        "alert_email",
        "compression_enabled",
    ]);
    let inner =
        prop::sample::select(vec!["mine", "a", "file", "type", "level", "levels", "token", "token_file", "inherit"]);
    let nested = (inner, scalar.clone()).prop_map(|(name, value)| format!("{{ {name}: {value} }}"));
    let value = prop_oneof![
        scalar.prop_map(str::to_owned),
        nested.clone(),
        nested.prop_map(|value| format!("{{ mine: {value} }}"))
    ];
    prop::collection::vec((name, value), 0..8)
        .prop_map(|lines| lines.into_iter().map(|(name, value)| format!("{name}: {value}\n")).collect())
}

fn variable() -> impl Strategy<Value = (String, String)> {
    let part =
        prop::sample::select(vec!["LEVEL", "DESTINATIONS", "FILE", "MINE", "TYPE", "A", "", "PROFILE", "ROUTES", "0"]);
    let name = prop::collection::vec(part, 1..4).prop_map(|parts| format!("TRACEWORK__{}", parts.join("__")));
    let short =
        prop::sample::select(vec!["TRACEWORK_LEVEL", "TRACEWORK_PROFILE", "TRACEWORK_FILE_ENABLED", "RUST_LOG", "A"]);
    let value = prop_oneof!["[a-z{}\\[\\]:, '\"~]{0,8}", Just("INFO".to_owned()), Just("true".to_owned())];
    (prop_oneof![name, short.prop_map(str::to_owned)], value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_read_over_whatever_is_read_or_refused(
        main in yaml(),
        more in yaml(),
        variables in prop::collection::vec(variable(), 0..5),
        profile in prop::option::of(prop::sample::select(vec!["testing", "mine", "nope"])),
    ) {
        let place = Place::with(&[("app.yml", &format!("{main}spans: INFO\n")), ("more.yml", &more)]);
        place.write("inc.yml", "include: more.yml\n");
        for include in ["", "include: inc.yml\n"] {
            place.write("app.yml", &format!("{include}{main}spans: INFO\n"));
            let environment = variables.iter().cloned().collect();
            let source = ConfigSource::file(place.path().join("app.yml")).environment(environment);
            let source = profile.into_iter().fold(source, ConfigSource::profile);
            match source.read(&registry()) {
                Ok(config) => prop_assert!(!config.explain_values().is_empty()),
                Err(error) => prop_assert!(!error.problems().is_empty() && !error.to_string().is_empty()),
            }
        }
    }
}
