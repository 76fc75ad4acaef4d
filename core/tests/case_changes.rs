//! What changes while a case goes on: the applicant, the authority, and whether there is anything left to be decided.

mod support;

use jiff::civil::date;
use support::*;
use tongban_core::case::{Act, Applicant, Change, DeliveryWay, IdKind, Party, Phase};
use tongban_core::catalogue::Subject;
use tongban_core::dossier::{BlobRef, Suite};
use tongban_core::ident::Realm;

fn world() -> TestWorld {
    TestWorld::of(Suite::Ed25519)
}

fn code(found: Result<(), tongban_core::rule::WhyNot>) -> &'static str {
    found.expect_err("this may not be said").code
}

fn particulars(number: u8) -> BlobRef {
    blob(Suite::Ed25519, [number; 16], b"{}").0
}

fn changed(number: u8, change: Change) -> Act {
    Act::ApplicantChanged { applicant: particulars(number), change, note: "户口簿".to_owned() }
}

#[test]
fn an_applicant_is_renamed_moves_and_is_succeeded() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    let first = log.case.drafted.applicant.clone();
    assert_eq!(code(log.say(Who::Officer, changed(1, Change::Renamed))), "not-your-case");
    assert_eq!(code(log.say(Who::System, changed(1, Change::Renamed))), "not-your-case");
    assert_eq!(code(log.say(Who::Applicant, changed(1, Change::Renamed))), "not-your-case");
    let silent = Act::ApplicantChanged { applicant: particulars(1), change: Change::Renamed, note: " ".to_owned() };
    assert_eq!(code(log.say(Who::Clerk, silent)), "empty");
    log.say(Who::Clerk, changed(1, Change::Renamed)).unwrap();
    log.say(Who::Applicant, changed(2, Change::Moved)).unwrap();
    assert_eq!(log.case.drafted.applicant, particulars(2));
    log.say(Who::Officer, Act::Accepted).unwrap();
    log.say(Who::Clerk, changed(3, Change::Succeeded)).unwrap();
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    // The decision names the applicant.
    assert_eq!(code(log.say(Who::Clerk, changed(4, Change::Renamed))), "after-decision");
    log.say(Who::Clerk, changed(4, Change::Moved)).unwrap();
    log.say(Who::Officer, delivered(DeliveryWay::Online)).unwrap();
    assert_eq!(code(log.say(Who::Clerk, changed(5, Change::Moved))), "not-now");
    // What held before is a copy too, and is erased with the others.
    let copies = log.case.copies();
    assert!(copies.contains(&first.hash) && copies.contains(&particulars(4).hash));
    assert_eq!((log.case.former.len(), log.case.marks.len()), (4, 0));
}

#[test]
fn a_case_ends_when_there_is_nothing_to_be_decided_any_more() {
    let world = world();
    let ended = |reason: &str| Act::Ended { reason: reason.to_owned(), note: "没有继承人接着办".to_owned() };
    let mut log = Log::filled(&world, world.drafted());
    log.say(Who::Clerk, taken_in()).unwrap();
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    assert_eq!(code(log.say(Who::Officer, ended("applicant-gone"))), "not-now");
    log.say(Who::Officer, Act::Received).unwrap();
    assert_eq!(code(log.say(Who::Clerk, ended("applicant-gone"))), "not-your-case");
    assert_eq!(code(log.say(Who::Officer, ended("no-such"))), "reason-unknown");
    log.say(Who::Officer, ended("applicant-gone")).unwrap();
    assert_eq!((log.case.phase, log.case.next(calendar()).party), (Phase::Ended, Party::Nobody));
    assert_eq!(code(log.say(Who::Officer, Act::Accepted)), "not-now");
    let mut log = Log::received(&world, world.drafted());
    log.say(Who::Officer, Act::Accepted).unwrap();
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    assert_eq!(code(log.say(Who::Officer, ended("item-abolished"))), "after-decision");
}

