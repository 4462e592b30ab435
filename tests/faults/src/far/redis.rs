//! A stream of Redis, read by redis-cli.

use super::{FarEnd, numbers_in, printed, unique};
use std::path::Path;
use std::process::Command;
use tracework_testkit::{Proxy, service};

struct RedisEnd {
    port: u16,
    way: Proxy,
    stream: String,
}

pub(super) fn start(_: &Path) -> Option<Box<dyn FarEnd>> {
    let server = service("redis", "127.0.0.1:6379")?;
    let way = Proxy::to(server).expect("a proxy");
    let far = RedisEnd { port: server.port(), way, stream: unique() };
    far.ask(&["ACL", "SETUSER", &far.stream, "on", "nopass", "~*", "+@all"]);
    Some(Box::new(far))
}

impl RedisEnd {
    fn ask(&self, command: &[&str]) -> String {
        printed(Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(command))
    }
}

impl FarEnd for RedisEnd {
    fn config(&self) -> String {
        let (address, stream) = (self.way.address(), &self.stream);
        format!(
            "    type: redis\n    url: redis://{stream}@{address}/\n    password: any\n    stream: {stream}\n    timeout: 10s\n    connect_timeout: 2s\n"
        )
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn numbers(&mut self) -> Vec<u64> {
        numbers_in(&self.ask(&["XRANGE", &self.stream, "-", "+"])).collect()
    }

    fn let_in(&mut self, welcome: bool) {
        self.ask(&["ACL", "SETUSER", &self.stream, if welcome { "on" } else { "off" }]);
        if !welcome {
            self.ask(&["CLIENT", "KILL", "USER", &self.stream]);
        }
    }
}

impl Drop for RedisEnd {
    fn drop(&mut self) {
        self.ask(&["DEL", &self.stream]);
        self.ask(&["ACL", "DELUSER", &self.stream]);
    }
}
