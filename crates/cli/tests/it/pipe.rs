//! `tracework pipe` on what it is meant for.

use super::support::{APP, Place, Run, records};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::time::{Duration, Instant};

#[test]
fn an_object_a_line_becomes_a_record() {
    let line = br#"{"level":"warn","msg":"slow","target":"app::db","time":"2026-01-15T10:30:45.123456Z","tags":["A","B"],"category":"database","ms":12.5,"n":-3,"big":18446744073709551615,"ok":true,"no":null,"nested":{"a":[1,"x"]},"text":"caf\u00e9 \ud83d\ude00\n"}"#;
    let (run, records) = Place::with(APP).pipe(&[], line);
    assert_eq!((run.code, run.err.as_str(), records.len()), (Some(0), "", 1));
    let record = &records[0];
    assert_eq!(record["level"], "WARNING");
    assert_eq!(record["message"], "slow");
    assert_eq!(record["target"], "app::db");
    assert_eq!(record["timestamp"], "2026-01-15T10:30:45.123456Z");
    assert_eq!(record["tags"], json!(["A", "B"]));
    assert_eq!(record["category"], "database");
    let fields = json!({"ms":12.5,"n":-3,"big":18446744073709551615_u64,"ok":true,"no":null,"nested":{"a":[1,"x"]},"text":"café 😀\n"});
    assert_eq!(record["fields"], fields);
}

#[test]
fn numbers_of_pino_and_times_in_milliseconds_are_understood() {
    let input =
        b"{\"level\":10,\"time\":0,\"msg\":\"a\"}\n{\"level\":35,\"timestamp\":1768473045123,\"message\":\"b\"}\n\
                  {\"level\":60,\"message\":\"c\"}\n{\"level\":7,\"time\":\"soon\",\"message\":\"d\"}\n";
    let (_, records) = Place::with(APP).pipe(&[], input);
    let levels: Vec<_> = records.iter().map(|record| record["level"].as_str().expect("it has one")).collect();
    assert_eq!(levels, ["TRACE", "INFO", "CRITICAL", "INFO"]);
    assert_eq!(records[0]["timestamp"], "1970-01-01T00:00:00.000000Z");
    assert_eq!(records[1]["timestamp"], "2026-01-15T10:30:45.123000Z");
    assert_eq!(records[3]["fields"]["time"], "soon", "what is no time stays a field");
}

#[test]
fn routes_destinations_and_kinds_of_the_object_count() {
    let config = "level: TRACE\ndestinations:\n  app: { type: file, path: app.jsonl }\n  \
                  other: { type: file, path: other.jsonl, kinds: [audit] }\n\
                  routes: [{ when: tag = X, to: other }]\ndefault: app\n";
    let input = b"{\"msg\":\"1\"}\n{\"msg\":\"2\",\"tags\":\"X\",\"kind\":\"audit\"}\n{\"msg\":\"3\",\"destinations\":[\"other\"]}\n\
                  {\"msg\":\"4\",\"kind\":\"security\"}\n";
    let place = Place::with(config);
    let (run, records) = place.pipe(&["--allow-kinds", "audit,job"], input);
    assert_eq!(run.code, Some(0));
    let messages = |records: &[Value]| records.iter().map(|one| one["message"].clone()).collect::<Vec<_>>();
    assert_eq!(messages(&records), ["1", "4"]);
    assert_eq!(records[1]["fields"]["kind"], "security", "a kind that is not allowed is a field");
    let other = super::support::records(&place.path("other.jsonl"));
    assert_eq!(messages(&other), ["2", "3"]);
    assert_eq!(other[0]["kind"], "audit");
}

#[test]
fn the_lines_of_a_trace_are_one_record() {
    let input = b"starting\n\nException: boom\n\tat a.b(C.java:1)\n   more\nCaused by: x\nat the end\n\n\ndone\r\n{\"msg\":\"j\"}\nlast";
    let (_, records) = Place::with(APP).pipe(&[], input);
    let messages: Vec<_> = records.iter().map(|record| record["message"].as_str().expect("it has one")).collect();
    let trace = "Exception: boom\n\tat a.b(C.java:1)\n   more\nCaused by: x\nat the end";
    assert_eq!(messages, ["starting", trace, "done", "j", "last"]);
}

