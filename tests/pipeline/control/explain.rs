//! What `explain` says is what happens: random plans, random records.

use crate::support::{memory, rule};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;
use tracework::core::{Attach as _, SeveritySet, TagFilter};
use tracework::destinations::{Memory, MemoryHandle};
use tracework::engine::{PlanError, Query, RouteSpec, SpanQuery};
use tracework::prelude::*;
use tracework::rules::TargetLevels;
use tracework::{Kind, KindSet};
use tracing_subscriber::registry;

const RULES: [&str; 9] = [
    "level >= WARNING",
    "tag = A",
    "target = explain::a",
    "field.code > 3",
    "kind = audit",
    "category = api and not tag = B",
    "message contains odd",
    "context.user = ann",
    "not span = around",
];

/// A plan with three destinations, drawn at random.
#[derive(Clone, Debug)]
struct Drawn {
    levels: Vec<(Option<usize>, bool, bool)>,
    kinds: Vec<u8>,
    tags: Vec<Option<&'static str>>,
    filters: Vec<Option<usize>>,
    routes: Vec<(usize, Vec<usize>)>,
    default: Vec<usize>,
    global: Option<usize>,
    capped: Option<usize>,
}

/// A record drawn at random.
#[derive(Clone, Debug)]
struct Event {
    severity: usize,
    kind: usize,
    target: bool,
    message: &'static str,
    tags: Option<&'static str>,
    category: Option<&'static str>,
    destinations: Option<&'static str>,
    code: i64,
    span: Option<(&'static str, Option<&'static str>, Option<&'static str>)>,
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(proptest::sample::select(values))
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let rules = || proptest::option::weighted(0.3, 0..RULES.len());
    let some = || proptest::collection::vec(0..3_usize, 0..3);
    (
        proptest::collection::vec((proptest::option::of(0..6_usize), any::<bool>(), proptest::bool::weighted(0.9)), 3),
        proptest::collection::vec(1..32_u8, 3),
        proptest::collection::vec(maybe(&["A", "B"]), 3),
        proptest::collection::vec(rules(), 3),
        proptest::collection::vec((0..RULES.len(), some()), 0..3),
        some(),
        rules(),
        proptest::option::weighted(0.3, 0..6_usize),
    )
        .prop_map(|(levels, kinds, tags, filters, routes, default, global, capped)| Drawn {
            levels,
            kinds,
            tags,
            filters,
            routes,
            default,
            global,
            capped,
        })
}

fn event() -> impl Strategy<Value = Event> {
    let span = (
        proptest::sample::select(&["ann", "bob"][..]),
        maybe(&["d0", "-d1", "+d2", "nowhere", "d1,d2"]),
        maybe(&["TRACE", "ERROR", "off"]),
    );
    (
        (0..6_usize, 0..5_usize, any::<bool>(), proptest::sample::select(&["even", "odd one"][..])),
        maybe(&["A", "B", "A,B", "C"]),
        maybe(&["api", "database"]),
        proptest::option::weighted(0.3, proptest::sample::select(&["d0", "+d1", "-d2", "nope", "d1,-d1,+d0"][..])),
        0..6_i64,
        proptest::option::of(span),
    )
        .prop_map(|((severity, kind, target, message), tags, category, destinations, code, span)| Event {
            severity,
            kind,
            target,
            message,
            tags,
            category,
            destinations,
            code,
            span,
        })
}

fn name(place: usize) -> String {
    format!("d{place}")
}

fn apply(control: &Control, plan: &Drawn) -> Result<Vec<MemoryHandle>, PlanError> {
    let mut handles = Vec::new();
    for place in 0..3 {
        let memory = Memory::new(100);
        handles.push(memory.handle());
        let (level, exact, enabled) = plan.levels[place];
        let kinds = Kind::ALL.into_iter().filter(|&kind| plan.kinds[place] & 1 << kind as u8 != 0).collect::<KindSet>();
        control.create(
            &name(place),
            memory.set(|settings| {
                settings.levels = level.map(|level| SeveritySet::at_least(Severity::ALL[level]));
                settings.exact_levels = exact && level.is_some();
                settings.enabled = enabled;
                settings.kinds = kinds;
                settings.tags = TagFilter {
                    any: plan.tags[place].iter().map(|&tag| tag.to_owned()).collect(),
                    ..TagFilter::default()
                };
                settings.filters.extend(plan.filters[place].map(|place| std::sync::Arc::new(rule(RULES[place])) as _));
            }),
        )?;
    }
    control.change(|spec| {
        spec.routes = plan
            .routes
            .iter()
            .map(|(when, to)| RouteSpec {
                filters: Vec::new(),
                name: None,
                when: rule(RULES[*when]),
                to: to.iter().map(|&to| name(to)).collect(),
            })
            .collect();
        spec.default = plan.default.iter().map(|&to| name(to)).collect();
        spec.filters = plan
            .global
            .map(|place| ("global".to_owned(), std::sync::Arc::new(rule(RULES[place])) as _))
            .into_iter()
            .collect();
        let mut targets = TargetLevels::default();
        if let Some(level) = plan.capped {
            targets
                .set("explain::a".parse().map_err(PlanError::Rule)?, SeveritySet::at_least(Severity::ALL[level]))
                .map_err(PlanError::Rule)?;
        }
        spec.targets = targets;
        Ok(())
    })?;
    Ok(handles)
}

/// The same record as a question. What is not given is not said.
fn query(event: &Event) -> Query {
    let mut spans = Vec::new();
    if let Some((user, destinations, level)) = event.span {
        let mut span = SpanQuery { name: "around".to_owned(), ..SpanQuery::default() };
        span.fields.push(("user".to_owned(), user.to_owned()));
        span.fields.extend(destinations.map(|names| ("destinations".to_owned(), names.to_owned())));
        span.fields.extend(level.map(|level| ("log.level".to_owned(), level.to_owned())));
        spans.push(span);
    }
    Query {
        severity: Severity::ALL[event.severity],
        kind: Kind::ALL[event.kind],
        target: target(event).to_owned(),
        message: event.message.to_owned(),
        category: event.category.map(str::to_owned),
        tags: event.tags.map(str::to_owned),
        destinations: event.destinations.map(str::to_owned),
        fields: vec![("code".to_owned(), event.code.to_string())],
        spans,
        ..Query::default()
    }
}

fn target(event: &Event) -> &'static str {
    if event.target { "explain::a" } else { "explain::b" }
}

