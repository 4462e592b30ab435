//! The destination.

use crate::address::{Address, BadAddress};
use crate::facility::Facility;
use crate::message::{Rfc, Shape};
use crate::stream::Framing;
use crate::transport::{Route, Transport};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tracework_core::{Batch, Description, Destination, Failure, FailureClass, Filter, Format, Record, Refusal};
use tracework_format::{Pattern, Zone};

/// How long a connection may take to be made, and a send to be taken, unless it is told otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes that are put together for one send over a connection.
const PIECE: usize = 64 << 10;

/// Sends records to a syslog server: its format's text as the message, and under RFC 5424 the fields as structured data.
///
/// Syslog has no acknowledgement. Over UDP, what the network loses is lost and nobody learns of it. Over TCP and TLS a
/// batch counts as delivered once the system has taken it; should the server go away in that moment, what was under way
/// is lost. Whoever must know takes another destination beside it, or instead.
///
/// ```
/// use tracework_syslog::{Facility, Rfc, Syslog};
///
/// let syslog = Syslog::to("udp://127.0.0.1:514")?.facility(Facility::LOCAL0).app_name("payments").rfc(Rfc::Rfc5424);
/// // control.attach("syslog", syslog)?;
/// # Ok::<(), tracework_syslog::BadAddress>(())
/// ```
pub struct Syslog {
    route: Route,
    shape: Shape,
    facility: Facility,
    by_rule: Vec<(Arc<dyn Filter>, Facility)>,
    zone: Zone,
    transport: Option<Transport>,
    message: Vec<u8>,
    piece: Vec<u8>,
}

impl Syslog {
    /// A server at `address`: `udp://HOST:PORT`, `tcp://HOST:PORT`, `tls://HOST:PORT` or `unix:/dev/log`. The ports are
    /// 514, and 6514 for TLS, if none is given.
    ///
    /// # Errors
    ///
    /// The text is no address.
    pub fn to(address: &str) -> Result<Self, BadAddress> {
        Ok(Self::at(address.parse()?))
    }

    /// A server at `address`.
    #[must_use]
    pub fn at(address: Address) -> Self {
        let route = Route {
            address,
            framing: Framing::default(),
            timeout: TIMEOUT,
            #[cfg(feature = "tls")]
            tls: tracework_net::Tls::default(),
        };
        let (facility, by_rule, zone) = (Facility::USER, Vec::new(), Zone::utc());
        let shape = Shape::new(Rfc::default(), zone.clone());
        Self { route, shape, facility, by_rule, zone, transport: None, message: Vec::new(), piece: Vec::new() }
    }

    /// Sets the form of messages: RFC 5424 unless this says otherwise. It also sets how long they may be: 8 KiB, or 1 KiB
    /// under RFC 3164.
    #[must_use]
    pub fn rfc(mut self, rfc: Rfc) -> Self {
        let Shape { id, app_name, .. } = self.shape;
        self.shape = Shape { id, app_name, ..Shape::new(rfc, self.zone.clone()) };
        self
    }

    /// Sets whose time the messages of RFC 3164 tell, since they name no zone.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        let rfc = self.shape.rfc;
        let longest = self.shape.longest;
        self = self.rfc(rfc);
        self.shape.longest = longest;
        self
    }

    /// Sets the facility of every message that no rule gives another.
    #[must_use]
    pub fn facility(mut self, facility: Facility) -> Self {
        self.facility = facility;
        self
    }

    /// Records that `rule` keeps are of another facility; the first rule that does decides.
    #[must_use]
    pub fn facility_when(mut self, rule: impl Filter, facility: Facility) -> Self {
        self.by_rule.push((Arc::new(rule), facility));
        self
    }

    /// Sets the name of the program; else it is the metadata `service`.
    #[must_use]
    pub fn app_name(mut self, name: &str) -> Self {
        self.shape.app_name = Some(name.to_owned());
        self
    }

    /// Sets the name of the element of structured data, with the number of the enterprise that it is of (RFC 5424,
    /// section 7.2.2): `tracework@32473` unless this says otherwise, which is a number for examples (RFC 5612).
    #[must_use]
    pub fn structured_id(mut self, id: &str) -> Self {
        self.shape.id = id.to_owned();
        self
    }

    /// Sets how messages are told apart over TCP and streams.
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.route.framing = framing;
        self
    }

    /// Sets how many bytes a message may have; more of its text is cut, and that it was cut is told in its structured
    /// data. At least 480 (RFC 5424, section 6.1).
    #[must_use]
    pub fn longest(mut self, bytes: usize) -> Self {
        self.shape.longest = bytes.max(480);
        self
    }

    /// Sets how long a connection may take to be made, and a send to be taken: 10 seconds unless this says otherwise.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.route.timeout = timeout;
        self
    }

    /// Sets whom to trust and what to show of oneself under TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: tracework_net::Tls) -> Self {
        self.route.tls = tls;
        self
    }

    fn failure(&mut self, doing: &str, error: &io::Error) -> Failure {
        self.transport = None;
        Failure::temporary(format!("{doing} {}: {error}", self.route.address))
    }

    /// Writes the record's message into `self.message`.
    fn write(&mut self, record: &Record<'_>, text: &[u8]) {
        let by_rule = self.by_rule.iter().find(|(rule, _)| rule.keep(record));
        let facility = by_rule.map_or(self.facility, |(_, facility)| *facility);
        self.message.clear();
        self.shape.write(&mut self.message, record, facility, text.strip_suffix(b"\n").unwrap_or(text));
    }

    /// Sends each record by itself. One that the system finds too long is refused, the others go on.
    fn send_datagrams(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        let mut refusals = Vec::new();
        for (at, (record, text)) in batch.iter().enumerate() {
            self.write(record, text);
            let sent = self.transport.as_ref().and_then(|transport| transport.datagram(&self.message));
            let Some(Err(error)) = sent else { continue };
            if is_too_long(&error) {
                let reason =
                    format!("a message of {} bytes is too long for {}", self.message.len(), self.route.address);
                refusals.push(Refusal { at, class: FailureClass::Permanent, reason });
                continue;
            }
            // What was refused before is tried again with the rest, and refused again.
            let delivered = refusals.first().map_or(at, |refusal| refusal.at);
            return Err(self.failure("sending to", &error).after(delivered));
        }
        if refusals.is_empty() { Ok(()) } else { Err(Failure::partial(refusals)) }
    }

    /// Sends the batch in pieces over the connection. What was sent before a failure may have arrived: it is sent again.
    fn send_stream(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.piece.clear();
        for (record, text) in batch.iter() {
            self.write(record, text);
            if let Some(Transport::Stream(_, framing)) = &self.transport {
                framing.put(&mut self.piece, &self.message);
            }
            if self.piece.len() >= PIECE {
                self.send_piece()?;
            }
        }
        self.send_piece()
    }

    fn send_piece(&mut self) -> Result<(), Failure> {
        let Some(Transport::Stream(stream, _)) = &mut self.transport else { return Ok(()) };
        let sent = stream.send(&self.piece);
        self.piece.clear();
        sent.map_err(|error| self.failure("sending to", &error))
    }
}

