//! What can be said in a dossier of evidence.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::BYTES_MAX;
use crate::dossier::NodeId;
use crate::ident::{Region, Uscc};
use crate::network::facts::{Concept, Event, Statement};
use crate::network::tie::Actor;

/// What can be said in the dossier of a node's evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// It begins.
    Opened {
        /// The coordination office that keeps it.
        office: Uscc,
    },
    /// These nodes may read it, and what follows.
    LetIn {
        /// Not more than [`crate::public::LET_IN_MAX`].
        nodes: Vec<NodeId>,
    },
    /// Something happened.
    EventRecorded {
        /// What. No other that stands has its key.
        event: Box<Event>,
    },
    /// A concept of the codebook: the first time, and whenever it changes.
    ConceptDefined {
        /// The concept.
        concept: Box<Concept>,
    },
    /// What was said, as a coder reads sources.
    StatementsRecorded {
        /// Each about a concept of the codebook, none from operations: those are in other dossiers.
        statements: Vec<Statement>,
    },
    /// A diagnosis by which the office stands.
    DiagnosisPublished {
        /// The diagnosis.
        diagnosis: Box<Published>,
    },
    /// What a party that a diagnosis names says to it. Said again, it takes the place of what the party said before.
    Replied {
        /// Number of the stamp of the diagnosis.
        diagnosis: u32,
        /// Who replies.
        party: Actor,
        /// Its words.
        words: String,
        /// Where they stand, if the office enters what came on paper; empty if the party says it itself.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        source: String,
    },
    /// Something that was recorded counts no more.
    Withdrawn {
        /// Number of its stamp.
        seq: u32,
        /// Which of its statements, from 1; none: all that the entry said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
        /// Why.
        reason: String,
    },
}

/// A diagnosis as it was published: in words, so that it can be answered whatever program reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Key of its rule: [`crate::network::diagnosis::RULES`].
    pub rule: String,
    /// The first day that was looked at.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Whom it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actors: Vec<Actor>,
    /// Provinces that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// Key of the item that it is about; empty if it is about none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// A class of barriers, the key of a law or an event; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// What it says.
    pub says: String,
    /// The same in English.
    pub says_en: String,
    /// Its figures, each in words.
    pub figures: Vec<String>,
    /// The same in English.
    pub figures_en: Vec<String>,
}

impl Published {
    /// Whether both say the same of the same parties and days.
    pub fn is_about_the_same(&self, other: &Published) -> bool {
        (self.from, self.until) == (other.from, other.until) && self.names() == other.names()
    }

    /// What it says of whom, whatever the days.
    pub fn names(&self) -> (&str, &[Actor], &[Region], &str, &str) {
        (&self.rule, &self.actors, &self.regions, &self.item, &self.code)
    }
}

impl Act {
    /// What is said to record statements: as many entries as it takes.
    pub fn of_statements(statements: Vec<Statement>) -> Vec<Act> {
        let mut batches: Vec<Vec<Statement>> = Vec::new();
        // The brackets of a list, and a comma after each.
        let mut bytes = BYTES_MAX;
        for one in statements {
            // What cannot be written is refused where it is said.
            let size = serde_json::to_vec(&one).map_or(BYTES_MAX, |bytes| bytes.len()) + 1;
            match batches.last_mut() {
                Some(batch) if bytes + size <= BYTES_MAX => {
                    batch.push(one);
                    bytes += size;
                }
                _ => {
                    batches.push(vec![one]);
                    bytes = 2 + size;
                }
            }
        }
        batches.into_iter().map(|statements| Act::StatementsRecorded { statements }).collect()
    }
}