#[test]
fn a_reform_moves_a_case_to_who_has_the_powers_now() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    log.say(Who::Officer, Act::Accepted).unwrap();
    let before = log.case.next(calendar());
    let to = world.nodes[THIRD].office.clone();
    let moved = |reform: &str| Act::Moved { to: Box::new(to.clone()), reform: reform.to_owned() };
    assert_eq!(code(log.say(Who::Officer, moved("演练〔2026〕9号"))), "not-your-case");
    assert_eq!(code(log.say(Who::System, moved("演练〔2026〕9号"))), "not-your-case");
    let host = || Who::Other(system(), HANDLING);
    // Without a document it could only be the same authority.
    assert_eq!(code(log.say(host(), moved(""))), "not-your-case");
    log.say(host(), moved("演练〔2026〕9号")).unwrap();
    assert_eq!((&log.case.drafted.handling, log.chain.holder()), (&to, &to.node));
    // Its clock goes on as it ran.
    assert_eq!((log.case.phase, log.case.next(calendar())), (Phase::Accepted, before));
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    assert_eq!(log.case.marks, []);
}

fn person(name: &str, id_kind: IdKind, id_number: &str) -> Applicant {
    let phone = "10000030050".to_owned();
    let (name, id_number) = (name.to_owned(), id_number.to_owned());
    Applicant { name, id_kind, id_number, contact: String::new(), phone, address: String::new() }
}

fn faults(applicant: Applicant) -> Vec<&'static str> {
    let checked = applicant.tidied().check(Subject::Person, Realm::Drill, date(2026, 11, 27));
    checked.err().into_iter().flatten().map(|fault| fault.code).collect()
}

#[test]
fn rare_and_long_names_and_other_documents_are_taken() {
    let number = tongban_core::ident::drill_person_id(7).as_str().to_owned();
    let resident = |name: &str| person(name, IdKind::ResidentId, &number);
    for name in
        ["演练𠮷", "㛃演练", "演练\u{31350}", "阿卜杜热合曼・买买提依明•艾力", "བསྟན་འཛིན", "Anna-Maria O’Neil Jr."]
    {
        assert_eq!(faults(resident(name)), Vec::<&str>::new(), "{name}");
    }
    assert_eq!(resident("阿卜杜热合曼・艾力").tidied().name, "阿卜杜热合曼·艾力");
    assert_eq!(faults(resident("演练\u{E863}")), ["name-private-use"]);
    assert_eq!(faults(resident("演练3")), ["name-character"]);
    assert_eq!(faults(resident("演练\u{FFFD}")), ["name-character"]);
    assert_eq!(faults(person("SAMPLE ANNA", IdKind::Passport, "yl0000001 ")), Vec::<&str>::new());
    assert_eq!(faults(person("SAMPLE ANNA", IdKind::Passport, "E1234567")), ["drill-only-reserved"]);
    assert_eq!(faults(person("演练", IdKind::HkMacaoPermit, "H12")), ["travel-id-format"]);
    assert_eq!(faults(person("演练", IdKind::Uscc, "H12")), ["id-kind-subject"]);
    let passport = person("SAMPLE ANNA", IdKind::Passport, "YL0000001");
    assert_eq!(passport.masked_number(), "YL*****01");
}

#[test]
fn a_result_is_fetched_at_another_window_of_the_same_node() {
    let world = world();
    let mut drafted = world.drafted();
    drafted.permit.rights = ALL_RIGHTS;
    let mut other = drafted.receiving.clone();
    other.org = tongban_core::ident::drill_uscc(99);
    let by = |org| tongban_core::dossier::By {
        org: Some(org),
        role: tongban_core::dossier::Role::Clerk,
        staff: Some("9".to_owned()),
    };
    let there = || Who::Other(by(other.org), RECEIVING);
    let out = || Act::HandedOut { window: Box::new(other.clone()) };
    let mut log = Log::received(&world, drafted.clone());
    log.say(Who::Officer, Act::Accepted).unwrap();
    assert_eq!(code(log.say(there(), out())), "not-now");
    log.say(Who::Officer, granted(DeliveryWay::Window)).unwrap();
    assert_eq!(code(log.say(Who::Clerk, out())), "not-your-case");
    assert_eq!(code(log.say(Who::Other(by(other.org), HANDLING), out())), "not-your-case");
    log.say(there(), out()).unwrap();
    assert_eq!((log.case.phase, log.case.delivered.is_some(), log.case.marks.len()), (Phase::Delivered, true, 0));
    assert_eq!(code(log.say(there(), out())), "not-now");
    // What goes online is not given out, and without the right no window gives anything out.
    let mut log = Log::received(&world, drafted);
    log.say(Who::Officer, Act::Accepted).unwrap();
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    assert_eq!(code(log.say(there(), out())), "delivery-way");
    let log = Log::received(&world, world.drafted());
    assert_eq!(code(log.may(&there(), &out())), "right-missing-deliver");
}
