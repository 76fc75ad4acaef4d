//! kill -9 in the middle of the load.

use std::time::Duration;

use crate::house::House;
use crate::judge::judge;
use crate::load::People;
use crate::report::{long, report};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_killed_in_mid_load_loses_nothing_that_was_acknowledged() {
    let mut house = House::open().await;
    let rounds = long(4, 20);
    let mut people = People::work(&house, 16);
    for round in 0..rounds {
        people.told_more(30).await;
        tokio::time::sleep(Duration::from_millis(u64::from(rand::random::<u8>()))).await;
        let place = if round % 2 == 0 { &mut house.jiangsu } else { &mut house.anhui };
        place.stop("KILL");
        place.serve().await;
    }
    people.told_more(30).await;
    people.rest().await;
    let verdict = judge(&house, &people.book).await;
    report(&format!("kill -9, {rounds} rounds"), &people.book, &verdict, "");
}
