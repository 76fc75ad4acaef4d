//! What travels: batches, documents, requests, exports.

use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tongban_core::directory::{Document, TrustError, TrustList};
use tongban_core::dossier::tree::{Parts, Proof};
use tongban_core::dossier::{
    BlobText, CheckpointFile, Group, Hash, Moment, PublicKey, REFUSALS, RecallAct, Signer as _, Suite, blob_hash,
    verify,
};
use tongban_core::exchange::{Ask, Batch, Cursor, Epoch, Keys};

use super::forge::Forge;
use super::support::{HANDLING, TestWorld};

pub(crate) static WORLD: LazyLock<TestWorld> = LazyLock::new(|| TestWorld::of(Suite::Ed25519).without_filler());

/// The keys of a world, recalls included.
pub(crate) struct WorldKeys<'w>(pub(crate) &'w TestWorld);

impl Keys for WorldKeys<'_> {
    fn of(&self, group: &Group) -> Result<PublicKey, TrustError> {
        self.0.key(group)
    }

    fn root(&self) -> Result<PublicKey, TrustError> {
        Ok(self.0.root.public_key().clone())
    }
}

/// What was read is written and read again: the same.
fn again<T: Serialize + DeserializeOwned>(value: &T) {
    let bytes = serde_json::to_vec(value).expect("what was read can be written");
    let same: T = serde_json::from_slice(&bytes).expect("what was written can be read");
    assert_eq!(serde_json::to_vec(&same).expect("written once already"), bytes);
}

/// An export: what verifies is spelt in the one way, and says in its own bytes what was verified.
pub fn verify_export(bytes: &[u8]) {
    match verify(bytes, &WORLD.fingerprint(), None) {
        Ok(verified) => {
            assert!(bytes.ends_with(b"\n"));
            for (seq, (stamp, written)) in verified.log.iter().enumerate() {
                assert_eq!((stamp.seq as usize, stamp.entry), (seq, *written.hash()));
                let text = serde_json::to_string(&String::from_utf8_lossy(written.bytes())).expect("text");
                assert!(bytes.windows(text.len()).any(|window| window == text.as_bytes()));
            }
        }
        Err(error) => {
            assert!(REFUSALS.contains(&error.fault.code()) && !error.to_string().is_empty());
            assert!(error.bytes.start <= error.bytes.end && error.bytes.end <= bytes.len());
        }
    }
}

/// A checkpoint, held against the good export.
pub fn checkpoint(bytes: &[u8]) {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| Forge::good(&WORLD).cut(1).export());
    if let Ok(file) = serde_json::from_slice::<CheckpointFile>(bytes) {
        again(&file);
    }
    if let Err(error) = verify(&GOOD, &WORLD.fingerprint(), Some(bytes)) {
        assert!(REFUSALS.contains(&error.fault.code()) && error.line == 0);
    }
}

/// A batch: what is read is written back, and what verifies has every item and a cursor behind the last.
pub fn batch(bytes: &[u8]) {
    let Ok(batch) = Batch::read(bytes) else { return };
    again(&batch);
    let (from, items) = (batch.from, batch.items.len());
    // A reader has read no more than there is.
    let cursor = Cursor { position: from.min(u64::from(u32::MAX)), ..Cursor::start(batch.epoch.clone()) };
    match batch.verify(cursor, &WorldKeys(&WORLD)) {
        Ok(verified) => {
            assert_eq!(verified.items.len(), items);
            assert_eq!(Some(verified.cursor.position), from.checked_add(items as u64));
        }
        Err(error) => assert!(REFUSALS.contains(&error.code()) && !error.to_string().is_empty()),
    }
}

