//! What can be said in a case.

use serde::{Deserialize, Serialize};

use super::paper::{Courier, Hands, Paper};
use crate::catalogue::{Answered, MaterialRule, Mode, Subject};
use crate::dossier::{BlobRef, DossierId, Hash, NodeId};
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
    /// Whether it works at a guest desk of that node.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guest: bool,
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
    /// 情形: what was asked before it was begun, and answered. The materials and the promised limit of the item follow from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub situations: Vec<Answered>,
    /// 多地联办: what each authority does; the last one decides. Empty in any other mode, and in a part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// The application of which this case is one part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
}

/// What one authority does in a joint handling (联办环节): a case of its own, for that authority alone to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Key within the case.
    pub key: String,
    /// What is done, in words.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// Who does it.
    pub office: Office,
    /// Keys of the parts that must have been granted before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// How long it may take.
    pub limit: Limit,
    /// Keys of the materials that go to it.
    pub materials: Vec<String>,
}

/// Which part of which case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    /// The whole.
    pub dossier: DossierId,
    /// Its receipt number.
    pub number: String,
    /// Key of the part.
    pub part: String,
}

/// What came of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartResult {
    /// Granted or refused.
    pub outcome: Outcome,
    /// Code of a [`super::Reason`] for a refusal; empty for a grant.
    pub reason: String,
    /// Grounds of a refusal, or a remark.
    pub note: String,
    /// Number of the document.
    pub number: String,
    /// The document.
    pub document: Option<BlobRef>,
    /// How it is to reach the person, if it decides.
    pub way: DeliveryWay,
}

/// What the other side says before a matter is taken in (预审).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 可以收: it may be taken in as it is.
    Ready,
    /// 还差材料.
    Lacks,
    /// 不归我们办.
    NotOurs,
}

impl Verdict {
    /// The word used in texts and the API.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ready => "ready",
            Verdict::Lacks => "lacks",
            Verdict::NotOurs => "not_ours",
        }
    }
}

/// A procedure whose time does not count (行政许可法 art. 45).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Procedure {
    /// 听证.
    Hearing,
    /// 招标.
    Tender,
    /// 拍卖.
    Auction,
    /// 检验.
    Inspection,
    /// 检测.
    Testing,
    /// 检疫.
    Quarantine,
    /// 鉴定.
    Appraisal,
    /// 专家评审.
    ExpertReview,
}

impl Procedure {
    /// All of them, in the order of the law.
    pub const ALL: [Procedure; 8] = [
        Procedure::Hearing,
        Procedure::Tender,
        Procedure::Auction,
        Procedure::Inspection,
        Procedure::Testing,
        Procedure::Quarantine,
        Procedure::Appraisal,
        Procedure::ExpertReview,
    ];

    /// The word used in texts and the API.
    pub fn name(self) -> &'static str {
        match self {
            Procedure::Hearing => "hearing",
            Procedure::Tender => "tender",
            Procedure::Auction => "auction",
            Procedure::Inspection => "inspection",
            Procedure::Testing => "testing",
            Procedure::Quarantine => "quarantine",
            Procedure::Appraisal => "appraisal",
            Procedure::ExpertReview => "expert_review",
        }
    }
}

/// Why an applicant's particulars are other than they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// They were taken down wrongly.
    Mistaken,
    /// 改名, or another number of identity.
    Renamed,
    /// Another telephone or address.
    Moved,
    /// 申请人死亡 or unable to act: an heir or guardian goes on with it.
    Succeeded,
}

impl Change {
    /// All of them, in the order in which a clerk chooses.
    pub const ALL: [Change; 4] = [Change::Moved, Change::Renamed, Change::Succeeded, Change::Mistaken];