#[test]
fn nothing_is_dropped_whatever_the_config_says_and_rust_log_is_not_read() {
    let config = "level: TRACE\nbuffer: { memory: 64KiB, when_full: drop_newest }\ndestinations:\n  \
                  app: { type: file, path: app.jsonl, buffer: { memory: 64KiB, when_full: drop_newest } }\n";
    let place = Place::with(config);
    let input: String =
        (0..50_000).map(|n| format!("{{\"level\":\"debug\",\"message\":\"line {n}\",\"n\":{n}}}\n")).collect();
    let mut command = place.command(&["pipe", "--config", "app.yml", "--report"]);
    let mut child = command.env("RUST_LOG", "off").spawn().expect("it was built");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads all");
    drop(stdin);
    let run = Run::of(&child.wait_with_output().expect("it ends"));
    assert_eq!(run.code, Some(0), "{}", run.err);
    let records = records(&place.path("app.jsonl"));
    assert_eq!(records.len(), 50_000);
    assert!(records.iter().enumerate().all(|(n, record)| record["fields"]["n"] == n), "the order is kept");
    assert_eq!(run.report()["destinations"]["app"]["dropped"], json!({}));
}

#[test]
fn the_report_has_every_row_of_the_ledger() {
    let config =
        "level: INFO\ndestinations: { app: { type: file, path: app.jsonl }, quiet: { type: memory, level: off } }";
    let (run, records) = Place::with(config).pipe(&["--report"], b"one\ntwo\n{\"level\":\"debug\",\"msg\":\"x\"}\n");
    assert_eq!(records.len(), 2);
    let mut report = run.report();
    assert!(report["peak_rss_bytes"].as_u64().is_some() && report["seconds"].as_f64().is_some());
    let object = report.as_object_mut().expect("it is an object");
    object.remove("peak_rss_bytes");
    object.remove("seconds");
    for name in ["app", "quiet"] {
        let row = object["destinations"][name].as_object_mut().expect("it is an object");
        assert!(row.remove("seconds").is_some_and(|time| time.is_f64()), "{name}");
    }
    let row = |count: u64| json!({"accepted":count,"recovered":0,"delivered":count,"dropped":{},"dead_lettered":0,"handed_over":{},"pending":0,"spooled":0,"retried":0});
    let expected =
        json!({"accepted":3,"internal":0,"lost":0,"destinations":{"app":row(2),"quiet":row(0)},"buffer":row(3)});
    assert_eq!(report, expected);
}

#[test]
fn a_destination_that_cannot_deliver_makes_the_exit_1() {
    let place = Place::with(
        "destinations: { app: { type: file, path: blocked/app.jsonl, retry: { first: 10ms, max: 20ms } } }",
    );
    std::fs::write(place.path("blocked"), "a file where a folder must be").expect("it can be written");
    let (run, _) = place.pipe(&["--report", "--timeout", "500ms"], b"one\ntwo\n");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("2 records were lost\n  app: 2 of 2: the time to shut down was over; "), "{}", run.err);
    assert!(run.err.contains("blocked"), "the reason is told: {}", run.err);
    let report = run.err.lines().find(|line| line.starts_with('{')).expect("the report is a line");
    let report: Value = serde_json::from_str(report).expect("it is JSON");
    assert_eq!(report["lost"], 2);
}

