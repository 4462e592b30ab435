//! The schema is what the readers take.

use super::support::registry;
use tracework_config::{Registry, Schema};

#[test]
fn every_name_of_the_sections_has_a_text_and_every_text_a_name() {
    let unexplained = Schema::of(&Registry::new()).unexplained();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

#[test]
fn what_a_factory_takes_and_does_not_explain_is_told() {
    let unexplained = Schema::of(&registry()).unexplained();
    for name in ["destinations.file.rotate.every", "destinations.memory.format.json.shape", "destinations.pager.number"]
    {
        assert!(unexplained.iter().any(|other| other == name), "{name} is not in {unexplained:#?}");
    }
}

#[test]
fn a_text_that_nothing_takes_is_told() {
    let registry = Registry::new().destination("memory", |section| {
        section.about(&[("size", "How many.", "1")]);
        Ok(tracework_std::Memory::new(1))
    });
    assert_eq!(Schema::of(&registry).unexplained(), ["destinations.memory.size (nothing takes it)"]);
}
