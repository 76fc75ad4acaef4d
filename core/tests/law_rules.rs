//! What may be said of a law, what follows from it, and whether a basis is in force.

use jiff::civil::{Date, date};
use tongban_core::catalogue::{Basis, Mark};
use tongban_core::dossier::{By, Moment, NodeId, Role};
use tongban_core::ident::drill_uscc;
use tongban_core::law::{Act, Article, CONFLICTS_MAX, Conflict, Evidence, Instrument, Law, NAMED_MAX, Rank, Remedy};
use tongban_core::law::{Standing, standing};
use tongban_core::matter;
use tongban_core::public::Room;
use tongban_core::rule::{Asks, WhyNot};

const OLD: Date = date(2003, 10, 1);
const NEW: Date = date(2025, 5, 10);
const TODAY: Date = date(2026, 11, 23);

fn node(name: &str) -> NodeId {
    serde_json::from_value(serde_json::json!(name)).unwrap()
}

fn officer() -> By {
    By { org: Some(drill_uscc(1)), role: Role::Officer, staff: Some("XT-001".to_owned()) }
}

fn system() -> By {
    By { org: None, role: Role::System, staff: None }
}

fn article(number: &str, from: Date, until: Option<Date>) -> Article {
    Article {
        number: number.to_owned(),
        text: "到一方常住户口所在地办理".to_owned(),
        text_en: String::new(),
        from,
        until,
        source: "公报".to_owned(),
        mark: Mark::Seen,
    }
}

fn marriage() -> Instrument {
    Instrument {
        key: "marriage-registration".to_owned(),
        title: "婚姻登记条例".to_owned(),
        title_en: "Regulations on Marriage Registration".to_owned(),
        number: "国务院令第387号".to_owned(),
        issuer: "国务院".to_owned(),
        rank: Rank::Regulation,
        from: OLD,
        until: None,
        articles: vec![article("第四条", OLD, None)],
        source: "公报".to_owned(),
        mark: Mark::Seen,
    }
}

fn evidence(day: Date) -> Evidence {
    Evidence {
        source: "公报".to_owned(), date: day, shows: "只能在户籍地办".to_owned(), shows_en: String::new()
    }
}

fn conflict() -> Conflict {
    Conflict {
        article: "第四条".to_owned(),
        items: vec!["2020-35-43".to_owned()],
        mechanisms: Vec::new(),
        what: "条例要求到户籍地，跨省通办要突破户籍地".to_owned(),
        what_en: String::new(),
        evidence: vec![evidence(date(2021, 1, 1))],
        since: date(2021, 1, 1),
    }
}

fn close(number: u32, on: Date) -> Act {
    Act::ConflictClosed {
        conflict: number,
        on,
        by: Remedy::LawAmended,
        why: "条例修订后全国通办".to_owned(),
        why_en: String::new(),
        evidence: evidence(date(2025, 4, 6)),
    }
}

/// A law's dossier at a node, without its log.
struct Desk {
    law: Law,
    holder: NodeId,
}

impl Desk {
    fn opened() -> Desk {
        let holder = node("registrar");
        let act = Act::Published { instrument: Box::new(marriage()) };
        let by = system();
        let law = Law::open(act, &Asks { by: &by, node: &holder, pen: None, at: Moment::start_of(TODAY) }).unwrap();
        Desk { law, holder }
    }

    fn may_from(&self, act: &Act, by: &By, from: &NodeId) -> Result<(), WhyNot> {
        self.law.may(act, &Asks { by, node: from, pen: None, at: Moment::start_of(TODAY) }, &self.holder)
    }

    fn may(&self, act: &Act) -> Result<(), WhyNot> {
        self.may_from(act, &officer(), &self.holder)
    }

    #[track_caller]
    fn refused(&self, act: &Act, code: &str) {
        assert_eq!(self.may(act).unwrap_err().code, code);
    }

    #[track_caller]
    fn say(&mut self, act: Act) {
        self.may(&act).unwrap();
        let (by, holder) = (officer(), self.holder.clone());
        self.law.take(act, &Asks { by: &by, node: &holder, pen: None, at: Moment::start_of(TODAY) }, 1);
    }
}

fn amended(instrument: Instrument) -> Act {
    Act::Amended { instrument: Box::new(instrument), reason: "修订".to_owned() }
}

