//! The nodes, the registrar, and what happens to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tongban_core::case::{
    Act, Asks, Attached, Case, Channel, Check, DeliveryWay, Drafted, ItemOf, Leg, Office, Outcome, Wanted,
};
use tongban_core::catalogue::{MaterialRule, Mode, Need, Subject};
use tongban_core::directory::{Document, KeyCard, Kind, NodeCard, TrustError, TrustList};
use tongban_core::dossier::{
    BlobRef, By, DossierId, Draft, Group, Hash, Moment, NodeId, PublicKey, Purpose, RecallAct, Role, SecretKey,
    SignedGroup, Signer, Suite,
};
use tongban_core::exchange::{
    Batch, BatchError, BatchGroup, Commit, Cursor, Desk, Epoch, Held, Item, Keys, Spot, Taken, Tick, Unsaid,
    VerifiedBatch,
};
use tongban_core::ident::{Region, drill_uscc};
use tongban_core::mechanism::{Basis, Permit, Rights};
use tongban_core::time::{Calendar, Limit};

use crate::bug::Bug;
use crate::check::{Broken, Property, ensure};
use crate::disk::Disk;
use crate::plan::{Failure, Plan, Step};
use crate::wire::{Answer, Asked, Message};

/// Items that one answer carries: few, so that a stream takes several.
const BATCH_ITEMS: usize = 5;
/// Rounds in which everything must come to rest.
const ROUNDS_MAX: usize = 300;
/// Dossiers of one run.
const DOSSIERS_MAX: usize = 4;

/// What was done in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Stamps given, refusals among them.
    pub stamps: u64,
    /// Slips offered.
    pub slips: u64,
    /// Pens recalled.
    pub recalls: u64,
    /// Stamps that a recall voided, counted once for each node that held them.
    pub voided: u64,
    /// Restores and rollbacks.
    pub restores: u64,
    /// Crashes and writes that failed.
    pub crashes: u64,
    /// Messages that were lost, doubled or damaged.
    pub wire_faults: u64,
    /// Proofs of fault that were seen.
    pub faults_seen: u64,
}

impl Tally {
    /// Adds what another run did.
    pub fn add(&mut self, other: &Tally) {
        self.stamps += other.stamps;
        self.slips += other.slips;
        self.recalls += other.recalls;
        self.voided += other.voided;
        self.restores += other.restores;
        self.crashes += other.crashes;
        self.wire_faults += other.wire_faults;
        self.faults_seen += other.faults_seen;
    }
}

struct Node {
    office: Office,
    suite: Suite,
    keys: Vec<SecretKey>,
    /// The newest trust list that it knows.
    trust: u32,
    disk: Disk,
    backup: Option<Disk>,
    desk: Desk,
    /// Acts that its desk has learned in this process.
    learned: BTreeSet<u32>,
    /// Dossiers that have to be fetched whole from a peer before its stream goes on.
    whole: BTreeMap<usize, (DossierId, Hash)>,
    tried: BTreeMap<usize, Vec<Hash>>,
    /// Who answered a question, by dossier and term.
    answered: BTreeMap<(DossierId, u32), BTreeSet<usize>>,
    /// How far the stream of a peer has to be read in this life: own epoch, the peer's, position.
    restated: BTreeMap<usize, (Epoch, Epoch, u64)>,
    /// Peers whose stream is read before they are asked to restate again.
    read_first: BTreeSet<usize>,
    fail_next: Option<Failure>,
    skew_ms: i64,
}

/// The trust lists that a node knows.
struct Known<'a> {
    lists: &'a [TrustList],
}

impl Keys for Known<'_> {
    fn of(&self, group: &Group) -> Result<PublicKey, TrustError> {
        let list = self.lists.get((group.trust as usize).wrapping_sub(1)).ok_or(TrustError::Version)?;
        list.key(&group.node, &group.key, group.at).cloned()
    }

    fn root(&self) -> Result<PublicKey, TrustError> {
        self.lists.first().map(|list| list.root.clone()).ok_or(TrustError::Version)
    }
}

