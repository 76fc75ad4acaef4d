//! What needs the whole of a dossier, or all of them: branches, recalls, restores. Each is a commit of its own.

use sqlx::Row as _;
use tongban_core::directory::Document;
use tongban_core::dossier::{DossierId, Hash, NodeId, RecallAct};
use tongban_core::exchange::{Commit, Epoch, Incoming, Restated, Taken, Tick};

use super::handle::Alone;
use super::rows::Extras;
use super::{Group, Said, Say, SayError, WholeChain, Writer, life_digits, unstored};
use crate::store::turn::Turn;
use crate::store::{Result, Store, damaged};

impl Writer {
    pub(super) async fn alone(&mut self, alone: Alone) {
        fn text<T>(done: Result<T>) -> std::result::Result<T, String> {
            done.map_err(|error| error.to_string())
        }
        match alone {
            Alone::Says(all, answer) => drop(answer.send(self.say_all(all).await)),
            Alone::Whole(chain, answer) => drop(answer.send(text(self.whole(*chain).await))),
            Alone::Learn(act, answer) => drop(answer.send(text(self.learn(*act).await))),
            Alone::Recall(id, act, answer) => drop(answer.send(text(self.recall(id, &act).await))),
            Alone::Restart(life, answer) => drop(answer.send(text(self.restart_after(&life).await))),
            Alone::Restate(peer, epoch, answer) => drop(answer.send(text(self.restate(peer, epoch).await))),
            Alone::Recovered(answer) => drop(answer.send(text(self.recovered().await))),
            Alone::Refresh(answer) => drop(answer.send(text(self.refresh().await))),
        }
    }

    /// In a group of its own: what is refused takes everything with it.
    async fn say_all(&mut self, all: Vec<Say>) -> std::result::Result<Vec<Said>, SayError> {
        let turn = self.turn().await.map_err(unstored)?;
        let mut group = Group::default();
        let mut said = Vec::with_capacity(all.len());
        for say in all {
            said.push(self.say(&mut group, say).await?);
        }
        self.commit(turn, group.commit, group.extras).await.map_err(unstored)?;
        Ok(said)
    }

    async fn learn(&mut self, (act, document): (RecallAct, Document)) -> Result<()> {
        let turn = self.turn().await?;
        let mut commit = Commit::default();
        commit.documents.push(document.clone());
        // Sealing before it is durable only waits for longer.
        self.desk.learn(act, document);
        self.commit(turn, commit, Extras::default()).await
    }

    async fn recall(&mut self, id: DossierId, act: &(RecallAct, Document)) -> Result<()> {
        let turn = self.turn().await?;
        let full = self.setup.store.full(id).await?;
        let mut commit = Commit::default();
        let mut nonce = rand::random;
        let mut tick = Tick { now: self.setup.clock.now(), nonce: &mut nonce };
        if self.desk.recall(&mut commit, full, act, &mut tick) {
            tracing::warn!(dossier = %id, term = act.0.term, "pen recalled by the registrar's act");
        }
        self.commit(turn, commit, Extras::default()).await
    }

    /// What another process wrote is read, and who waits for news looks.
    async fn refresh(&mut self) -> Result<()> {
        let mark = self.setup.store.last_mark().await?;
        if self.mark.as_ref() != Some(&mark) {
            self.reload(mark).await?;
            self.commits.send_modify(|count| *count += 1);
            self.published.arrived.notify_one();
            self.published.made_public.notify_one();
        }
        Ok(())
    }

    async fn whole(&mut self, chain: WholeChain) -> Result<Taken> {
        let id = chain.batch.items.iter().find_map(|item| match item {
            Incoming::Stamp(row) => Some(row.stamp.dossier),
            Incoming::Slip { .. } => None,
        });
        let Some(id) = id else { return Ok(Taken::Stored) };
        let turn = self.turn().await?;
        let full = self.setup.store.full(id).await?;
        let mut commit = Commit::default();
        let mut nonce = rand::random;
        let mut tick = Tick { now: self.setup.clock.now(), nonce: &mut nonce };
        let taken = self.desk.take_whole(&mut commit, full, (&chain.peer, chain.asked), chain.batch, &mut tick);
        match taken {
            Taken::Stored => self.commit(turn, commit, Extras::default()).await?,
            Taken::Lost => self.restart(turn).await?,
            Taken::Stale | Taken::Whole(..) => {}
        }
        Ok(taken)
    }

    /// If the database was restored from a backup, a new life of the node's streams begins.
    pub(super) async fn begin_after_restore(&mut self) -> Result<()> {
        let turn = self.turn().await?;
        match self.setup.store.state("restored").await? {
            Some(_) => self.restart(turn).await,
            None => Ok(()),
        }
    }

    async fn restart_after(&mut self, life: &Epoch) -> Result<()> {
        let turn = self.turn().await?;
        if self.desk.epoch() != life {
            return Ok(());
        }
        self.restart(turn).await
    }

    /// A new life of the node's streams: it stamps nothing until it has won back what it lost.
    pub(super) async fn restart(&mut self, turn: Turn) -> Result<()> {
        let all = self.setup.store.restated(None).await?;
        let epoch = next_life(self.desk.epoch());
        tracing::error!(%epoch, "this node lost stamps that it gave: it recovers from its peers before it stamps again");
        let mut commit = Commit::default();
        self.desk.restart(&mut commit, epoch, &all);
        self.commit(turn, commit, Extras::default()).await
    }

