//! Every kind of dossier, in one place: what can be said in it, and the state that follows.
//!
//! A new kind of dossier is a room of its own, and one line in each of these lists.

use std::sync::Arc;

use serde::Serialize;

use crate::case::{self, Case};
use crate::catalogue::list::{self, List};
use crate::digest::{self, Digest};
use crate::dossier::{NodeId, Stamp, Written};
use crate::evidence::{self, Evidence};
use crate::item::{self, Item};
use crate::law::{self, Law};
use crate::network::tie::Tie;
use crate::public::{Public, Room, act_of};
use crate::rule::{Asks, WhyNot};
use crate::time::Calendar;

/// What a dossier is about, as it follows from its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// 办件.
    Case(Box<Case>),
    /// 基本目录事项, and what is agreed about it. What everyone may read is shared: many look at it.
    Item(Arc<Public<Item>>),
    /// 实施清单 of one authority.
    List(Arc<Public<List>>),
    /// 法律文件, and where it stands in the way.
    Law(Arc<Public<Law>>),
    /// 汇总 of one node's ties.
    Digest(Arc<Public<Digest>>),
    /// 证据 of one node.
    Evidence(Arc<Public<Evidence>>),
}

/// What can be said in a dossier.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Act {
    /// In a case.
    Case(Box<case::Act>),
    /// Of an item.
    Item(item::Act),
    /// In an authority's list.
    List(list::Act),
    /// Of a law.
    Law(law::Act),
    /// In a node's digest.
    Digest(digest::Act),
    /// In a node's evidence.
    Evidence(evidence::Act),
}

impl From<case::Act> for Act {
    fn from(act: case::Act) -> Act {
        Act::Case(Box::new(act))
    }
}

impl From<item::Act> for Act {
    fn from(act: item::Act) -> Act {
        Act::Item(act)
    }
}

impl From<list::Act> for Act {
    fn from(act: list::Act) -> Act {
        Act::List(act)
    }
}

impl From<law::Act> for Act {
    fn from(act: law::Act) -> Act {
        Act::Law(act)
    }
}

impl From<digest::Act> for Act {
    fn from(act: digest::Act) -> Act {
        Act::Digest(act)
    }
}

impl From<evidence::Act> for Act {
    fn from(act: evidence::Act) -> Act {
        Act::Evidence(act)
    }
}

impl Act {
    /// What an entry says; `None` for a refusal, or for something that this version does not know.
    pub fn of(written: &Written) -> Option<Act> {
        match written.entry().kind.as_str() {
            case::KIND => case::Act::of(written).map(Act::from),
            Item::KIND => act_of::<Item>(written).map(Act::Item),
            List::KIND => act_of::<List>(written).map(Act::List),
            Law::KIND => act_of::<Law>(written).map(Act::Law),
            Digest::KIND => act_of::<Digest>(written).map(Act::Digest),
            Evidence::KIND => act_of::<Evidence>(written).map(Act::Evidence),
            _ => None,
        }
    }

