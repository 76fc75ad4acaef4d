//! Who has to do with whom, as it follows from what was said in dossiers.
//!
//! Each kind of dossier declares its ties in one place, beside its state: what an act that may be said now makes of two
//! actors. Nothing else is counted, so a figure of the network can always be opened down to the entries behind it, and the
//! ties of a dossier follow from its log on every node alike.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalogue::Subject;
use crate::dossier::{Moment, NodeId, Stamp, Written};
use crate::ident::{Region, Uscc};
use crate::matter::{Act, Matter};
use crate::rule::Asks;
use crate::time::Calendar;

/// The five networks of a policy's implementation (政策执行网络; Rhodes & Marsh, and table 1 of the paper).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// 政策社群: central government and its departments, which make the policy.
    Community,
    /// 府际网络: provincial and city governments, their departments, coordination offices and service centres, which carry it.
    Intergovernmental,
    /// 专业网络: experts, think tanks, research institutes.
    Professional,
    /// 生产者网络: firms that make systems, agents, couriers, service centres for small firms.
    Producer,
    /// 议题网络: applicants, firms that apply, media, organised interests.
    Issue,
}

impl Network {
    /// All of them, in the order of the paper.
    pub const ALL: [Network; 5] =
        [Network::Community, Network::Intergovernmental, Network::Professional, Network::Producer, Network::Issue];

    /// The word used in texts, forms and data.
    pub fn name(self) -> &'static str {
        match self {
            Network::Community => "community",
            Network::Intergovernmental => "intergovernmental",
            Network::Professional => "professional",
            Network::Producer => "producer",
            Network::Issue => "issue",
        }
    }

    /// Reads [`Network::name`] back.
    pub fn from_name(name: &str) -> Option<Network> {
        Network::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Someone in the network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// An organisation of the directory.
    Org(Uscc),
    /// Those who applied in one province: never one person.
    Applicants {
        /// Persons or enterprises.
        subject: Subject,
        /// Where they applied.
        province: Region,
    },
    /// Someone known by name alone: a ministry, a courier, an institute, a newspaper.
    Named {
        /// To which network it belongs.
        network: Network,
        /// Its name.
        name: String,
    },
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Org(org) => write!(f, "{org}"),
            Actor::Applicants { subject: Subject::Person, province } => write!(f, "person:{}", province),
            Actor::Applicants { subject: Subject::Enterprise, province } => {
                write!(f, "enterprise:{}", province)
            }
            Actor::Named { network, name } => write!(f, "{}:{name}", network.name()),
        }
    }
}

/// Why a text is not an [`Actor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an actor is a unified social credit code, `person:` or `enterprise:` with a region, or a network with a name")]
pub struct ActorError;

impl FromStr for Actor {
    type Err = ActorError;

