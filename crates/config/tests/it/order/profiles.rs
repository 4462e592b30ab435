//! Profiles.

use super::{Place, good, refused, text, value};
use crate::support::registry;
use tracework_config::{ConfigSource, Environment, Origin, profiles, starter};
use tracework_core::{Severity, SeveritySet};
use tracework_engine::{PlanSpec, SharedBufferSettings};

/// Profiles that need no more than the test's types.
const OWN: &str = "profiles:
  base: { level: WARNING, metadata: { from: base, region: eu-1 }, destinations: { recent: { type: memory, records: 5 } } }
  loud: { inherit: base, level: DEBUG, metadata: { from: loud } }
";

fn level(severity: Severity) -> SeveritySet {
    SeveritySet::at_least(severity)
}

#[test]
fn the_defaults_are_those_of_the_code() {
    let config = good("metadata: { a: b }", &[]);
    let (spec, usual) = (config.spec(), PlanSpec::default());
    assert_eq!((spec.level, spec.spans, spec.limits), (usual.level, usual.spans, usual.limits));
    assert_eq!(format!("{:?}", spec.redact), format!("{:?}", usual.redact));
    assert_eq!(format!("{:?}", config.buffer()), format!("{:?}", SharedBufferSettings::default()));
    assert_eq!(*config.names(), tracework_engine::ReservedNames::default());
    assert!(config.warnings().is_empty() && config.profile().is_none() && config.files().is_empty());
}

#[test]
fn a_profile_is_read_under_the_file() {
    let config = good(&format!("{OWN}profile: loud\nmetadata: {{ from: file }}"), &[]);
    assert_eq!(config.spec().level, level(Severity::DEBUG));
    assert_eq!(config.profile(), Some("loud"));
    assert_eq!(config.destinations()[0].name(), "recent");
    assert_eq!(value(&config, "metadata.from"), Some(("file", "app.yml:5:19")));
    assert_eq!(value(&config, "metadata.region"), Some(("eu-1", "profile base, app.yml:2:59")));
    assert_eq!(value(&config, "level"), Some(("DEBUG", "profile loud, app.yml:3:33")));
    assert_eq!(value(&config, "limits.fields"), Some(("64", "default")));
    assert_eq!(value(&config, "profiles.base.level"), None, "what is not chosen is no value");
}

#[test]
fn the_program_chooses_before_the_environment_and_that_before_the_file() {
    let yaml = format!("{OWN}profile: base");
    let chosen = |variables: &[(&str, &str)], program: Option<&str>| {
        let source = ConfigSource::text("app.yml", &yaml).environment(variables.iter().copied().collect());
        let source = program.into_iter().fold(source, ConfigSource::profile);
        let config = source.read(&registry()).unwrap_or_else(|error| panic!("{error}"));
        (config.spec().level.least(), value(&config, "profile").map(|(name, by)| (name.to_owned(), by.to_owned())))
    };
    let told = |name: &str, by: &str| Some((name.to_owned(), by.to_owned()));
    assert_eq!(chosen(&[], None), (Some(Severity::WARNING), told("base", "app.yml:4:10")));
    let environment = [("TRACEWORK_PROFILE", "loud")];
    let by = "environment variable TRACEWORK_PROFILE";
    assert_eq!(chosen(&environment, None), (Some(Severity::DEBUG), told("loud", by)));
    assert_eq!(chosen(&environment, Some("base")), (Some(Severity::WARNING), told("base", "the program")));
    assert_eq!(chosen(&[("TRACEWORK__PROFILE", "loud")], None).0, Some(Severity::DEBUG));
}

#[test]
fn a_profile_may_build_on_the_built_in_one_of_its_name() {
    let yaml = "profile: testing\nprofiles: { testing: { inherit: testing, level: ERROR } }";
    let config = good(yaml, &[]);
    assert_eq!(config.spec().level, level(Severity::ERROR));
    assert_eq!(config.destinations()[0].name(), "recent", "from the built-in one");
    let recent = config.explain_values().iter().find(|value| value.path() == "destinations.recent.records");
    assert_eq!(recent.map(|value| value.origin().clone()), Some(Origin::Profile("testing".into())));
}

