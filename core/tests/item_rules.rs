//! Who may say what of an item: proposing, answering, settling and taking over a common text, with the code of every no; and
//! what a text makes of an implementation.

use jiff::civil::{Date, date};
use tongban_core::case::Office;
use tongban_core::catalogue::compare::{Element, common};
use tongban_core::catalogue::situation::{Answer, Question};
use tongban_core::catalogue::{
    Availability, BasicItem, Basis, Condition, Implementation, Mark, MaterialRule, Mode, Need, PartRule, Side, Subject,
};
use tongban_core::dossier::{By, Moment, NodeId, Role};
use tongban_core::ident::{Region, Uscc, drill_uscc};
use tongban_core::item::{
    ALSO_MAX, ASKED_MAX, Act, CLAUSES_MAX, Clause, Item, Proposal, Reply, Stance, TERM_DAYS_MAX, conformity_with,
    topics,
};
use tongban_core::public::Room;
use tongban_core::rule::{Asks, NOTE_CHARS_MAX};
use tongban_core::time::Limit;

const ITEM: &str = "2020-35-25";
const TODAY: Date = date(2026, 11, 23);
const UNTIL: Date = date(2026, 12, 10);

fn node(name: &str) -> NodeId {
    name.parse().unwrap()
}

fn region(code: &str) -> Region {
    Region::parse(code).unwrap()
}

/// Staff of the coordination office, and of two authorities on two nodes.
fn lead() -> Uscc {
    drill_uscc(1)
}
fn suzhou() -> Office {
    office("jiangsu", 2, "320500")
}
fn hefei() -> Office {
    office("anhui", 3, "340100")
}

fn office(name: &str, number: u32, code: &str) -> Office {
    Office {
        node: node(name),
        org: drill_uscc(number),
        name: name.to_owned(),
        name_en: String::new(),
        region: region(code),
        phone: String::new(),
        guest: false,
    }
}

fn basic(key: &str) -> Box<BasicItem> {
    Box::new(BasicItem {
        key: key.to_owned(),
        row: 25,
        name: "开具还清证明".to_owned(),
        name_en: String::new(),
        scenario: String::new(),
        lead: String::new(),
        cooperating: String::new(),
        document: String::new(),
        source: String::new(),
        mark: Mark::Recalled,
        subjects: vec![Subject::Person],
        availability: Availability::Open { modes: vec![Mode::CollectHere] },
        note: String::new(),
        invented: true,
        bases: Vec::new(),
    })
}

/// A dossier, and the day on which things are said in it.
struct Table {
    item: Item,
    day: Date,
}

/// Who speaks: organisation, role, node.
type Who = (Option<Uscc>, Role, NodeId);

fn as_lead() -> Who {
    (Some(lead()), Role::Officer, node("registrar"))
}

fn as_officer(office: &Office) -> Who {
    (Some(office.org), Role::Officer, office.node.clone())
}

fn open(who: &Who, act: Act) -> Result<Item, &'static str> {
    let by = By { org: who.0, role: who.1, staff: None };
    let asks = Asks { by: &by, node: &who.2, pen: None, at: Moment::start_of(TODAY) };
    Item::open(act, &asks).map_err(|why| why.code)
}

impl Table {
    /// An item that the registrar's node published by itself.
    fn new() -> Table {
        let by_itself = (None, Role::System, node("registrar"));
        Table { item: open(&by_itself, Act::Published { item: basic(ITEM) }).unwrap(), day: TODAY }
    }

    fn say(&mut self, who: Who, act: Act) -> Result<(), &'static str> {
        let by = By { org: who.0, role: who.1, staff: Some("007".to_owned()) };
        let asks = Asks { by: &by, node: &who.2, pen: None, at: Moment::start_of(self.day) };
        self.item.may(&act, &asks, &node("registrar")).map_err(|why| why.code)?;
        self.item.take(act, &asks, 1);
        Ok(())
    }

    fn with_proposal() -> Table {
        let mut table = Table::new();
        table.say(as_lead(), Act::Proposed { proposal: proposal() }).unwrap();
        table
    }

    fn with_adopted() -> Table {
        let mut table = Table::with_proposal();
        table.day = date(2026, 12, 11);
        table.say(as_lead(), settled(true)).unwrap();
        table
    }
}

