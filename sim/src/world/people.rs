//! What people say, and what the registrar does.

use super::*;

/// Acts that two nodes try in the month in which they do not reach each other.
const BACKLOG_ACTS: u16 = 40;

impl World {
    pub(super) fn open(&mut self, n: usize, other: usize) -> Done {
        if self.dossiers.len() >= DOSSIERS_MAX || n == other {
            return Ok(());
        }
        let id = DossierId::from_random(bytes(&mut self.random));
        let applicant = self.blob(n);
        let drafted = drafted(&self.nodes[n].office, &self.nodes[other].office, applicant);
        let by = clerk(&self.nodes[n].office);
        let mut commit = Commit::default();
        let acts = vec![(by, Act::Drafted(Box::new(drafted)))];
        if self.say_acts(n, &mut commit, id, true, acts).is_err() {
            return Ok(());
        }
        if self.acknowledge(n, commit)? {
            self.dossiers.push(id);
        }
        Ok(())
    }

    /// Says something that the rules allow; whether there was anything.
    pub(super) fn say(&mut self, n: usize, dossier: u16, pick: u16) -> Result<bool, Broken> {
        let Some(id) = self.dossier(dossier) else { return Ok(false) };
        let mut commit = Commit::default();
        self.lend(n, &commit, id);
        let Some(held) = self.nodes[n].desk.held(&commit, id) else { return Ok(false) };
        let Some(case) = held.case_with_pending(self.calendar) else { return Ok(false) };
        let Some((by, act)) = self.choose(n, &case, pick) else { return Ok(false) };
        match self.say_acts(n, &mut commit, id, false, vec![(by, act)]) {
            Ok(slip) => {
                self.tally.slips += u64::from(slip);
                self.acknowledge(n, commit).map(|_| true)
            }
            Err(_) => Ok(false),
        }
    }

    pub(super) fn say_acts(
        &mut self,
        n: usize,
        commit: &mut Commit,
        id: DossierId,
        new: bool,
        acts: Vec<(By, Act)>,
    ) -> Result<bool, Unsaid> {
        let now = self.clock(n);
        let random = &mut self.random;
        let mut nonce = || bytes(random);
        self.nodes[n].desk.say(commit, id, new, acts, &mut Tick { now, nonce: &mut nonce })
    }

    /// Commits what people said; if it is durable, they are told so, and it must never be lost.
    pub(super) fn acknowledge(&mut self, n: usize, commit: Commit) -> Result<bool, Broken> {
        let me = self.nodes[n].office.node.clone();
        let said: Vec<(DossierId, Hash)> = commit
            .entries
            .iter()
            .filter(|row| row.written.entry().node == me && row.written.entry().is_content())
            .map(|row| (row.written.entry().dossier, *row.written.hash()))
            .collect();
        let durable = self.commit(n, commit)?;
        self.made.clear();
        if durable {
            self.ghost.acknowledged.extend(said.into_iter().map(|(id, hash)| (n, id, hash)));
        }
        Ok(durable)
    }

