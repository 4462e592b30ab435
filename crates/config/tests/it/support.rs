//! A registry with a few types, and a fixed environment.

use std::time::Duration;
use tracework_config::{Config, ConfigSource, Environment, Error, Registry, Reported, Section};
use tracework_core::{Batch, Destination, Failure};
use tracework_format::{Json, Shape, Text};
use tracework_std::{File, Memory};

pub(crate) fn registry() -> Registry {
    Registry::new()
        .destination("file", file)
        .destination("memory", |section| Ok(Memory::new(section.take_count("records").unwrap_or(100))))
        .destination("pager", |section| {
            let number = section.need_str("number")?;
            Ok(Pager { number, patience: section.take_duration("patience") })
        })
        .format("text", |_| Ok(Text::new()))
        .format("json", |section| {
            let shapes = [("nested", Shape::Nested), ("flat", Shape::Flat)];
            Ok(Json::new().shape(section.take_enum("shape", &shapes).unwrap_or_default()))
        })
}

fn file(section: &mut Section<'_>) -> Result<File, Reported> {
    let path = section.need_path("path");
    section.take_enum("compress", &[("gzip", ()), ("none", ())]);
    section.within("rotate", |rotate| {
        (rotate.take_bytes("size"), rotate.take_enum("every", &[("hour", ()), ("day", ())]))
    });
    section.within("keep", |keep| (keep.take_count("files"), keep.take_duration("age")));
    Ok(File::append(path?))
}

/// A destination of a program's own.
pub(crate) struct Pager {
    pub(crate) number: String,
    pub(crate) patience: Option<Duration>,
}

impl Destination for Pager {
    fn name(&self) -> &'static str {
        "pager"
    }

    fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
        if self.number.is_empty() || self.patience == Some(Duration::ZERO) {
            return Err(Failure::temporary("nobody answers"));
        }
        Ok(())
    }
}

pub(crate) fn read(yaml: &str) -> Result<Config, Error> {
    let environment = Environment::from_iter([("REGION", "eu-1"), ("EMPTY", ""), ("YAML", "} level: [")]);
    ConfigSource::text("app.yml", yaml).folder("/srv/app").environment(environment).read(&registry())
}

/// The config of a text that is right.
pub(crate) fn good(yaml: &str) -> Config {
    read(yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"))
}
