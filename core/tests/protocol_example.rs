//! The example at the end of `docs/protocol.md`, made anew and compared: what another implementation is held against.

use std::collections::HashMap;
use std::fmt::Write as _;

use tongban_core::directory::{Document, Kind, TrustError};
use tongban_core::dossier::suite::{hex, seal};
use tongban_core::dossier::tree::leaf;
use tongban_core::dossier::{
    DossierId, Group, Moment, NodeId, PublicKey, Purpose, RecallAct, SecretKey, SignedGroup, Signer, Stamp, Suite,
    Written, blob_hash,
};
use tongban_core::exchange::{Ask, Cursor, Epoch, Incoming, SaidAt, Spots, StampRow};

const SUITE: Suite = Suite::Ed25519;
const AT: Moment = Moment(1_795_400_000_000);

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(SUITE, &[seed; 32]).unwrap()
}

fn node(name: &str) -> NodeId {
    name.parse().unwrap()
}

/// Lines of the example.
#[derive(Default)]
struct Example(String);

impl Example {
    fn part(&mut self, title: &str) {
        let _ = write!(self.0, "\n# {title}\n");
    }

    /// Text in which a line end is shown as `␊`.
    fn text(&mut self, name: &str, text: impl AsRef<str>) {
        let _ = writeln!(self.0, "{name}: {}", text.as_ref().replace('\n', "␊"));
    }

    fn hex(&mut self, name: &str, bytes: &[u8]) {
        let _ = writeln!(self.0, "{name}: {}", hex(bytes));
    }
}

fn group_text(group: &Group) -> String {
    let Group { node, key, trust, at, size, root } = group;
    format!("{node}\n{key}\n{trust}\n{}\n{size}\n{root}\n", at.0)
}

fn signed(example: &mut Example, group: &SignedGroup, key: &SecretKey) {
    let text = group_text(&group.group);
    example.text("group", &text);
    example.hex("signed bytes", &seal("group", text.as_bytes()));
    example.hex("signature", &group.signature.0);
    assert!(key.public_key().verify("group", text.as_bytes(), &group.signature).is_ok());
}

