//! Which crate may depend on which, read from `cargo metadata`.

use serde_json::Value;
use std::process::Command;

/// Each crate, and those of ours that it may depend on. The face and the program see all.
const ALLOWED: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("disk", &[]),
    ("rules", &["core"]),
    ("format", &["core"]),
    ("engine", &["core", "disk", "rules", "format"]),
    ("layer", &["core", "engine"]),
    ("std", &["core", "format"]),
    ("net", &["core"]),
    ("syslog", &["core", "format", "net"]),
    ("http", &["core", "format", "net"]),
    ("sql", &["core", "format", "net"]),
    ("amqp", &["core", "format", "net"]),
    ("kafka", &["core", "format", "net"]),
    ("otlp", &["core", "format", "net"]),
    ("redis", &["core", "format", "net"]),
    ("nats", &["core", "format", "net"]),
    ("config", &["core", "rules", "format", "engine"]),
    ("testkit", &["core", "disk", "format"]),
    ("tower", &["core", "engine"]),
    ("cli", &["tracework"]),
    ("docs", &[]),
    ("faults", &["tracework", "testkit", "cli"]),
    ("examples", &["tracework", "tower"]),
    ("webhook", &["tracework"]),
    ("end-to-end", &["core", "engine", "layer"]),
];

/// What else only certain crates may name.
const FOREIGN: &[(&str, &[&str])] = &[
    ("tracing", &["layer", "tower", "tracework", "cli", "std", "tests", "examples", "faults", "end-to-end"]),
    ("tracing-subscriber", &["layer", "tracework", "cli", "std", "tests", "examples", "webhook", "end-to-end"]),
    ("tracing-core", &["layer", "tower", "tests"]),
    ("saphyr-parser", &["config", "tests"]),
    ("axum", &["examples", "server", "tower", "webhook"]),
    ("hyper", &["examples", "server"]),
    (
        "tokio",
        &["tests", "examples", "server", "net", "syslog", "http", "sql", "amqp", "otlp", "redis", "nats", "webhook"],
    ),
];

/// Each package of the workspace with the names of what it depends on, tests left out.
fn packages() -> Vec<(String, Vec<String>)> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let output = command.current_dir(crate::tidy::sources::root()).output().expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    let named = packages.map(|package| {
        let depended = package["dependencies"].as_array().expect("dependencies").iter();
        let is_test = package["name"] == "tracework-tests";
        let real = depended.filter(|dependency| dependency["kind"] != "dev" || is_test);
        (text(&package["name"]), real.map(|dependency| text(&dependency["name"])).collect())
    });
    named.collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("tracework-").unwrap_or(name)
}

#[test]
fn dependencies_between_our_crates_run_one_way() {
    for (package, dependencies) in packages() {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == short(&package)) else { continue };
        for dependency in dependencies.iter().filter(|name| name.starts_with("tracework")) {
            assert!(allowed.contains(&short(dependency)), "{package} must not depend on {dependency}");
        }
    }
}

#[test]
fn every_crate_of_ours_has_its_edges_written_down() {
    for (package, _) in packages() {
        let known = ALLOWED.iter().any(|(name, _)| *name == short(&package));
        assert!(known || ["tracework", "tests"].contains(&short(&package)), "{package} is not in the list");
    }
}

#[test]
fn only_certain_crates_name_what_is_heavy_or_a_wall() {
    for (package, dependencies) in packages() {
        for (foreign, allowed) in FOREIGN {
            let named = dependencies.iter().any(|dependency| dependency == foreign);
            assert!(!named || allowed.contains(&short(&package)), "{package} must not depend on {foreign}");
        }
    }
}
