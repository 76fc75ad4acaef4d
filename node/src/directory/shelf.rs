//! The dossiers that everyone may read, folded: what the writer just wrote is put here, the rest is read from the store.

use std::collections::BTreeMap;

use tongban_core::dossier::{DossierId, Hash, NodeId};
use tongban_core::exchange::Held;
use tongban_core::matter::Matter;
use tongban_core::time::Calendar;

use crate::store::PublicHead;

/// A public dossier as it is known here.
#[derive(Clone, Debug)]
pub struct Shelved {
    /// Which.
    pub id: DossierId,
    /// Who holds its pen.
    pub holder: NodeId,
    /// Who takes part.
    pub participants: Vec<NodeId>,
    /// What follows from it, with what is pending.
    pub matter: Matter,
    /// Its last stamp, and how many entries are pending: what it was read from.
    read: (Hash, usize),
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Shelf(BTreeMap<DossierId, Shelved>);

impl Shelf {
    /// Puts a dossier in its place, if everyone may read it.
    pub(super) fn put(&mut self, held: &Held) {
        if !held.matter.as_ref().is_some_and(Matter::is_public) {
            return;
        }
        let Some(matter) = held.with_pending(Calendar::national()) else { return };
        let chain = &held.chain;
        let known = Shelved {
            id: chain.dossier(),
            holder: chain.holder().clone(),
            participants: chain.participants().to_vec(),
            matter,
            read: (*chain.head(), held.pending.len()),
        };
        self.0.insert(known.id, known);
    }

    /// Whether a dossier stands here as it is stored.
    pub(super) fn has(&self, head: &PublicHead) -> bool {
        self.0.get(&head.dossier).is_some_and(|known| known.read == (head.head, head.pending))
    }

    /// All of them, in the order of their names.
    pub(super) fn all(&self) -> Vec<Shelved> {
        self.0.values().cloned().collect()
    }
}
