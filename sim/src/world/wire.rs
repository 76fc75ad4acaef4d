//! What nodes ask each other, and what they make of the answers.

use super::*;

impl World {
    /// A node asks a peer whatever it has to ask it next. The answer goes onto the wire.
    pub(super) fn ask(&mut self, n: usize, peer: usize) -> Done {
        if n == peer || self.cut.contains(&(n, peer)) {
            return Ok(());
        }
        self.send(n, peer, self.next_question(n, peer))
    }

    pub(super) fn send(&mut self, n: usize, peer: usize, asked: Asked) -> Done {
        if n == peer || self.cut.contains(&(n, peer)) || !self.may_ask(n, peer) {
            return Ok(());
        }
        self.note(&format!("{n} asks {peer} {asked:?}"));
        let Some(answer) = self.answer(n, peer, &asked)? else { return Ok(()) };
        if !self.cut.contains(&(peer, n)) {
            self.wire.push(Message { from: peer, to: n, asked, answer, damaged: false });
        }
        Ok(())
    }

    pub(super) fn next_question(&self, n: usize, peer: usize) -> Asked {
        let node = &self.nodes[n];
        if let Some((id, item)) = node.whole.get(&peer) {
            return Asked::Whole(*id, *item);
        }
        for (id, act) in node.desk.acts_to_carry_out() {
            let full = node.disk.full(id);
            let done = node.answered.get(&(id, act.0.term)).is_some_and(|answered| answered.contains(&peer));
            let known = !(full.log.is_empty() && full.beside.is_empty());
            let asked = full.asked_for(&act.0, node.desk.is_recovering(), &self.everyone());
            let asks = known && asked.contains(&self.nodes[peer].office.node);
            if full.term().is_none_or(|term| term < act.0.term) && asks && !done && !node.read_first.contains(&peer) {
                return Asked::Question(id, act.0.term);
            }
        }
        if node.desk.is_recovering() {
            let epoch = node.desk.epoch();
            let told = node.restated.get(&peer).filter(|(own, ..)| own == epoch);
            let cursor = node.disk.cursors().get(&self.nodes[peer].office.node);
            let current = told.is_some_and(|(_, theirs, _)| cursor.is_none_or(|cursor| cursor.epoch == *theirs));
            if !current && !node.read_first.contains(&peer) {
                return Asked::Restated(epoch.clone());
            }
        }
        Asked::Stream(node.disk.cursors().get(&self.nodes[peer].office.node).cloned())
    }

