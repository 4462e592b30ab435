//! Actions, filters and enrichers of linked-in crates: read, run, and written down again.

use crate::support::registry;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracework_config::{ConfigSource, Environment, Registry, SaveConfig as _, Schema};
use tracework_core::{
    Action, Decision, Description, Draft, Enricher, Enrichment, Failure, Filter, Head, Kind, Record, Severity,
    StatefulFilter, Timestamp, Value,
};
use tracework_engine::{Control, roles};

/// Rings so many times, and tells whoever made the registry.
struct Ring {
    times: usize,
    told: Arc<Mutex<Sender<String>>>,
}

impl Action for Ring {
    fn run(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        let told = self.told.lock().expect("nobody panics");
        for _ in 0..self.times {
            told.send(record.message().to_owned()).map_err(|_| Failure::permanent("nobody listens"))?;
        }
        Ok(())
    }

    fn as_config(&self) -> Option<Description> {
        Some(Description::new("ring").unless_usual("times", self.times, 1))
    }
}

/// An action that does not say how it is made.
struct Silent;

impl Action for Silent {
    fn run(&mut self, _: &Record<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

struct Quiet(String);

impl Filter for Quiet {
    fn keep(&self, record: &Record<'_>) -> bool {
        record.message() != self.0
    }

    fn describe(&self) -> String {
        format!("not {}", self.0)
    }

    fn as_config(&self) -> Option<Description> {
        Some(Description::new("quiet").with("word", self.0.as_str()))
    }
}

struct Nth(usize);

impl StatefulFilter for Nth {
    fn decide(&mut self, _: &Record<'_>, _: Timestamp) -> Decision {
        Decision::Keep
    }

    fn as_config(&self) -> Option<Description> {
        Some(Description::new("nth").unless_usual("n", self.0, 2))
    }
}

struct Weather(String);

impl Enricher for Weather {
    fn enrich(&self, _: &Record<'_>, metadata: &mut Enrichment<'_>) {
        metadata.add("weather", Value::Str(&self.0));
    }

    fn as_config(&self) -> Option<Description> {
        Some(Description::new("weather").with("today", self.0.as_str()))
    }
}

fn linked(told: Sender<String>) -> Registry {
    let told = Arc::new(Mutex::new(told));
    registry()
        .action("ring", move |section| {
            section.about(&[("times", "How often it rings.", "2")]);
            Ok(Ring { times: section.take_count("times").unwrap_or(1), told: Arc::clone(&told) })
        })
        .action("silent", |_| Ok(Silent))
        .filter("quiet", |section| Ok(Quiet(section.need_str("word")?)))
        .stateful_filter("nth", |section| Ok(Nth(section.take_count("n").unwrap_or(2))))
        .enricher("weather", |section| Ok(Weather(section.need_str("today")?)))
}

fn control(yaml: &str, registry: &Registry) -> Control {
    let config = ConfigSource::text("app.yml", yaml).environment(Environment::none()).read(registry);
    config.unwrap_or_else(|error| panic!("{yaml}\n{error}")).into_control().expect("it applies")
}

/// Each problem of a config: where, what, and the help.
fn wrong(yaml: &str) -> Vec<String> {
    let source = ConfigSource::text("app.yml", yaml).environment(Environment::none());
    let error = source.read(&linked(mpsc::channel().0)).expect_err(yaml);
    let line = |problem: &tracework_config::Problem| {
        let place = problem.place().map(|place| format!("{}:{}: ", place.line, place.column)).unwrap_or_default();
        let help = problem.help().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{place}{}{help}", problem.message())
    };
    error.problems().iter().map(line).collect()
}

/// Emits a record of the kind security, as a layer would.
fn alarm(control: &Control, message: &str) {
    let plan = control.plan();
    let mut draft = Draft::new(*plan.limits());
    draft.begin(Head {
        time: Timestamp(1),
        severity: Severity::ERROR,
        kind: Kind::Security,
        callsite: None,
        generation: plan.generation(),
        roles: roles::DESTINATION,
    });
    draft.message_str(message);
    control.hub().open_nameless_lane().commit(&mut draft, None);
    control.flush(Duration::from_secs(10));
}

const ALERTS: &str = "
destinations: { app: { type: memory } }
alerts:
  - { name: till, actions: [{ type: ring, times: 2 }, { type: ring, name: once }] }
  - { name: door, when: message contains door, to: app, actions: [{ type: ring }] }
";

#[test]
fn an_alert_runs_the_actions_of_its_config() {
    let (told, hears) = mpsc::channel();
    let control = control(ALERTS, &linked(told));
    assert_eq!(control.actions().into_keys().collect::<Vec<_>>(), ["door.ring", "once", "till.ring"]);
    alarm(&control, "the till is open");
    let heard: Vec<_> = (0..3).map(|_| hears.recv_timeout(Duration::from_secs(10)).expect("it rings")).collect();
    assert_eq!(heard, ["the till is open"; 3]);
    assert!(hears.recv_timeout(Duration::from_millis(50)).is_err(), "the door is shut");
    _ = control.shutdown(Duration::from_secs(5));
}

#[test]
fn a_reload_keeps_the_actions_that_are_as_before() {
    let (told, hears) = mpsc::channel();
    let registry = linked(told);
    let control = control(ALERTS, &registry);
    alarm(&control, "one");
    for _ in 0..3 {
        assert_eq!(hears.recv_timeout(Duration::from_secs(10)).as_deref(), Ok("one"));
    }
    let changed = ALERTS.replace("times: 2", "times: 3").replace("to: app, actions: [{ type: ring }]", "to: app");
    let config = ConfigSource::text("app.yml", &changed).environment(Environment::none()).read(&registry);
    config.expect("it is right").apply(&control).expect("it applies");
    let actions = control.actions();
    assert_eq!(actions.keys().collect::<Vec<_>>(), ["once", "till.ring"]);
    assert_eq!((actions["once"].accepted, actions["till.ring"].accepted), (1, 0), "one goes on, one is new");
    alarm(&control, "two");
    for _ in 0..4 {
        assert_eq!(hears.recv_timeout(Duration::from_secs(10)).as_deref(), Ok("two"));
    }
    _ = control.shutdown(Duration::from_secs(5));
}

#[test]
fn what_is_wrong_with_an_action_is_told_where_it_stands() {
    let alert =
        |rest: &str| wrong(&format!("destinations: {{ m: {{ type: memory }} }}\nalerts: [{{ name: a{rest} }}]"));
    assert_eq!(alert(", actions: [{ type: rng }]"), ["2:39: `rng` is no type of action | did you mean `ring`?"]);
    assert_eq!(
        alert(", actions: [{ type: ring, tims: 2 }]"),
        ["2:45: nothing is called `tims` in `alerts[0].actions[0]` | did you mean `times`?"]
    );
    assert_eq!(alert(", actions: [{ times: 2 }]"), ["2:31: `alerts[0].actions[0]` needs `type`"]);
    assert_eq!(
        alert(", actions: [ring]"),
        [
            "2:31: `alerts[0].actions[0]` must be a map; this is a single value | write `{ name: value }`, or indented lines"
        ]
    );
    assert_eq!(
        alert(", actions: { type: ring }"),
        [
            "2:30: `alerts[0].actions` must be a list; this is a map | write `- { type: TYPE, .. }`, a line for each action"
        ]
    );
    assert_eq!(
        alert(""),
        ["2:10: `alerts[0]` needs `to` or `actions` | write `to: [DESTINATION]`, or `actions: [{ type: .. }]`"]
    );
    assert_eq!(
        alert(", actions: [{ type: ring }, { type: ring }]"),
        ["2:55: another action here is called `a.ring` already | give it a `name`"]
    );
    assert_eq!(
        alert(", actions: [{ type: ring, name: a b }]"),
        [
            "2:51: `a b` is no name of an action | a name is one to 64 letters, digits, `_`, `-` and `.`, without a `-` at the start"
        ]
    );
    assert_eq!(
        wrong(
            "alerts: [{ name: a, actions: [{ type: ring, name: x }] }, { name: b, actions: [{ type: silent, name: x }] }]"
        ),
        ["1:79: an action of another alert is called `x` already | give one of them a `name`"]
    );
    let none = ConfigSource::text("app.yml", "alerts: [{ name: a, actions: [{ type: ring }] }]").read(&registry());
    let told = none.expect_err("there are none").to_string();
    assert!(
        told.contains("help: link a crate that offers one") || told.contains("this program has no actions"),
        "{told}"
    );
}

const WHOLE: &str = "level: INFO
filters:
  loud: { type: quiet, word: it's }
  only: { type: rule, when: level >= WARNING }
  part: { type: nth, n: 3, except: kind = audit }
  seldom: { type: quiet, word: boo, except: kind = audit }
enrichers:
  outside: { type: weather, today: \"rain: heavy\" }
destinations:
  app:
    type: memory
    filter: message contains x
    filters:
      quiet: { type: quiet, word: a }
      quiet-2: { type: quiet, word: b }
      nth: { type: nth }
errors:
  level: WARNING
  tags: [CAUGHT]
  destinations: [+app]
  backtrace: never
  panics: false
alerts:
  - name: till
    when: kind = security
    to: [app]
    actions: [{ type: ring, times: 2 }, { type: ring, name: once }]
routes: [{ when: tag = A, to: [app], filters: { word: { type: quiet, word: c } } }]
default: [app]
";

#[test]
fn a_plan_with_linked_in_parts_is_written_down_and_read_again() {
    let registry = linked(mpsc::channel().0);
    let before = control(WHOLE, &registry);
    let saved = before.config();
    assert_eq!(saved.left_out, [""; 0], "{}", saved.yaml);
    let after = control(&saved.yaml, &registry);
    assert_eq!(after.config(), saved);
    let (one, other) = (before.plan(), after.plan());
    let told = |control: &Control| {
        let spec = control.plan().spec().clone();
        let plain: Vec<_> = spec.filters.iter().map(|(name, filter)| (name.clone(), filter.describe())).collect();
        let stateful: Vec<_> =
            spec.stateful_filters().map(|(name, filter)| (name, filter.as_config().cloned())).collect();
        let enrichers: Vec<_> = spec.enrichers.iter().map(|(name, made)| (name.clone(), made.as_config())).collect();
        let rules: Vec<_> = spec.settings("app").expect("it is there").filters.iter().map(|f| f.describe()).collect();
        (plain, stateful, enrichers, rules, spec.errors)
    };
    assert_eq!(told(&before), told(&after), "{}", saved.yaml);
    assert_eq!((told(&before).0.len(), told(&before).1.len(), told(&before).3.len()), (2, 4, 3));
    assert_eq!(one.spec().alerts[0].actions, ["till.ring", "once"]);
    assert_eq!(other.spec().alerts[0].actions, ["till.ring", "once"]);
    assert_eq!(before.actions().len(), after.actions().len());
    for wanted in ["today: 'rain: heavy'", "word: it's", "type: rule", "{ type: ring, name: once }", "+app"] {
        let unquoted = |text: &str| text.replace(['\'', '"'], "");
        assert!(unquoted(&saved.yaml).contains(&unquoted(wanted)), "{wanted} is not in\n{}", saved.yaml);
    }
}

#[test]
fn what_does_not_describe_itself_is_left_out_and_told() {
    let registry = linked(mpsc::channel().0);
    let yaml = "destinations: { app: { type: memory } }
alerts:
  - { name: mute, when: kind = security, actions: [{ type: silent }] }
  - { name: half, when: kind = security, to: app, actions: [{ type: silent }] }
";
    let control = control(yaml, &registry);
    control.add_enricher("mine", |_: &Record<'_>, _: &mut Enrichment<'_>| {}).expect("it is added");
    let why = "is left out: it does not say what a config would say of it";
    let saved = control.config();
    assert_eq!(
        saved.left_out,
        [
            format!("enrichers.mine {why}"),
            format!("alerts.mute.actions.mute.silent {why}"),
            "the alert `mute` is left out: nothing of what it writes to and runs can be said".to_owned(),
            format!("alerts.half.actions.half.silent {why}"),
        ]
    );
    let again = ConfigSource::text("saved.yml", &saved.yaml).environment(Environment::none()).read(&registry);
    assert_eq!(again.expect("it can be read").spec().alerts.len(), 1, "{}", saved.yaml);
}

#[test]
fn the_schema_tells_of_actions() {
    let schema = Schema::of(&linked(mpsc::channel().0));
    let page = schema.to_markdown();
    assert!(page.contains("### `alerts[].actions[]`, `type: ring`"), "{page}");
    assert!(page.contains("| `times` | whole number |"), "{page}");
    assert!(schema.to_json().contains("How often it rings."));
}
