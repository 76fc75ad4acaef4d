//! Why what others sent is refused: every cause with a code of its own. What each means, and what to do about it, stands
//! under its code in the texts of the pages and in `docs/codes.md`.

use std::ops::Range;

use super::chain::Break;
use super::entry::MalformedEntry;
use super::group::GroupError;
use crate::directory::TrustError;

/// Every code with which an export, a checkpoint or a batch is refused. For each there is a file in `core/tests/corpus`.
pub const REFUSALS: &[&str] = &[
    "export-empty",
    "export-cut-off",
    "export-version",
    "export-spelling",
    "export-lines",
    "export-trust-order",
    "export-trust-unused",
    "export-group-order",
    "export-group-unused",
    "export-no-stamp",
    "export-header",
    "export-blob-spelling",
    "export-blob",
    "export-blob-unnamed",
    "export-blob-twice",
    "export-end",
    "trust-other-root",
    "trust-signature",
    "trust-malformed",
    "trust-version",
    "trust-none",
    "trust-unknown-list",
    "trust-unknown-node",
    "trust-unknown-key",
    "trust-key-time",
    "group-missing",
    "group-other-node",
    "group-proof",
    "group-signature",
    "group-key",
    "group-suite",
    "entry-too-long",
    "entry-version",
    "entry-malformed",
    "author-proof-missing",
    "author-proof-superfluous",
    "author-stamp-other",
    "recall-forged",
    "stamp-opening",
    "stamp-mismatch",
    "stamp-other-dossier",
    "stamp-other-kind",
    "stamp-twice",
    "stamp-gap",
    "stamp-behind",
    "stamp-branch",
    "stamp-fork",
    "stamp-predecessor",
    "stamp-term",
    "stamp-recall",
    "stamp-not-holder",
    "stamp-holders-act",
    "stamp-answered",
    "stamp-no-participant",
    "checkpoint-version",
    "checkpoint-trust",
    "checkpoint-other-dossier",
    "checkpoint-voided",
    "checkpoint-cut-off",
    "checkpoint-differs",
    "batch-malformed",
    "batch-too-long",
    "batch-position",
    "batch-spot-twice",
];

