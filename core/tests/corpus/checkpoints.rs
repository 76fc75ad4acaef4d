//! Broken checkpoints, each held against a good export.

use tongban_core::dossier::{CheckpointFile, DossierId, Head, Purpose, SignedGroup, Suite, tree};

use super::Files;
use super::forge::{Forge, HOLDER, dossier};
use super::support::{HANDLING, TestWorld};

/// A checkpoint of one head, signed by the handling place.
fn signed(world: &TestWorld, purpose: Purpose, head: Head) -> CheckpointFile {
    let node = &world.nodes[HANDLING];
    let at = Forge::good(world).pieces[0].stamp.at;
    let content = head.hash(node.suite());
    let (signed, _) = SignedGroup::sign(purpose, &node.key, node.id(), 1, at, &[content]).unwrap();
    CheckpointFile {
        tongban_checkpoint: 1,
        head,
        place: 0,
        proof: tree::Proof::default(),
        signed,
        trust: world.lists[0].clone(),
    }
}

pub fn write(files: &mut Files) {
    let world = TestWorld::of(Suite::Ed25519).without_filler();
    let good = Forge::good(&world);
    let hash = |seq: usize| good.hash(&good.pieces[seq].stamp);
    let head = |len: u32| Head { dossier: dossier(), term: 0, len, head: hash(len as usize - 1) };
    let mut put = |code: &str, name: &str, file: &CheckpointFile| {
        let mut bytes = serde_json::to_vec(file).unwrap();
        bytes.push(b'\n');
        files.put("checkpoint", code, &format!("{name}.checkpoint"), bytes);
    };
    let commit = |head| signed(&world, Purpose::Checkpoint, head);
    put("good", "whole", &commit(head(6)));
    put("good", "of-a-part", &commit(head(3)));
    put("checkpoint-cut-off", "of-more-stamps", &commit(Head { len: 7, ..head(6) }));
    put("checkpoint-cut-off", "of-a-higher-term", &commit(Head { term: 1, ..head(6) }));
    put("checkpoint-cut-off", "of-the-most-stamps", &commit(Head { len: u32::MAX, ..head(6) }));
    put("checkpoint-differs", "another-head", &commit(Head { head: hash(2), ..head(6) }));
    put("checkpoint-other-dossier", "another", &commit(Head { dossier: DossierId::from_random([9; 16]), ..head(6) }));
    put("checkpoint-voided", "of-no-stamp", &commit(Head { len: 0, ..head(6) }));
    let mut file = commit(head(6));
    file.tongban_checkpoint = 2;
    put("checkpoint-version", "version-2", &file);
    let mut two = TestWorld::of(Suite::Ed25519).without_filler();
    two.issue_next(|_| {});
    let mut file = commit(head(6));
    file.trust = two.lists[1].clone();
    put("checkpoint-trust", "another-list", &file);
    put("group-signature", "commit-for-a-checkpoint", &signed(&world, Purpose::Commit, head(6)));
    let mut file = commit(head(6));
    file.place = 1;
    put("group-proof", "another-place", &file);
    let mut file = commit(head(6));
    file.head.len = 5;
    put("group-proof", "changed-head", &file);
    let mut file = commit(head(6));
    file.signed.group.node = good.id(super::support::RECEIVING).clone();
    put("trust-unknown-key", "of-another-node", &file);
    let forger = TestWorld::new(2, [Suite::Ed25519; 3]).without_filler();
    put("trust-other-root", "by-a-forger", &signed(&forger, Purpose::Checkpoint, head(6)));
    let text = serde_json::to_string(&commit(head(6))).unwrap();
    files.put("checkpoint", "export-spelling", "space.checkpoint", text.replacen(':', ": ", 1).into_bytes());
    files.put("checkpoint", "export-spelling", "nothing.checkpoint", Vec::new());
    // Held against the log that was recalled since: see the table test.
    let recalled = Forge::recalled(&world);
    let branch = recalled.clone().cut(6);
    let draft = branch.draft(HOLDER, 1);
    let branch = branch.stamp(HOLDER, HOLDER, draft, |_| {});
    let head = Head { dossier: dossier(), term: 0, len: 7, head: branch.hash(&branch.pieces[6].stamp) };
    let mut bytes = serde_json::to_vec(&commit(head)).unwrap();
    bytes.push(b'\n');
    files.put("checkpoint", "checkpoint-voided", "before-the-recall.checkpoint", bytes);
}
