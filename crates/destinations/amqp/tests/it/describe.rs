//! What a config would say of it.

use tracework_amqp::{Amqp, Exchange, QueueType};
use tracework_core::{Destination, Secret, Setting};

#[test]
fn it_says_what_is_set_and_no_secret() {
    let amqp = Amqp::to("amqp://ann:hunter2@mq:5673/logs?heartbeat=10").and_then(|amqp| {
        amqp.exchange("logs")?.routing_key("{service}.{level}")?.declare_queue("all")?.bind("#")?.header("a", "{level}")
    });
    let amqp = amqp.expect("a destination").declare_exchange(Exchange::Topic).queue_type(QueueType::Quorum);
    let said = amqp.as_config().expect("a description");
    let text = |name: &str| match said.get(name) {
        Some(Setting::Text(text)) => text.clone(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(text("url"), "amqp://ann@mq:5673/logs?heartbeat=10");
    assert_eq!(said.get("password"), Some(&Setting::Secret(Secret::Program)));
    for (name, value) in [
        ("exchange", "logs"),
        ("routing_key", "{service}.{level}"),
        ("declare_exchange", "topic"),
        ("declare_queue", "all"),
        ("queue_type", "quorum"),
        ("bind", "#"),
    ] {
        assert_eq!(text(name), value);
    }
    assert!(!format!("{said:?} {amqp:?}").contains("hunter2"));
}

#[test]
fn settings_that_do_not_fit_each_other_are_refused_by_name() {
    type Change = fn(Amqp) -> Result<Amqp, tracework_amqp::Mistake>;
    let cases: [(&str, Change); 8] = [
        ("declare_exchange", |amqp| Ok(amqp.routing_key("x")?.declare_exchange(Exchange::Topic))),
        ("declare_exchange", |amqp| Ok(amqp.exchange("{level}")?.declare_exchange(Exchange::Topic))),
        ("declare_queue", |amqp| amqp.exchange("{level}")?.declare_queue("q")),
        ("declare_queue", |amqp| amqp.routing_key("other")?.declare_queue("q")),
        ("declare_queue", |amqp| amqp.routing_key("{level}")?.declare_queue("q")),
        ("bind", |amqp| amqp.routing_key("x")?.bind("#")),
        ("bind", |amqp| amqp.declare_queue("q")?.bind("#")),
        ("bind", |amqp| {
            let amqp = amqp.exchange("x")?.routing_key("{level}")?.declare_queue("q")?;
            Ok(amqp.declare_exchange(Exchange::Direct))
        }),
    ];
    for (setting, change) in cases {
        let amqp = Amqp::to("amqp://localhost").and_then(change).expect("each is allowed by itself");
        assert_eq!(amqp.check().expect_err(setting).setting, setting);
    }
    let refused: [(&str, Change); 6] = [
        ("exchange", |amqp| amqp.exchange("a b")),
        ("exchange", |amqp| amqp.exchange("{nothing}")),
        ("routing_key", |amqp| amqp.routing_key(&"x".repeat(256))),
        ("declare_queue", |amqp| amqp.declare_queue("{level}")),
        ("bind", |amqp| amqp.bind("a b")),
        ("headers", |amqp| amqp.header("", "x")),
    ];
    for (setting, change) in refused {
        assert_eq!(Amqp::to("amqp://localhost").and_then(change).expect_err(setting).setting, setting);
    }
}
