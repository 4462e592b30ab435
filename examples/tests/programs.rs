//! Each program runs by itself in an empty folder, ends well, and shows what it says it shows.

use std::path::Path;
use std::process::{Command, Output};

/// Runs a program in `folder`.
fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_remove("RUST_LOG");
    command.output().expect("the program starts")
}

/// What a program that ends well prints, in an empty folder.
fn printed(program: &str, arguments: &[&str]) -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(program, arguments, folder.path());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    (text, folder)
}

fn lines(folder: &tempfile::TempDir, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.path().join(file)).expect("the file is there");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_layers_by_hand_write_a_file_and_mask_the_password() {
    let (text, folder) = printed(env!("CARGO_BIN_EXE_by_hand"), &[]);
    assert!(text.contains("password=***") && !text.contains("secret"), "{text}");
    assert_eq!(lines(&folder, "logs/by_hand.jsonl").len(), 3);
}

#[test]
fn a_function_says_its_level_and_its_destinations() {
    let (text, _) = printed(env!("CARGO_BIN_EXE_per_function"), &[]);
    let (before, after) = text.split_once("watched()").expect("both are shown");
    assert!(!before.contains("DEBUG") && after.contains("DEBUG"), "{text}");
    assert!(after.contains("audit   ["), "{text}");
}

#[test]
fn a_format_of_ones_own_writes_one_line_a_record() {
    let (text, _) = printed(env!("CARGO_BIN_EXE_custom_format"), &[]);
    assert!(text.contains("17:payment processed") && text.contains(r"ann\nforged line"), "{text}");
}

#[test]
fn a_destination_of_ones_own_is_tried_again_and_has_dead_letters() {
    let (text, _) = printed(env!("CARGO_BIN_EXE_custom_destination"), &[]);
    assert!(text.contains("3 accepted = 2 delivered + 1 dead letter"), "{text}");
}

#[test]
fn the_rolling_writer_of_tracing_appender_gets_everything() {
    let (text, folder) = printed(env!("CARGO_BIN_EXE_appender"), &[]);
    assert!(text.contains("hourly: 6 delivered"), "{text}");
    let files = std::fs::read_dir(folder.path().join("logs")).expect("the folder is there").count();
    assert!(files >= 1, "an hour may have passed");
}

#[test]
fn hyper_alone_tells_of_its_requests_and_what_they_sent() {
    let (text, _) = printed(env!("CARGO_BIN_EXE_plain_hyper"), &[]);
    assert!(text.contains("3 requests, 3 records of them"), "{text}");
    let told = |what: &str| text.lines().filter(|line| line.contains("request done") && line.contains(what)).count();
    assert_eq!((told("request_bytes=21"), told("status=404")), (1, 1), "{text}");
    let inside = text.lines().find(|line| line.contains("measured")).expect("it is logged");
    assert!(inside.contains("request_id=req_1") && inside.contains("ip_address=127.0.0.1"), "{text}");
}

#[test]
fn the_service_loses_nothing_and_hides_card_numbers() {
    let (text, folder) = printed(env!("CARGO_BIN_EXE_payments"), &["--seconds", "2", "--rate", "300"]);
    assert!(text.contains("Nothing was lost.") && text.contains(" 0 unanswered"), "{text}");
    let app = lines(&folder, "logs/app.jsonl");
    assert!(app.len() > 100, "{} lines", app.len());
    assert!(app.iter().all(|line| !line.contains("4111 1111")), "the numbers of cards are masked");
    assert!(lines(&folder, "logs/payments.jsonl").iter().all(|line| line.contains("PAYMENT")));
}

#[test]
fn the_service_says_when_its_port_is_taken() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("it is bound").port().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(env!("CARGO_BIN_EXE_payments"), &["--port", &port], folder.path());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("taken by another program"), "{told}");
}
