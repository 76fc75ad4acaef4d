//! Who may say what now, and if not, why not.

use super::entry::{Act, Attached, Change, Channel, Check, DeliveryWay, Drafted, Leg, Outcome, Verdict};
use super::paper::Courier;
use super::reason::{TAKEN_BACK, reason};
use super::state::{Case, Party, Phase, Rating};
use crate::catalogue::{Mode, Need};
use crate::dossier::{By, NodeId, Role};
use crate::rule::{Asks, NOTE_CHARS_MAX, WhyNot};
use crate::time::{Calendar, deadline};

/// The highest fee, in cents (一亿元): beyond it somebody slipped.
const FEE_CENTS_MAX: u64 = 10_000_000_000;

/// The longest time for a correction, in days.
pub const CORRECTION_DAYS_MAX: u16 = 60;

/// The longest extension of a decision, in working days (行政许可法 art. 42).
pub const EXTENSION_DAYS_MAX: u16 = 10;

/// The same when several authorities handle it together (行政许可法 art. 42).
pub const JOINT_EXTENSION_DAYS_MAX: u16 = 15;

/// The longest time that is given for a procedure whose time does not count, in days.
pub const PROCEDURE_DAYS_MAX: u16 = 365;

/// Whether a case may be opened like this.
pub fn first_draft(drafted: &Drafted, asks: &Asks<'_>) -> Result<(), WhyNot> {
    let starts = match drafted.channel {
        // A part is opened by the node that has the whole.
        _ if drafted.part_of.is_some() => asks.by.role == Role::System,
        Channel::Window => asks.by.role == Role::Clerk && asks.by.org == Some(drafted.receiving.org),
        Channel::Online => asks.by.role == Role::Applicant,
    };
    if !starts || *asks.node != drafted.receiving.node || asks.pen.is_some() {
        return Err(WhyNot::new("not-your-case"));
    }
    match (drafted.item.mode, drafted.channel) {
        (Mode::FullyOnline, _) | (Mode::CollectHere, Channel::Window) => Ok(()),
        (Mode::CollectHere | Mode::Delegated, Channel::Online) => Err(WhyNot::new("mode-not-online")),
        (Mode::Joint, _) if drafted.part_of.is_some() && drafted.parts.is_empty() => Ok(()),
        (Mode::Joint, _) if drafted.part_of.is_none() && drafted.parts_stand() => Ok(()),
        (Mode::Joint, _) => Err(WhyNot::new("parts-broken")),
        (Mode::Delegated, Channel::Window) if drafted.permit.rights.decide => Ok(()),
        (Mode::Delegated, Channel::Window) => Err(WhyNot::new("right-missing-decide")),
    }
}

impl Case {
    /// Whether `act` may be said now.
    pub fn may(&self, act: &Act, asks: &Asks<'_>, calendar: &Calendar) -> Result<(), WhyNot> {
        self.party_allowed(act, asks)?;
        if self.pen_for(act).as_ref() != asks.pen {
            return Err(WhyNot::new("pen-missing"));
        }
        self.phase_allows(act, asks, calendar)?;
        self.checks_allowed(act, asks)?;
        self.content_allowed(act)
    }

    /// The pen move that goes with an act: with the hand-over to another node, and back with a return.
    pub fn pen_for(&self, act: &Act) -> Option<NodeId> {
        let to = match act {
            // The whole of a joint handling stays where it was taken in.
            Act::HandedOver if self.is_joint() => return None,
            Act::HandedOver => &self.drafted.handling.node,
            Act::Returned { .. } => &self.drafted.receiving.node,
            Act::Forwarded { to, .. } => &to.node,
            // What stays at the receiving place moves without the pen.
            Act::Moved { .. } if self.is_joint() || self.drafted.is_delegated() => return None,
            Act::Moved { to, .. } => &to.node,
            _ => return None,
        };
        // After a recall the pen may be there already.
        (*to != self.pen).then(|| to.clone())
    }