fn proposal() -> Box<Proposal> {
    let clauses = vec![no_proxy()];
    let asked = vec![suzhou().org, hefei().org];
    Box::new(Proposal { clauses, reason: "委托书用不着".to_owned(), asked, until: UNTIL })
}

fn no_proxy() -> Clause {
    Clause::NoMaterial { key: "proxy".to_owned(), name: "委托书".to_owned(), also: Vec::new() }
}

fn position(office: Office, stance: Stance, reason: &str) -> Act {
    Act::PositionTaken { proposal: 1, office: Box::new(office), stance, reason: reason.to_owned() }
}

fn settled(adopted: bool) -> Act {
    Act::Settled { proposal: 1, adopted, reason: "多数同意".to_owned(), by: date(2026, 12, 31) }
}

fn taken_over(office: Office, implementation: &str) -> Act {
    let (office, implementation) = (Box::new(office), implementation.to_owned());
    Act::TakenOver { proposal: 1, office, implementation, version: 2, from: date(2027, 1, 1) }
}

fn declined(office: Office, reason: &str) -> Act {
    Act::Declined { proposal: 1, office: Box::new(office), reason: reason.to_owned() }
}

#[test]
fn an_item_is_published_by_who_leads_it() {
    let published = || Act::Published { item: basic(ITEM) };
    assert!(open(&as_lead(), published()).is_ok());
    let clerk = (Some(lead()), Role::Clerk, node("registrar"));
    assert_eq!(open(&clerk, published()), Err("not-yours-to-publish"));
    assert_eq!(open(&as_lead(), settled(true)), Err("not-yours-to-publish"));

    let mut table = Table::new();
    table.say(as_lead(), published()).unwrap();
    assert_eq!(table.say(as_officer(&suzhou()), published()), Err("not-yours-to-publish"));
    assert_eq!(table.say((Some(lead()), Role::Clerk, node("registrar")), published()), Err("not-yours-to-publish"));
    assert_eq!(table.say(as_lead(), Act::Published { item: basic("2020-35-26") }), Err("list-unknown"));
    // Who opened it in its own name is the only one who leads it.
    table.item = open(&as_lead(), published()).unwrap();
    let other = (Some(drill_uscc(9)), Role::Officer, node("registrar"));
    assert_eq!(table.say(other, published()), Err("not-yours-to-publish"));
    table.say(as_lead(), published()).unwrap();
    let nodes = vec![node("anhui")];
    assert_eq!(Item::lets_in(&Act::LetIn { nodes: nodes.clone() }), Some(nodes.as_slice()));
}

#[test]
fn a_proposal_has_clauses_a_reason_and_time() {
    let mut table = Table::new();
    let mut refused = |change: &dyn Fn(&mut Proposal), who: Who| {
        let mut proposal = proposal();
        change(&mut proposal);
        table.say(who, Act::Proposed { proposal }).unwrap_err()
    };
    let long = "长".repeat(NOTE_CHARS_MAX + 1);
    assert_eq!(refused(&|_| {}, as_officer(&suzhou())), "not-yours-to-publish");
    assert_eq!(refused(&|proposal| proposal.clauses.clear(), as_lead()), "empty");
    assert_eq!(refused(&|proposal| proposal.reason = "  ".to_owned(), as_lead()), "empty");
    assert_eq!(refused(&|proposal| proposal.reason = long.clone(), as_lead()), "too-long");
    let basis = |text: &str| Clause::Basis { text: text.to_owned(), bases: Vec::new() };
    assert_eq!(refused(&|proposal| proposal.clauses = vec![basis(&long)], as_lead()), "too-long");
    let most = "长".repeat(NOTE_CHARS_MAX);
    assert_eq!(refused(&|proposal| proposal.clauses = vec![basis(&most); CLAUSES_MAX], as_lead()), "too-long");
    assert_eq!(refused(&|proposal| proposal.asked = vec![lead(); ASKED_MAX + 1], as_lead()), "too-long");
    let many = |proposal: &mut Proposal| proposal.clauses = vec![basis("依据"); CLAUSES_MAX + 1];
    assert_eq!(refused(&many, as_lead()), "proposal-too-many");
    let also = vec!["身份证".to_owned(); ALSO_MAX + 1];
    let named = Clause::NoMaterial { key: "id".to_owned(), name: "居民身份证".to_owned(), also };
    assert_eq!(refused(&|proposal| proposal.clauses = vec![named.clone()], as_lead()), "proposal-too-many");
    for until in [TODAY, date(2026, 11, 1), TODAY.saturating_add(jiff::Span::new().days(TERM_DAYS_MAX + 1))] {
        assert_eq!(refused(&|proposal| proposal.until = until, as_lead()), "proposal-term", "{until}");
    }

    table.say(as_lead(), Act::Proposed { proposal: proposal() }).unwrap();
    // The same twice is a button that was pressed twice.
    assert_eq!(table.say(as_lead(), Act::Proposed { proposal: proposal() }), Err("proposal-runs"));
    let mut other = proposal();
    other.clauses.push(basis("国办发〔2020〕35号"));
    table.say(as_lead(), Act::Proposed { proposal: other }).unwrap();
    assert_eq!(table.item.proposals.len(), 2);
    assert!(table.item.proposal(0).is_none() && table.item.proposal(3).is_none());
    assert_eq!(table.item.proposal(2).unwrap().proposal.clauses.len(), 2);
}

