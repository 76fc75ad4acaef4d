//! What may be recorded as evidence, by whom, and what follows from it.

use jiff::civil::{Date, date};
use tongban_core::dossier::{By, Moment, NodeId, Role};
use tongban_core::evidence::{Act, BYTES_MAX, CONCEPTS_MAX, Evidence, NAMED_MAX, Published};
use tongban_core::ident::{Region, Uscc, drill_uscc};
use tongban_core::matter;
use tongban_core::network::facts::{Concept, Effect, Event, SourceKind, Statement};
use tongban_core::network::tie::{Actor, Network};
use tongban_core::public::Room as _;
use tongban_core::rule::{Asks, WhyNot};

const TODAY: Date = date(2026, 11, 23);

fn node(name: &str) -> NodeId {
    name.parse().unwrap()
}

fn staff(org: Uscc, role: Role) -> By {
    By { org: Some(org), role, staff: Some("XT-001".to_owned()) }
}

/// Staff of the coordination office.
fn office() -> By {
    staff(drill_uscc(1), Role::Officer)
}

fn event(key: &str) -> Event {
    Event {
        key: key.to_owned(),
        name: "长三角“一网通办”开通".to_owned(),
        name_en: "The delta's portal opens".to_owned(),
        from: date(2019, 5, 22),
        until: None,
        effect: Effect::Advances,
        items: vec!["2020-35-25".to_owned()],
        regions: vec![Region::parse("310000").unwrap()],
        source: "论文第345-350行".to_owned(),
    }
}

fn concept(key: &str) -> Concept {
    Concept {
        key: key.to_owned(),
        name: "取消户籍地限制".to_owned(),
        name_en: "No more tied to the place of registration".to_owned(),
        rule: "明确说要取消或保留时用".to_owned(),
    }
}

fn statement(actor: u32, agree: bool) -> Statement {
    Statement {
        actor: Actor::Org(drill_uscc(actor)),
        concept: "place".to_owned(),
        agree,
        day: date(2026, 3, 1),
        kind: SourceKind::Interview,
        source: "访谈记录 3#12".to_owned(),
        quote: "系统不通，只能退回".to_owned(),
        coder: "A".to_owned(),
    }
}

fn diagnosis() -> Published {
    Published {
        rule: "returns".to_owned(),
        from: date(2026, 1, 1),
        until: date(2026, 6, 30),
        actors: vec![Actor::Org(drill_uscc(2)), Actor::Named { network: Network::Producer, name: "某快递".to_owned() }],
        regions: Vec::new(),
        item: "2020-35-25".to_owned(),
        code: String::new(),
        says: "退回比同行多".to_owned(),
        says_en: "returns more than its peers".to_owned(),
        figures: vec!["优势比：3.1".to_owned()],
        figures_en: vec!["odds ratio: 3.1".to_owned()],
    }
}

fn record(event: Event) -> Act {
    Act::EventRecorded { event: Box::new(event) }
}

fn define(concept: Concept) -> Act {
    Act::ConceptDefined { concept: Box::new(concept) }
}

fn state(statements: Vec<Statement>) -> Act {
    Act::StatementsRecorded { statements }
}

fn publish(diagnosis: Published) -> Act {
    Act::DiagnosisPublished { diagnosis: Box::new(diagnosis) }
}

fn reply(diagnosis: u32, party: Actor, source: &str) -> Act {
    Act::Replied {
        diagnosis, party, words: "三月系统升级，退回多数因此".to_owned(), source: source.to_owned()
    }
}

fn withdraw(seq: u32, line: Option<u32>) -> Act {
    Act::Withdrawn { seq, line, reason: "录重了".to_owned() }
}

struct Desk(Evidence, u32);

impl Desk {
    fn opened() -> Desk {
        let (by, node) = (office(), node("registrar"));
        let asks = Asks { by: &by, node: &node, pen: None, at: Moment::start_of(TODAY) };
        Desk(Evidence::open(Act::Opened { office: drill_uscc(1) }, &asks).unwrap(), 0)
    }

    fn may_from(&self, act: &Act, by: &By, from: &str) -> Result<(), WhyNot> {
        let (from, holder) = (node(from), node("registrar"));
        self.0.may(act, &Asks { by, node: &from, pen: None, at: Moment::start_of(TODAY) }, &holder)
    }

    #[track_caller]
    fn refused(&self, act: &Act, code: &str) {
        assert_eq!(self.may_from(act, &office(), "registrar").unwrap_err().code, code);
    }

    #[track_caller]
    fn say_from(&mut self, act: Act, by: &By, from: &str) -> u32 {
        self.may_from(&act, by, from).unwrap();
        let from = node(from);
        self.1 += 1;
        self.0.take(act, &Asks { by, node: &from, pen: None, at: Moment::start_of(TODAY) }, self.1);
        self.1
    }

    #[track_caller]
    fn say(&mut self, act: Act) -> u32 {
        self.say_from(act, &office(), "registrar")
    }
}