/// What nobody in the world knows, and the properties are judged by.
#[derive(Default)]
struct Ghost {
    /// Every stamp that was ever made.
    seen: BTreeSet<Hash>,
    /// Every stamp by its place.
    stamps: HashMap<(DossierId, u32, u32), Hash>,
    /// Entries whose author was answered: node, dossier, entry.
    acknowledged: Vec<(usize, DossierId, Hash)>,
    /// How often an entry had its effects on a node.
    effects: HashMap<(usize, Hash), u32>,
    /// Fingerprint of the state that follows from a head.
    states: HashMap<Hash, Hash>,
    /// Who was ever let into a dossier, in the log or in a part of it that was voided since.
    invited: BTreeSet<(DossierId, NodeId)>,
    /// Nodes that lost a part of their disk.
    lost_disk: BTreeSet<usize>,
    /// Nodes that came back with an old copy and did not notice.
    rolled_back: BTreeSet<usize>,
    /// Stamps that a liar made.
    lies: BTreeSet<Hash>,
    /// Nodes whose stream a liar broke into.
    lied_to: BTreeSet<(usize, usize)>,
    forked: bool,
}

/// The world.
pub struct World {
    bug: Option<Bug>,
    random: ChaCha8Rng,
    calendar: &'static Calendar,
    now: Moment,
    root: SecretKey,
    registrar: NodeId,
    lists: Vec<TrustList>,
    acts: Vec<(RecallAct, Document)>,
    nodes: Vec<Node>,
    wire: Vec<Message>,
    cut: BTreeSet<(usize, usize)>,
    dossiers: Vec<DossierId>,
    ghost: Ghost,
    trace: Hash,
    /// What was done.
    pub tally: Tally,
    /// Tells everything that happens on standard error.
    pub aloud: bool,
}

type Done = Result<(), Broken>;

impl World {
    /// A world at its beginning.
    pub fn new(plan: &Plan, bug: Option<Bug>) -> World {
        let mut random = ChaCha8Rng::seed_from_u64(plan.seed ^ 0x7065_6e5f);
        let calendar = Calendar::national();
        let now = Moment(Moment::start_of(jiff::civil::date(2026, 11, 23)).0 + 12 * 3_600_000);
        let root = secret(&mut random, Suite::Ed25519);
        let names = ["jiangsu", "anhui", "shanghai", "zhejiang"];
        let regions = ["320500", "340100", "310115", "330400"];
        let nodes: Vec<Node> = (0..plan.nodes as usize)
            .map(|n| {
                let name: NodeId = names[n].parse().expect("a name");
                let suite = plan.suites[n];
                let epoch = Epoch::from_random(bytes(&mut random));
                Node {
                    office: Office {
                        node: name.clone(),
                        org: drill_uscc(n as u32 + 1),
                        name: names[n].to_owned(),
                        name_en: names[n].to_owned(),
                        region: Region::parse(regions[n]).expect("a region"),
                        phone: String::new(),
                    },
                    suite,
                    keys: vec![secret(&mut random, suite)],
                    trust: 1,
                    desk: Desk::new(name, suite, calendar, epoch.clone(), false),
                    disk: Disk::new(epoch),
                    backup: None,
                    learned: BTreeSet::new(),
                    whole: BTreeMap::new(),
                    tried: BTreeMap::new(),
                    answered: BTreeMap::new(),
                    restated: BTreeMap::new(),
                    read_first: BTreeSet::new(),
                    fail_next: None,
                    skew_ms: 0,
                }
            })
            .collect();
        let cards = nodes.iter().map(|node| NodeCard {
            node: node.office.node.clone(),
            name: node.office.name.clone(),
            name_en: node.office.name_en.clone(),
            regions: vec![node.office.region],
            address: String::new(),
            keys: vec![KeyCard { public: node.keys[0].public_key().clone(), from: Moment(0), until: None }],
        });
        let list = TrustList { version: 1, issued: Moment(0), root: root.public_key().clone(), nodes: cards.collect() };
        World {
            bug,
            random,
            calendar,
            now,
            root,
            registrar: "registrar".parse().expect("a name"),
            lists: vec![list],
            acts: Vec::new(),
            nodes,
            wire: Vec::new(),
            cut: BTreeSet::new(),
            dossiers: Vec::new(),
            ghost: Ghost::default(),
            trace: Hash::none(Suite::Ed25519),
            tally: Tally::default(),
            aloud: false,
        }
    }

