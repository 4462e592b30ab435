//! `tracework explain`.

use crate::args::{Stop, list, needed, other, source, text};
use crate::output;
use lexopt::{Arg, Parser};
use std::process::ExitCode;
use tracework::engine::{Query, SpanQuery};
use tracework::registry;

const HELP: &str = "\
tracework explain --config FILE [the record]

Says which destinations would get a record, and for each one why or why not.
It asks the same code as a running program. Nothing is opened.

  --profile NAME           with this profile, whatever the config says
  --level ERROR            how serious it is; INFO without it
  --target app::db         its target
  --message TEXT           its message
  --tags PAYMENT,USER_7    its tags
  --kind audit             what sort of record it is
  --category api           its category
  --destinations app,+mail the destinations that it names
  --field KEY=VALUE        a field of it; may come several times
  --span NAME              a span around it; each further one is inside the
                           one before
  --span KEY=VALUE         a field of the innermost span; `log.level`, `tags`
                           and `destinations` mean what they mean in a program
  --callsite FILE:LINE     where it is emitted: `callsites` of the config look
                           at that
  --static-max-level LEVEL the least level that the program's `tracing` was
                           compiled with: info for release_max_level_info";

pub(crate) fn run(parser: &mut Parser) -> Result<ExitCode, Stop> {
    let (mut config, mut profile, mut query) = (None, None, Query::default());
    let misused = |error: &dyn std::fmt::Display| Stop::Misused(error.to_string());
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("config") | Arg::Short('c') => config = Some(text(parser)?),
            Arg::Long("profile") => profile = Some(text(parser)?),
            Arg::Long("level" | "severity") => {
                query.severity = text(parser)?.parse().map_err(|error| misused(&error))?;
            }
            Arg::Long("kind") => query.kind = text(parser)?.parse().map_err(|error| misused(&error))?,
            Arg::Long("target") => query.target = text(parser)?,
            Arg::Long("message") => query.message = text(parser)?,
            Arg::Long("category") => query.category = Some(text(parser)?),
            Arg::Long("tags" | "tag") => add(&mut query.tags, &list(parser)?.join(",")),
            Arg::Long("destinations") => add(&mut query.destinations, &list(parser)?.join(",")),
            Arg::Long("field") => query.fields.push(pair(&text(parser)?)?),
            Arg::Long("span") => span(&mut query.spans, &text(parser)?)?,
            Arg::Long("callsite") => {
                query.callsite = Some(text(parser)?.parse().map_err(|error| misused(&error))?);
            }
            Arg::Long("static-max-level") => {
                query.static_max_level = Some(text(parser)?.parse().map_err(|error| misused(&error))?);
            }
            arg => return Err(other(arg, HELP)),
        }
    }
    let config = source(&needed(config)?, profile.as_deref()).read(&registry::standard())?.rehearsal();
    let control = config.into_control().map_err(|error| Stop::Failed(error.to_string()))?;
    let explanation = control.explain(&query).to_string();
    let nothing = "the config has no destinations: nothing gets anything";
    let explanation = if explanation.trim().is_empty() { nothing } else { explanation.trim_end() };
    output::out(&explanation.lines().map(output::wrap).collect::<Vec<_>>().join("\n"));
    Ok(ExitCode::SUCCESS)
}

/// Adds to a list with commas between.
fn add(to: &mut Option<String>, more: &str) {
    let joined = to.take().map_or_else(|| more.to_owned(), |before| format!("{before},{more}"));
    *to = Some(joined);
}

/// `NAME` opens a span inside those before; `KEY=VALUE` is a field of the innermost.
fn span(spans: &mut Vec<SpanQuery>, text: &str) -> Result<(), Stop> {
    if !text.contains('=') {
        spans.push(SpanQuery { name: text.to_owned(), fields: Vec::new() });
        return Ok(());
    }
    if spans.is_empty() {
        spans.push(SpanQuery::default());
    }
    let field = pair(text)?;
    if let Some(innermost) = spans.last_mut() {
        innermost.fields.push(field);
    }
    Ok(())
}

fn pair(text: &str) -> Result<(String, String), Stop> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Stop::Misused(format!("`{text}` is no field: write KEY=VALUE"))),
    }
}
