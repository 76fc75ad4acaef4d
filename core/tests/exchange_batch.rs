//! What travels between nodes: batches of a stream, and the signed requests for them.

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use support::*;
use tongban_core::case::{Act, Check, DeliveryWay};
use tongban_core::directory::TrustError;
use tongban_core::dossier::tree::Parts;
use tongban_core::dossier::{
    Chain, Draft, ExportStamp, Exporter, Group, Hash, Judged, Moment, Place, PublicKey, Purpose, SignedGroup, Signer,
    Suite, Written, verify,
};
use tongban_core::exchange::{Ask, Batch, BatchError, Cursor, Epoch, Incoming, Item, Spot, StampRow, VerifiedBatch};

use Suite::{Ed25519, Sm2};

fn epoch() -> Epoch {
    Epoch::from_random([7; 8])
}

/// Drafted to decided. The intake is three stamps of one group, the end two; foreign leaves stand between all of them.
fn case(world: &TestWorld) -> Log<'_> {
    let mut log = Log::open(world, world.drafted()).unwrap();
    let materials = vec![log.attach("id-card", Check::SeenOriginal), log.attach("contract", Check::CopyTaken)];
    log.force(&[
        (Who::Clerk, Act::MaterialsAdded { materials }),
        (Who::Clerk, taken_in()),
        (Who::Clerk, Act::HandedOver),
    ]);
    log.say(Who::Officer, Act::Received).unwrap();
    log.say(Who::Officer, asked()).unwrap();
    let materials = vec![log.attach("form", Check::CopyTaken)];
    log.say(Who::Clerk, Act::CorrectionAnswered { materials }).unwrap();
    log.force(&[(Who::Officer, Act::Accepted), (Who::Officer, granted(DeliveryWay::Online))]);
    assert_eq!(log.case.marks, []);
    log
}

fn read(world: &TestWorld, batch: Batch, cursor: &Cursor) -> Result<VerifiedBatch, BatchError> {
    batch.verify(cursor.clone(), &|group: &Group| world.key(group))
}

fn start() -> Cursor {
    Cursor::start(epoch())
}

fn code(found: Result<VerifiedBatch, BatchError>) -> &'static str {
    found.map(|verified| verified.cursor).expect_err("this batch must be refused").code()
}

/// The whole stream at once.
fn whole(log: &Log<'_>) -> Batch {
    let stream = log.stream();
    log.batch(&epoch(), &stream, 0, stream.len())
}

#[test]
fn a_batch_of_groups_partly_included_verifies_in_every_mixture_of_suites() {
    for suites in [[Ed25519; 3], [Sm2; 3], [Ed25519, Sm2, Sm2], [Sm2, Ed25519, Ed25519]] {
        let mut world = TestWorld::new(1, suites);
        for filler in [0, 1, 4] {
            world.filler = filler;
            let log = case(&world);
            let stream = log.stream();
            for (from, to) in [(0, 9), (0, 2), (2, 3), (1, 5), (6, 8)] {
                let mut cursor = start();
                stream[..from].iter().for_each(|owed| cursor.advance(&log.content(*owed)));
                let batch = log.batch(&epoch(), &stream, from, to);
                let verified = read(&world, batch, &cursor).unwrap();
                assert_eq!(verified.items.len(), to - from);
                assert_eq!(verified.cursor, log.cursor(&epoch(), &stream, to));
                for (item, row) in verified.items.iter().zip(&log.rows[from..to]) {
                    let Incoming::Stamp(StampRow { stamp, hash, written, stamped, said }) = item else {
                        panic!("{item:?}")
                    };
                    assert_eq!((stamp, hash, written.bytes()), (&row.stamp, &row.hash, row.written.bytes()));
                    assert_eq!(stamped.1, row.stamped.leaf);
                    assert_eq!(said.as_ref().map(|said| said.leaf), row.said.map(|spot| spot.leaf));
                }
            }
        }
    }
}

#[test]
fn a_group_that_goes_whole_needs_no_hash_more() {
    let world = TestWorld::of(Ed25519).without_filler();
    let log = case(&world);
    let batch = whole(&log);
    assert!(batch.groups.iter().all(|group| group.proof.0.is_empty()));
    // Nine stamps and a slip in seven groups.
    assert_eq!((batch.items.len(), batch.groups.len()), (9, 7));
}

