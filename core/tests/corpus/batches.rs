//! Broken batches: what a lying peer may send.

use tongban_core::dossier::{DossierId, Draft, Hash, Purpose, Stamp, Suite};
use tongban_core::exchange::{BATCH_ITEMS_MAX, Batch, Item, Spot};

use super::Files;
use super::dossiers::{broken_entries, other_suite};
use super::forge::{AUTHOR, Forge, HOLDER, SLIP, dossier};
use super::support::{HANDLING, RECEIVING, THIRD, TestWorld};
use tongban_core::case::KIND;

struct Put<'a> {
    files: &'a mut Files,
}

impl Put<'_> {
    fn bytes(&mut self, code: &str, name: &str, bytes: Vec<u8>) {
        self.files.put("batch", code, &format!("{name}.json"), bytes);
    }

    fn batch(&mut self, code: &str, name: &str, batch: &Batch) {
        self.bytes(code, name, serde_json::to_vec(batch).unwrap());
    }

    fn changed(&mut self, code: &str, name: &str, batch: &Batch, change: impl FnOnce(&mut Batch)) {
        let mut batch = batch.clone();
        change(&mut batch);
        self.batch(code, name, &batch);
    }
}

/// Stamp, place and author's place of an item that is a stamp.
fn stamp(batch: &mut Batch, at: usize) -> (&mut Stamp, &mut Spot, &mut Option<Spot>) {
    match &mut batch.items[at] {
        Item::Stamp { stamp, stamped, said, .. } => (stamp, stamped, said),
        Item::Slip { .. } => panic!("item {at} is a slip"),
    }
}

pub fn write(files: &mut Files) {
    let world = TestWorld::of(Suite::Ed25519).without_filler();
    let mut put = Put { files };
    good(&mut put, &world);
    bytes(&mut put, &world);
    places(&mut put, &world);
    keys(&mut put, &world);
    said(&mut put, &world);
    chain(&mut put, &world);
}

fn good(put: &mut Put<'_>, world: &TestWorld) {
    for (name, suites) in [
        ("ed25519", [Suite::Ed25519; 3]),
        ("sm2", [Suite::Sm2; 3]),
        ("mixed", [Suite::Ed25519, Suite::Sm2, Suite::Sm2]),
    ] {
        put.batch("good", name, &Forge::good(&TestWorld::new(1, suites).without_filler()).batch());
    }
    put.batch("good", "recalled", &Forge::recalled(world).batch());
    put.changed("good", "empty", &Forge::good(world).batch(), |batch| {
        batch.items.clear();
        batch.groups.clear();
    });
    let mut forge = Forge::good(world);
    let entry = forge.pieces[SLIP].entry.clone();
    put.batch("good", "slip", &forge.slip(AUTHOR, &entry));
    // How a batch is spelt is nobody's matter: nothing of the spelling is kept.
    let pretty = serde_json::to_vec_pretty(&Forge::good(world).batch()).unwrap();
    put.bytes("good", "with-white-space", pretty);
}

fn bytes(put: &mut Put<'_>, world: &TestWorld) {
    let batch = Forge::good(world).batch();
    let text = serde_json::to_string(&batch).unwrap();
    let respelt = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    put.bytes("batch-malformed", "nothing", Vec::new());
    put.bytes("batch-malformed", "cut", text.as_bytes()[..text.len() / 2].to_vec());
    put.bytes("batch-malformed", "trailing-bytes", [text.as_bytes(), b"]"].concat());
    put.bytes("batch-malformed", "a-page", b"<!DOCTYPE html><title>502 Bad Gateway</title>".to_vec());
    put.bytes("batch-malformed", "unknown-key", respelt("\"from\":0", "\"from\":0,\"more\":1"));
    put.bytes("batch-malformed", "duplicate-key", respelt("\"from\":0", "\"from\":0,\"from\":0"));
    put.bytes("batch-malformed", "float", respelt("\"from\":0", "\"from\":0.0"));
    put.bytes("batch-malformed", "huge-number", respelt("\"from\":0", &format!("\"from\":{}", "9".repeat(400))));
    put.bytes("batch-malformed", "negative", respelt("\"from\":0", "\"from\":-1"));
    put.bytes("batch-malformed", "unknown-item", respelt("{\"stamp\":{", "{\"stump\":{"));
    put.bytes("batch-malformed", "lone-surrogate", respelt("\"entry\":\"", "\"entry\":\"\\ud800"));
    put.bytes("batch-malformed", "capital-letters", respelt("sha256:", "SHA256:"));
    // A peer's epoch comes back to it in an address: one that is no epoch would stop its stream for ever.
    put.bytes("batch-malformed", "epoch-of-an-address", respelt("\"0707070707070707\"", "\"-&position=0#\""));
    put.bytes("batch-malformed", "long-epoch", respelt("\"0707070707070707\"", &format!("\"{}\"", "07".repeat(4000))));
    let nested = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    put.bytes("batch-malformed", "deep-nesting", nested.into_bytes());
    let mut utf8 = text.clone().into_bytes();
    let at = text.find("jiangsu").unwrap();
    utf8[at] = 0xff;
    put.bytes("batch-malformed", "invalid-utf-8", utf8);
}