fn found(conflict: Conflict) -> Act {
    Act::ConflictFound { conflict: Box::new(conflict) }
}

#[test]
fn only_the_registrars_node_keeps_laws() {
    let room = Desk::opened();
    let act = found(conflict());
    assert!(room.may(&act).is_ok());
    assert!(room.may_from(&act, &system(), &room.holder).is_ok());
    let nobody = By { org: None, role: Role::Officer, staff: None };
    let clerk = By { role: Role::Clerk, ..officer() };
    for by in [&nobody, &clerk] {
        assert_eq!(room.may_from(&act, by, &room.holder).unwrap_err().code, "not-yours-to-publish");
    }
    assert_eq!(room.may_from(&act, &officer(), &node("jiangsu")).unwrap_err().code, "not-yours-to-publish");
    room.refused(&Act::Published { instrument: Box::new(marriage()) }, "opened-twice");
    let by = By { role: Role::Applicant, ..system() };
    let asks = Asks { by: &by, node: &room.holder, pen: None, at: Moment::start_of(TODAY) };
    assert!(Law::open(Act::Published { instrument: Box::new(marriage()) }, &asks).is_err());
}

#[test]
fn a_new_text_ends_the_one_before_and_nothing_vanishes() {
    let mut room = Desk::opened();
    let next = marriage().with(article("第四条", NEW, None));
    assert_eq!(next.articles[0].until, Some(NEW));
    room.say(amended(next));
    assert_eq!(room.law.revisions[0].articles, ["第四条"]);

    let lost = Instrument { articles: Vec::new(), ..room.law.instrument.clone() };
    room.refused(&amended(lost), "law-article-lost");
    let mut twice = room.law.instrument.clone();
    twice.articles.push(article("第四条", date(2026, 1, 1), None));
    room.refused(&amended(twice), "law-articles-overlap");
    let backwards = marriage().with(article("第五条", NEW, Some(OLD)));
    let both =
        Instrument { articles: [room.law.instrument.articles.clone(), backwards.articles].concat(), ..marriage() };
    assert!(room.may(&amended(both)).is_err());
    let other = Instrument { key: "other".to_owned(), ..room.law.instrument.clone() };
    room.refused(&amended(other), "law-key");
    let titled = Instrument { number: "国务院令第804号".to_owned(), ..room.law.instrument.clone() };
    room.say(amended(titled));
    assert_eq!(room.law.revisions[1].articles, [""]);
    let silent = Act::Amended { instrument: Box::new(room.law.instrument.clone()), reason: " ".to_owned() };
    room.refused(&silent, "empty");
}

#[test]
fn what_is_no_document_is_not_published() {
    let by = system();
    let holder = node("registrar");
    let asks = Asks { by: &by, node: &holder, pen: None, at: Moment::start_of(TODAY) };
    let code = |one: Instrument| {
        let opened = Law::open(Act::Published { instrument: Box::new(one) }, &asks);
        opened.unwrap_err().code
    };
    assert_eq!(code(Instrument { key: "婚姻".to_owned(), ..marriage() }), "law-key");
    assert_eq!(code(Instrument { key: String::new(), ..marriage() }), "empty");
    assert_eq!(code(Instrument { title: String::new(), ..marriage() }), "empty");
    assert_eq!(code(Instrument { until: Some(OLD), ..marriage() }), "law-validity");
    let many = (0..151).map(|number| article(&format!("第{number}条"), OLD, None)).collect();
    assert_eq!(code(Instrument { articles: many, ..marriage() }), "too-long");
    let long = (0..20).map(|number| Article { text: "字".repeat(999), ..article(&number.to_string(), OLD, None) });
    assert_eq!(code(Instrument { articles: long.collect(), ..marriage() }), "too-long");
}

#[test]
fn a_conflict_is_open_until_it_is_closed_and_stays_as_history() {
    let mut room = Desk::opened();
    room.refused(&close(1, NEW), "conflict-unknown");
    room.say(found(conflict()));
    assert!(room.law.conflict(1).is_some_and(|one| one.closed.is_none()));
    assert!(room.law.conflict(0).is_none() && room.law.conflict(2).is_none());
    room.refused(&close(1, date(2020, 1, 1)), "conflict-day");
    room.refused(&close(1, date(2027, 1, 1)), "conflict-day");
    room.say(close(1, NEW));
    assert_eq!(room.law.conflict(1).and_then(|one| one.closed.as_ref()).map(|one| one.on), Some(NEW));
    room.refused(&close(1, NEW), "conflict-closed");
    room.say(found(conflict()));
    let order: Vec<u32> = room.law.numbered().into_iter().map(|(number, _)| number).collect();
    assert_eq!(order, [2, 1]);
}

