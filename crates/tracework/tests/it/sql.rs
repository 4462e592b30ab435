//! Tables behind the face.

use std::process::Command;
use std::time::Duration;
use tracework::prelude::*;

/// Set in the child process that writes.
const CHILD: &str = "SQL_CHILD_CONFIG";

/// What a program writes with a catch-all config under a global subscriber, so that whatever a library logs, on whichever
/// thread, would come along. Does nothing when it is run as a test.
#[test]
fn a_program_that_writes_everything_to_tables() {
    let Ok(config) = std::env::var(CHILD) else { return };
    let tracework = tracework::init(config).expect("the config is right");
    for at in 0..500 {
        trace!(at, "ours");
        if at % 100 == 0 {
            tracework.control().flush(Duration::from_secs(10));
        }
    }
    tracework.shutdown(Duration::from_secs(10)).into_result().expect("nothing is lost");
}

fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs the program with this config; `folder` is its folder.
fn run(folder: &std::path::Path, url: &str, table: &str) {
    let path = folder.join("app.yml");
    let yaml = format!(
        "level: TRACE\ndestinations: {{ t: {{ type: sql, url: '{url}', table: {table}, batch: {{ records: 10 }} }} }}\n"
    );
    std::fs::write(&path, yaml).expect("it is written");
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    command.args(["--exact", "sql::a_program_that_writes_everything_to_tables", "--test-threads", "1"]);
    let output = command.env(CHILD, &path).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
}

/// Which targets there are, and how often.
const TARGETS: &str = "SELECT target, count(*) FROM t GROUP BY target";

#[test]
#[expect(clippy::print_stderr, reason = "a test that was left out says so")]
fn what_the_library_logs_does_not_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "sqlite:app.db", "t");
    let path = folder.path().join("app.db").display().to_string();
    assert_eq!(answer("sqlite3", &[&path, TARGETS]).expect("sqlite3 answers"), "it::sql|500");

    let table = format!("t{}", std::process::id());
    let psql = |statement: &str| {
        let statement = statement.replace("FROM t ", &format!("FROM {table} "));
        answer("psql", &["-XqAt", "-h", "127.0.0.1", "-U", "postgres", "-d", "test", "-c", &statement])
    };
    if psql("SELECT 1").is_none() {
        eprintln!("LEFT OUT: no PostgreSQL answers; `scripts/services` starts it");
        return;
    }
    run(folder.path(), "postgres://postgres@127.0.0.1/test", &table);
    let targets = psql(TARGETS);
    psql(&format!("DROP TABLE {table}; DELETE FROM tracework_tables WHERE name = '{table}'"));
    assert_eq!(targets.as_deref(), Some("it::sql|500"));
}

#[test]
fn a_table_is_filled_inside_a_runtime_of_the_programs_and_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.db");
    let control = Control::new();
    let sql = Sql::new(format!("sqlite:{}", path.display())).expect("a destination");
    control.attach("t", sql).expect("it is attached");
    let layer = DestinationLayer::new(&control);
    let subscriber = tracing_subscriber::layer::SubscriberExt::with(tracing_subscriber::registry(), layer);
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            info!("inside a runtime of one thread");
            control.flush(Duration::from_secs(10));
        });
        drop(runtime);
        info!("after it is gone");
    });
    let report = control.shutdown(Duration::from_secs(10));
    assert_eq!(report.total.delivered, 2, "{report:?}");
    let rows = answer("sqlite3", &[&path.display().to_string(), "SELECT count(*) FROM logs"]);
    assert_eq!(rows.as_deref(), Some("2"));
}

#[test]
fn a_plan_that_is_saved_says_no_password_and_where_the_secrets_are() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("it"), "hunter2").expect("it is written");
    let saved = |set: &str| {
        use tracework::config::{ConfigSource, SaveConfig as _};
        let yaml = format!("destinations: {{ t: {{ type: sql, {set} }} }}");
        let source = ConfigSource::text("app.yml", &yaml).folder(folder.path());
        let config = source.read(&tracework::registry::standard()).unwrap_or_else(|error| panic!("{yaml}\n{error}"));
        config.rehearsal().into_control().expect("threads start").config()
    };
    let literal = saved("url: 'postgres://ann:hunter2@db/logs?sslmode=require'");
    assert!(literal.yaml.contains("postgres://ann@db/logs?sslmode=require"), "{}", literal.yaml);
    assert!(!literal.yaml.contains("hunter2"));
    assert_eq!(literal.left_out.len(), 1, "{:?}", literal.left_out);
    let file = saved("url: 'mysql://ann@db/logs', password_file: it, columns: { at: time, who: context.user_id }");
    assert!(file.yaml.contains("password_file:") && !file.yaml.contains("hunter2"), "{}", file.yaml);
    assert!(file.yaml.contains("who: context.user_id") && file.left_out.is_empty(), "{}", file.yaml);
}
