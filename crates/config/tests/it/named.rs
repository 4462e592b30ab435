//! Maps with names of the writer's choosing, what is a word or a section, and where secrets come from.

use std::sync::{Arc, Mutex};
use tracework_config::{ConfigSource, Environment, Registry};
use tracework_core::{Batch, Credential as Taken, Destination, Failure, Secret};

struct Pager;

impl Destination for Pager {
    fn name(&self) -> &'static str {
        "pager"
    }

    fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

/// What a pager was given.
#[derive(Clone, Debug, Default)]
struct Given {
    headers: Vec<(String, Taken)>,
    labels: Vec<(String, String)>,
    body: Option<String>,
    token: Option<Taken>,
}

/// Reads a pager with these settings; what it was given, or what was told.
fn read(settings: &str) -> Result<Given, String> {
    let given: Arc<Mutex<Given>> = Arc::default();
    let seen = Arc::clone(&given);
    let registry = Registry::new().destination("pager", move |section| {
        let mut given = seen.lock().expect("no other panicked");
        given.headers = section.take_secrets("headers").unwrap_or_default();
        given.labels = section.take_texts("labels").unwrap_or_default();
        given.token = section.take_secret("token");
        given.body =
            section.take_word_or("body", &[("json", "json".to_owned()), ("text", "text".to_owned())], |body| {
                body.take_str("template")
            });
        Ok(Pager)
    });
    let yaml = format!("destinations: {{ me: {{ type: pager, {settings} }} }}");
    let environment = Environment::from_iter([("TOKEN", "hunter2"), ("TRACEWORK__DESTINATIONS__ME__TOKEN", "hunter3")]);
    let environment =
        if settings.contains("token: ") { Environment::from_iter([("TOKEN", "hunter2")]) } else { environment };
    ConfigSource::text("app.yml", &yaml).environment(environment).read(&registry).map_err(|error| error.to_string())?;
    let given = given.lock().expect("no other panicked").clone();
    Ok(given)
}

#[test]
fn names_are_the_writer_s_to_choose() {
    let given =
        read("headers: { X-Team: a, \"x y\": \"b: c\" }, labels: { app: shop, level: \"{level}\" }").expect("right");
    let headers: Vec<_> = given.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect();
    assert_eq!(headers, [("X-Team", "a"), ("x y", "b: c")]);
    assert_eq!(given.labels[1], ("level".to_owned(), "{level}".to_owned()));
    assert!(
        read("labels: [a]").expect_err("a list").contains("`destinations.me.labels` must be a map; this is a list")
    );
    let told = read("headers: { a: [hunter2] }").expect_err("a list");
    assert!(told.contains("`destinations.me.headers.a` must be a single value"), "{told}");
}

#[test]
fn a_word_or_a_section_stands_there() {
    assert_eq!(read("body: JSON").expect("right").body.as_deref(), Some("json"));
    assert_eq!(read("body: { template: x }").expect("right").body.as_deref(), Some("x"));
    assert_eq!(read("token: a").expect("right").body, None);
    let told = read("body: jsn").expect_err("no such word");
    assert!(told.contains("`jsn` is nothing that `destinations.me.body` can be") && told.contains("`json`"), "{told}");
    assert!(read("body: { templat: x }").expect_err("no such name").contains("did you mean `template`?"));
    assert!(read("body: [json]").expect_err("a list").contains("must be a map"));
}

#[test]
fn a_secret_knows_the_variable_that_it_came_from() {
    let source = |settings: &str| read(settings).expect("right").token.expect("a token").source().clone();
    assert_eq!(source("token: \"${TOKEN}\""), Secret::Variable("TOKEN".into()));
    for literal in ["token: hunter2", "token: \"Bearer ${TOKEN}\"", "token: \"${TOKEN:-x}\"", "token: \"$${TOKEN}\""] {
        assert_eq!(source(literal), Secret::Program, "{literal}");
    }
    let by_variable = read("labels: {}").expect("right").token.expect("a token");
    let name = "TRACEWORK__DESTINATIONS__ME__TOKEN";
    assert_eq!((by_variable.reveal(), by_variable.source()), ("hunter3", &Secret::Variable(name.into())));
    let header = read("headers: { k: \"${TOKEN}\" }").expect("right").headers.remove(0).1;
    assert_eq!((header.reveal(), header.source()), ("hunter2", &Secret::Variable("TOKEN".into())));
    assert_eq!(format!("{header:?}"), "***");
}
