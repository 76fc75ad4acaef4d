//! What a person has to be told of: what was decided about their matter, and what they have to do.

use serde::{Deserialize, Serialize};

use super::entry::{Act, Channel, DeliveryWay};
use super::paper::Hands;
use super::state::Case;

/// What an applicant is told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// 已收件.
    TakenIn,
    /// Sent back: what the applicant applied for online has to be mended.
    Returned,
    /// 已受理.
    Accepted,
    /// 不予受理.
    NotAccepted,
    /// 补正告知.
    CorrectionAsked,
    /// The time for the correction is nearly over.
    CorrectionEnds,
    /// 延长期限.
    Extended,
    /// A procedure whose time does not count.
    Paused,
    /// 缴费.
    FeeAsked,
    /// 终止办理.
    Ended,
    /// 已办结.
    Decided,
    /// The decision was put right.
    DecisionCorrected,
    /// The decision was revoked.
    DecisionRevoked,
    /// The result is on its way by post.
    Posted,
    /// 已送达.
    Delivered,
    /// Originals are on their way back.
    PapersSent,
    /// Originals were lost.
    PapersLost,
    /// Another authority goes on with it.
    Moved,
    /// Somebody answered a bad rating.
    CalledBack,
}

impl About {
    /// All of them.
    pub const ALL: [About; 19] = [
        About::TakenIn,
        About::Returned,
        About::Accepted,
        About::NotAccepted,
        About::CorrectionAsked,
        About::CorrectionEnds,
        About::Extended,
        About::Paused,
        About::FeeAsked,
        About::Ended,
        About::Decided,
        About::DecisionCorrected,
        About::DecisionRevoked,
        About::Posted,
        About::Delivered,
        About::PapersSent,
        About::PapersLost,
        About::Moved,
        About::CalledBack,
    ];

    /// The word used in texts and kept in the database.
    pub fn name(self) -> &'static str {
        match self {
            About::TakenIn => "taken-in",
            About::Returned => "returned",
            About::Accepted => "accepted",
            About::NotAccepted => "not-accepted",
            About::CorrectionAsked => "correction-asked",
            About::CorrectionEnds => "correction-ends",
            About::Extended => "extended",
            About::Paused => "paused",
            About::FeeAsked => "fee-asked",
            About::Ended => "ended",
            About::Decided => "decided",
            About::DecisionCorrected => "decision-corrected",
            About::DecisionRevoked => "decision-revoked",
            About::Posted => "posted",
            About::Delivered => "delivered",
            About::PapersSent => "papers-sent",
            About::PapersLost => "papers-lost",
            About::Moved => "moved",
            About::CalledBack => "called-back",
        }
    }

    /// Reads [`About::name`] back.
    pub fn from_name(name: &str) -> Option<About> {
        About::ALL.into_iter().find(|about| about.name() == name)
    }
}

impl Act {
    /// What the applicant may have to be told when this was said; whether they have, the case knows.
    pub fn about(&self) -> Option<About> {
        match self {
            Act::TakenIn { .. } => Some(About::TakenIn),
            Act::Returned { .. } => Some(About::Returned),
            Act::Accepted | Act::DeemedAccepted => Some(About::Accepted),
            Act::NotAccepted { .. } => Some(About::NotAccepted),
            Act::CorrectionAsked { .. } => Some(About::CorrectionAsked),
            Act::Extended { .. } => Some(About::Extended),
            Act::Paused { .. } => Some(About::Paused),
            Act::FeeAsked { .. } => Some(About::FeeAsked),
            Act::Ended { .. } => Some(About::Ended),
            Act::Decided { .. } | Act::PartEnded { .. } => Some(About::Decided),
            Act::DecisionCorrected { .. } => Some(About::DecisionCorrected),
            Act::DecisionRevoked { .. } => Some(About::DecisionRevoked),
            Act::ResultPosted { .. } => Some(About::Posted),
            Act::Delivered { .. } => Some(About::Delivered),
            Act::PapersSent { to: Hands::Applicant, .. } => Some(About::PapersSent),
            Act::PapersLost { .. } => Some(About::PapersLost),
            Act::Moved { reform, .. } if !reform.is_empty() => Some(About::Moved),
            Act::CalledBack { .. } => Some(About::CalledBack),
            _ => None,
        }
    }
}

impl Case {
    /// Whether the result was delivered online.
    fn is_on_page(&self) -> bool {
        let online = self.decision.as_ref().is_some_and(|made| made.way == DeliveryWay::Online);
        online && self.delivered.is_some()
    }

    /// Whether this is to be told of it as it stands now.
    pub fn tells(&self, about: About) -> bool {
        let drafted = &self.drafted;
        let is_part = drafted.part_of.is_some();
        match about {
            // At a window the window mends it.
            About::Returned => drafted.channel == Channel::Online && !is_part,
            About::CorrectionAsked | About::CorrectionEnds => {
                self.correction.as_ref().is_some_and(|correction| correction.answered.is_none())
            }
            // What is on the person's page by now is told as delivered; at a window or from a courier they had it in their hands.
            About::Decided => !is_part && self.decision.is_some() && !self.is_on_page(),
            About::Delivered => !is_part && self.is_on_page(),
            About::FeeAsked | About::PapersSent | About::PapersLost => true,
            _ => !is_part,
        }
    }
}
