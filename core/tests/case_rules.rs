//! Who may say what when, what follows from it, and what comes next: the rules of a case, and the permit to take one in.

mod support;

use jiff::civil::{Date, date};
use support::*;
use tongban_core::case::{Act, Case, Check, DeliveryWay, Leg, Outcome, Party, Phase, Step, Wanted};
use tongban_core::catalogue::Mode;
use tongban_core::dossier::{By, Moment, NodeId, Role, Suite};
use tongban_core::ident::drill_uscc;
use tongban_core::mechanism::Rights;
use tongban_core::rule::{Asks, CODES};
use tongban_core::time::Limit;

/// The most characters of a text, as the rules have it.
const NOTE_CHARS_MAX: usize = 1000;

fn world() -> TestWorld {
    TestWorld::of(Suite::Ed25519)
}

/// Party, step, rule and last day of the next move.
fn next(log: &Log<'_>) -> (Party, Step, Option<(&'static str, Date)>) {
    let next = log.case.next(calendar());
    (next.party, next.step, next.due.map(|due| (due.rule, due.deadline.due)))
}

fn november(day: i8) -> Date {
    date(2026, 11, day)
}

fn december(day: i8) -> Date {
    date(2026, 12, day)
}

fn code(found: Result<(), tongban_core::rule::WhyNot>) -> &'static str {
    found.expect_err("this may not be said").code
}

fn with_rights(world: &TestWorld, rights: Rights) -> tongban_core::case::Drafted {
    let mut drafted = world.drafted();
    drafted.permit.rights = rights;
    drafted
}

#[test]
fn the_whole_way_between_two_nodes() {
    let world = world();
    let mut log = Log::open(&world, world.drafted()).unwrap();
    assert_eq!(log.case.phase, Phase::Draft);
    assert_eq!(next(&log), (Party::Receiving, Step::TakeIn, None));

    let materials = vec![log.attach("id-card", Check::SeenOriginal), log.attach("contract", Check::CopyTaken)];
    log.say(Who::Clerk, Act::MaterialsAdded { materials }).unwrap();
    log.say(Who::Clerk, taken_in()).unwrap();
    assert_eq!((log.case.phase, log.case.number.as_deref()), (Phase::TakenIn, Some("SZ-2026-000001")));
    assert_eq!(next(&log), (Party::Receiving, Step::HandOver, Some(("relay-push", november(24)))));

    log.on(november(24));
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    assert_eq!(log.chain.holder(), world.nodes[HANDLING].id());
    assert_eq!(log.chain.participants().len(), 2);
    assert_eq!(next(&log), (Party::Handling, Step::Receive, Some(("relay-recheck", november(25)))));

    log.on(november(25));
    log.say(Who::Officer, Act::Received).unwrap();
    assert_eq!(next(&log), (Party::Handling, Step::Accept, Some(("law-32", december(2)))));

    log.on(november(27));
    log.say(Who::Officer, asked()).unwrap();
    assert_eq!(log.case.phase, Phase::CorrectionAsked);
    assert_eq!(next(&log), (Party::Applicant, Step::AnswerCorrection, Some(("correction", december(4)))));

    // The window answers for the applicant: a slip of its node, stamped by the authority's.
    log.on(december(1));
    let materials = vec![log.attach("form", Check::CopyTaken)];
    log.say(Who::Clerk, Act::CorrectionAnswered { materials }).unwrap();
    let slip = log.rows.last().unwrap();
    assert_eq!(slip.stamp.node, *world.nodes[HANDLING].id());
    assert_eq!(slip.written.entry().node, *world.nodes[RECEIVING].id());
    assert!(slip.said.is_some());
    assert_eq!((log.case.phase, log.case.materials.len()), (Phase::Corrected, 3));
    assert_eq!(next(&log), (Party::Handling, Step::Accept, Some(("law-32", december(8)))));

    log.on(december(2));
    log.say(Who::Officer, Act::Accepted).unwrap();
    assert_eq!(next(&log), (Party::Handling, Step::Decide, Some(("promised", december(7)))));
    let statutory = log.case.next(calendar()).due.unwrap().statutory.unwrap();
    assert_eq!((statutory.due, statutory.awaited), (december(30), None));

    log.on(december(4));
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    assert_eq!(log.case.decision.as_ref().unwrap().outcome, Outcome::Granted);
    assert_eq!(next(&log), (Party::Handling, Step::Deliver, Some(("law-44", december(18)))));

    log.say(Who::Officer, delivered(DeliveryWay::Online)).unwrap();
    assert_eq!(log.case.phase, Phase::Delivered);
    assert!(log.case.phase.is_over());
    assert_eq!(next(&log), (Party::Applicant, Step::Rate, None));

    log.say(Who::Applicant, rated(Leg::Receiving, 1)).unwrap();
    assert_eq!(next(&log), (Party::Applicant, Step::Rate, None));
    assert_eq!(code(log.say(Who::Applicant, rated(Leg::Receiving, 2))), "already-rated");
    log.say(Who::Applicant, rated(Leg::Handling, 5)).unwrap();
    // Who caused a bad rating calls back, and the person may think otherwise once.
    assert_eq!(next(&log), (Party::Handling, Step::CallBack, Some(("bad-rating", december(25)))));
    let call = |leg| Act::CalledBack { leg, note: "已致歉".to_owned() };
    assert_eq!(code(log.say(Who::Clerk, call(Leg::Receiving))), "no-bad-rating");
    assert_eq!(code(log.say(Who::Clerk, call(Leg::Handling))), "not-your-case");
    log.say(Who::Officer, Act::RatingDisputed { leg: Leg::Handling, note: "误评".to_owned() }).unwrap();
    log.say(Who::Officer, call(Leg::Handling)).unwrap();
    assert_eq!(code(log.say(Who::Officer, call(Leg::Handling))), "no-bad-rating");
    assert_eq!(next(&log), (Party::Nobody, Step::Nothing, None));
    log.say(Who::Applicant, rated(Leg::Handling, 3)).unwrap();
    assert_eq!(code(log.say(Who::Applicant, rated(Leg::Handling, 1))), "already-rated");
    assert_eq!(log.case.ratings.values().map(|rating| rating.level).collect::<Vec<_>>(), [1, 3]);
    let handling = &log.case.ratings[&Leg::Handling];
    assert_eq!((handling.before, handling.dispute.is_some()), (Some(5), true));

    assert_eq!(log.case.marks, []);
    assert_eq!(log.rows.len(), 15);
}

#[test]
fn limits_run_over_the_holidays() {
    let world = world();
    let mut log = Log::filled(&world, world.drafted());
    log.on(date(2026, 9, 30));
    log.say(Who::Clerk, taken_in()).unwrap();
    assert_eq!(next(&log).2, Some(("relay-push", date(2026, 10, 8))));
    // Friday before the Sunday that is worked.
    log.on(date(2026, 9, 18));
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    assert_eq!(next(&log).2, Some(("relay-recheck", date(2026, 9, 20))));
}

#[test]
fn a_decision_that_runs_into_an_unpublished_year_is_provisional() {
    let world = world();
    let mut log = Log::filled(&world, world.drafted());
    log.on(december(25));
    log.say(Who::Clerk, taken_in()).unwrap();
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    log.say(Who::Officer, Act::Received).unwrap();
    log.say(Who::Officer, Act::Accepted).unwrap();
    let due = log.case.next(calendar()).due.unwrap();
    assert_eq!((due.deadline.due, due.deadline.is_provisional()), (december(30), false));
    let statutory = due.statutory.unwrap();
    assert_eq!((statutory.due, statutory.is_provisional()), (date(2027, 1, 22), true));
    assert_eq!(statutory.awaited, Some(2027));
}

#[test]
fn a_moment_is_judged_by_the_day_in_china() {
    let world = world();
    let mut log = Log::filled(&world, world.drafted());
    // 16:30 UTC of Friday the 27th is the Saturday already: the first working day after it is still Monday.
    log.now = Moment(Moment::start_of(november(28)).0 + 30 * 60_000);
    log.say(Who::Clerk, taken_in()).unwrap();
    assert_eq!(next(&log).2, Some(("relay-push", november(30))));
    log.now = Moment(Moment::start_of(november(30)).0);
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    assert_eq!(next(&log).2, Some(("relay-recheck", december(1))));
}

#[test]
fn a_correction_is_asked_once() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    log.say(Who::Officer, asked()).unwrap();
    assert_eq!(code(log.say(Who::Officer, asked())), "only-once-correction");
    let materials = vec![log.attach("contract", Check::Uploaded)];
    assert_eq!(code(log.say(Who::Applicant, Act::CorrectionAnswered { materials })), "correction-incomplete");
    let materials = vec![log.attach("form", Check::Uploaded)];
    log.say(Who::Applicant, Act::CorrectionAnswered { materials }).unwrap();
    assert_eq!(code(log.say(Who::Officer, asked())), "only-once-correction");
    // Not even after a return and a second hand-over.
    log.say(Who::Officer, returned()).unwrap();
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    log.say(Who::Officer, Act::Received).unwrap();
    assert_eq!(code(log.say(Who::Officer, asked())), "only-once-correction");
}

#[test]
fn a_correction_says_what_is_wanted() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    let ask = |wanted: Vec<(&str, &str)>, limit| Act::CorrectionAsked {
        wanted: wanted
            .into_iter()
            .map(|(material, what)| Wanted { material: material.to_owned(), what: what.to_owned() })
            .collect(),
        limit,
    };
    let days = Limit::working(5);
    assert_eq!(code(log.say(Who::Officer, ask(vec![], days))), "empty");
    assert_eq!(code(log.say(Who::Officer, ask(vec![("form", " ")], days))), "empty");
    assert_eq!(code(log.say(Who::Officer, ask(vec![("passport", "原件")], days))), "material-unknown");
    assert_eq!(code(log.say(Who::Officer, ask(vec![("form", "签名")], Limit::AT_ONCE))), "empty");
    let long = "长".repeat(NOTE_CHARS_MAX + 1);
    assert_eq!(code(log.say(Who::Officer, ask(vec![("form", &long)], days))), "too-long");
    assert_eq!(log.say(Who::Officer, ask(vec![("form", "签名"), ("contract", "第二页")], days)), Ok(()));
}

#[test]
fn nothing_goes_back_after_acceptance() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    log.say(Who::Officer, Act::Accepted).unwrap();
    assert_eq!(code(log.say(Who::Officer, returned())), "after-acceptance");
    assert_eq!(code(log.say(Who::Officer, not_accepted())), "already-accepted");
    assert_eq!(code(log.say(Who::Officer, asked())), "already-accepted");
    assert_eq!(code(log.say(Who::Officer, Act::Accepted)), "already-accepted");
    assert_eq!(log.case.phase, Phase::Accepted);
}

