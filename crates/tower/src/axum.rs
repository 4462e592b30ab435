//! `Control` in the handlers of axum.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use tower_layer::Layer;
use tower_service::Service;
use tracework_engine::Control;

/// Puts a [`Control`] within reach of handlers, which take it as [`Logging`]. As `Control` can be cloned, it can be axum's
/// `State` as well, or a part of it by `FromRef`.
///
/// ```
/// use axum::{Router, routing::post};
/// use tracework_core::Severity;
/// use tracework_engine::Control;
/// use tracework_tower::{ControlLayer, Logging};
///
/// async fn louder(Logging(control): Logging) -> &'static str {
///     match control.set_level("console", Severity::DEBUG) {
///         Ok(()) => "louder",
///         Err(_) => "there is no console",
///     }
/// }
///
/// let app: Router = Router::new().route("/louder", post(louder)).layer(ControlLayer::new(&Control::new()));
/// ```
#[derive(Clone, Debug)]
pub struct ControlLayer {
    control: Control,
}

impl ControlLayer {
    /// Of this pipeline.
    #[must_use]
    pub fn new(control: &Control) -> Self {
        Self { control: control.clone() }
    }
}

impl<S> Layer<S> for ControlLayer {
    type Service = WithControl<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WithControl { inner, control: self.control.clone() }
    }
}

/// A service whose requests carry a [`Control`]; made by [`ControlLayer`].
#[derive(Clone, Debug)]
pub struct WithControl<S> {
    inner: S,
    control: Control,
}

impl<S: Service<http::Request<B>>, B> Service<http::Request<B>> for WithControl<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<B>) -> Self::Future {
        request.extensions_mut().insert(self.control.clone());
        self.inner.call(request)
    }
}

/// The pipeline's [`Control`], as an argument of a handler. Where no [`ControlLayer`] stands around the router, the
/// request is answered with 500 and says so.
#[derive(Clone, Debug)]
pub struct Logging(pub Control);

impl<S: Sync> FromRequestParts<S> for Logging {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let control = parts.extensions.get::<Control>().cloned();
        let missing = (StatusCode::INTERNAL_SERVER_ERROR, "no `ControlLayer` stands around this router");
        control.map(Self).ok_or(missing)
    }
}
