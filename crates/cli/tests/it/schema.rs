//! `tracework schema`.

use super::support::Place;
use std::path::Path;

fn kept(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).expect("it is checked in")
}

#[test]
fn it_prints_what_is_checked_in() {
    let place = Place::empty();
    let json = place.run(&["schema"], b"");
    assert_eq!((json.code, json.err.as_str()), (Some(0), ""));
    // This program may have more types of destinations than the library's defaults.
    let (printed, kept_json) = (json.out, kept("config/tracework.schema.json"));
    for line in ["\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",", "\"destinations\": {"] {
        assert!(printed.contains(line) && kept_json.contains(line), "{line}");
    }
    let page = place.run(&["schema", "--markdown"], b"").out;
    assert_eq!(page.lines().next(), kept("docs/reference/config.md").lines().next());
    assert_eq!(place.run(&["schema", "--loud"], b"").code, Some(2));
}