#[test]
fn not_accepted_waits_for_the_end_of_a_running_correction() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    log.on(november(27));
    log.say(Who::Officer, asked()).unwrap();
    for day in [november(27), december(1), december(4)] {
        log.on(day);
        let why = log.may(&Who::Officer, &not_accepted()).unwrap_err();
        assert_eq!((why.code, &why.args), ("correction-running", &vec![("until", "2026-12-04".to_owned())]));
    }
    // The day after the last, weekend or not.
    log.on(december(5));
    log.say(Who::Officer, not_accepted()).unwrap();
    assert_eq!(log.case.phase, Phase::NotAccepted);
    assert_eq!(next(&log), (Party::Applicant, Step::Rate, None));
}

#[test]
fn a_late_answer_counts_until_somebody_decides() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    log.say(Who::Officer, asked()).unwrap();
    log.on(december(20));
    let materials = vec![log.attach("form", Check::Uploaded)];
    log.say(Who::Applicant, Act::CorrectionAnswered { materials }).unwrap();
    // It runs no more: the officer may refuse to accept at once.
    log.say(Who::Officer, not_accepted()).unwrap();
    assert_eq!(log.case.phase, Phase::NotAccepted);
}

#[test]
fn the_window_accepts_only_with_the_right() {
    let world = world();
    let mut log = Log::filled(&world, world.drafted());
    log.say(Who::Clerk, taken_in()).unwrap();
    assert_eq!(code(log.say(Who::Clerk, Act::Accepted)), "right-missing-accept");
    assert_eq!(code(log.say(Who::Clerk, asked())), "right-missing-notify");

    let rights = Rights { accept: true, ..LOOKS };
    let mut log = Log::filled(&world, with_rights(&world, rights));
    assert_eq!(code(log.say(Who::Clerk, Act::Accepted)), "not-now");
    log.say(Who::Clerk, taken_in()).unwrap();
    log.say(Who::Clerk, Act::Accepted).unwrap();
    // The clock of the decision runs, but the next move is still the window's.
    assert_eq!(log.case.phase, Phase::TakenIn);
    assert_eq!(next(&log).1, Step::HandOver);
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    assert_eq!(log.case.phase, Phase::HandedOver);
    assert_eq!(code(log.say(Who::Officer, returned())), "after-acceptance");
    log.on(november(25));
    log.say(Who::Officer, Act::Received).unwrap();
    assert_eq!(log.case.phase, Phase::Accepted);
    assert_eq!(log.case.accepted, Some(noon(MONDAY)));
    // Counted from the day on which the window accepted, not from the receipt.
    assert_eq!(next(&log), (Party::Handling, Step::Decide, Some(("promised", november(26)))));
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
}

#[test]
fn a_correction_asked_by_the_window_comes_before_the_hand_over() {
    let world = world();
    let mut log = Log::filled(&world, with_rights(&world, Rights { notify_once: true, ..LOOKS }));
    log.say(Who::Clerk, taken_in()).unwrap();
    log.say(Who::Clerk, asked()).unwrap();
    assert_eq!(next(&log), (Party::Applicant, Step::AnswerCorrection, Some(("correction", november(30)))));
    assert_eq!(code(log.say(Who::Clerk, Act::HandedOver)), "not-now");
    log.on(november(27));
    let materials = vec![log.attach("form", Check::Uploaded)];
    log.say(Who::Applicant, Act::CorrectionAnswered { materials }).unwrap();
    assert_eq!(log.case.phase, Phase::TakenIn);
    // The time in which the window waited for the applicant is not the window's.
    assert_eq!(next(&log), (Party::Receiving, Step::HandOver, Some(("relay-push", november(30)))));
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    log.say(Who::Officer, Act::Received).unwrap();
    assert_eq!(code(log.say(Who::Officer, asked())), "only-once-correction");
}

#[test]
fn the_window_delivers_only_with_the_right() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    log.say(Who::Officer, Act::Accepted).unwrap();
    assert_eq!(code(log.say(Who::Officer, granted(DeliveryWay::Window))), "right-missing-deliver");
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    assert_eq!(code(log.say(Who::Clerk, delivered(DeliveryWay::Window))), "right-missing-deliver");
    assert_eq!(code(log.say(Who::Clerk, delivered(DeliveryWay::Online))), "not-your-case");

    let rights = Rights { deliver: true, ..LOOKS };
    let mut log = Log::received(&world, with_rights(&world, rights));
    log.say(Who::Officer, Act::Accepted).unwrap();
    log.say(Who::Officer, granted(DeliveryWay::Window)).unwrap();
    assert_eq!(next(&log), (Party::Receiving, Step::Deliver, Some(("law-44", december(7)))));
    assert_eq!(code(log.say(Who::Officer, delivered(DeliveryWay::Window))), "not-your-case");
    assert_eq!(code(log.say(Who::Officer, delivered(DeliveryWay::Online))), "delivery-way");
    log.say(Who::Clerk, delivered(DeliveryWay::Window)).unwrap();
    assert_eq!(log.case.phase, Phase::Delivered);
}

#[test]
fn a_refusal_gives_its_reasons() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    log.say(Who::Officer, Act::Accepted).unwrap();
    assert_eq!(code(log.say(Who::Officer, refused("", "不符合第三条"))), "reason-unknown");
    assert_eq!(code(log.say(Who::Officer, refused("because", "不符合第三条"))), "reason-unknown");
    assert_eq!(code(log.say(Who::Officer, refused("condition-not-met", " "))), "empty");
    let long = "长".repeat(NOTE_CHARS_MAX + 1);
    assert_eq!(code(log.say(Who::Officer, refused("condition-not-met", &long))), "too-long");
    let Act::Decided { outcome, reason, note, document, way, .. } = refused("condition-not-met", "不符合第三条")
    else {
        unreachable!()
    };
    let unnumbered = Act::Decided { outcome, reason, note, number: String::new(), document, way };
    assert_eq!(code(log.say(Who::Officer, unnumbered)), "empty");
    log.say(Who::Officer, refused("condition-not-met", "不符合第三条")).unwrap();
    assert_eq!(log.case.decision.as_ref().unwrap().outcome, Outcome::Refused);
    // A refusal is delivered and rated like a grant.
    log.say(Who::Officer, delivered(DeliveryWay::Online)).unwrap();
    log.say(Who::Applicant, rated(Leg::Handling, 5)).unwrap();
}

#[test]
fn refusing_to_accept_and_returning_need_a_reason() {
    let world = world();
    let log = Log::received(&world, world.drafted());
    let no = |reason: &str, note: &str| Act::NotAccepted { reason: reason.to_owned(), note: note.to_owned() };
    assert_eq!(code(log.may(&Who::Officer, &no("because", "x"))), "reason-unknown");
    assert_eq!(code(log.may(&Who::Officer, &no("wrong-authority", "\n"))), "empty");
    assert_eq!(log.may(&Who::Officer, &no("wrong-authority", "应向公安机关申请")), Ok(()));
    let back = |reason: &str, note: &str| Act::Returned { reason: reason.to_owned(), note: note.to_owned() };
    assert_eq!(code(log.may(&Who::Officer, &back("because", ""))), "reason-unknown");
    // A coded reason says enough.
    assert_eq!(log.may(&Who::Officer, &back("file-unreadable", "")), Ok(()));
}

#[test]
fn on_one_node_no_pen_is_passed() {
    let world = world();
    let mut drafted = world.drafted();
    drafted.handling.node = world.nodes[RECEIVING].id().clone();
    let mut log = Log::filled(&world, drafted);
    log.say(Who::Clerk, taken_in()).unwrap();
    assert_eq!(log.case.pen_for(&Act::HandedOver), None);
    // To pass it nevertheless is refused.
    let (by, node) = log.by(&Who::Clerk);
    let pen = world.nodes[HANDLING].id();
    let asks = Asks { by: &by, node: world.nodes[node].id(), pen: Some(pen), at: log.now };
    assert_eq!(code(log.case.may(&Act::HandedOver, &asks, calendar())), "pen-missing");

    log.say(Who::Clerk, Act::HandedOver).unwrap();
    assert_eq!(log.chain.holder(), world.nodes[RECEIVING].id());
    log.say(Who::Officer, returned()).unwrap();
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    log.say(Who::Officer, Act::Received).unwrap();
    log.say(Who::Officer, Act::Accepted).unwrap();
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    log.say(Who::Officer, delivered(DeliveryWay::Online)).unwrap();
    assert!(log.rows.iter().all(|row| row.said.is_none() && row.stamp.node == *world.nodes[RECEIVING].id()));
    assert_eq!(log.chain.participants().len(), 1);
}

#[test]
fn between_nodes_the_hand_over_carries_the_pen_and_nothing_else_does() {
    let world = world();
    let mut log = Log::filled(&world, world.drafted());
    log.say(Who::Clerk, taken_in()).unwrap();
    let (by, _) = log.by(&Who::Clerk);
    let may = |act: &Act, pen: Option<&NodeId>| {
        let asks = Asks { by: &by, node: world.nodes[RECEIVING].id(), pen, at: log.now };
        log.case.may(act, &asks, calendar())
    };
    assert_eq!(code(may(&Act::HandedOver, None)), "pen-missing");
    assert_eq!(code(may(&Act::HandedOver, Some(world.nodes[THIRD].id()))), "pen-missing");
    assert_eq!(may(&Act::HandedOver, Some(world.nodes[HANDLING].id())), Ok(()));
    assert_eq!(code(may(&Act::Withdrawn, Some(world.nodes[HANDLING].id()))), "pen-missing");
}

#[test]
fn online_the_applicant_drafts_and_the_system_takes_in() {
    let world = world();
    let mut log = Log::open(&world, world.drafted_online()).unwrap();
    assert_eq!(next(&log), (Party::Applicant, Step::TakeIn, None));
    let materials = vec![log.attach("id-card", Check::Uploaded), log.attach("contract", Check::Uploaded)];
    log.say(Who::Applicant, Act::MaterialsAdded { materials }).unwrap();
    assert_eq!(code(log.say(Who::Applicant, taken_in())), "not-your-case");
    log.say(Who::System, taken_in()).unwrap();
    log.say(Who::System, Act::HandedOver).unwrap();
    assert_eq!(log.chain.holder(), world.nodes[HANDLING].id());
    log.say(Who::Officer, Act::Received).unwrap();
    log.say(Who::Officer, returned()).unwrap();
    // Online it is the applicant who mends.
    assert_eq!(next(&log), (Party::Applicant, Step::Mend, Some(("relay-push", november(24)))));
    let materials = vec![log.attach("contract", Check::Uploaded)];
    log.say(Who::Applicant, Act::MaterialsAdded { materials }).unwrap();
    log.say(Who::System, Act::HandedOver).unwrap();
    log.say(Who::Officer, Act::Received).unwrap();
    log.say(Who::Officer, Act::Accepted).unwrap();
    assert_eq!(log.case.marks, []);
}

#[test]
fn the_system_and_the_applicant_take_nothing_in_at_a_window() {
    let world = world();
    let mut log = Log::filled(&world, world.drafted());
    assert_eq!(code(log.say(Who::System, taken_in())), "not-your-case");
    assert_eq!(code(log.say(Who::Applicant, taken_in())), "not-your-case");
    let materials = vec![log.attach("form", Check::Uploaded)];
    assert_eq!(code(log.say(Who::Applicant, Act::MaterialsAdded { materials })), "not-your-case");
}

