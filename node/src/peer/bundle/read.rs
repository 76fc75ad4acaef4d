//! A bundle's bytes, checked to the last before any of it is taken.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::path::Path;

use tongban_core::directory::{Kind, TrustList};
use tongban_core::dossier::{Hash, Moment, NodeId, Signature};
use tongban_core::exchange::CLOCK_DIFFERENCE_MS_MAX;

use super::fault::Refused;
use super::{DIGEST, Head, Record, SIGNED_AS, VERSION};
use crate::directory::Snapshot;
use crate::limits;

/// By what a bundle is judged.
pub(super) struct Judge<'a> {
    pub(super) own: &'a NodeId,
    pub(super) now: Moment,
    pub(super) root: &'a Hash,
    pub(super) known: &'a Snapshot,
}

/// The digest of all lines so far.
pub(super) struct Digest(Hash);

impl Digest {
    pub(super) fn new(key: &Hash) -> Digest {
        Digest(Hash::none(key.suite()))
    }

    /// Takes in a line, without its end.
    pub(super) fn line(&mut self, line: &[u8]) {
        self.0 = self.0.suite().hash(&[DIGEST, &self.0.tagged(), line]);
    }

    /// What is signed.
    pub(super) fn message(&self) -> [u8; 33] {
        self.0.tagged()
    }
}

/// Lines of a file, each with its end, up to the bound.
struct Lines(BufReader<File>);

impl Lines {
    fn next(&mut self, path: &Path) -> Result<Option<Vec<u8>>, Refused> {
        let most = limits::BUNDLE_LINE_BYTES_MAX as u64;
        let mut line = Vec::new();
        let read = (&mut self.0).take(most + 1).read_until(b'\n', &mut line);
        read.map_err(|error| Refused::file("bundle-not-read", path, error))?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(line));
        }
        if line.len() as u64 > most {
            return Err(Refused::new("bundle-malformed", []));
        }
        Err(Refused::new("bundle-truncated", []))
    }
}

fn malformed<E>(_: E) -> Refused {
    Refused::new("bundle-malformed", [])
}

#[derive(serde::Deserialize)]
struct Version {
    tongban_bundle: u8,
}

/// Checks a bundle: whose it is, for whom, and that every byte is as its sender sealed it. Blocking.
pub(super) fn check(path: &Path, judge: &Judge<'_>) -> Result<(Head, File), Refused> {
    let file = File::open(path).map_err(|error| Refused::file("bundle-not-read", path, error))?;
    let mut lines = Lines(BufReader::new(file));
    let first = lines.next(path)?.ok_or_else(|| Refused::new("bundle-malformed", []))?;
    // A later program may say more in its head: first it is looked whether this one can know.
    let version: Version = serde_json::from_slice(&first).map_err(malformed)?;
    if version.tongban_bundle != VERSION {
        return Err(Refused::new("bundle-version", [("version", version.tongban_bundle.to_string())]));
    }
    let head: Head = serde_json::from_slice(&first).map_err(malformed)?;
    if head.to != *judge.own {
        return Err(Refused::new(
            "bundle-other-receiver",
            [("to", head.to.to_string()), ("own", judge.own.to_string())],
        ));
    }
    if head.at.0 > judge.now.0 + CLOCK_DIFFERENCE_MS_MAX as i64 {
        return Err(Refused::new("bundle-time", [("from", head.from.to_string()), ("at", head.at.to_string())]));
    }
    let mut digest = Digest::new(&head.key);
    digest.line(&first);
    let mut brought: Vec<TrustList> = Vec::new();
    let seal = loop {
        let line = lines.next(path)?.ok_or_else(|| Refused::new("bundle-truncated", []))?;
        if line.starts_with(b"{\"seal\"") {
            match serde_json::from_slice(&line).map_err(malformed)? {
                Record::Seal(signature) => break signature,
                _ => return Err(malformed(())),
            }
        }
        if line.starts_with(b"{\"document\"")
            && let Ok(Record::Document(document)) = serde_json::from_slice(&line)
            && document.kind == Kind::Trust
        {
            // By the fingerprint alone: so a node begins that knows nothing yet.
            brought.extend(TrustList::open(&document, judge.root));
        }
        digest.line(&line);
    };
    if lines.next(path)?.is_some() {
        return Err(Refused::new("bundle-tampered", [("from", head.from.to_string())]));
    }
    sealed(&head, &digest, &seal, &brought, judge)?;
    let mut file = lines.0.into_inner();
    file.rewind().map_err(|error| Refused::file("bundle-not-read", path, error))?;
    Ok((head, file))
}

fn sealed(
    head: &Head,
    digest: &Digest,
    seal: &Signature,
    brought: &[TrustList],
    judge: &Judge<'_>,
) -> Result<(), Refused> {
    let unknown = || Refused::new("bundle-unknown-sender", [("from", head.from.to_string())]);
    let lists = judge.known.current().into_iter().chain(brought);
    let list = lists.max_by_key(|list| list.version).ok_or_else(unknown)?;
    let key = list.key(&head.from, &head.key, head.at).map_err(|_| unknown())?;
    let broken = |_| Refused::new("bundle-tampered", [("from", head.from.to_string())]);
    key.verify(SIGNED_AS, &digest.message(), seal).map_err(broken)
}

/// The records of a checked bundle, one after the other, from a thread of their own.
pub(super) fn records(path: &Path, file: File) -> tokio::sync::mpsc::Receiver<Result<Record, Refused>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(2);
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut lines = Lines(BufReader::new(file));
        let mut is_head = true;
        loop {
            let record = match lines.next(&path) {
                Ok(None) => return,
                Ok(Some(_)) if std::mem::take(&mut is_head) => continue,
                Ok(Some(line)) => serde_json::from_slice(&line).map_err(Refused::record),
                Err(refused) => Err(refused),
            };
            let last = record.is_err();
            if sender.blocking_send(record).is_err() || last {
                return;
            }
        }
    });
    receiver
}
