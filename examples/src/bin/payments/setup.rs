//! Where the records go.

use crate::screen::Screen;
use std::error::Error;
use std::path::PathBuf;
use tracework::Tracework;
use tracework::destinations::{MemoryHandle, Writer};
use tracework::prelude::*;

/// The configuration, as a file would hold it. Without `default`, all destinations are in it.
const CONFIG: &str = "
service: payments
level: INFO
targets: { hyper: WARNING }
redact: { detect: [credit_card] }
metadata: { region: eu-1 }

destinations:
  console:
    type: console
    level: WARNING
    format: text

  app:
    type: file
    path: logs/app.jsonl
    format: json
    rotate: { size: 64MiB }
    keep: { files: 5 }

  payments:
    type: file
    path: logs/payments.jsonl
    format: json
    rotate: { size: 64MiB }
    keep: { files: 5 }

routes:
  - { name: payments, when: tag = PAYMENT, to: [console, app, payments] }

default: [console, app]
";

/// The running pipeline, and what looks at it.
pub(crate) struct Setup {
    pub(crate) tracework: Tracework,
    pub(crate) control: Control,
    /// The last warnings.
    pub(crate) recent: MemoryHandle,
    /// The folder of the files.
    pub(crate) folder: PathBuf,
}

/// Starts logging, first by the configuration, then by what is best done in code.
pub(crate) fn start(screen: &Screen) -> Result<Setup, Box<dyn Error>> {
    let folder = std::env::current_dir()?.join("logs");
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;

    let tracework = tracework::init_str(CONFIG)?;
    let control = tracework.control();

    // A ring in memory, which the program reads by its handle. It gets what the default and the route get.
    let ring = Memory::new(1_000);
    let recent = ring.handle();
    control.create("recent", ring.level(Severity::WARNING))?;
    control.change(|spec| {
        spec.default.push("recent".to_owned());
        spec.routes.iter_mut().for_each(|route| route.to.push("recent".to_owned()));
        Ok(())
    })?;

    // On a terminal the console's lines are drawn above the status.
    if screen.is_live() {
        let format = Text::new().colored(Console::stdout().is_colored());
        let report = control.replace("console", Writer::new(screen.lines()).level(Severity::WARNING).format(format))?;
        debug_assert!(report.is_complete(), "nothing was emitted yet");
    }
    Ok(Setup { tracework, control, recent, folder })
}