#[test]
fn a_case_is_opened_by_whom_its_door_says() {
    let world = world();
    let open = |drafted, by, node| Log::open_by(&world, drafted, by, node).map(|_| ());
    assert_eq!(open(world.drafted(), world.clerk(RECEIVING), RECEIVING), Ok(()));
    for by in [applicant(), system(), world.officer(RECEIVING), world.clerk(HANDLING), world.clerk(THIRD)] {
        assert_eq!(code(open(world.drafted(), by, RECEIVING)), "not-your-case");
    }
    assert_eq!(code(open(world.drafted(), world.clerk(RECEIVING), HANDLING)), "not-your-case");
    assert_eq!(open(world.drafted_online(), applicant(), RECEIVING), Ok(()));
    assert_eq!(code(open(world.drafted_online(), world.clerk(RECEIVING), RECEIVING)), "not-your-case");
    assert_eq!(code(open(world.drafted_online(), applicant(), HANDLING)), "not-your-case");

    let with_mode = |mut drafted: tongban_core::case::Drafted, mode| {
        drafted.item.mode = mode;
        drafted
    };
    let clerk = || world.clerk(RECEIVING);
    assert_eq!(
        code(open(with_mode(world.drafted_online(), Mode::CollectHere), applicant(), RECEIVING)),
        "mode-not-online"
    );
    assert_eq!(open(with_mode(world.drafted(), Mode::FullyOnline), clerk(), RECEIVING), Ok(()));
    assert_eq!(code(open(with_mode(world.drafted(), Mode::Joint), clerk(), RECEIVING)), "parts-broken");
    assert_eq!(code(open(with_mode(world.drafted(), Mode::Delegated), clerk(), RECEIVING)), "right-missing-decide");
    let delegated = with_mode(with_rights(&world, Rights { decide: true, ..LOOKS }), Mode::Delegated);
    assert_eq!(open(delegated.clone(), clerk(), RECEIVING), Ok(()));
    let online = tongban_core::case::Drafted { channel: tongban_core::case::Channel::Online, ..delegated };
    assert_eq!(code(open(online, applicant(), RECEIVING)), "mode-not-online");

    let again = Act::Drafted(Box::new(world.drafted()));
    let log = Log::filled(&world, world.drafted());
    assert_eq!(code(log.may(&Who::Clerk, &again)), "opened-twice");
}

#[test]
fn what_is_necessary_must_be_there_and_originals_seen_at_the_window() {
    let world = world();
    let mut log = Log::open(&world, world.drafted()).unwrap();
    let why = log.may(&Who::Clerk, &taken_in()).unwrap_err();
    assert_eq!(
        (why.code, &why.args),
        ("materials-missing", &vec![("materials", "材料 id-card、材料 contract".to_owned())])
    );

    let card = log.attach("id-card", Check::CopyTaken);
    let hash = card.blob.hash;
    let contract = log.attach("contract", Check::CopyTaken);
    log.say(Who::Clerk, Act::MaterialsAdded { materials: vec![card, contract] }).unwrap();
    let why = log.may(&Who::Clerk, &taken_in()).unwrap_err();
    assert_eq!((why.code, &why.args), ("originals-not-seen", &vec![("materials", "材料 id-card".to_owned())]));

    let materials = vec![log.attach("id-card", Check::SeenOriginal)];
    log.say(Who::Clerk, Act::MaterialsAdded { materials }).unwrap();
    assert_eq!(code(log.say(Who::Clerk, Act::TakenIn { number: String::new() })), "empty");
    assert_eq!(log.may(&Who::Clerk, &taken_in()), Ok(()));

    log.say(Who::Clerk, Act::MaterialRemoved { blob: hash }).unwrap();
    assert_eq!(code(log.say(Who::Clerk, Act::MaterialRemoved { blob: hash })), "material-not-there");
    log.say(Who::Clerk, taken_in()).unwrap();

    // What was taken out after the receipt is missing at the hand-over.
    let contract = log.case.materials.iter().find(|attached| attached.material == "contract").unwrap().blob.hash;
    log.say(Who::Clerk, Act::MaterialRemoved { blob: contract }).unwrap();
    assert_eq!(code(log.say(Who::Clerk, Act::HandedOver)), "materials-missing");
    let waive = |because: &str| Act::MaterialWaived { material: "contract".to_owned(), because: because.to_owned() };
    assert_eq!(code(log.say(Who::Clerk, waive(" "))), "empty");
    log.say(Who::Clerk, waive("已联网核验")).unwrap();
    log.say(Who::Clerk, Act::HandedOver).unwrap();
}

#[test]
fn what_was_seen_is_said_by_a_clerk_and_an_original_only_with_the_right() {
    let world = world();
    let everyone = [Who::Clerk, Who::Officer, Who::Applicant, Who::System];
    for rights in [Rights::default(), LOOKS, ALL_RIGHTS, Rights { verify_originals: false, ..ALL_RIGHTS }] {
        for online in [false, true] {
            let mut drafted = if online { world.drafted_online() } else { world.drafted() };
            drafted.permit.rights = rights;
            let draft = Log::open(&world, drafted.clone()).unwrap();
            let mut asked_log = Log::received(&world, drafted);
            asked_log.say(Who::Officer, asked()).unwrap();
            for (mut log, answers) in [(draft, false), (asked_log, true)] {
                for check in [Check::Uploaded, Check::CopyTaken, Check::SeenOriginal] {
                    // The last of several: each counts, not the first only.
                    let materials = vec![log.attach("form", Check::Uploaded), log.attach("contract", check)];
                    let act = match answers {
                        false => Act::MaterialsAdded { materials },
                        true => Act::CorrectionAnswered { materials },
                    };
                    for who in &everyone {
                        let speaks = match who {
                            Who::Clerk => true,
                            Who::Applicant => online || answers,
                            Who::System => online && !answers,
                            _ => false,
                        };
                        let expected = match (check, who) {
                            _ if !speaks => Err("not-your-case"),
                            (Check::Uploaded, _) | (Check::CopyTaken, Who::Clerk) => Ok(()),
                            (Check::SeenOriginal, Who::Clerk) if rights.verify_originals => Ok(()),
                            (Check::SeenOriginal, Who::Clerk) => Err("right-missing-verify"),
                            _ => Err("not-your-case"),
                        };
                        let found = log.may(who, &act).map_err(|why| why.code);
                        assert_eq!(found, expected, "{check:?} {who:?} {rights:?} online {online}, answers {answers}");
                    }
                }
            }
        }
    }

    // Stamped nevertheless it is marked, and no original was seen.
    let mut log = Log::open(&world, world.drafted_online()).unwrap();
    let materials = vec![log.attach("id-card", Check::SeenOriginal)];
    log.force(&[(Who::Applicant, Act::MaterialsAdded { materials })]);
    assert_eq!(log.case.marks.iter().map(|mark| mark.why.code).collect::<Vec<_>>(), ["not-your-case"]);
    assert_eq!(log.case.materials, []);
}

#[test]
fn only_a_clerk_waives() {
    let world = world();
    let waive = Act::MaterialWaived { material: "contract".to_owned(), because: "已联网核验".to_owned() };
    for drafted in [with_rights(&world, ALL_RIGHTS), world.drafted_online()] {
        let mut log = Log::open(&world, drafted).unwrap();
        for who in [Who::Applicant, Who::System, Who::Officer] {
            assert_eq!(code(log.say(who, waive.clone())), "not-your-case");
        }
        log.force(&[(log.window(), waive.clone())]);
        // Forced by the portal's node it has no effect either.
        let by_clerk = matches!(log.window(), Who::Clerk);
        assert_eq!((log.case.waived.len(), log.case.marks.len()), if by_clerk { (1, 0) } else { (0, 1) });
        log.say(Who::Clerk, waive.clone()).unwrap();
        assert!(log.case.waived.iter().any(|(material, _)| material == "contract"));
    }
}

#[test]
fn the_system_neither_withdraws_nor_answers() {
    let world = world();
    let mut seen = (0, 0);
    for (name, log) in states(&world, world.drafted_online()) {
        let mut with_form = log.clone();
        let materials = vec![with_form.attach("form", Check::Uploaded)];
        let answer = Act::CorrectionAnswered { materials };
        for act in [&Act::Withdrawn, &answer] {
            assert_eq!(code(log.may(&Who::System, act)), "not-your-case", "{name} {act:?}");
            // Both persons may or may not alike.
            assert_eq!(log.may(&Who::Applicant, act), log.may(&Who::Clerk, act), "{name} {act:?}");
        }
        seen.0 += usize::from(log.may(&Who::Applicant, &Act::Withdrawn).is_ok());
        seen.1 += usize::from(log.may(&Who::Applicant, &answer).is_ok());
    }
    assert_eq!(seen, (9, 2));
    let mut log = Log::received(&world, world.drafted_online());
    log.force(&[(Who::System, Act::Withdrawn)]);
    assert_eq!((log.case.phase, log.case.marks[0].why.code), (Phase::Received, "not-your-case"));
}

#[test]
fn only_the_holder_lets_others_take_part() {
    use tongban_core::dossier::{Judged, Written};
    let world = world();
    let id = |node: usize| world.nodes[node].id();
    // An entry that names `joins` and moves no pen.
    let joining = |log: &mut Log<'_>, author: usize, joins: usize| {
        let by = if author == RECEIVING { world.clerk(author) } else { world.officer(author) };
        let plain = log.draft(by, author, &Act::Withdrawn).write(Suite::Ed25519);
        let text = std::str::from_utf8(plain.bytes()).unwrap();
        let text = text.replacen(",\"body\":", &format!(",\"join\":[\"{}\"],\"body\":", id(joins)), 1);
        let written = Written::read(text.as_bytes(), Written::hash_of(Suite::Ed25519, text.as_bytes())).unwrap();
        assert_eq!((written.entry().join.as_slice(), &written.entry().pen), (&[id(joins).clone()][..], &None));
        written
    };
    let judged = |log: &Log<'_>, written: &Written| {
        let stamp = log.chain.next_stamp(written, log.now);
        log.chain.judge(&stamp, &stamp.hash(Suite::Ed25519), written).map_err(|broken| broken.code())
    };

    // The pen is with the authority: the window may neither bring in a third nor name who is there already.
    let mut log = Log::received(&world, world.drafted());
    for joins in [THIRD, RECEIVING, HANDLING] {
        let slip = joining(&mut log, RECEIVING, joins);
        assert_eq!(judged(&log, &slip), Err("stamp-holders-act"));
    }
    // The same slip without it stands; a stranger cannot let itself in.
    let plain = log.draft(world.clerk(RECEIVING), RECEIVING, &Act::Withdrawn).write(Suite::Ed25519);
    assert_eq!(judged(&log, &plain), Ok(Judged::Next));
    let stranger = joining(&mut log, THIRD, THIRD);
    assert_eq!(judged(&log, &stranger), Err("stamp-no-participant"));
    // The holder may.
    let own = joining(&mut log, HANDLING, THIRD);
    assert_eq!(judged(&log, &own), Ok(Judged::Next));
    let hash = log.chain.next_stamp(&own, log.now).hash(Suite::Ed25519);
    log.chain.take(&hash, &own);
    assert_eq!(log.chain.participants(), [id(RECEIVING).clone(), id(HANDLING).clone(), id(THIRD).clone()]);

    // With the pen back, it is the other way round.
    let mut log = Log::received(&world, world.drafted());
    log.say(Who::Officer, returned()).unwrap();
    let slip = joining(&mut log, HANDLING, THIRD);
    assert_eq!(judged(&log, &slip), Err("stamp-holders-act"));
    let own = joining(&mut log, RECEIVING, THIRD);
    assert_eq!(judged(&log, &own), Ok(Judged::Next));
}

