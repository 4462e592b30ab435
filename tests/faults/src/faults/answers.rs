//! The server answers, and not well.

use super::Bench;
use crate::Line;
use crate::far::Answers;
use std::thread::sleep;
use std::time::Duration;

/// 429 with a time to wait, then 503.
pub(super) fn busy(bench: &mut Bench) -> Vec<Line> {
    let time = bench.pick(Duration::from_millis(1_500), Duration::from_secs(30));
    let Some(server) = bench.far.http().cloned() else { return Vec::new() };
    let running = bench.start(2_000, &[]);
    let emitted = running.has_emitted(200, Duration::from_secs(30));
    let mut requests = Vec::new();
    for answers in [Answers::TooMany, Answers::Unavailable] {
        server.answer(answers);
        sleep(Duration::from_millis(200));
        let before = server.requests();
        sleep(time);
        requests.push(server.requests() - before);
    }
    server.answer(Answers::Well);
    bench.mend(&running);
    let report = bench.stop(running);
    bench.drain();
    let line = bench.line_with("busy", &report);
    let line = line.with("requests_at_429", requests[0]).with("requests_at_503", requests[1]);
    // One a second is what it asked for; one that was on its way may come besides.
    let obeyed = requests[0] <= time.as_secs() + 2;
    vec![
        line.expect(emitted, "it emits")
            .expect(obeyed, "Retry-After is obeyed")
            .expect(bench.account.gone() == 0, "all is delivered"),
    ]
}

/// 400 to each batch with a record that it will never take.
pub(super) fn poison(bench: &mut Bench) -> Vec<Line> {
    const EVERY: u64 = 500;
    let Some(server) = bench.far.http().cloned() else { return Vec::new() };
    server.answer(Answers::Choosy);
    let most = bench.pick(1_500, 50_000);
    let running =
        bench.start(bench.pick(4_000, 20_000), &["--poison", &EVERY.to_string(), "--most", &most.to_string()]);
    let emitted = running.has_emitted(4 * most, Duration::from_secs(60));
    let report = bench.stop(running);
    bench.drain();
    let poisoned = 4 * most / EVERY;
    (0..4 * most).filter(|number| number % EVERY == EVERY / 2).for_each(|number| bench.account.dead(number));
    let line = bench.line_with("poison", &report).with("poisoned", poisoned).with("dead", report.far("dead"));
    let alone = bench.account.accepted() - bench.account.delivered() == poisoned;
    vec![
        line.expect(emitted, "it emits")
            .expect(report.far("dead") == poisoned, "each poisoned record is a dead letter")
            .expect(alone, "every other record is delivered"),
    ]
}
