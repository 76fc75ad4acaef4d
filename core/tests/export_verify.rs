//! One dossier as one file: what verifies, and that nothing else does.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use support::*;
use tongban_core::case::{Act, Check, DeliveryWay, Leg};
use tongban_core::catalogue::Need;
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{
    CheckpointFile, Complete, Exporter, Hash, Moment, Purpose, SignedGroup, Signer, Suite, VerifyError, blob_hash,
    verify,
};

use Suite::{Ed25519, Sm2};

/// Drafted to rated: 12 stamps, 3 of them slips of the receiving node.
fn long(world: &TestWorld) -> Log<'_> {
    let mut log = Log::received(world, world.drafted());
    log.say(Who::Officer, asked()).unwrap();
    let materials = vec![log.attach("form", Check::CopyTaken)];
    log.say(Who::Clerk, Act::CorrectionAnswered { materials }).unwrap();
    log.say(Who::Officer, Act::Accepted).unwrap();
    log.say(Who::Officer, granted(DeliveryWay::Online)).unwrap();
    log.say(Who::Officer, delivered(DeliveryWay::Online)).unwrap();
    log.say(Who::Applicant, rated(Leg::Receiving, 1)).unwrap();
    log.say(Who::Applicant, rated(Leg::Handling, 2)).unwrap();
    log
}

/// Six stamps, one of them a slip.
fn short(world: &TestWorld) -> Log<'_> {
    let mut log = Log::received(world, world.drafted());
    log.say(Who::Applicant, Act::Withdrawn).unwrap();
    assert_eq!(log.rows.len(), 6);
    log
}

/// Line and code of the refusal.
fn refusal(world: &TestWorld, file: &[u8]) -> (usize, &'static str) {
    let error = verify(file, &world.fingerprint(), None).expect_err("this must be refused");
    (error.line, error.fault.code())
}

fn checkpoint_bytes(file: &CheckpointFile) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(file).unwrap();
    bytes.push(b'\n');
    bytes
}

#[test]
fn a_dossier_verifies_in_every_mixture_of_suites() {
    for suites in [[Ed25519; 3], [Sm2; 3], [Ed25519, Sm2, Sm2], [Sm2, Ed25519, Ed25519]] {
        let world = TestWorld::new(1, suites);
        let log = long(&world);
        let file = log.export();
        let verified = verify(&file, &world.fingerprint(), None).unwrap();
        assert_eq!(verified.complete, Complete::ToStamp(11));
        assert_eq!(verified.chain, log.chain);
        assert_eq!(verified.log.len(), 12);
        // 12 stamps and 3 slips; the applicant and 3 materials.
        assert_eq!((verified.signatures, verified.blobs), (15, 4));
        for ((stamp, written), row) in verified.log.iter().zip(&log.rows) {
            assert_eq!((stamp, written.bytes()), (&row.stamp, row.written.bytes()));
        }
        // The author's hash is by the author's suite, the stamp's by the pen holder's.
        let slip = &log.rows[6];
        assert_eq!((slip.written.hash().suite(), slip.hash.suite()), (suites[0], suites[1]));
    }
}

/// The file with its last line written anew, as someone would who changes it: so that no test below is content with
/// the file's own hash, which protects against accidents only.
fn with_honest_end(mut file: Vec<u8>, suite: Suite) -> Vec<u8> {
    let end = end_line(&file);
    file.truncate(end);
    let hash = suite.hash(&[b"tongban export v1\0", &file]);
    file.extend_from_slice(format!("{{\"end\":\"{hash}\"}}\n").as_bytes());
    file
}

