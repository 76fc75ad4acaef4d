//! Keys and trust lists: what the registrar issues, and what nodes know of it.

use super::*;

/// The trust lists of a node, as it judges by them.
pub(super) struct Judging<'a> {
    lists: &'a TrustLists,
    bug: Option<Bug>,
}

impl Keys for Judging<'_> {
    fn of(&self, group: &Group) -> Result<PublicKey, TrustError> {
        match self.bug {
            Some(Bug::NamedListIgnored) => {
                self.lists.current().ok_or(TrustError::None)?.key(&group.node, &group.key, group.at).cloned()
            }
            Some(Bug::EndedKeyBelieved) => {
                let list = self.lists.version(group.trust).ok_or(TrustError::List(group.trust))?;
                let mut keys = list.card(&group.node)?.keys.iter();
                let key = keys.find(|key| key.public.fingerprint() == group.key);
                key.map(|key| key.public.clone()).ok_or_else(|| TrustError::Key(group.node.clone()))
            }
            _ => self.lists.key_of(group),
        }
    }

    fn root(&self) -> Result<PublicKey, TrustError> {
        self.lists.root()
    }
}

impl World {
    /// Verifies what a peer sent: a stretch of its stream, or a dossier whole.
    pub(super) fn verify(
        &mut self,
        n: usize,
        stretch_of: Option<Cursor>,
        batch: Batch,
    ) -> Result<VerifiedBatch, BatchError> {
        let judging = Judging { lists: &self.nodes[n].disk.lists, bug: self.bug };
        let verified = match stretch_of {
            Some(cursor) => batch.verify_up_to(BATCH_ITEMS, cursor, &judging),
            None if self.has(Bug::WholeBounded) => {
                let cursor = Cursor::start(batch.epoch.clone());
                batch.verify_up_to(BATCH_ITEMS, cursor, &judging)
            }
            None => batch.verify_whole(&judging),
        };
        if let Err(BatchError::Trust(_)) = verified {
            // A list that it has not seen yet may be the reason: it looks.
            self.fetch_lists(n);
        }
        verified
    }

    /// A node fetches all lists from the registrar.
    pub(super) fn fetch_lists(&mut self, n: usize) {
        if self.has(Bug::UnknownListRefused) {
            return;
        }
        for list in &self.lists {
            self.nodes[n].disk.lists.keep(list.clone());
        }
    }

    /// A node fetches the lists that a peer knows.
    pub(super) fn fetch_lists_from(&mut self, n: usize, peer: usize) -> Done {
        if n == peer || self.cut.contains(&(n, peer)) || self.cut.contains(&(peer, n)) {
            return Ok(());
        }
        let in_force = |world: &World| world.nodes[n].disk.lists.current().map(|list| list.version);
        let before = in_force(self);
        let served: Vec<TrustList> = self.nodes[peer].disk.lists.all().cloned().collect();
        if self.has(Bug::OldListTakenBack) {
            self.nodes[n].disk.lists = TrustLists::default();
        }
        for list in served {
            self.nodes[n].disk.lists.keep(list);
        }
        let after = in_force(self);
        ensure(after >= before, Property::ListsGoForward, || format!("{n} goes back from list {before:?} to {after:?}"))
    }

    /// A node gets a new key, and its old one ends. Whoever puts it in knows the list that has it.
    pub(super) fn rotate(&mut self, n: usize) {
        let suite = self.nodes[n].suite;
        let key = secret(&mut self.random, suite);
        let now = self.clock(n);
        let mut list = self.next_list();
        let card = &mut list.nodes[n];
        if let Some(last) = card.keys.last_mut() {
            last.until = last.until.or(Some(now));
        }
        card.keys.push(KeyCard { public: key.public_key().clone(), from: now, until: None });
        self.lists.push(list);
        self.nodes[n].keys.push(key);
        self.fetch_lists(n);
    }

    /// The registrar ends a node's key. The node hears of it later.
    pub(super) fn revoke(&mut self, n: usize) {
        if self.is_revoked(n) {
            return;
        }
        self.tally.revocations += 1;
        let now = self.now;
        let mut list = self.next_list();
        if let Some(last) = list.nodes[n].keys.last_mut() {
            last.until = Some(now.max(last.from));
        }
        self.lists.push(list);
    }

    /// Whether a node waits for a new key.
    pub(super) fn is_revoked(&self, n: usize) -> bool {
        self.lists.last().is_some_and(|list| list.nodes[n].keys.last().is_some_and(|key| key.until.is_some()))
    }

    fn next_list(&self) -> TrustList {
        let mut list = self.lists.last().expect("a list").clone();
        list.version += 1;
        list
    }

    /// The key with which a node signs, the list that it names, and the moment: none if that key signs no more.
    pub(super) fn signing(&self, n: usize) -> Option<(&SecretKey, u32, Moment)> {
        let node = &self.nodes[n];
        let key = node.keys.last().expect("a key");
        let (trust, at) =
            node.disk.lists.signs(&node.office.node, &key.public_key().fingerprint(), self.clock(n)).ok()?;
        Some((key, trust, at))
    }

    /// Whether an asked node knows the key with which another signs its questions.
    pub(super) fn may_ask(&self, asker: usize, asked: usize) -> bool {
        let key = self.nodes[asker].keys.last().expect("a key").public_key().fingerprint();
        let list = self.nodes[asked].disk.lists.current().expect("a list");
        let name = &self.nodes[asker].office.node;
        let from = list.nodes[asker].keys.iter().find(|card| card.public.fingerprint() == key).map(|card| card.from);
        let at = self.clock(asker).max(from.unwrap_or_default());
        list.key(name, &key, at).is_ok()
    }
}