#[test]
fn without_the_right_to_see_originals_the_window_need_not() {
    let world = world();
    for verify_originals in [false, true] {
        let mut log = Log::open(&world, with_rights(&world, Rights { verify_originals, ..ALL_RIGHTS })).unwrap();
        // What is necessary must be there in either case.
        assert_eq!(code(log.say(Who::Clerk, taken_in())), "materials-missing");
        let materials = vec![log.attach("id-card", Check::CopyTaken), log.attach("contract", Check::CopyTaken)];
        log.say(Who::Clerk, Act::MaterialsAdded { materials }).unwrap();
        if verify_originals {
            assert_eq!(code(log.say(Who::Clerk, taken_in())), "originals-not-seen");
        } else {
            log.say(Who::Clerk, taken_in()).unwrap();
            log.say(Who::Clerk, Act::HandedOver).unwrap();
            assert_eq!((log.case.phase, log.case.marks.len()), (Phase::HandedOver, 0));
        }
    }
}

#[test]
fn materials_are_of_the_list() {
    let world = world();
    let mut log = Log::open(&world, world.drafted()).unwrap();
    assert_eq!(code(log.say(Who::Clerk, Act::MaterialsAdded { materials: vec![] })), "empty");
    let materials = vec![log.attach("passport", Check::CopyTaken)];
    assert_eq!(code(log.say(Who::Clerk, Act::MaterialsAdded { materials })), "material-unknown");
    let waive = Act::MaterialWaived { material: "passport".to_owned(), because: "无".to_owned() };
    assert_eq!(code(log.say(Who::Clerk, waive)), "material-unknown");
    // A material that comes after all is not waived any more.
    log.say(Who::Clerk, Act::MaterialWaived { material: "contract".to_owned(), because: "无".to_owned() }).unwrap();
    assert_eq!(log.case.waived.len(), 1);
    let materials = vec![log.attach("contract", Check::CopyTaken)];
    log.say(Who::Clerk, Act::MaterialsAdded { materials }).unwrap();
    assert_eq!(log.case.waived, []);
}

#[test]
fn an_applicant_may_withdraw_until_the_decision() {
    let world = world();
    for (name, log) in states(&world, with_rights(&world, ALL_RIGHTS)) {
        for who in [Who::Applicant, Who::Clerk] {
            let mut log = log.clone();
            let found = log.say(who, Act::Withdrawn);
            if log.case.decision.is_some() {
                assert_eq!(code(found), "after-decision", "{name}");
            } else if matches!(log.case.phase, Phase::NotAccepted) || name == "wdrn" {
                assert_eq!(code(found), "not-now", "{name}");
            } else {
                assert_eq!(found, Ok(()), "{name}");
                assert_eq!(next(&log), (Party::Nobody, Step::Nothing, None));
            }
        }
    }
}

#[test]
fn a_stamped_entry_that_breaks_a_rule_is_marked_and_changes_nothing() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    let before = log.case.clone();
    log.force(&[(Who::Officer, granted(DeliveryWay::Online))]);
    log.force(&[(Who::Clerk, Act::Accepted)]);
    log.force(&[(Who::Other(world.officer(RECEIVING), RECEIVING), Act::Accepted)]);
    let marks: Vec<(u32, &str)> = log.case.marks.iter().map(|mark| (mark.seq, mark.why.code)).collect();
    assert_eq!(marks, [(5, "not-now"), (6, "right-missing-accept"), (7, "not-your-case")]);
    assert_eq!(Case { marks: Vec::new(), ..log.case.clone() }, before);
    // The case goes on as if they had not been said.
    log.say(Who::Officer, Act::Accepted).unwrap();
    assert_eq!(log.case.phase, Phase::Accepted);
}

#[test]
fn what_is_no_act_is_marked_too() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    let before = log.case.clone();
    for (seq, body) in [r#"{"act":"teleported"}"#, r#""accepted""#, r#"{"act":"rated","leg":"receiving","level":900}"#]
        .into_iter()
        .enumerate()
    {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let draft = tongban_core::dossier::Draft::next(log.chain.dossier(), "case", world.nodes[HANDLING].id());
        let written = draft.by(world.officer(HANDLING)).said(log.now, [seq as u8; 8], &body).write(Suite::Ed25519);
        let stamp = log.chain.next_stamp(&written, log.now);
        log.case.apply(&stamp, &written, calendar());
    }
    assert!(log.case.marks.iter().all(|mark| mark.why.code == "not-a-case"));
    assert_eq!(log.case.marks.len(), 3);
    assert_eq!(Case { marks: Vec::new(), ..log.case.clone() }, before);
}

#[test]
fn a_refused_slip_is_kept_and_has_no_effect() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    let slip = log
        .draft(world.clerk(RECEIVING), RECEIVING, &Act::CorrectionAnswered { materials: vec![] })
        .write(Suite::Ed25519);
    let before = log.case.clone();
    log.refuse(*slip.hash(), "not-now");
    assert_eq!(log.case.refused, [(*slip.hash(), "not-now".to_owned())]);
    assert_eq!(Case { refused: Vec::new(), ..log.case.clone() }, before);
    assert!(log.chain.is_answered(slip.hash()));
}

#[test]
fn only_the_holder_answers_a_slip() {
    use tongban_core::dossier::Draft;
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    let slip = log.draft(world.clerk(RECEIVING), RECEIVING, &Act::Withdrawn).write(Suite::Ed25519);
    let receiving = world.nodes[RECEIVING].id();
    let refusal = Draft::next(log.chain.dossier(), "case", receiving)
        .refuse(log.now, [9; 8], *slip.hash(), "not-now")
        .write(Suite::Ed25519);
    let stamp = log.chain.next_stamp(&refusal, log.now);
    let found = log.chain.judge(&stamp, &stamp.hash(Suite::Ed25519), &refusal);
    assert_eq!(found.unwrap_err().code(), "stamp-holders-act");
}

#[test]
fn strangers_are_of_no_party() {
    let world = world();
    for drafted in [with_rights(&world, ALL_RIGHTS), world.drafted_online()] {
        for (name, log) in states(&world, drafted) {
            for (by, node) in strangers(&log) {
                let id = world.nodes[node].id();
                assert_eq!(log.case.party_of(&by, id), None, "{name} {by:?} {id}");
                for (act_name, act) in acts(&log) {
                    let pen = log.case.pen_for(&act);
                    let asks = Asks { by: &by, node: id, pen: pen.as_ref(), at: log.now };
                    let found = log.case.may(&act, &asks, calendar());
                    assert_eq!(code(found), "not-your-case", "{name} {act_name} {by:?} {id}");
                }
            }
        }
    }
}

/// People who take no part in the case.
fn strangers(log: &Log<'_>) -> Vec<(By, usize)> {
    let world = log.world;
    let someone = |role, org| By { org, role, staff: Some("1".to_owned()) };
    let other = Some(drill_uscc(77));
    let (window, authority) = (Some(log.case.drafted.receiving.org), Some(log.case.drafted.handling.org));
    let mut list = vec![
        // Another organisation on the same nodes.
        (someone(Role::Clerk, other), RECEIVING),
        (someone(Role::Officer, other), HANDLING),
        // The right organisation in the wrong capacity.
        (someone(Role::Officer, window), RECEIVING),
        (someone(Role::Clerk, authority), HANDLING),
        // The right organisation, but said by a node that is not its own.
        (someone(Role::Clerk, window), HANDLING),
        (someone(Role::Officer, authority), RECEIVING),
        (someone(Role::Clerk, window), THIRD),
        (someone(Role::Officer, authority), THIRD),
        (someone(Role::Clerk, None), RECEIVING),
        (someone(Role::Officer, None), HANDLING),
        (applicant(), HANDLING),
        (applicant(), THIRD),
        (system(), HANDLING),
        (system(), THIRD),
    ];
    list.extend((0..3).map(|node| (world.clerk(THIRD), node)));
    list.extend((0..3).map(|node| (world.officer(THIRD), node)));
    list
}

#[test]
fn a_return_passes_the_pen_back_and_the_case_is_mended() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    log.on(november(25));
    log.say(Who::Officer, returned()).unwrap();
    assert_eq!(log.chain.holder(), world.nodes[RECEIVING].id());
    assert_eq!((log.case.phase, log.case.returns.len()), (Phase::Returned, 1));
    assert_eq!(next(&log), (Party::Receiving, Step::Mend, Some(("relay-push", november(26)))));
    assert_eq!(code(log.say(Who::Officer, Act::Accepted)), "not-now");

    let contract = log.case.materials.iter().find(|attached| attached.material == "contract").unwrap().blob.hash;
    log.say(Who::Clerk, Act::MaterialRemoved { blob: contract }).unwrap();
    assert_eq!(code(log.say(Who::Clerk, Act::HandedOver)), "materials-missing");
    let materials = vec![log.attach("contract", Check::CopyTaken)];
    log.say(Who::Clerk, Act::MaterialsAdded { materials }).unwrap();
    log.on(november(26));
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    assert_eq!(log.chain.holder(), world.nodes[HANDLING].id());
    assert_eq!(log.chain.participants().len(), 2);
    assert_eq!((log.case.received, log.case.handed_over), (None, Some(noon(november(26)))));
    // Unread it can go back again.
    log.say(Who::Officer, returned()).unwrap();
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    log.say(Who::Officer, Act::Received).unwrap();
    assert_eq!(next(&log).2, Some(("law-32", december(3))));
    assert_eq!(log.case.returns.len(), 2);
}

#[test]
fn ratings_go_from_one_to_five() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    assert_eq!(code(log.say(Who::Applicant, rated(Leg::Receiving, 3))), "not-now");
    log.say(Who::Officer, not_accepted()).unwrap();
    for level in [0, 6, 255] {
        assert_eq!(code(log.say(Who::Applicant, rated(Leg::Receiving, level))), "level-range");
    }
    assert_eq!(code(log.say(Who::Clerk, rated(Leg::Receiving, 1))), "not-your-case");
    log.say(Who::Applicant, rated(Leg::Receiving, 5)).unwrap();
}