/// Emits the record through `tracing`. An absent value is an empty field, which says nothing.
fn emit(event: &Event) {
    macro_rules! by_target {
        ($target:literal) => {
            tracing::event!(
                target: $target,
                tracing::Level::INFO,
                severity = Severity::ALL[event.severity].name(),
                kind = Kind::ALL[event.kind].name(),
                tags = event.tags,
                category = event.category,
                destinations = event.destinations,
                code = event.code,
                "{}", event.message
            )
        };
    }
    let work = || if event.target { by_target!("explain::a") } else { by_target!("explain::b") };
    match event.span {
        Some((user, destinations, level)) => {
            tracing::info_span!("around", user, destinations, log.level = level).in_scope(work);
        }
        None => work(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_of_explain_is_what_happens(plan in drawn(), events in proptest::collection::vec(event(), 1..20)) {
        let control = Control::new();
        let handles = apply(&control, &plan).expect("a plan");
        let mut expected: BTreeMap<String, Vec<usize>> = (0..3).map(|place| (name(place), Vec::new())).collect();
        for (number, event) in events.iter().enumerate() {
            for (name, gets, _) in control.explain(&query(event)).destinations {
                if gets {
                    expected.entry(name).or_default().push(number);
                }
            }
        }
        tracing::subscriber::with_default(registry().with(DestinationLayer::new(&control)), || {
            // A span that asks for a level lowers the floor; `tracing` hears of it a moment later.
            tracing::info_span!("warm up", log.level = "TRACE").in_scope(|| ());
            control.flush(Duration::from_secs(5));
            for event in &events {
                emit(event);
            }
        });
        control.flush(Duration::from_secs(10));
        for (place, handle) in handles.iter().enumerate() {
            let wanted = &expected[&name(place)];
            let got: Vec<_> = handle.records().iter().map(|record| record.view().message().to_owned()).collect();
            let messages: Vec<_> = wanted.iter().map(|&number| events[number].message).collect();
            prop_assert_eq!(got, messages, "{} should get {:?} of {:#?}", name(place), wanted, events);
        }
        let _ = control.shutdown(Duration::from_secs(5));
    }
}

#[test]
fn an_explanation_says_why_and_why_not() {
    let control = Control::new();
    let _ = memory(&control, "app", Severity::INFO);
    control.set_route("tagged", rule("tag = A"), &["app"]).expect("a route");
    let explanation = control.explain(&Query { severity: Severity::DEBUG, tags: Some("A".into()), ..Query::default() });
    let text = explanation.to_string();
    assert!(text.contains("no   app  it takes INFO and above"), "{text}");
    assert!(text.contains("route matches: "), "{text}");
    let named = control.explain(&Query { destinations: Some("ap".into()), ..Query::default() });
    assert_eq!(named.unknown, ["ap"]);
}

#[test]
fn an_explanation_names_the_filter_and_how_tracing_was_compiled() {
    let control = Control::new();
    let _ = memory(&control, "app", Severity::TRACE);
    let only_db = |spec: &mut tracework::engine::PlanSpec| {
        spec.filters.push(("only-db".to_owned(), std::sync::Arc::new(rule("span = query")) as _));
        Ok(())
    };
    control.change(only_db).expect("a filter");
    let told = |query: &Query| control.explain(query).to_string();
    let text = told(&Query::default());
    assert!(text.contains("no   app  the pipeline's filter `only-db` rejects it: span = query"), "{text}");
    let spans = ["request", "query"].map(|name| SpanQuery { name: name.to_owned(), fields: Vec::new() });
    let inside = Query { spans: spans.into(), severity: Severity::DEBUG, ..Query::default() };
    assert!(told(&inside).starts_with("yes  app"), "{}", told(&inside));
    let compiled = Query { static_max_level: Some(Severity::INFO), ..inside.clone() };
    let text = told(&compiled);
    assert!(text.starts_with("no   app  tracing was compiled without it\n"), "{text}");
    assert!(text.contains("compiled with INFO as its highest level"), "{text}");
    let loud = Query { severity: Severity::INFO, ..compiled };
    assert!(told(&loud).starts_with("yes  app") && !told(&loud).contains("compiled"));
    let tags = TagFilter { any: vec!["A".to_owned()], ..Default::default() };
    let tagged = |spec: &mut tracework::engine::PlanSpec| {
        spec.tags.clone_from(&tags);
        Ok(())
    };
    control.change(tagged).expect("tags");
    let text = told(&inside);
    assert!(text.contains("no   app  the pipeline's `tags` ask for others"), "{text}");
}

#[test]
fn reserved_fields_count_by_the_names_of_the_pipeline() {
    let names = tracework::engine::ReservedNames { tags: "labels".to_owned(), ..Default::default() };
    let control = Control::builder().names(names).build().expect("it starts");
    let _ = memory(&control, "app", Severity::INFO);
    control.set_route("tagged", rule("tag = A and kind = audit"), &["app"]).expect("a route");
    let field = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let route = |tags: &str, kind: &str| {
        let fields = vec![field(tags, "A"), field("kind", kind)];
        control.explain(&Query { fields, ..Query::default() }).routes[0].1
    };
    assert!(route("labels", "audit"));
    assert!(!route("tags", "audit"), "an ordinary field here");
    assert!(!route("labels", "nothing of the kind"), "an ordinary field too");
}
