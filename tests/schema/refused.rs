//! What is wrong in its shape, the schema refuses.

use super::{faults, validator};
use tracework::config::Config;
use tracework::registry::standard;

const WRONG: [&str; 24] = [
    "[a, b]",
    "levl: INFO",
    "level: LOUD",
    "level: [INFO]",
    "level: { is: INFO }",
    "targets: [hyper]",
    "targets: { hyper: { level: INFO } }",
    "limits: 5",
    "limits: { message: 10 parsecs }",
    "limits: { fields: many }",
    "limits: { fields: -1 }",
    "buffer: { when_full: { block: soon } }",
    "buffer: { when_full: drop_oldest }",
    "redact: true",
    "redact: { detect: [credit_crad] }",
    "server: { listen: \"127.0.0.1:7100\" }",
    "destinations: [a]",
    "destinations: { a: { path: a.log } }",
    "destinations: { a: { type: fiel, path: a.log } }",
    "destinations: { a: { type: file } }",
    "destinations: { a: { type: memory, path: a.log } }",
    "destinations: { a: { type: file, path: a.log, rotate: { evry: day } } }",
    "destinations: { a: { type: console, format: { type: json, shape: falt } } }",
    "routes: [{ when: tag = A }]",
];

#[test]
fn what_is_wrong_in_its_shape() {
    let validator = validator();
    for text in WRONG {
        assert!(Config::from_str("wrong", text, &standard()).is_err(), "the program takes {text}");
        assert!(!faults(&validator, text).is_empty(), "the schema takes {text}");
    }
}
