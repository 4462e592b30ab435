//! `errors:` and `alerts:`.

use crate::support::{good, read};
use tracework_core::Severity;
use tracework_engine::{AlertSpec, BacktraceWhen};

#[test]
fn what_becomes_of_errors_is_read() {
    let config = good(
        "destinations: { app: { type: memory }, pager: { type: pager, number: 5 } }
errors: { level: WARNING, tags: [CAUGHT, \"A,B\"], destinations: [+app, -pager], backtrace: always, panics: false }
alerts:
  - { name: intrusion, to: [pager] }
  - { name: till, when: message contains stolen, to: pager }
",
    );
    let errors = &config.spec().errors;
    assert_eq!((errors.level, errors.backtrace, errors.panics), (Severity::WARNING, BacktraceWhen::Always, false));
    assert_eq!(errors.tags, ["CAUGHT", "A", "B"]);
    assert_eq!(errors.destinations, ["+app", "-pager"]);
    let alerts = &config.spec().alerts;
    assert_eq!(alerts.len(), 2);
    assert_eq!(alerts[0].when, AlertSpec::SECURITY.parse().expect("a rule"));
    assert_eq!((alerts[1].name.as_str(), alerts[1].to.as_slice()), ("till", ["pager".to_owned()].as_slice()));
    let control = config.into_control().expect("it applies");
    assert_eq!(control.alerts().len(), 2);
    assert_eq!(control.plan().spec().errors.level, Severity::WARNING);
}

#[test]
fn what_is_wrong_with_them_is_told_with_its_place() {
    for (yaml, wrong) in [
        ("errors: { level: WARNIN }", "app.yml:1:18: `WARNIN` is no level"),
        ("errors: { level: off }", "app.yml:1:18: `off` is no level"),
        ("errors: { destinations: [+nowhere] }", "app.yml:1:26: no destination is called `nowhere`"),
        ("errors: { backtrace: sometimes }", "app.yml:1:22: `sometimes` is nothing that `errors.backtrace` can be"),
        ("errors: { colour: red }", "app.yml:1:11: nothing is called `colour` in `errors`"),
        ("alerts: { name: a }", "app.yml:1:9: `alerts` must be a list; this is a map"),
        ("alerts: [{ name: a }]", "`alerts[0]` needs `to`"),
        ("alerts: [{ name: a, to: [nobody] }]", "app.yml:1:26: no destination is called `nobody`"),
        ("alerts: [{ to: [m], when: '(' }]\ndestinations: { m: { type: memory } }", "app.yml:1:"),
    ] {
        let error = read(yaml).expect_err(yaml).to_string();
        assert!(error.contains(wrong), "{yaml}\n{error}");
    }
    let twice = "destinations: { m: { type: memory } }\nalerts: [{ name: a, to: m }, { name: a, to: m }]";
    assert!(read(twice).expect_err("twice").to_string().contains("another alert is called `a` already"));
}
