//! Broken exports, each one step away from a good one.

use tongban_core::case::KIND;
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{DossierId, Draft, Exporter, Hash, Moment, Purpose, Signer as _, Stamp, Suite};

use super::forge::{AUTHOR, Forge, HOLDER, SLIP, dossier};
use super::support::{HANDLING, RECEIVING, THIRD, TestWorld, blob};
use super::{Files, logs};

/// The last line written anew, as someone would who changes a file: so that none is refused for its own hash alone.
pub fn with_honest_end(mut file: Vec<u8>, suite: Suite) -> Vec<u8> {
    let end = file[..file.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    file.truncate(end);
    let hash = suite.hash(&[b"tongban export v1\0", &file]);
    file.extend_from_slice(format!("{{\"end\":\"{hash}\"}}\n").as_bytes());
    file
}

pub(super) struct Put<'a> {
    files: &'a mut Files,
}

impl Put<'_> {
    pub(super) fn file(&mut self, code: &str, name: &str, bytes: Vec<u8>) {
        self.files.put("dossier", code, &format!("{name}.tongban"), bytes);
    }

    pub(super) fn export(&mut self, code: &str, name: &str, exporter: &Exporter, change: impl FnOnce(&mut Exporter)) {
        let mut exporter = exporter.clone();
        change(&mut exporter);
        self.file(code, name, exporter.write());
    }
}

pub fn write(files: &mut Files) {
    let world = TestWorld::of(Suite::Ed25519).without_filler();
    let mut put = Put { files };
    good(&mut put);
    bytes(&mut put, &world);
    lists(&mut put, &world);
    groups(&mut put, &world);
    entries(&mut put, &world);
    logs::stamps(&mut put, &world);
    blobs(&mut put, &world);
    national(&mut put);
}

fn good(put: &mut Put<'_>) {
    let suites = [
        ("ed25519", [Suite::Ed25519; 3]),
        ("sm2", [Suite::Sm2; 3]),
        ("mixed", [Suite::Ed25519, Suite::Sm2, Suite::Sm2]),
    ];
    for (name, suites) in suites {
        let world = TestWorld::new(1, suites).without_filler();
        put.file("good", name, Forge::good(&world).export());
    }
    let world = TestWorld::of(Suite::Ed25519).without_filler();
    put.file("good", "recalled", Forge::recalled(&world).export());
    // What an entry says is its kind's matter, not the log's: nothing in it brings a reader down.
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let text = entry_text(&Forge::good(&world), HOLDER).replace("\"body\":0", &format!("\"body\":{deep}"));
    put.file("good", "deep-body", Forge::good(&world).stamp_text(HOLDER, &text).export());
    let text = entry_text(&Forge::good(&world), HOLDER).replace("\"body\":0", "\"body\":{\"act\":\"\\ud800\"}");
    put.file("good", "lone-surrogate-in-body", Forge::good(&world).stamp_text(HOLDER, &text).export());
    let at = |at: i64| {
        let text = entry_text(&Forge::good(&world), HOLDER).replace("\"at\":0", &format!("\"at\":{at}"));
        Forge::good(&world).stamp_text(HOLDER, &text).export()
    };
    put.file("good", "end-of-time", at(i64::MAX));
    put.file("good", "beginning-of-time", at(i64::MIN));
    // Among leaves of other dossiers: proofs that are not empty.
    let world = TestWorld::of(Suite::Ed25519);
    let log = super::among_others(&world);
    put.file("good", "among-other-leaves", log.export());
}

/// An entry of this node as text, with moment 0 and body 0.
fn entry_text(forge: &Forge<'_>, node: usize) -> String {
    let written = Draft::next(dossier(), KIND, forge.id(node)).said(Moment(0), [0xaa; 8], &0).write(forge.suite(node));
    String::from_utf8(written.bytes().to_vec()).unwrap()
}

