//! What a peer sends: taken into the log or kept beside it, and answered where the node may stamp.

use crate::flaw::Flaw;
use crate::log::{EntryId, Log, NodeId, Says, Set};
use crate::property::Property;
use crate::world::{Answer, Cursor, Item, World};

impl World {
    /// What `sender` owes `reader` from where it stands: all of it at once. A cursor that does not stand on the stream
    /// tells the sender that it was rolled back, and it begins a new life; a new life is noted before anything of it is
    /// read (rule 5).
    pub fn read(&mut self, reader: NodeId, sender: NodeId) {
        if !self.stands(reader, sender) {
            return self.restart(sender);
        }
        let cursor = self.node(reader).cursors[sender as usize];
        let life = self.node(sender).life;
        if cursor.life != life {
            self.at(reader).cursors[sender as usize] = Cursor::start(life);
        } else {
            let answer = self.answer_to(reader, sender);
            self.take(&answer);
        }
    }

    /// The answer to a question of now.
    pub fn answer_to(&self, reader: NodeId, sender: NodeId) -> Answer {
        let read_from = self.node(reader).cursors[sender as usize];
        let stream = &self.node(sender).streams[reader as usize];
        let items = stream.get(read_from.position as usize..).unwrap_or_default().to_vec();
        Answer { reader, sender, read_from, items, cursor: Cursor::after(self.node(sender).life, stream) }
    }

    /// Whether a reader's cursor stands on the sender's stream, or belongs to another life of it.
    pub fn stands(&self, reader: NodeId, sender: NodeId) -> bool {
        let cursor = self.node(reader).cursors[sender as usize];
        let (life, stream) = (self.node(sender).life, &self.node(sender).streams[reader as usize]);
        let Some(read) = stream.get(..cursor.position as usize) else { return cursor.life != life };
        cursor.life != life || self.has(Flaw::NoRunningHash) || cursor == Cursor::after(life, read)
    }

    /// Takes an answer, and stores the new cursor with it, if the cursor is still the one that the question began with
    /// (rule 5). Whoever sees a stamp of its own that it does not know was rolled back.
    pub fn take(&mut self, answer: &Answer) {
        let Answer { reader, sender, .. } = *answer;
        let is_late = self.node(reader).cursors[sender as usize] != answer.read_from;
        if is_late && !self.has(Flaw::LateAnswerTaken) {
            return;
        }
        for item in &answer.items {
            match item {
                Item::Stamp(chain) => {
                    if self.is_lost(reader, chain) {
                        return self.restart(reader);
                    }
                    self.learn(reader, chain);
                }
                Item::Slip(entry) => self.take_slip(reader, sender, *entry),
            }
        }
        self.at(reader).cursors[sender as usize] = answer.cursor;
        self.settle_lost(reader);
        self.answer(reader);
    }

    fn take_slip(&mut self, n: NodeId, sender: NodeId, entry: EntryId) {
        let author = self.entries[entry as usize].author;
        // It may come before the stamp by which its author joined: who offers a slip holds the log as well. That may come
        // in as evidence only, because an act seals the dossier: the slip waits beside it.
        let takes_part = |world: &World| {
            let node = world.node(n);
            let as_stamped = world.has(Flaw::SlipOfStrangerDropped) && !node.log.is_empty();
            let mut chains = node.chains().filter(|chain| !as_stamped || **chain == node.log);
            chains.any(|chain| chain.participants().has(author))
        };
        if !takes_part(self) && !self.has(Flaw::SlipOfStrangerDropped) {
            let log = self.node(sender).log.clone();
            self.learn(n, &log);
        }
        if self.has(Flaw::AnsweredUnchecked) && self.may_stamp(n) {
            return self.stamp(n, Says::Entry(entry));
        }
        if takes_part(self) {
            let node = self.at(n);
            node.known = node.known.with(entry);
        }
    }

    /// Whether a chain holds stamps of this very node that it does not know, and does not look for.
    pub(super) fn is_lost(&self, n: NodeId, chain: &Log) -> bool {
        let node = self.node(n);
        let stamps = chain.stamps();
        let known = |upto: usize| node.chains().any(|chain| chain.stamps().starts_with(&stamps[..=upto]));
        !node.recovering && (0..stamps.len()).any(|at| stamps[at].by == n && !known(at))
    }

