//! Where the properties are looked at: before a commit, after it, and when everything came to rest.

use super::*;

impl World {
    /// What must be so of a commit before it is written.
    pub(super) fn judge(&mut self, n: usize, commit: &Commit) -> Done {
        let me = self.nodes[n].office.node.clone();
        for row in &commit.stamps {
            let joins = row.written.entry().join.iter();
            self.ghost.invited.extend(joins.map(|node| (row.stamp.dossier, node.clone())));
        }
        for row in commit.stamps.iter().filter(|row| row.stamp.node == me) {
            // Stamps that the node wins back were made before; only new ones are judged.
            let place = (row.stamp.dossier, row.stamp.term, row.stamp.seq);
            if self.ghost.seen.contains(&row.hash) {
                continue;
            }
            let act = self.nodes[n].disk.documents().values().filter_map(|held| RecallAct::read(held).ok());
            let sealed = act.filter(|act| act.dossiers.contains(&row.stamp.dossier)).map(|act| act.term).max();
            ensure(sealed.is_none_or(|term| row.stamp.term >= term), Property::SealedIsSilent, || {
                format!("{me} knows act {sealed:?} and stamps {place:?}")
            })?;
            let recalled = commit.dossiers.get(&row.stamp.dossier).and_then(|held| held.chain.recalled());
            let may = commit.resumed || recalled == Some(&self.nodes[n].disk.epoch);
            ensure(!self.nodes[n].disk.recovering || may, Property::RecoveringIsSilent, || {
                format!("{me} recovers and stamps {place:?}")
            })?;
        }
        for (signed, _) in commit.groups.iter().filter(|(signed, _)| signed.group.node == me) {
            let own = signed.group.key == self.nodes[n].keys.last().expect("a key").public_key().fingerprint();
            let stands = self.nodes[n].disk.lists.key_of(&signed.group).is_ok();
            ensure(!own || stands, Property::SignsByItsList, || {
                format!("{me} signs what its own list does not accept")
            })?;
        }
        for (id, from) in &commit.cut {
            let old = self.nodes[n].disk.held(*id, self.calendar);
            let (Some(old), Some(new)) = (old, commit.dossiers.get(id)) else { continue };
            let (lo, hi) = (old.chain.term(), new.chain.term());
            let between =
                self.acts.iter().filter(|(act, _)| act.dossiers.contains(id) && lo < act.term && act.term <= hi);
            let excused = between.clone().any(|(act, _)| act.excused.contains(&me));
            let lossless = self.ghost.lost_disk.is_empty();
            ensure(excused || !lossless, Property::OnlyExcusedAreVoided, || {
                format!("{me} was not excused, and stamps from {from} on in {id} are voided")
            })?;
        }
        for row in &commit.streams {
            let takes_part = self.ghost.invited.contains(&(row.dossier, row.peer.clone()));
            ensure(takes_part, Property::AudienceOnly, || format!("{me} owes {} what is not for it", row.peer))?;
        }
        Ok(())
    }