/// What is no export, before anything in it is believed.
fn bytes(put: &mut Put<'_>, world: &TestWorld) {
    let file = Forge::good(world).export();
    let text = String::from_utf8(file.clone()).unwrap();
    let respelt = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        with_honest_end(text.replacen(from, to, 1).into_bytes(), Suite::Ed25519)
    };
    put.file("export-empty", "nothing", Vec::new());
    put.file("export-cut-off", "last-line-end", file[..file.len() - 1].to_vec());
    put.file("export-cut-off", "in-a-stamp", file[..file.len() / 2].to_vec());
    put.file("export-cut-off", "trailing-bytes", [&file[..], b"{}"].concat());
    put.file("export-version", "version-2", respelt("\"tongban_export\":1", "\"tongban_export\":2"));
    put.file("export-version", "version-0", respelt("\"tongban_export\":1", "\"tongban_export\":0"));

    put.file("export-spelling", "space", respelt(",\"groups\"", ", \"groups\""));
    put.file("export-spelling", "float", respelt("\"stamps\":6", "\"stamps\":6.0"));
    put.file("export-spelling", "exponent", respelt("\"stamps\":6", "\"stamps\":6e0"));
    put.file("export-spelling", "leading-zero", respelt("\"stamps\":6", "\"stamps\":06"));
    put.file("export-spelling", "negative", respelt("\"stamps\":6", "\"stamps\":-6"));
    put.file("export-spelling", "huge-number", respelt("\"stamps\":6", &format!("\"stamps\":{}", "9".repeat(400))));
    put.file("export-spelling", "duplicate-key", respelt("\"stamps\":6", "\"stamps\":6,\"stamps\":6"));
    put.file("export-spelling", "unknown-key", respelt("\"stamps\":6", "\"stamps\":6,\"more\":1"));
    put.file("export-spelling", "key-order", respelt("\"term\":0,\"seq\":1", "\"seq\":1,\"term\":0"));
    put.file("export-spelling", "escaped-letter", respelt("\"node\":\"anhui\"", "\"node\":\"\\u0061nhui\""));
    put.file("export-spelling", "lone-surrogate", respelt("\"kind\":\"case\"", "\"kind\":\"\\ud800\""));
    put.file("export-spelling", "capital-letters", respelt("sha256:", "SHA256:"));
    put.file("export-spelling", "carriage-returns", text.replace('\n', "\r\n").into_bytes());
    put.file("export-spelling", "byte-order-mark", [b"\xef\xbb\xbf", &file[..]].concat());
    put.file("export-spelling", "blank-line", b"\n".to_vec());
    put.file("export-spelling", "another-file", b"%PDF-1.4\n%%EOF\n".to_vec());
    let nested = format!("{}{}\n", "[".repeat(50_000), "]".repeat(50_000));
    put.file("export-spelling", "deep-nesting", nested.into_bytes());
    let mut utf8 = respelt("\"kind\":\"case\"", "\"kind\":\"c?se\"");
    let at = utf8.windows(4).position(|bytes| bytes == b"c?se").unwrap();
    utf8[at + 1] = 0xff;
    put.file("export-spelling", "invalid-utf-8", with_honest_end(utf8, Suite::Ed25519));

    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    put.file("export-lines", "trailing-line", [&file[..], b"\n"].concat());
    put.file("export-lines", "cut-after-a-line", lines[..lines.len() - 2].concat().into_bytes());
    put.file("export-lines", "two-files", [&file[..], &file[..]].concat());
    put.file("export-lines", "counts-overflow", respelt("\"stamps\":6", &format!("\"stamps\":{}", usize::MAX)));
    let last = lines.len() - 1;
    let other = format!("{{\"end\":\"{}\"}}\n", Suite::Ed25519.hash(&[b"another file"]));
    put.file("export-end", "another-hash", [lines[..last].concat(), other].concat().into_bytes());
    put.file("export-end", "another-suite", {
        let hash = Suite::Sm2.hash(&[b"tongban export v1\0", lines[..last].concat().as_bytes()]);
        [lines[..last].concat(), format!("{{\"end\":\"{hash}\"}}\n")].concat().into_bytes()
    });

    let exporter = Forge::good(world).exporter();
    put.export("export-header", "another-kind", &exporter, |file| file.kind = "cave".to_owned());
    put.export("export-header", "another-dossier", &exporter, |file| file.dossier = DossierId::from_random([1; 16]));
    let header = format!(
        "{{\"tongban_export\":1,\"dossier\":\"{}\",\"kind\":\"case\",\"trust_lists\":0,\"groups\":0,\"stamps\":0,\
         \"blobs\":0}}\n{{\"end\":\"\"}}\n",
        dossier()
    );
    put.file("export-no-stamp", "two-lines", with_honest_end(header.into_bytes(), Suite::Ed25519));
}

