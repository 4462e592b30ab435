//! Names made of records.

use crate::work::{Work, pairs, text};
use tracework_core::Severity;
use tracework_format::{Allowed, Template};

const TOPIC: Allowed = Allowed::new("._-", 24);

/// The name that a record with the field `tenant` makes.
fn made(template: &str, tenant: &str) -> Result<String, String> {
    let fields = pairs(&[("tenant", text(tenant))]);
    let metadata = vec![("service".to_owned(), "payments".to_owned())];
    let (page, pick) = Work { severity: Severity::ERROR, fields, metadata, ..Work::default() }.page_with(|_| {});
    let mut template = Template::new(template, TOPIC).expect("a template");
    template.name(&page.record(pick)).map(str::to_owned).map_err(|refused| refused.to_string())
}

#[test]
fn a_name_is_made_of_parts() {
    assert_eq!(made("{service}.{level}.{field.tenant}", "acme"), Ok("payments.ERROR.acme".into()));
    assert_eq!(made("constant", "acme"), Ok("constant".into()));
}

#[test]
fn what_is_not_allowed_is_refused_and_never_mended() {
    for (tenant, why) in [
        ("a/b", "the name `logs.a/b` holds `/`; letters, digits and `._-` are allowed"),
        ("../etc", "the name `logs.../etc` holds `/`; letters, digits and `._-` are allowed"),
        ("a b", "the name `logs.a b` holds ` `; letters, digits and `._-` are allowed"),
        ("é", "the name `logs.é` holds `é`; letters, digits and `._-` are allowed"),
        ("a\nb", "the name `logs.a\\\\nb` holds `\\\\`; letters, digits and `._-` are allowed"),
        ("abcdefghijklmnopqrstuvwxyz", "the name `logs.abcdefghijklmnopqrstuvwxyz` has 31 bytes, of at most 24"),
    ] {
        assert_eq!(made("logs.{field.tenant}", tenant), Err(why.into()));
    }
    for (template, why) in [("{field.none}", "the name `` is empty"), ("{field.tenant}", "the name `..` is no name")] {
        assert_eq!(made(template, ".."), Err(why.into()));
    }
}

#[test]
fn a_bad_template_is_told_when_it_is_read() {
    let error = |template: &str| Template::new(template, TOPIC).expect_err("a bad template").to_string();
    assert_eq!(error("a b"), "at byte 0 of the pattern: `a b` holds ` `; letters, digits and `._-` are allowed");
    assert!(error("logs.{tenant}").starts_with("at byte 6 of the pattern: `tenant` is no part of a record"));
    assert!(error("").contains("is empty"));
}

#[test]
fn one_without_places_is_constant() {
    assert_eq!(Template::new("logs", TOPIC).expect("a template").constant(), Some("logs"));
    assert_eq!(Template::new("logs.{level}", TOPIC).expect("a template").constant(), None);
}
