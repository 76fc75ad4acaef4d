//! What a case says of those who take part in it, as ties of the policy network.

mod support;

use jiff::civil::date;
use support::*;
use tongban_core::case::{Act, Case, Check, DeliveryWay, Leg, PartOf};
use tongban_core::catalogue::Subject;
use tongban_core::dossier::{DossierId, Suite};
use tongban_core::network::tie::{Actor, Network, Relation, Tie, of_log};
use tongban_core::rule::Asks;

fn ties(log: &Log<'_>) -> Vec<Tie> {
    of_log(log.rows.iter().map(|row| (&row.stamp, &row.written)), calendar())
}

fn relations(ties: &[Tie]) -> Vec<Relation> {
    ties.iter().map(|tie| tie.relation).collect()
}

#[test]
fn each_act_ties_those_whom_it_concerns() {
    let world = TestWorld::of(Suite::Ed25519);
    let drafted = world.drafted();
    let (receiving, handling) = (Actor::Org(drafted.receiving.org), Actor::Org(drafted.handling.org));
    let province = drafted.receiving.region.province();
    let applicants = Actor::Applicants { subject: Subject::Person, province };
    let mut log = Log::open(&world, drafted).unwrap();
    let materials = vec![log.attach("id-card", Check::SeenOriginal), log.attach("contract", Check::CopyTaken)];
    log.say(Who::Clerk, Act::MaterialsAdded { materials }).unwrap();
    assert!(ties(&log).is_empty(), "what is not taken in ties nobody");

    log.say(Who::Clerk, taken_in()).unwrap();
    let found = ties(&log);
    assert_eq!(relations(&found), [Relation::AppliesTo, Relation::TakesInFor, Relation::Permits]);
    assert_eq!((&found[0].from, &found[0].to), (&applicants, &receiving));
    assert_eq!((&found[1].from, &found[1].to), (&receiving, &handling));
    assert_eq!((&found[2].from, found[2].sign, found[2].code.as_str()), (&handling, 1, "multilateral"));
    assert!(found.iter().all(|tie| tie.item == log.case.drafted.item.key && tie.subject == Some(Subject::Person)));

    log.say(Who::Clerk, Act::HandedOver).unwrap();
    // Late by more than a week, and sent back.
    log.on(date(2026, 12, 7));
    let act = Act::Returned { reason: "material-missing".to_owned(), note: String::new() };
    log.say(Who::Officer, act).unwrap();
    let found = ties(&log);
    let back = found.last().unwrap();
    assert_eq!((back.relation, back.sign, back.code.as_str()), (Relation::ReturnsTo, -1, "material-missing"));
    assert_eq!((&back.from, &back.to, back.late), (&handling, &receiving, true));
    assert!(back.took.unwrap() > 7 * 24 * 60, "minutes since the hand-over");
    assert_eq!(back.seq, log.rows.last().unwrap().stamp.seq);

    log.say(Who::Clerk, Act::HandedOver).unwrap();
    log.say(Who::Officer, Act::Received).unwrap();
    log.say(Who::Officer, Act::Accepted).unwrap();
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    let found = ties(&log);
    let decided = found.iter().find(|tie| tie.relation == Relation::DecidesFor).unwrap();
    assert_eq!((&decided.to, decided.code.as_str(), decided.sign), (&applicants, "granted", 1));

    // What breaks a rule is refused, and ties nobody.
    let before = ties(&log).len();
    assert!(log.say(Who::Applicant, Act::Rated { leg: Leg::Receiving, level: 9, comment: None }).is_err());
    assert_eq!(ties(&log).len(), before);
}

#[test]
fn who_applies_for_a_joint_handling_applies_once() {
    let world = TestWorld::of(Suite::Ed25519);
    let log = Log::open(&world, world.drafted()).unwrap();
    let (by, node) = log.by(&Who::Clerk);
    let node = world.nodes[node].id();
    let asks = Asks { by: &by, node, pen: None, at: log.now };
    let found = |case: &Case| relations(&case.ties(&taken_in(), &asks, calendar()));
    assert_eq!(found(&log.case), [Relation::AppliesTo, Relation::TakesInFor, Relation::Permits]);
    let mut part = log.case.clone();
    let whole = PartOf { dossier: DossierId::from_random([7; 16]), number: String::new(), part: "licence".to_owned() };
    part.drafted.part_of = Some(whole);
    assert_eq!(found(&part), [Relation::TakesInFor, Relation::Permits]);
}

#[test]
fn actors_are_written_and_read_back() {
    let uscc = TestWorld::of(Suite::Ed25519).drafted().receiving.org;
    let province = "320000".parse().unwrap();
    for actor in [
        Actor::Org(uscc),
        Actor::Applicants { subject: Subject::Enterprise, province },
        Actor::Named { network: Network::Producer, name: "演练:速运".to_owned() },
    ] {
        assert_eq!(actor.to_string().parse(), Ok(actor));
    }
    for text in ["", "person:", "person:990000", "producer:", "someone:known", "12345"] {
        assert!(text.parse::<Actor>().is_err(), "{text}");
    }
}

#[test]
fn every_relation_has_a_name_of_its_own() {
    // They are told apart by their place in the list.
    assert!(Relation::ALL.iter().enumerate().all(|(place, relation)| *relation as usize == place));
    for relation in Relation::ALL {
        assert_eq!(Relation::from_name(relation.name()), Some(relation));
        assert_eq!(serde_json::to_value(relation).unwrap(), relation.name());
    }
}
