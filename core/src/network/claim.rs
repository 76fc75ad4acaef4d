//! 三角验证 (triangulation): whether a claim is held up by more than one kind of source (Denzin 1978).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::discourse::document;
use super::facts::{SourceKind, Statement};
use super::tie::Actor;

/// That someone, or anyone, is for a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Key of the concept.
    pub concept: &'a str,
    /// Of whom; none: of anyone.
    pub actor: Option<&'a Actor>,
}

/// What sources of one kind say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Voice {
    /// Which kind.
    pub kind: SourceKind,
    /// Documents, ascending, each once.
    pub documents: Vec<String>,
    /// Numbers of the statements, ascending.
    pub statements: Vec<u32>,
}

/// What evidence comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Two or more kinds of source support it, and none contradicts it.
    Supported {
        /// How many kinds.
        kinds: usize,
    },
    /// All that there is contradicts it.
    Contradicted {
        /// How many kinds.
        kinds: usize,
    },
    /// Some support it, some contradict it.
    Mixed,
    /// It is supported, but by one kind of source only: it is not triangulated.
    OneKindOnly,
    /// Nothing is said about it.
    NoEvidence,
}

impl Verdict {
    /// The word used in texts and data.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Supported { .. } => "supported",
            Verdict::Contradicted { .. } => "contradicted",
            Verdict::Mixed => "mixed",
            Verdict::OneKindOnly => "one_kind_only",
            Verdict::NoEvidence => "no_evidence",
        }
    }
}

/// What there is about a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Kinds of source that support it.
    pub supports: Vec<Voice>,
    /// Kinds of source that contradict it. A kind may do both.
    pub contradicts: Vec<Voice>,
    /// What that comes to.
    pub verdict: Verdict,
}

/// Gathers what statements say about a claim. One document is one source, however often it says so.
pub fn evidence(statements: &[Statement], claim: &Claim<'_>) -> Evidence {
    let voices = |agree: bool| -> Vec<Voice> {
        let mut by_kind: BTreeMap<SourceKind, (BTreeSet<&str>, Vec<u32>)> = BTreeMap::new();
        for (one, number) in statements.iter().zip(0..) {
            let is_meant = one.concept == claim.concept && claim.actor.is_none_or(|actor| *actor == one.actor);
            if is_meant && one.agree == agree {
                let voice = by_kind.entry(one.kind).or_default();
                voice.0.insert(document(&one.source));
                voice.1.push(number);
            }
        }
        let voice = |(kind, (documents, statements)): (SourceKind, (BTreeSet<&str>, Vec<u32>))| Voice {
            kind,
            documents: documents.into_iter().map(str::to_owned).collect(),
            statements,
        };
        by_kind.into_iter().map(voice).collect()
    };
    let (supports, contradicts) = (voices(true), voices(false));
    let verdict = match (supports.len(), contradicts.len()) {
        (0, 0) => Verdict::NoEvidence,
        (0, kinds) => Verdict::Contradicted { kinds },
        (1, 0) => Verdict::OneKindOnly,
        (kinds, 0) => Verdict::Supported { kinds },
        _ => Verdict::Mixed,
    };
    Evidence { supports, contradicts, verdict }
}
