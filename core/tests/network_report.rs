//! The paper's tables, its framework and how items go, on facts made by hand of which every label is known.

use tongban_core::catalogue::{Mode, Subject};
use tongban_core::ident::Region;
use tongban_core::network::facts::{
    Agreement, Effect, Event, Fact, Facts, Level, Opening, Profile, SourceKind, Statement,
};
use tongban_core::network::report::framework::Association;
use tongban_core::network::report::lag::lagged;
use tongban_core::network::report::outcome::Trend;
use tongban_core::network::report::{
    Cell, Passage, RULES, Row, Say, Scope, framework, outcome, report, table1, table2,
};
use tongban_core::network::tie::{Actor, Network, Relation};

const ITEM: &str = "2020-35-25";

fn region(code: &str) -> Region {
    Region::parse(code).unwrap()
}

fn named(network: Network, name: &str, level: Level, place: Option<&str>) -> Profile {
    let actor = Actor::Named { network, name: name.to_owned() };
    let line = if level == Level::Outside { "" } else { "housing-fund" };
    let (name, line) = (name.to_owned(), line.to_owned());
    Profile { actor, name, name_en: String::new(), network, level, region: place.map(region), line }
}

fn applicants(province: &str) -> Profile {
    let province = region(province);
    Profile {
        actor: Actor::Applicants { subject: Subject::Person, province },
        name: province.name().to_owned(),
        name_en: String::new(),
        network: Network::Issue,
        level: Level::Outside,
        region: Some(province),
        line: String::new(),
    }
}

/// 0 the ministry; 1 to 3 its line in three provinces, 4 to 6 in a city of each; 7 to 9 who applied there; 10 a courier.
fn actors() -> Vec<Profile> {
    use Network::{Community, Intergovernmental, Producer};
    let mut all = vec![named(Community, "ministry", Level::Centre, None)];
    all.extend(["320000", "340000", "310000"].map(|p| named(Intergovernmental, p, Level::Province, Some(p))));
    all.extend(["320500", "340100", "310118"].map(|c| named(Intergovernmental, c, Level::City, Some(c))));
    all.extend(["320000", "340000", "310000"].map(applicants));
    all.push(named(Producer, "courier", Level::Outside, None));
    all
}

fn fact(relation: Relation, from: u32, to: u32, day: &str, count: u32) -> Fact {
    Fact {
        relation,
        from,
        to,
        day: day.parse().unwrap(),
        item: ITEM.to_owned(),
        subject: Some(Subject::Person),
        code: String::new(),
        sign: 0,
        count,
        late: 0,
        took: None,
        source: String::new(),
    }
}

fn row<'a>(rows: &'a [Row], key: &str) -> &'a Row {
    rows.iter().find(|row| row.key == key).unwrap()
}

fn too_little(cell: &Cell, rule: &str) -> Option<(usize, usize)> {
    cell.says.iter().find_map(|say| match say {
        Say::TooLittle { rule: by, need, have, .. } if *by == rule => Some((*need, *have)),
        _ => None,
    })
}

const SPRING: &str = "2025-02-10";
const AUTUMN: &str = "2025-11-10";

/// Every authority has to do with every other in both halves of the year.
fn knit() -> Vec<Fact> {
    let pairs = (1..=6).flat_map(|from| (1..=6).map(move |to| (from, to))).filter(|(from, to)| from != to);
    pairs.flat_map(|(from, to)| [SPRING, AUTUMN].map(|day| fact(Relation::HandsTo, from, to, day, 1))).collect()
}

