//! MariaDB, beside what its own program does: `LOAD DATA`, and `INSERT` of many rows as its dumps write them.

use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;
use tracework::core::Attachment;
use tracework::sql::Sql;

use super::unique;
use crate::contest::Server;
use crate::lots::{self, Lot};
use crate::programs::{printed, run, timed, write};

/// How mariadb is called.
const MARIADB: [&str; 6] = ["-h", "127.0.0.1", "-u", "root", "--local-infile=1", "test"];

/// The server at its usual port.
struct MariaDb {
    /// The table of a run.
    table: String,
    /// A table as the destination makes it, without rows.
    model: String,
    /// What the rivals read.
    folder: TempDir,
}

/// The server, if it runs.
pub fn start() -> Result<Box<dyn Server>> {
    let mariadb = MariaDb { table: unique(), model: unique(), folder: tempfile::tempdir()? };
    mariadb.say("SELECT 1")?;
    Ok(Box::new(mariadb))
}

impl MariaDb {
    /// Runs a statement; what it answers.
    fn say(&self, statement: &str) -> Result<String> {
        printed("mariadb", &[&MARIADB[..], &["-N", "-B", "-e", statement]].concat())
    }
}

/// The destination into a table.
fn into(table: &str) -> Result<Sql> {
    Ok(Sql::new("mariadb://root@127.0.0.1:3306/test")?.table(table)?)
}

impl Server for MariaDb {
    fn about(&self) -> String {
        format!("MariaDB {}", self.say("SELECT version()").unwrap_or_default())
    }

    fn begin(&mut self) -> Result<()> {
        self.end()
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(into(&self.table)?.into())
    }

    /// The rows that the destination makes, as `LOAD DATA` reads them, and as a dump.
    fn prepare(&mut self, lots: &[Lot]) -> Result<()> {
        use tracework::core::Destination as _;
        let mut sql = into(&self.model)?;
        lots::with_batches(lots, |batches| batches.iter().try_for_each(|batch| sql.deliver(batch)))?;
        sql.close()?;
        let rows = self.say(&format!("SELECT * FROM {}", self.model))?;
        // What is missing is said otherwise there.
        let cell = |cell| if cell == "NULL" { "\\N" } else { cell };
        let rows = rows.lines().map(|row| row.split('\t').map(cell).collect::<Vec<_>>().join("\t") + "\n");
        write(&self.folder.path().join("rows.txt"), rows.collect::<String>().as_bytes())?;
        let plain = ["--compact", "--no-create-info", "--skip-comments", "--skip-add-locks"];
        let dump = [&["-h", "127.0.0.1", "-u", "root"], &plain[..], &["test", &self.model]].concat();
        let dump = String::from_utf8(run("mariadb-dump", &dump, None)?)?;
        let dump = dump.replace(&format!("`{}`", self.model), &format!("`{}`", self.table));
        write(&self.folder.path().join("rows.sql"), dump.as_bytes())?;
        self.say(&format!("TRUNCATE {}", self.model)).map(|_| ())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &["mariadb, one LOAD DATA of all", "mariadb, INSERT of 1 MB of rows each"]
    }

    fn rival(&mut self, which: usize, _: &[Lot]) -> Result<Duration> {
        self.say(&format!("CREATE TABLE {} LIKE {}", self.table, self.model))?;
        if which == 0 {
            let file = self.folder.path().join("rows.txt");
            let load = format!("LOAD DATA LOCAL INFILE '{}' INTO TABLE {}", file.display(), self.table);
            return timed("mariadb", &[&MARIADB[..], &["-e", &load]].concat(), None);
        }
        timed("mariadb", &MARIADB, Some(&self.folder.path().join("rows.sql")))
    }

    fn count(&mut self) -> Result<Option<u64>> {
        Ok(Some(self.say(&format!("SELECT count(*) FROM {}", self.table))?.parse()?))
    }

    fn end(&mut self) -> Result<()> {
        self.say(&format!("DROP TABLE IF EXISTS {}", self.table)).map(|_| ())
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        // What is left there is an empty table.
        let _ = self.say(&format!("DROP TABLE IF EXISTS {}", self.model));
    }
}