#[test]
fn only_the_coordination_office_records() {
    let mut desk = Desk::opened();
    let act = record(event("portal"));
    for (by, from) in [
        (office(), "anhui"),
        (By::system(), "registrar"),
        (staff(drill_uscc(2), Role::Officer), "registrar"),
        (staff(drill_uscc(1), Role::Clerk), "registrar"),
    ] {
        assert_eq!(desk.may_from(&act, &by, from).unwrap_err().code, "not-yours-to-publish");
    }
    desk.refused(&Act::Opened { office: drill_uscc(1) }, "opened-twice");
    desk.say(act);
    let (by, node) = (staff(drill_uscc(2), Role::Officer), node("registrar"));
    let asks = Asks { by: &by, node: &node, pen: None, at: Moment::start_of(TODAY) };
    assert!(Evidence::open(Act::Opened { office: drill_uscc(1) }, &asks).is_err(), "of another office");
}

#[test]
fn an_event_is_recorded_once_and_withdrawn_with_a_reason() {
    let mut desk = Desk::opened();
    let seq = desk.say(record(event("portal")));
    desk.refused(&record(event("portal")), "evidence-key-taken");
    desk.refused(&record(Event { from: date(2027, 1, 1), ..event("later") }), "evidence-day");
    desk.refused(&record(Event { from: date(206, 4, 1), ..event("early") }), "evidence-day");
    desk.refused(&record(Event { source: "\u{7}".to_owned(), ..event("bell") }), "evidence-control");
    desk.refused(&record(Event { until: Some(date(2019, 1, 1)), ..event("back") }), "evidence-day");
    desk.refused(&record(Event { source: " ".to_owned(), ..event("unproven") }), "empty");
    desk.refused(&record(event("two words")), "evidence-key");
    let many = Event { items: vec!["2020-35-25".to_owned(); NAMED_MAX + 1], ..event("many") };
    desk.refused(&record(many), "evidence-too-many");
    desk.refused(&withdraw(99, None), "evidence-unknown");
    desk.refused(&withdraw(seq, Some(1)), "evidence-unknown");
    desk.refused(&Act::Withdrawn { seq, line: None, reason: String::new() }, "empty");
    desk.say(withdraw(seq, None));
    desk.refused(&withdraw(seq, None), "evidence-withdrawn");
    assert_eq!(desk.0.events().count(), 0);
    let held = desk.0.events[&seq].withdrawn.as_ref().unwrap();
    assert_eq!(held.reason, "录重了", "nothing is deleted");
    // What was withdrawn keeps no key.
    desk.say(record(event("portal")));
}

#[test]
fn statements_are_about_concepts_of_the_codebook() {
    let mut desk = Desk::opened();
    desk.refused(&state(vec![statement(2, true)]), "evidence-concept-unknown");
    desk.refused(&define(concept("reply.returns")), "evidence-key");
    let first = desk.say(define(concept("place")));
    let same = define(concept("place"));
    desk.refused(&same, "evidence-key-taken");
    let changed = Concept { rule: "只在明确说取消时用".to_owned(), ..concept("place") };
    let second = desk.say(define(changed.clone()));
    assert_eq!(desk.0.concept("place").map(|(seq, one)| (seq, &one.what)), Some((second, &changed)));
    desk.refused(&withdraw(first, None), "evidence-unknown");
    desk.refused(&state(Vec::new()), "empty");
    let from_cases = Statement { kind: SourceKind::Operations, ..statement(3, false) };
    let why = desk.may_from(&state(vec![statement(2, true), from_cases]), &office(), "registrar").unwrap_err();
    assert_eq!((why.code, why.args), ("evidence-operations", vec![("row", "2".to_owned())]));
    desk.refused(&state(vec![Statement { day: date(2027, 1, 1), ..statement(2, true) }]), "evidence-day");
    let batch = desk.say(state(vec![statement(2, true), statement(3, false), statement(4, true)]));
    desk.refused(&withdraw(second, None), "evidence-concept-used");
    desk.refused(&withdraw(batch, Some(4)), "evidence-unknown");
    desk.say(withdraw(batch, Some(2)));
    desk.refused(&withdraw(batch, Some(2)), "evidence-withdrawn");
    assert_eq!(desk.0.statements().map(|(_, line, _)| line).collect::<Vec<_>>(), [1, 3]);
    desk.say(withdraw(batch, None));
    assert_eq!(desk.0.statements().count(), 0);
    desk.say(withdraw(second, None));
    assert!(desk.0.concept("place").is_none());
}

