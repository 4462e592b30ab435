//! Delivering.

use crate::Amqp;
use crate::deliver::Verdict;
use crate::link::Link;
use crate::message::messages;
use crate::publish::{Cut, publish};
use tracework_core::{Batch, Description, Destination, Failure, Format, Mistake, OwnThread};
use tracework_format::Json;

impl Amqp {
    /// The connection, made anew if there is none or it ended.
    fn link(&mut self) -> Result<&mut Link, Failure> {
        if self.link.as_ref().is_some_and(|link| !link.line.is_open()) {
            self.link = None;
        }
        match &mut self.link {
            Some(link) => Ok(link),
            none => {
                self.settings.check().map_err(Failure::permanent)?;
                Ok(none.insert(Link::open(&self.settings, self.own)?))
            }
        }
    }

    /// A connection that takes messages.
    fn ready(&mut self) -> Result<(), Failure> {
        let broker = self.settings.broker.to_string();
        let link = self.link()?;
        // What happened while nobody looked is known only after a moment in the runtime.
        if let Err(why) = link.breathe() {
            self.link = None;
            return self.link().map(|_| ()).map_err(|failure| Failure::temporary(format!("{failure} (before, {why})")));
        }
        if let Some(reason) = link.line.blocked() {
            return Err(Failure::temporary(format!("{broker}: the broker takes nothing for now: {reason}")));
        }
        let Self { settings, link: Some(link), .. } = self else { return Ok(()) };
        link.renew(settings)
    }
}

impl Destination for Amqp {
    fn name(&self) -> &'static str {
        "amqp"
    }

    fn mistake(&self) -> Option<Mistake> {
        self.check().err()
    }

    /// Connects, and declares what is asked for.
    fn open(&mut self) -> Result<(), Failure> {
        self.link().map(|_| ())
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        self.ready()?;
        let (messages, refused) = messages(&mut self.settings, self.content_type, batch);
        let Some(Link { line, runtime }) = &mut self.link else { return Ok(()) };
        let settings = &self.settings;
        let (answers, cut) = runtime.wait(publish(line, &messages, settings.mandatory, settings.timeout));
        match cut {
            // Whoever does not answer in time may never do.
            Some(Cut::Late) => self.link = None,
            // What is under way now may be taken once the broker goes on.
            Some(Cut::Blocked(_)) => line.stale = true,
            None => {}
        }
        Verdict::of(&self.settings, &messages, &answers, cut.as_ref()).result(refused, batch.len())
    }

    /// Answers heartbeats, and notices that the connection ended; the next delivery opens another.
    fn tick(&mut self) -> Result<(), Failure> {
        let Some(link) = &mut self.link else { return Ok(()) };
        let Err(why) = link.breathe() else { return Ok(()) };
        self.link = None;
        let broker = &self.settings.broker;
        Err(Failure::temporary(format!("the connection to {broker} ended: {why}; the next records open another")))
    }

    fn close(&mut self) -> Result<(), Failure> {
        if let Some(link) = self.link.take() {
            link.close();
        }
        Ok(())
    }

    fn takes(&mut self, format: &dyn Format) {
        self.content_type = format.media_type();
    }

    fn own_threads(&mut self, own: OwnThread) {
        self.own = Some(own);
    }

    fn as_config(&self) -> Option<Description> {
        Some(self.settings.describe())
    }

    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Json::default()))
    }
}
