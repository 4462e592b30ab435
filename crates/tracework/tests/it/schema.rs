//! The schema of what this build offers.

use tracework::config::Schema;
use tracework::registry::standard;

#[test]
fn every_name_of_a_config_has_a_text() {
    let unexplained = Schema::of(&standard()).unexplained();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}
