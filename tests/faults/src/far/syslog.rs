//! An rsyslogd of our own, behind a way that can be broken.

use super::{FarEnd, free_port, installed, listens, numbers_in, settle};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tracework_testkit::Proxy;

struct SyslogEnd {
    child: Child,
    way: Proxy,
    out: PathBuf,
}

#[expect(clippy::print_stderr, reason = "a destination that was left out says so")]
pub(super) fn start(folder: &Path) -> Option<Box<dyn FarEnd>> {
    let Some(program) = installed("rsyslogd") else {
        eprintln!("LEFT OUT: there is no rsyslogd; `scripts/services syslog` installs it");
        return None;
    };
    let (port, out) = (free_port(), folder.join("syslog.txt"));
    let config = format!(
        "global(workDirectory=\"{}\" maxMessageSize=\"64k\")
module(load=\"imtcp\") module(load=\"imuxsock\" SysSock.Use=\"off\")
main_queue(queue.size=\"100000\" queue.timeoutEnqueue=\"60000\")
input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{port}\" ruleset=\"all\")
template(name=\"line\" type=\"string\" string=\"%msg%\\n\")
ruleset(name=\"all\") {{ action(type=\"omfile\" file=\"{}\" template=\"line\" asyncWriting=\"off\") }}
",
        folder.display(),
        out.display()
    );
    let path = folder.join("rsyslog.conf");
    std::fs::write(&path, config).expect("the config is written");
    let mut command = Command::new(program);
    command.arg("-n").arg("-f").arg(&path).arg("-i").arg(folder.join("rsyslog.pid"));
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    assert!(listens(port), "rsyslogd does not listen");
    let way = Proxy::to(([127, 0, 0, 1], port).into()).expect("a proxy");
    Some(Box::new(SyslogEnd { child, way, out }))
}

impl FarEnd for SyslogEnd {
    fn config(&self) -> String {
        format!("    type: syslog\n    address: tcp://{}\n", self.way.address())
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn numbers(&mut self) -> Vec<u64> {
        settle(Duration::from_millis(500), || std::fs::metadata(&self.out).map_or(0, |metadata| metadata.len()));
        numbers_in(&std::fs::read_to_string(&self.out).unwrap_or_default()).collect()
    }

    fn confirms(&self) -> bool {
        false
    }
}

impl Drop for SyslogEnd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
