//! The ids of events in what formats write.

use crate::strict::parse;
use crate::work::{Work, full, pairs, text};
use tracework_core::Format;
use tracework_format::{Ecs, Gelf, Json, Logfmt, Names, Shape, Xml};

/// Those that write ids, each set by `names`.
fn formats(names: &Names) -> Vec<Box<dyn Format>> {
    let json = |shape| Box::new(Json::new().shape(shape).names(names.clone()));
    vec![
        json(Shape::Nested),
        json(Shape::Flat),
        json(Shape::Fmt),
        Box::new(Xml::new().names(names.clone())),
        Box::new(Logfmt::new().names(names.clone())),
        Box::new(Gelf::new().names(names.clone())),
        Box::new(Ecs::new().names(names.clone())),
    ]
}

/// The line of a record, and its id.
fn line(work: &Work, format: &mut dyn Format) -> (String, String) {
    let (page, pick) = work.page_with(|_| {});
    let record = page.record(pick);
    let mut out = Vec::new();
    format.encode(&record, &mut out);
    (String::from_utf8(out).expect("it is UTF-8"), record.event_id().to_string())
}

#[test]
fn they_are_written_once_where_they_are_wanted() {
    for (mut usual, mut no) in formats(&Names::default()).into_iter().zip(formats(&Names::default().event_id(false))) {
        let (before, id) = line(&full(), &mut *usual);
        assert!(!before.contains(&id), "{before}");
        let identity = usual.identity();
        usual.write_event_ids();
        assert_ne!(usual.identity(), identity, "others do not share its bytes");
        let (after, id) = line(&full(), &mut *usual.duplicate());
        assert_eq!(after.matches(&id).count(), 1, "{after}");
        no.write_event_ids();
        let (refused, id) = line(&full(), &mut *no);
        assert!(!refused.contains(&id), "it was said that they are not: {refused}");
    }
    for mut format in formats(&Names::default().event_id(true)) {
        let (line, id) = line(&full(), &mut *format);
        assert_eq!(line.matches(&id).count(), 1, "{line}");
        let said = format.as_config().expect("a config can say it");
        assert!(said.settings().iter().any(|setting| setting.name == "event_id"), "{said:?}");
    }
}

#[test]
fn a_field_of_that_name_is_kept_beside_them() {
    let work = Work { fields: pairs(&[("event_id", text("mine"))]), ..full() };
    for mut format in formats(&Names::default().event_id(true)) {
        let (line, id) = line(&work, &mut *format);
        assert_eq!((line.matches(&id).count(), line.matches("mine").count()), (1, 1), "{line}");
        if line.starts_with('{') {
            // No name comes twice, or this panics.
            _ = parse(&line);
        }
    }
}

#[test]
fn they_stand_where_readers_look_for_them() {
    let names = Names::default().event_id(true);
    let at = |format: &mut dyn Format, name: &str| {
        let (line, id) = line(&full(), format);
        let read: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(read[name], id, "{line}");
    };
    at(&mut Json::new().names(names.clone()), "event_id");
    at(&mut Json::new().shape(Shape::Flat).names(names.clone()), "event_id");
    at(&mut Gelf::new().names(names.clone()), "_event_id");
    at(&mut Ecs::new().names(names.clone()), "event.id");
    let (logfmt, id) = line(&full(), &mut Logfmt::new().names(names.clone()));
    assert!(logfmt.contains(&format!(" event_id={id}")), "{logfmt}");
    let (xml, id) = line(&full(), &mut Xml::new().names(names));
    assert!(xml.contains(&format!(" event_id=\"{id}\"")), "{xml}");
}
