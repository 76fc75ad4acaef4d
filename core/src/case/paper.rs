//! Originals on paper: what was left with whom, and from hand to hand who has it now.

use serde::{Deserialize, Serialize};

use super::entry::Act;
use super::state::{Case, Party};
use crate::dossier::Moment;
use crate::rule::WhyNot;
use crate::time::{Calendar, Deadline, deadline};

/// The most papers that are kept of one case.
pub const PAPERS_MAX: usize = 50;

/// An original that was left (收存原件).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Key within the case.
    pub key: String,
    /// What it is, such as 结婚证.
    pub what: String,
    /// How many of it.
    pub count: u16,
    /// Whether the authority needs it: then it is to be posted in the time of the relay.
    pub send: bool,
}

/// A hand in which paper can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hands {
    /// The place that takes in.
    Receiving,
    /// The authority.
    Handling,
    /// The applicant.
    Applicant,
}

impl Hands {
    /// The word used in texts and the API.
    pub fn name(self) -> &'static str {
        match self {
            Hands::Receiving => "receiving",
            Hands::Handling => "handling",
            Hands::Applicant => "applicant",
        }
    }

    fn of(party: Party) -> Option<Hands> {
        match party {
            Party::Receiving => Some(Hands::Receiving),
            Party::Handling => Some(Hands::Handling),
            Party::Applicant => Some(Hands::Applicant),
            Party::Departments | Party::Nobody => None,
        }
    }
}

/// Who carries it, under which number (寄递单号).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Courier {
    /// The firm.
    pub company: String,
    /// The number of the parcel.
    pub number: String,
}

/// Where a paper is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Whereabouts {
    /// In someone's hands.
    With {
        /// Whose.
        hands: Hands,
    },
    /// With a courier.
    OnTheWay {
        /// Who sent it.
        from: Hands,
        /// To whom.
        to: Hands,
        /// By whom.
        courier: Courier,
    },
    /// Lost.
    Lost {
        /// In whose care, or on whose way.
        by: Hands,
        /// What happened and what is done about it.
        note: String,
    },
}

/// A paper and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What it is.
    pub paper: Paper,
    /// Where it is.
    pub at: Whereabouts,
    /// Since when.
    pub since: Moment,
}

impl Kept {
    /// Whether the applicant has it back, or never will.
    pub fn is_settled(&self) -> bool {
        matches!(self.at, Whereabouts::With { hands: Hands::Applicant } | Whereabouts::Lost { .. })
    }

    /// Whether someone has it in hand.
    pub fn is_with(&self, one: Hands) -> bool {
        matches!(self.at, Whereabouts::With { hands } if hands == one)
    }

    /// Whether it is on its way from or to someone: `(from, to)`.
    pub fn way(&self) -> Option<(Hands, Hands)> {
        match self.at {
            Whereabouts::OnTheWay { from, to, .. } => Some((from, to)),
            _ => None,
        }
    }
}

impl Case {
    /// Until when a paper that the authority needs is to be posted; `None` for one that is not to be, or is not here any more.
    pub fn post_until(&self, kept: &Kept, calendar: &Calendar) -> Option<Deadline> {
        let waits = kept.paper.send && kept.is_with(Hands::Receiving);
        waits.then(|| deadline(kept.since.date(), self.drafted.permit.relay().post, calendar))
    }

    pub(super) fn move_papers(&mut self, act: &Act, party: Party, moment: Moment) {
        if let Act::PapersTaken { papers } = act {
            let hands = Hands::of(party).unwrap_or(Hands::Receiving);
            let taken = papers.iter().map(|paper| Kept {
                paper: paper.clone(),
                at: Whereabouts::With { hands },
                since: moment,
            });
            self.papers.extend(taken);
            return;
        }
        let Some(from) = Hands::of(party) else { return };
        let (keys, to) = match act {
            Act::PapersSent { papers, to, courier } => {
                (papers, Whereabouts::OnTheWay { from, to: *to, courier: courier.clone() })
            }
            Act::PapersArrived { papers } => (papers, Whereabouts::With { hands: from }),
            Act::PapersGiven { papers } => (papers, Whereabouts::With { hands: Hands::Applicant }),
            Act::PapersLost { papers, note } => (papers, Whereabouts::Lost { by: from, note: note.clone() }),
            _ => return,
        };
        for kept in self.papers.iter_mut().filter(|kept| keys.contains(&kept.paper.key)) {
            let to = match (&to, kept.way()) {
                // Who posted it to the applicant says that it was delivered; and what is lost on the way was in the sender's care.
                (Whereabouts::With { .. }, Some((_, Hands::Applicant))) => {
                    Whereabouts::With { hands: Hands::Applicant }
                }
                (Whereabouts::Lost { note, .. }, Some((sender, _))) => {
                    Whereabouts::Lost { by: sender, note: note.clone() }
                }
                _ => to.clone(),
            };
            (kept.at, kept.since) = (to, moment);
        }
    }

    /// Whether an act about papers fits what is known of them.
    pub(super) fn papers_allowed(&self, act: &Act, party: Party) -> Result<(), WhyNot> {
        let own = Hands::of(party).ok_or_else(|| WhyNot::new("not-your-case"))?;
        let keys = match act {
            Act::PapersTaken { papers } => {
                let known = |key: &str| self.papers.iter().any(|kept| kept.paper.key == key);
                let twice = papers.iter().enumerate().any(|(place, paper)| {
                    known(&paper.key) || papers[..place].iter().any(|other| other.key == paper.key)
                });
                if twice || self.papers.len() + papers.len() > PAPERS_MAX {
                    return Err(WhyNot::new("paper-twice"));
                }
                return Ok(());
            }
            Act::PapersSent { papers, to, .. } if *to == own => {
                return Err(WhyNot::new("paper-not-there").with("paper", papers.join("、")));
            }
            Act::PapersSent { papers, .. }
            | Act::PapersArrived { papers }
            | Act::PapersGiven { papers }
            | Act::PapersLost { papers, .. } => papers,
            _ => return Ok(()),
        };
        for key in keys {
            let kept = self.papers.iter().find(|kept| kept.paper.key == *key);
            let kept = kept.ok_or_else(|| WhyNot::new("paper-unknown").with("paper", key))?;
            let fits = match (act, kept.way()) {
                (Act::PapersArrived { .. }, Some((from, to))) => to == own || to == Hands::Applicant && from == own,
                (Act::PapersLost { .. }, Some((from, to))) => from == own || to == own,
                (Act::PapersArrived { .. }, None) => false,
                _ => kept.is_with(own),
            };
            if !fits {
                return Err(WhyNot::new("paper-not-there").with("paper", &kept.paper.what));
            }
        }
        Ok(())
    }
}
