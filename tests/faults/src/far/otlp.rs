//! A server that takes protobuf over HTTP, as a collector does: it notes what the requests say.

use super::FarEnd;
use super::http::Server;
use std::path::Path;
use tracework_testkit::Proxy;

struct OtlpEnd {
    server: Server,
    way: Proxy,
}

pub(super) fn start(_: &Path) -> Option<Box<dyn FarEnd>> {
    let (server, address) = Server::start();
    Some(Box::new(OtlpEnd { server, way: Proxy::to(address).expect("a proxy") }))
}

impl FarEnd for OtlpEnd {
    fn config(&self) -> String {
        let address = self.way.address();
        format!(
            "    type: otlp\n    protocol: http\n    endpoint: http://{address}\n    timeout: 10s\n    connect_timeout: 2s\n"
        )
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    /// Texts stand in a request as they are.
    fn numbers(&mut self) -> Vec<u64> {
        self.server.numbers()
    }

    fn http(&self) -> Option<&Server> {
        Some(&self.server)
    }

    fn let_in(&mut self, welcome: bool) {
        self.server.let_in(welcome);
    }
}
