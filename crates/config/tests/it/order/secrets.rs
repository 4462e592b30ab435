//! Secrets, which are shown nowhere.

use super::{Place, good, refused, value};
use std::sync::{Arc, Mutex};
use tracework_config::{ConfigSource, Environment, Registry};
use tracework_core::Credential;
use tracework_std::Memory;

fn registry() -> Registry {
    Registry::new().destination("pager", |section| {
        let token = section.need_secret("token");
        section.within("auth", |auth| auth.take_secret("password"));
        token.map(|token| Memory::new(token.reveal().len()))
    })
}

fn read(place: &Place, yaml: &str) -> Result<tracework_config::Config, String> {
    place.write("app.yml", yaml);
    let told = place.source(&[]).read(&registry()).map_err(|error| error.to_string());
    told.map_err(|told| told.replace(&format!("{}/", place.path().display()), ""))
}

#[cfg(unix)]
fn close(place: &Place, name: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(place.path().join(name), std::fs::Permissions::from_mode(0o600)).expect("it is ours");
}

#[cfg(not(unix))]
fn close(_: &Place, _: &str) {}

const FROM_FILE: &str = "destinations: { me: { type: pager, token_file: run/token } }";

#[test]
fn a_secret_comes_from_its_file_without_the_newline() {
    let taken = Arc::new(Mutex::new(String::new()));
    let into = Arc::clone(&taken);
    let registry = Registry::new().destination("pager", move |section| {
        section.need_secret("token")?.reveal().clone_into(&mut into.lock().expect("nobody panicked"));
        Ok(Memory::new(1))
    });
    for (text, secret) in
        [("hunter2", "hunter2"), ("hunter2\n", "hunter2"), ("hunter2\r\n", "hunter2"), ("hunter2\n\n", "hunter2\n")]
    {
        let place = Place::with(&[("run/token", text), ("app.yml", FROM_FILE)]);
        close(&place, "run/token");
        let config = place.source(&[]).read(&registry).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(*taken.lock().expect("nobody panicked"), secret);
        assert!(config.files()[1].ends_with("run/token"), "a change of it is a change of the config");
        assert!(config.warnings().is_empty(), "{:?}", config.warnings());
        assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_everybody_may_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with(&[("run/token", "hunter2\n")]);
    std::fs::set_permissions(place.path().join("run/token"), std::fs::Permissions::from_mode(0o644))
        .expect("it is ours");
    let config = read(&place, FROM_FILE).unwrap_or_else(|error| panic!("{error}"));
    let told = config.warnings()[0].to_string();
    assert!(told.contains("run/token` is a secret, and everybody may read it") && told.contains("chmod 600"), "{told}");
}

#[test]
fn what_is_wrong_with_a_secret_is_told_without_it() {
    let place = Place::with(&[("empty", "\n"), ("large", &"x".repeat(70_000))]);
    std::fs::write(place.path().join("binary"), [0xff, 0xfe]).expect("it can be written");
    let told = |part: &str| {
        read(&place, &format!("destinations: {{ me: {{ type: pager, {part} }} }}")).expect_err("it is refused")
    };
    assert!(told("token_file: none").contains("`none` cannot be read: No such file"), "{}", told("token_file: none"));
    assert!(told("token_file: empty").contains("`empty` is empty"));
    assert!(told("token_file: large").contains("`large` is larger than 64 KiB"));
    assert!(told("token_file: binary").contains("`binary` is not UTF-8"));
    assert!(told("token_file: .").contains("is no file"));
    assert!(told("loud: 1").contains("`destinations.me` needs `token` or `token_file`"));
    assert!(
        told("token: a, token_file: empty").contains("`destinations.me.token` and `token_file` exclude each other")
    );
}

#[test]
fn a_line_with_a_secret_is_shown_without_it() {
    let place = Place::with(&[]);
    let told =
        read(&place, "destinations: { me: { type: pager, token: hunter2, wibble: 1 } }").expect_err("it is refused");
    assert!(told.contains("token: *******, wibble: 1") && !told.contains("hunter2"), "{told}");
    // Also where nobody takes it, but its name or its looks say so.
    let told = refused("metadata: { api_key: hunter2, url: 'https://me:hunter2@x.y/', a: [] }", &[]);
    assert!(!told.contains("hunter2"), "{told}");
    let told = refused("level: INFO", &[("TRACEWORK__METADATA__API_KEY", "[hunter2]")]);
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn values_are_explained_without_secrets() {
    let place = Place::with(&[]);
    let yaml = "destinations: { me: { type: pager, token: hunter2, auth: { password: '${P:-hunter2}' } } }\n\
                metadata: { secret: hunter2, url: 'https://me:hunter2@x.y/', keys: plain }\n";
    let config = read(&place, yaml).unwrap_or_else(|error| panic!("{error}"));
    for path in ["destinations.me.token", "destinations.me.auth.password", "metadata.secret", "metadata.url"] {
        assert_eq!(value(&config, path).map(|(value, _)| value), Some("***"), "{path}");
    }
    assert_eq!(value(&config, "metadata.keys").map(|(value, _)| value), Some("plain"));
    assert!(!format!("{:?}", config.explain_values()).contains("hunter2"));
    assert!(!format!("{:?}", Environment::from_iter([("A", "hunter2")])).contains("hunter2"));
    assert!(!format!("{:?}", Credential::new("hunter2")).contains("hunter2"));
}

#[test]
fn what_is_read_over_a_secret_may_say_it_the_other_way() {
    let place = Place::with(&[("token", "hunter2")]);
    place.write("app.yml", "include: more.yml\ndestinations: { me: { token_file: token } }");
    place.write("more.yml", "destinations: { me: { type: pager, token: literal } }");
    let config = place.source(&[]).read(&registry()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(value(&config, "destinations.me.token"), None);
    let variables = [("TRACEWORK__DESTINATIONS__ME__TOKEN", "other")];
    let config = place.source(&variables).read(&registry()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(value(&config, "destinations.me.token").map(|(value, _)| value), Some("***"));
    assert_eq!(value(&config, "destinations.me.token_file"), None);
}

#[test]
fn names_that_only_look_like_secrets_are_shown() {
    let config = good("limits: { key: 128 }\nredact: { keys: [pin] }", &[]);
    assert_eq!(value(&config, "limits.key").map(|(value, _)| value), Some("128"));
    assert_eq!(value(&config, "redact.keys").map(|(value, _)| value), Some("[pin]"));
}

#[test]
fn the_source_does_not_show_what_it_holds() {
    let source = ConfigSource::value("app", [("token", "hunter2")].into_iter().collect::<tracework_config::Value>());
    assert!(!format!("{source:?}").contains("hunter2"));
    let source = ConfigSource::text("app.yml", "metadata: { token: hunter2 }");
    assert!(!format!("{source:?}").contains("hunter2"));
}
