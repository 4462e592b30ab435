//! The program ends well, and shows what it says it shows.

#[test]
fn a_webhook_gets_the_error_once_its_server_is_there() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_webhook")).env_remove("RUST_LOG").output();
    let output = output.expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains(r#"{"summary": "shop: card \"declined\"", "severity": "ERROR", "order": "18"}"#), "{text}");
    assert!(text.contains("webhook-signature: v1,") && text.contains("1 delivered, 0 lost"), "{text}");
    assert!(!text.contains("charged"), "{text}");
}
