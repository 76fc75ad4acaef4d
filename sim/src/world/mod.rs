//! The nodes, the registrar, and what happens to them.

mod blob;
mod hostile;
mod judge;
mod people;
mod process;
mod trust;
mod wire;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tongban_core::case::{
    Act, Attached, Case, Channel, Check, DeliveryWay, Drafted, ItemOf, Leg, Next, Office, Outcome, Verdict, Wanted,
};
use tongban_core::catalogue::{MaterialRule, Mode, Need, Subject};
use tongban_core::directory::{Document, KeyCard, Kind, NodeCard, TrustError, TrustList, TrustLists};
use tongban_core::dossier::{
    BlobRef, BlobText, By, DossierId, Draft, Group, Hash, Moment, NodeId, PublicKey, Purpose, RecallAct, Role,
    SecretKey, SignedGroup, Signer, Suite, Written, blob_hash,
};
use tongban_core::exchange::{
    Batch, BatchError, BatchGroup, Commit, Cursor, Desk, Epoch, Held, Item, Keys, SaidAt, Spot, Spots, Taken, Tick,
    Unsaid, VerifiedBatch,
};
use tongban_core::ident::{Region, drill_uscc};
use tongban_core::matter::Matter;
use tongban_core::mechanism::{Basis, Permit, Rights};
use tongban_core::rule::Asks;
use tongban_core::time::{Calendar, Limit};

use crate::bug::Bug;
use crate::check::{Broken, Property, ensure};
use crate::disk::Disk;
use crate::plan::{Failure, Flood, Plan, Step};
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
    /// Keys that the registrar ended.
    pub revocations: u64,
    /// Floods.
    pub floods: u64,
    /// Months of backlog.
    pub backlogs: u64,
    /// Blobs that came from a peer.
    pub blobs: u64,
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
        self.revocations += other.revocations;
        self.floods += other.floods;
        self.backlogs += other.backlogs;
        self.blobs += other.blobs;
    }
}

struct Node {
    office: Office,
    suite: Suite,
    keys: Vec<SecretKey>,
    disk: Disk,
    backup: Option<Disk>,
    desk: Desk,
    /// Acts that its desk has learned in this process.
    learned: BTreeSet<u32>,
    /// Dossiers that have to be fetched whole from a peer before its stream goes on.
    whole: BTreeMap<usize, (DossierId, Hash)>,
    tried: BTreeMap<usize, BTreeSet<Hash>>,
    /// Who answered a question, by dossier and term.
    answered: BTreeMap<(DossierId, u32), BTreeSet<usize>>,
    /// How far the stream of a peer has to be read in this life: own epoch, the peer's, position.
    restated: BTreeMap<usize, (Epoch, Epoch, u64)>,
    /// Peers whose stream is read before they are asked to restate again.
    read_first: BTreeSet<usize>,
    /// The last blob that a peer was asked for, if there were more to ask for.
    blobs_asked: BTreeMap<usize, Hash>,
    fail_next: Option<Failure>,
    skew_ms: i64,
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
    /// The state that follows from a head.
    states: HashMap<Hash, (Option<Matter>, Option<Next>)>,
    /// Who was ever let into a dossier, in the log or in a part of it that was voided since.
    invited: BTreeSet<(DossierId, NodeId)>,
    /// Nodes that lost a part of their disk.
    lost_disk: BTreeSet<usize>,
    /// Nodes that came back with an old copy and did not notice.
    rolled_back: BTreeSet<usize>,
    /// Dossiers that a node came back without, when no other node knew any more that it takes part: what it had done for
    /// them is known nowhere.
    forgotten: BTreeSet<(usize, DossierId)>,
    /// Stamps that a liar made.
    lies: BTreeSet<Hash>,
    /// Nodes whose stream a liar broke into.
    lied_to: BTreeSet<(usize, usize)>,
    /// Every blob that was stored once.
    blobs: BTreeMap<Hash, BlobText>,
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
    /// Blobs that were made for what is being said.
    made: BTreeMap<Hash, BlobText>,
    ghost: Ghost,
    trace: Hash,
    /// What was done.
    pub tally: Tally,
    /// Tells everything that happens on standard error.
    pub aloud: bool,
    /// Looks at no dossier after a commit: for a second run, which only has to go the same way.
    pub blind: bool,
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
                        guest: false,
                        node: name.clone(),
                        org: drill_uscc(n as u32 + 1),
                        name: names[n].to_owned(),
                        name_en: names[n].to_owned(),
                        region: Region::parse(regions[n]).expect("a region"),
                        phone: String::new(),
                    },
                    suite,
                    keys: vec![secret(&mut random, suite)],
                    desk: Desk::new(name, suite, calendar, epoch.clone(), false),
                    disk: Disk::new(epoch, TrustLists::default()),
                    backup: None,
                    learned: BTreeSet::new(),
                    whole: BTreeMap::new(),
                    tried: BTreeMap::new(),
                    answered: BTreeMap::new(),
                    restated: BTreeMap::new(),
                    read_first: BTreeSet::new(),
                    blobs_asked: BTreeMap::new(),
                    fail_next: None,
                    skew_ms: 0,
                }
            })
            .collect();
        let cards = nodes.iter().map(|node| NodeCard {
            guests: Vec::new(),
            node: node.office.node.clone(),
            name: node.office.name.clone(),
            name_en: node.office.name_en.clone(),
            regions: vec![node.office.region],
            address: String::new(),
            keys: vec![KeyCard { public: node.keys[0].public_key().clone(), from: Moment(0), until: None }],
        });
        let list = TrustList { version: 1, issued: Moment(0), root: root.public_key().clone(), nodes: cards.collect() };
        let mut nodes = nodes;
        for node in &mut nodes {
            node.disk.lists.keep(list.clone());
        }
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
            made: BTreeMap::new(),
            ghost: Ghost::default(),
            trace: Hash::none(Suite::Ed25519),
            tally: Tally::default(),
            aloud: false,
            blind: false,
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
            Step::Revoke { node: n } => {
                self.revoke(node(n));
                Ok(())
            }
            Step::Lists { node: n, peer } => self.fetch_lists_from(node(n), node(peer)),
            Step::Blobs { node: n, peer } => self.ask_blobs(node(n), node(peer)),
            Step::LoseBlob { node: n, pick } => {
                self.lose_blob(node(n), pick);
                Ok(())
            }
            Step::Backlog { node: n, other, dossier } => self.backlog(node(n), node(other), dossier),
            Step::Flood { node: n, peer, dossier, with } => self.flood(node(n), node(peer), dossier, with),
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
                source: String::new(),
                certificate: String::new(),
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
            rights: Rights { accept: true, notify_once: true, verify_originals: true, deliver: true, decide: false },
            offer: Some(Limit::working(10)),
            relay: None,
            keep: None,
        },
        applicant,
        situations: Vec::new(),
        parts: Vec::new(),
        part_of: None,
    }
}
