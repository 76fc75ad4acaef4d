//! What is said here: checked, written, stamped or offered as a slip.

use tongban_core::case::{self, Act, Asks, WhyNot};
use tongban_core::dossier::{Break, By, DossierId, Draft, Hash, Judged, Moment, NodeId, Stamp, Written};
use tongban_core::exchange::Cursor;
use tongban_core::ident::Region;

use super::group::{EntryRow, Group, StreamRow};
use super::{Said, Say, SayError, Target, Writer};
use crate::store::log::{Dossier, StampRow};
use crate::store::read::day_number;
use crate::store::{Result, Store, StoreError};
use std::sync::atomic::Ordering;

impl Writer {
    pub(super) async fn say(&mut self, group: &mut Group, say: Say) -> std::result::Result<Said, SayError> {
        let stored = |error: StoreError| SayError::Store(error.to_string());
        if self.recovering.load(Ordering::SeqCst) {
            return Err(SayError::Recovering);
        }
        if let Some((account, key)) = &say.once {
            let here = group.once.iter().find(|(a, k, _)| a == account && k == key).map(|(.., dossier)| *dossier);
            let before = match here {
                Some(dossier) => Some(dossier),
                None => self.setup.store.once(*account, key).await.map_err(stored)?,
            };
            if let Some(dossier) = before {
                let held = self.dossier(group, dossier).await.map_err(stored)?;
                let number = held.and_then(|held| held.case?.number);
                return Ok(Said { dossier, number, slip: false, again: true });
            }
        }
        let (id, mut dossier) = match say.target {
            Target::New(id) => (id, None),
            Target::Existing(id) => {
                (id, Some(self.dossier(group, id).await.map_err(stored)?.ok_or(SayError::NotFound)?))
            }
        };
        let now = self.setup.clock.now();
        let holder = dossier.as_ref().is_none_or(|dossier| *dossier.chain.holder() == self.setup.node);
        // Nothing of it enters the group before every act was allowed: all of it or nothing.
        let mut said = Vec::new();
        let mut offered = Vec::new();
        let mut refs = Vec::new();
        let mut serial = None;
        for (by, act) in say.acts {
            let act = match act {
                Act::TakenIn { number } if number.is_empty() => {
                    let region =
                        dossier.as_ref().and_then(|dossier| Some(dossier.case.as_ref()?.drafted.receiving.region));
                    let region = region.ok_or(SayError::Why(WhyNot::new("not-a-case")))?;
                    let (name, number, last) = self.number(group, region, now).await.map_err(stored)?;
                    serial = Some((name, last));
                    Act::TakenIn { number }
                }
                other => other,
            };
            let written = self.write(id, &dossier, by, &act, now)?;
            refs.extend(act.blobs().into_iter().map(|reference| (reference.hash, id)));
            if holder {
                let row = self.stamp(&mut dossier, written, now).map_err(|error| SayError::Store(error.to_string()))?;
                // To whom it goes now: who joins later gets it then, with the whole log.
                let peers = dossier.as_ref().map_or(Vec::new(), |dossier| self.peers_of(dossier));
                said.push((row, peers));
            } else if let Some(dossier) = &mut dossier {
                dossier.pending.push(written.clone());
                offered.push(written);
            }
        }
        let Some(dossier) = dossier else { return Err(SayError::NotFound) };
        for (row, peers) in said {
            self.keep_own(group, &dossier, row, peers).await.map_err(stored)?;
        }
        for written in offered {
            self.offer(group, &dossier, &written).await.map_err(stored)?;
        }
        if let Some((name, last)) = serial {
            group.serials.insert(name, last);
        }
        let number = dossier.case.as_ref().and_then(|case| case.number.clone());
        group.dossiers.insert(id, dossier);
        group.blob_refs.extend(refs);
        group.blobs.extend(say.blobs);
        group.once.extend(say.once.map(|(account, key)| (account, key, id)));
        group.owners.extend(say.owner.map(|account| (account, id)));
        Ok(Said { dossier: id, number, slip: !holder, again: false })
    }

    /// Checks an act against the rules and writes its entry.
    fn write(
        &self,
        id: DossierId,
        dossier: &Option<Dossier>,
        by: By,
        act: &Act,
        now: Moment,
    ) -> std::result::Result<Written, SayError> {
        let setup = &self.setup;
        let (draft, pen) = match dossier {
            None => {
                let Act::Drafted(drafted) = act else { return Err(WhyNot::new("not-a-case").into()) };
                case::first_draft(drafted, &Asks { by: &by, node: &setup.node, pen: None, at: now })?;
                (Draft::open(id, case::KIND, &setup.node), None)
            }
            Some(dossier) => {
                // What is still pending counts as said: nobody answers a correction twice because the answer is on its way.
                let with_pending =
                    if dossier.pending.is_empty() { None } else { dossier.case_with_pending(setup.calendar) };
                let case = with_pending.as_ref().or(dossier.case.as_ref()).ok_or(WhyNot::new("not-a-case"))?;
                let pen = case.pen_for(act);
                case.may(act, &Asks { by: &by, node: &setup.node, pen: pen.as_ref(), at: now }, setup.calendar)?;
                (Draft::next(id, case::KIND, &setup.node), pen)
            }
        };
        let draft = match pen {
            Some(to) => {
                let joins = dossier.as_ref().is_some_and(|dossier| !dossier.chain.participants().contains(&to));
                draft.pass(&to, joins)
            }
            None => draft,
        };
        Ok(draft.by(by).said(now, rand::random(), act).write(setup.signer.public_key().suite()))
    }

