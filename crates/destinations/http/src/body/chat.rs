//! Messages for people: as many lines as one message may hold, what could address or deceive them made harmless.

use super::pack::{Pack, Packet, trimmed};
use tracework_core::Batch;

/// A chat.
pub(super) trait Chat: Send {
    /// How many units a message may hold, after escaping.
    const ROOM: usize;

    /// How many units a text takes.
    fn units(text: &str) -> usize;

    /// Appends a character so that it is nothing but itself.
    fn put(text: &mut String, character: char);

    /// The body of a message with these lines.
    fn body(lines: &[String]) -> Vec<u8>;
}

/// Puts records into messages, each on a line of its own.
#[derive(Debug)]
pub(super) struct Messages<C>(std::marker::PhantomData<fn() -> C>);

impl<C: Chat> Messages<C> {
    pub(super) fn new(_: C) -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<C: Chat> Pack for Messages<C> {
    fn pack(&mut self, batch: &Batch<'_>, _: bool) -> Vec<Packet> {
        let mut packets: Vec<Packet> = Vec::new();
        let (mut lines, mut used, mut first) = (Vec::new(), 0, 0);
        for (at, (_, bytes)) in batch.iter().enumerate() {
            let line = line::<C>(&String::from_utf8_lossy(trimmed(bytes)));
            let units = C::units(&line) + 1;
            if !lines.is_empty() && used + units > C::ROOM {
                packets.push(Packet { body: C::body(&lines), records: first..at, refused: Vec::new() });
                (used, first) = (0, at);
                lines.clear();
            }
            used += units;
            lines.push(line);
        }
        packets.push(Packet { body: C::body(&lines), records: first..batch.len(), refused: Vec::new() });
        packets
    }
}

/// A line, escaped, and cut where a message has no room for more.
fn line<C: Chat>(text: &str) -> String {
    const CUT: &str = " ...";
    let mut line = String::with_capacity(text.len() + 16);
    let (mut used, most) = (0, C::ROOM - CUT.len() - 1);
    for character in text.chars() {
        let before = line.len();
        C::put(&mut line, character);
        used += C::units(&line[before..]);
        if used > most {
            line.truncate(before);
            line.push_str(CUT);
            break;
        }
    }
    line
}