    pub(super) fn answer(&mut self, asker: usize, n: usize, asked: &Asked) -> Result<Option<Answer>, Broken> {
        let peer = self.nodes[asker].office.node.clone();
        let takes_part = |world: &World, id: DossierId| {
            let held = world.nodes[n].disk.held(id, world.calendar);
            held.is_some_and(|held| held.chain.participants().contains(&peer))
        };
        let most = if self.has(Bug::StretchUnbounded) { usize::MAX } else { BATCH_ITEMS };
        match asked {
            Asked::Blobs(hashes) => Ok(Some(Answer::Blobs(self.nodes[n].disk.blobs_for(&peer, hashes, self.calendar)))),
            Asked::Stream(cursor) => match self.nodes[n].disk.stream(&peer, cursor.as_ref(), most) {
                Some(batch) => {
                    ensure(batch.items.len() <= BATCH_ITEMS, Property::Bounded, || {
                        format!("{n} answers {peer} with {} items at once", batch.items.len())
                    })?;
                    Ok(Some(Answer::Batch(Box::new(batch))))
                }
                None => {
                    let known = self.ghost.rolled_back.contains(&n) || self.ghost.lied_to.contains(&(asker, n));
                    ensure(known, Property::StreamsAgree, || format!("{peer} knows more of {n}'s stream than {n}"))?;
                    self.restart(n)?;
                    Ok(None)
                }
            },
            Asked::Whole(id, _) if takes_part(self, *id) || self.has(Bug::AudienceIgnored) => {
                let batch = self.nodes[n].disk.chain(*id);
                Ok((!batch.items.is_empty()).then(|| Answer::Batch(Box::new(batch))))
            }
            Asked::Whole(..) => Ok(Some(Answer::NotHeld)),
            Asked::Question(id, term) => {
                let (act, document) = self.acts[*term as usize - 1].clone();
                if !self.has(Bug::NoSeal) && !self.learn_act(n, act, document)? {
                    return Ok(None);
                }
                let higher = self.nodes[n].desk.act(*id).filter(|act| act.0.term > *term).cloned();
                if let Some((_, document)) = higher {
                    return Ok(Some(Answer::Sealed(Box::new(document))));
                }
                // Whom no stamp lets take part gets nothing, whatever an act says.
                if !self.nodes[n].disk.full(*id).named().any(|node| *node == peer) {
                    return Ok(Some(Answer::NotHeld));
                }
                Ok(Some(Answer::Batch(Box::new(self.nodes[n].disk.answer(*id)))))
            }
            Asked::Restated(epoch) => {
                let own = self.nodes[n].disk.epoch.clone();
                let before = self.nodes[n].disk.restated.get(&peer).cloned();
                let until = match before.filter(|(ours, theirs, _)| *ours == own && theirs == epoch) {
                    Some((.., until)) => until,
                    None => {
                        let mut commit = Commit::default();
                        if !self.has(Bug::NoRestating) {
                            let all = self.nodes[n].disk.restated(Some(&peer), self.calendar);
                            self.nodes[n].desk.hear_restored(&mut commit, &peer, epoch, &all);
                        }
                        let end = commit.ends.get(&peer).or(self.nodes[n].desk.end(&peer));
                        let until = end.map_or(0, |(position, _)| *position);
                        if !self.commit(n, commit)? {
                            return Ok(None);
                        }
                        self.nodes[n].disk.restated.insert(peer, (own.clone(), epoch.clone(), until));
                        until
                    }
                };
                let acts = self.nodes[n].disk.documents().values().cloned().collect();
                Ok(Some(Answer::Restated(own, until, acts)))
            }
        }
    }

    pub(super) fn deliver(&mut self, message: Message) -> Done {
        let Message { from, to, asked, answer, damaged } = message;
        self.note(&format!("{from} to {to}"));
        match (asked, answer) {
            (Asked::Stream(cursor), Answer::Batch(batch)) => self.deliver_stream(from, to, cursor, *batch, damaged),
            (Asked::Whole(id, item), answer) => {
                self.nodes[to].whole.remove(&from);
                let done = match answer {
                    Answer::Batch(batch) if !self.has(Bug::GapsIgnored) => {
                        self.take_whole(from, to, id, *batch, false)?
                    }
                    _ => true,
                };
                // What was refused is asked for again, when the stream comes to it again.
                if done {
                    self.nodes[to].tried.entry(from).or_default().insert(item);
                }
                Ok(())
            }
            (Asked::Question(id, term), answer) => {
                let taken = match answer {
                    Answer::Batch(batch) => self.take_whole(from, to, id, *batch, true)?,
                    Answer::Sealed(document) => {
                        let act = RecallAct::open(&document, self.root.public_key()).expect("the registrar's act");
                        self.learn_act(to, act, *document)?
                    }
                    Answer::NotHeld => true,
                    Answer::Restated(..) | Answer::Blobs(_) => false,
                };
                if !taken {
                    // It may be from a life of the peer that is not known yet: its stream says so.
                    self.nodes[to].read_first.insert(from);
                } else {
                    self.nodes[to].answered.entry((id, term)).or_default().insert(from);
                }
                Ok(())
            }
            (Asked::Restated(epoch), Answer::Restated(theirs, until, acts)) => {
                for document in acts {
                    let act = RecallAct::open(&document, self.root.public_key()).expect("the registrar's act");
                    if !self.learn_act(to, act, document)? {
                        return Ok(());
                    }
                }
                self.nodes[to].restated.insert(from, (epoch, theirs, until));
                self.nodes[to].read_first.insert(from);
                Ok(())
            }
            (Asked::Blobs(asked), Answer::Blobs(sent)) => self.deliver_blobs(from, to, &asked, sent),
            _ => Ok(()),
        }
    }