fn places(put: &mut Put<'_>, world: &TestWorld) {
    let batch = Forge::good(world).batch();
    put.changed("batch-position", "later", &batch, |batch| batch.from = 1);
    put.changed("batch-position", "last-number", &batch, |batch| batch.from = u64::MAX);
    put.changed("batch-too-long", "one-item-more", &batch, |batch| {
        let slip = Item::Slip { entry: String::new(), said: Spot { group: 0, leaf: 0 }, via: None };
        batch.items = vec![slip; BATCH_ITEMS_MAX + 1];
    });
    put.changed("group-missing", "no-such-number", &batch, |batch| stamp(batch, 2).1.group = 99);
    put.changed("group-missing", "of-the-author", &batch, |batch| {
        *stamp(batch, SLIP).2 = Some(Spot { group: u32::MAX, leaf: 0 });
    });
    put.changed("group-missing", "no-groups", &batch, |batch| batch.groups.clear());
    put.changed("batch-spot-twice", "forged-before-the-genuine", &batch, |batch| {
        let mut item = batch.items[3].clone();
        if let Item::Stamp { stamp, .. } = &mut item {
            stamp.at.0 += 1;
        }
        batch.items.insert(3, item);
    });
    put.changed("batch-spot-twice", "entry-at-the-place-of-its-stamp", &batch, |batch| {
        let (_, stamped, said) = stamp(batch, 3);
        *said = Some(*stamped);
    });
    put.changed("group-proof", "leaf-out-of-range", &batch, |batch| stamp(batch, 2).1.leaf = 1);
    put.changed("group-proof", "last-leaf", &batch, |batch| stamp(batch, 2).1.leaf = u32::MAX);
    put.changed("group-proof", "group-that-is-not-used", &batch, |batch| batch.groups.push(batch.groups[0].clone()));
    put.changed("group-proof", "superfluous-hash", &batch, |batch| {
        let root = batch.groups[0].signed.group.root;
        batch.groups[0].proof.0.push(root);
    });
    put.changed("group-proof", "changed-stamp", &batch, |batch| stamp(batch, 2).0.at.0 += 1);
    put.changed("group-proof", "another-root", &batch, |batch| {
        batch.groups[2].signed.group.root = Suite::Ed25519.hash(&[b"another root"]);
    });
    put.changed("group-proof", "most-leaves", &batch, |batch| batch.groups[2].signed.group.size = u32::MAX);
    let crowded = TestWorld::of(Suite::Ed25519);
    let log = super::among_others(&crowded);
    let among = log.batch(&super::forge::epoch(), &log.stream(), 0, 4);
    put.batch("good", "among-other-leaves", &among);
    put.changed("group-proof", "another-leaf", &among, |batch| stamp(batch, 1).1.leaf -= 1);
    put.changed("group-proof", "changed-part", &among, |batch| {
        batch.groups[1].proof.0[0] = Suite::Ed25519.hash(&[b"another part"]);
    });
    put.changed("group-proof", "missing-part", &among, |batch| batch.groups[1].proof.0.truncate(0));
    put.changed("group-proof", "stamps-at-each-others-place", &among, |batch| {
        let (first, second) = (*stamp(batch, 1).1, *stamp(batch, 2).1);
        assert_eq!(first.group, second.group);
        *stamp(batch, 1).1 = second;
        *stamp(batch, 2).1 = first;
    });
}