    /// Stamps an entry of a dossier whose pen this node holds.
    pub(super) fn stamp(
        &self,
        dossier: &mut Option<Dossier>,
        written: Written,
        now: Moment,
    ) -> std::result::Result<StampRow, Break> {
        let setup = &self.setup;
        let suite = setup.signer.public_key().suite();
        let stamp = match dossier {
            Some(dossier) => dossier.chain.next_stamp(&written, now),
            None => Stamp::first(&written, &setup.node, now),
        };
        let hash = stamp.hash(suite);
        let row = StampRow { stamp, hash, written, stamped: (Hash::none(suite), 0), said: None };
        match dossier {
            Some(dossier) => {
                let judged = dossier.chain.judge(&row.stamp, &row.hash, &row.written)?;
                debug_assert_eq!(judged, Judged::Next);
                dossier.take(&row, setup.calendar);
            }
            None => *dossier = Some(Dossier::open(&row)?),
        }
        Ok(row)
    }

    /// Puts an own stamp into the group: leaf, rows, streams of `peers`.
    pub(super) async fn keep_own(
        &mut self,
        group: &mut Group,
        dossier: &Dossier,
        row: StampRow,
        peers: Vec<NodeId>,
    ) -> Result<()> {
        let leaf = group.contents.len() as u32;
        group.contents.push(row.hash);
        // A slip was stored when it came, with its author's proof; an own entry is stored now, proven by its stamp.
        if row.written.entry().node == self.setup.node {
            group.entries.push(EntryRow { written: row.written.clone(), own_leaf: None, foreign: None });
        }
        group.answered.push(*row.written.hash());
        if let Some(no) = &row.written.entry().refuses {
            group.answered.push(no.entry);
        }
        let (term, seq, id) = (row.stamp.term, row.stamp.seq, row.stamp.dossier);
        let joined = row.written.entry().join.clone();
        for peer in peers {
            // Who joins gets the log from its first stamp, and what is still pending.
            let from = if joined.contains(&peer) && seq > 0 { 0 } else { seq };
            for number in from..=seq {
                let Some(content) = dossier.chain.stamp(number).copied() else { continue };
                self.stream(group, &peer, id, Some((term, number)), None, content).await?;
            }
            if from != seq {
                for slip in &dossier.pending {
                    self.stream(group, &peer, id, None, Some(*slip.hash()), *slip.hash()).await?;
                }
            }
        }
        group.stamps.push((row, Some(leaf)));
        Ok(())
    }

    /// Offers an own entry to every participant as a slip.
    async fn offer(&mut self, group: &mut Group, dossier: &Dossier, written: &Written) -> Result<()> {
        let leaf = group.contents.len() as u32;
        group.contents.push(*written.hash());
        group.entries.push(EntryRow { written: written.clone(), own_leaf: Some(leaf), foreign: None });
        let id = dossier.chain.dossier();
        group.pending.push((*written.hash(), id));
        for peer in self.peers_of(dossier) {
            self.stream(group, &peer, id, None, Some(*written.hash()), *written.hash()).await?;
        }
        Ok(())
    }

    pub(super) fn peers_of(&self, dossier: &Dossier) -> Vec<NodeId> {
        dossier.chain.participants().iter().filter(|peer| **peer != self.setup.node).cloned().collect()
    }

    /// Notes the blobs that an entry of another node refers to. (Those of own entries are noted when they are said.)
    pub(super) fn refer(&self, group: &mut Group, written: &Written) {
        let act = if written.entry().kind == case::KIND { Act::of(written) } else { None };
        for reference in act.iter().flat_map(Act::blobs) {
            group.blob_refs.insert((reference.hash, written.entry().dossier));
        }
    }

    async fn stream(
        &mut self,
        group: &mut Group,
        peer: &NodeId,
        dossier: DossierId,
        stamp: Option<(u32, u32)>,
        entry: Option<Hash>,
        content: Hash,
    ) -> Result<()> {
        let end = match group.stream_ends.get(peer.as_str()).or_else(|| self.stream_ends.get(peer.as_str())) {
            Some(end) => *end,
            None => {
                let start = Cursor::start(self.epoch.clone());
                self.setup.store.stream_end(peer.as_str()).await?.unwrap_or((start.position, start.hash))
            }
        };
        let mut cursor = Cursor { epoch: self.epoch.clone(), position: end.0, hash: end.1 };
        cursor.advance(&content);
        group.stream_ends.insert(peer.to_string(), (cursor.position, cursor.hash));
        let (position, hash) = (cursor.position, cursor.hash);
        group.streams.push(StreamRow { peer: peer.to_string(), position, dossier, stamp, entry, hash });
        Ok(())
    }

    /// The next receipt number: region, date, two digits of this epoch, serial. The epoch keeps a restored node from giving
    /// a number a second time.
    async fn number(&mut self, group: &Group, region: Region, now: Moment) -> Result<(String, String, i64)> {
        let day = day_number(now.date());
        let name = format!("{region}-{day}");
        let last = match group.serials.get(&name).or_else(|| self.serials.get(&name)) {
            Some(last) => *last,
            None => self.setup.store.serial(&name).await?,
        };
        let life = self.epoch.as_str().get(..2).unwrap_or("00").to_uppercase();
        Ok((name.clone(), format!("{name}-{life}{:04}", last + 1), last + 1))
    }
}

impl Store {
    async fn serial(&self, name: &str) -> Result<i64> {
        let row = sqlx::query("SELECT last FROM serial WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| sqlx::Row::try_get(&row, 0)).transpose()?.unwrap_or(0))
    }
}
