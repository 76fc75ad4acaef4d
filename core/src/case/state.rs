//! The state that follows from what was said: the fold, and what comes next.

use std::collections::BTreeMap;

use serde::Serialize;

use super::entry::{
    Act, Attached, Change, Channel, DeliveryWay, Drafted, KIND, Leg, Outcome, PartResult, Procedure, Verdict, Wanted,
};
use super::paper::{Courier, Kept};
use super::reason::{Barrier, reason};
use super::rule::first_draft;
use crate::dossier::{BlobRef, DossierId, Hash, Moment, NodeId, Stamp, Written};
use crate::ident::Uscc;
use crate::rule::{Asks, MarkedEntry, WhyNot};
use crate::time::{Calendar, Deadline, Limit, Uncounted, deadline, deadline_without};

/// Where a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Being filled in.
    Draft,
    /// 已收件, not yet handed over.
    TakenIn,
    /// On its way to the handling authority.
    HandedOver,
    /// The handling authority has it.
    Received,
    /// Sent back to the receiving place.
    Returned,
    /// 待补正.
    CorrectionAsked,
    /// 已补正.
    Corrected,
    /// 联办中: several authorities work on their parts.
    Joint,
    /// 已受理.
    Accepted,
    /// 不予受理.
    NotAccepted,
    /// 已办结.
    Decided,
    /// 已送达.
    Delivered,
    /// 已撤回.
    Withdrawn,
    /// 决定已撤销.
    Revoked,
    /// 已终止办理: without a decision.
    Ended,
}

impl Phase {
    /// The word used in texts, lists and the API.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Draft => "draft",
            Phase::TakenIn => "taken_in",
            Phase::HandedOver => "handed_over",
            Phase::Received => "received",
            Phase::Returned => "returned",
            Phase::CorrectionAsked => "correction_asked",
            Phase::Corrected => "corrected",
            Phase::Joint => "joint",
            Phase::Accepted => "accepted",
            Phase::NotAccepted => "not_accepted",
            Phase::Decided => "decided",
            Phase::Delivered => "delivered",
            Phase::Withdrawn => "withdrawn",
            Phase::Revoked => "revoked",
            Phase::Ended => "ended",
        }
    }

    /// Whether nothing more has to happen.
    pub fn is_over(self) -> bool {
        matches!(self, Phase::NotAccepted | Phase::Delivered | Phase::Withdrawn | Phase::Revoked | Phase::Ended)
    }
}

/// Who has the next move (当前责任方).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The place that takes in.
    Receiving,
    /// The authority that decides.
    Handling,
    /// The applicant.
    Applicant,
    /// The authorities of a joint handling, each for its part.
    Departments,
    /// Nobody: it is over.
    Nobody,
}

impl Party {
    /// The word used in texts, lists and the API.
    pub fn name(self) -> &'static str {
        match self {
            Party::Receiving => "receiving",
            Party::Handling => "handling",
            Party::Applicant => "applicant",
            Party::Departments => "departments",
            Party::Nobody => "nobody",
        }
    }
}

/// The next move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Complete the materials and take in.
    TakeIn,
    /// Answer a pre-check.
    PreCheck,
    /// Do their parts.
    Parts,
    /// End a procedure whose time does not count.
    EndProcedure,
    /// Hand over.
    HandOver,
    /// Receive or return.
    Receive,
    /// Accept, ask once, or refuse to accept.
    Accept,
    /// Answer the correction.
    AnswerCorrection,
    /// Decide.
    Decide,
    /// Give the result to a courier.
    Post,
    /// Deliver.
    Deliver,
    /// Mend what was returned, and hand over again.
    Mend,
    /// Call back after a bad rating.
    CallBack,
    /// Rate, if they like.
    Rate,
    /// Nothing.
    Nothing,
}

impl Step {
    /// The word used in texts and the API.
    pub fn name(self) -> &'static str {
        match self {
            Step::TakeIn => "take_in",
            Step::PreCheck => "pre_check",
            Step::Parts => "parts",
            Step::EndProcedure => "end_procedure",
            Step::HandOver => "hand_over",
            Step::Receive => "receive",
            Step::Accept => "accept",
            Step::AnswerCorrection => "answer_correction",
            Step::Decide => "decide",
            Step::Post => "post",
            Step::Deliver => "deliver",
            Step::Mend => "mend",
            Step::CallBack => "call_back",
            Step::Rate => "rate",
            Step::Nothing => "nothing",
        }
    }
}