fn keys(put: &mut Put<'_>, world: &TestWorld) {
    let batch = Forge::good(world).batch();
    put.changed("group-signature", "changed-signature", &batch, |batch| batch.groups[1].signed.signature.0[40] ^= 1);
    put.changed("group-signature", "changed-time", &batch, |batch| batch.groups[1].signed.group.at.0 += 1);
    put.changed("group-signature", "of-another-group", &batch, |batch| {
        batch.groups[1].signed.signature = batch.groups[0].signed.signature;
    });
    put.changed("trust-unknown-list", "version-7", &batch, |batch| batch.groups[1].signed.group.trust = 7);
    put.changed("trust-unknown-list", "version-0", &batch, |batch| batch.groups[1].signed.group.trust = 0);
    put.changed("trust-unknown-node", "a-stranger", &batch, |batch| {
        batch.groups[1].signed.group.node = "hunan".parse().unwrap();
    });
    put.changed("trust-unknown-key", "no-such-key", &batch, |batch| {
        batch.groups[1].signed.group.key = Suite::Ed25519.hash(&[b"another key"]);
    });
    put.changed("trust-key-time", "before-the-key", &batch, |batch| batch.groups[1].signed.group.at.0 = -1);
    put.batch("trust-unknown-key", "a-world-of-its-own", &{
        Forge::good(&TestWorld::new(2, [Suite::Ed25519; 3]).without_filler()).batch()
    });
    put.batch("group-suite", "root-of-another-suite", &other_suite(world).batch());
    let resigned = |purpose, key: usize| {
        let mut forge = Forge::good(world);
        let hash = forge.hash(&forge.pieces[2].stamp);
        let node = world.nodes[key].id();
        forge.pieces[2].stamped = forge.sign_for(purpose, &world.nodes[key].key, node, hash);
        forge.batch()
    };
    put.batch("group-signature", "checkpoint-for-a-commit", &resigned(Purpose::Checkpoint, RECEIVING));
    put.batch("group-other-node", "stamp-signed-by-a-third", &resigned(Purpose::Commit, THIRD));
    for (name, suites) in [("sm2", [Suite::Sm2; 3]), ("mixed", [Suite::Ed25519, Suite::Sm2, Suite::Sm2])] {
        let batch = Forge::good(&TestWorld::new(1, suites).without_filler()).batch();
        let last = batch.groups.len() - 2;
        put.changed("group-signature", name, &batch, |batch| batch.groups[last].signed.signature.0[40] ^= 1);
        put.changed("group-proof", name, &batch, |batch| stamp(batch, 4).0.at.0 += 1);
    }
}

fn said(put: &mut Put<'_>, world: &TestWorld) {
    for (code, name, text) in broken_entries(world) {
        put.batch(code, &format!("slip-{name}"), &Forge::good(world).slip(AUTHOR, &text));
    }
    let batch = Forge::good(world).batch();
    put.changed("stamp-mismatch", "entry-with-a-space-more", &batch, |batch| {
        if let Item::Stamp { entry, .. } = &mut batch.items[1] {
            entry.push(' ');
        }
    });
    put.changed("stamp-mismatch", "stamp-of-nothing", &batch, |batch| {
        stamp(batch, 1).0.entry = Hash::none(Suite::Ed25519);
    });
    let mut forge = Forge::good(world);
    let entry = forge.pieces[1].entry.clone();
    put.batch("group-other-node", "slip-of-another-author", &forge.slip(THIRD, &entry));
    let mut forge = Forge::good(world);
    let hash = forge.pieces[SLIP].stamp.entry;
    forge.pieces[SLIP].said = Some(forge.sign(&world.nodes[HOLDER].key, world.nodes[HOLDER].id(), hash));
    put.batch("group-other-node", "slip-said-by-the-holder", &forge.batch());
    let mut forge = Forge::good(world);
    forge.pieces[SLIP].said = None;
    put.batch("author-proof-missing", "slip-without-its-author", &forge.batch());
    let mut forge = Forge::good(world);
    let entry = forge.pieces[1].stamp.entry;
    forge.pieces[1].said = Some(forge.sign(&world.nodes[RECEIVING].key, world.nodes[RECEIVING].id(), entry));
    put.batch("author-proof-superfluous", "author-who-stamped", &forge.batch());
    let via = |change: &dyn Fn(&mut Stamp)| {
        let mut forge = Forge::good(world);
        let entry = forge.pieces[SLIP].stamp.entry;
        let mut stamp = Stamp { node: forge.id(AUTHOR).clone(), entry, ..forge.pieces[SLIP].stamp.clone() };
        change(&mut stamp);
        let hash = stamp.hash(Suite::Ed25519);
        forge.pieces[SLIP].said = Some(forge.sign(&world.nodes[AUTHOR].key, world.nodes[AUTHOR].id(), hash));
        forge.pieces[SLIP].via = Some(stamp);
        forge.batch()
    };
    put.batch("good", "by-the-authors-own-stamp", &via(&|_| {}));
    let other = Forge::good(world).pieces[1].stamp.entry;
    put.batch("author-stamp-other", "of-another-entry", &via(&|stamp| stamp.entry = other));
    put.batch("author-stamp-other", "of-another-node", &via(&|stamp| stamp.node = "shanghai".parse().unwrap()));
    put.batch("author-stamp-other", "of-another-dossier", &{
        via(&|stamp| stamp.dossier = DossierId::from_random([9; 16]))
    });
    let foreign = Draft::next(DossierId::from_random([9; 16]), KIND, world.nodes[HOLDER].id());
    let foreign = foreign.said(tongban_core::dossier::Moment(0), [20; 8], &0);
    put.batch("stamp-other-dossier", "entry-of-another", &{
        Forge::good(world).stamp(HOLDER, HOLDER, foreign, |_| {}).batch()
    });
    let forger = TestWorld::new(2, [Suite::Ed25519; 3]);
    let forged = Forge::good(world).act(&forger.root, 1, RECEIVING, dossier());
    put.batch("recall-forged", "by-a-forger", &Forge::good(world).recall(&forged, RECEIVING, 1).batch());
}

