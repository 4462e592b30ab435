//! What a config says of a destination.

use crate::settings::{Settings, TABLE, TIMEOUT};
use tracework_core::{Description, Secret, Setting};

/// What a config says to make a destination of these settings once more.
pub(crate) fn describe(settings: &Settings) -> Description {
    let (url, kept) = match &settings.url_from {
        // It stands in the config, or the program set it: all but the password can be said.
        Secret::Program => (settings.url.without_password().into(), settings.url.has_password()),
        source => (Setting::Secret(source.clone()), false),
    };
    let password = match (&settings.password, kept) {
        (Some(password), _) => Some(password.said("password")),
        (None, kept) => kept.then_some(Secret::Program),
    };
    let mut description = Description::new("sql").with("url", url).with_some("password", password).unless_usual(
        "table",
        settings.table.shown(),
        TABLE.to_owned(),
    );
    if !settings.layout.usual {
        let columns = Description::new("columns");
        let columns =
            settings.layout.columns.iter().fold(columns, |said, column| said.with(&column.name, column.place.name()));
        description = description.section("columns", columns);
    }
    let keep = Description::new("keep")
        .with_some("age", settings.keep.age)
        .with_some("rows", settings.keep.rows)
        .with_some("bytes", settings.keep.bytes.map(Setting::Size));
    description
        .unless_usual("create", settings.create, true)
        .unless_usual("timeout", settings.timeout, TIMEOUT)
        .section("keep", keep)
}
