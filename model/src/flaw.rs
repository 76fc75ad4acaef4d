//! Planted flaws: a rule left out. Each must be found, or the model looks at nothing.

use crate::bounds::Bounds;
use crate::property::Property;

/// A rule that is left out. Names that the simulator's planted bugs have too mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// Rule 1: a recall does not raise the term.
    RecallKeepsTerm,
    /// Rule 2: slips go to the pen holder of the moment only.
    SlipToHolderOnly,
    /// Rule 2: a slip whose author is not known yet to take part is dropped.
    SlipOfStrangerDropped,
    /// Rule 3: a refusal is no stamp; the holder only forgets the slip.
    RefusalUnstamped,
    /// Rule 3: the holder does not look whether a slip was answered before.
    AnsweredUnchecked,
    /// Rule 4: missing stamps are not fetched.
    GapsIgnored,
    /// Rule 5: cursor and batch are not stored together.
    CursorBeforeBatch,
    /// Rule 5: an answer is taken though the cursor has moved since the question.
    LateAnswerTaken,
    /// Rule 5: a cursor has no running hash.
    NoRunningHash,
    /// Rule 5: a restored node keeps the epoch of its streams.
    NoNewEpoch,
    /// Rule 5: a restored peer is not restated what is shared with it.
    NoRestating,
    /// Rule 6: knowing an act does not seal.
    NoSeal,
    /// Rule 6: acts are forgotten in a crash.
    ActsForgotten,
    /// Rule 6: the new holder stamps the recall without asking anyone.
    RecallWithoutAsking,
    /// Rule 6: the new holder asks the participants of its log only, not those of what an act keeps out of it.
    RecallFromLog,
    /// Rule 6: the new holder asks participants only, though a join may lie in what is lost.
    RecallFromParticipants,
    /// Rule 6: an act does not name the life of its holder.
    ActWithoutLife,
    /// Rule 7: a restored node stamps at once.
    NoReadBack,
    /// Rule 7: a restored node asks only the participants that it remembers.
    ReadBackFromRemembered,
    /// Rule 7: the recovering mark does not survive a crash.
    RecoveringForgotten,
    /// Rule 8: what a recall voids is thrown away.
    EvidenceDropped,
    /// Rule 9: effects belong to stamps: an entry that gets another number has them again.
    EffectsByStamp,
    /// Rule 10: an offer ends by its sender's clock.
    SenderTakesBack,
    /// Rule 10: a reader judges old stamps by its newest trust list.
    NewestTrust,
    /// Everyone is sent everything.
    AudienceIgnored,
}

impl Flaw {
    /// All of them, in the order of the rules.
    pub const ALL: [Flaw; 25] = [
        Flaw::RecallKeepsTerm,
        Flaw::SlipToHolderOnly,
        Flaw::SlipOfStrangerDropped,
        Flaw::RefusalUnstamped,
        Flaw::AnsweredUnchecked,
        Flaw::GapsIgnored,
        Flaw::CursorBeforeBatch,
        Flaw::LateAnswerTaken,
        Flaw::NoRunningHash,
        Flaw::NoNewEpoch,
        Flaw::NoRestating,
        Flaw::NoSeal,
        Flaw::ActsForgotten,
        Flaw::RecallWithoutAsking,
        Flaw::RecallFromLog,
        Flaw::RecallFromParticipants,
        Flaw::ActWithoutLife,
        Flaw::NoReadBack,
        Flaw::ReadBackFromRemembered,
        Flaw::RecoveringForgotten,
        Flaw::EvidenceDropped,
        Flaw::EffectsByStamp,
        Flaw::SenderTakesBack,
        Flaw::NewestTrust,
        Flaw::AudienceIgnored,
    ];

    /// The properties that break without the rule, and the bounds within which they do.
    pub fn breaks(self) -> (Bounds, &'static [Property]) {
        use Property::*;
        match self {
            Flaw::RecallKeepsTerm => (Bounds::RECALL, &[OneStampPerNumber]),
            Flaw::SlipToHolderOnly => (Bounds::PEN, &[ComesToRest]),
            Flaw::SlipOfStrangerDropped => (Bounds::PEN, &[ComesToRest]),
            Flaw::RefusalUnstamped => (Bounds::PEN, &[ComesToRest]),
            Flaw::AnsweredUnchecked => (Bounds::PEN, &[AnsweredOnce]),
            Flaw::GapsIgnored => (Bounds::PEN, &[ComesToRest]),
            Flaw::CursorBeforeBatch => (Bounds::RESTORE, &[ComesToRest]),
            Flaw::LateAnswerTaken => (Bounds::RESTORE, &[OneStampPerNumber]),
            Flaw::NoRunningHash => (Bounds::ROLLBACK, &[FaultIsSeen]),
            Flaw::NoNewEpoch => (Bounds::RESTORE, &[StreamsAgree]),
            Flaw::NoRestating => (Bounds::RESTORE, &[OneStampPerNumber]),
            Flaw::NoSeal => (Bounds::RECALL, &[SealedIsSilent, OnlyExcusedAreVoided]),
            Flaw::ActsForgotten => (Bounds::RECALL, &[OnlyExcusedAreVoided]),
            Flaw::RecallWithoutAsking => (Bounds::RECALL, &[OnlyExcusedAreVoided]),
            Flaw::RecallFromLog => (Bounds::RECALL_RESTORED, &[OnlyExcusedAreVoided]),
            Flaw::RecallFromParticipants => (Bounds::RECALL, &[OnlyExcusedAreVoided]),
            Flaw::ActWithoutLife => (Bounds::RECALL_RESTORED, &[OneStampPerNumber]),
            Flaw::NoReadBack => (Bounds::RESTORE, &[RecoveringIsSilent, OneStampPerNumber]),
            Flaw::ReadBackFromRemembered => (Bounds::RESTORE_JOINED, &[OneStampPerNumber]),
            Flaw::RecoveringForgotten => (Bounds::RESTORE, &[RecoveringIsSilent, OneStampPerNumber]),
            Flaw::EvidenceDropped => (Bounds::RECALL, &[AcknowledgedSurvives]),
            Flaw::EffectsByStamp => (Bounds::RECALL, &[EffectOnce]),
            Flaw::SenderTakesBack => (Bounds::PEN, &[OneStampPerNumber, OnePen]),
            Flaw::NewestTrust => (Bounds::RECALL, &[OnlyExcusedAreVoided]),
            Flaw::AudienceIgnored => (Bounds::PEN, &[AudienceOnly]),
        }
    }
}
