//! The recall (收回执笔): the registrar's signed act that gives the pen of dossiers to another node.

use serde::{Deserialize, Serialize};

use super::entry::{DossierId, NodeId};
use super::moment::Moment;
use super::suite::PublicKey;
use crate::directory::{Document, DocumentError, Kind};
use crate::exchange::Epoch;

/// The most dossiers that one act names.
pub const RECALLED_MAX: usize = 10_000;

/// What the registrar orders when a pen cannot be reached or was given twice. A document of kind [`Kind::Recall`], signed
/// by the root key, whose version is the term: a number that is never used again.
///
/// Who knows an act is *sealed* by it: no stamp of a lower term is made or taken into the log of these dossiers any more,
/// except beneath a recall of a higher term. The new holder asks every participant that is not excused, takes the best
/// chain of all answers, and stamps the recall on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecallAct {
    /// The new term of these dossiers; the version of the document.
    pub term: u32,
    /// Whose pen is recalled.
    pub dossiers: Vec<DossierId>,
    /// Who holds the pen from the recall on.
    pub holder: NodeId,
    /// In which life: a node that was restored since cannot carry the act out.
    pub epoch: Epoch,
    /// Nodes that need not be asked, because they are known to be lost.
    pub excused: Vec<NodeId>,
    /// When.
    pub issued: Moment,
    /// Why, in words.
    pub reason: String,
}

impl RecallAct {
    /// Reads an act whose signature was checked already, as everything that is stored.
    pub fn read(document: &Document) -> Result<RecallAct, DocumentError> {
        let act: RecallAct =
            serde_json::from_str(&document.body).map_err(|error| DocumentError::Body(error.to_string()))?;
        act.fits(document)
    }

    /// Checks the registrar's signature, then reads.
    pub fn open(document: &Document, root: &PublicKey) -> Result<RecallAct, DocumentError> {
        document.verify::<RecallAct>(root)?.fits(document)
    }

    fn fits(self, document: &Document) -> Result<RecallAct, DocumentError> {
        let wrong = |what: &str| Err(DocumentError::Body(what.to_owned()));
        if document.kind != Kind::Recall {
            return wrong("not a recall");
        }
        if self.term != document.version || self.term == 0 {
            return wrong("a recall's term is its version");
        }
        if self.dossiers.is_empty() || self.dossiers.len() > RECALLED_MAX {
            return wrong("a recall names 1 to 10,000 dossiers");
        }
        if self.excused.contains(&self.holder) {
            return wrong("the new holder cannot be excused");
        }
        Ok(self)
    }
}