    /// What a commit brought, once it is written.
    pub(super) fn count(&mut self, n: usize, commit: &Commit) -> Done {
        let me = self.nodes[n].office.node.clone();
        let rows = commit.stamps.iter().chain(commit.evidence.iter().map(|evidence| &evidence.row));
        for row in rows {
            if self.ghost.lies.contains(&row.hash) {
                continue;
            }
            self.ghost.seen.insert(row.hash);
            let place = (row.stamp.dossier, row.stamp.term, row.stamp.seq);
            match self.ghost.stamps.get(&place) {
                None => {
                    self.ghost.stamps.insert(place, row.hash);
                    self.tally.stamps += 1;
                }
                Some(known) if *known == row.hash => {}
                Some(_) => {
                    self.ghost.forked = true;
                    let known = self.index(&row.stamp.node).is_some_and(|n| self.ghost.rolled_back.contains(&n))
                        || !self.ghost.rolled_back.is_empty();
                    ensure(known, Property::OneStampPerNumber, || format!("{me} holds a second stamp {place:?}"))?;
                }
            }
        }
        self.tally.voided += commit.evidence.iter().filter(|one| one.code == "superseded").count() as u64;
        self.tally.faults_seen += commit.evidence.iter().filter(|one| one.code.starts_with("stamp-")).count() as u64;
        if commit.resumed {
            let knows = |id: DossierId| {
                let held = self.nodes.iter().filter_map(|node| node.disk.held(id, self.calendar));
                held.into_iter().any(|held| held.chain.participants().contains(&me))
            };
            let forgotten: Vec<_> = self.dossiers.iter().filter(|id| !knows(**id)).map(|id| (n, *id)).collect();
            self.ghost.forgotten.extend(forgotten);
        }
        if !self.nodes[n].disk.recovering {
            let by_stamp = self.has(Bug::EffectsByStamp);
            let content = commit.stamps.iter().filter(|row| row.written.entry().is_content());
            let done = |written: &tongban_core::dossier::Written| (written.entry().dossier, *written.hash());
            let effects: Vec<(DossierId, Hash)> = if by_stamp {
                content.map(|row| done(&row.written)).collect()
            } else {
                commit.effects.iter().map(done).collect()
            };
            for (id, entry) in effects {
                let count = self.ghost.effects.entry((n, entry)).or_default();
                *count += 1;
                let times = *count;
                // What an unnoticed rollback lost was lost with the knowledge that it was done.
                let lost = self.ghost.rolled_back.contains(&n) || self.ghost.forgotten.contains(&(n, id));
                let known = times == 1 || lost;
                ensure(known, Property::EffectOnce, || format!("{entry:?} has its effects {times} times on {me}"))?;
            }
        }
        let name = |written: &tongban_core::dossier::Written| Act::of(written).map_or("-", |act| act.name());
        let stamps: Vec<String> = commit
            .stamps
            .iter()
            .map(|row| format!("{}.{} {}", row.stamp.term, row.stamp.seq, name(&row.written)))
            .collect();
        let owed: Vec<String> = commit.streams.iter().map(|row| format!("{}: {:?}", row.peer, row.owed)).collect();
        self.note(&format!("  {me} commits {stamps:?} beside {} owes {owed:?}", commit.evidence.len()));
        Ok(())
    }

    /// What must be so of a node's dossiers after a commit.
    pub(super) fn look(&mut self, n: usize, touched: &[DossierId]) -> Done {
        if self.blind {
            return Ok(());
        }
        for id in touched {
            let Some(stored) = self.nodes[n].disk.held(*id, self.calendar) else { continue };
            let me = self.nodes[n].office.node.clone();
            if let Some(kept) = self.nodes[n].desk.held(&Commit::default(), *id) {
                let same =
                    kept.chain == stored.chain && kept.matter == stored.matter && hashes(&kept) == hashes(&stored);
                ensure(same, Property::SameLogSameState, || {
                    format!(
                        "{me} keeps another state of {id} than its log gives: {:?} and {:?}",
                        kept.chain, stored.chain
                    )
                })?;
                ensure(kept.fault == stored.fault, Property::SameLogSameState, || {
                    format!("{me}: fault of {id} differs: {:?} {:?}", kept.fault, stored.fault)
                })?;
                let sorted = |held: &Held| held.beside.iter().copied().collect::<BTreeSet<Hash>>();
                ensure(sorted(&kept) == sorted(&stored), Property::SameLogSameState, || {
                    format!("{me} knows other stamps beside {id} than are stored")
                })?;
            }
            ensure(
                self.nodes[n].disk.pending(*id) == self.nodes[n].disk.derived_pending(*id, self.calendar),
                Property::SameLogSameState,
                || format!("{me}: what is pending in {id} does not follow from its log"),
            )?;
            let log = self.nodes[n].disk.log(*id);
            let twice = log.iter().any(|row| stored.beside.contains(&row.hash));
            ensure(!twice, Property::SameLogSameState, || {
                format!("{me}: a stamp of {id} is in the log and beside it")
            })?;
            let invited = self.ghost.invited.contains(&(*id, me.clone()));
            ensure(invited, Property::AudienceOnly, || format!("{me} holds {id}"))?;
            let answered: Vec<Hash> = log
                .iter()
                .flat_map(|row| [Some(*row.written.hash()), row.written.entry().refuses.as_ref().map(|no| no.entry)])
                .flatten()
                .collect();
            let distinct: BTreeSet<&Hash> = answered.iter().collect();
            ensure(distinct.len() == answered.len(), Property::AnsweredOnce, || format!("{me}: twice in {id}"))?;
            let state = (stored.matter.clone(), stored.next(self.calendar));
            let known = self.ghost.states.entry(*stored.chain.head()).or_insert_with(|| state.clone());
            ensure(*known == state, Property::SameLogSameState, || format!("{me}: another state of {id} for one log"))?;
            self.one_pen(*id)?;
        }
        Ok(())
    }

