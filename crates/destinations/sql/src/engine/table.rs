//! Making a table ready: the same steps for every engine.

use crate::failure::Trouble;
use crate::layout::{self, Column, Dialect, Layout, RECORDS, VERSION};
use crate::settings::Settings;
use crate::shape::Shape;

/// A column that a table has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) shape: Shape,
    /// Is each value in it once at the most?
    pub(super) unique: bool,
    /// Must each row say something for it?
    pub(super) needed: bool,
}

/// What the steps need of an engine.
pub(super) trait Catalog {
    fn dialect(&self) -> Dialect;

    /// The columns of the table; `None` if there is no such table.
    async fn columns(&mut self, settings: &Settings) -> Result<Option<Vec<Fact>>, Trouble>;

    /// Does what changes tables.
    async fn change(&mut self, statement: String) -> Result<(), Trouble>;

    /// The version that is recorded for the table; `None` if it is none of ours.
    async fn recorded(&mut self, settings: &Settings) -> Result<Option<i64>, Trouble>;

    /// Records the version.
    async fn record(&mut self, settings: &Settings) -> Result<(), Trouble>;

    /// Begins what nobody else may do at the same time.
    async fn begin(&mut self) -> Result<(), Trouble>;

    /// Ends it.
    async fn end(&mut self, keep: bool) -> Result<(), Trouble>;
}

/// Creates the table, or adds the columns that one of ours lacks, and tells what its columns take.
pub(super) async fn prepare(catalog: &mut impl Catalog, settings: &Settings) -> Result<Vec<Shape>, Trouble> {
    let mut facts = catalog.columns(settings).await?;
    if missing(&settings.layout, facts.as_deref()).next().is_some() {
        if settings.create || facts.is_some() {
            catalog.begin().await?;
            let made = make(catalog, settings).await;
            catalog.end(made.is_ok()).await?;
            made?;
        }
        facts = catalog.columns(settings).await?;
    }
    let Some(facts) = facts else {
        let table = settings.table.shown();
        return Err(Trouble::Table(format!("there is no table `{table}`; `create: true` makes it")));
    };
    shapes(settings, &facts)
}

/// The columns that a table lacks; all of them if there is none.
fn missing<'a>(layout: &'a Layout, facts: Option<&'a [Fact]>) -> impl Iterator<Item = &'a Column> {
    layout.columns.iter().filter(move |column| fact_of(facts.unwrap_or_default(), column).is_none())
}

fn fact_of<'a>(facts: &'a [Fact], column: &Column) -> Option<&'a Fact> {
    facts.iter().find(|fact| fact.name.eq_ignore_ascii_case(&column.name))
}

/// Looks again, now that nobody else changes it, then creates or migrates.
async fn make(catalog: &mut impl Catalog, settings: &Settings) -> Result<(), Trouble> {
    let (table, engine) = (&settings.table, catalog.dialect());
    let Some(facts) = catalog.columns(settings).await? else {
        catalog.change(layout::create_records(table, engine.kind())).await?;
        for statement in settings.layout.create(table, engine) {
            catalog.change(statement).await?;
        }
        return catalog.record(settings).await;
    };
    let missing: Vec<_> = missing(&settings.layout, Some(&facts)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let recorded = catalog.recorded(settings).await?;
    if recorded.is_none() || !settings.create {
        return Err(foreign(settings, &missing, recorded.is_some()));
    }
    for column in missing {
        catalog.change(Layout::add(table, column, engine)).await?;
    }
    if recorded < Some(VERSION) { catalog.record(settings).await } else { Ok(()) }
}

/// A table lacks columns, and it is not for us to add them.
fn foreign(settings: &Settings, missing: &[&Column], ours: bool) -> Trouble {
    let names: Vec<_> = missing.iter().map(|column| format!("`{}`", column.name)).collect();
    let (table, names) = (settings.table.shown(), names.join(", "));
    Trouble::Table(if ours {
        format!("the table `{table}` has no column {names}; `create: true` adds it")
    } else {
        let noted = format!("{RECORDS} does not name it");
        format!(
            "the table `{table}` has no column {names}, and it is none of ours ({noted}); add them to it, name the \
             columns that it has by `columns`, or name another `table`"
        )
    })
}

/// What the columns take, in the order of the layout.
fn shapes(settings: &Settings, facts: &[Fact]) -> Result<Vec<Shape>, Trouble> {
    let missing: Vec<_> = missing(&settings.layout, Some(facts)).collect();
    if !missing.is_empty() {
        return Err(foreign(settings, &missing, false));
    }
    let columns = &settings.layout.columns;
    let said = |fact: &Fact| columns.iter().any(|column| column.name.eq_ignore_ascii_case(&fact.name));
    if let Some(fact) = facts.iter().find(|fact| fact.needed && !said(fact)) {
        let (table, name) = (settings.table.shown(), &fact.name);
        return Err(Trouble::Table(format!(
            "the column `{name}` of `{table}` must not be NULL and has no default, and `columns` says nothing for it"
        )));
    }
    let found: Vec<_> = settings.layout.columns.iter().filter_map(|column| fact_of(facts, column)).collect();
    if let Some(id) = settings.layout.id_at()
        && !found[id].unique
    {
        let (table, id) = (settings.table.shown(), &found[id].name);
        return Err(Trouble::Table(format!(
            "the column `{id}` of `{table}` has the place `event_id` but no unique index, so a record that comes twice \
             would stand there twice; make one on it alone, or leave it out of `columns`"
        )));
    }
    Ok(found.into_iter().map(|fact| fact.shape).collect())
}
