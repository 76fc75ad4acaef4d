//! Logs that do not follow: signed as they must be, and refused for what they say.

use tongban_core::case::KIND;
use tongban_core::dossier::{DossierId, Draft, Hash, Moment, Stamp, Suite, Written};

use super::dossiers::Put;
use super::forge::{AUTHOR, Forge, HOLDER, SLIP, dossier};
use super::support::{HANDLING, RECEIVING, THIRD, TestWorld};

pub(super) fn stamps(put: &mut Put<'_>, world: &TestWorld) {
    let good = || Forge::good(world);
    let add = |nonce: u8, change: fn(&mut Stamp)| {
        let draft = good().draft(HOLDER, nonce);
        good().stamp(HOLDER, HOLDER, draft, change)
    };
    put.file("stamp-gap", "one-left-out", add(1, |stamp| stamp.seq += 1).export());
    put.file("stamp-gap", "highest-number", add(2, |stamp| stamp.seq = u32::MAX).export());
    put.file("stamp-gap", "stamp-3-left-out", {
        let mut forge = good();
        forge.pieces.remove(3);
        forge.export()
    });
    put.file("stamp-predecessor", "another", add(3, |stamp| stamp.prev = stamp.entry).export());
    put.file("stamp-predecessor", "none", add(4, |stamp| stamp.prev = Hash::none(Suite::Ed25519)).export());
    put.file("stamp-fork", "number-given-twice", add(5, |stamp| stamp.seq -= 1).export());
    put.file("stamp-term", "raised-without-a-recall", add(6, |stamp| stamp.term = 1).export());
    put.file("stamp-branch", "of-a-higher-term", add(7, |stamp| (stamp.term, stamp.seq) = (1, 9)).export());
    put.file("stamp-twice", "the-last-one", {
        let mut forge = good();
        forge.pieces.push(forge.pieces[SLIP].clone());
        forge.export()
    });
    put.file("stamp-behind", "of-the-term-before-a-recall", {
        let forge = Forge::recalled(world);
        let draft = forge.draft(HOLDER, 8);
        forge.stamp(HOLDER, HOLDER, draft, |stamp| stamp.term = 0).export()
    });

    // By whom.
    let by = |holder: usize, author: usize, draft: Draft| good().stamp(holder, author, draft, |_| {}).export();
    put.file("stamp-not-holder", "by-the-former-holder", by(AUTHOR, AUTHOR, good().draft(AUTHOR, 10)));
    put.file("stamp-not-holder", "by-a-third", by(THIRD, THIRD, good().draft(THIRD, 11)));
    put.file("stamp-not-holder", "offer-taken-up-by-another", {
        let forge = good().cut(4);
        let draft = forge.draft(THIRD, 12);
        forge.stamp(THIRD, THIRD, draft, |_| {}).export()
    });
    put.file("stamp-not-holder", "number-given-again-by-another", {
        let draft = good().draft(AUTHOR, 13);
        good().stamp(AUTHOR, AUTHOR, draft, |stamp| stamp.seq -= 1).export()
    });
    let pen = good().draft(AUTHOR, 14).pass(good().id(AUTHOR), false);
    put.file("stamp-holders-act", "slip-that-takes-the-pen", by(HOLDER, AUTHOR, pen));
    let join = Draft::open(dossier(), KIND, good().id(AUTHOR)).said(Moment(0), [15; 8], &0);
    put.file("stamp-holders-act", "slip-that-widens-the-audience", by(HOLDER, AUTHOR, join));
    let other = Suite::Ed25519.hash(&[b"some entry"]);
    let refuse = Draft::next(dossier(), KIND, good().id(AUTHOR)).refuse(Moment(0), [16; 8], other, "not-now");
    put.file("stamp-holders-act", "slip-that-refuses", by(HOLDER, AUTHOR, refuse));
    put.file("stamp-no-participant", "entry-of-a-third", by(HOLDER, THIRD, good().draft(THIRD, 17)));
    let away = good().draft(HOLDER, 18).pass(good().id(THIRD), false);
    put.file("stamp-no-participant", "pen-to-a-third", by(HOLDER, HOLDER, away));

    // Once.
    let slip = good().pieces[SLIP].stamp.entry;
    let no = Draft::next(dossier(), KIND, good().id(HOLDER)).refuse(Moment(0), [19; 8], slip, "not-now");
    put.file("stamp-answered", "slip-refused-after-it-was-stamped", by(HOLDER, HOLDER, no));
    put.file("stamp-answered", "slip-stamped-again", {
        let mut forge = good();
        let written = Written::read(forge.pieces[SLIP].entry.as_bytes(), slip).unwrap();
        forge.put(HOLDER, AUTHOR, &written, |_| {});
        forge.export()
    });

    // Of what.
    let elsewhere = DossierId::from_random([9; 16]);
    let foreign = || Draft::next(elsewhere, KIND, good().id(HOLDER)).said(Moment(0), [20; 8], &0);
    put.file("stamp-other-dossier", "entry-of-another", by(HOLDER, HOLDER, foreign()));
    put.file("stamp-other-dossier", "stamp-and-entry-of-another", {
        good().stamp(HOLDER, HOLDER, foreign(), |stamp| stamp.dossier = DossierId::from_random([9; 16])).export()
    });
    let kind = Draft::next(dossier(), "cave", good().id(HOLDER)).said(Moment(0), [21; 8], &0);
    put.file("stamp-other-kind", "entry-of-another", by(HOLDER, HOLDER, kind));

    // How it begins.
    let open = |draft: Draft, change: fn(&mut Stamp)| Forge::new(world).stamp(RECEIVING, RECEIVING, draft, change);
    let opening = || good().opening(RECEIVING);
    put.file("stamp-opening", "number-1", open(opening(), |stamp| stamp.seq = 1).export());
    put.file("stamp-opening", "term-1", open(opening(), |stamp| stamp.term = 1).export());
    put.file("stamp-opening", "with-a-predecessor", open(opening(), |stamp| stamp.prev = stamp.entry).export());
    put.file("stamp-opening", "author-takes-no-part", open(good().draft(RECEIVING, 22), |_| {}).export());
    put.file("stamp-opening", "passes-the-pen", open(opening().pass(good().id(HANDLING), true), |_| {}).export());
    put.file("stamp-opening", "first-left-out", {
        let mut forge = good();
        forge.pieces.remove(0);
        forge.export()
    });
    put.file("stamp-opening", "of-another-node", {
        let draft = good().opening(RECEIVING);
        Forge::new(world).stamp(HANDLING, RECEIVING, draft, |_| {}).export()
    });

    recalls(put, world);
    authors(put, world);
}

