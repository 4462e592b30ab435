//! Payment cards' numbers.

use super::edit::Find;

/// Finds numbers of 13 to 19 digits with the right check digit, in one run or in groups.
pub(super) fn find(text: &str, finds: &mut Vec<Find>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + next;
        let end = group_end(bytes, start);
        match card_at(bytes, start) {
            Some(card) => {
                finds.push(Find::bare(start..card));
                at = card;
            }
            None => at = end,
        }
    }
}

fn group_end(bytes: &[u8], start: usize) -> usize {
    start + bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The end of the card's number that begins with the group at `start`.
fn card_at(bytes: &[u8], start: usize) -> Option<usize> {
    let before = start.checked_sub(1).map(|before| bytes[before]);
    let part_of_more = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._+".contains(&byte));
    if part_of_more || !(b'2'..=b'6').contains(&bytes[start]) {
        return None;
    }
    let mut digits = [0; 19];
    let (mut count, mut at) = (0, start);
    let mut found = None;
    loop {
        let end = group_end(bytes, at);
        let Some(place) = digits.get_mut(count..count + end - at) else { break };
        place.copy_from_slice(&bytes[at..end]);
        count += end - at;
        if count >= 13 && ends_here(bytes, end) && checks(&digits[..count]) {
            found = Some(end);
        }
        // Groups: the first of four digits, the others of two to six, divided by one blank or hyphen.
        let goes_on = matches!(bytes.get(end), Some(b' ' | b'-')) && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !goes_on || at == start && end - start != 4 || !(2..=6).contains(&(end - at)) {
            break;
        }
        at = end + 1;
    }
    found
}

/// Is the digit before `end` the last of its number?
fn ends_here(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        Some(b'.') => !bytes.get(end + 1).is_some_and(u8::is_ascii_digit),
        Some(&byte) => !byte.is_ascii_alphanumeric() && byte != b'_',
        None => true,
    }
}

/// Luhn's check.
fn checks(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}
