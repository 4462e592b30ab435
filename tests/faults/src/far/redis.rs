//! A stream of Redis, read by redis-cli.

use super::own::{self, OwnServer};
use super::{FarEnd, numbers_in, printed, unique};
use std::path::Path;
use std::process::Command;
use tracework_testkit::Proxy;

struct RedisEnd {
    port: u16,
    way: Proxy,
    stream: String,
    own: Option<OwnServer>,
}

pub(super) fn start(_: &Path) -> Option<Box<dyn FarEnd>> {
    let (server, own) = own::server("redis", "127.0.0.1:6379")?;
    let way = Proxy::to(server).expect("a proxy");
    let far = RedisEnd { port: server.port(), way, stream: unique(), own };
    far.admit();
    Some(Box::new(far))
}

impl RedisEnd {
    /// Users are forgotten with the server.
    fn admit(&self) {
        self.ask(&["ACL", "SETUSER", &self.stream, "on", "nopass", "~*", "+@all"]);
    }

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

    fn server(&mut self) -> Option<&mut OwnServer> {
        self.own.as_mut()
    }

    fn server_is_back(&mut self) {
        self.admit();
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
