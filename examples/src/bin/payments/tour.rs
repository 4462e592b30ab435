//! Changes of the plan that the service makes by itself, to show that it can.

use crate::operate::{attach_for, detach_with_route};
use crate::screen::Screen;
use crate::status::grouped;
use tokio::sync::watch;
use tracework::engine::PlanError;
use tracework::prelude::*;
use tracework::rules::Rule;

/// The time between two changes.
const PAUSE: Duration = Duration::from_secs(5);

/// A change: makes it, and says what it did.
type Step = fn(&Control) -> Result<String, PlanError>;

/// The changes, over and over.
const STEPS: [Step; 5] = [lower, raise, attach, detach, for_a_while];

/// Makes a change every few seconds, until it is stopped.
pub(crate) async fn run(control: Control, screen: Screen, mut stopped: watch::Receiver<bool>) {
    for step in STEPS.iter().cycle() {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
        let control = control.clone();
        // A change waits for callsites and deliveries, so it is made where waiting harms nobody.
        let told = match tokio::task::spawn_blocking(move || step(&control)).await {
            Ok(Ok(told)) => told,
            // Whoever uses the endpoints may have been here before.
            Ok(Err(error)) => format!("a change was refused, and changed nothing: {error}"),
            Err(_) => continue,
        };
        screen.say(&format!(">> {told}"));
    }
}

fn lower(control: &Control) -> Result<String, PlanError> {
    control.set_level("app", Severity::DEBUG)?;
    Ok("app now takes DEBUG: control.set_level(\"app\", Severity::DEBUG)".to_owned())
}

fn raise(control: &Control) -> Result<String, PlanError> {
    control.set_level("app", Severity::INFO)?;
    Ok("app takes INFO and above again: control.set_level(\"app\", Severity::INFO)".to_owned())
}

fn attach(control: &Control) -> Result<String, PlanError> {
    let rule = "tag = PAYMENT and field.cents > 15000";
    attach_for(control, "large", Rule::parse(rule).map_err(PlanError::Rule)?)?;
    Ok(format!("logs/large.jsonl now takes {rule}: control.create(..), control.set_route(..)"))
}

fn detach(control: &Control) -> Result<String, PlanError> {
    let report = detach_with_route(control, "large")?;
    let (delivered, lost) = (grouped(report.delivered), grouped(report.lost));
    Ok(format!("large is drained and detached, {delivered} delivered, {lost} lost: control.detach(\"large\")"))
}

fn for_a_while(control: &Control) -> Result<String, PlanError> {
    control.set_level_for("payments", Severity::ERROR, Duration::from_secs(3))?;
    Ok("for 3 s only ERROR of `payments` is taken by level, and what names its destination: control.set_level_for(..)"
        .to_owned())
}
