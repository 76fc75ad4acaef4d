//! A small world for the tests: nodes with keys, a signed trust list, a case between them, and its log in every form in
//! which it travels.
#![allow(dead_code, reason = "each test binary uses its own part")]

use jiff::civil::Date;
use tongban_core::case::{
    Act, Attached, Case, Channel, Check, DeliveryWay, Drafted, ItemOf, KIND, Leg, Office, Outcome, Wanted,
};
use tongban_core::catalogue::{MaterialRule, Mode, Need, Subject};
use tongban_core::directory::{Document, KeyCard, Kind, NodeCard, TrustError, TrustList};
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::tree::Parts;
use tongban_core::dossier::{
    BlobRef, BlobText, By, Chain, CheckpointFile, DossierId, Draft, ExportStamp, Exporter, Group, Hash, Head, Judged,
    Moment, NodeId, Place, PublicKey, Purpose, Role, SecretKey, SignedGroup, Signer, Stamp, Suite, Written, blob_hash,
};
use tongban_core::exchange::{Batch, BatchGroup, Cursor, Epoch, Item, Spot};
use tongban_core::ident::{Region, drill_uscc};
use tongban_core::mechanism::{Basis, Permit, Rights};
use tongban_core::rule::{Asks, WhyNot};
use tongban_core::time::{Calendar, Limit};

/// The receiving place, the handling authority, and a node that has nothing to do with it.
pub const RECEIVING: usize = 0;
pub const HANDLING: usize = 1;
pub const THIRD: usize = 2;

/// The day on which the cases of the tests begin: a Monday.
pub const MONDAY: Date = jiff::civil::date(2026, 11, 23);

pub fn region(code: &str) -> Region {
    Region::parse(code).unwrap()
}

pub fn calendar() -> &'static Calendar {
    Calendar::national()
}

/// Noon of a day.
pub fn noon(date: Date) -> Moment {
    Moment(Moment::start_of(date).0 + 12 * 3_600_000)
}

pub struct TestNode {
    pub key: SecretKey,
    pub office: Office,
}

impl TestNode {
    pub fn id(&self) -> &NodeId {
        &self.office.node
    }

    pub fn suite(&self) -> Suite {
        self.key.public_key().suite()
    }
}

pub struct TestWorld {
    pub root: SecretKey,
    pub nodes: Vec<TestNode>,
    /// Versions 1, 2, … of the trust list.
    pub lists: Vec<Document>,
    /// So many leaves of other dossiers stand in a group before each of ours.
    pub filler: u32,
}

impl TestWorld {
    /// Three nodes with keys of these suites; another `seed` gives other keys under the same names.
    pub fn new(seed: u8, suites: [Suite; 3]) -> TestWorld {
        let places = [
            ("jiangsu", "320500", "苏州市政务服务中心", "Suzhou Service Centre"),
            ("anhui", "340100", "合肥市公安局", "Hefei Public Security Bureau"),
            ("shanghai", "310118", "青浦区政务服务中心", "Qingpu Service Centre"),
        ];
        let nodes: Vec<TestNode> = (0u8..)
            .zip(places.into_iter().zip(suites))
            .map(|(n, ((node, code, name, name_en), suite))| TestNode {
                key: SecretKey::from_seed(suite, &[seed * 10 + n + 1; 32]).unwrap(),
                office: Office {
                    guest: false,
                    node: node.parse().unwrap(),
                    org: drill_uscc(u32::from(n) + 1),
                    name: name.to_owned(),
                    name_en: name_en.to_owned(),
                    region: region(code),
                    phone: "000-00000000".to_owned(),
                },
            })
            .collect();
        let root = SecretKey::from_seed(suites[0], &[seed * 10; 32]).unwrap();
        let cards = nodes.iter().map(|node| NodeCard {
            guests: Vec::new(),
            node: node.id().clone(),
            name: node.office.name.clone(),
            name_en: node.office.name_en.clone(),
            regions: vec![node.office.region],
            address: "http://127.0.0.1:1".to_owned(),
            keys: vec![KeyCard { public: node.key.public_key().clone(), from: Moment(0), until: None }],
        });
        let list = TrustList { version: 1, issued: Moment(0), root: root.public_key().clone(), nodes: cards.collect() };
        let mut world = TestWorld { root, nodes, lists: Vec::new(), filler: 1 };
        world.issue(list);
        world
    }

