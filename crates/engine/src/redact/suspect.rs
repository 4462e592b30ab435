//! The first look at a text: can there be a secret in it at all?

/// What a text may hold, a bit each.
pub(super) type Suspicion = u8;

/// A name and its value: `=`, `:` or `(`.
pub(super) const PAIR: Suspicion = 1;
/// A mail address, or a URL with a user.
pub(super) const AT: Suspicion = 2;
/// A JSON web token.
pub(super) const JWT: Suspicion = 4;
/// An AWS key.
pub(super) const AWS: Suspicion = 8;
/// A PEM block.
pub(super) const PEM: Suspicion = 16;
/// A bearer token.
pub(super) const BEARER: Suspicion = 32;
/// A card's number.
pub(super) const CARD: Suspicion = 64;
/// Something that the operator's patterns match.
pub(super) const PATTERN: Suspicion = 128;

/// Bytes looked at in one step, which the compiler makes into one or two vector instructions.
const STEP: usize = 16;
/// A shape is four bytes long: the three behind the step are looked at too.
const AHEAD: usize = 3;
/// The shortest secret of a known shape: `bearer` and eight characters.
const SHORTEST: usize = 15;

/// What `text` may hold, without the patterns. False alarms are possible, misses are not.
#[inline]
pub(super) fn suspect(text: &[u8]) -> Suspicion {
    let Some(last) = text.len().checked_sub(STEP + AHEAD) else { return suspect_short(text) };
    let mut found = 0;
    let mut at = 0;
    while at < last {
        found |= step(&text[at..]);
        at += STEP;
    }
    // The last step overlaps the one before; the three bytes behind it begin no shape.
    found | step(&text[last..]) | text[last + STEP..].iter().fold(0, |found, &byte| found | single(byte))
}

#[inline]
fn single(byte: u8) -> Suspicion {
    match byte {
        b'=' | b':' | b'(' => PAIR,
        b'@' => AT,
        _ => 0,
    }
}

#[inline]
fn suspect_short(text: &[u8]) -> Suspicion {
    let found = text.iter().fold(0, |found, &byte| found | single(byte));
    if text.len() < SHORTEST {
        return found;
    }
    text.windows(4).fold(found, |found, four| {
        found
            | if four[1] == b'y' && four[2] == b'J' { JWT } else { 0 }
            | if four[0] == b'A' && four[3] == b'A' { AWS } else { 0 }
            | if four[0] == b'-' && four[3] == b'-' { PEM } else { 0 }
            | if four[0] | 32 == b'b' && four[3] | 32 == b'r' { BEARER } else { 0 }
    })
}

/// Looks at the shapes that begin in the first [`STEP`] bytes.
#[inline]
fn step(text: &[u8]) -> Suspicion {
    let (Some(a), Some(b), Some(c), Some(d)) = (lanes(text, 0), lanes(text, 1), lanes(text, 2), lanes(text, 3)) else {
        return 0;
    };
    let (mut pair, mut at, mut jwt, mut aws, mut pem, mut bearer) = (0, 0, 0, 0, 0, 0);
    for lane in 0..STEP {
        let yes = u8::from;
        pair |= yes(a[lane] == b'=') | yes(a[lane] == b':') | yes(a[lane] == b'(');
        at |= yes(a[lane] == b'@');
        jwt |= yes(b[lane] == b'y') & yes(c[lane] == b'J');
        aws |= yes(a[lane] == b'A') & yes(d[lane] == b'A');
        pem |= yes(a[lane] == b'-') & yes(d[lane] == b'-');
        bearer |= yes(a[lane] | 32 == b'b') & yes(d[lane] | 32 == b'r');
    }
    [(pair, PAIR), (at, AT), (jwt, JWT), (aws, AWS), (pem, PEM), (bearer, BEARER)]
        .iter()
        .fold(0, |found, &(seen, shape)| found | (seen * shape))
}

#[inline]
fn lanes(text: &[u8], from: usize) -> Option<&[u8; STEP]> {
    text.get(from..from + STEP)?.try_into().ok()
}

/// Can `text` hold a card's number?
#[inline]
pub(super) fn suspect_card(text: &[u8]) -> Suspicion {
    let enough = text.len() >= 13 && text.iter().filter(|byte| byte.is_ascii_digit()).count() >= 13;
    if enough { CARD } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_seen_wherever_it_stands() {
        let shapes: [(&str, Suspicion); 11] = [
            ("=", PAIR),
            (":", PAIR),
            ("(", PAIR),
            ("@", AT),
            ("eyJhbGciOiJ9.e30", JWT),
            ("AKIA2222222222222222", AWS),
            ("ASIA2222222222222222", AWS),
            ("-----BEGIN RSA PRIVATE KEY-----", PEM),
            ("Bearer abcdefg8", BEARER),
            ("BEARER abcdefg8", BEARER),
            ("bearer\tabcdefg8", BEARER),
        ];
        for (shape, expected) in shapes {
            for before in 0..70 {
                for behind in 0..40 {
                    let text = format!("{}{shape}{}", "x".repeat(before), "x".repeat(behind));
                    assert_ne!(suspect(text.as_bytes()) & expected, 0, "{text}");
                }
            }
        }
        assert_eq!(suspect("payment of 12.50 processed for customer number 5120 today".as_bytes()), 0);
    }
}
