//! Joint handling (多地联办): one application, a case of its own for each authority, side by side or in order.
//!
//! The whole stays with the place that took it in; each part is a dossier that only that place and one authority see. What
//! is to be done next follows from the whole and its parts alone, so that it can be done again after a crash.

use super::entry::{Act, Attached, Check, Drafted, ItemOf, Outcome, Part, PartOf, PartResult};
use super::state::{Case, Phase};
use crate::catalogue::{MaterialRule, Mode, Need};
use crate::dossier::DossierId;

/// What the node of the receiving place does next for a joint handling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JointStep {
    /// Opens the dossier of a part, with these acts, and says in the whole that it began.
    Begin {
        /// Key of the part.
        part: String,
        /// Its dossier.
        dossier: DossierId,
        /// What opens and hands it over.
        acts: Vec<Act>,
    },
    /// Says in the whole what came of a part.
    End {
        /// Key of the part.
        part: String,
        /// What came of it.
        result: PartResult,
    },
    /// Says in the whole that the result is on the applicant's page.
    Deliver,
    /// Says in a part that the applicant's particulars have changed.
    Change {
        /// Its dossier.
        dossier: DossierId,
        /// What is said.
        act: Box<Act>,
    },
    /// Withdraws a part that is not needed any more.
    Stop {
        /// Its dossier.
        dossier: DossierId,
    },
}

/// The prefix of materials that are the results of earlier parts.
const RESULT: &str = "result-";

impl Case {
    /// Whether it is the whole of a joint handling.
    pub fn is_joint(&self) -> bool {
        self.drafted.is_joint()
    }

    /// What is to be done now; `child` gives a part's case as it stands.
    pub fn joint_steps(&self, child: impl Fn(DossierId) -> Option<Case>) -> Vec<JointStep> {
        let mut steps = Vec::new();
        if !self.is_joint() {
            return steps;
        }
        if self.phase == Phase::Decided
            && self.decision.as_ref().is_some_and(|made| made.way == super::DeliveryWay::Online)
        {
            steps.push(JointStep::Deliver);
        }
        for part in &self.drafted.parts {
            match self.parts.get(&part.key) {
                Some(state) if state.ended.is_none() => {
                    let Some(case) = child(state.dossier) else { continue };
                    steps.extend(self.change_of(&case));
                    match (case.result(), self.phase) {
                        (Some(result), Phase::Joint) => steps.push(JointStep::End { part: part.key.clone(), result }),
                        (None, phase) if phase != Phase::Joint => {
                            steps.push(JointStep::Stop { dossier: state.dossier });
                        }
                        _ => {}
                    }
                }
                Some(_) => {}
                None if self.phase == Phase::Joint && self.may_begin(part) => {
                    steps.push(JointStep::Begin {
                        part: part.key.clone(),
                        dossier: self.dossier.part(&part.key),
                        acts: self.opening_of(part),
                    });
                }
                None => {}
            }
        }
        steps
    }

    /// What a part does not know yet of the applicant.
    fn change_of(&self, part: &Case) -> Option<JointStep> {
        let applicant = &self.drafted.applicant;
        let known = part.drafted.applicant == *applicant || part.phase.is_over();
        let (_, change, _) = self.former.last().filter(|_| !known)?;
        let note = self.number.clone().unwrap_or_default();
        let act = Act::ApplicantChanged { applicant: applicant.clone(), change: *change, note };
        Some(JointStep::Change { dossier: part.dossier, act: Box::new(act) })
    }

    /// Whether all that a part waits for was granted.
    pub(super) fn may_begin(&self, part: &Part) -> bool {
        part.after.iter().all(|key| {
            let ended = self.parts.get(key).and_then(|state| state.ended.as_ref());
            ended.is_some_and(|(_, result)| result.outcome == Outcome::Granted)
        })
    }

