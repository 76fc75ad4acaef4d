//! A write-ahead log that was cut or damaged: what is left of it is taken, and what the other node knows is won back before
//! anything is stamped. And a database that cannot be read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tongban::store::Store;
use tongban_core::dossier::{DossierId, Hash};

use crate::house::House;
use crate::judge::{Verdict, judge_told, quiet};
use crate::load::People;
use crate::report::{long, report};
use crate::support::{PROGRAM, run, run_with};
use crate::wire::Mood;

/// What is done to the end of a write-ahead log.
#[derive(Clone, Copy, Debug)]
enum Harm {
    /// Only so much of a thousandth is left.
    Cut(u64),
    /// One byte is another one, so far on.
    Flip(u64),
}

impl Harm {
    fn to(self, wal: &Path) {
        let mut bytes = std::fs::read(wal).expect("a write-ahead log");
        let at = |thousandth: u64| (bytes.len() as u64 * thousandth / 1000) as usize;
        match self {
            Harm::Cut(left) => bytes.truncate(at(left)),
            Harm::Flip(place) => {
                let place = at(place);
                bytes[place] ^= 0x5a;
            }
        }
        std::fs::write(wal, bytes).expect("written");
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()), "a copy of {}", from.display());
}

/// What a node holds of one dossier: its log, and every entry that it knows.
#[derive(Default)]
struct Known {
    log: Vec<Hash>,
    entries: BTreeSet<Hash>,
}

/// What a data folder holds, read from a copy: reading mends a write-ahead log.
#[derive(Default)]
struct Holding {
    dossiers: BTreeMap<DossierId, Known>,
    blobs_wanted: Vec<Hash>,
}

impl Holding {
    async fn of(folder: &Path, scratch: &Path, peer: &str) -> Holding {
        copy(folder, scratch);
        let store = Store::open(scratch, None).await.expect("it opens");
        let mut holding = Holding::default();
        for head in store.heads().await.expect("heads") {
            let full = store.full(head.dossier).await.expect("a dossier");
            let log = full.log.iter().map(|row| row.hash).collect();
            let entries = full.entries.iter().map(|known| *known.written.hash()).collect();
            holding.dossiers.insert(head.dossier, Known { log, entries });
        }
        holding.blobs_wanted = store.blobs_wanted_of(peer, None, 10_000).await.expect("blobs");
        store.close().await;
        holding
    }

    fn stamps(&self) -> usize {
        self.dossiers.values().map(|known| known.log.len()).sum()
    }
}

/// A crash of Jiangsu's node under load. The last receipts are known to it alone.
struct Crash {
    people: People,
    /// The data folders of that moment.
    images: [PathBuf; 2],
    /// What each held.
    ours: Holding,
    theirs: Holding,
}

impl Crash {
    async fn of(house: &mut House, scratch: &Path) -> Crash {
        let mut people = People::work(house, 8);
        people.told_more(long(50, 200)).await;
        house.jiangsu.from_peers.set(Mood::Silent);
        people.rest().await;
        for number in 0..3 {
            people.clerk.open(80_000 + number).await;
        }
        house.jiangsu.stop("KILL");
        house.anhui.stop("TERM");
        house.jiangsu.from_peers.set(Mood::Fine);
        let images = house.places().map(|place| {
            let image = house.folder.path().join(format!("{}-image", place.node.name));
            copy(&place.node.folder, &image);
            image
        });
        let ours = Holding::of(&images[0], scratch, "anhui").await;
        let theirs = Holding::of(&images[1], scratch, "jiangsu").await;
        assert!(theirs.dossiers.len() < ours.dossiers.len(), "some receipts are known to one node alone");
        Crash { people, images, ours, theirs }
    }
}