    pub(super) fn deliver_stream(
        &mut self,
        from: usize,
        to: usize,
        read_from: Option<Cursor>,
        batch: Batch,
        damaged: bool,
    ) -> Done {
        self.nodes[to].read_first.remove(&from);
        let cursor = read_from.clone().unwrap_or_else(|| Cursor::start(batch.epoch.clone()));
        let nothing = batch.items.is_empty() && read_from.as_ref().is_some_and(|cursor| cursor.epoch == batch.epoch);
        if nothing {
            // Read to its end: if that was not far enough, the peer lost its own answer, and is asked again.
            let position = read_from.as_ref().map_or(0, |cursor| cursor.position);
            self.nodes[to].restated.retain(|peer, (.., until)| *peer != from || *until <= position);
            return Ok(());
        }
        let Ok(verified) = self.verify(to, Some(cursor), batch) else { return Ok(()) };
        if damaged {
            self.is_genuine(&verified)?;
            // What else stands in a batch is guarded by the connection, which this wire has not: as good as lost.
            return Ok(());
        }
        if self.has(Bug::BlobStopsStream)
            && !self.nodes[to].disk.wanted(&self.nodes[from].office.node, None, 1, self.calendar).is_empty()
        {
            return Ok(());
        }
        let peer = self.nodes[from].office.node.clone();
        let tried: Vec<Hash> = self.nodes[to].tried.get(&from).into_iter().flatten().copied().collect();
        let mut commit = Commit::default();
        for item in &verified.items {
            self.lend(to, &commit, id_of(item));
        }
        let now = self.clock(to);
        let random = &mut self.random;
        let mut nonce = || bytes(random);
        let mut tick = Tick { now, nonce: &mut nonce };
        let taken = self.nodes[to].desk.take(&mut commit, (&peer, &tried), &read_from, verified, &mut tick);
        match taken {
            Taken::Stored => {
                self.nodes[to].tried.remove(&from);
                self.commit(to, commit).map(|_| ())
            }
            Taken::Stale => Ok(()),
            Taken::Lost => self.notice(to),
            Taken::Whole(id, item) => {
                self.nodes[to].whole.insert(from, (id, item));
                // Each item of a stretch is tried once.
                ensure(tried.len() <= BATCH_ITEMS, Property::Bounded, || format!("{to} tries {} items", tried.len()))
            }
        }
    }

    /// What was verified although a byte was changed must be what was signed.
    pub(super) fn is_genuine(&self, verified: &VerifiedBatch) -> Done {
        for item in &verified.items {
            if let tongban_core::exchange::Incoming::Stamp(row) = item {
                let place = (row.stamp.dossier, row.stamp.term, row.stamp.seq);
                let known = self.ghost.stamps.get(&place) == Some(&row.hash) || self.ghost.forked;
                ensure(known || self.ghost.lies.contains(&row.hash), Property::VerifiedBeforeParsed, || {
                    format!("a changed stamp {place:?} was verified")
                })?;
            }
        }
        Ok(())
    }

    /// Says whether what was sent is stored.
    pub(super) fn take_whole(
        &mut self,
        from: usize,
        to: usize,
        id: DossierId,
        batch: Batch,
        asked: bool,
    ) -> Result<bool, Broken> {
        let Ok(verified) = self.verify(to, None, batch) else { return Ok(false) };
        let full = self.nodes[to].disk.full(id);
        let mut commit = Commit::default();
        let peer = self.nodes[from].office.node.clone();
        let now = self.clock(to);
        let random = &mut self.random;
        let mut nonce = || bytes(random);
        let mut tick = Tick { now, nonce: &mut nonce };
        match self.nodes[to].desk.take_whole(&mut commit, full, (&peer, asked), verified, &mut tick) {
            Taken::Stored => self.commit(to, commit),
            Taken::Lost => {
                self.notice(to)?;
                Ok(false)
            }
            Taken::Stale | Taken::Whole(..) => Ok(false),
        }
    }
}
