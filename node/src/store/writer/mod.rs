//! The one writer of a process: gathers what is waiting, takes its turn, lets the desk decide, signs once, commits once.
//!
//! A lone request never waits for a timer: a group is whatever is waiting when the last commit is done. Nobody is answered
//! before the commit; what cannot be committed is answered with an error and leaves no trace. What is decided is decided
//! by [`tongban_core::exchange::Desk`]; here it meets the database.

mod handle;
mod rows;
mod whole;
mod witness;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sqlx::Row as _;
use tokio::sync::{mpsc, oneshot, watch};
use tongban_core::case;
use tongban_core::directory::Kind;
use tongban_core::dossier::{By, DossierId, Hash, Moment, NodeId, RecallAct, Signer};
use tongban_core::exchange::{Commit, Cursor, Desk, Epoch, Held, Incoming, Taken, Tick, Unsaid, VerifiedBatch};
use tongban_core::ident::Region;
use tongban_core::matter::{Act, Matter};
use tongban_core::rule::WhyNot;
use tongban_core::time::Calendar;

pub use self::handle::WriterHandle;
use self::handle::{Command, Published, Together};
use self::rows::Extras;
use self::witness::Witness;
use super::blob::NewBlob;
use super::read::{cursor, day_number};
use super::turn::{Mark, Turn};
use super::{Result, Store, StoreError, damaged};
use crate::clock::Clock;
use crate::directory::Directory;
use crate::limits;

/// To which dossier something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A new one.
    New(DossierId),
    /// One that is held.
    Existing(DossierId),
}

/// What someone wants to say in a case: all of it or nothing.
#[derive(Clone, Debug)]
pub struct Say {
    /// Where.
    pub target: Target,
    /// Who says what, in order. An empty receipt number is filled in.
    pub acts: Vec<(By, Act)>,
    /// Blobs that the acts refer to.
    pub blobs: Vec<NewBlob>,
    /// A second sending under the same key gets the first one's answer.
    pub once: Option<Once>,
    /// The account whose case it becomes.
    pub owner: Option<i64>,
}

impl Say {
    /// Says acts, and nothing besides.
    pub fn of(target: Target, acts: impl IntoIterator<Item = (By, impl Into<Act>)>) -> Say {
        let acts = acts.into_iter().map(|(by, act)| (by, act.into())).collect();
        Say { target, acts, blobs: Vec::new(), once: None, owner: None }
    }
}

/// A form's or client's own key for what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Whose key.
    pub account: i64,
    /// The key.
    pub key: String,
    /// Digest of the request; empty if another request under this key is the same to its sender.
    pub what: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The dossier.
    pub dossier: DossierId,
    /// The receipt number, if the case has one.
    pub number: Option<String>,
    /// Not stamped yet: the pen is elsewhere, and its holder will answer.
    pub slip: bool,
    /// It had been said under the same key before.
    pub again: bool,
}

/// Why nothing was said.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SayError {
    /// A rule of the dossier or of its pen forbids it.
    #[error("{0}")]
    Unsaid(#[from] Unsaid),
    /// Something else was said under this key before.
    #[error("another request was made under this key")]
    OtherRequest,
    /// The store could not keep it. Nothing was changed.
    #[error("not stored: {0}")]
    Store(String),
}

impl SayError {
    /// A stable code.
    pub fn code(&self) -> &str {
        match self {
            SayError::Unsaid(unsaid) => unsaid.code(),
            SayError::OtherRequest => "idempotency-mismatch",
            SayError::Store(_) => "not-stored",
        }
    }
}

impl From<WhyNot> for SayError {
    fn from(why: WhyNot) -> SayError {
        SayError::Unsaid(why.into())
    }
}

fn unstored(error: impl std::fmt::Display) -> SayError {
    SayError::Store(error.to_string())
}

