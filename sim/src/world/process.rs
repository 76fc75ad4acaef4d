//! The process of one node: it dies, comes back, writes, and fails to write.

use super::*;

impl World {
    /// Dies, and comes back with what is on its disk.
    pub(super) fn crash(&mut self, n: usize) {
        self.tally.crashes += 1;
        let forgotten = self.has(Bug::RecoveringForgotten);
        let acts_forgotten = self.has(Bug::ActsForgotten);
        let node = &mut self.nodes[n];
        if forgotten {
            node.disk.recovering = false;
        }
        let disk = &node.disk;
        let mut desk =
            Desk::new(node.office.node.clone(), node.suite, self.calendar, disk.epoch.clone(), disk.recovering);
        desk.resume(disk.ends(), disk.cursors().clone());
        node.learned.clear();
        if !acts_forgotten {
            for (number, document) in disk.documents() {
                let act = RecallAct::read(document).expect("a stored act was verified");
                desk.learn(act, document.clone());
                node.learned.insert(*number);
            }
        }
        node.desk = desk;
        node.whole.clear();
        node.tried.clear();
        node.answered.clear();
        node.restated.clear();
        node.read_first.clear();
        node.fail_next = None;
    }

    pub(super) fn lend(&mut self, n: usize, commit: &Commit, id: DossierId) {
        let node = &mut self.nodes[n];
        if node.desk.wants(commit, id) {
            let held = node.disk.held(id, self.calendar);
            node.desk.lend(id, held);
        }
    }

    /// Signs and writes; says whether it is durable and whoever waited may be answered.
    pub(super) fn commit(&mut self, n: usize, mut commit: Commit) -> Result<bool, Broken> {
        if commit.is_empty() {
            return Ok(true);
        }
        let now = self.clock(n);
        let node = &self.nodes[n];
        let me = node.office.node.clone();
        let signer = node.keys.last().expect("a key");
        // A key that the node's own list does not know yet signs nothing.
        let trust = node.trust;
        // A clock that went back does not sign from before its key.
        let known = self.lists.get(trust as usize - 1).and_then(|list| list.card(&me).ok());
        let from = known.and_then(|card| card.keys.iter().find(|key| key.public == *signer.public_key()));
        let at = from.map_or(now, |key| now.max(key.from));
        commit.sign(signer, &me, trust, at);
        if self.has(Bug::EvidenceDropped) {
            commit.evidence.clear();
        }
        if self.has(Bug::SlipToHolderOnly) {
            let holder_of = |id: &DossierId| commit.dossiers.get(id).map(|held| held.chain.holder().clone());
            let kept: Vec<bool> = commit
                .streams
                .iter()
                .map(|row| {
                    let slip = matches!(row.owed, tongban_core::exchange::Owed::Slip(_));
                    !slip || holder_of(&row.dossier).is_none_or(|holder| holder == row.peer)
                })
                .collect();
            if kept.iter().any(|kept| !kept) {
                // The stream itself must stay whole: what is left out goes with everything of that peer in this commit.
                commit.streams.clear();
                commit.ends.clear();
            }
        }
        match self.nodes[n].fail_next.take() {
            Some(Failure::Full) => {
                self.tally.crashes += 1;
                self.nodes[n].desk.forget();
                return Ok(self.has(Bug::AnswerBeforeDurable));
            }
            Some(Failure::TornTail) => {
                if self.has(Bug::CursorBeforeBatch) {
                    let mut cursors = Commit::default();
                    cursors.cursors = commit.cursors.clone();
                    self.nodes[n].disk.write(&cursors);
                }
                self.crash(n);
                return Ok(self.has(Bug::AnswerBeforeDurable));
            }
            Some(Failure::Unanswered) => {
                self.judge(n, &commit)?;
                self.nodes[n].disk.write(&commit);
                self.count(n, &commit)?;
                self.crash(n);
                return Ok(false);
            }
            None => {}
        }
        self.judge(n, &commit)?;
        self.nodes[n].disk.write(&commit);
        self.count(n, &commit)?;
        let touched: Vec<DossierId> = commit.dossiers.keys().copied().collect();
        self.nodes[n].desk.committed(commit);
        self.look(n, &touched)?;
        Ok(true)
    }

    pub(super) fn restore(&mut self, n: usize) -> Done {
        let Some(backup) = self.nodes[n].backup.clone() else { return Ok(()) };
        if backup.commits >= self.nodes[n].disk.commits {
            return Ok(());
        }
        self.tally.restores += 1;
        self.ghost.lost_disk.insert(n);
        self.nodes[n].disk = backup;
        self.crash(n);
        self.restart(n)
    }

    /// A peer holds stamps of this node that it does not know.
    pub(super) fn notice(&mut self, n: usize) -> Done {
        let known = self.ghost.rolled_back.contains(&n) || self.ghost.lied_to.iter().any(|(_, liar)| *liar == n);
        ensure(known, Property::StreamsAgree, || format!("{n} does not know its own stamps"))?;
        self.restart(n)
    }

    /// A new life: everything is restated, and nothing stamped until every node was heard.
    pub(super) fn restart(&mut self, n: usize) -> Done {
        let all = self.nodes[n].disk.restated(None, self.calendar);
        let mut epoch = Epoch::from_random(bytes(&mut self.random));
        let mut commit = Commit::default();
        if self.has(Bug::NoNewEpoch) {
            epoch = self.nodes[n].disk.epoch.clone();
        }
        self.nodes[n].desk.restart(&mut commit, epoch, &all);
        self.nodes[n].fail_next = None;
        self.nodes[n].restated.clear();
        self.commit(n, commit).map(|_| ())
    }

    /// A stamp by a node that does not hold the pen, instead of the answer that a peer would get next.
    pub(super) fn lie(&mut self, n: usize, peer: usize, dossier: u16) {
        let Some(id) = self.dossier(dossier) else { return };
        let Some(held) = self.nodes[n].disk.held(id, self.calendar) else { return };
        let node = &self.nodes[n];
        if n == peer || *held.chain.holder() == node.office.node {
            return;
        }
        let written = Draft::next(id, held.chain.kind(), &node.office.node)
            .by(clerk(&node.office))
            .said(self.now, [7; 8], &Act::Withdrawn)
            .write(node.suite);
        let mut stamp = held.chain.next_stamp(&written, self.now);
        stamp.node = node.office.node.clone();
        let hash = stamp.hash(node.suite);
        let key = node.keys.last().expect("a key");
        let (signed, parts) =
            SignedGroup::sign(Purpose::Commit, key, &node.office.node, node.trust, self.clock(n), &[hash])
                .expect("one leaf");
        let proof = parts.prove(node.suite, 1, &[0]).expect("a proof");
        let cursor = self.nodes[peer].disk.cursors().get(&node.office.node).cloned();
        let from = cursor.as_ref().filter(|cursor| cursor.epoch == node.disk.epoch).map_or(0, |cursor| cursor.position);
        let item = Item::Stamp {
            stamp,
            entry: String::from_utf8(written.bytes().to_vec()).expect("text"),
            stamped: Spot { group: 0, leaf: 0 },
            said: None,
            via: None,
        };
        let groups = vec![BatchGroup { signed, proof }];
        let batch = Batch { epoch: node.disk.epoch.clone(), from, groups, items: vec![item] };
        self.ghost.lies.insert(hash);
        self.ghost.lied_to.insert((peer, n));
        self.wire.push(Message {
            from: n,
            to: peer,
            asked: Asked::Stream(cursor),
            answer: Answer::Batch(Box::new(batch)),
            damaged: false,
        });
    }
}