    pub fn of(suite: Suite) -> TestWorld {
        TestWorld::new(1, [suite; 3])
    }

    pub fn without_filler(mut self) -> TestWorld {
        self.filler = 0;
        self
    }

    fn issue(&mut self, list: TrustList) {
        let registrar = self.nodes[THIRD].id().clone();
        self.lists.push(Document::sign(&self.root, Kind::Trust, &registrar, list.version, &list));
    }

    /// Issues the next version of the trust list.
    pub fn issue_next(&mut self, change: impl FnOnce(&mut TrustList)) {
        let mut list = self.list(self.lists.len() as u32);
        list.version += 1;
        change(&mut list);
        self.issue(list);
    }

    /// The only version of the trust list, with a change: as if it had always been so.
    pub fn list_with(&self, change: impl FnOnce(&mut TrustList)) -> Document {
        let mut list = self.list(1);
        change(&mut list);
        Document::sign(&self.root, Kind::Trust, self.nodes[THIRD].id(), list.version, &list)
    }

    pub fn list(&self, version: u32) -> TrustList {
        TrustList::open(&self.lists[version as usize - 1], &self.fingerprint()).unwrap()
    }

    pub fn fingerprint(&self) -> Hash {
        self.root.public_key().fingerprint()
    }

    /// The key by which a group is to be checked.
    pub fn key(&self, group: &Group) -> Result<PublicKey, TrustError> {
        // A changed group may name a version that was never issued.
        if !(1..=self.lists.len()).contains(&(group.trust as usize)) {
            return Err(TrustError::List(group.trust));
        }
        self.list(group.trust).key(&group.node, &group.key, group.at).cloned()
    }

    pub fn index(&self, node: &NodeId) -> usize {
        self.nodes.iter().position(|known| known.id() == node).unwrap()
    }

    /// What stands in the first entry: taken in at a window of the first node for the authority of the second.
    pub fn drafted(&self) -> Drafted {
        let material = |key: &str, need, original| MaterialRule {
            key: key.to_owned(),
            name: format!("材料 {key}"),
            name_en: key.to_owned(),
            need,
            original,
            review: String::new(),
            review_en: String::new(),
            source: String::new(),
            certificate: String::new(),
        };
        Drafted {
            item: ItemOf {
                key: "2020-35-25".to_owned(),
                name: "户口迁移".to_owned(),
                name_en: "Household transfer".to_owned(),
                implementation: "2020-35-25@340100".to_owned(),
                version: 1,
                mode: Mode::CollectHere,
                materials: vec![
                    material("id-card", Need::Necessary, true),
                    material("contract", Need::Necessary, false),
                    material("form", Need::MayFollow, false),
                ],
                statutory: Limit::DECISION,
                promised: Limit::working(3),
            },
            receiving: self.nodes[RECEIVING].office.clone(),
            handling: self.nodes[HANDLING].office.clone(),
            channel: Channel::Window,
            subject: Subject::Person,
            permit: Permit {
                basis: Basis::Multilateral,
                mechanism: "delta-2026".to_owned(),
                version: 1,
                name: "长三角通办".to_owned(),
                name_en: "Delta agreement".to_owned(),
                document: "演练〔2026〕1号".to_owned(),
                rights: LOOKS,
                offer: None,
                relay: None,
                keep: None,
            },
            applicant: self.applicant_blob().0,
            situations: Vec::new(),
            parts: Vec::new(),
            part_of: None,
        }
    }

    /// The same, on the web.
    pub fn drafted_online(&self) -> Drafted {
        let mut drafted = self.drafted();
        drafted.channel = Channel::Online;
        drafted.item.mode = Mode::FullyOnline;
        drafted
    }

    fn applicant_blob(&self) -> (BlobRef, BlobText) {
        blob(self.nodes[RECEIVING].suite(), [1; 16], b"{\"name\":\"drill\"}")
    }

    pub fn clerk(&self, node: usize) -> By {
        By { org: Some(self.nodes[node].office.org), role: Role::Clerk, staff: Some("017".to_owned()) }
    }

    pub fn officer(&self, node: usize) -> By {
        By { org: Some(self.nodes[node].office.org), role: Role::Officer, staff: Some("204".to_owned()) }
    }
}

