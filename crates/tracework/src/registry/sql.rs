//! `type: sql`.

use tracework_config::{Reported, Section};
use tracework_format::Names;
use tracework_sql::{Credential, Mistake, Sql};

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
    checked.map_err(|error| section.mistaken(&error))
}

/// The database; an empty URL, as in the examples that the schema is made of, is that of an example.
fn database(url: &Credential) -> Result<Sql, Mistake> {
    const EXAMPLES: [&str; 3] = ["sqlite:logs/app.db", "postgres://localhost/logs", "mysql://localhost/logs"];
    let made = Sql::new(url.clone());
    if made.is_err() && url.reveal().is_empty() {
        return EXAMPLES.into_iter().find_map(|example| Sql::new(example).ok()).map_or(made, Ok);
    }
    made
}

fn make(
    url: &Credential,
    password: Option<&Credential>,
    table: Option<&str>,
    columns: Option<Vec<(String, String)>>,
) -> Result<Sql, Mistake> {
    let mut sql = database(url)?;
    if let Some(password) = password {
        sql = sql.password(password.clone());
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
    let timeout = section.take_timeout("timeout");
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
    keep.about(&[
        ("age", "How long.", "30d"),
        ("rows", "How many, the newest.", "10000000"),
        ("bytes", "Their bytes together, about.", "10GiB"),
    ]);
    let (age, rows, bytes) = (keep.take_duration("age"), keep.take_count("rows"), keep.take_bytes("bytes"));
    Box::new(move |mut sql| {
        if let Some(age) = age {
            sql = sql.keep_age(age);
        }
        if let Some(rows) = rows {
            sql = sql.keep_rows(rows as u64);
        }
        match bytes {
            Some(bytes) => sql.keep_bytes(bytes),
            None => sql,
        }
    })
}
