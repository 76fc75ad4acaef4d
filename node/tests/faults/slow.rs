//! Slow, cut and silent wires: between the nodes, and between people and a node.

use std::time::Duration;

use crate::house::{House, Place};
use crate::judge::judge;
use crate::load::People;
use crate::report::{long, report};
use crate::support::paper_of;
use crate::wire::{Mood, Wire};

const SLOW: Mood = Mood::Slow { delay: Duration::from_millis(300), rate: 2_000 };

/// Longer than any single answer may be waited for: it is enough that something comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_material_comes_over_a_slow_wire() {
    let house = House::open().await;
    let people = People::new(&house);
    let rate = long(60_000, 10_000);
    house.jiangsu.from_peers.set(Mood::Slow { delay: Duration::from_millis(100), rate });
    people.clerk.open_with(&paper_of(long(60_000, 300_000))).await;
    let verdict = judge(&house, &people.book).await;
    report(&format!("a large material at {} kB/s", rate / 1000), &people.book, &verdict, "");
}

/// Every mood of every wire for a while, under load.
async fn spoil(name: &str, wire_of: fn(&Place) -> &Wire, moods: &[Mood], each: Duration) {
    let house = House::open().await;
    let mut people = People::work(&house, 6);
    people.told_more(12).await;
    for mood in moods {
        for wire in house.places().map(wire_of) {
            wire.set(*mood);
        }
        tokio::time::sleep(each).await;
        for wire in house.places().map(wire_of) {
            wire.set(Mood::Fine);
        }
        people.told_more(6).await;
    }
    people.rest().await;
    let cuts: u64 = house.places().map(wire_of).iter().map(|wire| wire.cuts()).sum();
    let verdict = judge(&house, &people.book).await;
    report(name, &people.book, &verdict, &format!("{cuts} cut"));
    assert!(cuts > 0, "nothing was cut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_cut_and_silent_wires_between_nodes_lose_nothing() {
    let moods = [SLOW, Mood::Cut(700), Mood::Cut(6_000), Mood::NoAnswers, Mood::Silent];
    spoil("bad wires between nodes", |place| &place.from_peers, &moods, Duration::from_millis(long(1_000, 6_000)))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_cut_and_silent_wires_to_people_do_nothing_twice() {
    let moods = [SLOW, Mood::Cut(40), Mood::Cut(400), Mood::NoAnswers, Mood::Silent];
    spoil("bad wires to people", |place| &place.from_people, &moods, Duration::from_millis(long(1_000, 6_000))).await;
}