/// Until when, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The rule behind the limit, as a key of the texts: `relay-push`, `law-32`, `promised`, …
    pub rule: &'static str,
    /// The date with its explanation.
    pub deadline: Deadline,
    /// For a decision: the statutory limit behind the promised one.
    pub statutory: Option<Deadline>,
    /// If the clock of the law is taken to run from the day on which the window took in: the law leaves open which it is.
    pub from_intake: Option<Deadline>,
}

/// A limit that runs: by which rule, from when, how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// The rule behind it, as in [`Due::rule`].
    pub rule: &'static str,
    /// From when.
    pub start: Moment,
    /// How long.
    pub limit: Limit,
}

/// A step that was late: the record by which delay belongs to who caused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delay {
    /// Who had the move.
    pub party: Party,
    /// Their code; none for the applicant.
    pub org: Option<Uscc>,
    /// What was to be done.
    pub step: Step,
    /// The last day in time, with its explanation.
    pub deadline: Deadline,
    /// When it was done.
    pub done: Moment,
    /// Working days that it was late.
    pub days: i64,
}

/// A step that was done, with the clock that ran for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Past {
    /// Who had the move.
    pub party: Party,
    /// Their code; none for the applicant.
    pub org: Option<Uscc>,
    /// What was to be done.
    pub step: Step,
    /// The clock that ran for it.
    pub clock: Clock,
    /// When it was done.
    pub done: Moment,
}

/// A question before taking in (预审), and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreCheck {
    /// When it was asked.
    pub asked: Moment,
    /// What was asked.
    pub note: String,
    /// The answer.
    pub answer: Option<PreChecked>,
}

/// The answer to a pre-check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreChecked {
    /// Ready, lacks something, not ours.
    pub verdict: Verdict,
    /// What is lacking.
    pub wanted: Vec<Wanted>,
    /// More, in words.
    pub note: String,
    /// Whom to ask.
    pub contact: String,
    /// Their telephone.
    pub phone: String,
    /// When.
    pub at: Moment,
}

/// Where a part of a joint handling is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartState {
    /// Its dossier.
    pub dossier: DossierId,
    /// When it began.
    pub begun: Moment,
    /// When it ended, and what came of it.
    pub ended: Option<(Moment, PartResult)>,
}

/// A limit that was extended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extension {
    /// By how many working days.
    pub days: u16,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Moment,
}

/// A procedure whose time does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pause {
    /// Which.
    pub procedure: Procedure,
    /// How long it was to take.
    pub limit: Option<Limit>,
    /// More, in words.
    pub note: String,
    /// When it began.
    pub from: Moment,
    /// When it ended.
    pub to: Option<Moment>,
}

/// Where it is, who has the next move, until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Next {
    /// Who.
    pub party: Party,
    /// What.
    pub step: Step,
    /// Until when; nothing where no rule names a date.
    pub due: Option<Due>,
}

/// The one correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// When it was asked.
    pub asked: Moment,
    /// What for.
    pub wanted: Vec<Wanted>,
    /// How long the applicant has.
    pub limit: Limit,
    /// When it was answered.
    pub answered: Option<Moment>,
}

/// The decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Granted or refused.
    pub outcome: Outcome,
    /// Code of the reason, for a refusal.
    pub reason: String,
    /// Grounds or remark.
    pub note: String,
    /// Number of the document.
    pub number: String,
    /// The document.
    pub document: Option<BlobRef>,
    /// How it is to reach the person.
    pub way: DeliveryWay,
    /// When.
    pub at: Moment,
}

/// A fee, by reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fee {
    /// 缴款单号.
    pub number: String,
    /// In cents (分).
    pub cents: u64,
    /// Who gets it.
    pub payee: String,
    /// When it was asked.
    pub asked: Moment,
    /// When it had come in.
    pub paid: Option<Moment>,
}

/// A return to the receiving place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Returned {
    /// Code of the reason.
    pub reason: String,
    /// What to do.
    pub note: String,
    /// When.
    pub at: Moment,
}

