//! Deciding before the record is there.

use crate::records::rule;
use crate::strategies::{FIELDS, rule_text, sample};
use proptest::prelude::*;
use tracework_core::{Kind, Severity};
use tracework_rules::Verdict::{Always, Depends, Never};
use tracework_rules::{Facts, Rule, Verdict};

/// An INFO event of `app::db` that has only the field `amount`.
const KNOWN: Facts<'static> = Facts {
    severity: Some(Severity::INFO),
    kind: Some(Kind::Log),
    target: Some("app::db"),
    module: Some("app::db"),
    fields: Some(&["amount"]),
};

#[track_caller]
fn decides(facts: Facts<'_>, expected: &[(&str, Verdict)]) {
    for (text, verdict) in expected {
        assert_eq!(rule(text).decide(&facts), *verdict, "{text}");
    }
}

#[test]
fn what_is_known_is_decided() {
    decides(
        KNOWN,
        &[
            ("level >= ERROR", Never),
            ("level <= INFO", Always),
            ("level = AUDIT", Never),
            ("kind = log", Always),
            ("target under app", Always),
            ("target ~ '^other'", Never),
            ("target exists", Always),
            ("module != app::db", Never),
            ("field.other > 100", Never),
            ("field.other != 1", Always),
            ("field.other exists", Never),
        ],
    );
}

#[test]
fn what_is_not_known_depends() {
    let unknown =
        ["tag = A", "span = a", "message = a", "category = a", "thread = a", "context.a = 1", "metadata.a = 1"];
    for text in unknown {
        decides(KNOWN, &[(text, Depends), (&format!("not {text}"), Depends)]);
    }
    decides(KNOWN, &[("field.amount > 1", Depends), ("field.amount exists", Depends)]);
    for text in ["level = INFO", "kind = log", "target = a", "module = a", "field.other exists"] {
        decides(Facts::default(), &[(text, Depends)]);
    }
    decides(Facts::default(), &[("level >= TRACE", Always), ("level < TRACE", Never)]);
}

#[test]
fn joints_follow_kleene() {
    decides(
        KNOWN,
        &[
            ("level >= ERROR and tag = A", Never),
            ("tag = A and level >= ERROR", Never),
            ("level = INFO and tag = A", Depends),
            ("level = INFO or tag = A", Always),
            ("tag = A or level >= ERROR", Depends),
            ("not (tag = A and level >= ERROR)", Always),
            ("not (tag = A or level = INFO)", Never),
            ("tag = A and not (level = INFO or message = a)", Never),
        ],
    );
}

proptest! {
    #[test]
    fn a_decision_agrees_with_every_record_that_agrees_with_the_facts(
        text in rule_text(), sample in sample(), mask in any::<[bool; 5]>(), more in prop::sample::subsequence(FIELDS.to_vec(), 0..4),
    ) {
        let Ok(rule) = Rule::parse(&text) else { return Ok(()) };
        let names: Vec<_> = sample.fields.iter().map(|(name, _)| *name).chain(more).collect();
        let facts = Facts {
            severity: mask[0].then_some(sample.severity),
            kind: mask[1].then_some(sample.kind),
            target: mask[2].then_some(sample.target),
            module: sample.module.filter(|_| mask[3]),
            fields: mask[4].then_some(&names),
        };
        let matched = rule.matches(&sample.record().view());
        match rule.decide(&facts) {
            Always => prop_assert!(matched, "`{}` was always to match {:?}", rule, sample),
            Never => prop_assert!(!matched, "`{}` was never to match {:?}", rule, sample),
            Depends => {}
        }
    }

    #[test]
    fn more_facts_never_turn_a_decision_round(text in rule_text(), sample in sample()) {
        let Ok(rule) = Rule::parse(&text) else { return Ok(()) };
        let few = Facts { severity: Some(sample.severity), ..Facts::default() };
        let more = Facts { target: Some(sample.target), kind: Some(sample.kind), fields: Some(&FIELDS), ..few };
        let (before, after) = (rule.decide(&few), rule.decide(&more));
        prop_assert!(before == Depends || before == after);
    }
}
