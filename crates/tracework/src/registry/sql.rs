//! `type: sql`.

use tracework_config::{Reported, Secret, Section};
use tracework_format::Names;
use tracework_sql::{Sql, SqlError};

const TEXTS: [(&str, &str, &str); 8] = [
    ("url", "The database: `sqlite:PATH`, `postgres://USER@HOST/DATABASE`, `mysql://..`, `mariadb://..`.", ""),
    ("password", "The password, if it does not stand in the URL.", ""),
    ("table", "The table: a name, or a schema and a name with a dot between.", "logs"),
    ("columns", "Its columns, each with the part of a record that it holds.", ""),
    ("create", "Whether the table is created, and gets the columns that one of ours lacks.", "true"),
    ("keep", "Which rows stay; one goes as soon as one of these says so.", ""),
    ("timeout", "How long connecting, and each statement, may take.", "30s"),
    ("context", "The fields of spans that become context.", "[user_id, request_id]"),
];

pub(super) fn sql(section: &mut Section<'_>) -> Result<Sql, Reported> {
    section.about(&TEXTS);
    let url = section.need_secret("url");
    let password = section.take_secret("password");
    let table = section.take_str("table");
    let columns = section.take_texts("columns");
    let change = settings(section);
    let url = url?;
    if url.reveal().is_empty() {
        section.refuse(
            "url",
            "it is empty; write sqlite:PATH, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE",
        );
    }
    let made = make(&url, password.as_ref(), table.as_deref(), columns);
    let directory = section.directory().to_owned();
    let sql = made.map(|sql| change(sql).within(&directory));
    let checked = sql.and_then(|sql| sql.check().map(|()| sql));
    checked.map_err(|error| section.refuse(error.setting, error.why))
}

/// The database; an empty URL, as in the examples that the schema is made of, is that of an example.
fn database(url: &Secret) -> Result<Sql, SqlError> {
    const EXAMPLES: [&str; 3] = ["sqlite:logs/app.db", "postgres://localhost/logs", "mysql://localhost/logs"];
    let made = Sql::new(url.reveal());
    if made.is_err() && url.reveal().is_empty() {
        return EXAMPLES.into_iter().find_map(|example| Sql::new(example).ok()).map_or(made, Ok);
    }
    made.map(|sql| sql.url_from(url.source().clone()))
}

fn make(
    url: &Secret,
    password: Option<&Secret>,
    table: Option<&str>,
    columns: Option<Vec<(String, String)>>,
) -> Result<Sql, SqlError> {
    let mut sql = database(url)?;
    if let Some(password) = password {
        sql = sql.password(password.reveal()).password_from(password.source().clone());
    }
    if let Some(table) = table {
        sql = sql.table(table)?;
    }
    match columns {
        Some(columns) => sql.columns(columns),
        None => Ok(sql),
    }
}

/// What else is set, as a change.
type Change = Box<dyn FnOnce(Sql) -> Sql>;

fn settings(section: &mut Section<'_>) -> Change {
    let create = section.take_bool("create").unwrap_or(true);
    let keep = section.within("keep", keep);
    let timeout = section.take_duration("timeout");
    let context = section.take_list("context");
    Box::new(move |sql| {
        let mut sql = sql.create(create);
        if let Some(keep) = keep {
            sql = keep(sql);
        }
        if let Some(timeout) = timeout {
            sql = sql.timeout(timeout);
        }
        match context {
            Some(context) => sql.names(Names::default().context(context)),
            None => sql,
        }
    })
}

fn keep(keep: &mut Section<'_>) -> Change {
    keep.about(&[("age", "How long.", "30d"), ("rows", "How many, the newest.", "10000000")]);
    let (age, rows) = (keep.take_duration("age"), keep.take_count("rows"));
    Box::new(move |mut sql| {
        if let Some(age) = age {
            sql = sql.keep_age(age);
        }
        match rows {
            Some(rows) => sql.keep_rows(rows as u64),
            None => sql,
        }
    })
}
