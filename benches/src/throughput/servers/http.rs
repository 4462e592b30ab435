//! An HTTP server of our own that takes everything, beside reqwest with the same bodies.

use std::time::{Duration, Instant};

use anyhow::Result;
use tracework::core::Attachment;
use tracework::http::Http;

use super::runtime;
use super::sink::Sink;
use crate::contest::Server;
use crate::lots::{self, Lot};

/// The server.
struct Web {
    /// Where the requests go.
    sink: Sink,
    /// The bodies that the destination makes.
    bodies: Vec<Vec<u8>>,
}

/// A server of our own.
pub fn start() -> Result<Box<dyn Server>> {
    Ok(Box::new(Web { sink: Sink::start()?, bodies: Vec::new() }))
}

/// A client as a program would set it up, for plain HTTP.
pub fn client() -> Result<reqwest::Client> {
    // Nothing is encrypted here, but the client wants to know by what it would be; the first to say it has said it for all.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

impl Server for Web {
    fn about(&self) -> String {
        "a server of ours that reads a body and answers 200; JSON arrays, one request after the other".to_owned()
    }

    fn begin(&mut self) -> Result<()> {
        Ok(())
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(Http::post(self.sink.url.as_str()).allow_private(true).into())
    }

    fn prepare(&mut self, lots: &[Lot]) -> Result<()> {
        let mut destination = self.destination()?.destination;
        self.bodies = self.sink.bodies(|| {
            let delivered =
                lots::with_batches(lots, |batches| batches.iter().try_for_each(|batch| destination.deliver(batch)));
            Ok(delivered?)
        })?;
        Ok(())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &["reqwest, the same bodies ready made"]
    }

    fn rival(&mut self, _: usize, _: &[Lot]) -> Result<Duration> {
        let (runtime, client) = (runtime()?, client()?);
        let bodies = self.bodies.clone();
        let post = async |body: Vec<u8>| {
            let request = client.post(&self.sink.url).header("content-type", "application/json").body(body);
            request.send().await?.error_for_status()
        };
        runtime.block_on(post(b"[]".to_vec()))?;
        let begun = Instant::now();
        runtime.block_on(async {
            for body in bodies {
                post(body).await?;
            }
            Ok::<_, reqwest::Error>(())
        })?;
        Ok(begun.elapsed())
    }

    fn count(&mut self) -> Result<Option<u64>> {
        Ok(None)
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