/// Where the last line begins.
fn end_line(file: &[u8]) -> usize {
    file[..file.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1
}

/// The smallest log with a line of every kind, for tests that verify it thousands of times: two stamps in one group, a
/// node that joins, a pen that passes, a slip, a blob.
fn smallest(world: &TestWorld) -> Log<'_> {
    let mut drafted = world.drafted();
    drafted.item.materials.retain(|rule| rule.need == Need::MayFollow);
    let mut log = Log::open(world, drafted).unwrap();
    log.force(&[(Who::Clerk, taken_in()), (Who::Clerk, Act::HandedOver)]);
    log.say(Who::Applicant, Act::Withdrawn).unwrap();
    assert_eq!((log.rows.len(), log.groups.len(), log.blobs.len(), &log.case.marks[..]), (4, 4, 1, &[][..]));
    log
}

fn every_flip_is_refused(world: &TestWorld, step: usize) {
    let file = smallest(world).export();
    let root = world.fingerprint();
    let suite = world.nodes[RECEIVING].suite();
    assert_eq!(with_honest_end(file.clone(), suite), file);
    let end = end_line(&file);
    let refused = |changed: &[u8], at: usize, what: &str| match verify(changed, &root, None) {
        Ok(_) => panic!(
            "byte {at} flipped by {what} verifies: {:?}",
            String::from_utf8_lossy(&file[at.saturating_sub(40)..at + 1])
        ),
        Err(VerifyError { line, .. }) => assert!(line > 0),
    };
    let try_at = |at: usize| {
        for bit in [1, 1 << 5] {
            let mut changed = file.clone();
            changed[at] ^= bit;
            // The last line is judged last: who is refused with an honest one is refused with the old one too. To see
            // that it is so, some are tried both ways.
            if at >= end || at.is_multiple_of(16) {
                refused(&changed, at, "accident");
            }
            if at < end {
                // A flip may make or unmake a line end, but not move the last line.
                changed.truncate(end);
                let hash = suite.hash(&[b"tongban export v1\0", &changed]);
                changed.extend_from_slice(format!("{{\"end\":\"{hash}\"}}\n").as_bytes());
                refused(&changed, at, "someone who mends the last line");
            }
        }
    };
    // Every processor takes the next byte that is left: the flips of late bytes take longer than those of early ones.
    let next = AtomicUsize::new(0);
    let work = || {
        while let at = next.fetch_add(step, Ordering::Relaxed)
            && at < file.len()
        {
            try_at(at);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

#[test]
fn every_byte_counts_ed25519() {
    every_flip_is_refused(&TestWorld::of(Ed25519), 1);
}

#[test]
fn every_byte_counts_sm2() {
    every_flip_is_refused(&TestWorld::of(Sm2), 7);
}

#[test]
fn every_byte_counts_in_mixed_suites() {
    every_flip_is_refused(&TestWorld::new(1, [Ed25519, Sm2, Sm2]), 23);
}

#[test]
fn every_byte_of_a_checkpoint_counts() {
    let world = TestWorld::of(Ed25519);
    // Every trial verifies the file first: one of a single stamp does.
    let log = Log::open(&world, world.drafted()).unwrap();
    let (file, root) = (log.export(), world.fingerprint());
    let bytes = checkpoint_bytes(&log.checkpoint(HANDLING, 1));
    assert!(verify(&file, &root, Some(&bytes)).is_ok());
    for at in 0..bytes.len() - 1 {
        for bit in [1, 1 << 5] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            let error = verify(&file, &root, Some(&changed)).expect_err("a changed checkpoint");
            assert_eq!((error.line, error.part.as_str()), (0, "checkpoint file"), "byte {at}");
        }
    }
}

#[test]
fn a_forger_with_other_keys_has_another_root() {
    for suites in [[Ed25519; 3], [Sm2; 3], [Sm2, Ed25519, Ed25519]] {
        let world = TestWorld::new(1, suites);
        let forger = TestWorld::new(2, suites);
        let log = long(&forger);
        // In itself all is well.
        assert!(verify(&log.export(), &forger.fingerprint(), None).is_ok());
        assert_eq!(refusal(&world, &log.export()), (2, "trust-other-root"));
        // With the true list the keys are unknown: the first stamp stands in line 2 + groups + 1.
        let mut exporter = log.exporter(12);
        exporter.trust_lists = world.lists.clone();
        let first = 3 + exporter.groups.len();
        assert_eq!(refusal(&world, &exporter.write()), (first, "trust-unknown-key"));
        // With the true list's root key, but signed by the forger's.
        let mut list = forger.lists[0].clone();
        list.body = list.body.replace(&forger.root.public_key().to_string(), &world.root.public_key().to_string());
        exporter.trust_lists = vec![list];
        assert_eq!(refusal(&world, &exporter.write()), (2, "trust-signature"));
        // A checkpoint of the forger's world is none in the true one.
        let genuine = long(&world);
        let checkpoint = checkpoint_bytes(&log.checkpoint(HANDLING, 12));
        let error = verify(&genuine.export(), &world.fingerprint(), Some(&checkpoint)).unwrap_err();
        assert_eq!((error.line, error.fault.code()), (0, "trust-other-root"));
    }
}

#[test]
fn what_was_cut_off_shows_against_a_later_checkpoint() {
    for suite in [Ed25519, Sm2] {
        let world = TestWorld::of(suite);
        let log = long(&world);
        let root = world.fingerprint();
        let cut = log.exporter(9).write();
        assert_eq!(verify(&cut, &root, None).unwrap().complete, Complete::ToStamp(8));
        let later = checkpoint_bytes(&log.checkpoint(HANDLING, 12));
        let error = verify(&cut, &root, Some(&later)).unwrap_err();
        assert_eq!((error.line, error.fault.code()), (0, "checkpoint-cut-off"));
        // A checkpoint of what is there, and of less, by either node.
        for node in [RECEIVING, HANDLING] {
            for len in [1, 9] {
                let earlier = checkpoint_bytes(&log.checkpoint(node, len));
                let complete = verify(&cut, &root, Some(&earlier)).unwrap().complete;
                let node = world.nodes[node].id().clone();
                assert_eq!(complete, Complete::Checkpoint { node, at: log.now, len });
            }
        }
    }
}

#[test]
fn a_rewritten_log_differs_from_its_checkpoint() {
    let world = TestWorld::of(Ed25519);
    let first = short(&world);
    let mut other = Log::received(&world, world.drafted());
    other.say(Who::Officer, Act::Accepted).unwrap();
    let root = world.fingerprint();
    let checkpoint = checkpoint_bytes(&first.checkpoint(HANDLING, 6));
    let error = verify(&other.export(), &root, Some(&checkpoint)).unwrap_err();
    assert_eq!((error.line, error.fault.code()), (0, "checkpoint-differs"));
    // What both have in common is vouched for.
    let common = checkpoint_bytes(&first.checkpoint(HANDLING, 5));
    assert!(verify(&other.export(), &root, Some(&common)).is_ok());
}

#[test]
fn a_checkpoint_is_for_one_purpose_dossier_and_length() {
    let world = TestWorld::of(Ed25519);
    let log = short(&world);
    let (file, root) = (log.export(), world.fingerprint());
    let code = |file_of: &CheckpointFile| {
        let error = verify(&file, &root, Some(&checkpoint_bytes(file_of))).unwrap_err();
        assert_eq!(error.line, 0);
        error.fault.code()
    };
    let genuine = log.checkpoint(HANDLING, 6);

    // The same heads signed as a commit.
    let signer = &world.nodes[HANDLING];
    let contents = [genuine.head.hash(Ed25519)];
    let (signed, parts) = SignedGroup::sign(Purpose::Commit, &signer.key, signer.id(), 1, log.now, &contents).unwrap();
    let proof = parts.prove(Ed25519, 1, &[0]).unwrap();
    let as_commit = CheckpointFile { place: 0, proof, signed, ..genuine.clone() };
    assert_eq!(code(&as_commit), "group-signature");

    let sign = |head: tongban_core::dossier::Head| {
        let contents = [head.hash(Ed25519)];
        let (signed, parts) =
            SignedGroup::sign(Purpose::Checkpoint, &signer.key, signer.id(), 1, log.now, &contents).unwrap();
        CheckpointFile { head, place: 0, proof: parts.prove(Ed25519, 1, &[0]).unwrap(), signed, ..genuine.clone() }
    };
    let mut head = genuine.head.clone();
    head.dossier = tongban_core::dossier::DossierId::from_random([9; 16]);
    assert_eq!(code(&sign(head)), "checkpoint-other-dossier");
    let mut head = genuine.head.clone();
    head.len = 0;
    assert_eq!(code(&sign(head)), "checkpoint-voided");
    let mut head = genuine.head.clone();
    head.term = 1;
    assert_eq!(code(&sign(head)), "checkpoint-cut-off");
    let mut version = genuine.clone();
    version.tongban_checkpoint = 2;
    assert_eq!(code(&version), "checkpoint-version");
    assert!(verify(&file, &root, Some(&checkpoint_bytes(&sign(genuine.head.clone())))).is_ok());
    let error = verify(&file, &root, Some(b"")).unwrap_err();
    assert_eq!((error.line, error.fault.code()), (0, "export-spelling"));
}

/// Lines in the file: header 1, trust list 2, then groups, stamps, blobs, end.
fn line_of_stamp(exporter: &Exporter, seq: usize) -> usize {
    2 + exporter.trust_lists.len() + exporter.groups.len() + seq
}

fn line_of_blob(exporter: &Exporter, number: usize) -> usize {
    line_of_stamp(exporter, exporter.stamps.len()) + number
}

#[test]
fn a_blob_is_what_its_hash_says_and_named_by_an_entry() {
    for suite in [Ed25519, Sm2] {
        let world = TestWorld::of(suite);
        let exporter = short(&world).exporter(6);
        assert_eq!(exporter.blobs.len(), 3);
        let line = line_of_blob(&exporter, 1);

        // Erased blobs leave the rest whole.
        let mut erased = exporter.clone();
        erased.blobs.remove(1);
        assert_eq!(verify(&erased.write(), &world.fingerprint(), None).unwrap().blobs, 2);

        let mut wrong = exporter.clone();
        wrong.blobs[1].bytes = hex(b"another paper");
        assert_eq!(refusal(&world, &wrong.write()), (line, "export-blob"));
        let mut salt = exporter.clone();
        salt.blobs[1].salt = hex(&[0; 16]);
        assert_eq!(refusal(&world, &salt.write()), (line, "export-blob"));
        let mut short_salt = exporter.clone();
        short_salt.blobs[1].salt = hex(&[0; 15]);
        assert_eq!(refusal(&world, &short_salt.write()), (line, "export-blob-spelling"));
        let mut swapped = exporter.clone();
        let bytes = std::mem::take(&mut swapped.blobs[0].bytes);
        swapped.blobs[1].bytes = bytes;
        assert_eq!(refusal(&world, &swapped.write()), (line - 1, "export-blob"));

        // One that nothing refers to, and one that stands there twice.
        let mut stranger = exporter.clone();
        let (_, text) = blob(suite, [7; 16], b"nobody's");
        assert_eq!(text.hash, blob_hash(suite, &[7; 16], b"nobody's"));
        stranger.blobs.insert(1, text);
        assert_eq!(refusal(&world, &stranger.write()), (line, "export-blob-unnamed"));
        let mut twice = exporter.clone();
        twice.blobs.push(twice.blobs[1].clone());
        assert_eq!(refusal(&world, &twice.write()), (line_of_blob(&exporter, 3), "export-blob-twice"));
    }
}

#[test]
fn nothing_superfluous_stands_in_the_file() {
    let mut world = TestWorld::of(Ed25519);
    world.issue_next(|_| {});
    let log = short(&world);
    let exporter = log.exporter(6);
    assert_eq!(exporter.trust_lists.len(), 1);

    let mut list = exporter.clone();
    list.trust_lists.push(world.lists[1].clone());
    assert_eq!(refusal(&world, &list.write()), (3, "export-trust-unused"));
    let mut list = exporter.clone();
    list.trust_lists.push(world.lists[0].clone());
    assert_eq!(refusal(&world, &list.write()), (3, "export-trust-order"));

    // A genuine group to which nothing refers: at the end, in between, or the same one again.
    let node = &world.nodes[RECEIVING];
    let contents = [Ed25519.hash(&[b"x"])];
    let (signed, _) = SignedGroup::sign(Purpose::Commit, &node.key, node.id(), 1, log.now, &contents).unwrap();
    let mut group = exporter.clone();
    group.groups.push(signed.clone());
    assert_eq!(refusal(&world, &group.write()), (2 + group.groups.len(), "export-group-unused"));
    let mut group = exporter.clone();
    group.groups.insert(0, signed);
    assert_eq!(refusal(&world, &group.write()), (line_of_stamp(&group, 0), "group-proof"));
    let mut group = exporter.clone();
    group.groups.push(group.groups[0].clone());
    assert_eq!(refusal(&world, &group.write()), (2 + group.groups.len(), "export-group-unused"));

    // Groups in another order than that of first use.
    let mut order = exporter.clone();
    order.groups.swap(0, 1);
    for stamp in &mut order.stamps {
        for place in [Some(&mut stamp.stamped), stamp.said.as_mut()].into_iter().flatten() {
            place.group = [1, 0].get(place.group).copied().unwrap_or(place.group);
        }
    }
    assert_eq!(refusal(&world, &order.write()).1, "export-group-order");

    // A proof of the author where author and pen holder are one.
    let mut said = exporter.clone();
    said.stamps[1].said = Some(said.stamps[1].stamped.clone());
    assert_eq!(refusal(&world, &said.write()), (line_of_stamp(&said, 1), "author-proof-superfluous"));
    // None where they are not.
    let mut said = exporter.clone();
    said.stamps[5].said = None;
    assert_eq!(refusal(&world, &said.write()), (line_of_stamp(&said, 5), "author-proof-missing"));

    // Stamps twice, left out, in another order.
    let mut stamps = exporter.clone();
    stamps.stamps.push(stamps.stamps[5].clone());
    assert_eq!(refusal(&world, &stamps.write()), (line_of_stamp(&stamps, 6), "stamp-twice"));
    let mut stamps = exporter.clone();
    stamps.stamps.remove(0);
    assert_eq!(refusal(&world, &stamps.write()).0, line_of_stamp(&stamps, 0));
    let mut stamps = exporter.clone();
    stamps.stamps.swap(1, 2);
    assert_eq!(refusal(&world, &stamps.write()).0, line_of_stamp(&stamps, 1));

    // The header's own fields.
    let mut header = exporter.clone();
    header.kind = "cave".to_owned();
    assert_eq!(refusal(&world, &header.write()), (1, "export-header"));
    let mut header = exporter.clone();
    header.dossier = tongban_core::dossier::DossierId::from_random([1; 16]);
    assert_eq!(refusal(&world, &header.write()), (1, "export-header"));
}

#[test]
fn lines_are_counted_and_spelt_in_one_way() {
    let world = TestWorld::of(Ed25519);
    let file = short(&world).export();
    let text = String::from_utf8(file.clone()).unwrap();
    let respell = |from: &str, to: &str| with_honest_end(text.replacen(from, to, 1).into_bytes(), Ed25519);
    assert_eq!(refusal(&world, b""), (1, "export-empty"));
    assert_eq!(refusal(&world, b"\n"), (1, "export-spelling"));
    let last = file.split_inclusive(|byte| *byte == b'\n').count();
    assert_eq!(refusal(&world, &file[..file.len() - 1]), (last, "export-cut-off"));
    assert_eq!(refusal(&world, &[&file[..], b"\n"].concat()), (1, "export-lines"));
    assert_eq!(refusal(&world, &file[..end_line(&file)]), (1, "export-lines"));
    assert_eq!(refusal(&world, &respell("\"tongban_export\":1", "\"tongban_export\":2")), (1, "export-version"));
    assert_eq!(refusal(&world, &respell(",\"groups\"", ", \"groups\"")), (1, "export-spelling"));
    assert_eq!(refusal(&world, &respell("\"groups\":", "\"groups\":0")), (1, "export-spelling"));
    let most = usize::MAX.to_string();
    let huge = text.lines().next().unwrap().replace("\"blobs\":3", &format!("\"blobs\":{most}"));
    assert_eq!(refusal(&world, &respell(text.lines().next().unwrap(), &huge)), (1, "export-lines"));
    // A line break of another system.
    assert_eq!(refusal(&world, text.replace('\n', "\r\n").as_bytes()).1, "export-spelling");
    // Every cut of the file.
    for at in (0..file.len()).step_by(97) {
        assert!(refusal(&world, &file[..at]).0 > 0);
    }
}

/// Signs the group of one stamp anew, without other leaves.
fn resign(exporter: &mut Exporter, seq: usize, hash: Hash, sign: impl FnOnce(&[Hash]) -> SignedGroup) {
    let place = &mut exporter.stamps[seq].stamped;
    exporter.groups[place.group] = sign(&[hash]);
    place.leaf = 0;
    place.proof.0.clear();
}

#[test]
fn a_key_signs_for_its_own_node_only() {
    for suite in [Ed25519, Sm2] {
        let world = TestWorld::of(suite);
        let log = short(&world);
        let exporter = log.exporter(6);
        let (seq, hash) = (2, log.rows[2].hash);
        let line = line_of_stamp(&exporter, seq);
        let third = &world.nodes[THIRD];
        let at = log.now;

        // Signed anew by the same node it is as good as before.
        let mut own = exporter.clone();
        let node = &world.nodes[RECEIVING];
        resign(&mut own, seq, hash, |c| SignedGroup::sign(Purpose::Commit, &node.key, node.id(), 1, at, c).unwrap().0);
        assert!(verify(&own.write(), &world.fingerprint(), None).is_ok());

        // Another node's key under this node's name.
        let mut named = exporter.clone();
        resign(&mut named, seq, hash, |c| {
            SignedGroup::sign(Purpose::Commit, &third.key, node.id(), 1, at, c).unwrap().0
        });
        assert_eq!(refusal(&world, &named.write()), (line, "trust-unknown-key"));

        // Another node under its own name.
        let mut other = exporter.clone();
        resign(&mut other, seq, hash, |c| {
            SignedGroup::sign(Purpose::Commit, &third.key, third.id(), 1, at, c).unwrap().0
        });
        assert_eq!(refusal(&world, &other.write()), (line, "group-other-node"));

        // A name that the list does not have.
        let mut nobody = exporter.clone();
        resign(&mut nobody, seq, hash, |c| {
            SignedGroup::sign(Purpose::Commit, &third.key, &"hunan".parse().unwrap(), 1, at, c).unwrap().0
        });
        assert_eq!(refusal(&world, &nobody.write()), (line, "group-other-node"));

        // The node's own key for another purpose, and by a list that is not in the file.
        let mut purpose = exporter.clone();
        resign(&mut purpose, seq, hash, |c| {
            SignedGroup::sign(Purpose::Checkpoint, &node.key, node.id(), 1, at, c).unwrap().0
        });
        assert_eq!(refusal(&world, &purpose.write()), (line, "group-signature"));
        let mut list = exporter.clone();
        resign(&mut list, seq, hash, |c| SignedGroup::sign(Purpose::Commit, &node.key, node.id(), 2, at, c).unwrap().0);
        assert_eq!(refusal(&world, &list.write()), (line, "trust-unknown-list"));
    }
}

#[test]
fn a_key_signs_within_its_time_only() {
    for suite in [Ed25519, Sm2] {
        let world = TestWorld::of(suite);
        let log = short(&world);
        let exporter = log.exporter(6);
        let with = |from: Moment, until: Option<Moment>| {
            let list = world.list_with(|list| {
                let key = &mut list.nodes[HANDLING].keys[0];
                (key.from, key.until) = (from, until);
            });
            verify(&Exporter { trust_lists: vec![list], ..exporter.clone() }.write(), &world.fingerprint(), None)
        };
        let later = |ms: i64| Moment(log.now.0 + ms);
        // The first stamp of the second node is number 4.
        let refused = Some((line_of_stamp(&exporter, 4), "trust-key-time"));
        let found = |from, until| with(from, until).err().map(|error| (error.line, error.fault.code()));
        assert_eq!(found(later(0), None), None);
        assert_eq!(found(later(1), None), refused);
        assert_eq!(found(Moment(0), Some(later(1))), None);
        assert_eq!(found(Moment(0), Some(later(0))), refused);
    }
}

#[test]
fn after_a_change_of_keys_each_group_is_judged_by_the_list_that_it_names() {
    let mut world = TestWorld::of(Ed25519);
    let old = tongban_core::dossier::SecretKey::from_seed(Ed25519, &[99; 32]).unwrap();
    let second = noon(MONDAY.tomorrow().unwrap());
    // In version 1 the handling node has another key; from version 2 on the one it now signs with, of another suite
    // than before would do as well.
    let new = world.nodes[HANDLING].key.public_key().clone();
    world.lists[0] = world.list_with(|list| list.nodes[HANDLING].keys[0].public = old.public_key().clone());
    world.issue_next(|list| list.nodes[HANDLING].keys[0].public = new);
    let mut log = Log::filled(&world, world.drafted());
    log.say(Who::Clerk, taken_in()).unwrap();
    log.say(Who::Clerk, Act::HandedOver).unwrap();
    log.now = second;
    let mut by_old_list = log.clone();
    log.trust = 2;
    log.say(Who::Officer, Act::Received).unwrap();
    log.say(Who::Applicant, Act::Withdrawn).unwrap();
    let exporter = log.exporter(6);
    assert_eq!(exporter.trust_lists.len(), 2);
    assert!(verify(&exporter.write(), &world.fingerprint(), None).is_ok());
    // Lists in ascending order only.
    let mut order = exporter.clone();
    order.trust_lists.reverse();
    assert_eq!(refusal(&world, &order.write()), (3, "export-trust-order"));

    by_old_list.say(Who::Officer, Act::Received).unwrap();
    assert_eq!(refusal(&world, &by_old_list.export()).1, "trust-unknown-key");
}

#[test]
fn a_stamp_by_a_node_without_the_pen_is_no_part_of_the_log() {
    let world = TestWorld::of(Ed25519).without_filler();
    let log = short(&world);
    let mut exporter = log.exporter(6);
    // The receiving node stamps its own slip although the pen is with the authority.
    let node = &world.nodes[RECEIVING];
    let row = &mut exporter.stamps[5];
    row.stamp.node = node.id().clone();
    row.said = None;
    let hash = row.stamp.hash(Ed25519);
    exporter.groups.truncate(row.stamped.group + 1);
    resign(&mut exporter, 5, hash, |c| {
        SignedGroup::sign(Purpose::Commit, &node.key, node.id(), 1, log.now, c).unwrap().0
    });
    assert_eq!(refusal(&world, &exporter.write()), (line_of_stamp(&exporter, 5), "stamp-not-holder"));
}