    async fn restate(&mut self, peer: NodeId, epoch: Epoch) -> Result<u64> {
        let turn = self.turn().await?;
        let store = &self.setup.store;
        let name = format!("restated {peer}");
        let own = self.desk.epoch().as_str().to_owned();
        // The same question again gets the same answer: nothing is said twice for a lost reply.
        let before = store.state(&name).await?;
        let before = before.as_deref().and_then(|text| {
            let (lives, end) = text.rsplit_once(' ')?;
            (lives == format!("{own} {}", epoch.as_str())).then(|| end.parse::<u64>().ok())?
        });
        if let Some(end) = before {
            return Ok(end);
        }
        let all = store.restated(Some(&peer)).await?;
        let mut commit = Commit::default();
        self.desk.hear_restored(&mut commit, &peer, &epoch, &all);
        let end = commit.ends.get(&peer).or(self.desk.end(&peer)).map_or(0, |(position, _)| *position);
        let state = Some((name, format!("{own} {} {end}", epoch.as_str())));
        self.commit(turn, commit, Extras { state, ..Extras::default() }).await?;
        Ok(end)
    }

    async fn recovered(&mut self) -> Result<()> {
        let turn = self.turn().await?;
        if !self.desk.is_recovering() {
            return Ok(());
        }
        let all = self.setup.store.restated(None).await?;
        let mut commit = Commit::default();
        for one in all.iter().filter(|one| !one.pending.is_empty()) {
            self.lend(&commit, one.dossier).await?;
        }
        let mut nonce = rand::random;
        let mut tick = Tick { now: self.setup.clock.now(), nonce: &mut nonce };
        self.desk.recovered(&mut commit, &all, &mut tick);
        self.commit(turn, commit, Extras::default()).await?;
        tracing::warn!("recovered: this node stamps again");
        Ok(())
    }
}

/// Another life than `before`, to be told from it in receipt numbers too.
fn next_life(before: &Epoch) -> Epoch {
    loop {
        let epoch = Epoch::from_random(rand::random());
        if life_digits(&epoch) != life_digits(before) {
            return epoch;
        }
    }
}

impl Store {
    /// Where every dossier ends, what lies beside it, what is pending: those shared with one peer, or all.
    pub(super) async fn restated(&self, peer: Option<&NodeId>) -> Result<Vec<Restated>> {
        let id = |bytes: Vec<u8>| DossierId::from_slice(&bytes).map_err(damaged);
        let hash = |bytes: Vec<u8>| Hash::from_tagged(&bytes).map_err(damaged);
        let like = peer.map_or("%".to_owned(), |peer| format!("% {peer} %"));
        let rows = sqlx::query(
            "SELECT id, participants, term, len, head FROM dossier WHERE ' ' || participants || ' ' LIKE $1 ORDER BY id",
        )
        .bind(like)
        .fetch_all(&self.pool)
        .await?;
        let mut all = Vec::with_capacity(rows.len());
        let mut place = std::collections::HashMap::new();
        for row in rows {
            let dossier = id(row.try_get(0)?)?;
            let names: String = row.try_get(1)?;
            let participants = names.split(' ').map(|name| name.parse().map_err(damaged)).collect::<Result<_>>()?;
            let len = row.try_get::<i64, _>(3)? as u32;
            let last = Some((row.try_get::<i64, _>(2)? as u32, len.saturating_sub(1), hash(row.try_get(4)?)?));
            place.insert(dossier, all.len());
            all.push(Restated { dossier, participants, last, beside: Vec::new(), pending: Vec::new() });
        }
        for row in sqlx::query("SELECT dossier, term, seq, hash, node FROM evidence ORDER BY dossier, term, seq, hash")
            .fetch_all(&self.pool)
            .await?
        {
            let dossier = id(row.try_get(0)?)?;
            let node: NodeId = row.try_get::<String, _>(4)?.parse().map_err(damaged)?;
            let at = match place.get(&dossier) {
                Some(at) => *at,
                None => {
                    // Only evidence of it is here, or the peer takes no part by what is known: who does follows from that.
                    let participants = match self.is_held(dossier).await? {
                        true => Vec::new(),
                        false => self.full(dossier).await?.participants_beside(),
                    };
                    if peer.is_some_and(|peer| !participants.contains(peer) && *peer != node) {
                        continue;
                    }
                    place.insert(dossier, all.len());
                    all.push(Restated { dossier, participants, last: None, beside: Vec::new(), pending: Vec::new() });
                    all.len() - 1
                }
            };
            let (term, seq) = (row.try_get::<i64, _>(1)? as u32, row.try_get::<i64, _>(2)? as u32);
            all[at].beside.push((term, seq, hash(row.try_get(3)?)?, node));
        }
        for row in
            sqlx::query("SELECT dossier, entry FROM pending ORDER BY dossier, entry").fetch_all(&self.pool).await?
        {
            if let Some(at) = place.get(&id(row.try_get(0)?)?) {
                all[*at].pending.push(hash(row.try_get(1)?)?);
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_life_gives_other_numbers_than_the_one_before() {
        let mut life = Epoch::from_random([7; 8]);
        for _ in 0..5_000 {
            let next = next_life(&life);
            assert_ne!(life_digits(&next), life_digits(&life));
            life = next;
        }
    }
}
