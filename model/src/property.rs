//! The properties, by the names that `ARCHITECTURE.md` and the simulator (`sim/src/check.rs`) give them. What is about
//! bytes, folds and programs is looked at by the simulator only.

use crate::log::{Log, NodeId};
use crate::world::{Cursor, World};

/// What must always be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// For every term and number there is one stamp, unless a node was rolled back without noticing.
    OneStampPerNumber,
    /// At most one node may stamp in a term.
    OnePen,
    /// An entry whose author was answered is in the author's store until the author loses its disk, and at rest it is
    /// stamped or refused.
    AcknowledgedSurvives,
    /// An entry is answered once in a log.
    AnsweredOnce,
    /// An entry has its effects once on a node, whatever number a recall gives it.
    EffectOnce,
    /// A node that takes no part in a dossier has nothing of it.
    AudienceOnly,
    /// A reader's cursor stands on the sender's stream, or the sender notices that it was rolled back.
    StreamsAgree,
    /// A node that knows an act of the registrar gives no stamp of a lower term.
    SealedIsSilent,
    /// A node that was restored stamps nothing before it has heard every other node, or recalled the pen in its new life.
    RecoveringIsSilent,
    /// At rest all participants hold the same log, nothing is pending, and the holder may stamp.
    ComesToRest,
    /// A stamp that a node holds is voided only by an act that excuses this node, unless the node lost its disk: who was
    /// asked loses nothing.
    OnlyExcusedAreVoided,
    /// Two stamps of one number are seen by someone and alarmed.
    FaultIsSeen,
}

impl Property {
    /// All of them.
    pub const ALL: [Property; 12] = [
        Property::OneStampPerNumber,
        Property::OnePen,
        Property::AcknowledgedSurvives,
        Property::AnsweredOnce,
        Property::EffectOnce,
        Property::AudienceOnly,
        Property::StreamsAgree,
        Property::SealedIsSilent,
        Property::RecoveringIsSilent,
        Property::ComesToRest,
        Property::OnlyExcusedAreVoided,
        Property::FaultIsSeen,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Property::OneStampPerNumber => "OneStampPerNumber",
            Property::OnePen => "OnePen",
            Property::AcknowledgedSurvives => "AcknowledgedSurvives",
            Property::AnsweredOnce => "AnsweredOnce",
            Property::EffectOnce => "EffectOnce",
            Property::AudienceOnly => "AudienceOnly",
            Property::StreamsAgree => "StreamsAgree",
            Property::SealedIsSilent => "SealedIsSilent",
            Property::RecoveringIsSilent => "RecoveringIsSilent",
            Property::ComesToRest => "ComesToRest",
            Property::OnlyExcusedAreVoided => "OnlyExcusedAreVoided",
            Property::FaultIsSeen => "FaultIsSeen",
        }
    }
}

impl World {
    /// Whether a property of a step held in every step so far.
    pub fn kept(&self, property: Property) -> bool {
        self.ghost.broken >> property as u16 & 1 == 0
    }

    /// Every chain that somebody holds.
    fn chains(&self) -> impl Iterator<Item = &Log> {
        self.nodes.iter().flat_map(|node| node.chains())
    }

    /// See [`Property::OneStampPerNumber`].
    pub fn one_stamp_per_number(&self) -> bool {
        !self.ghost.rolled_back.is_empty() || !self.is_forked()
    }

    /// Whether somewhere two stamps of one term and number are held.
    pub fn is_forked(&self) -> bool {
        self.chains().any(|one| self.chains().any(|other| one.forks(other)))
    }

    /// See [`Property::OnePen`].
    pub fn one_pen(&self) -> bool {
        let terms: Vec<u8> = self.stampers().map(|n| self.node(n).log.term()).collect();
        let distinct = terms.iter().enumerate().all(|(at, term)| !terms[..at].contains(term));
        distinct || !self.ghost.rolled_back.is_empty()
    }

    fn stampers(&self) -> impl Iterator<Item = NodeId> {
        self.everyone.iter().filter(|n| self.may_stamp(*n))
    }

    /// See [`Property::AnsweredOnce`].
    pub fn answered_once(&self) -> bool {
        self.nodes.iter().all(|node| {
            let answers: Vec<u8> = node.log.answers().collect();
            (1..answers.len()).all(|at| !answers[..at].contains(&answers[at]))
        })
    }

    /// See [`Property::EffectOnce`]. What an unnoticed rollback lost was lost with the knowledge that it was done.
    pub fn effect_once(&self) -> bool {
        let noticed = self.everyone.minus(self.ghost.rolled_back);
        noticed.iter().all(|n| self.ghost.effects[n as usize].iter().all(|times| *times <= 1))
    }

    /// See [`Property::AudienceOnly`].
    pub fn audience_only(&self) -> bool {
        let strangers = self.everyone.minus(self.ghost.invited);
        strangers.iter().all(|n| {
            let node = self.node(n);
            node.log.is_empty() && node.beside.is_empty() && node.known.is_empty()
        })
    }

    /// See [`Property::StreamsAgree`].
    pub fn streams_agree(&self) -> bool {
        let agrees = |reader: NodeId, sender: NodeId| {
            let (cursor, node) = (self.node(reader).cursors[sender as usize], self.node(sender));
            let read = node.streams[reader as usize].get(..cursor.position as usize);
            cursor.life != node.life || read.is_some_and(|read| cursor == Cursor::after(node.life, read))
        };
        !self.ghost.rolled_back.is_empty()
            || self.everyone.iter().all(|reader| self.others(reader).iter().all(|sender| agrees(reader, sender)))
    }

    /// See [`Property::AcknowledgedSurvives`].
    pub fn acknowledged_survives(&self, at_rest: bool) -> bool {
        let best = self.best();
        (0..).zip(&self.entries).all(|(entry, said)| {
            let kept = self.node(said.author).known.has(entry);
            let is_lost = !self.nodes.iter().any(|node| node.known.has(entry));
            let excused = self.ghost.lost.has(said.author);
            (kept || excused)
                && (!at_rest || is_lost && excused || best.answered().has(entry) || self.needs_registrar())
        })
    }

    fn best(&self) -> &Log {
        self.nodes.iter().map(|node| &node.log).max_by_key(|log| log.rank()).unwrap_or(&self.nodes[0].log)
    }

    /// Whether only a new act of the registrar helps: two stamps of one number are known, or the last act is for a former
    /// life of its holder.
    fn needs_registrar(&self) -> bool {
        let died = self.acts.last().is_some_and(|act| {
            let node = self.node(act.holder);
            act.life != node.life && (self.best().term() as usize) < self.acts.len()
        });
        died || self.is_forked()
    }

    /// See [`Property::ComesToRest`]; asked when nothing is left to do but what people and the registrar may.
    pub fn comes_to_rest(&self) -> bool {
        let best = self.best();
        let agree = |n: NodeId| self.node(n).log == *best && self.node(n).pending().is_empty();
        self.needs_registrar()
            || best.participants().iter().all(agree) && best.holder().is_some_and(|holder| self.may_stamp(holder))
    }

    /// See [`Property::FaultIsSeen`]; asked at rest.
    pub fn fault_is_seen(&self) -> bool {
        let sees = |n: NodeId| self.node(n).chains().any(|one| self.node(n).chains().any(|other| one.forks(other)));
        !self.is_forked() || self.everyone.iter().any(sees)
    }
}