#[test]
fn those_who_are_asked_answer_until_the_last_day() {
    let mut table = Table::with_proposal();
    let agree = |office: Office| position(office, Stance::Agree, "");
    assert_eq!(table.item.proposal(1).unwrap().waits_for(), [suzhou().org, hefei().org]);
    // Each for itself, from its own node, as an officer.
    assert_eq!(table.say(as_officer(&hefei()), agree(suzhou())), Err("not-your-case"));
    let elsewhere = (Some(suzhou().org), Role::Officer, node("anhui"));
    assert_eq!(table.say(elsewhere, agree(suzhou())), Err("not-your-case"));
    let clerk = (Some(suzhou().org), Role::Clerk, node("jiangsu"));
    assert_eq!(table.say(clerk, agree(suzhou())), Err("not-your-case"));
    let stranger = office("zhejiang", 4, "330100");
    assert_eq!(table.say(as_officer(&stranger), agree(stranger.clone())), Err("not-asked"));
    let mut unknown = agree(suzhou());
    if let Act::PositionTaken { proposal, .. } = &mut unknown {
        *proposal = 2;
    }
    assert_eq!(table.say(as_officer(&suzhou()), unknown), Err("proposal-unknown"));

    // Who does not agree says why.
    for stance in [Stance::Disagree, Stance::AgreeIfChanged] {
        assert_eq!(table.say(as_officer(&suzhou()), position(suzhou(), stance, " ")), Err("empty"));
    }
    let long = "长".repeat(NOTE_CHARS_MAX + 1);
    assert_eq!(table.say(as_officer(&suzhou()), position(suzhou(), Stance::Agree, &long)), Err("too-long"));
    table.say(as_officer(&suzhou()), position(suzhou(), Stance::Disagree, "代办需要")).unwrap();
    table.day = UNTIL;
    table.say(as_officer(&suzhou()), agree(suzhou())).unwrap();
    let proposed = table.item.proposal(1).unwrap();
    assert_eq!((proposed.count(Stance::Agree), proposed.count(Stance::Disagree)), (1, 0));
    assert_eq!(proposed.waits_for(), [hefei().org]);
    assert!(proposed.is_open(table.day) && !proposed.is_ripe(table.day));

    table.day = date(2026, 12, 11);
    assert_eq!(table.say(as_officer(&hefei()), agree(hefei())), Err("proposal-over"));
    table.say(as_lead(), settled(true)).unwrap();
    assert_eq!(table.say(as_officer(&hefei()), agree(hefei())), Err("proposal-settled"));
}

#[test]
fn where_nobody_is_named_everyone_answers() {
    let mut table = Table::new();
    let mut proposal = proposal();
    proposal.asked.clear();
    table.say(as_lead(), Act::Proposed { proposal }).unwrap();
    let stranger = office("zhejiang", 4, "330100");
    table.say(as_officer(&stranger), position(stranger.clone(), Stance::Agree, "")).unwrap();
    // Nobody knows whether that was everyone: it is open until its last day.
    assert!(!table.item.proposal(1).unwrap().is_ripe(UNTIL));
    assert!(table.item.proposal(1).unwrap().is_ripe(date(2026, 12, 11)));
}