/// From what was received alone, the reader writes an export that anyone can verify: each leaf is proven onward.
#[test]
fn what_was_received_can_be_proven_onward() {
    for suites in [[Ed25519; 3], [Sm2, Ed25519, Ed25519]] {
        let world = TestWorld::new(1, suites);
        let log = case(&world);
        let stream = log.stream();
        let mut cursor = start();
        let mut known: Vec<(SignedGroup, Parts)> = Vec::new();
        let mut items = Vec::new();
        for (from, to) in [(0, 2), (2, 7), (7, 9)] {
            let verified = read(&world, log.batch(&epoch(), &stream, from, to), &cursor).unwrap();
            for (signed, parts) in verified.groups {
                match known.iter_mut().find(|(group, _)| group.group.root == signed.group.root) {
                    Some((_, all)) => all.merge(parts),
                    None => known.push((signed, parts)),
                }
            }
            items.extend(verified.items);
            cursor = verified.cursor;
        }
        let mut groups: Vec<SignedGroup> = Vec::new();
        let mut place = |(root, leaf): (Hash, u32)| {
            let (signed, parts) = known.iter().find(|(group, _)| group.group.root == root).unwrap();
            let group = groups.iter().position(|used| used == signed).unwrap_or_else(|| {
                groups.push(signed.clone());
                groups.len() - 1
            });
            let proof = parts.prove(root.suite(), signed.group.size, &[leaf]).unwrap();
            Place { group, leaf, proof }
        };
        let stamps: Vec<ExportStamp> = items
            .into_iter()
            .map(|item| {
                let Incoming::Stamp(StampRow { stamp, written, stamped, said, .. }) = item else { panic!() };
                let entry = String::from_utf8(written.bytes().to_vec()).unwrap();
                let stamped = place(stamped);
                let said = said.map(|said| place((said.root, said.leaf)));
                ExportStamp { stamp, entry, stamped, said, via: None }
            })
            .collect();
        let (dossier, kind) = (log.chain.dossier(), log.chain.kind().to_owned());
        let exporter = Exporter { dossier, kind, trust_lists: world.lists.clone(), groups, stamps, blobs: Vec::new() };
        let verified = verify(&exporter.write(), &world.fingerprint(), None).unwrap();
        assert_eq!(verified.chain, log.chain);
    }
}

#[test]
fn slips_travel_before_they_are_stamped() {
    for suites in [[Ed25519; 3], [Sm2; 3], [Ed25519, Sm2, Sm2]] {
        let world = TestWorld::new(1, suites);
        let log = case(&world);
        let stream = [Owed::Slip(6)];
        let verified = read(&world, log.batch(&epoch(), &stream, 0, 1), &start()).unwrap();
        let [Incoming::Slip { written, said }] = &verified.items[..] else { panic!("one slip") };
        let row = &log.rows[6];
        assert_eq!((written.bytes(), written.hash()), (row.written.bytes(), row.written.hash()));
        assert_eq!(said.leaf, row.said.unwrap().leaf);
        assert_eq!(verified.cursor, log.cursor(&epoch(), &stream, 1));

        // A slip and the stamp that answers it name one leaf with one content.
        let stream = [Owed::Slip(6), Owed::Stamp(6)];
        let verified = read(&world, log.batch(&epoch(), &stream, 0, 2), &start()).unwrap();
        assert_eq!((verified.items.len(), verified.groups.len()), (2, 2));
    }
}

#[test]
fn a_batch_begins_where_the_reader_stands() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    let stream = log.stream();
    let at = |len| log.cursor(&epoch(), &stream, len);
    assert!(read(&world, log.batch(&epoch(), &stream, 3, 5), &at(3)).is_ok());
    let error = read(&world, log.batch(&epoch(), &stream, 3, 5), &at(2)).unwrap_err();
    assert_eq!(error, BatchError::Position { from: 3, at: 2 });
    assert_eq!(code(read(&world, log.batch(&epoch(), &stream, 0, 5), &at(2))), "batch-position");
    // An empty stretch changes nothing.
    let verified = read(&world, log.batch(&epoch(), &stream, 3, 3), &at(3)).unwrap();
    assert_eq!((verified.cursor, verified.items.len()), (at(3), 0));
}

#[test]
fn another_epoch_begins_anew() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    let stream = log.stream();
    let restored = Epoch::from_random([8; 8]);
    let reader = log.cursor(&epoch(), &stream, 5);
    let verified = read(&world, log.batch(&restored, &stream, 0, 2), &reader).unwrap();
    assert_eq!(verified.cursor, log.cursor(&restored, &stream, 2));
    // It begins at its beginning: the old position says nothing in the new life.
    let error = read(&world, log.batch(&restored, &stream, 5, 6), &reader).unwrap_err();
    assert_eq!(error, BatchError::Position { from: 5, at: 0 });
}

