//! Where it is driven from: threads with and without a runtime.

use crate::support::{Queue, deliver, records};
use std::time::Duration;
use tracework_core::Destination;

#[test]
fn it_works_whether_the_program_has_a_runtime_or_not() {
    let Some(queue) = Queue::new() else { return };
    let mut without = queue.amqp();
    deliver(&mut without, &records(&["without"])).expect("it is delivered");
    // A worker's thread is no thread of the program's runtime, whatever the program does meanwhile.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut inside = queue.amqp();
    inside = runtime.block_on(async {
        let worker = std::thread::spawn(move || {
            deliver(&mut inside, &records(&["beside a busy runtime"])).expect("it is delivered");
            inside
        });
        tokio::time::sleep(Duration::from_millis(1)).await;
        worker.join().expect("it does not panic")
    });
    drop(runtime);
    let worker = std::thread::spawn(move || {
        deliver(&mut inside, &records(&["after the runtime"])).expect("it is delivered");
        inside.close().expect("it closes");
    });
    worker.join().expect("it does not panic");
    assert_eq!(queue.texts().len(), 3);
}

#[test]
fn it_may_be_dropped_inside_a_runtime() {
    let Some(queue) = Queue::new() else { return };
    let amqp = std::thread::spawn({
        let mut amqp = queue.amqp();
        move || {
            deliver(&mut amqp, &records(&["one"])).expect("it is delivered");
            amqp
        }
    });
    let amqp = amqp.join().expect("it does not panic");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async move { drop(amqp) });
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_stays_behind() {
    let Some(queue) = Queue::new() else { return };
    let threads = || {
        let tasks = std::fs::read_dir("/proc/self/task").expect("threads").flatten();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        names.filter(|name| name.starts_with("lapin")).count()
    };
    let before = threads();
    for _ in 0..5 {
        let mut amqp = queue.amqp();
        deliver(&mut amqp, &records(&["one"])).expect("it is delivered");
        assert!(threads() > before);
        drop(amqp);
    }
    let gone = std::iter::repeat_with(|| {
        std::thread::sleep(Duration::from_millis(20));
        threads()
    });
    assert!(gone.take(100).any(|count| count == before), "{} of {before} threads", threads());
}
