//! How much happens in one walk: few events, in every order.

use crate::log::Set;

/// What people and misfortune may still do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Left {
    /// Entries that people say.
    pub says: u8,
    /// Of them, slips that will not stand: the holder's rules refuse them.
    pub doomed: u8,
    /// Times the pen is passed.
    pub passes: u8,
    /// Nodes that the holder lets take part.
    pub joins: u8,
    /// Answers that are still on the way when they are no longer waited for.
    pub late: u8,
    /// Acts of the registrar.
    pub acts: u8,
    /// Restores from a backup.
    pub restores: u8,
    /// Of them, without noticing: a machine rolled back beneath the program.
    pub rollbacks: u8,
    /// Crashes.
    pub crashes: u8,
}

/// One configuration, small enough to be walked whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Its name.
    pub name: &'static str,
    /// Number of nodes in the trust list.
    pub nodes: usize,
    /// Who takes part from the first stamp on.
    pub participants: &'static [u8],
    /// Who is restored.
    pub restored: &'static [u8],
    /// What may happen.
    pub left: Left,
}

const NOTHING: Left =
    Left { says: 0, doomed: 0, passes: 0, joins: 0, late: 0, acts: 0, restores: 0, rollbacks: 0, crashes: 0 };

impl Bounds {
    /// The pen in good weather: slips, refusals, passes, a participant who joins late.
    pub const PEN: Bounds = Bounds {
        name: "pen",
        nodes: 3,
        participants: &[0, 1],
        restored: &[],
        left: Left { says: 2, doomed: 1, passes: 2, joins: 1, ..NOTHING },
    };
    /// Two participants, a forward to a third, and an act of the registrar that excuses anyone or nobody.
    pub const RECALL: Bounds = Bounds {
        name: "recall",
        nodes: 3,
        participants: &[0, 1],
        restored: &[],
        left: Left { says: 1, passes: 1, acts: 1, crashes: 1, ..NOTHING },
    };
    /// Two acts, one after the other or at once.
    pub const RECALL_TWICE: Bounds = Bounds {
        name: "recall-twice",
        nodes: 2,
        participants: &[0, 1],
        restored: &[],
        left: Left { says: 2, passes: 1, acts: 2, ..NOTHING },
    };
    /// A node restored from an old backup; a crash; an answer that comes late or twice.
    pub const RESTORE: Bounds = Bounds {
        name: "restore",
        nodes: 2,
        participants: &[0, 1],
        restored: &[0, 1],
        left: Left { says: 2, passes: 1, late: 1, restores: 1, crashes: 1, ..NOTHING },
    };
    /// A node restored from a backup that does not know who joined since.
    pub const RESTORE_JOINED: Bounds = Bounds {
        name: "restore-joined",
        nodes: 3,
        participants: &[0, 1],
        restored: &[0],
        left: Left { says: 1, passes: 1, joins: 1, restores: 1, ..NOTHING },
    };
    /// A restored node, and an act: for its new life, for its former one, or for another node.
    pub const RECALL_RESTORED: Bounds = Bounds {
        name: "recall-restored",
        nodes: 2,
        participants: &[0],
        restored: &[0, 1],
        left: Left { says: 1, passes: 1, acts: 1, restores: 1, ..NOTHING },
    };
    /// A node rolled back without noticing: it cannot be prevented, only found out, and settled by an act.
    pub const ROLLBACK: Bounds = Bounds {
        name: "rollback",
        nodes: 2,
        participants: &[0, 1],
        restored: &[0],
        left: Left { says: 2, acts: 1, restores: 1, rollbacks: 1, ..NOTHING },
    };

    /// All of them.
    pub const ALL: [Bounds; 7] = [
        Bounds::PEN,
        Bounds::RECALL,
        Bounds::RECALL_TWICE,
        Bounds::RESTORE,
        Bounds::RESTORE_JOINED,
        Bounds::RECALL_RESTORED,
        Bounds::ROLLBACK,
    ];

    /// Every node.
    pub fn everyone(&self) -> Set {
        Set::first(self.nodes)
    }
}
