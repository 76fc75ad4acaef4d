//! What a hostile peer does: it signs what it may not, with keys that ended, and more than anyone can want.

use super::*;

/// Stretches of slips that a flood sends, each as long as is allowed.
const FLOOD_STRETCHES: usize = 5;

impl World {
    /// A stamp by a node that does not hold the pen, instead of the answer that a peer would get next. A node whose key
    /// was replaced signs it with the old one every other time: whoever found that key can do no more.
    pub(super) fn lie(&mut self, n: usize, peer: usize, dossier: u16) {
        let Some(id) = self.dossier(dossier) else { return };
        let Some(held) = self.nodes[n].disk.held(id, self.calendar) else { return };
        let node = &self.nodes[n];
        if n == peer || *held.chain.holder() == node.office.node {
            return;
        }
        let stolen = node.keys.len() > 1 && dossier.is_multiple_of(2);
        let written = self.nonsense(n, id, [7; 8]);
        let mut stamp = held.chain.next_stamp(&written, self.now);
        stamp.node = node.office.node.clone();
        let hash = stamp.hash(node.suite);
        let (signed, parts) = if stolen {
            let list = self.lists.last().expect("a list");
            let ended = list.nodes[n].keys[0].until.unwrap_or_default();
            let (at, trust) = (self.now.max(ended), list.version);
            let key = &node.keys[0];
            SignedGroup::sign(Purpose::Commit, key, &node.office.node, trust, at, &[hash]).expect("one leaf")
        } else {
            let Some((key, trust, at)) = self.signing(n) else { return };
            SignedGroup::sign(Purpose::Commit, key, &node.office.node, trust, at, &[hash]).expect("one leaf")
        };
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
        if !stolen {
            self.ghost.lies.insert(hash);
            self.ghost.lied_to.insert((peer, n));
        }
        self.wire.push(Message {
            from: n,
            to: peer,
            asked: Asked::Stream(cursor),
            answer: Answer::Batch(Box::new(batch)),
            damaged: stolen,
        });
    }

    /// Something that no rule allowed its node to say, naming a blob that nobody has.
    fn nonsense(&self, n: usize, id: DossierId, nonce: [u8; 8]) -> Written {
        let node = &self.nodes[n];
        let blob = BlobRef { hash: node.suite.hash(&[&nonce]), size: 8, media: "application/pdf".to_owned() };
        let act = match nonce[0] {
            7 => Act::Withdrawn,
            _ => Act::CorrectionAnswered {
                materials: vec![Attached { material: "form".to_owned(), blob, check: Check::Uploaded }],
            },
        };
        Draft::next(id, "case", &node.office.node).by(clerk(&node.office)).said(self.now, nonce, &act).write(node.suite)
    }

    /// A node floods a peer. Whatever comes, the peer takes it in bounded stretches, and serves the others.
    pub(super) fn flood(&mut self, n: usize, peer: usize, dossier: u16, with: Flood) -> Done {
        if n == peer || self.cut.contains(&(n, peer)) || self.cut.contains(&(peer, n)) {
            return Ok(());
        }
        self.tally.floods += 1;
        match with {
            Flood::Slips => self.flood_slips(n, peer, dossier),
            Flood::Restatements => {
                let name = self.nodes[peer].office.node.clone();
                let epoch = self.nodes[peer].disk.epoch.clone();
                for _ in 0..4 {
                    let all = self.nodes[n].disk.restated(Some(&name), self.calendar);
                    let mut commit = Commit::default();
                    self.nodes[n].desk.hear_restored(&mut commit, &name, &epoch, &all);
                    self.commit(n, commit)?;
                }
                Ok(())
            }
            Flood::Lives => {
                for _ in 0..4 {
                    let epoch = Epoch::from_random(bytes(&mut self.random));
                    self.answer(n, peer, &Asked::Restated(epoch))?;
                }
                Ok(())
            }
        }
    }

    fn flood_slips(&mut self, n: usize, peer: usize, dossier: u16) -> Done {
        let Some(id) = self.dossier(dossier) else { return Ok(()) };
        if self.nodes[n].disk.held(id, self.calendar).is_none() {
            return Ok(());
        }
        let name = self.nodes[n].office.node.clone();
        for stretch in 0..=FLOOD_STRETCHES {
            let cursor = self.nodes[peer].disk.cursors().get(&name).cloned();
            let Some(cursor) = cursor.filter(|cursor| cursor.epoch == self.nodes[n].disk.epoch) else { return Ok(()) };
            // The first one is longer than is allowed, and is refused whole.
            let count = if stretch == 0 { BATCH_ITEMS + 1 } else { BATCH_ITEMS };
            let slips: Vec<Written> = (0..count)
                .map(|number| self.nonsense(n, id, [0, stretch as u8, number as u8, 0, 0, 0, 0, 0]))
                .collect();
            let hashes: Vec<Hash> = slips.iter().map(|slip| *slip.hash()).collect();
            let Some((key, trust, at)) = self.signing(n) else { return Ok(()) };
            let (signed, parts) =
                SignedGroup::sign(Purpose::Commit, key, &name, trust, at, &hashes).expect("several leaves");
            let known = HashMap::from([(signed.group.root, (signed.clone(), parts))]);
            let mut spots = Spots::default();
            for (leaf, slip) in slips.iter().enumerate() {
                let said = SaidAt { root: signed.group.root, leaf: leaf as u32, via: None };
                spots.slip(slip, said).expect("text");
            }
            let batch = spots.batch(cursor.epoch.clone(), cursor.position, &known).expect("one group");
            self.ghost.lied_to.insert((peer, n));
            self.deliver(Message {
                from: n,
                to: peer,
                asked: Asked::Stream(Some(cursor)),
                answer: Answer::Batch(Box::new(batch)),
                damaged: false,
            })?;
        }
        Ok(())
    }
}