    /// A node that an act lets take part without the pen: the authority that is asked before, that leads a joint handling, or
    /// in whose name the window decides.
    pub fn joins_by<'a>(&'a self, act: &'a Act) -> Option<&'a NodeId> {
        let joins = match act {
            Act::PreCheckAsked { .. } => true,
            Act::TakenIn { .. } => self.drafted.is_delegated(),
            Act::HandedOver => self.is_joint(),
            Act::Moved { to, .. } => return self.pen_for(act).is_none().then_some(&to.node),
            _ => false,
        };
        joins.then_some(&self.drafted.handling.node)
    }

    /// Whether the authority sees the case: it was asked before, or has it, or it is decided in its name.
    pub fn is_before_authority(&self) -> bool {
        self.pre_check.is_some() || self.handed_over.is_some() || self.drafted.is_delegated() && self.taken_in.is_some()
    }

    /// The last day on which a hand-over that is not answered yet can be taken up; `None` if there is none, or no limit.
    pub fn offer_until(&self, calendar: &Calendar) -> Option<jiff::civil::Date> {
        let limit = self.drafted.permit.offer.filter(|_| self.phase == Phase::HandedOver)?;
        Some(deadline(self.handed_over?.date(), limit, calendar).due)
    }

    /// What the node of the pen holder says by itself now: it sends back what the receiving place took back.
    pub fn by_itself(&self, node: &NodeId) -> Option<Act> {
        let taken_back =
            self.phase == Phase::HandedOver && self.take_back.is_some() && self.drafted.handling.node == *node;
        taken_back.then(|| Act::Returned { reason: TAKEN_BACK.to_owned(), note: String::new() })
    }

    /// Which party speaks, if any of this case.
    pub fn party_of(&self, by: &By, node: &NodeId) -> Option<Party> {
        let drafted = &self.drafted;
        match by.role {
            Role::Clerk if by.org == Some(drafted.receiving.org) && *node == drafted.receiving.node => {
                Some(Party::Receiving)
            }
            Role::Officer if by.org == Some(drafted.handling.org) && *node == drafted.handling.node => {
                Some(Party::Handling)
            }
            Role::Applicant if *node == drafted.receiving.node => Some(Party::Applicant),
            // Online, the portal's node takes in and hands over by itself; of a joint handling it opens and ends the parts.
            Role::System
                if *node == drafted.receiving.node
                    && (drafted.channel == Channel::Online || drafted.part_of.is_some() || drafted.is_joint()) =>
            {
                Some(Party::Receiving)
            }
            _ => None,
        }
    }

