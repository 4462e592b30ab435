//! Macros beside those of `tracing`.

/// An event of severity CRITICAL. Other layers see an ERROR event with a field `severity`.
///
/// ```
/// tracework_layer::critical!(disk = "/dev/sda", "no space left");
/// tracework_layer::critical!(target: "payments", "the ledger does not balance");
/// ```
#[macro_export]
macro_rules! critical {
    (target: $target:expr, $($rest:tt)+) => {
        $crate::__macros::tracing::event!(
            target: $target, $crate::__macros::tracing::Level::ERROR, severity = "CRITICAL", $($rest)+
        )
    };
    ($($rest:tt)+) => {
        $crate::__macros::tracing::event!(
            $crate::__macros::tracing::Level::ERROR, severity = "CRITICAL", $($rest)+
        )
    };
}
