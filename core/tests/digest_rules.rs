//! What may be said in a node's digest, and what follows from it.

use tongban_core::digest::{Act, Digest, LEAST, Month, PARTS_MAX, ROWS_MAX, Reason, Row, Table};
use tongban_core::dossier::{By, Moment, NodeId, Role};
use tongban_core::ident::drill_uscc;
use tongban_core::matter;
use tongban_core::network::tie::{Actor, Relation};
use tongban_core::public::Room as _;
use tongban_core::rule::{Asks, WhyNot};

fn node(name: &str) -> NodeId {
    name.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// The first day of December.
fn today() -> Moment {
    Moment::start_of(month("2026-12").first())
}

fn row(to: u32, item: &str, count: u32) -> Row {
    Row {
        relation: Relation::HandsTo,
        from: Actor::Org(drill_uscc(1)),
        to: Actor::Org(drill_uscc(to)),
        sign: 0,
        item: item.to_owned(),
        subject: None,
        code: String::new(),
        count,
        late: 0,
        took: None,
    }
}

fn rows() -> Vec<Row> {
    let mut rows = vec![row(2, "a", 3), row(2, "b", 4), row(3, "", 9)];
    rows.sort_by_key(|row| (row.to.clone(), row.item.clone()));
    rows
}

fn published(of: &str, rows: Vec<Row>) -> Act {
    Act::Published { month: month(of), part: 1, parts: 1, suppressed: 2, reason: None, rows }
}

/// A part of a month that is told anew.
fn anew(part: u32, parts: u32, rows: Vec<Row>) -> Act {
    Act::Published { month: month("2026-10"), part, parts, suppressed: 0, reason: Some(Reason::Stamped), rows }
}

struct Desk(Digest);

impl Desk {
    /// It tells from October on, and told October.
    fn told() -> Desk {
        let mut desk = Desk::opened();
        desk.say(published("2026-10", rows()), 2);
        desk
    }

    fn opened() -> Desk {
        let (by, node) = (By::system(), node("jiangsu"));
        let asks = Asks { by: &by, node: &node, pen: None, at: today() };
        Desk(Digest::open(Act::Opened { from: month("2026-10") }, &asks).unwrap())
    }

    fn may_from(&self, act: &Act, by: &By, from: &str) -> Result<(), WhyNot> {
        let (from, holder) = (node(from), node("jiangsu"));
        self.0.may(act, &Asks { by, node: &from, pen: None, at: today() }, &holder)
    }

    #[track_caller]
    fn refused(&self, act: &Act, code: &str) {
        assert_eq!(self.may_from(act, &By::system(), "jiangsu").unwrap_err().code, code);
    }

    #[track_caller]
    fn say(&mut self, act: Act, seq: u32) {
        self.may_from(&act, &By::system(), "jiangsu").unwrap();
        let (by, node) = (By::system(), node("jiangsu"));
        self.0.take(act, &Asks { by: &by, node: &node, pen: None, at: today() }, seq);
    }
}

#[test]
fn only_the_node_itself_tells_of_its_ties() {
    let desk = Desk::opened();
    let act = published("2026-10", rows());
    assert!(desk.may_from(&act, &By::system(), "jiangsu").is_ok());
    let officer = By { org: Some(drill_uscc(1)), role: Role::Officer, staff: None };
    for (by, from) in [(&officer, "jiangsu"), (&By::system(), "anhui")] {
        assert_eq!(desk.may_from(&act, by, from).unwrap_err().code, "not-yours-to-publish");
    }
    let asks = Asks { by: &officer, node: &node("jiangsu"), pen: None, at: today() };
    assert!(Digest::open(Act::Opened { from: month("2026-10") }, &asks).is_err());
    let system = By::system();
    let asks = Asks { by: &system, ..asks };
    assert!(Digest::open(Act::Opened { from: month("2027-01") }, &asks).is_err());
}

#[test]
fn months_are_told_in_order_once_and_when_they_are_over() {
    let mut desk = Desk::opened();
    desk.refused(&published("2026-11", rows()), "digest-order");
    desk.refused(&published("2026-09", rows()), "digest-order");
    desk.say(published("2026-10", rows()), 2);
    desk.refused(&published("2026-10", rows()), "digest-told");
    desk.refused(&published("2026-12", rows()), "digest-not-over");
    // A month of nothing is told: nothing is not silence.
    desk.say(published("2026-11", Vec::new()), 3);
    assert!(desk.0.months[&month("2026-11")].is_empty());
    assert_eq!(desk.0.next(), month("2026-12"));
}

#[test]
fn a_correction_is_a_new_version_with_its_reason() {
    let mut desk = Desk::told();
    assert_eq!((desk.0.months[&month("2026-10")].version, desk.0.months[&month("2026-10")].facts()), (1, 16));
    desk.say(anew(1, 1, vec![row(2, "", 11)]), 5);
    let october = &desk.0.months[&month("2026-10")];
    assert_eq!((october.version, october.reason, october.facts()), (2, Some(Reason::Stamped), 11));
    assert_eq!(october.rows().map(|(seq, _)| seq).collect::<Vec<_>>(), [5]);
    // Nothing is corrected that was not told.
    let early = Act::Published {
        month: month("2026-11"),
        part: 1,
        parts: 1,
        suppressed: 0,
        reason: Some(Reason::Voided),
        rows: Vec::new(),
    };
    desk.refused(&early, "digest-order");
}

#[test]
fn a_long_month_counts_when_its_last_part_is_there() {
    let mut desk = Desk::told();
    let all = rows();
    desk.refused(&anew(2, 2, all[1..].to_vec()), "digest-part");
    desk.say(anew(1, 2, all[..1].to_vec()), 5);
    assert_eq!(desk.0.months[&month("2026-10")].version, 1);
    desk.refused(&anew(2, 3, all[1..].to_vec()), "digest-part");
    desk.refused(&anew(2, 2, all[..1].to_vec()), "digest-row");
    desk.refused(&anew(2, 2, Vec::new()), "digest-row");
    desk.say(anew(2, 2, all[1..].to_vec()), 6);
    let october = &desk.0.months[&month("2026-10")];
    assert_eq!((october.version, october.facts(), october.parts.len()), (2, 16, 2));
    assert_eq!(october.rows().map(|(seq, _)| seq).collect::<Vec<_>>(), [5, 6, 6]);
    // One that was left unfinished is begun anew.
    desk.say(anew(1, 2, all[..1].to_vec()), 7);
    desk.say(anew(1, 1, all[..1].to_vec()), 8);
    assert_eq!(desk.0.months[&month("2026-10")].version, 3);
    desk.refused(&anew(1, PARTS_MAX + 1, all), "digest-part");
}

#[test]
fn a_month_is_cut_into_entries_that_may_be_said() {
    let mut desk = Desk::opened();
    let rows: Vec<Row> = (0..3_000).map(|item| row(2, &format!("{item:05}"), 3)).collect();
    let table = Table { rows: rows.clone(), suppressed: 4 };
    let acts = Act::of_month(month("2026-10"), table, None).unwrap();
    assert!(acts.len() > 2, "{}", acts.len());
    (1..).zip(acts).for_each(|(seq, act)| desk.say(act, seq));
    let told = desk.0.months[&month("2026-10")].table();
    assert!(told == Table { rows, suppressed: 4 });
    let nothing = Act::of_month(month("2026-11"), Table::default(), None).unwrap();
    assert_eq!(nothing.len(), 1);
    desk.say(nothing[0].clone(), 99);
}

#[test]
fn a_row_holds_no_small_number_and_stands_once() {
    let desk = Desk::opened();
    let refused = |rows: Vec<Row>, code: &str| desk.refused(&published("2026-10", rows), code);
    refused(vec![row(2, "a", LEAST - 1)], "digest-row");
    refused(vec![Row { late: 4, ..row(2, "a", 3) }], "digest-row");
    refused(vec![row(2, "a", 3), row(2, "a", 5)], "digest-row");
    refused(vec![row(2, "b", 3), row(2, "a", 5)], "digest-row");
    refused(vec![Row { relation: Relation::Supports, ..row(2, "a", 3) }], "digest-row");
    refused(vec![row(2, &"a".repeat(101), 3)], "digest-row");
    refused((0..=ROWS_MAX as u32).map(|item| row(2, &format!("{item:05}"), 3)).collect(), "too-long");
    refused((0..700).map(|item| row(2, &format!("{item:0>90}"), 3)).collect(), "too-long");
}

#[test]
fn what_is_told_is_readable_json() {
    let act = matter::Act::from(published("2026-10", vec![row(2, "a", 3)]));
    assert_eq!((act.kind(), act.name()), ("digest", "published"));
    let text = serde_json::to_string(&act).unwrap();
    assert!(
        text.starts_with(
            r#"{"act":"published","month":"2026-10","part":1,"parts":1,"suppressed":2,"rows":[{"relation":"hands_to""#
        ),
        "{text}"
    );
    let Ok(Act::Published { rows, .. }) = serde_json::from_str(&text) else { panic!("{text}") };
    assert_eq!(rows, [row(2, "a", 3)]);
    assert!("2026-13".parse::<Month>().is_err() && "26-01".parse::<Month>().is_err());
}
