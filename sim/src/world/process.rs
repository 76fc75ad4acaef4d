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
        node.blobs_asked.clear();
        node.fail_next = None;
    }

    pub(super) fn lend(&mut self, n: usize, commit: &Commit, id: DossierId) {
        let node = &mut self.nodes[n];
        if node.desk.wants(commit, id) {
            let held = node.disk.held(id, self.calendar);
            node.desk.lend(id, held.map(|held| Held::clone(&held)));
        }
    }

    /// Signs and writes; says whether it is durable and whoever waited may be answered.
    pub(super) fn commit(&mut self, n: usize, mut commit: Commit) -> Result<bool, Broken> {
        if commit.is_empty() {
            return Ok(true);
        }
        let node = &self.nodes[n];
        let signer = node.keys.last().expect("a key");
        let signed = if self.has(Bug::EndedKeySigns) {
            let mut lists = TrustLists::default();
            let mut list = node.disk.lists.current().expect("a list").clone();
            list.nodes[n].keys.iter_mut().for_each(|key| key.until = None);
            lists.keep(list);
            commit.sign(signer, &node.office.node, &lists, self.clock(n))
        } else {
            commit.sign(signer, &node.office.node, &node.disk.lists, self.clock(n))
        };
        if signed.is_err() {
            // The key ended: nobody is told yes, and nothing is written, until the node has a new one.
            self.nodes[n].desk.forget();
            return Ok(false);
        }
        if self.has(Bug::EvidenceDropped) {
            commit.evidence.clear();
            commit.dossiers.values_mut().for_each(|held| held.beside.clear());
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
                self.store_made(n, &commit);
                self.count(n, &commit)?;
                self.crash(n);
                return Ok(false);
            }
            None => {}
        }
        self.judge(n, &commit)?;
        self.nodes[n].disk.write(&commit);
        self.store_made(n, &commit);
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
}
