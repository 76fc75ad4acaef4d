//! The state of an item's dossier, and who may say what.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::entry::{Act, Clause, Proposal, Stance};
use super::{ALSO_MAX, ASKED_MAX, CLAUSES_MAX, PROPOSAL_BYTES_MAX, TERM_DAYS_MAX};
use crate::case::Office;
use crate::catalogue::BasicItem;
use crate::dossier::{Moment, NodeId, Role};
use crate::ident::Uscc;
use crate::network::tie::{Actor, Network, Relation, Tie};
use crate::public::{Room, short, written_well};
use crate::rule::{Asks, WhyNot};

/// An item, and what was proposed and agreed about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What the list says of it.
    pub basic: BasicItem,
    /// Since when it says so.
    pub since: Moment,
    /// The organisation that published it, if it was not its node by itself.
    pub lead: Option<Uscc>,
    /// Common texts that were proposed; the number of one is its place, from 1.
    pub proposals: Vec<Proposed>,
}

/// A common text, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What was proposed.
    pub proposal: Proposal,
    /// When.
    pub at: Moment,
    /// What each authority thinks of it.
    pub positions: BTreeMap<Uscc, Position>,
    /// Whether it was adopted; `None` as long as positions are taken.
    pub settled: Option<Settled>,
    /// What each authority did with what was adopted.
    pub replies: BTreeMap<Uscc, Reply>,
}

/// What an authority thinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Who.
    pub office: Office,
    /// What it thinks.
    pub stance: Stance,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Moment,
}

/// What the lead decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Whether it was adopted.
    pub adopted: bool,
    /// Why.
    pub reason: String,
    /// The day by which everyone should have taken it over.
    pub by: Date,
    /// When it was decided.
    pub at: Moment,
}

/// What an authority did with an adopted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It took it over.
    TakenOver {
        /// Who.
        office: Office,
        /// Which implementation.
        implementation: String,
        /// In which version.
        version: u32,
        /// From which day.
        from: Date,
        /// When it said so.
        at: Moment,
    },
    /// It does not.
    Declined {
        /// Who.
        office: Office,
        /// Why.
        reason: String,
        /// When it said so.
        at: Moment,
    },
}

impl Proposed {
    /// Who was asked and has not said what it thinks.
    pub fn waits_for(&self) -> Vec<Uscc> {
        self.proposal.asked.iter().filter(|org| !self.positions.contains_key(org)).copied().collect()
    }

    /// Whether the lead may settle it on a day: the last day for positions is over, or everyone who was asked has answered.
    pub fn is_ripe(&self, day: Date) -> bool {
        let all_said = !self.proposal.asked.is_empty() && self.waits_for().is_empty();
        self.settled.is_none() && (day > self.proposal.until || all_said)
    }

    /// Whether positions may be taken on a day.
    pub fn is_open(&self, day: Date) -> bool {
        self.settled.is_none() && day <= self.proposal.until
    }

    /// Whether it was adopted.
    pub fn is_adopted(&self) -> bool {
        self.settled.as_ref().is_some_and(|settled| settled.adopted)
    }

    /// How many authorities think so.
    pub fn count(&self, stance: Stance) -> usize {
        self.positions.values().filter(|position| position.stance == stance).count()
    }
}

impl Item {
    /// A proposal by its number.
    pub fn proposal(&self, number: u32) -> Option<&Proposed> {
        self.proposals.get((number as usize).checked_sub(1)?)
    }

    fn known(&self, number: u32) -> Result<&Proposed, WhyNot> {
        self.proposal(number).ok_or_else(|| WhyNot::new("proposal-unknown"))
    }

    fn proposal_mut(&mut self, number: u32) -> Option<&mut Proposed> {
        self.proposals.get_mut((number as usize).checked_sub(1)?)
    }

    /// Whether the lead speaks: the organisation that published the item, or its node.
    fn is_lead(&self, asks: &Asks<'_>, holder: &NodeId) -> bool {
        let is_its = asks.by.org.is_some() && self.lead.is_none_or(|lead| asks.by.org == Some(lead));
        asks.node == holder && (asks.by.role == Role::System || asks.by.role == Role::Officer && is_its)
    }
}

/// Whether an authority speaks for itself, from its own node.
fn speaks_itself(office: &Office, asks: &Asks<'_>) -> Result<(), WhyNot> {
    let is_itself = asks.by.role == Role::Officer && asks.by.org == Some(office.org) && *asks.node == office.node;
    if is_itself { Ok(()) } else { Err(WhyNot::new("not-your-case")) }
}