/// A rating of one leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rating {
    /// 1 to 5.
    pub level: u8,
    /// What the person wrote.
    pub comment: Option<BlobRef>,
    /// When.
    pub at: Moment,
    /// The level before a call-back, if it was rated anew after one.
    pub before: Option<u8>,
    /// 回访: when, and what was found and mended.
    pub call_back: Option<(Moment, String)>,
    /// 申诉: when, and why.
    pub dispute: Option<(Moment, String)>,
}

impl Rating {
    /// 差评: levels 4 and 5 (GB/T 39046).
    pub fn is_bad(&self) -> bool {
        self.level >= 4
    }
}

/// The state of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// The dossier.
    pub dossier: DossierId,
    /// What stands in the first entry; handling authority and particulars are those of now.
    pub drafted: Drafted,
    /// Particulars that held before, with the reason for which they were changed.
    pub former: Vec<(Moment, Change, BlobRef)>,
    /// When it was begun.
    pub begun: Moment,
    /// Where it is.
    pub phase: Phase,
    /// Materials that are there.
    pub materials: Vec<Attached>,
    /// Materials that are not needed, with the reason.
    pub waived: Vec<(String, String)>,
    /// Receipt number.
    pub number: Option<String>,
    /// The last pre-check.
    pub pre_check: Option<PreCheck>,
    /// Parts of a joint handling that were begun.
    pub parts: BTreeMap<String, PartState>,
    /// 收件.
    pub taken_in: Option<Moment>,
    /// The last hand-over, or the last time it was forwarded.
    pub handed_over: Option<Moment>,
    /// When the receiving place asked to have it back, if it was not answered yet.
    pub take_back: Option<Moment>,
    /// The node that holds the pen after the last stamp.
    pub pen: NodeId,
    /// The last receipt by the authority.
    pub received: Option<Moment>,
    /// 受理: from when the decision clock runs.
    pub accepted: Option<Moment>,
    /// Whether that is so because the authority did not ask in time (行政许可法 art. 32).
    pub deemed: bool,
    /// 延长期限.
    pub extended: Option<Extension>,
    /// Procedures whose time does not count.
    pub pauses: Vec<Pause>,
    /// Code and grounds of 不予受理.
    pub not_accepted: Option<Returned>,
    /// The one correction.
    pub correction: Option<Correction>,
    /// Returns, in order.
    pub returns: Vec<Returned>,
    /// 办结.
    pub decision: Option<Decision>,
    /// Corrections of the decision: when, and what was wrong.
    pub corrected: Vec<(Moment, String)>,
    /// When the decision was revoked, and why.
    pub revoked: Option<Returned>,
    /// When it was ended without a decision, and why.
    pub ended: Option<Returned>,
    /// Fees.
    pub fees: Vec<Fee>,
    /// When the result was given to a courier, and to which.
    pub posted: Option<(Moment, Courier)>,
    /// Originals on paper, with where each is.
    pub papers: Vec<Kept>,
    /// 送达.
    pub delivered: Option<Moment>,
    /// 撤回.
    pub withdrawn: Option<Moment>,
    /// When the receiving place erased its copies.
    pub erased: Option<Moment>,
    /// 好差评 by leg.
    pub ratings: BTreeMap<Leg, Rating>,
    /// Slips that the pen holder refused: entry hash and code.
    pub refused: Vec<(Hash, String)>,
    /// Entries without effect.
    pub marks: Vec<MarkedEntry>,
    /// Steps that were done under a clock.
    #[serde(skip)]
    pub past: Vec<Past>,
}

