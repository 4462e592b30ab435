//! The business: taking payments and telling balances.
//!
//! What is logged, and where it goes, is said where it happens: by `#[instrument]` for a function, by fields of the
//! macro for an event.

use crate::setup::Setup;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracework::destinations::MemoryHandle;
use tracework::prelude::*;
use tracing::Span;
use tracing::field::Empty;

/// What handlers share.
pub(crate) struct Shop {
    pub(crate) control: Control,
    pub(crate) recent: MemoryHandle,
    /// The number of the next payment.
    next: AtomicU64,
}

impl Shop {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self { control: setup.control.clone(), recent: setup.recent.clone(), next: AtomicU64::new(1) }
    }
}

/// What a customer sends.
#[derive(Deserialize, Serialize)]
pub(crate) struct Payment {
    pub(crate) customer: String,
    pub(crate) cents: u64,
    pub(crate) card: String,
}

/// What a customer is told.
#[derive(Serialize)]
struct Answer {
    payment: u64,
    status: &'static str,
}

/// Why a payment did not succeed.
#[derive(Debug)]
enum Refusal {
    Declined { risk: u64 },
    Provider(ProviderError),
}

#[derive(Debug)]
struct ProviderError(std::io::Error);

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the provider did not answer")
    }
}

impl std::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

pub(crate) fn router() -> Router<Arc<Shop>> {
    Router::new().route("/pay", post(pay)).route("/balance/{customer}", get(balance))
}

/// Everything in here is tagged PAYMENT, so the route of the configuration sends it to logs/payments.jsonl too.
/// Its `request_id`, `endpoint` and `ip_address` come with the request.
#[instrument(skip_all, fields(user_id = Empty, tags = "PAYMENT"))]
async fn pay(State(shop): State<Arc<Shop>>, Json(payment): Json<Payment>) -> (StatusCode, Json<Answer>) {
    let number = shop.next.fetch_add(1, Ordering::Relaxed);
    // What is recorded on a span shows in everything after it.
    Span::current().record("user_id", &payment.customer);
    let (code, status) = match assess(&payment, number).and_then(|()| charge(&payment, number)) {
        Ok(()) => {
            info!(cents = payment.cents, provider = "acme", "payment processed");
            // Exactly there, past all routes and levels.
            debug!(destinations = "payments", receipt = number, "receipt written");
            (StatusCode::OK, "paid")
        }
        Err(Refusal::Declined { risk }) => {
            warn!(cents = payment.cents, risk, tags = "DECLINED", "payment declined");
            (StatusCode::PAYMENT_REQUIRED, "declined")
        }
        Err(Refusal::Provider(error)) => {
            // An error keeps its causes.
            let error: &(dyn std::error::Error + 'static) = &error;
            error!(error, cents = payment.cents, provider = "acme", "payment failed");
            (StatusCode::BAD_GATEWAY, "failed")
        }
    };
    (code, Json(Answer { payment: number, status }))
}

/// How likely is fraud? This function alone is logged at DEBUG, and to `app` alone. The number of the card is masked.
#[instrument(skip_all, fields(category = "fraud", log.level = "debug", destinations = "app"))]
fn assess(payment: &Payment, number: u64) -> Result<(), Refusal> {
    let risk = scattered(number) % 1_000;
    debug!(risk, card = payment.card, "risk assessed");
    if risk >= 995 { Err(Refusal::Declined { risk }) } else { Ok(()) }
}

/// Asks the provider. Its details are shown when somebody lowers a level.
#[instrument(skip_all, fields(category = "provider"))]
fn charge(payment: &Payment, number: u64) -> Result<(), Refusal> {
    debug!(cents = payment.cents, "provider asked");
    if scattered(number) % 1_999 == 7 {
        let cause = std::io::Error::new(std::io::ErrorKind::TimedOut, "no bytes for 3 s");
        return Err(Refusal::Provider(ProviderError(cause)));
    }
    debug!(latency_ms = scattered(number) % 40, "provider answered");
    Ok(())
}

#[instrument(skip_all, fields(user_id = customer, category = "api"))]
async fn balance(Path(customer): Path<String>) -> Json<serde_json::Value> {
    debug!("cache asked");
    let cents = customer.bytes().map(u64::from).sum::<u64>() * 100;
    info!(cents, "balance told");
    Json(serde_json::json!({ "customer": customer, "cents": cents }))
}

/// A number that looks random, the same one each time for the same number.
fn scattered(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
}