#[test]
fn the_running_hash_is_the_same_at_both_ends_however_the_stream_is_cut() {
    let world = TestWorld::of(Sm2);
    let log = case(&world);
    let stream = log.stream();
    for cuts in [vec![9], vec![1, 2, 3, 4, 5, 6, 7, 8, 9], vec![4, 4, 9]] {
        let mut cursor = start();
        for to in cuts {
            let from = cursor.position as usize;
            cursor = read(&world, log.batch(&epoch(), &stream, from, to), &cursor).unwrap().cursor;
            assert_eq!(cursor, log.cursor(&epoch(), &stream, to));
        }
    }
    // A sender that was rolled back and went on differently has another hash at the same position.
    let mut other = log.stream();
    other.swap(3, 4);
    let (ours, theirs) = (log.cursor(&epoch(), &stream, 9), log.cursor(&epoch(), &other, 9));
    assert_eq!(ours.position, theirs.position);
    assert_ne!(ours.hash, theirs.hash);
}

#[test]
fn a_stretch_that_began_before_the_reader_is_cut_where_the_reader_stands() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    let stream = log.stream();
    let at = |position| log.cursor(&epoch(), &stream, position);
    let stretch = || read(&world, log.batch(&epoch(), &stream, 2, 7), &at(2)).unwrap();
    for position in 2..=7 {
        let unread = stretch().unread_by(at(2), &at(position)).unwrap();
        assert_eq!((unread.items.len(), unread.cursor), (7 - position, at(7)));
    }
    // A reader before it or beyond it, in another life, or who read something else.
    let other_life = Cursor { epoch: Epoch::from_random([8; 8]), ..at(4) };
    let other_item = Cursor { hash: at(3).hash, ..at(4) };
    for reader in [at(1), at(8), other_life, other_item] {
        assert!(stretch().unread_by(at(2), &reader).is_none(), "{reader:?}");
    }
}

fn change_entry(item: &mut Item, change: impl FnOnce(&mut String)) {
    match item {
        Item::Stamp { entry, .. } | Item::Slip { entry, .. } => change(entry),
    }
}

#[test]
fn a_changed_entry_is_refused() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    for number in 0..log.rows.len() {
        let mut batch = whole(&log);
        change_entry(&mut batch.items[number], |entry| {
            *entry = entry.replacen("2026", "2027", 1).replacen("\"1\"", "\"2\"", 1) + " "
        });
        assert_eq!(code(read(&world, batch, &start())), "stamp-mismatch");
        // With the stamp mended, it is no longer what was signed.
        let mut batch = whole(&log);
        if let Item::Stamp { stamp, entry, .. } = &mut batch.items[number] {
            entry.push(' ');
            stamp.entry = Written::hash_of(Ed25519, entry.as_bytes());
        }
        assert_eq!(code(read(&world, batch, &start())), "group-proof");
    }
    let mut batch = log.batch(&epoch(), &[Owed::Slip(6)], 0, 1);
    change_entry(&mut batch.items[0], |entry| entry.push(' '));
    assert_eq!(code(read(&world, batch, &start())), "group-proof");
}

#[test]
fn every_field_of_a_stamp_is_signed() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    let changes: [fn(&mut tongban_core::dossier::Stamp); 6] = [
        |stamp| stamp.term += 1,
        |stamp| stamp.seq += 1,
        |stamp| stamp.prev = stamp.entry,
        |stamp| stamp.at.0 += 1,
        |stamp| stamp.node = "shanghai".parse().unwrap(),
        |stamp| stamp.dossier = tongban_core::dossier::DossierId::from_random([1; 16]),
    ];
    for change in changes {
        let mut batch = whole(&log);
        let Item::Stamp { stamp, .. } = &mut batch.items[3] else { unreachable!() };
        change(stamp);
        assert_eq!(code(read(&world, batch, &start())), "group-proof");
    }
}

