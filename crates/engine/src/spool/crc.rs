//! CRC-32C (Castagnoli), as RFC 3720, appendix B.4, has it.
//!
//! Sixteen bytes a step by tables, without instructions of a processor: about 2 GB/s, far more than a disk syncs. The
//! crates that use such instructions bring three packages along, of sixty that the library may have.

/// The polynomial, its bits in reverse.
const POLYNOMIAL: u32 = 0x82F6_3B78;

/// `TABLES[n][b]` is what the byte `b` makes of the remainder, with `n` zero bytes behind it.
static TABLES: [[u32; 256]; 16] = tables();

#[expect(clippy::cast_possible_truncation, reason = "the place in a table of 256")]
const fn tables() -> [[u32; 256]; 16] {
    let mut tables = [[0; 256]; 16];
    let mut byte = 0;
    while byte < 256 {
        let mut rest = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            rest = if rest & 1 == 1 { rest >> 1 ^ POLYNOMIAL } else { rest >> 1 };
            bit += 1;
        }
        tables[0][byte] = rest;
        byte += 1;
    }
    let mut table = 1;
    while table < 16 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = before >> 8 ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

/// The checksum of `bytes` behind those whose checksum is `begun`; 0 for a new one.
pub(super) fn crc(begun: u32, bytes: &[u8]) -> u32 {
    let mut rest = !begun;
    let (steps, tail) = bytes.as_chunks::<16>();
    for step in steps {
        let first = u32::from_le_bytes([step[0], step[1], step[2], step[3]]) ^ rest;
        let [a, b, c, d] = first.to_le_bytes().map(usize::from);
        rest = TABLES[15][a] ^ TABLES[14][b] ^ TABLES[13][c] ^ TABLES[12][d];
        for (at, &byte) in step.iter().enumerate().skip(4) {
            rest ^= TABLES[15 - at][usize::from(byte)];
        }
    }
    for &byte in tail {
        rest = rest >> 8 ^ TABLES[0][usize::from(rest.to_le_bytes()[0] ^ byte)];
    }
    !rest
}

#[cfg(test)]
mod tests {
    use super::crc;
    use proptest::prelude::*;

    /// RFC 3720, appendix B.4.
    #[test]
    fn the_sums_are_those_of_the_rfc() {
        assert_eq!(crc(0, &[0; 32]), 0x8a91_36aa);
        assert_eq!(crc(0, &[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc(0, &std::array::from_fn::<u8, 32, _>(|at| u8::try_from(at).unwrap())), 0x46dd_794e);
        assert_eq!(crc(0, b"123456789"), 0xe306_9283);
    }

    proptest! {
        #[test]
        fn the_sums_are_those_of_another_crate(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..200_usize) {
            let cut = cut.min(bytes.len());
            prop_assert_eq!(crc(0, &bytes), crc32c::crc32c(&bytes));
            prop_assert_eq!(crc(crc(0, &bytes[..cut]), &bytes[cut..]), crc32c::crc32c(&bytes));
        }
    }
}
