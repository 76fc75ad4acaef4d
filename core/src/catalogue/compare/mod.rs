//! One item, all places side by side: in which elements their implementations differ, and how far they agree.
//!
//! [`compare`] says what another place asks for that this one does not, and the other way round, as [`Difference`]s of which
//! a sentence can be made. [`Common`] finds for each element what most places say, and who says otherwise.
//!
//! An *element* is one line that can be the same or not: a condition; that a material is asked for, and under which name;
//! whether it is necessary, whether the original must be seen, its review point; either time limit; the fee; the result;
//! who does what in a joint handling and within which limit; the legal basis. Texts are the same if they are the same
//! without width, blanks, punctuation and the place's own name: “贷款由合肥市公积金中心发放” in Hefei is what
//! “贷款由苏州市公积金中心发放” is in Suzhou.
//!
//! A material that one of two places does not ask for is *one* element in which they differ; what it says in detail
//! is not counted on top. From when and until when an implementation holds is told, and is no agreement.
//!
//! **Conformity** is a figure from 0 to 1: within each [`Kind`] the share of the elements that agree, and of these shares
//! the mean, so that a long list of materials does not drown the fee. A kind of which there is nothing on either side
//! counts for nothing. Of one implementation it is measured against what most places say; of a pair, against each other;
//! of a region and of an item it is the mean over their implementations. Where there is nothing to be compared with there is
//! no figure: neither 0 nor 1 would be true.

mod common;
mod pair;
mod plain;
mod read;

use serde::Serialize;

pub use common::{Cell, Common, Held, Row, common};
pub use pair::{Difference, Words, agreement, compare};
pub use plain::{alike, for_everyone};

/// What kind of element it is. All kinds weigh the same in a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 受理条件.
    Conditions,
    /// 申请材料.
    Materials,
    /// 办结时限, statutory and promised.
    Limits,
    /// 收费.
    Fee,
    /// 办理结果.
    Result,
    /// 联办环节.
    Parts,
    /// 依据.
    Basis,
}

impl Kind {
    /// All of them, in the order of pages.
    pub const ALL: [Kind; 7] =
        [Kind::Conditions, Kind::Materials, Kind::Limits, Kind::Fee, Kind::Result, Kind::Parts, Kind::Basis];

    /// The word used in texts and data.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Conditions => "conditions",
            Kind::Materials => "materials",
            Kind::Limits => "limits",
            Kind::Fee => "fee",
            Kind::Result => "result",
            Kind::Parts => "parts",
            Kind::Basis => "basis",
        }
    }
}

/// Which line of an implementation is compared. Numbers tell conditions, materials and parts of one comparison apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// A condition, by its words.
    Condition(u32),
    /// Something of a material.
    Material(u32, MaterialPoint),
    /// 法定办结时限.
    Statutory,
    /// 承诺办结时限.
    Promised,
    /// 收费.
    Fee,
    /// 办理结果.
    Result,
    /// Something of a part of a joint handling.
    Part(u32, PartPoint),
    /// 依据.
    Basis,
}

/// What of a material is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaterialPoint {
    /// That it is asked for, and its name.
    Name,
    /// 必要 or 容缺后补.
    Need,
    /// 原件核验.
    Original,
    /// 审查要点.
    Review,
}

/// What of a part of a joint handling is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartPoint {
    /// That there is one, and its name.
    Name,
    /// Who does it, after what, with which materials.
    Course,
    /// How long it may take.
    Limit,
}

impl Element {
    /// Its kind.
    pub fn kind(self) -> Kind {
        match self {
            Element::Condition(_) => Kind::Conditions,
            Element::Material(..) => Kind::Materials,
            Element::Statutory | Element::Promised => Kind::Limits,
            Element::Fee => Kind::Fee,
            Element::Result => Kind::Result,
            Element::Part(..) => Kind::Parts,
            Element::Basis => Kind::Basis,
        }
    }

    /// Whether a place may be without it, which is then a difference. What is said in detail of a material or a part is
    /// compared only where there is one.
    pub fn may_be_absent(self) -> bool {
        matches!(
            self,
            Element::Condition(_) | Element::Material(_, MaterialPoint::Name) | Element::Part(_, PartPoint::Name)
        )
    }
}

/// How many elements agree, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    agree: [u32; Kind::ALL.len()],
    of: [u32; Kind::ALL.len()],
}

impl Agreement {
    /// Counts one element.
    fn count(&mut self, kind: Kind, agrees: bool) {
        self.of[kind as usize] += 1;
        self.agree[kind as usize] += u32::from(agrees);
    }

    /// Of a kind: how many elements agree, of how many.
    pub fn of(&self, kind: Kind) -> (u32, u32) {
        (self.agree[kind as usize], self.of[kind as usize])
    }

    /// The figure: the share that agrees within each kind, and the mean of these shares.
    pub fn figure(&self) -> f64 {
        let shares = Kind::ALL.iter().map(|kind| self.of(*kind)).filter(|(_, of)| *of > 0);
        // Every implementation has its limits: there is always a kind.
        mean(shares.map(|(agree, of)| f64::from(agree) / f64::from(of))).unwrap_or(1.0)
    }
}

/// The mean of figures; `None` of none.
pub fn mean(figures: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u32);
    for figure in figures {
        sum += figure;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}