#[test]
fn a_conflict_says_with_what_and_what_shows_it() {
    let mut room = Desk::opened();
    room.refused(&found(Conflict { article: "第九条".to_owned(), ..conflict() }), "law-article-unknown");
    assert!(room.may(&found(Conflict { article: String::new(), ..conflict() })).is_ok());
    room.refused(&found(Conflict { items: Vec::new(), ..conflict() }), "conflict-about-nothing");
    assert!(room.may(&found(Conflict { items: Vec::new(), mechanisms: vec!["m".to_owned()], ..conflict() })).is_ok());
    room.refused(&found(Conflict { evidence: Vec::new(), ..conflict() }), "empty");
    room.refused(&found(Conflict { evidence: vec![evidence(OLD); 4], ..conflict() }), "too-long");
    room.refused(&found(Conflict { evidence: vec![evidence(date(2027, 1, 1))], ..conflict() }), "conflict-day");
    room.refused(&found(Conflict { since: date(2027, 1, 1), ..conflict() }), "conflict-day");
    room.refused(&found(Conflict { what: String::new(), ..conflict() }), "empty");
    room.refused(&found(Conflict { items: vec!["i".to_owned(); NAMED_MAX + 1], ..conflict() }), "too-long");
    for _ in 0..CONFLICTS_MAX {
        room.say(found(conflict()));
    }
    room.refused(&found(conflict()), "too-long");
}

#[test]
fn a_basis_is_in_force_ended_not_yet_or_unknown() {
    let law = marriage().with(article("第七条", NEW, None)).without("第四条", NEW);
    let basis = |article: &str| Basis { law: law.key.clone(), article: article.to_owned() };
    let on = |article: &str, day| standing(&basis(article), Some(&law), day);
    assert_eq!(on("第四条", date(2025, 5, 9)), Standing::InForce);
    assert_eq!(on("第四条", NEW), Standing::Ended { since: NEW });
    assert_eq!(on("第七条", date(2025, 5, 9)), Standing::NotYet { from: NEW });
    assert_eq!(on("第七条", NEW), Standing::InForce);
    assert_eq!(on("第九条", NEW), Standing::Unknown);
    assert_eq!(on("", NEW), Standing::InForce);
    assert_eq!(on("", date(2003, 9, 30)), Standing::NotYet { from: OLD });
    assert_eq!(standing(&basis("第四条"), None, NEW), Standing::Unknown);
    let gone = law.clone().without("", date(2026, 1, 1));
    assert_eq!(gone.standing("第七条", TODAY), Standing::Ended { since: date(2026, 1, 1) });
}

#[test]
fn who_looked_before_the_change_has_to_look_again() {
    let law = marriage().with(article("第四条", NEW, None));
    assert_eq!(law.changed("第四条", date(2024, 1, 1), TODAY), Some(NEW));
    assert_eq!(law.changed("", date(2024, 1, 1), TODAY), Some(NEW));
    assert_eq!(law.changed("第四条", NEW, TODAY), None);
    assert_eq!(law.changed("第四条", date(2024, 1, 1), date(2025, 5, 9)), None);
    assert_eq!(law.changed("第五条", date(2024, 1, 1), TODAY), None);
    let gone = law.without("", date(2026, 1, 1));
    assert_eq!(gone.changed("第五条", NEW, TODAY), Some(date(2026, 1, 1)));
}

#[test]
fn what_is_said_of_a_law_is_readable_json() {
    let act = matter::Act::from(Act::Published { instrument: Box::new(marriage()) });
    assert_eq!((act.kind(), act.name()), ("law", "published"));
    let text = serde_json::to_value(&act).unwrap();
    assert_eq!(text["act"], "published");
    assert_eq!(text["instrument"]["articles"][0]["number"], "第四条");
    assert!(text["instrument"].get("until").is_none());
    let back: Act = serde_json::from_value(text).unwrap();
    assert_eq!(back, Act::Published { instrument: Box::new(marriage()) });
}