#[test]
fn the_lead_settles_what_is_ripe() {
    let mut table = Table::with_proposal();
    assert_eq!(table.say(as_officer(&suzhou()), settled(true)), Err("not-yours-to-publish"));
    assert_eq!(table.say(as_lead(), settled(true)), Err("proposal-runs"));
    for office in [suzhou(), hefei()] {
        table.say(as_officer(&office), position(office.clone(), Stance::Agree, "")).unwrap();
    }
    // Everyone has answered: nobody waits for the day.
    assert!(table.item.proposal(1).unwrap().is_ripe(TODAY));
    let with =
        |reason: &str, by: Date, proposal: u32| Act::Settled { proposal, adopted: true, reason: reason.to_owned(), by };
    assert_eq!(table.say(as_lead(), with("", UNTIL, 1)), Err("empty"));
    assert_eq!(table.say(as_lead(), with("好", UNTIL, 2)), Err("proposal-unknown"));
    assert_eq!(table.say(as_lead(), with("好", date(2026, 11, 22), 1)), Err("proposal-term"));
    table.say(as_lead(), settled(true)).unwrap();
    assert!(table.item.proposal(1).unwrap().is_adopted());
    assert_eq!(table.say(as_lead(), settled(false)), Err("proposal-settled"));
    // What is settled may be proposed again.
    table.say(as_lead(), Act::Proposed { proposal: proposal() }).unwrap();
}

#[test]
fn what_was_adopted_is_taken_over_or_not_with_a_reason() {
    let id = format!("{ITEM}@320500");
    let mut running = Table::with_proposal();
    assert_eq!(running.say(as_officer(&suzhou()), taken_over(suzhou(), &id)), Err("proposal-not-adopted"));
    assert_eq!(running.say(as_officer(&suzhou()), declined(suzhou(), "不行")), Err("proposal-not-adopted"));
    running.day = date(2026, 12, 11);
    running.say(as_lead(), settled(false)).unwrap();
    assert_eq!(running.say(as_officer(&suzhou()), taken_over(suzhou(), &id)), Err("proposal-not-adopted"));

    let mut table = Table::with_adopted();
    assert_eq!(table.say(as_officer(&hefei()), taken_over(suzhou(), &id)), Err("not-your-case"));
    assert_eq!(table.say(as_officer(&suzhou()), taken_over(suzhou(), "2020-35-26@320500")), Err("list-unknown"));
    assert_eq!(table.say(as_officer(&suzhou()), declined(suzhou(), "")), Err("empty"));
    table.say(as_officer(&suzhou()), declined(suzhou(), "系统还没改好")).unwrap();
    // Later it does take it over.
    table.say(as_officer(&suzhou()), taken_over(suzhou(), &id)).unwrap();
    table.say(as_officer(&hefei()), declined(hefei(), "本省另有规定")).unwrap();
    let replies = &table.item.proposal(1).unwrap().replies;
    assert!(matches!(&replies[&suzhou().org], Reply::TakenOver { version: 2, .. }), "{replies:?}");
    assert!(matches!(&replies[&hefei().org], Reply::Declined { reason, .. } if reason == "本省另有规定"));
}

fn material(key: &str, name: &str) -> MaterialRule {
    MaterialRule {
        key: key.to_owned(),
        name: name.to_owned(),
        name_en: String::new(),
        need: Need::Necessary,
        original: false,
        review: "清晰".to_owned(),
        review_en: String::new(),
        source: String::new(),
        certificate: String::new(),
    }
}

fn of(code: &str, materials: Vec<MaterialRule>) -> Implementation {
    let region = region(code);
    Implementation {
        id: format!("{ITEM}@{code}"),
        code: None,
        local_code: String::new(),
        item: ITEM.to_owned(),
        version: 1,
        from: date(2024, 1, 1),
        until: None,
        authority: drill_uscc(2),
        region,
        conditions: vec![Condition {
            text: format!("贷款由{}公积金中心发放", region.full_name()),
            text_en: String::new(),
        }],
        materials,
        parts: Vec::new(),
        situations: Vec::new(),
        statutory: Limit::DECISION,
        promised: Limit::working(3),
        fee: String::new(),
        fee_basis: String::new(),
        pays_online: None,
        visits: None,
        visits_reason: String::new(),
        phone: String::new(),
        complaint_phone: String::new(),
        place: String::new(),
        hours: String::new(),
        legal_basis: "国办发〔2020〕35号".to_owned(),
        bases: Vec::new(),
        result: "还清证明".to_owned(),
        result_en: String::new(),
        invented: true,
    }
}

