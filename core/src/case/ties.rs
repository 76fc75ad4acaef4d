//! What a case says of those who take part in it: its ties in the policy network.

use super::entry::{Act, Leg, Outcome, PartResult, Verdict};
use super::reason::TAKEN_BACK;
use super::state::Case;
use crate::dossier::Moment;
use crate::network::tie::{Actor, Network, Relation, Tie};
use crate::rule::Asks;
use crate::time::Calendar;

/// The worst level of a rating that is still with each other, not against (1 非常满意 … 5 非常不满意).
const LEVEL_FAIR: u8 = 3;

impl Case {
    /// The ties that an act makes which may be said now.
    pub fn ties(&self, act: &Act, asks: &Asks<'_>, calendar: &Calendar) -> Vec<Tie> {
        let drafted = &self.drafted;
        let (receiving, handling) = (|| Actor::Org(drafted.receiving.org), || Actor::Org(drafted.handling.org));
        let applicants =
            || Actor::Applicants { subject: drafted.subject, province: drafted.receiving.region.province() };
        let tie =
            |relation, from, to| Tie::new(relation, from, to, asks).about(&drafted.item.key, Some(drafted.subject));
        let late = || self.next(calendar).due.is_some_and(|due| due.deadline.is_late(asks.at.date()));
        let since_handed = self.handed_over;
        match act {
            Act::TakenIn { .. } => {
                let taken_in = [
                    tie(Relation::TakesInFor, receiving(), handling()),
                    tie(Relation::Permits, handling(), receiving()).of(drafted.permit.basis.name()).signed(1),
                ];
                // Who applies for a joint handling applies once, for the whole.
                let applied = drafted.part_of.is_none().then(|| tie(Relation::AppliesTo, applicants(), receiving()));
                applied.into_iter().chain(taken_in).collect()
            }
            Act::HandedOver => vec![tie(Relation::HandsTo, receiving(), handling()).after(self.taken_in, late())],
            Act::Forwarded { to, .. } => {
                vec![tie(Relation::ForwardsTo, handling(), Actor::Org(to.org)).after(since_handed, late())]
            }
            Act::PartBegun { part, .. } => {
                let office = drafted.parts.iter().find(|each| each.key == *part).map(|each| each.office.org);
                office.map(|org| tie(Relation::BeginsPartAt, receiving(), Actor::Org(org))).into_iter().collect()
            }
            Act::PartEnded { part, result } => self.part_tie(part, result, &tie),
            Act::Received => {
                vec![tie(Relation::ReceivesFrom, handling(), receiving()).signed(1).after(since_handed, late())]
            }
            // What the receiving place took back, nobody sent back.
            Act::Returned { reason, .. } if reason == TAKEN_BACK => Vec::new(),
            Act::Returned { reason, .. } => {
                let back = tie(Relation::ReturnsTo, handling(), receiving());
                vec![back.of(reason.as_str()).signed(-1).after(since_handed, late())]
            }
            Act::PreCheckAsked { .. } => vec![tie(Relation::Asks, receiving(), handling())],
            Act::PreChecked { verdict, .. } => {
                let asked = self.pre_check.as_ref().map(|check| check.asked);
                let sign = if *verdict == Verdict::NotOurs { -1 } else { 1 };
                let answer = tie(Relation::Answers, handling(), receiving());
                vec![answer.of(verdict.name()).signed(sign).after(asked, late())]
            }
            Act::CorrectionAsked { .. } => {
                vec![tie(Relation::CorrectsFor, handling(), applicants()).after(self.received, late())]
            }
            Act::NotAccepted { reason, .. } => {
                let away = tie(Relation::TurnsAway, handling(), applicants());
                vec![away.of(reason.as_str()).signed(-1).after(self.received, late())]
            }
            Act::Decided { outcome, .. } => {
                vec![decided(tie(Relation::DecidesFor, handling(), applicants()), *outcome, self.began(), late())]
            }
            Act::ResultPosted { courier } => {
                vec![tie(Relation::SendsBy, handling(), producer(&courier.company))]
            }
            Act::PapersSent { courier, .. } => {
                let from = asks.by.org.map_or_else(receiving, Actor::Org);
                vec![tie(Relation::SendsBy, from, producer(&courier.company))]
            }
            Act::Delivered { .. } => {
                let from = asks.by.org.map_or_else(receiving, Actor::Org);
                let since = self.decision.as_ref().map(|decision| decision.at);
                vec![tie(Relation::DeliversTo, from, applicants()).signed(1).after(since, late())]
            }
            Act::HandedOut { window } => {
                let since = self.decision.as_ref().map(|decision| decision.at);
                let from = Actor::Org(window.org);
                vec![tie(Relation::DeliversTo, from, applicants()).signed(1).after(since, late())]
            }
            Act::Rated { leg, level, .. } => {
                let rated = match leg {
                    Leg::Receiving => receiving(),
                    Leg::Handling => handling(),
                };
                let sign = if *level <= LEVEL_FAIR { 1 } else { -1 };
                vec![tie(Relation::Rates, applicants(), rated).of(level.to_string()).signed(sign)]
            }
            _ => Vec::new(),
        }
    }

    /// Since when its decision is waited for.
    fn began(&self) -> Option<Moment> {
        self.accepted.or(self.received).or(self.handed_over).or(self.taken_in)
    }

    /// A part of a joint handling was decided by its own authority.
    fn part_tie(&self, part: &str, result: &PartResult, tie: &impl Fn(Relation, Actor, Actor) -> Tie) -> Vec<Tie> {
        let Some(office) = self.drafted.parts.iter().find(|each| each.key == part).map(|each| &each.office) else {
            return Vec::new();
        };
        let begun = self.parts.get(part).map(|state| state.begun);
        let to = Actor::Org(self.drafted.receiving.org);
        vec![decided(tie(Relation::Answers, Actor::Org(office.org), to), result.outcome, begun, false)]
    }
}

fn decided(tie: Tie, outcome: Outcome, since: Option<Moment>, late: bool) -> Tie {
    let (code, sign) = match outcome {
        Outcome::Granted => ("granted", 1),
        Outcome::Refused => ("refused", -1),
    };
    tie.of(code).signed(sign).after(since, late)
}

fn producer(name: &str) -> Actor {
    Actor::Named { network: Network::Producer, name: name.trim().to_owned() }
}
