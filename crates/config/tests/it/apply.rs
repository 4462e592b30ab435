//! From a config to a pipeline.

use super::support::{good, read};
use tracework_config::ApplyError;
use tracework_core::{Attach, Overflow, Severity, SeveritySet};
use tracework_engine::{Control, PlanError, Query, SelfLogSource};
use tracework_std::Memory;

const TWO: &str = "
destinations:
  first: { type: memory, failover: second, buffer: { when_full: drop_oldest } }
  second: { type: memory, level: ERROR }
routes: [{ name: paid, when: tag = PAYMENT, to: second }]
default: first
";

#[test]
fn everything_is_attached_in_one_swap_whatever_the_order_of_failovers() {
    let control = Control::new();
    let before = control.plan().generation();
    good(TWO).apply(&control).expect("nothing is in the way");
    let plan = control.plan();
    assert_eq!(plan.generation(), before + 1);
    assert_eq!(plan.spec().destinations().collect::<Vec<_>>(), ["first", "second"]);
    assert_eq!(plan.spec().settings("first").and_then(|settings| settings.failover.clone()).as_deref(), Some("second"));
    let told = control.explain(&Query { severity: Severity::ERROR, tags: Some("PAYMENT".into()), ..Query::default() });
    let gets: Vec<_> = told.destinations.iter().filter(|(_, gets, _)| *gets).map(|(name, ..)| name.as_str()).collect();
    assert_eq!(gets, ["second"]);
}

#[test]
fn a_name_that_is_taken_changes_nothing() {
    let control = Control::new();
    control.attach("second", Memory::new(1).level(Severity::INFO)).expect("it is free");
    let before = control.plan().generation();
    let error = good(TWO).apply(&control).expect_err("`second` is there already");
    assert!(matches!(error, ApplyError::Plan(PlanError::Taken(ref name)) if name == "second"), "{error}");
    assert_eq!(control.plan().generation(), before);
    assert_eq!(control.plan().spec().destinations().count(), 1);
}

#[test]
fn what_a_pipeline_is_made_with_cannot_be_changed_by_a_config() {
    let error = good("names: { tags: labels }").apply(&Control::new()).expect_err("the names are fixed");
    assert_eq!(error.to_string(), "`names` is fixed when a pipeline is made, and this one has another");
    assert!(good("buffer: { memory: 1MiB }").apply(&Control::new()).is_err());
    let control = good("names: { tags: labels }\nbuffer: { memory: 1MiB }").into_control().expect("it makes its own");
    assert_eq!((control.hub().names().tags.as_str(), control.health().buffer_limit), ("labels", 1 << 20));
}

#[test]
fn a_pipe_never_drops_whatever_the_config_says() {
    let config = good(TWO).never_dropping();
    assert!(config.destinations().iter().all(|one| one.settings().buffer.when_full == Overflow::Block { limit: None }));
}

#[test]
fn a_rehearsal_opens_nothing() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("logs/app.log");
    let yaml = format!("destinations: {{ app: {{ type: file, path: {} }} }}", path.display());
    let control = read(&yaml).expect("it is right").rehearsal().into_control().expect("it is made");
    assert!(control.explain(&Query::default()).destinations[0].1);
    drop(control);
    assert!(!path.exists());
}

#[test]
fn directives_replace_level_and_targets_and_nothing_else() {
    let levels = |directives: &str| {
        let mut config = good("level: ERROR\ntargets: { app: off }\nspans: INFO");
        config.set_directives(directives).expect("they can be read");
        let spec = config.spec();
        assert_eq!(spec.spans, SeveritySet::at_least(Severity::INFO));
        (spec.level.least(), ["app", "hyper"].map(|target| spec.targets.get(target).map(SeveritySet::least)))
    };
    assert_eq!(levels("warn"), (Some(Severity::WARNING), [None, None]));
    assert_eq!(levels("info,hyper=error"), (Some(Severity::INFO), [None, Some(Some(Severity::ERROR))]));
    let (debug, info) = (Some(Severity::DEBUG), Some(Some(Severity::INFO)));
    assert_eq!(levels("info,app=debug"), (debug, [Some(debug), info]));
    assert_eq!(levels("app=debug"), (debug, [Some(debug), Some(Some(Severity::ERROR))]));
    assert!(good("level: ERROR").set_directives("app=loud").is_err());
}

#[test]
fn what_should_be_known_of_a_config_is_in_health_and_in_the_self_log() {
    let control = good("audit_enabled: true\nlevel: INFO").into_control().expect("it applies");
    let health = control.health().config.expect("there is a config");
    assert_eq!((health.state, health.warnings.len()), ("loaded", 1));
    assert!(health.warnings[0].starts_with("app.yml:1:"), "{}", health.warnings[0]);
    let told = control.self_log();
    assert_eq!(told.len(), 1);
    assert!(told[0].message.contains("audit_enabled") && told[0].source == SelfLogSource::Config);
    good("level: INFO").apply(&control).expect("it applies");
    assert!(control.health().config.is_some_and(|config| config.warnings.is_empty()), "they are of that config alone");
    assert_eq!(control.self_log().len(), 1, "what was, was");
}