    pub(super) fn one_pen(&self, id: DossierId) -> Done {
        if !self.ghost.rolled_back.is_empty() {
            return Ok(());
        }
        let mut terms = BTreeSet::new();
        for node in &self.nodes {
            let Some(held) = node.disk.held(id, self.calendar) else { continue };
            if node.desk.may_stamp(&held) {
                let term = held.chain.term();
                ensure(terms.insert(term), Property::OnePen, || format!("two nodes may stamp in {id}, term {term}"))?;
            }
        }
        Ok(())
    }

    /// Everything is mended, and everyone goes on until nothing is left to do. Then all must agree.
    pub fn come_to_rest(&mut self) -> Done {
        self.cut.clear();
        self.wire.clear();
        for n in 0..self.nodes.len() {
            self.nodes[n].fail_next = None;
            if self.is_revoked(n) {
                self.rotate(n);
            }
        }
        self.settle()?;
        // Where two stamps of one number are known, or an act died with the life it was bound to, the registrar acts.
        for _ in 0..3 {
            let mut acted = false;
            for id in self.dossiers.clone() {
                if let Some(holder) = self.needs_recall(id) {
                    self.issue(id, holder, None);
                    acted = true;
                }
            }
            if !acted {
                break;
            }
            self.settle()?;
        }
        self.at_rest()
    }

    pub(super) fn settle(&mut self) -> Done {
        for _ in 0..ROUNDS_MAX {
            let before: Vec<u64> = self.nodes.iter().map(|node| node.disk.commits).collect();
            let mut open = false;
            for n in 0..self.nodes.len() {
                self.now.0 += 60_000;
                self.learn(n)?;
                self.work(n)?;
                for peer in 0..self.nodes.len() {
                    if n == peer {
                        continue;
                    }
                    // Who does not know its key yet is asked again. A stream goes on after a chain was fetched: the round
                    // after it counts as well.
                    open |= !self.may_ask(n, peer);
                    open |= !matches!(self.next_question(n, peer), Asked::Stream(_));
                    self.ask(n, peer)?;
                    while let Some(message) = self.wire.pop() {
                        self.deliver(message)?;
                    }
                    self.settle_blobs(n, peer)?;
                    open |= !matches!(self.next_question(n, peer), Asked::Stream(_));
                }
            }
            let after: Vec<u64> = self.nodes.iter().map(|node| node.disk.commits).collect();
            if before == after && !open {
                return Ok(());
            }
        }
        Err(Broken::new(Property::ComesToRest, "still busy after all rounds".to_owned()))
    }

