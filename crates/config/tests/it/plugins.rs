//! What linked-in crates register, and what a config makes of it. This test is such a crate itself.

use tracework_config::{Config, Registry, Reported, Schema, Section, plugin};
use tracework_core::{
    Action, Batch, Decision, Destination, Draft, Enricher, Enrichment, Failure, Filter, Format, Head, Kind, Limits,
    Page, Record, Severity, StatefulFilter, Timestamp, Value,
};

struct Pigeon {
    name: String,
    alarm: Option<Box<dyn Action>>,
}

impl Pigeon {
    fn from(section: &mut Section<'_>) -> Result<Self, Reported> {
        section.about(&[("name", "What it is called.", "ann"), ("alarm", "What is done when it is lost.", "")]);
        Ok(Self { name: section.need_str("name")?, alarm: section.take_action("alarm") })
    }
}

impl Destination for Pigeon {
    fn name(&self) -> &'static str {
        "pigeon"
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        assert!(!self.name.is_empty());
        match (&mut self.alarm, batch.records().first()) {
            (Some(alarm), Some(record)) => alarm.run(record),
            _ => Ok(()),
        }
    }
}

#[derive(Clone)]
struct Shout;

impl Format for Shout {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(record.message().to_uppercase().as_bytes());
        out.push(b'\n');
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }
}

struct Weather(String);

impl Enricher for Weather {
    fn enrich(&self, _: &Record<'_>, metadata: &mut Enrichment<'_>) {
        metadata.add("weather", Value::Str(&self.0));
    }
}

struct Quiet;

impl Filter for Quiet {
    fn keep(&self, record: &Record<'_>) -> bool {
        record.message() != "LOUD"
    }
}

struct Nth(u64, u64);

impl StatefulFilter for Nth {
    fn decide(&mut self, _: &Record<'_>, _: Timestamp) -> Decision {
        self.0 += 1;
        if self.0.is_multiple_of(self.1) { Decision::Keep } else { Decision::Drop }
    }
}

struct Ring;

impl Action for Ring {
    fn run(&mut self, record: &Record<'_>) -> Result<(), Failure> {
        Err(Failure::permanent(format!("rang for {}", record.message())))
    }
}

plugin!(destination "pigeon" => Pigeon::from);
plugin!(format "shout" => |_| Ok(Shout));
plugin!(enricher "weather" => |section| Ok(Weather(section.need_str("today")?)));
plugin!(filter "quiet" => |_| Ok(Quiet));
plugin!(stateful_filter "nth" => |section| Ok(Nth(0, section.take_count("n").unwrap_or(2) as u64)));
plugin!(action "ring" => |_| Ok(Ring));

const GOOD: &str = "
destinations:
  bird: { type: pigeon, name: ann, format: shout, alarm: { type: ring } }
enrichers:
  outside: { type: weather, today: rain }
filters:
  loud: { type: quiet }
  third: { type: nth, n: 3 }
";

