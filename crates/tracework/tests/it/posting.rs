//! The HTTP destination in a pipeline: one bad record among good ones, and nothing of its own that comes back.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracework::core::{Attach as _, BatchSettings, Destination as _, RetrySettings};
use tracework::engine::Control;
use tracework::http::Http;
use tracework::layer::DestinationLayer;
use tracework_testkit::{Bundle, TestRecord};
use tracing_subscriber::layer::SubscriberExt as _;

/// A server that refuses what holds `poison`; its URL, and the messages that it took.
fn server() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let taken: Arc<Mutex<Vec<String>>> = Arc::default();
    let messages = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let messages = Arc::clone(&messages);
            std::thread::spawn(move || while serve(&stream, &messages).is_some() {});
        }
    });
    (url, taken)
}

/// Answers one request of a connection.
fn serve(stream: &TcpStream, messages: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    let good = !body.contains("poison");
    if good {
        let found = body.split("\"message\":\"").skip(1).filter_map(|rest| rest.split('"').next());
        messages.lock().expect("no other panicked").extend(found.map(str::to_owned));
    }
    let status = if good { "200 OK" } else { "422 Unprocessable Content" };
    let (mut stream, why) = (stream, if good { "" } else { "amount is no number" });
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{why}", why.len()).ok()
}

#[test]
fn a_bad_record_among_good_ones_is_refused_alone() {
    let (url, taken) = server();
    let control = Control::new();
    let batch = BatchSettings { records: 64, every: Duration::from_millis(200), ..BatchSettings::default() };
    let retry = RetrySettings { first: Duration::from_millis(10), ..RetrySettings::default() };
    control.attach("hook", Http::post(url).allow_private(true).batch(batch).retry(retry)).expect("it is free");
    let subscriber = tracing_subscriber::registry().with(DestinationLayer::new(&control));
    tracing::subscriber::with_default(subscriber, || {
        for number in 0..20 {
            let what = if number == 13 { "poison" } else { "good" };
            tracing::info!("{what} {number}");
        }
    });
    let report = control.flush(Duration::from_secs(20));
    assert_eq!((report.delivered, report.pending), (19, 0), "{report:?}");
    let letters = control.dead_letters("hook").expect("it is there");
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].record.view().message(), "poison 13");
    assert!(letters[0].reason.contains("422 Unprocessable") && letters[0].reason.contains("amount is no number"));
    let expected: Vec<_> = (0..20).filter(|number| *number != 13).map(|number| format!("good {number}")).collect();
    assert_eq!(*taken.lock().expect("no other panicked"), expected, "each once and in order");
    assert_eq!(control.shutdown(Duration::from_secs(5)).total.dead, 1);
}

#[test]
fn what_its_libraries_log_does_not_come_back() {
    let mut child = std::process::Command::new(std::env::current_exe().expect("this program"));
    child.args(["posting::logs_everything", "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    let output = child.env("LOG_EVERYTHING", "1").output().expect("it runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let number = |what: &str| -> usize {
        let (_, rest) = printed.split_once(what).unwrap_or_else(|| panic!("{printed}"));
        rest.split_whitespace().next().and_then(|text| text.parse().ok()).expect("a number")
    };
    assert_eq!((number("records="), number("posted=")), (100, 100), "{printed}");
    assert!(number("elsewhere=") > 0, "on a thread of the program's they do log: {printed}");
}

/// Sets a global subscriber, so it runs in a process of its own.
#[test]
#[ignore = "a part of the test above"]
#[expect(clippy::print_stdout, reason = "it tells the test above")]
fn logs_everything() {
    if std::env::var_os("LOG_EVERYTHING").is_none() {
        return;
    }
    let (url, taken) = server();
    let yaml = format!(
        "level: TRACE\ndestinations:\n  all: {{ type: memory, records: 10000 }}\n  \
         hook: {{ type: http, url: \"{url}\", allow_private: true, batch: {{ records: 10, every: 10ms }} }}\n"
    );
    let tracework = tracework::init_str(&yaml).expect("the config is right");
    for number in 0..100 {
        tracing::info!("number {number}");
    }
    // Ticks and idle connections log too.
    std::thread::sleep(Duration::from_millis(1_500));
    let report = tracework.control().flush(Duration::from_secs(20));
    let records = report.delivered / 2;
    let posted = taken.lock().expect("no other panicked").len();
    // The same by hand, on a thread that is not tracework's.
    let mut http = Http::post(url).allow_private(true);
    let mut format = http.usual_format().expect("a format");
    let bundle = Bundle::encoded(vec![TestRecord::new("by hand").build()], format.as_mut());
    bundle.with(|batch| http.deliver(batch)).expect("delivered");
    let after = tracework.control().flush(Duration::from_secs(20));
    println!("records={records} posted={posted} elsewhere={}", (after.delivered - report.delivered) / 2);
}