    /// Learns a stamp, with all before it (rule 4).
    fn learn(&mut self, n: NodeId, chain: &Log) {
        let node = self.node(n);
        if node.knows(chain) || self.distrusts(n, chain) {
            return;
        }
        let old = node.log.clone();
        let sealed = chain.term() < node.sealed && !self.has(Flaw::NoSeal);
        let is_next = old.is_before(chain);
        let ours = old.stamps().get(chain.len() - 1).map_or(old.term(), |stamp| stamp.term);
        if is_next && !sealed {
            let node = self.at(n);
            node.log = chain.clone();
            node.known = node.known.and(chain.entries());
            node.beside.retain(|beside| !beside.is_within(chain));
            self.settle(n, &old);
            self.offer_pending(n, chain.participants().minus(old.participants()));
        } else if is_next || chain.term() < ours {
            // Into the log only beneath a recall: evidence until then (rules 6, 8).
            self.keep_beside(n, [chain.clone()]);
        } else if !self.has(Flaw::GapsIgnored) {
            let sealed = Some(self.node(n).sealed).filter(|_| !self.has(Flaw::NoSeal));
            self.adopt(n, [chain.clone()], Set::default(), sealed);
        }
    }

    /// Rule 10 says that a stamp is judged by the trust list of its own time.
    pub(super) fn distrusts(&self, n: NodeId, chain: &Log) -> bool {
        let node = self.node(n);
        let excused = self.acts.get((node.sealed as usize).wrapping_sub(1)).map_or(Set::default(), |act| act.excused);
        self.has(Flaw::NewestTrust) && chain.stamps().iter().skip(node.log.len()).any(|stamp| excused.has(stamp.by))
    }

    /// The log becomes the best chain of all that are known: the one with the highest (last term, length) (rule 1). What is
    /// sealed comes in only beneath a recall; who gathers answers for a recall asks for the best chain whatever acts say
    /// (rule 6). What was voided is pending again, and everyone hears of it (rule 8).
    pub(super) fn adopt(&mut self, n: NodeId, chains: impl IntoIterator<Item = Log>, entries: Set, sealed: Option<u8>) {
        let node = self.node(n);
        let old = node.log.clone();
        let was_pending = node.pending();
        let mut pool: Vec<Log> = node.chains().cloned().chain(chains).collect();
        let best = pool
            .iter()
            .filter(|chain| **chain == old || sealed.is_none_or(|sealed| chain.term() >= sealed))
            .max_by(|a, b| {
                // The own log wins a tie, then the smaller one.
                let ours = |chain: &Log| *chain == old;
                a.rank().cmp(&b.rank()).then(ours(a).cmp(&ours(b))).then(b.cmp(a))
            });
        let log = best.cloned().unwrap_or_else(Log::none);
        pool.retain(|chain| *chain != log);

        let (lo, hi) = (old.term() as usize, log.term() as usize);
        let excused = (lo..hi).any(|act| self.acts[act].excused.has(n));
        let lost = self.ghost.lost.has(n) || !self.ghost.rolled_back.is_empty();
        let kept = old.is_within(&log) || excused || lost;
        self.ghost.ensure(kept, Property::OnlyExcusedAreVoided);

        let node = self.at(n);
        node.log = log.clone();
        node.beside.clear();
        node.known = node.known.and(entries).and(log.entries());
        self.keep_beside(n, pool);
        self.settle(n, &old);
        let participants = self.node(n).log.participants();
        let new = if old.is_empty() { Set::default() } else { participants.minus(old.participants()) };
        self.offer_pending(n, new);
        for entry in self.node(n).pending().minus(was_pending).iter() {
            self.owe(n, participants.minus(new), Item::Slip(entry));
        }
    }

    /// Keeps chains as evidence; what was said there is known from now on.
    fn keep_beside(&mut self, n: NodeId, chains: impl IntoIterator<Item = Log>) {
        let drops = self.has(Flaw::EvidenceDropped);
        let node = self.at(n);
        for chain in chains {
            if node.knows(&chain) {
                continue;
            }
            if drops {
                node.known = node.known.minus(chain.entries()).and(node.log.entries());
                continue;
            }
            node.known = node.known.and(chain.entries());
            node.beside.retain(|beside| !beside.is_within(&chain));
            node.beside.push(chain);
        }
        node.beside.sort();
    }
}
