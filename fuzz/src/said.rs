//! What an entry may say, and the documents that rules are read from.

use std::sync::LazyLock;

use tongban_core::case::{Act, Case, KIND};
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::directory::{NodeCard, Organisation};
use tongban_core::dossier::{By, Chain, Moment, NodeId, Role, Stamp, Suite, Written};
use tongban_core::matter::{self, Matter};
use tongban_core::mechanism::{Mechanism, permit};
use tongban_core::rule::Asks;
use tongban_core::time::{Calendar, Limit, deadline};

use super::forge::{Forge, dossier};
use super::support::{HANDLING, RECEIVING, THIRD};

/// Entry bytes: kept as they are, whatever is read from them.
pub fn entry(bytes: &[u8]) {
    let hash = Written::hash_of(Suite::Ed25519, bytes);
    let Ok(written) = Written::read(bytes, hash) else { return };
    assert_eq!(&**written.bytes(), bytes);
    let fields = serde_json::to_vec(written.entry()).expect("an entry is plain data");
    let again = Written::read(fields, hash).expect("what was read can be written");
    assert_eq!(format!("{:?}", again.entry()), format!("{:?}", written.entry()));
    let act = matter::Act::of(&written);
    assert_eq!(act, matter::Act::of(&again));
    let stamp = Stamp::first(&written, &written.entry().node, Moment(0));
    if let Ok(chain) = Chain::open(&stamp, &stamp.hash(Suite::Ed25519), &written) {
        assert_eq!(chain.holder(), &written.entry().node);
        let next = chain.next_stamp(&written, written.entry().at);
        assert!(chain.judge(&next, &next.hash(Suite::Ed25519), &written).is_err(), "an entry is answered once");
    }
    if let Some(mut matter) = Matter::open(&written) {
        matter.as_case().into_iter().for_each(look);
        // Said twice it breaks a rule, or says the same again: the fold never fails.
        matter.apply(&stamp, &written, Calendar::national());
    }
}

/// Everything that is asked of a case.
fn look(case: &Case) {
    let calendar = Calendar::national();
    let next = case.next(calendar);
    assert_eq!(next, case.next(calendar));
    let _ = (case.offer_until(calendar), case.materials_complete(), case.missing().count());
    let _ = serde_json::to_vec(case).expect("a case is plain data");
}

/// A case that was handed over, and then whatever someone stamps in it. Each line of the input is an entry: who says it (a
/// letter), when (a number), what (JSON). The fold never fails, and comes to the same each time.
pub fn case(bytes: &[u8]) {
    static HANDED_OVER: LazyLock<Case> = LazyLock::new(|| {
        let forge = Forge::good(&super::sent::WORLD).cut(4);
        let read = |at: usize| {
            let piece = &forge.pieces[at];
            (&piece.stamp, Written::read(piece.entry.as_bytes(), piece.stamp.entry).expect("a good entry"))
        };
        let mut case = Case::open(&read(0).1).expect("a good case");
        for at in 1..forge.pieces.len() {
            let (stamp, written) = read(at);
            case.apply(stamp, &written, Calendar::national());
        }
        assert_eq!(case.marks, []);
        case
    });
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut folds = [HANDED_OVER.clone(), HANDED_OVER.clone()];
    for (seq, line) in (4..).zip(text.lines().take(16)) {
        let mut words = line.splitn(3, ' ');
        let (Some(who), Some(at), Some(body)) = (words.next(), words.next(), words.next()) else { continue };
        let Ok(at) = at.parse::<i64>() else { continue };
        let (node, by) = speaker(who);
        // The pen move that belongs to the act, as a node that follows the rules would write it.
        let pen = serde_json::from_str(body).ok().and_then(|act: Act| folds[0].pen_for(&act));
        let pen = pen.map_or_else(String::new, |to| format!("\"pen\":\"{to}\","));
        let entry = format!(
            "{{\"tongban\":1,\"dossier\":\"{}\",\"kind\":\"{KIND}\",\"node\":\"{node}\",\"by\":{by},\"at\":{at},\
             \"nonce\":\"00\",{pen}\"body\":{body}}}",
            dossier()
        );
        let hash = Written::hash_of(Suite::Ed25519, entry.as_bytes());
        let Ok(written) = Written::read(entry.into_bytes(), hash) else { continue };
        let stamp = Stamp { seq, entry: hash, at: Moment(at), ..Stamp::first(&written, name(HANDLING), Moment(at)) };
        for case in &mut folds {
            if let Some(act) = Act::of(&written) {
                let entry = written.entry();
                let asks = Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at };
                let _ = case.may(&act, &asks, Calendar::national()).map_err(|why| why.to_string());
            }
            case.apply(&stamp, &written, Calendar::national());
            look(case);
        }
    }
    let [one, other] = folds.map(|case| serde_json::to_vec(&case).expect("a case is plain data"));
    assert_eq!(one, other);
}

