//! The properties, by name: the invariants of `ARCHITECTURE.md`.

use std::fmt;

/// What must always be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// For every dossier, term and number there is one stamp. Two different ones appear only if a node was rolled back
    /// without noticing; then both are kept and the log of neither is silently replaced.
    OneStampPerNumber,
    /// At any moment at most one node may stamp in a dossier.
    OnePen,
    /// An entry whose author was answered is in the author's store until the author loses its disk, and after everything
    /// came to rest it is stamped or refused, once, in the log of every participant.
    AcknowledgedSurvives,
    /// An entry is answered once in a log: stamped or refused, never both and never twice.
    AnsweredOnce,
    /// An entry has its effects once on a node, whatever number a recall gives it.
    EffectOnce,
    /// Same log, same state, same deadlines on every node; a rebuild changes nothing.
    SameLogSameState,
    /// A node that takes no part in a dossier has nothing of it.
    AudienceOnly,
    /// What was changed on the way changes nothing where it arrives.
    VerifiedBeforeParsed,
    /// A reader's cursor stands on the sender's stream, or the sender notices that it was rolled back.
    StreamsAgree,
    /// A node that knows an act of the registrar gives no stamp of a lower term.
    SealedIsSilent,
    /// A node that was restored stamps nothing before it has heard every other node.
    RecoveringIsSilent,
    /// After everything came to rest all participants hold the same log, nothing is pending, and the holder may stamp.
    ComesToRest,
    /// A stamp that a node holds is voided only by an act that excuses this node: who was asked loses nothing.
    OnlyExcusedAreVoided,
    /// Two stamps of one number are seen by someone and alarmed.
    FaultIsSeen,
    /// What one question brings, and what a node remembers of a peer beside its disk, is bounded, however much the peer has
    /// to say.
    Bounded,
    /// After everything came to rest each participant has every blob that its log names and that another participant has.
    BlobsArrive,
    /// What a node signs is accepted by the trust list that it names: a key that ended signs nothing.
    SignsByItsList,
    /// A node that knows a trust list never goes back to an older one, whatever a peer serves.
    ListsGoForward,
    /// Nothing panics, whatever comes.
    NothingPanics,
    /// Two runs of one plan agree.
    SameSeedSameRun,
}

/// A property that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub property: Property,
    /// How it shows.
    pub what: String,
}

impl Broken {
    /// Says what was found.
    pub fn new(property: Property, what: String) -> Broken {
        Broken { property, what }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.property, self.what)
    }
}

/// Fails with a property.
pub fn ensure(holds: bool, property: Property, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::new(property, what())) }
}