pub fn applicant() -> By {
    By { org: None, role: Role::Applicant, staff: None }
}

pub fn system() -> By {
    By { org: None, role: Role::System, staff: None }
}

/// The least with which a window sees originals: what the cases of the tests have unless they say otherwise.
pub const LOOKS: Rights =
    Rights { accept: false, notify_once: false, verify_originals: true, deliver: false, decide: false };

pub const ALL_RIGHTS: Rights =
    Rights { accept: true, notify_once: true, verify_originals: true, deliver: true, decide: false };

pub fn blob(suite: Suite, salt: [u8; 16], bytes: &[u8]) -> (BlobRef, BlobText) {
    let hash = blob_hash(suite, &salt, bytes);
    let named = BlobRef { hash, size: bytes.len() as u32, media: "application/pdf".to_owned() };
    (named, BlobText { hash, salt: hex(&salt), bytes: hex(bytes) })
}

/// Who speaks.
#[derive(Clone, Debug)]
pub enum Who {
    Clerk,
    Officer,
    Applicant,
    System,
    /// Anyone, on the node with this number.
    Other(By, usize),
}

/// A stamp as the node keeps it; groups by their number in the log.
#[derive(Clone)]
pub struct Row {
    pub stamp: Stamp,
    pub hash: Hash,
    pub written: Written,
    pub stamped: Spot,
    pub said: Option<Spot>,
}

#[derive(Clone)]
pub struct OwnGroup {
    pub signed: SignedGroup,
    pub parts: Parts,
    pub contents: Vec<Hash>,
}

/// What a stream owes a peer, by the number of its row.
#[derive(Clone, Copy, Debug)]
pub enum Owed {
    Stamp(usize),
    Slip(usize),
}

/// One dossier, stamped by whoever holds the pen.
#[derive(Clone)]
pub struct Log<'w> {
    pub world: &'w TestWorld,
    pub chain: Chain,
    pub case: Case,
    pub rows: Vec<Row>,
    pub groups: Vec<OwnGroup>,
    pub blobs: Vec<BlobText>,
    /// The moment of the next entry.
    pub now: Moment,
    /// Version of the trust list that groups name.
    pub trust: u32,
    counter: u8,
}

