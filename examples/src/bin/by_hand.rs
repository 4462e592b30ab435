//! The layers by hand: in a stack of your own, beside other people's layers, each destination set up in code.
//!
//! `cargo run --bin by_hand`
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use tracework::prelude::*;
use tracework::rules::Rule;

#[instrument(skip_all, fields(user_id = user))]
fn sign_in(user: &str, password: &str) {
    debug!(password, "checks the password");
    if password == "wrong" {
        warn!(tags = "LOGIN", "sign-in refused");
    } else {
        info!(tags = "LOGIN", "signed in");
    }
}

fn main() -> Result<(), tracework::Error> {
    let control = Control::new();
    tracing_subscriber::registry()
        .with(MetadataLayer::new(&control).service("by_hand").field("region", "eu-1"))
        .with(DestinationLayer::new(&control))
        .try_init()?;

    let recent = Memory::new(100);
    let kept = recent.handle();
    control.attach("console", Console::stdout().level(Severity::WARNING).format(Text::new()))?;
    control.attach("app", File::rolling("logs/by_hand.jsonl").max_size("1MiB").keep(3).format(JsonLines::default()))?;
    control.create("logins", recent.level(Severity::TRACE))?;

    println!("At first the console takes warnings, and the file takes INFO and above:");
    sign_in("ann", "secret");
    sign_in("bob", "wrong");
    control.flush(Duration::from_secs(1));

    println!("Then the console takes DEBUG, and a route brings sign-ins to memory as well (the password is masked):");
    control.set_level("console", Severity::DEBUG)?;
    control.set_route("logins", Rule::parse("tag = LOGIN")?, &["console", "app", "logins"])?;
    sign_in("cleo", "secret");

    let report = control.shutdown(Duration::from_secs(5)).into_result()?;
    println!("Memory kept {} sign-in. Where everything went:", kept.len());
    for (name, row) in &report.destinations {
        println!("  {name}: {} accepted, {} delivered, {} lost", row.accepted, row.delivered, row.lost());
    }
    println!("The file is logs/by_hand.jsonl.");
    Ok(())
}