#[test]
fn nothing_takes_away_what_a_profile_says() {
    let config = good("profile: testing\ndestinations: { recent: ~, mine: { type: memory } }", &[]);
    let names: Vec<_> = config.destinations().iter().map(|one| one.name()).collect();
    assert_eq!(names, ["mine"]);
    // Another type is another thing: `records` of the profile does not come along.
    let config = good("profile: testing\ndestinations: { recent: { type: file, path: a.log } }", &[]);
    assert_eq!(config.destinations()[0].kind(), "file");
    // `levels` is said instead of `level`.
    let config = good("profile: testing\ndestinations: { recent: { levels: [ERROR] } }", &[]);
    assert!(config.destinations()[0].settings().exact_levels);
}

#[test]
fn what_is_wrong_with_profiles_is_told() {
    assert_eq!(
        refused("profile: prodction\nlevel: INFO", &[]),
        "app.yml:1:10: no profile is called `prodction`\n  |\n1 | profile: prodction\n  |          ^^^^^^^^^\n  \
         help: did you mean `production`?"
    );
    let circle = "profiles:\n  a: { inherit: b }\n  b: { inherit: c }\n  c: { inherit: a }\n";
    assert_eq!(
        refused(circle, &[]),
        "app.yml:4:17: profiles inherit in a circle: a -> b -> c -> a\n  |\n4 |   c: { inherit: a }\n  \
         |                 ^\n  help: one of them must inherit from none of the others"
    );
    assert!(refused("profiles: { x: { inherit: x } }", &[]).contains("in a circle: x -> x"));
    assert!(refused("profiles: { x: { inherit: tsting } }", &[]).contains("did you mean `testing`?"));
    assert!(refused("profiles: { x: { inherit: [a] } }", &[]).contains("`inherit` must be the name of one profile"));
    assert!(refused("profiles: { x: 5 }", &[]).contains("`profiles.x` must be a map; this is a single value"));
    assert!(refused("profiles: [x]", &[]).contains("`profiles` must be a map"));
    assert!(refused("profiles: { x: { profile: y } }", &[]).contains("a profile builds on another one by `inherit"));
    assert!(refused("profile: [a]", &[]).contains("`profile` must be the name of one profile"));
    let long: String = (0..20).map(|at| format!("  p{at}: {{ inherit: p{} }}\n", at + 1)).collect();
    assert!(refused(&format!("profiles:\n{long}  p20: {{}}\n"), &[]).contains("inherit too deeply"));
    let by_program = ConfigSource::text("app.yml", "level: INFO").environment(Environment::none()).profile("nope");
    assert!(
        by_program.read(&registry()).unwrap_err().to_string().starts_with("the program: no profile is called `nope`")
    );
}

#[test]
fn a_mistake_in_a_profile_is_told_where_it_stands() {
    let yaml = "profile: mine\nprofiles:\n  mine:\n    destinations:\n      a: { type: memory, records: many }\n";
    assert_eq!(
        refused(yaml, &[]),
        "app.yml:5:35: `many` is no count\n  |\n5 |       a: { type: memory, records: many }\n  \
         |                                   ^^^^\n  help: a count is a whole number, such as 100"
    );
    let place = Place::with(&[
        ("app.yml", "include: more.yml\nprofile: mine\nprofiles: { mine: { metadata: { a: b } } }"),
        ("more.yml", "profiles:\n  mine:\n    levl: DEBUG\n"),
    ]);
    assert!(place.refused(&[]).starts_with("more.yml:3:5: nothing is called `levl` here"), "{}", place.refused(&[]));
}

#[test]
fn a_profile_that_nobody_chose_may_hold_what_is_not_there() {
    assert!(text("level: INFO\nprofiles: { x: { metadata: { token: '${NOT_SET}' } } }", &[]).is_ok());
    assert!(text("profile: x\nprofiles: { x: { metadata: { token: '${NOT_SET}' } } }", &[]).is_err());
}

#[test]
fn there_is_a_starter_of_each_profile() {
    let names: Vec<_> = profiles().collect();
    assert_eq!(names, ["development", "testing", "production", "debug"]);
    for name in names {
        let yaml = starter(name).expect("it is built in");
        assert!(yaml.contains("destinations:") && yaml.contains(&format!("profile: {name}")), "{yaml}");
        assert!(yaml.lines().all(|line| line.chars().count() <= 80), "{yaml}");
    }
    assert_eq!(starter("nope"), None);
}
