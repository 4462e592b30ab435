//! The body of a request, which counts what is read of it.

use crate::counters::Counters;
use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

/// What was read of a request's body so far; the service that reads it and the record of the request share it.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    bytes: AtomicU64,
    ended: AtomicBool,
    broken: AtomicBool,
}

impl Upload {
    /// How long the body is to be told: what its head said, unless it broke off before that, or the client did
    /// (`aborted`); else what was read. Nothing, if nobody asked for a body of unknown length.
    pub(crate) fn told(&self, declared: Option<u64>, aborted: bool) -> Option<u64> {
        let bytes = self.bytes.load(Ordering::Relaxed);
        let broken = self.broken.load(Ordering::Relaxed);
        let looked = broken || bytes > 0 || self.ended.load(Ordering::Relaxed);
        let read = looked.then_some(bytes);
        if broken || aborted { read.or(declared) } else { declared.or(read) }
    }
}

pin_project! {
    /// The body of a request, as the service inside a [`RequestService`](crate::RequestService) gets it. What is read of it
    /// is counted, so that the record tells `request_bytes` of an upload whose length no header says.
    ///
    /// Services that take any body, as those of axum and tonic do, need not name it. One that is written for hyper's body
    /// takes `Request<RequestBody<Incoming>>`.
    #[derive(Debug)]
    pub struct RequestBody<B> {
        #[pin]
        inner: B,
        // None of a body that is known to be empty.
        upload: Option<Arc<Upload>>,
    }
}

impl<B: Body> RequestBody<B> {
    /// The body, and what is read of it.
    pub(crate) fn new(inner: B) -> (Self, Option<Arc<Upload>>) {
        let upload = (!inner.is_end_stream()).then(Arc::<Upload>::default);
        (Self { inner, upload: upload.clone() }, upload)
    }
}

impl<B> RequestBody<B> {
    /// The body itself.
    pub fn get_ref(&self) -> &B {
        &self.inner
    }

    /// The body itself. What is read of it from here on is not counted.
    pub fn into_inner(self) -> B {
        self.inner
    }
}

impl<B: Body> Body for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(context));
        if let Some(upload) = this.upload {
            match &frame {
                Some(Ok(frame)) => {
                    Counters::add(&upload.bytes, frame.data_ref().map_or(0, Buf::remaining) as u64);
                }
                Some(Err(_)) => upload.broken.store(true, Ordering::Relaxed),
                None => upload.ended.store(true, Ordering::Relaxed),
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::Upload;
    use std::sync::atomic::Ordering;

    #[test]
    fn the_head_is_believed_until_the_body_breaks_off() {
        let upload = Upload::default();
        let both = |aborted| (upload.told(None, aborted), upload.told(Some(9), aborted));
        assert_eq!((both(false), both(true)), ((None, Some(9)), (None, Some(9))));
        upload.bytes.store(5, Ordering::Relaxed);
        assert_eq!((both(false), both(true)), ((Some(5), Some(9)), (Some(5), Some(5))));
        upload.broken.store(true, Ordering::Relaxed);
        assert_eq!((both(false), both(true)), ((Some(5), Some(5)), (Some(5), Some(5))));
        let empty = Upload::default();
        empty.ended.store(true, Ordering::Relaxed);
        assert_eq!(empty.told(None, false), Some(0));
    }
}
