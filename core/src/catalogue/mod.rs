//! What can be applied for: the national basic item (基本目录事项) and each authority's implementation (实施清单).
//!
//! Both are data, versioned and dated, published as signed documents ([`crate::directory`]). A case keeps the version
//! that it began under: its first entry carries what it needs of it.

mod code;
pub mod compare;
pub mod list;
pub mod situation;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use code::{BasicCode, CodeError, Disagreement, ItemCode, ItemKind, UseLevel};
pub use situation::{Answer, Answered, Answers, Question, Situation};

use crate::ident::{Region, Uscc};
use crate::time::Limit;

/// The three modes of 国办发〔2020〕35号, and the delegation that practice adds (授权办理).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 全程网办.
    FullyOnline,
    /// 异地代收代办.
    CollectHere,
    /// 多地联办.
    Joint,
    /// 授权办理.
    Delegated,
}

/// How sure a row of the catalogue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Seen in the source that is cited.
    Seen,
    /// Part of it was seen.
    PartSeen,
    /// From general knowledge, not yet checked.
    Recalled,
}

/// Whether an item can be handled across provinces at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Availability {
    /// Yes, in these modes.
    Open {
        /// At least one.
        modes: Vec<Mode>,
    },
    /// No longer needed or no longer offered.
    Closed {
        /// Since when.
        since: Date,
        /// Why, in words.
        why: String,
        /// The same in English.
        why_en: String,
    },
    /// Announced, not started.
    NotYet {
        /// Why, in words.
        why: String,
        /// The same in English.
        why_en: String,
    },
    /// In the list, but in which mode was not yet verified (方式待核实).
    ModeUnverified,
}

/// Who may apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// 个人.
    Person,
    /// 企业.
    Enterprise,
}

/// A legal basis as data, beside its words: [`crate::law::standing`] says whether it is in force on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Basis {
    /// Key of the law.
    pub law: String,
    /// The article as it is cited, such as `第四条`; empty if it is the document as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub article: String,
}

/// A national item of the lists 国办发〔2020〕35号 and 国办发〔2022〕34号. It has no official 12-digit code here: the key
/// is document and row, and the code is shown as “编码待核实”.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasicItem {
    /// Document and row, such as `2020-35-25`.
    pub key: String,
    /// Row in the project's list.
    pub row: u16,
    /// Name.
    pub name: String,
    /// English name; empty if none was given.
    pub name_en: String,
    /// Which situation is meant.
    pub scenario: String,
    /// Lead ministry (牵头单位).
    pub lead: String,
    /// Cooperating departments (配合单位).
    pub cooperating: String,
    /// Document that lists it.
    pub document: String,
    /// Where the row was found.
    pub source: String,
    /// How sure the row is.
    pub mark: Mark,
    /// Who may apply.
    pub subjects: Vec<Subject>,
    /// Whether it can be handled across provinces.
    pub availability: Availability,
    /// What else is to be known.
    pub note: String,
    /// Whether its mode or availability was invented for the demo.
    pub invented: bool,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<Basis>,
}

/// Whether a material must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// 必要.
    Necessary,
    /// 容缺后补: may follow later.
    MayFollow,
}

/// One material of an implementation's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialRule {
    /// Key within the implementation, such as `id-card`.
    pub key: String,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Whether it must be there.
    pub need: Need,
    /// Whether the original must be seen at a window (原件核验).
    pub original: bool,
    /// Review point (审查要点): what the window looks at.
    pub review: String,
    /// The same in English.
    pub review_en: String,
    /// 来源渠道: who issues it, or where it comes from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// 电子证照: the kind of electronic certificate that there is of it. Whether it must be brought follows from `need` and
    /// `original` alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificate: String,
}

/// A condition that the applicant must meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// In words.
    pub text: String,
    /// The same in English.
    pub text_en: String,
}

/// On which side of a case a part is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Where it is taken in (收件地).
    Here,
    /// Where it is decided (业务属地).
    There,
}

/// What one authority does in a joint handling (多地联办).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRule {
    /// Key within the implementation, such as `house`.
    pub key: String,
    /// What is done, in words.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// On which side.
    pub at: Side,
    /// By the authority of which field there.
    pub field: String,
    /// Keys of the parts that must have been granted before it begins; parts with the same are done side by side.
    #[serde(default)]
    pub after: Vec<String>,
    /// How long it may take.
    pub limit: Limit,
    /// Keys of the materials that it needs: no others go to that authority.
    pub materials: Vec<String>,
}

/// One authority's version of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implementation {
    /// Item key, `@`, region code: `2020-35-25@340100`.
    pub id: String,
    /// 实施编码 or 业务办理项编码, where the authority has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ItemCode>,
    /// The code that the place itself uses (地方实施编码), which follows no standard.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub local_code: String,
    /// Key of the basic item.
    pub item: String,
    /// Version, from 1.
    pub version: u32,
    /// First day in force.
    pub from: Date,
    /// First day no longer in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The authority that decides.
    pub authority: Uscc,
    /// Where it decides (业务属地).
    pub region: Region,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Materials.
    pub materials: Vec<MaterialRule>,
    /// Of a joint handling: who does what, the last one decides; empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartRule>,
    /// 情形: what is asked before a case is begun, the first question first; empty if every case is alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub situations: Vec<Question>,
    /// 法定办结时限.
    pub statutory: Limit,
    /// 承诺办结时限.
    pub promised: Limit,
    /// Fee in words; empty if free of charge.
    pub fee: String,
    /// 收费依据.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fee_basis: String,
    /// Whether the fee may be paid on the web, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pays_online: Option<bool>,
    /// 到办事现场次数: how often the applicant has to come, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits: Option<u8>,
    /// 必须现场办理原因.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub visits_reason: String,
    /// 咨询电话.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// 监督投诉电话.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub complaint_phone: String,
    /// 办理地点.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// 办理时间.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hours: String,
    /// Legal basis in words, or “依据待核实”.
    pub legal_basis: String,
    /// The same as data, where it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<Basis>,
    /// What the applicant gets.
    pub result: String,
    /// The same in English.
    pub result_en: String,
    /// Invented for the demo (演练).
    pub invented: bool,
}

impl Implementation {
    /// Whether it is in force on a day.
    pub fn in_force(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}