#[test]
fn swapped_leaves_are_refused() {
    for suite in [Ed25519, Sm2] {
        let world = TestWorld::of(suite);
        let log = case(&world);
        let mut batch = whole(&log);
        let spots: Vec<Spot> = batch
            .items
            .iter()
            .map(|item| match item {
                Item::Stamp { stamped, .. } => *stamped,
                Item::Slip { said, .. } => *said,
            })
            .collect();
        // Two stamps of one group at each other's place.
        assert_eq!(spots[1].group, spots[2].group);
        for (item, spot) in [(1, spots[2]), (2, spots[1])] {
            let Item::Stamp { stamped, .. } = &mut batch.items[item] else { unreachable!() };
            *stamped = spot;
        }
        assert_eq!(code(read(&world, batch, &start())), "group-proof");
        // One at a foreign leaf's place.
        let mut batch = whole(&log);
        let Item::Stamp { stamped, .. } = &mut batch.items[1] else { unreachable!() };
        stamped.leaf -= 1;
        assert_eq!(code(read(&world, batch, &start())), "group-proof");
    }
}

#[test]
fn items_in_another_order_verify_and_the_chain_says_so() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    let mut stream = log.stream();
    stream.swap(1, 2);
    let verified = read(&world, log.batch(&epoch(), &stream, 0, 9), &start()).unwrap();
    let stamp = |at: usize| match &verified.items[at] {
        Incoming::Stamp(StampRow { stamp, hash, written, .. }) => (stamp, hash, written),
        Incoming::Slip { .. } => unreachable!(),
    };
    let (first, hash, written) = stamp(0);
    let chain = Chain::open(first, hash, written).unwrap();
    let (second, hash, written) = stamp(1);
    assert_eq!(chain.judge(second, hash, written), Ok(Judged::Gap { from: 1 }));
}

#[test]
fn one_spot_holds_one_content() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    // A forged stamp in front of the genuine one, at the same leaf: the proof covers only one of them.
    let forged = |batch: &mut Batch, at: usize, after: bool| {
        let mut item = batch.items[at].clone();
        let Item::Stamp { stamp, .. } = &mut item else { unreachable!() };
        stamp.at.0 += 1;
        batch.items.insert(at + usize::from(after), item);
    };
    for after in [false, true] {
        let mut batch = whole(&log);
        forged(&mut batch, 3, after);
        assert_eq!(code(read(&world, batch, &start())), "batch-spot-twice");
    }
    // The same with slips.
    let mut batch = log.batch(&epoch(), &[Owed::Slip(6)], 0, 1);
    let mut item = batch.items[0].clone();
    change_entry(&mut item, |entry| *entry = entry.replace("form", "farm"));
    batch.items.insert(0, item);
    assert_eq!(code(read(&world, batch, &start())), "batch-spot-twice");
    // An entry that claims the leaf of its own stamp was never said by anyone.
    let mut batch = whole(&log);
    let Item::Stamp { stamped, said, .. } = &mut batch.items[3] else { unreachable!() };
    *said = Some(*stamped);
    assert_eq!(code(read(&world, batch, &start())), "batch-spot-twice");
    // The same item twice is the same content, and the chain knows it.
    let stream = [Owed::Stamp(0), Owed::Stamp(1), Owed::Stamp(1)];
    assert_eq!(read(&world, log.batch(&epoch(), &stream, 0, 3), &start()).unwrap().items.len(), 3);
}

#[test]
fn spots_and_groups_that_do_not_exist_or_are_not_used_are_refused() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    let mut batch = whole(&log);
    let Item::Stamp { stamped, .. } = &mut batch.items[8] else { unreachable!() };
    stamped.group = 70;
    assert_eq!(code(read(&world, batch, &start())), "group-missing");
    let mut batch = whole(&log);
    let Item::Stamp { stamped, .. } = &mut batch.items[8] else { unreachable!() };
    stamped.leaf = u32::MAX;
    assert_eq!(code(read(&world, batch, &start())), "group-proof");
    let mut batch = whole(&log);
    batch.groups.push(batch.groups[0].clone());
    assert_eq!(code(read(&world, batch, &start())), "group-proof");
    let mut batch = whole(&log);
    let hash = log.rows[0].hash;
    batch.groups[1].proof.0.push(hash);
    assert_eq!(code(read(&world, batch, &start())), "group-proof");
    let mut batch = whole(&log);
    batch.groups[1].signed.group.size = u32::MAX;
    assert_eq!(code(read(&world, batch, &start())), "group-proof");
    let mut batch = whole(&log);
    let item = batch.items[0].clone();
    batch.items.resize(ITEMS_MAX + 1, item);
    assert_eq!(code(read(&world, batch, &start())), "batch-too-long");
}

/// As many items as a batch may have.
const ITEMS_MAX: usize = 1024;

/// A group over `contents` by any node's key under any node's name.
fn group_by(world: &TestWorld, key: usize, name: usize, contents: &[Hash]) -> SignedGroup {
    let name = world.nodes[name].id();
    SignedGroup::sign(Purpose::Commit, &world.nodes[key].key, name, 1, noon(MONDAY), contents).unwrap().0
}