fn name(node: usize) -> &'static NodeId {
    super::sent::WORLD.nodes[node].id()
}

fn speaker(letter: &str) -> (&'static NodeId, String) {
    let world = &super::sent::WORLD;
    let by = |by: By| serde_json::to_string(&by).expect("plain data");
    let node = |role: Role| By { org: None, role, staff: None };
    match letter {
        "c" => (name(RECEIVING), by(world.clerk(RECEIVING))),
        "o" => (name(HANDLING), by(world.officer(HANDLING))),
        "a" => (name(RECEIVING), by(node(Role::Applicant))),
        "s" => (name(HANDLING), by(node(Role::System))),
        _ => (name(THIRD), by(world.officer(THIRD))),
    }
}

/// Bodies of documents: items, implementations, organisations, node cards, mechanisms; and by what right one place takes
/// in another's matter according to them.
pub fn catalogue(bytes: &[u8]) {
    let _ = serde_json::from_slice::<Vec<BasicItem>>(bytes);
    if let Ok(all) = serde_json::from_slice::<Vec<Implementation>>(bytes) {
        for one in all {
            let written = serde_json::to_vec(&one).expect("plain data");
            let again: Implementation = serde_json::from_slice(&written).expect("what was written can be read");
            assert_eq!(serde_json::to_vec(&again).expect("plain data"), written);
            for limit in [one.statutory, one.promised] {
                let start = jiff::civil::date(2026, 11, 23);
                assert!(deadline(start, limit, Calendar::national()).due >= start);
            }
            let _ = one.in_force(jiff::civil::date(2026, 11, 23));
        }
    }
    if let Ok(all) = serde_json::from_slice::<Vec<Organisation>>(bytes) {
        let written = serde_json::to_vec(&all).expect("plain data");
        assert_eq!(serde_json::from_slice::<Vec<Organisation>>(&written).ok(), Some(all));
    }
    if let Ok(card) = serde_json::from_slice::<NodeCard>(bytes) {
        let written = serde_json::to_vec(&card).expect("plain data");
        assert_eq!(serde_json::from_slice::<NodeCard>(&written).ok(), Some(card));
    }
    if let Ok(all) = serde_json::from_slice::<Vec<Mechanism>>(bytes) {
        let world = &super::sent::WORLD;
        let (here, there) = (world.nodes[RECEIVING].office.region, world.nodes[HANDLING].office.region);
        let item = all.iter().flat_map(|mechanism| &mechanism.items).next().cloned().unwrap_or_default();
        for (from, to) in [(here, there), (there, here), (here, here)] {
            for day in [jiff::civil::Date::MIN, jiff::civil::date(2026, 11, 23), jiff::civil::Date::MAX] {
                let _ = permit(&all, &item, from, to, day).map_err(|why| why.to_string());
            }
        }
    }
}

/// A year's file of the calendar, and every deadline in it.
pub fn calendar(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(calendar) = Calendar::national().with_year(text) else { return };
    let year = calendar.last_published();
    for month in [1, 5, 10, 12] {
        let Ok(start) = jiff::civil::Date::new(year, month, 1) else { continue };
        for limit in [Limit::working(1), Limit::working(20), Limit::DECISION] {
            let found = deadline(start, limit, &calendar);
            assert!(found.due >= start && found.left(start, &calendar) >= 0);
            let gaps = found.steps.windows(2).all(|pair| pair[0].to < pair[1].from);
            assert!(gaps, "{found:?}");
        }
    }
}