    fn from_str(text: &str) -> Result<Actor, ActorError> {
        let Some((head, rest)) = text.split_once(':') else {
            return Uscc::parse(text).map(Actor::Org).map_err(|_| ActorError);
        };
        let group = |subject| {
            let province = Region::parse(rest).map_err(|_| ActorError)?;
            Ok(Actor::Applicants { subject, province })
        };
        match head {
            "person" => group(Subject::Person),
            "enterprise" => group(Subject::Enterprise),
            _ if rest.is_empty() => Err(ActorError),
            _ => {
                let network = Network::from_name(head).ok_or(ActorError)?;
                Ok(Actor::Named { network, name: rest.to_owned() })
            }
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Actor, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What one actor did towards another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// 申请: those who apply, to the place that takes in.
    AppliesTo,
    /// 代收: the receiving place takes in for the one that decides.
    TakesInFor,
    /// 授权: the one that decides lets the receiving place take in; the code is the ground (rule, mechanism, agreement).
    Permits,
    /// 交办: the receiving place hands over to the one that decides.
    HandsTo,
    /// 移送: passed on to the one that has the power.
    ForwardsTo,
    /// 联办: the receiving place begins a part of a joint handling at an authority.
    BeginsPartAt,
    /// 签收: the one that decides has it.
    ReceivesFrom,
    /// 退回: sent back; the code is the reason.
    ReturnsTo,
    /// 预审问: the receiving place asks before it takes in.
    Asks,
    /// 预审答: the answer; the code is the verdict.
    Answers,
    /// 补正: the one that decides asks the applicants to complete.
    CorrectsFor,
    /// 不予受理; the code is the reason.
    TurnsAway,
    /// 办结: decided for those who applied; the code is the outcome.
    DecidesFor,
    /// 寄递: given to a courier.
    SendsBy,
    /// 送达: the result reaches those who applied.
    DeliversTo,
    /// 好差评: those who applied rate a leg; the code is the level, 1 to 5.
    Rates,
    /// 提出统一文本: who leads asks an authority for its position.
    Proposes,
    /// 同意: an authority agrees, also with changes.
    Supports,
    /// 不同意: an authority does not agree.
    Opposes,
    /// 采用: an authority takes an adopted text over into its list.
    TakesOver,
    /// 不采用: an authority does not take it over.
    Declines,
    /// 指出法律障碍: who keeps the laws says that a text of the issuer stands in the way; the code is the law.
    Objects,
    /// 消除法律障碍: the issuer amended it.
    Amends,
}

impl Relation {
    /// All of them, in the order in which a matter meets them.
    pub const ALL: [Relation; 23] = [
        Relation::AppliesTo,
        Relation::TakesInFor,
        Relation::Permits,
        Relation::HandsTo,
        Relation::ForwardsTo,
        Relation::BeginsPartAt,
        Relation::ReceivesFrom,
        Relation::ReturnsTo,
        Relation::Asks,
        Relation::Answers,
        Relation::CorrectsFor,
        Relation::TurnsAway,
        Relation::DecidesFor,
        Relation::SendsBy,
        Relation::DeliversTo,
        Relation::Rates,
        Relation::Proposes,
        Relation::Supports,
        Relation::Opposes,
        Relation::TakesOver,
        Relation::Declines,
        Relation::Objects,
        Relation::Amends,
    ];

    /// The word used in texts, forms and data.
    pub fn name(self) -> &'static str {
        match self {
            Relation::AppliesTo => "applies_to",
            Relation::TakesInFor => "takes_in_for",
            Relation::Permits => "permits",
            Relation::HandsTo => "hands_to",
            Relation::ForwardsTo => "forwards_to",
            Relation::BeginsPartAt => "begins_part_at",
            Relation::ReceivesFrom => "receives_from",
            Relation::ReturnsTo => "returns_to",
            Relation::Asks => "asks",
            Relation::Answers => "answers",
            Relation::CorrectsFor => "corrects_for",
            Relation::TurnsAway => "turns_away",
            Relation::DecidesFor => "decides_for",
            Relation::SendsBy => "sends_by",
            Relation::DeliversTo => "delivers_to",
            Relation::Rates => "rates",
            Relation::Proposes => "proposes",
            Relation::Supports => "supports",
            Relation::Opposes => "opposes",
            Relation::TakesOver => "takes_over",
            Relation::Declines => "declines",
            Relation::Objects => "objects",
            Relation::Amends => "amends",
        }
    }

    /// Reads [`Relation::name`] back.
    pub fn from_name(name: &str) -> Option<Relation> {
        Relation::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// One fact of a dossier, as it ties two actors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    /// What was done.
    pub relation: Relation,
    /// By whom.
    pub from: Actor,
    /// Towards whom.
    pub to: Actor,
    /// The node that wrote the entry by which it was said.
    pub node: NodeId,
    /// When it was said.
    pub at: Moment,
    /// Number of the stamp in the dossier's log.
    pub seq: u32,
    /// Key of the item; empty if it is about none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// Persons or enterprises; none if it is about neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// What kind of it: a reason, a ground, an outcome, a level; empty if there is only one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// 1 with, -1 against each other, 0 neither.
    #[serde(default, skip_serializing_if = "is_neither")]
    pub sign: i8,
    /// Minutes since that to which it answers; none if it answers nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<u32>,
    /// Whether it was done after the day by which it was due.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_neither(sign: &i8) -> bool {
    *sign == 0
}

impl Tie {
    /// A tie by an act that is said now.
    pub fn new(relation: Relation, from: Actor, to: Actor, asks: &Asks<'_>) -> Tie {
        let (item, code) = (String::new(), String::new());
        let (node, at) = (asks.node.clone(), asks.at);
        Tie { relation, from, to, node, at, seq: 0, item, subject: None, code, sign: 0, took: None, late: false }
    }

    /// The same about an item.
    #[must_use]
    pub fn about(mut self, item: &str, subject: Option<Subject>) -> Tie {
        item.clone_into(&mut self.item);
        self.subject = subject;
        self
    }

    /// The same of a kind.
    #[must_use]
    pub fn of(mut self, code: impl Into<String>) -> Tie {
        self.code = code.into();
        self
    }

    /// The same with or against each other.
    #[must_use]
    pub fn signed(mut self, sign: i8) -> Tie {
        self.sign = sign;
        self
    }

    /// The same as an answer to what was done at `since`.
    #[must_use]
    pub fn after(mut self, since: Option<Moment>, late: bool) -> Tie {
        let minutes = since.map(|since| (self.at.0 - since.0).max(0) / 60_000);
        self.took = minutes.map(|minutes| u32::try_from(minutes).unwrap_or(u32::MAX));
        self.late = late;
        self
    }
}

/// All ties of a dossier, in the order of its log. What has no effect makes none.
pub fn of_log<'a>(log: impl IntoIterator<Item = (&'a Stamp, &'a Written)>, calendar: &Calendar) -> Vec<Tie> {
    let mut matter: Option<Matter> = None;
    let mut ties = Vec::new();
    for (stamp, written) in log {
        let entry = written.entry();
        let Some(state) = &mut matter else {
            matter = Matter::open(written);
            continue;
        };
        let asks = Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at };
        let said = Act::of(written).map(|act| state.ties(&act, &asks, calendar)).unwrap_or_default();
        let marks = state.marks();
        state.apply(stamp, written, calendar);
        if state.marks() == marks {
            ties.extend(said.into_iter().map(|tie| Tie { seq: stamp.seq, ..tie }));
        }
    }
    ties
}
