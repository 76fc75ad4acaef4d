//! A full disk: the data folders lie on small file systems of their own.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::house::{House, Place};
use crate::judge::judge;
use crate::load::People;
use crate::report::{long, report};
use crate::support::until;

/// What both folders need, and a little of a load.
const SIZE: &str = "size=96m,mode=700";
/// What is left when the load goes on.
const ROOM_BYTES: u64 = 192 * 1024;

/// A small file system; it goes with this value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> SmallDisk {
        std::fs::create_dir_all(at).expect("a folder");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tongban-faults"]).arg(at).output();
        let why = match mounted {
            Ok(output) if output.status.success() => return SmallDisk(at.to_owned()),
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        panic!(
            "a full disk is tried on a small tmpfs, and this one cannot be mounted ({}). Run the tests as root, or where \
             mounting is allowed: `unshare --user --map-root-user --mount cargo xtask test`",
            why.trim()
        );
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Fills the disk up to a little room; what fills it.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("ballast");
    let mut file = File::create(&path).expect("a file");
    let block = [7; 64 * 1024];
    while file.write_all(&block).is_ok() {}
    let len = file.metadata().expect("its size").len();
    file.set_len(len.saturating_sub(ROOM_BYTES)).expect("shorter");
    path
}

/// Fills one node's disk under load, looks at the node, and frees the space again.
async fn full(place: &Place, people: &People, time: Duration) {
    let faults = || people.book.faults().values().sum::<u64>();
    let before = faults();
    let ballast = fill(&place.node.folder);
    if place.node.name == "jiangsu" {
        until("the clerk is told", async || (faults() > before).then_some(())).await;
    }
    tokio::time::sleep(time).await;
    // It is alive, says that it is, and can be read.
    assert!(place.node.health().await.is_some(), "{} is alive on a full disk", place.node.name);
    let reader = if place.node.name == "jiangsu" { &people.clerk } else { &people.officer };
    let listed = reader.ask("/api/v1/cases?list=all").await.expect("an answer");
    assert_eq!(listed.0, 200, "{}: a list on a full disk: {}", place.node.name, listed.1);
    std::fs::remove_file(ballast).expect("freed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_the_node_goes_on_when_there_is_room() {
    let folder = tempfile::Builder::new().prefix("tongban-disk").tempdir().expect("a folder");
    let disks = ["jiangsu", "anhui"].map(|name| SmallDisk::mount(&folder.path().join(name)));
    let at = |_: &Path, name: &str| folder.path().join(name).join("node");
    let mut house = House::make(at).await;
    house.serve().await;
    let mut people = People::work(&house, 8);
    let rounds = long(1, 3);
    for _ in 0..rounds {
        for place in house.places() {
            people.told_more(8).await;
            full(place, &people, Duration::from_secs(long(1, 4))).await;
        }
    }
    people.told_more(12).await;
    people.rest().await;
    let faults = people.book.faults();
    let known = ["503 not-stored", "503 store"];
    assert!(faults.keys().all(|fault| known.contains(&fault.as_str())), "{faults:?}");
    let verdict = judge(&house, &people.book).await;
    report(&format!("full disk, {rounds} times each"), &people.book, &verdict, "");
    drop(house);
    drop(disks);
}
