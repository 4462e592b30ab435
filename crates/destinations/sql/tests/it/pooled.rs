//! Behind PgBouncer, which gives each transaction another connection.

use crate::support::{Engine, Table, deliver};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};
use tracework_core::{Destination, Timestamp};
use tracework_sql::Sql;
use tracework_testkit::TestRecord;

/// A pooler of our own; ended with the test.
struct Pooler {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[expect(clippy::print_stderr, reason = "a test that was left out says so")]
fn pooler() -> Option<Pooler> {
    let folder = tempfile::tempdir().expect("a folder");
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let path = folder.path().join("pgbouncer.ini");
    let config = format!(
        "[databases]\n* = host=127.0.0.1 port=5432 user=postgres pool_size=3\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\nserver_round_robin = 1\n\
         server_reset_query_always = 1\nserver_reset_query = DISCARD ALL\n"
    );
    std::fs::write(&path, config).expect("it is written");
    let started = ["pgbouncer", "/usr/sbin/pgbouncer"].into_iter().find_map(|program| {
        let mut command = Command::new(program);
        // It refuses to run as the superuser.
        if Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n") {
            command.args(["-u", "postgres"]);
            _ = Command::new("chmod").args(["-R", "a+rX"]).arg(folder.path()).status();
        }
        command.arg(&path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
    });
    let Some(child) = started else {
        eprintln!("LEFT OUT: there is no pgbouncer");
        return None;
    };
    let pooler = Pooler { child, port, _folder: folder };
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(pooler);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("pgbouncer does not answer at port {port}");
}

#[test]
fn everything_works_where_each_transaction_has_another_connection() {
    let Some(table) = Table::new(Engine::Postgres) else { return };
    let Some(pooler) = pooler() else { return };
    let url = format!("postgres://postgres@127.0.0.1:{}/test", pooler.port);
    let sql = || Sql::new(&url).and_then(|sql| sql.table(&table.name)).expect("a destination");
    let old = |at: u64| SystemTime::now() - Duration::from_secs(40 * 86_400) + Duration::from_millis(at);
    let record = |at| TestRecord::new(format!("{at}")).time(Timestamp::from(old(at))).build();
    let records: Vec<_> = (0..100).map(record).collect();
    let (mut one, mut other) = (sql(), sql().keep_age(Duration::from_secs(30 * 86_400)).keep_rows(10));
    for some in records.chunks(10) {
        deliver(&mut one, some).expect("it arrives");
        deliver(&mut other, some).expect("it is there already");
        deliver(&mut one, some).expect("it is there already");
    }
    assert_eq!(table.count(), 100);
    other.tick().expect("it deletes");
    assert_eq!(table.count(), 0);
    one.close().expect("it closes");
    other.close().expect("it closes");
}