    /// The kind of dossier in which it is said.
    pub fn kind(&self) -> &'static str {
        match self {
            Act::Case(_) => case::KIND,
            Act::Item(_) => Item::KIND,
            Act::List(_) => List::KIND,
            Act::Law(_) => Law::KIND,
            Act::Digest(_) => Digest::KIND,
            Act::Evidence(_) => Evidence::KIND,
        }
    }

    /// The word for it in logs and lists.
    pub fn name(&self) -> &'static str {
        match self {
            Act::Case(act) => act.name(),
            Act::Item(act) => Item::name(act),
            Act::List(act) => List::name(act),
            Act::Law(act) => Law::name(act),
            Act::Digest(act) => Digest::name(act),
            Act::Evidence(act) => Evidence::name(act),
        }
    }

    /// Lets nodes take part in a public dossier of a kind; `None` of a kind that is not for everyone.
    pub fn let_in(kind: &str, nodes: Vec<NodeId>) -> Option<Act> {
        match kind {
            Item::KIND => Some(Act::Item(Item::let_in(nodes))),
            List::KIND => Some(Act::List(List::let_in(nodes))),
            Law::KIND => Some(Act::Law(Law::let_in(nodes))),
            Digest::KIND => Some(Act::Digest(Digest::let_in(nodes))),
            Evidence::KIND => Some(Act::Evidence(Evidence::let_in(nodes))),
            _ => None,
        }
    }

    /// What it says in a case.
    pub fn as_case(&self) -> Option<&case::Act> {
        match self {
            Act::Case(act) => Some(act),
            _ => None,
        }
    }

    /// Whether a dossier may be opened by it.
    pub fn opens(&self, asks: &Asks<'_>) -> Result<(), WhyNot> {
        match self {
            Act::Case(act) => match &**act {
                case::Act::Drafted(drafted) => case::first_draft(drafted, asks),
                _ => Err(WhyNot::new("not-a-case")),
            },
            Act::Item(act) => Public::<Item>::opens(act, asks),
            Act::List(act) => Public::<List>::opens(act, asks),
            Act::Law(act) => Public::<Law>::opens(act, asks),
            Act::Digest(act) => Public::<Digest>::opens(act, asks),
            Act::Evidence(act) => Public::<Evidence>::opens(act, asks),
        }
    }
}

impl Matter {
    /// Opens a dossier with its first entry; `None` if its kind is not known, or it is not opened as it must be.
    pub fn open(written: &Written) -> Option<Matter> {
        match written.entry().kind.as_str() {
            case::KIND => Case::open(written).ok().map(|case| Matter::Case(Box::new(case))),
            Item::KIND => Public::open(written).ok().map(|item| Matter::Item(Arc::new(item))),
            List::KIND => Public::open(written).ok().map(|list| Matter::List(Arc::new(list))),
            Law::KIND => Public::open(written).ok().map(|law| Matter::Law(Arc::new(law))),
            Digest::KIND => Public::open(written).ok().map(|digest| Matter::Digest(Arc::new(digest))),
            Evidence::KIND => Public::open(written).ok().map(|evidence| Matter::Evidence(Arc::new(evidence))),
            _ => None,
        }
    }

    /// Takes the next stamp.
    pub fn apply(&mut self, stamp: &Stamp, written: &Written, calendar: &Calendar) {
        match self {
            Matter::Case(case) => case.apply(stamp, written, calendar),
            Matter::Item(item) => Arc::make_mut(item).apply(stamp, written),
            Matter::List(list) => Arc::make_mut(list).apply(stamp, written),
            Matter::Law(law) => Arc::make_mut(law).apply(stamp, written),
            Matter::Digest(digest) => Arc::make_mut(digest).apply(stamp, written),
            Matter::Evidence(evidence) => Arc::make_mut(evidence).apply(stamp, written),
        }
    }

    /// Takes what is only pending: what would have no effect leaves no mark.
    pub fn suppose(&mut self, stamp: &Stamp, written: &Written, calendar: &Calendar) {
        let marks = self.marks();
        self.apply(stamp, written, calendar);
        match self {
            Matter::Case(case) => case.marks.truncate(marks),
            Matter::Item(item) => Arc::make_mut(item).marks.truncate(marks),
            Matter::List(list) => Arc::make_mut(list).marks.truncate(marks),
            Matter::Law(law) => Arc::make_mut(law).marks.truncate(marks),
            Matter::Digest(digest) => Arc::make_mut(digest).marks.truncate(marks),
            Matter::Evidence(evidence) => Arc::make_mut(evidence).marks.truncate(marks),
        }
    }

    /// How many entries have no effect.
    pub fn marks(&self) -> usize {
        match self {
            Matter::Case(case) => case.marks.len(),
            Matter::Item(item) => item.marks.len(),
            Matter::List(list) => list.marks.len(),
            Matter::Law(law) => law.marks.len(),
            Matter::Digest(digest) => digest.marks.len(),
            Matter::Evidence(evidence) => evidence.marks.len(),
        }
    }