fn lists(put: &mut Put<'_>, world: &TestWorld) {
    let forge = Forge::good(world);
    let exporter = forge.exporter();
    let with = |list: Document| Exporter { trust_lists: vec![list], ..exporter.clone() };
    let forger = TestWorld::new(2, [Suite::Ed25519; 3]).without_filler();
    put.file("trust-other-root", "another-registrar", Forge::good(&forger).export());
    put.file("trust-unknown-key", "forged-under-the-true-list", {
        let forged = Forge::good(&forger).exporter();
        Exporter { trust_lists: world.lists.clone(), ..forged }.write()
    });
    let mut list = forger.lists[0].clone();
    list.body = list.body.replace(&forger.root.public_key().to_string(), &world.root.public_key().to_string());
    put.file("trust-signature", "signed-by-a-forger", with(list).write());
    let mut list = world.lists[0].clone();
    list.body = list.body.replace("合肥", "淮南");
    put.file("trust-signature", "changed", with(list).write());
    let mut list = world.lists[0].clone();
    list.body = "a list".to_owned();
    put.file("trust-malformed", "no-json", with(list).write());
    let mut list = world.lists[0].clone();
    list.kind = Kind::Organisations;
    put.file("trust-malformed", "another-kind", with(list).write());
    let body: serde_json::Value = serde_json::from_str(&world.lists[0].body).unwrap();
    let sign = |version, body: &serde_json::Value| {
        Document::sign(&world.root, Kind::Trust, world.nodes[THIRD].id(), version, body)
    };
    let mut more = body.clone();
    more["more"] = 1.into();
    put.file("trust-malformed", "unknown-key", with(sign(1, &more)).write());
    let mut region = body.clone();
    region["nodes"][0]["regions"][0] = "999999".into();
    put.file("trust-malformed", "no-such-region", with(sign(1, &region)).write());
    put.file("trust-version", "another-in-its-body", with(sign(2, &body)).write());

    let key = |from: i64, until: Option<i64>| {
        with(world.list_with(|list| {
            let key = &mut list.nodes[HANDLING].keys[0];
            (key.from, key.until) = (Moment(from), until.map(Moment));
        }))
    };
    let now = forge.pieces[0].stamp.at.0;
    put.file("trust-key-time", "not-yet", key(now + 1, None).write());
    put.file("trust-key-time", "no-longer", key(0, Some(now)).write());
    put.file("trust-unknown-key", "revoked", with(world.list_with(|list| list.nodes[HANDLING].keys.clear())).write());

    let mut two = TestWorld::of(Suite::Ed25519).without_filler();
    two.issue_next(|_| {});
    put.export("export-trust-unused", "a-later-list", &exporter, |file| file.trust_lists = two.lists.clone());
    put.export("export-trust-order", "twice", &exporter, |file| file.trust_lists.push(two.lists[0].clone()));
    let mut later = Forge::good(&two);
    later.lists = vec![two.lists[1].clone(), two.lists[0].clone()];
    later.trust = 2;
    let draft = later.draft(HOLDER, 9);
    put.file("export-trust-order", "backwards", later.stamp(HOLDER, HOLDER, draft, |_| {}).export());
    let mut unknown = Forge::good(world);
    unknown.trust = 7;
    let draft = unknown.draft(HOLDER, 9);
    put.file("trust-unknown-list", "version-7", unknown.stamp(HOLDER, HOLDER, draft, |_| {}).export());
    put.export("trust-unknown-list", "no-list", &exporter, |file| file.trust_lists.clear());
}