#[test]
fn table_1_of_a_stable_network_with_lines() {
    let facts = Facts { actors: actors(), facts: knit(), ..Facts::default() };
    let rows = table1(&facts, &Scope::default());
    assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), Network::ALL.map(Network::name));
    let row = row(&rows, "intergovernmental");
    let cell = |key| row.cell(key).unwrap();
    assert_eq!(cell("members").figure("members"), Some(6.0));
    assert_eq!(cell("members").evidence.facts.all, 60);
    assert_eq!(cell("stability").label("stability"), Some("stability-high"));
    assert_eq!(cell("scope").label("range"), Some("range-fixed"));
    assert_eq!(cell("scope").label("size"), Some("size-limited"));
    assert_eq!(cell("dependence").label("dependence"), Some("dependence-mutual"));
    assert_eq!(cell("dependence").figure("mean-partners"), Some(5.0));
    // 6 arcs along the lines of the provinces, 12 on one level, 12 neither.
    assert_eq!(cell("direction").label("direction"), Some("direction-both"));
    assert_eq!(cell("direction").figure("vertical"), Some(6.0));
    assert_eq!(cell("direction").figure("horizontal"), Some(12.0));
    assert_eq!(cell("direction").figure("diagonal"), Some(12.0));
}

#[test]
fn table_1_of_those_who_come_and_go() {
    // 150 apply in one province in spring, in two others in autumn; experts are silent, one ministry speaks once.
    let facts = vec![
        fact(Relation::AppliesTo, 7, 4, SPRING, 150),
        fact(Relation::AppliesTo, 8, 5, AUTUMN, 20),
        fact(Relation::AppliesTo, 9, 6, AUTUMN, 20),
        fact(Relation::Proposes, 0, 1, SPRING, 1),
    ];
    let rows = table1(&Facts { actors: actors(), facts, ..Facts::default() }, &Scope::default());
    let issue = row(&rows, "issue");
    assert_eq!(issue.cell("stability").unwrap().label("stability"), Some("stability-low"));
    assert_eq!(issue.cell("scope").unwrap().label("range"), Some("range-open"));
    assert_eq!(issue.cell("scope").unwrap().label("size"), Some("size-large"));
    assert_eq!(too_little(issue.cell("dependence").unwrap(), "dependence"), Some((10, 0)));
    let community = row(&rows, "community");
    assert_eq!(too_little(community.cell("stability").unwrap(), "stability"), Some((10, 0)));
    assert_eq!(too_little(row(&rows, "professional").cell("members").unwrap(), "members"), Some((1, 0)));
}

fn statement(concept: &str, agree: bool) -> Statement {
    Statement {
        actor: Actor::Named { network: Network::Community, name: "ministry".to_owned() },
        concept: concept.to_owned(),
        agree,
        day: SPRING.parse().unwrap(),
        kind: SourceKind::Document,
        source: "line 1".to_owned(),
        quote: String::new(),
        coder: String::new(),
    }
}

fn agreement(regions: &[&str], until: Option<&str>) -> Agreement {
    Agreement {
        key: "a".to_owned(),
        name: "agreement".to_owned(),
        regions: regions.iter().map(|code| region(code)).collect(),
        items: Vec::new(),
        from: "2025-01-01".parse().unwrap(),
        until: until.map(|day| day.parse().unwrap()),
        source: "line 2".to_owned(),
    }
}