    fn party_allowed(&self, act: &Act, asks: &Asks<'_>) -> Result<(), WhyNot> {
        if asks.by.role == Role::System && self.by_itself(asks.node).as_ref() == Some(act) {
            return Ok(());
        }
        if let Act::Moved { to, reform } = act {
            let handling = &self.drafted.handling;
            let is_host = asks.by.role == Role::System && *asks.node == handling.node && *asks.node == self.pen;
            let moves_out = match reform.as_str() {
                "" => handling.guest && !to.guest && to.org == handling.org && to.node != handling.node,
                _ => to.org != handling.org,
            };
            return if is_host && moves_out { Ok(()) } else { Err(WhyNot::new("not-your-case")) };
        }
        if let Act::HandedOut { window } = act {
            let receiving = &self.drafted.receiving;
            let is_there =
                asks.by.role == Role::Clerk && asks.by.org == Some(window.org) && *asks.node == receiving.node;
            let is_another = window.org != receiving.org && window.node == receiving.node;
            return match is_there && is_another {
                true if self.drafted.permit.rights.deliver || self.drafted.is_delegated() => Ok(()),
                true => Err(WhyNot::new("right-missing-deliver")),
                false => Err(WhyNot::new("not-your-case")),
            };
        }
        if let Act::CopiesErased { .. } = act {
            let receives = asks.by.role == Role::System && *asks.node == self.drafted.receiving.node;
            return if receives { Ok(()) } else { Err(WhyNot::new("not-your-case")) };
        }
        if *act == Act::DeemedAccepted {
            let handles = asks.by.role == Role::System && *asks.node == self.pen && self.drafted.part_of.is_none();
            return if handles { Ok(()) } else { Err(WhyNot::new("not-your-case")) };
        }
        let party = self.party_of(asks.by, asks.node).ok_or(WhyNot::new("not-your-case"))?;
        let decides = party == self.decider();
        let online = self.drafted.channel == Channel::Online;
        let by_person = asks.by.role != Role::System;
        let rights = &self.drafted.permit.rights;
        let allowed = match act {
            Act::Drafted(_) => return Err(WhyNot::new("opened-twice")),
            Act::MaterialsAdded { .. } | Act::MaterialRemoved { .. } => {
                party == Party::Receiving || online && party == Party::Applicant
            }
            // Only a clerk who looked at the matter may say that a necessary material is not needed here.
            Act::MaterialWaived { .. } => party == Party::Receiving && by_person,
            Act::TakenIn { .. } | Act::HandedOver => party == Party::Receiving,
            Act::TakeBack | Act::PreCheckAsked { .. } => party == Party::Receiving && by_person,
            Act::PreChecked { .. } | Act::Forwarded { .. } | Act::Received | Act::Returned { .. } => {
                party == Party::Handling
            }
            Act::NotAccepted { .. }
            | Act::Decided { .. }
            | Act::DecisionCorrected { .. }
            | Act::DecisionRevoked { .. }
            | Act::Ended { .. }
            | Act::FeeAsked { .. }
            | Act::FeePaid { .. }
            | Act::Extended { .. }
            | Act::Paused { .. }
            | Act::Resumed { .. } => decides && by_person,
            Act::Moved { .. } | Act::CopiesErased { .. } | Act::HandedOut { .. } => false,
            // Online people say themselves where they live now; a name is looked at by a clerk. Of a joint handling the node
            // says in the parts what was said in the whole.
            Act::ApplicantChanged { change, .. } => match party {
                Party::Receiving => by_person || self.drafted.part_of.is_some(),
                Party::Applicant => *change == Change::Moved,
                _ => false,
            },
            Act::PapersTaken { .. }
            | Act::PapersSent { .. }
            | Act::PapersArrived { .. }
            | Act::PapersGiven { .. }
            | Act::PapersLost { .. } => {
                let has_paper = by_person && matches!(party, Party::Receiving | Party::Handling);
                if has_paper {
                    self.papers_allowed(act, party)?;
                }
                has_paper
            }
            Act::ResultPosted { .. } => by_person && (decides || party == Party::Receiving && self.is_joint()),
            Act::PartBegun { .. } | Act::PartEnded { .. } => party == Party::Receiving && !by_person,
            Act::DeemedAccepted => false,
            Act::Accepted => match party {
                Party::Receiving if !rights.accept && !decides => {
                    return Err(WhyNot::new("right-missing-accept"));
                }
                _ => matches!(party, Party::Receiving | Party::Handling),
            },
            Act::CorrectionAsked { .. } => match party {
                Party::Receiving if !rights.notify_once && !decides => {
                    return Err(WhyNot::new("right-missing-notify"));
                }
                _ => matches!(party, Party::Receiving | Party::Handling),
            },
            Act::Delivered { way } => match way {
                DeliveryWay::Online | DeliveryWay::Courier => decides || party == Party::Receiving && self.is_joint(),
                DeliveryWay::Window if party == Party::Receiving && !rights.deliver && !decides => {
                    return Err(WhyNot::new("right-missing-deliver"));
                }
                DeliveryWay::Window => party == Party::Receiving,
            },
            // For the applicant a clerk may speak, the portal's node by itself may not.
            Act::CorrectionAnswered { .. } => party == Party::Applicant || party == Party::Receiving && by_person,
            Act::Withdrawn => {
                let part = self.drafted.part_of.is_some();
                party == Party::Applicant || party == Party::Receiving && (by_person || part)
            }
            Act::Rated { .. } => party == Party::Applicant,
            Act::CalledBack { leg, .. } | Act::RatingDisputed { leg, .. } => {
                let rated = if *leg == Leg::Receiving { Party::Receiving } else { self.poster() };
                by_person && party == rated
            }
        };
        if allowed { Ok(()) } else { Err(WhyNot::new("not-your-case")) }
    }