/// A batch of one slip that says it is by the receiving node, in a group of any node.
fn forged_slip(log: &mut Log<'_>, author: usize, group: impl FnOnce(&[Hash]) -> SignedGroup) -> Batch {
    let written = log.draft(log.world.clerk(RECEIVING), author, &Act::Withdrawn).write(Ed25519);
    let entry = String::from_utf8(written.bytes().to_vec()).unwrap();
    let signed = group(&[*written.hash()]);
    let groups = vec![tongban_core::exchange::BatchGroup { signed, proof: Default::default() }];
    Batch {
        epoch: epoch(),
        from: 0,
        groups,
        items: vec![Item::Slip { entry, said: Spot { group: 0, leaf: 0 }, via: None }],
    }
}

#[test]
fn an_entry_is_said_by_the_node_whose_group_says_it() {
    let world = TestWorld::of(Ed25519);
    let mut log = case(&world);
    let batch = forged_slip(&mut log, RECEIVING, |c| group_by(&world, RECEIVING, RECEIVING, c));
    assert!(read(&world, batch, &start()).is_ok());
    // The third node says something in the name of the first.
    let batch = forged_slip(&mut log, RECEIVING, |c| group_by(&world, THIRD, THIRD, c));
    assert_eq!(code(read(&world, batch, &start())), "group-other-node");
    // It signs in the first's name.
    let batch = forged_slip(&mut log, RECEIVING, |c| group_by(&world, THIRD, RECEIVING, c));
    assert_eq!(code(read(&world, batch, &start())), "trust-unknown-key");
    // It says something in its own name: no fault of the batch. That it takes no part, the chain says.
    let batch = forged_slip(&mut log, THIRD, |c| group_by(&world, THIRD, THIRD, c));
    let verified = read(&world, batch, &start()).unwrap();
    let [Incoming::Slip { written, .. }] = &verified.items[..] else { panic!() };
    let stamp = log.chain.next_stamp(written, log.now);
    let found = log.chain.judge(&stamp, &stamp.hash(Ed25519), written);
    assert_eq!(found.unwrap_err().code(), "stamp-no-participant");
}

#[test]
fn a_stamp_is_by_the_node_whose_group_stamps_it() {
    let world = TestWorld::of(Ed25519).without_filler();
    let log = case(&world);
    // The slip's stamp, row 6, alone: groups 0 stamped, 1 said.
    let stream = log.stream();
    let batch = || {
        let mut batch = log.batch(&epoch(), &stream, 6, 7);
        batch.from = 0;
        batch
    };
    assert!(read(&world, batch(), &start()).is_ok());
    let mut by_third = batch();
    by_third.groups[0].signed = group_by(&world, THIRD, THIRD, &[log.rows[6].hash]);
    assert_eq!(code(read(&world, by_third, &start())), "group-other-node");
    let mut said_by_third = batch();
    said_by_third.groups[1].signed = group_by(&world, THIRD, THIRD, &[*log.rows[6].written.hash()]);
    assert_eq!(code(read(&world, said_by_third, &start())), "group-other-node");
    // Without the author's own word the pen holder could say anything in its name.
    let mut unsaid = batch();
    let Item::Stamp { said, .. } = &mut unsaid.items[0] else { unreachable!() };
    *said = None;
    unsaid.groups.truncate(1);
    assert_eq!(code(read(&world, unsaid, &start())), "author-proof-missing");
}

#[test]
fn a_proof_that_no_export_would_take_is_refused_on_arrival() {
    let world = TestWorld::of(Ed25519).without_filler();
    let log = case(&world);
    // The author holds the pen, and sends a group that says the same once more.
    let mut batch = whole(&log);
    let group = batch.groups.len() as u32;
    let signed = group_by(&world, RECEIVING, RECEIVING, &[*log.rows[2].written.hash()]);
    batch.groups.push(tongban_core::exchange::BatchGroup { signed, proof: Default::default() });
    let Item::Stamp { said, .. } = &mut batch.items[2] else { unreachable!() };
    *said = Some(Spot { group, leaf: 0 });
    assert_eq!(code(read(&world, batch, &start())), "author-proof-superfluous");
}

