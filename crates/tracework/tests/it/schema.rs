//! The schema of what this build offers, and the files that are made from it.

use super::kept::assert_kept;
use tracework::config::Schema;
use tracework::registry::standard;

#[test]
fn every_name_of_a_config_has_a_text() {
    let unexplained = Schema::of(&standard()).unexplained();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

#[test]
fn the_schema_for_editors_is_the_one_that_is_checked_in() {
    assert_kept("config/tracework.schema.json", &Schema::of(&standard()).to_json());
}

#[test]
fn the_reference_is_the_one_that_is_checked_in() {
    assert_kept("docs/reference/config.md", &Schema::of(&standard()).to_markdown());
}