    fn phase_allows(&self, act: &Act, asks: &Asks<'_>, calendar: &Calendar) -> Result<(), WhyNot> {
        use Phase::*;
        let phase = self.phase;
        let receiving = self.party_of(asks.by, asks.node) == Some(Party::Receiving);
        let now = match act {
            Act::Drafted(_) => false,
            Act::MaterialsAdded { .. } | Act::MaterialRemoved { .. } | Act::MaterialWaived { .. } => {
                matches!(phase, Draft | TakenIn | Returned)
            }
            Act::TakenIn { .. } => phase == Draft,
            Act::PreCheckAsked { .. } => {
                if self.pre_check.as_ref().is_some_and(|check| check.answer.is_none()) {
                    return Err(WhyNot::new("pre-check-running"));
                }
                phase == Draft
            }
            Act::PreChecked { .. } => {
                phase == Draft && self.pre_check.as_ref().is_some_and(|check| check.answer.is_none())
            }
            Act::HandedOver => {
                if self.drafted.is_delegated() {
                    return Err(WhyNot::new("delegated-here"));
                }
                matches!(phase, TakenIn | Returned)
            }
            Act::PartBegun { part, dossier } => {
                self.part_may_begin(part, *dossier)?;
                phase == Joint
            }
            Act::PartEnded { part, .. } => {
                let runs = self.parts.get(part).is_some_and(|state| state.ended.is_none());
                if !runs {
                    return Err(WhyNot::new("part-not-running").with("part", part));
                }
                phase == Joint
            }
            Act::DeemedAccepted => {
                let clock = self.time_to_ask().filter(|_| self.accepted.is_none());
                let until = clock.map(|clock| deadline(clock.start.date(), clock.limit, calendar).due);
                if let Some(until) = until.filter(|until| asks.at.date() <= *until) {
                    return Err(WhyNot::new("time-to-ask-runs").with("until", until));
                }
                until.is_some()
            }
            Act::Extended { .. } => {
                if self.extended.is_some() {
                    return Err(WhyNot::new("already-extended"));
                }
                phase == Accepted
            }
            Act::Paused { .. } => {
                if self.pause().is_some() {
                    return Err(WhyNot::new("procedure-running"));
                }
                phase == Accepted
            }
            Act::Resumed { .. } => {
                if self.pause().is_none() {
                    return Err(WhyNot::new("no-procedure"));
                }
                phase == Accepted
            }
            Act::TakeBack => {
                if phase == HandedOver && self.take_back.is_some() {
                    return Err(WhyNot::new("already-taken-back"));
                }
                phase == HandedOver
            }
            Act::Received | Act::Forwarded { .. } => {
                if self.offer_until(calendar).is_some_and(|until| asks.at.date() > until) {
                    return Err(WhyNot::new("offer-expired"));
                }
                match act {
                    Act::Received => phase == HandedOver,
                    _ => self.accepted.is_none() && matches!(phase, HandedOver | Received | Corrected),
                }
            }
            Act::Returned { .. } => {
                if self.accepted.is_some() {
                    return Err(WhyNot::new("after-acceptance"));
                }
                matches!(phase, HandedOver | Received | Corrected)
            }
            Act::Accepted => {
                if self.accepted.is_some() {
                    return Err(WhyNot::new("already-accepted"));
                }
                if receiving { phase == TakenIn } else { matches!(phase, Received | Corrected) }
            }
            Act::NotAccepted { .. } => {
                if self.accepted.is_some() {
                    return Err(WhyNot::new("already-accepted"));
                }
                if let (CorrectionAsked, Some(correction)) = (phase, &self.correction) {
                    // Until the applicant's time is over, the answer may still come.
                    let until = deadline(correction.asked.date(), correction.limit, calendar).due;
                    if asks.at.date() <= until {
                        return Err(WhyNot::new("correction-running").with("until", until));
                    }
                }
                matches!(phase, Received | Corrected | CorrectionAsked) || receiving && phase == TakenIn
            }
            Act::CorrectionAsked { .. } => {
                if self.accepted.is_some() {
                    return Err(WhyNot::new("already-accepted"));
                }
                if self.correction.is_some() {
                    return Err(WhyNot::new("only-once-correction"));
                }
                if receiving { phase == TakenIn } else { phase == Received }
            }
            Act::CorrectionAnswered { .. } => phase == CorrectionAsked,
            Act::Decided { .. } => {
                if self.pause().is_some() {
                    return Err(WhyNot::new("procedure-running"));
                }
                phase == Accepted
            }
            // Of a joint handling the whole and its parts would say different things.
            Act::DecisionCorrected { .. } | Act::DecisionRevoked { .. } => {
                let single = self.drafted.part_of.is_none() && !self.is_joint();
                single && matches!(phase, Decided | Delivered)
            }
            Act::Ended { .. } => {
                if self.decision.is_some() {
                    return Err(WhyNot::new("after-decision"));
                }
                matches!(phase, Received | CorrectionAsked | Corrected | Accepted)
                    || phase == TakenIn && self.drafted.is_delegated()
            }
            Act::ApplicantChanged { change, .. } => {
                // A decision names the applicant: afterwards only where it is posted may be another place.
                if self.decision.is_some() && *change != Change::Moved {
                    return Err(WhyNot::new("after-decision"));
                }
                !phase.is_over()
            }
            Act::FeeAsked { number, .. } => {
                if self.fees.iter().any(|fee| fee.number == *number) {
                    return Err(WhyNot::new("number-taken"));
                }
                matches!(phase, Received | Corrected | Accepted | Decided)
            }
            Act::FeePaid { number } => {
                if !self.fees.iter().any(|fee| fee.number == *number && fee.paid.is_none()) {
                    return Err(WhyNot::new("fee-unknown").with("number", number));
                }
                true
            }
            Act::CopiesErased { .. } => {
                let until = self.keep_until(calendar);
                if let Some(until) = until.filter(|until| asks.at.date() <= *until) {
                    return Err(WhyNot::new("term-runs").with("until", until));
                }
                until.is_some()
            }
            Act::Moved { .. } => self.is_before_authority() && self.number.is_some() && !phase.is_over(),
            Act::PapersTaken { .. } => self.number.is_some() && !phase.is_over(),
            // What was kept is given back even after all is over.
            Act::PapersSent { .. } | Act::PapersArrived { .. } | Act::PapersGiven { .. } | Act::PapersLost { .. } => {
                self.number.is_some()
            }
            Act::ResultPosted { .. } => {
                let by_courier = self.decision.as_ref().is_some_and(|made| made.way == DeliveryWay::Courier);
                phase == Decided && by_courier && self.posted.is_none()
            }
            Act::Delivered { way } => {
                if *way == DeliveryWay::Courier && phase == Decided && self.posted.is_none() {
                    return Err(WhyNot::new("not-posted"));
                }
                phase == Decided
            }
            Act::HandedOut { .. } => {
                if self.decision.as_ref().is_some_and(|made| made.way != DeliveryWay::Window) {
                    return Err(WhyNot::new("delivery-way"));
                }
                phase == Decided
            }
            Act::Rated { leg, .. } => {
                // After a call-back the person may think otherwise, once.
                let again = |rating: &Rating| rating.call_back.is_some() && rating.before.is_none();
                if self.ratings.get(leg).is_some_and(|rating| !again(rating)) {
                    return Err(WhyNot::new("already-rated"));
                }
                self.drafted.part_of.is_none() && matches!(phase, Delivered | NotAccepted)
            }
            Act::CalledBack { leg, .. } | Act::RatingDisputed { leg, .. } => {
                let bad = self.ratings.get(leg).filter(|rating| rating.is_bad());
                let open = bad.is_some_and(|rating| match act {
                    Act::CalledBack { .. } => rating.call_back.is_none(),
                    _ => rating.dispute.is_none(),
                });
                if !open {
                    return Err(WhyNot::new("no-bad-rating"));
                }
                matches!(phase, Delivered | NotAccepted)
            }
            Act::Withdrawn => {
                if self.decision.is_some() {
                    return Err(WhyNot::new("after-decision"));
                }
                !phase.is_over()
            }
        };
        if now { Ok(()) } else { Err(WhyNot::new("not-now").with("act", act.name()).with("phase", phase.name())) }
    }

