//! What the fuzzer begins with besides the corpus: real messages of every other kind.

use serde::Serialize;
use tongban_core::dossier::tree::{Parts, leaf};
use tongban_core::dossier::{Draft, Moment, Signature, Signer as _, Suite};
use tongban_core::exchange::{Ask, Cursor};

use super::Files;
use super::dossiers::broken_entries;
use super::forge::{AUTHOR, Forge, HOLDER, dossier, epoch};
use super::support::{HANDLING, RECEIVING, TestWorld, asked, delivered, granted, noon, not_accepted, rated, returned};
use tongban_core::case::{Act, DeliveryWay, KIND, Leg, Wanted};

pub fn write(files: &mut Files) {
    let worlds = [Suite::Ed25519, Suite::Sm2].map(|suite| TestWorld::of(suite).without_filler());
    let [world, national] = &worlds;
    let good = Forge::good(world);
    for (seq, piece) in good.pieces.iter().enumerate() {
        files.seed("entry", &format!("stamp-{seq}"), piece.entry.clone().into_bytes());
    }
    let recalled = Forge::recalled(world);
    files.seed("entry", "recall", recalled.pieces.last().unwrap().entry.clone().into_bytes());
    let refusal =
        Draft::next(dossier(), KIND, good.id(HOLDER)).refuse(Moment(0), [1; 8], good.pieces[1].stamp.entry, "not-now");
    files.seed("entry", "refusal", refusal.write(Suite::Ed25519).bytes().to_vec());
    for (_, name, text) in broken_entries(world).into_iter().filter(|(_, _, text)| text.len() < 4096) {
        files.seed("entry", &format!("broken-{name}"), text.into_bytes());
    }

    files.seed("document", "trust-list", json(&world.lists[0]));
    files.seed("document", "trust-list-sm2", json(&national.lists[0]));
    files.seed("document", "recall", json(&good.act(&world.root, 1, RECEIVING, dossier())));
    files.seed("cursor", "cursor", json(&Cursor::start(epoch())));
    files.seed("cursor", "epoch", json(&epoch()));
    files.seed("cursor", "hashes", json(&good.pieces.iter().map(|piece| piece.stamp.entry).collect::<Vec<_>>()));
    files.seed("cursor", "blob", json(&good.blobs[0]));
    for (name, world) in [("ed25519", world), ("sm2", national)] {
        let node = &world.nodes[AUTHOR];
        let ask =
            Ask::sign(&node.key, node.id(), world.nodes[HANDLING].id(), noon(super::support::MONDAY), [1; 8], "/");
        files.seed("ask", name, ask.header().into_bytes());
        let key = node.key.public_key();
        let Signature(signature) = node.key.sign("group", b"message");
        let line = format!("{key} {} message", tongban_core::dossier::suite::hex(&signature));
        files.seed("name", &format!("signed-{name}"), line.into_bytes());
        files.seed("name", &format!("key-{name}"), key.to_string().into_bytes());
        files.seed("name", &format!("fingerprint-{name}"), key.fingerprint().to_string().into_bytes());
    }
    let names = [
        ("node", "jiangsu".to_owned()),
        ("dossier", dossier().to_string()),
        ("region", "340100".to_owned()),
        ("region-of-12", "340100000000".to_owned()),
        ("uscc", tongban_core::ident::drill_uscc(1).to_string()),
        ("person", tongban_core::ident::drill_person_id(1).as_str().to_owned()),
        ("certificate", "1.2.156.3005.2.11100000MB0354331R0001.1100000000138127XQ.000000001.001.J".to_owned()),
        ("moment", "1795365000000".to_owned()),
    ];
    names.into_iter().for_each(|(name, text)| files.seed("name", name, text.into_bytes()));

    let leaves: Vec<_> = (0..9u8).map(|n| leaf(Suite::Ed25519, &Suite::Ed25519.hash(&[&[n]]))).collect();
    let whole = Parts::from_leaves(&leaves);
    files.seed("tree", "whole", [&[0, 0, 0, 9, 1, 3, 4, 8], &whole.to_bytes()[..]].concat());
    let wanted = [2, 5];
    let proof = whole.prove(Suite::Ed25519, 9, &wanted).unwrap();
    let given = wanted.map(|at| (at, leaves[at as usize]));
    let (_, known) = proof.rebuild(Suite::Ed25519, 9, &given).unwrap();
    files.seed("tree", "known", [&[0, 0, 0, 9, 2, 5, 5, 5], &known.to_bytes()[..]].concat());

    cases(files);
    for (name, steps) in [
        ("pen-passed", &[6, 0, 48, 1, 1, 4, 63, 0, 2][..]),
        ("slip", &[6, 1, 63, 0, 3]),
        ("recall", &[6, 0, 3, 1, 4]),
        ("refusal", &[5, 4, 58, 0, 5]),
        ("gap-and-fork", &[6, 4, 14, 2, 1, 4, 14, 0, 2]),
        ("twice", &[6, 0, 4, 2, 0]),
        ("term", &[6, 4, 7, 1, 9]),
    ] {
        files.seed("log", name, steps.to_vec());
    }

    let data = |path: &str| std::fs::read(super::root().join("data").join(path)).unwrap();
    for year in ["2020", "2026"] {
        files.seed("calendar", year, data(&format!("calendar/{year}.json")));
    }
    let demo: serde_json::Value = serde_json::from_slice(&data("demo/world.json")).unwrap();
    for kind in ["items", "mechanisms", "implementations", "organisations"] {
        let some: Vec<_> = demo[kind].as_array().unwrap().iter().take(3).collect();
        files.seed("catalogue", kind, serde_json::to_vec(&some).unwrap());
    }
    let card = world.list(1).nodes[0].clone();
    files.seed("catalogue", "node-card", json(&card));
}

/// Acts after the hand-over, a line each: who, when, what.
fn cases(files: &mut Files) {
    let line = |who: char, at: i64, act: &Act| format!("{who} {at} {}\n", serde_json::to_string(act).unwrap());
    let now = noon(super::support::MONDAY).0;
    let correction = Act::CorrectionAsked {
        wanted: vec![Wanted { material: "form".to_owned(), what: "未签名".to_owned() }],
        limit: tongban_core::time::Limit::working(5),
    };
    let to_the_end = [
        line('o', now, &Act::Received),
        line('o', now, &Act::Accepted),
        line('o', now, &granted(DeliveryWay::Online)),
        line('o', now, &delivered(DeliveryWay::Online)),
        line('a', now, &rated(Leg::Receiving, 1)),
    ];
    files.seed("case", "to-the-end", to_the_end.concat().into_bytes());
    let back = [line('o', now, &returned()), line('c', now, &Act::HandedOver), line('c', now, &Act::TakeBack)];
    files.seed("case", "back-and-forth", back.concat().into_bytes());
    let late = [line('o', now, &asked()), line('o', i64::MAX, &correction), line('o', i64::MIN, &not_accepted())];
    files.seed("case", "at-the-ends-of-time", late.concat().into_bytes());
    let accepted = [line('o', i64::MAX, &Act::Received), line('o', 253_402_300_799_000, &Act::Accepted)];
    files.seed("case", "accepted-in-9999", accepted.concat().into_bytes());
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}