fn article(article: &str) -> Basis {
    Basis { law: "housing-fund".to_owned(), article: article.to_owned() }
}

fn names(one: &Implementation) -> Vec<&str> {
    one.materials.iter().map(|rule| rule.name.as_str()).collect()
}

#[test]
fn a_clause_finds_a_material_by_its_names_and_never_by_a_number() {
    // Lists that count differently: 1 is the card here, and the form there.
    let (mut here, mut there) = (
        of("320500", vec![material("m1", "居民身份证"), material("m2", "申请表")]),
        of("340100", vec![material("1", "申请表"), material("2", "身份证")]),
    );
    let card = MaterialRule { original: true, ..material("m1", "居民身份证") };
    let clause = Clause::Material { material: card, also: vec!["身份证".to_owned()] };
    for one in [&mut here, &mut there] {
        assert!(!clause.stands_in(one));
        clause.put_into(one);
        assert!(clause.stands_in(one), "{one:?}");
    }
    assert_eq!((names(&here), names(&there)), (vec!["居民身份证", "申请表"], vec!["申请表", "居民身份证"]));
    assert!(there.materials[1].original && there.materials[1].key == "2");
    // What is not there comes under a key of its own.
    Clause::Material { material: material("m1", "结清单"), also: Vec::new() }.put_into(&mut here);
    assert_eq!((here.materials[2].key.as_str(), names(&here)[2]), ("m1-2", "结清单"));
    // A key that says something is as good as a name.
    let mut keyed = of("330100", vec![material("id-card", "证件")]);
    assert!(
        Clause::NoMaterial { key: "id-card".to_owned(), name: "身份证".to_owned(), also: Vec::new() }
            .material_of(&keyed)
            .is_some()
    );
    Clause::NoMaterial { key: "m1".to_owned(), name: "身份证".to_owned(), also: Vec::new() }.put_into(&mut keyed);
    assert_eq!(names(&keyed), ["证件"]);
}

#[test]
fn what_goes_is_not_asked_for_anywhere() {
    let mut one = of("320500", vec![material("id-card", "居民身份证"), material("proxy", "委托书")]);
    let keys = vec!["id-card".to_owned(), "proxy".to_owned()];
    one.parts.push(PartRule {
        key: "pay".to_owned(),
        name: "付款".to_owned(),
        name_en: String::new(),
        at: Side::There,
        field: "housing-fund".to_owned(),
        after: Vec::new(),
        limit: Limit::working(3),
        materials: keys.clone(),
    });
    let answer = Answer {
        key: "yes".to_owned(),
        text: "有人代办".to_owned(),
        text_en: String::new(),
        next: None,
        materials: keys,
        modes: Vec::new(),
        promised: None,
        cannot: String::new(),
        cannot_en: String::new(),
    };
    let (text, text_en) = ("谁来办".to_owned(), String::new());
    one.situations.push(Question { key: "who".to_owned(), text, text_en, answers: vec![answer] });
    no_proxy().put_into(&mut one);
    assert_eq!(names(&one), ["居民身份证"]);
    assert_eq!(one.parts[0].materials, ["id-card"]);
    assert_eq!(one.situations[0].answers[0].materials, ["id-card"]);
}