/// A verified stretch of a peer's stream, to be stored with the new cursor in one transaction.
#[derive(Debug)]
pub struct IncomingBatch {
    /// Whose stream.
    pub peer: NodeId,
    /// The cursor the reading began with; it is stored only if it still is.
    pub read_from: Option<Cursor>,
    /// Items for which a chain was fetched whole before.
    pub tried: Vec<Hash>,
    /// What was read.
    pub batch: VerifiedBatch,
}

/// A whole chain that a peer sent, with what lies beside it.
#[derive(Debug)]
pub struct WholeChain {
    /// Who sent it.
    pub peer: NodeId,
    /// Whether it answers a question: then the best chain is taken whatever acts say.
    pub asked: bool,
    /// What was sent.
    pub batch: VerifiedBatch,
}

/// What a writer needs.
pub struct WriterSetup {
    /// The store.
    pub store: Store,
    /// This node.
    pub node: NodeId,
    /// Its key.
    pub signer: Arc<dyn Signer>,
    /// The trust lists by which it signs.
    pub directory: Directory,
    /// The clock.
    pub clock: Clock,
    /// The calendar.
    pub calendar: &'static Calendar,
    /// Whether applicants without an account are told too, on their telephone.
    pub by_telephone: bool,
}

/// The writer itself.
pub struct Writer {
    setup: WriterSetup,
    desk: Desk,
    commands: mpsc::Receiver<Command>,
    published: Published,
    commits: watch::Sender<u64>,
    serials: HashMap<String, i64>,
    /// The turn after which `desk` and `serials` are what is stored.
    mark: Option<Mark>,
    witness: Witness,
}

/// What was done in a group and is to be answered when it is durable.
type Answer<T, E> = (oneshot::Sender<std::result::Result<T, E>>, T);

#[derive(Default)]
struct Group {
    commit: Commit,
    extras: Extras,
    said: Vec<Answer<Said, SayError>>,
    taken: Vec<Answer<Taken, String>>,
}

/// What is stored of this node's life, its streams and its peers', and the acts of the registrar that it knows.
async fn stored_desk(setup: &WriterSetup) -> Result<Desk> {
    let store = &setup.store;
    let epoch = store.state("epoch").await?.ok_or_else(|| damaged("the node's epoch is missing"))?;
    let recovering = store.state("recovering").await?.is_some();
    let suite = setup.signer.public_key().suite();
    let mut desk = Desk::new(setup.node.clone(), suite, setup.calendar, Epoch::from_stored(&epoch), recovering);
    desk.resume(store.stream_ends().await?, store.cursors().await?);
    // They were verified when they were learned.
    for document in store.documents_of(Kind::Recall).await? {
        if let Ok(act) = RecallAct::read(&document) {
            desk.learn(act, document);
        }
    }
    Ok(desk)
}

/// The joint handling that a dossier is, or is a part of.
fn whole_of(held: &Held) -> Option<DossierId> {
    let drafted = &held.case()?.drafted;
    let part = drafted.part_of.as_ref().map(|whole| whole.dossier);
    part.or_else(|| drafted.is_joint().then(|| held.chain.dossier()))
}

impl Writer {
    /// Makes a writer and the way to reach it. Run it with [`Writer::run`]. If the folder was restored from a backup, or its
    /// database set back, a new life of the node's streams begins here.
    pub async fn new(setup: WriterSetup) -> Result<(Writer, WriterHandle)> {
        let (sender, commands) = mpsc::channel(limits::QUEUE_COMMANDS_MAX);
        let (commits, watching) = watch::channel(0);
        setup.store.begin_state("epoch", Epoch::from_random(rand::random()).as_str()).await?;
        let desk = stored_desk(&setup).await?;
        let published = Published::new(&desk);
        let handle = WriterHandle::new(sender, watching, published.clone());
        let unusable = |error| StoreError::File { path: setup.store.witness.display().to_string(), error };
        let witness = Witness::open(&setup.store.witness).map_err(unusable)?;
        let (serials, mark) = (HashMap::new(), None);
        let mut writer = Writer { setup, desk, commands, published, commits, serials, mark, witness };
        writer.begin_after_restore().await?;
        Ok((writer, handle))
    }

