//! What tells one request from all others.

use sha2::{Digest as _, Sha256};
use tracework_core::{EventId, Record};

/// The key of a request with these records: that of the event if it is one; for several, a UUID of version 8 (RFC 9562,
/// section 5.8) made of the SHA-256 of their ids. The same records have the same key, however often they are sent.
pub(crate) fn key_of<'a>(mut records: impl ExactSizeIterator<Item = &'a Record<'a>>) -> String {
    if records.len() == 1
        && let Some(record) = records.next()
    {
        return record.event_id().to_string();
    }
    let mut hasher = Sha256::new();
    records.for_each(|record| hasher.update(record.event_id().to_bytes()));
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    EventId::from_bytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::key_of;
    use tracework_testkit::TestRecord;

    #[test]
    fn the_same_records_have_the_same_key_and_others_another() {
        let owned: Vec<_> = (0..3).map(|number| TestRecord::new(format!("{number}")).build()).collect();
        let records: Vec<_> = owned.iter().map(|record| record.view()).collect();
        let key = |from: usize, to: usize| key_of(records[from..to].iter());
        assert_eq!(key(0, 1), records[0].event_id().to_string());
        assert_eq!(key(0, 3), key(0, 3));
        let all = [key(0, 1), key(1, 2), key(0, 2), key(1, 3), key(0, 3)];
        assert!(all.iter().enumerate().all(|(at, key)| !all[..at].contains(key)), "{all:?}");
        assert_eq!((&key(0, 3)[14..15], "89ab".contains(&key(0, 3)[19..20])), ("8", true));
    }
}
