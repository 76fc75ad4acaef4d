//! Broken dossiers, checkpoints and batches, each in a folder that is named after the code it is refused with: `verify`
//! and the inbox say exactly that, and every code that they can say has a file.
//!
//! The files are written from one good log with fixed keys. `TONGBAN_CORPUS=write cargo test -p tongban-core --test
//! corpus` writes them anew; without it a file that differs from what is written here fails the test.

#[path = "../support/mod.rs"]
mod support;

mod batches;
mod checkpoints;
mod dossiers;
mod forge;
mod logs;
mod seeds;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use support::{Log, TestWorld, Who, taken_in};
use tongban_core::case::Act;
use tongban_core::catalogue::Need;
use tongban_core::directory::TrustError;
use tongban_core::dossier::{Chain, Group, Judged, PublicKey, REFUSALS, Signer as _, Suite, Unfit, Verified, verify};
use tongban_core::exchange::{Batch, BatchError, Cursor, Incoming, Keys};

/// What is to stand in the two folders, by its path.
#[derive(Default)]
pub struct Files(BTreeMap<PathBuf, Vec<u8>>);

impl Files {
    /// A file of the corpus, by kind, code and name.
    fn put(&mut self, kind: &str, code: &str, name: &str, bytes: Vec<u8>) {
        assert!(code == "good" || REFUSALS.contains(&code), "{code} is not listed");
        self.insert(Path::new(CORPUS).join(kind).join(code).join(name), bytes);
    }

    /// What a fuzz target begins with.
    fn seed(&mut self, target: &str, name: &str, bytes: Vec<u8>) {
        self.insert(Path::new(SEEDS).join(target).join(name), bytes);
    }

    fn insert(&mut self, path: PathBuf, bytes: Vec<u8>) {
        assert!(self.0.insert(path.clone(), bytes).is_none(), "{} stands twice", path.display());
    }
}

const CORPUS: &str = "core/tests/corpus/files";
const SEEDS: &str = "fuzz/seeds";
/// Seeds that are kept by hand: files of networks, which this crate does not read.
const BY_HAND: &str = "fuzz/seeds/network";

/// Four stamps among leaves of other dossiers, two of them in one group.
fn among_others(world: &TestWorld) -> Log<'_> {
    let mut drafted = world.drafted();
    drafted.item.materials.retain(|rule| rule.need == Need::MayFollow);
    let mut log = Log::open(world, drafted).unwrap();
    log.force(&[(Who::Clerk, taken_in()), (Who::Clerk, Act::HandedOver)]);
    log.say(Who::Applicant, Act::Withdrawn).unwrap();
    log
}

/// The root of the clone.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn folder() -> PathBuf {
    root().join(CORPUS)
}

/// Every file below a folder, by its path in it.
fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(inner) = open.pop() {
        for path in std::fs::read_dir(&inner).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn the_files_are_those_that_are_written_here() {
    let mut files = Files::default();
    dossiers::write(&mut files);
    batches::write(&mut files);
    checkpoints::write(&mut files);
    seeds::write(&mut files);
    let below = |folder: &'static str| {
        let all = files_below(&root().join(folder)).into_iter();
        all.map(move |(path, bytes)| (Path::new(folder).join(path), bytes))
            .filter(|(path, _)| !path.starts_with(BY_HAND))
    };
    if std::env::var_os("TONGBAN_CORPUS").is_some_and(|word| word == "write") {
        below(CORPUS).chain(below(SEEDS)).for_each(|(old, _)| std::fs::remove_file(root().join(old)).unwrap());
        for (path, bytes) in &files.0 {
            let path = root().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    let held: BTreeMap<PathBuf, Vec<u8>> = below(CORPUS).chain(below(SEEDS)).collect();
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&held), names(&files.0));
    for (path, bytes) in &files.0 {
        assert!(held[path] == *bytes, "{} is another: was something changed that is written?", path.display());
    }
}

/// Files of one kind, with the code that their folder says.
fn of_kind(kind: &str) -> Vec<(String, PathBuf, Vec<u8>)> {
    let files = files_below(&folder().join(kind));
    assert!(files.len() > 10, "{kind}");
    let code = |path: &Path| path.components().next().unwrap().as_os_str().to_str().unwrap().to_owned();
    files.into_iter().map(|(path, bytes)| (code(&path), path, bytes)).collect()
}

/// Worlds of the corpus: keys are the same whatever a file's suites, but for the suite.
fn worlds() -> [TestWorld; 3] {
    [[Suite::Ed25519; 3], [Suite::Sm2; 3], [Suite::Ed25519, Suite::Sm2, Suite::Sm2]]
        .map(|suites| TestWorld::new(1, suites))
}

/// Files whose name says so are by other suites than Ed25519.
fn world_of<'w>(worlds: &'w [TestWorld; 3], path: &Path) -> &'w TestWorld {
    let name = path.file_stem().unwrap().to_str().unwrap();
    match name.split('-').next() {
        Some("sm2") => &worlds[1],
        Some("mixed") => &worlds[2],
        _ => &worlds[0],
    }
}

fn good_rows(verified: &Verified) {
    assert_eq!(verified.chain.len() as usize, verified.log.len());
    for (seq, (stamp, written)) in verified.log.iter().enumerate() {
        assert_eq!((stamp.seq as usize, stamp.entry), (seq, *written.hash()));
    }
}