    /// Works until every handle is gone.
    pub async fn run(mut self) {
        let mut waiting = Vec::with_capacity(limits::GROUP_COMMANDS_MAX);
        while self.commands.recv_many(&mut waiting, limits::GROUP_COMMANDS_MAX).await > 0 {
            let mut together = Vec::with_capacity(waiting.len());
            for command in waiting.drain(..) {
                match command {
                    Command::Together(one) => together.push(one),
                    // What needs the whole of a dossier, or all of them, is rare: it is done alone, on what is stored.
                    Command::Alone(alone) => {
                        self.together(std::mem::take(&mut together)).await;
                        self.alone(alone).await;
                    }
                }
            }
            self.together(together).await;
        }
    }

    /// Does what can be done in one commit.
    async fn together(&mut self, commands: Vec<Together>) {
        if commands.is_empty() {
            return;
        }
        let turn = match self.turn().await {
            Ok(turn) => turn,
            Err(error) => return commands.into_iter().for_each(|command| command.refuse(&error.to_string())),
        };
        let mut group = Group::default();
        for command in commands {
            match command {
                Together::Say(say, answer) => match self.say(&mut group, say).await {
                    Ok(done) => group.said.push((answer, done)),
                    Err(error) => drop(answer.send(Err(error))),
                },
                Together::Incoming(batch, answer) => match self.take(&mut group, *batch).await {
                    Ok(Taken::Stored) => group.taken.push((answer, Taken::Stored)),
                    Ok(other) => drop(answer.send(Ok(other))),
                    Err(error) => drop(answer.send(Err(error.to_string()))),
                },
            }
        }
        let arrivals = !group.taken.is_empty();
        match self.commit(turn, group.commit, group.extras).await {
            Ok(()) => {
                group.said.into_iter().for_each(|(answer, done)| drop(answer.send(Ok(done))));
                group.taken.into_iter().for_each(|(answer, taken)| drop(answer.send(Ok(taken))));
                if arrivals {
                    self.published.arrived.notify_one();
                }
            }
            Err(error) => {
                let error = error.to_string();
                group.said.into_iter().for_each(|(answer, _)| drop(answer.send(Err(SayError::Store(error.clone())))));
                group.taken.into_iter().for_each(|(answer, _)| drop(answer.send(Err(error.clone()))));
            }
        }
    }

    /// Waits for a turn. If another process of this node wrote since this one's last, what was remembered is read anew. If
    /// the database was set back, a new life of the node's streams begins first.
    async fn turn(&mut self) -> Result<Turn> {
        loop {
            let mut turn = self.setup.store.turn().await?;
            if self.mark.as_ref() != Some(&turn.before) {
                self.reload(turn.before.clone()).await?;
            }
            if !self.witness.saw_more_than(turn.number - 1) {
                return Ok(turn);
            }
            tracing::error!(commits = turn.number - 1, "the database is an older one than this node worked with");
            turn.renumber(self.witness.last() + 1).await?;
            self.restart(turn).await?;
        }
    }

    /// Reads anew what is remembered. The mark was read before: what is written meanwhile is noticed at the next turn.
    async fn reload(&mut self, mark: Mark) -> Result<()> {
        self.desk = stored_desk(&self.setup).await?;
        self.serials.clear();
        self.mark = Some(mark);
        self.published.update(&self.desk);
        Ok(())
    }

