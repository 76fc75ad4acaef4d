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
    /// Signatures are judged by the trust list in force instead of the one that they name.
    NamedListIgnored,
    /// A signature that names a list which is not known here is refused, and the list is not fetched.
    UnknownListRefused,
    /// An older trust list that a peer serves takes the place of the newer one.
    OldListTakenBack,
    /// A node goes on signing with a key that its own list has ended.
    EndedKeySigns,
    /// The end of a key is not looked at.
    EndedKeyBelieved,
    /// A blob is kept without holding it against its name.
    BlobUnchecked,
    /// A blob is asked of the entry's author alone.
    BlobFromAuthorOnly,
    /// Blobs are always asked for from the first one on: those that never come keep the rest from being asked for.
    BlobsFromTheFirst,
    /// A stream goes on only when every blob that it named is here.
    BlobStopsStream,
    /// An answer carries all that is owed at once.
    StretchUnbounded,
    /// What is asked for whole is bounded like a stretch of a stream: a long dossier can be neither fetched nor recalled.
    WholeBounded,
    /// What was pending when a recovery ended is not answered.
    RecoveryAnswersNothing,
}

impl Bug {
    /// Where to look for it: it is found within a thousand seeds from here. Rare meetings of faults need luck.
    pub fn look_from(self) -> u64 {
        match self {
            Bug::EndedKeyBelieved => 1_000,
            Bug::RecallWithoutAsking => 2_000,
            Bug::CursorBeforeBatch | Bug::BlobsFromTheFirst => 3_000,
            _ => 0,
        }
    }

    /// All of them.
    pub const ALL: [Bug; 27] = [
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
        Bug::NamedListIgnored,
        Bug::UnknownListRefused,
        Bug::OldListTakenBack,
        Bug::EndedKeySigns,
        Bug::EndedKeyBelieved,
        Bug::BlobUnchecked,
        Bug::BlobFromAuthorOnly,
        Bug::BlobsFromTheFirst,
        Bug::BlobStopsStream,
        Bug::StretchUnbounded,
        Bug::WholeBounded,
        Bug::RecoveryAnswersNothing,
    ];
}