    /// Something that the rules allow a person at this node to say now.
    pub(super) fn choose(&mut self, n: usize, case: &Case, pick: u16) -> Option<(By, Act)> {
        let mut speakers = Vec::new();
        let office = self.nodes[n].office.clone();
        if case.drafted.receiving.node == office.node {
            speakers.push(clerk(&office));
            speakers.push(By { org: None, role: Role::Applicant, staff: None });
        }
        if case.drafted.handling.node == office.node {
            speakers.push(By { org: Some(office.org), role: Role::Officer, staff: Some("204".to_owned()) });
        }
        let attached = Attached { material: "form".to_owned(), blob: self.blob(n), check: Check::Uploaded };
        let number = format!("N{}", self.random.next_u32());
        let next = self.nodes[(n + 1 + pick as usize % (self.nodes.len() - 1)) % self.nodes.len()].office.clone();
        let acts = vec![
            Act::MaterialsAdded { materials: vec![attached.clone()] },
            Act::PreCheckAsked { note: String::new() },
            Act::PreChecked {
                verdict: Verdict::Ready,
                wanted: Vec::new(),
                note: String::new(),
                contact: String::new(),
                phone: String::new(),
            },
            Act::TakenIn { number: number.clone() },
            Act::HandedOver,
            Act::Received,
            Act::Forwarded { to: Box::new(next), note: "移送".to_owned() },
            Act::TakeBack,
            Act::Returned { reason: "material-missing".to_owned(), note: String::new() },
            Act::CorrectionAsked {
                wanted: vec![Wanted { material: "form".to_owned(), what: "重拍".to_owned() }],
                limit: Limit::working(5),
            },
            Act::CorrectionAnswered { materials: vec![attached] },
            Act::Accepted,
            Act::Decided {
                outcome: Outcome::Granted,
                reason: String::new(),
                note: String::new(),
                number,
                document: None,
                way: DeliveryWay::Online,
            },
            Act::Delivered { way: DeliveryWay::Online },
            Act::Rated { leg: Leg::Receiving, level: 1, comment: None },
            Act::Rated { leg: Leg::Handling, level: 2, comment: None },
            Act::Withdrawn,
        ];
        let at = self.clock(n);
        let count = acts.len();
        // Withdrawal ends a case: it comes last and seldom.
        let turned = (0..count).map(|number| &acts[(number + pick as usize) % count]);
        for act in turned {
            if matches!(act, Act::Withdrawn) && !pick.is_multiple_of(7) {
                continue;
            }
            for by in &speakers {
                let pen = case.pen_for(act);
                let asks = Asks { by, node: &office.node, pen: pen.as_ref(), at };
                if case.may(act, &asks, self.calendar).is_ok() {
                    return Some((by.clone(), act.clone()));
                }
            }
        }
        None
    }

    /// Two nodes do not reach each other for a month, and much is said on both sides.
    pub(super) fn backlog(&mut self, n: usize, other: usize, dossier: u16) -> Done {
        if n == other {
            return Ok(());
        }
        self.tally.backlogs += 1;
        let links = [(n, other), (other, n)];
        let cut_before: Vec<_> = links.into_iter().filter(|link| !self.cut.insert(*link)).collect();
        for turn in 0..BACKLOG_ACTS {
            self.now.0 += 30 * 24 * 3_600_000 / i64::from(BACKLOG_ACTS);
            let pick = self.random.next_u32() as u16;
            let speaker = if turn.is_multiple_of(2) { n } else { other };
            self.say(speaker, dossier.wrapping_add(turn / 2), pick)?;
        }
        self.cut.retain(|link| !links.contains(link) || cut_before.contains(link));
        Ok(())
    }

    pub(super) fn issue(&mut self, id: DossierId, holder: usize, excused: Option<usize>) {
        let term = self.acts.len() as u32 + 1;
        let act = RecallAct {
            term,
            dossiers: vec![id],
            holder: self.nodes[holder].office.node.clone(),
            epoch: self.nodes[holder].disk.epoch.clone(),
            excused: excused.map(|one| self.nodes[one].office.node.clone()).into_iter().collect(),
            issued: self.now,
            reason: "演练".to_owned(),
        };
        let document = Document::sign(&self.root, Kind::Recall, &self.registrar, term, &act);
        self.acts.push((act, document));
    }

    pub(super) fn learn(&mut self, n: usize) -> Done {
        self.fetch_lists(n);
        for (act, document) in self.acts.clone() {
            if !self.nodes[n].learned.contains(&act.term) {
                self.learn_act(n, act, document)?;
            }
        }
        Ok(())
    }