    /// Signs and writes everything at once; all of it or nothing. With it the turn ends.
    async fn commit(&mut self, turn: Turn, mut commit: Commit, extras: Extras) -> Result<()> {
        if commit.is_empty() && extras.state.is_none() {
            self.desk.committed(commit);
            return Ok(turn.transaction.rollback().await?);
        }
        let (mark, number) = (turn.mark.clone(), turn.number);
        let begun = std::time::Instant::now();
        let wholes: Vec<DossierId> = commit.dossiers.values().filter_map(whole_of).collect();
        let is_public = |held: &&Held| held.matter.as_ref().is_some_and(Matter::is_public);
        let public: Vec<Held> = commit.dossiers.values().filter(is_public).cloned().collect();
        match self.write(turn, &mut commit, &extras).await {
            Ok(()) => {
                self.mark = Some(mark);
                self.witness.saw(number);
                self.published.tally.committed(&self.setup.node, &commit, begun.elapsed());
                self.serials.extend(extras.serials);
                self.desk.committed(commit);
                self.published.update(&self.desk);
                self.commits.send_modify(|count| *count += 1);
                self.published.joint.note(wholes);
                if !public.is_empty() {
                    public.iter().for_each(|held| self.setup.directory.hear(held));
                    self.published.made_public.notify_one();
                }
                Ok(())
            }
            Err(error) => {
                // Whether it stands is not known. What was remembered is read again from the store.
                tracing::error!(%error, "commit failed");
                self.published.tally.failed();
                self.mark = None;
                Err(error)
            }
        }
    }

    async fn write(&self, mut turn: Turn, commit: &mut Commit, extras: &Extras) -> Result<()> {
        let setup = &self.setup;
        let now = setup.clock.now();
        let directory = setup.directory.now();
        commit.sign(&*setup.signer, &setup.node, &directory.trust, now)?;
        let told = rows::Told { node: &setup.node, by_telephone: setup.by_telephone };
        rows::write(&mut turn.transaction, commit, extras, now, (told, setup.calendar)).await?;
        Ok(turn.transaction.commit().await?)
    }

    /// Lends the desk a dossier that it does not know yet.
    async fn lend(&mut self, commit: &Commit, id: DossierId) -> Result<()> {
        if self.desk.wants(commit, id) {
            let held = self.setup.store.dossier(id, self.setup.calendar).await?.map(|(held, _)| held);
            self.desk.lend(id, held);
        }
        Ok(())
    }

    async fn say(&mut self, group: &mut Group, say: Say) -> std::result::Result<Said, SayError> {
        if let Some(once) = &say.once {
            let same = |(other, _): &&(Once, DossierId)| other.account == once.account && other.key == once.key;
            let here = group.extras.once.iter().find(same).map(|(other, id)| (*id, other.what.clone()));
            let before = match here {
                Some(found) => Some(found),
                None => self.setup.store.once(once.account, &once.key).await.map_err(unstored)?,
            };
            if let Some((id, what)) = before {
                if what != once.what {
                    return Err(SayError::OtherRequest);
                }
                self.lend(&group.commit, id).await.map_err(unstored)?;
                let number = self.number_of(group, id);
                return Ok(Said { dossier: id, number, slip: false, again: true });
            }
        }
        let (id, new) = match say.target {
            Target::New(id) => (id, true),
            Target::Existing(id) => (id, false),
        };
        if !new {
            self.lend(&group.commit, id).await.map_err(unstored)?;
        }
        let now = self.setup.clock.now();
        let mut acts = say.acts;
        let serial = self.number(group, id, &mut acts, now).await?;
        let mut nonce = rand::random;
        let mut tick = Tick { now, nonce: &mut nonce };
        let slip = self.desk.say(&mut group.commit, id, new, acts, &mut tick)?;
        let extras = &mut group.extras;
        extras.serials.extend(serial);
        extras.blobs.extend(say.blobs);
        extras.once.extend(say.once.map(|once| (once, id)));
        extras.owners.extend(say.owner.map(|account| (account, id)));
        Ok(Said { dossier: id, number: self.number_of(group, id), slip, again: false })
    }