/// Harms the log, starts both nodes with people at the door, and looks at what came of it.
async fn harmed(house: &mut House, crash: &Crash, harm: Harm, scratch: &Path) -> (Verdict, usize) {
    for (image, place) in crash.images.iter().zip(house.places()) {
        copy(image, &place.node.folder);
    }
    harm.to(&house.jiangsu.node.folder.join("tongban.db-wal"));
    // What is left is what was there at some moment, with the views of that moment.
    let left = Holding::of(&house.jiangsu.node.folder, scratch, "anhui").await;
    for (id, known) in &left.dossiers {
        assert!(crash.ours.dossiers[id].log.starts_with(&known.log), "{harm:?}: {id} was never like this");
    }
    let store = Store::open(scratch, None).await.expect("it opens");
    let held = store.blobs_held(&crash.theirs.blobs_wanted).await.expect("blobs");
    let gone = crash.theirs.blobs_wanted.iter().filter(|hash| !held.contains(hash)).copied().collect();
    store.close().await;
    run(&["rebuild", "--check", "--data", scratch.to_str().expect("a readable path")]).fine();

    // The one that knows more cannot ask at first: the node has to find out by itself before it gives a number again.
    house.anhui.serve().await;
    house.jiangsu.from_peers.set(Mood::Silent);
    let mut people = People::new(house);
    people.take_in(40, Duration::from_secs(1));
    house.jiangsu.serve().await;
    people.rest().await;
    house.jiangsu.from_peers.set(Mood::Fine);
    let waited = quiet(house, &gone).await;
    let now = Holding::of(&house.jiangsu.node.folder, scratch, "anhui").await;
    let mut lost = BTreeSet::new();
    let nothing = Known::default();
    for (id, was) in &crash.ours.dossiers {
        let [left, theirs, now] = [&left, &crash.theirs, &now].map(|one| one.dossiers.get(id).unwrap_or(&nothing));
        let best = if left.log.len() > theirs.log.len() { &left.log } else { &theirs.log };
        assert!(now.log.starts_with(best), "{harm:?}: {id} was known and is not there");
        if !was.entries.iter().all(|entry| left.entries.contains(entry) || theirs.entries.contains(entry)) {
            lost.insert(id.to_string());
        }
    }
    let told: Vec<_> = crash.people.book.told().into_iter().chain(people.book.told()).collect();
    let verdict = Verdict { quiet: waited, ..judge_told(house, &told, &lost).await };
    house.jiangsu.stop("TERM");
    house.anhui.stop("TERM");
    (verdict, crash.ours.stamps() - left.stamps())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_log_is_taken_up_to_the_cut_and_the_rest_is_won_back() {
    let mut house = House::open().await;
    let scratch = house.folder.path().join("scratch");
    let crash = Crash::of(&mut house, &scratch).await;
    let random = || u64::from(rand::random::<u16>()) % 1000;
    let mut harms = vec![Harm::Cut(0), Harm::Flip(900 + random() / 10), Harm::Cut(random())];
    harms.extend((0..long(0, 9)).map(|_| Harm::Cut(random())));
    let mut sum = Verdict::default();
    let mut cut_off = 0;
    for harm in &harms {
        let (verdict, gone) = harmed(&mut house, &crash, *harm, &scratch).await;
        println!("  {harm:?}: {gone} stamps cut off");
        sum = sum.and(verdict);
        cut_off += gone;
    }
    let more = format!("{cut_off} stamps cut off");
    report(&format!("cut log, {} times", harms.len()), &crash.people.book, &sum, &more);
}

/// What `serve` says of a data folder that it does not serve.
fn refuses(folder: &Path, code: &str) {
    let mut command = Command::new("timeout");
    command.args(["20", PROGRAM, "serve", "--data"]).arg(folder);
    let ran = run_with(&mut command, "").refused(code);
    assert!(ran.err.contains("tongban restore"), "it says what to do: {}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_lost_or_torn_is_refused_with_what_to_do() {
    let mut house = House::open().await;
    let people = People::new(&house);
    for number in 0..8 {
        people.clerk.open(number).await;
    }
    house.jiangsu.stop("TERM");
    let folder = house.folder.path().join("torn");
    let database = folder.join("tongban.db");
    let whole = std::fs::read(house.jiangsu.node.folder.join("tongban.db")).expect("a database");
    let mut header = whole.clone();
    header[..64].fill(0xff);
    let harms = [
        (None, "database-lost"),
        (Some(&whole[..0]), "database-lost"),
        (Some(&whole[..whole.len() / 2]), "database-damaged"),
        (Some(&whole[..100]), "database-damaged"),
        (Some(&header[..]), "database-damaged"),
    ];
    for (bytes, code) in harms {
        copy(&house.jiangsu.node.folder, &folder);
        match bytes {
            Some(bytes) => std::fs::write(&database, bytes).expect("written"),
            None => std::fs::remove_file(&database).expect("gone"),
        }
        refuses(&folder, code);
        // It stays as it is for whoever wants to save something from it, whatever is run on it.
        run(&["export", "--data", folder.to_str().expect("a readable path"), "x"]).refused(code);
        assert_eq!(std::fs::read(&database).ok().as_deref(), bytes, "{code}");
    }
}