fn groups(put: &mut Put<'_>, world: &TestWorld) {
    let forge = Forge::good(world);
    let exporter = forge.exporter();
    put.export("export-group-unused", "at-the-end", &exporter, |file| file.groups.push(file.groups[0].clone()));
    put.export("export-group-order", "swapped", &exporter, |file| {
        file.groups.swap(0, 1);
        file.stamps[0].stamped.group = 1;
        file.stamps[1].stamped.group = 0;
    });
    put.export("group-missing", "no-such-number", &exporter, |file| file.stamps[2].stamped.group = 99);
    put.export("group-missing", "of-the-author", &exporter, |file| {
        file.stamps[SLIP].said.as_mut().unwrap().group = usize::MAX;
    });
    put.export("group-signature", "changed-signature", &exporter, |file| file.groups[1].signature.0[40] ^= 1);
    put.export("group-signature", "of-another-group", &exporter, |file| {
        file.groups[1].signature = file.groups[0].signature;
    });
    put.export("group-signature", "changed-time", &exporter, |file| file.groups[1].group.at.0 += 1);
    put.export("group-proof", "changed-stamp", &exporter, |file| file.stamps[1].stamp.at.0 += 1);
    put.export("group-proof", "another-root", &exporter, |file| {
        file.groups[1].group.root = Suite::Ed25519.hash(&[b"another root"]);
    });
    put.export("group-proof", "leaf-out-of-range", &exporter, |file| file.stamps[1].stamped.leaf = 1);
    put.export("group-proof", "no-leaves", &exporter, |file| file.groups[1].group.size = 0);
    put.export("group-proof", "most-leaves", &exporter, |file| file.groups[1].group.size = u32::MAX);
    put.export("group-proof", "superfluous-hash", &exporter, |file| {
        let root = file.groups[1].group.root;
        file.stamps[1].stamped.proof.0.push(root);
    });
    let crowded = TestWorld::of(Suite::Ed25519);
    let among = super::among_others(&crowded).exporter(4);
    put.export("group-proof", "another-leaf", &among, |file| file.stamps[1].stamped.leaf -= 1);
    put.export("group-proof", "changed-part", &among, |file| {
        file.stamps[1].stamped.proof.0[0] = Suite::Ed25519.hash(&[b"another part"]);
    });
    put.export("group-proof", "part-of-another-suite", &among, |file| {
        file.stamps[1].stamped.proof.0[0] = Suite::Sm2.hash(&[b"another part"]);
    });
    put.export("group-proof", "missing-part", &among, |file| file.stamps[1].stamped.proof.0.truncate(1));
    put.export("group-proof", "parts-swapped", &among, |file| file.stamps[1].stamped.proof.0.swap(0, 1));

    // Stamp 2 signed anew by someone or for something else.
    let resigned = |purpose, key: usize, name: &str| {
        let mut forge = Forge::good(world);
        let hash = forge.hash(&forge.pieces[2].stamp);
        let name = name.parse().unwrap();
        forge.pieces[2].stamped = forge.sign_for(purpose, &world.nodes[key].key, &name, hash);
        forge.export()
    };
    put.file("group-signature", "checkpoint-for-a-commit", resigned(Purpose::Checkpoint, RECEIVING, "jiangsu"));
    put.file("trust-unknown-key", "key-of-another-node", resigned(Purpose::Commit, THIRD, "jiangsu"));
    put.file("group-other-node", "stamp-signed-by-a-third", resigned(Purpose::Commit, THIRD, "shanghai"));
    put.file("group-other-node", "of-nobody", resigned(Purpose::Commit, THIRD, "hunan"));
    let mut said = Forge::good(world);
    let hash = said.pieces[SLIP].stamp.entry;
    said.pieces[SLIP].said = Some(said.sign(&world.nodes[HOLDER].key, world.nodes[HOLDER].id(), hash));
    put.file("group-other-node", "slip-said-by-the-holder", said.export());

    // A dossier of a node that the list does not have.
    let hunan = "hunan".parse().unwrap();
    let mut nobody = Forge::new(world);
    let written = Draft::open(dossier(), KIND, &hunan).said(Moment(0), [0; 8], &0).write(Suite::Ed25519);
    let stamp = Stamp::first(&written, &hunan, Moment(0));
    let stamped = nobody.sign(&world.nodes[THIRD].key, &hunan, stamp.hash(Suite::Ed25519));
    let entry = String::from_utf8(written.bytes().to_vec()).unwrap();
    nobody.pieces.push(super::forge::Piece { stamp, entry, stamped, said: None, via: None });
    put.file("trust-unknown-node", "a-stranger", nobody.export());

    // All hashes by SM3, the key an Ed25519 one.
    put.file("group-suite", "root-of-another-suite", other_suite(world).export());
}