#[test]
fn keys_and_purposes_are_those_of_the_trust_list() {
    let world = TestWorld::of(Ed25519);
    let log = case(&world);
    let stranger = TestWorld::new(2, [Ed25519; 3]);
    assert_eq!(code(read(&world, whole(&case(&stranger)), &start())), "trust-unknown-key");
    let unknown = |group: &Group| Err::<PublicKey, _>(TrustError::Node(group.node.clone()));
    assert_eq!(code(whole(&log).verify(start(), &unknown)), "trust-unknown-node");
    // A finder of keys that finds the wrong one.
    let wrong = |_: &Group| Ok(stranger.nodes[RECEIVING].key.public_key().clone());
    assert_eq!(code(whole(&log).verify(start(), &wrong)), "group-key");
    // Heads signed as a checkpoint are no commit.
    let mut batch = log.batch(&epoch(), &[Owed::Slip(6)], 0, 1);
    let node = &world.nodes[RECEIVING];
    let contents = [*log.rows[6].written.hash()];
    let signed = SignedGroup::sign(Purpose::Checkpoint, &node.key, node.id(), 1, log.now, &contents).unwrap().0;
    batch.groups[0] = tongban_core::exchange::BatchGroup { signed, proof: Default::default() };
    let Item::Slip { said, .. } = &mut batch.items[0] else { unreachable!() };
    said.leaf = 0;
    assert_eq!(code(read(&world, batch, &start())), "group-signature");
}

#[test]
fn signed_bytes_that_are_no_entry_are_refused() {
    let world = TestWorld::of(Ed25519);
    let malformed = ["", "{}", "null", "[[[[[[[["].map(|text| (text, "entry-malformed"));
    for (text, why) in malformed.into_iter().chain([("{\"tongban\":2}", "entry-version")]) {
        let hash = Written::hash_of(Ed25519, text.as_bytes());
        let signed = group_by(&world, RECEIVING, RECEIVING, &[hash]);
        let groups = vec![tongban_core::exchange::BatchGroup { signed, proof: Default::default() }];
        let items = vec![Item::Slip { entry: text.to_owned(), said: Spot { group: 0, leaf: 0 }, via: None }];
        let batch = Batch { epoch: epoch(), from: 0, groups, items };
        assert_eq!(code(read(&world, batch, &start())), why);
    }
    let long = Draft::next(tongban_core::dossier::DossierId::from_random([1; 16]), "case", world.nodes[RECEIVING].id())
        .said(noon(MONDAY), [0; 8], &"x".repeat(64 * 1024))
        .write(Ed25519);
    let signed = group_by(&world, RECEIVING, RECEIVING, &[*long.hash()]);
    let groups = vec![tongban_core::exchange::BatchGroup { signed, proof: Default::default() }];
    let entry = String::from_utf8(long.bytes().to_vec()).unwrap();
    let items = vec![Item::Slip { entry, said: Spot { group: 0, leaf: 0 }, via: None }];
    assert_eq!(code(read(&world, Batch { epoch: epoch(), from: 0, groups, items }, &start())), "entry-too-long");
}

/// What a reader would store of a batch, whatever the bytes it came in.
fn stored(verified: &VerifiedBatch) -> String {
    let items = verified.items.iter().map(|item| match item {
        Incoming::Stamp(StampRow { stamp, hash, written, stamped, said }) => {
            format!("{stamp:?} {hash} {} {:?} {stamped:?} {said:?}\n", written.hash(), written.bytes())
        }
        Incoming::Slip { written, said } => format!("{} {:?} {said:?}\n", written.hash(), written.bytes()),
    });
    let groups = verified.groups.iter().map(|(signed, parts)| format!("{:?} {parts:?}\n", signed.group));
    let text: String = items.chain(groups).collect();
    let cursor = &verified.cursor;
    format!("{} {} {}", cursor.position, cursor.hash, Ed25519.hash(&[text.as_bytes()]))
}

struct Sample {
    world: TestWorld,
    json: Vec<u8>,
    stored: String,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    [[Ed25519; 3], [Ed25519, Sm2, Sm2]]
        .into_iter()
        .map(|suites| {
            let world = TestWorld::new(1, suites);
            let (json, stored) = {
                let log = case(&world);
                let mut stream = log.stream();
                stream.insert(6, Owed::Slip(6));
                let batch = log.batch(&epoch(), &stream, 0, stream.len());
                let json = serde_json::to_vec(&batch).unwrap();
                (json, stored(&read(&world, batch, &start()).unwrap()))
            };
            Sample { world, json, stored }
        })
        .collect()
});