    /// The node that should hold the pen by a new act, if nobody may stamp by what is known.
    pub(super) fn needs_recall(&self, id: DossierId) -> Option<usize> {
        let held: Vec<(usize, Arc<Held>)> =
            (0..self.nodes.len()).filter_map(|n| Some((n, self.nodes[n].disk.held(id, self.calendar)?))).collect();
        let (_, best) = held.iter().max_by_key(|(_, held)| (held.chain.term(), held.chain.len()))?;
        let alone = held.iter().all(|(_, other)| other.chain.head() == best.chain.head());
        let stamps = held.iter().any(|(n, held)| self.nodes[*n].desk.may_stamp(held));
        if alone && stamps {
            return None;
        }
        let holder = self.index(best.chain.holder())?;
        // Stamps beside the log are enough to go on from; who takes no part cannot.
        let full = self.nodes[holder].disk.full(id);
        if !full.log.is_empty() || !full.beside.is_empty() {
            return Some(holder);
        }
        held.iter().map(|(n, _)| *n).find(|n| best.chain.participants().contains(&self.nodes[*n].office.node))
    }

    pub(super) fn at_rest(&self) -> Done {
        for id in &self.dossiers {
            let held: Vec<(usize, Arc<Held>)> =
                (0..self.nodes.len()).filter_map(|n| Some((n, self.nodes[n].disk.held(*id, self.calendar)?))).collect();
            let Some((_, best)) = held.iter().max_by_key(|(_, held)| (held.chain.term(), held.chain.len())) else {
                // The only node that held it lost its disk.
                let lost = self.ghost.acknowledged.iter().filter(|(_, known, _)| known == id);
                let excused = lost.clone().all(|(n, ..)| self.ghost.lost_disk.contains(n));
                ensure(excused, Property::AcknowledgedSurvives, || format!("{id} is gone"))?;
                continue;
            };
            for node in best.chain.participants() {
                let n = self.index(node).expect("a node");
                let same = held.iter().any(|(held_by, held)| *held_by == n && held.chain.head() == best.chain.head());
                ensure(same, Property::ComesToRest, || {
                    let theirs = self.nodes[n].disk.full(*id);
                    format!(
                        "{node} does not hold the log of {id} that others hold: term {} len {} held by {:?}; it has {} in its log, {:?} beside",
                        best.chain.term(),
                        best.chain.len(),
                        held.iter().map(|(n, held)| (n, held.chain.term(), held.chain.len())).collect::<Vec<_>>(),
                        theirs.log.len(),
                        theirs
                            .beside
                            .iter()
                            .map(|(row, code)| (row.stamp.term, row.stamp.seq, code.clone()))
                            .collect::<Vec<_>>(),
                    )
                })?;
            }
            for (n, held) in
                held.iter().filter(|(n, _)| best.chain.participants().contains(&self.nodes[*n].office.node))
            {
                let name = &self.nodes[*n].office.node;
                ensure(held.pending.is_empty(), Property::ComesToRest, || {
                    let names = |rows: &mut dyn Iterator<Item = &tongban_core::dossier::Written>| {
                        rows.map(|written| Act::of(written).map_or("-", |act| act.name())).collect::<Vec<_>>().join(" ")
                    };
                    let log = self.nodes[*n].disk.log(*id);
                    format!(
                        "{name}: still pending in {id}: {} after {}; participants {:?}, holder {}",
                        names(&mut held.pending.iter()),
                        names(&mut log.iter().map(|row| &row.written)),
                        held.chain.participants(),
                        held.chain.holder(),
                    )
                })?;
            }
            self.blobs_arrived(*id, best.chain.participants())?;
            let holder = self.index(best.chain.holder()).expect("a node");
            ensure(self.nodes[holder].desk.may_stamp(best), Property::ComesToRest, || {
                format!("nobody may stamp in {id}")
            })?;
            for (n, known, entry) in &self.ghost.acknowledged {
                let is_known = self.nodes.iter().any(|node| node.disk.knows(*known, entry));
                let excused = self.ghost.lost_disk.contains(n) && !is_known;
                if known == id && !excused {
                    ensure(best.chain.is_answered(entry), Property::AcknowledgedSurvives, || {
                        format!("{entry:?}, said at {n} in {id}, is neither stamped nor refused")
                    })?;
                }
            }
        }
        Ok(())
    }
}
