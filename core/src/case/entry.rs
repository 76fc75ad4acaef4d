//! What can be said in a case.

use serde::{Deserialize, Serialize};

use crate::catalogue::{MaterialRule, Mode, Subject};
use crate::dossier::{BlobRef, Hash, NodeId};
use crate::ident::{Region, Uscc};
use crate::mechanism::Permit;
use crate::time::Limit;

/// The kind of dossier.
pub const KIND: &str = "case";

/// Which door the case came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 线下专窗.
    Window,
    /// 线上专栏.
    Online,
}

/// An organisation in a case, as it was named when the case began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Its node.
    pub node: NodeId,
    /// Its unified social credit code.
    pub org: Uscc,
    /// Its name.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// Its region.
    pub region: Region,
    /// Whom to call.
    pub phone: String,
}

/// The item and the version of it that the case keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemOf {
    /// Key of the basic item.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// Id of the implementation.
    pub implementation: String,
    /// Version of the implementation.
    pub version: u32,
    /// The mode in which this case goes.
    pub mode: Mode,
    /// Materials as they stood.
    pub materials: Vec<MaterialRule>,
    /// 法定办结时限.
    pub statutory: Limit,
    /// 承诺办结时限.
    pub promised: Limit,
}

/// The first entry: all that the rules need later, so that every node judges by the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drafted {
    /// What is applied for.
    pub item: ItemOf,
    /// Where it is taken in (收件地).
    pub receiving: Office,
    /// Who decides (业务属地、实施主体).
    pub handling: Office,
    /// Which door.
    pub channel: Channel,
    /// Person or enterprise.
    pub subject: Subject,
    /// By what right it is taken in.
    pub permit: Permit,
    /// Name, identity number, telephone: a blob, never in the log.
    pub applicant: BlobRef,
}

/// How a material was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The clerk saw the original.
    SeenOriginal,
    /// A copy was taken.
    CopyTaken,
    /// Sent by the applicant.
    Uploaded,
}

/// A material with its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Key of the material in the list.
    pub material: String,
    /// The file.
    pub blob: BlobRef,
    /// How it was checked.
    pub check: Check,
}

/// One thing that a correction asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Key of the material in the list.
    pub material: String,
    /// What is wrong and what is wanted, in words.
    pub what: String,
}

/// How a decision came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 准予.
    Granted,
    /// 不予.
    Refused,
}

/// How the result reaches the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryWay {
    /// On the applicant's page.
    Online,
    /// At the window that took it in.
    Window,
}

/// The two legs of a case: who is rated (好差评).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// 收件服务.
    Receiving,
    /// 办理服务.
    Handling,
}

/// What can be said in a case. The words are those of 政务服务: 收件, 受理, 补正, 办结, 送达.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Opens the case.
    Drafted(Box<Drafted>),
    /// Adds materials, before hand-over.
    MaterialsAdded {
        /// At least one.
        materials: Vec<Attached>,
    },
    /// Takes a material out again, before hand-over.
    MaterialRemoved {
        /// Its file.
        blob: Hash,
    },
    /// Says why a material is not needed here.
    MaterialWaived {
        /// Key of the material.
        material: String,
        /// Why.
        because: String,
    },
    /// 收件: the receipt stands.
    TakenIn {
        /// Receipt number (收件编号).
        number: String,
    },
    /// Hands over to the handling authority; on another node it passes the pen.
    HandedOver,
    /// 撤回交办: the receiving place wants a hand-over back that was not answered yet. The node of the authority sends it
    /// back by itself, unless the authority received it before.
    TakeBack,
    /// 移送: before acceptance the authority passes the case on to the one that has the power; on another node it passes
    /// the pen.
    Forwarded {
        /// Who has the power.
        to: Box<Office>,
        /// Why, in words.
        note: String,
    },
    /// The handling authority has it.
    Received,
    /// Sent back to the receiving place with a coded reason; passes the pen back.
    Returned {
        /// Code of a [`super::Reason`].
        reason: String,
        /// What to do, in words; empty if the reason says enough.
        note: String,
    },
    /// 受理: the decision clock starts.
    Accepted,
    /// 不予受理.
    NotAccepted {
        /// Code of a [`super::Reason`].
        reason: String,
        /// The grounds, in words.
        note: String,
    },
    /// 一次性告知补正: once, and everything at once.
    CorrectionAsked {
        /// At least one.
        wanted: Vec<Wanted>,
        /// How long the applicant has.
        limit: Limit,
    },
    /// The applicant, or the window for them, answers.
    CorrectionAnswered {
        /// The materials that were asked for.
        materials: Vec<Attached>,
    },
    /// 办结.
    Decided {
        /// Granted or refused.
        outcome: Outcome,
        /// Code of a [`super::Reason`] for a refusal; empty for a grant.
        reason: String,
        /// Grounds of a refusal, or a remark.
        note: String,
        /// Number of the result document.
        number: String,
        /// The result document.
        document: Option<BlobRef>,
        /// How it is to reach the person.
        way: DeliveryWay,
    },
    /// 送达.
    Delivered {
        /// How it reached the person.
        way: DeliveryWay,
    },
    /// 好差评, one for each leg.
    Rated {
        /// Which leg.
        leg: Leg,
        /// 1 非常满意 … 5 非常不满意 (GB/T 39046-2020 A.8).
        level: u8,
        /// What the person wrote.
        comment: Option<BlobRef>,
    },
    /// The applicant withdraws.
    Withdrawn,
}

impl Act {
    /// The word that stands in the entry.
    pub fn name(&self) -> &'static str {
        match self {
            Act::Drafted(_) => "drafted",
            Act::MaterialsAdded { .. } => "materials_added",
            Act::MaterialRemoved { .. } => "material_removed",
            Act::MaterialWaived { .. } => "material_waived",
            Act::TakenIn { .. } => "taken_in",
            Act::HandedOver => "handed_over",
            Act::TakeBack => "take_back",
            Act::Forwarded { .. } => "forwarded",
            Act::Received => "received",
            Act::Returned { .. } => "returned",
            Act::Accepted => "accepted",
            Act::NotAccepted { .. } => "not_accepted",
            Act::CorrectionAsked { .. } => "correction_asked",
            Act::CorrectionAnswered { .. } => "correction_answered",
            Act::Decided { .. } => "decided",
            Act::Delivered { .. } => "delivered",
            Act::Rated { .. } => "rated",
            Act::Withdrawn => "withdrawn",
        }
    }

    /// The blobs that it refers to.
    pub fn blobs(&self) -> Vec<&BlobRef> {
        match self {
            Act::Drafted(drafted) => vec![&drafted.applicant],
            Act::MaterialsAdded { materials } | Act::CorrectionAnswered { materials } => {
                materials.iter().map(|attached| &attached.blob).collect()
            }
            Act::Decided { document, .. } => document.iter().collect(),
            Act::Rated { comment, .. } => comment.iter().collect(),
            _ => Vec::new(),
        }
    }
}
