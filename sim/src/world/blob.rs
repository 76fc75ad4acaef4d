//! Blobs: made with what refers to them, lost, sent, held against their names.

use super::*;

impl World {
    /// Makes a blob; it is stored with the entry that names it.
    pub(super) fn blob(&mut self, n: usize) -> BlobRef {
        let (salt, content): ([u8; 16], [u8; 8]) = (bytes(&mut self.random), bytes(&mut self.random));
        let hash = blob_hash(self.nodes[n].suite, &salt, &content);
        self.made.insert(hash, BlobText::of(hash, &salt, &content));
        BlobRef { hash, size: content.len() as u32, media: "application/pdf".to_owned() }
    }

    /// Stores what was made for the entries of a commit, in its transaction.
    pub(super) fn store_made(&mut self, n: usize, commit: &Commit) {
        if self.made.is_empty() {
            return;
        }
        for act in commit.entries.iter().filter_map(|row| Act::of(&row.written)) {
            for blob in act.blobs() {
                if let Some(made) = self.made.remove(&blob.hash) {
                    self.ghost.blobs.insert(blob.hash, made.clone());
                    self.nodes[n].disk.blobs.insert(blob.hash, made);
                }
            }
        }
    }

    /// A node asks a peer for what is missing here. That it never comes stops nothing.
    pub(super) fn ask_blobs(&mut self, n: usize, peer: usize) -> Done {
        let name = self.nodes[peer].office.node.clone();
        // From where the last question ended: what never comes must not keep the rest from being asked for.
        let after = self.nodes[n].blobs_asked.get(&peer).copied().filter(|_| !self.has(Bug::BlobsFromTheFirst));
        let mut wanted = self.nodes[n].disk.wanted(&name, after, BATCH_ITEMS, self.calendar);
        if wanted.len() == BATCH_ITEMS {
            self.nodes[n].blobs_asked.insert(peer, wanted[BATCH_ITEMS - 1]);
        } else {
            self.nodes[n].blobs_asked.remove(&peer);
        }
        if self.has(Bug::BlobFromAuthorOnly) {
            wanted.retain(|hash| self.nodes[n].disk.author_of(hash).is_none_or(|author| author == name));
        }
        if wanted.is_empty() {
            return Ok(());
        }
        self.send(n, peer, Asked::Blobs(wanted))
    }

    /// Asks for everything that is missing, once.
    pub(super) fn settle_blobs(&mut self, n: usize, peer: usize) -> Done {
        self.nodes[n].blobs_asked.remove(&peer);
        for _ in 0..ROUNDS_MAX {
            self.ask_blobs(n, peer)?;
            while let Some(message) = self.wire.pop() {
                self.deliver(message)?;
            }
            if !self.nodes[n].blobs_asked.contains_key(&peer) || self.has(Bug::BlobsFromTheFirst) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn deliver_blobs(&mut self, from: usize, to: usize, asked: &[Hash], sent: Vec<BlobText>) -> Done {
        for blob in sent {
            let genuine = blob.open().is_some() || self.has(Bug::BlobUnchecked);
            if !genuine || !asked.contains(&blob.hash) || self.nodes[to].disk.blobs.contains_key(&blob.hash) {
                continue;
            }
            let same = self.ghost.blobs.get(&blob.hash) == Some(&blob);
            ensure(same, Property::VerifiedBeforeParsed, || format!("{to} keeps a changed blob from {from}"))?;
            self.tally.blobs += 1;
            self.nodes[to].disk.blobs.insert(blob.hash, blob);
            self.nodes[to].disk.commits += 1;
        }
        Ok(())
    }

    pub(super) fn lose_blob(&mut self, n: usize, pick: u16) {
        let blobs = &mut self.nodes[n].disk.blobs;
        if !blobs.is_empty() {
            let hash = *blobs.keys().nth(pick as usize % blobs.len()).expect("counted");
            blobs.remove(&hash);
        }
    }

    /// What each participant must have at the end.
    pub(super) fn blobs_arrived(&self, id: DossierId, participants: &[NodeId]) -> Done {
        let holders: Vec<usize> = participants.iter().filter_map(|node| self.index(node)).collect();
        for n in &holders {
            for hash in self.nodes[*n].disk.named(id) {
                let somewhere = holders.iter().any(|peer| self.nodes[*peer].disk.blobs.contains_key(&hash));
                let here = self.nodes[*n].disk.blobs.contains_key(&hash);
                ensure(here || !somewhere, Property::BlobsArrive, || {
                    format!("{n} has not {hash:?} of {id}, which another participant has")
                })?;
            }
        }
        Ok(())
    }
}
