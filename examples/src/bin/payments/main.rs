//! A small payment service that logs through tracework, under a load of its own making.
//!
//! `cargo run --release --bin payments` runs it until Ctrl-C; `-- --help` tells the rest. It listens on loopback,
//! shows what becomes of its records, and changes its own plan while it runs: now and then by itself, and by whoever
//! calls its endpoints.

mod args;
mod closing;
mod load;
mod operate;
mod screen;
mod service;
mod setup;
mod status;
mod tour;

use args::Options;
use load::Load;
use screen::Screen;
use setup::Setup;
use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracework::Severity;
use tracework_tower::{ControlLayer, RequestLayer, Sampling};

/// How long requests under way, and queued records, are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let options = match args::parse(lexopt::Parser::from_env()) {
        Ok(Some(options)) => options,
        Ok(None) => return ExitCode::SUCCESS,
        Err(message) => return complain(&message, 2),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("no threads could be started: {error}"), 1),
    };
    match runtime.block_on(run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => complain(&error.to_string(), 1),
    }
}

fn complain(message: &str, code: u8) -> ExitCode {
    // A closed standard error is nobody's concern.
    let _ = writeln!(std::io::stderr(), "payments: {message}");
    ExitCode::from(code)
}

/// The whole life of the service; `false` if a record was lost.
async fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let listener = bind(options.port).await?;
    let address = listener.local_addr()?;
    let screen = Screen::new();
    let setup = setup::start(&screen)?;
    screen.say(&opening(options, address));

    let started = Instant::now();
    let load = Arc::new(Load::default());
    let (stop, stopped) = watch::channel(false);
    let shop = Arc::new(service::Shop::new(&setup));
    let (close, closed) = watch::channel(false);
    let mut server = tokio::spawn(serve(listener, shop, closed));
    let clients = load::start(&load, address, options.rate, &stopped);
    let tour = options.tour.then(|| tokio::spawn(tour::run(setup.control.clone(), screen.clone(), stopped.clone())));
    let drawing = tokio::spawn(status::run(setup.control.clone(), Arc::clone(&load), screen.clone(), stopped, address));

    let why = end(options.seconds).await;
    let _ = stop.send(true);
    tokio::spawn(end_at_once());
    for client in clients {
        client.await?;
    }
    drawing.await?;
    if let Some(tour) = tour {
        tour.await?;
    }
    // Only now: its own customers are to be answered.
    let _ = close.send(true);
    if tokio::time::timeout(PATIENCE, &mut server).await.is_err() {
        server.abort();
    }
    screen.say(&format!("{why}; everything queued is being delivered."));
    finish(setup, &load, &screen, started).await
}

/// Ends logging and tells what became of every record.
async fn finish(setup: Setup, load: &Load, screen: &Screen, started: Instant) -> Result<bool, Box<dyn Error>> {
    let Setup { tracework, folder, .. } = setup;
    let report = tokio::task::spawn_blocking(move || tracework.shutdown(PATIENCE)).await?;
    screen.say(&closing::text(&report, load, started.elapsed(), &folder));
    Ok(report.total.lost == 0 && report.total.pending == 0)
}

async fn bind(port: u16) -> Result<TcpListener, String> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!(
                "port {port} is taken by another program; choose another with --port, or leave it out for a free one"
            )
        }
        std::io::ErrorKind::PermissionDenied => {
            format!(
                "this user may not listen on port {port}; choose one above 1023, or leave --port out for a free one"
            )
        }
        _ => format!("cannot listen on port {port} of 127.0.0.1: {error}"),
    })
}

async fn serve(listener: TcpListener, shop: Arc<service::Shop>, mut closed: watch::Receiver<bool>) {
    // A record of one in a hundred requests that went well, and of each that did not.
    let requests = RequestLayer::new().client_errors(Severity::INFO).sample(Sampling::one_in(100));
    let requests = requests.slow(Duration::from_secs(1), Severity::WARNING);
    let control = ControlLayer::new(&shop.control);
    let router = service::router().merge(operate::router()).with_state(shop).layer(control).layer(requests);
    let until = async move {
        // It fails only if the sender is gone, and then it is over too.
        let _ = closed.wait_for(|closed| *closed).await;
    };
    // `axum::serve` ends without an error.
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let _ = axum::serve(listener, service).with_graceful_shutdown(until).await;
}

/// Waits for the end, and says why it came.
async fn end(seconds: Option<u64>) -> &'static str {
    let timer = async {
        match seconds {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = timer => "The time is over",
        () = asked_to_end() => "Asked to end",
    }
}

/// Waits for Ctrl-C, or SIGTERM where there is one.
async fn asked_to_end() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without Ctrl-C it runs until its time is over or it is killed.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            () = ctrl_c => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    ctrl_c.await;
}

/// A second request to end is heeded without more ado.
async fn end_at_once() {
    asked_to_end().await;
    std::process::exit(130);
}

fn opening(options: &Options, address: std::net::SocketAddr) -> String {
    let until =
        options.seconds.map_or("until Ctrl-C".to_owned(), |seconds| format!("for {seconds} s, or until Ctrl-C"));
    format!(
        "payments listens on http://{address}, {until}.\n\
         It sends itself {} requests a second. Its records go to\n  \
         the console            WARNING and above\n  \
         logs/app.jsonl         INFO and above\n  \
         logs/payments.jsonl    what is tagged PAYMENT\n  \
         a ring in memory       the last ones: GET /recent\n\
         Change that while it runs:\n  \
         curl -X POST 'http://{address}/control/level?destination=console&level=INFO'\n  \
         curl http://{address}/        (lists the rest)\n",
        options.rate
    )
}
