//! The service and its future.

use crate::arrival::arrive;
use crate::body::ResponseBody;
use crate::flight::Flight;
use crate::request_id::{self, RequestId};
use crate::settings::Settings;
use crate::upload::RequestBody;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tower_service::Service;

/// A service whose requests are logged; made by [`RequestLayer`](crate::RequestLayer).
#[derive(Clone)]
pub struct RequestService<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S: fmt::Debug> fmt::Debug for RequestService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S> RequestService<S> {
    pub(crate) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
    }

    /// The service inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S, B, R> Service<Request<B>> for RequestService<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>>,
    S::Error: fmt::Display,
    B: Body,
    R: Body,
    R::Error: fmt::Display,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let (mut flight, id) = arrive(&self.settings, &mut parts);
        let exact = body.size_hint().exact();
        let (body, upload) = RequestBody::new(body);
        flight.request_size(exact, upload);
        let request = Request::from_parts(parts, body);
        let called = catch_unwind(AssertUnwindSafe(|| flight.span().in_scope(|| self.inner.call(request))));
        let inner = called.unwrap_or_else(|payload| {
            flight.panicked(&*payload);
            resume_unwind(payload)
        });
        ResponseFuture { inner, flight: Some(flight), id }
    }
}

pin_project! {
    /// The future of a [`RequestService`].
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        flight: Option<Flight>,
        id: RequestId,
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    E: fmt::Display,
    R: Body,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let polled = match this.flight.as_ref() {
            Some(flight) => {
                let _inside = flight.span().enter();
                catch_unwind(AssertUnwindSafe(|| this.inner.poll(context)))
            }
            None => Ok(this.inner.poll(context)),
        };
        let answered = match polled {
            Ok(polled) => ready!(polled),
            Err(payload) => {
                if let Some(mut flight) = this.flight.take() {
                    flight.panicked(&*payload);
                }
                resume_unwind(payload)
            }
        };
        let flight = this.flight.take();
        Poll::Ready(match answered {
            Ok(response) => Ok(answer(response, flight, this.id)),
            Err(error) => {
                if let Some(mut flight) = flight {
                    flight.failed(&error);
                }
                Err(error)
            }
        })
    }
}

/// The answer with the request's id, and a body that tells of its end.
fn answer<R: Body>(response: Response<R>, mut flight: Option<Flight>, id: &RequestId) -> Response<ResponseBody<R>> {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(request_id::HEADER, id.value());
    if let Some(flight) = &mut flight {
        let bodiless = flight.answered(&parts, body.size_hint().exact());
        if bodiless || body.is_end_stream() {
            flight.done();
        }
    }
    Response::from_parts(parts, ResponseBody::new(body, flight))
}