    /// Who says that an original was seen must have been able, and entitled, to see it (原件核验权).
    fn checks_allowed(&self, act: &Act, asks: &Asks<'_>) -> Result<(), WhyNot> {
        let (Act::MaterialsAdded { materials } | Act::CorrectionAnswered { materials }) = act else { return Ok(()) };
        // What a clerk said of it in the whole is said again in a part.
        let passes_on = asks.by.role == Role::System && self.drafted.part_of.is_some();
        let at_window = asks.by.role == Role::Clerk || passes_on;
        for attached in materials {
            match attached.check {
                Check::Uploaded => {}
                Check::CopyTaken if at_window => {}
                Check::SeenOriginal if at_window && self.drafted.permit.rights.verify_originals => {}
                Check::SeenOriginal if at_window => return Err(WhyNot::new("right-missing-verify")),
                Check::CopyTaken | Check::SeenOriginal => return Err(WhyNot::new("not-your-case")),
            }
        }
        Ok(())
    }

    fn content_allowed(&self, act: &Act) -> Result<(), WhyNot> {
        match act {
            Act::MaterialsAdded { materials } => {
                not_empty(materials)?;
                materials.iter().try_for_each(|attached| self.attached_allowed(attached))
            }
            Act::MaterialRemoved { blob } => {
                let there = self.materials.iter().any(|attached| attached.blob.hash == *blob);
                if there { Ok(()) } else { Err(WhyNot::new("material-not-there")) }
            }
            Act::MaterialWaived { material, because } => {
                self.material_known(material)?;
                words(because)
            }
            Act::TakenIn { number } => {
                if number.is_empty() {
                    return Err(WhyNot::new("empty"));
                }
                self.materials_complete()
            }
            Act::HandedOver => self.materials_complete(),
            Act::PreCheckAsked { note } | Act::Resumed { note } => short(note),
            Act::PreChecked { verdict, wanted, note, contact, phone } => {
                match verdict {
                    Verdict::Lacks => not_empty(wanted)?,
                    Verdict::NotOurs => words(note)?,
                    Verdict::Ready => {}
                }
                self.wanted_allowed(wanted)?;
                [note, contact, phone].into_iter().try_for_each(|text| short(text))
            }
            Act::Extended { days, reason } => {
                let most = if self.drafted.part_of.is_some() { JOINT_EXTENSION_DAYS_MAX } else { EXTENSION_DAYS_MAX };
                in_range(*days, most)?;
                words(reason)
            }
            Act::Paused { limit, note, .. } => {
                limit.iter().try_for_each(|limit| in_range(limit.days, PROCEDURE_DAYS_MAX))?;
                short(note)
            }
            Act::PapersTaken { papers } => {
                not_empty(papers)?;
                papers.iter().try_for_each(|paper| in_range(paper.count, 99).and_then(|()| words(&paper.what)))
            }
            Act::PapersSent { papers, courier, .. } => not_empty(papers).and_then(|()| named(courier)),
            Act::PapersArrived { papers } | Act::PapersGiven { papers } => not_empty(papers),
            Act::PapersLost { papers, note } => not_empty(papers).and_then(|()| words(note)),
            Act::DecisionCorrected { number, note, .. } => words(number).and_then(|()| words(note)),
            Act::DecisionRevoked { reason, note } | Act::Ended { reason, note } => {
                known_reason(reason).and_then(|()| words(note))
            }
            Act::ApplicantChanged { note, .. } => words(note),
            Act::Moved { reform, .. } => short(reform),
            Act::FeeAsked { number, cents, payee } => {
                if *cents == 0 || *cents > FEE_CENTS_MAX {
                    return Err(WhyNot::new("fee-range"));
                }
                words(number).and_then(|()| words(payee))
            }
            Act::FeePaid { number } => words(number),
            Act::ResultPosted { courier } => named(courier),
            Act::PartEnded { result, .. } => match result.outcome {
                Outcome::Granted => short(&result.note),
                Outcome::Refused => known_reason(&result.reason).and_then(|()| words(&result.note)),
            },
            Act::Forwarded { to, note } => {
                if to.org == self.drafted.handling.org {
                    return Err(WhyNot::new("same-authority"));
                }
                words(note)
            }
            Act::Returned { reason, note } => known_reason(reason).and_then(|()| short(note)),
            Act::NotAccepted { reason, note } => known_reason(reason).and_then(|()| words(note)),
            Act::CorrectionAsked { wanted, limit } => {
                not_empty(wanted)?;
                in_range(limit.days, CORRECTION_DAYS_MAX)?;
                self.wanted_allowed(wanted)
            }
            Act::CorrectionAnswered { materials } => {
                materials.iter().try_for_each(|attached| self.attached_allowed(attached))?;
                let wanted = self.correction.iter().flat_map(|correction| &correction.wanted);
                let missing: Vec<&str> = wanted
                    .filter(|one| !materials.iter().any(|attached| attached.material == one.material))
                    .map(|one| self.material_name(&one.material))
                    .collect();
                if missing.is_empty() {
                    Ok(())
                } else {
                    Err(WhyNot::new("correction-incomplete").with("materials", missing.join("、")))
                }
            }
            Act::Decided { outcome, reason, note, number, way, .. } => {
                if number.is_empty() {
                    return Err(WhyNot::new("empty"));
                }
                // Online there is no window that could give it out.
                if *way == DeliveryWay::Window && self.drafted.channel == Channel::Online {
                    return Err(WhyNot::new("no-window"));
                }
                let delivers = self.drafted.permit.rights.deliver || self.drafted.is_delegated();
                if *way == DeliveryWay::Window && !delivers {
                    return Err(WhyNot::new("right-missing-deliver"));
                }
                match outcome {
                    Outcome::Granted => short(note),
                    // 行政许可法 art. 38: a refusal gives its reasons.
                    Outcome::Refused => known_reason(reason).and_then(|()| words(note)),
                }
            }
            Act::Delivered { way } => match &self.decision {
                Some(decision) if decision.way == *way => Ok(()),
                _ => Err(WhyNot::new("delivery-way")),
            },
            Act::CalledBack { note, .. } | Act::RatingDisputed { note, .. } => words(note),
            Act::Rated { level, .. } => {
                if (1..=5).contains(level) {
                    Ok(())
                } else {
                    Err(WhyNot::new("level-range"))
                }
            }
            Act::Drafted(_)
            | Act::TakeBack
            | Act::CopiesErased { .. }
            | Act::HandedOut { .. }
            | Act::Received
            | Act::PartBegun { .. }
            | Act::Accepted
            | Act::DeemedAccepted
            | Act::Withdrawn => Ok(()),
        }
    }

