//! Bringing a batch into the table, with only those rows left out that the database refuses.

use crate::failure::Trouble;
use std::ops::Range;
use tracework_core::{Failure, FailureClass, Refusal};

/// Has `insert` take all of `rows`. Where it refuses some, they are halved until the bad ones are alone, or left out at
/// once if the database says which one it means. What could not be tried while `go_on` held is to be tried again.
pub(crate) fn insert_all(
    rows: usize,
    mut insert: impl FnMut(Range<usize>) -> Result<(), Trouble>,
    go_on: impl Fn() -> bool,
    failure: impl Fn(Trouble) -> Failure,
) -> Result<(), Failure> {
    let mut refusals = Vec::new();
    // What is still to be tried, the first of it at the end.
    let mut ahead: Vec<Range<usize>> = (rows > 0).then_some(0..rows).into_iter().collect();
    while let Some(range) = ahead.pop() {
        if range.is_empty() {
            continue;
        }
        let trouble = match insert(range.clone()) {
            Ok(()) => continue,
            Err(trouble) => trouble,
        };
        let Trouble::Rows { at, why, .. } = trouble else {
            return stopped(range, &ahead, refusals, failure(trouble));
        };
        match at.map(|at| range.start + at).filter(|at| range.contains(at)) {
            Some(at) => {
                refusals.push(Refusal { at, class: FailureClass::Permanent, reason: why });
                ahead.extend([at + 1..range.end, range.start..at]);
            }
            None if range.len() == 1 => {
                refusals.push(Refusal { at: range.start, class: FailureClass::Permanent, reason: why });
            }
            None => {
                let middle = range.start + range.len() / 2;
                ahead.extend([middle..range.end, range.start..middle]);
            }
        }
        if !go_on()
            && let Some(next) = ahead.pop()
        {
            let late = Failure::temporary("the time was spent on rows that were refused; these follow");
            return stopped(next, &ahead, refusals, late);
        }
    }
    match refusals.is_empty() {
        true => Ok(()),
        false => Err(Failure::partial(in_order(refusals))),
    }
}

/// What to answer when `failure` stopped it at `range`, with `ahead` not tried.
fn stopped(
    range: Range<usize>,
    ahead: &[Range<usize>],
    mut refusals: Vec<Refusal>,
    failure: Failure,
) -> Result<(), Failure> {
    if refusals.is_empty() {
        // Rows are taken from the first on.
        return Err(failure.after(range.start));
    }
    let reason = failure.to_string();
    for at in ahead.iter().cloned().chain([range]).flatten() {
        refusals.push(Refusal { at, class: FailureClass::Temporary, reason: reason.clone() });
    }
    Err(Failure::partial(in_order(refusals)))
}

fn in_order(mut refusals: Vec<Refusal>) -> Vec<Refusal> {
    refusals.sort_by_key(|refusal| refusal.at);
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that refuses `bad` rows, says which one if `says`, and takes the others once.
    fn insert(bad: &[usize], says: bool, rows: usize) -> (Vec<usize>, Vec<usize>, usize) {
        let (mut taken, mut calls) = (Vec::new(), 0);
        let refuse = |range: &Range<usize>| range.clone().position(|at| bad.contains(&at));
        let result = insert_all(
            rows,
            |range| {
                calls += 1;
                match refuse(&range) {
                    Some(at) => Err(Trouble::Rows { at: says.then_some(at), twice: false, why: "bad".into() }),
                    None => {
                        taken.extend(range);
                        Ok(())
                    }
                }
            },
            || true,
            |trouble| panic!("{trouble:?}"),
        );
        let refused = result.err().map(|failure| failure.refusals().iter().map(|refusal| refusal.at).collect());
        (taken, refused.unwrap_or_default(), calls)
    }

    #[test]
    fn only_bad_rows_are_left_out_and_the_others_are_taken_in_order() {
        for says in [true, false] {
            for bad in [vec![], vec![0], vec![99], vec![3, 4, 50], (0..100).collect::<Vec<_>>()] {
                let (taken, refused, calls) = insert(&bad, says, 100);
                assert_eq!(refused, bad);
                assert_eq!(taken, (0..100).filter(|at| !bad.contains(at)).collect::<Vec<_>>());
                assert!(calls <= 1 + 2 * bad.len() * if says { 1 } else { 8 }, "{calls} calls for {}", bad.len());
            }
        }
        assert_eq!(insert(&[], true, 0), (vec![], vec![], 0));
    }

    #[test]
    fn a_failure_in_between_says_what_was_taken() {
        let failing = |first_bad: bool| {
            insert_all(
                8,
                |range| match range {
                    range if first_bad && range.contains(&0) => {
                        Err(Trouble::Rows { at: None, twice: false, why: "bad".into() })
                    }
                    range if range.len() <= 4 && range.contains(&3) => Err(Trouble::Lost("gone".into())),
                    range if range.len() > 4 => Err(Trouble::Rows { at: None, twice: false, why: "bad".into() }),
                    _ => Ok(()),
                },
                || true,
                |_| Failure::temporary("gone"),
            )
            .unwrap_err()
        };
        // Nothing was refused: the first so many were taken.
        let failure = failing(false);
        assert_eq!((failure.delivered(), failure.refusals().len()), (0, 0));
        // One was: each of the others is answered for.
        let failure = failing(true);
        let answers: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
        let temporary = FailureClass::Temporary;
        assert_eq!(answers[0], (0, FailureClass::Permanent));
        assert_eq!(&answers[1..], (2..8).map(|at| (at, temporary)).collect::<Vec<_>>());
    }

    #[test]
    fn when_the_time_is_up_the_rest_is_to_be_tried_again() {
        let bad = |_: Range<usize>| Err(Trouble::Rows { at: Some(0), twice: false, why: "bad".into() });
        let failure = insert_all(10, bad, || false, |_| Failure::temporary("")).unwrap_err();
        let classes: Vec<_> = failure.refusals().iter().map(|refusal| refusal.class).collect();
        assert_eq!(classes[0], FailureClass::Permanent);
        assert_eq!(classes[1..], [FailureClass::Temporary; 9]);
    }
}