#[test]
fn table_2_of_acts_and_statements() {
    let mut all = vec![
        fact(Relation::TakesInFor, 4, 5, SPRING, 18),
        fact(Relation::TakesInFor, 4, 5, AUTUMN, 2),
        fact(Relation::ReturnsTo, 5, 4, SPRING, 5),
        fact(Relation::Asks, 4, 5, SPRING, 1),
        fact(Relation::Supports, 1, 0, SPRING, 4),
        fact(Relation::AppliesTo, 7, 4, SPRING, 12),
    ];
    all[1].late = 1;
    let statements: Vec<Statement> = (0..10).map(|at| statement("share-data", at > 0)).collect();
    let agreements = vec![agreement(&["320000", "340000"], Some("2025-07-01"))];
    let facts = Facts { actors: actors(), facts: all, statements, agreements, ..Facts::default() };
    let table = table2(&facts, &Scope::default());
    let cell = |row: &str, key: &str| table.row(row).unwrap().cell(key).unwrap().clone();
    // Nine of ten for it.
    assert_eq!(cell("goal", "goal").label("goal"), Some("goal-shared"));
    assert_eq!(too_little(&cell("result", "result"), "result"), Some((5, 0)));
    let function = cell("function", "function");
    assert_eq!(function.figure("communication"), Some(5.0 / 42.0));
    assert_eq!(function.figure("cooperation"), Some(20.0 / 42.0));
    // Five sent back, one late.
    assert_eq!(function.figure("delay"), Some(6.0 / 42.0));
    assert_eq!(function.label("function-delay"), Some("delay"));
    // 18 of 20 while the agreement was in force.
    let covered = cell("institution", "agreements");
    assert_eq!(covered.figure("covered"), Some(0.9));
    assert_eq!(covered.label("institution-agreements"), Some("covered"));
    let strategy = cell("strategy", "intergovernmental");
    assert_eq!(strategy.figure("acts"), Some(30.0));
    assert_eq!(strategy.label("strategy-cooperate"), Some("cooperate"));
    assert_eq!(strategy.label("strategy-diverge"), Some("diverge"));
    assert_eq!(strategy.label("strategy-respond"), Some("respond"));
    assert_eq!(strategy.label("strategy-ask"), None);
    let makers = cell("strategy", "community");
    assert_eq!(makers.label("strategy-promote"), Some("promote"));
    assert_eq!(makers.label("strategy-resist"), Some("resist"));
    assert_eq!(cell("strategy", "issue").label("strategy-ask"), Some("ask"));
    let content = cell("content", "content");
    assert_eq!(content.figure("interest"), Some(12.0 / 42.0));
    assert_eq!(content.label("content-power"), None);
    // Four arcs between five actors are too few to say how they stand to each other.
    assert_eq!(too_little(&cell("power", "power"), "power-vertical"), Some((10, 4)));
}

#[test]
fn power_is_read_from_the_arcs() {
    let mut all = knit();
    all.extend((4..=6).map(|office| fact(Relation::DecidesFor, office, office + 3, SPRING, 1)));
    let facts = Facts { actors: actors(), facts: all, ..Facts::default() };
    let table = table2(&facts, &Scope::default());
    let cell = &table.row("power").unwrap().cells[0];
    assert_eq!(cell.label("power-vertical"), Some("superior"));
    assert_eq!(cell.label("power-across"), Some("partners"));
    assert_eq!(cell.label("power-service"), Some("suppliers"));
    assert_eq!(cell.label("power-within"), None);
}

fn opening(receiving: &str, handling: &str, mode: Option<Mode>) -> Opening {
    let since = mode.map(|_| "2025-01-01".parse().unwrap());
    Opening { item: ITEM.to_owned(), receiving: region(receiving), handling: region(handling), mode, since }
}

/// `count` decisions of one province for those who applied in another, each half of them by so many minutes.
fn decisions(office: u32, applied: u32, each: u32, minutes: [f64; 2]) -> Vec<Fact> {
    let halves = ["2025-02", "2025-11"].into_iter().zip(minutes);
    halves
        .flat_map(|(month, minutes)| {
            (0..5).map(move |at| Fact {
                // Not all alike: an interval has a width.
                took: Some(minutes + f64::from(at)),
                ..fact(Relation::DecidesFor, office, applied, &format!("{month}-1{at}"), each)
            })
        })
        .collect()
}