/// A dossier whose hashes are of another suite than the key that signs them.
pub fn other_suite(world: &TestWorld) -> Forge<'_> {
    let mut forge = Forge::new(world);
    let written = forge.opening(RECEIVING).write(Suite::Sm2);
    let stamp = Stamp::first(&written, forge.id(RECEIVING), Moment(0));
    let stamped = forge.sign(&world.nodes[RECEIVING].key, world.nodes[RECEIVING].id(), stamp.hash(Suite::Ed25519));
    forge.groups[stamped].group.root = tongban_core::dossier::tree::leaf(Suite::Sm2, &stamp.hash(Suite::Sm2));
    let entry = String::from_utf8(written.bytes().to_vec()).unwrap();
    forge.pieces.push(super::forge::Piece { stamp, entry, stamped, said: None, via: None });
    forge
}

fn entries(put: &mut Put<'_>, world: &TestWorld) {
    for (code, name, text) in broken_entries(world) {
        put.file(code, name, Forge::good(world).stamp_text(HOLDER, &text).export());
    }
    let mut forge = Forge::good(world);
    forge.pieces[1].entry.push(' ');
    put.file("stamp-mismatch", "entry-with-a-space-more", forge.export());
    let mut forge = Forge::good(world);
    forge.pieces[1].entry = forge.pieces[2].entry.clone();
    put.file("stamp-mismatch", "another-entry", forge.export());
    let mut forge = Forge::good(world);
    let entry = Hash::none(Suite::Ed25519);
    forge.restamp(1, |stamp| stamp.entry = entry);
    put.file("stamp-mismatch", "stamp-of-nothing", forge.export());
}

/// Signed texts that are no entry.
pub fn broken_entries(world: &TestWorld) -> Vec<(&'static str, &'static str, String)> {
    let forge = Forge::good(world);
    let text = entry_text(&forge, HOLDER);
    let change = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        text.replacen(from, to, 1)
    };
    vec![
        ("entry-too-long", "body-of-64-kib", change("\"body\":0", &format!("\"body\":\"{}\"", "x".repeat(64 * 1024)))),
        ("entry-version", "version-2", change("\"tongban\":1", "\"tongban\":2")),
        ("entry-version", "version-2-of-another-shape", "{\"tongban\":2,\"what\":\"else\"}".to_owned()),
        ("entry-malformed", "empty", String::new()),
        ("entry-malformed", "null", "null".to_owned()),
        ("entry-malformed", "nested-to-nothing", "[".repeat(2000)),
        ("entry-malformed", "float", change("\"at\":0", "\"at\":0.0")),
        ("entry-malformed", "huge-number", change("\"at\":0", "\"at\":9223372036854775808")),
        ("entry-malformed", "duplicate-key", change("\"at\":0", "\"at\":0,\"at\":0")),
        ("entry-malformed", "missing-key", change("\"at\":0,", "")),
        ("entry-malformed", "lone-surrogate", change("\"kind\":\"case\"", "\"kind\":\"\\udfff\"")),
        ("entry-malformed", "capital-name", change("\"node\":\"anhui\"", "\"node\":\"Anhui\"")),
        ("entry-malformed", "unknown-role", change("\"role\":\"system\"", "\"role\":\"king\"")),
        ("entry-malformed", "trailing-text", format!("{text} x")),
        ("entry-malformed", "control-character", change("\"kind\":\"case\"", "\"kind\":\"ca\u{1}se\"")),
    ]
}