#[test]
fn acks_come_when_the_record_is_in_the_file() {
    let place = Place::with(APP);
    let mut child = place.command(&["pipe", "--config", "app.yml", "--ack"]).spawn().expect("it was built");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut acks = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut next = || acks.next().expect("one comes").expect("it can be read");
    for (number, (line, ack)) in
        [("{\"id\":\"x7\",\"msg\":\"a\"}", "x7"), ("plain", "2"), ("{\"id\":42}", "42"), ("{\"id\":\"a\\nb\"}", "4")]
            .iter()
            .enumerate()
    {
        writeln!(stdin, "{line}").expect("it reads");
        assert_eq!(next(), *ack);
        assert_eq!(records(&place.path("app.jsonl")).len(), number + 1);
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn text_is_not_held_back_for_long() {
    let place = Place::with(APP);
    let mut child = place.command(&["pipe", "--config", "app.yml"]).spawn().expect("it was built");
    let mut stdin = child.stdin.take().expect("it is piped");
    writeln!(stdin, "is anybody there?").expect("it reads");
    let mut waits = 100;
    while records(&place.path("app.jsonl")).is_empty() && waits > 0 {
        std::thread::sleep(Duration::from_millis(50));
        waits -= 1;
    }
    assert!(waits > 0, "the record came while the input was open");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_console_whose_reader_has_gone_is_no_panic() {
    let place = Place::with("destinations: { out: { type: console, stream: stdout, format: json } }");
    let mut child = place.command(&["pipe", "--config", "app.yml"]).spawn().expect("it was built");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(&b"a line\n".repeat(1000)).expect("it reads all");
    drop(stdin);
    let run = Run::of(&child.wait_with_output().expect("it ends"));
    assert!(run.code == Some(1) && !run.err.contains("panicked"), "{:?} {}", run.code, run.err);
}

#[test]
fn what_the_surroundings_tell_is_in_every_record_and_gives_way_to_what_is_named() {
    let place = Place::with(
        "enrich: [kubernetes, os]\nmetadata: { os.type: mine }\ndestinations:\n  app: { type: file, path: app.jsonl }\n",
    );
    let mut command = place.command(&["pipe", "--config", "app.yml"]);
    let command = command.env("POD_NAMESPACE", "shop").env("POD_NAME", "payments-7d9f");
    let mut child = command.spawn().expect("it was built");
    child.stdin.take().expect("it is piped").write_all(b"a line\n").expect("it reads");
    assert!(child.wait().expect("it ends").success());
    let records = records(&place.path("app.jsonl"));
    let metadata = &records[0]["metadata"];
    assert_eq!((&metadata["k8s.namespace.name"], &metadata["k8s.pod.name"]), (&"shop".into(), &"payments-7d9f".into()));
    assert_eq!(metadata["os.type"], "mine");
}

#[test]
fn a_destination_that_fails_is_told_at_once() {
    let place = Place::with("destinations: { app: { type: file, path: blocked/app.jsonl, retry: { first: 10ms } } }");
    std::fs::write(place.path("blocked"), "a file where a folder must be").expect("it can be written");
    let mut child =
        place.command(&["pipe", "--config", "app.yml", "--timeout", "100ms"]).spawn().expect("it was built");
    let mut input = child.stdin.take().expect("it is piped");
    let mut told = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    input.write_all(b"{\"msg\":\"one\"}\n").expect("it reads");
    let line = told.next().expect("a line, while it runs").expect("it can be read");
    assert!(line.starts_with("tracework: destination app: ") && line.contains("blocked"), "{line}");
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[cfg(unix)]
fn signal(child: &std::process::Child, name: &str) {
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args([name, &id]).status().expect("it runs").success());
}

/// Waits until a file has so many lines.
#[cfg(unix)]
fn has_lines(path: &std::path::Path, count: usize) {
    let end = Instant::now() + Duration::from_secs(20);
    while std::fs::read_to_string(path).unwrap_or_default().lines().count() < count {
        assert!(Instant::now() < end, "{} has not {count} lines", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_input_and_what_was_read_is_delivered_and_told() {
    for name in ["-TERM", "-INT"] {
        let place = Place::with("destinations: { app: { type: file, path: app.jsonl, batch: { every: 1h } } }");
        let mut child = place.command(&["pipe", "--config", "app.yml", "--report"]).spawn().expect("it was built");
        // It stays open: nothing but the signal ends it.
        let mut input = child.stdin.take().expect("it is piped");
        for number in 0..1_000 {
            writeln!(input, "{{\"msg\":\"{number}\"}}").expect("it reads");
        }
        std::thread::sleep(Duration::from_millis(500));
        signal(&child, name);
        let run = Run::of(&child.wait_with_output().expect("it ends"));
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert_eq!(run.report()["destinations"]["app"]["delivered"], 1_000);
        assert_eq!(records(&place.path("app.jsonl")).len(), 1_000);
        drop(input);
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_that_stands_still_too() {
    let place = Place::with("destinations: { far: { type: file, path: no/app.jsonl, buffer: { memory: 4KiB } } }");
    std::fs::write(place.path("no"), "a file where a folder must be").expect("it can be written");
    let mut child = place
        .command(&["pipe", "--config", "app.yml", "--report", "--timeout", "300ms"])
        .spawn()
        .expect("it was built");
    let mut input = child.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || while writeln!(input, "{}", "x".repeat(1_000)).is_ok() {});
    std::thread::sleep(Duration::from_secs(1));
    let begun = Instant::now();
    signal(&child, "-TERM");
    let run = Run::of(&child.wait_with_output().expect("it ends"));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.err.contains("\"lost\":") && run.err.contains("a signal ends the input"), "{}", run.err);
    assert!(run.err.contains("destination far: "), "what fails is told while it runs: {}", run.err);
    writer.join().expect("it ends");
}

#[cfg(unix)]
#[test]
fn a_hangup_reads_the_config_again_and_ends_nothing() {
    let place = Place::with("destinations: { app: { type: file, path: app.jsonl } }");
    let mut child = place.command(&["pipe", "--config", "app.yml", "--watch"]).spawn().expect("it was built");
    let mut input = child.stdin.take().expect("it is piped");
    writeln!(input, "one").expect("it reads");
    has_lines(&place.path("app.jsonl"), 1);
    std::fs::rename(place.path("app.jsonl"), place.path("app.1")).expect("it is there");
    signal(&child, "-HUP");
    writeln!(input, "two").expect("it reads");
    has_lines(&place.path("app.jsonl"), 1);
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

#[cfg(unix)]
#[test]
fn a_config_may_come_out_of_a_pipe() {
    let place = Place::with("");
    let fifo = place.path("conf");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().expect("it runs").success());
    // It is read once: whoever writes does so once.
    let config = "destinations: { app: { type: file, path: app.jsonl } }";
    let writer = std::thread::spawn(move || std::fs::write(fifo, config));
    let run = place.run(&["pipe", "--config", "conf", "--watch"], b"hello\n");
    writer.join().expect("it ends").expect("it is read");
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(records(&place.path("app.jsonl"))[0]["message"], "hello");
}

#[test]
fn a_level_and_a_route_that_are_changed_while_it_pipes_hold() {
    let config = |level: &str, route: &str| {
        format!(
            "destinations: {{ app: {{ type: file, path: app.jsonl, level: {level} }}, \
             more: {{ type: file, path: more.jsonl }} }}\n\
             routes: [{{ when: 'tag = X', to: [{route}] }}]\ndefault: [app]\nmetadata: {{ at: {level} }}\n"
        )
    };
    let place = Place::with(&config("ERROR", "app"));
    let mut child = place.command(&["pipe", "--config", "app.yml", "--watch"]).spawn().expect("it was built");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(b"{\"level\":\"error\",\"msg\":\"before\"}\n").expect("it reads");
    std::fs::write(place.path("app.yml"), config("INFO", "more")).expect("it can be written");
    let end = Instant::now() + Duration::from_secs(20);
    let lines = |name: &str| std::fs::read_to_string(place.path(name)).unwrap_or_default().lines().count();
    while lines("app.jsonl") < 2 || lines("more.jsonl") < 1 {
        assert!(Instant::now() < end, "the change does not hold: {} {}", lines("app.jsonl"), lines("more.jsonl"));
        input.write_all(b"{\"msg\":\"after\"}\n{\"msg\":\"after\",\"tags\":\"X\"}\n").expect("it reads");
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn changes_of_the_config_hold_while_it_pipes() {
    use std::io::Write as _;
    let config = |name: &str| format!("destinations: {{ app: {{ type: file, path: {name}.jsonl }} }}");
    let place = Place::with(&config("one"));
    let mut child =
        place.command(&["pipe", "--config", "app.yml", "--watch", "--report"]).spawn().expect("it was built");
    let mut input = child.stdin.take().expect("it is piped");
    let soon = |name: &str| {
        let end = Instant::now() + Duration::from_secs(20);
        while !place.path(name).exists() {
            assert!(Instant::now() < end, "{name} is not made");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    input.write_all(b"{\"msg\":\"first\"}\n").expect("it reads");
    soon("one.jsonl");
    std::fs::write(place.path("app.yml"), config("two")).expect("it can be written");
    soon("two.jsonl");
    std::fs::write(place.path("app.yml"), "destinations: { app: { type: flie } }").expect("it can be written");
    std::thread::sleep(Duration::from_secs(1));
    input.write_all(b"{\"msg\":\"second\"}\n").expect("it reads");
    drop(input);
    let run = Run::of(&child.wait_with_output().expect("it ends"));
    assert_eq!(run.code, Some(0), "{}", run.err);
    let messages = |name: &str| -> Vec<String> {
        let told = |record: Value| record["message"].as_str().unwrap_or_default().to_owned();
        records(&place.path(name)).into_iter().map(told).collect()
    };
    assert_eq!(messages("one.jsonl"), ["first"]);
    let two = messages("two.jsonl");
    assert!(two[0].contains("`flie` is no type of destination"), "{two:?}");
    assert_eq!(two[1..], ["second"]);
    let report = run.report();
    assert_eq!((&report["accepted"], &report["lost"], &report["internal"]), (&json!(2), &json!(0), &json!(1)));
    assert_eq!(report["destinations"]["app"]["delivered"], 2, "both of that name are in the account");
}