    /// A fingerprint of everything that happened.
    pub fn trace(&self) -> String {
        self.trace.to_string()
    }

    fn note(&mut self, what: &str) {
        if self.aloud {
            eprintln!("{what}");
        }
        self.trace = Suite::Ed25519.hash(&[&self.trace.tagged(), what.as_bytes()]);
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Does one step.
    pub fn step(&mut self, step: &Step) -> Done {
        self.note(&format!("{step:?}"));
        self.now.0 += 1_000 + i64::from(self.random.next_u32() % 120_000);
        let count = self.nodes.len();
        let node = |n: u8| n as usize % count;
        match *step {
            Step::Open { node: n, other } => self.open(node(n), node(other)),
            Step::Say { node: n, dossier, pick } => {
                // Somebody speaks: the node that is named, or the next one that has something to say.
                for turn in 0..count {
                    if self.say((node(n) + turn) % count, dossier, pick)? {
                        break;
                    }
                }
                Ok(())
            }
            Step::Ask { node: n, peer } => self.ask(node(n), node(peer)),
            Step::Exchange { node: n, peer } => {
                let before = self.wire.len();
                self.ask(node(n), node(peer))?;
                match (self.wire.len() > before).then(|| self.wire.pop()).flatten() {
                    Some(message) => self.deliver(message),
                    None => Ok(()),
                }
            }
            Step::Deliver { pick } => match self.pick(pick) {
                Some(at) => {
                    let message = self.wire.remove(at);
                    self.deliver(message)
                }
                None => Ok(()),
            },
            Step::Drop { pick } => {
                if let Some(at) = self.pick(pick) {
                    self.tally.wire_faults += 1;
                    self.wire.remove(at);
                }
                Ok(())
            }
            Step::Duplicate { pick } => {
                if let Some(at) = self.pick(pick) {
                    self.tally.wire_faults += 1;
                    let again = self.wire[at].clone();
                    self.wire.push(again);
                }
                Ok(())
            }
            Step::Corrupt { pick, byte, to } => {
                if let Some(at) = self.pick(pick) {
                    self.tally.wire_faults += 1;
                    if self.wire[at].damage(byte, to).is_err() {
                        self.wire.remove(at);
                    }
                }
                Ok(())
            }
            Step::Learn { node: n } => self.learn(node(n)),
            Step::Work { node: n } => self.work(node(n)),
            Step::Crash { node: n } => {
                self.crash(node(n));
                Ok(())
            }
            Step::FailWrite { node: n, how } => {
                self.nodes[node(n)].fail_next = Some(how);
                Ok(())
            }
            Step::Backup { node: n } => {
                self.nodes[node(n)].backup = Some(self.nodes[node(n)].disk.clone());
                Ok(())
            }
            Step::Restore { node: n } => self.restore(node(n)),
            Step::RollBack { node: n } => {
                let n = node(n);
                if let Some(backup) = self.nodes[n].backup.clone()
                    && backup.commits < self.nodes[n].disk.commits
                {
                    self.tally.restores += 1;
                    self.ghost.rolled_back.insert(n);
                    self.ghost.lost_disk.insert(n);
                    self.nodes[n].disk = backup;
                    self.crash(n);
                }
                Ok(())
            }
            Step::Cut { from, to } => {
                self.cut.insert((node(from), node(to)));
                Ok(())
            }
            Step::Join { from, to } => {
                self.cut.remove(&(node(from), node(to)));
                Ok(())
            }
            Step::Jump { node: n, minutes } => {
                self.nodes[node(n)].skew_ms = i64::from(minutes) * 60_000;
                Ok(())
            }
            Step::Recall { dossier, holder, excused } => {
                if let Some(id) = self.dossier(dossier) {
                    let excused = excused.map(node).filter(|one| *one != node(holder));
                    self.issue(id, node(holder), excused);
                }
                Ok(())
            }
            Step::Rotate { node: n } => {
                self.rotate(node(n));
                Ok(())
            }
            Step::Lie { node: n, peer, dossier } => {
                self.lie(node(n), node(peer), dossier);
                Ok(())
            }
        }
    }

    fn pick(&self, pick: u16) -> Option<usize> {
        (!self.wire.is_empty()).then(|| pick as usize % self.wire.len())
    }

    fn dossier(&self, pick: u16) -> Option<DossierId> {
        (!self.dossiers.is_empty()).then(|| self.dossiers[pick as usize % self.dossiers.len()])
    }

    fn index(&self, node: &NodeId) -> Option<usize> {
        self.nodes.iter().position(|known| known.office.node == *node)
    }

    fn clock(&self, n: usize) -> Moment {
        Moment(self.now.0 + self.nodes[n].skew_ms)
    }

    // ---- the process of one node

    /// Dies, and comes back with what is on its disk.
    fn crash(&mut self, n: usize) {
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

    fn lend(&mut self, n: usize, commit: &Commit, id: DossierId) {
        let node = &mut self.nodes[n];
        if node.desk.wants(commit, id) {
            let held = node.disk.held(id, self.calendar);
            node.desk.lend(id, held);
        }
    }

    /// Signs and writes; says whether it is durable and whoever waited may be answered.
    fn commit(&mut self, n: usize, mut commit: Commit) -> Result<bool, Broken> {
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

    // ---- what is said

    fn open(&mut self, n: usize, other: usize) -> Done {
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
    fn say(&mut self, n: usize, dossier: u16, pick: u16) -> Result<bool, Broken> {
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

    fn say_acts(
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
    fn acknowledge(&mut self, n: usize, commit: Commit) -> Result<bool, Broken> {
        let me = self.nodes[n].office.node.clone();
        let said: Vec<(DossierId, Hash)> = commit
            .entries
            .iter()
            .filter(|row| row.written.entry().node == me && row.written.entry().is_content())
            .map(|row| (row.written.entry().dossier, *row.written.hash()))
            .collect();
        let durable = self.commit(n, commit)?;
        if durable {
            self.ghost.acknowledged.extend(said.into_iter().map(|(id, hash)| (n, id, hash)));
        }
        Ok(durable)
    }

    fn blob(&mut self, n: usize) -> BlobRef {
        let salt: [u8; 8] = bytes(&mut self.random);
        BlobRef { hash: self.nodes[n].suite.hash(&[&salt]), size: 8, media: "application/pdf".to_owned() }
    }

    /// Something that the rules allow a person at this node to say now.
    fn choose(&mut self, n: usize, case: &Case, pick: u16) -> Option<(By, Act)> {
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

    // ---- asking and answering

    /// A node asks a peer whatever it has to ask it next. The answer goes onto the wire.
    fn ask(&mut self, n: usize, peer: usize) -> Done {
        if n == peer || self.cut.contains(&(n, peer)) {
            return Ok(());
        }
        let asked = self.next_question(n, peer);
        self.note(&format!("{n} asks {peer} {asked:?}"));
        let Some(answer) = self.answer(n, peer, &asked)? else { return Ok(()) };
        if !self.cut.contains(&(peer, n)) {
            self.wire.push(Message { from: peer, to: n, asked, answer, damaged: false });
        }
        Ok(())
    }

    fn next_question(&self, n: usize, peer: usize) -> Asked {
        let node = &self.nodes[n];
        if let Some((id, item)) = node.whole.get(&peer) {
            return Asked::Whole(*id, *item);
        }
        for (id, act) in node.desk.acts_to_carry_out() {
            let Some(held) = node.disk.held(id, self.calendar) else { continue };
            let done = node.answered.get(&(id, act.0.term)).is_some_and(|answered| answered.contains(&peer));
            let asks = node.desk.asked_for(&held, &act.0).contains(&self.nodes[peer].office.node);
            if held.chain.term() < act.0.term && asks && !done {
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

    fn answer(&mut self, asker: usize, n: usize, asked: &Asked) -> Result<Option<Answer>, Broken> {
        let peer = self.nodes[asker].office.node.clone();
        let takes_part = |world: &World, id: DossierId| {
            let held = world.nodes[n].disk.held(id, world.calendar);
            held.is_some_and(|held| held.chain.participants().contains(&peer))
        };
        match asked {
            Asked::Stream(cursor) => match self.nodes[n].disk.stream(&peer, cursor.as_ref(), BATCH_ITEMS) {
                Some(batch) => Ok(Some(Answer::Batch(Box::new(batch)))),
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
                if !self.nodes[n].disk.has(*id) {
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

    fn deliver(&mut self, message: Message) -> Done {
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
                    self.nodes[to].tried.entry(from).or_default().push(item);
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
                    Answer::Restated(..) => false,
                };
                if taken {
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
            _ => Ok(()),
        }
    }

    fn verify(&mut self, n: usize, cursor: Cursor, batch: Batch) -> Result<VerifiedBatch, BatchError> {
        let known = Known { lists: &self.lists[..self.nodes[n].trust as usize] };
        let verified = batch.verify(cursor, &known);
        if let Err(BatchError::Trust(_)) = verified {
            // A list that it has not seen yet may be the reason: it looks.
            self.nodes[n].trust = self.lists.len() as u32;
        }
        verified
    }

    fn deliver_stream(
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
        let Ok(verified) = self.verify(to, cursor, batch) else { return Ok(()) };
        if damaged {
            self.is_genuine(&verified)?;
            // What else stands in a batch is guarded by the connection, which this wire has not: as good as lost.
            return Ok(());
        }
        let peer = self.nodes[from].office.node.clone();
        let tried = self.nodes[to].tried.get(&from).cloned().unwrap_or_default();
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
                Ok(())
            }
        }
    }

    /// What was verified although a byte was changed must be what was signed.
    fn is_genuine(&self, verified: &VerifiedBatch) -> Done {
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
    fn take_whole(&mut self, from: usize, to: usize, id: DossierId, batch: Batch, asked: bool) -> Result<bool, Broken> {
        let cursor = Cursor::start(batch.epoch.clone());
        let Ok(verified) = self.verify(to, cursor, batch) else { return Ok(false) };
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

    // ---- the registrar

    fn issue(&mut self, id: DossierId, holder: usize, excused: Option<usize>) {
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

    fn rotate(&mut self, n: usize) {
        let suite = self.nodes[n].suite;
        let key = secret(&mut self.random, suite);
        let mut list = self.lists.last().expect("a list").clone();
        list.version += 1;
        let card = &mut list.nodes[n];
        let now = self.clock(n);
        if let Some(last) = card.keys.last_mut() {
            last.until = Some(now);
        }
        card.keys.push(KeyCard { public: key.public_key().clone(), from: now, until: None });
        self.lists.push(list);
        self.nodes[n].keys.push(key);
        // Whoever signs with a new key knows the list that has it; its clock does not go back behind it.
        self.nodes[n].trust = self.lists.len() as u32;
        self.nodes[n].skew_ms = self.nodes[n].skew_ms.max(0);
    }

    fn learn(&mut self, n: usize) -> Done {
        self.nodes[n].trust = self.lists.len() as u32;
        for (act, document) in self.acts.clone() {
            if !self.nodes[n].learned.contains(&act.term) {
                self.learn_act(n, act, document)?;
            }
        }
        Ok(())
    }

    /// Stores an act, which seals. Says whether it is stored.
    fn learn_act(&mut self, n: usize, act: RecallAct, document: Document) -> Result<bool, Broken> {
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
    fn work(&mut self, n: usize) -> Done {
        let random_free = self.nodes[n].desk.acts_to_carry_out();
        for (id, act) in random_free {
            let Some(held) = self.nodes[n].disk.held(id, self.calendar) else { continue };
            if held.chain.term() >= act.0.term {
                continue;
            }
            let answered = self.nodes[n].answered.get(&(id, act.0.term)).cloned().unwrap_or_default();
            let to_ask = self.nodes[n].desk.asked_for(&held, &act.0);
            let heard = |node: &NodeId| self.index(node).is_some_and(|peer| answered.contains(&peer));
            if !self.has(Bug::RecallWithoutAsking) && !to_ask.iter().all(heard) {
                continue;
            }
            let full = self.nodes[n].disk.full(id);
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

    fn win_back(&mut self, n: usize) -> Done {
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
        self.nodes[n].desk.recovered(&mut commit, &all);
        if !self.commit(n, commit)? {
            return Ok(());
        }
        for one in all {
            let mut commit = Commit::default();
            self.lend(n, &commit, one.dossier);
            let now = self.clock(n);
            let random = &mut self.random;
            let mut nonce = || bytes(random);
            self.nodes[n].desk.answer_pending(&mut commit, one.dossier, &mut Tick { now, nonce: &mut nonce });
            self.commit(n, commit)?;
        }
        Ok(())
    }

    /// A node that recovered may give a number again whose stamp was on its lost disk alone: nobody ever saw that.
    fn forget_lost(&mut self) {
        let mut seen = BTreeSet::new();
        for node in &self.nodes {
            for id in node.disk.dossiers() {
                seen.extend(node.disk.log(id).iter().map(|row| row.hash));
                seen.extend(node.disk.evidence(id).iter().map(|(row, _)| row.hash));
            }
        }
        self.ghost.stamps.retain(|_, hash| seen.contains(hash));
    }

    // ---- restore

    fn restore(&mut self, n: usize) -> Done {
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
    fn notice(&mut self, n: usize) -> Done {
        let known = self.ghost.rolled_back.contains(&n) || self.ghost.lied_to.iter().any(|(_, liar)| *liar == n);
        ensure(known, Property::StreamsAgree, || format!("{n} does not know its own stamps"))?;
        self.restart(n)
    }

    /// A new life: everything is restated, and nothing stamped until every node was heard.
    fn restart(&mut self, n: usize) -> Done {
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
    fn lie(&mut self, n: usize, peer: usize, dossier: u16) {
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

    // ---- properties

    /// What must be so of a commit before it is written.
    fn judge(&mut self, n: usize, commit: &Commit) -> Done {
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
            let silent = !self.nodes[n].disk.recovering || recalled == Some(&self.nodes[n].disk.epoch);
            ensure(silent, Property::RecoveringIsSilent, || format!("{me} recovers and stamps {place:?}"))?;
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
    fn count(&mut self, n: usize, commit: &Commit) -> Done {
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
        if !self.nodes[n].disk.recovering {
            let by_stamp = self.has(Bug::EffectsByStamp);
            let content = commit.stamps.iter().filter(|row| row.written.entry().is_content());
            let effects: Vec<Hash> = if by_stamp {
                content.map(|row| *row.written.hash()).collect()
            } else {
                commit.effects.iter().map(|written| *written.hash()).collect()
            };
            for entry in effects {
                let count = self.ghost.effects.entry((n, entry)).or_default();
                *count += 1;
                let times = *count;
                // What an unnoticed rollback lost was lost with the knowledge that it was done.
                let known = times == 1 || self.ghost.rolled_back.contains(&n);
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
    fn look(&mut self, n: usize, touched: &[DossierId]) -> Done {
        for id in touched {
            let Some(stored) = self.nodes[n].disk.held(*id, self.calendar) else { continue };
            let me = self.nodes[n].office.node.clone();
            if let Some(kept) = self.nodes[n].desk.held(&Commit::default(), *id) {
                let same = kept.chain == stored.chain && kept.case == stored.case && hashes(&kept) == hashes(&stored);
                ensure(same, Property::SameLogSameState, || {
                    format!(
                        "{me} keeps another state of {id} than its log gives: {:?} and {:?}",
                        kept.chain, stored.chain
                    )
                })?;
                ensure(kept.fault == stored.fault, Property::SameLogSameState, || {
                    format!("{me}: fault of {id} differs: {:?} {:?}", kept.fault, stored.fault)
                })?;
            }
            ensure(
                self.nodes[n].disk.pending(*id) == self.nodes[n].disk.derived_pending(*id, self.calendar),
                Property::SameLogSameState,
                || format!("{me}: what is pending in {id} does not follow from its log"),
            )?;
            let invited = self.ghost.invited.contains(&(*id, me.clone()));
            ensure(invited, Property::AudienceOnly, || format!("{me} holds {id}"))?;
            let log = self.nodes[n].disk.log(*id);
            let answered: Vec<Hash> = log
                .iter()
                .flat_map(|row| [Some(*row.written.hash()), row.written.entry().refuses.as_ref().map(|no| no.entry)])
                .flatten()
                .collect();
            let distinct: BTreeSet<&Hash> = answered.iter().collect();
            ensure(distinct.len() == answered.len(), Property::AnsweredOnce, || format!("{me}: twice in {id}"))?;
            let text = format!("{:?} {:?}", stored.case, stored.next(self.calendar));
            let state = Suite::Ed25519.hash(&[text.as_bytes()]);
            let known = *self.ghost.states.entry(*stored.chain.head()).or_insert(state);
            ensure(known == state, Property::SameLogSameState, || format!("{me}: another state of {id} for one log"))?;
            self.one_pen(*id)?;
        }
        Ok(())
    }

    fn one_pen(&self, id: DossierId) -> Done {
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

    fn settle(&mut self) -> Done {
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
                    // A stream goes on after a chain was fetched: the round after it counts as well.
                    open |= !matches!(self.next_question(n, peer), Asked::Stream(_));
                    self.ask(n, peer)?;
                    while let Some(message) = self.wire.pop() {
                        self.deliver(message)?;
                    }
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
    fn needs_recall(&self, id: DossierId) -> Option<usize> {
        let held: Vec<(usize, Held)> =
            (0..self.nodes.len()).filter_map(|n| Some((n, self.nodes[n].disk.held(id, self.calendar)?))).collect();
        let (_, best) = held.iter().max_by_key(|(_, held)| (held.chain.term(), held.chain.len()))?;
        let alone = held.iter().all(|(_, other)| other.chain.head() == best.chain.head());
        let stamps = held.iter().any(|(n, held)| self.nodes[*n].desk.may_stamp(held));
        if alone && stamps {
            return None;
        }
        let holder = self.index(best.chain.holder())?;
        held.iter().any(|(n, _)| *n == holder).then_some(holder).or(held.first().map(|(n, _)| *n))
    }

    fn at_rest(&self) -> Done {
        for id in &self.dossiers {
            let held: Vec<(usize, Held)> =
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

fn hashes(held: &Held) -> BTreeSet<Hash> {
    held.pending.iter().map(|written| *written.hash()).collect()
}

fn id_of(item: &tongban_core::exchange::Incoming) -> DossierId {
    match item {
        tongban_core::exchange::Incoming::Stamp(row) => row.stamp.dossier,
        tongban_core::exchange::Incoming::Slip { written, .. } => written.entry().dossier,
    }
}

fn bytes<const N: usize>(random: &mut ChaCha8Rng) -> [u8; N] {
    let mut out = [0; N];
    random.fill_bytes(&mut out);
    out
}

fn secret(random: &mut ChaCha8Rng, suite: Suite) -> SecretKey {
    loop {
        if let Ok(key) = SecretKey::from_seed(suite, &bytes(random)) {
            return key;
        }
    }
}

fn clerk(office: &Office) -> By {
    By { org: Some(office.org), role: Role::Clerk, staff: Some("017".to_owned()) }
}

fn drafted(receiving: &Office, handling: &Office, applicant: BlobRef) -> Drafted {
    Drafted {
        item: ItemOf {
            key: "2020-35-25".to_owned(),
            name: "演练事项".to_owned(),
            name_en: "drill".to_owned(),
            implementation: "2020-35-25@340100".to_owned(),
            version: 1,
            mode: Mode::CollectHere,
            materials: vec![MaterialRule {
                key: "form".to_owned(),
                name: "申请表".to_owned(),
                name_en: "form".to_owned(),
                need: Need::MayFollow,
                original: false,
                review: String::new(),
                review_en: String::new(),
            }],
            statutory: Limit::DECISION,
            promised: Limit::working(3),
        },
        receiving: receiving.clone(),
        handling: handling.clone(),
        channel: Channel::Window,
        subject: Subject::Person,
        permit: Permit {
            basis: Basis::Multilateral,
            mechanism: "delta".to_owned(),
            version: 1,
            name: String::new(),
            name_en: String::new(),
            document: String::new(),
            rights: Rights { accept: true, notify_once: true, verify_originals: true, deliver: true },
            offer: Some(Limit::working(10)),
        },
        applicant,
    }
}