#[test]
fn from_can_be_done_to_easy_to_do() {
    let mut all = decisions(5, 7, 3, [6_000.0, 3_000.0]);
    all.extend((1..=5).map(|_| Fact { code: "1".to_owned(), ..fact(Relation::Rates, 7, 5, AUTUMN, 2) }));
    // As many, but a third comes back.
    all.extend(decisions(6, 7, 3, [6_000.0, 6_000.0]));
    all.push(fact(Relation::ReturnsTo, 6, 4, AUTUMN, 10));
    // Five cases and no more.
    all.push(Fact { took: Some(60.0), ..fact(Relation::DecidesFor, 4, 8, SPRING, 5) });
    let openings = vec![
        opening("320000", "340000", Some(Mode::CollectHere)),
        opening("320000", "340000", Some(Mode::FullyOnline)),
        opening("310000", "340000", None),
    ];
    let facts = Facts { actors: actors(), facts: all, openings, ..Facts::default() };
    let found = outcome(&facts, &Scope::default());
    let passage = |receiving: &str, handling: &str| -> &Passage {
        let is = |one: &&Passage| one.receiving == region(receiving) && one.handling == region(handling);
        found.passages.iter().find(is).unwrap()
    };
    let easy = passage("320000", "340000");
    assert_eq!((easy.open, easy.mode, easy.visits_least), (Some(true), Some(Mode::FullyOnline), Some(0)));
    assert_eq!((easy.cases, easy.ratings, easy.rating_mean), (30, 10, Some(1.0)));
    assert_eq!(easy.is_easy(), Some(true));
    let Trend::Known { hours, low, high } = easy.trend else { panic!("{:?}", easy.trend) };
    assert!((hours + 50.0).abs() < 1e-9 && low < -50.0 && high > -50.0 && high < -49.9, "{low} {hours} {high}");
    let back = passage("320000", "310000");
    assert!(back.can_be_done(), "cases went through without being listed");
    assert_eq!((back.open, back.returns_per_case, back.is_easy()), (None, Some(10.0 / 30.0), Some(false)));
    assert!(back.criteria.iter().any(|say| matches!(say, Say::Label { rule: "easy-returns", label: "fails", .. })));
    let few = passage("340000", "320000");
    assert!(few.can_be_done());
    assert!(matches!(few.easy, Some(Say::TooLittle { need: 20, have: 5, .. })), "{:?}", few.easy);
    assert_eq!(few.trend, Trend::TooLittle { need: 5, have: 0 });
    let closed = passage("310000", "340000");
    assert!(closed.is_closed() && !closed.can_be_done() && closed.easy.is_none());
}

#[test]
fn the_later_figure_is_found_to_come_later() {
    // Changes of the second are those of the first two months before.
    let steps = [3.0, -1.0, 4.0, -1.5, -5.0, 9.0, -2.0, 6.0, -5.0, 3.5, -5.0, 8.0, -9.0, 7.0, -9.0, 3.0, 2.0, -3.0];
    let sum = |steps: &[f64]| -> Vec<Option<f64>> {
        let mut all = vec![Some(0.0)];
        let mut sum = 0.0;
        all.extend(steps.iter().map(|step| {
            sum += step;
            Some(sum)
        }));
        all
    };
    let one = sum(&steps);
    let late: Vec<f64> = [1.0, -2.0].into_iter().chain(steps[..16].iter().copied()).collect();
    let found = Association::Known { lags: lagged(&one, &sum(&late), 6) };
    let clearest = found.clearest().unwrap();
    assert_eq!((clearest.lag, clearest.pairs), (2, 16));
    assert!(clearest.r.unwrap() > 0.999);
    // The other way round it is the other sign of the lag; what does not change goes with nothing.
    let back = Association::Known { lags: lagged(&sum(&late), &one, 6) };
    assert_eq!(back.clearest().unwrap().lag, -2);
    let still = lagged(&one, &vec![Some(1.0); one.len()], 6);
    assert!(still.iter().all(|lagged| lagged.r.is_none() && !lagged.is_clear()));
}