fn recalls(put: &mut Put<'_>, world: &TestWorld) {
    let good = || Forge::good(world);
    let forger = TestWorld::new(2, [Suite::Ed25519; 3]);
    let act = |term, holder, of| good().act(&world.root, term, holder, of);
    let forged = good().act(&forger.root, 1, RECEIVING, dossier());
    put.file("recall-forged", "by-a-forger", good().recall(&forged, RECEIVING, 1).export());
    let mut changed = act(1, RECEIVING, dossier());
    changed.body = changed.body.replace("jiangsu", "shanghai");
    put.file("recall-forged", "changed", good().recall(&changed, RECEIVING, 1).export());
    put.file("recall-forged", "another-document", good().recall(&world.lists[0], RECEIVING, 1).export());
    put.file("stamp-recall", "of-another-term", good().recall(&act(2, RECEIVING, dossier()), RECEIVING, 1).export());
    put.file("stamp-recall", "for-another-holder", good().recall(&act(1, HOLDER, dossier()), RECEIVING, 1).export());
    let elsewhere = act(1, RECEIVING, DossierId::from_random([9; 16]));
    put.file("stamp-recall", "of-another-dossier", good().recall(&elsewhere, RECEIVING, 1).export());
    let recalled = Forge::recalled(world);
    let again = act(1, RECEIVING, dossier());
    put.file("stamp-recall", "the-same-act-again", recalled.recall(&again, RECEIVING, 1).export());
    put.file("stamp-no-participant", "recall-to-a-third", good().recall(&act(1, THIRD, dossier()), THIRD, 1).export());
}

fn authors(put: &mut Put<'_>, world: &TestWorld) {
    let good = || Forge::good(world);
    let mut forge = good();
    forge.pieces[SLIP].said = None;
    put.file("author-proof-missing", "slip-without-its-author", forge.export());
    let mut forge = good();
    let entry = forge.pieces[1].stamp.entry;
    forge.pieces[1].said = Some(forge.sign(&world.nodes[RECEIVING].key, world.nodes[RECEIVING].id(), entry));
    put.file("author-proof-superfluous", "author-who-stamped", forge.export());
    let mut forge = good();
    forge.pieces[1].via = Some(Stamp { seq: 9, ..forge.pieces[1].stamp.clone() });
    put.file("author-proof-superfluous", "own-stamp-without-place", forge.export());
    // An author's own stamp in the entry's place.
    let via = |change: &dyn Fn(&mut Stamp)| {
        let mut forge = good();
        let entry = forge.pieces[SLIP].stamp.entry;
        let mut stamp = Stamp { node: forge.id(AUTHOR).clone(), entry, ..forge.pieces[SLIP].stamp.clone() };
        change(&mut stamp);
        let hash = stamp.hash(Suite::Ed25519);
        forge.pieces[SLIP].said = Some(forge.sign(&world.nodes[AUTHOR].key, world.nodes[AUTHOR].id(), hash));
        forge.pieces[SLIP].via = Some(stamp);
        forge.export()
    };
    put.file("good", "by-the-authors-own-stamp", via(&|_| {}));
    let other = good().pieces[1].stamp.entry;
    put.file("author-stamp-other", "of-another-entry", via(&|stamp| stamp.entry = other));
    put.file("author-stamp-other", "of-another-node", via(&|stamp| stamp.node = good().id(THIRD).clone()));
    put.file("author-stamp-other", "of-another-dossier", {
        via(&|stamp| stamp.dossier = DossierId::from_random([9; 16]))
    });
}