/// Where and why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} (bytes {}..{}), {part}: {fault}", bytes.start, bytes.end)]
pub struct VerifyError {
    /// Line number from 1; 0 for the checkpoint file.
    pub line: usize,
    /// The bytes of that line.
    pub bytes: Range<usize>,
    /// What the line holds, such as `stamp 3`.
    pub part: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The last line has no end.
    #[error("the last line does not end: the file was cut off")]
    CutOff,
    /// Of a version that this program does not know.
    #[error("version {0}, this program knows 1")]
    Version(u8),
    /// Not in the one spelling that this program writes.
    #[error("not a line of an export: {0}")]
    Spelling(String),
    /// Fewer or more lines than the header says.
    #[error("the file has {found} lines, its header asks for {expected}")]
    Lines {
        /// Lines found.
        found: usize,
        /// Lines expected.
        expected: usize,
    },
    /// Not by the registrar that was named, or changed.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The signature or the proof does not hold.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The stamps do not follow each other.
    #[error(transparent)]
    Chain(#[from] Break),
    /// The entry's bytes are not an entry.
    #[error(transparent)]
    Entry(#[from] MalformedEntry),
    /// Its parts do not fit each other.
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

impl Fault {
    /// A stable code, one of [`REFUSALS`].
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Empty => "export-empty",
            Fault::CutOff => "export-cut-off",
            Fault::Version(_) => "export-version",
            Fault::Spelling(_) => "export-spelling",
            Fault::Lines { .. } => "export-lines",
            Fault::Trust(error) => error.code(),
            Fault::Group(error) => error.code(),
            Fault::Chain(error) => error.code(),
            Fault::Entry(error) => error.code(),
            Fault::Unfit(error) => error.code(),
        }
    }
}

/// A number, a name or a place that does not fit what is signed, in a file or in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Ascending by version is their only order.
    #[error("trust lists are not in ascending order")]
    TrustOrder,
    /// What nothing refers to is not covered.
    #[error("no group in the file refers to this list")]
    TrustUnused,
    /// First use is their only order.
    #[error("the groups are not in the order of first use")]
    GroupOrder,
    /// What nothing refers to is not covered.
    #[error("nothing in the file refers to this group")]
    GroupUnused,
    /// A place that does not exist.
    #[error("no such group")]
    GroupMissing,
    /// A node speaks under its own signature only.
    #[error("the group is of another node")]
    GroupNode,
    /// Without it the pen holder could say anything in the author's name.
    #[error("the author's own proof of the entry is missing")]
    AuthorMissing,
    /// Author and pen holder are one: a second proof is not covered by the first.
    #[error("the author's own proof is superfluous: the author stamped the entry")]
    AuthorSuperfluous,
    /// It stands in for the entry, and names another entry, dossier or node.
    #[error("the author's own stamp does not name this entry")]
    AuthorStamp,
    /// The act in it is not by the registrar's root key.
    #[error("the recall is not signed by the registrar")]
    Recall,
    /// The same stamp again.
    #[error("the stamp stands here for the second time")]
    StampTwice,
    /// Stamps before this one are missing.
    #[error("stamps are missing before this one")]
    StampGap,
    /// A recall has voided it.
    #[error("the stamp is of a term that a recall has ended")]
    StampBehind,
    /// Of a higher term, and not after the last stamp.
    #[error("the stamp stands on another branch of the log")]
    StampBranch,
    /// A log begins with a stamp.
    #[error("a log has at least one stamp")]
    NoStamp,
    /// The first line is no more than what follows from the rest.
    #[error("the header names another dossier or kind")]
    Header,
    /// Salt and bytes are lower-case hexadecimal digits, the salt 32 of them.
    #[error("the blob's salt or bytes are not hexadecimal digits")]
    BlobSpelling,
    /// The name is the proof.
    #[error("the blob's salt and bytes do not give its hash")]
    Blob,
    /// What nothing refers to is not covered.
    #[error("no entry refers to this blob")]
    BlobUnnamed,
    /// Once is enough.
    #[error("the blob stands here for the second time")]
    BlobTwice,
    /// The last line's hash is not that of the lines before.
    #[error("the file's own hash does not match")]
    End,
    /// Of a version that this program does not know.
    #[error("the checkpoint is of a version that this program does not know")]
    CheckpointVersion,
    /// It carries another list than it is to be judged by.
    #[error("the checkpoint names another trust list than it carries")]
    CheckpointTrust,
    /// It says nothing of this log.
    #[error("the checkpoint is of another dossier")]
    CheckpointDossier,
    /// It speaks of a branch that is left.
    #[error("the checkpoint covers stamps that a recall has voided since")]
    CheckpointVoided,
    /// The log ends before it.
    #[error("the file ends before the checkpoint: later stamps were cut off")]
    CheckpointCutOff,
    /// The log says something else.
    #[error("the log differs from the checkpoint")]
    CheckpointDiffers,
    /// More items than a batch may have.
    #[error("the batch has too many items")]
    TooManyItems,
    /// The proof would cover only one of them.
    #[error("two contents at one place of a group")]
    SpotTwice,
}

impl Unfit {
    /// A stable code, one of [`REFUSALS`].
    pub fn code(self) -> &'static str {
        match self {
            Unfit::TrustOrder => "export-trust-order",
            Unfit::TrustUnused => "export-trust-unused",
            Unfit::GroupOrder => "export-group-order",
            Unfit::GroupUnused => "export-group-unused",
            Unfit::GroupMissing => "group-missing",
            Unfit::GroupNode => "group-other-node",
            Unfit::AuthorMissing => "author-proof-missing",
            Unfit::AuthorSuperfluous => "author-proof-superfluous",
            Unfit::AuthorStamp => "author-stamp-other",
            Unfit::Recall => "recall-forged",
            Unfit::StampTwice => "stamp-twice",
            Unfit::StampGap => "stamp-gap",
            Unfit::StampBehind => "stamp-behind",
            Unfit::StampBranch => "stamp-branch",
            Unfit::NoStamp => "export-no-stamp",
            Unfit::Header => "export-header",
            Unfit::BlobSpelling => "export-blob-spelling",
            Unfit::Blob => "export-blob",
            Unfit::BlobUnnamed => "export-blob-unnamed",
            Unfit::BlobTwice => "export-blob-twice",
            Unfit::End => "export-end",
            Unfit::CheckpointVersion => "checkpoint-version",
            Unfit::CheckpointTrust => "checkpoint-trust",
            Unfit::CheckpointDossier => "checkpoint-other-dossier",
            Unfit::CheckpointVoided => "checkpoint-voided",
            Unfit::CheckpointCutOff => "checkpoint-cut-off",
            Unfit::CheckpointDiffers => "checkpoint-differs",
            Unfit::TooManyItems => "batch-too-long",
            Unfit::SpotTwice => "batch-spot-twice",
        }
    }
}
