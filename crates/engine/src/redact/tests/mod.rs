//! What is masked, what is not, and that a secret never survives.

mod canary;
mod places;
mod texts;

use super::{Detector, RedactSettings, Redactor};

fn usual() -> Redactor {
    Redactor::new(&RedactSettings::default()).expect("the settings are good")
}

fn everything() -> Redactor {
    let settings = RedactSettings {
        patterns: vec!["sk_live_[A-Za-z0-9]+".into()],
        detect: Detector::ALL.to_vec(),
        ..RedactSettings::default()
    };
    Redactor::new(&settings).expect("the settings are good")
}