/// Whether a proposal is not too long: in its clauses, in who is asked, in its texts, and whole.
fn fits(proposal: &Proposal) -> Result<(), WhyNot> {
    if proposal.clauses.len() > CLAUSES_MAX || proposal.clauses.iter().any(|clause| clause.also().len() > ALSO_MAX) {
        return Err(WhyNot::new("proposal-too-many").with("limit", CLAUSES_MAX));
    }
    proposal.clauses.iter().flat_map(Clause::texts).try_for_each(|text| short(text))?;
    let bytes = serde_json::to_vec(proposal).map_or(usize::MAX, |bytes| bytes.len());
    // A Chinese character is three bytes.
    if proposal.asked.len() > ASKED_MAX || bytes > PROPOSAL_BYTES_MAX {
        return Err(WhyNot::new("too-long").with("limit", PROPOSAL_BYTES_MAX / 3));
    }
    Ok(())
}

impl Room for Item {
    const KIND: &'static str = "item";
    type Act = Act;

    fn name(act: &Act) -> &'static str {
        match act {
            Act::Published { .. } => "published",
            Act::LetIn { .. } => "let_in",
            Act::Proposed { .. } => "proposed",
            Act::PositionTaken { .. } => "position_taken",
            Act::Settled { .. } => "settled",
            Act::TakenOver { .. } => "taken_over",
            Act::Declined { .. } => "declined",
        }
    }

    fn let_in(nodes: Vec<NodeId>) -> Act {
        Act::LetIn { nodes }
    }

    fn lets_in(act: &Act) -> Option<&[NodeId]> {
        match act {
            Act::LetIn { nodes } => Some(nodes),
            _ => None,
        }
    }

    fn open(act: Act, asks: &Asks<'_>) -> Result<Item, WhyNot> {
        match act {
            Act::Published { item } if matches!(asks.by.role, Role::System | Role::Officer) => {
                Ok(Item { basic: *item, since: asks.at, lead: asks.by.org, proposals: Vec::new() })
            }
            _ => Err(WhyNot::new("not-yours-to-publish")),
        }
    }

    fn may(&self, act: &Act, asks: &Asks<'_>, holder: &NodeId) -> Result<(), WhyNot> {
        let today = asks.at.date();
        let lead = || if self.is_lead(asks, holder) { Ok(()) } else { Err(WhyNot::new("not-yours-to-publish")) };
        match act {
            Act::Published { item } => {
                lead()?;
                if item.key == self.basic.key { Ok(()) } else { Err(WhyNot::new("list-unknown").with("id", &item.key)) }
            }
            Act::Proposed { proposal } => {
                lead()?;
                written_well(&proposal.reason)?;
                if proposal.clauses.is_empty() {
                    return Err(WhyNot::new("empty"));
                }
                fits(proposal)?;
                let is_said = |other: &&Proposed| other.settled.is_none() && other.proposal.clauses == proposal.clauses;
                if let Some(same) = self.proposals.iter().find(is_said) {
                    return Err(WhyNot::new("proposal-runs").with("until", same.proposal.until));
                }
                let days = (proposal.until - today).get_days();
                if (1..=TERM_DAYS_MAX).contains(&days) {
                    Ok(())
                } else {
                    Err(WhyNot::new("proposal-term").with("limit", TERM_DAYS_MAX))
                }
            }
            Act::PositionTaken { proposal, office, stance, reason } => {
                speaks_itself(office, asks)?;
                let proposed = self.known(*proposal)?;
                if proposed.settled.is_some() {
                    return Err(WhyNot::new("proposal-settled"));
                }
                if !proposed.is_open(today) {
                    return Err(WhyNot::new("proposal-over"));
                }
                let asked = &proposed.proposal.asked;
                if !asked.is_empty() && !asked.contains(&office.org) {
                    return Err(WhyNot::new("not-asked"));
                }
                if *stance == Stance::Agree { short(reason) } else { written_well(reason) }
            }
            Act::Settled { proposal, reason, by, .. } => {
                lead()?;
                written_well(reason)?;
                let proposed = self.known(*proposal)?;
                if proposed.settled.is_some() {
                    return Err(WhyNot::new("proposal-settled"));
                }
                if !proposed.is_ripe(today) {
                    return Err(WhyNot::new("proposal-runs").with("until", proposed.proposal.until));
                }
                if *by >= today { Ok(()) } else { Err(WhyNot::new("proposal-term").with("limit", TERM_DAYS_MAX)) }
            }
            Act::TakenOver { proposal, office, implementation, .. } => {
                speaks_itself(office, asks)?;
                self.is_adopted(*proposal)?;
                let is_its = implementation.split_once('@').is_some_and(|(item, _)| item == self.basic.key);
                if is_its { short(implementation) } else { Err(WhyNot::new("list-unknown").with("id", implementation)) }
            }
            Act::Declined { proposal, office, reason } => {
                speaks_itself(office, asks)?;
                self.is_adopted(*proposal)?;
                written_well(reason)
            }
            Act::LetIn { .. } => Err(WhyNot::new("not-your-case")),
        }
    }

    fn ties(&self, act: &Act, asks: &Asks<'_>) -> Vec<Tie> {
        let ministry = || Actor::Named { network: Network::Community, name: self.basic.lead.clone() };
        let lead = || self.lead.map_or_else(ministry, Actor::Org);
        let tie = |relation, from, to| Tie::new(relation, from, to, asks).about(&self.basic.key, None);
        let of = |office: &Office, relation, sign| tie(relation, Actor::Org(office.org), lead()).signed(sign);
        match act {
            Act::Proposed { proposal } => {
                let asked = proposal.asked.iter();
                asked.map(|org| tie(Relation::Proposes, lead(), Actor::Org(*org)).signed(1)).collect()
            }
            Act::PositionTaken { proposal, office, stance, .. } => {
                let (relation, sign) = match stance {
                    Stance::Agree | Stance::AgreeIfChanged => (Relation::Supports, 1),
                    Stance::Disagree => (Relation::Opposes, -1),
                };
                let asked = self.proposal(*proposal).map(|proposed| proposed.at);
                vec![of(office, relation, sign).of(stance.name()).after(asked, false)]
            }
            Act::TakenOver { proposal, office, .. } => {
                let settled = self.proposal(*proposal).and_then(|proposed| proposed.settled.as_ref());
                let late = settled.is_some_and(|settled| asks.at.date() > settled.by);
                vec![of(office, Relation::TakesOver, 1).after(settled.map(|settled| settled.at), late)]
            }
            Act::Declined { proposal, office, .. } => {
                let settled = self.proposal(*proposal).and_then(|proposed| proposed.settled.as_ref());
                vec![of(office, Relation::Declines, -1).after(settled.map(|settled| settled.at), false)]
            }
            Act::Published { .. } | Act::Settled { .. } | Act::LetIn { .. } => Vec::new(),
        }
    }

    fn take(&mut self, act: Act, asks: &Asks<'_>, _: u32) {
        let at = asks.at;
        match act {
            Act::Published { item } => {
                self.basic = *item;
                self.since = at;
            }
            Act::Proposed { proposal } => self.proposals.push(Proposed {
                proposal: *proposal,
                at,
                positions: BTreeMap::new(),
                settled: None,
                replies: BTreeMap::new(),
            }),
            Act::PositionTaken { proposal, office, stance, reason } => {
                if let Some(proposed) = self.proposal_mut(proposal) {
                    let position = Position { office: *office, stance, reason, at };
                    proposed.positions.insert(position.office.org, position);
                }
            }
            Act::Settled { proposal, adopted, reason, by } => {
                if let Some(proposed) = self.proposal_mut(proposal) {
                    proposed.settled = Some(Settled { adopted, reason, by, at });
                }
            }
            Act::TakenOver { proposal, office, implementation, version, from } => {
                if let Some(proposed) = self.proposal_mut(proposal) {
                    let org = office.org;
                    let reply = Reply::TakenOver { office: *office, implementation, version, from, at };
                    proposed.replies.insert(org, reply);
                }
            }
            Act::Declined { proposal, office, reason } => {
                if let Some(proposed) = self.proposal_mut(proposal) {
                    let org = office.org;
                    proposed.replies.insert(org, Reply::Declined { office: *office, reason, at });
                }
            }
            Act::LetIn { .. } => {}
        }
    }
}

impl Item {
    fn is_adopted(&self, number: u32) -> Result<(), WhyNot> {
        if self.known(number)?.is_adopted() { Ok(()) } else { Err(WhyNot::new("proposal-not-adopted")) }
    }
}