#[derive(Clone, Debug)]
enum Mutation {
    Flip(prop::sample::Index, u8),
    Delete(prop::sample::Index, usize),
    Copy(prop::sample::Index, prop::sample::Index, usize),
    Digit(prop::sample::Index, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), 0..8u8).prop_map(|(at, bit)| Mutation::Flip(at, 1 << bit)),
        (index(), 1..80usize).prop_map(|(at, len)| Mutation::Delete(at, len)),
        (index(), index(), 1..80usize).prop_map(|(from, to, len)| Mutation::Copy(from, to, len)),
        // A digit for a digit: most of these are still JSON of the right shape.
        (index(), 0..10u8).prop_map(|(at, digit)| Mutation::Digit(at, b'0' + digit)),
    ]
}

impl Mutation {
    fn apply(&self, json: &mut Vec<u8>) {
        match self {
            Mutation::Flip(at, bits) => {
                let at = at.index(json.len());
                json[at] ^= bits;
            }
            Mutation::Delete(at, len) => {
                let at = at.index(json.len());
                json.drain(at..(at + len).min(json.len()));
            }
            Mutation::Copy(from, to, len) => {
                let (from, to) = (from.index(json.len()), to.index(json.len()));
                let piece = json[from..(from + len).min(json.len())].to_vec();
                json.splice(to..to, piece);
            }
            Mutation::Digit(at, digit) => {
                let digits: Vec<usize> = (0..json.len()).filter(|at| json[*at].is_ascii_digit()).collect();
                json[digits[at.index(digits.len())]] = *digit;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]
    #[test]
    fn a_mutated_batch_is_refused_or_says_the_same(
        sample in 0..2usize,
        mutations in proptest::collection::vec(mutation(), 1..3),
    ) {
        let sample = &SAMPLES[sample];
        let mut json = sample.json.clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut json));
        if let Ok(batch) = serde_json::from_slice::<Batch>(&json)
            && let Ok(verified) = read(&sample.world, batch, &start())
        {
            prop_assert_eq!(&stored(&verified), &sample.stored);
        }
    }
}

