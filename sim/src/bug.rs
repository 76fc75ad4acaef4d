//! Planted bugs: each must be found, or the simulator looks at nothing.

/// A mistake that a node could have made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bug {
    /// Batch and cursor are not stored together: a crash in between loses the batch.
    CursorBeforeBatch,
    /// People are answered before the commit is durable.
    AnswerBeforeDurable,
    /// A restored node stamps at once.
    NoReadBack,
    /// A restored node keeps the epoch of its streams.
    NoNewEpoch,
    /// The recovering mark does not survive a crash.
    RecoveringForgotten,
    /// A restored node asks only some of the nodes.
    ReadBackFromOne,
    /// The new holder stamps the recall without asking anyone.
    RecallWithoutAsking,
    /// Knowing an act does not seal.
    NoSeal,
    /// Acts are forgotten in a crash.
    ActsForgotten,
    /// Slips go to the pen holder of the moment only.
    SlipToHolderOnly,
    /// Missing stamps are not fetched.
    GapsIgnored,
    /// Evidence is thrown away.
    EvidenceDropped,
    /// A restored peer is not restated what is shared with it.
    NoRestating,
    /// A whole chain is sent to whoever asks, and streams to everyone.
    AudienceIgnored,
    /// Effects belong to stamps: an entry that gets another number has them again.
    EffectsByStamp,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 15] = [
        Bug::CursorBeforeBatch,
        Bug::AnswerBeforeDurable,
        Bug::NoReadBack,
        Bug::NoNewEpoch,
        Bug::RecoveringForgotten,
        Bug::ReadBackFromOne,
        Bug::RecallWithoutAsking,
        Bug::NoSeal,
        Bug::ActsForgotten,
        Bug::SlipToHolderOnly,
        Bug::GapsIgnored,
        Bug::EvidenceDropped,
        Bug::NoRestating,
        Bug::AudienceIgnored,
        Bug::EffectsByStamp,
    ];
}