#[test]
fn every_dossier_is_refused_with_the_code_of_its_folder() {
    let worlds = worlds();
    for (code, path, file) in of_kind("dossier") {
        let root = world_of(&worlds, &path).fingerprint();
        match verify(&file, &root, None) {
            Ok(verified) => {
                assert_eq!(code, "good", "{} verifies", path.display());
                good_rows(&verified);
            }
            Err(error) => {
                assert_eq!(error.fault.code(), code, "{}: {error}", path.display());
                assert!(error.line > 0 && error.bytes.end <= file.len(), "{}: {error}", path.display());
            }
        }
    }
}

#[test]
fn every_checkpoint_is_refused_with_the_code_of_its_folder() {
    let world = TestWorld::of(Suite::Ed25519);
    let (good, recalled) = ("dossier/good/ed25519.tongban", "dossier/good/recalled.tongban");
    for (code, path, checkpoint) in of_kind("checkpoint") {
        let of = if path.ends_with("before-the-recall.checkpoint") { recalled } else { good };
        let file = std::fs::read(folder().join(of)).unwrap();
        match verify(&file, &world.fingerprint(), Some(&checkpoint)) {
            Ok(_) => assert_eq!(code, "good", "{} verifies", path.display()),
            Err(error) => {
                assert_eq!((error.line, error.fault.code()), (0, code.as_str()), "{}: {error}", path.display());
            }
        }
    }
}

/// The keys of a world, recalls included.
struct WorldKeys<'w>(&'w TestWorld);

impl Keys for WorldKeys<'_> {
    fn of(&self, group: &Group) -> Result<PublicKey, TrustError> {
        self.0.key(group)
    }

    fn root(&self) -> Result<PublicKey, TrustError> {
        Ok(self.0.root.public_key().clone())
    }
}

/// What the inbox says of a batch from the beginning of a stream: that it is refused whole, or of the first stamp that
/// the log does not take.
fn inbox(bytes: &[u8], world: &TestWorld) -> Result<usize, &'static str> {
    let refused = |error: BatchError| error.code();
    let batch = Batch::read(bytes).map_err(refused)?;
    let cursor = Cursor::start(batch.epoch.clone());
    let verified = batch.verify(cursor, &WorldKeys(world)).map_err(refused)?;
    assert_eq!(verified.cursor.position as usize, verified.items.len());
    let mut chain: Option<Chain> = None;
    for item in &verified.items {
        let Incoming::Stamp(row) = item else { continue };
        let Some(chain) = &mut chain else {
            chain = Some(Chain::open(&row.stamp, &row.hash, &row.written).map_err(|error| error.code())?);
            continue;
        };
        match chain.judge(&row.stamp, &row.hash, &row.written).map_err(|error| error.code())? {
            Judged::Next => chain.take(&row.hash, &row.written),
            Judged::Known => return Err(Unfit::StampTwice.code()),
            Judged::Gap { .. } => return Err(Unfit::StampGap.code()),
            Judged::Behind => return Err(Unfit::StampBehind.code()),
            Judged::Branch => return Err(Unfit::StampBranch.code()),
        }
    }
    Ok(verified.items.len())
}

#[test]
fn every_batch_is_refused_with_the_code_of_its_folder() {
    let worlds = worlds();
    for (code, path, batch) in of_kind("batch") {
        let found = inbox(&batch, world_of(&worlds, &path));
        let expected = if code == "good" { found.is_ok() } else { found == Err(code.as_str()) };
        assert!(expected, "{}: {found:?}", path.display());
    }
}

/// Codes that no file can bring about, and why.
const NO_FILE: &[(&str, &str)] = &[
    ("trust-none", "a node without a trust list knows no peer to read from"),
    ("group-key", "a key is found by the fingerprint that the group names; only a faulty finder of keys gives another"),
];

#[test]
fn every_code_has_a_file_and_none_has_a_code_that_is_not_listed() {
    let folders: BTreeSet<String> =
        ["dossier", "checkpoint", "batch"].into_iter().flat_map(of_kind).map(|(code, ..)| code).collect();
    let without: Vec<&str> = REFUSALS.iter().copied().filter(|code| !folders.contains(*code)).collect();
    assert_eq!(without, NO_FILE.iter().map(|(code, _)| *code).collect::<Vec<_>>());
    let distinct: BTreeSet<&&str> = REFUSALS.iter().collect();
    assert_eq!(distinct.len(), REFUSALS.len());
}

/// The list of codes is that of the source: every word that a `code` function answers in the files of verification.
#[test]
fn the_list_of_codes_is_that_of_the_source() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = [
        "dossier/refusal.rs",
        "dossier/group.rs",
        "dossier/entry.rs",
        "dossier/chain.rs",
        "directory/trust.rs",
        "exchange/batch.rs",
    ];
    let mut said = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(source.join(file)).unwrap();
        let (_, body) = text.split_once("fn code(").unwrap_or_else(|| panic!("{file} has no codes"));
        for function in std::iter::once(body).chain(body.split("fn code(").skip(1)) {
            let end = function.find("\n    }\n").unwrap();
            let arms = function[..end].split("=> \"").skip(1).map(|arm| arm.split('"').next().unwrap().to_owned());
            said.extend(arms);
        }
    }
    assert_eq!(said, REFUSALS.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>());
}