    /// The word used in texts and the API.
    pub fn name(self) -> &'static str {
        match self {
            Change::Mistaken => "mistaken",
            Change::Renamed => "renamed",
            Change::Moved => "moved",
            Change::Succeeded => "succeeded",
        }
    }
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
    /// Posted by the authority to the address that the applicant gave (寄递).
    Courier,
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
    /// 预审: before taking in, the window asks the authority whether it may. The authority takes part from here on.
    PreCheckAsked {
        /// What is asked, in words; may be empty.
        note: String,
    },
    /// The authority's answer to a pre-check. It binds nobody to a decision.
    PreChecked {
        /// Ready, lacks something, not ours.
        verdict: Verdict,
        /// What is lacking.
        wanted: Vec<Wanted>,
        /// More, in words; may be empty.
        note: String,
        /// Whom to ask.
        contact: String,
        /// Their telephone.
        phone: String,
    },
    /// 收件: the receipt stands.
    TakenIn {
        /// Receipt number (收件编号).
        number: String,
    },
    /// Hands over to the handling authority; on another node it passes the pen. A joint handling (联办) is begun by it.
    HandedOver,
    /// A part of a joint handling was begun, as a dossier of its own.
    PartBegun {
        /// Key of the part.
        part: String,
        /// Its dossier.
        dossier: DossierId,
    },
    /// A part of a joint handling has come to its end.
    PartEnded {
        /// Key of the part.
        part: String,
        /// What came of it.
        result: Box<PartResult>,
    },
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
    /// The authority is another, or elsewhere, by no act of its own: one that was a guest here has a node of its own, or by a
    /// reform (机构改革) another authority has its powers now. The case moves there whole, wherever it is.
    Moved {
        /// Who goes on with it.
        to: Box<Office>,
        /// The document of the reform; empty if it is the same authority on its own node.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reform: String,
    },
    /// The applicant's particulars are other than they were.
    ApplicantChanged {
        /// All of them anew: a blob, never in the log.
        applicant: BlobRef,
        /// Why.
        change: Change,
        /// What it is proven by, in words.
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
    /// 逾期不告知视为受理 (行政许可法 art. 32): said by the authority's node when the time for asking has passed. The
    /// decision clock runs from the day on which the material came.
    DeemedAccepted,
    /// 延长期限 (行政许可法 art. 42), with notice to the applicant.
    Extended {
        /// By how many working days.
        days: u16,
        /// Why, in words.
        reason: String,
    },
    /// A procedure begins whose time does not count (行政许可法 art. 45); the applicant is told how long it will take.
    Paused {
        /// Which.
        procedure: Procedure,
        /// How long it is to take, if that is known.
        limit: Option<Limit>,
        /// More, in words; may be empty.
        note: String,
    },
    /// That procedure has ended.
    Resumed {
        /// What came of it, in words; may be empty.
        note: String,
    },
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
    /// 更正决定书: what was written wrong is put right; the outcome stays. The new document is delivered like the first.
    DecisionCorrected {
        /// Number of the new document.
        number: String,
        /// The new document.
        document: Option<BlobRef>,
        /// What was wrong.
        note: String,
    },
    /// 撤销决定: the decision has no effect any more.
    DecisionRevoked {
        /// Code of a [`super::Reason`].
        reason: String,
        /// The grounds, in words.
        note: String,
    },
    /// 终止办理: it ends without a decision, because there is nothing to be decided any more.
    Ended {
        /// Code of a [`super::Reason`].
        reason: String,
        /// The grounds, in words.
        note: String,
    },
    /// 缴费: how much is to be paid, to whom, under which number. The receiving place takes no money for another.
    FeeAsked {
        /// 缴款单号.
        number: String,
        /// In cents (分).
        cents: u64,
        /// Who gets it.
        payee: String,
    },
    /// The fee of this number has come in.
    FeePaid {
        /// 缴款单号.
        number: String,
    },
    /// The result was given to a courier.
    ResultPosted {
        /// By whom, under which number.
        courier: Courier,
    },
    /// 收存原件: originals are left with whoever says so.
    PapersTaken {
        /// At least one.
        papers: Vec<Paper>,
    },
    /// Originals are given to a courier.
    PapersSent {
        /// Their keys.
        papers: Vec<String>,
        /// To whom.
        to: Hands,
        /// By whom, under which number.
        courier: Courier,
    },
    /// Originals have arrived; or, posted to the applicant, were delivered.
    PapersArrived {
        /// Their keys.
        papers: Vec<String>,
    },
    /// 退还原件: they are in the applicant's hands again.
    PapersGiven {
        /// Their keys.
        papers: Vec<String>,
    },
    /// Originals are lost.
    PapersLost {
        /// Their keys.
        papers: Vec<String>,
        /// What happened, and what is done about it.
        note: String,
    },
    /// 送达.
    Delivered {
        /// How it reached the person.
        way: DeliveryWay,
    },
    /// 就近取件: another window of the same node gave the result out, to who had number and code of the receipt.
    HandedOut {
        /// Which window.
        window: Box<Office>,
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
    /// 差评回访: who caused a bad rating called back, and says what was found and mended. The applicant may rate once more.
    CalledBack {
        /// Which leg.
        leg: Leg,
        /// What was found and mended.
        note: String,
    },
    /// 差评申诉: the one who was rated holds the rating to be mistaken, and says why; it stands beside the rating.
    RatingDisputed {
        /// Which leg.
        leg: Leg,
        /// Why.
        note: String,
    },
    /// 副本按期删除: said by the node of the receiving place when its copies are gone.
    CopiesErased {
        /// What was erased there.
        blobs: Vec<Hash>,
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
            Act::PreCheckAsked { .. } => "pre_check_asked",
            Act::PreChecked { .. } => "pre_checked",
            Act::TakenIn { .. } => "taken_in",
            Act::PartBegun { .. } => "part_begun",
            Act::PartEnded { .. } => "part_ended",
            Act::DeemedAccepted => "deemed_accepted",
            Act::Extended { .. } => "extended",
            Act::Paused { .. } => "paused",
            Act::Resumed { .. } => "resumed",
            Act::HandedOver => "handed_over",
            Act::TakeBack => "take_back",
            Act::Forwarded { .. } => "forwarded",
            Act::Moved { .. } => "moved",
            Act::ApplicantChanged { .. } => "applicant_changed",
            Act::Received => "received",
            Act::Returned { .. } => "returned",
            Act::Accepted => "accepted",
            Act::NotAccepted { .. } => "not_accepted",
            Act::CorrectionAsked { .. } => "correction_asked",
            Act::CorrectionAnswered { .. } => "correction_answered",
            Act::Decided { .. } => "decided",
            Act::DecisionCorrected { .. } => "decision_corrected",
            Act::DecisionRevoked { .. } => "decision_revoked",
            Act::Ended { .. } => "ended",
            Act::FeeAsked { .. } => "fee_asked",
            Act::FeePaid { .. } => "fee_paid",
            Act::ResultPosted { .. } => "result_posted",
            Act::PapersTaken { .. } => "papers_taken",
            Act::PapersSent { .. } => "papers_sent",
            Act::PapersArrived { .. } => "papers_arrived",
            Act::PapersGiven { .. } => "papers_given",
            Act::PapersLost { .. } => "papers_lost",
            Act::Delivered { .. } => "delivered",
            Act::HandedOut { .. } => "handed_out",
            Act::Rated { .. } => "rated",
            Act::CalledBack { .. } => "called_back",
            Act::RatingDisputed { .. } => "rating_disputed",
            Act::CopiesErased { .. } => "copies_erased",
            Act::Withdrawn => "withdrawn",
        }
    }

    /// The blobs that it refers to.
    pub fn blobs(&self) -> Vec<&BlobRef> {
        match self {
            Act::Drafted(drafted) => vec![&drafted.applicant],
            Act::ApplicantChanged { applicant, .. } => vec![applicant],
            Act::MaterialsAdded { materials } | Act::CorrectionAnswered { materials } => {
                materials.iter().map(|attached| &attached.blob).collect()
            }
            Act::Decided { document, .. } | Act::DecisionCorrected { document, .. } => document.iter().collect(),
            Act::PartEnded { result, .. } => result.document.iter().collect(),
            Act::Rated { comment, .. } => comment.iter().collect(),
            _ => Vec::new(),
        }
    }
}
