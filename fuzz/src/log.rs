//! Logs of any shape, signed as they must be: a fuzzer cannot forge a signature, so it is given the keys.

use std::sync::LazyLock;

use tongban_core::case::KIND;
use tongban_core::dossier::{Chain, DossierId, Draft, Hash, Judged, Moment, Stamp, Suite, verify};
use tongban_core::exchange::{Cursor, Full, Incoming, StampRow};
use tongban_core::time::Calendar;

use super::forge::{Forge, dossier};
use super::sent::{WORLD, WorldKeys};

/// Steps that one input takes.
const STEPS_MAX: usize = 6;

/// The good log cut somewhere, and then stamps by anyone of anything: what the inbox takes into a log is what an export
/// of it verifies, and what it holds beside the log changes no node's mind.
pub fn log(bytes: &[u8]) {
    static GOOD: LazyLock<Forge<'_>> = LazyLock::new(|| Forge::good(&WORLD));
    let Some((cut, steps)) = bytes.split_first() else { return };
    let mut forge = GOOD.clone().cut(usize::from(*cut % 7));
    for step in steps.chunks_exact(4).take(STEPS_MAX) {
        forge = take(forge, [step[0], step[1], step[2], step[3]]);
    }
    if forge.pieces.is_empty() {
        return;
    }
    let exported = verify(&forge.export(), &WORLD.fingerprint(), None);
    let rows = received(&forge);
    let folded = rows.as_ref().ok().and_then(|rows| fold(rows));
    assert_eq!(exported.is_ok(), folded.is_some(), "{exported:?}");
    if let (Ok(exported), Some(folded)) = (&exported, &folded) {
        assert_eq!(exported.chain, *folded);
    }
    let Ok(rows) = rows else { return };
    adopt(&rows);
}

fn take(mut forge: Forge<'_>, [who, what, number, nonce]: [u8; 4]) -> Forge<'_> {
    let (holder, author) = (usize::from(who % 3), usize::from(who / 3 % 3));
    let other = forge.id(usize::from(who / 9 % 3));
    let draft = match what % 8 {
        0 => forge.draft(author, nonce).pass(other, number & 1 == 1),
        1 => Draft::open(dossier(), KIND, forge.id(author)).said(Moment(0), [nonce; 8], &0),
        2 => {
            let known = forge.pieces.get(usize::from(number % 8)).map(|piece| piece.stamp.entry);
            let entry = known.unwrap_or_else(|| Suite::Ed25519.hash(&[&[nonce]]));
            Draft::next(dossier(), KIND, forge.id(author)).refuse(Moment(0), [nonce; 8], entry, "not-now")
        }
        3 => {
            let act = forge.act(&WORLD.root, u32::from(number % 4), usize::from(who / 9 % 3), dossier());
            Draft::next(dossier(), KIND, forge.id(holder)).recall(Moment(0), [nonce; 8], &act)
        }
        4 if !forge.pieces.is_empty() => {
            // A stamp again, or out of its place.
            let piece = forge.pieces[usize::from(number) % forge.pieces.len()].clone();
            forge.pieces.push(piece);
            return forge;
        }
        5 => Draft::next(DossierId::from_random([9; 16]), KIND, forge.id(author)).said(Moment(0), [nonce; 8], &0),
        _ => forge.draft(author, nonce),
    };
    let author = if what % 8 == 3 { holder } else { author };
    let prev = forge.pieces.get(usize::from(nonce % 8)).map(|piece| forge.hash(&piece.stamp));
    forge.stamp(holder, author, draft, |stamp: &mut Stamp| match what / 8 % 8 {
        0 => stamp.term = u32::from(number % 4),
        1 => stamp.seq = stamp.seq.wrapping_add(u32::from(number % 3)).wrapping_sub(1),
        2 => stamp.prev = prev.unwrap_or(Hash::none(Suite::Ed25519)),
        3 => (stamp.term, stamp.seq) = (u32::from(number % 4), u32::MAX - u32::from(nonce % 2)),
        _ => {}
    })
}

/// What the inbox reads of it.
fn received(forge: &Forge<'_>) -> Result<Vec<StampRow>, &'static str> {
    let batch = forge.batch();
    let cursor = Cursor::start(batch.epoch.clone());
    let verified = batch.verify(cursor, &WorldKeys(&WORLD)).map_err(|error| error.code())?;
    let rows = verified.items.into_iter().map(|item| match item {
        Incoming::Stamp(row) => row,
        Incoming::Slip { .. } => unreachable!("stamps alone were sent"),
    });
    Ok(rows.collect())
}

fn fold(rows: &[StampRow]) -> Option<Chain> {
    let (first, rest) = rows.split_first()?;
    let mut chain = Chain::open(&first.stamp, &first.hash, &first.written).ok()?;
    for row in rest {
        match chain.judge(&row.stamp, &row.hash, &row.written) {
            Ok(Judged::Next) => chain.take(&row.hash, &row.written),
            _ => return None,
        }
    }
    Some(chain)
}

/// What a node makes of it that held nothing, and one that held the first stamp: a log that stands, and nothing lost.
fn adopt(rows: &[StampRow]) {
    let calendar = Calendar::national();
    for held in [0, 1] {
        let log: Vec<StampRow> = rows[..held.min(rows.len())].to_vec();
        if held > 0 && fold(&log).is_none() {
            continue;
        }
        for sealed in [None, Some(1)] {
            let full = Full { log: log.clone(), ..Full::default() };
            let adopted = full.adopt(rows.to_vec(), Vec::new(), sealed, calendar);
            let stands = fold(&adopted.full.log);
            assert_eq!(stands.is_some(), !adopted.full.log.is_empty());
            assert_eq!(stands.as_ref(), adopted.held.as_ref().map(|held| &held.chain));
            let kept = adopted.full.log.iter().chain(adopted.full.beside.iter().map(|(row, _)| row));
            let kept: std::collections::BTreeSet<Hash> = kept.map(|row| row.hash).collect();
            assert!(rows.iter().all(|row| kept.contains(&row.hash)), "a stamp was lost");
            let _ = adopted.full.participants_beside();
        }
    }
}