    /// What came of a case that is a part; `None` while it goes on.
    fn result(&self) -> Option<PartResult> {
        if let Some(made) = &self.decision {
            let (reason, note, number) = (made.reason.clone(), made.note.clone(), made.number.clone());
            let document = made.document.clone();
            return Some(PartResult { outcome: made.outcome, reason, note, number, document, way: made.way });
        }
        let refused = |reason: &str, note: &str| PartResult {
            outcome: Outcome::Refused,
            reason: reason.to_owned(),
            note: note.to_owned(),
            number: self.number.clone().unwrap_or_default(),
            document: None,
            way: super::DeliveryWay::Online,
        };
        match (&self.not_accepted, self.phase) {
            (Some(why), _) => Some(refused(&why.reason, &why.note)),
            (None, Phase::Ended) => self.ended.as_ref().map(|why| refused(&why.reason, &why.note)),
            (None, Phase::Withdrawn) => Some(refused("applicant-asked", "—")),
            _ => None,
        }
    }

    /// What opens the case of a part: the matter, what that authority needs to see of it, the results of the parts before.
    fn opening_of(&self, part: &Part) -> Vec<Act> {
        let whole = &self.drafted;
        let is_waived = |key: &str| self.waived.iter().any(|(waived, _)| waived == key);
        let goes_along = |key: &str| part.materials.iter().any(|wanted| wanted == key);
        let rules = whole.item.materials.iter().filter(|rule| goes_along(&rule.key) && !is_waived(&rule.key));
        let mut rules: Vec<MaterialRule> = rules.cloned().collect();
        let mut attached: Vec<Attached> =
            self.materials.iter().filter(|held| goes_along(&held.material)).cloned().collect();
        let before = whole.parts.iter().filter(|other| part.after.contains(&other.key));
        for other in before {
            let ended = self.parts.get(&other.key).and_then(|state| state.ended.as_ref());
            let Some(document) = ended.and_then(|(_, result)| result.document.clone()) else { continue };
            let key = format!("{RESULT}{}", other.key);
            attached.push(Attached { material: key.clone(), blob: document, check: Check::Uploaded });
            rules.push(MaterialRule {
                key,
                name: format!("{}（结果）", other.name),
                name_en: format!("{} (result)", other.name_en),
                need: Need::MayFollow,
                original: false,
                review: String::new(),
                review_en: String::new(),
                source: String::new(),
                certificate: String::new(),
            });
        }
        let place = whole.parts.iter().position(|other| other.key == part.key).unwrap_or_default();
        let number = self.number.clone().unwrap_or_default();
        let item = ItemOf {
            name: format!("{} · {}", whole.item.name, part.name),
            name_en: format!("{} · {}", whole.item.name_en, part.name_en),
            materials: rules,
            statutory: part.limit,
            promised: part.limit,
            ..whole.item.clone()
        };
        let part_of = PartOf { dossier: self.dossier, number: number.clone(), part: part.key.clone() };
        // What the applicant answered is for who has the whole: a part has the materials that follow from it.
        let drafted = Drafted {
            item,
            handling: part.office.clone(),
            situations: Vec::new(),
            parts: Vec::new(),
            part_of: Some(part_of),
            ..whole.clone()
        };
        let mut acts = vec![Act::Drafted(Box::new(drafted))];
        if !attached.is_empty() {
            acts.push(Act::MaterialsAdded { materials: attached });
        }
        acts.push(Act::TakenIn { number: format!("{number}-{}", place + 1) });
        acts.push(Act::HandedOver);
        acts
    }
}

impl Drafted {
    /// Whether it is the whole of a joint handling.
    pub fn is_joint(&self) -> bool {
        self.item.mode == Mode::Joint && self.part_of.is_none()
    }

    /// Whether it is decided where it is taken in (授权办理).
    pub fn is_delegated(&self) -> bool {
        self.item.mode == Mode::Delegated
    }

    /// Whether every part can come to its turn: names are given once, and each waits for parts before it in the list.
    pub(super) fn parts_stand(&self) -> bool {
        let known = |upto: usize, key: &str| self.parts[..upto].iter().any(|part| part.key == key);
        !self.parts.is_empty()
            && self
                .parts
                .iter()
                .enumerate()
                .all(|(place, part)| !known(place, &part.key) && part.after.iter().all(|before| known(place, before)))
    }
}