fn blobs(put: &mut Put<'_>, world: &TestWorld) {
    let exporter = Forge::good(world).exporter();
    put.export("good", "blobs-erased", &exporter, |file| file.blobs.clear());
    put.export("export-blob", "applicant-salted-wrongly", &exporter, |file| file.blobs[0].salt = hex(&[0xff; 16]));
    put.export("export-blob", "another-paper", &exporter, |file| file.blobs[1].bytes = hex(b"another paper"));
    put.export("export-blob", "salt-moved-into-the-bytes", &exporter, |file| {
        let blob = &mut file.blobs[1];
        let (salt, bytes) = (blob.salt.clone() + &blob.bytes[..2], blob.bytes[2..].to_owned());
        (blob.salt, blob.bytes) = (salt[2..].to_owned(), bytes);
    });
    put.export("export-blob", "hash-of-another-suite", &exporter, |file| {
        file.blobs[1].hash = format!("sm3:{}", hex(file.blobs[1].hash.bytes())).parse().unwrap();
    });
    put.export("export-blob-spelling", "short-salt", &exporter, |file| file.blobs[0].salt = hex(&[0; 15]));
    put.export("export-blob-spelling", "odd-digits", &exporter, |file| file.blobs[0].bytes.push('0'));
    put.export("export-blob-spelling", "capital-digits", &exporter, |file| {
        file.blobs[0].bytes = file.blobs[0].bytes.to_uppercase();
    });
    put.export("export-blob-unnamed", "nobodys", &exporter, |file| {
        file.blobs.push(blob(Suite::Ed25519, [7; 16], b"nobody's").1);
    });
    put.export("export-blob-twice", "the-first", &exporter, |file| file.blobs.push(file.blobs[0].clone()));
}

/// Some of it once more in the national suite, and in a mixture.
fn national(put: &mut Put<'_>) {
    for (name, suites) in [("sm2", [Suite::Sm2; 3]), ("mixed", [Suite::Ed25519, Suite::Sm2, Suite::Sm2])] {
        let world = TestWorld::new(1, suites).without_filler();
        let good = || Forge::good(&world);
        let exporter = good().exporter();
        let last = exporter.groups.len() - 2;
        put.export("group-signature", name, &exporter, |file| file.groups[last].signature.0[40] ^= 1);
        put.export("group-signature", &format!("{name}-all-zero"), &exporter, |file| {
            file.groups[last].signature.0 = [0; 64];
        });
        put.export("group-proof", name, &exporter, |file| file.stamps[4].stamp.at.0 += 1);
        put.export("export-blob", name, &exporter, |file| file.blobs[1].bytes = hex(b"another paper"));
        let draft = good().draft(HOLDER, 1);
        put.file("stamp-gap", name, good().stamp(HOLDER, HOLDER, draft, |stamp| stamp.seq += 1).export());
        let draft = good().draft(AUTHOR, 2);
        put.file("stamp-not-holder", name, good().stamp(AUTHOR, AUTHOR, draft, |_| {}).export());
    }
}