fn record(message: &str) -> (Page, tracework_core::Pick) {
    let mut draft = Draft::new(Limits::default());
    let severity = Severity::INFO;
    draft.begin(Head { time: Timestamp(0), severity, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
    draft.message_str(message);
    let mut page = Page::default();
    let pick = page.push(&draft, None);
    (page, pick)
}

/// Each problem in a line: where, what, help.
fn problems(yaml: &str, registry: &Registry) -> Vec<String> {
    let error = Config::from_str("app.yml", yaml, registry).expect_err("something is wrong");
    let line = |problem: &tracework_config::Problem| {
        let place = problem.place().map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
        let help = problem.help().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{}{place}: {}{help}", problem.file(), problem.message())
    };
    error.problems().iter().map(line).collect()
}

#[test]
fn every_role_becomes_a_type_without_being_listed() {
    let registry = Registry::new().linked();
    assert_eq!(registry.clashes().count(), 0);
    let offered: Vec<Vec<&str>> = vec![
        registry.destinations().collect(),
        registry.formats().collect(),
        registry.enrichers().collect(),
        registry.filters().collect(),
        registry.actions().collect(),
    ];
    assert_eq!(offered, [vec!["pigeon"], vec!["shout"], vec!["weather"], vec!["nth", "quiet"], vec!["ring"]]);
    let config = Config::from_str("app.yml", GOOD, &registry).expect("it is right");
    assert_eq!((config.destinations()[0].kind(), config.destinations()[0].format()), ("pigeon", Some("shout")));
    let spec = config.spec();
    let names = |(name, _): &(String, _)| name.clone();
    assert_eq!(spec.enrichers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["outside"]);
    assert_eq!(spec.filters.iter().map(names).collect::<Vec<_>>(), ["loud"]);
    assert_eq!(spec.stateful.iter().map(|filter| filter.name()).collect::<Vec<_>>(), ["third"]);
    let (page, pick) = record("LOUD");
    assert!(!spec.filters[0].1.keep(&page.record(pick)));

    let control = config.into_control().expect("it starts");
    let spec = control.plan().spec().clone();
    assert_eq!((spec.enrichers.len(), spec.filters.len(), spec.stateful.len()), (1, 1, 1), "all of it is in the plan");
}

#[test]
fn what_is_wrong_with_one_is_told_where_it_stands() {
    let yaml = "
destinations:
  bird: { type: pigeon, name: ann, alarm: { type: rng } }
enrichers:
  outside: { type: weather }
filters:
  loud: { type: quite, much: true }
  third: quiet
";
    let told = problems(yaml, &Registry::new().linked());
    let expected = [
        "app.yml:3:51: `rng` is no type of action | did you mean `ring`?",
        "app.yml:5:3: `enrichers.outside` needs `today`",
        "app.yml:7:17: `quite` is no type of filter | did you mean `quiet`?",
        "app.yml:8:10: `filters.third` must be a map; this is a single value | write `{ name: value }`, or indented lines",
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_schema_knows_them() {
    let schema = Schema::of(&Registry::new().linked());
    assert!(
        schema.unexplained().iter().all(|name| !name.contains("pigeon") || name.contains("filters")),
        "{:?}",
        schema.unexplained()
    );
    let json = schema.to_json();
    for name in ["pigeon", "shout", "weather", "today", "quiet", "nth", "ring"] {
        assert!(json.contains(&format!("\"{name}\"")), "{name} is not in the schema");
    }
}

#[test]
fn a_name_that_two_offer_is_an_error_that_names_both() {
    let taken = || Registry::new().owned_by("acme-birds 2.1.0").destination("pigeon", Pigeon::from).linked();
    let crates = ["acme-birds 2.1.0", "tracework-config 0.1.0"];
    let registry = taken();
    assert_eq!(registry.clashes().map(tracework_config::Clash::crates).collect::<Vec<_>>(), [crates]);
    let told = problems(GOOD, &registry);
    let expected = "linked crates: acme-birds 2.1.0 and tracework-config 0.1.0 both offer a type of destination called \
                    `pigeon` | link one of them alone, or add the one that is meant to the registry, where it replaces \
                    the other";
    assert_eq!(told, [expected]);
    let settled = taken().destination("pigeon", Pigeon::from);
    assert!(Config::from_str("app.yml", GOOD, &settled).is_ok(), "the last word is the program's");
}

#[test]
fn an_action_acts() {
    let registry = Registry::new().linked();
    let config = Config::from_str("app.yml", GOOD, &registry).expect("it is right");
    let mut bird = Pigeon { name: config.destinations()[0].name().to_owned(), alarm: Some(Box::new(Ring)) };
    let (page, pick) = record("help");
    let records = [page.record(pick)];
    let failure = bird.deliver(&Batch::of_records(&records)).expect_err("it rings");
    assert_eq!(failure.to_string(), "rang for help");
}
