//! Stamps: the pen holder's number for an entry.

use serde::{Deserialize, Serialize};

use super::entry::{DossierId, NodeId, Written};
use super::moment::Moment;
use super::suite::{Hash, Suite};

/// The pen holder's number for an entry. What is hashed is a fixed text of these fields, so that a stamp has one spelling
/// whoever stores it and however it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// The dossier.
    pub dossier: DossierId,
    /// 0 until a recall raises it.
    pub term: u32,
    /// 0 for the first stamp, then one more each time.
    pub seq: u32,
    /// Hash of the stamp before; [`Hash::none`] for the first.
    pub prev: Hash,
    /// Hash of the entry.
    pub entry: Hash,
    /// The node that held the pen.
    pub node: NodeId,
    /// When, by the pen holder's clock.
    pub at: Moment,
}

impl Stamp {
    /// The stamp that opens a dossier.
    pub fn first(entry: &Written, node: &NodeId, at: Moment) -> Stamp {
        Stamp {
            dossier: entry.entry().dossier,
            term: 0,
            seq: 0,
            prev: Hash::none(entry.hash().suite()),
            entry: *entry.hash(),
            node: node.clone(),
            at,
        }
    }

    /// The stamp's hash, by the hash function of the pen holder's key, over the text
    /// `dossier ␊ term ␊ seq ␊ prev ␊ entry ␊ node ␊ at ␊`.
    pub fn hash(&self, suite: Suite) -> Hash {
        let text = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.dossier, self.term, self.seq, self.prev, self.entry, self.node, self.at.0
        );
        suite.hash(&[b"tongban stamp v1\0", text.as_bytes()])
    }
}