/// What is signed as it must be, and still does not follow: it verifies, and the log does not take it.
fn chain(put: &mut Put<'_>, world: &TestWorld) {
    let good = || Forge::good(world);
    let add = |nonce: u8, change: fn(&mut Stamp)| {
        let draft = good().draft(HOLDER, nonce);
        good().stamp(HOLDER, HOLDER, draft, change).batch()
    };
    put.batch("stamp-gap", "one-left-out", &add(1, |stamp| stamp.seq += 1));
    put.batch("stamp-predecessor", "another", &add(3, |stamp| stamp.prev = stamp.entry));
    put.batch("stamp-fork", "number-given-twice", &add(5, |stamp| stamp.seq -= 1));
    put.batch("stamp-term", "raised-without-a-recall", &add(6, |stamp| stamp.term = 1));
    put.batch("stamp-branch", "of-a-higher-term", &add(7, |stamp| (stamp.term, stamp.seq) = (1, 9)));
    put.batch("stamp-branch", "after-the-highest-number", &{
        let high =
            good().stamp(HOLDER, HOLDER, good().draft(HOLDER, 8), |stamp| (stamp.term, stamp.seq) = (1, u32::MAX));
        high.stamp(HOLDER, HOLDER, good().draft(HOLDER, 9), |stamp| stamp.seq = u32::MAX - 1).batch()
    });
    put.batch("stamp-not-holder", "by-the-former-holder", &{
        good().stamp(AUTHOR, AUTHOR, good().draft(AUTHOR, 10), |_| {}).batch()
    });
    put.batch("stamp-not-holder", "by-a-third", &good().stamp(THIRD, THIRD, good().draft(THIRD, 11), |_| {}).batch());
    let pen = good().draft(AUTHOR, 14).pass(good().id(AUTHOR), false);
    put.batch("stamp-holders-act", "slip-that-takes-the-pen", &good().stamp(HOLDER, AUTHOR, pen, |_| {}).batch());
    put.batch("stamp-no-participant", "entry-of-a-third", &{
        good().stamp(HOLDER, THIRD, good().draft(THIRD, 17), |_| {}).batch()
    });
    let slip = good().pieces[SLIP].stamp.entry;
    let no = Draft::next(dossier(), KIND, good().id(HOLDER)).refuse(
        tongban_core::dossier::Moment(0),
        [19; 8],
        slip,
        "not-now",
    );
    put.batch("stamp-answered", "slip-refused-after-it-was-stamped", &good().stamp(HOLDER, HOLDER, no, |_| {}).batch());
    let act = good().act(&world.root, 1, HANDLING, dossier());
    put.batch("stamp-recall", "for-another-holder", &good().recall(&act, RECEIVING, 1).batch());
    put.batch("stamp-opening", "number-1", &{
        Forge::new(world).stamp(RECEIVING, RECEIVING, good().opening(RECEIVING), |stamp| stamp.seq = 1).batch()
    });
    let kind = Draft::next(dossier(), "cave", good().id(HOLDER)).said(tongban_core::dossier::Moment(0), [21; 8], &0);
    put.batch("stamp-other-kind", "entry-of-another", &good().stamp(HOLDER, HOLDER, kind, |_| {}).batch());
}
