//! Writing a text anew with parts of it replaced.

use std::ops::Range;

/// A place in a text that holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Find {
    pub(super) secret: Range<usize>,
    /// The quote, with its backslashes, that is put around the mask so that JSON stays JSON; empty for none.
    pub(super) quote: Range<usize>,
}

impl Find {
    pub(super) fn bare(secret: Range<usize>) -> Self {
        Self { secret, quote: 0..0 }
    }
}

/// A text on its way to another. Nothing is allocated until the first change.
#[derive(Debug)]
pub(super) struct Edit<'a> {
    text: &'a str,
    done: usize,
    out: String,
    changed: bool,
}

impl<'a> Edit<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, done: 0, out: String::new(), changed: false }
    }

    /// Copies up to `range` and puts the pieces in its place. Ranges come in order.
    pub(super) fn replace(&mut self, range: Range<usize>, pieces: &[&str]) {
        self.out.push_str(&self.text[self.done..range.start]);
        pieces.iter().for_each(|piece| self.out.push_str(piece));
        self.done = range.end;
        self.changed = true;
    }

    /// The new text, if it is another.
    pub(super) fn finish(mut self) -> Option<String> {
        self.changed.then(|| {
            self.out.push_str(&self.text[self.done..]);
            self.out
        })
    }
}

/// `text` with `mask` in every place found; `None` if that changes nothing.
pub(super) fn mask(text: &str, mut finds: Vec<Find>, mask: &str) -> Option<String> {
    finds.retain(|find| !find.secret.is_empty() && &text[find.secret.clone()] != mask);
    if finds.is_empty() {
        return None;
    }
    finds.sort_by_key(|find| find.secret.start);
    let mut edit = Edit::new(text);
    let mut finds = finds.into_iter().peekable();
    while let Some(mut find) = finds.next() {
        while let Some(next) = finds.next_if(|next| next.secret.start < find.secret.end) {
            find.secret.end = find.secret.end.max(next.secret.end);
        }
        let quote = &text[find.quote.clone()];
        edit.replace(find.secret, &[quote, mask, quote]);
    }
    edit.finish()
}