impl<'w> Log<'w> {
    /// Opens a case at noon of [`MONDAY`].
    pub fn open(world: &'w TestWorld, drafted: Drafted) -> Result<Log<'w>, WhyNot> {
        let by = match drafted.channel {
            Channel::Window => world.clerk(RECEIVING),
            Channel::Online => applicant(),
        };
        Log::open_by(world, drafted, by, RECEIVING)
    }

    pub fn open_by(world: &'w TestWorld, drafted: Drafted, by: By, node: usize) -> Result<Log<'w>, WhyNot> {
        let now = noon(MONDAY);
        let (id, suite) = (world.nodes[node].id(), world.nodes[node].suite());
        let dossier = DossierId::from_random([0xd0; 16]);
        let written =
            Draft::open(dossier, KIND, id).by(by).said(now, [0; 8], &Act::Drafted(Box::new(drafted))).write(suite);
        let case = Case::open(&written)?;
        let stamp = Stamp::first(&written, id, now);
        let hash = stamp.hash(suite);
        let chain = Chain::open(&stamp, &hash, &written).unwrap();
        let blobs = vec![world.applicant_blob().1];
        let (rows, groups) = (Vec::new(), Vec::new());
        let mut log = Log { world, chain, case, rows, groups, blobs, now, trust: 1, counter: 0 };
        let stamped = log.sign(node, &[hash])[0];
        log.rows.push(Row { stamp, hash, written, stamped, said: None });
        Ok(log)
    }

    /// The usual case: at the window, with the two necessary materials.
    pub fn filled(world: &'w TestWorld, drafted: Drafted) -> Log<'w> {
        let online = drafted.channel == Channel::Online;
        let looks = drafted.permit.rights.verify_originals;
        let mut log = Log::open(world, drafted).unwrap();
        let (card, contract) = match (online, looks) {
            (true, _) => (Check::Uploaded, Check::Uploaded),
            (false, true) => (Check::SeenOriginal, Check::CopyTaken),
            (false, false) => (Check::CopyTaken, Check::CopyTaken),
        };
        let materials = vec![log.attach("id-card", card), log.attach("contract", contract)];
        let who = if online { Who::Applicant } else { Who::Clerk };
        log.say(who, Act::MaterialsAdded { materials }).unwrap();
        log
    }

    /// Filled, taken in, handed over and received.
    pub fn received(world: &'w TestWorld, drafted: Drafted) -> Log<'w> {
        let mut log = Log::filled(world, drafted);
        let who = log.window();
        log.say(who.clone(), taken_in()).unwrap();
        log.say(who, Act::HandedOver).unwrap();
        log.say(Who::Officer, Act::Received).unwrap();
        log
    }

    /// Who takes in and hands over in this case.
    pub fn window(&self) -> Who {
        if self.case.drafted.channel == Channel::Online { Who::System } else { Who::Clerk }
    }

    /// Makes a file and its entry in a list of materials.
    pub fn attach(&mut self, material: &str, check: Check) -> Attached {
        self.counter += 1;
        let text = format!("file {} of {material}", self.counter);
        let (blob, text) = blob(self.world.nodes[RECEIVING].suite(), [self.counter; 16], text.as_bytes());
        self.blobs.push(text);
        Attached { material: material.to_owned(), blob, check }
    }

    /// From now on it is this day.
    pub fn on(&mut self, date: Date) {
        self.now = noon(date);
    }

    pub fn by(&self, who: &Who) -> (By, usize) {
        let world = self.world;
        match who {
            Who::Clerk => (world.clerk(RECEIVING), RECEIVING),
            Who::Officer => {
                let org = Some(self.case.drafted.handling.org);
                let by = By { org, role: Role::Officer, staff: Some("204".to_owned()) };
                (by, world.index(&self.case.drafted.handling.node))
            }
            Who::Applicant => (applicant(), RECEIVING),
            Who::System => (system(), RECEIVING),
            Who::Other(by, node) => (by.clone(), *node),
        }
    }

    /// Whether it may be said now, with the pen move that belongs to it.
    pub fn may(&self, who: &Who, act: &Act) -> Result<(), WhyNot> {
        let (by, node) = self.by(who);
        let pen = self.case.pen_for(act);
        let asks = Asks { by: &by, node: self.world.nodes[node].id(), pen: pen.as_ref(), at: self.now };
        self.case.may(act, &asks, calendar())
    }

    /// Says it if it may be said; the pen holder stamps it.
    pub fn say(&mut self, who: Who, act: Act) -> Result<(), WhyNot> {
        self.may(&who, &act)?;
        self.force(&[(who, act)]);
        Ok(())
    }

    /// Stamps it whatever the rules of a case say; all in one group of the pen holder.
    pub fn force(&mut self, what: &[(Who, Act)]) {
        let holder = self.world.index(self.chain.holder());
        let suite = self.world.nodes[holder].suite();
        let first = self.rows.len();
        for (who, act) in what {
            assert_eq!(self.world.index(self.chain.holder()), holder, "one commit, one pen holder");
            let (by, node) = self.by(who);
            let draft = self.draft(by, node, act);
            let written = draft.write(self.world.nodes[node].suite());
            self.stamp(written, node);
        }
        let hashes: Vec<Hash> = self.rows[first..].iter().map(|row| row.hash).collect();
        debug_assert!(hashes.iter().all(|hash| hash.suite() == suite));
        let spots = self.sign(holder, &hashes);
        for (row, spot) in self.rows[first..].iter_mut().zip(spots) {
            row.stamped = spot;
        }
    }

    /// An entry in the making, with the pen move that belongs to it if its author holds the pen.
    pub fn draft(&mut self, by: By, node: usize, act: &Act) -> Draft {
        self.counter += 1;
        let id = self.world.nodes[node].id();
        let mut draft = Draft::next(self.chain.dossier(), KIND, id).by(by);
        if let Some(to) = self.case.pen_for(act).filter(|_| self.chain.holder() == id) {
            draft = draft.pass(&to, !self.chain.participants().contains(&to));
        }
        let joins = self.case.joins_by(act).filter(|node| !self.chain.participants().contains(node));
        if let Some(node) = joins {
            draft = draft.join(node);
        }
        draft.said(self.now, [self.counter; 8], act)
    }

    fn stamp(&mut self, written: Written, author: usize) {
        let holder = self.world.index(self.chain.holder());
        let said = (author != holder).then(|| self.sign(author, &[*written.hash()])[0]);
        let stamp = self.chain.next_stamp(&written, self.now);
        let hash = stamp.hash(self.world.nodes[holder].suite());
        assert_eq!(self.chain.judge(&stamp, &hash, &written), Ok(Judged::Next));
        self.chain.take(&hash, &written);
        self.case.apply(&stamp, &written, calendar());
        // The place is known when the group is signed.
        let stamped = Spot { group: u32::MAX, leaf: 0 };
        self.rows.push(Row { stamp, hash, written, stamped, said });
    }

    /// Stamps a refusal of the entry of another node.
    pub fn refuse(&mut self, entry: Hash, code: &str) {
        self.counter += 1;
        let holder = self.world.index(self.chain.holder());
        let node = &self.world.nodes[holder];
        let draft = Draft::next(self.chain.dossier(), KIND, node.id());
        let written = draft.refuse(self.now, [self.counter; 8], entry, code).write(node.suite());
        self.stamp(written, holder);
        let last = self.rows.len() - 1;
        self.rows[last].stamped = self.sign(holder, &[self.rows[last].hash])[0];
    }

    /// Signs a group of a node with leaves of other dossiers between ours; returns where ours stand.
    pub fn sign(&mut self, node: usize, ours: &[Hash]) -> Vec<Spot> {
        let signer = &self.world.nodes[node];
        let group = self.groups.len() as u32;
        let mut contents = Vec::new();
        let mut spots = Vec::new();
        for hash in ours {
            for n in 0..self.world.filler {
                contents.push(signer.suite().hash(&[b"another dossier", &[n as u8, contents.len() as u8]]));
            }
            spots.push(Spot { group, leaf: contents.len() as u32 });
            contents.push(*hash);
        }
        let (signed, parts) =
            SignedGroup::sign(Purpose::Commit, &signer.key, signer.id(), self.trust, self.now, &contents).unwrap();
        self.groups.push(OwnGroup { signed, parts, contents });
        spots
    }

    /// The first `len` stamps as one file.
    pub fn exporter(&self, len: usize) -> Exporter {
        let mut order: Vec<u32> = Vec::new();
        let mut place = |spot: &Spot| {
            let group = order.iter().position(|used| *used == spot.group).unwrap_or_else(|| {
                order.push(spot.group);
                order.len() - 1
            });
            let own = &self.groups[spot.group as usize];
            let size = own.signed.group.size;
            let proof = own.parts.prove(own.signed.group.suite(), size, &[spot.leaf]).unwrap();
            Place { group, leaf: spot.leaf, proof }
        };
        let text = |row: &Row| String::from_utf8(row.written.bytes().to_vec()).unwrap();
        let rows = &self.rows[..len];
        let stamps: Vec<ExportStamp> = rows
            .iter()
            .map(|row| {
                let stamped = place(&row.stamped);
                let said = row.said.as_ref().map(&mut place);
                ExportStamp { stamp: row.stamp.clone(), entry: text(row), stamped, said, via: None }
            })
            .collect();
        let groups: Vec<SignedGroup> = order.iter().map(|at| self.groups[*at as usize].signed.clone()).collect();
        let named = |blob: &&BlobText| stamps.iter().any(|stamp| stamp.entry.contains(&blob.hash.to_string()));
        let lists = self.world.lists.iter().filter(|list| groups.iter().any(|g| g.group.trust == list.version));
        Exporter {
            dossier: self.chain.dossier(),
            kind: KIND.to_owned(),
            trust_lists: lists.cloned().collect(),
            blobs: self.blobs.iter().filter(named).cloned().collect(),
            groups,
            stamps,
        }
    }

    /// The whole dossier as one file.
    pub fn export(&self) -> Vec<u8> {
        self.exporter(self.rows.len()).write()
    }

    /// What a node holding the first `len` stamps signs, among the heads of two other dossiers.
    pub fn checkpoint(&self, node: usize, len: u32) -> CheckpointFile {
        let signer = &self.world.nodes[node];
        let suite = signer.suite();
        let head = Head {
            dossier: self.chain.dossier(),
            term: self.chain.term(),
            len,
            head: *self.chain.stamp(len - 1).unwrap(),
        };
        let contents = [suite.hash(&[b"before"]), head.hash(suite), suite.hash(&[b"after"])];
        let (signed, parts) =
            SignedGroup::sign(Purpose::Checkpoint, &signer.key, signer.id(), self.trust, self.now, &contents).unwrap();
        CheckpointFile {
            tongban_checkpoint: 1,
            head,
            place: 1,
            proof: parts.prove(suite, 3, &[1]).unwrap(),
            signed,
            trust: self.world.lists[self.trust as usize - 1].clone(),
        }
    }

    /// The hash by which an item advances the cursor.
    pub fn content(&self, owed: Owed) -> Hash {
        match owed {
            Owed::Stamp(row) => self.rows[row].hash,
            Owed::Slip(row) => *self.rows[row].written.hash(),
        }
    }

    /// The items `from..to` of a stream.
    pub fn batch(&self, epoch: &Epoch, stream: &[Owed], from: usize, to: usize) -> Batch {
        let mut used: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut spot = |at: &Spot| {
            let group = used.iter().position(|(group, _)| *group == at.group).unwrap_or_else(|| {
                used.push((at.group, Vec::new()));
                used.len() - 1
            });
            used[group].1.push(at.leaf);
            Spot { group: group as u32, leaf: at.leaf }
        };
        let text = |row: &Row| String::from_utf8(row.written.bytes().to_vec()).unwrap();
        let items = stream[from..to]
            .iter()
            .map(|owed| match *owed {
                Owed::Stamp(row) => {
                    let row = &self.rows[row];
                    let stamped = spot(&row.stamped);
                    let said = row.said.as_ref().map(&mut spot);
                    Item::Stamp { stamp: row.stamp.clone(), entry: text(row), stamped, said, via: None }
                }
                Owed::Slip(row) => {
                    let row = &self.rows[row];
                    Item::Slip { entry: text(row), said: spot(row.said.as_ref().unwrap()), via: None }
                }
            })
            .collect();
        let groups = used
            .into_iter()
            .map(|(group, mut leaves)| {
                leaves.sort_unstable();
                leaves.dedup();
                let own = &self.groups[group as usize];
                let size = own.signed.group.size;
                let proof = own.parts.prove(own.signed.group.suite(), size, &leaves).unwrap();
                BatchGroup { signed: own.signed.clone(), proof }
            })
            .collect();
        Batch { epoch: epoch.clone(), from: from as u64, groups, items }
    }

    /// The sender's own cursor after the first `len` items of a stream.
    pub fn cursor(&self, epoch: &Epoch, stream: &[Owed], len: usize) -> Cursor {
        let mut cursor = Cursor::start(epoch.clone());
        stream[..len].iter().for_each(|owed| cursor.advance(&self.content(*owed)));
        cursor
    }

    /// All its stamps, as a stream.
    pub fn stream(&self) -> Vec<Owed> {
        (0..self.rows.len()).map(Owed::Stamp).collect()
    }
}

pub fn taken_in() -> Act {
    Act::TakenIn { number: "SZ-2026-000001".to_owned() }
}

pub fn returned() -> Act {
    Act::Returned { reason: "material-unclear".to_owned(), note: "合同第二页不清".to_owned() }
}

pub fn not_accepted() -> Act {
    Act::NotAccepted { reason: "condition-not-met".to_owned(), note: "不符合条件".to_owned() }
}

pub fn asked() -> Act {
    let wanted = vec![Wanted { material: "form".to_owned(), what: "申请表未签名".to_owned() }];
    Act::CorrectionAsked { wanted, limit: Limit::working(5) }
}

pub fn granted(way: DeliveryWay) -> Act {
    Act::Decided {
        outcome: Outcome::Granted,
        reason: String::new(),
        note: String::new(),
        number: "HF-2026-77".to_owned(),
        document: None,
        way,
    }
}

pub fn refused(reason: &str, note: &str) -> Act {
    Act::Decided {
        outcome: Outcome::Refused,
        reason: reason.to_owned(),
        note: note.to_owned(),
        number: "HF-2026-78".to_owned(),
        document: None,
        way: DeliveryWay::Online,
    }
}

pub fn delivered(way: DeliveryWay) -> Act {
    Act::Delivered { way }
}

pub fn rated(leg: Leg, level: u8) -> Act {
    Act::Rated { leg, level, comment: None }
}
