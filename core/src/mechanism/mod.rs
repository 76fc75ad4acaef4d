//! By what right one place may take in another place's matter.
//!
//! Intake is permitted by the strongest of a national rule, a multilateral mechanism and a bilateral agreement.
//! Point-to-point agreements are a stage to leave; the permit says which it was.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ident::Region;
use crate::rule::WhyNot;
use crate::time::Limit;

/// What a mechanism rests on, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// One province: no mechanism is needed (一网通办).
    WithinProvince,
    /// A national or ministry rule.
    National,
    /// A mechanism of several jurisdictions.
    Multilateral,
    /// An agreement of two.
    Bilateral,
}

impl Basis {
    /// The word used in data.
    pub fn name(self) -> &'static str {
        match self {
            Basis::WithinProvince => "within_province",
            Basis::National => "national",
            Basis::Multilateral => "multilateral",
            Basis::Bilateral => "bilateral",
        }
    }
}

/// The four rights that agreements delegate to the receiving window (相互授权). Without them the window takes in and
/// hands over, no more: it never says 受理.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// 收件受理权: to say 受理.
    #[serde(default)]
    pub accept: bool,
    /// 一次性告知权: to ask for corrections in the authority's name.
    #[serde(default)]
    pub notify_once: bool,
    /// 原件核验权: to check originals.
    #[serde(default)]
    pub verify_originals: bool,
    /// 审批结果送达权: to deliver the result.
    #[serde(default)]
    pub deliver: bool,
    /// 审批决定权 (授权办理): to decide in the authority's name. It never goes with the four others by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decide: bool,
}

/// Limits of the relay between two places. Practice, not law; a mechanism may set its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relay {
    /// For the receiving window to check the material and push it on.
    pub push: Limit,
    /// For the receiving window to post paper that must be kept.
    pub post: Limit,
    /// For the handling side to check again and take it up.
    pub recheck: Limit,
    /// To post the result.
    pub result: Limit,
}

impl Relay {
    /// 内蒙古 2023, within a province: the only figures that were found.
    pub const PRACTICE: Relay = Relay {
        push: Limit::RELAY_PUSH,
        post: Limit::RELAY_POST,
        recheck: Limit::RELAY_RECHECK,
        result: Limit::RELAY_RESULT,
    };
}

/// A rule, mechanism or agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mechanism {
    /// Key, such as `national-2020-35`.
    pub id: String,
    /// Version, from 1.
    pub version: u32,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// What it rests on.
    pub basis: Basis,
    /// The document.
    pub document: String,
    /// Keys of the basic items it covers.
    pub items: Vec<String>,
    /// Where it may be taken in; empty means everywhere.
    #[serde(default)]
    pub receiving: Vec<Region>,
    /// Where it may be decided; empty means everywhere.
    #[serde(default)]
    pub handling: Vec<Region>,
    /// Pairs (receiving, handling) that it leaves out.
    #[serde(default)]
    pub except: Vec<(Region, Region)>,
    /// What it delegates.
    pub rights: Rights,
    /// How long a hand-over waits for an answer before it may only be sent back; none: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Limit>,
    /// Limits of the relay; none: those of practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<Relay>,
    /// How long the receiving place keeps its copies after a case is over; none: it does not erase them by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Limit>,
    /// First day in force.
    pub from: Date,
    /// First day no longer in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Invented for the demo (演练).
    pub invented: bool,
}

impl Mechanism {
    fn covers(&self, item: &str, receiving: Region, handling: Region, day: Date) -> bool {
        let among = |regions: &[Region], region: Region| {
            regions.is_empty() || regions.iter().any(|each| *each == region || each.contains(region))
        };
        self.from <= day
            && self.until.is_none_or(|until| day < until)
            && self.items.iter().any(|each| each == item)
            && among(&self.receiving, receiving)
            && among(&self.handling, handling)
            && !self.except.iter().any(|(from, to)| {
                (*from == receiving || from.contains(receiving)) && (*to == handling || to.contains(handling))
            })
    }
}

/// What a case is taken in under. It stands in the case's first entry, so that every node judges by the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    /// What it rests on.
    pub basis: Basis,
    /// Key of the mechanism; empty within a province.
    pub mechanism: String,
    /// Its version.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// The document.
    pub document: String,
    /// What it delegates.
    pub rights: Rights,
    /// How long a hand-over waits for an answer before it may only be sent back; none: for ever. It binds the receiver
    /// alone: no clock ever moves a pen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Limit>,
    /// Limits of the relay; none: those of practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<Relay>,
    /// How long the receiving place keeps its copies after the case is over; none: it does not erase them by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Limit>,
}

impl Permit {
    /// Limits of the relay.
    pub fn relay(&self) -> Relay {
        self.relay.unwrap_or(Relay::PRACTICE)
    }
}

/// The permit for taking in an item of `handling` at `receiving` on a day, or why there is none.
pub fn permit(
    mechanisms: &[Mechanism],
    item: &str,
    receiving: Region,
    handling: Region,
    day: Date,
) -> Result<Permit, WhyNot> {
    if receiving.province() == handling.province() {
        return Ok(Permit {
            basis: Basis::WithinProvince,
            mechanism: String::new(),
            version: 0,
            name: "一网通办".to_owned(),
            name_en: "One network within the province".to_owned(),
            document: String::new(),
            rights: Rights { accept: false, notify_once: true, verify_originals: true, deliver: true, decide: false },
            offer: None,
            relay: None,
            keep: None,
        });
    }
    mechanisms
        .iter()
        .filter(|mechanism| mechanism.covers(item, receiving, handling, day))
        // The strongest basis; of one basis, what delegates the decision; of one mechanism the newest version.
        .min_by_key(|mechanism| (mechanism.basis, !mechanism.rights.decide, std::cmp::Reverse(mechanism.version)))
        .map(|mechanism| Permit {
            basis: mechanism.basis,
            mechanism: mechanism.id.clone(),
            version: mechanism.version,
            name: mechanism.name.clone(),
            name_en: mechanism.name_en.clone(),
            document: mechanism.document.clone(),
            rights: mechanism.rights,
            offer: mechanism.offer,
            relay: mechanism.relay,
            keep: mechanism.keep,
        })
        .ok_or_else(|| {
            WhyNot::new("no-mechanism").with("receiving", receiving.name()).with("handling", handling.name())
        })
}