/// A signed document, and whatever it may hold.
pub fn document(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Document>(bytes) else { return };
    again(&document);
    let root = WORLD.root.public_key();
    assert_eq!(tongban_core::directory::Kind::from_name(document.kind.name()), Some(document.kind));
    let _ = document.verify::<serde_json::Value>(root);
    if let Ok(list) = TrustList::open(&document, &WORLD.fingerprint()) {
        assert_eq!(list.version, document.version);
    }
    // What is stored was checked: bodies are read without the signature.
    if let Ok(act) = RecallAct::read(&document) {
        again(&act);
        assert_eq!(act.term, document.version);
    }
    if let Ok(list) = serde_json::from_str::<TrustList>(&document.body) {
        again(&list);
        for card in &list.nodes {
            let _ = list.claimed(card);
            assert!(list.place(&card.node) < list.nodes.len());
            for region in &card.regions {
                assert!(list.serving(*region).is_some());
            }
            for key in &card.keys {
                let _ = list.key(&card.node, &key.public.fingerprint(), key.from);
            }
        }
    }
}

/// Cursor, epoch, blobs, lists of hashes and of acts: what peers send besides.
pub fn cursor(bytes: &[u8]) {
    if let Ok(cursor) = serde_json::from_slice::<Cursor>(bytes) {
        again(&cursor);
        assert!(cursor.epoch.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    if let Ok(epoch) = serde_json::from_slice::<Epoch>(bytes) {
        assert_eq!(epoch.as_str().len(), 16);
    }
    if let Ok(hashes) = serde_json::from_slice::<Vec<Hash>>(bytes) {
        again(&hashes);
    }
    if let Ok(blob) = serde_json::from_slice::<BlobText>(bytes) {
        again(&blob);
        let salt = tongban_core::dossier::suite::unhex(&blob.salt).and_then(|salt| <[u8; 16]>::try_from(salt).ok());
        let bytes = tongban_core::dossier::suite::unhex(&blob.bytes);
        if let (Some(salt), Some(bytes)) = (salt, bytes) {
            let _ = blob_hash(blob.hash.suite(), &salt, &bytes);
        }
    }
}

/// A request's header: it has one form, and a foreign signature is refused.
pub fn ask(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(ask) = Ask::read(text) else { return };
    assert_eq!(Ask::read(&ask.header()).as_ref(), Ok(&ask));
    let node = &WORLD.nodes[HANDLING];
    for now in [Moment(0), ask.at, Moment(i64::MAX), Moment(i64::MIN)] {
        let _ = ask.verify(node.key.public_key(), node.id(), now, "/peer/v1/stream");
    }
}

/// What is known of a tree, as stored: read and written it is the same, and proofs made of it hold or are none.
pub fn tree(bytes: &[u8]) {
    let Some((head, rest)) = bytes.split_first_chunk::<8>() else { return };
    let [a, b, c, d, wanted @ ..] = *head;
    let size = u32::from_be_bytes([a, b, c, d]);
    let parts = Parts::from_bytes(rest);
    assert_eq!(Parts::from_bytes(&parts.to_bytes()), parts);
    let mut wanted: Vec<u32> = wanted.iter().map(|at| u32::from(*at)).filter(|at| *at < size).collect();
    wanted.sort_unstable();
    wanted.dedup();
    for suite in [Suite::Ed25519, Suite::Sm2] {
        if wanted.is_empty() {
            continue;
        }
        let leaves: Vec<(u32, Hash)> = wanted.iter().map(|at| (*at, suite.hash(&[&at.to_be_bytes()]))).collect();
        if let Some(proof) = parts.prove(suite, size, &wanted)
            && let Some((root, known)) = proof.rebuild(suite, size, &leaves)
        {
            let more = known.prove(suite, size, &wanted[..1]).expect("what was learnt proves each leaf onward");
            assert_eq!(more.rebuild(suite, size, &leaves[..1]).map(|(root, _)| root), Some(root));
        }
        let foreign: Vec<Hash> = rest.chunks(33).filter_map(|tagged| Hash::from_tagged(tagged).ok()).collect();
        let _ = Proof(foreign).rebuild(suite, size, &leaves);
    }
}
