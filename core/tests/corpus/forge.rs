//! A log of any shape, properly signed: what a node could send that has good keys and bad manners.

use tongban_core::case::KIND;
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::{
    BlobText, DossierId, Draft, ExportStamp, Exporter, Hash, Moment, NodeId, Place, Purpose, RecallAct, SecretKey,
    SignedGroup, Stamp, Suite, Written,
};
use tongban_core::exchange::{Batch, BatchGroup, Epoch, Item, Spot};

use super::support::{HANDLING, Log, RECEIVING, TestWorld, Who, taken_in};
use tongban_core::case::Act;

/// A stamp with its entry; groups by their number.
#[derive(Clone)]
pub struct Piece {
    pub stamp: Stamp,
    pub entry: String,
    pub stamped: usize,
    pub said: Option<usize>,
    pub via: Option<Stamp>,
}

/// A log in the making. Every group has one leaf, so that no proof is needed.
#[derive(Clone)]
pub struct Forge<'w> {
    pub world: &'w TestWorld,
    pub lists: Vec<Document>,
    pub groups: Vec<SignedGroup>,
    pub pieces: Vec<Piece>,
    pub blobs: Vec<BlobText>,
    /// Version of the trust list that groups name.
    pub trust: u32,
    at: Moment,
}

pub fn dossier() -> DossierId {
    DossierId::from_random([0xd0; 16])
}

pub fn epoch() -> Epoch {
    Epoch::from_random([7; 8])
}

impl<'w> Forge<'w> {
    /// Nothing yet.
    pub fn new(world: &'w TestWorld) -> Forge<'w> {
        let at = super::support::noon(super::support::MONDAY);
        let lists = vec![world.lists[0].clone()];
        Forge { world, lists, groups: Vec::new(), pieces: Vec::new(), blobs: Vec::new(), trust: 1, at }
    }

    /// The good log: drafted, materials, taken in and handed over by the receiving place; received, and an applicant's slip
    /// stamped, by the handling place.
    pub fn good(world: &'w TestWorld) -> Forge<'w> {
        assert_eq!(world.filler, 0);
        let mut log = Log::filled(world, world.drafted());
        log.say(Who::Clerk, taken_in()).unwrap();
        log.say(Who::Clerk, Act::HandedOver).unwrap();
        log.say(Who::Officer, Act::Received).unwrap();
        log.say(Who::Applicant, Act::Withdrawn).unwrap();
        let mut forge = Forge::new(world);
        forge.groups = log.groups.iter().map(|group| group.signed.clone()).collect();
        // The author says a slip before it is stamped, but its group is used after the stamp's.
        forge.pieces = log
            .rows
            .iter()
            .map(|row| Piece {
                stamp: row.stamp.clone(),
                entry: String::from_utf8(row.written.bytes().to_vec()).unwrap(),
                stamped: row.stamped.group as usize,
                said: row.said.map(|spot| spot.group as usize),
                via: None,
            })
            .collect();
        forge.blobs = log.blobs.clone();
        forge
    }

    /// The first `len` stamps.
    pub fn cut(mut self, len: usize) -> Forge<'w> {
        self.pieces.truncate(len);
        self
    }

    pub fn id(&self, node: usize) -> &'w NodeId {
        self.world.nodes[node].id()
    }

    pub fn suite(&self, node: usize) -> Suite {
        self.world.nodes[node].suite()
    }

    /// An entry in the making; `nonce` makes it another one.
    pub fn draft(&self, node: usize, nonce: u8) -> Draft {
        Draft::next(dossier(), KIND, self.id(node)).said(self.at, [nonce; 8], &"what a case does not know")
    }

    /// An entry that opens the dossier.
    pub fn opening(&self, node: usize) -> Draft {
        Draft::open(dossier(), KIND, self.id(node)).said(self.at, [0; 8], &"first")
    }

    /// The hash of a stamp by the suite of its node.
    pub fn hash(&self, stamp: &Stamp) -> Hash {
        let suite = self.world.nodes.iter().find(|node| *node.id() == stamp.node).map(|node| node.suite());
        stamp.hash(suite.unwrap_or(self.suite(RECEIVING)))
    }

    /// Signs a group of one leaf; its number.
    pub fn sign(&mut self, key: &SecretKey, node: &NodeId, content: Hash) -> usize {
        self.sign_for(Purpose::Commit, key, node, content)
    }

    pub fn sign_for(&mut self, purpose: Purpose, key: &SecretKey, node: &NodeId, content: Hash) -> usize {
        let (signed, _) = SignedGroup::sign(purpose, key, node, self.trust, self.at, &[content]).unwrap();
        self.groups.push(signed);
        self.groups.len() - 1
    }

    fn sign_by(&mut self, node: usize, content: Hash) -> usize {
        let world = self.world;
        self.sign(&world.nodes[node].key, self.id(node), content)
    }

    /// What would follow: the stamp of `holder` for an entry.
    pub fn next(&self, holder: usize, entry: Hash) -> Stamp {
        let last = self.pieces.last().map(|piece| &piece.stamp);
        Stamp {
            dossier: dossier(),
            term: last.map_or(0, |last| last.term),
            seq: last.map_or(0, |last| last.seq.wrapping_add(1)),
            prev: last.map_or(Hash::none(self.suite(holder)), |last| self.hash(last)),
            entry,
            node: self.id(holder).clone(),
            at: self.at,
        }
    }

