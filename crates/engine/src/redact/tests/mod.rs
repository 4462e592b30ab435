//! What is masked, what is not, and that a secret never survives.

mod canary;
mod places;
mod texts;

use super::{Detector, RedactSettings, Redactor};
use std::sync::LazyLock;

fn usual() -> &'static Redactor {
    static USUAL: LazyLock<Redactor> = LazyLock::new(|| made(&RedactSettings::default()));
    &USUAL
}

fn everything() -> &'static Redactor {
    static EVERYTHING: LazyLock<Redactor> = LazyLock::new(|| {
        let patterns = vec!["sk_live_[A-Za-z0-9]+".into()];
        made(&RedactSettings { patterns, detect: Detector::ALL.to_vec(), ..RedactSettings::default() })
    });
    &EVERYTHING
}

fn made(settings: &RedactSettings) -> Redactor {
    Redactor::new(settings).expect("the settings are good")
}