/// Batches of a liar who has the genuine pieces and puts them together in any way. Whatever verifies holds only
/// stamps and entries that were signed.
fn pieces() -> impl Strategy<Value = Vec<(usize, usize, u32, usize, bool)>> {
    // Item, group of the spot, leaf, item whose stamp is used, whether the author's spot is kept.
    proptest::collection::vec((0..9usize, 0..7usize, 0..6u32, 0..9usize, any::<bool>()), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn genuine_pieces_put_together_wrongly_say_nothing_new(changes in pieces(), extra in 0..9usize) {
        let world = &SAMPLES[0].world;
        let log = case(world);
        let mut batch = whole(&log);
        batch.items.push(batch.items[extra].clone());
        for (at, group, leaf, other, keep) in changes {
            let Item::Stamp { stamp: donor, .. } = batch.items[other].clone() else { unreachable!() };
            let Item::Stamp { stamp, stamped, said, .. } = &mut batch.items[at] else { unreachable!() };
            stamp.at = Moment(donor.at.0 + i64::from(leaf));
            *stamped = Spot { group: group as u32, leaf };
            if !keep {
                *said = Some(Spot { group: group as u32, leaf });
            }
        }
        if let Ok(verified) = read(world, batch, &start()) {
            for item in &verified.items {
                let Incoming::Stamp(StampRow { stamp, hash, .. }) = item else { unreachable!() };
                prop_assert!(log.rows.iter().any(|row| row.hash == *hash && row.stamp == *stamp));
            }
        }
    }
}

mod asks {
    use super::*;
    use tongban_core::dossier::NodeId;

    const PATH: &str = "/exchange/stream?from=12";
    const FIVE_MINUTES: i64 = 5 * 60 * 1000;

    fn sign(world: &TestWorld) -> Ask {
        let (node, peer) = (&world.nodes[RECEIVING], world.nodes[HANDLING].id());
        Ask::sign(&node.key, node.id(), peer, noon(MONDAY), [0xab; 8], PATH)
    }

    fn code(ask: &Ask, world: &TestWorld, own: usize, now: Moment, path: &str) -> Result<(), &'static str> {
        let key = world.nodes[RECEIVING].key.public_key();
        ask.verify(key, world.nodes[own].id(), now, path).map_err(|error| error.code())
    }

    #[test]
    fn a_signed_request_is_read_and_believed_in_both_suites() {
        for suite in [Ed25519, Sm2] {
            let world = TestWorld::of(suite);
            let ask = sign(&world);
            let read = Ask::read(&ask.header()).unwrap();
            assert_eq!(read, ask);
            assert_eq!(read.header(), ask.header());
            assert_eq!((read.nonce.as_str(), &read.node), ("abababababababab", world.nodes[RECEIVING].id()));
            assert_eq!(code(&read, &world, HANDLING, noon(MONDAY), PATH), Ok(()));
        }
    }

    #[test]
    fn another_path_time_or_node_is_refused() {
        let world = TestWorld::of(Ed25519);
        let ask = sign(&world);
        let now = noon(MONDAY);
        assert_eq!(code(&ask, &world, HANDLING, now, "/exchange/stream?from=13"), Err("ask-signature"));
        assert_eq!(code(&ask, &world, HANDLING, now, ""), Err("ask-signature"));
        assert_eq!(code(&ask, &world, THIRD, now, PATH), Err("ask-other-node"));
        assert_eq!(code(&ask, &world, RECEIVING, now, PATH), Err("ask-other-node"));
        for off in [FIVE_MINUTES, -FIVE_MINUTES] {
            assert_eq!(code(&ask, &world, HANDLING, Moment(now.0 + off), PATH), Ok(()));
            let later = Moment(now.0 + off + off.signum());
            assert_eq!(code(&ask, &world, HANDLING, later, PATH), Err("ask-time"));
        }
        let other: NodeId = "shanghai".parse().unwrap();
        let changes: [&dyn Fn(&mut Ask); 4] = [
            &|ask| ask.node = other.clone(),
            &|ask| ask.at.0 += 1,
            &|ask| ask.nonce = "0000000000000000".to_owned(),
            &|ask| ask.key = Ed25519.hash(&[b"another key"]),
        ];
        for change in changes {
            let mut changed = ask.clone();
            change(&mut changed);
            assert_eq!(code(&changed, &world, HANDLING, now, PATH), Err("ask-signature"));
        }
        // Addressed anew, the signature no longer holds.
        let mut changed = ask.clone();
        changed.peer = other.clone();
        assert_eq!(code(&changed, &world, THIRD, now, PATH), Err("ask-signature"));
        let key = world.nodes[THIRD].key.public_key();
        let found = ask.verify(key, world.nodes[HANDLING].id(), now, PATH);
        assert_eq!(found.unwrap_err().code(), "ask-signature");
    }

    #[test]
    fn no_time_is_too_far_off_to_be_refused() {
        let world = TestWorld::of(Ed25519);
        for at in [i64::MIN, i64::MIN + noon(MONDAY).0, -1, i64::MAX] {
            let mut ask = sign(&world);
            ask.at = Moment(at);
            let ask = Ask::read(&ask.header()).unwrap();
            assert_eq!(code(&ask, &world, HANDLING, noon(MONDAY), PATH), Err("ask-time"));
        }
    }

    #[test]
    fn a_header_has_one_form() {
        let world = TestWorld::of(Ed25519);
        let header = sign(&world).header();
        let bad = |text: &str| Ask::read(text).expect_err(text).code();
        assert_eq!(bad(""), "ask-unsigned");
        assert_eq!(bad(";;;;;"), "ask-unsigned");
        assert_eq!(bad(&header.replace(';', ",")), "ask-unsigned");
        assert_eq!(bad(&format!("{header};")), "ask-unsigned");
        assert_eq!(bad(&header.to_uppercase()), "ask-unsigned");
        assert_eq!(bad(&header[..header.len() - 1]), "ask-unsigned");
        assert_eq!(bad(&header.replace("abababababababab", "abababababababa")), "ask-unsigned");
        assert_eq!(bad(&header.replace("abababababababab", "ABABABABABABABAB")), "ask-unsigned");
        assert_eq!(bad(&header.replace("abababababababab", "not a number, is")), "ask-unsigned");
        assert_eq!(bad(&header.replacen("jiangsu", "Jiangsu", 1)), "ask-unsigned");
    }

    #[test]
    fn a_signature_for_a_request_is_none_for_a_document() {
        let world = TestWorld::of(Ed25519);
        let ask = sign(&world);
        let message = format!("{}\n{}\n{}\n{}\n{}\n{PATH}\n", ask.node, ask.peer, ask.at.0, ask.nonce, ask.key);
        let key = world.nodes[RECEIVING].key.public_key();
        assert!(key.verify("ask", message.as_bytes(), &ask.signature).is_ok());
        for kind in ["document", "group", "checkpoint", ""] {
            assert!(key.verify(kind, message.as_bytes(), &ask.signature).is_err());
        }
    }
}
