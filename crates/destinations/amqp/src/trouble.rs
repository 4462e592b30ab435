//! What lapin's errors say to an operator.

use lapin::{Error, ErrorKind};

/// What went wrong, in the broker's words where there are any.
pub(crate) fn said(error: &Error) -> String {
    match error.kind() {
        ErrorKind::ProtocolError(error) if !error.get_message().as_str().is_empty() => {
            format!("{} (code {})", error.get_message(), error.get_id())
        }
        ErrorKind::IOError(error) | ErrorKind::RuntimeShutdownError(error) => error.to_string(),
        ErrorKind::InvalidConnectionState(_) | ErrorKind::InvalidChannelState(..) | ErrorKind::InvalidChannel(_) => {
            "the connection is closed".to_owned()
        }
        ErrorKind::MissingHeartbeatError => "the broker sent no heartbeat".to_owned(),
        _ => error.to_string(),
    }
}

/// The broker's words about a channel that it closed, and their code: what it does when a single publish is wrong.
pub(crate) fn complaint(error: &Error) -> Option<(u16, &str)> {
    match error.kind() {
        ErrorKind::ProtocolError(protocol) if error.is_amqp_soft_error() => {
            Some((protocol.get_id(), protocol.get_message().as_str()))
        }
        _ => None,
    }
}
