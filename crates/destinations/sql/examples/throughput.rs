//! Rows per second into real databases, beside each database's own program with the same rows, in one run.
//!
//! ```text
//! cargo run --release -p tracework-sql --example throughput -- [RECORDS] [sqlite] [postgres] [mariadb]
//! ```
//!
//! Records with four fields within a span of three go to a table of ours in batches of 1,000. Then the database's own
//! program puts the same rows, written out beforehand, into an empty copy of that table: `psql` by one `COPY`, and by one
//! for each 1,000 rows; `mariadb` by statements of 1 MB as its dump writes them; `sqlite3` by its import in one transaction.
//! The median of three rounds is printed, ours and theirs in turn.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tracework_core::{Destination, OwnedRecord, Severity, Timestamp, Value};
use tracework_sql::Sql;
use tracework_testkit::{Bundle, TestRecord, span};

const BATCH: usize = 1_000;
const ROUNDS: usize = 3;

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let count = given.iter().find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let wanted =
        |name: &str| given.iter().all(|word| word.parse::<usize>().is_ok()) || given.iter().any(|word| word == name);
    let batches = batches(count);
    let folder = tempfile::tempdir().expect("a folder");
    let tools: [(&str, Tool); 3] = [("sqlite", sqlite), ("postgres", postgres), ("mariadb", mariadb)];
    println!("{count} records, batches of {BATCH}, median of {ROUNDS} rounds, records per second");
    for (_, tool) in tools.iter().filter(|(name, _)| wanted(name)) {
        report(&batches, count, &tool(folder.path()));
    }
}

type Tool = fn(&Path) -> Contest;

/// A database with the ways into it.
struct Contest {
    name: &'static str,
    url: String,
    /// Runs a statement.
    run: Box<dyn Fn(&str)>,
    /// Writes the rows of the table `ours` out.
    export: Box<dyn Fn()>,
    /// The database's own ways to put them into the table `theirs`.
    rivals: Vec<Rival>,
    /// Makes `theirs` a copy of `ours` without rows.
    copy: &'static [&'static str],
}