#[test]
fn no_number_of_a_person_goes_in() {
    let mut desk = Desk::opened();
    desk.say(define(concept("place")));
    let seq = desk.say(publish(diagnosis()));
    let quote = |text: &str| Statement { quote: text.to_owned(), ..statement(2, true) };
    for text in ["张某 11010519491231002X 说", "打 13800000000 问过", "打 138 0000 0000 问过"] {
        desk.refused(&state(vec![quote(text)]), "evidence-person");
        desk.refused(&record(Event { source: text.to_owned(), ..event("e") }), "evidence-person");
        desk.refused(&define(Concept { rule: text.to_owned(), ..concept("x") }), "evidence-person");
        desk.refused(&Act::Withdrawn { seq, line: None, reason: text.to_owned() }, "evidence-person");
        let party = Actor::Org(drill_uscc(2));
        let own = Act::Replied { diagnosis: seq, party, words: text.to_owned(), source: String::new() };
        let why = desk.may_from(&own, &staff(drill_uscc(2), Role::Officer), "anhui").unwrap_err();
        assert_eq!(why.code, "evidence-person");
    }
    let named = Actor::Named { network: Network::Issue, name: "13800000000".to_owned() };
    desk.refused(&publish(Published { actors: vec![named.clone()], ..diagnosis() }), "evidence-person");
    desk.refused(&publish(Published { item: "13800000000".to_owned(), ..diagnosis() }), "evidence-person");
    desk.refused(&publish(Published { code: "Tel13800000000".to_owned(), ..diagnosis() }), "evidence-person");
    desk.refused(&state(vec![Statement { actor: named, ..statement(2, true) }]), "evidence-person");
    desk.say(state(vec![quote("国办发〔2020〕35号，2020-09-29")]));
}

#[test]
fn whom_a_diagnosis_names_replies_itself_or_on_paper() {
    let mut desk = Desk::opened();
    desk.refused(&publish(Published { until: date(2027, 1, 1), ..diagnosis() }), "evidence-day");
    let seq = desk.say(publish(diagnosis()));
    desk.refused(&publish(diagnosis()), "diagnosis-published");
    let party = Actor::Org(drill_uscc(2));
    let own = reply(seq, party.clone(), "");
    // From its own node, by its own staff, and nobody else.
    desk.refused(&own, "not-your-case");
    let other = staff(drill_uscc(3), Role::Officer);
    assert_eq!(desk.may_from(&own, &other, "anhui").unwrap_err().code, "not-your-case");
    let unnamed = reply(seq, Actor::Org(drill_uscc(3)), "");
    assert_eq!(desk.may_from(&unnamed, &other, "anhui").unwrap_err().code, "diagnosis-names-others");
    let by = staff(drill_uscc(2), Role::Officer);
    desk.say_from(own.clone(), &by, "anhui");
    desk.say_from(own.clone(), &by, "anhui");
    // What comes on paper is entered by the office, with its source; no one else claims to have it.
    let paper = reply(seq, party, "来函2026第8号");
    assert_eq!(desk.may_from(&paper, &by, "anhui").unwrap_err().code, "not-yours-to-publish");
    let carrier = Actor::Named { network: Network::Producer, name: "某快递".to_owned() };
    desk.say(reply(seq, carrier, "来函2026第9号"));
    desk.say(paper);
    let replies: Vec<_> = desk.0.replies(seq).map(|reply| (reply.node.as_str(), reply.source.is_empty())).collect();
    assert_eq!(replies, [("registrar", false), ("anhui", true), ("registrar", false)], "said again, it stands once");
    // What a node says that is not the party's takes nothing away.
    desk.say_from(own.clone(), &by, "jiangsu");
    assert!(desk.0.replies(seq).any(|reply| reply.node.as_str() == "anhui"));
    desk.say(withdraw(seq, None));
    assert_eq!(desk.may_from(&own, &by, "anhui").unwrap_err().code, "evidence-withdrawn");
    assert_eq!(desk.0.diagnoses().count(), 0);
}

#[test]
fn there_are_bounds() {
    let mut desk = Desk::opened();
    for number in 1..CONCEPTS_MAX {
        desk.say(define(concept(&format!("k{number}"))));
    }
    desk.say(define(concept("place")));
    desk.refused(&define(concept("one-more")), "evidence-full");
    let long = Statement { quote: "退".repeat(1_001), ..statement(2, true) };
    desk.refused(&state(vec![long]), "too-long");
    let many: Vec<Statement> = (0..1_000).map(|actor| statement(actor, true)).collect();
    desk.refused(&state(many.clone()), "too-long");
    let acts = Act::of_statements(many.clone());
    assert!(acts.len() > 2);
    for act in acts {
        assert!(serde_json::to_vec(&act).unwrap().len() < BYTES_MAX + 100);
        desk.say(act);
    }
    assert!(desk.0.statements().map(|(_, _, one)| one).eq(&many));
}

#[test]
fn what_is_said_is_readable_json() {
    let act = matter::Act::from(withdraw(7, None));
    assert_eq!((act.kind(), act.name()), ("evidence", "withdrawn"));
    assert_eq!(serde_json::to_string(&act).unwrap(), r#"{"act":"withdrawn","seq":7,"reason":"录重了"}"#);
    let text = serde_json::to_string(&publish(diagnosis())).unwrap();
    assert!(serde_json::from_str::<Act>(&text).unwrap() == publish(diagnosis()), "{text}");
}