#[test]
fn the_framework_counts_what_there_is() {
    let mut all = knit();
    all.push(Fact { code: "file-unreadable".to_owned(), ..fact(Relation::ReturnsTo, 5, 4, SPRING, 3) });
    all.push(Fact { code: "material-missing".to_owned(), ..fact(Relation::ReturnsTo, 5, 4, SPRING, 1) });
    all.push(Fact { code: "law-a".to_owned(), ..fact(Relation::Objects, 1, 0, SPRING, 1) });
    let openings =
        vec![opening("320000", "340000", Some(Mode::FullyOnline)), opening("340000", "320000", Some(Mode::Joint))];
    let events = vec![Event {
        key: "e".to_owned(),
        name: "event".to_owned(),
        name_en: String::new(),
        from: "2025-03-01".parse().unwrap(),
        until: None,
        effect: Effect::Suspends,
        items: Vec::new(),
        regions: Vec::new(),
        source: "line 3".to_owned(),
    }];
    let agreements = vec![agreement(&[], Some("2025-07-01"))];
    let facts = Facts { actors: actors(), facts: all, openings, events, agreements, ..Facts::default() };
    let found = framework(&facts, &Scope::default());
    let technical = found.environment.cell("technical").unwrap();
    assert_eq!(technical.figure("technical-share"), Some(0.75));
    assert_eq!(technical.figure("fully-online"), Some(0.5));
    let institutional = found.environment.cell("institutional").unwrap();
    assert_eq!(institutional.figure("laws-open"), Some(1.0));
    assert_eq!(institutional.figure("agreements-first-day"), Some(1.0));
    assert_eq!(institutional.figure("agreements-last-day"), Some(0.0));
    assert_eq!(found.process.cell("events").unwrap().figure("suspends"), Some(1.0));
    let interaction = found.process.cell("interaction").unwrap();
    assert_eq!(interaction.figure("returned"), Some(4.0));
    assert_eq!(found.dialectics.len(), 3);
    for dialectic in &found.dialectics {
        assert!(matches!(dialectic.found, Association::TooLittle { need: 12, .. }), "{}", dialectic.key);
    }
}

#[test]
fn a_scope_leaves_out_what_it_does_not_mean() {
    let mut all = knit();
    all.push(Fact { item: "other".to_owned(), ..fact(Relation::HandsTo, 1, 2, SPRING, 7) });
    all.push(Fact { item: String::new(), ..fact(Relation::Objects, 1, 0, SPRING, 1) });
    let facts = Facts { actors: actors(), facts: all, ..Facts::default() };
    let count = |scope: &Scope| {
        let rows = table1(&facts, scope);
        row(&rows, "intergovernmental").cell("members").unwrap().figure("facts").unwrap()
    };
    let provinces = |codes: &[&str]| codes.iter().map(|code| region(code)).collect();
    let everywhere = Scope::default();
    assert_eq!(count(&everywhere), 68.0);
    // About no item is about all.
    assert_eq!(count(&Scope { items: [ITEM.to_owned()].into(), ..everywhere.clone() }), 61.0);
    // Four actors in two provinces: twelve arcs, twice.
    let two = Scope { provinces: provinces(&["320000", "340000"]), ..everywhere.clone() };
    assert_eq!(count(&two), 24.0 + 7.0 + 1.0);
    // One province: all with an end in it. Thirty arcs less the twelve among the other four, twice.
    let one = Scope { provinces: provinces(&["320000"]), ..everywhere.clone() };
    assert_eq!(count(&one), 36.0 + 7.0 + 1.0);
    assert_eq!(count(&Scope { from: Some("2025-06-01".parse().unwrap()), ..everywhere.clone() }), 30.0);
    assert_eq!(count(&Scope { subject: Some(Subject::Enterprise), ..everywhere }), 0.0);
}

#[test]
fn nothing_is_said_of_nothing() {
    let found = report(&Facts::default(), &Scope::default());
    let rows = found.table1.iter().chain(&found.table2.individual).chain(&found.table2.relational);
    for say in rows.flat_map(|row| &row.cells).flat_map(|cell| &cell.says) {
        assert!(matches!(say, Say::TooLittle { .. }), "{say:?}");
    }
    assert!(found.period.is_none() && found.outcome.passages.is_empty());
    // A fact of someone who is not there is left out.
    let strange =
        Facts { actors: actors(), facts: vec![fact(Relation::HandsTo, 1, 99, SPRING, 1)], ..Facts::default() };
    assert!(report(&strange, &Scope::default()).period.is_none());
}

#[test]
fn rules_are_in_order_and_named_once() {
    for (at, rule) in RULES.iter().enumerate() {
        assert!(RULES[..at].iter().all(|other| other.key != rule.key), "{}", rule.key);
        assert!(rule.threshold.windows(2).all(|pair| pair[0].from < pair[1].from), "{}", rule.key);
    }
}
