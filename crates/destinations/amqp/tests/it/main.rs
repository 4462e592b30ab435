//! The AMQP destination against a real RabbitMQ.

mod blocked;
mod conformance;
mod dead;
mod describe;
mod feedback;
mod lost;
mod refused;
mod revoked;
mod support;
mod topology;
mod values;
mod workers;