impl Case {
    /// Opens a case with its first entry.
    pub fn open(written: &Written) -> Result<Case, WhyNot> {
        let entry = written.entry();
        let act = act_of(written)?;
        let Act::Drafted(drafted) = act else { return Err(WhyNot::new("not-a-case")) };
        let asks = Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at };
        first_draft(&drafted, &asks)?;
        Ok(Case {
            dossier: entry.dossier,
            drafted: *drafted,
            former: Vec::new(),
            begun: entry.at,
            phase: Phase::Draft,
            materials: Vec::new(),
            waived: Vec::new(),
            number: None,
            pre_check: None,
            parts: BTreeMap::new(),
            taken_in: None,
            handed_over: None,
            take_back: None,
            pen: entry.node.clone(),
            received: None,
            accepted: None,
            deemed: false,
            extended: None,
            pauses: Vec::new(),
            not_accepted: None,
            correction: None,
            returns: Vec::new(),
            decision: None,
            corrected: Vec::new(),
            revoked: None,
            ended: None,
            fees: Vec::new(),
            posted: None,
            papers: Vec::new(),
            delivered: None,
            withdrawn: None,
            erased: None,
            ratings: BTreeMap::new(),
            refused: Vec::new(),
            marks: Vec::new(),
            past: Vec::new(),
        })
    }

    /// Takes the next stamped entry. Never fails: what breaks a rule is marked.
    pub fn apply(&mut self, stamp: &Stamp, written: &Written, calendar: &Calendar) {
        let entry = written.entry();
        if let Some(no) = &entry.refuses {
            self.refused.push((no.entry, no.code.clone()));
        } else if entry.recall.is_none() {
            self.hear(stamp, written, calendar);
        }
        self.pen = entry.pen.clone().unwrap_or_else(|| stamp.node.clone());
    }

    fn hear(&mut self, stamp: &Stamp, written: &Written, calendar: &Calendar) {
        let entry = written.entry();
        let asks = Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at };
        let allowed = act_of(written).and_then(|act| self.may(&act, &asks, calendar).map(|()| act));
        match allowed {
            Ok(act) => {
                let before = self.stage();
                let org = self.org_of(before.0);
                let pauses = matches!(act, Act::Paused { .. });
                if let Some(party) = self.party_of(asks.by, asks.node) {
                    self.move_papers(&act, party, entry.at);
                }
                self.take(act, entry.at, calendar);
                let (party, step, clock) = before;
                // A procedure interrupts a step, it does not end it.
                if let Some(clock) = clock.filter(|_| !pauses && self.stage() != before) {
                    self.past.push(Past { party, org, step, clock, done: entry.at });
                }
            }
            Err(why) => self.marks.push(MarkedEntry { seq: stamp.seq, why }),
        }
    }

    /// The organisation of a party, as it is now.
    fn org_of(&self, party: Party) -> Option<Uscc> {
        match party {
            Party::Receiving => Some(self.drafted.receiving.org),
            Party::Handling => Some(self.drafted.handling.org),
            Party::Applicant | Party::Departments | Party::Nobody => None,
        }
    }

    fn take(&mut self, act: Act, at: Moment, calendar: &Calendar) {
        match act {
            Act::Drafted(_) => {}
            Act::MaterialsAdded { materials } => self.attach(materials),
            Act::MaterialRemoved { blob } => self.materials.retain(|attached| attached.blob.hash != blob),
            Act::MaterialWaived { material, because } => {
                self.waived.retain(|(waived, _)| *waived != material);
                self.waived.push((material, because));
            }
            Act::PreCheckAsked { note } => self.pre_check = Some(PreCheck { asked: at, note, answer: None }),
            Act::PreChecked { verdict, wanted, note, contact, phone } => {
                if let Some(check) = &mut self.pre_check {
                    check.answer = Some(PreChecked { verdict, wanted, note, contact, phone, at });
                }
            }
            Act::TakenIn { number } => {
                self.number = Some(number);
                self.taken_in = Some(at);
                self.phase = Phase::TakenIn;
            }
            Act::HandedOver => {
                self.handed_over = Some(at);
                self.received = None;
                self.take_back = None;
                self.phase = if self.is_joint() { Phase::Joint } else { Phase::HandedOver };
            }
            Act::PartBegun { part, dossier } => {
                self.parts.insert(part, PartState { dossier, begun: at, ended: None });
            }
            Act::PartEnded { part, result } => self.part_ended(&part, *result, at),
            Act::TakeBack => self.take_back = Some(at),
            Act::Forwarded { to, .. } => {
                self.drafted.handling = *to;
                self.handed_over = Some(at);
                self.received = None;
                self.take_back = None;
                self.phase = Phase::HandedOver;
            }
            Act::Moved { to, .. } => self.drafted.handling = *to,
            Act::ApplicantChanged { applicant, change, .. } => {
                let former = std::mem::replace(&mut self.drafted.applicant, applicant);
                self.former.push((at, change, former));
            }
            Act::Received => {
                self.received = Some(at);
                // A window with the right may have said 受理 already.
                self.phase = if self.accepted.is_some() { Phase::Accepted } else { Phase::Received };
            }
            Act::Returned { reason, note } => {
                self.returns.push(Returned { reason, note, at });
                self.take_back = None;
                self.phase = Phase::Returned;
            }
            Act::Accepted | Act::DeemedAccepted => {
                // Who did not ask in time has accepted on the day the material came, whatever is said later.
                let came = self
                    .time_to_ask()
                    .filter(|clock| deadline(clock.start.date(), clock.limit, calendar).is_late(at.date()));
                self.deemed = came.is_some();
                self.accepted = Some(came.map_or(at, |clock| clock.start));
                if self.received.is_some() || self.drafted.is_delegated() {
                    self.phase = Phase::Accepted;
                }
            }
            Act::Extended { days, reason } => self.extended = Some(Extension { days, reason, at }),
            Act::Paused { procedure, limit, note } => {
                self.pauses.push(Pause { procedure, limit, note, from: at, to: None });
            }
            Act::Resumed { .. } => {
                if let Some(pause) = self.pauses.last_mut() {
                    pause.to = Some(at);
                }
            }
            Act::NotAccepted { reason, note } => {
                self.not_accepted = Some(Returned { reason, note, at });
                self.phase = Phase::NotAccepted;
            }
            Act::CorrectionAsked { wanted, limit } => {
                self.correction = Some(Correction { asked: at, wanted, limit, answered: None });
                self.phase = Phase::CorrectionAsked;
            }
            Act::CorrectionAnswered { materials } => {
                self.attach(materials);
                if let Some(correction) = &mut self.correction {
                    correction.answered = Some(at);
                }
                self.phase = if self.received.is_some() { Phase::Corrected } else { Phase::TakenIn };
            }
            Act::Decided { outcome, reason, note, number, document, way } => {
                self.decision = Some(Decision { outcome, reason, note, number, document, way, at });
                self.phase = Phase::Decided;
                // What came of a part goes to the whole with this very stamp.
                if self.drafted.part_of.is_some() {
                    self.delivered = Some(at);
                    self.phase = Phase::Delivered;
                }
            }
            Act::DecisionCorrected { number, document, note } => {
                if let Some(decision) = &mut self.decision {
                    (decision.number, decision.document, decision.at) = (number, document, at);
                }
                self.corrected.push((at, note));
                (self.posted, self.delivered) = (None, None);
                self.phase = Phase::Decided;
            }
            Act::DecisionRevoked { reason, note } => {
                self.revoked = Some(Returned { reason, note, at });
                self.phase = Phase::Revoked;
            }
            Act::Ended { reason, note } => {
                self.ended = Some(Returned { reason, note, at });
                self.phase = Phase::Ended;
            }
            Act::FeeAsked { number, cents, payee } => {
                self.fees.push(Fee { number, cents, payee, asked: at, paid: None });
            }
            Act::FeePaid { number } => {
                if let Some(fee) = self.fees.iter_mut().find(|fee| fee.number == number) {
                    fee.paid = Some(at);
                }
            }
            Act::ResultPosted { courier } => self.posted = Some((at, courier)),
            Act::PapersTaken { .. }
            | Act::PapersSent { .. }
            | Act::PapersArrived { .. }
            | Act::PapersGiven { .. }
            | Act::PapersLost { .. } => {}
            Act::Delivered { .. } | Act::HandedOut { .. } => {
                self.delivered = Some(at);
                self.phase = Phase::Delivered;
            }
            Act::Rated { leg, level, comment } => {
                let earlier = self.ratings.remove(&leg);
                let before = earlier.as_ref().map(|rating| rating.level);
                let (call_back, dispute) = earlier.map_or((None, None), |rating| (rating.call_back, rating.dispute));
                self.ratings.insert(leg, Rating { level, comment, at, before, call_back, dispute });
            }
            Act::CopiesErased { .. } => self.erased = Some(at),
            Act::CalledBack { leg, note } => {
                if let Some(rating) = self.ratings.get_mut(&leg) {
                    rating.call_back = Some((at, note));
                }
            }
            Act::RatingDisputed { leg, note } => {
                if let Some(rating) = self.ratings.get_mut(&leg) {
                    rating.dispute = Some((at, note));
                }
            }
            Act::Withdrawn => {
                self.withdrawn = Some(at);
                self.phase = Phase::Withdrawn;
            }
        }
    }

    fn attach(&mut self, materials: Vec<Attached>) {
        for attached in materials {
            self.waived.retain(|(material, _)| *material != attached.material);
            self.materials.retain(|held| held.blob.hash != attached.blob.hash);
            self.materials.push(attached);
        }
    }

    /// A part has come to its end: with the last one, or with a refusal, so has the whole.
    fn part_ended(&mut self, part: &str, result: PartResult, at: Moment) {
        if let Some(state) = self.parts.get_mut(part) {
            state.ended = Some((at, result.clone()));
        }
        let open = |key: &str| self.parts.get(key).is_none_or(|state| state.ended.is_none());
        let is_refused = result.outcome == Outcome::Refused;
        if !is_refused && self.drafted.parts.iter().any(|part| open(&part.key)) {
            return;
        }
        let decider = self.drafted.parts.last().filter(|_| !is_refused);
        let decided = decider.and_then(|part| self.parts.get(&part.key)?.ended.clone());
        let (_, PartResult { outcome, reason, note, number, document, way }) = decided.unwrap_or((at, result));
        self.decision = Some(Decision { outcome, reason, note, number, document, way, at });
        self.phase = Phase::Decided;
    }

    /// How often it came back, or had to be completed, because of what the other place asks for: returns with a reason of
    /// material, household or administration, and the one correction.
    pub fn mended(&self) -> u32 {
        let is_asked = |returned: &&Returned| {
            let barrier = reason(&returned.reason).map(|reason| reason.barrier);
            matches!(barrier, Some(Barrier::Material | Barrier::Household | Barrier::Administrative))
        };
        (self.returns.iter().filter(is_asked).count() + usize::from(self.correction.is_some())) as u32
    }

    /// The last day on which the receiving place keeps its copies: only of another node's case, when it is over, the papers
    /// are given back, and no bad rating waits; `None` if none of that is so, or no rule names a term.
    pub fn keep_until(&self, calendar: &Calendar) -> Option<jiff::civil::Date> {
        let drafted = &self.drafted;
        let is_copy = drafted.receiving.node != drafted.handling.node && self.erased.is_none();
        let settled = self.papers.iter().all(Kept::is_settled) && self.to_call_back().is_none();
        let limit = drafted.permit.keep.filter(|_| is_copy && settled && self.phase.is_over())?;
        let refused = self.not_accepted.as_ref().map(|made| made.at);
        let revoked = self.revoked.as_ref().map(|made| made.at);
        let ended = self.ended.as_ref().map(|made| made.at);
        let over = revoked.or(self.delivered).or(self.withdrawn).or(refused).or(ended)?;
        Some(deadline(over.date(), limit, calendar).due)
    }

    /// The copies that the receiving place erases then: particulars and materials. The result stays for the person.
    pub fn copies(&self) -> Vec<Hash> {
        let materials = self.materials.iter().map(|attached| attached.blob.hash);
        let former = self.former.iter().map(|(_, _, former)| former.hash);
        let mut copies: Vec<Hash> = materials.chain(former).chain([self.drafted.applicant.hash]).collect();
        copies.sort_unstable();
        copies.dedup();
        copies
    }

    /// The first leg with a bad rating that nobody called back about, and since when.
    pub fn to_call_back(&self) -> Option<(Leg, Moment)> {
        let open = self.ratings.iter().filter(|(_, rating)| rating.is_bad() && rating.call_back.is_none());
        open.map(|(leg, rating)| (*leg, rating.at)).min_by_key(|(_, at)| *at)
    }

    /// The procedure that is under way.
    pub fn pause(&self) -> Option<&Pause> {
        self.pauses.last().filter(|pause| pause.to.is_none())
    }

    /// Days of procedures that have ended: they do not count.
    fn uncounted(&self) -> Vec<Uncounted> {
        let ended = |pause: &Pause| Some(Uncounted { from: pause.from.date(), to: pause.to?.date() });
        self.pauses.iter().filter_map(ended).collect()
    }

    /// Who decides: the authority, or under a delegation the window.
    pub fn decider(&self) -> Party {
        if self.drafted.is_delegated() { Party::Receiving } else { Party::Handling }
    }

    /// Who posts the result: who decides, or of a joint handling the place that took in.
    pub(super) fn poster(&self) -> Party {
        if self.is_joint() { Party::Receiving } else { self.decider() }
    }

    /// The time within which the authority says what is missing; who lets it pass has accepted (行政许可法 art. 32).
    pub fn time_to_ask(&self) -> Option<Clock> {
        let answered = self.correction.as_ref().and_then(|correction| correction.answered);
        let start = match self.phase {
            Phase::TakenIn if self.drafted.is_delegated() => answered.or(self.taken_in),
            Phase::Received => self.received,
            Phase::Corrected => answered,
            _ => None,
        };
        start.map(|start| Clock { rule: "law-32", start, limit: Limit::CORRECTION_NOTICE })
    }

    /// Who had a move and was late with it, in order: the delays on record.
    pub fn delays(&self, calendar: &Calendar) -> Vec<Delay> {
        let mut delays = Vec::new();
        for past in &self.past {
            let Clock { start, limit, .. } = past.clock;
            let uncounted = if past.step == Step::Decide { self.uncounted() } else { Vec::new() };
            let deadline = deadline_without(start.date(), limit, &uncounted, calendar);
            let done = past.done;
            if deadline.is_late(done.date()) {
                let days = -deadline.left(done.date(), calendar);
                let Past { party, org, step, .. } = *past;
                delays.push(Delay { party, org, step, deadline, done, days });
            }
        }
        delays
    }

    /// Who has the next move, what it is, until when. A pure function of the log, the rules and the calendar: the same on
    /// every node.
    pub fn next(&self, calendar: &Calendar) -> Next {
        let (party, step, clock) = self.stage();
        let due = clock.map(|Clock { rule, start, limit }| {
            let uncounted = if step == Step::Decide { self.uncounted() } else { Vec::new() };
            let until = |start: Moment, limit| deadline_without(start.date(), limit, &uncounted, calendar);
            let (statutory, from_intake) = match (step, self.taken_in) {
                (Step::Decide, taken_in) => {
                    let limit = self.statutory();
                    (Some(until(start, limit)), taken_in.map(|taken_in| until(taken_in, limit)))
                }
                (Step::Accept, Some(taken_in)) if self.correction.is_none() => (None, Some(until(taken_in, limit))),
                _ => (None, None),
            };
            let from_intake = from_intake.filter(|_| self.taken_in.map(Moment::date) != Some(start.date()));
            Due { rule, deadline: until(start, limit), statutory, from_intake }
        });
        Next { party, step, due }
    }

    /// 法定办结时限, with its extension.
    fn statutory(&self) -> Limit {
        let limit = self.drafted.item.statutory;
        Limit { days: limit.days + self.extended.as_ref().map_or(0, |extended| extended.days), ..limit }
    }

    /// Who has the next move, what it is, and which clock runs for it.
    fn stage(&self) -> (Party, Step, Option<Clock>) {
        let clock =
            |rule: &'static str, start: Option<Moment>, limit: Limit| start.map(|start| Clock { rule, start, limit });
        let relay = self.drafted.permit.relay();
        let answered = self.correction.as_ref().and_then(|correction| correction.answered);
        match self.phase {
            Phase::Draft => match (&self.pre_check, self.drafted.channel) {
                (Some(check), _) if check.answer.is_none() => {
                    (Party::Handling, Step::PreCheck, clock("pre-check", Some(check.asked), relay.recheck))
                }
                (_, Channel::Window) => (Party::Receiving, Step::TakeIn, None),
                (_, Channel::Online) => (Party::Applicant, Step::TakeIn, None),
            },
            Phase::TakenIn if self.drafted.is_delegated() => (Party::Receiving, Step::Accept, self.time_to_ask()),
            Phase::TakenIn => {
                // While a correction of the window ran, the window waited.
                (Party::Receiving, Step::HandOver, clock("relay-push", answered.or(self.taken_in), relay.push))
            }
            Phase::HandedOver => {
                (Party::Handling, Step::Receive, clock("relay-recheck", self.handed_over, relay.recheck))
            }
            Phase::Received | Phase::Corrected => (Party::Handling, Step::Accept, self.time_to_ask()),
            Phase::CorrectionAsked => {
                let running = self.correction.as_ref();
                let limit = running.map_or(Limit::CORRECTION_NOTICE, |correction| correction.limit);
                let asked = running.map(|correction| correction.asked);
                (Party::Applicant, Step::AnswerCorrection, clock("correction", asked, limit))
            }
            Phase::Joint => {
                // Each part has its own clock; the whole shows the one that runs out last.
                let open = self.drafted.parts.iter().filter_map(|part| {
                    let state = self.parts.get(&part.key).filter(|state| state.ended.is_none())?;
                    Some((state.begun, part.limit))
                });
                let last = open.max_by_key(|(begun, limit)| (begun.date(), limit.days));
                let last = last.map(|(begun, limit)| Clock { rule: "joint", start: begun, limit });
                (Party::Departments, Step::Parts, last)
            }
            Phase::Accepted => match self.pause() {
                Some(pause) => {
                    let running = pause.limit.map(|limit| Clock { rule: "procedure", start: pause.from, limit });
                    (self.decider(), Step::EndProcedure, running)
                }
                None if self.extended.is_some() => {
                    (self.decider(), Step::Decide, clock("law-42-extended", self.accepted, self.statutory()))
                }
                None => (self.decider(), Step::Decide, clock("promised", self.accepted, self.drafted.item.promised)),
            },
            Phase::Decided => {
                let decision = self.decision.as_ref();
                let running = clock("law-44", decision.map(|decision| decision.at), Limit::DELIVERY);
                let by_courier = decision.is_some_and(|decision| decision.way == DeliveryWay::Courier);
                let at_window = decision.is_some_and(|decision| decision.way == DeliveryWay::Window);
                if by_courier && self.posted.is_none() {
                    let made = decision.map(|decision| decision.at);
                    return (self.poster(), Step::Post, clock("relay-result", made, relay.result));
                }
                if by_courier {
                    return (self.poster(), Step::Deliver, running);
                }
                let party = if at_window || self.is_joint() { Party::Receiving } else { self.decider() };
                (party, Step::Deliver, running)
            }
            Phase::Returned => {
                let returned = self.returns.last().map(|returned| returned.at);
                let party = match self.drafted.channel {
                    Channel::Window => Party::Receiving,
                    Channel::Online => Party::Applicant,
                };
                (party, Step::Mend, clock("relay-push", returned, relay.push))
            }
            Phase::Delivered | Phase::NotAccepted if self.to_call_back().is_some() => {
                let (leg, since) = self.to_call_back().unwrap_or((Leg::Handling, self.begun));
                let party = if leg == Leg::Receiving { Party::Receiving } else { self.poster() };
                (party, Step::CallBack, clock("bad-rating", Some(since), Limit::CALL_BACK))
            }
            Phase::Delivered | Phase::NotAccepted if self.ratings.len() < 2 && self.drafted.part_of.is_none() => {
                (Party::Applicant, Step::Rate, None)
            }
            Phase::Delivered | Phase::NotAccepted | Phase::Withdrawn | Phase::Revoked | Phase::Ended => {
                (Party::Nobody, Step::Nothing, None)
            }
        }
    }
}

/// What an entry of a case says.
fn act_of(written: &Written) -> Result<Act, WhyNot> {
    let entry = written.entry();
    let body = entry.body.as_ref().filter(|_| entry.kind == KIND).ok_or(WhyNot::new("not-a-case"))?;
    serde_json::from_str(body.get()).map_err(|_| WhyNot::new("not-a-case"))
}

impl Act {
    /// What an entry of a case says; `None` for a refusal, or for something that this version does not know.
    pub fn of(written: &Written) -> Option<Act> {
        act_of(written).ok()
    }
}
