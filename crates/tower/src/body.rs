//! The body of an answer, which tells of its end.

use crate::flight::Flight;
use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The body of an answer. When it ends, fails or is dropped, the request is over.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        inner: B,
        flight: Option<Flight>,
    }
}

impl<B> ResponseBody<B> {
    pub(crate) fn new(inner: B, flight: Option<Flight>) -> Self {
        Self { inner, flight }
    }
}

impl<B: Default> Default for ResponseBody<B> {
    /// An empty body of a request that nobody made.
    fn default() -> Self {
        Self { inner: B::default(), flight: None }
    }
}

impl<B: Body> Body for ResponseBody<B>
where
    B::Error: fmt::Display,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let mut this = self.project();
        let Some(flight) = this.flight.as_mut() else { return this.inner.poll_frame(context) };
        let polled = {
            let _inside = flight.span().enter();
            catch_unwind(AssertUnwindSafe(|| this.inner.as_mut().poll_frame(context)))
        };
        let frame = match polled {
            Ok(polled) => ready!(polled),
            Err(payload) => {
                flight.panicked(&*payload);
                resume_unwind(payload)
            }
        };
        match &frame {
            Some(Ok(frame)) => {
                flight.sent(frame.data_ref().map_or(0, Buf::remaining));
                if let Some(trailers) = frame.trailers_ref() {
                    flight.trailers(trailers);
                }
            }
            Some(Err(error)) => flight.failed(error),
            None => {}
        }
        // A server that is told so does not ask again.
        if frame.is_none() || this.inner.is_end_stream() {
            flight.done();
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