/// The log in every state that its rights and its door allow, by a short name. A `+` is a case that the window has
/// accepted already; `clat` a correction whose time is over; `cask` asked by the authority, `cwin` by the window.
fn states<'w>(world: &'w TestWorld, drafted: tongban_core::case::Drafted) -> Vec<(&'static str, Log<'w>)> {
    let rights = drafted.permit.rights;
    let mut list = Vec::new();
    let draft = Log::filled(world, drafted);
    let window = draft.window();
    let after = |log: &Log<'w>, who: &Who, act: Act| {
        let mut log = log.clone();
        log.say(who.clone(), act).unwrap();
        log
    };
    let taken = after(&draft, &window, taken_in());
    let handed = after(&taken, &window, Act::HandedOver);
    let received = after(&handed, &Who::Officer, Act::Received);
    let asked_log = after(&received, &Who::Officer, asked());
    let mut late = asked_log.clone();
    late.on(december(12));
    let corrected = {
        let mut log = asked_log.clone();
        let materials = vec![log.attach("form", Check::Uploaded)];
        log.say(Who::Applicant, Act::CorrectionAnswered { materials }).unwrap();
        log
    };
    let accepted = after(&received, &Who::Officer, Act::Accepted);
    let decided = after(&accepted, &Who::Officer, granted(DeliveryWay::Online));
    list.push(("draf", draft));
    list.push(("take", taken.clone()));
    if rights.accept {
        let taken = after(&taken, &window, Act::Accepted);
        list.push(("tak+", taken.clone()));
        list.push(("han+", after(&taken, &window, Act::HandedOver)));
    }
    if rights.notify_once {
        let log = after(&taken, &window, asked());
        list.push(("cwin", log.clone()));
        let mut late = log;
        late.on(december(12));
        list.push(("cwla", late));
    }
    list.push(("hand", handed));
    list.push(("recv", received.clone()));
    list.push(("retn", after(&received, &Who::Officer, returned())));
    list.push(("cask", asked_log));
    list.push(("clat", late));
    list.push(("corr", corrected));
    list.push(("accp", accepted.clone()));
    list.push(("nacc", after(&received, &Who::Officer, not_accepted())));
    if rights.deliver {
        list.push(("decw", after(&accepted, &Who::Officer, granted(DeliveryWay::Window))));
    }
    list.push(("deco", decided.clone()));
    list.push(("dlvd", after(&decided, &Who::Officer, delivered(DeliveryWay::Online))));
    list.push(("wdrn", after(&received, &Who::Applicant, Act::Withdrawn)));
    list
}

/// One of everything that can be said, each fit for the state of the log so that only the rules about who and when
/// speak.
fn acts(log: &Log<'_>) -> Vec<(&'static str, Act)> {
    let mut log = log.clone();
    let form = vec![log.attach("form", Check::Uploaded)];
    let blob = log.case.materials[0].blob.hash;
    vec![
        ("drafted", Act::Drafted(Box::new(log.case.drafted.clone()))),
        ("materials_added", Act::MaterialsAdded { materials: form.clone() }),
        ("material_removed", Act::MaterialRemoved { blob }),
        ("material_waived", Act::MaterialWaived { material: "form".to_owned(), because: "无".to_owned() }),
        ("taken_in", taken_in()),
        ("handed_over", Act::HandedOver),
        ("received", Act::Received),
        ("returned", returned()),
        ("accepted", Act::Accepted),
        ("not_accepted", not_accepted()),
        ("correction_asked", asked()),
        ("correction_answered", Act::CorrectionAnswered { materials: form }),
        ("granted, online", granted(DeliveryWay::Online)),
        ("granted, window", granted(DeliveryWay::Window)),
        ("refused", refused("condition-not-met", "不符合第三条")),
        ("delivered, online", delivered(DeliveryWay::Online)),
        ("delivered, window", delivered(DeliveryWay::Window)),
        ("rated receiving", rated(Leg::Receiving, 1)),
        ("rated handling", rated(Leg::Handling, 1)),
        ("withdrawn", Act::Withdrawn),
    ]
}

