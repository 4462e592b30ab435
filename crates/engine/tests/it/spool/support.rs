//! What the tests of the spool share.

use std::sync::Arc;
use tracework_core::Timestamp;
use tracework_engine::spool::{self, Chunk, SpoolEntry, SpoolError, SpoolReader, SpoolSettings, SpoolWriter};
use tracework_testkit::CrashDisk;

/// SplitMix64.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// How often something is done: what the environment says, or `usual`.
pub(crate) fn times(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The payload of the record with this number: the number, and as much more as it takes.
pub(crate) fn payload(number: u64, length: usize) -> Vec<u8> {
    let mut bytes = number.to_le_bytes().to_vec();
    let mut chance = Chance(number);
    while bytes.len() < 8 + length {
        bytes.push(chance.next().to_le_bytes()[0]);
    }
    bytes
}

/// The number of the record with this payload, if it is one that was made by [`payload`].
pub(crate) fn number_of(bytes: &[u8]) -> Option<u64> {
    let number = u64::from_le_bytes(*bytes.first_chunk()?);
    (payload(number, bytes.len() - 8) == bytes).then_some(number)
}

pub(crate) const FOLDER: &str = "/var/spool/web";

pub(crate) fn settings() -> SpoolSettings {
    SpoolSettings::new(FOLDER, "web").max_bytes(128 << 10).segment_records(3)
}

pub(crate) fn open(disk: &CrashDisk, settings: SpoolSettings) -> Result<(SpoolWriter, SpoolReader), SpoolError> {
    spool::open_on(Arc::new(disk.clone()), settings, Timestamp(1))
}

/// Appends one record with this number.
pub(crate) fn put(writer: &mut SpoolWriter, number: u64) -> Result<u64, SpoolError> {
    let payload = payload(number, 20);
    let time = Timestamp(i64::try_from(number).unwrap_or(0));
    writer.append(&[SpoolEntry { time, payload: &payload }]).map(|range| range.start)
}

/// The numbers of the records of a chunk.
pub(crate) fn numbers(chunk: &Chunk) -> Vec<u64> {
    chunk.iter().map(|record| number_of(record.payload).expect("a record that was offered")).collect()
}

/// Reads everything there is.
pub(crate) fn drain(reader: &mut SpoolReader) -> Vec<u64> {
    let mut all = Vec::new();
    loop {
        let chunk = reader.read(7, 4096).expect("it can be read");
        if chunk.is_empty() && chunk.lost().is_empty() {
            return all;
        }
        all.extend(numbers(&chunk));
    }
}

/// CRC-32C bit by bit.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let step = |rest: u32| if rest & 1 == 1 { rest >> 1 ^ 0x82F6_3B78 } else { rest >> 1 };
    !bytes.iter().fold(u32::MAX, |rest, &byte| (0..8).fold(rest ^ u32::from(byte), |rest, _| step(rest)))
}