#[test]
fn every_clause_is_put_in_once_and_other_words_for_the_same_stay() {
    let mut one = of("320500", vec![material("id-card", "居民身份证")]);
    let condition = |text: &str| Condition { text: text.to_owned(), text_en: String::new() };
    let same = [
        Clause::Condition { condition: condition("贷款由本地公积金中心发放。") },
        Clause::Material { material: material("card", "居民 身份证"), also: Vec::new() },
        Clause::Result { result: "还清证明。".to_owned(), result_en: "Certificate".to_owned() },
        Clause::Basis { text: "国办发[2020]35号".to_owned(), bases: Vec::new() },
        Clause::NoCondition { text: "本人到场".to_owned() },
        no_proxy(),
    ];
    for clause in &same {
        assert!(clause.stands_in(&one), "{clause:?}");
    }
    let others = [
        Clause::Condition { condition: condition("本人申请") },
        Clause::NoCondition { text: "贷款由本地公积金中心发放".to_owned() },
        Clause::Statutory { limit: Limit::working(10) },
        Clause::Promised { limit: Limit::AT_ONCE },
        Clause::Fee { fee: "10元".to_owned(), basis: "演练价费〔2026〕1号".to_owned() },
        Clause::Result { result: "结清证明".to_owned(), result_en: "Settlement".to_owned() },
        Clause::Basis { text: "住房公积金管理条例".to_owned(), bases: vec![article("第二十四条")] },
    ];
    for clause in &others {
        assert!(!clause.stands_in(&one), "{clause:?}");
        clause.put_into(&mut one);
        assert!(clause.stands_in(&one), "{clause:?}");
    }
    assert_eq!(one.conditions, [condition("本人申请")]);
    assert_eq!(one.bases, [article("第二十四条")]);
    // Articles that went with other words do not stay; who says it in the same words takes them over.
    let text = || "住房公积金管理条例".to_owned();
    Clause::Basis { text: text(), bases: vec![article("第二十五条")] }.put_into(&mut one);
    assert_eq!(one.bases, [article("第二十五条")]);
    Clause::Basis { text: text(), bases: Vec::new() }.put_into(&mut one);
    assert_eq!(one.bases, [article("第二十五条")]);
    Clause::Basis { text: "依据待核实".to_owned(), bases: Vec::new() }.put_into(&mut one);
    assert!(one.bases.is_empty());
    assert_eq!((one.fee.as_str(), one.fee_basis.as_str()), ("10元", "演练价费〔2026〕1号"));
    assert_eq!((one.promised, one.statutory, one.result.as_str()), (Limit::AT_ONCE, Limit::working(10), "结清证明"));
}

#[test]
fn topics_offer_what_is_said_with_what_most_say_first() {
    let card = || material("id-card", "居民身份证");
    let mut places = [
        of("310115", vec![card()]),
        of("320500", vec![card()]),
        of("340100", vec![MaterialRule { original: true, ..card() }, material("proxy", "委托书")]),
    ];
    places[2].promised = Limit::working(9);
    places[1].conditions.push(Condition { text: "住在苏州市".to_owned(), text_en: String::new() });
    let all: Vec<&Implementation> = places.iter().collect();
    let compared = common(&all);
    let topics = topics(&compared);
    assert_eq!(topics.len(), 4, "{topics:?}");
    let firsts: Vec<&Clause> = topics.iter().map(|topic| &topic.choices[0].clause).collect();
    assert!(topics.iter().all(|topic| topic.choices[0].is_common && topic.choices.len() > 1), "{topics:?}");
    let of_material = |name: &str| {
        let is_it = |clause: &&&Clause| match clause {
            Clause::Material { material, .. } => material.name == name,
            Clause::NoMaterial { name: other, .. } => other == name,
            _ => false,
        };
        *firsts.iter().find(is_it).unwrap()
    };
    assert!(matches!(of_material("居民身份证"), Clause::Material { material, .. } if !material.original));
    assert!(matches!(of_material("委托书"), Clause::NoMaterial { .. }));
    assert!(firsts.contains(&&Clause::Promised { limit: Limit::working(3) }));
    // What one place says of itself is said of “here”.
    assert!(firsts.contains(&&Clause::NoCondition { text: "住在本地".to_owned() }), "{firsts:?}");
    let promised = topics.iter().find(|topic| topic.element == Element::Promised).unwrap();
    assert_eq!((promised.deviating.as_slice(), promised.choices[1].who.as_slice()), (&[2][..], &[2][..]));

    // Taken over by all, there is nothing left to differ in.
    let before = conformity_with(&[], &all).unwrap();
    let clauses: Vec<Clause> = firsts.into_iter().cloned().collect();
    assert_eq!(compared.conformity(), Some(before));
    assert!(before < 1.0);
    assert_eq!(conformity_with(&clauses, &all), Some(1.0));
    assert_eq!(conformity_with(&clauses, &all[..1]), None);
}

#[test]
fn what_was_signed_stays_readable() {
    let json = r#"{"is":"no_material","key":"proxy","name":"委托书"}"#;
    assert_eq!(serde_json::from_str::<Clause>(json).unwrap(), no_proxy());
    assert_eq!(serde_json::to_string(&no_proxy()).unwrap(), json);
    for stance in Stance::ALL {
        assert_eq!(serde_json::to_value(stance).unwrap(), stance.name());
    }
}
