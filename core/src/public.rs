//! Dossiers that everyone may read (公开卷): what is published, proposed and answered between authorities.
//!
//! A case is for those who take part in it. What is said of an item, of an authority's list or of a law is for all: every
//! node of the trust list takes part. Its holder lets them in, and those that join the trust list later; so what one
//! node publishes reaches all others by the same streams, with the same proofs, as everything else.
//!
//! A [`Room`] is what one kind of such a dossier is about. [`Public`] is what they have in common: who holds the pen, who is
//! let in, what broke a rule.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dossier::{Hash, NodeId, Role, Stamp, Written};
use crate::network::tie::Tie;
use crate::rule::{Asks, MarkedEntry, NOTE_CHARS_MAX, WhyNot};

/// The most nodes that are let in by one entry.
pub const LET_IN_MAX: usize = 1000;

/// What one kind of public dossier is about: what can be said in it, the state that follows, and who may say what.
pub trait Room: Clone + Debug + PartialEq + Eq + Sized {
    /// The kind of dossier.
    const KIND: &'static str;
    /// What can be said.
    type Act: Clone + Debug + PartialEq + Eq + Serialize + DeserializeOwned;
    /// The word for it in logs and lists.
    fn name(act: &Self::Act) -> &'static str;
    /// Lets nodes take part.
    fn let_in(nodes: Vec<NodeId>) -> Self::Act;
    /// Whom an act lets take part, if that is what it does.
    fn lets_in(act: &Self::Act) -> Option<&[NodeId]>;
    /// Opens it, or says why it cannot be opened like this.
    fn open(act: Self::Act, asks: &Asks<'_>) -> Result<Self, WhyNot>;
    /// Whether this may be said now, `holder` having the pen; not asked of who is let in.
    fn may(&self, act: &Self::Act, asks: &Asks<'_>, holder: &NodeId) -> Result<(), WhyNot>;
    /// The ties in the policy network that an act makes which may be said now.
    fn ties(&self, act: &Self::Act, asks: &Asks<'_>) -> Vec<Tie>;
    /// Takes what may be said; `seq` is the number of its stamp.
    fn take(&mut self, act: Self::Act, asks: &Asks<'_>, seq: u32);
}

/// The state of a public dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public<R> {
    /// What it is about.
    pub room: R,
    /// Who holds the pen.
    pub holder: NodeId,
    /// Slips that the holder refused: entry hash and code.
    pub refused: Vec<(Hash, String)>,
    /// Entries without effect.
    pub marks: Vec<MarkedEntry>,
}

fn asks(written: &Written) -> Asks<'_> {
    let entry = written.entry();
    Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at }
}

/// What an entry of this kind says; `None` for a refusal, or for something that this version does not know.
pub fn act_of<R: Room>(written: &Written) -> Option<R::Act> {
    let entry = written.entry();
    let body = entry.body.as_ref().filter(|_| entry.kind == R::KIND)?;
    serde_json::from_str(body.get()).ok()
}

impl<R: Room> Public<R> {
    /// Whether a dossier may be opened like this.
    pub fn opens(act: &R::Act, asks: &Asks<'_>) -> Result<(), WhyNot> {
        R::open(act.clone(), asks).map(drop)
    }

    /// Opens it with its first entry.
    pub fn open(written: &Written) -> Result<Public<R>, WhyNot> {
        let act = act_of::<R>(written).ok_or_else(|| WhyNot::new("not-a-case"))?;
        let holder = written.entry().node.clone();
        Ok(Public { room: R::open(act, &asks(written))?, holder, refused: Vec::new(), marks: Vec::new() })
    }

    /// Whether `act` may be said now.
    pub fn may(&self, act: &R::Act, asks: &Asks<'_>) -> Result<(), WhyNot> {
        if asks.pen.is_some() {
            return Err(WhyNot::new("pen-missing"));
        }
        match R::lets_in(act) {
            Some(nodes) if *asks.node != self.holder || asks.by.role != Role::System || nodes.is_empty() => {
                Err(WhyNot::new("not-your-case"))
            }
            Some(nodes) if nodes.len() > LET_IN_MAX => Err(WhyNot::new("too-long").with("limit", LET_IN_MAX)),
            Some(_) => Ok(()),
            None => self.room.may(act, asks, &self.holder),
        }
    }

    /// Takes the next stamp.
    pub fn apply(&mut self, stamp: &Stamp, written: &Written) {
        let entry = written.entry();
        if let Some(no) = &entry.refuses {
            self.refused.push((no.entry, no.code.clone()));
        } else if entry.recall.is_none() {
            let asks = asks(written);
            let act = act_of::<R>(written).ok_or_else(|| WhyNot::new("not-a-case"));
            match act.and_then(|act| self.may(&act, &asks).map(|()| act)) {
                Ok(act) if R::lets_in(&act).is_some() => {}
                Ok(act) => self.room.take(act, &asks, stamp.seq),
                Err(why) => self.marks.push(MarkedEntry { seq: stamp.seq, why }),
            }
        }
        self.holder = entry.pen.clone().unwrap_or_else(|| stamp.node.clone());
    }
}

/// Whether a text is there, and not too long.
pub fn written_well(text: &str) -> Result<(), WhyNot> {
    if text.trim().is_empty() {
        return Err(WhyNot::new("empty"));
    }
    short(text)
}

/// Whether a text is not too long.
pub fn short(text: &str) -> Result<(), WhyNot> {
    if text.chars().count() > NOTE_CHARS_MAX {
        return Err(WhyNot::new("too-long").with("limit", NOTE_CHARS_MAX));
    }
    Ok(())
}