    /// Whether `act` may be said now.
    pub fn may(&self, act: &Act, asks: &Asks<'_>, calendar: &Calendar) -> Result<(), WhyNot> {
        match (self, act) {
            (Matter::Case(case), Act::Case(act)) => case.may(act, asks, calendar),
            (Matter::Item(item), Act::Item(act)) => item.may(act, asks),
            (Matter::List(list), Act::List(act)) => list.may(act, asks),
            (Matter::Law(law), Act::Law(act)) => law.may(act, asks),
            (Matter::Digest(digest), Act::Digest(act)) => digest.may(act, asks),
            (Matter::Evidence(evidence), Act::Evidence(act)) => evidence.may(act, asks),
            _ => Err(WhyNot::new("not-a-case")),
        }
    }

    /// The ties in the policy network that an act makes which may be said now.
    pub fn ties(&self, act: &Act, asks: &Asks<'_>, calendar: &Calendar) -> Vec<Tie> {
        match (self, act) {
            (Matter::Case(case), Act::Case(act)) => case.ties(act, asks, calendar),
            (Matter::Item(item), Act::Item(act)) => item.room.ties(act, asks),
            (Matter::List(list), Act::List(act)) => list.room.ties(act, asks),
            (Matter::Law(law), Act::Law(act)) => law.room.ties(act, asks),
            (Matter::Digest(digest), Act::Digest(act)) => digest.room.ties(act, asks),
            (Matter::Evidence(evidence), Act::Evidence(act)) => evidence.room.ties(act, asks),
            _ => Vec::new(),
        }
    }

    /// The pen move that goes with an act.
    pub fn pen_for(&self, act: &Act) -> Option<NodeId> {
        match (self, act) {
            (Matter::Case(case), Act::Case(act)) => case.pen_for(act),
            _ => None,
        }
    }

    /// Who takes part from an act on.
    pub fn joins_by<'a>(&'a self, act: &'a Act) -> &'a [NodeId] {
        match (self, act) {
            (Matter::Case(case), Act::Case(act)) => case.joins_by(act).map_or(&[], std::slice::from_ref),
            (Matter::Item(_), Act::Item(act)) => Item::lets_in(act).unwrap_or_default(),
            (Matter::List(_), Act::List(act)) => List::lets_in(act).unwrap_or_default(),
            (Matter::Law(_), Act::Law(act)) => Law::lets_in(act).unwrap_or_default(),
            (Matter::Digest(_), Act::Digest(act)) => Digest::lets_in(act).unwrap_or_default(),
            (Matter::Evidence(_), Act::Evidence(act)) => Evidence::lets_in(act).unwrap_or_default(),
            _ => &[],
        }
    }

    /// What the node of the pen holder says by itself now.
    pub fn by_itself(&self, node: &NodeId) -> Option<Act> {
        self.as_case()?.by_itself(node).map(Act::from)
    }

    /// The case, if it is one.
    pub fn as_case(&self) -> Option<&Case> {
        match self {
            Matter::Case(case) => Some(case),
            _ => None,
        }
    }

    /// The same, taken out.
    pub fn into_case(self) -> Option<Case> {
        match self {
            Matter::Case(case) => Some(*case),
            _ => None,
        }
    }

    /// The kind of dossier.
    pub fn kind(&self) -> &'static str {
        match self {
            Matter::Case(_) => case::KIND,
            Matter::Item(_) => Item::KIND,
            Matter::List(_) => List::KIND,
            Matter::Law(_) => Law::KIND,
            Matter::Digest(_) => Digest::KIND,
            Matter::Evidence(_) => Evidence::KIND,
        }
    }

    /// Whether everyone may read it.
    pub fn is_public(&self) -> bool {
        !matches!(self, Matter::Case(_))
    }
}