/// EMSGSIZE, on Linux, on macOS and the BSDs, and on Windows.
fn is_too_long(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(90 | 40 | 10040))
}

impl Destination for Syslog {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn open(&mut self) -> Result<(), Failure> {
        if self.transport.as_mut().is_some_and(Transport::is_closed) {
            self.transport = None;
        }
        if self.transport.is_none() {
            let opened = self.route.open();
            self.transport = Some(opened.map_err(|error| self.failure("connecting to", &error))?);
        }
        Ok(())
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.open()?;
        match self.transport {
            Some(Transport::Stream(..)) => self.send_stream(batch),
            _ => self.send_datagrams(batch),
        }
    }

    fn tick(&mut self) -> Result<(), Failure> {
        if self.transport.as_mut().is_some_and(Transport::is_closed) {
            self.transport = None;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        if let Some(Transport::Stream(stream, _)) = self.transport.take() {
            stream.finish();
        }
        Ok(())
    }

    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Pattern::new("{message}").ok().map(|pattern| Box::new(pattern) as Box<dyn Format>)
    }

    fn as_config(&self) -> Option<Description> {
        let rfc = |rfc| if rfc == Rfc::Rfc5424 { 5424_u64 } else { 3164 };
        let framing = |framing| if framing == Framing::Octets { "octets" } else { "newline" };
        let (shape, usual) = (&self.shape, Shape::new(self.shape.rfc, Zone::utc()));
        let mut description = Description::new("syslog")
            .with("address", self.route.address.to_string())
            .unless_usual("rfc", rfc(shape.rfc), rfc(Rfc::default()))
            .unless_usual("facility", self.facility.name(), Facility::USER.name())
            .with_some("app_name", shape.app_name.as_deref())
            .unless_usual("structured_id", shape.id.as_str(), usual.id.as_str())
            .unless_usual(
                "longest",
                tracework_core::Setting::Size(shape.longest as u64),
                tracework_core::Setting::Size(usual.longest as u64),
            )
            .unless_usual("framing", framing(self.route.framing), framing(Framing::default()))
            .unless_usual("timeout", self.route.timeout, TIMEOUT)
            .unless_usual("zone", self.zone.name(), Zone::utc().name());
        if !self.by_rule.is_empty() {
            description = self.rules_as_config(description);
        }
        #[cfg(feature = "tls")]
        {
            description = self.route.tls.describe(description);
        }
        Some(description)
    }
}

impl Syslog {
    /// The rules that give facilities: `facilities: {audit: "kind = audit"}`.
    fn rules_as_config(&self, description: Description) -> Description {
        let mut section = Description::new("facilities");
        let mut left_out = false;
        for (rule, facility) in &self.by_rule {
            match rule.as_config().as_ref().and_then(|said| said.get("when").cloned()) {
                Some(when) => section = section.with(facility.name(), when),
                None => left_out = true,
            }
        }
        let description = description.section("facilities", section);
        if left_out { description.leaving_out("facilities") } else { description }
    }
}

impl fmt::Debug for Syslog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Syslog").field("route", &self.route).field("facility", &self.facility).finish_non_exhaustive()
    }
}