/// Rows are acts, columns are states; C clerk, O officer, A applicant, S system.
fn table(states: &[(&str, Log<'_>)]) -> String {
    let parties = [('C', Who::Clerk), ('O', Who::Officer), ('A', Who::Applicant), ('S', Who::System)];
    let mut text = format!("{:19}", "");
    states.iter().for_each(|(name, _)| text.push_str(&format!(" {name:4}")));
    let rows = acts(&states[0].1).into_iter().map(|(name, _)| name);
    for (row, name) in rows.enumerate() {
        text = format!("{}\n{name:19}", text.trim_end());
        for (_, log) in states {
            let act = &acts(log)[row].1;
            let mut allowed = String::new();
            for (letter, who) in &parties {
                let (by, node) = log.by(who);
                let id = log.world.nodes[node].id();
                // With the pen move that belongs to it, and with every other.
                let right = log.case.pen_for(act);
                let pens = log.world.nodes.iter().map(|node| Some(node.id())).chain([None]);
                for pen in pens {
                    let asks = Asks { by: &by, node: id, pen, at: log.now };
                    match log.case.may(act, &asks, calendar()) {
                        Ok(()) => {
                            assert_eq!(pen, right.as_ref());
                            allowed.push(*letter);
                        }
                        Err(why) => {
                            assert!(CODES.contains(&why.code));
                            assert!(
                                pen == right.as_ref() || why.code != "not-now",
                                "the pen is judged before the phase"
                            );
                        }
                    }
                }
            }
            text.push_str(&format!(" {:4}", if allowed.is_empty() { "." } else { &allowed }));
        }
    }
    text.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn the_table_of_who_may_say_what_when() {
    let world = world();
    let every = states(&world, with_rights(&world, ALL_RIGHTS));
    let phases: std::collections::BTreeSet<Phase> = every.iter().map(|(_, log)| log.case.phase).collect();
    assert_eq!(phases.len(), 12, "every phase is in the table");
    // To see originals is no act of its own: with that right alone the table is the same.
    assert_eq!(table(&states(&world, world.drafted())), NO_RIGHTS);
    assert_eq!(table(&states(&world, with_rights(&world, Rights::default()))), NO_RIGHTS);
    assert_eq!(table(&every), ALL);
    assert_eq!(table(&states(&world, world.drafted_online())), ONLINE);

    // On one node the same people may do the same.
    let mut one = with_rights(&world, ALL_RIGHTS);
    one.handling.node = world.nodes[RECEIVING].id().clone();
    assert_eq!(table(&states(&world, one)), ALL);
}

const NO_RIGHTS: &str = r"                    draf take hand recv retn cask clat corr accp nacc deco dlvd wdrn
drafted             .    .    .    .    .    .    .    .    .    .    .    .    .
materials_added     C    C    .    .    C    .    .    .    .    .    .    .    .
material_removed    C    C    .    .    C    .    .    .    .    .    .    .    .
material_waived     C    C    .    .    C    .    .    .    .    .    .    .    .
taken_in            C    .    .    .    .    .    .    .    .    .    .    .    .
handed_over         .    C    .    .    C    .    .    .    .    .    .    .    .
received            .    .    O    .    .    .    .    .    .    .    .    .    .
returned            .    .    O    O    .    .    .    O    .    .    .    .    .
accepted            .    .    .    O    .    .    .    O    .    .    .    .    .
not_accepted        .    .    .    O    .    .    O    O    .    .    .    .    .
correction_asked    .    .    .    O    .    .    .    .    .    .    .    .    .
correction_answered .    .    .    .    .    CA   CA   .    .    .    .    .    .
granted, online     .    .    .    .    .    .    .    .    O    .    .    .    .
granted, window     .    .    .    .    .    .    .    .    .    .    .    .    .
refused             .    .    .    .    .    .    .    .    O    .    .    .    .
delivered, online   .    .    .    .    .    .    .    .    .    .    O    .    .
delivered, window   .    .    .    .    .    .    .    .    .    .    .    .    .
rated receiving     .    .    .    .    .    .    .    .    .    A    .    A    .
rated handling      .    .    .    .    .    .    .    .    .    A    .    A    .
withdrawn           CA   CA   CA   CA   CA   CA   CA   CA   CA   .    .    .    .
";

const ALL: &str = r"                    draf take tak+ han+ cwin cwla hand recv retn cask clat corr accp nacc decw deco dlvd wdrn
drafted             .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .
materials_added     C    C    C    .    .    .    .    .    C    .    .    .    .    .    .    .    .    .
material_removed    C    C    C    .    .    .    .    .    C    .    .    .    .    .    .    .    .    .
material_waived     C    C    C    .    .    .    .    .    C    .    .    .    .    .    .    .    .    .
taken_in            C    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .
handed_over         .    C    C    .    .    .    .    .    C    .    .    .    .    .    .    .    .    .
received            .    .    .    O    .    .    O    .    .    .    .    .    .    .    .    .    .    .
returned            .    .    .    .    .    .    O    O    .    .    .    O    .    .    .    .    .    .
accepted            .    C    .    .    .    .    .    O    .    .    .    O    .    .    .    .    .    .
not_accepted        .    .    .    .    .    O    .    O    .    .    O    O    .    .    .    .    .    .
correction_asked    .    C    .    .    .    .    .    O    .    .    .    .    .    .    .    .    .    .
correction_answered .    .    .    .    CA   CA   .    .    .    CA   CA   .    .    .    .    .    .    .
granted, online     .    .    .    .    .    .    .    .    .    .    .    .    O    .    .    .    .    .
granted, window     .    .    .    .    .    .    .    .    .    .    .    .    O    .    .    .    .    .
refused             .    .    .    .    .    .    .    .    .    .    .    .    O    .    .    .    .    .
delivered, online   .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    O    .    .
delivered, window   .    .    .    .    .    .    .    .    .    .    .    .    .    .    C    .    .    .
rated receiving     .    .    .    .    .    .    .    .    .    .    .    .    .    A    .    .    A    .
rated handling      .    .    .    .    .    .    .    .    .    .    .    .    .    A    .    .    A    .
withdrawn           CA   CA   CA   CA   CA   CA   CA   CA   CA   CA   CA   CA   CA   .    .    .    .    .
";

const ONLINE: &str = r"                    draf take hand recv retn cask clat corr accp nacc deco dlvd wdrn
drafted             .    .    .    .    .    .    .    .    .    .    .    .    .
materials_added     CAS  CAS  .    .    CAS  .    .    .    .    .    .    .    .
material_removed    CAS  CAS  .    .    CAS  .    .    .    .    .    .    .    .
material_waived     C    C    .    .    C    .    .    .    .    .    .    .    .
taken_in            CS   .    .    .    .    .    .    .    .    .    .    .    .
handed_over         .    CS   .    .    CS   .    .    .    .    .    .    .    .
received            .    .    O    .    .    .    .    .    .    .    .    .    .
returned            .    .    O    O    .    .    .    O    .    .    .    .    .
accepted            .    .    .    O    .    .    .    O    .    .    .    .    .
not_accepted        .    .    .    O    .    .    O    O    .    .    .    .    .
correction_asked    .    .    .    O    .    .    .    .    .    .    .    .    .
correction_answered .    .    .    .    .    CA   CA   .    .    .    .    .    .
granted, online     .    .    .    .    .    .    .    .    O    .    .    .    .
granted, window     .    .    .    .    .    .    .    .    .    .    .    .    .
refused             .    .    .    .    .    .    .    .    O    .    .    .    .
delivered, online   .    .    .    .    .    .    .    .    .    .    O    .    .
delivered, window   .    .    .    .    .    .    .    .    .    .    .    .    .
rated receiving     .    .    .    .    .    .    .    .    .    A    .    A    .
rated handling      .    .    .    .    .    .    .    .    .    A    .    A    .
withdrawn           CA   CA   CA   CA   CA   CA   CA   CA   CA   .    .    .    .
";

/// Contents that no page would send, in every state and by everyone: an answer, never a panic.
#[test]
fn any_content_is_answered() {
    let world = world();
    let long = "长".repeat(NOTE_CHARS_MAX + 1);
    let texts = ["", " ", "material-unclear", &long];
    let limits = [Limit::AT_ONCE, Limit::working(u16::MAX), Limit::calendar(u16::MAX)];
    for (_, mut log) in states(&world, with_rights(&world, ALL_RIGHTS)) {
        let strange = log.attach("passport", Check::SeenOriginal);
        let mut list = vec![
            Act::MaterialsAdded { materials: vec![strange.clone()] },
            Act::MaterialRemoved { blob: strange.blob.hash },
            Act::CorrectionAnswered { materials: vec![] },
            Act::CorrectionAnswered { materials: vec![strange] },
            Act::MaterialsAdded { materials: vec![] },
        ];
        for text in texts {
            let own = || text.to_owned();
            list.push(Act::MaterialWaived { material: own(), because: own() });
            list.push(Act::TakenIn { number: own() });
            list.push(Act::Returned { reason: own(), note: own() });
            list.push(Act::NotAccepted { reason: own(), note: own() });
            for limit in limits {
                list.push(Act::CorrectionAsked { wanted: vec![Wanted { material: own(), what: own() }], limit });
                list.push(Act::CorrectionAsked { wanted: vec![], limit });
            }
            for outcome in [Outcome::Granted, Outcome::Refused] {
                let (reason, note, number) = (own(), own(), own());
                list.push(Act::Decided { outcome, reason, note, number, document: None, way: DeliveryWay::Window });
            }
        }
        list.extend((0..=u8::MAX).map(|level| rated(Leg::Receiving, level)));
        for at in [Moment(i64::MIN), Moment(0), log.now, Moment(i64::MAX)] {
            log.now = at;
            for act in &list {
                for who in [Who::Clerk, Who::Officer, Who::Applicant, Who::System] {
                    if let Err(why) = log.may(&who, act) {
                        assert!(CODES.contains(&why.code));
                    }
                }
            }
        }
    }
}

mod permits {
    use super::*;
    use tongban_core::mechanism::{Basis, Mechanism, permit};

    fn mechanism(id: &str, basis: Basis) -> Mechanism {
        Mechanism {
            id: id.to_owned(),
            version: 3,
            name: format!("机制 {id}"),
            name_en: id.to_owned(),
            basis,
            document: format!("演练 {id}"),
            items: vec!["2020-35-25".to_owned()],
            receiving: Vec::new(),
            handling: Vec::new(),
            except: Vec::new(),
            rights: Rights::default(),
            offer: None,
            relay: None,
            keep: None,
            from: date(2026, 1, 1),
            until: None,
            invented: true,
        }
    }

    const ITEM: &str = "2020-35-25";

    fn found(list: &[Mechanism], receiving: &str, handling: &str, day: Date) -> Result<String, &'static str> {
        permit(list, ITEM, region(receiving), region(handling), day)
            .map(|permit| permit.mechanism)
            .map_err(|why| why.code)
    }

    #[test]
    fn the_strongest_basis_wins_in_any_order() {
        let mut list = vec![
            mechanism("two", Basis::Bilateral),
            mechanism("many", Basis::Multilateral),
            mechanism("nation", Basis::National),
        ];
        list[1].rights = ALL_RIGHTS;
        for _ in 0..3 {
            list.rotate_left(1);
            assert_eq!(found(&list, "320500", "340100", MONDAY), Ok("nation".to_owned()));
            let weaker: Vec<Mechanism> = list.iter().filter(|each| each.id != "nation").cloned().collect();
            let permit = permit(&weaker, ITEM, region("320500"), region("340100"), MONDAY).unwrap();
            assert_eq!((permit.mechanism.as_str(), permit.version, permit.basis), ("many", 3, Basis::Multilateral));
            assert_eq!((permit.rights, permit.document.as_str()), (ALL_RIGHTS, "演练 many"));
        }
    }

    #[test]
    fn among_equal_bases_the_newest_version_wins_in_any_order() {
        let version = |version, name: &str| Mechanism {
            version,
            name: name.to_owned(),
            rights: if version == 9 { ALL_RIGHTS } else { Rights::default() },
            offer: None,
            ..mechanism("delta", Basis::Multilateral)
        };
        let mut list = vec![version(2, "old"), version(9, "new"), version(8, "late"), version(1, "first")];
        // Neither a newer version of a weaker basis nor one that is not in force yet.
        list.push(Mechanism { version: 20, ..mechanism("two", Basis::Bilateral) });
        list.push(Mechanism { from: november(24), ..version(10, "coming") });
        for day in [MONDAY, november(24)] {
            let expected = if day == MONDAY { (9, "new", ALL_RIGHTS) } else { (10, "coming", Rights::default()) };
            for _ in 0..list.len() {
                list.rotate_left(1);
                let permit = permit(&list, ITEM, region("320500"), region("340100"), day).unwrap();
                assert_eq!((permit.version, permit.name.as_str(), permit.rights), expected);
            }
        }
        // An old version of a stronger basis stands before it.
        list.push(Mechanism { version: 1, ..mechanism("nation", Basis::National) });
        assert_eq!(found(&list, "320500", "340100", MONDAY), Ok("nation".to_owned()));
    }

    #[test]
    fn left_out_pairs_fall_to_the_next_basis_in_one_direction() {
        let mut nation = mechanism("nation", Basis::National);
        nation.except = vec![(region("320000"), region("340100"))];
        let list = [nation, mechanism("two", Basis::Bilateral)];
        // Everything below the pair is left out with it.
        assert_eq!(found(&list, "320500", "340100", MONDAY), Ok("two".to_owned()));
        assert_eq!(found(&list, "320508", "340102", MONDAY), Ok("two".to_owned()));
        // Another city of the province is not, nor the other direction.
        assert_eq!(found(&list, "320500", "340200", MONDAY), Ok("nation".to_owned()));
        assert_eq!(found(&list, "340100", "320500", MONDAY), Ok("nation".to_owned()));
        assert_eq!(found(&list[..1], "320500", "340100", MONDAY), Err("no-mechanism"));
    }

    #[test]
    fn a_mechanism_has_its_first_and_last_day() {
        let mut list = [mechanism("two", Basis::Bilateral)];
        list[0].from = november(23);
        list[0].until = Some(december(1));
        assert_eq!(found(&list, "320500", "340100", november(22)), Err("no-mechanism"));
        assert_eq!(found(&list, "320500", "340100", november(23)), Ok("two".to_owned()));
        assert_eq!(found(&list, "320500", "340100", november(30)), Ok("two".to_owned()));
        assert_eq!(found(&list, "320500", "340100", december(1)), Err("no-mechanism"));
    }

    #[test]
    fn it_holds_for_its_regions_and_items() {
        let mut list = [mechanism("many", Basis::Multilateral)];
        list[0].receiving = vec![region("320000"), region("310118")];
        list[0].handling = vec![region("340100")];
        assert_eq!(found(&list, "320508", "340102", MONDAY), Ok("many".to_owned()));
        assert_eq!(found(&list, "310118", "340100", MONDAY), Ok("many".to_owned()));
        // A district of the list does not stand for its province.
        assert_eq!(found(&list, "310000", "340100", MONDAY), Err("no-mechanism"));
        assert_eq!(found(&list, "320500", "340000", MONDAY), Err("no-mechanism"));
        list[0].items = vec!["2020-35-26".to_owned()];
        assert_eq!(found(&list, "320500", "340100", MONDAY), Err("no-mechanism"));
    }

    #[test]
    fn within_a_province_none_is_needed() {
        let permit = permit(&[], ITEM, region("320500"), region("320100"), MONDAY).unwrap();
        assert_eq!((permit.basis, permit.mechanism.as_str()), (Basis::WithinProvince, ""));
        assert!(!permit.rights.accept && permit.rights.deliver);
        // Even where a national rule would be there.
        let list = [mechanism("nation", Basis::National)];
        assert_eq!(found(&list, "320500", "320100", MONDAY), Ok(String::new()));
    }

    #[test]
    fn without_one_the_answer_names_the_places() {
        let why = permit(&[], ITEM, region("320500"), region("340100"), MONDAY).unwrap_err();
        assert_eq!(why.code, "no-mechanism");
        assert_eq!(why.args, [("receiving", "苏州市".to_owned()), ("handling", "合肥市".to_owned())]);
    }
}

/// Asking before, deciding in another's name, clocks that stand still, and several authorities at once.
mod modes {
    use std::collections::BTreeMap;

    use tongban_core::case::{Drafted, JointStep, Part, PartResult, Procedure, Verdict};
    use tongban_core::dossier::DossierId;

    use super::*;

    fn ready() -> Act {
        answer(Verdict::Ready, &[], "")
    }

    fn answer(verdict: Verdict, wanted: &[&str], note: &str) -> Act {
        let wanted = wanted.iter().map(|key| Wanted { material: (*key).to_owned(), what: "盖章".to_owned() }).collect();
        Act::PreChecked {
            verdict,
            wanted,
            note: note.to_owned(),
            contact: "试验员".to_owned(),
            phone: "10000019999".to_owned(),
        }
    }

    fn ask() -> Act {
        Act::PreCheckAsked { note: "户口本缺首页，可以收吗".to_owned() }
    }

    #[test]
    fn the_authority_is_asked_before_and_nothing_is_typed_twice() {
        let world = world();
        let mut log = Log::filled(&world, world.drafted());
        assert_eq!(log.chain.participants().len(), 1);
        assert_eq!(code(log.say(Who::Officer, ready())), "not-now");
        assert_eq!(code(log.say(Who::Officer, ask())), "not-your-case");
        log.say(Who::Clerk, ask()).unwrap();
        // The authority takes part, and the pen stays at the window.
        assert_eq!(log.chain.participants().len(), 2);
        assert_eq!(log.chain.holder(), world.nodes[RECEIVING].id());
        assert!(log.case.is_before_authority());
        assert_eq!(next(&log), (Party::Handling, Step::PreCheck, Some(("pre-check", november(24)))));
        assert_eq!(code(log.say(Who::Clerk, ask())), "pre-check-running");
        assert_eq!(code(log.say(Who::Officer, answer(Verdict::Lacks, &[], ""))), "empty");
        assert_eq!(code(log.say(Who::Officer, answer(Verdict::NotOurs, &[], " "))), "empty");
        assert_eq!(code(log.say(Who::Officer, answer(Verdict::Lacks, &["no-such"], ""))), "material-unknown");
        log.say(Who::Officer, answer(Verdict::Lacks, &["form"], "")).unwrap();
        assert_eq!(next(&log), (Party::Receiving, Step::TakeIn, None));
        let materials = vec![log.attach("form", Check::CopyTaken)];
        log.say(Who::Clerk, Act::MaterialsAdded { materials }).unwrap();
        log.say(Who::Clerk, ask()).unwrap();
        log.say(Who::Officer, ready()).unwrap();
        log.say(Who::Clerk, taken_in()).unwrap();
        assert_eq!(code(log.say(Who::Clerk, ask())), "not-now");
        log.say(Who::Clerk, Act::HandedOver).unwrap();
        log.say(Who::Officer, Act::Received).unwrap();
        assert_eq!((log.case.materials.len(), log.case.marks.len()), (3, 0));
    }

    fn delegated(world: &TestWorld) -> Drafted {
        let mut drafted = with_rights(world, Rights { decide: true, ..LOOKS });
        drafted.item.mode = Mode::Delegated;
        drafted
    }

    #[test]
    fn a_window_decides_in_the_name_of_the_authority() {
        let world = world();
        let mut log = Log::filled(&world, delegated(&world));
        log.say(Who::Clerk, taken_in()).unwrap();
        // The authority receives the whole record, and nothing is handed over.
        assert_eq!(log.chain.participants().len(), 2);
        assert!(log.case.is_before_authority());
        assert_eq!(next(&log), (Party::Receiving, Step::Accept, Some(("law-32", november(30)))));
        assert_eq!(code(log.say(Who::Clerk, Act::HandedOver)), "delegated-here");
        assert_eq!(code(log.say(Who::Officer, Act::Accepted)), "not-now");
        log.say(Who::Clerk, Act::Accepted).unwrap();
        assert_eq!(next(&log), (Party::Receiving, Step::Decide, Some(("promised", november(26)))));
        assert_eq!(code(log.say(Who::Officer, granted(DeliveryWay::Online))), "not-your-case");
        log.say(Who::Clerk, granted(DeliveryWay::Window)).unwrap();
        assert_eq!(next(&log), (Party::Receiving, Step::Deliver, Some(("law-44", december(7)))));
        log.say(Who::Clerk, delivered(DeliveryWay::Window)).unwrap();
        assert_eq!(log.case.phase, Phase::Delivered);
    }

    #[test]
    fn who_does_not_ask_in_time_has_accepted_on_the_day_the_material_came() {
        let world = world();
        let mut log = Log::received(&world, world.drafted());
        let node = || Who::Other(system(), HANDLING);
        log.on(november(30));
        assert_eq!(code(log.say(node(), Act::DeemedAccepted)), "time-to-ask-runs");
        log.on(december(1));
        assert_eq!(code(log.say(Who::System, Act::DeemedAccepted)), "not-your-case");
        assert_eq!(code(log.say(Who::Officer, Act::DeemedAccepted)), "not-your-case");
        log.say(node(), Act::DeemedAccepted).unwrap();
        assert!(log.case.deemed);
        // Monday the 23rd and three working days, although nobody said so before the 1st.
        assert_eq!(next(&log), (Party::Handling, Step::Decide, Some(("promised", november(26)))));
        assert_eq!(code(log.say(Who::Officer, asked())), "already-accepted");
        let late = log.case.delays(calendar());
        assert_eq!(
            late.iter().map(|one| (one.party, one.step, one.days)).collect::<Vec<_>>(),
            [(Party::Handling, Step::Accept, 1)]
        );

        let mut log = Log::received(&world, world.drafted());
        log.on(december(1));
        log.say(Who::Officer, Act::Accepted).unwrap();
        assert!(log.case.deemed, "said too late, it counts from the day the material came");
        let mut log = Log::received(&world, world.drafted());
        log.on(november(30));
        log.say(Who::Officer, Act::Accepted).unwrap();
        assert!(!log.case.deemed);
    }

    #[test]
    fn a_decision_is_extended_once_and_a_procedure_does_not_count() {
        let world = world();
        let mut log = Log::received(&world, world.drafted());
        log.say(Who::Officer, Act::Accepted).unwrap();
        assert_eq!(next(&log).2, Some(("promised", november(26))));
        log.on(november(24));
        let hearing =
            Act::Paused { procedure: Procedure::Hearing, limit: Some(Limit::working(5)), note: String::new() };
        assert_eq!(code(log.say(Who::Clerk, hearing.clone())), "not-your-case");
        log.say(Who::Officer, hearing.clone()).unwrap();
        assert_eq!(next(&log), (Party::Handling, Step::EndProcedure, Some(("procedure", december(1)))));
        assert_eq!(code(log.say(Who::Officer, hearing)), "procedure-running");
        assert_eq!(code(log.say(Who::Officer, granted(DeliveryWay::Online))), "procedure-running");
        log.on(december(2));
        log.say(Who::Officer, Act::Resumed { note: String::new() }).unwrap();
        assert_eq!(code(log.say(Who::Officer, Act::Resumed { note: String::new() })), "no-procedure");
        // One day had passed; the days until 2 December are left out.
        assert_eq!(next(&log).2, Some(("promised", december(4))));
        let extended = |days| Act::Extended { days, reason: "案情复杂".to_owned() };
        for (days, why) in [(0, "empty"), (11, "limit-range")] {
            assert_eq!(code(log.say(Who::Officer, extended(days))), why);
        }
        log.say(Who::Officer, extended(10)).unwrap();
        assert_eq!(code(log.say(Who::Officer, extended(1))), "already-extended");
        let due = log.case.next(calendar()).due.unwrap();
        assert_eq!((due.rule, due.deadline.limit), ("law-42-extended", Limit::working(30)));
        assert_eq!(log.case.marks, []);
        // The procedure took a day longer than was said: that is on record, the rest is not late.
        let late = log.case.delays(calendar());
        assert_eq!(late.iter().map(|one| (one.step, one.days)).collect::<Vec<_>>(), [(Step::EndProcedure, 1)]);
    }

    fn part(world: &TestWorld, key: &str, node: usize, after: &[&str]) -> Part {
        Part {
            key: key.to_owned(),
            name: format!("环节 {key}"),
            name_en: key.to_owned(),
            office: world.nodes[node].office.clone(),
            after: after.iter().map(|key| (*key).to_owned()).collect(),
            limit: Limit::working(3),
            materials: vec!["id-card".to_owned()],
        }
    }

    fn joint(world: &TestWorld, parts: Vec<Part>) -> Drafted {
        let mut drafted = world.drafted();
        drafted.item.mode = Mode::Joint;
        drafted.parts = parts;
        drafted
    }

    /// What one part's own dossier says, opened as the step asks.
    fn opened(world: &TestWorld, acts: &[Act]) -> Case {
        let Act::Drafted(drafted) = &acts[0] else { panic!("{acts:?}") };
        let mut log = Log::open_by(world, (**drafted).clone(), system(), RECEIVING).unwrap();
        for act in &acts[1..] {
            log.say(Who::System, act.clone()).unwrap();
        }
        log.case
    }

    fn result(outcome: Outcome) -> PartResult {
        PartResult {
            outcome,
            reason: if outcome == Outcome::Refused { "data-mismatch".to_owned() } else { String::new() },
            note: "—".to_owned(),
            number: "试验".to_owned(),
            document: None,
            way: DeliveryWay::Online,
        }
    }

    fn begun(log: &Log<'_>, open: &BTreeMap<DossierId, Case>) -> Vec<String> {
        let steps = log.case.joint_steps(|id| open.get(&id).cloned());
        steps
            .into_iter()
            .map(|step| match step {
                JointStep::Begin { part, .. } => part,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn parts_are_done_side_by_side_and_in_order_and_the_last_one_decides() {
        let world = world();
        let parts = vec![
            part(&world, "house", RECEIVING, &[]),
            part(&world, "police", HANDLING, &[]),
            part(&world, "decide", HANDLING, &["house", "police"]),
        ];
        let mut log = Log::filled(&world, joint(&world, parts));
        assert_eq!(log.case.joint_steps(|_| None), []);
        log.say(Who::Clerk, taken_in()).unwrap();
        log.say(Who::Clerk, Act::HandedOver).unwrap();
        assert_eq!((log.case.phase, log.chain.holder()), (Phase::Joint, world.nodes[RECEIVING].id()));
        assert_eq!(next(&log), (Party::Departments, Step::Parts, None));
        let mut open = BTreeMap::new();
        assert_eq!(begun(&log, &open), ["house", "police"]);
        let waits = Act::PartBegun { part: "decide".to_owned(), dossier: log.chain.dossier().part("decide") };
        assert_eq!(code(log.say(Who::System, waits)), "part-waits");
        for step in log.case.joint_steps(|_| None) {
            let JointStep::Begin { part, dossier, acts } = step else { panic!("{step:?}") };
            let case = opened(&world, &acts);
            // It sees its own materials only, and its own limit.
            assert_eq!(case.drafted.item.materials.iter().map(|rule| &rule.key).collect::<Vec<_>>(), ["id-card"]);
            assert_eq!(
                (case.phase, case.materials.len(), case.drafted.item.promised),
                (Phase::HandedOver, 1, Limit::working(3))
            );
            open.insert(dossier, case);
            let act = Act::PartBegun { part: part.clone(), dossier };
            assert_eq!(code(log.say(Who::Clerk, act.clone())), "not-your-case");
            log.say(Who::System, act.clone()).unwrap();
            assert_eq!(code(log.say(Who::System, act)), "part-begun");
        }
        assert_eq!(begun(&log, &open), Vec::<String>::new());
        let ended = |part: &str, outcome| Act::PartEnded { part: part.to_owned(), result: Box::new(result(outcome)) };
        assert_eq!(code(log.say(Who::System, ended("decide", Outcome::Granted))), "part-not-running");
        for part in ["house", "police"] {
            assert_eq!(log.case.phase, Phase::Joint);
            log.say(Who::System, ended(part, Outcome::Granted)).unwrap();
        }
        assert_eq!(begun(&log, &open), ["decide"]);
        let decide = log.chain.dossier().part("decide");
        log.say(Who::System, Act::PartBegun { part: "decide".to_owned(), dossier: decide }).unwrap();
        log.say(Who::System, ended("decide", Outcome::Granted)).unwrap();
        assert_eq!((log.case.phase, log.case.decision.as_ref().unwrap().outcome), (Phase::Decided, Outcome::Granted));
        assert_eq!(log.case.joint_steps(|_| None), [JointStep::Deliver]);
        log.say(Who::System, delivered(DeliveryWay::Online)).unwrap();
        assert_eq!((log.case.phase, log.case.marks.len()), (Phase::Delivered, 0));
    }

    #[test]
    fn a_refusal_ends_the_whole_and_stops_what_still_runs() {
        let world = world();
        let parts = vec![part(&world, "house", RECEIVING, &[]), part(&world, "police", HANDLING, &[])];
        let mut log = Log::filled(&world, joint(&world, parts));
        log.say(Who::Clerk, taken_in()).unwrap();
        log.say(Who::Clerk, Act::HandedOver).unwrap();
        let mut open = BTreeMap::new();
        for step in log.case.joint_steps(|_| None) {
            let JointStep::Begin { part, dossier, acts } = step else { panic!("{step:?}") };
            open.insert(dossier, opened(&world, &acts));
            log.say(Who::System, Act::PartBegun { part, dossier }).unwrap();
        }
        let refused = Act::PartEnded { part: "house".to_owned(), result: Box::new(result(Outcome::Refused)) };
        log.say(Who::System, refused).unwrap();
        let decision = log.case.decision.clone().unwrap();
        assert_eq!(
            (log.case.phase, decision.outcome, decision.reason.as_str()),
            (Phase::Decided, Outcome::Refused, "data-mismatch")
        );
        let police = log.chain.dossier().part("police");
        let steps = log.case.joint_steps(|id| open.get(&id).cloned());
        assert_eq!(steps, [JointStep::Deliver, JointStep::Stop { dossier: police }]);
    }

    #[test]
    fn parts_that_wait_for_what_is_not_there_do_not_begin() {
        let world = world();
        let broken = [
            vec![],
            vec![part(&world, "a", HANDLING, &["a"])],
            vec![part(&world, "a", HANDLING, &["b"]), part(&world, "b", HANDLING, &[])],
            vec![part(&world, "a", HANDLING, &[]), part(&world, "a", HANDLING, &[])],
        ];
        for parts in broken {
            assert_eq!(code(Log::open(&world, joint(&world, parts)).map(|_| ())), "parts-broken");
        }
    }
}

/// Originals on paper, and results that are posted.
mod paper {
    use tongban_core::case::{Courier, Hands, Paper, Whereabouts};

    use super::*;

    fn paper(key: &str, what: &str, send: bool) -> Paper {
        Paper { key: key.to_owned(), what: what.to_owned(), count: 1, send }
    }

    fn courier() -> Courier {
        Courier { company: "演练速递".to_owned(), number: "YL0001".to_owned() }
    }

    fn keys(list: &[&str]) -> Vec<String> {
        list.iter().map(|key| (*key).to_owned()).collect()
    }

    fn sent(list: &[&str], to: Hands) -> Act {
        Act::PapersSent { papers: keys(list), to, courier: courier() }
    }

    fn with(log: &Log<'_>, key: &str) -> Option<Hands> {
        match log.case.papers.iter().find(|kept| kept.paper.key == key).unwrap().at {
            Whereabouts::With { hands } => Some(hands),
            _ => None,
        }
    }

    #[test]
    fn an_original_is_in_one_hand_at_a_time() {
        let world = world();
        let mut log = Log::filled(&world, world.drafted());
        let taken = |papers| Act::PapersTaken { papers };
        assert_eq!(code(log.say(Who::Clerk, taken(vec![paper("a", "结婚证", true)]))), "not-now");
        log.say(Who::Clerk, taken_in()).unwrap();
        assert_eq!(code(log.say(Who::Applicant, taken(vec![paper("a", "结婚证", true)]))), "not-your-case");
        let twice = vec![paper("a", "结婚证", true), paper("a", "户口簿", false)];
        assert_eq!(code(log.say(Who::Clerk, taken(twice))), "paper-twice");
        assert_eq!(code(log.say(Who::Clerk, taken(Vec::new()))), "empty");
        log.say(Who::Clerk, taken(vec![paper("a", "结婚证", true), paper("b", "户口簿", false)])).unwrap();
        // What the authority needs is to be posted within two working days.
        let due = |log: &Log<'_>, at: usize| log.case.post_until(&log.case.papers[at], calendar()).map(|one| one.due);
        assert_eq!((due(&log, 0), due(&log, 1)), (Some(november(25)), None));
        assert_eq!(code(log.say(Who::Clerk, sent(&["a"], Hands::Receiving))), "paper-not-there");
        assert_eq!(code(log.say(Who::Clerk, sent(&["c"], Hands::Handling))), "paper-unknown");
        log.say(Who::Clerk, sent(&["a"], Hands::Handling)).unwrap();
        assert_eq!((with(&log, "a"), due(&log, 0)), (None, None));
        assert_eq!(code(log.say(Who::Clerk, Act::PapersGiven { papers: keys(&["a"]) })), "paper-not-there");
        assert_eq!(code(log.say(Who::Clerk, Act::PapersArrived { papers: keys(&["a"]) })), "paper-not-there");
        log.say(Who::Clerk, Act::PapersGiven { papers: keys(&["b"]) }).unwrap();
        assert_eq!(with(&log, "b"), Some(Hands::Applicant));
        log.say(Who::Clerk, Act::HandedOver).unwrap();
        log.say(Who::Officer, Act::Received).unwrap();
        log.say(Who::Officer, Act::PapersArrived { papers: keys(&["a"]) }).unwrap();
        assert_eq!(with(&log, "a"), Some(Hands::Handling));
        // Posted to the applicant: its sender says that it was delivered.
        log.say(Who::Officer, sent(&["a"], Hands::Applicant)).unwrap();
        log.say(Who::Officer, Act::PapersArrived { papers: keys(&["a"]) }).unwrap();
        assert_eq!(with(&log, "a"), Some(Hands::Applicant));
        assert!(log.case.papers.iter().all(tongban_core::case::Kept::is_settled));
        assert_eq!(log.case.marks, []);
    }

    #[test]
    fn what_a_courier_lost_was_in_the_care_of_who_sent_it() {
        let world = world();
        let mut log = Log::received(&world, world.drafted());
        log.say(Who::Clerk, Act::PapersTaken { papers: vec![paper("a", "房产证", true)] }).unwrap();
        log.say(Who::Clerk, sent(&["a"], Hands::Handling)).unwrap();
        let lost = |note: &str| Act::PapersLost { papers: keys(&["a"]), note: note.to_owned() };
        assert_eq!(code(log.say(Who::Officer, lost(""))), "empty");
        log.say(Who::Officer, lost("快递十日未到，已报失")).unwrap();
        let kept = &log.case.papers[0];
        let by = match &kept.at {
            Whereabouts::Lost { by, .. } => *by,
            other => panic!("{other:?}"),
        };
        assert_eq!((by, kept.is_settled()), (Hands::Receiving, true));
    }

    #[test]
    fn a_result_is_posted_before_it_is_delivered() {
        let world = world();
        let mut log = Log::received(&world, world.drafted());
        log.say(Who::Officer, Act::Accepted).unwrap();
        log.say(Who::Officer, granted(DeliveryWay::Courier)).unwrap();
        assert_eq!(next(&log), (Party::Handling, Step::Post, Some(("relay-result", november(24)))));
        assert_eq!(code(log.say(Who::Officer, delivered(DeliveryWay::Courier))), "not-posted");
        assert_eq!(code(log.say(Who::Officer, delivered(DeliveryWay::Online))), "delivery-way");
        let posted = Act::ResultPosted { courier: courier() };
        assert_eq!(code(log.say(Who::Clerk, posted.clone())), "not-your-case");
        log.say(Who::Officer, posted.clone()).unwrap();
        assert_eq!(code(log.say(Who::Officer, posted)), "not-now");
        assert_eq!(next(&log), (Party::Handling, Step::Deliver, Some(("law-44", december(7)))));
        log.say(Who::Officer, delivered(DeliveryWay::Courier)).unwrap();
        assert_eq!(log.case.phase, Phase::Delivered);
    }
}

#[test]
fn copies_of_another_place_are_erased_after_their_term() {
    let world = world();
    let mut drafted = world.drafted();
    drafted.permit.keep = Some(Limit::calendar(30));
    let mut log = Log::received(&world, drafted);
    log.say(Who::Officer, Act::Accepted).unwrap();
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    assert_eq!(log.case.keep_until(calendar()), None);
    log.say(Who::Officer, delivered(DeliveryWay::Online)).unwrap();
    assert_eq!(log.case.keep_until(calendar()), Some(december(23)));
    let copies = log.case.copies();
    assert_eq!(copies.len(), 3, "two materials and the particulars");
    let erased = || Act::CopiesErased { blobs: copies.clone() };
    assert_eq!(code(log.say(Who::System, erased())), "term-runs");
    log.on(december(24));
    assert_eq!(code(log.say(Who::Clerk, erased())), "not-your-case");
    assert_eq!(code(log.say(Who::Other(system(), HANDLING), erased())), "not-your-case");
    log.say(Who::System, erased()).unwrap();
    assert_eq!(code(log.say(Who::System, erased())), "not-now");
    assert_eq!((log.case.erased.is_some(), log.case.keep_until(calendar()), log.case.marks.len()), (true, None, 0));
}

#[test]
fn a_decision_is_put_right_or_revoked_and_fees_go_by_reference() {
    let world = world();
    let mut log = Log::received(&world, world.drafted());
    let fee = |cents| Act::FeeAsked { number: "JK-1".to_owned(), cents, payee: "试验财政".to_owned() };
    assert_eq!(code(log.say(Who::Clerk, fee(2000))), "not-your-case");
    assert_eq!(code(log.say(Who::Officer, fee(0))), "fee-range");
    log.say(Who::Officer, fee(2000)).unwrap();
    assert_eq!(code(log.say(Who::Officer, fee(2000))), "number-taken");
    let paid = |number: &str| Act::FeePaid { number: number.to_owned() };
    assert_eq!(code(log.say(Who::Officer, paid("JK-2"))), "fee-unknown");
    log.say(Who::Officer, paid("JK-1")).unwrap();
    assert_eq!(code(log.say(Who::Officer, paid("JK-1"))), "fee-unknown");
    log.say(Who::Officer, Act::Accepted).unwrap();
    let corrected =
        || Act::DecisionCorrected { number: "D-2".to_owned(), document: None, note: "姓名写错".to_owned() };
    assert_eq!(code(log.say(Who::Officer, corrected())), "not-now");
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    log.say(Who::Officer, delivered(DeliveryWay::Online)).unwrap();
    assert_eq!(code(log.say(Who::Clerk, corrected())), "not-your-case");
    log.say(Who::Officer, corrected()).unwrap();
    // It is delivered anew.
    assert_eq!((log.case.phase, log.case.decision.as_ref().unwrap().number.as_str()), (Phase::Decided, "D-2"));
    log.say(Who::Officer, delivered(DeliveryWay::Online)).unwrap();
    let revoked = |reason: &str| Act::DecisionRevoked { reason: reason.to_owned(), note: "依据被撤销".to_owned() };
    assert_eq!(code(log.say(Who::Officer, revoked("no-such"))), "reason-unknown");
    log.say(Who::Officer, revoked("condition-not-met")).unwrap();
    assert_eq!((log.case.phase, next(&log)), (Phase::Revoked, (Party::Nobody, Step::Nothing, None)));
    assert_eq!(code(log.say(Who::Officer, corrected())), "not-now");
    assert_eq!(log.case.marks, []);
}
