//! What becomes of what the program changed by itself.

use super::support::Stage;
use tracework::core::Attach as _;
use tracework::destinations::Memory;
use tracework::prelude::*;

const ONE: &str = "
service: payments
destinations: { app: { type: memory, level: INFO } }
routes: [{ name: paid, when: tag = PAYMENT, to: app }]
";

#[test]
fn what_the_program_added_by_name_stays() {
    let stage = Stage::new(ONE);
    let memory = Memory::new(10);
    let handle = memory.handle();
    stage.control.attach("own", memory).expect("the name is free");
    stage.control.set_route("own route", "tag = OWN".parse().expect("a rule"), &["own"]).expect("a route");
    stage.control.set_metadata("build", "17").expect("it runs");
    let report = stage.reload("destinations: { other: { type: memory } }\nmetadata: { region: eu-1 }");
    assert_eq!((report.added, report.removed), (vec!["other".to_owned()], vec!["app".to_owned()]));
    let spec = stage.control.plan().spec().clone();
    assert_eq!(spec.destinations().collect::<Vec<_>>(), ["other", "own"]);
    assert_eq!(spec.default, ["other", "own"]);
    assert_eq!(spec.routes.iter().filter_map(|route| route.name.as_deref()).collect::<Vec<_>>(), ["own route"]);
    assert_eq!(spec.metadata, [("build".to_owned(), "17".to_owned()), ("region".to_owned(), "eu-1".to_owned())]);
    stage.run(|| info!("to both"));
    stage.settle();
    assert_eq!(handle.records().len(), 1);
}

#[test]
fn what_the_program_changed_of_the_config_is_set_again() {
    let stage = Stage::new(ONE);
    stage.control.set_level("app", Severity::ERROR).expect("it is attached");
    stage.control.set_default(&[]).expect("it runs");
    assert_eq!(stage.reload(ONE).changed, ["app"]);
    assert_eq!(stage.reload(ONE).kept, ["app"]);
    let spec = stage.control.plan().spec().clone();
    let least = spec.settings("app").and_then(|settings| settings.levels).and_then(|levels| levels.least());
    assert_eq!((least, spec.default), (Some(Severity::INFO), vec!["app".to_owned()]));
    stage.control.detach("app").expect("it is attached");
    assert_eq!(stage.reload(ONE).added, ["app"]);
    stage.control.replace("app", Memory::new(1)).expect("it is attached");
    assert_eq!(stage.reload(ONE).replaced, ["app"]);
    stage.control.set_format("app", Text::new()).expect("it is attached");
    assert_eq!(stage.reload(ONE).changed, ["app"]);
}

#[test]
fn a_name_of_the_programs_own_is_not_taken_by_a_config() {
    let stage = Stage::new(ONE);
    stage.control.attach("own", Memory::new(1).level(Severity::ERROR)).expect("the name is free");
    let before = stage.control.plan().generation();
    let error = stage.apply("destinations: { own: { type: memory } }").expect_err("it is taken");
    assert_eq!(error.to_string(), "there is a destination `own` already");
    assert_eq!(stage.control.plan().generation(), before);
}

#[test]
fn metadata_of_a_config_goes_back_to_what_it_was() {
    let stage = Stage::new("level: INFO");
    stage.control.set_metadata("service", "program").expect("it runs");
    let service = || {
        let plan = stage.control.plan();
        plan.spec().metadata.iter().find(|(key, _)| key == "service").map(|(_, value)| value.clone())
    };
    stage.reload(ONE);
    assert_eq!(service().as_deref(), Some("payments"));
    stage.reload("level: INFO");
    assert_eq!(service().as_deref(), Some("program"));
}

#[test]
fn changes_from_many_threads_are_made_one_after_the_other() {
    let stage = Stage::new(ONE);
    let before = stage.control.plan().generation();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let stage = &stage;
            scope.spawn(move || {
                for round in 0..10 {
                    let name = format!("own-{thread}");
                    stage.control.attach(&name, Memory::new(1)).expect("the name is free");
                    stage.reload(&ONE.replace("memory,", &format!("memory, records: {},", 1 + thread * 10 + round)));
                    stage.control.detach(&name).expect("it is attached");
                }
            });
        }
    });
    let plan = stage.control.plan();
    assert_eq!(plan.generation(), before + 120, "each change is one swap");
    assert_eq!(plan.spec().destinations().collect::<Vec<_>>(), ["app"]);
}