fn example() -> String {
    let mut out = Example::default();
    let (registrar, anhui, jiangsu) = (key(1), key(2), key(3));
    out.part("keys");
    for (name, key) in [("registrar", &registrar), ("anhui", &anhui), ("jiangsu", &jiangsu)] {
        out.text(name, key.public_key().to_string());
        out.text("fingerprint", key.public_key().fingerprint().to_string());
    }

    out.part("anhui opens a dossier with jiangsu: entry, stamp, group of one leaf");
    let dossier = DossierId::from_random([7; 16]);
    let opened = written(dossier, "anhui", r#","join":["anhui","jiangsu"]"#, [1; 8], "first");
    out.text("entry", text(&opened));
    out.text("entry hash", opened.hash().to_string());
    let first = Stamp::first(&opened, &node("anhui"), AT);
    out.text("stamp", stamp_text(&first));
    out.text("stamp hash", first.hash(SUITE).to_string());
    out.text("leaf = root", leaf(SUITE, &first.hash(SUITE)).to_string());
    let contents = [first.hash(SUITE)];
    let (by_anhui, anhui_parts) = SignedGroup::sign(Purpose::Commit, &anhui, &node("anhui"), 1, AT, &contents).unwrap();
    signed(&mut out, &by_anhui, &anhui);

    out.part("jiangsu offers a slip: leaf 1 of a group of three, whose other leaves are of other dossiers");
    let slip = written(dossier, "jiangsu", "", [2; 8], "second");
    out.text("entry", text(&slip));
    out.text("entry hash", slip.hash().to_string());
    let contents = [blob_hash(SUITE, &[0; 16], b"a"), *slip.hash(), blob_hash(SUITE, &[0; 16], b"b")];
    contents.iter().for_each(|content| out.text("leaf", leaf(SUITE, content).to_string()));
    let (by_jiangsu, jiangsu_parts) =
        SignedGroup::sign(Purpose::Commit, &jiangsu, &node("jiangsu"), 1, AT, &contents).unwrap();
    signed(&mut out, &by_jiangsu, &jiangsu);
    let proof = jiangsu_parts.prove(SUITE, 3, &[1]).unwrap();
    proof.0.iter().for_each(|hash| out.text("proof", hash.to_string()));

    out.part("a batch with both, as `stream` answers, and the cursor after each item");
    let mut spots = Spots::default();
    let stamped = (by_anhui.group.root, 0);
    let hash = first.hash(SUITE);
    spots.stamp(StampRow { stamp: first, hash, written: opened, stamped, said: None }).unwrap();
    spots.slip(&slip, SaidAt { root: by_jiangsu.group.root, leaf: 1, via: None }).unwrap();
    let epoch = Epoch::from_random([9; 8]);
    let known = HashMap::from([
        (by_anhui.group.root, (by_anhui, anhui_parts)),
        (by_jiangsu.group.root, (by_jiangsu, jiangsu_parts)),
    ]);
    let batch = spots.batch(epoch.clone(), 0, &known).unwrap();
    out.text("batch", serde_json::to_string(&batch).unwrap());
    let mut cursor = Cursor::start(epoch.clone());
    for content in [&hash, slip.hash()] {
        cursor.advance(content);
        out.text("cursor", format!("{} {}", cursor.position, cursor.hash));
    }
    // What is shown is what every node accepts.
    let keys = |group: &Group| -> Result<PublicKey, TrustError> {
        let owner = if group.node == node("anhui") { &anhui } else { &jiangsu };
        Ok(owner.public_key().clone())
    };
    let verified = batch.verify(Cursor::start(epoch.clone()), &keys).unwrap();
    assert_eq!(verified.cursor, cursor);
    assert!(matches!(verified.items[..], [Incoming::Stamp(_), Incoming::Slip { .. }]));

    out.part("jiangsu asks anhui for what follows");
    let path = format!("/peer/v1/stream?epoch={epoch}&position={}&hash={}&wait=25", cursor.position, cursor.hash);
    let ask = Ask::sign(&jiangsu, &node("jiangsu"), &node("anhui"), AT, [3; 8], &path);
    out.text("path", &path);
    out.text("tongban-ask", ask.header());

    out.part("the registrar recalls the pen to jiangsu");
    let act = RecallAct {
        term: 1,
        dossiers: vec![dossier],
        holder: node("jiangsu"),
        epoch,
        excused: vec![node("anhui")],
        issued: AT,
        reason: "lost".to_owned(),
    };
    let document = Document::sign(&registrar, Kind::Recall, &node("registrar"), 1, &act);
    assert!(RecallAct::open(&document, registrar.public_key()).is_ok());
    out.text("act", serde_json::to_string(&document).unwrap());

    out.part("a blob: salt 00…0f, text `x`");
    let salt = std::array::from_fn(|at| at as u8);
    out.text("blob hash", blob_hash(SUITE, &salt, b"x").to_string());
    out.0.trim_start().to_owned()
}

/// An entry in bytes written by hand: nothing but the bytes is the entry.
fn written(dossier: DossierId, author: &str, join: &str, nonce: [u8; 8], body: &str) -> Written {
    let bytes = format!(
        r#"{{"tongban":1,"dossier":"{dossier}","kind":"note","node":"{author}","by":{{"role":"system"}},"at":{},"nonce":"{}"{join},"body":"{body}"}}"#,
        AT.0,
        hex(&nonce)
    );
    let hash = Written::hash_of(SUITE, bytes.as_bytes());
    Written::read(bytes.into_bytes(), hash).unwrap()
}

fn text(written: &Written) -> &str {
    std::str::from_utf8(written.bytes()).unwrap()
}

fn stamp_text(stamp: &Stamp) -> String {
    let Stamp { dossier, term, seq, prev, entry, node, at } = stamp;
    format!("{dossier}\n{term}\n{seq}\n{prev}\n{entry}\n{node}\n{}\n", at.0)
}

#[test]
fn the_example_of_the_protocol_is_what_this_program_makes() {
    let wanted = example();
    let document = include_str!("../../docs/protocol.md");
    let (_, rest) = document.split_once("<!-- example -->\n\n```text\n").expect("the example stands in the document");
    let (found, _) = rest.split_once("```").expect("the example ends");
    assert!(found == wanted, "the example in docs/protocol.md is to be:\n{wanted}");
}