    fn number_of(&self, group: &Group, id: DossierId) -> Option<String> {
        self.desk.held(&group.commit, id)?.case()?.number.clone()
    }

    async fn take(&mut self, group: &mut Group, incoming: IncomingBatch) -> Result<Taken> {
        let ids = incoming.batch.items.iter().map(|item| match item {
            Incoming::Stamp(row) => row.stamp.dossier,
            Incoming::Slip { written, .. } => written.entry().dossier,
        });
        for id in ids.collect::<std::collections::BTreeSet<_>>() {
            self.lend(&group.commit, id).await?;
        }
        let mut nonce = rand::random;
        let mut tick = Tick { now: self.setup.clock.now(), nonce: &mut nonce };
        let from = (&incoming.peer, &incoming.tried[..]);
        Ok(self.desk.take(&mut group.commit, from, &incoming.read_from, incoming.batch, &mut tick))
    }

    /// Fills in an empty receipt number: region, date, two digits of this epoch, serial. The epoch keeps a restored node
    /// from giving a number a second time.
    async fn number(
        &mut self,
        group: &Group,
        id: DossierId,
        acts: &mut [(By, Act)],
        now: Moment,
    ) -> std::result::Result<Option<(String, i64)>, SayError> {
        let drafted = acts.iter().find_map(|(_, act)| match act {
            Act::Case(act) => match &**act {
                case::Act::Drafted(drafted) => Some(drafted.receiving.region),
                _ => None,
            },
            _ => None,
        });
        let Some(number) = acts.iter_mut().find_map(|(_, act)| match act {
            Act::Case(act) => match &mut **act {
                case::Act::TakenIn { number } if number.is_empty() => Some(number),
                _ => None,
            },
            _ => None,
        }) else {
            return Ok(None);
        };
        let held = || Some(self.desk.held(&group.commit, id)?.case()?.drafted.receiving.region);
        let region: Region = drafted.or_else(held).ok_or_else(|| WhyNot::new("not-a-case"))?;
        let name = format!("{region}-{}", day_number(now.date()));
        let last = match group.extras.serials.get(&name).or_else(|| self.serials.get(&name)) {
            Some(last) => *last,
            None => self.setup.store.serial(&name).await.map_err(unstored)?,
        };
        let life = life_digits(self.desk.epoch()).to_uppercase();
        *number = format!("{name}-{life}{:04}", last + 1);
        Ok(Some((name, last + 1)))
    }
}

/// What a receipt number carries of the life that it was given in.
fn life_digits(epoch: &Epoch) -> &str {
    epoch.as_str().get(..2).unwrap_or("00")
}

impl Store {
    async fn serial(&self, name: &str) -> Result<i64> {
        let row = sqlx::query("SELECT last FROM serial WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.unwrap_or(0))
    }

    /// Where every stream ends.
    pub(in crate::store) async fn stream_ends(&self) -> Result<BTreeMap<NodeId, (u64, Hash)>> {
        let rows = sqlx::query("SELECT peer, position, hash FROM stream_end").fetch_all(&self.pool).await?;
        let mut ends = BTreeMap::new();
        for row in &rows {
            let hash = Hash::from_tagged(&row.try_get::<Vec<u8>, _>(2)?).map_err(damaged)?;
            let position = row.try_get::<i64, _>(1)? as u64;
            ends.insert(row.try_get::<String, _>(0)?.parse().map_err(damaged)?, (position, hash));
        }
        Ok(ends)
    }

    /// How far every peer was read.
    pub async fn cursors(&self) -> Result<BTreeMap<NodeId, Cursor>> {
        let rows = sqlx::query("SELECT peer, epoch, position, hash FROM stream_cursor").fetch_all(&self.pool).await?;
        let mut cursors = BTreeMap::new();
        for row in &rows {
            cursors.insert(row.try_get::<String, _>(0)?.parse().map_err(damaged)?, cursor(row, 1)?);
        }
        Ok(cursors)
    }
}