    /// Whether a part may be begun now, as this dossier.
    fn part_may_begin(&self, key: &str, dossier: crate::dossier::DossierId) -> Result<(), WhyNot> {
        let part = self.drafted.parts.iter().find(|part| part.key == key);
        let part = part.filter(|_| dossier == self.dossier.part(key));
        let part = part.ok_or_else(|| WhyNot::new("part-unknown").with("part", key))?;
        if self.parts.contains_key(key) {
            return Err(WhyNot::new("part-begun").with("part", key));
        }
        if self.may_begin(part) { Ok(()) } else { Err(WhyNot::new("part-waits").with("part", key)) }
    }

    fn wanted_allowed(&self, wanted: &[super::Wanted]) -> Result<(), WhyNot> {
        wanted.iter().try_for_each(|one| self.material_known(&one.material).and_then(|()| words(&one.what)))
    }

    fn material_known(&self, key: &str) -> Result<(), WhyNot> {
        let known = self.drafted.item.materials.iter().any(|rule| rule.key == key);
        if known { Ok(()) } else { Err(WhyNot::new("material-unknown").with("material", key)) }
    }

    fn attached_allowed(&self, attached: &Attached) -> Result<(), WhyNot> {
        self.material_known(&attached.material)
    }

    /// Name of a material in this case's list; its key if it is not in it.
    pub fn material_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.drafted.item.materials.iter().find(|rule| rule.key == key).map_or(key, |rule| &rule.name)
    }

    /// Whether all that must be there is there, or waived with a reason, and at a window every original was seen.
    pub fn materials_complete(&self) -> Result<(), WhyNot> {
        let missing: Vec<&str> = self.missing().map(|rule| rule.name.as_str()).collect();
        if !missing.is_empty() {
            return Err(WhyNot::new("materials-missing").with("materials", missing.join("、")));
        }
        // Without the right, the window sends the paper on and the authority looks at it itself.
        if self.drafted.channel == Channel::Online || !self.drafted.permit.rights.verify_originals {
            return Ok(());
        }
        let unseen: Vec<&str> = self
            .drafted
            .item
            .materials
            .iter()
            .filter(|rule| rule.original)
            .filter(|rule| {
                let mut of_rule = self.materials.iter().filter(|attached| attached.material == rule.key).peekable();
                of_rule.peek().is_some() && !of_rule.any(|attached| attached.check == Check::SeenOriginal)
            })
            .map(|rule| rule.name.as_str())
            .collect();
        if unseen.is_empty() {
            Ok(())
        } else {
            Err(WhyNot::new("originals-not-seen").with("materials", unseen.join("、")))
        }
    }

    /// The necessary materials that are neither there nor waived.
    pub fn missing(&self) -> impl Iterator<Item = &crate::catalogue::MaterialRule> {
        self.drafted.item.materials.iter().filter(|rule| {
            rule.need == Need::Necessary
                && !self.materials.iter().any(|attached| attached.material == rule.key)
                && !self.waived.iter().any(|(material, _)| *material == rule.key)
        })
    }
}

fn not_empty<T>(list: &[T]) -> Result<(), WhyNot> {
    if list.is_empty() { Err(WhyNot::new("empty")) } else { Ok(()) }
}

fn named(courier: &Courier) -> Result<(), WhyNot> {
    words(&courier.company).and_then(|()| words(&courier.number))
}

fn in_range(days: u16, most: u16) -> Result<(), WhyNot> {
    match days {
        0 => Err(WhyNot::new("empty")),
        days if days > most => Err(WhyNot::new("limit-range").with("limit", most)),
        _ => Ok(()),
    }
}

fn short(text: &str) -> Result<(), WhyNot> {
    if text.chars().count() > NOTE_CHARS_MAX {
        return Err(WhyNot::new("too-long").with("limit", NOTE_CHARS_MAX));
    }
    Ok(())
}

fn words(text: &str) -> Result<(), WhyNot> {
    if text.trim().is_empty() {
        return Err(WhyNot::new("empty"));
    }
    short(text)
}

fn known_reason(code: &str) -> Result<(), WhyNot> {
    reason(code).map(|_| ()).ok_or_else(|| WhyNot::new("reason-unknown").with("reason", code))
}
