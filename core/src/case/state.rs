//! The state that follows from what was said: the fold, and what comes next.

use std::collections::BTreeMap;

use serde::Serialize;

use super::entry::{Act, Attached, Channel, DeliveryWay, Drafted, KIND, Leg, Outcome, Wanted};
use super::rule::{Asks, WhyNot, first_draft};
use crate::dossier::{BlobRef, DossierId, Hash, Moment, NodeId, Stamp, Written};
use crate::time::{Calendar, Deadline, Limit, deadline};

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
            Phase::Accepted => "accepted",
            Phase::NotAccepted => "not_accepted",
            Phase::Decided => "decided",
            Phase::Delivered => "delivered",
            Phase::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing more has to happen.
    pub fn is_over(self) -> bool {
        matches!(self, Phase::NotAccepted | Phase::Delivered | Phase::Withdrawn)
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
    /// Nobody: it is over.
    Nobody,
}

/// The next move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Complete the materials and take in.
    TakeIn,
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
    /// Deliver.
    Deliver,
    /// Mend what was returned, and hand over again.
    Mend,
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
            Step::HandOver => "hand_over",
            Step::Receive => "receive",
            Step::Accept => "accept",
            Step::AnswerCorrection => "answer_correction",
            Step::Decide => "decide",
            Step::Deliver => "deliver",
            Step::Mend => "mend",
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
}

/// An entry that was stamped but breaks a rule: kept, shown, without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkedEntry {
    /// Its number.
    pub seq: u32,
    /// Why it has no effect.
    pub why: WhyNot,
}

/// The state of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// The dossier.
    pub dossier: DossierId,
    /// What stands in the first entry; the handling authority is the one to which it was forwarded since.
    pub drafted: Drafted,
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
    /// 受理.
    pub accepted: Option<Moment>,
    /// Code and grounds of 不予受理.
    pub not_accepted: Option<Returned>,
    /// The one correction.
    pub correction: Option<Correction>,
    /// Returns, in order.
    pub returns: Vec<Returned>,
    /// 办结.
    pub decision: Option<Decision>,
    /// 送达.
    pub delivered: Option<Moment>,
    /// 撤回.
    pub withdrawn: Option<Moment>,
    /// 好差评 by leg.
    pub ratings: BTreeMap<Leg, Rating>,
    /// Slips that the pen holder refused: entry hash and code.
    pub refused: Vec<(Hash, String)>,
    /// Entries without effect.
    pub marks: Vec<MarkedEntry>,
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
            begun: entry.at,
            phase: Phase::Draft,
            materials: Vec::new(),
            waived: Vec::new(),
            number: None,
            taken_in: None,
            handed_over: None,
            take_back: None,
            pen: entry.node.clone(),
            received: None,
            accepted: None,
            not_accepted: None,
            correction: None,
            returns: Vec::new(),
            decision: None,
            delivered: None,
            withdrawn: None,
            ratings: BTreeMap::new(),
            refused: Vec::new(),
            marks: Vec::new(),
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
            Ok(act) => self.take(act, entry.at),
            Err(why) => self.marks.push(MarkedEntry { seq: stamp.seq, why }),
        }
    }

    fn take(&mut self, act: Act, at: Moment) {
        match act {
            Act::Drafted(_) => {}
            Act::MaterialsAdded { materials } => self.attach(materials),
            Act::MaterialRemoved { blob } => self.materials.retain(|attached| attached.blob.hash != blob),
            Act::MaterialWaived { material, because } => {
                self.waived.retain(|(waived, _)| *waived != material);
                self.waived.push((material, because));
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
                self.phase = Phase::HandedOver;
            }
            Act::TakeBack => self.take_back = Some(at),
            Act::Forwarded { to, .. } => {
                self.drafted.handling = *to;
                self.handed_over = Some(at);
                self.received = None;
                self.take_back = None;
                self.phase = Phase::HandedOver;
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
            Act::Accepted => {
                self.accepted = Some(at);
                if self.received.is_some() {
                    self.phase = Phase::Accepted;
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
            }
            Act::Delivered { .. } => {
                self.delivered = Some(at);
                self.phase = Phase::Delivered;
            }
            Act::Rated { leg, level, comment } => {
                self.ratings.insert(leg, Rating { level, comment, at });
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

    /// Who has the next move, what it is, until when. A pure function of the log, the rules and the calendar: the same on
    /// every node.
    pub fn next(&self, calendar: &Calendar) -> Next {
        let due = |start: Option<Moment>, limit: Limit, rule: &'static str| {
            start.map(|start| Due { rule, deadline: deadline(start.date(), limit, calendar), statutory: None })
        };
        let (party, step, due) = match self.phase {
            Phase::Draft => match self.drafted.channel {
                Channel::Window => (Party::Receiving, Step::TakeIn, None),
                Channel::Online => (Party::Applicant, Step::TakeIn, None),
            },
            Phase::TakenIn => {
                // While a correction of the window ran, the window waited.
                let answered = self.correction.as_ref().and_then(|correction| correction.answered);
                (Party::Receiving, Step::HandOver, due(answered.or(self.taken_in), Limit::RELAY_PUSH, "relay-push"))
            }
            Phase::HandedOver => {
                (Party::Handling, Step::Receive, due(self.handed_over, Limit::RELAY_RECHECK, "relay-recheck"))
            }
            Phase::Received => (Party::Handling, Step::Accept, due(self.received, Limit::CORRECTION_NOTICE, "law-32")),
            Phase::Corrected => {
                let answered = self.correction.as_ref().and_then(|correction| correction.answered);
                (Party::Handling, Step::Accept, due(answered, Limit::CORRECTION_NOTICE, "law-32"))
            }
            Phase::CorrectionAsked => {
                let (asked, limit) = match &self.correction {
                    Some(correction) => (Some(correction.asked), correction.limit),
                    None => (None, Limit::CORRECTION_NOTICE),
                };
                (Party::Applicant, Step::AnswerCorrection, due(asked, limit, "correction"))
            }
            Phase::Accepted => {
                let item = &self.drafted.item;
                let statutory = self.accepted.map(|at| deadline(at.date(), item.statutory, calendar));
                let promised = due(self.accepted, item.promised, "promised").map(|due| Due { statutory, ..due });
                (Party::Handling, Step::Decide, promised)
            }
            Phase::Decided => {
                let decision = self.decision.as_ref();
                let due = due(decision.map(|decision| decision.at), Limit::DELIVERY, "law-44");
                match decision.map(|decision| decision.way) {
                    Some(DeliveryWay::Window) => (Party::Receiving, Step::Deliver, due),
                    _ => (Party::Handling, Step::Deliver, due),
                }
            }
            Phase::Returned => {
                let returned = self.returns.last().map(|returned| returned.at);
                let party = match self.drafted.channel {
                    Channel::Window => Party::Receiving,
                    Channel::Online => Party::Applicant,
                };
                (party, Step::Mend, due(returned, Limit::RELAY_PUSH, "relay-push"))
            }
            Phase::Delivered | Phase::NotAccepted if self.ratings.len() < 2 => (Party::Applicant, Step::Rate, None),
            Phase::Delivered | Phase::NotAccepted | Phase::Withdrawn => (Party::Nobody, Step::Nothing, None),
        };
        Next { party, step, due }
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