    /// Stamps an entry of `author` by `holder`, after a change of the stamp; both sign.
    pub fn stamp(mut self, holder: usize, author: usize, draft: Draft, change: impl FnOnce(&mut Stamp)) -> Forge<'w> {
        let written = draft.write(self.suite(author));
        self.put(holder, author, &written, change);
        self
    }

    pub fn put(&mut self, holder: usize, author: usize, written: &Written, change: impl FnOnce(&mut Stamp)) {
        let mut stamp = self.next(holder, *written.hash());
        change(&mut stamp);
        let stamped = self.sign_by(holder, stamp.hash(self.suite(holder)));
        let said = (holder != author).then(|| self.sign_by(author, *written.hash()));
        let entry = String::from_utf8(written.bytes().to_vec()).unwrap();
        self.pieces.push(Piece { stamp, entry, stamped, said, via: None });
    }

    /// Stamps bytes that may be no entry at all, by the node that wrote them.
    pub fn stamp_text(mut self, node: usize, entry: &str) -> Forge<'w> {
        let hash = Written::hash_of(self.suite(node), entry.as_bytes());
        let stamp = self.next(node, hash);
        let stamped = self.sign_by(node, stamp.hash(self.suite(node)));
        self.pieces.push(Piece { stamp, entry: entry.to_owned(), stamped, said: None, via: None });
        self
    }

    /// The registrar's act, signed by some root key.
    pub fn act(&self, root: &SecretKey, term: u32, holder: usize, dossier: DossierId) -> Document {
        let act = RecallAct {
            term,
            dossiers: vec![dossier],
            holder: self.id(holder).clone(),
            epoch: epoch(),
            excused: Vec::new(),
            issued: self.at,
            reason: "演练".to_owned(),
        };
        Document::sign(root, Kind::Recall, self.world.nodes[super::support::THIRD].id(), term, &act)
    }

    /// A recall by its new holder.
    pub fn recall(self, act: &Document, holder: usize, term: u32) -> Forge<'w> {
        let draft = Draft::next(dossier(), KIND, self.id(holder)).recall(self.at, [0xee; 8], act);
        self.stamp(holder, holder, draft, |stamp| stamp.term = term)
    }

    /// The good log, recalled from the handling place by the receiving one.
    pub fn recalled(world: &'w TestWorld) -> Forge<'w> {
        let forge = Forge::good(world);
        let act = forge.act(&world.root, 1, RECEIVING, dossier());
        forge.recall(&act, RECEIVING, 1)
    }

    /// Signs the stamp with this number anew after a change; what follows it no longer follows.
    pub fn restamp(&mut self, seq: usize, change: impl FnOnce(&mut Stamp)) {
        let mut stamp = self.pieces[seq].stamp.clone();
        let node = self.world.index(&stamp.node);
        change(&mut stamp);
        self.pieces[seq].stamped = self.sign_by(node, stamp.hash(self.suite(node)));
        self.pieces[seq].stamp = stamp;
    }

    /// Groups in the order of first use, as an export wants them, and what calls for them.
    fn used(&self) -> (Vec<SignedGroup>, impl Fn(usize) -> usize) {
        let mut order: Vec<usize> = Vec::new();
        for group in self.pieces.iter().flat_map(|piece| [Some(piece.stamped), piece.said]).flatten() {
            if !order.contains(&group) {
                order.push(group);
            }
        }
        let groups = order.iter().map(|group| self.groups[*group].clone()).collect();
        (groups, move |group| order.iter().position(|used| *used == group).unwrap())
    }

    pub fn exporter(&self) -> Exporter {
        let (groups, number) = self.used();
        let place = |group| Place { group: number(group), leaf: 0, proof: Default::default() };
        let stamps: Vec<ExportStamp> = self
            .pieces
            .iter()
            .map(|piece| ExportStamp {
                stamp: piece.stamp.clone(),
                entry: piece.entry.clone(),
                stamped: place(piece.stamped),
                said: piece.said.map(place),
                via: piece.via.clone(),
            })
            .collect();
        let named = |blob: &&BlobText| stamps.iter().any(|stamp| stamp.entry.contains(&blob.hash.to_string()));
        let blobs = self.blobs.iter().filter(named).cloned().collect();
        Exporter { dossier: dossier(), kind: KIND.to_owned(), trust_lists: self.lists.clone(), groups, stamps, blobs }
    }

    pub fn export(&self) -> Vec<u8> {
        self.exporter().write()
    }

    /// The whole of it as the beginning of a stream.
    pub fn batch(&self) -> Batch {
        let (groups, number) = self.used();
        let spot = |group| Spot { group: number(group) as u32, leaf: 0 };
        let items = self
            .pieces
            .iter()
            .map(|piece| Item::Stamp {
                stamp: piece.stamp.clone(),
                entry: piece.entry.clone(),
                stamped: spot(piece.stamped),
                said: piece.said.map(spot),
                via: piece.via.clone(),
            })
            .collect();
        let groups = groups.into_iter().map(|signed| BatchGroup { signed, proof: Default::default() }).collect();
        Batch { epoch: epoch(), from: 0, groups, items }
    }

    /// One slip of a node, alone in a batch.
    pub fn slip(&mut self, node: usize, entry: &str) -> Batch {
        let group = self.sign_by(node, Written::hash_of(self.suite(node), entry.as_bytes()));
        let groups = vec![BatchGroup { signed: self.groups[group].clone(), proof: Default::default() }];
        let items = vec![Item::Slip { entry: entry.to_owned(), said: Spot { group: 0, leaf: 0 }, via: None }];
        Batch { epoch: epoch(), from: 0, groups, items }
    }
}

/// The stamp that ends the good log: the applicant's slip, by the receiving place, stamped by the handling place.
pub const SLIP: usize = 5;
/// Who holds the pen at its end.
pub const HOLDER: usize = HANDLING;
/// Who wrote the slip.
pub const AUTHOR: usize = RECEIVING;