/// A way into it that is not ours.
type Rival = (&'static str, Box<dyn Fn()>);

fn report(batches: &[Bundle], count: usize, contest: &Contest) {
    let mut ours = Vec::new();
    let mut theirs = vec![Vec::new(); contest.rivals.len()];
    for _ in 0..ROUNDS {
        for table in ["ours", "theirs"] {
            (contest.run)(&format!("DROP TABLE IF EXISTS {table}"));
        }
        let mut sql = Sql::new(&contest.url).and_then(|sql| sql.table("ours")).expect("a destination");
        sql.open().expect("it opens");
        ours.push(timed(|| {
            for batch in batches {
                batch.with(|batch| sql.deliver(batch).expect("it arrives"));
            }
        }));
        sql.close().expect("it closes");
        (contest.export)();
        for ((_, rival), times) in contest.rivals.iter().zip(&mut theirs) {
            (contest.run)("DROP TABLE IF EXISTS theirs");
            contest.copy.iter().for_each(|statement| (contest.run)(statement));
            times.push(timed(rival));
        }
    }
    let own = rate(count, ours);
    println!("{:<10} {:<34} {own:>9}", contest.name, "tracework");
    for ((name, _), times) in contest.rivals.iter().zip(theirs) {
        let rival = rate(count, times);
        println!("{:<10} {name:<34} {rival:>9}   ours is {:.2} of it", contest.name, own as f64 / rival as f64);
    }
    for table in ["ours", "theirs"] {
        (contest.run)(&format!("DROP TABLE IF EXISTS {table}"));
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn rate(count: usize, mut times: Vec<Duration>) -> u64 {
    times.sort();
    let micros = times[times.len() / 2].as_micros().max(1);
    u64::try_from(count as u128 * 1_000_000 / micros).unwrap_or(u64::MAX)
}

fn batches(count: usize) -> Vec<Bundle> {
    let fields = [("method", Value::Str("POST")), ("path", Value::Str("/orders/77")), ("user_id", Value::U64(1_077))];
    let request = span("request", &fields, None);
    let record = |at: usize| {
        let id = format!("order-{at}");
        TestRecord::new(format!("payment {at} processed"))
            .severity(Severity::INFO)
            .target("shop::payments")
            .time(Timestamp(1_768_473_045_000_000_000 + at as i64 * 10_000))
            .field("order", Value::Str(&id))
            .field("amount", Value::F64(at as f64 / 100.0))
            .field("attempt", Value::U64(1))
            .field("accepted", Value::Bool(true))
            .shared_metadata(&[("service", "shop"), ("host", "h1")])
            .inside(&request)
            .build()
    };
    let all: Vec<_> = (0..count).map(record).collect();
    all.chunks(BATCH).map(|some: &[OwnedRecord]| Bundle::of_records(some.to_vec())).collect()
}

/// Runs a program, with a file as its standard input if there is one.
fn program(name: &str, arguments: &[&str], input: Option<&Path>) -> Vec<u8> {
    let input = input.map_or_else(Stdio::null, |path| fs::File::open(path).expect("it is there").into());
    let output = Command::new(name).args(arguments).stdin(input).output().expect("it runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn sqlite(folder: &Path) -> Contest {
    let path = folder.join("app.db").display().to_string();
    let rows = folder.join("rows.csv").display().to_string();
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
    let import = format!(".import --csv {rows} theirs");
    let (run, export, load) = (path.clone(), path.clone(), path.clone());
    Contest {
        name: "sqlite",
        url: format!("sqlite:{path}"),
        run: Box::new(move |statement| _ = program("sqlite3", &[&run, settings, statement], None)),
        export: Box::new(move || {
            let out = program("sqlite3", &["-csv", &export, "SELECT * FROM ours"], None);
            fs::write(&rows, out).expect("it writes");
        }),
        rivals: vec![(
            "sqlite3 .import, one transaction",
            Box::new(move || _ = program("sqlite3", &[&load, settings, "BEGIN", &import, "COMMIT"], None)),
        )],
        copy: &[
            "CREATE TABLE theirs (event_id TEXT NOT NULL PRIMARY KEY, time TEXT, severity INTEGER, level TEXT, kind TEXT, \
             category TEXT, target TEXT, message TEXT, tags TEXT, context TEXT, fields TEXT, spans TEXT, metadata TEXT, \
             trace_id TEXT, span_id TEXT, error TEXT, module TEXT, file TEXT, line INTEGER, thread TEXT, service TEXT, \
             truncated TEXT)",
            "CREATE INDEX theirs_time_idx ON theirs (time)",
        ],
    }
}

const PSQL: [&str; 9] = ["-X", "-q", "-h", "127.0.0.1", "-U", "postgres", "-d", "test", "-v"];

fn psql(statement: &str) {
    let arguments = [&PSQL[..], &["ON_ERROR_STOP=1", "-c", statement]].concat();
    program("psql", &arguments, None);
}

fn postgres(folder: &Path) -> Contest {
    let rows = folder.join("rows.txt");
    let (whole, split) = (rows.clone(), folder.join("copies.sql"));
    let (export, pieces) = (rows.clone(), split.clone());
    Contest {
        name: "postgres",
        url: "postgres://postgres@127.0.0.1:5432/test".to_owned(),
        run: Box::new(psql),
        export: Box::new(move || {
            psql(&format!("\\copy ours TO '{}'", export.display()));
            let text = fs::read_to_string(&export).expect("it is there");
            let lines: Vec<_> = text.lines().collect();
            let copies = lines.chunks(BATCH).map(|some| format!("COPY theirs FROM STDIN;\n{}\n\\.\n", some.join("\n")));
            fs::write(&pieces, copies.collect::<String>()).expect("it writes");
        }),
        rivals: vec![
            ("psql, one COPY of all", Box::new(move || psql(&format!("\\copy theirs FROM '{}'", whole.display())))),
            ("psql, a COPY for each 1,000", Box::new(move || psql_file(&split))),
        ],
        copy: &["CREATE TABLE theirs (LIKE ours INCLUDING ALL)"],
    }
}

fn psql_file(path: &Path) {
    let arguments = [&PSQL[..], &["ON_ERROR_STOP=1"]].concat();
    program("psql", &arguments, Some(path));
}

const MARIADB: [&str; 5] = ["-h", "127.0.0.1", "-u", "root", "test"];

fn mariadb(folder: &Path) -> Contest {
    let rows: PathBuf = folder.join("rows.sql");
    let load = rows.clone();
    Contest {
        name: "mariadb",
        url: "mariadb://root@127.0.0.1:3306/test".to_owned(),
        run: Box::new(|statement| _ = program("mariadb", &[&MARIADB[..], &["-e", statement]].concat(), None)),
        export: Box::new(move || {
            let plain = ["--compact", "--no-create-info", "--skip-comments", "--skip-add-locks", "ours"];
            let out = program("mariadb-dump", &[&MARIADB[..], &plain].concat(), None);
            let text = String::from_utf8(out).expect("a text");
            fs::write(&rows, text.replace("INSERT INTO `ours`", "INSERT INTO `theirs`")).expect("it writes");
        }),
        rivals: vec![(
            "mariadb, multi-row INSERT of 1 MB",
            Box::new(move || _ = program("mariadb", &MARIADB, Some(&load))),
        )],
        copy: &["CREATE TABLE theirs LIKE ours"],
    }
}