    /// Stores an act, which seals. Says whether it is stored.
    pub(super) fn learn_act(&mut self, n: usize, act: RecallAct, document: Document) -> Result<bool, Broken> {
        if self.nodes[n].learned.contains(&act.term) {
            return Ok(true);
        }
        let mut commit = Commit::default();
        commit.documents.push(document.clone());
        let term = act.term;
        self.nodes[n].desk.learn(act, document);
        let stored = self.commit(n, commit)?;
        if stored {
            self.nodes[n].learned.insert(term);
        }
        Ok(stored)
    }

    /// Carries out acts whose answers are all there; ends a recovery when everyone was heard.
    pub(super) fn work(&mut self, n: usize) -> Done {
        let random_free = self.nodes[n].desk.acts_to_carry_out();
        for (id, act) in random_free {
            let full = self.nodes[n].disk.full(id);
            if full.log.is_empty() && full.beside.is_empty() || full.term().is_some_and(|term| term >= act.0.term) {
                continue;
            }
            let answered = self.nodes[n].answered.get(&(id, act.0.term)).cloned().unwrap_or_default();
            let to_ask = full.asked_for(&act.0, self.nodes[n].desk.is_recovering(), &self.everyone());
            let heard = |node: &NodeId| self.index(node).is_some_and(|peer| answered.contains(&peer));
            if !self.has(Bug::RecallWithoutAsking) && !to_ask.iter().all(heard) {
                continue;
            }
            let mut commit = Commit::default();
            let now = self.clock(n);
            let random = &mut self.random;
            let mut nonce = || bytes(random);
            let mut tick = Tick { now, nonce: &mut nonce };
            if self.nodes[n].desk.recall(&mut commit, full, &act, &mut tick) {
                self.tally.recalls += 1;
            }
            self.commit(n, commit)?;
        }
        self.win_back(n)
    }

    /// Every node of the trust list.
    pub(super) fn everyone(&self) -> Vec<NodeId> {
        self.nodes.iter().map(|node| node.office.node.clone()).collect()
    }

    pub(super) fn win_back(&mut self, n: usize) -> Done {
        if !self.nodes[n].desk.is_recovering() {
            return Ok(());
        }
        let epoch = self.nodes[n].desk.epoch().clone();
        let heard = |peer: usize| {
            let name = &self.nodes[peer].office.node;
            let Some((own, theirs, until)) = self.nodes[n].restated.get(&peer) else { return false };
            let read = self.nodes[n].disk.cursors().get(name);
            *own == epoch
                && (*until == 0 || read.is_some_and(|cursor| cursor.epoch == *theirs && cursor.position >= *until))
        };
        let others = (0..self.nodes.len()).filter(|peer| *peer != n);
        let enough = if self.has(Bug::NoReadBack) {
            true
        } else if self.has(Bug::ReadBackFromOne) {
            others.clone().any(heard)
        } else {
            others.clone().all(heard)
        };
        if !enough {
            return Ok(());
        }
        self.forget_lost();
        let all = self.nodes[n].disk.restated(None, self.calendar);
        let mut commit = Commit::default();
        if self.has(Bug::RecoveryAnswersNothing) {
            self.nodes[n].desk.forget();
        } else {
            for one in all.iter().filter(|one| !one.pending.is_empty()) {
                self.lend(n, &commit, one.dossier);
            }
        }
        let now = self.clock(n);
        let random = &mut self.random;
        let mut nonce = || bytes(random);
        self.nodes[n].desk.recovered(&mut commit, &all, &mut Tick { now, nonce: &mut nonce });
        self.commit(n, commit).map(|_| ())
    }

    /// A node that recovered may give a number again whose stamp was on its lost disk alone: nobody ever saw that.
    pub(super) fn forget_lost(&mut self) {
        let mut seen = BTreeSet::new();
        for node in &self.nodes {
            for id in node.disk.dossiers() {
                seen.extend(node.disk.log(id).iter().map(|row| row.hash));
                seen.extend(node.disk.evidence(id).iter().map(|(row, _)| row.hash));
            }
        }
        self.ghost.stamps.retain(|_, hash| seen.contains(hash));
    }
}
